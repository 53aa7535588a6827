"""A network as a graph: its nodes, the rules that they have to keep, and what is kept of their receptive fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import Any, Final

from convviz.arithmetic import Layer, parse
from convviz.arithmetic.layer_kinds import layer_code
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_field import PHASES, AxisField, meet, step
from .footprints import JOINS, OPERATIONS, SUMMARIES, Footprint, Operation, Sliding, change, footprints

INPUT_NAME: Final = "input"
UNKNOWN: Final = "unknown"
"""The operation of a node for an unsupported operator, and of all that follow it."""

LONGEST: Final = 200
"""Characters of a name for which similar names are looked up."""

Path = tuple[str, ...]
"""Names of nodes, from where paths part to where they meet."""


@dataclass(frozen=True, slots=True)
class Node:
    """An operation in its place.

    Parameters
    ----------
    name : Of its own in the network.
    operation : A layer or one of `OPERATIONS`; "input" for the first node.
    inputs : Names of the nodes that it reads.
    size : (height, width) of its output, None if the network has no input size.
    """

    name: str
    operation: Operation
    inputs: tuple[str, ...]
    size: Pair | None

    def footprints(self, read: "Node") -> tuple[Footprint, Footprint]:
        """How the outputs read one of the inputs, along the height and along the width."""
        if isinstance(self.operation, Layer):
            return footprints(self.operation, read.size)
        if self.operation in SUMMARIES and read.size is not None:
            height, width = (Sliding(cells, stride=0) for cells in read.size)
            return height, width
        sizes = zip(read.size or (None, None), self.size or (None, None), strict=True)
        rows, columns = (Sliding(1, stride=0 if cells == 1 and cells != outputs else 1) for cells, outputs in sizes)
        return rows, columns


@dataclass(frozen=True, slots=True)
class NodeField:
    """What is kept of a node's field. The input has the defaults.

    Attributes
    ----------
    axes : The local field along the height and along the width.
    is_global, misaligned_at, misaligned_paths : As in `ReceptiveField`.
    is_summary : Whether all that the node knows came through a global operation. Its axes are those of the units it
        summarises, and are left out where it meets a node that has places of its own.
    """

    axes: tuple[AxisField, AxisField] = (AxisField(), AxisField())
    is_global: bool = False
    is_summary: bool = False
    misaligned_at: str | None = None
    misaligned_paths: tuple[Path, Path] | None = None


def node_field(node: Node, nodes: Mapping[str, Node], fields: Mapping[str, NodeField]) -> NodeField:
    """The reach of a node from those of the nodes it reads."""
    if node.operation == UNKNOWN:
        line = AxisField(spans=(), jump=None, center=None, is_aligned=None)
        return NodeField((line, line))
    inputs = [nodes[name] for name in node.inputs]
    before = [fields[name] for name in node.inputs]
    if node.operation in SUMMARIES and inputs[0].size != (1, 1):
        return replace(before[0], is_global=True, is_summary=True)
    is_summary = all(one.is_summary for one in before)
    kept = [pair for pair in zip(inputs, before, strict=True) if is_summary or not pair[1].is_summary]
    stepped = [one.axes if is_summary else _stepped(node, read, one.axes) for read, one in kept]
    lines = stepped[0] if len(stepped) == 1 else _met(stepped, node)
    is_global = any(one.is_global for one in before)
    for _, one in kept:
        if one.misaligned_at:
            return NodeField(lines, is_global, is_summary, one.misaligned_at, one.misaligned_paths)
    if all(line.is_aligned is not False for line in lines):
        return NodeField(lines, is_global, is_summary)
    paths = _parting(node, [read.name for read, _ in kept], stepped, nodes)
    return NodeField(lines, is_global, is_summary, node.name, paths)


def _stepped(node: Node, read: Node, lines: tuple[AxisField, AxisField]) -> tuple[AxisField, AxisField]:
    """Both lines, as the node reads them through one of its inputs."""
    if not isinstance(node.operation, Layer) and node.size == read.size:
        return lines
    height, width = node.footprints(read)
    if isinstance(node.operation, Layer) and read.size is None:
        return step(lines[0], height, change(node.operation, 0)), step(lines[1], width, change(node.operation, 1))
    return step(lines[0], height), step(lines[1], width)


def _met(stepped: Sequence[tuple[AxisField, AxisField]], node: Node) -> tuple[AxisField, AxisField]:
    """Both lines of a node where paths meet.

    A path that reads nothing along one axis reads nothing at all, so that what others reach along both is not the hull
    of the axes: unless the same outputs of all paths read nothing, the sizes are not known from here on.
    """
    gaps = [[line.gaps for line in lines] for lines in stepped]
    rows, columns = node.size or (None, None)
    met = meet([one[0] for one in stepped], rows, node.name), meet([one[1] for one in stepped], columns, node.name)
    if any(gap != gaps[0] for gap in gaps):
        return replace(met[0], spans=()), replace(met[1], spans=())
    return met


def _parting(
    node: Node, inputs: Sequence[str], stepped: Sequence[tuple[AxisField, AxisField]], nodes: Mapping[str, Node]
) -> tuple[Path, Path]:
    """A path through each of the first two inputs that disagree, from where they part."""
    places = [[(line.jump, line.center) for line in lines] for lines in stepped]
    one, other = next(pair for pair in combinations(range(len(inputs)), 2) if places[pair[0]] != places[pair[1]])
    back = [_way_back(inputs[n], nodes) for n in (one, other)]
    others = set(back[1])
    fork = next(name for name in back[0] if name in others)
    first, second = ((*reversed(way[: way.index(fork) + 1]), node.name) for way in back)
    return first, second


def _way_back(name: str, nodes: Mapping[str, Node]) -> list[str]:
    """From a node to the input, always through the first of several inputs."""
    way = [name]
    while nodes[way[-1]].inputs:
        way.append(nodes[way[-1]].inputs[0])
    return way


def operation_of(value: object) -> Operation:
    """A layer or the name of an operation, or one sentence that says what there is."""
    if isinstance(value, Layer) or (isinstance(value, str) and value in OPERATIONS):
        return value
    rule = f"layer_or_op must be a layer made by conv2d and its like, {parse.one_of(OPERATIONS)}"
    raise SpecError(f"{rule}; got {shown(value)}.")


def layers_of(values: object) -> Iterator[Any]:
    """What a caller gave as several layers, or one sentence: a layer alone is a slip that is easily made."""
    if isinstance(values, str):
        raise SpecError(f"layers must be a sequence of layers, such as [conv2d(3)]; got the text {shown(values)}.")
    try:
        return iter(values)  # type: ignore[call-overload, no-any-return]  # whether it can be is the question
    except TypeError:
        raise SpecError(f"layers must be a sequence of layers; got {shown(values)}.") from None


def output_size(name: str, operation: Operation, inputs: Sequence[Node]) -> Pair | None:
    """(height, width) of a node's output, None where it is not known; sizes that do not fit are refused."""
    if operation in SUMMARIES:
        return (1, 1)
    sizes = [node.size for node in inputs]
    if isinstance(operation, Layer):
        try:
            return None if sizes[0] is None else operation.output_size(sizes[0])
        except SpecError as error:
            raise SpecError(f'node "{name}": {error}') from error
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return None
    if len(set(known)) == 1:
        return known[0]
    height, width = (max(lengths) for lengths in zip(*known, strict=True))
    repeats = operation in ("add", "multiply")
    allowed = [{height, 1}, {width, 1}] if repeats else [{height}, {width}]
    if not all(cells in lengths for size in known for cells, lengths in zip(size, allowed, strict=True)):
        exception = ", or 1 where it repeats" if repeats else ""
        found = " and ".join(f'{node.size} from "{node.name}"' for node in inputs)
        raise SpecError(f'the inputs of {operation} "{name}" must have the same size{exception}; got {found}.')
    return height, width


