"""The footprint of an operation along one axis: which equally spaced input cells each output reads.

Every operation here reads a box of cells that is the product of what it reads along each axis. A few kinds of
footprints are enough for receptive fields, for sets of cells and for counting paths: a window slides, a stamp is read
backwards (transposed convolution), the axis is resized, cut into blocks that are read whole, or read from its end. The
numbers of windows and stamps are those of `Axis`; an input is treated as going on beyond its borders, where `inside`
cuts.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import Final

from convviz.arithmetic import (
    Axis,
    Conv2d,
    ConvTranspose2d,
    Layer,
    Pad2d,
    PixelShuffle,
    Upsample2d,
    Volume,
)
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.axis import effective_kernel_size, linear_coordinate, nearest_cell
from convviz.errors import SpecError

JOINS: Final = ("add", "multiply", "concat")
"""Operations of several inputs: each output reads the cell at its own position in all of them."""

SUMMARIES: Final = ("global_pool", "dense")
"""Operations that read their whole input and give a single cell."""

OPERATIONS: Final = (*JOINS, "identity", *SUMMARIES)

Size = tuple[int, ...]
"""The cells along each axis: (height, width), or (depth, height, width)."""


@dataclass(frozen=True, slots=True)
class Sliding:
    """Windows of convolution and pooling; padding and cropping are windows of one tap.

    With `stride` 0 all outputs read the same cells.

    Attributes
    ----------
    before : int or None
        Padding before the input; None if it depends on an input size that is unknown.
    mode : str
        What padding holds, as in `conv2d`.
    kind : str
        How unknown padding is split, "same_upper" or "same_lower".

    Examples
    --------
    >>> Sliding(kernel=3, stride=2, dilation=2, before=1).cells(5)
    range(9, 15, 2)
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int | None = 0
    mode: str = "zeros"
    kind: str = ""

    @property
    def period(self) -> int:
        """The outputs after which the footprint repeats, `advance` input cells further on."""
        return 1

    @property
    def advance(self) -> int:
        return self.stride

    @property
    def most(self) -> int:
        """The number of cells that no output exceeds."""
        return self.kernel

    @property
    def shift(self) -> Fraction:
        """The center of what output 0 reads, in input index units; unknown padding is left out."""
        return Fraction(self.dilation * (self.kernel - 1), 2) - (self.before or 0)

    def cells(self, output: int) -> range:
        """Return the cells that an output reads."""
        first = output * self.stride - (self.before or 0)
        return range(first, first + self.kernel * self.dilation, self.dilation)


