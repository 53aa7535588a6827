"""The best column and row of a kernel, against NumPy's own decompositions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convviz as cv
from convviz import Separation, SpecError

Array = np.ndarray

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
LAPLACE = [[0, 1, 0], [1, -4, 1], [0, 1, 0]]


@st.composite
def kernels(draw: st.DrawFn) -> Array:
    """Of every rank up to 7, of float64, float32 and integers, from 1e-200 to 1e200, and sums of one strong product."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rank = draw(st.integers(0, min(height, width)))
    kind = draw(st.sampled_from(["float64", "float32", "integers", "near"]))
    if kind == "integers":
        return rng.integers(-3, 4, (height, rank)) @ rng.integers(-3, 4, (rank, width))
    kernel = rng.normal(size=(height, rank)) @ rng.normal(size=(rank, width))
    if kind == "float32":
        return (kernel * 10.0 ** draw(st.sampled_from([-15, 0, 15]))).astype(np.float32)
    if kind == "near":
        kernel = kernel * 1e-9 + np.outer(rng.normal(size=height), rng.normal(size=width))
    return kernel * 10.0 ** draw(st.sampled_from([-200, -3, 0, 3, 200]))


def missing(kernel: Array, other: Array) -> float:
    """Return the relative Frobenius norm of the difference, without squares that leave the range of floats."""
    scale = np.abs(kernel).max() or 1.0
    return float(np.linalg.norm(kernel / scale - other / scale) / (np.linalg.norm(kernel / scale) or 1.0))


def precision(kernel: Array) -> float:
    return 1e-5 if kernel.dtype == np.float32 else 1e-13


@given(kernels())
def test_rank_is_that_of_numpy(kernel: Array) -> None:
    separation = cv.separate(kernel)
    assert separation.rank == np.linalg.matrix_rank(kernel)
    assert separation.is_separable == (separation.rank <= 1)
    assert separation.rank == np.linalg.matrix_rank(kernel, tol=separation.tolerance)


@given(kernels())
def test_singular_values_and_errors_are_those_of_numpy(kernel: Array) -> None:
    separation = cv.separate(kernel)
    scale = np.abs(kernel).max() or 1.0
    left, singular, right = np.linalg.svd(kernel / scale)
    np.testing.assert_allclose(separation.singular_values / scale, singular, atol=precision(kernel))
    for rank, error in enumerate(separation.errors, start=1):
        best = (left[:, :rank] * singular[:rank]) @ right[:rank] * scale
        assert missing(kernel, best) == pytest.approx(error, abs=precision(kernel))
        assert missing(kernel, separation.approximation(rank)) == pytest.approx(error, abs=precision(kernel))
        assert np.linalg.matrix_rank(separation.approximation(rank), tol=separation.tolerance) <= rank
        assert (error == 0) == (rank >= separation.rank)


@given(kernels())
def test_column_and_row_are_the_best_product_and_of_one_norm(kernel: Array) -> None:
    separation = cv.separate(kernel)
    column, row = separation.column, separation.row
    assert (column.shape, row.shape) == ((kernel.shape[0],), (kernel.shape[1],))
    assert np.linalg.norm(column) == pytest.approx(np.linalg.norm(row), rel=1e-13)
    assert missing(kernel, np.outer(column, row)) == pytest.approx(separation.residual, abs=precision(kernel))
    assert separation.residual == separation.errors[0]
    if separation.rank:
        assert column[np.argmax(np.abs(column))] > 0
    np.testing.assert_allclose(separation.difference, kernel - separation.approximation(1), rtol=1e-12)
    if separation.is_separable:
        assert separation.residual == 0
        assert not separation.difference.any()


