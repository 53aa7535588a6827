"""The gradient of one output by every cell of the input, through random kernels: linear, and many samples at once.

Gradients are (H, W, samples). Only the kernels are random: what other layers do is as linear as they can be, see
`effective_field`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import AvgPool2d, Axis, Conv2d, ConvTranspose2d, MaxPool2d, Upsample2d
from convviz.arithmetic.axis import copied, linear_cells
from convviz.arithmetic.parse import Pair

from .counting import Strip, read
from .graph import INPUT_NAME, Node

Array = npt.NDArray[Any]
"""float64."""


def gradients(
    nodes: Mapping[str, Node], target: Node, output: Pair, samples: int, generator: np.random.Generator
) -> Array:
    """(H, W, samples): of one output by the cells of the input, each time through new kernels."""
    assert target.size is not None  # the caller saw to it
    start = np.zeros((*target.size, samples))
    start[output] = 1
    found = {target.name: start}
    names = list(nodes)
    for name in reversed(names[1 : names.index(target.name) + 1]):
        if name not in found:
            continue
        gradient, node = found.pop(name), nodes[name]
        for source in node.inputs:
            handed_on = _through(node, nodes[source], gradient, generator)
            found[source] = found[source] + handed_on if source in found else handed_on
    return found[INPUT_NAME]


def _through(node: Node, source: Node, gradient: Array, generator: np.random.Generator) -> Array:
    """The gradient by a source from that by the outputs of a node."""
    assert source.size is not None
    samples = gradient.shape[2]
    match node.operation:
        case Conv2d() | ConvTranspose2d() as layer:
            # Zero-mean weights of the variance 1 / taps: a convolution then keeps the scale, and paths of different
            # lengths meet as equals.
            taps = layer.kernel_size[0] * layer.kernel_size[1]
            weight = generator.normal(0, taps**-0.5, (*layer.kernel_size, samples))
            return (_conv if isinstance(layer, Conv2d) else _transposed)(layer, source.size, gradient, weight)
        case "dense":
            cells = source.size[0] * source.size[1]
            return gradient * generator.normal(0, cells**-0.5, (*source.size, samples))
        case Upsample2d(mode="bilinear") as layer:
            height, width = (
                _mixing(*axis) for axis in zip(source.size, node.size or (), layer.scale_factor, strict=True)
            )
            mixed: Array = np.einsum("ir,jc,rcs->ijs", height, width, gradient, optimize=True)
            return mixed
    spread = _spread(node, source, gradient)
    match node.operation:
        case MaxPool2d() | AvgPool2d() as pool:
            return spread / (pool.kernel_size[0] * pool.kernel_size[1])
        case "global_pool":
            return spread / (source.size[0] * source.size[1])
        case _:
            return spread


def _spread(node: Node, source: Node, gradient: Array) -> Array:
    """Every cell that is read, with the weight 1."""
    assert source.size is not None
    height, width = node.footprints(source)
    spread = np.zeros((*source.size, gradient.shape[2]))
    rows = read(Strip(0, gradient), height, source.size[0])
    columns = read(Strip(0, rows.counts.swapaxes(0, 1)), width, source.size[1])
    counts = columns.counts.swapaxes(0, 1)
    down, across = counts.shape[:2]
    spread[rows.first : rows.first + down, columns.first : columns.first + across] = counts
    return spread


def _conv(layer: Any, size: Pair, gradient: Array, weight: Array) -> Array:
    """Tap by tap into the padded input, and from there into the cells that the padding shows."""
    height, width = layer.axes(size)
    padded = np.zeros((height.padded, width.padded, gradient.shape[2]))
    rows, columns = range(gradient.shape[0]), range(gradient.shape[1])
    for row, column in np.ndindex(layer.kernel_size):
        into = height.places(rows, row, origin=-height.before), width.places(columns, column, origin=-width.before)
        padded[into] += weight[row, column] * gradient
    lines = _unpadded(padded, height, layer.padding_mode).swapaxes(0, 1)
    return _unpadded(lines, width, layer.padding_mode).swapaxes(0, 1)


def _unpadded(padded: Array, axis: Axis, mode: str) -> Array:
    """Without the padding along the first axis; what copies cells of the input is added to them."""
    cells = padded[axis.before : axis.before + axis.size].copy()
    if mode != "zeros":
        outside = np.r_[: axis.before, axis.before + axis.size : axis.padded]
        np.add.at(cells, copied(outside - axis.before, axis.size, mode), padded[outside])
    return cells


def _transposed(layer: Any, size: Pair, gradient: Array, weight: Array) -> Array:
    """Each cell of the input reads the stamp that it made."""
    height, width = layer.axes(size)
    cells = np.zeros((*size, gradient.shape[2]))
    for row, column in np.ndindex(layer.kernel_size):
        rows = height.steps_inside(row, range(size[0]), range(gradient.shape[0]))
        columns = width.steps_inside(column, range(size[1]), range(gradient.shape[1]))
        if rows and columns:
            stamped = gradient[height.places(rows, row), width.places(columns, column)]
            cells[rows.start : rows.stop, columns.start : columns.stop] += weight[row, column] * stamped
    return cells


def _mixing(cells: int, outputs: int, scale: Any) -> Array:
    """(cells, outputs): the weights of linear resizing along an axis."""
    weights = np.zeros((cells, outputs))
    for output in range(outputs):
        for cell, weight in linear_cells(output, cells, scale):
            weights[cell, output] = weight
    return weights
