"""Which input of a model is the image, and on which of its axes the height and the width are."""

from collections.abc import Mapping

from convviz import limits
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_tracking import Axes, along, channels
from .operators import CELL_BY_CELL, HANDLERS, PLACE_BY_PLACE
from .parse_model import Constant, Model, Op

SAME_PLACES = frozenset(f"{PLACE_BY_PLACE} {CELL_BY_CELL} BatchNormalization Mul Div Pad Clip Resize".split())
"""Behind these the axes of the input are still in their order."""

Places = tuple[int | None, int | None]
"""Of the height and the width among the axes of the input; None for one that a model of one axis has not."""


def image_of(model: Model, given: Pair | None) -> tuple[str, Axes, Pair]:
    """(name, axes, size) of the input whose cells are told apart: the first one with height and width."""
    image = _chosen(model)
    shape = model.inputs[image] or ()
    rows, columns = _places(model, image, shape)
    declared = tuple(1 if axis is None else shape[axis] for axis in (rows, columns))
    size = declared if given is None else given
    for name, cells in zip(("height", "width"), size, strict=True):
        if cells is None:
            raise SpecError(f"input {shown(image)} has a dynamic {name}; give the input size (input_size).")
        if cells > limits.ONNX_SIDE:
            raise SpecError(f"the input {name} must be at most {limits.ONNX_SIDE}; got {cells}.")
    for name, axis, cells in (("height", rows, size[0]), ("width", columns, size[1])):
        if axis is None and cells != 1:
            raise SpecError(f"input_size must have the {name} 1 for a model of one axis; got {size}.")
    known = (size[0] or 1, size[1] or 1)
    axes = [channels(cells or (_read_channels(model, image) if n else 1)) for n, cells in enumerate(shape)]
    for axis, label, cells in ((rows, "h", known[0]), (columns, "w", known[1])):
        if axis is not None:
            axes[axis] = along(label, cells)
    return image, tuple(axes), known


def _chosen(model: Model) -> str:
    """An input of four dimensions, or of three; where weights are inputs, too, none that is read as weights."""
    ranks = {name: len(shape or ()) for name, shape in model.inputs.items()}
    weights = {one for op in model.ops if op.kind in ("Conv", "ConvTranspose") for one in op.inputs[1:]}
    ordered = sorted(ranks, key=lambda name: name in weights)
    image = next((name for rank in (4, 3) for name in ordered if ranks[name] == rank), None)
    if image is None:
        got = ", ".join(f"{shown(name)} with {rank}" for name, rank in list(ranks.items())[:3]) or "none"
        raise SpecError(f"the model must have an input of 4 dimensions, or of 3; got {got}.")
    return image


def _places(model: Model, image: str, shape: tuple[int | None, ...]) -> Places:
    if len(shape) == 3:
        return _of_three(model, image, shape)
    return (1, 2) if _is_channels_last(model, image, shape) else (2, 3)


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


def _of_three(model: Model, image: str, shape: tuple[int | None, ...]) -> Places:
    """Of three dimensions: a signal (N, C, W), unless a fourth one is added before the first operator that cares.

    That makes an image of (C, H, W) without a batch, of grey (N, H, W), or a signal again, with a height of one row.
    """
    constants: dict[str, object] = dict(model.constants)
    constants |= {one: op.get("value") for op in model.ops if op.kind == "Constant" for one in op.outputs}
    orders: dict[str, tuple[int | None, ...]] = {image: (0, 1, 2)}
    for op in model.ops:
        order = next((orders[one] for one in op.inputs if one in orders), None)
        if order is None:
            continue
        if op.kind == "Transpose" and sorted(_integers(op.get("perm"))) == list(range(len(order))):
            order = tuple(order[n] for n in _integers(op.get("perm")))
        elif op.kind in ("Unsqueeze", "Reshape") and len(order) == 3:
            new = _new_axis(op, constants, [None if n is None else shape[n] for n in order])
            if new is None:
                break
            order = (*order[:new], None, *order[new:])
        elif op.kind not in SAME_PLACES:
            return (order[-2] if len(order) == 4 else None), order[-1]
        orders |= dict.fromkeys(op.outputs, order)
    return None, 2


def _integers(value: object) -> tuple[int, ...]:
    """Those of an attribute or of a constant, if that is what it is."""
    given = value.data.ravel().tolist() if isinstance(value, Constant) and value.data is not None else value
    if not isinstance(given, tuple | list) or not all(isinstance(one, int) for one in given):
        return ()
    return tuple(given)


def _new_axis(op: Op, constants: Mapping[str, object], shape: list[int | None]) -> int | None:
    """Where an operator adds an axis of length 1 to three others; None if it does anything else."""
    given = constants.get(op.inputs[1]) if len(op.inputs) > 1 else op.get("axes") or op.get("shape")
    wanted = _integers(given)
    if op.kind == "Unsqueeze":
        return wanted[0] % 4 if len(wanted) == 1 else None
    if len(wanted) != 4:
        return None
    for n, size in enumerate(wanted):
        rest = [*wanted[:n], *wanted[n + 1 :]]
        if size == 1 and all(a in (-1, 0, b) or b is None for a, b in zip(rest, shape, strict=True)):
            return n
    return None


def _read_channels(model: Model, image: str) -> int:
    """Channels of an input that leaves them open: those of the first weights that read it."""
    for op in model.ops:
        if op.kind == "Conv" and op.inputs[:1] == (image,) and len(op.inputs) > 1:
            shape = model.constants.get(op.inputs[1], Constant()).shape
            groups = op.get("group", 1)
            return shape[1] * groups if shape and len(shape) > 1 and isinstance(groups, int) else 1
    return 1
