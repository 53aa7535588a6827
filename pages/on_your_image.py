"""Lab: what a unit of a known network sees of a photograph."""

from convviz.web.components.voice import Words
from convviz.web.labs.unit_image.page import unit_image_page

unit_image_page(
    Words(
        lead="A unit's receptive field over a photograph, how much each pixel weighs, and whether an object fits in.",
        explanation="""
A **unit** is one output cell of a node, in all its channels. The yellow box is its receptive field: what lies outside
can never change the unit. In the hatched area around the picture, a field reads padding; a larger box is cut off at the
edge of that area.

* **The cells of a field do not all count the same.** Those in the middle are read through many more paths than those at
  the border, so the weight is shaped like a bell. *Kernels of ones*: the exact share of all paths that begin at a cell.
  *Random kernels*: the mean of the squared gradient over draws of all weights, without activations.
* **2 sigma** on each side of the middle hold about 95% of a bell's weight along an axis. So 4 sigma divided by the side
  of the field compares the effective field with the whole one: in a stack of n equal layers it shrinks like 1/√n.
  Weights are known only inside the picture: where it cuts off a part of the field, sigma is that of the rest.
* **An object** can be recognized as a whole only by a unit whose field covers it. A large field is not enough: units
  lie a *jump* apart, so one of them has to be in the right position.

This is what a network *can* use, because of its layers alone. What it has learned to use is another question. Rows and
columns are counted from 0.
""",
        sources=(
            "Luo, Li, Urtasun & Zemel, [Understanding the effective receptive field in deep convolutional neural "
            "networks](https://arxiv.org/abs/1701.04128) (2016); Araujo, Norris & Sim, [Computing receptive fields of "
            "convolutional neural networks](https://distill.pub/2019/computing-receptive-fields) (2019)."
        ),
    )
)
