"""How wide a text is and how it breaks into lines, without a font library: layout comes before any renderer draws.

The advance widths are those of convviz Sans, the font that every renderer uses, in units of 1/1000 of the font size.
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
    230: " ", 241: "|", 246: "i", 247: "j", 249: "',.:;·", 255: "l", 263: "I", 289: "!", 292: "f", 303: "()[]{}⌈⌉⌊⌋",
    311: "-", 331: "°", 338: "t", 347: "r", 350: "/\\", 418: "*", 419: "s", 425: "?z", 426: '"', 446: "x", 456: "c",
    467: "vy", 476: "Y", 479: "J", 480: "–", 486: "L", 494: "F", 495: "k", 496: "e", 497: "#$+0123456789<=>^~×−∗≈≤≥",
    500: "_", 504: "ag", 513: "X", 515: "V", 527: "E", 534: "S", 536: "T", 539: "Z", 542: "`o", 543: "A", 544: "hu",
    547: "n", 553: "b", 555: "dpq", 566: "P", 569: "R", 571: "C", 579: "K", 588: "B", 609: "&", 615: "D", 617: "G",
    619: "→", 645: "U", 647: "N", 652: "H", 664: "OQ", 719: "w", 727: "M", 782: "∞", 786: "W", 824: "%", 829: "m",
    847: "@", 948: "…",
}  # fmt: skip
_BOLD: Final = {
    230: " ", 255: "|", 262: "i", 263: "j", 271: "l", 275: "',.:;·", 282: "I", 315: "!", 317: "f", 322: "-",
    324: "()[]{}⌈⌉⌊⌋", 344: "/\\", 348: "°", 361: "t", 373: "r", 431: "s", 438: "*", 443: "z", 444: "?", 462: "c",
    480: "–", 481: "x", 482: '"', 494: "J", 495: "vy", 500: "_", 501: "Y", 502: "L", 507: "e", 510: "F",
    513: "#$+0123456789<=>^~×−∗≈≤≥", 516: "a", 520: "g", 522: "k", 536: "V", 538: "E", 540: "Z", 541: "X", 545: "S",
    546: "T", 549: "`o", 556: "u", 558: "Ah", 560: "n", 563: "b", 564: "dpq", 576: "C", 582: "P", 592: "R", 597: "BK",
    618: "→", 625: "D", 628: "G", 639: "&", 655: "U", 657: "N", 663: "H", 674: "OQ", 745: "M", 748: "w", 798: "∞",
    800: "W", 841: "%", 843: "m", 875: "@", 964: "…",
}  # fmt: skip


def _by_character(widths: Mapping[int, str]) -> dict[str, float]:
    return {character: units / 1000 for units, characters in widths.items() for character in characters}


_ADVANCES: Final = {False: _by_character(_REGULAR), True: _by_character(_BOLD)}
_UNKNOWN: Final = 1.2
_ROUNDS_UP: Final = 0.5 + 1 / 64
"""A font library counts in 1/64 of a pixel, so a little less than a half is already rounded up."""

CHARACTERS: Final = frozenset(_ADVANCES[False])
"""Every character whose width is known."""

CAP_HEIGHT: Final = 0.65
"""Height of capitals and digits as a fraction of the font size."""

SMALLEST: Final = 7
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
    (20, True)
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
    (17, 11)
    """
    while size > SMALLEST and text_width(text, size, bold) > room:
        size -= 1
    return size


def fitting_text(text: str, size: int, room: int) -> str:
    """Return ``text``, or where it does not fit a sign that there is more, or "" where even that does not fit.

    Examples
    --------
    >>> fitting_text("-123.45", 9, 40), fitting_text("-123.45", 9, 20), fitting_text("-123.45", 9, 5)
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
    [[10, 33], [10]]
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
    size, leading = round(16 * unit), round(24 * unit)
    if len(text_lines(prose.terms, replace(room, size=size), leading)) > _MANY_LINES:
        size, leading = round(13 * unit), round(19 * unit)
    terms = text_lines(prose.terms, Line(room.x, y + round(6 * unit) + leading, room.width, size), leading)
    y = terms[-1].y if terms else y
    formulas = []
    for k, pieces in enumerate(prose.formulas):
        y += round((22 if k else 28) * unit)
        formulas.append(text_lines(pieces, Line(room.x, y, room.width, round(15 * unit)), round(20 * unit)))
        y = formulas[-1][-1].y
    start = Line(room.x, y + round(30 * unit), room.width, round(14 * unit))
    legend = text_lines(prose.legend, start, round(22 * unit), legend_widths)
    y = legend[-1].y if legend else y
    return terms, tuple(formulas), legend, y + round(14 * unit)


def widest_terms(sentences: Iterable[Sequence[Term]]) -> list[Term]:
    """Return of several sentences the widest first word, the widest second word and so on."""
    longest = zip_longest(*sentences, fillvalue=Term(""))
    return [max(words, key=lambda word: text_width(word.text, 100, word.bold)) for words in longest]
