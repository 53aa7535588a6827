"""Separability: whether a kernel is one column times one row, and how close other kernels are to one.

A kernel of rank 1 is an outer product: one pass with its column and one with its row give the same output. Any other is
a sum of such products, and its singular values say how much each of them contributes (Eckart & Young 1936,
https://doi.org/10.1007/BF02288367).
"""

from dataclasses import dataclass, field
from math import gcd
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import arguments
from convviz.arithmetic.arguments import Array, finite_plane
from convviz.errors import SpecError

LARGEST: Final = 1e300
"""The largest number of a kernel: norms of such kernels are still finite."""

WHOLE: Final = 2**53
"""Up to here float64 represents every integer."""

ROUNDING: Final = 16 * float(np.finfo(np.float64).eps)
"""The error of a singular value decomposition, per row or column of the kernel."""


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """A kernel as a sum of outer products, as `separate` makes it. All arrays are read-only and float64.

    Attributes
    ----------
    rank : int
        The number of outer products: singular values above `tolerance`, as `numpy.linalg.matrix_rank` counts them.
    column, row : array
        (kH,) and (kW,) of equal norm; of all outer products ``np.outer(column, row)`` is nearest to the kernel. The
        entry of the column that is largest in magnitude, the first of several, is positive.
    errors : tuple of float
        Relative errors of the best approximations of rank 1 to min(kH, kW): the Frobenius norm of the difference
        divided by that of the kernel. From `rank` on it is only rounding, and 0 here.
    tolerance : float
        Largest singular value x max(kH, kW) x the machine epsilon of the kernel's type (float32 has its own).
    singular_values : array
        (min(kH, kW),), descending.
    kernel : array
        (kH, kW), the kernel itself.
    columns, rows : array
        (kH, rank) and (rank, kW): one outer product each, the first made of `column` and `row`.
    """

    rank: int
    column: Array
    row: Array
    errors: tuple[float, ...]
    tolerance: float
    singular_values: Array
    kernel: Array = field(repr=False)
    columns: Array = field(repr=False)
    rows: Array = field(repr=False)

    @property
    def is_separable(self) -> bool:
        """Whether one column and one row are the whole kernel. The zero kernel is, too."""
        return self.rank <= 1

    @property
    def residual(self) -> float:
        """Relative error of ``np.outer(column, row)``, from 0 to 1; exactly 0 if the kernel is separable."""
        return self.errors[0]

    @property
    def difference(self) -> Array:
        """(kH, kW): the kernel minus its best outer product; exactly 0 if the kernel is separable."""
        return _locked(self.kernel - self.approximation(1))

    def approximation(self, rank: SupportsIndex) -> Array:
        """Return (kH, kW): the nearest kernel of at most this rank; from `Separation.rank` on the kernel itself.

        Raises
        ------
        SpecError
            The rank is below 1, or larger than the shorter side of the kernel.

        Examples
        --------
        >>> np.round(separate([[1, 0], [0, 3]]).approximation(1), 6).tolist()
        [[0.0, 0.0], [0.0, 3.0]]
        """
        most, number = min(self.kernel.shape), arguments.integer("rank", rank, least=1)
        if number > most:
            raise SpecError(f"rank must be at most the shorter side of the kernel; got {number} (shorter side {most}).")
        if number >= self.rank:
            return self.kernel
        return _locked(self.columns[:, :number] @ self.rows[:number])

    def simplest(self) -> tuple[Array, Array]:
        """Return a column and a row in simple numbers, with the same outer product as `column` and `row`.

        If the kernel holds integers and is separable, integers whose product is the kernel exactly: the row without
        common factor, and of the two possible choices of sign the one with fewer minus signs (on ties the one that
        makes the largest entry of the column positive). Otherwise `column` and `row`, rounded to 12 digits.

        Examples
        --------
        >>> column, row = separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).simplest()
        >>> column.tolist(), row.tolist()
        ([1, 2, 1], [-1, 0, 1])
        """
        return _whole_pair(self) or (_rounded(self.column), _rounded(self.row))


