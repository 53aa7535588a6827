"""Effective fields: backpropagation against `forward` by the adjoint identity, estimates against exact expectations."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz.analysis import Network, effective_field, uniform_variance
from convviz.analysis.effective import conv_back, through, transposed_back
from convviz.arithmetic import AdaptiveMaxPool2d, AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, PixelShuffle

from . import oracles

SEEDS = st.integers(0, 999)


@given(oracles.chains(), SEEDS)
@settings(max_examples=40)
def test_backpropagation_is_the_adjoint_of_forward(network: Network, seed: int) -> None:
    """<A x, y> = <x, A' y> for every layer of a chain, two samples at once."""
    generator = np.random.default_rng(seed)
    nodes = {node.name: node for node in network.nodes}
    for node in network.nodes[1:]:
        layer: Any = node.operation
        if isinstance(layer, MaxPool2d | AdaptiveMaxPool2d | PixelShuffle) or (
            isinstance(layer, AvgPool2d) and is_uneven(layer)
        ):
            continue
        source = nodes[node.inputs[0]]
        assert source.size is not None
        assert node.size is not None
        cells, gradient = generator.normal(size=(1, *source.size)), generator.normal(size=(*node.size, 2))
        if isinstance(layer, Conv2d | ConvTranspose2d):
            weight = generator.normal(size=(*layer.kernel_size, 2))
            back = (conv_back if isinstance(layer, Conv2d) else transposed_back)(layer, source.size, gradient, weight)
            forth = [cv.forward(layer, cells, weight[None, None, :, :, n])[0] for n in range(2)]
        else:
            back = through(node, source, gradient, generator)
            forth = [cv.forward(layer, cells)[0]] * 2
        for n in range(2):
            assert np.vdot(forth[n], gradient[:, :, n]) == pytest.approx(np.vdot(cells[0], back[:, :, n]))


def is_uneven(layer: AvgPool2d) -> bool:
    """Whether the divisor is not the kernel's size everywhere, which the gradient leaves out of account."""
    return layer.ceil_mode or not layer.count_include_pad


def test_uniform_kernels_give_the_share_of_paths() -> None:
    network = Network.sequential([cv.conv2d(3)] * 3, input_size=7)
    found = effective_field(network, None, (0, 0))
    line = np.array([1, 3, 6, 7, 6, 3, 1]) / 27
    assert np.allclose(found.weights, np.outer(line, line), rtol=1e-15)
    assert found.weights.sum() == pytest.approx(1, abs=1e-15)
    assert (found.statistic, found.samples, found.field) == ("share of paths", 0, (7, 7))
    assert found.center == pytest.approx((3, 3))
    assert found.sigma == pytest.approx((sqrt(2), sqrt(2)))
    assert found.ratio == pytest.approx((4 * sqrt(2) / 7,) * 2)
    with pytest.raises(ValueError, match="read-only"):
        found.weights[0, 0] = 1


def test_shares_of_counts_beyond_all_floats() -> None:
    network = Network.sequential([cv.conv2d(3, padding=1)] * 700, input_size=(1, 9))
    found = effective_field(network, None, (0, 4))
    assert found.weights.sum() == pytest.approx(1)
    assert np.array_equal(found.weights, found.weights[:, ::-1])


windows = st.builds(
    cv.conv2d,
    st.tuples(st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.integers(1, 2), st.integers(1, 3)),
    st.just(0),
    st.tuples(st.integers(1, 3), st.integers(1, 2)),
)


@given(st.lists(windows, min_size=1, max_size=4))
@settings(max_examples=25)
def test_the_variance_is_that_of_the_paths_exactly(layers: list[Any]) -> None:
    size = Network.sequential(layers).receptive_field().size
    counts = Network.sequential(layers, input_size=size).path_counts(None, (0, 0))  # type: ignore[arg-type]
    for axis, variance in enumerate(uniform_variance(layers)):
        line = [int(count) for count in counts.sum(axis=1 - axis)]
        mean = Fraction(sum(n * count for n, count in enumerate(line)), sum(line))
        assert sum(count * (n - mean) ** 2 for n, count in enumerate(line)) / sum(line) == variance


