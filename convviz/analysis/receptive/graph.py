"""A node of a network: what it applies to which nodes, how large its output is, and the rules that it has to keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from convviz.arithmetic import Layer, parse
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .footprints import JOINS, OPERATIONS, SUMMARIES, Operation, Reading, Sliding, readings

INPUT_NAME: Final = "input"
UNKNOWN: Final = "unknown"
"""The operation of a node of which nothing is known."""

CALLS: Final = {
    "Conv2d": "conv2d",
    "ConvTranspose2d": "conv_transpose2d",
    "MaxPool2d": "max_pool2d",
    "AvgPool2d": "avg_pool2d",
    "Upsample2d": "upsample2d",
    "PixelShuffle": "pixel_shuffle",
    "Pad2d": "pad2d",
}
"""The function that makes a layer, by the name of its class."""

DEFAULTS: Final = {
    "stride": (1, 1),
    "padding": parse.NO_PADDING,
    "output_padding": (0, 0),
    "dilation": (1, 1),
    "groups": 1,
    "padding_mode": "zeros",
    "ceil_mode": False,
    "count_include_pad": True,
    "mode": "nearest",
}
"""What is left out of the text of a layer; the stride of a pooling is always said."""


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

    def readings(self, read: "Node") -> tuple[Reading, Reading]:
        """How the outputs read one of the inputs, along the height and along the width."""
        if isinstance(self.operation, Layer):
            return readings(self.operation, read.size)
        if self.operation in SUMMARIES and read.size is not None:
            height, width = (Sliding(cells, stride=0) for cells in read.size)
            return height, width
        sizes = zip(read.size or (None, None), self.size or (None, None), strict=True)
        rows, columns = (Sliding(1, stride=0 if cells == 1 and cells != outputs else 1) for cells, outputs in sizes)
        return rows, columns


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


def check_name(name: object) -> None:
    """Refuse what cannot name a node."""
    if not isinstance(name, str) or not name:
        raise SpecError(f"name must be a text of at least 1 character; got {shown(name)}.")


def check_inputs(name: str, operation: Operation, inputs: Sequence[str]) -> None:
    """Refuse a number of inputs that an operation cannot have."""
    if operation in JOINS and len(inputs) < 2:
        raise SpecError(f'{operation} "{name}" must have at least 2 inputs; got {len(inputs)}.')
    if operation not in JOINS and len(inputs) != 1:
        raise SpecError(f'{spelled(operation)} "{name}" must have 1 input; got {len(inputs)}.')


def spelled(operation: Operation) -> str:
    """The call that makes a layer, without what it has by default.

    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> print(spelled(conv2d((1, 3), padding=(0, 1))), spelled(max_pool2d(2)), spelled("add"))
    conv2d((1, 3), padding=(0, 1)) max_pool2d(2, stride=2) add
    """
    if not isinstance(operation, Layer):
        return operation
    first, *rest = (field.name for field in fields(operation))
    words = [_short(getattr(operation, first))]
    is_pool = hasattr(operation, "ceil_mode")
    for name in rest:
        value = getattr(operation, name)
        if value != DEFAULTS[name] or (is_pool and name == "stride"):
            words.append(f"{name}={_short(value)}")
    return f"{CALLS[type(operation).__name__]}({', '.join(words)})"


def _short(value: Any) -> str:
    """One number for equal ones."""
    if isinstance(value, str):
        return f'"{value}"'
    if not isinstance(value, tuple):
        return str(value)
    if all(isinstance(pair, tuple) and pair[0] == pair[1] for pair in value):
        value = tuple(pair[0] for pair in value)
    return str(value[0]) if value[0] == value[1] else f"({', '.join(map(str, value))})"
