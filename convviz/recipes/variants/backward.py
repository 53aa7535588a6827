"""Backward through a layer: what the gradient of its output makes of its input, its weight and its bias."""

from collections.abc import Mapping
from math import prod
from typing import Any, Final

import numpy as np

from convviz.analysis import Cost
from convviz.arithmetic import Conv2d, ConvTranspose2d, Gradients, Layer, backward, conv2d, conv_transpose2d
from convviz.errors import SpecError
from convviz.recipes.fields import choice_field
from convviz.recipes.named_arrays import Array, input_of, stored_kernels_of, upstream_of
from convviz.recipes.tables import planes_in

from .base import Applied, Stages, Values, Variant, fields_of
from .pooling import POOLING, unused_in_pooling
from .standard import WINDOW, convolution

CONVOLUTION: Final = "convolution"
"""The mode that has a weight."""

_MODE: Final = choice_field(
    "mode",
    "Mode",
    "The layer whose gradients are drawn.",
    {CONVOLUTION: "Convolution", "max": "Max pooling", "average": "Average pooling"},
    "",
    "view",
)
_WINDOW: Final[Values] = {**WINDOW, "input_size": (5, 5), "stride": (2, 2), "padding": ((1, 1), (1, 1))}
_NUMBERS: Final[Values] = {"input": "random", "weight": "random", "upstream": "random", "seed": 0, "storyboard": "cell"}
_DEFAULTS: Final[Values] = {
    **_WINDOW, "mode": CONVOLUTION, "gradient": "all", "count_include_pad": True, **_NUMBERS
}  # fmt: skip


def _layer(values: Values) -> Layer:
    return convolution(values)[0] if values["mode"] == CONVOLUTION else POOLING.layers(values)[0]


def is_drawn(values: Values, gradient: str) -> bool:
    """Return whether a gradient is drawn, "dx" or "dw"; db comes with dW."""
    return values["gradient"] in ("all", gradient) and (gradient == "dx" or values["mode"] == CONVOLUTION)


def input_layer(values: Values) -> ConvTranspose2d:
    """Return the transposed convolution that makes dX of dY, with the stored kernel.

    What a floored stride leaves unread is its output_padding: there dX is as large as the input, and zero.

    Examples
    --------
    >>> layer = input_layer({**BACKWARD.defaults, "input_size": (6, 6), "padding": ((0, 0), (0, 0))})
    >>> layer.output_padding, layer.output_size((2, 2))
    ((1, 1), (6, 6))
    """
    layer, size = convolution(values)[0], values["input_size"]
    rows, columns = ((axis.padded - axis.extent) % axis.stride for axis in layer.axes(size))
    return conv_transpose2d(
        layer.kernel_size, layer.stride, layer.resolve_padding(size), output_padding=(rows, columns),
        dilation=layer.dilation,
    )  # fmt: skip


def weight_layer(values: Values) -> Conv2d:
    """Return the convolution of the input whose kernel is dY and whose first outputs are dW.

    Stride and dilation are exchanged: from one output to the next a weight meets the input a stride further on.

    Examples
    --------
    >>> layer = weight_layer({**BACKWARD.defaults, "dilation": (1, 2)})
    >>> layer.kernel_size, layer.stride, layer.dilation
    ((3, 2), (1, 2), (2, 2))
    """
    layer, size = convolution(values)[0], values["input_size"]
    return conv2d(layer.output_size(size), layer.dilation, layer.resolve_padding(size), layer.stride)


def gradients_of(values: Values) -> Gradients:
    """Compute the gradients that the values of a recipe ask for."""
    layer = _layer(values)
    weight = _kernels(values) if values["mode"] == CONVOLUTION else None
    upstream = upstream_of(values, layer.output_size(values["input_size"]))
    return backward(layer, input_of(values, _DEFAULTS["input_size"]), weight, upstream)


def _kernels(values: Values) -> Array:
    return stored_kernels_of(values, (1, 1, *values["kernel_size"]))


def _stages(values: Values) -> Stages:
    """Return a step for each cell of dX, of dW and of db; in pooling one for each cell of dY."""
    outputs, area = prod(_layer(values).output_size(values["input_size"])), prod(values["kernel_size"])
    if values["mode"] != CONVOLUTION:
        return [(outputs, area)]
    of_input, of_weight = is_drawn(values, "dx"), is_drawn(values, "dw")
    return [
        *([(prod(values["input_size"]), area)] if of_input else []),
        *([(area, outputs), (1, 1)] if of_weight else []),
    ]


def _infer(values: dict[str, Any], given: Mapping[str, object]) -> None:
    """Check that tables go together with the sizes."""
    BACKWARD.check_planes(values)
    if values["mode"] != CONVOLUTION and values["gradient"] == "dw":
        raise SpecError(f"gradient must be all or dx for a pooling, which has no weight; got {values['gradient']}.")
    if isinstance(values["upstream"], tuple):
        plane, size = planes_in(values["upstream"])[0], _layer(values).output_size(values["input_size"])
        if (actual := (len(plane), len(plane[0]))) != size:
            raise SpecError(
                f"upstream must be {size[0]}x{size[1]}, the size of the output; got {actual[0]}x{actual[1]}."
            )


def _unused(values: Values) -> tuple[str, ...]:
    if values["mode"] == CONVOLUTION:
        return ("count_include_pad",)
    return "gradient", "weight", *unused_in_pooling(values)


def _costs(values: Values) -> dict[str, Cost]:
    """Return the costs of the pass forward, and of those backward to the input and to the weight; none of pooling."""
    if values["mode"] != CONVOLUTION:
        return {}
    outputs, area = prod(_layer(values).output_size(values["input_size"])), prod(values["kernel_size"])
    # Each product of the pass forward comes back twice: once in dX, once in dW.
    return {"": Cost(area, outputs * area, outputs * (area - 1))}


def _output(values: Values) -> Array:
    """Return dX, or dW where that alone is drawn."""
    gradients = gradients_of(values)
    if is_drawn(values, "dx") or gradients.weight is None:
        return np.asarray(gradients.input)
    return np.asarray(gradients.weight[0])


def _applied(values: Values) -> tuple[Applied, ...]:
    is_convolution = values["mode"] == CONVOLUTION
    layer: Any = _layer(values)
    upstream = upstream_of(values, layer.output_size(values["input_size"]))
    return (Applied(layer, _kernels(values) if is_convolution else None, upstream=upstream),)


BACKWARD: Final = Variant(
    name="backward",
    label="Backward",
    title="Backward through a convolution",
    summary="The gradient of the output becomes that of the input and of each weight.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, _MODE),
    layers=lambda values: (_layer(values),),
    stages=_stages,
    card={"input_size": 4, "gradient": "dx", "stride": 1, "seed": 3},
    ways=lambda values: {"standard": {}, "matrix": {}} if values["mode"] == CONVOLUTION else {"pooling": {}},
    output_name="gradient's numbers",
    cost_note="Backward takes as many multiplications for dX, and as many for dW.",
    implied={"input": ("input_size",), "weight": ("kernel_size",), "upstream": ()},
    unused=_unused,
    infer=_infer,
    special_costs=_costs,
    special_output=_output,
    special_applied=_applied,
)
