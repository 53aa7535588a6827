"""A depthwise separable convolution in three acts: channels come apart, each is convolved, 1x1 kernels mix them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, conv2d, forward
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import TapArrays, gathered_taps
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.depthwise_separable import drawn_channels, drawn_mixers

from ..box_layout import Box, Lines, Part, Way
from ..figure import Draft, Shot, Step, storyboard
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
from ..panels import Panel, cells_panel, input_cells, kernel_panel, output_panel, sheets_of, starts_of, weight_notes
from ..primitives import Relation
from ..sums import Addend, Pass, Sum, Taps, pass_of
from ..theme import Theme, theme_named
from .gather import gather_draft

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

_SMALL_LABEL: Final = 12
"""Font size of labels for which there would be no room side by side otherwise."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is computed, as far as it is drawn.

    Attributes
    ----------
    channels, multiplier : int
        Drawn input channels, and kernels for each.
    weights : array
        Their kernels, shape (channels x multiplier, rows, columns).
    taps : sequence of TapArrays
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
    taps: Sequence[TapArrays]
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
    """The act of a step, the channel that it is about, and in it the number of the cell with its row and its column."""

    act: int
    channel: int
    cell: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class _Depthwise:
    """The steps.

    Attributes
    ----------
    lengths : tuple of int
        How many steps splitting, depthwise and pointwise have.
    panels : _Places
    numbers : _Numbers
    passes : sequence of sequences of Pass
        For each act the products that make each channel.
    starts : sequence of int
        The number of the first cell of each panel.
    """

    recipe: Recipe
    lengths: tuple[int, int, int]
    panels: _Places
    numbers: _Numbers
    passes: Sequence[Sequence[Pass]]
    starts: Sequence[int]

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        at = self._at(shot)
        if at.act == _SPLIT:
            return self._split(shot, at)
        made = self._sum(shot, at)
        said = self._say(shot, at, made)
        description, details = self._describe(said.caption, at, made)
        return said._replace(
            description=description, details=details, finished=shot.step - self.lengths[_SPLIT],
            draw=made.draw,
        )  # fmt: skip

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
            at = _At(act, 99, 0, *made.shape[1:])
            value = widest_number([0.0, *values.ravel().tolist()], factor)
            count = weights.shape[1]
            taps = Taps(
                (), (), [value] * count, [widest_number(column, factor) for column in weights.T.tolist()], (),
                [True] * count,
            )  # fmt: skip
            for is_complete in (True, False) if is_by_tap else (True,):
                shot = Shot(len(shots) - 1, count, is_complete, 1.0)
                sums = Sum(
                    self._name(at), 0, taps, (), count - (not is_complete), None, bound, self._addends(at, hidden)
                )
                steps.append(self._say(shot, at, sums))
                titled = widest_sum(about, np.array([scale]), np.ones(1))
                if not is_by_tap:  # the titles show only what is made in the end
                    titled = widest_number(made.ravel().tolist(), about)
                steps[-1] = steps[-1]._replace(title=replace(sums, value=titled).title)
        return steps

    def _at(self, shot: Shot) -> _At:
        step, act = shot.step, _SPLIT
        while step >= self.lengths[act]:
            step, act = step - self.lengths[act], act + 1
        if act == _SPLIT:
            return _At(act, step, 0, 0, 0)
        channel, cell = divmod(step, self.numbers.middle[0].size)
        return _At(act, channel, cell, *divmod(cell, self.numbers.middle.shape[2]))

    def _target(self, at: _At) -> int:
        """Return the number of the cell that a step writes."""
        return self.starts[(self.panels.outputs if at.act == _POINTWISE else self.panels.middle)[at.channel]] + at.cell

    def _sum(self, shot: Shot, at: _At) -> Sum:
        each, is_second = self.passes[at.act][at.channel], at.act == _POINTWISE
        scale, value = self.numbers.scales[is_second], each.total(at.cell, shot.taps)
        if shot.is_complete:
            made = self.numbers.output if is_second else self.numbers.middle
            value = tidy(float(made[at.channel, at.row, at.column]), scale)
        hidden = tidy(float(self.numbers.hidden[at.channel, at.row, at.column]), scale) if is_second else 0.0
        return Sum(
            self._name(at), self._target(at), each.taps[at.cell], each.groups, shot.taps, shot.now, value,
            self._addends(at, hidden),
        )  # fmt: skip

    def _name(self, at: _At) -> Sequence[str]:
        return cell_words(at.row, at.column, "output" if at.act == _POINTWISE else _MIDDLE, at.channel)

    def _addends(self, at: _At, hidden: float) -> list[Addend]:
        """Return what is added to the products that are drawn; ``hidden`` is the sum of those that are not."""
        count = self.numbers.hidden_count
        if at.act != _POINTWISE or not count:
            return []
        return [Addend(f"+ {factor(hidden)} ({counted(count, 'more channel')})", hidden, "muted")]

    def _caption(self, shot: Shot, at: _At) -> str:
        return f"{caption(shot.step, sum(self.lengths), None if shot.is_complete else shot.taps)}, {_ACTS[at.act]}"

    def _say(self, shot: Shot, at: _At, made: Sum) -> Step:
        return Step(self._caption(shot, at), made.title, made.terms)

    def _split(self, shot: Shot, at: _At) -> Step:
        """Return what is said of one channel with all that is its own, which gets rings."""
        lead, own = self._caption(shot, at), self._kernels_of(at.channel)
        kernels = f"kernel {own[0]}" if len(own) == 1 else f"kernels {own[0]} to {own[-1]}"
        rings = [self.panels.inputs[at.channel], *(self.panels.kernels[k] for k in own)]
        return Step(
            lead, (f"Input channel {at.channel}", "goes by itself"),
            description=f"{lead}: input channel {at.channel} goes by itself, with {kernels} of its own.",
            details=sentence(f"with {kernels} of its own"),
            draw=lambda figure: map(figure.draw_ring, rings),
        )  # fmt: skip

    def _kernels_of(self, channel: int) -> range:
        return range(channel * self.numbers.multiplier, (channel + 1) * self.numbers.multiplier)

    def _describe(self, lead: str, at: _At, made: Sum) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        top, left, bottom, right = self.passes[at.act][at.channel].windows[at.cell]
        source = at.channel // self.numbers.multiplier
        over = f"input channel {source}, {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        count, name = made.count, _MIDDLE
        if at.act == _POINTWISE:
            count, name = count + self.numbers.hidden_count, "output"
            over = f"the same cell of {counted(count, 'intermediate channel')}"
        details = f"{made.described(count)} over {over}"
        lead = f"{lead}: {name} channel {at.channel}, row {at.row}, column {at.column} is"
        return f"{lead} {about(made.value)}{made.so_far}, {details}.", sentence(details)

    def relate(self, shot: Shot) -> Relation:
        """Return which cell meets which weight for the cell of a frame, and the sums on the way."""
        at = self._at(shot)
        if at.act == _SPLIT:
            return Relation()
        has_totals = self.recipe["storyboard"] == "cell"
        return self.passes[at.act][at.channel].relate(at.cell, self._target(at), has_totals=has_totals)


