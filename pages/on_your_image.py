"""Lab: what a unit of a known network sees of a photograph."""

from convviz.web.components.page_frame import Words
from convviz.web.labs.unit_image.page import unit_image_page

unit_image_page(
    Words(
        lead="A unit's receptive field over a photograph, how much each pixel weighs, and whether an object fits in.",
        explanation="""
A **unit** is one output cell of a node, in all its channels. The yellow box is its receptive field: what lies outside
can never change it. Beyond the picture, where it is hatched, a field reads padding; a box that goes on is cut off
there.

* **Within the field not all cells count alike.** The ones in the middle are read through many more paths than those at
  the border, so that the weight looks like a bell. *Kernels of ones*: the share of all paths that begin at a cell,
  exactly. *Random kernels*: the mean of the squared gradient over draws of all weights, without activations.
* **2 sigma** around the middle hold about 95% of a bell's weight along each axis. So 4 sigma, divided by the side of
  the field, compare the two: in a stack of n equal layers that quotient shrinks like 1/√n. Weights are known inside the
  picture alone: where it cuts off a part of the field, sigma is that of the rest.
* **An object** can be recognized as a whole only by a unit whose field covers it. It is not enough for the field to be
  large: units lie a *jump* apart, so one of them has to lie in the right place.

This is what a network *can* use, by its layers alone; what it has learned to look at is another question. Rows and
columns are counted from 0.
""",
        sources=(
            "Luo, Li, Urtasun & Zemel, [Understanding the effective receptive field in deep convolutional neural "
            "networks](https://arxiv.org/abs/1701.04128) (2016); Araujo, Norris & Sim, [Computing receptive fields of "
            "convolutional neural networks](https://distill.pub/2019/computing-receptive-fields) (2019)."
        ),
    )
)
