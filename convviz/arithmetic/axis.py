"""The arithmetic of one spatial axis: how many outputs there are, and which input cell each of them reads.

Convolution, pooling, transposed convolution, the trace behind every picture and the receptive field all use it, so an
animation and a number next to it cannot disagree. Symbols as in Dumoulin & Visin, https://arxiv.org/abs/1603.07285:
``i k s p d o`` for input, kernel, stride, padding, dilation and output size, ``a`` for output_padding.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

Cells = TypeVar("Cells", int, npt.NDArray[np.int64])
"""The index of one cell or of many."""


def effective_kernel_size(kernel: int, dilation: int) -> int:
    """Return the input cells from the first tap of a dilated kernel to its last: ``d (k - 1) + 1``.

    Examples
    --------
    >>> effective_kernel_size(kernel=3, dilation=2)
    5
    """
    return dilation * (kernel - 1) + 1


@dataclass(frozen=True, slots=True)
class Axis:
    """A window of taps that steps along one axis of an input.

    Parameters
    ----------
    name : str
        "height" or "width", for the sentences of errors.
    size : int
        Input cells.
    kernel, stride, dilation : int
        Taps of the window, input cells between windows, input cells between taps.
    before, after : int
        Padding in input cells; in a transposed convolution, output cells that are cropped.

    Examples
    --------
    >>> axis = Axis("width", size=5, kernel=3, stride=2, before=1, after=1)
    >>> axis.output_size(), [axis.position(1, tap) for tap in range(3)]
    (3, [1, 2, 3])
    """

    name: str
    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def extent(self) -> int:
        """Return the input cells that one window spans, its holes included."""
        return effective_kernel_size(self.kernel, self.dilation)

    @property
    def padded(self) -> int:
        """Return the cells of the input with its padding."""
        return self.size + self.before + self.after

    def cells(self, count: int) -> str:
        """Return a count of cells along this axis in words.

        Examples
        --------
        >>> Axis("height", size=5, kernel=3).cells(1), Axis("width", size=5, kernel=3).cells(2)
        ('1 row', '2 columns')
        """
        noun = {"height": "row", "width": "column"}[self.name]
        return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

    def position(self, step: Cells, tap: Cells) -> Cells:
        """Return where a tap of a step falls, counted from the first cell that is neither padding nor cropped.

        For a convolution, ``step`` is the output index and the position an input index. A transposed convolution is the
        same relation read backwards: ``step`` is the input index and the position an output index.
        """
        return step * self.stride - self.before + tap * self.dilation

    def steps_inside(self, tap: int, steps: range, cells: range) -> range:
        """Return which of these steps put a tap inside these cells: a run without gaps, like both arguments.

        Examples
        --------
        >>> Axis("width", size=5, kernel=3, stride=2, before=1, after=1).steps_inside(0, steps=range(3), cells=range(5))
        range(1, 3)
        """
        offset = self.position(0, tap)
        first = max(steps.start, -((offset - cells.start) // self.stride))
        stop = min(steps.stop, (cells.stop - 1 - offset) // self.stride + 1)
        return range(first, max(first, stop))

    def taps_inside(self, step: int, cells: range) -> range:
        """Return which taps of a step are inside these cells, a run without gaps, computed without a loop.

        Examples
        --------
        >>> Axis("width", size=5, kernel=3, stride=2, before=1, after=1).taps_inside(0, cells=range(5))
        range(1, 3)
        """
        offset = self.position(step, 0)
        first = min(self.kernel, max(0, -((offset - cells.start) // self.dilation)))
        stop = min(self.kernel, (cells.stop - 1 - offset) // self.dilation + 1)
        return range(first, max(first, stop))

    def places(self, steps: range, tap: int, *, origin: int = 0) -> slice:
        """Return where a tap of a run of steps falls, as a slice of an array whose first cell is at `origin`."""
        first, last = (self.position(step, tap) - origin for step in (steps[0], steps[-1]))
        return slice(first, last + 1, self.stride)

    def output_size(self, *, ceil_mode: bool | str = False) -> int:
        """Return the windows that fit: ``floor((i + p_before + p_after - d (k - 1) - 1) / s) + 1``.

        With ``ceil_mode`` the division rounds up and the last window may reach beyond the padding, but it must start
        inside the input or the padding before it, as in PyTorch and ONNX, unless that is "unclipped".
        """
        slack = self.stride - 1 if ceil_mode else 0
        if self.extent > self.padded + slack:
            kernel = f"({self.cells(self.kernel)}) is larger than"
            if self.dilation > 1:
                kernel = f"spans {self.cells(self.extent)} (kernel {self.kernel}, dilation {self.dilation}), more than"
            room = f"input ({self.cells(self.size)})"
            if self.before + self.after:
                room = f"padded input ({self.size} + {self.before} + {self.after} = {self.cells(self.padded)})"
            more = f" with the {self.cells(slack)} that ceil_mode adds" if slack else ""
            raise SpecError(f"The kernel {kernel} the {room}{more}.")
        count = (self.padded + slack - self.extent) // self.stride + 1
        starts_too_late = ceil_mode is True and (count - 1) * self.stride >= self.size + self.before
        return count - 1 if starts_too_late else count

    def transposed_output_size(self, output_padding: int = 0) -> int:
        """Return the cells of the cropped stamps: ``(i - 1) s - p_before - p_after + d (k - 1) + a + 1``."""
        stamped = (self.size - 1) * self.stride + self.extent + output_padding
        size = stamped - self.before - self.after
        if size < 1:
            raise SpecError(
                f"The padding ({self.before} + {self.after}) crops all of the {self.cells(stamped)} of the output"
                f" (input {self.size}, kernel {self.kernel}, stride {self.stride}, dilation {self.dilation},"
                f" output_padding {output_padding})."
            )
        return size

    def stretched_position(self, output: Cells, tap: Cells) -> Cells:
        """Return the cell of the zero-stretched input (cell n is at n s) that an output reads through a stored tap.

        It is the inverse of `position`: a transposed convolution gathers with the kernel flipped, hence the minus.
        """
        return output + self.before - tap * self.dilation


def same_padding(total: int, kind: str) -> tuple[int, int]:
    """Split the padding of both sides; an odd cell goes after ("same_upper") or before ("same_lower").

    >>> same_padding(3, "same_upper"), same_padding(3, "same_lower")
    ((1, 2), (2, 1))
    """
    less, more = total // 2, total - total // 2
    return (less, more) if kind == "same_upper" else (more, less)


def same_total(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Return the padding of both sides that makes ``ceil(i / s)`` outputs, the SAME of TensorFlow and ONNX.

    It depends on the input size as soon as the stride exceeds 1: https://onnx.ai/onnx/operators/onnx__Conv.html

    >>> same_total(size=5, kernel=3, stride=2, dilation=1), same_total(size=6, kernel=3, stride=2, dilation=1)
    (2, 1)
    """
    outputs = -(-size // stride)
    return max(0, (outputs - 1) * stride + effective_kernel_size(kernel, dilation) - size)


def check_padding_mode(axis: Axis, mode: str) -> None:
    """Refuse a mirror beyond the input, as PyTorch does; all other padding comes around again."""
    if mode == "reflect" and max(axis.before, axis.after) >= axis.size:
        padding = f"{mode} padding ({axis.before} + {axis.after})"
        raise SpecError(f"The {padding} must be smaller than the input ({axis.cells(axis.size)}) on each side.")


def source(position: int, size: int, mode: str) -> int | None:
    """Return the input cell whose value a padded position has, None where zeros are padded.

    >>> [source(position, 4, "reflect") for position in range(-2, 6)]
    [2, 1, 0, 1, 2, 3, 2, 1]
    >>> [source(position, 4, "symmetric") for position in range(-2, 6)]
    [1, 0, 0, 1, 2, 3, 3, 2]
    """
    if 0 <= position < size:
        return position
    return None if mode == "zeros" else int(copied(np.array(position), size, mode))


def copied(positions: npt.NDArray[np.int64], size: int, mode: str) -> npt.NDArray[np.int64]:
    """Return the input cells that reflect, symmetric, replicate or circular puts at these positions."""
    if mode == "replicate":
        return positions.clip(0, size - 1)
    if mode == "circular":
        return positions % size
    # The mirror is on the border cell, or (symmetric) behind it, so that this cell comes twice.
    behind = int(mode == "symmetric")
    period = max(1, 2 * (size - 1 + behind))
    folded: npt.NDArray[np.int64] = np.minimum(positions % period, (-positions - behind) % period)
    return folded


def nearest_cells(output: int, size: int, scale: Fraction) -> tuple[tuple[int, float], ...]:
    """Return the input cell that an output of nearest resizing copies, ``floor(output / scale)``, with its weight.

    As PyTorch's "nearest" and ONNX's asymmetric + floor, in exact arithmetic.
    """
    return ((min(nearest_cell(output, scale), size - 1), 1.0),)


def nearest_cell(output: Cells, scale: Fraction) -> Cells:
    """Return the cell (for an array of outputs, the cells) that nearest copies, unless it is beyond the last one."""
    return output * scale.denominator // scale.numerator


def linear_cells(output: int, size: int, scale: Fraction) -> tuple[tuple[int, float], ...]:
    """Return the one or two input cells around an output of linear resizing, with their weights.

    As PyTorch's ``align_corners=False`` and ONNX's half_pixel: the coordinate is ``(output + 1/2) / scale - 1/2``,
    moved to the nearest cell where it is outside. A cell of weight 0 is left out.

    >>> [linear_cells(output, size=2, scale=Fraction(2)) for output in range(3)]
    [((0, 1.0),), ((0, 0.75), (1, 0.25)), ((0, 0.25), (1, 0.75))]
    """
    numerator, unit = linear_coordinate(output, scale)
    cell, rest = divmod(min(max(numerator, 0), (size - 1) * unit), unit)
    return ((cell, (unit - rest) / unit), (cell + 1, rest / unit)) if rest else ((cell, 1.0),)


def linear_coordinate(output: Cells, scale: Fraction) -> tuple[Cells, int]:
    """Return where an output (or an array of them) is on the input, as numerator and denominator.

    Whole numbers, so that no cell is missed by rounding.
    """
    return (2 * output + 1) * scale.denominator - scale.numerator, 2 * scale.numerator
