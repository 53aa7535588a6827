"""A depthwise separable convolution in three acts: channels come apart, each is convolved, 1x1 kernels mix them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, Trace, conv2d, forward, trace
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.depthwise_separable import drawn_channels, drawn_mixers

from ..box_layout import Box, Lines, Part, Way
from ..figure import Addend, Cell, Figure, Shot, Step, Sum, relate_sums, step_scene, storyboard
from ..number_format import (
    Numbers,
    about,
    article,
    caption,
    channel_count,
    counted,
    factor,
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
from ..panels import Panel, cells_panel, input_cells, kernel_panel, output_panel, weight_notes
from ..primitives import Placed, Relation, Scene
from ..theme import Theme, theme_named

_MIDDLE: Final = "intermediate"
_SPLIT, _DEPTHWISE, _POINTWISE = range(3)
_ACTS: Final = ("split", "depthwise", "pointwise")

_WAYS: Final[tuple[tuple[Way, Way, Way], ...]] = (
    ("right", "right", "right"),
    ("right", "down", "down"),
    ("right", "down", "right"),
    ("down", "down", "right"),
    ("down", "down", "down"),
)
"""Where a channel leads to what it makes, where the 1x1 kernels follow, and where these lead to their outputs."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is computed, as far as it is drawn.

    Attributes
    ----------
    channels, multiplier : int
        Drawn input channels, and kernels for each.
    weights : array
        Their kernels, shape (channels x multiplier, rows, columns).
    steps : sequence of Trace
        The products of each of these kernels.
    mixing : array
        The 1x1 kernels that are drawn, shape (outputs, channels x multiplier).
    middle, output : array
        Shape (planes, rows, columns).
    hidden, hidden_count : array, int
        What intermediate channels that are not drawn add to the output; how many they are.
    scales : tuple of float
        The size of the numbers that the intermediate and the output are made of.
    """

    channels: int
    multiplier: int
    weights: Numbers
    steps: Sequence[Trace]
    mixing: Numbers
    middle: Numbers
    output: Numbers
    hidden: Numbers
    hidden_count: int
    scales: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Places:
    """Which panels each stack has, none where an act does not show it."""

    inputs: range
    kernels: range
    middle: range
    mixing: range
    outputs: range


@dataclass(frozen=True, slots=True)
class _At:
    """The act of a step, and the channel and the cell that it is about."""

    act: int
    channel: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class _Depthwise:
    """The steps; ``lengths`` are those of splitting, depthwise and pointwise."""

    recipe: Recipe
    lengths: tuple[int, int, int]
    panels: _Places
    numbers: _Numbers

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        at = self._at(shot)
        if at.act == _SPLIT:
            return self._split(shot, at)
        made = self._sum(shot, at)
        step = self._say(shot, at, made)
        return replace(
            step,
            description=self._describe(step.caption, at, made),
            finished=shot.step - self.lengths[_SPLIT],
            sums=(made,),
        )

    def widest(self, shots: Sequence[Shot]) -> list[Step]:
        """Return a frame of each act with the widest numbers: complete, and on the way there."""
        is_by_tap = self.recipe["storyboard"] == "tap"
        steps = [self.step(shots[self.lengths[_SPLIT] - 1])] if self.lengths[_SPLIT] else []
        numbers, rows = self.numbers, len(self.numbers.weights)
        scale = numbers.scales[self.recipe["act"] != "depthwise"]
        bound, hidden = (widest_sum(spell, np.array([scale]), np.ones(1)) for spell in (number, precise))
        for act, values, weights, made in (
            (_DEPTHWISE, self.recipe.input, numbers.weights.reshape(rows, -1), numbers.middle),
            (_POINTWISE, numbers.middle, numbers.mixing, numbers.output),
        ):
            if not self.lengths[act]:
                continue
            value, at = widest_number([0.0, *values.ravel().tolist()], factor), _At(act, 99, *made.shape[1:])
            taps = [
                Tap((0, 0, 0), (0, 0, 0), (0, 0), (0, 0, 0), (0, 0), value, widest_number(column, factor), 0.0)
                for column in weights.T.tolist()
            ]
            for is_complete in (True, False) if is_by_tap else (True,):
                shot, shown = Shot(len(shots) - 1, len(taps), is_complete, 1.0), len(taps) - (not is_complete)
                steps.append(self._say(shot, at, self._named_sum(at, taps, shown, bound, hidden)))
                if not is_by_tap:  # the titles show only what is made in the end
                    result = widest_number(made.ravel().tolist(), number)
                    title = self._say(shot, at, self._named_sum(at, taps, shown, result, hidden)).title
                    steps[-1] = replace(steps[-1], title=title)
        return steps

    def _at(self, shot: Shot) -> _At:
        step, act = shot.step, _SPLIT
        while step >= self.lengths[act]:
            step, act = step - self.lengths[act], act + 1
        if act == _SPLIT:
            return _At(act, step, 0, 0)
        channel, cell = divmod(step, self.numbers.middle[0].size)
        return _At(act, channel, *divmod(cell, self.numbers.middle.shape[2]))

    def _taps(self, at: _At) -> Sequence[Tap]:
        numbers = self.numbers
        if at.act == _DEPTHWISE:
            index: int = at.row * numbers.middle.shape[2] + at.column
            return numbers.steps[at.channel][index].taps
        pairs = zip(numbers.middle[:, at.row, at.column].tolist(), numbers.mixing[at.channel].tolist(), strict=True)
        return [
            Tap(
                input=(k, at.row, at.column), source=(k, at.row, at.column), kernel=(k, 0),
                output=(at.channel, at.row, at.column), position=(at.row, at.column),
                input_value=value, weight=weight, product=value * weight,
            )
            for k, (value, weight) in enumerate(pairs)
        ]  # fmt: skip

    def _sum(self, shot: Shot, at: _At) -> Sum:
        taps, is_second = self._taps(at), at.act == _POINTWISE
        scale = self.numbers.scales[is_second]
        value = sum(tap.product for tap in taps[: shot.taps])
        if shot.is_complete:
            value = float((self.numbers.output if is_second else self.numbers.middle)[at.channel, at.row, at.column])
        hidden = tidy(float(self.numbers.hidden[at.channel, at.row, at.column]), scale) if is_second else 0.0
        panels, multiplier = self.panels, self.numbers.multiplier
        source = panels.middle if is_second else [panels.inputs[at.channel // multiplier]] * len(taps)
        kernel = (panels.mixing if is_second else panels.kernels)[at.channel]
        target = Cell((panels.outputs if is_second else panels.middle)[at.channel], at.row, at.column)
        weights = [Cell(kernel, *tap.kernel) for tap in taps]
        made = self._named_sum(at, taps, shot.taps, tidy(value, scale), hidden)
        return replace(made, target=target, reads=source, weights=weights, now=shot.now, scale=scale)

    def _named_sum(self, at: _At, taps: Sequence[Tap], shown: int, value: float, hidden: float) -> Sum:
        addends, count = [], self.numbers.hidden_count
        if at.act == _POINTWISE and count:
            addends = [Addend(f"+ {factor(hidden)} ({counted(count, 'more channel')})", hidden, "muted")]
        name = f"{'output' if at.act == _POINTWISE else _MIDDLE}[{at.channel}, {at.row}, {at.column}]"
        return Sum(name, Cell(0, 0, 0), taps, (), (), shown, None, value, 1.0, addends)

    def _caption(self, shot: Shot, at: _At) -> str:
        return f"{caption(shot.step, sum(self.lengths), None if shot.is_complete else shot.taps)}, {_ACTS[at.act]}"

    def _say(self, shot: Shot, at: _At, made: Sum) -> Step:
        lead = self._caption(shot, at)
        return Step(lead, (f"{lead}:", made.title), made.terms)

    def _split(self, shot: Shot, at: _At) -> Step:
        """Return what is said of one channel with all that is its own."""
        lead, own = self._caption(shot, at), self._kernels_of(at.channel)
        kernels = f"kernel {own[0]}" if len(own) == 1 else f"kernels {own[0]} to {own[-1]}"
        return Step(
            lead, (f"{lead}:", f"channel {at.channel} goes by itself"), (),
            f"{lead}: input channel {at.channel} goes by itself, with {kernels} of its own.",
        )  # fmt: skip

    def _kernels_of(self, channel: int) -> range:
        return range(channel * self.numbers.multiplier, (channel + 1) * self.numbers.multiplier)

    def _describe(self, lead: str, at: _At, made: Sum) -> str:
        (top, left), (bottom, right) = made.taps[0].position, made.taps[-1].position
        source = at.channel // self.numbers.multiplier
        over = f"input channel {source}, {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        count, name = len(made.taps), _MIDDLE
        if at.act == _POINTWISE:
            count, name = count + self.numbers.hidden_count, "output"
            over = f"the same cell of {counted(count, 'intermediate channel')}"
        return (
            f"{lead}: {name} channel {at.channel}, row {at.row}, column {at.column} is "
            f"{about(made.value)}{made.so_far}, {made.described(count)} over {over}."
        )

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterator[Placed]:
        """Draw what a step reads, its kernel, and the cell that it writes."""
        at, panels = self._at(shot), self.panels
        if at.act == _SPLIT:
            yield figure.draw_ring(panels.inputs[at.channel])
            yield from (figure.draw_ring(panels.kernels[k]) for k in self._kernels_of(at.channel))
            return
        yield from step.sums[0].draw(figure)

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return which cell meets which weight for the cell of a frame, and the sums on the way."""
        at = self._at(shot)
        sums = [] if at.act == _SPLIT else [self._sum(shot, at)]
        return relate_sums(figure, sums, has_totals=self.recipe["storyboard"] == "cell")


