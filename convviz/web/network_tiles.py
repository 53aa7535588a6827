"""Boxes that single outputs read, and how far tiles of an input have to overlap for seamless outputs."""

from collections.abc import Mapping
from functools import lru_cache
from math import lcm

from ..analysis.receptive import Network
from ..analysis.receptive.field import Reach, reach

Box = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last row, the first and the last column; they may lie outside the input."""

Overlap = tuple[tuple[int, int], tuple[int, int]]
"""Cells (above, below) and (on the left, on the right)."""


@lru_cache(16)
def _reaches(network: Network) -> Mapping[str, Reach]:
    nodes = {node.name: node for node in network.nodes}
    first, *others = network.nodes
    reaches = {first.name: Reach()}
    for node in others:
        reaches[node.name] = reach(node, nodes, reaches)
    return reaches


def box_of(network: Network, node: str, output: tuple[int, int]) -> Box | None:
    """The box of cells that an output can reach on an input without borders; None if not known, or nothing is read.

    Where a global operation took part, it is the whole input, if its size is known.

    Examples
    --------
    >>> box_of(Network.known("resnet18"), "pool1", (0, 1))
    ((-5, 5), (-1, 9))
    """
    found = _reaches(network)[node]
    if found.is_global:
        size = network.input_size
        return None if size is None else ((0, size[0] - 1), (0, size[1] - 1))
    axes = []
    for line, place in zip(found.lines, output, strict=True):
        boxes = [box for span in line.spans if (box := span.box(place)) is not None]
        if not boxes or not line.is_known:
            return None
        axes.append((min(first for first, _ in boxes), max(last for _, last in boxes)))
    return axes[0], axes[1]


def tile_overlap(network: Network, node: str) -> Overlap | None:
    """How many cells a tile of the input needs around the part whose outputs are kept, so that no seam is seen.

    The outputs of a part are those that begin in it. What they reach beyond it is rounded up to the largest step on the
    way to the node, because tiles have to begin where its strides would begin as well.

    Parameters
    ----------
    node : One with places of its own.

    Returns
    -------
    overlap : None behind a global operation, and where fields or places are not known or have no common step.

    Examples
    --------
    >>> tile_overlap(Network.known("resnet50_v1"), "conv5_3")
    ((256, 224), (256, 224))
    """
    found = _reaches(network)[node]
    step = tile_step(network, node)
    if found.is_global or step is None:
        return None
    sides = []
    for axis, line in enumerate(found.lines):
        if len(line.spans) != 1 or not line.is_known or None in line.spans[0].boxes:
            return None
        (span,) = line.spans
        # The part begins at cell 0 and is a step long; its outputs are the first ones, as many as that has.
        outputs = range(int(step[axis] / span.jump))
        boxes = [box for output in outputs if (box := span.box(output)) is not None]
        before = max(0, -min(first for first, _ in boxes))
        after = max(0, max(last for _, last in boxes) - step[axis] + 1)
        sides.append((_up(before, step[axis]), _up(after, step[axis])))
    return sides[0], sides[1]


def tile_step(network: Network, node: str) -> tuple[int, int] | None:
    """The cells by which tiles may be moved: all strides on the way to the node go on as in the whole input."""
    way, waiting = set(), [node]
    while waiting:
        name = waiting.pop()
        if name not in way:
            way.add(name)
            waiting += network.node(name).inputs
    steps = [1, 1]
    for name in way:
        for axis, line in enumerate(_reaches(network)[name].lines):
            if not line.jump:
                return None
            steps[axis] = lcm(steps[axis], line.jump.numerator)
    return steps[0], steps[1]


def _up(cells: int, step: int) -> int:
    return -(-cells // step) * step
