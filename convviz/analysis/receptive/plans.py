"""The notation for known networks, and in it those that classify images: AlexNet, VGG, MobileNets, ResNets, Inceptions.

A plan has steps in a row, forks whose branches meet again, and the source of the numbers. Which convolution of a
ResNet's block strides decides about the receptive field, so the versions have their own names. Inceptions use the names
of their end points in TF-Slim; their modules are forks whose branches are concatenated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from convviz.arithmetic import Layer, avg_pool2d, conv2d, max_pool2d, upsample2d
from convviz.arithmetic.arguments import Pair, PairLike

from .footprints import Operation
from .graph import Graph

SPREAD: Final = "spread"
"""The step that resizes one cell to the plane at which its fork began, as image pooling does."""


class Wide(NamedTuple):
    """A convolution and the channels of its output."""

    channels: int
    layer: Layer


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that begin at the same node and meet in a join; an empty branch is that node itself."""

    join: str
    branches: "tuple[tuple[Step, ...], ...]"


Step = tuple[str, Operation | Wide | Fork]
"""A name and what it names; a fork gives its name to the join, and to its branches as the beginning of theirs.

A name that begins with a slash is used alone, without the slash: where forks are nested, names would grow long.
"""

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A network by the table.

    Attributes
    ----------
    steps : tuple of Step
        From the input to the last layer whose outputs have positions: classifiers are left out.
    input_size : Pair
        The one that its source is written for.
    source : str
        The publication of the numbers, and the variant that they describe.
    channels : int or None
        Those of the input; None if the source does not give channels.
    """

    steps: Steps
    input_size: Pair
    source: str
    channels: int | None = 3


def grow(graph: Graph, steps: Sequence[Step], source: str, prefix: str = "", fork: str = "") -> str:
    """Add steps after the node `source` and return the name of the last one; `fork` is where the outer fork began."""
    for name, step in steps:
        full = name[1:] if name.startswith("/") else prefix + name
        if isinstance(step, Fork):
            branches = enumerate(step.branches)
            ends = [grow(graph, branch, source, f"{full}/{number}/", fork=source) for number, branch in branches]
            source = graph.add(full, step.join, ends)
        elif step == SPREAD:
            size = graph.output_size(fork)
            assert size is not None  # known networks have an input size
            source = graph.add(full, upsample2d(size, "bilinear"), source)
        elif isinstance(step, Wide):
            channels = None if graph.channels is None else step.channels
            source = graph.add(full, step.layer, source, channels)
        else:
            source = graph.add(full, step, source)
    return source


def numbered(prefix: str, operations: Sequence[Operation | Wide | Fork]) -> Steps:
    """Name steps by their position, from 1."""
    return tuple((f"{prefix}{number}", operation) for number, operation in enumerate(operations, start=1))


def _alexnet(channels: Sequence[int], groups: int) -> Steps:
    """Return the five convolutions with these channels; the second, fourth and fifth have groups."""
    first, second, third, fourth, fifth = channels
    return (
        ("conv1", Wide(first, conv2d(11, stride=4))),
        ("pool1", max_pool2d(3, stride=2)),
        ("conv2", Wide(second, conv2d(5, padding=2, groups=groups))),
        ("pool2", max_pool2d(3, stride=2)),
        ("conv3", Wide(third, conv2d(3, padding=1))),
        ("conv4", Wide(fourth, conv2d(3, padding=1, groups=groups))),
        ("conv5", Wide(fifth, conv2d(3, padding=1, groups=groups))),
        ("pool5", max_pool2d(3, stride=2)),
    )


VGG: Final = {11: ("A", (1, 1, 2, 2, 2)), 16: ("D", (2, 2, 3, 3, 3)), 19: ("E", (2, 2, 4, 4, 4))}
"""The letter of the paper, and the convolutions of each block."""

MOBILENET_V1: Final = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024))
"""Stride of each depthwise layer, channels after the pointwise one: Table 1 of https://arxiv.org/abs/1704.04861.

The table prints "s2" for the last depthwise layer, too, but gives 7 x 7 both before and after it: a misprint for 1, as
the released network and the 569 million multiplications show.
"""

MOBILENET_V2: Final = ((1, 1, 16), (2, 2, 24), (3, 2, 32), (4, 2, 64), (3, 1, 96), (3, 2, 160), (1, 1, 320))
"""Blocks, stride of the first one, channels: Table 2 of the paper.

