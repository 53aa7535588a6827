"""The choice of a network: a known one or an ONNX file, its input size, and how its unknown operators are treated."""

import pickle
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Final

import streamlit as st
from cachetools import LRUCache
from streamlit.delta_generator import DeltaGenerator

from convviz import limits
from convviz.analysis import KNOWN, Network
from convviz.analysis.onnx_import import graph_of, load
from convviz.analysis.receptive.footprints import Operation
from convviz.arithmetic.arguments import shown
from convviz.diagrams.known import DEFAULT, UNKNOWN, usual_size
from convviz.errors import SpecError
from convviz.web.state.page_state import PageState
from convviz.web.state.widgets import segments, select

from .elsewhere import elsewhere
from .known_networks import choose_known_network, size_field
from .treatments import choose_treatments
from .uploads import uploaded

PAGE: Final = "network"
UPLOAD: Final = "upload"
SOURCES: Final = {"known": "Known network", "file": "Own ONNX file"}
_KEPT: Final = limits.ONNX_WEIGHTS_MEGABYTES
_NODE_BYTES: Final = 1_500
"""Memory of a node, besides what it takes when it is pickled: 5,000 nodes take 10 to 45 MB."""

_lock: Final = Lock()
_networks: Final[LRUCache[tuple[str, ...], tuple[Network, int]]] = LRUCache(
    limits.NETWORKS_BYTES, getsizeof=lambda found: found[1]
)
"""Networks of files and about how many bytes each takes, and what the pages of all visitors take turns by."""

_SENT: Final = 30_000_000
"""Bytes of a file whose graph is found in another process: 10^6 fields, for which 2 MB suffice, take two seconds. Most
larger files are weights, which it passes over sooner than they could be sent."""

LEAST_DIMENSIONS: Final = 3
"""Of an input that can be a picture or a signal: examples, channels and an axis."""

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
    content : bytes or None
        The whole file, if it is not too large to be kept.
    file : str
        An identifier of the file.
    against : str
        What the network is compared with, as links spell it; "" if with nothing.
    """

    name: str
    size: str
    network: Network | None
    refusal: str = ""
    content: bytes | None = None
    file: str = ""
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
    help_text = "Overrides the file's input size, such as 224, 224x320 or 16x112x112. Required if that is dynamic."
    size, refusal = size_field(f"{control}.input_size.upload", "", help_text, right, _file_size, empty="the file's")
    most = min(limits.ONNX_MEGABYTES, int(st.get_option("server.maxUploadSize")))
    with middle:
        uploader = st.container()
        st.caption(
            "An uploaded file stays out of the link: others who open it are asked for theirs. Its graph is read, "
            "and of its weights only the kernels that are shown. "
            f"For a file of more than {most} MB, run `python -m convviz rf model.onnx` on your own computer."
        )
    try:
        key = f"{control}.file"
        words = f"It stays on this server while you visit; of a file over {_KEPT} MB only the graph."
        file = uploaded("ONNX file", ["onnx"], key, _own, _size, megabytes=most, place=uploader, help_text=words)
        if file is None:
            middle.caption(
                "`torch.onnx.export` writes one. Weights in an `.onnx.data` next to it are not needed; to see its "
                "kernels, too, export with `external_data=False`."
            )
            return Choice(UPLOAD, size, None, refusal)
        name, own = file
        return Choice(UPLOAD, size, _from_file(control, size, name, own.graph), refusal, own.content, name)
    except SpecError as error:
        return Choice(UPLOAD, size, None, refusal or str(error))


@dataclass(frozen=True, slots=True)
class _Own:
    """What is kept of an uploaded file: its graph, and all of it if that is not too large."""

    graph: bytes
    content: bytes | None


def _own(data: bytes) -> _Own:
    graph = elsewhere(graph_of, data) if len(data) <= _SENT else graph_of(data)
    return _Own(graph, data if len(data) <= _KEPT * 10**6 else None)


def _size(own: _Own) -> int:
    return len(own.graph) + len(own.content or b"")


def _file_size(text: str) -> str:
    """Return a size of one to three axes, with x between them, or refuse the text."""
    numbers = re.sub(r"\s*[x×]\s*", "x", text.strip().lower())
    if not re.fullmatch(r"[1-9]\d{0,6}(x[1-9]\d{0,6}){0,2}", numbers, re.ASCII):
        rule = "must be one to three whole numbers from 1 on, such as 224, 224x320 or 16x112x112"
        raise SpecError(f"input_size {rule}; got {shown(text)}.")
    return numbers


def _from_file(control: str, size: str, file: str, graph: bytes) -> Network:
    """Return the network in an uploaded file, from the input and with the treatments that the user chooses."""
    source = _choose_input(control, file, graph)
    with st.spinner("Reading the file …", show_time=False):
        network = _read(file, size, source, "", graph, {})
    treatments = choose_treatments(control, file, network)
    return _read(file, size, source, repr(treatments), graph, treatments) if treatments else network


def _choose_input(control: str, file: str, graph: bytes) -> str:
    """Show a menu of the inputs that may be a picture, if there are several; "" leaves the choice to the reader."""
    names = _inputs(file, graph)
    if len(names) < 2:
        return ""
    words = {"": "the one that looks like a picture"} | {name: name for name in names}
    help_text = "Fields are in cells of this input; the others count as constants."
    return select("Input", words, f"{control}.input.{file[:8]}", "", help=help_text)


@st.cache_data(max_entries=8, show_spinner=False)
def _inputs(file: str, _bytes: bytes) -> tuple[str, ...]:
    """Return the inputs of a file that have places along an axis or more; the file is the cache key."""
    inputs = elsewhere(load, _bytes).inputs.items()
    return tuple(name for name, shape in inputs if shape is not None and len(shape) >= LEAST_DIMENSIONS)


def _read(
    file: str, size: str, source: str, treated: str, graph: bytes, treatments: Mapping[str, Operation]
) -> Network:
    """Return the network of a file; the first four are the key of those that are kept."""
    key = file, size, source, treated
    with _lock:
        found = _networks.get(key)
    if found is None:
        numbers = tuple(map(int, size.split("x"))) if size else ()
        lengths = numbers[0] if len(numbers) == 1 else numbers or None
        network = elsewhere(Network.from_onnx, graph, lengths, treatments, source or None)
        found = network, _NODE_BYTES * len(network.nodes) + 2 * len(pickle.dumps(network.graph))
        with _lock, suppress(ValueError):  # it is larger than all of them may be
            _networks[key] = found
    return found[0]
