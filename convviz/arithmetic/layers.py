"""Convolution and transposed convolution: frozen values made of integers, and the functions that make them."""

from dataclasses import dataclass
from typing import Final, SupportsIndex

from convviz.errors import SpecError

from . import parse
from .axis import check_padding_mode, effective_kernel_size, same_padding
from .parse import PaddingLike, Pair, PairLike, Sides
from .window_layer import Windowed, window, window_padding

PADDING_MODES: Final = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, slots=True)
class Conv2d(Windowed):
    """A convolution, as `conv2d` makes it: what is given to the class itself is not checked.

    `padding` is ((top, bottom), (left, right)), or "same_upper" or "same_lower", which depend on the input size.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair
    groups: int
    padding_mode: str

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        for axis in (height, width):
            check_padding_mode(axis, self.padding_mode)
        return height.output_size(), width.output_size()


@dataclass(frozen=True, slots=True)
class ConvTranspose2d(Windowed):
    """A transposed convolution, as `conv_transpose2d` makes it: what is given to the class itself is not checked.

    Its `padding`, four integers, crops the output.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides
    output_padding: Pair
    dilation: Pair
    groups: int

    def output_size(self, input_size: PairLike) -> Pair:
        """(height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        rows, columns = self.output_padding
        return height.transposed_output_size(rows), width.transposed_output_size(columns)


def conv2d(
    kernel_size: PairLike,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: SupportsIndex = 1,
    padding_mode: str = "zeros",
) -> Conv2d:
    """A convolution: (C, H, W) -> (C_out, floor((H + p_top + p_bottom - d (kH - 1) - 1) / s) + 1, the same for W).

    As in every deep-learning library the kernel is not flipped, which mathematics calls cross-correlation.

    Parameters
    ----------
    kernel_size, stride, dilation : An int or (height, width), in input cells.
    padding : An int, (height, width), ((top, bottom), (left, right)), "valid" (none), "same" (the output is as large as
        the input; stride 1 only; an odd cell goes after), "same_upper" or "same_lower" (ceil(H / s) rows).
    groups : The channels are split into so many independent convolutions; as many as channels is depthwise.
    padding_mode : What padded cells hold: "zeros", "reflect", "replicate" or "circular".

    Raises
    ------
    SpecError : A number that cannot be. Padding that does not suit the input size is refused by `output_size`.

    Notes
    -----
    Dumoulin & Visin, A guide to convolution arithmetic for deep learning, https://arxiv.org/abs/1603.07285

    Examples
    --------
    The stride of 2 does not divide 6, so the last padded row and column are not read:

    >>> conv2d(3, stride=2, padding=1).output_size((6, 6))
    (3, 3)
    """
    kernel_size, stride, dilation = window(kernel_size, stride, dilation)
    return Conv2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=window_padding(padding, kernel_size, stride, dilation),
        dilation=dilation,
        groups=parse.integer("groups", groups, least=1),
        padding_mode=parse.choice("padding_mode", padding_mode, PADDING_MODES),
    )


def conv_transpose2d(
    kernel_size: PairLike,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    output_padding: PairLike = 0,
    dilation: PairLike = 1,
    groups: SupportsIndex = 1,
) -> ConvTranspose2d:
    """A transposed convolution: (C, H, W) -> (C_out, (H - 1) s - p_top - p_bottom + d (kH - 1) + a + 1, same for W).

    Each input cell stamps the kernel, multiplied by its value, at every s-th place of the output. The linear map is the
    transpose of `conv2d`'s with the same numbers. (People also call it deconvolution, which it is not.)

    Parameters
    ----------
    kernel_size, stride, dilation : An int or (height, width), in output cells.
    padding : Output cells cropped: as in `conv2d`. "same_upper" and "same_lower" crop to H s rows.
    output_padding : Cells that bottom and right have in addition, fewer than the larger of stride and dilation. They
        are computed like all others.
    groups : The channels are split into so many independent transposed convolutions.

    Raises
    ------
    SpecError : A number that cannot be, or (in `output_size`) a crop that leaves nothing.

    Notes
    -----
    https://arxiv.org/abs/1603.07285, chapter 4.

    Examples
    --------
    >>> conv_transpose2d(3, stride=2, padding=1, output_padding=1).output_size((3, 3))
    (6, 6)
    """
    kernel_size, stride, dilation = window(kernel_size, stride, dilation)
    more = _output_padding(output_padding, stride, dilation)
    return ConvTranspose2d(
        kernel_size=kernel_size,
        stride=stride,
        padding=_crop(padding, kernel_size, stride, dilation, more),
        output_padding=more,
        dilation=dilation,
        groups=parse.integer("groups", groups, least=1),
    )


def _output_padding(value: PairLike, stride: Pair, dilation: Pair) -> Pair:
    """Fewer cells than the larger of stride and dilation: PyTorch's rule."""
    cells = parse.pair("output_padding", value, least=0)
    for name, more, step, hole in zip(("height", "width"), cells, stride, dilation, strict=True):
        if more >= max(step, hole):
            raise SpecError(
                f"output_padding must be less than the larger of stride and dilation; got {name} {more}"
                f" (stride {step}, dilation {hole})."
            )
    return cells


def _crop(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair, output_padding: Pair) -> Sides:
    """The four integers; ONNX's SAME crops what a stamp and output_padding have beyond the stride, to H s rows."""
    sides = window_padding(padding, kernel_size, stride, dilation)
    if isinstance(padding, str) and padding == "same":
        sides = "same_upper"  # the stride is 1, or it would have been refused; output_padding is to be cropped, too
    if not isinstance(sides, str):
        return sides
    extents = map(effective_kernel_size, kernel_size, dilation)
    totals = [extent + more - step for extent, more, step in zip(extents, output_padding, stride, strict=True)]
    if min(totals) < 0:
        raise SpecError(
            f'padding "{sides}" must have stamps at least as large as the stride; got kernel_size {kernel_size},'
            f" dilation {dilation}, output_padding {output_padding}, stride {stride}."
        )
    rows, columns = (same_padding(total, sides) for total in totals)
    return rows, columns
