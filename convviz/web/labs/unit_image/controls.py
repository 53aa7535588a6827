"""The controls of the page "On your image"."""

from typing import Final

import streamlit as st

from convviz.analysis import Network
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.web.components.errors import refuse
from convviz.web.components.known_networks import known_network, menu_entry, source_words, usual_size
from convviz.web.state.page_state import PageState
from convviz.web.state.params import texts_of, values_of
from convviz.web.state.widgets import held, select, set_value, value_of

from .params import (
    DEFAULT,
    DEFAULT_NODE,
    NETWORKS,
    PARAMS,
    SAMPLES_MOST,
    SEEDS,
    Asked,
    affordable_samples,
    check_object,
    check_units,
    object_in,
    read_object,
    read_photo_size,
    read_units,
    units_in,
    usual_object,
)

PAGE: Final = "on-your-image"
_WAYS: Final = {"uniform": "Kernels of ones (exact)", "random": "Random kernels (estimated)"}
_SIDES: Final = ("Top", "Left", "Bottom", "Right")


def choose_photo_network(state: PageState) -> tuple[str, str, Network]:
    """Name, input size and network."""
    name = select("Network", NETWORKS, f"{PAGE}.network", state.texts.get("network", DEFAULT), format_func=menu_entry)
    usual = usual_size(name)
    is_asked = name == state.texts.get("network", DEFAULT)
    start = state.texts.get("input_size", usual) if is_asked else usual
    typed = st.text_input(
        "Input size", **held(f"{PAGE}.input_size.{name}", start), help=f"Usual: {usual}. Such as 224 or 224x320."
    )
    st.markdown(f":small[{source_words(name)}]")
    try:
        size = read_photo_size(typed) if typed.strip() else usual
        return name, size, known_network(name, size)
    except SpecError as error:
        if typed == state.address.get("input_size"):
            state.refuse(error)
        else:
            refuse(error, "The page shows the usual size.")
        return name, usual, known_network(name, usual)


def choose_unit_node(state: PageState, name: str, network: Network) -> str:
    """A node of the network."""
    names = [node.name for node in network.nodes]
    control = f"{PAGE}.node.{name}"
    usual = usual_node(name, network)
    asked = state.texts.get("node", usual)
    if asked not in names and value_of(control) is None:
        state.refuse(SpecError(f"node must be the name of a node of {name}; got {shown(asked)}."))
    return select("Node", names, control, asked if asked in names else usual, help="Type to search by name.")


def usual_node(name: str, network: Network) -> str:
    """The node that the page begins with."""
    return DEFAULT_NODE if name == DEFAULT else network.nodes[-1].name


def choose_units(state: PageState, name: str, network: Network, node: str) -> tuple[Pair, ...]:
    """The unit whose weights are shown, and further ones, whose boxes are."""
    size = network.output_size(node)
    assert size is not None
    middle = middle_unit(size)
    units = _sound_units(state, name, network, node) or (middle,)
    here = _unit_key(node, size)
    place = st.container(horizontal=True)
    row, column = (
        int(place.number_input(f"Unit {word}", 0, cells - 1, **held(f"{here}.{word}", units[0][axis])))
        for axis, (word, cells) in enumerate(zip(("row", "column"), size, strict=True))
    )
    others = ";".join(f"{r},{c}" for r, c in units[1:])
    typed = st.text_input(
        "Further units", **held(f"{here}.further", others), placeholder="0,0; 3,5",
        help=f"Row and column of each, up to {size[0] - 1},{size[1] - 1}. Their fields are drawn as well.",
    )  # fmt: skip
    try:
        found = units_in(read_units(f"{row},{column};{read_units(typed)}"))
        check_units(found, network, node)
        return found
    except SpecError as error:
        refuse(error, "The page shows the first unit alone.")
        return ((row, column),)


def take_units(network: Network, node: str, text: str) -> None:
    """Put units that were chosen by hand into their controls; what cannot be changes nothing."""
    size = network.output_size(node)
    assert size is not None
    try:
        units = units_in(read_units(text))
        check_units(units, network, node)
    except SpecError:
        return
    if not units:
        return
    here = _unit_key(node, size)
    for word, number in zip(("row", "column"), units[0], strict=True):
        set_value(f"{here}.{word}", number)
    set_value(f"{here}.further", "; ".join(f"{row},{column}" for row, column in units[1:]))


