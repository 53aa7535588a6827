"""A grid of numbers to type into: a component that no rerun disturbs.

Streamlit's own grid sends every cell and is drawn again while the next one is typed: at 60 ms a key it loses digits.
"""

import json
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.web import ASSETS

_FOLDER: Final = ASSETS / "number_grid"

_mount: Final = st.components.v2.component(
    "convviz_number_grid",
    html=(_FOLDER / "grid.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "grid.js").read_text(encoding="utf-8"),
)

Texts = list[list[str]]


def number_grid(label: str, texts: Texts, *, key: str) -> None:
    """Show a grid; `typed_in` tells what its cells hold.

    Parameters
    ----------
    label : str
        What the numbers are, for those who hear the page.
    texts : list of list of str
        The rows that the grid begins with. To show others, give it another ``key``.
    """
    data = json.dumps({"label": label, "rows": texts, "most": limits.NUMBER})
    _mount(key=key, data=data, on_rows_change=lambda: None)


def typed_in(key: str, texts: Texts) -> Texts:
    """Return what the cells of a grid hold, which began with ``texts``; it need not be shown in this run yet."""
    typed: Any = st.session_state.get(key, {}).get("rows")
    size = [len(row) for row in texts]
    if not isinstance(typed, list) or [len(row) if isinstance(row, list) else -1 for row in typed] != size:
        return texts  # nothing is typed yet, or what no grid sends
    return [[str(cell) for cell in row] for row in typed]
