"""The address of a lesson carries its whole state: taken over when it comes from outside, kept up to date afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from ..errors import SpecError
from ..recipes import Presentation, split_options
from ..recipes.presentation import FIELDS as SHOW_FIELDS
from ..recipes.variants import Variant, read_values

EXTRAS = ("image",)
"""What only pages know: the sample image whose numbers are the input."""


@dataclass(slots=True)
class LessonState:
    """What a lesson remembers of one visitor, in the spelling of links.

    Attributes
    ----------
    texts, shown, extras : parameters of the recipe, of the presentation, and of the page.
    address : the query that the page last wrote or took over.
    refusal : the sentence about an address that could not be taken as it was, and the state that stands in for it.
    """

    texts: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    refusal: str = ""

    @property
    def query(self) -> dict[str, str]:
        """All parameters together, as the address has them."""
        return {**self.texts, **self.shown, **self.extras}


def receive(variant: Variant) -> LessonState:
    """The state of the lesson; from the address, if that is new to the page."""
    state: LessonState = st.session_state.setdefault(f"lesson:{variant.name}", LessonState())
    address = st.query_params.to_dict()
    # Coming back by the menu there is no query: the lesson stands as it was left.
    if address and address != state.address:
        replace(variant, _read(variant, address))
        state = st.session_state[f"lesson:{variant.name}"]
    return state


def replace(variant: Variant, state: LessonState) -> None:
    """Put the lesson into ``state``: forget what the controls hold, so that they start anew from it."""
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(f"{variant.name}."):
            del st.session_state[key]
    st.session_state[f"lesson:{variant.name}"] = state


def publish(state: LessonState, texts: Mapping[str, str], shown: Mapping[str, str], extras: Mapping[str, str]) -> None:
    """Remember what the controls say, and write it into the address."""
    before = state.query
    state.texts, state.shown, state.extras = dict(texts), dict(shown), dict(extras)
    if state.refusal and state.query == before:
        return  # what the person typed stays in the address until they change something
    state.refusal = ""
    if state.query != st.query_params.to_dict():
        st.query_params.from_dict(state.query)
    state.address = state.query


def _read(variant: Variant, address: Mapping[str, str]) -> LessonState:
    """A state from an address; parameters that cannot be are left out, and the first one is named."""
    extras = {name: text for name, text in address.items() if name in EXTRAS}
    asked, shown = split_options({name: text for name, text in address.items() if name not in EXTRAS})
    state = LessonState(address=dict(address), extras=extras)
    for name, text in asked.items():
        try:
            read_values(variant, {name: text})
        except SpecError as error:
            state.refusal = state.refusal or str(error)
        else:
            state.texts[name] = text
    for name, text in shown.items():
        try:
            Presentation.from_values({name: text})
        except SpecError as error:
            state.refusal = state.refusal or str(error)
        else:
            state.shown[name] = SHOW_FIELDS[name].spell(SHOW_FIELDS[name].read(name, text))
    for name in st.query_params:
        if len(st.query_params.get_all(name)) > 1:
            state.refusal = state.refusal or f"{name} must be given once; got it {len(st.query_params.get_all(name))} times."
    try:
        read_values(variant, state.texts)
    except SpecError as error:  # a size that contradicts the numbers given: the numbers count
        state.refusal = state.refusal or str(error)
        state.texts = {name: text for name, text in state.texts.items() if name not in ("input_size", "kernel_size")}
    return state
