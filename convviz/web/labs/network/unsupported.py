"""Operators of a file that nobody knows: the visitor says how each is to be treated."""

from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Network
from convviz.analysis.receptive.footprints import Operation
from convviz.arithmetic import conv2d
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.web.components.errors import as_text, refuse
from convviz.web.state.widgets import held, select

_WAYS: Final = {
    "unknown": "leave unknown",
    "identity": "cell by cell (identity)",
    "attention": "whole input, same size (attention)",
    "global_pool": "whole input, one cell (global pooling)",
    "window": "a window",
}
_MOST: Final = 64
"""Cells of a window's parameters."""

MENUS: Final = 20
"""Unknown operators that have a menu."""


def unknown_operators(network: Network) -> tuple[str, ...]:
    """The names of the operators that nobody knows, each once."""
    return tuple(dict.fromkeys(one.op for one in network.unknown))


def choose_treatments(page: str, digest: str, network: Network) -> dict[str, Operation]:
    """The panel of unknown operators; what was chosen, by the operator.

    A treatment with which nodes behind it cannot be is told, and left out, so that the rest of the network is there.
    """
    names = unknown_operators(network)
    if not names:
        return {}
    chosen: dict[str, Operation] = {}
    notices: dict[str, DeltaGenerator] = {}
    with st.container(border=True):
        first = f" The first {MENUS} have a menu." if len(names) > MENUS else ""
        st.markdown(
            f"**Unknown operators: {len(names)}.** What follows them is unknown until you say what they read.{first}"
        )
        for name in names[:MENUS]:
            key = f"{page}.treat.{digest[:8]}.{name}"
            way = select(as_text(name), tuple(_WAYS), key, "unknown", format_func=_WAYS.__getitem__)
            if way == "unknown":
                continue
            try:
                chosen[name] = _window(key) if way == "window" else way
                notices[name] = st.container()
            except SpecError as error:
                refuse(f"{shown(name)} stays unknown.", str(error))

    def complaint(treatments: dict[str, Operation]) -> str:
        return _complaint(digest, network.input_size, repr(treatments), network, treatments)

    if not chosen or not complaint(chosen):
        return chosen
    treatments: dict[str, Operation] = {}
    for name, treatment in chosen.items():
        if sentence := complaint(treatments | {name: treatment}):
            refuse(f"{shown(name)} stays unknown.", sentence, place=notices[name])
        else:
            treatments[name] = treatment
    return treatments


@st.cache_data(max_entries=64, show_spinner=False)
def _complaint(digest: str, size: object, treated: str, _network: Network, _treatments: Mapping[str, Operation]) -> str:
    """Why a network cannot be with these treatments, "" if it can; the first three name the answer in the cache."""
    try:
        _network.treated(_treatments)
    except SpecError as error:
        return str(error)
    return ""


def _window(key: str) -> Operation:
    """A layer with a window; as long as nobody says how much, its padding keeps the size where that is possible."""
    numbers = st.columns(4)
    kernel, stride, dilation = (
        int(column.number_input(label, 1, _MOST, **held(f"{key}.{label.lower()}", start)))
        for column, label, start in zip(numbers, ("Kernel", "Stride", "Dilation"), (3, 1, 1), strict=False)
    )
    padding = numbers[3].number_input(
        "Padding", 0, _MOST, **held(f"{key}.padding", None), placeholder="keeps the size",
        help="Cells on each side. Left empty, as many as keep the size at stride 1.",
    )  # fmt: skip
    return conv2d(kernel, stride, dilation * (kernel - 1) // 2 if padding is None else int(padding), dilation)
