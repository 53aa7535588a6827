"""Backward through a pooling: one step per cell of dY, which goes to the winner of its window or is shared by all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import AvgPool2d, MaxPool2d
from convviz.arithmetic.taps import gathered_taps
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.backward import gradients_of

from ..box_layout import Box, Part
from ..drawing import kind_styles, tapped_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    cell_words,
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
from ..panels import Panel, cell_names, cells_panel, input_cells, starts_of
from ..primitives import Placed, Relation
from ..sums import total
from ..theme import theme_named
from ..typography import Term
from .backward import DY, backward_legend, dx_panel

_WINNER: Final = "max"
"""The note in the cell that won its window."""

_INPUT, _UPSTREAM, _WANTED = range(3)
"""The panels: the input, dY and dX."""


class _Route(NamedTuple):
    """Where one cell of dY goes.

    Attributes
    ----------
    cells : sequence of int
        The cells of its window on the input, by their numbers.
    values : sequence of float
        What is in them.
    is_padding : sequence of bool
        Whether they are padding.
    shares : sequence of float
        The parts of it that they get; of padding they are lost.
    targets : sequence of int
        The cells of dX, counted within it.
    """

    cells: Sequence[int]
    values: Sequence[float]
    is_padding: Sequence[bool]
    shares: Sequence[float]
    targets: Sequence[int]

    @property
    def kept(self) -> list[int]:
        """The places in the window that get a part and are no padding."""
        return [k for k, share in enumerate(self.shares) if share and not self.is_padding[k]]


@dataclass(frozen=True, slots=True)
class _Routing:
    """The steps: each cell of dY.

    Attributes
    ----------
    upstream : sequence of float
        The numbers of dY.
    routes : sequence of _Route
        Where each of them goes.
    sums : array
        dX before each step and after the last, shape (steps + 1, cells).
    touched : array
        Whether its cells have a part of anything by then.
    starts : sequence of int
        The number of the first cell of each panel.
    scale : float
        The size of the numbers of dX.
    """

    recipe: Recipe
    upstream: Sequence[float]
    routes: Sequence[_Route]
    sums: Numbers
    touched: NDArray[np.bool_]
    starts: Sequence[int]
    scale: float

    @property
    def _is_max(self) -> bool:
        return isinstance(self.recipe.layer, MaxPool2d)

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        route, value = self.routes[shot.step], self.upstream[shot.step]
        row, column = divmod(shot.step, self.recipe.output_size[1])
        said, details = self._say(shot), self._details(route, value)
        description = f"{said.caption}: {DY} row {row}, column {column} is {about(value)}; {details}."
        return said._replace(
            description=description, details=sentence(details), draw=lambda figure: self._draw(figure, shot)
        )

    def widest(self, taps: int) -> list[Step]:
        """Return all frames that are complete, and the last one that is not."""
        shots = [Shot(step, taps, True, 1.0) for step in range(len(self.routes))]
        return [*map(self._say, shots), self._say(shots[-1]._replace(is_complete=False))]

    def _say(self, shot: Shot) -> Step:
        """Return title and terms."""
        route, value = self.routes[shot.step], self.upstream[shot.step]
        row, column = divmod(shot.step, self.recipe.output_size[1])
        lead = caption(shot.step, len(self.routes), None if shot.is_complete else shot.taps, "cell")
        where, of = cell_words(row, column, DY)
        return Step(lead, (where, f"{of}, {about(value)},", self._destination(route)), self._terms(shot, route, value))

    def _destination(self, route: _Route) -> str:
        kept = route.kept
        if not kept:
            return "goes nowhere"
        if self._is_max:
            row, column = divmod(route.targets[kept[0]], self.recipe["input_size"][1])
            return f"goes to row {row}, column {column}"
        return f"is shared by {counted(len(kept), 'cell')}"

    def _terms(self, shot: Shot, route: _Route, value: float) -> list[Term]:
        kept = route.kept
        if not kept:
            return [Term("no cell of the input in this window", "muted")]
        if self._is_max:
            before = tidy(float(self.sums[shot.step, route.targets[kept[0]]]), self.scale)
            words = [Term("dX there:", "muted"), Term(factor(before)), Term(f"+ {factor(value)}")]
            return [*words, total(tidy(before + value, self.scale), [before, value], [1.0, 1.0])]
        divisor, share = round(1 / max(route.shares)), value * max(route.shares)
        lost = [k for k, part in enumerate(route.shares) if part and route.is_padding[k]]
        words = [Term(f"{factor(value)} / {divisor}"), total(share, [share], [1.0]), Term("for each cell", "muted")]
        return [
            *words,
            *([Term(f"({len(lost)} of {divisor} shares go to padding and are lost)", "muted")] if lost else []),
        ]

    def _details(self, route: _Route, value: float) -> str:
        """Return in words where a cell of dY goes."""
        kept, width = route.kept, self.recipe["input_size"][1]
        if not kept:
            return "its window reads no cell of the input, so it goes nowhere"
        if self._is_max:
            row, column = divmod(route.targets[kept[0]], width)
            equals = sum(
                each == route.values[kept[0]] and not padding
                for each, padding in zip(route.values, route.is_padding, strict=True)
            )  # fmt: skip
            ties = f", the first of {equals} that are equal" if equals > 1 else ""
            return f"all of it goes to the cell that won its window, input row {row}, column {column}{ties}"
        ends = [divmod(route.targets[k], width) for k in (kept[0], kept[-1])]
        over = f"{span(ends[0][0], ends[1][0], 'row')}, {span(ends[0][1], ends[1][1], 'column')}"
        each = about(value * max(route.shares))
        return f"each of {counted(len(kept), 'cell')} of the input that it is the average of gets {each}: {over}"

    def _draw(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw dX before the step, the window on the input, what is added, and the cell of dY."""
        theme, route, value = figure.theme, self.routes[shot.step], self.upstream[shot.step]
        is_end = shot.is_complete and shot.step == len(self.routes) - 1
        yield from self._draw_sums(figure, shot.step, is_all=is_end)
        yield from self._draw_window(figure, route)
        kept = [k for k in route.kept if k < shot.taps]
        keys = figure.keys.window(_WANTED, self.recipe["kernel_size"])
        for k in kept:
            added, target = value * route.shares[k], route.targets[k]
            text = number(tidy(float(self.sums[shot.step, target]) + added, self.scale))
            yield figure.draw_cell(
                self.starts[_WANTED] + target, tapped_style(theme), text, note=_added(added), key=keys[k],
                is_addend=True,
            )  # fmt: skip
        here = self.starts[_UPSTREAM] + shot.step
        if kept:
            ends = tuple(self.starts[_WANTED] + route.targets[k] for k in (kept[0], kept[-1]))
            yield from figure.draw_funnel((here, here), (ends[0], ends[1]))
            yield figure.draw_outline(*ends)
        yield figure.draw_current(here, number(value))

    def _draw_window(self, figure: Figure, route: _Route) -> Iterator[Placed]:
        """Draw the cells of the window on the input, of which one may have won."""
        theme = figure.theme
        keys = figure.keys.window(_INPUT, self.recipe["kernel_size"])
        pale = tapped_style(theme, is_real=False)
        loser = pale._replace(ink=theme.ink, edge="solid")
        for k, (cell, each, padding, share) in enumerate(
            zip(route.cells, route.values, route.is_padding, route.shares, strict=True)
        ):
            if self._is_max and not share:
                yield figure.draw_cell(cell, pale if padding else loser, number(each), key=keys[k])
            elif share and not self._is_max:
                style = tapped_style(theme)._replace(edge="dashed") if padding else tapped_style(theme)
                yield figure.draw_cell(cell, style, number(each), key=keys[k])
        for k in route.kept[:1] if self._is_max else ():
            cell, text = route.cells[k], number(route.values[k])
            style, stroke = tapped_style(theme, is_now=True), figure.frame_width(_INPUT)
            yield figure.draw_cell(cell, style, text, stroke, _WINNER, figure.keys.currents[_INPUT])
        yield figure.draw_outline(route.cells[0], route.cells[-1])

    def _draw_sums(self, figure: Figure, step: int, *, is_all: bool) -> Iterator[Placed]:
        """Draw what dX has before a step; at the very end also the cells that nothing has reached: they are 0."""
        panel, start = figure.panels[_WANTED], self.starts[_WANTED]
        cells = zip(panel.styles, self.touched[step].tolist(), self.sums[step].tolist(), strict=True)
        for k, (style, is_touched, value) in enumerate(cells):
            if is_all or is_touched:
                text = number(tidy(value, self.scale))
                yield figure.draw_cell(start + k, style._replace(fill=figure.theme.output), text)

    def relate(self, shot: Shot) -> Relation:
        """Return which cells of dX a cell of dY reaches."""
        route = self.routes[shot.step]
        targets = [self.starts[_WANTED] + route.targets[k] for k in route.kept]
        return Relation([self.starts[_UPSTREAM] + shot.step] * len(targets), [-1] * len(targets), targets)


