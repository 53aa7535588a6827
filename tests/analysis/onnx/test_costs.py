"""What operators cost, against PyTorch's counts of parameters and fvcore's of products, and shapes by onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv
from convviz.analysis import NodeCost

from .models import Node, Runtime, model, node

CONVS = [
    node("Conv", "x w1 b1", "a", strides=[2, 1], pads=[1, 2, 1, 2], dilations=[1, 2]),
    node("BatchNormalization", "a scale shift mean variance", "b"),
    node("PRelu", "b slope", "c"),
    node("Conv", "c w2", "d", group=4),
]
CONV_WEIGHTS: dict[str, Any] = {
    "w1": (8, 3, 3, 5),
    "w2": (16, 2, 5, 3),
    "slope": (8, 1, 1),
    **dict.fromkeys(("b1", "scale", "shift", "mean"), (8,)),
    "variance": np.ones(8, np.float32),
}
TOKENS = [
    node("Conv", "x w b", "patches", strides=[4, 5]),
    node("Reshape", "patches shape", "flat"),
    node("Add", "flat places", "placed"),
    node("Transpose", "placed", "tokens", perm=[0, 2, 1]),
    node("LayerNormalization", "tokens scale shift", "normed"),
    node("MatMul", "normed wq", "q0"),
    node("Add", "q0 bq", "q"),
    node("MatMul", "normed wo", "o"),
    node("Add", "o tokens", "sum"),
    node("ReduceMean", "sum", "mean", axes=[1], keepdims=0),
    node("Gemm", "mean wh bh", "y", transB=1),
]
TOKEN_WEIGHTS: dict[str, Any] = {
    "w": (12, 3, 4, 5),
    "shape": np.array([1, 12, 6]),
    "places": (1, 12, 6),
    **dict.fromkeys(("b", "scale", "shift"), (12,)),
    "wq": (12, 36),
    "bq": (36,),
    "wo": (12, 12),
    "wh": (10, 12),
    "bh": (10,),
}
PUBLISHED: list[tuple[list[Node], tuple[int, ...], dict[str, Any], tuple[int, int]]] = [
    (CONVS, (1, 3, 17, 14), CONV_WEIGHTS, (872, 51600)),
    ([node("ConvTranspose", "x w b", "y", strides=[2, 3], pads=[1, 0, 1, 0], group=2)], (1, 4, 5, 7),
     {"w": (4, 3, 3, 2), "b": (6,)}, (78, 2520)),
    ([node("Conv", "x w b", "y", strides=[3])], (1, 3, 29), {"w": (7, 3, 4), "b": (7,)}, (91, 756)),
    (TOKENS, (1, 3, 8, 15), TOKEN_WEIGHTS, (1570, 4320 + 3576)),
    ([node("Einsum", "x w", "y", equation="nchw,oc->nohw")], (1, 3, 4, 7), {"w": (5, 3)}, (15, 420)),
    ([node("Einsum", "x w", "y", equation="...chw, oc -> ...ohw")], (1, 3, 4, 7), {"w": (5, 3)}, (15, 420)),
]  # fmt: skip
"""Nodes, the shape of the input, the weights; parameters by PyTorch 2.14, products by fvcore 0.1.5."""


@pytest.mark.parametrize(("nodes", "shape", "weights", "published"), PUBLISHED)
def test_totals_are_those_of_pytorch_and_fvcore(
    nodes: list[Node], shape: tuple[int, ...], weights: dict[str, Any], published: tuple[int, int]
) -> None:
    data = model(nodes, shape, weights)
    network = cv.Network.from_onnx(data)
    total = network.total()
    assert (total.parameters, total.channels) == (published[0], None)
    tensors = {name: value.size for name, value in Runtime(data, shape).run(np.zeros(shape)).items()}
    costs = {tensor: network.cost(name) for name, (_, tensor) in network.origins.items()}
    known = {tensor: cost.memory for tensor, cost in costs.items() if cost is not None and cost.memory is not None}
    assert known.items() <= tensors.items()
    if not network.unknown:
        assert (total.multiplications, total.memory) == (published[1], sum(tensors.values()))


def costs_of(nodes: list[Node], shape: tuple[int, ...], weights: dict[str, Any], opset: int = 17) -> list[Any]:
    """Return (channels, parameters, multiplications, memory) of every node."""
    network = cv.Network.from_onnx(model(nodes, shape, weights, opset, [nodes[-1].output[0]]))
    costs = [network.cost(each.name) for each in network.nodes if each.name in network.origins]
    return [(cost.channels, cost.parameters, cost.multiplications, cost.memory) for cost in costs if cost is not None]


def test_each_stored_tensor_counts_where_it_is_first_read() -> None:
    nodes = [
        node("DequantizeLinear", "stored scale", "w"),
        node("Transpose", "w", "turned", perm=[1, 0, 2, 3]),
        node("Conv", "x w", "a"),
        node("Conv", "a turned", "b"),
        node("Conv", "b turned", "c"),
    ]
    weights = {"stored": np.ones((2, 3, 1, 1), np.int8), "scale": np.float32(0.5)}
    expected = [(2, 6, 6 * 20, 40), (3, 0, 6 * 20, 60), (2, 0, 6 * 20, 40)]
    assert costs_of([*nodes[:4], node("Conv", "b w", "c")], (1, 3, 4, 5), weights) == expected


def test_weights_that_a_file_computes_count_as_they_are_stored() -> None:
    """As weight standardization and a gain, with the statistics of the weights."""
    nodes = [
        node("BatchNormalization", "flat scale shift mean variance", "standard"),
        node("Reshape", "standard shape", "shaped"),
        node("Mul", "gain shaped", "w"),
        node("Conv", "x w", "y"),
    ]
    weights = {
        "flat": (1, 4, 18),
        **dict.fromkeys(("scale", "shift", "mean"), (4,)),
        "variance": np.ones(4, np.float32),
        "shape": np.array([4, 2, 3, 3]),
        "gain": np.ones(1, np.float32),
    }
    (cost,) = costs_of(nodes, (1, 2, 5, 6), weights)
    assert cost == (4, 72 + 8, 4 * 3 * 4 * 18, 48)


def test_shapes_scalars_bounds_and_statistics_are_no_parameters() -> None:
    nodes = [
        node("Mul", "x half", "a"),
        node("Clip", "a low high", "b"),
        node("Resize", "b - factors", "c"),
        node("Reshape", "c shape", "d"),
        node("Add", "d table", "y"),
    ]
    weights = {
        "half": np.float32(0.5),
        "low": np.float32(0),
        "high": np.float32(6),
        "factors": np.array([1, 1, 2, 3], np.float32),
        "shape": np.array([1, 2, 8, 15]),
        "table": (2, 1, 1),
    }
    costs = costs_of(nodes, (1, 2, 4, 5), weights)
    assert [cost[1] for cost in costs] == [0, 0, 0, 0, 2]
    assert {cost[2] for cost in costs} == {0}
    assert costs[-1] == (2, 2, 0, 240)


def test_a_batch_counts_every_image_but_not_its_channels() -> None:
    (cost,) = costs_of([node("Conv", "x w", "y")], (5, 3, 4, 6), {"w": (7, 3, 2, 3)})
    assert cost == (7, 126, 5 * 7 * 3 * 4 * 18, 5 * 7 * 3 * 4)


@pytest.mark.parametrize(
    ("kind", "right", "attributes", "products"),
    [
        ("MatMul", (6, 5), {}, 2 * 3 * 4 * 6 * 5),
        ("MatMul", (2, 1, 6, 5), {}, 2 * 3 * 4 * 6 * 5),
        ("MatMul", (6,), {}, 2 * 3 * 4 * 6),
        ("com.microsoft.FusedMatMul", (5, 6), {"transB": 1}, 2 * 3 * 4 * 6 * 5),
        ("com.microsoft.FusedMatMul", (4, 5), {"transA": 1}, 2 * 3 * 6 * 4 * 5),
    ],
)
def test_products_of_matrices(kind: str, right: tuple[int, ...], attributes: dict[str, int], products: int) -> None:
    domain, _, name = kind.rpartition(".")
    multiply = node(name, "x w", "y", domain=domain, **attributes)
    network = cv.Network.from_onnx(model([multiply], (2, 3, 4, 6), {"w": right}))
    cost = network.cost()
    assert cost is not None
    assert (cost.parameters, cost.multiplications) == (int(np.prod(right)), products)


def test_several_outputs_share_one_count() -> None:
    nodes = [node("Add", "x table", "a"), node("Split", "a", "b c", axis=1), node("Concat", "c b", "y", axis=1)]
    costs = costs_of(nodes, (1, 4, 3, 5), {"table": (4, 1, 1)}, 13)
    assert costs == [(4, 4, 0, 60), (2, 0, 0, 30), (2, 0, 0, 30), (4, 0, 0, 60)]


@pytest.mark.parametrize(("kind", "gates", "parameters"), [("LSTM", 4, 384), ("GRU", 3, 288), ("RNN", 1, 96)])
def test_recurrent_layers_count_both_matrices_at_each_time(kind: str, gates: int, parameters: int) -> None:
    """PyTorch's own number of parameters; 9 times, 6 inputs, 4 units, both directions."""
    weights = {"w": (2, 4 * gates, 6), "r": (2, 4 * gates, 4), "b": (2, 8 * gates)}
    attributes = {"hidden_size": 4, "direction": "bidirectional"}
    data = model([node(kind, "x w r b", "y", **attributes)], (9, 1, 6), weights)
    network = cv.Network.from_onnx(data)
    cost = network.cost()
    assert cost is not None
    assert (cost.parameters, cost.multiplications) == (parameters, 9 * 2 * 4 * gates * (6 + 4))


