"""A recipe: one variant's name and its parameters, checked. Page, URL, command line and notebook all make one."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from operator import index
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qsl, quote

import numpy as np

from convviz import limits
from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .code import code_of
from .named_arrays import (
    KERNELS_3X3,
    RANDOM,
    Array,
    Size,
    WeightShape,
    bias_of,
    input_of,
    kernels_of,
    mixing_of,
    stored_kernels_of,
    upstream_of,
)
from .parameters import Value
from .presentation import Presentation
from .tables import number_from
from .variants import Variant, variant_named
from .variants.base import check_limits, count_frames, sizes_of
from .variants.transposed import output_kernels

OneLayer = TypeVar("OneLayer", bound=Layer)


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """A variant and its parameters. Make one with `recipe`, `Recipe.from_query` or from ``presets``.

    Attributes
    ----------
    variant : str
        Such as ``"dilated"``.
    values : mapping
        Every parameter of the variant with its canonical value; ``recipe["stride"]`` looks one up.

    Examples
    --------
    >>> dilated = Recipe.from_query("dilated", "kernel_size=3&dilation=2x3")
    >>> dilated["dilation"], dilated.to_query()
    ((2, 3), 'dilation=2x3')
    >>> dilated.output_size
    (3, 1)
    """

    variant: str
    values: Mapping[str, Value]

    @classmethod
    def from_values(cls, variant: str, given: Mapping[str, object]) -> Self:
        """Check ``given`` (texts or Python values) and make the recipe.

        Raises
        ------
        SpecError
            A parameter is unknown, out of bounds, or does not go with the others.
        """
        kind = variant_named(variant)
        values = kind.read(given)
        check_limits(kind, values)
        return cls(variant, MappingProxyType(values))

    @classmethod
    def from_query(cls, variant: str, query: str | Mapping[str, str]) -> Self:
        """Return the recipe that a URL's query asks for; the inverse of `to_query`."""
        return cls.from_values(variant, read_query(query) if isinstance(query, str) else query)

    def __hash__(self) -> int:
        return hash((self.variant, *self.values.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.variant, dict(self.values))

    @property
    def kind(self) -> Variant:
        """The variant itself."""
        return variant_named(self.variant)

    @property
    def computed(self) -> "Recipe":
        """The recipe that is computed and drawn: this one, or another one that its parameters ask for.

        Examples
        --------
        >>> recipe("depthwise-separable", act="standard", weight="box").computed
        recipe('standard', weight='box', in_channels='3', out_channels='4')
        """
        other = self.kind.computed and self.kind.computed(self.values)
        return Recipe(other[0].name, MappingProxyType(dict(other[1]))) if other else self

    def to_query(self) -> str:
        """Return the URL query of this recipe, parameters at their defaults left out."""
        return write_query(self.to_texts())

    def to_texts(self) -> dict[str, str]:
        """Return the parameters that differ from their defaults, as a link spells them."""
        implied = {
            size for table, sizes in self.kind.implied.items() if isinstance(self[table], tuple) for size in sizes
        }
        changed = {name: value for name, value in self._changed().items() if name not in implied}
        return {name: self.kind.fields[name].spell(value) for name, value in changed.items()}

    def render_query(self, show: Presentation | None = None, frame: int | None = None) -> str:
        """Return the one query below ``/render`` of this recipe, shown as ``show`` says, or of one of its frames."""
        return render_query(self.to_texts(), show, frame)

    def replace(self, **changes: object) -> "Recipe":
        """Return the same recipe with some parameters changed."""
        return Recipe.from_values(self.variant, self.parameters(**changes))

    def parameters(self, **changes: object) -> dict[str, object]:
        """Return the parameters that make this recipe, with some of them changed, which may be refused.

        Sizes follow a table that changes; other tables of numbers stay as they are.
        """
        kept: dict[str, object] = {**self._changed()}
        for table, sizes in self.kind.implied.items():
            if table in changes:
                new = self.kind.fields[table].read(table, changes[table])
                if not isinstance(new, tuple) and not isinstance(self[table], tuple):
                    # Between names only a kernel that exists in one size brings a size along.
                    sizes = tuple(size for size in sizes if size == "kernel_size" and new in KERNELS_3X3)
                kept = {name: value for name, value in kept.items() if name not in sizes}
        return {**kept, **changes}

    def fitted(self, name: str, value: object) -> dict[str, object]:
        """Do the same with one parameter, and cut tables of numbers that do not fit it, or fill them up with zeros.

        A name instead of numbers keeps their sizes, unless it is that of a kernel which exists in one size.

        Raises
        ------
        SpecError
            The value cannot be read, or contradicts another one.

        Examples
        --------
        >>> small = recipe("standard", input="1,2;3,4", kernel_size=1)
        >>> Recipe.from_values("standard", small.fitted("input_size", "3x1")).to_query()
        'kernel_size=1&input=1;3;0'
        >>> Recipe.from_values("standard", small.fitted("input", "ramp")).to_query()
        'input_size=2&kernel_size=1&input=ramp'
        """
        named = {name: RANDOM} if name in self.kind.implied else {}
        given = Recipe(self.variant, MappingProxyType({**self.values, **named})).parameters(**{name: value})
        own = [table for table in self.kind.implied if isinstance(self[table], tuple) and table != name]
        if own:
            new = Recipe(self.variant, self.kind.read({**given, **dict.fromkeys(own, RANDOM)}))
            given |= {table: _fitted(self.numbers(table), new.numbers(table).shape) for table in own}
        return given

    def _changed(self) -> dict[str, Value]:
        """Return the parameters that differ from their defaults."""
        kind, values = self.kind, self.values
        return {name: value for name, value in values.items() if value != kind.default_of(name, values)}

    def with_number(self, table: str, cell: tuple[int, ...], number: object) -> "Recipe":
        """Return the same recipe with one number of a table changed: of its ``"input"``, ``"weight"`` and the like.

        The other numbers of the table become part of the recipe, too.

        Parameters
        ----------
        cell : tuple of int
            (row, column), before it the channel where there are several, before that a kernel's output channel: in the
            order of the table's shape.

        Raises
        ------
        SpecError
            There is no such cell, or ``number`` is not one.

        Examples
        --------
        >>> recipe("standard", input="1,2;3,4", kernel_size=1).with_number("input", (0, 1), 9).to_query()
        'kernel_size=1&input=1,9;3,4'
        """
        numbers = self.numbers(table)
        indices = _indices(table, cell, numbers.ndim)
        axes = _TRANSPOSED_AXES if table == "weight" and isinstance(self.layer, ConvTranspose2d) else _AXES
        where = ", ".join(f"{name} {at}" for name, at in zip(axes[-len(indices) :], indices, strict=True))
        indices = (0,) * (numbers.ndim - len(indices)) + indices
        if not all(0 <= at < side for at, side in zip(indices, numbers.shape, strict=True)):
            size = " x ".join(map(str, numbers.shape[-max(2, len(cell)) :]))
            raise SpecError(f"A cell of {table} must be in its {size} numbers; got {where}.")
        numbers[indices] = number_from(f"{table} {where}", number)
        return self.replace(**{table: numbers})

    def at_home(self, home: Size) -> "Recipe":
        """Return the same recipe with the numbers of its input in place of ``random``, as they are at another home.

        Examples
        --------
        >>> dilated = recipe("dilated")
        >>> dilated.at_home((7, 7)) == dilated, dilated.at_home((5, 5))["input"][0]
        (True, (5.0, 0.0, 3.0, 3.0, 7.0, 1.0, 0.0))
        """
        if self.get("input") != RANDOM or home == self.kind.home:
            return self
        planes = tuple(tuple(map(tuple, plane)) for plane in input_of(self.values, home).tolist())
        values = {**self.values, "input": planes if len(planes) > 1 else planes[0]}
        return Recipe(self.variant, MappingProxyType(values))

    def with_own(self, table: str) -> "Recipe":
        """Return the same recipe with the numbers of a table in place of its name.

        Examples
        --------
        >>> recipe("standard", weight="sobel_x").with_own("weight").to_query()
        'weight=-1,0,1;-2,0,2;-1,0,1'
        """
        return self.replace(**{table: self.numbers(table)})

    def numbers(self, table: str) -> Array:
        """Return the numbers of a table as a link has them: of the input, of the kernels before they are turned.

        Of ``"input"`` and ``"upstream"`` the shape is (C, H, W), of ``"weight"`` that of `weight`, of ``"pointwise"``
        (C_out, C_in times multiplier).

        Raises
        ------
        SpecError
            The recipe has no such table.
        """
        tables = self.kind.implied
        if table not in tables:
            known = f", which has {' and '.join(tables)}" if tables else ""
            raise SpecError(f"{shown(table)} is no table of numbers of {self.variant}{known}.")
        match table:
            case "weight":
                return stored_kernels_of(self.values, self._weight_shape)
            case "upstream":
                return self.upstream
            case "pointwise":
                return mixing_of(self.values, self["out_channels"])
        return self.input

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a parameter, or ``default`` where the variant has no such parameter."""
        return self.values.get(name, default)

    def to_code(self, framework: str) -> str:
        """Return Python code that computes the output with a framework and prints it.

        Parameters
        ----------
        framework : str
            "pytorch", "keras", "jax", "onnx" or "numpy".

        Raises
        ------
        SpecError
            The framework is unknown, the variant computes no numbers from an input, or there are too many numbers.

        Examples
        --------
        >>> print(recipe("standard", input="1,2;3,4", weight="5,6").to_code("numpy"))
        import numpy as np
        <BLANKLINE>
        # (C, H, W)
        x = np.array([[[1, 2],
                       [3, 4]]], dtype=float)
        # (C_out, C_in / groups, kH, kW)
        w = np.array([[[[5, 6]]]], dtype=float)
        <BLANKLINE>
        y = np.zeros((1, 2, 1))
        for c, i, j in np.ndindex(y.shape):
            top, left = i, j
            window = x[:, top : top + 1, left : left + 2]
            y[c, i, j] = (window * w[c]).sum()
        print(y)
        <BLANKLINE>
        """
        return code_of(self.computed, framework)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with these parameters: several only where they are a stack."""
        return self.kind.layers(self.values)

    @property
    def layer(self) -> Any:
        """The layer with these parameters, or the first one of a stack."""
        return self.layers[0]

    def layer_as(self, kind: type[OneLayer]) -> OneLayer:
        """Return the layer where it has the type ``kind``, which must be what the variant makes."""
        layer = self.layers[0]
        assert isinstance(layer, kind)
        return layer

    @property
    def output_size(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return sizes_of(self.layers, self["input_size"])[-1]

    @property
    def channels(self) -> tuple[int, int]:
        """Channels of the input and of the output; without ``out_channels`` the output has those of the input."""
        inputs: int = self.get("in_channels", 1)
        return inputs, self.get("out_channels", inputs)

    @property
    def drawn(self) -> "tuple[Recipe, ...]":
        """The recipes that its picture shows side by side: two where a choice means two others, or else itself.

        Examples
        --------
        >>> [each.to_query() for each in recipe("transposed", view="both").drawn]
        ['', 'view=scatter']
        """
        for name, choices in self.kind.drawn_as.items():
            if sides := choices.get(self[name]):
                return tuple(Recipe(self.variant, MappingProxyType({**self.values, name: side})) for side in sides)
        return (self,)

    @property
    def frames(self) -> int:
        """Frames of the animation."""
        return count_frames(self.kind, self.values)

    @property
    def drawn_output(self) -> Array:
        """The output channels that a picture draws, shape (channels, rows, columns).

        Of 256 channels those are 3; the others are not even computed.

        Examples
        --------
        >>> recipe("standard", in_channels=3, out_channels=256).drawn_output.shape
        (3, 3, 3)
        """
        computed = self.computed
        return computed.kind.drawn_output(computed.values)

    @property
    def input(self) -> Array:
        """The input, shape (C, H, W)."""
        return input_of(self.values, self.kind.home)

    @property
    def weight(self) -> Any:
        """The kernels that meet the input, shape (C_out, C_in / groups, kH, kW), turned where ``flip`` is on.

        Of a transposed convolution the shape is (C_in, C_out / groups, kH, kW), as `convviz.forward` takes it. Of a
        depthwise separable convolution those of its depthwise part; None where there are none, in pooling.
        """
        return kernels_of(self.values, self._weight_shape) if "weight" in self else None

    def kernels(self, count: int) -> Array:
        """Return the kernels of the first ``count`` output channels, shape (count, C_in / groups, kH, kW)."""
        if isinstance(self.layer, ConvTranspose2d):
            return output_kernels(self.values, count)
        return kernels_of(self.values, (count, *self._weight_shape[1:]))

    @property
    def upstream(self) -> Array:
        """The gradient of the output, shape (1, H_out, W_out), of a variant that goes backward."""
        return upstream_of(self.values, self.output_size)

    @property
    def pointwise(self) -> Array:
        """The 1x1 kernels of a depthwise separable convolution, shape (C_out, C_in times multiplier, 1, 1)."""
        return self.mixers(self["out_channels"])

    def mixers(self, count: int) -> Array:
        """Return the first kernels of `pointwise`, those of ``count`` output channels."""
        return mixing_of(self.values, count)[..., None, None]

    @property
    def _weight_shape(self) -> WeightShape:
        return next(iter(self.kind.weights(self.values).values()))

    @property
    def bias(self) -> Array | None:
        """The bias, the same for every output channel, shape (C_out,), or None where it is 0."""
        return bias_of(self.values)

    def __repr__(self) -> str:
        changed = "".join(f", {name}={text!r}" for name, text in self.to_texts().items())
        return f"recipe({self.variant!r}{changed})"


_AXES: Final = ("output channel", "channel", "row", "column")
_TRANSPOSED_AXES: Final = ("input channel", "output channel", "row", "column")


def _indices(table: str, cell: object, most: int) -> tuple[int, ...]:
    """Return the indices of a cell, of which there must be two to ``most``."""
    if isinstance(cell, tuple | list) and 2 <= len(cell) <= most:
        with suppress(TypeError):
            return tuple(map(index, cell))
    counts = {2: "two", 3: "two or three", 4: "two to four"}[most]
    raise SpecError(f"A cell of {table} must be {counts} whole numbers, row and column last; got {shown(cell)}.")


def _fitted(numbers: Array, shape: tuple[int, ...]) -> Array:
    """Return the numbers cut, or filled up with zeros, to a shape."""
    fitted = np.zeros(shape)
    common = tuple(slice(min(sides)) for sides in zip(numbers.shape, shape, strict=True))
    fitted[common] = numbers[common]
    return fitted


def _restore(variant: str, values: dict[str, Value]) -> Recipe:
    """Return the recipe that was pickled."""
    return Recipe(variant, MappingProxyType(values))


def recipe(variant: str, **parameters: object) -> Recipe:
    """Make a recipe from Python values.

    Parameters
    ----------
    variant : str
        A name in ``VARIANTS``, such as "dilated".
    **parameters
        As in a link: sizes are ints, (height, width) pairs or texts such as ``"3x5"``; ``input`` and ``weight`` are
        names, nested sequences, arrays of shape (rows, columns), (channels, rows, columns) or for kernels (output
        channels, input channels, rows, columns), input channels first where they are transposed, or texts such as
        ``"1,2;3,4"``, with ``|`` between planes.

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
        There is a name twice.

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
    """Write a URL query; commas and semicolons stay readable.

    Examples
    --------
    >>> write_query({"weight": "1,2;3,4"})
    'weight=1,2;3,4'
    """
    return "&".join(f"{quote(name)}={quote(text, safe=',;|()=')}" for name, text in texts.items())


def render_query(texts: Mapping[str, str], show: Presentation | None = None, frame: int | None = None) -> str:
    """Return the one query of a picture below ``/render``, where ``texts`` are those that a link needs.

    Examples
    --------
    >>> render_query({"stride": "2"}, Presentation(width=900), frame=3)
    'stride=2&width=900&frame=3'
    """
    options = {} if show is None else show.to_texts()
    return write_query({**texts, **options, **({} if frame is None else {"frame": str(frame)})})
