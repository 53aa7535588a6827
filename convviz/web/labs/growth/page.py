"""The page of the lab on the growth of receptive fields: the picture of a stack, its numbers, and its controls."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from convviz import limits
from convviz.arithmetic.layer_kinds import spell_value
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError
from convviz.recipes import Recipe, variant_named
from convviz.recipes.drawable_layers import NAME, Stack, drawable_recipe, fitting_input
from convviz.recipes.parameters import MIDDLE, spell_unit
from convviz.recipes.variants import Variant
from convviz.recipes.variants.receptive_field import field_size, shown_unit
from convviz.web.components import controls
from convviz.web.components.charts import NARROW, chart_width
from convviz.web.components.downloads import offer_downloads
from convviz.web.components.errors import place_of_refusals, refuse
from convviz.web.components.page_frame import Words, page_foot, page_head
from convviz.web.components.player import show_player
from convviz.web.components.summary import show_facts
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.params import receive_lesson
from convviz.web.state.widgets import held, number, segments

from .layer_rows import stack_editor
from .numbers import show_numbers


def growth_page(words: Words) -> None:
    """Show the whole page. A stack that cannot be drawn still has its numbers."""
    variant = variant_named(NAME)
    state = receive_lesson(variant)
    page_head(variant.title, words, "growth.css")
    left, panel = st.columns([2.4, 1], gap="large")
    refusals = place_of_refusals()
    with panel:
        examples = st.container()
        layers, input_size, texts = _controls(variant, variant.read_lenient(state.texts))
        presentation = controls.picture_section(NAME, state)
    changed = controls.changed(variant, texts)
    publish(state, changed, presentation)
    with examples:  # only now it is known which one the controls show
        controls.choose_preset(variant, state)
    with refusals:
        recipe, note = _recipe(state, layers)
    with left, st.container(key="stage"):
        if note:
            st.info(note)
        if recipe is not None:
            show_player(recipe, presentation, step=state.step, pin=state.pin, on_edit=lambda *_: None)
            offer_downloads(recipe, presentation)
        # The rows of layers are longer than a picture, and the numbers fill the space under it. On a phone, where both
        # columns follow one another, the controls come before them.
        below = st.container()
    with st.container() if chart_width(NAME) == NARROW else below:
        if recipe is not None:
            show_facts(recipe)
        show_numbers(NAME, layers, input_size if "input_size" in changed else fitting_input(layers))
    page_foot(words)


def _recipe(state: PageState, layers: Stack) -> tuple[Recipe | None, str]:
    """Return what is drawn, and a sentence about what is not.

    What contradicts the stack is refused; then the last picture stays, if there was one, so that nothing jumps under a
    hand that is still on a slider.
    """
    if state.refusal:
        refuse(state.refusal)
    try:
        recipe, note = drawable_recipe(layers, state.texts)
    except SpecError as error:
        if state.good is None:
            refuse(error)
            return None, "There is no picture of this stack and this input."
        refuse(error, "The picture shows the previous settings.")
        return Recipe.from_query(NAME, state.good), ""
    state.good = None if recipe is None else recipe.to_texts()
    return recipe, note


# Controls -------------------------------------------------------------------------------------------------------------


def _controls(variant: Variant, values: Mapping[str, Any]) -> tuple[Stack, Pair, dict[str, str]]:
    """Show the controls of the recipe; return the stack, the input size, and all parameters as links spell them."""
    spelled = stack_editor(variant.fields["layers"], values["layers"])
    layers: Any = variant.fields["layers"].read("layers", spelled)
    input_size = _input_size(layers, values["input_size"])
    unit = _unit({**values, "layers": layers})
    return layers, input_size, {"layers": spelled, "input_size": spell_value(input_size), "unit": unit}


def _input_size(layers: Stack, start: Pair) -> Pair:
    """Return the size that fits the receptive field, or the one of two sliders."""
    fitting = field_size(layers)
    words = "So large that the unit in the middle sees its whole field, as far as that can be drawn."
    if st.toggle("Input as large as the receptive field", **held(f"{NAME}.fits", start == fitting), help=words):
        return fitting
    height, width = (
        column.slider(f"Input {side}", 1, limits.FIELD_SIDE, **held(f"{NAME}.input_size.{side[0]}", cells))
        for column, side, cells in zip(st.columns(2), ("height", "width"), start, strict=True)
    )
    return height, width


def _unit(values: Mapping[str, Any]) -> str:
    """Return the unit whose field the animation shows."""
    is_middle = isinstance(values["unit"], str)
    words = {MIDDLE: "Middle of the last layer", "own": "Another"}
    if segments("Unit", words, f"{NAME}.which", MIDDLE if is_middle else "own") == MIDDLE:
        return MIDDLE
    start = (len(values["layers"]), 0, 0) if is_middle else values["unit"]
    with suppress(SpecError):
        start = shown_unit(values)
    bounds = ((1, limits.FIELD_LAYERS_DRAWN), (0, limits.FIELD_SIDE - 1), (0, limits.FIELD_SIDE - 1))
    layer, row, column = (
        number(name, low, high, f"{NAME}.unit.{name.lower()}", min(first, high), place=place)
        for place, name, (low, high), first in zip(
            st.columns(3), ("Layer", "Row", "Column"), bounds, start, strict=True
        )
    )
    return spell_unit((layer, row, column))
