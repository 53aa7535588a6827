"""Pooling, computed: rows first and then columns, one tap after the other over all channels at once."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from .arrays import Array
from .axis import Axis
from .pool_layers import AvgPool2d, MaxPool2d


def pool_max(layer: MaxPool2d, cells: Array) -> Array:
    """(C, H, W) -> (C, H_out, W_out), the largest cell of each window; -inf for a window wholly in the padding."""
    return _pool(layer, cells, np.maximum, -np.inf)


def pool_average(layer: AvgPool2d, cells: Array) -> Array:
    """(C, H, W) -> (C, H_out, W_out), the sum of each window over its divisor."""
    output = _pool(layer, cells, np.add, 0)
    divisors = [
        [divisor(axis, step, layer.count_include_pad) for step in range(size)]
        for axis, size in zip(layer.axes(cells.shape[1:]), output.shape[1:], strict=True)
    ]
    output /= np.multiply.outer(*divisors).astype(cells.dtype)
    return output


def counted(axis: Axis, count_include_pad: bool) -> range:
    """The positions that count in the divisor; never one that ceil_mode reads beyond the padding."""
    return range(-axis.before, axis.size + axis.after) if count_include_pad else range(axis.size)


def divisor(axis: Axis, step: int, count_include_pad: bool) -> int:
    """How many cells of one window count along an axis."""
    return len(axis.taps_inside(step, counted(axis, count_include_pad)))


def _pool(layer: MaxPool2d | AvgPool2d, cells: Array, combine: np.ufunc, start: float) -> Array:
    """Combine along one axis after the other: kH + kW taps instead of kH kW, as maxima and sums may be taken so."""
    rows, columns = layer.output_size(cells.shape[1:])
    height, width = layer.axes(cells.shape[1:])
    lines = np.full((len(cells), rows, width.size), start, cells.dtype)
    for tap, steps in _runs(height, rows):
        into = lines[:, steps.start : steps.stop]
        combine(into, cells[:, height.places(steps, tap)], out=into)
    output = np.full((len(cells), rows, columns), start, cells.dtype)
    for tap, steps in _runs(width, columns):
        into = output[:, :, steps.start : steps.stop]
        combine(into, lines[:, :, width.places(steps, tap)], out=into)
    return output


def _runs(axis: Axis, outputs: int) -> Iterator[tuple[int, range]]:
    """Each tap that lies inside the input in some window, and in which; padding leaves the start value as it is."""
    for tap in _taps(axis, outputs):
        if steps := axis.steps_inside(tap, range(outputs), range(axis.size)):
            yield tap, steps


def _taps(axis: Axis, outputs: int) -> Iterable[int]:
    """The taps that may lie inside the input, and few others: a kernel may be far larger than the input."""
    cells = range(axis.size)
    if axis.stride > axis.size:  # no cell is read twice, so no tap comes twice
        return chain.from_iterable(axis.taps_inside(step, cells) for step in reversed(range(outputs)))
    first, last = axis.taps_inside(outputs - 1, cells), axis.taps_inside(0, cells)
    return range(first.start, last.stop)
