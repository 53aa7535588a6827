"""Lab: which cells of its receptive field a stack of dilated convolutions reads."""

from convviz.web.components.voice import Words
from convviz.web.labs.gridding.page import gridding_page

gridding_page(
    Words(
        lead="A stack of dilated convolutions has a large receptive field. Which of its cells does it really read?",
        explanation="""
Every layer reads k cells per axis, its **rate** (dilation) apart. An output reads the input cells whose distances are
sums of one step per layer: 0, r, 2r, … (k − 1)r. Distances that are no such sum are **holes**: cells inside the
receptive field that have no influence on the output. Neighboring outputs read different cells, so that information that
belongs together is split into separate grids; hence the name **gridding**.

* With equal rates of 2, only every other cell is read, however many layers there are. With 1, 2, 4, … there are no
  holes, and the receptive field about doubles with each layer.
* The **order** of the layers changes neither the cells that are read nor the paths. The HDC rule does depend on it.
* **HDC** (hybrid dilated convolution) requires M₂ ≤ K, computed backwards from the last layer. It is a rule of thumb:
  only for K = 3 and rates that start with 1 and never decrease does it agree with counting the holes.
* Only **chains** are shown here: one layer after the other, with stride 1 and far from all borders. DeepLab v3 uses the
  rates 6, 12, 18 in parallel branches, whose outputs are joined; in a chain they leave holes.
* The cells that are read do not all count the same: most **paths** lead to the middle. The *effective* receptive field
  weighs them as the gradient does. It is about a Gaussian; with equal rates, the more layers there are, the smaller the
  part of the receptive field that it fills.

Cells, rows and columns are counted from 0, layers from 1.
""",
        sources=(
            "Wang et al., [Understanding convolution for semantic segmentation](https://arxiv.org/abs/1702.08502) "
            "(2018), for the rule; Yu & Koltun, [Multi-scale context aggregation by dilated convolutions]"
            "(https://arxiv.org/abs/1511.07122) (2016); Chen et al., [DeepLab v3](https://arxiv.org/abs/1706.05587) "
            "(2017); Luo et al., [Understanding the effective receptive field in deep convolutional neural networks]"
            "(https://arxiv.org/abs/1701.04128) (2016)."
        ),
    )
)
