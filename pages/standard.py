"""Lesson: standard convolution."""

from convviz.web.components.voice import Words
from convviz.web.lessons.page import lesson

lesson(
    "standard",
    Words(
        lead="A kernel slides over the input; the numbers under it, times its weights, add up to one output cell.",
        explanation="""
The outlined **window** is what one output cell reads. Each cell in it is a **tap**: an input number times the weight
in its corner, or at its place in the kernel where the corner has no room. The line below the picture adds up the taps;
the sum is written into the output.

* **Stride** is how far the window moves from step to step. With stride 2 it skips every other position, so the output
  has about half the rows. A last step that would leave the input is left out: that is the rounding down in the formula,
  and some rows at the edge may never be read.
* **Padding** adds cells around the input, so that the window can lie over the border. It changes the size of the
  output, not how much an output cell reads.
* **Channels**: images have three, layers inside a network have hundreds. A kernel is then a stack as deep as its input,
  a window reaches through all channels, and all its products are summed to **one** number. Each kernel makes one plane
  of the output: 256 kernels, 256 output channels. With **groups**, the channels are divided, and an output reads only
  those of its own group. Of more than 8 channels, 3 are drawn, with sheets behind them for the others, which the
  numbers include.
* What deep learning calls *convolution* is cross-correlation: the kernel is used as it is stored. *Flip kernel* shows
  the convolution of mathematics. For a kernel that looks the same after a half turn, both are equal.

Channels, rows and columns are counted from 0.
""",
        sources=(
            "Size formula and figures after Dumoulin & Visin, "
            "[A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)."
        ),
    ),
)
