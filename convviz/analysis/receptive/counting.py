"""Path counts, exact, borders included: backwards from one output to the input, and forwards from all cells of an axis.

Backwards, one output has the count 1, and every operation adds the counts of its outputs to the cells that they read.
What a layer reads is the product of what it reads along both axes, so the axes are done one after the other. As long as
there is a single path back, the counts are a column times a row, and only these two are kept.

Counts soon exceed 64 bits. Nothing overflows: there are no more paths than the taps of all layers on the way multiply
to, and as soon as this bound is too large, counts are Python's integers. Forwards they always are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic.axis import copied
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError

from .footprints import Footprint, Resized, Sliding, inside
from .graph import INPUT_NAME, Node

Array = npt.NDArray[Any]
"""Booleans, whose sum is True if any of them is; integers of 64 bits; or Python's integers."""

WHOLE: Final = 2**63
"""From here on counts may exceed 64 bits."""

PERIOD: Final = 4096
"""Cells after which a stack repeats itself, along one axis."""

MOST_LINES: Final = 2**20
"""Rows or columns of a node that are visited one by one."""

MOST_PLACES: Final = 2**27
"""Cells that are kept at once: a gigabyte of integers."""

COPY: Final = Sliding(1)
"""The footprint of outputs that read the cell at their own position, and no other."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Counts of a row (or a column) of cells, or of whole lines across it: (cells, ...), the first at `first`."""

    first: int
    counts: Array


@dataclass(frozen=True, slots=True)
class Product:
    """Counts that are a column times a row."""

    rows: Strip
    columns: Strip

    def through(self, height: Footprint, width: Footprint, size: Pair) -> "Product":
        return Product(read(self.rows, height, size[0]), read(self.columns, width, size[1]))

    def widened(self) -> "Product":
        """Return the same counts as Python's integers."""
        rows, columns = (Strip(strip.first, _widened(strip.counts)) for strip in (self.rows, self.columns))
        return Product(rows, columns)

    def plane(self) -> "Plane":
        _check_places(len(self.rows.counts), len(self.columns.counts))
        counts = np.multiply.outer(self.rows.counts, self.columns.counts)
        return Plane((self.rows.first, self.columns.first), counts)


@dataclass(frozen=True, slots=True)
class Plane:
    """Counts in a box of cells whose first one is at `first`."""

    first: Pair
    counts: Array

    def through(self, height: Footprint, width: Footprint, size: Pair) -> "Plane":
        rows = read(Strip(self.first[0], self.counts), height, size[0])
        columns = read(Strip(self.first[1], rows.counts.T), width, size[1])
        return Plane((rows.first, columns.first), columns.counts.T)

    def widened(self) -> "Plane":
        """Return the same counts as Python's integers."""
        return Plane(self.first, _widened(self.counts))

    def plane(self) -> "Plane":
        return self


Counts = Product | Plane


def counted(nodes: Mapping[str, Node], target: Node, output: Pair, dtype: type = np.int64) -> Array:
    """Return (H, W): through how many paths an output of a node reads each input cell; as booleans, whether it does.

    `nodes` are in an order in which each is read by later ones only, and all of them have sizes.
    """
    one: Array = np.ones(1, dtype)
    found: dict[str, list[tuple[Counts, int]]] = {
        target.name: [(Product(Strip(output[0], one), Strip(output[1], one)), 1)]
    }
    names = list(nodes)
    for name in reversed(names[1 : names.index(target.name) + 1]):
        if name not in found:
            continue  # nothing on the way to the target reads it
        counts, paths = _together(found.pop(name))
        for source in nodes[name].inputs:
            found.setdefault(source, []).append(_handed_on(counts, paths, nodes[name], nodes[source]))
    size = nodes[INPUT_NAME].size
    assert size is not None  # the caller checks it
    return _narrowed(_placed(_together(found[INPUT_NAME])[0].plane(), size))


def _handed_on(counts: Counts, paths: int, node: Node, source: Node) -> tuple[Counts, int]:
    """Return the counts of the cells of a source that the counted outputs of a node read, and a bound for their sum."""
    assert source.size is not None  # as all sizes
    height, width = node.footprints(source)
    paths *= height.most * width.most
    if paths >= WHOLE:
        counts = counts.widened()
    return counts.through(height, width, source.size), paths


