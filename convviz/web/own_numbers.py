"""A visitor's own numbers: edited in a grid, pasted, uploaded as a table, or taken from an image."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from .. import limits
from ..errors import SpecError
from ..recipes.tables import Rows, number_to_text, rows_from_bytes, rows_from_text
from ..recipes.variants import Variant
from .controls import hold


def edit_table(variant: Variant, name: str, side: int, start: Callable[[], Rows], size: tuple[int, int]) -> str:
    """Let the visitor change a table; gives it as a link spells it, empty cells included.

    Parameters
    ----------
    name : str
        "input" or "weight".
    side : int
        The largest number of rows or columns.
    start : callable
        The numbers to begin with.
    size : (int, int)
        Rows and columns that the sliders ask for: the table is cut, or filled up with zeros.
    """
    key = f"{variant.name}.{name}.table"
    if key not in st.session_state:
        _put(key, start())
    if st.session_state[f"{key}.size"] != size:
        _put(key, _resized(_current(key), size), keep_size=size)
    edit, paste, upload = st.tabs(["Edit", "Paste", "CSV file"], key=f"{key}.tabs")
    with paste:
        _paste(variant, key, name, side)
    with upload:
        _upload(variant, key, name, side)
    with edit:
        frame = st.session_state[key]
        columns = {column: st.column_config.NumberColumn(column, width="small", step=None) for column in frame.columns}
        edited = st.data_editor(
            frame, key=f"{key}.editor.{st.session_state[f'{key}.version']}", hide_index=False, column_config=columns,
            width="content", height="content", row_height=32,
        )  # fmt: skip
    st.session_state[f"{key}.now"] = edited
    return ";".join(",".join(map(_spelt, row)) for row in edited.to_numpy().tolist())


def _spelt(cell: float) -> str:
    """A cell as a link spells it; an empty one stays empty, for the recipe to refuse."""
    return "" if pd.isna(cell) else number_to_text(cell)


def _put(key: str, rows: Rows, keep_size: tuple[int, int] | None = None) -> None:
    """A new table for the editor to begin with; a new version, because an editor's changes belong to one table."""
    frame = pd.DataFrame(rows, dtype=float)
    frame.columns = [str(column) for column in range(frame.shape[1])]
    st.session_state[key] = frame
    st.session_state[f"{key}.now"] = frame
    st.session_state[f"{key}.version"] = st.session_state.get(f"{key}.version", 0) + 1
    st.session_state[f"{key}.size"] = keep_size or frame.shape


def _current(key: str) -> Rows:
    frame: pd.DataFrame = st.session_state[f"{key}.now"]
    return tuple(tuple(0.0 if pd.isna(cell) else float(cell) for cell in row) for row in frame.to_numpy().tolist())


def _resized(rows: Rows, size: tuple[int, int]) -> Rows:
    return tuple(
        tuple(rows[i][j] if i < len(rows) and j < len(rows[0]) else 0.0 for j in range(size[1])) for i in range(size[0])
    )


def _take(variant: Variant, key: str, name: str, rows: Rows) -> None:
    """Accept a table from outside; the size sliders follow it."""
    size = (len(rows), len(rows[0]))
    _put(key, rows)
    slider = f"{variant.name}.{'input_size' if name == 'input' else 'kernel_size'}"
    if size[0] != size[1]:
        st.session_state[f"{variant.name}.apart"] = True
    st.session_state[slider] = size[0]
    st.session_state[f"{slider}.h"], st.session_state[f"{slider}.w"] = size


def _paste(variant: Variant, key: str, name: str, side: int) -> None:
    text_key = hold(f"{key}.paste", "")

    def take() -> None:
        text = st.session_state[text_key]
        st.session_state[f"{key}.paste.refusal"] = ""
        if text.strip():
            _try(key, "paste", lambda: _take(variant, key, name, rows_from_text(name, text, side)))

    st.text_area(
        "Numbers, a row per line", key=text_key, on_change=take, height=120, max_chars=limits.TEXT,
        placeholder="1\t2\t3\n4\t5\t6",
        help="Tabs, semicolons, commas or blanks between numbers. Takes effect with Ctrl+Enter.",
    )  # fmt: skip
    _show_refusal(f"{key}.paste.refusal")


def _upload(variant: Variant, key: str, name: str, side: int) -> None:
    file_key = f"{key}.file"

    def take() -> None:
        st.session_state[f"{key}.file.refusal"] = ""
        file = st.session_state[file_key]
        if file is not None:
            _try(key, "file", lambda: _take(variant, key, name, rows_from_bytes(name, file.getvalue(), side)))

    st.file_uploader("A text file of numbers", ["csv", "tsv", "txt"], key=file_key, on_change=take)
    _show_refusal(f"{key}.file.refusal")


def _try(key: str, door: str, action: Callable[[], Any]) -> None:
    try:
        action()
    except SpecError as error:
        st.session_state[f"{key}.{door}.refusal"] = str(error)


def _show_refusal(key: str) -> None:
    if st.session_state.get(key):
        st.error(st.session_state[key])
