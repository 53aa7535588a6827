"""Which cells a picture of a pooling shows, and which of them are not read, by walking over all windows."""

from __future__ import annotations

from itertools import product

import pytest

import convviz as cv
from convviz import SpecError
from convviz.arithmetic.taps import read_spans, unread_lines

SIZE = (5, 7)


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("kernel", [(1, 2), (2, 3), (3, 1), (4, 4)])
def test_all_that_windows_read_is_in_the_picture_and_the_rest_is_known(
    kernel: tuple[int, int], ceil_mode: bool
) -> None:
    seen = 0
    for stride, padding, dilation in product([(1, 2), (3, 2), (4, 5)], [0, (0, 1), ((0, 1), (1, 0))], [1, (2, 3)]):
        for make, more in ((cv.max_pool2d, {"dilation": dilation}), (cv.avg_pool2d, {})):
            try:
                layer = make(kernel, stride, padding, ceil_mode=ceil_mode, **more)
                steps = cv.trace(layer, [[[0.0] * SIZE[1]] * SIZE[0]])
            except SpecError:
                continue
            read = {tap.position for step in steps for tap in step.taps}
            (top, bottom), (left, right) = layer.resolve_padding(SIZE)
            rows = {row for row, _ in read} | {*range(-top, SIZE[0] + bottom)}
            columns = {column for _, column in read} | {*range(-left, SIZE[1] + right)}
            spans = range(min(rows), max(rows) + 1), range(min(columns), max(columns) + 1)
            assert read_spans(layer, SIZE) == spans
            assert unread_lines(layer, SIZE) == (
                sorted({*range(SIZE[0])} - {row for row, _ in read}),
                sorted({*range(SIZE[1])} - {column for _, column in read}),
            )
            seen += 1
    assert seen > 10
