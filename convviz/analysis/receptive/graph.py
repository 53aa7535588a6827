"""A network as a graph: its nodes, their rules, what is kept of their receptive fields, and where they come from."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import Any, Final, NamedTuple

from convviz.arithmetic import Conv2d, ConvTranspose2d, Layer, PixelShuffle, Upsample2d, Volume, arguments
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.layer_kinds import layer_code
from convviz.errors import SpecError

from .axis_field import PHASES, AxisField, meet, step
from .footprints import (
    COPY,
    JOINS,
    OPERATIONS,
    SUMMARIES,
    Blocks,
    Change,
    Footprint,
    Operation,
    Size,
    Sliding,
    Spatial,
    change,
    footprints,
    is_adapted,
)
from .node_cost import NodeCost, cost_of

INPUT_NAME: Final = "input"
UNKNOWN: Final = "unknown"
"""The operation of a node for an unsupported operator, and of all that follow it."""

DATA: Final = "depends on data"
"""The operation of a node whose outputs read what the values of the input decide."""

LONGEST: Final = 200
"""Characters of a name for which similar names are looked up."""

Path = tuple[str, ...]
"""Names of nodes, from where paths part to where they meet."""

Axes = tuple[AxisField, ...]

AXES: Final = {1: ("time",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The names of the axes of an input, by their number."""


@dataclass(frozen=True, slots=True)
class Node:
    """An operation with its inputs.

    Parameters
    ----------
    name : str
        Its own name in the network.
    operation : Operation
        A layer or one of `OPERATIONS`; "input" for the first node.
    inputs : tuple of str
        Names of the nodes that it reads.
    size : Size or None
        The cells of its output along each axis, None if the network has no input size.
    is_bound : bool
        Whether its field may be larger than what an output reads.
    order : tuple of int
        The order in which its tensor has the axes, empty if it is that of the input.
    fixed : bool
        Whether it comes from sizes in the file: for another input size it is another layer, or refused. Resizing to a
        size, windows over a whole axis, and blocks that a reshape makes are so.
    aligns_corners : bool
        Whether it resizes so that the outermost cells stay in their places: then the places of all outputs depend on
        the size.
    """

    name: str
    operation: Operation
    inputs: tuple[str, ...]
    size: Size | None
    is_bound: bool = False
    order: tuple[int, ...] = ()
    fixed: bool = False
    aligns_corners: bool = False

    @property
    def output_size(self) -> Size | None:
        """The cells of its output along each axis, in the order of its tensor: another one behind a transposition."""
        return self.size if self.size is None or not self.order else tuple(self.size[n] for n in self.order)

    def place(self, output: Size) -> Size:
        """Return an output that is given in the order of the tensor in that of the input."""
        return output if not self.order else tuple(output[self.order.index(n)] for n in range(len(output)))

    def footprints(self, source: "Node", axes: int = 2) -> tuple[Footprint, ...]:
        """Return how the outputs read one of the inputs, along each axis, of which there are `axes` in all."""
        if isinstance(self.operation, Spatial):
            return footprints(self.operation, source.size)
        if self.operation in SUMMARIES and source.size is not None:
            return tuple(Sliding(cells, stride=0) for cells in source.size)
        if source.size is None or self.size is None:
            return (COPY,) * axes
        sizes = zip(source.size, self.size, strict=True)
        return tuple(Sliding(1, stride=0 if cells == 1 and cells != outputs else 1) for cells, outputs in sizes)

    @property
    def is_causal(self) -> bool:
        """Whether it is a convolution that reads cells before its output and none behind it, along an axis."""
        layer = self.operation
        if not isinstance(layer, Conv2d) or isinstance(layer.padding, str):
            return False
        reach = (dilation * (kernel - 1) for dilation, kernel in zip(layer.dilation, layer.kernel_size, strict=True))
        return any(before == cells > after == 0 for cells, (before, after) in zip(reach, layer.padding, strict=True))

    @property
    def has_phases(self) -> bool:
        """Whether what an output reads depends on its position between the cells of the input."""
        layer = self.operation
        parts = (layer.depth, layer.plane) if isinstance(layer, Volume) else (layer,)
        is_strided = any(isinstance(part, ConvTranspose2d) and part.stride != (1, 1) for part in parts)
        return is_strided or any(
            isinstance(part, Upsample2d | PixelShuffle | Blocks) or is_adapted(part) for part in parts
        )


