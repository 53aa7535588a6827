"""Building networks, what is refused, and the arithmetic of chains against tables that others have published."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import convviz as cv

HALF = Fraction(1, 2)

# Yu & Koltun, Multi-scale context aggregation by dilated convolutions, Table 1: https://arxiv.org/abs/1511.07122
CONTEXT = [(1, 3), (1, 5), (2, 9), (4, 17), (8, 33), (16, 65), (1, 67)]

# https://github.com/google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md: VGG-16 and AlexNet v2 of TF-Slim
VGG = {1: (6, 2, 2), 2: (16, 4, 6), 3: (44, 8, 18), 4: (100, 16, 42), 5: (212, 32, 90)}
ALEXNET = [
    (cv.conv2d(11, stride=4), 11, 4, 0),
    (cv.max_pool2d(3, stride=2), 19, 8, 0),
    (cv.conv2d(5, padding=2), 51, 8, 16),
    (cv.max_pool2d(3, stride=2), 67, 16, 16),
    (cv.conv2d(3, padding=1), 99, 16, 32),
    (cv.conv2d(3, padding=1), 131, 16, 48),
    (cv.conv2d(3, padding=1), 163, 16, 64),
    (cv.max_pool2d(3, stride=2), 195, 32, 64),
]


def both(number: Any) -> tuple[Any, Any]:
    return number, number


def test_the_context_module() -> None:
    network = cv.Network()
    for n, (dilation, size) in enumerate(CONTEXT):
        node = network.add(f"layer {n}", cv.conv2d(3, dilation=dilation, padding=dilation))
        field = network.receptive_field(node)
        assert (field.size, field.center, field.padding) == (both(size), both(0), both((size - 1) // 2))


def test_a_published_table_of_alexnet() -> None:
    network = cv.Network(input_size=224)
    for n, (layer, size, jump, padding) in enumerate(ALEXNET):
        field = network.receptive_field(network.add(f"layer {n}", layer))
        assert (field.size, field.jump, field.padding) == (both(size), both(jump), both(padding))
        assert field.center == both(Fraction(size - 1, 2) - padding)
    assert network.output_size() == (5, 5)


def test_a_published_table_of_vgg() -> None:
    network = cv.Network()
    for block, convolutions in enumerate([2, 2, 3, 3, 3], start=1):
        network.sequential([cv.conv2d(3, padding=1)] * convolutions)
        field = network.receptive_field(network.add(f"pool {block}", cv.max_pool2d(2)))
        assert (field.size, field.jump, field.padding) == tuple(map(both, VGG[block]))


def test_height_and_width_are_kept_apart() -> None:
    network = cv.Network.sequential(
        [cv.conv2d((3, 5), (1, 2), ((1, 0), (2, 3)), (2, 1)), cv.max_pool2d((2, 3), (3, 1), dilation=(1, 4))]
    )
    field = network.receptive_field()
    assert field.size == (5 + 1, 5 + 8 * 2)
    assert field.jump == (3, 2)
    assert field.center == (2 - 1 + HALF, 2 - 2 + 4 * 2)
    assert field.padding == (1, 2)
    assert field.size_range == (both(6), both(21))
    assert [type(number) for number in (*field.size, *field.jump, *field.padding)] == [int] * 6


def test_crops_and_padding_shift_the_center_and_nothing_else() -> None:
    field = cv.Network.sequential([cv.max_pool2d(2), cv.pad2d(((3, 0), (-2, 9)))]).receptive_field()
    assert (field.size, field.jump, field.center) == (both(2), both(2), (HALF - 6, HALF + 4))


def test_numbers_beyond_64_bits_are_exact() -> None:
    network = cv.Network.sequential([cv.conv2d(3, stride=10**9)] * 3 + [cv.conv2d(3, dilation=10**9)])
    assert network.receptive_field().size == both(1 + 2 * (1 + 10**9 + 10**18 + 10**36))
    assert network.receptive_field().jump == both(10**27)


@pytest.mark.parametrize(("size", "before"), [(224, 0), (225, 1)])
def test_same_depends_on_the_input_size(size: int, before: int) -> None:
    layers = [cv.conv2d(3, stride=2, padding="same_upper"), cv.conv2d(3, padding=1)]
    unknown = cv.Network.sequential(layers).receptive_field()
    assert (unknown.size, unknown.jump) == (both(7), both(2))
    assert (unknown.center, unknown.padding, unknown.is_aligned) == (both(None), both(None), True)
    known = cv.Network.sequential(layers, input_size=size).receptive_field()
    assert (known.size, known.center, known.padding) == (both(7), both(1 - before), both(2 + before))


@pytest.mark.parametrize(
    ("layer", "center"),
    [
        (cv.conv2d(1, stride=2, padding="same_upper"), 0),
        (cv.conv2d(2, stride=2, padding="same_upper"), HALF),
        (cv.max_pool2d(3, stride=1, padding="same_upper"), 0),
        (cv.conv2d(4, padding="same_lower"), -HALF),
        (cv.conv2d(2, stride=2, padding="same_lower"), None),
    ],
)
def test_same_that_no_size_can_change(layer: Any, center: Any) -> None:
    assert cv.Network.sequential([layer]).receptive_field().center == both(center)


def test_input_and_nodes() -> None:
    network = cv.Network(input_size=(5, 7))
    field = network.receptive_field("input")
    assert (field.size, field.jump, field.center, field.padding) == (both(1), both(1), both(0), both(0))
    assert network.output_size() == (5, 7)
    network.sequential([cv.conv2d(3), ("last", cv.max_pool2d(2)), "identity"])
    assert [node.name for node in network.nodes] == ["input", "conv2d_1", "last", "identity_3"]
    assert network.output_size("last") == (1, 2)
    assert network.node("last").inputs == ("conv2d_1",)
    assert repr(network) == "Network(input_size=(5, 7), 3 nodes, 2 of them layers)"
    assert cv.Network().output_size() is None


def test_sequences_begin_a_network_or_go_on_with_one() -> None:
    network = cv.Network(input_size=9)
    assert network.sequential([cv.conv2d(3)]) is network
    assert network.sequential([cv.conv2d(3)]).receptive_field().size == both(5)
    other = cv.Network.sequential([cv.conv2d(3)] * 2, input_size=9)
    assert [node.name for node in other.nodes] == [node.name for node in network.nodes]
    assert "new network" in (cv.Network.sequential.__doc__ or "")
    assert "and return the network" in (network.sequential.__doc__ or "")


@pytest.mark.parametrize("begin", [cv.Network.sequential, cv.Network(9).sequential], ids=["new", "on"])
def test_a_layer_alone_is_no_sequence(begin: Any) -> None:
    for given, words in ((None, "None"), (3, "3"), (cv.conv2d(3), "a value of type Conv2d")):
        with pytest.raises(cv.SpecError) as caught:
            begin(given)
        assert str(caught.value) == f"layers must be a sequence of layers; got {words}."


def test_global_operations_read_everything() -> None:
    network = cv.Network(input_size=(9, 12))
    network.sequential([cv.conv2d(3, stride=2, padding=1), ("pool", "global_pool"), ("classes", "dense")])
    for node in ("pool", "classes"):
        field = network.receptive_field(node)
        assert field.is_global
        assert (field.size, field.jump, field.padding) == ((9, 12), both(0), both(0))
        assert field.center == (4, Fraction(11, 2))
        assert (field.local.size, field.local.jump, field.local.is_global) == (both(3), both(2), False)
        assert network.output_size(node) == (1, 1)
    unknown = cv.Network.sequential([cv.conv2d(3), "global_pool"]).receptive_field()
    assert (unknown.size, unknown.center, unknown.padding, unknown.is_global) == (*[both(None)] * 3, True)
    assert unknown.local.size == both(3)


def test_squeeze_and_excite_keeps_its_local_field() -> None:
    """https://arxiv.org/abs/1709.01507: global pooling, two dense layers, and a product with what went in."""
    for size in (None, 32):
        network = cv.Network(size)
        stem = network.add("stem", cv.conv2d(3, stride=2, padding=1))
        network.sequential(["global_pool", cv.conv2d(1), ("gate", cv.conv2d(1))])
        network.add("scaled", "multiply", [stem, "gate"])
        network.add("sum", "add", ["scaled", stem])
        network.add("last", cv.conv2d(3))
        field = network.receptive_field()
        assert field.is_global
        assert (field.local.size, field.local.jump, field.local.center) == (both(7), both(2), both(2))
        assert field.is_aligned is True
        assert field.size == both(size)


