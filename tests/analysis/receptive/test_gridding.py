"""Holes against sets of sums, the published rule against the holes, and suggestions against trying all rates."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import convviz as cv
from convviz.analysis import Network, gridding, hybrid_rule, suggest_rates
from convviz.analysis.receptive.gridding import _by_largest


def reached(kernel: int, rates: Any) -> set[int]:
    """Return the positions along an axis that a stack reads, from the definition."""
    return {sum(taps) for taps in product(*([tap * rate for tap in range(kernel)] for rate in rates))}


def has_holes(kernel: int, rates: Any) -> bool:
    return len(reached(kernel, rates)) < 1 + (kernel - 1) * sum(rates)


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(
    st.lists(
        st.builds(cv.conv2d, pairs, pairs, st.just(0), st.tuples(st.integers(1, 4), st.integers(1, 5))), max_size=4
    )
)
@settings(max_examples=30)
def test_what_is_read_is_the_support_of_an_interior_output(layers: list[Any]) -> None:
    found = gridding(layers)
    network = Network.sequential(layers, input_size=found.size)
    support = network.support(None, (0, 0))
    assert np.array_equal(found.support, support)
    assert (found.read, found.holes) == (support.sum(), (~support).sum())
    assert network.receptive_field().size == found.size


def test_poolings_and_pads_count_too() -> None:
    found = gridding([cv.pad2d(-1), cv.conv2d(3, dilation=(1, 2)), cv.max_pool2d((1, 2), 2), cv.avg_pool2d(2, 1, 1)])
    assert found.size == (5, 8)
    assert found.rows.tolist() == [True] * 5
    assert found.columns.tolist() == [True] * 8
    assert gridding([]).support.tolist() == [[True]]


def test_the_known_pattern_of_equal_rates() -> None:
    """Figure 2 of Wang et al.: a quarter of the cells with the rates 2, 2, 2, all of them with 1, 2, 3."""
    found = gridding([cv.conv2d(3, dilation=2)] * 3)
    assert found.support[::2, ::2].all()
    assert found.read == 49
    assert not gridding([cv.conv2d(3, dilation=rate) for rate in (1, 2, 3)]).holes


@pytest.mark.parametrize("kernel", [2, 3, 4, 5])
def test_the_rule_is_exact_where_it_says_so(kernel: int) -> None:
    wrong = 0
    for count in (1, 2, 3, 4):
        for rates in product(range(1, 9), repeat=count):
            rule = hybrid_rule(rates, kernel)
            agrees = rule.holds != has_holes(kernel, rates)
            wrong += not agrees
            assert agrees or not rule.is_exact, rates
            assert rule.is_exact == (
                count == 1 or (kernel == 3 and rates[0] == 1 and all(a <= b for a, b in pairwise(rates)))
            )
    assert wrong


def test_distances_are_those_of_the_paper() -> None:
    """Section 3.2: [1, 2, 5] has M_2 = 2, and [1, 2, 9] has M_2 = 5."""
    assert hybrid_rule([1, 2, 5]).distances[1:] == (2, 5)
    assert hybrid_rule([1, 2, 9]).distances[1:] == (5, 9)
    assert hybrid_rule([4]).distances == (4,)
    assert hybrid_rule([1, 5, 1]).distances == (7, 9, 1)


@pytest.mark.parametrize("kernel", [2, 3, 4])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_suggestions_are_all_there_is(kernel: int, count: int) -> None:
    """Every ascending choice of rates without holes is found, with nothing else, for every sum."""
    largest = kernel ** (count - 1)
    expected: dict[int, list[tuple[int, ...]]] = {}
    for rates in combinations_with_replacement(range(1, min(largest, 14) + 2), count):
        if not has_holes(kernel, rates):
            expected.setdefault(sum(rates), []).append(rates)
    for total in range(count, 15):
        found = list(_by_largest(count, total, kernel)) if total <= (kernel**count - 1) // (kernel - 1) else []
        assert found == sorted(expected.get(total, []), key=lambda rates: (rates[-1], rates))


@pytest.mark.parametrize(
    ("wanted", "layers", "kernel", "rates", "field"),
    [
        (31, 4, 3, (1, 2, 6, 6), 31),
        (30, 4, 3, (1, 2, 6, 6), 31),
        (81, 4, 3, (1, 3, 9, 27), 81),
        (2, 3, 3, (1, 1, 1), 7),
        (1024, 10, 2, tuple(2**n for n in range(10)), 1024),
        (1, 1, 5, (1,), 5),
    ],
)
def test_the_first_suggestion(wanted: int, layers: int, kernel: int, rates: tuple[int, ...], field: int) -> None:
    first, *others = suggest_rates(wanted, layers, kernel)
    assert (first.rates, first.receptive_field, first.excess) == (rates, field, field - wanted)
    assert len(others) <= 4
    for one in (first, *others):
        found = gridding([cv.conv2d(kernel, dilation=rate) for rate in one.rates])
        assert (found.size, found.holes) == ((field, field), 0)


def test_sixteen_layers_are_searched_quickly() -> None:
    assert [len(one.rates) for one in suggest_rates(2001, 16)] == [16] * 5


def test_the_largest_field_has_one_suggestion() -> None:
    (found,) = suggest_rates(3**16, 16)
    assert (found.rates, found.excess) == (tuple(3**n for n in range(16)), 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: gridding([cv.upsample2d(2)]),
            "layers must be made by conv2d, max_pool2d, avg_pool2d or pad2d; got a value of type Upsample2d.",
        ),
        (lambda: gridding("conv"), "layers must be a sequence of layers; got 'conv'."),  # type: ignore[arg-type]
        (
            lambda: gridding([cv.conv2d(3, dilation=2048)]),
            "layers must have a receptive field of at most 4096 cells; got 4097.",
        ),
        (lambda: hybrid_rule([]), "rates must be one dilation rate or more; got []."),
        (lambda: hybrid_rule(3), "rates must be one dilation rate or more; got 3."),  # type: ignore[arg-type]
        (lambda: hybrid_rule([1, 0]), "rates must be at least 1; got 0."),
        (lambda: hybrid_rule([1], 0), "kernel_size must be at least 1; got 0."),
        (lambda: suggest_rates(3, 1, 1), "kernel_size must be at least 2; got 1."),
        (lambda: suggest_rates(3, 17), "layers must be at most 16; got 17."),
        (lambda: suggest_rates(0, 2), "receptive_field must be at least 1; got 0."),
        (
            lambda: suggest_rates(28, 3),
            "receptive_field must be at most kernel_size^layers, 3^3 = 27, to have no holes; got 28.",
        ),
    ],
)
def test_what_is_refused(call: Any, message: str) -> None:
    with pytest.raises(cv.SpecError) as caught:
        call()
    assert str(caught.value) == message
