"""The layout of a graph without cycles: boxes in layers from the top down, branches side by side.

Sugiyama, Tagawa & Toda 1981, https://doi.org/10.1109/TSMC.1981.4308636: layers, order, positions. An edge that passes
layers has a slot of its own in each of them, so that it never runs through a box. No library, as Graphviz is a program
to install besides Python, and the layouts of networkx let edges run through boxes.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

BOX_HEIGHT: Final = 58
SLOT_WIDTH: Final = 12
GAP: Final = 18
ROW_GAP: Final = 30
MARGIN: Final = 10

_SWEEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions in pixels.

    Attributes
    ----------
    width, height : int
        Of the drawing.
    boxes : tuple of (float, float)
        Left and top of each box.
    widths : tuple of int
        Of each box; all are `BOX_HEIGHT` high.
    edges : tuple of points
        The points of each edge, from the bottom of a box to the top of another; every other stretch, from the second
        point on, goes straight down through a slot.
    """

    width: int
    height: int
    boxes: tuple[tuple[float, float], ...]
    widths: tuple[int, ...]
    edges: tuple[tuple[tuple[float, float], ...], ...]


@lru_cache(8)
def layered(widths: tuple[int, ...], edges: tuple[tuple[int, int], ...]) -> Layout:
    """Lay out boxes of these widths; edges go from lower to higher numbers.

    Examples
    --------
    >>> layered((172, 172, 172), ((0, 1), (1, 2), (0, 2))).boxes
    ((65.0, 10), (10.0, 98), (65.0, 186))
    """
    count = len(widths)
    layer = _layers(count, edges)
    # Every edge has a slot in each layer that it passes. Slots are numbered from `count` on, after the boxes.
    paths, row_of = [], list(layer)
    for source, reader in edges:
        slots = range(len(row_of), len(row_of) + layer[reader] - layer[source] - 1)
        row_of.extend(range(layer[source] + 1, layer[reader]))
        paths.append((source, *slots, reader))
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=0) + 1)]
    for item, row in enumerate(row_of):
        rows[row].append(item)
    above: list[list[int]] = [[] for _ in row_of]
    below: list[list[int]] = [[] for _ in row_of]
    for path in paths:
        for source, reader in pairwise(path):
            above[reader].append(source)
            below[source].append(reader)
    rows = _ordered(rows, above, below)
    room = (*widths, *(SLOT_WIDTH for _ in row_of[count:]))
    return _drawn(widths, layer, paths, _placed(rows, above, below, room), room)


def rows_down(count: int, edges: Sequence[tuple[int, int]]) -> int:
    """Return how many rows all edges between the boxes go down together.

    >>> rows_down(3, [(0, 1), (1, 2), (0, 2)])
    4
    """
    layer = _layers(count, edges)
    return sum(layer[reader] - layer[source] for source, reader in edges)


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return the row of each box: below all boxes that it reads."""
    layer = [0] * count
    for source, reader in sorted(edges, key=lambda edge: edge[1]):
        layer[reader] = max(layer[reader], layer[source] + 1)
    return layer


def _ordered(rows: list[list[int]], above: Sequence[list[int]], below: Sequence[list[int]]) -> list[list[int]]:
    """Order rows by the means of their neighbors' positions, and return the order with the fewest crossings."""
    place = [0] * len(above)
    for row in rows:
        _number(row, place)
    best, fewest = rows, _crossings(rows, below, place)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        is_down = sweep % 2 == 0
        near = above if is_down else below
        rows = [list(row) for row in rows]
        for row in rows[1:] if is_down else rows[-2::-1]:
            means = {item: _mean(near[item], place, place[item]) for item in row}
            row.sort(key=means.__getitem__)
            _number(row, place)
        crossings = _crossings(rows, below, place)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _number(row: Sequence[int], place: list[int]) -> None:
    """Store the positions of a row."""
    for number, item in enumerate(row):
        place[item] = number


def _mean(items: Sequence[int], values: Sequence[float], default: float) -> float:
    """Return the mean of the values of these items; nearly all are slots, which have one neighbor."""
    if len(items) == 1:
        return values[items[0]]
    return sum([values[item] for item in items]) / len(items) if items else default


def _crossings(rows: Sequence[Sequence[int]], below: Sequence[list[int]], place: Sequence[int]) -> int:
    """Count pairs of edges between neighboring rows that cross."""
    total = 0
    for row in rows:
        seen: list[int] = []  # sorted: the lower ends of all edges that begin further left
        for item in row:
            targets = [place[reader] for reader in below[item]]
            for target in targets:
                total += len(seen) - bisect_right(seen, target)
            for target in targets:
                insort(seen, target)
    return total


def _placed(
    rows: Sequence[Sequence[int]], above: Sequence[list[int]], below: Sequence[list[int]], room: Sequence[int]
) -> list[float]:
    """Return the middle of every item: near its neighbors, in the order of its row, without overlaps."""
    middles = [0.0] * len(above)
    for sweep in range(_SWEEPS):
        near = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean(near[item], middles, middles[item]) for item in row]
            for item, middle in zip(row, _spread(wanted, [room[item] for item in row]), strict=True):
                middles[item] = middle
    return middles


def _spread(wanted: Sequence[float], widths: Sequence[int]) -> list[float]:
    """Return middles in this order, apart by widths and a gap, with the least squared distances from those wanted.

    After subtracting the room before each they only have to be in order: isotonic regression by pooling neighbors.

    >>> _spread([0, 0], [100, 100])
    [-59.0, 59.0]
    """
    room = [0.0]
    for left, right in pairwise(widths):
        room.append(room[-1] + (left + right) / 2 + GAP)
    pools: list[tuple[float, int]] = []
    for want, before in zip(wanted, room, strict=True):
        total, size = want - before, 1
        while pools and pools[-1][0] / pools[-1][1] > total / size:
            sums, members = pools.pop()
            total, size = total + sums, size + members
        pools.append((total, size))
    level = [total / size for total, size in pools for _ in range(size)]
    return [middle + before for middle, before in zip(level, room, strict=True)]


def _drawn(
    widths: Sequence[int],
    layer: Sequence[int],
    paths: Sequence[tuple[int, ...]],
    middles: Sequence[float],
    room: Sequence[int],
) -> Layout:
    """Return the layout in pixels from the top left corner."""
    left = min(middle - width / 2 for middle, width in zip(middles, room, strict=True)) - MARGIN
    right = max(middle + width / 2 for middle, width in zip(middles, room, strict=True)) + MARGIN
    across = [round(middle - left, 1) for middle in middles]

    def top(row: int) -> int:
        return MARGIN + row * (BOX_HEIGHT + ROW_GAP)

    edges = []
    for source, *slots, reader in paths:
        points = [(across[source], float(top(layer[source]) + BOX_HEIGHT))]
        for row, slot in enumerate(slots, start=layer[source] + 1):
            points += [(across[slot], float(top(row))), (across[slot], float(top(row) + BOX_HEIGHT))]
        edges.append((*points, (across[reader], float(top(layer[reader])))))
    return Layout(
        width=round(right - left),
        height=top(max(layer, default=0)) + BOX_HEIGHT + MARGIN,
        boxes=tuple((across[n] - width / 2, top(layer[n])) for n, width in enumerate(widths)),
        widths=tuple(widths),
        edges=tuple(edges),
    )
