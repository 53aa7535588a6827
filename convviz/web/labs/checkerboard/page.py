"""What the checkerboard lab shows below its picture: a verdict, the overlap map, counts, and what the eye sees."""

from collections.abc import Sequence
from math import gcd

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Overlap
from convviz.analysis.overlap_counts import Ratio
from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack
from convviz.diagrams.overlap import AXES, WIDTH, overlap_counts, overlap_stamps, stages, usual_axis
from convviz.recipes import Recipe
from convviz.scene.views.overlap import are_writes
from convviz.web.components.charts import PAIR, chart_width, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.state.widgets import key_of, segments, show_in_expander

from .overlap_map import ratio_text, show_map
from .trial import SECTION, show_opening, show_six_ways


def show_checkerboard(recipe: Recipe, top: DeltaGenerator) -> None:
    """Show verdict and overlap map, in expanders counts and all upsampling methods, and at the top two of these."""
    layers, input_size, variant = recipe.layers, recipe["input_size"], recipe.variant
    with top:
        trial = show_opening(recipe)
    left, right = st.columns(2, gap="large", width=PAIR)
    with left:
        st.markdown(f"## How {'often each cell is written' if are_writes(layers) else 'many paths lead to each cell'}")
        st.markdown(verdict(layers, input_size))
        if len(layers) > 1:
            st.html(stage_table(layers, input_size))
    with right:
        show_map(recipe)
    show_in_expander(variant, "Counts as a map and as bars", lambda: _show_counts(variant, layers, input_size))
    show_in_expander(variant, SECTION.title, lambda: show_six_ways(variant, trial))


# The verdict ----------------------------------------------------------------------------------------------------------


def verdict(layers: Stack, input_size: Pair) -> str:
    """Return whether the overlap is even, how uneven it is, what the border does, and the rule, as Markdown."""
    last = stages(layers, input_size)[-1]
    counts, is_written = last.interior.ravel().tolist(), are_writes(layers)
    most, least = (_count_text(count, is_written) for count in (max(counts), min(counts)))
    get = "are written" if is_written else "get"
    if last.is_even:
        sentences = f"**Even.** Far from the border all cells {get} {most}."
    elif min(counts) == 0:
        sentences = f"**Uneven: some cells get nothing.** Far from the border others {get} up to {most}."
    else:
        sentences = (
            f"**Uneven, {ratio_text(last.ratio)}.** Far from the border some cells {get} {most} and others {least}. "
            f"{_axes_sentence(last)}"
        )
    promise = (
        "*Even* is no promise of a clean output: the weights on the paths may still print a pattern, as the last part "
        "below shows."
    )
    return "\n\n".join(filter(None, [f"{sentences} {_border_sentence(last)}", _rule(layers), promise]))


def _count_text(count: int, is_written: bool) -> str:
    if is_written:
        return "once" if count == 1 else f"{count:,} times"
    return "1 path" if count == 1 else f"{count:,} paths"


def _axes_sentence(result: Overlap) -> str:
    down, across = (_ratio_text(axis.ratio) for axis in (result.rows, result.columns))
    if down == across:
        return f"Along one axis it is {down}; two axes multiply."
    return f"It is down the rows {down} and across the columns {across}; both multiply."


def _ratio_text(ratio: Ratio) -> str:
    return "even" if ratio == 1 else ratio_text(ratio)


def _border_sentence(result: Overlap) -> str:
    count, total = int(result.border.sum()), result.border.size
    if not count:
        return "In this output this holds up to the border."
    cells = f"all {total:,}" if count == total else f"{count:,} of {total:,}"
    span = _span(result.counts[result.border].tolist())
    return f"At the border, where the input ends, {cells} cells have other counts, {span}."


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _rule(layers: Stack) -> str:
    """Return the rule of even overlap with the numbers of each transposed layer, "" where there is none."""
    parts = []
    for number, layer in enumerate(layers, start=1):
        if isinstance(layer, ConvTranspose2d):
            axes = dict.fromkeys(map(_divides, layer.kernel_size, layer.stride, layer.dilation))
            parts.append(f"{f'layer {number}: ' if len(layers) > 1 else ''}{' and '.join(axes)}")
    if not parts:
        return ""
    return (
        "The rule for one transposed convolution: the overlap is even exactly where the stride divides the kernel size "
        f"(at dilation 1). Here {'; '.join(parts)}."
    )


def _divides(kernel: int, stride: int, dilation: int) -> str:
    text = f"{stride} {'divides' if kernel % stride == 0 else 'does not divide'} {kernel}"
    if dilation == 1:
        return text
    common = gcd(stride, dilation)
    if common == 1:
        return f"{text} (and shares no factor with the dilation {dilation}, which leaves the rule as it is)"
    return f"{text} (and shares the factor {common} with the dilation {dilation}, which leaves gaps)"


def stage_table(layers: Stack, input_size: Pair) -> str:
    """Return one row for each layer of a stack, as HTML."""
    rows = []
    for number, result in enumerate(stages(layers, input_size), start=1):
        down, across = (_ratio_text(axis.ratio) for axis in (result.rows, result.columns))
        axes = down if down == across else f"{down} down, {across} across"
        border = result.counts[result.border].tolist()
        inside = _span(result.interior.ravel().tolist())
        rows.append(
            [f"layer {number}", axes, _ratio_text(result.ratio), inside, _span(border) if border else "the same"]
        )
    caption = "Ratio of most to least paths, along one axis and into cells; how many paths inside and at the border."
    return table(("After", "One axis", "Cells", "Inside", "Border"), rows, caption, strong=(len(layers) - 1,))


# Counts as charts -----------------------------------------------------------------------------------------------------


def _show_counts(variant: str, layers: Stack, input_size: Pair) -> None:
    """Show the counts of one of the layers: all cells, and one axis with the stamps of the first layer."""
    count = len(layers)
    if count > 1:
        numbers, key = range(1, count + 1), key_of(f"{variant}.counted")
        count = st.segmented_control("After layer", numbers, default=count, required=True, key=key) or count
        count = min(count, len(layers))
    result = stages(layers, input_size)[count - 1]
    axis = usual_axis(result)
    if result.rows != result.columns:
        axis = segments("Axis of the bars", AXES, f"{variant}.axis", axis)
    width, theme = chart_width(variant, WIDTH), page_theme()
    left, right = st.columns(2)
    with left:
        show_chart(overlap_counts(layers[:count], input_size, theme=theme, width=width), "overlap-counts")
    with right:
        show_chart(overlap_stamps(layers[:count], input_size, axis, theme=theme, width=width), "overlap-stamps")
