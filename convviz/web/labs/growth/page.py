"""The page of growing receptive fields: the picture of a stack, its numbers, and the rows that make it."""

from collections.abc import Mapping

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes import Recipe, variant_named
from convviz.recipes.infer_sizes import read_wishes
from convviz.recipes.parameters import Value
from convviz.recipes.variants import Variant
from convviz.web.components import advanced_controls, controls
from convviz.web.components.charts import NARROW, chart_width
from convviz.web.components.downloads import offer_downloads
from convviz.web.components.errors import place_of_refusals, refuse
from convviz.web.components.page_frame import STYLE, Words
from convviz.web.components.player import show_player
from convviz.web.components.summary import show_facts
from convviz.web.state.expanders import fold
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.params import receive

from .controls import growth_controls
from .drawn_layers import NAME, Stack, drawn_of, fitting_input
from .numbers_section import show_growth


def growth_page(words: Words) -> None:
    """The whole page. A stack of which there is no picture still has its numbers."""
    variant = variant_named(NAME)
    state = receive(variant)
    st.html(STYLE)
    st.html(STYLE.with_name("growth.css"))
    st.markdown(f"# {variant.title}\n{words.lead}")
    left, panel = st.columns([2.4, 1], gap="large")
    refused = place_of_refusals()
    with panel:
        examples = st.container()
        texts, shown = _panel(variant, state)
    changed = controls.changed(variant, texts)
    publish(NAME, state, changed, shown)
    with examples:  # only now it is known which one the controls show
        controls.choose_preset(variant, state)
    layers = _stack(variant, texts)
    with refused:
        recipe, told = _drawn(state, layers)
    with left, st.container(key="stage"):
        if told:
            st.info(told)
        if recipe is not None:
            _show_picture(state, recipe, shown)
        # Rows of layers are longer than a picture, and the numbers fill the place under it. On a phone, where both
        # columns follow one another, the controls come before them.
        beside = st.container()
    with st.container() if chart_width(NAME) == NARROW else beside:
        if recipe is not None:
            show_facts(recipe)
        show_growth(layers, _input_size(variant, texts) if "input_size" in changed else fitting_input(layers))
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _panel(variant: Variant, state: PageState) -> tuple[dict[str, str], dict[str, str]]:
    """All controls: the recipe's texts, and the presentation's."""
    texts = growth_controls(variant, read_wishes(variant, state.texts))
    with (picture := fold(variant.name, "Picture")):
        shown = advanced_controls.picture_controls(variant.name, state.shown_values()) if picture.open else state.shown
    return texts, shown


def _stack(variant: Variant, texts: Mapping[str, str]) -> Stack:
    layers: Stack = variant.fields["layers"].read("layers", texts["layers"])  # type: ignore[assignment]
    return layers


def _input_size(variant: Variant, texts: Mapping[str, str]) -> tuple[int, int]:
    size: Value = variant.fields["input_size"].read("input_size", texts["input_size"])
    return size  # type: ignore[return-value]


def _drawn(state: PageState, layers: Stack) -> tuple[Recipe | None, str]:
    """What is drawn, and a sentence about what is not.

    What contradicts the stack is refused, and then the last picture stays, if there was one.
    """
    if state.refusal:
        refuse(state.refusal)
    try:
        recipe, told = drawn_of(layers, state.texts)
    except SpecError as error:
        # A picture stays, so that nothing jumps away from under the hand that is still on a slider.
        if state.good is None:
            refuse(error)
            return None, "There is no picture of this stack and this input."
        refuse(error, "The picture shows the previous settings.")
        return Recipe.from_query(NAME, state.good), ""
    state.good = None if recipe is None else recipe.to_texts()
    return recipe, told


def _show_picture(state: PageState, recipe: Recipe, shown: Mapping[str, str]) -> None:
    """The player, and the downloads of what it shows. There are no numbers in it that a hand could change."""
    show_player(recipe, shown, step=state.step, pin=state.pin, on_edit=lambda *_: None)
    offer_downloads(recipe, shown)
