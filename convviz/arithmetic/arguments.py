"""Check what a caller passes: convert it to Python integers, fractions or arrays, or refuse it in a sentence.

The sentence quotes the value as `shown` does.
"""

import operator
import reprlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from fractions import Fraction
from itertools import islice
from math import isfinite, log10
from typing import Any, Final, SupportsIndex, cast

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

Pair = tuple[int, int]
Triple = tuple[int, int, int]
"""(height, width)."""

Sides = tuple[Pair, Pair]
"""((top, bottom), (left, right)) in cells."""

PairLike = SupportsIndex | Sequence[SupportsIndex]
PaddingLike = SupportsIndex | Sequence[SupportsIndex] | Sequence[Sequence[SupportsIndex]] | str
ScaleLike = float | Fraction | Sequence[float | Fraction]

Array = npt.NDArray[Any]
"""float64, or float32 where the input was float32."""

MOST_CELLS: Final = 2**31
"""Of an output or a padded input: 25 megapixels in 64 channels pass; what no computer can hold is refused at once."""

LARGEST: Final = 10**9
"""Largest parameter or input size: beyond any memory, and every number derived from it can still be printed."""

LONGEST: Final = 42
"""Characters of a text that is quoted, its quotation marks included."""

_MOST_QUOTED: Final = 200
"""Characters of any other value that is quoted."""

NO_PADDING: Final[Sides] = ((0, 0), (0, 0))
PADDING_RULE: Final = (
    'padding must be an integer, a pair (height, width), ((top, bottom), (left, right)), "valid", "same", "same_upper"'
    ' or "same_lower"'
)


def shown(value: object) -> str:
    """Return a value in a few words on one line, NumPy's numbers as plain ones.

    >>> print(shown((np.int64(3), 2.5)), shown(np.zeros((2, 4, 5))), shown([10**5000, 1]))
    (3, 2.5) an array of shape (2, 4, 5) [an integer of about 5000 digits, 1]
    """
    text = _QUOTE.repr(value)
    return text if len(text) <= _MOST_QUOTED else f"{text[: _MOST_QUOTED - 1]}…"  # of nested lists


def text_of(value: object) -> str:
    """Return a text as it is, and any other value as `shown` quotes it.

    >>> text_of(" a"), text_of(np.int64(3)), text_of(10**5000)
    (' a', '3', 'an integer of about 5000 digits')
    """
    return value if isinstance(value, str) else shown(value)


def nearest(name: object, names: Iterable[str]) -> str:
    """Return the end of a sentence that refuses a name: the known one that is like it, or nothing.

    >>> nearest("stide", ("stride", "padding")), nearest("seed", ("stride",)), nearest(3, ())
    (' Did you mean stride?', '', '')
    """
    close = get_close_matches(name[:LONGEST], [*names], 1) if isinstance(name, str) else []
    return f" Did you mean {close[0]}?" if close else ""


class _Quote(reprlib.Repr):
    """Quotes by type: reprlib finds the method for a type by its name."""

    def repr_str(self, x: str, level: int) -> str:
        """Keep the beginning of a long text, without blanks around it."""
        text = repr(x.strip()[: LONGEST + 1])
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}…{text[0]}"

    def repr_int(self, x: int, level: int) -> str:
        """Round a very long integer, as Python refuses to print more than some thousand digits."""
        if x.bit_length() < 1000:
            return super().repr_int(x, level)
        return f"an integer of about {x.bit_length() * log10(2):.0f} digits"

    def repr_instance(self, x: object, level: int) -> str:
        """Quote any other type: short texts of one line as they are, otherwise the type alone."""
        if isinstance(x, np.ndarray):
            return self.repr1(x.tolist(), level) if x.ndim < 3 and x.size < 10 else f"an array of shape {x.shape}"
        if isinstance(x, np.generic):
            plain = x.item()
            return str(x) if isinstance(plain, np.generic) else self.repr1(plain, level)
        try:
            text = repr(x)
        except Exception:  # a value that cannot be printed must not hide the rule
            text = ""
        is_plain = text and len(text) <= 60 and text.isprintable() and " at 0x" not in text
        return text if is_plain else f"a value of type {type(x).__name__}"


_QUOTE = _Quote()


def _members(value: object) -> list[object] | None:
    """Return up to three members of a sequence or array, as no rule allows three; None for anything else."""
    if isinstance(value, np.ndarray):
        return list(value[:3]) if value.ndim else None
    is_text = isinstance(value, str | bytes | bytearray | memoryview)
    return list(islice(value, 3)) if isinstance(value, Sequence) and not is_text else None


def _integer(value: object) -> int | None:
    """Return the value as a Python int, None for anything else. True is a mistake, not one cell."""
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # whether it is an index is the question
    except Exception:  # values of other libraries raise anything, as a tensor without data does
        return None


def _integers(value: object) -> Pair | None:
    """Return a single integer twice, a pair of integers as it is, None for anything else."""
    if type(value) is tuple and len(value) == 2 and type(value[0]) is type(value[1]) is int:
        return value  # a layer asks for the axes of an input again and again
    members = _members(value)
    first, *rest = map(_integer, [value, value] if members is None else members or [None])
    return (first, rest[0]) if first is not None and len(rest) == 1 and rest[0] is not None else None


def integer(name: str, value: object, *, least: int) -> int:
    """Return one integer of at least `least`."""
    number = _integer(value)
    if number is None:
        raise SpecError(f"{name} must be an integer; got {shown(value)}.")
    _check_bounds(name, value, (number,), least)
    return number


