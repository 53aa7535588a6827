"""How cells, words and frames look: small pictures, made once for each distinct look and shared by all frames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, islice, pairwise
from math import ceil, floor
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from .primitives import Curve, Grid, Line, Look, Mark, Placed, Rect, Text
from .theme import Theme, step_of, value_color
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

Kind = Literal["input", "padding", "inserted", "cropped", "extra", "beyond", "unread", "value"]
"""What a cell is: of the input, padding, a zero put between cells, cropped by padding, added by output_padding, beyond
the padding (ceil_mode), not read by any window; or, in a legend, colored by its value.
"""

FILLED: Final = 0.86
"""Part of a cell's width that its number may take."""

READABLE: Final = 13
READABLE_NOTE: Final = 10
"""Font sizes that the layout aims at in cells."""

_NOTE_INSET: Final = 3
"""Pixels between a note and the side of its cell, whose hairline is one of them."""

_SUM: Final = 0.84
"""Where the numbers of a sum end, and the line between them, as a part of their cell's width."""

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
    """The small text in the corner of a cell, or, with ``is_addend``, above its number: what was added to make it."""

    text: str
    size: int
    color: str
    is_addend: bool = False


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
            "value": CellStyle(theme.value4, theme.ink, theme.edge),
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


UNKNOWN: Final = "?"
"""What a cell shows whose number is asked for."""

_PALE_STEPS: Final = 2
"""Steps of the scale of values on which muted ink can be read."""


@lru_cache(_CACHED)
def valued_style(style: CellStyle, theme: Theme, text: str, most: float) -> CellStyle:
    """Return the style of a cell that is colored by the number in it, where ``most`` is the largest of its table.

    What is not a number of the input, the kernel or the output keeps the color of what it is. Numbers of the input
    recede, until a window is over them.
    """
    if style.fill == theme.window_pale or (style.fill == theme.window and style.edge == "dashed"):
        if style.edge == "dashed":
            return style._replace(fill=theme.padding, ink=theme.muted)
    elif style.fill not in (theme.input, theme.kernel, theme.output, theme.window, theme.current):
        return style
    if text == UNKNOWN:
        return style
    if text in ("", "−∞", "∞"):
        return style._replace(fill=theme.empty)
    step = step_of(float(text.replace("−", "-")), most)
    recedes = style.fill == theme.input and abs(step) <= _PALE_STEPS
    return style._replace(fill=value_color(theme, step), ink=theme.muted if recedes else theme.ink)


def number_size(cell: int, texts: Iterable[str], *, is_bare: bool = False) -> int:
    """Return one font size at which every number of a panel fits its cell; larger in a picture that has no notes."""
    return fitting_size(widest(texts), round((0.58 if is_bare else 0.44) * cell), int(FILLED * cell))


def note_size(cell: int, texts: Iterable[str]) -> int:
    """Return one font size at which every note of a window fits its cell."""
    return fitting_size(widest(texts), max(round(0.3 * cell), READABLE_NOTE), cell - 2 * _NOTE_INSET)


