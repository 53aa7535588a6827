"""The translation of programs, whose nodes are written by hand: of networks, and of operators that move cells."""

from typing import Any

import numpy as np
import onnx
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from onnx import helper, numpy_helper

import convviz as cv
from convviz.analysis.torch_import import model_of
from tests.analysis.onnx.models import Runtime
from tests.analysis.torch_import.programs import Program

RNG = np.random.default_rng(5)
X = RNG.normal(size=(2, 6, 4, 8)).astype(np.float32)


def network(program: Program, **options: Any) -> cv.Network:
    return cv.Network._from_model(model_of(program), None, options.get("treat"))


def test_a_block_is_named_by_its_modules():
    program = Program((1, 3, 20, 33), stem__weight=(8, 3, 5, 7), stem__bias=(8,), conv__weight=(8, 8, 3, 3), mean=(8,))
    stem = program.call(
        "conv2d.default",
        *(program.x, program["stem__weight"], program["stem__bias"], [1, 2], [2, 1], [1, 3]),
        gives=(1, 8, 20, 9),
        path="stem",
    )
    several = program.call(
        "_native_batch_norm_legit_no_training.default",
        *(stem, None, None, program["mean"], program["mean"], 0.1, 1e-5),
        gives=[(1, 8, 20, 9), (0,), (0,)],
        path="layers.0.bn@1",
    )
    normal = program.call("getitem", several, 0, gives=(1, 8, 20, 9), path="layers.0.bn@1")
    conv = program.call(
        "conv2d.padding",
        normal,
        program["conv__weight"],
        None,
        [1, 1],
        "same",
        gives=(1, 8, 20, 9),
        path="layers.0.conv",
    )
    added = program.call("add.Tensor", conv, normal, gives=(1, 8, 20, 9), path="layers.0", alpha=1)
    pooled = program.call("max_pool2d.default", added, [2, 3], [], [0, 1], [1, 1], True, gives=(1, 8, 10, 4))
    program.call("silu.default", pooled, gives=(1, 8, 10, 4), path="layers.0.conv")

    right = cv.Network((20, 33))
    first = right.add("stem", cv.conv2d((5, 7), (1, 2), (2, 1), (1, 3)))
    second = right.add("conv", cv.conv2d(3, padding=1))
    right.add("add", "add", [first, second])
    right.add("pool", cv.max_pool2d((2, 3), None, (0, 1), ceil_mode=True))
    read = network(program)
    assert [node.name for node in read.nodes[1:]] == [
        *("stem/Conv", "layers.0.bn/BatchNormalization", "layers.0.conv/Conv", "layers.0/Add", "MaxPool"),
        "layers.0.conv/Swish",
    ]
    for name, same in (("stem/Conv", "stem"), ("layers.0/Add", "add"), ("layers.0.conv/Swish", "pool")):
        assert read.receptive_field(name) == right.receptive_field(same)
        assert read.output_size(name) == right.output_size(same)
    assert read.node(conv.name).name == "layers.0.conv/Conv"
    assert {"stem.weight", "stem.bias", "conv.weight", "mean"} <= {*model_of(program).constants}
    assert read.described("layers.0.conv/Conv") == "Conv: conv2d(3, padding=1)"


def test_what_is_made_of_parameters_is_a_constant():
    program = Program((1, 3, 12, 15), v=(4, 3, 5, 2), g=(4, 1, 1, 1))
    norm = program.call("linalg_vector_norm.default", program["v"], 2, [1, 2, 3], True, gives=(4, 1, 1, 1))
    scaled = program.call("mul.Tensor", program["v"], norm, gives=(4, 3, 5, 2))
    zeros = program.call("new_zeros.default", program.x, [1, 4, 1, 1], gives=(1, 4, 1, 1))
    conv = program.call("conv2d.default", program.x, scaled, gives=(1, 4, 8, 14))
    program.call("add.Tensor", conv, zeros, gives=(1, 4, 8, 14))
    read = network(program)
    assert [node.name for node in read.nodes] == ["input", "Conv", "Add"]
    assert read.receptive_field().size == (5, 2)
    assert [(op.kind, len(op.inputs)) for op in model_of(program).ops] == [
        *(("ReduceL2", 2), ("Mul", 2), ("aten.new_zeros", 0), ("Conv", 3), ("Add", 2)),
    ]


def test_what_has_no_translation_is_named_and_treated():
    program = Program((1, 3, 12, 15), w=(4, 3, 3, 3))
    conv = program.call("conv2d.default", program.x, program["w"], gives=(1, 4, 10, 13))
    two = program.call("sort.default", conv, 1, gives=[(1, 4, 10, 13), (1, 4, 10, 13)], path="head")
    first = program.call("getitem", two, 0, gives=(1, 4, 10, 13))
    program.call("adaptive_avg_pool2d.default", first, [3, 5], gives=(1, 4, 3, 5), path="pool")
    assert [(op.op, op.node) for op in network(program).unknown] == [("sort", "head/aten.sort")]
    treated = network(program, treat={"sort": "identity"})
    assert [(op.op, op.node) for op in treated.unknown] == [("adaptive_avg_pool2d", "pool/aten.adaptive_avg_pool2d")]
    assert treated.output_size("head/aten.sort") == (10, 13)


