"""The address of a page about networks carries its state: taken over when it comes from outside, then kept up to date.

As the lessons have it in `link`, for pages that are not about a recipe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import streamlit as st

from ..arithmetic.parse import one_of
from ..arithmetic.quoting import shown
from ..errors import SpecError

_LATE_SECONDS: Final = 2.0
_REMEMBERED: Final = 32

Reader = Callable[[str], str]
"""Checks the text of a parameter, and gives it as links spell it."""


@dataclass(slots=True)
class PageState:
    """What a page remembers of one visitor, in the spelling of links.

    Attributes
    ----------
    texts : the parameters; those that are not there have their defaults.
    address : the query that the page last wrote or took over.
    refusal : the sentence about an address that could not be taken as it was.
    refused : what the controls said while the refusal stood; when they say something else, it is over.
    written, written_at, held : the latest addresses that the page wrote, when, and what the controls held then.
    """

    texts: dict[str, str] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    refused: dict[str, str] | None = None
    written: list[dict[str, str]] = field(default_factory=list)
    written_at: float = 0.0
    held: dict[str, object] = field(default_factory=dict)

    def refuse(self, error: SpecError) -> None:
        """Keep the first sentence."""
        self.refusal = self.refusal or f"{error} The page shows the rest of the link."


def receive(page: str, readers: Mapping[str, Reader]) -> PageState:
    """The state of a page; from the address, if that is new to it."""
    state: PageState = st.session_state.setdefault(f"page:{page}", PageState())
    address = st.query_params.to_dict()
    # Coming back by the menu there is no query: the page stands as it was left.
    if not address or address == state.address or _is_late(page, state, address):
        return state
    fresh = _read(address, readers)
    fresh.written = state.written
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(f"{page}."):
            del st.session_state[key]
    st.session_state[f"page:{page}"] = fresh
    return fresh


def publish(page: str, state: PageState, texts: Mapping[str, str]) -> None:
    """Remember what the controls say, and write it into the address."""
    state.texts, state.held = dict(texts), _held(page)
    if state.refusal and state.refused in (None, state.texts):
        state.refused = state.texts
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    is_new = state.texts != st.query_params.to_dict() or state.written[-1:] not in ([], [state.texts])
    state.address = state.texts
    state.written = [*state.written[-_REMEMBERED:], state.texts]
    if is_new:
        state.written_at = monotonic()
        st.query_params.from_dict(state.texts)


def _is_late(page: str, state: PageState, address: Mapping[str, str]) -> bool:
    """Whether an address is one that the page itself wrote a moment ago, which the browser still sends."""
    is_moving = state.held != _held(page) or monotonic() - state.written_at < _LATE_SECONDS
    return dict(address) in state.written and is_moving


def _held(page: str) -> dict[str, object]:
    """What the controls of the page hold, as far as it is simple."""
    return {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(f"{page}.") and isinstance(value, int | float | str | None)
    }


def _read(address: Mapping[str, str], readers: Mapping[str, Reader]) -> PageState:
    """A state from an address; parameters that cannot be are left out, and the first of them is named."""
    state = PageState(address=dict(address))
    for name, text in address.items():
        try:
            if name not in readers:
                raise SpecError(f"a parameter of this page must be {one_of(list(readers))}; got {shown(name[:40])}.")
            if (times := len(st.query_params.get_all(name))) > 1:
                raise SpecError(f"{name} must be given once; got it {times} times.")
            state.texts[name] = readers[name](text)
        except SpecError as error:
            state.refuse(error)
    return state
