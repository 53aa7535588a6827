"""A column and then a row, one step per cell; in the row's steps the whole kernel makes the same output next to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, Trace, trace
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.trace_steps import Step as TraceStep
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.spatial_separable import Passes, passes_of

from ..box_layout import Box
from ..drawing import empty_style
from ..figure import Addend, Cell, Figure, Shot, Step, Sum, relate_sums, step_scene, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    counted,
    equal_to,
    factor,
    number,
    size,
    size_formulas,
    span,
    tidy,
    widest_number,
    widest_sum,
)
from ..panels import Panel, cells_panel, input_cells, kernel_panel, output_panel, weight_notes
from ..primitives import Placed, Relation, Scene
from ..theme import Theme, theme_named

_INPUT, _COLUMN, _BETWEEN, _ROW, _OUTPUT, _AGAIN, _KERNEL, _DIRECT = range(8)
"""The panels, in the order in which they are read."""

_IN_LINES: Final = (
    (((_INPUT, _COLUMN, _BETWEEN, _ROW, _OUTPUT),), ((_AGAIN, _KERNEL, _DIRECT),)),
    (((_INPUT, _COLUMN, _BETWEEN), (_ROW, _OUTPUT)), ((_AGAIN, _KERNEL, _DIRECT),)),
    (((_INPUT, _COLUMN), (_BETWEEN, _ROW), (_OUTPUT,)), ((_AGAIN, _KERNEL), (_DIRECT,))),
)
"""The arrangements of the panels: the lines of the two passes, and those of the single one."""

_SIGNS: Final = {_COLUMN: "∗", _BETWEEN: "=", _ROW: "∗", _OUTPUT: "=", _KERNEL: "∗", _DIRECT: "="}


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass does in all of its steps: the panels that it reads and writes, and its numbers."""

    steps: Trace
    source: int
    kernel: int
    target: int
    reads: str
    writes: str
    values: Mapping[Pair, float]
    scale: float

    def sum_of(self, step: TraceStep, shown: int, now: int | None = None) -> Sum:
        """Return what a frame shows of a step."""
        assert step.output is not None  # every step of a gather has one
        row, column = step.output[1:]
        value = tidy(sum(tap.product for tap in step.taps[:shown]), self.scale)
        if shown == len(step.taps):
            value = self.values[row, column]
        addends = [Addend(f"+ {factor(step.bias)} (bias)", step.bias)] if step.bias else []
        return Sum(
            f"{self.writes}[{row}, {column}]", Cell(self.target, row, column), step.taps,
            [self.source] * len(step.taps), [Cell(self.kernel, *tap.kernel) for tap in step.taps],
            shown, now, value, self.scale, addends,
        )  # fmt: skip

    def describe(self, made: Sum) -> str:
        """Return how many products a sum has, and of which cells."""
        (top, left), (bottom, right) = made.taps[0].position, made.taps[-1].position
        return f"{made.described()} over {self.reads} {span(top, bottom, 'row')}, {span(left, right, 'column')}"


