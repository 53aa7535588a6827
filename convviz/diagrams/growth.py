"""How the receptive field grows from layer to layer of a stack, and with how many parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, takewhile
from operator import mul
from typing import TYPE_CHECKING, Final

import numpy as np

from convviz import limits
from convviz.analysis import Network
from convviz.analysis.receptive.field import GrowthStep, growth_steps
from convviz.arithmetic import Conv2d, Layer, conv2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack
from convviz.errors import SpecError
from convviz.recipes.fields import choice_field
from convviz.recipes.stack_form import NAME, fitting_input
from convviz.recipes.variants import variant_named

from .kind import WIDE, Kind, fields_of_variant, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart
    from convviz.charts.outputs import OutputMap

_LARGEST: Final = 10**9
"""The largest size that a chart takes."""

_LAYERS: Final = 6
"""The layers to which a pattern is continued: over fewer of them, exponential growth looks like a straight line."""

VERTICAL: Final = choice_field(
    "vertical",
    "Vertical axis",
    "On a logarithmic axis exponential growth is a straight line.",
    {"linear": "Linear", "log": "Logarithmic"},
)

Sizes = tuple[tuple[int, int], ...]

steps_of: Final = lru_cache(64)(growth_steps)


@lru_cache(64)
def growth(layers: Stack, input_size: Pair, vertical: str, *, theme: str, width: int) -> "Chart":
    """Draw the size of the receptive field and the parameters after each layer, and as their pattern goes on.

    Raises
    ------
    SpecError
        A size is unknown, or too large.
    """
    from convviz.charts.curves import receptive_growth

    check_sizes(layers, input_size)
    steps = [*takewhile(_is_drawable, steps_of(continued_stack(layers), input_size))]
    standard = ((1, 1), *(step.standard for step in steps))
    totals = (0, *(step.total for step in steps))
    return receptive_growth(
        _sizes(steps), standard, totals, layers=len(layers), is_logarithmic=vertical == "log", theme=theme, width=width
    )


def continued_stack(layers: Stack) -> Stack:
    """Return a stack with more layers of its pattern: all alike, or with dilations that grow by one factor.

    Other stacks have no pattern, and are returned as they are.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> [layer.dilation[0] for layer in continued_stack((conv2d(3), conv2d(3, dilation=2), conv2d(3, dilation=4)))]
    [1, 2, 4, 8, 16, 32]
    >>> len(continued_stack((conv2d(3),))), len(continued_stack((conv2d(3), max_pool2d(2))))
    (6, 2)
    """
    grown = layers
    while len(grown) < _LAYERS and (after := _layer_after(grown)) is not None:
        grown = (*grown, after)
    return grown


def _layer_after(layers: Stack) -> Layer | None:
    """Return the layer that continues the pattern of a stack, if there is one."""
    last = layers[-1]
    if all(layer == last for layer in layers):
        return last
    dilated = [layer for layer in layers if isinstance(layer, Conv2d)]
    # Padding does not change what a unit sees, and usually grows with the dilation.
    is_alike = len({replace(layer, dilation=(1, 1), padding=((0, 0), (0, 0))) for layer in dilated}) == 1
    factors = {tuple(map(Fraction, after.dilation, before.dilation)) for before, after in pairwise(dilated)}
    if len(dilated) < len(layers) or not is_alike or len(factors) > 1:
        return None
    height, width = map(mul, dilated[-1].dilation, factors.pop())
    is_layer = height.denominator == width.denominator == 1 and max(height, width) <= limits.FIELD_NUMBER
    return replace(dilated[-1], dilation=(int(height), int(width))) if is_layer else None


def _sizes(steps: Sequence[GrowthStep]) -> Sizes:
    """Return the receptive field of the input and after each layer."""
    sizes = [(1, 1)]
    for step in steps:
        height, width = step.size
        if height is None or width is None:
            raise SpecError("Some sizes depend on the input, and are not known without one that fits.")
        sizes.append((int(height), int(width)))
    if max(map(max, sizes)) > _LARGEST:
        raise SpecError("What a unit sees is too large for a curve.")
    return tuple(sizes)


def check_sizes(layers: Stack, input_size: Pair) -> None:
    """Refuse a stack whose receptive field is unknown, or too large for a chart."""
    _sizes(steps_of(layers, input_size))


def _is_drawable(step: GrowthStep) -> bool:
    height, width = step.size
    return height is not None and width is not None and max(height, width) <= _LARGEST


GROWTH: Final = Kind(
    name="growth",
    title="Growth of the receptive field, layer by layer",
    fields=fields_with_look(*fields_of_variant(NAME, "input_size", "layers"), VERTICAL),
    defaults={
        "layers": variant_named(NAME).defaults["layers"],
        "vertical": "linear",
        "theme": "light",
        "width": WIDE,
    },
    following={"input_size": lambda values: fitting_input(values["layers"])},
    draw=lambda values: growth(values["layers"], values["input_size"], values["vertical"], **look_of(values)),
    check=lambda values: check_sizes(values["layers"], values["input_size"]),
)


# Without loss of resolution or coverage -------------------------------------------------------------------------------

_COMPARED: Final[Mapping[str, Stack]] = {
    "Dilations 1, 2, 4": tuple(conv2d(3, dilation=d, padding=d) for d in (1, 2, 4)),
    "Strides 2, 2, 2": (conv2d(3, stride=2, padding=1),) * 3,
    "Dilations 2, 2, 2": (conv2d(3, dilation=2, padding=2),) * 3,
    "No dilation, no stride": (conv2d(3, padding=1),) * 3,
}
_COMPARED_SIDE: Final = 16
"""Stacks of as many parameters, and the side of their input: of its cells the output in the middle sees 15 x 15."""


@lru_cache(8)
def resolution(*, theme: str, width: int) -> "Chart":
    """Draw what one output reads and how many outputs there are, with dilations, with strides and without both."""
    from convviz.charts.outputs import output_maps

    maps = [_output_map(name, layers) for name, layers in _COMPARED.items()]
    return output_maps(maps, title="Resolution and coverage of four stacks", theme=theme, width=width)


def _output_map(name: str, layers: Stack) -> "OutputMap":
    from convviz.charts.outputs import OutputMap

    network = Network.sequential(layers, input_size=_COMPARED_SIDE)
    field, size = network.receptive_field(), network.output_size()
    assert size is not None
    starts, jumps = (np.array(pair, dtype=float) for pair in (field.center, field.jump))
    rows, columns = (start + jump * np.arange(side) for start, jump, side in zip(starts, jumps, size, strict=True))
    shown = (size[0] // 2, size[1] // 2)
    return OutputMap(name, network.support(None, shown), (rows, columns), shown)


RESOLUTION: Final = Kind(
    name="resolution",
    title="Resolution and coverage of dilated and strided stacks",
    fields=fields_with_look(),
    defaults={"theme": "light", "width": WIDE},
    draw=lambda values: resolution(**look_of(values)),
)
