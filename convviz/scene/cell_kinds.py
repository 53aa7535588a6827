"""What each cell of a drawn plane is: an input cell, padding, an inserted zero, one that padding crops and the like."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d
from convviz.arithmetic.axis import source
from convviz.arithmetic.spans import Spans, reached_spans, read_spans, unread_lines

Kind = Literal["input", "padding", "inserted", "cropped", "extra", "beyond", "unread"]
Numbers = NDArray[np.floating]
Layer = Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d


@dataclass(frozen=True, slots=True)
class PlaneCell:
    """One cell of a plane: its position, what it is, its number, and the input cell that a cell of padding copies."""

    row: int
    column: int
    kind: Kind
    value: float
    source: tuple[int, int] | None = None


def input_cells(layer: Layer, plane: Numbers) -> Iterator[PlaneCell]:
    """Every cell of the plane that a gather passes over, row by row.

    Parameters
    ----------
    layer : a convolution or a pooling
        For a transposed convolution the plane is stretched by its stride; what max pooling adds is minus infinity.
    plane : array
        Shape (H, W).

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d, max_pool2d
    >>> [cell.kind for cell in input_cells(conv_transpose2d((1, 2), stride=2), np.ones((1, 2)))]
    ['padding', 'input', 'inserted', 'input', 'padding']
    >>> [cell.kind for cell in input_cells(max_pool2d((1, 2), stride=3, ceil_mode=True), np.ones((1, 4)))]
    ['input', 'input', 'unread', 'input', 'beyond']
    """
    height, width = plane.shape
    rows, columns = read_spans(layer, (height, width))
    if isinstance(layer, ConvTranspose2d):
        reached = reached_spans(layer, (height, width))
        for row in rows:
            for column in columns:
                yield _stretched_cell(layer, plane, reached, row, column)
        return
    if isinstance(layer, MaxPool2d | AvgPool2d):
        for row in rows:
            for column in columns:
                yield _pooled_cell(layer, plane, row, column)
        return
    mode = layer.padding_mode
    for row in rows:
        for column in columns:
            i, j = source(row, height, mode), source(column, width, mode)
            if (i, j) == (row, column):
                yield PlaneCell(row, column, "input", float(plane[row, column]))
            elif i is None or j is None:
                yield PlaneCell(row, column, "padding", 0.0)
            else:
                yield PlaneCell(row, column, "padding", float(plane[i, j]), (i, j))


def _pooled_cell(layer: MaxPool2d | AvgPool2d, plane: Numbers, row: int, column: int) -> PlaneCell:
    height, width = plane.shape
    if 0 <= row < height and 0 <= column < width:
        skipped = unread_lines(layer, (height, width))
        kind: Kind = "unread" if row in skipped[0] or column in skipped[1] else "input"
        return PlaneCell(row, column, kind, float(plane[row, column]))
    axes = layer.axes((height, width))
    is_beyond = any(at >= axis.size + axis.after for at, axis in zip((row, column), axes, strict=True))
    value = -inf if isinstance(layer, MaxPool2d) else 0.0
    return PlaneCell(row, column, "beyond" if is_beyond else "padding", value)


def _stretched_cell(layer: ConvTranspose2d, plane: Numbers, reached: Spans, row: int, column: int) -> PlaneCell:
    position = (row, column)
    cell, rest = zip(*(divmod(at, stride) for at, stride in zip(position, layer.stride, strict=True)), strict=True)
    outside = any(not 0 <= at <= (n - 1) * s for at, n, s in zip(position, plane.shape, layer.stride, strict=True))
    value = float(plane[cell]) if not outside and not any(rest) else 0.0
    kind: Kind = "input"
    if any(at not in span for at, span in zip(position, reached, strict=True)):
        kind = "cropped"
    elif outside:
        ends = [span.stop - extra for span, extra in zip(reached, layer.output_padding, strict=True)]
        kind = "extra" if any(at >= end for at, end in zip(position, ends, strict=True)) else "padding"
    elif any(rest):
        kind = "inserted"
    return PlaneCell(row, column, kind, value)


def added_from(layer: Layer, input_size: tuple[int, int]) -> tuple[int, int]:
    """The row and the column of the output from which on the cells are those that output_padding added.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> added_from(conv_transpose2d(3, stride=2, output_padding=(0, 1)), (3, 3))
    (7, 7)
    """
    rows, columns = layer.output_size(input_size)
    more = layer.output_padding if isinstance(layer, ConvTranspose2d) else (0, 0)
    return rows - more[0], columns - more[1]
