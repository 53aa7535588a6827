"""Where everything goes: the only place where rows and columns become x and y.

All lengths grow with the picture's width; ``unit`` is one pixel of a picture 900 wide. Cells are a whole number of
pixels, so that grid lines stay sharp.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from .text_layout import Line, Prose, lines_below, text_lines, word_widths
from .typography import fitting_size, text_width

NOMINAL_WIDTH: Final = 900
_WIDTHS: Final = (900, 1080, 1280, 1440)
"""Widths that are tried when none is asked for."""

_NARROW: Final = (760, 640, 540, 440, 340, 240)
"""Widths for animations with so many frames that wider ones would have too many pixels."""

SMALLEST_UNIT: Final = 0.7
"""Narrow pictures keep their letters at this fraction of what stands in one 900 wide."""

_COMFORTABLE_CELL: Final = 34
"""Cells of this many pixels show numbers and weights without strain: no wider picture is needed."""

SMALLEST_CELL: Final = 4
LARGEST_CELL: Final = 64
_LARGEST_RATIO: Final = 0.6
"""Planes are at most this tall, as a fraction of the width, unless their cells would be uncomfortable."""

_FLAT: Final = 0.75
"""A picture at most this tall, as a fraction of its width, fits a slide."""

_GAIN: Final = 1.15
"""Another arrangement must make the cells so much larger."""

LEGIBLE: Final = 0.9
"""With cells at least so large, as a fraction of what they need, numbers have 9 pixels and more."""

_BARELY: Final = 0.85
"""Cells this much smaller than they need can still be read."""

ROW: Final = ((0, 1, 2),)
STACK: Final = ((0, 1), (2,))
TOWER: Final = ((0,), (1,), (2,))
"""Which planes stand side by side, from top to bottom."""

_SIGNS: Final = "∗="
"""Between input and kernel, and between kernel and output."""

Signs = tuple[tuple[str, tuple[int, int]], ...]
Arrangement = tuple[tuple[int, ...], ...]
Cells = tuple[int, ...]


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
    """A plane before it has a place: its label, the positions of its cells, and the pixels that a cell needs.

    ``tags`` are what may stand at the plane itself, from long to short.
    """

    label: str
    rows: range
    columns: range
    need: int = 22
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one picture.

    Attributes
    ----------
    title, terms, formulas, legend : lines of text above and below the planes.
    grids, labels : the planes, and the line of text above each.
    signs : the signs between the planes and their centres, where there is room.
    tags : small texts at planes.
    """

    width: int
    height: int
    unit: float
    title: tuple[Line, ...]
    grids: tuple[Grid, ...]
    labels: tuple[Line, ...]
    signs: Signs
    terms: tuple[Line, ...]
    formulas: tuple[tuple[Line, ...], ...]
    legend: tuple[Line, ...]
    tags: tuple[tuple[Line, str], ...] = ()


def plan(panels: Sequence[Panel], prose: Prose, width: int | None, frames: int, megapixels: float) -> Layout:
    """Place input, kernel and output, and the text around them.

    Without a ``width`` the picture is as wide as its cells need to be read, as long as all frames together stay within
    ``megapixels``.

    Examples
    --------
    >>> square = [Panel(name, range(side), range(side)) for name, side in (("input", 5), ("kernel", 3), ("output", 3))]
    >>> layout = plan(square, Prose(["Step 1"]), None, frames=9, megapixels=400)
    >>> layout.width, [grid.cell for grid in layout.grids]
    (900, [64, 64, 64])
    """
    limit = megapixels * 1e6 / frames
    place = partial(_place_within, panels, prose, limit=limit)
    return widest_needed(place, panels, partial(_is_comfortable, panels), width, limit)


def widest_needed(
    place: Callable[[int], Layout],
    panels: Sequence[Panel],
    is_enough: Callable[[Layout], bool],
    width: int | None,
    limit: float,
) -> Layout:
    """The layout of the width that is asked for; without one, as wide as the cells need, within ``limit`` pixels.

    Pictures that are taller than wide grow only as long as their numbers are too small.
    """
    if width is not None:
        return place(width)
    fallback = None
    for wide in _WIDTHS:
        layout = place(wide)
        if layout.width * layout.height > limit:
            break
        is_flat = layout.height <= layout.width
        if is_flat and is_enough(layout):
            return layout
        if is_flat or fallback is None or legibility(panels, fallback) < LEGIBLE:
            fallback = layout
    if fallback is not None:
        return fallback
    narrow = [place(wide) for wide in _NARROW]
    return next((layout for layout in narrow if layout.width * layout.height <= limit), narrow[-1])


def legibility(panels: Sequence[Panel], layout: Layout) -> float:
    """The size of the smallest numbers, as a fraction of what is comfortable to read."""
    return min(grid.cell / panel.need for grid, panel in zip(layout.grids, panels, strict=True))


def _place_within(panels: Sequence[Panel], prose: Prose, width: int, limit: float) -> Layout:
    """The best arrangement whose pixels are within the limit, or else the one of the fewest rows."""
    layout = _place(panels, prose, width, (STACK, TOWER))
    for others in ((STACK,), ()):
        if layout.width * layout.height <= limit:
            break
        layout = _place(panels, prose, width, others)
    return layout


