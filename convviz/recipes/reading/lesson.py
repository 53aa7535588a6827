"""The recipe of the only layer of a text, with what is around it made a part of it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.arguments import NO_PADDING, text_of
from convviz.errors import SpecError
from convviz.recipes.model import Recipe
from convviz.recipes.of_layer import recipe_of_layer

from . import lax
from .effects import Placed
from .interpret import Program
from .values import Array, Call

CORES: Final = ("convolution", "depthwise", "separable", "transposed", "pooling")
"""Kinds of layers that have a lesson."""

_AROUND: Final = ("pad", "crop", "cut", "thin", "stretch")
"""Kinds that belong to the layer before or after them, where a framework has no parameter for them."""

JOINS: Final = ("add", "multiply", "concat")
"""Kinds that join several images."""


@dataclass(slots=True)
class _Core:
    """A layer of a lesson, with what is around it in the text."""

    placed: Placed
    layer: Any
    weight: Array | None


def lesson_of(placed: Sequence[Placed], array: Array | None, program: Program) -> Recipe | None:
    """Return the recipe of the only layer over a grid, None where there are several or no lesson shows it."""
    windows = [each for each in placed if each.effect.is_window or each.effect.operations]
    cores = [each for each in windows if each.call.row.kind in CORES]
    others = [each for each in windows if each.call.row.kind not in (*CORES, *_AROUND)]
    if not cores or others or len(cores) > 2 or any(each.call.row.kind in JOINS for each in placed):
        return None
    if any(each.effect.rank == 3 for each in windows) or any(each.effect.problem for each in placed):
        return _with_problem(placed, windows, cores)
    merged = _merged(list(windows))
    if merged is None:
        return None
    if len(merged) == 1 and (same := _rewritten(merged[0], array, program)) is not None:
        return same
    with suppress(SpecError):
        if len(merged) == 2 or cores[0].call.row.kind == "separable":
            return _pair(merged, placed, array)
        return _recipe(merged[0], array)
    if len(merged) == 1:
        try:
            _recipe(merged[0], array)
        except SpecError as error:
            cores[0].notes.append(f"No lesson shows it: {error}")
    return None


def _with_problem(placed: Sequence[Placed], windows: Sequence[Placed], cores: Sequence[Placed]) -> Recipe | None:
    """Return the recipe of a single layer that does not fit what comes in, on an input of its lesson."""
    if len(windows) > 1 or not windows[0].effect.operations or windows[0].effect.rank == 3:
        return None
    with suppress(SpecError):
        layer, channels = windows[0].effect.operations[0][0], windows[0].effect.channels
        known = (channels[0] or 1, channels[1]) if channels[1] else None
        return recipe_of_layer(layer, channels=known)  # type: ignore[arg-type]  # a layer of a plane
    return None


def _merged(windows: Sequence[Placed]) -> list[_Core] | None:
    """Return the layers with the padding before them, and the crops and slices after them, made a part of them."""
    cores: list[_Core] = []
    waiting: list[Placed] = []
    for each in windows:
        kind = each.call.row.kind
        if kind in CORES:
            layer: Any = each.effect.operations[0][0]
            core = _Core(each, layer, each.call.weight)
            for around in waiting:
                if not _put_before(core, around):
                    return None
            waiting = []
            cores.append(core)
        elif kind in ("pad", "stretch"):
            waiting.append(each)
        elif not cores or not _put_after(cores[-1], each):
            return None
    return None if waiting else cores


def _put_before(core: _Core, around: Placed) -> bool:
    layer, call = core.layer, around.call
    pad: Any
    if call.row.kind == "stretch":
        return _unstretched(core, call)
    pad = around.effect.operations[0][0]
    sides, mode = pad.padding, text_of(call.arguments.get("mode") or "zeros")
    mode = {"constant": "zeros", "lowest": "lowest"}.get(mode, mode)
    value = call.arguments.get("value")
    if value == float("-inf"):
        mode = "lowest"
    elif value not in (None, 0):
        return False
    if min(min(pair) for pair in sides) < 0 or layer.padding != NO_PADDING or isinstance(layer, ConvTranspose2d):
        return False
    if isinstance(layer, Conv2d) and mode != "lowest":
        core.layer = replace(layer, padding=sides, padding_mode=mode)
    elif isinstance(layer, MaxPool2d) and mode == "lowest":
        core.layer = replace(layer, padding=sides)
    elif isinstance(layer, AvgPool2d) and mode == "zeros":
        core.layer = _divided(layer, sides, core.placed.call.counted)
    else:
        return False
    return True


def _divided(layer: AvgPool2d, sides: Any, counted: Array | None) -> AvgPool2d:
    """Return an average whose padding is a part of the text, and whose divisor is counted in an array of ones."""
    if counted is None:
        return replace(layer, padding=sides, count_include_pad=True)
    beyond = counted.pads[-2:] if len(counted.pads) >= 2 else NO_PADDING
    if beyond == sides or not counted.pads:  # the divisor counts the cells of the input alone
        return replace(layer, padding=sides, count_include_pad=False)
    rest: Any = tuple((pair[0] - more[0], pair[1] - more[1]) for pair, more in zip(sides, beyond, strict=True))
    return replace(layer, padding=rest, ceil_mode=True, count_include_pad=True)


def _unstretched(core: _Core, call: Call) -> bool:
    """Read a convolution of an input with zeros between its cells as the transposed one that it is."""
    layer, stride, sides = core.layer, call.arguments["stride"], call.arguments["sides"]
    if not isinstance(layer, Conv2d) or layer.stride != (1, 1) or layer.padding != NO_PADDING or len(stride) != 2:
        return False
    crops, more = [], []
    for extent, (before, after) in zip(layer.effective_kernel_size, sides, strict=True):
        rest = extent - 1 - after
        crops.append((extent - 1 - before, max(rest, 0)))
        more.append(max(-rest, 0))
    if min(crop[0] for crop in crops) < 0:
        return False
    core.layer = ConvTranspose2d(
        layer.kernel_size, stride, (crops[0], crops[1]), (more[0], more[1]), layer.dilation, layer.groups
    )
    core.weight = lax.stored(core.weight, layer.groups, True)
    return True


def _put_after(core: _Core, around: Placed) -> bool:
    layer, kind = core.layer, around.call.row.kind
    operation: Any = around.effect.operations[0][0]
    if kind == "thin" and isinstance(layer, Conv2d) and layer.stride == (1, 1):
        core.layer = replace(layer, stride=operation.stride)
        return True
    if kind in ("crop", "cut") and isinstance(layer, ConvTranspose2d):
        hidden = core.placed.call.dialect == "keras" and core.placed.call.row.kind == "transposed"
        sides = []
        more = list(layer.output_padding)
        for axis, (pair, (before, after)) in enumerate(zip(layer.padding, operation.padding, strict=True)):
            first, last = pair[0] - before, pair[1] - after
            spare = min(more[axis], last) if hidden else 0  # the cells that a large stride adds are cropped first
            more[axis] -= spare
            sides.append((first, last - spare))
        core.layer = replace(layer, padding=(sides[0], sides[1]), output_padding=(more[0], more[1]))
        return all(min(pair) >= 0 for pair in sides)
    return False


def _rewritten(core: _Core, array: Array | None, program: Program) -> Recipe | None:
    """Return the recipe of a pooling whose code is exactly the text, where padding makes room for ceil_mode, too."""
    layer, notes = core.layer, [*core.placed.notes]
    if array is None or array.numbers is None or not isinstance(layer, MaxPool2d | AvgPool2d):
        return None
    if isinstance(layer.padding, str) or layer.padding == NO_PADDING:
        return None
    (top, bottom), (left, right) = layer.padding
    rooms = (range(min(after, step - 1) + 1) for after, step in zip((bottom, right), layer.stride, strict=True))
    paddings: list[Any] = [((top, bottom - rows), (left, right - columns)) for rows, columns in product(*rooms)]
    for padding, ceil in product([*paddings, "same_upper", "same_lower"], (False, True)):
        core.layer = replace(layer, padding=padding, ceil_mode=ceil)
        with suppress(SpecError):
            recipe = _recipe(core, array)
            if program.text in (recipe.to_code(program.graph.dialect), recipe.to_code("numpy")):
                return recipe
    core.layer, core.placed.notes = layer, notes
    return None


def _recipe(core: _Core, array: Array | None) -> Recipe:
    """Return the recipe of one layer, with the numbers of the text."""
    layer, placed = _narrowed(core), core.placed
    effect = placed.effect
    before, after = effect.channels
    if isinstance(layer, MaxPool2d | AvgPool2d):
        channels = None if placed.before.channels is None else (placed.before.channels, placed.before.channels)
    else:
        channels = (before or 1, after or 1)
        if before is None:
            placed.notes.append("How many channels come in is not in the text: 1 in the lesson.")
    size = placed.before.size if core.placed.call is placed.call else None
    if array is not None and array.numbers is not None:
        size = array.shape[1:]
    if effect.rank == 1:
        size = (1, *(size or (limits.LINE,))[-1:])
        if isinstance(layer, Conv2d):
            if channels != (1, 1):
                placed.notes.append("The lesson along a line shows one channel.")
            channels = (1, 1)
            if (sides := _sides(layer, size)) is not None:
                layer = replace(layer, padding=sides)
    elif isinstance(layer, Conv2d) and layer.stride == (1, 1):
        layer = replace(layer, padding=_sides(layer, size))
    if channels and max(channels) > limits.CHANNELS:
        placed.notes.append(f"Its lesson has {limits.CHANNELS} channels, as many as a recipe can have.")
    if isinstance(layer, AvgPool2d) and layer.divisor_override is not None:
        placed.notes.append("Its divisor is not shown in the lesson.")
    usual = None if effect.rank == 2 and size is not None and size[0] == 1 else size  # a plane of one row is no line
    recipe = recipe_of_layer(layer, usual, channels=channels)
    recipe = _sized(recipe, size, placed)
    return _with_numbers(recipe, core, array)


def _sized(recipe: Recipe, size: tuple[int, ...] | None, placed: Placed) -> Recipe:
    """Return the recipe on the input of the text, where that can be drawn."""
    most = limits.LINE if recipe.kind.is_line else limits.INPUT_SIDE
    if size is None or (placed.effect.rank == 1 and size == (1, limits.LINE)) or recipe["input_size"] == size:
        return recipe
    if max(size) <= most:
        with suppress(SpecError):
            return recipe.replace(input_size=size)
    drawn = " x ".join(map(str, recipe["input_size"]))
    placed.notes.append(f"Its lesson has an input of {drawn}; {' x '.join(map(str, size))} is too large for a picture.")
    return recipe


def _narrowed(core: _Core) -> Any:
    """Return the layer, without the zeros that a kernel of the text has after it."""
    layer, weight = core.layer, core.weight
    if weight is None or not weight.pads or not isinstance(layer, ConvTranspose2d):
        return layer
    kernel, sides, more = [*layer.kernel_size], [*layer.padding], [*layer.output_padding]
    for axis, (_, zeros) in enumerate(weight.pads[2:]):
        if zeros == 1:
            stride, dilation = layer.stride[axis], layer.dilation[axis]
            before, after = sides[axis]
            added = before - (after - dilation)
            if not stride <= added < dilation:
                added = max(stride, dilation - after)
            kernel[axis] -= 1
            sides[axis] = before, after - dilation + added
            more[axis] = added
    return replace(
        layer, kernel_size=(kernel[0], kernel[1]), padding=(sides[0], sides[1]), output_padding=(more[0], more[1])
    )


def _with_numbers(recipe: Recipe, core: _Core, array: Array | None) -> Recipe:
    """Return the recipe with the input, the kernel and the bias of the text, as far as it has them."""
    changes: dict[str, Any] = {}
    call, weight = core.placed.call, core.weight
    rank = core.placed.effect.rank
    if array is not None and array.numbers is not None:
        numbers = array.numbers[:, None] if rank == 1 else array.numbers
        changes["input"] = numbers
    if weight is not None and weight.numbers is not None and "weight" in recipe.kind.fields:
        numbers = weight.numbers[:, :, None] if rank == 1 else weight.numbers
        if weight.is_turned and "flip" in recipe.kind.fields:
            numbers = np.flip(numbers, (-1,) if rank == 1 else (-2, -1))
            changes["flip"] = True
        if recipe.variant != "along-a-line" or numbers.shape[:2] == (1, 1):
            changes["weight"] = numbers
    bias = call.bias
    if bias is not None and bias.numbers is not None and "bias" in recipe.kind.fields:
        if len({*bias.numbers.ravel().tolist()}) == 1:
            changes["bias"] = float(bias.numbers.flat[0])
        else:
            core.placed.notes.append("The lesson has one bias for all channels, so these are left out.")
    if not changes:
        return recipe
    try:
        return recipe.replace(**changes)
    except SpecError as error:
        core.placed.notes.append(f"The lesson has other numbers: {error}")
        return recipe


def _pair(cores: Sequence[_Core], placed: Sequence[Placed], array: Array | None) -> Recipe | None:
    """Return the lesson that shows two layers as one: a depthwise and a pointwise one, or a column and a row."""
    first = cores[0]
    is_alone = len([each for each in placed if each.call.row.kind not in _AROUND]) == len(cores)
    if not is_alone and first.placed.call.row.kind != "separable":
        return None
    layer = first.layer
    channels, middle = first.placed.effect.channels
    if first.placed.call.row.kind == "separable":
        last_channels = middle
        multiplier = first.placed.call.arguments.get("depth_multiplier", 1)
        if channels is None:
            channels = 3
            first.placed.notes.append("How many channels come in is not in the text: 3 in the lesson.")
        tables: dict[str, Any] = {}
    else:
        last = cores[1]
        one = isinstance(layer, Conv2d) and isinstance(last.layer, Conv2d)
        if not one or channels is None or middle is None:
            return None
        if (
            channels == 1 == middle == last.placed.effect.channels[1]
            and layer.kernel_size[1] == last.layer.kernel_size[0] == 1
        ):
            return _column_and_row(first, last, array)
        is_pointwise = (last.layer.kernel_size, last.layer.stride, last.layer.groups) == ((1, 1), (1, 1), 1)
        if (
            layer.groups != channels
            or not is_pointwise
            or last.layer.padding != NO_PADDING
            or layer.padding_mode != "zeros"
        ):
            return None
        last_channels, multiplier = last.placed.effect.channels[1], middle // channels
        tables = {}
        if first.weight is not None and first.weight.numbers is not None:
            tables["weight"] = first.weight.numbers[:, 0]
        if last.weight is not None and last.weight.numbers is not None:
            tables["pointwise"] = last.weight.numbers[..., 0, 0]
    if first.placed.effect.rank != 2:
        return None
    given: dict[str, Any] = {
        "kernel_size": layer.kernel_size,
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "in_channels": channels,
        "channel_multiplier": multiplier,
        "out_channels": last_channels,
    }
    if array is not None and array.numbers is not None:
        return Recipe.from_values("depthwise-separable", {**given, **tables, "input": array.numbers})
    size = first.placed.before.size
    if size is not None and max(size) <= limits.INPUT_SIDE:
        given["input_size"] = size
    else:
        given["input_size"] = recipe_of_layer(replace(layer, groups=1))["input_size"]
    return _sized(Recipe.from_values("depthwise-separable", {**given, **tables}), size, first.placed)


def _column_and_row(column: _Core, row: _Core, array: Array | None) -> Recipe | None:
    """Return the lesson on a kernel that is a column times a row, where the text has their numbers."""
    if any(each.weight is None or each.weight.numbers is None for each in (column, row)):
        return None
    assert column.weight is not None
    assert column.weight.numbers is not None
    assert row.weight is not None
    assert row.weight.numbers is not None
    if any(each.layer.padding_mode != "zeros" for each in (column, row)):
        return None
    around = [_sides(each.layer, each.placed.before.size) for each in (column, row)]
    if None in around:
        return None
    sides = tuple((a + c, b + d) for (a, b), (c, d) in zip(*around, strict=True))
    given: dict[str, Any] = {
        "stride": (column.layer.stride[0], row.layer.stride[1]),
        "padding": sides,
        "dilation": (column.layer.dilation[0], row.layer.dilation[1]),
        "weight": np.outer(column.weight.numbers.ravel(), row.weight.numbers.ravel()),
    }
    bias = row.placed.call.bias
    if bias is not None and bias.numbers is not None:
        given["bias"] = float(bias.numbers.flat[0])
    if array is not None and array.numbers is not None:
        given["input"] = array.numbers
    recipe = Recipe.from_values("spatial-separable", given)
    again = recipe.kind.applied(recipe.values)
    same = all(
        np.array_equal(np.ravel(each.weight), np.ravel(core.weight.numbers))
        for each, core in zip(again, (column, row), strict=True)
        if core.weight is not None and core.weight.numbers is not None and each.weight is not None
    )
    return recipe if same else None  # else the column and the row have other numbers in the lesson


def _sides(layer: Any, size: tuple[int, ...] | None) -> Any:
    """Return the padding of a layer in numbers, None where that depends on an unknown size."""
    if not isinstance(layer.padding, str):
        return layer.padding
    if size is None and layer.stride != (1, 1):
        return None
    plane = (1, *size) if size is not None and len(size) == 1 else size
    return layer.resolve_padding(plane or layer.effective_kernel_size)
