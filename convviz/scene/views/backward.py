"""Backward through a convolution: one step per cell of dX, of dW and of db.

dX is drawn as the transposed convolution of dY that it is, dW as the convolution of the input with dY.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from convviz.arithmetic import Gradients
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import gathered_taps, unread_lines
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.backward import gradients_of, input_layer, is_drawn, weight_layer

from ..box_layout import Box, Part
from ..drawing import Kind, empty_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    counted,
    factor,
    is_by_value,
    number,
    sentence,
    size,
    size_formulas,
    span,
    tidy,
)
from ..panels import (
    Panel,
    cells_panel,
    input_cells,
    kernel_panel,
    output_panel,
    starts_of,
    weight_notes,
)
from ..primitives import Placed, Relation
from ..sums import PanelSums, Sum, pass_of, total
from ..theme import Theme, theme_named
from ..typography import Term

DY, DX, _DW, _DB = (f"gradient {name}" for name in ("dY", "dX", "dW", "db"))
"""What the gradients are called: those of the output, of the input, of the weight and of the bias."""


def dx_panel(recipe: Recipe, dx: Numbers, scale: float, theme: Theme) -> Panel:
    """Return dX, whose cells that no window of the layer reads have dotted edges."""
    rows, columns = unread_lines(recipe.layer, recipe["input_size"])
    empty = empty_style(theme)
    styles = [
        empty._replace(edge="dotted") if row in rows or column in columns else empty
        for row, column in np.ndindex(dx.shape)
    ]
    return output_panel(dx, scale, theme, table="dx", title=DX, styles=styles)


def _scale(values: Numbers, weights: Numbers) -> float:
    """Return how large a sum of products of these values and weights can get."""
    return float(abs(values).max() * abs(weights).sum())


def backward_legend(recipe: Recipe, padding: str) -> dict[Kind, str]:
    """Return what dotted cells are, below what padding is called, "" where there is none."""
    legend: dict[Kind, str] = {"padding": padding} if padding else {}
    if any(unread_lines(recipe.layer, recipe["input_size"])):
        legend["unread"] = "read by no window: gradient 0"
    return legend


# Convolution ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Backward:
    """The steps: each cell of dX, then each of dW, then db, as far as they are drawn.

    Attributes
    ----------
    sums : sequence of PanelSums
        What makes dX and dW.
    bias_cells, bias : sequence of int, int
        The numbers of the cells of dY that make db, and that of its own cell; none where db is not drawn.
    """

    recipe: Recipe
    sums: Sequence[PanelSums]
    bias_cells: Sequence[int]
    bias: int

    @property
    def count(self) -> int:
        """The number of all steps."""
        return sum(each.values.size for each in self.sums) + bool(self.bias_cells)

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        at = self._at(shot)
        if at is None:
            return self._bias_step(shot)
        sums, step = at
        made = sums.sum_of(step, shot.taps, shot.now)
        said = self._say(shot, made)
        details = self._details(sums, step, made)
        row, column = sums.at(step)
        lead = f"{said.caption}: {sums.writes} row {row}, column {column} is {about(made.value)}{made.so_far}"
        return said._replace(
            description=f"{lead}, {details}.", details=sentence(details), finished=shot.step,
            draw=lambda figure: made.draw(figure, made.funnel(figure), has_rings=False),
        )  # fmt: skip

    def widest(self) -> list[Step]:
        """Return the last frames of dX, dW and db with the widest numbers: complete, and on the way there."""
        is_by_tap, steps = self.recipe["storyboard"] == "tap", []
        shot = Shot(self.count - 1, 99, True, 1.0)
        for spell in (number, about):  # terms, and titles
            for sums in self.sums:
                made = sums.widest((sums.values.shape[0], sums.values.shape[1]), spell, is_by_tap=is_by_tap)
                steps.append(self._say(shot, made))
                if is_by_tap:
                    on_the_way = shot._replace(is_complete=False)
                    steps.append(self._say(on_the_way, replace(made, shown=max(1, made.count - 1))))
        return [*steps, *([self._bias_step(shot)] if self.bias_cells else [])]

    def _at(self, shot: Shot) -> tuple[PanelSums, int] | None:
        """Return what makes the cell of a step, and the number of the cell; None for db."""
        step = shot.step
        for sums in self.sums:
            if step < sums.values.size:
                return sums, step
            step -= sums.values.size
        return None

    def _say(self, shot: Shot, made: Sum) -> Step:
        return Step(caption(shot.step, self.count, None if shot.is_complete else shot.taps), made.title, made.terms)

    def _details(self, sums: PanelSums, step: int, made: Sum) -> str:
        """Return which products a sum has, and why they are these."""
        stride = self.recipe["stride"]
        if sums.writes == DX:
            readers = sum(sums.products.taps[step].is_real)
            if not readers:
                return "no output reads this cell, so every product has an inserted zero or one from around dY"
            if readers == 1:
                return f"{made.described()} with dY, 1 of them with the output that reads the cell"
            turned = "the first of these reads it with a later weight than the last, so the kernel is turned"
            return f"{made.described()} with dY, {readers} of them with the outputs that read the cell: {turned}"
        top, left, bottom, right = sums.products.windows[step]
        far = f", {_every(stride)} because the window moves by the stride" if max(stride) > 1 else ""
        over = f"input {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        return f"{made.described()}, of dY with the cells that this weight met: {over}{far}"

    def _bias_step(self, shot: Shot) -> Step:
        """Return the step of db."""
        values = self.recipe.upstream[0]
        plain = values.ravel().tolist()
        value = tidy(float(values.sum()), float(abs(values).sum()))
        words = [f"+ {factor(each)}" if k else factor(each) for k, each in enumerate(plain)]
        details = f"the sum of {counted(len(plain), 'cell')} of dY, for the bias is added to every output"
        lead = caption(shot.step, self.count)
        cells, target = self.bias_cells, self.bias

        def draw(figure: Figure) -> Iterator[Placed]:
            yield figure.draw_outline(cells[0], cells[-1])
            yield from figure.draw_funnel((cells[0], cells[-1]), (target, target))
            yield figure.draw_current(target, number(value))

        return Step(
            lead, (f"The {_DB}:", about(value)),
            [*map(Term, words), total(value, plain, [1.0] * len(plain))],
            description=f"{lead}: {_DB} is {about(value)}, {details}.", details=sentence(details),
            finished=shot.step, draw=draw,
        )  # fmt: skip

    def relate(self, shot: Shot) -> Relation:
        """Return which cell meets which weight for the cell of a frame, and the sums on the way."""
        has_totals, at = self.recipe["storyboard"] == "cell", self._at(shot)
        if at is None:
            cells = self.bias_cells
            return Relation(cells, [-1] * len(cells), [self.bias] * len(cells))
        sums, step = at
        return sums.products.relate(step, sums.targets[step], has_totals=has_totals)


def _every(stride: Pair) -> str:
    """Return how far the cells are apart that a weight meets."""
    rows, columns = stride
    return f"{rows} apart" if rows == columns else f"{rows} rows and {columns} columns apart"


def backward_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of the gradients of a convolution."""
    theme, gradients = theme_named(show.theme), gradients_of(recipe.values)
    of_input = _input_panels(recipe, gradients, theme) if is_drawn(recipe.values, "dx") else []
    of_weight = _weight_panels(recipe, gradients, theme) if is_drawn(recipe.values, "dw") else []
    panels = [*of_input, *of_weight]
    starts, first = starts_of(panels), len(of_input)
    sums = [
        *([_input_sums(recipe, gradients, of_input[0], starts)] if of_input else []),
        *([_weight_sums(recipe, gradients, of_weight[0], starts[first:])] if of_weight else []),
    ]
    bias_cells = range(*starts[first + 1 : first + 3]) if of_weight else range(0)
    view = _Backward(recipe, sums, bias_cells, starts[-2])
    taps = [each.count for each in sums for _ in range(each.values.size)]
    written = [k for k, panel in enumerate(panels) if panel.table in ("dx", "dw", "db")]
    return Draft(
        show, panels, _arrangements(recipe, has_input=bool(of_input), has_weight=bool(of_weight)), view,
        storyboard(recipe["storyboard"], [*taps, 1] if of_weight else taps),
        description=_describe(recipe), widest=view.widest(), legend=_convolution_legend(recipe, panels),
        formulas=size_formulas(recipe.layer, recipe["input_size"]),
        finish=lambda figure: (item for panel in written for item in figure.draw_written(panel)),
        is_by_value=is_by_value(recipe, show.fill),
    )  # fmt: skip


