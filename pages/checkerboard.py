"""Lab: why networks that upsample print checkered patterns."""

from convviz.web.components.voice import Words
from convviz.web.labs.checkerboard.page import show_checkerboard
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.lessons.page import lesson

lesson(
    "checkerboard",
    Words(
        lead="Overlapping stamps write some cells more often than others, and the difference shows as a fine grid.",
        explanation="""
A transposed convolution writes one **stamp** of the kernel's size for each input cell, *stride* cells apart. The
picture counts how many stamps have written each cell so far.

* With kernel 3 and stride 2, every second row gets two stamps and the rows between get one. The same happens to the
  columns, and the two counts **multiply**: 1, 2 and 4 stamps, the checkered pattern of many generated images.
* **Layers multiply, too**: after two such layers some cells have 9 times as many paths as others, after three layers
  25 times.
* If the stride **divides** the kernel size, all cells far from the border get the same number of stamps. That is *even*
  overlap, and it removes one cause of the pattern. Neighboring cells are still written by **different weights** of the
  kernel, so a pattern of the stride's size returns if the weights differ, as they do when training starts.
* These help more: **resize first** (nearest or bilinear), then convolve with stride 1, so that all cells are made with
  the same weights. Or use a **sub-pixel** convolution whose kernels **start equal** (ICNR): before training it does the
  same as a nearest resize. Training may make them different again.
* Strides in the *backward* pass do the same to gradients: the gradient of a convolution with a stride is a transposed
  convolution.

A network can learn weights that compensate for an uneven overlap, but it has to learn them, and often does not. Rows
and columns are counted from 0.
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
