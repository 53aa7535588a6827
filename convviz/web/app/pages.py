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
    """A page that is no lesson about one variant: its word in the menu, its title, and a sentence for its card."""

    label: str
    title: str
    summary: str


LABS: Final[Mapping[str, Lab]] = {
    "compare": Lab("Compare", "Compare two layers", "Any two of them side by side, step by step, on the same input."),
    "network": Lab("Network", "Receptive fields of a network", "A known network or your ONNX file, node by node."),
    "on-your-image": Lab("On your image", "What a unit sees", "Its receptive field over a photograph."),
    "gridding": Lab("Gridding", "Gridding", "The holes that dilation rates leave, and rates that leave none."),
}
"""The pages beside the lessons, by their addresses."""


def home_page() -> Page:
    """The page at the root of the app."""
    return st.Page(ROOT / "pages" / "home.py", title="Home", default=True)


def lesson_pages() -> dict[str, Page]:
    """Return the page of every lesson that is written, by the name of its variant, which is its address too."""
    return _written({name: variant.label for name, variant in VARIANTS.items() if not variant.is_lab})


def lab_pages() -> dict[str, Page]:
    """Return the page of every lab that is written, by its address: first those about one variant."""
    variants = {name: variant.label for name, variant in VARIANTS.items() if variant.is_lab}
    return _written(variants | {name: lab.label for name, lab in LABS.items()})


def menu() -> dict[str, list[Page]]:
    """Return all pages as the menu has them."""
    return {"": [home_page()], "Lessons": [*lesson_pages().values()], "Labs": [*lab_pages().values()]}


def _written(labels: Mapping[str, str]) -> dict[str, Page]:
    files = {name: ROOT / "pages" / f"{name.replace('-', '_')}.py" for name in labels}
    return {name: st.Page(file, title=labels[name], url_path=name) for name, file in files.items() if file.exists()}