def test_poolings_vary_like_kernels() -> None:
    assert uniform_variance([cv.max_pool2d(2), cv.avg_pool2d((1, 3), 1)]) == (
        Fraction(1, 4),
        Fraction(1, 4) + 4 * Fraction(2, 3),
    )


def test_squares_of_random_gradients_estimate_the_share_of_paths() -> None:
    """In a chain without shared products the expectation is exact; 4000 samples come within a few per cent of it."""
    network = Network.sequential([cv.conv2d(3, padding=1), cv.conv2d((3, 2), 2, 1), cv.conv2d(3)], input_size=(12, 13))
    exact = effective_field(network, None, (1, 2)).weights
    found = effective_field(network, None, (1, 2), kernels="random", samples=4000, seed=3)
    assert (found.statistic, found.samples) == ("mean squared gradient", 4000)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights[exact == 0] == 0).all()
    assert np.abs(found.weights - exact).sum() < 0.08
    assert found.sigma == pytest.approx(effective_field(network, None, (1, 2)).sigma, rel=0.05)


def test_the_seed_decides() -> None:
    network = Network.sequential([cv.conv2d(3, padding=1)] * 3, input_size=8)
    one, same, other = (effective_field(network, None, (4, 4), "random", 5, seed).weights for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_batches_of_samples_are_one_stream() -> None:
    """A plane so large that samples come one by one."""
    network = Network.sequential([cv.conv2d(3, stride=2)], input_size=(2100, 2100))
    found = effective_field(network, None, (5, 5), "random", samples=3)
    assert np.count_nonzero(found.weights) == 9


@pytest.mark.parametrize("name", ["resnet18", "inception_v3"])
def test_known_networks(name: str) -> None:
    network = cv.Network.known(name, input_size=95)
    found = effective_field(network, None, (0, 0), kernels="random", samples=2)
    assert found.weights.sum() == pytest.approx(1)
    assert found.sigma[0] < effective_field(network, None, (0, 0)).field[0] / 2


def test_gates_and_dense_layers_have_gradients() -> None:
    network = Network(input_size=(5, 6))
    gate = network.add("gate", "dense")
    network.add("mean", "global_pool", "input")
    network.add("sum", "add", [gate, "mean", "input"])
    found = effective_field(network, None, (2, 3), "random", samples=500)
    assert found.weights[2, 3] > 0.4
    assert (found.weights > 0).all()
    assert found.field == (5, 6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernels": "gaussian"}, 'kernels must be "uniform" or "random"; got \'gaussian\'.'),
        ({"samples": 0}, "samples must be at least 1; got 0."),
        ({"samples": 10**5}, "samples must be at most 10000; got 100000."),
        ({"seed": -1}, "seed must be at least 0; got -1."),
        ({"output": (0, 0)}, "output must read some of the input to have an effective field; got (0, 0)."),
        ({"output": (0, 99)}, 'output must lie inside "conv2d_1" of size (10, 10); got (0, 99).'),
    ],
)
def test_what_is_refused(options: dict[str, Any], message: str) -> None:
    network = Network.sequential([cv.conv2d(1, padding=3)], input_size=4)
    with pytest.raises(cv.SpecError) as caught:
        effective_field(network, None, **({"output": (5, 5)} | options))
    assert str(caught.value) == message


def test_fields_of_networks_alone() -> None:
    layers: Any = [cv.pixel_shuffle(2)]
    with pytest.raises(cv.SpecError) as caught:
        effective_field(layers, None, (0, 0))
    assert str(caught.value) == "network must be a Network; got [PixelShuffle(factor=2, mode='CRD')]."


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [cv.pixel_shuffle(2)],
            "layers must be made by conv2d, max_pool2d or avg_pool2d; got PixelShuffle(factor=2, mode='CRD').",
        ),
        (cv.conv2d(3), "layers must be a sequence of layers; got a value of type Conv2d."),
    ],
)
def test_layers_that_have_no_uniform_variance(layers: Any, message: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        uniform_variance(layers)
    assert str(caught.value) == message
