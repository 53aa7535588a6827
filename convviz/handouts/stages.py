"""The layers of an exercise with their numbers: a workbook computes them, a worksheet asks for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Step, Trace, conv2d, trace
from convviz.errors import SpecError
from convviz.recipes import VARIANTS, Recipe
from convviz.recipes.comparison import COMPARE, Asked
from convviz.recipes.named_arrays import Array
from convviz.recipes.variants.backward import CONVOLUTION, gradients_of, input_layer, weight_layer
from convviz.recipes.variants.base import WindowLayer
from convviz.recipes.variants.channels import exchanged
from convviz.recipes.variants.spatial_separable import passes_of
from convviz.scene.number_format import size


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One layer of an exercise.

    Attributes
    ----------
    name : str
        What it is, as in "the ... computes row 0".
    input_name, kernel_name, output_name : str
        What its tables are called, without their channels.
    layer : WindowLayer
    trace : Trace
        Its steps in gather, over all channels of which numbers are needed.
    output : array
        Shape (channels, rows, columns): what a picture draws of what the trace makes, its first channels, rows and
        columns.
    bias : float or None
        What is added to every sum; None where the variant has none.
    """

    name: str
    input_name: str
    kernel_name: str
    output_name: str
    layer: WindowLayer
    trace: Trace
    output: Array
    bias: float | None

    def step(self, channel: int, row: int, column: int) -> Step:
        """Return the step that computes an output cell."""
        _, rows, columns = self.trace.output.shape
        number: int = (channel * rows + row) * columns + column
        return self.trace[number]

    @property
    def kernels(self) -> Array | None:
        """The kernels as they meet the input, shape (C_out, C_in / groups, kH, kW); None in pooling.

        Those of a transposed convolution are turned by 180 degrees.
        """
        weight = self.trace.weight
        if weight is not None and isinstance(self.layer, ConvTranspose2d):
            return exchanged(weight, self.layer.groups)[..., ::-1, ::-1]
        return weight

    @property
    def group(self) -> tuple[int, int]:
        """The channels of the input and of the output that belong together."""
        if self.trace.weight is None:
            return 1, 1
        groups = getattr(self.layer, "groups", 1)
        return len(self.trace.input) // groups, len(self.trace.output) // groups


def stages_of(recipe: Asked, file: str) -> tuple[Stage, ...]:
    """Return the layers of a recipe with its numbers, for a file of this name.

    Raises
    ------
    SpecError
        The variant has no such file, or there are too many products.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [stage.output.shape for stage in stages_of(recipe("depthwise-separable"), "workbook")]
    [(3, 3, 3), (4, 3, 3)]
    >>> stages_of(recipe("checkerboard"), "workbook")
    Traceback (most recent call last):
    ...
    convviz.errors.SpecError: A workbook must be of along-a-line, standard, dilated, transposed, matrix, pooling, pooling-channels, spatial-separable, depthwise-separable or backward; got checkerboard.
    """  # noqa: E501  # one sentence
    if not isinstance(recipe, Recipe) or "input" not in recipe:
        *names, last = (name for name, variant in VARIANTS.items() if "input" in variant.fields)
        got = recipe.variant if isinstance(recipe, Recipe) else COMPARE
        raise SpecError(f"A {file} must be of {', '.join(names)} or {last}; got {got}.")
    computed = recipe.computed
    one_layer = _pooling if isinstance(computed.layer, MaxPool2d | AvgPool2d) else _convolution
    stages = tuple(_MAKERS.get(computed.variant, one_layer)(computed))
    products = sum(stage.output.size * len(stage.step(0, 0, 0).taps) for stage in stages)
    if products > limits.PRODUCTS:
        raise SpecError(
            f"A {file} must have at most {limits.PRODUCTS:,} products; got {products:,}. Use fewer channels or smaller"
            " sizes."
        )
    return stages


def table_names(name: str, channels: int) -> list[str]:
    """Return what the tables of some channels are called.

    Examples
    --------
    >>> table_names("Input", 1), table_names("Input", 2)
    (['Input'], ['Input, channel 0', 'Input, channel 1'])
    """
    return [name] if channels == 1 else [f"{name}, channel {channel}" for channel in range(channels)]


