"""The address of a page carries its whole state: taken over when it comes from outside, then kept up to date.

A page receives its state when a run begins, shows controls that start from it, and publishes what they say; callbacks
put a page into other texts. All of it is spelt as links spell it, without defaults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from convviz.errors import SpecError
from convviz.recipes.presentation import FIELDS as SHOW_FIELDS

from .widgets import forget

_REMEMBERED: Final = 32
_PATH: Final = "page"
_STAYS: Final = "page stays"

Query = dict[str, str]


@dataclass(slots=True)
class PageState:
    """What a page remembers of one visitor, in the spelling of links.

    Attributes
    ----------
    texts : the parameters of what the page is about; those that are not there have their defaults.
    shown, extras, part : parameters of the picture, of what only pages know, and of a part that only this page has.
    refusal : the sentence about an address that could not be taken as it was, or a number that was typed.
    refused : what the controls said while the refusal stood; when they say something else, it is over.
    good : the parameters of the last recipe that could be drawn.
    step, pin : where the player begins, as the address said: a frame counted from 1, and a cell such as "output:0,2".
    addresses : the latest addresses of the page; the last is the one that it wrote, or read from a link.
    """

    texts: Query = field(default_factory=dict)
    shown: Query = field(default_factory=dict)
    extras: Query = field(default_factory=dict)
    part: Query = field(default_factory=dict)
    refusal: str = ""
    refused: Query | None = None
    good: Query | None = None
    step: int | None = None
    pin: str | None = None
    addresses: list[Query] = field(default_factory=lambda: [{}])

    @property
    def query(self) -> Query:
        """All parameters together, as the address has them."""
        return {**self.texts, **self.shown, **self.extras, **self.part}

    @property
    def address(self) -> Query:
        """The query that the page last wrote, or read from a link."""
        return self.addresses[-1]

    def remember(self, address: Query) -> None:
        """Make ``address`` the one that the page has now."""
        if address != self.address:
            self.addresses = [*self.addresses[-_REMEMBERED:], address]

    def refuse(self, error: SpecError | str) -> None:
        """Keep the first sentence about a link."""
        self.refusal = self.refusal or f"{error} The page shows the rest of the link."

    def shown_values(self) -> dict[str, Any]:
        """The presentation as its controls hold it."""
        read: dict[str, Any] = {name: SHOW_FIELDS[name].read(name, text) for name, text in self.shown.items()}
        if "width" in self.shown:
            read["width"] = self.shown["width"]
        if "seconds_per_step" in read:
            read["seconds"] = read.pop("seconds_per_step")
        return read


def enter(path: str) -> None:
    """Note which page runs: without a query it stands as it was left if another one ran before, else it starts anew."""
    st.session_state[_STAYS] = st.session_state.get(_PATH) == path
    st.session_state[_PATH] = path


def state_of(page: str) -> PageState:
    """The state of the page with this name, with which the keys of its controls begin."""
    state: PageState = st.session_state.setdefault(f"page:{page}", PageState())
    return state


def receive(page: str, read: Callable[[Query], PageState]) -> PageState:
    """The state of a page; from the address, if that is new to it, as ``read`` understands it."""
    state, address = state_of(page), st.query_params.to_dict()
    if not address and not st.session_state.get(_STAYS):
        # Coming back by the menu there is no query: the page stands as it was left.
        state.remember({})  # the browser may say so until it knows the one that the page is about to write
        return state
    # The browser sends its address with every event. When events follow quickly, it has not heard of the latest address
    # yet, and to read its old one would undo what the person has just done. A step back in the browser's history brings
    # an old address, too, but says that it is one.
    if address == state.address or (address in state.addresses and not is_step_in_history()):
        return state
    fresh = read(address) if address else PageState()
    for name in address:
        if (times := len(st.query_params.get_all(name))) > 1:
            fresh.refuse(f"{name} must be given once; got it {times} times.")
    _replace(page, fresh)
    fresh.remember(address)
    return fresh


def is_step_in_history() -> bool:
    """Return whether the browser's Back or Forward caused this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def put(page: str, texts: Mapping[str, str], extras: Mapping[str, str] | None = None) -> None:
    """Put a page into other texts; the look of its picture and its part stay. For callbacks."""
    before = state_of(page)
    _replace(page, PageState(dict(texts), before.shown, dict(extras or {}), before.part))


def publish(
    page: str,
    state: PageState,
    texts: Mapping[str, str],
    shown: Mapping[str, str] | None = None,
    extras: Mapping[str, str] | None = None,
) -> None:
    """Remember what the controls say, and write it into the address."""
    state.texts, state.shown, state.extras = dict(texts), dict(shown or {}), dict(extras or {})
    _write(state)


def publish_part(page: str, part: Mapping[str, str]) -> bool:
    """The same for the part that only this page has; whether that ended a refusal that the page still shows."""
    state = state_of(page)
    is_refused = bool(state.refusal)
    state.part = dict(part)
    _write(state)
    return is_refused and not state.refusal


def _write(state: PageState) -> None:
    if state.refusal and state.refused in (None, state.query):
        state.refused = state.query
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    # Remembered before it is written, because the next event may cut the writing short; and written although the
    # browser seems to have it, because an older address may still be on its way there.
    state.remember(state.query)
    st.query_params.from_dict(state.query)


def _replace(page: str, state: PageState) -> None:
    """Another state, from which the controls start anew."""
    before = state_of(page)
    state.good, state.addresses = before.good, before.addresses  # the browser may still send an old one
    forget(page)
    st.session_state[f"page:{page}"] = state
