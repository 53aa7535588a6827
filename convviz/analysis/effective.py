"""The effective receptive field: not which cells an output can read, but how much each of them weighs.

Luo et al. 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks,
https://arxiv.org/abs/1701.04128: most of the weight lies near the center, approximately as in a Gaussian. With random
kernels, gradients (H, W, samples) are followed back from one output; only convolutions and dense layers are random,
all other operations are as linear as they can be, see `effective_field`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod, sqrt
from typing import Any, Final, SupportsIndex

import numpy as np

from convviz.arithmetic import (
    AvgPool2d,
    Axis,
    Conv2d,
    ConvTranspose2d,
    Layer,
    MaxPool2d,
    Upsample2d,
    arguments,
)
from convviz.arithmetic.arguments import Pair, PairLike, shown
from convviz.arithmetic.axis import copied, linear_cells
from convviz.errors import SpecError

from .network import Network
from .receptive.counting import Array, Counts
from .receptive.footprints import Sliding, footprints
from .receptive.graph import INPUT_NAME, Node, layers_of

KERNELS: Final = ("uniform", "random")
STATISTICS: Final = {"uniform": "share of paths", "random": "mean squared gradient"}
MOST_SAMPLES: Final = 10_000
MOST_GRADIENTS: Final = 1 << 22
"""Cells of the widest node times the samples that are taken at once: 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveField:
    """How the weight of an output is spread over the input.

    Attributes
    ----------
    weights : array of float
        (H, W), read-only; the sum is 1.
    statistic : str
        What the weights are: "share of paths" (exact; each rounded once) or "mean squared gradient" (estimated).
    samples : int
        Draws of all kernels of which it is the mean; 0 if it is exact.
    center, sigma : tuple of float
        (height, width): mean and standard deviation of the weights along each axis, in input cells.
    field : tuple of int
        (height, width) of the box around all cells that the output reads.
    """

    weights: Array
    statistic: str
    samples: int
    center: tuple[float, float]
    sigma: tuple[float, float]
    field: tuple[int, int]

    @property
    def ratio(self) -> tuple[float, float]:
        """(height, width): 4 sigma divided by `field`.

        A Gaussian has 95.45 % of its weight within 2 sigma of its center, which Luo et al. call the effective receptive
        field.
        """
        return 4 * self.sigma[0] / self.field[0], 4 * self.sigma[1] / self.field[1]


def effective_field(
    network: Network,
    node: str | None,
    output: PairLike,
    kernels: str = "uniform",
    samples: SupportsIndex = 100,
    seed: SupportsIndex = 0,
) -> EffectiveField:
    """Return the weights of the input cells for one output of a node.

    Parameters
    ----------
    network, node, output
        See `Network.path_counts`.
    kernels : str
        "uniform" for kernels of ones, whose gradient is exactly the number of paths. "random" for new weights in each
        sample, independent and normal with mean 0 and variance 1 / taps; the gradient is that of a network of one
        channel without activations, and the statistic the mean of its square.
    samples, seed : int
        Number and seed of random kernels; the same seed gives the same weights.

    Raises
    ------
    SpecError
        See `Network.path_counts`; or the value is not a network, the output reads nothing, or an option does not exist.

    Notes
    -----
    With "random", both poolings weigh the cells of a window equally; a product passes its gradient on as a sum does.
    In a chain of convolutions the expected square is proportional to the number of paths: different paths share no
    product of weights, so that cross terms have mean 0.

    Examples
    --------
    Nine layers of 3 x 3: the field has 19 rows, but 4 sigma is only half of it.

    >>> from convviz.arithmetic import conv2d
    >>> network = Network.sequential([conv2d(3)] * 9, input_size=19)
    >>> field = effective_field(network, None, (0, 0))
    >>> field.statistic, field.field, [round(share, 3) for share in field.ratio]
    ('share of paths', (19, 19), [0.516, 0.516])
    """
    if not isinstance(network, Network):
        raise SpecError(f"network must be a Network; got {shown(network)}.")
    is_random = arguments.choice("kernels", kernels, KERNELS) == "random"
    number = arguments.integer("samples", samples, least=1)
    if number > MOST_SAMPLES:
        raise SpecError(f"samples must be at most {MOST_SAMPLES}; got {shown(samples)}.")
    generator = np.random.default_rng(arguments.integer("seed", seed, least=0))
    support = network.support(node, output)
    if not support.any():
        raise SpecError(f"output must read some of the input to have an effective field; got {shown(output)}.")
    if is_random:
        weights = _sampled(network, node, output, number, generator)
    else:
        weights = _shares(network.path_counts(node, output))
    weights.flags.writeable = False
    fields, centers, sigmas = zip(*(_moments(weights, support, axis) for axis in (0, 1)), strict=True)
    return EffectiveField(weights, STATISTICS[kernels], number if is_random else 0, centers, sigmas, fields)


def _shares(counts: Array) -> Array:
    """Return each count divided by the sum of all, rounded once, however large they are."""
    total = sum(counts.ravel().tolist())
    return np.array([[count / total for count in row] for row in counts.tolist()])


