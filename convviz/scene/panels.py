"""What a picture shows before it has a place: panels of cells, as inputs, kernels and outputs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, product
from math import ceil, inf
from typing import Any, Final, NamedTuple

import numpy as np

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.axis import Cells, source
from convviz.arithmetic.taps import reached_spans, read_spans, unread_lines

from .drawing import (
    FILLED,
    READABLE,
    READABLE_NOTE,
    CellStyle,
    Kind,
    cell_look,
    empty_style,
    kind_styles,
)
from .number_format import Numbers, number, size, tidy
from .primitives import Grid, Name, Placed
from .theme import Theme
from .typography import text_width, widest

Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d

_NEEDS: Final = (25, 60)
"""Least and most pixels that a cell may need."""

_KIND_NAMES: Final[dict[Kind, str]] = {
    "padding": "padding",
    "inserted": "an inserted zero",
    "extra": "padding for output_padding",
    "cropped": "a cell that is cropped",
    "beyond": "a cell beyond the padding",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """A grid of cells before it has a place.

    Attributes
    ----------
    table : str
        The table whose numbers it shows, as links call it.
    rows, columns : range
        The positions of its cells.
    texts, names : sequences
        Of each cell, row by row: what it shows in the end, and its position in the reader's table.
    styles : sequence of CellStyle
        How each cell looks while no step is about it.
    resting : sequence of str, optional
        What each cell shows then; by default what it shows in the end.
    numbers : sequence of str, optional
        Every number that it ever shows; by default those that it shows in the end.
    notes : sequence of str
        Every note that it ever shows.
    stack : str
        What it is a layer of: neighbors that share a stack are joined by edges. By default the table.
    title : str
        How a screen reader names it.
    is_editable, copies, is_stepped
        As in `Grid`.
    tags : sequence of str
        What may be written at the panel, from long to short.
    need : int
        Pixels that a cell needs to be read.
    hidden : int
        How many more channels there are behind it that are not drawn.
    blocks : sequence of str
        What may be written at those, from long to short: the size of the whole table.
    """

    table: str
    rows: range
    columns: range
    texts: Sequence[str] = ()
    names: Sequence[Name] = ()
    styles: Sequence[CellStyle] = ()
    resting: Sequence[str] | None = None
    numbers: Sequence[str] | None = None
    notes: Sequence[str] = ()
    stack: str = ""
    title: str = ""
    is_editable: bool = False
    copies: tuple[Pair, ...] = ()
    is_stepped: bool = True
    tags: Sequence[str] = ()
    need: int = _NEEDS[0]
    hidden: int = 0
    blocks: Sequence[str] = ()

    @property
    def all_numbers(self) -> Sequence[str]:
        """Every number that it ever shows."""
        return self.texts if self.numbers is None else self.numbers

    @property
    def own_need(self) -> int:
        """Pixels that a cell needs so that its numbers and notes can be read."""
        numbers = text_width(widest(self.all_numbers), READABLE) / FILLED
        notes = text_width(widest(self.notes), READABLE_NOTE) + 3
        return min(max(ceil(numbers), notes, _NEEDS[0]), _NEEDS[1])

    def placed(self, x: int, y: int, cell: int) -> Grid:
        """Return the panel at its place."""
        return Grid(
            x, y, cell, self.rows, self.columns, self.table, tuple(self.texts), tuple(self.names), self.is_editable,
            self.copies, self.title, self.is_stepped,
        )  # fmt: skip

    def index(self, row: Cells, column: Cells) -> Cells:
        """Return the number of a cell, or of many, counted row by row."""
        return (row - self.rows.start) * len(self.columns) + column - self.columns.start

    def paint(
        self, grid: Grid, font: int, keys: Sequence[str], styled: Callable[[CellStyle, str], CellStyle] | None = None
    ) -> Iterator[Placed]:
        """Draw the cells at rest; ``keys`` are theirs.

        ``styled`` changes the style of a cell with a number. No number has a font of 0.
        """
        texts = self.texts if self.resting is None else self.resting
        styles = self.styles if styled is None else map(styled, self.styles, texts)
        cells = zip(grid.corners(), styles, texts, keys, strict=True)
        # Input cells come last, so that their solid edges lie over the dashed ones of their neighbors.
        for (x, y), style, text, key in sorted(
            cells, key=lambda cell: cell[1].edge == "solid" and cell[1].sign != "cropped"
        ):
            yield Placed(x, y, cell_look(grid.cell, style, text, font), key)


def starts_of(panels: Sequence[Panel]) -> list[int]:
    """Return the number of the first cell of each panel, counted through all of them."""
    return [0, *accumulate(len(panel.rows) * len(panel.columns) for panel in panels)]


def sheets_of(panels: Iterable[Panel], sides: Pair, count: int) -> list[Panel]:
    """Return the drawn ones of ``count`` channels; the last one has those behind it that are not drawn.

    Examples
    --------
    >>> [(panel.hidden, *panel.blocks) for panel in sheets_of([Panel("input", range(8), range(8))] * 2, (8, 8), 256)]
    [(0,), (254, '8 × 8 × 256', '256')]
    """
    *before, last = panels
    hidden = count - len(before) - 1
    return [*before, replace(last, hidden=hidden, blocks=(f"{size(sides)} × {count}", str(count))) if hidden else last]


def cell_names(rows: Sequence[int], columns: Sequence[int], *before: int) -> list[Name]:
    """Return the names of a table's cells, row by row: (row, column), after the numbers of the channels."""
    return [(*before, row, column) for row, column in product(rows, columns)]


