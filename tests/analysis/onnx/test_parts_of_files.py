"""What a file has apart from nodes and weights: data outside it, functions, branches, modules, several inputs."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import convviz as cv

from .models import Runtime, check, model, node

CHAIN = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1], strides=[2, 1]),
    node("Reshape", "a to", "b"),
    node("Conv", "b v", "c"),
]
WEIGHTS = {"w": (3, 2, 3, 3), "to": [1, 3, 5, 12], "v": (2, 3, 2, 3)}


def outside(data: bytes, *names: str) -> bytes:
    """Return the model with the numbers of some tensors in another file, as PyTorch's exporter leaves them."""
    made = onnx.load_from_string(data)
    for tensor in made.graph.initializer:
        if tensor.name in names:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="model.onnx.data")
    return made.SerializeToString()


def test_weights_in_another_file_have_their_shapes_here() -> None:
    data = model(CHAIN, weights=WEIGHTS)
    network = cv.Network.from_onnx(outside(data, "w", "v"))
    assert network.table().text() == cv.Network.from_onnx(data).table().text()
    assert network.unknown == ()


def test_numbers_in_another_file_are_asked_for_where_they_are_needed() -> None:
    network = cv.Network.from_onnx(outside(model(CHAIN, weights=WEIGHTS), "w", "to", "v"))
    assert network.unknown == (("Reshape", "Reshape_2", "b"),)
    assert network.provenance.notes["Reshape_2"] == (
        "it needs the numbers of 'to', which are in another file: export the model in one file (external_data=False)"
    )


def test_shape_arithmetic_does_not_count_as_nodes() -> None:
    shapes = [node("Shape", "x", "s0"), *(node("Identity", f"s{n}", f"s{n + 1}") for n in range(6000))]
    data = model([*shapes, node("Reshape", "x s6000", "r"), node("Relu", "r", "y")], outputs=["y"])
    assert [one.name for one in cv.Network.from_onnx(data).nodes] == ["input", "Reshape_6002", "Relu_6003"]


def test_functions_of_the_file_are_read_as_their_nodes() -> None:
    inner = [node("Conv", "a w", "t"), node("Relu", "t", "b")]
    inner[0].attribute.append(onnx.AttributeProto(name="strides", ref_attr_name="every", type=onnx.AttributeProto.INTS))
    opsets = [helper.make_opsetid("", 18)]
    block = helper.make_function("own", "Block", ["a", "w"], ["b"], inner, opsets, attributes=["every"])
    calls = [
        node("Block", "x w", "c", domain="own", name="first", every=[2, 1]),
        node("Block", "c v", "y", domain="own", name="second", every=[1, 1]),
    ]
    made = onnx.load_from_string(model(calls, weights={"w": (3, 2, 3, 3), "v": (2, 3, 2, 3)}, outputs=["y"]))
    made.functions.append(block)
    made.opset_import.append(helper.make_opsetid("own", 1))
    network = cv.Network.from_onnx(made.SerializeToString())
    assert (network.unknown, network.output_size(), network.receptive_field().size) == ((), (3, 8), (5, 5))
    assert [one.name for one in network.nodes[1:]] == ["Conv_2", "Relu_3", "Conv_5", "Relu_6"]
    block.node[1].op_type, block.node[1].domain = "Block", "own"  # a function that calls itself
    made.functions[0].CopyFrom(block)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(made.SerializeToString())
    assert str(caught.value) == "the model must have at most 50000 nodes, and functions 4 deep; got more."


@pytest.mark.parametrize("height", [5, 6])
def test_the_branch_that_a_condition_takes(height: int) -> None:
    """As PyTorch's older exporter writes x.squeeze(2), which does nothing where the axis is longer."""
    shorter = helper.make_graph([node("Squeeze", "c two", "t")], "then", [], [onnx.ValueInfoProto(name="t")])
    same = helper.make_graph([node("Identity", "c", "e")], "else", [], [onnx.ValueInfoProto(name="e")])
    nodes = [
        node("Conv", "x w", "c"),
        node("Shape", "c", "s"),
        node("Gather", "s at", "rows"),
        node("Equal", "rows one", "is"),
        helper.make_node("If", ["is"], ["y"], then_branch=shorter, else_branch=same),
        node("Relu", "y", "z"),
    ]
    weights = {"w": (2, 2, 5, 3), "two": [2], "at": np.array(2), "one": np.array(1)}
    data = model(nodes, (1, 2, "h", "w"), weights, outputs=["z"])
    network = cv.Network.from_onnx(data, (height, 9))
    shape = Runtime(data, (1, 2, height, 9)).run(np.zeros((1, 2, height, 9)))["z"].shape
    assert (network.unknown, network.output_size()) == ((), (1, 7) if height == 5 else (2, 7))
    assert len(shape) == (3 if height == 5 else 4)


