"""Tables of numbers as a link spells them, and as nested lists and arrays."""

from collections.abc import Sequence
from math import isfinite
from numbers import Real
from typing import Any, Final, TypeGuard

import numpy as np

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

Rows = tuple[tuple[float, ...], ...]
"""A table of finite numbers, all rows of one length."""

Planes = tuple[Rows, ...]
"""Tables of one size, one for each channel (of a kernel: for each output channel, and in it for each input channel)."""


def rows_of(name: str, table: object, side: int) -> Rows:
    """Return a nested sequence or a 2-D array as rows.

    Parameters
    ----------
    name : str
        Name of the table in an error message.
    table : nested sequence or array
        Shape (rows, columns).
    side : int
        The largest number of rows or columns.

    Raises
    ------
    SpecError
        The table is empty, ragged, too large, or holds something other than finite numbers.

    Examples
    --------
    >>> rows_of("input", [[1, 2], [3, 4]], 16)
    ((1.0, 2.0), (3.0, 4.0))
    """
    table = _plain(table)
    if _is_row(table):
        table = [_plain(row) for row in table]
    if not _is_row(table) or not all(_is_row(row) for row in table):
        raise SpecError(f"{name} must be rows of numbers such as 1,2;3,4; got {shown(table)}.")
    _check_shape(name, table, side)
    return tuple(tuple(_number(name, cell, i, j) for j, cell in enumerate(row)) for i, row in enumerate(table))


def rows_from_link(name: str, text: str, side: int) -> Rows:
    """Read rows as a link spells them: commas between numbers, semicolons between rows.

    Examples
    --------
    >>> rows_from_link("weight", "1,2;3,4.5", 7)
    ((1.0, 2.0), (3.0, 4.5))
    """
    check_length(name, text)
    return rows_of(name, [row.split(",") for row in text.split(";")], side)


def planes_of(name: str, table: object, side: int) -> Rows | Planes:
    """Return a nested sequence or an array as rows, or as planes of rows where it has more than two levels.

    Four levels are (output channel, input channel, row, column), and their planes follow one another.

    Raises
    ------
    SpecError
        As `rows_of`; or the planes differ in size, or there are too many numbers.

    Examples
    --------
    >>> planes_of("input", [[[1, 2]], [[3, 4]]], 16)
    (((1.0, 2.0),), ((3.0, 4.0),))
    """
    levels, count = _levels(table), _count(table)
    if count > limits.TABLE_NUMBERS:
        raise SpecError(f"{name} must have at most {limits.TABLE_NUMBERS:,} numbers; got {count:,}.")
    table = _plain(table)
    if levels < 3:
        return _fits_a_link(name, rows_of(name, table, side))
    if levels > 4:
        raise SpecError(f"{name} must be rows of numbers, or planes of rows, one per channel; got {shown(table)}.")
    parts: Any = table  # it has three or four levels, so it is a sequence
    planes = [plane for group in parts for plane in group] if levels == 4 else list(parts)
    if not planes:
        raise _empty(name)
    return _planes(name, [rows_of(f"{name} plane {k}", plane, side) for k, plane in enumerate(planes)])


def planes_from_link(name: str, text: str, side: int) -> Rows | Planes:
    """Read planes as a link spells them, with a bar between planes.

    Examples
    --------
    >>> planes_from_link("input", "1,2|3,4", 16)
    (((1.0, 2.0),), ((3.0, 4.0),))
    """
    texts = text.split("|")
    if len(texts) == 1:
        return _fits_a_link(name, rows_from_link(name, text, side))
    check_length(name, text)
    return _planes(name, [rows_from_link(f"{name} plane {k}", plane, side) for k, plane in enumerate(texts)])


def planes_in(table: Rows | Planes) -> Planes:
    """Return the planes of a table, also where it is a single one.

    Examples
    --------
    >>> planes_in(((1.0, 2.0),))
    (((1.0, 2.0),),)
    """
    return table if isinstance(table[0][0], tuple) else (table,)


def planes_to_text(table: Rows | Planes) -> str:
    """Spell a table as a link does: the inverse of `planes_from_link`."""
    return "|".join(map(rows_to_text, planes_in(table)))


def rows_to_text(rows: Rows) -> str:
    """Spell rows as a link does: the inverse of `rows_from_link`.

    Examples
    --------
    >>> rows_to_text(((1.0, 2.0), (3.0, 0.1)))
    '1,2;3,0.1'
    """
    return ";".join(",".join(number_to_text(number) for number in row) for row in rows)