def frame_width(cell: int, unit: float) -> int:
    """Return the width of the frame of a window, and of the cell that a step is about: 3 pixels in most pictures.

    In those wider than 900 pixels, of which ``unit`` is one, it grows; in cells that are tiny it is thinner.
    """
    return max(2, min(cell // 8, round(3 * max(1.0, unit))))


@lru_cache(_CACHED)
def cell_look(side: int, style: CellStyle, text: str, size: int, stroke: int = 1, note: Note | None = None) -> Look:
    """Draw a cell with its number in the middle, and where there is room, a note.

    It is below the number on the right, or, if it was added to make the number, above it, as in a sum on paper.
    ``side`` is in pixels from grid line to grid line; the cell covers the closing line too.
    """
    marks = _box(side, style, stroke, corners_only=bool(text))
    room = side - 2 * (stroke - 1 + _NOTE_INSET)
    x = middle = (side + 1) / 2
    has_note = note is not None and text_width(note.text, note.size) <= room
    if has_note:
        size = min(size, round(0.46 * side))
    text = fitting_text(text, size, side - 1)
    if note is not None and has_note and note.is_addend:
        width = text_width(text, size)
        right = max(round(_SUM * side), (side + 1 + width) // 2)
        marks += _addend(side, note, right)
        x, middle = right - width / 2, 0.72 * side
    elif note is not None and has_note:
        y = side - stroke - max(1, round(0.06 * side))
        marks.append(Text(side - stroke + 1 - _NOTE_INSET, y, note.text, note.size, note.color, "end"))
        middle = 0.37 * side
    if text and size:  # a cell of a pixel or two has no room for a letter of any size
        marks.append(Text(x, middle + CAP_HEIGHT * size / 2, text, size, style.ink, "middle"))
    return Look(side + 1, side + 1, tuple(marks))


def _addend(side: int, note: Note, right: int) -> list[Mark]:
    """Write what was added, on the right above the sum line: centered, it would look like the top of a fraction."""
    left, line = side - right, round(0.45 * side)
    return [
        Text(right, round(0.37 * side), note.text, note.size, note.color, "end"),
        Line(left, line, right, line, note.color),
    ]


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
def scale_look(side: int, theme: Theme) -> Look:
    """Draw the scale of values as the swatch of a legend, from the most negative on the left to the most positive."""
    steps = range(-4, 5)
    edges = [round(k * (side + 1) / len(steps)) for k in range(len(steps) + 1)]
    bars = (
        Rect(left, 0, right - left, side + 1, value_color(theme, step))
        for step, (left, right) in zip(steps, pairwise(edges), strict=True)
    )
    return Look(side + 1, side + 1, (*bars, Rect(0, 0, side + 1, side + 1, None, theme.edge)))


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


def outline(cell: int, first: tuple[int, int], last: tuple[int, int], color: str, stroke: int, key: str) -> Placed:
    """Draw the frame around a window of cells, from the top left corner of its first to that of its last."""
    (x, y), (right, bottom) = first, last
    # One half of it lies on the cells inside, the other on those around.
    look = frame_look(right - x + cell + stroke, bottom - y + cell + stroke, color, stroke)
    return Placed(x - stroke // 2, y - stroke // 2, look, key)


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


def funnel(
    front: Corners,
    back: Corners,
    color: str,
    around: tuple[Corners, Corners],
    obstacles: tuple[Corners, ...],
    key: str,
) -> Iterator[Placed]:
    """Draw two curves from a box to one on its right or below it, as wide as the boxes at their ends.

    They are drawn between the boxes ``around``, those of whole panels, and not over ``obstacles``: panels, labels and
    signs.
    """
    for along, others in ((0, (1, 3)), (1, (0, 2))):
        start, stop, across = around[0][along + 2], around[1][along], 1 - along
        are_next = around[0][across] < around[1][across + 2] and around[1][across] < around[0][across + 2]
        if start < stop and are_next:
            middle = (start + stop) / 2
            for k in others:
                ends = (start, front[k]), (middle, front[k]), (middle, back[k]), (stop, back[k])
                points = ends if along == 0 else [(x, y) for y, x in ends]
                for number, part in enumerate(_around(_curve(points, color), obstacles)):
                    yield part._replace(key=f"{key} {k} {number}")
            return


def _curve(points: Iterable[tuple[float, float]], color: str) -> Curve:
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
    return Curve(x1, y1, x2, y2, x3, y3, x4, y4, color)


_PIECES: Final = 32
"""Pieces of a curve that are looked at one by one."""

_STUB: Final = 6
"""Pieces that would be a loose end if they were alone."""


@lru_cache(_CACHED)
def _around(curve: Curve, obstacles: tuple[Corners, ...]) -> tuple[Placed, ...]:
    """Draw the parts of a curve that are not over obstacles."""

    xs, ys = sorted((curve.x1, curve.x4)), sorted((curve.y1, curve.y4))
    near = [
        (left, top, right, bottom) for left, top, right, bottom in obstacles
        if left < xs[1] and right > xs[0] and top < ys[1] and bottom > ys[0]
    ]  # fmt: skip
    if not near:
        return (_part(curve, 0, 1),)

    def is_free(k: int) -> bool:
        x, y = curve.at(k / _PIECES)
        return not any(left < x < right and top < y < bottom for left, top, right, bottom in near)

    runs = [[*run] for is_shown, run in groupby(range(_PIECES + 1), is_free) if is_shown]
    return tuple(_part(curve, run[0] / _PIECES, run[-1] / _PIECES) for run in runs if len(run) > _STUB)


def _part(curve: Curve, start: float, stop: float) -> Placed:
    """Draw a part of a curve, which is a curve, too: its tangents at both ends are those of the whole."""
    third = (stop - start) / 3

    def slope(t: float) -> tuple[float, float]:
        a, b, c = 3 * (1 - t) ** 2, 6 * (1 - t) * t, 3 * t**2
        x1, y1, x2, y2, x3, y3, x4, y4 = curve[:8]
        return a * (x2 - x1) + b * (x3 - x2) + c * (x4 - x3), a * (y2 - y1) + b * (y3 - y2) + c * (y4 - y3)

    (x1, y1), (x4, y4) = curve.at(start), curve.at(stop)
    (dx1, dy1), (dx4, dy4) = slope(start), slope(stop)
    xs = x1, x1 + third * dx1, x4 - third * dx4, x4
    ys = y1, y1 + third * dy1, y4 - third * dy4, y4
    left, top = floor(min(xs)) - 1, floor(min(ys)) - 1
    points = [(round(x - left), round(y - top)) for x, y in zip(xs, ys, strict=True)]
    size = ceil(max(xs)) - left + 2, ceil(max(ys)) - top + 2
    return Placed(left, top, Look(*size, (_curve(points, curve.color),)))


# Words ----------------------------------------------------------------------------------------------------------------

_AROUND_TEXT: Final = 2
"""Pixels of the box of a text that its letters do not take."""


@lru_cache(_CACHED)
def text_look(text: str, size: int, color: str, bold: bool = False) -> Look:
    """Draw one line of text that begins at the left edge of its box, its baseline ``size`` pixels below the top."""
    mark = Text(1, size, text, size, color, "start", bold)
    return Look(text_width(text, size, bold) + _AROUND_TEXT, round(1.3 * size) + 1, (mark,))


@lru_cache(_CACHED)
def label_look(text: str, size: int, theme: Theme) -> Look:
    """Draw a short bold text on a piece of the page, which covers the lines and cells below it."""
    width, top = text_width(text, size, True) + 2 * _AROUND_TEXT, round((1 - CAP_HEIGHT) * size) - _AROUND_TEXT
    paper = Rect(0, top, width, size + _AROUND_TEXT - top, theme.page)
    return Look(width, round(1.3 * size) + 1, (paper, Text(width / 2, size, text, size, theme.ink, "middle", True)))


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
            swatch = scale_look(side, theme) if kind == "value" else cell_look(side, kind_styles(theme)[kind], "", 0)
            yield Placed(x, line.y - side + round(0.2 * line.size), swatch)
            yield write_line(line, text, theme.muted, x=x + legend_lead(line.size))
