"""Lab: how the receptive field grows, layer by layer."""

from convviz.web.components.voice import Words
from convviz.web.labs.growth.page import growth_page

growth_page(
    Words(
        lead="Stack layers and see how far back a unit looks: point at any cell of any layer to see what it reads.",
        explanation=r"""
Every plane is the output of a layer; the first one is the input. Step by step, one unit of each layer is shown with
**all the cells that it reads**, down to the input. On the input, the color shows through how many **paths** a cell is
read. Thin frames are the fields of the earlier layers.

* Three 3 × 3 kernels see 3, 5 and 7 cells across: each adds 2. With the **dilations 1, 2, 4** they see 3, 7 and 15,
  with the same number of parameters: the field doubles while the parameters grow by 9 each time. After layer $i$ it
  is $(2^{\,i+1} - 1) \times (2^{\,i+1} - 1)$, and every cell inside is read.
* The same dilation in every layer leaves **holes**: three layers with dilation 2 span 13 × 13 cells and read 49 of
  them, or 29%.
* A **stride**, or a pooling with one, multiplies what all later layers add: the *jump* in the table is the distance, in
  input cells, between two neighboring units of that layer.
* **Padding** moves the field, but never changes its size. At the border, a part of it lies outside the input.
* The units of **upsampling and transposed layers** have fields of different sizes, which depend on their position
  between the cells. The table gives the largest.

*Standard* in the table and in the curve is what the same kernels would see without stride and dilation. Centers are
those of the first unit, in input cells. After upsampling and transposed layers, where neighboring units may have
different fields, they are nominal: the mean over all phases. Layers are counted from 1, rows and columns from 0.
""",
        sources=(
            "Yu & Koltun, [Multi-scale context aggregation by dilated convolutions](https://arxiv.org/abs/1511.07122) "
            "(2016), for 3, 7, 15; Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://doi.org/10.23915/distill.00021) (2019); WaveNet: van den Oord et al. "
            "[2016](https://arxiv.org/abs/1609.03499)."
        ),
    )
)
