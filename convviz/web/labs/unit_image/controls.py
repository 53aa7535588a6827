"""The controls of the page "What a unit sees", and how links spell what they hold."""

from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import Box, Network
from convviz.arithmetic.arguments import Pair
from convviz.assets import SAMPLES
from convviz.diagrams.known import DEFAULT, read_node, usual_size
from convviz.diagrams.unit_image import WHAT_A_UNIT_SEES
from convviz.diagrams.units import (
    KERNELS,
    LEAST_SAMPLES,
    MOST_SAMPLES,
    NETWORKS,
    SEEDS,
    TRAINED,
    Settings,
    affordable_samples,
    affordable_signs,
    check_object,
    check_units,
    middle_unit,
    nodes_with_units,
    read_object,
    read_photo_network,
    read_photo_size,
    read_units,
    size_of,
    spell_object,
    spell_units,
    usual_node,
    usual_object,
)
from convviz.errors import SpecError
from convviz.web.components.known_networks import choose_known_network, choose_node, source_words
from convviz.web.components.network_choice import PAGE as NETWORK_PAGE
from convviz.web.components.network_choice import SOURCES, UPLOAD, choose_file
from convviz.web.components.refusals import refuse
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Param, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import held, number, segments, select, set_value

PAGE: Final = "on-your-image"
TRAINED_WORDS: Final = {TRAINED: "Trained kernels of the file (estimated)"}
MOST_CELLS: Final = 20_000_000
"""Cells of all nodes of an own file together: paths through them are counted in a few seconds."""

_SIDES: Final = ("Top", "Left", "Bottom", "Right")

# Links ----------------------------------------------------------------------------------------------------------------


PARAMS: Final = declare(
    choice("source", SOURCES, "known"),
    Param("network", read_photo_network, DEFAULT),
    Param("input_size", read_photo_size),
    Param("node", read_node),
    Param("units", read_units, spell=spell_units),
    Param("object", read_object, spell=spell_object),
    choice("kernels", KERNELS | TRAINED_WORDS, "uniform"),
    whole_number("samples", LEAST_SAMPLES, MOST_SAMPLES, WHAT_A_UNIT_SEES.defaults["samples"]),
    whole_number("seed", 0, SEEDS, 0),
    choice("image", SAMPLES, next(iter(SAMPLES))),
)


def link_texts(settings: Settings, network: Network, image: str) -> dict[str, str]:
    """Spell what differs from the defaults; of a file neither its name nor its size."""
    is_file = settings.network == UPLOAD
    own = {"source": "file", "network": DEFAULT} if is_file else {"source": "known"}
    defaults = {
        "input_size": settings.input_size if is_file else usual_size(settings.network),
        "node": usual_node(settings.network, network),
        "units": (middle_unit(network, settings.node),),
        "object": usual_object(network),
    }
    return texts_of(PARAMS, {**asdict(settings), **own, "image": image}, **defaults)


# Controls -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the controls hold: the settings and their network; of an own file its content with weights, and its name."""

    settings: Settings
    network: Network
    content: bytes | None = None
    file: str = ""


def choose_settings(state: PageState, panel: DeltaGenerator) -> Chosen | None:
    """Show all controls in a column of the page; return what they hold, None as long as there is no network."""
    places, examples = (panel, panel), "224 or 224x320"
    with panel:
        source = segments("Which network", SOURCES, f"{PAGE}.source", state.texts.get("source", "known"))
        if source == "file":
            return _choose_own(state, panel)
    name, size, network, refusal = choose_known_network(PAGE, state, NETWORKS, examples, places, read=read_photo_size)
    with panel:
        st.markdown(f":small[{source_words(name)}]")
        if refusal:
            refuse(refusal)
        return Chosen(_choose_rest(state, name, size, network, has_kernels=False), network)


def _choose_own(state: PageState, panel: DeltaGenerator) -> Chosen | None:
    """Show the choice of a file, the same as on the page of networks, and what follows from it."""
    own = choose_file(NETWORK_PAGE, panel.container(), panel.container())
    if own.refusal:
        refuse(own.refusal)
    if own.network is None:
        return None
    try:
        size = read_photo_size(own.network.input_size)
    except SpecError as error:
        refuse(error, "Give another input size.")
        return None
    cells = sum(prod(node.size) for node in own.network.nodes if node.size is not None)
    if cells > MOST_CELLS:
        refuse(f"The nodes of the file must have at most {MOST_CELLS:,} cells together; got {cells:,}.")
        return None
    settings = _choose_rest(state, UPLOAD, size, own.network, has_kernels=own.content is not None)
    return Chosen(settings, own.network, own.content, own.file)


