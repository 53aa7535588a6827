"""The table of all nodes: to search, to choose from, to copy and to download."""

from functools import lru_cache, partial
from typing import Final

import streamlit as st

from convviz.analysis import Network, Row, Table
from convviz.charts.network_labels import ALIGNED, operation_words, pair
from convviz.web import ASSETS
from convviz.web.components.tables import table
from convviz.web.state.widgets import fold, held, reported, segments, set_value

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


def show_table(network: Network, node: str, node_key: str, page: str) -> None:
    """Show all nodes with their numbers; a chosen row sets the control ``node_key`` to its node."""
    search = st.text_input("Search by node name", **held(f"{page}.search", ""), placeholder="Part of a name")
    rows = [row for row in _table(network) if search.strip().lower() in row.name.lower()]
    if rows:
        _show_rows(network, rows, node, node_key)
    else:
        st.info("No node has this in its name.")
    _show_files(network, page)


def _show_rows(network: Network, rows: list[Row], node: str, node_key: str) -> None:
    count, sent = len(network.nodes) - 1, rows[:MOST_ROWS]
    cells = []
    for row in sent:
        numbers = (row.receptive_field, row.jump, row.center, row.padding, row.output_size)
        operation = operation_words(network, network.node(row.name))
        cells.append([row.name, *map(pair, numbers), ALIGNED[row.is_aligned], operation])
    which = f"All {count}" if len(rows) == count else f"{len(rows)} of {count}"
    caption = (
        f"{which} nodes after the input, height × width in input cells, counted from 0. Choose a name to select its "
        "node."
    )
    if len(rows) > len(sent):
        caption += f" The first {len(sent)} are shown, the files have all."

    strong = [number for number, row in enumerate(sent) if row.name == node]
    st.caption(caption)
    with st.container(key="network-table-long" if len(sent) > WINDOW else "network-table"):
        data = {"html": table(_HEAD, cells, "", strong, texts=_TEXTS, has_buttons=True)}
        _mount(key=_KEY, data=data, on_node_change=reported(_KEY, "node", partial(set_value, node_key)))


def _show_files(network: Network, page: str) -> None:
    """Show downloads and a text of the whole table, whatever is searched for."""
    rows = _table(network)
    files = {"CSV": (rows.csv(), "csv", "text/csv"), "Markdown": (rows.markdown(), "md", "text/markdown")}
    with st.container(horizontal=True):
        for label, (text, suffix, mime) in files.items():
            name, words = f"receptive-fields.{suffix}", f"Download the whole table as {label}"
            label, key = f"{label}, all {len(rows)} nodes", f"{page}.{suffix}"
            st.download_button(label, text.encode(), name, mime, key=key, on_click="ignore", help=words)
    copying = fold(page, "Table to copy")
    if copying.open:
        with copying:
            kind = segments("Write as", {name: name for name in files}, f"{page}.written", "CSV")
            st.code(files[kind][0].replace("\r\n", "\n").strip(), language=None, height=320)
