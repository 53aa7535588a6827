"""The receptive field of a node: both axes together, with what a global operation and misaligned paths make of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from math import lcm

from convviz.arithmetic import Layer
from convviz.arithmetic.parse import Pair

from .axis_field import Line, meet, step
from .footprints import SUMMARIES, Operation, Resized, change, readings
from .graph import UNKNOWN, Node
from .intervals import PHASES

Numbers = tuple[int | Fraction | None, int | Fraction | None]
"""(height, width), exact: an int where it is one; None where it cannot be known."""

Path = tuple[str, ...]
"""Names of nodes, from where paths part to where they meet."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Which box of the input an output of a node can reach. All pairs are (height, width), in input cells, 0-based.

    Attributes
    ----------
    size : Of the box; the largest one where it depends on the output. Padding does not change it.
    jump : Input cells from one output to the next (the effective stride); 0 if all outputs share a box.
    center : Of the box of output (0, 0), as an index. Behind resizing and transposed convolution it is nominal: boxes
        depend on the output there, and ``center + o jump`` is the center of the box of output o on the average over
        one period of outputs, not of each. A transposed convolution adds (p - d(k-1)/2) times the jump of its outputs,
        resizing (1/s - 1)/2 times that of its inputs.
    padding : Cells that the first box begins before the input: ``(size - 1) / 2 - center``; where sizes or centers
        depend on the output, of the largest size about the nominal center.
    size_range : (smallest, largest) for the height and for the width. They differ where size depends on the output: on
        its phase behind upsampling, on its index where paths of different jumps meet (only known with an input size:
        over all outputs). A smallest size of 0 means that some outputs read nothing.
    is_aligned : Whether all paths agree in jump and center. None if paddings are unknown, and with them the centers.
    misaligned_at : The first node where paths meet that do not agree; None if they do.
    misaligned_paths : Two such paths, from where they part to where they meet.
    is_global : Whether a global operation took part. Then the box is the whole input, of unknown size without an input
        size, and `local` is the field without that operation. After global pooling itself: of the units it averages.

    All is exact for outputs whose windows lie inside all planes on the way, except where `size_range` says that sizes
    depend on the output; behind resizing and transposed convolution center and padding are nominal. `Network.support`
    has the cells that a certain output reads, at the borders too.
    """

    size: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    size_range: tuple[tuple[int, int] | None, tuple[int, int] | None]
    is_aligned: bool | None = True
    misaligned_at: str | None = None
    misaligned_paths: tuple[Path, Path] | None = None
    is_global: bool = False
    without_global: "ReceptiveField | None" = field(default=None, repr=False)

    @property
    def local(self) -> "ReceptiveField":
        """The field without global operations, this one itself if there were none."""
        return self.without_global or self


@dataclass(frozen=True, slots=True)
class Reach:
    """What is kept of a node's field. The input has the defaults.

    Attributes
    ----------
    lines : The local field along the height and along the width.
    is_global, misaligned_at, misaligned_paths : As in `ReceptiveField`.
    is_summary : Whether all that the node knows came through a global operation. Its lines are those of the units it
        summarises, and are left out where it meets a node that has places of its own.
    """

    lines: tuple[Line, Line] = (Line(), Line())
    is_global: bool = False
    is_summary: bool = False
    misaligned_at: str | None = None
    misaligned_paths: tuple[Path, Path] | None = None


def reach(node: Node, nodes: Mapping[str, Node], reaches: Mapping[str, Reach]) -> Reach:
    """The reach of a node from those of the nodes it reads."""
    if node.operation == UNKNOWN:
        line = Line(spans=(), jump=None, center=None, is_aligned=None)
        return Reach((line, line))
    inputs = [nodes[name] for name in node.inputs]
    before = [reaches[name] for name in node.inputs]
    if node.operation in SUMMARIES and inputs[0].size != (1, 1):
        return replace(before[0], is_global=True, is_summary=True)
    is_summary = all(one.is_summary for one in before)
    kept = [pair for pair in zip(inputs, before, strict=True) if is_summary or not pair[1].is_summary]
    stepped = [one.lines if is_summary else _stepped(node, read, one.lines) for read, one in kept]
    lines = stepped[0] if len(stepped) == 1 else _met(stepped, node)
    is_global = any(one.is_global for one in before)
    for _, one in kept:
        if one.misaligned_at:
            return Reach(lines, is_global, is_summary, one.misaligned_at, one.misaligned_paths)
    if all(line.is_aligned is not False for line in lines):
        return Reach(lines, is_global, is_summary)
    paths = _parting(node, [read.name for read, _ in kept], stepped, nodes)
    return Reach(lines, is_global, is_summary, node.name, paths)


def effort(operation: Operation, inputs: Sequence[tuple[Node, Reach]]) -> int:
    """Boxes that `reach` goes through for a node that does this to its inputs."""
    total = 0
    for axis in (0, 1):
        periods = [len(span.boxes) for _, one in inputs for span in one.lines[axis].spans]
        if isinstance(operation, Layer):
            reading = readings(operation, inputs[0][0].size)[axis]
            cells = 2 if isinstance(reading, Resized) else reading.kernel
            total += sum(min(PHASES, n * reading.period) * (1 + min(n, cells)) for n in periods)
        elif len(inputs) > 1:
            total += min(PHASES, lcm(*periods)) * len(periods)
    return total


def _stepped(node: Node, read: Node, lines: tuple[Line, Line]) -> tuple[Line, Line]:
    """Both lines, as the node reads them through one of its inputs."""
    if not isinstance(node.operation, Layer) and node.size == read.size:
        return lines
    height, width = node.readings(read)
    if isinstance(node.operation, Layer) and read.size is None:
        return step(lines[0], height, change(node.operation, 0)), step(lines[1], width, change(node.operation, 1))
    return step(lines[0], height), step(lines[1], width)


def _met(stepped: Sequence[tuple[Line, Line]], node: Node) -> tuple[Line, Line]:
    """Both lines of a node where paths meet.

    A path that reads nothing along one axis reads nothing at all, so that what others reach along both is not the hull
    of the axes: unless the same outputs of all paths read nothing, the sizes are not known from here on.
    """
    gaps = [[line.gaps for line in lines] for lines in stepped]
    rows, columns = node.size or (None, None)
    met = meet([one[0] for one in stepped], rows, node.name), meet([one[1] for one in stepped], columns, node.name)
    if any(gap != gaps[0] for gap in gaps):
        return replace(met[0], spans=()), replace(met[1], spans=())
    return met


def _parting(
    node: Node, inputs: Sequence[str], stepped: Sequence[tuple[Line, Line]], nodes: Mapping[str, Node]
) -> tuple[Path, Path]:
    """A path through each of the first two inputs that disagree, from where they part."""
    places = [[(line.jump, line.center) for line in lines] for lines in stepped]
    one, other = next(pair for pair in combinations(range(len(inputs)), 2) if places[pair[0]] != places[pair[1]])
    back = [_way_back(inputs[n], nodes) for n in (one, other)]
    others = set(back[1])
    fork = next(name for name in back[0] if name in others)
    first, second = ((*reversed(way[: way.index(fork) + 1]), node.name) for way in back)
    return first, second


def _way_back(name: str, nodes: Mapping[str, Node]) -> list[str]:
    """From a node to the input, always through the first of several inputs."""
    way = [name]
    while nodes[way[-1]].inputs:
        way.append(nodes[way[-1]].inputs[0])
    return way


def receptive_field(reach: Reach, size: Pair | None, input_size: Pair | None) -> ReceptiveField:
    """The field of a node whose output has this size."""
    local = _local(reach, size)
    if not reach.is_global:
        return local
    whole = replace(
        local,
        size=(None, None),
        jump=(0, 0),
        center=(None, None),
        padding=(None, None),
        size_range=(None, None),
        is_global=True,
        without_global=local,
    )
    if input_size is None:
        return whole
    height, width = input_size
    return replace(
        whole,
        size=input_size,
        center=_of_both(Fraction(cells - 1, 2) for cells in input_size),
        padding=(0, 0),
        size_range=((height, height), (width, width)),
    )


def _local(reach: Reach, size: Pair | None) -> ReceptiveField:
    """The field along both lines."""
    rows, columns = (None, None) if size is None or reach.is_summary else size
    (height, width), lines = reach.lines, reach.lines
    ranges = height.sizes(rows), width.sizes(columns)
    largest = [None if sizes is None else sizes[1] for sizes in ranges]
    centers = [line.center if line.is_known else None for line in lines]
    paddings = (
        None if cells is None or center is None else Fraction(cells - 1, 2) - center
        for cells, center in zip(largest, centers, strict=True)
    )
    flags = [line.is_aligned for line in lines]
    return ReceptiveField(
        size=(largest[0], largest[1]),
        jump=_of_both(line.jump for line in lines),
        center=_of_both(centers),
        padding=_of_both(paddings),
        size_range=ranges,
        is_aligned=False if False in flags else None if None in flags else True,
        misaligned_at=reach.misaligned_at,
        misaligned_paths=reach.misaligned_paths,
    )


def _of_both(numbers: Iterable[Fraction | None]) -> Numbers:
    """Ints where they are."""
    height, width = (one.numerator if one is not None and one.denominator == 1 else one for one in numbers)
    return height, width
