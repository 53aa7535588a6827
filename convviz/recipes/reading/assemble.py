"""Layers of a text, one after the other, as lines with shapes, as a network, and as a stack of the page of growth."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import prod
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import adaptive_avg_pool2d
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.forward_pass import Layer as AnyLayer
from convviz.arithmetic.layer_kinds import spell_stack
from convviz.errors import SpecError
from convviz.recipes.model import write_query

from .effects import Effect, Placed, Shape
from .interpret import Program
from .lesson import CORES, JOINS, lesson_of
from .meanings import effect_of
from .reading import Reading, ReadLine
from .values import Array, Call, Node

_GROWTH: Final = "receptive-field"


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
    recipe = lesson_of(placed, None if root is None else nodes[root].array, program)
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
        if call is not None and call.row.kind in (*CORES, "adaptive", "global", "resize"):
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
        numbers = "1 number" if rank == 1 else f"{rank} numbers"
        raise SpecError(f"input_size must have {numbers} for a grid of {axes}; got {shown(value)}.")
    return tuple(map(int, sides))


def _placed(nodes: Sequence[Node], numbers: Sequence[int], shapes: dict[int, Shape]) -> Iterator[Placed]:
    """Yield each layer with what comes in; ``shapes`` gets what comes out."""
    for number in numbers:
        call = nodes[number].call
        if call is None:
            continue
        before = [shapes[each] for each in nodes[number].inputs]
        effect = _joined(call, before) if call.row.kind in JOINS else effect_of(call, before[0])
        if not effect.shape.is_flat and (effect.shape.channels or 0) > limits.CODE_NUMBER:
            problem = (
                effect.problem or f"It makes more than {limits.CODE_NUMBER:,} channels, so no more is read of them."
            )
            effect = replace(effect, shape=replace(effect.shape, channels=None), problem=problem)
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
        if each.call.row.kind in JOINS:
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
