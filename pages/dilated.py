"""Lesson: dilated convolution."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "dilated",
    Words(
        lead="The weights of the kernel move apart: the same nine weights look at a larger part of the input.",
        why=(
            "Such a layer sees far and stays exact to the pixel, without one parameter more: for segmentation, audio "
            "and translation."
        ),
        tries=(
            Try("Set dilation 1", "?dilation=1", "Taps touch: this is the standard convolution, and it spans 3 cells."),
            Try("Set dilation 2", "?", "The window spans 5 cells with the same 9 weights."),
            Try("Set dilation 3", "?input_size=9&dilation=3", "It spans 7 cells, and still reads only 9 of the 49."),
            Try("Keep the size", "?padding=2", "Padding 2 makes the output as large as the input, 7 × 7."),
            Try(
                "Look back only",
                "?input_size=1x12&kernel_size=1x3&padding=0,0,8,0&dilation=1x4",
                "Padding on the left alone: no output reads what comes after it, as in audio generation.",
            ),
        ),
        explanation="""
With [[dilation]] d, neighboring [[taps|tap]] are d cells apart, so a [[kernel]] of size k spans d(k − 1) + 1 cells.
With d = 1 it is the standard convolution; with d > 1 it is called *dilated*, or *atrous*, from the French for “with
holes”. It still has only k weights on each axis: the cells between the taps are **not read at all**. Watch [both next
to each other](compare?left=standard&right=dilated&input_size=7). (Some books count from 0. Here, as in PyTorch, 1 means
no gaps.)

**Two aims at once.** In [[dense prediction]] the output has the size and the layout of the input: a class for each
pixel of a street scene, the next sample of a sound, the next letter of a translation. It needs edges that are right to
the pixel, and a view wide enough to know the scene. Small kernels know exact places but see little around them; pooling
sees far but loses the exact places. Dilated layers keep every position and still see far, and layers with different
dilations combine details and surroundings.

**Stacked**, layers with dilations 1, 2, 4 have [[receptive fields|receptive field]] of 3 × 3, 7 × 7 and 15 × 15 cells:
after n layers 2<sup>n + 1</sup> − 1 on a side. Each layer about doubles the view, which is *exponential* growth, and
adds 9 parameters, which is *linear* growth. Every cell of the field is read, and with padding no output is lost. See it
in [growth](receptive-field).
""",
        pitfalls=(
            Pitfall(
                "**Dilation 2 in every layer leaves holes.** Three such layers span 13 × 13 cells and read 49 of them; "
                "more layers with dilation 2 do not fill the gaps.",
                "See the holes",
                "gridding",
            ),
            Pitfall(
                "**More dilation without more padding shrinks the output.** With dilation 3, 7 × 7 cells give a single "
                "number. To keep the size, an odd kernel needs padding p = d(k − 1)/2 on each side, which is 3 here.",
                "Dilation 3, no padding",
                "?dilation=3",
            ),
            Pitfall(
                "**Dilation is not stride.** Stride 2 moves the window by two cells, and 7 × 7 cells become 4 × 4. "
                "Dilation 2 spreads the weights inside the window, which still moves by one: 7 × 7 stay 7 × 7.",
                "Compare the two",
                "compare?left=standard&right=dilated&input_size=7&left.stride=2&left.padding=1&right.padding=2",
            ),
        ),
        onward={
            "transposed": "The way back: from a small input to a larger output.",
            "receptive-field": "Stack dilations 1, 2, 4 and watch the field double.",
            "gridding": "Which rates leave holes, and which do not.",
        },
        sources=(
            "Yu & Koltun, [Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122) "
            "(2016); van den Oord et al., [WaveNet](https://arxiv.org/abs/1609.03499) (2016), for audio; Kalchbrenner "
            "et al., [Neural machine translation in linear time](https://arxiv.org/abs/1610.10099) (2016); sizes after "
            "[Dumoulin & Visin](https://arxiv.org/abs/1603.07285)."
        ),
    ),
)
