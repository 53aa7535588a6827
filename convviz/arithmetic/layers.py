"""Layers with a window: what they share, convolution and transposed convolution, and the functions that make them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol, SupportsIndex

from convviz.errors import SpecError

from . import arguments
from .arguments import PaddingLike, Pair, PairLike, Sides, shown
from .axis import Axis, check_padding_mode, effective_kernel_size, same_padding, same_total

_CACHED: Final = 1024

PADDING_MODES: Final = ("zeros", "reflect", "replicate", "circular", "symmetric")


class Windowed(Protocol):
    """What convolution, transposed convolution and pooling have in common."""

    __slots__ = ()

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair

    @property
    def effective_kernel_size(self) -> Pair:
        """Return the cells from the first tap of a window to its last, holes included: (height, width)."""
        (kernel_h, kernel_w), (dilation_h, dilation_w) = self.kernel_size, self.dilation
        return effective_kernel_size(kernel_h, dilation_h), effective_kernel_size(kernel_w, dilation_w)

    def resolve_padding(self, input_size: PairLike) -> Sides:
        """Return ((top, bottom), (left, right)) in cells, for an input of this (height, width)."""
        size = arguments.pair("input_size", input_size, least=1)
        if not isinstance(self.padding, str):
            return self.padding
        window = zip(size, self.kernel_size, self.stride, self.dilation, strict=True)
        rows, columns = (same_padding(same_total(*numbers), self.padding) for numbers in window)
        return rows, columns

    def axes(self, input_size: PairLike) -> tuple[Axis, Axis]:
        """Return the vertical and the horizontal axis of this layer over an input of this (height, width)."""
        layer: Any = self
        return _axes(layer, arguments.pair("input_size", input_size, least=1))


@lru_cache(_CACHED)
def _axes(layer: Any, size: Pair) -> tuple[Axis, Axis]:
    window = zip(size, layer.kernel_size, layer.stride, layer.dilation, layer.resolve_padding(size), strict=True)
    height, width = ((*numbers, before, after) for *numbers, (before, after) in window)
    return Axis("height", *height), Axis("width", *width)


def window(kernel_size: PairLike, stride: PairLike, dilation: PairLike) -> tuple[Pair, Pair, Pair]:
    """Return the three pairs that describe a window and its steps."""
    return (
        arguments.pair("kernel_size", kernel_size, least=1),
        arguments.pair("stride", stride, least=1),
        arguments.pair("dilation", dilation, least=1),
    )


def window_padding(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair) -> Sides | str:
    """Return the four integers if they are known without an input size, else "same_upper" or "same_lower"."""
    if not isinstance(padding, str):
        return arguments.sides(padding)
    match padding:
        case "valid":
            return arguments.NO_PADDING
        case "same_upper" | "same_lower":
            return padding
        case "same" if stride == (1, 1):
            extents = map(effective_kernel_size, kernel_size, dilation)
            rows, columns = (same_padding(extent - 1, "same_upper") for extent in extents)
            return rows, columns
        case "same":
            raise SpecError(f'padding "same" must have stride 1 ("same_upper" takes any); got stride {stride}.')
        case _:
            raise SpecError(f"{arguments.PADDING_RULE}; got {shown(padding)}.")


@dataclass(frozen=True, slots=True)
class Conv2d(Windowed):
    """A convolution, as `conv2d` makes it; the class itself checks nothing.

    `padding` is ((top, bottom), (left, right)), or "same_upper" or "same_lower", which depend on the input size.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair
    groups: int
    padding_mode: str

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        for axis in (height, width):
            check_padding_mode(axis, self.padding_mode)
        return height.output_size(), width.output_size()


