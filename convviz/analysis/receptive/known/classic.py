"""Networks that classify images, without branches or with residuals that do not stride: AlexNet, VGG and MobileNets."""

from typing import Final

from convviz.analysis.mobilenet import PAIRS
from convviz.arithmetic import conv2d, max_pool2d

from .plans import Fork, Plan, Step

ALEXNET: Final[tuple[Step, ...]] = (
    ("conv1", conv2d(11, stride=4)),
    ("pool1", max_pool2d(3, stride=2)),
    ("conv2", conv2d(5, padding=2)),
    ("pool2", max_pool2d(3, stride=2)),
    ("conv3", conv2d(3, padding=1)),
    ("conv4", conv2d(3, padding=1)),
    ("conv5", conv2d(3, padding=1)),
    ("pool5", max_pool2d(3, stride=2)),
)

VGG_11: Final = (1, 1, 2, 2, 2)
VGG_16: Final = (2, 2, 3, 3, 3)
VGG_19: Final = (2, 2, 4, 4, 4)
"""Convolutions of each block."""

# Table 2 of the paper: blocks, stride of the first one. A block has one 3 x 3 between two 1 x 1, but the very first
# block has no 1 x 1 before it.
MOBILENET_V2: Final = ((1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1))


def _vgg(convolutions: tuple[int, ...]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for block, count in enumerate(convolutions, start=1):
        steps += [(f"conv{block}_{number}", conv2d(3, padding=1)) for number in range(1, count + 1)]
        steps.append((f"pool{block}", max_pool2d(2)))
    return tuple(steps)


def _mobilenet_v1() -> tuple[Step, ...]:
    steps: list[Step] = [("Conv2d_0", conv2d(3, stride=2, padding="same_upper"))]
    for number, (stride, _) in enumerate(PAIRS, start=1):
        steps.append((f"Conv2d_{number}_depthwise", conv2d(3, stride=stride, padding="same_upper")))
        steps.append((f"Conv2d_{number}_pointwise", conv2d(1)))
    return tuple(steps)


def _mobilenet_v2() -> tuple[Step, ...]:
    steps: list[Step] = [("conv", conv2d(3, stride=2, padding=1))]
    for stage, (blocks, first) in enumerate(MOBILENET_V2, start=1):
        for block in range(1, blocks + 1):
            stride = first if block == 1 else 1
            expand = (("expand", conv2d(1)),) if stage > 1 else ()
            inner = (*expand, ("depthwise", conv2d(3, stride, 1)), ("project", conv2d(1)))
            if block > 1:
                steps.append((f"block{stage}_{block}", Fork("add", ((), inner))))
            else:
                steps += [(f"block{stage}_{block}/{name}", layer) for name, layer in inner]
    return (*steps, ("last", conv2d(1)))


PLANS: Final = {
    "alexnet": Plan(
        ALEXNET,
        (227, 227),
        "Krizhevsky, Sutskever & Hinton 2012, https://papers.nips.cc/paper/4824, up to pool5; conv1 pads nothing, so"
        " that its 55 x 55 outputs need 227 x 227 inputs, not 224 x 224 as in the text",
    ),
    "alexnet_v2": Plan(
        ALEXNET,
        (224, 224),
        "Krizhevsky 2014, https://arxiv.org/abs/1404.5997, as in TF-Slim (conv1 and the pools VALID), up to pool5",
    ),
    "vgg11": Plan(
        _vgg(VGG_11), (224, 224), "Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556, A, up to pool5"
    ),
    "vgg16": Plan(
        _vgg(VGG_16), (224, 224), "Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556, D, up to pool5"
    ),
    "vgg19": Plan(
        _vgg(VGG_19), (224, 224), "Simonyan & Zisserman 2014, https://arxiv.org/abs/1409.1556, E, up to pool5"
    ),
    "mobilenet_v1": Plan(
        _mobilenet_v1(),
        (224, 224),
        "Howard et al. 2017, https://arxiv.org/abs/1704.04861, before global pooling; SAME padding as in TF-Slim",
    ),
    "mobilenet_v2": Plan(
        _mobilenet_v2(),
        (224, 224),
        "Sandler et al. 2018, https://arxiv.org/abs/1801.04381, before global pooling; padding 1 as in torchvision",
    ),
}