def scoped(one: onnx.NodeProto, *scopes: str) -> onnx.NodeProto:
    one.metadata_props.add(key="pkg.torch.onnx.name_scopes", value=str(list(scopes)))
    return one


def test_nodes_have_the_names_of_their_modules() -> None:
    """A convolution into which the exporter has folded its normalization is noted under that."""
    nodes = [
        scoped(node("Conv", "x layer1.0.conv2.weight", "a", name="node_Conv_1"), "", "layer1.0", "layer1.0.bn2", "bn"),
        scoped(node("Relu", "a", "b", name="node_Relu_2"), "", "layer1", "layer1.0", "relu"),
        scoped(node("Relu", "b", "c", name="node_Relu_3"), "", "layer1", "layer1.0", "relu_1"),
        scoped(node("Add", "c a", "y", name="node_Add_4"), "", "add"),
    ]
    network = cv.Network.from_onnx(model(nodes, weights={"layer1.0.conv2.weight": (2, 2, 3, 3)}, outputs=["y"]))
    names = ["layer1.0.conv2/Conv", "layer1.0/Relu", "layer1.0/Relu_2", "add/Add"]
    assert [one.name for one in network.nodes[1:]] == names
    assert network.node("node_Conv_1").name == names[0]
    assert network.scopes[names[0]] == "layer1.0.conv2"


def test_outputs_of_the_file_are_marked() -> None:
    nodes = [node("Conv", "x w", "a"), node("Relu", "a", "b"), node("Sigmoid", "a", "c"), node("Relu", "c", "d")]
    network = cv.Network.from_onnx(model(nodes, weights={"w": (2, 2, 3, 3)}, outputs=["c", "b"]))
    assert network.outputs == ("Sigmoid_3", "Relu_2")
    assert cv.Network.sequential([cv.conv2d(3)] * 2).outputs == ("conv2d_2",)


def two_inputs(first: tuple[int, ...], second: tuple[int, ...]) -> bytes:
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in [("m", first), ("x", second)]
    ]
    nodes = [node("Conv", "x w", "c", pads=[1, 1, 1, 1]), node("Mul", "c m", "y")]
    weight = numpy_helper.from_array(np.ones((2, 2, 3, 3), np.float32), "w")
    graph = helper.make_graph(nodes, "g", inputs, [onnx.ValueInfoProto(name="y")], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString()


def test_the_image_is_the_input_that_layers_read() -> None:
    data = two_inputs((1, 1, 9, 12), (1, 2, 9, 12))
    network = cv.Network.from_onnx(data)
    assert [(one.name, network.receptive_field(one.name).size) for one in network.nodes[1:]] == [
        ("Conv_1", (3, 3)), ("Mul_2", (3, 3))
    ]  # fmt: skip
    masked = cv.Network.from_onnx(data, input="m")
    assert [one.name for one in masked.nodes[1:]] == ["Mul_2"]
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data, input="q")
    assert str(caught.value) == 'input must name one of 3 to 5 dimensions, "m" or "x"; got \'q\'.'


@pytest.mark.parametrize(
    ("before", "shape"),
    [
        ([node("Reshape", "x gray", "t")], (1, 9, 12, 1)),
        ([node("Squeeze", "x three", "s"), node("Unsqueeze", "s one", "t")], (1, 9, 12, 1)),
        (
            [node("Transpose", "x", "s", perm=[0, 3, 2, 1]), node("Transpose", "s", "t", perm=[0, 1, 3, 2])],
            (1, 9, 12, 2),
        ),
        ([node("Gather", "x turned", "s", axis=3), node("Transpose", "s", "t", perm=[0, 3, 1, 2])], (1, 9, 12, 2)),
    ],
)  # fmt: skip
def test_channels_last_written_in_other_ways(before: list[onnx.NodeProto], shape: tuple[int, ...]) -> None:
    nodes = [*before, node("Conv", "t w", "y", strides=[2, 1])]
    weights = {"gray": [-1, 1, 9, 12], "three": [3], "one": [1], "turned": [1, 0], "w": (2, shape[3], 3, 2)}
    network = check(nodes, shape, weights, channels_last=True, tensors=["y"])
    assert (network.input_size, network.output_size()) == ((9, 12), (4, 11))


def test_channels_last_moved_to_the_front_and_back() -> None:
    nodes = [
        node("Transpose", "x", "t", perm=[0, 3, 1, 2]),
        node("Transpose", "t", "s", perm=[0, 2, 3, 1]),
        node("MatMul", "s w", "m"),
        node("Transpose", "m", "u", perm=[0, 3, 1, 2]),
        node("Conv", "u v", "y"),
    ]
    network = check(nodes, (1, 9, 12, 2), {"w": (2, 2), "v": (2, 2, 3, 2)}, channels_last=True, tensors=["m", "y"])
    assert (network.input_size, network.output_size()) == ((9, 12), (7, 11))


