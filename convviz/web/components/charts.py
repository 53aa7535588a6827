"""Charts on a page: an image with a text for screen readers, and its downloads."""

from base64 import b64encode
from functools import lru_cache
from html import escape

import streamlit as st

from convviz.charts import Chart

from .player import is_narrow

WIDE = 720
NARROW = 340
"""Pixels of a chart in a window and on a phone."""

_CHARTS = 128
"""Charts whose files are kept. What makes charts has a cache, too, and gives the same object for the same question."""


@lru_cache(_CHARTS)
def chart_svg(chart: Chart) -> str:
    """Return a chart as SVG."""
    return chart.svg()


@lru_cache(_CHARTS)
def _png(chart: Chart) -> bytes:
    return chart.png()


def show_chart(chart: Chart, name: str, *, phone: Chart | None = None) -> None:
    """Show a chart, with files called ``name`` to download.

    Parameters
    ----------
    phone : Chart, optional
        The same chart for narrow windows, for pages without a player that tells how wide they are: the style sheet
        shows one of both.
    """
    if phone is None:
        st.html(_image(chart))
    else:
        st.html(_image(chart, ' class="cv-in-window"') + _image(phone, ' class="cv-on-phone"'))
    with st.container(horizontal=True):
        offer_files(chart, name)


def _image(chart: Chart, style: str = "") -> str:
    # An image, because in the page itself the ids of two charts would clash, and markers would be removed.
    source = b64encode(chart_svg(chart).encode()).decode()
    return (
        f'<img{style} src="data:image/svg+xml;base64,{source}" alt="{escape(f"{chart.title}. {chart.description}")}" '
        f'width="{chart.width}" height="{chart.height}" style="max-width: 100%; height: auto">'
    )


def offer_files(chart: Chart, name: str) -> None:
    """Show buttons that download a chart as files called ``name``."""
    for suffix, data, mime in (("svg", chart_svg(chart).encode(), "image/svg+xml"), ("png", _png(chart), "image/png")):
        label = suffix.upper()
        key, words = f"{name}.{suffix}", f"Download this chart as {label}"
        st.download_button(label, data, key, mime, key=key, on_click="ignore", help=words)


def chart_width(variant: str, most: int = WIDE) -> int:
    """Return the pixels that a chart may take: fewer where the player of the page found that it is on a phone."""
    return min(NARROW if is_narrow(variant) else WIDE, most)
