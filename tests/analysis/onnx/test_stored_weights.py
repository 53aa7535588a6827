"""The numbers of one stored tensor are those that were put into the file, however it spells them."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import convviz as cv
from convviz import SpecError, limits
from convviz.analysis.onnx_import import stored_weights
from convviz.analysis.onnx_import.stored_weights import stored_kernel, stored_weight
from convviz.analysis.receptive.graph import StoredKernel
from tests.analysis.onnx.models import field, model, node, varint

SHAPE = (2, 3, 4, 5)
NUMBERS = np.random.default_rng(7).normal(size=SHAPE)


def file_of(*tensors: onnx.TensorProto) -> bytes:
    graph = helper.make_graph([node("Relu", "x", "y")], "graph", [], [], list(tensors))
    return bytes(helper.make_model(graph).SerializeToString())


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [(TensorProto.FLOAT, np.float32), (TensorProto.DOUBLE, np.float64), (TensorProto.FLOAT16, np.float16)],
)
@pytest.mark.parametrize("is_raw", [True, False])
def test_all_types_of_floats_raw_or_in_fields(kind: int, dtype: type, is_raw: bool) -> None:
    numbers = NUMBERS.astype(dtype)
    content = numbers.tobytes() if is_raw else numbers.astype(np.float64).ravel().tolist()
    others = [numpy_helper.from_array(np.zeros((9, 9), np.float32), name) for name in ("wa", "a", "")]
    read = stored_weight(file_of(*others, helper.make_tensor("w", kind, SHAPE, content, raw=is_raw)), "w")
    assert read.dtype == (np.float64 if dtype is np.float64 else np.float32)
    np.testing.assert_array_equal(read, numbers.astype(np.float64))


def test_a_bfloat16_is_the_upper_half_of_a_float32() -> None:
    bits = NUMBERS.astype(np.float32).view(np.uint32) >> 16
    tensor = helper.make_tensor("w", TensorProto.BFLOAT16, SHAPE, bits.astype("<u2").tobytes(), raw=True)
    np.testing.assert_array_equal(stored_weight(file_of(tensor), "w"), (bits << 16).view(np.float32))


def test_fields_in_any_order_and_unpacked_numbers() -> None:
    """Protobuf lets a writer choose the order of fields, and whether numbers share one field."""
    dims = b"".join(varint(1 << 3) + varint(side) for side in (1, 2))
    floats = b"".join(varint(4 << 3 | 5) + np.float32(number).tobytes() for number in (1.5, -2.5))
    tensor = field(8, b"w") + floats + varint(2 << 3) + varint(1) + dims
    data = field(2, b"producer") + field(7, field(2, b"graph") + field(5, tensor) + field(1, b"")) + varint(8) + b"\x08"
    np.testing.assert_array_equal(stored_weight(data, "w"), [[1.5, -2.5]])


def test_tensors_without_readable_numbers_are_refused_by_name() -> None:
    outside = numpy_helper.from_array(np.ones(9, np.float32), "outside")
    onnx.external_data_helper.set_external_data(outside, "outside.bin")
    outside.ClearField("raw_data")
    short = numpy_helper.from_array(np.ones(4, np.float32), "short")
    short.dims[:] = [3, 5]
    data = file_of(outside, short, numpy_helper.from_array(np.ones(4, np.int8), "whole"))
    for name, rest in (
        (
            "outside",
            "inside the file; got external data, which is not opened: export the model with external_data=False",
        ),
        ("short", r"hold as many numbers as its shape says; got shape \(3, 5\)"),
        ("whole", "hold floats of 16, 32 or 64 bits; got type 3 of ONNX"),
        ("none", "stored in the file; got a file without it"),
    ):
        with pytest.raises(SpecError, match=f"^tensor '{name}' must be {rest}|^tensor '{name}' must {rest}"):
            stored_weight(data, name)


def test_limits_hold_before_the_numbers_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_WEIGHTS", 100)
    with pytest.raises(SpecError, match=r"at most 100 numbers; got shape \(2, 3, 4, 5\)"):
        stored_weight(file_of(numpy_helper.from_array(NUMBERS.astype(np.float16), "w")), "w")
    monkeypatch.setattr(stored_weights, "needs_extra", pytest.fail)
    with pytest.raises(SpecError, match=r"at most 100 numbers; got 4,0\d\d bytes"):
        stored_weight(file_of(numpy_helper.from_array(np.ones(500), "w")), "w")


def test_a_damaged_file_is_refused_and_raises_nothing_else() -> None:
    data = file_of(numpy_helper.from_array(NUMBERS[0, 0].astype(np.float32), "w"))
    for length in range(len(data) - 20):
        with pytest.raises(SpecError):
            stored_weight(data[:length], "w")
    generator = np.random.default_rng(3)
    for _ in range(300):
        broken = bytearray(data)
        broken[generator.integers(len(data))] = generator.integers(256)
        try:
            stored_weight(bytes(broken), "w")
        except SpecError:
            continue


def test_a_network_knows_which_tensors_are_kernels() -> None:
    data = model(
        [
            node("Conv", "x w1 b1", "a"),
            node("ConvTranspose", "a w2", "b", strides=[2, 2]),
            node("MaxPool", "b", "c", kernel_shape=[2, 2]),
            node("Conv", "c w3", "d", group=2),
        ],
        weights={"w1": (4, 2, 3, 2), "b1": (4,), "w2": (4, 4, 2, 3), "w3": (6, 2, 1, 3)},
    )
    network = cv.Network.from_onnx(data)
    stored = {network.origins[name][1]: kernel for name, kernel in network.provenance.kernels.items()}
    assert stored == {"a": StoredKernel("w1", "b1", 1), "b": StoredKernel("w2", "", 1), "d": StoredKernel("w3", "", 2)}
    assert stored_weight(data, "w2").shape == (4, 4, 2, 3)


def test_of_two_tensors_with_one_name_the_last_counts() -> None:
    first, last = (numpy_helper.from_array(np.full(3, number, np.float32), "w") for number in (1, 2))
    assert stored_weight(file_of(first, last), "w").tolist() == [2, 2, 2]


def test_a_kernel_has_the_size_of_its_layer_and_whole_groups() -> None:
    data = file_of(numpy_helper.from_array(NUMBERS.astype(np.float32), "w"))
    assert stored_kernel(data, StoredKernel("w", "", 2), (4, 5)).shape == SHAPE
    for groups, size in ((2, (5, 5)), (3, (4, 5)), (0, (4, 5))):
        with pytest.raises(SpecError, match=f"must be a kernel of {size[0]} x {size[1]} in {groups} groups; got shape"):
            stored_kernel(data, StoredKernel("w", "", groups), size)