def backward_pooling_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of the gradient of a max or average pooling."""
    theme, layer, plane = theme_named(show.theme), recipe.layer, recipe.input
    assert isinstance(layer, MaxPool2d | AvgPool2d)  # the other modes
    upstream, dx, area = recipe.upstream, gradients_of(recipe.values).input[0], np.prod(recipe["kernel_size"])
    rows, columns = map(range, recipe.output_size)
    cells, texts = input_cells(layer, plane[0]), [number(value) for value in upstream.ravel().tolist()]
    is_max, counts = isinstance(layer, MaxPool2d), recipe["count_include_pad"]
    shown = ["" if cell.kind == "padding" and not (is_max or counts) else number(cell.value) for cell in cells]
    taps = gathered_taps(layer, plane, None, 0, rows, columns)
    inside = taps.row * plane.shape[2] + taps.column
    shares, targets, padding = (taps.by_step(each) for each in (taps.weight, inside, taps.is_padding))
    sums, touched = _running_sums(upstream, shares, targets, padding, dx.size)
    scale = float(abs(upstream).sum())
    source = cells_panel(cells, theme, texts=shown, notes=[_WINNER] if is_max else [], title="input")
    given = Panel(
        "upstream", rows, columns, texts, cell_names(rows, columns), [kind_styles(theme)["input"]] * len(texts),
        is_editable=True, title=DY,
    )  # fmt: skip
    added = np.unique(np.multiply.outer(np.unique(upstream), np.unique(shares))).tolist()
    wanted = replace(
        dx_panel(recipe, dx, scale, theme), notes=[_added(each) for each in added if each],
        numbers=[number(tidy(value, scale)) for value in np.unique(sums).tolist()],
    )  # fmt: skip
    panels = [source, given, wanted]
    starts = starts_of(panels)
    arrays: Any = (starts[_INPUT] + source.index(taps.row, taps.column), taps.input_value, taps.is_padding)
    routes = [
        *map(_Route, *(taps.by_step(each).tolist() for each in arrays), shares.tolist(), targets.tolist())
    ]  # fmt: skip
    view = _Routing(recipe, upstream.ravel().tolist(), routes, sums, touched, starts, scale)
    counted_as = "−∞" if is_max else "zeros, counted" if counts else "not counted"
    return Draft(
        show, panels, _arrangements(recipe), view,
        storyboard(recipe["storyboard"], [int(area)] * upstream.size),
        description=_describe(recipe), widest=view.widest(int(area)),
        legend=backward_legend(recipe, f"padding: {counted_as}" if "padding" in source.names else ""),
        formulas=size_formulas(layer, recipe["input_size"]), finish=lambda figure: figure.draw_written(_WANTED),
        step_side="input", is_by_value=is_by_value(recipe, show.fill),
    )  # fmt: skip


def _running_sums(
    upstream: Numbers, shares: Numbers, targets: NDArray[np.int64], padding: NDArray[np.bool_], size: int
) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return dX, and which of its cells have a part, before the first step and after each."""
    sums, touched = np.zeros((upstream.size + 1, size)), np.zeros((upstream.size + 1, size), bool)
    for step, value in enumerate(upstream.ravel().tolist()):
        sums[step + 1], touched[step + 1] = sums[step], touched[step]
        kept = (shares[step] > 0) & ~padding[step]
        sums[step + 1, targets[step, kept]] += value * shares[step, kept]
        touched[step + 1, targets[step, kept]] = True
    return sums, touched


def _arrangements(recipe: Recipe) -> list[Part]:
    source, given, wanted = (
        Box("right", [k], label, sign)
        for k, (label, sign) in enumerate((
            (f"input {size(recipe['input_size'])}", ""), (f"dY {size(recipe.output_size)}", ""),
            (f"dX {size(recipe['input_size'])}", "→"),
        ))
    )  # fmt: skip
    return [
        Box("right", [source, given, wanted]),
        Box("down", [source, Box("right", [given, wanted])]),
        Box("down", [source, given, wanted]),
    ]


def _describe(recipe: Recipe) -> str:
    (rows, columns), kernel, output = recipe["input_size"], recipe["kernel_size"], recipe.output_size
    how = "max" if isinstance(recipe.layer, MaxPool2d) else "average"
    return (
        f"Backward through {how} pooling with {article(kernel[0])} by {kernel[1]} window on {article(rows)} by "
        f"{columns} input: the gradient dY of the {output[0]} by {output[1]} output makes dX."
    )


def _added(value: float) -> str:
    return number(value) if value < 0 else f"+{number(value)}"
