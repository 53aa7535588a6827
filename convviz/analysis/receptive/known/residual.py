"""ResNets. Which convolution of a block strides decides about the receptive field, so the versions have own names."""

from typing import Final

from convviz.arithmetic import conv2d, max_pool2d

from .plans import Fork, Plan, Step

STAGES: Final = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
    200: (3, 24, 36, 3),
}
"""Blocks of each stage: Table 1 of the paper, and for 200 layers its successor, https://arxiv.org/abs/1603.05027."""

PAPER: Final = "He et al. 2015, https://arxiv.org/abs/1512.03385, before global pooling"
V1: Final = (
    f"{PAPER}; stride in the first 1x1 of a stage; the pool pads nothing and rounds up, as in the authors' Caffe"
)
V1_5: Final = f"{PAPER}; stride in the first 3x3 of a stage, and padding 1 in the pool, as in torchvision"
SLIM: Final = (
    f"{PAPER}; as in TF-Slim, where a block strides in the 3x3 of its last unit and the pool pads SAME; the resnet_v2"
    " there has the same fields"
)

BASIC: Final = f"{PAPER}; padding 1 in the pool, as in torchvision"

ROOT: Final = ("conv1", conv2d(7, stride=2, padding=3))
POOL_V1: Final = ("pool1", max_pool2d(3, stride=2, ceil_mode=True))
POOL: Final = ("pool1", max_pool2d(3, stride=2, padding=1))


def bottleneck(first: int, second: int, dilation: int = 1) -> tuple[Step, ...]:
    """1 x 1, 3 x 3, 1 x 1, with the strides of the first two."""
    middle = conv2d(3, stride=second, padding=dilation, dilation=dilation)
    return ("conv1", conv2d(1, stride=first)), ("conv2", middle), ("conv3", conv2d(1))


def basic(stride: int) -> tuple[Step, ...]:
    """Two 3 x 3."""
    return ("conv1", conv2d(3, stride=stride, padding=1)), ("conv2", conv2d(3, padding=1))


def residual(path: tuple[Step, ...], stride: int, projects: bool) -> Fork:
    """A path beside the identity, or beside a 1 x 1 convolution where size or channels change."""
    shortcut: tuple[Step, ...] = (("projection", conv2d(1, stride=stride)),) if projects else ()
    return Fork("add", (path, shortcut))


def resnet(depth: int, version: str) -> tuple[Step, ...]:
    """The root and the stages conv2 to conv5, as the paper counts them; block m of conv2 is named "conv2_m"."""
    steps: list[Step] = [ROOT, POOL_V1 if version == "v1" else POOL]
    for stage, blocks in enumerate(STAGES[depth], start=2):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 2 and block == 1 else 1
            if depth < 50:
                path, projects = basic(stride), stride > 1
            else:
                path = bottleneck(stride, 1) if version == "v1" else bottleneck(1, stride)
                projects = block == 1
            steps.append((f"conv{stage}_{block}", residual(path, stride, projects)))
    return tuple(steps)


def slim(depth: int) -> tuple[Step, ...]:
    """The root and four blocks by the names of TF-Slim's end points; unit m of block1 is named "block1/unit_m"."""
    steps: list[Step] = [ROOT, ("pool1", max_pool2d(3, stride=2, padding="same_upper"))]
    for block, units in enumerate(STAGES[depth], start=1):
        for unit in range(1, units + 1):
            stride = 2 if block < 4 and unit == units else 1
            shortcut: tuple[Step, ...] = (("projection", conv2d(1)),) if unit == 1 else ()
            if stride > 1:
                shortcut = (("subsample", max_pool2d(1, stride=stride)),)
            steps.append((f"block{block}/unit_{unit}", Fork("add", (bottleneck(1, stride), shortcut))))
        steps.append((f"block{block}", "identity"))
    return tuple(steps)


PLANS: Final = {
    **{f"resnet{depth}": Plan(resnet(depth, "v1_5"), (224, 224), BASIC) for depth in (18, 34)},
    **{f"resnet{depth}_v1": Plan(resnet(depth, "v1"), (224, 224), V1) for depth in (50, 101, 152)},
    **{f"resnet{depth}_v1_5": Plan(resnet(depth, "v1_5"), (224, 224), V1_5) for depth in (50, 101, 152)},
    **{f"resnet_v1_{depth}": Plan(slim(depth), (224, 224), SLIM) for depth in (50, 101, 152, 200)},
}
