"""Named inputs and kernels, and the small random integers in their place when none are given."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from convviz.errors import SpecError

from .tables import planes_in

Array = NDArray[np.float64]
Size = tuple[int, int]
WeightShape = tuple[int, int, int, int]
"""(C_out, C_in / groups, kH, kW)."""

RANDOM: Final = "random"
"""The name of integers drawn with the recipe's seed."""


def _ramp(size: Size) -> Array:
    return np.arange(size[0] * size[1], dtype=float).reshape(size) % 100


def _impulse(size: Size) -> Array:
    table = np.zeros(size)
    table[(size[0] - 1) // 2, (size[1] - 1) // 2] = 1
    return table


def _checkerboard(size: Size) -> Array:
    rows, columns = np.indices(size)
    return np.asarray((rows + columns) % 2 * 9.0)


def _edge(size: Size) -> Array:
    return np.tile(np.where(np.arange(size[1]) < size[1] // 2, 0.0, 9.0), (size[0], 1))


INPUTS: Final = MappingProxyType[str, Callable[[Size], Array]](
    {"ramp": _ramp, "ones": np.ones, "impulse": _impulse, "checkerboard": _checkerboard, "edge": _edge}
)
"""Inputs of any size by name: 0, 1, 2, ...; all 1; a single 1; 0 and 9 in turn; 0 left and 9 right."""


def _box(size: Size) -> Array:
    return np.full(size, 1 / (size[0] * size[1]))


def _pascal(n: int) -> Array:
    row = np.ones(1)
    for _ in range(n - 1):
        row = np.convolve(row, [1, 1])
    return row


def _binomial(size: Size) -> Array:
    return np.outer(_pascal(size[0]), _pascal(size[1]))


def _gaussian(size: Size) -> Array:
    return np.asarray(_binomial(size) / 2.0 ** (sum(size) - 2))


KERNELS: Final = MappingProxyType[str, Callable[[Size], Array]](
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

INPUT_LABELS: Final = MappingProxyType(
    {
        RANDOM: "Random integers",
        "ramp": "Ramp 0, 1, 2, …",
        "ones": "All ones",
        "impulse": "A single 1",
        "checkerboard": "Checkerboard",
        "edge": "Vertical edge",
    }
)
KERNEL_LABELS: Final = MappingProxyType(
    {
        RANDOM: "Random integers",
        "identity": "Identity",
        "box": "Box blur",
        "binomial": "Binomial (1, 2, 1)",
        "gaussian": "Gaussian blur",
        "sharpen": "Sharpen",
        "sobel_x": "Sobel x (vertical edges)",
        "sobel_y": "Sobel y (horizontal edges)",
        "laplacian": "Laplacian",
        "emboss": "Emboss",
    }
)
"""The labels of all names, in the order of their menus."""


def named_input(name: str, size: Size, seed: int, channels: int = 1) -> Array:
    """Return the input called ``name``, shape (channels, *size); only random ones and the ramp differ by channel.

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


def named_weight(name: str, size: Size, seed: int, planes: int = 1) -> Array:
    """Return the kernel called ``name``, shape (planes, *size); only random ones differ by plane.

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
        # A kernel of zeros alone shows nothing. Only the first plane is tested, so that the first kernels are the same
        # however many there are.
        return table if table[0].any() else table + 1
    if name not in KERNELS and size != (3, 3):
        raise SpecError(f"kernel_size must be 3x3, the size of weight {name}; got {size[0]}x{size[1]}.")
    plane = KERNELS[name](size) if name in KERNELS else np.array(KERNELS_3X3[name], dtype=float)
    return np.tile(plane, (planes, 1, 1))


def random_mixing(size: Size, seed: int) -> Array:
    """Return weights from -2 to 2 that mix channels, shape ``size``: output channels, input channels."""
    table = _random(seed + 2).randint(-2, 3, size).astype(float)
    return table if table[0].any() else table + 1


def input_of(values: Mapping[str, Any]) -> Array:
    """Return the input that the values of a recipe ask for, shape (C, H, W)."""
    table = values["input"]
    if not isinstance(table, str):
        return np.array(planes_in(table))
    return named_input(table, values["input_size"], values["seed"], values.get("in_channels", 1))


def kernels_of(values: Mapping[str, Any], shape: WeightShape) -> Array:
    """Return the first kernels that the values of a recipe ask for, as many as ``shape`` says.

    They are turned where ``flip`` is on: as they meet the input.
    """
    kernels = stored_kernels_of(values, shape)
    return kernels[..., ::-1, ::-1] if values.get("flip") else kernels


def stored_kernels_of(values: Mapping[str, Any], shape: WeightShape) -> Array:
    """Return the first kernels as a link has them, before they are turned."""
    table, (count, depth, *size) = values["weight"], shape
    if isinstance(table, str):
        planes = named_weight(table, (size[0], size[1]), values["seed"], count * depth)
    else:
        planes = np.array(planes_in(table)[: count * depth])
    return planes.reshape(shape)


def mixing_of(values: Mapping[str, Any], count: int) -> Array:
    """Return the 1x1 weights of the first output channels, shape (count, in_channels times channel_multiplier)."""
    table = values["pointwise"]
    if not isinstance(table, str):
        return np.array(table)[:count]
    return random_mixing((count, values["in_channels"] * values["channel_multiplier"]), values["seed"])


def bias_of(values: Mapping[str, Any]) -> Array | None:
    """Return the bias, the same for every output channel, shape (C_out,), or None where it is 0."""
    return np.full(values.get("out_channels", 1), values["bias"]) if values.get("bias") else None


def _random(seed: int) -> np.random.RandomState:
    # The older generator: its stream is frozen for good, so a link shows the same numbers with every NumPy to come.
    return np.random.RandomState(seed % 2**32)
