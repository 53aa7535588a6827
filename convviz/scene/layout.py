"""Where everything goes: the only place where rows and columns become x and y.

All lengths grow with the picture's width; ``unit`` is one pixel of a picture 900 wide. Cells are a whole number of pixels,
so that grid lines stay sharp.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .typography import fitting_size, text_width

NOMINAL_WIDTH: Final = 900
_WIDTHS: Final = (900, 1080, 1280, 1440)
"""Widths that are tried when none is asked for."""

_COMFORTABLE_CELL: Final = 34
_READABLE_CELL: Final = 28
_LARGEST_CELL: Final = 64


@dataclass(frozen=True, slots=True)
class Grid:
    """A plane of square cells, ``cell`` pixels from one to the next, on given row and column positions."""

    x: int
    y: int
    cell: int
    rows: range
    columns: range

    @property
    def width(self) -> int:
        """Pixels across, the closing grid line included."""
        return len(self.columns) * self.cell + 1

    @property
    def height(self) -> int:
        """Pixels down, the closing grid line included."""
        return len(self.rows) * self.cell + 1

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Top left corner of a cell.

        Examples
        --------
        >>> Grid(10, 20, 30, range(-1, 3), range(0, 3)).at(0, 2)
        (70, 50)
        """
        return self.x + (column - self.columns.start) * self.cell, self.y + (row - self.rows.start) * self.cell


@dataclass(frozen=True, slots=True)
class Panel:
    """A plane before it has a place: its label and the positions of its cells."""

    label: str
    rows: range
    columns: range


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line of text begins, its baseline, the room it has, and its font size."""

    x: int
    y: int
    width: int
    size: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one picture.

    Attributes
    ----------
    grids, labels : the three planes input, kernel, output, and the line of text above each.
    operators : centres of the signs between the planes.
    terms, formulas, legend : lines of text below the planes.
    """

    width: int
    height: int
    unit: float
    title: Line
    grids: tuple[Grid, Grid, Grid]
    labels: tuple[Line, ...]
    operators: tuple[tuple[int, int], ...]
    terms: tuple[Line, ...]
    formulas: tuple[Line, ...]
    legend: Line | None


@dataclass(frozen=True, slots=True)
class Below:
    """What stands under the planes: the widest terms that any step has, the formulas, and whether there is a legend."""

    terms: Sequence[str] = ()
    formulas: Sequence[str] = ()
    has_legend: bool = False


def plan(panels: Sequence[Panel], below: Below, width: int | None, frames: int, megapixels: float) -> Layout:
    """Place input, kernel and output, and the text around them.

    Without a ``width`` the picture is as wide as its cells need to be read, as long as all frames together stay within
    ``megapixels``.

    Examples
    --------
    >>> square = [Panel(name, range(side), range(side)) for name, side in (("input", 5), ("kernel", 3), ("output", 3))]
    >>> layout = plan(square, Below(), None, frames=9, megapixels=400)
    >>> layout.width, [grid.cell for grid in layout.grids]
    (900, [64, 64, 64])
    """
    if width is not None:
        return _place(panels, below, width)
    layout = _place(panels, below, _WIDTHS[0])
    for wider in _WIDTHS[1:]:
        if layout.grids[0].cell * NOMINAL_WIDTH >= _COMFORTABLE_CELL * NOMINAL_WIDTH:
            break
        candidate = _place(panels, below, wider)
        if candidate.width * candidate.height * frames > megapixels * 1e6:
            break
        layout = candidate
    return layout


def wrap(words: Sequence[str], line: Line, gap: str = " ") -> list[list[tuple[int, str]]]:
    """Words broken into lines as wide as ``line``: for each line its words with their x.

    Examples
    --------
    >>> wrap(["1·2", "+ 3·4"], Line(10, 0, 60, 10))
    [[(10, '1·2')], [(10, '+ 3·4')]]
    """
    lines: list[list[tuple[int, str]]] = [[]]
    x, space = line.x, text_width(gap, line.size)
    for word in words:
        taken = text_width(word, line.size)
        if lines[-1] and x + taken > line.x + line.width:
            lines.append([])
            x = line.x
        lines[-1].append((x, word))
        x += taken + space
    return lines


