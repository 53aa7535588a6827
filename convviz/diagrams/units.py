"""Which units of a network look at a photograph, and for which object: how links spell that, what is refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

from convviz.analysis import KNOWN, Box, Network
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError
from convviz.recipes.parameters import read_choice

from .known import DEFAULT, UNKNOWN, read_size, size_in

LEAST_SIDE: Final = 32
MOST_SIDE: Final = 640
MOST_UNITS: Final = 8
LEAST_SAMPLES: Final = 10
MOST_SAMPLES: Final = 200
MOST_CELLS: Final = 100_000_000
"""The most cells of all nodes times draws of random kernels: about 8 seconds."""

SEEDS: Final = 9999
NETWORKS: Final = tuple(name for name, plan in KNOWN.items() if min(plan.input_size) >= LEAST_SIDE)
"""Known networks that take photographs."""

KERNELS: Final = {"uniform": "Kernels of ones (exact)", "random": "Random kernels (estimated)"}

_DEFAULT_NODE: Final = "conv4_6"


@dataclass(frozen=True, slots=True)
class Settings:
    """What is drawn; the names are those of links.

    Attributes
    ----------
    network, input_size : str
        The network and its input size, as links spell them.
    node : str
        The node whose units are drawn.
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
    samples: int = 20
    seed: int = 0


# Texts and values -----------------------------------------------------------------------------------------------------


def read_photo_network(text: object) -> str:
    """Return the name of a known network that takes photographs."""
    if isinstance(text, str) and text in KNOWN and text not in NETWORKS:
        raise SpecError(f"network must take photographs of at least {LEAST_SIDE} x {LEAST_SIDE} cells; got {text}.")
    return read_choice("network", text, NETWORKS)


def read_photo_size(value: object) -> str:
    """Return the input size for a photograph, as links spell it."""
    is_unknown = isinstance(value, str) and value.strip().lower() == UNKNOWN
    size = None if is_unknown else size_in(read_size(value))
    if size is None or not LEAST_SIDE <= min(size) <= max(size) <= MOST_SIDE:
        raise SpecError(
            f"input_size must be from {LEAST_SIDE} to {MOST_SIDE} along both axes, for a photograph; got "
            f"{shown(value)}."
        )
    return read_size(value)


def read_units(value: object) -> tuple[Pair, ...]:
    """Read units such as ``3,4;0,0``, or ((3, 4), (0, 0)).

    >>> read_units("3,4; 0,0"), read_units([(3, 4)]), read_units("")
    (((3, 4), (0, 0)), ((3, 4),), ())
    """
    text = value if isinstance(value, str) else _spelled_rows(value)
    compact = re.sub(r"\s", "", text)
    if compact and not re.fullmatch(r"\d{1,4},\d{1,4}(;\d{1,4},\d{1,4})*;?", compact):
        raise SpecError(f"units must be rows and columns such as 3,4;0,0; got {shown(value)}.")
    numbers = [int(digits) for digits in re.findall(r"\d+", compact)]
    units = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if len(units) > MOST_UNITS:
        raise SpecError(f"units must be at most {MOST_UNITS}; got {len(units)}.")
    return units


def _spelled_rows(value: object) -> str:
    """Return pairs of numbers as a link spells them, and what is not such pairs as a text that is refused."""
    rows = value if isinstance(value, tuple | list) else ()
    texts = [",".join(map(str, row)) for row in rows if isinstance(row, tuple | list)]
    return ";".join(texts) if texts and len(texts) == len(rows) else "?"


def spell_units(units: Sequence[Pair], between: str = ";") -> str:
    """Spell units as links do."""
    return between.join(f"{row},{column}" for row, column in units)


def read_object(value: object) -> Box | None:
    """Read an object: its first row and column, its last row and column; None for "none".

    >>> read_object("60,80,139,179"), read_object(((60, 139), (80, 179))), read_object("none")
    (((60, 139), (80, 179)), ((60, 139), (80, 179)), None)
    """
    match value:
        case str() as text:
            compact = re.sub(r"\s", "", text)
        case ((top, bottom), (left, right)):
            compact = f"{top},{left},{bottom},{right}"
        case _:
            compact = "none" if value is None else "?"
    if compact == "none":
        return None
    if not re.fullmatch(r"\d{1,4}(,\d{1,4}){3}", compact):
        raise SpecError(f"object must be top,left,bottom,right such as 60,80,139,179, or none; got {shown(value)}.")
    top, left, bottom, right = map(int, compact.split(","))
    return (top, bottom), (left, right)


def spell_object(marked: Box | None) -> str:
    """Spell an object as links do."""
    return "none" if marked is None else ",".join(str(axis[end]) for end in (0, 1) for axis in marked)


# What a network has at first, and what it has at all ------------------------------------------------------------------


def usual_node(name: str, network: Network) -> str:
    """Return the node that is drawn at first."""
    return _DEFAULT_NODE if name == DEFAULT else network.nodes[-1].name


def middle_unit(network: Network, node: str) -> Pair:
    """Return the unit that is drawn at first."""
    height, width = size_of(network, node)
    return height // 2, width // 2


def usual_object(network: Network) -> Box:
    """Return the object that is marked at first, a little above the middle."""
    assert network.input_size is not None
    height, width = network.input_size
    return (height * 2 // 10, height * 5 // 10), (width * 4 // 10, width * 6 // 10)


def size_of(network: Network, node: str) -> Pair:
    """Return the rows and columns of a node; those of a network with an input size are known."""
    size = network.output_size(node)
    assert size is not None
    return size[0], size[1]


def check_units(units: Sequence[Pair], network: Network, node: str) -> None:
    """Refuse units that a node does not have."""
    height, width = size_of(network, node)
    for row, column in units:
        if row >= height or column >= width:
            raise SpecError(f"units must lie inside {node} of size {height} × {width}; got {row},{column}.")


def check_object(marked: Box | None, network: Network) -> None:
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
    return max(LEAST_SAMPLES, min(MOST_SAMPLES, MOST_CELLS // max(1, cells) // 10 * 10))
