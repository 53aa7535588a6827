"""Lab: how the receptive field grows, layer by layer."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.growth.page import growth_page

growth_page(
    Words(
        lead="Stack layers and see how far back a unit looks: point at any cell of any layer to see what it reads.",
        explanation=r"""
Every plane is the output of a layer, the first one is the input. Step by step one unit of each layer is shown with
**all the cells that it reads**, down to the input. On the input, the color tells through how many **paths** a cell is
read. Thin frames are the fields of the layers before.

* Three 3 × 3 kernels see 3, 5 and 7 cells across: each adds 2. With the **dilations 1, 2, 4** they see 3, 7 and 15,
  with as many parameters: the field doubles while the parameters grow by 9 each time. After layer $i$ it
  is $(2^{\,i+1} - 1) \times (2^{\,i+1} - 1)$, and every cell inside is read.
* The same dilation over and over leaves **holes**: three layers with dilation 2 span 13 × 13 cells and read 49 of
  them, one in four.
* A **stride**, or a pooling with one, multiplies what all later layers add: the *jump* in the table is how many input
  cells lie between two neighbours of that layer.
* **Padding** moves the field, and never changes its size. At the border a part of it lies outside.
* **Upsampling and transposed layers** have units that see differently: it depends on where between the cells they lie.
  The table gives the largest.

*Standard* in the table and in the curve is what the same kernels would see without stride and dilation. Centers are in
cells of the input, of the first unit; behind upsampling and transposed layers, where no two neighbours need see alike,
they are nominal: the mean over all phases. Layers are counted from 1, rows and columns from 0.
""",
        sources=(
            "Yu & Koltun, [Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122) "
            "(2016), for 3, 7, 15; Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://doi.org/10.23915/distill.00021) (2019); WaveNet: van den Oord et al. "
            "[2016](https://arxiv.org/abs/1609.03499)."
        ),
    )
)
