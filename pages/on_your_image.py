"""Lab: what a unit of a network sees of a photograph."""

from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.unit_image.page import unit_image_page

unit_image_page(
    Words(
        lead="One output cell deep inside a network can see only a part of the photograph: the box around it.",
        why=(
            "A network can name an object only if one of its cells sees enough of it: how much is that, and which "
            "pixels count most?"
        ),
        tries=(
            Try("A cell near the start", "?node=conv2_3", "It sees 35 × 35 pixels: a detail, not the marked object."),
            Try("A cell near the end", "?node=conv5_3", "483 × 483 pixels: more than the whole photograph."),
            Try("Three cells", "?units=7,7;0,0;13,13", "Fields of one size at three places; they overlap."),
            Try("Another network", "?network=vgg16", "The last cells of VGG-16 see 212 × 212 pixels."),
            Try("Random weights", "?kernels=random", "An estimate instead of exact paths: the bell stays, with noise."),
        ),
        explanation="""
A [[unit]] is one output cell of a node, in all its channels; a node is a layer of the network, or a place where layers
meet. The yellow box is its [[receptive field]]: what lies outside can never change the unit. In the hatched area around
the picture, a field reads padding; a larger box is cut off at the edge of that area.

* **The cells of a field do not all count the same.** Those in the middle are read through many more [[paths|path]] than
  those at the border, so the weight is shaped like a bell. *Kernels of ones*: the exact share of all paths that begin
  at a cell. *Random kernels*: the mean of the squared gradient over draws of all weights, without activations.
  Your own ONNX file can also show its *trained kernels*: the squared gradient with the weights, signs and channels that
  the file stores, without activations.
* **2 sigma** on each side of the middle hold about 95% of a bell's weight along an axis. So 4 sigma divided by the side
  of the field compares the effective field with the whole one: in a stack of n equal layers it shrinks like 1/√n.
  Weights are known only inside the picture: where it cuts off a part of the field, sigma is that of the rest.
* **An object** can be recognized as a whole only by a unit whose field covers it. A large field is not enough: units
  lie a [[jump]] apart, so one of them has to be in the right position.

This is what a network *can* use, because of its layers alone. What it has learned to use is another question, which
trained kernels answer in part: what an activation stops in one photograph, it lets through in another. Rows and columns
are counted from 0.
""",
        pitfalls=(
            Pitfall(
                "**A large field does not mean that all of it counts.** This field has 291 × 291 cells, but 4 sigma of "
                "its weight are 133 × 133: less than half of it on each side.",
                "See the weights",
                "?",
            ),
            Pitfall(
                "**A field may reach beyond the photograph.** There it reads [[padding]]: of the field of the unit in "
                "the corner, only 148 × 148 of the 291 × 291 cells lie in the picture.",
                "The unit in the corner",
                "?units=0,0",
            ),
            Pitfall(
                "**“ResNet-50” has two sizes of field.** Where the stride is in the 1 × 1 layers (v1), the last field "
                "is 483 cells wide; where it is in the 3 × 3 layers (v1.5), 427.",
                "Version 1.5",
                "?network=resnet50_v1_5",
            ),
        ),
        onward={
            "on-an-image": "What one kernel does with the pixels of a photograph, number by number.",
            "receptive-field": "How the field grows from layer to layer.",
            "network": "The fields of all nodes of a network, or of your own ONNX file.",
        },
        sources=(
            "Luo, Li, Urtasun & Zemel, [Understanding the effective receptive field in deep convolutional neural "
            "networks](https://arxiv.org/abs/1701.04128) (2016); Araujo, Norris & Sim, [Computing receptive fields of "
            "convolutional neural networks](https://distill.pub/2019/computing-receptive-fields) (2019)."
        ),
    )
)
