"""What the app bears: a class of 200, heavy pictures or uploads meanwhile, and its memory after the class has left.

    python benchmarks/load.py [--url http://... --pid N] [--baseline FOLDER] [--only class,drag,...]

Starts the app by itself, unless the address of a running one is given, and that of its process for the CPU seconds and
the memory. ``--baseline`` names another checkout, which is started and measured in the same way. Without ``--only`` it
is the class alone, which takes two minutes:

* ``class``: ``--people`` open all pages at once, each with a connection of its own. Then each thinks for 2 seconds and
  changes something: a dial, which asks for a scene, or once in twenty times something for which the page runs. A few
  lose their connection and come back. Then 20 clients ask for the heaviest pictures, too. After a minute without
  anybody the memory is read again.
* ``uploads``: the same class while others upload models of 100 MB and images of 20 MB.
* ``drag``, ``open``, ``heavy``: 50 who drag without a pause, 200 who open lessons at once, one heavy picture at a time.
* ``pages``: CPU time of a run of each page.

The load comes from this process, on the same machine: its own CPU seconds are printed, too.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout, installed or not

from benchmarks.classroom import Classroom
from benchmarks.clients import PAGES, Client, Run, random_recipes, session
from benchmarks.serving import app, cpu_of
from convviz.recipes import VARIANTS

HEAVY = "/render/standard.gif?input_size=16&kernel_size=5&padding=3&width=1000&seed={}"


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
    print(url)

    async def show(label: str, load: Awaitable[Sequence[Run]]) -> None:
        start, before, own = time.perf_counter(), cpu_of(process), time.process_time()
        for run, what in zip(await load, ("", "  all of the page"), strict=False):
            print(f"{what or label:32}{run.row()}")
        spent = time.perf_counter() - start
        theirs, ours = cpu_of(process) - before, time.process_time() - own
        print(f"{'':32}{spent:6.1f} s, CPU: server {theirs:.1f} s, this load {ours:.1f} s", flush=True)

    for load in given.only.split(","):
        match load:
            case "class":
                await Classroom(url, process, given.people, given.seconds, given.seed).measure("pictures")
            case "uploads":
                await Classroom(url, process, given.people, given.seconds, given.seed).measure("uploads")
            case "drag":
                await show("50 drag without a pause", crowd(50, given.seconds, on_scenes(url, 0, recipes)))
            case "open":
                await show("200 open a lesson, first figure", opening(url, 200))
            case "heavy":
                person = on_scenes(url, 0.05, recipes)
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
    options.add_argument("--only", default="class", help="of class, uploads, drag, open, heavy, pages")
    options.add_argument("--seconds", type=float, default=20, help="of each load")
    options.add_argument("--people", type=int, default=200, help="of a class")
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
