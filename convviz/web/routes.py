"""Pictures over HTTP: ``GET /render/<variant>.gif``, ``.zip`` and ``.png``, with the query of a recipe.

In the place of a variant, ``compare`` takes the query of a comparison. In a query, ``frame`` is counted
from 0; the files of a zip are numbered from 001, as the steps on the pages are.

The answers depend on nothing but the address, so any cache may keep them. The pages, the downloads and the previews of
the home page use these same addresses, and no page run ever waits for an encoder.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Final

import anyio
from cachetools import LRUCache, cached
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..animation import Animation
from ..errors import SpecError
from ..recipes import VARIANTS, Presentation, read_query, split_options, write_query
from ..recipes.comparison import COMPARE, SIDES, asked_for
from ..recipes.quoting import shown

MEDIA_TYPES: Final[Mapping[str, str]] = {"gif": "image/gif", "png": "image/png", "zip": "application/zip"}

_CACHED_BYTES: Final = 64_000_000
_SECONDS_FRESH: Final = 3600
_RENDERERS: Final = 2
"""Pictures that are made at the same time; the others wait, so that pages stay quick."""


async def _render(request: Request) -> Response:
    name, _, suffix = request.path_params["name"].rpartition(".")
    try:
        if suffix not in MEDIA_TYPES:
            endings = ", ".join(f".{ending}" for ending in MEDIA_TYPES)
            raise SpecError(f"The name of a picture must end in one of {endings}; got {request.path_params['name']!r}.")
        if name not in (*VARIANTS, COMPARE):
            names = ", ".join((*VARIANTS, COMPARE))
            raise SpecError(f"The name of a picture must begin with one of {names}; got {shown(name)}.")
        address = canonical(name, read_query(request.url.query))
        data = await anyio.to_thread.run_sync(_file, suffix, name, address, limiter=_limiter())
    except SpecError as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"public, max-age={_SECONDS_FRESH}",
        "ETag": tag,
        "Content-Disposition": f'inline; filename="{file_name(name, address, suffix)}"',
        "X-Content-Type-Options": "nosniff",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=MEDIA_TYPES[suffix], headers=headers)


routes: Final = [Route("/render/{name}", _render)]


def canonical(variant: str, texts: Mapping[str, str]) -> str:
    """The one query that stands for all that mean the same picture.

    Raises
    ------
    SpecError
        The query asks for something that cannot be.

    Examples
    --------
    >>> canonical("dilated", {"dilation": "2x2", "width": "900", "theme": "light", "stride": "2"})
    'stride=2&width=900'
    """
    frame = {name: text for name, text in texts.items() if name == "frame"}
    asked, shown = split_options({name: text for name, text in texts.items() if name != "frame"})
    recipe = asked_for(variant, asked)
    show = Presentation.from_values(shown)
    if frame:
        _frame_number(frame["frame"], recipe.frames)
    return write_query({**recipe.to_texts(), **show.to_texts(), **frame})


def file_name(variant: str, address: str, suffix: str) -> str:
    """A file name that tells what is inside, without the numbers of tables.

    Examples
    --------
    >>> file_name("dilated", "dilation=3&padding=0,0,8,0&width=900&weight=1,2;3,4", "gif")
    'dilated-d3-p0.0.8.0.gif'
    >>> file_name("standard", "frame=3", "png"), file_name("standard", "", "zip")
    ('standard-frame3.png', 'standard-frames.zip')
    >>> file_name("compare", "left=standard&right=dilated&input_size=7&right.dilation=3", "gif")
    'compare-standard-dilated-i7.gif'
    >>> file_name("depthwise-separable", "in_channels=2&channel_multiplier=2&out_channels=8&act=pointwise", "gif")
    'depthwise-separable-in2-m2-out8-pointwise.gif'
    """
    short = {
        "input_size": "i", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "output_padding": "a",
        "in_channels": "in", "channel_multiplier": "m", "out_channels": "out", "groups": "g", "act": "", "mode": "",
        "view": "", "frame": "frame",
    }  # fmt: skip
    texts = read_query(address)
    parts = [f"{short[name]}{text.replace(',', '.')}" for name, text in texts.items() if name in short]
    sides = [texts[side] for side in SIDES if side in texts]
    return "-".join([variant, *sides, *parts, *(["frames"] if suffix == "zip" else [])]) + f".{suffix}"


@cached(LRUCache(_CACHED_BYTES, getsizeof=len), lock=Lock())
def _file(suffix: str, variant: str, address: str) -> bytes:
    texts = read_query(address)
    frame = texts.pop("frame", None)
    asked, shown = split_options(texts)
    animation = Animation(asked_for(variant, asked), Presentation.from_values(shown))
    if suffix == "png":
        return animation.png(-1 if frame is None else int(frame))
    return animation.gif() if suffix == "gif" else animation.png_zip()


def _frame_number(text: str, frames: int) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:9]) >= frames:
        raise SpecError(f"frame must be a whole number from 0 to {frames - 1}; got {text[:40]!r}.")
    return int(text)


@lru_cache(1)
def _limiter() -> anyio.CapacityLimiter:
    # Made at the first request, because it belongs to the event loop that runs then.
    return anyio.CapacityLimiter(_RENDERERS)
