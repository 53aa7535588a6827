"""Find which axes of a tensor are the rows and the columns of the image, through transposing and reshaping.

An axis is a run of factors, the outer ones first. A factor of the height ("h") or the width ("w") is a digit of that
index, worth `step` cells; all other factors are channels ("c"), which are not distinguished. So (N, C, H, W),
(N, H, W, C), tokens, groups of channels, space to depth and pixel shuffle are one thing, written in different orders.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from convviz import limits
from convviz.arithmetic import MaxPool2d, Upsample2d, conv2d, upsample2d
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .parse_model import MOST_DIMENSIONS, Constant, Model, Op

SPATIAL = ("h", "w")


class Unsupported(Exception):  # noqa: N818
    """Raised when the effect of an operator on the axes cannot be represented; what follows it is unknown."""


def require(is_supported: bool) -> None:
    """Raise `Unsupported` unless a condition holds."""
    if not is_supported:
        raise Unsupported


class Factor(NamedTuple):
    """A number of consecutive indices along the height ("h"), the width ("w"), or the channels ("c")."""

    label: str
    size: int
    step: int = 1


Axis = tuple[Factor, ...]
Axes = tuple[Axis, ...]


def channels(size: int) -> Axis:
    """Return an axis of channels.

    >>> channels(3), channels(1)
    ((Factor(label='c', size=3, step=1),), ())
    """
    return along("c", size)


def along(label: str, size: int) -> Axis:
    """Return an axis that is the whole height or width."""
    return (Factor(label, size),) if size != 1 else ()


def dims(axes: Axes) -> tuple[int, ...]:
    """Return the shape of a tensor."""
    return tuple(prod(factor.size for factor in axis) for axis in axes)


def labels(factors: Iterable[Factor]) -> set[str]:
    """Return "h", "w" or both if there are such factors."""
    return {factor.label for factor in factors} & set(SPATIAL)


def spatial_axes(axes: Axes) -> dict[int, str]:
    """Return which axes are the whole height and width; where one has a single cell, the axis next to the other one."""
    found = {n: axis[0].label for n, axis in enumerate(axes) if len(axis) == 1 and axis[0].label in SPATIAL}
    known = {label: n for n, label in found.items()}
    if "w" in known and "h" not in known and len(axes) == 4 and not axes[known["w"] - 1]:
        found[known["w"] - 1] = "h"
    if "h" in known and "w" not in known and known["h"] + 1 < len(axes) and not axes[known["h"] + 1]:
        found[known["h"] + 1] = "w"
    if not known and not any(labels(axis) for axis in axes) and len(axes) == 4:
        found |= {n: label for n, label in zip((2, 3), SPATIAL, strict=True) if not axes[n]}
    return found


def merge(factors: Iterable[Factor]) -> Axis:
    """Join neighboring factors that are one run of indices.

    >>> merge([Factor("h", 4, 2), Factor("h", 2), Factor("c", 3), Factor("c", 5)])
    (Factor(label='h', size=8, step=1), Factor(label='c', size=15, step=1))
    """
    merged: list[Factor] = []
    for factor in factors:
        last = merged[-1] if merged else Factor("", 1)
        if last.label == factor.label and (factor.label == "c" or last.step == factor.size * factor.step):
            merged[-1] = Factor(factor.label, last.size * factor.size, factor.step)
        elif factor.size != 1:
            merged.append(factor)
    return tuple(merged)


def reshape_axes(axes: Axes, shape: Sequence[int]) -> Axes:
    """Return the axes of the same cells in the same order in another shape.

    >>> reshape_axes((channels(6), along("w", 4)), (2, 3, 4)) == (channels(2), channels(3), along("w", 4))
    True
    """
    require(prod(dims(axes)) == prod(shape) and min(shape, default=1) > 0)
    factors = list(merge(factor for axis in axes for factor in axis))[::-1]
    reshaped: list[Axis] = []
    for cells in shape:
        axis: list[Factor] = []
        while cells > 1:
            factor = factors.pop()
            if cells % factor.size:
                inner, rest = divmod(factor.size, cells)
                require(not rest)  # else channels and cells would be mixed in one index
                factors.append(factor._replace(size=inner))
                factor = Factor(factor.label, cells, 1 if factor.label == "c" else factor.step * inner)
            axis.append(factor)
            cells //= factor.size
        reshaped.append(merge(axis))
    return tuple(reshaped)


def resolve_shape(wanted: Sequence[int], shape: Sequence[int], *, allow_zero: bool = False) -> tuple[int, ...]:
    """Return the shape that Reshape gives to a tensor: 0 keeps a dimension, -1 takes what is left.

    >>> resolve_shape((0, -1), (1, 8, 2, 3))
    (1, 48)
    """
    require(len(wanted) <= MOST_DIMENSIONS)
    kept = [shape[n] if size == 0 and not allow_zero else size for n, size in enumerate(wanted)]
    rest = prod(size for size in kept if size != -1)
    require(kept.count(-1) < 2 and min(kept, default=1) > -2)
    require(-1 not in kept or (rest > 0 and prod(shape) % rest == 0))
    return tuple(prod(shape) // rest if size == -1 else size for size in kept)


def separate(
    axes: Axes, size: Pair, rows: int | None, columns: int, *, eager: bool = False
) -> tuple[Upsample2d | MaxPool2d | None, Axes]:
    """Return the layer after which two axes of a tensor are its height and its width, and its axes then.

    Mostly there is no such layer. Channels inside a spatial axis are pixel shuffle, which reads as copying does; the
    inner cells of blocks among the channels are space to depth, which reads blocks.

    Parameters
    ----------
    axes : Axes
        The axes as they are.
    size : Pair
        The height and the width of the tensor.
    rows, columns : int
        The two axes; `rows` is None if there is no axis for the height.
    eager : bool
        Accept a layer only where no other meaning is possible.
    """
    ups, downs = zip(
        _scale(axes, "h", rows, size[0], columns, eager), _scale(axes, "w", columns, size[1], rows, eager), strict=True
    )
    require(max(ups) == 1 or max(downs) == 1)
    height, width = (cells * up // down for cells, up, down in zip(size, ups, downs, strict=True))
    spatial = {rows: along("h", height), columns: along("w", width)}
    separated = tuple(
        spatial[n] if n in spatial else channels(prod(factor.size for factor in axis if factor.label == "c"))
        for n, axis in enumerate(axes)
    )
    if max(ups) > 1:
        return upsample2d(ups), separated
    return (window(downs, stride=downs) if max(downs) > 1 else None), separated


def _scale(axes: Axes, label: str, position: int | None, full: int, other: int | None, eager: bool) -> tuple[int, int]:
    """Return (up, down): how many outputs a cell becomes, and how many cells become one output, along an axis."""
    on = () if position is None else axes[position]
    elsewhere = [(n, a) for n, axis in enumerate(axes) for a in axis if a.label == label and n != position]
    mine, rest = [a for a in on if a.label == label], [a for a in on if a.label != label]
    require(not labels(rest) and mine in ([], list(on[:1])))
    if not elsewhere:
        up = prod(a.size for a in rest)
        require(not eager or full > 1 or up == 1)
        return up, 1
    down = full // prod(a.size for a in mine)
    is_inner = [a for _, a in elsewhere] == [Factor(label, down)] and elsewhere[0][0] not in (0, other)
    require(is_inner and not rest and (not eager or bool(mine)))
    return 1, down


def window(kernel_size: Pair, *, ceil_mode: bool = False, **parameters: object) -> MaxPool2d:
    """Return a layer that reads as pooling does, without the rule of pooling for its padding."""
    conv = conv2d(kernel_size, **parameters)  # type: ignore[arg-type]
    return MaxPool2d(conv.kernel_size, conv.stride, conv.padding, conv.dilation, ceil_mode)


def reduction(axes: Axes, positions: Iterable[int], size: Pair) -> MaxPool2d | str | None:
    """Return what reads along whole axes: "global", a window over the height or the width, or None for channels."""
    factors = [factor for n in positions for factor in axes[n]]
    found = labels(factors)
    require(all(_cells((factors,), label) == _cells(axes, label) for label in found))
    if not found:
        return None
    if all(label in found or cells == 1 for label, cells in zip(SPATIAL, size, strict=True)):
        return "global"
    return window((size[0] if "h" in found else 1, size[1] if "w" in found else 1))


def _cells(axes: Iterable[Iterable[Factor]], label: str) -> int:
    """Return the cells along the height or the width that some axes have together."""
    return prod(factor.size for axis in axes for factor in axis if factor.label == label)


def broadcast(tensors: Sequence[Axes], constants: Sequence[Sequence[int]] = (), skip: int | None = None) -> Axes:
    """Return the axes of what tensors and constants become cell by cell; the axis `skip` is left empty.

    A tensor without height and width, as after a global operation, may have any axes where the others have theirs.
    """
    rank = max(len(shape) for shape in (*tensors, *constants))
    require(rank <= MOST_DIMENSIONS)
    padded = (((),) * (rank - len(axes)) + tuple(axes) for axes in tensors)
    filled = list(dict.fromkeys(tuple(() if n == skip else axis for n, axis in enumerate(axes)) for axes in padded))
    shapes = [dims(axes) for axes in filled] + [(1,) * (rank - len(shape)) + tuple(shape) for shape in constants]
    result: list[Axis] = []
    for n in range(rank):
        sizes = {shape[n] for shape in shapes} - {1} if n != skip else set()
        candidates = [axes[n] for axes in filled if axes[n]]
        spatial = [axis for axis in candidates if labels(axis)]
        require(len(sizes) < 2 and all(axis == spatial[0] for axis in spatial))
        result.append((spatial or candidates or [channels(max(sizes, default=1))])[0])
    for label in SPATIAL:  # height and width are on the same axes in all tensors that have them
        require(_cells(result, label) == max(_cells(axes, label) for axes in filled))
        for axes in filled:
            for axis, own in zip(result, axes, strict=True):
                require(not own or label not in labels(axis) - labels(own) or _cells(axes, label) == 1)
    return tuple(result)


def find_image(
    model: Model, input_size: Pair | None, keeping: Collection[str], supported: Collection[str]
) -> tuple[str, Axes, Pair]:
    """Find the input whose cells are followed: the first one with a height and a width.

    Parameters
    ----------
    model : Model
        The model.
    input_size : Pair, optional
        The size that replaces the one of the model.
    keeping, supported : collection of str
        The operators that keep the order of the axes, and all that are supported.

    Returns
    -------
    tuple
        (name, axes, size).
    """
    image = _choose_input(model)
    shape = model.inputs[image] or ()
    if len(shape) == 3:
        rows, columns = _axes_of_three(model, image, keeping)
    else:
        rows, columns = _axes_of_four(model, image, keeping, supported)
    declared = tuple(1 if axis is None else shape[axis] for axis in (rows, columns))
    size = declared if input_size is None else input_size
    for name, cells in zip(("height", "width"), size, strict=True):
        if cells is None:
            raise SpecError(f"input {shown(image)} has a dynamic {name}; give the input size (input_size).")
        if cells > limits.ONNX_SIDE:
            raise SpecError(f"the input {name} must be at most {limits.ONNX_SIDE}; got {cells}.")
    for name, axis, cells in (("height", rows, size[0]), ("width", columns, size[1])):
        if axis is None and cells != 1:
            raise SpecError(f"input_size must have the {name} 1 for a model of one axis; got {size}.")
    known = (size[0] or 1, size[1] or 1)
    spatial = {rows: along("h", known[0]), columns: along("w", known[1])}
    axes = (
        spatial[n] if n in spatial else channels(cells or (_read_channels(model, image) if n else 1))
        for n, cells in enumerate(shape)
    )
    return image, tuple(axes), known


def _choose_input(model: Model) -> str:
    """Return an input of four dimensions, or of three; where weights are inputs, too, none that is read as weights."""
    ranks = {name: len(shape or ()) for name, shape in model.inputs.items()}
    weights = {tensor for op in model.ops if op.kind in ("Conv", "ConvTranspose") for tensor in op.inputs[1:]}
    ordered = sorted(ranks, key=lambda name: name in weights)
    image = next((name for rank in (4, 3) for name in ordered if ranks[name] == rank), None)
    if image is None:
        got = ", ".join(f"{shown(name)} with {rank}" for name, rank in list(ranks.items())[:3]) or "none"
        raise SpecError(f"the model must have an input of 4 dimensions, or of 3; got {got}.")
    return image


def _axes_of_four(model: Model, image: str, keeping: Collection[str], supported: Collection[str]) -> tuple[int, int]:
    """Return the axes of the height and the width, from the first operator that depends on them.

    If no operator decides, the channels are last where that axis is as short as for colors.
    """
    shape = model.inputs[image] or ()
    has_colors_last = shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)
    same = {image}
    for op in model.ops:
        if not same & set(op.inputs):
            continue
        if op.kind == "Transpose" and op.get("perm"):
            return (1, 2) if op.get("perm") == (0, 3, 1, 2) else (2, 3)
        if op.kind not in keeping:
            return (1, 2) if op.kind not in supported and has_colors_last else (2, 3)
        same |= set(op.outputs)
    return (1, 2) if has_colors_last else (2, 3)


def _axes_of_three(model: Model, image: str, keeping: Collection[str]) -> tuple[int | None, int | None]:
    """Return the axes of the height and the width: a signal (N, C, W) has no height.

    If a fourth axis is added before the first operator that depends on them, it is an image of (C, H, W) without a
    batch, of gray (N, H, W), or a signal again, with a height of one row.
    """
    shape, constants = model.inputs[image] or (), dict[str, object](model.constants)
    constants |= {tensor: op.get("value") for op in model.ops if op.kind == "Constant" for tensor in op.outputs}
    orders: dict[str, tuple[int | None, ...]] = {image: (0, 1, 2)}
    for op in model.ops:
        order = next((orders[tensor] for tensor in op.inputs if tensor in orders), None)
        if order is None:
            continue
        permutation = _integers(op.get("perm"))
        if op.kind == "Transpose" and sorted(permutation) == list(range(len(order))):
            order = tuple(order[n] for n in permutation)
        elif op.kind in ("Unsqueeze", "Reshape") and len(order) == 3:
            new = _new_axis(op, constants, [None if n is None else shape[n] for n in order])
            if new is None:
                break
            order = (*order[:new], None, *order[new:])
        elif op.kind not in keeping:
            return (order[-2] if len(order) == 4 else None), order[-1]
        orders |= dict.fromkeys(op.outputs, order)
    return None, 2


def _integers(value: Any) -> tuple[int, ...]:
    """Return the integers of an attribute or of a constant, if it has nothing else."""
    if isinstance(value, Constant) and value.data is not None:
        value = value.data.ravel().tolist()
    is_integers = isinstance(value, tuple | list) and all(isinstance(number, int) for number in value)
    return tuple(value) if is_integers else ()


def _new_axis(op: Op, constants: Mapping[str, object], shape: list[int | None]) -> int | None:
    """Return where an operator adds an axis of length 1 to three others; None if it does anything else."""
    given = constants.get(op.inputs[1]) if len(op.inputs) > 1 else op.get("axes") or op.get("shape")
    wanted = _integers(given)
    if op.kind == "Unsqueeze":
        return wanted[0] % 4 if len(wanted) == 1 else None
    for n, size in enumerate(wanted if len(wanted) == 4 else ()):
        rest = [*wanted[:n], *wanted[n + 1 :]]
        if size == 1 and all(a in (-1, 0, b) or b is None for a, b in zip(rest, shape, strict=True)):
            return n
    return None


def _read_channels(model: Model, image: str) -> int:
    """Return the channels of an input that leaves them open: those of the first weights that read it."""
    for op in model.ops:
        if op.kind == "Conv" and op.inputs[:1] == (image,) and len(op.inputs) > 1:
            shape = model.constants.get(op.inputs[1], Constant()).shape
            groups = op.get("group", 1)
            return shape[1] * groups if shape and len(shape) > 1 and isinstance(groups, int) else 1
    return 1