@dataclass(frozen=True, slots=True)
class _Separable:
    """The steps: those of the column, and then those of the row together with the whole kernel's."""

    recipe: Recipe
    column: _Pass
    row: _Pass
    single: _Pass

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        sums, first = self._sums(shot), len(self.column.steps)
        # A step of the row writes two cells.
        finished = shot.step if shot.step < first else first + 2 * (shot.step - first)
        step = self._say(shot, sums)
        description = self._describe(step.caption, shot, sums)
        return replace(step, description=description, finished=finished, sums=sums)

    def widest(self) -> list[Step]:
        """Return the last frames of every pass with the widest numbers: complete, and on the way there."""
        is_by_tap, output = self.recipe["storyboard"] == "tap", self.recipe.output_size
        shot = Shot(len(self.column.steps) + len(self.row.steps) - 1, 99, True, 1.0)

        def wide(of: _Pass) -> Sum:
            weight, bias = of.steps.weight, of.steps.bias
            assert weight is not None
            value, other = (widest_number(np.unique(each).tolist(), factor) for each in (of.steps.input, weight))
            result = widest_sum(number, of.steps.input, weight, float(bias[0]) if bias is not None else 0.0)
            if not is_by_tap:
                result = widest_number(of.values.values(), number)
            step = of.steps[0]
            taps = tuple(replace(tap, input_value=value, weight=other) for tap in step.taps)
            rows, columns = (output[0], self.recipe["input_size"][1]) if of is self.column else output
            made = of.sum_of(replace(step, taps=taps), len(taps))
            return replace(made, name=f"{of.writes}[{rows}, {columns}]", value=result)

        column, *both = map(wide, (self.column, self.row, self.single))
        steps = [self._say(shot, [column]), self._say(shot, both)]
        if is_by_tap:
            on_the_way = replace(shot, is_complete=False)
            steps += [self._say(on_the_way, [replace(made, shown=len(made.taps) - 1)]) for made in (column, *both)]
        return steps

    def _sums(self, shot: Shot) -> list[Sum]:
        """Return one sum in the steps of the column; two in those of the row: the whole kernel makes the same cell."""
        first = len(self.column.steps)
        if shot.step < first:
            return [self.column.sum_of(self.column.steps[shot.step], shot.taps, shot.now)]
        row, single = (of.steps[shot.step - first] for of in (self.row, self.single))
        width, now = len(row.taps), shot.now
        is_row = now is not None and now < width
        return [
            self.row.sum_of(row, min(shot.taps, width), now if is_row else None),
            self.single.sum_of(single, max(shot.taps - width, 0), None if is_row or now is None else now - width),
        ]

    def _pass_of(self, made: Sum) -> _Pass:
        return next(of for of in (self.column, self.row, self.single) if of.target == made.target.panel)

    def _say(self, shot: Shot, sums: Sequence[Sum]) -> Step:
        steps = len(self.column.steps) + len(self.row.steps)
        lead = caption(shot.step, steps, None if shot.is_complete else shot.taps)
        made = _current(sums)
        of = self._pass_of(made)
        title = [made.title]
        if of is not self.column and not shot.is_complete:
            title = [f"{made.title} in {'two passes' if of is self.row else 'one pass'}"]
        elif len(sums) > 1:
            two, single = (each.value for each in sums)
            title = [f"{made.name} {equal_to(single)} both ways"]
            if two != single:
                approximate = equal_to(single).removeprefix("= ")
                title = [f"{made.name} ≈ {number(two)} in two passes,", f"{approximate} in one"]
        # The products of the pass that a frame has come to; where it shows the ends of two, of the shorter one.
        in_full = made if self.recipe["storyboard"] == "tap" else sums[0]
        return Step(lead, (f"{lead}:", *title), in_full.terms)

    def _describe(self, lead: str, shot: Shot, sums: Sequence[Sum]) -> str:
        made = _current(sums)
        of = self._pass_of(made)
        lead = f"{lead}: {of.writes} row {made.target.row}, column {made.target.column} is"
        if len(sums) == 1 or not shot.is_complete:
            ways = {self.row.target: " in two passes", self.single.target: " in one pass"}.get(of.target, "")
            return f"{lead} {about(made.value)}{made.so_far}{ways}, {of.describe(made)}."
        two, single = (each.value for each in sums)
        both = [self._pass_of(each).describe(each) for each in sums]
        bias = f", each with a bias of {about(self.recipe['bias'])}" if self.recipe["bias"] else ""
        if two == single:
            return f"{lead} {about(single)} both ways: {both[0]}, and {both[1]}{bias}."
        return f"{lead} about {number(two)} in two passes, {both[0]}, and {about(single)} in one, {both[1]}{bias}."

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterator[Placed]:
        """Draw what each pass reads, its kernel, and the cell that it writes."""
        for made in step.sums:
            yield from made.draw(figure)

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return which cell meets which weight for the cells that a frame writes, and the sums on the way to each."""
        return relate_sums(figure, self._sums(shot), has_totals=self.recipe["storyboard"] == "cell")


def _current(sums: Sequence[Sum]) -> Sum:
    """Return the sum that a frame has come to: the last of those it has begun."""
    return [made for made in sums if made.shown][-1]


def separable_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a spatially separable convolution."""
    theme, passes = theme_named(show.theme), passes_of(recipe.values)
    panels = _panels(recipe, passes, theme)
    column, row, single = _passes(recipe, passes)
    ends = [len(each.steps[0].taps) for each in (column, row, single)]
    view = _Separable(recipe, column, row, single)
    has_padding = any("padding" in panels[panel].names for panel in (_INPUT, _BETWEEN, _AGAIN))

    def finish(figure: Figure) -> Iterator[Placed]:
        yield from figure.draw_written(_BETWEEN)
        for pair in zip(figure.draw_written(_OUTPUT), figure.draw_written(_DIRECT), strict=True):
            yield from pair

    return step_scene(
        show, panels, _arrangements(recipe, passes), view,
        storyboard(recipe["storyboard"], [ends[0]] * len(column.steps) + [ends[1] + ends[2]] * len(row.steps)),
        description=_describe(recipe), widest=view.widest(),
        legend={"padding": f"padding ({recipe.get('padding_mode', 'zeros')})"} if has_padding else {},
        formulas=size_formulas(recipe.layer, recipe["input_size"]), finish=finish,
    )  # fmt: skip


