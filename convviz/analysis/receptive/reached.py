"""What a cell of the input reaches: the outputs of a node that read it through any path, borders included.

It is the support read forwards. A set of cells is a box of booleans; as long as a single path leads to a node, it is
the product of a row for each axis, and only these are kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic.axis import copied
from convviz.errors import SpecError

from .footprints import Footprint, Sliding, inside
from .graph import INPUT_NAME, Graph, Node

Flags = npt.NDArray[np.bool_]

MOST_LINES: Final = 2**20
"""Rows or columns of a node that are visited one by one."""

MOST_PLACES: Final = 2**27
"""Outputs of a node that are kept at once."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A set of cells in a box that begins at `first`: one array for all axes, or one an axis, whose product it is."""

    first: tuple[int, ...]
    factors: tuple[Flags, ...]

    @property
    def box(self) -> Flags:
        """The flags of all cells of the box."""
        if len(self.factors) == 1:
            return self.factors[0]
        _check_places(map(len, self.factors))
        return np.asarray(reduce(np.multiply.outer, self.factors))

    def ahead(self, footprints: Sequence[Footprint], size: Sequence[int], outputs: Sequence[int]) -> "Cells":
        """Return which outputs, of these numbers along each axis, read these cells of a node of this size."""
        first, factors = list(self.first), list(self.factors)
        for axis, footprint in enumerate(footprints):
            lines = factors[axis] if len(factors) > 1 else factors[0].swapaxes(0, axis)
            first[axis], lines = _reading(first[axis], lines, footprint, size[axis], outputs[axis])
            if len(factors) > 1:
                factors[axis] = lines
            else:
                factors[0] = lines.swapaxes(0, axis)
        return Cells(tuple(first), tuple(factors))


def reached(graph: Graph, target: Node, cell: Sequence[int]) -> Flags:
    """Return, in the shape of a node's output, which outputs a cell of the input reaches.

    All nodes that it depends on have sizes.

    Raises
    ------
    SpecError
        The cell reaches more of a node on the way than can be visited.
    """
    cells = {INPUT_NAME: Cells(tuple(cell), (np.ones(1, bool),) * len(cell))}
    for node in graph.upstream(target.name)[1:]:
        paths = [_ahead(cells[name], graph.nodes[name], node) for name in dict.fromkeys(node.inputs)]
        cells[node.name] = _together(paths)
    assert target.size is not None  # the caller checks it
    flags = np.zeros(target.size, bool)
    found = cells[target.name]
    flags[_slices(found.first, found.box)] = found.box
    return flags


def _ahead(cells: Cells, source: Node, node: Node) -> Cells:
    assert source.size is not None  # as all sizes
    assert node.size is not None
    return cells.ahead(node.footprints(source), source.size, node.size)


def _slices(first: Sequence[int], flags: Flags) -> tuple[slice, ...]:
    return tuple(slice(start, start + cells) for start, cells in zip(first, flags.shape, strict=True))


def _together(paths: Sequence[Cells]) -> Cells:
    """Return what is reached through any of several paths, in the smallest box around them."""
    paths = [path for path in paths if all(map(len, path.factors))] or paths[:1]
    if len(paths) == 1:
        return paths[0]
    boxes = [(path.first, path.box) for path in paths]
    axes = range(len(paths[0].first))
    first = tuple(min(start[axis] for start, _ in boxes) for axis in axes)
    shape = [max(start[axis] + box.shape[axis] for start, box in boxes) - first[axis] for axis in axes]
    _check_places(shape)
    union = np.zeros(shape, bool)
    for start, box in boxes:
        union[_slices([a - b for a, b in zip(start, first, strict=True)], box)] |= box
    return Cells(first, (union,))


def _check_places(shape: Iterable[int]) -> None:
    """Refuse what would not fit into memory."""
    places = prod(shape)
    if places > MOST_PLACES:
        raise SpecError(f"cell must reach at most 2^27 outputs of every node to be mapped; got {places}.")


def _reading(first: int, lines: Flags, footprint: Footprint, size: int, outputs: int) -> tuple[int, Flags]:
    """Return the outputs along an axis that read lines of cells: the first one, and flags."""
    if footprint == Sliding(1):
        return first, lines[: max(0, outputs - first)]
    candidates = _candidates(first, first + len(lines) - 1, footprint, outputs)
    if len(candidates) > MOST_LINES:
        raise SpecError(
            f"cell must reach at most 2^20 rows or columns of every node to be mapped; got {len(candidates)}."
        )
    _check_places((len(candidates), *lines.shape[1:]))
    flags = np.zeros((len(candidates), *lines.shape[1:]), bool)
    is_copying = isinstance(footprint, Sliding) and footprint.mode != "zeros"
    for n, output in enumerate(candidates):
        run = footprint.cells(output)
        if isinstance(footprint, Sliding) and is_copying:
            read = copied(np.arange(run.start, run.stop, run.step), size, footprint.mode) - first
            flags[n] = lines[read[(read >= 0) & (read < len(lines))]].any(axis=0)
        else:
            run = inside(range(run.start - first, run.stop - first, run.step), len(lines))
            flags[n] = lines[run.start : run.stop : run.step].any(axis=0)
    return candidates.start, flags


def _candidates(first: int, last: int, footprint: Footprint, outputs: int) -> range:
    """Return a range of outputs that has all those that read one of these cells.

    Outputs of one phase read at equal distances, so that each phase is solved for. Padding that holds copies is read as
    cells at the other end.
    """
    is_copying = isinstance(footprint, Sliding) and footprint.mode != "zeros"
    if is_copying or footprint.advance < 1 or footprint.period > outputs:
        return range(outputs)
    start, stop = outputs, 0
    for phase in range(footprint.period):
        run = footprint.cells(phase)
        if run:
            periods = -((run[-1] - first) // footprint.advance), (last - run[0]) // footprint.advance
            start = min(start, phase + periods[0] * footprint.period)
            stop = max(stop, phase + periods[1] * footprint.period + 1)
    start, stop = max(0, start), min(outputs, stop)
    return range(min(start, stop), stop)