def _sampled(
    network: Network, node: str | None, output: PairLike, samples: int, generator: np.random.Generator
) -> Array:
    """Return the mean squared gradient, as shares; in batches, so that memory is bounded."""
    target, place = network.node(node), arguments.pair("output", output, least=0)
    widest = max(prod(plane.size) for plane in network.nodes if plane.size is not None)
    batch = max(1, min(samples, MOST_GRADIENTS // widest))
    squares: Array = np.zeros(network.input_size or (0, 0))
    for done in range(0, samples, batch):
        drawn = gradients(network.graph.nodes, target, place, min(batch, samples - done), generator)
        squares += np.square(drawn).sum(axis=2)
    squares /= squares.sum()
    return squares


def gradients(
    nodes: Mapping[str, Node], target: Node, output: Pair, samples: int, generator: np.random.Generator
) -> Array:
    """Return (H, W, samples): the gradients of one output by the cells of the input, through new kernels each time."""
    assert target.size is not None  # the caller checks it
    start = np.zeros((*target.size, samples))
    start[output] = 1
    waiting = {target.name: start}
    names = list(nodes)
    for name in reversed(names[1 : names.index(target.name) + 1]):
        if name not in waiting:
            continue
        gradient, node = waiting.pop(name), nodes[name]
        for source in node.inputs:
            handed_on = _through(node, nodes[source], gradient, generator)
            waiting[source] = waiting[source] + handed_on if source in waiting else handed_on
    return waiting[INPUT_NAME]


def _through(node: Node, source: Node, gradient: Array, generator: np.random.Generator) -> Array:
    """Return the gradient by a source from that by the outputs of a node."""
    assert source.size is not None
    samples = gradient.shape[2]
    match node.operation:
        case Conv2d() | ConvTranspose2d() as layer:
            # Zero-mean weights of the variance 1 / taps: a convolution then keeps the scale, and paths of different
            # lengths meet as equals.
            taps = layer.kernel_size[0] * layer.kernel_size[1]
            weight = generator.normal(0, taps**-0.5, (*layer.kernel_size, samples))
            size = source.size[0], source.size[1]
            return (_conv if isinstance(layer, Conv2d) else _transposed)(layer, size, gradient, weight)
        case "dense":
            cells = source.size[0] * source.size[1]
            return gradient * generator.normal(0, cells**-0.5, (*source.size, samples))
        case Upsample2d(mode="bilinear") as layer:
            height, width = (
                _mixing(*axis) for axis in zip(source.size, node.size or (), layer.scale_factor, strict=True)
            )
            mixed: Array = np.einsum("ir,jc,rcs->ijs", height, width, gradient, optimize=True)
            return mixed
    spread = Counts((0, 0), (gradient,)).through(node.footprints(source), source.size).placed(source.size)
    match node.operation:
        case MaxPool2d() | AvgPool2d() as pool:
            return spread / (pool.kernel_size[0] * pool.kernel_size[1])
        case "global_pool":
            return spread / (source.size[0] * source.size[1])
        case _:
            return spread


def _conv(layer: Any, size: Pair, gradient: Array, weight: Array) -> Array:
    """Add the gradient tap by tap to the padded input, and from there to the cells that the padding copies."""
    height, width = layer.axes(size)
    padded = np.zeros((height.padded, width.padded, gradient.shape[2]))
    rows, columns = range(gradient.shape[0]), range(gradient.shape[1])
    for row, column in np.ndindex(layer.kernel_size):
        into = height.places(rows, row, origin=-height.before), width.places(columns, column, origin=-width.before)
        padded[into] += weight[row, column] * gradient
    lines = _unpadded(padded, height, layer.padding_mode).swapaxes(0, 1)
    return _unpadded(lines, width, layer.padding_mode).swapaxes(0, 1)


def _unpadded(padded: Array, axis: Axis, mode: str) -> Array:
    """Return cells without the padding along the first axis; padding that copies cells is added to them."""
    cells = padded[axis.before : axis.before + axis.size].copy()
    if mode != "zeros":
        outside = np.r_[: axis.before, axis.before + axis.size : axis.padded]
        np.add.at(cells, copied(outside - axis.before, axis.size, mode), padded[outside])
    return cells


def _transposed(layer: Any, size: Pair, gradient: Array, weight: Array) -> Array:
    """Return the gradient by each cell of the input, which reads the stamp that it made."""
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
    """Return (cells, outputs): the weights of linear resizing along an axis."""
    weights = np.zeros((cells, outputs))
    for output in range(outputs):
        for cell, weight in linear_cells(output, cells, scale):
            weights[cell, output] = weight
    return weights


def _moments(weights: Array, support: Array, axis: int) -> tuple[int, float, float]:
    """Return the extent of the cells that are read along an axis, mean and standard deviation of the weights."""
    line = weights.sum(axis=1 - axis)
    places = np.arange(len(line))
    read = np.flatnonzero(support.any(axis=1 - axis))
    mean = float(line @ places / line.sum())
    return int(read[-1] - read[0]) + 1, mean, sqrt(float(line @ (places - mean) ** 2 / line.sum()))


def uniform_variance(layers: Sequence[Layer]) -> tuple[Fraction, Fraction]:
    """Return the variance of the weights of uniform kernels along both axes: ``sum of (d j_in)^2 (k^2 - 1) / 12``.

    Every layer adds a tap that is drawn uniformly from its window, independently of the others, so variances add up.
    Exact for outputs whose windows lie inside; sigma is the root.

    Parameters
    ----------
    layers : sequence of Layer
        Convolutions and poolings, one after the other; their padding has no influence.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> uniform_variance([conv2d(3), conv2d(3, stride=2), conv2d(3, dilation=2)])
    (Fraction(12, 1), Fraction(12, 1))
    """
    variances, jumps = [Fraction(0), Fraction(0)], [1, 1]
    for layer in layers_of(layers):
        if not isinstance(layer, Conv2d | MaxPool2d | AvgPool2d):
            raise SpecError(f"layers must be made by conv2d, max_pool2d or avg_pool2d; got {shown(layer)}.")
        for axis, window in enumerate(footprints(layer, None)):
            assert isinstance(window, Sliding)
            variances[axis] += Fraction((window.dilation * jumps[axis]) ** 2 * (window.kernel**2 - 1), 12)
            jumps[axis] *= window.stride
    return variances[0], variances[1]
