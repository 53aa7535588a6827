"""Operators that move, cut, copy or rename cells: Reshape, Transpose, Slice, Split, Concat, Pad, Expand and others."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from math import prod
from typing import Final

import numpy as np

from convviz.analysis.receptive.footprints import Flip
from convviz.arithmetic import Layer, conv2d, pad2d, upsample2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layers import Conv2d

from .axis_tracking import (
    Axes,
    Axis,
    Factor,
    Unsupported,
    along,
    broadcast,
    channels,
    labels,
    merge,
    renumbered,
    require,
    reshape_axes,
    resolve_shape,
    separate,
    spatial_axes,
)
from .graph_builder import GraphBuilder
from .parse_model import Array, Constant, Op
from .tensors import Listed, Part, Tensor

MODES: Final = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
"""The padding mode of a layer by that of Pad."""

NO_PAD: Final = pad2d(0)


def reshape(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Reshape; pixel shuffle and its inverse, written as reshapes, are recognized where they end."""
    tensor = builder.tensor(op)
    wanted = op.get("shape") or builder.integers(op, 1)
    shape = resolve_shape(wanted, tensor.shape, allow_zero=bool(op.get("allowzero", 0)))
    return reshaped(builder, op, tensor, reshape_axes(tensor.axes, shape))


def reshaped(builder: GraphBuilder, op: Op, tensor: Tensor, axes: Axes) -> Tensor:
    """Return the tensor with other axes for the same cells."""
    labels_, rank = builder.labels, len(axes)
    for first in (2, 1) if rank == len(labels_) + 2 else ():
        places = dict(enumerate(labels_, start=first))
        try:
            layer, separated = separate(axes, builder.size(tensor), places, eager=True)
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


