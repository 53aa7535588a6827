"""Layers of a text, one after the other, as lines with shapes, as a network, and as the recipe of a lesson."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, adaptive_avg_pool2d
from convviz.arithmetic.arguments import NO_PADDING, shown
from convviz.arithmetic.forward_pass import Layer as AnyLayer
from convviz.arithmetic.layer_kinds import spell_stack
from convviz.errors import SpecError
from convviz.recipes.model import Recipe, write_query
from convviz.recipes.of_layer import recipe_of_layer

from . import lax
from .interpret import Program
from .meanings import Effect, Shape, effect_of
from .reading import Reading, ReadLine
from .values import Array, Call, Node

_CORES: Final = ("convolution", "depthwise", "separable", "transposed", "pooling")
"""Kinds of layers that have a lesson."""

_AROUND: Final = ("pad", "crop", "cut", "thin", "stretch")
"""Kinds that belong to the layer before or after them, where a framework has no parameter for them."""

_JOINS: Final = ("add", "multiply", "concat")
_GROWTH: Final = "receptive-field"


@dataclass(slots=True)
class Placed:
    """A layer in its place.

    Attributes
    ----------
    number : int
        Of its node.
    call : Call
    inputs : tuple of int
    before : Shape
        What comes in.
    effect : Effect
    notes : list of str
        More than those of the effect.
    """

    number: int
    call: Call
    inputs: tuple[int, ...]
    before: Shape
    effect: Effect
    notes: list[str] = field(default_factory=list)


def assemble(program: Program, input_size: object) -> Reading:
    """Return what the layers of a program are, from the input to the last one."""
    nodes, last = program.graph.nodes, program.graph.last
    assert last is not None
    numbers = _upstream(nodes, last)
    root = next((n for n in numbers if nodes[n].call is None), None)
    shapes = {n: _root_shape(nodes[n]) for n in numbers if nodes[n].call is None}
    if root is not None:
        shapes[root] = _started(shapes[root], [nodes[n].call for n in numbers], input_size)
    placed = list(_placed(nodes, numbers, shapes))
    size = None if root is None else shapes[root].size
    recipe = _lesson(placed, None if root is None else nodes[root].array, program)
    network, address = None, None
    if recipe is not None:
        address = recipe.variant, recipe.to_query()
    else:
        network = _network(placed, nodes, shapes, root)
        address = _growth(placed, shapes, size)
    lines = tuple(
        ReadLine(
            each.call.line,
            each.call.source,
            each.call.name,
            each.effect.words,
            each.effect.shape.whole,
            (*each.effect.notes, *each.notes),
            _sentence(each.effect.problem),
        )
        for each in placed
    )
    return Reading(lines, program.graph.dialect, size, recipe, network, address, _in_features(placed))


def _sentence(text: str) -> str:
    """Begin with a capital, unless that is the name of a parameter such as kernel_size."""
    return text if "_" in text.split(" ")[0] else text[:1].upper() + text[1:]


def _upstream(nodes: Sequence[Node], last: int) -> list[int]:
    """Return the nodes that the last one depends on, in the order of computation."""
    wanted = {last}
    for number in range(last, -1, -1):
        if number in wanted:
            wanted.update(nodes[number].inputs)
    return sorted(wanted)


def _root_shape(node: Node) -> Shape:
    if node.shape is None:
        return Shape()
    channels, *size = node.shape
    if not size:
        return Shape(channels, None, True)
    known = [side for side in size if side is not None]
    return Shape(channels, tuple(known) if len(known) == len(size) else None)


def _started(shape: Shape, calls: Sequence[Call | None], input_size: object) -> Shape:
    """Return the shape of the input, completed by the caller and by the first layer."""
    rank = 2
    for call in calls:
        if call is not None and call.row.kind in (*_CORES, "adaptive", "global", "resize"):
            with suppress(Exception):
                rank = effect_of(call, Shape()).rank or rank
            break
    size, channels = shape.size, shape.channels
    if input_size is not None:
        size = _given_size(input_size, rank)
        shape = replace(shape, size=size, is_flat=False)
    if channels is None:
        channels = next(filter(None, (_wanted(call) for call in calls if call is not None)), None)
        if channels is not None and not shape.is_flat:
            shape = replace(shape, channels=channels)
    return shape


def _wanted(call: Call) -> int | None:
    """Return the channels that a layer reads; 0 where nothing after it says those of the input."""
    if call.row.kind in ("identity", "norm", "pooling", "pad"):
        channels = call.arguments.get("channels")
        return channels if isinstance(channels, int) else None
    channels = call.arguments.get("in_channels")
    if isinstance(channels, int) and not isinstance(channels, bool) and channels > 0:
        return channels
    weight = call.arguments.get("weight")
    groups = call.arguments.get("groups", 1)
    if isinstance(weight, Array) and len(weight.shape) > 2 and isinstance(groups, int):
        return weight.shape[0] if call.row.kind == "transposed" else weight.shape[1] * groups
    return 0


def _given_size(value: object, rank: int) -> tuple[int, ...]:
    """Return the cells of the input along each axis, as the caller gives them."""
    sides: tuple[Any, ...] = tuple(value) if isinstance(value, tuple | list) else (value,) * rank
    rule = "input_size must be a number or one for each axis, from 1 to 1,000,000"
    whole = all(isinstance(side, int | np.integer) and not isinstance(side, bool) for side in sides)
    if not 1 <= len(sides) <= 3 or not whole or not all(1 <= side <= limits.ONNX_LENGTH for side in sides):
        raise SpecError(f"{rule}; got {shown(value)}.")
    if len(sides) != rank:
        axes = "1 axis" if rank == 1 else f"{rank} axes"
        raise SpecError(f"input_size must have {rank} for a grid of {axes}; got {shown(value)}.")
    return tuple(map(int, sides))


def _placed(nodes: Sequence[Node], numbers: Sequence[int], shapes: dict[int, Shape]) -> Iterator[Placed]:
    """Yield each layer with what comes in; ``shapes`` gets what comes out."""
    for number in numbers:
        call = nodes[number].call
        if call is None:
            continue
        before = [shapes[each] for each in nodes[number].inputs]
        effect = _joined(call, before) if call.row.kind in _JOINS else effect_of(call, before[0])
        shapes[number] = effect.shape
        yield Placed(number, call, nodes[number].inputs, before[0], effect)


def _joined(call: Call, shapes: Sequence[Shape]) -> Effect:
    """Return what comes of several images that are joined."""
    kind = call.row.kind
    words = {"add": "sum", "multiply": "product", "concat": "concatenation of channels"}[kind]
    sizes = [shape.size for shape in shapes if shape.size is not None]
    channels = [shape.channels for shape in shapes]
    problem = ""
    different = sorted({size for size in sizes if kind != "multiply" or prod(size) > 1})
    if len(different) > 1:
        problem = (
            f"It joins grids of one size, but {' and '.join(' x '.join(map(str, size)) for size in different)} come in."
        )
    is_flat = any(shape.is_flat for shape in shapes)
    size = max(sizes, key=prod) if len(sizes) == len(shapes) and sizes else None
    if kind == "concat":
        total = None if None in channels else sum(each or 0 for each in channels)
        return Effect(words, Shape(total, size, is_flat), problem=problem)
    known = {each for each in channels if each is not None}
    if len(known) > 1 and not problem and kind == "add":
        problem = f"It adds images of as many channels, but {' and '.join(map(str, sorted(known)))} come in."
    return Effect(words, Shape(channels[0], size, is_flat), problem=problem)


def _in_features(placed: Sequence[Placed]) -> int | None:
    """Return the numbers that the first fully connected layer behind a grid reads."""
    has_grid = False
    for each in placed:
        has_grid = has_grid or each.effect.is_window
        if each.call.row.kind == "dense" and has_grid and each.effect.operations and each.effect.rank == 0:
            return each.before.numbers
    return None


# --- the network ------------------------------------------------------------------------------------------------------


def _network(
    placed: Sequence[Placed], nodes: Sequence[Node], shapes: Mapping[int, Shape], root: int | None
) -> Network | None:
    """Return the network of all layers, with as much as fits: sizes and channels, sizes, or neither."""
    for with_size, with_channels in ((True, True), (True, False), (False, False)):
        with suppress(SpecError):
            return _grown(placed, nodes, shapes, _start(placed, root), with_size, with_channels)
    return None


def _grown(
    placed: Sequence[Placed],
    nodes: Sequence[Node],
    shapes: Mapping[int, Shape],
    start: int,
    with_size: bool,
    with_channels: bool,
) -> Network:
    shape = shapes[start]
    rank = next((each.effect.rank for each in placed if each.effect.rank), 2)
    size = shape.size if with_size else None
    if size is None and rank != 2:
        size = (1,) if rank == 1 else (1, 1, 1)  # only its axes matter, if this fits at all
        if rank == 1 and (known := next((each.effect.shape.size for each in placed if each.effect.shape.size), None)):
            size = known
    network = Network(size, shape.channels if with_channels and not shape.is_flat else None)
    names = {start: "input"} | {n: "input" for n, node in enumerate(nodes) if node.call is None}
    taken = {"input"}
    for each in placed:
        if each.number <= start:
            continue
        sources = [names[number] for number in each.inputs if number in names]
        if each.call.row.kind in _JOINS:
            name = _name(each.call, taken)
            names[each.number] = (
                network.add(name, each.call.row.kind, list(dict.fromkeys(sources)) or ["input"])
                if len(set(sources)) > 1
                else sources[0]
            )
            continue
        source = sources[0]
        for operation, channels in each.effect.operations:
            name = _name(each.call, taken)
            source = network.add(name, operation, source, channels if with_channels else None)
        names[each.number] = source
    return network


def _start(placed: Sequence[Placed], root: int | None) -> int:
    """Return the node whose output is the grid that the network reads: the input, or a list reshaped to a grid."""
    for each in placed:
        if each.effect.is_window:
            break
        if each.call.row.kind == "reshape" and each.effect.shape.size is not None:
            return each.number
    assert root is not None
    return root


def _name(call: Call, taken: set[str]) -> str:
    """Return a new name of a node: the variable of the layer, or its kind with a number."""
    base = (call.label or call.name).lower()[:40]
    name, number = base, 1
    if not call.label:
        name = f"{base}_1"
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


# --- the page of the growth of the receptive field --------------------------------------------------------------------


def _growth(placed: list[Placed], shapes: Mapping[int, Shape], size: tuple[int, ...] | None) -> tuple[str, str] | None:
    """Return the page and the query that show the layers of a plane one after the other."""
    by_number = {each.number: each for each in placed}
    path: list[Placed] = []
    number = placed[-1].number
    while number in by_number:
        each = by_number[number]
        path.insert(0, each)
        if len(each.inputs) > 1:
            each.notes.append("The page of growth shows one path to it, the longest one of a grid.")
        number = max(each.inputs, key=lambda n: (prod(shapes[n].size or (0,)), _layers_before(n, by_number)))
    layers: list[AnyLayer] = []
    for each in path:
        for operation, _ in each.effect.operations:
            if operation == "global_pool":
                layers.append(adaptive_avg_pool2d(1))
            elif not isinstance(operation, str):
                if each.effect.rank == 3:
                    return None
                layers.append(operation)  # type: ignore[arg-type]  # no volume
    if not layers or len(layers) > limits.FIELD_LAYERS:
        return None
    texts = {"layers": spell_stack(tuple(layers))}
    plane = (1, *size) if size is not None and len(size) == 1 else size
    if plane is not None and max(plane) <= limits.FIELD_SIDE and path[0].before.size == size:
        texts["input_size"] = "x".join(map(str, plane)) if plane[0] != plane[1] else str(plane[0])
    return _GROWTH, write_query(texts)


def _layers_before(number: int, placed: Mapping[int, Placed]) -> int:
    count = 0
    while number in placed and count <= limits.CODE_LAYERS:
        count += 1
        number = placed[number].inputs[0]
    return count


# --- the lesson -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Core:
    """A layer of a lesson, with what is around it in the text."""

    placed: Placed
    layer: Any
    weight: Array | None


def _lesson(placed: Sequence[Placed], array: Array | None, program: Program) -> Recipe | None:
    """Return the recipe of the only layer over a grid, None where there are several or no lesson shows it."""
    windows = [each for each in placed if each.effect.is_window or each.effect.operations]
    cores = [each for each in windows if each.call.row.kind in _CORES]
    others = [each for each in windows if each.call.row.kind not in (*_CORES, *_AROUND)]
    if not cores or others or len(cores) > 2 or any(each.call.row.kind in _JOINS for each in placed):
        return None
    if any(each.effect.rank == 3 for each in cores) or any(each.effect.problem for each in placed):
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
        if kind in _CORES:
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
    sides, mode = pad.padding, str(call.arguments.get("mode") or "zeros")
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
            if recipe.to_code(program.graph.dialect) == program.text:
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