@dataclass(frozen=True, slots=True)
class NodeField:
    """What is kept of the receptive field of a node. The input has the defaults.

    Attributes
    ----------
    axes : tuple of AxisField
        The local field along each axis.
    is_global, misaligned_at, misaligned_paths
        See `ReceptiveField`.
    is_summary : bool
        Whether all inputs of the node came through a global operation. Its axes are those of the units that it
        summarizes, and are left out where it meets a node whose outputs have positions.
    is_bound : bool
        Whether the field may be larger than what outputs read.
    depends_on_data : bool
        Whether what outputs read depends on the values of the input.
    """

    axes: Axes = (AxisField(), AxisField())
    is_global: bool = False
    is_summary: bool = False
    is_bound: bool = False
    depends_on_data: bool = False
    misaligned_at: str | None = None
    misaligned_paths: tuple[Path, Path] | None = None


def node_field(node: Node, nodes: Mapping[str, Node], fields: Mapping[str, NodeField]) -> NodeField:
    """Return the field of a node from those of the nodes it reads."""
    inputs = [(nodes[name], fields[name]) for name in node.inputs]
    number = len(inputs[0][1].axes)
    depends_on_data = any(kept.depends_on_data for _, kept in inputs) or node.operation == DATA
    if node.operation in (UNKNOWN, DATA) or (is_adapted(node.operation) and inputs[0][0].size is None):
        unknown = AxisField(spans=(), jump=None, center=None, is_aligned=None)
        return NodeField((unknown,) * number, depends_on_data=depends_on_data)
    is_bound = node.is_bound or any(kept.is_bound for _, kept in inputs)
    known = NodeField(is_bound=is_bound, depends_on_data=depends_on_data)
    if node.operation in SUMMARIES and inputs[0][0].size != (1,) * number:
        return replace(inputs[0][1], is_global=True, is_summary=True)
    is_global = any(kept.is_global for _, kept in inputs)
    is_summary = all(kept.is_summary for _, kept in inputs)
    if not is_summary:
        inputs = [(source, kept) for source, kept in inputs if not kept.is_summary]
    paths = [kept.axes if is_summary else _through(node, source, kept.axes) for source, kept in inputs]
    axes = paths[0] if len(paths) == 1 else _met(paths, node)
    known = replace(known, axes=axes, is_global=is_global, is_summary=is_summary)
    for _, kept in inputs:
        if kept.misaligned_at:
            return replace(known, misaligned_at=kept.misaligned_at, misaligned_paths=kept.misaligned_paths)
    if all(axis.is_aligned is not False for axis in axes):
        return known
    parting = _parting(node, [source.name for source, _ in inputs], paths, nodes)
    return replace(known, misaligned_at=node.name, misaligned_paths=parting)


def _through(node: Node, source: Node, axes: Axes) -> Axes:
    """Return all axes as the node reads them through one of its inputs."""
    layer = node.operation
    changes: list[Change] = [() for _ in axes]
    if isinstance(layer, Spatial):
        changes = [change(layer, n) if source.size is None else () for n in range(len(axes))]
    elif node.size == source.size:
        return axes
    return tuple(map(step, axes, node.footprints(source, len(axes)), changes))


def _met(paths: Sequence[Axes], node: Node) -> Axes:
    """Return all axes of a node where paths meet.

    A path that reads nothing along one axis reads nothing at all, so that what others reach along all is not the hull
    of the axes: unless the same outputs of all paths read nothing, the sizes are unknown from here on.
    """
    number = len(paths[0])
    outputs = node.size or (None,) * number
    axes = tuple(meet([path[n] for path in paths], outputs[n], node.name) for n in range(number))
    gaps = [[axis.gaps for axis in path] for path in paths]
    if any(gap != gaps[0] for gap in gaps):
        return tuple(replace(axis, spans=()) for axis in axes)
    return axes


