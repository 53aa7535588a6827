"""Operators that move, cut, copy or rename cells, written with those of ONNX."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from convviz.analysis.onnx_import.parse_model import Constant

from .writer import Untranslated, Writer, shape_of

END: Final = 2**63 - 1
"""The end of a slice that goes up to the last cell."""

MODES: Final = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""The padding mode of Pad by that of PyTorch."""


def reshape(w: Writer, x: Any, *_: Any) -> str:
    """Write Reshape with the shape that the result has."""
    return w.add("Reshape", w.tensor(x), w.integers(shape_of(w.node)))


def permute(w: Writer, x: Any, order: Sequence[int]) -> str:
    """Write Transpose."""
    return w.add("Transpose", w.tensor(x), perm=tuple(n % len(order) for n in order))


def transpose(w: Writer, x: Any, first: int = 0, second: int = 1) -> str:
    """Write Transpose of two axes, of those of a matrix unless others are named."""
    order = list(range(len(shape_of(x))))
    order[first], order[second] = order[second], order[first]
    return permute(w, x, order)


def squeeze(w: Writer, x: Any, axes: int | Sequence[int] | None = None) -> str:
    """Write Squeeze of the axes of length 1 among these."""
    shape = shape_of(x)
    chosen = range(len(shape)) if axes is None else [axes] if isinstance(axes, int) else axes
    gone = sorted({n % len(shape) for n in chosen if shape[n] == 1})
    return w.add("Squeeze", w.tensor(x), w.integers(gone)) if gone else w.tensor(x)


def unsqueeze(w: Writer, x: Any, axis: int) -> str:
    """Write Unsqueeze."""
    return w.add("Unsqueeze", w.tensor(x), w.integers([axis % (len(shape_of(x)) + 1)]))


def expand(w: Writer, x: Any, *_: Any, **__: Any) -> str:
    """Write Expand, unless nothing is copied."""
    shape = shape_of(w.node)
    return w.tensor(x) if shape == shape_of(x) else w.add("Expand", w.tensor(x), w.integers(shape))


def repeat(w: Writer, x: Any, times: Sequence[int]) -> str:
    """Write Tile, after new axes in front."""
    shape, tensor = shape_of(x), w.tensor(x)
    if len(times) > len(shape):
        tensor = w.add("Reshape", tensor, w.integers((*(1,) * (len(times) - len(shape)), *shape)))
    return w.add("Tile", tensor, w.integers(times))


def _slice(w: Writer, tensor: str, axis: int, start: int, stop: int, step: int = 1) -> str:
    return w.add("Slice", tensor, *(w.integers([number]) for number in (start, stop, axis, step)))


def cut(w: Writer, x: Any, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1) -> str:
    """Write Slice, unless it keeps all cells."""
    shape = shape_of(x)
    chosen = range(shape[axis])[start:stop:step]
    if len(chosen) == shape[axis]:
        return w.tensor(x)
    return _slice(w, w.tensor(x), axis % len(shape), chosen.start, chosen.stop, step)


def select(w: Writer, x: Any, axis: int, index: int) -> str:
    """Write Gather of one index, whose axis is gone."""
    shape = shape_of(x)
    return w.add("Gather", w.tensor(x), w.tensor(index % shape[axis]), axis=axis % len(shape))


def gather(w: Writer, x: Any, axis: int, index: Any) -> str:
    """Write Gather."""
    return w.add("Gather", w.tensor(x), w.tensor(index), axis=axis % len(shape_of(x)))


def index(w: Writer, x: Any, indices: Sequence[Any]) -> str:
    """Write Gather for indices along a single axis."""
    (axis, chosen), *others = ((n, each) for n, each in enumerate(indices) if each is not None)
    shape = shape_of(x)
    if others or (*shape[:axis], *shape_of(chosen), *shape[axis + 1 :]) != shape_of(w.node):
        raise Untranslated
    return gather(w, x, axis, chosen)


def split(w: Writer, x: Any, *_: Any, **__: Any) -> list[str]:
    """Write Split into the parts that there are, along the axis on which they are shorter."""
    shape, parts = shape_of(x), [tuple(map(int, part.shape)) for part in w.node.meta["val"]]
    if len(parts) == 1:
        return [w.tensor(x)]
    axis = next(n for n, size in enumerate(shape) if parts[0][n] != size)
    return w.add_several(len(parts), "Split", w.tensor(x), w.integers(part[axis] for part in parts), axis=axis)


def unbind(w: Writer, x: Any, axis: int = 0) -> list[str]:
    """Write Gather for each index of an axis."""
    return [select(w, x, axis, n) for n in range(shape_of(x)[axis])]


def concat(w: Writer, parts: Sequence[Any], axis: int = 0) -> str:
    """Write Concat; PyTorch skips an empty part of one axis."""
    rank = len(shape_of(w.node))
    return w.add("Concat", *(w.tensor(part) for part in parts if shape_of(part) != (0,)), axis=axis % rank)


def stack(w: Writer, parts: Sequence[Any], axis: int = 0) -> str:
    """Write Concat along a new axis."""
    axis %= len(shape_of(w.node))
    return w.add("Concat", *(unsqueeze(w, part, axis) for part in parts), axis=axis)


def _replaced(w: Writer, x: Any, part: str, axis: int, chosen: range) -> str:
    shape = shape_of(x)
    axis %= len(shape)
    pieces = [part]
    if chosen.start > 0:
        pieces.insert(0, _slice(w, w.tensor(x), axis, 0, chosen.start))
    if chosen.stop < shape[axis]:
        pieces.append(_slice(w, w.tensor(x), axis, chosen.stop, END))
    return part if len(pieces) == 1 else w.add("Concat", *pieces, axis=axis)


