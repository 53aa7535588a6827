"""Channels in groups, of convolutions and transposed ones: which are drawn, and what tables of numbers say of them."""

from collections.abc import Mapping
from math import prod
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.arithmetic import Conv2d, ConvTranspose2d
from convviz.errors import SpecError

from .base import Stages, Values, drawn, fits, infer_in_channels, infer_kernels

Convolution = Conv2d | ConvTranspose2d

Number = TypeVar("Number", bound=np.generic)


def group_of(values: Values) -> tuple[int, int]:
    """Return the input and the output channels of each group."""
    return values["in_channels"] // values["groups"], values["out_channels"] // values["groups"]


def infer_channels(values: dict[str, Any], given: Mapping[str, object]) -> None:
    """Let the channels follow tables of numbers, and check that groups divide them."""
    infer_in_channels(values, given)
    channels, groups = values["in_channels"], values["groups"]
    if channels % groups:
        raise SpecError(f"groups must divide in_channels; got groups {groups} and in_channels {channels}.")
    formula = f"out_channels {{}} times in_channels {channels} / groups {groups}"
    infer_kernels(values, given, "out_channels", channels // groups, formula)
    if (outputs := values["out_channels"]) % groups:
        raise SpecError(f"groups must divide out_channels; got groups {groups} and out_channels {outputs}.")


def drawn_inputs(values: Values, layer: Convolution) -> int:
    """Return how many input channels of a convolution are drawn.

    Examples
    --------
    >>> from convviz.recipes.variants.standard import STANDARD, convolution
    >>> values = {**STANDARD.defaults, "input_size": (12, 12)}
    >>> [drawn_inputs({**values, "in_channels": channels}, *convolution(values)) for channels in (8, 9)]
    [8, 3]
    """
    return _drawn_sides(values, layer)[0]


def drawn_outputs(values: Values, layer: Convolution) -> list[int]:
    """Return the output channels of a convolution in groups that are drawn: those that read a drawn input.

    Examples
    --------
    >>> from convviz.recipes.variants.standard import STANDARD, convolution
    >>> values = STANDARD.defaults
    >>> drawn_outputs({**values, "in_channels": 4, "out_channels": 256}, *convolution(values))
    [0, 1, 2]
    >>> drawn_outputs({**values, "in_channels": 16, "out_channels": 8, "groups": 8}, *convolution(values))
    [0, 1]

    Eight of them would have too many frames here:

    >>> drawn_outputs({**values, "input_size": (12, 12), "in_channels": 8, "out_channels": 8}, *convolution(values))
    [0, 1, 2]
    """
    return _outputs(values, *_drawn_sides(values, layer))


def channel_stages(values: Values, layer: Convolution) -> Stages:
    """Return a stage per drawn output channel: a step per cell, with all products of the drawn inputs that it reads."""
    return _stages(values, layer, _drawn_sides(values, layer))


def exchanged(weight: NDArray[Number], groups: int) -> NDArray[Number]:
    """Return kernels with their channels the other way around: (A, B / groups, kH, kW) -> (B, A / groups, kH, kW).

    A transposed convolution stores its weight by input channel; this gives the kernel of each output channel, and back.

    Examples
    --------
    >>> exchanged(np.arange(8.0).reshape(4, 2, 1, 1), groups=2)[..., 0, 0]
    array([[0., 2.],
           [1., 3.],
           [4., 6.],
           [5., 7.]])
    """
    count, depth, *kernel = weight.shape
    return weight.reshape(groups, count // groups, depth, *kernel).swapaxes(1, 2).reshape(-1, count // groups, *kernel)


def _drawn_sides(values: Values, layer: Convolution) -> tuple[int, int]:
    """Return how many channels of the input and of the output are drawn.

    Over the limits of frames and products, fewer channels are drawn: first fewer outputs, then fewer inputs, too.
    """
    few = limits.CHANNELS_DRAWN_OF_MANY
    inputs, outputs = drawn(values["in_channels"]), drawn(values["out_channels"])
    first = min(outputs, few)
    depth, width = group_of(values)
    read = min(inputs, ((first - 1) // width + 1) * depth)
    tried = [(inputs, outputs), (read, first), (min(read, few), first)]
    return next((sides for sides in tried if fits(_stages(values, layer, sides), values)), tried[-1])


def _outputs(values: Values, inputs: int, outputs: int) -> list[int]:
    depth, width = group_of(values)
    return [output for output in range(outputs) if output // width * depth < inputs]


def _stages(values: Values, layer: Convolution, sides: tuple[int, int]) -> Stages:
    depth, width = group_of(values)
    cells, area = prod(layer.output_size(values["input_size"])), prod(values["kernel_size"])
    # Of the last group that is drawn, not all input channels may be.
    reads = [min(depth, sides[0] - output // width * depth) for output in _outputs(values, *sides)]
    return [(cells, read * area) for read in reads]
