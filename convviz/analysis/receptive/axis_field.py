"""Exact receptive-field arithmetic along one axis: what layers make of it, and the points where paths meet.

The first and the last input cell that an output reaches are kept for every output of one period, on an input without
borders: behind convolution and pooling all outputs are alike, behind upsampling they differ by their phase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm
from typing import Final

from convviz.arithmetic.axis import effective_kernel_size

from .footprints import Change, Footprint, Sliding

PHASES: Final = 512
"""Outputs of one period; where there would be more, as behind odd scale factors, sizes are not known."""

MOST_OUTPUTS: Final = 1 << 16
"""Outputs along an axis that are gone through one by one, where paths of different jumps meet."""

Interval = tuple[int, int]
"""The first and the last cell, both included."""


@dataclass(frozen=True, slots=True)
class Span:
    """The box that each output of one period reaches, None where it reads nothing; `advance` cells on, it repeats.

    Examples
    --------
    >>> from convviz.analysis.receptive.footprints import Sliding
    >>> through(INPUT, Sliding(kernel=3, stride=2, before=1)).box(4)
    (7, 9)
    """

    advance: int
    boxes: tuple[Interval | None, ...]

    @property
    def jump(self) -> Fraction:
        """Input cells from one output to the next."""
        return Fraction(self.advance, len(self.boxes))

    @property
    def sizes(self) -> tuple[int, int]:
        """Of the smallest and of the largest box."""
        sizes = [0 if box is None else box[1] - box[0] + 1 for box in self.boxes]
        return min(sizes), max(sizes)

    def box(self, output: int) -> Interval | None:
        """What an output of any period reaches."""
        periods, phase = divmod(output, len(self.boxes))
        box, ahead = self.boxes[phase], periods * self.advance
        return box and (box[0] + ahead, box[1] + ahead)

    def ends(self, outputs: int) -> tuple[list[float], list[float]]:
        """The first and the last cells of the boxes of so many outputs; infinities of what reads nothing."""
        boxes = [box or (inf, -inf) for box in self.boxes]
        ahead = [periods * self.advance for periods in range(-(-outputs // len(boxes)))]
        first, last = ([box[n] + cells for cells in ahead for box in boxes][:outputs] for n in (0, 1))
        return first, last


INPUT: Final = Span(advance=1, boxes=((0, 0),))
"""The input itself: every cell reaches itself."""


def through(span: Span, footprint: Footprint) -> Span | None:
    """What the outputs of a footprint reach, if its inputs are those of the span; None beyond `PHASES`."""
    common = gcd(len(span.boxes), footprint.advance)
    period = footprint.period * len(span.boxes) // common
    if period > PHASES:
        return None
    boxes = tuple(_around(span, footprint.cells(output)) for output in range(period))
    return Span(span.advance * footprint.advance // common, boxes)


def _around(span: Span, cells: range) -> Interval | None:
    """Return the hull of what these cells reach.

    Of cells with the same phase a later one reaches further to the right, so that for each phase the first one decides
    about the left and the last one about the right.
    """
    distinct = min(len(cells), len(span.boxes) // gcd(len(span.boxes), cells.step))
    left = [box[0] for cell in cells[:distinct] if (box := span.box(cell)) is not None]
    right = [box[1] for cell in cells[len(cells) - distinct :] if (box := span.box(cell)) is not None]
    return (min(left), max(right)) if left else None


def hull(spans: Iterable[Span]) -> Span | None:
    """What several inputs of the same jump reach together; None beyond `PHASES`.

    >>> hull([Span(1, ((0, 2),)), Span(1, ((-2, 0),))])
    Span(advance=1, boxes=((-2, 2),))
    """
    spans = list(spans)
    period = lcm(*(len(span.boxes) for span in spans))
    if period > PHASES:
        return None
    boxes = []
    for output in range(period):
        reached = [box for span in spans if (box := span.box(output)) is not None]
        boxes.append((min(first for first, _ in reached), max(last for _, last in reached)) if reached else None)
    return Span(int(spans[0].jump * period), tuple(boxes))


Lost = tuple[tuple[Change, ...], Fraction | None, int, int, str]
"""A padding that nobody knows: what it depends on (the length of the axis, extent and stride of the window, how it is
split), and the jump of the cells it is counted in. Equal ones are equally many cells."""


@dataclass(frozen=True, slots=True)
class AxisField:
    """One axis of a node.

    Parameters
    ----------
    spans : What the outputs reach, one span per jump of the paths; none where that is not known.
    jump : Input cells from one output to the next; None if paths differ in it.
    center : The nominal one of the first output, in input index units; None if unknown.
    origin : The paddings on the way that depend on an input size that nobody gave. Where there are any, places are off
        by something unknown, but by the same in all nodes that have this origin.
    length : What became of the number of cells on the way from the input, as far as sizes are not known.
    is_aligned : Whether all paths have one jump and one center; None if that is not known.
    """

    spans: tuple[Span, ...] = (INPUT,)
    jump: Fraction | None = Fraction(1)
    center: Fraction | None = Fraction(0)
    origin: tuple[Lost, ...] = ()
    is_aligned: bool | None = True
    length: tuple[Change, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether places are known, and not only the distances between them."""
        return not self.origin

    @property
    def gaps(self) -> frozenset[tuple[Fraction, int, int]]:
        """The outputs that read nothing: the jump of their span, its period, and their place in it."""
        spans = self.spans
        return frozenset((one.jump, len(one.boxes), n) for one in spans for n, box in enumerate(one.boxes) if not box)

    def sizes(self, outputs: int | None) -> tuple[int, int] | None:
        """Of the smallest and the largest field; of paths that differ in jump, over so many outputs."""
        if len(self.spans) == 1:
            return self.spans[0].sizes
        if not self.spans or outputs is None or outputs > MOST_OUTPUTS:
            return None
        ends = [span.ends(outputs) for span in self.spans]
        first, last = map(min, *(one for one, _ in ends)), map(max, *(one for _, one in ends))
        sizes = [int(right - left) + 1 if left <= right else 0 for left, right in zip(first, last, strict=True)]
        return min(sizes), max(sizes)