A block has one 3 x 3, on 6 times the channels of its input, between two 1 x 1, but the very first block has no 1 x 1
before it and no more channels.
"""


def _vgg(convolutions: Sequence[int]) -> Steps:
    steps: list[Step] = []
    for block, count in enumerate(convolutions, start=1):
        conv = Wide(min(512, 32 * 2**block), conv2d(3, padding=1))
        steps += [*numbered(f"conv{block}_", [conv] * count), (f"pool{block}", max_pool2d(2))]
    return tuple(steps)


def _mobilenet_v1() -> Steps:
    channels = 32
    steps: list[Step] = [("Conv2d_0", Wide(channels, conv2d(3, stride=2, padding="same_upper")))]
    for number, (stride, wide) in enumerate(MOBILENET_V1, start=1):
        depthwise = conv2d(3, stride=stride, padding="same_upper", groups=channels)
        steps.append((f"Conv2d_{number}_depthwise", Wide(channels, depthwise)))
        steps.append((f"Conv2d_{number}_pointwise", Wide(wide, conv2d(1))))
        channels = wide
    return tuple(steps)


def _mobilenet_v2() -> Steps:
    channels = 32
    steps: list[Step] = [("conv", Wide(channels, conv2d(3, stride=2, padding=1)))]
    for stage, (blocks, stride, wide) in enumerate(MOBILENET_V2, start=1):
        for block in range(1, blocks + 1):
            between = channels * (6 if stage > 1 else 1)
            expand = (("expand", Wide(between, conv2d(1))),) if stage > 1 else ()
            depthwise = Wide(between, conv2d(3, stride if block == 1 else 1, 1, groups=between))
            path: Steps = (*expand, ("depthwise", depthwise), ("project", Wide(wide, conv2d(1))))
            name, channels = f"block{stage}_{block}", wide
            if block == 1:
                steps += [(f"{name}/{part}", layer) for part, layer in path]
            else:
                steps.append((name, Fork("add", ((), path))))
    return (*steps, ("last", Wide(1280, conv2d(1))))


STAGES: Final = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
"""Blocks of each stage of a ResNet: Table 1 of the paper, and for 200 layers https://arxiv.org/abs/1603.05027."""

ROOT: Final = ("conv1", Wide(64, conv2d(7, stride=2, padding=3)))
POOL: Final = ("pool1", max_pool2d(3, stride=2, padding=1))


def bottleneck(stage: int, first: int, second: int, dilation: int = 1) -> Steps:
    """Return 1 x 1, 3 x 3, 1 x 1, with the strides of the first two; the last has four times as many channels."""
    middle = conv2d(3, stride=second, padding=dilation, dilation=dilation)
    channels = 16 * 2**stage
    return (
        ("conv1", Wide(channels, conv2d(1, stride=first))),
        ("conv2", Wide(channels, middle)),
        ("conv3", Wide(4 * channels, conv2d(1))),
    )


def residual(path: Steps, stage: int, stride: int, projects: bool) -> Fork:
    """Return a path next to the identity, or next to a 1 x 1 convolution where size or channels change."""
    channels = (16 if len(path) < 3 else 64) * 2**stage
    shortcut: Steps = (("projection", Wide(channels, conv2d(1, stride=stride))),) if projects else ()
    return Fork("add", (path, shortcut))


def _resnet(depth: int, version: str) -> Steps:
    """Return the root and the stages conv2 to conv5, as the paper counts them; block m of conv2 is named "conv2_m"."""
    steps: list[Step] = [ROOT, ("pool1", max_pool2d(3, stride=2, ceil_mode=True)) if version == "v1" else POOL]
    for stage, blocks in enumerate(STAGES[depth], start=2):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 2 and block == 1 else 1
            if depth < 50:
                layers = [Wide(16 * 2**stage, layer) for layer in (conv2d(3, stride, 1), conv2d(3, padding=1))]
                path, projects = numbered("conv", layers), stride > 1
            else:
                path, projects = bottleneck(stage, *((stride, 1) if version == "v1" else (1, stride))), block == 1
            steps.append((f"conv{stage}_{block}", residual(path, stage, stride, projects)))
    return tuple(steps)


