"""One step per output cell of a pooling: what the window reads, and the largest of it or the average.

Of several channels one after another is pooled, each by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final

import numpy as np

from convviz.arithmetic import AvgPool2d, MaxPool2d, Trace, trace
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Tap, unread_lines
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.pooling_channels import drawn_pools

from ..box_layout import Box, Part, Way
from ..drawing import Kind, tapped_style, thick, thin
from ..figure import Cell, Figure, Shot, Step, step_scene, storyboard, total
from ..number_format import (
    about,
    article,
    caption,
    channel_count,
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
    which_are_drawn,
    widest_number,
    widest_sum,
)
from ..panels import InputCell, cells_panel, input_cells, output_panel
from ..primitives import Placed, Relation, Scene
from ..theme import theme_named
from ..typography import Term

_WINNER: Final = "max"
"""The note in the largest cell."""

_UNCOUNTED: Final[dict[Kind, str]] = {"padding": "padding", "beyond": "cells beyond"}


@dataclass(frozen=True, slots=True)
class _Pooling:
    """The steps of all drawn channels; ``scale`` is the size of the numbers that an output is made of.

    ``cells`` are the cells of the input of each channel.
    """

    recipe: Recipe
    steps: Trace
    cells: Sequence[Mapping[Pair, InputCell]]
    scale: float

    @property
    def _is_max(self) -> bool:
        return isinstance(self.steps.layer, MaxPool2d)

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        taps, (channel, *at) = self.steps[shot.step].taps, self._at(shot)
        counting = [tap for tap in taps[: shot.taps] if self._counts(tap)]
        value = self._so_far(counting)[-1] if counting else 0.0
        if shot.is_complete:
            value = tidy(float(self.steps.output[channel, at[0], at[1]]), self.scale)
        left_out = {self.cells[channel][tap.position].kind for tap in taps if not self._counts(tap)}
        winner = self._winner(counting)
        step = self._say(shot, self._index(channel, *at), counting, value, winner, left_out)
        return replace(
            step, description=self._describe(step.caption, shot, taps, value),
            finished=shot.step, taps=taps, value=value,
            # While the cells come one by one the winner is not known yet: it comes with the last of the terms.
            last=lambda figure: self._draw_winner(figure, channel, taps, winner),
        )  # fmt: skip

    def widest(self, taps: int, texts: Sequence[str]) -> list[Step]:
        """Return the last frame with the widest numbers, complete and not; ``texts`` are those of the input."""
        cells = [cell for each in self.cells for cell in each.values()]
        values = [0.0, *(cell.value for cell, text in zip(cells, texts, strict=True) if text)]
        results = self.steps.output.ravel().tolist()
        if not self._is_max:
            results = [tidy(value, self.scale) for value in results]
            results.append(widest_sum(number, self.recipe.input, np.ones((1, taps))))
        result = widest_number(values if self._is_max else results, number)
        value = widest_number(values, number if self._is_max else factor)
        first = self.steps[0].taps[0]
        tap = replace(first, input_value=value, position=self.recipe["input_size"])
        kinds = {cell.kind for cell in cells} - ({"padding"} if self._counts_padding else set())
        last = Shot(len(self.steps) - 1, taps, True, 1.0)
        shots = [last] if self.recipe["storyboard"] == "cell" else [last, replace(last, is_complete=False)]
        index = self._index(len(self.cells), *self.recipe.output_size)
        return [self._say(shot, index, [tap] * taps, result, tap, kinds) for shot in shots]

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

    def _at(self, shot: Shot) -> tuple[int, int, int]:
        """Return channel, row and column of the output cell of a frame."""
        cell, column = divmod(shot.step, self.steps.output.shape[2])
        return (*divmod(cell, self.steps.output.shape[1]), column)

    def _index(self, channel: int, row: int, column: int) -> str:
        """Return the index of a cell as a formula has it: with the channel where there are several."""
        return f"{f'{channel}, ' if len(self.cells) > 1 else ''}{row}, {column}"

    def _winner(self, taps: Sequence[Tap]) -> Tap | None:
        """Return the first of the largest cells; none in an average, and none where all of them are padding."""
        real = [tap for tap in taps if not tap.is_padding] if self._is_max else []
        return max(real, key=lambda tap: tap.input_value, default=None)

    @property
    def _noun(self) -> str:
        return "largest" if self._is_max else "sum"

    def _say(
        self, shot: Shot, index: str, counting: Sequence[Tap], value: float, winner: Tap | None, left_out: set[Kind]
    ) -> Step:
        """Return title and terms; ``counting`` are the cells that count, ``left_out`` the kinds of the others."""
        lead = caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps, "cell")
        what = f"output[{index}]" if shot.is_complete else f"{self._noun} so far"
        title = f"{lead}:", f"{what} {equal_to(value)}"
        last, values = len(counting) - 1, [tap.input_value for tap in counting]
        if self._is_max:
            terms = [
                Term(f"{'' if k else 'max('}{number(tap.input_value)}{',' if k < last else ')'}",
                     "muted" if tap.is_padding else "ink")
                for k, tap in enumerate(counting)
            ]  # fmt: skip
            at = self._index(self._at(shot)[0], *winner.position) if winner else ""
            where = f" at input[{at}]" if winner else ""
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
        channel, row, column = self._at(shot)
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        over = f"input {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        amount = counted(len(taps), "cell")
        of_channel = f"channel {channel}, " if len(self.cells) > 1 else ""
        lead = f"{caption_}: output {of_channel}row {row}, column {column} is {about(value)}"
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
        theme, taps, channel = figure.theme, step.taps, self._at(shot)[0]
        now = None if shot.now is None else taps[shot.now]
        stroke = thin(figure.grid(channel).cell)
        for tap in sorted(taps, key=lambda tap: tap is now):  # its edge lies over those of its neighbors
            text, cell = number(tap.input_value) if self._counts(tap) else "", Cell(channel, *tap.position)
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
        yield figure.draw_outline(channel, [tap.position for tap in taps])
        yield figure.draw_current(self._target(shot), number(step.value))

    def _target(self, shot: Shot) -> Cell:
        channel, row, column = self._at(shot)
        return Cell(len(self.cells) + channel, row, column)

    def _draw_winner(self, figure: Figure, channel: int, taps: Sequence[Tap], winner: Tap | None) -> Iterator[Placed]:
        """Draw the largest cell, and the outline again."""
        if winner is None:
            return
        style, stroke = tapped_style(figure.theme, is_now=True), thick(figure.grid(channel).cell)
        yield figure.draw_cell(Cell(channel, *winner.position), style, number(winner.input_value), stroke, _WINNER)
        yield figure.draw_outline(channel, [tap.position for tap in taps])

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return the cells that count for the output cell of a frame, and the largest or the sum on the way."""
        here, channel = figure.number_of(self._target(shot)), self._at(shot)[0]
        taps = [tap for tap in self.steps[shot.step].taps if self._counts(tap)]
        links = tuple((figure.number_of(Cell(channel, *tap.position)), -1, here) for tap in taps)
        by_tap = self.recipe["storyboard"] == "tap"
        return Relation(links, () if by_tap else tuple(map(number, self._so_far(taps))))


