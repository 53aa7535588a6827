"""The graph of a network on a page: a component that gets a drawing and tells which box was chosen."""

from typing import Final

import streamlit as st

from convviz.analysis import Network
from convviz.charts.network_drawing import describe_network, draw_network
from convviz.charts.network_fold import Folded, fold_network, places_around
from convviz.web import ASSETS
from convviz.web.components.errors import as_text
from convviz.web.state.widgets import set_value

_FOLDER: Final = ASSETS / "network"
_KEY: Final = "graph:network"

_mount: Final = st.components.v2.component(
    "convviz_network",
    html="""
<div class="bar">
  <span class="hint" hidden>↔ wider than its frame: swipe, scroll or fit</span>
  <span class="zoom" role="group" aria-label="Size of the graph">
    <button type="button" data-zoom="out" aria-label="Smaller">−</button>
    <button type="button" data-zoom="fit">Fit</button>
    <button type="button" data-zoom="in" aria-label="Larger">+</button>
  </span>
</div>
<div class="graph" role="region"></div>
""",
    css=(_FOLDER / "graph.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "graph.js").read_text(encoding="utf-8"),
)


def boxes_to_draw(network: Network, node: str, *, node_key: str, is_folded: bool) -> Folded:
    """The boxes of a network as they were opened and folded; around a node that was chosen meanwhile all are open.

    Where that is too much to be drawn, fewer are open, and the page says so.
    """
    opened, seen = st.session_state.get(_opened_key(node_key), (frozenset(), ""))
    around = frozenset(places_around(network.nodes, node))
    if seen != node:
        opened |= around
    folded = fold_network(network.nodes, opened, is_folded=is_folded)
    if excess := folded.excess:
        for fewer in dict.fromkeys((opened, around, frozenset[str]())):
            if folded.excess:
                opened, folded = fewer, fold_network(network.nodes, fewer)
        rest = "the menu and the table have all nodes" if folded.excess else "some of its nodes are folded"
        st.info(f"The graph has {excess}, too many to be drawn; {rest}.")
    st.session_state[_opened_key(node_key)] = opened, node
    return folded


def show_graph(network: Network, node: str, folded: Folded, node_key: str) -> None:
    """Put the graph on the page, with its words below; what holds the chosen node is told the one of a chosen box."""
    if folded.excess:
        return

    def choose() -> None:
        if name := st.session_state.get(_KEY, {}).get("node"):
            set_value(node_key, str(name))

    def unfold() -> None:
        asked = st.session_state.get(_KEY, {}).get("open")
        if box := next((box for box in folded.boxes if box.place and box.place == asked), None):
            opened, _ = st.session_state.get(_opened_key(node_key), (frozenset(), ""))
            st.session_state[_opened_key(node_key)] = opened | {box.place}, box.key
            set_value(node_key, box.key)

    def fold() -> None:
        asked = st.session_state.get(_KEY, {}).get("fold")
        if box := next((one.box for one in folded.opened if one.box.place == asked), None):
            opened, seen = st.session_state.get(_opened_key(node_key), (frozenset(), ""))
            st.session_state[_opened_key(node_key)] = frozenset(one for one in opened if not box.holds(one)), seen

    with st.container(key="network-graph"):
        data = {"svg": draw_network(network, folded, node), "label": "Graph of the network"}
        _mount(key=_KEY, data=data, on_node_change=choose, on_open_change=unfold, on_fold_change=fold)
    words = describe_network(network, folded, node)
    ways = "Choose a box to select its node."
    if any(box.place for box in folded.boxes) or folded.opened:
        ways += " A folded box opens, one of very many nodes into a few folded ones; “− fold” beside it closes it."
    st.caption(f"{as_text(words)} {ways}")


def _opened_key(node_key: str) -> str:
    return f"{node_key}.opened"
