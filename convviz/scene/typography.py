"""How wide a text is and how it breaks into lines, without a font library: layout comes before any renderer draws.

The advance widths are those of DejaVu Sans, the font that every renderer uses, in units of 1/2048 of the font size.
Font sizes are whole pixels: a renderer of pixels hints its letters for whole sizes, so at a half one its widths would
be those of the next larger.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from math import ceil, floor
from typing import Final, Literal, NamedTuple

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
"""What a cell shows that is too small for its number."""


@lru_cache(16384)
def text_width(text: str, size: int, bold: bool = False) -> int:
    """Return the most pixels that ``text`` takes at font size ``size``.

    A renderer of vectors uses the advance as it is, one of pixels rounds each letter's; the larger counts.

    Examples
    --------
    >>> text_width("42", 20), text_width("-42", 20) > text_width("42", 20)
    (26, True)
    """
    advances = _advances(size, bold)
    return ceil(sum([advances[character] for character in text]))


class _Advances(dict[str, float]):
    """The advance of each character at one font size; of an unknown one that of a wide letter."""

    def __init__(self, size: int, bold: bool) -> None:
        super().__init__((character, _advance(em, size)) for character, em in _ADVANCES[bold].items())
        self.unknown = _advance(_UNKNOWN, size)

    def __missing__(self, character: str) -> float:
        return self.unknown


_advances: Final = lru_cache(512)(_Advances)


def _advance(em: float, size: int) -> float:
    """Return the pixels of a letter, ``em`` of the font size wide, however a renderer draws it."""
    advance = em * size
    return max(advance, floor(advance + _ROUNDS_UP))


@lru_cache(16384)
def fitting_size(text: str, size: int, room: int, bold: bool = False) -> int:
    """Return the largest font size up to ``size`` at which ``text`` is at most ``room`` wide, at least `SMALLEST`.

    Examples
    --------
    >>> fitting_size("7", 17, 35), fitting_size("-123.45", 17, 35)
    (17, 8)
    """
    while size > SMALLEST and text_width(text, size, bold) > room:
        size -= 1
    return size


def fitting_text(text: str, size: int, room: int) -> str:
    """Return ``text``, or where it does not fit a sign that there is more, or "" where even that does not fit.

    Examples
    --------
    >>> fitting_text("-123.45", 9, 40), fitting_text("-123.45", 9, 30), fitting_text("-123.45", 9, 5)
    ('-123.45', '…', '')
    """
    return next((fitting for fitting in (text, MORE) if text_width(fitting, size) <= room), "")


def widest(texts: Iterable[str]) -> str:
    """Return the text that takes the most room; "" where there is none."""
    return max(dict.fromkeys(texts), key=lambda text: text_width(text, 100), default="")  # equal ones are common


# Lines ----------------------------------------------------------------------------------------------------------------
# ``unit`` is one pixel of a picture 900 wide, as in the layout of grids.

_MANY_LINES: Final = 3
"""More lines of terms than this are set smaller."""


Role = Literal["ink", "muted"]
"""The color of a word, as a role of the theme."""


class Term(NamedTuple):
    """A word of a frame: its text, its color and its weight."""

    text: str
    role: Role = "ink"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line of text begins, its baseline, the room it has, and its font size."""

    x: int
    y: int
    width: int
    size: int


@dataclass(frozen=True, slots=True)
class Prose:
    """The words around the grids, as wide as they get in any frame: every frame keeps room for them.

    Attributes
    ----------
    title, terms : sequence of Term
        Words that are broken into lines where necessary.
    formulas : sequence of sequences of Term
        Pieces of each formula; each piece may begin a new line.
    legend : sequence of Term
        What the legend explains; each entry has a swatch before it.
    """

    title: Sequence[Term] = ()
    terms: Sequence[Term] = ()
    formulas: Sequence[Sequence[Term]] = ()
    legend: Sequence[Term] = ()


def wrap(widths: Sequence[int], line: Line) -> list[list[int]]:
    """Break words of these widths into lines as wide as ``line``: return for each line the x of its words.

    Examples
    --------
    >>> wrap([20, 30, 40], Line(10, 0, 60, 10))
    [[10, 34], [10]]
    """
    lines: list[list[int]] = [[]]
    x, space = line.x, text_width(" ", line.size)
    for width in widths:
        if lines[-1] and x + width > line.x + line.width:
            lines.append([])
            x = line.x
        lines[-1].append(x)
        x += width + space
    return lines


def word_widths(words: Sequence[Term], size: int) -> list[int]:
    """Return the pixels that each word takes."""
    return [text_width(word.text, size, word.bold) for word in words]


def legend_widths(words: Sequence[Term], size: int) -> list[int]:
    """Return the pixels that each entry of a legend takes, including its swatch and the space after it."""
    return [legend_lead(size) + width + round(0.8 * size) for width in word_widths(words, size)]


def legend_lead(size: int) -> int:
    """Return the pixels that a swatch of the legend and the space behind it take at this font size."""
    return round(1.7 * size)


Measure = Callable[[Sequence[Term], int], list[int]]
"""Pixels that words take at a font size."""


def text_lines(words: Sequence[Term], first: Line, leading: int, measure: Measure = word_widths) -> tuple[Line, ...]:
    """Return as many lines as the words need, ``leading`` pixels apart, set smaller where a word would not fit."""
    if not words:
        return ()
    size = first.size
    while size > SMALLEST and max(measure(words, size)) > first.width:
        size -= 1
    count = len(wrap(measure(words, size), replace(first, size=size)))
    return tuple(replace(first, y=first.y + k * leading, size=size) for k in range(count))


Lines = tuple[Line, ...]


def lines_below(prose: Prose, room: Line, unit: float) -> tuple[Lines, tuple[Lines, ...], Lines, int]:
    """Return the lines under the grids (terms, formulas, legend), and the height of the picture."""
    y = room.y + round(8 * unit)
    size, leading = round(15 * unit), round(24 * unit)
    if len(text_lines(prose.terms, replace(room, size=size), leading)) > _MANY_LINES:
        size, leading = round(12 * unit), round(19 * unit)
    terms = text_lines(prose.terms, Line(room.x, y + round(6 * unit) + leading, room.width, size), leading)
    y = terms[-1].y if terms else y
    formulas = []
    for k, pieces in enumerate(prose.formulas):
        y += round((22 if k else 28) * unit)
        formulas.append(text_lines(pieces, Line(room.x, y, room.width, round(14 * unit)), round(20 * unit)))
        y = formulas[-1][-1].y
    start = Line(room.x, y + round(30 * unit), room.width, round(13 * unit))
    legend = text_lines(prose.legend, start, round(22 * unit), legend_widths)
    y = legend[-1].y if legend else y
    return terms, tuple(formulas), legend, y + round(14 * unit)


def widest_terms(sentences: Iterable[Sequence[Term]]) -> list[Term]:
    """Return of several sentences the widest first word, the widest second word and so on."""
    longest = zip_longest(*sentences, fillvalue=Term(""))
    return [max(words, key=lambda word: text_width(word.text, 100, word.bold)) for words in longest]
