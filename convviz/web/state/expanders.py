"""Parts of a page that are folded away until somebody wants them."""

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer


def fold(page: str, label: str, expanded: bool = False) -> ExpanderContainer:
    """A part of ``page`` that is folded away; whether it is ``.open`` stays as it was when an example is chosen.

    What is closed need not be sent: with half the elements a slider is answered in half the time.
    """
    return st.expander(label, expanded=expanded, key=_key(page, label), on_change="rerun")


def unfold(page: str, label: str) -> None:
    """Open a part before it is shown."""
    st.session_state[_key(page, label)] = True


def _key(page: str, label: str) -> str:
    return f"open:{page}.{label.split()[0].lower()}"
