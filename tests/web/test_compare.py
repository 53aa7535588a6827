"""The page that compares, without a browser: links, choices and refusals."""

from __future__ import annotations

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.recipes import VARIANTS, presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Comparison
from convviz.web.components.page_frame import as_sentence
from tests.web.app import REST, address, checked, downloads, errors, follow, named, open_lesson

START = {"left": "standard", "right": "dilated", "input_size": "7"}
KEEPS = " The picture shows the previous settings."


def opened(**query: str) -> AppTest:
    return open_lesson("compare", **query)


def shown(app: AppTest) -> Comparison:
    """What the picture shows, as its downloads spell it."""
    link = re.search(r'href="/render/compare.gif\?([^"]*)"', downloads(app))
    assert link
    return Comparison.from_query(unescape(link[1]))


def test_the_first_visit_shows_the_first_pair_and_says_so_in_the_address() -> None:
    app = opened()
    assert (errors(app), address(app)) == ([], START)
    assert shown(app) == PAIRS["dilated"].comparison
    assert named(app.selectbox, "compare.pair").placeholder == "Standard and dilated"


def test_every_pair_opens_by_its_link_and_is_named_in_the_menu() -> None:
    app = opened()
    for pair in PAIRS.values():
        link = pair.comparison.to_texts()
        assert errors(follow(app, **link)) == []
        assert address(app) == link
        assert shown(app) == pair.comparison
        assert named(app.selectbox, "compare.pair").placeholder == pair.title


@pytest.mark.parametrize("left", VARIANTS)
def test_any_two_variants(left: str) -> None:
    app = opened()
    for right in ("standard", "pooling", "depthwise-separable", "checkerboard"):
        for is_open in (False, True):
            for side in ("left", "right"):
                app.session_state[f"open:compare.{side}.more"] = is_open
            follow(app, left=left, right=right)
            assert (errors(app), address(app)) == ([], {"left": left, "right": right})
            assert shown(app) == Comparison(cv.recipe(left), cv.recipe(right))


@pytest.mark.parametrize(
    "query",
    [
        {
            "left": "standard",
            "right": "standard",
            "input": "1,2,3;4,5,6;7,8,9",
            "kernel_size": "2",
            "right.flip": "true",
        },
        {"left": "standard", "right": "dilated", "input_size": "7x8", "stride": "2x1", "right.padding": "0,1,2,1"},
        {"left": "standard", "right": "dilated", "padding": "same", "seed": "3", "left.weight": "1,2;3,4"},
        {"left": "standard", "right": "dilated", "input_size": "7", "weight": "sobel_x", "right.bias": "-1.5"},
        {"left": "checkerboard", "right": "standard", "layers": "upsample2d(2);conv2d(3)", "stride": "2"},
        {"left": "depthwise-separable", "right": "depthwise-separable", "in_channels": "2", "right.act": "split"},
        {"left": "pooling", "right": "pooling", "mode": "average", "right.stride": "1", "theme": "dark"},
    ],
)
def test_a_link_sets_the_controls_and_stays(query: dict[str, str]) -> None:
    app = opened(**query)
    assert errors(app) == []
    assert address(app) == query
    checked(app.run())
    assert address(app) == query


def test_what_is_folded_away_is_as_the_link_says() -> None:
    query = {"left": "standard", "right": "dilated", "input_size": "7", "padding_mode": "reflect", "left.flip": "true"}
    app = opened(**query)
    for side in ("left", "right"):
        app.session_state[f"open:compare.{side}.more"] = True
    app.session_state["open:compare.picture"] = True
    checked(app.run())
    assert address(app) == query
    assert named(app.toggle, "compare.left.flip").value is True
    named(app.selectbox, "compare.right.padding_mode").select("circular")
    checked(app.run())
    changed = {**query, "left.padding_mode": "reflect", "right.padding_mode": "circular"}
    del changed["padding_mode"]
    assert address(app) == changed


def test_a_control_changes_one_side_and_what_is_shared_changes_both() -> None:
    app = opened()
    named(app.number_input, "compare.right.dilation").set_value(3)
    checked(app.run())
    assert address(app) == {**START, "right.dilation": "3"}
    named(app.number_input, "compare.both.input_size").set_value(9)
    named(app.number_input, "compare.left.stride").set_value(2)
    named(app.number_input, "compare.right.stride").set_value(2)
    checked(app.run())
    assert address(app) == {**START, "input_size": "9", "stride": "2", "right.dilation": "3"}
    assert shown(app).shares_input


