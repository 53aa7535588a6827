"""Convert an exported model to a graph, operator by operator; an unsupported operator is named, never guessed.

`HANDLERS` has what the operators do to tensors that depend on the image: https://onnx.ai/onnx/operators/. Arithmetic on
shapes, which exporters leave in a file, is computed by `onnx.reference`, one operator at a time, after the size of the
result has been limited. `onnx.shape_inference` for whole models limits nothing: a file of 34 kB made it take over 5 GB.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import INPUT_NAME, TREATMENTS, Graph, Provenance, spelled
from convviz.arithmetic import Layer, arguments
from convviz.arithmetic.arguments import PairLike, shown
from convviz.errors import SpecError

from . import ops_layers, ops_shape, resize
from .axis_tracking import Unsupported, channels, find_image, require
from .costs import file_costs
from .graph_builder import EDGES, GraphBuilder, Tensor, UnknownTensor, Value
from .parse_model import MOST_DIMENSIONS, Array, Constant, Model, Op

MOST_LISTED: Final = 12
"""Operators that an error lists."""

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


def unary(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Read the own cell of the first input; later outputs, as the mask of Dropout, do the same."""
    tensor = builder.tensor(op)
    names = enumerate(op.outputs)
    return [builder.apply(op, None, tensor, tensor.axes, n) for n, name in names if name or not n]


def product(builder: GraphBuilder, op: Op) -> Tensor:
    """Multiply the inputs cell by cell."""
    return builder.join_inputs(op, "multiply")


def fused_conv(builder: GraphBuilder, op: Op) -> Tensor:
    """Convolve and activate; a fourth input, which is added in between, is unsupported."""
    require(builder.value(op, 3) is None)
    return ops_layers.conv(builder, op)


OF_ONNXRUNTIME: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear", "QLinearSigmoid", "QLinearLeakyRelu"), unary),
    **dict.fromkeys(("Gelu", "FastGelu", "QuickGelu", "BiasGelu"), unary),
    "QLinearAdd": GraphBuilder.join_inputs,
    "QLinearMul": product,
    # every tensor is followed by its scale and its zero point, after those of the output
    "QLinearConcat": lambda builder, op: ops_shape.concat(builder, replace(op, inputs=op.inputs[2::3])),
    "QLinearAveragePool": ops_layers.pool,
    "QLinearGlobalAveragePool": ops_layers.global_pool,
    "FusedConv": fused_conv,
}
"""Operators of com.microsoft, which the quantization and the optimizer of onnxruntime leave in a file."""

