"""Lab: the receptive fields of a whole network."""

from convviz.web.components.voice import Words
from convviz.web.labs.network.page import network_page

network_page(
    Words(
        lead="How much of the input each node sees, exactly: choose a known network or upload your own ONNX file.",
        explanation="""
Every box is a node; read them from top to bottom. The **field** of a node is the rectangle of input cells that one of
its outputs can reach.

* The **jump** is how far the field moves from one output to the next: the product of all strides so far. Each kernel
  adds (k − 1) · d times the jump *before* it, so a layer after many strides adds most.
* Where **paths meet**, the field is the smallest rectangle around what they reach. If they differ in jump or center,
  they are *misaligned*: the box has a dashed edge and the sign ≠. With causal convolutions, as in WaveNet, that is by
  design: they look back only, while the path around them does not.
* **Padding** never changes the size. It is how far the first field begins before the input, in cells that the network
  adds itself. After upsampling it is an average, as the center is.
* **Global** operations, such as squeeze-and-excite or image pooling, read the whole input. Then the page gives both:
  the whole input, and the field without these operations.
* Equal blocks in a row are **folded** into one box with another one behind it. Click to expand it; “− fold” collapses
  it again.

The field is what an output *can* see. *On your image* shows how much each cell counts. Rows and columns are counted
from 0.
""",
        sources=(
            "Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://distill.pub/2019/computing-receptive-fields) (2019); layers after Sugiyama, Tagawa & Toda, "
            "[Methods for visual understanding of hierarchical system structures]"
            "(https://doi.org/10.1109/TSMC.1981.4308636) (1981)."
        ),
    )
)
