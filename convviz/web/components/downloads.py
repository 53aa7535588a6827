"""Pictures that pages show or offer by their addresses below ``/render``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from convviz.files import Offer, file_name, offer
from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked
from convviz.scene import compose
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


def site_address(path: str) -> str:
    """Return an address on this site, which may be below a path on its server."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{f'/{base}' if base else ''}/{path}"


def _address(recipe: Asked, show: Presentation, suffix: str) -> str:
    """Return the address of a picture of the recipe."""
    query = recipe.render_query(show)
    return site_address(f"render/{recipe.variant}.{suffix}" + (f"?{query}" if query else ""))


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
    offered = _measures(recipe, show).offer
    anchors = "".join(
        f'<a class="cv-button" href="{escape(_address(recipe, show, suffix))}" title="Download {content}" '
        f'download="{escape(file_name(recipe.variant, recipe.to_query(), suffix))}">{label}</a>'
        for suffix, (label, content) in _FILES.items()
        if suffix in offered.suffixes
    )
    st.html(f'<div class="cv-buttons">{anchors}<span class="cv-note">{escape(offered.note)}</span></div>')


@dataclass(frozen=True, slots=True)
class _Measures:
    """The size and the description of a picture, and what HTTP gives of it."""

    width: int
    height: int
    description: str
    offer: Offer


@lru_cache(256)
def _measures(recipe: Asked, show: Presentation) -> _Measures:
    scene = compose(recipe, show, frames_drawn=0)
    description = f"{scene.description} {scene.frame(-1).description}"
    return _Measures(scene.width, scene.height, description, offer(recipe, amount_of(scene), show))
