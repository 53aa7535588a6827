"""How many paths lead into each output cell: the overlap that prints chequered patterns.

A transposed convolution whose stride does not divide its kernel writes some cells more often than others, again and
again in the same order (Odena, Dumoulin & Olah, Deconvolution and Checkerboard Artifacts, Distill 2016,
https://doi.org/10.23915/distill.00003). Everything here counts along one axis at a time: a path into a cell is a path
into its row and one into its column, so the count of a cell is that of its row times that of its column.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import Conv2d, ConvTranspose2d, Layer, parse
from convviz.arithmetic.axis import copied
from convviz.arithmetic.parse import Pair, PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .receptive.footprints import Footprint, Resized, Sliding, footprints, inside

Counts = tuple[int, ...]
Ratio = Fraction | float
"""An exact fraction, or the float `inf`."""

LAYERS: Final = 4
"""Layers of a stack."""

SIDE: Final = 2048
"""Rows or columns of the input and of every layer's output."""

PERIOD: Final = 4096
"""Cells after which a stack repeats itself, along one axis."""

MOST_PADDED: Final = 6144
"""Cells of an input with a padding of copied ones."""

INT64: Final = 2**63
"""From here on counts are Python integers."""


@dataclass(frozen=True, slots=True)
class AxisOverlap:
    """Paths into each row (or column) of the output.

    Attributes
    ----------
    counts : One exact integer for every row of the output.
    interior : Counts over one period of an unbounded input; row i of the output belongs to ``interior[i % period]``.
    """

    counts: Counts
    interior: Counts

    @property
    def period(self) -> int:
        """Rows of the output after which the layers do the same again, whether or not the counts differ in between."""
        return len(self.interior)

    @property
    def ratio(self) -> Ratio:
        """The largest count of the interior by the smallest: a Fraction, or `inf` if some rows get nothing."""
        least = min(self.interior)
        return Fraction(max(self.interior), least) if least else inf

    @property
    def is_even(self) -> bool:
        """Whether every row of the interior gets as many paths as all others, and any at all."""
        return self.ratio == 1

    @property
    def border(self) -> tuple[bool, ...]:
        """Which rows count other than they would far from every border."""
        return tuple(count != self.interior[i % self.period] for i, count in enumerate(self.counts))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Paths into each output cell of a layer or a stack, as `overlap` counts them. All arrays are read-only.

    Attributes
    ----------
    layers, input_size : What was asked for.
    rows, columns : The counts of either axis; those of the cells are their outer product.
    """

    layers: tuple[Layer, ...]
    input_size: Pair
    rows: AxisOverlap
    columns: AxisOverlap

    @property
    def counts(self) -> npt.NDArray[Any]:
        """(H_out, W_out): exact integers, int64 or, where they are too large for that, Python's."""
        return _outer(self.rows.counts, self.columns.counts)

    @property
    def interior(self) -> npt.NDArray[Any]:
        """(h, w) of `period`: the counts of an unbounded input; cell (i, j) belongs to ``interior[i % h, j % w]``."""
        return _outer(self.rows.interior, self.columns.interior)

    @property
    def border(self) -> npt.NDArray[np.bool_]:
        """(H_out, W_out): the cells that count other than `interior` says, for the input ends."""
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
        """(height, width) of what repeats: the layers do the same again so many output cells further on.

        A scale of 2 has the period 2 even where all counts are equal, for the weights may still differ.
        """
        return self.rows.period, self.columns.period

    @property
    def ratio(self) -> Ratio:
        """The largest count of the interior by the smallest: a Fraction, or `inf` if some cells get nothing."""
        ratios = self.rows.ratio, self.columns.ratio
        return inf if inf in ratios else ratios[0] * ratios[1]

    @property
    def is_even(self) -> bool:
        """Whether all cells of the interior get equally many paths, and any at all.

        Even overlap is no promise: the weights on the paths may still print a pattern of this period.
        """
        return self.ratio == 1


