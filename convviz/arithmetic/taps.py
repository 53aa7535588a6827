"""Taps, the single products of a layer: what an output cell reads, and what an input cell adds to.

And the spans of all taps together: the input with its surroundings, and the output before cropping, as a picture shows
them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from math import inf
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from .adaptive import AdaptiveAvgPool2d, AdaptiveMaxPool2d, AdaptivePool2d, window
from .arguments import Array, PairLike
from .axis import Axis, copied, linear_cells, nearest_cells
from .forward_pass import Layer
from .layers import Conv2d, ConvTranspose2d, Windowed
from .pooling import AvgPool2d, MaxPool2d, counted, divisors
from .resizing import Pad2d, PixelShuffle, Upsample2d

Cell = tuple[int, int, int]
"""(channel, row, column)."""

WindowLayer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d

Spans = tuple[range, range]
"""Row and column positions of a plane, padding at negative positions."""


@dataclass(frozen=True, slots=True)
class Tap:
    """One product: an input cell times a kernel cell, for an output cell.

    Parameters
    ----------
    input : (int, int, int) or None
        (channel, row, column), counted without padding and so possibly outside; None for an inserted zero.
    source : (int, int, int) or None
        The cell that the value comes from: `input`, or the cell that the padding mode copies.
    kernel : (int, int)
        (row, column) in the stored weight, or in the window of a pooling.
    output : (int, int, int)
        (channel, row, column); in scatter, possibly cropped.
    position : (int, int)
        (row, column) on the input plane as it is drawn; for a transposed convolution in gather, the plane with inserted
        zeros, where input cell n is at n times the stride.
    input_value, weight, product : float
    is_padding, is_inserted : bool
        Whether the cell is padding (or read by ceil_mode beyond it), or a zero between input cells.
    """

    input: Cell | None
    source: Cell | None
    kernel: tuple[int, int]
    output: Cell
    position: tuple[int, int]
    input_value: float
    weight: float
    product: float
    is_padding: bool = False
    is_inserted: bool = False


Number = TypeVar("Number", bound=np.generic)
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TapArrays:
    """The taps of many steps at once, as arrays.

    Their axes are row and column of the step, channel, row and column of the kernel. Along an axis on which it does not
    depend an array has the length 1; all of them broadcast to ``shape``.

    Attributes
    ----------
    shape : tuple of int
        The lengths of the axes.
    channel, row, column : array
        Where each tap is on the input plane as it is drawn.
    source_row, source_column : array
        The input cell that its value comes from, -1 where a zero is read.
    kernel_row, kernel_column : array
        Its cell of the stored weight, or of the window of a pooling.
    output_channel, output_row, output_column : array
        The output cell that its product is for.
    input_value, weight, product : array
    is_padding, is_inserted : array
        As in `Tap`.
    """

    shape: tuple[int, ...]
    channel: Integers
    row: Integers
    column: Integers
    source_row: Integers
    source_column: Integers
    kernel_row: Integers
    kernel_column: Integers
    output_channel: Integers
    output_row: Integers
    output_column: Integers
    input_value: Numbers
    weight: Numbers
    product: Numbers
    is_padding: Booleans
    is_inserted: Booleans

    def by_step(self, array: NDArray[Number]) -> NDArray[Number]:
        """Return one of the arrays, or what is made of them, with a row for each step and a column for each tap."""
        return np.broadcast_to(array, self.shape).reshape(self.shape[0] * self.shape[1], -1)

    def taps(self, stride: tuple[int, int] = (1, 1)) -> Iterator[Tap]:
        """Yield every tap by itself, step by step; cell n of the input is at n times ``stride`` on the plane."""
        arrays: Any = (self.by_step(getattr(self, each.name)).ravel().tolist() for each in fields(self)[1:])
        for c, row, column, down, across, i, j, *output, value, weight, product, is_padding, is_inserted in zip(
            *arrays, strict=True
        ):
            is_between = row % stride[0] or column % stride[1]
            yield Tap(
                input=None if is_between else (c, row // stride[0], column // stride[1]),
                source=None if down < 0 or across < 0 else (c, down, across),
                kernel=(i, j),
                output=(output[0], output[1], output[2]),
                position=(row, column),
                input_value=value,
                weight=weight,
                product=product,
                is_padding=is_padding,
                is_inserted=is_inserted,
            )


class _Lines(NamedTuple):
    """What the taps of some steps read along one axis."""

    position: Integers
    source: Integers
    is_outside: Booleans
    is_between: Booleans


def _lines(layer: WindowLayer, axis: Axis, step: Integers, tap: Integers) -> _Lines:
    """Return what some steps read along an axis; of a transposed convolution on the zero-stretched input."""
    if isinstance(layer, ConvTranspose2d):
        position = axis.stretched_position(step, tap)
        is_outside = (position < 0) | (position > (axis.size - 1) * axis.stride)
        is_between = position % axis.stride != 0
        return _Lines(position, np.where(is_outside | is_between, -1, position // axis.stride), is_outside, is_between)
    position = axis.position(step, tap)
    is_outside = (position < 0) | (position >= axis.size)
    mode = layer.padding_mode if isinstance(layer, Conv2d) else "zeros"
    beyond = -1 if mode == "zeros" else copied(position, axis.size, mode)
    return _Lines(position, np.where(is_outside, beyond, position), is_outside, np.zeros_like(is_outside))


def _steps(rows: range, columns: range) -> tuple[Integers, Integers]:
    """Return rows and columns of steps along the axes of `TapArrays`."""
    down, across = np.arange(rows.start, rows.stop), np.arange(columns.start, columns.stop)
    return down[:, None, None, None, None], across[:, None, None, None]


def _kernel(layer: WindowLayer) -> tuple[Integers, Integers]:
    """Return rows and columns of the kernel along the axes of `TapArrays`."""
    return np.arange(layer.kernel_size[0])[:, None], np.arange(layer.kernel_size[1])


def gathered_taps(
    layer: WindowLayer, cells: Array, weight: Array | None, channel: int, rows: range, columns: range
) -> TapArrays:
    """Return what the output cells of one channel read that are in these rows and columns.

    Of a transposed convolution they read the zero-stretched input, the kernel flipped. In max pooling the winner, the
    first among equals, has weight 1, and padding wins only over padding; in average pooling every cell that counts has
    the weight 1 / divisor, and padding may count too.
    """
    axes, steps, kernel = layer.axes(cells.shape[1:]), _steps(rows, columns), _kernel(layer)
    down, across = (_lines(layer, *line) for line in zip(axes, steps, kernel, strict=True))
    is_padding = down.is_outside | across.is_outside
    is_read = (down.source >= 0) & (across.source >= 0)
    channels, stencils = _group(layer, cells, weight, channel)
    value = np.where(is_read, cells[channels, down.source, across.source], 0.0).astype(float, copy=False)
    if isinstance(layer, MaxPool2d):
        value = np.where(is_padding, -inf, value)
        stencils = _winners(value, is_padding)
        product = np.where(stencils > 0, value, 0.0)
    else:
        if isinstance(layer, AvgPool2d):
            stencils = _shares(layer, axes, (down.position, across.position), (rows, columns))
        with np.errstate(over="ignore", invalid="ignore"):
            product = value * stencils
        if isinstance(layer, ConvTranspose2d):
            product = np.where(is_read, product, 0.0)  # `forward` never meets these zeros: no 0 times infinity
    return TapArrays(
        shape=(len(rows), len(columns), len(channels), *layer.kernel_size),
        channel=channels,
        row=down.position,
        column=across.position,
        source_row=down.source,
        source_column=across.source,
        kernel_row=kernel[0],
        kernel_column=kernel[1],
        output_channel=np.array(channel),
        output_row=steps[0],
        output_column=steps[1],
        input_value=value,
        weight=stencils,
        product=product,
        is_padding=is_padding,
        is_inserted=~is_padding & (down.is_between | across.is_between),
    )


def _group(layer: WindowLayer, cells: Array, weight: Array | None, channel: int) -> tuple[Integers, Numbers]:
    """Return the input channels that an output channel reads, and their kernels; of pooling the channel itself."""
    if weight is None:
        return np.array([[[channel]]]), np.ones(1)
    if isinstance(layer, ConvTranspose2d):
        depth, (group, c) = len(cells) // layer.groups, divmod(channel, weight.shape[1])
        first, stencils = group * depth, weight[group * depth : (group + 1) * depth, c]
    else:
        assert isinstance(layer, Conv2d)  # others have no weight
        depth, stencils = weight.shape[1], weight[channel]
        first = channel // (len(weight) // layer.groups) * depth
    return np.arange(first, first + depth)[:, None, None], stencils.astype(float, copy=False)


def _winners(value: Numbers, is_padding: Booleans) -> Numbers:
    """Return 1 for the largest of each window, the first among equals, and 0 for the others; padding is -inf."""
    windows = (*value.shape[:3], -1)
    largest = value.reshape(windows).argmax(-1, keepdims=True)
    is_other = np.broadcast_to(is_padding, value.shape).reshape(windows)
    # Where nothing is more than padding the first cell that is none wins; where there is none, the first of all.
    first = (~is_other).argmax(-1, keepdims=True)
    winner = np.where(np.take_along_axis(is_other, largest, -1), first, largest)
    ones: Numbers = (np.arange(is_other.shape[-1]) == winner).astype(float)
    return ones.reshape(value.shape)


def _shares(
    layer: AvgPool2d, axes: tuple[Axis, Axis], positions: tuple[Integers, Integers], steps: tuple[range, range]
) -> Numbers:
    """Return 1 / divisor for every cell that counts, and 0 for the others."""
    spans = [counted(axis, layer.count_include_pad) for axis in axes]
    down, across = ((at >= span.start) & (at < span.stop) for at, span in zip(positions, spans, strict=True))
    return np.where(down & across, 1 / divisors(layer, axes, steps)[:, :, None, None, None], 0.0)


def stamped_taps(
    layer: ConvTranspose2d, cells: Array, weight: Array, channel: int, rows: range, columns: range
) -> TapArrays:
    """Return what the input cells of one channel add to that are in these rows and columns, cropped or not."""
    height, width = layer.axes(cells.shape[1:])
    (row, column), (kernel_row, kernel_column) = _steps(rows, columns), _kernel(layer)
    first = channel // (len(cells) // layer.groups) * weight.shape[1]
    value, stencils = (each.astype(float, copy=False) for each in (cells[channel, row, column], weight[channel]))
    with np.errstate(over="ignore", invalid="ignore"):
        product = value * stencils
    never = np.array(False)
    return TapArrays(
        shape=product.shape,
        channel=np.array(channel),
        row=row,
        column=column,
        source_row=row,
        source_column=column,
        kernel_row=kernel_row,
        kernel_column=kernel_column,
        output_channel=np.arange(first, first + weight.shape[1])[:, None, None],
        output_row=height.position(row, kernel_row),
        output_column=width.position(column, kernel_column),
        input_value=value,
        weight=stencils,
        product=product,
        is_padding=never,
        is_inserted=never,
    )


def gather(layer: Layer, cells: Array, weight: Array | None, output: Cell) -> Iterable[Tap]:
    """Return the taps of an output cell, in the order of input channel, kernel row and kernel column."""
    channel, i, j = output
    match layer:
        case Conv2d() | MaxPool2d() | AvgPool2d():
            return gathered_taps(layer, cells, weight, channel, range(i, i + 1), range(j, j + 1)).taps()
        case ConvTranspose2d():
            return gathered_taps(layer, cells, weight, channel, range(i, i + 1), range(j, j + 1)).taps(layer.stride)
        case AdaptiveAvgPool2d() | AdaptiveMaxPool2d():
            return _adapted(layer, cells, output)
        case Upsample2d():
            return _resized(layer, cells, output)
        case PixelShuffle(factor=factor):
            phase = i % factor * factor + j % factor
            outputs = len(cells) // factor**2
            source = channel * factor**2 + phase if layer.mode == "CRD" else phase * outputs + channel
            return [_tap_at(cells, (source, i // factor, j // factor), (0, 0), output, 1.0)]
        case Pad2d(padding=((top, _), (left, _)), value=value):
            return [_tap_at(cells, (channel, i - top, j - left), (0, 0), output, 1.0, value)]


def _tap_at(cells: Array, at: Cell, kernel: tuple[int, int], output: Cell, weight: float, beyond: float = 0.0) -> Tap:
    """Return the tap that reads the unpadded coordinates `at`, and a number where that is beyond the input."""
    is_inside = 0 <= at[1] < cells.shape[1] and 0 <= at[2] < cells.shape[2]
    value = float(cells[at]) if is_inside else beyond
    return Tap(
        input=at,
        source=at if is_inside else None,
        kernel=kernel,
        output=output,
        position=at[1:],
        input_value=value,
        weight=weight,
        product=value * weight,
        is_padding=not is_inside,
    )


def _adapted(layer: AdaptivePool2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """Yield the cells of a window of adaptive pooling; of the largest ones the first has the weight 1."""
    channel, *place = output
    rows, columns = (range(*window(*axis)) for axis in zip(place, cells.shape[1:], layer.output, strict=True))
    values = cells[channel, rows.start : rows.stop, columns.start : columns.stop]
    weights = np.full(values.shape, 1 / values.size)
    if isinstance(layer, AdaptiveMaxPool2d):
        weights = (np.arange(values.size) == values.argmax()).astype(float).reshape(values.shape)
    for i, j in np.ndindex(values.shape):
        tap = _tap_at(cells, (channel, rows[i], columns[j]), (i, j), output, float(weights[i, j]))
        yield tap if tap.weight else replace(tap, product=0.0)  # no 0 times infinity


def _resized(layer: Upsample2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """Yield the one cell that nearest copies, or up to four that bilinear mixes; `kernel` numbers them."""
    channel, *place = output
    cells_on = linear_cells if layer.mode == "bilinear" else nearest_cells
    rows, columns = (cells_on(*axis) for axis in zip(place, cells.shape[1:], layer.scale_factor, strict=True))
    for i, (row, weight) in enumerate(rows):
        for j, (column, factor) in enumerate(columns):
            yield _tap_at(cells, (channel, row, column), (i, j), output, weight * factor)


def read_spans(layer: Windowed, input_size: PairLike) -> Spans:
    """Return the positions of the input plane that windows pass over, with padding and what ceil_mode reads beyond it.

    For a transposed convolution these are positions of the zero-stretched input, whose cell n is at n s; the plane is
    the stretched input and the ring of zeros around it, as far as any window reaches. Where the padding crops more than
    the ring has, the span still covers the whole stretched input.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d, conv_transpose2d, max_pool2d
    >>> read_spans(conv2d(3, padding=(1, 2)), (5, 4))
    (range(-1, 6), range(-2, 6))
    >>> read_spans(conv_transpose2d(3, stride=2, padding=1), (3, 2))
    (range(-1, 6), range(-1, 4))
    >>> read_spans(max_pool2d(2, ceil_mode=True), (4, 5))
    (range(0, 4), range(0, 6))
    """
    axes = layer.axes(input_size)
    if not isinstance(layer, ConvTranspose2d):
        # Only with ceil_mode, which only poolings have, does a window reach beyond the padding.
        counts = layer.output_size(input_size) if isinstance(layer, MaxPool2d | AvgPool2d) else (0, 0)
        rows, columns = (
            range(-axis.before, max(axis.size + axis.after, axis.position(count - 1, axis.kernel - 1) + 1))
            for axis, count in zip(axes, counts, strict=True)
        )
        return rows, columns
    rows, columns = (
        range(min(0, reached.start), max((axis.size - 1) * axis.stride + 1, reached.stop))
        for axis, reached in zip(axes, reached_spans(layer, input_size), strict=True)
    )
    return rows, columns


def unread_lines(layer: Conv2d | MaxPool2d | AvgPool2d, input_size: PairLike) -> tuple[list[int], list[int]]:
    """Return the rows and columns of the input that no window reads.

    Examples
    --------
    >>> from convviz.arithmetic import max_pool2d
    >>> unread_lines(max_pool2d(2, stride=(2, 3)), (5, 5))
    ([4], [2])
    """
    rows, columns = (
        sorted({*range(axis.size)} - {axis.position(n, tap) for n in range(count) for tap in range(axis.kernel)})
        for axis, count in zip(layer.axes(input_size), layer.output_size(input_size), strict=True)
    )
    return rows, columns


def reached_spans(layer: ConvTranspose2d, input_size: PairLike) -> Spans:
    """Return the positions of the zero-stretched input from the first to the last that any window of a gather reads.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> reached_spans(conv_transpose2d(1, stride=2, padding=(0, 1)), (3, 3))
    (range(0, 5), range(1, 4))
    """
    rows, columns = (
        range(axis.stretched_position(0, axis.kernel - 1), axis.stretched_position(size - 1, 0) + 1)
        for axis, size in zip(layer.axes(input_size), layer.output_size(input_size), strict=True)
    )
    return rows, columns


def stamp_spans(layer: ConvTranspose2d, input_size: PairLike) -> Spans:
    """Return the positions of the output plane before cropping: all that the stamps cover, and all of the output.

    The cells that output_padding adds replace cropped ones as long as there are any; only those beyond are out of the
    reach of all stamps.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> stamp_spans(conv_transpose2d(3, stride=2, padding=(1, 0), output_padding=1), (3, 3))
    (range(-1, 6), range(0, 8))
    """
    rows, columns = (
        range(-axis.before, max(size, axis.position(axis.size - 1, axis.kernel - 1) + 1))
        for axis, size in zip(layer.axes(input_size), layer.output_size(input_size), strict=True)
    )
    return rows, columns
