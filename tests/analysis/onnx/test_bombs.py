"""Small files that would take much memory or time: each is refused before protobuf parses it, or before any work."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import onnx
import pytest

import convviz as cv
from convviz import limits
from convviz.analysis.onnx_import import convert, graph_builder
from convviz.analysis.onnx_import.fold import result_shapes
from convviz.analysis.onnx_import.parse_model import Constant, Op

from .models import Node, field, model, node, varint

PLAIN = model([node("Relu", "x", "y")])
"""1 node, 2 inputs and outputs, 1 declared tensor."""


def inside(*numbers: int, content: bytes) -> bytes:
    """Return the plain model with these bytes in nested messages: 7 is the graph, 7, 1 an additional node."""
    for number in reversed(numbers):
        content = field(number, content)
    return PLAIN + content


class Spy:
    """Replace ModelProto by a spy: how many bytes protobuf has parsed each time."""

    def __init__(self) -> None:
        self.parsed: list[int] = []
        self.parse = onnx.ModelProto.FromString

    def FromString(self, data: bytes) -> onnx.ModelProto:  # noqa: N802  # as protobuf calls it
        self.parsed.append(len(data))
        return self.parse(data)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    spy = Spy()
    monkeypatch.setattr(onnx, "ModelProto", spy)
    return spy


def refused(data: bytes, spy: Spy) -> str:
    """Return the sentence for a file that protobuf never parses."""
    before = len(spy.parsed)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data)
    assert len(spy.parsed) == before
    return str(caught.value)


def loads(data: bytes) -> None:
    assert cv.Network.from_onnx(data).table().text() == cv.Network.from_onnx(PLAIN).table().text()


NODES, EDGES, ATTRIBUTES, TENSORS = "nodes", "inputs and outputs of nodes", "attributes", "tensors"
COUNTED: dict[str, tuple[str, str, int, tuple[int, ...], int]] = {
    "nodes": ("ONNX_RAW_NODES", NODES, 1, (7,), 1),
    "inputs of a node": ("ONNX_RAW_EDGES", EDGES, 2, (7, 1), 1),
    "outputs of a node": ("ONNX_RAW_EDGES", EDGES, 2, (7, 1), 2),
    "attributes of a node": ("ONNX_ATTRIBUTES", ATTRIBUTES, 0, (7, 1), 5),
    "initializers": ("ONNX_TENSORS", TENSORS, 2, (7,), 5),
    "inputs of the graph": ("ONNX_TENSORS", TENSORS, 2, (7,), 11),
    "outputs of the graph": ("ONNX_TENSORS", TENSORS, 2, (7,), 12),
    "shapes of the graph": ("ONNX_TENSORS", TENSORS, 2, (7,), 13),
    "sparse initializers": ("ONNX_TENSORS", TENSORS, 2, (7,), 15),
    "values of a sparse initializer": ("ONNX_TENSORS", TENSORS, 3, (7, 15), 1),
    "tensors of an attribute": ("ONNX_TENSORS", TENSORS, 2, (7, 1, 5), 5),
    "nodes of a function": ("ONNX_RAW_NODES", NODES, 1, (25,), 7),
    "nodes of a graph in a node": ("ONNX_RAW_NODES", NODES, 2, (7, 1, 5, 6), 1),
}
"""For every place: the limit, what it counts, how many there are without those in the place, the place, its field."""


def test_empty_messages_are_counted(spy: Spy) -> None:
    for limit, what, there, numbers, number in COUNTED.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(limits, limit, there + 30)
            loads(inside(*numbers, content=field(number, b"") * 30))
            sentence = f"the model must have at most {there + 30} {what}; got {there + 34}."
            assert refused(inside(*numbers, content=field(number, b"") * 34), spy) == sentence


EMPTY = b"\x0a\x00"
FIELDS: dict[str, tuple[tuple[int, ...], bytes]] = {
    "texts about the model": ((), field(6, b"")),
    "properties of the model": ((), field(14, b"")),
    "trainings": ((), field(20, b"")),
    "functions": ((), field(25, EMPTY)),
    "opsets": ((), field(8, b"")),
    "graphs": ((), field(7, b"")),
    "fields of no message": ((), field(3000, b"")),
    "numbers of no message": ((), b"\xf8\x7f\x00"),
    "long numbers of no message": ((), b"\xf8\x7f" + b"\xff" * 9 + b"\x01"),
    "fixed numbers of no message": ((), b"\xf9\x7f" + bytes(8)),
    "outputs of the graph": ((7,), field(12, b"")),
    "shapes of the graph": ((7,), field(13, EMPTY)),
    "quantisations": ((7,), field(14, b"")),
    "properties of the graph": ((7,), field(16, b"")),
    "names of a node": ((7, 1), field(3, b"")),
    "texts about a node": ((7, 1), field(6, b"")),
    "properties of a node": ((7, 1), field(9, b"")),
    "integers": ((7, 1, 5), b"\x40\x01"),
    "negative integers": ((7, 1, 5), b"\x40" + b"\xff" * 9 + b"\x01"),
    "floats": ((7, 1, 5), b"\x3d" + bytes(4)),
    "texts": ((7, 1, 5), field(9, b"")),
    "graphs of an attribute": ((7, 1, 5), field(11, b"")),
    "tensors of a list": ((7, 1, 5), field(10, b"")),
    "sparse tensors of a list": ((7, 1, 5), field(23, b"")),
    "types of a list": ((7, 1, 5), field(15, EMPTY)),
    "one graph of an attribute": ((7, 1, 5), field(6, b"")),
    "dimensions of a constant": ((7, 1, 5, 5), b"\x08\x01"),
    "dimensions of a weight": ((7, 5), b"\x08\x01"),
    "numbers of a weight": ((7, 5), b"\x25" + bytes(4)),
    "integers of a weight": ((7, 5), b"\x38\x01"),
    "texts of a weight": ((7, 5), field(6, b"")),
    "files of a weight": ((7, 5), field(13, b"")),
    "properties of a weight": ((7, 5), field(16, b"")),
    "dimensions of a sparse weight": ((7, 15), b"\x18\x01"),
    "indices of a sparse weight": ((7, 15), field(2, b"")),
    "types of an input": ((7, 11), field(2, b"")),
    "other types of an input": ((7, 11, 2), field(4, b"")),
    "dimensions of an input": ((7, 11, 2, 1, 2), field(1, b"")),
    "names of a dimension": ((7, 11, 2, 1, 2, 1), field(2, b"")),
}
"""The place, and what it is full of."""


def test_fields_are_counted_everywhere(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_FIELDS", 100)
    sentence = "the model must have at most 100 fields; got more."
    for place, (numbers, piece) in FIELDS.items():
        assert refused(inside(*numbers, content=piece * 100), spy) == sentence, place
    cv.Network.from_onnx(PLAIN)


PACKED: dict[str, tuple[tuple[int, ...], int]] = {
    "integers": ((7, 1, 5), 8),
    "floats": ((7, 1, 5), 7),
    "dimensions of a constant": ((7, 1, 5, 5), 1),
    "dimensions of a weight": ((7, 5), 1),
    "dimensions of a sparse weight": ((7, 15), 3),
}


def test_packed_numbers_are_counted(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_FIELDS", 100)
    sentence = "the model must have at most 100 fields; got more."
    for place, (numbers, number) in PACKED.items():
        assert refused(inside(*numbers, content=field(number, bytes(100))), spy) == sentence, place


def test_bytes_that_are_read_are_counted(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_GRAPH_MEGABYTES", 1)
    sentence = "the model must have at most 1 megabytes without its weights; got more."
    for numbers in ((7, 1, 1), (7, 1, 3), (7, 1, 5, 4), (7, 5, 8), (7, 11, 1), (7, 1, 9, 2), (8, 1)):
        assert refused(inside(*numbers, content=b"a" * 10**6), spy) == sentence
    loads(inside(7, 5, 8, content=b"a" * 990_000))
    constants = field(5, field(9, bytes(60_000)))
    loads(inside(7, content=constants * 16))
    assert refused(inside(7, content=constants * 17), spy) == sentence
    for number in (5, 7, 11):  # a byte of these is an integer of 8 in memory
        constants = field(5, field(number, bytes(60_000)) + field(2, b"") + b"\x08" + varint(60_000))
        loads(inside(7, content=constants * 2))
        assert refused(inside(7, content=constants * 3), spy) == sentence


def test_what_is_not_read_is_never_parsed(spy: Spy) -> None:
    """Whatever it holds, and however deep."""
    nodes = field(1, b"") * 10**6
    deep = b""
    for _ in range(500):
        deep = field(7, field(1, field(5, field(6, deep))))
    for numbers in (
        (20,),
        (7, 14),
        (7, 1, 5, 11),
        (7, 1, 5, 22),
        (7, 1, 5, 14),
        (7, 15, 2),
    ):
        for content in (nodes, deep, b"\xff" * 9):
            loads(inside(*numbers, content=content))
    loads(inside(7, 5, content=field(9, bytes(10**6)) + field(4, bytes(10**6)) + field(7, b"\1" * 10**6)))
    assert max(spy.parsed) < 300


def test_a_bomb_of_20_megabytes(spy: Spy, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even read to its end; how long that takes with the real limits is in benchmarks/onnx_bombs.py."""
    monkeypatch.setattr(limits, "ONNX_FIELDS", 10_000)
    monkeypatch.setattr(limits, "ONNX_ATTRIBUTES", 2_000)
    sentence = refused(inside(7, 1, content=field(5, b"") * 10**7), spy)
    assert re.fullmatch("the model must have at most 2000 attributes; got 99[0-9]{2} or more.", sentence)