def _slim_resnet(depth: int) -> Steps:
    """Return the root and four blocks, named as in TF-Slim; unit m of block1 is named "block1/unit_m"."""
    steps: list[Step] = [ROOT, ("pool1", max_pool2d(3, stride=2, padding="same_upper"))]
    for block, units in enumerate(STAGES[depth], start=1):
        for unit in range(1, units + 1):
            stride = 2 if block < 4 and unit == units else 1
            shortcut: Steps = (("projection", Wide(128 * 2**block, conv2d(1))),) if unit == 1 else ()
            if stride > 1:
                shortcut = (("subsample", max_pool2d(1, stride=stride)),)
            steps.append((f"block{block}/unit_{unit}", Fork("add", (bottleneck(block + 1, 1, stride), shortcut))))
        steps.append((f"block{block}", "identity"))
    return tuple(steps)


Kernel = tuple[int, PairLike]
"""The channels of a convolution, and its kernel."""


def _path(*kernels: Kernel) -> Steps:
    """Return convolutions that keep the size."""
    return numbered("conv", [Wide(channels, conv2d(kernel, padding="same")) for channels, kernel in kernels])


def _down(*kernels: Kernel, padding: PairLike | str = 0) -> Steps:
    """Return convolutions of which the last one has stride 2 and this padding."""
    *before, (channels, last) = kernels
    return (*_path(*before), ("down", Wide(channels, conv2d(last, stride=2, padding=padding))))


def _pool(padding: PairLike | str = 0) -> Steps:
    return (("pool", max_pool2d(3, stride=2, padding=padding)),)


def _concat(*branches: Steps) -> Fork:
    return Fork("concat", branches)


def _residual(channels: int, *branches: Steps) -> Fork:
    """Return branches, a 1 x 1 convolution to the channels of the input, and the input itself, added."""
    return Fork("add", ((("mixed", _concat(*branches)), ("up", Wide(channels, conv2d(1)))), ()))


def _lettered(stage: int, modules: Sequence[Fork]) -> Steps:
    """Name modules Mixed_5b, Mixed_5c and so on; the letter a is for the one that reduces the size."""
    return tuple((f"Mixed_{stage}{chr(ord('b') + number)}", module) for number, module in enumerate(modules))


def _average(channels: int) -> Steps:
    return ("pool", avg_pool2d(3, stride=1, padding=1)), ("conv", Wide(channels, conv2d(1)))


def _cross(channels: int) -> Step:
    return "cross", _concat(_path((channels, (1, 3))), _path((channels, (3, 1))))


# Modules that versions share, by the size of their maps for inputs of 299


def _module_35(single: int, pooled: int) -> Fork:
    return _concat(_path((single, 1)), _path((48, 1), (64, 5)), _path((64, 1), (96, 3), (96, 3)), _average(pooled))


def _plain_35(single: int, double: tuple[int, int], triple: tuple[int, int], *last: Step) -> Fork:
    """Return a 1 x 1, one 3 x 3, and two 3 x 3, each after a 1 x 1, next to a pool."""
    (first, second), (third, fourth) = double, triple
    long = _path((third, 1), (fourth, 3), (fourth, 3))
    return _concat(_path((single, 1)), _path((first, 1), (second, 3)), long, last)


def _to_17(single: int, first: int, second: int, third: int, padding: PairLike | str) -> Fork:
    long = _down((first, 1), (second, 3), (third, 3), padding=padding)
    return _concat(_down((single, 3), padding=padding), long, _pool(padding))


def _module_17(wide: int) -> Fork:
    row, column = (1, 7), (7, 1)
    short = _path((wide, 1), (wide, row), (192, column))
    long = _path((wide, 1), (wide, column), (wide, row), (wide, column), (192, row))
    return _concat(_path((192, 1)), short, long, _average(192))


def _to_8(first: int, second: int, third: int, last: int) -> Fork:
    long = _down((second, 1), (second, (1, 7)), (third, (7, 1)), (third, 3))
    return _concat(_down((first, 1), (last, 3)), long, _pool())


def _stem(padding: PairLike | str) -> Steps:
    return (
        ("Conv2d_1a_3x3", Wide(32, conv2d(3, stride=2, padding=padding))),
        ("Conv2d_2a_3x3", Wide(32, conv2d(3, padding=padding))),
        ("Conv2d_2b_3x3", Wide(64, conv2d(3, padding=1))),
    )


def _rest_of_stem(padding: PairLike | str) -> Steps:
    return (
        ("MaxPool_3a_3x3", max_pool2d(3, stride=2, padding=padding)),
        ("Conv2d_3b_1x1", Wide(80, conv2d(1))),
        ("Conv2d_4a_3x3", Wide(192, conv2d(3, padding=padding))),
        ("MaxPool_5a_3x3", max_pool2d(3, stride=2, padding=padding)),
    )


