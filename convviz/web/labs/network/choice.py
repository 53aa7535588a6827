"""The network that a visitor asks for: a known one or a file, and its input size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.analysis import KNOWN, Network
from convviz.analysis.onnx_import.strip_weights import Damaged, strip_weights
from convviz.analysis.receptive.footprints import Operation
from convviz.errors import SpecError
from convviz.web.components.known_networks import (
    DEFAULT,
    UNKNOWN,
    known_network,
    menu_entry,
    read_size,
    size_in,
    usual_size,
)
from convviz.web.components.uploads import uploaded
from convviz.web.state.page_state import PageState
from convviz.web.state.widgets import held, segments, select

from .unsupported import choose_treatments

UPLOAD: Final = "upload"
SOURCES: Final = {"known": "Known network", "file": "Own ONNX file"}
_LAYOUT: Final = (1.1, 1.6, 0.9)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, as links spell it, and the network if there is one.

    Attributes
    ----------
    name : Of a known network, or `UPLOAD`, which stays out of links.
    size : The input size, or "unknown".
    network : None where there is none yet.
    complaint : What is wrong with the size or the file, in one sentence.
    """

    name: str
    size: str
    network: Network | None
    complaint: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """What a link says of it: of a file only that there is one, and no defaults."""
        if self.name == UPLOAD:
            return {"source": "file"}
        texts = {"network": self.name} if self.name != DEFAULT else {}
        return texts | ({"input_size": self.size} if self.size != usual_size(self.name) else {})


def choose_network(page: str, state: PageState) -> Choice:
    """A known network or a file, and the input size."""
    left, middle, right = st.columns(_LAYOUT)
    with left:
        source = segments("Which network", SOURCES, f"{page}.source", state.texts.get("source", "known"))
    return _file(page, middle, right) if source == "file" else _known(page, state, middle, right)


def _known(page: str, state: PageState, middle: DeltaGenerator, right: DeltaGenerator) -> Choice:
    """One that people know by name."""
    last = f"{page}.last"  # the menu forgets what it held while a file is looked at
    start = state.texts.get("network", st.session_state.get(last, DEFAULT))
    name = select("Network", tuple(KNOWN), f"{page}.network", start, place=middle, format_func=menu_entry)
    st.session_state[last] = name
    usual = usual_size(name)
    asked = state.texts.get("input_size", usual) if name == state.texts.get("network", DEFAULT) else usual
    with right:
        help_text = f"Usual: {usual}. Such as 224, 224x320 or unknown."
        size, complaint = _size(f"{page}.input_size.{name}", asked, help_text)
    size = size or usual
    try:
        return Choice(name, size, known_network(name, size), complaint)
    except SpecError as error:
        if asked == size and state.address.get("input_size"):
            state.refuse(error)
        else:
            complaint = f"{error} The page shows the usual size."
        return Choice(name, usual, known_network(name, usual), complaint)


def _size(key: str, value: str, help_text: str) -> tuple[str, str]:
    """The input size as links spell it, "" where nothing is typed; and what is wrong with what is."""
    typed = st.text_input("Input size", **held(key, value), help=help_text)
    try:
        return (read_size(typed) if typed.strip() else ""), ""
    except SpecError as error:
        return value, f'{error} It may also be "{UNKNOWN}". The page keeps {value or "what the file says"}.'


def _file(page: str, middle: DeltaGenerator, right: DeltaGenerator) -> Choice:
    """One of the visitor's own."""
    with right:
        size, complaint = _size(
            f"{page}.input_size.upload", "",
            "In the place of the file's own, such as 224 or 224x320; needed where the file leaves it open.",
        )  # fmt: skip
    most = min(limits.ONNX_MEGABYTES, int(st.get_option("server.maxUploadSize")))  # what the server takes counts too
    with middle:
        uploader = st.container()
        st.caption(
            "An uploaded file stays out of the link: others who open it are asked for theirs. Only its graph is read. "
            f"For a file of more than {most} MB, run `python -m convviz rf model.onnx` on your own computer."
        )
    try:
        file = uploaded(
            "ONNX file", ["onnx"], f"{page}.file", _graph, len, megabytes=most, place=uploader,
            help_text="The weights are not kept; the graph stays on this server while the page is open.",
        )  # fmt: skip
        return Choice(UPLOAD, size, _from_file(page, size, *file) if file else None, complaint)
    except SpecError as error:
        return Choice(UPLOAD, size, None, complaint or str(error))


def _graph(data: bytes) -> bytes:
    """Return an ONNX file without its weights, to be read again for every input size."""
    try:
        return strip_weights(data)
    except Damaged:
        Network.from_onnx(data)  # says what is wrong with it
        raise


def _from_file(page: str, size: str, file: str, graph: bytes) -> Network:
    """Return the network in an uploaded file, with its unknown operators treated as the visitor says."""
    with st.spinner("Reading the file …", show_time=False):
        network = _read(file, size, "", graph, {})
    treatments = choose_treatments(page, file, network)
    return _read(file, size, repr(sorted(treatments.items())), graph, treatments) if treatments else network


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(file: str, size: str, treated: str, _bytes: bytes, _treatments: Mapping[str, Operation]) -> Network:
    """The network of a file; the first three name it in the cache."""
    return Network.from_onnx(_bytes, input_size=size_in(size) if size else None, treat=_treatments)
