"""Which boxes stand for the nodes of a network in its drawing: blocks and rows of equal blocks are folded into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ..analysis.receptive import Node

WHOLE: Final = 40
"""Networks of so many nodes are drawn whole."""

DRAWN: Final = 600
"""Boxes of a drawing at most."""

MOST_BOXES: Final = 60
"""Beyond so many boxes, nodes in a row become one."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node, or nodes that are drawn as one.

    Attributes
    ----------
    names : The nodes in their order; the last one speaks for all.
    blocks : Equal blocks in a row; 0 for a node by itself and for nodes in a row.
    """

    names: tuple[str, ...]
    blocks: int = 0

    @property
    def key(self) -> str:
        """The node that speaks for the box."""
        return self.names[-1]


@dataclass(frozen=True, slots=True)
class Folded:
    """Boxes in the order of the network, and pairs of their numbers: who is read, who reads."""

    boxes: tuple[Box, ...]
    edges: tuple[tuple[int, int], ...]

    def box_of(self, name: str) -> int:
        """The number of the box that has this node."""
        return next(number for number, box in enumerate(self.boxes) if name in box.names)


def fold_network(nodes: Sequence[Node], selected: str, *, is_folded: bool = True) -> Folded:
    """The boxes of a network, with the block around the selected node unfolded.

    Parameters
    ----------
    nodes : As `Network.nodes` has them: a node comes after those that it reads.
    is_folded : Whether to fold at all where there are more than `WHOLE` nodes.

    Examples
    --------
    >>> from convviz.analysis.receptive import Network
    >>> folded = fold_network(Network.known("resnet152_v1").nodes, "conv1")
    >>> [(box.key, box.blocks, len(box.names)) for box in folded.boxes][-4:]
    [('conv4_1', 1, 5), ('conv4_36', 35, 140), ('conv5_1', 1, 5), ('conv5_3', 2, 8)]
    """
    if not is_folded or len(nodes) <= WHOLE:
        return _joined(nodes, [Box((node.name,)) for node in nodes])
    boxes: list[Box] = []
    units = segments(nodes)
    for _, alike in groupby(units, key=lambda unit: _signature(nodes, unit)):
        _fold_alike(nodes, list(alike), selected, boxes)
    folded = _joined(nodes, boxes)
    return _joined(nodes, _in_rows(folded, selected)) if len(boxes) > MOST_BOXES else folded


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


def _fold_alike(nodes: Sequence[Node], units: Sequence[range], selected: str, boxes: list[Box]) -> None:
    """Add the boxes of equal units in a row."""
    row: list[range] = []

    def close() -> None:
        if row:
            boxes.append(Box(tuple(nodes[n].name for unit in row for n in unit), len(row)))
            row.clear()

    for unit in units:
        is_open = any(nodes[n].name == selected for n in unit) or 2 * len(unit) > len(nodes)
        if len(unit) == 1 or is_open:
            close()
            boxes.extend(Box((nodes[n].name,)) for n in unit)
        else:
            row.append(unit)
    close()


def _signature(nodes: Sequence[Node], unit: range) -> object:
    """What equal blocks have in common: their operations, and how far back each of them reads."""
    number = {nodes[n].name: n for n in unit}
    return tuple(
        (nodes[n].operation, tuple(n - number[name] if name in number else None for name in nodes[n].inputs))
        for n in unit
    )


def _in_rows(folded: Folded, selected: str) -> list[Box]:
    """Boxes of one reader each that stand in a row, as one; the selected one and blocks stay by themselves."""
    reads: dict[int, list[int]] = {}
    read_by: dict[int, list[int]] = {}
    for one, other in folded.edges:
        reads.setdefault(other, []).append(one)
        read_by.setdefault(one, []).append(other)

    def follows(one: int, other: int) -> bool:
        boxes = folded.boxes[one], folded.boxes[other]
        is_plain = all(not box.blocks and selected not in box.names for box in boxes)
        return is_plain and one > 0 and reads.get(other) == [one] and read_by.get(one) == [other]

    boxes: list[Box] = []
    for number, box in enumerate(folded.boxes):
        if number and follows(number - 1, number):
            boxes[-1] = Box((*boxes[-1].names, *box.names))
        else:
            boxes.append(box)
    return boxes


def _joined(nodes: Sequence[Node], boxes: Sequence[Box]) -> Folded:
    """Boxes with the edges between them."""
    number = {name: n for n, box in enumerate(boxes) for name in box.names}
    edges = ((number[name], number[node.name]) for node in nodes for name in node.inputs)
    return Folded(tuple(boxes), tuple(dict.fromkeys(pair for pair in edges if pair[0] != pair[1])))
