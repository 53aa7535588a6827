"""The cost of a layer: its parameters, multiplications and additions, as exact integers.

Nothing is measured; all is counted as the published tables count it: a window computes all its products, those with
padding included.
"""

from dataclasses import astuple, dataclass
from math import gcd, prod
from operator import add
from typing import SupportsIndex

from convviz.arithmetic import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
    parse,
)
from convviz.arithmetic.parse import PairLike, shown
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
    inputs = parse.integer("in_channels", in_channels, least=1)
    outputs = parse.integer("out_channels", out_channels, least=1)
    _check_channels(layer, inputs, outputs)
    has_bias = parse.flag("bias", bias)
    size = parse.pair("input_size", input_size, least=1)
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
    if isinstance(layer, AvgPool2d):
        return Cost(additions=output_cells * (prod(layer.kernel_size) - 1))
    if isinstance(layer, Upsample2d) and layer.mode == "bilinear":
        return Cost(multiplications=4 * output_cells, additions=3 * output_cells)
    return Cost()


def _check_channels(layer: Layer, in_channels: int, out_channels: int) -> None:
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
        case MaxPool2d() | AvgPool2d() | Upsample2d() | Pad2d():
            if in_channels != out_channels:
                got = f"{out_channels} (in_channels {in_channels})"
                raise SpecError(f"out_channels must equal in_channels for {type(layer).__name__}; got {got}.")


def _reached(cells: int, kernel: int, stride: int, dilation: int) -> int:
    """Return the number of distinct positions ``cell x stride + tap x dilation`` along one axis of the canvas.

    Two (cell, tap) share a position if they differ by a multiple of (d, -s) / gcd(s, d), so a position is counted once
    by the pair from which no such step leads to another pair.

    Examples
    --------
    Two stamps of three taps share one position; with a dilation of 2 and a stride of 2 they share two:

    >>> _reached(cells=2, kernel=3, stride=2, dilation=1), _reached(cells=2, kernel=3, stride=2, dilation=2)
    (5, 4)
    """
    common = gcd(stride, dilation)
    followed = max(0, cells - dilation // common) * max(0, kernel - stride // common)
    return cells * kernel - followed