def depthwise_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a depthwise separable convolution, or of one of its acts."""
    layer, theme, act = recipe.layer, theme_named(show.theme), recipe["act"]
    assert isinstance(layer, Conv2d)  # its first layer is one
    numbers = _compute(recipe, layer)
    panels, places = _panels(recipe, layer, numbers, theme)
    area = int(numbers.middle[0].size)
    lengths = (
        numbers.channels if act in ("all", "split") else 0,
        len(numbers.middle) * area if act in ("all", "depthwise") else 0,
        len(numbers.output) * area if act in ("all", "pointwise") else 0,
    )
    taps = [0] * lengths[0] + [numbers.weights[0].size] * lengths[1] + [len(numbers.middle)] * lengths[2]
    shots, view = storyboard(recipe["storyboard"], taps), _Depthwise(recipe, lengths, places, numbers)
    has_padding = places.inputs and any(cell.kind == "padding" for cell in input_cells(layer, recipe.input[0]))
    filled = [*(places.middle if lengths[1] else ()), *(places.outputs if lengths[2] else ())]
    return step_scene(
        show, panels, _arrangements(recipe, numbers, places), view, shots,
        description=_describe(recipe), widest=view.widest(shots),
        legend={"padding": f"padding ({recipe.get('padding_mode', 'zeros')})"} if has_padding else {},
        formulas=size_formulas(layer, recipe["input_size"]) if lengths[1] else (),
        finish=lambda figure: (item for panel in filled for item in figure.draw_written(panel)),
    )  # fmt: skip


def _compute(recipe: Recipe, layer: Conv2d) -> _Numbers:
    """Compute both convolutions; products of each step only where they are drawn."""
    channels, multiplier = drawn_channels(recipe.values), recipe["channel_multiplier"]
    outputs, planes = drawn_mixers(recipe.values), channels * multiplier
    weights, mixing = recipe.weight, recipe.mixers(outputs)[..., 0, 0]
    alone = conv2d(layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    steps = [
        trace(alone, recipe.input[k // multiplier : k // multiplier + 1], weights[k : k + 1]) for k in range(planes)
    ]
    middle = forward(layer, recipe.input, weights)
    output = np.tensordot(mixing, middle, 1)
    hidden = np.tensordot(mixing[:, planes:], middle[planes:], 1)
    scale = float(abs(recipe.input).max() * abs(weights).sum())
    return _Numbers(
        channels, multiplier, weights[:planes, 0], steps, mixing[:, :planes], middle[:planes], output, hidden,
        len(middle) - planes, (scale, scale * float(abs(mixing).sum())),
    )  # fmt: skip


# Panels ---------------------------------------------------------------------------------------------------------------


def _panels(recipe: Recipe, layer: Conv2d, numbers: _Numbers, theme: Theme) -> tuple[list[Panel], _Places]:
    """Return the panels that the recipe's act shows, and which of them each stack has."""
    act = recipe["act"]
    panels: list[Panel] = []

    def add(more: Iterable[Panel]) -> range:
        first = len(panels)
        panels.extend(more)
        return range(first, len(panels))

    inputs = kernels = middle = mixing = outputs = range(0)
    if act != "pointwise":
        notes = weight_notes(numbers.weights)
        inputs = add(
            cells_panel(input_cells(layer, plane), theme, k, notes=notes, title=f"input, channel {k}")
            for k, plane in enumerate(recipe.input[: numbers.channels])
        )
        each = (
            kernel_panel(kernel, theme, k, 0, is_editable=True,
                         title=f"kernel {k}, of input channel {k // numbers.multiplier}")
            for k, kernel in enumerate(numbers.weights)
        )  # fmt: skip
        kernels = add(_joined_by_channel(each, numbers.multiplier))
    if act != "split":
        each = (
            output_panel(values, numbers.scales[0], theme, k, table=_MIDDLE, title=f"{_MIDDLE}, channel {k}",
                         notes=weight_notes(numbers.mixing))
            for k, values in enumerate(numbers.middle)
        )  # fmt: skip
        if act == "pointwise":  # it is full from the start: an earlier pass has made it
            each = (
                replace(panel, resting=None, styles=[replace(style, fill=theme.output) for style in panel.styles])
                for panel in each
            )
        middle = add(_joined_by_channel(each, numbers.multiplier))
    if act in ("all", "pointwise"):
        mixing = add(
            # In the reader's table this kernel is a row.
            replace(
                kernel_panel(weights[:, None], theme, table="pointwise", stack=f"pointwise {k}", is_editable=True,
                             title=f"1 by 1 kernel of output channel {k}, a weight for each intermediate channel"),
                names=[(k, channel) for channel in range(len(weights))],
            )
            for k, weights in enumerate(numbers.mixing)
        )  # fmt: skip
        outputs = add(
            output_panel(values, numbers.scales[1], theme, k, title=f"output, channel {k}")
            for k, values in enumerate(numbers.output)
        )
    return panels, _Places(inputs, kernels, middle, mixing, outputs)


