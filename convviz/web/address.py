"""The address of a page carries its whole state: taken over when it comes from outside, then kept up to date.

A page receives its state when a run begins, shows controls that start from it, and publishes what they say; callbacks
put a page into other texts. All of it is spelt as links spell it, without defaults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import streamlit as st

from ..errors import SpecError
from ..recipes.presentation import FIELDS as SHOW_FIELDS

_LATE_SECONDS: Final = 2.0
_REMEMBERED: Final = 32
_PATH: Final = "page"
_STAYS: Final = "page stays"

Query = dict[str, str]


@dataclass(slots=True)
class Trail:
    """The addresses that a page has had of late.

    Attributes
    ----------
    now : the one that the page last wrote or took over.
    past : the latest of those, in their order.
    written_at : when the page last wrote one.
    held : what its controls held when it last published; None if it was put into another state since.
    """

    now: Query = field(default_factory=dict)
    past: list[Query] = field(default_factory=list)
    written_at: float = 0.0
    held: dict[str, object] | None = field(default_factory=dict)

    def is_late(self, address: Query, held: Mapping[str, object]) -> bool:
        """Whether an address is one that the page itself had a moment ago.

        The browser sends its address with every event. When events follow quickly, it has not heard of the latest one
        yet, and taking its old address for a wish would undo what the person has just done. A step back in the history
        of the browser also brings an old address, but comes with no change of a control, and rarely so soon.
        """
        # Only what was there before is compared: other controls are made after the page has published.
        is_changed = self.held is None or any(held.get(key, value) != value for key, value in self.held.items())
        return address in self.past and (is_changed or monotonic() - self.written_at < _LATE_SECONDS)

    def remember(self, address: Query) -> None:
        """Make ``address`` the one that the page has now."""
        self.now = address
        self.past = [*self.past[-_REMEMBERED:], address]

    def come_back(self) -> None:
        """Begin with no query: the browser may say so until it knows the one that the page is about to write."""
        self.remember({})
        self.written_at = monotonic()

    def write(self, query: Query) -> None:
        """Write ``query`` into the browser's address, unless it is there."""
        # Remembered before it is written, because the next event may cut the writing short; and written again although
        # the browser seems to have it, because an address from just before may still be on its way there.
        is_new = query != st.query_params.to_dict() or self.past[-1:] not in ([], [query])
        self.remember(query)
        if is_new:
            self.written_at = monotonic()
            st.query_params.from_dict(query)


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
    trail : the addresses of late.
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
    trail: Trail = field(default_factory=Trail)

    @property
    def query(self) -> Query:
        """All parameters together, as the address has them."""
        return {**self.texts, **self.shown, **self.extras, **self.part}

    @property
    def address(self) -> Query:
        """The query that the page last wrote or took over."""
        return self.trail.now

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
        state.trail.come_back()
        return state
    if address == state.address or state.trail.is_late(address, _held(page)):
        return state
    fresh = read(address) if address else PageState()
    for name in address:
        if (times := len(st.query_params.get_all(name))) > 1:
            fresh.refuse(f"{name} must be given once; got it {times} times.")
    _replace(page, fresh)
    fresh.trail.remember(address)
    return fresh


def put(page: str, texts: Mapping[str, str], extras: Mapping[str, str] | None = None) -> None:
    """Put a page into other texts; the look of its picture and its part stay. For callbacks."""
    before = state_of(page)
    _replace(page, PageState(dict(texts), before.shown, dict(extras or {}), before.part))
    before.trail.held = None


def publish(
    page: str,
    state: PageState,
    texts: Mapping[str, str],
    shown: Mapping[str, str] | None = None,
    extras: Mapping[str, str] | None = None,
) -> None:
    """Remember what the controls say, and write it into the address."""
    state.texts, state.shown, state.extras = dict(texts), dict(shown or {}), dict(extras or {})
    _write(page, state)


def publish_part(page: str, part: Mapping[str, str]) -> bool:
    """The same for the part that only this page has; whether that ended a refusal that the page still shows."""
    state = state_of(page)
    is_refused = bool(state.refusal)
    state.part = dict(part)
    _write(page, state)
    return is_refused and not state.refusal


def forget(name: str) -> None:
    """Forget what the controls of a page or of a part of it hold, so that they start anew from its state."""
    for key in list(st.session_state):
        if str(key).startswith(f"{name}."):
            del st.session_state[key]


def _write(page: str, state: PageState) -> None:
    state.trail.held = _held(page)
    if state.refusal and state.refused in (None, state.query):
        state.refused = state.query
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    state.trail.write(state.query)


def _replace(page: str, state: PageState) -> None:
    """Another state, from which the controls start anew."""
    before = state_of(page)
    state.good, state.trail = before.good, before.trail  # an address from just before is still on its way
    forget(page)
    st.session_state[f"page:{page}"] = state


def _held(page: str) -> dict[str, object]:
    """What the controls of the page hold, as far as it is simple."""
    return {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(f"{page}.") and isinstance(value, int | float | str | None)
    }
