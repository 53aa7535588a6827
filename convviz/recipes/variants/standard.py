"""Standard and dilated convolution: a kernel slides over the input."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from convviz.arithmetic import Conv2d, conv2d, forward
from convviz.recipes.named_arrays import Array, WeightShape, input_of, kernels_of

from .base import Stages, Values, Variant, fields_of, layer_with
from .channels import channel_stages, drawn_outputs, group_of, infer_channels

WINDOW: Final[Values] = {
    "input_size": (5, 5),
    "kernel_size": (3, 3),
    "stride": (1, 1),
    "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1),
}
"""The parameters of a window that slides over an input."""

NUMBERS: Final[Values] = {"input": "random", "weight": "random", "bias": 0.0, "seed": 0, "storyboard": "cell"}
"""The parameters of an animation with one kernel."""

_DIRECT: Final[Values] = {**WINDOW, "padding_mode": "zeros", "flip": False, **NUMBERS}
_STANDARD: Final[Values] = {**_DIRECT, "in_channels": 1, "out_channels": 1, "groups": 1}
_DILATED: Final[Values] = {**_DIRECT, "input_size": (7, 7), "dilation": (2, 2)}


def convolution(values: Values) -> tuple[Conv2d]:
    """Return the convolution with these parameters."""
    layer = layer_with(conv2d, values, "kernel_size", "stride", "padding", "dilation", "groups", "padding_mode")
    return (layer,)  # type: ignore[return-value]  # conv2d makes no other


def one_channel_stages(values: Values) -> Stages:
    """Return one step per output cell, each with all products of the kernel or window."""
    rows, columns = convolution(values)[0].output_size(values["input_size"])
    return [(rows * columns, values["kernel_size"][0] * values["kernel_size"][1])]


def ways_of_convolution(values: Values) -> Mapping[str, Values]:
    """Return the ways to look at a convolution: as a matrix and, where backward has all of its parameters, backward."""
    is_plain = values["padding_mode"] == "zeros" and not values["flip"]
    return {"matrix": {}, **({"backward": {"mode": "convolution"}} if is_plain else {})}


def _weights(values: Values) -> dict[str, WeightShape]:
    return {"Weight": (values["out_channels"], group_of(values)[0], *values["kernel_size"])}


def _output(values: Values) -> Array:
    """Compute the first channels, which are drawn, and no others."""
    layer, (depth, width) = convolution(values)[0], group_of(values)
    outputs = drawn_outputs(values, layer)
    groups = outputs[-1] // width + 1  # the first ones, which make all that is drawn
    count = groups * width if groups > 1 else outputs[-1] + 1
    kernels = kernels_of(values, (count, depth, *values["kernel_size"]))
    planes = input_of(values, _STANDARD["input_size"])[: groups * depth]
    output = forward(replace(layer, groups=groups), planes, kernels)
    return np.asarray(output[: len(outputs)] + values["bias"])


STANDARD: Final = Variant(
    name="standard",
    label="Standard",
    title="Standard convolution",
    summary="A small kernel slides over the input, and each place gives one sum of products.",
    defaults=_STANDARD,
    fields=fields_of(_STANDARD),
    layers=convolution,
    stages=lambda values: channel_stages(values, convolution(values)[0]),
    card={"padding": 1, "seed": 3},
    ways=ways_of_convolution,
    implied={"input": ("input_size", "in_channels"), "weight": ("kernel_size", "out_channels")},
    infer=infer_channels,
    special_weights=_weights,
    special_output=_output,
)

DILATED: Final = Variant(
    name="dilated",
    label="Dilated",
    title="Dilated convolution",
    summary="The kernel spreads apart and sees further, with the same number of weights.",
    defaults=_DILATED,
    fields=fields_of(_DILATED),
    layers=convolution,
    stages=one_channel_stages,
    card={"seed": 3},
    ways=ways_of_convolution,
)
