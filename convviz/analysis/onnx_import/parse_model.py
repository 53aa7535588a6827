"""Read the bytes of an exported model into plain values; no file is trusted.

Weights stay bytes: only their shapes are read, and the numbers of small constants. Of tensors in other files the shapes
are here, and no file except the given one is ever opened.
"""

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import prod
from mmap import ACCESS_READ, mmap
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError, needs_extra

from .strip_weights import Damaged, strip_weights

Array = npt.NDArray[Any]

NOT_A_MODEL: Final = "the model must be an ONNX file, whole and undamaged"
STANDARD: Final = ("", "ai.onnx")
LONGEST_NAME: Final = 200
MOST_NOTED: Final = 4_000
"""Characters of a name, and of the note of the modules that made a node."""

BYTES_A_PART: Final = 100
"""What an input, an output or an attribute of a node takes at least."""

MOST_DIMENSIONS: Final = 8
"""Dimensions of a tensor: work grows with them, and windows of an image, with heads and groups, have 7."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A tensor that does not depend on the image: its shape and its numbers, each None if unknown or not small.

    `outside` is the name of a tensor whose numbers are in another file.
    """

    shape: tuple[int, ...] | None = None
    data: Array | None = None
    outside: str = ""

    @classmethod
    def of(cls, data: Array) -> "Constant":
        """Return a constant with these numbers, or with their shape alone if they are many or no real numbers."""
        is_kept = data.size <= limits.ONNX_NUMBERS and data.dtype.kind in "biuf"
        return cls(tuple(data.shape), data if is_kept else None)


@dataclass(frozen=True, slots=True)
class Op:
    """A node of the file.

    Attributes
    ----------
    kind : str
        Its operator, with the domain unless that is ONNX's own; `title` is the same without it.
    name : str
        A name of its own in the model.
    inputs, outputs : tuple of str
        Names of tensors, empty for a tensor that is left out.
    attributes : Mapping
        The values of its attributes.
    has_graph : bool
        Whether an attribute is a graph.
    given : str
        Its name in the file, which may be missing, too long, or that of another node, too.
    scope : str
        The module that made it, such as "layer4.2.conv2", if the file names it.
    branches : Mapping
        The graphs of If by their names, "then_branch" and "else_branch". What they read is among the inputs.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    has_graph: bool = False
    given: str = ""
    scope: str = ""
    branches: "Mapping[str, Branch]" = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.kind.rpartition(".")[2]

    @property
    def domain(self) -> str:
        return self.kind.rpartition(".")[0]

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)


@dataclass(frozen=True, slots=True)
class Branch:
    """A graph inside a node: its constants, its nodes in their order, and the tensors that it gives."""

    constants: Mapping[str, Constant]
    ops: tuple[Op, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A graph with its nodes in an order in which each reads only what comes before it.

    A dimension of `inputs` and of `declared`, the shapes that the file states, is None if the file leaves it open, or
    gives it a name.
    """

    opset: int
    inputs: Mapping[str, tuple[int | None, ...] | None]
    constants: Mapping[str, Constant]
    ops: tuple[Op, ...]
    outputs: tuple[str, ...] = ()
    declared: Mapping[str, tuple[int | None, ...] | None] = field(default_factory=dict)


def graph_of(source: object) -> bytes:
    """Return a model without its weights, to be read again and again; the file is counted, but not parsed."""
    data = read_bytes(source)
    try:
        return strip_weights(data)
    except Damaged as error:
        raise _refusal(data, error.whole) from None


def load(source: object) -> Model:
    """Read the model in these bytes or in the file of this path."""
    data = read_bytes(source)
    with needs_extra():
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]
        from onnx import ModelProto
    try:
        return _model(ModelProto.FromString(strip_weights(data)))
    except (Damaged, DecodeError, UnicodeDecodeError) as error:
        raise _refusal(data, getattr(error, "whole", None)) from None


