"""Lesson: standard convolution."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "standard",
    Words(
        lead="Each output number answers one question: how much does this patch of the input look like the kernel?",
        why=(
            "A kernel finds one small pattern, such as an edge or a color. Networks learn many, and build large "
            "patterns from small ones."
        ),
        tries=(
            Try(
                "Find an edge",
                "?input=edge&weight=sobel_x",
                "Left dark, right bright: 36 where the window lies over the edge, 0 where all its cells are alike.",
            ),
            Try(
                "Blur the edge",
                "?input=edge&weight=box",
                "Each output is the average of nine cells: the step from 0 to 9 becomes a slope, 3, 6, 9.",
            ),
            Try("Move by 2", "?stride=2", "The window skips every other place: 2 × 2 outputs are left."),
            Try(
                "Keep the size",
                "?padding=1",
                "A ring of zeros makes room for the window at the border: 5 × 5 in, 5 × 5 out.",
            ),
            Try(
                "Three channels, two kernels",
                "?in_channels=3&out_channels=2",
                "Each kernel adds up 27 products over all three channels, and makes one channel of the output.",
            ),
        ),
        explanation="""
The outlined [[window]] is what one output cell reads. Each cell in it is a [[tap]]: an input number times the
[[weight]] in its corner, or at its place in the [[kernel]] where the corner has no room. The line below the picture
adds up the taps, and the sum is written into the output.

* **What a kernel looks for.** The sum is large where large numbers lie under large weights, that is, where the patch
  looks like the kernel. With −1 on its left and 1 on its right, a kernel finds places that get brighter to the right.
  The output is a [[feature map]]: it says where the pattern is, and how strongly.
* **Learning.** Training finds the weights: it changes each of them a little, again and again, so that the answers of
  the whole network get better. Every place uses the same weights, so a pattern that was learned in one corner is found
  in all of them. Later layers read the feature maps of earlier ones: edges become corners, corners become objects.
* [[Stride|stride]] is how far the window moves from step to step. With stride 2 it skips every other position, so the
  output has about half the rows. A last step that would leave the input is left out: that is the rounding down in the
  formula.
* [[Padding|padding]] adds cells around the input, so that the window can lie over the border. It changes the size of
  the output, not how much an output cell reads.
* [[Channels|channel]]: images have three, layers inside a network have hundreds. A kernel is then a stack as deep as
  its input, a window reaches through all channels, and all its products are added up to **one** number. 256 kernels
  make 256 output channels. With [[groups]], an output reads only the channels of its own group.

Channels, rows and columns are counted from 0. Of more than 8 channels, 3 are drawn, with sheets behind them for the
others, which the numbers include.
""",
        pitfalls=(
            Pitfall(
                "**The kernel is not turned.** What deep learning calls convolution is [[cross-correlation]]. "
                "Mathematics turns the kernel by 180 degrees first; for this kernel all signs change.",
                "Turn the kernel",
                "?flip=true&input=edge&weight=sobel_x",
            ),
            Pitfall(
                "**A stride may leave cells unread.** With stride 2, 6 × 6 cells give 2 × 2 outputs, as 5 × 5 do: the "
                "last row and the last column are in no window. The size is rounded down, and nothing is refused.",
                "Stride 2 on 6 × 6",
                "?input_size=6&stride=2",
            ),
            Pitfall(
                "**Zeros around an image look like an edge.** All cells of the input are 1, and still the outputs at "
                "the left and right border are 3 and 4, or −3 and −4. With copies of the nearest cells "
                "in their place (*Padding holds*: replicate) they are 0.",
                "Edges at the border",
                "?padding=1&input=ones&weight=sobel_x",
            ),
            Pitfall(
                "**Three channels in do not mean three channels out.** One kernel adds up all channels it reads. The "
                "number of kernels is the number of output channels.",
                "Three channels, one kernel",
                "?in_channels=3",
            ),
        ),
        onward={
            "dilated": "Spread the nine weights apart, and see further.",
            "pooling": "A window without weights: it keeps the largest number, or the average.",
            "on-an-image": "The same kernels on a photograph, pixel by pixel.",
        },
        sources=(
            "Size formula and figures after Dumoulin & Visin, "
            "[A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)."
        ),
    ),
)
