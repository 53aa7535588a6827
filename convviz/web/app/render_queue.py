"""Work in threads: equal requests share it, it stops when no request waits for it, and queues have a limit."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

Result = TypeVar("Result")

Check = Callable[[], None]
"""Raises `GivenUpError` once no request waits any more; long work calls it between its steps."""


class BusyError(Exception):
    """The queue is full."""


class GivenUpError(Exception):
    """No request waits for the result any more."""


class Line:
    """A queue: one thread, and the work that waits for it in order.

    Parameters
    ----------
    name : str
        The name of the thread.
    waiting : int
        How many may wait while the thread works on another one.
    """

    def __init__(self, name: str, waiting: int) -> None:
        self._waiting = waiting
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._unfinished: set[Future[Any]] = set()

    @property
    def is_full(self) -> bool:
        """Return whether there is no room for more work."""
        return len(self._unfinished) > self._waiting

    async def run(self, work: Callable[[Check], Result]) -> Result:
        """Return what ``work`` returns; if this is cancelled, the work is dropped, or stopped by its check.

        Raises
        ------
        BusyError
            There is no room in the queue.
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
