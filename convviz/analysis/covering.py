"""Whether units see a whole object, and from which node on."""

from dataclasses import dataclass
from functools import lru_cache

from convviz.arithmetic.parse import Pair

from .network import Network
from .receptive.field import Box


@dataclass(frozen=True, slots=True)
class Covering:
    """The first nodes that matter for an object, in the order of the network; None where there is none.

    Attributes
    ----------
    large : str, optional
        The first node whose field is at least as large as the object.
    covering : str, optional
        The first node with a unit whose field covers the object where it is.
    unit : Pair, optional
        That unit; the one in the middle if there are several.
    """

    large: str | None
    covering: str | None
    unit: Pair | None


def covers(box: Box, marked: Box) -> bool:
    """Return whether a box contains another one."""
    return all(outer[0] <= inner[0] and inner[1] <= outer[1] for outer, inner in zip(box, marked, strict=True))


@lru_cache(64)
def first_covering(network: Network, marked: Box) -> Covering:
    """Return the first nodes that are large enough for an object, and that have a unit which covers it.

    Examples
    --------
    An object of 4 x 4 cells at a place where no window of 7 x 7 begins is covered by one that begins before it:

    >>> first_covering(Network.known("resnet18"), ((100, 103), (50, 53)))
    Covering(large='conv1', covering='conv1', unit=(51, 26))
    """
    large = None
    least = [last - first + 1 for first, last in marked]
    for node in network.nodes:
        size = network.receptive_field(node.name).size
        if any(cells is None or cells < needed for cells, needed in zip(size, least, strict=True)):
            continue
        large = large or node.name
        unit = covering_unit(network, node.name, marked)
        if unit is not None:
            return Covering(large, node.name, unit)
    return Covering(large, None, None)


def covering_unit(network: Network, node: str, marked: Box) -> Pair | None:
    """Return the unit of a node whose field covers an object; the one in the middle if there are several."""
    size = network.output_size(node)
    if size is None:
        return None
    unit = []
    for axis, units in enumerate(size):
        boxes = (network.box(node, (n, 0) if axis == 0 else (0, n)) for n in range(units))
        inside = [n for n, box in enumerate(boxes) if box is not None and covers((box[axis],) * 2, (marked[axis],) * 2)]
        if not inside:
            return None
        unit.append(inside[len(inside) // 2])
    return unit[0], unit[1]
