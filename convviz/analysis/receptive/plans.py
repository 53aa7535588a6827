"""The notation for known networks: steps in a row, forks whose branches meet again, and the source of the numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from convviz.arithmetic import upsample2d
from convviz.arithmetic.parse import Pair

from .footprints import Operation
from .graph import Graph

SPREAD: Final = "spread"
"""The step that resizes one cell to the plane at which its fork began, as image pooling does."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that begin at the same node and meet in a join; an empty branch is that node itself."""

    join: str
    branches: "tuple[tuple[Step, ...], ...]"


Step = tuple[str, Operation | Fork]
"""A name and what it names; a fork gives its name to the join, and to its branches as the beginning of theirs.

A name that begins with a slash is used alone, without the slash: where forks are nested, names would grow long.
"""

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A network by the table.

    Attributes
    ----------
    steps : tuple of Step
        From the input to the last layer whose outputs have positions: classifiers are left out.
    input_size : Pair
        The one that its source is written for.
    source : str
        The publication of the numbers, and the variant that they describe.
    """

    steps: Steps
    input_size: Pair
    source: str


def grow(graph: Graph, steps: Sequence[Step], source: str, prefix: str = "", fork: str = "") -> str:
    """Add steps after the node `source` and return the name of the last one; `fork` is where the outer fork began."""
    for name, step in steps:
        full = name[1:] if name.startswith("/") else prefix + name
        if isinstance(step, Fork):
            branches = enumerate(step.branches)
            ends = [grow(graph, branch, source, f"{full}/{number}/", fork=source) for number, branch in branches]
            source = graph.add(full, step.join, ends)
        elif step == SPREAD:
            size = graph.output_size(fork)
            assert size is not None  # known networks have an input size
            source = graph.add(full, upsample2d(size, "bilinear"), source)
        else:
            source = graph.add(full, step, source)
    return source


def numbered(prefix: str, operations: Sequence[Operation | Fork]) -> Steps:
    """Name steps by their position, from 1."""
    return tuple((f"{prefix}{number}", operation) for number, operation in enumerate(operations, start=1))
