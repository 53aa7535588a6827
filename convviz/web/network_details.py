"""What a page says of the selected node, and the table of all nodes."""

from html import escape
from typing import Final

import streamlit as st

from ..analysis.receptive import Network, ReceptiveField
from ..analysis.receptive.graph import UNKNOWN, spelled
from ..analysis.receptive.table import Row
from .network_tiles import tile_overlap, tile_step
from .network_words import pair, sides
from .picture import page_theme
from .tables import table

MOST_ROWS: Final = 300
"""Rows of the table that are sent at once."""

_HEAD: Final = ("Node", "Operation", "Output", "Field", "Jump", "Center", "Padding", "Aligned")
_ALIGNED: Final = {True: "yes", False: "no ≠", None: "?"}


def show_details(network: Network, node: str) -> None:
    """The exact numbers of a node, and what follows from them."""
    field = network.receptive_field(node)
    found = network.node(node)
    facts = [
        ("Receptive field", pair(field.size), "height × width in input cells, padding included"),
        ("Jump", pair(field.jump), "input cells from one output to the next"),
        ("Center", pair(field.center), "of the field of output (0, 0), in input indices from 0"),
        ("Padding", pair(field.padding), "cells that the first field begins before the input"),
        ("Output", pair(found.size), "height × width"),
        ("Aligned", _ALIGNED[field.is_aligned], "whether all paths agree in jump and center"),
    ]
    listed = "".join(
        f'<div title="{escape(note)}"><dt>{label}</dt><dd>{escape(text)}</dd></div>' for label, text, note in facts
    )
    st.html(f'<dl class="cv-facts">{listed}</dl>')
    reads = ", ".join(f"`{name}`" for name in found.inputs) or "nothing"
    st.markdown(f"`{spelled(found.operation)}` reads {reads}.\n\n{details_words(network, node, field)}")


def details_words(network: Network, node: str, field: ReceptiveField) -> str:
    """What the numbers do not say by themselves, as Markdown."""
    lines = []
    if field.is_global:
        lines.append(
            f"A global operation took part, so every output reads the **whole input**: {pair(field.size)}. "
            f"**Local only**, without that operation: {pair(field.local.size)}."
        )
    for axis, sizes in zip(("height", "width"), field.size_range, strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            lines.append(f"The {axis} depends on the output: [smallest, largest] = **[{sizes[0]}, {sizes[1]}]**.")
    if field.misaligned_at is not None:
        ways = " and ".join(_path(way) for way in field.misaligned_paths or ())
        lines.append(f"Paths are **misaligned** at `{field.misaligned_at}`: {ways} meet with other jumps or centers.")
    if network.node(node).operation == UNKNOWN:
        lines.append("Nothing is known of this node: it is, or comes after, an operator that is not known.")
        return "\n\n".join(lines)
    if network.input_size is None and None in field.center and not field.is_global:
        lines.append("Centers and paddings are unknown: SAME padding with a stride depends on the input size.")
    lines.append(_tiles(network, node))
    return "\n\n".join(lines)


def _path(names: tuple[str, ...]) -> str:
    shown = names if len(names) <= 5 else (*names[:2], "…", *names[-2:])
    return " → ".join("…" if name == "…" else f"`{name}`" for name in shown)


def _tiles(network: Network, node: str) -> str:
    """How tiles have to overlap."""
    overlap, step = tile_overlap(network, node), tile_step(network, node)
    if overlap is None:
        why = "an output reads the whole input" if network.receptive_field(node).is_global else "places are not known"
        return f"**Tile overlap: none is enough**, because {why}."
    assert step is not None
    return (
        f"**Tile overlap** in input cells: **{sides(overlap)}**. A tile with so much around its own part gives there "
        f"the same outputs as the whole image: it is how far their fields reach beyond the part, rounded up to the "
        f"largest step on the way, {pair(step)}, at whose multiples tiles have to begin."
    )


def table_rows(network: Network, search: str) -> list[Row]:
    """The rows of the nodes whose names have a text in them."""
    return [row for row in network.table() if search.strip().lower() in row.name.lower()]


def show_table(network: Network, node: str, page: str) -> None:
    """All nodes with their numbers, to search, copy and download."""
    search = st.text_input("Search by node name", key=f"{page}.search", placeholder="Part of a name")
    rows = table_rows(network, search)
    if not rows:
        st.info("No node has this in its name.")
    cells = [
        [row.name, row.operation, pair(row.output_size), pair(row.receptive_field), pair(row.jump), pair(row.center),
         pair(row.padding), _ALIGNED[row.is_aligned]]
        for row in rows[:MOST_ROWS]
    ]  # fmt: skip
    caption = f"{len(rows)} of {len(network.nodes) - 1} nodes, height × width in input cells, counted from 0"
    if len(rows) > MOST_ROWS:
        caption += f"; the first {MOST_ROWS} are shown, the files have all"
    strong = [number for number, row in enumerate(rows[:MOST_ROWS]) if row.name == node]
    page_color = st.get_option(f"theme.{page_theme()}.backgroundColor")  # the head of the table covers what moves below
    st.html(f'<div class="cv-tall" style="--cv-page: {page_color}">{table(_HEAD, cells, caption, strong)}</div>')
    _files(network, page)


def _files(network: Network, page: str) -> None:
    """The whole table as text."""
    kind = st.segmented_control("Copy", ("CSV", "Markdown"), key=f"{page}.format")
    found = network.table()
    with st.container(horizontal=True):
        for label, text, suffix, mime in (("CSV", found.csv(), "csv", "text/csv"),
                                          ("Markdown", found.markdown(), "md", "text/markdown")):  # fmt: skip
            st.download_button(
                f"Download {label}", text.encode(), f"receptive-fields.{suffix}", mime, key=f"{page}.{suffix}",
                on_click="ignore",
            )  # fmt: skip
    if kind:
        text = found.csv().replace("\r\n", "\n").strip() if kind == "CSV" else found.markdown()
        st.code(text, language=None, height=320)
