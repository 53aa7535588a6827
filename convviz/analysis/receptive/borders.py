"""How far the borders of the input are seen: the share of the paths of each output that begin in padding.

Counts are carried forwards along one axis with its borders, while the other axes go on without end, where counts
repeat after a period. They are kept as floats between 0 and 1 and a common power of 2, so that nothing overflows, and
are exact as long as they have at most 53 bits. What begins in padding is counted, not what is left, so that small
shares are exact, too: an output is clean only if no path at all begins in padding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.axis import copied
from convviz.errors import SpecError

from .field import receptive_field
from .footprints import Footprint, Resized, Sliding
from .graph import INPUT_NAME, Graph, Node
from .tiles import Tiling, tiles

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

MOST_LINES: Final = 2**20
"""Cells or outputs along an axis."""

MOST_TAPS: Final = 2**16
"""Taps of one period of outputs along an axis."""

MOST_COUNTS: Final = 2**24
"""Counts of a node, and taps of all outputs along an axis."""

LEAST: Final = float(np.finfo(float).smallest_subnormal)
"""What is left of a share that is too small for a float."""

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Border:
    """What the outputs of a node have of the padding; all tuples have one entry for each axis of the input.

    Attributes
    ----------
    shares : tuple of ndarray
        (outputs,) along the axis: the share of an output's paths that begin in padding at the borders of this axis,
        from 0 to 1. A path is one tap for each layer, as in `Network.path_counts`; the other axes have no borders.
        Padding that copies cells (reflect, replicate, circular), and resizing, which repeats the outermost cells, count
        as inside.
    clean : tuple of Pair or None
        The first and the last output whose paths are all inside; None if there is none.
    places : tuple
        The cells of the input where these two lie: ``center + o jump``, see `Tiling`; None if that is unknown.
    halo : tuple of Pair or None
        ((above, below), (left, right)) in input cells: what a tile needs around its own part, see `Tiling`.
    without_halo : str
        If there is no halo, why.
    """

    shares: tuple[Floats, ...]
    clean: tuple[Pair | None, ...]
    places: tuple[tuple[Number, Number] | None, ...]
    halo: tuple[Pair, ...] | None
    without_halo: str = ""


def border(graph: Graph, name: str | None = None) -> Border:
    """Return the border of a node whose size is known, by default of the last one; see `Network.border`."""
    target = graph.node(name)
    field = receptive_field(graph, target.name)
    if field.is_global:
        raise SpecError(f'The border of "{target.name}" is unknown: an output reads the whole input.')
    counts = _carried(graph, target)
    shares, clean, places = [], list[Pair | None](), list[tuple[Number, Number] | None]()
    cut = tiles(graph, target.name)
    lying = (cut.center, cut.jump) if isinstance(cut, Tiling) else (field.center, field.jump)
    for axis, (outside, center, jump) in enumerate(zip(counts.outside, *lying, strict=True)):
        others = tuple(n for n in range(len(counts.outside)) if n != axis)
        periods = counts.every.sum(axis=others)
        every = periods[np.arange(outside.shape[axis]) % len(periods)]
        padding = outside.sum(axis=others)
        share = np.divide(padding, every, out=np.zeros_like(every), where=every > 0)
        shares.append(np.where(padding > 0, share.clip(LEAST, 1), 0))
        inside = np.flatnonzero(padding == 0).tolist()
        clean.append((inside[0], inside[-1]) if inside else None)
        if inside and center is not None and jump is not None:
            places.append((center + inside[0] * jump, center + inside[-1] * jump))
        else:
            places.append(None)
    halo = (cut.overlap, "") if isinstance(cut, Tiling) else (None, cut)
    return Border(tuple(shares), tuple(clean), tuple(places), *halo)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of paths, in units of ``2 ** exponent``.

    Attributes
    ----------
    every : ndarray
        Of an input without borders: of one period of the outputs along each axis.
    outside : tuple of ndarray
        For each axis, of those that begin in its padding: of all outputs along it, and of one period along the others.
    """

    every: Floats
    outside: tuple[Floats, ...]
    exponent: int = 0

    def scaled(self, exponent: int) -> "Counts":
        """Return the same numbers in units of another power of 2; what was above 0 stays above it."""
        change = self.exponent - exponent
        outside = (np.where(one > 0, np.maximum(np.ldexp(one, change), LEAST), 0) for one in self.outside)
        return Counts(np.ldexp(self.every, change), tuple(outside), exponent)


