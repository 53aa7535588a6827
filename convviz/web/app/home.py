"""The home page: what this is, and a card for every lesson and lab."""

from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from convviz.recipes import VARIANTS, recipe
from convviz.recipes.comparison import PAIRS, Asked
from convviz.web.components.downloads import moving_picture, page_theme
from convviz.web.components.page_frame import STYLE

from .pages import LABS, STUDIES, lab_pages, lesson_pages
from .thumbnails import preview

_PREVIEWS: Final[Mapping[str, Asked]] = {
    "standard": recipe("standard", padding=1, seed=3),
    "dilated": recipe("dilated", seed=3),
    "transposed": recipe("transposed", kernel_size=3, view="scatter", padding=0, seed=3),
    "pooling": recipe("pooling", input_size=4, seed=3),
    "spatial-separable": recipe("spatial-separable", input_size=5, weight="sobel_x", seed=3),
    "checkerboard": recipe("checkerboard", input_size=3),
    "receptive-field": recipe("receptive-field"),
    "depthwise-separable": recipe(
        "depthwise-separable", input_size=3, kernel_size=2, in_channels=2, out_channels=2, seed=3
    ),
    "compare": PAIRS["dilated"].comparison,
}
_PER_ROW: Final = 3


def home() -> None:
    """One sentence, and the lessons as cards."""
    st.html(STYLE)
    st.title("See what a convolution does")
    st.markdown(
        "Change kernel, stride, padding and dilation, use your own numbers, watch every product add up, see what it "
        "costs, and take the animation with you."
    )
    lessons, labs = lesson_pages(), lab_pages()
    st.markdown("## Lessons")
    _cards({name: page for name, page in lessons.items() if name not in STUDIES})
    st.markdown("## Labs")
    _cards({name: page for name, page in lessons.items() if name in STUDIES} | labs)
    st.caption(
        "Every setting is part of the address: copy it, and others see what you see. Convolution here is what deep "
        "learning calls so, cross-correlation; the lessons on standard and dilated convolution can flip the kernel."
    )


def _cards(pages: Mapping[str, Page]) -> None:
    """Pages as cards, a few in a row: a picture, the title, and a sentence."""
    for first in range(0, len(pages), _PER_ROW):
        row = list(pages)[first : first + _PER_ROW]
        for column, name in zip(st.columns(_PER_ROW), row, strict=False):
            with column.container(border=True, height="stretch", key=f"card-{name}"):
                picture = _preview(_PREVIEWS[name]) if name in _PREVIEWS else preview(name, page_theme())
                if picture:
                    st.html(_linked(name, picture))
                told = VARIANTS[name] if name in VARIANTS else LABS[name]
                st.page_link(pages[name], label=f"**{told.title}**")
                st.markdown(told.summary)


def _linked(address: str, picture: str) -> str:
    return f'<a href="{address}" target="_self" tabindex="-1" aria-hidden="true">{picture}</a>'


def _preview(shown: Asked) -> str:
    options = {"theme": page_theme(), "width": "900", "terms": "false", "formula": "false", "seconds_per_step": "0.4"}
    return moving_picture(shown, options)
