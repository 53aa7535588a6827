"""One step per output cell of a convolution: what the window reads in every channel, and the sum that it makes.

Shows transposed convolutions too, as a convolution over the input with zeros put between its cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from math import inf
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, ConvTranspose2d, Trace, forward, trace
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.standard import drawn_inputs, drawn_outputs

from ..box_layout import Box, Lines, Part
from ..drawing import Kind, corners, join
from ..figure import Addend, Cell, Figure, Shot, Step, Sum, relate_sums, step_scene, storyboard, total
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
    term,
    tidy,
    which_are_drawn,
    widest_number,
    widest_sum,
)
from ..panels import InputCell, Panel, cells_panel, input_cells, kernel_panel, output_panel, output_styles, weight_notes
from ..primitives import Placed, Relation, Scene
from ..theme import Theme, theme_named
from ..typography import Term

_ACROSS: Final = 12
"""Cells of kernels that a phone has room for side by side."""

BARELY_LEGIBLE: Final = 0.85
"""Cells with this fraction of what they need can still be read: input, kernel and output stay side by side."""

LEGEND: Final[dict[Kind, str]] = {
    "padding": "zeros around the input",
    "inserted": "zero put between the cells (stride)",
    "cropped": "cropped by padding",
    "extra": "added by output_padding",
}


@dataclass(frozen=True, slots=True)
class _Output:
    """One output channel: what is drawn for it, and what is not.

    Attributes
    ----------
    channel : int
        Its number.
    inputs : range
        The input channels that it reads and that are drawn.
    kernels : range
        The panels of its kernel, one per drawn input channel.
    panel : int
        Its own panel.
    steps : Trace
        The products with the drawn channels.
    values : array
        The output, shape (rows, columns).
    hidden, hidden_count : array, int
        What the other channels add, of the same shape, and how many they are.
    """

    channel: int
    inputs: range
    kernels: range
    panel: int
    steps: Trace
    values: Numbers
    hidden: Numbers
    hidden_count: int


@dataclass(frozen=True, slots=True)
class _Gather:
    """The steps; ``scale`` is the size of the numbers that an output is made of."""

    recipe: Recipe
    outputs: Sequence[_Output]
    scale: float

    @property
    def has_channels(self) -> bool:
        """Whether cells are named by their channel."""
        return self.recipe.channels != (1, 1)

    @property
    def _bias(self) -> float:
        bias: float = self.recipe["bias"]
        return bias

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        output, at = self._target(shot)
        made = self._made(shot)
        partial = [tidy(sum(tap.product for tap in each), self.scale) for each in self._by_channel(output, made.taps)]
        step = self._say(shot, output, made, partial, tidy(float(output.hidden[at]), self.scale))
        return replace(
            step, description=self._describe(step.caption, output, at, made), finished=shot.step, sums=(made,)
        )

    def widest(self, taps: int) -> list[Step]:
        """Return the last frames with the widest numbers: complete, and on the way there."""
        output = max(self.outputs, key=lambda each: len(each.inputs))
        first = [self._taps(each, (0, 0)) for each in self.outputs]
        cells, weights = self.recipe.input, self.recipe.kernels(self.outputs[-1].channel + 1)
        value = widest_number([0.0, *cells.ravel().tolist()], factor)
        columns = zip_longest(*([tap.weight for tap in each] for each in first), fillvalue=0.0)
        wide = [
            replace(tap, input_value=value, weight=widest_number(column, factor))
            for tap, column in zip(first[self.outputs.index(output)], columns, strict=True)
        ]
        result, part = (widest_sum(spell, cells, weights, self._bias) for spell in (number, precise))
        last = Shot(len(self.outputs) * output.values.size - 1, taps, True, 1.0)
        shots = [last, replace(last, is_complete=False)]
        if self.recipe["storyboard"] == "cell":
            values = np.unique([each.values for each in self.outputs]).tolist()
            result, shots = widest_number((tidy(value, self.scale) for value in values), number), [last]
        return [
            self._say(
                shot, output,
                self._sum(output, self.recipe.output_size, wide, len(wide) - (not shot.is_complete), result, part),
                [part] * len(output.inputs), part,
            )
            for shot in shots
        ]  # fmt: skip

    def _target(self, shot: Shot) -> tuple[_Output, Pair]:
        """Return the output channel that a step is about, and its cell."""
        n, cell = divmod(shot.step, self.outputs[0].values.size)
        return self.outputs[n], divmod(cell, self.outputs[0].values.shape[1])

    def _taps(self, output: _Output, at: Pair) -> Sequence[Tap]:
        taps = output.steps[at[0] * output.values.shape[1] + at[1]].taps
        # In a transposed convolution the stored kernel meets the input turned: sorted, terms read as drawn.
        return sorted(taps, key=lambda tap: tap.position) if is_turned(self.recipe) else taps

    def _by_channel(self, output: _Output, taps: Sequence[Tap]) -> list[Sequence[Tap]]:
        area = len(taps) // len(output.inputs)
        return [taps[k : k + area] for k in range(0, len(taps), area)]

    def _made(self, shot: Shot) -> Sum:
        """Return the sum of a step, as far as a frame has come."""
        output, at = self._target(shot)
        taps = self._taps(output, at)
        value = float(output.values[at]) if shot.is_complete else sum(tap.product for tap in taps[: shot.taps])
        hidden = tidy(float(output.hidden[at]), self.scale)
        return self._sum(output, at, taps, shot.taps, tidy(value, self.scale), hidden, shot.now)

    def _sum(
        self, output: _Output, at: Pair, taps: Sequence[Tap], shown: int, value: float, hidden: float,
        now: int | None = None,
    ) -> Sum:  # fmt: skip
        addends = []
        if output.hidden_count:
            more = counted(output.hidden_count, "more channel")
            addends.append(Addend(f"+ {factor(hidden)} ({more})", hidden, "muted"))
        if self._bias:
            addends.append(Addend(f"+ {factor(self._bias)} (bias)", self._bias))
        name = ", ".join(map(str, (output.channel, *at) if self.has_channels else at))
        area, (rows, columns) = len(taps) // len(output.inputs), self.recipe["kernel_size"]
        kernels = [tap.kernel for tap in taps]
        if is_turned(self.recipe):  # the kernel is drawn as it meets the input
            kernels = [(rows - 1 - row, columns - 1 - column) for row, column in kernels]
        reads = [channel for channel in output.inputs for _ in range(area)]
        weights = [Cell(output.kernels[k // area], *kernel) for k, kernel in enumerate(kernels)]
        return Sum(
            f"output[{name}]", Cell(output.panel, *at), taps, reads, weights, shown, now, value, self.scale, addends
        )  # fmt: skip

    def _say(self, shot: Shot, output: _Output, made: Sum, partial: Sequence[float], hidden: float) -> Step:
        """Return title and terms; ``partial`` are the sums of the drawn channels."""
        lead = caption(shot.step, len(self.outputs) * output.values.size, None if shot.is_complete else shot.taps)
        terms = made.terms
        if self.has_channels and len(made.taps) > len(output.inputs):
            terms = (
                self._channel_terms(output, made, partial, hidden) if shot.is_complete else self._added(output, made)
            )
        return Step(lead, (f"{lead}:", made.title), terms)

    def _channel_terms(self, output: _Output, made: Sum, partial: Sequence[float], hidden: float) -> list[Term]:
        """Return the sum of each channel, that of channels that are not drawn, the bias, and the result."""
        terms = [Term(f"channel {n}: {precise(each)},") for n, each in zip(output.inputs, partial, strict=True)]
        parts = [*partial]
        if output.hidden_count:
            terms.append(Term(f"{counted(output.hidden_count, 'more channel')}: {precise(hidden)},", "muted"))
            parts.append(hidden)
        if self._bias:
            terms.append(Term(f"bias: {precise(self._bias)},"))
            parts.append(self._bias)
        terms[-1] = Term(terms[-1].text[:-1] + ";", terms[-1].role)
        return [*terms, total(made.value, [(part, 1.0) for part in parts], "sum ")]

    def _added(self, output: _Output, made: Sum) -> list[Term]:
        """Return the product that has been added last, and what it was added to."""
        *earlier, tap = made.taps[: made.shown]
        before = tidy(sum(each.product for each in earlier), self.scale)
        so_far = [Term(precise(before))] if earlier else []
        channel = output.inputs[len(earlier) // (len(made.taps) // len(output.inputs))]
        return [
            *so_far,
            Term(("+ " if so_far else "") + term(tap.input_value, tap.weight)),
            Term(f"(in channel {channel})"),
            total(made.value, [(tap.input_value, tap.weight), (before, 1.0)]),
        ]

    def _describe(self, lead: str, output: _Output, at: Pair, made: Sum) -> str:
        (top, left), (bottom, right) = made.taps[0].position, made.taps[-1].position
        which = over = ""
        if self.has_channels:
            every = self.recipe["out_channels"]
            some = "" if len(self.outputs) == every else f" (of {every}, {len(self.outputs)} of which are stepped)"
            which = f"channel {output.channel}{some}, "
            over = span(output.inputs[0], output.inputs[-1] + output.hidden_count, "channel") + ", "
        count = len(made.taps) // len(output.inputs) * (len(output.inputs) + output.hidden_count)
        stretched = "zero-stretched " if is_turned(self.recipe) else ""
        bias = f" and a bias of {about(self._bias)}" if self._bias and made.is_complete else ""
        return (
            f"{lead}: output {which}row {at[0]}, column {at[1]} is {about(made.value)}{made.so_far}, "
            f"{made.described(count)} over {stretched}input {over}{span(top, bottom, 'row')}, "
            f"{span(left, right, 'column')}{bias}."
        )

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterator[Placed]:
        """Draw the window in every channel, and the output cell."""
        (made,) = step.sums
        output, _ = self._target(shot)
        boxes = []
        for channel, here in zip(output.inputs, self._by_channel(output, made.taps), strict=True):
            grid = figure.grid(channel)
            (x, y), (right, bottom) = grid.at(*here[0].position), grid.at(*here[-1].position)
            boxes.append((x, y, right + grid.cell, bottom + grid.cell))
        around = [corners(figure.grid(channel)) for channel in output.inputs]
        joins = (
            line
            for pair, outer in zip(pairwise(boxes), pairwise(around), strict=True)
            for line in join(*pair, figure.theme.window_edge, outer)
        )
        return made.draw(figure, joins, has_rings=self.has_channels)

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return which input cell meets which weight for the output cell of a frame, and the sums on the way."""
        return relate_sums(figure, [self._made(shot)], has_totals=self.recipe["storyboard"] == "cell")


