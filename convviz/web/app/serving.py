"""What happens when the server starts and when it ends."""

import asyncio
import gc
import socket
import sys
from asyncio import Future
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Final

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit import net_util, runtime

from convviz.origin import __version__
from convviz.web.components.elsewhere import serve

from . import lines, sessions
from .logs import LOGGER
from .page_work import submitter
from .settings import SETTINGS
from .worker import prepare

if sys.platform != "win32":
    import resource

READY: Final = "/ready"

_preparing: Final[list[Future[None]]] = []
"""What is started with the server."""

_TCP: Final = (socket.AF_INET, socket.AF_INET6)

_TURN: Final = 0.001
"""Seconds after which a thread that computes lets others go on. With the usual 0.005 the event loop, which sends what
all pages have made, answered half as quickly while pages ran, and in the same time there were fewer runs of pages."""

_FILES: Final = 65_536
"""Files and connections that may be open: a session takes 4, and many systems allow a program 1,024."""


@asynccontextmanager
async def serving(_: object) -> AsyncIterator[None]:
    """Start what figures and pages need as soon as the server starts, and end all workers with it."""
    _name_no_server()
    _ask_no_other_host()
    _send_at_once()
    sys.setswitchinterval(_TURN)
    allow_many_files()
    if runtime.exists():  # a test of the rest has none
        sessions.use()
    pages = asyncio.ensure_future(asyncio.to_thread(_load))
    workers = [asyncio.ensure_future(lines.quick.run(prepare, "convviz.web.app.jobs")) for _ in lines.quick.workers]
    workers.append(asyncio.ensure_future(lines.charts.run(prepare, "convviz.web.app.chart_job")))
    _preparing[:] = (pages, *workers)
    LOGGER.info("started", extra={"fields": {"version": __version__, "workers": SETTINGS.workers}})
    serve(submitter(asyncio.get_running_loop()))
    yield
    serve(None)
    LOGGER.info("ended")
    await asyncio.gather(pages, *workers)  # what begins to start cannot be ended
    for line in lines.ALL:
        for worker in line.workers:
            await worker.end()


async def _ready(_: Request) -> Response:
    """Answer whether requests may be sent here: workers have started, and there is room in the queue of figures."""
    if not all(each.done() for each in _preparing):
        return PlainTextResponse("Workers start.", 503)
    if lines.quick.is_full:
        return PlainTextResponse("The queue of figures is full.", 503)
    return PlainTextResponse("ok")


routes: Final = [Route(READY, _ready)]


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


def _ask_no_other_host() -> None:
    """Let Streamlit not look for this machine's address, so that its owner's browser could name it as an origin.

    For each connection from the page of another site it would ask another host, and all others would wait for it: where
    a firewall drops what goes out, 2 seconds, or as long as it takes to look up a name.
    """
    net_util._external_ip = "127.0.0.1"  # an origin anyway


def _name_no_server() -> None:
    """Leave out the header that names uvicorn; Streamlit, which starts it, has no option for that."""
    for each in gc.get_objects():
        if type(each) is uvicorn.Config:
            each.encoded_headers = [(name, value) for name, value in each.encoded_headers if name != b"server"]


def _send_at_once() -> None:
    """Let connections send without waiting for the other side to have received what came before.

    Connections have this from the socket that listens. Of those that it makes itself, asyncio takes care, but Streamlit
    makes one that does not name TCP. Without this the body of each answer waits up to 40 ms, until the browser has
    acknowledged the headers.
    """
    for each in gc.get_objects():
        if type(each) is socket.socket and each.fileno() >= 0 and each.family in _TCP:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