def test_groups_are_no_part_of_a_model(spy: Spy) -> None:
    for groups in (b"\x0b\x0c", b"\x0b" * 10**6, b"\x0c", b"\x0e", b"\x0f", b"\x00\x00"):
        for numbers in ((), (7,), (7, 1), (7, 1, 5), (7, 11, 2)):
            data = inside(*numbers, content=groups)
            rule = "the model must be an ONNX file, whole and undamaged"
            got = f"{len(data)} bytes that cannot be read, damaged or of another format"
            assert refused(data, spy) == f"{rule}; got {got}."


def sentence_of(nodes: list[Node], shape: tuple[int, ...] = (1, 2, 9, 12), **weights: Any) -> str:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(model(nodes, shape, weights))
    return str(caught.value)


def test_dense_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_EDGES", 200)
    rule = "the nodes of the network must have at most 200 inputs together; got more up to node "
    dense = [node("Sum", " ".join(["x", *(f"t{k}" for k in range(n))]), f"t{n}") for n in range(30)]
    assert len(cv.Network.from_onnx(model(dense[:19])).nodes) == 20
    assert sentence_of(dense) == f'{rule}"Sum_20".'
    assert sentence_of([node("Concat", "x " * 201, "y", axis=1)]) == f'{rule}"Concat_1".'
    wide = [node("Relu", "x", f"t{n}") for n in range(10)]
    strange = node("Strange", " ".join(f"t{n}" for n in range(10)), " ".join(f"o{n}" for n in range(20)))
    assert sentence_of([*wide, strange]) == f'{rule}"Strange_11".'
    constants = node("Concat", "c " * 300, "d", axis=0)
    assert len(cv.Network.from_onnx(model([constants, node("Relu", "x", "y")], weights={"c": [1]})).nodes) == 2


