"""Pictures that pages show by their addresses below ``/render``, and the theme that they have."""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Final

import streamlit as st

from convviz.recipes import Presentation
from convviz.recipes.comparison import Asked
from convviz.scene import compose

_STILL: Final = "(prefers-reduced-motion: reduce)"


def page_theme() -> str:
    """Return whether the visitor's page is "dark" or "light"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def site_base() -> str:
    """Return the path of the site's root on its server, without a slash at its end."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def site_address(path: str) -> str:
    """Return an address on this site."""
    return f"{site_base()}/{path}"


def picture_address(recipe: Asked, show: Presentation, suffix: str, frame: int | None = None) -> str:
    """Return the address of a picture of the recipe, or of one of its frames."""
    query = recipe.render_query(show, frame)
    return site_address(f"render/{recipe.variant}.{suffix}" + (f"?{query}" if query else ""))


def moving_picture(recipe: Asked, options: Mapping[str, str]) -> str:
    """Return a moving picture as HTML; it has its size before it is loaded, and is still where motion is reduced."""
    show = Presentation.from_values(options)
    width, height, description = _measures(recipe, show)
    moving, still = (escape(picture_address(recipe, show, suffix)) for suffix in ("gif", "png"))
    return (
        f'<picture class="cv-picture"><source media="{_STILL}" srcset="{still}">'
        f'<img src="{moving}" alt="{escape(description)}" width="{width}" '
        f'height="{height}"></picture>'
    )


@lru_cache(256)
def _measures(recipe: Asked, show: Presentation) -> tuple[int, int, str]:
    """Return the width, the height and the description of a picture."""
    scene = compose(recipe, show, frames_drawn=0)
    return scene.width, scene.height, f"{scene.description} {scene.frame(-1).description}"
