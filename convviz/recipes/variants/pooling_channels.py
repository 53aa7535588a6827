"""Pooling of several channels: each is pooled by itself, so their number stays."""

from typing import Final

from convviz import limits
from convviz.arithmetic import forward
from convviz.recipes.named_arrays import Array, input_of

from .base import Stages, Values, Variant, drawn, fields_of, fits, infer_in_channels
from .pooling import POOLING, STORYBOARD

_DEFAULTS: Final[Values] = {**POOLING.defaults, "input_size": (4, 4), "in_channels": 3}


def drawn_pools(values: Values) -> int:
    """Return how many channels of a pooling are drawn: fewer where all of them have too many frames.

    Examples
    --------
    >>> [drawn_pools({**POOLING_CHANNELS.defaults, "in_channels": channels}) for channels in (8, 64)]
    [8, 3]
    """
    most = drawn(values.get("in_channels", 1))
    return most if fits(_stages(values, most), values) else min(most, limits.CHANNELS_DRAWN_OF_MANY)


def _stages(values: Values, channels: int) -> Stages:
    return [(channels * steps, products) for steps, products in POOLING.stages(values)]


def _output(values: Values) -> Array:
    return forward(POOLING.layers(values)[0], input_of(values, _DEFAULTS["input_size"])[: drawn_pools(values)])


POOLING_CHANNELS: Final = Variant(
    name="pooling-channels",
    label="Pooling of channels",
    title="Pooling of several channels",
    summary="Each channel is pooled by itself, so that as many channels come out as go in.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, STORYBOARD),
    layers=POOLING.layers,
    stages=lambda values: _stages(values, drawn_pools(values)),
    card={"in_channels": 2, "seed": 3},
    implied={"input": ("input_size", "in_channels")},
    following=POOLING.following,
    unused=POOLING.unused,
    infer=infer_in_channels,
    special_output=_output,
)
