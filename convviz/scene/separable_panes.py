"""The planes of a spatially separable convolution: a line for the two passes, and one for the whole kernel."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d
from convviz.arithmetic.spans import read_spans
from convviz.recipes import Recipe
from convviz.recipes.variants.spatial_separable import Passes

from .box_layout import Box
from .cell_kinds import PlaneCell, input_cells
from .drawing import Paint, Plane, output_skin, skins
from .figure import Pane, Tableau, cell_names
from .layout import Grid
from .number_format import Numbers, number, size, tidy
from .panes import cells_painter, kernel_pane, numbers_painter, written_cells
from .primitives import Name, Placed
from .sprites import Skin, cell_look
from .theme import Theme

IMAGE, COLUMN, BETWEEN, ROW, OUTPUT, AGAIN, KERNEL, DIRECT = range(8)
"""The planes, in the order in which they are read."""

_IN_LINES: Final = (
    (((IMAGE, COLUMN, BETWEEN, ROW, OUTPUT),), ((AGAIN, KERNEL, DIRECT),)),
    (((IMAGE, COLUMN, BETWEEN), (ROW, OUTPUT)), ((AGAIN, KERNEL, DIRECT),)),
    (((IMAGE, COLUMN), (BETWEEN, ROW), (OUTPUT,)), ((AGAIN, KERNEL), (DIRECT,))),
)
"""How the planes may stand: the lines of the two passes, and those of the single one."""

_SIGNS: Final = {COLUMN: "∗", BETWEEN: "=", ROW: "∗", OUTPUT: "=", KERNEL: "∗", DIRECT: "="}


def separable_panes(recipe: Recipe, passes: Passes, theme: Theme) -> list[Pane]:
    """All planes, in the order of their numbers; the intermediate and both outputs are empty at first."""
    plane, layer = recipe.input[0], recipe.layer
    assert isinstance(layer, Conv2d)
    return [
        _input_pane(passes.column_layer, plane, passes.column, theme, "input", "input"),
        _kernel_pane(passes.column, theme, "column"),
        _between_pane(passes, theme),
        _kernel_pane(passes.row, theme, "row"),
        _output_pane(passes.output, passes.scale, theme, "output", "output of two passes"),
        _input_pane(layer, plane, recipe.weight, theme, "input again", "input of the single pass"),
        kernel_pane(recipe.weight[0, 0], theme, "kernel", "kernel"),
        _output_pane(passes.direct, passes.scale, theme, "direct", "direct output, of one pass"),
    ]


def arrangements(recipe: Recipe, passes: Passes) -> list[Box]:
    """A line for two passes and one for the single pass, or where these would be too long, more lines for each."""
    (height, width), whole = recipe["kernel_size"], size(recipe["input_size"])
    is_exact = passes.separation.is_separable
    labels = {
        IMAGE: f"input {whole}",
        COLUMN: f"column {height} × 1",
        BETWEEN: f"intermediate {size(passes.intermediate.shape[1:])}",
        ROW: f"row 1 × {width}",
        OUTPUT: f"output {size(recipe.output_size)}{'' if is_exact else ', approximate'}",
        AGAIN: f"input {whole}",
        KERNEL: f"kernel {height} × {width}",
        DIRECT: f"direct output {size(recipe.output_size)}",
    }
    count = height * width
    heads = (
        f"In two passes: {height} + {width} products per output cell",
        f"In one pass: {count} {'product' if count == 1 else 'products'} per output cell",
    )

    def line(panes: Sequence[int]) -> Box:
        return Box("right", [Box("right", [pane], labels[pane], _SIGNS.get(pane, "")) for pane in panes])

    return [
        Box("down", [
            Box("down", [*map(line, lines)], head, is_flush=True) for head, lines in zip(heads, both, strict=True)
        ], is_flush=True)
        for both in _IN_LINES
    ]  # fmt: skip


def written(tableau: Tableau) -> tuple[Placed, ...]:
    """Every cell that the passes write, in the order of the steps: the intermediate ones, then two outputs each."""
    both = zip(written_cells(tableau, OUTPUT), written_cells(tableau, DIRECT), strict=True)
    return (*_between_cells(tableau), *(cell for pair in both for cell in pair))


def _between_cells(tableau: Tableau) -> Iterator[Placed]:
    """Without the padding, which stands still."""
    grid, pane = tableau.grid(BETWEEN), tableau.panes[BETWEEN]
    skin = output_skin(tableau.theme, is_extra=False, is_written=True)
    for name, text in zip(pane.names, pane.texts, strict=True):
        if isinstance(name, tuple):
            yield Placed(*grid.at(*name), cell_look(grid.cell, skin, text, tableau.sizes[BETWEEN]))


def _input_pane(layer: Conv2d, plane: Numbers, weight: Numbers, theme: Theme, stack: str, title: str) -> Pane:
    cells = list(input_cells(layer, plane))
    texts = [number(cell.value) for cell in cells]
    drawing = Plane(*read_spans(layer, plane.shape), texts, cells_painter(cells, theme), _notes(weight))
    return Pane(drawing, "input", stack, texts, [_name(cell) for cell in cells], title, is_editable=True)


def _kernel_pane(weight: Numbers, theme: Theme, table: str) -> Pane:
    """A column or a row: they follow from the kernel."""
    rows, columns = map(range, weight.shape[2:])
    texts = [number(value) for value in weight.ravel().tolist()]
    paint = numbers_painter(texts, Skin(theme.kernel, theme.ink, theme.edge))
    return Pane(Plane(rows, columns, texts, paint), table, table, texts, cell_names(rows, columns), table)


def _between_pane(passes: Passes, theme: Theme) -> Pane:
    plane = passes.intermediate[0]
    cells = list(input_cells(passes.row_layer, plane))
    texts = [number(cell.value) for cell in cells]
    spans = read_spans(passes.row_layer, plane.shape)
    drawing = Plane(*spans, texts, _empty_painter(cells, theme), _notes(passes.row))
    return Pane(drawing, "intermediate", "intermediate", texts, [_name(cell) for cell in cells], "intermediate")


def _empty_painter(cells: Sequence[PlaneCell], theme: Theme) -> Paint:
    """Padding with its zeros, and cells that are yet to be written."""
    empty = output_skin(theme, is_extra=False, is_written=False)

    def paint(grid: Grid, font: int) -> Iterator[Placed]:
        for cell in sorted(cells, key=lambda cell: cell.kind == "input"):
            is_real = cell.kind == "input"
            look = cell_look(
                grid.cell, empty if is_real else skins(theme)[cell.kind], "" if is_real else number(cell.value), font
            )
            yield Placed(*grid.at(cell.row, cell.column), look)

    return paint


def _output_pane(values: Numbers, scale: float, theme: Theme, table: str, title: str) -> Pane:
    rows, columns = map(range, values.shape[1:])
    texts = [number(tidy(value, scale)) for value in values.ravel().tolist()]
    paint = numbers_painter([""] * len(texts), output_skin(theme, is_extra=False, is_written=False))
    drawing = Plane(rows, columns, texts, paint)
    return Pane(drawing, table, table, texts, [*product(rows, columns)], title)


def _name(cell: PlaneCell) -> Name:
    return (cell.row, cell.column) if cell.kind == "input" else "padding"


def _notes(weight: Numbers) -> list[str]:
    return [f"×{number(value)}" for value in np.unique(weight).tolist()]
