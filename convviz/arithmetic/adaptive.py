"""Adaptive pooling, which has as many outputs as it is asked for: the layers, their windows, and their output.

Output o of n along an axis reads the cells from floor(o i / n) up to ceil((o + 1) i / n) - 1, as in PyTorch. So windows
differ by a cell where n does not divide i, and may overlap.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from . import arguments
from .arguments import Array, Pair, PairLike

Numbers = TypeVar("Numbers", int, npt.NDArray[np.int64])


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d:
    """Adaptive average pooling, as `adaptive_avg_pool2d` makes it; the class itself checks nothing."""

    output: Pair

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, which no input changes."""
        arguments.pair("input_size", input_size, least=1)
        return self.output


@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool2d:
    """Adaptive max pooling, as `adaptive_max_pool2d` makes it; the class itself checks nothing."""

    output: Pair

    def output_size(self, input_size: PairLike) -> Pair:
        """Return (height, width) of the output, which no input changes."""
        arguments.pair("input_size", input_size, least=1)
        return self.output


AdaptivePool2d = AdaptiveAvgPool2d | AdaptiveMaxPool2d


def adaptive_avg_pool2d(output: PairLike) -> AdaptiveAvgPool2d:
    """Make adaptive average pooling: (C, H, W) -> (C, *output), whatever H and W are.

    Parameters
    ----------
    output : int or pair
        Cells of the output along both axes or (height, width).

    Raises
    ------
    SpecError
        A number out of its bounds.

    Examples
    --------
    >>> from convviz.arithmetic import forward
    >>> forward(adaptive_avg_pool2d((1, 2)), [[[1, 2, 6, 7, 8]]])
    array([[[3., 7.]]])
    """
    return AdaptiveAvgPool2d(arguments.pair("output", output, least=1))


def adaptive_max_pool2d(output: PairLike) -> AdaptiveMaxPool2d:
    """Make adaptive max pooling: (C, H, W) -> (C, *output), whatever H and W are.

    Parameters
    ----------
    output : int or pair
        Cells of the output along both axes or (height, width).

    Raises
    ------
    SpecError
        A number out of its bounds.

    Examples
    --------
    >>> from convviz.arithmetic import forward
    >>> forward(adaptive_max_pool2d((1, 2)), [[[1, 2, 6, 7, 8]]])
    array([[[6., 8.]]])
    """
    return AdaptiveMaxPool2d(arguments.pair("output", output, least=1))


def window(output: Numbers, size: int, outputs: int) -> tuple[Numbers, Numbers]:
    """Return the first cell that one of the outputs reads along an axis of this size, and the first behind its window.

    Examples
    --------
    >>> [window(output, size=5, outputs=3) for output in range(3)]
    [(0, 2), (1, 4), (3, 5)]
    """
    return output * size // outputs, -((output + 1) * -size // outputs)


def pool_adaptively(layer: AdaptivePool2d, cells: Array) -> Array:
    """Return the largest cell or the average of each window, (C, H, W) -> (C, *output).

    One axis after the other, as both may be taken so: first the one that grows less, for less work.
    """
    is_max = isinstance(layer, AdaptiveMaxPool2d)
    combine, neutral = (np.maximum, -np.inf) if is_max else (np.add, 0.0)
    pooled = cells
    for axis in sorted((1, 2), key=lambda axis: layer.output[axis - 1] / cells.shape[axis]):
        outputs = layer.output[axis - 1]
        first, stop = window(np.arange(outputs), cells.shape[axis], outputs)
        beyond = [(0, int(axis == other)) for other in range(3)]  # `reduceat` takes no index behind the last cell
        padded = np.pad(pooled, beyond, constant_values=neutral)
        runs = combine.reduceat(padded, np.stack((first, stop), 1).ravel(), axis)
        pooled = runs.take(np.arange(0, 2 * outputs, 2), axis)  # between them is what begins at `stop`
        if not is_max:
            pooled /= (stop - first).astype(cells.dtype).reshape([-1 if axis == other else 1 for other in range(3)])
    return pooled
