"""Growth of the receptive field: layer by layer a unit sees more of the input."""

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

import numpy as np

from convviz import limits
from convviz.analysis import Cost, Network, cost
from convviz.arithmetic import Layer, PixelShuffle, conv2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import LAYER_KINDS, Stack, read_stack, spell_stack
from convviz.errors import SpecError
from convviz.recipes.fields import FIELDS, pair_field
from convviz.recipes.named_arrays import Array
from convviz.recipes.parameters import MIDDLE, Unit

from .base import Values, Variant, check_output, fields_of, sizes_of

_UNKNOWN_SIDE: Final = 15
"""The side of the input where the receptive field is unknown without one."""

_DEFAULTS: Final[Values] = {
    "input_size": (15, 15),
    "layers": (conv2d(3), conv2d(3, dilation=2), conv2d(3, dilation=4)),
    "unit": MIDDLE,
}
_INPUT_SIZE: Final = replace(
    pair_field("input_size", 1, limits.FIELD_SIDE, "Input size i", FIELDS["input_size"].help, "i"),
    follows="As large as the receptive field",
)
_FIRST_KINDS: Final = ("conv2d", "max_pool2d", "avg_pool2d")
"""The kinds of layers that are used most come first in their menu."""

_LAYERS: Final = replace(
    FIELDS["layers"],
    read=partial(read_stack, most=limits.FIELD_LAYERS, largest=limits.FIELD_NUMBER),
    spell=spell_stack,
    help="The layers, with semicolons between them.",
    low=None,
    high=None,
    choices={name: LAYER_KINDS[name].label for name in dict.fromkeys((*_FIRST_KINDS, *LAYER_KINDS))},
)


def shown_unit(values: Values) -> Unit:
    """Return the layer, the row and the column of the unit whose receptive field is drawn.

    Examples
    --------
    >>> shown_unit({**RECEPTIVE_FIELD.defaults, "input_size": (17, 16)})
    (3, 1, 1)
    """
    if not isinstance(values["unit"], str):
        unit: Unit = values["unit"]
        return unit
    height, width = sizes_of(values["layers"], values["input_size"])[-1]
    return len(values["layers"]), height // 2, width // 2


@lru_cache(256)
def field_size(layers: Stack) -> Pair:
    """Return the smallest input of which the middle unit sees its whole receptive field, as far as it can be drawn.

    Examples
    --------
    >>> field_size((conv2d(3), conv2d((1, 3), dilation=2))), field_size((conv2d(3, stride=2, padding=1),) * 3)
    ((3, 7), (16, 16))
    """
    field = Network.sequential(layers).receptive_field()
    whole = tuple(_UNKNOWN_SIDE if side is None else max(int(side), 1) for side in field.size)
    sides = list(whole)
    for axis, (jump, padding) in enumerate(zip(field.jump, field.padding, strict=True)):
        for side in range(whole[axis], limits.FIELD_SIDE + 1):
            units = _units(layers, side, axis)
            start = None if jump is None or padding is None else units // 2 * jump - padding
            if units and (start is None or 0 <= start <= side - whole[axis]):
                sides[axis] = side
                break
    height, width = (min(side, limits.FIELD_SIDE) for side in sides)
    return height, width


def _units(layers: Stack, side: int, axis: int) -> int:
    """Return the rows or columns that a stack makes of ``side``; 0 where it does not fit."""
    size = (side, limits.FIELD_SIDE) if axis == 0 else (limits.FIELD_SIDE, side)
    with suppress(SpecError):
        return sizes_of(layers, size)[-1][axis]
    return 0


def _layers(values: Values) -> tuple[Layer, ...]:
    layers: Stack = values["layers"]
    return layers


def _check(values: Values) -> None:
    layers = _layers(values)
    if len(layers) > limits.FIELD_LAYERS_DRAWN:
        raise SpecError(f"A stack must have at most {limits.FIELD_LAYERS_DRAWN} layers to be drawn; got {len(layers)}.")
    size = values["input_size"]
    for number, layer in enumerate(layers, 1):
        size = layer.output_size(size)
        check_output(f"output of layer {number}", layer, size, limits.FIELD_SIDE)
    layer_number, row, column = shown_unit(values)
    if layer_number > len(layers):
        raise SpecError(f"unit must be in one of the {len(layers)} layers; got layer {layer_number}.")
    height, width = sizes_of(layers, values["input_size"])[layer_number]
    if row >= height or column >= width:
        raise SpecError(
            f"unit must be in the {height} x {width} cells of layer {layer_number}; got row {row}, column {column}."
        )


def _costs(values: Values) -> dict[str, Cost]:
    """Return the cost of all layers together, each with one channel in and one out."""
    total = Cost()
    for layer, size in zip(_layers(values), sizes_of(values["layers"], values["input_size"]), strict=False):
        if not isinstance(layer, PixelShuffle):  # which costs nothing, and needs more channels
            total += cost(layer, 1, 1, size)
    return {"": total}


def _output(values: Values) -> Array:
    """Return the number of paths through which the unit reads each cell of the input."""
    number, row, column = shown_unit(values)
    network = Network.sequential(_layers(values)[:number], input_size=values["input_size"])
    return np.asarray(network.path_counts(None, (row, column)), dtype=float)[None]


RECEPTIVE_FIELD: Final = Variant(
    name="receptive-field",
    label="Growth",
    title="Growth of the receptive field",
    summary="Layer by layer an output sees more of the input: 3, then 7, then 15 cells across.",
    defaults=_DEFAULTS,
    fields=fields_of(
        _DEFAULTS,
        _INPUT_SIZE,
        _LAYERS,
    ),
    layers=_layers,
    stages=lambda values: [(shown_unit(values)[0], 1)],  # a step for each layer
    card={},
    is_lab=True,
    output_name="numbers of paths",
    cost_note="Layers of a stack have one channel in and one out.",
    implied={},
    following={"input_size": lambda values: field_size(values["layers"])},
    special_check=_check,
    special_costs=_costs,
    special_output=_output,
)
