"""What each operator of ONNX does: to tensors that depend on the image (`HANDLERS`), and to constants (`fold`).

https://onnx.ai/onnx/operators/

Exporters leave arithmetic on shapes in a file wherever its author computed a size. `onnx.reference` computes it, one
operator at a time, after the size of the result has been limited. `onnx.shape_inference` for whole models is not used:
it does not limit anything (a file of 34 kB made it take more than 5 GB), and it leaves out numbers that are not whole.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis.receptive.graph import INPUT_NAME, Graph

from . import ops_layers, ops_shape, resize
from .axis_tracking import Unsupported, channels
from .graph_builder import GraphBuilder, Tensor, Value
from .parse_model import MOST_DIMENSIONS, Array, Constant, Op

Handler = Callable[[GraphBuilder, Op], Tensor | list[Tensor]]

UNARY: Final = (
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh"
    " DequantizeLinear Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity IsInf IsNaN LRN LeakyRelu"
    " Log Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign"
    " Sqrt Swish Tan Tanh ThresholdedRelu"
)
"""Each output reads its own cell of the first input; LRN divides by its neighbors among the channels."""

BINARY: Final = (
    "Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod"
    " Or PRelu Pow Sub Sum Where Xor"
)
"""Each output reads its own cell of every input."""

REDUCTIONS: Final = (
    "ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"
    " ReduceSumSquare"
)

KEEPING_AXES: Final = frozenset(f"{UNARY} {BINARY} BatchNormalization Mul Div Pad Resize".split())
"""After these, the axes of the input are still in their order."""


def unary(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
    """Read the own cell of the first input; later outputs, as the mask of Dropout, do the same."""
    tensor = builder.tensor(op)
    first = builder.apply(op, None, tensor)
    later = (builder.apply(op, None, tensor, output=n) for n, name in enumerate(op.outputs) if n and name)
    return [first, *later] if len(op.outputs) > 1 else first


def binary(builder: GraphBuilder, op: Op) -> Tensor:
    return builder.join_inputs(op)


def product(builder: GraphBuilder, op: Op) -> Tensor:
    return builder.join_inputs(op, "multiply")


def _channels_first(handler: Handler) -> Handler:
    def apply(builder: GraphBuilder, op: Op) -> Tensor | list[Tensor]:
        if op.get("channels_last", 0):
            raise Unsupported
        return handler(builder, op)

    return apply


def fused_conv(builder: GraphBuilder, op: Op) -> Tensor:
    """Convolve and activate; a fourth input, which is added in between, is unsupported."""
    if builder.value(op, 3) is not None:
        raise Unsupported
    return ops_layers.conv(builder, op)


OF_ONNXRUNTIME: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear", "QLinearSigmoid", "QLinearLeakyRelu"), unary),
    **dict.fromkeys(("Gelu", "FastGelu", "QuickGelu", "BiasGelu"), unary),
    "QLinearAdd": binary,
    "QLinearMul": product,
    # every tensor is followed by its scale and its zero point, after those of the output
    "QLinearConcat": lambda builder, op: ops_shape.concat(builder, replace(op, inputs=op.inputs[2::3])),
    "QLinearAveragePool": _channels_first(ops_layers.pool),
    "QLinearGlobalAveragePool": _channels_first(ops_layers.global_pool),
    "FusedConv": fused_conv,
}
"""Operators of com.microsoft, which the quantization and the optimizer of onnxruntime leave in a file."""

HANDLERS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(UNARY.split(), unary),
    **dict.fromkeys(BINARY.split(), binary),
    **dict.fromkeys(("Mul", "Div"), product),
    **dict.fromkeys(REDUCTIONS.split(), ops_layers.reduce),
    **dict.fromkeys(("Conv", "ConvInteger"), ops_layers.conv),
    "QLinearConv": lambda builder, op: ops_layers.conv(builder, op, 3),  # after the scale and zero point of the input
    "ConvTranspose": ops_layers.conv_transpose,
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool"), ops_layers.pool),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"), ops_layers.global_pool),
    "DepthToSpace": ops_layers.depth_to_space,
    "SpaceToDepth": ops_layers.space_to_depth,
    **dict.fromkeys(("Resize", "Upsample"), resize.resize),
    "Reshape": ops_shape.reshape,
    "Flatten": ops_shape.flatten,
    "Transpose": ops_shape.transpose,
    "Squeeze": ops_shape.squeeze,
    "Unsqueeze": ops_shape.unsqueeze,
    "Expand": ops_shape.expand,
    "Slice": ops_shape.slice_,
    "Split": ops_shape.split,
    "Tile": ops_shape.tile,
    "Gather": ops_shape.gather,
    "Concat": ops_shape.concat,
    "Pad": ops_shape.pad,
    "Gemm": ops_layers.gemm,
    **dict.fromkeys(("MatMul", "MatMulInteger"), ops_layers.matmul),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), ops_layers.softmax),
    "BatchNormalization": ops_layers.batch_norm,
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization"), ops_layers.instance_norm),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), ops_layers.layer_norm),
    **dict.fromkeys(("LpNormalization", "MeanVarianceNormalization"), ops_layers.axes_norm),
    "DynamicQuantizeLinear": ops_layers.dynamic_quantize,
    **{f"com.microsoft.{kind}": handler for kind, handler in OF_ONNXRUNTIME.items()},
}

MOST_READ: Final = 16 * limits.ONNX_NUMBERS
"""Numbers of all inputs together from which an operator is computed: Concat has any number of inputs."""

ELEMENTWISE: Final = (
    "Abs Add And Ceil Clip Div Equal Floor Greater GreaterOrEqual Less LessOrEqual Max Min Mod Mul Neg Not Or Pow Relu"
    " Round Sign Sqrt Sub Where"
)
NOT_LARGER: Final = (
    "Cast Concat Identity NonZero ReduceMax ReduceMin ReduceProd ReduceSum Reshape Slice Split Squeeze Transpose"
    " Unsqueeze"
)
RESULTS: Final[Mapping[str, Callable[..., Sequence[int]]]] = {
    **dict.fromkeys(ELEMENTWISE.split(), lambda *arrays: np.broadcast_shapes(*(array.shape for array in arrays))),
    **dict.fromkeys(NOT_LARGER.split(), lambda *arrays: ()),
    "ConstantOfShape": lambda shape: shape,
    "Expand": lambda data, shape: np.broadcast_shapes(data.shape, _limited(shape)),
    "Gather": lambda data, index: [prod(data.shape) * max(1, index.size)],
    "Range": lambda start, stop, step: [max(0, int(-((start.item() - stop.item()) // step.item())))],
    "Tile": lambda data, repeats: [int(data.size) * prod(_limited(repeats))],
}
"""The operators whose numbers are computed, and the largest shape that the results may have, from the inputs."""

BROADCASTING: Final = "Add Div Max Min Mul Pow Sub Where"
SHAPED: Final = BROADCASTING + (
    " Abs BatchNormalization Cast CastLike Clip Concat DequantizeLinear Exp Expand Identity InstanceNormalization"
    " LayerNormalization Neg QuantizeLinear Reciprocal ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum"
    " ReduceSumSquare Relu Reshape Round Sigmoid Sign Softmax Sqrt Tanh Transpose Unsqueeze"
)
"""The operators whose shape is computed if their numbers are too many: a file may standardize or join its weights."""


def fold(op: Op, inputs: Sequence[Constant | None], opset: int) -> list[Constant]:
    """Return what an operator makes of constants: its numbers if they are few, else its shape if that is known."""
    first = inputs[0] if inputs else None
    if op.kind == "Constant":
        return [_stored(op)]
    if op.kind in ("Shape", "Size") and first is not None and first.shape is not None:
        return [shape_of(op, first.shape)]
    arrays = [None if constant is None else constant.data for constant in inputs]
    present = [array for array in arrays if array is not None]
    is_known = len(present) == sum(constant is not None for constant in inputs)
    is_little = sum(array.size for array in present) <= MOST_READ
    if op.kind in RESULTS and is_known and is_little and not op.has_graph:
        try:
            _limited(RESULTS[op.kind](*present))
            results = [np.asarray(result) for result in _compute(op, arrays, opset)]
        except Exception:  # whatever NumPy and onnx raise for numbers and attributes that do not fit
            return []
        if op.kind == "Split" and not all(result.size for result in results):  # more parts than there are numbers
            return []
        return [Constant.of(result) for result in results]
    return [Constant(_result_shape(op, inputs, opset))]


def shape_of(op: Op, shape: Sequence[int]) -> Constant:
    """Return what Shape and Size make of a shape, integers of 64 bits."""
    try:
        numbers = prod(shape) if op.kind == "Size" else shape[slice(op.get("start", 0), op.get("end"))]
        return Constant.of(np.array(numbers, np.int64))
    except (OverflowError, TypeError):
        return Constant()


def _stored(op: Op) -> Constant:
    for name in ("value", "value_int", "value_ints", "value_float", "value_floats"):
        value = op.get(name)
        if isinstance(value, Constant):
            return value
        if value is not None:
            return Constant.of(np.array(value, np.float32 if "float" in name else np.int64))
    return Constant()


def _limited(shape: Sequence[int] | Array) -> tuple[int, ...]:
    """Refuse to make what is not small."""
    sizes = tuple(int(size) for size in shape)
    if len(sizes) > MOST_DIMENSIONS or prod(sizes) > limits.ONNX_NUMBERS or min(sizes, default=0) < 0:
        raise Unsupported
    return sizes


def _compute(op: Op, arrays: Sequence[Array | None], opset: int) -> Sequence[Any]:
    """Return the results of an operator, as `onnx.reference` computes them."""
    from onnx import NodeProto, helper, numpy_helper

    evaluator, names = _evaluator(op.kind, opset)
    values = {name: value for name, value in op.attributes.items() if name in names and value is not None}
    attributes = [
        helper.make_attribute(
            name, numpy_helper.from_array(np.asarray(value.data)) if isinstance(value, Constant) else value
        )
        for name, value in values.items()
    ]
    node = NodeProto(op_type=op.kind, output=op.outputs, attribute=attributes)
    run = evaluator(node, {"log": lambda *_: None, "opsets": {"": opset}, "new_ops": None}).run
    with np.errstate(all="ignore"):
        results: Sequence[Any] = run(*arrays)
    return results


@lru_cache(maxsize=256)
def _evaluator(kind: str, opset: int) -> tuple[Any, frozenset[str]]:
    """Return the class that computes an operator, and the names of its attributes."""
    from onnx.reference.ops import load_op

    evaluator = load_op("", kind, opset)
    return evaluator, frozenset(inspect.signature(evaluator._run).parameters)


def _result_shape(op: Op, inputs: Sequence[Constant | None], opset: int) -> tuple[int, ...] | None:
    """Return the shape of the first output, as of a tensor whose axes are channels, or None if it is unknown."""
    if op.kind not in SHAPED.split() or op.has_graph or not inputs or inputs[0] is None or inputs[0].shape is None:
        return None
    if op.kind in BROADCASTING.split() and any(constant is None or constant.shape is None for constant in inputs):
        return None
    values: dict[str, Value] = {name: value for name, value in zip(op.inputs, inputs, strict=True) if value is not None}
    values[op.inputs[0]] = Tensor(INPUT_NAME, tuple(map(channels, inputs[0].shape)))
    try:
        result = HANDLERS[op.kind](GraphBuilder(Graph((1, 1)), opset, values), op)
    except (ArithmeticError, LookupError, Unsupported, TypeError, ValueError):
        return None
    shape = (result[0] if isinstance(result, list) else result).shape
    return shape if len(shape) <= MOST_DIMENSIONS else None
