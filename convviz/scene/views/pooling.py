"""One step per output cell of a pooling: what the window reads, and the largest of it or the average."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

import numpy as np

from convviz.arithmetic import AvgPool2d, MaxPool2d, Trace, trace
from convviz.arithmetic.spans import unread_lines
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe

from ..box_layout import Box
from ..drawing import Kind, tapped_style, thick, thin
from ..figure import Cell, Figure, Shot, Step, step_scene, storyboard, total
from ..number_format import (
    Pair,
    about,
    article,
    caption,
    counted,
    equal_to,
    factor,
    is_mean,
    number,
    precise,
    size,
    size_formulas,
    span,
    tidy,
    widest_number,
    widest_sum,
)
from ..panels import InputCell, cells_panel, input_cells, output_panel
from ..primitives import Placed, Relation, Scene
from ..theme import theme_named
from ..typography import Term

_INPUT, _OUTPUT = range(2)

_WINNER: Final = "max"
"""The note in the largest cell."""

_UNCOUNTED: Final[dict[Kind, str]] = {"padding": "padding", "beyond": "cells beyond"}


@dataclass(frozen=True, slots=True)
class _Pooling:
    """The steps; ``scale`` is the size of the numbers that an output is made of."""

    recipe: Recipe
    steps: Trace
    cells: Mapping[Pair, InputCell]
    scale: float

    @property
    def _is_max(self) -> bool:
        return isinstance(self.steps.layer, MaxPool2d)

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        taps, at = self.steps[shot.step].taps, self._at(shot)
        counting = [tap for tap in taps[: shot.taps] if self._counts(tap)]
        value = self._so_far(counting)[-1] if counting else 0.0
        if shot.is_complete:
            value = tidy(float(self.steps.output[0][at]), self.scale)
        left_out = {self.cells[tap.position].kind for tap in taps if not self._counts(tap)}
        winner = self._winner(counting)
        step = self._say(shot, at, counting, value, winner, left_out)
        return replace(
            step, description=self._describe(step.caption, shot, taps, value),
            finished=shot.step, taps=taps, value=value,
            # While the cells come one by one the winner is not known yet: it comes with the last of the terms.
            last=lambda figure: self._draw_winner(figure, taps, winner),
        )  # fmt: skip

    def widest(self, taps: int, texts: Sequence[str]) -> list[Step]:
        """Return the last frame with the widest numbers, complete and not; ``texts`` are those of the input."""
        values = [0.0, *(cell.value for cell, text in zip(self.cells.values(), texts, strict=True) if text)]
        results = self.steps.output.ravel().tolist()
        if not self._is_max:
            results = [tidy(value, self.scale) for value in results]
            results.append(widest_sum(number, self.recipe.input, np.ones((1, taps))))
        result = widest_number(values if self._is_max else results, number)
        value = widest_number(values, number if self._is_max else factor)
        first = self.steps[0].taps[0]
        tap = replace(first, input_value=value, position=self.recipe["input_size"])
        kinds = {cell.kind for cell in self.cells.values()} - ({"padding"} if self._counts_padding else set())
        last = Shot(len(self.steps) - 1, taps, True, 1.0)
        shots = [last] if self.recipe["storyboard"] == "cell" else [last, replace(last, is_complete=False)]
        return [self._say(shot, self.recipe.output_size, [tap] * taps, result, tap, kinds) for shot in shots]

    @property
    def _counts_padding(self) -> bool:
        return bool(self.recipe["count_include_pad"])

    def _counts(self, tap: Tap) -> bool:
        """Return whether a cell counts: for the largest every cell does, though padding cannot win."""
        return self._is_max or tap.weight > 0

    def _so_far(self, taps: Sequence[Tap]) -> list[float]:
        """Return the largest, or the sum, after each of these cells."""
        values = [tap.input_value for tap in taps]
        return list(accumulate(values, max)) if self._is_max else [tidy(x, self.scale) for x in accumulate(values)]

    def _at(self, shot: Shot) -> Pair:
        columns: int = self.steps.output.shape[2]
        return divmod(shot.step, columns)

    def _winner(self, taps: Sequence[Tap]) -> Tap | None:
        """Return the first of the largest cells; none in an average, and none where all of them are padding."""
        real = [tap for tap in taps if not tap.is_padding] if self._is_max else []
        return max(real, key=lambda tap: tap.input_value, default=None)

    @property
    def _noun(self) -> str:
        return "largest" if self._is_max else "sum"

    def _say(
        self, shot: Shot, at: Pair, counting: Sequence[Tap], value: float, winner: Tap | None, left_out: set[Kind]
    ) -> Step:
        """Return title and terms; ``counting`` are the cells that count, ``left_out`` the kinds of the others."""
        lead = caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps, "cell")
        what = f"output[{at[0]}, {at[1]}]" if shot.is_complete else f"{self._noun} so far"
        title = f"{lead}:", f"{what} {equal_to(value)}"
        last, values = len(counting) - 1, [tap.input_value for tap in counting]
        if self._is_max:
            terms = [
                Term(f"{'' if k else 'max('}{number(tap.input_value)}{',' if k < last else ')'}",
                     "muted" if tap.is_padding else "ink")
                for k, tap in enumerate(counting)
            ]  # fmt: skip
            where = f" at input[{winner.position[0]}, {winner.position[1]}]" if winner else ""
            return Step(lead, title, [*terms, Term(f"= {number(value)}{where}", bold=True)])
        words = [f"+ {factor(each)}" if k else precise(each) for k, each in enumerate(values)]
        if not shot.is_complete:
            return Step(lead, title, [*map(Term, words), total(value, [(each, 1.0) for each in values])])
        if last > 0:
            words[0], words[-1] = f"({words[0]}", f"{words[-1]})"
        which = [text for kind, text in _UNCOUNTED.items() if kind in left_out]
        words.append(f"/ {len(values)}" + (f" ({' and '.join(which)} not counted)" if which else ""))
        sign = "=" if is_mean(value, values) else "≈"
        return Step(lead, title, [*map(Term, words), Term(f"{sign} {number(value)}", bold=True)])

    def _describe(self, caption_: str, shot: Shot, taps: Sequence[Tap], value: float) -> str:
        row, column = self._at(shot)
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        over = f"input {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        amount = counted(len(taps), "cell")
        lead = f"{caption_}: output row {row}, column {column} is {about(value)}"
        if not shot.is_complete:
            return f"{lead} so far, the {self._noun} after {shot.taps} of {amount} over {over}."
        if not self._is_max:
            count = sum(map(self._counts, taps))
            which = amount if count == len(taps) else f"{count} of {amount}, the others not counted,"
            return f"{lead}, the average of {which} over {over}."
        winner = self._winner(taps)
        if winner is None:
            return f"{lead}: its window reads nothing but padding."
        equals = sum(tap.input_value == winner.input_value and not tap.is_padding for tap in taps)
        at = f"row {winner.position[0]}, column {winner.position[1]}"
        ties = f", the first of {equals} that are equal" if equals > 1 else ""
        return f"{lead}, the largest of {amount} over {over}: that of {at}{ties}."

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterator[Placed]:
        """Draw the cells of the window with its outline, and the output cell."""
        theme, taps = figure.theme, step.taps
        now = None if shot.now is None else taps[shot.now]
        stroke = thin(figure.grid(_INPUT).cell)
        for tap in sorted(taps, key=lambda tap: tap is now):  # its edge lies over those of its neighbors
            text, cell = number(tap.input_value) if self._counts(tap) else "", Cell(_INPUT, *tap.position)
            if tap is now:
                yield figure.draw_cell(cell, tapped_style(theme, is_now=True), text, stroke)
            elif not self._counts(tap):
                continue  # it stays as it is: without a number
            elif self._is_max:
                style = tapped_style(theme, is_real=False)
                yield figure.draw_cell(
                    cell, style if tap.is_padding else replace(style, ink=theme.ink, edge="solid"), text
                )
            elif tap.is_padding:  # it counts as much as any other cell
                yield figure.draw_cell(cell, replace(tapped_style(theme), edge="dashed"), text)
            else:
                yield figure.draw_cell(cell, tapped_style(theme), text, stroke)
        yield figure.draw_outline(_INPUT, [tap.position for tap in taps])
        yield figure.draw_current(Cell(_OUTPUT, *self._at(shot)), number(step.value))

    def _draw_winner(self, figure: Figure, taps: Sequence[Tap], winner: Tap | None) -> Iterator[Placed]:
        """Draw the largest cell, and the outline again."""
        if winner is None:
            return
        style, stroke = tapped_style(figure.theme, is_now=True), thick(figure.grid(_INPUT).cell)
        yield figure.draw_cell(Cell(_INPUT, *winner.position), style, number(winner.input_value), stroke, _WINNER)
        yield figure.draw_outline(_INPUT, [tap.position for tap in taps])

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return the cells that count for the output cell of a frame, and the largest or the sum on the way."""
        here = figure.number_of(Cell(_OUTPUT, *self._at(shot)))
        taps = [tap for tap in self.steps[shot.step].taps if self._counts(tap)]
        links = tuple((figure.number_of(Cell(_INPUT, *tap.position)), -1, here) for tap in taps)
        by_tap = self.recipe["storyboard"] == "tap"
        return Relation(links, () if by_tap else tuple(map(number, self._so_far(taps))))


