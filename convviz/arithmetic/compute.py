"""`forward`: a layer applied to numbers, vectorised."""

import numpy as np
import numpy.typing as npt

from .arrays import Array, Layer, Numbers, numbers
from .axis import linear_cells, nearest_cells
from .convolving import convolve, convolve_transposed
from .layers import Conv2d, ConvTranspose2d
from .pooling import pool_average, pool_max
from .pools import AvgPool2d, MaxPool2d
from .resizing import Pad2d, PixelShuffle, Upsample2d


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
    SpecError : An array that does not suit the layer, or a layer that does not suit the input's size.

    Examples
    --------
    A convolution does not flip its kernel:

    >>> from convviz.arithmetic import conv2d
    >>> forward(conv2d((1, 2)), input=[[[1, 2, 4]]], weight=[[[[1, 10]]]])
    array([[[21., 42.]]])
    """
    return compute(layer, numbers(layer, input, weight, bias))


def compute(layer: Layer, given: Numbers) -> Array:
    """`forward`, with the numbers checked already."""
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


def _upsample(layer: Upsample2d, cells: Array) -> Array:
    """Resize rows and then columns: both modes are separable."""
    cells_on = linear_cells if layer.mode == "bilinear" else nearest_cells
    resized = cells
    for axis, outputs in enumerate(layer.output_size(cells.shape[1:]), start=1):
        size, scale = cells.shape[axis], layer.scale_factor[axis - 1]
        read = [cells_on(output, size, scale) for output in range(outputs)]
        near = resized.take([pairs[0][0] for pairs in read], axis)
        if layer.mode == "nearest":
            resized = near
            continue
        far = resized.take([pairs[-1][0] for pairs in read], axis)
        weights = np.array([pairs[0][1] for pairs in read], cells.dtype)
        weights = np.expand_dims(weights, [other for other in range(3) if other != axis])
        resized = near * weights + far * (1 - weights)
    return resized


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
