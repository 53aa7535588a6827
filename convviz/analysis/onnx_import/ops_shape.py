"""Operators that move, cut, enlarge or rename cells: Reshape and its like, Slice, Split, Pad, Concat, Expand."""

from collections.abc import Sequence

import numpy as np

from convviz.arithmetic import Pad2d, conv2d, pad2d, upsample2d
from convviz.arithmetic.layers import Conv2d
from convviz.arithmetic.parse import Pair, Sides
from convviz.arithmetic.resizing import Upsample2d

from .axis_tracking import (
    SPATIAL,
    Axes,
    Axis,
    NotUnderstood,
    along,
    channels,
    dims,
    joined,
    labels,
    meeting,
    new_shape,
    regrid,
    reshaped,
)
from .constant_folding import numbers, slices, split_sizes
from .graph_builder import Building, Plane
from .parse_model import Constant, Op

MODES = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def places(axes: Axes) -> dict[int, str]:
    """Which axes are the whole height and the whole width; of one cell, the axis beside the other one."""
    found = {n: axis[0].label for n, axis in enumerate(axes) if len(axis) == 1 and axis[0].label in SPATIAL}
    known = {label: n for n, label in found.items()}
    if "w" in known and "h" not in known and len(axes) == 4 and not axes[known["w"] - 1]:
        found[known["w"] - 1] = "h"
    if "h" in known and "w" not in known and known["h"] + 1 < len(axes) and not axes[known["h"] + 1]:
        found[known["h"] + 1] = "w"
    if not known and not any(labels(axis) for axis in axes) and len(axes) == 4:
        found |= {n: label for n, label in zip((2, 3), SPATIAL, strict=True) if not axes[n]}
    return found


def reshape(building: Building, op: Op) -> Plane:
    """Reshape. Pixel shuffle and its inverse, written as reshapes, are seen where they end."""
    plane = building.plane(op)
    wanted = op.get("shape") or numbers(building.constant(op, 1))
    return _into(building, op, plane, new_shape(wanted, plane.shape, allow_zero=bool(op.get("allowzero", 0))))


def _into(building: Building, op: Op, plane: Plane, shape: Sequence[int]) -> Plane:
    axes = reshaped(plane.axes, shape)
    for rows, columns in ((2, 3), (1, 2)) if len(shape) == 4 else ():
        try:
            operation, regular = regrid(axes, building.size(plane), rows, columns, eager=True)
        except NotUnderstood:
            continue
        if operation is not None:
            return building.step(op, operation, plane, regular)
    return building.step(op, None, plane, axes)


def flatten(building: Building, op: Op) -> Plane:
    plane = building.plane(op)
    rank = len(plane.axes)
    axis = op.get("axis", 1)
    axis += rank if axis < 0 else 0
    first = tuple(joined(atom for one in plane.axes[:axis] for atom in one))
    return building.step(op, None, plane, (first, tuple(joined(a for one in plane.axes[axis:] for a in one))))


def transpose(building: Building, op: Op) -> Plane:
    plane = building.plane(op)
    order = op.get("perm") or range(len(plane.axes))[::-1]
    if sorted(order) != list(range(len(plane.axes))):
        raise NotUnderstood
    return building.step(op, None, plane, tuple(plane.axes[n] for n in order))


def _given_axes(building: Building, op: Op) -> list[int] | None:
    if building.given(op, 1) is not None:
        return numbers(building.constant(op, 1))
    return None if op.get("axes") is None else list(op.get("axes"))


def squeeze(building: Building, op: Op) -> Plane:
    plane, given = building.plane(op), _given_axes(building, op)
    rank = len(plane.axes)
    gone = {n for n in range(rank) if not plane.axes[n]} if given is None else {n % rank for n in given}
    if any(plane.axes[n] for n in gone):
        raise NotUnderstood
    return building.step(op, None, plane, tuple(axis for n, axis in enumerate(plane.axes) if n not in gone))


