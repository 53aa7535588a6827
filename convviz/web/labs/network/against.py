"""A second network next to the first one: its choice, and a table of both in which the differences are marked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.analysis import KNOWN, Difference, Network, Pairing, difference
from convviz.analysis.network_difference import ARROW, SIGNS
from convviz.analysis.receptive.table import COSTS
from convviz.arithmetic.layer_kinds import spell_value
from convviz.assets import ASSETS
from convviz.diagrams.known import DEFAULT, UNKNOWN, known_network, read_network
from convviz.errors import SpecError
from convviz.web.components.charts import table
from convviz.web.components.known_networks import menu_entry
from convviz.web.components.network_choice import PAGE, SOURCES, Choice, choose_file
from convviz.web.components.refusals import as_code, refuse
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Param
from convviz.web.state.widgets import held, reported, segments, select, set_value

FILE: Final = "file"
_CONTROL: Final = f"{PAGE}.against"
_USUAL: Final = "resnet50_v1_5"


def read_other(text: str) -> str:
    """Return the name of a known network, or `FILE` for a file that stays out of links."""
    return text if text == FILE else read_network(text)


AGAINST: Final = Param("against", read_other)


def choose_against(state: PageState, chosen: Choice) -> tuple[Choice, Network | None]:
    """Show a switch, and where it is on the choice of a second network.

    Returns
    -------
    tuple
        The choice with the name of what it is compared with, and that network, None where there is none yet.
    """
    linked = state.texts.get("against", "")
    if chosen.network is None:  # until there is one, the address keeps the other name
        return replace(chosen, against=linked), None
    help_text = "A model before and after a change: which nodes differ, and in what."
    if not st.toggle("Compare with another network", **held(f"{_CONTROL}.on", bool(linked)), help=help_text):
        return chosen, None
    left, middle, right = st.columns((1.1, 1.6, 0.9))
    with left:
        source = segments("Compare with", SOURCES, f"{_CONTROL}.source", FILE if linked == FILE else "known")
    if source == FILE:
        other = choose_file(_CONTROL, middle, right)
        if other.refusal:
            refuse(other.refusal)
        return replace(chosen, against=FILE), other.network
    usual = _USUAL if chosen.name != _USUAL else DEFAULT
    start = linked if linked in KNOWN else usual
    name = select("Other network", tuple(KNOWN), f"{_CONTROL}.name", start, place=middle, format_func=menu_entry)
    size = chosen.network.input_size
    chosen = replace(chosen, against=name)
    try:
        return chosen, known_network(name, UNKNOWN if size is None else spell_value(size))
    except SpecError as error:
        refuse(str(error), "Both networks get the same input size.")
        return chosen, None


# What differs ---------------------------------------------------------------------------------------------------------

MOST_ROWS: Final = 300
"""Rows of the table that are sent at once."""

_WINDOW: Final = 12
"""Rows that are seen at once; style.css has their height."""

_ORDER: Final = ("receptive field", "jump", "center", "output", "operation", "inputs", "aligned", *COSTS)
"""The columns as in the table of one network: the numbers that differ most often are in sight without scrolling."""

_TITLES: Final = {"receptive field": "Field", "inputs": "Reads"}
_NAMES: Final = {"nodes": "Nodes", "input": "Input", "receptive field": "Field of the last node"}
_TEXTS: Final = ("operation", "inputs", "aligned")
_ROW: Final = f"{_CONTROL}.row"
_TABLE_KEY: Final = "table:difference"

_difference: Final = lru_cache(8)(difference)

_mount_table: Final = st.components.v2.component(
    "convviz_difference_table",
    html="""
