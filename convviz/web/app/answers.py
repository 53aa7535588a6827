"""What the answers of all routes have in common: any site may read them, and they stop when the client leaves."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from html import escape
from textwrap import wrap
from typing import Any, Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from convviz import limits
from convviz.errors import SpecError, TooLargeError, UnknownNameError
from convviz.web.components.downloads import site_base

from .lines import BusyError, LateError, LostError

Result = TypeVar("Result")

ANY_SITE: Final = {"Access-Control-Allow-Origin": "*"}
OEMBED: Final = "/oembed"
"""An address without a folder that is no page."""

_RETRY_SECONDS: Final = 10

SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""What an SVG may load where it is opened as a page of its own: nothing but what is in it."""

_LINE: Final = 78
_LONGEST_SENTENCE: Final = 1000
"""Letters of a line, and of a sentence, in an image."""


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
            return _refused(request, error)
        except BusyError:
            return _later("Too many pictures wait to be drawn already.")
        except LateError:
            return _later(f"The picture was not drawn within {limits.JOB_SECONDS} seconds.")
        except LostError:
            return _later("The picture could not be drawn: its process ended twice.")
        except _LeftError:
            return Response(status_code=499)  # the client does not read it

    return Route(path, respond, methods=["GET", "OPTIONS"])


def _refused(request: Request, error: SpecError) -> Response:
    """Return the sentence as JSON, or where a page asks for an image as an image that says it."""
    status = 404 if isinstance(error, UnknownNameError) else 413 if isinstance(error, TooLargeError) else 400
    if request.headers.get("Sec-Fetch-Dest") == "image":
        headers = {**ANY_SITE, "Content-Security-Policy": SVG_POLICY}
        return Response(_sentence_image(str(error)), status, headers, "image/svg+xml")
    return JSONResponse({"error": str(error)}, status, ANY_SITE)


def _sentence_image(sentence: str) -> str:
    """Return an SVG with a sentence in lines, which can be read on light and on dark pages."""
    lines = wrap(sentence[:_LONGEST_SENTENCE], _LINE, break_on_hyphens=False)
    texts = "".join(f'<text x="16" y="{32 + 22 * k}">{escape(line)}</text>' for k, line in enumerate(lines))
    height = 26 + 22 * len(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" viewBox="0 0 640 {height}" role="img">'
        f'<rect width="640" height="{height}" fill="#ffffff" stroke="#a63a00" stroke-width="2"/>'
        f'<g font-family="sans-serif" font-size="15" fill="#1b2130">{texts}</g></svg>'
    )


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
