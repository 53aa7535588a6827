"""Treatments of nodes and spans on the page, which input is the picture, and files of one and three axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

import convviz as cv
from tests.web.app import checked, errors, named, unfold
from tests.web.network import facts, html, model, rows, sent_to, uploaded, words


def file(nodes: list[Any], inputs: dict[str, list[int]], kernel: tuple[int, ...]) -> bytes:
    weight = helper.make_tensor(
        "w", TensorProto.FLOAT, (1, 1, *kernel), np.ones(kernel, np.float32).tobytes(), raw=True
    )
    images = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "graph", images, [output], [weight])
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    return bytes(helper.make_model(graph, opset_imports=versions).SerializeToString())


def strange() -> bytes:
    """A convolution, two operators of somebody's own in a row, and two convolutions."""
    node = helper.make_node
    return file(
        [
            node("Conv", ["x", "w"], ["a"], name="first", pads=[1] * 4, strides=[2, 2]),
            node("Strange", ["a"], ["b"], name="begin", domain="mine"),
            node("Strange", ["b"], ["c"], name="end", domain="mine"),
            node("Conv", ["c", "w"], ["d"], name="third", pads=[1] * 4),
            node("Conv", ["d", "w"], ["y"], name="last", pads=[1] * 4),
        ],
        {"x": [1, 1, 32, 48]},
        (3, 3),
    )


def control(controls: Any, name: str) -> Any:
    return next(each for each in controls if str(each.key).partition("#")[0].endswith(f".{name}"))


def add(app: Any, first: str, last: str, reads: str, **numbers: int) -> Any:
    """Add the treatment of the nodes from one to another."""
    if not any(button.label == "Add this treatment" for button in app.button):
        unfold(app, "treat", "network")
    control(app.selectbox, "first").select(first)
    checked(app.run())
    control(app.selectbox, f"last.{first}").select(last)
    control(app.selectbox, "reads").select(reads)
    checked(app.run())
    for name, number in numbers.items():
        control(app.number_input, f"grid.{name}").set_value(number)
    next(button for button in app.button if button.label == "Add this treatment").click()
    return checked(app.run())


def fields(app: Any) -> dict[str, str]:
    return {row[0]: row[1] for row in rows(app)}


def captions(app: Any) -> list[str]:
    return [caption.value for caption in app.caption]


@pytest.mark.parametrize(("reads", "field"), [("places", "11 × 11"), ("attention", "11 × 11 + whole")])
def test_a_span_is_treated_as_one_node_and_can_be_removed(reads: str, field: str) -> None:
    app = add(uploaded(strange()), "begin", "end", reads)
    assert errors(app) == []
    assert "2 nodes treated, 2 behind them known again." in captions(app)
    assert fields(app)["last"] == field
    assert f"`begin..end`: `{reads}`" in words(app)
    next(button for button in app.button if button.label == "Remove").click()
    assert fields(checked(app.run()))["last"] == "?"


def test_a_node_has_a_grid_of_another_size() -> None:
    app = add(uploaded(model()), "odd", "odd", "grid", height=4, width=7)
    assert errors(app) == []
    assert "1 node treated, 1 behind it known again." in captions(app)
    assert facts(app)["Output"] == "4 × 7", "the last node is selected, as it is known now"
    network = cv.Network.from_onnx(model(), treat={"odd": "grid 4x7"})
    assert network.output_size("last") == (4, 7)


def test_a_treatment_that_does_not_fit_is_refused_in_a_sentence_and_left_out() -> None:
    app = uploaded(strange())
    unfold(app, "treat", "network")
    control(app.selectbox, "reads").select("window")
    checked(app.run())
    control(app.number_input, "window.kernel").set_value(40)
    control(app.number_input, "window.padding").set_value(0)
    next(button for button in app.button if button.label == "Add this treatment").click()
    (sentence,) = errors(checked(app.run()))
    assert sentence.startswith("'begin' stays as it was. ")
    assert "The kernel (40 rows) is larger than the input (16 rows)." in sentence
    assert (fields(app)["first"], fields(app)["last"]) == ("3 × 3", "?")


