"""`trace`: every step of a layer, with every product that goes into it, on demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from . import arguments
from .arguments import Array
from .forward_pass import Layer, checked_arrays, compute
from .layers import ConvTranspose2d
from .taps import Cell, Tap, gather, stamped_taps

VIEWS: Final = ("gather", "scatter")


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell and all that it reads (gather), or one input cell and all that it adds to (scatter).

    Parameters
    ----------
    output : (int, int, int) or None
        The (channel, row, column) that is computed; None in scatter.
    input : (int, int, int) or None
        The (channel, row, column) that is stamped; None in gather.
    taps : tuple of Tap
        In the order of input channel (scatter: output channel), kernel row, kernel column.
    bias : float
        Added to the products; always 0.0 in scatter, where it belongs to no step.
    value : float
        Of the output cell in gather, of the input cell in scatter.
    cropped : tuple of Tap
        In scatter, the taps whose output cell the padding crops away. Not among `taps`.
    """

    output: Cell | None
    input: Cell | None
    taps: tuple[Tap, ...]
    bias: float
    value: float
    cropped: tuple[Tap, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Sequence[Step]):
    """All steps of a layer, row by row and channel by channel: over the output in gather, over the input in scatter.

    A step is computed on access, so that a player may jump. The arrays are read-only.
    """

    layer: Layer
    input: Array
    weight: Array | None
    bias: Array | None
    view: str
    output: Array

    def __len__(self) -> int:
        return prod(self._shape)

    @overload
    def __getitem__(self, index: int) -> Step: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...

    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        order = range(len(self))
        return tuple(map(self._step, order[index])) if isinstance(index, slice) else self._step(order[index])

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.output.shape if self.view == "gather" else self.input.shape

    def _step(self, index: int) -> Step:
        c, i, j = map(int, np.unravel_index(index, self._shape))
        if self.view == "gather":
            bias = 0.0 if self.bias is None else float(self.bias[c])
            taps = tuple(gather(self.layer, self.input, self.weight, (c, i, j)))
            return Step(output=(c, i, j), input=None, taps=taps, bias=bias, value=float(self.output[c, i, j]))
        assert isinstance(self.layer, ConvTranspose2d)  # `trace` refuses others
        assert self.weight is not None
        stamped = tuple(stamped_taps(self.layer, self.input, self.weight, c, range(i, i + 1), range(j, j + 1)).taps())
        return Step(
            output=None,
            input=(c, i, j),
            taps=tuple(tap for tap in stamped if self._is_inside(tap.output)),
            bias=0.0,
            value=float(self.input[c, i, j]),
            cropped=tuple(tap for tap in stamped if not self._is_inside(tap.output)),
        )

    def _is_inside(self, cell: Cell) -> bool:
        return all(0 <= index < size for index, size in zip(cell, self.output.shape, strict=True))


def trace(
    layer: Layer,
    input: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    view: str = "gather",
) -> Trace:
    """Return every step of a layer: a sequence of (C_out H_out W_out) steps, or (C H W) in the view "scatter".

    In gather ``sum(tap.product for tap in step.taps) + step.bias == step.value``; in scatter the products of all steps,
    added at their output cells, and the bias make the output. Exactly so for integers (as far as the float type holds
    them) in convolution, transposed convolution, max pooling, nearest-neighbor upsampling, pixel shuffle and padding;
    up to rounding in average pooling and bilinear upsampling, whose weights are fractions, and for other numbers.

    Parameters
    ----------
    layer, input, weight, bias
        As in `forward`.
    view : str
        "gather" (what does an output cell read?), or for a transposed convolution "scatter" (what does an input cell
        add to?).

    Raises
    ------
    SpecError
        As in `forward`; or an unknown view, or "scatter" of a layer that is not transposed.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> steps = trace(conv2d((1, 2)), input=[[[1, 2, 4]]], weight=[[[[1, 10]]]])
    >>> len(steps), steps[-1].output, steps[-1].value
    (2, (0, 0, 1), 42.0)
    >>> [(tap.input, tap.input_value, tap.weight, tap.product) for tap in steps[-1].taps]
    [((0, 0, 1), 2.0, 1.0, 2.0), ((0, 0, 2), 4.0, 10.0, 40.0)]
    """
    arguments.choice("view", view, VIEWS)
    arrays = checked_arrays(layer, input, weight, bias)
    if view == "scatter" and not isinstance(layer, ConvTranspose2d):
        raise SpecError(f'view must be "gather" for {type(layer).__name__}; got "scatter" (for ConvTranspose2d only).')
    output = compute(layer, arrays)
    cells, stencils, biases = (None if array is None else array.copy() for array in arrays)
    assert cells is not None
    for array in (output, cells, stencils, biases):
        if array is not None:
            array.flags.writeable = False
    return Trace(layer=layer, input=cells, weight=stencils, bias=biases, view=view, output=output)
