"""How wide a text will be, without a font library: the layout must know before any renderer draws.

The advance widths are those of DejaVu Sans, the font that every renderer uses, in units of 1/2048 of the font size.
Font sizes are whole pixels: a renderer of pixels hints its letters for whole sizes, so at a half one its widths would
be those of the next larger.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import ceil, floor
from typing import Final

_REGULAR: Final = {
    563: "'", 569: "ijl", 604: "IJ", 651: " ,.·", 690: "/:;\\|", 721: "f", 739: "-", 799: "()[]⌊⌋⌈⌉", 803: "t",
    821: "!", 842: "r", 942: '"', 1024: "*_`°–", 1067: "s", 1075: "z", 1087: "?", 1126: "c", 1141: "L", 1178: "F",
    1186: "k", 1212: "vxy", 1235: "P", 1251: "TY", 1253: "o", 1255: "a", 1260: "e", 1294: "E", 1298: "hnu",
    1300: "Sbdgpq", 1303: "$0123456789{}", 1343: "K", 1401: "AV", 1403: "XZ", 1405: "B", 1423: "R", 1430: "C",
    1499: "U", 1532: "N", 1540: "H", 1577: "D", 1587: "G", 1597: "&", 1612: "OQ", 1675: "w", 1706: "∞",
    1716: "#+<=>^~×→−∗≈≤≥", 1767: "M", 1946: "%", 1995: "m", 2025: "W", 2048: "@…",
}  # fmt: skip
_BOLD: Final = {
    627: "'", 702: "ijl", 713: " ", 748: "/\\|", 762: "IJ", 778: ",.·", 819: ":;", 850: "-", 891: "f", 934: "!",
    936: "()[]⌊⌋⌈⌉", 979: "t", 1010: "r", 1024: "_`°–", 1067: '"', 1071: "*", 1188: "?", 1192: "z", 1214: "c",
    1219: "s", 1305: "L", 1321: "x", 1335: "vy", 1362: "k", 1382: "a", 1389: "e", 1397: "T", 1399: "EF", 1407: "o",
    1425: "$0123456789", 1458: "hnu{}", 1466: "bdgpq", 1475: "S", 1483: "Y", 1485: "Z", 1501: "P", 1503: "C",
    1561: "B", 1577: "R", 1579: "X", 1585: "AV", 1587: "K", 1663: "U", 1681: "G", 1700: "D", 1706: "∞", 1714: "HN",
    1716: "#+<=>^~×→−∗≈≤≥", 1741: "OQ", 1786: "&", 1892: "w", 2038: "M", 2048: "@…", 2052: "%", 2134: "m",
    2259: "W",
}  # fmt: skip


def _by_character(widths: Mapping[int, str]) -> dict[str, float]:
    return {character: units / 2048 for units, characters in widths.items() for character in characters}


_ADVANCES: Final = {False: _by_character(_REGULAR), True: _by_character(_BOLD)}
_UNKNOWN: Final = 1.2
_ROUNDS_UP: Final = 0.5 + 1 / 64
"""A font library counts in 1/64 of a pixel, so a little less than a half is already rounded up."""

CHARACTERS: Final = frozenset(_ADVANCES[False])
"""Every character whose width is known."""

CAP_HEIGHT: Final = 0.73
"""Height of capitals and digits as a fraction of the font size."""

SMALLEST: Final = 6
"""No text is set smaller than this many pixels."""

MORE: Final = "…"
"""What stands in a cell that is too small for its number."""


@lru_cache(16384)
def text_width(text: str, size: int, bold: bool = False) -> int:
    """Pixels that ``text`` takes at most at font size ``size``.

    A renderer of vectors uses the advance as it is, one of pixels rounds each letter's; the larger counts.

    Examples
    --------
    >>> text_width("42", 20), text_width("-42", 20) > text_width("42", 20)
    (26, True)
    """
    table = _ADVANCES[bold]
    advances = [table.get(character, _UNKNOWN) * size for character in text]
    return ceil(sum(max(advance, floor(advance + _ROUNDS_UP)) for advance in advances))


@lru_cache(16384)
def fitting_size(text: str, size: int, room: int, bold: bool = False) -> int:
    """The largest font size up to ``size`` at which ``text`` is at most ``room`` wide, but never below `SMALLEST`.

    Examples
    --------
    >>> fitting_size("7", 17, 35), fitting_size("-123.45", 17, 35)
    (17, 8)
    """
    while size > SMALLEST and text_width(text, size, bold) > room:
        size -= 1
    return size


def fitting_text(text: str, size: int, room: int) -> str:
    """``text``, or where it does not fit a sign that there is more, or nothing where even that does not.

    Examples
    --------
    >>> fitting_text("-123.45", 9, 40), fitting_text("-123.45", 9, 30), fitting_text("-123.45", 9, 5)
    ('-123.45', '…', '')
    """
    return next((shown for shown in (text, MORE) if text_width(shown, size) <= room), "")


def widest(texts: Iterable[str]) -> str:
    """The text that takes the most room; "" where there is none."""
    return max(texts, key=lambda text: text_width(text, 100), default="")
