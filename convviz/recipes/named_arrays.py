"""Named inputs and kernels, and the small random integers in their place when none are given."""

from collections.abc import Callable, Mapping
from functools import lru_cache
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

RANDOM_PLANES: Final = "random planes"
"""The random numbers of depthwise kernels, in kernels of several channels."""


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


def _signal(level: Callable[[Array], Array]) -> Callable[[Size], Array]:
    """Return an input whose rows all are a signal, which is given by its level from -1 to 1 at each sample."""

    def table(size: Size) -> Array:
        return np.tile((_LOUDEST * level(np.arange(size[1], dtype=float))).round(), (size[0], 1))

    return table


_LOUDEST: Final = 99
"""The largest number of a signal: two digits, which cells have room for."""


def _sine(time: Array) -> Array:
    return np.asarray(np.sin(2 * np.pi * time / 32))


def _noisy_sine(time: Array) -> Array:
    noise = _scattered(0, time.shape, (-100, 101)) / 100
    return np.asarray(0.7 * _sine(time) + 0.3 * noise)


def _chirp(time: Array) -> Array:
    return np.asarray(np.sin(2 * np.pi * time * (1 / 80 + time / 12_000)))


def _speech(time: Array) -> Array:
    """Return a voice that is made up: a pulse every 100 samples, each of two tones that fade."""
    since = time % 100
    tones = 0.6 * np.sin(2 * np.pi * since / 23) + 0.4 * np.sin(2 * np.pi * since / 8.5)
    return np.asarray(np.exp(-since / 24) * tones * (0.5 + 0.5 * np.sin(np.pi * time / 512)))


INPUTS: Final = MappingProxyType[str, Callable[[Size], Array]](
    {
        "ramp": _ramp,
        "ones": np.ones,
        "impulse": _impulse,
        "checkerboard": _checkerboard,
        "edge": _edge,
        "sine": _signal(_sine),
        "noisy_sine": _signal(_noisy_sine),
        "chirp": _signal(_chirp),
        "speech": _signal(_speech),
    }
)
"""Inputs of any size by name: 0, 1, 2, ...; all 1; a single 1; 0 and 9 in turn; 0 left and 9 right; signals."""


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


def _difference(size: Size) -> Array:
    table = np.zeros(size)
    table[:, 0] -= 1
    table[:, -1] += 1
    return table