def unsqueeze(building: Building, op: Op) -> Plane:
    plane = building.plane(op)
    given = _given_axes(building, op) or []
    rank = len(plane.axes) + len(given)
    left, new = list(plane.axes), {n % rank for n in given}
    if len(new) < len(given):
        raise NotUnderstood
    return building.step(op, None, plane, tuple(() if n in new else left.pop(0) for n in range(rank)))


def expand(building: Building, op: Op) -> Plane:
    """Expand: what was a single cell is copied to all places, which are places again."""
    plane = building.plane(op)
    return enlarged(building, op, plane, meeting([plane.axes], [numbers(building.constant(op, 1))]))


def tile(building: Building, op: Op) -> Plane:
    """Tile: of channels, and of a single row or column; a plane beside itself has no common jump."""
    plane, repeats = building.plane(op), numbers(building.constant(op, 1))
    axes = list(plane.axes)
    for n, (cells, times) in enumerate(zip(plane.shape, repeats, strict=True)):
        if times != 1 and (times < 1 or labels(axes[n])):
            raise NotUnderstood
        axes[n] = axes[n] if times == 1 else channels(cells * times)
    return enlarged(building, op, plane, tuple(axes))


def enlarged(building: Building, op: Op, plane: Plane, axes: Axes) -> Plane:
    """The single row or column of a plane, copied."""
    padded = ((),) * (len(axes) - len(plane.axes)) + plane.axes
    factors, found = {"h": 1, "w": 1}, list(axes)
    for n, label in places(padded).items():
        if not padded[n] and axes[n]:
            factors[label] = dims(axes)[n]
            found[n] = along(label, factors[label])
    layer: Upsample2d | None = upsample2d((factors["h"], factors["w"])) if max(factors.values()) > 1 else None
    return building.step(op, layer, plane, tuple(found))


def cut(building: Building, op: Op, plane: Plane, pieces: Sequence[tuple[int, slice]], *, output: int = 0) -> Plane:
    """Part of some axes: of channels that is nothing, of places a crop or a stride."""
    rows = {"h": 0, "w": 1}
    crops, strides, axes = [(0, 0), (0, 0)], [1, 1], list(plane.axes)
    for axis, piece in pieces:
        cells = plane.shape[axis]
        chosen = range(cells)[piece]
        if not len(chosen):
            raise NotUnderstood
        if chosen == range(cells):
            continue
        if not labels(plane.axes[axis]):
            axes[axis] = channels(len(chosen))
            continue
        label = places(plane.axes).get(axis)
        if label is None or chosen.step < 0:
            raise NotUnderstood
        crops[rows[label]] = (-chosen.start, chosen[-1] + 1 - cells)
        strides[rows[label]] = chosen.step
        axes[axis] = along(label, len(chosen))
    return building.step(op, _cropped(crops, strides), plane, tuple(axes), output=output)


def _cropped(crops: Sequence[Pair], strides: Sequence[int]) -> Pad2d | Conv2d | None:
    sides: Sides = (crops[0], crops[1])
    if max(strides) > 1:  # a kernel of one tap; only a class takes padding that crops
        return Conv2d((1, 1), (strides[0], strides[1]), sides, (1, 1), 1, "zeros")
    return pad2d(sides) if sides != ((0, 0), (0, 0)) else None


def slice_(building: Building, op: Op) -> Plane:
    plane = building.plane(op)
    rest = [building.constant(op, n) for n in range(1, len(op.inputs))]
    if any(one is not None and one.data is None for one in rest):
        raise NotUnderstood
    pieces = slices(op, [None if one is None else one.data for one in rest], len(plane.axes))
    return cut(building, op, plane, list(zip(*pieces, strict=True)))