def step(line: AxisField, footprint: Footprint, change: Change = ()) -> AxisField:
    """The line of a node that reads this one; if its padding is unknown, the origin has one more."""
    spans, origin = [through(span, footprint) for span in line.spans], line.origin
    if isinstance(footprint, Sliding) and footprint.before is None:
        extent = effective_kernel_size(footprint.kernel, footprint.dilation)
        origin += ((line.length, line.jump, extent, footprint.stride, footprint.kind),)
        if any(len(span.boxes) > 1 for span in line.spans):
            spans = [None]  # which outputs of the period a window begins with hangs on the padding
    known = tuple(span for span in spans if span is not None)
    center = None
    if line.center is not None and line.jump is not None:
        center = line.center + footprint.shift * line.jump
    return AxisField(
        spans=known if len(known) == len(spans) else (),
        jump=None if line.jump is None else line.jump * footprint.advance / footprint.period,
        center=center,
        origin=origin,
        is_aligned=line.is_aligned,
        length=(*line.length, change) if change else line.length,
    )


def meet(lines: Sequence[AxisField], outputs: int | None, node: str) -> AxisField:
    """The line of a node where paths meet, which has so many outputs: the hull, cell by cell of the output.

    Lengths that came about in different ways are equal all the same, or one is 1 and repeats; the node names them anew.

    Without the number of outputs, nothing can be said of the size where jumps differ; without a common origin, nothing
    but the jump.
    """
    first, *others = lines
    jump = first.jump if all(line.jump == first.jump for line in others) else None
    is_comparable = all(line.origin == first.origin for line in others)
    spans: tuple[Span, ...] = ()
    if is_comparable and all(line.spans for line in lines) and (jump is not None or outputs is not None):
        spans = _by_jump([span for line in lines for span in line.spans])
    return AxisField(
        spans=spans,
        jump=jump,
        center=_center(lines) if jump is not None and is_comparable else None,
        origin=first.origin,
        is_aligned=_aligned(lines, jump, is_comparable),
        length=first.length if all(line.length == first.length for line in others) else ((node,),),
    )


def _aligned(lines: Sequence[AxisField], jump: Fraction | None, is_comparable: bool) -> bool | None:
    """False as soon as one thing is known to differ, True only if all is known to agree."""
    if jump is None or any(line.is_aligned is False for line in lines):
        return False
    if not is_comparable or any(line.is_aligned is None or line.center is None for line in lines):
        return None
    return all(line.center == lines[0].center for line in lines)


def _center(lines: Sequence[AxisField]) -> Fraction | None:
    """The common center; of paths with different ones, the middle of the hull of their largest fields about them."""
    centers = [line.center for line in lines if line.center is not None]
    if len(centers) < len(lines):
        return None
    if len(set(centers)) == 1:
        return centers[0]
    sizes = [size[1] for line in lines if (size := line.sizes(None)) is not None]
    if len(sizes) < len(lines):
        return None
    places = list(zip(centers, sizes, strict=True))
    left = min(center - Fraction(size - 1, 2) for center, size in places)
    right = max(center + Fraction(size - 1, 2) for center, size in places)
    return (left + right) / 2


def _by_jump(spans: list[Span]) -> tuple[Span, ...]:
    """One hull for each jump; none at all if one of them has too long a period."""
    equal: dict[Fraction, list[Span]] = {}
    for span in spans:
        equal.setdefault(span.jump, []).append(span)
    hulls = [hull(equal[jump]) for jump in sorted(equal)]
    known = tuple(span for span in hulls if span is not None)
    return known if len(known) == len(hulls) else ()
