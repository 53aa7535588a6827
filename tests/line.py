"""A slow line between a browser and a server: a proxy that delays what passes, in both directions, and can be cut.

The network emulation of browsers does not slow WebSockets, so the bytes themselves are held up.

    with Line(server) as line:
        page.goto(f"{line.url}/dilated")
        line.seconds = 0.2
        line.cut()
        line.mend()
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from queue import Queue
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

PIECE = 4096
BUFFER = 16 * PIECE
"""Bytes on their way at most, so that a sender notices when the line is full."""


class Line:
    """A line to ``server`` on a port of its own.

    Attributes
    ----------
    seconds : how long each way takes; it may be changed meanwhile.
    rate : bytes that pass in a second, each way.
    """

    def __init__(self, server: str, *, seconds: float = 0, rate: float | None = None) -> None:
        parts = urlsplit(server)
        self.server, self.seconds, self.rate = (str(parts.hostname), int(parts.port or 80)), seconds, rate
        self.threads: list[Thread] = []
        self.ends: list[socket.socket] = []
        self.is_cut = False

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start(self.accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.cut()
        for thread in self.threads:
            thread.join()
        for end in (self.listener, *self.ends):
            end.close()

    def cut(self) -> None:
        """End every connection, and take no new one."""
        self.is_cut = True
        for end in self.ends:
            hang_up(end)

    def mend(self) -> None:
        """Take new connections again."""
        self.is_cut = False

    def start(self, work: object, *arguments: object) -> None:
        self.threads.append(Thread(target=work, args=arguments))  # type: ignore[arg-type]
        self.threads[-1].start()

    def accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.ends.append(near)
            if self.is_cut:
                hang_up(near)
                continue
            far = socket.socket()
            self.ends.append(far)
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            try:
                far.connect(self.server)
            except OSError:  # there is no server now
                hang_up(near)
                continue
            self.carry(near, far)
            self.carry(far, near)

    def carry(self, source: socket.socket, target: socket.socket) -> None:
        """Pass on all that comes, each piece as late as the line is long, and none before the one before it."""
        pieces: Queue[tuple[float, bytes]] = Queue(BUFFER // PIECE)
        self.start(self.take, source, pieces)
        self.start(self.deliver, target, pieces)

    def take(self, source: socket.socket, pieces: Queue[tuple[float, bytes]]) -> None:
        data = b"first"
        while data:
            try:
                data = source.recv(PIECE)
            except OSError:
                data = b""
            pieces.put((time.monotonic() + self.seconds, data))

    def deliver(self, target: socket.socket, pieces: Queue[tuple[float, bytes]]) -> None:
        free = 0.0
        while True:
            arrival, data = pieces.get()
            free = max(free, arrival) + (len(data) / self.rate if self.rate else 0)
            time.sleep(max(0.0, free - time.monotonic()))
            try:
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
            except OSError:
                return


def hang_up(end: socket.socket) -> None:
    with suppress(OSError):  # the other side may have been first
        end.shutdown(socket.SHUT_RDWR)
