"""Comparisons: one link for two recipes, what goes to which side, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError
from convviz.recipes import VARIANTS, presets
from convviz.recipes.comparison import Comparison, asked_for, given_to
from convviz.recipes.variants import variant_named

Asked = Comparison.from_query
BOTH = "left=standard&right=dilated"
KNOWN = (
    "input_size, kernel_size, stride, padding, dilation, padding_mode, in_channels, out_channels, groups, flip, input, "
    "weight, bias, seed, storyboard"
)


@pytest.mark.parametrize("left", presets)
def test_every_pair_of_examples_comes_back_from_its_link(left: str) -> None:
    for right in presets.values():
        both = Comparison(presets[left], right)
        assert Asked(both.to_query()) == both


SMALL = {
    "input_size": ["3", "5x4"], "kernel_size": ["1", "2x3"], "stride": ["2", "1x2"], "padding": ["0", "1", "0,1,1,0"],
    "dilation": ["1"], "flip": ["true"], "bias": ["1.5"], "seed": ["3"], "input": ["ramp"], "weight": ["box"],
    "mode": ["average"], "view": ["scatter"], "in_channels": ["2"], "out_channels": ["2"], "act": ["split"],
    "storyboard": ["tap"], "ceil_mode": ["true"], "padding_mode": ["replicate"],
}  # fmt: skip


@st.composite
def links(draw: Any) -> dict[str, str]:
    """Links of all kinds: variants, shared parameters, and some for one side."""
    texts = {side: draw(st.sampled_from(sorted(VARIANTS))) for side in ("left", "right")}
    for name in draw(st.lists(st.sampled_from(sorted(SMALL)), max_size=5, unique=True)):
        prefix = draw(st.sampled_from(["", "left.", "right."]))
        side = texts[prefix.removesuffix(".")] if prefix else ""
        fields = (
            VARIANTS[side].fields if side else {**VARIANTS[texts["left"]].fields, **VARIANTS[texts["right"]].fields}
        )
        if name in fields:
            texts[prefix + name] = draw(st.sampled_from(SMALL[name]))
    return texts


@given(links())
def test_links_round_trip_and_say_nothing_twice(texts: dict[str, str]) -> None:
    try:
        both = Comparison.from_values(texts)
    except SpecError:
        return  # refusals have a test of their own
    spelled = both.to_texts()
    assert Comparison.from_values(spelled) == both
    assert len(spelled) <= 2 + len(both.left.to_texts()) + len(both.right.to_texts())
    for name, text in spelled.items():
        side, _, field = name.rpartition(".")
        if side:
            other = "right" if side == "left" else "left"
            assert spelled.get(f"{other}.{field}") != text
            assert field not in spelled


@given(st.sampled_from(sorted(presets)), st.sampled_from(["standard", "dilated", "pooling", "transposed"]))
def test_a_recipe_next_to_itself_is_spelled_once(name: str, variant: str) -> None:
    one = presets[name]
    assert Comparison(one, one).to_texts() == {"left": one.variant, "right": one.variant, **one.to_texts()}
    assert Comparison(one, cv.recipe(variant)).left == one


def test_what_goes_to_which_side() -> None:
    both = Asked(f"{BOTH}&input_size=7&stride=2&left.stride=1&seed=3&right.dilation=3&in_channels=2")
    assert (both.left["stride"], both.right["stride"]) == ((1, 1), (2, 2))
    assert (both.left["dilation"], both.right["dilation"]) == ((1, 1), (3, 3))
    assert (both.left["in_channels"], both.right.get("in_channels")) == (2, None)
    assert not both.shares_input  # two channels next to one
    assert given_to("left", variant_named("pooling"), {"bias": "1", "left.mode": "max"}) == {"mode": "max"}


@pytest.mark.parametrize(
    ("query", "shortest"),
    [
        (f"{BOTH}&left.stride=2&right.stride=2", f"{BOTH}&stride=2"),
        (f"{BOTH}&stride=2&left.stride=1", f"{BOTH}&right.stride=2"),
        (f"{BOTH}&left.input_size=7", f"{BOTH}&input_size=7"),  # the default of the other side
        (f"{BOTH}&input_size=5&right.input_size=7", BOTH),
        (
            "left=pooling&right=standard&right.stride=2&right.kernel_size=2",
            "left=pooling&right=standard&kernel_size=2&stride=2",
        ),
        (f"{BOTH}&input=1,2;3,4&kernel_size=1", f"{BOTH}&kernel_size=1&input=1,2;3,4"),
        (f"{BOTH}&left.input=1,2;3,4&kernel_size=1", f"{BOTH}&kernel_size=1&left.input=1,2;3,4"),
        ("right=dilated&left=standard&left.flip=true", f"{BOTH}&left.flip=true"),
        (
            "left=standard&right=checkerboard&stride=2&layers=upsample2d(2)",
            "left=standard&right=checkerboard&layers=upsample2d(2)&stride=2",
        ),
    ],
)  # fmt: skip
def test_the_shortest_spelling(query: str, shortest: str) -> None:
    assert Asked(query).to_query() == shortest
    assert Asked(shortest) == Asked(query)


@pytest.mark.parametrize(
    ("query", "is_shared"),
    [
        (f"{BOTH}&input_size=6&seed=5", True),
        (f"{BOTH}&input=edge&input_size=6", True),
        (f"{BOTH}&input=1,2,3;4,5,6;7,8,9&kernel_size=1", True),
        ("left=standard&right=depthwise-separable&in_channels=3", True),
        ("left=max&right=pooling".replace("max", "pooling"), True),
        (BOTH, False),
        (f"{BOTH}&input_size=6&right.seed=5", False),
        ("left=standard&right=checkerboard", False),
    ],
)
def test_both_show_the_same_numbers_where_they_can(query: str, is_shared: bool) -> None:
    both = Asked(query)
    assert both.shares_input is is_shared
    if both.right.variant != "checkerboard":  # which shows counts, and has no input of its own
        left, right = both.drawn
        assert np.array_equal(left.input, right.input) is is_shared


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("right=dilated", f"left must be one of {', '.join(VARIANTS)}; it is missing."),
        ("left=dilated", f"right must be one of {', '.join(VARIANTS)}; it is missing."),
        ("left=standard&right=x", f"right: variant must be one of {', '.join(VARIANTS)}; got 'x'."),
        (
            f"{BOTH}&color=red",
            f"'color' is no setting of a comparison, which takes left, right and {KNOWN}, with left. or right. before "
            "what is for one side.",
        ),
        (
            f"{BOTH}&middle.stride=1",
            f"'middle.stride' is no setting of a comparison, which takes left, right and {KNOWN}, with left. or right. "
            "before what is for one side.",
        ),
        (
            f"{BOTH}&right.groups=1",
            "right: 'groups' is no setting of dilated, which takes input_size, kernel_size, stride, padding, dilation, "
            "padding_mode, flip, input, weight, bias, seed, storyboard.",
        ),
        (
            f"{BOTH}&right.stride=9",
            "right: stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
        ),
        (
            f"{BOTH}&input_size=4",
            "right: The kernel spans 5 rows (kernel 3, dilation 2), more than the input (4 rows).",
        ),
        (f"{BOTH}&seed=1&seed=2", "seed must be given once; got it 2 times."),
        (
            f"{BOTH}&input=1,2,3;4,5,6;7,8,9|1,2,3;4,5,6;7,8,9",
            "right: input must be one table of rows for dilated; got 2 planes.",
        ),
    ],
)  # fmt: skip
def test_refusals_say_which_side(query: str, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Asked(query)
    assert str(caught.value) == sentence


def test_replacing() -> None:
    both = Asked(f"{BOTH}&input_size=7&right.dilation=3")
    assert both.replace(stride=2).to_query() == f"{BOTH}&input_size=7&stride=2&right.dilation=3"
    assert both.replace(dilation=2) == Asked(f"{BOTH}&input_size=7&dilation=2")
    assert both.replace(right="pooling").to_query() == "left=standard&right=pooling&input_size=7&right.dilation=3"
    assert both.replace(left="dilated", **{"left.flip": True}).left == cv.recipe("dilated", flip=True)
    with pytest.raises(SpecError, match=r"^right: mode must be one of max, average; got 'min'\.$"):
        both.replace(right="pooling", mode="min")
    with pytest.raises(SpecError, match=r"^'color' is no setting of "):
        both.replace(color="red")


def test_a_number_changes_on_both_sides_where_the_input_is_shared() -> None:
    both = Asked(f"{BOTH}&input_size=5&input=ones")
    changed = both.with_number("right", "input", (0, 1), 9)
    assert changed.shares_input
    assert changed.left.input[0, 0, 1] == changed.right.input[0, 0, 1] == 9
    assert set(changed.to_texts()) == {"left", "right", "input"}
    apart = changed.with_number("left", "weight", (0, 0), 5)
    assert apart.right == changed.right
    assert apart.left.weight[0, 0, 0, 0] == 5


def test_a_number_changes_on_one_side_where_the_input_is_not_shared() -> None:
    both = Asked(BOTH)
    changed = both.with_number("left", "input", (0, 0), 9)
    assert (changed.left.input[0, 0, 0], changed.right) == (9, both.right)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (("middle", "input", (0, 0)), "side must be one of left, right; got 'middle'."),
        (("left", "input", (7, 0)), "left: A cell of input must be in its 5 x 5 numbers; got row 7, column 0."),
        (("right", "bias", (0, 0)), "right: 'bias' is no table of numbers of dilated, which has input and weight."),
    ],
)
def test_numbers_that_there_are_not(cell: tuple[str, str, tuple[int, int]], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Asked(BOTH).with_number(*cell, 1)
    assert str(caught.value) == sentence


def test_in_what_they_differ() -> None:
    assert Asked(f"{BOTH}&input_size=7").differing == ("dilation",)
    assert Asked("left=standard&right=standard&flip=true&right.stride=2").differing == ("stride",)
    assert Asked("left=transposed&right=transposed").differing == ()
    assert "view" in Asked("left=standard&right=transposed&view=scatter").differing


def test_what_a_picture_is_asked_for() -> None:
    assert asked_for("standard", {"stride": "2"}) == cv.recipe("standard", stride=2)
    assert asked_for("compare", {"left": "standard", "right": "dilated"}) == Asked(BOTH)
    assert Asked(BOTH).frames == 9
    assert repr(Asked(f"{BOTH}&right.seed=1")) == "compare(recipe('standard'), recipe('dilated', seed='1'))"
