"""The receptive field of a node, and the numbers behind each layer of a growing stack.

Both axes are together here, with what a global operation and misaligned paths make of the field.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError

from .axis_field import enclosing
from .footprints import Size
from .graph import Graph, Path

Numbers = tuple[int | Fraction | None, ...]
"""One number an axis, such as (height, width), exact: an int if it is one; None if it is unknown."""

Box = tuple[Pair, ...]
"""The first and the last cell along each axis, such as rows and columns; they may lie outside the input."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The box of the input that an output of a node can reach. All pairs are (height, width), in input cells, 0-based.

    All is exact for outputs whose windows lie inside all planes on the way, unless `size_range` says that sizes depend
    on the output; behind resizing and transposed convolution center and padding are nominal. `Network.support` has the
    cells that a certain output reads, at the borders too.

    Attributes
    ----------
    size : Numbers
        The size of the box; the largest one if it depends on the output. Padding does not change it.
    jump : Numbers
        Input cells from one output to the next (the effective stride); 0 if all outputs share a box.
    center : Numbers
        The center of the box of output (0, 0), as an index. Behind resizing and transposed convolution it is nominal:
        boxes depend on the output there, and ``center + o jump`` is the center of the box of output o on the average
        over one period of outputs, not of each. A transposed convolution adds (p - d(k-1)/2) times the jump of its
        outputs, resizing (1/s - 1)/2 times that of its inputs.
    padding : Numbers
        Cells that the first box begins before the input: ``(size - 1) / 2 - center``; if sizes or centers depend on the
        output, of the largest size about the nominal center.
    size_range : tuple
        (smallest, largest) for the height and for the width. They differ if the size depends on the output: on its
        phase behind upsampling, on its index where paths of different jumps meet (only known with an input size: over
        all outputs). A smallest size of 0 means that some outputs read nothing.
    is_aligned : bool or None
        Whether all paths agree in jump and center. None if paddings are unknown, and with them the centers.
    misaligned_at : str or None
        The first node where paths meet that do not agree; None if all agree.
    misaligned_paths : tuple or None
        Two such paths, from where they part to where they meet.
    is_global : bool
        Whether a global operation took part. Then the box is the whole input, of unknown size without an input size,
        and `local` is the field without that operation. After global pooling itself: of the units it averages.
    status : str
        How far the answer goes: "exact"; "whole input", where a global operation took part; "upper bound", where
        outputs may read less, as in a sequence that is read in one direction; "depends on data", where the values of
        the input decide what is read; or "unknown".
    """

    size: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    size_range: tuple[Pair | None, ...]
    is_aligned: bool | None = True
    misaligned_at: str | None = None
    misaligned_paths: tuple[Path, Path] | None = None
    is_global: bool = False
    status: str = "exact"
    without_global: "ReceptiveField | None" = field(default=None, repr=False)

    @property
    def local(self) -> "ReceptiveField":
        """The field without global operations; this one itself if there are none."""
        return self.without_global or self


def receptive_field(graph: Graph, name: str | None = None) -> ReceptiveField:
    """Return the field of a node, by default of the last one."""
    node = graph.node(name)
    kept = graph.fields[node.name]
    outputs = (None,) * graph.rank if node.size is None or kept.is_summary else node.size
    ranges = tuple(axis.sizes(cells) for axis, cells in zip(kept.axes, outputs, strict=True))
    sizes = tuple(None if cells is None else cells[1] for cells in ranges)
    centers = [axis.center if axis.is_known else None for axis in kept.axes]
    flags = [axis.is_aligned for axis in kept.axes]
    unknown = "depends on data" if kept.depends_on_data else "unknown"
    local = ReceptiveField(
        size=sizes,
        jump=_numbers(axis.jump for axis in kept.axes),
        center=_numbers(centers),
        padding=_numbers(
            None if size is None or center is None else Fraction(size - 1, 2) - center
            for size, center in zip(sizes, centers, strict=True)
        ),
        size_range=ranges,
        is_aligned=False if False in flags else None if None in flags else True,
        misaligned_at=kept.misaligned_at,
        misaligned_paths=kept.misaligned_paths,
        status=unknown if None in sizes else "upper bound" if kept.is_bound else "exact",
    )
    if not kept.is_global:
        return local
    whole = graph.input_size or (None,) * graph.rank
    return replace(
        local,
        size=whole,
        jump=(0,) * graph.rank,
        center=_numbers(None if cells is None else Fraction(cells - 1, 2) for cells in whole),
        padding=(None if graph.input_size is None else 0,) * graph.rank,
        size_range=tuple(None if cells is None else (cells, cells) for cells in whole),
        is_global=True,
        status="upper bound" if kept.is_bound else "whole input",
        without_global=local,
    )


def _numbers(values: Iterable[Fraction | None]) -> Numbers:
    """Return ints where fractions are whole."""
    return tuple(value.numerator if value is not None and value.denominator == 1 else value for value in values)


def box_of(graph: Graph, name: str | None, output: Size) -> Box | None:
    """Return the box that an output of a node reaches; see `Network.box`."""
    node = graph.node(name)
    kept, output = graph.fields[node.name], node.place(output)
    if kept.is_global:
        return None if graph.input_size is None else tuple((0, cells - 1) for cells in graph.input_size)
    sides = []
    for axis, place in zip(kept.axes, output, strict=True):
        side = enclosing(span.box(place) for span in axis.spans)
        if side is None or not axis.is_known:
            return None
        sides.append(side)
    return tuple(sides)


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """The numbers behind a layer of a stack; pairs are height and width.

    Attributes
    ----------
    output : Size or None
        The size of the output; None if the layer does not fit what comes before.
    size, jump, center, padding : Numbers
        See `ReceptiveField`.
    standard : Pair
        The receptive field of the same kernels without stride and dilation.
    parameters, total : int
        Weights for one channel in and one out, of this layer and of all up to it.
    """

    layer: Layer
    output: Size | None
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
    graph, within = Graph(), Graph(input_size)
    output: Size | None = input_size
    height, width, total = 1, 1, 0
    steps = []
    for number, layer in enumerate(layers, 1):
        field = receptive_field(graph, graph.add(str(number), layer))
        if output is not None:
            try:
                within.add(str(number), layer)
                output = within.output_size()
            except SpecError:
                output = None
        if None in field.size and output is not None:
            field = receptive_field(within)
        if isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
            height, width = height + layer.kernel_size[0] - 1, width + layer.kernel_size[1] - 1
        parameters = prod(layer.kernel_size) if isinstance(layer, Conv2d | ConvTranspose2d) else 0
        total += parameters
        numbers = (field.size, field.jump, field.center, field.padding)
        steps.append(GrowthStep(layer, output, *numbers, (height, width), parameters, total))
    return tuple(steps)
