"""The planes of a convolution with channels: their numbers, what they are called, and where they may stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, Trace, forward, trace
from convviz.recipes import Recipe
from convviz.recipes.variants.standard import drawn_outputs

from .box_layout import Box, Lines, Part
from .cell_kinds import PlaneCell
from .figure import Pane
from .number_format import Numbers, channel_count, size
from .panes import input_panes, kernel_pane, output_pane
from .theme import Theme

_ACROSS: Final = 12
"""Cells of kernels that a phone has room for side by side."""


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


def maps_of(recipe: Recipe, layer: Conv2d, inputs: int) -> Iterator[Mapped]:
    """The drawn output channels; those of the input that are not drawn are summed up at once."""
    groups, cells = recipe["groups"], recipe.input
    depth, width = recipe["in_channels"] // groups, recipe["out_channels"] // groups
    outputs = drawn_outputs(recipe.values)
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


def input_channels(
    recipe: Recipe, layer: Conv2d, cells: Sequence[Sequence[PlaneCell]], weights: Numbers, theme: Theme
) -> Iterator[Pane]:
    """The input's planes, each with the number of its channel; in groups it says which is its own."""
    depth = recipe["in_channels"] // recipe["groups"]
    for channel, pane in enumerate(input_panes(layer, recipe["input_size"], cells, weights, theme)):
        yield replace(pane, tags=_tags(channel, recipe["in_channels"], channel // depth, recipe["groups"]))


def kernel_panes(recipe: Recipe, maps: Sequence[Mapped], weight: Numbers, theme: Theme) -> Iterator[Pane]:
    """The planes of the kernels, each with the number of the input channel that it meets."""
    for one in maps:
        for k, channel in enumerate(one.channels):
            title = f"kernel of output channel {one.output} for input channel {channel}"
            stack = f"kernel {one.output}"
            pane = kernel_pane(weight[one.output, k], theme, stack, title, one.output, k, is_flipped=recipe["flip"])
            yield replace(pane, tags=_tags(channel, recipe["in_channels"]))


def output_channels(recipe: Recipe, maps: Sequence[Mapped], scale: float, theme: Theme) -> Iterator[Pane]:
    """The output's planes, each with the number of its channel and its group."""
    width = recipe["out_channels"] // recipe["groups"]
    for one in maps:
        pane = output_pane(one.values, scale, theme, "output", one.output)
        yield replace(pane, tags=_tags(one.output, recipe["out_channels"], one.output // width, recipe["groups"]))


def _tags(channel: int, channels: int, group: int = 0, groups: int = 1) -> tuple[str, ...]:
    """What may stand at a plane, from long to short; nothing where it is the only one."""
    if channels == 1:
        return ()
    return (*((f"{channel}, group {group}",) if groups > 1 else ()), str(channel))


def arrangements(recipe: Recipe, inputs: int, maps: Sequence[Mapped]) -> list[Part]:
    """From left to right with the channels below one another, or the other way round."""
    outputs = recipe["out_channels"]
    label_of_input = f"input {size(recipe['input_size'])}, {channel_count(recipe['in_channels'], inputs)}"
    into = f"output {size(recipe.output_size)}, {channel_count(outputs, len(maps))}"
    all_kernels = _kernels_label(recipe, maps)
    first = maps[-1].kernels.stop
    made = [*range(first, first + len(maps))]
    source = Box("right", range(inputs), label_of_input, is_stack=True)
    names = [f"kernel {one.output}" if outputs > 1 else "" for one in maps]
    left_to_right = Box("right", [
        Box("down", range(inputs), label_of_input, is_stack=True),
        Box("right", [
            Box("down", one.kernels, name, is_stack=True) for one, name in zip(maps, names, strict=True)
        ], all_kernels, "∗"),
        Box("down", made, into, "=", is_stack=True),
    ])  # fmt: skip
    top_to_bottom = Box("down", [
        source,
        Lines("right", [
            [Box("right", one.kernels, name, is_stack=True), pane]
            for one, name, pane in zip(maps, names, made, strict=True)
        ], (all_kernels, into), "∗="),
    ])  # fmt: skip
    # Many outputs of few channels: each below its kernel.
    side_by_side = Box("down", [
        source,
        Lines("down", [
            [Box("down", one.kernels, name, is_stack=True), pane]
            for one, name, pane in zip(maps, names, made, strict=True)
        ], (all_kernels, into), "∗="),
    ])  # fmt: skip
    # A phone: all stacks below one another, or even all planes but those of kernels.
    kernels = Box("down", [
        Box("right", one.kernels, name, "∗", is_stack=True) for one, name in zip(maps, names, strict=True)
    ], all_kernels)  # fmt: skip
    tower: Part = Box("down", [source, kernels, Box("right", made, into, "=", is_stack=True)])
    folded = Box("down", [
        Box("down", _folded(one.kernels, _ACROSS // recipe["kernel_size"][1]), name, "∗", is_flush=True)
        for one, name in zip(maps, names, strict=True)
    ], all_kernels)  # fmt: skip
    columns = [
        Box("down", [
            Box("down", range(inputs), label_of_input, is_stack=True),
            middle,
            Box("down", made, into, "=", is_stack=True),
        ])
        for middle in (kernels, folded)
    ]  # fmt: skip
    return [left_to_right, top_to_bottom, side_by_side, tower, *columns]


def _folded(planes: range, across: int) -> list[Part]:
    """A stack in several lines of at most so many planes."""
    each = max(1, across)
    return [Box("right", planes[k : k + each], is_stack=True) for k in range(0, len(planes), each)]


def _kernels_label(recipe: Recipe, maps: Sequence[Mapped]) -> str:
    """How many kernels there are, how many of them are drawn, and how many channels each has."""
    outputs, depth = recipe["out_channels"], recipe["in_channels"] // recipe["groups"]
    of = f"{len(maps)} of " if len(maps) < outputs else ""
    each = channel_count(depth, len(maps[0].channels)) + (" each" if outputs > 1 else "")
    return f"{of}{outputs} {'kernel' if outputs == 1 else 'kernels'} {size(recipe['kernel_size'])}, {each}"
