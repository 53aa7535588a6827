"""What an output cell reads, for every layer: pooling and resizing are taps whose weights follow from the rule."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import inf

import numpy as np

from .arrays import Array, Layer
from .axis import linear_cells, nearest_cells
from .layers import Conv2d, ConvTranspose2d
from .pool_forward import counted, divisor
from .pool_layers import AvgPool2d, MaxPool2d
from .resizing import Pad2d, PixelShuffle, Upsample2d
from .taps import Cell, Tap, convolution_taps, tap_at, transposed_taps


def gather(layer: Layer, cells: Array, weight: Array | None, output: Cell) -> Iterable[Tap]:
    """The taps of an output cell, in the order of input channel, kernel row and kernel column."""
    channel, i, j = output
    match layer:
        case Conv2d():
            assert weight is not None  # `numbers` saw to it
            return convolution_taps(layer, cells, weight, output)
        case ConvTranspose2d():
            assert weight is not None
            return transposed_taps(layer, cells, weight, output)
        case MaxPool2d():
            return _maximum(layer, cells, output)
        case AvgPool2d():
            return _average(layer, cells, output)
        case Upsample2d():
            return _resized(layer, cells, output)
        case PixelShuffle(factor):
            phase = i % factor * factor + j % factor
            return [tap_at(cells, (channel * factor**2 + phase, i // factor, j // factor), (0, 0), output, 1.0)]
        case Pad2d(((top, _), (left, _))):
            return [tap_at(cells, (channel, i - top, j - left), (0, 0), output, 1.0)]


def _maximum(layer: MaxPool2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """The winner, the first among equals, has weight 1. Padding cannot win, unless a window holds nothing else."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    taps = [
        tap_at(cells, (channel, height.position(i, row), width.position(j, column)), (row, column), output, 0.0)
        for row, column in np.ndindex(layer.kernel_size)
    ]
    candidates = [n for n, tap in enumerate(taps) if not tap.is_padding] or [0]
    winner = candidates[int(np.argmax([taps[n].input_value for n in candidates]))]
    for n, tap in enumerate(taps):
        value = -inf if tap.is_padding else tap.input_value
        wins = n == winner
        yield replace(tap, input_value=value, weight=float(wins), product=value if wins else 0.0)


def _average(layer: AvgPool2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """Every cell that counts has the weight 1 / divisor, padding among them if it counts."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    include = layer.count_include_pad
    share = 1 / (divisor(height, i, include) * divisor(width, j, include))
    for row, column in np.ndindex(layer.kernel_size):
        down, across = height.position(i, row), width.position(j, column)
        is_counted = down in counted(height, include) and across in counted(width, include)
        yield tap_at(cells, (channel, down, across), (row, column), output, share if is_counted else 0.0)


def _resized(layer: Upsample2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """The one cell that nearest copies, or the up to four between which bilinear lies: `kernel` numbers them."""
    channel, *place = output
    cells_on = linear_cells if layer.mode == "bilinear" else nearest_cells
    rows, columns = (cells_on(*axis) for axis in zip(place, cells.shape[1:], layer.scale_factor, strict=True))
    for i, (row, weight) in enumerate(rows):
        for j, (column, factor) in enumerate(columns):
            yield tap_at(cells, (channel, row, column), (i, j), output, weight * factor)