def separate(kernel: npt.ArrayLike) -> Separation:
    """Return the best column and row for a kernel, (kH, kW) -> (kH,) and (kW,), and their error.

    Parameters
    ----------
    kernel : array_like
        Rows of finite real numbers, of any scale. float32 has its own precision, all else that of float64.

    Raises
    ------
    SpecError
        The kernel is not such an array, or holds a number beyond 10^300.

    Notes
    -----
    The best outer product is unique unless the two largest singular values are equal, as those of the identity are.
    Then the product with most of its weight in one row of the kernel is used, the first on ties; the same holds for the
    products after it, so that the result does not depend on the linear algebra library.

    Entries of the columns and rows that differ only by rounding, from 0 or in magnitude from one another, are made
    equal.

    Examples
    --------
    Sobel's kernel smooths down and differentiates across:

    >>> sobel = separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    >>> sobel.is_separable, sobel.rank, sobel.residual
    (True, 1, 0.0)

    Laplace's is the sum of two outer products, and the better one alone has an error of a tenth:

    >>> laplace = separate([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    >>> laplace.rank, [round(error, 3) for error in laplace.errors]
    (2, [0.101, 0.0, 0.0])
    """
    cells = finite_plane("kernel", kernel, axes="(kH, kW)")
    if (largest := float(np.abs(cells).max())) > LARGEST:
        raise SpecError(f"kernel must hold numbers of at most 10^300 in magnitude; got {largest:g}.")
    # Scale by an even power of two: no square leaves the range of floats, nothing is rounded, and its root is exact.
    exponent = 2 * int(-(-np.frexp(np.abs(cells).max())[1] // 2))
    scaled = np.ldexp(cells, -exponent)
    singular, rank, tolerance = _rank(scaled)
    left, singular, right = np.linalg.svd(scaled.astype(np.float64), full_matrices=False)
    left, right = _unique_vectors(left, singular, right, rank)
    roots = np.ldexp(np.sqrt(singular[:rank]), exponent // 2)
    columns, rows = left * roots, roots[:, None] * right
    return Separation(
        rank=rank,
        column=_locked(columns[:, 0] if rank else np.zeros(cells.shape[0])),
        row=_locked(rows[0] if rank else np.zeros(cells.shape[1])),
        errors=_errors(singular, rank),
        tolerance=float(np.ldexp(tolerance, exponent)),
        singular_values=_locked(np.ldexp(singular, exponent)),
        kernel=_locked(cells.astype(np.float64)),
        columns=_locked(columns),
        rows=_locked(rows),
    )


def _rank(scaled: Array) -> tuple[Array, int, float]:
    """Return singular values, rank and tolerance as `numpy.linalg.matrix_rank`, in the kernel's own precision."""
    singular = np.linalg.svd(scaled, compute_uv=False)
    tolerance = singular.max() * max(scaled.shape) * np.finfo(scaled.dtype).eps
    return singular, int(np.count_nonzero(singular > tolerance)), float(tolerance)


def _errors(singular: Array, rank: int) -> tuple[float, ...]:
    """Return for each rank from 1 the norm of the singular values left out divided by that of all."""
    squares = singular**2
    missing = [float(np.sqrt(squares[kept:].sum() / squares.sum())) for kept in range(1, rank)]
    return (*missing, *[0.0] * (len(singular) - len(missing)))


def _unique_vectors(left: Array, singular: Array, right: Array, rank: int) -> tuple[Array, Array]:
    """Return the first `rank` singular vectors, made unique where they are not: in sign, and for equal singular values.

    Vectors of equal singular values may be any basis of the space they span. In it each row of the kernel has a nearest
    direction: the nearest of all is used, and then the same in the remaining space.
    """
    columns, rows = np.empty((len(left), rank)), np.empty((rank, right.shape[1]))
    slack = ROUNDING * max(len(left), right.shape[1])
    first = 0
    while first < rank:
        stop = int(np.count_nonzero(singular[:rank] >= singular[first] * (1 - slack)))
        basis = left[:, first:stop]
        for n in range(first, stop):
            weights = np.sqrt((basis**2).sum(1))
            nearest = np.argmax(weights >= weights.max() * (1 - slack))
            mix = basis[nearest] / weights[nearest]
            column, row = (_evened(vector, slack) for vector in (left[:, first:stop] @ mix, mix @ right[first:stop]))
            sign = np.sign(column[np.argmax(np.abs(column))])
            columns[:, n], rows[n] = sign * column + 0.0, sign * row + 0.0  # no -0
            basis = basis - np.outer(basis @ mix, mix)
        first = stop
    return columns, rows


def _evened(vector: Array, slack: float) -> Array:
    """Return a unit vector with entries made equal in magnitude, or 0, if they differ only by rounding."""
    order = np.argsort(np.abs(vector))
    sizes = np.abs(vector)[order]
    begins = np.flatnonzero(np.diff(sizes, prepend=-1.0) > slack)
    evened = np.repeat(sizes[begins], np.diff(begins, append=len(sizes)))
    evened[evened <= slack] = 0
    result = np.empty_like(vector)
    result[order] = np.copysign(evened, vector[order])
    return result


def _whole_pair(separation: Separation) -> tuple[Array, Array] | None:
    """Return an integer column and row whose product is the kernel; None unless it is separable and holds integers."""
    kernel = separation.kernel
    if separation.rank > 1 or np.abs(kernel).max() > WHOLE or (kernel != np.rint(kernel)).any():
        return None
    cells = kernel.astype(np.int64)
    if not separation.rank:
        return _locked(cells[:, 0]), _locked(cells[0])
    row = cells[np.flatnonzero(cells.any(axis=1))[0]]
    row = row // gcd(*row.tolist())
    place = np.flatnonzero(row)[0]
    column = cells[:, place] // row[place]
    # Python's integers, because products of other columns and rows than these may exceed 64 bits.
    if (np.outer(column.astype(object), row.astype(object)) != cells).any():
        return None  # the smaller integers are within the tolerance of the larger ones
    minus = np.count_nonzero(column < 0) + np.count_nonzero(row < 0)
    plus = np.count_nonzero(column > 0) + np.count_nonzero(row > 0)
    if minus > plus or (minus == plus and column[np.argmax(np.abs(column))] < 0):
        column, row = -column, -row
    return _locked(column), _locked(row)


def _rounded(vector: Array) -> Array:
    """Return entries rounded as decimals: to twelve digits of the largest one, and as many places of the others."""
    digits = 12 - int(np.ceil(np.log10(np.abs(vector).max())))
    return _locked(np.array([round(entry, digits) + 0.0 for entry in vector.tolist()]))


def _locked(array: Array) -> Array:
    """Return a read-only copy."""
    array = array.copy()
    array.flags.writeable = False
    return array
