"""The map of kernels and strides against the rule, and against plain divisions."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest

from convviz import SpecError
from convviz.analysis import overlap_map
from convviz.analysis.overlap_counts import RULE


def test_even_exactly_where_the_stride_divides() -> None:
    found = overlap_map()
    assert (found.kernel_sizes, found.strides) == (tuple(range(1, 13)), tuple(range(1, 9)))
    for k, s in product(found.kernel_sizes, found.strides):
        whole, rest = divmod(k, s)
        along = Fraction(whole + bool(rest), whole) if whole else math.inf
        assert found.ratio(k, s) == along * along
        assert (found.ratio(k, s) == 1) == (k % s == 0)
        assert overlap_map([k], [s], axes=1).ratios == ((along,),)
    assert found.rule == RULE


def test_dilation_must_share_no_factor_with_the_stride() -> None:
    for d in range(2, 7):
        found = overlap_map(dilation=d, axes=1)
        for k, s in product(found.kernel_sizes, found.strides):
            assert (found.ratio(k, s) == 1) == (k % s == 0 and math.gcd(d, s) == 1)
            assert math.gcd(d, s) == 1 or found.ratio(k, s) == math.inf
    assert found.rule == (
        "The overlap is even exactly where the stride divides the kernel size and has no factor in common with the"
        " dilation of 6; even is no promise of a clean output."
    )


def test_the_largest_map() -> None:
    assert overlap_map([32], [31, 32], dilation=32).ratios == ((4,), (math.inf,))


BOUNDS = "must be 1 to 32 integers of at most 32"


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: overlap_map([]), f"kernel_sizes {BOUNDS}; got 0 of them, the largest 0."),
        (lambda: overlap_map([33]), f"kernel_sizes {BOUNDS}; got 1 of them, the largest 33."),
        (lambda: overlap_map(strides=[0]), "strides must be at least 1; got 0."),
        (lambda: overlap_map(dilation=33), "dilation must be at most 32; got 33."),
        (lambda: overlap_map(3), f"kernel_sizes {BOUNDS}; got 3."),  # type: ignore[arg-type]
        (lambda: overlap_map(axes=True), "axes must be an integer; got True."),
        (lambda: overlap_map(axes=3), "axes must be 1 or 2; got 3."),
    ],
)
def test_mistakes(mistake: Callable[[], object], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mistake()
    assert str(caught.value) == message