def pair(name: str, value: object, *, least: int) -> Pair:
    """Return (height, width) from one integer or two.

    >>> pair("stride", 2, least=1), pair("stride", [2, 1], least=1)
    ((2, 2), (2, 1))
    """
    numbers = _integers(value)
    if numbers is None:
        raise SpecError(f"{name} must be an integer or a pair (height, width) of integers; got {shown(value)}.")
    _check_bounds(name, value, numbers, least)
    return numbers


def triple(name: str, value: object, *, least: int) -> Triple:
    """Return (depth, height, width) from one integer or three.

    >>> triple("stride", (1, 2, 2), least=1)
    (1, 2, 2)
    """
    members = list(value[:4]) if isinstance(value, Sequence) and not isinstance(value, str) else [value] * 3
    numbers = [_integer(member) for member in members]
    if len(numbers) != 3 or None in numbers:
        raise SpecError(f"{name} must be an integer or three (depth, height, width); got {shown(value)}.")
    first, second, third = (integer(name, number, least=least) for number in numbers)
    return first, second, third


def sides(value: object, *, rule: str = PADDING_RULE, least: int = 0) -> Sides:
    """Return ((top, bottom), (left, right)) from one integer, a pair (height, width), or the four.

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


def number(name: str, value: object) -> float:
    """Return a finite number.

    >>> number("value", np.float32(0.5)), number("value", -1)
    (0.5, -1.0)
    """
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        with suppress(OverflowError):  # an integer beyond all floats
            if isfinite(found := float(value)):
                return found
    raise SpecError(f"{name} must be a finite number; got {shown(value)}.")


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """Return one of a few words."""
    if not isinstance(value, str) or value not in options:
        raise SpecError(f"{name} must be {one_of(options)}; got {shown(value)}.")
    return value


def one_of(options: Sequence[str]) -> str:
    """Return the options as a sentence lists them.

    >>> print(one_of(["gather", "scatter"]))
    "gather" or "scatter"
    """
    quoted = [f'"{option}"' for option in options]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def flag(name: str, value: object) -> bool:
    """Return True or False, and refuse whatever only behaves like them."""
    if not isinstance(value, bool | np.bool_):
        raise SpecError(f"{name} must be True or False; got {shown(value)}.")
    return bool(value)


def scale(value: object) -> tuple[Fraction, Fraction]:
    """Return (height, width) factors from one positive number or two, as fractions.

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
    """Return a number that can scale as a fraction, None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.floating):
        value = float(value)  # a long double's item() is a long double
    number = value if isinstance(value, float | Fraction) else _integer(value)
    if number is None or not 1e-6 <= number <= LARGEST:
        return None
    return Fraction(number).limit_denominator(LARGEST if isinstance(number, Fraction) else 1_000_000)


NOT_NUMBERS: Final = {
    "c": "complex numbers",
    "S": "bytes",
    "U": "text",
    "M": "dates",
    "m": "spans of time",
    "V": "records",
}
"""What NumPy's one-letter kinds mean."""


def finite_plane(name: str, value: npt.ArrayLike, axes: str = "(H, W)") -> Array:
    """Return an array of two axes as finite floats, float32 where it was."""
    array = floats(name, value)
    if array.ndim != 2 or 0 in array.shape:
        raise SpecError(f"{name} must have the shape {axes}, none of them 0; got {array.shape}.")
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0].tolist()
        raise SpecError(f"{name} must hold finite numbers; got {array[row, column]} in row {row}, column {column}.")
    return array


def floats(name: str, value: npt.ArrayLike, dtype: np.dtype[Any] | None = None) -> Array:
    """Return the value as an array of floats; it is the value itself if that is one already, so never write to it."""
    array = _array(name, value)
    if array.dtype.kind not in "biuf":
        kind = NOT_NUMBERS.get(array.dtype.kind, "something else")
        if array.dtype.kind == "O":
            others = (shown(member) for member in array.flat if not isinstance(member, int | float))
            kind = next(others, "integers of more than 64 bits")
        raise SpecError(f"{name} must hold real numbers; got {kind}.")
    is_subclass = isinstance(value, np.ndarray) and type(value) is not np.ndarray  # np.ma takes long to load
    if is_subclass and isinstance(value, np.ma.MaskedArray) and (masked := np.count_nonzero(np.ma.getmaskarray(value))):
        raise SpecError(f"{name} must have no masked cells; got {masked} of {value.size} masked.")
    if dtype is None:
        is_single = array.dtype.kind == "f" and array.dtype.itemsize == 4  # in either order of bytes
        dtype = np.dtype(np.float32 if is_single else np.float64)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond float32 is infinite, as in every cast
        return array.astype(dtype, copy=False)


def _array(name: str, value: npt.ArrayLike) -> Array:
    """Return the value as an array of whatever it holds."""
    try:
        return np.asarray(value)
    except Exception as error:  # other libraries raise anything, as for a tensor that requires a gradient
        if not isinstance(value, list | tuple) or not isinstance(error, ValueError):
            raise SpecError(f"{name} must be an array or rows of numbers; got {shown(value)}.") from error
    # NumPy's message about rows of different lengths speaks of dimensions, not of rows
    depth, member = 0, cast(object, value)
    while depth < 65 and isinstance(member, list | tuple) and member:  # NumPy has 64 axes
        member, depth = member[0], depth + 1
    if depth > 4:
        deep = depth if depth <= 64 else "more than 64"
        raise SpecError(f"{name} must have at most 4 axes; got lists nested {deep} deep.")
    raise SpecError(f"{name} must have rows of equal length; got rows that differ.")
