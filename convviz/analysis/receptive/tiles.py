"""Tiles of an input whose outputs, put next to each other, are those of the whole.

A tile begins at a multiple of all strides on the way, so that they continue in it as in the whole input. The outputs
that can be kept are found by following the tile through the network: an output is as in the whole input if all the
cells that it reads are there and are themselves as in the whole. Outputs that read the padding of a tile are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, lcm
from typing import Final

from convviz.arithmetic import Conv2d, Volume
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError

from .axis_field import AxisField
from .field import receptive_field
from .footprints import SUMMARIES, Block, Footprint, Operation, Reversed, Size, Sliding, Spatial, footprints
from .graph import DATA, UNKNOWN, Graph, Node, output_size

MOST_STEP: Final = 4096
"""Input cells between two positions where a tile may begin, and outputs of one period."""

MARGIN: Final = 64
"""Sides that are tried beyond three steps: crops between strides take some cells."""

MOST_WORK: Final = 200_000
"""Nodes, their inputs and phases that are visited, over all sides that are tried along an axis."""

WHOLE: Final = "none is enough, because an output reads the whole input"
LINES: Final = "none is enough, because an output reads whole rows or columns of the input"
OTHER_BORDER: Final = (
    "none is enough, because output 0 reads the other border of the input, as behind circular padding, a roll or a flip"
)
CORNERS: Final = (
    "none is enough, because resizing aligns the corners: where its outputs lie depends on the size of a tile"
)
OTHER_SCALE: Final = (
    "none is enough, because a layer resizes to a size, by a factor that differs from that of tiles: choose an input "
    "size that all strides divide"
)
UNKNOWN_PLACES: Final = "unknown, because places are unknown, or too many sides would have to be tried"

Number = int | Fraction


@dataclass(frozen=True, slots=True)
class Tiling:
    """How to cut an input into tiles. All tuples have one entry an axis; the own parts of tiles lie side by side.

    An output is treated as lying at the center of what it reads: output o at the cell ``center + o jump``, nominal
    behind upsampling. Where no path reads cells behind the time of an output, as in causal stacks, it lies at its own
    time, which is the last cell that it reads. A tile that begins at a multiple of `step` and has `overlap` around its
    own part, which is a multiple of `step`, too, gives all the outputs that lie in its own part as the whole input
    does. The own part of a tile that begins or ends with the whole input extends to there.

    Attributes
    ----------
    overlap : tuple of Pair
        ((above, below), (left, right)), in input cells.
    step : tuple of int
        In input cells.
    center, jump : tuple
        Where output 0 lies, and how far it is to the next one, in input cells.
    takes_any : tuple of bool
        Whether the network takes any side from the smallest one on. If not, sides are ``overlap + n step``: others are
        refused, pad in another way, or are resized by another factor.
    is_causal : tuple of bool
        Whether outputs lie at their own time.
    input_size, output_size : tuple of int or None
        Of the whole input and of the node; None if the network has no input size.
    """

    overlap: tuple[Pair, ...]
    step: tuple[int, ...]
    center: tuple[Number, ...]
    jump: tuple[Number, ...]
    takes_any: tuple[bool, ...]
    is_causal: tuple[bool, ...]
    input_size: Size | None = None
    output_size: Size | None = None

    @property
    def least(self) -> tuple[int, ...]:
        """The sides of the smallest tile, whose own part is one step."""
        return tuple(sum(sides) + step for sides, step in zip(self.overlap, self.step, strict=True))

    def outputs(self, axis: int, first: int, stop: int) -> range:
        """Return the outputs that lie in the cells from `first` up to, not including, `stop`.

        Outputs that lie before cell 0 belong to a part that begins there. Those that lie behind the last cell of the
        whole input belong to a part that ends with it. So each output is in one of the parts that cover the input.

        Examples
        --------
        >>> cut = Tiling(((0, 0),), (32,), center=(-12,), jump=(32,), takes_any=(True,), is_causal=(False,),
        ...     input_size=(64,), output_size=(3,))
        >>> cut.outputs(0, 0, 32), cut.outputs(0, 32, 64)
        (range(0, 2), range(2, 3))
        """
        begin, end = (max(0, _index(cell, self.center[axis], self.jump[axis])) for cell in (first, stop))
        if first <= 0:
            begin = 0
        if self.input_size is not None and self.output_size is not None:
            number = self.output_size[axis]
            begin, end = min(begin, number), number if stop >= self.input_size[axis] else min(end, number)
        return range(begin, max(begin, end))


def _index(cell: int, center: Number, jump: Number) -> int:
    """Return the first output that lies in a cell or behind it; a cell reaches half a cell to both sides."""
    return ceil((cell - Fraction(1, 2) - center) / jump)


@dataclass(frozen=True, slots=True)
class _Tile:
    """A tile in the network, along one axis: the footprints, how many outputs there are, and which can be kept."""

    footprints: Mapping[str, Footprint]
    outputs: int
    first: int
    stop: int


def tiles(graph: Graph, name: str | None = None) -> Tiling | str:
    """Return how tiles of the input must overlap for the outputs of a node to be those of the whole input.

    Returns
    -------
    Tiling or str
        A text if there are none: "none is enough" or "unknown", and why.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> graph = Graph((32, 48))
    >>> graph.add("conv", conv2d(3, padding=1, padding_mode="circular"))
    'conv'
    >>> print(tiles(graph))
    none is enough, because output 0 reads the other border of the input, as behind circular padding, a roll or a flip
    """
    target = graph.node(name)
    route = graph.upstream(target.name)
    obstacle = next(filter(None, (_obstacle(graph, node) for node in route)), None)
    if obstacle is not None:
        return obstacle
    field = receptive_field(graph, target.name)
    if field.is_global:
        return WHOLE
    lines = []
    for axis, sizes in enumerate(field.size_range):
        center, jump = field.center[axis], field.jump[axis]
        step = _step(graph, route, axis)
        if center is None or not jump or sizes is None or step is None:
            return UNKNOWN_PLACES
        own_time = _own_time(graph.fields[target.name].axes[axis])
        line = _overlap(route, axis, graph.rank, graph.input_size, step, center, own_time, jump, max(1, sizes[0]))
        if line is None:
            return UNKNOWN_PLACES
        lines.append((*line, step, jump))
    overlaps, takes_any, centers, steps, jumps = zip(*lines, strict=True)
    is_causal = tuple(own != nominal for own, nominal in zip(centers, field.center, strict=True))
    return Tiling(overlaps, steps, centers, jumps, takes_any, is_causal, graph.input_size, target.size)


def _obstacle(graph: Graph, node: Node) -> str | None:
    """Return why no overlap is enough behind a node, None if one may be."""
    if node.operation in (UNKNOWN, DATA):
        return UNKNOWN_PLACES
    if node.operation in SUMMARIES:
        return WHOLE
    if node.aligns_corners:
        return CORNERS
    if isinstance(node.operation, str):
        return None
    source = graph.nodes[node.inputs[0]]
    read_by = node.footprints(source, graph.rank)
    if any(isinstance(footprint, Block) and footprint.step > 1 for footprint in read_by):
        return LINES  # the step is that at which blocks fill a whole axis
    if node.fixed and source.size is not None:
        windows = zip(read_by, source.size, strict=True)
        if any(isinstance(one, Sliding) and one.stride < one.kernel == cells for one, cells in windows):
            return LINES
    jumps = [Fraction(axis.jump or 0) for axis in graph.fields[node.name].axes]
    if node.fixed and any(1 not in (jump.numerator, jump.denominator) for jump in jumps):
        return OTHER_SCALE
    is_reversed = any(isinstance(footprint, Reversed) for footprint in read_by)
    return OTHER_BORDER if is_reversed or _is_circular(node.operation) else None


def _is_circular(layer: Operation) -> bool:
    """Return whether a layer has padding that goes on at the other border."""
    if isinstance(layer, Volume):
        return _is_circular(layer.depth) or _is_circular(layer.plane)
    if not isinstance(layer, Conv2d) or layer.padding_mode != "circular":
        return False
    if isinstance(layer.padding, str):
        return any(kernel > 1 for kernel in layer.kernel_size)
    return any(map(any, layer.padding))


def _step(graph: Graph, route: Sequence[Node], axis: int) -> int | None:
    """Return the cells at whose multiples all footprints continue as from the first cell."""
    step = 1
    for node in route:
        for name in node.inputs:
            jump = Fraction(graph.fields[name].axes[axis].jump or 0)
            footprint = node.footprints(graph.nodes[name], graph.rank)[axis]
            step = lcm(step, (jump * (footprint.advance or 1)).numerator)
            if not jump or step > MOST_STEP:
                return None
    return step


def _own_time(line: AxisField) -> Number | None:
    """Return where output 0 lies at its own time; None if an output reads cells behind its time.

    Outputs of a finer grid than that of the input lie in the cell as those of resizing do, the middle in its middle.
    """
    if len(line.spans) != 1:
        return None
    (span,) = line.spans
    late = [None if box is None else floor(n * span.jump) - box[1] for n, box in enumerate(span.boxes)]
    if 0 not in late or any(cells is None or cells < 0 for cells in late):
        return None
    return (span.jump - 1) / 2 if span.jump < 1 else 0


def _overlap(
    route: Sequence[Node],
    axis: int,
    rank: int,
    size: Size | None,
    step: int,
    center: Number,
    own_time: Number | None,
    jump: Number,
    least: int,
) -> tuple[Pair, bool, Number] | None:
    """Return (overlap, whether any side is taken, where output 0 lies) along one axis.

    The overlap is that of the smallest tile that continues step by step.
    """
    work = 0
    for node in route:
        phases = 0 if isinstance(node.operation, str) else node.footprints(route[0])[axis].period
        work += 1 + len(node.inputs) + phases
    whole = None if size is None else _tile(route, axis, size[axis], size)
    is_fixed = any(node.fixed for node in route)
    every, residue = (step, 0 if size is None else size[axis] % step) if is_fixed else (1, 0)

    @lru_cache(None)
    def fitting(side: int) -> _Tile | None:
        """Return a tile if the network takes it and reads it as it reads the whole: SAME pads by the size."""
        if side % every != residue % every:
            return None
        tile = _tile(route, axis, side, size or (side,) * rank)
        reads_alike = tile is not None and (whole is None or tile.footprints == whole.footprints)
        return tile if tile is not None and reads_alike and tile.first < tile.stop else None

    for side in range(least, least + min(3 * step + MARGIN, MOST_WORK // work)):
        tile = fitting(side)
        if tile is None:
            continue
        if own_time is not None and tile.outputs == ceil(side / jump):  # none lies in padding behind the tile
            center = own_time
        top = max(0, ceil((center + (tile.first - 1) * jump + Fraction(1, 2)) / step)) * step
        while _index(top, center, jump) < tile.first:
            top += step
        if _index(top + step, center, jump) > tile.stop or side < top + step:
            continue
        longer = [(fitting(side + n * step), tile.stop + n * step / Fraction(jump)) for n in (1, 2)]
        if all(more is not None and more.first == tile.first and more.stop >= stop for more, stop in longer):
            is_cheap = step * work <= MOST_WORK
            return (top, side - top - step), is_cheap and all(map(fitting, range(side + 1, side + step))), center
    return None


def _tile(route: Sequence[Node], axis: int, side: int, whole: Size) -> _Tile | None:
    """Return a tile in the network; None if that refuses its size. Along the other axes it is the whole input."""
    tile = (*whole[:axis], side, *whole[axis + 1 :])
    nodes = {route[0].name: Node(route[0].name, route[0].operation, (), tile)}
    kept = {route[0].name: (0, side)}
    reads: dict[str, Footprint] = {}
    for node in route[1:]:
        sources = [nodes[name] for name in node.inputs]
        cells = [kept[name] for name in node.inputs]
        made = sources[0].size  # known, because that of the input is
        try:
            if not isinstance(node.operation, str) and made is not None:
                length = made[axis]
                made, axes = _read(node.operation, made)
                reads[node.name] = axes[axis]
                if axes[axis].period > MOST_STEP or not _copies(axes[axis], cells[0], length, made[axis]):
                    return None
                cells = [_kept(axes[axis], cells[0], made[axis])]
            elif any(source.size != made for source in sources):
                made = output_size(node.name, node.operation, sources, len(whole))
        except SpecError:
            return None
        assert made is not None
        nodes[node.name] = Node(node.name, node.operation, node.inputs, made)
        kept[node.name] = max(0, *(first for first, _ in cells)), min(made[axis], *(stop for _, stop in cells))
    last = route[-1].name
    size_of_last = nodes[last].size
    assert size_of_last is not None
    return _Tile(reads, size_of_last[axis], *kept[last])


@lru_cache(4096)
def _read(layer: Spatial, size: Size) -> tuple[Size, tuple[Footprint, ...]]:
    """Return the output size and the footprints of a layer, which equal blocks have in common."""
    return layer.output_size(size), footprints(layer, size)


def _copies(footprint: Footprint, cells: Pair, size: int, outputs: int) -> bool:
    """Return whether the padding of tiles at the borders holds copies of cells that can be kept."""
    if not isinstance(footprint, Sliding) or footprint.mode != "reflect":
        return True
    before, behind = -footprint.cells(0)[0], footprint.cells(outputs - 1)[-1] - (size - 1)
    return before < cells[1] and size - 1 - behind >= cells[0]


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
