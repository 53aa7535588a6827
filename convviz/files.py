"""The files of a picture: their names, and how long it takes to draw them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from . import limits
from .errors import SpecError
from .recipes import Presentation, read_query
from .recipes.comparison import SIDES, Asked, Comparison
from .recipes.fields import FIELDS
from .recipes.model import check_query
from .scene import check_pixels
from .scene.figure import LAST_BEATS
from .scene.primitives import Amount

SUFFIXES: Final = ("gif", "zip", "png", "html")
"""The files of a picture: the animation, every frame as a PNG in an archive, the last frame, and the figure itself."""

_QUICK: Final = ("png", "html")
"""Those in which no pixel, or only those of one frame, are drawn."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What HTTP gives of a picture.

    Attributes
    ----------
    note : str
        Pixels, frames and seconds; and, where some file is refused, why.
    suffixes : tuple of str
        Those of the files that it gives.
    """

    note: str
    suffixes: tuple[str, ...]


def offer(asked: Asked, amount: Amount, show: Presentation) -> Offer:
    """Return what HTTP gives of a picture in which there is so much to draw.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> offer(recipe("dilated"), Amount(900, 562, 9, 300, 60), Presentation())
    Offer(note='900 × 562 pixels, 9 frames, 6.6 s', suffixes=('gif', 'zip', 'png', 'html'))
    """
    try:
        check_query(asked.to_query())
    except SpecError as error:  # too long for a link
        return Offer(str(error), ())
    try:
        check_pixels(amount.width, amount.height, amount.frames)
    except SpecError as error:
        return Offer(str(error), _QUICK)
    refusals = {}
    for suffix in SUFFIXES:
        try:
            check_seconds(asked, amount, suffix)
        except SpecError as error:
            refusals[suffix] = str(error)
    seconds = show.seconds_per_step * (amount.frames - 1 + LAST_BEATS)
    frames = "frame" if amount.frames == 1 else "frames"
    note = f"{amount.width} × {amount.height} pixels, {amount.frames} {frames}, {seconds:.3g} s"
    # Whatever refuses the GIF also refuses the zip: the first reason is enough.
    reason = next((f". {reason}" for reason in refusals.values()), "")
    return Offer(f"{note}{reason}", tuple(suffix for suffix in SUFFIXES if suffix not in refusals))


def file_name(variant: str, address: str, suffix: str) -> str:
    """Return a file name that says what is inside, without the numbers of tables.

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
    texts = read_query(address)
    short = {name: field.short for name, field in FIELDS.items()} | {"frame": "frame"}
    parts = [f"{short[name]}{text.replace(',', '.')}" for name, text in texts.items() if short.get(name) is not None]
    sides = [texts[side] for side in SIDES if side in texts]
    return "-".join([variant, *sides, *parts, *(["frames"] if suffix == "zip" else [])]) + f".{suffix}"


# How long a picture takes to draw -------------------------------------------------------------------------------------

_PER_MEGAPIXEL: Final[Mapping[str, float]] = {"gif": 3.5e-3, "zip": 6.6e-3}
_PER_LOOK: Final = 0.4e-3
_PER_ITEM: Final = 9e-6
"""CPU seconds on one core.

Of 1,600 random pictures (`benchmarks/render_queue.py`, on a busy machine) half took less than 0.8 of this, and one of
those that HTTP allows took more than 3 seconds: 3.1, and 2.5 to 2.9 when drawn again.
"""

_USUAL_WIDTH: Final = 1080
"""The width that a picture has about, where none is given; a narrower one is taller and has the same cells."""


def is_small(recipe: Asked, show: Presentation, suffix: str) -> bool:
    """Return whether a picture is drawn quickly, as far as that is known before it is laid out."""
    frames = 1 if suffix in _QUICK else recipe.frames
    return frames * max(show.width or 0, _USUAL_WIDTH) ** 2 <= limits.SMALL_PICTURE_MEGAPIXELS * 1e6


def check_seconds(asked: Asked, amount: Amount, suffix: str) -> None:
    """Refuse a picture that takes too long for HTTP. A single frame never does, nor does the figure.

    Raises
    ------
    SpecError
        The sentence names the estimate, and what can be done.
    """
    if suffix in _QUICK:
        return
    seconds = seconds_to_draw(amount, suffix)
    if seconds > limits.RENDER_SECONDS:
        words = {"gif": "A GIF", "zip": "A zip of PNG frames"}[suffix]
        call = "cv.compare" if isinstance(asked, Comparison) else "cv.animate"
        raise SpecError(
            f"{words} over HTTP must take at most {limits.RENDER_SECONDS} seconds to draw; got about {seconds:.1f} "
            f"({amount.frames} frames of {amount.width} x {amount.height}). Use a smaller width, fewer steps, or "
            f"{call} in Python."
        )


def seconds_to_draw(amount: Amount, suffix: str) -> float:
    """Estimate the CPU seconds of a GIF or a zip. The number of looks matters most, for each is drawn once."""
    megapixels = amount.width * amount.height * amount.frames / 1e6
    return _PER_MEGAPIXEL[suffix] * megapixels + _PER_LOOK * amount.looks + _PER_ITEM * amount.items
