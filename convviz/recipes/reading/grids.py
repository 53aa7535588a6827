"""Other layers over a grid of cells: pooling, resizing, padding and slices."""

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from convviz import limits
from convviz.arithmetic import (
    Layer,
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    max_pool2d,
    pad2d,
    pixel_shuffle,
    upsample2d,
)
from convviz.arithmetic.arguments import shown, text_of

from .arguments import MisfitError, integer, numbers, rank_of, sides_of, window_of
from .convolutions import SAME_NOTE, copies_problem, signal_words
from .effects import Effect, Shape, along_axes, by, misfit, named_words, on_grid, padding_words, shortest, sides_words
from .values import UNKNOWN, Call


def pooling(call: Call, shape: Shape) -> Effect:
    """Read max or average pooling."""
    window, arguments, notes = window_of(call, shape), call.arguments, list[str]()
    value, is_max = arguments.get("padding", 0), arguments["mode"] == "max"
    padding: object = sides_of(value, window.rank) if not isinstance(value, str) else value.lower()
    problem = ""
    if isinstance(padding, str):
        if call.dialect == "pytorch" or padding not in ("same", "valid"):
            raise MisfitError(
                f"padding of {call.name} must be {'numbers' if call.dialect == 'pytorch' else 'same or valid'};"
                f" got {shown(value)}."
            )
        padding = "same_upper" if padding == "same" else ((0, 0),) * window.rank
    ceil = bool(arguments.get("ceil_mode"))
    counts = bool(arguments.get("count_include_pad", True))
    divisor = arguments.get("divisor")
    if divisor is not None:
        divisor = integer("divisor_override", divisor, 1)

    def along(axis: int) -> Layer:
        side: Any = padding if isinstance(padding, str) else (padding[axis], (0, 0))  # type: ignore[index]
        wide = side if call.dialect != "pytorch" and not isinstance(side, str) else None  # only PyTorch has a rule
        sizes = (window.kernel[axis], 1), (window.stride[axis], 1), side if wide is None else 0
        layer: Any
        if is_max:
            layer = max_pool2d(*sizes, (window.dilation[axis], 1), ceil)
        else:
            layer = avg_pool2d(*sizes, ceil, counts, divisor, dilation=(window.dilation[axis], 1))
        return layer if wide is None else replace(layer, padding=wide)  # type: ignore[no-any-return]

    words = [f"{'max' if is_max else 'average'} pooling {by(window.kernel)}{signal_words(window.rank)}"]
    words += [f"stride {shortest(window.stride)}"] if window.stride != window.kernel else []
    words += named_words("dilation", window.dilation, 1) + padding_words(value if isinstance(value, str) else padding)
    words += ["ceil_mode"] if ceil else []
    if "stride" not in call.given and any(size > 1 for size in window.kernel):
        size = "by 1, not by its own size" if call.dialect == "flax" else "by its own size"
        label = {"pytorch": "PyTorch", "keras": "Keras", "flax": "Flax"}.get(call.dialect, "this framework")
        notes.append(
            f"Without {'stride' if call.dialect == 'pytorch' else 'strides'}, a window of {label} moves {size}."
        )
    if padding == "same_upper" and any(stride != 1 for stride in window.stride):
        notes.append(SAME_NOTE.format(value))
    return on_grid(
        ", ".join(words), shape, along_axes(window.rank, along), window.rank, notes=tuple(notes), problem=problem
    )


def adaptive(call: Call, shape: Shape) -> Effect:
    """Read adaptive pooling."""
    value = call.arguments["output_size"]
    rank = rank_of(call, shape, "output_size")
    kept = shape.size or (None,) * rank
    sizes = value if isinstance(value, tuple | list) else (value,) * rank
    if len(sizes) != rank:
        raise MisfitError(f"output_size must be one number or {rank}; got {shown(value)}.")
    if any(each is None for each in sizes):
        if None in kept or len(kept) != rank:
            raise MisfitError("output_size None keeps the size of the input, which is unknown here.")
        sizes = [old if each is None else each for each, old in zip(sizes, kept, strict=True)]
    sizes = numbers("output_size", tuple(sizes), rank, 1)
    make = adaptive_max_pool2d if call.arguments["mode"] == "max" else adaptive_avg_pool2d
    words = f"adaptive {call.arguments['mode']} pooling to {by(sizes)}"
    effect = on_grid(words, shape, along_axes(rank, lambda axis: make((sizes[axis], 1))), rank)
    return effect if max(sizes) > 1 else replace(effect, operations=(("global_pool", None),))


