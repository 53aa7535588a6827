"""From the bytes of an exported model to plain values; nothing here trusts a file.

Weights stay bytes: only their shapes are asked for, and the numbers of small constants. External data is refused, so
that no file but the one given is ever opened.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from mmap import ACCESS_READ, mmap
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz import limits
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError, needs_extra

from .axis_tracking import MOST_DIMENSIONS
from .strip_weights import Damaged, skimmed

Array = npt.NDArray[Any]

NOT_A_MODEL: Final = "the model must be an ONNX file, whole and undamaged"
STANDARD: Final = ("", "ai.onnx")
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Constant:
    """A tensor that does not depend on the input: its shape and its numbers, each None if not known or not small."""

    shape: tuple[int, ...] | None = None
    data: Array | None = None

    @classmethod
    def of(cls, data: Array) -> "Constant":
        return cls(tuple(data.shape), data)


@dataclass(frozen=True, slots=True)
class Op:
    """A node of the file.

    `kind` is its operator, with its domain if that is not ONNX's own, `title` the same without it; `name` is its own in
    the model, `given` what the file calls it. Of a tensor that is left out, the name in `inputs` is empty.
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
        """An attribute."""
        return self.attributes.get(name, default)


@dataclass(frozen=True, slots=True)
class Model:
    """A graph, its nodes in an order in which each reads only what comes before it.

    A dimension of `inputs` is None where the file leaves it open, or gives it a name.
    """

    opset: int
    inputs: Mapping[str, tuple[int | None, ...] | None]
    constants: Mapping[str, Constant]
    ops: tuple[Op, ...]


def load(source: object) -> Model:
    """The model in these bytes or in the file of this path."""
    data = _bytes(source)
    with needs_extra():
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]
        from onnx import ModelProto
    try:
        return _model(ModelProto.FromString(skimmed(data)))
    except (Damaged, DecodeError, UnicodeDecodeError) as error:
        raise _refusal(data, getattr(error, "whole", None)) from None


def _bytes(source: object) -> bytes | mmap:
    """At most so many megabytes, from nothing but an ordinary file."""
    if isinstance(source, bytes | bytearray | memoryview):
        most = limits.ONNX_MEGABYTES
        data: bytes | mmap = bytes(source) if len(source) <= most * 10**6 else b""
        size = len(source)
    elif isinstance(source, str | os.PathLike):
        most = limits.ONNX_FILE_MEGABYTES
        try:
            with open(source, "rb", opener=_open) as file:
                size = os.fstat(file.fileno()).st_size
                data = mmap(file.fileno(), 0, access=ACCESS_READ) if 0 < size <= most * 10**6 else b""
        except SpecError:
            raise
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


def _refusal(data: bytes | mmap, whole: int | None) -> SpecError:
    """What is wrong with bytes that are no model, or with the beginning of one that has at least `whole` bytes."""
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


def _open(path: str, flags: int) -> int:
    """Without waiting for a pipe's other end, and no device, whose bytes never end."""
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(0, "not an ordinary file")
    return file


def _model(proto: Any) -> Model:
    graph = proto.graph
    if not graph.node or not graph.input:
        raise SpecError(f"{NOT_A_MODEL}; got one with {len(graph.node)} nodes and {len(graph.input)} inputs.")
    if len(graph.node) > limits.ONNX_NODES:
        raise SpecError(f"the model must have at most {limits.ONNX_NODES} nodes; got {len(graph.node)}.")
    constants = {_text(one.name): constant(one) for one in graph.initializer}
    for sparse in graph.sparse_initializer:
        constants[_text(sparse.values.name)] = Constant(_shape(sparse.values.name, sparse.dims))
    declared = {_text(one.name): _declared(one) for one in graph.input}
    inputs = {name: shape for name, shape in declared.items() if name not in constants}
    opsets = [one.version for one in proto.opset_import if one.domain in STANDARD]
    ops = _sorted(_named(graph.node), {*constants, *inputs})
    return Model(max(opsets, default=1), MappingProxyType(inputs), MappingProxyType(constants), ops)


