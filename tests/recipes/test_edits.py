"""One change of a recipe or a comparison: compared with the same change in Python, and every refusal in words."""

from __future__ import annotations

import pytest

import convviz as cv
from convviz import SpecError
from convviz.recipes import VARIANTS, Recipe, presets
from convviz.recipes.comparison import Comparison, asked_for
from convviz.recipes.edits import edited

BOTH = Comparison.from_query("left=standard&right=dilated&input_size=7&right.dilation=3")


def after(asked: Recipe | Comparison, edit: str) -> Recipe | Comparison:
    """Return what a change makes of a recipe or a comparison."""
    return asked_for(asked.variant, edited(asked, edit))


def query_after(asked: Recipe | Comparison, edit: str) -> str:
    return after(asked, edit).to_query()


@pytest.mark.parametrize("preset", ["rgb_two_kernels", "pooling_channels_max", "box_blur", "stamping"])
def test_a_number_changes_as_in_python(preset: str) -> None:
    recipe = presets[preset]
    assert after(recipe, "input:1,2:-5.5") == recipe.with_number("input", (1, 2), -5.5)
    if "weight" in recipe:
        assert after(recipe, "weight:0,1:7") == recipe.with_number("weight", (0, 1), 7)
    if recipe.channels[0] > 1:
        assert after(recipe, "input:1,2,0:3") == recipe.with_number("input", (1, 2, 0), 3)


def test_both_sides_of_one_recipe_have_its_numbers() -> None:
    recipe = cv.recipe("transposed", view="both")
    assert after(recipe, "left.weight:0,1:7|right.input:2,0:-1") == recipe.with_number("weight", (0, 1), 7).with_number(
        "input", (2, 0), -1
    )
    with pytest.raises(SpecError, match=r"^'left\.weight' is no table of numbers of transposed, which has input and "):
        after(cv.recipe("transposed"), "left.weight:0,1:7")


@pytest.mark.parametrize(
    ("variant", "table", "cell"), [("standard", "weight", "1,2,0,1"), ("depthwise-separable", "pointwise", "3,2")]
)
def test_a_number_of_several_kernels_changes_as_in_python(variant: str, table: str, cell: str) -> None:
    recipe = cv.recipe(variant, in_channels=3, out_channels=4)
    indices = tuple(map(int, cell.split(",")))
    assert after(recipe, f"{table}:{cell}:9") == recipe.with_number(table, indices, 9)


@pytest.mark.parametrize("table", ["input", "weight", "pointwise"])
def test_own_numbers_are_those_that_were_shown(table: str) -> None:
    recipe = cv.recipe("depthwise-separable", channel_multiplier=2, input="ramp")
    own = after(recipe, f"own:{table}")
    assert isinstance(own[table], tuple)
    for name in ("input", "weight", "pointwise"):
        assert (getattr(own, name) == getattr(recipe, name)).all()
    assert after(cv.recipe("standard", weight="sobel_x", flip=True), "own:weight")["weight"] == (
        (-1, 0, 1), (-2, 0, 2), (-1, 0, 1)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("variant", "query", "edit", "expected"),
    [
        ("standard", "", "stride=2", "stride=2"),
        ("standard", "stride=2", "stride=1", ""),
        ("standard", "kernel_size=5", "weight=sobel_x", "weight=sobel_x"),
        ("standard", "kernel_size=2", "weight=box", "kernel_size=2&weight=box"),
        ("standard", "weight=1,2;3,4", "weight=box", "kernel_size=2&weight=box"),
        ("standard", "weight=1,2;3,4", "weight=sobel_x", "weight=sobel_x"),
        ("standard", "input=1,2,3|4,5,6&kernel_size=1", "input=random", "input_size=1x3&kernel_size=1&in_channels=2"),
        ("standard", "input=1,2;3,4&kernel_size=1", "input=5,6,7", "kernel_size=1&input=5,6,7"),
        ("standard", "kernel_size=1", "input=1,2;3,4", "kernel_size=1&input=1,2;3,4"),
        ("pooling", "", "kernel_size=3", "kernel_size=3"),
        ("pooling", "stride=1", "kernel_size=3", "kernel_size=3&stride=1"),
        ("pooling", "input=1,2;3,4", "kernel_size=1", "kernel_size=1&input=1,2;3,4"),
        ("standard", "input=1,2,3;4,5,6;7,8,9", "input_size=4", "input=1,2,3,0;4,5,6,0;7,8,9,0;0,0,0,0"),
        ("standard", "input=1,2,3;4,5,6;7,8,9&kernel_size=1", "input_size=2x1", "kernel_size=1&input=1;4"),
        ("standard", "weight=1,2;3,4", "out_channels=2", "weight=1,2;3,4|0,0;0,0"),
        ("standard", "weight=1,2;3,4&input=5,6;7,8", "in_channels=2", "input=5,6;7,8|0,0;0,0&weight=1,2;3,4|0,0;0,0"),
        ("standard", "weight=1|2|3|4&in_channels=2", "groups=2", "weight=1|3&in_channels=2&groups=2"),
        ("depthwise-separable", "pointwise=1,2,3;4,5,6", "channel_multiplier=2",
         "channel_multiplier=2&pointwise=1,2,3,0,0,0;4,5,6,0,0,0"),
        ("checkerboard", "", "layers=conv2d(3);max_pool2d(2)", "layers=conv2d(3);max_pool2d(2)"),
        ("receptive-field", "", "layers=conv2d(3)", "layers=conv2d(3)"),
    ],
)  # fmt: skip
def test_a_parameter_changes_and_tables_of_numbers_follow_its_size(
    variant: str, query: str, edit: str, expected: str
) -> None:
    recipe = Recipe.from_query(variant, query)
    assert query_after(recipe, f"set:{edit}") == expected
    name, text = edit.split("=", 1)
    if not any(isinstance(recipe[table], tuple) for table in recipe.kind.implied):
        assert after(recipe, f"set:{edit}") == recipe.replace(**{name: text})


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ("swap", "left=dilated&right=standard&input_size=7&left.dilation=3"),
        ("set:stride=2", "left=standard&right=dilated&input_size=7&stride=2&right.dilation=3"),
        ("set:left.stride=2", "left=standard&right=dilated&input_size=7&left.stride=2&right.dilation=3"),
        ("set:input_size=8", "left=standard&right=dilated&input_size=8&right.dilation=3"),
        ("set:right.dilation=2", "left=standard&right=dilated&input_size=7"),
        ("set:left=pooling", "left=pooling&right=dilated&input_size=7&right.dilation=3"),
        ("set:right=standard", "left=standard&right=standard&input_size=7&right.dilation=3"),
        ("set:left.weight=sobel_x", "left=standard&right=dilated&input_size=7&right.dilation=3&left.weight=sobel_x"),
    ],
)
def test_a_comparison_changes(edit: str, expected: str) -> None:
    assert query_after(BOTH, edit) == expected


