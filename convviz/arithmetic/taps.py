"""A tap, and those of convolution and transposed convolution: which cells meet which weights."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .axis import source
from .layers import Conv2d, ConvTranspose2d

Cell = tuple[int, int, int]
"""(channel, row, column)."""


@dataclass(frozen=True, slots=True)
class Tap:
    """One product: an input cell times a kernel cell, for an output cell.

    Parameters
    ----------
    input : (channel, row, column), counted without padding and so possibly outside; None for an inserted zero.
    source : The cell that the value comes from: `input`, or what reflect, replicate and circular copy; else None.
    kernel : (row, column) in the stored weight, or in the window of a pooling.
    output : (channel, row, column); in scatter, possibly cropped.
    position : (row, column) on the input plane as it is drawn; for a transposed convolution in gather, the plane with
        inserted zeros, where input cell n lies at n times the stride.
    input_value, weight, product : The numbers.
    is_padding, is_inserted : Whether the cell is padding (or what ceil_mode reads beyond it), or a zero between input
        cells.
    """

    input: Cell | None
    source: Cell | None
    kernel: tuple[int, int]
    output: Cell
    position: tuple[int, int]
    input_value: float
    weight: float
    product: float
    is_padding: bool = False
    is_inserted: bool = False


def tap_at(cells: Array, at: Cell, kernel: tuple[int, int], output: Cell, weight: float, mode: str = "zeros") -> Tap:
    """The tap that reads the unpadded coordinates `at`; padding without a source reads 0."""
    rows, columns = cells.shape[1:]
    row, column = source(at[1], rows, mode), source(at[2], columns, mode)
    found = None if row is None or column is None else (at[0], row, column)
    value = 0.0 if found is None else float(cells[found])
    return Tap(
        input=at,
        source=found,
        kernel=kernel,
        output=output,
        position=at[1:],
        input_value=value,
        weight=weight,
        product=value * weight,
        is_padding=found != at,
    )


def convolution_taps(layer: Conv2d, cells: Array, weight: Array, output: Cell) -> Iterator[Tap]:
    """What an output cell of a convolution reads: its group's channels, through every kernel cell."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    first = channel // (len(weight) // layer.groups) * weight.shape[1]
    for c, *kernel in np.ndindex(weight.shape[1:]):
        row, column = kernel
        at = first + c, height.position(i, row), width.position(j, column)
        yield tap_at(cells, at, (row, column), output, float(weight[channel, c, row, column]), layer.padding_mode)


def transposed_taps(layer: ConvTranspose2d, cells: Array, weight: Array, output: Cell) -> Iterator[Tap]:
    """What an output cell of a transposed convolution reads of the input with zeros inserted, the kernel flipped."""
    channel, i, j = output
    height, width = layer.axes(cells.shape[1:])
    group, c = divmod(channel, weight.shape[1])
    depth = len(cells) // layer.groups
    for n, *kernel in np.ndindex(depth, *layer.kernel_size):
        row, column = kernel
        c_in = group * depth + n
        down, across = height.stretched_position(i, row), width.stretched_position(j, column)
        on_lattice = down % height.stride == 0 and across % width.stride == 0
        is_inside = 0 <= down <= (height.size - 1) * height.stride and 0 <= across <= (width.size - 1) * width.stride
        at = (c_in, down // height.stride, across // width.stride) if on_lattice else None
        source = at if is_inside else None
        value = float(cells[source]) if source else 0.0
        stored = float(weight[c_in, c, row, column])
        yield Tap(
            input=at,
            source=source,
            kernel=(row, column),
            output=output,
            position=(down, across),
            input_value=value,
            weight=stored,
            product=value * stored if source else 0.0,  # `forward` never meets these zeros: no 0 times infinity
            is_padding=not is_inside,
            is_inserted=is_inside and not on_lattice,
        )


def stamp_taps(layer: ConvTranspose2d, cells: Array, weight: Array, cell: Cell) -> Iterator[Tap]:
    """What an input cell of a transposed convolution adds to, whether the padding crops it or not."""
    c_in, i, j = cell
    height, width = layer.axes(cells.shape[1:])
    first = c_in // (len(cells) // layer.groups) * weight.shape[1]
    for c, *kernel in np.ndindex(weight.shape[1:]):
        row, column = kernel
        output = first + c, height.position(i, row), width.position(j, column)
        yield tap_at(cells, cell, (row, column), output, float(weight[c_in, c, row, column]))
