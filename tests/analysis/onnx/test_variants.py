"""Operators in less common spellings: quantised, tiled, gathered, and gates that convolve over channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

import convviz as cv

from .models import Node, check, model, node

MICROSOFT = "com.microsoft"
QUANTISED = {"s": np.float32(0.1), "z": np.uint8(3), "k": np.float32(0.1), "o": np.int8(0)}


def fields(data: bytes) -> list[Any]:
    network = cv.Network.from_onnx(data)
    assert network.unknown == ()
    found = [network.receptive_field(one.name) for one in network.nodes]
    return [(one.size, field.size, field.jump, field.center) for one, field in zip(network.nodes, found, strict=True)]


def quantised(nodes: list[Node], weights: dict[str, Any]) -> bytes:
    made = onnx.load_from_string(model(nodes, weights=weights))
    made.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    data: bytes = made.SerializeToString()
    return data


def test_files_that_onnxruntime_quantised() -> None:
    nodes = [
        node("QuantizeLinear", "x s z", "q"),
        node("QLinearConv", "q s z w k o s z", "a", pads=[1, 1, 1, 1]),
        node("QLinearAdd", "a s z q s z s z", "b", domain=MICROSOFT),
        node("QLinearLeakyRelu", "b s z s z", "c", domain=MICROSOFT),
        node("QLinearAveragePool", "c s z s z", "d", domain=MICROSOFT, kernel_shape=[2, 3], strides=[2, 1]),
        node("QLinearConcat", "s z d s z d s z", "e", domain=MICROSOFT, axis=1),
        node("QLinearGlobalAveragePool", "e s z s z", "f", domain=MICROSOFT),
        node("QLinearMul", "e s z f s z s z", "g", domain=MICROSOFT),
    ]
    plain = [
        node("Identity", "x", "q"),
        node("Conv", "q w", "a", pads=[1, 1, 1, 1]),
        node("Add", "a q", "b"),
        node("LeakyRelu", "b", "c"),
        node("AveragePool", "c", "d", kernel_shape=[2, 3], strides=[2, 1]),
        node("Concat", "d d", "e", axis=1),
        node("GlobalAveragePool", "e", "f"),
        node("Mul", "e f", "g"),
    ]
    weights = {"w": np.ones((2, 2, 3, 3), np.int8)}
    assert fields(quantised(nodes, QUANTISED | weights)) == fields(model(plain, weights=weights))
    nodes[-2].attribute.append(helper.make_attribute("channels_last", 1))
    assert [one.op for one in cv.Network.from_onnx(quantised(nodes, QUANTISED | weights)).unknown] == [
        nodes[-2].op_type
    ]


def test_scales_of_the_whole_image() -> None:
    nodes = [
        node("DynamicQuantizeLinear", "x", "q scale zero"),
        node("ConvInteger", "q w zero", "c", pads=[1, 1, 1, 1]),
        node("Cast", "c", "f", to=1),
        node("Mul", "f scale", "y"),
    ]
    network = cv.Network.from_onnx(model(nodes, weights={"w": np.ones((2, 2, 3, 3), np.int8)}))
    field = network.receptive_field("Mul_4")
    assert (network.unknown, network.output_size("Mul_4")) == ((), (9, 12))
    assert (field.is_global, field.local.size) == (True, (3, 3))


def test_fused_convolutions() -> None:
    weights = {"w": (2, 2, 3, 3), "b": (2,)}
    fused = [node("FusedConv", "x w b", "y", domain=MICROSOFT, activation="Relu")]
    assert fields(quantised(fused, weights)) == fields(model([node("Conv", "x w b", "y")], weights=weights))
    fused = [node("FusedConv", "x w b x", "y", domain=MICROSOFT, pads=[1, 1, 1, 1])]
    assert [one.op for one in cv.Network.from_onnx(quantised(fused, weights)).unknown] == ["FusedConv"]


def test_gates_that_convolve_over_channels() -> None:
    """ECA-Net: https://arxiv.org/abs/1910.03151."""
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("GlobalAveragePool", "a", "p"),
        node("Reshape", "p row", "r"),
        node("Conv", "r v", "c", pads=[1, 1]),
        node("Sigmoid", "c", "s"),
        node("Reshape", "s gate", "g"),
        node("Expand", "g all", "e"),
        node("Mul", "a e", "y"),
        node("Mul", "a g", "z"),
    ]
    weights = {"w": (4, 2, 3, 3), "v": (1, 1, 3), "row": [1, 1, 4], "gate": [1, 4, 1, 1], "all": [1, 4, 1, 1]}
    network = check(nodes, (1, 2, 5, 6), weights, tensors=["a", "y", "z"])
    field = network.receptive_field()
    assert (field.is_global, field.local.size) == (True, (3, 3))


@pytest.mark.parametrize("repeats", [[1, 3, 1, 1], [1, 1, 9, 12], [1, 2, 9, 1]])
def test_tiles(repeats: list[int]) -> None:
    single = [node("ReduceMax", "x", "m", axes=[2, 3] if repeats[3] > 1 else [2])] if repeats[2] > 1 else []
    nodes = [*single, node("Tile", "m repeats" if single else "x repeats", "y")]
    check(nodes, (1, 2, 9, 12), {"repeats": repeats}, tensors=["y"])
    data = model([node("Tile", "x repeats", "y")], weights={"repeats": [1, 1, 1, 2]})
    assert cv.Network.from_onnx(data).unknown == (("Tile", "Tile_1", "y"),)


@pytest.mark.parametrize("rows", [[0, 2, 4], [-1], [3, 6], [2, 3, 4]])
def test_gathered_rows(rows: list[int]) -> None:
    nodes = [node("Gather", "x rows", "g", axis=2), node("Conv", "g w", "y")]
    check(nodes, (1, 2, 9, 12), {"rows": rows, "w": (2, 2, 1, 3)})
    data = model([nodes[0]], weights={"rows": [0, 2, 3]})
    assert cv.Network.from_onnx(data).unknown == (("Gather", "Gather_1", "g"),)
