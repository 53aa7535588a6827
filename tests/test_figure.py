"""The figure's answers: what they have of a recipe, compared with the recipe itself and with the engine."""

from __future__ import annotations

import json
import re
from math import prod
from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.figure import answer
from convviz.recipes import CATALOG, VARIANTS, Presentation, Recipe, presets_of
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import Asked, Comparison
from convviz.recipes.fields import FIELDS
from convviz.recipes.presentation import PREDICT, PRESENTATION_FIELDS
from convviz.render.player import write_scene
from convviz.scene import compose
from convviz.scene.theme import COLORS, ROLES

EVERYTHING: list[Asked] = [each.recipe for each in CATALOG.values()] + [pair.comparison for pair in PAIRS.values()]


def shown(name: str, query: str) -> dict[str, Any]:
    """Return the answer to a query that is not refused."""
    found = answer(name, query)
    assert found.refusal == ""
    data: dict[str, Any] = json.loads(found.text)
    return data


def refused(name: str, query: str) -> dict[str, Any]:
    """Return the answer to a query that is refused."""
    found = answer(name, query)
    data: dict[str, Any] = json.loads(found.text)
    assert found.refusal == data["error"]
    return data


def test_the_whole_answer_of_a_lesson() -> None:
    data = shown("pooling", "kernel_size=3&stride=2&ceil_mode=true&seconds_per_step=1&theme=dark")
    assert list(data) == [
        "name", "title", "dials", "examples", "values", "hidden", "facts", "facts_note", "formulas", "output", "ways",
        "query", "texts", "presentation", "files", "scene",
    ]  # fmt: skip
    del data["dials"], data["examples"], data["scene"]
    assert data == {
        "name": "pooling",
        "title": "Pooling",
        "values": {
            "input_size": "6", "kernel_size": "3", "stride": "2", "padding": "0", "dilation": "1", "mode": "max",
            "ceil_mode": "true", "count_include_pad": "true", "input": "random", "seed": "0", "storyboard": "cell",
        },
        "hidden": ["count_include_pad"],
        "facts": [
            ["Input", "6 × 6", "height × width"], ["Window", "3 × 3", "height × width"],
            ["Output", "3 × 3", "height × width"],
        ],
        "facts_note": "",
        "formulas": [["o = ⌈(i + 2p − d(k − 1) − 1) / s⌉ + 1", "= ⌈(6 + 2·0 − 1·(3 − 1) − 1) / 2⌉ + 1", "= 3"]],
        "output": {
            "label": "Copy the output's numbers", "count": "1 channel", "channels": ["Channel 0"],
            "planes": [[[8, 7, 9], [8, 9, 9], [8, 8, 5]]],
        },
        "ways": [],
        "query": "kernel_size=3&stride=2&ceil_mode=true",
        "texts": {"kernel_size": "3", "stride": "2", "ceil_mode": "true"},
        "presentation": {"theme": "dark", "seconds_per_step": "1"},
        "files": {
            "note": "900 × 627 pixels, 9 frames, 11 s",
            "query": "kernel_size=3&stride=2&ceil_mode=true&seconds_per_step=1",
        },
    }  # fmt: skip


INPUT = np.random.RandomState(0).randint(0, 10, (6, 6))[:4, :4]  # of pooling, which begins with the larger input
KERNEL = np.random.RandomState(1).randint(-2, 3, (3, 3))[:2, :2].ravel()
PATCHES = np.lib.stride_tricks.sliding_window_view(INPUT, (2, 2)).reshape(3, 3, 4)


def test_the_whole_answer_of_a_comparison() -> None:
    data = shown("compare", "left=standard&right=pooling&input_size=4&left.kernel_size=2")
    del data["dials"], data["examples"], data["scene"]
    left, right = Recipe.from_query("standard", "input_size=4&kernel_size=2"), cv.recipe("pooling", input_size=4)
    assert data == {
        "name": "compare",
        "title": "Comparison",
        "values": {
            "left": "standard", "right": "pooling", "input_size": "4", "input": "random", "seed": "0",
            "storyboard": "cell",
            **{f"left.{name}": FIELDS[name].spell(value) for name, value in left.values.items()},
            **{f"right.{name}": FIELDS[name].spell(value) for name, value in right.values.items()},
        },
        "hidden": ["right.count_include_pad"],
        "facts": [],
        "facts_note": "",
        "table": {
            "head": ["Standard", "Pooling"],
            "rows": [
                ["Input", "4 × 4", "4 × 4"], ["Kernel or window", "2 × 2", "2 × 2"],
                ["Effective kernel", "2 × 2", "2 × 2"], ["Output", "3 × 3", "2 × 2"],
                ["Receptive field", "2 × 2", "2 × 2"], ["Parameters", "4", "–"], ["Multiplications", "36", "–"],
                ["Additions", "27", "–"], ["Steps", "9", "4"], ["Stride", "1", "2"], ["Padding", "0", "0"],
                ["Dilation", "1", "1"],
            ],
        },
        "formulas": [
            ["Left: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1", "= ⌊(4 + 2·0 − 1·(2 − 1) − 1) / 1⌋ + 1", "= 3"],
            ["Right: o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1", "= ⌊(4 + 2·0 − 1·(2 − 1) − 1) / 2⌋ + 1", "= 2"],
        ],
        "output": {
            "label": "Copy the outputs' numbers", "channels": ["Left, channel 0", "Right, channel 0"],
            "planes": [(PATCHES @ KERNEL).tolist(), INPUT.reshape(2, 2, 2, 2).max(axis=(1, 3)).tolist()],
        },
        "query": "left=standard&right=pooling&input_size=4&kernel_size=2",
        "texts": {"left": "standard", "right": "pooling", "input_size": "4", "kernel_size": "2"},
        "presentation": {},
        "files": {
            "note": "1080 × 333 pixels, 9 frames, 6.6 s",
            "query": "left=standard&right=pooling&input_size=4&kernel_size=2",
        },
    }  # fmt: skip


