"""Lesson: a convolution as a matrix product."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "matrix",
    Words(
        lead="Each window becomes a row of numbers, and the rows times the kernel, as a column, are the whole output.",
        why=(
            "Libraries compute layers so. Turned around, the same matrix is the transposed layer, and the way back in "
            "training."
        ),
        tries=(
            Try("Step through", "?", "The window is a row of im2col, and its weights are a row of W."),
            Try(
                "Larger: 4 × 4, kernel 3 × 3",
                "?input_size=4&kernel_size=3",
                "W has 4 rows and 16 columns, and 36 of its 64 cells hold a weight.",
            ),
            Try(
                "See the bands",
                "?input_size=8&kernel_size=3&padding=1&view=matrix",
                "64 × 64 cells, of which 484 hold a weight: three bands, each of three diagonals.",
            ),
            Try(
                "Count the copies",
                "?input_size=5&kernel_size=3&view=im2col",
                "81 numbers made of 25: the cell in the middle is in every row.",
            ),
            Try(
                "The way back",
                "?view=transposed",
                "Each output times its column of W transposed is added to the result: a stamp.",
            ),
        ),
        explanation="""
A convolution is linear: each output is a sum of input numbers with fixed weights. So it can be written as one matrix
product, and there are two ways to do it. Point at a weight of the [[kernel]], or at any other cell: all places with the
same number light up, in all panels.

* **[[im2col]]: the windows as rows.** Each output cell has a row, with the numbers under its [[window]], zeros of the
  padding among them. Times the kernel as a column, the rows are the output as a column. The kernel stays small, and the
  input is copied: a cell comes once for each window that reads it. With C channels a row is C times as long; with more
  kernels there are more columns on the right, and the rows stay as they are.
* **W: the whole layer.** The input stays as it is, as a column, and the kernel is copied: row n of W has the weights
  where output n reads, and zeros everywhere else. W is [[sparse]]. With stride 1 each weight runs down a diagonal: a
  [[Toeplitz]] matrix of blocks that are such matrices themselves. A stride makes the rows jump, padding cuts the
  diagonals off at the border.
* **W transposed: the way back.** Its columns are the rows of W. It takes numbers of the output's size to the input's
  size, along the same connections: output n, times the kernel, is [[stamped|stamp]] where its window was. That is the
  transposed convolution with the same kernel, stride and padding: see [both next to each
  other](compare?left=matrix&right=transposed&stride=1&padding=0&weight=1,2;-1,1&left.view=transposed&right.view=scatter&left.input=5,0,3;3,7,9;3,5,2&right.input=9,8;19,22).
  In training it takes the [[gradient]] from the output back to the input.

**What it costs.** Take a color image of 224 × 224, padding 1, and 64 kernels of 3 × 3. The input has 150,528 numbers
and the kernels 1,728. im2col has 1,354,752 numbers, 9 times the input. W would have 483,385,147,392 cells, of which
0.018% hold a weight: as 32-bit numbers 1.9 terabytes. So libraries never make W, and of im2col often only a block of
rows at a time.

Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**W transposed does not undo W.** The result has the input's size, not its numbers: it begins with 9, "
                "26, 16, the input with 5, 0, 3.",
                "Compare the columns",
                "?view=transposed",
            ),
            Pitfall(
                "**W is no dense layer.** A dense layer from 9 cells to 4 learns 36 weights. Here 16 cells hold 4 "
                "weights, each of them 4 times, and the other 20 stay 0.",
                "Show W alone",
                "?view=matrix",
            ),
            Pitfall(
                "**im2col is not always larger than the input.** Where windows do not overlap, no cell is copied: 16 "
                "numbers stay 16.",
                "Stride 2, kernel 2 × 2",
                "?input_size=4&stride=2&view=im2col",
            ),
            Pitfall(
                "**Padding is in im2col, but not in W.** Its zeros are numbers of the rows, and W has no columns for "
                "them: of 9 rows with 4 taps each, 16 weights are left.",
                "A 2 × 2 input, padding 1",
                "?input_size=2&padding=1",
            ),
        ),
        onward={
            "pooling": "The way down: fewer cells, without a weight.",
            "transposed": "The way back, as stamps on a grid.",
            "depthwise-separable": "Fewer products by taking the channels apart.",
        },
        sources=(
            "im2col for networks: Chellapilla, Puri & Simard, [High performance convolutional neural networks for "
            "document processing](https://inria.hal.science/inria-00112631) (2006); in blocks: Chetlur et al., [cuDNN]"
            "(https://arxiv.org/abs/1410.0759) (2014); W and its transpose after [Dumoulin & Visin]"
            "(https://arxiv.org/abs/1603.07285), section 4.1."
        ),
    ),
)
