"""The address of a page carries its whole state: read when it comes from outside, then kept up to date.

A page receives its state when a run begins, shows controls that start from it, and publishes what they say; callbacks
give a page other parameters. All of it is spelled as links spell it, without defaults.

A page with a figure does not write its address: the figure does. Such a page reads the address when it is opened, and
then hears of it from the figure; what it changes itself, it passes on to the figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from convviz import limits
from convviz.errors import SpecError

from .widgets import forget

_REMEMBERED: Final = 32
_PATH: Final = "page"
_IS_RELOADED: Final = "page is reloaded"

Query = dict[str, str]


@dataclass(slots=True)
class PageState:
    """What a page remembers of one visitor, in the spelling of links.

    Attributes
    ----------
    texts : dict
        The parameters of what the page is about; an absent one has its default.
    presentation, extras, section : dict
        Parameters of the picture, those that are not part of a recipe, and those of the page's collapsed section.
    refusal : str
        The sentence about an address that could not be used as it was, or about a number that was typed.
    refused : dict or None
        What the controls said when the refusal appeared; once they say something else, it goes away.
    good : dict or None
        The parameters of the last recipe that could be drawn.
    addresses : list
        The latest addresses of the page; the last is the one that it or its figure wrote, or that was read from a link.
    read : dict
        The latest address that was read from a link or from a message of its figure, before the page changed anything.
    heard : int
        How many messages of its figure the page has read.
    revision : int
        How often the page has changed something of the address of its figure.
    agreed : dict
        The parameters of the recipe that the figure had when it spoke last, or that were read from a link.
    touched : dict
        Of each parameter that the page has changed since then: the revision. The figure may have taken over one of
        several changes without having said so; so what was changed back is still a change.
    extras_revision : int
        The revision in which the page last changed its extras or its section.
    is_narrow : bool or None
        Whether the figure has the width of a phone, once it has said so.
    """

    texts: Query = field(default_factory=dict)
    presentation: Query = field(default_factory=dict)
    extras: Query = field(default_factory=dict)
    section: Query = field(default_factory=dict)
    refusal: str = ""
    refused: Query | None = None
    good: Query | None = None
    addresses: list[Query] = field(default_factory=lambda: [{}])
    read: Query = field(default_factory=dict)
    heard: int = 0
    revision: int = 0
    agreed: Query = field(default_factory=dict)
    touched: dict[str, int] = field(default_factory=dict)
    extras_revision: int = 0
    is_narrow: bool | None = None

    @property
    def query(self) -> Query:
        """All parameters together, as the address has them."""
        return {**self.texts, **self.presentation, **self.extras, **self.section}

    @property
    def changes(self) -> Query:
        """The parameters of the recipe that the figure has to change; an empty text is a default."""
        names = dict.fromkeys([*self.agreed, *self.texts, *self.touched])
        is_new = {name: name in self.touched or self.texts.get(name) != self.agreed.get(name) for name in names}
        return {name: self.texts.get(name, "") for name in names if is_new[name]}

    @property
    def address(self) -> Query:
        """The query that the page or its figure last wrote, or that was read from a link."""
        return self.addresses[-1]

    def remember(self, address: Query) -> None:
        """Make ``address`` the one that the page has now."""
        if address != self.address:
            self.addresses = [*self.addresses[-_REMEMBERED:], address]

    def change(
        self,
        changes: Mapping[str, str],
        extras: Mapping[str, str] | None = None,
        section: Mapping[str, str] | None = None,
    ) -> None:
        """Change parameters of the recipe, an empty text is the default; replace the extras and those of the section.

        The figure takes all that over.
        """
        self.revision += 1
        new = changed(self.texts, changes)
        self.touched |= {name: self.revision for name in changes if new.get(name) != self.texts.get(name)}
        self.refusal, self.texts = "", new
        more = self.extras if extras is None else dict(extras), self.section if section is None else dict(section)
        if more != (self.extras, self.section):
            self.extras_revision, (self.extras, self.section) = self.revision, more
        self.remember(self.query)

    def refuse(self, error: SpecError | str) -> None:
        """Keep the first sentence about a link."""
        self.refusal = self.refusal or f"{error} The page shows the rest of the link."


def enter(path: str) -> None:
    """Note which page runs.

    Without a query, a page that the menu opens again is as it was left; one that is reloaded begins from its defaults.
    """
    st.session_state[_IS_RELOADED] = st.session_state.get(_PATH) == path
    if not st.session_state[_IS_RELOADED]:
        skip_message(path)  # it is of the visit before
        st.session_state.pop(figure_key(path), None)
    st.session_state[_PATH] = path


# Figures --------------------------------------------------------------------------------------------------------------


_MESSAGE: Final = {"count": int, "address": str, "revision": int, "narrow": bool}
_LONGEST_ADDRESS: Final = 4 * limits.QUERY
"""Characters of the address in a message: a page may have three tables of numbers, and all of them escaped."""


def figure_key(page: str) -> str:
    """Return the key of the figure of a page."""
    return f"figure:{page}"


def heard_address(page: str) -> Query | None:
    """Return the address in a new message of the figure of a page, None where there is no new one."""
    message, state = _message(page), state_of(page)
    if message is None or message["count"] <= state.heard:
        return None
    state.heard, state.is_narrow = message["count"], message["narrow"]
    return dict(parse_qsl(message["address"], keep_blank_values=True))


def moved_dial(page: str) -> str:
    """Return the dial of the figure of a page that was moved last, "" where that is unknown."""
    message = _message(page)
    return str(message.get("moved", "")) if message else ""


def has_message(page: str) -> bool:
    """Return whether the figure of a page has sent anything, and so is there."""
    return _message(page) is not None


def skip_message(page: str) -> None:
    """Count the message of the figure of a page as read."""
    if (message := _message(page)) is not None:
        state_of(page).heard = message["count"]


def has_narrow_window(page: str) -> bool:
    """Return whether the figure of a page found that it has the width of a phone; before, what the browser says."""
    is_narrow = state_of(page).is_narrow
    return "Mobi" in (st.context.headers.get("User-Agent") or "") if is_narrow is None else is_narrow


def _message(page: str) -> Any:
    """Return the latest message of the figure of a page; None before there is one, and of what no figure sends."""
    figure = st.session_state.get(figure_key(page))
    message = figure.get("message") if figure else None
    if not isinstance(message, dict) or any(type(message.get(name)) is not kind for name, kind in _MESSAGE.items()):
        return None
    return message if len(message["address"]) <= _LONGEST_ADDRESS else None


def known_revision(page: str) -> int:
    """Return the revision of the page's changes that the figure knew when it sent its message."""
    return int(_message(page)["revision"])


