"""The effective receptive field: not which cells an output can read, but how much each of them weighs.

Luo et al. 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks,
https://arxiv.org/abs/1701.04128: most of the weight lies near the center, about as a Gaussian has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod, sqrt
from typing import Final, SupportsIndex

import numpy as np

from convviz.arithmetic import AvgPool2d, Conv2d, Layer, MaxPool2d, parse
from convviz.arithmetic.parse import PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .network import Network
from .receptive.backprop import gradients
from .receptive.counting import Array
from .receptive.footprints import Sliding, footprints
from .receptive.graph import layers_of

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
    weights : (H, W) of floats that sum to 1; read-only.
    statistic : What they are: "share of paths" (exact; each rounded once) or "mean squared gradient" (estimated).
    samples : Draws of all kernels that it is the mean of; 0 if it is exact.
    center, sigma : (height, width): mean and standard deviation of the weights along each axis, in input cells.
    field : (height, width) of the box around all cells that the output reads.
    ratio : (height, width): 4 sigma by `field`. A Gaussian has 95.45 % of its weight within 2 sigma of its center,
        which is what Luo et al. call the effective receptive field.
    """

    weights: Array
    statistic: str
    samples: int
    center: tuple[float, float]
    sigma: tuple[float, float]
    field: tuple[int, int]

    @property
    def ratio(self) -> tuple[float, float]:
        """4 sigma by the field."""
        return 4 * self.sigma[0] / self.field[0], 4 * self.sigma[1] / self.field[1]


def effective_field(
    network: Network,
    node: str | None,
    output: PairLike,
    kernels: str = "uniform",
    samples: SupportsIndex = 100,
    seed: SupportsIndex = 0,
) -> EffectiveField:
    """The weights of the input cells for one output of a node.

    Parameters
    ----------
    network, node, output : As in `Network.path_counts`.
    kernels : "uniform" for kernels of ones, where the gradient is the number of paths, exactly. "random" for weights
        drawn anew for each sample, independent and normal with mean 0 and variance 1 / taps; the gradient is that of a
        network of one channel without activations, and the statistic the mean of its square.
    samples, seed : Of random kernels; the same seed gives the same weights.

    Raises
    ------
    SpecError : No network; as `Network.path_counts`; an output that reads nothing; or options that are none.

    Notes
    -----
    With "random", both poolings weigh all cells of a window equally and a product hands on its gradient as a sum does.
    In a chain of convolutions the expected square is proportional to the number of paths: different paths share no
    product of weights, so that cross terms have mean 0.

    Examples
    --------
    Nine layers of 3 x 3: the field has 19 rows, but 4 sigma is only half of it.

    >>> from convviz.arithmetic import conv2d
    >>> network = Network.sequential([conv2d(3)] * 9, input_size=19)
    >>> found = effective_field(network, None, (0, 0))
    >>> found.statistic, found.field, [round(share, 3) for share in found.ratio]
    ('share of paths', (19, 19), [0.516, 0.516])
    """
    if not isinstance(network, Network):
        raise SpecError(f"network must be a Network; got {shown(network)}.")
    is_random = parse.choice("kernels", kernels, KERNELS) == "random"
    number = parse.integer("samples", samples, least=1)
    if number > MOST_SAMPLES:
        raise SpecError(f"samples must be at most {MOST_SAMPLES}; got {shown(samples)}.")
    generator = np.random.default_rng(parse.integer("seed", seed, least=0))
    read = network.support(node, output)
    if not read.any():
        raise SpecError(f"output must read some of the input to have an effective field; got {shown(output)}.")
    if is_random:
        weights = _sampled(network, node, output, number, generator)
    else:
        weights = _shares(network.path_counts(node, output))
    weights.flags.writeable = False
    fields, centers, sigmas = zip(*(_moments(weights, read, axis) for axis in (0, 1)), strict=True)
    return EffectiveField(weights, STATISTICS[kernels], number if is_random else 0, centers, sigmas, fields)


def _shares(counts: Array) -> Array:
    """Each count by the sum of all, rounded once, however large they are."""
    total = sum(counts.ravel().tolist())
    return np.array([[count / total for count in row] for row in counts.tolist()])


def _sampled(
    network: Network, node: str | None, output: PairLike, samples: int, generator: np.random.Generator
) -> Array:
    """The mean squared gradient, as shares; in batches, so that memory is bounded."""
    nodes = {one.name: one for one in network.nodes}
    target, place = network.node(node), parse.pair("output", output, least=0)
    widest = max(prod(one.size) for one in network.nodes if one.size is not None)
    batch = max(1, min(samples, MOST_GRADIENTS // widest))
    squares: Array = np.zeros(network.input_size or (0, 0))
    for done in range(0, samples, batch):
        drawn = gradients(nodes, target, place, min(batch, samples - done), generator)
        squares += np.square(drawn).sum(axis=2)
    squares /= squares.sum()
    return squares


def _moments(weights: Array, support: Array, axis: int) -> tuple[int, float, float]:
    """Along an axis: cells from the first to the last that is read, mean and standard deviation of the weights."""
    line = weights.sum(axis=1 - axis)
    places = np.arange(len(line))
    read = np.flatnonzero(support.any(axis=1 - axis))
    mean = float(line @ places / line.sum())
    return int(read[-1] - read[0]) + 1, mean, sqrt(float(line @ (places - mean) ** 2 / line.sum()))


def uniform_variance(layers: Sequence[Layer]) -> tuple[Fraction, Fraction]:
    """The variance of the weights of uniform kernels along (height, width): ``sum of (d j_in)^2 (k^2 - 1) / 12``.

    Every layer adds a tap that is drawn evenly from its window, independently of the others, so variances add up. Exact
    for outputs whose windows lie inside; sigma is the root.

    Parameters
    ----------
    layers : Convolutions and poolings, one after the other; their padding has no influence.

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
