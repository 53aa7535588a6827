"""Networks with an output for every pixel or patch, and one that makes pixels: context, U-Net, DeepLab, GANs."""

from typing import Final

from convviz.arithmetic import conv2d, conv_transpose2d, max_pool2d, pad2d

from .plans import SPREAD, Fork, Plan, Step, numbered
from .residual import POOL, ROOT, STAGES, bottleneck, residual

CONTEXT_DILATIONS: Final = (1, 1, 2, 4, 8, 16, 1)

# Cells that a crop takes from each side of the contracting path, from the top: 568 to 392, 280 to 200, 136, 64.
UNET_CROPS: Final = (88, 40, 16, 4)

ASPP_RATES: Final = (6, 12, 18)
DEEPLAB_RATES: Final = (2, 4, 8)
"""Of the three blocks in the stage that keeps its size: a rate of 2 times the multi-grid 1, 2, 4."""


def _two(place: str) -> tuple[Step, ...]:
    """The convolutions of a level, on the way down or up."""
    return (f"/{place}/conv1", conv2d(3)), (f"/{place}/conv2", conv2d(3))


def _unet(level: int) -> tuple[Step, ...]:
    """Two convolutions, and unless this is the bottom: the levels below between a pool and an up, beside a crop."""
    if level > len(UNET_CROPS):
        return _two("bottom")
    down, up = f"down{level}", f"up{level}"
    crop: tuple[Step, ...] = ((f"/{up}/crop", pad2d(-UNET_CROPS[level - 1])),)
    below: tuple[Step, ...] = (
        (f"/{down}/pool", max_pool2d(2)), *_unet(level + 1), (f"/{up}/upconv", conv_transpose2d(2, stride=2)),
    )  # fmt: skip
    return (*_two(down), (f"/{up}/concat", Fork("concat", (crop, below))), *_two(up))


def _deeplab() -> tuple[Step, ...]:
    """ResNet-101 whose last stage dilates instead of striding, and the five branches of the head."""
    steps: list[Step] = [ROOT, POOL]
    for stage, blocks in enumerate(STAGES[101], start=2):
        for block in range(1, blocks + 1):
            stride = 2 if stage in (3, 4) and block == 1 else 1
            dilation = DEEPLAB_RATES[block - 1] if stage == 5 else 1
            path = bottleneck(1, stride, dilation)
            steps.append((f"conv{stage}_{block}", residual(path, stride, projects=block == 1)))
    rates = [((f"rate{rate}", conv2d(3, padding=rate, dilation=rate)),) for rate in ASPP_RATES]
    pooled = (("pool", "global_pool"), ("conv", conv2d(1)), ("resize", SPREAD))
    return (*steps, ("aspp", Fork("concat", ((("conv", conv2d(1)),), *rates, pooled))), ("head", conv2d(1)))


PLANS: Final = {
    "context_module": Plan(
        (
            *numbered("layer", [conv2d(3, padding=rate, dilation=rate) for rate in CONTEXT_DILATIONS]),
            ("layer8", conv2d(1)),
        ),
        (64, 64),
        "Yu & Koltun 2015, https://arxiv.org/abs/1511.07122, Table 1; fields in cells of the front end's 64 x 64 map",
    ),
    "unet": Plan(
        (*_unet(1), ("classes", conv2d(1))),
        (572, 572),
        "Ronneberger, Fischer & Brox 2015, https://arxiv.org/abs/1505.04597, Figure 1: no padding, 572 to 388",
    ),
    "deeplab_v3": Plan(
        _deeplab(),
        (513, 513),
        "Chen et al. 2017, https://arxiv.org/abs/1706.05587, ResNet-101 with output stride 16, multi-grid (1, 2, 4),"
        " rates 6, 12, 18 and image pooling, before the last resizing; the ResNet strides and pads as in torchvision",
    ),
    "patchgan70": Plan(
        numbered("conv", [conv2d(4, stride=stride, padding=1) for stride in (2, 2, 2, 1, 1)]),
        (256, 256),
        "Isola et al. 2016, https://arxiv.org/abs/1611.07004, the 70 x 70 discriminator C64-C128-C256-C512",
    ),
    "dcgan_generator": Plan(
        numbered("up", [conv_transpose2d(4), *[conv_transpose2d(4, stride=2, padding=1)] * 4]),
        (1, 1),
        "Radford, Metz & Chintala 2015, https://arxiv.org/abs/1511.06434, Figure 1, with the kernels of 4 of the"
        " authors' Torch code; the first one is the projection",
    ),
}
