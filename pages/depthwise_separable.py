"""Lesson: depthwise separable convolution."""

from convviz.web.components.voice import Words
from convviz.web.lessons.depthwise_costs import show_costs
from convviz.web.lessons.page import lesson

lesson(
    "depthwise-separable",
    Words(
        lead=(
            "First every channel is convolved by itself, then 1×1 kernels mix the channels: a fraction of the work. "
            "The costs are counted below, for these settings and for MobileNet, layer by layer."
        ),
        explanation="""
A standard kernel reads a neighborhood and mixes all channels **at once**. Here these are two separate steps; *Stage*
shows each of them alone.

1. **Split**: the channels of the input are separated. Each has its own kernel, which is one plane thick.
2. **Depthwise**: each channel is convolved with its kernel. Nothing is summed over channels, so there is one plane for
   each kernel; with several kernels per channel (*channel multiplier*) there are more planes than channels.
3. **Pointwise**: a 1×1 kernel reads one cell of every intermediate plane and combines them into one number, a weighted
   sum. There is one such kernel for each output channel; this is the step that mixes channels.

A depthwise convolution is a standard convolution with as many *groups* as input channels. Real networks add a
normalization and an activation after each of the two layers; biases are left out here.

Channels, rows and columns are counted from 0. Of more than 8 channels, 3 are drawn; the numbers include the others.
""",
        sources=(
            "Howard et al., [MobileNets](https://arxiv.org/abs/1704.04861) (2017); Chollet, "
            "[Xception](https://arxiv.org/abs/1610.02357) (2017); Sifre, "
            "[Rigid-motion scattering for image classification](https://arxiv.org/abs/1403.1687) (2014)."
        ),
    ),
    more=show_costs,
)
