"""Tiles of an input whose outputs, put beside each other, are those of the whole: their overlap and their sides.

A tile begins at a multiple of all strides on the way, so that they go on in it as in the whole input. What of its
outputs can be kept is found by going through the network with it: an output is as in the whole input if all the cells
that it reads are there and are themselves as in the whole. What a tile pads is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, lcm
from typing import Final

from convviz.arithmetic import Layer
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError

from .network import Network
from .receptive.footprints import SUMMARIES, Footprint, footprints
from .receptive.graph import UNKNOWN, Node, output_size

MOST_STEP: Final = 4096
"""Input cells between two places where a tile may begin, and outputs of one period."""

MARGIN: Final = 64
"""Sides that are tried beyond three steps: crops between strides take some cells."""

MOST_WORK: Final = 200_000
"""Nodes, their inputs and phases that are gone through, over all sides that are tried along an axis."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How to cut an input into tiles. All pairs are (height, width); the own parts of tiles lie side by side.

    An output is taken to lie at the center of what it reads: output o at the cell ``center + o jump``, nominal behind
    upsampling. A tile that begins at a multiple of `step` and has `overlap` around an own part, which is a multiple of
    `step`, too, gives all the outputs that lie in its own part as the whole input does. Where a tile ends with the
    whole input, its own part goes on to there.

    Attributes
    ----------
    overlap : ((above, below), (left, right)), in input cells.
    step : In input cells.
    center, jump : Of the node, as in `ReceptiveField`.
    takes_any : Whether any side is one that the network takes from the least one on. If not, sides are
        ``overlap + n step``: others are refused, or pad in another way.
    """

    overlap: tuple[Pair, Pair]
    step: Pair
    center: tuple[int | Fraction, int | Fraction]
    jump: tuple[int | Fraction, int | Fraction]
    takes_any: tuple[bool, bool]

    @property
    def least(self) -> Pair:
        """Sides of the smallest tile: with an own part of one step."""
        height, width = (sum(sides) + step for sides, step in zip(self.overlap, self.step, strict=True))
        return height, width

    def outputs(self, axis: int, first: int, stop: int) -> range:
        """The outputs that lie in the cells from `first` up to, not including, `stop`."""
        return range(*(max(0, _index(place, self.center[axis], self.jump[axis])) for place in (first, stop)))


@dataclass(frozen=True, slots=True)
class _Pass:
    """A tile in the network, along one axis: how every node reads, and which outputs of the last one can be kept."""

    readings: Mapping[tuple[str, str], Footprint]
    first: int
    stop: int


def tiling(network: Network, node: str | None = None) -> Tiling | None:
    """How tiles of the input have to overlap for the outputs of a node to be those of the whole input.

    Returns
    -------
    tiling : None behind a global or an unknown operation, and where places are not known or have no common step.

    Examples
    --------
    The U-Net pads nothing and takes no side but 188 + 16 n, of which the middle is its output:

    >>> found = tiling(Network.known("unet"))
    >>> found.overlap, found.step, found.takes_any, found.least
    (((96, 92), (96, 92)), (16, 16), (False, False), (204, 204))
    """
    target = network.node(node)
    way = _way(network, target)
    field = network.receptive_field(target.name)
    if field.is_global or any(one.operation == UNKNOWN or one.operation in SUMMARIES for one in way):
        return None
    found = []
    for axis in (0, 1):
        center, jump, sizes = field.center[axis], field.jump[axis], field.size_range[axis]
        step = _step(network, way, axis)
        if center is None or not jump or sizes is None or step is None:
            return None
        one = _along(network, way, axis, step, (center, jump, sizes[0]))
        if one is None:
            return None
        found.append((*one, step, center, jump))
    (height, any_height, rows, top, down), (width, any_width, columns, left, right) = found
    return Tiling((height, width), (rows, columns), (top, left), (down, right), (any_height, any_width))


def _way(network: Network, target: Node) -> list[Node]:
    """The nodes on the way to one, from the input, in their order."""
    names, waiting = set(), [target.name]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += network.node(name).inputs
    return [one for one in network.nodes if one.name in names]


def _step(network: Network, way: list[Node], axis: int) -> int | None:
    """The cells at whose multiples all strides on the way go on as from the first one."""
    step = 1
    for node in way:
        jump = network.receptive_field(node.name).jump[axis]
        if not jump:
            return None
        step = lcm(step, Fraction(jump).numerator)
        if step > MOST_STEP:
            return None
    return step


def _along(
    network: Network, way: list[Node], axis: int, step: int, place: tuple[int | Fraction, int | Fraction, int]
) -> tuple[Pair, bool] | None:
    """(overlap, whether any side is taken) along one axis: the smallest tile by which one can go on step by step."""
    center, jump, smallest = place
    size, work = network.input_size, sum(_work(network, node, axis) for node in way)
    whole = None if size is None else _passed(way, axis, size[axis], size)
    tries = min(3 * step + MARGIN, MOST_WORK // work)
    for side in range(max(1, smallest), max(1, smallest) + tries):
        found = _fitting(way, axis, side, size, whole)
        if found is None:
            continue
        top = _top(found, center, jump, step)
        if _index(top + step, center, jump) > found.stop or side < top + step:
            continue
        longer = [_fitting(way, axis, side + n * step, size, whole) for n in (1, 2)]
        if all(_goes_on(one, found, Fraction(n * step) / jump) for n, one in enumerate(longer, start=1)):
            is_cheap = step * work <= MOST_WORK
            sides = range(side + 1, side + step)
            takes_any = is_cheap and all(_fitting(way, axis, one, size, whole) for one in sides)
            return (top, side - top - step), takes_any
    return None


def _work(network: Network, node: Node, axis: int) -> int:
    """Return what it takes to go through a node."""
    phases = node.footprints(network.node(node.inputs[0]))[axis].period if isinstance(node.operation, Layer) else 0
    return 1 + len(node.inputs) + phases


def _top(found: _Pass, center: int | Fraction, jump: int | Fraction, step: int) -> int:
    """The first multiple of the step from which on all outputs can be kept."""
    top = max(0, ceil((center + (found.first - 1) * jump + Fraction(1, 2)) / step)) * step
    while _index(top, center, jump) < found.first:
        top += step
    return top


def _goes_on(longer: _Pass | None, found: _Pass, outputs: Fraction) -> bool:
    """Whether a longer tile gives as many more outputs as it should."""
    return longer is not None and longer.first == found.first and longer.stop >= found.stop + outputs


def _index(cell: int, center: int | Fraction, jump: int | Fraction) -> int:
    """The first output that lies in a cell or behind it; a cell reaches half a cell to both sides of its index."""
    return ceil((cell - Fraction(1, 2) - center) / jump)


def _fitting(way: list[Node], axis: int, side: int, size: Pair | None, whole: _Pass | None) -> _Pass | None:
    """A tile of this side, if the network takes it and reads it as it reads the whole: SAME pads by the size."""
    found = _passed(way, axis, side, size)
    if found is None or found.first >= found.stop or (whole is not None and found.readings != whole.readings):
        return None
    return found


def _passed(way: list[Node], axis: int, side: int, size: Pair | None) -> _Pass | None:
    """A tile in the network; None if that refuses its size. Along the other axis it is the whole input."""
    pair = (side, side) if size is None else (side, size[1]) if axis == 0 else (size[0], side)
    nodes = {way[0].name: Node(way[0].name, way[0].operation, (), pair)}
    kept = {way[0].name: (0, side)}
    found: dict[tuple[str, str], Footprint] = {}
    for node in way[1:]:
        sources = [nodes[name] for name in node.inputs]
        cells = [kept[name] for name in node.inputs]
        made = sources[0].size  # known, as the input's
        try:
            if isinstance(node.operation, Layer) and made is not None:
                made, axes = _read(node.operation, made)
                reading = found[node.name, sources[0].name] = axes[axis]
                if reading.period > MOST_STEP:
                    return None
                cells = [_kept(reading, cells[0], made[axis])]
            else:
                made = output_size(node.name, node.operation, sources)
        except SpecError:
            return None
        assert made is not None
        nodes[node.name] = Node(node.name, node.operation, node.inputs, made)
        kept[node.name] = max(0, *(first for first, _ in cells)), min(made[axis], *(stop for _, stop in cells))
    last = way[-1].name
    return _Pass(found, *kept[last])


@lru_cache(4096)
def _read(layer: Layer, size: Pair) -> tuple[Pair, tuple[Footprint, Footprint]]:
    """Return the output size of a layer and how it reads its input: equal blocks have that in common."""
    return layer.output_size(size), footprints(layer, size)


def _kept(footprint: Footprint, cells: Pair, outputs: int) -> Pair:
    """The outputs, of so many, that read nothing but these cells.

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