def whole(call: Call, shape: Shape) -> Effect:
    """Read global pooling: one number for each channel."""
    words = f"global {call.arguments['mode']} pooling: one number for each channel"
    rank = call.row.rank
    keeps = bool(call.arguments.get("keepdims"))
    after = Shape(shape.channels, (1,) * rank) if keeps else Shape(shape.channels, None, True)
    return Effect(words, after, (("global_pool", None),), rank, problem=misfit(shape, rank))


_NEIGHBORS: Final = ("nearest", "nearest-exact", "linear", "bilinear", "trilinear", "triangle")
_WIDER: Final = ("area", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
"""Modes of resizing that read the nearest cells, and those that read more."""


def resize(call: Call, shape: Shape) -> Effect:
    """Read resizing to a size or by a factor."""
    arguments = call.arguments
    size, factor = arguments.get("size"), arguments.get("scale_factor")
    if "height" in arguments:
        size = (arguments["height"], arguments["width"])
    rank = rank_of(call, shape, "size", "scale_factor")
    mode = text_of(arguments.get("mode", "nearest"))
    notes = []
    if (size is None) == (factor is None):
        raise MisfitError("Resizing must have either a size or a scale_factor.")
    factors: list[Fraction]
    if factor is not None:
        values = factor if isinstance(factor, tuple | list) else (factor,) * rank
        if len(values) != rank or any(
            isinstance(v, bool) or not isinstance(v, int | float) or not 1e-6 <= v <= 1e6 for v in values
        ):
            many = "" if rank == 1 else f", or {rank} of them"
            raise MisfitError(
                f"scale_factor must be a number from a millionth to a million{many}; got {shown(factor)}."
            )
        factors = [Fraction(value).limit_denominator(1_000_000) for value in values]
        words = f"resizing by {shortest([str(value) for value in values])}"  # type: ignore[misc]
    else:
        sizes = numbers("size", size, rank, 1)
        words = f"resizing to {by(sizes)}"
        if shape.size is None or len(shape.size) != rank:
            return Effect(f"{words}, {mode}", Shape(shape.channels, sizes), rank=rank, problem="")
        factors = [Fraction(after, before) for after, before in zip(sizes, shape.size, strict=True)]
    if mode not in (*_NEIGHBORS, *_WIDER):
        raise MisfitError(f'mode must be a word such as "nearest" or "bilinear"; got {shown(arguments.get("mode"))}.')
    if mode in _WIDER:
        notes.append(f'Mode "{mode}" reads more cells around each than "bilinear", which is shown for it.')
    if arguments.get("align_corners"):
        notes.append("align_corners=True puts the outer cells on one another, which is not shown.")
    kind = "nearest" if mode.startswith("nearest") else "bilinear"
    layer = along_axes(rank, lambda axis: upsample2d((factors[axis], 1), kind))
    return on_grid(f"{words}, {mode}", shape, layer, rank, notes=tuple(notes))


def shuffle(call: Call, shape: Shape) -> Effect:
    """Read a pixel shuffle: channels become cells."""
    factor = integer("upscale_factor", call.arguments["factor"], 1)
    problem, after = "", None
    if shape.channels is not None:
        after, rest = divmod(shape.channels, factor**2)
        if rest or not after:
            problem = f"The {shape.channels} channels must be a multiple of {factor} x {factor} = {factor**2}."
            after = None
    return on_grid(f"pixel shuffle {factor}", shape, pixel_shuffle(factor), 2, after=after, problem=problem)


def unshuffle(call: Call, shape: Shape) -> Effect:
    """Read the inverse: blocks of cells become channels."""
    factor = integer("downscale_factor", call.arguments["factor"], 1)
    problem = ""
    if shape.size is not None and any(side % factor for side in shape.size):
        problem = f"The size {by(shape.size)} must be a multiple of {factor}."
    after = None if shape.channels is None else shape.channels * factor**2
    return on_grid(f"pixel unshuffle {factor}", shape, conv2d(factor, factor), 2, after=after, problem=problem)


def pad(call: Call, shape: Shape) -> Effect:
    """Read padding; PyTorch lists pairs from the last axis to the first."""
    arguments, notes = call.arguments, list[str]()
    if "pairs" in arguments:
        value = arguments["pairs"]
        if value is UNKNOWN or (isinstance(value, tuple | list) and UNKNOWN in value):
            note = "Its padding is computed while the model runs, so it is read as none."
            return Effect("padding", shape, notes=(note,))
        if isinstance(value, tuple | list):
            if len(value) % 2 or not value:
                raise MisfitError(
                    f"padding must be pairs (before, after), from the last axis to the first; got {shown(value)}."
                )
            rank = call.row.rank or (len(shape.size) if shape.size else max(2, len(value) // 2))
            pairs = [(value[n], value[n + 1]) for n in range(0, len(value), 2)]
            extra, pairs = pairs[rank:], pairs[:rank]
            if any(cells for pair in extra for cells in pair):
                raise MisfitError("padding of channels is not read; got more pairs than axes.")
            pairs += [(0, 0)] * (rank - len(pairs))
            sides = sides_of(tuple(reversed(pairs)), rank, least=-limits.CODE_NUMBER)
            if rank > 1:
                notes.append("PyTorch lists the padding from the last axis to the first: left, right, top, bottom.")
        else:
            rank = call.row.rank or 2
            sides = sides_of(value, rank, least=-limits.CODE_NUMBER)
    else:
        rank = rank_of(call, shape, "sides")
        sides = sides_of(arguments["sides"], rank)
    mode = text_of(arguments.get("mode") or "constant")
    layer = along_axes(rank, lambda axis: pad2d((sides[axis], (0, 0))))
    words = f"padding {sides_words(sides)}"
    words, problem = f"{words}{'' if mode == 'constant' else f', {mode}'}", copies_problem(mode, sides, shape.size)
    return on_grid(words, shape, layer, rank, notes=tuple(notes), problem=problem)


def crop(call: Call, shape: Shape) -> Effect:
    """Read the inverse of padding."""
    rank = rank_of(call, shape, "sides")
    sides = sides_of(call.arguments["sides"], rank)
    layer = along_axes(rank, lambda axis: pad2d(((-sides[axis][0], -sides[axis][1]), (0, 0))))
    return on_grid(f"cropping {sides_words(sides)}", shape, layer, rank)


def fit(call: Call, shape: Shape) -> Effect:
    """Read a crop of the middle to a size."""
    sizes = numbers("size", (call.arguments["height"], call.arguments["width"]), 2, 1)
    words = f"cropping of the middle to {by(sizes)}"
    if shape.size is None or len(shape.size) != 2:
        return Effect(words, Shape(shape.channels, sizes), rank=2)
    sides = [((old - new) // 2, (old - new) - (old - new) // 2) for old, new in zip(shape.size, sizes, strict=True)]
    return on_grid(words, shape, pad2d(tuple((-a, -b) for a, b in sides)), 2)


def cut(call: Call, shape: Shape) -> Effect:
    """Read a slice: a run of cells along each axis."""
    bounds = call.arguments["bounds"]
    if shape.size is None or len(shape.size) != len(bounds):
        return Effect("a part of the cells", Shape(shape.channels))
    sides = []
    for (first, stop), cells in zip(bounds, shape.size, strict=True):
        start, end, _ = slice(first, stop).indices(cells)
        sides.append((start, cells - max(end, start)))
    return crop(call.changed(sides=tuple(sides)), shape)


def stretch(call: Call, shape: Shape) -> Effect:
    """Read zeros that are put between the cells and around them."""
    stride, sides = call.arguments["stride"], call.arguments["sides"]
    rank = len(stride)
    size = None
    if shape.size is not None:
        size = tuple((n - 1) * s + 1 + a + b for n, s, (a, b) in zip(shape.size, stride, sides, strict=True))
    layer = along_axes(rank, lambda axis: conv_transpose2d((1, 1), (stride[axis], 1)))
    words = f"zeros between the cells, stride {shortest(stride)}"
    return Effect(words, Shape(shape.channels, size), ((layer, None),), rank)


def thin(call: Call, shape: Shape) -> Effect:
    """Read a slice with steps: cells are left out."""
    steps = numbers("step", call.arguments["stride"], len(call.arguments["stride"]), 1)
    layer = along_axes(len(steps), lambda axis: conv2d((1, 1), (steps[axis], 1)))
    return on_grid(f"every cell number {by(steps)}", shape, layer, len(steps))
