"""Parts of a page that are folded away until somebody wants them."""

from typing import Protocol

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer


class Named(Protocol):
    """What a page is about: a variant, or whatever else has a name."""

    @property
    def name(self) -> str:
        """The page's address; what its controls hold begins with it."""


def fold(page: Named, label: str, expanded: bool = False) -> ExpanderContainer:
    """A part that is folded away; whether it is ``.open`` stays as it was when an example is chosen.

    What is closed need not be sent: with half the elements a slider is answered in half the time.
    """
    return st.expander(label, expanded=expanded, key=_key(page, label), on_change="rerun")


def unfold(page: Named, label: str) -> None:
    """Open a part before it is shown."""
    st.session_state[_key(page, label)] = True


def _key(page: Named, label: str) -> str:
    return f"open:{page.name}.{label.split()[0].lower()}"