def read_bytes(source: object) -> bytes | mmap:
    """Return the bytes of a model, from nothing except an ordinary file of limited size."""
    if isinstance(source, bytes | bytearray | memoryview):
        most, size = limits.ONNX_MEGABYTES, len(source)
        data: bytes | mmap = bytes(source) if size <= most * 10**6 else b""
    elif isinstance(source, str | os.PathLike):
        most = limits.ONNX_FILE_MEGABYTES
        try:
            with open(source, "rb", opener=_open) as file:
                size = os.fstat(file.fileno()).st_size
                data = mmap(file.fileno(), 0, access=ACCESS_READ) if 0 < size <= most * 10**6 else b""
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "no path"
            raise SpecError(f"path must be that of a file that can be read; got {shown(source)} ({why}).") from None
    else:
        raise SpecError(f"path_or_bytes must be a path or the bytes of an ONNX file; got {shown(source)}.")
    if size > most * 10**6:
        raise SpecError(f"the model must have at most {most} megabytes; got {size / 10**6:.1f}.")
    if not data:
        raise SpecError(f"{NOT_A_MODEL}; got an empty one.")
    return data


def _open(path: str, flags: int) -> int:
    """Open an ordinary file: no pipe, whose other end may never come, and no device, whose bytes never end."""
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(0, "not an ordinary file")
    return file


def _refusal(data: bytes | mmap, whole: int | None) -> SpecError:
    """Return what is wrong with bytes that are no model, or the beginning of one that has at least `whole` bytes."""
    size, begin = len(data), data[:200]
    text = begin.decode("utf-8", "replace")
    if size > limits.ONNX_MEGABYTES * 10**6:
        rule = "must be an ONNX file whose weights are in large tensors"
        got = f"{size / 10**6:.1f} megabytes of something else"
        return SpecError(f"a model of more than {limits.ONNX_MEGABYTES} megabytes {rule}; got {got}.")
    if all(sign.isprintable() or sign.isspace() for sign in text.rstrip("\ufffd")):
        instead = f"a text that begins with {shown(text[:20])}"
    elif begin.startswith((b"PK\3\4", b"\x89HDF", b"\x80\2")):  # as PyTorch and Keras save
        instead = "a file of another format: export the model to ONNX first"
    elif whole is not None:
        instead = f"one that is cut off: {size} of at least {whole} bytes"
    else:
        instead = f"{size} bytes that cannot be read, damaged or of another format"
    return SpecError(f"{NOT_A_MODEL}; got {instead}.")


def _model(proto: Any) -> Model:
    """Return the plain values of a parsed file."""
    graph = proto.graph
    if not graph.node or not graph.input:
        raise SpecError(f"{NOT_A_MODEL}; got one with {len(graph.node)} nodes and {len(graph.input)} inputs.")
    constants = _constants(graph)
    inputs = {name: shape for name, shape in _shapes(graph.input).items() if name not in constants}
    opsets = [opset.version for opset in proto.opset_import if opset.domain in STANDARD]
    nodes = _Nodes({(one.domain, one.name): one for one in proto.functions})
    ops = _sort(nodes.read(graph.node, {}), {*constants, *inputs})
    return Model(
        max(opsets, default=1),
        MappingProxyType(inputs),
        MappingProxyType(constants),
        ops,
        tuple(_text(value.name) for value in graph.output),
        MappingProxyType(_shapes(graph.value_info) | _shapes(graph.output)),
    )


def _constants(graph: Any) -> dict[str, Constant]:
    """Return the stored tensors of a graph."""
    constants = {_text(tensor.name): _constant(tensor) for tensor in graph.initializer}
    for sparse in graph.sparse_initializer:
        constants[_text(sparse.values.name)] = Constant(_shape(sparse.values.name, sparse.dims))
    return constants


def _shapes(values: Iterable[Any]) -> dict[str, tuple[int | None, ...] | None]:
    """Return the shapes that a graph declares."""
    return {_text(value.name): _declared_shape(value) for value in values}


def _constant(tensor: Any) -> Constant:
    """Read a stored tensor; its numbers are only converted if they are few and in this file."""
    shape = _shape(tensor.name, tensor.dims)
    if tensor.data_location == 1 or tensor.external_data:
        return Constant(shape, outside=_text(tensor.name))
    if prod(shape) > limits.ONNX_NUMBERS or tensor.data_type in (0, 8):  # undefined, and texts
        return Constant(shape)
    from onnx import numpy_helper

    try:
        return Constant(shape, np.asarray(numpy_helper.to_array(tensor)))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, NotImplementedError):
        rule = "must hold as many numbers as its shape says, of a type that ONNX has"
        raise SpecError(f"tensor {shown(tensor.name)} {rule}; got shape {shape}.") from None


