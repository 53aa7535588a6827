"""How the receptive field of a stack grows: the numbers behind each layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError

from .network import Network
from .receptive.field import Numbers


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """What is known behind a layer; pairs are height and width.

    Attributes
    ----------
    output : tuple of int or None
        The size of the output; None where the layer does not fit what comes before.
    size, jump, center, padding : tuple
        As `Network.receptive_field` has them.
    standard : tuple of int
        The receptive field of the same kernels without stride and dilation.
    parameters, total : int
        Weights for one channel in and one out, of this layer and of all up to it.
    """

    layer: Layer
    output: Pair | None
    size: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    standard: Pair
    parameters: int
    total: int


def growth_steps(layers: Sequence[Layer], input_size: Pair) -> tuple[GrowthStep, ...]:
    """Return a step for every layer; sizes that depend on the input are those for ``input_size``.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> [(step.size, step.standard, step.total) for step in growth_steps([conv2d(3), conv2d(3, dilation=2)], (7, 7))]
    [((3, 3), (3, 3), 9), ((7, 7), (5, 5), 18)]
    """
    network, within = Network(), Network(input_size)
    output: Pair | None = input_size
    height, width, total = 1, 1, 0
    steps = []
    for number, layer in enumerate(layers, 1):
        field = network.receptive_field(network.add(str(number), layer))
        if output is not None:
            try:
                within.add(str(number), layer)
                output = within.output_size()
            except SpecError:
                output = None
        if None in field.size and output is not None:
            field = within.receptive_field()
        if isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
            height, width = height + layer.kernel_size[0] - 1, width + layer.kernel_size[1] - 1
        parameters = prod(layer.kernel_size) if isinstance(layer, Conv2d | ConvTranspose2d) else 0
        total += parameters
        numbers = (field.size, field.jump, field.center, field.padding)
        steps.append(GrowthStep(layer, output, *numbers, (height, width), parameters, total))
    return tuple(steps)
