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
from convviz.assets import ASSETS
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.images import Gray, image_grid
from convviz.recipes.pasted import Reading, table_from_bytes, table_from_text
from convviz.recipes.tables import Planes, Rows, number_to_text, planes_in, planes_to_text, rows_of, rows_to_text
from convviz.recipes.variants import Variant
from convviz.web.state.page_state import PageState, Query, changed, moved_dial, state_of
from convviz.web.state.widgets import heard, held, key_of, replace, reported, value_of

from .images import UPLOAD, choose_image
from .refusals import as_sentence, refuse
from .uploads import drop
from .voice import with_links

_FOLDER: Final = ASSETS / "number_grid"

_mount: Final = st.components.v2.component(
    "convviz_number_grid",
    html=(_FOLDER / "grid.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "grid.js").read_text(encoding="utf-8"),
)

_reveal: Final = st.components.v2.component(
    "convviz_reveal", js=(ASSETS / "reveal" / "reveal.js").read_text(encoding="utf-8")
)

Cells = list[list[str]]
"""The texts of a grid's cells, row by row."""

_TITLES: Final = {"pointwise": "1×1 weights, a row per output"}
"""What the numbers of a table are called where that is not the label of its field and "numbers"."""


def own_numbers(variant: Variant, state: PageState) -> tuple[Gray | None, bool]:
    """Show the editors of the tables whose numbers are the visitor's own, and change the recipe by what they say.

    An editor that the visitor has just asked for at a dial of the figure comes into view, with the focus in it.

    Returns
    -------
    image : array or None
        The image that the input is taken from.
    has_editors : bool
        Whether there is any editor.
    """
    values = variant.read_lenient(state.texts)
    image = None
    before = st.session_state.get(f"{variant.name}.editors", {})
    editors = {}
    for name in variant.implied:
        extras = state.extras
        is_image = name == "input" and _is_from_image(variant, state)
        if isinstance(values[name], str) and not is_image:
            continue
        editors[name] = is_image
        card = st.container(border=True, key=f"own-{name}")
        with card:
            if is_image:
                image, text, extras = _from_image(variant, extras, values)
            else:
                st.markdown(f"**{_title(variant, name)}**")
                text = _edit(variant, name, values)
            if before.get(name) != is_image and moved_dial(variant.name) == name:
                _reveal(key=f"{variant.name}.{name}.reveal")
        if (text, extras) != (state.texts.get(name), state.extras):
            state.change({name: text} | dict.fromkeys(variant.implied[name], ""), extras)
        with card:
            _show_outcome(variant, name, state)
    st.session_state[f"{variant.name}.editors"] = editors
    return image, bool(editors)


def _is_from_image(variant: Variant, state: PageState) -> bool:
    """Return whether the input is an image: a sample, or an uploaded one as long as its numbers are the input."""
    is_upload = value_of(f"{variant.name}.sample") == UPLOAD
    return "image" in state.extras or (is_upload and st.session_state[_taken(variant)] == state.texts.get("input"))


def _from_image(variant: Variant, extras: Query, values: Mapping[str, Any]) -> tuple[Gray | None, str, Query]:
    """Let the visitor choose an image; return it, its gray levels as the input, and the extras that name it."""
    channels, sample = values.get("in_channels", 1), extras.get("image", UPLOAD)
    if st.session_state.get(f"{variant.name}.image") != sample:
        replace(f"{variant.name}.sample")  # the figure has another image, or a link
    st.markdown("**Input from an image**")
    sample, image = choose_image(variant.name, sample)
    if image is None:
        st.info("Choose a file. Until then the numbers stay as they are.")
        text = variant.fields["input"].spell(values["input"])
    else:
        text = "|".join([rows_to_text(image_grid(image, values["input_size"]))] * channels)
        if channels > 1:
            st.caption("Every channel shows the same small grid of its gray levels.")
        else:
            words = "The animation shows a small grid of its gray levels; the whole image is below. See also its "
            st.caption(with_links(words + "[pixels one by one](on-an-image)."), unsafe_allow_html=True)
    st.session_state[f"{variant.name}.image"], st.session_state[_taken(variant)] = sample, text
    return image, text, changed(extras, {"image": "" if sample == UPLOAD else sample})


def _taken(variant: Variant) -> str:
    return f"{variant.name}.taken"


def _edit(variant: Variant, name: str, values: Mapping[str, Any]) -> str:
    """Let the visitor edit the planes of a table, one at a time; return all their numbers as a link spells them."""
    planes, labels, title = list(planes_in(values[name])), _labels(name, values), _title(variant, name)
    if len(labels) == 1:
        return rows_to_text(_Table(variant, name, name).edit(planes[0], title))
    tables = [_Table(variant, name, f"{name}.{k}") for k in range(len(labels))]
    key = key_of(f"{variant.name}.{name}.planes.chosen")
    chosen: int = st.selectbox("Plane", range(len(labels)), key=key, format_func=lambda k: labels[k])
    for k, table in enumerate(tables):
        if k != chosen and table.key in st.session_state:  # also what was typed just before another plane was chosen
            with suppress(SpecError):  # the grid of that plane says it
                planes[k] = table.current(planes[k])
    planes[chosen] = tables[chosen].edit(planes[chosen], f"{title}, {labels[chosen]}")
    size = len(planes[chosen]), len(planes[chosen][0])
    return "|".join(rows_to_text(_fitted(plane, size)) for plane in planes)


def _title(variant: Variant, name: str) -> str:
    return _TITLES.get(name, f"{variant.fields[name].label} numbers")


def _labels(name: str, values: Mapping[str, Any]) -> Sequence[str]:
    """Return the labels of the planes of a table."""
    channels = values.get("in_channels", 1)
    if name == "input":
        return [f"Channel {channel}" for channel in range(channels)]
    if name == "pointwise":
        return [""]
    multiplier, outputs = values.get("channel_multiplier"), values.get("out_channels", 1)
    if multiplier is not None:
        return [f"Kernel {k}, input channel {k // multiplier}" for k in range(channels * multiplier)]
    depth, width = (count // values.get("groups", 1) for count in (channels, outputs))
    if "output_padding" in values:  # the weight of a transposed convolution is stored by input channel
        return [
            f"Kernel {channel // depth * width + k}, slice {channel % depth}"
            for channel in range(channels)
            for k in range(width)
        ]
    return [f"Kernel {output}, slice {k}" for output in range(outputs) for k in range(depth)]


def _fitted(rows: Rows, size: tuple[int, int]) -> Rows:
    """Cut rows to a size, or fill them up with zeros."""
    filled = (*rows, *[()] * size[0])[: size[0]]
    return tuple((*row, *[0.0] * size[1])[: size[1]] for row in filled)


@dataclass(frozen=True, slots=True)
class _Table:
    """The numbers of one plane, which the session keeps.

    Below `key` are the texts that its grid started with, below ``.now`` those that it holds, below ``.good`` the last
    numbers that could be read, below ``.known`` those that the figure has.

    Attributes
    ----------
    name : str
        "input", "weight" and the like.
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

    def edit(self, rows: Rows, title: str) -> Rows:
        """Let the visitor edit the table; return the last numbers that could be read.

        Parameters
        ----------
        rows : tuple of tuple of float
            The numbers that the figure has.
        title : str
            What the numbers are called.
        """
        key, refusal = self.key, ""
        try:
            self.current(rows)
        except SpecError as error:
            refusal = f"{as_sentence(error)} The picture keeps the previous numbers."
        size = len(st.session_state[key]), len(st.session_state[key][0])
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
                editor = key_of(f"{key}.editor")
                data = {"label": title, "rows": st.session_state[key], "most": limits.NUMBER, "refusal": refusal}
                _mount(
                    key=editor,
                    data=json.dumps(data),
                    on_rows_change=lambda: None,
                    on_pasted_change=reported(editor, "pasted", self._read_paste),
                )
        good: Rows = st.session_state[f"{key}.good"]
        st.session_state[f"{key}.known"] = good
        return good

    def current(self, rows: Rows) -> Rows:
        """Return the numbers of the grid, or ``rows`` where the figure has others than it had.

        Raises
        ------
        SpecError
            As `read`.
        """
        known = st.session_state.get(f"{self.key}.known")
        if rows != known:
            st.session_state[f"{self.key}.known"] = rows
            if known is None or rows != st.session_state[f"{self.key}.good"]:
                self._put(rows)
        return self.read()

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
        rows = self._checked(rows_of(self.name, cells, self._side))
        st.session_state[f"{self.key}.good"] = rows
        return rows

    @property
    def _side(self) -> int:
        """The largest number of rows or columns."""
        return self.variant.fields[self.name].side

    def _checked(self, rows: Rows) -> Rows:
        """Return numbers as the parameter takes them: along a line a column is a row."""
        read: Any = self.variant.fields[self.name].read(self.name, rows)
        checked: Rows = planes_in(read)[0]
        return checked

    def _put(self, rows: Rows) -> None:
        """Let the grid start with these numbers."""
        cells = [[number_to_text(cell) for cell in row] for row in rows]
        st.session_state[self.key] = st.session_state[f"{self.key}.now"] = cells
        replace(f"{self.key}.editor")  # its changes belong to the table before
        st.session_state[f"{self.key}.good"] = rows

    def _take(self, read: Callable[[], Reading]) -> None:
        """Accept numbers from outside, or keep their refusal."""
        outcome: Reading | SpecError
        try:
            outcome = read()
            if len(planes_in(outcome.table)) > 1:
                self._put_planes(outcome.table)
            else:
                self._put(self._checked(planes_in(outcome.table)[0]))
        except SpecError as error:
            outcome = error
        st.session_state[_outcome(self.variant, self.name)] = self, outcome

    def take_other(self, reading: Reading) -> None:
        """Accept the other meaning of a text."""
        self._take(lambda: reading)

    def _put_planes(self, table: Rows | Planes) -> None:
        """Let all planes have other numbers, whose count the channels follow."""
        state = state_of(self.variant.name)
        changes = {self.name: planes_to_text(table)} | dict.fromkeys(self.variant.implied[self.name], "")
        self.variant.read(changed(state.texts, changes))
        state.change(changes)

    def _read_paste(self, text: str) -> None:
        self._take(lambda: table_from_text(self.name, text, self._side))

    def _paste(self) -> None:
        control = f"{self.key}.paste"
        with st.form(f"{control}.form", border=False):
            st.text_area(
                "Numbers, a row per line",
                **held(control, ""),
                height="content",
                max_chars=limits.TEXT,
                placeholder="1\t2\t3\n4\t5\t6\n7\t8\t9",
                help="Also what notebooks print, fractions such as 1/9, and tables of LaTeX, Markdown or MATLAB.",
            )
            st.form_submit_button("Use these numbers", on_click=heard(control, self._read_paste))

    def _upload(self) -> None:
        control = f"{self.key}.file"

        def take(file: UploadedFile | DeletedFile | None) -> None:
            if isinstance(file, DeletedFile):  # it was read before
                return
            if file is not None:
                data = drop(file)
                self._take(lambda: table_from_bytes(self.name, data, self._side))

        st.file_uploader(
            "A text file of numbers",
            ["csv", "tsv", "txt"],
            key=key_of(control),
            on_change=heard(control, take),
            max_upload_size=limits.TABLE_MEGABYTES,
        )


def _outcome(variant: Variant, name: str) -> str:
    return f"{variant.name}.{name}.outcome"


def _show_outcome(variant: Variant, name: str, state: PageState) -> None:
    """Say how the latest numbers from outside were read, as long as they are there, or why they were refused."""
    table, outcome = st.session_state.get(_outcome(variant, name), (None, None))
    if isinstance(outcome, SpecError):
        refuse(outcome)
    elif outcome is not None and name in state.texts:
        now: Any = variant.fields[name].read(name, state.texts[name])
        if not all(plane in planes_in(now) for plane in planes_in(outcome.table)):
            return
        st.caption(f"Read as {outcome}.")
        if outcome.other is not None:
            key = f"{_outcome(variant, name)}.other"
            st.button(f"Read as {outcome.other}", key=key, on_click=table.take_other, args=(outcome.other,))
        try:
            Recipe.from_query(variant.name, state.texts)
        except SpecError as error:
            refuse(error, "The picture shows the last settings that worked.")


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
