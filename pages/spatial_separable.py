"""Lesson: spatially separable convolution."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson
from convviz.web.lessons.separability import show_separability

lesson(
    "spatial-separable",
    Words(
        lead="A 3 × 1 column and then a 1 × 3 row do the work of one 3 × 3 kernel, if the kernel is their product.",
        why=(
            "Each output takes 6 multiplications in place of 9, and 14 in place of 49 for a 7 × 7 kernel. Image "
            "programs blur this way."
        ),
        tries=(
            Try(
                "Two passes",
                "?",
                "The column fills the intermediate plane, the row makes the output, and the kernel below agrees.",
            ),
            Try(
                "Find an edge",
                "?weight=sobel_x",
                "The column smooths, and the row compares left and right.",
            ),
            Try(
                "A larger kernel",
                "?input_size=12&kernel_size=7&weight=gaussian",
                "Two passes take 756 multiplications, one pass takes 1,764.",
            ),
            Try(
                "One that does not separate",
                "?weight=laplacian",
                "The best column and row give an approximation; compare the two outputs.",
            ),
        ),
        explanation="""
The first pass moves the **column** over the input and fills the **intermediate** plane; the second moves the **row**
over that plane. Below, at the same time, the whole [[kernel]] makes the same output cell in one pass.

* **Where the saving comes from.** Several output cells use each number of the intermediate plane. So there are k + k
  products for each output cell in place of k · k: 6 in place of 9.
* **The border costs.** The intermediate plane already has the rows of the output, but still all columns of the input,
  because the row needs them.
* **Not every kernel can be taken apart.** It must be a column times a row: its [[rank]] is 1, and all its rows are
  multiples of one row. Box, Gaussian and Sobel kernels are. The Laplacian is the sum of two such products, emboss the
  sum of three. For such kernels the picture shows the best column and row, and how far off they are.
* **What that means for learning.** A network that may use only kernels of this kind searches only a small part of all
  kernels: 3 + 3 numbers, of which 5 are free, in place of 9. Training can then miss the kernel that would have been
  best, and the result suffers. So deep networks seldom split a kernel like this by rule. Some, such as Inception v3,
  *learn* an n × 1 and a 1 × n layer instead.
* Stride, padding and dilation are split, too: the vertical part belongs to the column, the horizontal part to the
  row.

Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Most kernels do not separate.** Random numbers almost never do, and training does not look for "
                "kernels that do.",
                "A random kernel",
                "?weight=random",
            ),
            Pitfall(
                "**Two passes do not always save.** On a small input the border costs more than they save: here 12 "
                "multiplications in two passes against 9 in one.",
                "A 3 × 3 input",
                "?input_size=3",
            ),
            Pitfall(
                "**Spatially separable is not depthwise separable.** Here height and width come apart; there, channels "
                "and places.",
                "Show the other",
                "depthwise-separable",
            ),
        ),
        onward={
            "depthwise-separable": "Take the channels apart instead: the trick of mobile networks.",
            "standard": "What a kernel looks for, and how it is learned.",
        },
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
