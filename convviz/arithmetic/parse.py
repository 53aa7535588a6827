"""The door of the layers: what a caller spells becomes canonical Python integers, or one sentence that says why not."""

import operator
import reprlib
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from typing import Final, SupportsIndex

import numpy as np

from ..errors import SpecError

Pair = tuple[int, int]
"""(height, width)."""

Sides = tuple[Pair, Pair]
"""((top, bottom), (left, right)) in cells."""

PairLike = SupportsIndex | Sequence[SupportsIndex]
PaddingLike = SupportsIndex | Sequence[SupportsIndex] | Sequence[Sequence[SupportsIndex]] | str
ScaleLike = float | Fraction | Sequence[float | Fraction]

NO_PADDING: Final[Sides] = ((0, 0), (0, 0))
SIZE_DEPENDENT: Final = ("same_upper", "same_lower")
PADDING_RULE: Final = (
    'padding must be an integer, a pair (height, width), ((top, bottom), (left, right)), "valid", "same", "same_upper"'
    ' or "same_lower"'
)


def shown(value: object) -> str:
    """A value as it stands in a sentence: NumPy's numbers as plain ones, and never pages of it."""
    return reprlib.repr(value.tolist() if isinstance(value, np.generic | np.ndarray) else value)


def _members(value: object) -> list[object] | None:
    """The members of a tuple, list or array; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim:
        return list(value.tolist())
    return list(value) if isinstance(value, tuple | list) else None


def _integer(value: object) -> int | None:
    """The value as a Python int, or None. True is a slip, not one cell."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # whether it is an index is the question
    except TypeError:
        return None


def _integers(value: object) -> Pair | None:
    """A single integer twice, a pair of integers as it is; None for anything else."""
    members = _members(value)
    first, *rest = map(_integer, [value, value] if members is None else members or [None])
    return (first, rest[0]) if first is not None and len(rest) == 1 and rest[0] is not None else None


def integer(name: str, value: object, *, least: int) -> int:
    """One integer of at least `least`."""
    number = _integer(value)
    if number is None:
        raise SpecError(f"{name} must be an integer; got {shown(value)}.")
    if number < least:
        raise SpecError(f"{name} must be at least {least}; got {number}.")
    return number


def pair(name: str, value: object, *, least: int) -> Pair:
    """(height, width) from one integer or two.

    >>> pair("stride", 2, least=1), pair("stride", [2, 1], least=1)
    ((2, 2), (2, 1))
    """
    numbers = _integers(value)
    if numbers is None:
        raise SpecError(f"{name} must be an integer or a pair (height, width) of integers; got {shown(value)}.")
    if min(numbers) < least:
        raise SpecError(f"{name} must be at least {least}; got {shown(value)}.")
    return numbers


def sides(value: object, *, rule: str = PADDING_RULE, least: int | None = 0) -> Sides:
    """((top, bottom), (left, right)) from one integer, a pair (height, width), or the four.

    >>> sides(1), sides((1, 2)), sides(((1, 0), (2, 3)))
    (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((1, 0), (2, 3)))
    """
    members = [value, value] if _members(value) is None else _members(value)
    if members is None or len(members) != 2 or len({_members(member) is None for member in members}) != 1:
        raise SpecError(f"{rule}; got {shown(value)}.")
    rows, columns = map(_integers, members)
    if rows is None or columns is None:
        raise SpecError(f"{rule}; got {shown(value)}.")
    if least is not None and min(rows + columns) < least:
        raise SpecError(f"padding must be at least {least}; got {shown(value)}.")
    return rows, columns


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in options:
        raise SpecError(f"{name} must be {one_of(options)}; got {shown(value)}.")
    return value


def one_of(options: Sequence[str]) -> str:
    """The options as they stand in a sentence.

    >>> print(one_of(["gather", "scatter"]))
    "gather" or "scatter"
    """
    quoted = [f'"{option}"' for option in options]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def flag(name: str, value: object) -> bool:
    """True or False, and nothing that merely behaves like them."""
    if not isinstance(value, bool | np.bool_):
        raise SpecError(f"{name} must be True or False; got {shown(value)}.")
    return bool(value)


def scale(value: object) -> tuple[Fraction, Fraction]:
    """(height, width) factors from one positive number or two, as the fractions they stand for.

    A float is read as the nearest fraction with a denominator up to a million, so that 4/3 and 1.1 mean what they say.

    >>> scale(1.5), scale((4 / 3, 2))
    ((Fraction(3, 2), Fraction(3, 2)), (Fraction(4, 3), Fraction(2, 1)))
    """
    members = _members(value)
    factors = [_factor(member) for member in ([value, value] if members is None else members)]
    if len(factors) != 2 or factors[0] is None or factors[1] is None:
        rule = "scale_factor must be a positive number or a pair (height, width) of them"
        raise SpecError(f"{rule}; got {shown(value)}.")
    return factors[0], factors[1]


def _factor(value: object) -> Fraction | None:
    """A number that can scale, at least a millionth, as a fraction; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction | np.integer | np.floating):
        return None
    number = value.item() if isinstance(value, np.generic) else value
    return Fraction(number).limit_denominator(1_000_000) if 1e-6 <= number < inf else None