def _input_panels(recipe: Recipe, gradients: Gradients, theme: Theme) -> list[Panel]:
    """Return dY with zeros between and around its cells, the kernel turned, and dX."""
    upstream, weight = recipe.upstream, recipe.numbers("weight")
    cells = [
        cell._replace(kind="padding", name="a zero around dY") if cell.kind in ("padding", "extra") else cell
        for cell in input_cells(input_layer(recipe.values), upstream[0])
    ]
    resting = ["" if cell.kind == "cropped" and not cell.value else number(cell.value) for cell in cells]
    return [
        cells_panel(cells, theme, table="upstream", notes=weight_notes(weight), resting=resting, title=DY),
        kernel_panel(weight[0, 0, ::-1, ::-1], theme, is_reversed=True, is_editable=True),
        dx_panel(recipe, gradients.input[0], _scale(upstream, weight), theme),
    ]


def _weight_panels(recipe: Recipe, gradients: Gradients, theme: Theme) -> list[Panel]:
    """Return the input with its padding, dY, dW and db."""
    assert gradients.weight is not None
    assert gradients.bias is not None
    plane, upstream = recipe.input, recipe.upstream
    rows, columns = unread_lines(recipe.layer, recipe["input_size"])
    cells = [
        cell._replace(kind="unread") if cell.kind == "input" and (cell.row in rows or cell.column in columns) else cell
        for cell in input_cells(weight_layer(recipe.values), plane[0])
    ]
    return [
        cells_panel(cells, theme, notes=weight_notes(upstream), title="input"),
        kernel_panel(upstream[0], theme, table="upstream", title=DY, is_editable=True),
        output_panel(gradients.weight[0, 0], _scale(plane, upstream), theme, table="dw", title=_DW),
        output_panel(gradients.bias[None], float(abs(upstream).sum()), theme, table="db", title=_DB),
    ]