def _carried(graph: Graph, target: Node) -> Counts:
    """Return the counts of a node; all nodes that it depends on have sizes."""
    size = graph.input_size
    assert size is not None  # the caller checks it
    _check_lines(max(size))
    axes = range(len(size))
    none = (np.zeros([cells if n == axis else 1 for n in axes]) for axis, cells in enumerate(size))
    counts = {INPUT_NAME: Counts(np.ones((1,) * len(size)), tuple(none))}
    for node in graph.upstream(target.name)[1:]:
        total = _sum([_through(counts[name], graph.nodes[name], node) for name in node.inputs])
        counts[node.name] = total.scaled(total.exponent + int(np.frexp(total.every.max())[1]))
    return counts[target.name]


def _through(counts: Counts, source: Node, node: Node) -> Counts:
    """Return the counts of a node from those of a node that it reads."""
    footprints = node.footprints(source)
    if all(footprint == Sliding(1) for footprint in footprints) and source.size == node.size:
        return counts
    assert source.size is not None  # as all sizes
    assert node.size is not None
    every, outside = counts.every, list(counts.outside)
    for axis, footprint in enumerate(footprints):
        period = every.shape[axis]
        outputs = footprint.period * period // gcd(footprint.advance, period)
        for n, padding in enumerate(outside):
            borders = (node.size[axis], every) if n == axis else (outputs, None)
            outside[n] = _added(padding, axis, footprint, *borders)
        every = _added(every, axis, footprint, outputs)
    return Counts(every, tuple(outside), counts.exponent)


def _added(values: Floats, axis: int, footprint: Footprint, outputs: int, every: Floats | None = None) -> Floats:
    """Return the sums of the values that this number of outputs along an axis read.

    The values repeat; or else, where `every` has the values beyond the borders, those of `values` are all there are.
    """
    lines = values.swapaxes(0, axis)
    beyond = None if every is None else every.swapaxes(0, axis)
    phases = min(footprint.period, outputs)
    _check_lines(outputs)
    if phases * footprint.most > MOST_TAPS or outputs * max(footprint.most, *lines.shape[1:]) > MOST_COUNTS:
        raise SpecError(
            "node must read at most 2^16 cells by one period of outputs along an axis, and 2^24 by all, for its border "
            f"to be counted; got {phases} and {outputs} outputs of {footprint.most} cells on the way."
        )
    sums = np.zeros((outputs, *lines.shape[1:]))
    for phase in range(phases):
        own = sums[phase :: footprint.period]
        for cell in footprint.cells(phase):
            cells = cell + footprint.advance * np.arange(len(own))
            own += lines[cells % len(lines)] if beyond is None else _bounded(lines, beyond, cells, footprint)
    return sums.swapaxes(0, axis)


def _check_lines(cells: int) -> None:
    if cells > MOST_LINES:
        raise SpecError(f"node must have at most 2^20 cells along an axis for its border to be counted; got {cells}.")


def _bounded(lines: Floats, beyond: Floats, cells: Integers, footprint: Footprint) -> Floats:
    """Return the values of cells of an axis with borders."""
    if isinstance(footprint, Sliding) and footprint.mode != "zeros":
        return np.asarray(lines[copied(cells, len(lines), footprint.mode)])
    nearest = cells.clip(0, len(lines) - 1)
    if isinstance(footprint, Resized):
        return np.asarray(lines[nearest])
    is_outside = (nearest != cells).reshape(-1, *[1] * (lines.ndim - 1))
    return np.where(is_outside, beyond[cells % len(beyond)], lines[nearest])


def _sum(paths: Sequence[Counts]) -> Counts:
    """Return the sum of the counts of several paths."""
    if len(paths) == 1:
        return paths[0]
    exponent = max(path.exponent for path in paths)
    paths = [path.scaled(exponent) for path in paths]
    outside = map(_together, zip(*(path.outside for path in paths), strict=True))
    return Counts(_together([path.every for path in paths]), tuple(outside), exponent)


def _together(counts: Sequence[Floats]) -> Floats:
    """Return the sum of counts whose periods may differ."""
    lengths = [lcm(*(one.shape[n] for one in counts)) for n in range(counts[0].ndim)]
    if prod(lengths) > MOST_COUNTS:
        raise SpecError(f"paths must repeat within 2^24 outputs for the border to be counted; got {prod(lengths)}.")
    repeats = ([whole // cells for whole, cells in zip(lengths, one.shape, strict=True)] for one in counts)
    total: Floats = np.add.reduce([np.tile(*each) for each in zip(counts, repeats, strict=True)])
    return total
