"""Effective fields of trained kernels: gradients of linear networks, which onnxruntime gives cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest

import convviz as cv
from convviz import SpecError
from convviz.analysis.trained_field import trained_field
from tests.analysis.onnx.models import model, node

SHAPE = ("n", 3, 9, 12)
WEIGHTS: dict[str, Any] = {
    "w1": (8, 3, 3, 2), "b1": (8,), "w2": (8, 2, 2, 3), "w3": (6, 1, 2, 2), "w4": (8, 3, 3, 1), "w5": (5, 17, 1, 2),
    "scale": (17,), "shift": (17,), "mean": (17,), "variance": np.linspace(0, 3, 17, dtype=np.float32),
    "w6": (1, 5, 2, 3), "w7": (2, 5, 2, 3),
}  # fmt: skip


def network_file(*last: Any) -> bytes:
    """Return convolutions in groups, one of each channel, a transposed one, poolings, a sum, and joined channels."""
    nodes = [
        node("Conv", "x w1 b1", "a", pads=[1, 0, 1, 1]),
        node("Conv", "a w2", "b", group=4, dilations=[2, 1], strides=[1, 2], pads=[1, 1, 1, 1]),
        node("Conv", "x w3", "c", group=3, pads=[1, 0, 0, 0], strides=[1, 2]),
        node("AveragePool", "a", "p", kernel_shape=[3, 2], strides=[3, 2]),
        node("ConvTranspose", "p w4", "t", group=2, strides=[3, 1]),
        node("Add", "c t", "s"),
        node("AveragePool", "x", "q", kernel_shape=[1, 2], strides=[1, 2]),
        node("Concat", "b s q", "d", axis=1),
        node("BatchNormalization", "d scale shift mean variance", "n", epsilon=0.25),
        node("Conv", "n w5", "e"),
        *last,
    ]
    return model(nodes, SHAPE, WEIGHTS)


def gradients(data: bytes, tensor: str, output: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Return (channels of the output, C, H, W): what each input cell changes at an output, as onnxruntime computes."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    cells = np.eye(3 * 9 * 12, dtype=np.float32).reshape(-1, *SHAPE[1:])
    (values,) = session.run([tensor], {"x": np.concatenate([cells[:1] * 0, cells])})
    return (values[1:] - values[0])[:, :, output[0], output[1]].T.reshape(-1, *SHAPE[1:])


@pytest.mark.parametrize("output", [(2, 1), (0, 0), (8, 2)])
def test_a_single_channel_is_exact_and_activations_are_left_out(output: tuple[int, int]) -> None:
    data = network_file(node("Relu", "e", "f"), node("Conv", "f w6", "g", pads=[0, 0, 1, 0]))
    linear = network_file(node("Conv", "e w6", "g", pads=[0, 0, 1, 0]))
    expected = np.square(gradients(linear, "g", output)).sum(axis=(0, 1))
    network = cv.Network.from_onnx(data, (9, 12))
    found = trained_field(network, None, output, data)
    np.testing.assert_allclose(found.weights, expected / expected.sum(), rtol=1e-3, atol=1e-7)
    assert (found.statistic, found.samples, found.weights.flags.writeable) == ("mean squared gradient", 1, False)


def test_several_channels_are_estimated_by_signs() -> None:
    data = network_file(node("Conv", "e w7", "g"))
    expected = np.square(gradients(data, "g", (3, 1))).sum(axis=(0, 1))
    found = trained_field(cv.Network.from_onnx(data, (9, 12)), "Conv_11", (3, 1), data, samples=400, seed=2)
    np.testing.assert_allclose(found.weights, expected / expected.sum(), atol=0.1 * expected.max() / expected.sum())
    assert found.samples == 400


def test_channels_in_another_order_are_refused() -> None:
    for nodes, weights, rest in (
        ([node("Conv", "x w", "a"), node("Slice", "a n0 n1 n1", "b")], {"w": (4, 3, 2, 3)}, "(Slice.*) cannot be"),
        ([node("Conv", "x w", "a"), node("DepthToSpace", "a", "b", blocksize=2)], {"w": (4, 3, 2, 3)}, "cannot be"),
        ([node("Neg", "w0", "w"), node("Conv", "x w", "a")], {"w0": (4, 3, 2, 3)}, "stored in the file"),
        ([node("Conv", "x w", "a")], {"w": np.zeros((1, 3, 2, 3), np.float32)}, "not 0; got squares of 0"),
        ([node("Conv", "x w", "a")], {"w": np.full((1, 3, 2, 3), np.nan, np.float32)}, "got squares of nan"),
    ):
        numbers = {"n0": np.array([0]), "n1": np.array([1])}
        data = model(nodes, SHAPE, weights | numbers)
        with pytest.raises(SpecError, match=rest):
            trained_field(cv.Network.from_onnx(data, (9, 12)), None, (1, 2), data)
