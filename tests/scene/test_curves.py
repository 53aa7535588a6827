"""The curves from the window through the kernel to the current cell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Curve, Frame, Scene
from tests.scene.reading import boxes, grids

RECIPES = [
    cv.recipe("standard"),
    cv.recipe("standard", input_size=16, padding=1),
    cv.recipe("dilated"),
    cv.recipe("transposed", padding=1),
    cv.recipe("transposed", padding=1, view="scatter"),
    cv.recipe("pooling"),
    cv.recipe("spatial-separable"),
]


def curves(frame: Frame) -> Iterator[list[tuple[float, float]]]:
    """The points of every curve."""
    for item in frame.items:
        for mark in item.look.marks:
            if isinstance(mark, Curve):
                yield [(item.x + x, item.y + y) for x, y in (mark.at(k / 20) for k in range(21))]


@pytest.mark.parametrize("width", [None, 430, 300])
@pytest.mark.parametrize("recipe", RECIPES, ids=repr)
def test_they_are_in_the_gaps_and_over_no_words(recipe: Recipe, width: int | None) -> None:
    scene = cv.animate(recipe, width=width).scene
    for frame in scene[:: max(1, len(scene) // 9)]:
        assert any(curves(frame))
        words = [box for mark, *box in boxes(scene, frame) if mark.anchor == "start"]
        for points in curves(frame):
            assert not any(is_inside(scene, x, y) for x, y in points)
            assert not [
                box for left, top, right, bottom in words for x, y in points if left < x < right and top < y < bottom
                for box in [(left, top, right, bottom)]
            ]  # fmt: skip


def is_inside(scene: Scene, x: float, y: float) -> bool:
    """Whether a point is in a panel, more than a pixel from its edge."""
    return any(
        grid.x + 1 < x < grid.x + grid.width - 2 and grid.y + 1 < y < grid.y + grid.height - 2 for grid in grids(scene)
    )


def test_they_join_the_rows_of_window_kernel_and_cell() -> None:
    scene = cv.animate(cv.recipe("standard")).scene
    source, kernel, output = grids(scene)
    ends = sorted((*points[0], *points[-1]) for points in curves(scene[3]))  # row 1, column 0
    tops = source.at(1, 0)[1], kernel.y, output.at(1, 0)[1]
    bottoms = source.at(4, 0)[1], kernel.y + kernel.height - 1, output.at(2, 0)[1]
    right, left, after, last = source.x + source.width - 1, kernel.x, kernel.x + kernel.width - 1, output.x
    assert ends == sorted(
        each for down in (tops, bottoms)
        for each in ((right, down[0], left, down[1]), (after, down[1], last, down[2]))
    )  # fmt: skip


@pytest.mark.parametrize("recipe", [cv.recipe("standard", in_channels=2), cv.recipe("pooling-channels")], ids=repr)
def test_there_are_none_between_stacks(recipe: Recipe) -> None:
    assert not any(curves(cv.animate(recipe).scene[0]))
