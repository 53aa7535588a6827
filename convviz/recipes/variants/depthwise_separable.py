"""Depthwise separable convolution: a kernel for each channel, then 1x1 kernels that mix the channels."""

from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis import Cost, cost
from convviz.arithmetic import Conv2d, conv2d, forward
from convviz.errors import SpecError
from convviz.recipes.named_arrays import (
    RANDOM,
    RANDOM_PLANES,
    Array,
    WeightShape,
    input_of,
    kernels_of,
    mixing_of,
    stored_kernels_of,
)
from convviz.recipes.tables import planes_in

from .base import Applied, Stages, Values, Variant, drawn, fields_of, fits, infer_in_channels, infer_kernels
from .standard import NUMBERS, STANDARD, WINDOW, convolution

_DEFAULTS: Final[Values] = {
    **WINDOW,
    "in_channels": 3,
    "channel_multiplier": 1,
    "out_channels": 4,
    "act": "all",
    **{name: NUMBERS[name] for name in ("input", "weight", "seed", "storyboard")},
    "pointwise": "random",
}


def drawn_channels(values: Values) -> int:
    """Return how many input channels of a depthwise convolution are drawn; their outputs must have room, too.

    Examples
    --------
    >>> values = {**DEPTHWISE_SEPARABLE.defaults, "in_channels": 5}
    >>> [drawn_channels({**values, "channel_multiplier": multiplier}) for multiplier in (1, 3)]
    [5, 2]
    >>> drawn_channels({**values, "input_size": (12, 12)})
    3
    """
    return _drawn_sides(values)[0]


def drawn_mixers(values: Values) -> int:
    """Return how many output channels of a depthwise separable convolution are drawn, each with its 1x1 kernel.

    Examples
    --------
    >>> values = {**DEPTHWISE_SEPARABLE.defaults, "out_channels": 8}
    >>> [drawn_mixers({**values, "input_size": (side, side), "in_channels": 8}) for side in (5, 10)]
    [8, 3]
    """
    return _drawn_sides(values)[1]


def _drawn_sides(values: Values) -> tuple[int, int]:
    """Return how many channels of the input and of the output are drawn."""
    few = limits.CHANNELS_DRAWN_OF_MANY
    most = min(drawn(values["in_channels"]), max(1, limits.CHANNELS_DRAWN // values["channel_multiplier"]))
    outputs = drawn(values["out_channels"])
    tried = [(most, outputs), (min(most, few), outputs), (min(most, few), min(outputs, few))]
    return next((sides for sides in tried if fits(_stages(values, sides), values)), tried[-1])


def _standard(values: Values) -> tuple[Variant, Values]:
    """Return the standard convolution of the same sizes; its first kernels consist of the depthwise ones."""
    weight = RANDOM_PLANES if values["weight"] == RANDOM else values["weight"]
    own = {name: value for name, value in values.items() if name in STANDARD.defaults}
    return STANDARD, {**STANDARD.defaults, **own, "weight": weight}


def _layers(values: Values) -> tuple[Conv2d]:
    return convolution({**values, "groups": values["in_channels"]})


def _stages(values: Values, sides: tuple[int, int]) -> Stages:
    rows, columns = _layers(values)[0].output_size(values["input_size"])
    cells = rows * columns
    channels, outputs = sides
    middle = channels * values["channel_multiplier"]
    stages = {
        "split": (channels, 1),
        "depthwise": (middle * cells, values["kernel_size"][0] * values["kernel_size"][1]),
        "pointwise": (outputs * cells, middle),
    }
    return list(stages.values()) if values["act"] == "all" else [stages[values["act"]]]


def _shown_stages(values: Values) -> Stages:
    if values["act"] == "standard":
        return STANDARD.stages(_standard(values)[1])
    return _stages(values, _drawn_sides(values))


def _weights(values: Values) -> dict[str, WeightShape]:
    middle = values["in_channels"] * values["channel_multiplier"]
    return {
        "Depthwise weight": (middle, 1, *values["kernel_size"]),
        "Pointwise weight": (values["out_channels"], middle, 1, 1),
    }


def _costs(values: Values) -> dict[str, Cost]:
    layer, size, middle = _layers(values)[0], values["input_size"], values["in_channels"] * values["channel_multiplier"]
    depthwise = cost(layer, values["in_channels"], middle, size)
    pointwise = cost(conv2d(1), middle, values["out_channels"], layer.output_size(size))
    (standard,) = STANDARD.costs(_standard(values)[1]).values()
    return {" in both steps": depthwise + pointwise, " as standard": standard}


def _output(values: Values) -> Array:
    weight = kernels_of(values, _weights(values)["Depthwise weight"])
    middle = forward(_layers(values)[0], input_of(values, _DEFAULTS["input_size"]), weight)
    return np.asarray(np.tensordot(mixing_of(values, drawn_mixers(values)), middle, 1))


def _applied(values: Values) -> tuple[Applied, ...]:
    kernels = stored_kernels_of(values, _weights(values)["Depthwise weight"])
    mixers = mixing_of(values, values["out_channels"])[..., None, None]
    return Applied(_layers(values)[0], kernels, name="depthwise"), Applied(conv2d(1), mixers, name="pointwise")


def _infer(values: dict[str, Any], given: Any) -> None:
    """Let the channels of both convolutions follow tables of numbers."""
    infer_in_channels(values, given)
    channels = values["in_channels"]
    infer_kernels(
        values, given, "channel_multiplier", channels, f"in_channels {channels} times channel_multiplier {{}}"
    )
    if not isinstance(values["pointwise"], tuple):
        return
    multiplier = values["channel_multiplier"]
    tables, wanted = planes_in(values["pointwise"]), channels * multiplier
    if len(tables[0]) == len(tables[0][0]) == 1 < len(tables) and len(tables) % wanted == 0:
        # An array of the shape that such weights have in libraries, (output channels, channels, 1, 1).
        flat = [table[0][0] for table in tables]
        tables = (tuple(tuple(flat[k : k + wanted]) for k in range(0, len(flat), wanted)),)
        values["pointwise"] = tables[0]
    if len(tables) > 1:
        raise SpecError(f"pointwise must be one table, a row per output channel; got {len(tables)} planes.")
    rows, columns = len(tables[0]), len(tables[0][0])
    if columns != wanted:
        noun = "column" if wanted == 1 else "columns"
        formula = f"in_channels {channels} times channel_multiplier {multiplier}"
        raise SpecError(f"pointwise must have {wanted} {noun}, {formula}; got {columns}.")
    if "out_channels" in given and values["out_channels"] != rows:
        raise SpecError(f"out_channels must be {rows}, the rows of the table pointwise; got {values['out_channels']}.")
    values["out_channels"] = rows


DEPTHWISE_SEPARABLE: Final = Variant(
    name="depthwise-separable",
    label="Depthwise separable",
    title="Depthwise separable convolution",
    summary="Each channel has a kernel of its own; then kernels of one cell mix the channels.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS),
    layers=_layers,
    stages=_shown_stages,
    card={"input_size": 3, "kernel_size": 2, "in_channels": 2, "out_channels": 2, "seed": 3},
    implied={
        "input": ("input_size", "in_channels"),
        "weight": ("kernel_size", "channel_multiplier"),
        "pointwise": ("out_channels",),
    },
    infer=_infer,
    computed=lambda values: _standard(values) if values["act"] == "standard" else None,
    special_weights=_weights,
    special_costs=_costs,
    special_output=_output,
    special_applied=_applied,
)
