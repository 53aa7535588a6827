"""The home page: what this is, and a card for every lesson and lab."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from convviz.recipes import VARIANTS, recipe
from convviz.recipes.catalog import PAIRS
from convviz.scene.theme import THEMES, Theme
from convviz.web import SAMPLES
from convviz.web.components.downloads import moving_picture, page_theme
from convviz.web.components.page_frame import STYLE

from .pages import LABS, lab_pages, lesson_pages

_PER_ROW: Final = 3


def home() -> None:
    """Show one sentence, and the lessons and labs as cards."""
    st.html(STYLE)
    st.title("See what a convolution does")
    st.markdown(
        "Change kernel, stride, padding and dilation, use your own numbers, watch every product add up, see what it "
        "costs, and take the animation with you."
    )
    st.markdown("## Lessons")
    _cards(lesson_pages())
    st.markdown("## Labs")
    _cards(lab_pages())
    st.caption(
        "Every setting is part of the address: copy it, and others see what you see. Convolution here means what deep "
        "learning calls so: cross-correlation. The lessons on standard and dilated convolution can flip the kernel."
    )


def _cards(pages: Mapping[str, Page]) -> None:
    """Show pages as cards, a few in a row: a picture, the title, and a sentence."""
    for first in range(0, len(pages), _PER_ROW):
        row = list(pages)[first : first + _PER_ROW]
        for column, name in zip(st.columns(_PER_ROW), row, strict=False):
            with column.container(border=True, height="stretch", key=f"card-{name}"):
                st.html(f'<a href="{name}" target="_self" tabindex="-1" aria-hidden="true">{_picture(name)}</a>')
                page = VARIANTS[name] if name in VARIANTS else LABS[name]
                st.page_link(pages[name], label=f"**{page.title}**")
                st.markdown(page.summary)


def _picture(name: str) -> str:
    """Return the picture of a page as HTML: an animation, or a drawing where a lab has none."""
    theme = page_theme()
    if name in _DRAWN:
        description, _ = _DRAWN[name]
        source = b64encode(_drawing(name, theme).encode()).decode()
        return (
            f'<div class="cv-preview"><img src="data:image/svg+xml;base64,{source}" alt="{escape(description)}" '
            f'width="{_WIDTH}" height="{_HEIGHT}"></div>'
        )
    animated = PAIRS["dilated"].comparison if name == "compare" else recipe(name, **VARIANTS[name].card)
    options = {"theme": theme, "width": "900", "terms": "false", "formula": "false", "seconds_per_step": "0.4"}
    return moving_picture(animated, options)


# Drawings -------------------------------------------------------------------------------------------------------------

_WIDTH: Final = 360
_HEIGHT: Final = 180
_PHOTO: Final = "cat"


@lru_cache(8)
def _drawing(name: str, theme: str) -> str:
    colors = THEMES[theme]
    body = "".join(_DRAWN[name][1](colors))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}">{body}</svg>'
    )


def _box(x: float, y: float, width: float, height: float, fill: str, edge: str, line: float = 1) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{edge}" '
        f'stroke-width="{line:g}"/>'
    )


def _network(colors: Theme) -> Iterator[str]:
    """Draw boxes from left to right, and a path around two of them."""
    middle = _HEIGHT / 2
    yield f'<g fill="none" stroke="{colors.muted}" stroke-width="2">'
    yield f'<path d="M30 {middle:g}H330"/><path d="M92 {middle:g}V36H268V{middle:g}"/></g>'
    fills = (colors.input, colors.kernel, colors.kernel, colors.output)
    for x, fill in zip((24, 116, 188, 292), fills, strict=True):
        yield _box(x, middle - 24, 44, 48, fill, colors.ink, 1.5)
    yield f'<circle cx="268" cy="{middle:g}" r="10" fill="{colors.page}" stroke="{colors.ink}" stroke-width="1.5"/>'
    yield f'<path d="M262 {middle:g}h12M268 {middle - 6:g}v12" stroke="{colors.ink}" stroke-width="1.5"/>'


def _photo(colors: Theme) -> Iterator[str]:
    """Draw a photograph, and the fields of one unit after one, two and three layers."""
    data = b64encode(SAMPLES[_PHOTO].read_bytes()).decode()
    yield f'<image x="45" width="270" height="{_HEIGHT}" href="data:image/jpeg;base64,{data}"/>'
    for side in (36, 76, 128):
        x, y = 180 - side / 2, 90 - side / 2
        yield _box(x, y, side, side, "none", colors.page, 5)
        yield _box(x, y, side, side, "none", colors.window_edge, 2.5)


def _holes(colors: Theme) -> Iterator[str]:
    """Draw the cells that a unit reads after layers of one rate, and those between them that it never reads."""
    cells, side = 9, 18
    left, top = (_WIDTH - cells * side) / 2, (_HEIGHT - cells * side) / 2
    for row in range(cells):
        for column in range(cells):
            is_read = row % 2 == column % 2 == 0
            fill = (colors.heat4 if 2 <= row <= 6 and 2 <= column <= 6 else colors.heat2) if is_read else colors.page
            yield _box(left + column * side, top + row * side, side, side, fill, colors.edge)


_DRAWN: Final[Mapping[str, tuple[str, Callable[[Theme], Iterator[str]]]]] = {
    "network": ("A network: boxes in a row, and a path around two of them.", _network),
    "on-your-image": ("A photograph of a cat with three squares around its middle, each larger than the last.", _photo),
    "gridding": ("A grid of cells of which only every second one in each direction is filled.", _holes),
}
"""What each drawing shows, in words, and the function that draws it."""
