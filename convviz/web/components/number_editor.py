"""A visitor's own numbers: edited in a grid, pasted, uploaded as a table, or taken from an image."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes.tables import (
    Planes,
    Rows,
    number_to_text,
    rows_from_bytes,
    rows_from_link,
    rows_from_text,
    rows_of,
    rows_to_text,
)
from convviz.recipes.variants import Variant
from convviz.web import ASSETS
from convviz.web.state.widgets import heard, held, key_of, replace, set_value

from .errors import refuse
from .uploads import drop

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


# The editor -----------------------------------------------------------------------------------------------------------


def edit_planes(
    variant: Variant,
    name: str,
    side: int,
    start: Callable[[], Planes],
    size: tuple[int, int],
    title: str,
    labels: Sequence[str],
) -> str:
    """Let the visitor change tables of one size, one at a time; gives all their numbers, as a link spells them.

    Parameters
    ----------
    start : callable
        The planes to begin with.
    title : str
        What the numbers are called.
    labels : sequence of str
        What each plane is called. Planes that there are not yet begin with zeros.
    """
    if len(labels) == 1:
        return edit_table(variant, name, side, lambda: start()[0], size, title)
    key = f"{variant.name}.{name}.planes"
    if key not in st.session_state:
        st.session_state[key] = dict(enumerate(start()))
    planes: dict[int, Rows] = st.session_state[key]
    chosen = st.selectbox("Plane", range(len(labels)), key=key_of(f"{key}.chosen"), format_func=lambda k: labels[k])
    chosen = min(chosen, len(labels) - 1)
    for k, table in ((k, f"{variant.name}.{name}.{k}.table") for k in range(len(labels))):
        if table in st.session_state:  # also what was typed just before another plane was chosen
            with suppress(SpecError):  # said where its grid is
                planes[k] = _read_grid(table, name, side)
    rows = edit_table(
        variant, name, side, lambda: planes.get(chosen, ((0.0,),)), size, f"{title}, {labels[chosen]}",
        f"{name}.{chosen}",
    )  # fmt: skip
    planes[chosen] = rows_from_link(name, rows, side)
    return "|".join(rows_to_text(_fitted(planes.get(k, ()), size)) for k in range(len(labels)))


def _fitted(rows: Rows, size: tuple[int, int]) -> Rows:
    """Rows cut to a size, or filled up with zeros."""
    filled = (*rows, *[()] * size[0])[: size[0]]
    return tuple((*row, *[0.0] * size[1])[: size[1]] for row in filled)


def edit_table(
    variant: Variant, name: str, side: int, start: Callable[[], Rows], size: tuple[int, int], title: str,
    place: str = "",
) -> str:  # fmt: skip
    """Let the visitor change a table; gives the last numbers that could be read, as a link spells them.

    Parameters
    ----------
    name : str
        "input", "weight" or "pointwise".
    side : int
        The largest number of rows or columns.
    start : callable
        The numbers to begin with.
    size : (int, int)
        Rows and columns that the sliders ask for: the table is cut, or filled up with what stood there, else zeros.
    title : str
        What the numbers are called.
    place : str
        Which of several tables of this name it is.
    """
    key = f"{variant.name}.{place or name}.table"
    if key not in st.session_state:
        _put(key, start())
    with suppress(SpecError):  # said below, where the grid is
        _read_grid(key, name, side)
    if (len(st.session_state[key]), len(st.session_state[key][0])) != size:
        _resize(key, size)
    edit, paste, upload = st.tabs(["Edit", "Paste", "CSV file"], key=f"{key}.tabs")
    with paste:
        _paste(variant, key, name, side)
    with upload:
        _upload(variant, key, name, side)
    with edit:
        if size[0] * size[1] > limits.GRID_NUMBERS:
            st.caption(
                f"{size[0]} × {size[1]} numbers are more than the {limits.GRID_NUMBERS:,} of a grid: paste them or "
                "upload a file."
            )
        else:
            number_grid(title, st.session_state[key], key=key_of(f"{key}.editor"))
        try:
            _read_grid(key, name, side)
        except SpecError as error:
            refuse(error, "The picture keeps the previous numbers.")
    return rows_to_text(st.session_state[f"{key}.good"])


def _read_grid(key: str, name: str, side: int) -> Rows:
    """Return the numbers that the grid of a table holds.

    Raises
    ------
    SpecError
        A cell is no number; the numbers before stay.
    """
    editor = key_of(f"{key}.editor")
    if editor in st.session_state:
        st.session_state[f"{key}.now"] = typed_in(editor, st.session_state[key])
    else:  # it was out of sight, and begins with what it held
        st.session_state[key] = st.session_state[f"{key}.now"]
    plain = [[_plain(cell) for cell in row] for row in st.session_state[f"{key}.now"]]
    st.session_state[f"{key}.good"] = rows_of(name, plain, side)
    good: Rows = st.session_state[f"{key}.good"]
    return good


def _plain(cell: str) -> str:
    """A cell's text with a decimal point, where a decimal comma was typed; an empty cell stays empty."""
    text = cell.strip()
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _put(key: str, rows: Rows) -> None:
    """New numbers for the editor to begin with."""
    _put_texts(key, [[number_to_text(cell) for cell in row] for row in rows])
    st.session_state[f"{key}.good"] = rows
    st.session_state[f"{key}.memory"] = {}


