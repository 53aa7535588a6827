"""How a parameter of a recipe is read from a text or a Python value, checked, and written in a link.

The functions that read return the one canonical value; those that spell return the text that reads back as that value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.arithmetic.arguments import Pair, Sides, shown
from convviz.arithmetic.layer_kinds import Stack, read_stack, spell_stack
from convviz.errors import SpecError

from .tables import Planes, Rows, planes_from_link, planes_in, planes_of, planes_to_text

Unit = tuple[int, int, int]
"""The number of a layer, counted from 1, and a row and a column of its output."""

Value = int | float | bool | str | Pair | Unit | Sides | Rows | Planes | Stack | tuple[int, ...] | None

GROUPS: Final = ("view", "size", "channels", "numbers", "more", "picture")
"""The groups of controls, in the order in which a person wants them."""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: how it is read, spelled and offered as a control.

    Attributes
    ----------
    name : str
        Its name in links, on the command line and in Python.
    kind : str
        "pair", "length", "integer", "padding", "switch", "choice", "table", "number", "layers", "unit" or "text".
    read : callable
        Turns a name and a text or Python value into the one canonical value.
    spell : callable
        Turns a canonical value into the text that reads back as that value.
    label, help : str
        The label of its control, and a sentence about it.
    low, high : float or None
        The smallest and the largest number that its control offers.
    choices : mapping
        The label of each word that it may be: a choice, a padding rule, or a named table of numbers.
    short : str or None
        What comes before its value in the name of a file; None where it is not in such names.
    group : str
        Where its control is, one of `GROUPS`.
    follows : str
        What its default follows from, in the words of a switch that goes back to it; "" where there is no such switch.
    side : int
        The most rows or columns of a table.
    """

    name: str
    kind: str
    read: Callable[[str, Any], Value]
    spell: Callable[[Any], str]
    label: str
    help: str
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    short: str | None = None
    group: str = "more"
    follows: str = ""
    side: int = 0


def read_integer(name: str, value: object, low: int, high: int) -> int:
    """Read a whole number from ``low`` to ``high``."""
    number = _integer(value)
    if number is None or not low <= number <= high:
        raise SpecError(f"{name} must be a whole number from {low} to {high}; got {shown(value)}.")
    return number


def read_pair(name: str, value: object, low: int, high: int) -> Pair:
    """Read one whole number for both axes, or two as height x width.

    Examples
    --------
    >>> read_pair("stride", "2x3", 1, 8), read_pair("stride", 2, 1, 8)
    ((2, 3), (2, 2))
    """
    parts = _parts(value, "x")
    numbers = [_integer(part) for part in parts]
    if len(parts) not in (1, 2) or not all(number is not None and low <= number <= high for number in numbers):
        raise SpecError(
            f"{name} must be a whole number from {low} to {high}, or two as height x width such as "
            f"{low + 1}x{low + 2}; got {shown(value)}."
        )
    return (numbers[0], numbers[-1])  # type: ignore[return-value]  # none of them is None, as just checked


def read_padding(name: str, value: object, keywords: Sequence[str]) -> Sides | str:
    """Read a padding: one number, height x width, ``top,bottom,left,right``, nested pairs or a keyword.

    Examples
    --------
    >>> read_padding("padding", "0,0,4,0", ())
    ((0, 0), (4, 0))
    >>> read_padding("padding", 1, ())
    ((1, 1), (1, 1))
    """
    if isinstance(value, str) and value.strip() in keywords:
        return value.strip()
    is_sides = isinstance(value, str) and "," in value
    parts = _parts(value, "," if is_sides else "x")
    if len(parts) == 2 and all(isinstance(part, tuple | list) and len(part) == 2 for part in parts):
        parts, is_sides = [*parts[0], *parts[1]], True
    numbers = [_integer(part) for part in parts]
    counts = (4,) if is_sides else (1, 2) if isinstance(value, str) else (1, 2, 4)
    if len(parts) not in counts or not all(n is not None and 0 <= n <= limits.PADDING for n in numbers):
        rules = f", or one of {', '.join(keywords)}" if keywords else ""
        raise SpecError(
            f"{name} must be a whole number from 0 to {limits.PADDING}, two as height x width such as 1x2, "
            f"or four as top,bottom,left,right{rules}; got {shown(value)}."
        )
    top, bottom, left, right = numbers if len(numbers) == 4 else (numbers[0], numbers[0], numbers[-1], numbers[-1])
    return ((top, bottom), (left, right))  # type: ignore[return-value]  # none of them is None, as just checked


def read_length(name: str, value: object, low: int, high: int) -> Pair:
    """Read a whole number along a line; the canonical value has a height of 1, and may be spelled so: ``1x12``.

    Examples
    --------
    >>> read_length("input_size", "12", 1, 512), read_length("input_size", (1, 12), 1, 512)
    ((1, 12), (1, 12))
    """
    parts = _parts(value, "x")
    is_flat = len(parts) == 2 and _integer(parts[0]) == 1
    return 1, read_integer(name, parts[1] if is_flat else value, low, high)


def spell_length(pair: Pair) -> str:
    """Spell a length as a link does: ``12``."""
    return str(pair[1])


