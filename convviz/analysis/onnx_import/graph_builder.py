"""A network that grows operator by operator: what is known of every tensor, and how nodes are added."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from convviz import limits
from convviz.analysis.receptive.footprints import SUMMARIES, Operation
from convviz.analysis.receptive.graph import INPUT_NAME, Graph
from convviz.analysis.receptive.provenance import UnknownOp
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_tracking import MOST_DIMENSIONS, Axes, NotUnderstood, channels, dims, meeting, reduction, regrid
from .parse_model import Constant, Op

LARGEST: Final = 10**15
"""Numbers of a receptive field that any real network has; files can be made so that they have thousands of digits."""

MOST_BITS: Final = 20_000
"""Of a dimension of a tensor: Concat alone makes 17,000 of as many nodes as there may be, other operators 300,000."""

MOST_SCANNED: Final = 10**6
"""Measured: 1 second."""

MOST_BOXES: Final = 10**6
"""Measured: 1 second. U-Net++, which enlarges 5 times by 2 and joins all that it has, goes through 4,500."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A tensor that depends on the input: its node in the network, and where that node's places are on its axes."""

    node: str
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return dims(self.axes)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A tensor behind an operator that is not understood."""

    node: str


Value = Plane | Constant | Unknown


@dataclass(slots=True)
class Building:
    """The network so far. `opset` decides what some operators mean; all that `whole` nodes know is the whole input.

    `causes` has the unknown operator that an unknown node is (`unsupported`) or follows, `treated` the operator and its
    treatment that a node stands for or follows; `ways` is what nodes themselves are taken for, if that is no layer.
    """

    graph: Graph
    opset: int
    values: dict[str, Value]
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)
    causes: dict[str, UnknownOp] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    ways: dict[str, str] = field(default_factory=dict)
    treated: dict[str, tuple[str, Operation]] = field(default_factory=dict)
    edges: int = 0
    scanned: int = 0
    boxes: int = 0
    taken: set[str] = field(default_factory=lambda: {INPUT_NAME})
    whole: set[str] = field(default_factory=set)

    def inputs(self, op: Op) -> list[Value | None]:
        """What an operator reads; None for what is left out."""
        return [self.values[name] if name else None for name in op.inputs]

    def given(self, op: Op, number: int) -> Value | None:
        """One of the inputs, None if there is none."""
        return self.values[op.inputs[number]] if number < len(op.inputs) and op.inputs[number] else None

    def constant(self, op: Op, number: int) -> Constant | None:
        """One of the inputs, which must not depend on the network's input."""
        value = self.given(op, number)
        if value is not None and not isinstance(value, Constant):
            raise NotUnderstood
        return value

    def plane(self, op: Op, number: int = 0) -> Plane:
        """One of the inputs, which must depend on the network's input."""
        value = self.given(op, number)
        if not isinstance(value, Plane):
            raise NotUnderstood
        return value

    def size(self, plane: Plane) -> Pair:
        size = self.graph.output_size(plane.node)
        assert size is not None  # the input's is known, and a plane is never behind something unknown
        return size

    def connect(self, op: Op, reads: int) -> None:
        """Count what the nodes of an operator read before any of them is made."""
        self.edges += reads * max(1, len(op.outputs))
        if self.edges > limits.ONNX_EDGES:
            rule = f"the nodes of the network must have at most {limits.ONNX_EDGES} inputs together"
            raise SpecError(f'{rule}; got more up to node "{op.name}".')

    def check(self, op: Op, plane: Plane) -> Plane:
        """Refuse a tensor that would make all work on it long."""
        if len(plane.axes) > MOST_DIMENSIONS or max(plane.shape, default=1).bit_length() > MOST_BITS:
            rule = f"must give tensors of at most {MOST_DIMENSIONS} dimensions, none above 2^{MOST_BITS}"
            raise SpecError(f'node "{op.name}" {rule}; got {shown(plane.shape)}.')
        return plane

    def name(self, op: Op, output: int = 0, what: str = "") -> str:
        """A name for a node of the network: that of the file's node; of later outputs and helpers with something."""
        if len(self.taken) > limits.ONNX_NETWORK_NODES:
            rule = f"the network must have at most {limits.ONNX_NETWORK_NODES} nodes"
            raise SpecError(f'{rule}; got more up to node "{op.name}".')
        wanted = op.name + (f":{output}" if output else "") + (f" ({what})" if what else "")
        name, again = wanted, 2
        while name in self.taken:
            name, again = f"{wanted}_{again}", again + 1
        self.taken.add(name)
        return name

    def add(self, op: Op, operation: Operation, planes: Sequence[Plane], *, output: int = 0, what: str = "") -> str:
        """A node of the network that stands for an output of a node of the file, or that helps it (`what`)."""
        nodes = list(dict.fromkeys(plane.node for plane in planes))
        if operation in ("add", "multiply", "concat") and len(nodes) == 1:
            operation = "identity"
        is_summary = operation in SUMMARIES and self.graph.output_size(nodes[0]) != (1, 1)
        name = self.name(op, output, what)
        self.boxes += self.graph.effort(operation, nodes)
        if self.boxes > MOST_BOXES:
            rule = f"receptive fields must be made of at most {MOST_BOXES} boxes together"
            raise SpecError(f'{rule}; got more up to node "{name}".')
        self.graph.add(name, operation, nodes)
        if is_summary or self.whole.issuperset(nodes):
            self.whole.add(name)
        numbers = [Fraction(number) for numbers in self.graph.bounds(name) for number in numbers]
        if any(abs(number) > LARGEST or number.denominator > LARGEST for number in numbers):
            raise SpecError(f'node "{name}" must have jump, center and size of at most 10^15; got larger ones.')
        self._scan(name)
        if not what:
            self.origins[name] = (op.title, op.outputs[output])
        return name

    def step(self, op: Op, operation: Operation | None, plane: Plane, axes: Axes, *, output: int = 0) -> Plane:
        """The plane after an operation of one input."""
        return Plane(self.add(op, operation or "identity", [plane], output=output), axes)

    def _scan(self, name: str) -> None:
        """Where paths of different jumps met, all outputs will be gone through one by one: that may not last long."""
        sizes = zip(self.graph.bounds(name), self.graph.output_size(name) or (0, 0), strict=True)
        self.scan(
            name, sum(cells * (len(numbers) - 3) for numbers, cells in sizes if len(numbers) > 3)
        )  # of many sizes

    def scan(self, name: str, cells: int) -> None:
        """Before rows and columns are gone through one by one; a file may not ask for more than so many of them."""
        self.scanned += cells
        if self.scanned > MOST_SCANNED:
            rule = f"rows and columns of resized and of misaligned planes must be at most {MOST_SCANNED} together"
            raise SpecError(f'{rule}; got more up to node "{name}".')

    def add_unknown(self, op: Op, reads: Sequence[str]) -> list[Value]:
        """A node for every output of an operator that is not understood, or that reads something unknown."""
        found: list[Value] = []
        cause = next((self.causes[name] for name in reads if name in self.causes), None)
        own = UnknownOp(op.title, op.name, next(filter(None, op.outputs), ""))
        for n, tensor in enumerate(op.outputs):
            if tensor:
                name = self.name(op, n)
                self.graph.add_unknown(name, reads)
                self.origins[name] = (op.title, tensor)
                self.causes[name] = cause or own
                self.unsupported |= set() if cause else {name}
                found.append(Unknown(name))
            else:
                found.append(Constant())
        return found

    def standard(self, op: Op, plane: Plane) -> Plane:
        """The plane as (N, C, H, W), or (N, C, W), which operators with windows read."""
        rank = len(plane.axes)
        if rank not in (3, 4):
            raise NotUnderstood
        operation, axes = regrid(plane.axes, self.size(plane), 2 if rank == 4 else None, rank - 1)
        if operation is None:
            return Plane(plane.node, axes)
        return Plane(self.add(op, operation, [plane], what="grid"), axes)

    def joined(self, op: Op, operation: str, planes: Sequence[Plane], axes: Axes) -> Plane:
        """Cell by cell. Where one of the sizes repeats, everything but a product is a sum."""
        if operation == "concat" and len({self.size(plane) for plane in planes}) > 1:
            operation = "add"
        return Plane(self.add(op, operation, planes), axes)

    def cell_by_cell(self, op: Op, operation: str = "add") -> Plane:
        """Of all inputs, with broadcasting."""
        inputs = self.inputs(op)
        planes = [one for one in inputs if isinstance(one, Plane)]
        constants = [one.shape or () for one in inputs if isinstance(one, Constant)]
        try:
            return self.joined(op, operation, planes, meeting([plane.axes for plane in planes], constants))
        except NotUnderstood:  # channels may have been taken for places, as by a convolution over them
            planes = [self._without_places(op, plane) for plane in planes]
        return self.joined(op, operation, planes, meeting([plane.axes for plane in planes], constants))

    def _without_places(self, op: Op, plane: Plane) -> Plane:
        """Of what reads the whole input in all its places, one is as good as all."""
        if plane.node not in self.whole or self.size(plane) == (1, 1):
            return plane
        return Plane(self.add(op, "global_pool", [plane], what="gate"), tuple(map(channels, plane.shape)))

    def reduced(
        self, op: Op, plane: Plane, positions: Sequence[int], axes: Axes, pool: str = "global_pool", *, output: int = 0
    ) -> Plane:
        """Each output reads the whole of some axes."""
        operation = reduction(plane.axes, positions, self.size(plane))
        return self.step(op, pool if operation == "global" else operation, plane, axes, output=output)

    def normalised(self, op: Op, plane: Plane, positions: Sequence[int]) -> Plane:
        """Each output reads its own place, and the whole of some axes for what it is divided by."""
        operation = reduction(plane.axes, positions, self.size(plane))
        if operation is None or self.size(plane) == (1, 1):
            return self.step(op, "identity", plane, plane.axes)
        name = self.add(op, "global_pool" if operation == "global" else operation, [plane], what="statistics")
        return Plane(self.add(op, "add", [plane, Plane(name, ())]), plane.axes)

    def attended(self, op: Op, planes: Sequence[Plane]) -> Plane:
        """Each output reads its own place of the first input, and the whole of all of them."""
        first = planes[0]
        whole = []
        for number, plane in enumerate({one.node: one for one in planes}.values(), start=1):
            if self.size(plane) != (1, 1):
                whole.append(Plane(self.add(op, "global_pool", [plane], what=f"whole {number}"), ()))
        return Plane(self.add(op, "add", [first, *whole]), first.axes)
