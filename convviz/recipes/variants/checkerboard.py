"""Checkerboard artifacts: where stamps overlap unevenly, some cells are written more often than others."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from convviz.analysis import overlap
from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes.fields import OF_EACH_LAYER

from .base import Stages, Values, Variant, fields_of, sizes_of
from .transposed import TRANSPOSED_PADDING, transposed_layer

_DEFAULTS: Final[Values] = {
    "input_size": (4, 4),
    "layers": 1,
    "kernel_size": (3, 3),
    "stride": (2, 2),
    "padding": ((0, 0), (0, 0)),
    "dilation": (1, 1),
    "output_padding": (0, 0),
}


def _layers(values: Values) -> tuple[Layer, ...]:
    """Return the layers of a stack: equal transposed convolutions where their number is given."""
    layers: int | tuple[Layer, ...] = values["layers"]
    return layers if isinstance(layers, tuple) else (transposed_layer(values),) * layers


def _stages(values: Values) -> Stages:
    """Return for each layer a step per stamp, which writes its cells, or one step for a layer without stamps."""
    layers = _layers(values)
    sizes = sizes_of(layers, values["input_size"])
    return [
        (before[0] * before[1], layer.kernel_size[0] * layer.kernel_size[1])
        if isinstance(layer, ConvTranspose2d)
        else (1, after[0] * after[1])
        for layer, before, after in zip(layers, sizes, sizes[1:], strict=False)
    ]


def _infer(values: dict[str, Any], given: Mapping[str, object]) -> None:
    """Refuse sizes of equal layers next to a stack that lists its layers."""
    for name in OF_EACH_LAYER:
        if isinstance(values["layers"], tuple) and name in given:
            raise SpecError(f"{name} must not be given next to a stack of layers; got {shown(given[name])}.")


CHECKERBOARD: Final = Variant(
    name="checkerboard",
    label="Checkerboard",
    title="Checkerboard artifacts",
    summary="Where stamps overlap unevenly, some cells are written more often than others.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, TRANSPOSED_PADDING),
    layers=_layers,
    stages=_stages,
    card={"input_size": 3},
    is_lab=True,
    implied={},
    infer=_infer,
    special_output=lambda values: np.asarray(overlap(_layers(values), values["input_size"]).counts, dtype=float)[None],
)
