"""What the caller says of operators: how to read those of a name, one node, or the nodes of a span as one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Final

from convviz.analysis.receptive.footprints import Operation, Size, Spatial
from convviz.analysis.receptive.graph import INPUT_NAME, TREATMENTS, spelled
from convviz.arithmetic import arguments, upsample2d
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .axis_tracking import Axes, Factor, Unsupported, along, channels, merge
from .graph_builder import GraphBuilder
from .parse_model import Model, Op
from .tensors import Listed, Tensor, UnknownTensor, Value

MOST_LISTED: Final = 12
"""Operators that an error lists."""

SPAN: Final = ".."
"""What is written between the first and the last node of a span."""

GRID: Final = re.compile(r"grid ([1-9][0-9]{0,4}(?:x[1-9][0-9]{0,4}){0,2})")


@dataclass(frozen=True, slots=True)
class Treatments:
    """What the caller said.

    Attributes
    ----------
    kinds, nodes : Mapping
        The treatment of unsupported operators by their name, and of single nodes by theirs.
    spans : Mapping
        (name of the first node, treatment), by the name of the last node of a span.
    inside : Mapping
        The last node of the span that a node is in, without that node itself.
    """

    kinds: Mapping[str, Operation] = field(default_factory=dict)
    nodes: Mapping[str, Operation] = field(default_factory=dict)
    spans: Mapping[str, tuple[str, Operation]] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)


def check_treatments(model: Model, treat: object) -> Treatments:
    """Return what was said, or refuse what names nothing in the model."""
    if treat is None:
        return Treatments()
    if not isinstance(treat, Mapping) or not all(isinstance(key, str) for key in treat):
        raise SpecError(f"treat must map names of operators or nodes to layers or operations; got {shown(treat)}.")
    kinds = {kind for op in model.ops for kind in (op.kind, op.title)}
    names = {name: op.name for op in reversed(model.ops) for name in (op.given, op.name) if name}
    found: dict[str, dict[str, Operation]] = {"kinds": {}, "nodes": {}}
    spans, inside = dict[str, tuple[str, Operation]](), dict[str, str]()
    for key, value in treat.items():
        is_word = isinstance(value, str) and (value in TREATMENTS or GRID.fullmatch(value))
        if not isinstance(value, Spatial) and not is_word:
            ways = f'{arguments.one_of(TREATMENTS)}, or as "grid 56x56"'
            raise SpecError(f'treat["{key}"] must be a layer, {ways}; got {shown(value)}.')
        first, _, last = key.partition(SPAN)
        if key in names:
            found["nodes"][names[key]] = value
        elif first in names and last in names:
            spans[names[last]] = names[first], value
            inside |= dict.fromkeys(_between(model, names[first], names[last]), names[last])
        elif key in kinds:
            found["kinds"][key] = value
        else:
            titles = list(dict.fromkeys(op.title for op in model.ops))
            more = f" ({len(titles)} in all)" if len(titles) > MOST_LISTED else ""
            listed = f"{arguments.one_of(titles[:MOST_LISTED])}{more}"
            rule = f"treat must name an operator of the model, {listed}, or a node of it, or two nodes as first..last"
            raise SpecError(f"{rule}; got {shown(key)}.")
    return Treatments(found["kinds"], found["nodes"], spans, inside)


def _between(model: Model, first: str, last: str) -> list[str]:
    """Return the nodes on the ways from one node to another, without the last one."""
    made = set[str]()
    ahead: list[Op] = []
    for op in model.ops:
        if op.name == first or made & set(op.inputs):
            made |= set(op.outputs)
            ahead.append(op)
    wanted, between = set[str](), list[str]()
    for op in reversed(ahead):
        if op.name == last or wanted & set(op.outputs):
            wanted |= set(op.inputs)
            between.append(op.name)
    if first not in between or last not in between:
        raise SpecError(f'treat["{first}{SPAN}{last}"] must name a node and one that depends on it; got two others.')
    return [name for name in between if name != last]


def words(treatment: Operation) -> str:
    """Return a treatment as the caller wrote it."""
    return f'"{treatment}"' if isinstance(treatment, str) else spelled(treatment)


def treat(
    builder: GraphBuilder,
    op: Op,
    treatment: Operation,
    values: Sequence[Value | None],
    shapes: Sequence[tuple[int, ...] | None],
) -> list[Value]:
    """Apply a treatment; several inputs are joined cell by cell, a layer reads the first one.

    Parameters
    ----------
    values : sequence of Value or None
        What the node reads, or of a span its first node.
    shapes : sequence of tuple or None
        The shape of each output, None if it is unknown.
    """
    sources = [_source(builder, value) for value in values if value is not None]
    tensors = [source for source in sources if source is not None]
    is_known = all(isinstance(value, Tensor) for value in values if isinstance(value, Tensor | Listed | UnknownTensor))
    if not tensors:
        raise SpecError(f'node "{op.name}" must depend on the input to be treated; got one that does not.')
    first = tensors[0]
    if isinstance(treatment, Spatial):
        try:
            places = builder.places(first)
            first = builder.separated(op, first, places)
        except Unsupported:
            rule = f'node "{op.name}" must read an input with height and width'
            raise SpecError(f"{rule}; got one of shape {first.shape}.") from None
        made = builder.apply_layer(op, treatment, first, places, first.axes)  # type: ignore[arg-type]
    elif treatment in ("global_pool", "dense"):
        cell: Axes = ((), channels((*first.shape, 1, 1)[1]), *((),) * builder.graph.rank)
        axes = cell if shapes[0] is None else tuple(map(channels, shapes[0]))
        made = builder.apply(op, treatment, first, axes)
    elif grid := GRID.fullmatch(treatment):
        size = _grid(builder, grid[1])
        wholes = [
            Tensor(builder.add(op, "global_pool", [one], helper=f"whole {n}"), ()) for n, one in enumerate(tensors, 1)
        ]
        whole = wholes[0] if len(wholes) == 1 else Tensor(builder.add(op, "add", wholes, helper="whole"), ())
        steps = {label: upsample2d((cells, 1)) for label, cells in zip(builder.labels, size, strict=True)}
        axes = axes_for(shapes[0], size, builder, op, first)
        made = builder.apply(op, builder.over(steps, upsample2d(1)), whole, axes)
    elif treatment == "identity" and is_known:
        made = builder.join_inputs(op) if len(tensors) > 1 else builder.apply(op, None, first, first.axes)
    else:
        made = builder.attend(op, tensors) if treatment == "attention" else builder.apply(op, None, first, first.axes)
        shape = shapes[0] if shapes else None
        if shape is not None and shape != made.shape:
            made = Tensor(made.node, axes_for(shape, builder.size(made), builder, op, first))
    builder.treatments[made.node] = spelled(treatment)
    later = [builder.apply(op, None, made, made.axes, n) if name else None for n, name in enumerate(op.outputs) if n]
    return [made, *later]  # type: ignore[list-item]


def _source(builder: GraphBuilder, value: Value) -> Tensor | None:
    """Return a tensor; of an unknown one the last that is known before it, None for a constant."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Listed):
        return value.tensors[0]
    if not isinstance(value, UnknownTensor):
        return None
    waiting, seen = [value.node], {value.node}
    for name in waiting:
        if name in builder.tensors:
            return builder.tensors[name]
        for source in builder.graph.nodes[name].inputs:
            if source not in seen:
                seen.add(source)
                waiting.append(source)
    return builder.tensors[INPUT_NAME]


