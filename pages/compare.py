"""Lab: any two recipes side by side."""

from convviz.web.components.voice import Words
from convviz.web.labs.compare.page import compare

compare(
    Words(
        lead="Two layers side by side, step by step, and on the same input where their sizes allow it.",
        explanation="""
Both sides take their steps at the same time. The side with fewer steps is done first and stays at its last step. With
**Same input on both sides**, both read the same numbers if their input sizes are equal.

* **Receptive field** is what one output cell can see of the input: for a single layer, the effective kernel. In a
  transposed convolution it depends on the output cell, so the smallest and the largest are given.
* **Multiplications** count every tap, including those on padding, as published tables do. A transposed convolution
  multiplies every input cell with every weight. Pooling compares or adds; it has nothing to learn.
* **Steps** are frames of the picture, not a measure of time: computers take many of them at once.

Rows and columns are counted from 0.
""",
    ),
)
