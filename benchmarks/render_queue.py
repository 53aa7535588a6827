"""What pictures over HTTP cost at worst: the heaviest ones, closed connections, crowds, hostile queries.

    python benchmarks/render_queue.py [--seconds 120] [--seed 1]

First random recipes and presentations are drawn in this process, in every format that can take long, as long as
``--seconds``, if HTTP allows them: the five that take most CPU time are printed, and for each format how its seconds
and its bytes compare with the estimate that decides. The time of ffmpeg counts. So are random answers of ``/scene``,
pages of ``/figure`` and offers of ``/download``, a tenth as long: the heaviest of each is printed. Then the app is
started, and asked over HTTP; its figures are seconds on the clock, and CPU seconds of the server with its workers.
"""

import argparse
import http.client
import os
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from benchmarks.serving import app, cpu_of
from convviz import SpecError, limits
from convviz.effort import check_estimate, estimate
from convviz.errors import TooLargeError
from convviz.export import Export
from convviz.recipes import VARIANTS, Presentation, write_query
from convviz.recipes.comparison import asked_for
from convviz.render import palette
from convviz.web.app import jobs

HEAVY = "standard.gif?input_size=16&kernel_size=5&padding=3&width=1000&seed={}"
SMALL = "dilated.gif?seed={}"
FORMATS = ("gif", "apng", "webp", "mp4", "webm", "pptx", "steps.pptx", "pdf", "zip", "book.zip", "html", "xlsx")
PARTS = (0.1, 0.5, 0.9, 1)
Texts = dict[str, str]


