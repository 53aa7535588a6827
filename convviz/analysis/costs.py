"""The cost of a layer: its parameters, multiplications and additions, as exact integers; and what factorizing it saves.

Nothing is measured; all is counted as the published tables count it: a window computes all its products, those with
padding included.

There are two ways to factorize a convolution. Depthwise separable: first each channel alone, then all channels of each
cell (Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications,
https://arxiv.org/abs/1704.04861). Spatially separable: first down the columns, then along the rows, for a kernel that
is an outer product.
"""

from dataclasses import astuple, dataclass, replace
from fractions import Fraction
from math import gcd, prod
from operator import add
from typing import SupportsIndex

from convviz.arithmetic import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
    arguments,
    conv2d,
)
from convviz.arithmetic.arguments import Pair, PairLike, shown
from convviz.errors import SpecError


@dataclass(frozen=True, slots=True)
class Cost:
    """Exact counts for one input (a batch of one). Costs of consecutive layers are added with ``+``.

    `multiplications` are what papers call multiply-accumulates, mult-adds or MACs. FLOPs also count the addition of
    each, and are about twice as many.

    Examples
    --------
    >>> Cost(75, 4800, 4608) + Cost(768, 49152, 32768)
    Cost(parameters=843, multiplications=53952, additions=37376)
    """

    parameters: int = 0
    multiplications: int = 0
    additions: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(*map(add, astuple(self), astuple(other)))


def cost(
    layer: Layer,
    in_channels: SupportsIndex,
    out_channels: SupportsIndex,
    input_size: PairLike,
    bias: bool = False,
) -> Cost:
    """Return parameters, multiplications and additions of a layer on one input (C, H, W).

    Parameters
    ----------
    layer : Layer
        A layer made by `conv2d`, `max_pool2d` and their like.
    in_channels, out_channels : int
        Channels of the input and of the output.
    input_size : int or Pair
        (height, width), in cells.
    bias : bool
        Whether a convolution has a bias: one parameter per output channel, one addition per output cell.

    Raises
    ------
    SpecError
        The layer cannot have these channels or a bias, or does not fit the input.

    Notes
    -----
    Convolution: every output cell multiplies kH kW C / groups taps and adds them up, one addition fewer.

    Transposed: every cell of the input multiplies kH kW C_out / groups weights. Products that fall on one cell of the
    canvas are added up, one addition fewer than products: additions are products minus the cells of the uncropped
    canvas that any product reaches. Cells that the padding crops are computed, and counted.

    Average pooling: one addition fewer than the kernel has cells, for every output cell; its division is not counted as
    a multiplication. Max pooling compares, which is neither. Bilinear resizing: four products and three sums per output
    cell, even if some of the four weights are 0. Copying, pixel shuffle and padding cost nothing.

    Examples
    --------
    A 5 x 5 convolution of a 12 x 12 color image, and the depthwise and the pointwise one that can replace it:

    >>> from convviz.arithmetic import conv2d
    >>> cost(conv2d(5), 3, 256, 12).multiplications
    1228800
    >>> (cost(conv2d(5, groups=3), 3, 3, 12) + cost(conv2d(1), 3, 256, 8)).multiplications
    53952
    """
    if not isinstance(layer, Layer):
        raise SpecError(f"layer must be one made by conv2d, max_pool2d and their like; got {shown(layer)}.")
    inputs = arguments.integer("in_channels", in_channels, least=1)
    outputs = arguments.integer("out_channels", out_channels, least=1)
    check_channels(layer, inputs, outputs)
    has_bias = arguments.flag("bias", bias)
    size = arguments.pair("input_size", input_size, least=1)
    output_cells = outputs * prod(layer.output_size(size))
    if isinstance(layer, Conv2d):
        taps = prod(layer.kernel_size) * inputs // layer.groups
        return Cost(outputs * (taps + has_bias), output_cells * taps, output_cells * (taps - 1 + has_bias))
    if isinstance(layer, ConvTranspose2d):
        weights = inputs * prod(layer.kernel_size) * outputs // layer.groups
        products = prod(size) * weights
        reached = outputs * prod(map(_reached, size, layer.kernel_size, layer.stride, layer.dilation))
        return Cost(weights + has_bias * outputs, products, products - reached + has_bias * output_cells)
    if has_bias:
        raise SpecError(f"bias must be False for {type(layer).__name__}; got True.")
    if isinstance(layer, AdaptiveAvgPool2d):
        # Neighboring windows share a cell where the border between them is inside it.
        rows, columns = (cells + made - gcd(cells, made) for cells, made in zip(size, layer.output, strict=True))
        return Cost(additions=outputs * rows * columns - output_cells)
    if isinstance(layer, AvgPool2d):
        return Cost(additions=output_cells * (prod(layer.kernel_size) - 1))
    if isinstance(layer, Upsample2d) and layer.mode == "bilinear":
        return Cost(multiplications=4 * output_cells, additions=3 * output_cells)
    return Cost()