@given(kernels(), st.integers(0, 999))
def test_no_other_product_is_better(kernel: Array, seed: int) -> None:
    """Neither one nearby nor any other."""
    separation, rng = cv.separate(kernel), np.random.default_rng(seed)
    best = missing(kernel, np.outer(separation.column, separation.row))
    norm = float(np.linalg.norm(separation.column)) or 1.0
    for size in (1e-3, 0.1, 1.0):
        column = separation.column + size * norm * rng.normal(size=separation.column.shape)
        row = separation.row + size * norm * rng.normal(size=separation.row.shape)
        assert missing(kernel, np.outer(column, row)) >= best - 1e-13


@given(kernels())
def test_products_add_up_to_the_kernel(kernel: Array) -> None:
    separation = cv.separate(kernel)
    assert separation.columns.shape == (kernel.shape[0], separation.rank)
    assert separation.rows.shape == (separation.rank, kernel.shape[1])
    assert missing(kernel, separation.columns @ separation.rows) <= precision(kernel)
    np.testing.assert_array_equal(separation.approximation(len(separation.errors)), kernel)


@given(kernels(), st.integers(-30, 30))
def test_scaling_by_a_power_of_four_scales_the_answer(kernel: Array, exponent: int) -> None:
    if kernel.dtype == np.float32:
        return
    separation, scaled = cv.separate(kernel), cv.separate(kernel * 4.0**exponent)
    assert (scaled.rank, scaled.errors) == (separation.rank, separation.errors)
    np.testing.assert_array_equal(scaled.column, separation.column * 2.0**exponent)
    np.testing.assert_array_equal(scaled.row, separation.row * 2.0**exponent)
    assert scaled.tolerance == separation.tolerance * 4.0**exponent


def test_float32_is_judged_by_its_own_precision() -> None:
    gaussian = np.outer([0.1, 0.7, 0.2], [0.3, 0.4, 0.3])
    assert cv.separate(gaussian.astype(np.float32)).rank == 1
    assert cv.separate(gaussian.astype(np.float32).astype(np.float64)).rank > 1


def test_a_gaussian_rounded_for_a_table_is_nearly_separable() -> None:
    curve = np.exp(-(np.arange(-2, 3) ** 2) / 2)
    curve /= curve.sum()
    separation = cv.separate(np.outer(curve, curve).round(3))
    assert separation.rank == 3
    assert 1e-4 < separation.residual < 1e-2
    assert missing(separation.kernel, np.outer(curve, curve)) > separation.residual


@pytest.mark.parametrize(
    ("kernel", "column", "row"),
    [
        (SOBEL, [1, 2, 1], [-1, 0, 1]),
        (np.transpose(SOBEL), [-1, 0, 1], [1, 2, 1]),
        (np.negative(SOBEL), [1, 2, 1], [1, 0, -1]),
        ([[3, 0, -3], [10, 0, -10], [3, 0, -3]], [3, 10, 3], [1, 0, -1]),
        (np.multiply(SOBEL, 6), [6, 12, 6], [-1, 0, 1]),
        (np.full((2, 3), 4), [4, 4], [1, 1, 1]),
        (np.full((2, 3), -4), [-4, -4], [1, 1, 1]),
        (np.full((2, 2), -4), [4, 4], [-1, -1]),
        ([[0, 0], [0, -5]], [0, 5], [0, -1]),
        ([[1, -1], [-1, 1]], [1, -1], [1, -1]),
        ([[6, 4]], [2], [3, 2]),
        ([[6.0], [-4.0]], [6, -4], [1]),
        ([[True, True]], [1], [1, 1]),
        (np.zeros((2, 3)), [0, 0], [0, 0, 0]),
        (np.array([[2**53, 2**53 - 1]], dtype=np.uint64), [1], [2**53, 2**53 - 1]),
    ],
)
def test_integers_come_apart_into_integers(kernel: Array, column: list[int], row: list[int]) -> None:
    pair = cv.separate(kernel).simplest()
    assert [numbers.tolist() for numbers in pair] == [column, row]
    assert {numbers.dtype for numbers in pair} == {np.dtype(np.int64)}
    assert {type(number) for numbers in pair for number in numbers.tolist()} == {int}


