"""What other sites need to embed a figure: its scripts, and the answer of oEmbed."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from convviz import bundle
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.html import DIALS
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

_YEAR: Final = 31_536_000
_SCRIPTS: Final = {"figure.js": bundle.component_script, "page.js": bundle.page_script}


async def _script(request: Request) -> Response:
    """Return the script of the figure; the version in the address lets browsers keep it for good."""
    script = _SCRIPTS.get(request.path_params["name"])
    if script is None or request.path_params["version"].partition("-")[0] != bundle.version():
        return PlainTextResponse("There is no such script.", status_code=404)
    headers = {**answers.ANY_SITE, "Cache-Control": f"public, max-age={_YEAR}, immutable"}
    return Response(script(), media_type="text/javascript", headers=headers)


async def _oembed(request: Request) -> Response:
    """Return the frame that shows the figure, or the lesson, of an address (https://oembed.com)."""
    texts = request.query_params
    if texts.get("format", "json") != "json":
        return JSONResponse({"error": "Only format=json is answered."}, 501, answers.ANY_SITE)
    most = [_most(texts, name, usual) for name, usual in (("maxwidth", _WIDTH), ("maxheight", _HIGHEST))]
    asked = urlsplit(texts.get("url", ""))
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


def _most(texts: Mapping[str, str], name: str, usual: int) -> int:
    text = texts.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) > 0):
        raise SpecError(f"{name} must be a whole number from 1 to 99999; got {shown(text)}.")
    return int(text)


routes: Final = [Route("/modules/{version}/{name}", _script), answers.public_route(answers.OEMBED, _oembed)]
