"""Previews and downloads: HTML that points at the routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from convviz.animation import Animation
from convviz.errors import SpecError
from convviz.recipes import Presentation, read_query, write_query
from convviz.recipes.comparison import Asked
from convviz.recipes.model import check_query
from convviz.scene.storyboard import LAST_BEATS

from .drawing_time import check_seconds
from .render_links import canonical, file_name

_STILL: Final = "(prefers-reduced-motion: reduce)"

_FILES: Final[Mapping[str, tuple[str, str]]] = {
    "gif": ("Download GIF", "the animation"),
    "zip": ("PNG frames (zip)", "every frame as a picture; the number of a file is that of its step"),
    "png": ("Last frame (PNG)", "the result as one picture"),
}


def page_theme() -> str:
    """Whether the visitor's page is "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def address(recipe: Asked, shown: Mapping[str, str], suffix: str, **options: str) -> str:
    """Where a picture of the recipe is found."""
    query = canonical(recipe.variant, {**recipe.to_texts(), **shown, **options})
    return f"{_base()}/render/{recipe.variant}.{suffix}" + (f"?{query}" if query else "")


def moving_picture(recipe: Asked, shown: Mapping[str, str], style: str = "cv-preview") -> str:
    """An animated picture that keeps its place while it loads, and stands still for those who ask for that.

    In the style "cv-preview" all pictures have one shape, as on the home page; in "cv-picture" each has its own.
    """
    measures = _measures(recipe, write_query(shown))
    moving, still = (escape(address(recipe, shown, suffix)) for suffix in ("gif", "png"))
    return (
        f'<picture class="{style}"><source media="{_STILL}" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(measures.description)}" width="{measures.width}" '
        f'height="{measures.height}"></picture>'
    )


def download_links(recipe: Asked, shown: Mapping[str, str], suffixes: Sequence[str], facts: str) -> str:
    """The downloads of a recipe as links that look like buttons, and what there is to say of them."""
    anchors = "".join(
        f'<a class="cv-button" href="{escape(address(recipe, shown, suffix))}" title="Download {words}" '
        f'download="{escape(file_name(recipe.variant, recipe.to_query(), suffix))}">{label}</a>'
        for suffix, (label, words) in _FILES.items()
        if suffix in suffixes
    )
    return f'<div class="cv-buttons">{anchors}<span class="cv-note">{escape(facts)}</span></div>'


def offer_downloads(recipe: Asked, shown: Mapping[str, str]) -> None:
    """Put links to the files of a picture on the page; of files that cannot be had there is the reason."""
    downloaded = {"theme": page_theme(), **shown}
    facts, suffixes = _offer(recipe, downloaded)
    st.html(download_links(recipe, downloaded, suffixes, facts))


def _offer(recipe: Asked, shown: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Return what there is to say of the files, and the suffixes of those that HTTP gives."""
    try:
        check_query(recipe.to_query())
    except SpecError as error:  # too long for a link
        return str(error), ()
    try:
        facts, refusals = file_facts(recipe, shown), _measures(recipe, write_query(shown)).refusals
    except SpecError as error:
        return str(error), ("png",)
    # Whatever refuses the GIF refuses the zip, too: the first reason is enough.
    words = f"{facts}. {next(iter(refusals.values()))}" if refusals else facts
    return words, [suffix for suffix in _FILES if suffix not in refusals]


def file_facts(recipe: Asked, shown: Mapping[str, str]) -> str:
    """What the downloads are: pixels, frames and seconds.

    Raises
    ------
    SpecError
        All frames together would have too many pixels.
    """
    measures = _measures(recipe, write_query(shown))
    seconds = Presentation.from_values(shown).seconds_per_step * (recipe.frames - 1 + LAST_BEATS)
    frames = "frame" if recipe.frames == 1 else "frames"
    return f"{measures.width} × {measures.height} pixels, {recipe.frames} {frames}, {seconds:.3g} s"


@dataclass(frozen=True, slots=True)
class _Measures:
    """A picture's size and words, and why HTTP does not give some of its files."""

    width: int
    height: int
    description: str
    refusals: Mapping[str, str]


@lru_cache(256)
def _measures(recipe: Asked, shown: str) -> _Measures:
    scene = Animation(recipe, Presentation.from_values(read_query(shown))).scene
    refusals = {}
    for suffix in _FILES:
        try:
            check_seconds(recipe, scene, suffix)
        except SpecError as error:
            refusals[suffix] = str(error)
    return _Measures(scene.width, scene.height, f"{scene.description} {scene.frame(-1).description}", refusals)


def _base() -> str:
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
