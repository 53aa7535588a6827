"""Lesson: pooling of several channels."""

from convviz.web.components.voice import Words
from convviz.web.lessons.page import lesson

lesson(
    "pooling-channels",
    Words(
        lead="Each channel is pooled by itself: a pooling changes height and width, but never the number of channels.",
        explanation="""
The same window moves over every channel, one channel after another. It keeps the largest number of each place, or the
average, as in the lesson on pooling of one channel.

* **Nothing mixes the channels.** A kernel of a convolution adds up its products over all channels that it reads, and
  one kernel makes one channel of the output. A pooling has no kernels: what one channel holds has no influence on any
  other. There is nothing to learn, and the output has as many channels as the input.
* **The winners differ.** In each channel the largest number may be in another cell of the same window.
* **Global average pooling**, among the examples, has one window as large as the input. Each channel becomes a single
  number. Classifiers such as ResNet do this before their last layer, so that the size of the image does not matter.

Channels, rows and columns are counted from 0: output[2, 0, 1] is row 0, column 1 of channel 2. Of many channels the
first ones are drawn.
""",
        sources=(
            "Lin, Chen & Yan, [Network in network](https://arxiv.org/abs/1312.4400) (2013), for global average "
            "pooling; rules and names as in "
            "[PyTorch](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html)."
        ),
    ),
)
