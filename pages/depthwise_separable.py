"""Lesson: depthwise separable convolution."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.depthwise_costs import show_costs
from convviz.web.lessons.page import lesson

lesson(
    "depthwise-separable",
    Words(
        lead="Each channel is convolved with a small kernel of its own; then 1 × 1 kernels mix the channels.",
        why=(
            "In mobile and embedded vision, as on phones, fewer parameters mean a smaller model, and fewer "
            "multiply-adds less work."
        ),
        tries=(
            Try(
                "1. One normal kernel",
                "?input_size=12&kernel_size=5&out_channels=1&act=standard",
                "A 5 × 5 × 3 kernel turns 12 × 12 × 3 into 8 × 8 × 1. Why only one channel, and what if you want more?",
            ),
            Try(
                "2. 256 normal kernels",
                "?input_size=12&kernel_size=5&out_channels=256&act=standard",
                "Each kernel makes one channel. 256 of them make 8 × 8 × 256, for 1,228,800 multiplications.",
            ),
            Try(
                "3. Depthwise",
                "?input_size=12&kernel_size=5&out_channels=256&act=depthwise",
                "The 75 weights of one kernel, taken apart into three of 5 × 5 × 1, make three channels: 8 × 8 × 3.",
            ),
            Try(
                "4. Pointwise",
                "?input_size=12&kernel_size=5&out_channels=1&act=pointwise",
                "A 1 × 1 × 3 kernel adds up the three channels, one cell at a time: 8 × 8 × 1.",
            ),
            Try(
                "5. Both together",
                "?input_size=12&kernel_size=5&out_channels=256",
                "256 pointwise kernels make 8 × 8 × 256 again, now for 53,952 multiplications in all.",
            ),
        ),
        explanation="""
**Why one channel?** Begin with the normal, [[standard|convolution]] way and an image of 12 × 12 cells in 3
[[channels|channel]]. A [kernel of 5 × 5 × 3](?input_size=12&kernel_size=5&out_channels=1&act=standard) reaches
through all three channels, and its 75 products are added up to **one** number. It fits on the image at 8 × 8 places:
the output is 8 × 8 × 1.

**What if you want more?** Take more kernels. [256 of
them](?input_size=12&kernel_size=5&out_channels=256&act=standard) make 256 images of 8 × 8 × 1, and these are stacked
to 8 × 8 × 256. Each kernel does all the work again: 256 · 75 · 64 = 1,228,800 multiplications.

**[[Depthwise|depthwise]].** Now split the image and one kernel into their three channels. [Each channel is convolved
by itself](?input_size=12&kernel_size=5&out_channels=256&act=depthwise), and the results are stacked instead of added:
8 × 8 × 3. The parameters are the same 75, yet there are three channels. A normal convolution needs three kernels of
5 × 5 × 3 for three channels. In general each channel gets one kernel of D<sub>K</sub> × D<sub>K</sub> cells:
[five channels](?in_channels=5&act=depthwise) get five.

**[[Pointwise|pointwise]].** So far no channel knows of another. A [kernel of
1 × 1 × 3](?input_size=12&kernel_size=5&out_channels=1&act=pointwise) reads one cell of all three channels and adds up
what it finds there, each number times its weight. It looks at no neighbors, and gives 8 × 8 × 1. The number of these
kernels is the number of channels that come out.

**[Both](?input_size=12&kernel_size=5&out_channels=256)** together are the depthwise separable convolution. Three
depthwise kernels take 3 · 25 · 64 = 4,800 multiplications, 256 pointwise ones 256 · 3 · 64 = 49,152. That is 53,952
in place of 1,228,800, less than a twentieth.

**In general**, let N be the number of output channels and D<sub>K</sub> the side of the kernel (the figure calls it
k). Then both steps together take 1/N + 1/D<sub>K</sub>² of the [[multiply-adds|multiply-add]], here 1/256 + 1/25 =
0.0439. Neither the size of the image nor its number of channels matters for this share. The costs of your own
settings, and of MobileNet layer by layer, are further down.

Real networks add a normalization and an [[activation]] after each of the two steps. Channels, rows and columns are
counted from 0. Of more than 8 channels, 3 are drawn; the numbers include the others.
""",
        pitfalls=(
            Pitfall(
                "**A depthwise step alone mixes nothing.** Each of its channels sees one channel of the input. The "
                "pointwise step brings them together.",
                "Show depthwise alone",
                "?act=depthwise",
            ),
            Pitfall(
                "**It does not save work everywhere.** The share is 1/N + 1/D<sub>K</sub>². With one output channel "
                "that is more than 1: here 270 multiplications in place of 243.",
                "One output channel",
                "?out_channels=1",
            ),
            Pitfall(
                "**The 1 × 1 kernels are not the cheap part.** Of the 53,952 multiplications they take 49,152. Larger "
                "depthwise kernels cost little more.",
                "See the costs",
                "?input_size=12&kernel_size=5&out_channels=256",
            ),
            Pitfall(
                "**Depthwise separable is not spatially separable.** This lesson separates channels from places. The "
                "other one separates height from width.",
                "Show the other",
                "spatial-separable",
            ),
            Pitfall(
                "**Equal sizes do not mean equal results.** Each kernel of a normal convolution has its weights to "
                "itself. Here all output channels share the depthwise kernels, and differ in how they mix.",
                "Compare the two",
                "compare?left=standard&right=depthwise-separable&input_size=4&in_channels=3&out_channels=3",
            ),
        ),
        onward={
            "backward": "How each weight learns: the gradients of inputs and weights.",
            "spatial-separable": "The other way to take a kernel apart: a column, then a row.",
            "network": "MobileNet and others, node by node.",
        },
        sources=(
            "Howard et al., [MobileNets](https://arxiv.org/abs/1704.04861) (2017), and a "
            "[review of MobileNet v1](https://machinethink.net/blog/googles-mobile-net-architecture-on-iphone/) by "
            "Hollemans (2017); Chollet, [Xception](https://arxiv.org/abs/1610.02357) (2017); Sifre, "
            "[Rigid-motion scattering for image classification](https://arxiv.org/abs/1403.1687) (2014)."
        ),
    ),
    more=show_costs,
)
