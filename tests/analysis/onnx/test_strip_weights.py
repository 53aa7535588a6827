"""Large files without their weights: the network is that of the whole file, and damaged files get a sentence."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import onnx
import pytest

import convviz as cv
from convviz import limits
from convviz.analysis.onnx_import.strip_weights import Damaged, strip_weights

from .models import model, node, varint

NODES = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1], strides=[2, 2]),
    node("Constant", "", "m", value=onnx.numpy_helper.from_array(np.ones((60, 9000), np.float32))),
    node("Reshape", "a to", "b"),
    node("Gemm", "b m", "c"),
]
WEIGHTS = {"w": (2, 2, 3, 3), "to": [1, -1], "unused": (300, 1000)}
DATA = model(NODES, weights=WEIGHTS)


def head_of(number: int, length: int) -> bytes:
    """Return the beginning of a field of this length."""
    return varint(number << 3 | 2) + varint(length)


def test_what_is_left_is_the_model_without_its_weights() -> None:
    found = onnx.load_from_string(strip_weights(DATA))
    expected = onnx.load_from_string(DATA)
    expected.graph.initializer[2].ClearField("raw_data")
    expected.graph.node[1].attribute[0].t.ClearField("raw_data")
    expected.ClearField("ir_version")
    expected.graph.ClearField("name")
    for value in (*expected.graph.input, *expected.graph.output):
        value.type.tensor_type.ClearField("elem_type") if value.HasField("type") else None
    assert found == expected
    assert found.ByteSize() < 2000 < len(DATA) / 1000


def test_a_large_file_is_read_from_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.onnx"
    path.write_bytes(DATA)
    table = cv.Network.from_onnx(path).table().text()
    monkeypatch.setattr(limits, "ONNX_MEGABYTES", 1)
    assert len(DATA) > 10**6
    assert cv.Network.from_onnx(path).table().text() == table
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(DATA)
    assert str(caught.value) == f"the model must have at most 1 megabytes; got {len(DATA) / 10**6:.1f}."


def test_a_file_of_half_a_gigabyte_takes_little_memory(tmp_path: Path) -> None:
    """The weights are a hole in the file, which needs no place on a disk."""
    proto = onnx.load_from_string(model(NODES[:1], weights={"w": (2, 2, 3, 3), "unused": (100,)}))
    cells, name = 2**27, "big"
    tensor = onnx.TensorProto(name=name, data_type=1, dims=[cells]).SerializeToString()
    tail = tensor + head_of(9, 4 * cells)  # raw_data, whose bytes follow as a hole
    graph = proto.graph.SerializeToString()
    proto.ClearField("graph")
    head = head_of(5, len(tail) + 4 * cells) + tail
    path = tmp_path / "vgg.onnx"
    with open(path, "wb") as file:
        file.write(proto.SerializeToString() + head_of(7, len(graph) + len(head) + 4 * cells) + graph + head)
        file.truncate(file.tell() + 4 * cells)
    assert path.stat().st_size > 500 * 10**6
    assert cv.Network.from_onnx(path).receptive_field().size == (3, 3)


def test_damaged_files_are_refused() -> None:
    generator = random.Random(2)
    for _ in range(300):
        changed = bytearray(DATA[:3000])
        for _ in range(4):
            changed[generator.randrange(len(changed))] = generator.randrange(256)
        with pytest.raises((Damaged, cv.SpecError)):
            strip_weights(bytes(changed))  # its last field goes beyond the end
    for data in (b"\x08", b"\x08\x80", b"\x3a", b"\x3a\x80", b"\x3a\x05\x0a", b"\x80", b"\x38" + b"\xff" * 10, b"\0\0"):
        with pytest.raises(Damaged) as caught:
            strip_weights(data)
        assert caught.value.whole == (7 if data == b"\x3a\x05\x0a" else None)
