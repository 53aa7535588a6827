"""How wide a text will be, without a font library: the layout must know before any renderer draws.

The advance widths are those of DejaVu Sans, the font that every renderer uses, in units of 1/2048 of the font size.
"""

from functools import lru_cache
from math import ceil
from typing import Final

_WIDTHS: Final = {
    563: "'", 569: "ijl", 604: "IJ", 651: " ,.·", 690: "/:;\\|", 721: "f", 739: "-", 799: "()[]⌊⌋", 803: "t", 821: "!",
    842: "r", 942: '"', 1024: "*_`–°", 1067: "s", 1075: "z", 1087: "?", 1126: "c", 1141: "L", 1178: "F", 1186: "k",
    1212: "vxy", 1235: "P", 1251: "TY", 1253: "o", 1255: "a", 1260: "e", 1294: "E", 1298: "hnu", 1300: "Sbdgpq",
    1303: "$0123456789{}", 1343: "K", 1401: "AV", 1403: "XZ", 1405: "B", 1423: "R", 1430: "C", 1499: "U", 1532: "N",
    1540: "H", 1577: "D", 1587: "G", 1597: "&", 1612: "OQ", 1675: "w", 1706: "∞", 1716: "#+<=>^~−×≈∗→≤", 1767: "M",
    1946: "%", 1995: "m", 2025: "W", 2048: "@…",
}  # fmt: skip
_ADVANCE: Final = {character: units / 2048 for units, characters in _WIDTHS.items() for character in characters}
_UNKNOWN: Final = 1.0
_BOLD: Final = 1.13
"""Bold letters are at most this much wider."""

CAP_HEIGHT: Final = 0.73
"""Height of capitals and digits as a fraction of the font size."""

SMALLEST: Final = 7.0
"""No text is set smaller than this many pixels."""


@lru_cache(4096)
def text_width(text: str, size: float, bold: bool = False) -> int:
    """Pixels that ``text`` takes at font size ``size``, rounded up.

    Examples
    --------
    >>> text_width("42", 20), text_width("-42", 20) > text_width("42", 20)
    (26, True)
    """
    width = sum(_ADVANCE.get(character, _UNKNOWN) for character in text) * size
    return ceil(width * _BOLD if bold else width)


def fitting_size(text: str, size: float, width: float) -> float:
    """The largest font size up to ``size``, in half pixels, at which ``text`` is at most ``width`` wide.

    Examples
    --------
    >>> fitting_size("7", 17, 35), fitting_size("-123.45", 17, 35)
    (17, 8.5)
    """
    taken = text_width(text, size)
    return size if taken <= width else max(SMALLEST, int(2 * size * width / taken) / 2)
