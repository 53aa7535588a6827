"""What a caller says that operators are: attention against onnxruntime, and treatments that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest

import convviz as cv

from .models import Runtime, model, node

WEIGHTS = {"w": (2, 2, 3, 3), "own.w": (2, 2, 3, 3)}
NODES = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1], strides=[2, 2], name="first"),
    node("Strange", "a", "b", domain="own", name="odd"),
    node("Conv", "b w", "c", name="c"),
    node("Relu", "a", "d", name="d"),
]
DATA = model(NODES, weights=WEIGHTS)


def refused(**options: Any) -> str:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(DATA, **options)
    return str(caught.value)


def test_attention_reads_the_whole_input_and_keeps_the_size() -> None:
    """A non-local block made of operators that onnxruntime has, and the same block as one unsupported operator."""
    block = [
        node("Reshape", "a flat", "rows"),
        node("Transpose", "rows", "columns", perm=[0, 2, 1]),
        node("MatMul", "columns rows", "scores"),
        node("Softmax", "scores", "weights", axis=-1),
        node("MatMul", "rows weights", "mixed"),
        node("Reshape", "mixed plane", "b"),
    ]
    weights = {"flat": [1, 2, 30], "plane": [1, 2, 5, 6], **WEIGHTS}
    reads = Runtime(model([NODES[0], *block], weights=weights), (1, 2, 9, 12)).influence()["b"]
    assert reads.all(), "every element of the output depends on every cell"
    network = cv.Network.from_onnx(DATA, treat={"Strange": "attention"})
    field = network.receptive_field("odd")
    assert (network.unknown, network.output_size("odd"), network.output_size("c")) == ((), (5, 6), (3, 4))
    assert (field.is_global, field.size, field.local.size) == (True, (9, 12), (3, 3))
    assert network.support("odd", (4, 5)).all()
    assert network.receptive_field("c").local.size == (7, 7)
    assert [network.described(name) for name in ("odd", "c")] == ["Strange: attention", "Conv: conv2d(3)"]


def test_attention_of_several_inputs_has_the_size_of_the_first() -> None:
    nodes = [*NODES[:1], node("MaxPool", "a", "k", kernel_shape=[2, 2]), node("Cross", "a k k", "y", domain="own")]
    network = cv.Network.from_onnx(model(nodes, weights=WEIGHTS), treat={"Cross": "attention"})
    assert (network.output_size("Cross_3"), network.receptive_field("Cross_3").is_global) == ((5, 6), True)
    assert network.receptive_field("Cross_3").local.size == (3, 3)


def test_a_treatment_that_breaks_what_follows_is_named() -> None:
    assert refused(treat={"Strange": "global_pool"}) == (
        'treat["Strange"] must fit the nodes of the model; got "global_pool": node "c": '
        "The kernel (3 rows) is larger than the input (1 row)."
    )
    assert refused(treat={"Strange": cv.conv2d(7)}) == (
        'treat["Strange"] must fit the nodes of the model; got conv2d(7): node "odd": '
        "The kernel (7 rows) is larger than the input (5 rows)."
    )
    flat = [node("Flatten", "x", "a"), node("Strange", "a", "b", domain="own", name="odd")]
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(model(flat), treat={"Strange": cv.conv2d(3)})
    assert str(caught.value) == (
        'treat["Strange"] must fit the nodes of the model; got conv2d(3): node "odd" must read an '
        "input with height and width; got one of shape (1, 216)."
    )


def test_the_rest_is_there_without_the_treatment() -> None:
    network = cv.Network.from_onnx(DATA)
    assert network.treated({"Strange": "identity"}).receptive_field("c").size == (7, 7)
    with pytest.raises(cv.SpecError):
        network.treated({"Strange": "dense"})
    assert network.receptive_field("d").size == (3, 3)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network().treated({})
    assert str(caught.value) == (
        "treated must be asked of a network that from_onnx has read; got one that was made here."
    )


def test_treatments_that_there_are_not() -> None:
    ways = '"identity", "attention", "global_pool", "dense" or "places", or as "grid 56x56"'
    rule = f'treat["Strange"] must be a layer, {ways}'
    assert refused(treat={"Strange": "banana"}) == f"{rule}; got 'banana'."
    assert refused(treat={"Nope": "identity"}) == (
        'treat must name an operator of the model, "Conv", "Strange" or "Relu", or a node of it, or two nodes as '
        "first..last; got 'Nope'."
    )
    kinds = [node(f"Own{n}", "x", f"t{n}", domain="own") for n in range(20)]
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(model(kinds), treat={"Nope": "identity"})
    assert str(caught.value).endswith(
        '"Own10" or "Own11" (20 in all), or a node of it, or two nodes as first..last; got \'Nope\'.'
    )


def test_nodes_in_the_words_of_the_file() -> None:
    tail = [
        node("Relu", "b", "e", name="behind"),
        node("GlobalAveragePool", "d", "f", name="pool"),
        node("Reshape", "f two", "g", name="flat"),
        node("Gemm", "g m", "h", name="gemm"),
        node("Add", "a d", "i", name="sum"),
    ]
    network = cv.Network.from_onnx(model([*NODES, *tail], weights=WEIGHTS | {"two": [1, 2], "m": (2, 5)}))
    assert {node.name: network.described(node.name) for node in network.nodes[1:]} == {
        "first": "Conv: conv2d(3, stride=2, padding=1)",
        "odd": "Strange: unknown",
        "c": "Conv: follows an unknown one",
        "d": "Relu",
        "behind": "Relu: follows an unknown one",
        "pool": "GlobalAveragePool: global_pool",
        "flat": "Reshape",
        "gemm": "Gemm",
        "sum": "Add",
    }
    assert [row.operation for row in network.table()] == [network.described(row.name) for row in network.table()]
    assert (network.is_unsupported("odd"), network.is_unsupported("behind")) == (True, False)
    assert network.provenance.causes["behind"] == ("Strange", "odd", "b")
    assert cv.Network.known("vgg16").described("pool1") == "max_pool2d(2, stride=2)"


def test_every_output_of_an_unknown_operator_is_unknown_itself() -> None:
    pair = onnx.helper.make_node("Split2", ["x"], ["a", "b"], domain="own", name="two")
    network = cv.Network.from_onnx(model([pair, node("Add", "a b", "c")], weights={"k": np.float32(1)}))
    assert [network.described(name) for name in ("two", "two:1", "Add_2")] == [
        "Split2: unknown",
        "Split2: unknown",
        "Add: follows an unknown one",
    ]


def test_nodes_may_join_unknown_ones() -> None:
    nodes = [node("Strange", "x", "a"), node("Conv", "x w", "b", pads=[1, 1, 1, 1]), node("Strange", "b", "c")]
    network = cv.Network.from_onnx(model(nodes, weights={"w": (2, 2, 3, 3)}))
    unknown = [one.name for one in network.nodes if network.is_unsupported(one.name)]
    for name, inputs in (("both", unknown), ("half", [unknown[0], "input"])):
        field = network.receptive_field(network.add(name, "add", inputs))
        assert (field.size, field.is_aligned, field.misaligned_at) == ((None, None), None, None)
