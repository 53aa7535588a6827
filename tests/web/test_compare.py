"""The page that compares, without a browser: links and refusals. Its figure does the rest."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.recipes import VARIANTS
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Comparison
from tests.web.app import REST, address, checked, errors, follow, open_lesson
from tests.web.figure import asked, drawn, figure, refusal
from tests.web.figure import query as query_of

START = {"left": "standard", "right": "dilated", "input_size": "7"}


def opened(**query: str) -> AppTest:
    return open_lesson("compare", **query)


def shown(app: AppTest) -> Comparison:
    """What the first picture shows."""
    return Comparison.from_values(drawn(app))


def test_the_first_visit_shows_the_first_pair() -> None:
    app = opened()
    assert (errors(app), refusal(app), address(app)) == ([], "", {})
    assert (asked(app), shown(app)) == (START, PAIRS["dilated"].comparison)
    assert figure(app)["listens"] is False


def test_every_pair_opens_by_its_link() -> None:
    app = opened()
    for pair in PAIRS.values():
        link = pair.comparison.to_texts()
        follow(app, **link)
        assert (refusal(app), asked(app), address(app), shown(app)) == ("", link, link, pair.comparison)


@pytest.mark.parametrize("left", VARIANTS)
def test_any_two_variants(left: str) -> None:
    app = opened()
    for right in ("pooling", "checkerboard"):
        link = {"left": left, "right": right}
        follow(app, **link)
        assert (refusal(app), asked(app), address(app)) == ("", link, link)
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
def test_a_link_gives_the_figure_what_it_says(query: dict[str, str]) -> None:
    app = opened(**query)
    assert (refusal(app), query_of(app), address(app)) == ("", query, query)
    assert query_of(checked(app.run())) == query


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
            "'middle.stride' is no setting of this page. Did you mean left.stride?",
        ),
        (
            {"right.groups": "2"},
            "'right.groups' is no setting of this page. Did you mean left.groups?",
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
    link = {**START, **query}
    app = opened(**link)
    for _ in range(2):
        assert (refusal(app), address(app)) == (sentence + REST, link)
        assert (shown(app).left.variant, shown(app).right.variant) == ("standard", "dilated")
        checked(app.run())
    assert refusal(follow(app, **START, stride="2")) == ""


def test_a_link_whose_parameters_do_not_go_together() -> None:
    link = {"left": "standard", "right": "dilated", "input_size": "3"}
    app = opened(**link)
    sentence = "right: The kernel spans 5 rows (kernel 3, dilation 2), more than the input ("
    assert refusal(app).startswith(sentence)
    assert (asked(app), shown(app)) == (link, PAIRS["dilated"].comparison)


def test_too_many_frames_are_refused() -> None:
    app = opened(**START, storyboard="tap", **{"right.input_size": "16"})
    assert refusal(app) == (
        "right: An animation must have at most 512 frames; got 1,296 products. Show a frame per step or "
        "use smaller sizes."
    )
