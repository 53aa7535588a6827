"""Pooling: a window keeps its largest number, or the average, and moves on."""

from dataclasses import replace
from typing import Final

from convviz.arithmetic import Layer, avg_pool2d, max_pool2d
from convviz.recipes.fields import FIELDS

from .base import Stages, Values, Variant, fields_of, layer_with
from .standard import WINDOW

STORYBOARD: Final = replace(
    FIELDS["storyboard"],
    help="One frame per step, or one per cell of the window.",
    choices={"cell": "Step", "tap": "Cell"},
)
_WINDOW: Final[Values] = {**WINDOW, "input_size": (6, 6), "kernel_size": (2, 2), "stride": (2, 2)}
_MODE: Final[Values] = {"mode": "max", "ceil_mode": False, "count_include_pad": True}
_DEFAULTS: Final[Values] = {**_WINDOW, **_MODE, "input": "random", "seed": 0, "storyboard": "cell"}


def _layer(values: Values) -> Layer:
    if values["mode"] == "max":
        return layer_with(max_pool2d, values, "kernel_size", "stride", "padding", "dilation", "ceil_mode")
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad")
    return layer_with(avg_pool2d, values, *names)


def _stages(values: Values) -> Stages:
    rows, columns = _layer(values).output_size(values["input_size"])
    return [(rows * columns, values["kernel_size"][0] * values["kernel_size"][1])]


def unused_in_pooling(values: Values) -> tuple[str, ...]:
    """Return the parameters that mean nothing in this mode of pooling."""
    if values["mode"] == "max":
        return ("count_include_pad",)
    # An average has no dilation, but a query that gives one can be corrected.
    return ("dilation",) if values["dilation"] == (1, 1) else ()


POOLING: Final = Variant(
    name="pooling",
    label="Pooling",
    title="Pooling",
    summary="A window keeps its largest number, or the average, and moves on.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, STORYBOARD),
    layers=lambda values: (_layer(values),),
    stages=_stages,
    card={"input_size": 4, "seed": 3},
    ways=lambda values: {} if values["ceil_mode"] else {"backward": {}},
    implied={"input": ("input_size",)},
    following={"stride": lambda values: values["kernel_size"]},  # as in every library
    unused=unused_in_pooling,
)
