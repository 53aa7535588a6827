"""Find the input of a model whose cells are followed, and which of its axes are those of the image."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from convviz import limits
from convviz.analysis.receptive.footprints import Size
from convviz.analysis.receptive.graph import AXES
from convviz.arithmetic import arguments
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .axis_tracking import Axes, along, channels, labels_of
from .parse_model import Constant, Model, Op

WINDOWED: Final = frozenset(
    "Conv ConvTranspose ConvInteger QLinearConv FusedConv MaxPool AveragePool LpPool GlobalAveragePool GlobalMaxPool"  # noqa: SIM905
    " InstanceNormalization DepthToSpace SpaceToDepth LRN".split()
)
"""Operators whose input is (N, C, ...), so that they decide which axes are those of the image."""

MOVING: Final = frozenset(["Transpose", "Reshape", "Squeeze", "Unsqueeze", "Gather", "Split", "Slice", "Concat"])
"""Operators through which the order of axes is followed, as long as they move or cut whole axes."""

Order = tuple[int | None, ...]
"""The axis of the input that each axis of a tensor is; None for one that was added."""


def find_image(
    model: Model, wanted: str | None, input_size: object, keeping: Collection[str], supported: Collection[str]
) -> tuple[str, Axes, Size, tuple[str, ...]]:
    """Return the name of the input, its axes, its size, and the names of the axes of the image.

    Parameters
    ----------
    model : Model
        The model.
    wanted : str, optional
        The name of the input; by default that which most of the layers read.
    input_size : int or sequence of int, optional
        The size that replaces the one of the model.
    keeping, supported : collection of str
        The operators that keep the order of the axes, and all that are supported.
    """
    image = _choose_input(model, wanted)
    shape = model.inputs[image] or ()
    places = _places(model, image, keeping, supported)
    names = AXES[len(places)]
    declared = [1 if n is None else shape[n] for n in places]
    given = None if input_size is None else _given_size(input_size, len(places))
    known: list[int] = []
    for name, n, cells in zip(names, places, declared if given is None else given, strict=True):
        most = limits.ONNX_SIDE if len(places) > 1 else limits.ONNX_LENGTH
        if cells is None:
            raise SpecError(f"input {shown(image)} has a dynamic {name}; give the input size (input_size).")
        if cells > most:
            raise SpecError(f"the input {name} must be at most {most}; got {cells}.")
        if n is None and cells != 1:
            raise SpecError(f"input_size must have the {name} 1 for a model of one axis; got {given}.")
        known.append(cells)
    size = (1,) * (2 - len(known)) + tuple(known)
    spatial = {
        n: along(label, cells) for n, label, cells in zip(places, labels_of(size)[-len(known) :], known, strict=True)
    }
    axes = (
        spatial[n] if n in spatial else channels(cells or (_read_channels(model, image) if n else 1))
        for n, cells in enumerate(shape)
    )
    return image, tuple(axes), size, names


def _given_size(value: object, places: int) -> Size:
    """Return the size that the caller gave, with a number for each axis; for one axis a pair has the height 1."""
    if places == 3:
        return arguments.triple("input_size", value, least=1)
    if places == 1 and isinstance(value, Sequence) and len(value) == 1:
        return (arguments.integer("input_size", value[0], least=1),)
    size = arguments.pair("input_size", value, least=1)
    if places == 2:
        return size
    if size[0] != 1:
        raise SpecError(f"input_size must have the height 1 for a model of one axis; got {size}.")
    return size[1:]


def _choose_input(model: Model, wanted: str | None) -> str:
    """Return the input of this name, or that of three to five dimensions which most of the layers read.

    Weights are inputs, too, in some files: those that a layer reads as its weights are none.
    """
    ranks = {name: len(shape or ()) for name, shape in model.inputs.items()}
    weights = {tensor for op in model.ops if op.kind in ("Conv", "ConvTranspose") for tensor in op.inputs[1:]}
    candidates = [name for name, rank in ranks.items() if 3 <= rank <= 5 and name not in weights]
    if wanted is not None:
        if not isinstance(wanted, str) or wanted not in candidates:  # type: ignore[redundant-expr]  # of any caller
            listed = arguments.one_of(candidates) if candidates else "none"
            raise SpecError(f"input must name one of 3 to 5 dimensions, {listed}; got {shown(wanted)}.")
        return wanted
    if not candidates:
        got = ", ".join(f"{shown(name)} with {rank}" for name, rank in list(ranks.items())[:3]) or "none"
        raise SpecError(f"the model must have an input of 3 to 5 dimensions; got {got}.")
    if len(candidates) == 1:
        return candidates[0]
    readers = _layers_reading(model, candidates)
    return min(candidates, key=lambda name: (-readers[name], ranks[name] == 3))  # the first of several


def _layers_reading(model: Model, candidates: Sequence[str]) -> dict[str, int]:
    """Return how many layers each of these inputs reaches by way of the first inputs of operators."""
    origin = {name: name for name in candidates}
    found = dict.fromkeys(candidates, 0)
    for op in model.ops:
        first = next((origin[tensor] for tensor in op.inputs if tensor in origin), None)
        if first is not None:
            found[first] += op.kind in WINDOWED
            origin |= dict.fromkeys(op.outputs, first)
    return found


def _places(model: Model, image: str, keeping: Collection[str], supported: Collection[str]) -> tuple[int | None, ...]:
    """Return the axes of the image, from the first operator that depends on them.

    If no operator decides, the channels are last where that axis is as short as for colors, and else second. An input
    of three axes is a signal (N, C, W), unless an operator reads it as a plane, whose width may have been added.
    """
    shape = model.inputs[image] or ()
    rank = len(shape)
    usual = tuple(range(2, rank))
    has_colors_last = rank > 3 and shape[-1] in (1, 3, 4) and shape[1] not in (1, 3, 4)
    last = tuple(range(1, rank - 1)) if has_colors_last else usual
    constants = dict(model.constants) | {
        tensor: op.get("value") for op in model.ops if op.kind == "Constant" for tensor in op.outputs
    }
    orders: dict[str, Order] = {image: tuple(range(rank))}
    for op in model.ops:
        tensor = next((tensor for tensor in op.inputs if tensor in orders), None)
        if tensor is None:
            continue
        order = orders[tensor]
        if op.kind in WINDOWED and tensor == op.inputs[0] and len(order) >= 3:
            found = sorted(n for n in order[2:] if n is not None)
            if len(found) > 3 or (len(found) < rank - 2 and rank == 5):  # frames of a video in the batch
                return usual
            is_column = len(order) == 4 and len(found) == 1 and order[3] is None
            return (*found, None) if is_column else tuple(found) or usual
        if op.kind in MOVING:
            sizes = [1 if n is None else shape[n] for n in order]
            try:
                moved = _moved(op, order, sizes, constants)
            except (TypeError, LookupError, ArithmeticError):  # attributes that the operator does not have
                moved = None
            if moved is None and op.kind == "Transpose":
                return last
            if moved is None:
                break
            order = moved
        elif op.kind not in keeping:
            if set(orders.values()) != {tuple(range(rank))}:  # also of axes that have been moved and moved back
                break
            return usual if op.kind in supported else last
        orders |= dict.fromkeys(op.outputs, order)
    transposed = [order for order in orders.values() if len(order) == rank and order != tuple(range(rank))]
    if rank > 3 and transposed:  # of an image that is transposed first, the result has the usual order
        to_first = (0, rank - 1, *range(1, rank - 1))
        return tuple(range(1, rank - 1)) if transposed[0] == to_first else usual
    return last


def _moved(op: Op, order: Order, sizes: Sequence[int | None], constants: Mapping[str, Any]) -> Order | None:
    """Return the order of the axes after an operator; None if it does more than move, add, drop or cut axes."""
    given = constants.get(op.inputs[1]) if len(op.inputs) > 1 else op.get("axes") or op.get("shape")
    wanted = _integers(given)
    rank = len(order)
    match op.kind:
        case "Transpose":
            permutation = _integers(op.get("perm"))
            return tuple(order[n] for n in permutation) if sorted(permutation) == list(range(rank)) else None
        case "Unsqueeze":
            new = {n % (rank + len(wanted)) for n in wanted}
            left = list(order)
            return tuple(None if n in new else left.pop(0) for n in range(rank + len(wanted))) if wanted else None
        case "Squeeze":
            gone = {n % rank for n in wanted}
            return tuple(n for place, n in enumerate(order) if place not in gone) if wanted else None
        case "Reshape":
            return _reshaped(order, sizes, wanted)
        case "Gather":
            is_scalar = isinstance(given, Constant) and given.shape == ()
            axis = op.get("axis", 0) % rank
            return tuple(n for place, n in enumerate(order) if place != axis or not is_scalar)
        case _:
            return order


def _reshaped(order: Order, sizes: Sequence[int | None], wanted: Sequence[int]) -> Order | None:
    """Return the order of the axes where only axes of length 1 have come, gone or moved."""
    long = [(n, size) for n, size in zip(order, sizes, strict=True) if size != 1]
    places = [n for n, size in enumerate(wanted) if size != 1]
    if len(places) == len(long) + 1 and wanted[0] in (-1, 0):  # a batch of 1, written as what is left
        places = places[1:]
    if len(places) != len(long):
        return None
    result: list[int | None] = [None] * len(wanted)
    for place, (n, size) in zip(places, long, strict=True):
        if wanted[place] not in (-1, 0, size) and size is not None:
            return None
        result[place] = n
    return tuple(result)


def _integers(value: Any) -> tuple[int, ...]:
    """Return the integers of an attribute or of a constant, if it has nothing else."""
    if isinstance(value, Constant) and value.data is not None:
        value = value.data.ravel().tolist()
    is_integers = isinstance(value, tuple | list) and all(isinstance(number, int) for number in value)
    return tuple(value) if is_integers else ()


def _read_channels(model: Model, image: str) -> int:
    """Return the channels of an input that leaves them open: those of the first weights that read it."""
    for op in model.ops:
        if op.kind == "Conv" and op.inputs[:1] == (image,) and len(op.inputs) > 1:
            shape = model.constants.get(op.inputs[1], Constant()).shape
            groups = op.get("group", 1)
            return shape[1] * groups if shape and len(shape) > 1 and isinstance(groups, int) else 1
    return 1