def _unit_key(node: str, size: Pair) -> str:
    """What the keys of the controls of a node's units begin with."""
    return f"{PAGE}.{node}.{size[0]}x{size[1]}"


def middle_unit(size: Pair) -> Pair:
    """The unit that the page begins with."""
    return size[0] // 2, size[1] // 2


def _sound_units(state: PageState, name: str, network: Network, node: str) -> tuple[Pair, ...]:
    """The units of the link, if they are there and meant for this node."""
    is_same = name == state.texts.get("network", DEFAULT) and node == state.texts.get("node", usual_node(name, network))
    if not is_same:
        return ()
    units = units_in(state.texts.get("units", ""))
    try:
        check_units(units, network, node)
    except SpecError as error:
        if state.address.get("units"):
            state.refuse(error)
        return ()
    return units


def choose_weights(state: PageState, network: Network) -> tuple[int, int]:
    """Draws of random kernels, 0 for kernels of ones, and the seed."""
    values = values_of(PARAMS, state.texts)
    way = select(
        "Effective weight", tuple(_WAYS), f"{PAGE}.kernels", values["kernels"],
        format_func=_WAYS.__getitem__,
    )  # fmt: skip
    if way == "uniform":
        return 0, 0
    left, right = st.columns(2)
    samples = left.slider("Draws", 10, SAMPLES_MOST, step=10, **held(f"{PAGE}.samples", values["samples"]))
    seed = right.number_input("Seed", 0, SEEDS, **held(f"{PAGE}.seed", values["seed"]))
    most = affordable_samples(network)
    if samples > most:
        st.caption(f"The planes of this network are large: {most} draws are taken.")
    return min(int(samples), most), int(seed)


def choose_object(state: PageState, size: Pair) -> str:
    """The object's first and last row and column, as links spell it."""
    asked = state.texts.get("object", usual_object(size))
    try:
        check_object(object_in(asked), size)
    except SpecError as error:
        if state.address.get("object"):
            state.refuse(error)
        asked = usual_object(size)
    if not st.toggle("Mark an object", **held(f"{PAGE}.marks", asked != "none")):
        return "none"
    numbers = (asked if asked != "none" else usual_object(size)).split(",")
    upper, lower = st.container(horizontal=True), st.container(horizontal=True)
    ends = [
        int(place.number_input(label, 0, cells - 1, **held(f"{PAGE}.{label}.{size}", int(number))))
        for place, label, number, cells in zip(
            (upper, upper, lower, lower), _SIDES, numbers, (*size, *size), strict=True
        )
    ]
    typed = ",".join(map(str, ends))
    try:
        check_object(object_in(typed), size)
    except SpecError as error:
        refuse(error, "The page shows no object.")
        return "none"
    return typed


def take_object(size: Pair, text: str) -> None:
    """Put an object that was marked by hand into its controls; what cannot be changes nothing."""
    try:
        marked = read_object(text)
        check_object(object_in(marked), size)
    except SpecError:
        return
    set_value(f"{PAGE}.marks", marked != "none")
    if marked != "none":
        for side, number in zip(_SIDES, marked.split(","), strict=True):
            set_value(f"{PAGE}.{side}.{size}", int(number))


def link_texts(name: str, size: str, network: Network, asked: Asked, image: str) -> dict[str, str]:
    """What a link says, without defaults."""
    pair, out = network.input_size, network.output_size(asked.node)
    assert pair is not None
    assert out is not None
    units = ";".join(f"{row},{column}" for row, column in asked.units)
    marked = "none" if asked.marked is None else ",".join(str(axis[end]) for end in (0, 1) for axis in asked.marked)
    values = {
        "network": name, "input_size": size, "node": asked.node, "units": units, "object": marked,
        "kernels": "random" if asked.samples else "uniform", "samples": asked.samples or PARAMS["samples"].default,
        "seed": asked.seed, "image": image,
    }  # fmt: skip
    return texts_of(
        PARAMS, values, input_size=usual_size(name), node=usual_node(name, network),
        units="{},{}".format(*middle_unit(out)), object=usual_object(pair),
    )  # fmt: skip
