"""The words of the field, each with its meaning."""

from convviz.web.components.voice import Words
from convviz.web.lessons.glossary import glossary_page

glossary_page(
    Words(
        lead="The words that the lessons use, each in a sentence or two.",
        explanation="""
In the lessons, a word with a dotted line under it opens its meaning.

Letters in formulas: **i** is the side of the input, **k** that of the kernel, **s** the stride, **p** the padding on
each side, **d** the dilation, and **o** the side of the output. Rows, columns and channels are counted from 0, sizes
are height × width.
""",
        sources=(
            "Dumoulin & Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) "
            "(2016), uses the same letters."
        ),
    )
)
