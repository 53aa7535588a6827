"""The panel of unknown operators: the treatments of each, and those that break later nodes."""

from __future__ import annotations

from typing import Any

from onnx import helper

import convviz as cv
from convviz.web.components.treatments import MENUS
from tests.web.app import checked, errors
from tests.web.network import facts, model, rows, treat, uploaded, words


def control(app: Any, name: str) -> Any:
    return next(one for one in app.number_input if str(one.key).endswith(f"Strange.{name}"))


def test_the_treatments() -> None:
    app = uploaded(model())
    box = next(box for box in app.selectbox if str(box.key).startswith("network.treat."))
    assert box.options == [
        "leave unknown",
        "cell by cell (identity)",
        "whole input, same size (attention)",
        "whole input, one cell (global pooling)",
        "a window",
    ]
    assert box.value == "unknown"


def test_attention_keeps_the_size() -> None:
    app = treat(uploaded(model()), "attention")
    assert errors(app) == []
    assert (facts(app)["Output"], facts(app)["Receptive field"]) == ("16 × 24", "7 × 7 + whole")


def test_a_window_begins_with_three_cells_and_keeps_the_size() -> None:
    app = treat(uploaded(model()), "window")
    assert [control(app, name).value for name in ("kernel", "stride", "dilation", "padding")] == [3, 1, 1, None]
    assert (facts(app)["Output"], facts(app)["Receptive field"]) == ("16 × 24", "11 × 11")
    control(app, "padding").set_value(0)
    assert facts(checked(app.run()))["Output"] == "14 × 22"


def test_a_treatment_that_breaks_later_nodes_is_refused_and_the_rest_is_shown() -> None:
    app = treat(uploaded(model()), "window")
    control(app, "kernel").set_value(40)
    control(app, "padding").set_value(0)
    checked(app.run())
    assert errors(app) == [
        "'Strange' stays unknown. treat\\[\"Strange\"\\] must fit the nodes of the model; got conv2d(40): "
        'node "odd": The kernel (40 rows) is larger than the input (16 rows).'
    ]
    assert [row[0] for row in rows(app)] == ["first", "odd", "last"]
    expected = cv.Network.from_onnx(model())
    assert facts(app)["Output"] == "16 × 24", "that of the first node"
    assert expected.output_size() is None


def strange(*kinds: str) -> bytes:
    """Unsupported operators of these kinds, side by side."""
    nodes = [helper.make_node(kind, ["x"], [f"y{kind}"], domain="mine") for kind in kinds]
    image = helper.make_tensor_value_info("x", 1, (1, 1, 32, 48))
    graph = helper.make_graph(nodes, "graph", [image], [helper.make_tensor_value_info(f"y{kinds[0]}", 1, None)])
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    return bytes(helper.make_model(graph, opset_imports=versions).SerializeToString())


def treatments(app: Any) -> list[Any]:
    return [box for box in app.selectbox if str(box.key).startswith("network.treat.")]


def test_only_the_first_of_very_many_have_a_menu() -> None:
    app = uploaded(strange(*(f"Strange{number}" for number in range(300))))
    assert [box.label for box in treatments(app)] == [f"Strange{number}, 1 node" for number in range(MENUS)]
    assert (
        "**Unknown operators: 300.** What follows them is unknown until you say what they read. The first 20 have a "
        "menu."
    ) in words(app)


def test_of_several_treatments_only_the_one_that_breaks_later_nodes_is_left_out() -> None:
    app = uploaded(strange("Strange", "Odd", "Queer"))
    for box, way in zip(treatments(app), ("window", "identity", "attention"), strict=True):
        box.select(way)
    control(checked(app.run()), "kernel").set_value(40)
    control(app, "padding").set_value(0)
    assert errors(checked(app.run())) == [
        "'Strange' stays unknown. treat\\[\"Strange\"\\] must fit the nodes of the model; got conv2d(40): "
        'node "Strange_1": The kernel (40 rows) is larger than the input (32 rows).'
    ]
    fields = {row[0]: row[1] for row in rows(app)}
    assert [fields[name] for name in ("Strange_1", "Odd_2", "Queer_3")] == ["?", "1 × 1", "1 × 1 + whole"]
