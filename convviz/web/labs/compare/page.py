"""The page that plays two recipes side by side; its figure has all that is said of both."""

from functools import partial
from typing import Final

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import COMPARE, SIDES, Comparison, given_to, read_kinds
from convviz.recipes.fields import FIELDS
from convviz.recipes.variants import VARIANTS, Variant
from convviz.web.components.figure import show_figure
from convviz.web.components.voice import Words, page_end, page_head, page_words
from convviz.web.state.page_state import PageState, new_address, state_of
from convviz.web.state.params import Param, Params, declare, receive

PAGE: Final = COMPARE

_START: Final = PAIRS["dilated"].comparison.to_texts()


def compare(words: Words) -> None:
    """Show the whole page."""
    kinds = _kinds()
    state = receive(PAGE, _params(kinds), has_figure=True, mend=partial(_mend, kinds))
    page_head(PAGE, words)
    state.texts = state.texts or _START
    try:
        good = Comparison.from_values(state.texts).to_texts()
    except SpecError:  # the figure says why
        good = _START
    with st.container(key="stage"):
        show_figure(PAGE, state, good, words.tries, listens=False)
    page_words(PAGE, words)
    page_end()


# The address ----------------------------------------------------------------------------------------------------------


def _kinds() -> tuple[Variant, Variant]:
    """Return the variants of the address; where it names none, that of the first pair."""
    address = new_address(PAGE)
    named = state_of(PAGE).texts if address is None else address
    named = {side: named.get(side, "") for side in SIDES}
    return read_kinds({side: name if name in VARIANTS else _START[side] for side, name in named.items()})


def _params(kinds: tuple[Variant, Variant]) -> Params:
    """Declare the variants of both sides, and their parameters, also with the name of one side before them."""
    sides = [Param(side, partial(_read_kind, side)) for side in SIDES]
    prefixes = ("", *(f"{side}." for side in SIDES))
    names = [prefix + name for prefix in prefixes for name in FIELDS if _is_known(kinds, prefix + name)]
    return declare(*sides, *(Param(name, partial(_read_field, kinds, name)) for name in names))


def _read_kind(side: str, text: str) -> str:
    read_kinds({"left": "standard", "right": "standard", side: text})
    return text


def _read_field(kinds: tuple[Variant, Variant], name: str, text: str) -> str:
    """Return a parameter as links spell it, after every side that it is for has read it."""
    spelled = text
    for side, kind in zip(SIDES, kinds, strict=True):
        for field, value in given_to(side, kind, {name: text}).items():
            try:
                spelled = kind.fields[field].spell(kind.fields[field].read(field, value))
            except SpecError as error:
                raise SpecError(f"{side}: {error}") from None
    return spelled


def _is_known(kinds: tuple[Variant, Variant], name: str) -> bool:
    return any(
        given_to(side, kind, {name: ""}).keys() & kind.fields.keys() for side, kind in zip(SIDES, kinds, strict=True)
    )


def _mend(kinds: tuple[Variant, Variant], state: PageState) -> None:
    """Name both variants; remove a size that contradicts a table of numbers: the numbers count."""
    state.texts = {**{side: kind.name for side, kind in zip(SIDES, kinds, strict=True)}, **state.texts}
    for side, kind in (*zip(SIDES, kinds, strict=True),) * 2:  # twice, for there are two tables with sizes
        try:
            kind.check_sizes(given_to(side, kind, state.texts))
        except SpecError as error:
            state.refuse(f"{side}: {error}")
            size = str(error).split()[0]  # a refusal begins with what it is about
            state.texts = {name: text for name, text in state.texts.items() if name.rpartition(".")[2] != size}
