"""Lab: how the receptive field grows, layer by layer."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.growth.page import growth_page

growth_page(
    Words(
        lead="Each layer looks further: after three layers one output number depends on 15 × 15 cells of the input.",
        why=(
            "Naming the object at every pixel takes a wide view and exact places: growing dilations give both, without "
            "one more parameter."
        ),
        tries=(
            Try("Dilations 1, 2, 4", "?", "The nested squares have sides of 3, 7 and 15 cells, with every cell read."),
            Try(
                "No dilation",
                "?layers=conv2d(3);conv2d(3);conv2d(3)",
                "With the same 27 parameters, the sides are only 3, 5 and 7 cells.",
            ),
            Try(
                "Keep the size",
                "?layers=conv2d(3,padding=1);conv2d(3,padding=2,dilation=2);conv2d(3,padding=4,dilation=4)",
                "With padding 1, 2, 4 each layer has as many outputs as the input has cells: 15 × 15.",
            ),
            Try(
                "Use strides instead",
                "?layers=conv2d(3,stride=2,padding=1);conv2d(3,stride=2,padding=1);conv2d(3,stride=2,padding=1)",
                "An output sees 15 × 15 cells again, but only 2 × 2 outputs are left.",
            ),
        ),
        explanation="""
Each grid is the output of one layer, and F0 is the input. Step by step, one [[unit]] of each layer is shown with **all
the cells that it reads**, down to the input. The nested squares on the input are its [[receptive field]] after one
layer, two layers and so on, with the lengths of their sides. A cell is darker the more [[paths|path]] lead to it.

**Exponential and linear growth.** A 3 × 3 layer with [[dilation]] d makes the side of the field 2d cells longer.

* With dilation 1 in each layer, each adds 2 cells: 3, 5, 7, 9. That is *linear* growth.
* With dilations 1, 2, 4, 8 the layers add 2, 4, 8 and 16 cells: 3, 7, 15, 31. Each side is twice the one before, and
  1 more. That is *exponential* growth, a straight line on a [logarithmic axis](receptive-field?vertical=log).
* The [[parameters|parameter]] grow linearly in both: 9 in each layer, for one channel in and one out.

**The rule.** After layer i of such a stack the side is 2<sup>i+1</sup> − 1 cells, and the field has
(2<sup>i+1</sup> − 1)² of them. Yu & Koltun begin to count at i = 0, so they write (2<sup>i+2</sup> − 1)² for the field
of F<sub>i+1</sub>. Their F<sub>1</sub>, F<sub>2</sub> and F<sub>3</sub> are F1, F2 and F3 here: 3², 7² and 15² cells.

**Strides and pooling** make later layers count more: what these add is multiplied by the [[jump]], the distance in
input cells between neighboring units.

**In the table**, centers are those of the first unit. After upsampling and transposed layers, neighboring units may
have fields of different sizes: the table gives the largest, and as center the mean over all positions. Layers are
counted from 1, rows and columns from 0.
""",
        pitfalls=(
            Pitfall(
                "**Dilation alone does not cover the field.** Three layers with dilation 2 span 13 × 13 cells, and "
                "read 49 of the 169. All others are [[holes|hole]].",
                "See the holes",
                "?layers=conv2d(3,dilation=2);conv2d(3,dilation=2);conv2d(3,dilation=2)",
            ),
            Pitfall(
                "**15 is a side, 225 is a number of cells.** A field “of 15” has 15 × 15 = 225 cells. When the side "
                "doubles, the number of cells becomes about four times as large.",
                "Side 31, 961 cells",
                "?layers=conv2d(3);conv2d(3,dilation=2);conv2d(3,dilation=4);conv2d(3,dilation=8)",
            ),
            Pitfall(
                "**Padding does not enlarge the field.** A unit in the corner has a field of the same size, but a part "
                "of it lies beyond the border: of its 15 × 15 cells, 8 × 8 belong to the input.",
                "A unit in the corner",
                "?layers=conv2d(3,padding=1);conv2d(3,padding=2,dilation=2);conv2d(3,padding=4,dilation=4)&unit=3,0,0",
            ),
            Pitfall(
                "**Padding keeps the size, and is no data.** With padding 1, 2 and 4, 73 % of the [[paths|path]] of "
                "the unit in the corner leave the input, and none of those of the unit in the middle.",
                "Borders, cell by cell",
                "?layers=conv2d(3,padding=1);conv2d(3,padding=2,dilation=2);conv2d(3,padding=4,dilation=4)&borders=0,0",
            ),
            Pitfall(
                "**Not all cells of the field count the same.** Without dilation, 49 paths lead from the output to the "
                "middle cell, and 1 to a cell in the corner.",
                "Count the paths",
                "?layers=conv2d(3);conv2d(3);conv2d(3)",
            ),
        ),
        onward={
            "gridding": "Which dilations leave holes, and which cover every cell.",
            "network": "The same numbers for whole networks, such as ResNet and U-Net.",
            "dilated": "Back to a single dilated layer, step by step.",
        },
        sources=(
            "Yu & Koltun, [Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122) "
            "(2016), for 3, 7, 15; Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://doi.org/10.23915/distill.00021) (2019); WaveNet: van den Oord et al. "
            "[2016](https://arxiv.org/abs/1609.03499)."
        ),
    )
)
