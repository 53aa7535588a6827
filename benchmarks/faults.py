"""What a server that dies costs its visitors: how long until a page says so, and until it goes on by itself.

    python benchmarks/faults.py [--away 5]

Starts the app, opens pages in Chromium, ends the server in the middle of what they do, and starts it again after
``--away`` seconds. Then its worker processes are killed in turn, and the server is asked to end while it draws. Figures
are seconds on the clock, counted from the moment at which the server ends, or answers again.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = 8697
URL = f"http://127.0.0.1:{PORT}"
HEAVY = "/render/standard.gif?input_size=16&kernel_size=5&padding=2&in_channels=3&out_channels=2&width=620"
CONNECTED = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
MOST = 60.0
"""Seconds after which something counts as never."""


class Server:
    """The app in a process of its own."""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--server.port", str(PORT), "--server.headless", "true", "--server.address", "127.0.0.1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convviz", "app", "--", *options],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds(lambda: ask("/_stcore/health")[0] == 200)

    def end(self, number: int = signal.SIGKILL) -> int:
        """Send it a signal, and return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(MOST)

    def workers(self) -> list[int]:
        """Return the numbers of its worker processes."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]


def ask(path: str) -> tuple[int, int]:
    """Return the status and the length of an answer, 0 and 0 without one."""
    try:
        with urllib.request.urlopen(URL + path, timeout=MOST) as answer:
            return answer.status, len(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, len(error.read())
    except OSError:
        return 0, 0


def seconds(is_reached: Callable[[], bool]) -> float:
    """Return how long something takes, at most `MOST`."""
    start = time.monotonic()
    while time.monotonic() - start < MOST and not is_reached():
        time.sleep(0.05)
    return time.monotonic() - start


def is_alive(pid: int) -> bool:
    """Return whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def visit(server: Server, away: float) -> None:
    """Print what visitors of several pages see."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        lesson, alone, lab = (browser.new_page() for _ in range(3))
        for page, path in ((lesson, "/dilated?input_size=9"), (alone, "/figure/dilated"), (lab, "/gridding")):
            page.goto(URL + path)
        for page in (lesson, lab):
            page.locator(CONNECTED).wait_for(timeout=1000 * MOST)
        for page in (lesson, alone):
            page.locator(".figure.is-ready").wait_for(timeout=1000 * MOST)
        rates = lab.get_by_role("textbox", name="Dilation rates")
        rates.fill("1,2,3")
        rates.press("Enter")
        server.end()
        print(f"a page says that the server is away     {seconds(lambda: says(lesson, '.cv-away')):5.1f}")
        for page in (lesson, alone):
            page.get_by_role("slider", name="Stride s").press("ArrowRight")
        print(f"a figure that is used says so           {seconds(lambda: says(alone, '.lost')):5.1f}")
        time.sleep(away)
        server.start()
        for name, is_back in {
            "the figure alone goes on": lambda: alone.locator(".lost").is_hidden(),
            "the lesson is connected again": lambda: lesson.locator(CONNECTED).count() == 1,
            "the figure of the lesson goes on": lambda: lesson.locator(".lost").is_hidden(),
            "the lab has what was typed at the end": lambda: "rates=1%2C2%2C3" in lab.url,
        }.items():
            print(f"{name:39} {seconds(is_back):5.1f}")
        print(f"addresses: {lesson.url.removeprefix(URL)}  {alone.url.removeprefix(URL)}  {lab.url.removeprefix(URL)}")
        browser.close()


def says(page: Page, css: str) -> bool:
    """Return whether the page says that the server does not answer."""
    return "does not answer" in page.locator(css).inner_text()


def main() -> None:
    """Print all figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--away", type=float, default=5)
    given = options.parse_args()
    server = Server()
    server.start()
    try:
        visit(server, given.away)
        for number in range(3):
            for pid in server.workers():
                os.kill(pid, signal.SIGKILL)
            start = time.monotonic()
            status, _ = ask(f"/scene/dilated.json?seed={number}")
            print(f"an answer after all workers were killed {time.monotonic() - start:5.1f}  status {status}")
        answers: list[tuple[int, int]] = []
        drawing = threading.Thread(target=lambda: answers.append(ask(HEAVY)))
        drawing.start()
        time.sleep(1)
        workers, start = server.workers(), time.monotonic()
        status = server.end(signal.SIGTERM)
        drawing.join()
        print(
            f"after SIGTERM it ends                   {time.monotonic() - start:5.1f}  exit status {status}, ", end=""
        )
        print(f"the picture in progress: {answers[0]}, processes left: {sum(map(is_alive, workers))}")
        server.start()
        workers = server.workers()
        server.end()
        print(f"after kill -9 its workers end           {seconds(lambda: not any(map(is_alive, workers))):5.1f}")
    finally:
        server.process.kill()


if __name__ == "__main__":
    main()