def kernel_name(stage: Stage, output: int, channel: int) -> str:
    """Return what a kernel is called: with its number where there are several, and its channel where it has several."""
    name = f"{stage.kernel_name} {output}" if len(stage.output) > 1 else stage.kernel_name
    return f"{name}, channel {channel}" if stage.group[0] > 1 else name


def divisor_of(step: Step) -> int:
    """Return what the sum of an average is divided by; 1 where no cell of its window counts."""
    share = max(tap.weight for tap in step.taps)
    return round(1 / share) if share else 1


def _convolution(recipe: Recipe) -> Iterator[Stage]:
    """Yield the one layer; of many output channels only the first ones, and what these read."""
    layer, output, bias = recipe.layer, recipe.drawn_output, recipe["bias"]
    assert isinstance(layer, Conv2d | ConvTranspose2d)  # the layers of these variants
    width = recipe.channels[1] // layer.groups
    groups = (len(output) - 1) // width + 1
    kernels = recipe.kernels(groups * width if groups > 1 else len(output))
    layer = replace(layer, groups=groups)
    planes, biases = recipe.input[: groups * kernels.shape[1]], np.full(len(kernels), bias)
    if isinstance(layer, ConvTranspose2d):
        steps = trace(layer, planes, exchanged(kernels, groups), biases)
        name, turned = "transposed convolution", True
    else:
        steps = trace(layer, planes, kernels, biases)
        name, turned = "convolution", recipe["flip"]
    yield Stage(name, "Input", f"Kernel{', turned' if turned else ''}", "Output", layer, steps, output, bias)


def _pooling(recipe: Recipe) -> Iterator[Stage]:
    output = recipe.drawn_output
    steps = trace(recipe.layer, recipe.input[: len(output)])
    yield Stage("pooling", "Input", "", "Output", recipe.layer, steps, output, None)


def _passes(recipe: Recipe) -> Iterator[Stage]:
    passes, bias = passes_of(recipe.values), recipe["bias"]
    down = trace(passes.column_layer, recipe.input, passes.column)
    across = trace(passes.row_layer, passes.intermediate, passes.row, [bias])
    after, nearest = "After the column", "" if passes.separation.is_separable else ", nearest"
    column, row = passes.column_layer, passes.row_layer
    yield Stage("pass of the column", "Input", f"Column{nearest}", after, column, down, passes.intermediate, None)
    yield Stage("pass of the row", after, f"Row{nearest}", "Output", row, across, passes.output, bias)


def _depthwise(recipe: Recipe) -> Iterator[Stage]:
    layer, mixer, output = recipe.layer_as(Conv2d), conv2d(1), recipe.drawn_output
    depthwise = trace(layer, recipe.input, recipe.weight)
    pointwise = trace(mixer, depthwise.output, recipe.mixers(len(output)))
    middle = "Depthwise output"
    yield Stage("depthwise convolution", "Input", "Kernel", middle, layer, depthwise, depthwise.output, None)
    yield Stage("pointwise convolution", middle, "1 × 1 kernel", "Output", mixer, pointwise, output, None)


def _gradients(recipe: Recipe) -> Iterator[Stage]:
    mode, gradient, upstream = recipe["mode"], recipe["gradient"], recipe.upstream
    if mode != CONVOLUTION:
        raise SpecError(f"An exercise of {recipe.variant} must have the mode {CONVOLUTION}; got {mode}.")
    gradients = gradients_of(recipe.values)
    match gradient:
        case "dx":
            layer: WindowLayer = input_layer(recipe.values)
            steps = trace(layer, upstream, recipe.numbers("weight"))
            yield Stage("transposed convolution", "dY", "Kernel, turned", "dX", layer, steps, gradients.input, None)
        case "dw":
            assert gradients.weight is not None
            layer, stride = weight_layer(recipe.values), recipe["stride"]
            name = f"dY, dilated by {size(stride)}" if max(stride) > 1 else "dY"
            steps = trace(layer, recipe.input, upstream[None])
            yield Stage("convolution with dY", "Input", name, "dW", layer, steps, gradients.weight[0], None)
        case _:  # both would have a table of dY
            raise SpecError(f"An exercise of {recipe.variant} must have the gradient dx or dw; got {gradient}.")


_MAKERS: Final = MappingProxyType(
    {"spatial-separable": _passes, "depthwise-separable": _depthwise, "backward": _gradients}
)
"""What makes the stages of a variant that is not one layer."""
