"""How quickly the player answers, in headless Chromium, with a server of its own on this machine.

    python benchmarks/player.py [--rounds 30]

Hover: from the event of the mouse to the end of the painting that answers it, on a 16x16 input. Scrubbing: frames per
second while the bar is dragged, with and without motion. Slider: from an arrow key to the new picture, on a lesson as
it opens, the script's run included, which is timed by itself as well. First picture: from opening a lesson to the
picture, the browser's cache and the server warm. The exit status is 1 if a limit is missed.
"""

import argparse
import gzip
import logging
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from playwright.sync_api import BrowserContext, Page, sync_playwright

from convviz.recipes import recipe
from tests import browser as browsers
from tests.player.cases import json_of, scene_of

LARGE = "/standard?input_size=16&padding=1&step=1"
FRAME_MS, NEW_MS, KNOWN_MS, LARGE_MS, RUN_MS, FIRST_MS, RATE = 16, 50, 16, 120, 30, 1500, 58
KILOBYTES, ZIPPED_KILOBYTES = 150, 30

WATCH = """
// Every frame that reaches the screen: when the canvas of the player was last painted, and how long that took.
window.painted = { at: 0, count: 0 };
const { drawImage } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.drawImage = function (...all) {
  drawImage.apply(this, all);
  if (!this.canvas.closest(".player")) return;
  // The painting goes on in the same task; what is posted comes after it.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    window.painted.at = performance.now();
    window.painted.count += 1;
  };
  channel.port2.postMessage(0);
};
"""

HOVER = """
(canvas) => {
  window.hovers = [];
  canvas.addEventListener("pointermove", () => {
    const { count } = window.painted;
    const begun = performance.now(); // the browser itself hands over moves of the mouse once per frame
    const look = () => {
      if (window.painted.count > count) window.hovers.push(window.painted.at - begun);
      else setTimeout(look, 0);
    };
    look();
  }, { capture: true });
}
"""

FRAMES = """
() => {
  window.frames_seen = [];
  window.is_counting = true;
  const tick = (now) => {
    window.frames_seen.push(now);
    if (window.is_counting) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
"""

DIAL = """
([dial, value]) => new Promise((done) => {
  const { count } = window.painted;
  const begun = performance.now();
  dial.value = value;
  dial.dispatchEvent(new Event("input", { bubbles: true }));
  const look = () => (window.painted.count > count ? done(window.painted.at - begun) : setTimeout(look, 0));
  look();
})
"""


def main() -> int:
    """Print the table; 1 if a limit is missed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=30)
    rounds = options.parse_args().rounds
    path = browsers.find()
    if path is None:
        raise SystemExit(browsers.MISSING)
    hosts: set[str] = set()
    with server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", bypass_csp=True)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        context.add_init_script(WATCH)
        hovers = hover(context, url, rounds)
        rates = scrub(context, url)
        new, known = dial(context, url + "/standard", rounds)
        large, _ = dial(context, url + LARGE, rounds)
        moving = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        moving.add_init_script(WATCH)
        rates_moving = scrub(moving, url)
        firsts = [first(context, url) for _ in range(max(rounds // 6, 3))]
        browser.close()
    runs = script_runs(rounds)
    largest = scene_of(recipe("standard", input_size=16, padding=1))
    text = json_of(largest).encode()
    own = urlsplit(url).netloc
    met = [
        row("hover to repaint, median, ms", statistics.median(hovers), FRAME_MS),
        row("hover to repaint, p95, ms", p95(hovers), FRAME_MS),
        row("frames a second while scrubbing", statistics.median(rates), RATE, at_least=True),
        row("the same with motion", statistics.median(rates_moving), RATE, at_least=True),
        row("dial to new picture, median, ms", statistics.median(new), NEW_MS),
        row("dial to new picture, p95, ms", p95(new), NEW_MS),
        row("dial to known picture, p95, ms", p95(known), KNOWN_MS),
        row("dial to new picture, 16x16, p95, ms", p95(large), LARGE_MS),
        row("the script's own run, median, ms", statistics.median(runs), RUN_MS),
        row("the script's own run, p95, ms", p95(runs), RUN_MS),
        row("first picture, warm, median, ms", statistics.median(firsts), FIRST_MS),
        row("first picture, warm, worst, ms", max(firsts), FIRST_MS),
        row("requests to other hosts", len({host for host in hosts if host and host != own}), 0),
        row("JSON of 256 frames, kB", len(text) / 1000, KILOBYTES),
        row("JSON of 256 frames, gzip, kB", len(gzip.compress(text)) / 1000, ZIPPED_KILOBYTES),
    ]
    return int(not all(met))


def row(name: str, value: float, limit: float, at_least: bool = False) -> bool:
    """Print one measurement and its limit; return whether the limit is met."""
    is_met = value >= limit if at_least else value <= limit
    print(f"{name:36}{value:9.1f}  {'>=' if at_least else '<='} {limit:g} {'met' if is_met else 'MISSED'}", flush=True)
    return is_met


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@contextmanager
def server():
    """Start the app on a free port, as people start it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--server.headless=true",
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.fileWatcherType=none",
    ]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(600):
            try:
                opener.open(f"{url}/_stcore/health", timeout=5)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("window.painted.count > 0")
    return page


