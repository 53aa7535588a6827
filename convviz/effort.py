"""How long a file takes to make and how large it becomes, as far as that is known before."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from . import limits
from .errors import TooLargeError
from .files import FORMATS
from .recipes import Presentation
from .recipes.comparison import Asked, Comparison
from .scene.primitives import Amount


@dataclass(frozen=True, slots=True)
class Effort:
    """What a format takes: CPU seconds on one core, and bytes of its files.

    Attributes
    ----------
    megapixel, look, item : float
        Seconds for a million pixels of all frames, for each look that differs, and for each item of a frame.
    bytes_megapixel, bytes_item : float
        Bytes in the same way.
    """

    megapixel: float
    look: float
    item: float
    bytes_megapixel: float
    bytes_item: float

    def seconds(self, amount: Amount) -> float:
        """Return the CPU seconds for this much to draw."""
        return self.megapixel * _megapixels(amount) + self.look * amount.looks + self.item * amount.items

    def megabytes(self, amount: Amount) -> float:
        """Return the size of the file for this much to draw."""
        return (self.bytes_megapixel * _megapixels(amount) + self.bytes_item * amount.items) / 1e6


def _megapixels(amount: Amount) -> float:
    return amount.width * amount.height * amount.frames / 1e6


_LOOK: Final = 0.4e-3
_ITEM: Final = 9e-6

EFFORTS: Final[Mapping[str, Effort]] = MappingProxyType({
    "gif": Effort(3.5e-3, _LOOK, _ITEM, 8_000, 0),
    "zip": Effort(6.6e-3, _LOOK, _ITEM, 40_000, 0),
})  # fmt: skip
"""Those of formats that can take long; a single step, a page of exercises and a program never do.

Of 1,600 random pictures (`benchmarks/render_queue.py`, on a busy machine) half took less than 0.8 of this, and one of
those that HTTP allows took more than 3 seconds: 3.1, and 2.5 to 2.9 when drawn again.
"""

_USUAL_WIDTH: Final = 1080
"""The width that a picture has about, where none is given; a narrower one is taller and has the same cells."""


def is_small(asked: Asked, show: Presentation, ending: str) -> bool:
    """Return whether a picture is drawn quickly, as far as that is known before it is laid out."""
    frames = asked.frames if ending in EFFORTS else 1
    return frames * max(show.width or 0, _USUAL_WIDTH) ** 2 <= limits.SMALL_PICTURE_MEGAPIXELS * 1e6


def check_seconds(asked: Asked, amount: Amount, ending: str) -> None:
    """Refuse a picture that takes too long for HTTP.

    Raises
    ------
    TooLargeError
        The sentence names the estimate, and what can be done.
    """
    if ending not in EFFORTS:
        return
    seconds = EFFORTS[ending].seconds(amount)
    if seconds > limits.RENDER_SECONDS:
        call = "cv.compare" if isinstance(asked, Comparison) else "cv.animate"
        raise TooLargeError(
            f"A file over HTTP must take at most {limits.RENDER_SECONDS} seconds to draw; got about {seconds:.1f} "
            f"for {FORMATS[ending].label} ({amount.frames} frames of {amount.width} x {amount.height}). Use a smaller "
            f"width, fewer steps, {call} in Python, or convviz render."
        )
