"""`backward`: what a layer's output asks of its input, its weight and its bias, by the chain rule.

The products of a convolution are its taps. So the gradient of its input, or of its weight, adds up over the same taps
the upstream gradient times the other of the two. Nothing here knows more of stride, padding and dilation than
`Axis.position` says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from convviz.errors import SpecError

from .arguments import Array, floats, shown
from .axis import copied
from .forward_pass import Axes, Layer, check_room, checked_arrays, stamp, with_padding
from .layers import Conv2d, ConvTranspose2d
from .pooling import AvgPool2d, MaxPool2d, divisors, runs


@dataclass(frozen=True, slots=True, eq=False)
class Gradients:
    """The gradients of a layer, as `backward` makes them.

    Attributes
    ----------
    input : array
        dX, shape (C, H, W).
    weight : array or None
        dW, of the weight's shape; None for pooling.
    bias : array or None
        db, shape (C_out,); None for pooling.
    """

    input: Array
    weight: Array | None
    bias: Array | None


def backward(
    layer: Layer, input: npt.ArrayLike, weight: npt.ArrayLike | None, upstream: npt.ArrayLike
) -> Gradients:  # fmt: skip
    """Compute the gradients of a layer from that of its output: what automatic differentiation computes.

    Parameters
    ----------
    layer : Conv2d, ConvTranspose2d, MaxPool2d or AvgPool2d
    input : (C, H, W) array
    weight : array or None
        As for `forward`; None for pooling.
    upstream : (C_out, H_out, W_out) array
        dY, the gradient of the output: how much the loss grows with each of its cells.

    Returns
    -------
    Gradients
        float32 for a float32 input and otherwise float64. What padding copies is added to the cell that it copies. In
        max pooling the first of equal cells gets all; a window that reads padding alone gives nothing.

    Raises
    ------
    SpecError
        As `forward`; or another layer, or an upstream gradient that has not the shape of the output.

    Examples
    --------
    An input cell gets, from each output that reads it, the upstream gradient times the weight in between:

    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> gradients = backward(conv2d((1, 2)), input=[[[1, 2, 4]]], weight=[[[[1, 10]]]], upstream=[[[1, 3]]])
    >>> gradients.input, gradients.weight, gradients.bias
    (array([[[ 1., 13., 30.]]]), array([[[[ 7., 14.]]]]), array([4.]))
    >>> backward(max_pool2d((1, 2)), [[[1, 5, 7, 7]]], None, upstream=[[[2, 3]]]).input
    array([[[0., 2., 3., 0.]]])
    """
    if not isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
        raise SpecError(
            "layer must be one made by conv2d, conv_transpose2d, max_pool2d or avg_pool2d to have gradients here; got "
            f"{shown(layer)}."
        )
    arrays = checked_arrays(layer, input, weight, None)
    check_room(layer, arrays)
    cells, stencils, _ = arrays
    given, channels = floats("upstream", upstream, cells.dtype), len(cells)
    if stencils is not None:
        channels = stencils.shape[1] * layer.groups if isinstance(layer, ConvTranspose2d) else len(stencils)
    shape = (channels, *layer.output_size(cells.shape[1:]))
    if given.shape != shape:
        raise SpecError(f"upstream must have the shape of the output, {shape}; got {given.shape}.")
    with np.errstate(over="ignore", invalid="ignore"):
        match layer:
            case MaxPool2d():
                return Gradients(_route(layer, cells, given), None, None)
            case AvgPool2d():
                return Gradients(_spread(layer, cells, given), None, None)
            case Conv2d():
                assert stencils is not None  # checked_arrays refuses None
                return _of_convolution(layer, cells, stencils, given)
            case ConvTranspose2d():
                assert stencils is not None
                return _of_transposed(layer, cells, stencils, given)


def _of_convolution(layer: Conv2d, cells: Array, weight: Array, upstream: Array) -> Gradients:
    """Return the gradients of a convolution: dX is stamped, as a transposed convolution does."""
    axes, is_copied = layer.axes(cells.shape[1:]), layer.padding_mode != "zeros"
    read, height, width = cells, *axes
    if is_copied:  # of zeros nothing is needed: taps that read them are left out
        read = with_padding(cells, axes, layer.padding_mode)
        height, width = (replace(axis, size=axis.padded, before=0, after=0) for axis in axes)
    rows, columns = upstream.shape[1:]
    steps = replace(height, size=rows), replace(width, size=columns)
    wanted, learned = np.zeros_like(read), np.zeros_like(weight)
    for parts in zip(
        *(np.split(each, layer.groups) for each in (read, weight, upstream, wanted, learned)), strict=True
    ):
        group, stencils, given, into, of_weight = parts
        stamp(steps, given, stencils, into)
        _meet(steps, given, group, of_weight)
    if is_copied:
        down, across = (copied(np.arange(-each.before, each.size + each.after), each.size, layer.padding_mode)
                        for each in axes)  # fmt: skip
        folded = np.zeros_like(cells)
        np.add.at(folded, np.ix_(np.arange(len(cells)), down, across), wanted)
        wanted = folded
    return Gradients(wanted, learned, upstream.sum((1, 2)))


def _of_transposed(layer: ConvTranspose2d, cells: Array, weight: Array, upstream: Array) -> Gradients:
    """Return the gradients of a transposed convolution: dX is gathered, as a convolution does."""
    axes, wanted, learned = layer.axes(cells.shape[1:]), np.zeros_like(cells), np.zeros_like(weight)
    for parts in zip(
        *(np.split(each, layer.groups) for each in (cells, weight, upstream, wanted, learned)), strict=True
    ):
        group, stencils, given, into, of_weight = parts
        for (i, j), steps, places in _taps(axes, given):
            into[:, *steps] += np.tensordot(stencils[:, :, i, j], given[:, *places], 1)
        _meet(axes, group, given, of_weight)
    return Gradients(wanted, learned, upstream.sum((1, 2)))


def _meet(axes: Axes, at_steps: Array, at_places: Array, weight: Array) -> None:
    """Fill a weight's gradient: each kernel cell gets what it joined, the numbers at steps times those at places."""
    for (i, j), steps, places in _taps(axes, at_places):
        weight[:, :, i, j] = np.tensordot(at_steps[:, *steps], at_places[:, *places], ((1, 2), (1, 2)))


