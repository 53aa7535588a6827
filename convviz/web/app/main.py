"""The Streamlit main script: the frame around every page. It runs at every interaction."""

import streamlit as st

# Absolute, because Streamlit runs this file as a script.
from convviz.assets import ASSETS
from convviz.web.app.pages import menu
from convviz.web.state.page_state import enter


def main() -> None:
    """Configure the page, choose it by the address, and run it."""
    st.set_page_config("convviz", str(ASSETS / "icon.png"), layout="wide")
    page = st.navigation(menu(), position="top")
    enter(page.url_path)
    page.run()


if __name__ == "__main__":
    main()
