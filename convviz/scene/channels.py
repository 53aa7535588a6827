"""One step per output cell of a convolution with channels: a window through all of them, summed to one number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np

from ..arithmetic import Conv2d, Trace, forward, trace
from ..arithmetic.taps import Tap
from ..recipes import Presentation, Recipe
from ..recipes.bounds import drawn_inputs, drawn_outputs
from .board import Words, step_cell, write_phrases, write_words
from .panes import input_panes, kernel_pane, output_pane, written_cells
from .planes import input_cells
from .primitives import Frame, Links, Placed, Relation, Scene
from .storyboard import Shot, storyboard
from .table import Box, Lines, Part
from .tableau import Pane, Tableau, Tapped, build_tableau, joins
from .theme import Theme, theme_named
from .typography import widest
from .words import (
    Numbers,
    about,
    caption,
    channel_count,
    equal_to,
    factor,
    is_sum,
    number,
    size,
    size_formulas,
    span,
    term,
    tidy,
    widest_sums,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapped:
    """One output channel: the input channels that are drawn for it, its numbers, and what is not drawn.

    Attributes
    ----------
    output : the number of the channel.
    channels : the input channels that it reads and that are drawn.
    kernels : the panes of its kernel, one per drawn input channel.
    steps : the products with those.
    values : the output, shape (rows, columns).
    hidden : what the other channels add, of the same shape, and how many they are.
    """

    output: int
    channels: range
    kernels: range
    steps: Trace
    values: Numbers
    hidden: Numbers
    hidden_count: int


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``scale`` is the size of the numbers that an output is made of."""

    tableau: Tableau
    shots: Sequence[Shot]
    maps: Sequence[Mapped]
    written: tuple[Placed, ...]
    first_output: int
    bias: float
    scale: float

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        n, at = self._place(shot)
        taps, value = self._taps(shot), self._value(shot)
        tableau, layout = self.tableau, self.tableau.layout
        title = tuple(write_phrases(layout.title, self._title(shot, value), tableau.theme.ink, bold=True))
        terms = tuple(write_words(layout.terms, self._terms(shot, taps, value), bold_last=True))
        pane = self.first_output + n
        items = (
            *self.written[: shot.step],
            *self._window(shot, taps),
            step_cell(tableau.grid(pane), tableau.theme, at, number(value), tableau.sizes[pane]),
            *title,
            *terms,
        )
        words = self._description(shot, taps, value)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which input cell meets which weight for the output cell of a frame, and the sums on the way."""
        shot = self.shots[index]
        n, at = self._place(shot)
        one = self.maps[n]
        output = self.tableau.number_of(self.first_output + n, *at)
        taps = self._taps(shot)
        links = tuple(
            (
                self.tableau.number_of(self._input_pane(one, tap), *tap.position),
                self.tableau.number_of(one.kernels[tap.input[0]], *tap.kernel),  # type: ignore[index]
                output,
            )
            for tap in taps
        )
        by_tap = self.tableau.recipe["storyboard"] == "tap"
        sums = accumulate(tap.product for tap in taps)
        return Relation(links, () if by_tap else tuple(number(tidy(total, self.scale)) for total in sums))

    def _place(self, shot: Shot) -> tuple[int, tuple[int, int]]:
        """Which of the drawn outputs a step is about, and its cell."""
        columns = self.maps[0].values.shape[1]
        n, cell = divmod(shot.step, self.maps[0].values.size)
        return n, divmod(cell, columns)

    def _taps(self, shot: Shot) -> tuple[Tap, ...]:
        n, cell = divmod(shot.step, self.maps[0].values.size)
        return self.maps[n].steps[cell].taps

    def _value(self, shot: Shot) -> float:
        n, at = self._place(shot)
        if shot.is_complete:
            return tidy(float(self.maps[n].values[at]), self.scale)
        return tidy(sum(tap.product for tap in self._taps(shot)[: shot.taps]), self.scale)

    @staticmethod
    def _input_pane(one: Mapped, tap: Tap) -> int:
        assert tap.input is not None  # only transposed convolutions read what is no cell at all
        return one.channels[tap.input[0]]

    def _window(self, shot: Shot, taps: Sequence[Tap]) -> Iterator[Placed]:
        n, _ = self._place(shot)
        one, tableau = self.maps[n], self.tableau
        per_plane = len(taps) // len(one.channels)
        now = None if shot.is_complete else shot.taps - 1
        boxes = []
        for k, channel in enumerate(one.channels):
            here = taps[k * per_plane : (k + 1) * per_plane]
            tapped = [
                Tapped(*tap.position, tap.input_value, not tap.is_padding, f"×{number(tap.weight)}",
                       is_now=now == k * per_plane + t)
                for t, tap in enumerate(here)
            ]  # fmt: skip
            yield from tableau.window(channel, tapped)
            yield tableau.ring(one.kernels[k])
            grid = tableau.grid(channel)
            (x, y), (right, bottom) = grid.at(*here[0].position), grid.at(*here[-1].position)
            boxes.append((x, y, right + grid.cell, bottom + grid.cell))
        for front, back in pairwise(boxes):
            yield from joins(front, back, tableau.theme.window_edge)
        if now is not None:
            k, tap = now // per_plane, taps[now]
            pane = one.kernels[k]
            grid, text = tableau.grid(pane), number(tap.weight)
            yield step_cell(grid, tableau.theme, tap.kernel, text, tableau.sizes[pane])

    def _title(self, shot: Shot, value: float) -> tuple[str, str]:
        n, (row, column) = self._place(shot)
        so_far = "" if shot.is_complete else " so far"
        return f"{self._caption(shot)}:", f"output[{self.maps[n].output}, {row}, {column}]{so_far} {equal_to(value)}"

    def _terms(self, shot: Shot, taps: Sequence[Tap], value: float) -> Words:
        """A term for each channel; of 1x1 kernels it is a product."""
        n, at = self._place(shot)
        one, theme = self.maps[n], self.tableau.theme
        shown = taps[: shot.taps]
        per_plane = len(taps) // len(one.channels)
        words: list[tuple[str, str]] = []
        parts: list[tuple[float, float]] = []
        for start in range(0, len(shown), per_plane):
            here = shown[start : start + per_plane]
            plus = "+ " if start else ""
            if per_plane == 1:
                words.append((plus + term(here[0].input_value, here[0].weight), theme.ink))
                parts.append((here[0].input_value, here[0].weight))
            else:
                partial = tidy(sum(tap.product for tap in here), self.scale)
                words.append((f"{plus}{factor(partial)} (channel {one.channels[start // per_plane]})", theme.ink))
                parts.append((partial, 1.0))
        if shot.is_complete and one.hidden_count:
            rest = tidy(float(one.hidden[at]), self.scale)
            words.append((_hidden(factor(rest), one.hidden_count), theme.muted))
            parts.append((rest, 1.0))
        if shot.is_complete and self.bias:
            words.append((f"+ {factor(self.bias)} (bias)", theme.ink))
            parts.append((self.bias, 1.0))
        words.append((f"{'=' if is_sum(value, parts) else '≈'} {number(value)}", theme.ink))
        return words

    def _caption(self, shot: Shot) -> str:
        steps = len(self.maps) * self.maps[0].values.size
        return caption(shot.step, steps, None if shot.is_complete else shot.taps)

    def _description(self, shot: Shot, taps: Sequence[Tap], value: float) -> str:
        n, (row, column) = self._place(shot)
        one = self.maps[n]
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        everything = len(taps) // len(one.channels) * (len(one.channels) + one.hidden_count)
        amount = f"{everything} {'product' if everything == 1 else 'products'}"
        so_far = f", the sum of {amount}" if shot.is_complete else f" so far, the sum of {shot.taps} of {amount}"
        last = one.channels[0] + len(one.channels) + one.hidden_count - 1
        bias = f" and a bias of {about(self.bias)}" if self.bias and shot.is_complete else ""
        return (
            f"{self._caption(shot)}: output channel {one.output}, row {row}, column {column} is {about(value)}{so_far} "
            f"over input {span(one.channels[0], last, 'channel')}, {span(top, bottom, 'row')}, "
            f"{span(left, right, 'column')}{bias}."
        )


def channels_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a convolution with several input or output channels."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, Conv2d)  # the only layer whose recipes have channels
    inputs = drawn_inputs(dict(recipe.values))
    maps = list(_maps(recipe, layer, inputs))
    weights = recipe.kernels(maps[-1].output + 1)
    scale = float(abs(recipe.input).max() * abs(weights).sum() + abs(recipe["bias"]))
    cells = [list(input_cells(layer, plane)) for plane in recipe.input[:inputs]]
    panes = [*input_panes(layer, recipe["input_size"], cells, weights, theme)]
    panes += _kernel_panes(recipe, maps, weights, theme)
    first_output = len(panes)
    panes += [output_pane(one.values, scale, theme, "output", one.output) for one in maps]
    taps = [count for one in maps for count in [len(one.steps[0].taps)] * one.values.size]
    shots = storyboard(recipe["storyboard"], taps)
    tableau = build_tableau(
        recipe, show, panes, _arrangements(recipe, inputs, maps),
        title=_widest_title(recipe, maps, len(taps)), terms=_widest_terms(recipe, maps),
        kinds=[cell.kind for cell in cells[0]], formulas=size_formulas(layer, recipe["input_size"]), frames=len(shots),
    )  # fmt: skip
    written = tuple(item for n in range(len(maps)) for item in written_cells(tableau, first_output + n))
    view = _View(tableau, shots, maps, written, first_output, recipe["bias"], scale)
    kernel = recipe["kernel_size"][0] * recipe["kernel_size"][1]

    def link() -> Links:
        return Links(tableau.sheets(), "output", written, view.relate, kernel)

    return tableau.scene(len(shots), view.draw, link)


def _maps(recipe: Recipe, layer: Conv2d, inputs: int) -> Iterator[Mapped]:
    """The drawn output channels; those of the input that are not drawn are summed up at once."""
    groups, cells = recipe["groups"], recipe.input
    depth, width = recipe["in_channels"] // groups, recipe["out_channels"] // groups
    outputs = drawn_outputs(dict(recipe.values))
    weight = recipe.kernels(outputs[-1] + 1)
    alone = replace(layer, groups=1)
    next_pane = inputs
    for output in outputs:
        first = output // width * depth
        channels = range(first, min(first + depth, inputs))
        kernel, count = weight[output : output + 1], len(channels)
        seen = trace(alone, cells[channels.start : channels.stop], kernel[:, :count])
        hidden = np.zeros(seen.output.shape[1:])
        if count < depth:
            hidden = forward(alone, cells[channels.stop : first + depth], kernel[:, count:])[0]
        values = forward(alone, cells[first : first + depth], kernel)[0] + recipe["bias"]
        yield Mapped(output, channels, range(next_pane, next_pane + count), seen, values, hidden, depth - count)
        next_pane += count


def _kernel_panes(recipe: Recipe, maps: Sequence[Mapped], weight: Numbers, theme: Theme) -> Iterator[Pane]:
    for one in maps:
        for k, channel in enumerate(one.channels):
            title = f"kernel of output channel {one.output} for input channel {channel}"
            stack = f"kernel {one.output}"
            yield kernel_pane(weight[one.output, k], theme, stack, title, one.output, k, is_flipped=recipe["flip"])


def _arrangements(recipe: Recipe, inputs: int, maps: Sequence[Mapped]) -> list[Part]:
    """From left to right with the channels below one another, or the other way round."""
    depth, outputs = recipe["in_channels"] // recipe["groups"], recipe["out_channels"]
    label_of_input = f"input {size(recipe['input_size'])}, {channel_count(recipe['in_channels'], inputs)}"
    into = f"output {size(recipe.output_size)}, {channel_count(outputs, len(maps))}"
    names = [f"kernel {one.output}" if outputs > 1 else "kernel" for one in maps]
    whole = [
        f"{name}{f' of {outputs},' if outputs > 1 else ''} {size(recipe['kernel_size'])}, "
        f"{channel_count(depth, len(one.channels))}"
        for name, one in zip(names, maps, strict=True)
    ]
    first = maps[-1].kernels.stop
    made = [*range(first, first + len(maps))]
    left_to_right = Box("right", [
        Box("down", range(inputs), label_of_input, is_stack=True),
        Box("right", [
            Box("down", one.kernels, name, is_stack=True) for one, name in zip(maps, names, strict=True)
        ], sign="∗"),
        Box("down", made, into, "=", is_stack=True),
    ])  # fmt: skip
    top_to_bottom = Box("down", [
        Box("right", range(inputs), label_of_input, is_stack=True),
        Lines("right", [
            [Box("right", one.kernels, text, is_stack=True), pane]
            for one, text, pane in zip(maps, whole, made, strict=True)
        ], ("", into), "∗="),
    ])  # fmt: skip
    each = channel_count(depth, len(maps[0].channels))
    label = f"kernels {size(recipe['kernel_size'])}, {each} each" if outputs > 1 else whole[0]
    # Many outputs of few channels: each below its kernel.
    side_by_side = Box("down", [
        Box("right", range(inputs), label_of_input, is_stack=True),
        Lines("down", [
            [Box("down", one.kernels, is_stack=True), pane] for one, pane in zip(maps, made, strict=True)
        ], (label, into), "∗="),
    ])  # fmt: skip
    # A phone: all stacks below one another.
    tower = Box("down", [
        Box("right", range(inputs), label_of_input, is_stack=True),
        Box("down", [
            Box("right", one.kernels, text, "∗", is_stack=True) for one, text in zip(maps, whole, strict=True)
        ]),
        Box("right", made, into, "=", is_stack=True),
    ])  # fmt: skip
    return [left_to_right, top_to_bottom, side_by_side, tower]


def _widest_title(recipe: Recipe, maps: Sequence[Mapped], steps: int) -> tuple[str, str]:
    rows, columns = recipe.output_size
    by_tap = recipe["storyboard"] == "tap"
    values = [number(value) for value in np.unique([one.values for one in maps]).tolist()]
    sums = _widest_values(recipe, maps) if by_tap else values
    so_far = " so far" if by_tap else ""
    last = caption(steps - 1, steps, 999 if by_tap else None)
    return f"{last}:", f"output[{recipe['out_channels']}, {rows}, {columns}]{so_far} = {widest(sums)}"


def _widest_terms(recipe: Recipe, maps: Sequence[Mapped]) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    one = max(maps, key=lambda one: len(one.channels))
    total = widest(_widest_values(recipe, maps))
    if recipe["kernel_size"] == (1, 1):
        value = widest(map(factor, np.unique(recipe.input).tolist()))
        weight = widest(map(factor, np.unique(recipe.kernels(maps[-1].output + 1)).tolist()))
        words = [f"+ {value}·{weight}" for _ in one.channels]
    else:
        words = [f"+ ({total}) (channel {channel})" for channel in one.channels]
    if hidden := max(each.hidden_count for each in maps):
        words.append(_hidden(f"({total})", hidden))
    if recipe["bias"]:
        words.append(f"+ {factor(recipe['bias'])} (bias)")
    return [*words, f"= {total}"]


def _widest_values(recipe: Recipe, maps: Sequence[Mapped]) -> list[str]:
    return widest_sums(recipe.input, recipe.kernels(maps[-1].output + 1), recipe["bias"])


def _hidden(value: str, count: int) -> str:
    return f"+ {value} ({count} more {'channel' if count == 1 else 'channels'})"
