"""Lesson: depthwise separable convolution."""

from convviz.web.components.page_frame import Words
from convviz.web.lessons.depthwise_costs import show_costs
from convviz.web.lessons.page import lesson

lesson(
    "depthwise-separable",
    Words(
        lead=(
            "First every channel is convolved by itself, then 1×1 kernels mix the channels: a fraction of the work. "
            "What it costs is counted below, for these settings and for MobileNet, layer by layer."
        ),
        explanation="""
A standard kernel looks at a neighbourhood and mixes all channels **at once**. Here the two jobs come one after the
other; *Stage* shows each by itself.

1. **Split**: the channels of the input come apart. Each has a kernel of its own, one plane thin.
2. **Depthwise**: each channel is convolved with its kernel. Nothing is summed over channels, so as many planes come out
   as there are kernels; with more than one kernel each (*channel multiplier*) there are more planes than channels.
3. **Pointwise**: a 1×1 kernel reads one cell of every intermediate plane and weighs them into one number. There is one
   such kernel for each output channel; this is where channels meet.

A depthwise convolution is a standard one whose *groups* are as many as its input channels. Real networks put a
normalization and an activation after each of the two layers; biases are left out here.

Channels, rows and columns are counted from 0. Where there are more than 8 channels, 3 are drawn, and the numbers
include the others.
""",
        sources=(
            "Howard et al., [MobileNets](https://arxiv.org/abs/1704.04861) (2017); Chollet, "
            "[Xception](https://arxiv.org/abs/1610.02357) (2017); Sifre, "
            "[Rigid-motion scattering for image classification](https://arxiv.org/abs/1403.1687) (2014)."
        ),
    ),
    more=show_costs,
)
