"""Code and pictures, both ways: a field for the code of a layer or a stack, and the layer of a page as code.

What the field holds is in the address of its page. Code of another page's layer leads there, and stays in the field.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html import escape
from math import prod
from typing import Final

import streamlit as st

from convviz import limits
from convviz.arithmetic.arguments import Pair
from convviz.assets import ASSETS
from convviz.errors import SpecError
from convviz.recipes import FRAMEWORKS, Recipe, notes_of, write_query
from convviz.recipes.model import read_query
from convviz.recipes.parameters import read_pair
from convviz.recipes.reading import Reading, ReadLine, read_code
from convviz.web.state.page_state import PageState, Query, changed, has_message, state_of
from convviz.web.state.params import CODE
from convviz.web.state.widgets import fold, held, key_of, segments, set_value

from .charts import table
from .page_table import title_of
from .refusals import as_text, refuse

_CODE, _SIZE = CODE
_TITLE: Final = CODE[_CODE].opens

EXAMPLES: Final[Mapping[str, str]] = {
    "A layer of PyTorch": "nn.Conv2d(3, 16, 3, stride=2)",
    "A layer of Keras": 'layers.Conv2D(8, (3, 5), strides=2, padding="same")',
    "A stack with Linear": """model = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5), nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(400, 10),
)
y = model(torch.randn(1, 1, 28, 28))""",
}
"""What can be tried in an empty field."""


_GO: Final = "code leads to"

_follow: Final = st.components.v2.component(
    "convviz_follow", js=(ASSETS / "follow" / "follow.js").read_text(encoding="utf-8")
)


def open_code(page: str, state: PageState) -> None:
    """Say above the figure which line of the code does not fit; of a link that has nothing but code open the layer."""
    if _CODE not in state.extras:
        return
    try:
        reading = _read(state.extras)
    except SpecError:
        return  # which is said below the field
    if reading.problem is not None:
        refuse(f"Line {reading.problem.number} of the code: {reading.problem.problem}")
    there, query = reading.address or ("", "")
    has_only_code = _CODE in state.read and state.read.keys() <= CODE.keys() and state.address == state.read
    if has_only_code and there == page and query and not has_message(page):
        state.change(read_query(query))


def show_code(page: str, state: PageState, recipe: Recipe | None) -> bool:
    """Show the field and the code of the page's own layer, if the visitor has opened them; return whether that is so.

    Parameters
    ----------
    page : str
        The name of a variant.
    state : PageState
        What the page knows of its figure.
    recipe : Recipe, optional
        What is shown as code; none for studies, which compute no numbers.
    """
    if link := st.session_state.pop(_GO, ""):
        _follow(key="code.follow", data=link)
    expander = fold(page, _TITLE, expanded=_CODE in state.extras)
    if not expander.open:
        return False
    with expander:
        if recipe is None:
            _show_field(page, state)
        else:
            into, out = st.columns(2, gap="large")
            with into:
                _show_field(page, state)
            with out:
                _show_own_code(page, recipe)
        if _CODE in state.extras:
            _show_outcome(page, state)
    return True


# The field ------------------------------------------------------------------------------------------------------------


def _show_field(page: str, state: PageState) -> None:
    """Show the field, a size next to it, and what can be tried as long as it is empty."""
    controls = {name: f"{page}.{name}" for name in CODE}
    for name, control in controls.items():
        if st.session_state.get(f"{control} of link") != (text := state.extras.get(name, "")):
            st.session_state[f"{control} of link"] = text  # a link, or an example, has brought another one
            set_value(control, text)
    with st.form(f"{page}.code.form", border=False):
        st.text_area(
            "Code of a layer or a stack",
            height=190,
            max_chars=limits.CODE_FIELD,
            placeholder="nn.Conv2d(3, 16, 3, stride=2)",
            help="PyTorch, Keras, Flax or JAX. The code is read, never executed.",
            **held(controls[_CODE], state.extras.get(_CODE, "")),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Input size, if the code has none",
                placeholder="32 or 32x48",
                help="Rows and columns of the input of the first layer.",
                width=230,
                **held(controls[_SIZE], state.extras.get(_SIZE, "")),
            )
            keys = {name: key_of(control) for name, control in controls.items()}
            st.form_submit_button("Show it", type="primary", on_click=lambda: _take(page, _typed(keys)))
    if not state.extras.get(_CODE):
        with st.container(horizontal=True):
            for label, text in EXAMPLES.items():
                st.button(label, key=f"{page}.code.{label}", on_click=_take, args=(page, {_CODE: text}))


def _typed(keys: Mapping[str, str]) -> Query:
    return {name: text for name, key in keys.items() if (text := str(st.session_state.get(key) or "").strip())}


def _take(page: str, typed: Query) -> None:
    """Lead to what shows the code, here or on another page. Code that is not readable stays in the field."""
    with suppress(SpecError):  # which is said below the field
        if _CODE in typed and (link := _link(_read(typed), typed)):
            st.session_state[_GO] = link
            return
    state = state_of(page)
    state.change({}, changed(state.extras, dict.fromkeys(CODE, "") | typed))


def _link(reading: Reading, typed: Query) -> str:
    """Return the link to the figure of the code, with the code in the field; "" if no figure shows it."""
    if reading.address is None:
        return ""
    page, query = reading.address
    return f"{page}?{write_query(read_query(query) | typed)}"


def _read(typed: Query) -> Reading:
    size: int | Pair | None = None
    if text := typed.get(_SIZE):
        size = read_pair("Input size", text, 1, limits.CODE_INPUT)
        size = size[0] if size[0] == size[1] else size  # one number is for a signal, too
    return _read_cached(typed[_CODE], size)


_read_cached: Final = lru_cache(64)(read_code)


# What was read --------------------------------------------------------------------------------------------------------


def _show_outcome(page: str, state: PageState) -> None:
    """Show what was read, line by line, and what does not fit."""
    typed = {name: state.extras[name] for name in CODE if name in state.extras}
    try:
        reading = _read(typed)
    except SpecError as error:
        refuse(error)
        return
    if words := "\n\n".join(_sentences(reading)):
        st.markdown(words)
    st.html(table_of(reading))
    there, query = reading.address or (page, write_query(state.texts))
    if (there, read_query(query)) != (page, state.texts):
        words = "Show the settings of the code in the figure" if there == page else f"Show it in: {title_of(there)}"
        button = f'<a class="cv-button cv-to" href="{escape(_link(reading, typed))}" target="_self">{escape(words)}</a>'
        st.html(f'<div class="cv-buttons">{button}</div>')


def _sentences(reading: Reading) -> Iterator[str]:
    """Yield what the table does not say, as Markdown: above all what the first fully connected layer has to read."""
    if reading.address is None:
        yield "No page has a figure of these layers."
    if reading.input_size is None:
        yield "The code does not say how large its input is: type a size, and the shapes follow."
    if reading.in_features is None:
        return
    sides = next((line.shape for line in reversed(_before_flat(reading.lines)) if line.shape), None)
    cause = ": " + " × ".join(map(str, sides)) if sides and prod(sides) == reading.in_features else ""
    if reading.dialect == "pytorch":
        yield f"`nn.Linear` needs **in_features={reading.in_features}**{cause}."
    else:
        yield f"The first dense layer reads **{reading.in_features} numbers**{cause}."


def _before_flat(lines: tuple[ReadLine, ...]) -> list[ReadLine]:
    """Return the lines whose output has places, up to the first one that has none."""
    flat = next((n for n, line in enumerate(lines) if line.shape is not None and len(line.shape) == 1), len(lines))
    return [line for line in lines[:flat] if line.shape is not None]


def table_of(reading: Reading) -> str:
    """Return what was read as a table; the lines that do not fit are marked and say so."""
    rows, marked, said = [], set[tuple[int, int]](), set[str]()
    for number, line in enumerate(reading.lines):
        problem = f"Does not fit: {line.problem}" if line.problem else ""
        shape = "?" if line.shape is None else " × ".join(map(str, line.shape))
        notes = " ".join(filter(None, [problem, *(note for note in line.notes if note not in said)]))
        said |= set(line.notes)
        rows.append((str(line.number), line.source, _with_signs(line.words), shape, _with_signs(notes)))
        if problem:
            marked |= {(number, column) for column in range(1, 5)}
    head = ("Line", "code", "what it is", "shape after it", "what to know")
    caption = "Shapes are channels × height × width, whatever the framework's own order is."
    return table(head, rows, caption, texts=(1, 2, 4), marked=marked, label="The layers of the code")


def _with_signs(words: str) -> str:
    return words.replace(" x ", " × ").replace("->", "→")


# The page's own layer -------------------------------------------------------------------------------------------------


def _show_own_code(page: str, recipe: Recipe) -> None:
    """Show the layer of the figure as code in one framework."""
    labels = {name: framework.label for name, framework in FRAMEWORKS.items()}
    name = segments("What the figure shows, as code", labels, f"{page}.dialect", next(iter(labels)))
    try:
        program = recipe.computed.to_code(name)
    except SpecError as error:
        st.caption(as_text(str(error)))
        return
    st.code(program, height=270)
    st.caption(" ".join(map(as_text, notes_of(recipe.computed, name))) or "As a file: Download, below the figure.")
