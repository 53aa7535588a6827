"""The figure as HTML: a page that asks its server, and a file that has all it shows."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from gzip import decompress
from itertools import product
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz import SpecError, html, limits
from convviz.figure import answer
from convviz.html import bundle, offline
from convviz.recipes import VARIANTS, Presentation
from convviz.recipes.comparison import Comparison


def element(text: str, id: str) -> str:
    """The text of a script element that is not run."""
    (found,) = re.findall(rf'<script type="[^"]*" id="{id}">(.*?)</script>', text, re.DOTALL)
    return str(found)


class Shelf:
    """Reads the table of a file as shelf.js does."""

    def __init__(self, text: str) -> None:
        self.table = json.loads(decompress(b64decode(element(text, "table"))))

    def __getitem__(self, values: tuple[str, ...]) -> dict[str, Any]:
        found = self.fill({"@": self.table["answers"][" ".join(values)]})
        assert isinstance(found, dict)
        return found

    def fill(self, value: Any) -> Any:
        match value:
            case {"@": number}:
                return self.fill(self.table["parts"][number])
            case dict():
                return {name: self.fill(each) for name, each in value.items()}
            case list():
                return [self.fill(each) for each in value]
        return value


def content_of(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    found = json.loads(answer(name, texts).text)
    assert isinstance(found, dict)
    return found


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_a_page_has_its_first_answer_in_it(name: str) -> None:
    text = html.page(name, "theme=dark&step=2&dials=0", "https://x.org/cv").text
    data = json.loads(element(text, "data"))
    assert data["answer"] == content_of(name, {"theme": "dark"})
    assert (data["base"], data["bare"], data["look"]) == ("/cv", True, {"theme": "dark"})
    assert data["read"] == "theme=dark&step=2"
    assert '<html lang="en" data-theme="dark">' in text
    assert f'href="https://x.org/cv/oembed?url=https%3A%2F%2Fx.org%2Fcv%2Ffigure%2F{name}%3Ftheme%3Ddark' in text
    assert not re.findall(r"\b(?:HEAD|TITLE|STYLE|MARKUP|FOOT|SCRIPTS|PLAYER)\b", text)


@pytest.mark.parametrize(
    ("name", "query", "sentence", "link"),
    [
        ("dilated", "stride=9", "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got "
         "&#x27;9&#x27;.", '<a href="dilated?stride=8">stride 8</a>'),
        ("standard", "weight=<script>", "got &#x27;&lt;script&gt;&#x27;", ""),
        ("<b>", "", "got &#x27;&lt;b&gt;&#x27;", ""),
        ("standard", "dials=2", "dials must be 0 (the picture alone) or 1; got &#x27;2&#x27;.", ""),
        ("standard", "step=1&step=2", "step must be given once; got it 2 times.", ""),
    ],
)  # fmt: skip
def test_a_page_says_why_there_is_no_figure_and_what_would_help(
    name: str, query: str, sentence: str, link: str
) -> None:
    found = html.page(name, query)
    assert found.refusal
    assert sentence in found.text
    assert link in found.text
    assert "<script" not in found.text
    assert "<b>" not in found.text


def test_nothing_in_the_data_of_a_page_ends_its_element() -> None:
    """A sentence about what was typed may have any text in it."""
    hostile = "</script><script>alert(1)</script>"
    text = html.page("dilated", f"pin={hostile}").text
    assert dict(parse_qsl(json.loads(element(text, "data"))["read"])) == {"pin": hostile}
    assert text.count("<script") == 2


# Files ----------------------------------------------------------------------------------------------------------------

DIALS: list[tuple[Any, dict[str, tuple[object, ...]]]] = [
    (cv.recipe("dilated", input_size="6x7"), {"kernel_size": (2, 3), "dilation": (1, 2, 3)}),
    (cv.recipe("transposed", input_size="2x3", padding=0), {"view": ("gather", "both"), "stride": (2, 3)}),
    (cv.recipe("standard", input=[[1, 2, 3], [4, 5, 6], [7, 8, 9]], weight=[[1, -1]]), {"input_size": (2, 4)}),
    (cv.recipe("standard", in_channels=2, out_channels=2), {"in_channels": (1, 2, 4), "flip": (False, True)}),
    (Comparison(cv.recipe("standard"), cv.recipe("dilated")), {"right.dilation": (1, 2)}),
    (cv.recipe("pooling"), {}),
]


@pytest.mark.parametrize(("asked", "dials"), DIALS, ids=lambda value: getattr(value, "variant", ""))
def test_a_file_has_the_answer_for_each_setting_of_its_dials(asked: Any, dials: dict[str, tuple[object, ...]]) -> None:
    shelf = Shelf(html.file(asked, Presentation(terms=False), dials))
    first = content_of(asked.variant, {**asked.to_texts(), "terms": "false"})
    offered = {
        name: {
            first["values"][name],
            *(str(value).lower() if value in (True, False) else str(value) for value in values),
        }
        for name, values in dials.items()
    }
    settings = [*product(("", "430"), *offered.values())]
    assert len(settings) == sum(key.endswith(" off") for key in shelf.table["answers"])
    assert shelf.table["names"] == ["width", *dials, "predict"]
    for width, *values in settings:
        texts = {**asked.to_texts(), "terms": "false", **({"width": width} if width else {})}
        for name, value in zip(offered, values, strict=True):
            if value != first["values"][name]:
                texts |= {"edit": f"set:{name}={value}"}
                texts = {**content_of(asked.variant, texts).get("texts", texts), **{
                    key: texts[key] for key in ("terms", "width") if key in texts}}  # fmt: skip
        expected, found = content_of(asked.variant, texts), shelf[(width, *values, "off")]
        if "error" in expected:
            assert found["error"] == expected["error"]
            continue
        scene = expected["scene"]
        assert found["scene"] == {**scene, "planes": [{**plane, "editable": False} for plane in scene["planes"]]}
        assert [found[name] for name in ("values", "facts", "formulas", "output", "texts")] == [
            expected[name] for name in ("values", "facts", "formulas", "output", "texts")]  # fmt: skip
        assert {dial["name"] for dial in found["dials"]} == ({*dials, "theme"} if dials else set())


def test_a_dial_offers_what_the_file_has() -> None:
    shelf = Shelf(
        html.file(cv.recipe("transposed"), Presentation(), {"stride": ("04", 1), "padding": (0,), "view": ()})
    )
    view, stride, padding, theme = shelf["", "1", "0", "gather", "off"]["dials"]
    assert (padding["low"], padding["high"]) == (0, 1)  # the recipe's own is among them
    assert (stride["kind"], stride["choices"]) == ("choice", [["1", "1"], ["2", "2"], ["4", "4"]])  # not 3
    assert [word for word, *_ in view["choices"]] == ["gather", "scatter", "both"]
    assert theme["name"] == "theme"
    assert {key.split(" ")[1] for key in shelf.table["answers"]} == {"1", "2", "4"}


def test_without_dials_there_is_the_picture_with_its_player() -> None:
    text = cv.animate(cv.recipe("dilated"), theme="dark").html()
    assert json.loads(element(text, "data"))["bare"]
    assert Shelf(text)["", "off"]["dials"] == []
    assert '<html lang="en" data-theme="dark">' in text


def test_a_file_has_questions_and_begins_with_the_one_that_is_asked() -> None:
    text = cv.animate(cv.recipe("standard", input_size=4), predict=9999).html(dials={"stride": (1, 2)})
    data, shelf = json.loads(element(text, "data")), Shelf(text)
    assert (data["questions"], data["look"]) == (["9999", "0", "1", "2"], {"predict": "9999"})
    assert (
        shelf["", "2", "0"]["question"]
        == content_of("standard", {"input_size": "4", "stride": "2", "predict": "0"})["question"]
    )
    many = cv.animate(cv.recipe("standard")).html(dials={"input_size": range(3, 16)})
    assert json.loads(element(many, "data"))["questions"] == []


def test_a_file_asks_for_nothing() -> None:
    text = cv.animate(cv.recipe("dilated")).html(dials={"dilation": (1, 2)})
    assert "default-src 'none'; script-src 'sha256-" in text
    assert not re.findall(r"<link|<img|<iframe[^>]+src|\ssrc=|url\((?!data:)|@import", text)


@pytest.mark.parametrize("script", [bundle.component_script, bundle.page_script, bundle.file_script])
def test_a_script_has_all_its_modules_in_it(script: Any) -> None:
    lines = script().splitlines()
    assert [line for line in lines if re.match("export|import", line)] == [
        "export const { mount } = figure;" for _ in range(script is bundle.component_script)
    ]
    defined = [line.split()[1] for line in lines if line.startswith("const _")]
    used = {name for line in lines for name in re.findall(r"^const \{[^}]*\} = (_\w+);$", line)}
    assert len(set(defined)) == len(defined) > 20
    assert used < {*defined}
    assert "/**" not in script()


def test_the_same_file_has_the_same_bytes() -> None:
    asked = cv.recipe("standard", kernel_size=2)
    assert len({cv.animate(asked).html(dials=["stride"]) for _ in range(2)}) == 1


OFFERED = "input_size, kernel_size, stride, padding, dilation, seed, padding_mode, flip, storyboard"


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        (["speed"], f"A dial of a file must be one of {OFFERED}; got 'speed'."),
        (["weight"], f"A dial of a file must be one of {OFFERED}; got 'weight'."),
        ({"stride": (9,)}, "The dial stride of a file must have values from 1 to 8; got '9'."),
        ({"kernel_size": ("2x3",)}, "The dial kernel_size of a file must have values from 1 to 7; got '2x3'."),
        (["seed"], "The dial seed of a file must be given its values; all of them are 4,294,967,296."),
        ({"seed": range(10**12)}, "The dials of a file must have at most 256 combinations; got 257 (257)."),
        ({"stride": ("1" * 5000,)}, f"The dial stride of a file must have values from 1 to 8; got '{'1' * 39}…'."),
        ({"flip": ("no",)}, "The dial flip of a file must have values of false, true; got 'no'."),
        (["input_size", "kernel_size", "stride"],
         f"The dials of a file must have at most {limits.FILE_ANSWERS} combinations; got 896 (16 x 7 x 8)."),
    ],
)  # fmt: skip
def test_dials_that_a_file_cannot_have(dials: Any, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.animate(cv.recipe("dilated")).html(dials=dials)
    assert str(caught.value) == sentence


JSON = st.recursive(
    st.none() | st.integers(-5, 5) | st.text("ab@", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text("ab", max_size=2), JSON, min_size=1, max_size=4), max_size=4))
def test_parts_are_put_together_again(values: list[dict[str, Any]]) -> None:
    parts, numbers = offline._shared(values)
    shelf = object.__new__(Shelf)
    shelf.table = {"parts": parts}
    assert [shelf.fill({"@": number}) for number in numbers] == values
