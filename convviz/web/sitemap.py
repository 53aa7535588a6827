"""The pages of the app, and their addresses."""

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page

from ..recipes import VARIANTS

ROOT: Final = Path(__file__).resolve().parents[2]


def home_page() -> Page:
    """The page at the root of the app."""
    return st.Page(ROOT / "pages" / "home.py", title="Home", default=True)


def lesson_pages() -> dict[str, Page]:
    """The page of every lesson, by the name of its variant, which is its address too."""
    return {
        name: st.Page(ROOT / "pages" / f"{name.replace('-', '_')}.py", title=variant.title.split()[0], url_path=name)
        for name, variant in VARIANTS.items()
    }