def arrange(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Transpose, Squeeze and Unsqueeze."""
    tensor = builder.tensor(op)
    order = order_of(builder, op, tensor.shape)
    return builder.apply(op, None, tensor, tuple(() if n is None else tensor.axes[n] for n in order))


def order_of(builder: GraphBuilder, op: Op, shape: Sequence[int]) -> list[int | None]:
    """Return which axis each one after Transpose, Squeeze or Unsqueeze was; None for a new one."""
    rank = len(shape)
    if op.kind == "Transpose":
        order = list(op.get("perm") or range(rank)[::-1])
        require(sorted(order) == list(range(rank)))
        return order
    chosen = builder.optional_integers(op, 1, "axes")
    if op.kind == "Squeeze":
        gone = {n for n in range(rank) if shape[n] == 1} if chosen is None else {n % rank for n in chosen}
        require(all(shape[n] == 1 for n in gone))
        return [n for n in range(rank) if n not in gone]
    chosen = chosen or []
    rank += len(chosen)
    new = {n % rank for n in chosen}
    require(len(new) == len(chosen))
    left = iter(range(rank))
    return [None if n in new else next(left) for n in range(rank)]


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
    copied, layers = list(axes), dict[str, Layer]()
    for n, label in spatial_axes(padded, builder.size(tensor)).items():
        if not padded[n] and axes[n]:
            copied[n] = along(label, prod(one.size for one in axes[n]))
            layers[label] = upsample2d((prod(one.size for one in axes[n]), 1))
    layer = builder.over(layers, upsample2d(1)) if layers else None
    return builder.apply(op, layer, tensor, tuple(copied))


# Cutting --------------------------------------------------------------------------------------------------------------


def cut(builder: GraphBuilder, op: Op, tensor: Tensor, pieces: Iterable[tuple[int, range]], output: int = 0) -> Tensor:
    """Keep some of the places on each of some axes: of channels that changes nothing, of rows and columns it is a crop.

    On an axis of several digits, a crop cuts the outermost one, and a single place is a place of each.
    """
    axes = list(tensor.axes)
    size = dict(zip(builder.labels, builder.size(tensor), strict=True))
    crops, strides, gone, flips = dict[str, tuple[int, int]](), dict[str, int](), list[Factor](), set[str]()
    for axis, chosen in pieces:
        require(len(chosen) > 0)
        if chosen == range(tensor.shape[axis]):
            continue
        if not labels(axes[axis]):
            is_entry = len(axes[axis]) == 1 and axes[axis][0].label == "z" and list(chosen) == [axes[axis][0].step]
            axes[axis] = () if is_entry else channels(len(chosen))
            continue
        if chosen.step < 0:
            (one,) = axes[axis] if len(axes[axis]) == 1 else (Factor("", 1),)
            require(one == Factor(one.label, size.get(one.label, 0)))
            flips.add(one.label)
            chosen = range(one.size)[one.size - 1 - chosen.start : one.size - chosen[-1] : -chosen.step]
        axes[axis] = _cut_axis(axes[axis], chosen, size, crops, strides, gone)
    is_strided = max(strides.values(), default=1) > 1
    layers: dict[str, Layer] = {}
    for label in {*crops, *strides}:
        sides = (crops.get(label, (0, 0)), (0, 0))
        layers[label] = _taps(strides.get(label, 1), crops.get(label, (0, 0))) if is_strided else pad2d(sides)
    usual = _taps() if is_strided else NO_PAD
    if flips:
        operation = Flip(tuple(label in flips for label in builder.labels))
        if not layers:
            return builder.apply(op, operation, tensor, tuple(axes), output=output)
        tensor = Tensor(builder.add(op, operation, [tensor], helper="flip"), tensor.axes)
    layer = builder.over(layers, usual) if layers else None
    made = builder.apply(op, layer, tensor, renumbered(tuple(axes), gone), output=output)
    if len(crops) == 1 and not strides and not flips:
        (label, (before, after)) = next(iter(crops.items()))
        builder.crops[made.node] = tensor.node, label, range(-before, size[label] + after)
    return made


def _taps(stride: int = 1, sides: Pair = (0, 0), kernel: int = 1, dilation: int = 1, mode: str = "zeros") -> Conv2d:
    """Return a layer that reads taps along its first axis; the class accepts padding that crops, as slices need."""
    return Conv2d((kernel, 1), (stride, 1), (sides, (0, 0)), (dilation, 1), 1, mode)


def _cut_axis(
    axis: Axis,
    chosen: range,
    size: dict[str, int],
    crops: dict[str, tuple[int, int]],
    strides: dict[str, int],
    gone: list[Factor],
) -> Axis:
    """Note how to crop the image so that the chosen places of an axis are left, and return the axis then."""
    one, *rest = axis
    inner = prod(factor.size for factor in rest)
    if len(chosen) == 1 and rest:  # one place of each digit
        left: Axis = ()
        for factor in axis:
            inner = prod(f.size for f in axis[axis.index(factor) + 1 :])
            place = chosen.start // inner % factor.size
            if factor.label in size:
                left += _cut_axis((factor,), range(place, place + 1), size, crops, strides, gone)
        return left
    require(chosen.step == 1 or not rest)
    require((chosen.start % inner == 0 and (chosen[-1] + 1) % inner == 0) or not rest)
    start, stop = (chosen.start // inner, (chosen[-1] + 1) // inner) if rest else (chosen.start, chosen[-1] + 1)
    if one.label not in size:
        return merge((one._replace(size=stop - start), *rest))
    is_outermost = one.step * one.size == size[one.label]
    require(one.label not in crops and one.label not in strides)
    if is_outermost and (chosen.step == 1 or one.step == 1):
        crops[one.label] = (-start * one.step, (stop - one.size) * one.step)
        if chosen.step > 1:
            strides[one.label] = chosen.step
        return merge((one._replace(size=len(chosen) if not rest else stop - start), *rest))
    require(one.step == 1 and len(chosen) == 1 and not rest)  # one place of each block
    crops[one.label] = (-start, start + 1 - one.size)
    strides[one.label] = one.size
    gone.append(one)
    return ()


def pieces_of(builder: GraphBuilder, op: Op, shape: Sequence[int]) -> list[tuple[int, range]]:
    """Return the places that Slice keeps of each axis that it names."""
    names, rank = ("starts", "ends", "axes", "steps"), len(shape)
    starts, ends, axes, steps = (builder.optional_integers(op, n, names[n - 1], rank) or [] for n in range(1, 5))
    cuts = zip(axes or range(len(starts)), starts, ends, steps or [1] * len(starts), strict=True)
    return [(axis % rank, range(shape[axis % rank])[slice(*piece)]) for axis, *piece in cuts]


def slice_(builder: GraphBuilder, op: Op) -> Part:
    """Handle Slice: a crop, and a stride if it has steps; what is empty, as before a roll by nothing, reads nothing."""
    tensor = builder.tensor(op)
    pieces = pieces_of(builder, op, tensor.shape)
    if all(len(piece) for _, piece in pieces):
        return cut(builder, op, tensor, pieces)
    lengths = {axis: len(piece) for axis, piece in pieces}
    return Constant(tuple(lengths.get(n, cells) for n, cells in enumerate(tensor.shape)))


def parts_of(builder: GraphBuilder, op: Op, shape: Sequence[int]) -> tuple[int, list[range]]:
    """Return the axis that Split divides, and the places of each part."""
    number = len(op.outputs)
    axis = op.get("axis", 0) % len(shape)
    cells = shape[axis]
    sizes = builder.optional_integers(op, 1, "split", number)
    if sizes is None:
        each = -(-cells // number)
        sizes = [max(0, min(each, cells - n * each)) for n in range(number)]
    require(sum(sizes) == cells and min(sizes) > 0 and len(sizes) == number)
    stops = list(accumulate(sizes))
    return axis, list(map(range, [0, *stops], stops))


def split(builder: GraphBuilder, op: Op) -> list[Tensor]:
    """Handle Split: every part is a slice."""
    tensor = builder.tensor(op)
    axis, parts = parts_of(builder, op, tensor.shape)
    return [cut(builder, op, tensor, [(axis, part)], n) for n, part in enumerate(parts)]


def gather(builder: GraphBuilder, op: Op) -> Tensor:
    """Handle Gather of channels, of rows or columns at equal distances, and of windows of them."""
    tensor, index = builder.tensor(op), builder.value(op, 1)
    if not isinstance(index, Constant):
        raise Unsupported("the values of the input decide which places it reads")
    axis = op.get("axis", 0) % tensor.rank
    require(index.shape is not None)
    before, after = tensor.axes[:axis], tensor.axes[axis + 1 :]
    if not labels(tensor.axes[axis]):
        if index.shape == () and tensor.axes[axis] and tensor.axes[axis][0].label == "z":
            require(index.data is not None and int(index.data) % tensor.shape[axis] == tensor.axes[axis][0].step)
        return builder.apply(op, None, tensor, (*before, *map(channels, index.shape or ()), *after))
    if index.data is None or not index.data.size:
        builder.optional_integers(op, 1)  # says which tensor is in another file
        raise Unsupported
    chosen = index.data.astype(np.int64) % tensor.shape[axis]
    if chosen.ndim == 2:
        return _windows(builder, op, tensor, axis, chosen)
    require(chosen.ndim < 2)
    places = _even(chosen.ravel())
    if places is None:
        return _copied(builder, op, tensor, axis, chosen)
    rows = cut(builder, op, tensor, [(axis, places)])
    return rows if index.shape else Tensor(rows.node, rows.axes[:axis] + rows.axes[axis + 1 :])


def _even(chosen: Array) -> range | None:
    """Return places at equal distances as a range, None for others."""
    steps = np.diff(chosen)
    step = int(steps[0]) if len(steps) else 1
    if step == 0 or not bool((steps == step).all()):
        return None
    return range(int(chosen[0]), int(chosen[-1]) + (1 if step > 0 else -1), step)


def _line(builder: GraphBuilder, tensor: Tensor, axis: int) -> str:
    """Return the label of an axis that is a whole one of the image."""
    label = spatial_axes(tensor.axes, builder.size(tensor)).get(axis, "")
    require(bool(label))
    return label


def _copied(builder: GraphBuilder, op: Op, tensor: Tensor, axis: int, chosen: Array) -> Tensor:
    """Return a tensor whose rows or columns are copied, each as often as resizing to the nearest does."""
    label, cells = _line(builder, tensor, axis), tensor.shape[axis]
    require(bool((chosen == np.arange(len(chosen)) * cells // len(chosen)).all()))
    layer = builder.over({label: upsample2d((Fraction(len(chosen), cells), 1))}, upsample2d(1))
    axes = (*tensor.axes[:axis], along(label, len(chosen)), *tensor.axes[axis + 1 :])
    return builder.apply(op, layer, tensor, axes)


def _windows(builder: GraphBuilder, op: Op, tensor: Tensor, axis: int, chosen: Array) -> Tensor:
    """Return windows of rows or columns, as unfolding makes them: the larger axis of the index has the windows.

    Windows that are next to each other and leave nothing out only divide the axis.
    """
    label, cells = _line(builder, tensor, axis), tensor.shape[axis]
    if chosen.size == cells and (divided := _divided(chosen, label)):
        return builder.apply(op, None, tensor, (*tensor.axes[:axis], *divided, *tensor.axes[axis + 1 :]))
    is_last = chosen.shape[1] >= chosen.shape[0]
    windows = chosen.T if is_last else chosen
    steps, taps = np.diff(windows[:, 0]), np.diff(windows[0])
    stride, dilation = (int(one[0]) if len(one) else 1 for one in (steps, taps))
    even = windows[0, 0] + stride * np.arange(len(windows))[:, None] + dilation * np.arange(windows.shape[1])
    require(bool((windows == even).all()) and stride > 0 and dilation > 0)
    first, kernel = int(windows[0, 0]), windows.shape[1]
    rest = int(windows[-1, -1]) + 1 - tensor.shape[axis]
    layer = _taps(stride, (-first, rest), kernel, dilation)
    new = (channels(kernel), along(label, len(windows)))
    axes = (*tensor.axes[:axis], *(new if is_last else new[::-1]), *tensor.axes[axis + 1 :])
    return builder.apply(op, builder.over({label: layer}, _taps()), tensor, axes)


def _divided(chosen: Array, label: str) -> Axes:
    """Return the two digits of an axis that an index of all its places divides; nothing if it does anything else."""
    every = np.arange(chosen.size)
    for order in ("C", "F"):
        if (chosen == every.reshape(chosen.shape, order=order)).all():
            rows, columns = chosen.shape
            steps = (columns, 1) if order == "C" else (1, rows)
            return merge([Factor(label, rows, steps[0])]), merge([Factor(label, columns, steps[1])])
    return ()


# Putting together -----------------------------------------------------------------------------------------------------


def concat(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle Concat of channels, of places, which become a list, and of crops that make a roll or circular padding."""
    inputs = [value for value in builder.inputs(op) if value is not None]
    builder.count_parts(op, sum(len(value.parts) for value in inputs if isinstance(value, Listed)))
    parts = (value.parts if isinstance(value, Listed) else (value,) for value in inputs)
    values = [part for each in parts for part in each if isinstance(part, Tensor | Constant)]
    tensors = [value for value in values if isinstance(value, Tensor)]
    rank = tensors[0].rank
    axis = op.get("axis", 0 if builder.opset >= 4 else 1) % rank
    values = [value for value in values if value.shape is None or len(value.shape) != rank or value.shape[axis]]
    constants = [value for value in values if isinstance(value, Constant)]
    shapes = [value.shape for value in constants if value.shape is not None]
    require(len(shapes) == len(constants) and all(len(one) == rank for one in (*shapes, *(t.axes for t in tensors))))
    lists = [value for value in inputs if isinstance(value, Listed)]
    require(all(value.axis == axis for value in lists) or not lists)
    if len(values) == 1:
        return builder.apply(op, None, tensors[0], tensors[0].axes)
    is_place = bool(lists) or any(labels(tensor.axes[axis]) for tensor in tensors)
    if is_place or axis in spatial_axes(tensors[0].axes, builder.size(tensors[0])):
        rolled = None if lists or constants else _rolled(builder, op, tensors, axis)
        if rolled is not None:
            return rolled
        if rank == builder.graph.rank + 2:
            try:
                return builder.joined(op, Listed(tuple(values), axis), helper="")
            except Unsupported:  # not whole rows or columns
                pass
        return _listed(builder, op, values, axis)
    axes: list[Axis] = list(builder.broadcast(op, tensors, shapes, skip=axis))
    total = sum(shape[axis] for shape in (*shapes, *(tensor.shape for tensor in tensors)))
    if len(tensors) == 1 and not tensors[0].axes[axis] and total > 1:  # a single entry among constants
        before = values[: values.index(tensors[0])]
        axes[axis] = (Factor("z", total, sum((value.shape or ())[axis] for value in before)),)
        return builder.apply(op, None, tensors[0], tuple(axes))
    axes[axis] = channels(total)
    return builder.join(op, "concat", tensors, tuple(axes))


def _listed(builder: GraphBuilder, op: Op, values: Sequence[Part], axis: int) -> Listed:
    """Return a list of parts; the largest has a node with the name of the operator."""
    listed = Listed(tuple(values), axis)
    lengths = [cells if isinstance(part, Tensor) else 0 for part, cells in zip(values, listed.lengths, strict=True)]

    def made(number: int) -> Part:
        part = values[number]
        return builder.apply(op, None, part, part.axes) if isinstance(part, Tensor) else part

    return Listed(tuple(builder.in_parts(op, lengths, made)), axis)


def _rolled(builder: GraphBuilder, op: Op, tensors: Sequence[Tensor], axis: int) -> Tensor | None:
    """Return a tensor whose rows or columns go around, if these tensors are crops of one that follow one another."""
    noted = [builder.crops.get(tensor.node) for tensor in tensors]
    sources = {one[0] for one in noted if one} or {""}
    labels_ = {one[1] for one in noted if one}
    if len(sources) != 1 or len(labels_) != 1:
        return None
    source, label = sources.pop(), labels_.pop()
    size = builder.graph.nodes[source].size
    cells = size[builder.labels.index(label)] if size else 0
    ranges = [
        one[2] if one else range(cells)
        for one, tensor in zip(noted, tensors, strict=True)
        if one or tensor.node == source
    ]
    lines = all(tensor.axes[axis] in (along(label, tensor.shape[axis]), ()) for tensor in tensors)
    follow = all(one.stop % cells == other.start % cells for one, other in pairwise(ranges))
    if len(ranges) < len(tensors) or not lines or not follow:
        return None
    before = -ranges[0].start
    before += cells if before < -cells // 2 else 0
    total = sum(tensor.shape[axis] for tensor in tensors)
    around = _taps(sides=(before, total - cells - before), mode="circular")
    whole = Tensor(source, tensors[0].axes)
    axes = (*tensors[0].axes[:axis], along(label, total), *tensors[0].axes[axis + 1 :])
    return builder.apply(op, builder.over({label: around}, _taps(mode="circular")), whole, axes)


def pad(builder: GraphBuilder, op: Op) -> Tensor | Listed:
    """Handle Pad, with numbers for all axes or for some; reflected and repeated cells are read.

    Padding along the outermost digit of an axis pads the image. A new axis that is padded has a single entry. Places
    before or after those of a grid, as for a class token, make a list.
    """
    tensor = builder.tensor(op)
    borders = op.get("pads") or op.get("paddings") or builder.optional_integers(op, 1) or ()
    chosen = builder.optional_integers(op, 3)
    axes = [n % tensor.rank for n in (range(tensor.rank) if chosen is None else chosen)]
    mode = MODES.get(op.get("mode", "constant"))
    if len(borders) != 2 * len(axes) or len(axes) > tensor.rank or mode is None:
        raise Unsupported
    padded = list(tensor.axes)
    size = dict(zip(builder.labels, builder.size(tensor), strict=True))
    found = spatial_axes(tensor.axes, builder.size(tensor))
    crops, sides = dict[str, tuple[int, int]](), dict[str, tuple[int, int]]()
    for axis, before, after in zip(axes, borders, borders[len(axes) :], strict=False):
        cells = tensor.shape[axis] + before + after
        if (before, after) == (0, 0):
            continue
        require(cells > 0)
        if axis not in found and not labels(tensor.axes[axis]):
            is_entry = not tensor.axes[axis] and mode == "zeros" and before >= 0 and after >= 0
            padded[axis] = (Factor("z", cells, before),) if is_entry else channels(cells)
            continue
        if len(tensor.axes[axis]) > 1 and mode == "zeros" and sum(map(bool, borders)) <= 2 and min(before, after) >= 0:
            ends = [(*tensor.shape[:axis], more, *tensor.shape[axis + 1 :]) for more in (before, after)]
            first, last = ([Constant(shape)] if shape[axis] else [] for shape in ends)
            return _listed(builder, op, [*first, tensor, *last], axis)
        one = tensor.axes[axis][0] if tensor.axes[axis] else Factor(found[axis], 1)
        require(len(tensor.axes[axis]) < 2 and one.step * one.size == size[one.label])
        require(mode == "zeros" or one.step == 1)
        if mode != "zeros" and min(before, after) < 0:
            crops[one.label] = (min(before, 0), min(after, 0))
            before, after = max(before, 0), max(after, 0)
        sides[one.label] = (before * one.step, after * one.step)
        padded[axis] = (one._replace(size=cells),) if cells > 1 else ()
    if crops:
        layer = builder.over({label: pad2d((pair, (0, 0))) for label, pair in crops.items()}, NO_PAD)
        tensor = Tensor(builder.add(op, layer, [tensor], helper="crop"), tensor.axes)
    if not sides:
        return builder.apply(op, None, tensor, tuple(padded))
    if mode == "zeros":
        layer = builder.over({label: pad2d((pair, (0, 0))) for label, pair in sides.items()}, NO_PAD)
    else:
        copies = {label: conv2d(1, padding=(pair, (0, 0)), padding_mode=mode) for label, pair in sides.items()}
        layer = builder.over(copies, conv2d(1, padding_mode=mode))
    return builder.apply(op, layer, tensor, tuple(padded))


# Lists of places ------------------------------------------------------------------------------------------------------


def cut_list(
    builder: GraphBuilder, op: Op, listed: Listed, pieces: Sequence[tuple[int, range]], output: int = 0
) -> Tensor | Listed | Constant:
    """Keep some of the places of a list: parts that are left, or one alone."""
    inside = [piece for piece in pieces if piece[0] != listed.axis]
    along_list = [piece for axis, piece in pieces if axis == listed.axis]
    chosen = along_list[0] if along_list else range(sum(listed.lengths))
    require(chosen.step == 1)
    builder.count_parts(op, len(listed.parts))
    starts = [0, *accumulate(listed.lengths)]
    parts: list[tuple[Part, range]] = []
    for part, start, length in zip(listed.parts, starts, listed.lengths, strict=False):
        own = range(max(chosen.start - start, 0), min(chosen.stop - start, length))
        if len(own):
            parts.append((part, own))

    def made(number: int) -> Part:
        part, own = parts[number]
        if isinstance(part, Tensor):
            return cut(builder, op, part, [*inside, (listed.axis, own)], output)
        shape = list(part.shape or ())
        for axis, piece in [*inside, (listed.axis, own)]:
            shape[axis] = len(piece)
        return Constant(tuple(shape))

    cuts = builder.in_parts(op, [len(own) for _, own in parts], made)
    left = Listed(tuple(cuts), listed.axis)
    if not left.tensors:
        return Constant(left.shape)
    return cuts[0] if len(cuts) == 1 else left
