"""Shapes of constants that are too large to be looked into: of weights that a file standardises, joins or reshapes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from .axis_tracking import MOST_DIMENSIONS, NotUnderstood, new_shape
from .parse_model import Constant, Op

Shape = tuple[int, ...]

KEEPING: Final = (
    "Abs BatchNormalization Cast CastLike Clip DequantizeLinear Exp Identity InstanceNormalization LayerNormalization"
    " Neg QuantizeLinear Reciprocal Relu Round Sigmoid Sign Softmax Sqrt Tanh"
)
"""The first output has the shape of the first input."""

BROADCASTING: Final = "Add Div Max Min Mul Pow Sub Where"
REDUCING: Final = "ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum ReduceSumSquare"


def outline(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    """The shape of the first output, None if it is not known."""
    function = FUNCTIONS.get(op.kind)
    if function is None or op.has_graph or not inputs or inputs[0] is None:
        return None
    try:
        shape = function(op, inputs)
    except (ArithmeticError, LookupError, NotUnderstood, TypeError, ValueError):
        return None
    return shape if shape is None or len(shape) <= MOST_DIMENSIONS else None


def _shape(one: Constant | None) -> Shape:
    if one is None or one.shape is None:
        raise NotUnderstood
    return one.shape


def _numbers(op: Op, name: str, inputs: Sequence[Constant | None]) -> list[int] | None:
    """What is an attribute in some versions of an operator and its second input in others; None if left out."""
    given = inputs[1] if len(inputs) > 1 else None
    if given is None:
        return None if op.get(name) is None else list(op.get(name))
    if given.data is None or given.data.size > MOST_DIMENSIONS:
        raise NotUnderstood
    return [int(one) for one in given.data.ravel()]


def _kept(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    return _shape(inputs[0])


def _broadcast(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    return np.broadcast_shapes(*(_shape(one) for one in inputs))


def _reduced(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    shape, axes = _shape(inputs[0]), _numbers(op, "axes", inputs)
    if not axes and op.get("noop_with_empty_axes", 0):
        return shape
    gone = {n % len(shape) for n in axes} if axes else set(range(len(shape)))
    if op.get("keepdims", 1):
        return tuple(1 if n in gone else size for n, size in enumerate(shape))
    return tuple(size for n, size in enumerate(shape) if n not in gone)


def _transposed(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    shape = _shape(inputs[0])
    order = op.get("perm") or range(len(shape))[::-1]
    return tuple(shape[n] for n in order)


def _reshaped(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    return new_shape(_numbers(op, "shape", inputs) or (), _shape(inputs[0]), allow_zero=bool(op.get("allowzero", 0)))


def _expanded(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    return np.broadcast_shapes(_shape(inputs[0]), tuple(_numbers(op, "shape", inputs) or ()))


def _unsqueezed(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    left, axes = list(_shape(inputs[0])), _numbers(op, "axes", inputs) or []
    rank = len(left) + len(axes)
    new = {n % rank for n in axes}
    return tuple(1 if n in new else left.pop(0) for n in range(rank))


def _joined(op: Op, inputs: Sequence[Constant | None]) -> Shape | None:
    shapes = [_shape(one) for one in inputs]
    axis = op.get("axis", 0) % len(shapes[0])
    size = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], size, *shapes[0][axis + 1 :])


FUNCTIONS: Final[Mapping[str, Callable[[Op, Sequence[Constant | None]], Shape | None]]] = {
    **dict.fromkeys(KEEPING.split(), _kept),
    **dict.fromkeys(BROADCASTING.split(), _broadcast),
    **dict.fromkeys(REDUCING.split(), _reduced),
    "Transpose": _transposed,
    "Reshape": _reshaped,
    "Expand": _expanded,
    "Unsqueeze": _unsqueezed,
    "Concat": _joined,
}
