"""A network from an exported model: operator by operator, and what is not understood is named, never guessed."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Final

from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import INPUT_NAME, Graph, spelled
from convviz.analysis.receptive.provenance import TREATMENTS, Provenance, UnknownOp
from convviz.arithmetic import Layer, parse
from convviz.arithmetic.parse import PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_tracking import NotUnderstood, along, channels, dims
from .constant_folding import fold, shape_of
from .graph_builder import Building, Plane, Unknown, Value
from .input_axes import image_of
from .operators import HANDLERS
from .parse_model import Constant, Model, Op

MOST_LISTED: Final = 12
"""Operators that a sentence names."""


def read_graph(
    model: Model, input_size: PairLike | None = None, treat: Mapping[str, Operation] | None = None
) -> tuple[Graph, Provenance]:
    """Return the graph of a model, and where its nodes come from; see `Network.from_onnx`."""
    treated = _treatments(treat)
    asked_size = None if input_size is None else parse.pair("input_size", input_size, least=1)
    kinds = {kind for op in model.ops for kind in (op.kind, op.title)}
    for kind in treated:
        if kind not in kinds:
            titles = list(dict.fromkeys(op.title for op in model.ops))
            more = f" ({len(titles)} in all)" if len(titles) > MOST_LISTED else ""
            there = f"{parse.one_of(titles[:MOST_LISTED])}{more}"
            raise SpecError(f"treat must name an operator of the model, {there}; got {shown(kind)}.")
    image, axes, size = image_of(model, asked_size)
    graph = Graph(size)
    values: dict[str, Value] = dict(model.constants)
    for name, shape in model.inputs.items():  # weights, too, of a file that was saved without them
        known = () if shape is None else tuple(cells for cells in shape if cells is not None)
        values[name] = Constant(known if shape is not None and len(known) == len(shape) else None)
    values[image] = Plane(INPUT_NAME, axes)
    building = Building(graph, model.opset, values)
    unknown: list[UnknownOp] = []
    for op in model.ops:
        found, is_understood = _understood(building, op, treated)
        values.update((name, one) for name, one in zip(op.outputs, found, strict=False) if name)
        if not is_understood:
            unknown.append(UnknownOp(op.title, op.name, next(filter(None, op.outputs), "")))
    graph.aliases = {op.given: op.name for op in reversed(model.ops) if op.given not in ("", op.name)}
    return graph, Provenance(
        unknown=tuple(unknown),
        origins=MappingProxyType(building.origins),
        causes=MappingProxyType(building.causes),
        unsupported=frozenset(building.unsupported),
        treatments=MappingProxyType(building.ways),
    )


def _treatments(treat: object) -> dict[str, Operation]:
    """Operators by name, and what they are to be taken for."""
    if treat is None:
        return {}
    if not isinstance(treat, Mapping) or not all(isinstance(kind, str) for kind in treat):
        raise SpecError(f"treat must say for names of operators what they are; got {shown(treat)}.")
    for kind, value in treat.items():
        if not isinstance(value, Layer) and value not in TREATMENTS:
            raise SpecError(f'treat["{kind}"] must be a layer, {parse.one_of(TREATMENTS)}; got {shown(value)}.')
    return dict(treat)


def _understood(building: Building, op: Op, treated: Mapping[str, Operation]) -> tuple[list[Value], bool]:
    """(its outputs, whether it is understood: also if what it reads is not)."""
    inputs = building.inputs(op)
    if op.kind == "CastLike" and inputs and isinstance(inputs[0], Constant):  # of the other it takes the type alone
        return [inputs[0]], True
    nodes = [one.node for one in inputs if isinstance(one, Plane | Unknown)]
    reads = list(dict.fromkeys(nodes)) or [INPUT_NAME]
    building.connect(op, len(nodes))
    if any(isinstance(one, Unknown) for one in inputs):
        return building.add_unknown(op, reads), True
    planes = [one for one in inputs if isinstance(one, Plane)]
    if not planes and not op.has_graph:
        return [*fold(op, [one if isinstance(one, Constant) else None for one in inputs])], True
    if op.kind in ("Shape", "Size") and planes:
        return [shape_of(op, planes[0].shape)], True
    treatment = treated.get(op.kind, treated.get(op.title))
    before = next((building.treated[name] for name in reads if name in building.treated), None)
    try:
        if treatment is not None and planes:
            before = (op.title, treatment)
            plane = _treated(building, op, treatment, planes)
            building.ways |= {} if isinstance(treatment, Layer) else {plane.node: treatment}
            found: Plane | list[Plane] = plane
        elif op.kind in HANDLERS and not op.has_graph:
            found = HANDLERS[op.kind](building, op)
        else:
            raise NotUnderstood
        outputs: list[Value] = [building.check(op, one) for one in (found if isinstance(found, list) else [found])]
    except NotUnderstood:
        return building.add_unknown(op, reads), False
    except SpecError as error:
        raise _blaming(before, str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        rule = "must have the inputs and attributes that the operator has"
        message = f'node "{op.name}" {rule}; got others ({shown(op.kind)}).'
        raise _blaming(before, message) from None
    if before is not None:
        building.treated.update((one.node, before) for one in outputs if isinstance(one, Plane))
    return outputs + [Constant()] * (len(op.outputs) - len(outputs)), True


def _blaming(before: tuple[str, Operation] | None, message: str) -> SpecError:
    """What cannot be behind an operator that the caller took for something is laid to that."""
    if before is None:
        return SpecError(message)
    kind, treatment = before
    what = spelled(treatment) if isinstance(treatment, Layer) else f'"{treatment}"'
    return SpecError(f'treat["{kind}"] must be what the nodes behind it can read; got {what}, with which {message}')


def _treated(building: Building, op: Op, operation: Operation, planes: list[Plane]) -> Plane:
    """As the caller says: of several inputs cell by cell, a layer of the first one."""
    if operation == "attention":
        return building.attended(op, planes)
    if operation == "identity":
        return building.cell_by_cell(op) if len(planes) > 1 else building.step(op, None, planes[0], planes[0].axes)
    plane = planes[0]
    if isinstance(operation, str):
        maps = prod(size for n, size in enumerate(dims(plane.axes)) if n == 1)
        return building.step(op, operation, plane, ((), channels(maps), (), ()))
    try:
        plane = building.standard(op, plane)
    except NotUnderstood:
        rule = f'node "{op.name}" must read an input with height and width'
        raise SpecError(f"{rule}; got one of shape {plane.shape}.") from None
    node = building.add(op, operation, [plane])
    height, width = building.graph.output_size(node) or (1, 1)
    places = (along("h", height), along("w", width))[4 - len(plane.axes) :]
    return Plane(node, (*plane.axes[:2], *places))
