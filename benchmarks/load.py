"""What the app bears: people who drag dials, a class that opens a lesson, a heavy picture meanwhile, and CPU by page.

    python benchmarks/load.py [--url http://... --pid N] [--baseline FOLDER] [--only drag,pause,open,heavy,pages]

Starts the app by itself, unless the address of a running one is given, and that of its process for the CPU seconds.
``--baseline`` names another checkout, which is started and measured in the same way. One without ``/scene`` answers a
changed dial with a run of the page, so for it a person changes the address of an open page.

The load comes from this process, on the same machine: its own CPU seconds are printed, too.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.serving import app, cpu_of
from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Recipe

MOST_FRAMES = 100
HEAVY = "/render/standard.gif?input_size=16&kernel_size=5&padding=3&width=1000&seed={}"
PAGES = {
    "": "",
    **{name: "seed={}" for name in VARIANTS if "seed" in VARIANTS[name].fields},
    "checkerboard": "input_size={}",
    "receptive-field": "input_size={}",
    "compare": "left=standard&right=dilated&seed={}",
    "network": "input_size=2{:02}",
    "quiz": "seed={}",
    "on-an-image": "kernel={}",
    "on-your-image": "kernels=random&seed={}",
    "gridding": "kernels=random&seed={}",
}
"""Each page, and a query that changes what it shows."""


@dataclass
class Run:
    """What a load found: seconds of each answer, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def row(self) -> str:
        """Return medians and percentiles in milliseconds."""
        if not self.seconds:
            return f"no answer; errors {dict(self.errors)}"
        ordered = sorted(1e3 * each for each in self.seconds)
        p50, p95 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
        times = f"p50 {p50:7.1f} ms, p95 {p95:7.1f} ms, max {ordered[-1]:7.1f} ms"
        return f"{len(ordered):6} answers, {times}, errors {dict(self.errors) or 0}"


# What people ask for --------------------------------------------------------------------------------------------------


def random_recipes(source: random.Random) -> Iterator[tuple[str, str]]:
    """Yield names of variants and queries of recipes that have few frames; hardly two are equal."""
    ranges = {
        "input_size": (3, 12), "kernel_size": (1, 5), "stride": (1, 3), "padding": (0, 2), "dilation": (1, 3),
        "output_padding": (0, 1), "in_channels": (1, 3), "out_channels": (1, 3), "seed": (0, 10_000),
    }  # fmt: skip
    while True:
        variant = source.choice(list(VARIANTS.values()))
        names = [name for name in ranges if name in variant.fields and (name == "seed" or source.random() < 0.5)]
        texts = {name: str(source.randint(*ranges[name])) for name in names}
        with suppress(SpecError):
            recipe = Recipe.from_query(variant.name, texts)
            if recipe.frames <= MOST_FRAMES:
                yield variant.name, recipe.to_query()


# Clients --------------------------------------------------------------------------------------------------------------


