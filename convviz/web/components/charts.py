"""A chart on a page: an image with its words, and its downloads."""

from base64 import b64encode
from html import escape

import streamlit as st

WIDE = 720
NARROW = 340
"""Pixels of a chart in a window and on a phone."""

Drawn = tuple[str, bytes, str]
"""A chart as SVG and PNG, and what it says."""


def show_chart(drawn: Drawn, name: str, width: int) -> None:
    """Show a chart ``width`` pixels wide, with files called ``name`` to download."""
    svg, png, words = drawn
    source = b64encode(svg.encode()).decode()
    # An image and not a part of the page: there the ids of two charts would meet, and markers would be cleaned away.
    st.html(
        f'<img src="data:image/svg+xml;base64,{source}" alt="{escape(words)}" width="{width}" '
        'style="max-width: 100%; height: auto">'
    )
    with st.container(horizontal=True):
        offer_files(svg, png, name)


def offer_files(svg: str, png: bytes, name: str) -> None:
    """A chart as files to download, called ``name``."""
    for suffix, data, mime in (("svg", svg.encode(), "image/svg+xml"), ("png", png, "image/png")):
        st.download_button(
            suffix.upper(), data, f"{name}.{suffix}", mime, key=f"{name}.{suffix}", on_click="ignore",
            help=f"Download this chart as {suffix.upper()}",
        )  # fmt: skip


def chart_width(variant: str, most: int = WIDE) -> int:
    """Pixels that a chart may take: fewer where the player of the page found that it has the width of a phone."""
    known = st.session_state.get(f"player:{variant}")
    told = known.get("narrow") if known else None
    is_narrow = "Mobi" in (st.context.headers.get("User-Agent") or "") if told is None else bool(told)
    return min(NARROW if is_narrow else WIDE, most)
