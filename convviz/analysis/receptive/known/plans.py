"""How a known network is written down: steps in a row, forks whose branches meet again, and where it all comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from convviz.analysis.receptive.footprints import Operation
from convviz.analysis.receptive.graph import Graph
from convviz.arithmetic import upsample2d
from convviz.arithmetic.parse import Pair

SPREAD: Final = "spread"
"""The step that resizes one cell to the plane at which its fork began, as image pooling does."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that begin at the same node and meet in a join; an empty branch is that node itself."""

    join: str
    branches: "tuple[tuple[Step, ...], ...]"


Step = tuple[str, Operation | Fork]
"""A name and what it names; a fork gives its name to the join, and to its branches as the beginning of theirs.

A name that begins with a slash stands by itself, without it: where forks lie in forks, the others grow long.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A network by the table.

    Attributes
    ----------
    steps : From the input to the last layer with places of its own: classifiers are left out.
    input_size : The one that its source is written for.
    source : Where the numbers are from, and which variant they are of.
    """

    steps: tuple[Step, ...]
    input_size: Pair
    source: str


def grow(graph: Graph, steps: Sequence[Step], source: str, prefix: str = "", fork: str = "") -> str:
    """Add steps behind a node; the name of the last one. `fork` is the node at which the fork around them began."""
    for name, step in steps:
        full = name[1:] if name.startswith("/") else prefix + name
        if isinstance(step, Fork):
            ends = [
                grow(graph, branch, source, f"{full}/{number}/", fork=source)
                for number, branch in enumerate(step.branches)
            ]
            source = graph.add(full, step.join, ends)
        elif step == SPREAD:
            size = graph.output_size(fork)
            assert size is not None  # known networks have an input size
            source = graph.add(full, upsample2d(size, "bilinear"), source)
        else:
            source = graph.add(full, step, source)
    return source


def numbered(prefix: str, operations: Sequence[Operation | Fork]) -> tuple[Step, ...]:
    """Steps named by their place, from 1."""
    return tuple((f"{prefix}{number}", one) for number, one in enumerate(operations, start=1))
