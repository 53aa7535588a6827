"""Standard and dilated convolution: a kernel slides over the input."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.arithmetic import Conv2d, conv2d, forward
from convviz.errors import SpecError
from convviz.recipes.named_arrays import Array, WeightShape, input_of, kernels_of

from .base import Stages, Values, Variant, drawn, fields_of, fits, infer_in_channels, infer_kernels, layer_with

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


def drawn_inputs(values: Values) -> int:
    """Return how many input channels of a convolution are drawn.

    Examples
    --------
    >>> values = {**STANDARD.defaults, "input_size": (12, 12)}
    >>> [drawn_inputs({**values, "in_channels": channels}) for channels in (8, 9)]
    [8, 3]
    """
    return _drawn_sides(values)[0]


def drawn_outputs(values: Values) -> list[int]:
    """Return the output channels of a convolution in groups that are drawn: those that read a drawn input.

    Examples
    --------
    >>> values = STANDARD.defaults
    >>> drawn_outputs({**values, "in_channels": 4, "out_channels": 256})
    [0, 1, 2]
    >>> drawn_outputs({**values, "in_channels": 16, "out_channels": 8, "groups": 8})
    [0, 1]

    Eight of them would have too many frames here:

    >>> drawn_outputs({**values, "input_size": (12, 12), "in_channels": 8, "out_channels": 8})
    [0, 1, 2]
    """
    return _outputs(values, *_drawn_sides(values))


def _drawn_sides(values: Values) -> tuple[int, int]:
    """Return how many channels of the input and of the output are drawn.

    Over the limits of frames and products, fewer channels are drawn: first fewer outputs, then fewer inputs, too.
    """
    few = limits.CHANNELS_DRAWN_OF_MANY
    inputs, outputs = drawn(values["in_channels"]), drawn(values["out_channels"])
    first = min(outputs, few)
    depth, width = _group(values)
    read = min(inputs, ((first - 1) // width + 1) * depth)
    tried = [(inputs, outputs), (read, first), (min(read, few), first)]
    return next((sides for sides in tried if fits(_stages(values, sides), values)), tried[-1])


def _outputs(values: Values, inputs: int, outputs: int) -> list[int]:
    depth, width = _group(values)
    return [output for output in range(outputs) if output // width * depth < inputs]


def _group(values: Values) -> tuple[int, int]:
    """Return the input and the output channels of each group."""
    return values["in_channels"] // values["groups"], values["out_channels"] // values["groups"]


def _stages(values: Values, sides: tuple[int, int]) -> Stages:
    depth = min(_group(values)[0], sides[0])
    (cells, taps) = one_channel_stages(values)[0]
    return [(len(_outputs(values, *sides)) * cells, taps * depth)]


def _weights(values: Values) -> dict[str, WeightShape]:
    return {"Weight": (values["out_channels"], _group(values)[0], *values["kernel_size"])}


def _infer(values: dict[str, Any], given: Any) -> None:
    """Let the channels follow tables of numbers, and check that groups divide them."""
    infer_in_channels(values, given)
    channels, groups = values["in_channels"], values["groups"]
    if channels % groups:
        raise SpecError(f"groups must divide in_channels; got groups {groups} and in_channels {channels}.")
    formula = f"out_channels {{}} times in_channels {channels} / groups {groups}"
    infer_kernels(values, given, "out_channels", channels // groups, formula)
    if (outputs := values["out_channels"]) % groups:
        raise SpecError(f"groups must divide out_channels; got groups {groups} and out_channels {outputs}.")


def _output(values: Values) -> Array:
    """Compute the first channels, which are drawn, and no others."""
    layer, outputs, (depth, width) = convolution(values)[0], drawn_outputs(values), _group(values)
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
    stages=lambda values: _stages(values, _drawn_sides(values)),
    card={"padding": 1, "seed": 3},
    implied={"input": ("input_size", "in_channels"), "weight": ("kernel_size", "out_channels")},
    infer=_infer,
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
)
