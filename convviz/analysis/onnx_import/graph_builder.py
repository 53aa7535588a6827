"""Build a graph operator by operator: what is known of every tensor, and how nodes are added within limits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from convviz import limits
from convviz.analysis.receptive.footprints import JOINS, Operation
from convviz.analysis.receptive.graph import Graph, UnknownOp
from convviz.arithmetic import Layer
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .axis_tracking import Axes, Unsupported, along, broadcast, channels, dims, reduction, separate
from .parse_model import MOST_DIMENSIONS, Constant, Op

LARGEST: Final = 10**15
"""Numbers of a receptive field that any real network has; files can be made so that they have thousands of digits."""

MOST_BITS: Final = 20_000
"""Of a dimension of a tensor: Concat alone makes 17,000 of as many nodes as there may be, other operators 300,000."""

MOST_SCANNED: Final = 10**6
"""Measured: 1 second."""

MOST_BOXES: Final = 10**6
"""Measured: 1 second. U-Net++, which enlarges 5 times by 2 and joins all that it has, goes through 4,500."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that depends on the image: its node in the graph, and the axes with the height and the width."""

    node: str
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return dims(self.axes)


@dataclass(frozen=True, slots=True)
class UnknownTensor:
    """A tensor that is made by an unsupported operator, or that follows one."""

    node: str


Value = Tensor | Constant | UnknownTensor


