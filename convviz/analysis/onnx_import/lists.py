"""What operators do to lists of places: to each part what they do to a tensor, and across parts where they read all."""

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np

from . import ops_shape
from .axis_tracking import Unsupported, channels, digits, entered, require, reshape_axes, resolve_shape
from .graph_builder import GraphBuilder
from .parse_model import Constant, Op
from .tensors import Listed, Part, Tensor, Value

Handler = Callable[[GraphBuilder, Op], Part | Listed | list[Tensor]]


def reshape(builder: GraphBuilder, op: Op, listed: Listed) -> Listed:
    """Handle Reshape, which has to keep the axis of the list."""
    wanted = op.get("shape") or builder.integers(op, 1)
    shape = resolve_shape(wanted, listed.shape, allow_zero=bool(op.get("allowzero", 0)))
    before = int(np.prod(listed.shape[: listed.axis], dtype=object))
    places = [n for n, size in enumerate(shape) if size == listed.shape[listed.axis]]
    axis = next((n for n in places if int(np.prod(shape[:n], dtype=object)) == before), None)
    require(axis is not None)
    assert axis is not None

    def one(part: Part, length: int, output: int) -> Part:
        own = (*shape[:axis], length, *shape[axis + 1 :])
        if isinstance(part, Constant):
            return Constant(own)
        axes = reshape_axes(part.axes, own)
        return builder.apply(op, None, part, axes)

    return _each(builder, op, listed, one, axis)


def arrange(builder: GraphBuilder, op: Op, listed: Listed) -> Listed:
    """Handle Transpose, Squeeze and Unsqueeze."""
    order = ops_shape.order_of(builder, op, listed.shape)

    def one(part: Part, length: int, output: int) -> Part:
        if isinstance(part, Constant):
            return Constant(tuple(1 if n is None else (part.shape or ())[n] for n in order))
        return builder.apply(op, None, part, tuple(() if n is None else part.axes[n] for n in order))

    return _each(builder, op, listed, one, order.index(listed.axis))


def slice_(builder: GraphBuilder, op: Op, listed: Listed) -> Value:
    """Handle Slice."""
    return ops_shape.cut_list(builder, op, listed, ops_shape.pieces_of(builder, op, listed.shape))


def split(builder: GraphBuilder, op: Op, listed: Listed) -> list[Value]:
    """Handle Split."""
    axis, parts = ops_shape.parts_of(builder, op, listed.shape)
    return [ops_shape.cut_list(builder, op, listed, [(axis, part)], n) for n, part in enumerate(parts)]


def gather(builder: GraphBuilder, op: Op, listed: Listed) -> Value:
    """Handle Gather of a single place, and of anything on the other axes."""
    axis, index = op.get("axis", 0) % len(listed.shape), builder.constant(op, 1)
    if axis != listed.axis:
        require(index is not None and index.shape is not None)
        new = () if index is None else index.shape or ()

        def one(part: Part, length: int, output: int) -> Part:
            if isinstance(part, Constant):
                shape = part.shape or ()
                return Constant((*shape[:axis], *new, *shape[axis + 1 :]))
            with builder.replaced(op, [part, index]):
                return ops_shape.gather(builder, op)

        return _each(builder, op, listed, one, listed.axis + (len(new) - 1 if axis < listed.axis else 0))
    if index is None or index.data is None or index.data.size != 1:
        raise Unsupported
    place = int(index.data.ravel()[0]) % sum(listed.lengths)
    found = ops_shape.cut_list(builder, op, listed, [(axis, range(place, place + 1))])
    require(isinstance(found, Tensor | Constant))
    if index.shape:
        return found
    if isinstance(found, Constant):
        shape = found.shape or ()
        return Constant(shape[:axis] + shape[axis + 1 :])
    assert isinstance(found, Tensor)
    return Tensor(found.node, found.axes[:axis] + found.axes[axis + 1 :])


