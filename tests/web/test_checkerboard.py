"""The checkerboard lab without a browser: its counts are those of the engine."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import SpecError, limits
from convviz.analysis import overlap_map
from convviz.recipes import Recipe, presets_of
from convviz.scene.views.overlap import are_writes
from convviz.web.labs.checkerboard.overlap_map import map_json, with_pair
from convviz.web.labs.checkerboard.page import stage_table, verdict
from tests.web.app import address, checked, errors, named, open_lesson
from tests.web.charts import charts, downloads, drawing

LAB = "checkerboard"
PRESETS = [preset.name for preset in presets_of(LAB)]


def page(**query: str) -> AppTest:
    return open_lesson(LAB, **query)


def unfold(app: AppTest, part: str) -> AppTest:
    app.session_state[f"open:{LAB}.{part}"] = True
    return checked(app.run())


def words(app: AppTest) -> str:
    return " ".join(" ".join(element.value for element in app.markdown).split())


def html(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def rows_of(table: str) -> list[list[str]]:
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr.*?</tr>", table)]


def map_data(app: AppTest) -> dict[str, Any]:
    (found,) = [one for one in app.get("bidi_component") if one.proto.component_name == "convviz_overlap_map"]
    data: dict[str, Any] = json.loads(json.loads(found.proto.json))
    return data


def test_the_verdict() -> None:
    cases: list[tuple[dict[str, str], list[str]]] = [
        (
            {},
            [
                "## How often each cell is written",
                "**Uneven, 4 to 1.** Far from the border some cells are written 4 times and others once. Along one "
                "axis it is 2 to 1; two axes multiply. At the border, where the input ends, 32 of 81 cells have other "
                "counts, 1 to 2.",
                "the overlap is even exactly where the stride divides the kernel size (at dilation 1). Here 2 does not "
                "divide 3.",
            ],
        ),
        (
            {"kernel_size": "4"},
            ["**Even.** Far from the border all cells are written 4 times. At the border", "Here 2 divides 4."],
        ),
        (
            {"kernel_size": "4", "dilation": "2"},
            [
                "**Uneven: some cells get nothing.** Far from the border others are written up to 16 times.",
                "shares the factor 2 with the dilation 2, which leaves gaps",
            ],
        ),
        (
            {"kernel_size": "4", "dilation": "3"},
            ["shares no factor with the dilation 3, which leaves the rule as it is"],
        ),
        ({"kernel_size": "3x4"}, ["It is down the rows 2 to 1 and across the columns even; both multiply."]),
        (
            {"layers": "2", "input_size": "3"},
            [
                "## How many paths lead to each cell",
                "some cells get 9 paths and others 1 path. Along one axis it is 3 to 1",
                "Here layer 1: 2 does not divide 3; layer 2: 2 does not divide 3.",
            ],
        ),
        ({"layers": "conv2d(3)"}, ["## How many paths lead to each cell"]),
        (
            {"stride": "1", "kernel_size": "1"},
            ["all cells are written once. In this output this holds up to the border"],
        ),
    ]
    for query, sentences in cases:
        text = words(page(**query))
        assert [sentence for sentence in sentences if sentence not in text] == []


@pytest.mark.parametrize("name", PRESETS)
def test_the_verdict_has_the_counts_of_the_engine(name: str) -> None:
    recipe = cv.presets[name]
    found = cv.overlap(recipe.layers, recipe["input_size"])
    said = verdict(recipe.layers, recipe["input_size"])
    assert said.startswith("**Even.**") == found.is_even
    assert "safe" not in said
    assert "no promise" in said
    if isinstance(found.ratio, Fraction) and not found.is_even:
        assert f"**Uneven, {found.ratio.numerator} to {found.ratio.denominator}.**" in said
        most, least = found.interior.max(), found.interior.min()
        paths, times = ("1 path" if least == 1 else f"{least} paths"), ("once" if least == 1 else f"{least} times")
        assert (
            f"some cells are written {most} times and others {times}" in said
            if are_writes(recipe.layers)
            else f"some cells get {most} paths and others {paths}" in said
        )
    if found.border.any() and not found.border.all():
        low, high = found.counts[found.border].min(), found.counts[found.border].max()
        span = str(low) if low == high else f"{low} to {high}"
        assert f"{found.border.sum()} of {found.border.size} cells have other counts, {span}." in said


def test_layers_multiply_as_the_page_says() -> None:
    app = page()
    layer = cv.conv_transpose2d(3, stride=2)
    assert [cv.overlap([layer] * count, 3).ratio for count in (1, 2, 3)] == [4, 9, 25]
    assert (
        "after two such layers some cells have 9 times as many paths as others, after three layers 25 times"
        in re.sub("<[^>]*>", "", words(app))
    )
    assert "safe" not in words(app).lower()


def test_a_stack_has_a_row_for_each_layer() -> None:
    layer = cv.conv_transpose2d(3, stride=2)
    assert rows_of(stage_table((layer, layer), (3, 3)))[1:] == [
        ["layer 1", "2 to 1", "4 to 1", "1 to 4", "1 to 2"],
        ["layer 2", "3 to 1", "9 to 1", "1 to 9", "1 to 6"],
    ]
    assert any('<th scope="row">layer 2</th>' in body for body in html(page(layers="2", input_size="3")))
    assert not any(">layer 1</th>" in body for body in html(page()))


def test_counts_are_drawn_where_they_are_asked_for() -> None:
    app = page(input_size="3")
    assert charts(app) == []
    unfold(app, "counts")
    cells, bars = charts(app)
    assert downloads(cells) == ["overlap-counts.svg", "overlap-counts.png", "overlap-counts.pdf"]
    assert downloads(bars) == ["overlap-stamps.svg", "overlap-stamps.png", "overlap-stamps.pdf"]
    counts = cv.overlap(cv.conv_transpose2d(3, stride=2), 3).counts
    listed = "; ".join(", ".join(map(str, row)) for row in counts.tolist())
    assert f"Counts by row: {listed}." in cells
    assert "Input cell 0 writes 0, 1, 2; 1 writes 2, 3, 4; 2 writes 4, 5, 6. Counts: 1, 1, 2, 1, 2, 1, 1." in bars
    assert f"Counts by row: {listed}." in drawing(cells)


def test_counts_after_any_layer_and_along_either_axis() -> None:
    app = unfold(page(input_size="2x3", kernel_size="3x4", layers="2"), "counts")
    down = cv.overlap([cv.conv_transpose2d((3, 4), stride=2)] * 2, (2, 3)).rows.counts
    assert f" Counts: {', '.join(map(str, down))}." in "".join(charts(app))
    named(app.segmented_control, f"{LAB}.counted").set_value(1)
    named(app.segmented_control, f"{LAB}.axis").set_value("columns")
    checked(app.run())
    assert "1 writes 2, 3, 4, 5; 2 writes 4, 5, 6, 7. Counts: 1, 1, 2, 2, 2, 2, 1, 1." in "".join(charts(app))


@pytest.mark.parametrize("name", PRESETS)
def test_every_example_opens_with_everything_unfolded(name: str) -> None:
    app = unfold(unfold(page(**cv.presets[name].to_texts()), "counts"), "what")
    assert errors(app) == []
    assert address(app) == cv.presets[name].to_texts()


def test_the_map_has_the_ratios_of_the_engine() -> None:
    data = map_data(page())
    kernels, strides = list(range(1, limits.KERNEL_SIDE + 1)), list(range(1, limits.STRIDE + 1))
    assert (data["kernels"], data["strides"], data["current"]) == (kernels, strides, [3, 2])
    for (i, stride), (j, kernel) in product(enumerate(strides), enumerate(kernels)):
        cell, ratio = data["cells"][i][j], cv.overlap(cv.conv_transpose2d(kernel, stride=stride), 3).ratio
        assert cell["text"] == ("∞" if ratio == inf else f"{float(ratio):.3g}")
        assert cell["look"] == ("even" if ratio == 1 else "empty" if ratio == inf else "")
        assert cell["words"].startswith(f"Kernel {kernel}, stride {stride}: ")
    assert data["cells"][1][2]["words"] == "Kernel 3, stride 2: uneven, 4 to 1"
    assert data["cells"][1][3]["words"] == "Kernel 4, stride 2: even"


def test_the_map_knows_the_dilation_and_marks_only_what_is_on_it() -> None:
    data = map_data(page(kernel_size="4", dilation="2"))
    assert data["label"] == "Ratio of most to least paths, at dilation 2"
    assert data["cells"][1][3] == {
        "text": "∞", "words": "Kernel 4, stride 2: some cells get nothing", "look": "empty", "amount": 0,
    }  # fmt: skip
    assert data["current"] == [4, 2]
    assert map_data(page(kernel_size="3x4"))["current"] is None
    assert map_data(page(layers="upsample2d(2);conv2d(3)"))["current"] is None
    assert json.loads(map_json(overlap_map([3], [2]), (9, 9), "x"))["current"] is None


def test_along_one_axis_the_map_has_the_ratios_of_one_axis() -> None:
    flat = {"input_size": "1x8", "kernel_size": "1x3", "stride": "1x2", "dilation": "1x3"}
    data = map_data(page(**flat))
    assert data["label"] == "Ratio of most to least paths along one axis, at dilation 3"
    assert data["current"] == [3, 2]
    ratio = cv.overlap(cv.conv_transpose2d((1, 3), (1, 2), dilation=(1, 3)), (1, 8)).ratio
    assert data["cells"][1][2]["text"] == str(ratio) == "2"
    recipe = Recipe.from_query(LAB, flat)
    assert with_pair(recipe, 4, 2).to_texts() == {**flat, "kernel_size": "1x4"}
    stack = cv.recipe(LAB, layers="conv_transpose2d(1x3,stride=1x2);conv2d(1x3)", input_size="1x5")
    assert with_pair(stack, 5, 4).to_texts()["layers"] == "conv_transpose2d(1x5,stride=1x4);conv2d(1x3)"
    assert map_data(page(input_size="2x8", kernel_size="1x3", stride="1x2"))["current"] is None


def test_a_pair_is_put_into_the_layers() -> None:
    recipe = cv.recipe(LAB, layers=2, input_size=2)
    assert with_pair(recipe, 4, 2).to_texts() == {"layers": "2", "input_size": "2", "kernel_size": "4"}
    stack = cv.recipe(LAB, layers="upsample2d(2);conv_transpose2d(3,stride=2,dilation=2);conv2d(3)", input_size=3)
    changed = with_pair(stack, 4, 3)
    assert changed.to_texts()["layers"] == "upsample2d(2);conv_transpose2d(4,stride=3,dilation=2);conv2d(3)"
    resized = cv.recipe(LAB, layers="upsample2d(2);conv2d(3)", input_size=5)
    assert with_pair(resized, 4, 2).to_texts() == {"input_size": "5", "kernel_size": "4"}


def test_padding_and_then_the_input_give_way_to_a_pair() -> None:
    padded = cv.recipe(LAB, kernel_size=5, padding=2, output_padding=1, input_size=2)
    assert with_pair(padded, 5, 3).to_texts() == {**padded.to_texts(), "stride": "3"}
    assert with_pair(padded, 3, 1).to_texts() == {"input_size": "2", "stride": "1"}
    large = cv.recipe(LAB, input_size="3x12")
    smaller = with_pair(large, 7, 8)
    assert smaller["input_size"] == (3, 4)
    assert max(smaller.output_size) <= limits.OUTPUT_SIDE
    with pytest.raises(SpecError, match=r"^The output of layer 2 must be at most 32 x 32 to be drawn; got "):
        with_pair(cv.recipe(LAB, layers=2, input_size=2), 7, 8)


def test_every_cell_of_the_map_can_be_chosen() -> None:
    queries = ({}, {"padding": "1", "output_padding": "1"}, {"dilation": "3", "input_size": "2x8"})
    kernels, strides = range(1, limits.KERNEL_SIDE + 1), range(1, limits.STRIDE + 1)
    for query, kernel, stride in product(queries, kernels, strides):
        changed = with_pair(Recipe.from_query(LAB, query), kernel, stride)
        assert (changed["kernel_size"], changed["stride"]) == ((kernel, kernel), (stride, stride))
