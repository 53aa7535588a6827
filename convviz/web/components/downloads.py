"""Pictures that pages show or offer by their addresses below ``/render``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from convviz.animation import Animation
from convviz.errors import SpecError
from convviz.files import check_seconds, file_name
from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked
from convviz.recipes.model import check_query
from convviz.scene.figure import LAST_BEATS
from convviz.scene.primitives import amount_of

_STILL: Final = "(prefers-reduced-motion: reduce)"

_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "gif": ("Download GIF", "the animation"),
    "zip": ("PNG frames (zip)", "every frame as a picture; the number of a file is that of its step"),
    "png": ("Last frame (PNG)", "the result as one picture"),
}


def page_theme() -> str:
    """Return whether the visitor's page is "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def _address(recipe: Asked, show: Presentation, suffix: str) -> str:
    """Return the address of a picture of the recipe."""
    base, query = str(st.get_option("server.baseUrlPath") or "").strip("/"), recipe.render_query(show)
    return f"{f'/{base}' if base else ''}/render/{recipe.variant}.{suffix}" + (f"?{query}" if query else "")


def moving_picture(recipe: Asked, options: Mapping[str, str], style: str = "cv-preview") -> str:
    """Return an animated picture as HTML that has its size before it is loaded, and is still where motion is reduced.

    In the style "cv-preview" all pictures have one shape, as on the home page; in "cv-picture" each has its own.
    """
    show = Presentation.from_values(options)
    measures = _measures(recipe, show)
    moving, still = (escape(_address(recipe, show, suffix)) for suffix in ("gif", "png"))
    return (
        f'<picture class="{style}"><source media="{_STILL}" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(measures.description)}" width="{measures.width}" '
        f'height="{measures.height}"></picture>'
    )


def offer_downloads(recipe: Asked, presentation: Mapping[str, str]) -> None:
    """Show links to the files of a picture, which look like buttons; for a file that HTTP does not give, the reason."""
    show = Presentation.from_values({"theme": page_theme(), **presentation})
    facts, suffixes = _offer(recipe, show)
    anchors = "".join(
        f'<a class="cv-button" href="{escape(_address(recipe, show, suffix))}" title="Download {content}" '
        f'download="{escape(file_name(recipe.variant, recipe.to_query(), suffix))}">{label}</a>'
        for suffix, (label, content) in _FILES.items()
        if suffix in suffixes
    )
    st.html(f'<div class="cv-buttons">{anchors}<span class="cv-note">{escape(facts)}</span></div>')


def _offer(recipe: Asked, show: Presentation) -> tuple[str, Sequence[str]]:
    """Return pixels, frames and seconds of the files, and the suffixes of those that HTTP gives."""
    try:
        check_query(recipe.to_query())
    except SpecError as error:  # too long for a link
        return str(error), ()
    try:
        measures = _measures(recipe, show)
    except SpecError as error:  # all frames together would have too many pixels
        return str(error), ("png",)
    seconds = show.seconds_per_step * (recipe.frames - 1 + LAST_BEATS)
    frames = "frame" if recipe.frames == 1 else "frames"
    facts = f"{measures.width} × {measures.height} pixels, {recipe.frames} {frames}, {seconds:.3g} s"
    # Whatever refuses the GIF also refuses the zip: the first reason is enough.
    reason = next((f". {reason}" for reason in measures.refusals.values()), "")
    return f"{facts}{reason}", [suffix for suffix in _FILES if suffix not in measures.refusals]


@dataclass(frozen=True, slots=True)
class _Measures:
    """The size and the description of a picture, and why HTTP does not give some of its files."""

    width: int
    height: int
    description: str
    refusals: Mapping[str, str]


@lru_cache(256)
def _measures(recipe: Asked, show: Presentation) -> _Measures:
    scene = Animation(recipe, show).scene
    amount, refusals = amount_of(scene), {}
    for suffix in _FILES:
        try:
            check_seconds(recipe, amount, suffix)
        except SpecError as error:
            refusals[suffix] = str(error)
    return _Measures(scene.width, scene.height, f"{scene.description} {scene.frame(-1).description}", refusals)
