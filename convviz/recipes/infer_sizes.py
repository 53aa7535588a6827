"""From what was given to the values of a recipe: each parameter by itself, then what follows from what."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .named_arrays import KERNELS_3X3
from .parameters import Value
from .tables import planes_in
from .variants import Variant

Values = dict[str, Any]


def read_values(variant: Variant, given: Mapping[str, object]) -> dict[str, Value]:
    """Each given parameter checked by itself, the others at their defaults; sizes follow tables of numbers.

    Raises
    ------
    SpecError
        A parameter is unknown or out of bounds, or a size or a number of channels contradicts another one.
    """
    values = _read_each(variant, given)
    _check_sizes(values, given)
    _fill_in(variant, values, given)
    _settle(variant, values, given)
    return values


def read_wishes(variant: Variant, given: Mapping[str, object]) -> dict[str, Value]:
    """Read parameters that may contradict one another: what controls show while no recipe can be made.

    Sizes that are given count, even if a table of numbers or a kernel has another one.
    """
    values = _read_each(variant, given)
    _fill_in(variant, values, given)
    with suppress(SpecError):
        _settle(variant, values, given)
    return values


def check_sizes(variant: Variant, given: Mapping[str, object]) -> None:
    """Check that no size contradicts the numbers that are given with it.

    Raises
    ------
    SpecError
        A parameter is unknown or out of bounds, or a size contradicts a table of numbers, or a kernel of one size.
    """
    _check_sizes(_read_each(variant, given), given)


_SIZES: Final = (("input_size", "input"), ("kernel_size", "weight"))
"""Sizes, and the numbers that they follow."""


def _check_sizes(values: Values, given: Mapping[str, object]) -> None:
    for size, table in _SIZES:
        rows, actual = values.get(table), _size_of(values.get(table))
        if actual is not None and size in given and values[size] != actual:
            wanted = "x".join(map(str, values[size]))
            given_as = f"the table {table}" if isinstance(rows, tuple) else f"{table} {rows}"
            raise SpecError(f"{size} must be {actual[0]}x{actual[1]}, the size of {given_as}; got {wanted}.")


def _read_each(variant: Variant, given: Mapping[str, object]) -> Values:
    for name in given:
        if name not in variant.fields:
            raise SpecError(f"{variant.name} takes {', '.join(variant.fields)}; got {shown(name)}.")
    values: Values = dict(variant.defaults)
    values.update({name: field.read(name, given[name]) for name, field in variant.fields.items() if name in given})
    return values


def _fill_in(variant: Variant, values: Values, given: Mapping[str, object]) -> None:
    """Give what is not given the size of its numbers, or its default."""
    for size, table in _SIZES:
        if size not in given and (actual := _size_of(values.get(table))) is not None:
            values[size] = actual
    for name in variant.fields:
        if name not in given:
            values[name] = values[name] if name in _settled(variant) else variant.default_of(name, values)


def _settle(variant: Variant, values: Values, given: Mapping[str, object]) -> None:
    """The channels, as far as tables of numbers tell them, and whether they go together."""
    if isinstance(values.get("layers"), tuple):
        for name in ("kernel_size", "stride", "padding", "dilation", "output_padding"):
            if name in given:
                raise SpecError(f"{name} must not be given beside a stack of layers; got {shown(given[name])}.")
    if variant.name == "depthwise-separable":
        _settle_depthwise(values, given)
    elif "in_channels" in values:
        _settle_channels(values, given)
    else:
        for table in ("input", "weight"):
            if isinstance(values.get(table), tuple) and (count := len(planes_in(values[table]))) > 1:
                raise SpecError(f"{table} must be one table of rows for {variant.name}; got {count} planes.")
    for name in sorted(_settled(variant)):  # a table may have more channels than there may be
        values[name] = variant.fields[name].read(name, values[name])


def _settled(variant: Variant) -> set[str]:
    return {name for names in variant.implied.values() for name in names}


def _size_of(rows: Any) -> tuple[int, int] | None:
    """Return the size of a table of numbers or of a kernel of one size; None where the numbers have any size."""
    if isinstance(rows, tuple):
        plane = planes_in(rows)[0]
        return len(plane), len(plane[0])
    return (3, 3) if rows in KERNELS_3X3 else None


def _settle_channels(values: Values, given: Mapping[str, object]) -> None:
    """The channels of a convolution in groups, as far as tables of numbers tell them."""
    _settle_in_channels(values, given)
    channels, groups = values["in_channels"], values["groups"]
    if channels % groups:
        raise SpecError(f"groups must divide in_channels; got groups {groups} and in_channels {channels}.")
    depth = channels // groups
    if isinstance(values["weight"], tuple):
        planes = len(planes_in(values["weight"]))
        if "out_channels" not in given and planes % depth == 0:
            values["out_channels"] = planes // depth
        wanted = values["out_channels"] * depth
        if planes != wanted:
            raise SpecError(
                f"weight must have {wanted} {_planes(wanted)}, out_channels {values['out_channels']} times in_channels "
                f"{channels} / groups {groups}; got {planes}."
            )
    if values["out_channels"] % groups:
        raise SpecError(f"groups must divide out_channels; got groups {groups} and out_channels "
                        f"{values['out_channels']}.")  # fmt: skip


def _settle_depthwise(values: Values, given: Mapping[str, object]) -> None:
    """The channels of a depthwise and a pointwise convolution, as far as tables of numbers tell them."""
    _settle_in_channels(values, given)
    channels = values["in_channels"]
    if isinstance(values["weight"], tuple):
        planes = len(planes_in(values["weight"]))
        if "channel_multiplier" not in given and planes % channels == 0:
            values["channel_multiplier"] = planes // channels
        wanted = channels * values["channel_multiplier"]
        if planes != wanted:
            raise SpecError(
                f"weight must have {wanted} {_planes(wanted)}, in_channels {channels} times channel_multiplier "
                f"{values['channel_multiplier']}; got {planes}."
            )
    if not isinstance(values["pointwise"], tuple):
        return
    tables, wanted = planes_in(values["pointwise"]), channels * values["channel_multiplier"]
    if len(tables[0]) == len(tables[0][0]) == 1 < len(tables) and len(tables) % wanted == 0:
        # An array of the shape that such weights have in libraries, (output channels, channels, 1, 1).
        flat = [table[0][0] for table in tables]
        tables = (tuple(tuple(flat[k : k + wanted]) for k in range(0, len(flat), wanted)),)
        values["pointwise"] = tables[0]
    if len(tables) > 1:
        raise SpecError(f"pointwise must be one table, a row per output channel; got {len(tables)} planes.")
    rows, columns = len(tables[0]), len(tables[0][0])
    if columns != wanted:
        raise SpecError(
            f"pointwise must have {wanted} {'column' if wanted == 1 else 'columns'}, in_channels {channels} times "
            f"channel_multiplier {values['channel_multiplier']}; got {columns}."
        )
    if "out_channels" in given and values["out_channels"] != rows:
        raise SpecError(f"out_channels must be {rows}, the rows of the table pointwise; got {values['out_channels']}.")
    values["out_channels"] = rows


def _settle_in_channels(values: Values, given: Mapping[str, object]) -> None:
    if isinstance(values["input"], tuple):
        planes = len(planes_in(values["input"]))
        if "in_channels" in given and values["in_channels"] != planes:
            raise SpecError(
                f"in_channels must be {planes}, the planes of the table input; got {values['in_channels']}."
            )
        values["in_channels"] = planes


def _planes(count: int) -> str:
    return "plane" if count == 1 else "planes"