<p class="cv-swipe">↔ Swipe the table sideways for jump, center and more.</p>
<div class="cv-tall" role="region" aria-label="Table of both networks"></div>
""",
    js=(ASSETS / "network" / "table.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it looks like the other tables, by the page's style sheet
)


def show_difference(chosen: Choice, other: Network, node_key: str) -> None:
    """Show totals, nodes and numbers of both networks; a chosen row sets the control ``node_key`` to its node."""
    assert chosen.network is not None
    st.markdown("## Before and after")
    try:
        compared = _difference(chosen.network, other)
    except SpecError as error:
        refuse(str(error))
        return
    first = compared.first
    words = f"The first node that differs is {as_code(first.name)}, marked {SIGNS[first.kind]}." if first else ""
    st.markdown(f"{words or 'No node differs.'} {compared.summary()}")
    if not compared.rows:
        return
    rows, columns = _choose_rows(compared)
    labels = {_label(row): row for row in rows}
    selected = labels.get(st.session_state.get(_ROW, ""), first or rows[0])

    def choose(label: str) -> None:
        st.session_state[_ROW] = label
        if (row := labels.get(label)) and row.before is not None:
            set_value(node_key, row.before.name)

    _show_rows(rows, columns, len(compared), selected, choose)
    totals, node = st.columns((2, 3), gap="medium")
    with totals:
        _show_totals(compared)
    with node:
        _show_node(compared, selected)
    _show_files(compared)
    st.markdown("## Before, node by node")


def _choose_rows(compared: Difference) -> tuple[Sequence[Pairing], Sequence[str]]:
    """Show which rows can be seen; return the chosen ones, with the columns that differ in them."""
    choices = {
        "differs": ("Only what differs", compared.changes),
        "changed": ("Only what changed itself", tuple(row for row in compared.changes if row.kind != "follows")),
        "all": ("All nodes", compared.rows),
    }
    titles = {name: title for name, (title, rows) in choices.items() if rows}
    control = f"{_CONTROL}.rows.{len(titles)}"  # one that holds what is no choice now would be an error
    _, rows = choices[segments("Rows", titles, control, next(iter(titles)))]
    columns = sorted(compared.columns, key=_ORDER.index)
    if rows is not compared.rows:
        differing = {name for row in rows for name in row.differs} or columns
        columns = [name for name in columns if name in differing or name == "operation"]
    return rows, columns


def _show_rows(
    rows: Sequence[Pairing], columns: Sequence[str], count: int, selected: Pairing, choose: Callable[[str], None]
) -> None:
    """Show these rows of ``count`` as a table."""
    sent = rows[:MOST_ROWS]
    marked = {
        (number, column)
        for number, row in enumerate(sent)
        for column, name in enumerate(("", *columns))
        if name in row.differs or row.before is None or row.after is None
    }
    which = f"All {len(rows)}" if len(rows) == count else f"{len(rows)} of {count}"
    caption = (
        f"{which} nodes: before{ARROW}after where they differ. {SIGNS['changed']} changed itself, {SIGNS['follows']} "
        f"follows from what is before it, {SIGNS['added']} added, {SIGNS['removed']} removed. Choose a name to see its "
        "numbers below."
    )
    if len(rows) > len(sent):
        caption += f" The first {len(sent)} are shown, the files have all."
    st.caption(caption)
    cells = [[_label(row), *(_cell(row, column) for column in columns)] for row in sent]
    texts = [number for number, column in enumerate(columns, start=1) if column in _TEXTS]
    heads = ["Node", *map(_title, columns)]
    with st.container(key="network-difference-long" if len(sent) > _WINDOW else "network-difference"):
        html = table(heads, cells, "", texts=texts, marked=marked, has_buttons=True)
        data = {"html": html, "current": _label(selected)}
        _mount_table(key=_TABLE_KEY, data=data, on_node_change=reported(_TABLE_KEY, "node", choose))


def _show_totals(compared: Difference) -> None:
    """Show what the whole networks have, side by side."""
    rows = [
        (_NAMES.get(name, _title(name)), _signed(before), _signed(after))
        for name, before, after in compared.total_texts()
    ]
    _show_sides("Both networks", rows, [number for number, (_, before, after) in enumerate(rows) if before != after])


def _show_node(compared: Difference, row: Pairing) -> None:
    """Show all that is known of a node in both networks, side by side."""
    before, after = (
        ["–" if side is None else _signed(side.text(name)) for name in compared.columns]
        for side in (row.before, row.after)
    )
    rows = list(zip(map(_title, compared.columns), before, after, strict=True))
    _show_sides(_label(row), rows, [n for n, name in enumerate(compared.columns) if name in row.differs])


def _show_sides(caption: str, rows: Sequence[tuple[str, str, str]], differing: Sequence[int]) -> None:
    lines = [(f"{SIGNS['changed']} {row[0]}" if n in differing else row[0], *row[1:]) for n, row in enumerate(rows)]
    marked = {(number, column) for number in differing for column in (1, 2)}
    st.html(table(("", "Before", "After"), lines, caption, marked=marked, label=caption))


@lru_cache(8)
def _files(compared: Difference) -> dict[str, tuple[str, str, bytes]]:
    """Return the suffix, the kind and the content of each file of a comparison."""
    return {
        "CSV": ("csv", "text/csv", compared.csv().encode()),
        "Markdown": ("md", "text/markdown", compared.markdown().encode()),
        "JSON": ("json", "application/json", compared.json().encode()),
    }


def _show_files(compared: Difference) -> None:
    with st.container(horizontal=True):
        for label, (suffix, kind, content) in _files(compared).items():
            name, words = f"network-difference.{suffix}", f"Download the comparison of all nodes as {label}"
            key, label = f"{_CONTROL}.{suffix}", f"{label}, all {len(compared)} rows"
            st.download_button(label, content, name, kind, key=key, on_click="ignore", help=words)


def _label(row: Pairing) -> str:
    return f"{SIGNS[row.kind]} {row.name}".strip()


def _title(column: str) -> str:
    return _TITLES.get(column, column.capitalize())


def _cell(row: Pairing, column: str) -> str:
    return row.cell(column) if column in ("operation", "inputs") else _signed(row.cell(column))


def _signed(text: str) -> str:
    """Return a text of numbers with true minus signs."""
    return text.replace("-", "−")
