"""The notation for known networks, and in it those that classify images: AlexNet, VGG, MobileNets, ResNets, Inceptions.

A plan has steps in a row, forks whose branches meet again, and the source of the numbers. Which convolution of a
ResNet's block strides decides about the receptive field, so the versions have their own names. Inceptions use the names
of their end points in TF-Slim; their modules are forks whose branches are concatenated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from convviz.arithmetic import avg_pool2d, conv2d, max_pool2d, upsample2d
from convviz.arithmetic.arguments import Pair, PairLike

from .footprints import Operation
from .graph import Graph

SPREAD: Final = "spread"
"""The step that resizes one cell to the plane at which its fork began, as image pooling does."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches that begin at the same node and meet in a join; an empty branch is that node itself."""

    join: str
    branches: "tuple[tuple[Step, ...], ...]"


Step = tuple[str, Operation | Fork]
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
    """

    steps: Steps
    input_size: Pair
    source: str


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
        else:
            source = graph.add(full, step, source)
    return source


def numbered(prefix: str, operations: Sequence[Operation | Fork]) -> Steps:
    """Name steps by their position, from 1."""
    return tuple((f"{prefix}{number}", operation) for number, operation in enumerate(operations, start=1))


ALEXNET: Final[Steps] = (
    ("conv1", conv2d(11, stride=4)),
    ("pool1", max_pool2d(3, stride=2)),
    ("conv2", conv2d(5, padding=2)),
    ("pool2", max_pool2d(3, stride=2)),
    *((f"conv{number}", conv2d(3, padding=1)) for number in (3, 4, 5)),
    ("pool5", max_pool2d(3, stride=2)),
)

VGG: Final = {11: ("A", (1, 1, 2, 2, 2)), 16: ("D", (2, 2, 3, 3, 3)), 19: ("E", (2, 2, 4, 4, 4))}
"""The letter of the paper, and the convolutions of each block."""

MOBILENET_V1: Final = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024))
"""Stride of each depthwise layer, channels after the pointwise one: Table 1 of https://arxiv.org/abs/1704.04861.

The table prints "s2" for the last depthwise layer, too, but gives 7 x 7 both before and after it: a misprint for 1, as
the released network and the 569 million multiplications show.
"""

MOBILENET_V2: Final = ((1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1))
"""Blocks, stride of the first one: Table 2 of the paper. A block has one 3 x 3 between two 1 x 1, but the very first
block has no 1 x 1 before it."""


def _vgg(convolutions: Sequence[int]) -> Steps:
    steps: list[Step] = []
    for block, count in enumerate(convolutions, start=1):
        steps += [*numbered(f"conv{block}_", [conv2d(3, padding=1)] * count), (f"pool{block}", max_pool2d(2))]
    return tuple(steps)


def _mobilenet_v1() -> Steps:
    steps: list[Step] = [("Conv2d_0", conv2d(3, stride=2, padding="same_upper"))]
    for number, (stride, _) in enumerate(MOBILENET_V1, start=1):
        steps.append((f"Conv2d_{number}_depthwise", conv2d(3, stride=stride, padding="same_upper")))
        steps.append((f"Conv2d_{number}_pointwise", conv2d(1)))
    return tuple(steps)


def _mobilenet_v2() -> Steps:
    steps: list[Step] = [("conv", conv2d(3, stride=2, padding=1))]
    for stage, (blocks, stride) in enumerate(MOBILENET_V2, start=1):
        expand = (("expand", conv2d(1)),) if stage > 1 else ()
        for name, layer in (*expand, ("depthwise", conv2d(3, stride, 1)), ("project", conv2d(1))):
            steps.append((f"block{stage}_1/{name}", layer))
        path = (*expand, ("depthwise", conv2d(3, 1, 1)), ("project", conv2d(1)))
        steps += [(f"block{stage}_{block}", Fork("add", ((), path))) for block in range(2, blocks + 1)]
    return (*steps, ("last", conv2d(1)))


STAGES: Final = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
"""Blocks of each stage of a ResNet: Table 1 of the paper, and for 200 layers https://arxiv.org/abs/1603.05027."""

ROOT: Final = ("conv1", conv2d(7, stride=2, padding=3))
POOL: Final = ("pool1", max_pool2d(3, stride=2, padding=1))