def depthwise_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a depthwise separable convolution, or of one of its acts."""
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
    starts, shots = starts_of(panels), storyboard(recipe["storyboard"], taps)
    view = _Depthwise(recipe, lengths, places, numbers, _passes(numbers, panels, places, starts), starts)
    has_padding = places.inputs and any(cell.kind == "padding" for cell in input_cells(layer, recipe.input[0]))
    filled = [*(places.middle if lengths[1] else ()), *(places.outputs if lengths[2] else ())]
    return Draft(
        show, panels, _arrangements(recipe, numbers, places), view, shots,
        description=_describe(recipe), widest=view.widest(shots),
        legend={"padding": f"padding ({recipe.get('padding_mode', 'zeros')})"} if has_padding else {},
        formulas=size_formulas(layer, recipe["input_size"]) if lengths[1] else (),
        finish=lambda figure: (item for panel in filled for item in figure.draw_written(panel)),
        is_by_value=is_by_value(recipe, show.fill),
    )  # fmt: skip


def standard_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of the standard convolution, drawn instead of all acts, whose first weights can be edited."""
    draft, inputs = gather_draft(recipe.computed, show), recipe["in_channels"]

    def of_table(panel: Panel) -> Panel:
        """Name the cells of a kernel as the table of depthwise kernels does; there are no others in it."""
        if panel.table != "kernel" or recipe.channels == (1, 1):
            return panel
        cells = [name for name in panel.names if isinstance(name, tuple)]
        names = [(kernel * inputs + channel, 0, *cell) for kernel, channel, *cell in cells]
        return replace(panel, names=names, is_editable=names[0][0] < inputs * recipe["channel_multiplier"])

    return replace(draft, panels=[*map(of_table, draft.panels)])


