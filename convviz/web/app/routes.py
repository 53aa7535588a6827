"""Pictures over HTTP: ``GET /render/<variant>.gif``, ``.zip`` and ``.png``, with the query of a recipe.

The name ``compare`` takes the query of a comparison. In a query, ``frame`` is counted from 0; the files of a zip are
numbered from 001, as the steps on the pages are.

The answers depend on the address alone, so any cache may keep them, and any site may show them. The pages, the
downloads and the cards of the home page use these same addresses, and no page run ever waits for an encoder.

All pages share the event loop, so nothing is read or drawn on it: both happen in separate threads.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any, Final, TypeVar

import PIL
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from convviz import __version__, limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.files import check_seconds, file_name, is_small
from convviz.recipes import VARIANTS, Presentation, read_query, split_options
from convviz.recipes.comparison import COMPARE, Asked, asked_for
from convviz.recipes.model import check_query
from convviz.render import raster
from convviz.scene import Frame, Scene, compose
from convviz.scene.primitives import amount_of

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


MEDIA_TYPES: Final[Mapping[str, str]] = {"gif": "image/gif", "png": "image/png", "zip": "application/zip"}

_PACKAGE: Final = Path(__file__).resolve().parents[2]
_SECONDS_FRESH: Final = 3600
_RETRY_SECONDS: Final = 10
_ANY_SITE: Final = {"Access-Control-Allow-Origin": "*"}

_queries: Final = Line("queries", limits.QUERIES_WAITING)
_small: Final = Line("small-pictures", limits.RENDER_WAITING)
_large: Final = Line("large-pictures", limits.RENDER_WAITING)
_flights: Final = Flights()
_file_cache: Final[LRUCache[str, bytes]] = LRUCache(limits.RENDER_CACHE_BYTES, getsizeof=len)
"""Files by their tags. Like the queues and flights, it is used on the event loop only."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What a request asks for, read and checked."""

    recipe: Asked
    show: Presentation
    suffix: str
    frame: int
    is_small: bool
    headers: Mapping[str, str]


async def _render(request: Request) -> Response:
    """Answer a request, and stop as soon as the client has closed the connection."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**_ANY_SITE, "Access-Control-Allow-Methods": "GET, HEAD"})
    answer, departure = asyncio.ensure_future(_answer(request)), asyncio.ensure_future(_departure(request))
    try:
        await asyncio.wait((answer, departure), return_when=asyncio.FIRST_COMPLETED)
        return await answer if answer.done() else Response(status_code=499)  # the client does not read it
    finally:
        answer.cancel()
        departure.cancel()


routes: Final = [Route("/render/{name:path}", _render, methods=["GET", "OPTIONS"])]


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _answer(request: Request) -> Response:
    name, query = request.path_params["name"], request.url.query
    try:
        picture = await _flights.share((name, query), lambda: _queries.run(lambda _: _read(name, query)))
        tag, media_type = picture.headers["ETag"], MEDIA_TYPES[picture.suffix]
        if _is_known(tag, request):
            return Response(status_code=304, headers=picture.headers)
        data = _file_cache.get(tag)
        if data is None and request.method == "HEAD":
            response = Response(media_type=media_type, headers=picture.headers)
            del response.headers["Content-Length"]  # unknown as long as the picture is not drawn
            return response
        if data is None:
            data = await _flights.share(tag, lambda: _drawn(picture))
        return Response(data, media_type=media_type, headers=picture.headers)
    except SpecError as error:
        return JSONResponse({"error": str(error)}, status_code=400, headers=_ANY_SITE)
    except BusyError:
        sentence = f"Too many pictures wait to be drawn already. Try again in {_RETRY_SECONDS} seconds."
        return JSONResponse({"error": sentence}, 503, {**_ANY_SITE, "Retry-After": str(_RETRY_SECONDS)})


def _is_known(tag: str, request: Request) -> bool:
    """Return whether the client has the picture with this tag already."""
    tags = [text.strip().removeprefix("W/") for text in request.headers.get("If-None-Match", "").split(",")]
    return tag in tags or "*" in tags


async def _drawn(picture: _Picture) -> bytes:
    """Draw a picture in its queue, and keep the file."""
    line = _small if picture.is_small else _large
    data = await line.run(lambda check: _draw(picture, check))
    if len(data) <= limits.RENDER_CACHE_BYTES:
        _file_cache[picture.headers["ETag"]] = data
    return data


def _draw(picture: _Picture, check: Check) -> bytes:
    """Draw a picture frame by frame, as long as a request waits for it."""
    check()
    recipe, show, suffix = picture.recipe, picture.show, picture.suffix

    def checked(scene: Scene, draw: Callable[[int], Frame]) -> Scene:
        def checked_draw(index: int) -> Frame:
            check()
            return draw(index)

        return replace(scene, draw=checked_draw)

    scene = compose(recipe, show, frames_drawn=1 if suffix == "png" else None)
    scene = checked(scene, scene.draw)
    if suffix == "png":
        return raster.png(scene, picture.frame)
    frames = [*scene]  # each is needed twice: to be counted, and to be drawn
    scene = checked(scene, frames.__getitem__)
    check_seconds(recipe, amount_of(scene), suffix)
    return raster.gif(scene, show.seconds_per_step) if suffix == "gif" else raster.png_zip(scene, recipe.variant)


def _read(name: str, query: str) -> _Picture:
    """Read the name of a picture and its query."""
    variant, _, suffix = name.rpartition(".")
    if suffix not in MEDIA_TYPES:
        endings = ", ".join(f".{ending}" for ending in MEDIA_TYPES)
        raise SpecError(f"The name of a picture must end in one of {endings}; got {shown(name)}.")
    if variant not in (*VARIANTS, COMPARE):
        names = ", ".join((*VARIANTS, COMPARE))
        raise SpecError(f"The name of a picture must begin with one of {names}; got {shown(variant)}.")
    check_query(query)
    texts = read_query(query)
    number = texts.pop("frame", None)
    given, options = split_options(texts)
    recipe, show = asked_for(variant, given), Presentation.from_values(options)
    frame = None if number is None else _frame_number(number, recipe.frames)
    address = recipe.render_query(show, frame)
    headers = {
        **_ANY_SITE,
        "Cache-Control": f"public, max-age={_SECONDS_FRESH}",
        "ETag": f'"{sha256(f"{_version()}/{name}?{address}".encode()).hexdigest()[:32]}"',
        "Content-Disposition": f'inline; filename="{file_name(variant, address, suffix)}"',
    }
    return _Picture(recipe, show, suffix, -1 if frame is None else frame, is_small(recipe, show, suffix), headers)


def _frame_number(text: str, frames: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < frames):
        raise SpecError(f"frame must be a whole number from 0 to {frames - 1}; got {text[:40]!r}.")
    return int(text)


@lru_cache(1)
def _version() -> str:
    """Return a digest of all that turns an address into the bytes of a picture: our code and the drawing library."""
    digest = sha256(f"{__version__} {PIL.__version__}".encode())
    for layer in ("arithmetic", "recipes", "scene", "render"):
        for path in sorted((_PACKAGE / layer).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
