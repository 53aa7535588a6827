"""The graph of a network: a component that draws boxes and reports which one was chosen, opened or folded."""

from functools import partial
from typing import Final

import streamlit as st

from convviz.analysis import Network
from convviz.charts.network_drawing import describe_network, draw_network
from convviz.charts.network_fold import Folded, fold_network, places_around
from convviz.web import ASSETS
from convviz.web.components.errors import as_text
from convviz.web.state.widgets import reported, set_value

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
    """Return the boxes of a network, open as the user left them; the boxes around a newly chosen node are open.

    Where that is too much to draw, fewer are open, and the page says so.
    """
    opened, seen = st.session_state.get(f"{node_key}.opened", (frozenset(), ""))
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
    st.session_state[f"{node_key}.opened"] = opened, node
    return folded


def show_graph(network: Network, node: str, folded: Folded, node_key: str) -> None:
    """Show the graph and a description of it; a chosen box sets the control ``node_key`` to its node."""
    opened_key = f"{node_key}.opened"

    def unfold(place: str) -> None:
        if box := next((box for box in folded.boxes if box.place == place), None):
            opened, _ = st.session_state.get(opened_key, (frozenset(), ""))
            st.session_state[opened_key] = opened | {box.place}, box.key
            set_value(node_key, box.key)

    def fold(place: str) -> None:
        if box := next((each.box for each in folded.opened if each.box.place == place), None):
            opened, seen = st.session_state.get(opened_key, (frozenset(), ""))
            st.session_state[opened_key] = frozenset(each for each in opened if not box.holds(each)), seen

    with st.container(key="network-graph"):
        _mount(
            key=_KEY,
            data={"svg": draw_network(network, folded, node), "label": "Graph of the network"},
            on_node_change=reported(_KEY, "node", partial(set_value, node_key)),
            on_open_change=reported(_KEY, "open", unfold),
            on_fold_change=reported(_KEY, "fold", fold),
        )
    words = f"{as_text(describe_network(network, folded, node))} Choose a box to select its node."
    if any(box.place for box in folded.boxes) or folded.opened:
        words += " Choose a folded box to expand it, a very large one into a few folded ones; “− fold” collapses it."
    st.caption(words)