def _is_comfortable(panels: Sequence[Panel], layout: Layout) -> bool:
    cells = [grid.cell for grid in layout.grids]
    return min(cells) >= _COMFORTABLE_CELL and all(
        cell >= panel.need for cell, panel in zip(cells, panels, strict=True)
    )


def _place(panels: Sequence[Panel], prose: Prose, width: int, others: Sequence[Arrangement]) -> Layout:
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    room = width - 2 * margin
    first = Line(margin, round(30 * unit), room, round(18 * unit))
    title = text_lines(prose.title, first, round(23 * unit), partial(word_widths, bold=True))
    top = (title[-1] if title else first).y + round(36 * unit)
    label_size = min(fitting_size(panel.label, round(15 * unit), room) for panel in panels)
    labels = [text_width(panel.label, label_size) for panel in panels]
    arrangement, cells = _arrange(panels, labels, room, unit, others)
    grids, signs, bottom = _grids(panels, labels, arrangement, cells, width, top, unit)
    label_lines = tuple(
        Line(_label_x(grid, text, width), grid.y - round(9 * unit), text, label_size)
        for grid, text in zip(grids, labels, strict=True)
    )
    terms, formulas, legend, height = lines_below(prose, Line(margin, bottom, room, 0), unit)
    return Layout(width, height, unit, title, grids, label_lines, signs, terms, formulas, legend)


def _arrange(
    panels: Sequence[Panel], labels: Sequence[int], room: int, unit: float, others: Sequence[Arrangement]
) -> tuple[Arrangement, Cells]:
    """How the planes stand, and the size of their cells: side by side unless that makes the cells too small."""
    best: Arrangement = ROW
    cells = _cells(panels, labels, best, room, unit)
    for other in others:
        tried = _cells(panels, labels, other, room, unit)
        is_better = min(tried) >= _GAIN * min(cells)
        is_legible = all(cell >= _BARELY * panel.need for cell, panel in zip(cells, panels, strict=True))
        rows = sum(max(len(panels[k].rows) for k in group) * max(tried[k] for k in group) for group in other)
        is_flat = other is STACK and rows + round(110 * unit) <= _FLAT * (room + 56 * unit)
        if is_better and (is_flat or not is_legible):
            best, cells = other, tried
    return best, cells


def _cells(panels: Sequence[Panel], labels: Sequence[int], arrangement: Arrangement, room: int, unit: float) -> Cells:
    """The size of each plane's cells: as large as possible and all alike, except that each gets what it needs first."""
    for cells in _sizes(panels, unit):
        if all(_group_width(panels, labels, group, cells, unit) <= room for group in arrangement):
            return cells
    return (1,) * len(panels)  # not even the labels fit side by side: any other arrangement is better


def _sizes(panels: Sequence[Panel], unit: float) -> Iterator[Cells]:
    """Sizes to try, from the largest to the smallest."""
    rows = max(len(panel.rows) for panel in panels)
    tall = max(round(_COMFORTABLE_CELL * unit), int(_LARGEST_RATIO * NOMINAL_WIDTH * unit / rows))
    smallest = min(panel.need for panel in panels)
    for cell in range(min(round(LARGEST_CELL * unit), tall), smallest, -1):
        yield tuple(max(cell, panel.need) for panel in panels)
    for percent in range(100, 0, -2):
        yield tuple(max(SMALLEST_CELL, panel.need * percent // 100) for panel in panels)


def _group_width(
    panels: Sequence[Panel], labels: Sequence[int], group: Sequence[int], cells: Cells, unit: float
) -> int:
    return sum(_slot(panels, labels, k, cells) for k in group) + (len(group) - 1) * _gap(unit)


def _slot(panels: Sequence[Panel], labels: Sequence[int], k: int, cells: Cells) -> int:
    return max(len(panels[k].columns) * cells[k] + 1, labels[k])


def _gap(unit: float) -> int:
    return round(36 * unit)


def _label_x(grid: Grid, text: int, width: int) -> int:
    # Centred over its plane, but never out of the picture.
    return max(2, min(grid.x + (grid.width - text) // 2, width - text - 2))


Placement = tuple[tuple[Grid, ...], Signs, int]


def _grids(
    panels: Sequence[Panel], labels: Sequence[int], arrangement: Arrangement, cells: Cells,
    width: int, top: int, unit: float,
) -> Placement:  # fmt: skip
    """The planes group below group, each group centred, and the signs before the second and the third plane."""
    grids: list[Grid] = []
    signs: list[tuple[int, int] | None] = []
    for group in arrangement:
        tallest = max(len(panels[k].rows) * cells[k] + 1 for k in group)
        x = (width - _group_width(panels, labels, group, cells, unit)) // 2
        for k in group:
            slot = _slot(panels, labels, k, cells)
            grid = Grid(x, top, cells[k], panels[k].rows, panels[k].columns)
            x, y = x + (slot - grid.width) // 2, top + (tallest - grid.height) // 2
            grids.append(Grid(x, y, grid.cell, grid.rows, grid.columns))
            sign = (grid.x if k != group[0] else x) - _gap(unit) // 2
            signs.append((sign, top + tallest // 2) if sign >= _gap(unit) // 3 else None)
            x = grid.x + slot + _gap(unit)
        top += tallest + round(44 * unit)
    named = tuple((sign, place) for sign, place in zip(_SIGNS, signs[1:], strict=True) if place is not None)
    return tuple(grids), named, top - round(44 * unit)
