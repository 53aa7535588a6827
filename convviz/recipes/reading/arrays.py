"""Arrays of a text: made of its numbers or of a shape, turned, padded, and given to layers as weights and images."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.arithmetic.arguments import text_of

from .values import UNKNOWN, Array, Call, Name

_MODULES: Final = ("torch", "np", "numpy", "jnp", "jax.numpy", "tf", "tensorflow", "keras.ops", "ops", "mx")
_OF_NUMBERS: Final = "tensor array asarray as_tensor constant convert_to_tensor Tensor FloatTensor"
_OF_SHAPE: Final = (
    "zeros ones empty full randn rand randint random_sample random normal uniform standard_normal"
    " truncated_normal FloatTensor Tensor"
)
KEPT: Final = "copy to cuda float double clone contiguous astype type numpy requires_grad_"
"""Methods that return the array itself."""

_MOST_AXES: Final = 8
"""Axes of an array, at most: images of a volume have 5."""

_MODES: Final[Mapping[str, str]] = {
    "constant": "zeros",
    "reflect": "reflect",
    "edge": "replicate",
    "replicate": "replicate",
    "wrap": "circular",
    "circular": "circular",
    "symmetric": "symmetric",
}
"""What the modes of padding of NumPy and PyTorch are called here."""


def made(path: str, positional: Sequence[Any], named: Mapping[str, Any]) -> Array | None:
    """Return the array that a function of a library makes; None for other functions."""
    module, _, tail = path.rpartition(".")
    root = module.split(".")[0]
    first = positional[0] if positional else named.get("shape", named.get("size"))
    if tail == "Parameter" and isinstance(first, Array):
        return first
    if root not in {name.split(".")[0] for name in _MODULES} | {"jax", "keras", "rng"}:
        return None
    if isinstance(first, Array):
        return None if tail == "pad" and root == "torch" else _of_array(tail, first, positional, named)
    if tail in _OF_NUMBERS.split() and isinstance(first, list | tuple):
        made = of_numbers(first)
        return made and replace(made, library=root)
    if tail in _OF_SHAPE.split() and (module in _MODULES or "random" in module or root == "rng"):
        shape = _shape(
            [
                *positional,
                *([named["shape"]] if "shape" in named else []),
                *([named["size"]] if "size" in named else []),
            ]
        )
        return None if shape is None else Array(shape, library=root)
    return None


def _of_array(tail: str, array: Array, positional: Sequence[Any], named: Mapping[str, Any]) -> Array | None:
    """Return what a function makes of an array."""
    axes = positional[1] if len(positional) > 1 else named.get("dims", named.get("axis", named.get("axes")))
    rank = len(array.shape)
    match tail:
        case "array" | "asarray" | "as_tensor" | "tensor" | "copy" | "ascontiguousarray" | "constant":
            return array
        case "flip":
            axes = axes if isinstance(axes, tuple | list) else (axes,)
            return array.turned(tuple(axes)) if _are_axes(axes, array) else None
        case "transpose" | "permute" if isinstance(axes, tuple | list) and _is_order(axes, array):
            return array.transposed(*axes)
        case "expand_dims" | "unsqueeze" if isinstance(axes, int):
            at = axes if axes >= 0 else axes + rank + 1
            return array.widened(at) if 0 <= at <= rank < _MOST_AXES else None
        case "pad" if isinstance(axes, tuple | list) and not array.pads:
            pads = tuple((each, each) if isinstance(each, int) else each for each in axes)
            if len(pads) == len(array.shape) and all(_is_pair(pair) for pair in pads):
                mode = _MODES.get(text_of(named.get("mode", "constant")), "zeros")
                filling = named.get("constant_values", 0)
                lowest = isinstance(filling, Name) and filling.path.endswith("inf")
                return replace(array, pads=tuple(map(tuple, pads)), mode="lowest" if lowest else mode)
        case "zeros_like" | "ones_like" | "empty_like" | "randn_like" | "rand_like":
            return Array(array.shape)
    return None


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, tuple | list)
        and len(value) == 2
        and all(isinstance(each, int) and 0 <= each <= limits.FIELD_NUMBER for each in value)
    )


def _are_axes(axes: Sequence[Any], array: Array) -> bool:
    """Return whether these are different axes of an array."""
    rank = len(array.shape)
    known = all(isinstance(axis, int) and -rank <= axis < rank for axis in axes)
    return known and len({axis % rank for axis in axes}) == len(axes)


def _is_order(axes: Sequence[Any], array: Array) -> bool:
    return len(axes) == len(array.shape) and _are_axes(axes, array)


def of_numbers(rows: Sequence[Any]) -> Array | None:
    """Return the array of nested lists; None where rows differ or hold anything but numbers."""
    shape: list[int] = []
    member: Any = rows
    while isinstance(member, list | tuple):
        shape.append(len(member))
        if not member or len(shape) > 5:
            return None
        member = member[0]
    flat = list(islice(_flat(rows, len(shape)), limits.CODE_STEPS + 1))  # lists may hold one list again and again
    if len(flat) != prod(shape) or not all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in flat
    ):
        return None
    if any(isinstance(each, int) and abs(each) > 10**15 for each in flat):
        return None
    return Array(tuple(shape), np.array(flat, dtype=float).reshape(shape))


def _flat(rows: Any, depth: int) -> Any:
    if depth == 0 or not isinstance(rows, list | tuple):
        yield rows
    else:
        for row in rows:
            yield from _flat(row, depth - 1)


def _shape(values: Sequence[Any]) -> tuple[int, ...] | None:
    """Return the shape in the arguments of a function such as ``randn``: a tuple, or numbers one after the other."""
    shapes = [each for each in values if isinstance(each, tuple | list)]
    sides = shapes[-1] if shapes else values
    if not sides or len(sides) > 5:
        return None
    if not all(
        isinstance(each, int) and not isinstance(each, bool) and 1 <= each <= limits.CODE_NUMBER for each in sides
    ):
        return None
    return tuple(sides)


def indexed(array: Array, index: Any) -> Any:
    """Return an array with an index: axes of one are added, or the batch is left out."""
    places = index if isinstance(index, tuple) else (index,)
    is_wider = all(each is None or each is ... for each in places) and any(each is None for each in places)
    if is_wider and len(array.shape) + len(places) <= _MOST_AXES:
        if ... in places:
            at = places.index(...)
            after = len(places) - at - 1
            array = array.widened(*[0] * at)
            return array.widened(*[len(array.shape) + n for n in range(after)])
        return array.widened(*[0] * len(places))
    begins_whole = places[:1] == (slice(None),) and len(places) > 1
    if begins_whole and all(each is None for each in places[1:]) and len(array.shape) + len(places) <= _MOST_AXES:
        return array.widened(*[len(array.shape) + n for n in range(len(places) - 1)])
    if isinstance(index, int) and index == 0 and array.shape[:1] == (1,) and not array.pads:
        return replace(array, shape=array.shape[1:], numbers=None if array.numbers is None else array.numbers[0])
    return UNKNOWN


def method(array: Array, name: str, positional: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return what a method makes of an array."""
    values = positional[0] if len(positional) == 1 and isinstance(positional[0], tuple | list) else positional
    match name:
        case "transpose" | "permute" if _is_order(values, array):
            return array.transposed(*values)
        case "reshape" | "view" if values and all(
            isinstance(each, int) and abs(each) <= limits.CODE_NUMBER for each in values
        ):
            return array.reshaped(tuple(values))
        case "flip" if values and _are_axes(values, array):
            return array.turned(tuple(values))
        case "unsqueeze" if len(values) == 1 and values[0] in (0, 1) and len(array.shape) < _MOST_AXES:
            return array.widened(values[0])
        case _ if name in KEPT.split():
            return array
        case "size" if (
            len(values) == 1 and isinstance(values[0], int) and -len(array.shape) <= values[0] < len(array.shape)
        ):
            return array.shape[values[0]]
    return UNKNOWN