class Client:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = str(parts.hostname), parts.port or 80

    async def __aenter__(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def get(self, path: str) -> tuple[int, int, bytes]:
        """Return the status of an answer, its bytes and its type."""
        request = f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept-Encoding: gzip\r\n\r\n"
        self.writer.write(request.encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length, kind = (
            head.partition(name)[2].partition(b"\r\n")[0] for name in (b"content-length:", b"content-type:")
        )
        await self.reader.readexactly(int(length))
        return int(head[9:12]), int(length), kind.strip()


@dataclass
class Outcome:
    """One run of a page as the browser sees it."""

    seconds: float
    to_figure: float
    messages: int
    size: int


class Session:
    """A page in a browser, through the protocol of Streamlit."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self.socket, self.page = socket, page

    async def run(self, query: str) -> Outcome:
        """Let the page run with an address, and wait until it is done."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self.page
        message.rerun_script.context_info.timezone = "UTC"
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.color_scheme = "light"
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        figure, messages, size = 0.0, 0, 0
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            messages, size = messages + 1, size + len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "bidi_component":
                figure = figure or time.perf_counter() - start
            if kind == "script_finished":
                return Outcome(time.perf_counter() - start, figure, messages, size)


@asynccontextmanager
async def session(url: str, page: str) -> AsyncIterator[Session]:
    """Open a page; its first run is not begun."""
    address = f"{url.replace('http', 'ws')}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], max_size=None, open_timeout=60, proxy=None) as socket:
        yield Session(socket, page)


# Loads ----------------------------------------------------------------------------------------------------------------

Person = Callable[[Run, Callable[[], Awaitable[float]], random.Random], Awaitable[None]]
"""Notes answers, asks for the end once it is ready to begin, and has its own random numbers."""


def on_scenes(url: str, pause: float, recipes: Iterator[tuple[str, str]]) -> Person:
    """Return a person who drags dials of a figure, with a pause after each answer."""

    async def person(run: Run, begin: Callable[[], Awaitable[float]], source: random.Random) -> None:
        async with Client(url) as client:
            end = await begin()
            await asyncio.sleep(pause * source.random())
            while time.perf_counter() < end:
                name, query = next(recipes)
                start = time.perf_counter()
                status, *_ = await client.get(f"/scene/{name}.json?{query}")
                run.seconds.append(time.perf_counter() - start)
                if status != 200:
                    run.errors[str(status)] += 1
                await asyncio.sleep(pause)

    return person


def on_pages(url: str, pause: float, recipes: Iterator[tuple[str, str]]) -> Person:
    """Return a person who changes the address of one open page."""

    async def person(run: Run, begin: Callable[[], Awaitable[float]], source: random.Random) -> None:
        page = source.choice(list(VARIANTS))
        async with session(url, page) as opened:
            await opened.run("")
            end = await begin()
            await asyncio.sleep(pause * source.random())
            while time.perf_counter() < end:
                query = next(query for name, query in recipes if name == page)
                run.seconds.append((await opened.run(query)).seconds)
                await asyncio.sleep(pause)

    return person


async def crowd(people: int, seconds: float, person: Person) -> tuple[Run]:
    """Let people do the same at once for some time, which begins when all of them are ready."""
    run, ready = Run(), asyncio.Barrier(people)

    async def begin() -> float:
        await ready.wait()
        return time.perf_counter() + seconds

    tasks = [person(run, begin, random.Random(number)) for number in range(people)]
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, BaseException):
            run.errors[type(result).__name__] += 1
    return (run,)


async def opening(url: str, people: int) -> tuple[Run, Run]:
    """Let people open lessons at once; return when they see a figure, and when their page is complete."""
    figures, pages = Run(), Run()
    lessons = [name for name, variant in VARIANTS.items() if not variant.is_lab]

    async def person(number: int) -> None:
        start = time.perf_counter()
        async with session(url, lessons[number % len(lessons)]) as opened:
            connected = time.perf_counter() - start
            outcome = await opened.run("")
            figures.seconds.append(connected + outcome.to_figure)
            pages.seconds.append(connected + outcome.seconds)
            await everybody.wait()

    everybody = asyncio.Barrier(people)
    for result in await asyncio.gather(*map(person, range(people)), return_exceptions=True):
        if isinstance(result, BaseException):
            pages.errors[type(result).__name__] += 1
    return figures, pages


async def with_heavy_pictures(url: str, seconds: float, person: Person) -> tuple[Run]:
    """Let one person drag while heavy pictures are drawn, one after the other."""
    dragging = asyncio.ensure_future(crowd(1, seconds, person))
    async with Client(url) as client:
        for seed in range(random.randrange(10**6), 10**7):
            await client.get(HEAVY.format(seed))
            if dragging.done():
                break
    return await dragging


async def cpu_by_page(url: str, cpu: Callable[[], float], runs: int) -> None:
    """Print the CPU time of the server for first runs of a page, for runs with a new address, and with the same one."""
    print(f"{'page':22}{'first run':>12}{'new address':>13}{'same':>8}  ms of CPU; messages and kB of a first run")
    for page, query in PAGES.items():
        async with session(url, page) as opened:  # what is cached for all visitors
            await opened.run("")
            await opened.run(query.format(5))
        before = cpu()
        for _ in range(runs):
            async with session(url, page) as opened:
                outcome = await opened.run("")
        first = cpu() - before
        async with session(url, page) as opened:
            await opened.run("")
            before = cpu()
            for number in range(runs):
                await opened.run(query.format(6 + number % 8))
            new = cpu() - before
            before = cpu()
            for _ in range(runs):
                await opened.run(query.format(6))
            same = cpu() - before
        times = "".join(f"{1e3 * spent / runs:{width}.1f}" for spent, width in ((first, 12), (new, 13), (same, 8)))
        print(f"{page or 'home':22}{times}  {outcome.messages:3} {outcome.size / 1e3:6.1f}", flush=True)


async def measure(url: str, process: int, given: argparse.Namespace) -> None:
    """Print what one server bears."""
    recipes = random_recipes(random.Random(given.seed))
    async with Client(url) as client:
        _, _, kind = await client.get("/scene/standard.json")  # other addresses are answered with a page
    person_on = on_scenes if kind == b"application/json" else on_pages
    print(f"{url}, a changed dial is answered by {'a scene' if person_on is on_scenes else 'a run of the page'}")

    async def show(label: str, load: Awaitable[Sequence[Run]]) -> None:
        start, before, own = time.perf_counter(), cpu_of(process), time.process_time()
        for run, what in zip(await load, ("", "  all of the page"), strict=False):
            print(f"{what or label:32}{run.row()}")
        spent = time.perf_counter() - start
        theirs, ours = cpu_of(process) - before, time.process_time() - own
        print(f"{'':32}{spent:6.1f} s, CPU: server {theirs:.1f} s, this load {ours:.1f} s", flush=True)

    for load in given.only.split(","):
        match load:
            case "drag":
                await show("50 drag without a pause", crowd(50, given.seconds, person_on(url, 0, recipes)))
            case "pause":
                await show("200, 2 s between changes", crowd(200, given.seconds, person_on(url, 2, recipes)))
            case "open":
                await show("200 open a lesson, first figure", opening(url, 200))
            case "heavy":
                person = person_on(url, 0.05, recipes)
                await show("one drags", crowd(1, given.seconds, person))
                await show("one drags, heavy GIFs meanwhile", with_heavy_pictures(url, given.seconds, person))
            case "pages":
                await cpu_by_page(url, lambda: cpu_of(process), given.runs)


def main() -> None:
    """Print all figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", help="of a server that runs already")
    options.add_argument("--pid", type=int, help="the process of that server")
    options.add_argument("--baseline", type=Path, help="another checkout, which is measured first")
    options.add_argument("--only", default="drag,pause,open,heavy,pages")
    options.add_argument("--seconds", type=float, default=20, help="of each load")
    options.add_argument("--runs", type=int, default=20, help="of each page for its CPU time")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    if given.url:
        asyncio.run(measure(given.url, given.pid, given))
        return
    for folder in filter(None, (given.baseline, ROOT)):
        print(f"\n{folder}")
        with app(folder) as (url, process):
            asyncio.run(measure(url, process, given))


if __name__ == "__main__":
    main()