def test_nodes_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ONNX_NETWORK_NODES", 20)
    for kind in ("Strange", "Relu"):
        at_most = node(kind, "x", " ".join(f"t{n}" for n in range(20)))
        assert len(cv.Network.from_onnx(model([at_most])).nodes) == 21
        more = node(kind, "x", " ".join(f"t{n}" for n in range(21)))
        rule = "the network must have at most 20 nodes; got more up to node "
        assert sentence_of([more]) == f'{rule}"{kind}_1".'


def test_many_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind resizing by 63/64, 63 outputs have boxes of their own, and each of them is gone through for every tap."""
    monkeypatch.setattr(graph_builder, "MOST_BOXES", 3000)
    pooled = [node("MaxPool", f"t{n}", f"t{n + 1}", kernel_shape=[3, 3], pads=[1, 1, 1, 1]) for n in range(20)]
    scales = {"by": np.array([1, 1, 63 / 64, 63 / 64], np.float32)}
    words = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    nodes = [node("Resize", "x - by", "t0", mode="nearest", **words), *pooled]
    rule = "receptive fields must be made of at most 3000 boxes together; got more up to node "
    assert sentence_of(nodes, (1, 1, 64, 64), **scales) == f'{rule}"MaxPool_7".'
    sums = [nodes[0], *(node("Add", f"t{n} t{n}", f"t{n + 1}") for n in range(20))]
    assert len(cv.Network.from_onnx(model(sums, (1, 1, 64, 64), scales)).nodes) == 22
    dense = [*nodes[:3], *(node("Add", "t1 t2", f"s{n}") for n in range(20))]
    assert sentence_of(dense, (1, 1, 64, 64), **scales) == f'{rule}"Add_10".'


def test_antialiased_resizing_reads_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_builder, "MOST_SCANNED", 10_000)
    scales = {"by": np.array([1, 1, 0.01, 1], np.float32)}
    nodes = [node("Resize", "x - by", f"y{n}", mode="cubic", antialias=1) for n in range(9)]
    rule = "rows and columns of resized and of misaligned planes must be at most 10000 together; got more up to node "
    assert sentence_of(nodes, (1, 1, 1000, 4), **scales) == f'{rule}"Resize_2".'


def test_dimensions_that_grow() -> None:
    ones = np.zeros((1,) * 8, np.int64)
    nodes = [node("Gather", "x i", "y", axis=0)]
    rule = "must give tensors of at most 8 dimensions, none above 2^20000; got "
    assert sentence_of(nodes, i=ones) == f'node "Gather_1" {rule}(1, 1, 1, 1, 1, 1, ...).'
    nodes = [node("Tile", f"t{n} by" if n else "x by", f"t{n + 1}") for n in range(400)]
    got = "(1, an integer of about 6029 digits, 9, 12)"
    assert sentence_of(nodes, by=[1, 2**62, 1, 1]) == f'node "Tile_323" {rule}{got}.'
    data = inside(7, 11, 2, 1, 2, content=field(1, b"") * 9)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data)
    assert str(caught.value) == "input '' must have at most 8 dimensions; got 9."
    data = inside(7, 5, content=b"\x08\x01" * 9)
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(data)
    got = "(1, 1, 1, 1, 1, 1, ...)"
    assert str(caught.value) == f"tensor '' must have at most 8 dimensions, none below 0; got {got}."


def test_constants_that_would_take_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed from many numbers or to texts, and no range is gone through that a file only names."""
    given: list[int] = []
    write = onnx.numpy_helper.from_array

    def counted(array: Any, name: str) -> onnx.TensorProto:
        given.append(array.size)
        return write(array, name)

    many = np.ones(4096, np.int64)
    first, last = np.array(-(2**63)), np.array(2**63 - 1)
    nodes = [
        node("Concat", "c " * 40_000, "d", axis=0),
        node("Max", "c " * 40_000, "e"),
        node("Range", "first last step", "f"),
        node("Size", "shape", "g"),
        node("Cast", "c", "texts", to=onnx.TensorProto.STRING),
        node("Pad", "x pads", "p"),
        node("Gather", "p index", "y", axis=2),
    ]
    weights = {"c": many, "first": first, "last": last, "step": np.array(2**31), "shape": [2**40, 2**40]}
    weights |= {"pads": [0, 0, 0, 0, 0, 0, 10**9, 0], "index": [0, 1, 10**9]}
    data = model(nodes, weights=weights)
    monkeypatch.setattr("onnx.numpy_helper.from_array", counted)
    network = cv.Network.from_onnx(data)
    assert network.unknown == (("Gather", "Gather_7", "y"),)
    assert 0 < sum(given) < 100_000  # the inputs of Concat and Max have 327 million


