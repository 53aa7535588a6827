"""Lab: which cells of its receptive field a stack of dilated convolutions reads."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.gridding.page import gridding_page

gridding_page(
    Words(
        lead="A stack of dilated convolutions has a large receptive field. Which of its cells does it really read?",
        explanation="""
Every layer reads k cells per axis, its **rate** (dilation) apart. What an output reads of the input are all sums of
one step per layer: 0, r, 2r, … (k − 1)r. Sums that never come up are **holes**: cells inside the receptive field that
have no influence on the output. Neighbouring outputs read other cells, so that what belongs together falls apart into
grids; hence the name **gridding**.

* With equal rates of 2 only every other cell is read, however many layers there are. With 1, 2, 4, … there are no
  holes; the receptive field about doubles with each layer.
* The **order** of the layers makes no difference to the cells read, nor to the paths. The HDC rule does depend on it.
* **HDC** (hybrid dilated convolution) asks that M₂ ≤ K, worked backwards from the last layer. It is a rule of thumb:
  only for K = 3 and rates that begin with 1 and never decrease does it say the same as counting the holes.
* Only **chains** are shown here, one layer after the other, with stride 1 and far from all borders. DeepLab v3 uses
  the rates 6, 12, 18 side by side, in branches that are put together; in a chain they leave holes.
* Cells that are read do not count alike: most **paths** lead to the middle. The *effective* receptive field is what
  matters in the gradient: about a Gaussian, and of layers with equal rates the smaller a part the more there are.

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
