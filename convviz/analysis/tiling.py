"""Boxes of an input: tiles whose outputs, put next to each other, are those of the whole, and objects in a field.

An object can be recognized as a whole only by a unit whose field covers it.
"""

from dataclasses import dataclass
from functools import lru_cache

from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .network import Network
from .receptive.field import Box, box_of, receptive_field
from .receptive.graph import Graph
from .receptive.tiles import Tiling, tiles


def tiling(network: Network, node: str | None = None) -> Tiling | None:
    """Return how tiles of the input must overlap for the outputs of a node to be those of the whole input.

    Returns
    -------
    Tiling or None
        None behind a global or an unsupported operation, circular padding, and resizing whose factor depends on the
        size of a tile, and if positions are unknown or have no common step.

    Examples
    --------
    The U-Net pads nothing and takes only sides of 188 + 16 n, whose middle is its output:

    >>> cut = tiling(Network.known("unet"))
    >>> cut.overlap, cut.step, cut.takes_any, cut.least
    (((96, 92), (96, 92)), (16, 16), (False, False), (204, 204))
    """
    if not isinstance(network, Network):
        raise SpecError(f"network must be a Network; got {shown(network)}.")
    cut = tiles(network.graph, node)
    return cut if isinstance(cut, Tiling) else None


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
