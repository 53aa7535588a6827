"""What every page starts and ends with: style sheet, title and lead; explanation and sources."""

from dataclasses import dataclass

import streamlit as st

from convviz.web import ASSETS

STYLE = ASSETS / "style.css"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a page, as Markdown.

    Attributes
    ----------
    lead : str
        One sentence under the title.
    explanation : str
        What to see and why it matters.
    sources : str
        Where to read on.
    """

    lead: str
    explanation: str
    sources: str = ""


def page_head(title: str, words: Words, style: str = "") -> None:
    """Show title and lead. ``style`` names a style sheet that only this page has."""
    st.html(STYLE)
    if style:
        st.html(STYLE.with_name(style))
    # One element, not two: each is a message of its own, and the messages take most of the time from a slider to its
    # picture.
    st.markdown(f"# {title}\n{words.lead}")


def page_foot(words: Words) -> None:
    """Show the explanation, and the sources if there are any."""
    sources = f"\n\n:small[{words.sources}]" if words.sources else ""
    st.markdown(f"## What you see\n{words.explanation}{sources}")