@pytest.mark.parametrize("asked", EVERYTHING[::5], ids=lambda asked: f"{asked.variant}?{asked.to_query()[:40]}")
def test_an_answer_has_what_the_recipe_has(asked: Asked) -> None:
    data = shown(asked.variant, asked.to_query())
    assert data["texts"] == asked.to_texts()
    again = shown(asked.variant, data["query"])
    assert again == data
    planes = [plane for recipe in sides(asked) for plane in recipe.drawn_output]
    found = [[[float(number) for number in row] for row in plane] for plane in data["output"]["planes"]]
    assert found == [plane.tolist() for plane in planes]
    assert len(data["output"]["channels"]) == len(planes)
    show = Presentation(ROLES.name)
    assert data["scene"] == json.loads(write_scene(compose(asked, show, frames_drawn=0), COLORS).text)
    scene = compose(asked, Presentation())
    size = f"{scene.width} × {scene.height} pixels, {len(scene)} frame"
    assert data["files"]["note"].startswith(size)
    assert data["files"]["query"] == asked.to_query()


def sides(asked: Asked) -> tuple[Recipe, ...]:
    return asked.drawn if isinstance(asked, Comparison) else (asked,)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_value_reads_back_as_that_of_the_recipe(name: str) -> None:
    for preset in presets_of(name):
        recipe = preset.recipe
        values = shown(name, recipe.to_query())["values"]
        assert {each: recipe.kind.fields[each].read(each, text) for each, text in values.items()} == recipe.values


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("standard", "in_channels=4&out_channels=6&groups=2&stride=2x1&padding=1"), ("dilated", "bias=2&padding=same"),
        ("transposed", "stride=3x2&output_padding=1"), ("standard", "out_channels=256&input_size=12x9&kernel_size=5"),
    ],
)  # fmt: skip
def test_facts_are_those_of_the_engine(name: str, query: str) -> None:
    recipe, facts = Recipe.from_query(name, query), {label: text for label, text, _ in shown(name, query)["facts"]}
    inputs, outputs = recipe.channels
    cost = cv.cost(recipe.layer, inputs, outputs, recipe["input_size"], bias=bool(recipe["bias"]))
    assert facts["Parameters"] == f"{cost.parameters:,}"
    assert facts["Multiplications"] == f"{cost.multiplications:,}"
    lead = f"{outputs} × " if max(inputs, outputs) > 1 else ""
    rows, columns = recipe.layer.output_size(recipe["input_size"])
    assert facts["Output"] == f"{lead}{rows} × {columns}"
    if lead:
        assert prod(map(int, facts["Weight"].split(" × "))) == recipe.weight.size
    results = [int(pieces[2].removeprefix("= ")) for pieces in shown(name, query)["formulas"]]
    assert tuple(results if len(results) == 2 else results * 2) == (rows, columns)


# Dials ----------------------------------------------------------------------------------------------------------------

ORDER = {
    "standard": "input_size kernel_size stride padding dilation in_channels out_channels groups input weight bias seed "
    "padding_mode flip storyboard",
    "transposed": "view input_size kernel_size stride padding dilation output_padding in_channels out_channels "
    "groups input weight bias seed storyboard",
    "pooling": "mode input_size kernel_size stride padding dilation input seed ceil_mode count_include_pad storyboard",
    "depthwise-separable": "act input_size kernel_size stride padding dilation in_channels channel_multiplier "
    "out_channels input weight pointwise seed storyboard",
    "checkerboard": "layers input_size kernel_size stride padding dilation output_padding",
    "receptive-field": "layers unit input_size",
}


