"""Transposed convolution: every input cell stamps the kernel onto a larger output."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil, prod
from typing import Any, Final

import numpy as np

from convviz.arithmetic import ConvTranspose2d, conv_transpose2d, forward
from convviz.errors import SpecError
from convviz.recipes.fields import padding_field
from convviz.recipes.named_arrays import Array, WeightShape, input_of, kernels_of

from .base import DrawnAs, Stages, Values, Variant, fields_of, layer_with
from .channels import channel_stages, drawn_outputs, exchanged, group_of, infer_channels
from .standard import NUMBERS, WINDOW

TRANSPOSED_PADDING: Final = padding_field(
    "Rows and columns cut off each side of the output: it undoes the padding of the direct convolution.",
    {
        "same": "same: output as large as input (stride 1)",
        "same_upper": "same_upper: i · s, odd cell cut after",
        "same_lower": "same_lower: i · s, odd cell cut before",
    },
)

_WINDOW: Final[Values] = {**WINDOW, "input_size": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1))}
_CHANNELS: Final[Values] = {"in_channels": 1, "out_channels": 1, "groups": 1}
_DEFAULTS: Final[Values] = {**_WINDOW, "output_padding": (0, 0), "view": "gather", **NUMBERS, **_CHANNELS}
_DRAWN_AS: Final[DrawnAs] = {"view": {"both": ("gather", "scatter")}}


def transposed_layer(values: Values) -> ConvTranspose2d:
    """Return the transposed convolution with these parameters."""
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation", "groups")
    return layer_with(conv_transpose2d, values, *names)  # type: ignore[return-value]  # it makes no other


def output_kernels(values: Values, count: int) -> Array:
    """Return the kernels of the first output channels as they are stored, shape (count, C_in / groups, kH, kW).

    Examples
    --------
    >>> values = {**TRANSPOSED.defaults, "in_channels": 2, "out_channels": 3, "kernel_size": (1, 1)}
    >>> output_kernels({**values, "weight": tuple(((float(k),),) for k in range(1, 7))}, 2)[..., 0, 0]
    array([[1., 4.],
           [2., 5.]])
    """
    depth, width = group_of(values)
    groups, made = ceil(count / width), min(count, width)
    # Random numbers follow from their places, so the others need not be made; a table is read from its first plane on.
    stored = values["in_channels"], width
    if isinstance(values["weight"], str):
        stored = groups * depth, made
    weight = kernels_of(values, (*stored, *values["kernel_size"]))
    return exchanged(weight[: groups * depth, :made], groups)[:count]


def _weights(values: Values) -> dict[str, WeightShape]:
    return {"Weight": (values["in_channels"], group_of(values)[1], *values["kernel_size"])}


def _infer(values: dict[str, Any], given: Mapping[str, object]) -> None:
    infer_channels(values, given)
    inputs, outputs, view = values["in_channels"], values["out_channels"], values["view"]
    if view != "gather" and max(inputs, outputs) > 1:
        raise SpecError(
            f"view must be gather where there are several channels; got {view}, in_channels {inputs} and out_channels"
            f" {outputs}."
        )


def _stages(values: Values) -> Stages:
    """Return one step per output cell, or per input cell where the view is that of stamps; of both, the longer one."""
    layer, input_size, view = transposed_layer(values), values["input_size"], values["view"]
    if view == "gather":
        return channel_stages(values, layer)
    sizes = {"gather": layer.output_size(input_size), "scatter": input_size}
    steps = max(prod(sizes[each]) for each in _DRAWN_AS["view"].get(view, (view,)))
    return [(steps, prod(values["kernel_size"]))]


def _ways(values: Values) -> Mapping[str, Values]:
    """Return the matrix of the convolution that goes from the output back to the input, turned over."""
    size = transposed_layer(values).output_size(values["input_size"])
    return {"matrix": {"view": "transposed", "input_size": size, "input": "random"}}


def _output(values: Values) -> Array:
    """Compute the first channels, which are drawn, and no others."""
    layer, (depth, width) = transposed_layer(values), group_of(values)
    outputs = drawn_outputs(values, layer)
    groups = outputs[-1] // width + 1
    count = groups * width if groups > 1 else outputs[-1] + 1
    weight = exchanged(output_kernels(values, count), groups)
    planes = input_of(values, _DEFAULTS["input_size"])[: groups * depth]
    output = forward(replace(layer, groups=groups), planes, weight)
    return np.asarray(output[: len(outputs)] + values["bias"])


TRANSPOSED: Final = Variant(
    name="transposed",
    label="Transposed",
    title="Transposed convolution",
    summary="Each input number stamps the whole kernel onto a larger output, where stamps add up.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, TRANSPOSED_PADDING),
    layers=lambda values: (transposed_layer(values),),
    stages=_stages,
    drawn_as=_DRAWN_AS,
    ways=_ways,
    implied={"input": ("input_size", "in_channels"), "weight": ("kernel_size", "out_channels")},
    infer=_infer,
    special_weights=_weights,
    special_output=_output,
    card={"kernel_size": 3, "view": "scatter", "padding": 0, "seed": 3},
)
