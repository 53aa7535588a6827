"""`forward`: a layer applied to numbers, vectorised."""

from fractions import Fraction
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from .arrays import MOST_CELLS, Array, Layer, Numbers, numbers
from .axis import linear_coordinate, nearest_cell
from .convolving import convolve, convolve_transposed
from .layers import Conv2d, ConvTranspose2d
from .pool_forward import pool_average, pool_max
from .pool_layers import AvgPool2d, MaxPool2d
from .resizing import Pad2d, PixelShuffle, Upsample2d

BLOCK: Final = 1 << 16
"""Outputs along an axis that are resized at once: what they read takes memory, too."""


def forward(
    layer: Layer, input: npt.ArrayLike, weight: npt.ArrayLike | None = None, bias: npt.ArrayLike | None = None
) -> Array:
    """Apply a layer: (C, H, W) -> (C_out, H_out, W_out), float32 for a float32 input and otherwise float64.

    Parameters
    ----------
    layer : What `conv2d`, `max_pool2d` and their like have made.
    input : (C, H, W).
    weight : (C_out, C / groups, kH, kW) for `conv2d`, (C, C_out / groups, kH, kW) for `conv_transpose2d`, else None.
    bias : (C_out,) for those two, or None.

    Raises
    ------
    SpecError : An array that does not suit the layer, or a layer that does not suit the input's size. Or an output, or
        an input with its padding, of more than 2^31 cells.

    Notes
    -----
    Overflow gives infinities, and infinities may give nan, as IEEE 754 has it, without a warning.

    Examples
    --------
    A convolution does not flip its kernel:

    >>> from convviz.arithmetic import conv2d
    >>> forward(conv2d((1, 2)), input=[[[1, 2, 4]]], weight=[[[[1, 10]]]])
    array([[[21., 42.]]])
    """
    return compute(layer, numbers(layer, input, weight, bias))


@np.errstate(over="ignore", invalid="ignore")
def compute(layer: Layer, given: Numbers) -> Array:
    """`forward`, with the numbers checked already."""
    _check_room(layer, given)
    cells, weight, bias = given
    match layer:
        case Conv2d():
            assert weight is not None  # `numbers` saw to it
            return convolve(layer, cells, weight, bias)
        case ConvTranspose2d():
            assert weight is not None
            return convolve_transposed(layer, cells, weight, bias)
        case MaxPool2d():
            return pool_max(layer, cells)
        case AvgPool2d():
            return pool_average(layer, cells)
        case Upsample2d():
            return _upsample(layer, cells)
        case PixelShuffle():
            return _shuffle(layer, cells)
        case Pad2d():
            return _pad(layer, cells)


def _check_room(layer: Layer, given: Numbers) -> None:
    """Refuse, before any work, what would fill all memory."""
    channels, *size = given.input.shape
    output_channels = channels
    if isinstance(layer, PixelShuffle):
        output_channels //= layer.factor**2
    elif isinstance(layer, Conv2d | ConvTranspose2d):
        assert given.weight is not None  # `numbers` saw to it
        output_channels = len(given.weight) if isinstance(layer, Conv2d) else given.weight.shape[1] * layer.groups
    shapes = {"output": (output_channels, *layer.output_size(size))}
    if isinstance(layer, Conv2d):
        shapes["padded input"] = (channels, *(axis.padded for axis in layer.axes(size)))
    for name, shape in shapes.items():
        if prod(shape) > MOST_CELLS:
            raise SpecError(f"{name} must have at most 2^31 cells; got {prod(shape)} of shape {shape}.")


def _upsample(layer: Upsample2d, cells: Array) -> Array:
    """Resize one axis after the other, as both modes are separable: first the one that grows less, for less work."""
    sizes = layer.output_size(cells.shape[1:])
    resize = _mix if layer.mode == "bilinear" else _copy
    resized = cells
    # Scales are fractions of at most 10^9 / 1, with denominators up to 10^9, and outputs at most 2^31: int64 is enough.
    for n in sorted((0, 1), key=lambda n: layer.scale_factor[n]):
        before, axis = resized, n + 1
        resized = np.empty((*before.shape[:axis], sizes[n], *before.shape[axis + 1 :]), cells.dtype)
        for first in range(0, sizes[n], BLOCK):
            block = slice(first, min(first + BLOCK, sizes[n]))
            into = resized[(slice(None),) * axis + (block,)]
            into[...] = resize(before, axis, np.arange(block.start, block.stop), layer.scale_factor[n])
    return resized


def _copy(cells: Array, axis: int, outputs: npt.NDArray[np.int64], scale: Fraction) -> Array:
    """Some outputs of nearest-neighbour resizing along an axis."""
    read: npt.NDArray[np.int64] = np.minimum(nearest_cell(outputs, scale), cells.shape[axis] - 1)
    return cells.take(read, axis)


def _mix(cells: Array, axis: int, outputs: npt.NDArray[np.int64], scale: Fraction) -> Array:
    """Some outputs of linear resizing along an axis: the two cells around each, by their nearness to it."""
    last = cells.shape[axis] - 1
    numerators, unit = linear_coordinate(outputs, scale)
    read, rest = np.divmod(numerators.clip(0, last * unit), unit)
    others = [other for other in range(3) if other != axis]
    weight = np.expand_dims(((unit - rest) / unit).astype(cells.dtype), others)
    near, far = cells.take(read, axis), cells.take(np.minimum(read + 1, last), axis)
    share = 1 - weight
    for values, factor in ((near, weight), (far, share)):
        np.copyto(values, 0, where=factor == 0)  # a cell that is not read may be infinite
        values *= factor
    near += far
    return near


def _shuffle(layer: PixelShuffle, cells: Array) -> Array:
    """Channel c f f + f a + b becomes the cells (f i + a, f j + b) of channel c."""
    factor, (channels, height, width) = layer.factor, cells.shape
    phases = cells.reshape(channels // factor**2, factor, factor, height, width)
    output = np.empty((len(phases), *layer.output_size((height, width))), cells.dtype)
    output.reshape(-1, height, factor, width, factor)[...] = phases.transpose(0, 3, 1, 4, 2)
    return output


def _pad(layer: Pad2d, cells: Array) -> Array:
    """Zeros, with the part of the input that is not cropped laid into them."""
    output = np.zeros((len(cells), *layer.output_size(cells.shape[1:])), cells.dtype)
    (top, _), (left, _) = layer.padding
    kept = cells[:, max(0, -top) :, max(0, -left) :]
    into = output[:, max(0, top) :, max(0, left) :]
    rows, columns = (min(sizes) for sizes in zip(kept.shape[1:], into.shape[1:], strict=True))
    into[:, :rows, :columns] = kept[:, :rows, :columns]
    return output