def padded_torch(array: Array, call: Call) -> Any:
    """Return an array with the padding of ``torch.nn.functional.pad``, whose pairs begin with the last axis."""
    values = call.arguments.get("pairs")
    if not isinstance(values, tuple | list) or len(values) % 2 or len(values) > 2 * len(array.shape) or array.pads:
        return UNKNOWN
    pairs = [(values[n], values[n + 1]) for n in range(0, len(values), 2)]
    if not all(map(_is_pair, pairs)):
        return UNKNOWN
    value = call.arguments.get("value")
    mode = "lowest" if value == float("-inf") else _MODES.get(text_of(call.arguments.get("mode", "constant")), "zeros")
    pads = [(0, 0)] * (len(array.shape) - len(pairs)) + pairs[::-1]
    return replace(array, pads=tuple(pads), mode=mode, padded=(call.line, call.source))


def image(array: Array, is_last: bool, rank: int) -> Array:
    """Return one image of an array, channels first: (C, H, W).

    Parameters
    ----------
    is_last : bool
        Whether channels come last in the array.
    rank : int
        Axes of the grid, 0 where the array has a batch.
    """
    axes = len(array.shape)
    if not (rank and axes == rank + 1) and axes > 1:
        pads = array.pads[1:]
        first = None if array.numbers is None or array.shape[0] != 1 else array.numbers[0]
        array = replace(array, shape=array.shape[1:], numbers=first, pads=pads)
    if is_last and len(array.shape) > 1:
        array = array.transposed(len(array.shape) - 1, *range(len(array.shape) - 1))
    return array


def set_keras_weights(call: Call, values: Sequence[Any]) -> None:
    """Give a layer of Keras its kernel, whose channels come last, and its bias."""
    kernel = values[0]
    if isinstance(kernel, Array) and len(kernel.shape) >= 3:
        if call.row.kind == "depthwise":
            *sides, channels, multiplier = kernel.shape
            rank = len(sides)
            moved = kernel.transposed(rank, rank + 1, *range(rank)).reshaped((channels * multiplier, 1, *sides))
            call.weight = moved if isinstance(moved, Array) else None
        else:
            call.weight = kernel.transposed(len(kernel.shape) - 1, len(kernel.shape) - 2, *range(len(kernel.shape) - 2))
    if len(values) > 1 and isinstance(values[1], Array):
        call.bias = values[1]
