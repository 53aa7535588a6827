"""Lesson: dilated convolution."""

from convviz.web.components.page_frame import Words
from convviz.web.lessons.page import lesson

lesson(
    "dilated",
    Words(
        lead="The taps of the kernel spread apart: the same number of weights covers a larger part of the input.",
        explanation="""
With **dilation** d, neighboring taps are d cells apart, so a kernel of size k spans d(k − 1) + 1 cells. Dilation 1
leaves no gaps. The kernel still has only k weights per axis: the cells between the taps are **not read at all**. These
are the holes in every step; watch which cells light up.

* Stacked layers with dilations 1, 2, 4, … let the receptive field grow fast and still read every cell. Dilation 2 in
  every layer leaves cells that an output never reads, however many layers there are.
* To keep the size, padding has to grow with the dilation: p = d(k − 1) / 2 for odd kernels.
* The example *Causal 1-D* pads on the left only, so that an output never reads what comes after it, as in WaveNet.
  Dilated convolution is also called *atrous*, from the French for "with holes".

Rows and columns are counted from 0.
""",
        sources=(
            "Yu & Koltun, [Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122) "
            "(2016); van den Oord et al., [WaveNet](https://arxiv.org/abs/1609.03499) (2016); sizes after "
            "[Dumoulin & Visin](https://arxiv.org/abs/1603.07285)."
        ),
    ),
)
