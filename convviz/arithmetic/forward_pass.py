"""`forward`: a layer applied to numbers, which are checked first."""

from math import prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from .convolving import convolve, convolve_transposed
from .layers import Conv2d, ConvTranspose2d
from .parse import MOST_CELLS, Array, floats
from .pooling import AvgPool2d, MaxPool2d, pool_average, pool_max
from .quoting import shown
from .resizing import Pad2d, PixelShuffle, Upsample2d, pad, shuffle, upsample

Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d | Upsample2d | PixelShuffle | Pad2d


class LayerArrays(NamedTuple):
    """What a layer is applied to: (C, H, W), and for convolutions the weight and optional (C_out,) biases."""

    input: Array
    weight: Array | None
    bias: Array | None


def checked_arrays(
    layer: Layer, input: npt.ArrayLike, weight: npt.ArrayLike | None, bias: npt.ArrayLike | None
) -> LayerArrays:
    """Check and convert the arrays of a layer; the input decides between float64 and float32."""
    if not isinstance(layer, Layer):
        raise SpecError(f"layer must be one made by conv2d, max_pool2d and their like; got {shown(layer)}.")
    cells = floats("input", input)
    if cells.ndim != 3 or 0 in cells.shape:
        raise SpecError(f"input must have the shape (C, H, W), none of them 0; got {cells.shape}.")
    if isinstance(layer, Conv2d | ConvTranspose2d):
        if weight is None:
            raise SpecError(f"weight must be given for {type(layer).__name__}; got None.")
        stencils = floats("weight", weight, cells.dtype)
        channels = _out_channels(layer, cells.shape[0], stencils.shape)
        biases = None if bias is None else floats("bias", bias, cells.dtype)
        if biases is not None and biases.shape != (channels,):
            raise SpecError(f"bias must have the shape (C_out,) = ({channels},); got {biases.shape}.")
        return LayerArrays(cells, stencils, biases)
    for name, value in (("weight", weight), ("bias", bias)):
        if value is not None:
            raise SpecError(f"{name} must be None for {type(layer).__name__}; got {shown(value)}.")
    if isinstance(layer, PixelShuffle) and cells.shape[0] % layer.factor**2:
        raise SpecError(f"channels must be divisible by factor^2; got {cells.shape[0]} and {layer.factor}^2.")
    return LayerArrays(cells, None, None)


def _out_channels(layer: Conv2d | ConvTranspose2d, channels: int, shape: tuple[int, ...]) -> int:
    """Check the weight's shape against the layer and the input's channels, and return the output's channels."""
    if channels % layer.groups:
        raise SpecError(f"input channels must be divisible by groups; got {channels} and groups {layer.groups}.")
    height, width = layer.kernel_size
    if isinstance(layer, Conv2d):
        expected = f"(C_out, C_in/groups, kH, kW) = (C_out, {channels // layer.groups}, {height}, {width})"
        fits = len(shape) == 4 and shape[0] > 0 and shape[1:] == (channels // layer.groups, height, width)
    else:
        expected = f"(C_in, C_out/groups, kH, kW) = ({channels}, C_out/groups, {height}, {width})"
        fits = len(shape) == 4 and shape[1] > 0 and (shape[0], *shape[2:]) == (channels, height, width)
    if not fits:
        raise SpecError(f"weight must have the shape {expected}; got {shape}.")
    if isinstance(layer, ConvTranspose2d):
        return shape[1] * layer.groups
    if shape[0] % layer.groups:
        raise SpecError(f"output channels must be divisible by groups; got {shape[0]} and groups {layer.groups}.")
    return shape[0]


def forward(
    layer: Layer, input: npt.ArrayLike, weight: npt.ArrayLike | None = None, bias: npt.ArrayLike | None = None
) -> Array:
    """Apply a layer: (C, H, W) -> (C_out, H_out, W_out), float32 for a float32 input and otherwise float64.

    Parameters
    ----------
    layer : Layer
        As `conv2d`, `max_pool2d` and similar functions make it.
    input : (C, H, W) array
    weight : array, optional
        (C_out, C / groups, kH, kW) for `conv2d`, (C, C_out / groups, kH, kW) for `conv_transpose2d`, else None.
    bias : (C_out,) array, optional
        For those two only.

    Raises
    ------
    SpecError
        An array that does not suit the layer, or a layer that does not suit the input's size. Or an output, or an
        input with its padding, of more than 2^31 cells.

    Notes
    -----
    Overflow gives infinities, and infinities may give nan, as in IEEE 754, without a warning.

    Examples
    --------
    A convolution does not flip its kernel:

    >>> from convviz.arithmetic import conv2d
    >>> forward(conv2d((1, 2)), input=[[[1, 2, 4]]], weight=[[[[1, 10]]]])
    array([[[21., 42.]]])
    """
    return compute(layer, checked_arrays(layer, input, weight, bias))


@np.errstate(over="ignore", invalid="ignore")
def compute(layer: Layer, arrays: LayerArrays) -> Array:
    """Apply a layer to arrays that are checked already."""
    _check_room(layer, arrays)
    cells, weight, bias = arrays
    match layer:
        case Conv2d():
            assert weight is not None  # checked_arrays refuses None
            return convolve(layer, cells, weight, bias)
        case ConvTranspose2d():
            assert weight is not None
            return convolve_transposed(layer, cells, weight, bias)
        case MaxPool2d():
            return pool_max(layer, cells)
        case AvgPool2d():
            return pool_average(layer, cells)
        case Upsample2d():
            return upsample(layer, cells)
        case PixelShuffle():
            return shuffle(layer, cells)
        case Pad2d():
            return pad(layer, cells)


def _check_room(layer: Layer, arrays: LayerArrays) -> None:
    """Refuse, before any work, what would fill all memory."""
    channels, *size = arrays.input.shape
    output_channels = channels
    if isinstance(layer, PixelShuffle):
        output_channels //= layer.factor**2
    elif isinstance(layer, Conv2d | ConvTranspose2d):
        assert arrays.weight is not None  # checked_arrays refuses None
        output_channels = len(arrays.weight) if isinstance(layer, Conv2d) else arrays.weight.shape[1] * layer.groups
    shapes = {"output": (output_channels, *layer.output_size(size))}
    if isinstance(layer, Conv2d):
        shapes["padded input"] = (channels, *(axis.padded for axis in layer.axes(size)))
    for name, shape in shapes.items():
        if prod(shape) > MOST_CELLS:
            raise SpecError(f"{name} must have at most 2^31 cells; got {prod(shape)} of shape {shape}.")
