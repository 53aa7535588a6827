"""An own ONNX file on the page "What a unit sees": its nodes, its fields, and its trained kernels."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz.analysis import effective_field, trained_field
from convviz.web.components import network_choice
from convviz.web.labs.unit_image import controls
from tests.analysis.onnx.models import model, node
from tests.web.app import address, checked, errors, named, open_lesson
from tests.web.test_network_in_lesson import open_link
from tests.web.unit_image import picture, words


def small(height: int = 48, width: int = 64, last: str = "Relu", **attributes: Any) -> bytes:
    nodes = [
        node("Conv", "x w1", "a", name="first", strides=[2, 2], pads=[1, 1, 1, 1]),
        node("MaxPool", "a", "b", name="pool", kernel_shape=[2, 3], strides=[2, 2]),
        node("Conv", "b w2", "c", name="second"),
        node(last, "c", "d", name="last", **attributes),
        node("GlobalAveragePool", "d", "e", name="whole"),
    ]
    return model(nodes, (1, 3, height, width), {"w1": (4, 3, 3, 3), "w2": (2, 4, 3, 5)})


def uploaded(data: bytes) -> AppTest:
    app = open_lesson("on-your-image")
    named(app.segmented_control, "on-your-image.source").set_value("file")
    checked(app.run())
    assert "Choose an ONNX file." in [info.value for info in app.info]
    app.file_uploader[0].set_value(("own.onnx", data, "application/octet-stream"))
    return checked(app.run())


def test_the_numbers_of_a_file_are_those_of_the_engine() -> None:
    app, network = uploaded(small()), cv.Network.from_onnx(small())
    menu = next(box for box in app.selectbox if box.label == "Node")
    assert (menu.value, menu.options) == ("last", ["input", "first", "pool", "second", "last", "whole"])
    assert (errors(app), address(app)) == ([], {"source": "file"})
    height, width = network.output_size("last") or (0, 0)
    unit = height // 2, width // 2
    found = effective_field(network, "last", unit)
    assert f"**Unit {unit} of `last`** can see {found.field[0]} × {found.field[1]} cells" in words(app)
    assert f"sigma {found.sigma[0]:.3g} × {found.sigma[1]:.3g}" in words(app)
    assert "The object of" in words(app)
    assert f"Unit {unit} of last can see" in picture(app)


def test_trained_kernels_are_those_of_the_file() -> None:
    app, data = uploaded(small()), small()
    named(app.selectbox, "on-your-image.kernels").select("trained")
    checked(app.run())
    named(app.number_input, "on-your-image.seed").set_value(7)
    checked(app.run())
    found = trained_field(cv.Network.from_onnx(data), "last", (5, 5), data, 20, 7)
    assert "(trained kernels, mean of 20 draws of signs, seed 7)" in words(app)
    assert f"sigma {found.sigma[0]:.3g} × {found.sigma[1]:.3g}" in words(app)
    assert address(app) == {"source": "file", "kernels": "trained", "seed": "7"}
    assert errors(app) == []


def test_what_has_no_trained_kernels_is_shown_with_kernels_of_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    app = uploaded(small(last="Transpose", perm=[0, 1, 3, 2]))
    named(app.selectbox, "on-your-image.kernels").select("trained")
    checked(app.run())
    assert [error.partition("(")[0] for error in errors(app)] == ['The channels behind node "last" ']
    assert "exact, for kernels of ones" in words(app)
    monkeypatch.setattr(network_choice, "_KEPT", 0)
    kernels = named(uploaded(small()).selectbox, "on-your-image.kernels")
    assert kernels.options == ["Kernels of ones (exact)", "Random kernels (estimated)"]


def test_nodes_behind_an_unknown_operator_are_left_out() -> None:
    app = uploaded(small(last="Strange"))
    menu = next(box for box in app.selectbox if box.label == "Node")
    assert (menu.value, menu.options) == ("second", ["input", "first", "pool", "second"])
    assert errors(app) == []


def test_files_that_take_no_photographs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    app = uploaded(small(20, 40))
    assert errors(app) == [
        "Input size must be from 32 to 640 along both axes, for a photograph; got (20, 40). Give another input size."
    ]
    named(app.text_input, "network.input_size.upload").set_value("40x50")
    assert errors(checked(app.run())) == []
    monkeypatch.setattr(controls, "MOST_CELLS", 100)
    assert errors(checked(app.run()))[0].startswith("The nodes of the file must have at most 100 cells together; got ")


def test_the_file_of_the_page_of_networks_is_there_already() -> None:
    app = open_link(uploaded(small()), "network?source=file&node=pool")
    assert "The page still has own.onnx." in [caption.value for caption in app.caption]
    assert next(box for box in app.selectbox if box.label == "Node").value == "pool"
