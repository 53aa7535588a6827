"""The Streamlit main script: the frame around every page. It runs at every interaction."""

import streamlit as st

# Absolute, because Streamlit runs this file as a script.
from convviz.assets import ASSETS
from convviz.web.app.pages import menu
from convviz.web.state.page_state import enter


def main() -> None:
    """Choose the page by the address, configure it, and run it."""
    page = st.navigation(menu(), position="top")
    st.set_page_config(f"{page.title} - convviz", str(ASSETS / "icon.png"), layout="wide")
    st.logo(str(ASSETS / "wordmark.svg"), size="large")  # its blue can be seen on light and on dark
    enter(page.url_path)
    page.run()


if __name__ == "__main__":
    main()
