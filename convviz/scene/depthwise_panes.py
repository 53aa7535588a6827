"""The planes of a depthwise separable convolution: their numbers, what they show, and where they may stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from convviz.arithmetic import Conv2d, Trace, conv2d, forward, trace
from convviz.recipes import Recipe
from convviz.recipes.variants.depthwise_separable import drawn_channels, drawn_mixers

from .box_layout import Box, Lines, Part
from .cell_kinds import input_cells
from .figure import Pane
from .number_format import Numbers, channel_count, number, size
from .panes import input_panes, kernel_pane, output_pane, shown_pane
from .theme import Theme

MIDDLE: Final = "intermediate"

_Way = Literal["right", "down"]

_WAYS: Final[tuple[tuple[_Way, _Way, _Way], ...]] = (
    ("right", "right", "right"),
    ("right", "down", "down"),
    ("right", "down", "right"),
    ("down", "down", "right"),
    ("down", "down", "down"),
)
"""Where a channel leads to what it makes, where the 1x1 kernels follow, and where these lead to their outputs."""


@dataclass(frozen=True, slots=True)
class Passes:
    """What is computed, as far as it is drawn.

    Attributes
    ----------
    channels, multiplier : drawn input channels, and kernels for each.
    weights : their kernels, shape (channels x multiplier, rows, columns).
    steps : the products of each of these kernels.
    mixing : the 1x1 kernels that are drawn, shape (outputs, channels x multiplier).
    middle, output : shape (planes, rows, columns).
    hidden : what intermediate channels that are not drawn add to the output; how many they are.
    scales : the size of the numbers that the intermediate and the output are made of.
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
class Places:
    """Where the planes of each stack are, empty where an act does not show them."""

    inputs: range
    kernels: range
    middle: range
    mixing: range
    outputs: range


def compute(recipe: Recipe, layer: Conv2d) -> Passes:
    """Both convolutions; products of each step only where they are drawn."""
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
    return Passes(
        channels, multiplier, weights[:planes, 0], steps, mixing[:, :planes], middle[:planes], output, hidden,
        len(middle) - planes, (scale, scale * float(abs(mixing).sum())),
    )  # fmt: skip


def place_panes(recipe: Recipe, layer: Conv2d, numbers: Passes, theme: Theme) -> tuple[list[Pane], Places]:
    """The planes that the recipe's act shows, and where each stack is among them."""
    act = recipe["act"]
    panes: list[Pane] = []

    def add(more: Iterable[Pane]) -> range:
        first = len(panes)
        panes.extend(more)
        return range(first, len(panes))

    inputs = kernels = middle = mixing = outputs = range(0)
    if act != "pointwise":
        cells = [[*input_cells(layer, plane)] for plane in recipe.input[: numbers.channels]]
        inputs = add(input_panes(layer, recipe["input_size"], cells, numbers.weights, theme))
        each = (
            kernel_pane(kernel, theme, "kernel", f"kernel {k}, of input channel {k // numbers.multiplier}", k, 0)
            for k, kernel in enumerate(numbers.weights)
        )
        kernels = add(_joined_by_channel(each, numbers.multiplier))
    if act != "split":
        notes = [f"×{number(weight)}" for weight in np.unique(numbers.mixing).tolist()]
        make = shown_pane if act == "pointwise" else output_pane
        planes = enumerate(numbers.middle)
        each = (make(values, numbers.scales[0], theme, MIDDLE, k, notes) for k, values in planes)
        middle = add(_joined_by_channel(each, numbers.multiplier))
    if act in ("all", "pointwise"):
        mixing = add(_mixing_panes(numbers, theme))
        outputs = add(
            output_pane(values, numbers.scales[1], theme, "output", k) for k, values in enumerate(numbers.output)
        )
    return panes, Places(inputs, kernels, middle, mixing, outputs)


