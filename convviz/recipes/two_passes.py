"""A kernel as a column and a row, and what a plane becomes in those two passes beside the single one."""

from dataclasses import dataclass
from math import isclose
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz.analysis import Separation, separate, two_passes
from convviz.arithmetic import Conv2d, forward

from .model import Recipe

Numbers = NDArray[np.float64]

_NOISE: Final = 1e-13
_SAME: Final = 1e-12
"""Of the numbers that a sum was made of: what is nothing, and what is no difference between two sums."""

_CANCELLED: Final = 1e-3
"""Of all its weights' magnitudes: a kernel's sum below that is no scale to measure its weights by."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """Two passes and the single one, as `passes_of` makes them.

    Attributes
    ----------
    separation : the kernel taken apart.
    column_layer, row_layer : kH x 1, then 1 x kW; no padding of theirs depends on the input any more.
    column, row : (1, 1, kH, 1) and (1, 1, 1, kW): the simplest ones whose product is the kernel, else the best.
    intermediate : (1, H_out, W), after the column. It is as wide as the input: a row's pass still needs the border.
    output, direct : (1, H_out, W_out), after both passes and after the single one, each with the bias. Where they
        differ by the noise of floating point alone, they are the same number.
    scale : how large a sum of the single pass can get.
    """

    separation: Separation
    column_layer: Conv2d
    row_layer: Conv2d
    column: Numbers
    row: Numbers
    intermediate: Numbers
    output: Numbers
    direct: Numbers
    scale: float


def passes_of(recipe: Recipe) -> Passes:
    """The two passes of a recipe for a spatially separable convolution.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> passes = passes_of(recipe("spatial-separable", weight="sobel_x"))
    >>> passes.column.ravel().tolist(), passes.row.ravel().tolist()
    ([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    >>> passes.intermediate.shape, passes.output.shape
    ((1, 4, 6), (1, 4, 4))
    >>> bool((passes.output == passes.direct).all())
    True
    """
    layer, plane, kernel = recipe.layer, recipe.input, recipe.weight
    assert isinstance(layer, Conv2d)
    layers = two_passes(layer, recipe["input_size"])
    separation = separate(kernel[0, 0])
    down, across = pair_of(separation)
    column, row = down[None, None, :, None], across[None, None, None, :]
    sums = forward(layers.column_layer, plane, column)
    intermediate = np.where(abs(sums) < _NOISE * abs(plane).max() * abs(column).sum(), 0.0, sums)
    output, direct = (
        forward(layers.row_layer, intermediate, row, recipe.bias),
        forward(layer, plane, kernel, recipe.bias),
    )
    scale = float(abs(plane).max() * abs(kernel).sum() + abs(recipe["bias"]))
    return Passes(
        separation=separation,
        column_layer=layers.column_layer,
        row_layer=layers.row_layer,
        column=column,
        row=row,
        intermediate=intermediate,
        output=np.where(abs(output - direct) <= _SAME * scale, direct, output),
        direct=direct,
        scale=scale,
    )


def pair_of(separation: Separation) -> tuple[Numbers, Numbers]:
    """The column and the row of the two passes: the best, and among equally good ones the numbers people would write.

    Examples
    --------
    >>> column, row = pair_of(separate([[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]]))
    >>> column.tolist(), row.tolist()
    ([0.25, 0.5, 0.25], [0.25, 0.5, 0.25])
    """
    column, row = separation.simplest()
    if column.dtype.kind == "i":
        return column.astype(float), row.astype(float)
    exact = _weighted(separation.kernel) if separation.is_separable else None
    column, row = exact or (separation.column, separation.row)
    return _short(column), _short(row)


def _weighted(kernel: Numbers) -> tuple[Numbers, Numbers] | None:
    """Of a separable kernel that weighs its cells: a row that adds up to 1; None where weights cancel one another."""
    total = float(kernel.sum())
    if abs(total) < _CANCELLED * abs(kernel).sum():
        return None
    return kernel.sum(axis=1), kernel.sum(axis=0) / total


def _short(numbers: Numbers) -> Numbers:
    """Rounded numbers where only noise keeps the whole ones from them: 0.25, but a third stays a third."""
    rounded = [round(number, 12) for number in numbers.tolist()]
    return np.array(
        [
            short if isclose(whole, short, rel_tol=1e-14) else whole
            for whole, short in zip(numbers, rounded, strict=True)
        ]
    )
