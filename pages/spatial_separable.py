"""Lesson: spatially separable convolution."""

from convviz.web.components.voice import Words
from convviz.web.lessons.page import lesson
from convviz.web.lessons.separability import show_separability

lesson(
    "spatial-separable",
    Words(
        lead="If a kernel is a column times a row, one pass with each of them does the work of the whole kernel.",
        explanation="""
The first pass moves the **column** over the input and fills the **intermediate** plane; the second moves the **row**
over that plane. Below, at the same time, the whole **kernel** makes the same output cell in one pass.

* Several output cells use each number of the intermediate plane. That is where the saving comes from: k + k products
  per output cell instead of k · k, for example 6 instead of 9, or 14 instead of 49.
* The intermediate plane already has the rows of the output, but still **all columns of the input**, because the row
  needs the border. On a small input, that border can cost more than the two passes save.
* Stride, padding and dilation are split, too: the vertical part belongs to the column, the horizontal part to the row.
  The zeros on the left and on the right are added to the intermediate plane.
* A kernel separates if its **rank is 1**: all its rows are multiples of one row. Box, Gaussian and Sobel kernels do;
  the Laplacian is the sum of two such products, emboss the sum of three. For such kernels the picture shows the best
  column and row, and how far their output is from the exact one.

Rows and columns are counted from 0.
""",
        sources=(
            "Best column and row by the singular value decomposition, after "
            "[Eckart & Young](https://doi.org/10.1007/BF02288367) (1936); low-rank kernels in networks: Jaderberg et "
            "al., [Speeding up convolutional neural networks with low rank expansions]"
            "(https://arxiv.org/abs/1405.3866) (2014); Szegedy et al., "
            "[Rethinking the Inception architecture](https://arxiv.org/abs/1512.00567) (2015)."
        ),
    ),
    more=show_separability,
)
