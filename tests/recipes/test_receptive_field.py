"""Recipes for receptive fields: what a link says of a stack, of its input and of the unit, and what is refused."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz import SpecError
from convviz.arithmetic.layer_kinds import read_stack
from convviz.recipes import Recipe
from convviz.recipes.variants.receptive_field import field_size, shown_unit


def test_the_classic_stack_is_the_default_and_its_input_fits() -> None:
    recipe = cv.recipe("receptive-field")
    assert recipe.to_query() == ""
    assert recipe["input_size"] == (15, 15)
    assert recipe.output_size == (1, 1)
    assert shown_unit(recipe.values) == (3, 0, 0)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ("conv2d(3);conv2d(3)", (5, 5)),
        ("conv2d(1x2);conv2d(1x2,dilation=1x2)", (1, 4)),
        ("conv2d(3,stride=2,padding=1);conv2d(3,stride=2,padding=1)", (8, 8)),
        ("conv2d(3,padding=1);max_pool2d(2)", (5, 5)),
        ("conv2d(7,dilation=8)", (33, 33)),
        ("conv2d(3,stride=2,padding=same_upper)", (3, 3)),
        ("conv_transpose2d(3,stride=2)", (2, 2)),
    ],
)
def test_an_input_that_is_not_given_lets_the_middle_unit_see_its_whole_field(layers: str, size: object) -> None:
    assert field_size(read_stack("layers", layers, 9, 99)) == size


def test_links_survive() -> None:
    recipe = cv.recipe("receptive-field", layers=[cv.conv2d(3), cv.max_pool2d(2)], unit=(1, 0, 2), input_size=(6, 8))
    assert recipe.to_query() == "input_size=6x8&layers=conv2d(3);max_pool2d(2)&unit=1,0,2"
    assert Recipe.from_query("receptive-field", recipe.to_query()) == recipe
    assert recipe.frames == 1
    assert recipe.replace(layers="conv2d(3)", unit="middle", input_size=3).to_query() == "layers=conv2d(3)"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"layers": ";".join(["conv2d(1)"] * 7)}, "A stack must have at most 6 layers to be drawn; got 7."),
        ({"layers": ";".join(["conv2d(1)"] * 201)}, "layers must have from 1 to 200 layers; got 201."),
        ({"layers": "conv2d(3,dilation=1025)"},
         "layers must have no number above 1024; got conv2d(3,dilation=1025)."),
        ({"layers": "upsample2d(4)", "input_size": 9},
         "The output of layer 1 must be at most 33 x 33 to be drawn; got 36 x 36. Use a smaller input or padding, or a "
         "larger stride."),
        ({"input_size": 34}, "input_size must be a whole number from 1 to 33, or two as height x width such as 2x3; "
         "got 34."),
        ({"unit": "4,0,0"}, "unit must be in one of the 3 layers; got layer 4."),
        ({"unit": (2, 9, 0)}, "unit must be in the 9 x 9 cells of layer 2; got row 9, column 0."),
        ({"unit": "0,1,1"}, "unit must be middle, or layer,row,column such as 2,4,4; got '0,1,1'."),
        ({"unit": "last"}, "unit must be middle, or layer,row,column such as 2,4,4; got 'last'."),
        ({"kernel_size": 3}, "'kernel_size' is no setting of receptive-field, which takes input_size, layers, unit."),
    ],
)  # fmt: skip
def test_refusals(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.recipe("receptive-field", **parameters)
    assert str(caught.value) == message


def test_its_numbers_are_the_paths_to_each_cell_of_the_input() -> None:
    recipe = cv.recipe("receptive-field", layers="conv2d(1x3);conv2d(1x3)", unit="2,0,0")
    assert recipe.drawn_output.tolist() == [[[1, 2, 3, 2, 1]]]
