"""Compare what exporters write with onnxruntime: whole passages of graphs, and networks put together at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv

from .models import check, model, node

TO_CHANNELS_FIRST = [0, 3, 1, 2]
TO_CHANNELS_LAST = [0, 2, 3, 1]


def test_shuffled_channels_keep_their_places() -> None:
    """ShuffleNet: https://arxiv.org/abs/1707.01083."""
    nodes = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1], group=2),
        node("Reshape", "a five", "b"),
        node("Transpose", "b", "c", perm=[0, 2, 1, 3, 4]),
        node("Reshape", "c four", "d"),
        node("Conv", "d v", "y", strides=[2, 1]),
    ]
    weights = {"w": (4, 1, 3, 3), "five": [1, 2, 2, 9, 12], "four": [1, -1, 9, 12], "v": (2, 4, 3, 1)}
    check(nodes, weights=weights)


@pytest.mark.parametrize("order", [[0, 1, 4, 2, 5, 3], [0, 3, 4, 1, 5, 2]])
def test_pixel_shuffle_as_reshapes(order: list[int]) -> None:
    nodes = [
        node("Reshape", "x six", "a"),
        node("Transpose", "a", "b", perm=order),
        node("Reshape", "b four", "c"),
        node("Conv", "c w", "y", pads=[1, 1, 1, 1]),
    ]
    network = check(
        nodes, (1, 8, 4, 5), {"six": [1, 2, 2, 2, 4, 5], "four": [1, 2, 8, 10], "w": (2, 2, 3, 3)}, tensors=["c", "y"]
    )
    assert network.nodes[3].operation == cv.upsample2d(2)
    assert network.table().rows[2].operation == "Reshape: upsample2d(2)"


def test_pixel_unshuffle_as_reshapes() -> None:
    nodes = [
        node("Reshape", "x six", "a"),
        node("Transpose", "a", "b", perm=[0, 1, 3, 5, 2, 4]),
        node("Reshape", "b four", "c"),
        node("Conv", "c w", "y"),
    ]
    weights = {"six": [1, 2, 4, 2, 5, 2], "four": [1, 8, 4, 5], "w": (2, 8, 3, 3)}
    check(nodes, (1, 2, 8, 10), weights, tensors=["c", "y"])


def test_channels_last_as_tensorflow_has_it() -> None:
    nodes = [
        node("Sub", "x mean", "a"),
        node("Transpose", "a", "b", perm=TO_CHANNELS_FIRST),
        node("Conv", "b w", "c", auto_pad="SAME_UPPER", strides=[2, 2]),
        node("Transpose", "c", "d", perm=TO_CHANNELS_LAST),
        node("Add", "d bias", "e"),
        node("Pad", "e pads", "f"),
        node("Transpose", "f", "g", perm=TO_CHANNELS_FIRST),
        node("MaxPool", "g", "h", kernel_shape=[3, 2], strides=[2, 1]),
        node("Transpose", "h", "i", perm=TO_CHANNELS_LAST),
        node("ReduceMean", "i", "j", axes=[1, 2], keepdims=1),
    ]
    weights = {"mean": (2,), "w": (3, 2, 3, 3), "bias": (3,), "pads": [0, 1, 0, 0, 0, 1, 2, 0]}
    network = check(nodes, (1, 9, 12, 2), weights, channels_last=True, tensors=list("abcdefghi"))
    assert network.output_size("Conv_3") == (5, 6)
    assert network.receptive_field("ReduceMean_10").is_global


