"""A network from an exported model: operator by operator, and what is not understood is named, never guessed."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType

from ... import limits
from ...arithmetic import Layer, parse
from ...arithmetic.parse import Pair, PairLike
from ...arithmetic.quoting import shown
from ...errors import SpecError
from ..receptive.graph import INPUT_NAME, operation_of
from ..receptive.network import Network, UnknownOp
from ..receptive.readings import Operation
from .building import Building, Plane, Unknown, Value
from .folding import fold, shape_of
from .layout import Axes, NotUnderstood, along, channels, dims
from .loading import Constant, Model, Op, load
from .operators import CELL_BY_CELL, HANDLERS, PLACE_BY_PLACE

TREATMENTS = ("identity", "global_pool", "dense")
SAME_PLACES = frozenset(f"{PLACE_BY_PLACE} {CELL_BY_CELL} Mul Div Pad Clip Resize".split())
"""Behind these the axes of the input are still in their order."""


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
    image, axes, size = _image(model, None if input_size is None else parse.pair("input_size", input_size, least=1))
    network = Network(size)
    values: dict[str, Value] = dict(model.constants)
    values |= {name: Constant() for name in model.inputs}
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


def _image(model: Model, given: Pair | None) -> tuple[str, Axes, Pair]:
    """(name, axes, size) of the input whose cells are told apart: the first one with height and width."""
    ranks = {name: len(shape or ()) for name, shape in model.inputs.items()}
    image = next((name for rank in (4, 3) for name in ranks if ranks[name] == rank), None)
    if image is None:
        got = ", ".join(f"{shown(name)} with {rank}" for name, rank in list(ranks.items())[:3]) or "none"
        raise SpecError(f"the model must have an input of 4 dimensions, or of 3; got {got}.")
    shape = model.inputs[image] or ()
    rows, columns = (2, 3) if ranks[image] == 4 else (None, 2)
    if ranks[image] == 4 and _is_channels_last(model, image, shape):
        rows, columns = 1, 2
    height = 1 if rows is None else shape[rows]
    size = (height, shape[columns]) if given is None else given
    for name, cells in zip(("height", "width"), size, strict=True):
        if cells is None:
            raise SpecError(f"input {shown(image)} has a dynamic {name}; give input_size.")
        if cells > limits.ONNX_SIDE:
            raise SpecError(f"the input {name} must be at most {limits.ONNX_SIDE}; got {cells}.")
    if rows is None and size[0] != 1:
        raise SpecError(f"input_size must have the height 1 for a model of one axis; got {size}.")
    known = (size[0] or 1, size[1] or 1)
    axes = [channels(cells or (_read_channels(model, image) if n else 1)) for n, cells in enumerate(shape)]
    if rows is not None:
        axes[rows] = along("h", known[0])
    axes[columns] = along("w", known[1])
    return image, tuple(axes), known


def _is_channels_last(model: Model, image: str, shape: tuple[int | None, ...]) -> bool:
    """What the first operator that cares makes of it says so, or else which axis is as short as colours are."""
    same = {image}
    for op in model.ops:
        if not op.inputs or not same & set(op.inputs):
            continue
        if op.kind == "Transpose" and op.get("perm"):
            return bool(op.get("perm") == (0, 3, 1, 2))
        if op.kind not in SAME_PLACES:
            return op.kind not in HANDLERS and _has_colours_last(shape)
        same |= set(op.outputs)
    return _has_colours_last(shape)


def _has_colours_last(shape: tuple[int | None, ...]) -> bool:
    return shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)


def _read_channels(model: Model, image: str) -> int:
    """Channels of an input that leaves them open: those of the first weights that read it."""
    for op in model.ops:
        if op.kind == "Conv" and op.inputs[:1] == (image,) and len(op.inputs) > 1:
            shape = model.constants.get(op.inputs[1], Constant()).shape
            groups = op.get("group", 1)
            return shape[1] * groups if shape and len(shape) > 1 and isinstance(groups, int) else 1
    return 1


def _understood(building: Building, op: Op, treated: Mapping[str, Operation]) -> tuple[list[Value], bool]:
    """(its outputs, whether it is understood: also if what it reads is not)."""
    inputs = building.inputs(op)
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
