"""What is drawn has the same key wherever it is the same, so that a player can move it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

import convviz as cv
from convviz.recipes import Recipe
from convviz.scene import Placed, Scene
from tests.player.cases import RECIPES, scene_of


def keys(items: Iterable[Placed]) -> set[str]:
    return {item.key for item in items} - {""}


def check(scene: Scene) -> None:
    for items in (scene.backdrop, *(frame.items for frame in scene), scene.link().rest):
        assert len(keys(items)) == len({item for item in items if item.key})


@pytest.mark.parametrize("name", RECIPES)
def test_a_key_is_that_of_one_thing(name: str) -> None:
    check(scene_of(RECIPES[name]))


@pytest.mark.parametrize(
    "recipe",
    [
        cv.recipe("standard", in_channels=4, out_channels=2, groups=2, padding=1),
        cv.recipe("standard", storyboard="tap", padding=1),
        cv.recipe("transposed", view="scatter", padding=1, stride=2, output_padding=1),
        cv.recipe("pooling", padding=1, ceil_mode=True),
        cv.recipe("spatial-separable"),
        cv.recipe("depthwise-separable", channel_multiplier=2),
        cv.recipe("checkerboard"),
        cv.recipe("receptive-field"),
    ],
    ids=lambda recipe: recipe.variant,
)
def test_a_key_is_that_of_one_thing_in_every_variant(recipe: Recipe) -> None:
    check(scene_of(recipe))


def test_the_sides_of_a_comparison_have_keys_of_their_own() -> None:
    check(cv.compare(cv.recipe("standard"), cv.recipe("dilated")).scene)


def test_taps_and_the_window_keep_their_keys_from_step_to_step() -> None:
    scene = scene_of(cv.recipe("standard"))
    moving = {
        "window input",
        "current output",
        *(f"tap input {row},{column}" for row in range(3) for column in range(3)),
    }
    for frame in scene:
        assert keys(frame.items) >= moving


def test_scenes_share_what_both_of_them_have() -> None:
    near, far = (scene_of(cv.recipe("dilated", input_size=7, dilation=dilation)) for dilation in (1, 2))
    taps = {key for key in keys(near[0].items) if key.startswith("tap")}
    assert len(taps) == 9
    assert taps <= keys(far[0].items)
    assert keys(far.backdrop) < keys(near.backdrop)
    small, large = (scene_of(cv.recipe("transposed", stride=stride)) for stride in (1, 2))
    inputs = {f"input {cell}" for cell in ((0, 0), (0, 1), (1, 0))}
    assert keys(small.backdrop) & keys(large.backdrop) >= inputs
