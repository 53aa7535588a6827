"""The network that a visitor asks for: a known one or a file, and its input size."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import streamlit as st

from .. import limits
from ..analysis.receptive import KNOWN, Network
from ..analysis.receptive.readings import Operation
from ..errors import SpecError
from .held import held, select
from .network_known import DEFAULT, UNKNOWN, known_network, menu_entry, read_size, size_in, source_words, usual_size
from .network_link import PageState
from .network_unknown import choose_treatments

UPLOAD: Final = "upload"
_LAYOUT: Final = (1.6, 1)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, as links spell it, and the network if there is one.

    Attributes
    ----------
    name : Of a known network, or `UPLOAD`, which stays out of links.
    size : The input size, or "unknown".
    network : None where there is none yet; then the page has said why.
    """

    name: str
    size: str
    network: Network | None

    @property
    def texts(self) -> dict[str, str]:
        """What a link says of it: nothing of a file, and no defaults."""
        if self.name == UPLOAD:
            return {}
        texts = {"network": self.name} if self.name != DEFAULT else {}
        return texts | ({"input_size": self.size} if self.size != usual_size(self.name) else {})


def choose_network(page: str, state: PageState) -> Choice:
    """Menu, input size and upload."""
    left, right = st.columns(_LAYOUT)
    name = select(
        "Network", (*KNOWN, UPLOAD), f"{page}.network", state.texts.get("network", DEFAULT), place=left,
        format_func=lambda name: "Own ONNX file" if name == UPLOAD else menu_entry(name),
    )  # fmt: skip
    if name == UPLOAD:
        with right:
            size = _size(
                f"{page}.input_size.upload",
                "",
                "In the place of the file's own, such as 224 or 224x320; needed where the file leaves it open.",
            )
        return Choice(name, size, _from_file(page, size))
    usual = usual_size(name)
    asked = state.texts.get("input_size", usual) if name == state.texts.get("network", DEFAULT) else usual
    with right:
        size = _size(f"{page}.input_size.{name}", asked, f"Usual: {usual}. Such as 224, 224x320 or unknown.") or usual
    st.markdown(f":small[{source_words(name)}]")
    try:
        return Choice(name, size, known_network(name, size))
    except SpecError as error:
        if asked == size and state.address.get("input_size"):
            state.refuse(error)
        else:
            st.error(f"{error} The page shows the usual size.")
        return Choice(name, usual, known_network(name, usual))


def _size(key: str, value: str, help_text: str) -> str:
    """The input size as links spell it; "" where nothing or nothing sensible is typed."""
    typed = st.text_input("Input size", **held(key, value), help=help_text)
    try:
        return read_size(typed) if typed.strip() else ""
    except SpecError as error:
        st.error(f'{str(error)[:-1]} (or "{UNKNOWN}").')
        return value


def _from_file(page: str, size: str) -> Network | None:
    """The network in an uploaded file, with the operators that nobody knows treated as the visitor says."""
    most = min(limits.ONNX_MEGABYTES, int(st.get_option("server.maxUploadSize")))  # what the server takes counts too
    file = st.file_uploader(
        "ONNX file", ["onnx"], key=f"{page}.file", max_upload_size=most,
        help=f"At most {most} MB. Only its graph is read; the file stays on this server while the page is open.",
    )  # fmt: skip
    st.caption("An uploaded file stays out of the link: others who open it see the default network.")
    if file is None:
        return None
    data = file.getvalue()
    digest = sha256(data).hexdigest()
    try:
        with st.spinner("Reading the file …", show_time=False):
            network = _read(digest, size, "", data, {})
        treatments = choose_treatments(page, digest, network)
        return _read(digest, size, repr(sorted(treatments.items())), data, treatments) if treatments else network
    except SpecError as error:
        st.error(str(error))
        return None


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(digest: str, size: str, treated: str, _data: bytes, _treatments: Mapping[str, Operation]) -> Network:
    """The network of a file; the first three name it in the cache."""
    return Network.from_onnx(_data, input_size=size_in(size) if size else None, treat=_treatments)
