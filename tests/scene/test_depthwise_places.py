"""Where the planes of a depthwise separable convolution stand, and what is written above them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from convviz.recipes import Presentation, Recipe
from convviz.scene import Line, Scene, compose
from convviz.scene.primitives import Grid
from tests.scene.reading import texts

WIDTHS = [None, 360, 640, 1280]
SEVERAL = [
    "in_channels=2&out_channels=2&channel_multiplier=2&input_size=4",
    "in_channels=5&out_channels=8&channel_multiplier=2",
    "in_channels=2&out_channels=3&channel_multiplier=4&input_size=4",
    "in_channels=3&channel_multiplier=2&kernel_size=1x2&input_size=3&act=depthwise",
    "in_channels=4&channel_multiplier=2&act=split",
]


def scene_of(query: str, width: int | None = None) -> tuple[Recipe, Scene]:
    recipe = Recipe.from_query("depthwise-separable", query)
    return recipe, compose(recipe, Presentation(width=width), frames_drawn=0)


def by_channel(recipe: Recipe, scene: Scene, *tables: str) -> list[list[Grid]]:
    """The grids of these tables, apart for every input channel."""
    found: dict[int, list[Grid]] = {}
    seen = dict.fromkeys(tables, 0)
    for grid in scene.link().grids:
        if grid.name in tables:
            of_each = 1 if grid.name == "input" else recipe["channel_multiplier"]
            found.setdefault(seen[grid.name] // of_each, []).append(grid)
            seen[grid.name] += 1
    return [*found.values()]


def span(grids: list[Grid], axis: int) -> tuple[int, int]:
    """From where to where grids reach, along x or y."""
    starts = [(one.x, one.y)[axis] for one in grids]
    sides = [len((one.columns, one.rows)[axis]) * one.cell for one in grids]
    return min(starts), max(start + side for start, side in zip(starts, sides, strict=True))


def overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("query", SEVERAL)
def test_what_comes_of_one_channel_is_in_line_with_it_and_with_nothing_of_another(
    query: str, width: int | None
) -> None:
    recipe, scene = scene_of(query, width)

    def is_aligned(axis: int) -> bool:
        groups = by_channel(recipe, scene, "input", "kernel", "intermediate")
        own = all(
            overlaps(span([one], axis), span([two], axis)) for group in groups for one, two in combinations(group, 2)
        )
        return own and not any(
            overlaps(span(one, axis), span(two, axis))
            for table in ("kernel", "intermediate")
            for one, two in combinations(by_channel(recipe, scene, table), 2)
        )

    assert is_aligned(0) or is_aligned(1)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("query", [*SEVERAL, "in_channels=2&channel_multiplier=3&act=pointwise"])
def test_edges_join_only_planes_of_one_channel(query: str, width: int | None) -> None:
    recipe, scene = scene_of(query, width)
    groups = {
        corner: (table, channel)
        for table in ("kernel", "intermediate")
        for channel, group in enumerate(by_channel(recipe, scene, table))
        for grid in group
        for corner in corners(grid)
    }
    joined = [(groups.get(one), groups.get(other)) for one, other in edges(scene)]
    assert all(one == other for one, other in joined)
    assert {one for one, _ in joined if one} == {*groups.values()}


def corners(grid: Grid) -> Iterator[tuple[int, int]]:
    yield from ((x, y) for x in span([grid], 0) for y in span([grid], 1))


def edges(scene: Scene) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for item in scene.backdrop:
        for mark in item.look.marks:
            if len(item.look.marks) == 1 and isinstance(mark, Line):
                yield (item.x + mark.x1, item.y + mark.y1), (item.x + mark.x2, item.y + mark.y2)


@pytest.mark.parametrize("width", WIDTHS)
def test_already_made_planes_of_one_channel_are_closer_to_one_another(width: int | None) -> None:
    recipe, scene = scene_of("in_channels=2&channel_multiplier=3&act=pointwise", width)
    first, second = by_channel(recipe, scene, "intermediate")

    def gap(one: Grid, other: Grid) -> int:
        return max(span([other], axis)[0] - span([one], axis)[1] for axis in (0, 1))

    within = {gap(group[k], group[k + 1]) for group in (first, second) for k in range(2)}
    assert gap(first[-1], second[0]) >= 2 * max(within)


def test_numbers_of_all_channels_have_one_size() -> None:
    recipe, scene = scene_of("weight=1|-1000&in_channels=1&channel_multiplier=2&input_size=2&out_channels=1")
    sizes = {
        mark.size
        for item in scene.backdrop
        for grid in scene.link().grids
        if grid.name == "kernel" and (item.x, item.y) == (grid.x, grid.y)
        for mark in item.look.marks
        if hasattr(mark, "text")
    }
    assert len(sizes) == recipe["in_channels"] == 1


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("in_channels=1",
         ["input 5 × 5, 1 channel", "kernel 3 × 3", "intermediate 3 × 3, 1 channel", "4 kernels 1 × 1 × 1",
          "output 3 × 3, 4 channels"]),
        ("",
         ["input 3 × 5 × 5", "3 kernels 3 × 3", "intermediate 3 × 3 × 3", "4 kernels 3 × 1 × 1", "output 4 × 3 × 3"]),
        ("input_size=11",
         ["input 11 × 11, 3 channels", "3 kernels 3 × 3, one per channel", "intermediate 9 × 9, 3 channels"]),
        ("in_channels=5&out_channels=8&channel_multiplier=2",
         ["input 5 × 5, 4 of 5 channels", "8 of 10 kernels 3 × 3, 2 per channel",
          "intermediate 3 × 3, 8 of 10 channels", "8 kernels 10 × 1 × 1, 8 cells of each",
          "output 3 × 3, 8 channels"]),
        ("act=pointwise&in_channels=12&out_channels=20",
         ["intermediate 3 × 3, 3 of 12 channels", "3 of 20 kernels 12 × 1 × 1, 3 cells of each",
          "output 3 × 3, 3 of 20 channels"]),
    ],
)  # fmt: skip
def test_labels_count_kernels_and_channels(query: str, labels: list[str]) -> None:
    _, scene = scene_of(query, 900)
    words = {text for item in scene.backdrop for text in texts(item)}
    assert words >= {*labels}


def test_labels_are_short_where_everything_is_side_by_side() -> None:
    _, scene = scene_of("act=pointwise&in_channels=1&out_channels=1", 900)
    words = {text for item in scene.backdrop for text in texts(item)}
    assert words >= {"intermediate 1 × 3 × 3", "kernel 1 × 1 × 1", "output 1 × 3 × 3"}
