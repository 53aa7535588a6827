"""The skeleton of every lesson page: controls, picture, sizes, formula, numbers, words."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.named_arrays import RANDOM
from convviz.recipes.variants import Variant, variant_named
from convviz.web.components import advanced_controls, controls
from convviz.web.components.channel_controls import channel_controls, channel_texts
from convviz.web.components.downloads import offer_downloads
from convviz.web.components.errors import place_of_refusals, refuse
from convviz.web.components.images import show_whole_image
from convviz.web.components.number_source import own_numbers
from convviz.web.components.page_frame import STYLE, Words
from convviz.web.components.player import show_player
from convviz.web.components.summary import show_facts
from convviz.web.state.page_state import PageState, publish, put
from convviz.web.state.params import Section, receive_lesson
from convviz.web.state.widgets import fold

Show = Callable[[Recipe], None]


def lesson(name: str, words: Words, *, more: Show | None = None, section: Section | None = None) -> None:
    """A whole lesson page for the variant ``name``.

    Parameters
    ----------
    more : callable, optional
        What only this lesson shows, under its sizes.
    section : Section, optional
        The collapsed section of that with parameters of its own.
    """
    variant = variant_named(name)
    state = receive_lesson(variant, section)
    values = variant.read_lenient(state.texts)
    st.html(STYLE)
    # One element where two would do: each is a message of its own, and they are most of a slider's way to the picture.
    st.markdown(f"# {variant.title}\n{words.lead}")
    stage, panel = st.columns([2.4, 1], gap="large")
    typed, refused, below = st.container(), place_of_refusals(), st.container()
    with panel:
        examples = st.container()
        texts, presentation, sources = _panel(variant, state, values)
    # All that is read or filled in stands under both columns: on a phone the controls follow the picture at once.
    with typed:
        extras, image = own_numbers(variant, state, values, texts, sources)
    changed = controls.changed(variant, texts)
    publish(state, changed, presentation, extras)
    with examples:  # only now it is known which one the controls show
        controls.choose_preset(variant, state)
    with refused:
        recipe = _recipe(variant, state, changed)
    with stage, st.container(key="stage"):
        _picture(variant, state, recipe, presentation)
    with below:
        if image is not None and max(recipe.get("in_channels", 1), recipe.get("out_channels", 1)) == 1:
            show_whole_image(recipe, image)
        show_facts(recipe)
        if more is not None:
            more(recipe)
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _panel(
    variant: Variant, state: PageState, values: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """All controls: the recipe's texts, the presentation's, and where the numbers come from."""
    texts, sources = _layer_panel(variant, state, values)
    # What is folded away is not even sent: with half the elements a slider is answered in half the time.
    if "storyboard" in variant.fields:
        with (more := fold(variant.name, "More")):
            texts |= (
                advanced_controls.detail_controls(variant, values)
                if more.open
                else advanced_controls.detail_texts(variant, values)
            )
    return texts, advanced_controls.picture_section(variant.name, state), sources


def _layer_panel(
    variant: Variant, state: PageState, values: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """The controls of one layer, or of several equal ones, and where their numbers come from."""
    texts = controls.view_control(variant, values) | controls.mode_controls(variant, values)
    texts |= controls.act_control(variant, values) | controls.layers_control(variant, values)
    texts |= controls.shape_controls(variant, values)
    texts |= _channels(variant, values)
    sources = controls.number_choices(variant, values, state.extras)
    texts |= controls.seed_control(variant, values, RANDOM in sources.values())
    return texts, sources


def _channels(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """The channels: at hand where a variant is about them, else folded away while there is only one."""
    if "in_channels" not in variant.fields:
        return {}
    if variant.name == "depthwise-separable":
        return channel_controls(variant, values)
    counts = max(values[name] for name in ("in_channels", "out_channels", "groups"))
    channels = fold(variant.name, "Channels", expanded=counts > 1)
    with channels:
        return (channel_controls if channels.open else channel_texts)(variant, values)


def _recipe(variant: Variant, state: PageState, texts: Mapping[str, str]) -> Recipe:
    """The recipe, or its refusal as one sentence on the page and the last recipe that could be drawn."""
    if state.refusal:
        refuse(state.refusal)
    try:
        recipe = Recipe.from_query(variant.name, texts)
    except SpecError as error:
        # A picture stays, so that nothing jumps away from under the hand that is still on a slider.
        refuse(error, f"The picture shows the {'defaults' if state.good is None else 'previous settings'}.")
        return Recipe.from_query(variant.name, state.good or {})
    state.good = recipe.to_texts()
    return recipe


def _picture(variant: Variant, state: PageState, recipe: Recipe, shown: Mapping[str, str]) -> None:
    """The player, and the downloads of what it shows."""

    def edit(plane: str, cell: tuple[int, ...], text: str) -> None:
        name = "weight" if plane == "kernel" else plane
        try:
            changed = recipe.with_number(name, cell, text)
        except SpecError as error:
            state.refusal = str(error)
        else:
            extras = {} if name == "input" else state.extras
            put(variant.name, changed.to_texts(), extras)

    show_player(recipe, shown, step=state.step, pin=state.pin, on_edit=edit)
    offer_downloads(recipe, shown)
