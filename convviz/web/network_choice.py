"""The network that a visitor asks for: a known one or a file, and its input size."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from .. import limits
from ..analysis.receptive import KNOWN, Network
from ..analysis.receptive.readings import Operation
from ..errors import SpecError
from .held import held, segments, select
from .network_known import DEFAULT, UNKNOWN, known_network, menu_entry, read_size, size_in, usual_size
from .network_link import PageState
from .network_unknown import choose_treatments

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
        file = st.file_uploader(
            "ONNX file", ["onnx"], key=f"{page}.file", max_upload_size=most,
            help=f"At most {most} MB. Only its graph is read; the file stays on this server while the page is open.",
        )  # fmt: skip
        st.caption("An uploaded file stays out of the link: others who open it are asked for theirs.")
    if file is None:
        return Choice(UPLOAD, size, None, complaint)
    try:
        return Choice(UPLOAD, size, _from_file(page, size, file.getvalue()), complaint)
    except SpecError as error:
        return Choice(UPLOAD, size, None, complaint or str(error))


def _from_file(page: str, size: str, data: bytes) -> Network:
    """The network in an uploaded file, with the operators that nobody knows treated as the visitor says."""
    digest = sha256(data).hexdigest()
    with st.spinner("Reading the file …", show_time=False):
        network = _read(digest, size, "", data, {})
    treatments = choose_treatments(page, digest, network)
    return _read(digest, size, repr(sorted(treatments.items())), data, treatments) if treatments else network


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(digest: str, size: str, treated: str, _data: bytes, _treatments: Mapping[str, Operation]) -> Network:
    """The network of a file; the first three name it in the cache."""
    return Network.from_onnx(_data, input_size=size_in(size) if size else None, treat=_treatments)