def split(building: Building, op: Op) -> list[Plane]:
    plane = building.plane(op)
    axis = op.get("axis", 0) % len(plane.axes)
    given = None if building.given(op, 1) is None else numbers(building.constant(op, 1), len(op.outputs))
    start, found = 0, []
    for n, length in enumerate(split_sizes(op, given, plane.shape[axis])):
        found.append(cut(building, op, plane, [(axis, slice(start, start + length))], output=n))
        start += length
    return found


def gather(building: Building, op: Op) -> Plane:
    """Of channels alone, or of places at equal distances."""
    plane, index = building.plane(op), building.constant(op, 1)
    axis = op.get("axis", 0) % len(plane.axes)
    if index is None or index.shape is None:
        raise NotUnderstood
    middle = tuple(channels(size) for size in index.shape)
    if not labels(plane.axes[axis]):
        return building.step(op, None, plane, (*plane.axes[:axis], *middle, *plane.axes[axis + 1 :]))
    if index.data is None or len(index.shape) > 1 or not index.data.size:
        raise NotUnderstood
    chosen = index.data.ravel().astype(np.int64) % plane.shape[axis]
    steps = np.diff(chosen)
    step = int(steps[0]) if len(steps) else 1
    if step < 1 or (steps != step).any():
        raise NotUnderstood
    found = cut(building, op, plane, [(axis, slice(int(chosen[0]), int(chosen[-1]) + 1, step))])
    return found if index.shape else Plane(found.node, found.axes[:axis] + found.axes[axis + 1 :])


def concat(building: Building, op: Op) -> Plane:
    """Of channels. Places that are put beside each other have no common jump, which nothing here could say."""
    inputs = [one for one in building.inputs(op) if one is not None]
    planes = [one for one in inputs if isinstance(one, Plane)]
    constants = [one.shape for one in inputs if isinstance(one, Constant)]
    rank = len(planes[0].axes)
    axis = op.get("axis", 0 if building.opset >= 4 else 1) % rank
    shapes = [shape for shape in constants if shape is not None]
    if len(shapes) < len(constants) or any(len(one) != rank for one in (*shapes, *(p.axes for p in planes))):
        raise NotUnderstood
    if any(labels(plane.axes[axis]) for plane in planes) or places(planes[0].axes).get(axis):
        raise NotUnderstood
    axes: list[Axis] = list(meeting([plane.axes for plane in planes], shapes, skip=axis))
    axes[axis] = channels(sum(shape[axis] for shape in (*shapes, *(plane.shape for plane in planes))))
    return building.joined(op, "concat", planes, tuple(axes))


def pad(building: Building, op: Op) -> Plane:
    """Pad, its numbers as an attribute or as an input, all axes or some; reflected and repeated cells are read."""
    plane = building.plane(op)
    rank = len(plane.axes)
    given = op.get("pads") or op.get("paddings")
    given = list(given) if given else numbers(building.constant(op, 1))
    chosen = building.constant(op, 3)
    axes = list(range(rank)) if chosen is None else [n % rank for n in numbers(chosen)]
    if len(given) != 2 * len(axes) or len(axes) > rank or op.get("mode", "constant") not in MODES:
        raise NotUnderstood
    sides, found = [(0, 0), (0, 0)], list(plane.axes)
    at = places(plane.axes)
    for axis, before, after in zip(axes, given, given[len(axes) :], strict=False):
        label, cells = at.get(axis), plane.shape[axis] + before + after
        if (before, after) == (0, 0):
            continue
        if cells < 1 or (label is None and labels(plane.axes[axis])):
            raise NotUnderstood
        found[axis] = channels(cells) if label is None else along(label, cells)
        if label is not None:
            sides[SPATIAL.index(label)] = (before, after)
    return building.step(op, _padded((sides[0], sides[1]), MODES[op.get("mode", "constant")]), plane, tuple(found))


def _padded(sides: Sides, mode: str) -> Pad2d | Conv2d | None:
    if sides == ((0, 0), (0, 0)):
        return None
    return pad2d(sides) if mode == "zeros" else conv2d(1, padding=sides, padding_mode=mode)