RESULTS: dict[str, tuple[Any, ...]] = {
    "roll": (np.roll(X, (3, -2), (2, 3)), [3, -2], [2, 3]),
    "flip": (X[:, :, ::-1, ::-1], [2, -1]),
    "permute": (X.transpose(0, 3, 1, 2), [0, -1, 1, 2]),
    "transpose.int": (X.swapaxes(1, 3), 1, -1),
    "unsqueeze": (X[..., None], -1),
    "squeeze.dim": (X, 1),
    "view": (X.reshape(2, 3, 2, 32), [2, 3, 2, -1]),
    "select.int": (X[:, :, -2], 2, -2),
    "slice.Tensor": (X[:, :, :, 1:-1:3], 3, 1, -1, 3),
    "narrow": (X[:, 2:5], 1, 2, 3),
    "pad": (np.pad(X, ((0, 0), (0, 0), (1, 3), (2, 0)), mode="reflect"), [2, 0, 1, 3], "reflect"),
    "constant_pad_nd": (
        np.pad(X[:, :, :-1], ((0, 0), (0, 0), (4, 0), (0, 5)), constant_values=2.5),
        [0, 5, 4, -1],
        2.5,
    ),
    "replication_pad2d": (np.pad(X, ((0, 0), (0, 0), (1, 3), (2, 0)), mode="edge"), [2, 0, 1, 3]),
    "repeat": (np.tile(X[None], (1, 1, 2, 1, 3)), [1, 1, 2, 1, 3]),
    "channel_shuffle": (X.reshape(2, 2, 3, 4, 8).swapaxes(1, 2).reshape(X.shape), 2),
    "pixel_unshuffle": (X.reshape(2, 6, 2, 2, 4, 2).transpose(0, 1, 3, 5, 2, 4).reshape(2, 24, 2, 4), 2),
    "var.dim": (X.var((1, 2), keepdims=True), [1, 2], False, True),
    "softmax.int": (np.exp(X) / np.exp(X).sum(1, keepdims=True), 1),
    "amax": (X.max((1, 3)), [1, -1]),
    "adaptive_avg_pool2d": (X.reshape(2, 6, 2, 2, 4, 2).mean((3, 5)), [2, 4]),
    "adaptive_max_pool2d": (X.max((2, 3), keepdims=True), [1, 1]),
    "glu": (X[:, :3] / (1 + np.exp(-X[:, 3:])), 1),
    "upsample_nearest2d.vec": (X.repeat(2, 2).repeat(3, 3), None, [2.0, 3.0]),
    "im2col": (
        sliding_window_view(np.pad(X, ((0, 0), (0, 0), (1, 1), (0, 0))), (3, 3), (2, 3))[:, :, ::2, ::3, ::2]
        .transpose(0, 1, 4, 5, 2, 3)
        .reshape(2, 36, 4),
        *([2, 3], [2, 1], [1, 0], [2, 3]),
    ),
    "avg_pool2d": (sliding_window_view(X, (2, 3), (2, 3))[:, :, ::3, ::2].mean((4, 5)), [2, 3], [3, 2]),
}
"""What NumPy makes of `X`, and the arguments of an operator that has to give the same."""


def run(program: Program, output: str) -> Any:
    """Return what onnxruntime computes for `X` of the operators that a program becomes."""
    model = model_of(program)
    stored = {name: constant.data for name, constant in model.constants.items() if constant.data is not None}
    nodes = [helper.make_node(op.kind, op.inputs, op.outputs, **op.attributes) for op in model.ops]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, X.shape)],
        [onnx.ValueInfoProto(name=output)],
        [
            numpy_helper.from_array(value.astype(np.float32) if value.dtype == float else value, name)
            for name, value in stored.items()
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return Runtime(made.SerializeToString(), X.shape).run(X)[output]


@pytest.mark.parametrize("kind", RESULTS)
def test_operators_compute_what_pytorch_does(kind: str):
    right, *arguments = RESULTS[kind]
    program = Program(X.shape)
    several = kind == "adaptive_max_pool2d"
    program.call(
        kind if "." in kind else f"{kind}.default",
        program.x,
        *arguments,
        gives=[right.shape] * 2 if several else right.shape,
    )
    if kind == "squeeze.dim":  # an axis that is longer than 1 stays
        assert not model_of(program).ops
    else:
        np.testing.assert_allclose(run(program, model_of(program).ops[-1].outputs[0]), right, rtol=1e-4, atol=1e-5)


def test_parts_are_assigned_and_joined():
    program = Program(X.shape, order=np.array([4, 1, 1, 0]))
    shape = (2, 6, 2, 8)
    parts = program.call("split.Tensor", program.x, 3, 1, gives=[(2, 3, 4, 8)] * 2)
    second = program.call("getitem", parts, 1, gives=(2, 3, 4, 8))
    rows = program.call("unbind.int", program.x, 2, gives=[(2, 6, 8)] * 4)
    last = program.call("getitem", rows, 3, gives=(2, 6, 8))
    stacked = program.call("stack.default", [last, last], -2, gives=shape)
    inside = program.call("slice_scatter.default", program.x, stacked, 2, 1, 3, gives=X.shape)
    first = program.call("select_scatter.default", inside, last, 2, 0, gives=X.shape)
    chosen = program.call("index.Tensor", first, [None, program["order"]], gives=(2, 4, 4, 8))
    both = program.call("cat.default", [second, chosen], -3, gives=(2, 7, 4, 8))
    program.call(
        "masked_fill.Scalar", both, program.call("gt.Scalar", both, 0.25, gives=(2, 7, 4, 8)), 9.5, gives=(2, 7, 4, 8)
    )
    right = X.copy()
    right[:, :, 1:3] = X[:, :, 3:]
    right[:, :, 0] = X[:, :, 3]
    right = np.concatenate([X[:, 3:], right[:, [4, 1, 1, 0]]], 1)
    right[right > 0.25] = 9.5
    assert np.array_equal(run(program, "Where"), right)
