"""Lesson: convolution along a line."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "along-a-line",
    Words(
        lead="Each output number is a sum over a few neighbors in the input, each times its weight.",
        why=(
            "Averages make a noisy signal smooth, differences find where it jumps, and networks for sound learn their "
            "own weights."
        ),
        tries=(
            Try("Average five", "?", "Each output is the mean of 5 neighbors: 12 samples give 8 outputs."),
            Try(
                "Find a step",
                "?kernel_size=3&input=edge&weight=difference",
                "Where the input is flat the output is 0; at the step it is 9.",
            ),
            Try(
                "Look back only",
                "?causal=true",
                "4 zeros come before the input: 12 outputs, and none reads what comes later.",
            ),
            Try(
                "Set dilation 4",
                "?kernel_size=3&dilation=4&weight=gaussian",
                "3 weights span 9 samples, and the 6 between them are not read.",
            ),
            Try(
                "Smooth a sound",
                "?input_size=400&kernel_size=8&stride=4&input=speech",
                "25 ms of sound at 16,000 Hz: each output is the mean of 8 samples, half a millisecond.",
            ),
        ),
        explanation="""
The input is one row of numbers, its **samples**: temperatures of a week, a share price, the air pressure at a
microphone. The [[kernel]] lies on a few of them, the [[window]]. Each sample under it is multiplied by the [[weight]]
on it, and the products add up to one output. Then the window moves on by the [[stride]]. On an image it moves across
and down; all else is the same.

**The weights decide what comes out.** Five weights of 0.2 give the *moving average*, which makes jumps soft. The
weights −1, 0, 1 give a *difference*: zero where the input stays as it is, large where it changes.

**Before and after.** With [[dilation]] d, a kernel of k weights spans d(k − 1) + 1 samples. Every output has a time of
its own. Here it is the time of the sample in the middle of its window, and for a [[causal]] layer that of the last one.
The [[look-back]] and the [[look-ahead]] say how far the window reaches from there: d(k − 1)/2 to both sides, or
d(k − 1) back and 0 ahead. A [[sampling rate]] turns samples into time: at 16,000 Hz, 16 samples are one millisecond. A
hearing aid can wait for a millisecond of look-ahead; a program that writes the next word cannot look ahead at all.

Up to 32 samples with their [[padding]] are cells with numbers. Longer inputs are drawn as a wave over time, with each
output below it at its own time. Samples are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Zeros pull the ends of a moving average down.** The mean of five ones is 1, but with padding 2 the "
                "first output is 0.6, for two of its five numbers are zeros of the padding.",
                "Average ones",
                "?padding=2&input=ones",
            ),
            Pitfall(
                "**An even kernel has no middle.** The middle of 4 samples is between two of them. It looks 1.5 "
                "samples to each side, and no padding that is the same on both sides keeps the length.",
                "Set kernel 4",
                "?kernel_size=4",
            ),
            Pitfall(
                "**A causal layer looks back d(k − 1) samples**, not k and not dk: 3 weights with dilation 4 look "
                "back 8 samples.",
                "Look back 8",
                "?kernel_size=3&dilation=4&causal=true&weight=gaussian",
            ),
            Pitfall(
                "**A stride changes the clock.** With stride 4, output 1 belongs to sample 4 and output 3 to sample "
                "12: there are only a quarter as many outputs in a second.",
                "Set stride 4",
                "?input_size=16&stride=4&causal=true",
            ),
            Pitfall(
                "**In a stack, look-backs add up.** Four causal layers of 2 weights with dilations 1, 2, 4, 8 look "
                "back 1 + 2 + 4 + 8 = 15 samples, so an output sees 16.",
                "See the 16",
                "receptive-field?layers=conv2d(1x2);conv2d(1x2,dilation=1x2);conv2d(1x2,dilation=1x4);"
                "conv2d(1x2,dilation=1x8)",
            ),
        ),
        onward={
            "standard": "The same on an image: the kernel moves across and down.",
            "dilated": "Taps that move apart, in two dimensions.",
            "receptive-field": "How far a stack of layers sees.",
        },
        sources=(
            "van den Oord et al., [WaveNet](https://arxiv.org/abs/1609.03499) (2016), for causal layers on sound; Bai, "
            "Kolter & Koltun, [An empirical evaluation of generic convolutional and recurrent networks for sequence "
            "modeling](https://arxiv.org/abs/1803.01271) (2018), for stacks of them."
        ),
    ),
)
