"""Operators that read along whole axes: matrix products, reductions, normalisation, softmax."""

from collections.abc import Sequence

from .axis_tracking import Axes, NotUnderstood, channels, labels, meeting, reduction
from .constant_folding import numbers
from .graph_builder import Building, Plane
from .parse_model import Constant, Op


def _contracted(building: Building, op: Op, plane: Plane, position: int, axes: Axes) -> Plane:
    return building.reduced(op, plane, [position % len(plane.axes)], axes, pool="dense")


def gemm(building: Building, op: Op) -> Plane:
    """A B + C with weights for one of the factors; two factors that depend on the input are a matrix product."""
    a, b = building.given(op, 0), building.given(op, 1)
    turned = {0: op.get("transA", 0), 1: op.get("transB", 0)}
    if isinstance(a, Plane) and isinstance(b, Constant) and b.shape is not None and len(b.shape) == len(a.axes) == 2:
        rows, inner = a.axes[::-1] if turned[0] else a.axes
        del inner
        return _contracted(building, op, a, 0 if turned[0] else 1, (rows, channels(b.shape[0 if turned[1] else 1])))
    raise NotUnderstood


def matmul(building: Building, op: Op) -> Plane:
    """Weights mix channels, or places if these are what the last axis has: then every output reads them all."""
    a, b = building.given(op, 0), building.given(op, 1)
    if isinstance(a, Plane) and isinstance(b, Plane):
        return _attending(building, op, a, b)
    if isinstance(a, Plane) and isinstance(b, Constant) and b.shape:
        last = (channels(b.shape[-1]),) if len(b.shape) > 1 else ()
        return _contracted(building, op, a, -1, (*a.axes[:-1], *last))
    if isinstance(b, Plane) and isinstance(a, Constant) and a.shape and len(a.shape) == 2 and len(b.axes) > 1:
        return _contracted(building, op, b, -2, (*b.axes[:-2], channels(a.shape[-2]), b.axes[-1]))
    raise NotUnderstood


def _attending(building: Building, op: Op, a: Plane, b: Plane) -> Plane:
    """Two factors that depend on the input. As soon as both have places there, all of them are read: attention."""
    if min(len(a.axes), len(b.axes)) < 2:
        raise NotUnderstood
    if not labels([*a.axes[-1], *b.axes[-2]]):
        try:
            axes = meeting([(*a.axes[:-1], ()), (*b.axes[:-2], (), ())])
            if not (labels(a.axes[-2]) and labels(b.axes[-1])):
                return building.joined(op, "multiply", [a, b], (*axes[:-1], b.axes[-1]))
        except NotUnderstood:
            pass
    batch = meeting([a.axes[:-2], b.axes[:-2]]) if max(len(a.axes), len(b.axes)) > 2 else ()
    if any(labels(axis) for axis in batch):
        raise NotUnderstood
    rows, columns = a.shape[-2], b.shape[-1]
    whole = []
    for number, plane in enumerate((a, b)):
        if reduction(plane.axes, range(len(plane.axes)), building.size(plane)) is None:
            whole.append(plane)
        else:
            whole.append(Plane(building.add(op, "dense", [plane], what=f"factor {number + 1}"), ()))
    return building.joined(op, "multiply", whole, (*batch, channels(rows), channels(columns)))


def reduce(building: Building, op: Op) -> Plane:
    """ReduceMean and its like, ArgMax: over places pooling, over channels nothing."""
    plane = building.plane(op)
    rank = len(plane.axes)
    given = op.get("axes")
    if building.given(op, 1) is not None:
        given = numbers(building.constant(op, 1))
    if op.kind.startswith("Arg"):
        given = [op.get("axis", 0)]
    if not given and op.get("noop_with_empty_axes", 0):
        return building.step(op, None, plane, plane.axes)
    gone = sorted({n % rank for n in given} if given else range(rank))
    kept = tuple(() if n in gone else axis for n, axis in enumerate(plane.axes))
    axes = kept if op.get("keepdims", 1) else tuple(axis for n, axis in enumerate(kept) if n not in gone)
    return building.reduced(op, plane, gone, axes)


def softmax(building: Building, op: Op) -> Plane:
    """Over one axis; before opset 13, over that one and all behind it."""
    plane = building.plane(op)
    rank = len(plane.axes)
    axis = op.get("axis", -1 if building.opset >= 13 else 1) % rank
    return building.normalised(op, plane, [axis] if building.opset >= 13 else range(axis, rank))


def instance_norm(building: Building, op: Op) -> Plane:
    """Every channel, or group of them, by the mean and the variance of all its places."""
    plane = building.plane(op)
    return building.normalised(op, plane, range(2, len(plane.axes)))


def batch_norm(building: Building, op: Op) -> Plane | list[Plane]:
    """Place by place with what was learnt; while training by the mean and the variance of the batch, all its places."""
    plane = building.plane(op)
    if not op.get("training_mode", 0) and len(op.outputs) == 1:
        return building.step(op, None, plane, plane.axes)
    positions = [n for n in range(len(plane.axes)) if n != 1]
    found = building.normalised(op, plane, positions)
    later = (n for n, one in enumerate(op.outputs) if n and one)
    return [found, *(building.reduced(op, plane, positions, plane.axes[1:2], output=n) for n in later)]


def layer_norm(building: Building, op: Op) -> Plane:
    plane = building.plane(op)
    rank = len(plane.axes)
    return building.normalised(op, plane, range(op.get("axis", -1) % rank, rank))


def axes_norm(building: Building, op: Op) -> Plane:
    """LpNormalization has one axis, MeanVarianceNormalization several."""
    plane = building.plane(op)
    rank = len(plane.axes)
    default: Sequence[int] = (0, 2, 3) if op.kind == "MeanVarianceNormalization" else [op.get("axis", -1)]
    return building.normalised(op, plane, sorted({n % rank for n in op.get("axes") or default}))