def _taps(axes: Axes, cells: Array) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
    """Yield each kernel cell with the steps in which it is inside these cells, and where it falls then."""
    lines = [
        [
            (tap, slice(steps.start, steps.stop), axis.places(steps, tap))
            for tap in range(axis.kernel)
            if (steps := axis.steps_inside(tap, range(axis.size), range(side)))
        ]
        for axis, side in zip(axes, cells.shape[1:], strict=True)
    ]
    for i, rows, down in lines[0]:
        for j, columns, across in lines[1]:
            yield (i, j), (rows, columns), (down, across)


def _route(layer: MaxPool2d, cells: Array, upstream: Array) -> Array:
    """Return dX of max pooling: each upstream number goes to the cell that won its window, the first of equal ones."""
    rows, columns = upstream.shape[1:]
    height, width = layer.axes(cells.shape[1:])
    place = np.arange(cells[0].size).reshape(cells.shape[1:])
    largest, winner = np.full(upstream.shape, -np.inf, cells.dtype), np.full(upstream.shape, -1)
    for i, down in sorted(runs(height, rows), key=lambda run: run[0]):
        for j, across in sorted(runs(width, columns), key=lambda run: run[0]):
            steps = np.s_[:, down.start : down.stop, across.start : across.stop]
            places = height.places(down, i), width.places(across, j)
            value, best, won = cells[:, *places], largest[steps], winner[steps]
            is_better = (value > best) | (won < 0)
            best[is_better] = value[is_better]
            won[is_better] = np.broadcast_to(place[places], won.shape)[is_better]
    wanted = np.zeros((len(cells), cells[0].size), cells.dtype)
    channel, *step = np.nonzero(winner >= 0)
    at = (channel, *step)
    np.add.at(wanted, (channel, winner[at]), upstream[at])
    return wanted.reshape(cells.shape)


def _spread(layer: AvgPool2d, cells: Array, upstream: Array) -> Array:
    """Return dX of average pooling: each cell of a window gets the same share, one axis after the other."""
    rows, columns = upstream.shape[1:]
    height, width = axes = layer.axes(cells.shape[1:])
    shares = upstream / divisors(layer, axes, (range(rows), range(columns))).astype(cells.dtype)
    lines = np.zeros((len(cells), rows, width.size), cells.dtype)
    for tap, steps in runs(width, columns):
        lines[:, :, width.places(steps, tap)] += shares[:, :, steps.start : steps.stop]
    wanted = np.zeros_like(cells)
    for tap, steps in runs(height, rows):
        wanted[:, height.places(steps, tap)] += lines[:, steps.start : steps.stop]
    return wanted
