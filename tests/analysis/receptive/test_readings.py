"""What outputs read along one axis, against the definitions, for every combination of small numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

import convviz as cv
from convviz.analysis.receptive import Network
from convviz.analysis.receptive.readings import Resized, Run, Stamping
from convviz.arithmetic.axis import linear_cells, nearest_cells


def places(run: Run) -> list[int]:
    return [run.start + n * run.step for n in range(run.cells)]


@pytest.mark.parametrize("stride", range(1, 7))
def test_stamps_are_read_by_the_outputs_they_cover(stride: int) -> None:
    """Input cell n is stamped over the outputs n s - p + t d; the input has no borders here."""
    for kernel, dilation, before in product(range(1, 6), range(1, 7), range(4)):
        stamping = Stamping(kernel, stride, dilation, before)
        for output in range(-2, 9):
            stamped = [
                cell
                for cell in range(-40, 40)
                if any(cell * stride - before + tap * dilation == output for tap in range(kernel))
            ]
            assert places(stamping.run(output)) == stamped


@pytest.mark.parametrize(
    "scale", [Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(5, 4), Fraction(2), Fraction(3)]
)
def test_resizing_reads_the_cells_that_have_weight(scale: Fraction) -> None:
    """Inside, where nothing is moved to the border; and again after a period."""
    for mode, cells_on in (("nearest", nearest_cells), ("bilinear", linear_cells)):
        reading = Resized(scale, mode)
        for output in range(int(4 * scale), int(20 * scale)):
            assert places(reading.run(output)) == [cell for cell, _ in cells_on(output, 40, scale)]
            moved = [cell + reading.advance for cell in places(reading.run(output))]
            assert places(reading.run(output + reading.period)) == moved


def test_periods_become_short_again() -> None:
    """Twelve times up and down: were periods only ever multiplied, there would be 4096 phases, and no size."""
    network = Network.sequential([cv.upsample2d(2), cv.conv2d(3, padding=1), cv.max_pool2d(2)] * 12)
    assert network.receptive_field().size == (25, 25)
