"""A recipe: one variant's name and its parameters, checked. Page, URL, command line and notebook all make one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, quote

import numpy as np
from numpy.typing import NDArray

from ..errors import SpecError
from .fields import Value
from .samples import named_input, named_weight
from .tables import number_from
from .variants import Layer, check_limits, count_frames, read_values, variant_named

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """What was asked for. Make one with `recipe`, `Recipe.from_query` or from ``presets``.

    Attributes
    ----------
    variant : str
        Such as ``"dilated"``.
    values : tuple of (name, value)
        Every parameter of the variant with its canonical value; ``recipe["stride"]`` looks one up.

    Examples
    --------
    >>> asked = Recipe.from_query("dilated", "kernel_size=3&dilation=2x3")
    >>> asked["dilation"], asked.to_query()
    ((2, 3), 'dilation=2x3')
    >>> asked.output_size
    (3, 1)
    """

    variant: str
    values: tuple[tuple[str, Value], ...]

    @classmethod
    def from_values(cls, variant: str, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make the recipe.

        Raises
        ------
        SpecError
            A parameter is unknown, out of bounds, or does not go with the others.
        """
        kind = variant_named(variant)
        values = read_values(kind, given)
        check_limits(kind.layer(values), values)
        made = cls(variant, tuple(values.items()))
        # A kernel that exists in one size only says so now, not when it is drawn.
        _ = made.weight
        return made

    @classmethod
    def from_query(cls, variant: str, query: str | Mapping[str, str]) -> Self:
        """The recipe that a URL's query asks for; the inverse of `to_query`."""
        return cls.from_values(variant, read_query(query) if isinstance(query, str) else query)

    def to_query(self) -> str:
        """The URL query of this recipe, parameters at their defaults left out."""
        return write_query(self.to_texts())

    def to_texts(self) -> dict[str, str]:
        """The parameters that differ from their defaults, as a link spells them."""
        kind = variant_named(self.variant)
        implied = {size for size, table in (("input_size", "input"), ("kernel_size", "weight"))
                   if isinstance(self[table], tuple)}  # fmt: skip
        return {
            name: kind.fields[name].spell(value)
            for name, value in self.values
            if value != kind.defaults[name] and name not in implied
        }

    def replace(self, **changes: object) -> "Recipe":
        """The same recipe with some parameters changed."""
        kind = variant_named(self.variant)
        kept = {name: value for name, value in self.values if value != kind.defaults[name]}
        for size, table in (("input_size", "input"), ("kernel_size", "weight")):
            if table in changes and size not in changes:
                kept.pop(size, None)
        return Recipe.from_values(self.variant, {**kept, **changes})

    def with_number(self, table: str, row: int, column: int, number: object) -> "Recipe":
        """The same recipe with one number of its ``"input"`` or ``"weight"`` changed; the others become its own.

        Raises
        ------
        SpecError
            There is no such cell, or it is not given a number.

        Examples
        --------
        >>> recipe("standard", input="1,2;3,4", kernel_size=1).with_number("input", 0, 1, 9).to_query()
        'kernel_size=1&input=1,9;3,4'
        """
        rows = [list(line) for line in self._table(table)]
        if not (0 <= row < len(rows) and 0 <= column < len(rows[0])):
            size = f"{len(rows)} x {len(rows[0])}"
            raise SpecError(f"A cell of {table} must be in its {size} numbers; got row {row}, column {column}.")
        rows[row][column] = number_from(f"{table} row {row}, column {column}", number)
        return self.replace(**{table: rows})

    def __getitem__(self, name: str) -> Any:
        return dict(self.values)[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, or ``default`` where the variant has no such parameter."""
        return dict(self.values).get(name, default)

    @property
    def layer(self) -> Layer:
        """The layer with these parameters."""
        return variant_named(self.variant).layer(dict(self.values))

    @property
    def output_size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return self.layer.output_size(self["input_size"])

    @property
    def frames(self) -> int:
        """Frames of the animation."""
        return count_frames(dict(self.values), self.output_size)

    @property
    def input(self) -> Numbers:
        """The input, shape (1, H, W)."""
        return self._table("input")[None]

    @property
    def weight(self) -> Numbers:
        """The kernel that meets the input, shape (1, 1, kH, kW): turned by 180 degrees where ``flip`` is on."""
        rows = self._table("weight")
        return (rows[::-1, ::-1] if self.get("flip") else rows)[None, None]

    def _table(self, name: str) -> Numbers:
        """Input or kernel as the reader has it, shape (rows, columns)."""
        table = self[name]
        if not isinstance(table, str):
            return np.array(table)
        if name == "input":
            return named_input(table, self["input_size"], self["seed"])
        return named_weight(table, self["kernel_size"], self["seed"])

    @property
    def bias(self) -> Numbers | None:
        """The bias, shape (1,), or None where it is 0."""
        return np.array([self["bias"]]) if self["bias"] else None

    def __repr__(self) -> str:
        changed = "".join(f", {name}={text!r}" for name, text in self.to_texts().items())
        return f"recipe({self.variant!r}{changed})"


def recipe(variant: str, **parameters: object) -> Recipe:
    """A recipe from Python values.

    Parameters
    ----------
    variant : str
        "standard", "dilated" or "transposed".
    **parameters
        As in a link: sizes are ints, (height, width) pairs or texts such as ``"3x5"``; ``input`` and ``weight`` are
        names, nested sequences, arrays of shape (rows, columns) or texts such as ``"1,2;3,4"``.

    Raises
    ------
    SpecError
        A parameter is unknown, out of bounds, or does not go with the others.

    Examples
    --------
    >>> recipe("dilated", kernel_size=3, dilation=2, input=[[1, 0, 2, 1, 3]] * 5).output_size
    (1, 1)
    """
    return Recipe.from_values(variant, parameters)


def read_query(query: str) -> dict[str, str]:
    """The parameters of a URL query, each at most once.

    Examples
    --------
    >>> read_query("?stride=2&weight=1,2%3B3,4")
    {'stride': '2', 'weight': '1,2;3,4'}
    """
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    texts = dict(pairs)
    if len(texts) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError(f"{twice} must be given once; got it {names.count(twice)} times.")
    return texts


def write_query(texts: Mapping[str, str]) -> str:
    """A URL query; commas and semicolons stay readable.

    Examples
    --------
    >>> write_query({"weight": "1,2;3,4"})
    'weight=1,2;3,4'
    """
    return "&".join(f"{quote(name)}={quote(text, safe=',;')}" for name, text in texts.items())