def main() -> None:
    """Print all figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    search(random.Random(given.seed), given.seconds)
    search_figures(random.Random(given.seed), given.seconds / 10)
    with app(ROOT) as (url, process):
        port, cpu = int(url.rpartition(":")[2]), partial(cpu_of, process)
        for warm in (SMALL, HEAVY):  # starts the workers
            ask(port, warm.format(0))
        closed_connections(port, cpu)
        crowd(port, cpu)
        equal_requests(port, cpu)
        hostile_queries(port)


# The heaviest pictures ------------------------------------------------------------------------------------------------


def search(source: random.Random, seconds: float) -> None:
    """Draw random pictures that HTTP allows; print the heaviest ones, and how good the estimates are."""
    end = time.monotonic() + seconds
    measured: list[tuple[float, float, float, str, str]] = []
    refused = 0
    while time.monotonic() < end:
        name, ending = source.choice([*VARIANTS, "compare", "compare"]), source.choice(FORMATS)
        texts, options = random_texts(source, name), random_options(source)
        try:
            export = Export(asked_for(name, texts), Presentation.from_values(options))
            address = f"{name}.{ending}?{write_query(texts | options)}"[:200]
            measured.append((*measure(export, ending), ending, address))
        except TooLargeError:
            refused += 1
        except SpecError:
            continue
    print(f"{len(measured)} files that HTTP allows were made, and {refused} refused because of their seconds")
    print("CPU s   estimated   of these five the most CPU time")
    for spent, ratio, _, _, address in sorted(measured, reverse=True)[:5]:
        print(f"{spent:5.2f}{spent / ratio:12.2f}   {address}")
    print("measured / estimated at 10, 50, 90 and 100 %: CPU seconds above 0.1, bytes")
    for ending in FORMATS:
        times = [ratio for spent, ratio, _, form, _ in measured if form == ending and spent > 0.1]
        sizes = [ratio for _, _, ratio, form, _ in measured if form == ending]
        print(f"{ending:12}{len(sizes):4}   {quantiles(times)}   {quantiles(sizes)}")


def search_figures(source: random.Random, seconds: float) -> None:
    """Print the random figure that takes most CPU time of each route that is answered without an estimate."""
    print("CPU s   of the heaviest figure")
    for job in (jobs.answer_figure, jobs.answer_page, jobs.answer_download):
        end = time.monotonic() + seconds
        heaviest = 0.0, ""
        while time.monotonic() < end:
            name = source.choice([*VARIANTS, "compare", "compare"])
            texts = random_texts(source, name) | source.choice([{}, {"predict": str(source.randint(1, 999))}])
            query, before = write_query(texts), cpu_seconds()
            with suppress(SpecError):
                if job is jobs.answer_page:
                    jobs.answer_page(no_check, name, query, "http://localhost")
                else:
                    job(no_check, f"{name}.json", query)
            heaviest = max(heaviest, (cpu_seconds() - before, f"{name}?{query}"[:200]))
        print(f"{heaviest[0]:5.2f}   {job.__name__}: {heaviest[1]}")


def no_check() -> None:
    """Let the work go on."""


def quantiles(ratios: list[float]) -> str:
    ordered = sorted(ratios) or [0.0]
    return " ".join(f"{ordered[round(part * (len(ordered) - 1))]:5.2f}" for part in PARTS)


def measure(export: Export, ending: str) -> tuple[float, float, float]:
    """Return the CPU seconds that a file takes, and how these and its bytes compare with the estimate."""
    cost = estimate(export, ending)
    check_estimate(export.asked, cost, ending)
    palette.draw_look.cache_clear()
    before = cpu_seconds()
    data = export.make(ending)
    spent = cpu_seconds() - before
    return spent, spent / cost.seconds, len(data) / 1e6 / cost.megabytes


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those that it has run."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def random_texts(source: random.Random, name: str) -> Texts:
    """Return the query of a recipe, or of a comparison; mostly large sizes."""
    if name == "compare":
        sides = {side: source.choice(list(VARIANTS)) for side in ("left", "right")}
        return sides | {
            f"{side}.{key}": text
            for side, variant in sides.items()
            for key, text in random_texts(source, variant).items()
        }
    fields = VARIANTS[name].fields
    largest = limits.FIELD_SIDE if name == "receptive-field" else limits.INPUT_SIDE
    texts = {"input_size": source.choice([str(largest), f"{source.randint(6, largest)}x{source.randint(6, largest)}"])}
    ranges = {
        "kernel_size": (1, 7),
        "stride": (1, 3),
        "padding": (0, 8),
        "dilation": (1, 4),
        "output_padding": (0, 2),
        "in_channels": (1, 8),
        "out_channels": (1, 8),
        "channel_multiplier": (1, 8),
    }
    for key, (low, high) in ranges.items():
        if key in fields and source.random() < 0.6:
            texts[key] = str(source.randint(low, high))
    choices = {"view": ("gather", "scatter"), "mode": ("max", "average"), "storyboard": ("cell", "cell", "tap")}
    texts |= {key: source.choice(words) for key, words in choices.items() if key in fields}
    if "layers" in fields:
        layer = "conv_transpose2d({},stride={})" if name == "checkerboard" else "conv2d({},dilation={},padding=3)"
        layers = (layer.format(source.randint(2, 5), source.randint(1, 3)) for _ in range(source.randint(1, 4)))
        texts["layers"] = ";".join(layers)
    for table, size in (("input", "input_size"), ("weight", "kernel_size")):
        if table in fields and not {"in_channels", "out_channels"} & texts.keys() and source.random() < 0.4:
            texts[table] = random_table(source, texts.get(size, "3"))
    return texts


def random_table(source: random.Random, size: str) -> str:
    """Return numbers with many digits, all different, so that each cell looks different."""
    rows, _, columns = size.partition("x")
    numbers = ([f"{source.uniform(-99999, 99999):.3f}" for _ in range(int(columns or rows))] for _ in range(int(rows)))
    return ";".join(map(",".join, numbers))


def random_options(source: random.Random) -> Texts:
    """Return the options of a presentation."""
    widths = ("auto", "auto", "240", "400", "640", "900", "1080", "1440", "1920", "2560", "3840")
    return {
        "width": source.choice(widths),
        "theme": source.choice(("light", "dark")),
        "motion": source.choice(("true", "false")),
        "seconds_per_step": source.choice(("0.2", "0.6", "0.6", "1.2", "3")),
    }


# The server -----------------------------------------------------------------------------------------------------------


def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], float]:
    """Return the status and the headers of an answer, and the seconds that it took."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    response = connection.getresponse()
    response.read()
    connection.close()
    received = {name.lower(): text for name, text in response.getheaders()}
    return response.status, received, time.perf_counter() - start


def ask(port: int, picture: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], float]:
    return get(port, f"/render/{picture}", method, **headers)


