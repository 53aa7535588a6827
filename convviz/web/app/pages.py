"""The pages of the app, and their addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from convviz.recipes import VARIANTS
from convviz.web import ROOT


@dataclass(frozen=True, slots=True)
class Lab:
    """A page that is not about one variant: its word in the menu, its title, and a sentence for its card."""

    label: str
    title: str
    summary: str


LABS: Final[Mapping[str, Lab]] = {
    "compare": Lab("Compare", "Compare two layers", "Any two of them side by side, step by step, on the same input."),
    "network": Lab("Network", "Receptive fields of a network", "A known network or your ONNX file, node by node."),
    "on-your-image": Lab("On your image", "What a unit sees", "Its receptive field over a photograph."),
    "gridding": Lab("Gridding", "Gridding", "The holes that dilation rates leave, and rates that leave none."),
}
"""The pages that are not about one variant, by their addresses."""


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
    home = st.Page(ROOT / "pages" / "home.py", title="Home", default=True)
    return {"": [home], "Lessons": list(lesson_pages().values()), "Labs": list(lab_pages().values())}


def _page(name: str, label: str) -> Page:
    return st.Page(ROOT / "pages" / f"{name.replace('-', '_')}.py", title=label, url_path=name)
