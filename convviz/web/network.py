"""The page of networks: receptive fields node by node, as a graph, a table, and the exact numbers of one node."""

from typing import Final

import streamlit as st

from ..analysis.receptive import Network
from ..analysis.receptive.known import plan
from ..arithmetic.quoting import shown
from ..errors import SpecError
from ..recipes.fields import read_choice
from ..scene.theme import theme_named
from .held import held, select
from .lesson import STYLE, Words
from .network_choice import UPLOAD, Choice, choose_network
from .network_details import show_details, show_table
from .network_drawing import draw_network
from .network_fold import DRAWN, WHOLE, fold_network
from .network_graph import show_graph
from .network_known import read_size
from .network_link import PageState, publish, receive
from .picture import page_theme

PAGE: Final = "network"
_NAME: Final = 200


def read_network(text: str) -> str:
    """The name of a known network; one that leaves its version open is refused with those that there are."""
    plan(text)
    return text


def read_node(text: str) -> str:
    """A name of a node; whether the network has it is only known with the network."""
    if not 0 < len(text) <= _NAME:
        raise SpecError(f"node must be a name of at most {_NAME} characters; got {shown(text[:40])}.")
    return text


def _read_nodes(text: str) -> str:
    return read_choice("nodes", text, ("all", "folded"))


READERS: Final = {"network": read_network, "input_size": read_size, "node": read_node, "nodes": _read_nodes}


def network_page(words: Words) -> None:
    """The whole page."""
    st.html(STYLE)
    st.markdown(f"# Receptive fields of a network\n{words.lead}")
    state = receive(PAGE, READERS)
    choice = choose_network(PAGE, state)
    if choice.network is None:
        publish(PAGE, state, {})
        return
    network = choice.network
    graph, panel = st.columns([1.15, 1], gap="large")
    with panel:
        node = choose_node(PAGE, state, choice)
    with graph:
        is_folded = _folding(state, network)
    publish(PAGE, state, choice.texts | _node_text(network, node) | ({} if is_folded else {"nodes": "all"}))
    if state.refusal:
        st.error(state.refusal)
    with graph:
        _graph(network, node, choice.name, is_folded)
    with panel:
        show_details(network, node)
    st.markdown("## All nodes")
    show_table(network, node, PAGE)
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def node_key(page: str, choice: Choice) -> str:
    """What holds the chosen node: another one for each network."""
    return f"{page}.node.{choice.name}"


def choose_node(page: str, state: PageState, choice: Choice) -> str:
    """The menu of nodes, which can be searched by typing."""
    assert choice.network is not None
    names = [node.name for node in choice.network.nodes]
    key = node_key(page, choice)
    asked = state.texts.get("node", names[-1])
    if asked not in names and key not in st.session_state and not state.refusal:
        state.refuse(SpecError(f"node must be the name of a node of {choice.name}; got {shown(asked)}."))
    if st.session_state.get(key) not in names:  # that of another file, or none yet
        st.session_state[key] = asked if asked in names else names[-1]
    return select("Node", names, key, names[-1], help="Type to search by name, or choose a box of the graph.")


def _node_text(network: Network, node: str) -> dict[str, str]:
    return {} if node == network.nodes[-1].name else {"node": node}


def _folding(state: PageState, network: Network) -> bool:
    """Whether blocks are folded; small networks are drawn whole and large ones never, so there is nothing to choose."""
    if not WHOLE < len(network.nodes) <= DRAWN:
        return True
    start = state.texts.get("nodes") == "all"
    return not st.toggle(
        "Draw all nodes", **held(f"{PAGE}.all", start), help="Otherwise equal blocks in a row are one box."
    )


def _graph(network: Network, node: str, name: str, is_folded: bool) -> None:
    """The drawing, and its file."""

    def select(chosen: str) -> None:
        st.session_state[f"{PAGE}.node.{name}"] = chosen

    show_graph(network, node, is_folded=is_folded, on_select=select)
    folded = fold_network(network.nodes, node, is_folded=is_folded)
    if len(folded.boxes) > DRAWN:
        return
    drawing = draw_network(network, folded, node, theme_named(page_theme()))
    file = "network" if name == UPLOAD else name
    st.download_button(
        "SVG", drawing.encode(), f"{file}.svg", "image/svg+xml", key=f"{PAGE}.svg", on_click="ignore",
        help="Download this graph as SVG",
    )  # fmt: skip
