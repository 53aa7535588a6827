"""Recipes with channels: planes of numbers and what follows from them, groups, limits, and one number changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz import SpecError, limits
from convviz.recipes import Recipe
from convviz.recipes.named_arrays import KERNEL_LABELS, named_input, named_weight, random_mixing
from tests.arithmetic.oracles import onnx_forward

RNG = np.random.default_rng(0)


def integers(*shape: int) -> np.ndarray[Any, Any]:
    return RNG.integers(-9, 10, shape).astype(float)


@pytest.mark.parametrize(
    "given",
    [
        {"input": integers(3, 4, 5), "weight": integers(2, 3, 3, 2)},
        {"input": integers(4, 4, 5), "weight": integers(6, 2, 1, 2), "groups": 2},
        {"input": integers(4, 5, 4), "out_channels": 8, "groups": 4, "flip": True},
        {"weight": integers(6, 2, 3), "in_channels": 3, "padding": "1,0,2,1"},
        {"weight": integers(5, 1, 2, 2), "padding_mode": "circular", "padding": 1, "bias": -0.5},
        {"in_channels": 512, "out_channels": 512, "groups": 64, "input_size": 3},
        {"weight": np.full((1, 2, 1, 1), 0.1), "in_channels": 2, "storyboard": "tap"},
    ],
)
def test_a_link_brings_the_numbers_back(given: dict[str, Any]) -> None:
    recipe = cv.recipe("standard", **given)
    again = Recipe.from_query("standard", recipe.to_query())
    assert again == recipe
    assert (again.input == recipe.input).all()
    assert (again.weight == recipe.weight).all()
    assert recipe.input.shape == (recipe["in_channels"], *recipe["input_size"])
    depth = recipe["in_channels"] // recipe["groups"]
    assert recipe.weight.shape == (recipe["out_channels"], depth, *recipe["kernel_size"])
    if "input" in given:
        assert (recipe.input == given["input"]).all()
    if "weight" in given:
        assert (recipe.weight.ravel() == given["weight"].ravel()).all()
    output = cv.forward(recipe.layer, recipe.input, recipe.weight, recipe.bias)
    assert output.shape == (recipe["out_channels"], *recipe.output_size)


@pytest.mark.parametrize(
    "given",
    [
        {"input": integers(3, 4, 5), "weight": integers(3, 2, 3, 2)},
        {"input": integers(4, 2, 3), "weight": integers(4, 3, 1, 2), "groups": 2, "stride": "1x3", "padding": 0},
        {"weight": integers(4, 3, 2, 3), "in_channels": 4, "groups": 4, "dilation": "2x1", "bias": 1},
        {"in_channels": 512, "out_channels": 512, "groups": 64},
    ],
)
def test_a_link_brings_the_numbers_of_a_transposed_convolution_back(given: dict[str, Any]) -> None:
    """The weight is (C_in, C_out / groups, kH, kW), as `forward` and PyTorch have it."""
    recipe = cv.recipe("transposed", **given)
    again = Recipe.from_query("transposed", recipe.to_query())
    assert again == recipe
    width = recipe["out_channels"] // recipe["groups"]
    assert again.weight.shape == (recipe["in_channels"], width, *recipe["kernel_size"])
    if "weight" in given:
        assert (again.weight == given["weight"]).all()
    arrays = recipe.input, recipe.weight, np.full(recipe["out_channels"], recipe["bias"])
    output = onnx_forward(recipe.layer, *(each.astype(np.float32) for each in arrays))
    drawn = recipe.drawn_output
    np.testing.assert_allclose(drawn, output[: len(drawn)], atol=1e-9)


@pytest.mark.parametrize(
    "given",
    [
        {"input": integers(2, 4, 5), "weight": integers(4, 1, 2, 3), "pointwise": integers(5, 4)},
        {"input": integers(3, 3, 3), "channel_multiplier": 2, "out_channels": 7, "act": "pointwise"},
        {"in_channels": 1, "weight": integers(3, 2, 2), "pointwise": integers(1, 3)},
        {"pointwise": integers(2, 3, 1, 1)},
        {"in_channels": 1, "pointwise": integers(4, 1, 1, 1)},
    ],
)
def test_a_link_brings_depthwise_numbers_back(given: dict[str, Any]) -> None:
    recipe = cv.recipe("depthwise-separable", **given)
    again = Recipe.from_query("depthwise-separable", recipe.to_query())
    assert again == recipe
    planes = recipe["in_channels"] * recipe["channel_multiplier"]
    assert again.input.shape == (recipe["in_channels"], *recipe["input_size"])
    assert again.weight.shape == (planes, 1, *recipe["kernel_size"])
    assert again.pointwise.shape == (recipe["out_channels"], planes, 1, 1)
    if "pointwise" in given:
        assert (again.pointwise.ravel() == given["pointwise"].ravel()).all()
        assert again == recipe.replace(pointwise=recipe.pointwise)


LONG = np.full((200, 5, 5), 0.123)


@pytest.mark.parametrize(
    ("variant", "given", "message"),
    [
        ("standard", {"input": "1,2|3,4", "in_channels": 3},
         "in_channels must be 2, the planes of the table input; got 3."),
        ("standard", {"in_channels": 2, "weight": "1|2|3"},
         "weight must have 2 planes, out_channels 1 times in_channels 2 / groups 1; got 3."),
        ("standard", {"in_channels": 2, "weight": "1|2|3|4", "out_channels": 3},
         "weight must have 6 planes, out_channels 3 times in_channels 2 / groups 1; got 4."),
        ("standard", {"in_channels": 4, "groups": 3},
         "groups must divide in_channels; got groups 3 and in_channels 4."),
        ("standard", {"in_channels": 6, "out_channels": 4, "groups": 3},
         "groups must divide out_channels; got groups 3 and out_channels 4."),
        ("standard", {"in_channels": 4, "groups": 2, "weight": "1|2|3|4|5|6"},
         "groups must divide out_channels; got groups 2 and out_channels 3."),
        ("standard", {"input": "1,2|3,4;5,6"},
         "input must have planes of one size; plane 0 is 1 x 2, plane 1 is 2 x 2."),
        ("standard", {"input": "1,2|3,x"}, "input plane 1 row 0, column 1 must be a number; got 'x'."),
        ("standard", {"input": "1|"}, "input plane 1 row 0, column 0 must be a number; got an empty cell."),
        ("standard", {"input": [[[[[1]]]]]},
         "input must be rows of numbers, or planes of rows, one per channel; got [[[[[1]]]]]."),
        ("standard", {"weight": np.ones((20_001, 1, 1))}, "weight must have at most 20,000 numbers; got 20,001."),
        ("standard", {"weight": LONG, "in_channels": 4},
         "weight must be at most 20,000 characters long in a link; got 29,999."),
        ("standard", {"weight": "|".join(["1e6"] * 4000)},
         "weight must be at most 20,000 characters long in a link; got 31,999."),
        ("standard", {"input": np.ones((513, 1, 1)), "kernel_size": 1},
         "in_channels must be a whole number from 1 to 512; got 513."),
        ("standard", {"weight": np.ones((513, 1, 1))}, "out_channels must be a whole number from 1 to 512; got 513."),
        ("standard", {"in_channels": 8, "out_channels": 8, "input_size": 16},
         "An animation must have at most 512 frames; got 588 steps. "
         "Use at most 2 output channels, a smaller input or padding, or a larger stride."),
        ("standard", {"in_channels": 3, "out_channels": 3, "storyboard": "tap"},
         "An animation must have at most 512 frames; got 729 products. "
         "Show a frame per step or use smaller sizes."),
        ("standard", {"in_channels": 3, "out_channels": 3, "input_size": 16, "kernel_size": 7, "stride": 1,
                      "padding": 1},
         "An animation must draw at most 40,000 products; got 63,504. Use fewer channels or smaller sizes."),
        ("depthwise-separable", {"weight": "1|2"},
         "weight must have 3 planes, in_channels 3 times channel_multiplier 1; got 2."),
        ("depthwise-separable", {"weight": "1|2|3|4|5|6", "channel_multiplier": 3},
         "weight must have 9 planes, in_channels 3 times channel_multiplier 3; got 6."),
        ("depthwise-separable", {"weight": "|".join("123456789"), "in_channels": 1},
         "channel_multiplier must be a whole number from 1 to 8; got 9."),
        ("depthwise-separable", {"pointwise": "1,2;3,4"},
         "pointwise must have 3 columns, in_channels 3 times channel_multiplier 1; got 2."),
        ("depthwise-separable", {"pointwise": "1,2", "in_channels": 1},
         "pointwise must have 1 column, in_channels 1 times channel_multiplier 1; got 2."),
        ("depthwise-separable", {"pointwise": "1,2,3|3,4,5"},
         "pointwise must be one table, a row per output channel; got 2 planes."),
        ("depthwise-separable", {"pointwise": "1|2|3|4"},
         "pointwise must be one table, a row per output channel; got 4 planes."),
        ("depthwise-separable", {"pointwise": "1,2,3", "out_channels": 2},
         "out_channels must be 1, the rows of the table pointwise; got 2."),
        ("depthwise-separable", {"pointwise": "box"},
         "pointwise must be one of random, or rows of numbers such as 1,2;3,4; got 'box'."),
        ("depthwise-separable", {"act": "both"},
         "act must be one of all, split, depthwise, pointwise, standard; got 'both'."),
        ("depthwise-separable", {"in_channels": 8, "out_channels": 8, "input_size": 16},
         "An animation must have at most 512 frames; got 1,179 steps. "
         "Use a smaller input or padding, or a larger stride."),
        ("dilated", {"input": "1,2|3,4"}, "input must be one table of rows for dilated; got 2 planes."),
        ("pooling", {"input": "1,2|3,4"}, "input must be one table of rows for pooling; got 2 planes."),
        ("transposed", {"in_channels": 2, "weight": "1|2|3"},
         "weight must have 2 planes, out_channels 1 times in_channels 2 / groups 1; got 3."),
        ("transposed", {"in_channels": 4, "groups": 3},
         "groups must divide in_channels; got groups 3 and in_channels 4."),
        ("transposed", {"out_channels": 3, "view": "scatter"},
         "view must be gather where there are several channels; got scatter, in_channels 1 and out_channels 3."),
        ("transposed", {"in_channels": 3, "out_channels": 8, "storyboard": "tap", "input_size": 2},
         "An animation must have at most 512 frames; got 729 products. Show a frame per step or use smaller sizes."),
        ("transposed", {"out_channels": 3, "input_size": 8},
         "An animation must have at most 512 frames; got 675 steps. "
         "Use at most 2 output channels, a smaller input, stride or dilation."),
    ],
)  # fmt: skip
def test_a_refusal_is_one_sentence(variant: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe(variant, **given)
    assert str(caught.value) == message


def test_whatever_is_accepted_can_be_shared() -> None:
    """The longest table there may be is read again; a digit more is refused before it is shown."""
    table = np.ones((100, 10, 10))
    recipe = cv.recipe("depthwise-separable", pointwise=table.reshape(100, 100), in_channels=100, input_size=3)
    assert len(recipe.to_texts()["pointwise"]) == limits.TEXT - 1
    assert Recipe.from_query("depthwise-separable", recipe.to_query()) == recipe
    table[0, 0, 0] = 12
    cv.recipe("depthwise-separable", pointwise=table.reshape(100, 100), in_channels=100, input_size=3)
    table[0, 0, 0] = 123
    with pytest.raises(SpecError, match=r"^pointwise must be at most 20,000 characters long in a link; got 20,001\.$"):
        cv.recipe("depthwise-separable", pointwise=table.reshape(100, 100), in_channels=100, input_size=3)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (1, 7)])
def test_the_first_planes_of_many_are_those_of_few(size: tuple[int, int]) -> None:
    for seed in range(50):
        many = named_weight("random", (64, 2, *size), seed)
        assert many[0, 0].any()
        inputs = named_input("random", size, seed, 64, (5, 5))
        for count in (1, 2, 9):
            assert (named_weight("random", (count, 2, *size), seed) == many[:count]).all()
            assert (named_input("random", size, seed, count, (5, 5)) == inputs[:count]).all()
            assert (random_mixing((count, 5), seed) == random_mixing((64, 5), seed)[:count]).all()
        assert random_mixing((3, 1), seed)[0].any()


@pytest.mark.parametrize("name", KERNEL_LABELS)
def test_the_first_kernels_of_many_are_those_of_few(name: str) -> None:
    many = cv.recipe("standard", in_channels=4, out_channels=300, weight=name, groups=2, flip=True)
    few = many.replace(out_channels=2)
    assert (few.weight == many.weight[:2]).all()
    assert (many.kernels(2) == few.weight).all()
    assert many.weight.shape == (300, 2, 3, 3)
    transposed = cv.recipe("transposed", in_channels=4, out_channels=300, weight=name, groups=2)
    assert (transposed.kernels(3) == transposed.weight[:2, :3].swapaxes(0, 1)).all()
    assert (transposed.kernels(151)[150] == transposed.weight[2:, 0]).all()
    separable = cv.recipe("depthwise-separable", out_channels=300, channel_multiplier=2, weight=name)
    assert (separable.mixers(3) == separable.pointwise[:3]).all()
    assert separable.pointwise.shape == (300, 6, 1, 1)


def test_a_name_for_another_keeps_the_sizes_that_were_asked_for() -> None:
    recipe = cv.recipe("standard", in_channels=3, out_channels=4, input_size=7, kernel_size=2)
    assert recipe.replace(weight="box").weight.shape == (4, 3, 2, 2)
    assert recipe.replace(input="ramp").input.shape == (3, 7, 7)
    assert recipe.replace(weight="sobel_x").weight.shape == (4, 3, 3, 3)
    assert recipe.replace(weight=integers(2, 3, 1, 5)).weight.shape == (2, 3, 1, 5)
    assert recipe.replace(input="1,2;3,4", weight="1").input.shape == (1, 2, 2)
    own = recipe.replace(weight=integers(2, 3, 1, 5), input=integers(3, 6, 5))
    assert own.replace(weight="box").weight.shape == (1, 3, 3, 3)  # sizes of a table go with it
    separable = cv.recipe("depthwise-separable", in_channels=2, channel_multiplier=2, out_channels=5)
    assert separable.replace(weight="box")["channel_multiplier"] == 2
    assert separable.replace(pointwise="random")["out_channels"] == 5


TWO = {"input": "1,2|3,4", "weight": "1|2|3|4"}


@pytest.mark.parametrize(
    ("table", "cell", "query"),
    [
        ("input", (0, 1), "input=1,9|3,4&weight=1|2|3|4"),
        ("input", (1, 0, 0), "input=1,2|9,4&weight=1|2|3|4"),
        ("input", [1, 0, np.int64(1)], "input=1,2|3,9&weight=1|2|3|4"),
        ("weight", (0, 0), "input=1,2|3,4&weight=9|2|3|4"),
        ("weight", (1, 0, 0), "input=1,2|3,4&weight=1|9|3|4"),
        ("weight", (1, 0, 0, 0), "input=1,2|3,4&weight=1|2|9|4"),
    ],
)
def test_one_number_is_changed(table: str, cell: tuple[int, ...], query: str) -> None:
    recipe = cv.recipe("standard", **TWO)
    assert recipe.with_number(table, cell, "9").to_query() == query
    assert recipe.with_number(table, cell, "9").with_number(table, cell, 9) == recipe.with_number(table, cell, 9)


def test_one_number_of_a_separable_convolution_is_changed() -> None:
    recipe = cv.recipe("depthwise-separable", in_channels=2, channel_multiplier=2, out_channels=3, seed=5)
    for table, cell in (("input", (1, 2, 3)), ("weight", (3, 0, 1, 2)), ("pointwise", (2, 3))):
        changed = recipe.with_number(table, cell, 0.5)
        assert changed["seed"] == 5
        for name in ("input", "weight", "pointwise"):
            before, after = getattr(recipe, name), getattr(changed, name)
            different = np.argwhere(before != after)
            assert before.shape == after.shape
            wanted = (*cell, 0, 0) if name == "pointwise" else cell
            assert different.tolist() == ([[*wanted]] if name == table else [])


def test_one_number_of_a_transposed_convolution_is_changed_where_it_is_stored() -> None:
    recipe = cv.recipe("transposed", in_channels=2, weight="1|2|3|4|5|6")
    assert recipe.with_number("weight", (1, 2, 0, 0), 9).to_texts()["weight"] == "1|2|3|4|5|9"
    message = "A cell of weight must be in its 2 x 3 x 1 x 1 numbers; got input channel 2, output channel 0, row 0, "
    with pytest.raises(SpecError, match=f"^{message}column 0.$"):
        recipe.with_number("weight", (2, 0, 0, 0), 9)


def test_a_flipped_kernel_is_changed_as_it_is_stored() -> None:
    recipe = cv.recipe("standard", in_channels=2, weight="1,2|3,4", flip=True)
    assert recipe.with_number("weight", (0, 1, 0, 0), 9).to_texts()["weight"] == "1,2|9,4"


@pytest.mark.parametrize(
    ("table", "cell", "value", "message"),
    [
        ("input", (), 1, "A cell of input must be two or three whole numbers, row and column last; got ()."),
        ("input", (0,), 1, "A cell of input must be two or three whole numbers, row and column last; got (0,)."),
        ("input", (0, 0, 0, 0), 1,
         "A cell of input must be two or three whole numbers, row and column last; got (0, 0, 0, 0)."),
        ("weight", (0,) * 5, 1,
         "A cell of weight must be two to four whole numbers, row and column last; got (0, 0, 0, 0, 0)."),
        ("weight", None, 1, "A cell of weight must be two to four whole numbers, row and column last; got None."),
        ("weight", ("0", 0), 1,
         "A cell of weight must be two to four whole numbers, row and column last; got ('0', 0)."),
        ("input", (0, 0.5), 1,
         "A cell of input must be two or three whole numbers, row and column last; got (0, 0.5)."),
        ("input", (2, 0, 0), 1,
         "A cell of input must be in its 2 x 1 x 2 numbers; got channel 2, row 0, column 0."),
        ("input", (0, -1), 1, "A cell of input must be in its 1 x 2 numbers; got row 0, column -1."),
        ("weight", (1, 2, 0, 0), 1, "A cell of weight must be in its 2 x 2 x 1 x 1 numbers; got output channel 1, "
         "channel 2, row 0, column 0."),
        ("weight", (1, 1, 0, 0), "x", "weight output channel 1, channel 1, row 0, column 0 must be a number; got 'x'."),
        ("pointwise", (0, 0), 1, "'pointwise' is no table of numbers of standard, which has input and weight."),
        ("bias", (0, 0), 1, "'bias' is no table of numbers of standard, which has input and weight."),
    ],
)  # fmt: skip
def test_a_cell_that_is_none_is_refused(table: str, cell: Any, value: object, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("standard", **TWO).with_number(table, cell, value)
    assert str(caught.value) == message


def test_a_pointwise_cell_that_is_none_is_refused() -> None:
    message = r"^A cell of pointwise must be two whole numbers, row and column last; got \(0, 0, 0, 0\)\.$"
    with pytest.raises(SpecError, match=message):
        cv.recipe("depthwise-separable").with_number("pointwise", (0, 0, 0, 0), 1)