@dataclass(frozen=True, slots=True)
class Stamping:
    """A transposed convolution: input cell n is stamped on the outputs ``n s - p + t d``, which read it.

    Examples
    --------
    >>> [Stamping(kernel=3, stride=2, before=1).cells(output) for output in range(2)]
    [range(0, 1), range(0, 2)]
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0

    @property
    def period(self) -> int:
        """See `Sliding`."""
        return self.stride

    @property
    def advance(self) -> int:
        return 1

    @property
    def most(self) -> int:
        """See `Sliding`."""
        return self.kernel

    @property
    def shift(self) -> Fraction:
        """The nominal center: that of the stamp, (p - d (k - 1) / 2) outputs after its cell, in input index units."""
        return (self.before - Fraction(self.dilation * (self.kernel - 1), 2)) / self.stride

    def cells(self, output: int) -> range:
        """Return the cells n whose stamp has a tap t at the output: ``n s + t d = output + p``.

        Taps that meet cells are s / gcd(s, d) apart, so that the cells they meet are d / gcd(s, d) apart.
        """
        place, common = output + self.before, gcd(self.stride, self.dilation)
        if place % common:
            return range(0)
        every, step = self.stride // common, self.dilation // common
        first = place // common * pow(step, -1, every) % every
        last = (place - first * self.dilation) // self.stride
        count = max(0, -(-(self.kernel - first) // every))
        return range(last - (count - 1) * step, last + 1, step)


@dataclass(frozen=True, slots=True)
class Resized:
    """Resizing along an axis: nearest reads one cell, linear the one or two between which an output lies.

    Examples
    --------
    >>> [Resized(Fraction(2), "bilinear").cells(output) for output in range(2)]
    [range(-1, 1), range(0, 2)]
    """

    scale: Fraction
    mode: str = "nearest"

    @property
    def period(self) -> int:
        """See `Sliding`."""
        return self.scale.numerator

    @property
    def advance(self) -> int:
        return self.scale.denominator

    @property
    def most(self) -> int:
        """See `Sliding`."""
        return 2

    @property
    def shift(self) -> Fraction:
        """The nominal center: outputs are as wide as 1 / scale cells, and the first begins where the input does."""
        return (1 / self.scale - 1) / 2

    def cells(self, output: int) -> range:
        """Return the cells that an output reads; linear resizing reads one that the input lacks beyond its border."""
        if self.mode == "nearest":
            cell, rest = nearest_cell(output, self.scale), 0
        else:
            numerator, unit = linear_coordinate(output, self.scale)
            cell, rest = divmod(numerator, unit)
        return range(cell, cell + (2 if rest else 1))


@dataclass(frozen=True, slots=True)
class Block:
    """An output reads the cells of its own block, as attention within a window does: `count` cells, `step` apart.

    With a step, blocks are interleaved, as in attention over a grid.

    Examples
    --------
    >>> [Block(3).cells(output) for output in (2, 3)], Block(3, step=2).cells(7)
    ([range(0, 3), range(3, 6)], range(7, 13, 2))
    """

    count: int
    step: int = 1

    @property
    def period(self) -> int:
        """See `Sliding`."""
        return self.count * self.step

    @property
    def advance(self) -> int:
        return self.count * self.step

    @property
    def most(self) -> int:
        """See `Sliding`."""
        return self.count

    @property
    def shift(self) -> Fraction:
        """The nominal center: on the average over a block, an output is in the middle of what it reads."""
        return Fraction(0)

    def cells(self, output: int) -> range:
        """Return the cells that an output reads."""
        first = output - output // self.step % self.count * self.step
        return range(first, first + self.count * self.step, self.step)


@dataclass(frozen=True, slots=True)
class Reversed:
    """Cells in reverse: output 0 reads the last one of `size` cells."""

    size: int

    @property
    def period(self) -> int:
        """See `Sliding`."""
        return 1

    @property
    def advance(self) -> int:
        return -1

    @property
    def most(self) -> int:
        """See `Sliding`."""
        return 1

    @property
    def shift(self) -> Fraction:
        """The center of what output 0 reads, in input index units."""
        return Fraction(self.size - 1)

    def cells(self, output: int) -> range:
        """Return the cell that an output reads."""
        return range(self.size - 1 - output, self.size - output)


Footprint = Sliding | Stamping | Resized | Block | Reversed

COPY: Final = Sliding(1)
"""The footprint of outputs that read the cell at their own position, and no other."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """An operation whose outputs read all cells of their own block: (cells, step) along each axis, see `Block`.

    Examples
    --------
    >>> Blocks(((7, 1), (7, 1))).output_size((56, 28))
    (56, 28)
    """

    axes: tuple[Pair, ...]

    def output_size(self, input_size: Size) -> Size:
        """Return the size of the output, that of the input; all blocks must be whole."""
        for cells, (count, step) in zip(input_size, self.axes, strict=True):
            if cells % (count * step):
                raise SpecError(f"sides must be multiples of the blocks, {count * step}; got {cells}.")
        return input_size

    def __str__(self) -> str:
        apart = [step for _, step in self.axes]
        every = f", every {' x '.join(map(str, apart))}" if max(apart) > 1 else ""
        return f"blocks of {' x '.join(str(count) for count, _ in self.axes)}{every}"


@dataclass(frozen=True, slots=True)
class Flip:
    """An operation that reverses the cells along some axes."""

    axes: tuple[bool, ...]

    def output_size(self, input_size: Size) -> Size:
        """Return the size of the output, that of the input."""
        return input_size

    def __str__(self) -> str:
        return "flip"


Spatial = Layer | Volume | Blocks | Flip
"""The operations that read the cells that their footprints say."""

Operation = Spatial | str
"""One of these, or of `OPERATIONS`; the first node of a network has the operation "input"."""


def inside(cells: range, size: int) -> range:
    """Return those of these cells that an input of this size has.

    >>> inside(range(-3, 5, 2), size=4)
    range(1, 5, 2)
    """
    first = max(0, -(cells.start // cells.step))
    return cells[first : max(first, (size - 1 - cells.start) // cells.step + 1)]


@lru_cache(4096)
def footprints(operation: Spatial, input_size: Size | None) -> tuple[Footprint, ...]:
    """Return the footprints of an operation along each axis; see `layer_footprints`."""
    match operation:
        case Volume(depth=depth, plane=plane):
            deep, wide = (None, None) if input_size is None else ((input_size[0], 1), (input_size[1], input_size[2]))
            return layer_footprints(depth, deep)[0], *layer_footprints(plane, wide)
        case Blocks(axes=axes):
            return tuple(Block(count, step) if count > 1 else COPY for count, step in axes)
        case Flip(axes=flipped):
            assert input_size is not None  # only files with an input size have it
            return tuple(
                Reversed(cells) if is_flipped else COPY for cells, is_flipped in zip(input_size, flipped, strict=True)
            )
        case _:
            return layer_footprints(operation, None if input_size is None else (input_size[0], input_size[1]))


def layer_footprints(layer: Layer, input_size: Pair | None) -> tuple[Footprint, Footprint]:
    """Return the footprints of a layer along the height and along the width.

    The SAME padding of strided layers depends on the input size: without one it is known only if all sizes agree, which
    sizes of 1 and of the stride decide, because padding falls from the one to the other and then repeats.
    """
    match layer:
        case Upsample2d(scale_factor=(high, wide), mode=mode):
            return Resized(high, mode), Resized(wide, mode)
        case PixelShuffle(factor=factor):
            return Resized(Fraction(factor)), Resized(Fraction(factor))
        case Pad2d(padding=((top, _), (left, _))):
            return Sliding(1, before=top), Sliding(1, before=left)
        case ConvTranspose2d():
            rows, columns = (_numbers(axis) for axis in layer.axes(input_size or 1))
            return Stamping(*rows), Stamping(*columns)
    kind = layer.padding if isinstance(layer.padding, str) else ""
    mode = layer.padding_mode if isinstance(layer, Conv2d) else "zeros"
    sliding = []
    for small, large in zip(layer.axes(input_size or 1), layer.axes(input_size or layer.stride), strict=True):
        if small.before == large.before:
            sliding.append(Sliding(*_numbers(small), mode))
        else:
            sliding.append(Sliding(small.kernel, small.stride, small.dilation, None, mode, kind))
    return sliding[0], sliding[1]


def _numbers(axis: Axis) -> tuple[int, int, int, int]:
    return axis.kernel, axis.stride, axis.dilation, axis.before


Change = tuple[object, ...]
"""What a layer makes of the number of cells along an axis, so that equal ones do the same; () where it keeps it."""


def change(layer: Spatial, axis: int) -> Change:
    """Return the change of one axis.

    Windows make ``(i + shift) // stride + 1`` of i cells, and all SAME has the shift -1. Where sizes are rounded up,
    the padding before them matters, too.

    >>> from convviz.arithmetic import conv2d
    >>> change(conv2d(3, padding=1), 0), change(conv2d(3, 2, 1), 0), change(conv2d(5, 2, "same_upper"), 0)
    ((), ('window', 2, -1), ('window', 2, -1))
    """
    match layer:
        case Volume(depth=depth, plane=plane):
            return change(plane, axis - 1) if axis else change(depth, 0)
        case Blocks() | Flip():
            return ()
        case Upsample2d():
            scale = layer.scale_factor[axis]
            return ("scale", scale) if scale != 1 else ()
        case PixelShuffle(factor=factor):
            return ("scale", Fraction(factor)) if factor != 1 else ()
        case Pad2d():
            more = sum(layer.padding[axis])
            return ("window", 1, more - 1) if more else ()
    stride, extent = layer.stride[axis], effective_kernel_size(layer.kernel_size[axis], layer.dilation[axis])
    padding = extent - 1 if isinstance(layer.padding, str) else sum(layer.padding[axis])
    if isinstance(layer, ConvTranspose2d):
        more = extent - stride + layer.output_padding[axis] - padding
        return ("stamp", stride, more) if (stride, more) != (1, 0) else ()
    shift = padding - extent
    if not isinstance(layer, Conv2d) and layer.ceil_mode and stride > 1:
        return ("ceil", stride, shift, layer.padding)
    return ("window", stride, shift) if (stride, shift) != (1, -1) else ()