def test_many_nodes_of_one_name() -> None:
    nodes = [node("Relu", "x", f"y{n}", name="same_3" if n == 1 else "same") for n in range(1000)]
    names = [one.name for one in cv.Network.from_onnx(model(nodes)).nodes[1:]]
    assert names == ["same", "same_3", "same_2", *(f"same_{n}" for n in range(4, 1001))]


def test_limits_are_those_that_are_announced() -> None:
    """What real exporters write is far below: see the comments of the limits."""
    nodes = [node("Relu", f"t{n}" if n else "x", f"t{n + 1}") for n in range(limits.ONNX_NODES + 1)]
    data = model(nodes, outputs=["t9"])
    rule = "the model must have at most 5000 operators that depend on its input"
    assert sentence_of(nodes) == f'{rule}; got more up to node "Relu_5001".'
    raw = data + inside(7, content=field(1, b"") * (limits.ONNX_RAW_NODES - limits.ONNX_NODES))[len(PLAIN) :]
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.from_onnx(raw)
    assert str(caught.value) == "the model must have at most 50000 nodes; got 50001."


def test_functions_are_counted_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function costs a file its nodes once, but memory and time at every call."""
    monkeypatch.setattr(limits, "ONNX_GRAPH_MEGABYTES", 0.06)
    sentence = "the model must have at most 0.06 megabytes in its functions at all calls; got more."
    constant = onnx.helper.make_node("Constant", [], ["c"], value_ints=list(range(300, 900)))
    bodies = {
        "numbers": [constant],
        "inputs": [node("Sum", "a " * 300, "c")],
        "long names": [node("Relu", "a", "c" * 20_000)],
        "attributes": [node("Relu", "a", "c", **{f"b{n}": n for n in range(300)})],
    }
    opsets = [onnx.helper.make_opsetid("", 17)]
    for nodes in bodies.values():
        body = [*nodes, node("Relu", "a", "b")]
        function = onnx.helper.make_function("own", "Twice", ["a"], ["b"], body, opsets)
        calls = [node("Twice", f"t{n}" if n else "x", f"t{n + 1}", domain="own") for n in range(70)]
        made = onnx.load_from_string(model(calls))
        made.functions.append(function)
        with pytest.raises(cv.SpecError) as caught:
            cv.Network.from_onnx(made.SerializeToString())
        assert str(caught.value) == sentence
        del made.graph.node[1:]
        assert cv.Network.from_onnx(made.SerializeToString()).output_size() == (9, 12)


def tokens(*nodes: Node) -> list[Node]:
    """Return nodes behind the 64 places of the input on one axis, "u"."""
    return [node("Reshape", "x tokens", "t"), node("Transpose", "t", "u", perm=[0, 2, 1]), *nodes]


TOKENS: dict[str, Any] = {"tokens": [1, 4, 64], "c": np.zeros((1, 1, 4), np.float32)}


def test_lists_of_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each operator goes through all parts, and a product through all pairs of them."""
    monkeypatch.setattr(graph_builder, "MOST_PARTS", 300)
    rule = "lists of places must have at most 300 parts, counted at each of their operators; got more up to node "
    shape = (1, 4, 8, 8)
    long = node("Concat", "u " + "c " * 20, "l0", axis=1)
    doubling = [node("Concat", f"l{n} l{n}", f"l{n + 1}", axis=1) for n in range(60)]
    assert sentence_of(tokens(long, *doubling), shape, **TOKENS) == f'{rule}"Concat_6".'
    chain = [node("Relu", f"l{n}", f"l{n + 1}") for n in range(60)]
    assert sentence_of(tokens(long, *chain), shape, **TOKENS) == f'{rule}"Relu_10".'
    equation = ",".join(f"z{letter}c" for letter in "abdefg") + "->zc"
    product = node("Einsum", "l0 " * 6, "y", equation=equation)
    assert sentence_of(tokens(long, product), shape, **TOKENS) == f'{rule}"Einsum_4".'
    assert len(cv.Network.from_onnx(model(tokens(long, *chain[:5]), shape, TOKENS)).nodes) == 9


