"""What a variant of convolution is: its parameters, how they are read, its own functions, and the limits of a picture.

What would be too large to draw is refused before any work starts.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.analysis import Cost, cost
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d, forward
from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import SpecError
from convviz.recipes.fields import FIELDS
from convviz.recipes.named_arrays import (
    KERNELS_3X3,
    Array,
    Size,
    WeightShape,
    bias_of,
    input_of,
    kernels_of,
    stored_kernels_of,
)
from convviz.recipes.parameters import Field, Value
from convviz.recipes.tables import planes_in

Values = Mapping[str, Any]
"""The canonical value of every parameter of a variant."""

Stages = list[tuple[int, int]]
"""The steps of each stage of an animation, and the products that each of these steps shows."""

Remark = tuple[str, str, str]
"""A size: what it is called, its numbers, and what there is to say of them."""

DrawnAs = Mapping[str, Mapping[str, tuple[str, str]]]
"""The choices that mean two others, drawn side by side: by the name of their parameter, and there by the choice."""

WindowLayer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """A layer and the numbers that it is applied with.

    Attributes
    ----------
    layer : Conv2d, ConvTranspose2d, MaxPool2d or AvgPool2d
    weight, bias : array, optional
        As `convviz.forward` takes them; kernels are as stored, before they are turned.
    name : str
        What code calls the weight.
    note : str
        A sentence on what the numbers do not say.
    upstream : array, optional
        The gradient of the output, where those of input and weight are asked for, shape (C_out, H_out, W_out).
    """

    layer: WindowLayer
    weight: Array | None = None
    bias: Array | None = None
    name: str = "w"
    note: str = ""
    upstream: Array | None = None


_SIZES: Final = (("input_size", "input"), ("kernel_size", "weight"))
"""Sizes, and the tables of numbers that they follow."""


@lru_cache(256)
def made(make: Callable[..., Layer], **parameters: Any) -> Layer:
    """Return the layer with these parameters; the last ones are kept, for a scene needs its layer once a cell."""
    return make(**parameters)


def layer_with(make: Callable[..., Layer], values: Values, *names: str) -> Layer:
    """Return the layer that has the parameters with these names, as far as there are such parameters."""
    return made(make, **{name: values[name] for name in names if name in values})


def fields_of(defaults: Values, *own: Field) -> Mapping[str, Field]:
    """Return the fields of the parameters in ``defaults``, ``own`` in place of those with the same names."""
    fields = {**FIELDS, **{each.name: each for each in own}}
    return MappingProxyType({name: fields[name] for name in FIELDS if name in defaults})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant of convolution; its functions take the value of every parameter.

    Attributes
    ----------
    name : str
        Its name in links, which is the address of its page.
    label, title, summary : str
        One word for choices, the full name, as in the menu, and a sentence.
    defaults, fields : mapping
        Its parameters.
    layers : callable
        Builds its layer, or several that follow one another. For a separable variant: its first layer whose kernel is
        larger than 1 x 1.
    stages : callable
        The steps of each stage of the animation, and the products that each of these steps shows.
    card : mapping
        The parameters of the picture on its card of the home page.
    drawn_as : mapping
        The choices that mean two others, drawn side by side.
    is_lab : bool
        Whether the menu has its page among the labs: it is about more than one layer.
    is_line : bool
        Whether all its tables are one row, of which only the length is shown.
    output_name, cost_note : str
        What the numbers of its output are called, and what a table of its costs has to add.
    implied : mapping
        For each parameter that holds numbers, the sizes and channels that follow from them.
    following : mapping
        The defaults that follow from other parameters.
    infer : callable, optional
        Completes values by what tables of numbers say of them, and refuses what does not go together. It is given the
        values and what the caller gave. Without it, tables must have one channel.
    remarks : callable, optional
        Further sizes that are stated below its picture.
    unused : callable, optional
        The parameters that mean nothing while others have their values.
    computed : callable, optional
        The variant and its values that are computed and drawn in place of this one, where a parameter asks for another;
        else None.
    ways : callable
        The variants that show its layer from another side, and the parameters that each of them has there.
    special_check : callable, optional
        Refuses what is too large to draw, where the limits of one layer and its output do not say so.
    special_weights, special_costs, special_output, special_applied : callable, optional
        What `weights`, `costs`, `drawn_output` and `applied` return, where the variant is not one layer with one
        kernel.
    """

    name: str
    label: str
    title: str
    summary: str
    defaults: Values
    fields: Mapping[str, Field]
    layers: Callable[[Values], tuple[Layer, ...]]
    stages: Callable[[Values], Stages]
    card: Mapping[str, object]
    drawn_as: DrawnAs = field(default_factory=dict)
    ways: Callable[[Values], Mapping[str, Values]] = lambda values: {}
    is_lab: bool = False
    is_line: bool = False
    output_name: str = "output's numbers"
    cost_note: str = ""
    implied: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {table: (size,) for size, table in _SIZES})
    following: Mapping[str, Callable[[Values], Value]] = field(default_factory=dict)
    infer: Callable[[dict[str, Any], Mapping[str, object]], None] | None = None
    remarks: Callable[[Values], tuple[Remark, ...]] | None = None
    unused: Callable[[Values], tuple[str, ...]] = lambda values: ()
    computed: Callable[[Values], "tuple[Variant, Values] | None"] | None = None
    special_check: Callable[[Values], None] | None = None
    special_weights: Callable[[Values], dict[str, WeightShape]] | None = None
    special_costs: Callable[[Values], dict[str, Cost]] | None = None
    special_output: Callable[[Values], Array] | None = None
    special_applied: Callable[[Values], tuple[Applied, ...]] | None = None

    @property
    def home(self) -> Size:
        """The size of its input at first: random numbers of other sizes are cut from it, or continue it."""
        size: Size = self.defaults["input_size"]
        return size

    def default_of(self, name: str, values: Values) -> Value:
        """Return what a parameter is when it is not given."""
        return self.following[name](values) if name in self.following else self.defaults[name]

    def weights(self, values: Values) -> dict[str, WeightShape]:
        """Return the shape of each table of weights by its label, first the kernels that meet the input."""
        if self.special_weights is not None:
            return self.special_weights(values)
        return {"Weight": (1, 1, *values["kernel_size"])} if "weight" in self.fields else {}

    def costs(self, values: Values) -> dict[str, Cost]:
        """Return its cost, and that of other ways to compute the same, by the words that name the way.

        Where there is one way, its words are empty; where nothing is learned, there is none.
        """
        if self.special_costs is not None:
            return self.special_costs(values)
        if not self.weights(values):
            return {}
        inputs, outputs = values.get("in_channels", 1), values.get("out_channels", 1)
        layer = self.layers(values)[0]
        return {"": cost(layer, inputs, outputs, values["input_size"], bias=bool(values.get("bias")))}

    def drawn_output(self, values: Values) -> Array:
        """Return the output channels that a picture draws, shape (channels, rows, columns)."""
        if self.special_output is not None:
            return self.special_output(values)
        shapes = list(self.weights(values).values())
        weight = kernels_of(values, shapes[0]) if shapes else None
        return np.asarray(forward(self.layers(values)[0], input_of(values, self.home), weight, bias_of(values)))

    def applied(self, values: Values) -> tuple[Applied, ...]:
        """Return the layers that make the output of the input, one after the other, each with its numbers."""
        if self.special_applied is not None:
            return self.special_applied(values)
        shapes = list(self.weights(values).values())
        weight = stored_kernels_of(values, shapes[0]) if shapes else None
        layer: Any = self.layers(values)[0]
        return (Applied(layer, weight, bias_of(values)),)

    def read(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Check each given parameter, fill in the others, and let sizes follow tables of numbers.

        Raises
        ------
        SpecError
            A parameter is unknown or out of bounds, or a size or a number of channels contradicts another one.
        """
        return self.complete(self.read_each(given), given)

    def complete(self, read: Values, given: Mapping[str, object]) -> dict[str, Value]:
        """Do the same with parameters that each are read already; ``given`` are those before they were read."""
        values = {**self.defaults, **read}
        _check_sizes(values, given)
        self._fill_in(values, given)
        self._infer(values, given)
        return values

    def read_lenient(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Read parameters that may contradict one another: what controls show while no recipe can be made.

        Sizes that are given count, even if a table of numbers or a kernel has another one.
        """
        values = {**self.defaults, **self.read_each(given)}
        self._fill_in(values, given)
        with suppress(SpecError):
            self._infer(values, given)
        return values

    def check_sizes(self, given: Mapping[str, object]) -> None:
        """Check that no size contradicts the numbers that are given with it.

        Raises
        ------
        SpecError
            A parameter is unknown or out of bounds, or a size contradicts a table of numbers, or a kernel of one size.
        """
        _check_sizes(self.read_each(given), given)

    def read_each(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Check each given parameter for itself, and return its canonical value.

        Raises
        ------
        SpecError
            A parameter is unknown or out of bounds.
        """
        for name in given:
            if name not in self.fields:
                raise SpecError(
                    f"{shown(name)} is no setting of {self.name}, which takes {', '.join(self.fields)}."
                    f"{nearest(name, self.fields)}"
                )
        return {name: field.read(name, given[name]) for name, field in self.fields.items() if name in given}

    def _fill_in(self, values: dict[str, Any], given: Mapping[str, object]) -> None:
        """Give what is not given the size of its numbers, or its default."""
        for size, table in _SIZES:
            if size not in given and (actual := _size_of(values.get(table))) is not None:
                values[size] = actual
        implied = self._implied_names()
        for name in self.fields:
            if name not in given and name not in implied:
                values[name] = self.default_of(name, values)

    def _infer(self, values: dict[str, Any], given: Mapping[str, object]) -> None:
        """Complete the values by what tables of numbers say of them, and check whether they go together."""
        if self.infer is not None:
            self.infer(values, given)
        else:
            self.check_planes(values)
        for name in sorted(self._implied_names()):  # a table may have more channels than there may be
            values[name] = self.fields[name].read(name, values[name])

    def check_planes(self, values: Values) -> None:
        """Refuse tables of several channels."""
        for table in self.implied:
            if isinstance(values[table], tuple) and (count := len(planes_in(values[table]))) > 1:
                raise SpecError(f"{table} must be one table of rows for {self.name}; got {count} planes.")

    def _implied_names(self) -> set[str]:
        return {name for names in self.implied.values() for name in names}


def infer_in_channels(values: dict[str, Any], given: Mapping[str, object]) -> None:
    """Let in_channels follow the planes of a table of inputs."""
    if isinstance(values["input"], tuple):
        planes = len(planes_in(values["input"]))
        if "in_channels" in given and values["in_channels"] != planes:
            raise SpecError(
                f"in_channels must be {planes}, the planes of the table input; got {values['in_channels']}."
            )
        values["in_channels"] = planes


def infer_kernels(
    values: dict[str, Any], given: Mapping[str, object], count: str, planes_for_one: int, formula: str
) -> None:
    """Let the parameter ``count`` follow the planes of a table of weights, which ``formula`` explains."""
    if not isinstance(values["weight"], tuple):
        return
    planes = len(planes_in(values["weight"]))
    if count not in given and planes % planes_for_one == 0:
        values[count] = planes // planes_for_one
    wanted = values[count] * planes_for_one
    if planes != wanted:
        noun = "plane" if wanted == 1 else "planes"
        raise SpecError(f"weight must have {wanted} {noun}, {formula.format(values[count])}; got {planes}.")


def _check_sizes(values: Values, given: Mapping[str, object]) -> None:
    for size, table in _SIZES:
        rows, actual = values.get(table), _size_of(values.get(table))
        if actual is not None and size in given and values[size] != actual:
            wanted = "x".join(map(str, values[size]))
            source = f"the table {table}" if isinstance(rows, tuple) else f"{table} {rows}"
            raise SpecError(f"{size} must be {actual[0]}x{actual[1]}, the size of {source}; got {wanted}.")


def _size_of(rows: Any) -> Size | None:
    """Return the size of a table of numbers or of a kernel of one size; None where the numbers have any size."""
    if isinstance(rows, tuple):
        plane = planes_in(rows)[0]
        return len(plane), len(plane[0])
    return (3, 3) if rows in KERNELS_3X3 else None


def drawn(channels: int) -> int:
    """Return how many of these channels are drawn.

    Examples
    --------
    >>> drawn(8), drawn(256)
    (8, 3)
    """
    return channels if channels <= limits.CHANNELS_DRAWN else limits.CHANNELS_DRAWN_OF_MANY


def sizes_of(layers: tuple[Layer, ...], input_size: Size) -> list[Size]:
    """Return the rows and columns of the input, and of the output of every layer."""
    sizes = [input_size]
    for layer in layers:
        sizes.append(layer.output_size(sizes[-1]))
    return sizes


def fits(stages: Stages, values: Values) -> bool:
    """Return whether an animation of these stages has few enough frames and products."""
    return _count(stages, values) <= limits.FRAMES and _products(stages) <= limits.PRODUCTS


def count_frames(variant: Variant, values: Values) -> int:
    """Return the number of frames of the animation: one per step or one per product."""
    return _count(variant.stages(values), values)


def check_limits(variant: Variant, values: Values) -> None:
    """Refuse what would be too large to draw.

    Raises
    ------
    SpecError
        The output, the drawn input or the number of frames is over its limit, or the layer does not fit the input.
    """
    layers = variant.layers(values)
    if variant.special_check is not None:
        variant.special_check(values)
    else:
        size = values["input_size"]
        for number, layer in enumerate(layers, 1):
            size_after = layer.output_size(size)
            check_output(f"output of layer {number}" if len(layers) > 1 else "output", layer, size_after)
            _check_drawn(layer, size)
            size = size_after
    _check_frames(variant, layers[0], values)


def check_output(name: str, layer: Layer, size: Size, side: int = limits.OUTPUT_SIDE) -> None:
    """Refuse an output with more rows or columns than ``side``."""
    if max(size) > side:
        raise SpecError(
            f"The {name} must be at most {side} x {side} to be drawn; got {size[0]} x {size[1]}. {_remedy(layer)}"
        )


def _check_drawn(layer: Layer, size: Size) -> None:
    if not isinstance(layer, WindowLayer):
        return  # no window moves over its input
    sides = [_drawn_side(layer, size, axis) for axis in (0, 1)]
    if max(sides) > limits.DRAWN_SIDE:
        raise SpecError(
            f"The input with its padding and inserted zeros must be at most {limits.DRAWN_SIDE} x {limits.DRAWN_SIDE} "
            f"to be drawn; got {sides[0]} x {sides[1]}. {_remedy(layer)}"
        )


def _drawn_side(layer: WindowLayer, size: Size, axis: int) -> int:
    if isinstance(layer, ConvTranspose2d):
        stretched = (size[axis] - 1) * layer.stride[axis] + 1
        return stretched + sum(max(side, 0) for side in layer.direct_padding[axis])
    beyond = layer.stride[axis] if isinstance(layer, MaxPool2d | AvgPool2d) and layer.ceil_mode else 0
    return size[axis] + sum(layer.resolve_padding(size)[axis]) + beyond


def _check_frames(variant: Variant, layer: Layer, values: Values) -> None:
    stages, by_tap = variant.stages(values), values.get("storyboard") == "tap"
    frames, products = _count(stages, values), _products(stages)
    if frames > limits.FRAMES:
        unit = "products" if by_tap else "steps"
        use_cell = "Show a frame per step or use smaller sizes."
        remedy = use_cell if by_tap else _remedy(layer, _fewer_outputs(variant, values))
        raise SpecError(f"An animation must have at most {limits.FRAMES} frames; got {frames:,} {unit}. {remedy}")
    if products > limits.PRODUCTS:
        raise SpecError(
            f"An animation must draw at most {limits.PRODUCTS:,} products; got {products:,}. Use fewer channels or "
            "smaller sizes."
        )


def _fewer_outputs(variant: Variant, values: Values) -> int:
    """Return the most output channels, fewer than there are, whose frames are few enough; 0 where there are none."""
    for outputs in range(min(values.get("out_channels", 1), limits.CHANNELS_DRAWN + 1) - 1, 0, -1):
        fewer: dict[str, Any] = {**values, "out_channels": outputs}
        if outputs % values.get("groups", 1) == 0 and count_frames(variant, fewer) <= limits.FRAMES:
            return outputs
    return 0


def _remedy(layer: Layer, outputs: int = 0) -> str:
    fewer = f"at most {outputs} output {'channel' if outputs == 1 else 'channels'}, " if outputs else ""
    if isinstance(layer, ConvTranspose2d):
        return f"Use {fewer}a smaller input, stride or dilation."
    return f"Use {fewer}a smaller input or padding, or a larger stride."


def _count(stages: Stages, values: Values) -> int:
    by_tap = values.get("storyboard") == "tap"
    return sum(steps * (products if by_tap else 1) for steps, products in stages)


def _products(stages: Stages) -> int:
    return sum(steps * products for steps, products in stages)
