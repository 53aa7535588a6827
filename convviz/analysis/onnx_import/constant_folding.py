"""Shape arithmetic: what exporters leave in a file where its author computed a size. Small constants, in NumPy."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits

from .axis_tracking import MOST_DIMENSIONS, NotUnderstood, new_shape
from .parse_model import Array, Constant, Op
from .shape_inference import outline

MOST_READ: Final = 16 * limits.ONNX_NUMBERS
"""Numbers of all inputs together that an operator is computed from: Concat has any number of inputs."""

TYPES: Final = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16}
TYPES_ALL: Final[Mapping[int, Any]] = TYPES | {11: np.float64, 12: np.uint32, 13: np.uint64}
"""NumPy's type by the number that ONNX has for it."""


def fold(op: Op, inputs: Sequence[Constant | None]) -> list[Constant]:
    """What an operator makes of constants: its numbers if they are small, else its shape if that is known."""
    if op.kind == "Constant":
        return [_constant(op)]
    if op.kind in ("Shape", "Size") and inputs and inputs[0] is not None and inputs[0].shape is not None:
        return [shape_of(op, inputs[0].shape)]
    function = FUNCTIONS.get(op.kind)
    arrays = [None if one is None else one.data for one in inputs]
    is_known = all(one is None or one.data is not None for one in inputs)
    is_little = sum(one.size for one in arrays if one is not None) <= MOST_READ
    if function is not None and is_known and is_little and not op.has_graph:
        try:
            with np.errstate(all="ignore"):
                found = function(op, *arrays)
        except (ArithmeticError, AttributeError, LookupError, MemoryError, NotUnderstood, TypeError, ValueError):
            return [Constant()] * len(op.outputs)
        many = found if isinstance(found, list) else [found]
        return [Constant.of(np.asarray(one)) if _is_small(one) else Constant(np.shape(one)) for one in many]
    return [Constant(outline(op, inputs)), *[Constant()] * (len(op.outputs) - 1)]


def shape_of(op: Op, shape: Sequence[int]) -> Constant:
    """What Shape and Size give, integers of 64 bits."""
    try:
        found = prod(shape) if op.kind == "Size" else shape[slice(op.get("start", 0), op.get("end"))]
        return Constant.of(np.array(found, np.int64))
    except (OverflowError, TypeError):
        return Constant()


def numbers(constant: Constant | None, most: int = 2 * MOST_DIMENSIONS) -> list[int]:
    """Integers of a small constant; more of them than an operator has axes and borders mean nothing to it."""
    if constant is None or constant.data is None or constant.data.size > most:
        raise NotUnderstood
    return [int(one) for one in constant.data.ravel()]


def _is_small(array: Any) -> bool:
    return bool(np.size(array) <= limits.ONNX_NUMBERS)


def _bounded(shape: Sequence[int] | Array) -> tuple[int, ...]:
    """Refuse to make what is not small."""
    if len(shape) > MOST_DIMENSIONS:
        raise NotUnderstood
    sizes = tuple(int(one) for one in shape)
    if prod(sizes) > limits.ONNX_NUMBERS or min(sizes, default=0) < 0:
        raise NotUnderstood
    return sizes


def _constant(op: Op) -> Constant:
    for name in ("value", "value_int", "value_ints", "value_float", "value_floats"):
        value = op.get(name)
        if isinstance(value, Constant):
            return value
        if value is not None:
            return Constant.of(np.array(value)) if _is_small(value) else Constant((len(value),))
    return Constant()


def _axes(op: Op, given: Array | None) -> tuple[int, ...] | None:
    """Axes as an attribute, as they were, or as an input, as they are."""
    if given is not None:
        return tuple(numbers(Constant.of(given)))
    return None if op.get("axes") is None else tuple(op.get("axes"))


def _slice(op: Op, data: Array, *given: Array | None) -> Array:
    for axis, piece in zip(*slices(op, given, data.ndim), strict=True):
        data = data[(slice(None),) * axis + (piece,)]
    return data