def _input_sums(recipe: Recipe, gradients: Gradients, source: Panel, starts: Sequence[int]) -> PanelSums:
    """Return the sums of dX; ``source`` is the panel that they read, ``starts`` begin with its first cell."""
    upstream, weight = recipe.upstream, recipe.numbers("weight")
    rows, columns = map(range, recipe["input_size"])
    taps = gathered_taps(input_layer(recipe.values), upstream, weight, 0, rows, columns)
    cells, scale = starts[0] + source.index(taps.row, taps.column), _scale(upstream, weight)
    products = pass_of(taps, cells, range(*starts[1:3]), scale, is_turned=True)
    made = np.where(abs(gradients.input[0]) < 1e-13 * scale, 0.0, gradients.input[0])
    return PanelSums("dY", DX, upstream, weight, 0.0, products, range(*starts[2:4]), made)


def _weight_sums(recipe: Recipe, gradients: Gradients, source: Panel, starts: Sequence[int]) -> PanelSums:
    """Return the sums of dW, in the same way."""
    assert gradients.weight is not None
    plane, upstream, of_weight = recipe.input, recipe.upstream, gradients.weight[0, 0]
    rows, columns = map(range, recipe["kernel_size"])
    taps = gathered_taps(weight_layer(recipe.values), plane, upstream[None], 0, rows, columns)
    cells, scale = starts[0] + source.index(taps.row, taps.column), _scale(plane, upstream)
    products = pass_of(taps, cells, range(*starts[1:3]), scale)
    made = np.where(abs(of_weight) < 1e-13 * scale, 0.0, of_weight)
    return PanelSums("input", _DW, plane, upstream, 0.0, products, range(*starts[2:4]), made)


def _arrangements(recipe: Recipe, *, has_input: bool, has_weight: bool) -> list[Part]:
    """Return a line for each gradient, or where these are too long, more lines."""
    stride, outputs, kernel = max(recipe["stride"]), size(recipe.output_size), size(recipe["kernel_size"])
    stretched, dilated = (f", {word} by the stride" if stride > 1 else "" for word in ("stretched", "dilated"))
    source = size(recipe["input_size"])
    heads, lines = list[str](), list[list[Box]]()
    if has_input:
        heads.append("dX: a transposed convolution of dY")
        lines.append([
            Box("right", [0], f"dY {outputs}{stretched}"), Box("right", [1], f"kernel {kernel}, turned", "∗"),
            Box("right", [2], f"dX {source}", "="),
        ])  # fmt: skip
    if has_weight:
        first = 3 * has_input
        heads.append("dW: a convolution of the input with dY; db: the sum of dY")
        lines.append([
            Box("right", [first], f"input {source}"), Box("right", [first + 1], f"dY {outputs}{dilated}", "∗"),
            Box("right", [first + 2], f"dW {kernel}", "="), Box("right", [first + 3], "db"),
        ])  # fmt: skip

    def folded(line: Sequence[Box], most: int) -> list[Box]:
        return [Box("right", line[k : k + most]) for k in range(0, len(line), most)]

    return [
        Box("down", [
            Box("down", folded(line, most), head, is_flush=True) for head, line in zip(heads, lines, strict=True)
        ], is_flush=True)
        for most in (4, 2, 1)
    ]  # fmt: skip


def _convolution_legend(recipe: Recipe, panels: Sequence[Panel]) -> dict[Kind, str]:
    names = {name for panel in panels for name in panel.names if isinstance(name, str)}
    around = [table for table, name in (("dY", "a zero around dY"), ("the input", "padding")) if name in names]
    legend = backward_legend(recipe, f"zeros around {' and '.join(around)}" if around else "")
    if "an inserted zero" in names:
        legend["inserted"] = "zero put between the cells of dY (stride)"
    if "a cell that is cropped" in names:
        legend["cropped"] = "cropped by padding"
    return legend


def _describe(recipe: Recipe) -> str:
    (rows, columns), kernel, output = recipe["input_size"], recipe["kernel_size"], recipe.output_size
    return (
        f"Backward through {article(kernel[0])} by {kernel[1]} convolution of {article(rows)} by {columns} input: the "
        f"gradient dY of the {output[0]} by {output[1]} output makes {_made(recipe)}."
    )


def _made(recipe: Recipe) -> str:
    return {"all": "dX, dW and db", "dx": "dX", "dw": "dW and db"}[recipe["gradient"]]