@dataclass(slots=True)
class GraphBuilder:
    """A graph, the values of the tensors so far, and where the nodes come from.

    Attributes
    ----------
    graph : Graph
        The graph so far.
    opset : int
        The version of the operators.
    values : dict
        What is known of each tensor, by its name in the file.
    unknown, origins, causes, unsupported, treatments
        As in `Provenance`.
    treated : dict
        For every node that is treated as the caller said, or follows such a node, the operator and its treatment.
    edges, scanned, boxes : int
        The work so far, which is limited.
    """

    graph: Graph
    opset: int
    values: dict[str, Value]
    unknown: list[UnknownOp] = field(default_factory=list)
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)
    causes: dict[str, UnknownOp] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    treatments: dict[str, str] = field(default_factory=dict)
    treated: dict[str, tuple[str, Operation]] = field(default_factory=dict)
    edges: int = 0
    scanned: int = 0
    boxes: int = 0

    def inputs(self, op: Op) -> list[Value | None]:
        """Return what an operator reads; None for what is left out."""
        return [self.values[name] if name else None for name in op.inputs]

    def value(self, op: Op, number: int) -> Value | None:
        """Return one of the inputs, None if there is none."""
        return self.values[op.inputs[number]] if number < len(op.inputs) and op.inputs[number] else None

    def constant(self, op: Op, number: int) -> Constant | None:
        """Return one of the inputs, which must not depend on the image."""
        value = self.value(op, number)
        if value is not None and not isinstance(value, Constant):
            raise Unsupported
        return value

    def integers(self, op: Op, number: int, attribute: str = "", most: int = 2 * MOST_DIMENSIONS) -> list[int] | None:
        """Return integers that are an input of newer operators and an attribute of older ones; None if left out.

        More integers than an operator has axes and borders are unsupported.
        """
        constant = self.constant(op, number)
        if constant is None:
            return None if op.get(attribute) is None else list(op.get(attribute))
        if constant.data is None or constant.data.size > most:
            raise Unsupported
        return [int(integer) for integer in constant.data.ravel()]

    def tensor(self, op: Op, number: int = 0) -> Tensor:
        """Return one of the inputs, which must depend on the image."""
        value = self.value(op, number)
        if not isinstance(value, Tensor):
            raise Unsupported
        return value

    def size(self, tensor: Tensor) -> Pair:
        """Return the height and the width of a tensor."""
        size = self.graph.nodes[tensor.node].size
        assert size is not None  # that of the image is known, and a tensor never follows an unsupported operator
        return size

    def count_inputs(self, op: Op, number: int) -> None:
        """Count what the nodes of an operator will read before any of them is made."""
        self.edges += number * max(1, len(op.outputs))
        if self.edges > limits.ONNX_EDGES:
            rule = f"the nodes of the network must have at most {limits.ONNX_EDGES} inputs together"
            raise SpecError(f'{rule}; got more up to node "{op.name}".')

    def count_cells(self, name: str, cells: int) -> None:
        """Count rows and columns before they are gone through one by one."""
        self.scanned += cells
        if self.scanned > MOST_SCANNED:
            rule = f"rows and columns of resized and of misaligned planes must be at most {MOST_SCANNED} together"
            raise SpecError(f'{rule}; got more up to node "{name}".')

    def check(self, op: Op, tensor: Tensor) -> Tensor:
        """Refuse a tensor that would make all work on it long."""
        if len(tensor.axes) > MOST_DIMENSIONS or max(tensor.shape, default=1).bit_length() > MOST_BITS:
            rule = f"must give tensors of at most {MOST_DIMENSIONS} dimensions, none above 2^{MOST_BITS}"
            raise SpecError(f'node "{op.name}" {rule}; got {shown(tensor.shape)}.')
        return tensor

    def name(self, op: Op, output: int = 0, helper: str = "") -> str:
        """Return a new name: that of the file's node, with a suffix for later outputs and for helpers."""
        if len(self.graph.nodes) > limits.ONNX_NETWORK_NODES:
            rule = f"the network must have at most {limits.ONNX_NETWORK_NODES} nodes"
            raise SpecError(f'{rule}; got more up to node "{op.name}".')
        wanted = op.name + (f":{output}" if output else "") + (f" ({helper})" if helper else "")
        name, again = wanted, 2
        while name in self.graph.nodes:
            name, again = f"{wanted}_{again}", again + 1
        return name

    def add(self, op: Op, operation: Operation, tensors: Sequence[Tensor], *, output: int = 0, helper: str = "") -> str:
        """Add a node for an output of a node of the file, or a helper of that node, and return its name."""
        nodes = list(dict.fromkeys(tensor.node for tensor in tensors))
        if operation in JOINS and len(nodes) == 1:
            operation = "identity"
        name = self.name(op, output, helper)
        self.boxes += self.graph.effort(operation, nodes)
        if self.boxes > MOST_BOXES:
            rule = f"receptive fields must be made of at most {MOST_BOXES} boxes together"
            raise SpecError(f'{rule}; got more up to node "{name}".')
        self.graph.add(name, operation, nodes)
        bounds = self.graph.bounds(name)
        numbers = [Fraction(number) for numbers in bounds for number in numbers]
        if any(abs(number) > LARGEST or number.denominator > LARGEST for number in numbers):
            raise SpecError(f'node "{name}" must have jump, center and size of at most 10^15; got larger ones.')
        sizes = zip(bounds, self.graph.nodes[name].size or (0, 0), strict=True)
        # where paths of different jumps have met, an axis has several sizes, and all outputs are gone through
        self.count_cells(name, sum(cells * (len(numbers) - 3) for numbers, cells in sizes if len(numbers) > 3))
        if not helper:
            self.origins[name] = (op.title, op.outputs[output])
        return name

    def add_unknown(self, op: Op, reads: Sequence[str]) -> list[Value]:
        """Add a node for every output of an operator that is unsupported, or that follows an unsupported one."""
        values: list[Value] = []
        own = UnknownOp(op.title, op.name, next(filter(None, op.outputs), ""))
        cause = next((self.causes[name] for name in reads if name in self.causes), own)
        if cause is own:
            self.unknown.append(own)
        for n, tensor in enumerate(op.outputs):
            if not tensor:
                values.append(Constant())
                continue
            name = self.graph.add_unknown(self.name(op, n), reads)
            self.origins[name] = (op.title, tensor)
            self.causes[name] = cause
            if cause is own:
                self.unsupported.add(name)
            values.append(UnknownTensor(name))
        return values

    def apply(
        self, op: Op, operation: Operation | None, tensor: Tensor, axes: Axes | None = None, *, output: int = 0
    ) -> Tensor:
        """Return the tensor after an operation, None for identity; its axes stay as they are by default."""
        name = self.add(op, operation or "identity", [tensor], output=output)
        return Tensor(name, tensor.axes if axes is None else axes)

    def apply_layer(self, op: Op, layer: Layer, tensor: Tensor, first: Axes) -> Tensor:
        """Return the tensor after a layer: its `first` axes, and as many spatial ones as the tensor has."""
        name = self.add(op, layer, [tensor])
        height, width = self.graph.nodes[name].size or (1, 1)
        return Tensor(name, (*first, *(along("h", height), along("w", width))[4 - len(tensor.axes) :]))

    def separated(self, op: Op, tensor: Tensor) -> Tensor:
        """Return the tensor as (N, C, H, W) or (N, C, W), as operators with windows read it."""
        rank = len(tensor.axes)
        if rank not in (3, 4):
            raise Unsupported
        layer, axes = separate(tensor.axes, self.size(tensor), 2 if rank == 4 else None, rank - 1)
        return Tensor(tensor.node if layer is None else self.add(op, layer, [tensor], helper="grid"), axes)

    def join(self, op: Op, operation: str, tensors: Sequence[Tensor], axes: Axes) -> Tensor:
        """Join tensors cell by cell. Where one of the sizes repeats, everything except a product is a sum."""
        if operation == "concat" and len({self.size(tensor) for tensor in tensors}) > 1:
            operation = "add"
        return Tensor(self.add(op, operation, tensors), axes)

    def join_inputs(self, op: Op, operation: str = "add") -> Tensor:
        """Join all inputs cell by cell, with broadcasting."""
        inputs = self.inputs(op)
        tensors = [value for value in inputs if isinstance(value, Tensor)]
        constants = [value.shape or () for value in inputs if isinstance(value, Constant)]
        try:
            axes = broadcast([tensor.axes for tensor in tensors], constants)
        except Unsupported:  # channels may be on spatial axes, as after a convolution over them
            tensors = [self._without_cells(op, tensor) for tensor in tensors]
            axes = broadcast([tensor.axes for tensor in tensors], constants)
        return self.join(op, operation, tensors, axes)

    def _without_cells(self, op: Op, tensor: Tensor) -> Tensor:
        """Return a single cell for a tensor that reads the whole input in each of its cells."""
        if not self.graph.fields[tensor.node].is_summary or self.size(tensor) == (1, 1):
            return tensor
        return Tensor(self.add(op, "global_pool", [tensor], helper="gate"), tuple(map(channels, tensor.shape)))

    def reduce(
        self, op: Op, tensor: Tensor, positions: Sequence[int], axes: Axes, pool: str = "global_pool", output: int = 0
    ) -> Tensor:
        """Return a tensor whose outputs read the whole of some axes each."""
        operation = reduction(tensor.axes, positions, self.size(tensor))
        return self.apply(op, pool if operation == "global" else operation, tensor, axes, output=output)

    def normalize(self, op: Op, tensor: Tensor, positions: Sequence[int]) -> Tensor:
        """Return a tensor whose outputs read their own cell, and the whole of some axes to divide by a statistic."""
        operation = reduction(tensor.axes, positions, self.size(tensor))
        if operation is None or self.size(tensor) == (1, 1):
            return self.apply(op, "identity", tensor)
        name = self.add(op, "global_pool" if operation == "global" else operation, [tensor], helper="statistics")
        return self.join(op, "add", [tensor, Tensor(name, ())], tensor.axes)

    def attend(self, op: Op, tensors: Sequence[Tensor]) -> Tensor:
        """Return a tensor whose outputs read their own cell of the first input, and the whole of all inputs."""
        first = tensors[0]
        whole = []
        for number, tensor in enumerate({tensor.node: tensor for tensor in tensors}.values(), start=1):
            if self.size(tensor) != (1, 1):
                whole.append(Tensor(self.add(op, "global_pool", [tensor], helper=f"whole {number}"), ()))
        return self.join(op, "add", [first, *whole], first.axes)
