"""The choice of a network: a known one or an ONNX file, its input size, and how its unknown operators are treated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.analysis import KNOWN, Network
from convviz.analysis.onnx_import.strip_weights import Damaged, strip_weights
from convviz.analysis.receptive.footprints import Operation
from convviz.arithmetic import conv2d
from convviz.arithmetic.arguments import shown
from convviz.diagrams.known import DEFAULT, UNKNOWN, size_in, usual_size
from convviz.errors import SpecError
from convviz.web.components.known_networks import choose_known_network, size_field
from convviz.web.components.refusals import as_text, refuse
from convviz.web.components.uploads import uploaded
from convviz.web.state.page_state import PageState
from convviz.web.state.widgets import held, number, segments, select

PAGE: Final = "network"
UPLOAD: Final = "upload"
SOURCES: Final = {"known": "Known network", "file": "Own ONNX file"}
_HINT: Final = f'It may also be "{UNKNOWN}". '


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, as links spell it, and the network if there is one.

    Attributes
    ----------
    name : str
        The name of a known network, or `UPLOAD`, which stays out of links.
    size : str
        The input size, or "unknown".
    network : Network or None
        None where there is none yet.
    refusal : str
        What is wrong with the size or the file, in one sentence.
    against : str
        What the network is compared with, as links spell it; "" if with nothing.
    """

    name: str
    size: str
    network: Network | None
    refusal: str = ""
    against: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """What a link says of it: of a file only that there is one, and no defaults."""
        compared = {"against": self.against} if self.against else {}
        if self.name == UPLOAD:
            return {"source": "file"} | compared
        texts = {"network": self.name} if self.name != DEFAULT else {}
        return texts | ({"input_size": self.size} if self.size != usual_size(self.name) else {}) | compared


def choose_network(state: PageState) -> Choice:
    """Show the choice of a known network or a file, and of the input size."""
    left, middle, right = st.columns((1.1, 1.6, 0.9))
    with left:
        source = segments("Which network", SOURCES, f"{PAGE}.source", state.texts.get("source", "known"))
    if source == "file":
        return choose_file(PAGE, middle, right)
    names, examples = tuple(KNOWN), f"224, 224x320 or {UNKNOWN}"
    return Choice(*choose_known_network(PAGE, state, names, examples, (middle, right), hint=_HINT))


def choose_file(control: str, middle: DeltaGenerator, right: DeltaGenerator) -> Choice:
    """Show an uploader and a field for the input size, whose keys begin with ``control``."""
    help_text = "Overrides the file's input size, such as 224 or 224x320. Required if that is dynamic."
    size, refusal = size_field(f"{control}.input_size.upload", "", help_text, right, hint=_HINT)
    most = min(limits.ONNX_MEGABYTES, int(st.get_option("server.maxUploadSize")))
    with middle:
        uploader = st.container()
        st.caption(
            "An uploaded file stays out of the link: others who open it are asked for theirs. Only its graph is read. "
            f"For a file of more than {most} MB, run `python -m convviz rf model.onnx` on your own computer."
        )
    try:
        key, words = (
            f"{control}.file",
            "The weights are not kept; the graph stays on this server while the page is open.",
        )
        file = uploaded("ONNX file", ["onnx"], key, _graph, len, megabytes=most, place=uploader, help_text=words)
        return Choice(UPLOAD, size, _from_file(size, *file) if file else None, refusal)
    except SpecError as error:
        return Choice(UPLOAD, size, None, refusal or str(error))


def _graph(data: bytes) -> bytes:
    """Return an ONNX file without its weights, to be read again for every input size."""
    try:
        return strip_weights(data)
    except Damaged:
        Network.from_onnx(data)  # says what is wrong with it
        raise


def _from_file(size: str, file: str, graph: bytes) -> Network:
    """Return the network in an uploaded file, with its unknown operators treated as the user chooses."""
    with st.spinner("Reading the file …", show_time=False):
        network = _read(file, size, "", graph, {})
    treatments = choose_treatments(file, network)
    return _read(file, size, repr(sorted(treatments.items())), graph, treatments) if treatments else network


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(file: str, size: str, treated: str, _bytes: bytes, _treatments: Mapping[str, Operation]) -> Network:
    """Return the network of a file; the first three are the cache key."""
    return Network.from_onnx(_bytes, input_size=size_in(size) if size else None, treat=_treatments)


# Unknown operators ----------------------------------------------------------------------------------------------------

_TREATMENTS: Final = {
    "unknown": "leave unknown",
    "identity": "cell by cell (identity)",
    "attention": "whole input, same size (attention)",
    "global_pool": "whole input, one cell (global pooling)",
    "window": "a window",
}
_MOST: Final = 64
"""The largest kernel, stride, dilation and padding of a window."""

MENUS: Final = 20
"""Unknown operators that have a menu."""


def choose_treatments(digest: str, network: Network) -> dict[str, Operation]:
    """Show a menu for each unknown operator; return the treatments by operator.

    A treatment that breaks later nodes is refused and left out, so that the rest of the network is shown.
    """
    names = tuple(dict.fromkeys(node.op for node in network.unknown))
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
            key = f"{PAGE}.treat.{digest[:8]}.{name}"
            kind = select(as_text(name), _TREATMENTS, key, "unknown")
            if kind == "unknown":
                continue
            try:
                chosen[name] = _window(key) if kind == "window" else kind
                notices[name] = st.container()
            except SpecError as error:
                refuse(f"{shown(name)} stays unknown.", str(error))

    def error_of(treatments: dict[str, Operation]) -> str:
        return _treatment_error(digest, network.input_size, repr(treatments), network, treatments)

    if not chosen or not error_of(chosen):
        return chosen
    treatments: dict[str, Operation] = {}
    for name, treatment in chosen.items():
        if sentence := error_of(treatments | {name: treatment}):
            refuse(f"{shown(name)} stays unknown.", sentence, place=notices[name])
        else:
            treatments[name] = treatment
    return treatments


@st.cache_data(max_entries=64, show_spinner=False)
def _treatment_error(
    digest: str, size: object, treated: str, _network: Network, _treatments: Mapping[str, Operation]
) -> str:
    """Return why a network does not work with these treatments, "" if it does; the first three are the cache key."""
    try:
        _network.treated(_treatments)
    except SpecError as error:
        return str(error)
    return ""


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
