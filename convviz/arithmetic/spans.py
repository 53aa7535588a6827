"""Which cells a picture of a layer shows: the input with its surroundings, and the output before cropping."""

from .layers import ConvTranspose2d, Windowed
from .parse import PairLike
from .pooling import AvgPool2d, MaxPool2d

Spans = tuple[range, range]
"""Row and column positions of a plane, padding at negative positions."""


def read_spans(layer: Windowed, input_size: PairLike) -> Spans:
    """Return the positions of the input plane that windows pass over, with padding and what ceil_mode reads beyond it.

    For a transposed convolution these are positions of the zero-stretched input, whose cell n is at n s; the plane is
    the stretched input and the ring of zeros around it, as far as any window reaches. Where the padding crops more than
    the ring has, the span still covers the whole stretched input.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d, conv_transpose2d, max_pool2d
    >>> read_spans(conv2d(3, padding=(1, 2)), (5, 4))
    (range(-1, 6), range(-2, 6))
    >>> read_spans(conv_transpose2d(3, stride=2, padding=1), (3, 2))
    (range(-1, 6), range(-1, 4))
    >>> read_spans(max_pool2d(2, ceil_mode=True), (4, 5))
    (range(0, 4), range(0, 6))
    """
    axes = layer.axes(input_size)
    if not isinstance(layer, ConvTranspose2d):
        # Only with ceil_mode, which only poolings have, does a window reach beyond the padding.
        counts = layer.output_size(input_size) if isinstance(layer, MaxPool2d | AvgPool2d) else (0, 0)
        rows, columns = (
            range(-axis.before, max(axis.size + axis.after, axis.position(count - 1, axis.kernel - 1) + 1))
            for axis, count in zip(axes, counts, strict=True)
        )
        return rows, columns
    rows, columns = (
        range(min(0, first), max((axis.size - 1) * axis.stride, last) + 1)
        for axis, (first, last) in zip(axes, _reach(layer, input_size), strict=True)
    )
    return rows, columns


def unread_lines(layer: MaxPool2d | AvgPool2d, input_size: PairLike) -> tuple[list[int], list[int]]:
    """Return the rows and columns of the input that no window of a pooling reads.

    Examples
    --------
    >>> from convviz.arithmetic import max_pool2d
    >>> unread_lines(max_pool2d(2, stride=(2, 3)), (5, 5))
    ([4], [2])
    """
    rows, columns = (
        sorted({*range(axis.size)} - {axis.position(n, tap) for n in range(count) for tap in range(axis.kernel)})
        for axis, count in zip(layer.axes(input_size), layer.output_size(input_size), strict=True)
    )
    return rows, columns


def reached_spans(layer: ConvTranspose2d, input_size: PairLike) -> Spans:
    """Return the positions of the zero-stretched input from the first to the last that any window of a gather reads.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> reached_spans(conv_transpose2d(1, stride=2, padding=(0, 1)), (3, 3))
    (range(0, 5), range(1, 4))
    """
    rows, columns = (range(first, last + 1) for first, last in _reach(layer, input_size))
    return rows, columns


def stamp_spans(layer: ConvTranspose2d, input_size: PairLike) -> Spans:
    """Return the positions of the output plane before cropping: all that the stamps cover, and all of the output.

    The cells that output_padding adds replace cropped ones as long as there are any; only those beyond are out of the
    reach of all stamps.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> stamp_spans(conv_transpose2d(3, stride=2, padding=(1, 0), output_padding=1), (3, 3))
    (range(-1, 6), range(0, 8))
    """
    rows, columns = (
        range(-axis.before, max(size, axis.position(axis.size - 1, axis.kernel - 1) + 1))
        for axis, size in zip(layer.axes(input_size), layer.output_size(input_size), strict=True)
    )
    return rows, columns


def _reach(layer: ConvTranspose2d, input_size: PairLike) -> list[tuple[int, int]]:
    axes = layer.axes(input_size)
    return [
        (axis.stretched_position(0, axis.kernel - 1), axis.stretched_position(size - 1, 0))
        for axis, size in zip(axes, layer.output_size(input_size), strict=True)
    ]
