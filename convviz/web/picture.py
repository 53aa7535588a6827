"""Previews and downloads: HTML that points at the routes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from ..animation import Animation
from ..errors import SpecError
from ..recipes import Presentation, read_query, write_query
from ..recipes.comparison import Asked
from ..scene.storyboard import LAST_BEATS
from .routes import canonical, file_name

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
    width, height, description = _measures(recipe, write_query(shown))
    moving, still = (escape(address(recipe, shown, suffix)) for suffix in ("gif", "png"))
    return (
        f'<picture class="{style}"><source media="{_STILL}" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(description)}" width="{width}" height="{height}"></picture>'
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
    """The downloads of what a player shows; of too many pixels there is the last frame only, and the reason."""
    downloaded = {"theme": page_theme(), **shown}
    suffixes: tuple[str, ...] = tuple(_FILES)
    try:
        facts = file_facts(recipe, downloaded)
    except SpecError as error:
        facts, suffixes = str(error), ("png",)
    st.html(download_links(recipe, downloaded, suffixes, facts))


def file_facts(recipe: Asked, shown: Mapping[str, str]) -> str:
    """What the downloads are: pixels, frames and seconds.

    Raises
    ------
    SpecError
        All frames together would have too many pixels.
    """
    width, height, _ = _measures(recipe, write_query(shown))
    seconds = Presentation.from_values(shown).seconds_per_step * (recipe.frames - 1 + LAST_BEATS)
    return f"{width} × {height} pixels, {recipe.frames} {'frame' if recipe.frames == 1 else 'frames'}, {seconds:.3g} s"


@lru_cache(256)
def _measures(recipe: Asked, shown: str) -> tuple[int, int, str]:
    scene = Animation(recipe, Presentation.from_values(read_query(shown))).scene
    return scene.width, scene.height, f"{scene.description} {scene.frame(-1).description}"


def _base() -> str:
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