def _place(panels: Sequence[Panel], below: Below, width: int) -> Layout:
    unit = max(width / NOMINAL_WIDTH, 0.6)
    margin, label_size = round(28 * min(unit, width / NOMINAL_WIDTH)), 15 * unit
    title = Line(margin, round(30 * unit), width - 2 * margin, 18 * unit)
    top = round(66 * unit)
    slots = [(len(panel.columns), text_width(panel.label, label_size)) for panel in panels]
    in_row = _largest_cell(slots, width - 2 * margin, unit)
    stacked = _largest_cell(slots[:2], width - 2 * margin, unit)
    stacked = min(stacked, _largest_cell(slots[2:], width - 2 * margin, unit))
    if in_row >= _READABLE_CELL or stacked < 1.15 * in_row:
        grids, operators, bottom = _row(panels, slots, in_row, width, top, unit)
    else:
        grids, operators, bottom = _stack(panels, slots, stacked, width, top, unit)
    labels = tuple(
        Line(_label_x(grid, text, width), grid.y - round(9 * unit), text, label_size)
        for grid, (_, text) in zip(grids, slots, strict=True)
    )
    terms, formulas, legend, height = _text_below(below, Line(margin, bottom, width - 2 * margin, 15 * unit), unit)
    return Layout(width, height, unit, title, grids, labels, operators, terms, formulas, legend)


def _largest_cell(slots: Sequence[tuple[int, int]], room: int, unit: float) -> int:
    cell = int(_LARGEST_CELL * unit)
    gaps = (len(slots) - 1) * _gap(unit)
    while cell > 4 and sum(max(columns * cell + 1, label) for columns, label in slots) + gaps > room:
        cell -= 1
    return cell


def _gap(unit: float) -> int:
    return round(36 * unit)


def _label_x(grid: Grid, text: int, width: int) -> int:
    # Centred over its plane, but never out of the picture.
    return max(4, min(grid.x + (grid.width - text) // 2, width - text - 4))


Placement = tuple[tuple[Grid, Grid, Grid], tuple[tuple[int, int], ...], int]


def _row(
    panels: Sequence[Panel], slots: Sequence[tuple[int, int]], cell: int, width: int, top: int, unit: float
) -> Placement:
    """Input, kernel and output side by side, centred on one another."""
    widths = [max(columns * cell + 1, label) for columns, label in slots]
    tallest = max(len(panel.rows) for panel in panels) * cell + 1
    x = (width - sum(widths) - 2 * _gap(unit)) // 2
    grids, operators = [], []
    for panel, taken in zip(panels, widths, strict=True):
        grid = Grid(x, top, cell, panel.rows, panel.columns)
        grids.append(Grid(x + (taken - grid.width) // 2, top + (tallest - grid.height) // 2, cell, grid.rows, grid.columns))
        x += taken
        operators.append((x + _gap(unit) // 2, top + tallest // 2))
        x += _gap(unit)
    return (grids[0], grids[1], grids[2]), tuple(operators[:2]), top + tallest


def _stack(
    panels: Sequence[Panel], slots: Sequence[tuple[int, int]], cell: int, width: int, top: int, unit: float
) -> Placement:
    """Input and kernel side by side, the output below them."""
    widths = [max(columns * cell + 1, label) for columns, label in slots]
    upper = max(len(panel.rows) for panel in panels[:2]) * cell + 1
    x = (width - widths[0] - widths[1] - _gap(unit)) // 2
    first = Grid(x + (widths[0] - slots[0][0] * cell) // 2, top, cell, panels[0].rows, panels[0].columns)
    x += widths[0] + _gap(unit)
    second = Grid(x + (widths[1] - slots[1][0] * cell) // 2, top, cell, panels[1].rows, panels[1].columns)
    below = top + upper + round(44 * unit)
    third = Grid((width - slots[2][0] * cell) // 2, below, cell, panels[2].rows, panels[2].columns)
    operators = ((x - _gap(unit) // 2, top + min(first.height, second.height) // 2),)
    return (first, second, third), operators, below + third.height


def _text_below(
    below: Below, line: Line, unit: float
) -> tuple[tuple[Line, ...], tuple[Line, ...], Line | None, int]:
    y = line.y + round(8 * unit)
    terms, formulas = [], []
    if below.terms:
        y += round(6 * unit)
        for _ in wrap(below.terms, line):
            y += round(24 * unit)
            terms.append(Line(line.x, y, line.width, line.size))
    if below.formulas:
        y += round(6 * unit)
        size = min(fitting_size(text, 14 * unit, line.width) for text in below.formulas)
        for _ in below.formulas:
            y += round(22 * unit)
            formulas.append(Line(line.x, y, line.width, size))
    legend = None
    if below.has_legend:
        y += round(30 * unit)
        legend = Line(line.x, y, line.width, 13 * unit)
    return tuple(terms), tuple(formulas), legend, y + round(14 * unit)