def test_what_is_unknown_is_not_counted_as_nothing() -> None:
    nodes = [node("Strange", "x w", "a", domain="any"), node("Relu", "a", "b"), node("Conv", "b v", "y")]
    network = cv.Network.from_onnx(model(nodes, (1, 3, 4, 5), {"w": (3, 3), "v": (2, 3, 1, 1)}))
    strange, relu, conv = (network.cost(each.name) for each in network.nodes[1:])
    assert strange == NodeCost(None, 9, None, None)
    assert relu == NodeCost(None, 0, 0, None)
    assert conv == NodeCost(None, 6, None, None)
    assert network.total() == NodeCost(None, 15, None, None)


def test_quantized_convolution_counts_its_weight_and_bias() -> None:
    nodes = [
        node("QuantizeLinear", "x scale zero", "q"),
        node("QLinearConv", "q scale zero w scale zero scale zero b", "r"),
        node("DequantizeLinear", "r scale zero", "y"),
    ]
    weights = {
        "scale": np.float32(0.1),
        "zero": np.uint8(0),
        "w": np.ones((4, 3, 2, 1), np.uint8),
        "b": np.ones(4, np.int32),
    }
    costs = costs_of(nodes, (1, 3, 5, 6), weights)
    assert costs == [(3, 0, 0, 90), (4, 28, 4 * 4 * 6 * 6, 96), (4, 0, 0, 96)]


def test_absurd_dimensions_are_unknown() -> None:
    nodes = [node("Expand", "x shape", f"y{n}") for n in range(2)]
    data = model(nodes[:1], (1, 1, 1, 1), {"shape": np.array([2**62, 2**62, 1, 1])})
    cost = cv.Network.from_onnx(data).cost()
    assert cost is not None
    assert (cost.channels, cost.memory) == (None, None)