def _together(found: Sequence[tuple[Counts, int]]) -> tuple[Counts, int]:
    """Return the sum of the counts of several paths, in the smallest box around them, and the sum of their bounds."""
    if len(found) == 1:
        return found[0]
    paths = sum(bound for _, bound in found)
    planes = [(counts.widened() if paths >= WHOLE else counts).plane() for counts, _ in found]
    places = [
        [range(first, first + cells) for first, cells in zip(plane.first, plane.counts.shape, strict=True)]
        for plane in planes
    ]
    top, left = (min(ranges[axis].start for ranges in places) for axis in (0, 1))
    bottom, right = (max(ranges[axis].stop for ranges in places) for axis in (0, 1))
    _check_places(bottom - top, right - left)
    total = np.zeros((bottom - top, right - left), np.result_type(*(plane.counts for plane in planes)))
    for plane, (rows, columns) in zip(planes, places, strict=True):
        total[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] += plane.counts
    return Plane((top, left), total), paths


def read(strip: Strip, footprint: Footprint, size: int) -> Strip:
    """Return the counts of the cells of an axis of this size that the outputs of a strip read."""
    if footprint == COPY and strip.first + len(strip.counts) <= size:
        return strip  # and none of it lies in padding after the input
    if len(strip.counts) > MOST_LINES:
        raise SpecError(
            f"output must read at most 2^20 rows or columns of every node to be mapped; got {len(strip.counts)}."
        )
    runs = [footprint.cells(strip.first + n) for n in range(len(strip.counts))]
    if isinstance(footprint, Sliding) and footprint.mode != "zeros":
        _check_places(max(size, footprint.kernel), *strip.counts.shape[1:])
        counts = np.zeros((size, *strip.counts.shape[1:]), strip.counts.dtype)
        for run, value in zip(runs, strip.counts, strict=True):
            np.add.at(counts, copied(np.arange(run.start, run.stop, run.step), size, footprint.mode), value)
        return Strip(0, counts)
    runs = [inside(run, size) for run in runs]
    first = min((run.start for run in runs if run), default=0)
    stop = max((run[-1] + 1 for run in runs if run), default=0)
    _check_places(stop - first, *strip.counts.shape[1:])
    counts = np.zeros((stop - first, *strip.counts.shape[1:]), strip.counts.dtype)
    for run, value in zip(runs, strip.counts, strict=True):
        if run:
            counts[run.start - first : run[-1] + 1 - first : run.step] += value
    return Strip(first, counts)


def _check_places(*shape: int) -> None:
    """Refuse what would not fit into memory."""
    if prod(shape) > MOST_PLACES:
        raise SpecError(f"output must read at most 2^27 cells of every node to be mapped; got {prod(shape)}.")


def _widened(counts: Array) -> Array:
    """Return Python's integers in the place of those of 64 bits."""
    return counts.astype(object) if counts.dtype == np.int64 else counts


def _narrowed(counts: Array) -> Array:
    """Return integers of 64 bits again, if all of them are small enough."""
    return counts.astype(np.int64) if counts.dtype == object and int(counts.max()) < WHOLE else counts


def _placed(plane: Plane, size: Pair) -> Array:
    """Return the counts in a plane of the size of the input, the rest 0."""
    top, left = plane.first
    height, width = plane.counts.shape
    placed = np.zeros(size, plane.counts.dtype)
    placed[top : top + height, left : left + width] = plane.counts
    return placed


def _centered(footprint: Footprint, output: int) -> range:
    """Return the cells from which paths lead into an output: of the two that bilinear mixes, that of its center.

    Output o has its center at (o + 1/2) / scale in cells; between two cells it belongs to the later one.
    """
    if isinstance(footprint, Resized) and footprint.mode == "bilinear":
        cell = (2 * output + 1) * footprint.advance // (2 * footprint.period)
        return range(cell, cell + 1)
    return footprint.cells(output)


def bounded_counts(footprint: Footprint, cells: Sequence[int], outputs: int) -> list[int]:
    """Return the counts of this number of outputs along an axis, from those of each input cell.

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
