"""A known network with an input size, as links name both."""

import re
from functools import lru_cache
from typing import Final

from convviz.analysis import KNOWN, Network
from convviz.analysis.receptive.known import plan
from convviz.analysis.receptive.plans import grow
from convviz.arithmetic.arguments import Pair, shown
from convviz.arithmetic.layer_kinds import spell_value
from convviz.errors import SpecError
from convviz.recipes.parameters import Field, read_pair

DEFAULT: Final = "resnet50_v1"
UNKNOWN: Final = "unknown"
MOST_SIDE: Final = 4096
"""Rows or columns of an input."""

_NODE_NAME: Final = 200
"""Characters of the name of a node in a link."""


def read_network(name: str) -> str:
    """Return the name of a known network; one that leaves its version open is refused."""
    plan(name)
    return name


def read_size(value: object) -> str:
    """Read an input size: ``224``, ``224x320``, (224, 320) or "unknown"; return it as links spell it.

    >>> read_size("224 × 320"), read_size((224, 224)), read_size("Unknown")
    ('224x320', '224', 'unknown')
    """
    if isinstance(value, str):
        value = re.sub(r"\s*[x×]\s*", "x", value.strip().lower())
        if value == UNKNOWN:
            return UNKNOWN
    return spell_value(read_pair("input_size", value, 1, MOST_SIDE))


def size_in(text: str) -> Pair | None:
    """Return the input size that a text of `read_size` means."""
    return None if text == UNKNOWN else read_pair("input_size", text, 1, MOST_SIDE)


def usual_size(name: str) -> str:
    """Return the usual input size of a known network, as links spell it."""
    return spell_value(KNOWN[name].input_size)


@lru_cache(32)
def known_network(name: str, size: str) -> Network:
    """Return a known network with this input size, which may be "unknown".

    Raises
    ------
    SpecError
        A size that is too small, or one that is not known where the network needs it.
    """
    found, pair = plan(name), size_in(size)
    if pair is not None:
        return Network.known(name, pair)
    network = Network(channels=found.channels)
    try:
        grow(network.graph, found.steps, network.nodes[0].name)
    except AssertionError:
        raise SpecError(
            f"input_size must be known for {name}, which resizes to the size of an earlier node; got {shown(size)}."
        ) from None
    return network


def read_node(text: object) -> str:
    """Return the name of a node, as links spell it; whether the network has it is only known with the network."""
    if not isinstance(text, str) or not 0 < len(text) <= _NODE_NAME:
        raise SpecError(f"node must be a name of at most {_NODE_NAME} characters; got {shown(text)}.")
    return text


def check_node(name: str, network: Network, node: str) -> None:
    """Refuse a node that a network does not have."""
    if node not in (each.name for each in network.nodes):
        raise SpecError(f"node must be the name of a node of {name}; got {shown(node)}.")


NETWORK: Final = Field(
    "network", "text", lambda _, value: read_network(value), str, "Network", "A known network, by its name."
)
INPUT_SIZE: Final = Field(
    "input_size",
    "text",
    lambda _, value: read_size(value),
    str,
    "Input size",
    f"Rows and columns of the input, such as 224 or 224x320; or {UNKNOWN}.",
)
NODE: Final = Field("node", "text", lambda _, value: read_node(value), str, "Node", "The name of a node.")