def test_one_cell_is_its_own_summary() -> None:
    network = cv.Network.sequential([cv.conv2d(7), "global_pool", "dense"], input_size=7)
    assert not network.receptive_field().is_global
    assert network.receptive_field().size == both(7)


def test_refusals_of_a_network_size() -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network(0)
    assert str(caught.value) == "input_size must be at least 1; got 0."


LAYER_RULE = (
    'layer_or_op must be a layer made by conv2d and its like, "add", "multiply", "concat", "identity", "global_pool"'
    ' or "dense"'
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", cv.conv2d(3)), "name must be a text of at least 1 character; got ''."),
        ((3, cv.conv2d(3)), "name must be a text of at least 1 character; got 3."),
        (("conv", cv.conv2d(3)), 'name must be new in its network; got "conv", which is there already.'),
        (("input", cv.conv2d(3)), 'name must be new in its network; got "input", which is there already.'),
        (("new", "relu"), f"{LAYER_RULE}; got 'relu'."),
        (("new", 3), f"{LAYER_RULE}; got 3."),
        (("new", "add"), 'add "new" must have at least 2 inputs; got 1.'),
        (("new", "concat", ["conv"]), 'concat "new" must have at least 2 inputs; got 1.'),
        (("new", "dense", ["conv", "input"]), 'dense "new" must have 1 input; got 2.'),
        (("new", cv.conv2d(1), []), 'conv2d(1) "new" must have 1 input; got 0.'),
        (
            ("new", "add", ["conv", "cnov"]),
            "inputs of \"new\" must be the name of a node added before it, or several; got 'cnov', which is "
            'near "conv".',
        ),
        (("new", "identity", 3), 'inputs of "new" must be the name of a node added before it, or several; got 3.'),
        (
            ("new", "add", ["conv", "input"]),
            'the inputs of add "new" must have the same size, or 1 where it repeats; got (5, 7) from "conv" and'
            ' (7, 9) from "input".',
        ),
        (
            ("new", "concat", ["conv", "pooled"]),
            'the inputs of concat "new" must have the same size; got (5, 7) from "conv" and (1, 1) from "pooled".',
        ),
        (
            ("new", cv.conv2d(9), "conv"),
            'node "new": The kernel (9 rows) is larger than the input (5 rows).',
        ),
    ],
)
def test_nodes_that_cannot_be(arguments: Any, message: str) -> None:
    network = cv.Network(input_size=(7, 9))
    network.add("conv", cv.conv2d(3))
    network.add("pooled", "global_pool")
    before = network.nodes
    with pytest.raises(cv.SpecError) as caught:
        network.add(*arguments)
    assert str(caught.value) == message
    assert network.nodes == before


@pytest.mark.parametrize("ask", ["output_size", "receptive_field", "node"])
def test_nodes_that_are_not_there(ask: str) -> None:
    for name in ("conv", 3):
        with pytest.raises(cv.SpecError) as caught:
            getattr(cv.Network(), ask)(name)
        assert str(caught.value) == f"node must be the name of a node of the network; got {name!r}."


def test_a_text_is_no_sequence_of_layers() -> None:
    with pytest.raises(cv.SpecError) as caught:
        cv.Network.sequential("conv2d(3)")
    assert str(caught.value) == ("layers must be a sequence of layers, such as [conv2d(3)]; got the text 'conv2d(3)'.")


def test_near_names_are_suggested() -> None:
    network = cv.Network.known("vgg16")
    with pytest.raises(cv.SpecError) as caught:
        network.receptive_field("poool1")
    assert str(caught.value) == (
        'node must be the name of a node of the network; got \'poool1\', which is near "pool1", "pool5" or "pool4".'
    )
