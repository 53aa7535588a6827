"""Overlap, the number of paths into each output cell, which prints checkerboard patterns; and the map of even pairs.

A transposed convolution whose stride does not divide its kernel writes some cells more often than others, in a
periodic order (Odena, Dumoulin & Olah, Deconvolution and Checkerboard Artifacts, Distill 2016,
https://doi.org/10.23915/distill.00003). All is counted along one axis at a time: a path into a cell is a path into its
row and one into its column, so the count of a cell is that of its row times that of its column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any, Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import Conv2d, ConvTranspose2d, Layer, arguments, conv_transpose2d
from convviz.arithmetic.arguments import Pair, PairLike, shown
from convviz.errors import SpecError

from .receptive.counting import bounded_counts, unbounded_counts
from .receptive.footprints import Sliding, footprints, inside

Counts = tuple[int, ...]
Ratio = Fraction | float
"""An exact fraction, or the float `inf`."""

LAYERS: Final = 4
"""Layers of a stack."""

SIDE: Final = 2048
"""Rows or columns of the input and of every layer's output."""

MOST_PADDED: Final = 6144
"""Cells of an input with a padding of copied ones."""

INT64: Final = 2**63
"""From here on counts are Python integers."""

MOST: Final = 32
"""The largest kernel, stride and dilation in a map, and the largest number of kernels or strides."""

RULE: Final = (
    "The overlap is even exactly where the stride divides the kernel size; even is no promise of a clean output."
)


@dataclass(frozen=True, slots=True)
class AxisOverlap:
    """Paths into each row (or column) of the output.

    Attributes
    ----------
    counts : tuple of int
        One exact integer for every row of the output.
    interior : tuple of int
        Counts over one period of an unbounded input; row i of the output belongs to ``interior[i % period]``.
    """

    counts: Counts
    interior: Counts

    @property
    def period(self) -> int:
        """Rows of the output after which the layers repeat, whether or not the counts differ in between."""
        return len(self.interior)

    @property
    def ratio(self) -> Ratio:
        """The largest count of the interior divided by the smallest: a Fraction, or `inf` if some rows get nothing."""
        least = min(self.interior)
        return Fraction(max(self.interior), least) if least else inf

    @property
    def is_even(self) -> bool:
        """Whether every row of the interior gets as many paths as all others, and any at all."""
        return self.ratio == 1

    @property
    def border(self) -> tuple[bool, ...]:
        """The rows whose counts differ from those far from every border."""
        return tuple(count != self.interior[i % self.period] for i, count in enumerate(self.counts))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Paths into each output cell of a layer or a stack, as `overlap` counts them. All arrays are read-only.

    Attributes
    ----------
    layers : tuple of Layer
        The stack.
    input_size : Pair
        (height, width) of the input.
    rows, columns : AxisOverlap
        The counts of either axis; those of the cells are their outer product.
    """

    layers: tuple[Layer, ...]
    input_size: Pair
    rows: AxisOverlap
    columns: AxisOverlap

    @property
    def counts(self) -> npt.NDArray[Any]:
        """(H_out, W_out): exact integers, int64 or, if they are too large for that, Python's."""
        return _outer(self.rows.counts, self.columns.counts)

    @property
    def interior(self) -> npt.NDArray[Any]:
        """(h, w) of `period`: the counts of an unbounded input; cell (i, j) belongs to ``interior[i % h, j % w]``."""
        return _outer(self.rows.interior, self.columns.interior)

    @property
    def border(self) -> npt.NDArray[np.bool_]:
        """(H_out, W_out): the cells whose counts differ from `interior`, because the input ends."""
        height, width = self.output_size
        interior = self.interior
        expected = interior[np.ix_(np.arange(height) % self.rows.period, np.arange(width) % self.columns.period)]
        return _locked(np.asarray(self.counts != expected, bool))

    @property
    def output_size(self) -> Pair:
        """(height, width) of the output."""
        return len(self.rows.counts), len(self.columns.counts)

    @property
    def period(self) -> Pair:
        """(height, width), in output cells, after which the layers repeat.

        A scale of 2 has the period 2 even if all counts are equal, because the weights may still differ.
        """
        return self.rows.period, self.columns.period

    @property
    def ratio(self) -> Ratio:
        """The largest count of the interior divided by the smallest: a Fraction, or `inf` if some cells get nothing."""
        ratios = self.rows.ratio, self.columns.ratio
        return inf if inf in ratios else ratios[0] * ratios[1]

    @property
    def is_even(self) -> bool:
        """Whether all cells of the interior get equally many paths, and any at all.

        Even overlap is not a promise: the weights on the paths may still print a pattern of this period.
        """
        return self.ratio == 1


