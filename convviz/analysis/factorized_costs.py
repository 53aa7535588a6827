"""The two ways to make a convolution cheaper by taking it apart, with what each saves.

Depthwise separable: first every channel by itself, then all channels in every cell by itself (Howard et al. 2017,
MobileNets, https://arxiv.org/abs/1704.04861). Spatially separable: first the rows, then the columns of a kernel that is
an outer product.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import SupportsIndex

from convviz.arithmetic import Conv2d, Layer, conv2d, parse
from convviz.arithmetic.parse import Pair, PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .costs import Cost, cost


@dataclass(frozen=True, slots=True)
class DepthwiseSeparable:
    """A convolution and the two that take its place, as `depthwise_separable` makes it.

    Attributes
    ----------
    depthwise_layer, pointwise_layer : The two layers.
    channels : Channels of the input, between the two layers, and of the output.
    between_size : (height, width) between the two layers, which is that of the output.
    standard, depthwise, pointwise : What each costs.
    formula : m (1 / N + 1 / (kH kW)) for N output channels and the channel multiplier m; as published, and exact.
    """

    depthwise_layer: Conv2d
    pointwise_layer: Conv2d
    channels: tuple[int, int, int]
    between_size: Pair
    standard: Cost
    depthwise: Cost
    pointwise: Cost
    formula: Fraction

    @property
    def separable(self) -> Cost:
        """Both layers together."""
        return self.depthwise + self.pointwise

    @property
    def ratio(self) -> Fraction:
        """Multiplications of the two layers by those of the one they replace: below 1 they save work."""
        return Fraction(self.separable.multiplications, self.standard.multiplications)


def depthwise_separable(
    layer: Conv2d,
    in_channels: SupportsIndex,
    out_channels: SupportsIndex,
    input_size: PairLike,
    *,
    channel_multiplier: SupportsIndex = 1,
    bias: bool = False,
) -> DepthwiseSeparable:
    """What a convolution costs, and the depthwise separable one in its place.

    Parameters
    ----------
    layer, in_channels, out_channels, input_size, bias : As for `cost`; the layer has one group.
    channel_multiplier : Kernels for every input channel in the depthwise layer.

    Raises
    ------
    SpecError : As `cost`, or a layer that is no convolution of one group.

    Examples
    --------
    >>> costs = depthwise_separable(conv2d(5), 3, 256, 12)
    >>> costs.standard.multiplications, costs.depthwise.multiplications, costs.pointwise.multiplications
    (1228800, 4800, 49152)
    >>> costs.ratio == costs.formula == Fraction(1, 256) + Fraction(1, 25)
    True
    """
    _check_convolution(layer)
    if layer.groups != 1:
        raise SpecError(f"groups must be 1 in a convolution that is taken apart; got {layer.groups}.")
    standard = cost(layer, in_channels, out_channels, input_size, bias)
    wide = parse.integer("in_channels", in_channels, least=1)
    between = wide * parse.integer("channel_multiplier", channel_multiplier, least=1)
    out = parse.integer("out_channels", out_channels, least=1)
    depthwise, pointwise, size = replace(layer, groups=wide), conv2d(1), layer.output_size(input_size)
    return DepthwiseSeparable(
        depthwise_layer=depthwise,
        pointwise_layer=pointwise,
        channels=(wide, between, out),
        between_size=size,
        standard=standard,
        depthwise=cost(depthwise, wide, between, input_size, bias),
        pointwise=cost(pointwise, between, out, size, bias),
        formula=(between // wide) * (Fraction(1, out) + Fraction(1, prod(layer.kernel_size))),
    )


@dataclass(frozen=True, slots=True)
class TwoPasses:
    """A pass with a kernel kH x kW and the two passes in its place, as `two_passes` makes it.

    Attributes
    ----------
    column_layer, row_layer : kH x 1, then 1 x kW; together they pad, step and dilate as the one layer does.
    between_size : (height, width) between them: rows are those of the output already, columns still those of the input.
    single, column_pass, row_pass : What each costs.
    taps : Products per output cell: kH kW in one pass, and kH + kW in two, which leaves out that the first of them may
        compute more cells than the output has.
    """

    column_layer: Conv2d
    row_layer: Conv2d
    between_size: Pair
    single: Cost
    column_pass: Cost
    row_pass: Cost
    taps: tuple[int, int]

    @property
    def both(self) -> Cost:
        """Both passes together."""
        return self.column_pass + self.row_pass

    @property
    def ratio(self) -> Fraction:
        """Multiplications of the two passes by those of the one, on the whole image: below 1 they save work."""
        return Fraction(self.both.multiplications, self.single.multiplications)


def two_passes(layer: Conv2d, input_size: PairLike, *, channels: SupportsIndex = 1) -> TwoPasses:
    """What a convolution of a plane costs, and the pass down the columns and the pass along the rows in its place.

    Parameters
    ----------
    layer : The convolution. Its groups are set to `channels`.
    input_size : An int or (height, width), in cells.
    channels : Channels of the input and of the output; each has a kernel of its own.

    Raises
    ------
    SpecError : As `cost`, or a layer that is no convolution.

    Examples
    --------
    The first pass also computes the two columns of the border that only the second one uses up:

    >>> costs = two_passes(conv2d(3), 7)
    >>> costs.taps, costs.between_size
    ((9, 6), (5, 7))
    >>> costs.single.multiplications, costs.column_pass.multiplications, costs.row_pass.multiplications
    (225, 105, 75)
    """
    _check_convolution(layer)
    planes = parse.integer("channels", channels, least=1)
    size = parse.pair("input_size", input_size, least=1)
    layer = replace(layer, padding=layer.resolve_padding(size), groups=planes)
    single = cost(layer, planes, planes, size)
    column, row = _passes(layer, layer.resolve_padding(size))
    between = column.output_size(size)
    height, width = layer.kernel_size
    return TwoPasses(
        column_layer=column,
        row_layer=row,
        between_size=between,
        single=single,
        column_pass=cost(column, planes, planes, size),
        row_pass=cost(row, planes, planes, between),
        taps=(height * width, height + width),
    )


def _passes(layer: Conv2d, padding: tuple[Pair, Pair]) -> tuple[Conv2d, Conv2d]:
    """kH x 1 with what the layer has along the height, and 1 x kW with what it has along the width."""
    column = replace(
        layer,
        kernel_size=(layer.kernel_size[0], 1),
        stride=(layer.stride[0], 1),
        padding=(padding[0], (0, 0)),
        dilation=(layer.dilation[0], 1),
    )
    row = replace(
        layer,
        kernel_size=(1, layer.kernel_size[1]),
        stride=(1, layer.stride[1]),
        padding=((0, 0), padding[1]),
        dilation=(1, layer.dilation[1]),
    )
    return column, row


def _check_convolution(layer: object) -> None:
    if not isinstance(layer, Conv2d):
        is_ours = isinstance(layer, Layer)
        raise SpecError(f"layer must be made by conv2d; got {type(layer).__name__ if is_ours else shown(layer)}.")