def is_turned(recipe: Recipe) -> bool:
    """Return whether the kernel is drawn turned by 180 degrees from how it is stored: a transposed layer gathers."""
    return isinstance(recipe.layer, ConvTranspose2d) and recipe["view"] == "gather"


def gather_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a convolution with one step per output cell."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, Conv2d | ConvTranspose2d)
    inputs = drawn_inputs(recipe.values) if "in_channels" in recipe.values else 1
    outputs = _outputs(recipe, layer, inputs)
    weights = recipe.kernels(outputs[-1].channel + 1)
    steps = _Gather(recipe, outputs, float(abs(recipe.input).max() * abs(weights).sum() + abs(recipe["bias"])))
    cells = [input_cells(layer, plane) for plane in recipe.input[:inputs]]
    taps = [len(each.steps[0].taps) for each in outputs]
    legend = dict(LEGEND)
    if not is_turned(recipe):
        legend["padding"] = f"padding ({recipe.get('padding_mode', 'zeros')})"
    area = recipe["kernel_size"][0] * recipe["kernel_size"][1]
    return step_scene(
        show,
        [*_panels(recipe, layer, outputs, cells, weights, steps.scale, theme)],
        _channel_arrangements(recipe, inputs, outputs) if steps.has_channels else three_panels(panel_labels(recipe)),
        steps,
        storyboard(recipe["storyboard"], [count for count, each in zip(taps, outputs, strict=True)
                                          for _ in range(each.values.size)]),
        description=_describe(recipe),
        widest=steps.widest(max(taps)),
        legend={kind: text for kind, text in legend.items() if kind in {cell.kind for cell in cells[0]}},
        formulas=size_formulas(layer, recipe["input_size"]),
        finish=lambda figure: (item for each in outputs for item in figure.draw_written(each.panel)),
        products_per_term=area if steps.has_channels else 1,
        first_if=inf if steps.has_channels else BARELY_LEGIBLE,
    )  # fmt: skip


