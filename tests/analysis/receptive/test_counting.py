"""Supports and path counts of every output, borders included, against trying every cell of the input."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import convviz as cv
from convviz.analysis import Network

from . import oracles


def places(outputs: int) -> list[int]:
    """Return all of a few outputs, or three at either end of an axis and three in the middle."""
    middle = outputs // 2
    return sorted({*range(3), *range(middle - 1, middle + 2), *range(outputs - 3, outputs)} & {*range(outputs)})


def check_every_output(network: Network) -> None:
    for name, expected in oracles.matrices(network).items():
        rows, columns = network.output_size(name) or (0, 0)
        for row in places(rows):
            for column in places(columns):
                paths = expected[row * columns + column].reshape(network.input_size)
                counts = network.path_counts(name, (row, column))
                assert counts.dtype == np.int64
                assert np.array_equal(counts, paths), (name, row, column)
                support = network.support(name, (row, column))
                assert support.dtype == bool
                assert np.array_equal(support, paths > 0), (name, row, column)


@given(oracles.chains())
@settings(max_examples=30)
def test_chains(network: Network) -> None:
    check_every_output(network)


@given(oracles.graphs())
@settings(max_examples=30)
def test_graphs(network: Network) -> None:
    check_every_output(network)


def test_a_row_next_to_a_column_is_no_box() -> None:
    network = Network(input_size=9)
    row = network.add("1x7", cv.conv2d((1, 7), padding=(0, 3)))
    column = network.add("7x1", cv.conv2d((7, 1), padding=(3, 0)), "input")
    both = network.add("both", "concat", [row, column])
    assert network.support(both, (4, 4)).sum() == 13
    assert network.receptive_field(both).size == (7, 7)
    counts = network.path_counts(both, (4, 4))
    assert (counts.sum(), counts.max(), counts[4, 4]) == (14, 2, 2)


def test_linear_resizing_reads_one_to_four_cells() -> None:
    network = Network.sequential([cv.upsample2d(2, "bilinear")], input_size=4)
    read = [[network.support(None, (row, column)).sum() for column in range(8)] for row in range(8)]
    assert {*np.ravel(read).tolist()} == {1, 2, 4}
    assert [read[0][0], read[0][1], read[1][1], read[7][7]] == [1, 2, 4, 1]


def test_outputs_that_read_nothing() -> None:
    """A stride of 2 with a dilation of 2 writes every other cell only; and a window may lie in the padding."""
    network = Network.sequential([cv.conv_transpose2d(4, stride=2, dilation=2)], input_size=5)
    assert not network.support(None, (1, 2)).any()
    assert network.path_counts(None, (1, 2)).tolist() == np.zeros((5, 5)).tolist()
    assert network.describe(None, (1, 2)) == 'Output (1, 2) of "conv_transpose2d_1" reads nothing of the input.'
    assert network.receptive_field().size_range == ((0, 4), (0, 4))
    padded = Network.sequential([cv.conv2d(2, padding=3)], input_size=4)
    assert not padded.support(None, (0, 3)).any()
    assert padded.describe(None, (2, 3)) == (
        'Output (2, 3) of "conv2d_1" reads 2 cells of the input, in rows 0 to 0 and columns 0 to 1.'
    )
    assert padded.describe("input", (2, 3)) == (
        'Output (2, 3) of "input" reads 1 cell of the input, in rows 2 to 2 and columns 3 to 3.'
    )


@pytest.mark.parametrize(("layers", "dtype"), [(30, np.int64), (31, np.int64), (32, object), (60, object)])
def test_counts_are_exact_however_many_paths(layers: int, dtype: type) -> None:
    """Kernels of two taps: binomial coefficients, here beyond 64 bits for more than 31 layers of 2 x 2."""
    network = Network.sequential([cv.conv2d(2)] * layers, input_size=layers + 1)
    counts = network.path_counts(None, (0, 0))
    line = [comb(layers, n) for n in range(layers + 1)]
    expected = np.multiply.outer(np.array(line, object), np.array(line, object))
    assert (counts == expected).all()
    assert counts.dtype == (dtype if int(expected.max()) >= 2**63 else np.int64)
    assert {type(count) for count in counts.ravel().tolist()} == {int}


def test_counts_of_branches_are_exact_beyond_64_bits() -> None:
    """Each block doubles the paths: the identity next to a 1 x 1 convolution, 2^n in all."""
    network = Network(input_size=3)
    for n in range(80):
        last = network.node().name
        network.add(f"conv {n}", cv.conv2d(1))
        network.add(f"sum {n}", "add", [last, f"conv {n}"])
    counts = network.path_counts(None, (1, 2))
    assert counts.dtype == object
    assert counts[1, 2] == 2**80
    assert counts.sum() == 2**80
    assert network.path_counts("sum 61", (1, 2)).dtype == np.int64
    assert network.support(None, (1, 2)).sum() == 1


def test_inputs_larger_than_any_plane_of_a_layer() -> None:
    network = Network.sequential([cv.conv2d(3, stride=2, padding=1)] * 4 + ["dense"], input_size=(4096, 3))
    assert network.support(None, (0, 0)).all()
    assert network.support("conv2d_4", (255, 0)).sum() == 3 * 31


@pytest.mark.parametrize("ask", ["support", "path_counts", "describe"])
@pytest.mark.parametrize(
    ("network", "arguments", "message"),
    [
        (
            Network.sequential([cv.conv2d(3)]),
            (None, (0, 0)),
            "Network needs an input_size to map individual cells; got None.",
        ),
        (
            Network.sequential(["global_pool"]),
            (None, (0, 0)),
            "Network needs an input_size to map individual cells; got None.",
        ),
        (
            Network.sequential([cv.conv2d(3)], input_size=(2**13, 2**12 + 1)),
            (None, (0, 0)),
            "input_size must have at most 2^25 cells to be mapped; got (8192, 4097).",
        ),
        (
            Network.sequential([cv.conv2d(3)], input_size=(5, 6)),
            ("conv2d_1", (2, 4)),
            'output must lie inside "conv2d_1" of size (3, 4); got (2, 4).',
        ),
        (Network(input_size=4), (None, (-1, 0)), "output must be at least 0; got (-1, 0)."),
        (
            Network(input_size=4),
            ("conv", (0, 0)),
            "node must be the name of a node of the network; got 'conv'.",
        ),
    ],
)
def test_outputs_that_cannot_be_asked_for(ask: str, network: Network, arguments: Any, message: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        getattr(network, ask)(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [cv.upsample2d(10**6), "global_pool"],
            "output must read at most 2^20 rows or columns of every node to be mapped; got 10000000.",
        ),
        (
            [cv.upsample2d((1, 10**8)), "global_pool"],
            "output must read at most 2^27 cells of every node to be mapped; got 1000000000.",
        ),
        (
            [cv.conv2d(10**9, padding=10**9, padding_mode="replicate")],
            "output must read at most 2^27 cells of every node to be mapped; got 1000000000.",
        ),
    ],
)
def test_what_no_memory_can_hold(layers: list[Any], message: str) -> None:
    network = Network.sequential(layers, input_size=10)
    for ask in (network.support, network.path_counts, network.describe):
        with pytest.raises(cv.SpecError) as caught:
            ask(None, (0, 0))
        assert str(caught.value) == message


def test_planes_that_no_memory_can_hold() -> None:
    network = Network.sequential([("up", cv.upsample2d(10**4)), ("same", "identity")], 10)
    network.add("both", "add", ["up", "same"])
    network.add("all", "global_pool")
    with pytest.raises(cv.SpecError) as caught:
        network.support(None, (0, 0))
    message = "output must read at most 2^27 cells of every node to be mapped; got 10000000000."
    assert str(caught.value) == message
