"""Resizing that no layer does by itself, along one axis: a transposed convolution, of whose outputs every n-th is kept.

The outputs of Resize lie at equal distances on the input. On a grid so fine that all of them lie on it, a cell is read
from so many places to both sides: one cell's width by linear resizing, two by cubic, and more if it is antialiased.
That is a stamp, whose values do not matter here. What a stamp would read and the file does not, as the neighbours at a
distance of exactly one cell, which weigh nothing in cubic resizing, is found by trying out all outputs.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple

from convviz.analysis.receptive.footprints import Stamping, inside
from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.layers import Conv2d
from convviz.arithmetic.parse import NO_PADDING, Pair

from .axis_tracking import NotUnderstood

LONGEST: Final = 2**18
LARGEST: Final = 2**25
"""Places of a fine grid along its axis, and with those of the other axis: they are gone through for every support."""


class Way(NamedTuple):
    """How an axis is resized: outputs at ``start + n distance``, which read cells less than `reach` away.

    With `reach` 0, an output reads the one cell that `rounding` makes of its place.
    """

    start: Fraction
    distance: Fraction
    reach: int | Fraction
    rounding: str = "floor"


class Stretch(NamedTuple):
    """A stamp along one axis, cropped so that it begins with the first output of Resize; then one output of `every`."""

    kernel: int
    stride: int
    before: int
    every: int


def stretch(way: Way, asked: Sequence[frozenset[int]], cells: int, other: int) -> Stretch:
    """What reads the same cells as `asked` of every output, beside an axis with so many places."""
    unit = lcm(way.start.denominator, way.distance.denominator, 2 if way.rounding.startswith("round") else 1)
    start, every = int(way.start * unit), int(way.distance * unit)
    if way.reach:
        kernel = 2 * int(way.reach * unit) - 1
        found = Stretch(kernel, unit, start + kernel // 2, every)
    else:
        rounded: Mapping[str, int] = {
            "ceil": unit - 1,
            "round_prefer_floor": unit // 2 - 1,
            "round_prefer_ceil": unit // 2,
        }
        found = Stretch(unit, unit, start + rounded.get(way.rounding, 0), every)
    length = (len(asked) - 1) * every + 1
    if length > LONGEST or length * other > LARGEST:
        raise NotUnderstood
    stamp = Stamping(found.kernel, found.stride, 1, found.before)
    for n, wanted in enumerate(asked):
        if wanted != set(inside(stamp.cells(n * every), cells)):
            raise NotUnderstood
    return found


def layers(one: Stretch, axis: int, size: Pair, outputs: int) -> list[Layer]:
    """The layers that do this to the height (0) or the width (1) of a plane."""
    length = (outputs - 1) * one.every + 1
    after = (size[axis] - 1) * one.stride + one.kernel - one.before - length

    def pair(number: int, default: int) -> Pair:
        return (number, default) if axis == 0 else (default, number)

    crop = (one.before, max(0, after))
    sides = (crop, (0, 0)) if axis == 0 else ((0, 0), crop)
    more = pair(max(0, -after), 0)
    found: list[Layer] = [ConvTranspose2d(pair(one.kernel, 1), pair(one.stride, 1), sides, more, (1, 1), 1)]
    if one.every > 1:
        found.append(Conv2d((1, 1), pair(one.every, 1), NO_PADDING, (1, 1), 1, "zeros"))
    return found
