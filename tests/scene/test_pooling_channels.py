"""Pooling of several channels: each channel is pooled by itself, and of many channels the first ones are drawn."""

from __future__ import annotations

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import Presentation
from convviz.scene import compose


@pytest.mark.parametrize("mode", ["max", "average"])
def test_each_channel_is_pooled_like_a_single_one(mode: str) -> None:
    recipe = cv.recipe("pooling-channels", input_size=(5, 4), kernel_size=(3, 2), stride=1, padding=1, mode=mode)
    assert recipe.channels == (3, 3)
    scene = compose(recipe, Presentation())
    frames = []
    for channel in range(3):
        single = cv.recipe("pooling", input=recipe.input[channel], kernel_size=(3, 2), stride=1, padding=1, mode=mode)
        assert np.array_equal(recipe.drawn_output[channel], single.drawn_output[0])
        frames += [scene.frame(len(frames)) for _ in range(single.frames)]
    assert len(frames) == len(scene) == recipe.frames


def test_a_frame_names_its_channel() -> None:
    scene = compose(cv.presets["pooling_channels_max"], Presentation())
    assert scene.frame(5).description == (
        "Step 6 of 12: output channel 1, row 0, column 1 is 9, the largest of 4 cells over input rows 0 to 1, columns "
        "2 to 3: that of row 1, column 3."
    )
    links = scene.link()
    names = [f"{kind}, channel {channel}" for kind in ("input", "output") for channel in range(3)]
    assert [grid.title for grid in links.grids] == names
    assert len(links.relate(5).taps) == 4


def test_of_many_channels_three_are_drawn() -> None:
    recipe = cv.recipe("pooling-channels", in_channels=64)
    assert (recipe.frames, recipe.drawn_output.shape) == (12, (3, 2, 2))
    assert compose(recipe, Presentation()).description == (
        "Max pooling: a 2 by 2 window with stride 2 on a 4 by 4 input gives a 2 by 2 output in each of 64 channels, 3 "
        "of which are drawn."
    )
    assert cv.recipe("pooling-channels", input_size=10, stride=1, in_channels=8).frames == 3 * 9 * 9


def test_a_table_of_numbers_has_the_channels() -> None:
    recipe = cv.recipe("pooling-channels", input="1,2;3,4|5,6;7,8")
    assert recipe.to_query() == "input=1,2;3,4|5,6;7,8"
    assert recipe.drawn_output.ravel().tolist() == [4, 8]
    with pytest.raises(SpecError) as caught:
        recipe.replace(in_channels=3)
    assert str(caught.value) == "in_channels must be 2, the planes of the table input; got 3."