def bottleneck(first: int, second: int, dilation: int = 1) -> Steps:
    """Return 1 x 1, 3 x 3, 1 x 1, with the strides of the first two."""
    middle = conv2d(3, stride=second, padding=dilation, dilation=dilation)
    return ("conv1", conv2d(1, stride=first)), ("conv2", middle), ("conv3", conv2d(1))


def residual(path: Steps, stride: int, projects: bool) -> Fork:
    """Return a path next to the identity, or next to a 1 x 1 convolution where size or channels change."""
    shortcut: Steps = (("projection", conv2d(1, stride=stride)),) if projects else ()
    return Fork("add", (path, shortcut))


def _resnet(depth: int, version: str) -> Steps:
    """Return the root and the stages conv2 to conv5, as the paper counts them; block m of conv2 is named "conv2_m"."""
    steps: list[Step] = [ROOT, ("pool1", max_pool2d(3, stride=2, ceil_mode=True)) if version == "v1" else POOL]
    for stage, blocks in enumerate(STAGES[depth], start=2):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 2 and block == 1 else 1
            if depth < 50:
                path, projects = numbered("conv", [conv2d(3, stride, 1), conv2d(3, padding=1)]), stride > 1
            else:
                path, projects = bottleneck(*((stride, 1) if version == "v1" else (1, stride))), block == 1
            steps.append((f"conv{stage}_{block}", residual(path, stride, projects)))
    return tuple(steps)


def _slim_resnet(depth: int) -> Steps:
    """Return the root and four blocks, named as in TF-Slim; unit m of block1 is named "block1/unit_m"."""
    steps: list[Step] = [ROOT, ("pool1", max_pool2d(3, stride=2, padding="same_upper"))]
    for block, units in enumerate(STAGES[depth], start=1):
        for unit in range(1, units + 1):
            stride = 2 if block < 4 and unit == units else 1
            shortcut: Steps = (("projection", conv2d(1)),) if unit == 1 else ()
            if stride > 1:
                shortcut = (("subsample", max_pool2d(1, stride=stride)),)
            steps.append((f"block{block}/unit_{unit}", Fork("add", (bottleneck(1, stride), shortcut))))
        steps.append((f"block{block}", "identity"))
    return tuple(steps)


def _path(*kernels: PairLike) -> Steps:
    """Return convolutions that keep the size."""
    return numbered("conv", [conv2d(kernel, padding="same") for kernel in kernels])


def _down(*kernels: PairLike, padding: PairLike | str = 0) -> Steps:
    """Return convolutions of which the last one has stride 2 and this padding."""
    *before, last = kernels
    return (*_path(*before), ("down", conv2d(last, stride=2, padding=padding)))


def _pool(padding: PairLike | str = 0) -> Steps:
    return (("pool", max_pool2d(3, stride=2, padding=padding)),)


def _concat(*branches: Steps) -> Fork:
    return Fork("concat", branches)


def _residual(*branches: Steps) -> Fork:
    """Return branches, a 1 x 1 convolution to the channels of the input, and the input itself, added."""
    return Fork("add", ((("mixed", _concat(*branches)), ("up", conv2d(1))), ()))


def _lettered(stage: int, modules: Sequence[Fork]) -> Steps:
    """Name modules Mixed_5b, Mixed_5c and so on; the letter a is for the one that reduces the size."""
    return tuple((f"Mixed_{stage}{chr(ord('b') + number)}", module) for number, module in enumerate(modules))


ONE: Final = _path(1)
AVERAGE: Final[Steps] = (("pool", avg_pool2d(3, stride=1, padding=1)), ("conv", conv2d(1)))
MAXIMUM: Final[Steps] = (("pool", max_pool2d(3, stride=1, padding=1)), ("conv", conv2d(1)))
CROSS: Final[Step] = ("cross", _concat(_path((1, 3)), _path((3, 1))))

# Modules that versions share, by the size of their maps for inputs of 299
MODULE_35: Final = _concat(ONE, _path(1, 5), _path(1, 3, 3), AVERAGE)
PLAIN_35: Final = _concat(ONE, _path(1, 3), _path(1, 3, 3), AVERAGE)
MODULE_17: Final = _concat(ONE, _path(1, (1, 7), (7, 1)), _path(1, (7, 1), (1, 7), (7, 1), (1, 7)), AVERAGE)
TO_8: Final = _concat(_down(1, 3), _down(1, (1, 7), (7, 1), 3), _pool())


