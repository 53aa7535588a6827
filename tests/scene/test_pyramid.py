"""The pyramid of a receptive field: every frame and every relation held against single ones sent through the layers."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.arithmetic import Conv2d, ConvTranspose2d, PixelShuffle
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.base import sizes_of
from convviz.recipes.variants.receptive_field import shown_unit
from convviz.scene import Frame, Rect, Scene, compose
from convviz.scene.primitives import Grid, Placed
from convviz.scene.theme import LIGHT
from tests.scene.reading import lines, texts

RECIPES = [
    *(recipe for recipe in cv.presets.values() if recipe.variant == "receptive-field"),
    cv.recipe("receptive-field", layers="conv2d(3x2,stride=2x1,padding=1,0,0,2,dilation=1x3);avg_pool2d(2x1)",
              input_size="9x11", unit="2,1,3"),
    cv.recipe("receptive-field", layers="conv_transpose2d(1,stride=3);conv2d(2)", input_size=3, unit="2,1,1"),
    cv.recipe("receptive-field", layers="upsample2d(2,mode=bilinear);conv2d(3,padding=1,padding_mode=reflect)",
              input_size="4x5", unit="2,0,9"),
    cv.recipe("receptive-field", layers="pixel_shuffle(2);pad2d(-1);conv2d(3)", input_size=4, unit="1,3,3"),
]  # fmt: skip


def named(recipe: object) -> str | None:
    return repr(recipe) if isinstance(recipe, Recipe) else None


@lru_cache(32)
def reads(recipe: Recipe, below: int, layer: int) -> Any:
    """(cells of a plane, units of a layer): how much of a single one in that cell arrives in each unit."""
    height, width = sizes_of(recipe.layers, recipe["input_size"])[below]
    cells = height * width
    planes = np.eye(cells).reshape(cells, height, width)  # a channel for each cell, and none mixes with another
    for one in recipe.layers[below:layer]:
        if isinstance(one, Conv2d | ConvTranspose2d):
            planes = cv.forward(replace(one, groups=cells), planes, np.ones((cells, 1, *one.kernel_size)))
        elif isinstance(one, PixelShuffle):  # it takes its copies from other channels: as if it were resized
            planes = planes.repeat(one.factor, axis=1).repeat(one.factor, axis=2)
        else:
            planes = cv.forward(one, planes)
    return planes.reshape(cells, -1)


def cells_read(recipe: Recipe, below: int, layer: int, unit: tuple[int, int]) -> set[tuple[int, int]]:
    sizes = sizes_of(recipe.layers, recipe["input_size"])
    column = reads(recipe, below, layer)[:, unit[0] * sizes[layer][1] + unit[1]]
    return {divmod(int(place), sizes[below][1]) for place in np.flatnonzero(column)}


def drawn(grid: Grid, frame: Frame) -> dict[tuple[int, int], Placed]:
    """The cells of a plane that a frame paints."""
    found = {}
    for item in frame.items:
        mark = item.look.marks[0]
        (column, x), (row, y) = divmod(item.x - grid.x, grid.cell), divmod(item.y - grid.y, grid.cell)
        is_cell = isinstance(mark, Rect) and mark.fill is not None and mark.width == grid.cell + 1
        if is_cell and x == y == 0 and 0 <= row < len(grid.rows) and 0 <= column < len(grid.columns):
            found[row, column] = item
    return found


def scene_of(recipe: Recipe, **show: object) -> Scene:
    return compose(recipe, Presentation.from_values(show))


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_every_frame_shows_the_cells_that_its_unit_reads(recipe: Recipe) -> None:
    scene = scene_of(recipe)
    grids = scene.link().grids
    number, *place = shown_unit(recipe.values)
    assert len(scene) == recipe.frames == number
    for layer, frame in enumerate(scene, 1):
        units = [*drawn(grids[layer], frame)]
        assert len(units) == 1
        if layer == number:
            assert units == [tuple(place)]
        for below in range(layer):
            assert {*drawn(grids[below], frame)} == cells_read(recipe, below, layer, units[0]), (layer, below)


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_titles_tell_the_box_and_what_is_read_of_it(recipe: Recipe) -> None:
    scene = scene_of(recipe)
    for layer, frame in enumerate(scene, 1):
        (unit,) = drawn(scene.link().grids[layer], frame)
        cells = cells_read(recipe, 0, layer, unit)
        title = " ".join(lines(scene, frame))
        if not cells:
            assert title.startswith(f"One unit of layer {layer} sees nothing")
            continue
        height, width = (max(each) - min(each) + 1 for each in zip(*cells, strict=True))
        words = f"sees {height} × {width} cells, {len(cells)} of {height * width} read"
        assert title.startswith(f"One unit of layer {layer} {words}")
        assert frame.description.startswith(f"F{layer}: one unit {words}")


@pytest.mark.parametrize("recipe", RECIPES, ids=named)
def test_a_unit_that_is_pointed_at_lights_its_own_cells(recipe: Recipe) -> None:
    scene = scene_of(recipe)
    links = scene.link()
    cells = [
        (k, divmod(n, len(one.columns)))
        for k, one in enumerate(links.grids)
        for n in range(len(one.rows) * len(one.columns))
    ]
    assert not any(grid.is_stepped for grid in links.grids)  # no frame is about more than one unit of a layer
    assert len(links.grids) == len(recipe.layers) + 1
    lit: dict[Any, set[Any]] = {}
    for index in range(len(scene)):
        for cell, kernel, reader in links.relate(index).taps:
            assert kernel == -1
            lit.setdefault(cells[reader], set()).add(cells[cell])
    for layer, size in enumerate(sizes_of(recipe.layers, recipe["input_size"])[1:], 1):
        for unit in np.ndindex(size):
            expected = {(k, cell) for k in range(layer) for cell in cells_read(recipe, k, layer, unit)}
            found = lit.get((layer, unit), set())
            assert found in (expected, {one for one in expected if one[0] == layer - 1}), (layer, unit)
            text = links.grids[layer].texts[unit[0] * size[1] + unit[1]]
            assert text == str(len(cells_read(recipe, 0, layer, unit)))


def test_the_classic_example() -> None:
    """Yu & Koltun 2016, figure 1: 3 x 3, 7 x 7 and 15 x 15, every cell read."""
    scene = scene_of(cv.recipe("receptive-field"))
    assert [frame.caption for frame in scene] == [
        f"F{k}: one unit sees {side} × {side} cells" for k, side in ((1, 3), (2, 7), (3, 15))
    ]
    assert scene[2].description == (
        "F3: one unit sees 15 × 15 cells, 225 of 225 read: the unit at row 0, column 0 of layer 3 sees rows 0 to 14, "
        "columns 0 to 14 of the input. Paths to each cell: 1 to 9. No holes."
    )
    assert scene.description == (
        "Growth of the receptive field: what the unit at row 0, column 0 of layer 3 sees of a 15 by 15 input through "
        "conv2d(3), then conv2d(3,dilation=2), then conv2d(3,dilation=4)."
    )


def test_nested_fields_have_their_sides_at_their_upper_right_corners() -> None:
    recipe = cv.recipe("receptive-field", layers="conv2d(3x5);conv2d(3x1,dilation=2);max_pool2d(2)", input_size="8x9")
    scene = scene_of(recipe)
    grid = scene.link().grids[0]
    units = [next(iter(drawn(scene.link().grids[layer], scene[layer - 1]))) for layer in (1, 2, 3)]
    sides = [item for item in scene[2].items if item.key.startswith("side of")]
    for layer, (unit, item) in enumerate(zip(units, sides, strict=True), 1):
        rows, columns = (sorted(each) for each in zip(*cells_read(recipe, 0, layer, unit), strict=True))
        corner = grid.x + grid.cell * (columns[-1] + 1), grid.y + grid.cell * rows[0]
        assert abs(item.x + item.look.width / 2 - corner[0]) < 2
        assert abs(item.y + item.look.height / 2 - corner[1]) < 2
    assert [*map(texts, sides)] == [["3 × 5"], ["7 × 5"], ["8 × 6"]]


def test_all_layers_are_in_one_row_where_there_is_room_for_their_cells() -> None:
    def middles(**values: object) -> set[int]:
        return {grid.y * 2 + grid.height for grid in scene_of(cv.recipe("receptive-field", **values)).link().grids}

    classic, large = middles(), middles(layers=cv.presets["field_dilated_31"]["layers"])
    assert max(classic) - min(classic) <= 2 * max(1, len(classic))
    assert max(large) - min(large) > 100
    labels = [
        item.look.marks[0].text
        for item in scene_of(cv.recipe("receptive-field")).backdrop
        if item.key.startswith("label")
    ]  # type: ignore[union-attr]
    assert labels == ["F0: input 15 × 15", "F1: dilation 1, 13 × 13", "F2: dilation 2, 9 × 9", "F3: dilation 4, 1 × 1"]


def test_holes_and_borders_are_described() -> None:
    holes = scene_of(cv.presets["field_holes"])
    assert holes[2].description.endswith("Paths to each cell: 1 to 49. 120 holes.")
    corner = scene_of(cv.recipe("receptive-field", layers="conv2d(3,padding=1)", input_size=3, unit="1,0,0"))
    assert corner[0].description.endswith("No holes. The rest of its field lies beyond the border.")
    nothing = scene_of(cv.recipe("receptive-field", layers="conv_transpose2d(1,stride=2)", input_size=2, unit="1,1,1"))
    assert nothing[0].description == (
        "F1: one unit sees nothing: the unit at row 1, column 1 of layer 1 reads no cell of the input. "
        "No path leads to the input. No holes."
    )


def test_the_input_is_the_darker_the_more_paths_lead_there() -> None:
    recipe = cv.recipe("receptive-field", layers="conv2d(3);conv2d(3)", input_size=5)
    scene = scene_of(recipe)
    counts = reads(recipe, 0, 2)[:, 0].reshape(5, 5)
    for cell, item in drawn(scene.link().grids[0], scene[1]).items():
        assert texts(item) == [str(int(counts[cell]))]
        fill = item.look.marks[0].fill  # type: ignore[union-attr]
        assert fill == getattr(LIGHT, f"heat{min(4, int(counts[cell]) * 4 // 9)}")


def test_what_is_too_much_for_a_browser_is_related_plane_by_plane() -> None:
    scene = scene_of(cv.presets["field_dilated_31"])
    assert sum(len(scene.link().relate(k).taps) for k in range(4)) < 40_000
    many = scene_of(cv.recipe("receptive-field", layers=";".join(["conv2d(7,padding=3)"] * 6), input_size=33))
    assert sum(len(many.link().relate(k).taps) for k in range(6)) < 40_000


SIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))
LAYER = st.one_of(
    st.builds(cv.conv2d, SIDES, SIDES, SIDES, SIDES),
    st.builds(cv.conv_transpose2d, SIDES, SIDES, st.just(0), dilation=SIDES),
    st.builds(cv.max_pool2d, SIDES, SIDES),
    st.builds(cv.upsample2d, st.integers(1, 2), mode=st.sampled_from(["nearest", "bilinear"])),
)


@settings(max_examples=25, deadline=None)
@given(layers=st.lists(LAYER, min_size=1, max_size=3), size=st.tuples(st.integers(1, 7), st.integers(1, 7)),
       data=st.data())  # fmt: skip
def test_any_stack_is_shown_as_it_reads(layers: Any, size: Any, data: st.DataObject) -> None:
    try:
        recipe = cv.recipe("receptive-field", layers=layers, input_size=size)
    except SpecError:
        assume(False)
        raise
    sizes = sizes_of(recipe.layers, size)
    layer = data.draw(st.integers(1, len(layers)))
    row, column = (data.draw(st.integers(0, side - 1)) for side in sizes[layer])
    recipe = recipe.replace(unit=(layer, row, column))
    scene = scene_of(recipe)
    for below in range(layer):
        expected = cells_read(recipe, below, layer, (row, column))
        assert {*drawn(scene.link().grids[below], scene[-1])} == expected
