"""What cells reach: against trying every cell, and against onnxruntime, where a changed cell shows what it reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import convviz as cv
from convviz.analysis import Network

from ..onnx.models import Runtime, model, node
from . import oracles


@given(oracles.graphs())
@settings(max_examples=20)
def test_every_cell(network: Network) -> None:
    assert network.input_size is not None
    for name, read in oracles.matrices(network).items():
        for number in range(0, read.shape[1], 5):
            cell = divmod(number, network.input_size[1])
            expected = (read[:, number] > 0).reshape(network.output_size(name))
            assert np.array_equal(network.projective_field(name, cell), expected), (name, cell)


def test_as_onnxruntime_perturbs() -> None:
    """Two paths through strides, dilation, a transposed convolution and resizing, on a plane whose sides differ."""
    nodes = [
        node("Conv", "x w", "stem", kernel_shape=[3, 2], strides=[2, 1], pads=[2, 0, 1, 1]),
        node("Conv", "stem v", "wide", kernel_shape=[3, 3], dilations=[1, 3], pads=[1, 3, 1, 3]),
        node("ConvTranspose", "stem u", "up", kernel_shape=[2, 3], strides=[2, 2]),
        node("Resize", "wide - scales", "large", mode="linear", coordinate_transformation_mode="half_pixel"),
        node("Slice", "up zero stop axes", "cut"),
        node("Add", "large cut", "y"),
    ]
    weights: dict[str, Any] = {
        "w": (1, 1, 3, 2),
        "v": (1, 1, 3, 3),
        "u": (1, 1, 2, 3),
        "scales": np.array([1, 1, 2, 2], np.float32),
        "zero": np.array([0]),
        "stop": np.array([-1]),
        "axes": np.array([3]),
    }
    shape = (1, 1, 9, 12)
    data = model(nodes, shape, weights)
    network = Network.from_onnx(data)
    influence = Runtime(data, shape).influence()
    for tensor in ("stem", "wide", "large", "y"):
        name = next(name for name, (_, own) in network.origins.items() if own == tensor)
        for cell in np.ndindex(9, 12):
            expected = influence[tensor][cell][0, 0]
            assert np.array_equal(network.projective_field(name, cell), expected), (tensor, cell)


def check_supports(network: Network) -> None:
    """Compare what each cell reaches with the supports of all outputs."""
    assert network.input_size is not None
    supports = {output: network.support(None, output) for output in np.ndindex(network.output_size() or ())}
    for cell in np.ndindex(network.input_size):
        field = network.projective_field(None, cell)
        assert field.shape == network.output_size()
        assert all(field[output] == support[cell] for output, support in supports.items()), cell


def test_volumes() -> None:
    network = Network((5, 6, 4))
    stem = network.add("stem", cv.conv3d((3, 2, 3), stride=(2, 1, 1), padding=(1, 0, 1)))
    deep = network.add("deep", cv.conv3d((3, 1, 1), padding=(1, 0, 0)), stem)
    flat = network.add("flat", cv.conv3d((1, 3, 1), padding=(0, 1, 0)), stem)
    network.add("sum", "add", [deep, flat])
    check_supports(network)


def test_outputs_are_in_the_order_of_the_tensor() -> None:
    """A file may exchange height and width; outputs of its nodes are as its tensors have them."""
    nodes = [node("Transpose", "x", "turned", perm=[0, 1, 3, 2]), node("Conv", "turned w", "y", kernel_shape=[3, 1])]
    network = Network.from_onnx(model(nodes, (1, 1, 5, 8), {"w": (1, 1, 3, 1)}))
    assert network.output_size() == (6, 5)
    check_supports(network)


def test_refusals() -> None:
    network = Network.sequential([("conv", cv.conv2d((3, 5)))], input_size=(9, 12))
    for cell in ((9, 0), (0, 12)):
        with pytest.raises(cv.SpecError) as raised:
            network.projective_field(None, cell)
        assert str(raised.value) == f"cell must lie inside the input of size (9, 12); got {cell}."
    with pytest.raises(cv.SpecError) as raised:
        Network.sequential([cv.conv2d(3)]).projective_field(None, 0)
    assert str(raised.value) == "Network needs an input_size to map individual cells; got None."
    long = Network.sequential([cv.upsample2d((1, 2**21))], input_size=(1, 2))
    with pytest.raises(cv.SpecError) as raised:
        long.projective_field(None, 0)
    assert str(raised.value) == (
        "cell must reach at most 2^20 rows or columns of every node to be mapped; got 2097152."
    )
    large = Network.sequential([cv.upsample2d(2**13)], input_size=2)
    with pytest.raises(cv.SpecError) as raised:
        large.projective_field(None, 0)
    assert str(raised.value) == '"upsample2d_1" must have at most 2^25 outputs to be mapped; got (16384, 16384).'
