"""What the answers of all routes have in common: any site may read them, and they stop when the client leaves."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from convviz.errors import SpecError
from convviz.web.components.downloads import site_base

from .lines import BusyError, LostError

Result = TypeVar("Result")

ANY_SITE: Final = {"Access-Control-Allow-Origin": "*"}
OEMBED: Final = "/oembed"
"""The one address without a folder that is no page."""

_RETRY_SECONDS: Final = 10


class _LeftError(Exception):
    """The client has closed the connection."""


def public_route(path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    """Return a route that any site may ask; a request without an answer gets one sentence, as JSON."""

    async def respond(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**ANY_SITE, "Access-Control-Allow-Methods": "GET, HEAD"})
        try:
            return await answer(request)
        except SpecError as error:
            return JSONResponse({"error": str(error)}, 400, ANY_SITE)
        except BusyError:
            return _later("Too many pictures wait to be drawn already.")
        except LostError:
            return _later("The picture could not be drawn: its process ended twice.")
        except _LeftError:
            return Response(status_code=499)  # the client does not read it

    return Route(path, respond, methods=["GET", "OPTIONS"])


def _later(sentence: str) -> Response:
    headers = {**ANY_SITE, "Retry-After": str(_RETRY_SECONDS)}
    return JSONResponse({"error": f"{sentence} Try again in {_RETRY_SECONDS} seconds."}, 503, headers)


async def unless_left(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Return what ``work`` returns; it is cancelled as soon as the client has closed the connection."""
    working, departure = asyncio.ensure_future(work), asyncio.ensure_future(_departure(request))
    try:
        await asyncio.wait((working, departure), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise _LeftError
        return await working
    finally:
        working.cancel()
        departure.cancel()


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def site_of(request: Request) -> str:
    """Return the address of this site, as the client knows it, without a slash at its end."""
    return f"{request.url.scheme}://{request.url.netloc}{site_base()}"


def cacheable(tag: str, seconds: int = 3600) -> dict[str, str]:
    """Return the headers of an answer that depends on its address alone: a cache may use it so long without asking."""
    return {**ANY_SITE, "Cache-Control": f"public, max-age={seconds}", "ETag": f'"{tag}"'}


def is_known(tag: str, request: Request) -> bool:
    """Return whether the client has the answer with this tag already."""
    tags = [text.strip().removeprefix("W/") for text in request.headers.get("If-None-Match", "").split(",")]
    return f'"{tag}"' in tags or "*" in tags