def _joined_by_channel(panels: Iterable[Panel], multiplier: int) -> list[Panel]:
    """Return the same panels, of which edges join only those that come from one input channel."""
    every = [*panels]
    if multiplier == 1:
        return every
    numbers = [text for panel in every for text in panel.all_numbers]  # all of them keep one font size
    return [replace(panel, stack=f"{panel.table} {k // multiplier}", numbers=numbers) for k, panel in enumerate(every)]


def _arrangements(recipe: Recipe, numbers: _Numbers, places: _Places) -> list[Part]:
    """Return every channel with its kernels and what they make, then the 1x1 kernels and the outputs."""
    every, outputs = recipe["in_channels"] * numbers.multiplier, recipe["out_channels"]
    made, drawn = (numbers.middle.shape[1], numbers.middle.shape[2]), len(numbers.middle)
    mixers = f"{_kernel_count(outputs, len(places.outputs))} {every} × 1 × 1"
    if drawn < every:
        mixers += f", {counted(drawn, 'cell')} of each"
    parts: list[Part] = []
    for way, way_between, way_after in _WAYS:
        is_short = way_between == "right"
        part = _before(recipe, numbers, places, way, is_short)
        if places.outputs:
            labels = mixers, _label("output", made, outputs, len(places.outputs), is_short)
            after = Lines(way_after, [*zip(places.mixing, places.outputs, strict=True)], labels, "∗=")
            part = Box(way_between, [part, after])
        parts.append(part)
    return parts