def _compute(recipe: Recipe, layer: Conv2d) -> _Numbers:
    """Compute both convolutions; products of each step only where they are drawn."""
    channels, multiplier = drawn_channels(recipe.values), recipe["channel_multiplier"]
    outputs, planes = drawn_mixers(recipe.values), channels * multiplier
    weights, mixing = recipe.weight, recipe.mixers(outputs)[..., 0, 0]
    alone = conv2d(layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    cells, (rows, columns) = recipe.input, map(range, recipe.output_size)
    taps = [
        gathered_taps(alone, cells[k // multiplier : k // multiplier + 1], weights[k : k + 1], 0, rows, columns)
        for k in range(planes)
    ]
    middle = forward(layer, cells, weights)
    output = np.tensordot(mixing, middle, 1)
    hidden = np.tensordot(mixing[:, planes:], middle[planes:], 1)
    scale = float(abs(cells).max() * abs(weights).sum())
    return _Numbers(
        channels, multiplier, weights[:planes, 0], taps, mixing[:, :planes], middle[:planes], output, hidden,
        len(middle) - planes, (scale, scale * float(abs(mixing).sum())),
    )  # fmt: skip


def _passes(
    numbers: _Numbers, panels: Sequence[Panel], places: _Places, starts: Sequence[int]
) -> tuple[Sequence[Pass], Sequence[Pass], Sequence[Pass]]:
    """Return for each act the products that make each of its channels, as far as the panels are shown."""
    depthwise, pointwise, (first, second) = [], [], numbers.scales
    if places.inputs and places.middle:
        for k, taps in enumerate(numbers.taps):
            panel, kernel = places.inputs[k // numbers.multiplier], places.kernels[k]
            cells = starts[panel] + panels[panel].index(taps.row, taps.column)
            depthwise.append(pass_of(taps, cells, range(starts[kernel], starts[kernel + 1]), first))
    if places.outputs:
        middle = np.array(starts[places.middle.start : places.middle.stop])
        rows, columns = map(range, numbers.middle.shape[1:])
        for kernel, weights in zip(places.mixing, numbers.mixing, strict=True):
            taps = gathered_taps(conv2d(1), numbers.middle, weights[None, :, None, None], 0, rows, columns)
            cells = middle[taps.channel] + panels[places.middle[0]].index(taps.row, taps.column)
            pointwise.append(pass_of(taps, cells, range(starts[kernel], starts[kernel + 1]), second))
    return (), depthwise, pointwise


# Panels ---------------------------------------------------------------------------------------------------------------


def _panels(recipe: Recipe, layer: Conv2d, numbers: _Numbers, theme: Theme) -> tuple[list[Panel], _Places]:
    """Return the panels that the recipe's act shows, and which of them each stack has."""
    act, planes = recipe["act"], recipe["in_channels"] * numbers.multiplier
    panels: list[Panel] = []

    def add(more: Iterable[Panel]) -> range:
        first = len(panels)
        panels.extend(more)
        return range(first, len(panels))

    inputs = kernels = middle = mixing = outputs = range(0)
    if act != "pointwise":
        notes = weight_notes(numbers.weights)
        each = (
            cells_panel(input_cells(layer, plane), theme, k, notes=notes, title=f"input, channel {k}")
            for k, plane in enumerate(recipe.input[: numbers.channels])
        )
        inputs = add(sheets_of(each, recipe["input_size"], recipe["in_channels"]))
        each = (
            kernel_panel(kernel, theme, k, 0, is_editable=True,
                         title=f"kernel {k}, of input channel {k // numbers.multiplier}")
            for k, kernel in enumerate(numbers.weights)
        )  # fmt: skip
        kernels = add(_joined_by_channel(sheets_of(each, recipe["kernel_size"], planes), numbers.multiplier))
    if act != "split":
        each = (
            output_panel(values, numbers.scales[0], theme, k, table=_MIDDLE, title=f"{_MIDDLE}, channel {k}",
                         notes=weight_notes(numbers.mixing))
            for k, values in enumerate(numbers.middle)
        )  # fmt: skip
        if act == "pointwise":  # it is full from the start: an earlier pass has made it
            each = (
                replace(panel, resting=None, styles=[style._replace(fill=theme.output) for style in panel.styles])
                for panel in each
            )
        sheets = sheets_of(each, recipe.output_size, planes)
        middle = add(_joined_by_channel(sheets, numbers.multiplier))
    if act in ("all", "pointwise"):
        *before, last = (
            # In the reader's table this kernel is a row.
            replace(
                kernel_panel(weights[:, None], theme, table="pointwise", stack=f"pointwise {k}", is_editable=True,
                             title=f"1 by 1 kernel of output channel {k}, a weight for each intermediate channel"),
                names=[(k, channel) for channel in range(len(weights))],
            )
            for k, weights in enumerate(numbers.mixing)
        )  # fmt: skip
        more = recipe["out_channels"] - len(numbers.mixing)
        mixing = add([*before, replace(last, hidden=more, blocks=[f"× {recipe['out_channels']}"] if more else [])])
        each = (
            output_panel(values, numbers.scales[1], theme, k, title=f"output, channel {k}")
            for k, values in enumerate(numbers.output)
        )
        outputs = add(sheets_of(each, recipe.output_size, recipe["out_channels"]))
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
        if is_short and isinstance(part, Box):  # five labels side by side
            parts.append(replace(part, label_size=_SMALL_LABEL))
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
