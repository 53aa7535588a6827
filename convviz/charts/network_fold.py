"""Which boxes stand for the nodes of a network in its drawing: blocks and rows of equal blocks are folded into one.

A folded box opens as a whole, or into a few folded ones if it has very many nodes, and folds again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from convviz.analysis import Node

from .network_layout import rows_down

WHOLE: Final = 40
"""Networks of so many nodes are drawn whole."""

DRAWN: Final = 600
MOST_DOWN: Final = 20_000
"""Boxes of a drawing, and rows that its edges go down in all. Measured at these rows: 0.5 seconds."""

MOST_BOXES: Final = 60
"""Beyond so many boxes, nodes in a row become one."""

MOST_OPENED: Final = 36
"""A folded box of more nodes opens into folded ones of about so many."""

MOST_PIECES: Final = 12
"""Folded boxes into which one opens at most."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or nodes that are drawn as one.

    Attributes
    ----------
    names : The nodes in their order; the last one speaks for all.
    first : The number of the first node in its network.
    blocks : Equal blocks in a row; 0 for a node by itself and for nodes in a row.
    """

    names: tuple[str, ...]
    first: int
    blocks: int = 0

    @property
    def key(self) -> str:
        """The node that speaks for the box."""
        return self.names[-1]

    @property
    def place(self) -> str:
        """Which of a network's folded boxes it is, in letters that no file has chosen; "" for a node by itself."""
        return f"{self.first}-{self.first + len(self.names) - 1}" if len(self.names) > 1 else ""

    def holds(self, place: str) -> bool:
        """Whether the folded box of this place is in this one, or is this one."""
        first, last = map(int, place.split("-"))
        return self.first <= first and last < self.first + len(self.names)


@dataclass(frozen=True, slots=True)
class Opened:
    """A box that is open: the boxes that stand for it, from the first to the last number, and open ones around it."""

    box: Box
    first: int
    last: int
    depth: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Boxes in the order of the network; pairs of their numbers, who is read, who reads; what is open, outer first."""

    boxes: tuple[Box, ...]
    edges: tuple[tuple[int, int], ...]
    opened: tuple[Opened, ...] = ()

    @property
    def excess(self) -> str:
        """Return what there is too much of for a drawing; "" where it can be drawn."""
        if len(self.boxes) > DRAWN:
            return f"{len(self.boxes)} boxes"
        down = rows_down(len(self.boxes), self.edges)
        return f"{len(self.edges)} edges, which go down {down} rows in all" if down > MOST_DOWN else ""

    def box_of(self, name: str) -> int:
        """The number of the box that has this node."""
        return next(number for number, box in enumerate(self.boxes) if name in box.names)


def fold_network(nodes: Sequence[Node], opened: Collection[str] = (), *, is_folded: bool = True) -> Folded:
    """The boxes of a network.

    Parameters
    ----------
    nodes : As `Network.nodes` has them: a node comes after those that it reads.
    opened : Places of folded boxes that are open; those that are not there are passed over.
    is_folded : Whether to fold at all where there are more than `WHOLE` nodes.

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
    """The folded boxes that have to be open for a node to be drawn by itself, the outermost first.

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
    """The boxes of a network in which nothing is open."""
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
    """What a folded box opens into: its nodes, or where they are too many a few folded boxes of whole blocks."""
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
    """Runs of nodes that end where all paths go through one node; a run of one is a link of the trunk.

    A node is such a place if no edge leads past it.
    """
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
    """What equal blocks have in common: their operations, and how far back each of them reads."""
    number = {nodes[n].name: n for n in unit}
    return tuple(
        (nodes[n].operation, tuple(n - number[name] if name in number else None for name in nodes[n].inputs))
        for n in unit
    )


def _in_rows(folded: Folded) -> list[Box]:
    """Boxes of one reader each that stand in a row, as one; blocks stay by themselves."""
    reads: dict[int, list[int]] = {}
    read_by: dict[int, list[int]] = {}
    for one, other in folded.edges:
        reads.setdefault(other, []).append(one)
        read_by.setdefault(one, []).append(other)

    def follows(one: int, other: int) -> bool:
        is_plain = not folded.boxes[one].blocks and not folded.boxes[other].blocks
        return is_plain and one > 0 and reads.get(other) == [one] and read_by.get(one) == [other]

    boxes: list[Box] = []
    for number, box in enumerate(folded.boxes):
        if number and follows(number - 1, number):
            boxes[-1] = Box((*boxes[-1].names, *box.names), boxes[-1].first)
        else:
            boxes.append(box)
    return boxes


def _joined(nodes: Sequence[Node], boxes: Sequence[Box], frames: Sequence[Opened] = ()) -> Folded:
    """Boxes with the edges between them."""
    number = {name: n for n, box in enumerate(boxes) for name in box.names}
    edges = ((number[name], number[node.name]) for node in nodes for name in node.inputs)
    return Folded(tuple(boxes), tuple(dict.fromkeys(pair for pair in edges if pair[0] != pair[1])), tuple(frames))