def overlap(layers: Layer | Sequence[Layer], input_size: PairLike) -> Overlap:
    """Count the paths from input cells into each output cell.

    Parameters
    ----------
    layers : Layer or sequence of Layer
        One layer, or the 1 to 4 layers of a stack, the first applied first.
    input_size : int or Pair
        (height, width), in input cells.

    Raises
    ------
    SpecError
        Values that are not layers, or do not fit the input; or sides of more than 2048 cells.

    Notes
    -----
    Paths run from one channel of the input to one channel of the output that reads it:

    * Transposed convolution: one path for every stamp that writes the cell.
    * Convolution and pooling: one for every kernel cell that reads a real cell. Zeros of a padding are not cells; cells
      that reflect, replicate and circular copy are. The division of averages and the choice of maxima do not matter.
    * Resizing: one, from the cell that it copies. Bilinear mixes cells with weights that sum to 1: together they count
      as one, from the cell in which the output's center lies (the later of two with the center on their border).
    * Pixel shuffle: one, from the cell whose channel it copies.
    * Padding: none into its zeros.

    Through a stack every path continues along all paths of the next layer: the counts are the output for an input of
    ones and kernels of ones. `Overlap.interior`, and with it `ratio` and `is_even`, is that of an input without end, in
    which padding only shifts.

    Examples
    --------
    A kernel of 3 at a stride of 2, as in many decoders; every second row counts twice, and cells up to four times:

    >>> from convviz.arithmetic import conv_transpose2d
    >>> uneven = overlap(conv_transpose2d(3, stride=2), 3)
    >>> uneven.rows.counts, uneven.rows.ratio
    ((1, 1, 2, 1, 2, 1, 1), Fraction(2, 1))
    >>> uneven.ratio, uneven.interior.tolist()
    (Fraction(4, 1), [[4, 2], [2, 1]])

    A second such layer makes it worse; a kernel that the stride divides is even:

    >>> overlap([conv_transpose2d(3, stride=2)] * 2, 3).ratio
    Fraction(9, 1)
    >>> overlap(conv_transpose2d(4, stride=2), 3).is_even
    True
    """
    stack = _stack(layers)
    size = arguments.pair("input_size", input_size, least=1)
    if max(size) > SIDE:
        raise SpecError(f"input_size must be at most {SIDE} on either side for its paths to be counted; got {size}.")
    counts: list[list[int]] = [[1] * cells for cells in size]
    interior: list[list[int]] = [[1], [1]]
    for number, layer in enumerate(stack, start=1):
        where = f"layer {number} of {len(stack)}: " if len(stack) > 1 else ""
        before = (len(counts[0]), len(counts[1]))
        try:
            after = layer.output_size(before)
            _check_side("output", after, layer)
            windows = footprints(layer, before)
            interior = [unbounded_counts(window, cells) for window, cells in zip(windows, interior, strict=True)]
            for axis in layer.axes(before) if isinstance(layer, Conv2d) and layer.padding_mode != "zeros" else ():
                if axis.padded > MOST_PADDED:
                    raise SpecError(f"padded input {axis.name} must be at most {MOST_PADDED}; got {axis.padded}.")
            counts = [bounded_counts(*numbers) for numbers in zip(windows, counts, after, strict=True)]
        except SpecError as error:
            raise SpecError(f"{where}{error}") from error
    rows, columns = (AxisOverlap(tuple(counts[n]), tuple(interior[n])) for n in (0, 1))
    return Overlap(stack, size, rows, columns)


def stamps(layer: ConvTranspose2d, input_size: PairLike) -> tuple[tuple[range, ...], tuple[range, ...]]:
    """Return the output rows that each input row writes, and the same for columns, without those that are cropped.

    Raises
    ------
    SpecError
        The layer is not a transposed convolution, or does not fit the input; or sides of more than 2048 cells.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> rows, columns = stamps(conv_transpose2d((3, 4), stride=2), (3, 1))
    >>> rows, columns
    ((range(0, 3), range(2, 5), range(4, 7)), (range(0, 4),))
    """
    if not isinstance(layer, ConvTranspose2d):
        raise SpecError(f"layer must be a transposed convolution for its stamps; got {shown(layer)}.")
    size = arguments.pair("input_size", input_size, least=1)
    output = layer.output_size(size)
    for name, sides in (("input", size), ("output", output)):
        _check_side(name, sides, layer)
    windows = (Sliding(axis.kernel, axis.stride, axis.dilation, axis.before) for axis in layer.axes(size))
    rows, columns = (  # an input cell writes what the convolution with the same numbers reads
        tuple(inside(window.cells(cell), written) for cell in range(cells))
        for window, cells, written in zip(windows, size, output, strict=True)
    )
    return rows, columns


