"""Receptive fields layer by layer: the numbers of a stack, and the table of them as HTML, CSV and Markdown."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Final

from convviz.analysis import Network
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.errors import SpecError
from convviz.recipes.stacks import spell_layer
from convviz.web.components.html_table import table

Pair = tuple[int, int]
Numbers = Sequence[int | Fraction | None]
Stack = tuple[Layer, ...]

HEADS: Final = (
    "layer", "operation", "output", "receptive field", "standard", "jump", "center", "padding", "parameters", "total",
)  # fmt: skip
_UNKNOWN: Final = "?"
_NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Step:
    """What is known behind a layer; pairs are height and width.

    Attributes
    ----------
    output : None where the layer does not fit what comes before.
    size, jump, center, padding : as `cv.Network.receptive_field` has them.
    standard : the receptive field of the same kernels without stride and dilation.
    parameters, total : weights for one channel in and one out, of this layer and of all up to it.
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


@lru_cache(64)
def steps_of(layers: Stack, input_size: Pair) -> tuple[Step, ...]:
    """A step for every layer; sizes that depend on the input are those of this one.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> [(step.size, step.standard, step.total) for step in steps_of((conv2d(3), conv2d(3, dilation=2)), (7, 7))]
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
            except SpecError:  # the picture says why
                output = None
        if None in field.size and output is not None:
            field = within.receptive_field()
        down, across = _reach(layer)
        height, width = height + down, width + across
        parameters = prod(layer.kernel_size) if isinstance(layer, Conv2d | ConvTranspose2d) else 0
        total += parameters
        steps.append(
            Step(layer, output, field.size, field.jump, field.center, field.padding, (height, width), parameters, total)
        )
    return tuple(steps)


def _reach(layer: Layer) -> Pair:
    """What a window adds where it has neither a stride nor a dilation."""
    if isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
        return layer.kernel_size[0] - 1, layer.kernel_size[1] - 1
    return 0, 0


def as_html(steps: Sequence[Step]) -> str:
    """The table of a page."""
    caption = "Cells of the input; height × width where they differ. Parameters for one channel in and one out."
    return table(HEADS, list(map(_cells, _numbered(steps))), caption)


def as_csv(steps: Sequence[Step]) -> str:
    """Height and width in columns of their own, so that they can be computed with.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> print(as_csv(steps_of((conv2d((1, 3)),), (1, 5))).splitlines()[1])
    1,conv2d(1x3),1,3,1,3,1,3,1,1,0,1,0,0,3,3
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    pairs = [f"{head} {axis}" for head in HEADS[2:8] for axis in ("height", "width")]
    writer.writerow([*HEADS[:2], *pairs, *HEADS[8:]])
    for number, step in _numbered(steps):
        numbers = (step.output or (None, None), step.size, step.standard, step.jump, step.center, step.padding)
        written = ["" if one is None else str(one) for pair in numbers for one in pair]
        writer.writerow([number, spell_layer(step.layer), *written, step.parameters, step.total])
    return stream.getvalue()


def as_markdown(steps: Sequence[Step]) -> str:
    """A table as GitHub writes it."""
    lines = [HEADS, tuple("---" for _ in HEADS), *map(_cells, _numbered(steps))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _numbered(steps: Sequence[Step]) -> list[tuple[int, Step]]:
    return list(enumerate(steps, 1))


def _cells(numbered: tuple[int, Step]) -> tuple[str, ...]:
    number, step = numbered
    pairs = (step.size, step.standard, step.jump, step.center, step.padding)
    output = _NONE if step.output is None else spelt(step.output)
    return (
        f"F{number}", spell_layer(step.layer), output, *map(spelt, pairs), f"{step.parameters:,}", f"{step.total:,}",
    )  # fmt: skip


def spelt(pair: Numbers) -> str:
    """One number where height and width agree.

    >>> spelt((3, 3)), spelt((1, Fraction(3, 2))), spelt((None, None))
    ('3', '1 × 3/2', '?')
    """
    height, width = (_UNKNOWN if one is None else str(one) for one in pair)
    return height if height == width else f"{height} × {width}"
