"""Lesson: transposed convolution."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "transposed",
    Words(
        lead=(
            "Each number of a small input stamps the whole kernel onto a larger output; where stamps overlap, their "
            "numbers add up."
        ),
        why=(
            "It enlarges with learned weights: a segmentation gets back to the size of its image, a generator grows a "
            "picture from few numbers."
        ),
        tries=(
            Try(
                "See both ways",
                "?view=both",
                "Gather takes 25 steps, Stamp takes 9, and both end with the same 5 × 5 numbers.",
            ),
            Try(
                "Stride 2, padding 1",
                "?",
                "One zero between neighboring cells and one around them: 3 × 3 becomes 5 × 5.",
            ),
            Try(
                "Double the size",
                "?input_size=4&kernel_size=4",
                "Kernel 4, stride 2 and padding 1 make 8 × 8 out of 4 × 4.",
            ),
            Try(
                "Add output padding",
                "?output_padding=1",
                "One more row below and one more column on the right: 6 × 6.",
            ),
            Try(
                "Several channels",
                "?in_channels=2&out_channels=3",
                "Three kernels, each with a slice for both input channels; the sums of the slices are added.",
            ),
        ),
        explanation="""
**Two ways to see it**, with the same result. The view *Both* shows them next to each other.

* **[[Stamp|stamp]]**: each input cell is multiplied by the whole [[kernel]], and the products are added to the output,
  s cells further with each step.
* **[[Gather|gather]]**: stretch the input by s − 1 zeros between neighboring cells, put zeros around it, and run an
  ordinary convolution with [[stride]] 1 and the kernel turned by 180 degrees. Most of its products are with zeros, so
  libraries do not compute it this way.

The stretched input explains the name **fractionally strided convolution**: a window that moves by one of its cells
moves by 1/s of a cell of the real input.

**Two paddings.** A *direct* convolution leads from large to small; this layer brings the shape of its input back. The
[[padding]] p is that of the direct convolution, so here it *cuts* p rows and columns off each side of the output. The
zeros around the stretched input are p′ = d(k − 1) − p on each side. Both are below the figure.

**[[Output padding|output padding]]** chooses among sizes. A direct convolution with kernel 3, stride 2 and padding 1
makes 3 rows out of 5, and also out of 6; on the way back from 3 rows, output padding 1 asks for 6 instead of 5.

**[[Channels|channel]]** go as in a direct convolution: a kernel for each output channel has a slice for each input
channel of its [[group|groups]]. Only the stored weight has its first two axes exchanged: input channels × output
channels of a group × height × width. Several channels are drawn in the view *Gather*.

**Why transposed.** Write a convolution as a table of numbers with a row for each output cell and a column for each
input cell. This layer uses the same table with rows and columns exchanged, which mathematics calls the transpose.

**Why not deconvolution.** Many still call it so. Measuring distorts a signal: a lens blurs the picture, which is a
convolution of the true picture with the blur. In signal processing, [[deconvolution]] undoes that and computes the true
picture back. A transposed convolution gives back the *shape* alone. Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**It does not undo a convolution.** Stride 2 turns 5 × 5 cells with a single 1 into 3 × 3 with a "
                "single 4. The transposed layer with the same kernel makes 5 × 5 of them again, but 9 cells are "
                "filled, with 16 in the middle: the shape comes back, the numbers do not.",
                "Direct and transposed",
                "compare?left=standard&right=transposed&stride=2&padding=1&weight=1,2,1;2,4,2;1,2,1"
                "&left.input=0,0,0,0,0;0,0,0,0,0;0,0,1,0,0;0,0,0,0,0;0,0,0,0,0&right.input=0,0,0;0,4,0;0,0,0",
            ),
            Pitfall(
                "**Padding p is not the zeros around the input.** More padding means fewer zeros and a smaller "
                "output: with kernel 3 and padding 2, p′ is 0 and 3 × 3 stays 3 × 3.",
                "Padding 2",
                "?padding=2",
            ),
            Pitfall(
                "**Output padding is not a border of zeros.** With padding 1, its row and its column are some that the "
                "padding would have cut off, and stamps write them as all others.",
                "Watch the stamps",
                "?output_padding=1&view=scatter",
            ),
            Pitfall(
                "**Stamps may overlap unevenly.** With kernel 3 and stride 2, some output cells get 4 stamps and "
                "others 1, and pictures get a [[checkerboard]].",
                "Count the stamps",
                "checkerboard",
            ),
        ),
        onward={
            "checkerboard": "What uneven stamps do to a photograph, and what helps.",
            "matrix": "The same connections as one large matrix, and why the layer is called transposed.",
            "gallery?topic=transposed": "All the figures of convolution arithmetic, by name.",
        },
        sources=(
            "Dumoulin & Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) "
            "(2016), chapter 4, and their [collection of animations](https://github.com/vdumoulin/conv_arithmetic); "
            "Data Science Stack Exchange, [What are deconvolutional layers?]"
            "(https://datascience.stackexchange.com/questions/6107/what-are-deconvolutional-layers); Long, Shelhamer "
            "& Darrell, [Fully convolutional networks for semantic segmentation](https://arxiv.org/abs/1411.4038) "
            "(2015); Radford, Metz & Chintala, [DCGAN](https://arxiv.org/abs/1511.06434) (2016), for generators; "
            "Zeiler et al., [Deconvolutional networks](https://doi.org/10.1109/CVPR.2010.5539957) (2010), for the "
            "other name."
        ),
    ),
)