def weight_notes(weights: Numbers) -> list[str]:
    """Return every note that a cell may carry which meets one of these weights."""
    return [f"×{number(weight)}" for weight in sorted({*np.ravel(weights).tolist()})]


def kernel_panel(
    weights: Numbers, theme: Theme, *before: int, table: str = "kernel", is_reversed: bool = False, **more: Any
) -> Panel:
    """Return a kernel, shape (rows, columns).

    Parameters
    ----------
    weights : array
        As they are drawn.
    theme : Theme
        Its colors.
    *before : int
        The indices of its cells before row and column.
    is_reversed : bool
        Whether the reader's table holds the weights in reversed order.
    **more
        Other attributes of `Panel`.
    """
    rows, columns = map(range, weights.shape)
    names = cell_names(rows, columns, *before)
    texts = [number(value) for value in weights.ravel().tolist()]
    styles = [CellStyle(theme.kernel, theme.ink, theme.edge)] * len(texts)
    return Panel(table, rows, columns, texts, names[::-1] if is_reversed else names, styles, **more)


def output_panel(
    values: Numbers, scale: float, theme: Theme, *before: int, table: str = "output", **more: Any
) -> Panel:
    """Return an output that is empty at first; ``scale`` is the size of the numbers that its cells are made of."""
    rows, columns = map(range, values.shape)
    texts = [number(tidy(value, scale)) for value in values.ravel().tolist()]
    empty = {"styles": [empty_style(theme)] * len(texts), "resting": [""] * len(texts)}
    return Panel(table, rows, columns, texts, cell_names(rows, columns, *before), **{**empty, **more})


def output_styles(
    layer: Layer, input_size: Pair, rows: Sequence[int], columns: Sequence[int], theme: Theme
) -> list[CellStyle]:
    """Return the styles of output cells before they are written, row by row; those outside the output are cropped."""
    height, width = layer.output_size(input_size)
    more = layer.output_padding if isinstance(layer, ConvTranspose2d) else (0, 0)
    cropped, empty, extra = kind_styles(theme)["cropped"], empty_style(theme), empty_style(theme, is_extra=True)
    return [
        cropped if not (0 <= row < height and 0 <= column < width) else
        extra if row >= height - more[0] or column >= width - more[1] else empty
        for row, column in product(rows, columns)
    ]  # fmt: skip


# Inputs ---------------------------------------------------------------------------------------------------------------


class InputCell(NamedTuple):
    """One cell of an input as a layer reads it.

    ``name`` is its position in the reader's input, or what else it is; ``source`` the cell that padding copies.
    """

    row: int
    column: int
    kind: Kind
    value: float
    name: Name
    source: Pair | None = None


