"""The controls of the page "On your image", and how links spell what they hold."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convviz.analysis import KNOWN, Box, Network
from convviz.arithmetic.arguments import Pair, shown
from convviz.assets import SAMPLES
from convviz.errors import SpecError
from convviz.recipes.parameters import read_choice
from convviz.web.components.known_networks import (
    DEFAULT,
    UNKNOWN,
    choose_known_network,
    choose_node,
    read_node,
    read_size,
    size_in,
    source_words,
    usual_size,
)
from convviz.web.components.page_frame import refuse
from convviz.web.state.page_state import PageState
from convviz.web.state.params import Param, choice, declare, texts_of, values_of, whole_number
from convviz.web.state.widgets import held, number, select, set_value

PAGE: Final = "on-your-image"
_DEFAULT_NODE: Final = "conv4_6"
_SIDES: Final = ("Top", "Left", "Bottom", "Right")
_KERNELS: Final = {"uniform": "Kernels of ones (exact)", "random": "Random kernels (estimated)"}

LEAST_SIDE: Final = 32
MOST_SIDE: Final = 640
MOST_UNITS: Final = 8
_SAMPLES: Final = 20
MOST_SAMPLES: Final = 200
MOST_CELLS: Final = 100_000_000
"""The most cells of all nodes times draws of random kernels: about 8 seconds."""

SEEDS: Final = 9999
NETWORKS: Final = tuple(name for name, plan in KNOWN.items() if min(plan.input_size) >= LEAST_SIDE)
"""Known networks that take photographs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the page shows; the names are those of links.

    Attributes
    ----------
    network, input_size : str
        The network and its input size, as links spell them.
    node : str
        The node whose units are shown.
    units : tuple of (row, column)
        The weights are those of the first unit.
    object : box or None
        The object that is marked.
    kernels, samples, seed : str, int, int
        "uniform" kernels of ones, whose weights are exact, or "random" ones, and the draws of these.
    """

    network: str
    input_size: str
    node: str
    units: tuple[Pair, ...]
    object: Box | None
    kernels: str = "uniform"
    samples: int = _SAMPLES
    seed: int = 0


# Links ----------------------------------------------------------------------------------------------------------------


def _read_network(text: str) -> str:
    if text in KNOWN and text not in NETWORKS:
        raise SpecError(f"network must take photographs of at least {LEAST_SIDE} x {LEAST_SIDE} cells; got {text}.")
    return read_choice("network", text, NETWORKS)


def read_photo_size(text: str) -> str:
    """Return the input size for a photograph, as links spell it."""
    size = None if text.strip().lower() == UNKNOWN else size_in(read_size(text))
    if size is None or not LEAST_SIDE <= min(size) <= max(size) <= MOST_SIDE:
        raise SpecError(
            f"input_size must be from {LEAST_SIDE} to {MOST_SIDE} along both axes, for a photograph; got {shown(text)}."
        )
    return read_size(text)


def read_units(text: str) -> tuple[Pair, ...]:
    """Read units such as ``3,4;0,0``."""
    compact = re.sub(r"\s", "", text)
    if compact and not re.fullmatch(r"\d{1,4},\d{1,4}(;\d{1,4},\d{1,4})*;?", compact):
        raise SpecError(f"units must be rows and columns such as 3,4;0,0; got {shown(text)}.")
    numbers = [int(digits) for digits in re.findall(r"\d+", compact)]
    units = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if len(units) > MOST_UNITS:
        raise SpecError(f"units must be at most {MOST_UNITS}; got {len(units)}.")
    return units


def spell_units(units: Sequence[Pair], between: str = ";") -> str:
    """Spell units as links do."""
    return between.join(f"{row},{column}" for row, column in units)


def read_object(text: str) -> Box | None:
    """Read an object: its first row and column, its last row and column; None for "none"."""
    compact = re.sub(r"\s", "", text)
    if compact == "none":
        return None
    if not re.fullmatch(r"\d{1,4}(,\d{1,4}){3}", compact):
        raise SpecError(f"object must be top,left,bottom,right such as 60,80,139,179, or none; got {shown(text)}.")
    top, left, bottom, right = map(int, compact.split(","))
    return (top, bottom), (left, right)


def spell_object(marked: Box | None) -> str:
    """Spell an object as links do."""
    return "none" if marked is None else ",".join(str(axis[end]) for end in (0, 1) for axis in marked)


PARAMS: Final = declare(
    Param("network", _read_network, DEFAULT),
    Param("input_size", read_photo_size),
    Param("node", read_node),
    Param("units", read_units, spell=spell_units),
    Param("object", read_object, spell=spell_object),
    choice("kernels", _KERNELS, "uniform"),
    whole_number("samples", 10, MOST_SAMPLES, _SAMPLES),
    whole_number("seed", 0, SEEDS, 0),
    choice("image", SAMPLES, next(iter(SAMPLES))),
)


def link_texts(settings: Settings, network: Network, image: str) -> dict[str, str]:
    """Spell what differs from the defaults."""
    defaults = {
        "input_size": usual_size(settings.network),
        "node": usual_node(settings.network, network),
        "units": (middle_unit(network, settings.node),),
        "object": usual_object(network),
    }
    return texts_of(PARAMS, {**asdict(settings), "image": image}, **defaults)


# What the page begins with, and what it can show ----------------------------------------------------------------------


def usual_node(name: str, network: Network) -> str:
    """Return the node that the page begins with."""
    return _DEFAULT_NODE if name == DEFAULT else network.nodes[-1].name


def middle_unit(network: Network, node: str) -> Pair:
    """Return the unit that the page begins with."""
    height, width = _size_of(network, node)
    return height // 2, width // 2


def usual_object(network: Network) -> Box:
    """Return the object that the page begins with, a little above the middle."""
    assert network.input_size is not None
    height, width = network.input_size
    return (height * 2 // 10, height * 5 // 10), (width * 4 // 10, width * 6 // 10)


def _size_of(network: Network, node: str) -> Pair:
    size = network.output_size(node)
    assert size is not None
    return size


def _check_units(units: Sequence[Pair], network: Network, node: str) -> None:
    height, width = _size_of(network, node)
    for row, column in units:
        if row >= height or column >= width:
            raise SpecError(f"units must lie inside {node} of size {height} × {width}; got {row},{column}.")


def _check_object(marked: Box | None, network: Network) -> None:
    """Refuse an object that is not in the picture, or ends before it begins."""
    if marked is None or network.input_size is None:
        return
    names = (("top", "bottom"), ("left", "right"))
    for (first, last), cells, (start, end) in zip(marked, network.input_size, names, strict=True):
        if first > last:
            raise SpecError(f"{start} of the object must be at most {end}; got {first} and {last}.")
        if last >= cells:
            raise SpecError(f"{end} of the object must be at most {cells - 1}; got {last}.")


def affordable_samples(network: Network) -> int:
    """Return how many draws of random kernels are taken at most: fewer where the planes are large.

    >>> affordable_samples(Network.known("resnet18")), affordable_samples(Network.known("unet"))
    (200, 40)
    """
    cells = sum(prod(node.size) for node in network.nodes if node.size is not None)
    return max(10, min(MOST_SAMPLES, MOST_CELLS // max(1, cells) // 10 * 10))


# Controls -------------------------------------------------------------------------------------------------------------


def choose_settings(state: PageState, panel: DeltaGenerator) -> tuple[Settings, Network]:
    """Show all controls in a column of the page; return what they hold, and the network."""
    places, examples = (panel, panel), "224 or 224x320"
    name, size, network, refusal = choose_known_network(PAGE, state, NETWORKS, examples, places, read=read_photo_size)
    with panel:
        st.markdown(f":small[{source_words(name)}]")
        if refusal:
            refuse(refusal)
        usual, help_text = usual_node(name, network), "Type to search by name."
        node = choose_node(f"{PAGE}.node.{name}", state, name, network, usual=usual, help_text=help_text)
        is_linked = name == state.texts.get("network", DEFAULT) and node == state.texts.get("node", usual)
        units = _choose_units(state, network, node, is_linked=is_linked)
        weights = _choose_weights(state, network)
        marked = _choose_object(state, network)
    return Settings(name, size, node, units, marked, **weights), network


def _choose_units(state: PageState, network: Network, node: str, *, is_linked: bool) -> tuple[Pair, ...]:
    """Show the unit whose weights are shown, and further ones; start from the link if it is about this node."""
    size, units = _size_of(network, node), read_units(state.texts.get("units", "")) if is_linked else ()
    try:
        _check_units(units, network, node)
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
        _check_units(units, network, node)
        return units
    except SpecError as error:
        refuse(error, "The page shows the first unit alone.")
        return ((row, column),)


def _units_key(network: Network, node: str) -> str:
    """Return what the keys of the controls of a node's units begin with."""
    height, width = _size_of(network, node)
    return f"{PAGE}.{node}.{height}x{width}"