def _before(recipe: Recipe, numbers: _Numbers, places: _Places, way: Way, is_short: bool) -> Part:
    """Return a line for each channel: the input, its kernels, and the panels that they make."""
    m, channels = numbers.multiplier, recipe["in_channels"]
    across: Way = "down" if way == "right" else "right"

    def several(panels: range, channel: int) -> Box | int:
        # Along the line: across it they would be in line with those of the next channel.
        own = panels[channel * m : (channel + 1) * m]
        return own[0] if m == 1 else Box(across if numbers.channels == 1 else way, own, is_stack=True)

    made = (numbers.middle.shape[1], numbers.middle.shape[2])
    middle = _label(_MIDDLE, made, channels * m, len(numbers.middle), is_short)
    if not places.inputs:
        if m == 1:
            return Box(across, places.middle, middle, is_stack=True)
        pairs = [Box(across, places.middle[k : k + m], is_stack=True) for k in range(0, len(places.middle), m)]
        return Box(across, pairs, middle)
    stacks = (places.kernels, places.middle) if places.middle else (places.kernels,)
    lines = [[places.inputs[c], *(several(panels, c) for panels in stacks)] for c in range(numbers.channels)]
    each = "" if is_short or channels == 1 else f", {'one' if m == 1 else m} per channel"
    labels = (
        _label("input", recipe["input_size"], channels, numbers.channels, is_short),
        f"{_kernel_count(channels * m, len(numbers.weights))} {size(recipe['kernel_size'])}{each}",
        middle,
    )
    # Lines that lead to the right are below one another, and what comes next is on their right.
    return Lines(way, lines, labels[: len(lines[0])], ("", "∗", "=")[: len(lines[0])])


