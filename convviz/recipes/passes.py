"""A kernel as a column and a row, and what a plane becomes in those two passes beside the single one."""

from dataclasses import dataclass
from math import isclose
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..analysis import Separation, separate, two_passes
from ..arithmetic import Conv2d, forward
from .request import Recipe

Numbers = NDArray[np.float64]

_NOISE: Final = 1e-13
_SAME: Final = 1e-12
"""Of the numbers that a sum was made of: what is nothing, and what is no difference between two sums."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """Two passes and the single one, as `passes_of` makes them.

    Attributes
    ----------
    separation : the kernel taken apart.
    column_layer, row_layer : kH x 1, then 1 x kW; no padding of theirs depends on the input any more.
    column, row : (1, 1, kH, 1) and (1, 1, 1, kW): the simplest numbers where their product is the kernel, else the best.
    intermediate : (1, H_out, W), after the column. It is as wide as the input: a row's pass still needs the border.
    output, direct : (1, H_out, W_out), after both passes and after the single one, each with the bias.
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

    def is_same(self, row: int, column: int) -> bool:
        """Whether an output cell is the same number both ways, the noise of floating point left aside.

        Examples
        --------
        >>> from convviz.recipes import recipe
        >>> passes = passes_of(recipe("spatial-separable", weight="laplacian"))
        >>> passes.is_same(0, 0)
        False
        """
        return bool(abs(self.output[0, row, column] - self.direct[0, row, column]) <= _SAME * self.scale)


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
    return Passes(
        separation=separation,
        column_layer=layers.column_layer,
        row_layer=layers.row_layer,
        column=column,
        row=row,
        intermediate=intermediate,
        output=forward(layers.row_layer, intermediate, row, recipe.bias),
        direct=forward(layer, plane, kernel, recipe.bias),
        scale=float(abs(plane).max() * abs(kernel).sum() + abs(recipe["bias"])),
    )


def pair_of(separation: Separation) -> tuple[Numbers, Numbers]:
    """The column and the row of the two passes: short numbers where they are the same numbers.

    Examples
    --------
    >>> column, row = pair_of(separate([[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]]))
    >>> column.tolist(), row.tolist()
    ([0.25, 0.5, 0.25], [0.25, 0.5, 0.25])
    """
    pair = separation.simplest()
    if pair[0].dtype.kind == "i":
        return pair[0].astype(float), pair[1].astype(float)
    column, row = (
        np.array([_short(*both) for both in zip(whole.tolist(), rounded.tolist(), strict=True)])
        for whole, rounded in zip((separation.column, separation.row), pair, strict=True)
    )
    return column, row


def _short(whole: float, rounded: float) -> float:
    """The rounded number where only noise keeps the whole one from it: 0.25, but a third stays a third."""
    return rounded if isclose(whole, rounded, rel_tol=1e-14) else whole
