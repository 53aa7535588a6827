"""Networks whose input is a node of another one, against trying every cell of that node."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import convviz as cv
from convviz.analysis import Network

from . import oracles
from .test_counting import places


@given(oracles.graphs())
@settings(max_examples=12)
def test_every_node_as_the_input(network: Network) -> None:
    for source in network.nodes[1:]:
        seen = network.seen_from(source.name)
        matrices = oracles.matrices(network, source.name)
        assert [node.name for node in seen.nodes] == ["input", *list(matrices)[1:]]
        for name, expected in matrices.items():
            rows, columns = network.output_size(name) or (0, 0)
            assert seen.output_size(name) == (rows, columns)
            field = network.receptive_field(name, source=source.name)
            assert field == seen.receptive_field(name)
            for output in {(row, column) for row in places(rows)[::3] for column in places(columns)[::2]}:
                paths = expected[output[0] * columns + output[1]].reshape(source.size)
                assert np.array_equal(seen.path_counts(name, output), paths), (source.name, name, output)
                for axis, size in enumerate(field.size):
                    lines = np.flatnonzero(paths.any(axis=1 - axis))
                    assert size is None or not len(lines) or lines[-1] - lines[0] < size


def test_what_comes_from_elsewhere_is_constant() -> None:
    network = Network((20, 31))
    stem = network.add("stem", cv.conv2d((3, 5), stride=(2, 1)))
    down = network.add("down", cv.conv2d((5, 3), padding=(2, 1)), stem)
    network.add("sum", "add", [stem, down])
    gate = network.add("gate", "global_pool", "sum")
    network.add("gated", "multiply", ["sum", gate])
    assert network.receptive_field("sum", source="down").size == (1, 1)
    assert network.receptive_field("sum", source="stem").size == (5, 3)
    gated = network.receptive_field("gated", source="gate")
    assert (gated.size, gated.jump, gated.is_global) == ((1, 1), (0, 0), False)
    assert network.receptive_field("gated", source="sum").is_global
    seen = network.seen_from("down")
    assert [(node.name, node.operation) for node in seen.nodes] == [
        ("input", "input"),
        ("sum", "identity"),
        ("gate", "global_pool"),
        ("gated", "multiply"),
    ]
    assert seen.node("down").name == "input"
    assert seen.support("gated", (0, 0)).all()
    with pytest.raises(cv.SpecError) as raised:
        network.receptive_field("stem", source="sum")
    assert str(raised.value) == 'node must depend on source "sum"; got "stem", which reads nothing of it.'


def test_without_an_input_size() -> None:
    network = Network.sequential([("a", cv.conv2d(3, 2)), ("b", cv.conv2d((3, 5))), ("c", cv.max_pool2d(2))])
    assert network.seen_from("a").input_size is None
    assert network.receptive_field("c", source="a").size == (4, 6)
    assert network.receptive_field("c", source="c").size == (1, 1)
