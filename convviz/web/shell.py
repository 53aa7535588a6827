"""The Streamlit main script: the frame around every page. It runs anew at every interaction."""

import streamlit as st

# Absolute, because Streamlit runs this file as a script.
from convviz.web.sitemap import ROOT, home_page, lesson_pages


def main() -> None:
    """Configure the page, choose it by the address, and run it."""
    st.set_page_config("convviz", str(ROOT / "assets" / "icon.png"), layout="wide")
    st.navigation([home_page(), *lesson_pages().values()], position="top").run()


if __name__ == "__main__":
    main()