def pooling_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a max or average pooling."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, MaxPool2d | AvgPool2d)  # the layers of this variant
    is_max = isinstance(layer, MaxPool2d)
    steps, scale = trace(layer, recipe.input), float(abs(recipe.input).max())
    cells = {(cell.row, cell.column): cell for cell in input_cells(layer, recipe.input[0])}
    view = _Pooling(recipe, steps, cells, scale)
    # Cells that never count show no number.
    uncounted: set[Kind] = set()
    if not is_max:
        uncounted = {"beyond"} if recipe["count_include_pad"] else {"beyond", "padding"}
    texts = ["" if cell.kind in uncounted else number(cell.value) for cell in cells.values()]
    panels = [
        cells_panel([*cells.values()], theme, texts=texts, notes=[_WINNER] if is_max else [], title="input"),
        output_panel(steps.output[0], scale, theme, title="output"),
    ]
    source = Box("right", [_INPUT], f"input {size(recipe['input_size'])}")
    made = Box("right", [_OUTPUT], f"output {size(recipe.output_size)}", "→")
    taps = recipe["kernel_size"][0] * recipe["kernel_size"][1]
    return step_scene(
        show, panels, [Box("right", [source, made]), Box("down", [source, replace(made, sign="")])], view,
        storyboard(recipe["storyboard"], [taps] * len(steps)),
        description=_describe(recipe, layer), widest=view.widest(taps, texts),
        legend=_legend(recipe, {cell.kind for cell in cells.values()}),
        formulas=size_formulas(layer, recipe["input_size"]), finish=lambda figure: figure.draw_written(_OUTPUT),
    )  # fmt: skip