def hover(context: BrowserContext, url: str, rounds: int) -> list[float]:
    """Milliseconds from the mouse's event to the end of the painting, over cells of all three planes."""
    page = opened(context, url + LARGE)
    page.locator(".player canvas").evaluate(HOVER)
    planes = [page.locator(".player .plane").nth(plane).bounding_box() for plane in range(3)]
    for step in range(2 * rounds):
        box = planes[step % 3]
        part = (step * 0.37) % 1
        page.mouse.move(box["x"] + (0.05 + 0.9 * part) * box["width"], box["y"] + (0.95 - 0.9 * part) * box["height"])
        page.wait_for_timeout(30)
    times = page.evaluate("window.hovers")
    page.close()
    return times


def scrub(context: BrowserContext, url: str) -> list[float]:
    """Frames per second of the screen while the bar is dragged from end to end, a few times."""
    page = opened(context, url + LARGE)
    box = page.locator(".player .scrub").bounding_box()
    middle = box["y"] + box["height"] / 2
    rates = []
    for _ in range(3):
        page.mouse.move(box["x"] + 8, middle)
        page.mouse.down()
        page.evaluate(FRAMES)
        for step in range(90):
            page.mouse.move(box["x"] + 8 + (box["width"] - 16) * step / 89, middle)
            page.wait_for_timeout(8)
        page.mouse.up()
        stamps = page.evaluate("() => { window.is_counting = false; return window.frames_seen; }")
        rates.append(1000 * (len(stamps) - 1) / (stamps[-1] - stamps[0]))
    page.close()
    return rates


def dial(context: BrowserContext, url: str, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the event of a dial to the end of the painting: of new scenes, and again of the same."""
    page = opened(context, url)
    seed = page.locator(".dial[data-name=seed] input").element_handle()
    seeds = [str(1000 + step) for step in range(rounds)]
    times: list[float] = []
    for value in [*seeds, *reversed(seeds[-20:-1])]:  # the figure keeps 64 scenes
        times.append(page.evaluate(DIAL, [seed, value]))
        page.wait_for_timeout(60)  # quiet again
    page.close()
    return times[:rounds], times[rounds:]


def first(context: BrowserContext, url: str) -> float:
    """Milliseconds from opening a lesson to the end of the first painting."""
    page = context.new_page()
    page.goto(url + "/dilated?padding=2")
    page.wait_for_function("window.painted.count > 0")
    time_of_first = page.evaluate("window.painted.at")  # counted from the beginning of the navigation
    page.close()
    return float(time_of_first)


def script_runs(rounds: int) -> list[float]:
    """Milliseconds of a whole run of a lesson's script, with a recipe that is not cached."""
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # it remarks that no server runs it
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "pages" / "standard.py"), default_timeout=60).run()
    times = []
    for step in range(rounds):
        app.query_params["seed"] = str(step + 1)
        begun = time.perf_counter()
        app.run()
        times.append(1000 * (time.perf_counter() - begun))
    return times


if __name__ == "__main__":
    sys.exit(main())