def _passes(recipe: Recipe, passes: Passes) -> tuple[_Pass, _Pass, _Pass]:
    """Return the passes down the columns, along the rows, and with the whole kernel."""
    layer = recipe.layer
    assert isinstance(layer, Conv2d)
    steps = (
        trace(passes.column_layer, recipe.input, passes.column),
        trace(passes.row_layer, passes.intermediate, passes.row, recipe.bias),
        trace(layer, recipe.input, recipe.weight, recipe.bias),
    )
    first, scale = float(abs(recipe.input).max() * abs(passes.column).sum()), passes.scale

    def tidied(values: Numbers, scale: float) -> Mapping[Pair, float]:
        return {(row, column): tidy(float(value), scale) for (row, column), value in np.ndenumerate(values[0])}

    return (
        _Pass(steps[0], _INPUT, _COLUMN, _BETWEEN, "input", "intermediate", tidied(passes.intermediate, first), first),
        _Pass(steps[1], _BETWEEN, _ROW, _OUTPUT, "intermediate", "output", tidied(passes.output, scale), scale),
        _Pass(steps[2], _AGAIN, _KERNEL, _DIRECT, "input", "output", tidied(passes.direct, scale), scale),
    )


def _panels(recipe: Recipe, passes: Passes, theme: Theme) -> list[Panel]:
    """Return all panels in their order; the intermediate and both outputs are empty at first."""
    plane, layer, between = recipe.input[0], recipe.layer, passes.intermediate[0]
    assert isinstance(layer, Conv2d)
    cells = input_cells(passes.row_layer, between)
    padded = cells_panel(cells, theme)
    styles = [
        empty_style(theme) if cell.kind == "input" else style for cell, style in zip(cells, padded.styles, strict=True)
    ]
    return [
        cells_panel(input_cells(passes.column_layer, plane), theme, notes=weight_notes(passes.column), title="input"),
        kernel_panel(passes.column[0, 0], theme, table="column", title="column"),
        replace(
            padded, table="intermediate", title="intermediate", notes=weight_notes(passes.row), is_editable=False,
            copies=(), styles=styles,
            resting=["" if cell.kind == "input" else number(cell.value) for cell in cells],
        ),
        kernel_panel(passes.row[0, 0], theme, table="row", title="row"),
        output_panel(passes.output[0], passes.scale, theme, title="output of two passes"),
        cells_panel(
            input_cells(layer, plane), theme, notes=weight_notes(recipe.weight), stack="input again",
            title="input of the single pass",
        ),
        kernel_panel(recipe.weight[0, 0], theme, title="kernel", is_editable=True),
        output_panel(passes.direct[0], passes.scale, theme, table="direct", title="direct output, of one pass"),
    ]  # fmt: skip


def _arrangements(recipe: Recipe, passes: Passes) -> list[Box]:
    """Return a line for two passes and one for the single pass, or where these are too long, more lines for each."""
    (height, width), whole = recipe["kernel_size"], size(recipe["input_size"])
    is_exact = passes.separation.is_separable
    labels = {
        _INPUT: f"input {whole}",
        _COLUMN: f"column {height} × 1",
        _BETWEEN: f"intermediate {size(passes.intermediate.shape[1:])}",
        _ROW: f"row 1 × {width}",
        _OUTPUT: f"output {size(recipe.output_size)}{'' if is_exact else ', approximate'}",
        _AGAIN: f"input {whole}",
        _KERNEL: f"kernel {height} × {width}",
        _DIRECT: f"direct output {size(recipe.output_size)}",
    }
    heads = (
        f"In two passes: {height} + {width} products per output cell",
        f"In one pass: {counted(height * width, 'product')} per output cell",
    )

    def line(panels: Sequence[int]) -> Box:
        return Box("right", [Box("right", [panel], labels[panel], _SIGNS.get(panel, "")) for panel in panels])

    return [
        Box("down", [
            Box("down", [*map(line, lines)], head, is_flush=True) for head, lines in zip(heads, both, strict=True)
        ], is_flush=True)
        for both in _IN_LINES
    ]  # fmt: skip


def _describe(recipe: Recipe) -> str:
    kernel, (rows, columns), (height, width) = recipe["kernel_size"], recipe["input_size"], recipe.output_size
    return (
        f"{variant_named(recipe.variant).title}: {article(kernel[0])} by 1 column and then a 1 by {kernel[1]} row, "
        f"next to the whole {kernel[0]} by {kernel[1]} kernel, on {article(rows)} by {columns} input give "
        f"{article(height)} by {width} output."
    )
