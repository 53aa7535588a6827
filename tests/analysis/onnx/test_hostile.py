"""Damaged and hostile files: a sentence or a network, soon, and no other file is opened."""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import convviz as cv
from convviz import limits
from convviz.analysis import difference, tiling
from convviz.analysis.onnx_import.stored_weights import stored_weight

from .models import model, node

CHAIN = [
    node("Conv", "x w", "a", pads=[1, 1, 1, 1]),
    node("Relu", "a", "b"),
    node("MaxPool", "b", "c", kernel_shape=[2, 2], strides=[2, 2]),
    node("Reshape", "c to", "d"),
    node("Gemm", "d g", "e"),
]
WEIGHTS = {"w": (3, 2, 3, 3), "to": [1, -1], "g": (72, 5)}


def refused(source: Any, **options: Any) -> str:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(source, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def harmless(data: bytes) -> None:
    """Expect a sentence or a network whose table can be printed."""
    with contextlib.suppress(cv.SpecError):
        assert str(cv.Network.from_onnx(data).table())


def test_truncated_files() -> None:
    data = model(CHAIN, weights=WEIGHTS)
    assert len(data) > 1500
    for length in [*range(1, len(data), 100), *range(1, 400, 7)]:
        harmless(data[:length])


def test_changed_bytes() -> None:
    data = model(CHAIN, weights=WEIGHTS | {"g": np.float32(1)})
    generator = random.Random(3)
    for _ in range(700):
        changed = bytearray(data)
        for _ in range(generator.choice([1, 2, 8])):
            changed[generator.randrange(len(changed))] = generator.randrange(256)
        harmless(bytes(changed))


def test_no_models() -> None:
    generator = random.Random(5)
    for length in (1, 7, 100, 5000):
        harmless(generator.randbytes(length))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("model.onnx", model(CHAIN, weights=WEIGHTS))
    rule = "the model must be an ONNX file, whole and undamaged; got "
    assert refused(packed.getvalue()) == f"{rule}a file of another format: export the model to ONNX first."
    assert refused(b"") == f"{rule}an empty one."
    assert refused(onnx.ModelProto().SerializeToString()) == f"{rule}an empty one."
    assert refused(b"not a model, but a text") == f"{rule}a text that begins with 'not a model, but a t'."
    data = model(CHAIN, weights=WEIGHTS)
    cut = re.fullmatch(f"{rule}one that is cut off: 1000 of at least ([0-9]+) bytes.", refused(data[:1000]))
    assert cut is not None
    assert 0.95 * len(data) < int(cut[1]) <= len(data)
    damaged = bytearray(data)
    damaged[20:60] = bytes([255]) * 40
    assert refused(bytes(damaged)) == f"{rule}{len(data)} bytes that cannot be read, damaged or of another format."
    assert refused(onnx.ModelProto(ir_version=8).SerializeToString()) == f"{rule}one with 0 nodes and 0 inputs."
    assert refused(7) == "path_or_bytes must be a path or the bytes of an ONNX file; got 7."


def test_without_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert refused(b"any") == "onnx must be installed (pip install 'convviz[onnx]'); got no module \"onnx\"."


def test_paths(tmp_path: Path) -> None:
    rule = "path must be that of a file that can be read; got "
    assert refused("nowhere.onnx") == f"{rule}'nowhere.onnx' (No such file or directory)."
    assert refused("a\0b").startswith(rule)
    assert refused(str(tmp_path)).startswith(rule)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert refused(str(tmp_path / "pipe")).endswith("(not an ordinary file).")
        assert refused("/dev/zero") == f"{rule}'/dev/zero' (not an ordinary file)."
    (tmp_path / "model.onnx").write_bytes(model(CHAIN, weights=WEIGHTS))
    assert cv.Network.from_onnx(tmp_path / "model.onnx").output_size("MaxPool_3") == (4, 6)


def test_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_MEGABYTES", 1)
    with open(tmp_path / "large", "wb") as file:
        file.truncate(1_200_000)
    rule = "a model of more than 1 megabytes must be an ONNX file whose weights are in large tensors"
    assert refused(tmp_path / "large") == f"{rule}; got 1.2 megabytes of something else."
    monkeypatch.setattr(limits, "ONNX_FILE_MEGABYTES", 1)
    assert refused(tmp_path / "large") == "the model must have at most 1 megabytes; got 1.2."
    assert refused(bytes(1_300_000)) == "the model must have at most 1 megabytes; got 1.3."
    monkeypatch.setattr(limits, "ONNX_NODES", 3)
    assert refused(model(CHAIN, weights=WEIGHTS)) == (
        'the model must have at most 3 operators that depend on its input; got more up to node "Reshape_4".'
    )


def test_external_data_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    made = onnx.load_from_string(model(CHAIN, weights=WEIGHTS))
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    network = cv.Network.from_onnx(made.SerializeToString())
    assert network.table().text() == cv.Network.from_onnx(model(CHAIN, weights=WEIGHTS)).table().text()


ATTRIBUTES = {
    "Concat": "axis",
    "Conv": "auto_pad pads strides",
    "Gather": "axis",
    "Gemm": "transA transB",
    "MaxPool": "dilations kernel_shape pads strides",
    "Pad": "mode pads",
    "ReduceMax": "axes keepdims",
    "Resize": "axes mode scales",
    "Slice": "axes ends starts",
    "Softmax": "axis",
    "Split": "axis split",
    "Transpose": "perm",
    "Where": "",
}
"""The attributes that are read, by operator."""


def test_invalid_graphs() -> None:
    cycle = [node("Add", "x b", "a", name="one"), node("Relu", "a", "b", name="two")]
    assert refused(model(cycle)) == 'the graph must have no cycle; got one at or before node "one".'
    assert refused(model([node("Conv", "x w", "a")])) == "node \"Conv_1\" must read tensors of the model; got 'w'."
    twice = [node("Relu", "x", "a"), node("Tanh", "x", "a")]
    assert refused(model(twice, outputs=["a"])) == "node \"Tanh_2\" must give its output a new name; got 'a'."
    short = onnx.load_from_string(model(CHAIN, weights=WEIGHTS))
    short.graph.initializer[1].raw_data = b"123"
    rule = "tensor 'to' must hold as many numbers as its shape says, of a type that ONNX has; got shape (2,)."
    assert refused(short.SerializeToString()) == rule
    for kind, names in ATTRIBUTES.items():
        for inputs in ("x", "", "x x"):
            harmless(model([node(kind, inputs, "y")]))
        for value in ([-1, 9, 9, 9], [0, 0], [2**62] * 4, 3, -(2**63), "text", 0.5):
            for name in names.split():
                harmless(model([node(kind, "x", "y", **{name: value})]))
    for kind in ("Add", "Cast", "CastLike", "Clip", "Concat", "Reshape", "Squeeze", "Where"):
        harmless(model([node(kind, "-", "y", **({"to": 1} if kind == "Cast" else {})), node("Add", "x y", "z")]))
        harmless(model([node(kind, "- c", "y"), node("Add", "x y", "z")], weights={"c": [1]}))
        harmless(model([node(kind, "", "y"), node("Add", "x y", "z")]))
    for kind in ("Shape", "Size"):
        nodes = [node(kind, "x", "s", start="text"), node(kind, "c", "t", start="text"), node("Relu", "x", "y")]
        harmless(model(nodes, (1, 2**40, 2**40, 2**40), {"c": [1]}))
    for name, value in (("value_int", "text"), ("value_floats", 3), ("value", 0.5), ("value_ints", [2**62])):
        harmless(model([node("Constant", "", "c", **{name: value}), node("Reshape", "x c", "y")]))
    nodes = [node("Xor", "c", "d e"), node("Add", "x e", "y"), node("Add", "x d", "z")]  # an output too many
    harmless(model(nodes, weights={"c": [1]}))
    for kind in ("Transpose", "Unsqueeze", "Reshape", "Constant"):
        for value in ([-1, 9, 9], [0.5, 1.5, 2.5], [2**62], 3, "text", 0.5):
            for name in ("perm", "axes", "shape", "value"):
                nodes = [node("Constant", "", ""), node(kind, "x", "y", **{name: value}), node("Conv", "y w", "z")]
                harmless(model(nodes, (3, 9, 12), {"w": (2, 3, 3, 3)}, outputs=["z"]))
                nodes = [node("Constant", "", "c", value_floats=[0.5]), node(kind, "x c", "y"), nodes[-1]]
                harmless(model(nodes, (3, 9, 12), {"w": (2, 3, 3, 3)}, outputs=["z"]))


def test_computed_constants_do_not_depend_on_files_that_were_read_before() -> None:
    weights = {"channels": [2], "cells": [108]}
    for axis, unknown in ((0.0, 1), (0, 0)):
        nodes = [node("Concat", "channels cells", "to", axis=axis), node("Reshape", "x to", "y")]
        assert len(cv.Network.from_onnx(model(nodes, weights=weights)).unknown) == unknown


def test_repeated_names_get_numbers() -> None:
    nodes = [node("Relu", "x", "a", name="input"), node("Relu", "a", "b", name="same")]
    nodes += [node("Relu", "b", "c", name="same"), node("Relu", "c", "d", name="n" * 300)]
    network = cv.Network.from_onnx(model(nodes))
    assert [one.name for one in network.nodes] == ["input", "input_2", "same", "same_2", "Relu_4"]
    assert network.node("n" * 300).name == "Relu_4", "the file's own name finds it"
    assert network.node("same").name == "same"


def test_huge_numbers() -> None:
    begin = time.perf_counter()
    harmless(model([node("Relu", "x", "a")], (1, 2**40, 2**62, 2**62)))
    sentence = refused(model([node("Relu", "x", "a")], (1, 1, 20_000, 5)))
    assert sentence == "the input height must be at most 16384; got 20000."
    bomb = [
        node("ConstantOfShape", "shape", "ones"),
        node("Tile", "one times", "tiled"),
        node("Expand", "one shape", "wide"),
        node("Range", "zero end step", "long"),
        node("Relu", "x", "y"),
    ]
    numbers = {"shape": [10**6] * 3, "one": [1], "times": [10**12], "zero": np.array(0), "end": np.array(2**62)}
    assert cv.Network.from_onnx(model(bomb, weights=numbers | {"step": np.array(1)})).output_size() == (9, 12)
    growing = [
        node("Conv", f"t{n} w", f"t{n + 1}", strides=[10**6, 1], pads=[10**6, 0, 10**6, 0]) for n in range(1, 60)
    ]
    data = model([node("Relu", "x", "t1"), *growing], weights={"w": (2, 2, 1, 1)})
    sentence = r'node "Conv_\d" must have jump, center and size of at most 10\^15; got larger ones.'
    assert re.fullmatch(sentence, refused(data))
    assert time.perf_counter() - begin < 5


def test_work_is_bounded() -> None:
    rule = "rows and columns of resized and of misaligned planes must be at most 1000000 together; got more up to node "
    wide = [node("Resize", "x - scales", "y")]
    data = model(wide, (1, 1, 16_000, 5), {"scales": np.array([1, 1, 900, 1], np.float32)})
    assert refused(data) == f'{rule}"Resize_1".'
    meeting = [node("MaxPool", "x", "a", kernel_shape=[2, 2], strides=[2, 2]), node("Pad", "x pads", "p")]
    meeting += [node("Add", "a p", "t0"), *(node("Relu", f"t{n}", f"t{n + 1}") for n in range(200))]
    data = model(meeting, (1, 1, 8000, 8000), {"pads": [0, 0, 0, 0, 0, 0, -4000, -4000]}, outputs=["t9"])
    assert refused(data) == f'{rule}"Relu_128".'


def test_deep_nesting_and_control_flow() -> None:
    inner = helper.make_graph([node("Relu", "x", "r")], "g", [], [onnx.ValueInfoProto(name="r")])
    for _ in range(30):
        inner = helper.make_graph(
            [helper.make_node("If", ["c"], ["r"], then_branch=inner, else_branch=inner)] if inner.ByteSize() < 20_000
            else [helper.make_node("If", ["c"], ["r"], then_branch=inner)],
            "g", [], [onnx.ValueInfoProto(name="r")],
        )  # fmt: skip
    nodes = [helper.make_node("If", ["c"], ["y"], name="if", then_branch=inner), node("Relu", "y", "z")]
    data = model(nodes, weights={"c": np.array(True)})
    harmless(data)
    shallow = helper.make_graph([node("Relu", "x", "r")], "g", [], [onnx.ValueInfoProto(name="r")])
    nodes = [helper.make_node("If", ["c"], ["y"], name="if", then_branch=shallow, else_branch=shallow), nodes[1]]
    network = cv.Network.from_onnx(model(nodes, weights={"c": np.array(True)}))
    assert (network.unknown, network.receptive_field().size) == ((), (1, 1))  # the condition is known
    network = cv.Network.from_onnx(model([nodes[0], nodes[1]], weights={"c": np.ones(5000, bool)}))
    assert network.unknown == (("If", "if", "y"),)
    assert network.receptive_field().size == (None, None)


def test_many_nodes_are_read_in_time() -> None:
    nodes = [node("Relu", f"t{n}" if n else "x", f"t{n + 1}") for n in range(limits.ONNX_NODES)]
    begin = time.perf_counter()
    assert len(cv.Network.from_onnx(model(nodes, outputs=["t9"])).nodes) == limits.ONNX_NODES + 1
    assert time.perf_counter() - begin < 20


def test_attributes_of_another_type() -> None:
    for kind, inputs, name, value in (
        ("SpaceToDepth", "x", "blocksize", [2, 2]),
        ("ConvTranspose", "x w", "group", [1, 2]),
        ("TopK", "x", "k", [3]),
    ):
        data = model([node(kind, inputs, "y", **{name: value})], weights={"w": (2, 2, 3, 3)}, opset=9)
        harmless(data)
    rule = 'node "ConvTranspose_1" must have the inputs and attributes that the operator has'
    data = model([node("ConvTranspose", "x w", "y", group=[1, 2])], weights={"w": (2, 2, 3, 3)})
    assert refused(data) == f"{rule}; got others ('ConvTranspose')."


def test_arguments_of_other_types() -> None:
    data, array = model(CHAIN, weights=WEIGHTS), np.array([1, 2])
    network = cv.Network.from_onnx(data)
    strange: Any = (
        lambda: network.receptive_field(source=array),
        lambda: cv.Network.from_onnx(data, input=array),
        lambda: cv.Network.from_onnx(data, treat={"Conv": array}),
        lambda: cv.Network().add("a", "attention", []),
        lambda: cv.Network().add("a", "attention", 3),
        lambda: cv.Network().add("a", array),
        lambda: difference(network, None),
        lambda: tiling(None),
        lambda: stored_weight("x", "w"),
        lambda: stored_weight(data, None),
    )
    for call in strange:
        with pytest.raises(cv.SpecError) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_notes_that_are_no_text() -> None:
    made = onnx.load_from_string(model(CHAIN, weights=WEIGHTS))
    made.graph.node[0].metadata_props.add(key="pkg.torch.onnx.name_scopes", value="['', 'stem', 'conv']")
    data = made.SerializeToString().replace(b"'stem'", b"'st\xffm'")
    assert cv.Network.from_onnx(data).scopes == {"st\ufffdm/Conv": "st\ufffdm"}
