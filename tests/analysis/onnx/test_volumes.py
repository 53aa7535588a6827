"""Networks of three axes: read from files, made here, and compared with onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import convviz as cv

from .models import Runtime, model, node

SHAPE = (1, 2, 5, 6, 7)


def influence(data: bytes, tensor: str) -> Any:
    """Return (D, H, W, D_out, H_out, W_out): whether a cell of the input changes any channel of an output."""
    runtime, generator = Runtime(data, SHAPE), np.random.default_rng(3)
    base = generator.normal(size=SHAPE)
    before = runtime.run(base)[tensor]
    found = np.zeros((*SHAPE[2:], *before.shape[2:]), bool)
    for place in np.ndindex(SHAPE[2:]):
        for strength in (30, -30):
            image = base.copy()
            image[(slice(None), slice(None), *place)] += strength
            found[place] |= (runtime.run(image)[tensor] != before).any(axis=(0, 1))
    return found


BLOCKS = [
    node("Slice", "x zero six four", "a"),
    node("Squeeze", "a zero", "b"),
    node("SpaceToDepth", "b", "c", blocksize=2),
    node("Unsqueeze", "c two", "y"),
]
LAYERS = {
    "blocks, and the depth among their channels": (BLOCKS, None),
    "conv": ([node("Conv", "x w", "y", strides=[2, 1, 1], pads=[1, 0, 1, 0, 1, 1], dilations=[1, 2, 1])], (3, 3, 2)),
    "same": ([node("Conv", "x w", "y", strides=[1, 2, 1], auto_pad="SAME_LOWER")], (2, 3, 4)),
    "transposed": ([node("ConvTranspose", "x w", "y", strides=[1, 2, 1], pads=[0, 1, 0, 0, 0, 1])], (2, 3, 2)),
    "max": ([node("MaxPool", "x", "y", kernel_shape=[1, 2, 3], strides=[1, 2, 2], ceil_mode=1)], None),
    "average": ([node("AveragePool", "x", "y", kernel_shape=[2, 1, 3], pads=[1, 0, 0, 0, 0, 1])], None),
    "resize": ([node("Resize", "x - scales", "y", mode="nearest")], None),
    "crop": ([node("Slice", "x from to along", "a"), node("Pad", "a pads", "y")], None),
    "global": ([node("GlobalAveragePool", "x", "g"), node("Mul", "x g", "y")], None),
    "planes": ([node("Conv", "x w", "a", pads=[0, 1, 1, 0, 1, 1]), node("Relu", "a", "y")], (1, 3, 3)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_layers_of_volumes(kind: str) -> None:
    nodes, kernel = LAYERS[kind]
    weights: dict[str, Any] = {"scales": np.array([1, 1, 2, 1, 0.5], np.float32), "from": [1, 0], "to": [9, 5]}
    weights |= {
        "zero": [0],
        "six": [6],
        "four": [4],
        "two": [2],
        "along": [2, 4],
        "pads": [0, 0, 0, 1, 0, 0, 0, 2, 0, 0],
    }
    data = model(nodes, SHAPE, weights | ({} if kernel is None else {"w": (2, 2, *kernel)}), 18, outputs=["y"])
    seen = influence(data, "y")
    network = cv.Network.from_onnx(data)
    assert (network.unknown, network.axes) == ((), ("depth", "height", "width"))
    assert network.output_size() == seen.shape[3:]
    for output in np.ndindex(seen.shape[3:]):
        expected = seen[(slice(None),) * 3 + output]
        assert (network.support(None, output) == expected).all(), output


def test_a_network_of_volumes() -> None:
    network = cv.Network((16, 32, 48))
    network.add("stem", cv.conv3d((3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3)))
    network.add("pool", cv.max_pool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)))
    network.add("conv", cv.conv3d(3, padding=1))
    network.add("sum", "add", ["pool", "conv"])
    field = network.receptive_field()
    assert (network.output_size(), field.size, field.jump) == ((16, 8, 12), (5, 19, 19), (1, 4, 4))
    assert (field.center, field.is_aligned, field.status) == ((0, 0, 0), True, "exact")
    assert network.describe("stem", (0, 0, 0)).endswith("in planes 0 to 1 and rows 0 to 3 and columns 0 to 3.")
    assert network.path_counts("conv", (1, 1, 1)).shape == (16, 32, 48)
    with pytest.raises(cv.SpecError) as caught:
        network.add("flat", cv.conv2d(3))
    assert str(caught.value) == (
        'node "flat" must be made by conv3d and its like in a network of 3 axes; got conv2d(3).'
    )
    with pytest.raises(cv.SpecError) as caught:
        cv.Network((8, 8)).add("deep", cv.conv3d(3))
    assert str(caught.value) == (
        'node "deep" must be made by conv2d and its like in a network of 2 axes; got conv3d(3).'
    )


def test_frames_that_are_in_the_batch() -> None:
    """A plane's convolution on each frame, and one along the time."""
    nodes = [
        node("Transpose", "x", "t", perm=[0, 2, 1, 3, 4]),
        node("Reshape", "t frames", "f"),
        node("Conv", "f w", "c", pads=[1, 1, 1, 1]),
        node("Reshape", "c five", "u"),
        node("Transpose", "u", "y", perm=[0, 2, 1, 3, 4]),
    ]
    weights = {"frames": [5, 2, 6, 7], "w": (3, 2, 3, 3), "five": [1, 5, 3, 6, 7]}
    nodes.insert(5, node("Conv", "y v", "z"))
    data = model(nodes, SHAPE, weights | {"v": (2, 3, 3, 1, 1)}, 18, outputs=["z"])
    network = cv.Network.from_onnx(data)
    seen = influence(data, "z")
    assert (network.output_size(), network.receptive_field().size) == ((3, 6, 7), (3, 3, 3))
    for output in np.ndindex(seen.shape[3:]):
        assert (network.support(None, output) == seen[(slice(None),) * 3 + output]).all()


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((8, 8, 8, 8), "input_size must be an integer or a pair (height, width) of integers; got (8, 8, 8, 8)."),
        ((8, 0, 8), "input_size must be at least 1; got 0."),
        ((8, 8.5, 8), "input_size must be an integer or three (depth, height, width); got (8, 8.5, 8)."),
    ],
)
def test_sizes_that_there_are_not(size: Any, sentence: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network(size)
    assert str(caught.value) == sentence
