"""The page of the glossary: every word with its meaning."""

from html import escape

import streamlit as st

from convviz.web.components.glossary import TERMS
from convviz.web.components.voice import Words, page_end, page_head, page_words


def glossary_page(words: Words) -> None:
    """Show the whole page."""
    page_head("glossary", words)
    terms = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(meaning)}</dd></div>" for term, meaning in TERMS.items())
    st.html(f'<dl class="cv-terms">{terms}</dl>')
    page_words(words)
    page_end()
