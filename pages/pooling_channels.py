"""Lesson: pooling of several channels."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "pooling-channels",
    Words(
        lead="Each channel is pooled by itself: height and width get smaller, and the number of channels stays.",
        why=(
            "Channels hold different findings, such as edges of different directions: pooling makes each map smaller "
            "and keeps them apart."
        ),
        tries=(
            Try("Three channels", "?", "3 × 4 × 4 becomes 3 × 2 × 2: the window moves over one channel at a time."),
            Try("Averages", "?mode=average", "Each channel gets averages of its own: nothing is added over channels."),
            Try(
                "One number each",
                "?kernel_size=4&mode=average&in_channels=5",
                "Global average pooling turns five channels of 4 × 4 into five numbers.",
            ),
        ),
        explanation="""
The same [[window]] moves over every [[channel]], one channel after another. It keeps the largest number of each
place, or the average, as in the lesson on [pooling of one channel](pooling).

* **Nothing mixes the channels.** A [[kernel]] of a convolution adds up its products over all channels that it reads,
  and one kernel makes one channel of the output. Pooling has no kernels: what one channel holds has no influence on
  any other. There is nothing to learn, and the output has as many channels as the input.
* **The winners differ.** In each channel the largest number may be in another cell of the same window.
* **Global average pooling** has one window as large as the input. Each channel becomes a single number. Classifiers
  such as ResNet do this before their last layer, so that the size of the image does not matter.

Channels, rows and columns are counted from 0. Of many channels the first ones are drawn.
""",
        pitfalls=(
            Pitfall(
                "**Pooling does not reduce the number of channels.** Three go in, three come out, whatever the window. "
                "For fewer channels use 1 × 1 kernels.",
                "1 × 1 kernels",
                "standard?input_size=4&kernel_size=1&in_channels=4&out_channels=2",
            ),
            Pitfall(
                "**Global average pooling is not an average over everything.** It gives one number for each channel, "
                "here five, not one in all.",
                "Five channels",
                "?kernel_size=4&mode=average&in_channels=5",
            ),
        ),
        onward={
            "spatial-separable": "A kernel that is a column times a row.",
            "depthwise-separable": "A convolution that also keeps the channels apart, and then mixes them.",
        },
        sources=(
            "Lin, Chen & Yan, [Network in network](https://arxiv.org/abs/1312.4400) (2013), for global average "
            "pooling; rules and names as in "
            "[PyTorch](https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html)."
        ),
    ),
)
