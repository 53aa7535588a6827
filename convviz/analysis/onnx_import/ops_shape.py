"""Operators that move, cut, copy or rename cells: Reshape, Transpose, Slice, Split, Concat, Pad, Expand and others."""

from collections.abc import Iterable
from itertools import accumulate
from typing import Final

import numpy as np

from convviz.arithmetic import Pad2d, conv2d, pad2d, upsample2d
from convviz.arithmetic.arguments import NO_PADDING, Sides
from convviz.arithmetic.layers import Conv2d

from .axis_tracking import (
    SPATIAL,
    Axes,
    Axis,
    Unsupported,
    along,
    broadcast,
    channels,
    labels,
    merge,
    require,
    reshape_axes,
    resolve_shape,
    separate,
    spatial_axes,
)
from .graph_builder import GraphBuilder, Tensor
from .parse_model import Constant, Op

MODES: Final = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
"""The padding mode of a layer by that of Pad."""


def reshape(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Reshape; pixel shuffle and its inverse, written as reshapes, are recognized where they end."""
    tensor = builder.tensor(op)
    wanted = op.get("shape") or builder.integers(op, 1)
    axes = reshape_axes(tensor.axes, resolve_shape(wanted, tensor.shape, allow_zero=bool(op.get("allowzero", 0))))
    for rows, columns in ((2, 3), (1, 2)) if len(axes) == 4 else ():
        try:
            layer, separated = separate(axes, builder.size(tensor), rows, columns, eager=True)
        except Unsupported:
            continue
        if layer is not None:
            return builder.apply(op, layer, tensor, separated)
    return builder.apply(op, None, tensor, axes)


def flatten(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Flatten."""
    tensor = builder.tensor(op)
    axis = op.get("axis", 1)
    axis += tensor.rank if axis < 0 else 0
    halves = (tensor.axes[:axis], tensor.axes[axis:])
    return builder.apply(op, None, tensor, tuple(merge(factor for axis in half for factor in axis) for half in halves))


def transpose(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Transpose."""
    tensor = builder.tensor(op)
    order = op.get("perm") or range(tensor.rank)[::-1]
    require(sorted(order) == list(range(tensor.rank)))
    return builder.apply(op, None, tensor, tuple(tensor.axes[n] for n in order))


def squeeze(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Squeeze."""
    tensor, chosen = builder.tensor(op), builder.optional_integers(op, 1, "axes")
    chosen = [n for n, axis in enumerate(tensor.axes) if not axis] if chosen is None else chosen
    gone = {n % tensor.rank for n in chosen}
    require(not any(tensor.axes[n] for n in gone))
    return builder.apply(op, None, tensor, tuple(axis for n, axis in enumerate(tensor.axes) if n not in gone))


def unsqueeze(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Unsqueeze."""
    tensor, chosen = builder.tensor(op), builder.optional_integers(op, 1, "axes") or []
    rank = tensor.rank + len(chosen)
    left, new = list(tensor.axes), {n % rank for n in chosen}
    require(len(new) == len(chosen))
    return builder.apply(op, None, tensor, tuple(() if n in new else left.pop(0) for n in range(rank)))


def expand(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Expand: a single cell is copied to many cells, which are spatial again."""
    tensor = builder.tensor(op)
    return _copy(builder, op, tensor, broadcast([tensor.axes], [builder.integers(op, 1)]))


def tile(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Tile of channels, and of a single row or column; repeated rows or columns have no common jump."""
    tensor, repeats = builder.tensor(op), builder.integers(op, 1)
    axes = list(tensor.axes)
    for n, (cells, times) in enumerate(zip(tensor.shape, repeats, strict=True)):
        require(times == 1 or (times > 1 and not labels(axes[n])))
        axes[n] = axes[n] if times == 1 else channels(cells * times)
    return _copy(builder, op, tensor, tuple(axes))


def _copy(builder: GraphBuilder, op: Op, tensor: Tensor, axes: Axes) -> Tensor:
    """Copy the single row or column of a tensor along the axes that have become longer."""
    padded = ((),) * (len(axes) - tensor.rank) + tensor.axes
    factors, copied = {"h": 1, "w": 1}, list(axes)
    for n, label in spatial_axes(padded).items():
        if not padded[n] and axes[n]:
            factors[label] = axes[n][0].size
            copied[n] = along(label, factors[label])
    layer = upsample2d((factors["h"], factors["w"])) if max(factors.values()) > 1 else None
    return builder.apply(op, layer, tensor, tuple(copied))


def _cut(builder: GraphBuilder, op: Op, tensor: Tensor, pieces: Iterable[tuple[int, slice]], output: int = 0) -> Tensor:
    """Keep a slice of each of some axes: of channels that changes nothing, of rows and columns it is a crop."""
    crops, strides, axes = [(0, 0), (0, 0)], [1, 1], list(tensor.axes)
    for axis, piece in pieces:
        cells = tensor.shape[axis]
        chosen = range(cells)[piece]
        require(len(chosen) > 0)
        if chosen == range(cells):
            continue
        if not labels(tensor.axes[axis]):
            axes[axis] = channels(len(chosen))
            continue
        label = spatial_axes(tensor.axes).get(axis)
        if label is None or chosen.step < 0:
            raise Unsupported
        crops[SPATIAL.index(label)] = (-chosen.start, chosen[-1] + 1 - cells)
        strides[SPATIAL.index(label)] = chosen.step
        axes[axis] = along(label, len(chosen))
    sides = (crops[0], crops[1])
    layer: Pad2d | Conv2d | None = None
    if max(strides) > 1:  # a kernel of one tap; only the class accepts padding that crops
        layer = Conv2d((1, 1), (strides[0], strides[1]), sides, (1, 1), 1, "zeros")
    elif sides != NO_PADDING:
        layer = pad2d(sides)
    return builder.apply(op, layer, tensor, tuple(axes), output=output)


def slice_(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Slice: a crop, and a stride if it has steps."""
    tensor, names = builder.tensor(op), ("starts", "ends", "axes", "steps")
    starts, ends, axes, steps = (builder.optional_integers(op, n, names[n - 1], tensor.rank) or [] for n in range(1, 5))
    cuts = zip(axes or range(len(starts)), starts, ends, steps or [1] * len(starts), strict=True)
    return _cut(builder, op, tensor, [(axis % tensor.rank, slice(*piece)) for axis, *piece in cuts])


def split(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle Split: every part is a slice."""
    tensor, number = builder.tensor(op), len(op.outputs)
    axis = op.get("axis", 0) % tensor.rank
    cells = tensor.shape[axis]
    sizes = builder.optional_integers(op, 1, "split", number)
    if sizes is None:
        each = -(-cells // number)
        sizes = [max(0, min(each, cells - n * each)) for n in range(number)]
    require(sum(sizes) == cells and min(sizes) > 0 and len(sizes) == number)
    stops = list(accumulate(sizes))
    pieces = map(slice, [0, *stops], stops)
    return [_cut(builder, op, tensor, [(axis, piece)], n) for n, piece in enumerate(pieces)]


def gather(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Gather of channels, or of rows or columns at equal distances."""
    tensor, index = builder.tensor(op), builder.constant(op, 1)
    axis = op.get("axis", 0) % tensor.rank
    if index is None or index.shape is None:
        raise Unsupported
    before, after = tensor.axes[:axis], tensor.axes[axis + 1 :]
    if not labels(tensor.axes[axis]):
        return builder.apply(op, None, tensor, (*before, *map(channels, index.shape), *after))
    if index.data is None or len(index.shape) > 1 or not index.data.size:
        raise Unsupported
    chosen = index.data.ravel().astype(np.int64) % tensor.shape[axis]
    steps = np.diff(chosen)
    step = int(steps[0]) if len(steps) else 1
    require(step > 0 and bool((steps == step).all()))
    rows = _cut(builder, op, tensor, [(axis, slice(int(chosen[0]), int(chosen[-1]) + 1, step))])
    return rows if index.shape else Tensor(rows.node, before + after)


def concat(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Concat of channels; planes that are put next to each other have no common jump."""
    inputs = [value for value in builder.inputs(op) if value is not None]
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    constants = [value.shape for value in inputs if isinstance(value, Constant)]
    rank = tensors[0].rank
    axis = op.get("axis", 0 if builder.opset >= 4 else 1) % rank
    shapes = [shape for shape in constants if shape is not None]
    require(len(shapes) == len(constants) and all(len(one) == rank for one in (*shapes, *(t.axes for t in tensors))))
    require(not any(labels(tensor.axes[axis]) for tensor in tensors) and axis not in spatial_axes(tensors[0].axes))
    axes: list[Axis] = list(broadcast([tensor.axes for tensor in tensors], shapes, skip=axis))
    axes[axis] = channels(sum(shape[axis] for shape in (*shapes, *(tensor.shape for tensor in tensors))))
    return builder.join(op, "concat", tensors, tuple(axes))


def pad(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Pad, with numbers for all axes or for some; reflected and repeated cells are read."""
    tensor = builder.tensor(op)
    borders = op.get("pads") or op.get("paddings") or builder.optional_integers(op, 1) or ()
    chosen = builder.optional_integers(op, 3)
    axes = [n % tensor.rank for n in (range(tensor.rank) if chosen is None else chosen)]
    mode = MODES.get(op.get("mode", "constant"))
    if len(borders) != 2 * len(axes) or len(axes) > tensor.rank or mode is None:
        raise Unsupported
    sides, padded, spatial = [(0, 0), (0, 0)], list(tensor.axes), spatial_axes(tensor.axes)
    for axis, before, after in zip(axes, borders, borders[len(axes) :], strict=False):
        label, cells = spatial.get(axis), tensor.shape[axis] + before + after
        if (before, after) == (0, 0):
            continue
        require(cells > 0 and (label is not None or not labels(tensor.axes[axis])))
        padded[axis] = channels(cells) if label is None else along(label, cells)
        if label is not None:
            sides[SPATIAL.index(label)] = (before, after)
    both: Sides = (sides[0], sides[1])
    layer: Pad2d | Conv2d | None = None
    if both != NO_PADDING:
        layer = pad2d(both) if mode == "zeros" else conv2d(1, padding=both, padding_mode=mode)
    return builder.apply(op, layer, tensor, tuple(padded))
