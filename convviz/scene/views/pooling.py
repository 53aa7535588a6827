"""One step per output cell of a pooling: what the window reads, and the largest of it or the average.

Of several channels one after another is pooled, each by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, compress
from typing import Any, Final, NamedTuple

import numpy as np

from convviz.arithmetic import AvgPool2d, MaxPool2d, forward
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import gathered_taps, unread_lines
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.pooling_channels import drawn_pools

from ..box_layout import Box, Part, Way
from ..drawing import Kind, tapped_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    cell_words,
    channel_count,
    counted,
    factor,
    is_by_value,
    is_mean,
    number,
    precise,
    sentence,
    size,
    size_formulas,
    span,
    tidy,
    which_are_drawn,
    widest_number,
    widest_sum,
)
from ..panels import InputCell, Panel, cells_panel, input_cells, output_panel, sheets_of, starts_of
from ..primitives import Placed, Relation
from ..sums import total
from ..theme import theme_named
from ..typography import Term

_WINNER: Final = "max"
"""The note in the largest cell."""

_UNCOUNTED: Final[dict[Kind, str]] = {"padding": "padding", "beyond": "cells beyond"}


class _Window(NamedTuple):
    """The cells of one step: their numbers, the numbers in them, and whether they are padding or count.

    For the largest every cell counts, though padding cannot win.
    """

    cells: Sequence[int]
    values: Sequence[float]
    is_padding: Sequence[bool]
    is_counted: Sequence[bool]


class _At(NamedTuple):
    """The output cell of a step: its channel, its number in that, its row and its column."""

    channel: int
    cell: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class _Pooling:
    """The steps of all drawn channels.

    Attributes
    ----------
    outputs : array
        Shape (channels, rows, columns).
    windows : sequence of sequences of _Window
        For each channel those of its steps.
    cells : sequence of sequences of InputCell
        For each channel the cells of its input.
    starts : sequence of int
        The number of the first cell of each panel.
    scale : float
        The size of the numbers that an output is made of.
    """

    recipe: Recipe
    outputs: Numbers
    windows: Sequence[Sequence[_Window]]
    cells: Sequence[Sequence[InputCell]]
    starts: Sequence[int]
    scale: float

    @property
    def _is_max(self) -> bool:
        return bool(self.recipe["mode"] == "max")

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        at = self._at(shot)
        window = self.windows[at.channel][at.cell]
        counting = [k for k, counts in enumerate(window.is_counted[: shot.taps]) if counts]
        value = self._so_far([window.values[k] for k in counting])[-1] if counting else 0.0
        if shot.is_complete:
            value = tidy(float(self.outputs[at.channel, at.row, at.column]), self.scale)
        left_out = {
            self._cell(at.channel, cell).kind
            for cell, counts in zip(window.cells, window.is_counted, strict=True)
            if not counts
        }
        winner = self._winner(window, counting)
        place = None if winner is None else self._cell(at.channel, window.cells[winner])
        values, is_muted = [window.values[k] for k in counting], [window.is_padding[k] for k in counting]
        said = self._say(shot, at, values, is_muted, value, place, left_out)
        description, details = self._describe(said.caption, shot, at, window, value, place)
        return said._replace(
            description=description, details=details, finished=shot.step,
            draw=lambda figure: self._draw(figure, shot, at, window, value),
            # While the cells come one by one the winner is not known yet: it comes with the last of the terms.
            last=lambda figure: self._draw_winner(figure, window, winner),
        )  # fmt: skip

    def widest(self, taps: int, texts: Sequence[str]) -> list[Step]:
        """Return the last frame with the widest numbers, complete and not; ``texts`` are those of the input."""
        cells = [cell for each in self.cells for cell in each]
        values = [0.0, *(cell.value for cell, text in zip(cells, texts, strict=True) if text)]
        results = self.outputs.ravel().tolist()
        if not self._is_max:
            results = [tidy(value, self.scale) for value in results]
            results.append(widest_sum(number, self.recipe.input, np.ones((1, taps))))
        result = widest_number(values if self._is_max else results, number)
        value = widest_number(values, number if self._is_max else factor)
        kinds = {cell.kind for cell in cells} - ({"padding"} if self._counts_padding else set())
        last = Shot(self.outputs.size - 1, taps, True, 1.0)
        shots = [last] if self.recipe["storyboard"] == "cell" else [last, last._replace(is_complete=False)]
        at = _At(len(self.cells), 0, *self.recipe.output_size)
        rows, columns = self.recipe["input_size"]
        winner = InputCell(rows, columns, "input", value, "")
        steps = [self._say(shot, at, [value] * taps, [False] * taps, result, winner, kinds) for shot in shots]
        titled = widest_number(values if self._is_max else results, about)
        return [said._replace(title=self._title(shot, at, titled)) for shot, said in zip(shots, steps, strict=True)]

    @property
    def _counts_padding(self) -> bool:
        return bool(self.recipe["count_include_pad"])

    def _so_far(self, values: Sequence[float]) -> list[float]:
        """Return the largest, or the sum, after each of these numbers."""
        return list(accumulate(values, max)) if self._is_max else [tidy(x, self.scale) for x in accumulate(values)]

    def _at(self, shot: Shot) -> _At:
        channel, cell = divmod(shot.step, self.outputs[0].size)
        return _At(channel, cell, *divmod(cell, self.outputs.shape[2]))

    def _cell(self, channel: int, number: int) -> InputCell:
        """Return the cell of a channel with this number."""
        return self.cells[channel][number - self.starts[channel]]

    def _target(self, at: _At) -> int:
        """Return the number of the output cell of a step."""
        return self.starts[len(self.cells) + at.channel] + at.cell

    def _title(self, shot: Shot, at: _At, value: float) -> tuple[str, ...]:
        """Return the cell and its value, in phrases."""
        where, of = cell_words(at.row, at.column, "output", at.channel if len(self.cells) > 1 else None)
        if shot.is_complete:
            return where, f"{of}:", about(value)
        return where, f"{of},", f"{self._noun} so far:", about(value)

    def _winner(self, window: _Window, counting: Sequence[int]) -> int | None:
        """Return the first of the largest cells; none in an average, and none where all of them are padding."""
        real = [k for k in counting if not window.is_padding[k]] if self._is_max else []
        return max(real, key=window.values.__getitem__, default=None)

    @property
    def _noun(self) -> str:
        return "largest" if self._is_max else "sum"

    def _say(
        self, shot: Shot, at: _At, values: Sequence[float], is_muted: Sequence[bool], value: float,
        winner: InputCell | None, left_out: set[Kind],
    ) -> Step:  # fmt: skip
        """Return title and terms.

        ``values`` are those of the cells that count, muted where these are padding; ``left_out``: the others' kinds.
        """
        lead = caption(shot.step, self.outputs.size, None if shot.is_complete else shot.taps, "cell")
        title, last = self._title(shot, at, value), len(values) - 1
        if self._is_max:
            terms = [
                Term(f"{'' if k else 'max('}{number(each)}{',' if k < last else ')'}", "muted" if muted else "ink")
                for k, (each, muted) in enumerate(zip(values, is_muted, strict=True))
            ]
            where = f" in row {winner.row}, column {winner.column}" if winner else ""
            return Step(lead, title, [*terms, Term(f"= {number(value)}{where}", bold=True)])
        if shot.is_complete and not values:
            return Step(lead, title, [Term("no cell of the window counts:", "muted"), Term(number(value), bold=True)])
        words = [f"+ {factor(each)}" if k else precise(each) for k, each in enumerate(values)]
        if not shot.is_complete:
            return Step(lead, title, [*map(Term, words), total(value, values, [1.0] * len(values))])
        if last > 0:
            words[0], words[-1] = f"({words[0]}", f"{words[-1]})"
        which = [text for kind, text in _UNCOUNTED.items() if kind in left_out]
        words.append(f"/ {len(values)}" + (f" ({' and '.join(which)} not counted)" if which else ""))
        sign = "=" if is_mean(value, values) else "≈"
        return Step(lead, title, [*map(Term, words), Term(f"{sign} {number(value)}", bold=True)])

    def _describe(
        self, caption_: str, shot: Shot, at: _At, window: _Window, value: float, winner: InputCell | None
    ) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        first, last = (self._cell(at.channel, window.cells[k]) for k in (0, -1))
        over = f"input {span(first.row, last.row, 'row')}, {span(first.column, last.column, 'column')}"
        amount = counted(len(window.cells), "cell")
        of_channel = f"channel {at.channel}, " if len(self.cells) > 1 else ""
        lead = f"{caption_}: output {of_channel}row {at.row}, column {at.column} is {about(value)}"
        if not shot.is_complete:
            details = f"the {self._noun} after {shot.taps} of {amount} over {over}"
            return f"{lead} so far, {details}.", sentence(details)
        if not self._is_max:
            count = sum(window.is_counted)
            if not count:
                details = "no cell of its window counts"
                return f"{lead}: {details}.", sentence(details)
            which = amount if count == len(window.cells) else f"{count} of {amount}, the others not counted,"
            details = f"the average of {which} over {over}"
            return f"{lead}, {details}.", sentence(details)
        if winner is None:
            details = "its window reads nothing but padding"
            return f"{lead}: {details}.", sentence(details)
        equals = sum(
            each == winner.value and not padding
            for each, padding in zip(window.values, window.is_padding, strict=True)
        )  # fmt: skip
        ties = f", the first of {equals} that are equal" if equals > 1 else ""
        details = f"the largest of {amount} over {over}: that of row {winner.row}, column {winner.column}{ties}"
        return f"{lead}, {details}.", sentence(details)

    def _draw(self, figure: Figure, shot: Shot, at: _At, window: _Window, value: float) -> Iterator[Placed]:
        """Draw the cells of the window with its outline, and the output cell."""
        theme, now = figure.theme, shot.now
        counted_padding = tapped_style(theme)._replace(edge="dashed")  # it counts as much as any other cell
        pale = tapped_style(theme, is_real=False)
        read = pale._replace(ink=theme.ink, edge="solid")
        keys = figure.keys.window(at.channel, self.recipe["kernel_size"])
        for k, (cell, each, is_padding, counts) in enumerate(zip(*window, strict=True)):
            if k == now or not counts:
                continue  # what does not count stays as it is: without a number
            if self._is_max:
                yield figure.draw_cell(cell, pale if is_padding else read, number(each), key=keys[k])
            elif is_padding:
                yield figure.draw_cell(cell, counted_padding, number(each), key=keys[k])
            else:
                yield figure.draw_cell(cell, tapped_style(theme), number(each), key=keys[k])
        if now is not None:  # its edge lies over those of its neighbors
            text = number(window.values[now]) if window.is_counted[now] else ""
            yield figure.draw_cell(window.cells[now], tapped_style(theme, is_now=True), text, key=keys[now])
        target = self._target(at)
        if len(self.cells) == 1:
            yield from figure.draw_funnel((window.cells[0], window.cells[-1]), (target, target))
        yield figure.draw_outline(window.cells[0], window.cells[-1])
        yield figure.draw_current(target, number(value))

    def _draw_winner(self, figure: Figure, window: _Window, winner: int | None) -> Iterator[Placed]:
        """Draw the largest cell, and the outline again."""
        if winner is None:
            return
        cell, text = window.cells[winner], number(window.values[winner])
        panel, style = figure.panel_of[cell], tapped_style(figure.theme, is_now=True)
        yield figure.draw_cell(cell, style, text, figure.frame_width(panel), _WINNER, figure.keys.currents[panel])
        yield figure.draw_outline(window.cells[0], window.cells[-1])

    def relate(self, shot: Shot) -> Relation:
        """Return the cells that count for the output cell of a frame, and the largest or the sum on the way."""
        at = self._at(shot)
        window, here = self.windows[at.channel][at.cell], self._target(at)
        cells = [*compress(window.cells, window.is_counted)]
        links = cells, [-1] * len(cells), [here] * len(cells)
        if self.recipe["storyboard"] == "tap":
            return Relation(*links)
        return Relation(*links, tuple(map(number, self._so_far([*compress(window.values, window.is_counted)]))))


def pooling_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a max or average pooling."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, MaxPool2d | AvgPool2d)  # the layers of these variants
    is_max, area = isinstance(layer, MaxPool2d), recipe["kernel_size"][0] * recipe["kernel_size"][1]
    numbers = recipe.input[: drawn_pools(recipe.values)]
    scale, channels, outputs = float(abs(recipe.input).max()), range(len(numbers)), forward(layer, numbers)
    cells = [input_cells(layer, plane) for plane in numbers]
    # Cells that never count show no number.
    uncounted: set[Kind] = set()
    if not is_max:
        uncounted = {"beyond"} if recipe["count_include_pad"] else {"beyond", "padding"}
    texts = [["" if cell.kind in uncounted else number(cell.value) for cell in each] for each in cells]
    notes = [_WINNER] if is_max else []
    read = (
        cells_panel(each, theme, *name, texts=words, notes=notes, **_named("input", name))
        for each, words, name in zip(cells, texts, _channel_names(len(cells)), strict=True)
    )
    made = (
        output_panel(plane, scale, theme, *name, **_named("output", name))
        for plane, name in zip(outputs, _channel_names(len(cells)), strict=True)
    )
    every = recipe.channels[0]
    panels = [*sheets_of(read, recipe["input_size"], every), *sheets_of(made, recipe.output_size, every)]
    starts = starts_of(panels)
    windows = [_windows(layer, numbers, channel, panels[channel], starts[channel]) for channel in channels]
    view = _Pooling(recipe, outputs, windows, cells, starts, scale)
    return Draft(
        show, panels, _arrangements(recipe, len(cells)), view,
        storyboard(recipe["storyboard"], [area] * outputs.size),
        description=_describe(recipe, layer), widest=view.widest(area, [text for each in texts for text in each]),
        legend=_legend(recipe, {cell.kind for cell in cells[0]}),
        formulas=size_formulas(layer, recipe["input_size"]),
        finish=lambda figure: (item for k in channels for item in figure.draw_written(len(channels) + k)),
        is_by_value=is_by_value(recipe, show.fill),
    )  # fmt: skip


def _windows(layer: MaxPool2d | AvgPool2d, cells: Numbers, channel: int, panel: Panel, start: int) -> list[_Window]:
    """Return the windows of all steps of a channel, whose input is on ``panel``."""
    rows, columns = map(range, layer.output_size((cells.shape[1], cells.shape[2])))
    taps = gathered_taps(layer, cells, None, channel, rows, columns)
    is_counted = np.array(True) if isinstance(layer, MaxPool2d) else taps.weight > 0
    arrays: Any = (start + panel.index(taps.row, taps.column), taps.input_value, taps.is_padding, is_counted)
    return [*map(_Window, *(taps.by_step(each).tolist() for each in arrays))]


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
