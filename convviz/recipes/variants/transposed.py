"""Transposed convolution: every input cell stamps the kernel onto a larger output."""

from math import prod
from typing import Final

from convviz.arithmetic import Layer, conv_transpose2d
from convviz.recipes.fields import padding_field

from .base import DrawnAs, Stages, Values, Variant, fields_of, layer_with
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
_DEFAULTS: Final[Values] = {**_WINDOW, "output_padding": (0, 0), "view": "gather", **NUMBERS}
_DRAWN_AS: Final[DrawnAs] = {"view": {"both": ("gather", "scatter")}}


def transposed_layer(values: Values) -> Layer:
    """Return the transposed convolution with these parameters."""
    names = ("kernel_size", "stride", "padding", "output_padding", "dilation")
    return layer_with(conv_transpose2d, values, *names)


def _stages(values: Values) -> Stages:
    """Return one step per output cell, or per input cell where the view is that of stamps; of both, the longer one."""
    input_size, view = values["input_size"], values["view"]
    sizes = {"gather": transposed_layer(values).output_size(input_size), "scatter": input_size}
    steps = max(prod(sizes[each]) for each in _DRAWN_AS["view"].get(view, (view,)))
    return [(steps, prod(values["kernel_size"]))]


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
    card={"kernel_size": 3, "view": "scatter", "padding": 0, "seed": 3},
)
