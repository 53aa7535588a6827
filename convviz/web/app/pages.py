"""The pages of the app, their addresses, and the menu."""

from copy import copy
from functools import lru_cache
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from convviz.assets import ROOT
from convviz.recipes import VARIANTS
from convviz.web.components.page_table import FIRST, HOME, LABS, MORE, title_of

LESSON_NAMES: Final = tuple(name for name, variant in VARIANTS.items() if not variant.is_lab)
"""The variants that are lessons, in the order of the path."""

LAB_NAMES: Final = (*(name for name, variant in VARIANTS.items() if variant.is_lab), *LABS)
"""The labs: those about several layers of one variant first."""

PAGE_NAMES: Final = frozenset(("", *(name for name in FIRST if name != HOME), *LESSON_NAMES, *LAB_NAMES, *MORE))
"""The addresses of all pages."""


def menu() -> dict[str, list[Page]]:
    """Return all pages by the headings of the menu."""
    return {
        "": [*map(_page, FIRST)],
        "Lessons": [*map(_page, LESSON_NAMES)],
        "Labs": [*map(_page, LAB_NAMES)],
        "More": [*map(_page, MORE)],
    }


def _page(name: str) -> Page:
    """Return a page for one run, which notes in it whether it may run."""
    return copy(_found_page(name))


@lru_cache
def _found_page(name: str) -> Page:
    """Return a page; Streamlit looks for its file, which takes longer than all else that a menu needs."""
    path = ROOT / "pages" / f"{name.replace('-', '_')}.py"
    is_home = name == HOME
    return st.Page(path, title=title_of(name), url_path=None if is_home else name, default=is_home)
