"""The lesson on pooling: what it does without that others have, and its pictures over HTTP."""

from __future__ import annotations

import json

import convviz as cv
from tests.web.app import errors, get, open_lesson
from tests.web.figure import asked, figure, refusal


def test_an_average_keeps_the_dilation_of_a_maximum() -> None:
    app = open_lesson("pooling", dilation="2", ceil_mode="true")
    assert (refusal(app), figure(app)["answer"]["hidden"]) == ("", ["count_include_pad"])
    follow = open_lesson("pooling", mode="average", dilation="2", ceil_mode="true")
    assert (refusal(follow), asked(follow)["dilation"]) == ("", "2")
    assert "dilation 2" in figure(follow)["answer"]["scene"]["description"]


def test_images_are_pooled() -> None:
    app = open_lesson("pooling", image="brick", mode="average")
    assert (errors(app), len(asked(app)["input"].split(";"))) == ([], 6)
    captions = [image.caption for element in app.get("image") for image in element.proto.imgs]
    assert captions[1].startswith("Output ")


def test_minus_infinity_is_in_the_numbers_to_copy() -> None:
    app = open_lesson("pooling", input_size="2", stride="1", dilation="3", padding="same")
    assert refusal(app) == ""
    assert figure(app)["answer"]["output"]["planes"] == [[["-inf", "-inf"], ["-inf", 5]]]


def test_pictures_of_pooling_over_http(server: str) -> None:
    query = "mode=average&kernel_size=3&padding=1&count_include_pad=false&theme=dark"
    status, headers, data = get(f"{server}/render/pooling.gif?{query}")
    assert (status, headers["content-type"]) == (200, "image/gif")
    recipe = cv.recipe("pooling", mode="average", kernel_size=3, padding=1, count_include_pad=False)
    assert data == cv.animate(recipe, theme="dark").gif()
    status, headers, data = get(f"{server}/render/pooling.png?mode=average&dilation=9")
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(data)["error"].startswith("dilation must be a whole number from 1 to 8, or two as height x width")