def _parting(node: Node, inputs: Sequence[str], paths: Sequence[Axes], nodes: Mapping[str, Node]) -> tuple[Path, Path]:
    """Return a path through each of the first two inputs that disagree, from where they part."""
    keys = [[(axis.jump, axis.center) for axis in path] for path in paths]
    pair = next(pair for pair in combinations(range(len(inputs)), 2) if keys[pair[0]] != keys[pair[1]])
    routes = []
    for n in pair:  # back to the input, always through the first of several inputs
        route = [inputs[n]]
        while nodes[route[-1]].inputs:
            route.append(nodes[route[-1]].inputs[0])
        routes.append(route)
    others = set(routes[1])
    fork = next(name for name in routes[0] if name in others)
    first, second = ((*reversed(route[: route.index(fork) + 1]), node.name) for route in routes)
    return first, second


def operation_of(value: object) -> Operation:
    """Return a layer or the name of an operation, or refuse the value with the names that exist."""
    if isinstance(value, Spatial) or (isinstance(value, str) and value in OPERATIONS):
        return value
    rule = f"layer_or_op must be a layer made by conv2d and its like, {arguments.one_of(OPERATIONS)}"
    raise SpecError(f"{rule}; got {shown(value)}.")


def layers_of(values: object) -> Iterator[Any]:
    """Return several layers, or refuse the value: a layer alone is an easy mistake."""
    if isinstance(values, str):
        raise SpecError(f"layers must be a sequence of layers, such as [conv2d(3)]; got the text {shown(values)}.")
    try:
        return iter(values)  # type: ignore[call-overload, no-any-return]  # the question is whether it is iterable
    except TypeError:
        raise SpecError(f"layers must be a sequence of layers; got {shown(values)}.") from None


def output_size(name: str, operation: Operation, inputs: Sequence[Node], axes: int = 2) -> Size | None:
    """Return the size of a node's output, None if it is unknown; refuse sizes that do not fit."""
    if operation in SUMMARIES:
        return (1,) * axes
    sizes = [node.size for node in inputs]
    if isinstance(operation, Spatial):
        if isinstance(operation, Layer | Volume) and isinstance(operation, Volume) != (axes == 3):
            made = "conv3d and its like" if axes == 3 else "conv2d and its like"
            rule = f'node "{name}" must be made by {made} in a network of {axes} axes'
            raise SpecError(f"{rule}; got {spelled(operation)}.")
        try:
            return None if sizes[0] is None else operation.output_size(sizes[0])
        except SpecError as error:
            raise SpecError(f'node "{name}": {error}') from error
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return None
    if len(set(known)) == 1:
        return known[0]
    largest = tuple(max(lengths) for lengths in zip(*known, strict=True))
    repeats = operation in ("add", "multiply")
    allowed = [{cells, 1} if repeats else {cells} for cells in largest]
    if not all(cells in lengths for size in known for cells, lengths in zip(size, allowed, strict=True)):
        exception = ", or 1 where it repeats" if repeats else ""
        sizes_of = " and ".join(f'{node.size} from "{node.name}"' for node in inputs)
        raise SpecError(f'the inputs of {operation} "{name}" must have the same size{exception}; got {sizes_of}.')
    return largest


def spelled(operation: Operation) -> str:
    """Return the call that makes a layer, or the name of another operation.

    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> print(spelled(conv2d((1, 3), padding=(0, 1))), spelled(max_pool2d(2)), spelled("add"))
    conv2d((1, 3), padding=(0, 1)) max_pool2d(2, stride=2) add
    """
    return layer_code(operation) if isinstance(operation, Layer) else str(operation)


