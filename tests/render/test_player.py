"""The player's JSON: small, plain, and the same scene when it is read by other means than it was written by."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convviz.arithmetic import forward
from convviz.errors import SpecError
from convviz.recipes import Recipe, recipe
from convviz.render.player import VERSION
from convviz.scene import Scene, Text
from convviz.scene.number_format import number
from convviz.scene.primitives import Frame, Grid, Links, Look, Placed, Rect, Relation
from tests.player.cases import RECIPES, json_of, scene_of
from tests.player.made import MADE
from tests.player.oracle import NAMED, numbered, plain_items, taps_by_counting
from tests.render.reading import decoded_frames, decoded_part, decoded_sums, decoded_taps, decoded_texts

KILOBYTES, ZIPPED_KILOBYTES = 150, 30
SCENES = {**{name: partial(scene_of, asked) for name, asked in RECIPES.items()}, **MADE}


# What it says ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENES)
def test_what_is_read_is_the_scene_that_was_written(name: str) -> None:
    scene = SCENES[name]()
    data = json.loads(json_of(scene))
    frames, links = list(scene), scene.link()
    for shown, frame in zip(decoded_frames(data), frames, strict=True):
        assert shown == plain_items(frame.items)
    assert decoded_part(data, "backdrop") == plain_items(scene.backdrop)
    assert decoded_part(data, "rest") == plain_items(links.rest)
    captions = decoded_texts(data["captions"])
    assert captions == [frame.caption for frame in frames]
    rests = decoded_texts(data["descriptions"])
    assert [a + b for a, b in zip(captions, rests, strict=True)] == [frame.description for frame in frames]
    assert decoded_texts(data["details"]) == [frame.details for frame in frames]
    assert data["step_side"] == links.step_side
    assert data["products_per_term"] == links.products_per_term
    assert data["beats"] == [frame.beats for frame in frames]
    assert data["parts"] == [[frame.title, frame.terms] for frame in frames]
    relations = [links.relate(k) for k in range(len(scene))]
    assert decoded_taps(data) == [list(relation.taps) for relation in relations]
    # One empty text is written like none: a single product does not come one by one.
    expected = [[] if relation.sums == ("",) else [*relation.sums] for relation in relations]
    assert decoded_sums(data["sums"], " ") == expected
    expected = [[] if relation.undone == ("",) else [*relation.undone] for relation in relations]
    assert decoded_sums(data["undone"], "|") == expected
    assert [data["width"], data["height"], data["description"]] == [scene.width, scene.height, scene.description]
    assert data["version"] == VERSION == 3
    for plane, grid in zip(data["planes"], links.grids, strict=True):
        names = [tuple(name) if isinstance(name, list) else name for name in plane["names"]]
        assert (plane["name"], plane["texts"], names) == (grid.name, [*grid.texts], [*grid.names])
        assert plane["title"] == (grid.title or grid.name)
        assert plane["stepped"] is grid.is_stepped
        assert [tuple(pair) for pair in plane["copies"]] == [*grid.copies]
        assert len(plane["texts"]) == len(names) == plane["rows"] * plane["columns"]


@pytest.mark.parametrize("name", SCENES)
def test_numbers_are_numbers(name: str) -> None:
    """A number as a string would be drawn at the wrong place, or not at all; NaN is no JSON."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    data = json.loads(json_of(SCENES[name]()), parse_constant=refuse)
    whole = [data[key] for key in ("frames", "looks", "parts", "items", "backdrop", "rest")]
    whole += [data["taps"], data["width"], data["height"], [mark[1:3] for mark in data["marks"]]]
    whole += [[plane[key] for key in ("x", "y", "cell", "rows", "columns")] for plane in data["planes"]]
    assert {type(leaf) for leaf in leaves(whole)} <= {int, float}
    assert {type(leaf) for leaf in leaves([data["taps"], data["products_per_term"]])} == {int}
    assert {type(leaf) for leaf in leaves(data["beats"])} == {float}
    for mark in data["marks"]:
        text = [mark[3]] if mark[0] == "t" else []
        numbers = [*mark[1:3], *mark[4:]] if mark[0] == "t" else mark[1:]
        assert {type(leaf) for leaf in leaves(numbers)} <= {int, float}
        assert {type(leaf) for leaf in text} <= {str}
    for plane in data["planes"]:
        assert plane["editable"] in (True, False)
        assert {type(leaf) for leaf in leaves([name for name in plane["names"] if isinstance(name, list)])} <= {int}


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def test_the_largest_lesson_is_small() -> None:
    scene = scene_of(recipe("standard", input_size=16, kernel_size=3, padding=1))
    assert len(scene) == 256
    text = json_of(scene).encode()
    assert len(text) <= 1000 * KILOBYTES
    assert len(gzip.compress(text)) <= 1000 * ZIPPED_KILOBYTES


def test_the_same_scene_gives_the_same_text() -> None:
    asked = RECIPES["all axes differ"]
    assert json_of(scene_of(asked)) == json_of(scene_of(asked))


