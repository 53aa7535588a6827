"""Text out of links, files and models is shown as it is, wherever Streamlit takes texts for Markdown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.message import Message  # type: ignore[import-untyped, unused-ignore]
from streamlit.testing.v1 import AppTest

from convviz.errors import printable
from convviz.recipes import VARIANTS
from convviz.recipes.presentation import PRESENTATION_FIELDS
from convviz.web.components.refusals import as_code, as_text
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.labs.gridding.controls import PARAMS as GRIDDING_PARAMS
from convviz.web.labs.network.page import PARAMS as NETWORK_PARAMS
from convviz.web.labs.on_image.controls import PARAMS as ON_IMAGE_PARAMS
from convviz.web.labs.unit_image.controls import PARAMS as PHOTO_PARAMS
from tests.web.app import REST, ROOT, checked, errors, named, open_lesson, paste
from tests.web.figure import components, refusal, send
from tests.web.markup import MARKUP, model
from tests.web.network import words

PLAIN = {
    ("BidiComponent", "json"), ("Code", "code_text"), ("Html", "body"), ("Selectbox", "options"),
    ("Selectbox", "raw_value"), ("TextArea", "default"), ("TextArea", "value"), ("TextInput", "default"),
    ("TextInput", "value"),
}  # fmt: skip
"""The fields of elements in which foreign text may be and which no browser shows as Markdown."""

SHOWN = (*PRESENTATION_FIELDS, "step", "pin")
PARAMETERS = {
    **{name: (*variant.fields, *SHOWN, "image") for name, variant in VARIANTS.items()},
    "compare": ("left", "right", "input_size", "right.kernel_size", "weight", *SHOWN),
    "network": tuple(NETWORK_PARAMS),
    "on-an-image": tuple(ON_IMAGE_PARAMS),
    "on-your-image": tuple(PHOTO_PARAMS),
    "gridding": tuple(GRIDDING_PARAMS),
}
PARAMETERS["checkerboard"] += tuple(SECTION.params)


def texts(message: Message) -> Iterator[tuple[tuple[str, str], str]]:
    """All texts in a message of Streamlit's, each with the kind of element and the field that it is in."""
    for field, value in message.ListFields():
        for part in value if field.is_repeated else [value]:
            if isinstance(part, Message):
                if not field.message_type.GetOptions().map_entry:
                    yield from texts(part)
            elif isinstance(part, str) and field.name not in ("id", "element_id", "key"):
                yield (message.DESCRIPTOR.name, field.name), part


def elements(node: Any) -> Iterator[Message]:
    if isinstance(getattr(node, "proto", None), Message):
        yield node.proto
    for child in getattr(node, "children", {}).values():
        yield from elements(child)


def assert_shown_as_it_is(app: AppTest, markup: str) -> None:
    for kind, text in (pair for proto in elements(app._tree) for pair in texts(proto)):
        # What is left without the text as Markdown shows it, and without code.
        bare = re.sub("`[^`]*`", "", text.replace(as_text(markup), "").replace("\\`", ""))
        assert kind in PLAIN or markup not in bare, (kind, text)
        assert kind != ("Html", "body") or "<img src=x" not in text, text


def assert_refused(app: AppTest, markup: str) -> None:
    """The figure shows a refusal as text; without one, the page does."""
    if components(app, "figure"):
        assert f"'{markup}'" in refusal(app)
    else:
        (sentence,) = errors(app)
        assert as_text(f"'{markup}'") in sentence


@pytest.mark.parametrize("name", PARAMETERS)
def test_in_the_name_of_a_parameter(name: str) -> None:
    app = open_lesson(name, **{MARKUP[0]: "1"})
    assert_refused(app, MARKUP[0])
    assert_shown_as_it_is(app, MARKUP[0])


@pytest.mark.parametrize("name", PARAMETERS)
def test_in_all_parameters_of_a_page(name: str) -> None:
    app = open_lesson(name, **dict.fromkeys(PARAMETERS[name], MARKUP[0]))
    assert_refused(app, MARKUP[0])
    assert_shown_as_it_is(app, MARKUP[0])