def _put_texts(key: str, texts: Texts) -> None:
    st.session_state[key] = st.session_state[f"{key}.now"] = texts
    replace(f"{key}.editor")  # its changes belong to one table


def _resize(key: str, size: tuple[int, int]) -> None:
    """Cut the table or fill it up; what is cut off is remembered, in case the slider comes back."""
    memory = st.session_state[f"{key}.memory"]
    for i, row in enumerate(st.session_state[f"{key}.now"]):
        memory.update({(i, j): cell for j, cell in enumerate(row)})
    _put_texts(key, [[memory.get((i, j), "0") for j in range(size[1])] for i in range(size[0])])


def _take(variant: Variant, key: str, name: str, rows: Rows) -> None:
    """Accept a table from outside; the size sliders follow it."""
    size = (len(rows), len(rows[0]))
    _put(key, rows)
    if name == "pointwise":
        return  # its size follows from the channels; the table is cut, or filled up
    slider = f"{variant.name}.{'input_size' if name == 'input' else 'kernel_size'}"
    if size[0] != size[1]:
        set_value(f"{variant.name}.apart", True)
    set_value(slider, size[0])
    for axis, cells in zip("hw", size, strict=True):
        set_value(f"{slider}.{axis}", cells)


def _paste(variant: Variant, key: str, name: str, side: int) -> None:
    control = f"{key}.paste"

    def take(text: str) -> None:
        st.session_state[f"{key}.paste.refusal"] = ""
        if text.strip():
            _try(key, "paste", lambda: _take(variant, key, name, rows_from_text(name, text, side)))

    st.text_area(
        "Numbers, a row per line", **held(control, ""), on_change=heard(control, take), height=120,
        max_chars=limits.TEXT, placeholder="1\t2\t3\n4\t5\t6",
        help="Tabs, semicolons, commas or blanks between numbers. Takes effect with Ctrl+Enter.",
    )  # fmt: skip
    _show_refusal(f"{key}.paste.refusal")


def _upload(variant: Variant, key: str, name: str, side: int) -> None:
    control = f"{key}.file"

    def take(file: UploadedFile | DeletedFile | None) -> None:
        if isinstance(file, DeletedFile):  # which was read
            return
        st.session_state[f"{key}.file.refusal"] = ""
        if file is not None:
            data = drop(file)
            _try(key, "file", lambda: _take(variant, key, name, rows_from_bytes(name, data, side)))

    st.file_uploader(
        "A text file of numbers", ["csv", "tsv", "txt"], key=key_of(control), on_change=heard(control, take),
        max_upload_size=limits.TABLE_MEGABYTES,
    )  # fmt: skip
    _show_refusal(f"{key}.file.refusal")


def _try(key: str, door: str, action: Callable[[], Any]) -> None:
    try:
        action()
    except SpecError as error:
        st.session_state[f"{key}.{door}.refusal"] = str(error)


def _show_refusal(key: str) -> None:
    if st.session_state.get(key):
        refuse(st.session_state[key])