def test_every_role_has_a_color_in_every_theme() -> None:
    data = json.loads(json_of(scene_of(RECIPES["standard"])))
    assert data["themes"].keys() == {"light", "dark"}
    for colors in data["themes"].values():
        assert len(colors) == len(data["roles"])
        assert all(len(color) == 7 and color.startswith("#") for color in colors)


def test_a_number_that_is_none_never_leaves_the_server() -> None:
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        json_of(Scene(20, 20, "page", (), "", 1, lambda _: Frame((), "", "", float("nan"))))


def test_a_scene_without_relations_or_sheets_is_written_too() -> None:
    words = '</script><img src=x onerror=alert(1)> 1 "\\ \u2028\n'
    look = Look(10, 10, (Rect(0, 0, 10, 10, "page"), Text(1.04, 2.26, words, 9, "ink")))
    frames = [Frame((Placed(1, 2, look),), f"Step {k}", f"Step {k}: {words}") for k in range(2)]
    scene = Scene(20, 20, "page", (), words, len(frames), frames.__getitem__)
    data = json.loads(json_of(scene))
    assert [*decoded_frames(data)][1] == plain_items(frames[1].items)
    assert decoded_texts(data["descriptions"]) == [f": {words}"] * 2
    assert data["description"] == words
    assert decoded_taps(data) == [[], []]
    assert data["planes"] == []


@pytest.mark.parametrize("name", RECIPES)
def test_the_taps_are_those_of_the_definition(name: str) -> None:
    asked = RECIPES[name]
    scene = scene_of(asked)
    grids = scene.link().grids
    names = [name for grid in grids for name in grid.names]
    found = {tap for step in decoded_taps(json.loads(json_of(scene))) for tap in step}
    kept = {tap for tap in found if not isinstance(names[tap[2]], str)}
    if asked.variant == "transposed":
        zeros = {tap for tap in kept if isinstance(names[tap[0]], str)}
        assert {grids[0].texts[tap[0]] for tap in zeros} <= {"0"}
        kept -= zeros
    assert kept == taps_by_counting(asked, scene)


@pytest.mark.parametrize("name", MADE)
def test_taps_name_their_cells_in_scenes_of_any_kind(name: str) -> None:
    scene = MADE[name]()
    assert decoded_taps(json.loads(json_of(scene))) == numbered(scene.link().grids, NAMED[name]())


def test_what_the_scenes_by_hand_try() -> None:
    """Many grids of few names, no kernel, frames without taps and with several outputs, cells on both sides."""
    data = {name: json.loads(json_of(scene())) for name, scene in MADE.items()}
    taps = {name: decoded_taps(found) for name, found in data.items()}
    assert len(data["two passes"]["planes"]) == 6
    assert [len(taps["two passes"][k]) for k in (0, -1)] == [0, 0]
    assert [plane["name"] for plane in data["channels"]["planes"]] == ["input"] * 3 + ["kernel"] * 3 + ["output"]
    assert data["channels"]["planes"][2]["title"] == "input, channel 2"
    assert {tap[1] for step in taps["pooling"] for tap in step} == {-1}
    assert {len({tap[2] for tap in step}) for step in taps["two outputs"]} == {2}
    for name in ("two passes", "depthwise"):
        sides = [{tap[side] for step in taps[name] for tap in step} for side in (0, 2)]
        assert sides[0] & sides[1]


@st.composite
def linked(draw: st.DrawFn) -> Links:
    """Grids of any number and size, and frames with any taps between their cells."""
    shapes = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=9))
    names = draw(st.lists(st.sampled_from(["input", "kernel", "output", "row"]), min_size=9, max_size=9))
    grids = []
    for place, (rows, columns) in enumerate(shapes):
        cells = [(place, i, j)[draw(st.integers(0, 1)) :] for i in range(rows) for j in range(columns)]
        texts = tuple(str(k) for k in range(rows * columns))
        title = draw(st.sampled_from(["", "input, channel 2"]))
        grids.append(
            Grid(
                10 * place,
                5,
                7,
                range(rows),
                range(columns),
                names[place],
                texts,
                tuple(cells),
                False,
                ((0, 0),),
                title,
            )
        )
    last = sum(rows * columns for rows, columns in shapes) - 1
    cell = st.integers(0, last)
    taps = st.lists(st.tuples(cell, st.integers(-1, last), cell), max_size=6).map(tuple)
    relations = draw(st.lists(taps.map(lambda each: Relation(*zip(*each, strict=True))), min_size=1, max_size=5))
    side = draw(st.sampled_from(["input", "output"]))
    return Links(tuple(grids), side, (), relations.__getitem__, draw(st.integers(1, 9)))  # type: ignore[arg-type]


