"""Boxes of an input: tiles whose outputs, put next to each other, are those of the whole, and objects in a field.

A tile begins at a multiple of all strides on the way, so that they continue in it as in the whole input. The outputs
that can be kept are found by following the tile through the network: an output is as in the whole input if all the
cells that it reads are there and are themselves as in the whole. Outputs that read the padding of a tile are not.

An object can be recognized as a whole only by a unit whose field covers it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm
from typing import Final

from convviz.arithmetic import Layer
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError

from .network import Network
from .receptive.field import Box, box_of, receptive_field
from .receptive.footprints import SUMMARIES, Footprint, Size, Spatial, footprints
from .receptive.graph import UNKNOWN, Graph, Node, output_size

MOST_STEP: Final = 4096
"""Input cells between two positions where a tile may begin, and outputs of one period."""

MARGIN: Final = 64
"""Sides that are tried beyond three steps: crops between strides take some cells."""

MOST_WORK: Final = 200_000
"""Nodes, their inputs and phases that are visited, over all sides that are tried along an axis."""

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Tiling:
    """How to cut an input into tiles. All pairs are (height, width); the own parts of tiles lie side by side.

    An output is treated as lying at the center of what it reads: output o at the cell ``center + o jump``, nominal
    behind upsampling. A tile that begins at a multiple of `step` and has `overlap` around its own part, which is a
    multiple of `step`, too, gives all the outputs that lie in its own part as the whole input does. If a tile ends with
    the whole input, its own part extends to there.

    Attributes
    ----------
    overlap : tuple of Pair
        ((above, below), (left, right)), in input cells.
    step : Pair
        In input cells.
    center, jump : tuple
        Those of the node, see `ReceptiveField`.
    takes_any : tuple of bool
        Whether the network takes any side from the smallest one on. If not, sides are ``overlap + n step``: others are
        refused, or pad in another way.
    """

    overlap: tuple[Pair, Pair]
    step: Pair
    center: tuple[Number, Number]
    jump: tuple[Number, Number]
    takes_any: tuple[bool, bool]

    @property
    def least(self) -> Pair:
        """The sides of the smallest tile, whose own part is one step."""
        height, width = (sum(sides) + step for sides, step in zip(self.overlap, self.step, strict=True))
        return height, width

    def outputs(self, axis: int, first: int, stop: int) -> range:
        """Return the outputs that lie in the cells from `first` up to, not including, `stop`."""
        return range(*(max(0, _index(cell, self.center[axis], self.jump[axis])) for cell in (first, stop)))


def _index(cell: int, center: Number, jump: Number) -> int:
    """Return the first output that lies in a cell or behind it; a cell reaches half a cell to both sides."""
    return ceil((cell - Fraction(1, 2) - center) / jump)


@dataclass(frozen=True, slots=True)
class _Tile:
    """A tile in the network, along one axis: the footprint of every layer, and the outputs that can be kept."""

    footprints: Mapping[str, Footprint]
    first: int
    stop: int


def tiling(network: Network, node: str | None = None) -> Tiling | None:
    """Return how tiles of the input must overlap for the outputs of a node to be those of the whole input.

    Returns
    -------
    Tiling or None
        None behind a global or an unsupported operation, and if positions are unknown or have no common step.

    Examples
    --------
    The U-Net pads nothing and takes only sides of 188 + 16 n, whose middle is its output:

    >>> tiles = tiling(Network.known("unet"))
    >>> tiles.overlap, tiles.step, tiles.takes_any, tiles.least
    (((96, 92), (96, 92)), (16, 16), (False, False), (204, 204))
    """
    target = network.node(node)
    names, waiting = set(), [target.name]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += network.node(name).inputs
    route = [node for node in network.nodes if node.name in names]
    field = network.receptive_field(target.name)
    if field.is_global or any(node.operation == UNKNOWN or node.operation in SUMMARIES for node in route):
        return None
    axes = []
    for axis in (0, 1):
        center, jump, sizes = field.center[axis], field.jump[axis], field.size_range[axis]
        step = _step([network.receptive_field(node.name).jump[axis] for node in route])
        if center is None or not jump or sizes is None or step is None:
            return None
        overlap = _overlap(network, route, axis, step, center, jump, max(1, sizes[0]))
        if overlap is None:
            return None
        axes.append((*overlap, step, center, jump))
    (height, any_height, rows, top, down), (width, any_width, columns, left, right) = axes
    return Tiling((height, width), (rows, columns), (top, left), (down, right), (any_height, any_width))


def _step(jumps: Sequence[Number | None]) -> int | None:
    """Return the cells at whose multiples all strides continue as from the first one."""
    step = 1
    for jump in jumps:
        step = lcm(step, Fraction(jump or 0).numerator)
        if not jump or step > MOST_STEP:
            return None
    return step


def _overlap(
    network: Network, route: list[Node], axis: int, step: int, center: Number, jump: Number, least: int
) -> tuple[Pair, bool] | None:
    """Return (overlap, whether any side is taken) along one axis: of the smallest tile that continues step by step."""
    size, work = network.input_size, 0
    for node in route:
        is_layer = isinstance(node.operation, Layer)
        phases = node.footprints(network.node(node.inputs[0]))[axis].period if is_layer else 0
        work += 1 + len(node.inputs) + phases
    whole = None if size is None else _tile(route, axis, size[axis], size)

    def fitting(side: int) -> _Tile | None:
        """Return a tile if the network takes it and reads it as it reads the whole: SAME pads by the size."""
        tile = _tile(route, axis, side, size)
        reads_alike = tile is not None and (whole is None or tile.footprints == whole.footprints)
        return tile if tile is not None and reads_alike and tile.first < tile.stop else None

    for side in range(least, least + min(3 * step + MARGIN, MOST_WORK // work)):
        tile = fitting(side)
        if tile is None:
            continue
        top = max(0, ceil((center + (tile.first - 1) * jump + Fraction(1, 2)) / step)) * step
        while _index(top, center, jump) < tile.first:
            top += step
        if _index(top + step, center, jump) > tile.stop or side < top + step:
            continue
        longer = [(fitting(side + n * step), tile.stop + n * step / Fraction(jump)) for n in (1, 2)]
        if all(more is not None and more.first == tile.first and more.stop >= stop for more, stop in longer):
            is_cheap = step * work <= MOST_WORK
            return (top, side - top - step), is_cheap and all(map(fitting, range(side + 1, side + step)))
    return None


def _tile(route: list[Node], axis: int, side: int, size: Size | None) -> _Tile | None:
    """Return a tile in the network; None if that refuses its size. Along the other axis it is the whole input."""
    pair = (side, side) if size is None else tuple(side if n == axis else cells for n, cells in enumerate(size))
    nodes = {route[0].name: Node(route[0].name, route[0].operation, (), pair)}
    kept = {route[0].name: (0, side)}
    reads: dict[str, Footprint] = {}
    for node in route[1:]:
        sources = [nodes[name] for name in node.inputs]
        cells = [kept[name] for name in node.inputs]
        made = sources[0].size  # known, because that of the input is
        try:
            if isinstance(node.operation, Layer) and made is not None:
                made, axes = _read(node.operation, made)
                reads[node.name] = axes[axis]
                if axes[axis].period > MOST_STEP:
                    return None
                cells = [_kept(axes[axis], cells[0], made[axis])]
            else:
                made = output_size(node.name, node.operation, sources)
        except SpecError:
            return None
        assert made is not None
        nodes[node.name] = Node(node.name, node.operation, node.inputs, made)
        kept[node.name] = max(0, *(first for first, _ in cells)), min(made[axis], *(stop for _, stop in cells))
    return _Tile(reads, *kept[route[-1].name])


@lru_cache(4096)
def _read(layer: Spatial, size: Size) -> tuple[Size, tuple[Footprint, ...]]:
    """Return the output size and the footprints of a layer, which equal blocks have in common."""
    return layer.output_size(size), footprints(layer, size)


def _kept(footprint: Footprint, cells: Pair, outputs: int) -> Pair:
    """Return the first and the last (not included) of these outputs that read nothing but these cells.

    They lie behind the last one that begins before the cells, and before the first one that ends behind them. Outputs
    of one phase read at equal distances, so that each phase is solved for.
    """
    first, stop = 0, outputs
    for phase in range(footprint.period):
        run = footprint.cells(phase)
        if run:
            before = (cells[0] - 1 - run[0]) // footprint.advance  # the last period that begins before the cells
            behind = (cells[1] - 1 - run[-1]) // footprint.advance + 1
            first = max(first, phase + before * footprint.period + 1)
            stop = min(stop, phase + behind * footprint.period)
    return first, stop


@dataclass(frozen=True, slots=True)
class Covering:
    """The first nodes that matter for an object, in the order of the network; None if there is none.

    Attributes
    ----------
    large : str or None
        The first node whose field is at least as large as the object.
    covering : str or None
        The first node with a unit whose field covers the object where it is.
    unit : Pair or None
        That unit; of several the one in the middle.
    """

    large: str | None
    covering: str | None
    unit: Pair | None


def covers(box: Box, marked: Box) -> bool:
    """Return whether a box has another one inside."""
    return all(outer[0] <= inner[0] and inner[1] <= outer[1] for outer, inner in zip(box, marked, strict=True))


@lru_cache(64)
def first_covering(graph: Graph, marked: Box) -> Covering:
    """Return the first nodes that are large enough for an object, and of which a unit covers it."""
    large = None
    sides = [last - first + 1 for first, last in marked]
    for name in graph.nodes:
        field = receptive_field(graph, name)
        if all(cells is not None and cells >= side for cells, side in zip(field.size, sides, strict=True)):
            large = large or name
            unit = covering_unit(graph, name, marked)
            if unit is not None:
                return Covering(large, name, unit)
    return Covering(large, None, None)


def covering_unit(graph: Graph, name: str, marked: Box) -> Pair | None:
    """Return the unit of a node whose field covers an object, of several the one in the middle."""
    size = graph.output_size(name)
    if size is None:
        return None
    unit = []
    for axis, (first, last) in enumerate(marked):
        boxes = [box_of(graph, name, (n, 0) if axis == 0 else (0, n)) for n in range(size[axis])]
        places = [n for n, box in enumerate(boxes) if box and box[axis][0] <= first and last <= box[axis][1]]
        if not places:
            return None
        unit.append(places[len(places) // 2])
    return unit[0], unit[1]
