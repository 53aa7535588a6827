"""Whether a kernel is one column times one row, and how near to it the others come.

A kernel of rank 1 is an outer product: one pass with its column and one with its row do what the kernel does. Any other
is a sum of such products, and its singular values say how much each of them matters (Eckart & Young 1936,
https://doi.org/10.1007/BF02288367).
"""

from dataclasses import dataclass, field
from math import gcd
from typing import Any, Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import parse
from convviz.arithmetic.parse import finite_plane
from convviz.errors import SpecError

Array = npt.NDArray[Any]

LARGEST: Final = 1e300
"""No number of a kernel is larger: norms of such kernels are still finite."""

WHOLE: Final = 2**53
"""Up to here float64 tells every integer from its neighbours."""

ROUNDING: Final = 16 * float(np.finfo(np.float64).eps)
"""What a singular value decomposition may be off, per row or column of the kernel."""


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """A kernel as a sum of outer products, as `separate` makes it. All arrays are read-only and float64.

    Attributes
    ----------
    rank : How many outer products it takes: singular values above `tolerance`, as `numpy.linalg.matrix_rank` counts.
    column, row : (kH,) and (kW,) of equal norm; ``np.outer(column, row)`` is nearest to the kernel of all outer
        products. The entry of the column that is largest in magnitude, the first of several, is positive.
    errors : Relative errors of the best approximations of rank 1 to min(kH, kW): the Frobenius norm of what is missing
        by that of the kernel. From `rank` on it is rounding alone, and 0 here.
    tolerance : Largest singular value x max(kH, kW) x the machine epsilon of the kernel's type (float32 has its own).
    singular_values : (min(kH, kW),), descending.
    kernel : (kH, kW), the kernel itself.
    columns, rows : (kH, rank) and (rank, kW): one outer product each, the first made of `column` and `row`.
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
        """(kH, kW): the nearest kernel of at most this rank, which from `Separation.rank` on is the kernel itself.

        Raises
        ------
        SpecError : A rank below 1, or above what a kernel of this size can have.

        Examples
        --------
        >>> np.round(separate([[1, 0], [0, 3]]).approximation(1), 6).tolist()
        [[0.0, 0.0], [0.0, 3.0]]
        """
        most, number = min(self.kernel.shape), parse.integer("rank", rank, least=1)
        if number > most:
            raise SpecError(f"rank must be at most the shorter side of the kernel; got {number} (shorter side {most}).")
        if number >= self.rank:
            return self.kernel
        return _locked(self.columns[:, :number] @ self.rows[:number])

    def simplest(self) -> tuple[Array, Array]:
        """A column and a row in the numbers that people would write; their outer product is that of `column` and `row`.

        Where the kernel holds integers and is separable, integers whose product is the kernel exactly: the row without
        common factor, and of the two possible choices of sign the one with fewer minus signs (in doubt the one that
        makes the largest entry of the column positive). Otherwise `column` and `row`, rounded to 12 digits.

        Examples
        --------
        >>> column, row = separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).simplest()
        >>> column.tolist(), row.tolist()
        ([1, 2, 1], [-1, 0, 1])
        """
        return _whole_pair(self) or (_rounded(self.column), _rounded(self.row))


def separate(kernel: npt.ArrayLike) -> Separation:
    """The best column and row for a kernel: (kH, kW) -> (kH,) and (kW,), and how much they miss.

    Parameters
    ----------
    kernel : Rows of finite real numbers, of any scale. float32 is judged by its own precision, all else by float64's.

    Raises
    ------
    SpecError : A kernel that is no such table, or holds a number beyond 10^300.

    Notes
    -----
    The best outer product is unique unless the two largest singular values are equal, as those of the identity are.
    Then the one is taken that has most of its weight in one row of the kernel, the first on ties; the same is done for
    the products after it, so that the answer does not hang on the linear algebra library.

    Entries of the columns and rows that differ by rounding alone, from 0 or in magnitude from one another, are made
    equal.

    Examples
    --------
    Sobel's kernel smooths down and differentiates across:

    >>> sobel = separate([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    >>> sobel.is_separable, sobel.rank, sobel.residual
    (True, 1, 0.0)

    Laplace's is the sum of two outer products, and the better one misses a tenth:

    >>> laplace = separate([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    >>> laplace.rank, [round(error, 3) for error in laplace.errors]
    (2, [0.101, 0.0, 0.0])
    """
    cells = finite_plane("kernel", kernel, axes="(kH, kW)")
    if (largest := float(np.abs(cells).max())) > LARGEST:
        raise SpecError(f"kernel must hold numbers of at most 10^300 in magnitude; got {largest:g}.")
    # By an even power of two: no square leaves the range of floats, nothing is rounded, and its root is exact, too.
    exponent = 2 * int(-(-np.frexp(np.abs(cells).max())[1] // 2))
    scaled = np.ldexp(cells, -exponent)
    singular, rank, tolerance = _rank(scaled)
    left, singular, right = np.linalg.svd(scaled.astype(np.float64), full_matrices=False)
    left, right = _settled(left, singular, right, rank)
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
    """Singular values, rank and tolerance by the rule of `numpy.linalg.matrix_rank`, in the kernel's own precision."""
    singular = np.linalg.svd(scaled, compute_uv=False)
    tolerance = singular.max() * max(scaled.shape) * np.finfo(scaled.dtype).eps
    return singular, int(np.count_nonzero(singular > tolerance)), float(tolerance)


def _errors(singular: Array, rank: int) -> tuple[float, ...]:
    """Of each rank from 1: the norm of the singular values left out by that of all."""
    squares = singular**2
    missing = [float(np.sqrt(squares[kept:].sum() / squares.sum())) for kept in range(1, rank)]
    return (*missing, *[0.0] * (len(singular) - len(missing)))


def _settled(left: Array, singular: Array, right: Array, rank: int) -> tuple[Array, Array]:
    """The first `rank` singular vectors, with what the decomposition leaves open decided: signs, and equal values.

    Vectors of equal singular values may be any basis of the space they span. In it each row of the kernel has a
    direction that comes nearest to it: the one that comes nearest of all is taken, and the same in what is left.
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
    """A unit vector whose entries are equal in magnitude, or 0, where only rounding keeps them from it."""
    order = np.argsort(np.abs(vector))
    sizes = np.abs(vector)[order]
    begins = np.flatnonzero(np.diff(sizes, prepend=-1.0) > slack)
    evened = np.repeat(sizes[begins], np.diff(begins, append=len(sizes)))
    evened[evened <= slack] = 0
    result = np.empty_like(vector)
    result[order] = np.copysign(evened, vector[order])
    return result


def _whole_pair(separation: Separation) -> tuple[Array, Array] | None:
    """An integer column and row whose product is the kernel; None unless it is separable and holds integers."""
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
    # Python's integers, for products of other columns and rows than these may be beyond 64 bits.
    if (np.outer(column.astype(object), row.astype(object)) != cells).any():
        return None  # integers so unequal that the smaller part of the kernel is within the tolerance
    minus = np.count_nonzero(column < 0) + np.count_nonzero(row < 0)
    plus = np.count_nonzero(column > 0) + np.count_nonzero(row > 0)
    if minus > plus or (minus == plus and column[np.argmax(np.abs(column))] < 0):
        column, row = -column, -row
    return _locked(column), _locked(row)


def _rounded(vector: Array) -> Array:
    """Twelve digits of the largest entry, and as many places of the others; rounded as decimals, not as multiples."""
    digits = 12 - int(np.ceil(np.log10(np.abs(vector).max())))
    return _locked(np.array([round(entry, digits) + 0.0 for entry in vector.tolist()]))


def _locked(array: Array) -> Array:
    """The same numbers, in an array of their own that nobody can write to."""
    array = array.copy()
    array.flags.writeable = False
    return array
