"""Which cells a stack of dilated convolutions reads, on how many paths, and how much each of them weighs."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from convviz import limits
from convviz.analysis import EffectiveField, Network, effective_field
from convviz.analysis import gridding as count_holes
from convviz.arithmetic import Conv2d, conv2d
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes.fields import FIELDS, choice_field, integer_field
from convviz.recipes.parameters import Field, read_integer

from .kind import WIDE, Kind, Values, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

LAYERS: Final = 8
RATE: Final = 127
EXTENT: Final = 128
"""The most layers, the largest rate, and the most rows of the map: more is refused before any work starts."""

SAMPLES: Final = 200
"""Draws of random kernels; the largest map takes a second for them."""

MAP_WIDTH: Final = 640
"""Pixels of the map at most, so that its numbers have room next to it."""

WEIGHTS_WIDTH: Final = 560
"""Pixels of the charts of the weights at most."""

KERNELS: Final = {"uniform": "Uniform: exact", "random": "Random: sampled"}

Rates = tuple[int, ...]
"""The dilation rates of a stack, that of the first layer first."""


# Rates ----------------------------------------------------------------------------------------------------------------


def read_rates(name: str, value: object) -> Rates:
    """Read dilation rates: a sequence, or a text with commas, semicolons or blanks between them.

    >>> read_rates("rates", "1, 2,5"), read_rates("rates", "1 2;5"), read_rates("rates", [1, 2, 5])
    ((1, 2, 5), (1, 2, 5), (1, 2, 5))
    """
    parts: Sequence[object] = value if isinstance(value, tuple | list) else ()
    if isinstance(value, str):
        parts = re.split(r"\s*[,;]\s*|\s+", value.strip())
    try:
        rates = tuple(read_integer(name, part, 1, RATE) for part in parts)
    except SpecError:
        rates = ()
    if not 1 <= len(rates) <= LAYERS:
        raise SpecError(
            f"{name} must be 1 to {LAYERS} whole numbers from 1 to {RATE} with commas between them, such as 1,2,4; "
            f"got {shown(value)}."
        )
    return rates


def spell_rates(rates: Sequence[int]) -> str:
    """Spell rates as links do: ``1,2,5`` for (1, 2, 5)."""
    return ",".join(map(str, rates))


def extent_of(rates: Rates, kernel_size: int) -> int:
    """Return the rows of the receptive field.

    >>> extent_of((1, 2, 4), 3)
    15
    """
    return 1 + (kernel_size - 1) * sum(rates)


def check_extent(rates: Rates, kernel_size: int) -> None:
    """Refuse rates for which the map has no room."""
    if (extent := extent_of(rates, kernel_size)) > EXTENT:
        raise SpecError(
            f"rates must give a receptive field of at most {EXTENT} cells, for which the map has room; got "
            f"1 + (k - 1) * (sum of rates) = 1 + {kernel_size - 1} * {sum(rates)} = {extent}."
        )


def stack_of(rates: Rates, kernel_size: int) -> tuple[Conv2d, ...]:
    """Return the layers with these rates."""
    return tuple(conv2d(kernel_size, dilation=rate) for rate in rates)


# Charts ---------------------------------------------------------------------------------------------------------------


@lru_cache(32)
def coverage(rates: Rates, kernel_size: int, *, theme: str, width: int) -> "Chart":
    """Draw which cells of the receptive field are read, and which are holes."""
    from convviz.charts.gridding import coverage_map

    result = count_holes(stack_of(rates, kernel_size))
    return coverage_map(result.rows, result.columns, theme=theme, width=width)


@lru_cache(32)
def coverage_by_layer(rates: Rates, kernel_size: int, *, theme: str, width: int) -> "Chart":
    """Draw which cells are read along one axis, layer by layer from an output back to the input."""
    from convviz.charts.gridding import coverage_steps

    layers = stack_of(rates, kernel_size)
    steps = [("output", count_holes([]).rows)]
    for first in range(len(layers) - 1, -1, -1):
        steps.append((f"back through layer {first + 1}, rate {rates[first]}", count_holes(layers[first:]).rows))
    return coverage_steps(steps, theme=theme, width=width)


@lru_cache(32)
def paths(rates: Rates, kernel_size: int, *, theme: str, width: int) -> "Chart":
    """Draw how many paths lead to each cell, with numbers in the cells where there is room for them."""
    from convviz.charts import count_map
    from convviz.charts.gridding import LARGE, weight_map

    counts, title = _network(rates, kernel_size).path_counts(None, (0, 0)), "Paths from the output to each cell"
    if len(counts) < LARGE:
        return count_map(counts, title=title, theme=theme, width=width)
    field = effective_weights(rates, kernel_size)
    return weight_map(counts, center=field.center, sigma=field.sigma, title=title, theme=theme, width=width)


def effective_weights(
    rates: Rates, kernel_size: int, kernels: str = "uniform", samples: int = 1, seed: int = 0
) -> EffectiveField:
    """Return the effective field of the only output on an input as large as the receptive field.

    Parameters
    ----------
    kernels : str
        "uniform", whose weights are exact, or "random".
    samples, seed : int
        The draws of random kernels, and where they begin.
    """
    return _field(rates, kernel_size, kernels, *((samples, seed) if kernels == "random" else (1, 0)))


@lru_cache(32)
def _field(rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int) -> EffectiveField:
    return effective_field(_network(rates, kernel_size), None, (0, 0), kernels, samples, seed)


def _network(rates: Rates, kernel_size: int) -> Network:
    return Network.sequential(stack_of(rates, kernel_size), input_size=extent_of(rates, kernel_size))


@lru_cache(32)
def effective_map(
    rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int, *, theme: str, width: int
) -> "Chart":
    """Draw how much each cell weighs; the numbers are as for `effective_weights`."""
    from convviz.charts.gridding import weight_map

    field = effective_weights(rates, kernel_size, kernels, samples, seed)
    title = "Mean squared gradient, in shares" if field.samples else "Share of paths"
    return weight_map(field.weights, center=field.center, sigma=field.sigma, title=title, theme=theme, width=width)


@lru_cache(32)
def effective_profile(
    rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int, *, theme: str, width: int
) -> "Chart":
    """Draw the weights along the columns, with a Gaussian; the numbers are as for `effective_weights`."""
    from convviz.charts.gridding import weight_profile

    field = effective_weights(rates, kernel_size, kernels, samples, seed)
    center, sigma = field.center[1], field.sigma[1]
    read = count_holes(stack_of(rates, kernel_size)).columns
    return weight_profile(field.weights.sum(axis=0), read=read, center=center, sigma=sigma, theme=theme, width=width)


# Tables of parameters -------------------------------------------------------------------------------------------------

STACK: Final = (
    Field(
        "rates",
        "text",
        read_rates,
        spell_rates,
        "Dilation rates",
        f"One for each layer, the first layer first, with commas or blanks between them: up to {LAYERS} of them.",
    ),
    integer_field("kernel_size", 2, limits.KERNEL_SIDE, "Kernel size k", "Rows and columns of all kernels.", "k"),
)
WEIGHTS: Final = (
    choice_field("kernels", "Kernels", "The kernels of which the weights are those of the effective field.", KERNELS),
    integer_field("samples", 1, SAMPLES, "Draws", "Each draw makes new random kernels."),
    FIELDS["seed"],
)
DEFAULTS: Final[Values] = {"rates": (2, 2, 2), "kernel_size": 3, "kernels": "uniform", "samples": 100, "seed": 0}


def _check(values: Values) -> None:
    check_extent(values["rates"], values["kernel_size"])


def _kind(name: str, title: str, draw: Callable[..., "Chart"], width: int, *fields: Field) -> Kind:
    """Return a kind of diagram about a stack of rates, and further fields."""
    own = (*STACK, *fields)
    return Kind(
        name=name,
        title=title,
        fields=fields_with_look(*own),
        defaults={field.name: DEFAULTS[field.name] for field in own} | {"theme": "light", "width": width},
        draw=lambda values: draw(*(values[field.name] for field in own), **look_of(values)),
        check=_check,
    )


COVERAGE: Final = _kind("coverage", "Cells that dilated layers read, and holes", coverage, MAP_WIDTH)
COVERAGE_BY_LAYER: Final = _kind("coverage-by-layer", "Cells read along one axis", coverage_by_layer, WIDE)
PATHS: Final = _kind("paths", "Paths from the output to each cell", paths, WIDE)
EFFECTIVE_PROFILE: Final = _kind(
    "effective-profile", "Effective receptive field along one axis", effective_profile, WEIGHTS_WIDTH, *WEIGHTS
)
EFFECTIVE_FIELD: Final = _kind("effective-field", "Effective receptive field", effective_map, WEIGHTS_WIDTH, *WEIGHTS)