def cells_panel(cells: Sequence[InputCell], theme: Theme, *before: int, table: str = "input", **more: Any) -> Panel:
    """Return a panel of the cells of `input_cells`; ``before`` are the indices of each cell before row and column."""
    rows, columns = (range(start, stop + 1) for start, stop in zip(
        (cells[0].row, cells[0].column), (cells[-1].row, cells[-1].column), strict=True))  # fmt: skip
    copies = tuple(
        (k, (cell.source[0] - rows.start) * len(columns) + cell.source[1] - columns.start)
        for k, cell in enumerate(cells)
        if cell.source
    )
    names = [cell.name if isinstance(cell.name, str) else (*before, *cell.name) for cell in cells]
    texts = [number(cell.value) for cell in cells]
    styles = [kind_styles(theme)[cell.kind] for cell in cells]
    own = {"texts": texts, "names": names, "styles": styles, "copies": copies, "is_editable": True}
    return Panel(table, rows, columns, **{**own, **more})


def input_cells(layer: Layer, plane: Numbers) -> list[InputCell]:
    """Return every cell of an input channel that a gather passes over, row by row.

    Parameters
    ----------
    layer : a convolution or a pooling
        For a transposed convolution the input is stretched by its stride; what max pooling adds is minus infinity.
    plane : array
        Shape (H, W).

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d, max_pool2d
    >>> [cell.kind for cell in input_cells(conv_transpose2d((1, 2), stride=2), np.ones((1, 2)))]
    ['padding', 'input', 'inserted', 'input', 'padding']
    >>> [cell.kind for cell in input_cells(max_pool2d((1, 2), stride=3, ceil_mode=True), np.ones((1, 4)))]
    ['input', 'input', 'unread', 'input', 'beyond']
    """
    spans = read_spans(layer, (plane.shape[0], plane.shape[1]))
    if isinstance(layer, ConvTranspose2d):
        return [*_stretched_cells(layer, plane, *spans)]
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return [*_pooled_cells(layer, plane, *spans)]
    return [*_padded_cells(layer, plane, *spans)]


def _padded_cells(layer: Conv2d, plane: Numbers, rows: range, columns: range) -> Iterator[InputCell]:
    values, name = plane.tolist(), _KIND_NAMES["padding"]
    (height, width), mode = plane.shape, layer.padding_mode
    across = [source(column, width, mode) for column in columns]
    for row in rows:
        i = source(row, height, mode)
        for column, j in zip(columns, across, strict=True):
            if i is None or j is None:
                yield InputCell(row, column, "padding", 0.0, name)
            elif i == row and j == column:
                yield InputCell(row, column, "input", values[i][j], (i, j))
            else:
                yield InputCell(row, column, "padding", values[i][j], name, (i, j))


def _pooled_cells(layer: MaxPool2d | AvgPool2d, plane: Numbers, rows: range, columns: range) -> Iterator[InputCell]:
    values, size = plane.tolist(), (plane.shape[0], plane.shape[1])
    outside = -inf if isinstance(layer, MaxPool2d) else 0.0
    down, across = layer.axes(size)
    unread_rows, unread_columns = unread_lines(layer, size)
    for row, column in product(rows, columns):
        if 0 <= row < down.size and 0 <= column < across.size:
            kind: Kind = "unread" if row in unread_rows or column in unread_columns else "input"
            yield InputCell(row, column, kind, values[row][column], (row, column))
        else:
            is_beyond = row >= down.size + down.after or column >= across.size + across.after
            kind = "beyond" if is_beyond else "padding"
            yield InputCell(row, column, kind, outside, _KIND_NAMES[kind])


def _stretched_cells(layer: ConvTranspose2d, plane: Numbers, rows: range, columns: range) -> Iterator[InputCell]:
    values, (height, width), (down, across) = plane.tolist(), plane.shape, layer.stride
    reached = reached_spans(layer, (height, width))
    ends = [span.stop - extra for span, extra in zip(reached, layer.output_padding, strict=True)]
    for row, column in product(rows, columns):
        is_outside = not (0 <= row <= (height - 1) * down and 0 <= column <= (width - 1) * across)
        is_own = not (is_outside or row % down or column % across)
        kind: Kind = "input" if is_own else "inserted"
        if row not in reached[0] or column not in reached[1]:
            kind = "cropped"
        elif is_outside:
            kind = "extra" if row >= ends[0] or column >= ends[1] else "padding"
        if is_own:
            i, j = row // down, column // across
            yield InputCell(row, column, kind, values[i][j], (i, j))
        else:
            # The parameter padding of a transposed convolution crops: its ring of zeros must not have that name.
            name = "a zero around the input" if kind == "padding" else _KIND_NAMES[kind]
            yield InputCell(row, column, kind, 0.0, name)