def test_inputs_apart_and_shared_again() -> None:
    app = opened()
    named(app.toggle, "compare.same").set_value(False)
    checked(app.run())
    assert address(app) == START
    named(app.number_input, "compare.right.input_size").set_value(9)
    checked(app.run())
    assert address(app) == {"left": "standard", "right": "dilated", "left.input_size": "7", "right.input_size": "9"}
    named(app.toggle, "compare.same").set_value(True)
    checked(app.run())
    assert address(app) == START


def test_another_variant_keeps_what_it_has_too() -> None:
    app = opened(**START, stride="2")
    named(app.selectbox, "compare.right.variant").select("pooling")
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {
        "left": "standard",
        "right": "pooling",
        "input_size": "7",
        "stride": "2",
    }
    named(app.selectbox, "compare.left.variant").select("checkerboard")
    checked(app.run())
    assert address(app)["left"] == "checkerboard"
    assert shown(app).left["stride"] == (2, 2)


def test_another_variant_that_cannot_be_says_why() -> None:
    app = opened(left="standard", right="standard", input_size="3")
    named(app.selectbox, "compare.right.variant").select("dilated")
    checked(app.run())
    sentence = "Right: effective kernel height must be at most the padded input height; got 5 (kernel 3, dilation 2)"
    assert [text[: len(sentence)] for text in errors(app)] == [sentence]
    assert errors(app)[0].endswith(" The picture shows the previous settings.")
    assert shown(app) == Comparison.from_query("left=standard&right=standard&input_size=3")
    named(app.number_input, "compare.both.input_size").set_value(6)
    checked(app.run())
    assert (errors(app), address(app)) == ([], {"left": "standard", "right": "dilated", "input_size": "6"})


def test_a_pair_sets_everything_and_keeps_the_look() -> None:
    app = opened(**START, theme="dark")
    named(app.selectbox, "compare.pair").select("pooling")
    checked(app.run())
    assert address(app) == {**PAIRS["pooling"].comparison.to_texts(), "theme": "dark"}
    assert named(app.selectbox, "compare.pair").placeholder == "Max and average pooling"


def test_an_example_for_one_side_takes_the_shared_input_along() -> None:
    app = opened()
    named(app.selectbox, "compare.right.example").select("dilation_3")
    checked(app.run())
    assert address(app) == {"left": "standard", "right": "dilated", "input_size": "9", "right.dilation": "3"}
    assert shown(app) == Comparison(cv.recipe("standard", input_size=9), presets["dilation_3"])


def test_swapping() -> None:
    app = opened(**START, **{"right.dilation": "3"})
    named(app.button, "compare.swap").click()
    checked(app.run())
    assert address(app) == {"left": "dilated", "right": "standard", "input_size": "7", "left.dilation": "3"}


def test_own_numbers_begin_with_those_that_are_there() -> None:
    app = opened(left="standard", right="dilated", input_size="6", seed="3")
    before = shown(app).left.input
    named(app.selectbox, "compare.both.input").select("own")
    checked(app.run())
    assert (shown(app).left.input == before).all()
    assert shown(app).shares_input
    named(app.text_input, "compare.both.input.rows").set_value("1,2,3,4,5;" * 4 + "1,2,3,4,5")
    checked(app.run())
    assert shown(app).right["input_size"] == (5, 5)
    named(app.text_input, "compare.both.input.rows").set_value("1,2;3")
    checked(app.run())
    assert errors(app) == [f"Input must have rows of equal length; row 0 has 2 numbers, row 1 has 1.{KEEPS}"]
    assert shown(app).right["input_size"] == (5, 5)


def test_a_kernel_of_one_number() -> None:
    app = opened()
    named(app.selectbox, "compare.right.weight").select("own")
    checked(app.run())
    named(app.text_input, "compare.right.weight.rows").set_value("2")
    checked(app.run())
    assert (errors(app), address(app)) == ([], {**START, "right.weight": "2"})
    assert shown(app).right["kernel_size"] == (1, 1)


