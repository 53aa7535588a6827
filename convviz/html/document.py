"""The HTML document around the figure, and what the figure finds in it."""

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any, Final

from convviz.assets import ASSETS

from . import bundle

LAYOUTS: Final = ("", "430")
"""Widths for which pictures are laid out: for wide windows, and for phones; the same as in figure.js."""


def document(
    content: Mapping[str, Any], theme: str, body: str, scripts: str = "", head: str = "", foot: str = ""
) -> str:
    """Return a page with a title.

    Parameters
    ----------
    content : mapping
        The answer that the figure shows, or what else has a title and a scene with a description.
    theme : str
        "light", "dark" or "page", as the reader's system is.
    body, scripts, head, foot : str
        HTML: what the page has in it, its scripts, elements of its head, and what is below the figure.
    """
    parts = {
        "THEME": escape(theme), "HEAD": head, "STYLE": bundle.style("bare", "page"), "MARKUP": body, "FOOT": foot,
        "SCRIPTS": scripts, "TITLE": escape(content["title"]), "DESCRIPTION": escape(content["scene"]["description"]),
    }  # fmt: skip
    return "".join(parts.get(piece, piece) for piece in _template())


@cache
def _template() -> list[str]:
    """Return the page in pieces; the ones in capitals give way to what they name."""
    text = (ASSETS / "figure" / "page.html").read_text(encoding="utf-8")
    for name in ("THEME", "HEAD", "STYLE", "MARKUP", "FOOT", "SCRIPTS", "TITLE", "DESCRIPTION"):
        text = text.replace(name, f"\0{name}\0")
    return text.split("\0")


def data_of(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the figure gets of a page that is not Streamlit's, but the answer; figure.js says what it means."""
    return {
        "name": name, "asked": content["texts"], "look": content["presentation"], "rest": {},
        "image": "", "refusal": None, "revision": 0, "changes": {}, "narrow": False, "listens": False, "heard": 0,
    }  # fmt: skip


def in_element(data: object, answered: str = "") -> str:
    """Return data for the figure as an element of the page, with an answer that is JSON already."""
    text = to_json(data)
    if answered:
        text = f'{text[:-1]},"answer":{answered}}}'
    text = text.replace("<", "\\u003c")  # nothing in it ends the element
    return f'<script type="application/json" id="data">{text}</script>\n'


def to_json(value: object) -> str:
    """Return JSON without spaces; it knows no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
