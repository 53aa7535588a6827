"""How long a text is in convviz Sans: another font that takes its place has to fit into the same room."""

from functools import cache, lru_cache
from typing import Final

from PIL import ImageFont

from convviz.fonts import font_path

_UNITS: Final = 1000
"""Font size of measurements, at which hinting moves nothing."""


@lru_cache(16384)
def text_length(text: str, size: float, bold: bool = False) -> float:
    """Return the length of one line of text in pixels, to a hundredth.

    Examples
    --------
    >>> text_length("42", 20), text_length("42", 20, bold=True)
    (19.88, 20.52)
    """
    return round(_font(bold).getlength(text) * size / _UNITS, 2)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(bold), _UNITS, layout_engine=ImageFont.Layout.BASIC)