@pytest.mark.parametrize(("name", "order"), ORDER.items())
def test_dials_are_in_the_order_in_which_a_person_wants_them(name: str, order: str) -> None:
    dials = shown(name, "")["dials"]
    assert [dial["name"] for dial in dials] == [
        *order.split(),
        *(name for name in PRESENTATION_FIELDS if name != PREDICT),
    ]
    assert all(dial["group"] == "picture" for dial in dials[-5:])


@pytest.mark.parametrize("name", VARIANTS)
def test_dials_have_the_bounds_and_words_of_the_table_of_fields(name: str) -> None:
    fields = {**VARIANTS[name].fields, **PRESENTATION_FIELDS}
    for dial in shown(name, "")["dials"]:
        field = fields[dial["name"]]
        assert (dial["label"], dial["help"], dial["kind"]) == (field.label, field.help, field.kind)
        assert (dial.get("low"), dial.get("high")) == (field.low, field.high)
        words = [word for word, *_ in dial.get("choices", [])]
        more = {"table": ["own"], "choice": ["page"] if field.name == "theme" else []}.get(field.kind, [])
        assert sorted(words) == sorted([*field.choices, *more])


def test_a_choice_has_a_short_label_and_an_explanation() -> None:
    choices = {dial["name"]: dial.get("choices") for dial in shown("transposed", "")["dials"]}
    single = [["gather", "Gather", "per output cell"], ["scatter", "Stamp", "per input cell"]]
    assert choices["view"] == [*single, ["both", "Both", "side by side"]]
    sides = {dial["name"]: dial.get("choices") for dial in shown("compare", "left=standard&right=transposed")["dials"]}
    assert sides["right.view"] == single  # a side is one picture
    assert [word for word, *_ in choices["padding"]] == ["same", "same_upper", "same_lower"]
    assert choices["theme"] == [["page", "As page"], ["light", "Light"], ["dark", "Dark"]]
    padding = next(dial for dial in shown("standard", "")["dials"] if dial["name"] == "padding")
    assert padding["choices"][1] == ["same", "same", "output as large as input (stride 1)"]


def test_dials_of_a_comparison_are_those_of_both_sides_and_what_they_share() -> None:
    dials = shown("compare", "left=pooling&right=receptive-field")["dials"]
    assert [dial["name"] for dial in dials if "side" not in dial][:3] == ["left", "right", "input_size"]
    shared = next(dial for dial in dials if dial["name"] == "input_size")
    assert shared["high"] == 16  # the smaller one of both
    for side in ("left", "right"):
        name = {"left": "pooling", "right": "receptive-field"}[side]
        own = [dial["name"] for dial in dials if dial.get("side") == side]
        assert sorted(own) == sorted(f"{side}.{field}" for field in VARIANTS[name].fields)
    variants = dials[0]["choices"]
    assert variants == [[name, variant.label] for name, variant in VARIANTS.items()]


@pytest.mark.parametrize(
    ("name", "query", "hidden"),
    [
        ("pooling", "mode=average", ["dilation"]), ("pooling", "dilation=2", ["count_include_pad"]),
        ("standard", "input=ramp&weight=box", ["seed"]), ("standard", "input=ramp", []),
        ("spatial-separable", "input=1,2,3;4,5,6;7,8,9", ["seed"]), ("checkerboard", "", []),
        ("checkerboard", "layers=conv2d(3)", ["kernel_size", "stride", "padding", "dilation", "output_padding"]),
        ("compare", "left=pooling&right=standard&left.mode=average&right.input=ramp", ["left.dilation"]),
    ],
)  # fmt: skip
def test_dials_that_mean_nothing_are_hidden(name: str, query: str, hidden: list[str]) -> None:
    assert shown(name, query)["hidden"] == hidden


def test_examples_are_those_of_the_catalog() -> None:
    for name in VARIANTS:
        wanted = [{"title": each.title, "query": each.recipe.to_query()} for each in presets_of(name)]
        assert shown(name, "")["examples"] == wanted
    pairs = shown("compare", "left=standard&right=pooling")["examples"]
    assert [pair["query"] for pair in pairs] == [pair.comparison.to_query() for pair in PAIRS.values()]
    assert [(pair["title"], pair["remark"]) for pair in pairs] == [(pair.title, pair.remark) for pair in PAIRS.values()]


# The picture, files, changes, refusals --------------------------------------------------------------------------------


def test_the_width_is_that_of_the_scene_and_of_the_files() -> None:
    data = shown("dilated", "width=430&terms=false&formula=false")
    show = Presentation("light", 430, terms=False, formula=False)
    scene = compose(cv.recipe("dilated"), show)
    assert (data["scene"]["width"], data["scene"]["height"]) == (430, scene.height)
    assert data["files"]["note"] == f"430 × {scene.height} pixels, 9 frames, 6.6 s"
    assert data["presentation"] == {"width": "430", "terms": "false", "formula": "false"}


