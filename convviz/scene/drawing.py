"""How cells, words and frames look: small pictures, made once for each distinct look and shared by all frames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from .primitives import Grid, Line, Look, Mark, Placed, Rect, Text
from .theme import Theme
from .typography import (
    CAP_HEIGHT,
    Term,
    fitting_size,
    fitting_text,
    legend_lead,
    legend_widths,
    text_width,
    widest,
    word_widths,
    wrap,
)
from .typography import Line as TextLine

Kind = Literal["input", "padding", "inserted", "cropped", "extra", "beyond", "unread"]
"""What a cell is: of the input, padding, a zero put between cells, cropped by padding, added by output_padding, beyond
the padding (ceil_mode), or not read by any window.
"""

FILLED: Final = 0.86
"""Part of a cell's width that its number may take."""

READABLE: Final = 10
READABLE_NOTE: Final = 8
"""Font sizes that the layout aims at in cells."""

_CACHED: Final = 8192

# Cells ----------------------------------------------------------------------------------------------------------------


class CellStyle(NamedTuple):
    """How one kind of cell looks: its fill, its ink, its edge and its sign.

    Dashes and signs distinguish what colors alone would not.
    """

    fill: str
    ink: str
    edge_color: str
    edge: Literal["solid", "dashed", "dotted"] = "solid"
    sign: Literal["", "cropped", "extra"] = ""


class Note(NamedTuple):
    """The small text in the corner of a cell."""

    text: str
    size: int
    color: str


@lru_cache(8)
def kind_styles(theme: Theme) -> Mapping[Kind, CellStyle]:
    """Return the style of each kind of cell."""
    return MappingProxyType(
        {
            "input": CellStyle(theme.input, theme.ink, theme.edge),
            "padding": CellStyle(theme.padding, theme.muted, theme.edge, "dashed"),
            "inserted": CellStyle(theme.inserted, theme.muted, theme.edge, "dotted"),
            "cropped": CellStyle(theme.cropped, theme.muted, theme.edge, "solid", "cropped"),
            "extra": CellStyle(theme.extra, theme.muted, theme.edge, "dashed", "extra"),
            "beyond": CellStyle(theme.extra, theme.muted, theme.edge, "dashed", "extra"),
            "unread": CellStyle(theme.inserted, theme.muted, theme.edge, "dotted"),
        }
    )


@lru_cache(64)
def tapped_style(theme: Theme, *, is_real: bool = True, is_now: bool = False) -> CellStyle:
    """Return the style of a cell under a tap: pale and dashed outside the input, strong for the tap of the frame."""
    if is_now:
        return CellStyle(theme.current, theme.ink, theme.window_edge)
    if is_real:
        return CellStyle(theme.window, theme.ink, theme.window_edge)
    return CellStyle(theme.window_pale, theme.muted, theme.window_edge, "dashed")


@lru_cache(64)
def empty_style(theme: Theme, *, is_extra: bool = False) -> CellStyle:
    """Return the style of an output cell before it is written, whether output_padding added it or not."""
    return CellStyle(theme.extra if is_extra else theme.empty, theme.ink, theme.edge, sign="extra" if is_extra else "")


def number_size(cell: int, texts: Iterable[str], *, is_bare: bool = False) -> int:
    """Return one font size at which every number of a panel fits its cell; larger in a picture that has no notes."""
    return fitting_size(widest(texts), round((0.5 if is_bare else 0.38) * cell), int(FILLED * cell))


def note_size(cell: int, texts: Iterable[str]) -> int:
    """Return one font size at which every note of a window fits its cell."""
    return fitting_size(widest(texts), max(round(0.27 * cell), READABLE_NOTE), cell - 2 * thin(cell))


