"""Strip an ONNX file of what is never read, and count its fields, before protobuf parses what is left.

Protobuf writes a message as fields, each a number with its kind and, unless it is a plain number, its length. So
weights and all that is not in `MESSAGES` are stepped over, whatever they hold, and only the pages of the file that hold
something else are ever read. An empty message takes 2 bytes of a file and 200 bytes of memory: hence the limits.
https://protobuf.dev/programming-guides/encoding/, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections import Counter
from collections.abc import Mapping
from mmap import mmap
from typing import Final

from convviz import limits
from convviz.errors import SpecError

KEPT: Final = "kept"
EDGE: Final = "edge"
"""The name of a tensor that a node reads or makes."""

NUMBERS: Final = "numbers"
"""A list of numbers. Where it is packed into one field, each of its bytes counts as a field."""

WEIGHTS: Final = "weights"
INTEGERS: Final = "integers"
"""The numbers of a tensor, left out where they are many. A byte of packed integers may be a number of 8 bytes."""

PRESENCE: Final = "presence"
"""A message that is emptied, because only its presence matters."""

MESSAGES: Final[Mapping[str, Mapping[int, str]]] = {
    "model": {7: "graph", 8: "opset", 25: "function"},
    "function": {7: "node", 9: "opset"} | dict.fromkeys((4, 5), EDGE) | dict.fromkeys((1, 6, 10), KEPT),
    "opset": {1: KEPT, 2: KEPT},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"} | dict.fromkeys((11, 12, 13), "value"),
    "node": {1: EDGE, 2: EDGE, 3: KEPT, 4: KEPT, 5: "attribute", 7: KEPT, 9: KEPT},
    "attribute": {5: "tensor", 6: "graph", 7: NUMBERS, 8: NUMBERS, 11: PRESENCE}
    | dict.fromkeys((1, 2, 3, 4, 20, 21), KEPT),
    "tensor": {1: NUMBERS, 2: KEPT, 8: KEPT, 13: PRESENCE, 14: KEPT}
    | dict.fromkeys((4, 9, 10), WEIGHTS)
    | dict.fromkeys((5, 7, 11), INTEGERS),
    "sparse tensor": {1: "tensor", 3: NUMBERS},
    "value": {1: KEPT, 2: "type"},
    "type": {1: "tensor type"},
    "tensor type": {2: "shape"},
    "shape": {1: "dimension"},
    "dimension": {1: KEPT, 2: KEPT},
}
"""The fields that are read, by message and number: each is another message, or of one of the kinds above."""

MODEL_FIELDS: Final = frozenset({*range(1, 9), 14, 20, 25, 26})
"""The fields of ModelProto."""

LONG: Final = 2**16
"""Numbers of more bytes are left out; no constant whose numbers are used has as many."""

FIXED: Final = {1: 8, 5: 4}
"""Bytes of the kinds of fields that have no length."""


class Damaged(Exception):  # noqa: N818
    """Raised for bytes that are no model, or the beginning of one, which has at least `whole` bytes."""

    def __init__(self, whole: int | None = None) -> None:
        super().__init__()
        self.whole = whole


def strip_weights(data: mmap | bytes) -> bytes:
    """Return the model without what is never read.

    Raises
    ------
    SpecError
        More fields, nodes, edges, attributes, tensors or bytes than `limits` allows.
    Damaged
        Bytes that are no whole message of protobuf.
    """
    walk = _Walk(data)
    try:
        stripped = walk.message(0, len(data), "model")
    except IndexError:  # a number goes beyond the end
        raise Damaged from None
    walk.check_counts()
    return stripped


class _Walk:
    """Walk through a file, and count what was seen."""

    def __init__(self, data: mmap | bytes) -> None:
        self.data, self.fields, self.room = data, limits.ONNX_FIELDS, limits.ONNX_GRAPH_MEGABYTES * 10**6
        self.counts = Counter[str]()
        self.depth = 0

    def message(self, position: int, stop: int, kind: str) -> bytes:
        """Return what is read of a message, and of the messages inside it, with their new lengths."""
        data, actions, fields = self.data, MESSAGES[kind], self.fields
        kept: list[bytes] = []
        begin = position  # of neighboring fields that are copied together
        while position < stop:
            start = position
            tag, position = data[position], position + 1
            if tag > 127:
                tag, position = self.number(start)
            number, wire = tag >> 3, tag & 7
            length = FIXED.get(wire, 0)
            if wire == 2:
                length, position = data[position], position + 1
                if length > 127:
                    length, position = self.number(position - 1)
            elif wire == 0:
                length = 1 if data[position] < 128 else self.number(position)[1] - position
            end = position + length
            if end > stop or (not length and wire != 2) or not number:
                raise Damaged(end if kind == "model" and wire == 2 and number in MODEL_FIELDS else None)
            action = None if length > LONG and actions.get(number) in (WEIGHTS, INTEGERS) else actions.get(number)
            fields -= 1 + length if action == NUMBERS and wire == 2 else 1
            if fields < 0:
                self.check_counts(" or more")
                raise SpecError(f"the model must have at most {limits.ONNX_FIELDS} fields; got more.")
            if action == EDGE:
                self.counts[EDGE] += 1
            elif action == INTEGERS and wire == 2:
                self.room -= 7 * length
            elif action is None or action == PRESENCE or action in MESSAGES:
                self.keep(kept, begin, start)
                begin = end
                if action is not None and wire == 2:
                    self.counts[action] += 1
                    content = b""
                    if length and action != PRESENCE:
                        self.fields = fields
                        self.depth += action == "graph"
                        if self.depth > limits.ONNX_DEPTH:
                            raise SpecError(
                                f"the model must have at most {limits.ONNX_DEPTH} graphs inside one another."
                            )
                        content = self.message(position, end, action)
                        self.depth -= action == "graph"
                        fields = self.fields
                    kept += (_varint(tag), _varint(len(content)), content)
            position = end
        self.keep(kept, begin, stop)
        self.fields = fields
        return b"".join(kept)

    def keep(self, kept: list[bytes], begin: int, stop: int) -> None:
        """Copy these bytes, unless all that is kept is too much."""
        if begin == stop:
            return
        self.room -= stop - begin
        if self.room < 0:
            most = limits.ONNX_GRAPH_MEGABYTES
            raise SpecError(f"the model must have at most {most} megabytes without its weights; got more.")
        kept.append(self.data[begin:stop])

    def number(self, position: int) -> tuple[int, int]:
        """Return (a number as protobuf writes it, the position after it)."""
        number = 0
        for shift in range(0, 64, 7):
            byte = self.data[position]
            position += 1
            number |= (byte & 127) << shift
            if byte < 128:
                return number, position
        raise Damaged

    def check_counts(self, ending: str = "") -> None:
        """Refuse more of anything than `limits` allows."""
        counts = self.counts
        for what, most, got in (
            ("nodes", limits.ONNX_RAW_NODES, counts["node"]),
            ("inputs and outputs of nodes", limits.ONNX_RAW_EDGES, counts[EDGE]),
            ("attributes", limits.ONNX_ATTRIBUTES, counts["attribute"]),
            ("tensors", limits.ONNX_TENSORS, counts["tensor"] + counts["sparse tensor"] + counts["value"]),
        ):
            if got > most:
                raise SpecError(f"the model must have at most {most} {what}; got {got}{ending}.")


def _varint(number: int) -> bytes:
    """Return a number as protobuf writes it.

    >>> list(_varint(300))
    [172, 2]
    """
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])
