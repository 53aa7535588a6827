"""Lab: why networks that upsample print chequered patterns."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.checkerboard.page import show_checkerboard
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.lessons.page import lesson

lesson(
    "checkerboard",
    Words(
        lead="Stamps that overlap write some cells more often than others, and the difference shows as a fine grid.",
        explanation="""
A transposed convolution puts one **stamp** of the kernel's size for each input cell, *stride* cells apart. The picture
counts how many stamps have written each cell so far.

* With kernel 3 and stride 2, every second row gets two stamps and the rows between get one. Columns do the same, and
  the two **multiply**: 1, 2 and 4 stamps, the chequered pattern of many generated images.
* **Layers multiply again**: after two such layers some cells have 9 times as many paths as others, after three 25
  times.
* Where the stride **divides** the kernel size, every cell far from the border gets as much. That is *even* overlap, and
  it takes away one cause. Neighbouring cells are still written by **different weights** of the kernel, so a pattern of
  the stride's size comes back as soon as the weights are not alike, as at the start of any training.
* What helps more: **resize first** (nearest or bilinear), then convolve with stride 1, so that all cells are made with
  the same weights. Or a **sub-pixel** convolution whose kernels **start alike** (ICNR): before training it does the
  same as a nearest resize. Training may part them again.
* Strides in the *backward* pass do the same to gradients: the gradient of a convolution with a stride is a transposed
  convolution.

A network can learn weights that even an uneven overlap out, but it has to, and often does not. Rows and columns are
counted from 0.
""",
        sources=(
            "Odena, Dumoulin & Olah, [Deconvolution and checkerboard artifacts]"
            "(https://doi.org/10.23915/distill.00003) (2016); sub-pixel convolution: Shi et al., [Real-time single "
            "image and video super-resolution](https://arxiv.org/abs/1609.05158) (2016); its start: Aitken et al., "
            "[Checkerboard artifact free sub-pixel convolution](https://arxiv.org/abs/1707.02937) (2017)."
        ),
    ),
    more=show_checkerboard,
    section=SECTION,
)
