"""Lab: the receptive fields of a whole network."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.network.page import network_page

network_page(
    Words(
        lead="Choose a box: how large a part of the picture can change what this layer says about one place?",
        why=(
            "A network can name an object only if it sees enough of it. Here is how much each layer sees, for 31 known "
            "networks and for yours."
        ),
        tries=(
            Try("VGG-16", "?network=vgg16", "13 small kernels and 5 poolings: the last layer sees 212 × 212 pixels."),
            Try(
                "ResNet-50",
                "?",
                "Its last layer sees 483 × 483, more than the 224 × 224 picture: the rest of the field is padding.",
            ),
            Try(
                "U-Net",
                "?network=unet",
                "It shrinks the picture and enlarges it again: an output sees 188 to 204 pixels across, by its place.",
            ),
            Try(
                "Seven layers, dilated",
                "?network=context_module",
                "Dilation instead of stride: it sees 67 × 67 and still gives one output for each pixel (jump 1).",
            ),
            Try(
                "Compare two versions",
                "?against=resnet50_v1_5",
                "ResNet-50 in two versions: 7 of 70 nodes differ themselves, and the last field is 427, not 483.",
            ),
        ),
        explanation="""
Every box is a layer, or a block of layers; the picture comes in at the top. The **field** of a box is its
[[receptive field]]: the rectangle of input pixels that one of its outputs can reach. Nothing outside can change that
output.

* The [[jump]] is how far the field moves from one output to the next: the product of all [[strides|stride]] so far.
  Each kernel adds (k − 1) · d times the jump *before* it, so a layer after many strides adds most.
* Where [[paths|path]] meet, the field is the smallest rectangle around what they reach. If they differ in jump or
  center, they are *misaligned*: the box has a dashed edge and the sign ≠. With [[causal]] convolutions, as in WaveNet,
  that is by design: they look back only, while the path around them does not.
* [[Padding|padding]] never changes the size. It is how far the first field begins before the input, in cells that the
  network adds itself. After upsampling it is an average, as the center is.
* **Global** operations, such as squeeze-and-excite or image pooling, read the whole input. Then the numbers are those
  without these operations, and “+ whole” says that every output reads the whole input, too.
* **Parameters** are the stored numbers that a node reads, **multiplications** its products of weights and cells,
  padding counted, and **memory** that of its output, at 4 bytes a number.
* **Borders** has the share of each output's paths that begin in padding. **Between two nodes** has the field in cells
  of any other node, and the outputs that a cell of the input reaches.
* Equal blocks in a row are **folded** into one box with another one behind it. Click to expand it; “− fold” collapses
  it again.

Rows and columns are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**Seeing is not using.** The field is what an output *can* see. Most of the weight is in its middle.",
                "See the weight",
                "on-your-image",
            ),
            Pitfall(
                "**The same name, two networks.** ResNet-50 has its stride in the 1 × 1 kernel (version 1: 483) or in "
                "the 3 × 3 kernel (version 1.5: 427).",
                "Version 1.5",
                "?network=resnet50_v1_5",
            ),
            Pitfall(
                "**Deeper is not always wider.** ResNet-34 sees more (899) than ResNet-50 (483): two of three kernels "
                "in a block of ResNet-50 are 1 × 1, and see no neighbors.",
                "ResNet-34",
                "?network=resnet34",
            ),
            Pitfall(
                "**A field larger than the picture is no mistake.** Its outer part reads padding, that is zeros.",
                "ResNet-152",
                "?network=resnet152_v1",
            ),
        ),
        onward={
            "on-your-image": "Put the field on a photograph, and see how much each pixel weighs.",
            "receptive-field": "Build a stack yourself, and watch the field grow.",
            "gridding": "Which cells of a field are never read.",
        },
        sources=(
            "Araujo, Norris & Sim, [Computing receptive fields of convolutional neural networks]"
            "(https://distill.pub/2019/computing-receptive-fields) (2019); layers after Sugiyama, Tagawa & Toda, "
            "[Methods for visual understanding of hierarchical system structures]"
            "(https://doi.org/10.1109/TSMC.1981.4308636) (1981)."
        ),
    )
)
