"""Which boxes the drawing of a network has: blocks, and rows of equal blocks, are folded into one box.

A folded box opens as a whole, or into a few folded ones if it has very many nodes, and folds again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from convviz.analysis import Node

from .network_layout import rows_down

WHOLE: Final = 40
"""Networks of up to this many nodes are drawn whole."""

DRAWN: Final = 600
MOST_DOWN: Final = 20_000
"""Boxes of a drawing, and rows that all its edges together go down. Measured at these rows: 0.5 seconds."""

MOST_BOXES: Final = 60
"""With more boxes, nodes in a row become one box."""

MOST_OPENED: Final = 36
"""A folded box of more nodes opens into folded ones of about this many."""

MOST_PIECES: Final = 12
"""Folded boxes into which one opens at most."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or nodes that are drawn as one.

    Attributes
    ----------
    names : tuple of str
        The nodes in their order; the last one names the box.
    first : int
        The number of the first node in its network.
    blocks : int
        Equal blocks in a row; 0 for a single node and for nodes in a row.
    """

    names: tuple[str, ...]
    first: int
    blocks: int = 0

    @property
    def key(self) -> str:
        """Return the node that names the box."""
        return self.names[-1]

    @property
    def place(self) -> str:
        """Return an identifier of a folded box, made of numbers and never of a file's names; "" for a single node."""
        return f"{self.first}-{self.first + len(self.names) - 1}" if len(self.names) > 1 else ""

    def holds(self, place: str) -> bool:
        """Return whether the folded box of this place is in this one, or is this one."""
        first, last = map(int, place.split("-"))
        return self.first <= first and last < self.first + len(self.names)


