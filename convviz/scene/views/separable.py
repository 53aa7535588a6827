"""A column and then a row, one step per cell; in the row's steps the whole kernel makes the same output next to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import gathered_taps
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.spatial_separable import Passes, passes_of

from ..box_layout import Box
from ..drawing import empty_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    counted,
    is_by_value,
    number,
    sentence,
    size,
    size_formulas,
)
from ..panels import Panel, cells_panel, input_cells, kernel_panel, output_panel, starts_of, weight_notes
from ..primitives import Placed, Relation
from ..sums import PanelSums, Sum, pass_of
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


Made = tuple[PanelSums, Sum]
"""A sum and what makes it."""


@dataclass(frozen=True, slots=True)
class _Separable:
    """The steps: those of the column, and then those of the row together with the whole kernel's."""

    recipe: Recipe
    column: PanelSums
    row: PanelSums
    single: PanelSums

    @property
    def lengths(self) -> Pair:
        """The steps of the column, and those of the row."""
        return self.column.values.size, self.row.values.size

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        sums, (first, _) = self._sums(shot), self.lengths
        # A step of the row writes two cells.
        finished = shot.step if shot.step < first else first + 2 * (shot.step - first)
        said = self._say(shot, sums)
        description, details = self._describe(shot, sums)
        return said._replace(
            description=f"{said.caption}: {description}", details=details, finished=finished,
            draw=lambda figure: (item for _, made in sums for item in made.draw(figure, made.funnel(figure))),
        )  # fmt: skip

    def widest(self) -> list[Step]:
        """Return the last frames of every pass with the widest numbers: complete, and on the way there."""
        return [*self._widest(number), *self._widest(about)]  # terms, and titles

    def _widest(self, spell: Callable[[float], str]) -> list[Step]:
        is_by_tap, output = self.recipe["storyboard"] == "tap", self.recipe.output_size
        shot = Shot(sum(self.lengths) - 1, 99, True, 1.0)
        sizes = (output[0], self.recipe["input_size"][1]), output, output
        column, *both = (
            (stage, stage.widest(size, spell, is_by_tap=is_by_tap))
            for stage, size in zip((self.column, self.row, self.single), sizes, strict=True)
        )
        steps = [self._say(shot, [column]), self._say(shot, both)]
        if is_by_tap:
            on_the_way = shot._replace(is_complete=False)
            steps += [
                self._say(on_the_way, [(stage, replace(made, shown=max(1, made.count - 1)))])
                for stage, made in (column, *both)
            ]
        return steps

    def _sums(self, shot: Shot) -> list[Made]:
        """Return one sum in the steps of the column; two in those of the row: the whole kernel makes the same cell."""
        first, now = self.lengths[0], shot.now
        if shot.step < first:
            return [(self.column, self.column.sum_of(shot.step, shot.taps, now))]
        step, width = shot.step - first, self.row.count
        is_row = now is not None and now < width
        return [
            (self.row, self.row.sum_of(step, min(shot.taps, width), now if is_row else None)),
            (self.single, self.single.sum_of(
                step, max(shot.taps - width, 0), None if is_row or now is None else now - width)),
        ]  # fmt: skip

    def _say(self, shot: Shot, sums: Sequence[Made]) -> Step:
        lead = caption(shot.step, sum(self.lengths), None if shot.is_complete else shot.taps)
        of, made = _current(sums)
        title = made.title
        if of is not self.column and not shot.is_complete:
            title = *title, f"in {'two passes' if of is self.row else 'one pass'}"
        elif len(sums) > 1:
            two, single = (each.value for _, each in sums)
            title = *title[:-1], f"{about(single)} both ways"
            if two != single:
                title = *title[:-1], f"about {number(two)} in two passes,", f"{about(single)} in one"
        # The products of the pass that a frame has come to; where it shows the ends of two, of the shorter one.
        in_full = made if self.recipe["storyboard"] == "tap" else sums[0][1]
        return Step(lead, title, in_full.terms)

    def _describe(self, shot: Shot, sums: Sequence[Made]) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        of, made = _current(sums)
        step = shot.step - (0 if of is self.column else self.lengths[0])
        row, column = of.at(step)
        lead = f"{of.writes} row {row}, column {column} is"
        if len(sums) == 1 or not shot.is_complete:
            ways = " in two passes" if of is self.row else " in one pass" if of is self.single else ""
            details = of.describe(step, made)
            return f"{lead} {about(made.value)}{made.so_far}{ways}, {details}.", sentence(details)
        two, single = (each.value for _, each in sums)
        both = [stage.describe(step, each) for stage, each in sums]
        bias = f", each with a bias of {about(self.recipe['bias'])}" if self.recipe["bias"] else ""
        details = f"{both[0]}, and {both[1]}{bias}"
        if two == single:
            return f"{lead} {about(single)} both ways: {details}.", sentence(details)
        return f"{lead} about {number(two)} in two passes and {about(single)} in one: {details}.", sentence(details)

    def relate(self, shot: Shot) -> Relation:
        """Return which cell meets which weight for the cells that a frame writes, and the sums on the way to each."""
        first, has_totals = self.lengths[0], self.recipe["storyboard"] == "cell"
        stages, step = ([self.column], shot.step) if shot.step < first else ([self.row, self.single], shot.step - first)
        relations = [stage.products.relate(step, stage.targets[step], has_totals=has_totals) for stage in stages]
        return Relation.joined(relations)


