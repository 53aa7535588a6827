"""Transposed convolution: every input cell stamps the kernel onto a larger output."""

from typing import Final

from convviz.arithmetic import Layer, conv_transpose2d
from convviz.recipes.fields import padding_field

from .base import Stages, Values, Variant, fields_of, layer_with
from .standard import NUMBERS, WINDOW

TRANSPOSED_PADDING: Final = padding_field(
    "Rows and columns cut off each side of the output: it undoes the padding of the direct convolution.", {}
)

_WINDOW: Final[Values] = {**WINDOW, "input_size": (3, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1))}
_DEFAULTS: Final[Values] = {**_WINDOW, "output_padding": (0, 0), "view": "gather", **NUMBERS}


def transposed_layer(values: Values) -> Layer:
    """Return the transposed convolution with these parameters."""
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    return layer_with(conv_transpose2d, values, *names)


def _stages(values: Values) -> Stages:
    """Return one step per output cell, or per input cell where the view is that of stamps."""
    input_size = values["input_size"]
    size = input_size if values["view"] == "scatter" else transposed_layer(values).output_size(input_size)
    return [(size[0] * size[1], values["kernel_size"][0] * values["kernel_size"][1])]


TRANSPOSED: Final = Variant(
    name="transposed",
    label="Transposed",
    title="Transposed convolution",
    summary="Every input cell stamps the kernel onto a larger output.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, TRANSPOSED_PADDING),
    layers=lambda values: (transposed_layer(values),),
    stages=_stages,
    card={"kernel_size": 3, "view": "scatter", "padding": 0, "seed": 3},
)
