"""Scenes made by hand, to try what they have: several channels, several passes, no kernel, several outputs at once.

Each is built by numbers of cells; what their taps are by name is said in oracle.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convviz.scene import Scene, Text
from convviz.scene.primitives import Frame, Grid, Links, Look, Name, Placed, Rect, Relation, Tap

Cells = NDArray[np.int_]


def text(number: float) -> str:
    return f"{number:.0f}".replace("-", "−")


def words(line: str, y: int) -> Placed:
    return Placed(5, y, Look(300, 15, (Text(0.0, 12.0, line, 12, "ink"),)))


@dataclass
class Board:
    """Grids side by side, and the numbers of their cells. ``values`` are those of all cells, in that order."""

    grids: list[Grid] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def add(
        self, table: str, values: Any, names: Iterable[Name] | None = None, before: tuple[int, ...] = (),
        title: str = "", copies: Sequence[tuple[int, int]] = (),
    ) -> Cells:  # fmt: skip
        """One more grid with these numbers; gives the numbers of its cells. ``before`` begins each cell's name."""
        numbers = np.asarray(values)
        rows, columns = numbers.shape
        places = names if names is not None else [(*before, i, j) for i, j in product(range(rows), range(columns))]
        x = 10 + sum(20 * len(grid.columns) + 20 for grid in self.grids)
        texts = tuple(text(value) for value in numbers.ravel().tolist())
        is_own = table not in ("output", "intermediate")
        grid = Grid(x, 30, 20, range(rows), range(columns), table, texts, tuple(places), is_own, tuple(copies), title)
        first = len(self.values)
        self.grids.append(grid)
        self.values += numbers.ravel().tolist()
        return np.arange(first, len(self.values)).reshape(numbers.shape)

    def product(self, tap: Tap) -> int:
        return self.values[tap[0]] * (self.values[tap[1]] if tap[1] >= 0 else 1)

    def relation(self, taps: Sequence[Tap], add: Callable[[int, int], int] = int.__add__) -> Relation:
        """The taps with the sum of each one's output so far."""
        sums: dict[int, int] = {}
        so_far = []
        for tap in taps:
            found = self.product(tap)
            sums[tap[2]] = add(sums[tap[2]], found) if tap[2] in sums else found
            so_far.append(text(sums[tap[2]]))
        assert all(self.values[output] == found for output, found in sums.items())
        return Relation(*zip(*taps, strict=True), sums=tuple(so_far))

    def scene(
        self, relations: Sequence[Relation], side: Literal["input", "output"] = "output", per_term: int = 1
    ) -> Scene:
        rest = tuple(
            Placed(grid.x, grid.y, Look(21, 21, (Rect(0, 0, 21, 21, "output", "edge"),))) for grid in self.grids
        )

        def draw(index: int) -> Frame:
            taps = relations[index].taps
            caption = f"Step {index + 1} of {len(relations)}"
            terms = [words(f"term {k}", 230 + 15 * k) for k in range(len(taps) // per_term)]
            terms += [words("= sum", 215)] if taps else []
            items = (*rest[: 1 + index % 2], words(f"{caption}: shown", 5), *terms)
            description = f"{caption}: {len(taps)} taps."
            return Frame(items, caption, description, 1.0, 1, len(terms), f"Taps: {len(taps)}.")

        links = Links(tuple(self.grids), side, rest, relations.__getitem__, per_term)
        width = 20 + max(grid.x + 20 * len(grid.columns) for grid in self.grids)
        return Scene(width, 700, "page", (), "A scene made by hand.", len(relations), draw, lambda: links)


def numbers(*shape: int) -> Cells:
    """Small numbers of both signs."""
    return np.random.default_rng(sum(shape)).integers(-4, 9, shape)


def _two_passes() -> Scene:
    image, column, row = numbers(4, 5), numbers(3, 1), numbers(1, 3)
    middle = sum(column[u, 0] * image[u : u + 2] for u in range(3))
    output = sum(row[0, v] * middle[:, v : v + 3] for v in range(3))
    board = Board()
    a, b = board.add("input", image), board.add("column", column)
    c, d = board.add("intermediate", middle), board.add("row", row)
    e = board.add("output", output)
    board.add("kernel", column * row)  # a sixth, which takes part in nothing
    down = [[(a[i + u, j], b[u, 0], c[i, j]) for u in range(3)] for i, j in np.ndindex(2, 5)]
    across = [[(c[i, j + v], d[0, v], e[i, j]) for v in range(3)] for i, j in np.ndindex(2, 3)]
    return board.scene([Relation(), *map(board.relation, plain(*down, *across)), Relation()])


def _channels() -> Scene:
    image, kernel = numbers(3, 3, 3), numbers(3, 2, 2)
    output = sum(kernel[c, u, v] * image[c, u : u + 2, v : v + 2] for c, u, v in np.ndindex(3, 2, 2))
    board = Board()
    a = [board.add("input", image[c], before=(c,), title=f"input, channel {c}") for c in range(3)]
    b = [board.add("kernel", kernel[c], before=(0, c), title=f"kernel, channel {c}") for c in range(3)]
    o = board.add("output", output)
    steps = [
        [(a[c][i + u, j + v], b[c][u, v], o[i, j]) for c, u, v in np.ndindex(3, 2, 2)] for i, j in np.ndindex(2, 2)
    ]
    return board.scene([*map(board.relation, plain(*steps))], per_term=4)


def _pooling() -> Scene:
    image = numbers(4, 5)
    board = Board()
    a = board.add("input", image)
    b = board.add("output", image[:, :4].reshape(2, 2, 2, 2).max(axis=(1, 3)))
    steps = [[(a[2 * i + u, 2 * j + v], -1, b[i, j]) for u, v in np.ndindex(2, 2)] for i, j in np.ndindex(2, 2)]
    return board.scene([board.relation(step, max) for step in plain(*steps)])


def _two_outputs() -> Scene:
    image, kernel = numbers(3, 3), numbers(2, 2, 2)
    output = sum(kernel[:, u, v, None, None] * image[u : u + 2, v : v + 2] for u, v in np.ndindex(2, 2))
    board = Board()
    a = board.add("input", image)
    b = [board.add("kernel", kernel[o], before=(o, 0), title=f"kernel, output {o}") for o in range(2)]
    c = [board.add("output", output[o], before=(o,), title=f"output, channel {o}") for o in range(2)]
    steps = [
        [(a[i + u, j + v], b[o][u, v], c[o][i, j]) for u, v, o in np.ndindex(2, 2, 2)] for i, j in np.ndindex(2, 2)
    ]
    return board.scene([*map(board.relation, plain(*steps))])


def _depthwise() -> Scene:
    image, kernel, point = numbers(2, 3, 3), numbers(2, 2, 2), numbers(2, 2)
    padded = np.pad(image, ((0, 0), (0, 0), (1, 0)), "edge")
    middle = sum(kernel[:, u, v, None, None] * padded[:, u : u + 2, v : v + 3] for u, v in np.ndindex(2, 2))
    output = np.einsum("oc,cij->oij", point, middle)
    board = Board()
    names: list[list[Name]] = [
        [(c, i, j - 1) if j else f"padding {c} {i}" for i, j in np.ndindex(3, 4)] for c in range(2)
    ]
    copies = [(4 * i, 4 * i + 1) for i in range(3)]
    a = [board.add("input", padded[c], names[c], title=f"input, channel {c}", copies=copies) for c in range(2)]
    b = [board.add("kernel", kernel[c], before=(c, 0), title=f"kernel, channel {c}") for c in range(2)]
    m = [board.add("intermediate", middle[c], before=(c,)) for c in range(2)]
    p = [board.add("pointwise", point[[o]], [(o, c, 0, 0) for c in range(2)]) for o in range(2)]
    q = [board.add("output", output[o], before=(o,)) for o in range(2)]
    each = [
        [(a[c][i + u, j + v], b[c][u, v], m[c][i, j]) for u, v in np.ndindex(2, 2)] for c, i, j in np.ndindex(2, 2, 3)
    ]
    mixed = [[(m[c][i, j], p[o][0, c], q[o][i, j]) for o, c in np.ndindex(2, 2)] for i, j in np.ndindex(2, 3)]
    return board.scene([*map(board.relation, plain(*each, *mixed))])


def _stamps() -> Scene:
    image, kernel = numbers(2, 2), numbers(2, 2, 2)
    output = np.zeros((2, 3, 3), int)
    for i, j in np.ndindex(2, 2):
        output[:, i : i + 2, j : j + 2] += image[i, j] * kernel
    board = Board()
    a = board.add("input", image)
    b = [board.add("kernel", kernel[o], before=(0, o)) for o in range(2)]
    c = [board.add("output", output[o], before=(o,)) for o in range(2)]
    totals: dict[int, int] = {}
    relations = []
    for i, j in np.ndindex(2, 2):
        taps = [(a[i, j], b[o][u, v], c[o][i + u, j + v]) for o, u, v in np.ndindex(2, 2, 2)]
        sums, undone = [], []
        for tap in plain(taps)[0]:
            undone.append(text(totals[tap[2]]) if tap[2] in totals else "")
            totals[tap[2]] = totals.get(tap[2], 0) + board.product(tap)
            sums.append(text(totals[tap[2]]))
        relations.append(Relation(*zip(*plain(taps)[0], strict=True), sums=tuple(sums), undone=tuple(undone)))
    return board.scene(relations, side="input")


def plain(*frames: Iterable[Iterable[Any]]) -> list[list[Tap]]:
    """Taps of plain integers."""
    return [[(int(i), int(k), int(o)) for i, k, o in frame] for frame in frames]


MADE: dict[str, Callable[[], Scene]] = {
    "two passes": _two_passes,
    "channels": _channels,
    "pooling": _pooling,
    "two outputs": _two_outputs,
    "depthwise": _depthwise,
    "stamps": _stamps,
}
