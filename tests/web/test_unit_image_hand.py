"""Choices on the photograph without a browser: where units are, what the browser gets, what its requests change."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image

import convviz as cv
from convviz.analysis import effective_field
from convviz.charts.photo import Overlay, field_photo, frame_of, places_of
from convviz.diagrams.known import known_network, usual_size
from convviz.diagrams.units import NETWORKS, Settings
from convviz.web.labs.unit_image import page as lab
from convviz.web.labs.unit_image.controls import take_object, take_units
from convviz.web.state.widgets import value_of
from tests.web.unit_image import page, picture_data

HERE = "on-your-image.conv4_6.14x14"


@pytest.mark.parametrize("name", [name for name in NETWORKS if "101" not in name and "152" not in name])
def test_units_are_where_their_boxes_are(name: str) -> None:
    network = known_network(name, usual_size(name))
    for node in (network.nodes[0].name, network.nodes[len(network.nodes) // 2].name, network.nodes[-1].name):
        size, places = network.output_size(node), places_of(network, node)
        assert size is not None
        assert tuple(map(len, places.at)) == size
        assert places.ends is not None
        for unit in ((0, 0), (size[0] - 1, size[1] // 2), (size[0] // 3, size[1] - 1)):
            box = network.box(node, unit)
            assert box == (places.ends[0][unit[0]], places.ends[1][unit[1]])
            assert box is not None
            center = tuple(sum(axis) / 2 for axis in box)
            assert not places.has_centers or center == (places.at[0][unit[0]], places.at[1][unit[1]])


def test_units_that_all_read_the_whole_share_the_picture_out() -> None:
    network = cv.Network((8, 12))
    network.add("first", cv.conv2d(2, stride=2))
    network.add("squeeze", "global_pool", ["first"])
    network.add("scaled", "multiply", ["first", "squeeze"])
    places = places_of(network, "scaled")
    assert places.at == ((0.5, 2.5, 4.5, 6.5), (0.5, 2.5, 4.5, 6.5, 8.5, 10.5))
    assert (places.has_centers, places.reach) == (False, ((0, 7), (0, 11)))


def test_the_photograph_stays_where_it_is_from_unit_to_unit() -> None:
    first, other = (picture_data(page(units=units)) for units in ("7,7", "0,13;13,0"))
    assert [first[name] for name in ("width", "height", "view")] == [
        other[name] for name in ("width", "height", "view")
    ]
    (top, bottom), (left, right) = first["view"]
    assert top < -31 < 259 < bottom  # the field of the unit in the middle, and the same beyond all sides
    assert (left, right) == (top, bottom)


def test_the_browser_gets_what_the_page_shows() -> None:
    found = picture_data(
        page(network="vgg16", input_size="96x128", node="conv3_2", units="5,9;0,0", object="10,20,40,70")
    )
    assert (found["size"], found["units"], found["object"]) == ([96, 128], [[5, 9], [0, 0]], [[10, 40], [20, 70]])
    assert (len(found["at"][0]), len(found["at"][1])) == (24, 32)
    assert found["ends"][1][9][0] == round(2 * found["at"][1][9] - found["ends"][1][9][1])
    assert "Unit (5, 9) of conv3_2 can see" in found["words"]
    assert picture_data(page(object="none"))["object"] is None


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept


def request(session: dict[str, Any], monkeypatch: pytest.MonkeyPatch, sent: object) -> None:
    """Show a picture of the first unit of pool1, and give the page a message from the browser."""
    mounted: dict[str, Any] = {}
    monkeypatch.setattr(lab, "_mount", lambda **given: mounted.update(given))
    network, settings = known_network("resnet18", "32"), Settings("resnet18", "32", "pool1", ((1, 2),), None)
    places = places_of(network, "pool1")
    weights = effective_field(network, "pool1", (1, 2))
    seen = Overlay(np.zeros((32, 32), np.uint8), weights, [], [], None, places.reach)
    chart = field_photo(seen, "title", "words", theme="light", width=400)
    lab.show_picture(chart, "/chart.svg", seen, places, settings, network)
    session["unit-image:picture"] = {"request": sent}
    mounted["on_request_change"]()


def test_a_request_is_answered_even_if_it_changes_nothing(
    session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, unit, object_control = "resnet18/32/pool1", "on-your-image.pool1.8x8.row", "on-your-image.marks"
    for number, (sent, changes) in enumerate(
        (
            ({"place": here, "units": [1, 2]}, (None, None)),
            ({"place": "elsewhere", "units": "1,2"}, (None, None)),
            ({"place": here, "units": "1,2", "object": "none"}, (1, False)),
        )
    ):
        request(session, monkeypatch, {"number": number, **sent})
        assert (value_of(unit), value_of(object_control)) == changes
        assert session["unit-image:answered"] == number


def test_what_is_no_request_is_ignored(session: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for sent in (None, "units", 7, [], {}, {"number": "3", "place": "resnet18/32/pool1", "units": "1,2"}):
        request(session, monkeypatch, sent)
        assert session.keys() == {"unit-image:picture"}


def test_units_by_hand_are_put_into_the_controls(session: dict[str, Any]) -> None:
    network = known_network("resnet50_v1", "224")
    take_units(network, "conv4_6", "3,4;0,0;13,13")
    assert [value_of(f"{HERE}.{name}") for name in ("row", "column", "further")] == [3, 4, "0,0; 13,13"]


def test_units_that_are_not_valid_change_nothing(session: dict[str, Any]) -> None:
    for text in ("", "14,0", "0,0;0,14", "-1,0", "a", "1", "0,0;" * 9, "<b>", "1.5,2"):
        take_units(known_network("resnet50_v1", "224"), "conv4_6", text)
        assert session == {}


def test_an_object_by_hand_is_put_into_the_controls(session: dict[str, Any]) -> None:
    network = known_network("vgg16", "96x128")
    take_object(network, "1,2,95,127")
    assert value_of("on-your-image.marks") is True
    sides = ("Top", "Left", "Bottom", "Right")
    assert [value_of(f"on-your-image.{side}.(96, 128)") for side in sides] == [1, 2, 95, 127]
    take_object(network, "none")
    assert value_of("on-your-image.marks") is False


def test_an_object_that_is_not_valid_changes_nothing(session: dict[str, Any]) -> None:
    for text in ("", "3,3,2,5", "0,0,96,5", "0,0,5,128", "1,2,3", "a,b,c,d", "-1,0,5,5"):
        take_object(known_network("vgg16", "96x128"), text)
        assert session == {}


def test_the_chart_has_the_frame_that_the_browser_gets() -> None:
    found = picture_data(page())
    network = known_network("resnet50_v1", "224")
    frame = frame_of((224, 224), places_of(network, "conv4_6").reach, found["width"])
    assert found["height"] == frame.height
    assert [list(axis) for axis in frame.view] == found["view"]


def test_the_photograph_lies_in_the_chart_where_the_frame_says() -> None:
    network = cv.Network.known("vgg16", 64)
    found, reach = effective_field(network, "conv2_1", (16, 16)), ((-9, 72), (-3, 66))
    seen = Overlay(np.full((64, 64), 200, np.uint8), found, [], [], None, reach)
    with Image.open(BytesIO(field_photo(seen, "title", "words", theme="dark", width=400).png(scale=1))) as file:
        pixels = np.asarray(file)[..., 0]
    frame = seen.frame(400)
    assert pixels.shape == (frame.height, frame.width)
    ((top, bottom), (left, right)), margin = frame.view, 6
    for cell, inside in ((-0.5, 1), (63.5, -1)):
        row = margin + (cell - top) / (bottom - top) * (frame.height - 2 * margin)
        column = margin + (cell - left) / (right - left) * (frame.width - 2 * margin)
        assert pixels[int(row + 2 * inside), 200] == 200
        assert pixels[int(row - 2 * inside), 200] != 200
        assert pixels[200, int(column + 2 * inside)] == 200
        assert pixels[200, int(column - 2 * inside)] != 200