def _stack(layers: object) -> tuple[Layer, ...]:
    """Return one layer or several as a tuple."""
    values = (layers,) if isinstance(layers, Layer) else tuple(layers) if isinstance(layers, list | tuple) else ()
    stack = tuple(layer for layer in values if isinstance(layer, Layer))
    if not 1 <= len(stack) <= LAYERS or len(stack) < len(values):
        got = f"{len(values)} of them" if len(values) > LAYERS else shown(layers)
        raise SpecError(
            f"layers must be one layer made by conv2d, conv_transpose2d and their like, or 1 to {LAYERS}; got {got}."
        )
    return stack


def _check_side(name: str, size: Pair, layer: Layer) -> None:
    if max(size) > SIDE:
        raise SpecError(
            f"{name} must be at most {SIDE} on either side for its paths to be counted;"
            f" got {size} for {type(layer).__name__}."
        )


def _outer(rows: Counts, columns: Counts) -> npt.NDArray[Any]:
    # A count of many digits next to zeros alone: no product shows it, but int64 could not hold it.
    largest = max(max(rows), max(columns), max(rows) * max(columns))
    kind = np.int64 if largest < INT64 else object
    return _locked(np.multiply.outer(np.array(rows, kind), np.array(columns, kind)))


def _locked(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True)
class OverlapMap:
    """How unevenly a transposed convolution overlaps, for every pair of a kernel size and a stride.

    Attributes
    ----------
    kernel_sizes, strides : tuple of int
        The same on both axes.
    dilation : int
        The same on both axes.
    axes : int
        1 for the ratios along one axis, 2 for those of cells, their squares.
    ratios : tuple of tuple
        One row for each stride, with one exact ratio for each kernel size: max / min, `inf` if cells get nothing.
    """

    kernel_sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: int
    axes: int
    ratios: tuple[tuple[Ratio, ...], ...]

    def ratio(self, kernel_size: int, stride: int) -> Ratio:
        """Return the ratio of one of the pairs."""
        return self.ratios[self.strides.index(stride)][self.kernel_sizes.index(kernel_size)]

    @property
    def rule(self) -> str:
        """A sentence about the pairs whose overlap is even."""
        if self.dilation == 1:
            return RULE
        where = f"stride divides the kernel size and has no factor in common with the dilation of {self.dilation}"
        return f"The overlap is even exactly where the {where}; even is no promise of a clean output."


def overlap_map(
    kernel_sizes: Sequence[SupportsIndex] = range(1, 13),
    strides: Sequence[SupportsIndex] = range(1, 9),
    *,
    dilation: SupportsIndex = 1,
    axes: SupportsIndex = 2,
) -> OverlapMap:
    """Return the ratio of overlap for every pair of a kernel size and a stride, in an unbounded input.

    Parameters
    ----------
    kernel_sizes, strides : sequence of int
        Up to 32 integers from 1 to 32.
    dilation : int
        From 1 to 32.
    axes : int
        1 for the ratio along one axis, 2 for that of square kernels.

    Raises
    ------
    SpecError
        Numbers are outside these bounds.

    Examples
    --------
    >>> pairs = overlap_map([2, 3, 4], [1, 2, 3])
    >>> [[str(ratio) for ratio in row] for row in pairs.ratios]
    [['1', '1', '1'], ['1', '4', '1'], ['inf', '1', '4']]
    >>> overlap_map([4], [2], dilation=2).ratios
    ((inf,),)
    """
    number = arguments.integer("axes", axes, least=1)
    if number > 2:
        raise SpecError(f"axes must be 1 or 2; got {shown(axes)}.")
    kernels, steps = _numbers("kernel_sizes", kernel_sizes), _numbers("strides", strides)
    hole = arguments.integer("dilation", dilation, least=1)
    if hole > MOST:
        raise SpecError(f"dilation must be at most {MOST}; got {hole}.")

    def ratio(kernel: int, stride: int) -> Ratio:
        along = overlap(conv_transpose2d(kernel, stride=stride, dilation=hole), 1).rows.ratio
        return along**number if isinstance(along, Fraction) else inf

    ratios = tuple(tuple(ratio(kernel, step) for kernel in kernels) for step in steps)
    return OverlapMap(kernels, steps, hole, number, ratios)


def _numbers(name: str, values: Sequence[SupportsIndex]) -> tuple[int, ...]:
    try:
        members = tuple(values)
    except TypeError:
        raise SpecError(f"{name} must be 1 to {MOST} integers of at most {MOST}; got {shown(values)}.") from None
    numbers = tuple(arguments.integer(name, value, least=1) for value in members)
    if not 1 <= len(numbers) <= MOST or max(numbers) > MOST:
        got = f"{len(numbers)} of them, the largest {max(numbers, default=0)}"
        raise SpecError(f"{name} must be 1 to {MOST} integers of at most {MOST}; got {got}.")
    return numbers
