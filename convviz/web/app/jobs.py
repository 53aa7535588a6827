"""What worker processes do for requests: answer figures, read what an address below ``/render`` asks for, draw it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from gzip import compress
from hashlib import sha256
from pathlib import Path
from typing import Final

import PIL

from convviz import __version__, html, limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.figure import Answer, answer
from convviz.files import check_seconds, file_name, is_small
from convviz.html import bundle
from convviz.origin import Origin
from convviz.recipes import VARIANTS, Presentation, read_query, split_options
from convviz.recipes.comparison import COMPARE, Asked, asked_for
from convviz.recipes.model import check_query
from convviz.render.gif import gif
from convviz.render.png import png, png_zip
from convviz.scene import Frame, Scene, compose
from convviz.scene.primitives import amount_of

from .worker import Check

_COMPRESSION: Final = 4
"""Level of gzip: of 17 to 75 kB it leaves 5 to 16 kB in 0.2 to 0.8 ms; level 1 leaves a tenth more, level 6 takes twice
as long."""

_BEST_COMPRESSION: Final = 9
"""A page is asked for once, and its figure after that for answers."""

_SUFFIX: Final = ".json"

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "gif": "image/gif", "png": "image/png", "zip": "application/zip", "html": "text/html",
}  # fmt: skip

_PACKAGE: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Finished:
    """An answer for a figure.

    Attributes
    ----------
    tag : str
        Equal for all addresses with the same answer, and for no others.
    is_refusal : bool
        Whether it says why there is nothing to show.
    packed : bytes
        The JSON, compressed by gzip.
    """

    tag: str
    is_refusal: bool
    packed: bytes


def answer_figure(check: Check, name: str, query: str) -> Finished:
    """Answer what the figure shows for a query, for a name such as ``dilated.json``."""
    if not name.endswith(_SUFFIX):
        raise SpecError(f"The name of a scene must end in {_SUFFIX}; got {shown(name)}.")
    return _finished(answer(name.removesuffix(_SUFFIX), query), _COMPRESSION)


def answer_page(check: Check, name: str, query: str, site: str) -> Finished:
    """Answer with the figure as a page of the site with the address ``site``."""
    return _finished(html.page(name, query, site), _BEST_COMPRESSION)


def measure_page(check: Check, name: str, query: str, width: int) -> tuple[str, int, int]:
    """Return the title of a figure's page, and its size in CSS pixels where it may be so wide."""
    return html.measure(name, query, width)


def _finished(found: Answer, level: int) -> Finished:
    text = found.text.encode()
    return Finished(sha256(text).hexdigest()[:32], bool(found.refusal), compress(text, level, mtime=0))


@dataclass(frozen=True, slots=True)
class Described:
    """A picture as the server knows it: what it is, and how long it will take.

    Attributes
    ----------
    tag : str
        Equal for all addresses of the same bytes, and for no others.
    """

    tag: str
    media_type: str
    file_name: str
    is_small: bool


def describe(check: Check, name: str, query: str) -> Described:
    """Read the name of a picture and its query."""
    picture = _read(name, query)
    variant, frame = picture.asked.variant, picture.frame
    address = picture.asked.render_query(picture.show, frame)
    if picture.dials is not None:
        address += f"&{html.DIALS}={picture.dials}"
    tag = sha256(f"{_version()}/{variant}.{picture.suffix}?{address}".encode()).hexdigest()[:32]
    media_type, file = MEDIA_TYPES[picture.suffix], file_name(variant, address, picture.suffix)
    return Described(tag, media_type, file, not picture.dials and is_small(picture.asked, picture.show, picture.suffix))


def draw(check: Check, name: str, query: str) -> bytes:
    """Draw a picture frame by frame, as long as a request waits for it."""
    check()
    picture = _read(name, query)
    suffix = picture.suffix

    def checked(scene: Scene, draw: Callable[[int], Frame]) -> Scene:
        def checked_draw(index: int) -> Frame:
            check()
            return draw(index)

        return replace(scene, draw=checked_draw)

    if suffix == "html":
        step = None if picture.frame is None else picture.frame + 1
        return html.file(
            picture.asked, picture.show, picture.dials, step=step, most_steps=limits.FILE_STEPS, check=check
        ).encode()
    scene = compose(picture.asked, picture.show, frames_drawn=1 if suffix == "png" else None)
    scene = checked(scene, scene.draw)
    variant = picture.asked.variant
    origin = Origin(variant, scene.description, f"/{variant}?{picture.asked.to_query()}".removesuffix("?"), "convviz")
    if suffix == "png":
        return png(scene, -1 if picture.frame is None else picture.frame, origin)
    frames = [*scene]  # each is needed twice: to be counted, and to be drawn
    scene = checked(scene, frames.__getitem__)
    check_seconds(picture.asked, amount_of(scene), suffix)
    if suffix == "gif":
        return gif(scene, picture.show.seconds_per_step, origin)
    return png_zip(scene, variant, origin)


@dataclass(frozen=True, slots=True)
class _Picture:
    """What a request asks for, read and checked."""

    asked: Asked
    show: Presentation
    suffix: str
    frame: int | None
    dials: Mapping[str, Sequence[str]] | None


def _read(name: str, query: str) -> _Picture:
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
    dials = html.read_dials(texts.pop(html.DIALS)) if suffix == "html" and html.DIALS in texts else None
    given, options = split_options(texts)
    asked, show = asked_for(variant, given), Presentation.from_values(options)
    return _Picture(asked, show, suffix, None if number is None else _frame_number(number, asked.frames), dials)


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
    digest.update(f"{html.file_policy()}{bundle.style()}{bundle.markup()}".encode())
    return digest.hexdigest()
