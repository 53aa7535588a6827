"""`forward`: a layer applied to numbers, which are checked first.

Convolution and its transpose are computed here, as matrix products over blocks that stay in the cache.

A convolution is one matrix product of the weight with the columns that its windows read (im2col); transposed, the
weight meets the input first and the products are then added at their places (col2im). The whole matrix of columns would
be kH kW times the input, so it is made and used up a few rows at a time. With no more channels out than in, doing half
of each is faster: im2col along the width, col2im along the height.
"""

from collections.abc import Iterator
from math import prod
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from convviz.errors import SpecError

from .adaptive import AdaptiveAvgPool2d, AdaptiveMaxPool2d, pool_adaptively
from .arguments import MOST_CELLS, Array, floats, shown
from .axis import Axis, copied
from .layers import Conv2d, ConvTranspose2d
from .pooling import AvgPool2d, MaxPool2d, pool_average, pool_max
from .resizing import Pad2d, PixelShuffle, Upsample2d, pad, shuffle, upsample

Layer = (
    Conv2d
    | ConvTranspose2d
    | MaxPool2d
    | AvgPool2d
    | AdaptiveMaxPool2d
    | AdaptiveAvgPool2d
    | Upsample2d
    | PixelShuffle
    | Pad2d
)
Axes = tuple[Axis, Axis]

BLOCK_BYTES: Final = 1 << 20
"""Of columns or products at once: about half a second-level cache; benchmarks/forward.py shows what it is worth."""


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
    check_room(layer, arrays)
    cells, weight, bias = arrays
    match layer:
        case Conv2d():
            assert weight is not None  # checked_arrays refuses None
            return _convolve(layer, cells, weight, bias)
        case ConvTranspose2d():
            assert weight is not None
            return _convolve_transposed(layer, cells, weight, bias)
        case MaxPool2d():
            return pool_max(layer, cells)
        case AvgPool2d():
            return pool_average(layer, cells)
        case AdaptiveMaxPool2d() | AdaptiveAvgPool2d():
            return pool_adaptively(layer, cells)
        case Upsample2d():
            return upsample(layer, cells)
        case PixelShuffle():
            return shuffle(layer, cells)
        case Pad2d():
            return pad(layer, cells)


def check_room(layer: Layer, arrays: LayerArrays) -> None:
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


def _convolve(layer: Conv2d, cells: Array, weight: Array, bias: Array | None) -> Array:
    """Convolve: (C, H, W) and (C_out, C / groups, kH, kW) -> (C_out, H_out, W_out)."""
    output = np.empty((len(weight), *layer.output_size(cells.shape[1:])), cells.dtype)
    axes = layer.axes(cells.shape[1:])
    padded = with_padding(cells, axes, layer.padding_mode)
    has_few_outputs = len(weight) <= len(cells) and axes[0].stride == 1
    multiply = _multiply_rows if has_few_outputs else _multiply_windows
    for group in zip(*(np.split(array, layer.groups) for array in (padded, weight, output)), strict=True):
        multiply(axes, *group)
    if bias is not None:
        output += bias[:, None, None]
    return output


def _convolve_transposed(layer: ConvTranspose2d, cells: Array, weight: Array, bias: Array | None) -> Array:
    """Convolve, transposed: (C, H, W) and (C, C_out / groups, kH, kW) -> (C_out, H_out, W_out)."""
    channels = weight.shape[1] * layer.groups
    output = np.zeros((channels, *layer.output_size(cells.shape[1:])), cells.dtype)
    axes = layer.axes(cells.shape[1:])
    for group in zip(*(np.split(array, layer.groups) for array in (cells, weight, output)), strict=True):
        stamp(axes, *group)
    if bias is not None:
        output += bias[:, None, None]
    return output


def _multiply_windows(axes: Axes, padded: Array, weight: Array, output: Array) -> None:
    """Fill one group's output: whole windows as columns, one matrix product per block of output rows."""
    height, width = axes
    rows, columns = output.shape[1:]
    stencils, planes = weight.reshape(len(weight), -1), output.reshape(len(output), -1)
    windows = sliding_window_view(padded, (height.extent, width.extent), axis=(1, 2))
    windows = windows[:, :: height.stride, :: width.stride, :: height.dilation, :: width.dilation]
    windows = windows.transpose(0, 3, 4, 1, 2)
    for block, buffer in _blocks(rows, stencils.shape[1] * columns, padded.dtype):
        np.copyto(buffer.reshape(*weight.shape[1:], len(block), columns), windows[:, :, :, _run(block)])
        matrix = buffer.reshape(stencils.shape[1], -1)
        np.matmul(stencils, matrix, out=planes[:, block.start * columns : block.stop * columns])