def test_what_values_decide() -> None:
    nodes = [
        node("Conv", "x w", "c"),
        node("TopK", "c k", "v i", axis=1),
        node("TopK", "c k", "u j", axis=2),
        node("Relu", "v", "known"),
        node("Cast", "i", "index", to=1),
        node("Relu", "u", "unknown"),
    ]
    weights = {"w": (2, 2, 3, 3), "k": [1]}
    network = cv.Network.from_onnx(model(nodes, weights=weights, outputs=["known", "index", "unknown"]))
    assert network.unknown == (("TopK", "TopK_3", "u"),)
    assert [network.receptive_field(name).status for name in ("Relu_4", "Cast_5", "Relu_6")] == [
        "exact", "exact", "depends on data"
    ]  # fmt: skip


def test_operators_of_other_domains_and_dynamic_quantization_are_explained() -> None:
    data = model([node("Relu", "x", "a"), node("FusedMagic", "a", "y", domain="com.microsoft")])
    assert cv.Network.from_onnx(data).provenance.notes == {"FusedMagic_2": "an operator of com.microsoft"}
    data = model([node("DynamicQuantizeLinear", "x", "q s z"), node("Relu", "x", "y")], outputs=["q", "y"])
    network = cv.Network.from_onnx(data)
    assert network.provenance.notes["DynamicQuantizeLinear_1"].endswith("the values of each input (dynamically)")
    assert network.receptive_field("DynamicQuantizeLinear_1").status == "whole input"


ODD = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
    node("Odd", "a", "b", domain="own", name="one"),
    node("Odd", "b", "c", domain="own", name="two"),
    node("Relu", "c", "d", name="last"),
    node("Conv", "d v", "y", name="behind"),
]


def test_treatments_of_single_nodes_and_spans() -> None:
    made = onnx.load_from_string(model(ODD, weights={"w": (3, 2, 3, 3), "v": (2, 3, 3, 3)}, outputs=["y"]))
    made.graph.value_info.append(helper.make_tensor_value_info("d", TensorProto.FLOAT, (1, 3, 9, 12)))
    data = made.SerializeToString()
    assert cv.Network.from_onnx(data).receptive_field().status == "unknown"
    one = cv.Network.from_onnx(data, treat={"one": "identity"})
    assert [entry.node for entry in one.unknown] == ["two"]
    span = cv.Network.from_onnx(data, treat={"one..last": "places"})
    assert (span.unknown, span.receptive_field().size, span.output_size()) == ((), (5, 5), (7, 10))
    assert span.provenance.treatments == {"last": "places"}
    whole = cv.Network.from_onnx(data, treat={"two": "attention"})
    assert (whole.receptive_field().status, whole.receptive_field().local.size) == ("whole input", (5, 5))


def test_treatments_that_state_the_output() -> None:
    made = onnx.load_from_string(model(ODD, weights={"w": (3, 2, 3, 3), "v": (2, 3, 3, 3)}, outputs=["y"]))
    made.graph.value_info.append(helper.make_tensor_value_info("c", TensorProto.FLOAT, (1, 30, 3)))
    made.graph.node[3].CopyFrom(node("Transpose", "c", "t", perm=[0, 2, 1]))
    made.graph.node.insert(4, node("Reshape", "t shape", "d"))
    made.graph.initializer.append(numpy_helper.from_array(np.array([1, 3, 5, 6]), "shape"))
    data = made.SerializeToString()
    network = cv.Network.from_onnx(data, treat={"two": "grid 5x6"})
    assert (network.output_size(), network.receptive_field().status) == ((3, 4), "whole input")
    assert network.output_size("two") == (5, 6)
    for grid, words in [("grid 5x7", "got 5 x 7."), ("grid 5x6x7", "got 5x6x7.")]:
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(data, treat={"two": grid})
        assert str(caught.value).endswith(words)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data, treat={"two..one": "places"})
    assert str(caught.value) == 'treat["two..one"] must name a node and one that depends on it; got two others.'


def test_treatments_by_name_leave_known_operators_alone() -> None:
    nodes = [
        node("Conv", "x w", "a"),
        node("TopK", "a two", "b i", axis=1, name="known"),
        node("TopK", "b seven", "c j", axis=2, name="unknown"),
        node("Relu", "c", "y"),
    ]
    data = model(nodes, weights={"w": (2, 2, 3, 3), "two": [2], "seven": [7]}, outputs=["y"])
    network = cv.Network.from_onnx(data, treat={"TopK": "attention"})
    assert network.provenance.treatments == {"unknown": "attention"}
    assert [network.receptive_field(name).status for name in ("known", "unknown")] == ["exact", "whole input"]
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data, treat={"unknown": "grid 7x7"})
    assert str(caught.value).endswith("which has the shape (1, 2, 7, 10), must be among its axes; got 7 x 7.")
