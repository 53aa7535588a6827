"""The page of every lesson: its figure, the parts that depend on what the figure shows, and its texts."""

from collections.abc import Callable

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.presentation import PREDICT
from convviz.recipes.variants import variant_named
from convviz.web.components.code_field import open_code, show_code
from convviz.web.components.figure import show_figure
from convviz.web.components.images import show_whole_image
from convviz.web.components.number_editor import own_numbers
from convviz.web.components.voice import Words, page_end, page_head, page_words
from convviz.web.components.way_back import show_way_back
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Section, receive_lesson


def lesson(
    name: str, words: Words, *, more: Callable[..., None] | None = None, section: Section | None = None,
    has_opening: bool = False,
) -> None:  # fmt: skip
    """Show the whole page of the variant ``name``.

    Parameters
    ----------
    more : callable, optional
        Gets the recipe and shows what only this lesson has, below its figure.
    section : Section, optional
        The part of that which has parameters of its own.
    has_opening : bool
        Whether ``more`` also gets a place above the figure.
    """
    variant = variant_named(name)
    state = receive_lesson(variant, section)
    page_head(name, words)
    show_way_back(name, state)
    open_code(name, state)
    opening = [st.container()] if has_opening else []
    stage = st.container(key="stage")
    image, has_editors = own_numbers(variant, state)
    recipe = _recipe(name, state)
    if image is not None and recipe.channels == (1, 1):
        show_whole_image(recipe, image)
    has_code = show_code(name, state, None if variant.is_lab else recipe)
    page_words(name, words)
    if more is not None and (has_opening or PREDICT not in state.presentation):  # it may tell the answer
        more(recipe, *opening)
    with stage:  # last, for what comes before may change the recipe
        show_figure(name, state, recipe.to_texts(), words.tries, listens=has_editors or has_code or more is not None)
    page_end()


def _recipe(name: str, state: PageState) -> Recipe:
    """Return the recipe, or the last one that could be drawn: the figure says why there is no other."""
    try:
        recipe = Recipe.from_query(name, state.texts)
    except SpecError:
        return Recipe.from_query(name, state.good or {})
    state.good = recipe.to_texts()
    return recipe