def _multiply_rows(axes: Axes, padded: Array, weight: Array, output: Array) -> None:
    """Fill one group's output: rows of windows as columns, and their products added where they belong."""
    height, width = axes
    channels, depth, kernel_h, kernel_w = weight.shape
    rows, columns = output.shape[1:]
    stencils = weight.transpose(0, 2, 1, 3).reshape(channels * kernel_h, depth * kernel_w)
    windows = sliding_window_view(padded, width.extent, axis=2)
    windows = windows[:, :, :: width.stride, :: width.dilation].transpose(0, 3, 1, 2)
    output[...] = 0
    for block, buffer in _blocks(padded.shape[1], depth * kernel_w * columns, padded.dtype):
        np.copyto(buffer.reshape(depth, kernel_w, len(block), columns), windows[:, :, _run(block)])
        products = (stencils @ buffer.reshape(depth * kernel_w, -1)).reshape(channels, kernel_h, len(block), columns)
        unpadded = range(block.start - height.before, block.stop - height.before)
        for i in range(kernel_h):
            if steps := height.steps_inside(i, range(rows), unpadded):
                output[:, _run(steps)] += products[:, i, height.places(steps, i, origin=unpadded.start)]


def stamp(axes: Axes, cells: Array, weight: Array, output: Array) -> None:
    """Add to one group's output: every input cell times the whole kernel, where it belongs."""
    height, width = axes
    rows, columns = output.shape[1:]
    stencils, planes = weight.reshape(len(weight), -1).T, cells.reshape(len(cells), -1)
    steps = [width.steps_inside(j, range(width.size), range(columns)) for j in range(width.kernel)]
    across = [(j, _run(inside), width.places(inside, j)) for j, inside in enumerate(steps) if inside]
    for block, buffer in _blocks(height.size, len(stencils) * width.size, cells.dtype):
        matrix = planes[:, block.start * width.size : block.stop * width.size]
        np.matmul(stencils, matrix, out=buffer.reshape(len(stencils), -1))
        products = buffer.reshape(*weight.shape[1:], len(block), width.size)
        for i in range(height.kernel):
            if down := height.steps_inside(i, block, range(rows)):
                read, places = _run(down, block.start), height.places(down, i)
                for j, read_across, places_across in across:
                    output[:, places, places_across] += products[:, i, j, read, read_across]


def _run(numbers: range, origin: int = 0) -> slice:
    """Return a run of numbers, counted from `origin`, as a slice."""
    return slice(numbers.start - origin, numbers.stop - origin)


def _blocks(rows: int, cells_per_row: int, dtype: np.dtype[Any]) -> Iterator[tuple[range, Array]]:
    """Yield runs of rows, at least one row each, with a buffer for the cells of each in the same memory."""
    if cells_per_row > MOST_CELLS:
        raise SpecError(f"one row of windows must read at most 2^31 numbers at a time; got {cells_per_row}.")
    step = min(rows, max(1, BLOCK_BYTES // (cells_per_row * dtype.itemsize)))
    buffer = np.empty(step * cells_per_row, dtype)
    for first in range(0, rows, step):
        block = range(first, min(first + step, rows))
        yield block, buffer[: len(block) * cells_per_row]


def with_padding(cells: Array, axes: Axes, mode: str) -> Array:
    """Return the input with its padding around it."""
    height, width = axes
    if not any((height.before, height.after, width.before, width.after)):
        return cells
    if mode == "zeros":
        padded = np.zeros((len(cells), height.padded, width.padded), cells.dtype)
        padded[:, height.before : height.before + height.size, width.before : width.before + width.size] = cells
        return padded
    rows, columns = (copied(np.arange(-axis.before, axis.size + axis.after), axis.size, mode) for axis in axes)
    return cells.take(rows, axis=1).take(columns, axis=2)