def changed(texts: Mapping[str, str], changes: Mapping[str, str]) -> Query:
    """Return parameters after changes; an empty text is a default, which is left out."""
    return {name: text for name, text in {**texts, **changes}.items() if text}


# Addresses ------------------------------------------------------------------------------------------------------------


def state_of(page: str) -> PageState:
    """Return the state of the page with this name, with which the keys of its controls begin."""
    state: PageState = st.session_state.setdefault(f"page:{page}", PageState())
    return state


def new_address(page: str) -> Query | None:
    """Return the query of the address if it came from outside, None if the state of the page already has it."""
    if has_message(page):
        return None  # its figure writes the address, and sends it
    state, address = state_of(page), st.query_params.to_dict()
    if not address and not st.session_state.get(_IS_RELOADED):
        # A page that the menu opens has no query: it is shown as it was left.
        state.remember({})  # the browser may send the empty address until it knows the one that the page writes next
        state.read = {}
        return None
    # The browser sends its address with every event. When events follow quickly, it does not know the latest address
    # yet, and reading its old one would undo what the person has just done. A step back in the browser's history also
    # brings an old address, but Streamlit marks it.
    if address == state.address:
        state.read = address
        return None
    if address in state.addresses and not is_step_in_history():
        return None
    return address


def is_step_in_history() -> bool:
    """Return whether the browser's Back or Forward caused this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def replace_state(page: str, state: PageState, address: Query) -> None:
    """Give a page the state that was read from a new address."""
    for name in address:
        if (times := len(st.query_params.get_all(name))) > 1:
            state.refuse(f"{name} must be given once; got it {times} times.")
    _replace(page, state)
    state.remember(address)


def put(page: str, texts: Mapping[str, str], extras: Mapping[str, str] | None = None) -> None:
    """Give a page other parameters; the look of its picture and its section stay. For callbacks."""
    before = state_of(page)
    _replace(page, PageState(dict(texts), before.presentation, dict(extras or {}), before.section, read=before.read))


def publish(
    state: PageState,
    texts: Mapping[str, str],
    presentation: Mapping[str, str] | None = None,
    extras: Mapping[str, str] | None = None,
) -> None:
    """Remember what the controls say, and write it into the address."""
    state.texts, state.presentation, state.extras = dict(texts), dict(presentation or {}), dict(extras or {})
    _write(state)


def publish_section(page: str, texts: Mapping[str, str]) -> bool:
    """Remember what the controls of the page's section say; return whether its figure has to write a new address."""
    state = state_of(page)
    is_new = state.section != texts
    if is_new:
        state.change({}, section=texts)
    return is_new


def _write(state: PageState) -> None:
    if state.refusal and state.refused in (None, state.query):
        state.refused = state.query
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    # Remembered before it is written, because the next event may interrupt the writing; and written even if the browser
    # seems to have it, because an older address may still be on its way there.
    state.remember(state.query)
    st.query_params.from_dict(state.query)


def hear_state(page: str, state: PageState, address: Query) -> None:
    """Give a page the state that its figure has sent; the page's controls stay."""
    _take_over(page, state)
    state.remember(address)
    st.session_state[f"page:{page}"] = state


def _replace(page: str, state: PageState) -> None:
    """Give a page another state; its controls start from that."""
    _take_over(page, state)
    forget(page)
    st.session_state[f"page:{page}"] = state


def _take_over(page: str, state: PageState) -> None:
    """Let a new state know what happened before it."""
    before = state_of(page)
    state.good, state.addresses = before.good, before.addresses  # the browser may still send an old one
    state.heard, state.is_narrow = before.heard, before.is_narrow
    state.revision, state.extras_revision = before.revision, before.extras_revision
