"""What a layer does with what comes in: its shape afterwards, the layer of a network that it is, and words about it.

One function a kind, the same for all frameworks; what differs between them are the arguments (`dialects`) and the rules
of their paddings, which are here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .arguments import MisfitError, Window, integer
from .convolutions import convolution, convolution_layer, depthwise, separable, transposed
from .effects import Effect, Shape, by, channels_words, misfit
from .grids import adaptive, crop, cut, fit, pad, pooling, resize, shuffle, stretch, thin, unshuffle, whole
from .values import Array, Call


def flatten(call: Call, shape: Shape) -> Effect:
    """Read the change from a grid to a list of numbers."""
    start = call.arguments.get("start_dim", 1)
    notes: tuple[str, ...] = ()
    if call.dialect != "pytorch":
        notes = ("Channels come last, so the numbers are in another order than in PyTorch.",)
    if start not in (0, 1, -3):
        return Effect(f"flatten from axis {shown(start)}", Shape(), notes=notes)
    numbers = shape.numbers
    words = "flatten" if shape.whole is None or shape.is_flat else f"flatten {by(shape.whole)}"
    return Effect(words, Shape(numbers, None, True), notes=notes)


def reshape(call: Call, shape: Shape) -> Effect:
    """Read a change to a shape: a grid, or a list of numbers."""
    value = call.arguments["size"]
    sizes = list(value) if isinstance(value, tuple | list) and value else [value]
    known = [each for each in sizes if isinstance(each, int) and not isinstance(each, bool)]
    numbers, rest = shape.numbers, [each for each in known if each > 0]
    problem = ""
    if len(known) < len(sizes) or prod(rest) > limits.CODE_NUMBER:
        return Effect("reshape", Shape())
    if known.count(-1) == 1 and numbers is not None:
        each, left = divmod(numbers, max(1, prod(rest)))
        if left or not each:
            problem = f"{numbers:,} numbers come in, no multiple of {prod(rest):,}."
        known = [max(each, 1) if size == -1 else size for size in known]
    elif -1 not in known and numbers is not None and prod(known) != numbers:
        problem = f"It makes {prod(known):,} numbers, but {numbers:,} come in."
    words = f"reshape to {by(known)}"
    if -1 in known:
        return Effect("reshape", Shape(None, None, len(known) == 1), problem=problem)
    if len(known) == 1:
        return Effect(words, Shape(known[0], None, True), problem=problem)
    channels, *size = known if not call.is_last else (known[-1], *known[:-1])
    return Effect(words, Shape(channels, tuple(size)), problem=problem)


def dense(call: Call, shape: Shape) -> Effect:
    """Read a fully connected layer."""
    arguments = call.arguments
    before, after = arguments.get("in_features"), arguments.get("out_features")
    weight = arguments.get("weight")
    if isinstance(weight, Array) and len(weight.shape) == 2:
        after, before = weight.shape
    if before is not None:
        before = integer("in_features", before, 1)
    after = integer("out_features", after, 1)
    if shape.is_flat or shape.whole is None:
        actual = shape.channels if shape.is_flat else None
        problem = ""
        if None not in (before, actual) and before != actual:
            problem = f"It reads {before:,} numbers, but {actual:,} come in."
        words = f"fully connected, {_or(before if before is not None else actual)} -> {after:,} numbers"
        return Effect(words, Shape(after, None, True), (("dense", after),), problem=problem)
    assert shape.size is not None
    if call.is_last:
        problem = ""
        if before is not None and before != shape.channels:
            problem = f"It reads {before:,} channels, but {shape.channels} come in."
        rank = len(shape.size)
        layer = convolution_layer(Window((1,) * rank, (1,) * rank, (1,) * rank), ((0, 0),) * rank, 1)
        words = f"fully connected in each cell, {channels_words(shape.channels, after)}"
        note = f"{call.name} reads the last axis, the channels, so it is a convolution of one cell: Flatten is missing?"
        return Effect(
            words, Shape(after, shape.size), ((layer, after),), rank, (shape.channels, after), (note,), problem
        )
    words = f"fully connected, {_or(before)} -> {after:,} numbers"
    if before is not None and before != shape.size[-1]:
        total = f"{shape.numbers:,}"
        problem = f"It reads rows of {before:,} numbers, but a grid {by(shape.whole)} comes in"
        problem += ": Flatten is missing before it." if before == shape.numbers else f", {total} numbers if flattened."
        return Effect(words, Shape(after, None, True), (("dense", after),), problem=problem)
    return Effect(words, Shape(shape.channels, (*shape.size[:-1], after)), ())


def _or(numbers: int | None) -> str:
    return "?" if numbers is None else f"{numbers:,}"


def norm(call: Call, shape: Shape) -> Effect:
    """Read a normalization, which must have as many channels as come in."""
    channels = call.arguments.get("channels")
    problem = ""
    if isinstance(channels, int) and shape.channels is not None and channels != shape.channels:
        noun = "numbers" if shape.is_flat else "channels"
        problem = f"It normalizes {channels} {noun}, but {shape.channels} come in."
        shape = replace(shape, channels=channels)
    rank = call.row.rank
    if not problem and rank > 1:
        problem = misfit(shape, rank)
    return Effect("normalization", shape, problem=problem)


def identity(call: Call, shape: Shape) -> Effect:
    """Read a layer that works on each number by itself."""
    return Effect("number by number", shape)


def unread(call: Call, shape: Shape) -> Effect:
    """Say that a layer is not known here."""
    reason = f"{call.name} is not read: convviz reads layers over a grid of cells."
    return Effect("unknown", Shape(), problem=f"{reason}{call.arguments.get('near', '')}")


KINDS: Final[Mapping[str, Callable[[Call, Shape], Effect]]] = MappingProxyType(
    {
        "convolution": convolution,
        "depthwise": depthwise,
        "separable": separable,
        "transposed": transposed,
        "pooling": pooling,
        "adaptive": adaptive,
        "global": whole,
        "resize": resize,
        "shuffle": shuffle,
        "unshuffle": unshuffle,
        "pad": pad,
        "crop": crop,
        "fit": fit,
        "thin": thin,
        "cut": cut,
        "stretch": stretch,
        "flatten": flatten,
        "reshape": reshape,
        "dense": dense,
        "norm": norm,
        "identity": identity,
        "unread": unread,
    }
)
"""What the kinds of rows in `dialects` mean."""


def effect_of(call: Call, shape: Shape) -> Effect:
    """Return what a call does with a shape; what its arguments cannot be is the problem of its line."""
    try:
        effect = KINDS[call.row.kind](call, shape)
    except (MisfitError, SpecError) as error:
        after = call.arguments.get("out_channels")
        channels = after if isinstance(after, int) and not isinstance(after, bool) else None
        return Effect(call.row.kind, Shape(channels), problem=call.problem or str(error))
    return replace(effect, problem=call.problem) if call.problem else effect