def _to_17(padding: PairLike | str) -> Fork:
    return _concat(_down(3, padding=padding), _down(1, 3, 3, padding=padding), _pool(padding))


def _stem(padding: PairLike | str) -> Steps:
    return (
        ("Conv2d_1a_3x3", conv2d(3, stride=2, padding=padding)),
        ("Conv2d_2a_3x3", conv2d(3, padding=padding)),
        ("Conv2d_2b_3x3", conv2d(3, padding=1)),
    )


def _rest_of_stem(padding: PairLike | str) -> Steps:
    return (
        ("MaxPool_3a_3x3", max_pool2d(3, stride=2, padding=padding)),
        ("Conv2d_3b_1x1", conv2d(1)),
        ("Conv2d_4a_3x3", conv2d(3, padding=padding)),
        ("MaxPool_5a_3x3", max_pool2d(3, stride=2, padding=padding)),
    )


def _inception_resnet(padding: PairLike | str) -> Steps:
    return (
        *_stem(padding),
        *_rest_of_stem(padding),
        ("Mixed_5b", MODULE_35),
        *numbered("block35_", [_residual(ONE, _path(1, 3), _path(1, 3, 3))] * 10),
        ("Mixed_6a", _to_17(padding)),
        *numbered("block17_", [_residual(ONE, _path(1, (1, 7), (7, 1)))] * 20),
        ("PreAuxLogits", "identity"),
        ("Mixed_7a", _concat(*[_down(1, *more, 3, padding=padding) for more in ((), (), (3,))], _pool(padding))),
        *numbered("block8_", [_residual(ONE, _path(1, (1, 3), (3, 1)))] * 10),
        ("Conv2d_7b_1x1", conv2d(1)),
    )


SAME: Final = "same_upper"
SAME_POOL: Final = max_pool2d(3, stride=2, padding=SAME)
SAME_DOWN: Final = _concat(_down(1, 3, padding=SAME), _down(1, 3, 3, padding=SAME), _pool(SAME))
V2: Final[Steps] = (
    ("Conv2d_1a_7x7", conv2d(7, stride=2, padding=SAME)),
    ("MaxPool_2a_3x3", SAME_POOL),
    ("Conv2d_2b_1x1", conv2d(1)),
    ("Conv2d_2c_3x3", conv2d(3, padding=1)),
    ("MaxPool_3a_3x3", SAME_POOL),
    *_lettered(3, [PLAIN_35] * 2),
    ("Mixed_4a", SAME_DOWN),
    *_lettered(4, [PLAIN_35] * 4),
    ("Mixed_5a", SAME_DOWN),
    *_lettered(5, [PLAIN_35, _concat(ONE, _path(1, 3), _path(1, 3, 3), MAXIMUM)]),
)
V3: Final[Steps] = (
    *_stem(0),
    *_rest_of_stem(0),
    *_lettered(5, [MODULE_35] * 3),
    ("Mixed_6a", _to_17(0)),
    *_lettered(6, [MODULE_17] * 4),
    ("Mixed_7a", TO_8),
    *_lettered(7, [_concat(ONE, (*_path(1), CROSS), (*_path(1, 3), CROSS), AVERAGE)] * 2),
)
V4: Final[Steps] = (
    *_stem(0),
    ("Mixed_3a", _concat(_pool(), _down(3))),
    ("Mixed_4a", _concat((*_path(1), ("conv", conv2d(3))), (*_path(1, (1, 7), (7, 1)), ("conv", conv2d(3))))),
    ("Mixed_5a", _concat(_down(3), _pool())),
    *_lettered(5, [PLAIN_35] * 4),
    ("Mixed_6a", _to_17(0)),
    *_lettered(6, [MODULE_17] * 7),
    ("Mixed_7a", TO_8),
    *_lettered(7, [_concat(ONE, (*_path(1), CROSS), (*_path(1, (3, 1), (1, 3)), CROSS), AVERAGE)] * 3),
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
    "alexnet": (ALEXNET, 227, ALEXNET_2012),
    "alexnet_v2": (ALEXNET, 224, ALEXNET_2014),
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
        f"Ioffe & Szegedy 2015, https://arxiv.org/abs/1502.03167, {SLIM}: all padding SAME",
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
