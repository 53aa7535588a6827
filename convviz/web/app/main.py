"""The Streamlit main script: the frame around every page. It runs at every interaction."""

from functools import lru_cache
from string import Template

import streamlit as st

# Absolute, because Streamlit runs this file as a script.
from convviz.assets import ASSETS
from convviz.scene.theme import THEMES
from convviz.web.app.pages import menu
from convviz.web.components.downloads import page_theme
from convviz.web.state.page_state import enter


def main() -> None:
    """Choose the page by the address, configure it, and run it."""
    page = st.navigation(menu(), position="top")
    st.set_page_config(f"{page.title} - convviz", str(ASSETS / "icon.png"), layout="wide")
    st.logo(_wordmark(page_theme()), size="large")
    enter(page.url_path)
    page.run()


@lru_cache(2)
def _wordmark(theme: str) -> str:
    """Return the name of the app as SVG, in the ink of a theme; its letters are those of convviz Sans as outlines."""
    return Template((ASSETS / "wordmark.svg").read_text(encoding="utf-8")).substitute(ink=THEMES[theme].ink)


if __name__ == "__main__":
    main()
