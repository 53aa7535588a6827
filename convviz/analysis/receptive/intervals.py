"""Exact receptive-field arithmetic along one axis, on an input without borders.

The first and the last input cell that an output reaches are kept for every output of one period: behind convolution and
pooling all outputs are alike, behind upsampling they differ by their phase.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm
from typing import Final

from .footprints import Reading, Run

PHASES: Final = 512
"""Outputs of one period; where there would be more, as behind odd scale factors, sizes are not known."""

Box = tuple[int, int]
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
    boxes: tuple[Box | None, ...]

    @property
    def jump(self) -> Fraction:
        """Input cells from one output to the next."""
        return Fraction(self.advance, len(self.boxes))

    @property
    def sizes(self) -> tuple[int, int]:
        """Of the smallest and of the largest box."""
        sizes = [0 if box is None else box[1] - box[0] + 1 for box in self.boxes]
        return min(sizes), max(sizes)

    def box(self, output: int) -> Box | None:
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


def through(span: Span, reading: Reading) -> Span | None:
    """What the outputs of a reading reach, if its inputs are those of the span; None beyond `PHASES`."""
    common = gcd(len(span.boxes), reading.advance)
    period = reading.period * len(span.boxes) // common
    if period > PHASES:
        return None
    boxes = tuple(_around(span, reading.run(output)) for output in range(period))
    return Span(span.advance * reading.advance // common, boxes)


def _around(span: Span, run: Run) -> Box | None:
    """The hull of what the cells of a run reach.

    Cells whose places in the period are equal reach the further to the right the later they come, so that of each place
    the first one decides about the left and the last one about the right.
    """
    distinct = min(run.cells, len(span.boxes) // gcd(len(span.boxes), run.step))
    ends = run.start + (run.cells - 1) * run.step
    left = [box[0] for n in range(distinct) if (box := span.box(run.start + n * run.step)) is not None]
    right = [box[1] for n in range(distinct) if (box := span.box(ends - n * run.step)) is not None]
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
