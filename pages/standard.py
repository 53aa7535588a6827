"""Lesson: standard convolution."""

from convviz.web.lesson import Words, lesson

lesson(
    "standard",
    Words(
        lead="A kernel slides over the input; the numbers under it, times its weights, add up to one output cell.",
        explanation="""
The outlined **window** is what one output cell reads. Each cell in it is a **tap**: an input number times the weight
in its corner. The line below the picture adds the taps up to the number that is written into the output.

* **Stride** is how far the window jumps. With stride 2 every other position is skipped, so the output has half the
  rows. Where the last jump would leave the input, it does not happen: that is the rounding down in the formula, and
  some rows at the edge may never be read.
* **Padding** puts cells around the input, so that the window can stand over the border. It changes the size of the
  output, not how much a cell sees.
* Deep learning says *convolution* and means cross-correlation: the kernel is used as it is stored. *Flip kernel*
  shows the convolution of mathematics. For a kernel that looks the same upside down there is no difference.

Rows and columns are counted from 0.
""",
        sources=(
            "Size formula and figures after Dumoulin & Visin, "
            "[A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)."
        ),
    ),
)
