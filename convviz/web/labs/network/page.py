"""The page of networks: receptive fields node by node, as a graph, a table, and the exact numbers of one node."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Network, Node, ReceptiveField
from convviz.analysis.kept import kept_with_network
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.assets import ASSETS
from convviz.charts.network_drawing import (
    ALIGNED,
    describe_network,
    draw_network,
    field_words,
    operation_words,
    place_words,
    tile_words,
)
from convviz.charts.network_fold import DRAWN, WHOLE, Folded, fold_network, places_around
from convviz.diagrams import Diagram
from convviz.diagrams.known import DEFAULT, read_network, read_node, read_size
from convviz.diagrams.network import FOLDED, NODES, graph_title, usual_node
from convviz.recipes import write_query
from convviz.scene.number_format import known_size
from convviz.scene.theme import theme_named
from convviz.web.components.charts import fact_list, file_links, table
from convviz.web.components.downloads import page_theme, site_address
from convviz.web.components.known_networks import choose_node, source_words
from convviz.web.components.network_choice import PAGE, SOURCES, UPLOAD, Choice, choose_network
from convviz.web.components.refusals import as_code, as_text, refuse
from convviz.web.components.voice import Words, page_end, page_head, page_words, show_tries
from convviz.web.state.page_state import PageState, publish
from convviz.web.state.params import Param, choice, declare, receive
from convviz.web.state.widgets import held, reported, segments, set_value, show_in_expander, value_of

from .against import AGAINST, choose_against, show_difference
from .between import show_between
from .borders import show_borders
from .costs import COST_HEAD, cost_facts, cost_texts, total_words
from .in_lesson import show_in_lesson

_ASSETS: Final = ASSETS / "network"


PARAMS: Final = declare(
    Param("network", read_network, DEFAULT),
    choice("source", SOURCES, "known"),
    Param("input_size", read_size),
    Param("node", read_node),
    choice("nodes", NODES, FOLDED),
    AGAINST,
)


def network_page(words: Words) -> None:
    """Show the whole page."""
    page_head(PAGE, words)
    state = receive(PAGE, PARAMS)
    chosen, other = choose_against(state, choose_network(state))
    notice = st.container()  # refusals are shown here, before all that follows from them
    if chosen.network is None:
        publish(state, chosen.texts)
        _show_refusal(notice, chosen, state)
        show_tries(words)
    else:
        if chosen.name != UPLOAD:
            st.markdown(f":small[{source_words(chosen.name)}]")
        if other is not None:
            show_difference(chosen, other, f"{PAGE}.node.{chosen.name}")
        _show_network(chosen.network, chosen, state, notice, words)
    page_words(PAGE, words)
    page_end()


def _show_refusal(notice: DeltaGenerator, chosen: Choice, state: PageState) -> None:
    """Show one sentence at a time: that about what was just typed goes before that about the link."""
    if sentence := chosen.refusal or state.refusal:
        refuse(sentence, place=notice)


def _show_network(network: Network, chosen: Choice, state: PageState, notice: DeltaGenerator, words: Words) -> None:
    """Show the graph with the numbers of one node next to it, other networks to try, and the table of all nodes."""
    graph, panel = st.columns([2.6, 1], gap="medium")
    control = f"{PAGE}.node.{chosen.name}"
    with panel:
        help_text = "Type to search by name, or choose a box of the graph."
        usual = _usual_node(network, control)
        marks = network.outputs
        node = choose_node(control, state, chosen.name, network, usual=usual, outputs=marks, help_text=help_text)
    with graph:
        is_folded = _is_folded(state, network)
    texts = chosen.texts | ({} if node == usual else {"node": node})
    publish(state, texts | ({} if is_folded else {"nodes": "all"}))
    _show_refusal(notice, chosen, state)
    with graph:
        folded = boxes_to_draw(network, node, node_key=control, is_folded=is_folded)
        if not folded.excess:
            show_graph(network, node, folded, control)
            _download(network, folded, node, chosen, is_folded)
    with panel:
        show_details(network, node)
        show_in_lesson(network, node, chosen)
    if network.node(node).operation != UNKNOWN:
        show_sections(network, node, control)
    show_tries(words)
    st.markdown("## All nodes")
    show_table(network, node, control)


def _usual_node(network: Network, control: str) -> str:
    """Return the node that is selected at first; it stays selected until another one is, whatever the network becomes.

    The network of a file becomes another one by a treatment or an input size.
    """
    usual, before = usual_node(network), st.session_state.get(f"{control}.usual")
    if before is not None and usual != before == value_of(control):
        set_value(control, usual)
    st.session_state[f"{control}.usual"] = usual
    return usual


def _is_folded(state: PageState, network: Network) -> bool:
    """Return whether equal blocks are folded; only networks of a medium size leave the choice."""
    if not WHOLE < len(network.main_nodes) <= DRAWN:
        return True
    start = held(f"{PAGE}.all", state.texts.get("nodes") == "all")
    return not st.toggle(
        "Draw all nodes", **start, help="Otherwise equal blocks in a row are one box, until it is opened."
    )


def _download(network: Network, folded: Folded, node: str, chosen: Choice, is_folded: bool) -> None:
    """Offer the graph as files: of a known network by their addresses, of a file as it is drawn here."""
    if chosen.name != UPLOAD:
        values = {"network": chosen.name, "input_size": chosen.size, "node": node, "theme": page_theme()}
        graph = Diagram.from_values("network", values if is_folded else values | {"nodes": "all"})
        texts = {name: text for name, text in graph.to_texts().items() if name != "network"}
        st.html(file_links(f"{site_address(f'render/network/{chosen.name}')}?{write_query(texts)}".removesuffix("?")))
        return
    name = "network"
    drawing = draw_network(network, folded, node, theme_named(page_theme()), title=graph_title(name)).encode()
    key, words = f"{PAGE}.svg", "Download this graph as SVG"
    st.download_button("SVG", drawing, f"{name}.svg", "image/svg+xml", key=key, on_click="ignore", help=words)


# The selected node ----------------------------------------------------------------------------------------------------


def show_details(network: Network, node: str) -> None:
    """Show the exact numbers of a node, and what follows from them."""
    field = network.receptive_field(node)
    found = next(each for each in network.main_nodes if each.name == node)
    sizes = " × ".join(network.axes)
    rows = [
        ("Receptive field", field_words(field), f"{sizes} in input cells, padding included"),
        ("Jump", known_size(field.local.jump), "input cells from one output to the next"),
        ("Center", known_size(field.local.center), "of the field of output (0, 0), in input indices from 0"),
        ("Padding", known_size(field.local.padding), "cells that the first field begins before the input"),
        ("Output", known_size(network.output_size(node)), sizes),
        ("Aligned", ALIGNED[field.is_aligned], "whether all paths agree in jump and center"),
        ("Status", field.status, "how far the numbers hold"),
    ]
    st.html(fact_list([*rows, *cost_facts(network.cost(node))], style="cv-facts cv-facts-even"))
    reads = ", ".join(map(as_code, found.inputs)) or "nothing"
    words = operation_words(network, found)
    layer = "" if found.operation == UNKNOWN or words == spelled(found.operation) else f" ({spelled(found.operation)})"
    output = " It is an **output** of the network." if node in network.outputs else ""
    sentences = "\n\n".join(_details(network, found, field)).replace(" × ", "\u00a0×\u00a0")
    st.markdown(f"{as_code(node)}: {as_code(words)}{layer} reads {reads}.{output}\n\n{sentences}")


def show_sections(network: Network, node: str, control: str) -> None:
    """Show sections next to one another, each with what it takes longer to say of a node; ``control`` is its menu."""
    sections: dict[str, Callable[[], object]] = {
        "Tiles of a large picture": lambda: st.markdown(tile_words(network, node)),
        "Borders": partial(show_borders, network, node),
        "Between two nodes": partial(show_between, network, node, control),
    }
    for column, label in zip(st.columns(len(sections)), sections, strict=True):
        with column:
            show_in_expander(PAGE, label, sections[label])


def _details(network: Network, node: Node, field: ReceptiveField) -> Iterator[str]:
    """Yield what the numbers alone do not say, as Markdown."""
    if note := network.provenance.notes.get(node.name):
        yield as_text(f"{note[0].upper()}{note[1:]}.")
    if parts := network.provenance.parts.get(node.name):
        others = " and ".join(known_size(network.output_size(part)) for part in parts)
        yield (
            f"Its tensor is a **list of places** of several grids: these numbers are those of {known_size(node.size)}; "
            f"the others are {others}, which may be a class token."
        )
    if field.is_global:
        yield (
            f"A global operation took part, so every output reads the **whole input**: {known_size(field.size)}. "
            f"The numbers above are **local only**, without that operation: {known_size(field.local.size)}."
        )
    for axis, sizes in zip(network.axes, field.local.size_range[-len(network.axes) :], strict=True):
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
        origin = (0,) * len(field.center)
        if (box := network.box(node.name, origin)) is not None:
            spans = [f"{first} to {last}".replace("-", "−") for first, last in box]
            nominal += f" Output {origin} itself reaches {place_words(network.axes, spans)}."
        yield nominal
    if network.input_size is None and None in field.center and not field.is_global:
        yield "Centers and paddings are unknown: SAME padding with a stride depends on the input size."


def _path(names: tuple[str, ...]) -> str:
    listed = names if len(names) <= 5 else (*names[:2], "…", *names[-2:])
    return " → ".join("…" if name == "…" else as_code(name) for name in listed)


# The graph ------------------------------------------------------------------------------------------------------------

_GRAPH_KEY: Final = "graph:network"

_mount_graph: Final = st.components.v2.component(
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
    css=(_ASSETS / "graph.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "graph.js").read_text(encoding="utf-8"),
)


def boxes_to_draw(network: Network, node: str, *, node_key: str, is_folded: bool) -> Folded:
    """Return the boxes of a network, open as the user left them; the boxes around a newly chosen node are open.

    The node with which a network begins opens none: then the whole network is in sight. Where that is too
    much to draw, fewer are open, and the page says so.
    """
    opened, seen = st.session_state.get(f"{node_key}.opened", (frozenset(), ""))
    is_overview = node == usual_node(network)
    nodes = network.main_nodes
    around = frozenset[str]() if is_overview else frozenset(places_around(nodes, node))
    if seen != node:
        opened |= around
    folded = fold_network(nodes, opened, is_folded=is_folded)
    if excess := folded.excess:
        for fewer in dict.fromkeys((opened, around, frozenset[str]())):
            if folded.excess:
                opened, folded = fewer, fold_network(nodes, fewer)
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
        _mount_graph(
            key=_GRAPH_KEY,
            data={
                "svg": draw_network(network, folded, node),
                "label": "Graph of the network",
                "network": node_key,
                "is_overview": node == usual_node(network),
            },
            on_node_change=reported(_GRAPH_KEY, "node", partial(set_value, node_key)),
            on_open_change=reported(_GRAPH_KEY, "open", unfold),
            on_fold_change=reported(_GRAPH_KEY, "fold", fold),
        )
    words = f"{as_text(describe_network(network, folded, node))} Choose a box to select its node."
    if any(box.place for box in folded.boxes) or folded.opened:
        words += " Choose a folded box to expand it, a very large one into a few folded ones; “− fold” collapses it."
    st.caption(words)


# The table of all nodes -----------------------------------------------------------------------------------------------

MOST_ROWS: Final = 300
"""Rows of the table that are sent at once."""

WINDOW: Final = 12
"""Rows that are seen at once; style.css has their height."""

_TABLE_KEY: Final = "table:network"

_table: Final = kept_with_network(1)(Network.table)


@kept_with_network(4)
def _table_html(network: Network, names: tuple[str, ...]) -> str:
    """Return the table of these nodes, which is the same whichever of them is selected.

    Whether paths are aligned, and the status, have a column where any of the nodes says something there.
    """
    fields, costs = [network.receptive_field(name) for name in names], [network.cost(name) for name in names]
    has_costs, has_status = any(costs), any(field.status != "exact" for field in fields)
    has_alignment = any(field.is_aligned is not True for field in fields)
    head = ("Node", "Field", "Jump", "Center", "Padding", "Output", *(COST_HEAD if has_costs else ()))
    words = (*(("Aligned",) if has_alignment else ()), *(("Status",) if has_status else ()), "Operation")
    rows = []
    for name, field, cost in zip(names, fields, costs, strict=True):
        node = network.node(name)
        numbers = (field.local.jump, field.local.center, field.local.padding, network.output_size(name))
        what = operation_words(network, node) + (", output of the network" if name in network.outputs else "")
        texts = cost_texts(cost) if has_costs else ()
        aligned = (ALIGNED[field.is_aligned],) if has_alignment else ()
        status = (field.status,) if has_status else ()
        rows.append((name, field_words(field), *map(known_size, numbers), *texts, *aligned, *status, what))
    texts_at = range(len(head), len(head) + len(words))
    return table((*head, *words), rows, "", texts=texts_at, has_buttons=True)


@kept_with_network(1)
def _files(network: Network) -> dict[str, tuple[str, str, str]]:
    """Return the text, the suffix and the kind of each file of the whole table."""
    rows = _table(network)
    return {"CSV": (rows.csv(), "csv", "text/csv"), "Markdown": (rows.markdown(), "md", "text/markdown")}


_mount_table: Final = st.components.v2.component(
    "convviz_node_table",
    html="""