@settings(max_examples=50)
@given(linked())
def test_links_of_any_shape_survive(links: Links) -> None:
    frame = Frame((), "Step 1", "Step 1: words.")
    length = len(links.relate.__self__)  # type: ignore[attr-defined]
    scene = Scene(9, 9, "page", (), "", length, lambda index: frame, lambda: links)
    written = json.loads(json_of(scene))
    assert decoded_taps(written) == [list(links.relate(k).taps) for k in range(length)]
    assert [plane["name"] for plane in written["planes"]] == [grid.name for grid in links.grids]
    assert [[tuple(name) for name in plane["names"]] for plane in written["planes"]] == [
        [*grid.names] for grid in links.grids
    ]
    assert (written["step_side"], written["products_per_term"]) == (links.step_side, links.products_per_term)


# The sums of random recipes -------------------------------------------------------------------------------------------

SIDES = st.tuples(st.integers(1, 5), st.integers(1, 5))
SMALL = st.tuples(st.integers(1, 3), st.integers(1, 3))
BIAS = st.integers(-3, 3)


@st.composite
def direct(draw: st.DrawFn) -> dict[str, Any]:
    """A standard or dilated convolution; some of them do not fit their input."""
    return {
        "variant": draw(st.sampled_from(["standard", "dilated"])),
        "input_size": draw(SIDES),
        "kernel_size": draw(SMALL),
        "stride": draw(SMALL),
        "padding": tuple(draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in "hw"),
        "dilation": draw(SMALL),
        "padding_mode": draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        "flip": draw(st.booleans()),
        "bias": draw(BIAS),
        "seed": draw(st.integers(0, 99)),
    }


@st.composite
def transposed(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "variant": "transposed",
        "view": draw(st.sampled_from(["gather", "scatter"])),
        "input_size": draw(SMALL),
        "kernel_size": draw(SMALL),
        "stride": draw(SMALL),
        "padding": draw(st.tuples(st.integers(0, 2), st.integers(0, 2))),
        "output_padding": draw(st.tuples(st.integers(0, 2), st.integers(0, 2))),
        "dilation": draw(SMALL),
        "bias": draw(BIAS),
        "seed": draw(st.integers(0, 99)),
    }


def value(text: str) -> Fraction:
    return Fraction(text.replace("−", "-"))


@settings(max_examples=60)
@given(st.one_of(direct(), transposed()))
def test_the_products_add_up_to_the_sums_that_are_shown(values: dict[str, Any]) -> None:
    try:
        asked = recipe(**values)
    except SpecError:
        return  # does not fit, or too large to draw
    check_sums(asked)


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "fractions"])
def test_the_sums_of_the_cases_add_up(name: str) -> None:
    check_sums(RECIPES[name])


def check_sums(asked: Recipe) -> None:
    """Follow every step of the JSON by the numbers that its planes show, all of them integers."""
    scene = scene_of(asked)
    data = json.loads(json_of(scene))
    texts = [plane["texts"] for plane in data["planes"]]
    values = [value(text or "0") for plane in texts for text in plane]
    outputs = range(len(texts[0]) + len(texts[1]), len(values))
    totals = {k: Fraction(asked["bias"]) for k in outputs}
    texts_on_the_way = decoded_sums(data["sums"], " "), decoded_sums(data["undone"], "|")
    for taps, sums, undone in zip(decoded_taps(data), *texts_on_the_way, strict=True):
        if asked["storyboard"] == "tap":
            assert sums == undone == []
            continue
        if len(taps) == 1:
            sums, undone = sums or [""], undone or [""]
        assert len(taps) == len(sums)
        running = Fraction(0)
        if data["step_side"] == "output":
            for (i, k, _), text in zip(taps, sums, strict=True):
                running += values[i] * values[k]
                assert value(text) == running
            totals[taps[0][2]] += running
            assert not any(undone)
        else:
            assert len(undone) == len(taps)
            for (i, k, o), text, before in zip(taps, sums, undone, strict=True):
                is_cropped = isinstance(data["planes"][2]["names"][o - outputs.start], str)
                assert before == "" or value(before) == totals[o]
                totals[o] += values[i] * values[k]
                assert text == "" if is_cropped else value(text) == totals[o]
    if asked["storyboard"] == "cell":
        for name, text, total in zip(data["planes"][2]["names"], texts[2], totals.values(), strict=True):
            assert text == "" if isinstance(name, str) else value(text) == total
    output = forward(asked.layer, asked.input, asked.weight, asked.bias)[0]
    for name, text in zip(data["planes"][2]["names"], texts[2], strict=True):
        if not isinstance(name, str):
            assert text == number(output[tuple(name)])


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_that_copies_names_the_cell_whose_number_it_shows(mode: str) -> None:
    rows = np.arange(12.0).reshape(3, 4)
    asked = recipe("standard", input=rows, kernel_size=2, padding="1,2,2,1", padding_mode=mode)
    grid = scene_of(asked).link().grids[0]
    padded = np.pad(rows, ((1, 2), (2, 1)), {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode])
    copies = dict(grid.copies)
    for cell, value in enumerate(padded.ravel().tolist()):
        assert grid.texts[cell] == f"{value:.0f}"
        if grid.names[cell] == "padding":
            assert grid.names[copies[cell]] == divmod(int(value), 4)
        else:
            assert cell not in copies