class Graph:
    """The nodes of a network without cycles, each of which reads nodes that were added before it.

    Parameters
    ----------
    input_size : Size, optional
        The cells of the input along each axis. The input is the first node.
    axes : tuple of str, optional
        The names of the axes: "time" alone is that of planes of one row.
    channels : int, optional
        Those of the input; without them nothing is known of costs.

    Attributes
    ----------
    nodes : dict
        The nodes by name, in the order in which they were added.
    fields : dict
        What is kept of the receptive field of each node.
    aliases : Mapping
        Other names of nodes, by which `node` finds them, too.
    costs : dict
        What nodes cost, by their names; those of which nothing is known are missing.
    """

    def __init__(
        self, input_size: Size | None = None, axes: tuple[str, ...] = AXES[2], channels: int | None = None
    ) -> None:
        self.input_size, self.channels = input_size, channels
        self.axes = axes
        self.rank = max(2, len(axes))
        self.nodes = {INPUT_NAME: Node(INPUT_NAME, INPUT_NAME, (), input_size)}
        self.fields = {INPUT_NAME: NodeField((AxisField(),) * self.rank)}
        self.aliases: Mapping[str, str] = {}
        self.costs: dict[str, NodeCost] = {}

    def add(
        self,
        name: str,
        layer_or_op: Operation,
        inputs: str | Sequence[str] | None = None,
        channels: int | None = None,
        *,
        is_bound: bool = False,
        fixed: bool = False,
        aligns_corners: bool = False,
    ) -> str:
        """Add a node and return its name; see `Network.add`, and `Node` for what else is kept of it."""
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
        size = output_size(name, operation, [self.nodes[source] for source in names], self.rank)
        read = [(self.nodes[source].size, self.channels_of(source)) for source in names]
        cost = cost_of(name, operation, read, size, channels)
        if cost is not None:
            self.costs[name] = cost
        return self.append(Node(name, operation, names, size, is_bound, fixed=fixed, aligns_corners=aligns_corners))

    def channels_of(self, name: str) -> int | None:
        """Return the channels of a node, None if they are unknown."""
        if name == INPUT_NAME:
            return self.channels
        return self.costs[name].channels if name in self.costs else None

    def add_unknown(self, name: str, inputs: Sequence[str], operation: str = UNKNOWN) -> str:
        """Add a node of which nothing is known, `UNKNOWN` or `DATA`, and return its name."""
        return self.append(Node(name, operation, tuple(inputs), None))

    def append(self, node: Node) -> str:
        """Add a node whose size is known to fit, and return its name."""
        self.fields[node.name] = node_field(node, self.nodes, self.fields)
        self.nodes[node.name] = node
        return node.name

    def effort(self, operation: Operation, inputs: Sequence[str]) -> int:
        """Return how many boxes `add` would go through for a node, so that a caller can limit them."""
        total = 0
        for axis in range(self.rank):
            periods = [len(span.boxes) for name in inputs for span in self.fields[name].axes[axis].spans]
            size = self.nodes[inputs[0]].size
            if isinstance(operation, Spatial) and not (is_adapted(operation) and size is None):
                footprint = footprints(operation, size)[axis]
                total += sum(min(PHASES, n * footprint.period) * (1 + min(n, footprint.most)) for n in periods)
            elif len(inputs) > 1:
                total += min(PHASES, lcm(*periods)) * len(periods)
        return total

    def bounds(self, node: str) -> tuple[tuple[Fraction | int, ...], ...]:
        """Return jump, center and sizes of a node along each axis, 0 if unknown, so that they can be limited."""
        return tuple(
            (axis.jump or 0, axis.center or 0, *(span.sizes[1] for span in axis.spans))
            for axis in self.fields[node].axes
        )

    def output_size(self, node: str | None = None) -> Size | None:
        """Return the size of a node's output, by default of the last one; None if it is unknown."""
        return self.node(node).output_size

    def node(self, name: str | None = None) -> Node:
        """Return the node of a name, by default the last one."""
        if name is None:
            return next(reversed(self.nodes.values()))
        return self._find(name, "node must be the name of a node of the network")

    def upstream(self, name: str | None = None) -> tuple[Node, ...]:
        """Return a node, by default the last one, and all that it depends on, in the order of the network."""
        names = {self.node(name).name}
        for node in reversed(tuple(self.nodes.values())):
            if node.name in names:
                names.update(node.inputs)
        return tuple(node for node in self.nodes.values() if node.name in names)

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
            hint = f", which is near {arguments.one_of(similar)}" if similar else ""
            raise SpecError(f"{rule}; got {shown(name)}{hint}.")
        return node