def test_statistics_of_long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part reads the statistics of all parts."""
    monkeypatch.setattr(limits, "ONNX_EDGES", 600)
    nodes = tokens(node("Concat", "u " * 30, "l", axis=1), node("Softmax", "l", "y", axis=1))
    rule = "the nodes of the network must have at most 600 inputs together; got more up to node "
    assert sentence_of(nodes, (1, 4, 8, 8), **TOKENS) == f'{rule}"Softmax_4".'


def test_computed_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "MOST_COMPUTED", 10_000)
    monkeypatch.setattr(convert, "MOST_LARGE", 5)
    weights = {"c": np.zeros(4000, np.int64), "large": (8, 8, 9, 9)}
    rule = "what the model computes from constants must have at most 10000 numbers; got more up to node "
    nodes = [*(node("Neg", "c", f"t{n}") for n in range(9)), node("Relu", "x", "y")]
    assert sentence_of(nodes, **weights) == f'{rule}"Neg_3".'
    rule = "the model must have at most 5 operators that compute large constants; got more up to node "
    nodes = [*(node("Neg", "large", f"t{n}") for n in range(9)), node("Relu", "x", "y")]
    assert sentence_of(nodes, **weights) == f'{rule}"Neg_6".'


CRASHING: list[tuple[Node, dict[str, Any]]] = [
    (node("LayerNormalization", "c c", "y z", axis=2**40), {"c": np.ones((3, 2), np.float32)}),
    (node("GatherND", "c i", "y", batch_dims=-7), {"c": np.ones((3, 2)), "i": np.array([[1]])}),
    (node("Split", "c s", "y z v"), {"c": np.ones(5000, np.float32), "s": [2**62]}),
    (node("Split", "c", "y z v", num_outputs=2), {"c": np.ones(5000, np.float32)}),
    (node("Slice", "c s e a t", "y"), {"c": np.zeros((0, 2)), "s": [0], "e": [1], "a": [0], "t": [-1]}),
]


def test_shapes_that_end_the_process_are_not_inferred() -> None:
    """ONNX reads beyond its memory for these: the test would not fail but end."""
    for strange, weights in CRASHING:
        outputs = list(strange.output)
        data = model([strange, node("Relu", "x", "r")], weights=weights, opset=18, outputs=["r"])
        assert cv.Network.from_onnx(data).output_size() == (9, 12), outputs
        op = Op(strange.op_type, "n", tuple(strange.input), tuple(outputs), _attributes(strange))
        constants = [Constant(value.shape, value) for value in map(np.asarray, weights.values())]
        assert set(result_shapes(op, [value.shape for value in constants], constants, 18)) == {None}


def _attributes(strange: Node) -> dict[str, Any]:
    return {attribute.name: attribute.i for attribute in strange.attribute}


def test_nodes_without_outputs() -> None:
    weights = {"s": (2,), "w": (2, 2, 3, 3)}
    for kind, inputs in (("BatchNormalization", "s s s s s"), ("Conv", "w w"), ("Split", "s")):
        nodes = [node(kind, inputs, ""), node("Relu", "x", "y")]
        assert cv.Network.from_onnx(model(nodes, weights=weights)).output_size() == (9, 12)
