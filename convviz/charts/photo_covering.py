"""Whether units see a whole object, and from which node on."""

from dataclasses import dataclass
from functools import lru_cache

from convviz.analysis import Box, Network
from convviz.arithmetic.parse import Pair


@dataclass(frozen=True, slots=True)
class Covering:
    """The first nodes that matter for an object, in the order of the network; None where there is none.

    Attributes
    ----------
    large : the first one whose field is at least as large as the object.
    covering, unit : the first one of which a unit's field covers the object where it is, and that unit: of several the
        one in the middle.
    """

    large: str | None
    covering: str | None
    unit: Pair | None


def covers(box: Box, marked: Box) -> bool:
    """Whether a box has another one inside."""
    return all(one[0] <= other[0] and other[1] <= one[1] for one, other in zip(box, marked, strict=True))


@lru_cache(64)
def first_covering(network: Network, marked: Box) -> Covering:
    """The first nodes that are large enough for an object, and of which a unit covers it.

    Examples
    --------
    An object of 4 x 4 cells at a place where no window of 7 x 7 begins is covered by one that begins before it:

    >>> first_covering(Network.known("resnet18"), ((100, 103), (50, 53)))
    Covering(large='conv1', covering='conv1', unit=(51, 26))
    """
    large = None
    for node in network.nodes:
        if not _is_large(network, node.name, marked):
            continue
        large = large or node.name
        unit = covering_unit(network, node.name, marked)
        if unit is not None:
            return Covering(large, node.name, unit)
    return Covering(large, None, None)


def covering_unit(network: Network, node: str, marked: Box) -> Pair | None:
    """The unit of a node whose field covers an object, of several the one in the middle."""
    size = network.output_size(node)
    if size is None:
        return None
    found = []
    for axis in (0, 1):
        places = [place for place in range(size[axis]) if _covers_along(network, node, axis, place, marked)]
        if not places:
            return None
        found.append(places[len(places) // 2])
    return found[0], found[1]


def _covers_along(network: Network, node: str, axis: int, place: int, marked: Box) -> bool:
    box = network.box(node, (place, 0) if axis == 0 else (0, place))
    return box is not None and box[axis][0] <= marked[axis][0] and marked[axis][1] <= box[axis][1]


def _is_large(network: Network, node: str, marked: Box) -> bool:
    field = network.receptive_field(node)
    wanted = [last - first + 1 for first, last in marked]
    return all(cells is not None and cells >= least for cells, least in zip(field.size, wanted, strict=True))