@given(kernels())
def test_the_simplest_pair_is_the_same_product(kernel: Array) -> None:
    separation = cv.separate(kernel)
    column, row = separation.simplest()
    if kernel.dtype == np.int64 and separation.is_separable:
        assert (np.outer(column, row) == kernel).all()
        assert np.gcd.reduce(row) in (0, 1)
    else:
        assert missing(kernel, np.outer(column, row)) == pytest.approx(separation.residual, abs=precision(kernel) * 100)


@pytest.mark.parametrize(
    ("kernel", "column", "row"),
    [
        (np.full((3, 3), 1 / 9), [1 / 3] * 3, [1 / 3] * 3),
        (np.outer([1, 2, 1], [1, 2, 1]) / 16, [0.25, 0.5, 0.25], [0.25, 0.5, 0.25]),
        (np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256, [0.0625, 0.25, 0.375, 0.25, 0.0625], None),
        (np.outer([0.3, 0, -0.3], [0.3, 0.1]), [0.259002006411, 0, -0.259002006411], None),
        ([[1e200, 2e200], [2e200, 4e200]], [1e100, 2e100], [1e100, 2e100]),
        ([[1e-200, 2e-200], [2e-200, 4e-200]], [1e-100, 2e-100], [1e-100, 2e-100]),
        # Integers whose smaller part is within the tolerance: of rank 1 by the rule, but no product of integers.
        ([[2**53, 0], [0, 1]], [94906265.6243, 0], [94906265.6243, 0]),
    ],
)
def test_other_numbers_are_shown_without_noise(kernel: Array, column: list[float], row: list[float] | None) -> None:
    simplest = cv.separate(kernel).simplest()
    np.testing.assert_allclose(simplest[0], column, rtol=3e-12, atol=0)
    for numbers in simplest:
        assert all(len(f"{abs(number):.17g}".split("e")[0]) <= 19 for number in numbers.tolist())
        assert all(float(f"{number:.12g}") == number for number in numbers.tolist())
    if row is not None:
        np.testing.assert_allclose(simplest[1], row, rtol=3e-12, atol=0)


@pytest.mark.parametrize(
    ("kernel", "column"),
    [
        ([[1, 0], [0, -1]], [1, 0]),
        ([[0, 1], [1, 0]], [1, 0]),
        (np.eye(3), [1, 0, 0]),
        (np.eye(3)[::-1], [1, 0, 0]),
        (np.diag([1.0, 2.0, -2.0]), [0, 2**0.5, 0]),
        ([[-3, 3], [3, -3]], [3**0.5, -(3**0.5)]),
        ([[-1, -2], [-1, -2]], [2.5**0.25, 2.5**0.25]),
    ],
)
def test_equal_singular_values_and_equal_entries_are_settled(kernel: Array, column: list[float]) -> None:
    separation = cv.separate(kernel)
    np.testing.assert_allclose(separation.column, column, rtol=1e-14, atol=0)
    assert np.signbit(separation.column).tolist() == [number < 0 for number in column]  # no -0


def test_an_orthogonal_kernel_comes_apart_in_the_same_way_however_it_is_decomposed() -> None:
    """All singular values are equal: every unit vector would do, one of those nearest to an axis is taken."""
    rng = np.random.default_rng(0)
    kernel, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    separation = cv.separate(kernel)
    np.testing.assert_allclose(separation.columns, np.eye(5), atol=1e-13)
    np.testing.assert_allclose(separation.rows, kernel, atol=1e-13)


def test_zero_entries_are_zero() -> None:
    separation = cv.separate(SOBEL)
    assert separation.row[1] == 0
    assert -separation.row[0] == separation.row[2] > 0
    assert separation.column[0] == separation.column[2]


