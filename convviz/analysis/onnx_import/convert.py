"""Convert an exported model to a graph, operator by operator; an unsupported operator is named, never guessed."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Final

from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import INPUT_NAME, TREATMENTS, Graph, Provenance, spelled
from convviz.arithmetic import Layer, parse
from convviz.arithmetic.parse import PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_tracking import Unsupported, channels, dims, find_image
from .graph_builder import GraphBuilder, Tensor, UnknownTensor, Value
from .operators import HANDLERS, KEEPING_AXES, fold, shape_of
from .parse_model import Constant, Model, Op

MOST_LISTED: Final = 12
"""Operators that a sentence names."""


def read_graph(
    model: Model, input_size: PairLike | None = None, treat: Mapping[str, Operation] | None = None
) -> tuple[Graph, Provenance]:
    """Return the graph of a model, and where its nodes come from; see `Network.from_onnx`."""
    treatments = _check_treatments(model, treat)
    size = None if input_size is None else parse.pair("input_size", input_size, least=1)
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
        raise SpecError(f"treat must say for names of operators what they are; got {shown(treat)}.")
    kinds = {kind for op in model.ops for kind in (op.kind, op.title)}
    for kind, value in treat.items():
        if not isinstance(value, Layer) and value not in TREATMENTS:
            raise SpecError(f'treat["{kind}"] must be a layer, {parse.one_of(TREATMENTS)}; got {shown(value)}.')
        if kind not in kinds:
            titles = list(dict.fromkeys(op.title for op in model.ops))
            more = f" ({len(titles)} in all)" if len(titles) > MOST_LISTED else ""
            listed = f"{parse.one_of(titles[:MOST_LISTED])}{more}"
            raise SpecError(f"treat must name an operator of the model, {listed}; got {shown(kind)}.")
    return dict(treat)


def _convert(builder: GraphBuilder, op: Op, treatments: Mapping[str, Operation]) -> list[Value]:
    """Add the nodes of an operator, if it reads the image, and return its outputs."""
    inputs = builder.inputs(op)
    if op.kind == "CastLike" and inputs and isinstance(inputs[0], Constant):  # only the type of the other one is used
        return [inputs[0]]
    nodes = [value.node for value in inputs if isinstance(value, Tensor | UnknownTensor)]
    reads = list(dict.fromkeys(nodes)) or [INPUT_NAME]
    builder.count_inputs(op, len(nodes))
    if any(isinstance(value, UnknownTensor) for value in inputs):
        return builder.add_unknown(op, reads)
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    if not tensors and not op.has_graph:
        return [*fold(op, [value if isinstance(value, Constant) else None for value in inputs], builder.opset)]
    if op.kind in ("Shape", "Size") and tensors:
        return [shape_of(op, tensors[0].shape)]
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
    except SpecError as error:
        raise _refusal(treated, str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        rule = "must have the inputs and attributes that the operator has"
        raise _refusal(treated, f'node "{op.name}" {rule}; got others ({shown(op.kind)}).') from None
    if treated is not None:
        builder.treated |= {tensor.node: treated for tensor in outputs}
    return [*outputs]


def _refusal(treated: tuple[str, Operation] | None, message: str) -> SpecError:
    """Return an error, which names the treatment if it is a consequence of one."""
    if treated is None:
        return SpecError(message)
    kind, treatment = treated
    what = spelled(treatment) if isinstance(treatment, Layer) else f'"{treatment}"'
    return SpecError(f'treat["{kind}"] must be what the nodes behind it can read; got {what}, with which {message}')


def _treat(builder: GraphBuilder, op: Op, operation: Operation, tensors: list[Tensor]) -> Tensor:
    """Apply what the caller said: to several inputs cell by cell, a layer to the first one."""
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
        result = builder.join_inputs(op) if len(tensors) > 1 else builder.apply(op, None, first)
    else:
        maps = prod(size for n, size in enumerate(dims(first.axes)) if n == 1)
        result = builder.apply(op, operation, first, ((), channels(maps), (), ()))
    builder.treatments[result.node] = operation
    return result
