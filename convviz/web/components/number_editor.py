"""A visitor's own numbers: typed into a grid, pasted, uploaded as a table, or the gray levels of an image.

Streamlit's own grid sends every cell and is drawn again while the next one is typed: at 60 ms a key it loses digits. So
the grid is a component that no rerun disturbs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes.images import Gray, image_grid
from convviz.recipes.named_arrays import named_input, named_weight, random_mixing
from convviz.recipes.tables import (
    Planes,
    Rows,
    number_to_text,
    planes_in,
    rows_from_bytes,
    rows_from_link,
    rows_from_text,
    rows_of,
    rows_to_text,
)
from convviz.recipes.variants import Variant
from convviz.web import ASSETS
from convviz.web.state.page_state import PageState, Query
from convviz.web.state.widgets import heard, held, key_of, replace, set_value

from .controls import IMAGE, OWN
from .images import UPLOAD, choose_image
from .page_frame import refuse
from .uploads import drop

_FOLDER: Final = ASSETS / "number_grid"

_mount: Final = st.components.v2.component(
    "convviz_number_grid",
    html=(_FOLDER / "grid.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "grid.js").read_text(encoding="utf-8"),
)

Cells = list[list[str]]
"""The texts of a grid's cells, row by row."""

_SIZES: Final = {"input": "input_size", "weight": "kernel_size"}
_TITLES: Final = {"input": "Input numbers", "weight": "Kernel numbers", "pointwise": "1×1 weights, a row per output"}
_SIDES: Final = {"input": limits.INPUT_SIDE, "weight": limits.KERNEL_SIDE, "pointwise": limits.CHANNELS}
"""The largest number of rows or columns of each table."""

_COUNTS: Final = ("input_size", "kernel_size", "in_channels", "channel_multiplier", "out_channels", "groups")
"""The parameters that say how many numbers each table has."""


def own_numbers(
    variant: Variant, state: PageState, values: Mapping[str, Any], texts: Query, sources: Mapping[str, str]
) -> tuple[Query, Gray | None]:
    """Show the editors that the sources of the tables need, and put their numbers into ``texts``.

    Returns
    -------
    extras : dict
        The name of the sample image, if there is one.
    image : array or None
        The image that the input is taken from.
    """
    extras: Query = {}
    image = None
    wanted = variant.read_lenient({name: texts[name] for name in _COUNTS if name in texts})
    for name, source in sources.items():
        texts[name] = source
        if source == IMAGE:
            image = _from_image(variant, state, values, texts, extras)
        elif source == OWN:
            with st.container(border=True):
                st.markdown(f"**{_TITLES[name]}**")
                texts[name] = _edit(variant, name, values, wanted)
        if any(sign in texts[name] for sign in ",;|"):
            for size in variant.implied[name]:
                texts.pop(size, None)  # it follows from the numbers
    return extras, image


def _from_image(
    variant: Variant, state: PageState, values: Mapping[str, Any], texts: Query, extras: Query
) -> Gray | None:
    """Let the visitor choose an image, whose gray levels become the input."""
    size: Any = variant.fields["input_size"].read("input_size", texts["input_size"])
    channels = int(texts.get("in_channels", "1"))
    with st.container(border=True):
        st.markdown("**Input from an image**")
        sample, image = choose_image(variant.name, state.extras.get("image", ""))
        if sample != UPLOAD:
            extras["image"] = sample
        if image is None:
            st.info("Choose a file. Until then the numbers stay as they are.")
            texts["input"] = variant.fields["input"].spell(values["input"])
            return None
        texts["input"] = "|".join([rows_to_text(image_grid(image, size))] * channels)
        if channels > 1:
            st.caption("Every channel shows the same small grid of its gray levels.")
        else:
            st.caption("The animation shows a small grid of its gray levels; the whole image is below.")
    return image


