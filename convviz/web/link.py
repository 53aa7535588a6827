"""The address of a page carries its whole state: taken over when it comes from outside, then kept up to date."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Final, Protocol

import streamlit as st

from .. import limits
from ..errors import SpecError
from ..recipes import split_options
from ..recipes.fields import Field, read_choice, read_integer
from ..recipes.presentation import FIELDS as SHOW_FIELDS
from ..recipes.settle import read_values
from ..recipes.variants import Variant
from .samples import SAMPLES

IMAGE: Final = Field("image", partial(read_choice, choices=tuple(SAMPLES)), str, "the sample image behind the input")
"""What only pages know. An uploaded image stays out of the link; its grid of numbers is in it."""


_LATE_SECONDS: Final = 2.0
_REMEMBERED: Final = 32


class Named(Protocol):
    """What a page is about: a variant, or whatever else has a name."""

    @property
    def name(self) -> str:
        """The page's address; what its controls hold begins with it."""


@dataclass(slots=True)
class LessonState:
    """What a page remembers of one visitor, in the spelling of links.

    Attributes
    ----------
    texts, shown, extras : parameters of the recipe, of the presentation, and of the page.
    address : the query that the page last wrote or took over.
    refusal : the sentence about an address that could not be taken as it was, or a number that was typed.
    refused : what the controls said while the refusal stood; when they say something else, it is over.
    good : the parameters of the last recipe that could be drawn.
    step, pin : where the player begins, as the address said: a frame counted from 1, and a cell such as "output:0,2".
    written, written_at, held : the latest addresses that the page wrote, when, and what the controls held then.
    """

    texts: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    refused: dict[str, str] | None = None
    good: dict[str, str] | None = None
    step: int | None = None
    pin: str | None = None
    written: list[dict[str, str]] = field(default_factory=list)
    written_at: float = 0.0
    held: dict[str, object] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        """All parameters together, as the address has them."""
        return {**self.texts, **self.shown, **self.extras}

    def shown_values(self) -> dict[str, Any]:
        """The presentation as its controls hold it."""
        read: dict[str, Any] = {name: SHOW_FIELDS[name].read(name, text) for name, text in self.shown.items()}
        if "width" in self.shown:
            read["width"] = self.shown["width"]
        if "seconds_per_step" in read:
            read["seconds"] = read.pop("seconds_per_step")
        return read


def receive(variant: Variant) -> LessonState:
    """The state of the lesson; from the address, if that is new to the page."""
    return receive_page(variant, partial(_read, variant))


def receive_page(page: Named, read: Callable[[Mapping[str, str]], LessonState]) -> LessonState:
    """The state of a page; from the address, if that is new to it, as ``read`` understands it."""
    state: LessonState = st.session_state.setdefault(f"lesson:{page.name}", LessonState())
    address = st.query_params.to_dict()
    # Coming back by the menu there is no query: the page stands as it was left.
    if address and address != state.address and not _is_late(page, state, address):
        state = read(address)
        replace(page, state)
    return state


def replace(page: Named, state: LessonState) -> None:
    """Put the page into ``state``: forget what the controls hold, so that they start anew from it."""
    before: LessonState | None = st.session_state.get(f"lesson:{page.name}")
    if before is not None:
        state.written, state.good = before.written, before.good
        state.written_at = max(state.written_at, before.written_at)  # an address from just before is still on its way
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(f"{page.name}."):
            del st.session_state[key]
    st.session_state[f"lesson:{page.name}"] = state


def publish(
    page: Named,
    state: LessonState,
    texts: Mapping[str, str],
    shown: Mapping[str, str],
    extras: Mapping[str, str],
) -> None:
    """Remember what the controls say, and write it into the address."""
    state.texts, state.shown, state.extras = dict(texts), dict(shown), dict(extras)
    state.held = _held(page)
    if state.refusal and state.refused in (None, state.query):
        state.refused = state.query
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    # Remembered before it is written, because the next event may cut the writing short; and written again although the
    # browser seems to have it, because an address from just before may still be on its way there.
    is_new = state.query != st.query_params.to_dict() or state.written[-1:] not in ([], [state.query])
    state.address = state.query
    state.written = [*state.written[-_REMEMBERED:], state.query]
    if is_new:
        state.written_at = monotonic()
        st.query_params.from_dict(state.query)


def _is_late(page: Named, state: LessonState, address: Mapping[str, str]) -> bool:
    """Whether an address is one that the page itself wrote a moment ago.

    The browser sends its address with every event. When events follow quickly, it has not heard of the latest one yet,
    and taking its old address for a wish would undo what the person has just done. A step back in the browser's history
    also brings an old address, but comes with no change of a control, and rarely so soon.
    """
    is_moving = state.held != _held(page) or monotonic() - state.written_at < _LATE_SECONDS
    return dict(address) in state.written and is_moving


def _held(page: Named) -> dict[str, object]:
    """What the controls of the page hold, as far as it is simple."""
    return {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(f"{page.name}.") and isinstance(value, int | float | str | None)
    }


def _read_pin(text: str) -> str:
    if not re.fullmatch(r"[a-z]{1,20}:\d{1,3}(,\d{1,3}){1,3}", text):
        raise SpecError(f"pin must be a plane and a cell such as output:0,2; got {text[:40]!r}.")
    return text


def read_address(
    address: Mapping[str, str],
    take: Callable[[LessonState, str, str], None],
    mend: Callable[[LessonState], None],
) -> LessonState:
    """A state from an address; parameters that cannot be are left out, and the first of them is named.

    Parameters
    ----------
    take : callable
        Puts a parameter that is only this page's into the state, or refuses it.
    mend : callable
        Leaves out, and refuses in the state, what does not go together.
    """
    state = LessonState(address=dict(address))
    asked, shown = split_options(address)
    for name, text in asked.items():
        try:
            if name == "step":
                state.step = read_integer(name, text, 1, limits.FRAMES)
            elif name == "pin":
                state.pin = _read_pin(text)
            else:
                take(state, name, text)
        except SpecError as error:
            state.refusal = state.refusal or str(error)
    for name, text in shown.items():
        try:
            state.shown[name] = SHOW_FIELDS[name].spell(SHOW_FIELDS[name].read(name, text))
        except SpecError as error:
            state.refusal = state.refusal or str(error)
    for name in address:
        if (times := len(st.query_params.get_all(name))) > 1:
            state.refusal = state.refusal or f"{name} must be given once; got it {times} times."
    mend(state)
    if state.refusal:
        state.refusal += " The page shows the rest of the link."
    return state


def _read(variant: Variant, address: Mapping[str, str]) -> LessonState:
    """The state of a lesson from an address."""
    return read_address(address, partial(_take, variant), partial(_mend, variant))


def _take(variant: Variant, state: LessonState, name: str, text: str) -> None:
    if name == IMAGE.name:
        state.extras[name] = str(IMAGE.read(name, text))
        return
    if name not in variant.fields:
        read_values(variant, {name: text})  # which says what there is
    state.texts[name] = variant.fields[name].spell(variant.fields[name].read(name, text))


def _mend(variant: Variant, state: LessonState) -> None:
    """Leave out sizes that contradict the numbers, then what contradicts other channels; the numbers count."""
    sizes = [size for table, sizes in variant.implied.items() if table in state.texts for size in sizes]
    for suspects in (sizes, ["groups", "in_channels", "out_channels", "channel_multiplier"], list(variant.implied)):
        try:
            read_values(variant, state.texts)
        except SpecError as error:
            state.refusal = state.refusal or str(error)
            state.texts = {name: text for name, text in state.texts.items() if name not in suspects}
