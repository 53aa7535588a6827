"""A column and then a row, one step per cell; in the row's steps the whole kernel beside it makes the same output."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from convviz.arithmetic import Conv2d, Trace, trace
from convviz.arithmetic.taps import Tap
from convviz.arithmetic.trace_steps import Step
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.spatial_separable import Passes, passes_of

from .drawing import Words, step_cell, write_phrases, write_words
from .figure import Tableau, build_tableau
from .number_format import (
    Numbers,
    about,
    caption,
    equal_to,
    factor,
    number,
    size_formulas,
    span,
    tidy,
    widest_sums,
)
from .primitives import Frame, Links, Placed, Relation, Scene
from .products import Addend, sum_words, tapped_cells
from .separable_panes import (
    AGAIN,
    BETWEEN,
    COLUMN,
    DIRECT,
    IMAGE,
    KERNEL,
    OUTPUT,
    ROW,
    arrangements,
    separable_panes,
    written,
)
from .storyboard import Shot, storyboard
from .theme import theme_named
from .typography import widest


@dataclass(frozen=True, slots=True)
class _Pass:
    """What one pass does in all of its steps: the planes that it reads and writes, and its numbers."""

    steps: Trace
    source: int
    kernel: int
    target: int
    reads: str
    values: Mapping[tuple[int, int], float]
    scale: float


@dataclass(frozen=True, slots=True)
class _Part:
    """What a frame shows of one pass: a step, and how many of its taps; ``now`` is the tap that it has come to."""

    of: _Pass
    step: Step
    shown: int
    now: int | None

    @property
    def taps(self) -> Sequence[Tap]:
        return self.step.taps

    @property
    def is_complete(self) -> bool:
        return self.shown == len(self.taps)

    @property
    def cell(self) -> tuple[int, int]:
        assert self.step.output is not None  # every step of a gather has one
        return self.step.output[1:]

    @property
    def value(self) -> float:
        """The sum of the taps that are shown, and with the last of them the bias."""
        if self.is_complete:
            return self.of.values[self.cell]
        return tidy(sum(tap.product for tap in self.taps[: self.shown]), self.of.scale)


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once."""

    tableau: Tableau
    shots: Sequence[Shot]
    written: tuple[Placed, ...]
    column: _Pass
    row: _Pass
    single: _Pass
    bias: float

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        parts, layout, theme = self._parts(shot), self.tableau.layout, self.tableau.theme
        title = tuple(write_phrases(layout.title, self._title(shot, parts), theme.ink, bold=True))
        terms = tuple(write_words(layout.terms, self._terms(parts), bold_last=True))
        items = (
            *self.written[: self._written(shot.step)],
            *(item for part in parts for item in self._window(part)),
            *title,
            *terms,
        )
        words = self._description(shot, parts)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which cell meets which weight for the cells that a frame writes, and the sums on the way to each."""
        number_of, by_tap = self.tableau.number_of, self.tableau.recipe["storyboard"] == "tap"
        links, sums = [], []
        for part in self._parts(self.shots[index]):
            of = part.of
            output = number_of(of.target, *part.cell)
            links += [
                (number_of(of.source, *tap.position), number_of(of.kernel, *tap.kernel), output) for tap in part.taps
            ]
            totals = accumulate(tap.product for tap in part.taps)
            sums += [number(tidy(total, of.scale)) for total in totals]
        return Relation(tuple(links), () if by_tap else tuple(sums))

    def _parts(self, shot: Shot) -> list[_Part]:
        """One pass in the steps of the column; two in those of the row, for the whole kernel makes the same cell."""
        now = None if shot.is_complete else shot.taps - 1
        first = len(self.column.steps)
        if shot.step < first:
            return [_Part(self.column, self.column.steps[shot.step], shot.taps, now)]
        row, single = self.row.steps[shot.step - first], self.single.steps[shot.step - first]
        width = len(row.taps)
        is_row = now is not None and now < width
        return [
            _Part(self.row, row, min(shot.taps, width), now if is_row else None),
            _Part(self.single, single, max(shot.taps - width, 0), None if is_row or now is None else now - width),
        ]

    def _written(self, step: int) -> int:
        """How many cells are written before a step."""
        first = len(self.column.steps)
        return step if step < first else first + 2 * (step - first)

    def _window(self, part: _Part) -> Iterator[Placed]:
        tableau, of = self.tableau, part.of
        yield from tableau.window(of.source, tapped_cells(part.taps, part.now))
        yield tableau.ring(of.kernel)
        if part.now is not None:
            tap, grid = part.taps[part.now], tableau.grid(of.kernel)
            yield step_cell(grid, tableau.theme, tap.kernel, number(tap.weight), tableau.sizes[of.kernel])
        text = number(part.value) if part.shown else ""
        yield step_cell(tableau.grid(of.target), tableau.theme, part.cell, text, tableau.sizes[of.target])

    def _title(self, shot: Shot, parts: Sequence[_Part]) -> Sequence[str]:
        part = _current(parts)
        so_far = "" if part.is_complete else " so far"
        name = "intermediate" if part.of is self.column else "output"
        row, column = part.cell
        lead, what = f"{self._caption(shot)}:", f"{name}[{row}, {column}]{so_far}"
        if part.of is self.column:
            return lead, f"{what} {equal_to(part.value)}"
        if not shot.is_complete:
            return lead, f"{what} {equal_to(part.value)} in {'two passes' if part.of is self.row else 'one pass'}"
        two, one = parts
        if two.value == one.value:
            return lead, f"{what} {equal_to(one.value)} both ways"
        return lead, f"{what} ≈ {number(two.value)} in two passes,", f"{_rounded(one.value)} in one"

    def _terms(self, parts: Sequence[_Part]) -> Words:
        """The products of the pass that a frame has come to; where it shows the ends of two, of the shorter one."""
        by_tap = self.tableau.recipe["storyboard"] == "tap"
        part, theme = _current(parts) if by_tap else parts[0], self.tableau.theme
        more = []
        if part.step.bias and part.is_complete:
            more.append(Addend(f"+ {factor(part.step.bias)} (bias)", part.step.bias, theme.ink))
        return sum_words(part.taps[: part.shown], part.value, theme, more)

    def _caption(self, shot: Shot) -> str:
        steps = len(self.column.steps) + len(self.row.steps)
        return caption(shot.step, steps, None if shot.is_complete else shot.taps)

    def _description(self, shot: Shot, parts: Sequence[_Part]) -> str:
        part = _current(parts)
        row, column = part.cell
        name = "intermediate" if part.of is self.column else "output"
        lead = f"{self._caption(shot)}: {name} row {row}, column {column} is"
        if len(parts) == 1 or not shot.is_complete:
            so_far = "" if part.is_complete else " so far"
            ways = {self.row.target: " in two passes", self.single.target: " in one pass"}.get(part.of.target, "")
            return f"{lead} {about(part.value)}{so_far}{ways}, {_made_of(part)}."
        two, one = parts
        bias = f", each with a bias of {about(self.bias)}" if self.bias else ""
        if two.value == one.value:
            return f"{lead} {about(one.value)} both ways: {_made_of(two)}, and {_made_of(one)}{bias}."
        return (
            f"{lead} about {number(two.value)} in two passes, {_made_of(two)}, and {about(one.value)} in one, "
            f"{_made_of(one)}{bias}."
        )


def _current(parts: Sequence[_Part]) -> _Part:
    """The pass that a frame has come to: the last of those it has begun."""
    return [part for part in parts if part.shown][-1]


def _rounded(value: float) -> str:
    return equal_to(value).removeprefix("= ")


def _made_of(part: _Part) -> str:
    """How many products, and of which cells."""
    (top, left), (bottom, right) = part.taps[0].position, part.taps[-1].position
    count = len(part.taps)
    of = "" if part.is_complete else f"{part.shown} of "
    return (
        f"the sum of {of}{count} {'product' if count == 1 else 'products'} over {part.of.reads} "
        f"{span(top, bottom, 'row')}, {span(left, right, 'column')}"
    )


def separable_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a spatially separable convolution."""
    theme, passes = theme_named(show.theme), passes_of(recipe.values)
    panes = separable_panes(recipe, passes, theme)
    column, row, single = _passes(recipe, passes)
    ends = [len(each.steps[0].taps) for each in (column, row, single)]
    shots = storyboard(
        recipe["storyboard"], [ends[0]] * len(column.steps) + [ends[1] + ends[2]] * len(row.steps)
    )  # fmt: skip
    cells = (cell for pane in (panes[IMAGE], panes[BETWEEN], panes[AGAIN]) for cell in pane.names)
    tableau = build_tableau(
        recipe, show, panes, arrangements(recipe, passes),
        title=_widest_title(recipe, column, row, single), terms=_widest_terms(recipe, column, row, single),
        kinds=["padding"] if "padding" in cells else [],
        formulas=size_formulas(recipe.layer, recipe["input_size"]), frames=len(shots),
    )  # fmt: skip
    view = _View(tableau, shots, written(tableau), column, row, single, recipe["bias"])

    def link() -> Links:
        return Links(tableau.sheets(), "output", view.written, view.relate)

    return tableau.scene(len(shots), view.draw, link)


