"""The recipe that shows a layer of a network in its lesson, small enough to be drawn."""

from math import gcd
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .model import Recipe
from .variants import variant_named
from .variants.base import WindowLayer

_OUTPUTS: Final = 3
"""Outputs along each axis that the input has room for, at least: the window then moves twice."""


def recipe_of_layer(
    layer: Layer,
    input_size: tuple[int, ...] | None = None,
    weight: NDArray[Any] | None = None,
    bias: float = 0.0,
    channels: tuple[int, int] | None = None,
) -> Recipe:
    """Return the recipe of the lesson on a layer: its parameters, on an input on which its window moves.

    Without numbers, groups have one channel each, and there are no more than a recipe can have.

    Parameters
    ----------
    layer : Conv2d, ConvTranspose2d, MaxPool2d or AvgPool2d
        Of a plane; or of a signal, with a height of 1.
    input_size : (height, width), optional
        The input of the layer in its network: the lesson's is not larger. Where it is a single row, a convolution is
        shown along a line.
    weight : array, optional
        (kH, kW), or (C_in, kH, kW) for a convolution of several channels: its numbers, each rounded to the shortest
        text that reads back as the same float32.
    bias : float
        Of the output channel.
    channels : (int, int), optional
        Of the input and of the output, without numbers; more than a recipe can have are cut.

    Raises
    ------
    SpecError
        No lesson shows a layer of this kind or this size.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> shown = recipe_of_layer(conv2d(3, stride=2, padding=1))
    >>> shown.variant, shown.to_query()
    ('standard', 'stride=2&padding=1')
    >>> recipe_of_layer(conv2d(3, dilation=4, padding=4)).to_query()
    'padding=4&dilation=4'
    """
    if not isinstance(layer, WindowLayer):
        raise SpecError(f"layer must be a convolution or a pooling of a plane or a signal; got {shown(layer)}.")
    planes = [] if weight is None else weight.reshape(-1, *layer.kernel_size).tolist()
    variant = variant_named(_lesson_on(layer, len(planes), input_size, channels))
    given: dict[str, Any] = {each: getattr(layer, each) for each in variant.fields if hasattr(layer, each)}
    given["input_size"] = _size(layer, variant.home, input_size, limits.LINE if variant.is_line else limits.INPUT_SIDE)
    if "mode" in variant.fields:
        given["mode"] = "max" if isinstance(layer, MaxPool2d) else "average"
    if "causal" in variant.fields and layer.padding[1] == (layer.effective_kernel_size[1] - 1, 0) != (0, 0):
        given |= {"causal": True, "padding": 0}
    if planes:
        given["weight"] = [[[_short(number) for number in row] for row in plane] for plane in planes]
        given["bias"] = _short(bias)
    if isinstance(layer, Conv2d | ConvTranspose2d) and "groups" in variant.fields:
        given |= zip(("in_channels", "out_channels", "groups"), _channels(layer, len(planes), channels), strict=True)
    elif channels and "in_channels" in variant.fields:
        given["in_channels"] = min(channels[0], limits.CHANNELS)
    return Recipe.from_values(variant.name, given)


def _channels(layer: Conv2d | ConvTranspose2d, planes: int, channels: tuple[int, int] | None) -> tuple[int, int, int]:
    """Return the channels of the input and of the output, and the groups."""
    if planes:
        return planes, 1, 1
    most = limits.CHANNELS
    if channels is None:
        groups = min(layer.groups, most)
        return groups, groups, groups
    if max(channels) <= most:
        return *channels, layer.groups
    if layer.groups == channels[0]:
        return most, most, most
    return min(channels[0], most), min(channels[1], most), gcd(layer.groups, *(min(each, most) for each in channels))


def _lesson_on(layer: WindowLayer, planes: int, size: tuple[int, ...] | None, channels: tuple[int, int] | None) -> str:
    """Return the variant that shows a layer, with as many planes of a kernel; 0 if its numbers are not shown."""
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return "pooling-channels" if channels and channels[0] > 1 else "pooling"
    if isinstance(layer, ConvTranspose2d):
        return "transposed"
    has_one_plane = planes == 1 or (not planes and layer.groups == 1 and channels in (None, (1, 1)))
    if size is not None and size[0] == layer.kernel_size[0] == 1 < size[1] and has_one_plane:
        return "along-a-line"
    return "dilated" if layer.dilation != (1, 1) and has_one_plane else "standard"


def _size(layer: WindowLayer, home: Pair, actual: tuple[int, ...] | None, most: int) -> Pair:
    """Return the input size of the lesson at first, or a larger one on which the window moves twice."""
    sides = []
    for axis, usual in enumerate(home):
        extent, stride = layer.effective_kernel_size[axis], layer.stride[axis]
        padding = extent - 1 if isinstance(layer.padding, str) else sum(layer.padding[axis])
        moving = 1 if isinstance(layer, ConvTranspose2d) else extent + (_OUTPUTS - 1) * stride - padding
        sides.append(min(max(usual, moving), most, *([actual[axis]] if actual else [])))
    return sides[0], sides[1]


def _short(number: float) -> float:
    return float(str(np.float32(number)))
