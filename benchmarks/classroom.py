"""A class: people on all pages at once, those who draw heavy pictures or upload files meanwhile, and the memory."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from itertools import count, islice

import numpy as np
import onnx
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.clients import PAGES, Client, Run, random_recipes, session
from benchmarks.serving import cpu_of, memory_of
from convviz.recipes import VARIANTS

THINKING = 2
"""Seconds between two changes of a person, on average."""

OF_PAGES = 1 / 20
OF_CUTS = 1 / 100
"""How many changes make a page run, and before how many a connection is cut."""

HEAVIEST = "/render/transposed.steps.pptx?input_size=12&kernel_size=2&padding=4&view=scatter&seed={}"
HEAVY_CLIENTS = 20
UPLOADERS = 4

_SEEDS = count(random.randrange(10**6))
"""Each heavy picture is another one."""


@dataclass
class Findings:
    """What people saw while something was going on."""

    scenes: Run = field(default_factory=Run)
    pages: Run = field(default_factory=Run)
    returns: Run = field(default_factory=Run)
    health: Run = field(default_factory=Run)
    others: Run = field(default_factory=Run)


class Classroom:
    """A server, and the people who use it.

    Parameters
    ----------
    url : str
        Where it is.
    process : int
        Its process, with workers.
    """

    def __init__(self, url: str, process: int, people: int, seconds: float, seed: int) -> None:
        self.url, self.process, self.people, self.seconds, self.seed = url, process, people, seconds, seed
        self.found = Findings()
        self.peak = 0.0
        recipes = random.Random(seed)
        self.queries = {name: list(islice(_queries(name, recipes), 150)) for name in VARIANTS}

    async def measure(self, others: str) -> None:
        """Let everybody come, work alone, work while others do what is named, and leave; print what was found."""
        print(f"{self.people} people on {len(PAGES)} pages; started: {_megabytes(memory_of(self.process))}", end="")
        for page in PAGES:  # loads what only this page needs
            async with session(self.url, page) as here:
                await here.run("")
        print(f"; one visit of each page: {_megabytes(memory_of(self.process))}", flush=True)
        if others == "uploads":
            model(), image()
        watching = asyncio.ensure_future(self._watch())
        opened, arrived, leaving = Run(), asyncio.Barrier(self.people + 1), asyncio.Event()
        start, cpu, own = time.perf_counter(), cpu_of(self.process), time.process_time()
        everybody = [asyncio.ensure_future(self._person(n, opened, arrived, leaving)) for n in range(self.people)]
        await arrived.wait()
        print(f"{'all open their page at once':32}{opened.row()}")
        self._print_costs(start, cpu, own)
        during = (self._draw, HEAVY_CLIENTS) if others == "pictures" else (self._upload, UPLOADERS)
        for label, (work, workers) in {"the class alone": (None, 0), f"and {others}": during}.items():
            self.found = Findings()
            start, cpu, own = time.perf_counter(), cpu_of(self.process), time.process_time()
            tasks = [asyncio.ensure_future(work(number)) for number in range(workers)] if work else []
            await asyncio.sleep(self.seconds)
            for task in tasks:
                task.cancel()
            found = self.found
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    found.others.errors[repr(result)] += 1
            print(f"{label + ': pages that run':32}{found.pages.row()}")
            print(f"{'  scenes':32}{found.scenes.row()}")
            print(f"{'  pages that come back':32}{found.returns.row()}")
            print(f"{'  health':32}{found.health.row()}")
            if tasks:
                print(f"{'  ' + others:32}{found.others.row()}")
            self._print_costs(start, cpu, own)
        leaving.set()
        results = await asyncio.gather(*everybody, return_exceptions=True)
        if failures := [repr(result) for result in results if isinstance(result, BaseException)]:
            print(f"{len(failures)} people failed, such as {failures[0]}")
        for since, waited in ((5, 5), (30, 25), (60, 30)):
            await asyncio.sleep(waited)
            print(f"{f'{since} s after everybody left':32}{_megabytes(memory_of(self.process))}", flush=True)
        watching.cancel()

    def _print_costs(self, start: float, cpu: float, own: float) -> None:
        spent, theirs, ours = (
            time.perf_counter() - start,
            cpu_of(self.process) - cpu,
            time.process_time() - own,
        )
        costs = f"{spent:6.1f} s, CPU: server {theirs:.1f} s, this load {ours:.1f} s"
        print(f"{'':32}{costs}; memory {_megabytes(memory_of(self.process))}, peak {self.peak:.0f} MB", flush=True)

    # People -----------------------------------------------------------------------------------------------------------

    async def _person(self, number: int, opened: Run, arrived: asyncio.Barrier, leaving: asyncio.Event) -> None:
        """Open a page, and change something on it until everybody leaves."""
        source = random.Random(f"{self.seed} {number}")
        page, recipe = list(PAGES)[number % len(PAGES)], source.choice(list(VARIANTS))
        name = page if page in VARIANTS else recipe  # others, such as the home page, have a figure of any variant
        async with Client(self.url) as client, AsyncExitStack() as stack:
            start = time.perf_counter()
            here = await stack.enter_async_context(session(self.url, page))
            await here.run("")
            opened.seconds.append(time.perf_counter() - start)
            await arrived.wait()
            await _pause(leaving, THINKING * source.random())
            while not leaving.is_set():
                start, chance, query = time.perf_counter(), source.random(), PAGES[page].format(source.randrange(100))
                run = self.found.scenes
                try:
                    if chance < OF_CUTS:
                        run = self.found.returns
                        await stack.aclose()
                        here = await stack.enter_async_context(session(self.url, page, here.id))
                        await here.run(query)
                    elif chance < OF_CUTS + OF_PAGES:
                        run = self.found.pages
                        await here.run(query)
                    else:
                        status, *_ = await client.get(f"/scene/{name}.json?{source.choice(self.queries[name])}")
                        run.errors.update([str(status)] if status != 200 else [])
                except (TimeoutError, OSError, EOFError) as error:
                    run.errors[type(error).__name__] += 1
                run.seconds.append(time.perf_counter() - start)
                await _pause(leaving, THINKING * (0.5 + source.random()))

    async def _watch(self) -> None:
        """Ask for the health of the server again and again, and look at its memory."""
        async with Client(self.url) as client:
            while True:
                start = time.perf_counter()
                status, *_ = await client.get("/_stcore/health")
                self.found.health.seconds.append(time.perf_counter() - start)
                self.found.health.errors.update([str(status)] if status != 200 else [])
                self.peak = max(self.peak, sum(memory_of(self.process)))
                await asyncio.sleep(0.1)

    async def _draw(self, number: int) -> None:
        """Ask for one heavy picture after the other; where the server is busy, wait as it says, but not as long."""
        async with Client(self.url) as client:
            while True:
                start = time.perf_counter()
                status, headers, _ = await client.ask("GET", HEAVIEST.format(next(_SEEDS)), {})
                if status == 200:
                    self.found.others.seconds.append(time.perf_counter() - start)
                else:
                    self.found.others.errors[str(status)] += 1
                    await asyncio.sleep(min(float(headers.get("retry-after", 1)), THINKING))

    async def _upload(self, number: int) -> None:
        """Upload a file to a page that reads it, again and again."""
        is_model = number % 2 == 0
        page, name = ("network", "a.onnx") if is_model else ("on-an-image", "a.png")
        data = model() if is_model else image()
        while True:
            async with Client(self.url) as client, session(self.url, page) as here:
                await here.run("source=file" if is_model else "")
                start = time.perf_counter()
                widgets = []
                if not is_model:
                    widgets = [WidgetState(id=here.controls["on-an-image.sample"], string_value="Own image")]
                    await here.run("", widgets)
                control = "network.file" if is_model else "on-an-image.upload"
                status, chosen = await here.upload(client, control, name, data)
                if status != 204:
                    self.found.others.errors[str(status)] += 1
                    await asyncio.sleep(THINKING)
                    continue
                await here.run("source=file" if is_model else "", [*widgets, chosen])
                self.found.others.seconds.append(time.perf_counter() - start)
                await asyncio.sleep(THINKING)


def _queries(name: str, source: random.Random) -> Iterator[str]:
    return (query for _, query in random_recipes(source, name))


async def _pause(leaving: asyncio.Event, seconds: float) -> None:
    """Wait, but not after everybody has been asked to leave."""
    try:
        await asyncio.wait_for(leaving.wait(), seconds)
    except TimeoutError:
        return


def _megabytes(memory: tuple[float, float]) -> str:
    return f"{memory[0]:.0f} MB and {memory[1]:.0f} MB of workers"


# Files ----------------------------------------------------------------------------------------------------------------


@cache
def model() -> bytes:
    """Return a network of 100 MB, most of it one kernel."""
    weight = onnx.numpy_helper.from_array(np.ones((1024, 2712, 3, 3), np.float32), "weight")
    node = onnx.helper.make_node("Conv", ["x", "weight"], ["y"], name="conv", pads=[1, 1, 1, 1])
    value = partial(onnx.helper.make_tensor_value_info, elem_type=onnx.TensorProto.FLOAT)
    inputs, outputs = value("x", shape=[1, 2712, 8, 8]), value("y", shape=[1, 1024, 8, 8])
    graph = onnx.helper.make_graph([node], "large", [inputs], [outputs], [weight])
    return bytes(onnx.helper.make_model(graph).SerializeToString())


@cache
def image() -> bytes:
    """Return an image of 20 MB, of noise that cannot be compressed."""
    noise = np.random.default_rng(0).integers(0, 256, (2580, 2580, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=1)
    return file.getvalue()
