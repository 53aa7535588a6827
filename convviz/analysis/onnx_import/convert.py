"""Convert an exported model to a graph, operator by operator; an unsupported operator is named, never guessed.

`HANDLERS` has what the operators do to tensors that depend on the image: https://onnx.ai/onnx/operators/. What does not
depend on it is computed by `fold`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from convviz import limits
from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import INPUT_NAME, Graph, Provenance, StoredKernel, StoredScale
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from . import lists, ops_layers, ops_shape, resize
from .axis_tracking import Unsupported, require
from .costs import file_costs
from .find_image import find_image
from .fold import fold, result_shapes
from .graph_builder import COMPUTED, EDGES, LARGE, MOST_COMPUTED, MOST_LARGE, OPS, GraphBuilder
from .parse_model import Branch, Constant, Model, Op
from .tensors import Listed, Part, Tensor, UnknownTensor, Value
from .treatments import Treatments, check_treatments, treat, words

Handler = Callable[[GraphBuilder, Op], Part | Listed | list[Tensor]]

UNARY: Final = (
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh"
    " DequantizeLinear Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu"
    " Log Mish Neg Not QuantizeLinear Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign"
    " Sqrt Swish Tan Tanh ThresholdedRelu"
)
"""Each output reads its own cell of the first input."""

BINARY: Final = (
    "Add And BitShift BitwiseAnd BitwiseOr BitwiseXor Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod"
    " Or PRelu Pow Sub Sum Where Xor"
)
"""Each output reads its own cell of every input."""

REDUCTIONS: Final = (
    "ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"
    " ReduceSumSquare"
)

WEIGHTED: Final = ("Conv", "FusedConv", "ConvTranspose")
"""Operators that read a kernel of floats, and after it the bias if there is one."""

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
    **dict.fromkeys(("Transpose", "Squeeze", "Unsqueeze"), ops_shape.arrange),
    "Expand": ops_shape.expand,
    "Slice": ops_shape.slice_,
    "Split": ops_shape.split,
    "Tile": ops_shape.tile,
    "Gather": ops_shape.gather,
    "Concat": ops_shape.concat,
    "Pad": ops_shape.pad,
    "Gemm": ops_layers.gemm,
    **dict.fromkeys(("MatMul", "MatMulInteger"), ops_layers.matmul),
    "Einsum": ops_layers.einsum,
    **dict.fromkeys(("LSTM", "GRU", "RNN"), ops_layers.recurrent),
    "TopK": ops_layers.top_k,
    "CumSum": ops_layers.running_sum,
    **dict.fromkeys(("Softmax", "LogSoftmax", "Hardmax"), ops_layers.softmax),
    "BatchNormalization": ops_layers.batch_norm,
    "LRN": ops_layers.local_norm,
    **dict.fromkeys(("InstanceNormalization", "GroupNormalization"), ops_layers.instance_norm),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), ops_layers.layer_norm),
    **dict.fromkeys(("LpNormalization", "MeanVarianceNormalization"), ops_layers.axes_norm),
    "DynamicQuantizeLinear": ops_layers.dynamic_quantize,
    **{f"com.microsoft.{kind}": handler for kind, handler in OF_ONNXRUNTIME.items()},
}

NUMBERS: Final = frozenset(
    f"{UNARY} Conv ConvTranspose Gemm BatchNormalization InstanceNormalization GroupNormalization LayerNormalization"
    " RMSNormalization LSTM GRU RNN com.microsoft.BiasGelu com.microsoft.FusedConv".split()
) - {"CastLike"}
"""Operators that follow the places of the first input, of Gemm of two, and compute with the numbers of the others."""

LISTS: Final[Mapping[str, Callable[[GraphBuilder, Op, Listed], Value | list[Value]]]] = {
    "Reshape": lists.reshape,
    **dict.fromkeys(("Transpose", "Squeeze", "Unsqueeze"), lists.arrange),
    "Slice": lists.slice_,
    "Split": lists.split,
    "Gather": lists.gather,
}
"""What operators do to a list of places, where it is not what they do to each part."""

BY_PARTS: Final = frozenset(f"{UNARY} {BINARY} Mul Div".split())
"""Operators that do to each part of a list what they do to a tensor; all others need one image."""

DATA: Final = frozenset(
    "NonZero NonMaxSuppression Unique Compress GridSample DeformConv RoiAlign MaxRoiPool MaxUnpool".split()  # noqa: SIM905
)
"""Operators that read what the values of their input decide; some others do where an index depends on the input."""


def read_graph(
    model: Model,
    input_size: object = None,
    treat: Mapping[str, Operation] | None = None,
    wanted: str | None = None,
) -> tuple[Graph, Provenance]:
    """Return the graph of a model, and where its nodes come from; see `Network.from_onnx`."""
    treatments = check_treatments(model, treat)
    image, axes, size, names = find_image(model, wanted, input_size, KEEPING_AXES, HANDLERS)
    values: dict[str, Value] = dict(model.constants)
    for name, shape in model.inputs.items():  # weights, too, of a file that was saved without them
        sizes = tuple(cells for cells in shape or () if cells is not None)
        values[name] = Constant(sizes if shape is not None and len(sizes) == len(shape) else None)
    values[image] = Tensor(INPUT_NAME, axes)
    builder = GraphBuilder(Graph(size, names), model.opset, values)
    builder.tensors[INPUT_NAME] = Tensor(INPUT_NAME, axes)
    reader = _Reader(builder, model, treatments)
    for op in model.ops:
        reader.read(op)
    builder.graph.costs = file_costs(model, reader.ops, builder, image)
    builder.graph.aliases = {op.given: op.name for op in reversed(model.ops) if op.given not in ("", op.name)}
    results = [builder.values.get(name) for name in model.outputs]
    return builder.graph, Provenance(
        unknown=tuple(builder.unknown),
        origins=MappingProxyType(builder.origins),
        causes=MappingProxyType(builder.causes),
        unsupported=frozenset(builder.unsupported),
        treatments=MappingProxyType(builder.treatments),
        kernels=MappingProxyType(_kernels(model, builder.origins)),
        scales=MappingProxyType(_scales(model, builder.origins)),
        outputs=tuple(dict.fromkeys(value.node for value in results if not isinstance(value, Constant | None))),
        scopes=MappingProxyType({op.name: op.scope for op in model.ops if op.scope}),
        notes=MappingProxyType(builder.notes),
        parts=MappingProxyType(builder.parts),
    )


def _kernels(model: Model, origins: Mapping[str, tuple[str, str]]) -> dict[str, StoredKernel]:
    """Return what the file stores for convolutions, by their nodes."""
    read = {
        op.outputs[0]: StoredKernel(op.inputs[1], (*op.inputs, "")[2], op.get("group", 1))
        for op in model.ops
        if op.title in WEIGHTED and len(op.inputs) > 1 and op.outputs
    }
    return {node: read[tensor] for node, (_, tensor) in origins.items() if tensor in read}


def _scales(model: Model, origins: Mapping[str, tuple[str, str]]) -> dict[str, StoredScale]:
    """Return what the file stores for batch normalizations, by their nodes."""
    read = {
        op.outputs[0]: StoredScale(op.inputs[1], op.inputs[4], op.get("epsilon", 1e-5))
        for op in model.ops
        if op.kind == "BatchNormalization" and len(op.inputs) == 5 and op.outputs
    }
    return {node: read[tensor] for node, (_, tensor) in origins.items() if tensor in read}


class _Reader:
    """Read the nodes of a model one by one into a builder."""

    def __init__(self, builder: GraphBuilder, model: Model, treatments: Treatments) -> None:
        self.builder, self.model, self.treatments = builder, model, treatments
        self.read_later = {name for op in model.ops for name in op.inputs} | set(model.outputs)
        self.first_inputs: dict[str, list[Value | None]] = {}
        self.ops: list[Op] = []

    def read(self, op: Op) -> None:
        """Note what an operator makes of its inputs."""
        builder = self.builder
        if op.kind == "If" and (branch := self._taken(op)) is not None:
            builder.values.update(branch.constants)
            for inner in branch.ops:
                self.read(inner)
            made = [builder.values.get(name, Constant()) for name in branch.outputs]
        else:
            self.ops.append(op)
            made = self._made(op)
        builder.values.update((name, value) for name, value in zip(op.outputs, made, strict=False) if name)

    def _taken(self, op: Op) -> Branch | None:
        """Return the graph that If takes, if its condition is known."""
        condition = self.builder.values.get(op.inputs[0]) if op.inputs else None
        if not isinstance(condition, Constant) or condition.data is None or condition.data.size != 1:
            return None
        return op.branches.get("then_branch" if bool(condition.data.ravel()[0]) else "else_branch")

    def _made(self, op: Op) -> list[Value]:
        """Add the nodes of an operator if it depends on the image, and return its outputs."""
        builder = self.builder
        inputs = builder.inputs(op)
        if (
            op.kind == "CastLike" and inputs and isinstance(inputs[0], Constant)
        ):  # of the second input it reads the type
            return [inputs[0]]
        read = [value for value in inputs if isinstance(value, Tensor | Listed | UnknownTensor)]
        nodes = [node for value in read for node in _nodes(value)]
        builder.count(EDGES, limits.ONNX_EDGES, len(nodes) * max(1, len(op.outputs)), op.name)
        self.first_inputs[op.name] = inputs
        span = self.treatments.spans.get(op.name)
        said = span[1] if span else self.treatments.nodes.get(op.name)
        is_known = not any(isinstance(value, UnknownTensor) and value.shape is None for value in read)
        is_shape = op.kind in ("Shape", "Size") and is_known
        if not said and (is_shape or (not read and not op.has_graph)):
            folded = fold(op, [_constant(value) for value in inputs], builder.opset)
            folded += [Constant()] * (len(op.outputs) - len(folded))
            numbers = sum(constant.data.size for constant in folded if constant.data is not None)
            builder.count(COMPUTED, MOST_COMPUTED, numbers, op.name)
            builder.count(LARGE, MOST_LARGE, sum(constant.data is None for constant in folded[:1]), op.name)
            return [self._stated(*each) for each in zip(op.outputs, folded, strict=False)]
        builder.count(OPS, limits.ONNX_NODES, 1, op.name)
        reads = list(dict.fromkeys(nodes)) or [INPUT_NAME]
        if said is not None:
            values = self.first_inputs[span[0]] if span and span[0] in self.first_inputs else inputs
            return self._treated(op, said, values, reads)
        if op.name in self.treatments.inside:
            why = "it is inside a span that is treated as one"
            return builder.add_unknown(op, reads, why, self._shapes(op, inputs), is_inside=True)
        if any(isinstance(value, UnknownTensor) for value in read):
            return builder.add_unknown(op, reads, shapes=self._shapes(op, inputs))
        treated = next((builder.treated[name] for name in reads if name in builder.treated), None)
        try:
            result = self._handled(op, inputs)
            made: list[Value] = [*result] if isinstance(result, list) else [result]
            for value in made:
                if isinstance(value, Tensor | Listed):
                    builder.check(op, value)  # of sizes that are no numbers this is the first to hear
        except Unsupported as error:
            kind = self.treatments.kinds.get(op.kind, self.treatments.kinds.get(op.title))
            if kind is not None and read:
                return self._treated(op, kind, inputs, reads)
            is_data = op.kind in DATA or "values of the input decide" in error.why
            why = error.why or (f"an operator of {op.domain}" if op.domain else "")
            return builder.add_unknown(op, reads, why, self._shapes(op, inputs), is_data=is_data)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise _refusal(op, error, treated) from None
        return self._noted(op, made, treated, reads)

    def _handled(self, op: Op, inputs: Sequence[Value | None]) -> Value | list[Value]:
        """Return what the handler of an operator makes; raise `Unsupported` if there is none."""
        handler = HANDLERS.get(op.kind)
        if handler is None or op.has_graph:
            raise Unsupported
        if op.kind in NUMBERS:
            inputs = self._with_whole(op, inputs)
        listed = next((value for value in inputs if isinstance(value, Listed)), None)
        with self.builder.replaced(op, inputs):
            if listed is not None and op.kind in LISTS and isinstance(inputs[0], Listed):
                return LISTS[op.kind](self.builder, op, listed)
            if listed is not None and op.kind in BY_PARTS:
                return lists.every_part(self.builder, op, handler)
            return handler(self.builder, op)  # type: ignore[return-value]  # a list of tensors is one of values

    def _with_whole(self, op: Op, inputs: Sequence[Value | None]) -> Sequence[Value | None]:
        """Return constants for the numbers that depend on the image, and a first input that reads the whole of them.

        Such as biases and scales that are computed from the image.
        """
        builder, start = self.builder, 2 if op.kind == "Gemm" else 1
        others = [value for value in inputs[start:] if isinstance(value, Tensor | Listed)]
        if not others:
            return inputs
        first = next((value for value in inputs[:start] if isinstance(value, Tensor)), None)
        require(first is not None)
        assert first is not None
        joined = [first]
        for n, one in enumerate((part for value in others for part in _tensors(value)), start=1):
            is_single = set(builder.size(one)) == {1}
            whole = one.node if is_single else builder.add(op, "global_pool", [one], helper=f"whole {n}")
            joined.append(Tensor(whole, ()))
        numbers = Tensor(builder.add(op, "add", joined, helper="numbers"), first.axes)
        operands = [numbers if value is first else value for value in inputs[:start]]
        return [
            *operands,
            *(Constant(value.shape) if isinstance(value, Tensor | Listed) else value for value in inputs[start:]),
        ]

    def _treated(self, op: Op, said: Operation, values: Sequence[Value | None], reads: Sequence[str]) -> list[Value]:
        """Return what an operator makes when it is treated as the caller says."""
        treated = (op.title, said)
        try:
            made = treat(self.builder, op, said, values, self._shapes(op, self.builder.inputs(op)))
        except (Unsupported, SpecError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise _refusal(op, error, treated) from None
        return self._noted(op, made, treated, reads)

    def _noted(
        self, op: Op, made: list[Value], treated: tuple[str, Operation] | None, reads: Sequence[str]
    ) -> list[Value]:
        """Note the tensors of nodes, what follows a treatment, and outputs of which nothing is known."""
        builder = self.builder
        for value in made:
            if isinstance(value, Listed):
                main = value.node
                others = tuple(part.node for part in value.tensors if part.node != main)
                builder.parts |= {main: others} if others else {}
                constant = sum(
                    n for part, n in zip(value.parts, value.lengths, strict=True) if isinstance(part, Constant)
                )
                if constant:
                    builder.notes.setdefault(
                        main, f"its tensor has {constant} more place{'s' * (constant > 1)}, constant"
                    )
            for tensor in _tensors(value):
                builder.tensors[tensor.node] = tensor
                builder.order(tensor)
                if treated is not None:
                    builder.treated[tensor.node] = treated
        missing = [name for name in op.outputs[len(made) :] if name in self.read_later]
        if missing:
            later = replace(op, outputs=tuple(missing))
            unknown = dict(
                zip(missing, builder.add_unknown(later, reads, "only its first output is supported"), strict=True)
            )
            return [*made, *(unknown.get(name, Constant()) for name in op.outputs[len(made) :])]
        return made

    def _stated(self, name: str, constant: Constant) -> Constant:
        """Return a constant with the shape that the model declares, if no other is known."""
        shape = self.model.declared.get(name)
        if constant.shape is not None or shape is None:
            return constant
        sizes = tuple(size for size in shape if size is not None)
        return replace(constant, shape=sizes) if len(sizes) == len(shape) else constant

    def _shapes(self, op: Op, inputs: Sequence[Value | None]) -> list[tuple[int, ...] | None]:
        """Return the shapes of the outputs: as ONNX tells them from those of the inputs, or as the file states them."""
        shapes = [None if value is None else value.shape for value in inputs]
        constants = [value if isinstance(value, Constant) else None for value in inputs]
        found = result_shapes(op, shapes, constants, self.builder.opset)
        declared = [self.model.declared.get(name) for name in op.outputs]
        fixed = [shape if shape is not None and None not in shape else None for shape in declared]
        return [one or other for one, other in zip(found, fixed, strict=True)]  # type: ignore[misc]


def _tensors(value: Value) -> Sequence[Tensor]:
    """Return the tensors of a value."""
    return value.tensors if isinstance(value, Listed) else (value,) if isinstance(value, Tensor) else ()


def _nodes(value: Tensor | Listed | UnknownTensor) -> Sequence[str]:
    """Return the nodes of a value."""
    return [value.node] if isinstance(value, UnknownTensor) else [part.node for part in _tensors(value)]


def _constant(value: Value | None) -> Constant | None:
    """Return a constant; of a tensor its shape, which is all that Shape reads."""
    return value if isinstance(value, Constant | None) else Constant(value.shape)


def _refusal(op: Op, error: Exception, treated: tuple[str, Operation] | None) -> SpecError:
    """Return what is wrong with a node, and the treatment that made it so."""
    message = (
        f'node "{op.name}" must have the inputs and attributes that the operator has; got others ({shown(op.kind)}).'
    )
    message = str(error) if isinstance(error, SpecError) else message
    if treated is not None:
        message = f'treat["{treated[0]}"] must fit the nodes of the model; got {words(treated[1])}: {message}'
    return SpecError(message)
