"""The way back from a lesson to the page that has led to it: a node of a network is shown in its lesson.

The link carries nothing of it, so that the address of a lesson is the same wherever it was followed. The session
remembers which link was offered last, and whether that was followed.
"""

from dataclasses import dataclass
from html import escape
from typing import Final

import streamlit as st

from convviz.recipes import Recipe, write_query
from convviz.web.state.page_state import PageState, Query

_KEY: Final = "way back"


@dataclass(slots=True)
class _Way:
    """A lesson that a page offers, with the query of the link, and the words and the address of the way back."""

    lesson: str
    query: Query
    words: str
    address: str
    is_followed: bool = False


def offer_lesson(recipe: Recipe, label: str, words: str, address: str) -> None:
    """Show a link to the lesson of a recipe, which then leads back.

    Parameters
    ----------
    label : str
        The words of the link.
    words, address : str
        The words of the link back, and the page to which it leads, with its query.
    """
    # A link without a query would show the lesson as it was left.
    query = recipe.to_texts() or {"kernel_size": recipe.kind.fields["kernel_size"].spell(recipe["kernel_size"])}
    st.session_state[_KEY] = _Way(recipe.variant, query, words, address)
    _show_link(label, f"{recipe.variant}?{write_query(query)}")


def show_way_back(lesson: str, state: PageState) -> None:
    """Show the link back if this lesson was opened by the link that was offered last."""
    way: _Way | None = st.session_state.get(_KEY)
    if way is None or way.lesson != lesson:
        return
    way.is_followed = way.is_followed or state.read == way.query
    if way.is_followed:
        _show_link(f"← {way.words}", way.address)


def _show_link(label: str, address: str) -> None:
    link = f'<a class="cv-button cv-to" href="{escape(address)}" target="_self">{escape(label)}</a>'
    st.html(f'<div class="cv-buttons">{link}</div>')
