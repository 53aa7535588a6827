"""Lesson: max and average pooling."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "pooling",
    Words(
        lead="Each output number answers: what is the largest number in this window, or what is the average?",
        why=(
            "It makes the output smaller, so that later layers see further and compute less, and it forgives small "
            "shifts of a pattern."
        ),
        tries=(
            Try("Keep the largest", "?", "Of each 2 × 2 window one number is left: 6 × 6 becomes 3 × 3."),
            Try("Take the average", "?mode=average", "All four numbers count alike: the first output is 3.25, not 5."),
            Try(
                "Let windows overlap",
                "?input_size=7&kernel_size=3&stride=2",
                "A 3 × 3 window moves by 2, so neighbors share a row or a column.",
            ),
            Try(
                "Leave a row out",
                "?input_size=5",
                "Two windows fit into five rows: the last row and the last column, with dotted edges, are never read.",
            ),
            Try(
                "One number for all",
                "?input_size=4&kernel_size=4&mode=average",
                "One window covers the whole input, and 4.4375 is its average: global average pooling.",
            ),
        ),
        explanation="""
[[Pooling|pooling]] has no weights and nothing to learn. The outlined [[window]] is what one output cell reads.
Without a given [[stride]], the window moves by its own size, so that windows touch and do not overlap. With a smaller
stride they overlap; with a larger one there are gaps between them.

* **Max** keeps the largest number of the window. That cell, the *winner*, has a strong edge and the word *max*; the
  others are drawn pale. In training only the winner gets a [[gradient]]. Of equal numbers, the first one wins here.
* **Average** adds up the window and divides by the number of its cells: a convolution whose weights are all equal.
* [[Padding|padding]] does not change which number is kept. For the maximum it counts as −∞ and so never wins, even
  against negative numbers. For the average it is zeros, and a switch decides whether they count in the divisor.
* **[[Dilation|dilation]]** spreads the window, for the maximum and for the average; PyTorch has it for the maximum
  only.
* **Rounding.** A window that would leave the padded input is left out. With *ceil_mode* it is kept if it starts
  inside the input or in the padding before it; the cells that it covers beyond the padding never count.

Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Zeros in the padding make averages smaller.** Every cell is 1, yet the corners come out as 0.44, "
                "because 4 ones are divided by 9.",
                "Count the padding",
                "?input_size=5&kernel_size=3&stride=2&padding=1&mode=average&input=ones",
            ),
            Pitfall(
                "**Frameworks differ in the divisor.** PyTorch counts the padding by default, TensorFlow does not. "
                "Without it all averages are 1.",
                "Leave it out",
                "?input_size=5&kernel_size=3&stride=2&padding=1&mode=average&count_include_pad=false&input=ones",
            ),
            Pitfall(
                "**A window at the edge may be lost.** The size is rounded down, unless *ceil_mode* rounds it up: then "
                "5 × 5 gives 3 × 3 in place of 2 × 2.",
                "Round up",
                "?input_size=5&ceil_mode=true",
            ),
            Pitfall(
                "**A shift by one cell can change the output.** Shifts are forgiven only inside a window. The single 1 "
                "is in the upper left cell of its window: one cell further to the left, it belongs to another output.",
                "See a single 1",
                "?input=impulse",
            ),
        ),
        onward={
            "pooling-channels": "Several channels: each is pooled by itself.",
            "standard": "A stride of 2 also halves the size, with weights that are learned.",
            "receptive-field": "How pooling lets later layers see further.",
        },
        sources=(
            "Dumoulin & Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) "
            "(2016), chapter 3; overlapping windows after Krizhevsky et al., "
            "[ImageNet classification with deep convolutional neural networks]"
            "(https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks) "
            "(2012); rules and names as in "
            "[PyTorch](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html)."
        ),
    ),
)
