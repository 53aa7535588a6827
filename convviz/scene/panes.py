"""The planes of stacks: an input with its channels, tables of numbers, outputs that fill up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d
from convviz.arithmetic.spans import read_spans

from .cell_kinds import Kind, PlaneCell
from .drawing import Paint, Plane, output_skin, skins
from .figure import Pane, Tableau, cell_names
from .layout import Grid
from .number_format import Numbers, number, tidy
from .primitives import Placed
from .sprites import Skin, cell_look
from .theme import Theme

_KINDS: Final[Mapping[Kind, str]] = MappingProxyType({"padding": "padding"})


def input_panes(
    layer: Conv2d,
    input_size: tuple[int, int],
    channels: Sequence[Sequence[PlaneCell]],
    weights: Numbers,
    theme: Theme,
    table: str = "input",
) -> Iterator[Pane]:
    """The channels of an input with the padding around them; ``weights`` are all that their cells may meet."""
    rows, columns = read_spans(layer, input_size)
    across = len(columns)
    notes = [f"×{number(weight)}" for weight in np.unique(weights).tolist()]
    for channel, cells in enumerate(channels):
        texts = [number(cell.value) for cell in cells]
        names = [(channel, cell.row, cell.column) if cell.kind == "input" else _KINDS[cell.kind] for cell in cells]
        copies = tuple(
            (k, (cell.source[0] - rows.start) * across + cell.source[1] - columns.start)
            for k, cell in enumerate(cells)
            if cell.source
        )
        plane = Plane(rows, columns, texts, cells_painter(cells, theme), notes)
        yield Pane(
            plane, table, table, texts, names, f"{table}, channel {channel}", is_editable=table == "input",
            copies=copies,
        )  # fmt: skip


def cells_painter(cells: Sequence[PlaneCell], theme: Theme) -> Paint:
    """Draws cells of several kinds."""

    def paint(grid: Grid, font: int) -> Iterator[Placed]:
        by_kind = skins(theme)
        # Input cells come last, so that their solid edges lie over the dashed ones of their neighbours.
        for cell in sorted(cells, key=lambda cell: cell.kind == "input"):
            look = cell_look(grid.cell, by_kind[cell.kind], number(cell.value), font)
            yield Placed(*grid.at(cell.row, cell.column), look)

    return paint


def numbers_painter(texts: Sequence[str], skin: Skin) -> Paint:
    """Draws cells of one kind, row by row."""

    def paint(grid: Grid, font: int) -> Iterator[Placed]:
        for (row, column), text in zip(product(grid.rows, grid.columns), texts, strict=True):
            yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, text, font))

    return paint


def kernel_pane(weights: Numbers, theme: Theme, stack: str, title: str, *names: int, is_flipped: bool = False) -> Pane:
    """One plane of a kernel, shape (rows, columns); ``names`` are its indices before row and column."""
    rows, columns = map(range, weights.shape)
    texts = [number(value) for value in weights.ravel().tolist()]
    places = cell_names(rows, columns, *names)
    plane = Plane(rows, columns, texts, numbers_painter(texts, Skin(theme.kernel, theme.ink, theme.edge)))
    return Pane(plane, "kernel", stack, texts, places[::-1] if is_flipped else places, title, is_editable=True)


def output_pane(
    values: Numbers, scale: float, theme: Theme, table: str, channel: int, notes: Sequence[str] = ()
) -> Pane:
    """A plane that is empty at first; ``scale`` is the size of the numbers that its cells are made of."""
    rows, columns = map(range, values.shape)
    texts = [number(tidy(value, scale)) for value in values.ravel().tolist()]
    skin = output_skin(theme, is_extra=False, is_written=False)
    plane = Plane(rows, columns, texts, numbers_painter([""] * len(texts), skin), notes)
    return Pane(plane, table, table, texts, cell_names(rows, columns, channel), f"{table}, channel {channel}")


def shown_pane(
    values: Numbers, scale: float, theme: Theme, table: str, channel: int, notes: Sequence[str] = ()
) -> Pane:
    """A plane like `output_pane` that is full from the start: what an earlier pass has made."""
    pane = output_pane(values, scale, theme, table, channel, notes)
    skin = output_skin(theme, is_extra=False, is_written=True)
    return replace(pane, plane=replace(pane.plane, paint=numbers_painter(pane.texts, skin)))


def written_cells(tableau: Tableau, pane: int) -> Iterator[Placed]:
    """Every cell of an output with its number, row by row."""
    grid, skin = tableau.grid(pane), output_skin(tableau.theme, is_extra=False, is_written=True)
    for (row, column), text in zip(product(grid.rows, grid.columns), tableau.panes[pane].texts, strict=True):
        yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, text, tableau.sizes[pane]))
