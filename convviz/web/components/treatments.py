"""What the nodes of a file are treated as: by unknown operator, and by node or span of nodes; and what that changed."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Network
from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.arithmetic import conv2d
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.web.state.widgets import held, key_of, number, select, show_in_expander

from .elsewhere import elsewhere
from .refusals import as_code, as_text, refuse

_OPERATORS: Final = {
    "unknown": "leave unknown",
    "identity": "cell by cell (identity)",
    "attention": "whole input, same size (attention)",
    "global_pool": "whole input, one cell (global pooling)",
    "window": "a window",
}
_NODES: Final = {
    "places": "its own place",
    "attention": "whole input, places as before",
    "grid": "whole input, a grid of another size",
    "window": "a window",
}
"""What an operator, and nodes, can read."""

_MOST: Final = 64
"""The largest kernel, stride, dilation and padding of a window."""

_MOST_SIDE: Final = 4096
"""Rows or columns of a grid."""

MENUS: Final = 20
"""Unknown operators that have a menu."""

MOST_SPANS: Final = 20
"""Treatments of nodes at a time."""

Treatments = dict[str, Operation]
"""By an operator, a node, or the first and the last node of a span, as `Network.from_onnx` takes them."""


def choose_treatments(page: str, file: str, network: Network) -> Treatments:
    """Show what unknown operators, and nodes, can be treated as; return what was chosen and fits the network.

    Parameters
    ----------
    page, file : str
        What the keys of the controls begin with, and an identifier of the file.
    network : Network
        The network of the file without treatments. A treatment that breaks later nodes is refused and left out, so that
        the rest of the network is shown.
    """
    control = f"{page}.treat.{file[:8]}"
    box = st.container(border=True) if network.unknown else st.container()
    with box:
        treatments = _choose_by_operator(control, file, network) if network.unknown else {}
        outcome = st.container()
        return _choose_by_node(page, control, file, network, treatments, outcome)


# By operator ----------------------------------------------------------------------------------------------------------


def _choose_by_operator(control: str, file: str, network: Network) -> Treatments:
    """Show a menu for each unknown operator, which says how many nodes it changes."""
    names = tuple(dict.fromkeys(unknown.op for unknown in network.unknown))
    chosen: Treatments = {}
    notices: dict[str, DeltaGenerator] = {}
    first = f" The first {MENUS} have a menu." if len(names) > MENUS else ""
    st.markdown(
        f"**Unknown operators: {len(names)}.** What follows them is unknown until you say what they read.{first}"
    )
    for name in names[:MENUS]:
        key = f"{control}.{name}"
        kind = select(f"{as_text(name)}, {_count_words(network, name)}", _OPERATORS, key, "unknown")
        if kind == "unknown":
            continue
        try:
            chosen[name] = _window(key) if kind == "window" else kind
            notices[name] = st.container()
        except SpecError as error:
            refuse(f"{shown(name)} stays unknown.", str(error))
    if not chosen or not _error(file, network, chosen):
        return chosen
    treatments: Treatments = {}
    for name, treatment in chosen.items():
        if sentence := _error(file, network, treatments | {name: treatment}):
            refuse(f"{shown(name)} stays unknown.", sentence, place=notices[name])
        else:
            treatments[name] = treatment
    return treatments


def _count_words(network: Network, operator: str) -> str:
    """Say how many nodes are an unknown operator; some that follow one may not need a treatment themselves."""
    least, most = sum(unknown.op == operator for unknown in network.unknown), len(_unknown_of(network, operator))
    return f"{least} node{'s' * (most != 1)}" if least >= most else f"{least} to {most} nodes"


def _unknown_of(network: Network, operator: str) -> set[str]:
    """Return the nodes of an operator that are unknown."""
    origins = network.origins
    return {
        node.name
        for node in network.nodes
        if node.operation == UNKNOWN and origins.get(node.name, ("",))[0] == operator
    }


def _window(key: str) -> Operation:
    """Show the numbers of a window; without a padding it keeps the size at stride 1."""
    columns = st.columns(4)
    kernel, stride, dilation = (
        number(label, 1, _MOST, f"{key}.{label.lower()}", start, place=column)
        for column, label, start in zip(columns, ("Kernel", "Stride", "Dilation"), (3, 1, 1), strict=False)
    )
    empty, words = held(f"{key}.padding", None), "Cells on each side. Left empty, as many as keep the size at stride 1."
    padding = columns[3].number_input("Padding", 0, _MOST, **empty, placeholder="keeps the size", help=words)
    return conv2d(kernel, stride, dilation * (kernel - 1) // 2 if padding is None else int(padding), dilation)


# By node or span ------------------------------------------------------------------------------------------------------


def _choose_by_node(
    page: str, control: str, file: str, network: Network, treatments: Treatments, outcome: DeltaGenerator
) -> Treatments:
    """Show a form that adds the treatment of a node or of a span, and a list of those there are.

    Parameters
    ----------
    treatments : dict
        Those by operator.
    outcome : DeltaGenerator
        Where it is said what all treatments change.
    """
    added: Treatments = st.session_state.setdefault(f"{control}.nodes", {})

    def show_form() -> None:
        key, operation = _node_treatment(control, network)
        notice = st.container()
        if not st.button("Add this treatment", key=f"{control}.add"):
            return
        if len(added) >= MOST_SPANS and key not in added:
            refuse(f"There must be at most {MOST_SPANS} treatments of nodes; remove one first.", place=notice)
        elif sentence := _error(file, network, treatments | added | {key: operation}):
            refuse(f"{shown(key)} stays as it was.", sentence, place=notice)
        else:
            added[key] = operation

    show_in_expander(page, "Treat a node or a span of nodes", show_form)
    for key, operation in list(added.items()):
        words, button = st.columns([5, 1], vertical_alignment="center")
        words.markdown(f"{as_code(key)}: {as_code(spelled(operation))}")
        button.button("Remove", key=key_of(f"{control}.remove.{key}"), on_click=added.__delitem__, args=(key,))
    kept: Treatments = dict(treatments)
    for key, operation in added.items():
        if sentence := _error(file, network, kept | {key: operation}):  # it does not fit another choice or input size
            refuse(f"{shown(key)} stays as it was.", sentence, place=outcome)
        else:
            kept[key] = operation
    if kept:
        outcome.caption(treated_words(network, elsewhere(Network.treated, network, kept), kept))
    return kept


def _node_treatment(control: str, network: Network) -> tuple[str, Operation]:
    """Show which nodes are treated, and as what; return both as `Network.from_onnx` takes them."""
    names = [node.name for node in network.main_nodes[1:]]
    unknown = next((each.node for each in network.unknown if each.node in names), names[0])
    left, right = st.columns(2)
    first = select("From node", names, f"{control}.first", unknown, place=left)
    reached = _downstream(network, first)
    rest = [name for name in names if name in reached]
    last = select("To node", rest, f"{control}.last.{first}", first, place=right)
    reads = select("An output reads", _NODES, f"{control}.reads", "places")
    operation: Operation = reads
    if reads == "window":
        operation = _window(f"{control}.window")
    elif reads == "grid":
        axes, size = network.axes, network.node(first).size or (7,) * len(network.axes)
        sides = [
            number(axis.capitalize(), 1, _MOST_SIDE, f"{control}.grid.{axis}", side, place=column)
            for column, axis, side in zip(st.columns(len(axes)), axes, size[-len(axes) :], strict=True)
        ]
        operation = f"grid {'x'.join(map(str, sides))}"
    return first if first == last else f"{first}..{last}", operation


def _downstream(network: Network, node: str) -> set[str]:
    """Return a node and all that depend on it."""
    names = {node}
    for each in network.nodes:
        if not names.isdisjoint(each.inputs):
            names.add(each.name)
    return names


# What they change -----------------------------------------------------------------------------------------------------


@st.cache_data(max_entries=64, show_spinner=False)
def _cached_error(file: str, size: object, treated: str, _network: Network, _treatments: Mapping[str, Any]) -> str:
    """Return why a network does not work with these treatments, "" if it does; the first three are the cache key."""
    try:
        elsewhere(Network.treated, _network, _treatments)
    except SpecError as error:
        return str(error)
    return ""


def _error(file: str, network: Network, treatments: Treatments) -> str:
    return _cached_error(file, network.input_size, repr(treatments), network, treatments)


def treated_words(before: Network, after: Network, treatments: Treatments) -> str:
    """Say how many nodes are treated, and of how many others the field is known again."""
    names = {node.name for node in before.nodes}
    operators = {unknown.op for unknown in before.unknown}
    known = {node.name for node in after.nodes if node.operation != UNKNOWN}
    treated: set[str] = set()
    for key in treatments:
        first, dots, last = key.partition("..")
        if key in operators:
            treated |= _unknown_of(before, key) & known
        elif key not in names and dots and {first, last} <= names:
            treated |= _downstream(before, first) & {node.name for node in before.upstream(last)}
        else:
            treated.add(key)
    again = sum(node.operation == UNKNOWN and node.name in known - treated for node in before.nodes)
    behind = f", {again} behind {'it' if len(treated) == 1 else 'them'} known again" if again else ""
    return f"{len(treated)} node{'s' * (len(treated) != 1)} treated{behind}."
