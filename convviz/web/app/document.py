"""The HTML document of every page: Streamlit's own, with our style sheet, fonts and two scripts from the beginning.

As an element of the pages the style sheet would be sent with every run, and arrive after the first paint: then the
page would jump when it comes. One script hears of steps in the history before Streamlit does, the other one keeps the
choice of theme for all pages.
"""

import re
from functools import lru_cache
from gzip import compress
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from convviz.web import ASSETS

from .fonts import font_faces

_METHODS: Final = ("GET", "HEAD")


class Document:
    """Answer the addresses of pages with the document, also those that name no page: Streamlit says so in it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (_document(Headers(scope=scope)) if _is_page(scope) else self.app)(scope, receive, send)


def _is_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return re.fullmatch(r"(/[\w-]*)?", scope["path"].removeprefix(f"/{base}" if base else "")) is not None


def _document(headers: Headers) -> Response:
    """Return the document, as a gzip where the browser takes that."""
    content = styled_page().encode()
    answer = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in headers.get("Accept-Encoding", ""):
        content, answer["Content-Encoding"] = _gzip(content), "gzip"
    return Response(content, media_type="text/html", headers=answer)


_gzip: Final = lru_cache(1)(compress)


@lru_cache(1)
def styled_page() -> str:
    """Return the document; the style sheet is in its body, because Streamlit adds its own styles to the head."""
    names = ("style.css", "history.js", "theme.js")
    style, *scripts = ((ASSETS / name).read_text(encoding="utf-8") for name in names)
    script = "\n".join(scripts)
    head, root, rest = streamlit_page().partition('<div id="root">')
    return f"{head}<style>\n{font_faces()}{style}</style>\n    <script>\n{script}</script>\n    {root}{rest}"


@lru_cache(1)
def streamlit_page() -> str:
    """Return Streamlit's own document."""
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
