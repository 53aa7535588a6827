"""Lesson: max and average pooling."""

from convviz.web.components.voice import Words
from convviz.web.lessons.page import lesson

lesson(
    "pooling",
    Words(
        lead="A window moves over the input and keeps one number at each position: the largest, or the average.",
        explanation="""
Pooling has no weights and nothing to learn. The outlined **window** is what one output cell reads. Without a given
stride, the window moves by its own size, so that windows touch but do not overlap. With a smaller stride they overlap;
with a larger one there are gaps between them.

* **Max** keeps the largest number of the window. That cell, the *winner*, has a strong edge and the word *max*; the
  others are drawn pale. In training, only the winner gets a gradient. Of equal numbers, the first one wins here.
* **Average** adds up the window and divides by the number of its cells: a convolution whose weights are all equal.
* **Padding** must not change which number is kept. For the maximum it counts as −∞ and so never wins, not even against
  negative numbers. For the average it is zeros, and a switch decides whether they count in the divisor. If they do, the
  averages shrink towards the border: see the two examples with all ones.
* **Rounding.** A window that would leave the padded input is left out, and the remaining rows and columns, drawn with
  dotted edges, are never read. With *ceil_mode* it is kept if it starts inside the input or in the padding before it;
  the cells that it covers beyond the padding never count.

Rows and columns are counted from 0.
""",
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
