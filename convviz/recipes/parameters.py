"""The parameters of recipes: how each is read, checked and spelt. Every door goes through this table.

A field's ``read`` takes a text (from a link, the command line) or a Python value and gives the one canonical value;
``spell`` gives the text that reads back as that value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.errors import SpecError

from . import named_arrays
from .quoting import shown
from .stacks import Stack, read_stack, spell_stack
from .tables import Planes, Rows, number_from, number_to_text, planes_from_link, planes_of, planes_to_text

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]
Unit = tuple[int, int, int]
"""The number of a layer, counted from 1, and a row and a column of its output."""

Value = int | float | bool | str | Pair | Unit | Sides | Rows | Planes | Stack | None


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its name, what reads it and what spells it."""

    name: str
    read: Callable[[str, Any], Value]
    spell: Callable[[Any], str]
    summary: str


def read_integer(name: str, value: object, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``."""
    number = _integer(value)
    if number is None or not low <= number <= high:
        raise SpecError(f"{name} must be a whole number from {low} to {high}; got {shown(value)}.")
    return number


def read_pair(name: str, value: object, low: int, high: int) -> Pair:
    """One whole number for both axes, or two as height x width.

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


def spell_pair(pair: Pair) -> str:
    """``3`` for (3, 3), ``3x5`` for (3, 5)."""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"


def read_padding(name: str, value: object, keywords: Sequence[str]) -> Sides | str:
    """Padding as one number, height x width, ``top,bottom,left,right``, nested pairs or a keyword.

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
        words = f", or one of {', '.join(keywords)}" if keywords else ""
        raise SpecError(
            f"{name} must be a whole number from 0 to {limits.PADDING}, two as height x width such as 1x2, "
            f"or four as top,bottom,left,right{words}; got {shown(value)}."
        )
    match numbers:
        case [one]:
            sides = (one, one, one, one)
        case [height, width]:
            sides = (height, height, width, width)
        case _:
            sides = tuple(numbers)  # type: ignore[assignment]
    return ((sides[0], sides[1]), (sides[2], sides[3]))  # type: ignore[return-value]


def spell_padding(padding: Sides | str) -> str:
    """The shortest spelling of a padding."""
    if isinstance(padding, str):
        return padding
    (top, bottom), (left, right) = padding
    return spell_pair((top, left)) if top == bottom and left == right else f"{top},{bottom},{left},{right}"


def read_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """One of ``choices``."""
    if not isinstance(value, str) or value.strip() not in choices:
        raise SpecError(f"{name} must be one of {', '.join(choices)}; got {shown(value)}.")
    return value.strip()


def read_switch(name: str, value: object) -> bool:
    """True or False, in a link ``true`` or ``false``."""
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower(), value)
    if not isinstance(value, bool):
        raise SpecError(f"{name} must be true or false; got {shown(value)}.")
    return value


def spell_switch(on: bool) -> str:
    """``true`` or ``false``."""
    return "true" if on else "false"


def read_table(name: str, value: object, names: Sequence[str], side: int) -> Rows | Planes | str:
    """A named table, or rows of numbers, or planes of them."""
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
    """A table's name, or its numbers as a link spells them."""
    return table if isinstance(table, str) else planes_to_text(table)


def read_layers(name: str, value: object) -> int | Stack:
    """How many equal layers there are, or a stack of others.

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
    """A number, or a stack as a link spells it."""
    return str(layers) if isinstance(layers, int) else spell_stack(layers)


def read_unit(name: str, value: object) -> Unit | str:
    """The unit in the middle of the last layer, or one by its layer, counted from 1, its row and its column.

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
    """``middle``, or ``2,4,4``."""
    return unit if isinstance(unit, str) else ",".join(map(str, unit))


MIDDLE: Final = "middle"
PADDING_KEYWORDS: Final = ("valid", "same", "same_upper", "same_lower")
PADDING_MODES: Final = ("zeros", "reflect", "replicate", "circular")


def _integer_field(name: str, low: int, high: int, summary: str) -> Field:
    return Field(name, partial(read_integer, low=low, high=high), str, summary)


def _switch(name: str, summary: str) -> Field:
    return Field(name, read_switch, spell_switch, summary)


def _pair(name: str, low: int, high: int, summary: str) -> Field:
    return Field(name, partial(read_pair, low=low, high=high), spell_pair, summary)


def _choice(name: str, choices: Sequence[str], summary: str) -> Field:
    return Field(name, partial(read_choice, choices=choices), str, summary)


def _table(name: str, names: Sequence[str], side: int, summary: str) -> Field:
    return Field(name, partial(read_table, names=names, side=side), spell_table, summary)


_FIELDS: Final = (
    _pair("input_size", 1, limits.INPUT_SIDE, "rows and columns of the input"),
    Field("layers", read_layers, spell_layers, "how many equal layers, or a stack of others"),
    Field("unit", read_unit, spell_unit, "whose receptive field is shown"),
    _pair("kernel_size", 1, limits.KERNEL_SIDE, "rows and columns of the kernel"),
    _pair("stride", 1, limits.STRIDE, "cells from one window to the next"),
    Field("padding", partial(read_padding, keywords=PADDING_KEYWORDS), spell_padding, "cells added around the input"),
    _pair("dilation", 1, limits.DILATION, "cells from one tap to the next"),
    _choice("padding_mode", PADDING_MODES, "what the added cells hold"),
    _pair("output_padding", 0, limits.OUTPUT_PADDING, "rows and columns added to the output, below and on the right"),
    _choice("view", ("gather", "scatter"), "one step per output cell (gather) or per input cell (scatter)"),
    _choice("mode", ("max", "average"), "what a window of a pooling gives"),
    _switch("ceil_mode", "round the output size up: a last window may reach beyond the input"),
    _switch("count_include_pad", "whether padded cells count in the divisor of an average"),
    _integer_field("in_channels", 1, limits.CHANNELS, "planes of the input"),
    _integer_field("channel_multiplier", 1, limits.CHANNEL_MULTIPLIER, "kernels per channel, where it is depthwise"),
    _integer_field("out_channels", 1, limits.CHANNELS, "planes of the output, each with a kernel of its own"),
    _integer_field("groups", 1, limits.CHANNELS, "independent convolutions that share out the channels"),
    _choice("act", ("all", "split", "depthwise", "pointwise"), "which part of the animation is shown"),
    _switch("flip", "turn the kernel by 180 degrees: true convolution"),
    _table("input", named_arrays.INPUT_NAMES, limits.INPUT_SIDE, "the input"),
    _table("weight", named_arrays.WEIGHT_NAMES, limits.KERNEL_SIDE, "the kernel"),
    _table("pointwise", (named_arrays.RANDOM,), limits.CHANNELS, "the 1x1 weights: a row per output channel"),
    Field("bias", number_from, number_to_text, "a number added to every output cell"),
    _integer_field("seed", 0, limits.SEED, "what the random numbers are drawn with"),
    _choice("storyboard", ("cell", "tap"), "one frame per step, or one per product"),
)

FIELDS: Final[Mapping[str, Field]] = MappingProxyType({field.name: field for field in _FIELDS})
"""Every field by name, in the order in which links spell them."""

TRANSPOSED_PADDING: Final = Field(
    "padding", partial(read_padding, keywords=()), spell_padding, "cells cut off the output"
)

FIELD_INPUT: Final = _pair("input_size", 1, limits.FIELD_SIDE, "rows and columns of the input")
FIELD_LAYERS: Final = Field(
    "layers", partial(read_stack, most=limits.FIELD_LAYERS, largest=limits.FIELD_NUMBER), spell_stack, "the layers"
)


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
