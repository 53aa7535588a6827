"""A layer as a matrix product: the windows of an input as rows (im2col), and the whole layer as one large matrix."""

from dataclasses import replace
from math import prod

import numpy as np
import numpy.typing as npt

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, arguments
from convviz.arithmetic.arguments import Array, PairLike, shown
from convviz.arithmetic.forward_pass import checked_arrays
from convviz.arithmetic.taps import gathered_taps
from convviz.errors import SpecError


def im2col(layer: Conv2d, input: npt.ArrayLike) -> Array:
    """Return the windows of a convolution as rows, with its padding: (C, H, W) -> (H_out W_out, C kH kW).

    The row of an output cell has the numbers that the cell reads, in the order in which a kernel stores its weights. So
    the rows times the kernels as columns are the output, each channel of it as a column. With groups, a kernel meets
    the columns of its own channels only.

    Parameters
    ----------
    layer : Conv2d
        As `conv2d` makes it.
    input : (C, H, W) array

    Raises
    ------
    SpecError
        The layer is no convolution or does not fit the input, or the result would have too many numbers.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> im2col(conv2d(2), [[[1, 2, 3], [4, 5, 6]]])
    array([[1., 2., 4., 5.],
           [2., 3., 5., 6.]])
    """
    if not isinstance(layer, Conv2d):
        raise SpecError(f"layer must be one made by conv2d; got {shown(layer)}.")
    alone = replace(layer, groups=1)
    image = arguments.floats("input", input)
    channels = len(image) if image.ndim == 3 else 1
    kernel = np.broadcast_to(0.0, (1, channels, *layer.kernel_size))
    cells = checked_arrays(alone, image, kernel, None).input
    rows, columns = map(range, alone.output_size(cells.shape[1:]))
    _check_numbers("The result of im2col", len(rows) * len(columns), kernel.size)
    taps = gathered_taps(alone, cells, kernel, 0, rows, columns)
    return np.array(taps.by_step(taps.input_value))


def matrix(layer: Conv2d | ConvTranspose2d | AvgPool2d, weight: npt.ArrayLike | None, input_size: PairLike) -> Array:
    """Return the matrix W of a layer: W times the input, as a column, is the output, as a column.

    Its shape is (C_out H_out W_out, C H W), in float64, and both columns are in the order of `numpy.ravel`. Most of its
    cells are 0. The matrix of a transposed convolution is that of the convolution with the same parameters, transposed.

    Parameters
    ----------
    layer : Conv2d, ConvTranspose2d or AvgPool2d
        As `conv2d`, `conv_transpose2d` or `avg_pool2d` makes it: layers whose outputs are sums of products.
    weight : array or None
        As `forward` takes it; it says how many channels there are. None for a pooling, which has one here.
    input_size : int or Pair
        (height, width), in cells.

    Raises
    ------
    SpecError
        The layer is another one, or does not fit the weight or the input; or the matrix would have too many cells.

    Notes
    -----
    Where a window reads one input cell more than once, because padding copies it, its weights are added up.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> matrix(conv2d((1, 2)), [[[[1, 10]]]], (1, 4))
    array([[ 1., 10.,  0.,  0.],
           [ 0.,  1., 10.,  0.],
           [ 0.,  0.,  1., 10.]])
    """
    if not isinstance(layer, Conv2d | ConvTranspose2d | AvgPool2d):
        raise SpecError(f"layer must be one made by conv2d, conv_transpose2d or avg_pool2d; got {shown(layer)}.")
    size = arguments.pair("input_size", input_size, least=1)
    shape = () if weight is None else arguments.floats("weight", weight).shape
    channels = outputs = taps = 1
    if not isinstance(layer, AvgPool2d) and len(shape) == 4:
        is_direct = isinstance(layer, Conv2d)
        channels, outputs = (shape[1] * layer.groups, shape[0]) if is_direct else (shape[0], shape[1] * layer.groups)
        taps = channels // layer.groups
    made = layer.output_size(size)
    _check_numbers("The matrix", outputs * prod(made), channels * prod(size))
    _check_numbers("The table of its products", outputs * prod(made), taps * prod(layer.kernel_size))
    cells, stencils, _ = checked_arrays(layer, np.zeros((channels, *size)), weight, None)
    result = np.zeros((outputs, prod(made), channels * prod(size)))
    for channel in range(outputs):
        each = gathered_taps(layer, cells, stencils, channel, *map(range, made))
        column = (each.channel * size[0] + each.source_row) * size[1] + each.source_column
        is_read = each.by_step((each.source_row >= 0) & (each.source_column >= 0))
        step = np.nonzero(is_read)[0]
        np.add.at(result[channel], (step, each.by_step(column)[is_read]), each.by_step(each.weight)[is_read])
    return result.reshape(-1, channels * prod(size))


def _check_numbers(name: str, rows: int, columns: int) -> None:
    if rows * columns > limits.MATRIX_NUMBERS:
        raise SpecError(
            f"{name} must have at most {limits.MATRIX_NUMBERS:,} numbers; got {rows:,} x {columns:,}. Use a smaller"
            " input."
        )
