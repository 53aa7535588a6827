"""A recipe: one variant's name and its parameters, checked. Page, URL, command line and notebook all make one."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from operator import index
from typing import Any, Final, Self
from urllib.parse import parse_qsl, quote

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.arithmetic import Layer
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .frame_budget import check_limits, count_frames
from .infer_sizes import read_values
from .named_arrays import KERNELS_3X3, named_input, named_weight, random_mixing
from .parameters import Value
from .tables import number_from, planes_in
from .variants import variant_named

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
        check_limits(kind, values)
        return cls(variant, tuple(values.items()))

    @classmethod
    def from_query(cls, variant: str, query: str | Mapping[str, str]) -> Self:
        """The recipe that a URL's query asks for; the inverse of `to_query`."""
        return cls.from_values(variant, read_query(query) if isinstance(query, str) else query)

    def to_query(self) -> str:
        """The URL query of this recipe, parameters at their defaults left out."""
        return write_query(self.to_texts())

    def to_texts(self) -> dict[str, str]:
        """The parameters that differ from their defaults, as a link spells them."""
        kind, values = variant_named(self.variant), dict(self.values)
        implied = {size for table, sizes in kind.implied.items() if isinstance(values[table], tuple) for size in sizes}
        return {
            name: kind.fields[name].spell(value)
            for name, value in self.values
            if value != kind.default_of(name, values) and name not in implied
        }

    def replace(self, **changes: object) -> "Recipe":
        """The same recipe with some parameters changed."""
        kind, values = variant_named(self.variant), dict(self.values)
        kept = {name: value for name, value in self.values if value != kind.default_of(name, values)}
        for table, sizes in kind.implied.items():
            if table in changes:
                new = kind.fields[table].read(table, changes[table])
                if not isinstance(new, tuple) and not isinstance(values[table], tuple):
                    # Between names only a kernel that exists in one size brings a size along.
                    sizes = tuple(size for size in sizes if size == "kernel_size" and new in KERNELS_3X3)
                kept = {name: value for name, value in kept.items() if name not in sizes}
        return Recipe.from_values(self.variant, {**kept, **changes})

    def with_number(self, table: str, cell: tuple[int, ...], number: object) -> "Recipe":
        """The same recipe with one number of its ``"input"``, ``"weight"`` or ``"pointwise"`` changed.

        The others become its own, too.

        Parameters
        ----------
        cell : tuple of int
            (row, column), before it the channel where there are several, before that a kernel's output channel.

        Raises
        ------
        SpecError
            There is no such cell, or it is not given a number.

        Examples
        --------
        >>> recipe("standard", input="1,2;3,4", kernel_size=1).with_number("input", (0, 1), 9).to_query()
        'kernel_size=1&input=1,9;3,4'
        """
        tables = variant_named(self.variant).implied
        if table not in tables:
            raise SpecError(f"The numbers of {self.variant} are in {', '.join(tables)}; got {shown(table)}.")
        numbers = self._table(table)
        shape = numbers.shape if table != "weight" else self._weight_shape
        place = _place(table, cell, len(shape))
        where = ", ".join(f"{name} {at}" for name, at in zip(_PLACES[-len(place) :], place, strict=True))
        place = (0,) * (len(shape) - len(place)) + place
        if not all(0 <= at < side for at, side in zip(place, shape, strict=True)):
            size = " x ".join(map(str, shape[-max(2, len(cell)) :]))
            raise SpecError(f"A cell of {table} must be in its {size} numbers; got {where}.")
        numbers = numbers.reshape(shape)
        numbers[place] = number_from(f"{table} {where}", number)
        return self.replace(**{table: numbers})

    def __getitem__(self, name: str) -> Any:
        return dict(self.values)[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, or ``default`` where the variant has no such parameter."""
        return dict(self.values).get(name, default)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with these parameters: several only where they are a stack."""
        return variant_named(self.variant).layers(dict(self.values))

    @property
    def layer(self) -> Any:
        """The layer with these parameters, or the first one of a stack."""
        return self.layers[0]

    @property
    def output_size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        size: tuple[int, int] = self["input_size"]
        for layer in self.layers:
            size = layer.output_size(size)
        return size

    @property
    def frames(self) -> int:
        """Frames of the animation."""
        return count_frames(variant_named(self.variant), dict(self.values), self.output_size)

    @property
    def input(self) -> Numbers:
        """The input, shape (C, H, W)."""
        return self._table("input")

    @property
    def weight(self) -> Any:
        """The kernels that meet the input, shape (C_out, C_in / groups, kH, kW), turned where ``flip`` is on.

        Of a depthwise separable convolution those of its depthwise part; None where there are none, in pooling.
        """
        return self.kernels(self._weight_shape[0]) if "weight" in dict(self.values) else None

    def kernels(self, count: int) -> Numbers:
        """The first kernels of `weight`: those of so many output channels."""
        kernels = self._table("weight", count).reshape(count, *self._weight_shape[1:])
        return kernels[..., ::-1, ::-1] if self.get("flip") else kernels

    @property
    def pointwise(self) -> Numbers:
        """The 1x1 kernels of a depthwise separable convolution, shape (C_out, C_in times multiplier, 1, 1)."""
        return self.mixers(self["out_channels"])

    def mixers(self, count: int) -> Numbers:
        """The first kernels of `pointwise`: those of so many output channels."""
        return self._table("pointwise", count)[..., None, None]

    @property
    def _weight_shape(self) -> tuple[int, int, int, int]:
        channels = self.get("in_channels", 1)
        if "channel_multiplier" in dict(self.values):
            return (channels * self["channel_multiplier"], 1, *self["kernel_size"])
        return (self.get("out_channels", 1), channels // self.get("groups", 1), *self["kernel_size"])

    def _table(self, name: str, kernels: int | None = None) -> Numbers:
        """Numbers as the reader has them: shape (planes, rows, columns), of ``pointwise`` (rows, columns)."""
        table = self[name]
        if name == "pointwise":
            size = kernels or self["out_channels"], self["in_channels"] * self["channel_multiplier"]
            return random_mixing(size, self["seed"]) if isinstance(table, str) else np.array(table)[:kernels]
        depth = self._weight_shape[1]
        if not isinstance(table, str):
            return np.array(planes_in(table)[: None if kernels is None else kernels * depth])
        if name == "input":
            return named_input(table, self["input_size"], self["seed"], self.get("in_channels", 1))
        count = self._weight_shape[0] if kernels is None else kernels
        return named_weight(table, self["kernel_size"], self["seed"], count * depth)

    @property
    def bias(self) -> Numbers | None:
        """The bias, the same for every output channel, shape (C_out,), or None where it is 0."""
        return np.full(self.get("out_channels", 1), self["bias"]) if self.get("bias") else None

    def __repr__(self) -> str:
        changed = "".join(f", {name}={text!r}" for name, text in self.to_texts().items())
        return f"recipe({self.variant!r}{changed})"


_PLACES: Final = ("output channel", "channel", "row", "column")


def _place(table: str, cell: object, most: int) -> tuple[int, ...]:
    """The indices of a cell, of which there must be two to ``most``."""
    if isinstance(cell, tuple | list) and 2 <= len(cell) <= most:
        with suppress(TypeError):
            return tuple(map(index, cell))
    counts = {2: "two", 3: "two or three", 4: "two to four"}[most]
    raise SpecError(f"A cell of {table} must be {counts} whole numbers, row and column last; got {shown(cell)}.")


def recipe(variant: str, **parameters: object) -> Recipe:
    """A recipe from Python values.

    Parameters
    ----------
    variant : str
        "standard", "dilated", "transposed", "pooling", "spatial-separable" or "depthwise-separable".
    **parameters
        As in a link: sizes are ints, (height, width) pairs or texts such as ``"3x5"``; ``input`` and ``weight`` are
        names, nested sequences, arrays of shape (rows, columns), (channels, rows, columns) or for kernels (output
        channels, input channels, rows, columns), or texts such as ``"1,2;3,4"``, with ``|`` between planes.

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


def check_query(query: str) -> None:
    """Check that a query is short enough for a server to parse it.

    Raises
    ------
    SpecError
        The query is too long or has too many parameters.
    """
    if len(query) > limits.QUERY:
        raise SpecError(f"A query must be at most {limits.QUERY:,} characters long; got {len(query):,}.")
    if (count := query.count("&") + 1) > limits.QUERY_PARAMETERS:
        raise SpecError(f"A query must have at most {limits.QUERY_PARAMETERS} parameters; got {count:,}.")


def read_query(query: str) -> dict[str, str]:
    """Return the parameters of a URL query, each at most once.

    Raises
    ------
    SpecError
        A name is there twice.

    Examples
    --------
    >>> read_query("?stride=2&weight=1,2%3B3,4")
    {'stride': '2', 'weight': '1,2;3,4'}
    """
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise SpecError(f"{name[:40]} must be given once; got it {times} times.")
    return dict(pairs)


def write_query(texts: Mapping[str, str]) -> str:
    """A URL query; commas and semicolons stay readable.

    Examples
    --------
    >>> write_query({"weight": "1,2;3,4"})
    'weight=1,2;3,4'
    """
    return "&".join(f"{quote(name)}={quote(text, safe=',;|()=')}" for name, text in texts.items())
