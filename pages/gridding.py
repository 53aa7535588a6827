"""Lab: which cells of its receptive field a stack of dilated convolutions reads."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.gridding.page import gridding_page

gridding_page(
    Words(
        lead="A stack of dilated layers can look far and still miss most cells on the way: the map shows which ones.",
        why=(
            "What is never read cannot help, and the result shows it as a fine grid. Good dilations read every cell, "
            "with as many weights."
        ),
        tries=(
            Try("Use 2, 2, 2", "?", "Of 13 × 13 cells, 49 are read: every other row and every other column."),
            Try("Use 1, 2, 3", "?rates=1,2,3", "With the same 27 weights, all 169 of the same 13 × 13 cells are read."),
            Try("Use 1, 2, 4", "?rates=1,2,4", "The field is 15 × 15 cells, and all 225 are read."),
            Try("Use 2, 4, 8", "?rates=2,4,8", "Rates doubled from 2 on span 29 × 29 cells, and read 225 of the 841."),
            Try("Use 1, 2, 9", "?rates=1,2,9", "The last step is too large: 441 of 625 cells are read."),
        ),
        explanation="""
The square is the [[receptive field]] of one output after all layers. **Filled** cells are read: changing one of them
changes the output. **Crossed** cells are [[holes|hole]]: they lie inside the field, and have no influence at all.

**Where holes come from.** Each layer reads k cells on each axis, its *rate* apart; the rate is the [[dilation]] of the
layer. Through several layers, an output reads the cells whose distance is a sum of one step per layer: 0, r, 2r, … up
to (k − 1)r. A distance that is no such sum is a hole.

* With rates 2, 2, 2 all steps are even, so every sum is even: each odd row and column is missed.
* With 1, 2, 4, … every distance is a sum, and the field about doubles with each layer.
* Neighboring outputs then read different cells: what belongs together is split into separate grids. That is why the
  effect is called **gridding**.
* The order of the layers changes neither the cells that are read nor the [[paths|path]] to them.

**HDC**, *hybrid dilated convolution*, is a rule of thumb for choosing rates: a distance M₂, computed backwards from
the last layer, must be at most K, the size of the kernel. It agrees with the count of holes where K = 3 and the rates
begin with 1 and never decrease.

**What the map leaves out.** It shows chains only: one layer after the other, with stride 1 and far from all borders.
Not all filled cells count the same, as most paths lead to the middle. The *effective* receptive field weighs cells as
the [[gradient]] does; it is about a Gaussian, and with equal rates it fills a smaller part of the field the more layers
there are. Cells, rows and columns are counted from 0, layers from 1.
""",
        pitfalls=(
            Pitfall(
                "**More layers do not fill the holes.** With rate 2 in each of five layers, 121 of 441 cells are read. "
                "What helps is a first layer with rate 1.",
                "Five layers of rate 2",
                "?rates=2,2,2,2,2",
            ),
            Pitfall(
                "**A rule of thumb is no count.** For 2, 2, 2 the HDC rule promises no holes, as M₂ = 2 is at most 3; "
                "120 cells are holes. The rates do not begin with 1, so the rule does not apply.",
                "Rule and count disagree",
                "?",
            ),
            Pitfall(
                "**The rule may also warn for nothing.** For 1, 5, 2 it warns, as M₂ = 8 is more than 3; yet all 289 "
                "cells are read, as with 1, 2, 5 in order.",
                "Warned for nothing",
                "?rates=1,5,2",
            ),
            Pitfall(
                "**Rates for branches are not rates for a chain.** DeepLab v3 uses 6, 12 and 18 next to each other and "
                "joins the results. One after the other, they read 169 of 5,329 cells.",
                "6, 12, 18 in a chain",
                "?rates=6,12,18",
            ),
        ),
        onward={
            "network": "Receptive fields of whole networks, node by node.",
            "receptive-field": "How the field grows from layer to layer, with its parameters.",
            "dilated": "Back to a single dilated layer, step by step.",
        },
        sources=(
            "Wang et al., [Understanding convolution for semantic segmentation](https://arxiv.org/abs/1702.08502) "
            "(2018), for the rule; Yu & Koltun, [Multi-scale context aggregation by dilated convolutions]"
            "(https://arxiv.org/abs/1511.07122) (2016); Chen et al., [DeepLab v3](https://arxiv.org/abs/1706.05587) "
            "(2017); Luo et al., [Understanding the effective receptive field in deep convolutional neural networks]"
            "(https://arxiv.org/abs/1701.04128) (2016)."
        ),
    )
)
