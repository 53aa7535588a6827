"""Lesson: standard convolution."""

from convviz.web.components.page_frame import Words
from convviz.web.lessons.page import lesson

lesson(
    "standard",
    Words(
        lead="A kernel slides over the input; the numbers under it, times its weights, add up to one output cell.",
        explanation="""
The outlined **window** is what one output cell reads. Each cell in it is a **tap**: an input number times the weight
in its corner. The line below the picture adds the taps up to the number that is written into the output.

* **Stride** is how far the window jumps. With stride 2 every other position is skipped, so the output has about
  half the rows. Where the last jump would leave the input, it does not happen: that is the rounding down in the
  formula, and some rows at the edge may never be read.
* **Padding** puts cells around the input, so that the window can stand over the border. It changes the size of the
  output, not how much a cell sees.
* **Channels**: images have three, layers inside a network hundreds. A kernel is then a stack as deep as its input, a
  window goes through all channels, and everything in it is summed to **one** number. Each kernel makes one plane of the
  output: 256 kernels, 256 output channels. With **groups** the channels are shared out, and an output sees only those
  of its own group. Where there are more than 8 channels, 3 are drawn, and the numbers include the others.
* Deep learning says *convolution* and means cross-correlation: the kernel is used as it is stored. *Flip kernel*
  shows the convolution of mathematics. For a kernel that is the same after a half turn there is no difference.

Channels, rows and columns are counted from 0.
""",
        sources=(
            "Size formula and figures after Dumoulin & Visin, "
            "[A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)."
        ),
    ),
)
