"""Every operator against onnxruntime: output sizes, and which outputs a changed cell of the input changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .models import check, node

W3 = {"w": (3, 2, 3, 3)}


@pytest.mark.parametrize(
    ("attributes", "kernel"),
    [
        ({}, (3, 3)),
        ({"pads": [1, 0, 2, 3], "strides": [2, 3]}, (3, 5)),
        ({"dilations": [2, 3], "pads": [0, 1, 1, 0]}, (3, 2)),
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (3, 4)),
        ({"auto_pad": "SAME_LOWER", "strides": [2, 3]}, (4, 4)),
        ({"auto_pad": "VALID", "strides": [2, 1]}, (2, 4)),
        ({"group": 2}, (3, 1)),
    ],
)
def test_conv(attributes: dict[str, Any], kernel: tuple[int, int]) -> None:
    channels = 2 // attributes.get("group", 1)
    for shape in ((1, 2, 9, 12), (1, 2, 8, 11)):
        check([node("Conv", "x w", "y", **attributes)], shape, {"w": (4, channels, *kernel)})


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"strides": [2, 3], "pads": [1, 0, 0, 1]},
        {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 0]},
        {"strides": [3, 2], "dilations": [2, 1]},
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
        {"strides": [2, 2], "output_shape": [10, 13]},
        {"strides": [2, 2], "output_shape": [10, 12], "auto_pad": "SAME_UPPER"},
    ],
)
def test_conv_transpose(attributes: dict[str, Any]) -> None:
    check([node("ConvTranspose", "x w", "y", **attributes)], (1, 2, 5, 6), {"w": (2, 3, 3, 3)})


@pytest.mark.parametrize("kind", ["MaxPool", "AveragePool", "LpPool"])
@pytest.mark.parametrize(
    "attributes",
    [
        {"kernel_shape": [2, 3]},
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
        {"kernel_shape": [3, 4], "strides": [2, 3], "pads": [0, 1, 1, 2]},
        {"kernel_shape": [3, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"},
    ],
)
def test_pools(kind: str, attributes: dict[str, Any]) -> None:
    check([node(kind, "x", "y", **attributes)], weights={})


def test_pools_with_all_they_have() -> None:
    check([node("MaxPool", "x", "y", kernel_shape=[3, 2], dilations=[2, 3], strides=[2, 2])])
    check([node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], (1, 2, 8, 10))
    check([node("AveragePool", "x", "y", kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1, count_include_pad=1)])
    check([node("AveragePool", "x", "y", kernel_shape=[2, 3], dilations=[2, 2])], opset=19)
    check([node("MaxPool", "x", "y i", kernel_shape=[2, 2])], tensors=["y"])


@pytest.mark.parametrize("kind", ["GlobalAveragePool", "GlobalMaxPool"])
def test_global_pools(kind: str) -> None:
    network = check([node(kind, "x", "p"), node("Mul", "x p", "y")])
    assert [network.receptive_field(name).is_global for name in (f"{kind}_1", "Mul_2")] == [True, True]
    assert network.receptive_field().local.size == (1, 1)


UNARY = "Relu LeakyRelu Sigmoid HardSigmoid HardSwish Elu Selu Tanh Erf Exp Softplus Softsign Abs Neg Identity Floor"


@pytest.mark.parametrize("kind", UNARY.split())
def test_activations_read_their_own_place(kind: str) -> None:
    network = check([node(kind, "x", "y")], (1, 2, 4, 5))
    assert network.nodes[1].operation == "identity"
    assert network.table().rows[0].operation == kind


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


@pytest.mark.parametrize(("kind", "operation"), [("Add", "add"), ("Sub", "add"), ("Mul", "multiply"), ("Max", "add")])
def test_joins(kind: str, operation: str) -> None:
    nodes = [node("Conv", "x w", "a", pads=[1, 1, 1, 1]), node("Conv", "x v", "b"), node(kind, "a b", "y")]
    network = check(nodes, (1, 2, 5, 6), {"w": (3, 2, 3, 3), "v": (3, 2, 1, 1)})
    assert network.nodes[-1].operation == operation
    assert network.table().rows[-1].operation == kind


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


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_pad(mode: str) -> None:
    weights = {"pads": [0, 0, 2, 1, 0, 0, 3, 0], "w": (2, 2, 3, 3), "some": [1, 2, 0, 3], "axes": [3, -2]}
    check([node("Pad", "x pads", "p", mode=mode), node("Conv", "p w", "y")], weights=weights)
    check([node("Pad", "x some - axes", "y", mode=mode)], weights=weights, opset=18)
    check([node("Pad", "x", "y", mode=mode, pads=[0, 0, 1, 0, 0, 0, 0, 2])], opset=10)


def test_negative_pads_crop() -> None:
    check([node("Pad", "x pads", "y")], weights={"pads": [0, 0, -1, 1, 0, 0, 2, -3]})


@pytest.mark.parametrize(
    "attributes",
    [
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        {"mode": "nearest"},
        {"mode": "nearest", "coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"},
        {"mode": "linear"},
        {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"},
        {"mode": "linear", "coordinate_transformation_mode": "asymmetric"},
    ],
)
@pytest.mark.parametrize("scales", [(2, 2), (2, 3), (1, 4)])
def test_resize(attributes: dict[str, Any], scales: tuple[int, int]) -> None:
    weights = {"scales": np.array([1, 1, *scales], np.float32), "sizes": [1, 2, 4 * scales[0], 5 * scales[1]]}
    check([node("Resize", "x - scales", "y", **attributes)], (1, 2, 4, 5), weights)
    check([node("Resize", "x - - sizes", "y", **attributes)], (1, 2, 4, 5), weights)


def test_resize_of_other_opsets_and_factors() -> None:
    weights = {"scales": np.array([1, 1, 1.5, 2], np.float32), "half": np.array([0.5, 0.5], np.float32), "at": [2, 3]}
    weights["roi"] = np.zeros(0, np.float32)
    check([node("Upsample", "x", "y", scales=[1.0, 1.0, 2.0, 3.0])], (1, 2, 4, 5), opset=7)
    check([node("Upsample", "x scales", "y", mode="nearest")], (1, 2, 4, 5), weights, opset=9)
    check([node("Resize", "x scales", "y", mode="nearest")], (1, 2, 4, 5), weights, opset=10)
    check([node("Resize", "x roi scales", "y", mode="linear")], (1, 2, 4, 6), weights, opset=11)
    check([node("Resize", "x - half", "y", mode="linear", axes=[2, 3])], (1, 2, 8, 6), weights, opset=18)


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_and_space(mode: str) -> None:
    check([node("DepthToSpace", "x", "y", blocksize=2, mode=mode)], (1, 8, 4, 5))
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
