"""Lesson: the gradients of a convolution and of a pooling."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.lessons.page import lesson

lesson(
    "backward",
    Words(
        lead="Each number of dX answers: how much does the error change with this input number?",
        why=(
            "Training needs it: of dY, the gradient of its output, a layer makes dX for the layer before, dW for its "
            "weights and db for its bias."
        ),
        tries=(
            Try(
                "Start with a single 1",
                "?upstream=impulse",
                "dX is the kernel, under the window of that output; dW is the piece of input that the window read.",
            ),
            Try(
                "See outputs meet",
                "?gradient=dx",
                "Row 3, column 1 is read by four outputs, so four numbers of dY come back to it: 11.",
            ),
            Try(
                "Make the gradient of the weights",
                "?gradient=dw",
                "dW has a number for each weight; dY lies on the input with its cells 2 apart, as the windows were.",
            ),
            Try(
                "Route it through a maximum",
                "?mode=max",
                "All of a number goes to the cell that won its window; of the 25 cells of dX at most 9 get anything.",
            ),
            Try(
                "Share it in an average",
                "?input_size=6&kernel_size=2&padding=0&mode=average&upstream=ones",
                "Each cell gets a quarter of its window's number: 0.25 everywhere.",
            ),
        ),
        explanation="""
Forward, every product is one [[tap]]: an input cell times a weight, for one output. Going backward
([[backpropagation]]), the [[upstream gradient|upstream gradient]] dY comes in, a number for each output, and every tap
carries it back twice: times its weight to its input cell, and times its input cell to its weight. All that arrives at a
cell is added up.

* **dX is a [[transposed]] convolution of dY.** The picture puts *s* − 1 zeros between the cells of dY, where the
  [[stride]] left input cells out, and zeros around it.
* **The kernel is turned** by 180 degrees there, not in memory. Of the outputs that read a cell, the first one, above it
  on the left, reads it with its last weights, and the last one with its first weights. So the order is reversed.
* **dW is a convolution of the input with dY.** A weight met the input once in each window, every *s* cells, so the
  cells of dY lie *s* apart: the stride of the layer is the [[dilation]] here. And from one weight to
  the next the input is *d* further on: the dilation of the layer is the stride here.
* **db is the sum of dY**, because the [[bias]] is added to every output.
* **Pooling** has no weights. A maximum passes dY on to the winner alone, an average gives an equal share to each cell.
  [[Padding|padding]] never wins; what falls on padding is lost.

Rows and columns are counted from 0. dY is 3 × 3 at first, as the output is, and its numbers are made up: in training
they come from the [[loss]]. A double click changes them.
""",
        pitfalls=(
            Pitfall(
                "**Backward is not the inverse.** With a single 1 in dY, dX is the kernel, whatever the input was: "
                "nothing is undone.",
                "See the kernel",
                "?gradient=dx&upstream=impulse",
            ),
            Pitfall(
                "**Cells that no window reads get 0.** 6 rows, a 3 × 3 window and stride 2 leave the last row and the "
                "last column over: dotted here, and 0 in dX. The stride was rounded down, and output_padding of the "
                "transposed convolution brings these cells back.",
                "Leave a row over",
                "?input_size=6&padding=0",
            ),
            Pitfall(
                "**Gradients of all places add up, they are not averaged.** A kernel is used in every window, so its "
                "gradient is a sum over all windows, and over all images of a batch: with a dY of ones on 3 × 3 "
                "outputs, db is 9.",
                "Count the ones",
                "?gradient=dw&upstream=ones",
            ),
            Pitfall(
                "**Of equal numbers one gets all.** Every input is 1, and still only the first cell of each window "
                "gets the gradient, here and in PyTorch: 9 cells of 25.",
                "See ties",
                "?mode=max&input=ones&upstream=ones",
            ),
            Pitfall(
                "**A cell may win several windows.** Their gradients add up: the 8 in the middle wins four of nine, "
                "and gets 4.",
                "Let windows overlap",
                "?stride=1&padding=0&mode=max&upstream=ones",
            ),
        ),
        onward={
            "transposed": "The same picture as a layer: it makes an output larger, and has its name from here.",
            "receptive-field": "Which inputs a gradient comes back to, through several layers.",
            "on-your-image": "How much of it arrives where: the effective receptive field.",
        },
        sources=(
            "Goodfellow, Bengio & Courville, [Deep Learning](https://www.deeplearningbook.org/contents/convnets.html) "
            "(2016), section 9.5; Dumoulin & Visin, [A guide to convolution arithmetic for deep learning]"
            "(https://arxiv.org/abs/1603.07285) (2016), chapter 4; names as in "
            "[PyTorch](https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html)."
        ),
    ),
)
