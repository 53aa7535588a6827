"""Gridding: the holes that dilated convolutions leave inside their receptive field, and rates that leave none.

What a stack reads of an input without borders is a set of rows times a set of columns. Along an axis, a window of k
cells with the dilation r adds one of 0, r, ..., (k - 1) r to every position, so that cells may be missed in between:
Wang et al. 2017, Understanding Convolution for Semantic Segmentation, https://arxiv.org/abs/1702.08502
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from math import prod
from operator import or_
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import AvgPool2d, Conv2d, Layer, MaxPool2d, Pad2d, arguments
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .footprints import Sliding, footprints

LARGEST_FIELD: Final = 4096
"""The largest number of rows or columns of a field whose cells are listed."""

SUGGESTIONS: Final = 5
LAYERS: Final = 16
"""The largest number of layers for which rates are suggested."""


@dataclass(frozen=True, slots=True, eq=False)
class Gridding:
    """What an output of a stack reads of its receptive field, far from all borders.

    Attributes
    ----------
    size : Pair
        (height, width) of the field.
    rows, columns : array of bool
        (height,) and (width,), read-only: a cell is read if its row and its column are.
    """

    size: Pair
    rows: npt.NDArray[np.bool_]
    columns: npt.NDArray[np.bool_]

    @property
    def support(self) -> npt.NDArray[np.bool_]:
        """(height, width) of booleans: the cells of the field that are read."""
        return np.logical_and.outer(self.rows, self.columns)

    @property
    def read(self) -> int:
        """The number of cells that are read."""
        return int(self.rows.sum()) * int(self.columns.sum())

    @property
    def holes(self) -> int:
        """The number of cells of the field that are not read."""
        return prod(self.size) - self.read


def gridding(layers: Sequence[Layer]) -> Gridding:
    """Return the holes of convolutions and poolings that follow one another, strided ones too.

    Parameters
    ----------
    layers : sequence of Layer
        Layers made by `conv2d`, `max_pool2d`, `avg_pool2d` and `pad2d`. Their padding has no influence.

    Raises
    ------
    SpecError
        The outputs of a layer do not all read alike (resizing, transposed convolution), or the field has more than 4096
        rows or columns.

    Examples
    --------
    Three times the rate 2 reads only every other cell; 1, 2, 3 reads all, in a field of the same size:

    >>> from convviz.arithmetic import conv2d
    >>> two = gridding([conv2d(3, dilation=2)] * 3)
    >>> two.size, two.holes, two.read
    ((13, 13), 120, 49)
    >>> gridding([conv2d(3, dilation=rate) for rate in (1, 2, 3)]).holes
    0
    """
    pairs = [_sliding(layer) for layer in _members("layers must be a sequence of layers", layers)]
    height, width = (_axis([pair[axis] for pair in pairs]) for axis in (0, 1))
    return Gridding((len(height), len(width)), height, width)


def _members(rule: str, values: object) -> Sequence[object]:
    """Return the members of a sequence, or refuse the value with this rule."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise SpecError(f"{rule}; got {shown(values)}.")
    return values


def _sliding(layer: object) -> tuple[Sliding, Sliding]:
    if not isinstance(layer, Conv2d | MaxPool2d | AvgPool2d | Pad2d):
        rule = "layers must be made by conv2d, max_pool2d, avg_pool2d or pad2d"
        raise SpecError(f"{rule}; got {shown(layer)}.")
    height, width = footprints(layer, None)
    assert isinstance(height, Sliding)
    assert isinstance(width, Sliding)
    return height, width


def _axis(windows: Sequence[Sliding]) -> npt.NDArray[np.bool_]:
    """Return the positions of the field that are read along an axis, computed as the bits of an integer."""
    size, jump, bits = 1, 1, 1
    for window in windows:
        distance = window.dilation * jump
        size, jump = size + (window.kernel - 1) * distance, jump * window.stride
        if size > LARGEST_FIELD:
            raise SpecError(f"layers must have a receptive field of at most {LARGEST_FIELD} cells; got {size}.")
        bits = reduce(or_, (bits << tap * distance for tap in range(window.kernel)))
    read = np.array([bits >> place & 1 for place in range(size)], dtype=bool)
    read.flags.writeable = False
    return read


@dataclass(frozen=True, slots=True)
class HybridRule:
    """The rule of hybrid dilated convolution: ``M_2 <= K``.

    Attributes
    ----------
    distances : tuple of int
        (M_1, ..., M_n), the "maximum distance between two nonzero values":
        ``M_i = max(M_(i+1) - 2 r_i, 2 r_i - M_(i+1), r_i)`` with ``M_n = r_n``.
    holds : bool
        Whether ``M_2 <= K``. For fewer than two layers, which have no M_2, whether there are no holes.
    is_exact : bool
        Whether the rule is the same as "no holes" for these rates: true for K = 3 and rates that begin with 1 and never
        decrease. Otherwise it may hold although there are holes, and fail although there are none.
    """

    distances: tuple[int, ...]
    holds: bool
    is_exact: bool


