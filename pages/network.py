"""Lab: the receptive fields of a whole network."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.network.page import network_page

network_page(
    Words(
        lead="How much of the input each node sees, exactly: choose a known network or bring your own as an ONNX file.",
        explanation="""
Every box is a node, read from the top down; its **field** is the box of input cells that one of its outputs can reach.

* The **jump** is how far the field moves from one output to the next, the product of the strides so far. Each kernel
  adds (k − 1) · d times the jump *before* it, so a layer behind many strides adds most.
* Where **paths meet**, the field is the hull of what they reach. If they disagree in jump or center they are
  *misaligned*: the box has a dashed edge and the sign ≠. Causal convolutions, as in WaveNet, do so by design: they look
  back only, and the path around them does not.
* **Padding** never changes the size. It says how far the first field begins before the input: numbers that a network
  invents and does not see. Behind upsampling it is an average, as the center is.
* **Global** operations, such as squeeze-and-excite or image pooling, read the whole input. Then both are said: the
  whole input, and the field without them.
* Equal blocks in a row are **folded** into one box with another one behind it. Choose it, and it opens; “− fold” beside
  what it opened into folds it again.

The field is what an output *can* see. How much each cell counts is another question, answered by *On your image*. Rows
and columns are counted from 0.
""",
        sources=(
            "Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://distill.pub/2019/computing-receptive-fields) (2019); layers after Sugiyama, Tagawa & Toda, "
            "[Methods for visual understanding of hierarchical system structures]"
            "(https://doi.org/10.1109/TSMC.1981.4308636) (1981)."
        ),
    )
)