def check_channels(layer: Layer, in_channels: int, out_channels: int) -> None:
    """Refuse numbers of channels that such a layer cannot have."""
    match layer:
        case Conv2d() | ConvTranspose2d():
            for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
                if channels % layer.groups:
                    raise SpecError(f"{name} must be divisible by groups; got {channels} and groups {layer.groups}.")
        case PixelShuffle():
            if in_channels != out_channels * layer.factor**2:
                got = f"{in_channels} (out_channels {out_channels}, factor {layer.factor})"
                raise SpecError(f"in_channels must be out_channels x factor^2 for PixelShuffle; got {got}.")
        case MaxPool2d() | AvgPool2d() | AdaptiveMaxPool2d() | AdaptiveAvgPool2d() | Upsample2d() | Pad2d():
            if in_channels != out_channels:
                got = f"{out_channels} (in_channels {in_channels})"
                raise SpecError(f"out_channels must equal in_channels for {type(layer).__name__}; got {got}.")


def _reached(cells: int, kernel: int, stride: int, dilation: int) -> int:
    """Return the number of distinct positions ``cell x stride + tap x dilation`` along one axis of the canvas.

    Two (cell, tap) pairs share a position if they differ by a multiple of (d, -s) / gcd(s, d). Of all pairs at one
    position only the last is counted: the one from which adding that step leaves the ranges.

    Examples
    --------
    Two stamps of three taps share one position; with a dilation of 2 and a stride of 2 they share two:

    >>> _reached(cells=2, kernel=3, stride=2, dilation=1), _reached(cells=2, kernel=3, stride=2, dilation=2)
    (5, 4)
    """
    common = gcd(stride, dilation)
    followed = max(0, cells - dilation // common) * max(0, kernel - stride // common)
    return cells * kernel - followed


@dataclass(frozen=True, slots=True)
class DepthwiseSeparable:
    """A convolution and the two layers that replace it, as `depthwise_separable` makes it.

    Attributes
    ----------
    depthwise_layer, pointwise_layer : Conv2d
        The two layers.
    channels : tuple of int
        Channels of the input, between the two layers, and of the output.
    between_size : Pair
        (height, width) between the two layers, which is that of the output.
    standard, depthwise, pointwise : Cost
        What each layer costs.
    formula : Fraction
        m (1 / N + 1 / (kH kW)) for N output channels and the channel multiplier m; as published, and exact.
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
    """Return what a convolution costs, and the depthwise separable one in its place.

    Parameters
    ----------
    layer : Conv2d
        A convolution of one group.
    in_channels, out_channels, input_size, bias
        See `cost`.
    channel_multiplier : int
        Kernels for every input channel in the depthwise layer.

    Raises
    ------
    SpecError
        See `cost`; or the layer is not a convolution of one group.

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
    wide = arguments.integer("in_channels", in_channels, least=1)
    between = wide * arguments.integer("channel_multiplier", channel_multiplier, least=1)
    out = arguments.integer("out_channels", out_channels, least=1)
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
    column_layer, row_layer : Conv2d
        kH x 1, then 1 x kW; together they pad, step and dilate as the one layer does.
    between_size : Pair
        (height, width) between the passes: the rows of the output, but the columns of the input.
    single, column_pass, row_pass : Cost
        What each pass costs.
    taps : tuple of int
        Products per output cell: kH kW in one pass, kH + kW in two. The first of the two may compute more cells than
        the output has, which is not counted here.
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
    """Return what a convolution of a plane costs, and what the two passes cost, down the columns and along the rows.

    Parameters
    ----------
    layer : Conv2d
        The convolution. Its groups are set to `channels`.
    input_size : int or Pair
        (height, width) in cells.
    channels : int
        Channels of the input and of the output; each has its own kernel.

    Raises
    ------
    SpecError
        See `cost`; or the layer is not a convolution.

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
    planes = arguments.integer("channels", channels, least=1)
    size = arguments.pair("input_size", input_size, least=1)
    layer = replace(layer, padding=layer.resolve_padding(size), groups=planes)
    single = cost(layer, planes, planes, size)
    (kernel_h, kernel_w), (stride_h, stride_w), (hole_h, hole_w) = layer.kernel_size, layer.stride, layer.dilation
    rows, columns = layer.resolve_padding(size)
    column = replace(
        layer, kernel_size=(kernel_h, 1), stride=(stride_h, 1), padding=(rows, (0, 0)), dilation=(hole_h, 1)
    )
    row = replace(
        layer, kernel_size=(1, kernel_w), stride=(1, stride_w), padding=((0, 0), columns), dilation=(1, hole_w)
    )
    between = column.output_size(size)
    return TwoPasses(
        column_layer=column,
        row_layer=row,
        between_size=between,
        single=single,
        column_pass=cost(column, planes, planes, size),
        row_pass=cost(row, planes, planes, between),
        taps=(kernel_h * kernel_w, kernel_h + kernel_w),
    )


def _check_convolution(layer: object) -> None:
    if not isinstance(layer, Conv2d):
        is_ours = isinstance(layer, Layer)
        raise SpecError(f"layer must be made by conv2d; got {type(layer).__name__ if is_ours else shown(layer)}.")