HANDLERS: Final[Mapping[str, Handler]] = {
    **dict.fromkeys(UNARY.split(), unary),
    **dict.fromkeys(BINARY.split(), GraphBuilder.join_inputs),
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
"""The operators whose numbers are computed, with a limit for the shape of their results."""

BROADCASTING: Final = "Add Div Max Min Mul Pow Sub Where"
SHAPED: Final = BROADCASTING + (
    " Abs BatchNormalization Cast CastLike Clip Concat DequantizeLinear Exp Expand Identity InstanceNormalization"
    " LayerNormalization Neg QuantizeLinear Reciprocal ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum"
    " ReduceSumSquare Relu Reshape Round Sigmoid Sign Softmax Sqrt Tanh Transpose Unsqueeze"
)
"""The operators whose shape is computed if their numbers are too many: a file may standardize or join its weights."""


def read_graph(
    model: Model, input_size: PairLike | None = None, treat: Mapping[str, Operation] | None = None
) -> tuple[Graph, Provenance]:
    """Return the graph of a model, and where its nodes come from; see `Network.from_onnx`."""
    treatments = _check_treatments(model, treat)
    size = None if input_size is None else arguments.pair("input_size", input_size, least=1)
    image, axes, size = find_image(model, size, KEEPING_AXES, HANDLERS)
    values: dict[str, Value] = dict(model.constants)
    for name, shape in model.inputs.items():  # weights, too, of a file that was saved without them
        sizes = tuple(cells for cells in shape or () if cells is not None)
        values[name] = Constant(sizes if shape is not None and len(sizes) == len(shape) else None)
    values[image] = Tensor(INPUT_NAME, axes)
    builder = GraphBuilder(Graph(size), model.opset, values)
    for op in model.ops:
        outputs = _convert(builder, op, treatments)
        outputs += [Constant()] * (len(op.outputs) - len(outputs))
        values.update((name, value) for name, value in zip(op.outputs, outputs, strict=False) if name)
    builder.graph.costs = file_costs(model, builder, image)
    builder.graph.aliases = {op.given: op.name for op in reversed(model.ops) if op.given not in ("", op.name)}
    return builder.graph, Provenance(
        unknown=tuple(builder.unknown),
        origins=MappingProxyType(builder.origins),
        causes=MappingProxyType(builder.causes),
        unsupported=frozenset(builder.unsupported),
        treatments=MappingProxyType(builder.treatments),
    )


def _check_treatments(model: Model, treat: object) -> dict[str, Operation]:
    """Return what operators are treated as, by their names, which the model must have."""
    if treat is None:
        return {}
    if not isinstance(treat, Mapping) or not all(isinstance(kind, str) for kind in treat):
        raise SpecError(f"treat must map names of operators to layers or operations; got {shown(treat)}.")
    kinds = {kind for op in model.ops for kind in (op.kind, op.title)}
    for kind, value in treat.items():
        if not isinstance(value, Layer) and value not in TREATMENTS:
            raise SpecError(f'treat["{kind}"] must be a layer, {arguments.one_of(TREATMENTS)}; got {shown(value)}.')
        if kind not in kinds:
            titles = list(dict.fromkeys(op.title for op in model.ops))
            more = f" ({len(titles)} in all)" if len(titles) > MOST_LISTED else ""
            listed = f"{arguments.one_of(titles[:MOST_LISTED])}{more}"
            raise SpecError(f"treat must name an operator of the model, {listed}; got {shown(kind)}.")
    return dict(treat)


def _convert(builder: GraphBuilder, op: Op, treatments: Mapping[str, Operation]) -> list[Value]:
    """Add the nodes of an operator if it depends on the image, and return its outputs."""
    inputs = builder.inputs(op)
    if op.kind == "CastLike" and inputs and isinstance(inputs[0], Constant):  # of the second input it reads the type
        return [inputs[0]]
    nodes = [value.node for value in inputs if isinstance(value, Tensor | UnknownTensor)]
    reads = list(dict.fromkeys(nodes)) or [INPUT_NAME]
    builder.count(EDGES, limits.ONNX_EDGES, len(nodes) * max(1, len(op.outputs)), op.name)
    if any(isinstance(value, UnknownTensor) for value in inputs):
        return builder.add_unknown(op, reads)
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    if op.kind in ("Shape", "Size") or (not tensors and not op.has_graph):
        try:
            return [*_fold(op, inputs, builder.opset)]
        except Exception:  # whatever NumPy and onnx raise for numbers and attributes that do not fit
            return []
    treatment = treatments.get(op.kind, treatments.get(op.title))
    treated = next((builder.treated[name] for name in reads if name in builder.treated), None)
    try:
        if treatment is not None and tensors:
            treated = (op.title, treatment)
            result: Tensor | list[Tensor] = _treat(builder, op, treatment, tensors)
        elif op.kind in HANDLERS and not op.has_graph:
            result = HANDLERS[op.kind](builder, op)
        else:
            raise Unsupported
        outputs = [builder.check(op, tensor) for tensor in (result if isinstance(result, list) else [result])]
    except Unsupported:
        return builder.add_unknown(op, reads)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        rule = "must have the inputs and attributes that the operator has"
        message = f'node "{op.name}" {rule}; got others ({shown(op.kind)}).'
        message = str(error) if isinstance(error, SpecError) else message
        if treated is not None:
            what = spelled(treated[1]) if isinstance(treated[1], Layer) else f'"{treated[1]}"'
            message = f'treat["{treated[0]}"] must fit the nodes of the model; got {what}: {message}'
        raise SpecError(message) from None
    if treated is not None:
        builder.treated |= {tensor.node: treated for tensor in outputs}
    return [*outputs]


def _treat(builder: GraphBuilder, op: Op, operation: Operation, tensors: list[Tensor]) -> Tensor:
    """Apply the treatment of an operator: several inputs are joined cell by cell, a layer reads the first one."""
    first = tensors[0]
    if isinstance(operation, Layer):
        try:
            first = builder.separated(op, first)
        except Unsupported:
            rule = f'node "{op.name}" must read an input with height and width'
            raise SpecError(f"{rule}; got one of shape {first.shape}.") from None
        return builder.apply_layer(op, operation, first, first.axes[:2])
    if operation == "attention":
        result = builder.attend(op, tensors)
    elif operation == "identity":
        result = builder.join_inputs(op) if len(tensors) > 1 else builder.apply(op, None, first, first.axes)
    else:
        result = builder.apply(op, operation, first, ((), channels((*first.shape, 1, 1)[1]), (), ()))
    builder.treatments[result.node] = operation
    return result


def _fold(op: Op, inputs: Sequence[Value | None], opset: int) -> list[Constant]:
    """Return what an operator makes of constants: its numbers if they are few, else its shape if that is known."""
    if op.kind == "Constant":
        return [_stored(op)]
    first = inputs[0] if inputs else None
    if op.kind in ("Shape", "Size") and isinstance(first, Tensor | Constant) and first.shape is not None:
        numbers = prod(first.shape) if op.kind == "Size" else first.shape[slice(op.get("start", 0), op.get("end"))]
        return [Constant.of(np.array(numbers, np.int64))]
    constants = [value for value in inputs if isinstance(value, Constant)]
    arrays = [constant.data for constant in constants if constant.data is not None]
    is_small = len(arrays) == len(constants) and sum(array.size for array in arrays) <= MOST_READ
    if op.kind in RESULTS and is_small and op.get("to") != 8:  # Cast to texts takes long
        _limited(RESULTS[op.kind](*arrays))
        results = _compute(op, [value.data if isinstance(value, Constant) else None for value in inputs], opset)
        require(op.kind != "Split" or all(np.size(result) for result in results))
        return [Constant.of(np.asarray(result)) for result in results]
    is_known = op.kind not in BROADCASTING.split() or all(constant.shape is not None for constant in constants)
    if op.kind in SHAPED.split() and is_known and isinstance(first, Constant) and first.shape is not None:
        values = {name: value for name, value in zip(op.inputs, inputs, strict=True) if value is not None}
        values[op.inputs[0]] = Tensor(INPUT_NAME, tuple(map(channels, first.shape)))  # as if its axes were channels
        builder = GraphBuilder(Graph((1, 1)), opset, values)
        result = HANDLERS[op.kind](builder, op)
        return [Constant(builder.check(op, result[0] if isinstance(result, list) else result).shape)]
    return []


def _stored(op: Op) -> Constant:
    """Return the numbers of Constant."""
    for name in ("value", "value_int", "value_ints", "value_float", "value_floats"):
        value = op.get(name)
        if isinstance(value, Constant):
            return value
        if value is not None:
            return Constant.of(np.array(value, np.float32 if "float" in name else np.int64))
    return Constant()


def _limited(shape: Sequence[int] | Array) -> tuple[int, ...]:
    """Return a shape, which must be small."""
    sizes = tuple(int(size) for size in shape)
    require(len(sizes) <= MOST_DIMENSIONS and prod(sizes) <= limits.ONNX_NUMBERS and min(sizes, default=0) >= 0)
    return sizes


def _compute(op: Op, arrays: Sequence[Array | None], opset: int) -> Sequence[Any]:
    """Return the results of an operator, as `onnx.reference` computes them."""
    if op.kind == "ConstantOfShape":  # the only one with a tensor as an attribute
        value = op.get("value", Constant(data=np.zeros(1, np.float32))).data
        return [np.full(arrays[0], value.ravel()[0])]
    attributes = tuple(op.attributes.items())
    run = _evaluator(op.kind, opset, len(op.outputs), attributes, repr(attributes))
    with np.errstate(all="ignore"):
        results: Sequence[Any] = run(*arrays)
    return results


@lru_cache(maxsize=128)
def _evaluator(
    kind: str, opset: int, outputs: int, attributes: tuple[tuple[str, Any], ...], key: str
) -> Callable[..., Any]:
    """Return the function that computes an operator; `key` distinguishes 1 from 1.0."""
    from onnx import helper
    from onnx.reference.ops import load_op

    evaluator = load_op("", kind, opset)
    names = inspect.signature(evaluator._run).parameters
    values = {name: value for name, value in attributes if name in names}
    node = helper.make_node(kind, [], ["result"] * outputs, **values)
    run: Callable[..., Any] = evaluator(node, {"log": lambda *_: None, "opsets": {"": opset}, "new_ops": None}).run
    return run
