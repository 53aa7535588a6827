"""The page that plays two recipes side by side."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes import presets
from convviz.recipes.catalog import PAIRS
from convviz.recipes.comparison import SIDES, Comparison, Texts, check_names, given_to, read_kinds
from convviz.recipes.fields import FIELDS
from convviz.recipes.variants import VARIANTS, Variant
from convviz.scene.facts import compared, cost_notes, heads_of
from convviz.web.components.charts import table
from convviz.web.components.controls import picture_section
from convviz.web.components.downloads import offer_downloads
from convviz.web.components.page_frame import Words, page_foot, page_head, refuse
from convviz.web.components.player import show_player
from convviz.web.state.page_state import PageState, publish, put
from convviz.web.state.params import Param, Params, declare, receive
from convviz.web.state.widgets import choose_once

from .controls import PAGE, Callbacks, choose

_START: Final = PAIRS["dilated"].comparison.to_texts()


def compare(title: str, words: Words) -> None:
    """Show the whole page: the controls of both sides, the picture of both, and a table."""
    kinds = _kinds()
    unknown, mend = partial(_refuse_unknown, kinds), partial(_mend, kinds)
    state = receive(PAGE, _params(kinds), has_player=True, refuse_unknown=unknown, mend=mend)
    page_head(title, words, "compare.css")
    # The picture is above the controls, so that it is seen first on a phone.
    examples, picture = st.container(), st.container()
    callbacks = Callbacks(partial(_change_variant, state), partial(_use_preset, state))
    link, refusals = choose(state.texts or _START, callbacks)
    downloads = st.container()
    presentation = picture_section(PAGE, state)
    publish(state, link, presentation)
    with examples:
        _choose_pair(state)
    with picture:
        both = _comparison(state, link, refusals)
        _player(state, both, presentation)
    with downloads:
        _downloads(both, presentation)
    numbers, explanation = st.columns(2, gap="large")
    with numbers:
        st.markdown("## In numbers")
        st.html(f'<div class="cv-compared">{comparison_table(both)}</div>')
    with explanation:
        page_foot(words)


def _comparison(state: PageState, link: Texts, refusals: list[str]) -> Comparison:
    """Return the comparison; if there is none, show why, and return the last one that could be drawn."""
    if state.refusal:
        refuse(state.refusal)
    for sentence in refusals:
        refuse(sentence, "The picture shows the previous settings.")
    try:
        both = Comparison.from_values(link)
    except SpecError as error:
        refuse(error, f"The picture shows the {'defaults' if state.good is None else 'previous settings'}.")
        return Comparison.from_values(state.good or _START)
    state.good = both.to_texts()
    return both


def _player(state: PageState, both: Comparison, presentation: Texts) -> None:
    """Show the player of both sides, and apply what is edited in it."""

    def edit(plane: str, cell: tuple[int, ...], text: str) -> None:
        side = next((side for side in SIDES if plane.startswith(side)), "")
        table = plane.removeprefix(side)
        try:
            edited = both.with_number(side, "weight" if table == "kernel" else table, cell, text)
        except SpecError as error:
            state.refusal = str(error)
        else:
            put(PAGE, edited.to_texts())

    show_player(both, presentation, step=state.step, pin=state.pin, on_edit=edit)


def _downloads(both: Comparison, presentation: Texts) -> None:
    """Show the downloads of what the player shows, and say how its numbers can be edited."""
    offer_downloads(both, presentation)
    if any("input" in recipe for recipe in both.sides):
        inputs = (
            "Both sides share the input: it changes on both." if both.shares_input else "Each side has its own input."
        )
        st.caption(f"Double-click a number of an input or a kernel to change it. {inputs}")


def _choose_pair(state: PageState) -> None:
    """Show the menu of ready-made pairs; as long as nothing is chosen, it names the current one, and its remark."""
    current = next((pair for pair in PAIRS.values() if pair.comparison.to_texts() == state.texts), None)

    def swap() -> None:
        texts = state.good or _START
        put(PAGE, Comparison(*Comparison.from_values(texts).sides[::-1]).to_texts())

    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_once(
            "Ready-made pairs",
            {name: pair.title for name, pair in PAIRS.items()},
            f"{PAGE}.pair",
            lambda name: put(PAGE, PAIRS[name].comparison.to_texts()),
            width=400,
            placeholder="Choose a pair" if current is None else current.title,
        )
        st.button("Swap sides", on_click=swap, key=f"{PAGE}.swap")
    if current is not None:
        st.markdown(current.remark.replace(" × ", "\u00a0×\u00a0"))


def _change_variant(state: PageState, side: str, variant: str) -> None:
    """Give one side another variant, which keeps the parameters that it also has."""
    texts = {**state.texts, side: variant}
    with suppress(SpecError):  # the page then says why
        put(PAGE, Comparison.from_values(state.texts).replace(**{side: variant}).to_texts())
        return
    kinds = read_kinds(texts)
    put(PAGE, {name: text for name, text in texts.items() if name in SIDES or _is_known(kinds, name)})


def _use_preset(state: PageState, side: str, name: str, shared: Sequence[str]) -> None:
    """Give one side a preset; the other gets the parameters that both share, where it can have them."""
    preset, others = presets[name], Comparison.from_values(state.good or _START).sides
    other = others[1 - SIDES.index(side)]
    with suppress(SpecError):
        other = other.replace(**{parameter: preset[parameter] for parameter in shared})
    put(PAGE, (Comparison(preset, other) if side == "left" else Comparison(other, preset)).to_texts())


# The address ----------------------------------------------------------------------------------------------------------


def _kinds() -> tuple[Variant, Variant]:
    """Return the variants of the address; where it names none, that of the first pair."""
    named = {side: st.query_params.get(side) for side in SIDES}
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


def _refuse_unknown(kinds: tuple[Variant, Variant], name: str, text: str) -> None:
    """Say which parameters there are: on the side that the name begins with, or on both."""
    check_names(kinds, [name])
    side, _, field = name.partition(".")
    try:
        kinds[SIDES.index(side)].read({field: text})
    except SpecError as error:
        raise SpecError(f"{side}: {error}") from None


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


# The table ------------------------------------------------------------------------------------------------------------

_DIFFERS: Final = "≠"


def comparison_table(both: Comparison) -> str:
    """Return the table as HTML; rows in which the sides differ have a sign and are strong."""
    rows = [[f"{label} {_DIFFERS}" if left != right else label, left, right] for label, left, right in compared(both)]
    strong = [number for number, (_, left, right) in enumerate(rows) if left != right]
    caption = " ".join(filter(None, [f"{_DIFFERS} marks what differs. Products on padding count.", cost_notes(both)]))
    return table(["", *heads_of(both)], rows, caption, strong)
