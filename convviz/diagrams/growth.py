"""How the receptive field grows from layer to layer of a stack, and with how many parameters."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from convviz.analysis.receptive.field import GrowthStep, growth_steps
from convviz.errors import SpecError
from convviz.recipes.stack_form import NAME, fitting_input
from convviz.recipes.variants import variant_named

from .kind import WIDE, Kind, Values, fields_of_variant, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

_LARGEST: Final = 10**9
"""The largest size that a chart takes."""

Sizes = tuple[tuple[int, int], ...]

steps_of: Final = lru_cache(64)(growth_steps)


def growth(steps: Sequence[GrowthStep], *, theme: str, width: int) -> "Chart":
    """Draw the size of the receptive field after each layer.

    Raises
    ------
    SpecError
        A size is unknown, or too large.
    """
    standard = ((1, 1), *(step.standard for step in steps))
    totals = (0, *(step.total for step in steps))
    return _curve(_sizes(steps), standard, totals, theme, width)


@lru_cache(64)
def _curve(sizes: Sizes, standard: Sizes, totals: tuple[int, ...], theme: str, width: int) -> "Chart":
    from convviz.charts.curves import receptive_growth

    return receptive_growth(sizes, standard, totals, theme=theme, width=width)


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


def _steps(values: Values) -> tuple[GrowthStep, ...]:
    return steps_of(values["layers"], values["input_size"])


def _check(values: Values) -> None:
    _sizes(_steps(values))


GROWTH: Final = Kind(
    name="growth",
    title="Growth of the receptive field, layer by layer",
    fields=fields_with_look(*fields_of_variant(NAME, "input_size", "layers")),
    defaults={"layers": variant_named(NAME).defaults["layers"], "theme": "light", "width": WIDE},
    following={"input_size": lambda values: fitting_input(values["layers"])},
    draw=lambda values: growth(_steps(values), **look_of(values)),
    check=_check,
)
