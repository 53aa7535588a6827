"""The steps of a convolution with one channel, and the same steps as rows and columns of its matrices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import prod
from typing import Any, Final

import numpy as np

from convviz.analysis import im2col, matrix
from convviz.arithmetic import Conv2d
from convviz.arithmetic.taps import gathered_taps
from convviz.recipes import Presentation, Recipe

from ..box_layout import Box, Part
from ..drawing import CellStyle, empty_style, kind_styles, tapped_style
from ..figure import Draft, Figure, Shot, Step, Steps
from ..number_format import Numbers, number, scale_of, sentence, size, tidy
from ..panels import Panel, cell_names, output_panel, starts_of, weight_notes
from ..primitives import Placed, Relation
from ..theme import Theme, theme_named
from .gather import gather_draft, panel_labels

_GRIDS: Final = 3
"""The panels of the convolution itself: input, kernel and output."""

_PRODUCTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "im2col": ("windows", "weights", "sums"),
    "matrix": ("matrix", "x", "y"),
    "transposed": ("transposed", "y back", "x back"),
}
"""Of each view its panels: the matrix, the column that it is multiplied by, and the column that this makes."""

_MANY: Final = 25
"""Rows or columns of a matrix from which on cells are colored by their values: there is no room for digits."""


@dataclass(frozen=True, slots=True)
class _Matrices:
    """The steps.

    Attributes
    ----------
    steps : Steps
        Those of the convolution.
    starts : mapping
        The number of the first cell of each panel of a matrix product.
    values, is_real, cells : sequences
        Of each tap of each step what it reads, whether that is a cell of the input, and the number of the input cell,
        -1 where a zero is read.
    weights : sequence of float
        The kernel, row by row.
    matrix : array
        The whole layer, shape (output cells, input cells).
    output : sequence of float
        The result of each step.
    sums : array
        What the transposed matrix makes of the first outputs, shape (steps + 1, input cells).
    """

    steps: Steps
    starts: Mapping[str, int]
    values: Sequence[Sequence[float]]
    is_real: Sequence[Sequence[bool]]
    cells: Sequence[Sequence[int]]
    weights: Sequence[float]
    matrix: Numbers
    output: Sequence[float]
    sums: Numbers

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        said = self.steps.step(shot)
        where = self._where(shot.step)
        columns = [name for name in ("sums", "y", "y back") if name in self.starts]

        def draw(figure: Figure) -> Iterator[Placed]:
            yield from said.draw(figure)
            yield from self._draw(figure, shot)

        return said._replace(
            description=f"{said.description} {sentence(where)}", finished=shot.step * (1 + len(columns)), draw=draw,
            details=f"{said.details} {sentence(where)}",
        )  # fmt: skip

    def _where(self, step: int) -> str:
        """Return where a step is in the matrices."""
        rows = [name for name, panel in (("im2col", "windows"), ("W", "matrix")) if panel in self.starts]
        parts = [f"row {step} of {' and of '.join(rows)}"] if rows else []
        return " and ".join([*parts, *([f"column {step} of W transposed"] if "transposed" in self.starts else [])])

    def relate(self, shot: Shot) -> Relation:
        """Return which input cell meets which weight, and the cells of the matrices that have the same numbers."""
        relation, step = self.steps.relate(shot), shot.step
        taps, cells = range(len(self.weights)), self.cells[step]
        height, width = self.matrix.shape
        places = {
            "windows": [step * len(taps) + tap for tap in taps],
            "weights": taps,
            "sums": [step] * len(taps),
            "matrix": [step * width + cell if cell >= 0 else -1 for cell in cells],
            "x": cells,
            "y": [step] * len(taps),
            "transposed": [cell * height + step if cell >= 0 else -1 for cell in cells],
            "y back": [step] * len(taps),
            "x back": cells,
        }
        more = [[place + start if place >= 0 else -1 for place in places[name]] for name, start in self.starts.items()]
        # Without the sums on the way: the products are stepped through in one panel only, not in the matrices.
        return replace(relation, sums=(), more=more)

    def _draw(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the step in the matrix products."""
        if "windows" in self.starts:
            yield from self._draw_windows(figure, shot)
        if "matrix" in self.starts:
            yield from self._draw_row(figure, shot)
        if "transposed" in self.starts:
            yield from self._draw_column(figure, shot)

    def _draw_windows(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the row of im2col, which meets the kernel."""
        step, taps, now, kernel = shot.step, len(self.weights), shot.now, self.starts["weights"]
        first = self.starts["windows"] + step * taps
        yield from figure.draw_window(
            range(first, first + taps), range(kernel, kernel + taps), self.values[step], self.weights,
            self.is_real[step], now,
        )  # fmt: skip
        yield figure.draw_ring(figure.panel_of[kernel])
        if now is not None:
            yield figure.draw_current(kernel + now, number(self.weights[now]))
        yield self._result(figure, shot, "sums")

    def _draw_row(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the row of the whole matrix, whose weights meet the cells of the input that the step reads."""
        width, x = self.matrix.shape[1], self.starts["x"]
        first = self.starts["matrix"] + shot.step * width
        yield from self._draw_taps(figure, shot, first)
        yield figure.draw_outline(first, first + width - 1)
        yield from self._draw_taps(figure, shot, x, texts=figure.panels[figure.panel_of[x]].texts)
        yield self._result(figure, shot, "y")

    def _draw_column(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the column of the transposed matrix, and the sums that the outputs so far make in the input's cells."""
        height, width = self.matrix.shape
        first, back = self.starts["transposed"] + shot.step, self.starts["x back"]
        yield from self._draw_taps(figure, shot, first, height)
        yield figure.draw_outline(first, first + (width - 1) * height)
        done = shot.step + shot.is_complete
        touched = {*range(width)} if done == height else {*chain(*self.cells[:done])} - {-1}
        now = {*self.cells[shot.step]} if shot.is_complete else {-1}
        written = empty_style(figure.theme)._replace(fill=figure.theme.output)
        for cell in sorted(touched):
            style = tapped_style(figure.theme) if cell in now else written
            yield figure.draw_cell(back + cell, style, number(self.sums[done, cell]))
        yield self._result(figure, shot, "y back")

    def _draw_taps(
        self, figure: Figure, shot: Shot, first: int, distance: int = 1, texts: Sequence[str] = ()
    ) -> Iterator[Placed]:
        """Draw the cells of the input that a step reads, as weights of a matrix, or with their texts.

        The first of all is number ``first`` of the picture, and the others follow at this distance.
        """
        panel = figure.panel_of[first]
        for tap, cell in self._distinct(shot.step):
            style, weight = tapped_style(figure.theme, is_now=tap == shot.now), number(self.matrix[shot.step, cell])
            text, note = (texts[cell], f"×{weight}") if texts else (weight, "")
            (key,) = figure.keys.numbered(panel, [f"product {tap}"])
            yield figure.draw_cell(first + cell * distance, style, text, note=note, key=key)

    def _distinct(self, step: int) -> Iterator[tuple[int, int]]:
        """Yield the first tap that reads each cell of the input, with the cell."""
        cells = self.cells[step]
        yield from ((cells.index(cell), cell) for cell in dict.fromkeys(cells) if cell >= 0)

    def _result(self, figure: Figure, shot: Shot, column: str) -> Placed:
        text = number(self.output[shot.step]) if shot.is_complete else ""
        return figure.draw_current(self.starts[column] + shot.step, text)


def matrix_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a convolution with its matrices: that of the convolution, with more panels."""
    draft, theme, layer = gather_draft(recipe, show), theme_named(show.theme), recipe.layer
    assert isinstance(layer, Conv2d)
    views = [*_PRODUCTS] if recipe["view"] == "all" else [recipe["view"]]
    plane, weight, scale = recipe.input, recipe.weight, scale_of(recipe)
    whole = matrix(layer, weight, recipe["input_size"])
    output = recipe.drawn_output[0].ravel()
    sums = np.vstack([np.zeros(whole.shape[1]), (output[:, None] * whole).cumsum(0)])
    taps = gathered_taps(layer, plane, weight, 0, *map(range, recipe.output_size))
    is_read = (taps.source_row >= 0) & (taps.source_column >= 0)
    cells = np.where(is_read, taps.source_row * plane.shape[2] + taps.source_column, -1)
    filled = np.zeros(whole.shape, bool)
    read = taps.by_step(cells)
    filled[np.nonzero(read >= 0)[0], read[read >= 0]] = True
    names = [name for view in views for name in _PRODUCTS[view]]
    made = _panels(recipe, draft.panels, taps.by_step(~taps.is_padding), whole, filled, sums, scale, theme)
    panels = [*draft.panels, *(made[name] for name in names)]
    starts = dict(zip(names, starts_of(panels)[_GRIDS:], strict=False))
    steps = _Matrices(
        draft.steps, starts, taps.by_step(taps.input_value).tolist(), taps.by_step(~taps.is_padding).tolist(),
        read.tolist(), weight.ravel().tolist(), whole, [tidy(value, scale) for value in output.tolist()],
        np.where(abs(sums) < 1e-13 * scale**2, 0.0, sums),
    )  # fmt: skip
    number_of = {name: _GRIDS + k for k, name in enumerate(names)}

    def finish(figure: Figure) -> Iterator[Placed]:
        columns = [_GRIDS - 1, *(number_of[name] for name in ("sums", "y", "y back") if name in number_of)]
        for cells in zip(*map(figure.draw_written, columns), strict=True):
            yield from cells
        if "x back" in number_of:
            yield from figure.draw_written(number_of["x back"])

    rows, columns = whole.shape
    is_large = show.fill == "auto" and max(rows, columns) > _MANY
    return replace(
        draft, panels=panels, arrangements=_arrangements(recipe, views, number_of), steps=steps, finish=finish,
        description=f"{draft.description} As a matrix, it has {rows} rows and {columns} columns.",
        is_by_value=draft.is_by_value or is_large,
    )  # fmt: skip


def _panels(
    recipe: Recipe, grids: Sequence[Panel], is_real: Any, whole: Numbers, filled: Any, sums: Numbers, scale: float,
    theme: Theme,
) -> dict[str, Panel]:  # fmt: skip
    """Return the panels of the matrix products by their names."""
    layer, weight = recipe.layer_as(Conv2d), recipe.weight
    notes = weight_notes(weight)
    windows = im2col(layer, recipe.input)
    styles = kind_styles(theme)
    rows, taps = windows.shape
    of_weights = CellStyle(theme.kernel, theme.ink, theme.edge)
    zero = CellStyle(theme.empty, theme.muted, theme.edge, "dotted")
    unrolled = Panel(
        "windows", range(rows), range(taps), [number(value) for value in windows.ravel().tolist()],
        cell_names(range(rows), range(taps)), [styles["input" if real else "padding"] for real in is_real.ravel()],
        notes=notes, title="im2col: the windows as rows",
    )  # fmt: skip

    def table(name: str, title: str, values: Numbers, has_weight: Any) -> Panel:
        """Return the whole matrix; what no weight can reach is empty."""
        rows, columns = map(range, values.shape)
        cells = [*zip(values.ravel().tolist(), has_weight.ravel().tolist(), strict=True)]
        return Panel(
            name, rows, columns, [number(value) if is_weight else "" for value, is_weight in cells],
            cell_names(rows, columns), [of_weights if is_weight else zero for _, is_weight in cells], title=title,
        )  # fmt: skip

    def column(panel: Panel, title: str, **more: Any) -> Panel:
        """Return the cells of a grid that are in the reader's table, below one another."""
        kept = [k for k, name in enumerate(panel.names) if not isinstance(name, str)]
        own: dict[str, Any] = {
            name: [cells[k] for k in kept] if (cells := getattr(panel, name)) is not None else None
            for name in ("texts", "names", "styles", "resting")
        }
        own |= {"notes": (), "is_editable": False, "copies": (), "stack": title, "title": title}
        return replace(panel, rows=range(len(kept)), columns=range(1), **{**own, **more})

    inputs, kernel, outputs = grids
    back = output_panel(sums[-1].reshape(recipe["input_size"]), scale**2, theme, table="result")
    steps = [number(value) for value in np.unique(sums).tolist()]
    return {
        "windows": unrolled,
        "weights": column(kernel, "kernel as a column"),
        "sums": column(outputs, "output as a column"),
        "matrix": table("matrix", "matrix W", whole, filled),
        "x": column(inputs, "input as a column", resting=None, notes=weight_notes(whole)),
        "y": column(outputs, "output as a column"),
        "transposed": table("transposed", "matrix W transposed", whole.T, filled.T),
        "y back": column(outputs, "output as a column, on its way back"),
        "x back": column(back, "what comes back, as a column", numbers=steps),
    }


def _arrangements(recipe: Recipe, views: Sequence[str], numbers: Mapping[str, int]) -> list[Part]:
    """Return the convolution and its matrix products, each in a line of its own, or next to one another."""
    cells, rows, taps = prod(recipe["input_size"]), prod(recipe.output_size), prod(recipe["kernel_size"])
    made = "with bias" if recipe["bias"] else "output"
    labels = {
        "windows": f"im2col {size((rows, taps))}", "matrix": f"W {size((rows, cells))}",
        "transposed": f"W transposed {size((cells, rows))}", "weights": "kernel", "x": "input", "sums": made, "y": made,
        "y back": "output", "x back": "result",
    }  # fmt: skip

    def line(panels: Sequence[tuple[int, str]]) -> Box:
        return Box(
            "right",
            [Box("right", [k], label, sign) for (k, label), sign in zip(panels, ("", "∗", "="), strict=True)],
            gap=2,
        )

    def product(view: str) -> Box:
        first, *others = _PRODUCTS[view]
        signs = zip(others, ("×", "="), strict=True)
        return Box(
            "right",
            [Box("right", [numbers[first]], labels[first])]
            + [Box("right", [numbers[each]], labels[each], sign) for each, sign in signs],
            gap=2,
        )

    grids, (first, *others) = line([*enumerate(panel_labels(recipe))]), map(product, views)
    if not others:
        return [Box("right", [grids, first]), Box("down", [grids, first])]
    return [
        Box("right", [Box("down", [grids, first]), *others]),
        Box("down", [Box("right", [grids, first]), Box("right", others)]),
        Box("down", [Box("right", [grids, first]), *others]),
        Box("down", [grids, first, *others]),
    ]
