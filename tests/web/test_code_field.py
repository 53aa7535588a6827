"""The field for code without a browser: where code leads, what is said of it, and the page's own layer as code."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import limits
from convviz.recipes import VARIANTS
from convviz.web.components.code_field import EXAMPLES
from tests.web.app import REST, checked, errors, named, open_lesson, unfold
from tests.web.figure import accept, asked, components, query, refusal, send

STACK = EXAMPLES["A stack with Linear"]


def field(app: AppTest, page: str = "standard") -> str:
    """Return what the field holds."""
    text: str = named(app.text_area, f"{page}.code").value
    return text


def show(app: AppTest, text: str, size: str = "", page: str = "standard") -> AppTest:
    """Type code, and a size of the input, and press the button."""
    named(app.text_area, f"{page}.code").set_value(text)
    named(app.text_input, f"{page}.code_input").set_value(size)
    next(button for button in app.button if button.form_id == f"{page}.code.form").click()
    return checked(app.run())


def followed(app: AppTest) -> tuple[str, dict[str, str]]:
    """Return the page and the query of the link that the page follows."""
    (link,) = components(app, "follow")
    page, _, search = str(json.loads(link.json)).partition("?")
    return page, dict(parse_qsl(search))


def rows(app: AppTest) -> str:
    """Return the table of the layers as HTML."""
    return next(each.proto.body for each in app.get("html") if "shape after it" in each.proto.body)


@pytest.mark.parametrize("page", VARIANTS)
def test_every_lesson_has_the_field_and_its_layer_as_code(page: str) -> None:
    app = open_lesson(page)
    assert not [area for area in app.text_area if str(area.key).startswith(f"{page}.code")], "closed, it costs nothing"
    unfold(app, "code", page)
    assert (field(app, page), query(app)) == ("", {})
    if VARIANTS[page].is_lab:
        assert not app.code
    else:
        assert app.code[0].value == cv.recipe(page).to_code("pytorch").strip()


def test_a_layer_opens_its_lesson_with_the_code_in_the_field() -> None:
    app = open_lesson("standard")
    unfold(app, "code")
    show(app, "nn.Conv2d(1, 1, 3, dilation=2)  # <b>", "9x8")
    page, link = followed(app)
    assert page == "dilated"
    assert (link["code"], link["code_input"]) == ("nn.Conv2d(1, 1, 3, dilation=2)  # <b>", "9x8")
    app = open_lesson(page, **link)
    assert field(app, "dilated") == link["code"]
    assert (errors(app), refusal(app), query(app)) == ([], "", link)
    assert "1 × 5 × 4" in rows(app)


def test_dials_keep_the_code_and_a_link_leads_back_to_its_settings() -> None:
    link = {"stride": "2", "code": "nn.Conv2d(1, 1, 3, stride=2)", "code_input": "5"}
    app = open_lesson("standard", **link)
    assert not [each for each in app.get("html") if "settings of the code" in each.proto.body]
    send(app, **link | {"stride": "1"})
    (button,) = [each.proto.body for each in app.get("html") if "settings of the code" in each.proto.body]
    assert 'href="standard?stride=2&amp;code=nn.Conv2d' in button
    assert field(app) == link["code"]


def test_a_link_with_nothing_but_code_opens_its_layer() -> None:
    code = "nn.Conv2d(1, 1, 3, stride=2)"
    app = open_lesson("standard", code=code)
    assert asked(app) == {"input_size": "7", "stride": "2"}
    assert (field(app), errors(app), refusal(app)) == (code, [], "")
    send(app, code=code)
    assert query(app) == {"code": code}, "dials lead back to the usual settings"
    assert asked(open_lesson("standard", code="nn.MaxPool2d(2)")) == {}, "which is a layer of another page"


def test_a_stack_is_said_line_by_line() -> None:
    app = open_lesson("standard")
    unfold(app, "code")
    next(button for button in app.button if button.label == "A stack with Linear").click()
    page, link = followed(checked(app.run()))
    assert (page, link["code"]) == ("receptive-field", STACK)
    app = open_lesson(page, **link)
    said = [each.value for each in app.markdown]
    assert "`nn.Linear` needs **in_features=400**: 16 × 5 × 5." in said
    assert asked(app)["layers"] == "conv2d(5,padding=2);max_pool2d(2);conv2d(5);max_pool2d(2)"
    for shape in ("6 × 28 × 28", "6 × 14 × 14", "16 × 10 × 10", "16 × 5 × 5", "400"):
        assert f"<td>{shape}</td>" in rows(app)
    assert "cv-marked" not in rows(app)


def test_a_line_that_does_not_fit_is_marked_and_the_rest_is_shown() -> None:
    app = open_lesson("receptive-field", code=STACK.replace("Conv2d(6", "Conv2d(7").replace("400", "300"))
    assert errors(app) == ["Line 4 of the code: It reads 7 channels, but 6 come in."]
    assert rows(app).count("Does not fit: ") == 2
    assert '<td class="cv-text cv-marked">Does not fit: It reads 300 numbers, but 400 come in.</td>' in rows(app)
    assert "`nn.Linear` needs **in_features=400**: 16 × 5 × 5." in [each.value for each in app.markdown]


def test_unreadable_code_stays_and_is_said_in_one_sentence() -> None:
    app = open_lesson("standard", stride="2")
    unfold(app, "code")
    code = "nn.Conv2d(3, 16  # <img src=x onerror=alert(1)> [a](http://x) $x$"
    show(app, code)
    assert errors(app) == ["Line 1 must be Python: '(' was never closed."]
    assert (field(app), query(app)) == (code, {"stride": "2", "code": code})
    accept(app)
    assert (field(app), asked(app)) == (code, {"stride": "2"})
    show(app, "nn.Conv2d(1, 1, 3)", "a lot")
    assert errors(app) == [
        "Input size must be a whole number from 1 to 4096, or two as height x width such as 2x3; got 'a lot'."
    ]
    show(app, "")
    assert (errors(app), query(app)) == ([], {"stride": "2"})


def test_layers_without_a_figure_are_said_and_the_page_stays_as_it_was() -> None:
    app = open_lesson("standard", stride="2")
    unfold(app, "code")
    show(app, "nn.Linear(3, 4)")
    assert "No page has a figure of these layers." in "\n".join(each.value for each in app.markdown)
    assert (errors(app), query(app)) == ([], {"stride": "2", "code": "nn.Linear(3, 4)"})
    assert "<td>4</td>" in rows(app)


def test_code_of_a_link_is_never_markup() -> None:
    hostile = 'nn.Conv2d(1, 1, 3, padding_mode="<img src=x onerror=alert(1)>")'
    for code in (hostile, f"{hostile}\nnn.ReLU()", f"# {hostile}\nnn.Conv2d(1, 1, 3)"):
        app = open_lesson("receptive-field", code=code)
        assert not [each for each in app.get("html") if "<img src=x" in each.proto.body]
        assert not [each for each in app.markdown if "<img src=x" in each.value]
        assert all("\\<img" in each or "<img" not in each for each in errors(app))


def test_a_link_with_too_much_code_is_refused() -> None:
    app = open_lesson("standard", stride="2", code="#" * (limits.CODE_FIELD + 1))
    assert refusal(app) == f"code must have at most 8,000 characters; got 8,001.{REST}"
    assert query(app) == {"stride": "2"}


def test_the_layer_of_the_figure_is_shown_in_each_framework() -> None:
    app = open_lesson("dilated")
    unfold(app, "code", "dilated")
    send(app, stride="2", dilation="3", input_size="9")
    recipe = cv.recipe("dilated", stride=2, dilation=3, input_size=9)
    for name in ("keras", "jax", "onnx", "numpy", "pytorch"):
        named(app.get("button_group"), "dilated.dialect").set_value(name)
        checked(app.run())
        assert app.code[0].value == recipe.to_code(name).strip()


def test_an_image_and_code_are_in_the_link_together() -> None:
    link = {"image": "camera", "code": "nn.Conv2d(1, 1, 3)"}
    app = open_lesson("standard", **link)
    assert {name: query(app)[name] for name in link} == link


@pytest.mark.parametrize("size", ["9" * 50, "3x", "<b>", "4097"])
def test_a_size_of_a_link_that_is_none_is_said_below_the_field(size: str) -> None:
    app = open_lesson("standard", code="nn.Conv2d(1, 1, 3)", code_input=size)
    (sentence,) = errors(app)
    assert sentence.startswith("Input size must be a whole number from 1 to 4096, or two as height x width")
    assert (refusal(app), query(app)["code_input"]) == ("", size)