def _edit(variant: Variant, name: str, values: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Let the visitor edit the planes of a table, one at a time; return all their numbers as a link spells them.

    Parameters
    ----------
    values : mapping
        The numbers to start with are those of these values; a plane that is new starts with zeros.
    wanted : mapping
        The sizes and channels that the controls ask for.
    """
    size, labels = _shape(name, wanted)
    title = _TITLES[name]

    def start() -> Planes:
        table: Rows | Planes | str = values[name]
        if not isinstance(table, str):
            return planes_in(table)
        if name == "pointwise":
            numbers = random_mixing(size, values["seed"])[None]
        else:
            make = named_input if name == "input" else named_weight
            numbers = make(table, values[_SIZES[name]], values["seed"], len(labels))
        return tuple(tuple(map(tuple, plane)) for plane in numbers.tolist())

    if len(labels) == 1:
        return _Table(variant, name, name).edit(lambda: start()[0], size, title)
    key = f"{variant.name}.{name}.planes"
    if key not in st.session_state:
        st.session_state[key] = dict(enumerate(start()))
    planes: dict[int, Rows] = st.session_state[key]
    chosen = st.selectbox("Plane", range(len(labels)), key=key_of(f"{key}.chosen"), format_func=lambda k: labels[k])
    chosen = min(chosen, len(labels) - 1)
    tables = [_Table(variant, name, f"{name}.{k}") for k in range(len(labels))]
    for k, table in enumerate(tables):
        if table.key in st.session_state:  # also what was typed just before another plane was chosen
            with suppress(SpecError):  # the grid of that plane says it
                planes[k] = table.read()
    rows = tables[chosen].edit(lambda: planes.get(chosen, ((0.0,),)), size, f"{title}, {labels[chosen]}")
    planes[chosen] = rows_from_link(name, rows, _SIDES[name])
    return "|".join(rows_to_text(_fitted(planes.get(k, ()), size)) for k in range(len(labels)))


def _shape(name: str, wanted: Mapping[str, Any]) -> tuple[tuple[int, int], Sequence[str]]:
    """Return the size of each plane of a table, and the labels of the planes."""
    channels = wanted.get("in_channels", 1)
    if name == "input":
        return wanted["input_size"], [f"Channel {channel}" for channel in range(channels)]
    multiplier, outputs = wanted.get("channel_multiplier"), wanted.get("out_channels", 1)
    if name == "pointwise":
        return (outputs, channels * multiplier), [""]
    if multiplier is not None:
        labels = [f"Kernel {k}, input channel {k // multiplier}" for k in range(channels * multiplier)]
    else:
        depth = channels // wanted.get("groups", 1)
        labels = [f"Kernel {output}, slice {k}" for output in range(outputs) for k in range(depth)]
    return wanted["kernel_size"], labels


def _fitted(rows: Rows, size: tuple[int, int]) -> Rows:
    """Cut rows to a size, or fill them up with zeros."""
    filled = (*rows, *[()] * size[0])[: size[0]]
    return tuple((*row, *[0.0] * size[1])[: size[1]] for row in filled)


@dataclass(frozen=True, slots=True)
class _Table:
    """The numbers of one plane, which the session keeps.

    Below `key` are the texts that its grid started with, below ``.now`` those that it holds, below ``.good`` the last
    numbers that could be read, below ``.memory`` what was cut off, in case the slider comes back.

    Attributes
    ----------
    name : str
        "input", "weight" or "pointwise".
    place : str
        Which of several tables of this name it is.
    """

    variant: Variant
    name: str
    place: str

    @property
    def key(self) -> str:
        """The keys of its controls begin with it."""
        return f"{self.variant.name}.{self.place}.table"

    def edit(self, start: Callable[[], Rows], size: tuple[int, int], title: str) -> str:
        """Let the visitor edit the table; return the last numbers that could be read, as a link spells them.

        Parameters
        ----------
        start : callable
            Returns the numbers to start with.
        size : (int, int)
            Rows and columns that the sliders ask for: the table is cut, or filled up with earlier numbers, else zeros.
        title : str
            What the numbers are called.
        """
        key = self.key
        if key not in st.session_state:
            self._put(start())
        with suppress(SpecError):  # shown below, next to the grid
            self.read()
        if (len(st.session_state[key]), len(st.session_state[key][0])) != size:
            self._resize(size)
        edit, paste, upload = st.tabs(["Edit", "Paste", "CSV file"], key=f"{key}.tabs")
        with paste:
            self._paste()
        with upload:
            self._upload()
        with edit:
            if size[0] * size[1] > limits.GRID_NUMBERS:
                st.caption(
                    f"{size[0]} × {size[1]} numbers are more than the {limits.GRID_NUMBERS:,} of a grid: paste them or "
                    "upload a file."
                )
            else:
                data = {"label": title, "rows": st.session_state[key], "most": limits.NUMBER}
                _mount(key=key_of(f"{key}.editor"), data=json.dumps(data), on_rows_change=lambda: None)
            try:
                self.read()
            except SpecError as error:
                refuse(error, "The picture keeps the previous numbers.")
        return rows_to_text(st.session_state[f"{key}.good"])

    def read(self) -> Rows:
        """Return the numbers that the grid holds.

        Raises
        ------
        SpecError
            A cell is not a number; the previous numbers stay.
        """
        editor = key_of(f"{self.key}.editor")
        if editor in st.session_state:
            st.session_state[f"{self.key}.now"] = _typed(editor, st.session_state[self.key])
        else:  # the grid was not shown, and starts with what it held
            st.session_state[self.key] = st.session_state[f"{self.key}.now"]
        cells = [[_decimal_point(cell) for cell in row] for row in st.session_state[f"{self.key}.now"]]
        rows = rows_of(self.name, cells, _SIDES[self.name])
        st.session_state[f"{self.key}.good"] = rows
        return rows

    def _put(self, rows: Rows) -> None:
        """Let the grid start with these numbers."""
        self._put_cells([[number_to_text(cell) for cell in row] for row in rows])
        st.session_state[f"{self.key}.good"] = rows
        st.session_state[f"{self.key}.memory"] = {}

    def _put_cells(self, cells: Cells) -> None:
        st.session_state[self.key] = st.session_state[f"{self.key}.now"] = cells
        replace(f"{self.key}.editor")  # its changes belong to the table before

    def _resize(self, size: tuple[int, int]) -> None:
        """Cut the table or fill it up, and remember what is cut off."""
        memory = st.session_state[f"{self.key}.memory"]
        for i, row in enumerate(st.session_state[f"{self.key}.now"]):
            memory.update({(i, j): cell for j, cell in enumerate(row)})
        self._put_cells([[memory.get((i, j), "0") for j in range(size[1])] for i in range(size[0])])

    def _take(self, door: str, read: Callable[[], Rows]) -> None:
        """Accept numbers from outside, or keep their refusal; the size sliders follow the numbers."""
        try:
            rows = read()
        except SpecError as error:
            st.session_state[f"{self.key}.{door}.refusal"] = str(error)
            return
        self._put(rows)
        if self.name not in _SIZES:
            return  # its size follows from the channels: the table is cut or filled up
        size, slider = (len(rows), len(rows[0])), f"{self.variant.name}.{_SIZES[self.name]}"
        if size[0] != size[1]:
            set_value(f"{self.variant.name}.apart", True)
        set_value(slider, size[0])
        for axis, cells in zip("hw", size, strict=True):
            set_value(f"{slider}.{axis}", cells)

    def _paste(self) -> None:
        control = f"{self.key}.paste"

        def take(text: str) -> None:
            st.session_state[f"{control}.refusal"] = ""
            if text.strip():
                self._take("paste", lambda: rows_from_text(self.name, text, _SIDES[self.name]))

        st.text_area(
            "Numbers, a row per line",
            **held(control, ""),
            on_change=heard(control, take),
            height=120,
            max_chars=limits.TEXT,
            placeholder="1\t2\t3\n4\t5\t6",
            help="Tabs, semicolons, commas or blanks between numbers. Takes effect with Ctrl+Enter.",
        )
        _show_refusal(control)

    def _upload(self) -> None:
        control = f"{self.key}.file"

        def take(file: UploadedFile | DeletedFile | None) -> None:
            if isinstance(file, DeletedFile):  # it was read before
                return
            st.session_state[f"{control}.refusal"] = ""
            if file is not None:
                data = drop(file)
                self._take("file", lambda: rows_from_bytes(self.name, data, _SIDES[self.name]))

        st.file_uploader(
            "A text file of numbers",
            ["csv", "tsv", "txt"],
            key=key_of(control),
            on_change=heard(control, take),
            max_upload_size=limits.TABLE_MEGABYTES,
        )
        _show_refusal(control)


def _typed(key: str, cells: Cells) -> Cells:
    """Return what the cells of a grid hold, which started with ``cells``; it may not be shown in this run yet."""
    typed: Any = st.session_state.get(key, {}).get("rows")
    size = [len(row) for row in cells]
    if not isinstance(typed, list) or [len(row) if isinstance(row, list) else -1 for row in typed] != size:
        return cells  # nothing is typed yet, or something that no grid sends
    return [[str(cell) for cell in row] for row in typed]


def _decimal_point(cell: str) -> str:
    """Return a cell's text with a decimal point, where a decimal comma was typed; an empty cell stays empty."""
    text = cell.strip()
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _show_refusal(control: str) -> None:
    if sentence := st.session_state.get(f"{control}.refusal"):
        refuse(sentence)