def test_the_menu_of_an_operator_says_how_many_nodes_it_changes() -> None:
    app = uploaded(strange())
    assert control(app.selectbox, "Strange").label == "Strange, 1 to 2 nodes"
    control(app.selectbox, "Strange").select("identity")
    assert "2 nodes treated, 2 behind them known again." in captions(checked(app.run()))
    assert fields(app)["last"] == "11 × 11"


def test_only_nodes_that_depend_on_the_first_can_end_a_span() -> None:
    app = uploaded(strange())
    unfold(app, "treat", "network")
    control(app.selectbox, "first").select("end")
    assert control(checked(app.run()).selectbox, "last.end").options == ["end", "third", "last"]


def test_the_input_is_chosen_where_there_are_several() -> None:
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w"], ["a"], name="image", pads=[1] * 4, strides=[2, 2]),
        node("Conv", ["mask", "w"], ["b"], name="mask", pads=[1] * 4),
        node("Add", ["a", "b"], ["y"], name="both"),
    ]
    app = uploaded(file(nodes, {"mask": [1, 1, 16, 24], "x": [1, 1, 32, 48], "size": [2]}, (3, 3)))
    menu = next(box for box in app.selectbox if box.label == "Input")
    assert menu.options == ["the one that looks like a picture", "mask", "x"]
    for name, jump in (("mask", "1 × 1"), ("x", "2 × 2")):
        next(box for box in app.selectbox if box.label == "Input").select(name)
        checked(app.run())
        assert facts(app)["Jump"] == jump
    assert not [box for box in uploaded(model()).selectbox if box.label == "Input"]


def test_a_signal_has_a_time_and_a_volume_a_depth() -> None:
    conv = helper.make_node("Conv", ["x", "w"], ["y"], name="conv", strides=[2])
    app = uploaded(file([conv], {"x": [1, 1, 64]}, (5,)))
    assert any(caption.startswith("All 1 nodes after the input, time in input cells") for caption in captions(app))
    unfold(app, "between", "network")
    assert [box.label for box in app.number_input] == ["Output channel", "Step"]
    assert "Reached: 3 of 30 outputs, in steps 14 to 16." in captions(app)
    conv = helper.make_node("Conv", ["x", "w"], ["y"], name="conv", strides=[1, 2, 2])
    app = uploaded(file([conv], {"x": [1, 1, 8, 32, 48]}, (3, 5, 7)))
    assert facts(app)["Receptive field"] == "3 × 5 × 7"
    assert any("depth × height × width in input cells" in caption for caption in captions(app))
    unfold(app, "between", "network")
    assert [box.label for box in app.number_input] == ["Slice", "Row", "Column"]
    reached = "Reached: 36 of 6 × 14 × 21 outputs, in slices 2 to 4, rows 6 to 8 and columns 9 to 12."
    assert reached in captions(app)
    assert not any("Outputs that cell" in each.value for each in app.markdown), "pictures have one or two axes"


def test_a_size_of_three_axes_is_read_and_another_text_refused() -> None:
    conv = helper.make_node("Conv", ["x", "w"], ["y"], name="conv")
    app = uploaded(file([conv], {"x": [1, 1, 8, 32, 48]}, (3, 5, 7)))
    named(app.text_input, "network.input_size.upload").set_value("10x20x30")
    assert facts(checked(app.run()))["Output"] == "8 × 16 × 24"
    named(app.text_input, "network.input_size.upload").set_value("10x20x30x4")
    (sentence,) = errors(checked(app.run()))
    assert sentence == (
        "Input size must be one to three whole numbers from 1 on, such as 224, 224x320 or 16x112x112; got "
        "'10x20x30x4'. The page keeps what the file says."
    )
    assert sent_to(app, "convviz_network")
    assert html(app)
