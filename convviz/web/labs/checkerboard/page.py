"""What the lesson on chequered patterns shows beyond its picture: counts, where they are even, what the eye sees."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.analysis import stamps
from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.parse import Pair
from convviz.charts import count_map, stamp_bars
from convviz.recipes import Recipe, variant_named
from convviz.scene.overlap import are_writes
from convviz.web.components.charts import Drawn, chart_width, show_chart
from convviz.web.components.downloads import page_theme
from convviz.web.state.expanders import fold
from convviz.web.state.widgets import key_of

from .params import PART
from .size_map import show_map
from .stages import Stack, stage_table, stages, verdict
from .trial import show_trial

_COUNTS: Final = 460
"""Pixels of the counts at most: two charts stand side by side."""


def show_checkerboard(asked: Recipe) -> None:
    """The verdict, the map of even overlap, and folded away the charts and the pictures."""
    variant, layers, input_size = variant_named(asked.variant), asked.layers, asked["input_size"]
    said, mapped = st.columns(2, gap="large")
    with said:
        _say(layers, input_size)
    with mapped:
        show_map(asked)
    counts = fold(variant.name, "Counts as a map and as bars")
    if counts.open:
        with counts:
            _show_counts(asked.variant, layers, input_size)
    seen = fold(variant.name, PART.title)
    if seen.open:
        with seen:
            show_trial(asked.variant, *_start(layers))


def _say(layers: Stack, input_size: Pair) -> None:
    """What is counted, and whether it is even."""
    st.markdown(f"### How {'often each cell is written' if are_writes(layers) else 'many paths lead to each cell'}")
    st.markdown(verdict(layers, input_size))
    if len(layers) > 1:
        st.html(stage_table(layers, input_size))


def _show_counts(variant: str, layers: Stack, input_size: Pair) -> None:
    """The counts of one of the layers: all cells, and one axis with the stamps of the first layer."""
    number = len(layers)
    if number > 1:
        number = st.segmented_control(
            "After layer", range(1, number + 1), default=number, required=True, key=key_of(f"{variant}.counted")
        ) or number  # fmt: skip
        number = min(number, len(layers))
    found = stages(layers, input_size)[number - 1]
    name = "rows" if found.output_size[0] > 1 else "columns"
    if found.rows != found.columns:
        name = st.segmented_control(
            "Axis of the bars", ("rows", "columns"), default=name, required=True, key=key_of(f"{variant}.axis"),
            format_func=str.capitalize,
        ) or name  # fmt: skip
    width, theme = chart_width(variant, _COUNTS), page_theme()
    across, along = st.columns(2)
    with across:
        show_chart(_map_chart(layers[:number], input_size, theme, width), "overlap-counts", width)
    with along:
        show_chart(_bar_chart(layers[:number], input_size, name, theme, width), "overlap-stamps", width)


@lru_cache(64)
def _map_chart(layers: Stack, input_size: Pair, theme: str, width: int) -> Drawn:
    found = stages(layers, input_size)[-1]
    chart = count_map(found.counts, border=found.border, theme=theme, width=width)
    return chart.svg(), chart.png(), f"{chart.title}. {chart.description}"


@lru_cache(64)
def _bar_chart(layers: Stack, input_size: Pair, name: str, theme: str, width: int) -> Drawn:
    found = stages(layers, input_size)[-1]
    axis = found.rows if name == "rows" else found.columns
    written: Sequence[range] = ()
    if len(layers) == 1 and isinstance(layers[0], ConvTranspose2d):
        written = stamps(layers[0], input_size)[0 if name == "rows" else 1]
    chart = stamp_bars(axis.counts, written, border=axis.border, theme=theme, width=width)
    return chart.svg(), chart.png(), f"{chart.title}. {chart.description}"


def _start(layers: Stack) -> Pair:
    """Scale and kernel with which the comparison of pictures begins: those of the lesson, as far as it has them."""
    first = next((layer for layer in layers if isinstance(layer, ConvTranspose2d)), None)
    return (2, 3) if first is None else (max(2, min(4, first.stride[0])), first.kernel_size[0])
