"""Build a graph operator by operator: how nodes are added and joined within limits, and what an output reads."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm, prod
from typing import Final

from convviz import limits
from convviz.analysis.receptive.footprints import JOINS, Blocks, Operation, Size
from convviz.analysis.receptive.graph import DATA, PLURALS, UNKNOWN, Graph, UnknownOp
from convviz.arithmetic import Layer, Volume, pad2d
from convviz.arithmetic.arguments import shown
from convviz.arithmetic.volume import over_axes
from convviz.errors import SpecError

from .axis_tracking import (
    Axes,
    Factor,
    Unsupported,
    along,
    broadcast,
    channels,
    digits,
    entered,
    labels,
    labels_of,
    merge,
    renumbered,
    require,
    separate,
    window,
)
from .parse_model import MOST_DIMENSIONS, Constant, Op
from .tensors import Listed, Part, Tensor, UnknownTensor, Value

LARGEST: Final = 10**15
"""Largest jump, center or size; a file can be made so that they have thousands of digits."""

MOST_BITS: Final = 20_000
"""Bits of a dimension of a tensor; in the largest file, Concat can make 17,000, and other operators 300,000."""

MOST_SCANNED: Final = 10**6
"""Rows and columns that are gone through one by one. Measured: 1 second."""

MOST_BOXES: Final = 10**6
"""Boxes of receptive fields. Measured: 1 second. U-Net++, which enlarges 5 times and joins all planes, has 4,500."""

MOST_LARGE: Final = 20_000
"""Operators on constants of which only the shape is computed. Measured: 5 seconds."""

MOST_PARTS: Final = 30_000
"""Parts of lists of places, counted at each operator. Measured: 3 seconds. A class token before a grid is 2 of them."""

MOST_COMPUTED: Final = 10**7
"""Numbers of all constants that a file computes: 80 megabytes. Those of window attention in Swin are 10^5."""

NODES: Final = "the network must have at most {} nodes"
OPS: Final = "the model must have at most {} operators that depend on its input"
EDGES: Final = "the nodes of the network must have at most {} inputs together"
SCANNED: Final = "rows and columns of resized and of misaligned planes must be at most {} together"
COMPUTED: Final = "what the model computes from constants must have at most {} numbers"
LARGE: Final = "the model must have at most {} operators that compute large constants"
PARTS: Final = "lists of places must have at most {} parts, counted at each of their operators"
BOXES: Final = "receptive fields must be made of at most {} boxes together"
"""The rules for the work that a file can ask for, which is counted before it is done."""


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
    unknown, origins, causes, unsupported, treatments, notes, parts
        As in `Provenance`.
    treated : dict
        For every node that is treated as the caller said, or follows such a node, the operator and its treatment.
    tensors : dict
        The tensor of each node that the file names.
    crops : dict
        For every node that is a crop along one axis: the node that it is cut from, the label of the axis, the range.
    counts : Counter
        The work so far, by the rules that limit it.
    part : str
        What names of nodes have behind them while a part of a list is made that is not its largest.
    """

    graph: Graph
    opset: int
    values: dict[str, Value]
    unknown: list[UnknownOp] = field(default_factory=list)
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)
    causes: dict[str, UnknownOp] = field(default_factory=dict)
    unsupported: set[str] = field(default_factory=set)
    treatments: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    treated: dict[str, tuple[str, Operation]] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    crops: dict[str, tuple[str, str, range]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    part: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the axes of the image."""
        return labels_of((0,) * self.graph.rank)

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
        if constant.data is None and constant.outside:
            raise Unsupported(
                f"it needs the numbers of {shown(constant.outside)}, which are in another file: export the model in "
                "one file (external_data=False)"
            )
        if constant.data is None or constant.data.size > most:
            raise Unsupported
        return [int(integer) for integer in constant.data.ravel()]

    def tensor(self, op: Op, number: int = 0) -> Tensor:
        """Return one of the inputs, which must depend on the image."""
        value = self.value(op, number)
        if isinstance(value, Listed):
            return self.joined(op, value)
        if not isinstance(value, Tensor):
            raise Unsupported
        return value

    def size(self, tensor: Tensor) -> Size:
        """Return the cells of a tensor along each axis of the image."""
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

    def check(self, op: Op, value: Tensor | Listed) -> Tensor | Listed:
        """Refuse a tensor that would make all work on it long."""
        if len(value.shape) > MOST_DIMENSIONS or max(value.shape, default=1).bit_length() > MOST_BITS:
            rule = f"must give tensors of at most {MOST_DIMENSIONS} dimensions, none above 2^{MOST_BITS}"
            raise SpecError(f'node "{op.name}" {rule}; got {shown(value.shape)}.')
        return value

    @contextmanager
    def replaced(self, op: Op, values: Sequence[Value | None]) -> Iterator[None]:
        """Let the inputs of an operator have other values; None keeps one."""
        before = {name: self.values[name] for name in op.inputs if name}
        pairs = zip(op.inputs, values, strict=True)
        self.values.update((name, value) for name, value in pairs if name and value is not None)
        try:
            yield
        finally:
            self.values.update(before)

    # Nodes ------------------------------------------------------------------------------------------------------------

    def name(self, op: Op, output: int = 0, helper: str = "") -> str:
        """Return a new name: that of the file's node, with a suffix for later outputs and for helpers."""
        self.count(NODES, limits.ONNX_NETWORK_NODES, 1, op.name)
        wanted = op.name + (f":{output}" if output else "") + (f" ({helper})" if helper else "") + self.part
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
        is_bound: bool = False,
        fixed: bool = False,
        aligns_corners: bool = False,
    ) -> str:
        """Add a node for an output of a node of the file, or a helper of that node, and return its name."""
        nodes = list(dict.fromkeys(tensor.node for tensor in tensors))
        if operation in JOINS and len(nodes) == 1:
            operation = "identity"
        name = self.name(op, output, helper)
        if helper or self.part:  # what the nodes of the file read is counted before
            self.count(EDGES, limits.ONNX_EDGES, len(nodes), op.name)
        self.count(BOXES, MOST_BOXES, self.graph.effort(operation, nodes), name)
        self.graph.add(name, operation, nodes, is_bound=is_bound, fixed=fixed, aligns_corners=aligns_corners)
        bounds = self.graph.bounds(name)
        numbers = [Fraction(number) for numbers in bounds for number in numbers]
        if any(abs(number) > LARGEST or number.denominator > LARGEST for number in numbers):
            raise SpecError(f'node "{name}" must have jump, center and size of at most 10^15; got larger ones.')
        sizes = zip(bounds, self.graph.nodes[name].size or (0,) * self.graph.rank, strict=True)
        # where paths of different jumps have met, an axis has several sizes, and all outputs are gone through
        self.count_scanned(name, sum(cells * (len(numbers) - 3) for numbers, cells in sizes if len(numbers) > 3))
        if not helper and not self.part and op.outputs[output]:
            self.origins[name] = (op.title, op.outputs[output])
        return name

    def add_unknown(
        self,
        op: Op,
        reads: Sequence[str],
        why: str = "",
        shapes: Sequence[tuple[int, ...] | None] = (),
        *,
        is_data: bool = False,
        is_inside: bool = False,
    ) -> list[Value]:
        """Add a node for every output of an operator that is unsupported, or that follows an unsupported one.

        Nodes inside a span that is treated as one are not listed among the unsupported ones.
        """
        values: list[Value] = []
        own = UnknownOp(op.title, op.name, next(filter(None, op.outputs), ""))
        cause = next((self.causes[name] for name in reads if name in self.causes), own)
        if cause is own and not is_inside:
            self.unknown.append(own)
        for n, tensor in enumerate(op.outputs):
            if not tensor:
                values.append(Constant())
                continue
            name = self.graph.add_unknown(self.name(op, n), reads, DATA if is_data and cause is own else UNKNOWN)
            self.origins[name] = (op.title, tensor)
            self.causes[name] = cause
            if cause is own:
                self.unsupported.add(name)
                self.notes |= {name: why} if why else {}
            values.append(UnknownTensor(name, shapes[n] if n < len(shapes) else None))
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

    def over(self, along_each: Mapping[str, Layer], usual: Layer) -> Layer | Volume:
        """Return the layer that does along each axis of the image what the layer of its label does along its first."""
        return over_axes(*(along_each.get(label, usual) for label in self.labels))

    def apply_layer(
        self,
        op: Op,
        layer: Layer | Volume,
        tensor: Tensor,
        places: dict[int, str],
        axes: Sequence[tuple[Factor, ...]],
        *,
        fixed: bool = False,
    ) -> Tensor:
        """Return the tensor after a layer, with these axes; those in the places of the image have their new lengths."""
        name = self.add(op, layer, [tensor], fixed=fixed)
        size = dict(zip(self.labels, self.graph.nodes[name].size or (), strict=False))
        result = [along(places[n], size[places[n]]) if n in places else axis for n, axis in enumerate(axes)]
        return Tensor(name, tuple(result))

    def places(self, tensor: Tensor) -> dict[int, str]:
        """Return the labels of the axes behind the first two, as operators with windows read them: (N, C, ...).

        Channels may be among them, and axes of the image outside them.
        """
        require(tensor.rank >= 3)
        positions = range(2, tensor.rank)
        found = {n: labels(tensor.axes[n]) for n in positions}
        require(all(len(names) < 2 for names in found.values()))
        taken = {n: next(iter(names)) for n, names in found.items() if names}
        require(len(set(taken.values())) == len(taken))
        full = dict(zip(self.labels, self.size(tensor), strict=True))
        free = [label for label in self.labels if label not in taken.values() and full[label] == 1]
        usual = dict(zip(positions, self.labels[-len(positions) :], strict=False))
        for n in positions if len(positions) <= len(self.labels) else ():
            if n not in taken and free:  # of one cell, or of channels that become its cells
                taken[n] = usual[n] if usual[n] in free else free[-1]
                free.remove(taken[n])
        return taken

    def separated(self, op: Op, tensor: Tensor, places: dict[int, str]) -> Tensor:
        """Return the tensor with whole axes of the image in these places."""
        layer, axes = separate(tensor.axes, self.size(tensor), places)
        return Tensor(tensor.node if layer is None else self.add(op, layer, [tensor], helper="grid", fixed=True), axes)

    def count_parts(self, op: Op, number: int) -> None:
        """Count parts of lists that are gone through."""
        self.count(PARTS, MOST_PARTS, number, op.name)

    def in_parts(self, op: Op, lengths: Sequence[int], made: Callable[[int], Part]) -> list[Part]:
        """Return what is made of each part of a list; the largest, made last, has the names of the file."""
        self.count_parts(op, len(lengths))
        main = max(range(len(lengths)), key=lambda n: (lengths[n], -n))
        parts: dict[int, Part] = {}
        for n in sorted(range(len(lengths)), key=lambda n: n == main):
            self.part = "" if n == main else f" (part {n + 1})"
            try:
                parts[n] = made(n)
            finally:
                self.part = ""
        return [parts[n] for n in range(len(lengths))]

    def order(self, tensor: Tensor) -> None:
        """Note in which order a tensor has the axes of the image, where it is another than that of the image."""
        found = [one.label for axis in tensor.axes for one in digits(axis)]
        names = list(dict.fromkeys(label for label in found))
        usual = [label for label in self.labels if label in names]
        if names != usual and len(names) == len(set(self.labels)):
            node = self.graph.nodes[tensor.node]
            self.graph.nodes[tensor.node] = replace(node, order=tuple(self.labels.index(label) for label in names))

    # Joins ------------------------------------------------------------------------------------------------------------

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
        is_bound = False
        try:
            axes = self.broadcast(op, tensors, constants)
        except Unsupported:
            largest = max((self.size(tensor) for tensor in tensors), key=prod)
            for n, tensor in enumerate(tensors):
                is_gate = self.graph.fields[tensor.node].is_summary  # channels may be on spatial axes
                if set(self.size(tensor)) != {1} and (is_gate or self.size(tensor) != largest):
                    is_bound |= not is_gate  # places of another grid: at most all of them
                    name = self.add(op, "global_pool", [tensor], helper="gate" if is_gate else "whole")
                    tensors[n] = Tensor(name, tuple(map(channels, tensor.shape)))
            axes = self.broadcast(op, tensors, constants)
        return Tensor(self.add(op, operation, tensors, is_bound=is_bound), axes)

    def broadcast(
        self, op: Op, tensors: Sequence[Tensor], constants: Sequence[Sequence[int]] = (), skip: int | None = None
    ) -> Axes:
        """Return the axes of what tensors and constants become cell by cell; refuse rows or columns that do not fit."""
        sizes = [self.size(tensor) for tensor in tensors]
        try:
            require(all(len({1, *cells}) < 3 for cells in zip(*sizes, strict=True)))  # else some are places of blocks
            return broadcast([tensor.axes for tensor in tensors], constants, skip)
        except Unsupported:
            for position in range(1, min(tensor.rank for tensor in tensors) + 1):
                self._refuse_lengths(op, tensors, -position)
            raise

    def _refuse_lengths(self, op: Op, tensors: Sequence[Tensor], position: int) -> None:
        """Refuse tensors whose axes of the image have other lengths, which no model can join."""
        lines = [tensor.axes[position] for tensor in tensors if len(tensor.axes[position]) == 1]
        names = {axis[0].label for axis in lines} & set(self.labels)
        lengths = sorted({axis[0].size for axis in lines})
        if len(names) != 1 or len(lengths) < 2:
            return
        number = self.labels.index(names.pop())
        plural = "samples" if len(self.graph.axes) == 1 else PLURALS[-self.graph.rank :][number]
        jumps = [self.graph.fields[name].axes[number].jump for name in self.graph.nodes]
        step = lcm(*(Fraction(jump).numerator for jump in jumps if jump))
        sides = (self.graph.input_size or (1,) * self.graph.rank)[number]
        hint = f": sides must be multiples of {step}" if sides % step else ""
        got = " and ".join(map(str, lengths))
        raise SpecError(f'{got} {plural} do not fit at "{op.name}"{hint}; got an input of {sides}.')

    def joined(self, op: Op, value: Listed, helper: str = "places") -> Tensor:
        """Return the tensor whose places along a whole axis of the image are those of all parts.

        Each part is set into zeros, and the sum has all places. Constants in front of or behind a single tensor are
        padding.
        """
        tensors = value.tensors
        found = labels(tensors[0].axes[value.axis]) if len(tensors[0].axes[value.axis]) == 1 else set()
        label = next(iter(found), None) or self._label_of(tensors[0], value.axis)
        require(label is not None)
        assert label is not None
        number = self.labels.index(label)
        for tensor in tensors:
            cells = tensor.shape[value.axis]
            require(tensor.axes[value.axis] == along(label, cells) and self.size(tensor)[number] == cells)
        across = [size[:number] + size[number + 1 :] for size in map(self.size, tensors)]
        require(len(set(across)) == 1)
        axes = list(broadcast([tensor.axes for tensor in tensors], skip=value.axis))
        start, total, parts = 0, sum(value.lengths), list[Tensor]()
        axes[value.axis] = along(label, total)
        for part, cells in zip(value.parts, value.lengths, strict=True):
            if isinstance(part, Tensor):
                layer = self.over({label: pad2d(((start, total - start - cells), (0, 0)))}, pad2d(0))
                own = helper if len(tensors) == 1 else f"part {len(parts) + 1}"
                parts.append(Tensor(self.add(op, layer, [part], helper=own), part.axes))
            start += cells
        if len(parts) == 1:
            return Tensor(parts[0].node, tuple(axes))
        return Tensor(self.add(op, "add", parts, helper=helper, is_bound=True), tuple(axes))

    def _label_of(self, tensor: Tensor, axis: int) -> str | None:
        """Return the label of an axis with a single cell."""
        try:
            return self.places(tensor).get(axis) if not tensor.axes[axis] else None
        except Unsupported:
            return None

    # What an output reads along some axes of a tensor -----------------------------------------------------------------

    def spread(self, op: Op, tensor: Tensor, read: Iterable[Factor], helper: str) -> Tensor:
        """Return a tensor of which each output reads the whole of some digits; its axes are those of `tensor`.

        All places are a summary, which is one place; a whole axis is one row; other digits are blocks.
        """
        size = self.size(tensor)
        wholes, blocks = self._split(read, size)
        if (not wholes and not blocks) or set(size) == {1}:
            return tensor
        if not blocks and all(label in wholes or cells == 1 for label, cells in zip(self.labels, size, strict=True)):
            return Tensor(self.add(op, "global_pool", [tensor], helper=helper), tensor.axes)
        if wholes:
            along_each = {label: window(size[self.labels.index(label)]) for label in wholes}
            layer = self.over(along_each, window(1))
            tensor = Tensor(self.add(op, layer, [tensor], helper=helper, fixed=True), tensor.axes)
        if blocks:
            tensor = Tensor(self.add(op, self._blocks(blocks), [tensor], helper=helper), tensor.axes)
        return tensor

    def _blocks(self, read: Mapping[str, Factor]) -> Blocks:
        """Return the operation whose outputs read the whole of these digits, by their labels."""
        return Blocks(tuple((read[label].size, read[label].step) if label in read else (1, 1) for label in self.labels))

    def _split(self, read: Iterable[Factor], size: Size) -> tuple[set[str], dict[str, Factor]]:
        """Return the labels of axes that are read as a whole, and for each other label the one digit that is read."""
        wholes: set[str] = set()
        blocks: dict[str, Factor] = {}
        found = list(read)
        for label, cells in zip(self.labels, size, strict=True):
            mine = merge(sorted({one for one in found if one.label == label}, key=lambda one: -one.step))
            if mine == along(label, cells):
                wholes |= {label} if cells > 1 else set()
            elif mine:
                require(len(mine) == 1)
                blocks[label] = mine[0]
        return wholes, blocks

    def reduce(
        self, op: Op, tensor: Tensor, positions: Sequence[int], axes: Axes, pool: str = "global_pool", output: int = 0
    ) -> Tensor:
        """Return a tensor whose outputs read the whole of some axes each, which are gone from its `axes`."""
        return self.reduce_digits(
            op, tensor, digits(one for n in positions for one in tensor.axes[n]), axes, pool, output
        )

    def reduce_digits(
        self, op: Op, tensor: Tensor, read: Sequence[Factor], axes: Axes, pool: str = "global_pool", output: int = 0
    ) -> Tensor:
        """Return a tensor whose outputs read the whole of some digits each, which are gone from its `axes`."""
        size = self.size(tensor)
        wholes, blocks = self._split(read, size)
        if not wholes and not blocks:
            return self.apply(op, None, tensor, axes, output=output)
        if not blocks and all(label in wholes or cells == 1 for label, cells in zip(self.labels, size, strict=True)):
            return self.apply(op, pool, tensor, axes, output=output)
        along_each: dict[str, Layer] = {label: window(size[self.labels.index(label)]) for label in wholes}
        outer: dict[str, Layer] = {}
        for label, one in blocks.items():
            if one.step == 1:
                along_each[label] = window(one.size, stride=one.size)
            else:  # the outermost digit: of the interleaved blocks the first output of each is enough
                require(one.step * one.size == size[self.labels.index(label)])
                outer[label] = pad2d(
                    ((0, one.step - one.step * one.size), (0, 0)),
                )
        result = tensor
        if outer:
            apart = {label: blocks[label] for label in outer}
            result = Tensor(self.add(op, self._blocks(apart), [tensor], helper="blocks"), tensor.axes)
            layer = self.over(outer, pad2d(0))
            if not along_each:
                return self.apply(op, layer, result, renumbered(axes, blocks.values()), output=output)
            result = Tensor(self.add(op, layer, [result], helper="first"), tensor.axes)
        layer = self.over(along_each, window(1))
        return self.apply(op, layer, result, renumbered(axes, blocks.values()), output, fixed=True)

    def normalize(
        self, op: Op, tensor: Tensor, positions: Sequence[int], output: int = 0, *, is_bound: bool = False
    ) -> Tensor:
        """Return a tensor whose outputs read their own cell, and the whole of some axes to divide by a statistic."""
        statistics = self.spread(op, tensor, [one for n in positions for one in digits(tensor.axes[n])], "statistics")
        axes = entered(tensor.axes, positions)
        if statistics == tensor:
            return self.apply(op, None, tensor, axes, output=output)
        return Tensor(self.add(op, "add", [tensor, statistics], output=output, is_bound=is_bound), axes)

    def attend(self, op: Op, tensors: Sequence[Tensor], output: int = 0) -> Tensor:
        """Return a tensor whose outputs read their own cell of the first input, and the whole of all inputs."""
        first = tensors[0]
        whole = []
        for number, tensor in enumerate({tensor.node: tensor for tensor in tensors}.values(), start=1):
            if set(self.size(tensor)) != {1}:
                whole.append(Tensor(self.add(op, "global_pool", [tensor], helper=f"whole {number}"), ()))
        return Tensor(self.add(op, "add", [first, *whole], output=output), first.axes)