def slices(op: Op, given: Sequence[Array | None], rank: int) -> tuple[list[int], list[slice]]:
    """(axes, slices) of a Slice, of attributes or of inputs."""
    if any(one is not None and one.size > rank for one in given):
        raise NotUnderstood
    lists = [None if one is None else [int(n) for n in one.ravel()] for one in given]
    starts, ends, axes, steps = [*lists, None, None, None, None][:4]
    starts = list(op.get("starts", ())) if starts is None else starts
    ends = list(op.get("ends", ())) if ends is None else ends
    axes = list(op.get("axes") or range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    pieces = []
    for start, end, step in zip(starts, ends, steps, strict=True):
        is_open = end < 0 and step < 0 and end < -(2**31)
        pieces.append(slice(start, None if is_open else end, step))
    return [axis % rank for axis in axes], pieces


def _unsqueeze(op: Op, data: Array, axes: Array | None = None) -> Array:
    found = _axes(op, axes) or ()
    return np.expand_dims(data, found)


def _squeeze(op: Op, data: Array, axes: Array | None = None) -> Array:
    return np.squeeze(data, _axes(op, axes))


def _reduced(function: Callable[..., Any]) -> Callable[..., Array]:
    def reduce(op: Op, data: Array, axes: Array | None = None) -> Array:
        return np.asarray(function(data, axis=_axes(op, axes), keepdims=bool(op.get("keepdims", 1))))

    return reduce


def _plain(function: Callable[..., Any]) -> Callable[..., Array]:
    """An operator that NumPy has, of one array or several; the result is as small as they are."""

    def apply(op: Op, *arrays: Array) -> Array:
        _bounded(np.broadcast_shapes(*(one.shape for one in arrays)))
        return np.asarray(function(*arrays))

    return apply


def _divided(one: Array, other: Array) -> Array:
    if np.issubdtype(one.dtype, np.integer):  # towards zero, as ONNX has it
        return np.asarray(np.sign(one) * np.sign(other) * (np.abs(one) // np.abs(other)), one.dtype)
    return np.asarray(one / other)


def _range(op: Op, start: Array, stop: Array, step: Array) -> Array:
    first, last, distance = start.item(), stop.item(), step.item()  # which do not overflow
    _bounded([max(0, int(-((first - last) // distance)))])
    return np.asarray(np.arange(first, last, distance, dtype=start.dtype))


def _filled(op: Op, shape: Array) -> Array:
    value = op.get("value")
    fill = value.data.ravel()[0] if isinstance(value, Constant) and value.data is not None else np.float32(0)
    return np.full(_bounded(shape), fill)


def _expanded(op: Op, data: Array, shape: Array) -> Array:
    return np.broadcast_to(data, _bounded(np.broadcast_shapes(data.shape, _bounded(shape)))).copy()


def _tiled(op: Op, data: Array, repeats: Array) -> Array:
    _bounded([int(data.size) * prod(_bounded(repeats))])
    return np.tile(data, repeats)


def _split(op: Op, data: Array, sizes: Array | None = None) -> list[Array]:
    axis = op.get("axis", 0) % data.ndim
    given = None if sizes is None else numbers(Constant.of(sizes), len(op.outputs))
    lengths = split_sizes(op, given, data.shape[axis])
    return np.split(data, np.cumsum(lengths)[:-1], axis)


def split_sizes(op: Op, given: Sequence[int] | None, length: int) -> list[int]:
    """How long the parts of a Split are."""
    sizes = given if given is not None else op.get("split")
    if sizes is None:
        each = -(-length // len(op.outputs))
        sizes = [max(0, min(each, length - n * each)) for n in range(len(op.outputs))]
    if sum(sizes) != length or min(sizes) < 1 or len(sizes) != len(op.outputs):
        raise NotUnderstood
    return list(sizes)


def _gather(op: Op, data: Array, index: Array) -> Array:
    _bounded([prod(data.shape) * max(1, index.size)])
    return np.take(data, index, op.get("axis", 0))


def _reshaped(op: Op, data: Array, shape: Array) -> Array:
    return data.reshape(new_shape(shape.tolist(), data.shape, allow_zero=bool(op.get("allowzero", 0))))


def _clipped(op: Op, data: Array, low: Array | None = None, high: Array | None = None) -> Array:
    least, most = (op.get(name) if one is None else one for name, one in (("min", low), ("max", high)))
    return data if least is None and most is None else np.asarray(np.clip(data, least, most))


def _cast(op: Op, data: Array) -> Array:
    return data.astype(TYPES_ALL[op.get("to", 0)])


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "Gather": _gather,
    "Slice": _slice,
    "Concat": lambda op, *arrays: np.concatenate(arrays, op.get("axis", 0)),
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshaped,
    "Transpose": lambda op, data: np.transpose(data, op.get("perm")),
    "Cast": _cast,
    "Range": _range,
    "ConstantOfShape": _filled,
    "Expand": _expanded,
    "Tile": _tiled,
    "Split": _split,
    "Identity": lambda op, data: data,
    "ReduceProd": _reduced(np.prod),
    "ReduceSum": _reduced(np.sum),
    "ReduceMax": _reduced(np.max),
    "ReduceMin": _reduced(np.min),
    "Where": _plain(np.where),
    "Add": _plain(np.add),
    "Sub": _plain(np.subtract),
    "Mul": _plain(np.multiply),
    "Div": _plain(_divided),
    "Mod": _plain(np.mod),
    "Pow": _plain(np.power),
    "Clip": _clipped,
    "NonZero": lambda op, data: np.array(np.nonzero(data), np.int64),
    "Relu": _plain(lambda data: np.maximum(data, 0)),
    "Sign": _plain(np.sign),
    "Max": _plain(lambda *arrays: np.maximum.reduce(np.broadcast_arrays(*arrays))),
    "Min": _plain(lambda *arrays: np.minimum.reduce(np.broadcast_arrays(*arrays))),
    "Floor": _plain(np.floor),
    "Ceil": _plain(np.ceil),
    "Round": _plain(np.round),
    "Sqrt": _plain(np.sqrt),
    "Neg": _plain(np.negative),
    "Abs": _plain(np.abs),
    "Not": _plain(np.logical_not),
    "And": _plain(np.logical_and),
    "Or": _plain(np.logical_or),
    "Equal": _plain(np.equal),
    "Greater": _plain(np.greater),
    "GreaterOrEqual": _plain(np.greater_equal),
    "Less": _plain(np.less),
    "LessOrEqual": _plain(np.less_equal),
}
"""What an operator does to small arrays; an input that is left out is None."""
