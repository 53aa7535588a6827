"""What happens when the server starts and when it ends."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Final

from convviz.web.components.elsewhere import serve

from . import lines
from .page_work import submitter
from .worker import prepare

_TCP: Final = (socket.AF_INET, socket.AF_INET6)


@asynccontextmanager
async def serving(_: object) -> AsyncIterator[None]:
    """Start what figures and pages need as soon as the server starts, and end all workers with it."""
    _send_at_once()
    pages = asyncio.ensure_future(asyncio.to_thread(_load))
    workers = [asyncio.ensure_future(lines.quick.run(prepare, "convviz.web.app.jobs")) for _ in lines.quick.workers]
    workers.append(asyncio.ensure_future(lines.charts.run(prepare, "convviz.web.app.chart_job")))
    serve(submitter(asyncio.get_running_loop()))
    yield
    serve(None)
    await asyncio.gather(pages, *workers)  # what begins to start cannot be ended
    for line in lines.ALL:
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


def _send_at_once() -> None:
    """Let connections send without waiting for the other side to have received what came before.

    Connections have this from the socket that listens. Of those that it makes itself, asyncio takes care, but Streamlit
    makes one that does not name TCP. Without this the body of each answer waits up to 40 ms, until the browser has
    acknowledged the headers.
    """
    for each in gc.get_objects():
        if type(each) is socket.socket and each.fileno() >= 0 and each.family in _TCP:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
