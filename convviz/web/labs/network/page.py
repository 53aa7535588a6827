"""The page of networks: receptive fields node by node, as a graph, a table, and the exact numbers of one node."""

from collections.abc import Iterator
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Network, Node, ReceptiveField
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.analysis.receptive.known import plan
from convviz.charts.network_drawing import draw_network
from convviz.charts.network_fold import DRAWN, WHOLE, Folded
from convviz.charts.network_labels import ALIGNED, operation_words, pair, tile_words
from convviz.scene.theme import theme_named
from convviz.web.components.downloads import page_theme
from convviz.web.components.errors import as_code, refuse
from convviz.web.components.known_networks import DEFAULT, choose_node, read_node, read_size, source_words
from convviz.web.components.page_frame import Words, page_foot, page_head
from convviz.web.components.tables import fact_list
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.params import Param, choice, declare, receive
from convviz.web.state.widgets import held

from .choice import PAGE, SOURCES, UPLOAD, Choice, choose_network
from .graph import boxes_to_draw, show_graph
from .table import show_table


def read_network(text: str) -> str:
    """Return the name of a known network; one that leaves its version open is refused."""
    plan(text)
    return text


PARAMS: Final = declare(
    Param("network", read_network, DEFAULT),
    choice("source", SOURCES, "known"),
    Param("input_size", read_size),
    Param("node", read_node),
    choice("nodes", ("all", "folded"), "folded"),
)


def network_page(words: Words) -> None:
    """Show the whole page."""
    page_head("Receptive fields of a network", words)
    state = receive(PAGE, PARAMS)
    chosen = choose_network(state)
    notice = st.container()  # refusals are shown here, before all that follows from them
    if chosen.network is None:
        publish(state, chosen.texts)
        _show_refusal(notice, chosen, state)
    else:
        if chosen.name != UPLOAD:
            st.markdown(f":small[{source_words(chosen.name)}]")
        _show_network(chosen.network, chosen, state, notice)
    page_foot(words)


def _show_refusal(notice: DeltaGenerator, chosen: Choice, state: PageState) -> None:
    """Show one sentence at a time: that about what was just typed goes before that about the link."""
    if sentence := chosen.refusal or state.refusal:
        refuse(sentence, place=notice)


def _show_network(network: Network, chosen: Choice, state: PageState, notice: DeltaGenerator) -> None:
    """Show the graph with the numbers of one node next to it, and the table of all nodes."""
    graph, panel = st.columns([2.6, 1], gap="medium")
    control = f"{PAGE}.node.{chosen.name}"
    with panel:
        help_text = "Type to search by name, or choose a box of the graph."
        node = choose_node(control, state, chosen.name, network, help_text=help_text)
    with graph:
        is_folded = _is_folded(state, network)
    texts = chosen.texts | ({} if node == network.nodes[-1].name else {"node": node})
    publish(state, texts | ({} if is_folded else {"nodes": "all"}))
    _show_refusal(notice, chosen, state)
    with graph:
        folded = boxes_to_draw(network, node, node_key=control, is_folded=is_folded)
        if not folded.excess:
            show_graph(network, node, folded, control)
            _download(network, folded, node, "network" if chosen.name == UPLOAD else chosen.name)
    with panel:
        show_details(network, node)
    st.markdown("## All nodes")
    show_table(network, node, control, PAGE)


def _is_folded(state: PageState, network: Network) -> bool:
    """Return whether equal blocks are folded; only networks of a medium size leave the choice."""
    if not WHOLE < len(network.nodes) <= DRAWN:
        return True
    start = held(f"{PAGE}.all", state.texts.get("nodes") == "all")
    return not st.toggle(
        "Draw all nodes", **start, help="Otherwise equal blocks in a row are one box, until it is opened."
    )


def _download(network: Network, folded: Folded, node: str, name: str) -> None:
    drawing = draw_network(network, folded, node, theme_named(page_theme())).encode()
    key, words = f"{PAGE}.svg", "Download this graph as SVG"
    st.download_button("SVG", drawing, f"{name}.svg", "image/svg+xml", key=key, on_click="ignore", help=words)


# The selected node ----------------------------------------------------------------------------------------------------


def show_details(network: Network, node: str) -> None:
    """Show the exact numbers of a node, and what follows from them."""
    field, found = network.receptive_field(node), network.node(node)
    rows = [
        ("Receptive field", pair(field.size), "height × width in input cells, padding included"),
        ("Jump", pair(field.jump), "input cells from one output to the next"),
        ("Center", pair(field.center), "of the field of output (0, 0), in input indices from 0"),
        ("Padding", pair(field.padding), "cells that the first field begins before the input"),
        ("Output", pair(found.size), "height × width"),
        ("Aligned", ALIGNED[field.is_aligned], "whether all paths agree in jump and center"),
    ]
    st.html(fact_list(rows, style="cv-facts cv-facts-even"))
    reads = ", ".join(map(as_code, found.inputs)) or "nothing"
    words = operation_words(network, found)
    layer = "" if found.operation == UNKNOWN or words == spelled(found.operation) else f" ({spelled(found.operation)})"
    sentences = "\n\n".join(_details(network, found, field))
    st.markdown(f"{as_code(words)}{layer} reads {reads}.\n\n{sentences}")


def _details(network: Network, node: Node, field: ReceptiveField) -> Iterator[str]:
    """Yield what the numbers alone do not say, as Markdown."""
    if field.is_global:
        yield (
            f"A global operation took part, so every output reads the **whole input**: {pair(field.size)}. "
            f"**Local only**, without that operation: {pair(field.local.size)}."
        )
    for axis, sizes in zip(("height", "width"), field.size_range, strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            yield f"The {axis} depends on the output: [smallest, largest] = **[{sizes[0]}, {sizes[1]}]**."
    if field.misaligned_at is not None:
        paths = field.misaligned_paths or ()
        meeting = " and ".join(map(_path, paths))
        yield (
            f"Paths are **misaligned** at {as_code(field.misaligned_at)}: {meeting} meet with different jumps or "
            "centers."
        )
        if any(network.node(name).is_causal for path in paths for name in path):
            yield (
                "This compares the centers of the two paths' fields. **Causal** convolutions, which are padded on one "
                "side only, differ there by design: nothing in the network is misplaced."
            )
    if node.operation == UNKNOWN:
        verb = "is" if network.is_unsupported(node.name) else "follows"
        yield f"The receptive field of this node is unknown: it {verb} an unsupported operator."
        return
    has_phases = any(each.has_phases for each in network.upstream(node.name))
    if has_phases and not field.is_global and None not in field.center:
        nominal = "Behind upsampling, **center and padding are nominal**: an average over the phases of the outputs."
        if (box := network.box(node.name, (0, 0))) is not None:
            rows, columns = (f"{first} to {last}".replace("-", "−") for first, last in box)
            nominal += f" Output (0, 0) itself reaches rows {rows} and columns {columns}."
        yield nominal
    if network.input_size is None and None in field.center and not field.is_global:
        yield "Centers and paddings are unknown: SAME padding with a stride depends on the input size."
    yield tile_words(network, node.name)


def _path(names: tuple[str, ...]) -> str:
    listed = names if len(names) <= 5 else (*names[:2], "…", *names[-2:])
    return " → ".join("…" if name == "…" else as_code(name) for name in listed)