def _inception_resnet(padding: PairLike | str) -> Steps:
    block_35 = _residual(320, _path((32, 1)), _path((32, 1), (32, 3)), _path((32, 1), (48, 3), (64, 3)))
    block_17 = _residual(1088, _path((192, 1)), _path((128, 1), (160, (1, 7)), (192, (7, 1))))
    block_8 = _residual(2080, _path((192, 1)), _path((192, 1), (224, (1, 3)), (256, (3, 1))))
    reductions = [((384, 3),), ((288, 3),), ((288, 3), (320, 3))]
    to_8 = _concat(*[_down((256, 1), *kernels, padding=padding) for kernels in reductions], _pool(padding))
    return (
        *_stem(padding),
        *_rest_of_stem(padding),
        ("Mixed_5b", _module_35(96, 64)),
        *numbered("block35_", [block_35] * 10),
        ("Mixed_6a", _to_17(384, 256, 256, 384, padding)),
        *numbered("block17_", [block_17] * 20),
        ("PreAuxLogits", "identity"),
        ("Mixed_7a", to_8),
        *numbered("block8_", [block_8] * 10),
        ("Conv2d_7b_1x1", Wide(1536, conv2d(1))),
    )


SAME: Final = "same_upper"
SAME_POOL: Final = max_pool2d(3, stride=2, padding=SAME)


def _same_down(first: tuple[int, int], second: tuple[int, int]) -> Fork:
    short = _down((first[0], 1), (first[1], 3), padding=SAME)
    return _concat(short, _down((second[0], 1), (second[1], 3), (second[1], 3), padding=SAME), _pool(SAME))


V2: Final[Steps] = (
    ("Conv2d_1a_7x7", Wide(64, conv2d(7, stride=2, padding=SAME))),
    ("MaxPool_2a_3x3", SAME_POOL),
    ("Conv2d_2b_1x1", Wide(64, conv2d(1))),
    ("Conv2d_2c_3x3", Wide(192, conv2d(3, padding=1))),
    ("MaxPool_3a_3x3", SAME_POOL),
    ("Mixed_3b", _plain_35(64, (64, 64), (64, 96), *_average(32))),
    ("Mixed_3c", _plain_35(64, (64, 96), (64, 96), *_average(64))),
    ("Mixed_4a", _same_down((128, 160), (64, 96))),
    ("Mixed_4b", _plain_35(224, (64, 96), (96, 128), *_average(128))),
    ("Mixed_4c", _plain_35(192, (96, 128), (96, 128), *_average(128))),
    ("Mixed_4d", _plain_35(160, (128, 160), (128, 160), *_average(96))),
    ("Mixed_4e", _plain_35(96, (128, 192), (160, 192), *_average(96))),
    ("Mixed_5a", _same_down((128, 192), (192, 256))),
    ("Mixed_5b", _plain_35(352, (192, 320), (160, 224), *_average(128))),
    (
        "Mixed_5c",
        _plain_35(
            352,
            (192, 320),
            (192, 224),
            ("pool", max_pool2d(3, stride=1, padding=1)),
            ("conv", Wide(128, conv2d(1))),
        ),
    ),
)
V3_LAST: Final = _concat(
    _path((320, 1)), (*_path((384, 1)), _cross(384)), (*_path((448, 1), (384, 3)), _cross(384)), _average(192)
)
V3: Final[Steps] = (
    *_stem(0),
    *_rest_of_stem(0),
    *_lettered(5, [_module_35(64, 32), *[_module_35(64, 64)] * 2]),
    ("Mixed_6a", _to_17(384, 64, 96, 96, 0)),
    *_lettered(6, [_module_17(wide) for wide in (128, 160, 160, 192)]),
    ("Mixed_7a", _to_8(192, 192, 192, 320)),
    *_lettered(7, [V3_LAST] * 2),
)
V4_17: Final = _concat(
    _path((384, 1)),
    _path((192, 1), (224, (1, 7)), (256, (7, 1))),
    _path((192, 1), (192, (7, 1)), (224, (1, 7)), (224, (7, 1)), (256, (1, 7))),
    _average(128),
)
V4_8: Final = _concat(
    _path((256, 1)),
    (*_path((384, 1)), _cross(256)),
    (*_path((384, 1), (448, (3, 1)), (512, (1, 3))), _cross(256)),
    _average(256),
)
V4: Final[Steps] = (
    *_stem(0),
    ("Mixed_3a", _concat(_pool(), _down((96, 3)))),
    (
        "Mixed_4a",
        _concat(
            (*_path((64, 1)), ("conv", Wide(96, conv2d(3)))),
            (*_path((64, 1), (64, (1, 7)), (64, (7, 1))), ("conv", Wide(96, conv2d(3)))),
        ),
    ),
    ("Mixed_5a", _concat(_down((192, 3)), _pool())),
    *_lettered(5, [_plain_35(96, (64, 96), (64, 96), *_average(96))] * 4),
    ("Mixed_6a", _to_17(384, 192, 224, 256, 0)),
    *_lettered(6, [V4_17] * 7),
    ("Mixed_7a", _to_8(192, 256, 320, 192)),
    *_lettered(7, [V4_8] * 3),
)
ALEXNET_2012: Final = (
    "Krizhevsky, Sutskever & Hinton 2012, https://papers.nips.cc/paper/4824, up to pool5; conv1 pads nothing, so that"
    " its 55 x 55 outputs need 227 x 227 inputs, not 224 x 224 as in the text"
)
ALEXNET_2014: Final = (
    "Krizhevsky 2014, https://arxiv.org/abs/1404.5997, as in TF-Slim (conv1 and the pools VALID), up to pool5"
)
MOBILENETS: Final = {
    1: "Howard et al. 2017, https://arxiv.org/abs/1704.04861, before global pooling; SAME padding as in TF-Slim",
    2: "Sandler et al. 2018, https://arxiv.org/abs/1801.04381, before global pooling; padding 1 as in torchvision",
}
RESNET: Final = "He et al. 2015, https://arxiv.org/abs/1512.03385, before global pooling"
RESNET_V1: Final = (
    f"{RESNET}; stride in the first 1x1 of a stage; the pool pads nothing and rounds up, as in the authors' Caffe"
)
RESNET_V1_5: Final = f"{RESNET}; stride in the first 3x3 of a stage, and padding 1 in the pool, as in torchvision"
RESNET_SLIM: Final = (
    f"{RESNET}; as in TF-Slim, where a block strides in the 3x3 of its last unit and the pool pads SAME; the resnet_v2"
    " there has the same fields"
)
SLIM: Final = "as in TF-Slim, before global pooling"
INCEPTION_4: Final = f"Szegedy et al. 2016, https://arxiv.org/abs/1602.07261, {SLIM}"

