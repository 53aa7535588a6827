"""Compare every operator with onnxruntime: output sizes, and which outputs a changed cell of the input changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv

from .models import Node, Runtime, check, model, node

W3 = {"w": (3, 2, 3, 3)}
POOLS = ["MaxPool", "AveragePool", "LpPool"]


def several(kind: str, inputs: str, cases: list[dict[str, Any]]) -> list[Node]:
    """Return a node for each case, all of which read the image; ``#`` in the inputs is the number of the case."""
    return [node(kind, inputs.replace("#", str(n)), f"y{n}", **attributes) for n, attributes in enumerate(cases)]


def test_conv() -> None:
    cases: list[tuple[dict[str, Any], tuple[int, int]]] = [
        ({}, (3, 3)),
        ({"pads": [1, 0, 2, 3], "strides": [2, 3]}, (3, 5)),
        ({"dilations": [2, 3], "pads": [0, 1, 1, 0]}, (3, 2)),
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (3, 4)),
        ({"auto_pad": "SAME_LOWER", "strides": [2, 3]}, (4, 4)),
        ({"auto_pad": "VALID", "strides": [2, 1]}, (2, 4)),
        ({"group": 2}, (3, 1)),
    ]
    kernels = [(4, 2 // attributes.get("group", 1), *kernel) for attributes, kernel in cases]
    nodes = several("Conv", "x w#", [attributes for attributes, _ in cases])
    for shape in ((1, 2, 9, 12), (1, 2, 8, 11)):
        check(nodes, shape, {f"w{n}": kernel for n, kernel in enumerate(kernels)})


def test_conv_transpose() -> None:
    cases: list[dict[str, Any]] = [
        {},
        {"strides": [2, 3], "pads": [1, 0, 0, 1]},
        {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 0]},
        {"strides": [3, 2], "dilations": [2, 1]},
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
        {"strides": [2, 2], "output_shape": [10, 13]},
        {"strides": [2, 2], "output_shape": [10, 12], "auto_pad": "SAME_UPPER"},
    ]
    check(several("ConvTranspose", "x w", cases), (1, 2, 5, 6), {"w": (2, 3, 3, 3)})


@pytest.mark.parametrize("kind", POOLS)
def test_pools(kind: str) -> None:
    cases: list[dict[str, Any]] = [
        {"kernel_shape": [2, 3]},
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
        {"kernel_shape": [3, 4], "strides": [2, 3], "pads": [0, 1, 1, 2]},
        {"kernel_shape": [3, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"},
    ]
    check(several(kind, "x", cases))


@pytest.mark.parametrize("sides", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_named_padding_of_signals(sides: str) -> None:
    numbers: dict[str, Any] = {"kernel_shape": [4], "strides": [2], "auto_pad": sides}
    nodes = [node("Conv", "x w", "y", **numbers), *(node(kind, "x", kind, **numbers) for kind in POOLS)]
    data = model(nodes, (1, 2, 9), {"w": (2, 2, 4)})
    network, influence = cv.Network.from_onnx(data), Runtime(data, (1, 2, 9)).influence(0, 2)
    for name, (_, tensor) in network.origins.items():
        seen = influence[tensor].any(axis=(2, 3))
        assert network.output_size(name) == (1, seen.shape[-1])
        for output in range(seen.shape[-1]):
            assert (network.support(name, (0, output)) == seen[..., output]).all(), (name, output)


def test_pools_with_all_they_have() -> None:
    check([node("MaxPool", "x", "y", kernel_shape=[3, 2], dilations=[2, 3], strides=[2, 2])])
    check([node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], (1, 2, 8, 10))
    check([node("AveragePool", "x", "y", kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1, count_include_pad=1)])
    network = check([node("AveragePool", "x", "y", kernel_shape=[2, 3], dilations=[2, 3])], opset=19)
    assert network.nodes[-1].operation == cv.avg_pool2d((2, 3), 1, count_include_pad=False, dilation=(2, 3))
    check([node("MaxPool", "x", "y i", kernel_shape=[2, 2])], tensors=["y"])


def test_global_pools() -> None:
    for kind in ("GlobalAveragePool", "GlobalMaxPool"):
        network = check([node(kind, "x", "p"), node("Mul", "x p", "y")])
        assert [network.receptive_field(name).is_global for name in (f"{kind}_1", "Mul_2")] == [True, True]
        assert network.receptive_field().local.size == (1, 1)


UNARY = "Relu LeakyRelu Sigmoid HardSigmoid HardSwish Elu Selu Tanh Erf Exp Softplus Softsign Abs Neg Identity Floor"


def test_activations_read_their_own_place() -> None:
    network = check([node(kind, "x", kind) for kind in UNARY.split()], (1, 2, 4, 5))
    assert {node.operation for node in network.nodes[1:]} == {"identity"}
    assert [row.operation for row in network.table().rows] == UNARY.split()


def test_what_weights_do_cell_by_cell() -> None:
    weights = {"s": (2,), "p": (2, 1, 1), "lo": np.float32(-1), "hi": np.float32(50), "v": (2,), "k": np.float32(2)}
    weights["v"] = np.ones(2, np.float32)
    nodes = [
        node("BatchNormalization", "x s s s v", "a"),
        node("PRelu", "a p", "b"),
        node("Clip", "b - hi", "c"),
        node("Mul", "c k", "d"),
        node("LRN", "d", "e", size=3),
        node("Dropout", "e", "f"),
        node("Cast", "f", "g", to=1),
        node("Where", "cond g k", "h"),
        node("Pow", "k x", "i"),
    ]
    check(nodes, (1, 2, 4, 5), weights | {"cond": np.array(True)}, tensors=list("abcdefgi"))


def test_joins() -> None:
    kinds = {"Add": "add", "Sub": "add", "Mul": "multiply", "Max": "add"}
    nodes = [node("Conv", "x w", "a", pads=[1, 1, 1, 1]), node("Conv", "x v", "b")]
    nodes += [node(kind, "a b", kind) for kind in kinds]
    network = check(nodes, (1, 2, 5, 6), {"w": (3, 2, 3, 3), "v": (3, 2, 1, 1)})
    assert [node.operation for node in network.nodes[-4:]] == list(kinds.values())
    assert [row.operation for row in network.table().rows[-4:]] == list(kinds)


def test_concat_and_split_of_channels() -> None:
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("Concat", "x a c", "b", axis=1),
        node("Split", "b sizes", "p q", axis=-3),
        node("Slice", "q one two at", "r"),
        node("Gather", "r index", "y", axis=1),
    ]
    numbers = {"sizes": [1, 7], "one": [0], "two": [7], "at": [1], "index": [3, 1]}
    check(nodes, (1, 2, 5, 6), {"w": (3, 2, 3, 3), "c": (1, 3, 5, 6)} | numbers, tensors=["a", "y"])


def test_slices_of_places() -> None:
    ends = {"from": [1, -9], "to": [8, 2**31 - 1], "at": [2, 3], "step": [2, 3]}
    check([node("Slice", "x from to at step", "y")], weights=ends)
    check([node("Slice", "x from to at", "y")], weights=ends)
    check([node("Slice", "x", "y", starts=[2, 0], ends=[100, -2], axes=[3, 2])], opset=9)
    check([node("Split", "x", "p q r", axis=3), node("Concat", "p r", "y", axis=1)])


def test_focus_as_yolo_has_it() -> None:
    """Four slices of a step of 2 side by side: https://github.com/ultralytics/yolov5, models/common.py."""
    nodes, names = [], []
    for row in (0, 1):
        for column in (0, 1):
            name = f"s{row}{column}"
            nodes.append(node("Slice", f"x r{row} end h two", f"{name}h"))
            nodes.append(node("Slice", f"{name}h r{column} end w two", name))
            names.append(name)
    nodes += [node("Concat", " ".join(names), "f", axis=1), node("Conv", "f k", "y", pads=[1, 1, 1, 1])]
    weights = {"r0": [0], "r1": [1], "end": [2**63 - 1], "h": [2], "w": [3], "two": [2], "k": (3, 8, 3, 3)}
    network = check(nodes, (1, 2, 8, 10), weights)
    assert network.receptive_field().size_range == ((6, 6), (6, 6))


def test_pad() -> None:
    modes = ["constant", "reflect", "edge"]
    weights = {"pads": [0, 0, 2, 1, 0, 0, 3, 0], "w": (2, 2, 3, 3), "some": [1, 2, 0, 3], "axes": [3, -2]}
    padded = [node("Pad", "x pads", f"p{mode}", mode=mode) for mode in modes]
    check([*padded, *(node("Conv", f"p{mode} w", mode) for mode in modes)], weights=weights)
    check([node("Pad", "x some - axes", mode, mode=mode) for mode in modes], weights=weights, opset=18)
    check([node("Pad", "x", mode, mode=mode, pads=[0, 0, 1, 0, 0, 0, 0, 2]) for mode in modes], opset=10)


def test_negative_pads_crop() -> None:
    check([node("Pad", "x pads", "y")], weights={"pads": [0, 0, -1, 1, 0, 0, 2, -3]})


def test_resize() -> None:
    cases: list[dict[str, Any]] = [
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        {"mode": "nearest"},
        {"mode": "nearest", "coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"},
        {"mode": "linear"},
        {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
        {"mode": "linear", "coordinate_transformation_mode": "asymmetric"},
    ]
    for scales in ((2, 2), (2, 3), (1, 4)):
        weights = {"scales": np.array([1, 1, *scales], np.float32), "sizes": [1, 2, 4 * scales[0], 5 * scales[1]]}
        nodes = several("Resize", "x - scales", cases)
        nodes += [node("Resize", "x - - sizes", f"z{n}", **attributes) for n, attributes in enumerate(cases)]
        check(nodes, (1, 2, 4, 5), weights)


def test_resize_of_other_opsets_and_factors() -> None:
    weights = {"scales": np.array([1, 1, 1.5, 2], np.float32), "half": np.array([0.5, 0.5], np.float32), "at": [2, 3]}
    weights["roi"] = np.zeros(0, np.float32)
    check([node("Upsample", "x", "y", scales=[1.0, 1.0, 2.0, 3.0])], (1, 2, 4, 5), opset=7)
    check([node("Upsample", "x scales", "y", mode="nearest")], (1, 2, 4, 5), weights, opset=9)
    check([node("Resize", "x scales", "y", mode="nearest")], (1, 2, 4, 5), weights, opset=10)
    check([node("Resize", "x roi scales", "y", mode="linear")], (1, 2, 4, 6), weights, opset=11)
    check([node("Resize", "x - half", "y", mode="linear", axes=[2, 3])], (1, 2, 8, 6), weights, opset=18)


def test_depth_and_space() -> None:
    check([node("DepthToSpace", "x", mode, blocksize=2, mode=mode) for mode in ("DCR", "CRD")], (1, 8, 4, 5))
    check([node("SpaceToDepth", "x", "y", blocksize=2)], (1, 2, 6, 8))


def test_reductions() -> None:
    check([node("ReduceMean", "x", "y", axes=[2, 3])], (1, 2, 4, 5))
    check([node("ReduceMax", "x", "y", axes=[1])], (1, 2, 4, 5))
    check([node("ReduceMean", "x", "m", axes=[-1]), node("Sub", "x m", "y")], (1, 2, 4, 5))
    check([node("ReduceSum", "x at", "y")], (1, 2, 4, 5), {"at": [2]})
    check([node("ReduceMean", "x at", "y")], (1, 2, 4, 5), {"at": [2, 3]}, opset=18)


def test_normalisation_reads_all_that_it_averages() -> None:
    network = check([node("InstanceNormalization", "x s s", "y")], (1, 2, 4, 5), {"s": (2,)})
    field = network.receptive_field()
    assert (field.is_global, field.size, field.local.size) == (True, (4, 5), (1, 1))
    check([node("Softmax", "x", "y", axis=1)], (1, 2, 4, 5))
    check([node("Softmax", "x", "y", axis=3)], (1, 2, 4, 5))
    check([node("Softmax", "x", "y", axis=2)], (1, 2, 4, 5), opset=11)


def test_dense_layers_read_everything() -> None:
    nodes = [
        node("Flatten", "x", "f"),
        node("Gemm", "f g", "h", transB=1),
        node("Reshape", "h to", "r"),
        node("Conv", "r w", "y"),
    ]
    weights = {"g": (12, 40), "to": [0, 3, 2, 2], "w": (2, 3, 1, 1)}
    network = check(nodes, (1, 2, 4, 5), weights, tensors=["y"])
    assert network.receptive_field("Gemm_2").is_global
    check([*nodes[:1], node("MatMul", "f m", "h"), *nodes[2:]], (1, 2, 4, 5), weights | {"m": (40, 12)}, tensors=["y"])