def read_ends(name: str, value: object) -> Sides:
    """Read a padding along a line: one number for both ends, or two as ``left,right``.

    Examples
    --------
    >>> read_ends("padding", "2"), read_ends("padding", "8,0"), read_ends("padding", ((0, 0), (8, 0)))
    (((0, 0), (2, 2)), ((0, 0), (8, 0)), ((0, 0), (8, 0)))
    """
    parts = _parts(value, ",")
    if len(parts) == 2 and all(isinstance(part, tuple | list) for part in parts) and [*parts[0]] == [0, 0]:
        parts = [*parts[1]]  # as it is kept
    numbers = [number for part in parts if (number := _integer(part)) is not None and number <= limits.PADDING]
    if len(parts) not in (1, 2) or len(numbers) < len(parts):
        raise SpecError(
            f"{name} must be a whole number from 0 to {limits.PADDING}, or two as left,right such as 2,0; "
            f"got {shown(value)}."
        )
    return (0, 0), (numbers[0], numbers[-1])


def spell_ends(sides: Sides) -> str:
    """Spell a padding along a line: ``2``, or ``8,0``."""
    before, after = sides[1]
    return str(before) if before == after else f"{before},{after}"


def read_row(name: str, value: object, names: Sequence[str], most: int) -> Rows | str:
    """Read a named table, or one row of numbers, which may be written as a column.

    Examples
    --------
    >>> read_row("input", "1,2,3", (), 16) == read_row("input", [1, 2, 3], (), 16) == read_row("input", "1;2;3", (), 16)
    True
    """
    is_list = isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim == 1)
    if is_list and not any(isinstance(each, tuple | list | np.ndarray) for each in value):  # type: ignore[attr-defined]
        value = [value]
    table = read_table(name, value, names, most)
    if isinstance(table, str):
        return table
    plane, *others = planes_in(table)
    if others or min(len(plane), len(plane[0])) > 1:
        size = f"{len(others) + 1} planes" if others else f"{len(plane)} rows of {len(plane[0])}"
        raise SpecError(f"{name} must be one row of numbers such as 1,2,3; got {size}.")
    return (tuple(number for row in plane for number in row),)


def read_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """Read one of ``choices``."""
    if not isinstance(value, str) or value.strip() not in choices:
        raise SpecError(f"{name} must be one of {', '.join(choices)}; got {shown(value)}.")
    return value.strip()


def read_switch(name: str, value: object) -> bool:
    """Read True or False, in a link ``true`` or ``false``."""
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower(), value)
    if not isinstance(value, bool):
        raise SpecError(f"{name} must be true or false; got {shown(value)}.")
    return value


def read_table(name: str, value: object, names: Sequence[str], side: int) -> Rows | Planes | str:
    """Read a named table, rows of numbers, or planes of rows."""
    if isinstance(value, str):
        text = value.strip()
        if text in names:
            return text
        if not any(character.isdigit() for character in text) and "," not in text and ";" not in text:
            raise SpecError(
                f"{name} must be one of {', '.join(names)}, or rows of numbers such as 1,2;3,4; got {shown(value)}."
            )
        return planes_from_link(name, text, side)
    return planes_of(name, value, side)


def spell_table(table: Rows | Planes | str) -> str:
    """Spell a table as a link does: its name, or its numbers."""
    return table if isinstance(table, str) else planes_to_text(table)


def read_layers(name: str, value: object) -> int | Stack:
    """Read the number of equal layers, or a stack of others.

    Examples
    --------
    >>> read_layers("layers", "2"), spell_layers(read_layers("layers", "conv_transpose2d(4,stride=2)"))
    (2, 'conv_transpose2d(4,stride=2)')
    """
    count = _integer(value)
    if count is not None:
        return read_integer(name, count, 1, limits.STACK)
    return read_stack(name, value, limits.STACK, limits.INPUT_SIDE)


def spell_layers(layers: int | Stack) -> str:
    """Spell a number of layers, or a stack, as a link does."""
    return str(layers) if isinstance(layers, int) else spell_stack(layers)


def read_unit(name: str, value: object) -> Unit | str:
    """Read a unit: the one in the middle of the last layer, or its layer (counted from 1), row and column.

    Examples
    --------
    >>> read_unit("unit", "2,4,0"), read_unit("unit", "middle")
    ((2, 4, 0), 'middle')
    """
    if isinstance(value, str) and value.strip() == MIDDLE:
        return MIDDLE
    numbers = [_integer(part) for part in _parts(value, ",")]
    match numbers:
        case [int(layer), int(row), int(column)] if layer >= 1 and min(row, column) >= 0:
            return layer, row, column
    raise SpecError(f"{name} must be {MIDDLE}, or layer,row,column such as 2,4,4; got {shown(value)}.")


def spell_unit(unit: Unit | str) -> str:
    """Spell a unit as a link does: ``middle``, or ``2,4,4``."""
    return unit if isinstance(unit, str) else ",".join(map(str, unit))


MIDDLE: Final = "middle"


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        # isdecimal alone would let other scripts' digits and endless numbers through
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else None
    return None


def _parts(value: object, separator: str) -> list[Any]:
    if isinstance(value, str):
        return list(value.split(separator))
    return list(value) if isinstance(value, tuple | list) else [value]