def _grid(builder: GraphBuilder, text: str) -> Size:
    """Return the size of a grid, with a number for each axis."""
    numbers = tuple(map(int, text.split("x")))
    rank = builder.graph.rank
    if len(builder.graph.axes) == 1 and len(numbers) == 1:
        return 1, numbers[0]
    if len(numbers) == 1:
        return numbers * rank
    if len(numbers) != rank:
        raise SpecError(f"a grid must have a number for each axis, of which there are {rank}; got {text}.")
    return numbers


def axes_for(shape: tuple[int, ...] | None, size: Size, builder: GraphBuilder, op: Op, like: Tensor) -> Axes:
    """Return the axes of a tensor of this shape whose places are a grid of this size.

    The places are the last axes, or those before the channels, or one axis has them all, in their order.
    """
    lines = tuple(along(label, cells) for label, cells in zip(builder.labels, size, strict=True))
    whole = merge(Factor(label, cells) for label, cells in zip(builder.labels, size, strict=True))
    if shape is None:
        return (), like.axes[1] if like.rank == len(size) + 2 else channels(1), *lines
    rank = len(size)
    for first in (2, 1, 0, *range(3, len(shape))):
        if shape[first : first + rank] == size and first + rank <= len(shape):
            return (*map(channels, shape[:first]), *lines, *map(channels, shape[first + rank :]))
    for n in (1, *range(len(shape) - 1, 1, -1), 0):
        if n < len(shape) and shape[n] == prod(size):
            return (*map(channels, shape[:n]), whole, *map(channels, shape[n + 1 :]))
    got = " x ".join(map(str, size))
    raise SpecError(f'the places of "{op.name}", which has the shape {shape}, must be among its axes; got {got}.')
