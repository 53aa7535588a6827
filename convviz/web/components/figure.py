"""The figure on a page: a component that gets its first answer with the page, and all others from ``/scene``.

The figure alone writes the address of its page. It tells the page what it shows only where a part of the page depends
on that; the page tells the figure what it has changed by itself.
"""

import json
from collections.abc import Iterable
from threading import Condition
from typing import Final

import streamlit as st
from cachetools import LRUCache, cached

from convviz import limits
from convviz.assets import ASSETS, SAMPLES
from convviz.figure import Answer, answer
from convviz.html import bundle
from convviz.recipes.model import write_query
from convviz.recipes.variants import VARIANTS
from convviz.web.components.downloads import site_base
from convviz.web.components.elsewhere import LaterError, elsewhere
from convviz.web.components.voice import Try
from convviz.web.state.page_state import PageState, Query, figure_key, has_message, has_narrow_window, skip_message

OF_SCENE: Final = ("terms", "formula", "fill", "predict")
"""The parameters of the look that change the scene; the same as in figure.js."""

NARROW_WIDTH: Final = "430"
"""Layout width for phones, on which cells can be touched and letters can be read; the same as in figure.js."""


_base: Final = site_base()
_entry: Final = (ASSETS / "figure" / "entry.js").read_text(encoding="utf-8")
_script: Final = _entry.replace("SCRIPT", f"{_base}/modules/{bundle.version()}")
_mount, _mount_live = (
    st.components.v2.component(name, html=bundle.markup(), css=style, js=_script)
    for name, style in (
        ("convviz_figure", bundle.style("tries")),
        ("convviz_live_figure", bundle.style("bare", "live")),
    )
)

_BELOW_LIVE: Final = (110, -9999)
"""CSS pixels below a figure that is a part of a page, where what follows shall be in sight, too; on a phone it may be
as high as it is wide.
"""


def show_figure(page: str, state: PageState, good: Query, tries: Iterable[Try], *, listens: bool) -> None:
    """Put the figure of a recipe, or of a comparison, on the page.

    Parameters
    ----------
    page : str
        The name of the variant, or "compare".
    state : PageState
        What the page knows of the figure, and what it has changed.
    good : dict
        Parameters that can be drawn: those of the state, or the latest ones before them.
    tries : iterable of Try
        Settings to try, below its dials.
    listens : bool
        Whether a part of the page depends on the recipe.
    """
    is_narrow, look = has_narrow_window(page), state.presentation
    is_line = page in VARIANTS and VARIANTS[page].is_line  # an image has no row to give
    look_of_scene = write_query({name: look[name] for name in OF_SCENE if name in look})
    first = '"answer":null,"refusal":null'  # a figure that is there asks for all others itself
    if not has_message(page):
        first = _first(page, write_query(good), write_query(state.texts), look_of_scene, is_narrow, state.refusal)
    data = {
        "base": _base,
        "version": bundle.version(),
        "name": page,
        "asked": state.texts,
        "look": look,
        "rest": {**state.extras, **state.section},
        "read": write_query(state.read),
        "image": "" if is_line else next(iter(SAMPLES)),
        "revision": state.revision,
        "changes": state.changes,
        "heard": state.heard,
        "listens": listens,
        "narrow": is_narrow,
        "tries": [each.texts for each in tries],
    }
    _mount(key=figure_key(page), data=f"{json.dumps(data)[:-1]},{first}}}", on_message_change=lambda: None)
    # After a restart of the server the browser sends its last message again. A page hears it only once its figure is
    # there, but has read the address, which says more.
    skip_message(page)


def show_live(name: str) -> None:
    """Put the figure of a variant on a page as one of its parts, to be tried: the picture alone.

    The address of the page stays as it is. Links of the page with ``data-opens`` and the name of the variant open its
    lesson with what the figure shows.
    """
    is_narrow = has_narrow_window(name)
    data = {
        "base": _base, "version": bundle.version(), "name": name, "asked": {}, "look": {}, "rest": {}, "read": "",
        "image": "", "revision": 0, "changes": {}, "heard": 0, "listens": False, "narrow": is_narrow, "bare": True,
        "place": {}, "below": _BELOW_LIVE[is_narrow],
    }  # fmt: skip
    _mount_live(key=f"live:{name}", data=f"{json.dumps(data)[:-1]},{_first(name, '', '', '', is_narrow, '')}}}")


# A class that opens a lesson at once waits for one scene, instead of composing it thirty times.
@cached(LRUCache(limits.FIRST_SCENES_BYTES, getsizeof=len), condition=Condition())
def _first(page: str, shown: str, asked: str, look: str, is_narrow: bool, refusal: str) -> str:
    """Return what a figure shows before it asks for anything: the last settings that work, and why others do not."""
    layout = f"width={NARROW_WIDTH}" if is_narrow else ""
    found = _answer(page, "&".join(filter(None, [shown, look, layout])))
    refused = _answer(page, asked) if shown != asked else None
    if refused is not None and refused.refusal:
        why = refused.text
    else:
        why = json.dumps({"error": refusal, "dial": None, "mends": []} if refusal else None)
    return f'"answer":{found.text},"refusal":{why}'


def _answer(page: str, query: str) -> Answer:
    """Answer in another process, as ``/scene`` does: half of the time of a run, in which no other page would run."""
    try:
        return elsewhere(answer, page, query, is_quick=True)
    except LaterError:
        return answer(page, query)
