"""The one port in front of several processes: each connection goes to the process that its browser has a cookie of.

A whole class may have one address on the network, so addresses say nothing. All requests of a kept connection are of
one browser, so the head of the first is enough: after it, bytes are copied both ways, WebSockets like everything else.
Where a proxy in front mixes browsers on one connection this does not hold: it goes to the processes directly.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from convviz.web.app.settings import PROCESS_COOKIE

_COOKIE: Final = re.compile(rf"\r\ncookie:[^\r\n]*?\b{PROCESS_COOKIE}=(\d{{1,2}})(?=[;\s])".encode(), re.IGNORECASE)
_HEAD_BYTES: Final = 65_536
_HEAD_SECONDS: Final = 10
_IDLE_SECONDS: Final = 180
"""How long a connection may pass no byte: WebSockets have a ping in each half minute, and no answer takes that long."""

_STARTING: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"
    b"The app is starting. Try again in 5 seconds."
)


@dataclass(slots=True)
class Place:
    """A process as the front sees it: its number and its port, whether it answers, and its open connections."""

    number: int
    port: int
    is_ready: bool = False
    connections: int = 0


class Front:
    """Takes connections and copies them to the processes.

    Parameters
    ----------
    places : sequence of Place
        The processes; somebody else says when one is ready.
    most : int
        Connections that may be open at a time; one more is closed at once.
    """

    def __init__(self, places: Sequence[Place], most: int) -> None:
        self._places = places
        self._most = most
        self._open = 0

    async def listen(self, host: str | None, port: int) -> asyncio.Server:
        """Listen for visitors; port 0 is any free one."""
        return await asyncio.start_server(self._take, host, port, limit=_HEAD_BYTES, backlog=1024)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= self._most:
                async with asyncio.timeout(_HEAD_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                await self._pass(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the visitor has left, or is too slow, or sends too much
        finally:
            writer.close()
            self._open -= 1

    async def _pass(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a process answer: that of the cookie, else the one with the fewest connections."""
        cookie = _COOKIE.search(head)
        number = int(cookie[1]) if cookie else None
        ready = [place for place in self._places if place.is_ready]
        for place in sorted(ready, key=lambda place: (place.number != number, place.connections)):
            place.connections += 1
            try:
                with suppress(ConnectionError):  # it has just died: the next one
                    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", place.port)
                    inner_writer.write(head)
                    await _join(reader, writer, inner_reader, inner_writer)
                    return
            finally:
                place.connections -= 1
        writer.write(_STARTING)


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    inner_reader: asyncio.StreamReader,
    inner_writer: asyncio.StreamWriter,
) -> None:
    """Copy both ways until one side has ended."""
    loop = asyncio.get_running_loop()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_IDLE_SECONDS) as idle:
            move = lambda: idle.reschedule(loop.time() + _IDLE_SECONDS)  # noqa: E731
            ways = [
                asyncio.ensure_future(_copy(reader, inner_writer, move)),
                asyncio.ensure_future(_copy(inner_reader, writer, move)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                inner_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, move: Callable[[], None]) -> None:
    while data := await reader.read(_HEAD_BYTES):
        writer.write(data)
        await writer.drain()
        move()