def take_units(network: Network, node: str, text: str) -> None:
    """Put units that were chosen in the picture into their controls; what is not valid changes nothing."""
    try:
        units = read_units(text)
        _check_units(units, network, node)
    except SpecError:
        return
    if units:
        key = _units_key(network, node)
        for word, cell in zip(("row", "column"), units[0], strict=True):
            set_value(f"{key}.{word}", cell)
        set_value(f"{key}.further", spell_units(units[1:], "; "))


def _choose_weights(state: PageState, network: Network) -> dict[str, Any]:
    """Return the kernels of the effective field, and the draws and the seed of random ones."""
    values = values_of(PARAMS, state.texts)
    if select("Effective weight", _KERNELS, f"{PAGE}.kernels", values["kernels"]) == "uniform":
        return {}
    left, right = st.columns(2)
    samples = left.slider("Draws", 10, MOST_SAMPLES, step=10, **held(f"{PAGE}.samples", values["samples"]))
    seed = number("Seed", 0, SEEDS, f"{PAGE}.seed", values["seed"], place=right)
    most = affordable_samples(network)
    if samples > most:
        st.caption(f"The planes of this network are large: {most} draws are taken.")
    return {"kernels": "random", "samples": min(samples, most), "seed": seed}


def _choose_object(state: PageState, network: Network) -> Box | None:
    """Show whether an object is marked, and where it begins and ends."""
    usual, size = usual_object(network), network.input_size
    assert size is not None
    marked = read_object(state.texts["object"]) if "object" in state.texts else usual
    try:
        _check_object(marked, network)
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
        _check_object(marked, network)
    except SpecError as error:
        refuse(error, "The page shows no object.")
        return None
    return marked


def take_object(network: Network, text: str) -> None:
    """Put an object that was marked in the picture into its controls; what is not valid changes nothing."""
    try:
        marked = read_object(text)
        _check_object(marked, network)
    except SpecError:
        return
    set_value(f"{PAGE}.marks", marked is not None)
    if marked is not None:
        for side, cell in zip(_SIDES, (axis[end] for end in (0, 1) for axis in marked), strict=True):
            set_value(f"{PAGE}.{side}.{network.input_size}", cell)