def _choose_rest(state: PageState, name: str, size: str, network: Network, *, has_kernels: bool) -> Settings:
    """Show the controls of node, units, weights and object."""
    usual, help_text = usual_node(name, network), "Type to search by name."
    names = nodes_with_units(network)
    node = choose_node(f"{PAGE}.node.{name}", state, name, network, usual=usual, names=names, help_text=help_text)
    is_linked = name in (state.texts.get("network", DEFAULT), UPLOAD) and node == state.texts.get("node", usual)
    units = _choose_units(state, network, node, is_linked=is_linked)
    weights = _choose_weights(state, network, has_kernels=has_kernels)
    marked = _choose_object(state, network)
    return Settings(name, size, node, units, marked, **weights)


def _choose_units(state: PageState, network: Network, node: str, *, is_linked: bool) -> tuple[Pair, ...]:
    """Show the unit whose weights are shown, and further ones; start from the link if it is about this node."""
    size, units = size_of(network, node), read_units(state.texts.get("units", "")) if is_linked else ()
    try:
        check_units(units, network, node)
    except SpecError as error:
        if state.address.get("units"):
            state.refuse(error)
        units = ()
    units, key = units or (middle_unit(network, node),), _units_key(network, node)
    place = st.container(horizontal=True)
    row, column = (
        number(f"Unit {word}", 0, cells - 1, f"{key}.{word}", start, place=place)
        for word, cells, start in zip(("row", "column"), size, units[0], strict=True)
    )
    words = f"Row and column of each, up to {size[0] - 1},{size[1] - 1}. Their fields are drawn as well."
    start = held(f"{key}.further", spell_units(units[1:]))
    typed = st.text_input("Further units", **start, placeholder="0,0; 3,5", help=words)
    try:
        units = read_units(spell_units([(row, column), *read_units(typed)]))
        check_units(units, network, node)
        return units
    except SpecError as error:
        refuse(error, "The page shows the first unit alone.")
        return ((row, column),)


def _units_key(network: Network, node: str) -> str:
    """Return what the keys of the controls of a node's units begin with."""
    height, width = size_of(network, node)
    return f"{PAGE}.{node}.{height}x{width}"


def take_units(network: Network, node: str, text: str) -> None:
    """Put units that were chosen in the picture into their controls; what is not valid changes nothing."""
    try:
        units = read_units(text)
        check_units(units, network, node)
    except SpecError:
        return
    if units:
        key = _units_key(network, node)
        for word, cell in zip(("row", "column"), units[0], strict=True):
            set_value(f"{key}.{word}", cell)
        set_value(f"{key}.further", spell_units(units[1:], "; "))


def _choose_weights(state: PageState, network: Network, *, has_kernels: bool) -> dict[str, Any]:
    """Return the kernels of the effective field, and the draws and the seed of random ones, or of signs."""
    values = values_of(PARAMS, state.texts)
    words = KERNELS | (TRAINED_WORDS if has_kernels else {})
    kernels = select("Effective weight", words, f"{PAGE}.kernels", values["kernels"])
    if kernels == "uniform":
        return {}
    left, right = st.columns(2)
    samples = left.slider("Draws", LEAST_SAMPLES, MOST_SAMPLES, step=10, **held(f"{PAGE}.samples", values["samples"]))
    seed = number("Seed", 0, SEEDS, f"{PAGE}.seed", values["seed"], place=right)
    most = affordable_signs(network) if kernels == TRAINED else affordable_samples(network)
    if samples > most:
        st.caption(f"The planes of this network are large: {most} draws are taken.")
    return {"kernels": kernels, "samples": min(samples, most), "seed": seed}


def _choose_object(state: PageState, network: Network) -> Box | None:
    """Show whether an object is marked, and where it begins and ends."""
    usual, size = usual_object(network), network.input_size
    assert size is not None
    marked = read_object(state.texts["object"]) if "object" in state.texts else usual
    try:
        check_object(marked, network)
    except SpecError as error:
        if state.address.get("object"):
            state.refuse(error)
        marked = usual
    if not st.toggle("Mark an object", **held(f"{PAGE}.marks", marked is not None)):
        return None
    (top, bottom), (left, right) = marked or usual
    upper, lower = st.container(horizontal=True), st.container(horizontal=True)
    sides = zip(_SIDES, (upper, upper, lower, lower), (top, left, bottom, right), size * 2, strict=True)
    top, left, bottom, right = (
        number(label, 0, cells - 1, f"{PAGE}.{label}.{size}", start, place=place)
        for label, place, start, cells in sides
    )
    marked = (top, bottom), (left, right)
    try:
        check_object(marked, network)
    except SpecError as error:
        refuse(error, "The page shows no object.")
        return None
    return marked


def take_object(network: Network, text: str) -> None:
    """Put an object that was marked in the picture into its controls; what is not valid changes nothing."""
    try:
        marked = read_object(text)
        check_object(marked, network)
    except SpecError:
        return
    set_value(f"{PAGE}.marks", marked is not None)
    if marked is not None:
        for side, cell in zip(_SIDES, (axis[end] for end in (0, 1) for axis in marked), strict=True):
            set_value(f"{PAGE}.{side}.{network.input_size}", cell)
