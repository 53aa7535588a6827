"""A convolution as a matrix product: its windows as rows (im2col), and the whole layer as one large matrix."""

from math import prod
from typing import Final

import numpy as np

from convviz import limits
from convviz.analysis import matrix
from convviz.errors import SpecError
from convviz.recipes.fields import choice_field

from .base import Remark, Values, Variant, check_output, fields_of
from .standard import NUMBERS, WINDOW, convolution, one_channel_stages, ways_of_convolution

_VIEW: Final = choice_field(
    "view",
    "Matrices",
    "Which of the three matrices are drawn.",
    {"all": "All three", "im2col": "im2col: windows as rows", "matrix": "W: the whole layer",
     "transposed": "W transposed: the way back"},
    "",
    "view",
)  # fmt: skip

_DEFAULTS: Final[Values] = {
    **WINDOW, "input_size": (3, 3), "kernel_size": (2, 2), "padding_mode": "zeros", "view": "all", "flip": False,
    **NUMBERS,
}  # fmt: skip


def _check(values: Values) -> None:
    """Refuse a layer whose matrix has too many rows or columns to be drawn."""
    layer, cells = convolution(values)[0], prod(values["input_size"])
    size = layer.output_size(values["input_size"])
    check_output("output", layer, size)
    if max(prod(size), cells) > limits.MATRIX_SIDE:
        raise SpecError(
            f"The matrix must have at most {limits.MATRIX_SIDE} rows and {limits.MATRIX_SIDE} columns to be drawn; got "
            f"{prod(size)} output cells x {cells} input cells. Use a smaller input or padding, or a larger stride."
        )


def _remarks(values: Values) -> tuple[Remark, ...]:
    """Return how much larger than the input im2col is, and how many cells of the matrix hold a weight."""
    layer, size = convolution(values)[0], values["input_size"]
    rows, taps, cells = prod(layer.output_size(size)), prod(values["kernel_size"]), prod(size)
    used = np.count_nonzero(matrix(layer, np.ones((1, 1, *values["kernel_size"])), size))
    grown, share = f"{rows * taps / cells:.3g}", f"{used / rows / cells:.0%}"
    return (
        ("im2col", f"{grown} × input", f"{rows} × {taps} = {rows * taps:,} numbers; the input has {cells}"),
        ("Matrix W", f"{rows * cells:,} cells, {share} used", f"{rows} × {cells}; {used:,} of the cells hold a weight"),
    )


MATRIX: Final = Variant(
    name="matrix",
    label="As a matrix",
    title="Convolution as a matrix product",
    summary="The windows as rows, or the whole layer as one large matrix that is mostly zeros.",
    defaults=_DEFAULTS,
    fields=fields_of(_DEFAULTS, _VIEW),
    layers=convolution,
    stages=one_channel_stages,
    card={"view": "matrix", "seed": 3},
    ways=lambda values: {"standard": {}, **ways_of_convolution(values)},
    remarks=_remarks,
    special_check=_check,
)
