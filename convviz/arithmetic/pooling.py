"""Max and average pooling: the layers, the functions that make them, and their output, computed tap by tap."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from . import arguments
from .arguments import Array, PaddingLike, Pair, PairLike, Sides
from .axis import Axis
from .layers import Windowed, window, window_padding

UNCLIPPED: Final = "unclipped"
"""A ceil_mode."""


@dataclass(frozen=True, slots=True)
class MaxPool2d(Windowed):
    """Max pooling, as `max_pool2d` makes it; the class itself checks nothing.

    `padding` as in `Conv2d`.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair
    ceil_mode: bool | str

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        return height.output_size(ceil_mode=self.ceil_mode), width.output_size(ceil_mode=self.ceil_mode)


@dataclass(frozen=True, slots=True)
class AvgPool2d(Windowed):
    """Average pooling, as `avg_pool2d` makes it; the class itself checks nothing.

    `padding` as in `Conv2d`.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    ceil_mode: bool | str
    count_include_pad: bool
    divisor_override: int | None = None
    dilation: Pair = (1, 1)

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        return height.output_size(ceil_mode=self.ceil_mode), width.output_size(ceil_mode=self.ceil_mode)


def max_pool2d(
    kernel_size: PairLike,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool | str = False,
) -> MaxPool2d:
    """Make max pooling: (C, H, W) -> (C, floor((H + p_top + p_bottom - d (kH - 1) - 1) / s) + 1, the same for W).

    Parameters
    ----------
    kernel_size, dilation : int or pair
        For both axes or (height, width), in input cells.
    stride : int or pair, optional
        By default the kernel size, so that windows neither overlap nor leave gaps.
    padding : int, pair, pair of pairs or str
        As in `conv2d`; numbers may be at most half the kernel on each side, as in PyTorch, and "same", "same_upper" and
        "same_lower" pad at most half the dilated kernel, as in ONNX. Padded cells never win, but a window that reads
        only padding, as a dilated one may, gives -inf.
    ceil_mode : bool or str
        Round the division up: a last window may reach beyond the padding, but must not start after the input. With
        "unclipped" it may: so Caffe rounds up without padding. Such a window reads nothing of the input: its maximum is
        -inf, its average 0.

    Raises
    ------
    SpecError
        A number out of its bounds. A window larger than the padded input is refused by `output_size`.

    Examples
    --------
    >>> max_pool2d(2).output_size((5, 4)), max_pool2d(2, ceil_mode=True).output_size((5, 4))
    ((2, 2), (3, 2))
    """
    kernel_size, stride, dilation = window(kernel_size, kernel_size if stride is None else stride, dilation)
    return MaxPool2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=_pool_padding(padding, kernel_size, stride, dilation),
        dilation=dilation,
        ceil_mode=_ceil_mode(ceil_mode),
    )


def avg_pool2d(
    kernel_size: PairLike,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool | str = False,
    count_include_pad: bool = True,
    divisor_override: SupportsIndex | None = None,
    *,
    dilation: PairLike = 1,
) -> AvgPool2d:
    """Make average pooling: (C, H, W) -> (C, floor((H + p_top + p_bottom - d (kH - 1) - 1) / s) + 1, the same for W).

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, dilation
        As in `max_pool2d`. PyTorch has no dilation here; ONNX has it since version 19.
    count_include_pad : bool
        Whether padded cells count in the divisor. Cells that `ceil_mode` reads beyond the padding never do. A window
        without a cell that counts, as a dilated one may be, gives 0.
    divisor_override : int, optional
        What every sum is divided by, at least 1; by default the cells that count in its window.

    Raises
    ------
    SpecError
        As in `max_pool2d`.

    Examples
    --------
    >>> avg_pool2d(3, stride=2, padding=1).output_size((5, 6))
    (3, 3)
    """
    kernel_size, stride, dilation = window(kernel_size, kernel_size if stride is None else stride, dilation)
    return AvgPool2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=_pool_padding(padding, kernel_size, stride, dilation),
        ceil_mode=_ceil_mode(ceil_mode),
        count_include_pad=arguments.flag("count_include_pad", count_include_pad),
        divisor_override=None
        if divisor_override is None
        else arguments.integer("divisor_override", divisor_override, least=1),
        dilation=dilation,
    )


def _ceil_mode(value: object) -> bool | str:
    if isinstance(value, str) and value == UNCLIPPED:
        return value
    return arguments.flag("ceil_mode", value)


def _pool_padding(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair) -> Sides | str:
    """Return the padding: at most half the kernel, as in PyTorch, or for "same" half the dilated one, as in ONNX."""
    sides = window_padding(padding, kernel_size, stride, dilation)
    if isinstance(padding, str) or isinstance(sides, str):
        return sides
    for name, kernel, (before, after) in zip(("height", "width"), kernel_size, sides, strict=True):
        if 2 * max(before, after) > kernel:
            got = f"{before} + {after} (kernel {kernel})"
            raise SpecError(f"padding must be at most half the kernel {name}; got {got}.")
    return sides


def pool_max(layer: MaxPool2d, cells: Array) -> Array:
    """Return the largest cell of each window, (C, H, W) -> (C, H_out, W_out); -inf for a window of padding alone."""
    return _pool(layer, cells, np.maximum, -np.inf)


def pool_average(layer: AvgPool2d, cells: Array) -> Array:
    """Return the sum of each window over its divisor, (C, H, W) -> (C, H_out, W_out)."""
    output = _pool(layer, cells, np.add, 0)
    rows, columns = map(range, output.shape[1:])
    output /= divisors(layer, layer.axes(cells.shape[1:]), (rows, columns)).astype(cells.dtype)
    return output


def counted(axis: Axis, count_include_pad: bool) -> range:
    """Return the positions that count in the divisor; those that ceil_mode reads beyond the padding do not."""
    return range(-axis.before, axis.size + axis.after) if count_include_pad else range(axis.size)


def divisors(layer: AvgPool2d, axes: tuple[Axis, Axis], steps: tuple[range, range]) -> npt.NDArray[np.int64]:
    """Return what the sums of these windows are divided by, (rows, columns); 1 where no cell counts."""
    if layer.divisor_override is not None:
        return np.full([*map(len, steps)], layer.divisor_override)
    counts = [
        [len(axis.taps_inside(step, counted(axis, layer.count_include_pad))) for step in each]
        for axis, each in zip(axes, steps, strict=True)
    ]
    return np.multiply.outer(*counts).clip(1)


def _pool(layer: MaxPool2d | AvgPool2d, cells: Array, combine: np.ufunc, start: float) -> Array:
    """Combine along one axis after the other: kH + kW taps instead of kH kW, as maxima and sums may be taken so."""
    rows, columns = layer.output_size(cells.shape[1:])
    height, width = layer.axes(cells.shape[1:])
    lines = np.full((len(cells), rows, width.size), start, cells.dtype)
    for tap, steps in runs(height, rows):
        into = lines[:, steps.start : steps.stop]
        combine(into, cells[:, height.places(steps, tap)], out=into)
    output = np.full((len(cells), rows, columns), start, cells.dtype)
    for tap, steps in runs(width, columns):
        into = output[:, :, steps.start : steps.stop]
        combine(into, lines[:, :, width.places(steps, tap)], out=into)
    return output


def runs(axis: Axis, outputs: int) -> Iterator[tuple[int, range]]:
    """Yield each tap that is inside the input in some windows, with these; padding leaves the start value as it is."""
    for tap in _taps(axis, outputs):
        if steps := axis.steps_inside(tap, range(outputs), range(axis.size)):
            yield tap, steps


def _taps(axis: Axis, outputs: int) -> Iterable[int]:
    """Return the taps that may be inside the input, and few others: a kernel may be far larger than the input."""
    cells = range(axis.size)
    if axis.stride > axis.size:  # no cell is read twice, so no tap comes twice
        return chain.from_iterable(axis.taps_inside(step, cells) for step in reversed(range(outputs)))
    first, last = axis.taps_inside(outputs - 1, cells), axis.taps_inside(0, cells)
    return range(first.start, last.stop)
