"""Paths from input cells into output cells, along one axis and through one layer.

Counts of the cells before the layer come in, those of the cells after it go out: plain lists of Python integers, which
no stack can make too large. `bounded_counts` takes an input of so many cells, `unbounded_counts` one period of an input
without end.
"""

from dataclasses import replace
from fractions import Fraction
from math import gcd
from typing import Final

import numpy as np

from convviz.arithmetic import (
    AvgPool2d,
    Axis,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
)
from convviz.arithmetic.axis import copied
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError

MOST_PADDED: Final = 6144
"""Cells of an input with a padding of copied ones."""

PERIOD: Final = 4096
"""Cells after which a stack repeats itself, along one axis."""


def _axis(layer: Layer, size: Pair, n: int) -> Axis:
    """The axis of a layer that has windows; a padding by itself is a window of one cell."""
    if isinstance(layer, Pad2d):
        before, after = layer.padding[n]
        return Axis(("height", "width")[n], size[n], kernel=1, before=before, after=after)
    assert isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d)
    return layer.axes(size)[n]


def _copies(layer: Upsample2d | PixelShuffle, n: int, outputs: int) -> list[int]:
    """The input cell for which each of so many outputs stands, be there an end to the input or not."""
    scale = Fraction(layer.factor) if isinstance(layer, PixelShuffle) else layer.scale_factor[n]
    # The center of output o is at o + 1/2 in cells; halves are doubled, so that all stays whole.
    half = int(isinstance(layer, Upsample2d) and layer.mode == "bilinear")
    return [(2 * o + half) * scale.denominator // (2 * scale.numerator) for o in range(outputs)]


def bounded_counts(layer: Layer, size: Pair, n: int, cells: list[int], outputs: int) -> list[int]:
    """Counts of each of so many outputs along axis `n`, from those of each input.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> bounded_counts(conv_transpose2d(3, stride=2), (2, 2), 0, cells=[1, 10], outputs=5)
    [1, 1, 11, 10, 10]
    """
    if isinstance(layer, Upsample2d | PixelShuffle):
        return [cells[min(cell, len(cells) - 1)] for cell in _copies(layer, n, outputs)]
    axis = _axis(layer, size, n)
    if isinstance(layer, ConvTranspose2d):
        written = [0] * outputs
        for step, count in enumerate(cells):
            for cell in reached(axis, step, outputs):
                written[cell] += count
        return written
    if isinstance(layer, Conv2d) and layer.padding_mode != "zeros":
        if axis.padded > MOST_PADDED:
            raise SpecError(f"padded input {axis.name} must be at most {MOST_PADDED}; got {axis.padded}.")
        read = copied(np.arange(-axis.before, axis.size + axis.after), axis.size, layer.padding_mode)
        cells = [cells[cell] for cell in read.tolist()]
        axis = replace(axis, size=axis.padded, before=0, after=0)
    runs = (reached(axis, step, len(cells)) for step in range(outputs))
    return [sum(cells[run.start : run.stop : run.step]) if run else 0 for run in runs]


def reached(axis: Axis, step: int, cells: int) -> range:
    """Which of so many cells the taps of a step reach."""
    taps = axis.taps_inside(step, range(cells))
    return range(axis.position(step, taps.start), axis.position(step, taps.stop), axis.dilation)


def unbounded_counts(layer: Layer, size: Pair, n: int, cells: list[int]) -> list[int]:
    """The same for an input without end, which repeats itself: from one period of it to one of the output.

    The size matters for padding that depends on it.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> unbounded_counts(conv_transpose2d(3, stride=2), (2, 2), 0, cells=[1])
    [2, 1]
    """
    period = len(cells)
    if isinstance(layer, Upsample2d | PixelShuffle):
        scale = Fraction(layer.factor) if isinstance(layer, PixelShuffle) else layer.scale_factor[n]
        outputs = _checked_period(scale.numerator * period // gcd(scale.denominator, period))
        return [cells[cell % period] for cell in _copies(layer, n, outputs)]
    axis = _axis(layer, size, n)
    if isinstance(layer, ConvTranspose2d):
        written = [0] * _checked_period(period * axis.stride)
        for tap, times in _tap_classes(axis, len(written)):
            for step, count in enumerate(cells):
                written[axis.position(step, tap) % len(written)] += times * count
        return written
    taps = _tap_classes(axis, period)
    steps = range(period // gcd(period, axis.stride))
    return [sum(times * cells[axis.position(step, tap) % period] for tap, times in taps) for step in steps]


def _tap_classes(axis: Axis, period: int) -> list[tuple[int, int]]:
    """Taps that fall on different cells of a period, and how many of all taps fall where each of them does."""
    classes = period // gcd(period, axis.dilation)
    rounds, rest = divmod(axis.kernel, classes)
    return [(tap, rounds + (tap < rest)) for tap in range(min(axis.kernel, classes))]


def _checked_period(period: int) -> int:
    if period > PERIOD:
        raise SpecError(f"the pattern must repeat within {PERIOD} cells for its paths to be counted; got {period}.")
    return period
