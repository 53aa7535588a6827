"""Lesson: max and average pooling."""

from convviz.web.lesson import Words, lesson

lesson(
    "pooling",
    Words(
        lead="A window moves over the input and keeps one number of each place: the largest, or the average.",
        explanation="""
Pooling has no kernel and nothing to learn: only the rule differs. The outlined **window** is what one output cell
reads. By itself the stride is the size of the window, so the windows stand side by side; a smaller stride lets them
overlap, a larger one leaves rows and columns that nobody reads.

* **Max** passes on the largest number of the window. That cell, the *winner*, has a strong edge and a ▲; the others
  have no influence at all. In training only the winner gets a gradient; of equal numbers it is the first one here.
* **Average** adds up the window and divides by its number of cells: a convolution whose weights are all the same.
* **Padding** may not decide. For the maximum it counts as −∞, so that it never wins, not even against negative
  numbers. For the average it is zeros, and whether they count in the divisor is a switch: if they do, the averages
  shrink towards the border.
* **Rounding.** Where the last window would leave the padded input it does not happen, and the rows and columns left
  over, drawn pale, are never read. With *ceil_mode* it happens all the same, if it begins inside the input or the
  padding before it; what it reads beyond the padding never counts.

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
