"""Path counts, exact, borders included: backwards from one output to the input, and forwards from all cells of an axis.

Backwards, one output has the count 1, and every operation adds the counts of its outputs to the cells that they read.
What a layer reads is the product of what it reads along each axis, so the axes are done one after the other. As long as
there is a single path back, the counts are a product of rows, one an axis, and only these are kept.

Counts soon exceed 64 bits. Nothing overflows: there are no more paths than the taps of all layers on the way multiply
to, and as soon as this bound is too large, counts are Python's integers. Forwards they always are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd, prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic.axis import copied
from convviz.errors import SpecError

from .footprints import COPY, Footprint, Resized, Size, Sliding, inside
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


@dataclass(frozen=True, slots=True)
class Strip:
    """Counts of a row (or a column) of cells, or of whole lines across it: (cells, ...), the first at `first`."""

    first: int
    counts: Array


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts in a box of cells whose first one is at `first`: one array for all axes, or a row for each, whose product
    it is."""

    first: Size
    factors: tuple[Array, ...]

    @property
    def whole(self) -> Array:
        """The counts as one array."""
        if len(self.factors) == 1:
            return self.factors[0]
        _check_places(*map(len, self.factors))
        return np.asarray(reduce(np.multiply.outer, self.factors))

    def through(self, read_by: Sequence[Footprint], size: Size) -> "Counts":
        """Return the counts of the cells, of an input of this size, that the counted cells read along each axis."""
        if len(self.factors) > 1:
            numbers = zip(self.first, self.factors, read_by, size, strict=True)
            strips = [read(Strip(first, counts), footprint, cells) for first, counts, footprint, cells in numbers]
            return Counts(tuple(strip.first for strip in strips), tuple(strip.counts for strip in strips))
        counts, firsts = self.factors[0], list(self.first)
        for axis, footprint in enumerate(read_by):
            strip = read(Strip(firsts[axis], counts.swapaxes(0, axis)), footprint, size[axis])
            firsts[axis], counts = strip.first, strip.counts.swapaxes(0, axis)
        return Counts(tuple(firsts), (counts,))

    def widened(self) -> "Counts":
        """Return the same counts as Python's integers, unless they are booleans."""
        return Counts(self.first, tuple(f.astype(object) if f.dtype == np.int64 else f for f in self.factors))

    def placed(self, size: Size) -> Array:
        """Return the counts in an array of this size, the rest 0."""
        counts = self.whole
        placed = np.zeros((*size, *counts.shape[len(size) :]), counts.dtype)
        placed[_box(self.first, counts.shape)] = counts
        return placed


def _box(first: Size, shape: Sequence[int]) -> tuple[slice, ...]:
    return tuple(slice(start, start + cells) for start, cells in zip(first, shape, strict=False))


def counted(nodes: Mapping[str, Node], target: Node, output: Size, dtype: type = np.int64) -> Array:
    """Return, in the shape of the input, through how many paths an output of a node reads each cell; as booleans,
    whether it does.

    `nodes` are in an order in which each is read by later ones only, and all of them have sizes.
    """
    single: Array = np.ones(1, dtype)
    waiting: dict[str, list[tuple[Counts, int]]] = {target.name: [(Counts(output, (single,) * len(output)), 1)]}
    names = list(nodes)
    for name in reversed(names[1 : names.index(target.name) + 1]):
        if name not in waiting:
            continue  # nothing on the way to the target reads it
        counts, paths = _together(waiting.pop(name))
        for source in nodes[name].inputs:
            size = nodes[source].size
            assert size is not None  # as all sizes
            read_by = nodes[name].footprints(nodes[source])
            bound = paths * prod(footprint.most for footprint in read_by)
            read_counts = (counts.widened() if bound >= WHOLE else counts).through(read_by, size)
            waiting.setdefault(source, []).append((read_counts, bound))
    size = nodes[INPUT_NAME].size
    assert size is not None  # the caller checks it
    total = _together(waiting[INPUT_NAME])[0].placed(size)
    return total.astype(np.int64) if total.dtype == object and int(total.max()) < WHOLE else total


def _together(paths: Sequence[tuple[Counts, int]]) -> tuple[Counts, int]:
    """Return the sum of the counts of several paths, in the smallest box around them, and the sum of their bounds."""
    if len(paths) == 1:
        return paths[0]
    bound = sum(one for _, one in paths)
    boxes = [(counts.first, (counts.widened() if bound >= WHOLE else counts).whole) for counts, _ in paths]
    axes = range(len(paths[0][0].first))
    firsts = tuple(min(first[axis] for first, _ in boxes) for axis in axes)
    shape = [max(first[axis] + counts.shape[axis] for first, counts in boxes) - firsts[axis] for axis in axes]
    _check_places(*shape)
    total = np.zeros(shape, np.result_type(*(counts for _, counts in boxes)))
    for first, counts in boxes:
        total[_box(tuple(a - b for a, b in zip(first, firsts, strict=True)), counts.shape)] += counts
    return Counts(firsts, (total,)), bound


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
        distinct = period // gcd(period, run.step)  # after these, the same positions of the period follow
        rounds, rest = divmod(len(run), distinct)
        counts.append(sum((rounds + (n < rest)) * cells[cell % period] for n, cell in enumerate(run[:distinct])))
    return counts
