"""Pooling, computed: one tap after the other over the whole output, for all channels at once."""

import numpy as np

from .arrays import Array
from .axis import Axis
from .pools import AvgPool2d, MaxPool2d


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


def counts(axis: Axis, position: int, count_include_pad: bool) -> bool:
    """Whether a cell counts in the divisor; never one that ceil_mode reads beyond the padding."""
    before, after = (axis.before, axis.after) if count_include_pad else (0, 0)
    return -before <= position < axis.size + after


def divisor(axis: Axis, step: int, count_include_pad: bool) -> int:
    """How many cells of one window count along an axis."""
    return sum(counts(axis, axis.position(step, tap), count_include_pad) for tap in range(axis.kernel))


def _pool(layer: MaxPool2d | AvgPool2d, cells: Array, combine: np.ufunc, start: float) -> Array:
    """Combine, tap by tap, what lies inside the input; padding leaves the start value as it is."""
    rows, columns = layer.output_size(cells.shape[1:])
    height, width = layer.axes(cells.shape[1:])
    output = np.full((len(cells), rows, columns), start, cells.dtype)
    for i, j in np.ndindex(layer.kernel_size):
        down = height.steps_inside(i, range(rows), range(height.size))
        across = width.steps_inside(j, range(columns), range(width.size))
        if down and across:
            into = output[:, down.start : down.stop, across.start : across.stop]
            combine(into, cells[:, height.places(down, i), width.places(across, j)], out=into)
    return output
