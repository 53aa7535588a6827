"""Causal networks over time, with the kernel along the width and all padding before it: WaveNet and TCN."""

from typing import Final

from convviz.arithmetic import Conv2d, conv2d

from .plans import Fork, Plan, Step

WAVENET_DILATIONS: Final = tuple(2**n for n in range(10))
TCN_KERNEL: Final = 7
TCN_DILATIONS: Final = tuple(2**n for n in range(8))


def causal(kernel: int, dilation: int) -> Conv2d:
    """A convolution whose outputs read nothing later than themselves."""
    return conv2d((1, kernel), padding=((0, 0), (dilation * (kernel - 1), 0)), dilation=(1, dilation))


def _wavenet() -> tuple[Step, ...]:
    """One block of the ten dilations: filter and gate multiplied, a 1 x 1, and the residual."""
    steps: list[Step] = []
    for dilation in WAVENET_DILATIONS:
        gated = Fork("multiply", ((("filter", causal(2, dilation)),), (("gate", causal(2, dilation)),)))
        steps.append((f"dilation{dilation}", Fork("add", ((("gated", gated), ("conv", conv2d(1))), ()))))
    return tuple(steps)


def _tcn() -> tuple[Step, ...]:
    """Two convolutions of one dilation beside the identity, or where channels change beside a 1 x 1."""
    steps: list[Step] = []
    for dilation in TCN_DILATIONS:
        path = (("conv1", causal(TCN_KERNEL, dilation)), ("conv2", causal(TCN_KERNEL, dilation)))
        shortcut: tuple[Step, ...] = () if dilation > 1 else (("downsample", conv2d(1)),)
        steps.append((f"level{dilation.bit_length()}", Fork("add", (path, shortcut))))
    return tuple(steps)


PLANS: Final = {
    "wavenet_stack": Plan(
        _wavenet(),
        (1, 2048),
        "van den Oord et al. 2016, https://arxiv.org/abs/1609.03499, one block of the dilations 1 to 512",
    ),
    "tcn": Plan(
        _tcn(),
        (1, 784),
        "Bai, Kolter & Koltun 2018, https://arxiv.org/abs/1803.01271, kernel 7 and 8 levels, as the authors' code has"
        " them for sequential MNIST",
    ),
}
