"""How many paths lead to each cell of an output: as a map, and along one axis with the stamps that add up to it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from convviz.analysis import Overlap, overlap, stamps
from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack
from convviz.recipes.fields import choice_field

from .kind import Kind, Values, fields_of_variant, fields_with_look, look_of

if TYPE_CHECKING:
    from convviz.charts import Chart

WIDTH: Final = 460
"""Pixels of a chart of the counts at most: there are two next to each other."""

AXES: Final = {"rows": "Rows", "columns": "Columns"}

_VARIANT: Final = "checkerboard"
_LAYERS: Final = fields_of_variant(
    _VARIANT, "input_size", "layers", "kernel_size", "stride", "padding", "dilation", "output_padding"
)
_AXIS: Final = choice_field("axis", "Axis of the bars", "Along which axis the counts are drawn.", AXES)


@lru_cache(256)
def stages(layers: Stack, input_size: Pair) -> tuple[Overlap, ...]:
    """Return the overlap after the first layer, after the first two, and so on.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> [stage.output_size for stage in stages((conv_transpose2d(3, stride=2),) * 2, (2, 3))]
    [(5, 7), (11, 15)]
    """
    return tuple(overlap(layers[:count], input_size) for count in range(1, len(layers) + 1))


@lru_cache(64)
def overlap_counts(layers: Stack, input_size: Pair, *, theme: str, width: int) -> "Chart":
    """Draw the paths into each cell of the output of a stack."""
    from convviz.charts import count_map

    result = stages(layers, input_size)[-1]
    return count_map(result.counts, border=result.border, theme=theme, width=width)


@lru_cache(64)
def overlap_stamps(layers: Stack, input_size: Pair, axis: str, *, theme: str, width: int) -> "Chart":
    """Draw the counts along an axis, "rows" or "columns", with the stamps of a single transposed convolution."""
    from convviz.charts import stamp_bars

    result = stages(layers, input_size)[-1]
    line = result.rows if axis == "rows" else result.columns
    written: Sequence[range] = ()
    if len(layers) == 1 and isinstance(layers[0], ConvTranspose2d):
        written = stamps(layers[0], input_size)[0 if axis == "rows" else 1]
    return stamp_bars(line.counts, written, border=line.border, theme=theme, width=width)


def usual_axis(result: Overlap) -> str:
    """Return the axis that is drawn at first: the rows, where there are several."""
    return "rows" if result.output_size[0] > 1 else "columns"


def _draw_counts(values: Values) -> "Chart":
    return overlap_counts(OVERLAP_COUNTS.recipe_of(values).layers, values["input_size"], **look_of(values))


def _draw_stamps(values: Values) -> "Chart":
    layers = OVERLAP_STAMPS.recipe_of(values).layers
    return overlap_stamps(layers, values["input_size"], values["axis"], **look_of(values))


def _axis(values: Values) -> str:
    return usual_axis(stages(OVERLAP_STAMPS.recipe_of(values).layers, values["input_size"])[-1])


OVERLAP_COUNTS: Final = Kind(
    name="overlap-counts",
    title="Paths into each cell",
    fields=fields_with_look(*_LAYERS),
    defaults={"theme": "light", "width": WIDTH},
    draw=_draw_counts,
    variant=_VARIANT,
)

OVERLAP_STAMPS: Final = Kind(
    name="overlap-stamps",
    title="Paths along one axis, stamp by stamp",
    fields=fields_with_look(*_LAYERS, _AXIS),
    defaults={"theme": "light", "width": WIDTH},
    following={"axis": _axis},
    draw=_draw_stamps,
    variant=_VARIANT,
)
