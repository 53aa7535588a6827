"""What a picture shows before it has a place: panels of cells, as inputs, kernels and outputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, inf
from typing import Any, Final

import numpy as np

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.axis import source
from convviz.arithmetic.taps import Spans, reached_spans, read_spans, unread_lines

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
from .number_format import Numbers, number, tidy
from .primitives import Grid, Name, Placed
from .theme import Theme
from .typography import text_width, widest

Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d

_NEEDS: Final = (22, 60)
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

    def paint(self, grid: Grid, font: int) -> Iterator[Placed]:
        """Draw the cells at rest."""
        texts = self.texts if self.resting is None else self.resting
        cells = zip(product(grid.rows, grid.columns), self.styles, texts, strict=True)
        # Input cells come last, so that their solid edges lie over the dashed ones of their neighbors.
        for at, style, text in sorted(cells, key=lambda cell: cell[1].edge == "solid" and cell[1].sign != "cropped"):
            yield Placed(*grid.at(*at), cell_look(grid.cell, style, text, font))


def cell_names(rows: Sequence[int], columns: Sequence[int], *before: int) -> list[Name]:
    """Return the names of a table's cells, row by row: (row, column), after the numbers of the channels."""
    return [(*before, row, column) for row, column in product(rows, columns)]


def weight_notes(weights: Numbers) -> list[str]:
    """Return every note that a cell may carry which meets one of these weights."""
    return [f"×{number(weight)}" for weight in np.unique(weights).tolist()]


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
    size = layer.output_size(input_size)
    more = layer.output_padding if isinstance(layer, ConvTranspose2d) else (0, 0)

    def style(at: Pair) -> CellStyle:
        if not all(line in range(side) for line, side in zip(at, size, strict=True)):
            return kind_styles(theme)["cropped"]
        is_extra = any(line >= side - extra for line, side, extra in zip(at, size, more, strict=True))
        return empty_style(theme, is_extra=is_extra)

    return [style(at) for at in product(rows, columns)]


# Inputs ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InputCell:
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
    size = (plane.shape[0], plane.shape[1])
    positions = product(*read_spans(layer, size))
    if isinstance(layer, ConvTranspose2d):
        reached = reached_spans(layer, size)
        return [_stretched_cell(layer, plane, reached, at) for at in positions]
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return [_pooled_cell(layer, plane, at) for at in positions]
    return [_padded_cell(layer, plane, at) for at in positions]


def _padded_cell(layer: Conv2d, plane: Numbers, at: Pair) -> InputCell:
    i, j = (source(line, side, layer.padding_mode) for line, side in zip(at, plane.shape, strict=True))
    if i is None or j is None:
        return InputCell(*at, "padding", 0.0, _KIND_NAMES["padding"])
    value = float(plane[i, j])
    if (i, j) == at:
        return InputCell(*at, "input", value, at)
    return InputCell(*at, "padding", value, _KIND_NAMES["padding"], (i, j))


def _pooled_cell(layer: MaxPool2d | AvgPool2d, plane: Numbers, at: Pair) -> InputCell:
    size = (plane.shape[0], plane.shape[1])
    if all(line in range(side) for line, side in zip(at, size, strict=True)):
        is_skipped = any(line in lines for line, lines in zip(at, unread_lines(layer, size), strict=True))
        return InputCell(*at, "unread" if is_skipped else "input", float(plane[at]), at)
    is_beyond = any(line >= axis.size + axis.after for line, axis in zip(at, layer.axes(size), strict=True))
    kind: Kind = "beyond" if is_beyond else "padding"
    return InputCell(*at, kind, -inf if isinstance(layer, MaxPool2d) else 0.0, _KIND_NAMES[kind])


def _stretched_cell(layer: ConvTranspose2d, plane: Numbers, reached: Spans, at: Pair) -> InputCell:
    row, column = (line // stride for line, stride in zip(at, layer.stride, strict=True))
    is_outside = any(not 0 <= line <= (n - 1) * s for line, n, s in zip(at, plane.shape, layer.stride, strict=True))
    is_between = any(line % stride for line, stride in zip(at, layer.stride, strict=True))
    is_own = not (is_outside or is_between)
    kind: Kind = "input"
    if any(line not in span for line, span in zip(at, reached, strict=True)):
        kind = "cropped"
    elif is_outside:
        ends = [span.stop - extra for span, extra in zip(reached, layer.output_padding, strict=True)]
        kind = "extra" if any(line >= end for line, end in zip(at, ends, strict=True)) else "padding"
    elif is_between:
        kind = "inserted"
    # The parameter padding of a transposed convolution crops: its ring of zeros must not have that name.
    name = "a zero around the input" if kind == "padding" else _KIND_NAMES.get(kind, "")
    return InputCell(*at, kind, float(plane[row, column]) if is_own else 0.0, (row, column) if is_own else name)