def _passes(recipe: Recipe, passes: Passes) -> tuple[_Pass, _Pass, _Pass]:
    """Down the columns, along the rows, and with the whole kernel."""
    layer = recipe.layer
    assert isinstance(layer, Conv2d)
    steps = (
        trace(passes.column_layer, recipe.input, passes.column),
        trace(passes.row_layer, passes.intermediate, passes.row, recipe.bias),
        trace(layer, recipe.input, recipe.weight, recipe.bias),
    )
    scale = float(abs(recipe.input).max() * abs(passes.column).sum())

    def tidied(values: Numbers, scale: float) -> Mapping[tuple[int, int], float]:
        return {(row, column): tidy(float(value), scale) for (row, column), value in np.ndenumerate(values[0])}

    return (
        _Pass(steps[0], IMAGE, COLUMN, BETWEEN, "input", tidied(passes.intermediate, scale), scale),
        _Pass(steps[1], BETWEEN, ROW, OUTPUT, "intermediate", tidied(passes.output, passes.scale), passes.scale),
        _Pass(steps[2], AGAIN, KERNEL, DIRECT, "input", tidied(passes.direct, passes.scale), passes.scale),
    )


def _widest_title(recipe: Recipe, column: _Pass, row: _Pass, single: _Pass) -> list[str]:
    """Words as wide as the title of any step."""
    rows, columns = recipe.output_size
    by_tap = recipe["storyboard"] == "tap"
    steps = len(column.steps) + len(row.steps)
    lead = f"{caption(steps - 1, steps, 99 if by_tap else None)}:"
    between = widest(map(number, column.values.values()))
    two, one = (widest(map(number, each.values.values())) for each in (row, single))
    if by_tap:
        sums = [*_sums(column), *_sums(row), *_sums(single)]
        name = widest([f"intermediate[{rows}, {recipe['input_size'][1]}]", f"output[{rows}, {columns}]"])
        return [lead, f"{name} so far ≈ {widest(sums)} in two passes"]
    name = f"output[{rows}, {columns}]"
    words = [f"{name} ≈ {two} in two passes,", f"≈ {one} in one"]
    if row.values == single.values:
        words = [f"{name} ≈ {one} both ways"]
    return [lead, widest([f"intermediate[{rows}, {recipe['input_size'][1]}] ≈ {between}", words[0]]), *words[1:]]


def _widest_terms(recipe: Recipe, column: _Pass, row: _Pass, single: _Pass) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    by_tap = recipe["storyboard"] == "tap"
    shown = (column, row, single) if by_tap else (column, row)
    longest: list[str] = []
    for each in shown:
        steps = each.steps
        assert steps.weight is not None
        value = widest(map(factor, np.unique(steps.input).tolist()))
        weight = widest(map(factor, np.unique(steps.weight).tolist()))
        words = [f"+ {value}·{weight}"] * steps.weight.size
        if recipe["bias"] and each is not column:
            words.append(f"+ {factor(recipe['bias'])} (bias)")
        words.append(f"= {widest(_sums(each) if by_tap else map(number, each.values.values()))}")
        longest = max(longest, words, key=lambda one: sum(map(len, one)))
    return longest


def _sums(one: _Pass) -> list[str]:
    assert one.steps.weight is not None
    return widest_sums(
        one.steps.input, one.steps.weight, float(one.steps.bias[0]) if one.steps.bias is not None else 0.0
    )
