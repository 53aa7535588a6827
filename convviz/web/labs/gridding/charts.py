"""The charts of the page about gridding, drawn once for all visitors and remembered, so many of each."""

from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from convviz.analysis import EffectiveField, Network, effective_field, gridding
from convviz.charts import Chart, count_map
from convviz.charts.gridding import LARGE, coverage_map, coverage_steps, weight_map, weight_profile
from convviz.web.components.charts import NARROW, WIDE
from convviz.web.components.downloads import page_theme

from .params import Asked, Rates

_PATHS: Final = "Paths from the output to each cell"


def show(draw: Callable[[str, int], Chart], name: str, most: int = WIDE) -> None:
    """Show a chart, at most so many pixels wide, with files called ``name`` to download.

    This page has no player that could tell how wide it is: the style sheet shows a chart for windows or one for phones.
    Both are images and no part of the page, where the ids of two charts would meet.
    """
    chart, phone = draw(page_theme(), most), draw(page_theme(), NARROW)
    svg, png = _drawn(chart)
    st.html(_image(chart, svg, "cv-in-window") + _image(phone, _drawn(phone)[0], "cv-on-phone"))
    with st.container(horizontal=True):
        for suffix, data, mime in (("svg", svg.encode(), "image/svg+xml"), ("png", png, "image/png")):
            st.download_button(
                suffix.upper(), data, f"{name}.{suffix}", mime, key=f"{name}.{suffix}", on_click="ignore",
                help=f"Download this chart as {suffix.upper()}",
            )  # fmt: skip


def _image(chart: Chart, svg: str, style: str) -> str:
    source = b64encode(svg.encode()).decode()
    return (
        f'<img class="{style}" src="data:image/svg+xml;base64,{source}" width="{chart.width}" height="{chart.height}" '
        f'alt="{escape(f"{chart.title}. {chart.description}")}" style="max-width: 100%; height: auto">'
    )


@lru_cache(64)
def _drawn(chart: Chart) -> tuple[str, bytes]:
    """A chart as SVG and PNG; the functions below give the same chart for the same question."""
    return chart.svg(), chart.png()


def field_of(asked: Asked) -> EffectiveField:
    """The effective receptive field of the only output that the receptive field, taken as an input, has."""
    is_random = asked.kernels == "random"
    return _field(asked.rates, asked.kernel_size, asked.kernels, asked.samples if is_random else 1,
                  asked.seed if is_random else 0)  # fmt: skip


@lru_cache(32)
def _field(rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int) -> EffectiveField:
    return effective_field(_network(rates, kernel_size), None, (0, 0), kernels, samples, seed)


def _network(rates: Rates, kernel_size: int) -> Network:
    asked = Asked(rates, kernel_size)
    return Network.sequential(asked.stack, input_size=asked.extent)


@lru_cache(32)
def coverage_of(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    """The map of what is read."""
    found = gridding(Asked(rates, kernel_size).stack)
    return coverage_map(found.rows, found.columns, theme=theme, width=width)


@lru_cache(32)
def steps_of(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    """What is read along an axis after the last layer, the last two, and so on, back to the input."""
    layers = Asked(rates, kernel_size).stack
    steps = [("output", gridding([]).rows)]
    for first in range(len(layers) - 1, -1, -1):
        name = f"back through layer {first + 1}, rate {rates[first]}"
        steps.append((name, gridding(layers[first:]).rows))
    return coverage_steps(steps, theme=theme, width=width)


@lru_cache(32)
def paths_of(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    """Paths into each cell, with their numbers where there is room for some."""
    counts = _network(rates, kernel_size).path_counts(None, (0, 0))
    if len(counts) >= LARGE:
        field = _field(rates, kernel_size, "uniform", 1, 0)
        return weight_map(counts, center=field.center, sigma=field.sigma, title=_PATHS, theme=theme, width=width)
    return count_map(counts, title=_PATHS, theme=theme, width=width)


@lru_cache(32)
def weights_of(asked: Asked, theme: str, width: int) -> Chart:
    """The weights of the effective receptive field as a map."""
    field = field_of(asked)
    title = "Mean squared gradient, in shares" if field.samples else "Share of paths"
    return weight_map(field.weights, center=field.center, sigma=field.sigma, title=title, theme=theme, width=width)


@lru_cache(32)
def profile_of(asked: Asked, theme: str, width: int) -> Chart:
    """The same along the columns, beside a Gaussian."""
    field = field_of(asked)
    return weight_profile(
        field.weights.sum(axis=0), read=gridding(asked.stack).columns, center=field.center[1], sigma=field.sigma[1],
        theme=theme, width=width,
    )  # fmt: skip
