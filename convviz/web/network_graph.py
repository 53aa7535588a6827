"""The graph of a network on a page: a component that gets a drawing and tells which box was chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st

from ..analysis.receptive import Network
from .network_drawing import describe_network, draw_network
from .network_fold import DRAWN, fold_network

_FOLDER: Final = Path(__file__).resolve().parents[2] / "assets" / "network"

_mount: Final = st.components.v2.component(
    "convviz_network",
    html='<div class="graph" role="region"></div>',
    css=(_FOLDER / "graph.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "graph.js").read_text(encoding="utf-8"),
)


def show_graph(network: Network, selected: str, *, is_folded: bool, on_select: Callable[[str], None]) -> None:
    """Put the graph on the page, with its words below; `on_select` is told the node of a box that was chosen."""
    folded = fold_network(network.nodes, selected, is_folded=is_folded)
    if len(folded.boxes) > DRAWN:
        st.info(
            f"The graph has {len(folded.boxes)} boxes, too many to be drawn; the menu and the table have all nodes."
        )
        return
    key = "graph:network"

    def chosen() -> None:
        if name := st.session_state[key].get("node"):
            on_select(str(name))

    words = describe_network(network, folded, selected)
    data = {"svg": draw_network(network, folded, selected), "label": "Graph of the network"}
    _mount(key=key, data=data, on_node_change=chosen)
    st.caption(f"{words} Choose a box to select its node; a folded one opens.")