def hybrid_rule(rates: Sequence[SupportsIndex], kernel_size: SupportsIndex = 3) -> HybridRule:
    """Return the rule of Wang et al. for layers of one kernel size and these dilation rates.

    Examples
    --------
    The paper's two examples, the second of which has holes:

    >>> hybrid_rule([1, 2, 5]).holds, hybrid_rule([1, 2, 9]).holds
    (True, False)
    """
    rule = "rates must be one dilation rate or more"
    numbers = [arguments.integer("rates", rate, least=1) for rate in _members(rule, rates)]
    if not numbers:
        raise SpecError(f"{rule}; got {shown(rates)}.")
    kernel = arguments.integer("kernel_size", kernel_size, least=1)
    distances = [numbers[-1]]
    for rate in reversed(numbers[:-1]):
        after = distances[0]
        distances.insert(0, max(after - 2 * rate, 2 * rate - after, rate))
    is_growing = numbers[0] == 1 and numbers == sorted(numbers)
    holds = distances[1] <= kernel if len(distances) > 1 else numbers[0] == 1 or kernel == 1
    return HybridRule(tuple(distances), holds, (is_growing and kernel == 3) or len(numbers) == 1)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Dilation rates that leave no holes, their receptive field, and how much larger it is than requested."""

    rates: tuple[int, ...]
    receptive_field: int
    excess: int


def suggest_rates(
    receptive_field: SupportsIndex, layers: SupportsIndex, kernel_size: SupportsIndex = 3
) -> tuple[Suggestion, ...]:
    """Return rates without holes for a field of at least this size, in layers of one kernel size.

    Parameters
    ----------
    receptive_field : int
        Rows or columns requested, at most ``kernel_size ** layers``, which is the most that can have no holes.
    layers : int
        From 1 to 16.
    kernel_size : int
        At least 2.

    Returns
    -------
    tuple of Suggestion
        Up to five, of the smallest excess that is possible; those with the smallest largest rate first, in the order of
        their rates, without omissions. Rates are in ascending order; in any other order they read the same cells.

    Notes
    -----
    A stack of rates ``r_1 <= ... <= r_n`` has no holes if and only if each rate is at most the field of those before
    it, ``1 + (k - 1) (r_1 + ... + r_(i-1))``: were it larger, its own predecessor could not be reached.

    Examples
    --------
    >>> [suggestion.rates for suggestion in suggest_rates(17, layers=3)]
    [(1, 3, 4), (1, 2, 5)]
    """
    kernel = arguments.integer("kernel_size", kernel_size, least=2)
    count = arguments.integer("layers", layers, least=1)
    wanted = arguments.integer("receptive_field", receptive_field, least=1)
    if count > LAYERS:
        raise SpecError(f"layers must be at most {LAYERS}; got {count}.")
    if wanted > kernel**count:
        raise SpecError(
            f"receptive_field must be at most kernel_size^layers, {kernel}^{count} = {kernel**count}, to have no holes;"
            f" got {wanted}."
        )
    total = max(count, -(-(wanted - 1) // (kernel - 1)))
    field = 1 + (kernel - 1) * total
    suggested = islice(_by_largest(count, total, kernel), SUGGESTIONS)
    return tuple(Suggestion(rates, field, field - wanted) for rates in suggested)


def _by_largest(count: int, total: int, kernel: int) -> Iterator[tuple[int, ...]]:
    """Yield all ascending rates without holes of this sum, those with the smallest largest rate first."""
    # From the smallest rate that reaches the sum, to the largest rate that those before it allow.
    first = bisect_left(range(1, total), True, key=lambda largest: _most(0, 1, count, kernel, largest) >= total) + 1
    for largest in range(first, (1 + (kernel - 1) * total) // kernel + 1):
        yield from (rates for rates in _ascending((), count, total, kernel, largest) if rates[-1] == largest)


def _ascending(begun: tuple[int, ...], count: int, total: int, kernel: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to continue, in their order; none is begun that cannot be completed."""
    if not count:
        yield begun
        return
    least, before = begun[-1] if begun else 1, sum(begun)
    rates = range(least, min(1 + (kernel - 1) * before, largest, total // count) + 1)
    enough = bisect_left(rates, True, key=lambda rate: _most(before, rate, count, kernel, largest) >= total)
    for rate in rates[enough:]:
        yield from _ascending((*begun, rate), count - 1, total - rate, kernel, largest)


def _most(before: int, rate: int, count: int, kernel: int, largest: int) -> int:
    """Return the largest sum of this number of rates that begin with `rate`, after rates of the sum `before`."""
    total = rate
    for _ in range(count - 1):
        total += min(largest, 1 + (kernel - 1) * (before + total))
    return total
