"""What every layer with a window shares: resolved padding, the two axes, and the parsing of its numbers."""

from typing import Protocol

from convviz.errors import SpecError

from . import parse
from .axis import Axis, effective_kernel_size, same_padding, same_total
from .parse import PaddingLike, Pair, PairLike, Sides
from .quoting import shown


class Windowed(Protocol):
    """What convolution, transposed convolution and pooling have in common."""

    __slots__ = ()

    kernel_size: Pair
    stride: Pair
    padding: Sides | str
    dilation: Pair

    @property
    def effective_kernel_size(self) -> Pair:
        """Cells from the first tap of a window to its last, holes included: (height, width)."""
        (kernel_h, kernel_w), (dilation_h, dilation_w) = self.kernel_size, self.dilation
        return effective_kernel_size(kernel_h, dilation_h), effective_kernel_size(kernel_w, dilation_w)

    def resolve_padding(self, input_size: PairLike) -> Sides:
        """((top, bottom), (left, right)) in cells, for an input of this (height, width)."""
        size = parse.pair("input_size", input_size, least=1)
        if not isinstance(self.padding, str):
            return self.padding
        window = zip(size, self.kernel_size, self.stride, self.dilation, strict=True)
        rows, columns = (same_padding(same_total(*numbers), self.padding) for numbers in window)
        return rows, columns

    def axes(self, input_size: PairLike) -> tuple[Axis, Axis]:
        """The vertical and the horizontal axis of this layer over an input of this (height, width)."""
        size = parse.pair("input_size", input_size, least=1)
        window = zip(size, self.kernel_size, self.stride, self.dilation, self.resolve_padding(size), strict=True)
        height, width = ((*numbers, before, after) for *numbers, (before, after) in window)
        return Axis("height", *height), Axis("width", *width)


def window(kernel_size: PairLike, stride: PairLike, dilation: PairLike) -> tuple[Pair, Pair, Pair]:
    """The three pairs that describe how a window lies and moves."""
    return (
        parse.pair("kernel_size", kernel_size, least=1),
        parse.pair("stride", stride, least=1),
        parse.pair("dilation", dilation, least=1),
    )


def window_padding(padding: PaddingLike, kernel_size: Pair, stride: Pair, dilation: Pair) -> Sides | str:
    """The four integers wherever they are known without an input size, else "same_upper" or "same_lower"."""
    if not isinstance(padding, str):
        return parse.sides(padding)
    match padding:
        case "valid":
            return parse.NO_PADDING
        case "same_upper" | "same_lower":
            return padding
        case "same" if stride == (1, 1):
            extents = map(effective_kernel_size, kernel_size, dilation)
            rows, columns = (same_padding(extent - 1, "same_upper") for extent in extents)
            return rows, columns
        case "same":
            raise SpecError(f'padding "same" must have stride 1 ("same_upper" takes any); got stride {stride}.')
        case _:
            raise SpecError(f"{parse.PADDING_RULE}; got {shown(padding)}.")