def spelled(operation: Operation) -> str:
    """Return the call that makes a layer, or the name of another operation.

    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> print(spelled(conv2d((1, 3), padding=(0, 1))), spelled(max_pool2d(2)), spelled("add"))
    conv2d((1, 3), padding=(0, 1)) max_pool2d(2, stride=2) add
    """
    return layer_code(operation) if isinstance(operation, Layer) else operation


class Graph:
    """The nodes of a network without cycles, each of which reads nodes that were added before it.

    Parameters
    ----------
    input_size : Pair, optional
        (height, width) of the input, which is the first node.

    Attributes
    ----------
    nodes : dict
        The nodes by name, in the order in which they were added.
    fields : dict
        What is kept of the receptive field of each node.
    aliases : Mapping
        Other names of nodes, by which `node` finds them, too.
    """

    def __init__(self, input_size: Pair | None = None) -> None:
        self.input_size = input_size
        self.nodes = {INPUT_NAME: Node(INPUT_NAME, INPUT_NAME, (), input_size)}
        self.fields = {INPUT_NAME: NodeField()}
        self.aliases: Mapping[str, str] = {}

    def add(self, name: str, layer_or_op: Operation, inputs: str | Sequence[str] | None = None) -> str:
        """Add a node and return its name; see `Network.add`."""
        if not name or not isinstance(name, str):
            raise SpecError(f"name must be a text of at least 1 character; got {shown(name)}.")
        if name in self.nodes:
            raise SpecError(f'name must be new in its network; got "{name}", which is there already.')
        operation = operation_of(layer_or_op)
        names = (self.node().name,) if inputs is None else self._input_names(name, inputs)
        if operation in JOINS and len(names) < 2:
            raise SpecError(f'{operation} "{name}" must have at least 2 inputs; got {len(names)}.')
        if operation not in JOINS and len(names) != 1:
            raise SpecError(f'{spelled(operation)} "{name}" must have 1 input; got {len(names)}.')
        return self._append(
            Node(name, operation, names, output_size(name, operation, [self.nodes[source] for source in names]))
        )

    def add_unknown(self, name: str, inputs: Sequence[str]) -> str:
        """Add a node for an unsupported operator and return its name."""
        return self._append(Node(name, UNKNOWN, tuple(inputs), None))

    def _append(self, node: Node) -> str:
        self.fields[node.name] = node_field(node, self.nodes, self.fields)
        self.nodes[node.name] = node
        return node.name

    def effort(self, operation: Operation, inputs: Sequence[str]) -> int:
        """Return how many boxes `add` would go through for a node, so that a caller can limit them."""
        total = 0
        for axis in (0, 1):
            periods = [len(span.boxes) for name in inputs for span in self.fields[name].axes[axis].spans]
            if isinstance(operation, Layer):
                footprint = footprints(operation, self.nodes[inputs[0]].size)[axis]
                total += sum(min(PHASES, n * footprint.period) * (1 + min(n, footprint.most)) for n in periods)
            elif len(inputs) > 1:
                total += min(PHASES, lcm(*periods)) * len(periods)
        return total

    def bounds(self, node: str) -> tuple[tuple[Fraction | int, ...], ...]:
        """Return jump, center and sizes of a node along both axes, 0 if unknown, so that they can be limited."""
        return tuple(
            (axis.jump or 0, axis.center or 0, *(span.sizes[1] for span in axis.spans))
            for axis in self.fields[node].axes
        )

    def output_size(self, node: str | None = None) -> Pair | None:
        """Return (height, width) of a node's output, by default of the last one; None if it is unknown."""
        return self.node(node).size

    def node(self, name: str | None = None) -> Node:
        """Return the node of a name, by default the last one."""
        if name is None:
            return next(reversed(self.nodes.values()))
        return self._find(name, "node must be the name of a node of the network")

    def _input_names(self, name: str, inputs: object) -> tuple[str, ...]:
        rule = f'inputs of "{name}" must be the name of a node added before it, or several'
        if not isinstance(inputs, Sequence):
            raise SpecError(f"{rule}; got {shown(inputs)}.")
        return tuple(self._find(source, rule).name for source in ([inputs] if isinstance(inputs, str) else inputs))

    def _find(self, name: object, rule: str) -> Node:
        """Return the node of a name or an alias, or refuse the name with this rule."""
        if not isinstance(name, str):
            raise SpecError(f"{rule}; got {shown(name)}.")
        node = self.nodes.get(name) or self.nodes.get(self.aliases.get(name, ""))
        if node is None:
            similar = get_close_matches(name[:LONGEST], self.nodes, 3)
            hint = f", which is near {parse.one_of(similar)}" if similar else ""
            raise SpecError(f"{rule}; got {shown(name)}{hint}.")
        return node
