"""Spatially separable convolution: a column and then a row do the work of a whole kernel, where its rank is 1."""

from dataclasses import dataclass
from math import isclose
from typing import Final

import numpy as np

from convviz.analysis import Cost, Separation, cost, separate, two_passes
from convviz.arithmetic import Conv2d, forward
from convviz.recipes.named_arrays import Array, bias_of, input_of, kernels_of

from .base import Applied, Stages, Values, Variant, fields_of
from .standard import NUMBERS, WINDOW, convolution

_NOISE: Final = 1e-13
_SAME: Final = 1e-12
"""As parts of the numbers in a sum: what counts as zero, and as no difference between two sums."""

_CANCELLED: Final = 1e-3
"""As a part of the magnitudes of a kernel's weights: a sum of the weights below that counts as zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """Two passes and the single one, as `passes_of` makes them.

    Attributes
    ----------
    separation : Separation
        The kernel as a column and a row.
    column_layer, row_layer : Conv2d
        kH x 1, then 1 x kW, with paddings that are numbers.
    column, row : array
        Shapes (1, 1, kH, 1) and (1, 1, 1, kW): the simplest ones whose product is the kernel, else the best.
    intermediate : array
        Shape (1, H_out, W), after the column. It is as wide as the input: a row's pass still needs the border.
    output, direct : array
        Shape (1, H_out, W_out), after both passes and after the single one, each with the bias. Where they differ by
        the noise of floating point alone, they are the same number.
    scale : float
        How large a sum of the single pass can get.
    """

    separation: Separation
    column_layer: Conv2d
    row_layer: Conv2d
    column: Array
    row: Array
    intermediate: Array
    output: Array
    direct: Array
    scale: float


def passes_of(values: Values) -> Passes:
    """Compute the two passes of a spatially separable convolution.

    Examples
    --------
    >>> passes = passes_of({**SPATIAL_SEPARABLE.defaults, "weight": "sobel_x"})
    >>> passes.column.ravel().tolist(), passes.row.ravel().tolist()
    ([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    >>> passes.intermediate.shape, passes.output.shape
    ((1, 4, 6), (1, 4, 4))
    >>> bool((passes.output == passes.direct).all())
    True
    """
    layer, plane = convolution(values)[0], input_of(values, _DEFAULTS["input_size"])
    kernel = kernels_of(values, (1, 1, *values["kernel_size"]))
    layers, bias = two_passes(layer, values["input_size"]), bias_of(values)
    separation = separate(kernel[0, 0])
    down, across = pair_of(separation)
    column, row = down[None, None, :, None], across[None, None, None, :]
    sums = forward(layers.column_layer, plane, column)
    intermediate = np.where(abs(sums) < _NOISE * abs(plane).max() * abs(column).sum(), 0.0, sums)
    output, direct = forward(layers.row_layer, intermediate, row, bias), forward(layer, plane, kernel, bias)
    scale = float(abs(plane).max() * abs(kernel).sum() + abs(values["bias"]))
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


def pair_of(separation: Separation) -> tuple[Array, Array]:
    """Return the column and the row of the two passes: the best, and of equally good ones the simplest numbers.

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


def _weighted(kernel: Array) -> tuple[Array, Array] | None:
    """Return the column and a row that adds up to 1; None where the weights of the kernel cancel one another."""
    total = float(kernel.sum())
    if abs(total) < _CANCELLED * abs(kernel).sum():
        return None
    return kernel.sum(axis=1), kernel.sum(axis=0) / total


def _short(numbers: Array) -> Array:
    """Round the numbers that differ from rounded ones by noise alone: to 0.25, but a third stays a third."""
    rounded = [round(number, 12) for number in numbers.tolist()]
    return np.array(
        [
            short if isclose(whole, short, rel_tol=1e-14) else whole
            for whole, short in zip(numbers, rounded, strict=True)
        ]
    )


def _stages(values: Values) -> Stages:
    """Return the steps of the column, then those of a row and the whole kernel, which are one step."""
    rows, columns = values["kernel_size"]
    height, width = convolution(values)[0].output_size(values["input_size"])
    return [(height * values["input_size"][1], rows), (height * width, columns + rows * columns)]


def _costs(values: Values) -> dict[str, Cost]:
    """Return the costs of both ways; what a bias adds to one pass, it adds to the last of two."""
    layer, size = convolution(values)[0], values["input_size"]
    plain, whole = cost(layer, 1, 1, size), cost(layer, 1, 1, size, bias=bool(values["bias"]))
    bias = Cost(whole.parameters - plain.parameters, 0, whole.additions - plain.additions)
    return {" in two passes": two_passes(layer, size).both + bias, " in one": whole}


def _applied(values: Values) -> tuple[Applied, ...]:
    passes = passes_of(values)
    rank = passes.separation.rank
    note = f"The kernel has rank {rank}: both layers together are the nearest kernel of rank 1." if rank > 1 else ""
    return (
        Applied(passes.column_layer, passes.column, name="column", note=note),
        Applied(passes.row_layer, passes.row, bias_of(values), name="row"),
    )


_DEFAULTS: Final[Values] = {**WINDOW, "input_size": (6, 6), **NUMBERS, "weight": "binomial"}

SPATIAL_SEPARABLE: Final = Variant(
    name="spatial-separable",
    label="Spatially separable",
    title="Spatially separable convolution",
    summary="A column and then a row do the work of some square kernels, with fewer products.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS),
    layers=convolution,
    stages=_stages,
    card={"input_size": 5, "weight": "sobel_x", "seed": 3},
    special_costs=_costs,
    special_applied=_applied,
)
