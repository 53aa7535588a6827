"""What a kernel costs and how it separates: its best product of a column and a row, its rank, the ratio of costs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from convviz import limits
from convviz.analysis import separate
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError
from convviz.recipes.variants import variant_named

from .kind import WIDE, Kind, Values, fields_of_variant, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

Rows = tuple[tuple[float, ...], ...]

CURVE_WIDTH: Final = 480
"""Pixels that the curve of errors takes at most."""


@lru_cache(64)
def kernel_and_product(kernel: Rows, *, theme: str, width: int) -> "Chart":
    """Draw a kernel, its best product of a column and a row, and what that misses."""
    from convviz.charts import number_maps

    parts = separate(kernel)
    maps = [("kernel", parts.kernel), ("column × row", parts.approximation(1)), ("what they miss", parts.difference)]
    return number_maps(maps, theme=theme, width=width)


@lru_cache(64)
def kernel_rank(errors: Sequence[float], *, theme: str, width: int) -> "Chart":
    """Draw the error of the best approximation of a kernel by its rank, as ``Separation.errors`` has them."""
    from convviz.charts import rank_curve

    return rank_curve(errors, theme=theme, width=width)


@lru_cache(64)
def cost_ratio(out_channels: int, kernel_size: Pair, channel_multiplier: int, *, theme: str, width: int) -> "Chart":
    """Draw multiplications of a depthwise separable convolution by those of a standard one."""
    from convviz import charts

    return charts.cost_ratio(out_channels, kernel_size, channel_multiplier=channel_multiplier, theme=theme, width=width)


# Tables of parameters -------------------------------------------------------------------------------------------------

_VARIANT: Final = "spatial-separable"
_KERNEL: Final = fields_of_variant(_VARIANT, "kernel_size", "weight", "seed")
_FIXED: Final = {"input_size": (limits.INPUT_SIDE, limits.INPUT_SIDE)}  # on which every kernel fits

_COSTS: Final = fields_of_variant("depthwise-separable", "kernel_size", "channel_multiplier", "out_channels")


def _kernel(values: Values) -> Rows:
    return tuple(map(tuple, KERNEL_AND_PRODUCT.recipe_of(values).weight[0, 0].tolist()))


def _draw_rank(values: Values) -> "Chart":
    return kernel_rank(separate(_kernel(values)).errors, **look_of(values))


def _check_rank(values: Values) -> None:
    height, width = values["kernel_size"]
    if min(height, width) == 1:
        raise SpecError(
            f"kernel_size must be at least 2 x 2 for a curve of ranks, as one row or column has rank 1; got {height} x "
            f"{width}."
        )


def _draw_costs(values: Values) -> "Chart":
    numbers = (values[name] for name in ("out_channels", "kernel_size", "channel_multiplier"))
    return cost_ratio(*numbers, **look_of(values))


KERNEL_AND_PRODUCT: Final = Kind(
    name="kernel-and-product",
    title="A kernel, its best column times row, and what they miss",
    fields=fields_with_look(*_KERNEL),
    defaults={"theme": "light", "width": WIDE},
    draw=lambda values: kernel_and_product(_kernel(values), **look_of(values)),
    variant=_VARIANT,
    fixed=_FIXED,
)

KERNEL_RANK: Final = Kind(
    name="kernel-rank",
    title="Error of the best approximation of a kernel by rank",
    fields=fields_with_look(*_KERNEL),
    defaults={"theme": "light", "width": CURVE_WIDTH},
    draw=_draw_rank,
    check=_check_rank,
    variant=_VARIANT,
    fixed=_FIXED,
)

COST_RATIO: Final = Kind(
    name="cost-ratio",
    title="Cost of a depthwise separable convolution by that of a standard one",
    fields=fields_with_look(*_COSTS),
    defaults={
        **{each.name: variant_named("depthwise-separable").defaults[each.name] for each in _COSTS},
        "theme": "light",
        "width": WIDE,
    },
    draw=_draw_costs,
)
