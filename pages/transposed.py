"""Lesson: transposed convolution."""

from convviz.web.components.voice import Words
from convviz.web.lessons.page import lesson

lesson(
    "transposed",
    Words(
        lead=(
            "The connections of a convolution, used in the opposite direction: "
            "every input cell feeds as many output cells as the kernel has weights."
        ),
        explanation="""
There are two ways to compute the same result; choose one with **View**.

* **Stamp**: each input cell multiplies the whole kernel and adds the result to the output, s cells further with each
  step. Where stamps overlap, their numbers add up.
* **Gather**: put s − 1 zeros between the input cells, surround them with zeros, and run an ordinary convolution with
  stride 1 and the kernel turned by 180 degrees. Most products are with zeros, so libraries do not compute it this way.

**Padding** works backwards here: it cuts rows off the output, because it undoes the padding of the direct convolution.
**Output padding** adds rows below and on the right. A stride rounds several input sizes to the same output size; output
padding chooses among them. Its cells are computed like all others, not filled with zeros.

Some call this layer *deconvolution*, but it does not undo a convolution: it restores the shape, not the numbers. Rows
and columns are counted from 0.
""",
        sources=(
            "Dumoulin & Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) "
            "(2016), chapter 4; Zeiler et al., [Deconvolutional networks](https://doi.org/10.1109/CVPR.2010.5539957) "
            "(2010), for the other name."
        ),
    ),
)