def reduce(builder: GraphBuilder, op: Op, listed: Listed, gone: Sequence[int], *, keeps: bool) -> Tensor | Listed:
    """Read the whole of some axes; if that of the list is among them, all parts together."""

    def left(axes: Sequence[object], shrunk: object) -> tuple[object, ...]:
        kept = tuple(shrunk if n in gone else axis for n, axis in enumerate(axes))
        return kept if keeps else tuple(axis for n, axis in enumerate(kept) if n not in gone)

    if listed.axis not in gone:
        axis = listed.axis - (0 if keeps else sum(n < listed.axis for n in gone))

        def one(part: Part, length: int, output: int) -> Part:
            if isinstance(part, Constant):
                return Constant(left(part.shape or (), 1))  # type: ignore[arg-type]
            return builder.reduce(op, part, gone, left(part.axes, ()))  # type: ignore[arg-type]

        return _each(builder, op, listed, one, axis)
    first, *others = listed.tensors
    axes = left(first.axes, ())
    if not others:
        return builder.reduce(op, first, gone, axes)  # type: ignore[arg-type]
    wholes = [
        builder.spread(op, part, [f for n in gone for f in digits(part.axes[n])], f"part {n}")
        for n, part in enumerate(listed.tensors, start=1)
    ]
    return Tensor(builder.add(op, "add", wholes), axes)  # type: ignore[arg-type]


def normalize(builder: GraphBuilder, op: Op, listed: Listed, positions: Sequence[int]) -> Listed:
    """Divide each place by a statistic of some axes; if that of the list is among them, of all parts."""
    wholes = []
    if listed.axis in positions:
        wholes = [
            builder.spread(op, part, [f for n in positions for f in digits(part.axes[n])], f"statistics {n}")
            for n, part in enumerate(listed.tensors, start=1)
        ]

    def one(part: Part, length: int, output: int) -> Part:
        if not wholes:
            return builder.normalize(op, part, positions) if isinstance(part, Tensor) else part
        if isinstance(part, Tensor):
            return Tensor(builder.add(op, "add", [part, *wholes]), entered(part.axes, positions))
        require(all(set(builder.size(whole)) == {1} for whole in wholes))
        return Tensor(builder.add(op, "add", wholes), tuple(map(channels, part.shape or ())))

    return _each(builder, op, listed, one, listed.axis)


def every_part(builder: GraphBuilder, op: Op, handler: Handler) -> Listed:
    """Do to each part what an operator does to a tensor; its other inputs are cut in the same way, or repeat."""
    inputs = builder.inputs(op)
    lists = [value for value in inputs if isinstance(value, Listed)]
    first = lists[0]
    builder.count_parts(op, len(first.parts) * len(inputs))
    behind = len(first.shape) - first.axis
    require(all(one.lengths == first.lengths and len(one.shape) - one.axis == behind for one in lists))
    rank = max(len(value.shape or ()) for value in inputs if value is not None)
    starts = [0, *accumulate(first.lengths)]
    total = starts[-1]

    def one(part: Part, length: int, number: int) -> Part:
        own = [_part(value, number, behind, starts[number], length, total) for value in inputs]
        if not any(isinstance(value, Tensor) for value in own):
            shapes = [value.shape for value in own if value is not None]
            require(None not in shapes)
            return Constant(np.broadcast_shapes(*(shape or () for shape in shapes)))
        with builder.replaced(op, own):
            result = handler(builder, op)
        made = result[0] if isinstance(result, list) else result
        require(isinstance(made, Tensor))
        return made  # type: ignore[return-value]

    return _each(builder, op, first, one, rank - behind)


def _part(value: Value | None, number: int, behind: int, start: int, length: int, total: int) -> Value | None:
    """Return what goes with one part: that part of a list, the same places of a constant, or what repeats."""
    if isinstance(value, Listed):
        return value.parts[number]
    if isinstance(value, Constant) and value.shape is not None and len(value.shape) >= behind:
        axis = len(value.shape) - behind
        if value.shape[axis] == total:
            shape = (*value.shape[:axis], length, *value.shape[axis + 1 :])
            data = None if value.data is None else np.take(value.data, range(start, start + length), axis)
            return Constant(shape, data, value.outside)
    if isinstance(value, Tensor) and value.rank >= behind:
        require(not value.axes[value.rank - behind])
    return value


def _each(builder: GraphBuilder, op: Op, listed: Listed, one: Callable[[Part, int, int], Part], axis: int) -> Listed:
    """Return the list of what becomes of each part; see `GraphBuilder.in_parts`."""

    lengths = listed.lengths

    def made(number: int) -> Part:
        return one(listed.parts[number], lengths[number], number)

    return Listed(tuple(builder.in_parts(op, lengths, made)), axis)
