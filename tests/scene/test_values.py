"""Cells that are colored by the numbers in them."""

from __future__ import annotations

import numpy as np
import pytest

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Frame, Rect, Scene
from convviz.scene.number_format import is_by_value, number
from convviz.scene.theme import LIGHT, step_of, value_color
from tests.scene.reading import Cell, cell_at, grids, lines, panel, texts


def fills(scene: Scene, frame: Frame, plane: int) -> dict[Cell, str]:
    """The color of each cell of a plane, as it looks when all is painted."""
    found = {}
    for item in (*scene.backdrop, *frame.items):
        cell, mark = cell_at(grids(scene)[plane], item), item.look.marks[0]
        if cell is not None and isinstance(mark, Rect) and mark.fill:
            found[cell] = mark.fill
    return found


def test_every_number_has_the_color_of_its_step_in_its_own_table() -> None:
    recipe = cv.recipe("standard", seed=3)
    scene = cv.animate(recipe, fill="value").scene
    output = cv.forward(recipe.layer, recipe.input, recipe.weight)
    for plane, numbers in enumerate((recipe.input[0], recipe.weight[0, 0], output[0])):
        most = float(abs(numbers).max())
        wanted = {at: value_color(LIGHT, step_of(float(value), most)) for at, value in np.ndenumerate(numbers)}
        assert fills(scene, scene[-1], plane) == wanted
    assert {*fills(scene, scene[0], 2).values()} >= {LIGHT.empty}


def test_both_ends_of_the_scale_are_equally_far_from_zero() -> None:
    assert [step_of(value, 8.0) for value in (-8, -4, -0.1, 0, 0.1, 4, 8)] == [-4, -2, -1, 0, 1, 2, 4]
    assert [step_of(value, 0.0) for value in (-1, 0, 1)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("recipe", "wanted"),
    [
        (cv.recipe("standard", input_size=8), False),
        (cv.recipe("standard", input_size="8x9"), True),
        (cv.recipe("standard", input_size=9), True),
        (cv.recipe("dilated", input_size=8), False),
        (cv.recipe("standard", kernel_size=2, input=[[0, 255, 12], [3, 4, 99], [1, 2, 3]]), True),
        (cv.recipe("standard", kernel_size=2, input=[[0, -255, 12], [3, 4, 99], [1, 2, 3]]), False),
        (cv.recipe("standard", kernel_size=2, input=[[0, 9, 12], [3, 4, 9], [1, 2, 3]]), False),
    ],
    ids=repr,
)
def test_many_cells_and_images_are_colored_by_value_by_themselves(recipe: Recipe, wanted: bool) -> None:
    assert is_by_value(recipe, "auto") is wanted
    assert (is_by_value(recipe, "role"), is_by_value(recipe, "value")) == (False, True)
    scene = cv.animate(recipe).scene
    assert (LIGHT.input in fills(scene, scene[0], 0).values()) is not wanted
    legend = [text for item in scene.backdrop for text in texts(item) if text.startswith("below zero")]
    assert bool(legend) is wanted


def test_padding_stays_padding_and_frames_stay() -> None:
    scene = cv.animate(cv.recipe("standard", padding=1), fill="value").scene
    for frame in scene:
        shown = fills(scene, frame, 0)
        assert {shown[cell] for cell in shown if cell[0] == -1} == {LIGHT.padding}
    strokes = {
        mark.stroke_width for item in scene[0].items for mark in item.look.marks
        if isinstance(mark, Rect) and mark.stroke == LIGHT.window_edge
    }  # fmt: skip
    assert strokes == {1, 3}


def test_digits_that_could_not_be_read_are_left_out_but_known() -> None:
    recipe = cv.recipe("standard", input_size=16, padding=1)
    scene = cv.animate(recipe).scene
    assert not any(panel(scene, scene[-1], 2).values())
    output = cv.forward(recipe.layer, recipe.input, recipe.weight)
    assert grids(scene)[2].texts == tuple(number(value) for value in output.ravel().tolist())
    assert lines(scene, scene[0])[0].startswith("Row 0, column 0 of the output: ")
    shown = cv.animate(recipe.replace(input_size=9)).scene
    assert all(panel(shown, shown[-1], 2).values())


@pytest.mark.parametrize("variant", ["standard", "depthwise-separable"])
def test_a_gif_has_all_the_colors(variant: str) -> None:
    animation = cv.animate(cv.recipe(variant, input_size=9, in_channels=2, padding=1), fill="value", width=640)
    assert animation.gif()[:6] == b"GIF89a"