TREATMENTS: Final = ("identity", "attention", "global_pool", "dense", "places")
"""What an operator can be treated as, apart from a layer and a grid."""


class UnknownOp(NamedTuple):
    """An unsupported operator of a file: its name, its node, and the tensor that it makes."""

    op: str
    node: str
    tensor: str


@dataclass(frozen=True, slots=True)
class StoredKernel:
    """What a file stores for a convolution.

    Attributes
    ----------
    weight, bias : str
        The names of the tensors; "" without a bias.
    groups : int
        Into which the channels are divided.
    """

    weight: str
    bias: str
    groups: int


@dataclass(frozen=True, slots=True)
class StoredScale:
    """What a file stores for a batch normalization, which multiplies channels by scale / sqrt(variance + epsilon).

    Attributes
    ----------
    scale, variance : str
        The names of the tensors.
    epsilon : float
    """

    scale: str
    variance: str
    epsilon: float


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a network keeps of its file; a network without a file has the defaults.

    Attributes
    ----------
    unknown : tuple of UnknownOp
        The unsupported operators.
    origins : Mapping
        (operator, tensor) of every node that represents an output of a node of the file.
    causes : Mapping
        For every node without numbers, the unsupported operator that it is or follows.
    unsupported : frozenset of str
        The nodes that are such operators.
    treatments : Mapping
        What nodes were treated as by request of the caller, in words.
    kernels : Mapping
        What the file stores for each convolution.
    scales : Mapping
        What the file stores for each batch normalization that is a node of its own.
    outputs : tuple of str
        The nodes that give the outputs of the file.
    scopes : Mapping
        The module of nodes, such as "layer4.2.conv2".
    notes : Mapping
        What there is to say of a node: why it is unsupported, or why it reads the whole input.
    parts : Mapping
        For a node whose tensor is a list of places, such as a class token and a grid, the nodes of the other parts.
    """

    unknown: tuple[UnknownOp, ...] = ()
    origins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    causes: Mapping[str, UnknownOp] = field(default_factory=dict)
    unsupported: frozenset[str] = frozenset()
    treatments: Mapping[str, str] = field(default_factory=dict)
    kernels: Mapping[str, StoredKernel] = field(default_factory=dict)
    scales: Mapping[str, StoredScale] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, nodes: Container[str]) -> "Provenance":
        """Return what some of the nodes keep of the file."""
        causes = {name: op for name, op in self.causes.items() if name in nodes}
        unknown = tuple(op for op in self.unknown if op in causes.values())
        origins = {name: origin for name, origin in self.origins.items() if name in nodes}
        outputs = tuple(name for name in self.outputs if name in nodes)
        return replace(self, unknown=unknown, origins=origins, causes=causes, outputs=outputs)

    def remark(self, name: str) -> str:
        """Return what there is to say of a node, "" if that is nothing."""
        others = self.parts.get(name, ())
        listed = f"the largest part of a list of places, with {', '.join(others)}" if others else ""
        return "; ".join(filter(None, (self.notes.get(name, ""), listed)))

    def reason(self, name: str) -> str:
        """Return why the numbers of a node are unknown, as the predicate of a sentence."""
        cause = self.causes.get(name)
        if cause is None:
            return "it is, or follows, an unsupported operator"
        if name in self.unsupported:
            return f"it is an unsupported operator ({cause.op})"
        return f'it follows "{cause.node}", an unsupported operator ({cause.op})'

    def described(self, node: Node) -> str:
        """Return what a node does: the operator in the file, and what it is here unless it reads cell by cell."""
        operation = node.operation
        origin = self.origins.get(node.name)
        if operation == UNKNOWN and node.name in self.causes:
            what = "unknown" if node.name in self.unsupported else "follows an unknown one"
            return f"{self.origins[node.name][0]}: {what}"
        if origin is None:
            return spelled(operation)
        if node.name in self.treatments:
            return f"{origin[0]}: {self.treatments[node.name]}"
        is_named = isinstance(operation, Spatial) or operation in SUMMARIES
        return f"{origin[0]}: {spelled(operation)}" if is_named else origin[0]