@dataclass(frozen=True, slots=True)
class Opened:
    """An open box: the numbers of the first and the last box in it, and how many open boxes are around it."""

    box: Box
    first: int
    last: int
    depth: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Boxes in the order of the network, edges as pairs of numbers (source, reader), open boxes from outside in."""

    boxes: tuple[Box, ...]
    edges: tuple[tuple[int, int], ...]
    opened: tuple[Opened, ...] = ()

    @property
    def excess(self) -> str:
        """Say what there is too much of for a drawing; "" where it can be drawn."""
        if len(self.boxes) > DRAWN:
            return f"{len(self.boxes)} boxes"
        down = rows_down(len(self.boxes), self.edges)
        return f"{len(self.edges)} edges, which go down {down} rows in all" if down > MOST_DOWN else ""

    def box_of(self, name: str) -> int:
        """Return the number of the box that has this node."""
        return next(number for number, box in enumerate(self.boxes) if name in box.names)


def fold_network(nodes: Sequence[Node], opened: Collection[str] = (), *, is_folded: bool = True) -> Folded:
    """Return the boxes of a network.

    Parameters
    ----------
    nodes : sequence of Node
        As in `Network.main_nodes`: a node comes after those that it reads.
    opened : collection of str
        Places of folded boxes that are open; unknown ones are ignored.
    is_folded : bool
        Whether to fold at all where there are more than `WHOLE` nodes.

    Examples
    --------
    >>> from convviz.analysis import Network
    >>> folded = fold_network(Network.known("resnet152_v1").nodes)
    >>> [(box.key, box.blocks, len(box.names)) for box in folded.boxes][-4:]
    [('conv4_1', 1, 5), ('conv4_36', 35, 140), ('conv5_1', 1, 5), ('conv5_3', 2, 8)]
    """
    if not is_folded or len(nodes) <= WHOLE:
        return _joined(nodes, [Box((node.name,), number) for number, node in enumerate(nodes)])
    boxes: list[Box] = []
    frames: list[Opened] = []
    for box in _outermost(nodes):
        _open(box, opened, boxes, frames, 0)
    return _joined(nodes, boxes, frames)


def places_around(nodes: Sequence[Node], name: str) -> tuple[str, ...]:
    """Return the folded boxes that have to be open for a node to have its own box, the outermost first.

    >>> from convviz.analysis import Network
    >>> places_around(Network.known("resnet50_v1").nodes, "conv4_3")
    ('38-57',)
    """
    places: list[str] = []
    if len(nodes) > WHOLE:
        boxes = _outermost(nodes)
        while (box := next(box for box in boxes if name in box.names)).place:
            places.append(box.place)
            boxes = _divided(box)
    return tuple(places)


def _outermost(nodes: Sequence[Node]) -> list[Box]:
    """Return the boxes of a network in which nothing is open."""
    boxes: list[Box] = []
    for _, alike in groupby(segments(nodes), key=lambda unit: _signature(nodes, unit)):
        units = list(alike)
        numbers = range(units[0].start, units[-1].stop)
        if len(units[0]) == 1 or 2 * len(units[0]) > len(nodes):
            boxes.extend(Box((nodes[number].name,), number) for number in numbers)
        else:
            boxes.append(Box(tuple(nodes[number].name for number in numbers), numbers.start, len(units)))
    return _in_rows(_joined(nodes, boxes)) if len(boxes) > MOST_BOXES else boxes


def _open(box: Box, opened: Collection[str], boxes: list[Box], frames: list[Opened], depth: int) -> None:
    """Add a box, or those that it opens into."""
    if not box.place or box.place not in opened:
        boxes.append(box)
        return
    first, place = len(boxes), len(frames)
    for part in _divided(box):
        _open(part, opened, boxes, frames, depth + 1)
    frames.insert(place, Opened(box, first, len(boxes) - 1, depth))


def _divided(box: Box) -> list[Box]:
    """Return what a folded box opens into: its nodes, or if they are too many a few folded boxes of whole blocks."""
    count = len(box.names)
    units = box.blocks or count
    each = count // units
    pieces = count if count <= MOST_OPENED or units == 1 else min(units, MOST_PIECES, -(-count // MOST_OPENED))
    if pieces == count:
        return [Box((name,), box.first + number) for number, name in enumerate(box.names)]
    ends = [units * piece // pieces * each for piece in range(pieces + 1)]
    return [
        Box(box.names[start:end], box.first + start, (end - start) // each if box.blocks else 0)
        for start, end in pairwise(ends)
    ]


def segments(nodes: Sequence[Node]) -> list[range]:
    """Return runs of nodes, each of which ends at a node that all paths go through: no edge leads past it."""
    number = {node.name: n for n, node in enumerate(nodes)}
    past = [0] * (len(nodes) + 1)
    for n, node in enumerate(nodes):
        for name in node.inputs:
            past[number[name] + 1] += 1
            past[n] -= 1
    ends, level = [], 0
    for n in range(len(nodes)):
        level += past[n]
        if level == 0:
            ends.append(n)
    if ends[-1] != len(nodes) - 1:
        ends.append(len(nodes) - 1)
    return [range(before + 1, end + 1) for before, end in zip([-1, *ends], ends, strict=False)]


def _signature(nodes: Sequence[Node], unit: range) -> object:
    """Return what equal blocks have in common: their operations, and how far back each of them reads."""
    number = {nodes[n].name: n for n in unit}
    return tuple(
        (nodes[n].operation, tuple(n - number[name] if name in number else None for name in nodes[n].inputs))
        for n in unit
    )


def _in_rows(folded: Folded) -> list[Box]:
    """Join boxes in a row that have one reader each; blocks stay as they are."""
    reads: dict[int, list[int]] = {}
    read_by: dict[int, list[int]] = {}
    for source, reader in folded.edges:
        reads.setdefault(reader, []).append(source)
        read_by.setdefault(source, []).append(reader)

    boxes: list[Box] = []
    for number, box in enumerate(folded.boxes):
        before = number - 1
        is_plain = before > 0 and not folded.boxes[before].blocks and not box.blocks
        if is_plain and reads.get(number) == [before] and read_by.get(before) == [number]:
            boxes[-1] = Box((*boxes[-1].names, *box.names), boxes[-1].first)
        else:
            boxes.append(box)
    return boxes


def _joined(nodes: Sequence[Node], boxes: Sequence[Box], frames: Sequence[Opened] = ()) -> Folded:
    """Return boxes with the edges between them."""
    number = {name: n for n, box in enumerate(boxes) for name in box.names}
    edges = ((number[name], number[node.name]) for node in nodes for name in node.inputs)
    return Folded(tuple(boxes), tuple(dict.fromkeys(pair for pair in edges if pair[0] != pair[1])), tuple(frames))
