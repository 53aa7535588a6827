"""Taps, the single products of a layer: what an output cell reads, and what an input cell adds to.

And the spans of all taps together: the input with its surroundings, and the output before cropping, as a picture shows
them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from .arguments import Array, PairLike
from .axis import linear_cells, nearest_cells, source
from .forward_pass import Layer
from .layers import Conv2d, ConvTranspose2d, Windowed
from .pooling import AvgPool2d, MaxPool2d, counted, divisor
from .resizing import Pad2d, PixelShuffle, Upsample2d

Cell = tuple[int, int, int]
"""(channel, row, column)."""

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
        The cell that the value comes from: `input`, or the cell that reflect, replicate or circular copies.
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


def tap_at(cells: Array, at: Cell, kernel: tuple[int, int], output: Cell, weight: float, mode: str = "zeros") -> Tap:
    """Return the tap that reads the unpadded coordinates `at`; padding without a source reads 0."""
    rows, columns = cells.shape[1:]
    row, column = source(at[1], rows, mode), source(at[2], columns, mode)
    copied = None if row is None or column is None else (at[0], row, column)
    value = 0.0 if copied is None else float(cells[copied])
    return Tap(
        input=at,
        source=copied,
        kernel=kernel,
        output=output,
        position=at[1:],
        input_value=value,
        weight=weight,
        product=value * weight,
        is_padding=copied != at,
    )


def convolution_taps(layer: Conv2d, cells: Array, weight: Array, output: Cell) -> Iterator[Tap]:
    """Yield what an output cell of a convolution reads: its group's channels, through every kernel cell."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    first = channel // (len(weight) // layer.groups) * weight.shape[1]
    for c, *kernel in np.ndindex(weight.shape[1:]):
        row, column = kernel
        at = first + c, height.position(i, row), width.position(j, column)
        yield tap_at(cells, at, (row, column), output, float(weight[channel, c, row, column]), layer.padding_mode)


def transposed_taps(layer: ConvTranspose2d, cells: Array, weight: Array, output: Cell) -> Iterator[Tap]:
    """Yield what an output cell of a transposed convolution reads of the zero-stretched input, the kernel flipped."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    group, c = divmod(channel, weight.shape[1])
    depth = len(cells) // layer.groups
    for n, *kernel in np.ndindex(depth, *layer.kernel_size):
        row, column = kernel
        c_in = group * depth + n
        down, across = height.stretched_position(i, row), width.stretched_position(j, column)
        on_lattice = down % height.stride == 0 and across % width.stride == 0
        is_inside = 0 <= down <= (height.size - 1) * height.stride and 0 <= across <= (width.size - 1) * width.stride
        at = (c_in, down // height.stride, across // width.stride) if on_lattice else None
        source = at if is_inside else None
        value = float(cells[source]) if source else 0.0
        stored = float(weight[c_in, c, row, column])
        yield Tap(
            input=at,
            source=source,
            kernel=(row, column),
            output=output,
            position=(down, across),
            input_value=value,
            weight=stored,
            product=value * stored if source else 0.0,  # `forward` never meets these zeros: no 0 times infinity
            is_padding=not is_inside,
            is_inserted=is_inside and not on_lattice,
        )


def stamp_taps(layer: ConvTranspose2d, cells: Array, weight: Array, cell: Cell) -> Iterator[Tap]:
    """Yield what an input cell of a transposed convolution adds to, whether the padding crops it or not."""
    c_in, i, j = cell
    height, width = layer.axes(cells.shape[1:])
    first = c_in // (len(cells) // layer.groups) * weight.shape[1]
    for c, *kernel in np.ndindex(weight.shape[1:]):
        row, column = kernel
        output = first + c, height.position(i, row), width.position(j, column)
        yield tap_at(cells, cell, (row, column), output, float(weight[c_in, c, row, column]))


def gather(layer: Layer, cells: Array, weight: Array | None, output: Cell) -> Iterable[Tap]:
    """Return the taps of an output cell, in the order of input channel, kernel row and kernel column."""
    channel, i, j = output
    match layer:
        case Conv2d():
            assert weight is not None  # checked_arrays refuses None
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
    """Yield taps of which the winner, the first among equals, has weight 1; padding wins only over padding."""
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
    """Yield taps in which every cell that counts has the weight 1 / divisor; padding may count too."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    include = layer.count_include_pad
    share = 1 / (divisor(height, i, include) * divisor(width, j, include))
    for row, column in np.ndindex(layer.kernel_size):
        down, across = height.position(i, row), width.position(j, column)
        is_counted = down in counted(height, include) and across in counted(width, include)
        yield tap_at(cells, (channel, down, across), (row, column), output, share if is_counted else 0.0)


def _resized(layer: Upsample2d, cells: Array, output: Cell) -> Iterator[Tap]:
    """Yield the one cell that nearest copies, or up to four that bilinear mixes; `kernel` numbers them."""
    channel, *place = output
    cells_on = linear_cells if layer.mode == "bilinear" else nearest_cells
    rows, columns = (cells_on(*axis) for axis in zip(place, cells.shape[1:], layer.scale_factor, strict=True))
    for i, (row, weight) in enumerate(rows):
        for j, (column, factor) in enumerate(columns):
            yield tap_at(cells, (channel, row, column), (i, j), output, weight * factor)


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


def unread_lines(layer: MaxPool2d | AvgPool2d, input_size: PairLike) -> tuple[list[int], list[int]]:
    """Return the rows and columns of the input that no window of a pooling reads.

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
