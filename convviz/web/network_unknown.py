"""Operators of a file that nobody knows: the visitor says how each is to be treated."""

from typing import Final

import streamlit as st

from ..analysis.receptive import Network
from ..analysis.receptive.readings import Operation
from ..arithmetic import conv2d

_WAYS: Final = {
    "unknown": "leave unknown",
    "identity": "cell by cell (identity)",
    "global_pool": "reads the whole input",
    "window": "a window",
}


def unknown_operators(network: Network) -> tuple[str, ...]:
    """The names of the operators that nobody knows, each once."""
    return tuple(dict.fromkeys(one.op for one in network.unknown))


def choose_treatments(page: str, digest: str, network: Network) -> dict[str, Operation]:
    """The panel of unknown operators; what was chosen, by the operator."""
    names = unknown_operators(network)
    if not names:
        return {}
    treatments: dict[str, Operation] = {}
    with st.container(border=True):
        st.markdown(f"**Unknown operators: {len(names)}.** What follows them is unknown until you say what they read.")
        for name in names:
            key = f"{page}.treat.{digest[:8]}.{name}"
            way = st.selectbox(name, tuple(_WAYS), key=key, format_func=_WAYS.__getitem__)
            if way == "window":
                treatments[name] = _window(key)
            elif way != "unknown":
                treatments[name] = way
    return treatments


def _window(key: str) -> Operation:
    """A layer with a window; its padding keeps the size of the input where that is possible."""
    kernel, stride, dilation = (
        int(column.number_input(label, 1, 64, key=f"{key}.{label.lower()}"))
        for column, label in zip(st.columns(3), ("Kernel", "Stride", "Dilation"), strict=True)
    )
    return conv2d(kernel, stride=stride, dilation=dilation, padding=dilation * (kernel - 1) // 2)