def pooling_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a max or average pooling."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, MaxPool2d | AvgPool2d)  # the layers of these variants
    is_max = isinstance(layer, MaxPool2d)
    numbers = recipe.input[: drawn_pools(recipe.values)]
    steps, scale, channels = trace(layer, numbers), float(abs(recipe.input).max()), range(len(numbers))
    cells = [{(cell.row, cell.column): cell for cell in input_cells(layer, plane)} for plane in numbers]
    view = _Pooling(recipe, steps, cells, scale)
    # Cells that never count show no number.
    uncounted: set[Kind] = set()
    if not is_max:
        uncounted = {"beyond"} if recipe["count_include_pad"] else {"beyond", "padding"}
    texts = [["" if cell.kind in uncounted else number(cell.value) for cell in each.values()] for each in cells]
    notes = [_WINNER] if is_max else []
    panels = [
        *(
            cells_panel([*each.values()], theme, *name, texts=words, notes=notes, **_named("input", name))
            for each, words, name in zip(cells, texts, _channel_names(len(cells)), strict=True)
        ),
        *(
            output_panel(plane, scale, theme, *name, **_named("output", name))
            for plane, name in zip(steps.output, _channel_names(len(cells)), strict=True)
        ),
    ]
    taps = recipe["kernel_size"][0] * recipe["kernel_size"][1]
    return step_scene(
        show, panels, _arrangements(recipe, len(cells)), view,
        storyboard(recipe["storyboard"], [taps] * len(steps)),
        description=_describe(recipe, layer), widest=view.widest(taps, [text for each in texts for text in each]),
        legend=_legend(recipe, {cell.kind for cell in cells[0].values()}),
        formulas=size_formulas(layer, recipe["input_size"]),
        finish=lambda figure: (item for k in channels for item in figure.draw_written(len(channels) + k)),
    )  # fmt: skip


def _channel_names(channels: int) -> list[tuple[int, ...]]:
    """Return what a panel is called in the page, apart from input or output: nothing where there is one channel."""
    return [(channel,) for channel in range(channels)] if channels > 1 else [()]


def _named(kind: str, name: tuple[int, ...]) -> dict[str, Any]:
    """Return the title of a panel, and what may be written at it."""
    return {"title": f"{kind}, channel {name[0]}", "tags": (str(name[0]),)} if name else {"title": kind}


def _arrangements(recipe: Recipe, channels: int) -> list[Part]:
    """Return input and output next to each other, or below one another; several channels are stacks."""
    is_stack = channels > 1
    count = f", {channel_count(recipe.channels[0], channels)}" if is_stack else ""
    source = Box("right", range(channels), f"input {size(recipe['input_size'])}{count}", is_stack=is_stack)
    made = replace(source, parts=range(channels, 2 * channels), label=f"output {size(recipe.output_size)}{count}")
    upright: Way = "down" if is_stack else "right"
    return [
        Box("right", [replace(source, way=upright), replace(made, way=upright, sign="→")]),
        Box("down", [source, made]),
    ]


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
    channels = recipe.channels[0]
    which = which_are_drawn(channels, drawn_pools(recipe.values)).removesuffix(",")
    skipped = zip(("row", "column"), unread_lines(layer, (rows, columns)), strict=True)
    unread = [f"{noun}{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}" for noun, lines in skipped if lines]
    return (
        f"{'Max' if recipe['mode'] == 'max' else 'Average'} pooling: {article(kernel[0])} by {kernel[1]} window with "
        f"stride {_by(recipe['stride'])}{f' and dilation {_by(layer.dilation)}' if max(layer.dilation) > 1 else ''} on "
        f"{article(rows)} by {columns} input gives {article(output[0])} by {output[1]} output"
        + (f" in each of {channels} channels{which}." if channels > 1 else ".")
        + (f" No window reads {' or '.join(unread)}." if unread else "")
    )


def _by(pair: Pair) -> str:
    return f"{pair[0]}" if pair[0] == pair[1] else f"{pair[0]} by {pair[1]}"
