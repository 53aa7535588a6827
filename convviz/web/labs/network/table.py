"""The table of all nodes: to search, to choose from, to copy and to download."""

from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.analysis import Network
from convviz.analysis.receptive.table import Row, Table
from convviz.charts.network_labels import ALIGNED, operation_words, pair
from convviz.web import ASSETS
from convviz.web.components.tables import table
from convviz.web.state.widgets import fold, held, key_of, set_value

MOST_ROWS: Final = 300
"""Rows of the table that are sent at once."""

WINDOW: Final = 12
"""Rows that are seen at once; style.css has their height."""

_HEAD: Final = ("Node", "Field", "Jump", "Center", "Padding", "Output", "Aligned", "Operation")
_TEXTS: Final = (6, 7)
_KEY: Final = "table:network"

_mount: Final = st.components.v2.component(
    "convviz_node_table",
    html="""
<p class="cv-swipe">↔ Swipe the table sideways for jump, center and more.</p>
<div class="cv-tall" role="region" aria-label="Table of all nodes"></div>
""",
    js=(ASSETS / "network" / "table.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it looks like the other tables, by the page's style sheet
)


@lru_cache(16)
def _table(network: Network) -> Table:
    return network.table()


def table_rows(network: Network, search: str) -> list[Row]:
    """The rows of the nodes whose names have a text in them."""
    return [row for row in _table(network) if search.strip().lower() in row.name.lower()]


def show_table(network: Network, node: str, node_key: str, page: str) -> None:
    """All nodes with their numbers; what holds the chosen node is told the one of a chosen row."""
    search = st.text_input("Search by node name", **held(f"{page}.search", ""), placeholder="Part of a name")
    rows = table_rows(network, search)
    if rows:
        _show_rows(network, rows, node, node_key)
    else:
        st.info("No node has this in its name.")
    _files(network, page)


def _show_rows(network: Network, rows: list[Row], node: str, node_key: str) -> None:
    count = len(network.nodes) - 1
    shown = rows[:MOST_ROWS]
    cells = [
        [row.name, pair(row.receptive_field), pair(row.jump), pair(row.center), pair(row.padding),
         pair(row.output_size), ALIGNED[row.is_aligned], operation_words(network, network.node(row.name))]
        for row in shown
    ]  # fmt: skip
    caption = f"{f'All {count}' if len(rows) == count else f'{len(rows)} of {count}'} nodes after the input, height × "
    caption += "width in input cells, counted from 0. Choose a name to select its node."
    if len(rows) > len(shown):
        caption += f" The first {len(shown)} are shown, the files have all."

    def choose() -> None:
        if name := st.session_state.get(_KEY, {}).get("node"):
            set_value(node_key, str(name))

    strong = [number for number, row in enumerate(shown) if row.name == node]
    st.caption(caption)
    with st.container(key="network-table-long" if len(shown) > WINDOW else "network-table"):
        data = {"html": table(_HEAD, cells, "", strong, texts=_TEXTS, has_buttons=True)}
        _mount(key=_KEY, data=data, on_node_change=choose)


def _files(network: Network, page: str) -> None:
    """The whole table as text, whatever is searched for."""
    found = _table(network)
    with st.container(horizontal=True):
        for label, text, suffix, mime in (("CSV", found.csv(), "csv", "text/csv"),
                                          ("Markdown", found.markdown(), "md", "text/markdown")):  # fmt: skip
            st.download_button(
                f"{label}, all {len(found)} nodes", text.encode(), f"receptive-fields.{suffix}", mime,
                key=f"{page}.{suffix}", on_click="ignore", help=f"Download the whole table as {label}",
            )  # fmt: skip
    copying = fold(page, "Table to copy")
    if copying.open:
        with copying:
            kind = st.segmented_control(
                "Write as", ("CSV", "Markdown"), default="CSV", required=True, key=key_of(f"{page}.written")
            )
            text = found.markdown() if kind == "Markdown" else found.csv().replace("\r\n", "\n").strip()
            st.code(text, language=None, height=320)
