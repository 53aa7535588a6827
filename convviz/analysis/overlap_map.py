"""Which kernels and strides overlap evenly: the map of all pairs, with the rule behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Final, SupportsIndex

from convviz.arithmetic import conv_transpose2d, parse
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .overlap_counts import Ratio, overlap

MOST: Final = 32
"""Largest kernel, stride and dilation, and the most of either in one map."""

RULE: Final = (
    "The overlap is even exactly where the stride divides the kernel size; even is no promise of a clean output."
)


@dataclass(frozen=True, slots=True)
class OverlapMap:
    """How uneven a transposed convolution overlaps, for every pair of a kernel size and a stride.

    Attributes
    ----------
    kernel_sizes, strides, dilation : What was asked for; the same on both axes.
    axes : 1 for the ratios along one axis, 2 for those of cells, their squares.
    ratios : One row for each stride, with one exact ratio for each kernel size: max / min, `inf` where cells get
        nothing.
    """

    kernel_sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: int
    axes: int
    ratios: tuple[tuple[Ratio, ...], ...]

    def ratio(self, kernel_size: int, stride: int) -> Ratio:
        """The ratio of one of the pairs."""
        return self.ratios[self.strides.index(stride)][self.kernel_sizes.index(kernel_size)]

    @property
    def rule(self) -> str:
        """Where the overlap is even, in a sentence."""
        if self.dilation == 1:
            return RULE
        where = f"stride divides the kernel size and has no factor in common with the dilation of {self.dilation}"
        return f"The overlap is even exactly where the {where}; even is no promise of a clean output."


def overlap_map(
    kernel_sizes: Sequence[SupportsIndex] = range(1, 13),
    strides: Sequence[SupportsIndex] = range(1, 9),
    *,
    dilation: SupportsIndex = 1,
    axes: SupportsIndex = 2,
) -> OverlapMap:
    """The ratio of overlap for every pair of a kernel size and a stride, in an unbounded input.

    Parameters
    ----------
    kernel_sizes, strides : Up to 32 integers from 1 to 32.
    dilation : From 1 to 32.
    axes : 1 for the ratio along one axis, 2 for that of square kernels.

    Raises
    ------
    SpecError : Numbers outside these bounds.

    Examples
    --------
    >>> found = overlap_map([2, 3, 4], [1, 2, 3])
    >>> [[str(ratio) for ratio in row] for row in found.ratios]
    [['1', '1', '1'], ['1', '4', '1'], ['inf', '1', '4']]
    >>> overlap_map([4], [2], dilation=2).ratios
    ((inf,),)
    """
    number = parse.integer("axes", axes, least=1)
    if number > 2:
        raise SpecError(f"axes must be 1 or 2; got {shown(axes)}.")
    kernels, steps = _numbers("kernel_sizes", kernel_sizes), _numbers("strides", strides)
    hole = parse.integer("dilation", dilation, least=1)
    if hole > MOST:
        raise SpecError(f"dilation must be at most {MOST}; got {hole}.")
    ratios = tuple(tuple(_ratio(kernel, step, hole, number) for kernel in kernels) for step in steps)
    return OverlapMap(kernels, steps, hole, number, ratios)


def _ratio(kernel: int, stride: int, dilation: int, axes: int) -> Ratio:
    along = overlap(conv_transpose2d(kernel, stride=stride, dilation=dilation), 1).rows.ratio
    return along**axes if isinstance(along, Fraction) else inf


def _numbers(name: str, values: Sequence[SupportsIndex]) -> tuple[int, ...]:
    try:
        members = tuple(values)
    except TypeError:
        raise SpecError(f"{name} must be 1 to {MOST} integers of at most {MOST}; got {shown(values)}.") from None
    numbers = tuple(parse.integer(name, value, least=1) for value in members)
    if not 1 <= len(numbers) <= MOST or max(numbers) > MOST:
        got = f"{len(numbers)} of them, the largest {max(numbers, default=0)}"
        raise SpecError(f"{name} must be 1 to {MOST} integers of at most {MOST}; got {got}.")
    return numbers