def thin(cell: int) -> int:
    """Return the width of the edge of a cell under a tap."""
    return max(1, cell // 20)


def thick(cell: int) -> int:
    """Return the width of the edge of a window, and of the cell that a step is about."""
    return max(2, cell // 13)


@lru_cache(_CACHED)
def cell_look(side: int, style: CellStyle, text: str, size: int, stroke: int = 1, note: Note | None = None) -> Look:
    """Draw a cell with its number in the middle, and below it on the right, where there is room, a note.

    ``side`` is in pixels from grid line to grid line; the cell covers the closing line too.
    """
    marks = _box(side, style, stroke, corners_only=bool(text))
    room = side - 2 * stroke
    middle = (side + 1) / 2
    if note is not None and text_width(note.text, note.size) <= room:
        y = side - stroke - max(1, round(0.06 * side))
        marks.append(Text(side - stroke, y, note.text, note.size, note.color, "end"))
        size = min(size, round(0.42 * side))
        middle = 0.37 * side
    text = fitting_text(text, size, side - 1)
    if text and size:  # a cell of a pixel or two has no room for a letter of any size
        marks.append(Text((side + 1) / 2, middle + CAP_HEIGHT * size / 2, text, size, style.ink, "middle"))
    return Look(side + 1, side + 1, tuple(marks))


def _box(side: int, style: CellStyle, stroke: int, corners_only: bool) -> list[Mark]:
    dash = {"solid": 0, "dashed": max(2, side // 10), "dotted": 1}[style.edge]
    marks: list[Mark] = [Rect(0, 0, side + 1, side + 1, style.fill, style.edge_color, stroke, dash)]
    if style.sign == "cropped":
        # A cross through the whole cell; next to a number, only its four ends.
        arm = side // 5 if corners_only else side // 2
        for x, to_right in ((1, 1), (side - 1, -1)):
            marks.append(Line(x, 1, x + to_right * arm, 1 + arm, style.edge_color))
            marks.append(Line(x, side - 1, x + to_right * arm, side - 1 - arm, style.edge_color))
    elif style.sign == "extra":
        corner = max(3, side // 6)
        marks.append(Rect(side - corner, 0, corner + 1, corner + 1, style.edge_color))
    return marks


# Frames and lines -----------------------------------------------------------------------------------------------------

Corners = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


@lru_cache(_CACHED)
def frame_look(width: int, height: int, color: str, stroke: int) -> Look:
    """Draw a hollow rectangle around a window."""
    return Look(width, height, (Rect(0, 0, width, height, None, color, stroke),))


@lru_cache(_CACHED)
def sheets_look(width: int, height: int, corners: tuple[tuple[int, int], ...], fill: str, color: str) -> Look:
    """Draw sheets one behind the other, with lines between the corners of the first and the last.

    ``corners`` are their top left ones, from front to back, none of them left of or above that of the look.
    """
    (x, y), (back_x, back_y) = corners[0], corners[-1]
    sheets = (Rect(left, top, width, height, fill, color) for left, top in reversed(corners))
    lines = (
        Line(x + across, y + down, back_x + across, back_y + down, color)
        for across in (0, width - 1)
        for down in (0, height - 1)
    )
    return Look(width + max(x, back_x), height + max(y, back_y), (*sheets, *lines))


@lru_cache(_CACHED)
def line_look(x1: int, y1: int, x2: int, y2: int, color: str, width: int = 1) -> Look:
    """Draw a line between two points, none of them left of or above the corner of the look."""
    return Look(max(x1, x2) + width, max(y1, y2) + width, (Line(x1, y1, x2, y2, color, width),))


def outline(cell: int, first: tuple[int, int], last: tuple[int, int], theme: Theme, key: str) -> Placed:
    """Draw the frame around a window of cells, from the top left corner of its first to that of its last."""
    (x, y), (right, bottom), edge = first, last, thick(cell)
    look = frame_look(right - x + cell + 1 + edge, bottom - y + cell + 1 + edge, theme.window_edge, edge)
    return Placed(x - edge // 2, y - edge // 2, look, key)


def box_of(grid: Grid) -> Corners:
    """Return the box of a grid, including its closing grid lines."""
    return grid.x, grid.y, grid.x + grid.width - 1, grid.y + grid.height - 1


def join(
    front: Corners, back: Corners, color: str, keys: tuple[str, str],
    around: tuple[Corners, Corners] | None = None, origin: tuple[int, int] = (0, 0),
) -> Iterator[Placed]:  # fmt: skip
    """Draw the two lines between the sides of two boxes that face each other.

    With ``around``, the boxes that contain ``front`` and ``back``, draw only the part between those: lines that crossed
    them would strike through numbers. Halves of pixels are rounded as if ``origin`` were the corner of the picture.
    """
    outer = around or (front, back)
    for along, others in ((0, (1, 3)), (1, (0, 2))):
        start, stop = front[along + 2], back[along]
        first, last = outer[0][along + 2], outer[1][along]
        # Panels of one stack may be in several lines: those that begin a line face none.
        is_facing = front[1 - along] < back[3 - along] and back[1 - along] < front[3 - along]
        if is_facing and start < stop and first < last:
            zero = origin[1 - along]
            for k, key in zip(others, keys, strict=True):
                one, other = front[k] - zero, back[k] - zero
                ends = [(at, zero + round(one + (other - one) * (at - start) / (stop - start))) for at in (first, last)]
                (x1, y1), (x2, y2) = ends if along == 0 else [(x, y) for y, x in ends]
                left, top = min(x1, x2), min(y1, y2)
                yield Placed(left, top, line_look(x1 - left, y1 - top, x2 - left, y2 - top, color), key)
            return


# Words ----------------------------------------------------------------------------------------------------------------

_AROUND_TEXT: Final = 2
"""Pixels of the box of a text that its letters do not take."""


@lru_cache(_CACHED)
def text_look(text: str, size: int, color: str, bold: bool = False) -> Look:
    """Draw one line of text that begins at the left edge of its box, its baseline ``size`` pixels below the top."""
    mark = Text(1, size, text, size, color, "start", bold)
    return Look(text_width(text, size, bold) + _AROUND_TEXT, round(1.3 * size) + 1, (mark,))


def write_line(
    line: TextLine, text: str, color: str, bold: bool = False, x: int | None = None, key: str = ""
) -> Placed:
    """Write a line that the layout made to fit, from its beginning or from ``x`` on."""
    start = line.x if x is None else x
    return Placed(start - 1, line.y - line.size, text_look(text, line.size, color, bold), key)


def write_words(lines: Sequence[TextLine], words: Sequence[Term], theme: Theme) -> Iterator[Placed]:
    """Write words one by one over ``lines``; the layout has made enough of them."""
    if not lines:
        return
    size, ink, muted = lines[0].size, theme.ink, theme.muted
    looks = [text_look(text, size, ink if role == "ink" else muted, bold) for text, role, bold in words]
    rows = wrap([look.width - _AROUND_TEXT for look in looks], lines[0])
    assert len(rows) <= len(lines), words
    rest = iter(looks)
    for row, line in zip(rows, lines, strict=False):
        y = line.y - size
        for x in row:
            yield Placed(x - 1, y, next(rest))


def write_phrases(lines: Sequence[TextLine], phrases: Sequence[Term], color: str) -> Iterator[Placed]:
    """Write phrases over ``lines``, those of one line as one text."""
    counts = [len(phrases)]
    if len(lines) > 1:
        counts = [*map(len, wrap(word_widths(phrases, lines[0].size), lines[0]))]
    assert len(counts) <= len(lines), phrases
    rest = iter(phrases)
    for count, line in zip(counts, lines, strict=False):
        yield write_line(line, " ".join([phrase.text for phrase in islice(rest, count)]), color, phrases[0].bold)


def write_legend(lines: Sequence[TextLine], theme: Theme, words: Mapping[Kind, str]) -> Iterator[Placed]:
    """Draw a swatch and write a few words for each kind of cell."""
    if not lines:
        return
    entries = iter(words.items())
    rows = wrap(legend_widths([*map(Term, words.values())], lines[0].size), lines[0])
    for row, line in zip(rows, lines, strict=True):
        side = round(1.2 * line.size)
        for x in row:
            kind, text = next(entries)
            swatch = cell_look(side, kind_styles(theme)[kind], "", 0)
            yield Placed(x, line.y - side + round(0.2 * line.size), swatch)
            yield write_line(line, text, theme.muted, x=x + legend_lead(line.size))