def test_shapes_that_are_computed() -> None:
    """torch's view(x.size(0), -1) and interpolate(size=other.shape[2:])."""
    nodes = [
        node("Conv", "x w", "a", strides=[2, 2], pads=[1, 1, 1, 1]),
        node("Shape", "x", "s"),
        node("Slice", "s two four zero", "hw"),
        node("Cast", "hw", "hw64", to=7),
        node("Shape", "a", "t"),
        node("Gather", "t zero0", "n"),
        node("Gather", "t one0", "c"),
        node("Unsqueeze", "n zero", "n1"),
        node("Unsqueeze", "c zero", "c1"),
        node("Concat", "n1 c1 hw64", "sizes", axis=0),
        node("Resize", "a - - sizes", "b", coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
        node("Add", "b x", "y"),
        node("Mul", "n m", "unused"),
    ]
    weights = {
        "w": (2, 2, 3, 3), "two": [2], "four": [4], "zero": [0], "zero0": np.array(0), "one0": np.array(1),
        "m": np.array(-1),
    }  # fmt: skip
    network = check(nodes, (1, 2, 8, 10), weights, tensors=["a", "b", "y"])
    assert [one.name for one in network.nodes] == ["input", "Conv_1", "Resize_11", "Add_12"]


def test_squeeze_and_excite_in_two_spellings() -> None:
    first = [
        node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
        node("GlobalAveragePool", "a", "p"),
        node("Conv", "p v", "q"),
        node("Sigmoid", "q", "s"),
        node("Mul", "a s", "y"),
    ]
    weights = {"w": (3, 2, 3, 3), "v": (3, 3, 1, 1), "g": (3, 3), "to": [1, 3, 1, 1]}
    second = [
        *first[:2],
        node("Flatten", "p", "f"),
        node("Gemm", "f g", "q"),
        node("HardSigmoid", "q", "h"),
        node("Reshape", "h to", "s"),
        first[-1],
    ]
    for nodes in (first, second):
        network = check(nodes, (1, 2, 5, 6), weights, tensors=["a", "y"])
        field = network.receptive_field()
        assert (field.is_global, field.local.size) == (True, (3, 3))


def test_group_normalisation_as_torch_writes_it() -> None:
    nodes = [
        node("Conv", "x w", "c", pads=[1, 1, 1, 1]),
        node("Reshape", "c three", "r"),
        node("InstanceNormalization", "r s s", "i"),
        node("Shape", "c", "shape"),
        node("Reshape", "i shape", "b"),
        node("Mul", "b k", "y"),
    ]
    weights = {"w": (4, 2, 3, 3), "three": [0, 2, -1], "s": (2,), "k": (4, 1, 1)}
    network = check(nodes, (1, 2, 4, 5), weights, tensors=["c", "y"])
    assert network.receptive_field().local.size == (3, 3)


def test_attention_reads_everything() -> None:
    nodes = [
        node("Reshape", "x tokens", "t"),
        node("Transpose", "t", "q", perm=[0, 2, 1]),
        node("MatMul", "q w", "k"),
        node("Transpose", "k", "kt", perm=[0, 2, 1]),
        node("MatMul", "q kt", "scores"),
        node("Softmax", "scores", "p"),
        node("MatMul", "p q", "o"),
        node("Add", "o q", "sum"),
        node("Transpose", "sum", "back", perm=[0, 2, 1]),
        node("Reshape", "back image", "y"),
        node("Conv", "y v", "z"),
    ]
    weights = {"tokens": [1, 2, 20], "w": (2, 2), "image": [1, 2, 4, 5], "v": (2, 2, 3, 3)}
    network = check(nodes, (1, 2, 4, 5), weights, tensors=["y", "z"])
    assert network.receptive_field("Conv_11").local.size == (3, 3)


def test_pooled_context_is_spread_again() -> None:
    """The image-level branch of ASPP: https://arxiv.org/abs/1706.05587."""
    nodes = [
        node("Conv", "x w", "a", pads=[2, 2, 2, 2], dilations=[2, 2]),
        node("GlobalAveragePool", "x", "p"),
        node("Conv", "p v", "q"),
        node("Resize", "q - - sizes", "r", mode="linear"),
        node("Concat", "a r", "y", axis=1),
        node("Expand", "q wide", "e"),
        node("Add", "e a", "z"),
    ]
    weights = {"w": (2, 2, 3, 3), "v": (2, 2, 1, 1), "sizes": [1, 2, 6, 7], "wide": [1, 1, 6, 7]}
    check(nodes, (1, 2, 6, 7), weights)


def test_one_axis() -> None:
    nodes = [
        node("Conv", "x w", "a", pads=[2, 2], dilations=[2]),
        node("MaxPool", "a", "b", kernel_shape=[2], strides=[2]),
        node("ConvTranspose", "b v", "c", strides=[2]),
    ]
    network = cv.Network.from_onnx(model(nodes, (1, 2, 20), {"w": (2, 2, 3), "v": (2, 2, 4)}))
    assert [one.size for one in network.nodes[1:]] == [(1, 20), (1, 10), (1, 22)]
    assert network.receptive_field("MaxPool_2").size == (1, 6)


WHY = {
    "CustomOp_2": "it is an unsupported operator (CustomOp)",
    "Conv_3": 'it follows "CustomOp_2", an unsupported operator (CustomOp)',
    "Reshape_5": 'it follows "CustomOp_2", an unsupported operator (CustomOp)',
    "Tile_6": "it is an unsupported operator (Tile)",
}


def test_what_is_unknown_is_named_and_never_guessed() -> None:
    nodes = [
        node("Relu", "x", "a"),
        node("CustomOp", "a", "b", domain="own"),
        node("Conv", "b w", "c"),
        node("Shape", "b", "s"),
        node("Reshape", "a s", "d"),
        node("Tile", "a r", "e"),
        node("Sigmoid", "a", "f"),
    ]
    data = model(nodes, weights={"w": (2, 2, 3, 3), "r": [1, 1, 2, 1]})
    network = cv.Network.from_onnx(data)
    assert network.unknown == (("CustomOp", "CustomOp_2", "b"), ("Tile", "Tile_6", "e"))
    assert network.unknown[0].tensor == "b"
    for name in ("CustomOp_2", "Conv_3", "Reshape_5", "Tile_6"):
        field = network.receptive_field(name)
        assert (field.size, field.jump, field.center, field.is_aligned) == (*[(None, None)] * 3, None)
        assert network.output_size(name) is None
        with pytest.raises(cv.SpecError) as caught:
            network.support(name, (0, 0))
        assert str(caught.value) == f'The receptive field of "{name}" is unknown: {WHY[name]}.'
    assert network.receptive_field("Sigmoid_7").size == (1, 1)
    treatments: list[tuple[Any, Any]] = [("identity", (3, 3)), (cv.conv2d(5, padding=2), (7, 7))]
    for treatment, size in treatments:
        for name in ("CustomOp", "own.CustomOp"):
            treated = cv.Network.from_onnx(data, treat={name: treatment})
            assert [one.op for one in treated.unknown] == ["Tile"]
            assert treated.receptive_field("Conv_3").size == size
    odd = model([nodes[1]], weights={"a": (1, 2, 3, 3)})
    assert cv.Network.from_onnx(odd).nodes[1:] == ()  # it reads no image
    odd = model([node("CustomOp", "x", "b", domain="own")])
    assert cv.Network.from_onnx(odd, treat={"CustomOp": "global_pool"}).output_size("CustomOp_1") == (1, 1)


def test_sizes_that_the_file_leaves_open() -> None:
    nodes = [node("Conv", "x w", "y", strides=[2, 2])]
    for shape, name in (((None, 3, "H", "W"), "height"), (("N", "C", 8, None), "width")):
        data = model(nodes, shape, {"w": (2, 3, 3, 3)})
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(data)
        assert str(caught.value) == f"input 'x' has a dynamic {name}; give the input size (input_size)."
        assert cv.Network.from_onnx(data, (9, 12)).output_size("Conv_1") == (4, 5)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(model([node("Relu", "x", "y")], (1, 7)))
    assert str(caught.value) == "the model must have an input of 3 to 5 dimensions; got 'x' with 2."


@pytest.mark.parametrize("seed", range(16))
def test_random_networks(seed: int) -> None:
    generator = np.random.default_rng(seed)
    weights: dict[str, Any] = {"two": np.array([1, 1, 2, 2], np.float32)}
    nodes, last = [], "x"

    def conv(source: str, target: str, kernel: tuple[int, int], **attributes: Any) -> str:
        weights[f"w{target}"] = (2, 2, *kernel)
        nodes.append(node("Conv", f"{source} w{target}", target, **attributes))
        return target

    for n in range(int(generator.integers(2, 5))):
        name = f"t{n}"
        high, wide = (int(one) for one in generator.integers(1, 4, 2))
        match int(generator.integers(6)):
            case 0:
                last = conv(last, name, (high, wide), pads=[1, 0, 2, 1], strides=[1, 2])
            case 1:
                one = conv(last, f"{name}a", (3, 1), pads=[1, 0, 1, 0])
                other = conv(last, f"{name}b", (1, 5), pads=[0, 2, 0, 2])
                nodes.append(node("Add", f"{one} {other}", name))
                last = name
            case 2:
                nodes.append(
                    node("AveragePool", last, name, kernel_shape=[2, 2], strides=[2, 1], auto_pad="SAME_UPPER")
                )
                last = name
            case 3:
                nodes.append(node("Resize", f"{last} - two", name, mode="linear" if high > 1 else "nearest"))
                last = name
            case 4:
                weights[f"w{name}"] = (2, 2, 3, 2)
                nodes.append(node("ConvTranspose", f"{last} w{name}", name, strides=[2, 1], pads=[1, 0, 0, 0]))
                last = name
            case _:
                nodes.append(node("LeakyRelu", last, f"{name}a", alpha=0.5))
                one = conv(f"{name}a", f"{name}b", (3, 3), pads=[2, 1, 2, 1], dilations=[2, 1])
                nodes.append(node("Concat", f"{last} {one}", f"{name}c", axis=1))
                weights[f"w{name}"] = (2, 4, 1, 1)
                nodes.append(node("Conv", f"{name}c w{name}", name))
                last = name
    check(nodes, (1, 2, 7, 8), weights)