def test_infinities_are_texts() -> None:
    planes = shown("pooling", "input=1&kernel_size=2&stride=1&padding=1&dilation=2")["output"]["planes"]
    assert planes == [[["-inf"]]]
    assert np.isneginf(Recipe.from_query("pooling", "input=1&kernel_size=2&stride=1&padding=1&dilation=2").drawn_output)


def test_a_change_is_answered_with_the_recipe_after_it() -> None:
    data = shown("standard", "padding=1&edit=set:stride=2&terms=false")
    assert data == shown("standard", "padding=1&stride=2&terms=false")
    assert shown("compare", "left=standard&right=dilated&edit=swap") == shown("compare", "left=dilated&right=standard")


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("dilated", "stride=9",
         {"error": "stride must be a whole number from 1 to 8, or two as height x width such as 2x3; got '9'.",
          "dial": "stride", "mends": [{"label": "stride 8", "query": "stride=8"}]}),
        ("standard", "input_size=3&edit=set:kernel_size=5",
         {"error": "The kernel (5 rows) is larger than the input (3 rows).",
          "dial": "kernel_size",
          "mends": [{"label": "padding 1", "query": "input_size=3&kernel_size=5&padding=1"},
                    {"label": "kernel 3", "query": "input_size=3"}, {"label": "input 5", "query": "kernel_size=5"}]}),
        ("standard", "edit=weight:0,0:x",
         {"error": "weight row 0, column 0 must be a number; got 'x'.", "dial": "weight", "mends": []}),
        ("standard", "theme=blue", {"error": "theme must be one of page, light, dark; got 'blue'.", "dial": "theme",
                                    "mends": []}),
        ("standard", "width=9", {"error": "width must be a whole number from 240 to 3840; got '9'.", "dial": "width",
                                 "mends": []}),
        ("standard", "step=3",
         {"error": f"'step' is no setting of standard, which takes {', '.join(VARIANTS['standard'].fields)}. "
                   "Did you mean stride?",
          "dial": None, "mends": []}),
        ("standard", "stride=1&stride=2",
         {"error": "stride must be given once; got it 2 times.", "dial": "stride", "mends": []}),
        ("curved", "", {"error": f"The name of a figure must be one of {', '.join(VARIANTS)}, compare; got 'curved'.",
                        "dial": None, "mends": []}),
        ("compare", "left=standard",
         {"error": f"right must be one of {', '.join(VARIANTS)}; it is missing.", "dial": None, "mends": []}),
    ],
)  # fmt: skip
def test_what_is_refused(name: str, query: str, expected: dict[str, Any]) -> None:
    assert {key: value for key, value in refused(name, query).items() if key != "values"} == expected


def test_the_dials_of_what_is_refused_show_what_can_be_read() -> None:
    values = refused("standard", "input_size=3&kernel_size=5x4&stride=99")["values"]
    assert (values["input_size"], values["kernel_size"], values["stride"], values["weight"]) == (
        "3",
        "5x4",
        "1",
        "random",
    )
    assert refused("compare", "left=standard&right=dilated&kernel_size=99")["values"] is None


# Questions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_a_question_takes_the_place_of_all_that_tells_its_answer(name: str) -> None:
    found = shown(name, "predict=0")
    assert [found[each] for each in ("facts", "facts_note", "formulas", "output")] == [[], "", [], None]
    assert found["presentation"] == {"predict": "0"}
    assert (found["files"]["query"], len(found["scene"]["frames"])) == ("predict=0", 2)
    question = found["question"]
    assert question["answer"] not in [answer for answer, _ in question["mistakes"]]
    assert question["spelled"] not in question["text"]


def test_cells_are_answered_as_links_pin_them() -> None:
    question = shown("dilated", "predict=2")["question"]
    row, column = map(int, re.findall(r"\d", question["text"]))
    assert question["text"] == f"Which cells of the input does row {row}, column {column} of the output read?"
    assert (question["form"], question["table"], question["step"]) == ("cells", "input", 3 * row + column + 1)
    assert question["answer"] == [f"input:{row + down},{column + right}" for down in (0, 2, 4) for right in (0, 2, 4)]


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("compare", "left=standard&right=dilated", "predict asks about one recipe, and not about a comparison of two."),
        ("along-a-line", "input_size=100", "Questions are about lines of at most 32 samples; got 100."),
    ],
)
def test_where_nothing_can_be_asked_the_steps_are_shown(name: str, query: str, sentence: str) -> None:
    found, steps = shown(name, f"{query}&predict=3"), shown(name, query)
    assert found["question"] == {"number": 3, "text": sentence, "form": "none"}
    assert found["scene"] == steps["scene"]


def test_a_question_has_a_number() -> None:
    assert answer("dilated", "predict=10000").refusal == "predict must be a whole number from 0 to 9999; got '10000'."