def slice_scatter(
    w: Writer, x: Any, part: Any, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1
) -> str:
    """Write Concat of what is before a slice, of what is assigned to it, and of what is behind it."""
    chosen = range(shape_of(x)[axis])[start:stop:step]
    if step != 1 or not chosen:
        raise Untranslated
    return _replaced(w, x, w.tensor(part), axis, chosen)


def select_scatter(w: Writer, x: Any, part: Any, axis: int, index: int) -> str:
    """Write Concat of what is before an index, of what is assigned to it, and of what is behind it."""
    chosen = range(shape_of(x)[axis])[index]
    return _replaced(w, x, unsqueeze(w, part, axis % len(shape_of(x))), axis, range(chosen, chosen + 1))


def roll(w: Writer, x: Any, shifts: Any, axes: Any = ()) -> str:
    """Write Concat of the two parts of each axis that change their places."""
    shape, tensor = shape_of(x), w.tensor(x)
    shifts, axes = ([each] if isinstance(each, int) else each for each in (shifts, axes))
    if len(shifts) != len(axes):
        raise Untranslated
    for shift, axis in zip(shifts, axes, strict=True):
        first = -shift % shape[axis]
        if first:
            pieces = _slice(w, tensor, axis % len(shape), first, END), _slice(w, tensor, axis % len(shape), 0, first)
            tensor = w.add("Concat", *pieces, axis=axis % len(shape))
    return tensor


def flip(w: Writer, x: Any, axes: Sequence[int]) -> str:
    """Write Slice with steps of -1."""
    rank, ones = len(shape_of(x)), [-1] * len(axes)
    numbers = (ones, [-END] * len(axes), [axis % rank for axis in axes], ones)
    return w.add("Slice", w.tensor(x), *map(w.integers, numbers))


def pad(w: Writer, x: Any, sides: Sequence[int], mode: str = "constant", value: Any = None) -> str:
    """Write Pad: PyTorch has the last axis first, and both sides of an axis next to each other."""
    if not any(sides):
        return w.tensor(x)
    others = [0] * (len(shape_of(x)) - len(sides) // 2)
    numbers = [*others, *sides[-2::-2], *others, *sides[-1::-2]]
    return w.add("Pad", w.tensor(x), w.integers(numbers), w.tensor(value), mode=MODES[mode])


def im2col(w: Writer, x: Any, kernel: Sequence[int], dilation: Any, padding: Any, stride: Any) -> str:
    """Write the windows of all outputs: for each axis Gather of the cells of each tap, for each output."""
    size = shape_of(x)[2:]
    tensor = pad(w, x, (padding[1], padding[1], padding[0], padding[0]))
    for n, taps in enumerate(kernel):
        last = size[n] + 2 * padding[n] - dilation[n] * (taps - 1)
        places = np.arange(0, last, stride[n]) + dilation[n] * np.arange(taps)[:, None]
        tensor = w.add("Gather", tensor, w.constant(Constant.of(places)), axis=2 + 2 * n)
    tensor = w.add("Transpose", tensor, perm=(0, 1, 2, 4, 3, 5))
    return w.add("Reshape", tensor, w.integers(shape_of(w.node)))


def channel_shuffle(w: Writer, x: Any, groups: int) -> str:
    """Write the exchange of two axes of channels."""
    batch, cells, *spatial = shape_of(x)
    tensor = w.add("Reshape", w.tensor(x), w.integers([batch, groups, cells // groups, *spatial]))
    tensor = w.add("Transpose", tensor, perm=(0, 2, 1, *range(3, 3 + len(spatial))))
    return w.add("Reshape", tensor, w.integers(shape_of(x)))


def pixel_shuffle(w: Writer, x: Any, factor: int) -> str:
    """Write DepthToSpace, whose mode CRD is that of PyTorch."""
    return w.add("DepthToSpace", w.tensor(x), blocksize=factor, mode="CRD")


def pixel_unshuffle(w: Writer, x: Any, factor: int) -> str:
    """Write what PyTorch exports: SpaceToDepth has its channels in another order."""
    batch, cells, height, width = shape_of(x)
    digits = [batch, cells, height // factor, factor, width // factor, factor]
    tensor = w.add("Reshape", w.tensor(x), w.integers(digits))
    tensor = w.add("Transpose", tensor, perm=(0, 1, 3, 5, 2, 4))
    return w.add("Reshape", tensor, w.integers(shape_of(w.node)))


def resize(mode: str, w: Writer, x: Any, size: Any, *more: Any) -> str:
    """Write Resize: by the scales if there are any, for PyTorch computes with them, else to the size."""
    is_exact, is_smoothed = mode == "nearest-exact", mode.startswith("smooth ")
    has_corners, scales = (False, more) if mode.startswith("nearest") else (more[0], more[1:])
    factors = [number for each in scales for number in (each if isinstance(each, list | tuple) else [each])]
    has_scales = bool(factors) and None not in factors
    scaling = w.numbers([1.0, 1.0, *factors]) if has_scales else ""
    sizes = "" if has_scales else w.integers(shape_of(w.node))
    place = "half_pixel" if is_exact else "asymmetric" if mode == "nearest" else "pytorch_half_pixel"
    return w.add(
        "Resize",
        *(w.tensor(x), "", scaling, sizes),
        mode=mode.removeprefix("smooth ").removesuffix("-exact"),
        coordinate_transformation_mode="align_corners" if has_corners else place,
        nearest_mode="round_prefer_ceil" if is_exact else "floor",
        cubic_coeff_a=-0.5 if is_smoothed else -0.75,
        antialias=int(is_smoothed),
    )
