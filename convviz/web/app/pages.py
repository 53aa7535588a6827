"""The pages of the app, their addresses, and the home page: a card for every lesson and lab."""

from base64 import b64encode
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict
from functools import lru_cache
from html import escape
from string import Template
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from convviz.assets import ASSETS, ROOT, SAMPLES
from convviz.recipes import VARIANTS, recipe
from convviz.recipes.catalog import PAIRS
from convviz.scene.theme import THEMES
from convviz.web.components.downloads import moving_picture, page_theme
from convviz.web.components.page_table import LABS, MORE


def lesson_pages() -> dict[str, Page]:
    """Return the page of each variant that is a lesson; its name is its address, too."""
    return {name: _page(name, variant.label) for name, variant in VARIANTS.items() if not variant.is_lab}


def lab_pages() -> dict[str, Page]:
    """Return the pages of the labs by their addresses: those about several layers of one variant first."""
    about_variants = {name: variant.label for name, variant in VARIANTS.items() if variant.is_lab}
    others = {name: lab.label for name, lab in LABS.items()}
    return {name: _page(name, label) for name, label in (about_variants | others).items()}


def menu() -> dict[str, list[Page]]:
    """Return all pages by the headings of the menu."""
    return {
        "": [_page("home", "Home", is_home=True)],
        "Lessons": list(lesson_pages().values()),
        "Labs": list(lab_pages().values()),
        "More": [_page(name, entry.label) for name, entry in MORE.items()],
    }


def _page(name: str, label: str, *, is_home: bool = False) -> Page:
    """Return a page for one run, which notes in it whether it may run."""
    return copy(_found_page(name, label, is_home))


@lru_cache
def _found_page(name: str, label: str, is_home: bool) -> Page:
    """Return a page; Streamlit looks for its file, which takes longer than all else that a menu needs."""
    path = ROOT / "pages" / f"{name.replace('-', '_')}.py"
    return st.Page(path, title=label, url_path=None if is_home else name, default=is_home)


# The home page --------------------------------------------------------------------------------------------------------

_PER_ROW: Final = 3

_DRAWINGS: Final[Mapping[str, str]] = {
    "network": "A network: boxes in a row, and a path around two of them.",
    "on-an-image": "A photograph of a cat, and six rows of its pixels as gray cells, nine of them framed.",
    "on-your-image": "A photograph of a cat with three squares around its middle, each larger than the last.",
    "gridding": "A grid of cells of which only every second one in each direction is filled.",
}
"""What the drawings on the cards of labs without an animation show; they are in assets/cards."""


def home() -> None:
    """Show one sentence, and the lessons and labs as cards."""
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
    if name in _DRAWINGS:
        source = b64encode(_drawing(name, theme).encode()).decode()
        return (
            f'<div class="cv-preview"><img src="data:image/svg+xml;base64,{source}" alt="{escape(_DRAWINGS[name])}" '
            'width="360" height="180"></div>'
        )
    animated = PAIRS["dilated"].comparison if name == "compare" else recipe(name, **VARIANTS[name].card)
    options = {"theme": theme, "width": "900", "terms": "false", "formula": "false", "seconds_per_step": "0.4"}
    return moving_picture(animated, options)


@lru_cache(8)
def _drawing(name: str, theme: str) -> str:
    """Return the SVG of a drawing in the colors of a theme, and with the photograph where it has one."""
    template = Template((ASSETS / "cards" / f"{name}.svg").read_text(encoding="utf-8"))
    photo = b64encode(SAMPLES["cat"].read_bytes()).decode()
    return template.substitute(asdict(THEMES[theme]), photo=photo)
