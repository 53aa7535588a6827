"""Lab: any two recipes side by side."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.compare.page import compare

compare(
    "Compare two layers",
    Words(
        lead="Two layers side by side, step by step, and on the same input where their sizes allow it.",
        explanation="""
Both sides take their steps at the same time. The one that needs fewer of them is done first and stays at its end. With
**Same input on both sides** they look at the very same numbers, as far as their sizes agree.

* **Receptive field** is what one output cell can see of the input: for a single layer the effective kernel. In a
  transposed convolution it depends on which output cell that is, so the smallest and the largest are given.
* **Multiplications** count every tap, those on padding among them, as published tables do. A transposed convolution
  multiplies every input cell with every weight. Pooling compares or adds up; nothing in it is learned.
* **Steps** are frames of the picture, not a measure of time: computers take them all at once.

Rows and columns are counted from 0.
""",
    ),
)