def _current(sums: Sequence[Made]) -> Made:
    """Return the sum that a frame has come to: the last of those it has begun."""
    return [each for each in sums if each[1].shown][-1]


def separable_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a spatially separable convolution."""
    theme, passes = theme_named(show.theme), passes_of(recipe.values)
    panels = _panels(recipe, passes, theme)
    column, row, single = _stages(recipe, passes, panels)
    view = _Separable(recipe, column, row, single)
    has_padding = any("padding" in panels[panel].names for panel in (_INPUT, _BETWEEN, _AGAIN))

    def finish(figure: Figure) -> Iterator[Placed]:
        yield from figure.draw_written(_BETWEEN)
        for pair in zip(figure.draw_written(_OUTPUT), figure.draw_written(_DIRECT), strict=True):
            yield from pair

    return Draft(
        show, panels, _arrangements(recipe, passes), view,
        storyboard(recipe["storyboard"],
                   [column.count] * view.lengths[0] + [row.count + single.count] * view.lengths[1]),
        description=_describe(recipe), widest=view.widest(),
        legend={"padding": f"padding ({recipe.get('padding_mode', 'zeros')})"} if has_padding else {},
        formulas=size_formulas(recipe.layer, recipe["input_size"]), finish=finish,
        is_by_value=is_by_value(recipe, show.fill),
    )  # fmt: skip


def _stages(recipe: Recipe, passes: Passes, panels: Sequence[Panel]) -> list[PanelSums]:
    """Return what the passes do down the columns, along the rows, and with the whole kernel."""
    layer, plane, weight, bias, starts = recipe.layer, recipe.input, recipe.weight, recipe["bias"], starts_of(panels)
    assert isinstance(layer, Conv2d)

    def stage(
        layer: Conv2d, read: Numbers, kernel: Numbers, bias: float, made: Numbers, source: int, target: int,
        scale: float,
    ) -> PanelSums:  # fmt: skip
        """Return what a layer does with the panel ``source``, whose kernel is on the next one."""
        rows, columns = map(range, made.shape)
        taps = gathered_taps(layer, read, kernel, 0, rows, columns)
        cells = starts[source] + panels[source].index(taps.row, taps.column)
        down, across = np.ogrid[: len(rows), : len(columns)]
        targets = starts[target] + panels[target].index(down, across)
        return PanelSums(
            "intermediate" if source == _BETWEEN else "input", "intermediate" if target == _BETWEEN else "output",
            read, kernel, bias,
            pass_of(taps, cells, range(starts[source + 1], starts[source + 2]), scale),
            targets.ravel().tolist(), np.where(abs(made) < 1e-13 * scale, 0.0, made),
        )  # fmt: skip

    first = float(abs(plane).max() * abs(passes.column).sum())
    return [
        stage(passes.column_layer, plane, passes.column, 0.0, passes.intermediate[0], _INPUT, _BETWEEN, first),
        stage(
            passes.row_layer, passes.intermediate, passes.row, bias, passes.output[0], _BETWEEN, _OUTPUT, passes.scale
        ),
        stage(layer, plane, weight, bias, passes.direct[0], _AGAIN, _DIRECT, passes.scale),
    ]


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