def overlap(layers: Layer | Sequence[Layer], input_size: PairLike) -> Overlap:
    """Count the paths from input cells into each output cell.

    Parameters
    ----------
    layers : One layer, or the 1 to 4 layers of a stack, the first applied first.
    input_size : An int or (height, width), in input cells.

    Raises
    ------
    SpecError : Layers that are none or do not fit the input, or sides of more than 2048 cells.

    Notes
    -----
    Paths run from one channel of the input to one channel of the output that reads it:

    * Transposed convolution: one path for every stamp that writes the cell.
    * Convolution and pooling: one for every kernel cell that reads a real cell. Zeros of a padding are no cells; cells
      that reflect, replicate and circular copy are. That averages divide, and maxima choose, plays no part.
    * Resizing: one, from the cell that it copies. Bilinear mixes cells with weights that sum to 1: together they count
      as one, from the cell in which the output's center lies (the later of two with the center on their border).
    * Pixel shuffle: one, from the cell whose channel it copies.
    * Padding: none into its zeros.

    Through a stack every path goes on along all paths of the next layer: it is the output for an input of ones and
    kernels of ones. `Overlap.interior`, and with it `ratio` and `is_even`, is that of an input without end, in which
    padding does nothing but shift.

    Examples
    --------
    A kernel of 3 at a stride of 2, as in many decoders; every second cell gets twice as much, and in 2-D four times:

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
    size = parse.pair("input_size", input_size, least=1)
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
    """The output rows that each input row writes, and the same for columns; what the padding crops is left out.

    Raises
    ------
    SpecError : A layer that is no transposed convolution, or does not fit the input, or sides of more than 2048 cells.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> rows, columns = stamps(conv_transpose2d((3, 4), stride=2), (3, 1))
    >>> rows, columns
    ((range(0, 3), range(2, 5), range(4, 7)), (range(0, 4),))
    """
    if not isinstance(layer, ConvTranspose2d):
        raise SpecError(f"layer must be a transposed convolution for its stamps; got {shown(layer)}.")
    size = parse.pair("input_size", input_size, least=1)
    output = layer.output_size(size)
    for name, sides in (("input", size), ("output", output)):
        _check_side(name, sides, layer)
    windows = (Sliding(axis.kernel, axis.stride, axis.dilation, axis.before) for axis in layer.axes(size))
    rows, columns = (  # an input cell writes what the convolution with the same numbers reads
        tuple(inside(window.cells(cell), written) for cell in range(cells))
        for window, cells, written in zip(windows, size, output, strict=True)
    )
    return rows, columns


def _centered(footprint: Footprint, output: int) -> range:
    """Return the cells from which paths lead into an output: of the two that bilinear mixes, that of its center.

    Output o has its center at (o + 1/2) / scale in cells; between two cells it belongs to the later one.
    """
    if isinstance(footprint, Resized) and footprint.mode == "bilinear":
        cell = (2 * output + 1) * footprint.advance // (2 * footprint.period)
        return range(cell, cell + 1)
    return footprint.cells(output)


def bounded_counts(footprint: Footprint, cells: Sequence[int], outputs: int) -> list[int]:
    """Return the counts of each of so many outputs along an axis, from those of each input cell.

    Examples
    --------
    >>> from convviz.analysis.receptive.footprints import Stamping
    >>> bounded_counts(Stamping(3, stride=2), cells=[1, 10], outputs=5)
    [1, 1, 11, 10, 10]
    """
    size = len(cells)
    runs: Iterable[range] = (_centered(footprint, output) for output in range(outputs))
    if isinstance(footprint, Resized):
        return [cells[min(run.start, size - 1)] for run in runs]
    if isinstance(footprint, Sliding) and footprint.mode != "zeros":
        return [sum(cells[cell] for cell in copied(np.array(run), size, footprint.mode).tolist()) for run in runs]
    return [sum(cells[run.start : run.stop : run.step]) for run in (inside(run, size) for run in runs)]


def unbounded_counts(footprint: Footprint, cells: Sequence[int]) -> list[int]:
    """Return the counts of one period of the output for an input without end, from those of one period of the input.

    Examples
    --------
    >>> from convviz.analysis.receptive.footprints import Stamping
    >>> unbounded_counts(Stamping(3, stride=2), cells=[1])
    [2, 1]
    """
    period = len(cells)
    outputs = footprint.period * period // gcd(footprint.advance, period)
    if outputs > PERIOD:
        raise SpecError(f"the pattern must repeat within {PERIOD} cells for its paths to be counted; got {outputs}.")
    counts = []
    for output in range(outputs):
        run = _centered(footprint, output)
        distinct = period // gcd(period, run.step)  # after so many cells, the same positions of the period follow
        rounds, rest = divmod(len(run), distinct)
        counts.append(sum((rounds + (n < rest)) * cells[cell % period] for n, cell in enumerate(run[:distinct])))
    return counts


def _stack(layers: object) -> tuple[Layer, ...]:
    """One layer or several as a tuple."""
    given = (layers,) if isinstance(layers, Layer) else tuple(layers) if isinstance(layers, list | tuple) else ()
    stack = tuple(layer for layer in given if isinstance(layer, Layer))
    if not 1 <= len(stack) <= LAYERS or len(stack) < len(given):
        got = f"{len(given)} of them" if len(given) > LAYERS else shown(layers)
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
    """The products of all pairs."""
    # A count of many digits beside zeros alone: no product shows it, but int64 could not hold it.
    largest = max(max(rows), max(columns), max(rows) * max(columns))
    kind = np.int64 if largest < INT64 else object
    return _locked(np.multiply.outer(np.array(rows, kind), np.array(columns, kind)))


def _locked(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array
