"""Max and average pooling: frozen values made of integers, and the functions that make them."""

from dataclasses import dataclass, field

from convviz.errors import SpecError

from . import parse
from .parse import PaddingLike, Pair, PairLike, Sides
from .window_layer import Windowed, window, window_padding


@dataclass(frozen=True, slots=True)
class MaxPool2d(Windowed):
    """Max pooling, as `max_pool2d` makes it: what is given to the class itself is not checked.

    `padding` as in `Conv2d`.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair
    ceil_mode: bool

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        return height.output_size(ceil_mode=self.ceil_mode), width.output_size(ceil_mode=self.ceil_mode)


@dataclass(frozen=True, slots=True)
class AvgPool2d(Windowed):
    """Average pooling, as `avg_pool2d` makes it: what is given to the class itself is not checked.

    `padding` as in `Conv2d`.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair = field(default=(1, 1), init=False)
    ceil_mode: bool
    count_include_pad: bool

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        return height.output_size(ceil_mode=self.ceil_mode), width.output_size(ceil_mode=self.ceil_mode)


def max_pool2d(
    kernel_size: PairLike,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    ceil_mode: bool = False,
) -> MaxPool2d:
    """Max pooling: (C, H, W) -> (C, floor((H + p_top + p_bottom - d (kH - 1) - 1) / s) + 1, the same for W).

    Parameters
    ----------
    kernel_size, dilation : An int or (height, width), in input cells.
    stride : The same; by default the kernel size, so that windows neither overlap nor leave gaps.
    padding : As in `conv2d`; numbers may be at most half the kernel on each side, as in PyTorch. "same" and its like
        are held to half the dilated kernel, as ONNX has it. Padded cells never win, but a window that reads no others,
        as a dilated one may, gives -inf.
    ceil_mode : Round the division up: a last window may reach beyond the padding, but must not start after the input.

    Raises
    ------
    SpecError : A number that cannot be. A window larger than the padded input is refused by `output_size`.

    Examples
    --------
    >>> max_pool2d(2).output_size((5, 4)), max_pool2d(2, ceil_mode=True).output_size((5, 4))
    ((2, 2), (3, 2))
    """
    kernel_size, stride, dilation = window(kernel_size, kernel_size if stride is None else stride, dilation)
    return MaxPool2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=_pool_padding(padding, kernel_size, stride, dilation),
        dilation=dilation,
        ceil_mode=parse.flag("ceil_mode", ceil_mode),
    )


def avg_pool2d(
    kernel_size: PairLike,
    stride: PairLike | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> AvgPool2d:
    """Average pooling: (C, H, W) -> (C, floor((H + p_top + p_bottom - kH) / s) + 1, the same for W).

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode : As in `max_pool2d`.
    count_include_pad : Whether padded cells count in the divisor. Cells that `ceil_mode` reads beyond it never do.

    Raises
    ------
    SpecError : As in `max_pool2d`.

    Examples
    --------
    >>> avg_pool2d(3, stride=2, padding=1).output_size((5, 6))
    (3, 3)
    """
    kernel_size, stride, dilation = window(kernel_size, kernel_size if stride is None else stride, 1)
    return AvgPool2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=_pool_padding(padding, kernel_size, stride, dilation),
        ceil_mode=parse.flag("ceil_mode", ceil_mode),
        count_include_pad=parse.flag("count_include_pad", count_include_pad),
    )


def _pool_padding(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair) -> Sides | str:
    """Numbers of at most half the kernel, PyTorch's rule; "same" needs half the dilated kernel, and ONNX allows it."""
    sides = window_padding(padding, kernel_size, stride, dilation)
    if isinstance(padding, str) or isinstance(sides, str):
        return sides
    for name, kernel, (before, after) in zip(("height", "width"), kernel_size, sides, strict=True):
        if 2 * max(before, after) > kernel:
            got = f"{before} + {after} (kernel {kernel})"
            raise SpecError(f"padding must be at most half the kernel {name}; got {got}.")
    return sides
