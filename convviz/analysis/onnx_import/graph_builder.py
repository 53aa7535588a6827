"""Build a graph operator by operator: what is known of every tensor, and how nodes are added within limits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from convviz import limits
from convviz.analysis.receptive.footprints import JOINS, Operation
from convviz.analysis.receptive.graph import Graph, UnknownOp
from convviz.arithmetic import Layer
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .axis_tracking import Axes, Unsupported, along, broadcast, channels, dims, reduction, require, separate
from .parse_model import MOST_DIMENSIONS, Constant, Op

LARGEST: Final = 10**15
"""Largest jump, center or size; a file can be made so that they have thousands of digits."""

MOST_BITS: Final = 20_000
"""Bits of a dimension of a tensor; in the largest file, Concat can make 17,000, and other operators 300,000."""

MOST_SCANNED: Final = 10**6
"""Rows and columns that are gone through one by one. Measured: 1 second."""

MOST_BOXES: Final = 10**6
"""Boxes of receptive fields. Measured: 1 second. U-Net++, which enlarges 5 times and joins all planes, has 4,500."""

NODES: Final = "the network must have at most {} nodes"
EDGES: Final = "the nodes of the network must have at most {} inputs together"
SCANNED: Final = "rows and columns of resized and of misaligned planes must be at most {} together"
BOXES: Final = "receptive fields must be made of at most {} boxes together"
"""The rules for the work that a file can ask for, which is counted before it is done."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor that depends on the image: its node in the graph, and the axes with the height and the width."""

    node: str
    axes: Axes

    @property
    def shape(self) -> tuple[int, ...]:
        return dims(self.axes)

    @property
    def rank(self) -> int:
        return len(self.axes)


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
    counts : Counter
        The work so far, by the rules that limit it.
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
    counts: Counter[str] = field(default_factory=Counter)

    def inputs(self, op: Op) -> list[Value | None]:
        """Return the inputs of an operator; None for an input that is left out."""
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

    def integers(self, op: Op, number: int) -> list[int]:
        """Return the integers of an input, which must not be left out."""
        integers = self.optional_integers(op, number)
        if integers is None:
            raise Unsupported
        return integers

    def optional_integers(
        self, op: Op, number: int, attribute: str = "", most: int = 2 * MOST_DIMENSIONS
    ) -> list[int] | None:
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

    def count(self, rule: str, most: int, number: int, node: str) -> None:
        """Count work that a node asks for, and refuse it if all of this kind is more than `most`."""
        self.counts[rule] += number
        if self.counts[rule] > most:
            raise SpecError(f'{rule.format(most)}; got more up to node "{node}".')

    def count_scanned(self, node: str, cells: int) -> None:
        """Count rows and columns that are gone through one by one."""
        self.count(SCANNED, MOST_SCANNED, cells, node)

    def check(self, op: Op, tensor: Tensor) -> Tensor:
        """Refuse a tensor that would make all work on it long."""
        if tensor.rank > MOST_DIMENSIONS or max(tensor.shape, default=1).bit_length() > MOST_BITS:
            rule = f"must give tensors of at most {MOST_DIMENSIONS} dimensions, none above 2^{MOST_BITS}"
            raise SpecError(f'node "{op.name}" {rule}; got {shown(tensor.shape)}.')
        return tensor

    def name(self, op: Op, output: int = 0, helper: str = "") -> str:
        """Return a new name: that of the file's node, with a suffix for later outputs and for helpers."""
        self.count(NODES, limits.ONNX_NETWORK_NODES, 1, op.name)
        wanted = op.name + (f":{output}" if output else "") + (f" ({helper})" if helper else "")
        name, again = wanted, 2
        while name in self.graph.nodes:
            name, again = f"{wanted}_{again}", again + 1
        return name

    def add(
        self,
        op: Op,
        operation: Operation,
        tensors: Sequence[Tensor],
        *,
        output: int = 0,
        helper: str = "",
        fixed: bool = False,
        aligns_corners: bool = False,
    ) -> str:
        """Add a node for an output of a node of the file, or a helper of that node, and return its name."""
        nodes = list(dict.fromkeys(tensor.node for tensor in tensors))
        if operation in JOINS and len(nodes) == 1:
            operation = "identity"
        name = self.name(op, output, helper)
        self.count(BOXES, MOST_BOXES, self.graph.effort(operation, nodes), name)
        self.graph.add(name, operation, nodes, fixed=fixed, aligns_corners=aligns_corners)
        bounds = self.graph.bounds(name)
        numbers = [Fraction(number) for numbers in bounds for number in numbers]
        if any(abs(number) > LARGEST or number.denominator > LARGEST for number in numbers):
            raise SpecError(f'node "{name}" must have jump, center and size of at most 10^15; got larger ones.')
        sizes = zip(bounds, self.graph.nodes[name].size or (0, 0), strict=True)
        # where paths of different jumps have met, an axis has several sizes, and all outputs are gone through
        self.count_scanned(name, sum(cells * (len(numbers) - 3) for numbers, cells in sizes if len(numbers) > 3))
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
        self,
        op: Op,
        operation: Operation | None,
        tensor: Tensor,
        axes: Axes,
        output: int = 0,
        *,
        fixed: bool = False,
        aligns_corners: bool = False,
    ) -> Tensor:
        """Return the tensor after an operation, None for identity."""
        operation = operation or "identity"
        name = self.add(op, operation, [tensor], output=output, fixed=fixed, aligns_corners=aligns_corners)
        return Tensor(name, axes)

    def apply_layer(self, op: Op, layer: Layer, tensor: Tensor, first: Axes) -> Tensor:
        """Return the tensor after a layer: its `first` axes, and as many spatial ones as the tensor has."""
        name = self.add(op, layer, [tensor])
        height, width = self.graph.nodes[name].size or (1, 1)
        return Tensor(name, (*first, *(along("h", height), along("w", width))[4 - tensor.rank :]))

    def separated(self, op: Op, tensor: Tensor) -> Tensor:
        """Return the tensor as (N, C, H, W) or (N, C, W), as operators with windows read it."""
        require(tensor.rank in (3, 4))
        layer, axes = separate(tensor.axes, self.size(tensor), 2 if tensor.rank == 4 else None, tensor.rank - 1)
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
            for n, tensor in enumerate(tensors):
                if self.graph.fields[tensor.node].is_summary and self.size(tensor) != (1, 1):
                    name = self.add(op, "global_pool", [tensor], helper="gate")
                    tensors[n] = Tensor(name, tuple(map(channels, tensor.shape)))
            axes = broadcast([tensor.axes for tensor in tensors], constants)
        return self.join(op, operation, tensors, axes)

    def reduce(
        self, op: Op, tensor: Tensor, positions: Sequence[int], axes: Axes, pool: str = "global_pool", output: int = 0
    ) -> Tensor:
        """Return a tensor whose outputs read the whole of some axes each."""
        operation = reduction(tensor.axes, positions, self.size(tensor))
        layer = pool if operation == "global" else operation
        return self.apply(op, layer, tensor, axes, output, fixed=isinstance(layer, Layer))

    def normalize(self, op: Op, tensor: Tensor, positions: Sequence[int]) -> Tensor:
        """Return a tensor whose outputs read their own cell, and the whole of some axes to divide by a statistic."""
        operation = reduction(tensor.axes, positions, self.size(tensor))
        if operation is None or self.size(tensor) == (1, 1):
            return self.apply(op, None, tensor, tensor.axes)
        layer = "global_pool" if operation == "global" else operation
        name = self.add(op, layer, [tensor], helper="statistics", fixed=isinstance(layer, Layer))
        return self.join(op, "add", [tensor, Tensor(name, ())], tensor.axes)

    def attend(self, op: Op, tensors: Sequence[Tensor]) -> Tensor:
        """Return a tensor whose outputs read their own cell of the first input, and the whole of all inputs."""
        first = tensors[0]
        whole = []
        for number, tensor in enumerate({tensor.node: tensor for tensor in tensors}.values(), start=1):
            if self.size(tensor) != (1, 1):
                whole.append(Tensor(self.add(op, "global_pool", [tensor], helper=f"whole {number}"), ()))
        return self.join(op, "add", [first, *whole], first.axes)