def _label(name: str, sides: Pair, count: int, drawn: int, is_short: bool) -> str:
    """Return what a stack is, its size and its channels. Side by side there is no room for many words."""
    if is_short and drawn == count:
        return f"{name} {count} × {size(sides)}"
    return f"{name} {size(sides)}, {channel_count(count, drawn)}"


def _kernel_count(count: int, drawn: int) -> str:
    return "kernel" if count == 1 else channel_count(count, drawn).replace("channel", "kernel")


def _describe(recipe: Recipe) -> str:
    """Return the title, the act where there is only one, and what it makes."""
    channels, outputs, m = (recipe[name] for name in ("in_channels", "out_channels", "channel_multiplier"))
    (rows, columns), (height, width), act = recipe["input_size"], recipe.output_size, recipe["act"]
    seen, planes, title = drawn_channels(recipe.values), channels * m, variant_named(recipe.variant).title
    kernel = " by ".join(map(str, recipe["kernel_size"]))
    kernels = f"{counted(planes, 'kernel')} of {kernel}, {m if m > 1 else 'one'} per channel"
    source = f"{article(rows)} by {columns} input of {counted(channels, 'channel')}{which_are_drawn(channels, seen)}"
    mixers = f"{counted(outputs, 'kernel')} of {planes} by 1 by 1"
    mixers += which_are_drawn(outputs, drawn_mixers(recipe.values))
    made = f"{article(height)} by {width} output of {counted(outputs, 'channel')}."
    if act == "split":
        return f"{title}, split: {source} comes apart, with {kernels}."
    if act == "depthwise":
        middle = counted(planes, "intermediate channel")
        return f"{title}, depthwise: {kernels}, on {source} {_give(planes)} {middle} of {height} by {width}."
    if act == "pointwise":
        middle = f"{article(height)} by {width} intermediate of {counted(planes, 'channel')}"
        middle += which_are_drawn(planes, seen * m)
        return f"{title}, pointwise: {mixers} on {middle} {_give(outputs)} {made}"
    return f"{title}: {kernels}, and then {mixers} on {source} give {made}"


def _give(count: int) -> str:
    return "gives" if count == 1 else "give"