def test_the_zero_kernel() -> None:
    separation = cv.separate(np.zeros((2, 3)))
    assert (separation.rank, separation.residual, separation.errors, separation.tolerance) == (0, 0, (0, 0), 0)
    assert separation.is_separable
    assert [numbers.tolist() for numbers in (separation.column, separation.row)] == [[0, 0], [0, 0, 0]]
    assert separation.approximation(2).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-160, 1e160, 1e300])
def test_scale_does_not_matter(scale: float) -> None:
    """Squares of these numbers leave the range of floats."""
    separation = cv.separate([[scale, 0], [0, scale]])
    assert (separation.rank, separation.residual) == (2, pytest.approx(0.5**0.5))
    np.testing.assert_allclose(separation.column[0] * separation.row[0] / scale, 1, rtol=1e-12 if scale > 1e-300 else 1)
    assert np.isfinite(separation.singular_values).all()


def test_arrays_cannot_be_written_to() -> None:
    kernel = np.array(LAPLACE, dtype=np.float64)
    separation = cv.separate(kernel)
    kernel[:] = 7
    assert separation.kernel.tolist() == LAPLACE
    arrays = [getattr(separation, name) for name in ("column", "row", "columns", "rows", "kernel", "singular_values")]
    arrays += [separation.difference, separation.approximation(1), separation.approximation(3), *separation.simplest()]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        separation.rank = 3  # type: ignore[misc]


def test_fractions_are_refused_and_floats_of_every_size_are_kept() -> None:
    assert cv.separate(np.array(SOBEL, dtype=np.float16)).rank == 1
    assert cv.separate(np.array(SOBEL, dtype=np.longdouble)).rank == 1
    assert cv.separate(np.array(SOBEL, dtype=">f4")).rank == 1
    assert isinstance(cv.separate(SOBEL), Separation)


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ([[1, 2], [3]], "kernel must have rows of equal length; got rows that differ."),
        ([[1, 2j]], "kernel must hold real numbers; got complex numbers."),
        ([["a"]], "kernel must hold real numbers; got text."),
        ("sobel", "kernel must hold real numbers; got text."),
        (None, "kernel must hold real numbers; got None."),
        ([[Fraction(1, 2)]], "kernel must hold real numbers; got Fraction(1, 2)."),
        ([[10**30]], "kernel must hold real numbers; got integers of more than 64 bits."),
        ([[np.datetime64("2020")]], "kernel must hold real numbers; got dates."),
        (3, "kernel must have the shape (kH, kW), none of them 0; got ()."),
        ([1, 2], "kernel must have the shape (kH, kW), none of them 0; got (2,)."),
        ([], "kernel must have the shape (kH, kW), none of them 0; got (0,)."),
        ([[]], "kernel must have the shape (kH, kW), none of them 0; got (1, 0)."),
        (np.ones((1, 3, 3)), "kernel must have the shape (kH, kW), none of them 0; got (1, 3, 3)."),
        ([[1, 2, 3], [4, np.nan, 6]], "kernel must hold finite numbers; got nan in row 1, column 1."),
        ([[1, -np.inf]], "kernel must hold finite numbers; got -inf in row 0, column 1."),
        ([[1e301]], "kernel must hold numbers of at most 10^300 in magnitude; got 1e+301."),
        ([[1, -1.7e308]], "kernel must hold numbers of at most 10^300 in magnitude; got 1.7e+308."),
        (np.ma.masked_equal([[1, 2], [3, 2]], 2), "kernel must have no masked cells; got 2 of 4 masked."),
    ],
)
def test_kernels_that_are_none(kernel: object, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.separate(kernel)  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rank", "message"),
    [
        (0, "rank must be at least 1; got 0."),
        (True, "rank must be an integer; got True."),
        (4, "rank must be at most the shorter side of the kernel; got 4 (shorter side 3)."),
    ],
)
def test_ranks_that_are_none(rank: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        cv.separate(LAPLACE).approximation(rank)
    assert str(caught.value) == message
