"""The typeface of pictures for browsers: a rule of the style sheet, and small files that are kept for good."""

from hashlib import sha256
from typing import Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from convviz.fonts import FAMILY, font_path

_PATHS: Final = {weight: font_path(weight == "bold", "woff2") for weight in ("normal", "bold")}
_FILES: Final = {path.name: path.read_bytes() for path in _PATHS.values()}
_VERSION: Final = sha256(b"".join(_FILES.values())).hexdigest()[:12]
_YEAR: Final = 31_536_000


async def _font(request: Request) -> Response:
    """Return a font file; the version in the address lets browsers keep it for good."""
    content = _FILES.get(request.path_params["name"])
    if content is None or request.path_params["version"] != _VERSION:
        return PlainTextResponse("There is no such font.", status_code=404)
    return Response(content, media_type="font/woff2", headers={"Cache-Control": f"public, max-age={_YEAR}, immutable"})


routes: Final = [Route("/fonts/{version}/{name}", _font)]


def font_faces() -> str:
    """Return the rules by which a browser finds the typeface; until it is there, letters have another one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    folder = f"{f'/{base}' if base else ''}/fonts/{_VERSION}"
    return "".join(
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-display: swap;'
        f' src: url("{folder}/{path.name}") format("woff2"); }}\n'
        for weight, path in _PATHS.items()
    )
