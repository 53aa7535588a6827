"""Large models without their weights: a file is gone through field by field, and what is long in tensors is left out.

Protobuf writes a message as fields, each a number with its kind and, of what is no plain number, its length. So a
tensor's numbers can be stepped over, and only the pages of the file that hold something else are ever read.
https://protobuf.dev/programming-guides/encoding/, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Mapping
from mmap import mmap
from typing import Final

MODEL: Final = "model"
INSIDE: Final[Mapping[str, Mapping[int, str]]] = {
    MODEL: {7: "graph"},
    "graph": {1: "node", 5: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor"},
}
"""The messages that are gone into, by the number of their field: what is large lies in their tensors."""

NUMBERS: Final = (4, 5, 7, 9, 10, 11)
"""Fields of a tensor that hold its numbers."""

LONG: Final = 2**16
"""Bytes of numbers that are left out: more than any constant that is looked into has."""

MOST_FIELDS: Final = 10**6
"""Measured: 1.5 seconds."""

FIXED: Final = {1: 8, 5: 4}
"""Bytes of the kinds that have no length."""


class Unskimmable(Exception):  # noqa: N818
    """It is no model, or one of more small fields than can be gone through."""


def skimmed(data: mmap | bytes, most: int) -> bytes:
    """The model without long tensors' numbers, of so many bytes at most."""
    return b"".join(_Skim(data, most).message(0, len(data), MODEL))


class _Skim:
    """The way through a file, which counts what it has seen."""

    def __init__(self, data: mmap | bytes, most: int) -> None:
        self.data, self.left, self.fields = data, most, MOST_FIELDS

    def message(self, place: int, stop: int, kind: str) -> list[bytes]:
        """The fields of a message, those that are gone into with their new lengths."""
        found: list[bytes] = []
        while place < stop:
            begin = place
            tag, place = self.number(place, stop)
            number, wire = tag >> 3, tag & 7
            if wire == 2:
                length, place = self.number(place, stop)
            else:
                length = self.number(place, stop)[1] - place if wire == 0 else FIXED.get(wire, stop)
            if place + length > stop:
                raise Unskimmable
            inner = INSIDE.get(kind, {}).get(number) if wire == 2 else None
            if inner is not None:
                content = b"".join(self.message(place, place + length, inner))
                found += [_varint(tag), _varint(len(content)), content]
            elif not (kind == "tensor" and number in NUMBERS and wire == 2 and length > LONG):
                found.append(self.copied(begin, place + length))
            place += length
        return found

    def copied(self, begin: int, stop: int) -> bytes:
        """These bytes, as long as they are not too many together."""
        self.left -= stop - begin
        if self.left < 0:
            raise Unskimmable
        return self.data[begin:stop]

    def number(self, place: int, stop: int) -> tuple[int, int]:
        """(a number as protobuf writes it, the place behind it)."""
        self.fields -= 1
        found = 0
        for shift in range(0, 64, 7):
            if place >= stop or self.fields < 0:
                break
            byte = self.data[place]
            place += 1
            found |= (byte & 127) << shift
            if byte < 128:
                return found, place
        raise Unskimmable


def _varint(number: int) -> bytes:
    """A number as protobuf writes it.

    >>> list(_varint(300))
    [172, 2]
    """
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
