"""A slow line between a browser and a server: a proxy that delays what passes, in both directions, and can be cut.

The network emulation of browsers does not slow WebSockets, so the bytes themselves are held up.

    with Line(server, seconds=0.2) as line:
        page.goto(f"{line.url}/dilated")
        line.cut()
        line.mend()
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Self
from urllib.parse import urlsplit


class Line:
    """A line to ``server`` on a port of its own; each way takes ``seconds``, and passes ``rate`` bytes a second."""

    def __init__(self, server: str, *, seconds: float = 0.2, rate: float | None = None) -> None:
        parts = urlsplit(server)
        self.host, self.port, self.seconds, self.rate = str(parts.hostname), int(parts.port or 80), seconds, rate
        self.loop = asyncio.new_event_loop()
        self.writers: set[asyncio.StreamWriter] = set()
        self.is_cut = False

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.listener: asyncio.Server = self.wait_for(asyncio.start_server(self.serve, self.host, 0))
        self.url = f"http://{self.host}:{self.listener.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self.wait_for(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def cut(self) -> None:
        """Close every connection, and take no new one."""
        self.is_cut = True
        self.loop.call_soon_threadsafe(self.close_all)

    def mend(self) -> None:
        """Take new connections again."""
        self.is_cut = False

    def wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def end(self) -> None:
        self.listener.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.listener.wait_closed()

    def close_all(self) -> None:
        for writer in self.writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.is_cut:
                raise OSError("the line is cut")
            behind, beyond = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.close()
            return
        ends = {writer, beyond}
        self.writers |= ends
        try:
            await asyncio.gather(self.carry(reader, beyond), self.carry(behind, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.writers -= ends
            for one in ends:
                one.close()
            await asyncio.gather(*(one.wait_closed() for one in ends), return_exceptions=True)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on all that comes, each piece as late as the line is long, and none before the one before it."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            free_at = 0.0
            while True:
                arrival, data = await pieces.get()
                free_at = max(free_at, arrival) + (len(data) / self.rate if self.rate else 0)
                await asyncio.sleep(max(0.0, free_at - self.loop.time()))
                if not data:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        delivery = asyncio.ensure_future(deliver())
        try:
            while True:
                data = await reader.read(65536)
                pieces.put_nowait((self.loop.time() + self.seconds, data))
                if not data:
                    break
            await delivery
        finally:
            delivery.cancel()
