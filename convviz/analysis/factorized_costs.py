"""The two ways to factorize a convolution, with what each saves, also in a whole network: MobileNet v1.

Depthwise separable: first each channel alone, then all channels of each cell (Howard et al. 2017, MobileNets: Efficient
Convolutional Neural Networks for Mobile Vision Applications, https://arxiv.org/abs/1704.04861). Spatially separable:
first down the columns, then along the rows, for a kernel that is an outer product.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import prod
from typing import Final, SupportsIndex

from convviz.arithmetic import Conv2d, Layer, avg_pool2d, conv2d, parse
from convviz.arithmetic.parse import Pair, PairLike, shown
from convviz.errors import SpecError

from .costs import Cost, cost
from .receptive.classifiers import MOBILENET_V1

MOBILENET_INPUT: Final[Pair] = (224, 224)
CLASSES: Final = 1000
KINDS: Final = ("standard", "depthwise", "pointwise", "pool", "dense")


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
    planes = parse.integer("channels", channels, least=1)
    size = parse.pair("input_size", input_size, least=1)
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


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of MobileNet v1.

    Attributes
    ----------
    name, kind : str
        Such as "depthwise 3", "depthwise"; kinds are `KINDS`.
    layer : Layer
        The layer. The dense one is a 1 x 1 convolution of 1 x 1 cells.
    in_channels, out_channels, input_size, output_size
        Those of the layer.
    cost : Cost
        Without biases, which batch normalization makes needless; and without batch normalization itself.
    standard : Cost or None
        The same network without factorized layers: in the row of a depthwise layer, the cost of one standard
        convolution in the place of this layer and the pointwise one after it; None in the row of the latter, `cost` in
        all other rows.
    """

    name: str
    kind: str
    layer: Layer
    in_channels: int
    out_channels: int
    input_size: Pair
    output_size: Pair
    cost: Cost
    standard: Cost | None

    @property
    def share(self) -> Fraction:
        """The part of the multiplications of the whole network."""
        return Fraction(self.cost.multiplications, total(mobilenet()).multiplications)


@cache
def mobilenet() -> tuple[Row, ...]:
    """Return the 29 layers of MobileNet v1 from the first convolution to the classes, without the softmax.

    Table 1 of the paper, with width multiplier 1.0 and input 224 x 224. Every 3 x 3 pads 1, so that sizes halve where
    the stride is 2.

    Examples
    --------
    >>> rows = mobilenet()
    >>> total(rows).multiplications, total(rows).parameters
    (568740352, 4209088)
    >>> standard_total(rows).multiplications, standard_total(rows).parameters
    (4867293184, 29281120)
    """
    rows: list[Row] = []

    def append(name: str, layer: Layer, channels: int, wide: int, size: Pair, standard: Cost | None = None) -> Pair:
        kind = {"convolution": "standard", "average pooling": "pool", "classes": "dense"}.get(name, name.split()[0])
        output_size, own = layer.output_size(size), cost(layer, channels, wide, size)
        plain = None if kind == "pointwise" else standard or own
        rows.append(Row(name, kind, layer, channels, wide, size, output_size, own, plain))
        return output_size

    size, channels = append("convolution", conv2d(3, stride=2, padding=1), 3, 32, MOBILENET_INPUT), 32
    for number, (stride, wide) in enumerate(MOBILENET_V1, start=1):
        depthwise = conv2d(3, stride=stride, padding=1, groups=channels)
        standard = cost(replace(depthwise, groups=1), channels, wide, size)
        size = append(f"depthwise {number}", depthwise, channels, channels, size, standard)
        size, channels = append(f"pointwise {number}", conv2d(1), channels, wide, size), wide
    size = append("average pooling", avg_pool2d(size), channels, channels, size)
    append("classes", conv2d(1), channels, CLASSES, size)
    return tuple(rows)


def total(rows: tuple[Row, ...], *kinds: str) -> Cost:
    """Return the cost of all rows, or of those of some kinds.

    The paper's Table 2 has the same shares, except for the first convolution's 1.19 % of the mult-adds. The column only
    adds up to 100 % with the 1.91 % that are counted here.

    Examples
    --------
    >>> rows = mobilenet()
    >>> [round(100 * total(rows, kind).multiplications / total(rows).multiplications, 2) for kind in KINDS]
    [1.91, 3.06, 94.86, 0.0, 0.18]
    """
    return sum((row.cost for row in rows if not kinds or row.kind in kinds), Cost())


def standard_total(rows: tuple[Row, ...]) -> Cost:
    """Return the cost of the network that has a standard convolution in the place of every pair.

    The paper's Table 4 has 29.3 million parameters, as here, and 4866 million mult-adds, where 4867 are counted here:
    the 1 million of the dense layer are in its parameters, but seem to be missing from its mult-adds.
    """
    return sum((row.standard for row in rows if row.standard is not None), Cost())