def _joined_by_channel(panes: Iterable[Pane], multiplier: int) -> list[Pane]:
    """The same planes, of which edges join only those that come from one input channel."""
    every = [*panes]
    if multiplier == 1:
        return every
    numbers = [text for pane in every for text in pane.plane.numbers]  # all of them keep one font size
    return [
        replace(pane, stack=f"{pane.stack} {k // multiplier}", plane=replace(pane.plane, numbers=numbers))
        for k, pane in enumerate(every)
    ]


def _mixing_panes(numbers: Passes, theme: Theme) -> Iterator[Pane]:
    for k, weights in enumerate(numbers.mixing):
        title = f"1 by 1 kernel of output channel {k}, a weight for each intermediate channel"
        pane = kernel_pane(weights[:, None], theme, f"pointwise {k}", title, k)
        # In the reader's table this kernel is a row.
        yield pane.renamed("pointwise", [(k, channel) for channel in range(len(weights))])


def arrangements(recipe: Recipe, numbers: Passes, places: Places) -> list[Part]:
    """Every channel with its kernels and what they make, then the 1x1 kernels and the outputs."""
    total, outputs = recipe["in_channels"] * numbers.multiplier, recipe["out_channels"]
    made, drawn_planes = (numbers.middle.shape[1], numbers.middle.shape[2]), len(numbers.middle)
    mixers = f"{_kernel_count(outputs, len(places.outputs))} {total} × 1 × 1"
    if drawn_planes < total:
        mixers += f", {drawn_planes} {'cell' if drawn_planes == 1 else 'cells'} of each"
    parts: list[Part] = []
    for way, way_between, way_after in _WAYS:
        is_short = way_between == "right"
        before = _before(recipe, numbers, places, way, is_short)
        if places.outputs:
            labels = mixers, _label("output", made, outputs, len(places.outputs), is_short)
            after = Lines(way_after, [*zip(places.mixing, places.outputs, strict=True)], labels, "∗=")
            before = Box(way_between, [before, after])
        parts.append(before)
    return parts


def _before(recipe: Recipe, numbers: Passes, places: Places, way: _Way, is_short: bool) -> Part:
    """A line for each channel: the input, its kernels, and the planes that they make."""
    m, channels = numbers.multiplier, recipe["in_channels"]
    across: _Way = "down" if way == "right" else "right"

    def several(panes: range, channel: int) -> Box | int:
        # Along the line: across it they would come to stand in line with those of the next channel.
        own = panes[channel * m : (channel + 1) * m]
        return own[0] if m == 1 else Box(across if numbers.channels == 1 else way, own, is_stack=True)

    made = (numbers.middle.shape[1], numbers.middle.shape[2])
    middle = _label(MIDDLE, made, channels * m, len(numbers.middle), is_short)
    if not places.inputs:
        if m == 1:
            return Box(across, places.middle, middle, is_stack=True)
        pairs = [Box(across, places.middle[k : k + m], is_stack=True) for k in range(0, len(places.middle), m)]
        return Box(across, pairs, middle)
    stacks = (places.kernels, places.middle) if places.middle else (places.kernels,)
    lines = [[places.inputs[c], *(several(panes, c) for panes in stacks)] for c in range(numbers.channels)]
    each = "" if is_short or channels == 1 else f", {'one' if m == 1 else m} per channel"
    labels = (
        _label("input", recipe["input_size"], channels, numbers.channels, is_short),
        f"{_kernel_count(channels * m, len(numbers.weights))} {size(recipe['kernel_size'])}{each}",
        middle,
    )
    # Lines that lead to the right stand below one another, and what comes next stands on their right.
    return Lines(way, lines, labels[: len(lines[0])], ("", "∗", "=")[: len(lines[0])])


def _label(name: str, sides: tuple[int, int], count: int, shown: int, is_short: bool) -> str:
    """What a stack is, its size and its channels. Where all stand side by side there is no room for many words."""
    if is_short and shown == count:
        return f"{name} {count} × {size(sides)}"
    return f"{name} {size(sides)}, {channel_count(count, shown)}"


def _kernel_count(count: int, shown: int) -> str:
    return "kernel" if count == 1 else channel_count(count, shown).replace("channel", "kernel")
