"""The page of every lesson: controls, picture, sizes, formula, numbers, and its texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.named_arrays import RANDOM
from convviz.recipes.variants import Variant, variant_named
from convviz.web.components.controls import (
    IMAGE,
    OWN,
    Editor,
    are_uneven,
    bounds,
    changed,
    choose_preset,
    hides_dilation,
    picture_section,
)
from convviz.web.components.downloads import offer_downloads
from convviz.web.components.images import show_whole_image
from convviz.web.components.number_editor import own_numbers
from convviz.web.components.page_frame import Words, page_foot, page_head, place_of_refusals, refuse
from convviz.web.components.player import show_player
from convviz.web.components.summary import show_facts
from convviz.web.state.page_state import PageState, Query, publish, put
from convviz.web.state.params import Section, receive_lesson
from convviz.web.state.widgets import fold, held, select, set_value, value_of

_SIZES: Final = ("input_size", "kernel_size", "stride", "padding", "dilation", "output_padding")
_CHANNELS: Final = ("in_channels", "channel_multiplier", "out_channels", "groups")
_CHANNELS_PER_ROW: Final = 2
"""With three boxes in a row the page hides their buttons."""

_MORE: Final = ("padding_mode", "flip", "bias", "storyboard")


def lesson(
    name: str, words: Words, *, more: Callable[[Recipe], None] | None = None, section: Section | None = None
) -> None:
    """Show the whole page of the variant ``name``.

    Parameters
    ----------
    more : callable, optional
        Shows what only this lesson has, below its sizes.
    section : Section, optional
        The part of that which has parameters of its own.
    """
    variant = variant_named(name)
    state = receive_lesson(variant, section)
    values = variant.read_lenient(state.texts)
    page_head(variant.title, words)
    stage, panel = st.columns([2.4, 1], gap="large")
    typed, refusals, below = st.container(), place_of_refusals(), st.container()
    with panel:
        examples = st.container()
        texts, sources = _layer_controls(variant, state, values)
        presentation = picture_section(name, state)
    # Text and numbers are typed below both columns: on a phone the controls follow the picture at once.
    with typed:
        extras, image = own_numbers(variant, state, values, texts, sources)
    texts = changed(variant, texts)
    publish(state, texts, presentation, extras)
    with examples:  # only now it is known which one the controls show
        choose_preset(variant, state)
    with refusals:
        recipe = _recipe(variant, state, texts)
    with stage, st.container(key="stage"):
        _picture(variant, state, recipe, presentation)
    with below:
        if image is not None and recipe.channels == (1, 1):
            show_whole_image(recipe, image)
        show_facts(recipe)
        if more is not None:
            more(recipe)
    page_foot(words)


def _layer_controls(variant: Variant, state: PageState, values: Mapping[str, Any]) -> tuple[Query, Query]:
    """Show the controls of a lesson's layer; return what they say, and where the numbers of each table come from."""
    editor = Editor(variant.name, variant, values)
    texts = editor.texts(("view", "mode", "ceil_mode"))
    texts |= (editor.spelled if texts.get("mode") == "max" else editor.texts)(("count_include_pad",))
    texts |= editor.texts(("act", "layers"))
    _show_refusal(editor, "The picture shows the previous stack.")
    texts |= _size_controls(editor, texts)
    texts |= _channel_controls(editor)
    sources = {
        name: _choose_source(editor, name, state) for name in ("input", "weight", "pointwise") if name in variant.fields
    }
    if "seed" in variant.fields:
        texts["seed"] = _seed_control(editor) if RANDOM in sources.values() else str(values["seed"])
    if "storyboard" in variant.fields:
        with (section := fold(variant.name, "More")):
            texts |= _more_controls(editor, is_open=bool(section.open))
    return texts, sources


def _show_refusal(editor: Editor, more: str) -> None:
    for sentence in editor.refusals[:1]:
        refuse(sentence, more)
    editor.refusals.clear()


def _choose_source(editor: Editor, name: str, state: PageState) -> str:
    """Show the menu of a table; return where its numbers come from: a named array, `OWN` or `IMAGE`."""
    value = editor.values[name] if isinstance(editor.values[name], str) else OWN
    if name != "input":
        return editor.source(name, value)
    return editor.source(name, IMAGE if "image" in state.extras else value, IMAGE)


