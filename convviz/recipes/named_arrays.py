"""Named inputs and kernels, and the small random integers that stand in when none are given."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError

Table = NDArray[np.float64]
Size = tuple[int, int]

RANDOM: Final = "random"
"""The name that stands for integers drawn with the recipe's seed."""


def _ramp(size: Size) -> Table:
    return np.arange(size[0] * size[1], dtype=float).reshape(size) % 100


def _impulse(size: Size) -> Table:
    table = np.zeros(size)
    table[(size[0] - 1) // 2, (size[1] - 1) // 2] = 1
    return table


def _checkerboard(size: Size) -> Table:
    rows, columns = np.indices(size)
    return np.asarray((rows + columns) % 2 * 9.0)


def _edge(size: Size) -> Table:
    return np.tile(np.where(np.arange(size[1]) < size[1] // 2, 0.0, 9.0), (size[0], 1))


INPUTS: Final = MappingProxyType[str, Callable[[Size], Table]](
    {"ramp": _ramp, "ones": np.ones, "impulse": _impulse, "checkerboard": _checkerboard, "edge": _edge}
)
"""Inputs of any size by name: 0, 1, 2, ...; all 1; a single 1; 0 and 9 in turn; 0 left and 9 right."""


def _box(size: Size) -> Table:
    return np.full(size, 1 / (size[0] * size[1]))


def _pascal(n: int) -> Table:
    row = np.ones(1)
    for _ in range(n - 1):
        row = np.convolve(row, [1, 1])
    return row


def _binomial(size: Size) -> Table:
    return np.outer(_pascal(size[0]), _pascal(size[1]))


def _gaussian(size: Size) -> Table:
    return np.asarray(_binomial(size) / 2.0 ** (sum(size) - 2))


KERNELS: Final = MappingProxyType[str, Callable[[Size], Table]](
    {"identity": _impulse, "box": _box, "binomial": _binomial, "gaussian": _gaussian}
)
"""Kernels of any size by name.

The binomial one is the outer product of two rows of Pascal's triangle, the Gaussian the same with a sum of 1.
"""

KERNELS_3X3: Final = MappingProxyType(
    {
        "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        "sobel_x": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "sobel_y": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
        "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    }
)
"""Kernels that exist as 3x3 only."""

INPUT_NAMES: Final = (RANDOM, *INPUTS)
WEIGHT_NAMES: Final = (RANDOM, *KERNELS, *KERNELS_3X3)


def named_input(name: str, size: Size, seed: int, channels: int = 1) -> Table:
    """The input called ``name``, shape (channels, *size); every channel the same but for random ones and the ramp.

    Examples
    --------
    >>> named_input("ramp", (1, 3), seed=0, channels=2)
    array([[[0., 1., 2.]],
    <BLANKLINE>
           [[3., 4., 5.]]])
    """
    if name == RANDOM:
        return _random(seed).randint(0, 10, (channels, *size)).astype(float)
    if name == "ramp":
        return _ramp((channels * size[0], size[1])).reshape(channels, *size)
    return np.tile(INPUTS[name](size), (channels, 1, 1))


def named_weight(name: str, size: Size, seed: int, planes: int = 1) -> Table:
    """The kernel called ``name``, shape (planes, *size); every plane the same but for random ones.

    Raises
    ------
    SpecError
        The kernel exists as 3x3 only and another size is wanted.

    Examples
    --------
    >>> named_weight("sobel_x", (3, 3), seed=0)[0, 1]
    array([-2.,  0.,  2.])
    """
    if name == RANDOM:
        table = _random(seed + 1).randint(-2, 3, (planes, *size)).astype(float)
        # A kernel of nothing but zeros shows nothing. The first plane tells, so that the first kernels of many are the
        # same, however many are asked for.
        return table if table[0].any() else table + 1
    if name not in KERNELS and size != (3, 3):
        raise SpecError(f"kernel_size must be 3x3, the size of weight {name}; got {size[0]}x{size[1]}.")
    plane = KERNELS[name](size) if name in KERNELS else np.array(KERNELS_3X3[name], dtype=float)
    return np.tile(plane, (planes, 1, 1))


def random_mixing(size: Size, seed: int) -> Table:
    """Weights from -2 to 2 that mix channels, shape ``size``: output channels, input channels."""
    table = _random(seed + 2).randint(-2, 3, size).astype(float)
    return table if table[0].any() else table + 1


def _random(seed: int) -> np.random.RandomState:
    # The older generator: its stream is frozen for good, so a link shows the same numbers with every NumPy to come.
    return np.random.RandomState(seed % 2**32)
