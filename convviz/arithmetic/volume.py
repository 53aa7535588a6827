"""Layers over three axes: depth (or time), height and width.

Convolution, pooling and resizing read boxes, so that what such a layer reads is the product of what a layer over the
depth and a layer over the plane read. Only sizes and positions are known here: a volume has no `forward` and no trace.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, SupportsIndex

from convviz.errors import SpecError

from . import arguments
from .arguments import shown
from .forward_pass import Layer
from .layer_kinds import kind_of
from .layers import conv2d, conv_transpose2d
from .pooling import avg_pool2d, max_pool2d
from .resizing import upsample2d

TripleLike = SupportsIndex | Sequence[SupportsIndex]


@dataclass(frozen=True, slots=True)
class Volume:
    """A layer over (depth, height, width), as `conv3d` and its like make it.

    Attributes
    ----------
    depth : Layer
        What it does along the depth: a layer over planes of (depth, 1).
    plane : Layer
        What it does along the height and the width.

    Examples
    --------
    >>> conv3d((3, 5, 5), stride=(1, 2, 2)).output_size((8, 32, 48))
    (6, 14, 22)
    """

    depth: Layer
    plane: Layer

    def output_size(self, input_size: Sequence[int]) -> arguments.Triple:
        """Return (depth, height, width) of the output, for an input of this (depth, height, width)."""
        depth, height, width = arguments.triple("input_size", input_size, least=1)
        return self.depth.output_size((depth, 1))[0], *self.plane.output_size((height, width))

    def __str__(self) -> str:
        """Return the call that makes it, such as ``conv3d((1, 3, 3), stride=(1, 2, 2))``."""
        kind, texts = kind_of(self.plane), list[str]()
        numbers = {each.name: _joined(self.depth, self.plane, each.name) for each in fields(self.plane) if each.init}
        usual = kind.make(getattr(self.plane, next(iter(numbers))))
        for name, value in numbers.items():
            is_usual = texts and value == _joined(usual, usual, name)
            if not is_usual:
                texts.append(f"{name}={_written(value)}" if texts else _written(value))
        return f"{kind.name.replace('2d', '3d')}({', '.join(texts)})"


def _joined(depth: Layer, plane: Layer, name: str) -> Any:
    """Return a parameter for all three axes."""
    value = getattr(plane, name)
    return (getattr(depth, name)[0], *value) if isinstance(value, tuple) else value


def _written(value: Any) -> str:
    """Write one number for equal ones."""
    if isinstance(value, tuple) and all(one == value[0] for one in value):
        return _written(value[0])
    if isinstance(value, tuple):
        is_even = all(isinstance(one, tuple) and one[0] == one[1] for one in value)
        return f"({', '.join(_written(one[0] if is_even else one) for one in value)})"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _paddings(value: object) -> Sequence[Any]:
    """Return the padding along each axis: (before, after), or its name."""
    if isinstance(value, str):
        return (value,) * 3
    if isinstance(value, Sequence) and len(value) == 3 and all(isinstance(one, Sequence) for one in value):
        return [arguments.pair("padding", one, least=0) for one in value]
    return [(cells, cells) for cells in arguments.triple("padding", value, least=0)]


def over_axes(*axes: Layer) -> "Layer | Volume":
    """Return the layer that does along each of two or three axes what one of these layers does along its first.

    >>> print(over_axes(conv2d((3, 1)), conv2d((5, 1), stride=(2, 1))))
    Conv2d(kernel_size=(3, 5), stride=(1, 2), padding=((0, 0), (0, 0)), dilation=(1, 1), groups=1, padding_mode='zeros')
    """
    *depth, rows, columns = axes
    names = [each.name for each in fields(rows) if each.init]
    values = {name: (getattr(rows, name), getattr(columns, name)) for name in names}
    pairs = {name: (one[0], other[0]) for name, (one, other) in values.items() if isinstance(one, tuple)}
    both: dict[str, Any] = {name: one for name, (one, _) in values.items()} | pairs
    plane = type(rows)(**both)
    return Volume(depth[0], plane) if depth else plane


def _volume(make: Callable[..., Layer], padding: object, others: Mapping[str, object], **numbers: object) -> Volume:
    """Make the layer of a volume axis by axis: each of `numbers` is one or three, `others` are the same for all."""
    least = {name: 0 if name == "output_padding" else 1 for name in numbers}
    triples = {name: arguments.triple(name, value, least=least[name]) for name, value in numbers.items()}
    axes = []
    for axis, sides in enumerate(_paddings(padding)):
        pairs = {name: (triple[axis], least[name]) for name, triple in triples.items()}
        axes.append(make(**pairs, padding=sides if isinstance(sides, str) else (sides, (0, 0)), **others))
    return Volume(axes[0], over_axes(*axes[1:]))  # type: ignore[arg-type]  # of two axes it is a layer


def conv3d(
    kernel_size: TripleLike,
    stride: TripleLike = 1,
    padding: Any = 0,
    dilation: TripleLike = 1,
    groups: SupportsIndex = 1,
    padding_mode: str = "zeros",
) -> Volume:
    """Make a convolution over (depth, height, width), for `Network`; parameters as in `conv2d`, one or three of each.

    Parameters
    ----------
    kernel_size, stride, dilation : int or three ints
        For all axes, or (depth, height, width), in input cells.
    padding : int, three ints, three pairs or str
        On both sides, or (before, after) along each axis; or a name as in `conv2d`.
    groups, padding_mode
        As in `conv2d`.

    Raises
    ------
    SpecError
        As `conv2d` raises it.

    Examples
    --------
    >>> print(conv3d((1, 3, 3), stride=2, padding=(0, 1, 1)))
    conv3d((1, 3, 3), stride=2, padding=(0, 1, 1))
    """
    others = {"groups": groups, "padding_mode": padding_mode}
    return _volume(conv2d, padding, others, kernel_size=kernel_size, stride=stride, dilation=dilation)


def conv_transpose3d(
    kernel_size: TripleLike,
    stride: TripleLike = 1,
    padding: Any = 0,
    *,
    output_padding: TripleLike = 0,
    dilation: TripleLike = 1,
) -> Volume:
    """Make a transposed convolution over (depth, height, width), for `Network`; see `conv_transpose2d` and `conv3d`.

    Examples
    --------
    >>> conv_transpose3d(2, stride=2).output_size((4, 5, 6))
    (8, 10, 12)
    """
    numbers = {"kernel_size": kernel_size, "stride": stride, "output_padding": output_padding, "dilation": dilation}
    return _volume(conv_transpose2d, padding, {}, **numbers)


def max_pool3d(
    kernel_size: TripleLike,
    stride: TripleLike | None = None,
    padding: Any = 0,
    dilation: TripleLike = 1,
    ceil_mode: bool = False,
) -> Volume:
    """Make max pooling over (depth, height, width), for `Network`; see `max_pool2d` and `conv3d`.

    Examples
    --------
    >>> max_pool3d((1, 2, 2)).output_size((8, 9, 10))
    (8, 4, 5)
    """
    stride = kernel_size if stride is None else stride
    numbers = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    return _volume(max_pool2d, padding, {"ceil_mode": ceil_mode}, **numbers)


def avg_pool3d(
    kernel_size: TripleLike, stride: TripleLike | None = None, padding: Any = 0, ceil_mode: bool = False
) -> Volume:
    """Make average pooling over (depth, height, width), for `Network`; see `avg_pool2d` and `conv3d`.

    Examples
    --------
    >>> avg_pool3d(2).output_size((8, 9, 10))
    (4, 4, 5)
    """
    stride = kernel_size if stride is None else stride
    return _volume(avg_pool2d, padding, {"ceil_mode": ceil_mode}, kernel_size=kernel_size, stride=stride)


def upsample3d(scale_factor: float | Sequence[float], mode: str = "nearest") -> Volume:
    """Make resizing of (depth, height, width), for `Network`; see `upsample2d`.

    Examples
    --------
    >>> upsample3d((1, 2, 2)).output_size((8, 9, 10))
    (8, 18, 20)
    """
    factors = list(scale_factor) if isinstance(scale_factor, Sequence) else [scale_factor] * 3
    if len(factors) != 3:
        raise SpecError(f"scale_factor must be a number, or (depth, height, width); got {shown(scale_factor)}.")
    return Volume(upsample2d((factors[0], 1), mode), upsample2d((factors[1], factors[2]), mode))
