"""The address of the page about gridding carries its whole state, as that of a lesson does; see `link`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import streamlit as st

from .gridding_asked import Asked, read_link

PREFIX: Final = "gridding."
"""How the keys of all controls of the page begin."""

_STATE: Final = "lab:gridding"
_LATE_SECONDS: Final = 2.0
_REMEMBERED: Final = 32


@dataclass(slots=True)
class GriddingState:
    """What the page remembers of one visitor.

    Attributes
    ----------
    asked : What the controls say; where they cannot be followed, what they said before.
    address : The query that the page last wrote or took over.
    refusal : The sentence about an address that could not be taken as it was.
    refused : What was asked while the refusal stood; when it is something else, the refusal is over.
    written, written_at, held : The latest addresses that the page wrote or took over, when it last wrote one, and what
        the controls held then.
    """

    asked: Asked = field(default_factory=Asked)
    address: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    refused: Asked | None = None
    written: list[dict[str, str]] = field(default_factory=list)
    written_at: float = 0.0
    held: dict[str, object] = field(default_factory=dict)


def receive() -> GriddingState:
    """The state of the page; from the address, if that is new to the page."""
    state: GriddingState = st.session_state.setdefault(_STATE, GriddingState())
    address = st.query_params.to_dict()
    # Coming back by the menu there is no query: the page stands as it was left.
    if address and address != state.address and not _is_late(state, address):
        _forget_controls()
        state.asked, state.refusal = read_link(address)
        for name in address:
            if (times := len(st.query_params.get_all(name))) > 1:
                state.refusal = state.refusal or f"{name} must be given once; got it {times} times."
        if state.refusal:
            state.refusal += " The page shows the rest of the link."
        state.refused, state.address = None, dict(address)
        state.written = [*state.written[-_REMEMBERED:], dict(address)]
    return state


def take(asked: Asked) -> None:
    """Put the page into another state: the controls start anew from it. For the callbacks of buttons and menus."""
    state: GriddingState = st.session_state[_STATE]
    _forget_controls()
    state.asked, state.refusal, state.refused = asked, "", None


def publish(state: GriddingState, asked: Asked) -> None:
    """Remember what is asked, and write it into the address."""
    state.asked, state.held = asked, _held()
    if state.refusal and state.refused in (None, asked):
        state.refused = asked
        return  # a bad link stays in the address until something is changed
    state.refusal = ""
    query = asked.to_texts()
    # Remembered before it is written, because the next event may cut the writing short; and written again although the
    # browser seems to have it, because an address from just before may still be on its way there.
    is_new = query != st.query_params.to_dict() or state.written[-1:] not in ([], [query])
    state.address = query
    state.written = [*state.written[-_REMEMBERED:], query]
    if is_new:
        state.written_at = monotonic()
        st.query_params.from_dict(query)


def _is_late(state: GriddingState, address: Mapping[str, str]) -> bool:
    """Whether an address is one from a moment ago, which the browser sends until it has heard of the latest one."""
    is_moving = state.held != _held() or monotonic() - state.written_at < _LATE_SECONDS
    return dict(address) in state.written and is_moving


def _forget_controls() -> None:
    for key in list(st.session_state):
        if str(key).startswith(PREFIX):
            del st.session_state[key]


def _held() -> dict[str, object]:
    """What the controls hold."""
    return {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(PREFIX) and isinstance(value, int | float | str | None)
    }
