"""The player's JSON of pictures with many planes: every frame that is read back is the scene's, and so are links."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from convviz.arithmetic import forward
from convviz.recipes import Recipe, presets, recipe
from tests.player.cases import json_of, scene_of
from tests.player.oracle import plain_items
from tests.render.reading import decoded_frames, decoded_part, decoded_sums, decoded_taps, decoded_texts

RECIPES = {
    "two to three": recipe("standard", in_channels=2, out_channels=3, input_size="4x3", kernel_size="2x3", bias=2),
    "groups": recipe("standard", in_channels=4, out_channels=4, groups=2, input_size=3, padding=1, flip=True),
    "reflect": recipe("standard", in_channels=2, input_size="3x4", padding="1x2", padding_mode="reflect"),
    "many": recipe("standard", in_channels=10, out_channels=64, input_size=3, kernel_size=2, bias=-1),
    "tap by tap": recipe("standard", in_channels=2, input_size=3, kernel_size=2, storyboard="tap"),
    "three acts": recipe("depthwise-separable", in_channels=2, channel_multiplier=2, input_size="4x3"),
    "three acts, many": recipe("depthwise-separable", in_channels=20, out_channels=20, input_size=3, kernel_size=2),
    "three acts, tap by tap": recipe("depthwise-separable", input_size=3, kernel_size=2, storyboard="tap"),
    "split": recipe("depthwise-separable", act="split"),
    "depthwise": recipe("depthwise-separable", act="depthwise", padding="1,0,0,2", stride="2x1"),
    "pointwise": recipe("depthwise-separable", act="pointwise", in_channels=9, input_size=3),
}


@pytest.mark.parametrize("asked", RECIPES.values(), ids=RECIPES)
def test_what_is_read_is_the_scene_that_was_written(asked: Recipe) -> None:
    scene = scene_of(asked)
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
    assert data["beats"] == [frame.beats for frame in frames]
    assert data["parts"] == [[frame.title, frame.terms] for frame in frames]
    assert data["products_per_term"] == links.products_per_term
    relations = [links.relate(k) for k in range(len(scene))]
    assert decoded_taps(data) == [list(relation.taps) for relation in relations]
    assert len(data["planes"]) == len(links.grids)
    for plane, grid in zip(data["planes"], links.grids, strict=True):
        assert (plane["name"], plane["title"], plane["texts"]) == (grid.name, grid.title, [*grid.texts])
        assert [tuple(name) if isinstance(name, list) else name for name in plane["names"]] == [*grid.names]
        assert [tuple(pair) for pair in plane["copies"]] == [*grid.copies]
        assert plane["editable"] == grid.is_editable


@pytest.mark.parametrize("asked", RECIPES.values(), ids=RECIPES)
def test_the_products_of_a_step_add_up_to_the_sums_that_are_shown(asked: Recipe) -> None:
    data = json.loads(json_of(scene_of(asked)))
    numbers = [Fraction((text or "0").replace("−", "-")) for plane in data["planes"] for text in plane["texts"]]
    for taps, sums in zip(decoded_taps(data), decoded_sums(data["sums"], " "), strict=True):
        total = Fraction(0)
        assert len(sums) == (0 if asked["storyboard"] == "tap" or taps == [] else len(taps))
        for (source, kernel, _), text in zip(taps, sums, strict=False):
            total += numbers[source] * numbers[kernel]
            assert Fraction(text.replace("−", "-")) == total
        if sums and asked["in_channels"] <= 8:  # all that is added up is drawn
            assert numbers[taps[0][2]] == total + Fraction(asked.get("bias", 0))


@pytest.mark.parametrize("name", ["two to three", "groups", "many", "three acts", "three acts, many"])
def test_an_edit_names_a_cell_of_the_table_that_it_changes(name: str) -> None:
    """Every cell of every plane that can be edited is named so that `with_number` changes that very number."""
    asked = RECIPES[name]
    for plane in json.loads(json_of(scene_of(asked)))["planes"]:
        if plane["editable"]:
            table = "weight" if plane["name"] == "kernel" else plane["name"]
            for k in (0, len(plane["names"]) - 1):
                if plane["names"][k] == "padding":
                    continue
                changed = json.loads(json_of(scene_of(asked.with_number(table, tuple(plane["names"][k]), 77))))
                found = next(one for one in changed["planes"] if one["title"] == plane["title"])
                assert found["texts"] == [*plane["texts"][:k], "77", *plane["texts"][k + 1 :]]


@pytest.mark.parametrize("name", ["two to three", "groups", "reflect", "many"])
def test_outputs_are_those_of_the_convolution(name: str) -> None:
    asked = RECIPES[name]
    output = forward(asked.layer, asked.input, asked.weight, asked.bias)
    for plane in json.loads(json_of(scene_of(asked)))["planes"]:
        if plane["name"] == "output":
            for place, text in zip(plane["names"], plane["texts"], strict=True):
                assert float(text.replace("−", "-")) == output[tuple(place)]


@pytest.mark.parametrize(("name", "is_bare"), [("textbook_one_kernel", True), ("rgb_one_kernel", False)])
def test_the_planes_of_a_picture_without_weights_in_cells_say_so(name: str, is_bare: bool) -> None:
    planes = json.loads(json_of(scene_of(presets[name])))["planes"]
    assert [plane.get("bare") for plane in planes] == [True if is_bare else None] * 7