<p class="cv-swipe">↔ Swipe the table sideways for jump, center and more.</p>
<div class="cv-tall" role="region" aria-label="Table of all nodes"></div>
""",
    js=(_ASSETS / "table.js").read_text(encoding="utf-8"),
    isolate_styles=False,  # it looks like the other tables, by the page's style sheet
)


def show_table(network: Network, node: str, node_key: str) -> None:
    """Show all nodes with their numbers; a chosen row sets the control ``node_key`` to its node."""
    help_text = "By the name of a node, or by its module in the program that made the file."
    typed = st.text_input(
        "Search by node name", **held(f"{PAGE}.search", ""), placeholder="Part of a name", help=help_text
    )
    part, scopes = typed.strip().lower(), network.scopes
    names = [each.name for each in network.main_nodes[1:]]
    names = [name for name in names if part in name.lower() or part in scopes.get(name, "").lower()]
    if names:
        _show_rows(network, names, node, node_key)
    else:
        st.info("No node has this in its name.")
    _show_files(network)


def _show_rows(network: Network, names: Sequence[str], node: str, node_key: str) -> None:
    count, sent = len(network.main_nodes) - 1, tuple(names[:MOST_ROWS])
    which = f"All {count}" if len(names) == count else f"{len(names)} of {count}"
    caption = (
        f"{which} nodes after the input, {' × '.join(network.axes)} in input cells, counted from 0. Choose a name to "
        "select its node."
    )
    if len(names) > len(sent):
        caption += f" The first {len(sent)} are shown, the files have all."
    if total := total_words(network):
        caption += f" {total}"
    st.caption(caption)
    with st.container(key="network-table-long" if len(sent) > WINDOW else "network-table"):
        _mount_table(
            key=_TABLE_KEY,
            data={"html": _table_html(network, sent), "current": node},
            on_node_change=reported(_TABLE_KEY, "node", partial(set_value, node_key)),
        )


def _show_files(network: Network) -> None:
    """Show downloads and a text of the whole table, whatever is searched for."""
    files, count = _files(network), len(network.main_nodes) - 1
    with st.container(horizontal=True):
        for label, (text, suffix, mime) in files.items():
            name, words = f"receptive-fields.{suffix}", f"Download the whole table as {label}"
            label, key = f"{label}, all {count} nodes", f"{PAGE}.{suffix}"
            st.download_button(label, text.encode(), name, mime, key=key, on_click="ignore", help=words)

    def show_text() -> None:
        kind = segments("Write as", {name: name for name in files}, f"{PAGE}.written", "CSV")
        st.code(files[kind][0].replace("\r\n", "\n").strip(), language=None, height=320)

    show_in_expander(PAGE, "Table to copy", show_text)