# The steps, the side of the input, the source.
NETWORKS: Final[dict[str, tuple[Steps, int, str]]] = {
    "alexnet": (_alexnet((96, 256, 384, 384, 256), groups=2), 227, ALEXNET_2012),
    "alexnet_v2": (_alexnet((64, 192, 384, 384, 256), groups=1), 224, ALEXNET_2014),
    **{
        f"vgg{depth}": (
            _vgg(convolutions),
            224,
            f"Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556, {letter}, up to pool5",
        )
        for depth, (letter, convolutions) in VGG.items()
    },
    "mobilenet_v1": (_mobilenet_v1(), 224, MOBILENETS[1]),
    "mobilenet_v2": (_mobilenet_v2(), 224, MOBILENETS[2]),
    **{
        f"resnet{depth}": (_resnet(depth, "v1_5"), 224, f"{RESNET}; padding 1 in the pool, as in torchvision")
        for depth in (18, 34)
    },
    **{f"resnet{depth}_v1": (_resnet(depth, "v1"), 224, RESNET_V1) for depth in (50, 101, 152)},
    **{f"resnet{depth}_v1_5": (_resnet(depth, "v1_5"), 224, RESNET_V1_5) for depth in (50, 101, 152)},
    **{f"resnet_v1_{depth}": (_slim_resnet(depth), 224, RESNET_SLIM) for depth in (50, 101, 152, 200)},
    "inception_v2": (
        V2,
        224,
        f"Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, {SLIM}: all padding SAME; the first convolution is an"
        " ordinary one (use_separable_conv off)",
    ),
    "inception_v3": (V3, 299, f"Szegedy et al. 2015, https://arxiv.org/abs/1512.00567, {SLIM}"),
    "inception_v4": (V4, 299, INCEPTION_4),
    "inception_resnet_v2": (
        _inception_resnet(0),
        299,
        f"{INCEPTION_4}, with VALID paddings (align_feature_maps off)",
    ),
    "inception_resnet_v2_same": (
        _inception_resnet(SAME),
        299,
        f"{INCEPTION_4} with align_feature_maps: all padding SAME",
    ),
}
CLASSIFIERS: Final = {name: Plan(steps, (side, side), source) for name, (steps, side, source) in NETWORKS.items()}
