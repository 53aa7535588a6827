"""Lesson: spatially separable convolution."""

from convviz.web.components.page_frame import Words
from convviz.web.lessons.page import lesson
from convviz.web.lessons.separability import show_separability

lesson(
    "spatial-separable",
    Words(
        lead="Where a kernel is a column times a row, a pass with each of them does the work of the whole kernel.",
        explanation="""
The first pass moves the **column** over the input and fills the **intermediate** plane; the second moves the **row**
over that. Below it, at the same time, the whole **kernel** makes the same output cell in one pass.

* Every number of the intermediate is used by several output cells. That is where the saving comes from: k + k products
  per output cell instead of k · k, 6 instead of 9, 14 instead of 49.
* The intermediate has the output's rows already, but still **all columns of the input**: the row needs the border. On
  a small input that border can cost more than the passes save.
* Stride, padding and dilation come apart too: their vertical part belongs to the column, their horizontal part to the
  row. The zeros on the left and on the right are put around the intermediate.
* A kernel separates where its **rank is 1**: all its rows are multiples of one row. Box, Gaussian and Sobel kernels do;
  the Laplacian is the sum of two such products, and emboss of three. For those the picture shows the best column and
  row that there are, and by how much their output is off.

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
