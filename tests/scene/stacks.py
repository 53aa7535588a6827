"""Reads pictures of many planes as a person would: what each plane shows, and what is outlined on it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from convviz.scene import Frame, Placed, Rect, Scene
from convviz.scene.primitives import Grid
from tests.scene.reading import Cell, texts

Shown = tuple[str, str]
"""The number in a cell and the note in its corner."""


class Picture:
    """A scene whose planes are identified by their spoken names.

    Cells are counted from the corner of their plane; those of an input that is padded from its first real cell.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.grids = {grid.title: grid for grid in scene.link().grids}

    def count(self, name: str) -> int:
        """How many planes show numbers of a table."""
        return sum(grid.name == name for grid in self.grids.values())

    @property
    def is_bare(self) -> bool:
        """Whether cells have no notes, because those could not be read."""
        return any(grid.is_bare for grid in self.grids.values())

    def start(self, grid: Grid) -> Cell:
        """How many rows and columns of padding come first."""
        first = next((k for k, name in enumerate(grid.names) if not isinstance(name, str)), 0)
        return divmod(first, len(grid.columns))

    @cached_property
    def _corners(self) -> dict[tuple[int, int], tuple[str, Cell]]:
        return {
            (grid.x + column * grid.cell, grid.y + row * grid.cell): (
                title, (row - self.start(grid)[0], column - self.start(grid)[1])
            )
            for title, grid in self.grids.items()
            for row in range(len(grid.rows))
            for column in range(len(grid.columns))
        }  # fmt: skip

    def _drawn(self, item: Placed) -> tuple[str, Cell] | None:
        """The plane and the cell that an item draws, or None if it draws something else."""
        found = self._corners.get((item.x, item.y))
        mark = item.look.marks[0]
        if found is None or not isinstance(mark, Rect) or mark.fill is None:
            return None
        return found if mark.width == mark.height == self.grids[found[0]].cell + 1 else None

    @cached_property
    def _backdrop(self) -> dict[str, dict[Cell, Shown]]:
        planes: dict[str, dict[Cell, Shown]] = {title: {} for title in self.grids}
        self._paint(planes, self.scene.backdrop)
        return planes

    def _paint(self, planes: dict[str, dict[Cell, Shown]], items: tuple[Placed, ...]) -> None:
        for item in items:
            drawn = self._drawn(item)
            if drawn is not None:
                words = texts(item)
                planes[drawn[0]][drawn[1]] = (words[-1] if words else "", words[0] if len(words) > 1 else "")

    def planes(self, frame: Frame) -> dict[str, dict[Cell, Shown]]:
        """Every plane, as it looks when all is painted."""
        planes = {title: dict(cells) for title, cells in self._backdrop.items()}
        self._paint(planes, frame.items)
        return planes

    def outlines(self, frame: Frame) -> Iterator[tuple[str, Cell, Cell]]:
        """The hollow rectangles, with the first and the last cell inside."""
        for item in frame.items:
            mark = item.look.marks[0]
            if isinstance(mark, Rect) and mark.fill is None:
                inside = [
                    place
                    for (x, y), place in self._corners.items()
                    for side in [self.grids[place[0]].cell]
                    if item.x <= x and x + side < item.x + mark.width
                    if item.y <= y and y + side < item.y + mark.height
                ]
                assert len({title for title, _ in inside}) == 1, inside
                yield inside[0][0], min(cell for _, cell in inside), max(cell for _, cell in inside)