@dataclass(frozen=True, slots=True)
class ConvTranspose2d(Windowed):
    """A transposed convolution, as `conv_transpose2d` makes it; the class itself checks nothing.

    Its `padding`, four integers, crops the output.
    """

    kernel_size: Pair
    stride: Pair
    padding: Sides
    output_padding: Pair
    dilation: Pair
    groups: int

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, for an input of this (height, width)."""
        height, width = self.axes(input_size)
        rows, columns = self.output_padding
        return height.transposed_output_size(rows), width.transposed_output_size(columns)

    @property
    def direct_padding(self) -> Sides:
        """The zeros around the stretched input of the convolution that does the same; negative numbers crop it.

        That is ``d (k - 1) - p``, and output_padding more after the last cell.

        Examples
        --------
        >>> conv_transpose2d(3, stride=2, padding=(2, 0), output_padding=1, dilation=2).direct_padding
        ((2, 3), (4, 5))
        """
        rows, columns = (
            (extent - 1 - before, extent - 1 - after + more)
            for extent, (before, after), more in zip(
                self.effective_kernel_size, self.padding, self.output_padding, strict=True
            )
        )
        return rows, columns


def conv2d(
    kernel_size: PairLike,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    dilation: PairLike = 1,
    groups: SupportsIndex = 1,
    padding_mode: str = "zeros",
) -> Conv2d:
    """Make a convolution: (C, H, W) -> (C_out, floor((H + p_top + p_bottom - d (kH - 1) - 1) / s) + 1, same for W).

    As in every deep-learning library the kernel is not flipped, which mathematics calls cross-correlation.

    Parameters
    ----------
    kernel_size, stride, dilation : int or pair
        For both axes or (height, width), in input cells.
    padding : int, pair, pair of pairs or str
        An int, (height, width), ((top, bottom), (left, right)), "valid" (none), "same" (the output is as large as the
        input; stride 1 only; an odd cell goes after), "same_upper" or "same_lower" (ceil(H / s) rows).
    groups : int
        Independent convolutions into which the channels are split; as many as channels is depthwise.
    padding_mode : str
        What padded cells hold: "zeros", "reflect" (mirrored), "replicate" (the nearest cell), "circular" (from beyond,
        as often around as it takes) or "symmetric" (mirrored with the border cell, as NumPy's mode of this name).

    Raises
    ------
    SpecError
        A number out of its bounds. Padding that does not suit the input size is refused by `output_size`.

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
        groups=arguments.integer("groups", groups, least=1),
        padding_mode=arguments.choice("padding_mode", padding_mode, PADDING_MODES),
    )


def conv_transpose2d(
    kernel_size: PairLike,
    stride: PairLike = 1,
    padding: PaddingLike = 0,
    *,
    output_padding: PairLike = 0,
    dilation: PairLike = 1,
    groups: SupportsIndex = 1,
) -> ConvTranspose2d:
    """Make a transposed convolution: (C, H, W) -> (C_out, (H - 1) s - p_top - p_bottom + d (kH - 1) + a + 1, ...).

    Each input cell stamps the kernel, multiplied by its value, at every s-th place of the output. The linear map is the
    transpose of `conv2d`'s with the same numbers. (It is also called deconvolution, which it is not.)

    Parameters
    ----------
    kernel_size, stride, dilation : int or pair
        For both axes or (height, width), in output cells.
    padding : int, pair, pair of pairs or str
        Output cells to crop, as in `conv2d`. "same_upper" and "same_lower" crop to H s rows.
    output_padding : int or pair
        Additional cells at the bottom and on the right, fewer than the larger of stride and dilation. They are
        computed like all others.
    groups : int
        Independent transposed convolutions into which the channels are split.

    Raises
    ------
    SpecError
        A number out of its bounds, or (in `output_size`) a crop that leaves nothing.

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
        groups=arguments.integer("groups", groups, least=1),
    )


def _output_padding(value: PairLike, stride: Pair, dilation: Pair) -> Pair:
    """Return output_padding, which is less than the larger of stride and dilation: PyTorch's rule."""
    cells = arguments.pair("output_padding", value, least=0)
    for name, more, step, hole in zip(("height", "width"), cells, stride, dilation, strict=True):
        if more >= max(step, hole):
            raise SpecError(
                f"output_padding must be less than the larger of stride and dilation; got {name} {more}"
                f" (stride {step}, dilation {hole})."
            )
    return cells


def _crop(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair, output_padding: Pair) -> Sides:
    """Return the four integers; ONNX's SAME crops to H s rows what stamps and output_padding have beyond the stride."""
    sides = window_padding(padding, kernel_size, stride, dilation)
    if isinstance(padding, str) and padding == "same":
        sides = "same_upper"  # the stride is 1, or it would have been refused; output_padding is cropped too
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