@pytest.mark.parametrize("name", ["dilated", "compare", "gridding"])
def test_in_each_parameter_of_a_page(name: str) -> None:
    for number, parameter in enumerate(PARAMETERS[name]):
        markup = MARKUP[number % len(MARKUP)]
        app = open_lesson(name, **{parameter: markup})
        assert_refused(app, markup)
        assert_shown_as_it_is(app, markup)


@pytest.mark.parametrize("name", ["network", "on-your-image"])
def test_in_the_name_of_a_node(name: str) -> None:
    for markup in MARKUP[:3]:
        app = open_lesson(name, node=markup)
        sentence = f"Node must be the name of a node of resnet50_v1; got '{markup}'."
        assert errors(app) == [as_text(sentence) + REST]
        assert_shown_as_it_is(app, markup)


@pytest.mark.parametrize("markup", MARKUP)
def test_in_numbers_that_are_pasted_typed_or_in_a_file(markup: str) -> None:
    app = open_lesson("standard", weight="1,2;3,4")
    refused = [errors(paste(app, f"1;2\n3;{markup}"))]
    assert_shown_as_it_is(app, markup)
    named(app.text_area, "standard.weight.table.paste").set_value("")
    app.file_uploader[0].set_value((f"{markup}.csv", f"1;2\n3;{markup}".encode(), "text/csv"))
    refused.append(errors(checked(app.run())))
    assert_shown_as_it_is(app, markup)
    if set(markup).isdisjoint("[("):  # brackets are those of a list
        assert refused == [[as_text(f"Weight row 1, column 1 must be a number; got '{markup}'.")]] * 2
    else:
        assert all(sentence.startswith("Weight ") for (sentence,) in refused)


def test_in_what_is_typed() -> None:
    app = open_lesson("gridding")
    named(app.text_input, "gridding.rates").set_value(MARKUP[0])
    assert as_text(f"'{MARKUP[0]}'") in errors(checked(app.run()))[0]
    assert_shown_as_it_is(app, MARKUP[0])


def test_in_a_message_of_the_figure() -> None:
    app = open_lesson("checkerboard")
    send(app, **{MARKUP[0]: "1", "eye_image": MARKUP[1], "layers": MARKUP[2]})
    for markup in MARKUP[:3]:
        assert_shown_as_it_is(app, markup)


@pytest.mark.parametrize("markup", [*MARKUP, "a`\n\n![x](//evil.example/x.png)"])
def test_in_every_name_of_a_model(markup: str) -> None:
    app = open_lesson("network")
    named(app.segmented_control, "network.source").set_value("file")
    checked(app.run())
    app.file_uploader[0].set_value((f"{markup}.onnx", model(markup), "application/octet-stream"))
    assert errors(checked(app.run())) == []
    captions = " ".join(caption.value for caption in app.caption)
    assert f"Ringed: {as_text(printable(markup))} first" in captions, "the last node whose field is known"
    assert_shown_as_it_is(app, markup)
    assert as_code(f"{markup} first") in words(app)
    for section in ("tiles", "borders", "between", "treat"):
        app.session_state[f"open:network.{section}"] = True
    next(button for button in checked(app.run()).button if button.label == "Add this treatment").click()
    assert_shown_as_it_is(checked(app.run()), markup)
    next(button for button in app.button if button.label == "Remove").click()
    checked(app.run())
    box = next(box for box in app.selectbox if str(box.key).startswith("network.treat."))
    assert box.label == f"{as_text(markup.rpartition('.')[2])}, 1 node"
    box.select("window")
    checked(app.run())
    named(app.number_input, f"{box.key}.kernel").set_value(60)
    named(app.number_input, f"{box.key}.padding").set_value(0)
    (sentence,) = errors(checked(app.run()))
    assert " stays unknown. treat" in sentence
    assert_shown_as_it_is(app, markup)


def test_there_is_one_door_for_refusals() -> None:
    """`refuse` makes them text; nothing else shows an error."""
    for file in (ROOT / "convviz" / "web").rglob("*.py"):
        calls = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and call.args}
        assert not names & {"error", "exception", "warning", "toast"}, file
