"""Controls that keep what they hold: it lives in the session, and the browser is told it as the default, too.

A control whose value comes from the session alone is sent that value once. When runs overtake one another, the message
may be dropped, and the browser makes the control from its default: the smallest number, the first choice, nothing. It
then reports that as the person's wish.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

Choice = TypeVar("Choice")


def hold(key: str, start: Any) -> str:
    """Start a control from ``start`` unless it holds something already; gives its key."""
    if key not in st.session_state:
        st.session_state[key] = start
    return key


def held(key: str, start: Any) -> dict[str, Any]:
    """Key and value of a number, a slider, a switch or a text, as its keyword arguments."""
    return {"key": hold(key, start), "value": st.session_state[key]}


def select(
    label: str, choices: Sequence[Choice], key: str, start: Choice, *, place: DeltaGenerator | None = None, **more: Any
) -> Choice:
    """One of ``choices`` from a menu, ``place`` being where it stands; ``more`` as for `streamlit.selectbox`."""
    now = st.session_state[hold(key, start)]
    index = choices.index(now) if now in choices else 0
    menu = st.selectbox if place is None else place.selectbox
    return cast(Choice, menu(label, choices, index=index, key=key, **more))


def segments(
    label: str, words: Mapping[str, str], key: str, start: str, on_change: Callable[[], None] | None = None
) -> str:
    """One of a few words that stand side by side; there is always one chosen."""
    now = st.session_state[hold(key, start)]
    chosen = st.segmented_control(
        label, tuple(words), default=now if now in words else start, key=key, format_func=words.__getitem__,
        required=True, on_change=on_change,
    )  # fmt: skip
    return chosen or start
