"""MobileNet v1, layer by layer: what depthwise separable convolution saves in a whole network.

Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications, Table 1,
https://arxiv.org/abs/1704.04861: width multiplier 1.0, input 224 x 224.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from convviz.arithmetic import Conv2d, Layer, avg_pool2d, conv2d
from convviz.arithmetic.parse import Pair

from .costs import Cost, cost

INPUT_SIZE: Final[Pair] = (224, 224)

# (stride of the depthwise layer, channels after the pointwise one). Table 1 prints "s2" for the last depthwise layer,
# too, but gives 7 x 7 both before and after it: a misprint for 1, as the released network and the 569 million show.
PAIRS: Final = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024))

CLASSES: Final = 1000
KINDS: Final = ("standard", "depthwise", "pointwise", "pool", "dense")


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of the network.

    Attributes
    ----------
    name, kind : Such as "depthwise 3", "depthwise"; kinds are `KINDS`.
    layer : The dense layer is a 1 x 1 convolution of 1 x 1 cells.
    in_channels, out_channels, input_size, output_size : Of the layer.
    cost : Without biases, which batch normalization makes needless; and without batch normalization itself.
    share : Of the multiplications of the whole network.
    parameter_share : Of its parameters.
    standard : The same network without the idea: in the row of a depthwise layer, what one standard convolution costs
        in the place of this layer and the pointwise one after it; None in the row of the latter, otherwise `cost`.
    """

    name: str
    kind: str
    layer: Layer
    in_channels: int
    out_channels: int
    input_size: Pair
    output_size: Pair
    cost: Cost
    share: Fraction
    parameter_share: Fraction
    standard: Cost | None


@cache
def mobilenet() -> tuple[Row, ...]:
    """The 29 layers of MobileNet v1 from the first convolution to the classes.

    Examples
    --------
    >>> rows = mobilenet()
    >>> total(rows).multiplications, total(rows).parameters
    (568740352, 4209088)
    >>> standard_total(rows).multiplications, standard_total(rows).parameters
    (4867293184, 29281120)
    """
    plain = list(_layers())
    everything = sum((one.cost() for one in plain), Cost())
    return tuple(
        Row(
            name=one.name,
            kind=one.kind,
            layer=one.layer,
            in_channels=one.in_channels,
            out_channels=one.out_channels,
            input_size=one.input_size,
            output_size=one.layer.output_size(one.input_size),
            cost=one.cost(),
            share=Fraction(one.cost().multiplications, everything.multiplications),
            parameter_share=Fraction(one.cost().parameters, everything.parameters),
            standard=_standard(one, after),
        )
        for one, after in zip(plain, [*plain[1:], None], strict=True)
    )


def total(rows: tuple[Row, ...], *kinds: str) -> Cost:
    """The cost of all rows, or of those of some kinds.

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
    """The cost of the network that has a standard convolution in the place of every pair.

    The paper's Table 4 has 29.3 million parameters, as here, and 4866 million mult-adds, where 4867 are counted here:
    the 1 million of the dense layer are in its parameters, but seem to be missing from its mult-adds.
    """
    return sum((row.standard for row in rows if row.standard is not None), Cost())


class _Plain(NamedTuple):
    """A layer and where it stands."""

    name: str
    kind: str
    layer: Layer
    in_channels: int
    out_channels: int
    input_size: Pair

    def cost(self) -> Cost:
        return cost(self.layer, self.in_channels, self.out_channels, self.input_size)


def _layers() -> Iterator[_Plain]:
    """Table 1 from top to bottom, without the softmax. Every 3 x 3 pads 1: sizes halve where the stride is 2."""
    size, channels = INPUT_SIZE, 32
    first = conv2d(3, stride=2, padding=1)
    yield _Plain("convolution", "standard", first, 3, channels, size)
    size = first.output_size(size)
    for number, (stride, wider) in enumerate(PAIRS, start=1):
        depthwise = conv2d(3, stride=stride, padding=1, groups=channels)
        yield _Plain(f"depthwise {number}", "depthwise", depthwise, channels, channels, size)
        size = depthwise.output_size(size)
        yield _Plain(f"pointwise {number}", "pointwise", conv2d(1), channels, wider, size)
        channels = wider
    yield _Plain("average pooling", "pool", avg_pool2d(size), channels, channels, size)
    yield _Plain("classes", "dense", conv2d(1), channels, CLASSES, (1, 1))


def _standard(one: _Plain, after: _Plain | None) -> Cost | None:
    """What `Row` says of `standard`."""
    if one.kind == "pointwise":
        return None
    if one.kind != "depthwise":
        return one.cost()
    assert isinstance(one.layer, Conv2d)
    assert after is not None  # but a pointwise layer
    return cost(replace(one.layer, groups=1), one.in_channels, after.out_channels, one.input_size)
