"""The page of all formats of a picture: ``GET /download/<name>``, and what it says, ``GET /download/<name>.json``.

Both take the query of a recipe and of its picture, with ``format`` and ``step``. The page needs no session; the figure
opens it in a dialog, and any site may have it in a frame. Its markup is the same for every query: its script reads the
query, and writes all texts as texts.
"""

from functools import cache
from gzip import decompress
from hashlib import sha256
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from convviz.arithmetic.arguments import shown
from convviz.assets import ASSETS
from convviz.errors import UnknownNameError
from convviz.fonts import linked_fonts
from convviz.origin import RIGHTS
from convviz.recipes import CATALOG, VARIANTS
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import COMPARE
from convviz.web.components.downloads import site_base

from . import answers, jobs, lines

_POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'unsafe-inline'",  # the page has its style in it
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors * file:",  # as the figure that opens it
))  # fmt: skip

_SUFFIX: Final = ".json"
_THEMES: Final = ("light", "dark")
_NAMES: Final = frozenset((*VARIANTS, COMPARE, *(f"preset/{name}" for name in (*CATALOG, *PAIRS))))

_flights: Final = lines.Flights()


async def _download(request: Request) -> Response:
    name, query = request.path_params["name"], request.url.query
    if name.endswith(_SUFFIX):
        return await answers.unless_left(request, _offer(request, name, query))
    if name not in _NAMES:
        raise UnknownNameError(f"There are files of {', '.join((*VARIANTS, COMPARE))}; got {shown(name)}.")
    theme = request.query_params.get("theme")
    page = _page(theme if theme in _THEMES else "page", site_base())
    return HTMLResponse(page, headers={**answers.ANY_SITE, "Content-Security-Policy": _POLICY})


async def _offer(request: Request, name: str, query: str) -> Response:
    found = await _flights.share((name, query), lambda: lines.quick.run(jobs.answer_download, name, query))
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-cache", **answers.ANY_SITE}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(decompress(found.packed), media_type="application/json", headers=headers)
    return Response(found.packed, media_type="application/json", headers={**headers, "Content-Encoding": "gzip"})


async def _script(request: Request) -> Response:
    if request.path_params["version"] != _version():
        return PlainTextResponse("There is no such script.", status_code=404)
    headers = {**answers.ANY_SITE, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_text("page.js"), media_type="text/javascript", headers=headers)


@cache
def _page(theme: str, base: str) -> str:
    return Template(_text("page.html")).substitute(
        theme=theme, fonts=linked_fonts(base), style=_text("page.css"), base=base, version=_version(), rights=RIGHTS
    )


@cache
def _version() -> str:
    return sha256(_text("page.js").encode()).hexdigest()[:12]


@cache
def _text(name: str) -> str:
    return (ASSETS / "download" / name).read_text(encoding="utf-8")


routes: Final = [
    Route("/download/page-{version}.js", _script),
    answers.public_route("/download/{name:path}", _download),
]
