"""Lab: any two recipes side by side."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.compare.page import compare

compare(
    Words(
        lead="Two layers next to each other, on the same numbers, step by step: what differs is marked ≠.",
        why="Choose between two layers, or show a class in one picture what a single setting changes.",
        tries=(
            Try(
                "Standard, dilated",
                "?left=standard&right=dilated&input_size=7",
                "Nine weights on both sides: one window spans 3 cells, the other 5.",
            ),
            Try(
                "There and back",
                "?left=standard&right=transposed&stride=2&padding=1",
                "5 × 5 becomes 3 × 3, and 3 × 3 becomes 5 × 5 again: the shape returns, the numbers do not.",
            ),
            Try(
                "Max, average",
                "?left=pooling&right=pooling&right.mode=average",
                "The same windows: one keeps the largest number, the other the mean.",
            ),
            Try(
                "Stride 1, stride 2",
                "?left=standard&right=standard&input_size=6&padding=1&right.stride=2",
                "Stride 2 computes every other row and column of what stride 1 computes: 9 outputs instead of 36.",
            ),
            Try(
                "Uneven, even",
                "?left=checkerboard&right=checkerboard&right.kernel_size=4",
                "Only where the stride divides the kernel size do the stamps overlap evenly.",
            ),
        ),
        explanation="""
Both sides take their steps at the same time. The side with fewer steps is done first and stays at its last step. With
**Same input on both sides**, both read the same numbers if their input sizes are equal.

* The [[receptive field]] is what one output cell can see of the input: for a single layer, the
  [[effective kernel]]. In a [[transposed]] convolution it depends on the output cell, so the smallest and the largest
  are given.
* **Multiplications** count every [[tap]], including those on padding, as published tables do. A transposed convolution
  multiplies every input cell with every weight. [[Pooling|pooling]] compares or adds; it has nothing to learn.

Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Steps are not time.** They are pictures of the animation; a computer takes many of them at once. "
                "Compare the multiplications instead.",
                "Fewer steps, same work each",
                "?left=standard&right=standard&input_size=6&padding=1&right.stride=2",
            ),
            Pitfall(
                "**Fewer weights can take more steps.** Depthwise separable has 36 weights instead of 81 here, in two "
                "layers instead of one.",
                "Depthwise separable",
                "?left=standard&right=depthwise-separable&input_size=4&in_channels=3&out_channels=3",
            ),
        ),
        onward={
            "receptive-field": "Not two layers, but several in a row.",
        },
    ),
)
