"""What is asked on the page "On your image", and how links spell it."""

import re
from dataclasses import dataclass
from math import prod
from typing import Final

from convviz.analysis import KNOWN, Box, Network
from convviz.arithmetic.parse import Pair
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.recipes.parameters import read_choice
from convviz.web import SAMPLES
from convviz.web.components.known_networks import UNKNOWN, read_size, size_in
from convviz.web.state.params import Param, choice, declare, whole_number

DEFAULT: Final = "resnet50_v1"
DEFAULT_NODE: Final = "conv4_6"
LEAST_SIDE: Final = 32
MOST_SIDE: Final = 640
MOST_UNITS: Final = 8
SAMPLES_MOST: Final = 200
CELLS_MOST: Final = 100_000_000
"""Cells of all nodes times the draws of random kernels: about 8 seconds."""

SEEDS: Final = 9999
KERNELS: Final = ("uniform", "random")
NETWORKS: Final = tuple(name for name, plan in KNOWN.items() if min(plan.input_size) >= LEAST_SIDE)
"""Known networks that take photographs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit of a node, others beside it, how its weights are found, and the object.

    Attributes
    ----------
    units : (row, column) of each; the weights are those of the first.
    samples : 0 for kernels of ones, whose weights are exact.
    """

    node: str
    units: tuple[Pair, ...]
    samples: int
    seed: int
    marked: Box | None


def _network(text: str) -> str:
    if text in KNOWN and text not in NETWORKS:
        raise SpecError(f"network must take photographs of at least {LEAST_SIDE} x {LEAST_SIDE} cells; got {text}.")
    return read_choice("network", text, NETWORKS)


def read_photo_size(text: str) -> str:
    """An input size of this page, as links spell it."""
    size = None if text.strip().lower() == UNKNOWN else size_in(read_size(text))
    if size is None or not LEAST_SIDE <= min(size) <= max(size) <= MOST_SIDE:
        raise SpecError(
            f"input_size must be from {LEAST_SIDE} to {MOST_SIDE} along both axes, for a photograph; got {shown(text)}."
        )
    return read_size(text)


def read_units(text: str) -> str:
    """Units as links spell them: ``3,4;0,0``."""
    words = re.sub(r"\s", "", text)
    if words and not re.fullmatch(r"\d{1,4},\d{1,4}(;\d{1,4},\d{1,4})*;?", words):
        raise SpecError(f"units must be rows and columns such as 3,4;0,0; got {shown(text[:60])}.")
    found = units_in(words)
    if len(found) > MOST_UNITS:
        raise SpecError(f"units must be at most {MOST_UNITS}; got {len(found)}.")
    return ";".join(f"{row},{column}" for row, column in found)


def units_in(text: str) -> tuple[Pair, ...]:
    """The units that a text stands for."""
    pairs = [part.split(",") for part in text.split(";") if part]
    return tuple((int(row), int(column)) for row, column in pairs)


def check_units(units: tuple[Pair, ...], network: Network, node: str) -> None:
    """Refuse units that are not there."""
    height, width = network.output_size(node) or (0, 0)
    for row, column in units:
        if row >= height or column >= width:
            raise SpecError(f"units must lie inside {node} of size {height} × {width}; got {row},{column}.")


def affordable_samples(network: Network) -> int:
    """How many draws of random kernels are taken at most: fewer where the planes are large.

    >>> affordable_samples(Network.known("resnet18")), affordable_samples(Network.known("unet"))
    (200, 40)
    """
    cells = sum(prod(node.size) for node in network.nodes if node.size is not None)
    return max(10, min(SAMPLES_MOST, CELLS_MOST // max(1, cells) // 10 * 10))


def read_object(text: str) -> str:
    """An object as links spell it: the first row and column, the last row and column; or "none"."""
    words = re.sub(r"\s", "", text)
    if words != "none" and not re.fullmatch(r"\d{1,4}(,\d{1,4}){3}", words):
        raise SpecError(f"object must be top,left,bottom,right such as 60,80,139,179, or none; got {shown(text[:60])}.")
    return words


def object_in(text: str) -> Box | None:
    """The object that a text stands for."""
    if text == "none":
        return None
    top, left, bottom, right = map(int, text.split(","))
    return (top, bottom), (left, right)


def check_object(marked: Box | None, size: Pair) -> None:
    """Refuse an object that is not in the picture, or ends before it begins."""
    if marked is None:
        return
    for (first, last), cells, names in zip(marked, size, (("top", "bottom"), ("left", "right")), strict=True):
        if first > last:
            raise SpecError(f"{names[0]} of the object must be at most {names[1]}; got {first} and {last}.")
        if last >= cells:
            raise SpecError(f"{names[1]} of the object must be at most {cells - 1}; got {last}.")


def usual_object(size: Pair) -> str:
    """An object to begin with, a little above the middle."""
    (height, width) = size
    return f"{height * 2 // 10},{width * 4 // 10},{height * 5 // 10},{width * 6 // 10}"


def _node(text: str) -> str:
    if not 0 < len(text) <= 200:
        raise SpecError(f"node must be a name of at most 200 characters; got {shown(text)}.")
    return text


PARAMS: Final = declare(
    Param("network", _network, DEFAULT),
    Param("input_size", read_photo_size),
    Param("node", _node),
    Param("units", read_units),
    Param("object", read_object),
    choice("kernels", KERNELS, "uniform"),
    whole_number("samples", 10, SAMPLES_MOST, 20),
    whole_number("seed", 0, SEEDS, 0),
    choice("image", SAMPLES, next(iter(SAMPLES))),
)