def _legend(recipe: Recipe, kinds: set[Kind]) -> dict[Kind, str]:
    is_max = recipe["mode"] == "max"
    counted_as = "−∞" if is_max else "zeros, counted" if recipe["count_include_pad"] else "not counted"
    edge = "the padding" if "padding" in kinds else "the input"
    legend: dict[Kind, str] = {
        "padding": f"padding: {counted_as}",
        "beyond": f"beyond {edge} (ceil_mode): {'−∞' if is_max else 'not counted'}",
        "unread": "not read by any window",
    }
    return {kind: text for kind, text in legend.items() if kind in kinds}


def _describe(recipe: Recipe, layer: MaxPool2d | AvgPool2d) -> str:
    (rows, columns), kernel, output = recipe["input_size"], recipe["kernel_size"], recipe.output_size
    skipped = zip(("row", "column"), unread_lines(layer, (rows, columns)), strict=True)
    unread = [f"{noun}{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}" for noun, lines in skipped if lines]
    return (
        f"{'Max' if recipe['mode'] == 'max' else 'Average'} pooling: {article(kernel[0])} by {kernel[1]} window with "
        f"stride {_by(recipe['stride'])}{f' and dilation {_by(layer.dilation)}' if max(layer.dilation) > 1 else ''} on "
        f"{article(rows)} by {columns} input gives {article(output[0])} by {output[1]} output."
        + (f" No window reads {' or '.join(unread)}." if unread else "")
    )


def _by(pair: Pair) -> str:
    return f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} by {pair[1]}"
