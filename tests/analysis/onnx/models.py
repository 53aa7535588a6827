"""Make small models, and ask onnxruntime for the sizes of tensors and for the elements that a cell changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import convviz as cv

onnxruntime.set_default_logger_severity(4)
Node = onnx.NodeProto


def node(kind: str, inputs: str, outputs: str, **attributes: Any) -> Node:
    """Make a node; names of tensors are words, and ``-`` leaves one out."""
    names = [["" if one == "-" else one for one in text.split()] for text in (inputs, outputs)]
    return helper.make_node(kind, *names, **attributes)


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def field(number: int, content: bytes) -> bytes:
    """Return a field of protobuf that has a length, as messages and texts."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def model(
    nodes: Sequence[Node],
    shape: Sequence[int | str | None] = (1, 2, 9, 12),
    weights: dict[str, Any] | None = None,
    opset: int = 17,
    outputs: Sequence[str] | None = None,
) -> bytes:
    """Return the bytes of a model whose input is "x"; weights are arrays, or shapes that are filled at random."""
    generator = np.random.default_rng(1)
    given = {
        name: generator.normal(size=value).astype(np.float32) if isinstance(value, tuple) else np.asarray(value)
        for name, value in (weights or {}).items()
    }
    names = outputs if outputs is not None else [name for one in nodes for name in one.output if name]
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [onnx.ValueInfoProto(name=name) for name in names],
        [numpy_helper.from_array(value, name) for name, value in given.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    data: bytes = made.SerializeToString()
    return data


class Runtime:
    """A model in onnxruntime."""

    def __init__(self, data: bytes, shape: Sequence[int]) -> None:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self.shape = tuple(shape)

    def run(self, image: Any) -> dict[str, Any]:
        names = [one.name for one in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, {"x": image.astype(np.float32)}), strict=True))

    def influence(self, rows: int = 2, columns: int = 3) -> dict[str, Any]:
        """Return (H, W, *shape) of booleans for every tensor: whether a cell of the input changes an element of it."""
        generator = np.random.default_rng(7)
        base = generator.normal(size=self.shape)
        before = self.run(base)
        size = (self.shape[rows], self.shape[columns])
        found = {name: np.zeros((*size, *value.shape), bool) for name, value in before.items()}
        for place in np.ndindex(size):
            for strength in (30, -30, 3):
                image = np.moveaxis(base.copy(), (rows, columns), (0, 1))
                image[place] += strength * (1 + generator.random(image[place].shape))
                for name, value in self.run(np.moveaxis(image, (0, 1), (rows, columns))).items():
                    found[name][place] |= value != before[name]
        return found


def check(
    nodes: Sequence[Node],
    shape: Sequence[int] = (1, 2, 9, 12),
    weights: dict[str, Any] | None = None,
    opset: int = 17,
    channels_last: bool = False,
    tensors: Sequence[str] | None = None,
) -> cv.Network:
    """Compare sizes and supports of all tensors of four dimensions, or of these alone, with onnxruntime."""
    data = model(nodes, shape, weights, opset)
    rows, columns = (1, 2) if channels_last else (2, 3)
    influence = Runtime(data, shape).influence(rows, columns)
    network = cv.Network.from_onnx(data)
    assert network.unknown == ()
    made = {tensor: name for name, (_, tensor) in network.origins.items()}
    compared = [name for name in made if influence[name].ndim == 6] if tensors is None else tensors
    assert compared
    for tensor in compared:
        seen = influence[tensor]
        h, w = _places(network.output_size(made[tensor]), seen.shape[2:])
        seen = np.moveaxis(seen, (2 + h, 2 + w), (2, 3))
        seen = seen.reshape(*seen.shape[:4], -1).any(-1)
        assert network.output_size(made[tensor]) == seen.shape[2:], tensor
        outputs = list(np.ndindex(seen.shape[2:]))
        for output in {outputs[-1], *outputs[:: max(1, len(outputs) // 12)]}:
            expected = network.support(made[tensor], output)
            assert (expected == seen[(slice(None), slice(None), *output)]).all(), (tensor, output)
        _check_field(network, made[tensor], seen)
    return network


def _places(size: Any, shape: Sequence[int]) -> tuple[int, int]:
    """Return the axes of height and width: the last two ones, or those before the last one."""
    return next((n, n + 1) for n in (2, 1, 0) if tuple(shape[n : n + 2]) == tuple(size))


def _check_field(network: cv.Network, name: str, seen: Any) -> None:
    """Check that no output reads more than the receptive field says, along either axis."""
    field = network.receptive_field(name)
    for axis, size in enumerate(field.size):
        lines = seen.any(axis=(1 - axis,))
        for output in np.ndindex(lines.shape[1:]):
            read = np.flatnonzero(lines[(slice(None), *output)])
            if len(read) and size is not None:
                assert read[-1] - read[0] + 1 <= size, (name, output)
