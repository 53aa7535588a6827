"""The HTML document of every page: Streamlit's own, with our style sheet, fonts and scripts from the beginning.

As an element of the pages the style sheet would be sent with every run, and arrive after the first paint: then the
page would jump when it comes. One script hears of steps in the history before Streamlit does, one opens links between
pages without a reload, one keeps the choice of theme for all pages, one searches the gallery, one mends Streamlit's
markup for keys and screen readers, and one says when the server is away. The first line of them tells Streamlit where
the site begins, or it would look below the address of each page, in vain.
"""

import re
from functools import lru_cache
from gzip import compress
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from convviz.assets import ASSETS
from convviz.fonts import linked_fonts
from convviz.html import PLACE, oembed_link
from convviz.recipes import VARIANTS
from convviz.recipes.comparison import COMPARE
from convviz.recipes.presentation import PRESENTATION_FIELDS
from convviz.web.components.downloads import site_base

from .answers import OEMBED, site_of
from .metrics import METRICS
from .pages import PAGE_NAMES
from .serving import READY

_METHODS: Final = ("GET", "HEAD")

_STREAMLIT_METRICS: Final = "/_stcore/metrics"
"""Shows names of inner functions; what an operator needs is at `METRICS`."""

_NOTHING: Final = PlainTextResponse("There is nothing at this address.", 404)

_QUICKLY: Final = 4
"""The level of gzip for what is compressed for each answer."""


class Document:
    """Answer the addresses of pages with the document, and with status 404 those that name none: it says so itself.

    A lesson that is asked for with ``embed=true`` gives way to its figure alone. Streamlit would answer any other
    address with its own document and status 200, which misleads programs that look whether something is there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _METHODS:
            await self.app(scope, receive, send)
        elif _is_page(scope["path"].removeprefix(site_base())):
            await _answer(Request(scope))(scope, receive, send)
        elif scope["path"].endswith(_STREAMLIT_METRICS):
            await _NOTHING(scope, receive, send)
        else:
            await self._pass_on(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_own = True

        async def send_no_document(message: Message) -> None:
            nonlocal is_own
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Streamlit alone sends documents as files, which take ranges.
                is_own = "text/html" not in headers.get("Content-Type", "") or "Accept-Ranges" not in headers
                if not is_own:
                    await _NOTHING(scope, receive, send)
            if is_own:
                await send(message)

        await self.app(scope, receive, send_no_document)


def _is_page(path: str) -> bool:
    return path not in (OEMBED, METRICS, READY) and re.fullmatch(r"(/[\w-]*)?", path) is not None


def _answer(request: Request) -> Response:
    """Return the document, as a gzip where the browser takes that, or the way to a lesson's figure."""
    name, query = request.url.path.rpartition("/")[2], request.url.query
    if request.url.path == site_base():  # without its slash, links to pages would lead above it
        return RedirectResponse(str(request.url.replace(scheme="", netloc="", path=f"{site_base()}/")))
    has_figure = name in (*VARIANTS, COMPARE)
    if name in VARIANTS and not VARIANTS[name].is_lab and "embed=true" in query.split("&"):
        known = (*VARIANTS[name].fields, *PRESENTATION_FIELDS, *PLACE)  # others are for the sections of the lesson
        kept = "&".join(each for each in query.split("&") if each.partition("=")[0] in known)
        return RedirectResponse(f"{site_base()}/figure/{name}{f'?{kept}' if kept else ''}")
    status = 200 if name in PAGE_NAMES else 404
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    content = styled_page()
    if has_figure:
        link = oembed_link(site_of(request), str(request.url), f"{name} in convviz")
        content = content.replace("</head>", f"{link}</head>", 1)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HTMLResponse(content, status, headers)
    packed = compress(content.encode(), _QUICKLY) if has_figure else _gzip(content.encode())
    return Response(packed, status, headers | {"Content-Encoding": "gzip"}, "text/html")


_gzip: Final = lru_cache(1)(compress)


async def _icon(_: Request) -> Response:
    """Return the icon that browsers ask for where a document names none."""
    return FileResponse(ASSETS / "icon.png", headers={"Cache-Control": "public, max-age=86400"})


routes: Final = [Route("/favicon.ico", _icon)]


@lru_cache(1)
def styled_page() -> str:
    """Return the document; the style sheet is in its body, because Streamlit adds its own styles to the head."""
    names = ("style.css", "history.js", "links.js", "theme.js", "find.js", "access.js", "away.js")
    style, *scripts = ((ASSETS / name).read_text(encoding="utf-8") for name in names)
    style = linked_fonts(site_base()) + style
    begin = f'window.__streamlit = {{ BACKEND_BASE_URL: location.origin + "{site_base()}/" }};'
    script = "\n".join((begin, *scripts))
    head, root, rest = streamlit_page().partition('<div id="root">')
    return f"{head}<style>\n{style}</style>\n    <script>\n{script}</script>\n    {root}{rest}"


@lru_cache(1)
def streamlit_page() -> str:
    """Return Streamlit's own document."""
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
