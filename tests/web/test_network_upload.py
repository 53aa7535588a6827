"""A visitor's own ONNX file on the page of networks: its unknown operators, and what stays out of the link."""

from __future__ import annotations

import pytest
from onnx import TensorProto, helper

import convviz as cv
from tests.web.app import address, checked, errors, named
from tests.web.network import facts, model, rows, sent_to, treat, uploaded, words


def test_a_file_is_read_and_stays_out_of_the_link() -> None:
    app = uploaded(model())
    assert (errors(app), address(app)) == ([], {"source": "file"})
    assert [row[0] for row in rows(app)] == ["first", "odd", "last"]
    assert facts(app)["Receptive field"] == "3 × 3", "the last node whose field is known"
    named(app.selectbox, "network.node.upload").select("last")
    checked(app.run())
    assert facts(app)["Receptive field"] == "?"
    assert "**Unknown operators: 1.** What follows them is unknown until you say what they read." in words(app)
    assert "The receptive field of this node is unknown: it follows an unsupported operator." in words(app)
    assert [row[-2] for row in rows(app)] == ["exact", "unknown", "unknown"], "the status"
    assert [row[-1] for row in rows(app)] == [
        "conv2d(3, stride=2, padding=1)",
        "Strange, unknown",
        "Conv, after unknown, output of the network",
    ]
    (graph,) = sent_to(app, "convviz_network")
    assert graph["svg"].count(">?</text>") == 1


@pytest.mark.parametrize(("way", "size"), [("identity", "7 × 7"), ("attention", "7 × 7 + whole")])
def test_the_visitor_says_what_an_operator_reads(way: str, size: str) -> None:
    app = treat(uploaded(model()), way)
    expected = cv.Network.from_onnx(model(), treat={"Strange": way})
    assert facts(app)["Receptive field"] == size
    assert size.startswith("{} × {}".format(*expected.receptive_field().local.size))
    assert "1 node treated, 1 behind it known again." in [caption.value for caption in app.caption]
    assert "**Unknown operators: 1.**" in words(app), "the panel stays, so that one can change one's mind"


def test_a_window_has_kernel_stride_and_dilation() -> None:
    app = treat(uploaded(model()), "window")
    for name, number in (("kernel", 5), ("stride", 2), ("dilation", 3)):
        control = next(one for one in app.number_input if str(one.key).endswith(f"Strange.{name}"))
        control.set_value(number)
    checked(app.run())
    layer = cv.conv2d(5, stride=2, dilation=3, padding=6)
    expected = cv.Network.from_onnx(model(), treat={"Strange": layer})
    assert facts(app)["Receptive field"] == "{} × {}".format(*expected.receptive_field().size)
    assert facts(app)["Jump"] == "4 × 4"


def test_sizes_that_a_file_leaves_open_are_asked_for() -> None:
    app = uploaded(model("h", "w"))
    assert errors(app) == ["Input 'x' has a dynamic height; give the input size (input_size)."]
    named(app.text_input, "network.input_size.upload").set_value("64x80")
    app = treat(checked(app.run()), "identity")
    assert errors(app) == []
    assert facts(app)["Output"] == "32 × 40"


def test_what_is_no_model_gets_one_sentence() -> None:
    app = uploaded(b"not a model")
    assert len(errors(app)) == 1
    assert "ONNX" in errors(app)[0]


def test_a_module_is_found_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv.Network, "scopes", {"first": "backbone.stem.conv"}, raising=False)
    app = uploaded(model())
    named(app.text_input, "network.search").set_value("Stem")
    assert [row[0] for row in rows(checked(app.run()))] == ["first"]


def test_outputs_are_marked_in_menu_graph_and_table() -> None:
    app = treat(uploaded(model()), "identity")
    assert named(app.selectbox, "network.node.upload").options == ["input", "first", "odd", "last, output"]
    (graph,) = sent_to(app, "convviz_network")
    assert graph["svg"].count("output, field 7 × 7</text>") == 1
    assert [row[0] for row in rows(app) if row[-1].endswith(", output of the network")] == ["last"]
    assert "It is an **output** of the network." in words(app)


def test_a_class_token_makes_no_rows_and_no_boxes_of_its_own() -> None:
    blocks = [(f"b{n}", f"b{n + 1}") for n in range(25)]
    nodes = [
        helper.make_node("Reshape", ["x", "flat"], ["f"], name="flatten"),
        helper.make_node("Transpose", ["f"], ["t"], name="turn", perm=[0, 2, 1]),
        helper.make_node("ReduceMean", ["t"], ["token"], name="token", axes=[1]),
        helper.make_node("Concat", ["token", "t"], ["b0"], name="join", axis=1),
        *[helper.make_node("Relu", [source], [f"{made}.r"], name=f"{made}/Relu") for source, made in blocks],
        *[helper.make_node("Add", [source, f"{made}.r"], [made], name=f"{made}/Add") for source, made in blocks],
    ]
    nodes[4:] = [node for pair in zip(nodes[4:29], nodes[29:], strict=True) for node in pair]
    weights = [helper.make_tensor("flat", TensorProto.INT64, (3,), [1, 2, -1])]
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 6])
    output = helper.make_tensor_value_info("b25", TensorProto.FLOAT, None)
    versions = [helper.make_opsetid("", 17)]
    file = helper.make_model(helper.make_graph(nodes, "graph", [image], [output], weights), opset_imports=versions)
    app = uploaded(bytes(file.SerializeToString()))
    assert errors(app) == []
    assert [row[0] for row in rows(app)] == [node.name for node in nodes]
    (graph,) = sent_to(app, "convviz_network")
    assert "25 equal blocks" in graph["svg"]
    said = words(app).replace("\u00a0", " ")
    assert "these numbers are those of 4 × 6; the others are 1 × 1, which may be a class token." in said
