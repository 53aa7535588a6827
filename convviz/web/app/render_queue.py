"""Work in threads that several may wait for and anybody may leave: equal requests share it, and no line is endless."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

Result = TypeVar("Result")

Check = Callable[[], None]
"""Raises `GivenUpError` once nobody waits any more; called by long work between its steps."""


class BusyError(Exception):
    """The line has as many waiting as it may have."""


class GivenUpError(Exception):
    """Nobody waits for the result any more."""


class Line:
    """One thread, and the work that waits for it in order.

    Parameters
    ----------
    name : str
        Of the thread.
    waiting : int
        How many may wait while another one is worked on.
    """

    def __init__(self, name: str, waiting: int) -> None:
        self._waiting = waiting
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._unfinished: set[Future[Any]] = set()

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more work."""
        return len(self._unfinished) > self._waiting

    async def run(self, work: Callable[[Check], Result]) -> Result:
        """Return what ``work`` returns; when this is cancelled, work that waits is dropped, and other work is to stop.

        Raises
        ------
        BusyError
            There is no room in the line.
        """
        if self.is_full:
            raise BusyError
        given_up = Event()

        def check() -> None:
            if given_up.is_set():
                raise GivenUpError

        future = self._thread.submit(work, check)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            given_up.set()
            future.cancel()
            raise


@dataclass(slots=True)
class _Flight:
    task: asyncio.Future[Any]
    waiters: int = 0


class Flights:
    """Work under way, by key: who asks for the same meanwhile waits for the same result."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}

    async def share(self, key: Hashable, start: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of the work of this key, which is started unless it is under way.

        It is cancelled when the last of those who wait for it is cancelled.
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