def _outputs(recipe: Recipe, layer: Conv2d | ConvTranspose2d, inputs: int) -> list[_Output]:
    """Return the drawn output channels; the input channels that are not drawn are summed up at once."""
    groups, cells = recipe.get("groups", 1), recipe.input
    depth, width = recipe.get("in_channels", 1) // groups, recipe.get("out_channels", 1) // groups
    channels = drawn_outputs(recipe.values) if "out_channels" in recipe.values else [0]
    weight, alone = recipe.kernels(channels[-1] + 1), replace(layer, groups=1)
    firsts = [channel // width * depth for channel in channels]
    reads = [range(first, min(first + depth, inputs)) for first in firsts]
    panel = inputs + sum(map(len, reads))
    outputs, kernel_panels = [], inputs
    for k, (channel, read) in enumerate(zip(channels, reads, strict=True)):
        kernel, count = weight[channel : channel + 1], len(read)
        steps = trace(alone, cells[read.start : read.stop], kernel[:, :count])
        hidden = np.zeros(steps.output.shape[1:])
        if count < depth:
            hidden = forward(alone, cells[read.stop : read.start + depth], kernel[:, count:])[0]
        values = forward(alone, cells[read.start : read.start + depth], kernel)[0] + recipe["bias"]
        kernels = range(kernel_panels, kernel_panels + count)
        outputs.append(_Output(channel, read, kernels, panel + k, steps, values, hidden, depth - count))
        kernel_panels += count
    return outputs


# Panels ---------------------------------------------------------------------------------------------------------------


def _panels(
    recipe: Recipe, layer: Conv2d | ConvTranspose2d, outputs: Sequence[_Output],
    cells: Sequence[Sequence[InputCell]], weights: Numbers, scale: float, theme: Theme,
) -> Iterator[Panel]:  # fmt: skip
    """Yield the input's panels, those of the kernels, and those of the output, each tagged with its channel."""
    channels, made, groups = (recipe.get(name, 1) for name in ("in_channels", "out_channels", "groups"))
    is_single, turned, notes = channels == made == 1, is_turned(recipe), weight_notes(weights)
    for channel, each in enumerate(cells):
        yield cells_panel(
            each, theme, *([] if is_single else [channel]), notes=notes,
            resting=["" if cell.kind == "cropped" and not cell.value else number(cell.value) for cell in each],
            title="" if is_single else f"input, channel {channel}",
            tags=_tags(channel, channels, channel // (channels // groups), groups),
        )  # fmt: skip
    for output in outputs:
        for k, channel in enumerate(output.inputs):
            weight = weights[output.channel, k]
            yield kernel_panel(
                weight[::-1, ::-1] if turned else weight, theme, *([] if is_single else [output.channel, k]),
                is_reversed=turned != bool(recipe.get("flip")), stack=f"kernel {output.channel}", is_editable=True,
                title="" if is_single else f"kernel of output channel {output.channel} for input channel {channel}",
                tags=_tags(channel, channels),
            )  # fmt: skip
    for output in outputs:
        rows, columns = map(range, output.values.shape)
        yield output_panel(
            output.values, scale, theme, *([] if is_single else [output.channel]),
            styles=output_styles(layer, recipe["input_size"], rows, columns, theme),
            title="" if is_single else f"output, channel {output.channel}",
            tags=_tags(output.channel, made, output.channel // (made // groups), groups),
        )  # fmt: skip


def _tags(channel: int, channels: int, group: int = 0, groups: int = 1) -> tuple[str, ...]:
    """Return what may be written at a panel, from long to short; nothing where it is the only one."""
    if channels == 1:
        return ()
    return (*((f"{channel}, group {group}",) if groups > 1 else ()), str(channel))


def panel_labels(recipe: Recipe) -> tuple[str, str, str]:
    """Return the words above input, kernel and output of one channel."""
    is_stretched = is_turned(recipe) and max(recipe["stride"]) > 1
    is_flipped = is_turned(recipe) or recipe.get("flip")
    return (
        f"input {size(recipe['input_size'])}{', stretched' if is_stretched else ''}",
        f"kernel {size(recipe['kernel_size'])}{', flipped' if is_flipped else ''}",
        f"output {size(recipe.output_size)}",
    )


def three_panels(labels: Sequence[str]) -> list[Part]:
    """Return the arrangements of input, kernel and output: side by side, in two lines, or below one another."""
    source, kernel, output = (
        Box("right", [k], label, sign) for k, (label, sign) in enumerate(zip(labels, ("", "∗", "="), strict=True))
    )
    return [
        Box("right", [source, kernel, output], gap=2),
        Box("down", [source, Box("right", [kernel, output], gap=2)]),
        Box("down", [Box("right", [source, kernel], gap=2), output]),
        Box("down", [source, kernel, output]),
    ]


def _channel_arrangements(recipe: Recipe, inputs: int, outputs: Sequence[_Output]) -> list[Part]:
    """Return the arrangements of stacks: from left to right with the channels below one another, or the other way."""
    every, depth = recipe["out_channels"], recipe["in_channels"] // recipe["groups"]
    before = f"input {size(recipe['input_size'])}, {channel_count(recipe['in_channels'], inputs)}"
    into = f"output {size(recipe.output_size)}, {channel_count(every, len(outputs))}"
    of = f"{len(outputs)} of " if len(outputs) < every else ""
    each = channel_count(depth, len(outputs[0].inputs)) + (" each" if every > 1 else "")
    between = f"{of}{every} {'kernel' if every == 1 else 'kernels'} {size(recipe['kernel_size'])}, {each}"
    made = [output.panel for output in outputs]
    kernels = [(output.kernels, f"kernel {output.channel}" if every > 1 else "") for output in outputs]
    source, upright = (Box(way, range(inputs), before, is_stack=True) for way in ("right", "down"))
    below = Box("down", made, into, "=", is_stack=True)
    left_to_right = Box("right", [
        upright,
        Box("right", [Box("down", panels, name, is_stack=True) for panels, name in kernels], between, "∗"),
        below,
    ])  # fmt: skip
    # From top to bottom; for many outputs of few channels each is below its kernel.
    lines = [
        Box("down", [
            source,
            Lines(way, [
                [Box(way, panels, name, is_stack=True), panel]
                for (panels, name), panel in zip(kernels, made, strict=True)
            ], (between, into), "∗="),
        ])
        for way in ("right", "down")
    ]  # fmt: skip
    # On a phone all stacks are below one another, or even all panels but those of kernels.
    whole = Box("down", [Box("right", panels, name, "∗", is_stack=True) for panels, name in kernels], between)
    each_line = max(1, _ACROSS // recipe["kernel_size"][1])
    folded = Box("down", [
        Box("down", [Box("right", panels[k : k + each_line], is_stack=True) for k in range(0, len(panels), each_line)],
            name, "∗", is_flush=True)
        for panels, name in kernels
    ], between)  # fmt: skip
    tower = Box("down", [source, whole, Box("right", made, into, "=", is_stack=True)])
    columns = [
        Box("down", [upright, middle, Box("down", made, into, "=", is_stack=True)]) for middle in (whole, folded)
    ]
    return [left_to_right, *lines, tower, *columns]


def describe_one_channel(recipe: Recipe) -> str:
    """Return a recipe with one channel in one sentence."""
    kernel, (rows, columns), (height, width) = recipe["kernel_size"], recipe["input_size"], recipe.output_size
    return (
        f"{variant_named(recipe.variant).title}: {article(kernel[0])} by {kernel[1]} kernel on {article(rows)} by "
        f"{columns} input gives {article(height)} by {width} output."
    )


def _describe(recipe: Recipe) -> str:
    channels, outputs, groups = (recipe.get(name, 1) for name in ("in_channels", "out_channels", "groups"))
    (rows, columns), (height, width), kernel = recipe["input_size"], recipe.output_size, recipe["kernel_size"]
    if channels == outputs == 1:
        return describe_one_channel(recipe)
    sides = f"by {kernel[0]} by {kernel[1]}"
    depth, values = channels // groups, recipe.values
    kernels = f"{article(depth)} {sides} kernel"
    if outputs > 1:
        drawn = which_are_drawn(outputs, len(drawn_outputs(values)))
        kernels = f"{outputs} kernels of {depth} {sides}{f' in {groups} groups' if groups > 1 else ''}{drawn}"
    return (
        f"{variant_named(recipe.variant).title}: {kernels} on {article(rows)} by {columns} input of "
        f"{counted(channels, 'channel')}{which_are_drawn(channels, drawn_inputs(values))} "
        f"{'gives' if outputs == 1 else 'give'} {article(height)} by {width} output of {counted(outputs, 'channel')}."
    )
