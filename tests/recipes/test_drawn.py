"""How many channels are drawn: of many three, of eight all, unless that makes too many frames or products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes.variants.channels import drawn_inputs, drawn_outputs
from convviz.recipes.variants.depthwise_separable import drawn_channels, drawn_mixers


def drawn(**given: Any) -> tuple[int, int, int]:
    """Drawn channels of the input and of the output, and frames."""
    recipe = cv.recipe("standard", **given)
    values = recipe.values
    return drawn_inputs(values, recipe.layer), len(drawn_outputs(values, recipe.layer)), recipe.frames


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"input_size": 9, "in_channels": 8, "out_channels": 8}, (8, 8, 392)),
        ({"input_size": 10, "in_channels": 8, "out_channels": 8}, (8, 8, 512)),
        ({"input_size": 12, "in_channels": 8, "out_channels": 8}, (8, 3, 300)),
        ({"input_size": 12, "in_channels": 8, "out_channels": 9}, (8, 3, 300)),
        ({"input_size": 12, "in_channels": 9, "out_channels": 9}, (3, 3, 300)),
        ({"input_size": 12, "in_channels": 8, "out_channels": 8, "groups": 8}, (3, 3, 300)),
        ({"input_size": 12, "in_channels": 8, "out_channels": 8, "groups": 2}, (4, 3, 300)),
        ({"input_size": 16, "in_channels": 8, "kernel_size": 7, "padding": 1}, (3, 1, 144)),
        ({"input_size": 4, "in_channels": 8, "out_channels": 4, "storyboard": "tap"}, (3, 3, 324)),
    ],
    ids=repr,
)
def test_three_stand_for_those_that_make_too_many_frames(given: dict[str, Any], expected: tuple[int, int, int]) -> None:
    assert drawn(**given) == expected


def test_fewer_channels_are_accepted_wherever_nine_are() -> None:
    rng = np.random.default_rng(5)
    accepted = 0
    for _ in range(60):
        sides = {
            "input_size": int(rng.integers(6, 17)), "kernel_size": int(rng.integers(1, 8)),
            "padding": int(rng.integers(0, 3)), "storyboard": str(rng.choice(["cell", "tap"])),
        }  # fmt: skip
        try:
            cv.recipe("standard", **sides, in_channels=9, out_channels=9)
        except SpecError:
            continue
        accepted += 1
        for channels in (1, 3, 4, 8):
            for outputs in (1, 3, 4, 8):
                assert cv.recipe("standard", **sides, in_channels=channels, out_channels=outputs).frames <= 512
    assert accepted > 20


def test_what_is_copied_is_what_is_drawn() -> None:
    recipe = cv.recipe("standard", input_size=12, in_channels=8, out_channels=8, bias=2, groups=2)
    expected = cv.forward(recipe.layer, recipe.input, recipe.weight, np.full(8, 2.0))
    assert (recipe.drawn_output == expected[:3]).all()


@pytest.mark.parametrize("variant", ["standard", "transposed"])
def test_frames_are_counted_where_a_group_is_drawn_in_part(variant: str) -> None:
    """Three inputs are drawn: both of the first group, and one of the second."""
    recipe = cv.recipe(
        variant, in_channels=12, out_channels=6, groups=6, storyboard="tap", input_size="2x3", kernel_size="1x2"
    )
    rows, columns = recipe.output_size
    animation = cv.animate(recipe)
    assert recipe.frames == len(animation) == len(animation.scene) == rows * columns * 2 * (2 + 1)


def test_the_picture_says_how_many_are_drawn() -> None:
    animation = cv.animate(cv.recipe("standard", input_size=12, in_channels=8, out_channels=8))
    assert "8 kernels of 8 by 3 by 3, 3 of which are drawn," in animation.scene.description
    outputs = [grid.title for grid in animation.scene.link().grids if grid.name == "output"]
    assert outputs == ["output, channel 0", "output, channel 1", "output, channel 2"]


def test_channels_of_a_separable_convolution_that_make_too_many_frames() -> None:
    few = cv.recipe("depthwise-separable", in_channels=8, out_channels=4, input_size=8, padding=1)
    assert (drawn_channels(dict(few.values)), few.frames) == (3, 3 + 3 * 64 + 4 * 64)
    both = few.replace(out_channels=8)  # as of nine, so of eight: three are drawn
    assert (drawn_mixers(dict(both.values)), both.frames) == (3, 3 + 3 * 64 + 3 * 64)
    assert both.frames == few.replace(in_channels=9, out_channels=9).frames
    one = few.replace(out_channels=1, input_size=6)
    assert (drawn_channels(one.values), one.frames) == (8, 8 + 8 * 36 + 36)


@pytest.mark.parametrize(
    ("variant", "given", "frames", "most"),
    [
        ("standard", {"input_size": 16, "out_channels": 3}, 588, "at most 2 output channels, "),
        ("standard", {"input_size": 16, "out_channels": 256}, 588, "at most 2 output channels, "),
        ("standard", {"input_size": 16, "padding": 4, "out_channels": 2}, 968, "at most 1 output channel, "),
        ("standard", {"input_size": 16, "padding": 6, "out_channels": 2}, 1352, ""),
        ("standard", {"input_size": 16, "in_channels": 4, "out_channels": 4, "groups": 4}, 588, ""),
        ("depthwise-separable", {"in_channels": 2, "out_channels": 6, "input_size": 16, "act": "pointwise"}, 588,
         "at most 2 output channels, "),
    ],
)  # fmt: skip
def test_fewer_output_channels_are_a_remedy_where_they_help(
    variant: str, given: dict[str, Any], frames: int, most: str
) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe(variant, **given)
    assert str(caught.value) == (
        f"An animation must have at most 512 frames; got {frames:,} steps. "
        f"Use {most}a smaller input or padding, or a larger stride."
    )
