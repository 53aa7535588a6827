"""A network from an exported model: operator by operator, and what is not understood is named, never guessed."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType

from ...arithmetic import Layer, parse
from ...arithmetic.parse import PairLike
from ...arithmetic.quoting import shown
from ...errors import SpecError
from ..receptive.graph import INPUT_NAME, operation_of
from ..receptive.network import Network, UnknownOp
from ..receptive.readings import Operation
from .building import Building, Plane, Unknown, Value
from .folding import fold, shape_of
from .image import image_of
from .layout import NotUnderstood, along, channels, dims
from .loading import Constant, Op, load
from .operators import HANDLERS

TREATMENTS = ("identity", "global_pool", "dense")


def read_onnx(
    source: object, input_size: PairLike | None = None, treat: Mapping[str, Operation] | None = None
) -> Network:
    """See `Network.from_onnx`."""
    treated = _treatments(treat)
    model = load(source)
    kinds = {kind for op in model.ops for kind in (op.kind, op.title)}
    for kind in treated:
        if kind not in kinds:
            raise SpecError(f"treat must name operators of the model; got {shown(kind)}, which it does not have.")
    image, axes, size = image_of(model, None if input_size is None else parse.pair("input_size", input_size, least=1))
    network = Network(size)
    values: dict[str, Value] = dict(model.constants)
    for name, shape in model.inputs.items():  # weights, too, of a file that was saved without them
        known = () if shape is None else tuple(cells for cells in shape if cells is not None)
        values[name] = Constant(known if shape is not None and len(known) == len(shape) else None)
    values[image] = Plane(INPUT_NAME, axes)
    building = Building(network, model.opset, values)
    unknown: list[UnknownOp] = []
    for op in model.ops:
        found, is_understood = _understood(building, op, treated)
        values.update((name, one) for name, one in zip(op.outputs, found, strict=False) if name)
        if not is_understood:
            unknown.append(UnknownOp(op.title, op.name, next(filter(None, op.outputs), "")))
    network.unknown = tuple(unknown)
    network.origins = MappingProxyType(building.origins)
    return network


def _treatments(treat: object) -> dict[str, Operation]:
    """Operators by name, and what they are to be taken for."""
    if treat is None:
        return {}
    if not isinstance(treat, Mapping) or not all(isinstance(kind, str) for kind in treat):
        raise SpecError(f"treat must say for names of operators what they are; got {shown(treat)}.")
    for kind, value in treat.items():
        if not isinstance(value, Layer) and value not in TREATMENTS:
            raise SpecError(
                f"treat must take {shown(kind)} for a layer, {parse.one_of(TREATMENTS)}; got {shown(value)}."
            )
    return {kind: operation_of(value) for kind, value in treat.items()}


def _understood(building: Building, op: Op, treated: Mapping[str, Operation]) -> tuple[list[Value], bool]:
    """(its outputs, whether it is understood: also if what it reads is not)."""
    inputs = building.inputs(op)
    if op.kind == "CastLike" and inputs and isinstance(inputs[0], Constant):  # of the other it takes the type alone
        return [inputs[0]], True
    reads = list(dict.fromkeys(one.node for one in inputs if isinstance(one, Plane | Unknown))) or [INPUT_NAME]
    if any(isinstance(one, Unknown) for one in inputs):
        return building.add_unknown(op, reads), True
    planes = [one for one in inputs if isinstance(one, Plane)]
    if not planes and not op.has_graph:
        return [*fold(op, [one if isinstance(one, Constant) else None for one in inputs])], True
    if op.kind in ("Shape", "Size") and planes:
        return [Constant.of(shape_of(op, planes[0].shape))], True
    try:
        treatment = treated.get(op.kind, treated.get(op.title))
        if treatment is not None and planes:
            found: Plane | list[Plane] = _treated(building, op, treatment, planes)
        elif op.kind in HANDLERS and not op.has_graph:
            found = HANDLERS[op.kind](building, op)
        else:
            raise NotUnderstood
    except NotUnderstood:
        return building.add_unknown(op, reads), False
    except SpecError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        rule = "must have the inputs and attributes that the operator has"
        raise SpecError(f'node "{op.name}" {rule}; got others ({shown(op.kind)}).') from None
    outputs: list[Value] = [*found] if isinstance(found, list) else [found]
    return outputs + [Constant()] * (len(op.outputs) - len(outputs)), True


def _treated(building: Building, op: Op, operation: Operation, planes: list[Plane]) -> Plane:
    """As the caller says: of several inputs cell by cell, a layer of the first one."""
    if operation == "identity":
        return building.cell_by_cell(op) if len(planes) > 1 else building.step(op, None, planes[0], planes[0].axes)
    plane = planes[0]
    if isinstance(operation, str):
        maps = prod(size for n, size in enumerate(dims(plane.axes)) if n == 1)
        return building.step(op, operation, plane, ((), channels(maps), (), ()))
    plane = building.standard(op, plane)
    node = building.add(op, operation, [plane])
    height, width = building.network.output_size(node) or (1, 1)
    places = (along("h", height), along("w", width))[4 - len(plane.axes) :]
    return Plane(node, (*plane.axes[:2], *places))
