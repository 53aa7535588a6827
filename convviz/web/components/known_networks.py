"""Known networks on a page: the controls of network, input size and node, and what has been published about them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import KNOWN, Network
from convviz.arithmetic.arguments import shown
from convviz.diagrams.known import DEFAULT, known_network, read_size, usual_size
from convviz.errors import SpecError
from convviz.web.state.page_state import PageState
from convviz.web.state.widgets import held, select, set_value, value_of

_DISTILL: Final = "[Araujo, Norris & Sim 2019](https://distill.pub/2019/computing-receptive-fields)"
_GIST: Final = "[S. Wang's table](https://gist.github.com/samson-wang/a6073c18f2adf16e0ab5fb95b53db3e6)"
_CONTEXT: Final = "[Yu & Koltun 2015](https://arxiv.org/abs/1511.07122), Table 1"
_PATCHES: Final = "[Isola et al. 2016](https://arxiv.org/abs/1611.07004)"
_WAVENET: Final = "[van den Oord et al. 2016](https://arxiv.org/abs/1609.03499), section 2.1"

PUBLISHED: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "alexnet_v2": (195, _DISTILL), "vgg16": (212, _DISTILL), "mobilenet_v1": (315, _DISTILL),
        "inception_v3": (1311, _DISTILL), "resnet50_v1": (483, _DISTILL), "resnet101_v1": (1027, _DISTILL),
        "resnet152_v1": (1507, _DISTILL), "resnet18": (435, _GIST), "resnet34": (899, _GIST),
        "resnet50_v1_5": (427, _GIST), "resnet101_v1_5": (971, _GIST), "context_module": (67, _CONTEXT),
        "patchgan70": (70, _PATCHES), "wavenet_stack": (1024, _WAVENET), "vgg11": (150, _DISTILL),
        "inception_v2": (699, _DISTILL), "inception_v4": (2071, _DISTILL), "inception_resnet_v2": (3039, _DISTILL),
        "inception_resnet_v2_same": (3039, _DISTILL), "resnet_v1_50": (483, _DISTILL),
        "resnet_v1_101": (1027, _DISTILL), "resnet_v1_152": (1507, _DISTILL), "resnet_v1_200": (1763, _DISTILL),
    }
)  # fmt: skip
"""The receptive field that others have published for the last node, and where."""


def menu_entry(name: str) -> str:
    """Return the entry of a network in the menu, with its published field."""
    return f"{name}, {PUBLISHED[name][0]} published" if name in PUBLISHED else name


def source_words(name: str) -> str:
    """Return where a network is from, and the published number, as Markdown."""
    words = f"{KNOWN[name].source}."
    if name in PUBLISHED:
        number, source = PUBLISHED[name]
        return f"{words} Published field of the last node: **{number}** ({source})."
    return f"{words} No published value to compare with."


def size_field(
    control: str,
    start: str,
    help_text: str,
    place: DeltaGenerator,
    read: Callable[[str], str] = read_size,
    hint: str = "",
    empty: str = "",
) -> tuple[str, str]:
    """Show a field for an input size, which says what it means where it is ``empty``.

    Returns
    -------
    tuple
        The size as links spell it, "" where nothing is typed; and why a typed size is refused, followed by ``hint``.
    """
    typed = place.text_input("Input size", **held(control, start), help=help_text, placeholder=empty)
    try:
        return (read(typed) if typed.strip() else ""), ""
    except SpecError as error:
        return start, f"{error} {hint}The page keeps {start or 'what the file says'}."


def choose_known_network(
    page: str,
    state: PageState,
    names: Sequence[str],
    examples: str,
    places: tuple[DeltaGenerator, DeltaGenerator],
    **size_options: Any,
) -> tuple[str, str, Network, str]:
    """Show a menu of known networks and a field for the input size.

    Parameters
    ----------
    examples : str
        Sizes for the help of the field.
    places : tuple of DeltaGenerator
        Where the menu and the field are.
    **size_options
        As for `size_field`.

    Returns
    -------
    tuple
        The name, the input size as links spell it, the network, and why it does not have the size that was typed.
    """
    last = f"{page}.last"  # the menu forgets what it held while another source is chosen
    start = state.texts.get("network", st.session_state.get(last, DEFAULT))
    name = select("Network", names, f"{page}.network", start, place=places[0], format_func=menu_entry)
    st.session_state[last] = name
    usual = usual_size(name)
    is_linked = name == state.texts.get("network", DEFAULT)
    start = state.texts.get("input_size", usual) if is_linked else usual
    control, help_text = f"{page}.input_size.{name}", f"Usual: {usual}. Such as {examples}."
    size, refusal = size_field(control, start, help_text, places[1], **size_options)
    size = size or usual
    try:
        return name, size, known_network(name, size), refusal
    except SpecError as error:
        if size == start and state.address.get("input_size"):
            state.refuse(error)
        else:
            refusal = f"{error} The page shows the usual size."
        return name, usual, known_network(name, usual), refusal


def choose_node(
    control: str,
    state: PageState,
    name: str,
    network: Network,
    *,
    usual: str | None = None,
    names: Sequence[str] | None = None,
    outputs: Collection[str] = (),
    help_text: str,
) -> str:
    """Show the menu of the nodes of a network, or of those in ``names``.

    It begins with ``usual``, by default the last one, and says of ``outputs`` what they are.
    """
    names = [node.name for node in network.main_nodes] if names is None else names
    usual = usual or names[-1]
    linked = state.texts.get("node", usual)
    if linked not in names and value_of(control) is None:
        state.refuse(SpecError(f"node must be the name of a node of {name}; got {shown(linked)}."))
    start = linked if linked in names else usual
    if value_of(control, start) not in names:  # a node of another file
        set_value(control, start)
    marked = {node: f"{node}, output" if node in outputs else node for node in names}
    return select("Node", marked, control, start, help=help_text)
