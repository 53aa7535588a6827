"""The page of growing receptive fields: the picture of a stack, its numbers, and the rows that make it."""

from collections.abc import Mapping

import streamlit as st

from ..errors import SpecError
from ..recipes import Recipe, variant_named
from ..recipes.fields import Value
from ..recipes.settle import read_wishes
from ..recipes.variants import Variant
from . import controls, details
from .address import PageState, publish
from .chart import NARROW, chart_width
from .facts import show_facts
from .folds import fold
from .growth import show_growth
from .growth_controls import growth_controls
from .growth_drawn import NAME, Stack, drawn_of, fitting_input
from .lesson import STYLE, Words
from .link import receive
from .picture import download_links, file_facts, page_theme
from .player import show_player


def growth_page(words: Words) -> None:
    """The whole page. A stack of which there is no picture still has its numbers."""
    variant = variant_named(NAME)
    state = receive(variant)
    st.html(STYLE)
    st.html(STYLE.with_name("growth.css"))
    st.markdown(f"# {variant.title}\n{words.lead}")
    left, panel = st.columns([2.4, 1], gap="large")
    with panel:
        examples = st.container()
        texts, shown = _panel(variant, state)
    changed = controls.changed(variant, texts)
    publish(NAME, state, changed, shown)
    with examples:  # only now it is known which one the controls show
        controls.choose_preset(variant, state)
    with left, st.container(key="stage"):
        _show_picture(state, _stack(variant, texts), shown)
        # Rows of layers are longer than a picture, and the numbers fill the place under it. On a phone, where both
        # columns follow one another, the controls come before them.
        beside = st.container()
    layers = _stack(variant, texts)
    is_own = "input_size" in changed
    with st.container() if chart_width(NAME) == NARROW else beside:
        show_growth(layers, _input_size(variant, texts) if is_own else fitting_input(layers))
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _panel(variant: Variant, state: PageState) -> tuple[dict[str, str], dict[str, str]]:
    """All controls: the recipe's texts, and the presentation's."""
    texts = growth_controls(variant, read_wishes(variant, state.texts))
    with (picture := fold(variant, "Picture")):
        shown = details.picture_controls(variant, state.shown_values()) if picture.open else state.shown
    return texts, shown


def _stack(variant: Variant, texts: Mapping[str, str]) -> Stack:
    layers: Stack = variant.fields["layers"].read("layers", texts["layers"])  # type: ignore[assignment]
    return layers


def _input_size(variant: Variant, texts: Mapping[str, str]) -> tuple[int, int]:
    size: Value = variant.fields["input_size"].read("input_size", texts["input_size"])
    return size  # type: ignore[return-value]


def _show_picture(state: PageState, layers: Stack, shown: Mapping[str, str]) -> None:
    """The player and the downloads of what is drawn, or why there is none."""
    if state.refusal:
        st.error(state.refusal)
    recipe = _drawn(state, layers)
    if recipe is None:
        return
    # There are no numbers in this picture that could be changed by hand.
    show_player(recipe, shown, step=state.step, pin=state.pin, on_edit=lambda *_: None)
    downloaded = {"theme": page_theme(), **shown}
    suffixes: tuple[str, ...] = ("gif", "zip", "png")
    try:
        facts = file_facts(recipe, downloaded)
    except SpecError as error:
        facts, suffixes = str(error), ("png",)
    st.html(download_links(recipe, downloaded, suffixes, facts))
    show_facts(recipe)


def _drawn(state: PageState, layers: Stack) -> Recipe | None:
    """What is drawn; what contradicts the stack is refused, and then the last picture stays, if there was one."""
    try:
        recipe, words = drawn_of(layers, state.texts)
    except SpecError as error:
        # A picture stays, so that nothing jumps away from under the hand that is still on a slider.
        stays = "There is no picture." if state.good is None else "The picture shows the settings before."
        st.error(f"{error} {stays}")
        return None if state.good is None else Recipe.from_query(NAME, state.good)
    if words:
        st.info(words)
    state.good = None if recipe is None else recipe.to_texts()
    return recipe