def test_a_comparison_changes_as_in_python() -> None:
    assert after(BOTH, "set:stride=2") == BOTH.replace(stride=2)
    assert after(BOTH, "set:left=pooling") == BOTH.replace(left="pooling")
    assert after(BOTH, "left.weight:0,1:5") == BOTH.with_number("left", "weight", (0, 1), 5)
    assert after(BOTH, "right.input:0,1:5") == BOTH.with_number("left", "input", (0, 1), 5)  # which both share
    own = after(BOTH, "own:left.input")
    assert isinstance(own, Comparison)
    assert own.shares_input
    assert isinstance(own.right["input"], tuple)
    small = after(own, "set:input_size=7x8")
    assert isinstance(small, Comparison)
    assert small.shares_input
    assert (small.left.input[0, :, :7] == BOTH.drawn[0].input[0]).all()
    assert not small.right.input[0, :, 7].any()


EDIT = (
    "edit must be a table, a cell and a number such as weight:0,1:5, own: with a table, or set: with a parameter and "
    "its value such as set:stride=2"
)


@pytest.mark.parametrize(
    ("asked", "edit", "message"),
    [
        (cv.recipe("standard"), "", f"{EDIT}; got ''."),
        (cv.recipe("standard"), "swap", f"{EDIT}; got 'swap'."),
        (cv.recipe("standard"), "weight:0:5", f"{EDIT}; got 'weight:0:5'."),
        (cv.recipe("standard"), "set:stride", f"{EDIT}; got 'set:stride'."),
        (BOTH, "undo", f"{EDIT}, or swap; got 'undo'."),
        (cv.recipe("standard"), "weight:0,1:five", "weight row 0, column 1 must be a number; got 'five'."),
        (cv.recipe("standard"), "weight:0,9:5", "A cell of weight must be in its 3 x 3 numbers; got row 0, column 9."),
        (cv.recipe("pooling"), "own:weight", "'weight' is no table of numbers of pooling, which has input."),
        (cv.recipe("standard"), "set:stride=9",
         "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'."),
        (BOTH, "weight:0,1:5", "side must be one of left, right; got 'weight'."),
        (BOTH, "own:middle.weight", "side must be one of left, right; got 'middle'."),
        (BOTH, "left.weight:0,1:x", "left: weight row 0, column 1 must be a number; got 'x'."),
        (BOTH, "set:right.stride=0",
         "right: stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '0'."),
        (BOTH, "set:left=curved",
         f"left: variant must be one of {', '.join(VARIANTS)}; got 'curved'."),
    ],
)  # fmt: skip
def test_changes_that_are_refused(asked: Recipe | Comparison, edit: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        after(asked, edit)
    assert str(caught.value) == message


def test_the_refusal_of_an_unknown_parameter_of_a_comparison_names_those_that_there_are() -> None:
    with pytest.raises(
        SpecError, match=r"^'color' is no setting of a comparison, which takes left, right and input_size, "
    ):
        edited(BOTH, "set:color=red")


def test_a_table_that_does_not_fit_a_refused_size_keeps_the_sentence_of_that_size() -> None:
    own = Comparison.from_query("left=standard&right=standard&left.in_channels=4&left.weight=1|2|3|4")
    with pytest.raises(SpecError) as caught:
        edited(own, "set:left.groups=3")
    assert str(caught.value) == "left: groups must divide in_channels; got groups 3 and in_channels 4."
