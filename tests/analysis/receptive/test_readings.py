"""What outputs read along one axis, against the definitions, for every combination of small numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

import convviz as cv
from convviz.analysis import Network
from convviz.analysis.receptive.footprints import Resized, Stamping, change
from convviz.arithmetic.axis import linear_cells, nearest_cells


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
            assert [*stamping.cells(output)] == stamped


@pytest.mark.parametrize(
    "scale", [Fraction(1, 2), Fraction(2, 3), Fraction(1), Fraction(5, 4), Fraction(2), Fraction(3)]
)
def test_resizing_reads_the_cells_that_have_weight(scale: Fraction) -> None:
    """Inside, where nothing is moved to the border; and again after a period."""
    for mode, cells_on in (("nearest", nearest_cells), ("bilinear", linear_cells)):
        reading = Resized(scale, mode)
        for output in range(int(4 * scale), int(20 * scale)):
            assert [*reading.cells(output)] == [cell for cell, _ in cells_on(output, 40, scale)]
            moved = [cell + reading.advance for cell in reading.cells(output)]
            assert [*reading.cells(output + reading.period)] == moved


def test_periods_become_short_again() -> None:
    """Twelve times up and down: were periods only ever multiplied, there would be 4096 phases, and no size."""
    network = Network.sequential([cv.upsample2d(2), cv.conv2d(3, padding=1), cv.max_pool2d(2)] * 12)
    assert network.receptive_field().size == (25, 25)


@pytest.mark.parametrize(
    "layer",
    [
        cv.conv2d((5, 4), (2, 3), ((1, 0), (2, 1)), (2, 3)),
        cv.conv2d((5, 4), (2, 3), "same_lower"),
        cv.conv2d((5, 4), padding="same", dilation=(1, 2)),
        cv.max_pool2d((3, 2), (2, 1), (1, 0)),
        cv.avg_pool2d(1, ceil_mode=True),
        cv.conv_transpose2d((3, 2), (2, 3), ((1, 0), (2, 1)), output_padding=(0, 1), dilation=(2, 1)),
        cv.conv_transpose2d((3, 5), padding=(1, 2)),
        cv.upsample2d((3, 1)),
        cv.pixel_shuffle(2),
        cv.pad2d(((1, -1), (2, -1))),
    ],
)
@pytest.mark.parametrize("axis", [0, 1])
def test_changes_say_how_many_outputs_there_are(layer: Any, axis: int) -> None:
    outputs = {
        "window": lambda cells, stride, shift: (cells + shift) // stride + 1,
        "stamp": lambda cells, stride, more: cells * stride + more,
        "scale": lambda cells, scale: cells * scale,
    }
    for cells in range(20, 33):
        kind, *rest = change(layer, axis) or ("scale", 1)
        assert layer.output_size(cells)[axis] == outputs[str(kind)](cells, *rest)


def test_what_rounds_up_is_a_change_of_its_own() -> None:
    up = cv.max_pool2d(3, 2, 1, ceil_mode=True)
    assert change(up, 0) not in ((), change(cv.max_pool2d(3, 2, 1), 0), change(cv.max_pool2d(3, 2, ceil_mode=True), 0))