def number_to_text(number: float) -> str:
    """Return the shortest text that reads back as the same number."""
    return str(int(number)) if number == int(number) else repr(number)


def number_from(name: str, value: object) -> float:
    """Read one finite number within the limits, from a text, also a fraction such as ``1/9``, or a number.

    Raises
    ------
    SpecError
        The value is something else.
    """
    try:
        number = _plain_number(value)
    except (TypeError, ValueError, ArithmeticError):
        raise SpecError(f"{name} must be a number; got {shown(value)}.") from None
    if not isfinite(number):
        raise SpecError(f"{name} must be a finite number; got {shown(value)}.")
    if abs(number) > limits.NUMBER:
        raise SpecError(f"{name} must be from -{limits.NUMBER:,.0f} to {limits.NUMBER:,.0f}; got {shown(value)}.")
    return number + 0.0  # turns -0.0 into 0.0, which reads better


def _plain_number(value: object) -> float:
    if isinstance(value, str):
        # float would read other scripts' digits and 1_000 too; the signs that pictures and books have for minus are one
        text = value.strip().replace("−", "-").replace("–", "-")
        above, bar, below = (text if text.isascii() and "_" not in text else "").partition("/")
        divisor = float(below) if bar else 1.0
        return float(above) / divisor if isfinite(divisor) else divisor  # 1/inf is no 0
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError
    return float(value)


def _number(name: str, cell: object, row: int, column: int) -> float:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise SpecError(f"{name} row {row}, column {column} must be a number; got an empty cell.")
    return number_from(f"{name} row {row}, column {column}", cell)


def _planes(name: str, planes: list[Rows]) -> Rows | Planes:
    sizes = [(len(plane), len(plane[0])) for plane in planes]
    for k, (rows, columns) in enumerate(sizes):
        if (rows, columns) != sizes[0]:
            raise SpecError(
                f"{name} must have planes of one size; plane 0 is {sizes[0][0]} x {sizes[0][1]}, plane {k} is "
                f"{rows} x {columns}."
            )
    # One plane is a table of rows, however it was written, so that equal recipes are equal.
    return _fits_a_link(name, planes[0] if len(planes) == 1 else tuple(planes))


_LONGEST: Final = 25
"""Characters of the longest number, its comma included."""


def _fits_a_link(name: str, table: Rows | Planes) -> Rows | Planes:
    """Return the table if a link can hold it, so that all numbers on a page can be shared."""
    planes = planes_in(table)
    if len(planes) * len(planes[0]) * len(planes[0][0]) * _LONGEST > limits.TEXT:
        length = len(planes_to_text(table))
        if length > limits.TEXT:
            raise SpecError(f"{name} must be at most {limits.TEXT:,} characters long in a link; got {length:,}.")
    return table


_LEVELS: Final = 5
"""Deeper nesting is refused without a look at it: it might have no end."""


def _levels(table: object, most: int = _LEVELS) -> int:
    if isinstance(table, np.ndarray):
        return table.ndim
    return 1 + max((_levels(part, most - 1) for part in table), default=0) if _is_row(table) and most else 0


def _count(table: object, most: int = _LEVELS) -> int:
    if isinstance(table, np.ndarray):
        return table.size
    return sum(_count(part, most - 1) for part in table) if _is_row(table) and most else 1


def _plain(table: object) -> object:
    return table.tolist() if isinstance(table, np.ndarray) else table


def _is_row(row: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(row, tuple | list | range)


def check_length(name: str, text: str) -> None:
    """Check that a text is short enough to be read.

    Raises
    ------
    SpecError
        It is longer.
    """
    if len(text) > limits.TEXT:
        raise SpecError(f"{name} must be at most {limits.TEXT:,} characters long; got {len(text):,}.")


def _empty(name: str) -> SpecError:
    return SpecError(f"{name} must hold at least one number; got an empty table.")


def _check_shape(name: str, table: Sequence[Sequence[object]], side: int) -> None:
    if not table or not table[0]:
        raise _empty(name)
    columns = len(table[0])
    for i, row in enumerate(table):
        if len(row) != columns:
            noun = "number" if columns == 1 else "numbers"
            raise SpecError(
                f"{name} must have rows of equal length; row 0 has {columns} {noun}, row {i} has {len(row)}."
            )
    if max(len(table), columns) > side:
        raise SpecError(f"{name} must be at most {side} x {side}; got {len(table)} x {columns}.")