def percentiles(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"p50 {ordered[len(ordered) // 2]:.2f} s, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.2f} s"


def closed_connections(port: int, cpu: Callable[[], float]) -> None:
    """Six large pictures whose connections are closed at once, then a small and a large one."""
    alone = ask(port, HEAVY.format(100))[2]
    before = cpu()
    for seed in range(6):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(f"GET /render/{HEAVY.format(seed)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(0.05)
    small, large = ask(port, SMALL.format(1))[2], ask(port, HEAVY.format(101))[2]
    print(f"\n6 closed connections: then a small picture takes {small:.2f} s, a large one {large:.2f} s", end="")
    print(f" (alone {alone:.2f} s), all together {cpu() - before:.1f} CPU s")


def crowd(port: int, cpu: Callable[[], float], clients: int = 30, smalls: int = 40) -> None:
    """Many large pictures at once, and small ones meanwhile."""
    answers: list[tuple[int, dict[str, str], float]] = []
    before = cpu()
    threads = [
        threading.Thread(target=lambda seed=seed: answers.append(ask(port, HEAVY.format(seed))))
        for seed in range(200, 200 + clients)
    ]
    for thread in threads:
        thread.start()
    seconds = []
    for seed in range(200, 200 + smalls):
        status, _, spent = ask(port, SMALL.format(seed))
        assert status == 200
        seconds.append(spent)
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    statuses = Counter(status for status, _, _ in answers)
    retry = next((headers["retry-after"] for status, headers, _ in answers if status == 503), "")
    print(
        f"{clients} large pictures at once: {dict(statuses)}, Retry-After {retry}, {cpu() - before:.1f} CPU s;", end=""
    )
    print(f" small ones meanwhile {percentiles(seconds)}")


def equal_requests(port: int, cpu: Callable[[], float]) -> None:
    """One picture for several at once, its header, and its tag."""
    before = cpu()
    ask(port, HEAVY.format(300))
    one = cpu() - before
    before = cpu()
    threads = [threading.Thread(target=ask, args=(port, HEAVY.format(301))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"5 equal requests at once: {cpu() - before:.2f} CPU s, one {one:.2f} CPU s")
    before = cpu()
    head = ask(port, HEAVY.format(302), "HEAD")
    known = ask(port, HEAVY.format(302), If_None_Match=head[1]["etag"])
    print(f"of a new picture: HEAD {head[2]:.3f} s, If-None-Match {known[0]} {known[2]:.3f} s", end="")
    print(f", {cpu() - before:.2f} CPU s")


def hostile_queries(port: int) -> None:
    """Return the longest time that the event loop answers no request, during queries made to be slow."""
    waits: list[tuple[float, float]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            start = time.perf_counter()
            waits.append((start, get(port, "/_stcore/health")[2]))
            time.sleep(0.003)

    watcher = threading.Thread(target=watch)
    watcher.start()
    time.sleep(1)
    print(f"\nnothing asked: /_stcore/health takes at most {1e3 * max(spent for _, spent in waits):.0f} ms")
    for name, picture in hostile().items():
        start = time.perf_counter()
        status, _, spent = ask(port, picture)
        longest = max((wait for began, wait in waits if began + wait > start), default=0.0)
        print(f"{name:28}{len(picture):8} characters  {status}  {1e3 * spent:6.0f} ms, health {1e3 * longest:5.0f} ms")
    done.set()
    watcher.join()


def hostile() -> dict[str, str]:
    """Addresses that are slow to read, by what is in them."""
    room = limits.QUERY - 200
    numbers = ",".join(["-9999.123"] * 16)
    layers = ";".join(["conv2d(3,stride=2,padding=1,1,1,1,dilation=1023)"] * 200)
    return {
        "names, the last one twice": "dilated.gif?" + "&".join(f"n{k}" for k in range(9000)) + "&zz&zz",
        "200 long names": "dilated.gif?" + "&".join(f"{k}{'n' * 300}" for k in range(200)),
        "escaped characters": "standard.gif?input=" + "%2C" * (room // 3),
        "a name of escapes": "standard.gif?" + "%FF" * (room // 3) + "=1",
        "commas": "standard.gif?input=" + "," * 19_000,
        "semicolons": "standard.gif?input=" + "1;" * 9_500,
        "bars": "standard.gif?input=" + "1|" * 9_500,
        "the largest tables": f"standard.gif?in_channels=7&input={'|'.join([';'.join([numbers] * 16)] * 7)}",
        "digits": "standard.gif?input=" + "9" * 19_999,
        "layers": f"receptive-field.png?layers={quote(layers)}",
        "layers that fit": f"receptive-field.png?layers={quote(';'.join(['conv2d(3,padding=1)'] * 200))}",
        "blanks before a layer": "checkerboard.png?layers=" + "+" * room,
        "names of a comparison": "compare.png?left=standard&right=dilated&"
        + "&".join(f"left.x{k}" for k in range(197)),
        "tables of a comparison": "compare.png?left=standard&right=dilated&"
        + "&".join(f"{table}={'1|' * 9_500}1" for table in ("left.weight", "left.input", "right.input")),
        "a comparison to lay out": "compare.png?left=checkerboard&right=depthwise-separable&left.input_size=7"
        "&left.layers=2&right.input_size=9&right.in_channels=3&right.out_channels=3",
    }


if __name__ == "__main__":
    main()
