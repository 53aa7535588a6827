"""What happens when the server starts and when it ends."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Final

from streamlit import runtime

from . import absent, lines
from .worker import prepare

if sys.platform != "win32":
    import resource

_TCP: Final = (socket.AF_INET, socket.AF_INET6)

_TURN: Final = 0.001
"""Seconds after which a thread that computes lets others go on. With the usual 0.005 the event loop, which sends what
all pages have made, answered half as quickly while pages ran, and in the same time there were fewer runs of pages."""

_FILES: Final = 65_536
"""Files and connections that may be open: a session takes 4, and many systems allow a program 1,024."""


@asynccontextmanager
async def serving(_: object) -> AsyncIterator[None]:
    """Start what figures and pages need as soon as the server starts, and end all workers with it."""
    _send_at_once()
    sys.setswitchinterval(_TURN)
    allow_many_files()
    if runtime.exists():  # a test of the rest has none
        absent.use()
    pages = asyncio.ensure_future(asyncio.to_thread(_load))
    workers = [asyncio.ensure_future(lines.quick.run(prepare, "convviz.web.app.jobs")) for _ in lines.quick.workers]
    workers.append(asyncio.ensure_future(lines.charts.run(prepare, "convviz.web.app.chart_job")))
    yield
    await asyncio.gather(pages, *workers)  # what begins to start cannot be ended
    for line in (lines.quick, lines.small, lines.large, lines.charts):
        for worker in line.workers:
            await worker.end()


def _load() -> None:
    """Import what takes long, and keep the interpreter from looking through all that is loaded again and again.

    Importing matplotlib takes half a second, which the first visitors would wait for; looking for circles among the
    objects of all libraries stops everybody for 70 ms.
    """
    import_module("convviz.charts")
    gc.collect()
    gc.freeze()


def allow_many_files() -> None:
    """Let this process open as many files and connections as the system allows it."""
    if sys.platform != "win32":  # which has no such limit
        own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
        if own != resource.RLIM_INFINITY and own < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _send_at_once() -> None:
    """Let connections send without waiting for the other side to have received what came before.

    Connections have this from the socket that listens. Of those that it makes itself, asyncio takes care, but Streamlit
    makes one that does not name TCP. Without this the body of each answer waits up to 40 ms, until the browser has
    acknowledged the headers.
    """
    for each in gc.get_objects():
        if type(each) is socket.socket and each.fileno() >= 0 and each.family in _TCP:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
