"""The receptive field of a node: both axes together, with what a global operation and misaligned paths make of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction

from convviz.arithmetic.parse import Pair

from .graph import NodeField, Path

Numbers = tuple[int | Fraction | None, int | Fraction | None]
"""(height, width), exact: an int where it is one; None where it cannot be known."""


Box = tuple[Pair, Pair]
"""The first and the last row, the first and the last column; they may lie outside the input."""


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


def receptive_field(node_field: NodeField, size: Pair | None, input_size: Pair | None) -> ReceptiveField:
    """The field of a node whose output has this size."""
    local = _local(node_field, size)
    if not node_field.is_global:
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


def _local(node_field: NodeField, size: Pair | None) -> ReceptiveField:
    """The field along both lines."""
    rows, columns = (None, None) if size is None or node_field.is_summary else size
    (height, width), lines = node_field.axes, node_field.axes
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
        misaligned_at=node_field.misaligned_at,
        misaligned_paths=node_field.misaligned_paths,
    )


def _of_both(numbers: Iterable[Fraction | None]) -> Numbers:
    """Ints where they are."""
    height, width = (one.numerator if one is not None and one.denominator == 1 else one for one in numbers)
    return height, width


def box_of(node_field: NodeField, output: Pair, input_size: Pair | None) -> Box | None:
    """Return the box that an output of a node reaches; see `Network.box`."""
    if node_field.is_global:
        return None if input_size is None else ((0, input_size[0] - 1), (0, input_size[1] - 1))
    sides = []
    for axis, place in zip(node_field.axes, output, strict=True):
        boxes = [box for span in axis.spans if (box := span.box(place)) is not None]
        if not boxes or not axis.is_known:
            return None
        sides.append((min(first for first, _ in boxes), max(last for _, last in boxes)))
    return sides[0], sides[1]
