"""How the outputs of an operation read along one axis: a run of equally spaced input cells for every output.

Every layer reads a box of cells that is the product of what it reads along the height and along the width. So three
kinds of readings are enough for the receptive field, for index sets and for counting paths: a window slides, a stamp
is read backwards (transposed convolution), or the axis is resized.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import Final, NamedTuple

from convviz.arithmetic import (
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
)
from convviz.arithmetic.axis import (
    effective_kernel_size,
    linear_coordinate,
    nearest_cell,
    same_padding,
    same_total,
)
from convviz.arithmetic.parse import Pair

JOINS: Final = ("add", "multiply", "concat")
"""Operations of several inputs: each output reads the cell at its own place in all of them."""

SUMMARIES: Final = ("global_pool", "dense")
"""Operations that read their whole input and give a single cell."""

OPERATIONS: Final = (*JOINS, "identity", *SUMMARIES)

Operation = Layer | str
"""A layer, or one of `OPERATIONS`; the first node of a network has the operation "input"."""


class Run(NamedTuple):
    """The cells ``start, start + step, ...``, so many of them; the input is taken to go on beyond its borders."""

    start: int
    cells: int
    step: int


@dataclass(frozen=True, slots=True)
class Sliding:
    """Windows of convolution and pooling; padding and crops are windows of one tap.

    `before` is None where the padding depends on an input size that nobody gave; then `kind` says how it would be
    split, "same_upper" or "same_lower". With `stride` 0 all outputs read the same cells.

    Examples
    --------
    >>> Sliding(kernel=3, stride=2, dilation=2, before=1).run(5)
    Run(start=9, cells=3, step=2)
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int | None = 0
    mode: str = "zeros"
    kind: str = ""

    @property
    def period(self) -> int:
        """Outputs after which the readings repeat, `advance` input cells further on."""
        return 1

    @property
    def advance(self) -> int:
        return self.stride

    @property
    def shift(self) -> Fraction:
        """Center of what the first output reads, in input index units; where `before` is unknown, without it."""
        return Fraction(self.dilation * (self.kernel - 1), 2) - (self.before or 0)

    def run(self, output: int) -> Run:
        """What an output reads."""
        return Run(output * self.stride - (self.before or 0), self.kernel, self.dilation)