def _shape(name: str, sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the shape of a stored tensor, which must be valid."""
    shape = tuple(sizes[: MOST_DIMENSIONS + 1])
    if len(shape) > MOST_DIMENSIONS or min(shape, default=0) < 0:
        rule = f"must have at most {MOST_DIMENSIONS} dimensions, none below 0"
        raise SpecError(f"tensor {shown(name)} {rule}; got {shown(shape)}.")
    return shape


def _declared_shape(value: Any) -> tuple[int | None, ...] | None:
    """Return the shape of an input, None if it has none."""
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    dims = tensor.shape.dim
    if len(dims) > MOST_DIMENSIONS:
        raise SpecError(f"input {shown(value.name)} must have at most {MOST_DIMENSIONS} dimensions; got {len(dims)}.")
    return tuple(dim.dim_value if dim.dim_value > 0 else None for dim in dims)  # a named one has the value 0


class _Nodes:
    """Read the nodes of a model: each gets a name of its own, and functions of the file are replaced by their nodes."""

    def __init__(self, functions: Mapping[tuple[str, str], Any]) -> None:
        self.functions = functions
        self.taken, self.numbers, self.count = {"input"}, Counter[str](), 0
        self.room = limits.ONNX_GRAPH_MEGABYTES * 10**6

    def read(
        self,
        nodes: Iterable[Any],
        names: Mapping[str, str],
        prefix: str = "",
        given: Mapping[str, Any] | None = None,
        depth: int = 0,
    ) -> list[Op]:
        """Return the nodes of a graph, or of a function whose tensors have these names outside it.

        Parameters
        ----------
        names : Mapping
            What tensors of the function are called outside; the others get the prefix.
        prefix : str
            The name of the node that calls the function, with a slash.
        given : Mapping, optional
            The attributes of that node.
        depth : int
            Functions around this one.
        """
        ops: list[Op] = []
        for node in nodes:
            if prefix:
                self.enter(node, prefix)
            tensors = [
                tuple(names.get(name, prefix + name) if name else "" for name in map(_text, group))
                for group in (node.input, node.output)
            ]
            attributes = {_text(one.name): _attribute_value(one, given or {}) for one in node.attribute}
            function = self.functions.get((node.domain, node.op_type))
            self.count += 1
            if self.count > limits.ONNX_RAW_NODES or depth > limits.ONNX_DEPTH:
                most = f"{limits.ONNX_RAW_NODES} nodes, and functions {limits.ONNX_DEPTH} deep"
                raise SpecError(f"the model must have at most {most}; got more.")
            if function is not None:
                inner = dict(zip(map(_text, function.input), tensors[0], strict=False))
                inner |= dict(zip(map(_text, function.output), tensors[1], strict=False))
                inner |= {name: "" for name in map(_text, function.input) if name not in inner}
                name = _text(node.name) or _text(node.op_type)
                name = self.name(name if len(name) <= LONGEST_NAME else f"function_{self.count}")
                ops += self.read(function.node, inner, f"{name}/", attributes, depth + 1)
            else:
                ops.append(self.op(node, tensors[0], tensors[1], attributes, names, prefix, depth))
        return ops

    def enter(self, node: Any, prefix: str) -> None:
        """Count the bytes of a node of a function, as often as the function is called."""
        parts = len(node.input) + len(node.output) + len(node.attribute)
        self.room -= node.ByteSize() + parts * (BYTES_A_PART + len(prefix))
        if self.room < 0:
            most = limits.ONNX_GRAPH_MEGABYTES
            raise SpecError(f"the model must have at most {most} megabytes in its functions at all calls; got more.")

    def op(
        self,
        node: Any,
        inputs: tuple[str, ...],
        outputs: tuple[str, ...],
        attributes: Mapping[str, Any],
        names: Mapping[str, str],
        prefix: str,
        depth: int,
    ) -> Op:
        """Return one node, with its branches if it is an If."""
        kind, given = _text(node.op_type), _text(node.name)
        if node.domain not in STANDARD:
            kind = f"{_text(node.domain)}.{kind}"
        kind = kind[:LONGEST_NAME]  # a table is as wide as its longest name
        title = kind.rpartition(".")[2] or "node"
        scope = _scope(node, inputs)
        wanted = f"{scope}/{title}" if scope else prefix + given if given else ""
        name = self.name(wanted if 0 < len(wanted) <= LONGEST_NAME else f"{title}_{self.count}")
        graphs = {_text(one.name): one.g for one in node.attribute if one.HasField("g")}
        has_graph = bool(graphs) or any(one.graphs for one in node.attribute)
        branches = {}
        if kind == "If":
            for label, graph in graphs.items():
                constants = {names.get(key, prefix + key): value for key, value in _constants(graph).items()}
                inner = self.read(graph.node, names, prefix, depth=depth + 1)
                gives = tuple(names.get(key, prefix + key) for key in (_text(one.name) for one in graph.output))
                branches[label] = Branch(constants, tuple(inner), gives)
                own = {*constants, *(tensor for one in inner for tensor in one.outputs)}
                reads = (tensor for one in inner for tensor in one.inputs if tensor)
                inputs += tuple(dict.fromkeys(tensor for tensor in (*reads, *gives) if tensor not in own))
        return Op(kind, name, inputs, outputs, attributes, has_graph, given, scope, branches)

    def name(self, wanted: str) -> str:
        """Return a name that no other node has."""
        name = wanted
        while name in self.taken:
            self.numbers[wanted] += 1
            name = f"{wanted}_{self.numbers[wanted] + 1}"
        self.taken.add(name)
        return name


def _scope(node: Any, inputs: Sequence[str]) -> str:
    """Return the module that made a node, as PyTorch's newer exporter notes it; for a function that of its result.

    The notes are the modules from the outermost on, and then the operation. A convolution with which a normalization
    has been merged is noted under that: the name of its weight says which module it is.
    """
    noted = next((one.value for one in node.metadata_props if one.key == "pkg.torch.onnx.name_scopes"), "")
    scopes = re.findall(r"'([^']*)'", _text(noted)[:MOST_NOTED])
    if not scopes:
        return ""
    owner = inputs[1].removesuffix(".weight") if len(inputs) > 1 and inputs[1].endswith(".weight") else ""
    return owner or (scopes[-2] if len(scopes) > 1 and scopes[-2] else scopes[-1])


def _text(value: str | bytes) -> str:
    """Decode a text; protobuf gives what is not UTF-8 as bytes."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _attribute_value(attribute: Any, given: Mapping[str, Any]) -> Any:
    """Return a plain value, of many numbers only how many; None for graphs and types.

    Inside a function it may be one of those that the call has given.
    """
    if attribute.ref_attr_name:
        return given.get(_text(attribute.ref_attr_name))
    if attribute.type == 4:
        return _constant(attribute.t)
    if attribute.type in (6, 7):
        numbers = attribute.floats if attribute.type == 6 else attribute.ints
        return tuple(numbers) if len(numbers) <= limits.ONNX_NUMBERS else Constant((len(numbers),))
    return {1: attribute.f, 2: attribute.i, 3: attribute.s.decode("utf-8", "replace")}.get(attribute.type)


def _sort(ops: list[Op], known: set[str]) -> tuple[Op, ...]:
    """Sort nodes so that each follows all that it reads, and immediately follows the last of them where it can."""
    makers: dict[str, int] = {}
    for n, op in enumerate(ops):
        for tensor in filter(None, op.outputs):
            if tensor in makers or tensor in known:
                raise SpecError(f'node "{op.name}" must give its output a new name; got {shown(tensor)}.')
            makers[tensor] = n
    for op in ops:
        for tensor in filter(None, op.inputs):
            if tensor not in makers and tensor not in known:
                raise SpecError(f'node "{op.name}" must read tensors of the model; got {shown(tensor)}.')
    sorter = TopologicalSorter({n: [makers[name] for name in op.inputs if name in makers] for n, op in enumerate(ops)})
    try:
        sorter.prepare()
    except CycleError as error:
        name = ops[min(error.args[1])].name
        raise SpecError(f'the graph must have no cycle; got one at or before node "{name}".') from None
    order: list[Op] = []
    ready = sorted(sorter.get_ready(), reverse=True)
    while ready:
        n = ready.pop()
        order.append(ops[n])
        sorter.done(n)
        ready += sorted(sorter.get_ready(), reverse=True)
    return tuple(order)