KERNELS: Final = MappingProxyType[str, Callable[[Size], Array]](
    {"identity": _impulse, "box": _box, "difference": _difference, "binomial": _binomial, "gaussian": _gaussian}
)
"""Kernels of any size by name; a difference is the last number less the first.

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
UPSTREAM_LABELS: Final = MappingProxyType({name: INPUT_LABELS[name] for name in (RANDOM, "ones", "impulse")})
"""The labels of all names, in the order of their menus."""

SIGNAL_LABELS: Final = MappingProxyType(
    {
        RANDOM: "Random integers",
        "ramp": "Ramp 0, 1, 2, …",
        "ones": "All ones",
        "impulse": "A single 1",
        "checkerboard": "0 and 9 in turn",
        "edge": "Step from 0 to 9",
        "sine": "Sine, 32 samples a period",
        "noisy_sine": "Sine with noise",
        "chirp": "Chirp: faster and faster",
        "speech": "Wave like speech",
    }
)
LINE_KERNEL_LABELS: Final = MappingProxyType(
    {
        RANDOM: "Random integers",
        "identity": "Identity",
        "box": "Moving average",
        "difference": "Difference: last less first",
        "binomial": "Binomial (1, 2, 1)",
        "gaussian": "Smoothing (1, 2, 1) / 4",
    }
)
"""The same along a line, where a vertical edge is a step and a box blur is a moving average."""


def named_input(name: str, size: Size, seed: int, channels: int, home: Size) -> Array:
    """Return the input called ``name``, shape (channels, *size); only random ones and the ramp differ by channel.

    Of random ones ``home`` is the size whose numbers all others are cut from or continue.

    Examples
    --------
    >>> named_input("ramp", (1, 3), seed=0, channels=2, home=(5, 5))
    array([[[0., 1., 2.]],
    <BLANKLINE>
           [[3., 4., 5.]]])
    >>> small, large = (named_input("random", (side, side), 0, 1, (5, 5)) for side in (3, 9))
    >>> bool((small == large[:, :3, :3]).all())
    True
    """
    if name == RANDOM:
        return _cut(_home(seed, 0, 10, (channels, *home)), seed, (channels, *size), (0, 10))
    if name == "ramp":
        return _ramp((channels * size[0], size[1])).reshape(channels, *size)
    return np.tile(INPUTS[name](size), (channels, 1, 1))


def named_weight(name: str, shape: WeightShape, seed: int) -> Array:
    """Return the kernels called ``name``; only random ones differ from one another.

    Raises
    ------
    SpecError
        The kernel exists as 3x3 only and another size is wanted.

    Examples
    --------
    >>> named_weight("sobel_x", (1, 1, 3, 3), seed=0)[0, 0, 1]
    array([-2.,  0.,  2.])
    """
    count, depth, rows, columns = shape
    if name == RANDOM_PLANES:
        return named_weight(RANDOM, (count * depth, 1, rows, columns), seed).reshape(shape)
    if name == RANDOM:
        home = _home(seed + 1, -2, 3, (count, 1, *KERNEL_HOME))
        return _visible(home, seed + 1, shape)
    if name not in KERNELS and (rows, columns) != (3, 3):
        raise SpecError(f"kernel_size must be 3x3, the size of weight {name}; got {rows}x{columns}.")
    plane = KERNELS[name]((rows, columns)) if name in KERNELS else np.array(KERNELS_3X3[name], dtype=float)
    return np.tile(plane, (*shape[:2], 1, 1))


def named_upstream(name: str, size: Size, seed: int) -> Array:
    """Return the upstream gradient called ``name``, shape (1, *size); random ones are from -2 to 2.

    Examples
    --------
    >>> named_upstream("impulse", (1, 3), seed=0)
    array([[[0., 1., 0.]]])
    >>> small, large = (named_upstream("random", (side, side), 0) for side in (3, 5))
    >>> bool((small == large[:, :3, :3]).all())
    True
    """
    if name != RANDOM:
        return INPUTS[name](size)[None]
    return _visible(_home(seed + 3, -2, 3, (1, *KERNEL_HOME)), seed + 3, (1, *size))


def random_mixing(size: Size, seed: int) -> Array:
    """Return weights from -2 to 2 that mix channels, shape ``size``: output channels, input channels."""
    home = _home(seed + 2, -2, 3, (size[0], MIXING_HOME))
    return _visible(home, seed + 2, size)


# Fields of random numbers ---------------------------------------------------------------------------------------------
#
# Random numbers are cut from a field without end that the seed decides: what is visible at two sizes is the same at
# both. The corner of the field has the numbers of NumPy's older generator for the size that a variant begins with, the
# home, in any number of channels or kernels; around it they follow from their place.

KERNEL_HOME: Final = (3, 3)
MIXING_HOME: Final = 3
"""The size of kernels and upstream gradients, and the number of mixed channels, whose random numbers all others are cut
from.
"""


@lru_cache(64)
def _home(seed: int, low: int, high: int, shape: tuple[int, ...]) -> NDArray[np.int_]:
    """Return the numbers of a home; the last ones are kept, for a scene needs them several times."""
    # The older generator: its stream is frozen for good, so a link shows the same numbers with every NumPy to come.
    numbers = np.random.RandomState(seed % 2**32).randint(low, high, shape)
    numbers.flags.writeable = False
    return numbers


def _visible(home: NDArray[np.int_], seed: int, shape: tuple[int, ...]) -> Array:
    """Return random weights of which the first kernel is never all zeros, for that shows nothing.

    The field has one place that every kernel contains, where the first kernel has another number than 0: the one
    nearest to the corner. Mostly this is the corner itself; else kernels that end before it begin later in the field.
    """
    first = home[0].reshape(-1, home.shape[-1])
    if not first.any():
        home, first = home + 1, first + 1
    row, column = min(np.argwhere(first).tolist(), key=lambda place: (max(place), place))
    starts = [max(0, at + 1 - side) for at, side in zip((row, column), shape[-2:], strict=True)]
    whole = (*shape[:-2], *(start + side for start, side in zip(starts, shape[-2:], strict=True)))
    return _cut(home, seed, whole, (-2, 3))[..., starts[0] :, starts[1] :]


def _cut(home: NDArray[np.int_], seed: int, shape: tuple[int, ...], bounds: tuple[int, int]) -> Array:
    """Return the numbers of a field in its corner of some shape, whole numbers from ``bounds``, the second left out."""
    common = tuple(slice(min(sides)) for sides in zip(home.shape, shape, strict=True))
    if home[common].shape == shape:
        return home[common].astype(float)
    numbers = _scattered(seed, shape, bounds)
    numbers[common] = home[common]
    return numbers


def _scattered(seed: int, shape: tuple[int, ...], bounds: tuple[int, int]) -> Array:
    """Return numbers that follow from the seed and their places alone."""
    low, high = bounds
    places: NDArray[np.uint64] = _mixed(np.array([seed % 2**32], dtype=np.uint64))
    for side in shape:
        places = _mixed(np.add(places[..., None], np.arange(1, side + 1, dtype=np.uint64)))
    numbers: Array = low + (places[0] % np.uint64(high - low)).astype(float)
    return numbers


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return other numbers, as different for neighbors as for any others: the last step of SplitMix64."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    return bits ^ (bits >> np.uint64(31))


# The numbers of a recipe ----------------------------------------------------------------------------------------------


def input_of(values: Mapping[str, Any], home: Size) -> Array:
    """Return the input that the values of a recipe ask for, shape (C, H, W); ``home`` as in `named_input`."""
    table = values["input"]
    if not isinstance(table, str):
        return np.array(planes_in(table))
    return named_input(table, values["input_size"], values["seed"], values.get("in_channels", 1), home)


def kernels_of(values: Mapping[str, Any], shape: WeightShape) -> Array:
    """Return the first kernels that the values of a recipe ask for, as many as ``shape`` says.

    They are turned where ``flip`` is on: as they meet the input.
    """
    kernels = stored_kernels_of(values, shape)
    return kernels[..., ::-1, ::-1] if values.get("flip") else kernels


def stored_kernels_of(values: Mapping[str, Any], shape: WeightShape) -> Array:
    """Return the first kernels as a link has them, before they are turned; those of a table are repeated."""
    table = values["weight"]
    if isinstance(table, str):
        return named_weight(table, shape, values["seed"])
    return np.resize(np.array(planes_in(table)), shape)


def upstream_of(values: Mapping[str, Any], size: Size) -> Array:
    """Return the upstream gradient that the values of a recipe ask for, shape (1, *size): that of the output."""
    table = values["upstream"]
    return named_upstream(table, size, values["seed"]) if isinstance(table, str) else np.array(planes_in(table))


def mixing_of(values: Mapping[str, Any], count: int) -> Array:
    """Return the 1x1 weights of the first output channels, shape (count, in_channels times channel_multiplier)."""
    table = values["pointwise"]
    if not isinstance(table, str):
        return np.array(table)[:count]
    return random_mixing((count, values["in_channels"] * values["channel_multiplier"]), values["seed"])


def bias_of(values: Mapping[str, Any]) -> Array | None:
    """Return the bias, the same for every output channel, shape (C_out,), or None where it is 0."""
    return np.full(values.get("out_channels", 1), values["bias"]) if values.get("bias") else None
