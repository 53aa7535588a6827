"""Read the bytes of an exported model into plain values; no file is trusted.

Weights stay bytes: only their shapes are read, and the numbers of small constants. External data is refused, so that no
file except the given one is ever opened.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

MOST_DIMENSIONS: Final = 8
"""Dimensions of a tensor: work grows with them, and windows of an image, with heads and groups, have 7."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A tensor that does not depend on the image: its shape and its numbers, each None if unknown or not small."""

    shape: tuple[int, ...] | None = None
    data: Array | None = None

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
        Whether an attribute is a graph, as of `If`.
    given : str
        Its name in the file, which may be missing, too long, or that of another node, too.
    """

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    has_graph: bool = False
    given: str = ""

    @property
    def title(self) -> str:
        return self.kind.rpartition(".")[2]

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)


@dataclass(frozen=True, slots=True)
class Model:
    """A graph with its nodes in an order in which each reads only what comes before it.

    A dimension of `inputs` is None if the file leaves it open, or gives it a name.
    """

    opset: int
    inputs: Mapping[str, tuple[int | None, ...] | None]
    constants: Mapping[str, Constant]
    ops: tuple[Op, ...]


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
    if len(graph.node) > limits.ONNX_NODES:
        raise SpecError(f"the model must have at most {limits.ONNX_NODES} nodes; got {len(graph.node)}.")
    constants = {_text(tensor.name): _constant(tensor) for tensor in graph.initializer}
    for sparse in graph.sparse_initializer:
        constants[_text(sparse.values.name)] = Constant(_shape(sparse.values.name, sparse.dims))
    declared = {_text(value.name): _declared_shape(value) for value in graph.input}
    inputs = {name: shape for name, shape in declared.items() if name not in constants}
    opsets = [opset.version for opset in proto.opset_import if opset.domain in STANDARD]
    ops = _sort(_name_nodes(graph.node), {*constants, *inputs})
    return Model(max(opsets, default=1), MappingProxyType(inputs), MappingProxyType(constants), ops)


def _constant(tensor: Any) -> Constant:
    """Read a stored tensor; its numbers are only converted if they are few."""
    if tensor.data_location == 1 or tensor.external_data:
        raise SpecError(f"tensor {shown(tensor.name)} must be inside the file; got external data, which is not opened.")
    shape = _shape(tensor.name, tensor.dims)
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


def _name_nodes(nodes: Iterable[Any]) -> list[Op]:
    """Read the nodes, each with a name of its own: that of the file, or the operator with a number."""
    ops: list[Op] = []
    taken, numbers = {"input"}, Counter[str]()
    for number, node in enumerate(nodes, start=1):
        kind, given = _text(node.op_type), _text(node.name)
        if node.domain not in STANDARD:
            kind = f"{_text(node.domain)}.{kind}"
        kind = kind[:LONGEST_NAME]  # a table is as wide as its longest name
        wanted = given if 0 < len(given) <= LONGEST_NAME else f"{kind.rpartition('.')[2] or 'node'}_{number}"
        name = wanted
        while name in taken:
            numbers[wanted] += 1
            name = f"{wanted}_{numbers[wanted] + 1}"
        taken.add(name)
        attributes = {_text(attribute.name): _attribute_value(attribute) for attribute in node.attribute}
        has_graph = any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute)
        tensors = tuple(map(_text, node.input)), tuple(map(_text, node.output))
        ops.append(Op(kind, name, *tensors, attributes, has_graph, given))
    return ops


def _text(value: str | bytes) -> str:
    """Decode a text; protobuf gives what is not UTF-8 as bytes."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _attribute_value(attribute: Any) -> Any:
    """Return a plain value, of many numbers only how many; None for graphs and types."""
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