def test_a_stack_takes_no_parameters_of_one_layer() -> None:
    app = opened(left="checkerboard", right="dilated", **{"left.stride": "3", "left.dilation": "2"})
    named(app.text_input, "compare.left.layers.text").set_value("conv_transpose2d(3,stride=2)")
    checked(app.run())
    assert errors(app) == []
    assert address(app) == {"left": "checkerboard", "right": "dilated", "layers": "conv_transpose2d(3,stride=2)"}


def test_sizes_as_texts() -> None:
    app = opened()
    named(app.toggle, "compare.apart").set_value(True)
    checked(app.run())
    assert address(app) == START
    named(app.text_input, "compare.right.kernel_size.text").set_value("3x1")
    checked(app.run())
    assert address(app) == {**START, "right.kernel_size": "3x1"}
    named(app.text_input, "compare.right.kernel_size.text").set_value("large")
    checked(app.run())
    assert errors(app) == [
        "Right: kernel_size must be a whole number from 1 to 7, or two as height x width such as 2x3; got 'large'."
        + KEEPS
    ]
    assert address(app) == {**START, "right.kernel_size": "3x1"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"right.stride": "9"},
            "right: stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
        ),
        ({"left": "nothing"}, f"left: variant must be one of {', '.join(VARIANTS)}; got 'nothing'."),
        (
            {"padding": "round"},
            "left: padding must be a whole number from 0 to 16, two as height x width such as 1x2, or four as "
            "top,bottom,left,right, or one of valid, same, same_upper, same_lower; got 'round'.",
        ),
        (
            {"middle.stride": "1"},
            "A comparison takes left, right and input_size, kernel_size, stride, padding, dilation, padding_mode, "
            "in_channels, out_channels, groups, flip, input, weight, bias, seed, storyboard, with left. or right. "
            "before what is for one side; got 'middle.stride'.",
        ),
        (
            {"right.groups": "2"},
            "right: dilated takes input_size, kernel_size, stride, padding, dilation, padding_mode, flip, input, "
            "weight, bias, seed, storyboard; got 'groups'.",
        ),
        (
            {"input": "1,2;3,4", "kernel_size": "1"},
            "left: input_size must be 2x2, the size of the table input; got 7x7.",
        ),
        (
            {"weight": "1,2;3,4", "right.kernel_size": "3"},
            "right: kernel_size must be 2x2, the size of the table weight; got 3x3.",
        ),
        ({"theme": "sepia"}, "theme must be one of light, dark; got 'sepia'."),
        ({"step": "x"}, "step must be a whole number from 1 to 512; got 'x'."),
    ],
)  # fmt: skip
def test_a_bad_link_is_refused_in_one_sentence_and_the_rest_is_shown(query: dict[str, str], sentence: str) -> None:
    asked = {**START, **query}
    app = opened(**asked)
    assert errors(app) == [as_sentence(sentence) + REST]
    assert address(app) == asked
    assert (shown(app).left.variant, shown(app).right.variant) == ("standard", "dilated")
    checked(app.run())
    assert errors(app) == [as_sentence(sentence) + REST]
    named(app.number_input, "compare.left.stride").set_value(2)
    checked(app.run())
    assert errors(app) == []
    assert address(app)["left.stride"] == "2"


def test_a_link_whose_parameters_do_not_go_together() -> None:
    app = opened(left="standard", right="dilated", input_size="3")
    assert [text.split(";")[0] for text in errors(app)] == [
        "Right: effective kernel height must be at most the padded input height"
    ]
    assert errors(app)[0].endswith(" The picture shows the defaults.")
    assert shown(app) == PAIRS["dilated"].comparison


def test_too_many_pixels_leave_one_picture_to_download() -> None:
    app = opened(left="standard", right="dilated", input_size="16", width="3840")
    assert errors(app) == []
    assert "An animation must have at most 800 megapixels in all its frames; got " in downloads(app)
    assert re.findall(r"/render/compare\.(\w+)\?", downloads(app)) == ["png"]


def test_too_many_frames_are_refused() -> None:
    app = opened(**START, storyboard="tap", **{"right.input_size": "16"})
    assert errors(app) == [
        "Right: An animation must have at most 512 frames; got 1,296 products. Show one frame per step (storyboard "
        "cell) or use smaller sizes. The picture shows the defaults."
    ]
