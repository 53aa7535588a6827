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
"""Outputs of one period; if there would be more, as behind odd scale factors, sizes are unknown."""

MOST_OUTPUTS: Final = 1 << 16
"""Outputs along an axis that are visited one by one, where paths of different jumps meet."""

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
        """The sizes of the smallest and of the largest box."""
        sizes = [0 if box is None else box[1] - box[0] + 1 for box in self.boxes]
        return min(sizes), max(sizes)

    def box(self, output: int) -> Interval | None:
        """Return what an output of any period reaches."""
        periods, phase = divmod(output, len(self.boxes))
        box, ahead = self.boxes[phase], periods * self.advance
        return box and (box[0] + ahead, box[1] + ahead)

    def ends(self, outputs: int) -> tuple[list[float], list[float]]:
        """Return the first and the last cells of the boxes of these outputs; infinities if one reads nothing."""
        boxes = [box or (inf, -inf) for box in self.boxes]
        ahead = [periods * self.advance for periods in range(-(-outputs // len(boxes)))]
        first, last = ([box[n] + cells for cells in ahead for box in boxes][:outputs] for n in (0, 1))
        return first, last


INPUT: Final = Span(advance=1, boxes=((0, 0),))
"""The input itself: every cell reaches itself."""


def through(span: Span, footprint: Footprint) -> Span | None:
    """Return what outputs with this footprint reach, if its inputs reach the span; None beyond `PHASES`."""
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
    return enclosing(span.box(cell) for cell in (*cells[:distinct], *cells[len(cells) - distinct :]))


def enclosing(intervals: Iterable[Interval | None]) -> Interval | None:
    """Return the smallest interval around several, None if there are none."""
    known = [interval for interval in intervals if interval is not None]
    return (min(first for first, _ in known), max(last for _, last in known)) if known else None


def hull(spans: Iterable[Span]) -> Span | None:
    """Return what several inputs of the same jump reach together; None beyond `PHASES`.

    >>> hull([Span(1, ((0, 2),)), Span(1, ((-2, 0),))])
    Span(advance=1, boxes=((-2, 2),))
    """
    spans = list(spans)
    period = lcm(*(len(span.boxes) for span in spans))
    if period > PHASES:
        return None
    boxes = tuple(enclosing(span.box(output) for span in spans) for output in range(period))
    return Span(int(spans[0].jump * period), boxes)


Lost = tuple[tuple[Change, ...], Fraction | None, int, int, str]
"""A padding that is unknown: what it depends on (the length of the axis, extent and stride of the window, how it is
split), and the jump of the cells it is counted in. Equal ones are equally many cells."""


@dataclass(frozen=True, slots=True)
class AxisField:
    """The receptive field of a node along one axis.

    Parameters
    ----------
    spans : tuple of Span
        What the outputs reach, one span per jump of the paths; empty if that is unknown.
    jump : Fraction or None
        Input cells from one output to the next; None if paths differ in it.
    center : Fraction or None
        The nominal center of the first output, in input index units; None if unknown.
    origin : tuple of Lost
        The paddings on the way that depend on an unknown input size. If there are any, positions are off by an unknown
        number of cells, which is the same in all nodes that have this origin.
    is_aligned : bool or None
        Whether all paths have one jump and one center; None if that is unknown.
    length : tuple of Change
        What became of the number of cells on the way from the input, as far as sizes are unknown.
    """

    spans: tuple[Span, ...] = (INPUT,)
    jump: Fraction | None = Fraction(1)
    center: Fraction | None = Fraction(0)
    origin: tuple[Lost, ...] = ()
    is_aligned: bool | None = True
    length: tuple[Change, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether positions are known, and not only the distances between them."""
        return not self.origin

    @property
    def gaps(self) -> frozenset[tuple[Fraction, int, int]]:
        """The outputs that read nothing: the jump of their span, its period, and their position in it."""
        empty = ((span, n) for span in self.spans for n, box in enumerate(span.boxes) if not box)
        return frozenset((span.jump, len(span.boxes), n) for span, n in empty)

    def sizes(self, outputs: int | None) -> tuple[int, int] | None:
        """Return the smallest and the largest size; of paths that differ in jump, over this number of outputs."""
        if len(self.spans) == 1:
            return self.spans[0].sizes
        if not self.spans or outputs is None or outputs > MOST_OUTPUTS:
            return None
        ends = [span.ends(outputs) for span in self.spans]
        first, last = map(min, *(one for one, _ in ends)), map(max, *(one for _, one in ends))
        sizes = [int(right - left) + 1 if left <= right else 0 for left, right in zip(first, last, strict=True)]
        return min(sizes), max(sizes)


def step(line: AxisField, footprint: Footprint, change: Change = ()) -> AxisField:
    """Return the field of a node that reads this one; if its padding is unknown, the origin has one more."""
    spans, origin = [through(span, footprint) for span in line.spans], line.origin
    if isinstance(footprint, Sliding) and footprint.before is None:
        extent = effective_kernel_size(footprint.kernel, footprint.dilation)
        origin += ((line.length, line.jump, extent, footprint.stride, footprint.kind),)
        if any(len(span.boxes) > 1 for span in line.spans):
            spans = [None]  # with which output of the period a window begins depends on the padding
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
    """Return the field of a node where paths meet: the hull for each of its outputs.

    Lengths that came about in different ways are equal, or one is 1 and repeats: they get a new name, that of the node.

    Without the number of outputs, the size is unknown if jumps differ; without a common origin, all but the jump is.
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
        is_aligned=_aligned(lines, is_comparable),
        length=first.length if all(line.length == first.length for line in others) else ((node,),),
    )


def _aligned(axes: Sequence[AxisField], is_comparable: bool) -> bool | None:
    """Return False as soon as one thing is known to differ, True only if all is known to agree."""
    if any(axis.is_aligned is False for axis in axes) or len({axis.jump for axis in axes} - {None}) > 1:
        return False
    if not is_comparable or any(axis.is_aligned is None or axis.center is None for axis in axes):
        return None
    return all(axis.center == axes[0].center for axis in axes)


def _center(lines: Sequence[AxisField]) -> Fraction | None:
    """Return the common center; if centers differ, the middle of the hull of the largest fields about them."""
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
    """Return one hull for each jump; none at all if the period of one of them is too long."""
    equal: dict[Fraction, list[Span]] = {}
    for span in spans:
        equal.setdefault(span.jump, []).append(span)
    hulls = [hull(equal[jump]) for jump in sorted(equal)]
    known = tuple(span for span in hulls if span is not None)
    return known if len(known) == len(hulls) else ()
