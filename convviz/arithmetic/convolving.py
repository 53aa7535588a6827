"""Convolution and its transpose, computed: matrix products over blocks that stay in the cache.

A convolution is one matrix product of the weight with the columns that its windows read (im2col); transposed, the
weight meets the input first and the products are then added at their places (col2im). The whole matrix of columns would
be kH kW times the input, so it is made and used up a few rows at a time. One output channel per group is not worth a
matrix product: there, the taps are added one after the other.
"""

from collections.abc import Iterator

import numpy as np

from .arrays import Array
from .axis import Axis, source
from .layers import Conv2d, ConvTranspose2d

BLOCK_BYTES = 1 << 19
"""Of columns at once: a share of the second-level cache that leaves room for what they are made from and into."""


def convolve(layer: Conv2d, cells: Array, weight: Array, bias: Array | None) -> Array:
    """(C, H, W) and (C_out, C / groups, kH, kW) -> (C_out, H_out, W_out)."""
    size = layer.output_size(cells.shape[1:])
    axes = layer.axes(cells.shape[1:])
    padded = _pad(cells, axes, layer.padding_mode)
    output = np.empty((weight.shape[0], *size), cells.dtype)
    add = _add_taps if weight.shape[0] == layer.groups else _multiply_columns
    add(layer, axes, padded, weight, output)
    if bias is not None:
        output += bias[:, None, None]
    return output


def convolve_transposed(layer: ConvTranspose2d, cells: Array, weight: Array, bias: Array | None) -> Array:
    """(C, H, W) and (C, C_out / groups, kH, kW) -> (C_out, H_out, W_out)."""
    size = layer.output_size(cells.shape[1:])
    height, width = layer.axes(cells.shape[1:])
    (rows, columns), (kernel_h, kernel_w) = size, layer.kernel_size
    groups, channels = layer.groups, weight.shape[1]
    output = np.zeros((groups * channels, *size), cells.dtype)
    grouped = cells.reshape(groups, -1, height.size * width.size)
    stencils = weight.reshape(groups, cells.shape[0] // groups, -1).transpose(0, 2, 1)
    for block in _blocks(height.size, stencils.shape[1] * groups * width.size * cells.itemsize):
        products = stencils @ grouped[:, :, block.start * width.size : block.stop * width.size]
        products = products.reshape(groups * channels, kernel_h, kernel_w, len(block), width.size)
        for i, j in np.ndindex(kernel_h, kernel_w):
            down = _overlap(height.steps_inside(i, height.size, rows), block)
            across = width.steps_inside(j, width.size, columns)
            if down and across:
                rows_read = slice(down.start - block.start, down.stop - block.start)
                stamped = products[:, i, j, rows_read, across.start : across.stop]
                output[:, height.places(down, i), width.places(across, j)] += stamped
    if bias is not None:
        output += bias[:, None, None]
    return output


def _rows_per_block(rows: int, bytes_per_row: int) -> int:
    return min(rows, max(1, BLOCK_BYTES // bytes_per_row))


def _blocks(rows: int, bytes_per_row: int) -> Iterator[range]:
    """Runs of rows that fit a block; at least one row each."""
    step = _rows_per_block(rows, bytes_per_row)
    return (range(first, min(first + step, rows)) for first in range(0, rows, step))


def _overlap(one: range, other: range) -> range:
    """The numbers that two runs share."""
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _pad(cells: Array, axes: tuple[Axis, Axis], mode: str) -> Array:
    """The input with its padding around it, as the windows see it."""
    if not any((axis.before, axis.after) != (0, 0) for axis in axes):
        return cells
    height, width = axes
    if mode == "zeros":
        shape = [axis.before + axis.size + axis.after for axis in axes]
        padded = np.zeros((len(cells), *shape), cells.dtype)
        padded[:, height.before : height.before + height.size, width.before : width.before + width.size] = cells
        return padded
    rows, columns = (
        [cell for n in range(-axis.before, axis.size + axis.after) if (cell := source(n, axis.size, mode)) is not None]
        for axis in axes
    )
    return cells.take(rows, axis=1).take(columns, axis=2)


def _multiply_columns(layer: Conv2d, axes: tuple[Axis, Axis], padded: Array, weight: Array, output: Array) -> None:
    """Fill the output by one matrix product per group and block of output rows."""
    height, width = axes
    (rows, columns), groups = output.shape[1:], layer.groups
    stencils = weight.reshape(groups, len(weight) // groups, -1)
    planes = output.reshape(groups, len(weight) // groups, -1)
    per_row = len(padded) * weight[0, 0].size * columns
    buffer = np.empty(_rows_per_block(rows, per_row * padded.itemsize) * per_row, padded.dtype)
    for block in _blocks(rows, per_row * padded.itemsize):
        read = buffer[: len(block) * per_row].reshape(len(padded), *layer.kernel_size, len(block), columns)
        for i, j in np.ndindex(layer.kernel_size):
            down = height.places(block, i, shift=height.before)
            across = width.places(range(columns), j, shift=width.before)
            read[:, i, j] = padded[:, down, across]
        matrix = read.reshape(groups, -1, len(block) * columns)
        np.matmul(stencils, matrix, out=planes[:, :, block.start * columns : block.stop * columns])


def _add_taps(layer: Conv2d, axes: tuple[Axis, Axis], padded: Array, weight: Array, output: Array) -> None:
    """Fill the output of one channel per group, by multiplying and adding one tap after the other."""
    height, width = axes
    rows, columns = output.shape[1:]
    per_group = len(padded) // layer.groups
    for channel, plane in enumerate(output):
        for block in _blocks(rows, columns * padded.itemsize):
            total, product = plane[block.start : block.stop], np.empty((len(block), columns), padded.dtype)
            total[...] = 0
            for c, i, j in np.ndindex(weight.shape[1:]):
                down = height.places(block, i, shift=height.before)
                across = width.places(range(columns), j, shift=width.before)
                read = padded[channel * per_group + c, down, across]
                np.multiply(read, weight[channel, c, i, j], out=product)
                np.add(total, product, out=total)
