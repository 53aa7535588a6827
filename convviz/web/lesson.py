"""The skeleton of every lesson page: controls, picture, sizes, formula, numbers, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from .. import limits
from ..arithmetic import forward
from ..errors import SpecError
from ..recipes import Recipe
from ..recipes.images import Gray, image_grid
from ..recipes.presentation import FIELDS as SHOW_FIELDS
from ..recipes.samples import RANDOM, named_input, named_weight
from ..recipes.settle import read_values
from ..recipes.tables import Rows, rows_to_text
from ..recipes.variants import Variant, variant_named
from ..scene.words import size, size_formulas
from . import controls
from .clipboard import Table, as_csv, as_latex, as_numpy
from .link import LessonState, publish, receive, replace
from .own_numbers import edit_table
from .picture import download_links, file_facts, page_theme
from .player import show_player
from .whole_image import UPLOAD, choose_image, show_whole_image

STYLE = Path(__file__).resolve().parents[2] / "assets" / "style.css"


_FORMATS: Final[Mapping[str, tuple[Callable[[Table], str], str | None]]] = {
    "CSV": (as_csv, None),
    "NumPy": (as_numpy, "python"),
    "LaTeX": (as_latex, "latex"),
}
"""How the output's numbers can be copied, and the language that colours them."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a lesson says in its own words, as Markdown.

    Attributes
    ----------
    lead : one sentence under the title.
    explanation : what to see and why it matters.
    sources : where to read on.
    """

    lead: str
    explanation: str
    sources: str


def lesson(name: str, words: Words, *, more: Callable[[Recipe], None] | None = None) -> None:
    """A whole lesson page for the variant ``name``; ``more`` shows what only this one has, under its sizes."""
    variant = variant_named(name)
    state = receive(variant)
    values = read_values(variant, state.texts)
    st.html(STYLE)
    # One element where two would do: each is a message of its own, and they are most of a slider's way to the picture.
    st.markdown(f"# {variant.title}\n{words.lead}")
    left, panel = st.columns([2.4, 1], gap="large")
    with panel:
        examples = st.container()
        texts, shown, sources = _panel(variant, state, values)
    with left, st.container(key="stage"):
        picture, below = st.container(), st.container()
    with below:
        extras, image = _own_numbers(variant, state, values, texts, sources)
    changed = controls.changed(variant, texts)
    publish(variant, state, changed, shown, extras)
    with examples:  # only now it is known which one the controls show
        controls.choose_preset(variant, state)
    with picture:
        recipe = _recipe(variant, state, changed)
        _picture(variant, state, recipe, shown)
    with below:
        if image is not None:
            show_whole_image(recipe, image)
        _numbers(recipe)
        if more is not None:
            more(recipe)
    # Under both columns, so that on a phone the controls come before the reading.
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _panel(
    variant: Variant, state: LessonState, values: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str], tuple[str, str]]:
    """All controls: the recipe's texts, the presentation's, and where the numbers come from."""
    texts = controls.view_control(variant, values) | controls.mode_controls(variant, values)
    texts |= controls.shape_controls(variant, values)
    sources = controls.number_choices(variant, values, state.extras)
    texts |= controls.seed_control(variant, values, RANDOM in sources)
    # What is folded away is not even sent: with half the elements a slider is answered in half the time.
    more, picture = _fold(variant, "More"), _fold(variant, "Picture")
    with more:
        texts |= controls.detail_controls(variant, values) if more.open else controls.detail_texts(variant, values)
    with picture:
        shown = controls.picture_controls(variant, _shown_values(state)) if picture.open else state.shown
    return texts, shown, sources


def _fold(variant: Variant, label: str) -> ExpanderContainer:
    """A part of the page that is folded away until somebody wants it; it stays open when an example is chosen."""
    return st.expander(label, key=f"open:{variant.name}.{label.split()[0].lower()}", on_change="rerun")


def _shown_values(state: LessonState) -> dict[str, Any]:
    read = {name: SHOW_FIELDS[name].read(name, text) for name, text in state.shown.items()}
    if "width" in state.shown:
        read["width"] = state.shown["width"]
    if "seconds_per_step" in read:
        read["seconds"] = read.pop("seconds_per_step")
    return read


def _own_numbers(
    variant: Variant, state: LessonState, values: Mapping[str, Any], texts: dict[str, str], sources: tuple[str, str]
) -> tuple[dict[str, str], Gray | None]:
    """The editors that the chosen sources need; puts their numbers into ``texts``."""
    input_source, kernel_source = sources
    sizes = read_values(variant, {name: texts[name] for name in ("input_size", "kernel_size")})
    extras: dict[str, str] = {}
    image = None
    if input_source == controls.IMAGE:
        with st.container(border=True):
            st.markdown("**Input from an image**")
            sample, image = choose_image(variant.name, state.extras.get("image", ""))
            if sample != UPLOAD:
                extras["image"] = sample
            if image is None:
                st.info("Choose a file. Until then the numbers stay as they are.")
                texts["input"] = variant.fields["input"].spell(values["input"])
            else:
                texts["input"] = rows_to_text(image_grid(image, sizes["input_size"]))  # type: ignore[arg-type]
                st.caption("The animation shows a small grid of its grey levels; the whole image is below.")
            if ";" in texts["input"] or "," in texts["input"]:
                texts.pop("input_size")  # the numbers have their size
    elif input_source == controls.OWN:
        _edit(variant, "input", limits.INPUT_SIDE, values, sizes, texts)
    else:
        texts["input"] = input_source
    if kernel_source == controls.OWN:
        _edit(variant, "weight", limits.KERNEL_SIDE, values, sizes, texts)
    elif kernel_source:
        texts["weight"] = kernel_source
    return extras, image


def _edit(
    variant: Variant, name: str, side: int, values: Mapping[str, Any], sizes: Mapping[str, Any], texts: dict[str, str]
) -> None:
    size_name = "input_size" if name == "input" else "kernel_size"
    named = named_input if name == "input" else named_weight

    def start() -> Rows:
        table = values[name]
        if isinstance(table, str):
            table = named(table, values[size_name], values["seed"]).tolist()
        return tuple(map(tuple, table))

    with st.container(border=True):
        st.markdown("**Input numbers**" if name == "input" else "**Kernel numbers**")
        texts[name] = edit_table(variant, name, side, start, sizes[size_name])
    texts.pop(size_name)


def _recipe(variant: Variant, state: LessonState, texts: Mapping[str, str]) -> Recipe:
    """The recipe, or its refusal as one sentence on the page and the last recipe that could be drawn."""
    if state.refusal:
        st.error(state.refusal)
    try:
        recipe = Recipe.from_query(variant.name, texts)
    except SpecError as error:
        # A picture stays, so that nothing jumps away from under the hand that is still on a slider.
        st.error(f"{error} The picture shows the {'defaults' if state.good is None else 'settings before'}.")
        return Recipe.from_query(variant.name, state.good or {})
    state.good = recipe.to_texts()
    return recipe


def _picture(variant: Variant, state: LessonState, recipe: Recipe, shown: Mapping[str, str]) -> None:
    """The player, and the downloads of what it shows."""

    def edit(plane: str, cell: tuple[int, ...], text: str) -> None:
        name = "weight" if plane == "kernel" else plane
        try:
            changed = recipe.with_number(name, cell, text)
        except SpecError as error:
            state.refusal = str(error)
        else:
            extras = {} if name == "input" else state.extras
            replace(variant, LessonState(changed.to_texts(), state.shown, extras, state.address))

    show_player(recipe, shown, step=state.step, pin=state.pin, on_edit=edit)
    downloaded = {"theme": page_theme(), **shown}
    suffixes: tuple[str, ...] = ("gif", "zip", "png")
    try:
        facts = file_facts(recipe, downloaded)
    except SpecError as error:
        facts, suffixes = str(error), ("png",)
    st.html(download_links(recipe, downloaded, suffixes, facts))


def _numbers(recipe: Recipe) -> None:
    """Sizes, formula, and the output to copy."""
    layer, input_size = recipe.layer, recipe["input_size"]
    window = "Kernel" if recipe.get("weight") else "Window"
    facts = {
        "Input": size(input_size),
        window: size(recipe["kernel_size"]),
        f"Effective {window.lower()}": size(layer.effective_kernel_size),
        "Output": size(recipe.output_size),
    }
    pairs = "".join(f"<div><dt>{label}</dt><dd>{text}</dd></div>" for label, text in facts.items())
    st.html(f'<dl class="cv-facts">{pairs}</dl>')
    st.latex(r" \\[1em] ".join(formula.latex for formula in size_formulas(layer, input_size)))
    copying = _fold(variant_named(recipe.variant), "Copy the output's numbers")
    if not copying.open:
        return
    with copying:
        table = forward(layer, recipe.input, recipe.weight, recipe.bias)[0].tolist()
        chosen = st.segmented_control(
            "Format", tuple(_FORMATS), default="CSV", required=True, key=f"{recipe.variant}.format"
        )
        write, language = _FORMATS[chosen or "CSV"]
        st.code(write(table), language=language)
