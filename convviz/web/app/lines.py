"""Work that requests wait for: shared by equal requests, in queues, done by worker processes.

The interpreter of the server also runs the pages of all visitors, so whatever takes long is done in other processes.
A job ends in time, or its process is ended. All of this is used on the event loop only.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Hashable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from convviz import limits
from convviz.errors import SpecError, TooLargeError

from . import metrics
from .settings import SETTINGS
from .worker import LENGTH

Result = TypeVar("Result")

_STARTS: Final = 2
"""How often a job is begun at most: its process may have died of something else, or have been full before."""

_STOP_SECONDS: Final = 2
"""How long a job that is asked to stop may take to do so; a scene, which never looks, is made in less."""

_BUFFER: Final = 2**20
"""Bytes that are read of a result at once, at least; of an image of 25 megapixels with 2**16 it takes twice as long."""


class BusyError(Exception):
    """The queue is full."""


class LateError(Exception):
    """The work was not done in time."""


class LostError(Exception):
    """The processes that did this work died."""


_OUTCOMES: Final[dict[type[BaseException], str]] = {
    SpecError: "refused",
    BusyError: "no room",
    LateError: "late",
    LostError: "lost",
    asyncio.CancelledError: "dropped",
}


class Worker:
    """A process that does one job at a time; it is started when it is needed, and again when it has died.

    Parameters
    ----------
    niceness : int
        How much other processes go before it.
    """

    def __init__(self, niceness: int) -> None:
        self._niceness = niceness
        self._process: Process | None = None
        self._is_wanted = False

    async def call(self, function: Callable[..., Result], *given: object) -> Result:
        """Return what ``function(check, *given)`` returns in the process; ``check`` is a `worker.Check`.

        If this is cancelled, the job is asked to stop; if it does not, its process is ended.

        Raises
        ------
        LostError
            The process died, and so did the one that replaced it.
        TooLargeError
            The job takes more memory than a process may have.
        """
        self._is_wanted = True
        asked = asyncio.ensure_future(self._ask(pickle.dumps((function, given))))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            stopping = asyncio.ensure_future(self._stop(asked))
            while not stopping.done():  # another job must not meet this one: it would get the answer of this one
                with suppress(asyncio.CancelledError):
                    await asyncio.shield(stopping)
            raise

    async def _stop(self, asked: asyncio.Future[Any]) -> None:
        self._is_wanted = False
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(LENGTH.pack(0))
        done, _ = await asyncio.wait([asked], timeout=_STOP_SECONDS)
        if not done:
            await self._kill()
            await asyncio.wait([asked])
        asked.exception()  # no request waits for it

    async def _ask(self, job: bytes) -> Any:
        starts = 0
        while self._is_wanted and starts < _STARTS:
            starts += 1
            is_fresh = self._process is None
            try:
                process = self._process or await self._start()
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(LENGTH.pack(len(job)))
                process.stdin.write(job)
                await process.stdin.drain()
                head = await process.stdout.readexactly(LENGTH.size)
                succeeded, value, is_full = pickle.loads(await process.stdout.readexactly(*LENGTH.unpack(head)))
            except (asyncio.IncompleteReadError, OSError):  # also where the system starts no more processes
                if self._is_wanted:
                    metrics.WORKER_DEATHS.inc()
                await self._kill()
                continue
            if is_full or isinstance(value, MemoryError):
                await self._kill()
            if succeeded:
                return value
            if not isinstance(value, MemoryError):
                raise value
            metrics.WORKER_DEATHS.inc()
            if is_fresh or starts == _STARTS:
                most = limits.WORKER_MEGABYTES
                raise TooLargeError(f"This needs more than the {most:,} MB of memory that one process may have here.")
        raise LostError

    async def _start(self) -> Process:
        # Not by `multiprocessing`, whose processes import the main module again: Streamlit's command line.
        code = f"from convviz.web.app.worker import main; main({self._niceness}, {limits.WORKER_MEGABYTES})"
        # There are as many workers as cores, and each thread of NumPy would take memory.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdin=PIPE, stdout=PIPE, env=environment, limit=_BUFFER
        )
        if not self._is_wanted:  # the job was given up meanwhile
            raise LostError
        return self._process

    @property
    def process_id(self) -> int | None:
        """Return the number of the process, None where there is none."""
        return self._process.pid if self._process else None

    async def end(self) -> None:
        """End the process, also in the middle of a job."""
        self._is_wanted = False
        await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Line:
    """A queue in front of some workers.

    Parameters
    ----------
    workers : int
        How many jobs are done at a time.
    waiting : int
        How many more may wait.
    niceness : int
        How much other processes go before the workers.
    seconds : float
        How long a job may wait and be worked on, both together.
    name : str
        As metrics name it.
    """

    def __init__(
        self, workers: int, waiting: int, niceness: int = 0, *, seconds: float = limits.JOB_SECONDS, name: str = ""
    ) -> None:
        self._seconds, self.name = seconds, name
        self.workers = [Worker(niceness) for _ in range(workers)]
        self._idle = list(self.workers)
        self._free = asyncio.Semaphore(workers)
        self._turn = asyncio.Semaphore(workers)
        self._room = workers + waiting

    @property
    def is_full(self) -> bool:
        """Return whether there is no room for more work."""
        return not self._room

    async def run(self, function: Callable[..., Result], *given: object, is_first: bool = False) -> Result:
        """Return what `Worker.call` returns; if this is cancelled, the work is dropped, or stopped by its check.

        Parameters
        ----------
        is_first : bool
            Whether it goes before other work, of which only as much as there are workers may be in front of it.

        Raises
        ------
        BusyError
            There is no room in the queue.
        LateError
            It was not done in time, and has been dropped or stopped.
        LostError
            Two worker processes died of this work.
        TooLargeError
            It takes more memory than a process may have.
        """
        with metrics.Job(self.name, _OUTCOMES) as job:
            if self.is_full:
                raise BusyError
            self._room -= 1
            try:
                async with asyncio.timeout(self._seconds), nullcontext() if is_first else self._turn, self._free:
                    job.begin()
                    worker = self._idle.pop()
                    try:
                        return await worker.call(function, *given)
                    finally:
                        self._idle.append(worker)
            except TimeoutError:
                raise LateError from None
            finally:
                self._room += 1


@dataclass(slots=True)
class _Flight:
    task: asyncio.Future[Any]
    waiters: int = 0


class Flights:
    """Work in progress, by key: requests for the same key wait for the same result."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}

    async def share(self, key: Hashable, start: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of the work of this key, which is started unless it is in progress.

        The work is cancelled when the last request that waits for it is cancelled.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(start()))
        flight.waiters += 1
        try:
            result: Result = await asyncio.shield(flight.task)
            return result
        finally:
            flight.waiters -= 1
            if not flight.waiters:
                del self._flights[key]
                flight.task.cancel()


# The queues of this server --------------------------------------------------------------------------------------------

quick: Final = Line(SETTINGS.workers, limits.SCENES_WAITING, niceness=5, name="quick")
"""For the dials of all figures; queries of pictures are read here, too. The server's own process, which runs the pages,
goes before them: with 200 people the 95th percentile of runs was 0.5 s instead of 0.8.
"""

small: Final = Line(1, limits.RENDER_WAITING, name="small")
large: Final = Line(max(1, SETTINGS.workers - 1), limits.RENDER_WAITING, niceness=10, name="large")
"""For pictures that are drawn quickly, and for the others."""

charts: Final = Line(1, limits.CHARTS_WAITING, name="charts")
"""For the charts of pages."""

pages: Final = Line(max(1, SETTINGS.workers - 1), limits.PAGES_WAITING, name="pages")
"""For what takes a run of a page long: files of visitors, and large networks and images."""

ALL: Final = (quick, small, large, charts, pages)

metrics.watch_workers(lambda: [worker.process_id for line in ALL for worker in line.workers if worker.process_id])