def _size_controls(editor: Editor, texts: Query) -> Query:
    """Show sizes, stride, padding and dilation; of a stack with layers of its own, the input size only."""
    is_stack = not texts.get("layers", "1").isdecimal()
    is_undilated = hides_dilation(texts.get("mode"), editor.values)
    names = [name for name in _SIZES if not (is_stack and name != "input_size")]
    if is_undilated:
        names.remove("dilation")
    is_apart = st.toggle(
        "Set height and width separately",
        **held(editor.key("apart"), are_uneven(names, editor.values)),
        help="Give height and width, and each side of the padding, a value of its own.",
    )
    sizes = replace(editor, is_apart=is_apart).texts(names)
    if is_undilated:
        sizes["dilation"] = "1"
        st.caption("Dilation is for max pooling only, as in PyTorch.")
    return sizes


def _channel_controls(editor: Editor) -> Query:
    """Show the channels; in an expander where most layers have only one."""
    names = [name for name in _CHANNELS if name in editor.variant.fields]
    if not names:
        return {}
    if editor.variant.defaults["in_channels"] != 1:  # the variant is about them
        return _channel_boxes(editor, names)
    section = fold(editor.variant.name, "Channels", expanded=max(editor.values[name] for name in names) > 1)
    if not section.open:
        return editor.spelled(names)
    with section:
        return _channel_boxes(editor, names)


def _channel_boxes(editor: Editor, names: Sequence[str]) -> Query:
    texts: Query = {}
    for first in range(0, len(names), _CHANNELS_PER_ROW):
        row = names[first : first + _CHANNELS_PER_ROW]
        for column, name in zip(st.columns(_CHANNELS_PER_ROW), row, strict=False):
            with column:
                texts |= editor.texts((name,))
    _show_refusal(editor, "The picture keeps the previous number.")
    return texts


def _seed_control(editor: Editor) -> str:
    """Show the seed, with a button for other numbers."""
    field, start, control = editor.variant.fields["seed"], editor.values["seed"], editor.key("seed")
    number, button = st.columns([2, 1], vertical_alignment="bottom")

    def shuffle() -> None:
        set_value(control, (value_of(control, start) + 1) % (limits.SEED + 1))

    seed = number.number_input(field.label, *bounds(field), step=1, **held(control, start), help=field.help)
    button.button("New", on_click=shuffle, key=editor.key("shuffle"), help="Other random numbers", width="stretch")
    return str(seed)


def _more_controls(editor: Editor, *, is_open: bool) -> Query:
    """Show what is needed less often: padding rule and mode, flip, bias and storyboard."""
    padding, value = editor.variant.fields["padding"], editor.values["padding"]
    if not is_open:
        return editor.spelled(_MORE) | ({"padding": value} if isinstance(value, str) else {})
    texts = {}
    if padding.choices:
        rules = {"numbers": "as set above", **padding.choices}
        start = value if isinstance(value, str) else "numbers"
        rule = select("Padding rule", rules, editor.key("rule"), start)
        if rule != "numbers":
            texts["padding"] = rule
    return texts | editor.texts(_MORE)


def _recipe(variant: Variant, state: PageState, texts: Mapping[str, str]) -> Recipe:
    """Return the recipe; if there is none, show its refusal and return the last recipe that could be drawn."""
    if state.refusal:
        refuse(state.refusal)
    try:
        recipe = Recipe.from_query(variant.name, texts)
    except SpecError as error:
        # A picture stays, so that nothing moves under the pointer of a person who still drags a slider.
        refuse(error, f"The picture shows the {'defaults' if state.good is None else 'previous settings'}.")
        return Recipe.from_query(variant.name, state.good or {})
    state.good = recipe.to_texts()
    return recipe


def _picture(variant: Variant, state: PageState, recipe: Recipe, presentation: Query) -> None:
    """Show the player, and the downloads of what it shows."""

    def edit(plane: str, cell: tuple[int, ...], text: str) -> None:
        name = "weight" if plane == "kernel" else plane
        try:
            edited = recipe.with_number(name, cell, text)
        except SpecError as error:
            state.refusal = str(error)
        else:
            extras = {} if name == "input" else state.extras
            put(variant.name, edited.to_texts(), extras)

    show_player(recipe, presentation, step=state.step, pin=state.pin, on_edit=edit)
    offer_downloads(recipe, presentation)
