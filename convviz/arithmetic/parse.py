"""The door of the layers: what a caller spells becomes canonical Python integers, or one sentence that says why not."""

import operator
from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import Final, SupportsIndex

import numpy as np

from convviz.errors import SpecError

from .quoting import shown

Pair = tuple[int, int]
"""(height, width)."""

Sides = tuple[Pair, Pair]
"""((top, bottom), (left, right)) in cells."""

PairLike = SupportsIndex | Sequence[SupportsIndex]
PaddingLike = SupportsIndex | Sequence[SupportsIndex] | Sequence[Sequence[SupportsIndex]] | str
ScaleLike = float | Fraction | Sequence[float | Fraction]

LARGEST: Final = 10**9
"""No parameter or input size is larger: beyond any memory, and every number derived from it can still be printed."""

NO_PADDING: Final[Sides] = ((0, 0), (0, 0))
SIZE_DEPENDENT: Final = ("same_upper", "same_lower")
PADDING_RULE: Final = (
    'padding must be an integer, a pair (height, width), ((top, bottom), (left, right)), "valid", "same", "same_upper"'
    ' or "same_lower"'
)


def _members(value: object) -> list[object] | None:
    """The members of a sequence or array, but not beyond the third, for no rule knows three; else None."""
    if isinstance(value, np.ndarray):
        return list(value[:3]) if value.ndim else None
    is_text = isinstance(value, str | bytes | bytearray | memoryview)
    return list(islice(value, 3)) if isinstance(value, Sequence) and not is_text else None


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
    _check_bounds(name, value, (number,), least)
    return number


def pair(name: str, value: object, *, least: int) -> Pair:
    """(height, width) from one integer or two.

    >>> pair("stride", 2, least=1), pair("stride", [2, 1], least=1)
    ((2, 2), (2, 1))
    """
    numbers = _integers(value)
    if numbers is None:
        raise SpecError(f"{name} must be an integer or a pair (height, width) of integers; got {shown(value)}.")
    _check_bounds(name, value, numbers, least)
    return numbers


def sides(value: object, *, rule: str = PADDING_RULE, least: int = 0) -> Sides:
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
    _check_bounds("padding", value, rows + columns, least)
    return rows, columns


def _check_bounds(name: str, value: object, numbers: tuple[int, ...], least: int) -> None:
    """Refuse a value if any of its numbers is less than `least` or more than `LARGEST`."""
    if min(numbers) < least:
        raise SpecError(f"{name} must be at least {'-10^9' if least == -LARGEST else least}; got {shown(value)}.")
    if max(numbers) > LARGEST:
        raise SpecError(f"{name} must be at most 10^9; got {shown(value)}.")


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
    A Fraction is kept as it is, or the nearest one taken if its denominator exceeds 10^9.

    >>> scale(1.5), scale((4 / 3, 2))
    ((Fraction(3, 2), Fraction(3, 2)), (Fraction(4, 3), Fraction(2, 1)))
    """
    members = _members(value)
    factors = [_factor(member) for member in ([value, value] if members is None else members)]
    if len(factors) != 2 or factors[0] is None or factors[1] is None:
        rule = "scale_factor must be a number from a millionth to 10^9 or a pair (height, width) of them"
        raise SpecError(f"{rule}; got {shown(value)}.")
    return factors[0], factors[1]


def _factor(value: object) -> Fraction | None:
    """A number that can scale, as a fraction; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.floating):
        value = float(value)  # a long double's item() is a long double
    number = value if isinstance(value, float | Fraction) else _integer(value)
    if number is None or not 1e-6 <= number <= LARGEST:
        return None
    return Fraction(number).limit_denominator(LARGEST if isinstance(number, Fraction) else 1_000_000)