def constant(tensor: Any) -> Constant:
    """A stored tensor; its numbers are only converted if they are few."""
    if tensor.data_location == 1 or tensor.external_data:
        raise SpecError(f"tensor {shown(tensor.name)} must be inside the file; got external data, which is not opened.")
    shape = _shape(tensor.name, tensor.dims)
    if prod(shape) > limits.ONNX_NUMBERS or tensor.data_type in (0, 8):  # undefined, and texts
        return Constant(shape)
    from onnx import numpy_helper

    try:
        data = np.asarray(numpy_helper.to_array(tensor))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, NotImplementedError):
        rule = "must hold as many numbers as its shape says, of a type that ONNX has"
        raise SpecError(f"tensor {shown(tensor.name)} {rule}; got shape {shape}.") from None
    return Constant(shape, data)


def _shape(name: str, sizes: Sequence[int]) -> tuple[int, ...]:
    shape = tuple(sizes[: MOST_DIMENSIONS + 1])
    if len(shape) > MOST_DIMENSIONS or min(shape, default=0) < 0:
        rule = f"must have at most {MOST_DIMENSIONS} dimensions, none below 0"
        raise SpecError(f"tensor {shown(name)} {rule}; got {shown(shape)}.")
    return shape


def _declared(value: Any) -> tuple[int | None, ...] | None:
    """The shape of an input, None if it has none."""
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    dims = tensor.shape.dim
    if len(dims) > MOST_DIMENSIONS:
        raise SpecError(f"input {shown(value.name)} must have at most {MOST_DIMENSIONS} dimensions; got {len(dims)}.")
    found = (one.dim_value if one.HasField("dim_value") else None for one in dims)
    return tuple(size if size is not None and size > 0 else None for size in found)


def _named(nodes: Iterable[Any]) -> list[Op]:
    """The nodes, each with a name of its own: that of the file, or the operator with a number."""
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
        attributes = {_text(one.name): _attribute(one) for one in node.attribute}
        has_graph = any(one.HasField("g") or one.graphs for one in node.attribute)
        tensors = tuple(map(_text, node.input)), tuple(map(_text, node.output))
        ops.append(Op(kind, name, *tensors, attributes, has_graph, given))
    return ops


def _text(value: str | bytes) -> str:
    """What is no UTF-8 comes as bytes."""
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _attribute(one: Any) -> Any:
    """As a plain value, of many numbers only how many; graphs and types are left alone."""
    match one.type:
        case 1:
            return one.f
        case 2:
            return one.i
        case 3:
            return one.s.decode("utf-8", "replace")
        case 4:
            return constant(one.t)
        case 6 | 7:
            numbers = one.floats if one.type == 6 else one.ints
            return tuple(numbers) if len(numbers) <= limits.ONNX_NUMBERS else Constant((len(numbers),))
        case _:
            return None


def _sorted(ops: list[Op], known: set[str]) -> tuple[Op, ...]:
    """Each after all that it reads: as most files have them already."""
    makers: dict[str, int] = {}
    for n, op in enumerate(ops):
        for tensor in filter(None, op.outputs):
            if tensor in makers or tensor in known:
                raise SpecError(f'node "{op.name}" must give its output a new name; got {shown(tensor)}.')
            makers[tensor] = n
    for op in ops:
        for tensor in filter(None, op.inputs):
            if tensor not in makers and tensor not in known:
                raise SpecError(f'node "{op.name}" must read tensors that there are; got {shown(tensor)}.')
    waiting = [len({makers[one] for one in op.inputs if one in makers}) for op in ops]
    readers: dict[int, list[int]] = {}
    for n, op in enumerate(ops):
        for maker in {makers[one] for one in op.inputs if one in makers}:
            readers.setdefault(maker, []).append(n)
    ready = [n for n, left in enumerate(waiting) if not left][::-1]
    found: list[Op] = []
    while ready:
        n = ready.pop()
        found.append(ops[n])
        for reader in reversed(readers.get(n, [])):
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    if len(found) < len(ops):
        stuck = next(op for op, left in zip(ops, waiting, strict=True) if left)
        raise SpecError(f'the graph must have no cycle; got one at or before node "{stuck.name}".')
    return tuple(found)