@dataclass(frozen=True, slots=True)
class Stamping:
    """A transposed convolution: input cell n is stamped over the outputs ``n s - p + t d``, which read it.

    Examples
    --------
    >>> [Stamping(kernel=3, stride=2, before=1).run(output) for output in range(2)]
    [Run(start=0, cells=1, step=1), Run(start=0, cells=2, step=1)]
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def period(self) -> int:
        """As in `Sliding`."""
        return self.stride

    @property
    def advance(self) -> int:
        return 1

    @property
    def shift(self) -> Fraction:
        """The nominal center: ``(p - d (k - 1) / 2) / s``, about which the centers of the phases lie."""
        return (self.before - Fraction(self.dilation * (self.kernel - 1), 2)) / self.stride

    def run(self, output: int) -> Run:
        """What an output reads: ``output + p - t d`` is on the stride's lattice for every (s / gcd(s, d))th tap t."""
        place, common = output + self.before, gcd(self.stride, self.dilation)
        if place % common:
            return Run(0, 0, 1)
        every = self.stride // common
        first = place // common * pow(self.dilation // common, -1, every) % every
        cells = max(0, -(-(self.kernel - first) // every))
        step = self.dilation // common
        last = (place - first * self.dilation) // self.stride
        return Run(last - (cells - 1) * step, cells, step)


@dataclass(frozen=True, slots=True)
class Resized:
    """Resizing along an axis: nearest reads one cell, linear the one or two between which an output lies.

    Examples
    --------
    >>> [Resized(Fraction(2), "bilinear").run(output) for output in range(2)]
    [Run(start=-1, cells=2, step=1), Run(start=0, cells=2, step=1)]
    """

    scale: Fraction
    mode: str = "nearest"

    @property
    def period(self) -> int:
        """As in `Sliding`."""
        return self.scale.numerator

    @property
    def advance(self) -> int:
        return self.scale.denominator

    @property
    def shift(self) -> Fraction:
        """The nominal center: outputs are as wide as 1 / scale cells, and the first begins where the input does."""
        return (1 / self.scale - 1) / 2

    def run(self, output: int) -> Run:
        """What an output reads. Beyond the border linear resizing reads one cell less, which is then not there."""
        if self.mode == "nearest":
            return Run(nearest_cell(output, self.scale), 1, 1)
        numerator, unit = linear_coordinate(output, self.scale)
        cell, rest = divmod(numerator, unit)
        return Run(cell, 2 if rest else 1, 1)


Reading = Sliding | Stamping | Resized


def readings(layer: Layer, input_size: Pair | None) -> tuple[Reading, Reading]:
    """How a layer reads along the height and along the width."""
    match layer:
        case Conv2d() | MaxPool2d() | AvgPool2d():
            height, width = (_sliding(layer, axis, input_size) for axis in (0, 1))
            return height, width
        case ConvTranspose2d():
            windows = zip(layer.kernel_size, layer.stride, layer.dilation, layer.padding, strict=True)
            rows, columns = (Stamping(k, s, d, before) for k, s, d, (before, _) in windows)
            return rows, columns
        case Upsample2d(scale_factor=(high, wide), mode=mode):
            return Resized(high, mode), Resized(wide, mode)
        case PixelShuffle(factor=factor):
            return Resized(Fraction(factor)), Resized(Fraction(factor))
        case Pad2d(padding=((top, _), (left, _))):
            return Sliding(1, before=top), Sliding(1, before=left)


def _sliding(layer: Conv2d | MaxPool2d | AvgPool2d, axis: int, input_size: Pair | None) -> Sliding:
    """One axis of a layer with a window."""
    kernel, stride, dilation = layer.kernel_size[axis], layer.stride[axis], layer.dilation[axis]
    mode = layer.padding_mode if isinstance(layer, Conv2d) else "zeros"
    if not isinstance(layer.padding, str):
        return Sliding(kernel, stride, dilation, layer.padding[axis][0], mode)
    before = _same(kernel, stride, dilation, layer.padding, input_size and input_size[axis])
    return Sliding(kernel, stride, dilation, before, mode, layer.padding if before is None else "")


def _same(kernel: int, stride: int, dilation: int, kind: str, size: int | None) -> int | None:
    """The padding before that SAME means; None if it depends on an input size that is not known.

    It does not where all sizes agree. They are told apart by their remainder by the stride alone: what the last window
    has of the input is between 1 cell and the stride, and the padding falls from the one to the other.

    >>> _same(3, 2, 1, "same_upper", None), _same(1, 2, 1, "same_upper", None), _same(3, 1, 2, "same_upper", None)
    (None, 0, 2)
    """
    if size is not None:
        return same_padding(same_total(size, kernel, stride, dilation), kind)[0]
    extent = effective_kernel_size(kernel, dilation)
    most, least = (same_padding(max(0, extent - cells), kind)[0] for cells in (1, stride))
    return most if most == least else None


Change = tuple[object, ...]
"""What a layer makes of the number of cells along an axis, so that equal ones do the same; () where it keeps it."""


def change(layer: Layer, axis: int) -> Change:
    """The change of one axis. Windows make ``(i + shift) // stride + 1`` of i cells, and all SAME has the shift -1.

    >>> from ...arithmetic import conv2d
    >>> change(conv2d(3, padding=1), 0), change(conv2d(3, 2, 1), 0), change(conv2d(5, 2, "same_upper"), 0)
    ((), ('window', 2, -1), ('window', 2, -1))
    """
    match layer:
        case Conv2d() | MaxPool2d() | AvgPool2d():
            return _window_change(layer, axis)
        case ConvTranspose2d():
            stride, extent = layer.stride[axis], effective_kernel_size(layer.kernel_size[axis], layer.dilation[axis])
            more = extent - stride + layer.output_padding[axis] - sum(layer.padding[axis])
            return ("stamp", stride, more) if (stride, more) != (1, 0) else ()
        case Upsample2d():
            scale = layer.scale_factor[axis]
            return ("scale", scale) if scale != 1 else ()
        case PixelShuffle(factor=factor):
            return ("scale", Fraction(factor)) if factor != 1 else ()
        case Pad2d():
            more = sum(layer.padding[axis])
            return ("window", 1, more - 1) if more else ()


def _window_change(layer: Conv2d | MaxPool2d | AvgPool2d, axis: int) -> Change:
    """The change of a layer with a window; where sizes are rounded up, the padding before it plays a part, too."""
    stride, shift = layer.stride[axis], -1
    if not isinstance(layer.padding, str):
        shift = sum(layer.padding[axis]) - effective_kernel_size(layer.kernel_size[axis], layer.dilation[axis])
    if not isinstance(layer, Conv2d) and layer.ceil_mode and stride > 1:
        return ("ceil", stride, shift, layer.padding)
    return ("window", stride, shift) if (stride, shift) != (1, -1) else ()
