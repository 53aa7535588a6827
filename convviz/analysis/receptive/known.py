"""The networks that people know by name: the classifiers, those with an output for every pixel, and those over time.

Versions that differ have their own names. Networks over time have the kernel along the width, and all padding before.
At the end is what each layer of one of them costs: MobileNet v1, the example of factorized convolutions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Final

from convviz.analysis.costs import Cost, cost
from convviz.arithmetic import (
    Conv2d,
    Layer,
    arguments,
    avg_pool2d,
    conv2d,
    conv_transpose2d,
    max_pool2d,
    pad2d,
)
from convviz.arithmetic.arguments import Pair, shown
from convviz.errors import SpecError

from .plans import (
    CLASSIFIERS,
    MOBILENET_V1,
    POOL,
    ROOT,
    SPREAD,
    STAGES,
    Fork,
    Plan,
    Step,
    Steps,
    Wide,
    bottleneck,
    numbered,
    residual,
)

CONTEXT_DILATIONS: Final = (1, 1, 2, 4, 8, 16, 1)

# Cells that a crop takes from each side of the contracting path, from the top: 568 to 392, 280 to 200, 136, 64.
UNET_CROPS: Final = (88, 40, 16, 4)

ASPP_RATES: Final = (6, 12, 18)
DEEPLAB_RATES: Final = (2, 4, 8)
"""Of the three blocks in the stage that keeps its size: a rate of 2 times the multi-grid 1, 2, 4."""


def _two(place: str, level: int) -> Steps:
    """Return the convolutions of a level, on the way down or up."""
    conv = Wide(32 * 2**level, conv2d(3))
    return (f"/{place}/conv1", conv), (f"/{place}/conv2", conv)


def _unet(level: int) -> Steps:
    """Return two convolutions and, above the bottom, a crop next to the levels below it, between a pool and an up."""
    if level > len(UNET_CROPS):
        return _two("bottom", level)
    down, up = f"down{level}", f"up{level}"
    crop: Steps = ((f"/{up}/crop", pad2d(-UNET_CROPS[level - 1])),)
    upconv = Wide(32 * 2**level, conv_transpose2d(2, stride=2))
    below = ((f"/{down}/pool", max_pool2d(2)), *_unet(level + 1), (f"/{up}/upconv", upconv))
    return (*_two(down, level), (f"/{up}/concat", Fork("concat", (crop, below))), *_two(up, level))


def _deeplab() -> Steps:
    """Return ResNet-101 whose last stage dilates instead of striding, and the five branches of the head."""
    steps: list[Step] = [ROOT, POOL]
    for stage, blocks in enumerate(STAGES[101], start=2):
        for block in range(1, blocks + 1):
            stride = 2 if stage in (3, 4) and block == 1 else 1
            dilation = DEEPLAB_RATES[block - 1] if stage == 5 else 1
            path = bottleneck(stage, 1, stride, dilation)
            steps.append((f"conv{stage}_{block}", residual(path, stage, stride, projects=block == 1)))
    rates = [((f"rate{rate}", Wide(256, conv2d(3, padding=rate, dilation=rate))),) for rate in ASPP_RATES]
    single = Wide(256, conv2d(1))
    pooled = (("pool", "global_pool"), ("conv", single), ("resize", SPREAD))
    return (*steps, ("aspp", Fork("concat", ((("conv", single),), *rates, pooled))), ("head", single))


WAVENET_DILATIONS: Final = tuple(2**n for n in range(10))
TCN_KERNEL: Final = 7
TCN_CHANNELS: Final = 25
TCN_DILATIONS: Final = tuple(2**n for n in range(8))


def _causal(kernel: int, dilation: int) -> Conv2d:
    """Return a convolution whose outputs read nothing later than themselves."""
    return conv2d((1, kernel), padding=((0, 0), (dilation * (kernel - 1), 0)), dilation=(1, dilation))


def _wavenet() -> Steps:
    """Return one block of the ten dilations: filter and gate multiplied, a 1 x 1, and the residual."""
    steps: list[Step] = []
    for dilation in WAVENET_DILATIONS:
        gated = Fork("multiply", ((("filter", _causal(2, dilation)),), (("gate", _causal(2, dilation)),)))
        steps.append((f"dilation{dilation}", Fork("add", ((("gated", gated), ("conv", conv2d(1))), ()))))
    return tuple(steps)


def _tcn() -> Steps:
    """Return two convolutions of one dilation next to the identity, or where channels change next to a 1 x 1."""
    steps: list[Step] = []
    for dilation in TCN_DILATIONS:
        path = numbered("conv", [Wide(TCN_CHANNELS, _causal(TCN_KERNEL, dilation))] * 2)
        shortcut: Steps = () if dilation > 1 else (("downsample", Wide(TCN_CHANNELS, conv2d(1))),)
        steps.append((f"level{dilation.bit_length()}", Fork("add", (path, shortcut))))
    return tuple(steps)


PLANS: Final = {
    "context_module": Plan(
        (
            *numbered("layer", [Wide(21, conv2d(3, padding=rate, dilation=rate)) for rate in CONTEXT_DILATIONS]),
            ("layer8", Wide(21, conv2d(1))),
        ),
        (64, 64),
        "Yu & Koltun 2015, https://arxiv.org/abs/1511.07122, Table 1, basic, for 21 classes; fields in cells of the"
        " front end's 64 x 64 map",
        21,
    ),
    "unet": Plan(
        (*_unet(1), ("classes", Wide(2, conv2d(1)))),
        (572, 572),
        "Ronneberger, Fischer & Brox 2015, https://arxiv.org/abs/1505.04597, Figure 1: no padding, 572 to 388",
        1,
    ),
    "deeplab_v3": Plan(
        _deeplab(),
        (513, 513),
        "Chen et al. 2017, https://arxiv.org/abs/1706.05587, ResNet-101 with output stride 16, multi-grid (1, 2, 4),"
        " rates 6, 12, 18 and image pooling, before the last resizing; the ResNet strides and pads as in torchvision",
    ),
    "patchgan70": Plan(
        numbered(
            "conv",
            [
                Wide(channels, conv2d(4, stride=stride, padding=1))
                for channels, stride in ((64, 2), (128, 2), (256, 2), (512, 1), (1, 1))
            ],
        ),
        (256, 256),
        "Isola et al. 2016, https://arxiv.org/abs/1611.07004, the 70 x 70 discriminator C64-C128-C256-C512, which reads"
        " two images of 3 channels",
        6,
    ),
    "dcgan_generator": Plan(
        numbered(
            "up",
            [
                Wide(1024, conv_transpose2d(4)),
                *(Wide(channels, conv_transpose2d(4, stride=2, padding=1)) for channels in (512, 256, 128, 3)),
            ],
        ),
        (1, 1),
        "Radford, Metz & Chintala 2015, https://arxiv.org/abs/1511.06434, Figure 1, with the kernels of 4 of the"
        " authors' Torch code; the first one is the projection",
        100,
    ),
    "wavenet_stack": Plan(
        _wavenet(),
        (1, 2048),
        "van den Oord et al. 2016, https://arxiv.org/abs/1609.03499, one block of the dilations 1 to 512",
        None,
    ),
    "tcn": Plan(
        _tcn(),
        (1, 784),
        "Bai, Kolter & Koltun 2018, https://arxiv.org/abs/1803.01271, kernel 7, 8 levels and 25 channels, as the"
        " authors' code has them for sequential MNIST",
        1,
    ),
}

KNOWN: Final[Mapping[str, Plan]] = MappingProxyType(CLASSIFIERS | PLANS)
"""The plan of every known network by its name."""


def plan(name: object) -> Plan:
    """Return the plan of this name, or refuse it with the names that exist."""
    if isinstance(name, str) and name in KNOWN:
        return KNOWN[name]
    versions = [known for known in KNOWN if isinstance(name, str) and name and _is_version(known, name)]
    if len(versions) > 1:
        raise SpecError(f"{name} must be named with its version, {arguments.one_of(versions)}; got {shown(name)}.")
    raise SpecError(f"name must be that of a known network, {arguments.one_of(list(KNOWN))}; got {shown(name)}.")


def _is_version(known: str, name: str) -> bool:
    """Return whether a known name is the other one and a number or a version: resnet18 for resnet, not for resnet1."""
    rest = known.removeprefix(name)
    return rest != known and (rest[0] == "_" or (rest[0].isdigit() and not name[-1].isdigit()))


_MOBILENET_INPUT: Final[Pair] = (224, 224)
_CLASSES: Final = 1000
KINDS: Final = ("standard", "depthwise", "pointwise", "pool", "dense")
"""The kinds of the layers of MobileNet v1."""


@dataclass(frozen=True, slots=True)
class MobilenetRow:
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
        convolution in place of this layer and the pointwise one after it; None in the row of the latter, `cost` in
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
def mobilenet() -> tuple[MobilenetRow, ...]:
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
    rows: list[MobilenetRow] = []

    def append(name: str, layer: Layer, channels: int, wide: int, size: Pair, standard: Cost | None = None) -> Pair:
        kind = {"convolution": "standard", "average pooling": "pool", "classes": "dense"}.get(name, name.split()[0])
        output_size, own = layer.output_size(size), cost(layer, channels, wide, size)
        plain = None if kind == "pointwise" else standard or own
        rows.append(MobilenetRow(name, kind, layer, channels, wide, size, output_size, own, plain))
        return output_size

    size, channels = append("convolution", conv2d(3, stride=2, padding=1), 3, 32, _MOBILENET_INPUT), 32
    for number, (stride, wide) in enumerate(MOBILENET_V1, start=1):
        depthwise = conv2d(3, stride=stride, padding=1, groups=channels)
        standard = cost(replace(depthwise, groups=1), channels, wide, size)
        size = append(f"depthwise {number}", depthwise, channels, channels, size, standard)
        size, channels = append(f"pointwise {number}", conv2d(1), channels, wide, size), wide
    size = append("average pooling", avg_pool2d(size), channels, channels, size)
    append("classes", conv2d(1), channels, _CLASSES, size)
    return tuple(rows)


def total(rows: tuple[MobilenetRow, ...], *kinds: str) -> Cost:
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


def standard_total(rows: tuple[MobilenetRow, ...]) -> Cost:
    """Return the cost of the network that has a standard convolution in place of every pair.

    The paper's Table 4 has 29.3 million parameters, as here, and 4866 million mult-adds, where 4867 are counted here:
    the 1 million of the dense layer are in its parameters, but seem to be missing from its mult-adds.
    """
    return sum((row.standard for row in rows if row.standard is not None), Cost())
