"""What other sites need to embed a figure: its scripts and fonts, and the answer of oEmbed."""

from collections.abc import Mapping
from functools import lru_cache
from gzip import compress
from html import escape
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.fonts import font_path, fonts_version
from convviz.html import DIALS, bundle
from convviz.recipes import VARIANTS
from convviz.recipes.comparison import COMPARE
from convviz.recipes.model import check_query
from convviz.web.components.downloads import site_base

from . import answers, lines
from .answers import site_of
from .jobs import measure_page

_WIDTH: Final = 800
_HIGHEST: Final = 99_999
"""CSS pixels of a frame, where the other site asks for none."""

_FOR_GOOD: Final = {**answers.ANY_SITE, "Cache-Control": "public, max-age=31536000, immutable"}
"""Headers of files with a version in their address."""

_SCRIPTS: Final = {
    "figure.js": bundle.component_script, "page.js": bundle.page_script, "later.js": bundle.later_script
}  # fmt: skip
_FONTS: Final = {path.name: path for path in (font_path(bold, "woff2") for bold in (False, True))}


async def _script(request: Request) -> Response:
    """Return a script of the figure."""
    script = _SCRIPTS.get(request.path_params["name"])
    if script is None or request.path_params["version"].partition("-")[0] != bundle.version():
        return PlainTextResponse("There is no such script.", status_code=404)
    headers = {**_FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(script(), media_type="text/javascript", headers=headers)
    return Response(_packed(script()), media_type="text/javascript", headers=headers | {"Content-Encoding": "gzip"})


_packed: Final = lru_cache(len(_SCRIPTS))(lambda text: compress(text.encode(), 9, mtime=0))


async def _font(request: Request) -> Response:
    """Return a font of the figure."""
    path = _FONTS.get(request.path_params["name"])
    if path is None or request.path_params["version"] != fonts_version():
        return PlainTextResponse("There is no such font.", status_code=404)
    return Response(path.read_bytes(), media_type="font/woff2", headers=_FOR_GOOD)


async def _oembed(request: Request) -> Response:
    """Return the frame that shows the figure, or the lesson, of an address (https://oembed.com)."""
    texts = request.query_params
    if texts.get("format", "json") != "json":
        return JSONResponse({"error": "Only format=json is answered."}, 501, answers.ANY_SITE)
    most = [_most(texts, name, usual) for name, usual in (("maxwidth", _WIDTH), ("maxheight", _HIGHEST))]
    asked = _split(texts.get("url", ""))
    name = asked.path.removeprefix(f"{site_base()}/").removeprefix("figure/")
    if asked.netloc != request.url.netloc or name not in (*VARIANTS, COMPARE):
        return JSONResponse({"error": "There is no figure at that address."}, 404, answers.ANY_SITE)
    check_query(asked.query)
    others = [each for each in asked.query.split("&") if each and not each.startswith("embed")]
    if not any(each.startswith(f"{DIALS}=") for each in others):
        others.append(f"{DIALS}=0")  # a frame of that height has room for the picture alone
    title, width, height = await answers.unless_left(
        request, lines.quick.run(measure_page, name, "&".join(others), min(most[0], _WIDTH))
    )
    site = site_of(request)
    address = escape(f"{site}/figure/{name}?{'&'.join(others)}")
    height = min(height, most[1])
    frame = (
        f'<iframe src="{address}" title="{escape(title)}" width="{width}" height="{height}" style="border: 0" '
        f'loading="lazy" allow="fullscreen; clipboard-write"></iframe>'
    )
    found = {
        "version": "1.0", "type": "rich", "provider_name": "convviz", "provider_url": site, "title": title,
        "width": width, "height": height, "html": frame,
    }  # fmt: skip
    return JSONResponse(found, headers=answers.ANY_SITE)


def _split(address: str) -> SplitResult:
    """Return the parts of an address; one that cannot be read has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _most(texts: Mapping[str, str], name: str, usual: int) -> int:
    text = texts.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) > 0):
        raise SpecError(f"{name} must be a whole number from 1 to 99999; got {shown(text)}.")
    return int(text)


routes: Final = [
    Route("/modules/{version}/{name}", _script),
    Route("/fonts/{version}/{name}", _font),
    answers.public_route(answers.OEMBED, _oembed),
]
