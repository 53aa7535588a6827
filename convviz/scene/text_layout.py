"""Text in lines: how words break, and where the lines above and below the planes stand.

``unit`` is one pixel of a picture 900 wide, as in the layout of planes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from .typography import SMALLEST, text_width

_MANY_LINES: Final = 3
"""More lines of terms than this are set smaller."""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line of text begins, its baseline, the room it has, and its font size."""

    x: int
    y: int
    width: int
    size: int


@dataclass(frozen=True, slots=True)
class Prose:
    """The words around the planes, as wide as they get in any frame: room for them is kept in all.

    Attributes
    ----------
    title, terms : words that are broken into lines where they must.
    formulas : pieces of each formula; each begins a new line.
    legend : what the legend explains; each entry has a swatch before it.
    """

    title: Sequence[str] = ()
    terms: Sequence[str] = ()
    formulas: Sequence[Sequence[str]] = ()
    legend: Sequence[str] = ()


def wrap(widths: Sequence[int], line: Line) -> list[list[int]]:
    """Words of these widths broken into lines as wide as ``line``: for each line the x of its words.

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


def word_widths(words: Sequence[str], size: int, bold: bool = False, bold_last: bool = False) -> list[int]:
    """Pixels that each word takes."""
    last = len(words) - 1
    return [text_width(word, size, bold or (bold_last and k == last)) for k, word in enumerate(words)]


def legend_widths(words: Sequence[str], size: int) -> list[int]:
    """Pixels that each entry of a legend takes, its swatch and the space after it among them."""
    return [legend_lead(size) + width + round(0.8 * size) for width in word_widths(words, size)]


def legend_lead(size: int) -> int:
    """Pixels that a swatch of the legend and the space behind it take at this font size."""
    return round(1.7 * size)


Lines = tuple[Line, ...]
Measure = Callable[[Sequence[str], int], list[int]]
"""Pixels that words take at a font size."""


def text_lines(words: Sequence[str], first: Line, leading: int, measure: Measure) -> Lines:
    """As many lines as the words need, ``leading`` pixels apart, set smaller where a single word would not fit."""
    if not words:
        return ()
    size = first.size
    while size > SMALLEST and max(measure(words, size)) > first.width:
        size -= 1
    count = len(wrap(measure(words, size), replace(first, size=size)))
    return tuple(replace(first, y=first.y + k * leading, size=size) for k in range(count))


def lines_below(prose: Prose, room: Line, unit: float) -> tuple[Lines, tuple[Lines, ...], Lines, int]:
    """The lines under the planes, and the height of the picture."""
    y = room.y + round(8 * unit)
    measure_terms = partial(word_widths, bold_last=True)
    size, leading = round(15 * unit), round(24 * unit)
    if len(text_lines(prose.terms, replace(room, size=size), leading, measure_terms)) > _MANY_LINES:
        size, leading = round(12 * unit), round(19 * unit)
    start = Line(room.x, y + round(6 * unit) + leading, room.width, size)
    terms = text_lines(prose.terms, start, leading, measure_terms)
    y = terms[-1].y if terms else y
    formulas = []
    for k, pieces in enumerate(prose.formulas):
        y += round((22 if k else 28) * unit)
        formulas.append(
            text_lines(pieces, Line(room.x, y, room.width, round(14 * unit)), round(20 * unit), word_widths)
        )
        y = formulas[-1][-1].y
    start = Line(room.x, y + round(30 * unit), room.width, round(13 * unit))
    legend = text_lines(prose.legend, start, round(22 * unit), legend_widths)
    y = legend[-1].y if legend else y
    return terms, tuple(formulas), legend, y + round(14 * unit)
