"""The page of networks: receptive fields node by node, as a graph, a table, and the exact numbers of one node."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Network
from convviz.analysis.receptive.known import plan
from convviz.arithmetic.quoting import shown
from convviz.charts.network_drawing import draw_network
from convviz.charts.network_fold import DRAWN, WHOLE, Folded
from convviz.errors import SpecError
from convviz.scene.theme import theme_named
from convviz.web.components.downloads import page_theme
from convviz.web.components.errors import refuse
from convviz.web.components.known_networks import DEFAULT, read_size, source_words
from convviz.web.components.page_frame import STYLE, Words
from convviz.web.state import params
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.widgets import held, select, set_value, value_of

from .choice import SOURCES, UPLOAD, Choice, choose_network
from .graph import boxes_to_draw, show_graph
from .node_details import show_details
from .table import show_table

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


PARAMS: Final = params.declare(
    params.Param("network", read_network, DEFAULT),
    params.choice("source", SOURCES, "known"),
    params.Param("input_size", read_size),
    params.Param("node", read_node),
    params.choice("nodes", ("all", "folded"), "folded"),
)


def network_page(words: Words) -> None:
    """The whole page."""
    st.html(STYLE)
    st.markdown(f"# Receptive fields of a network\n{words.lead}")
    state = params.receive(PAGE, PARAMS)
    choice = choose_network(PAGE, state)
    notice = st.container()  # what is wrong is said here, before all that follows from it
    if choice.network is None:
        publish(state, choice.texts)
        _complain(notice, choice, state)
    else:
        if choice.name != UPLOAD:
            st.markdown(f":small[{source_words(choice.name)}]")
        _show_network(choice.network, choice, state, notice)
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _show_network(network: Network, choice: Choice, state: PageState, notice: DeltaGenerator) -> None:
    """The graph beside the numbers of a node, and the table of all."""
    graph, panel = st.columns([2.6, 1], gap="medium")
    with panel:
        node = choose_node(PAGE, state, choice)
    with graph:
        is_folded = _folding(state, network)
    publish(state, choice.texts | _node_text(network, node) | ({} if is_folded else {"nodes": "all"}))
    _complain(notice, choice, state)
    key = node_control(PAGE, choice)
    with graph:
        folded = boxes_to_draw(network, node, node_key=key, is_folded=is_folded)
        show_graph(network, node, folded, key)
        _download(network, folded, node, choice.name)
    with panel:
        show_details(network, node)
    st.markdown("## All nodes")
    show_table(network, node, key, PAGE)


def _complain(notice: DeltaGenerator, choice: Choice, state: PageState) -> None:
    """One sentence at a time: what was just typed goes before the link."""
    if sentence := choice.complaint or state.refusal:
        refuse(sentence, place=notice)


def node_control(page: str, choice: Choice) -> str:
    """Return the control that holds the chosen node: one per network."""
    return f"{page}.node.{choice.name}"


def choose_node(page: str, state: PageState, choice: Choice) -> str:
    """The menu of nodes, which can be searched by typing."""
    assert choice.network is not None
    names = [node.name for node in choice.network.nodes]
    control = node_control(page, choice)
    asked = state.texts.get("node", names[-1])
    if asked not in names and value_of(control) is None and not state.refusal:
        state.refuse(SpecError(f"node must be the name of a node of {choice.name}; got {shown(asked)}."))
    start = asked if asked in names else names[-1]
    if value_of(control, start) not in names:  # that of another file
        set_value(control, start)
    return select("Node", names, control, start, help="Type to search by name, or choose a box of the graph.")


def _node_text(network: Network, node: str) -> dict[str, str]:
    return {} if node == network.nodes[-1].name else {"node": node}


def _folding(state: PageState, network: Network) -> bool:
    """Whether blocks are folded; small networks are drawn whole and large ones never, so there is nothing to choose."""
    if not WHOLE < len(network.nodes) <= DRAWN:
        return True
    start = state.texts.get("nodes") == "all"
    return not st.toggle(
        "Draw all nodes",
        **held(f"{PAGE}.all", start),
        help="Otherwise equal blocks in a row are one box, until it is opened.",
    )


def _download(network: Network, folded: Folded, node: str, name: str) -> None:
    """The drawing as a file."""
    if folded.excess:
        return
    drawing = draw_network(network, folded, node, theme_named(page_theme()))
    file = "network" if name == UPLOAD else name
    st.download_button(
        "SVG", drawing.encode(), f"{file}.svg", "image/svg+xml", key=f"{PAGE}.svg", on_click="ignore",
        help="Download this graph as SVG",
    )  # fmt: skip
