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
    """The page of every lesson that is written, by the name of its variant, which is its address too."""
    files = {name: ROOT / "pages" / f"{name.replace('-', '_')}.py" for name in VARIANTS}
    return {
        name: st.Page(file, title=VARIANTS[name].label, url_path=name) for name, file in files.items() if file.exists()
    }
