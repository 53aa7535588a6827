"""Lessons without a browser: what a link gives the figure, what is refused, and what the page shows of itself."""

from __future__ import annotations

import pytest

from convviz.recipes import VARIANTS, presets_of
from tests.web.app import REST, address, checked, errors, follow, open_lesson
from tests.web.figure import asked, drawn, figure, query, refusal, send

LISTENING = ("spatial-separable", "depthwise-separable", "checkerboard", "receptive-field")
"""The pages with parts that depend on the recipe, whatever it is."""


@pytest.mark.parametrize("name", VARIANTS)
def test_a_page_of_a_variant_opens_without_a_query_and_leaves_the_address_clean(name: str) -> None:
    app = open_lesson(name)
    data = figure(app)
    assert (data["name"], data["answer"]["name"], data["answer"]["query"]) == (name, name, "")
    assert (query(app), refusal(app), data["narrow"]) == ({}, "", False)
    assert data["listens"] == (name in LISTENING)
    assert (errors(app), address(app)) == ([], {})


@pytest.mark.parametrize("name", VARIANTS)
def test_every_example_opens_by_its_link(name: str) -> None:
    app = open_lesson(name)
    links = [link for preset in presets_of(name) if (link := preset.recipe.to_texts())]
    for link in links[::4]:
        follow(app, **link)
        assert (asked(app), drawn(app), refusal(app), address(app)) == (link, link, "", link)


def test_a_link_says_what_is_drawn_and_how_it_looks() -> None:
    recipe = {"stride": "2x3", "padding": "0,1,2,3", "seed": "7", "padding_mode": "reflect", "flip": "true"}
    look = {"theme": "dark", "width": "900", "terms": "false", "seconds_per_step": "1.5"}
    place = {"step": "3", "pin": "output:0,1"}
    app = open_lesson("standard", **recipe, **look, **place)
    data = figure(app)
    assert (data["asked"], data["look"], data["rest"]) == (recipe, look, {})
    assert (refusal(app), address(app)) == ("", {**recipe, **look, **place})
    answer = data["answer"]
    assert answer["texts"].items() == recipe.items()
    assert answer["presentation"] == {"terms": "false"}  # the layout is that of the page, whatever files have
    assert figure(open_lesson("standard", **recipe))["answer"]["presentation"] == {}


def test_a_default_in_a_link_is_none() -> None:
    app = open_lesson("standard", theme="light", terms="true", kernel_size="3", bias="0")
    assert drawn(app) == {}
    assert refusal(app) == ""


BAD_LINKS: tuple[tuple[dict[str, str], str, dict[str, str]], ...] = (
    (
        {"stride": "9", "padding": "1"},
        "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
        {"padding": "1"},
    ),
    ({"kernel_size": "2", "stride": "0"},
     "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '0'.", {"kernel_size": "2"}),
    ({"input": "1,2;3"}, "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1.", {}),
    ({"input_size": "6", "input": "1,2;3,x"}, "input row 1, column 1 must be a number; got 'x'.", {"input_size": "6"}),
    ({"theme": "sepia"}, "theme must be one of light, dark; got 'sepia'.", {}),
    ({"image": "../x"}, "image must be one of camera, cat, brick, shapes; got '../x'.", {}),
    ({"step": "0"}, "step must be a whole number from 1 to 512; got '0'.", {}),
    ({"pin": "nose"}, "pin must be a plane and a cell such as output:0,2; got 'nose'.", {}),
    (
        {"strides": "2"},
        "'strides' is no setting of this page. Did you mean stride?",
        {},
    ),
    (
        {"input": "1,2;3,4", "input_size": "3", "kernel_size": "1"},
        "input_size must be 2x2, the size of the table input; got 3x3.",
        {"input": "1,2;3,4", "kernel_size": "1"},
    ),
    (
        {"weight": "1,2;3,4", "kernel_size": "3", "stride": "2"},
        "kernel_size must be 2x2, the size of the table weight; got 3x3.",
        {"weight": "1,2;3,4", "stride": "2"},
    ),
    (
        {"input": "1,2,3;4,5,6;7,8,9|1,1,1;1,1,1;1,1,1", "in_channels": "3"},
        "in_channels must be 2, the planes of the table input; got 3.",
        {"input": "1,2,3;4,5,6;7,8,9|1,1,1;1,1,1;1,1,1"},
    ),
)  # fmt: skip


@pytest.mark.parametrize(("link", "sentence", "rest"), BAD_LINKS)
def test_a_bad_link_is_refused_in_one_sentence_and_the_rest_is_shown(
    link: dict[str, str], sentence: str, rest: dict[str, str]
) -> None:
    app = open_lesson("standard", **link)
    assert refusal(app) == sentence + REST
    assert (query(app), drawn(app), errors(app)) == (rest, rest, [])
    assert address(app) == link, "what was typed stays"
    assert refusal(checked(app.run())) == sentence + REST


def test_the_first_change_ends_the_refusal() -> None:
    app = open_lesson("depthwise-separable", stride="9", padding="1")
    assert refusal(app).endswith(f"got '9'.{REST}")
    send(app, padding="1", kernel_size="2")
    assert (refusal(app), asked(app), drawn(app)) == ("", *[{"padding": "1", "kernel_size": "2"}] * 2)


def test_parameters_that_do_not_go_together_are_refused_with_what_mends_them() -> None:
    link = {"kernel_size": "7"}
    app = open_lesson("standard", **link)
    assert refusal(app) == "The kernel (7 rows) is larger than the input (5 rows)."
    assert (asked(app), drawn(app), address(app)) == (link, {}, link)
    mends = figure(app)["refusal"]["mends"]
    assert [mend["label"] for mend in mends] == ["padding 1", "kernel 5", "input 7"]
    assert figure(app)["refusal"]["dial"] == "kernel_size"


@pytest.mark.parametrize(
    ("name", "link", "sentence"),
    [
        ("standard", {"groups": "3", "in_channels": "4"},
         "groups must divide in_channels; got groups 3 and in_channels 4."),
        ("transposed", {"view": "scatter", "in_channels": "2"},
         "view must be gather where there are several channels; got scatter, in_channels 2 and out_channels 1."),
    ],
)  # fmt: skip
def test_channels_and_views_that_contradict_one_another_stay_as_they_are(
    name: str, link: dict[str, str], sentence: str
) -> None:
    app = open_lesson(name, **link)
    assert (refusal(app), asked(app), drawn(app), address(app)) == (sentence, link, {}, link)


def test_what_does_not_fit_leaves_the_last_settings_that_worked() -> None:
    app = open_lesson("spatial-separable", stride="2")
    costs = [element.proto.body for element in app.get("html")]
    refused = {"stride": "2", "kernel_size": "7", "input_size": "3"}
    send(app, **refused)
    assert asked(app) == refused
    assert refusal(app).startswith("The kernel (7 rows) is larger than the input (")
    assert [element.proto.body for element in app.get("html")] == costs
    send(app, stride="3")
    assert (refusal(app), drawn(app)) == ("", {"stride": "3"})


def test_a_parameter_given_twice_is_refused() -> None:
    app = open_lesson("dilated", stride="2")
    app.query_params["stride"] = ["2", "3"]
    checked(app.run())
    assert refusal(app) == f"stride must be given once; got it 2 times.{REST}"
    assert app.query_params["stride"] == ["2", "3"]
