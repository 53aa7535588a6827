"""Lab: why networks that upsample print checkered patterns."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.checkerboard.page import show_checkerboard
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.lessons.page import lesson

lesson(
    "checkerboard",
    Words(
        lead=(
            "Look closely at images that networks generated: many have a fine grid of dots, left by stamps that "
            "overlap unevenly."
        ),
        why=(
            "In 2016 a large share of models showed it, in some images strongly. Choose a kernel and a stride: the "
            "left layer may print it."
        ),
        tries=(
            Try(
                "Kernel 4, stride 2",
                "?kernel_size=4",
                "2 divides 4: far from the border every cell gets 4 stamps. The photograph above has no grid.",
            ),
            Try(
                "Even, random weights",
                "?kernel_size=4&eye_signal=image&eye_weights=random",
                "The counts stay even, but the photograph above has a grid: neighbors get different weights.",
            ),
            Try(
                "Kernel 5, stride 3",
                "?kernel_size=5&stride=3",
                "The counts are 1, 2 and 4 again, in a pattern of 3 × 3 cells.",
            ),
            Try(
                "Two layers",
                "?input_size=3&layers=2",
                "Counts of layers multiply: far from the border, some cells get 9 paths and others one.",
            ),
            Try(
                "Resize, then convolve",
                "?input_size=5&layers=upsample2d(2);conv2d(3)",
                "Every cell gets 9 paths: nothing is left that could print a grid.",
            ),
        ),
        explanation="""
**The photographs** are enlarged by one layer each. On the left, a [[transposed]] convolution: each pixel stamps the
kernel onto the output. On the right, each pixel is repeated first, and then an ordinary convolution reads the enlarged
picture. All weights are equal at first, so the grid on the left comes from the overlap alone.

**The figure** counts how many [[stamps|stamp]] each cell has got so far.

* With kernel 3 and stride 2, every second row gets two stamps and the rows between get one. The same happens to the
  columns, and the two counts **multiply**: 1, 2 and 4 stamps. That is the grid.
* **Layers multiply, too**: after two such layers some cells have 9 times as many [[paths|path]] as others, after three
  layers 25 times.
* If the stride **divides** the kernel size, all cells far from the border get the same number of stamps.

**What helps.** Resize first (nearest or bilinear), then convolve with stride 1, so that all cells are made with the
same weights. Or let a convolution make s² channels and lay them out as s × s cells, a **sub-pixel** convolution, whose
kernels **start equal** (ICNR): before training it does the same as a nearest resize. Training may make them different
again. All of them are at the end of this page, on the same photograph.

**Training.** A network can learn weights that make up for an uneven overlap, but it has to learn them, and often does
not. Strides in the *backward* pass do the same to [[gradients|gradient]]: the gradient of a convolution with a stride
is a transposed convolution. Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Even is no promise.** A stride that divides the kernel removes one cause. Neighboring cells are "
                "still written by different weights of the kernel, and where these differ, as when training starts, "
                "the grid is back in the photograph.",
                "Kernel 4, random weights",
                "?kernel_size=4&eye_signal=image&eye_weights=random",
            ),
            Pitfall(
                "**A larger kernel is not enough.** With kernel 5 and stride 2, cells far from the border get 4, 6 or "
                "9 stamps: less uneven than 1, 2 and 4, and uneven all the same.",
                "Kernel 5",
                "?kernel_size=5",
            ),
            Pitfall(
                "**A convolution afterwards does not clean up.** It weakens the grid: far from the border there are "
                "16, 20 or 25 paths instead of 1, 2 or 4.",
                "Add a convolution",
                "?input_size=5&layers=conv_transpose2d(3,stride=2);conv2d(3)",
            ),
            Pitfall(
                "**With dilation, the rule of division fails.** With kernel 4, stride 2 and dilation 2, stamps reach "
                "only every second row and column: far from the border some cells get 16 stamps, and all others none.",
                "See the holes",
                "?kernel_size=4&dilation=2",
            ),
        ),
        onward={
            "receptive-field": "What each unit sees, through layers that shrink and enlarge.",
            "transposed": "The layer that stamps, with its numbers, step by step.",
            "pooling": "What follows after transposed convolution: the way down, to fewer cells.",
        },
        sources=(
            "Odena, Dumoulin & Olah, [Deconvolution and checkerboard artifacts]"
            "(https://doi.org/10.23915/distill.00003) (2016); sub-pixel convolution: Shi et al., [Real-time single "
            "image and video super-resolution](https://arxiv.org/abs/1609.05158) (2016); its start: Aitken et al., "
            "[Checkerboard artifact free sub-pixel convolution](https://arxiv.org/abs/1707.02937) (2017)."
        ),
    ),
    more=show_checkerboard,
    section=SECTION,
    has_opening=True,
)
