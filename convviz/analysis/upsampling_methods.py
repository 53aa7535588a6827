"""The ways for a network to upsample, on one channel: some of them print a checkerboard pattern, others do not.

* Transposed convolution, and resizing followed by a convolution instead: Odena, Dumoulin & Olah, Deconvolution and
  Checkerboard Artifacts, Distill 2016, https://doi.org/10.23915/distill.00003
* Sub-pixel convolution: Shi et al. 2016, https://arxiv.org/abs/1609.05158
* ICNR, initial weights without a pattern: Aitken et al. 2017, https://arxiv.org/abs/1707.02937
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz import limits
from convviz.arithmetic import Layer, arguments, conv2d, conv_transpose2d, forward, pixel_shuffle, upsample2d
from convviz.arithmetic.arguments import PairLike, finite_plane, shown
from convviz.errors import SpecError

from .overlap_counts import Overlap, overlap

Array = npt.NDArray[np.float64]

WEIGHTS: Final = ("uniform", "random")
SIGNALS: Final = ("constant", "noise")
MOST_KERNEL: Final = 16
UNIT: Final = 2.0**-24
"""Random weights are multiples of it: with them the sums over a picture of bytes are exact, in whatever order."""


@dataclass(frozen=True, slots=True, eq=False)
class Upsampling:
    """One way to make a picture `scale` times as large on either side, with its numbers, as `upsampling` makes it.

    Attributes
    ----------
    method : str
        Its key in `METHODS`.
    name, sentence : str
        Its name, and what it does.
    scale : int
        Output cells per input cell, on either side.
    layers : tuple of Layer
        1 to 3 layers, applied in turn: (H, W) -> (scale H, scale W).
    weights : tuple of array or None
        For each layer its weight, read-only, or None where it has none. There are no biases.
    margin : int
        Output cells on every side that the end of the input may reach; a multiple of `scale`.
    """

    method: str
    name: str
    sentence: str
    scale: int
    layers: tuple[Layer, ...]
    weights: tuple[Array | None, ...] = field(repr=False)
    margin: int

    def apply(self, image: npt.ArrayLike) -> Array:
        """Upsample an image, (H, W) -> (scale H, scale W), in float64.

        Transposed convolutions crop what exceeds that size evenly, an odd cell after, and compute what is missing at
        the end (as output_padding). All others keep the size: their convolutions repeat the cells at the border.

        Raises
        ------
        SpecError
            The image is not such an array, or its output has more than 25 megapixels.
        """
        cells = checked_image(image, self.scale)[None]
        for layer, weight in zip(self.layers, self.weights, strict=True):
            cells = forward(layer, cells, weight)
        plane: Array = cells[0]
        return plane

    def overlap(self, input_size: PairLike) -> Overlap:
        """Count the paths into each output cell: see `overlap`."""
        return overlap(self.layers, input_size)

    def interior(self, output: Array) -> Array:
        """Return the part of an output that no border reaches, `margin` cells less on every side; it may be empty."""
        rows, columns = (slice(self.margin, max(self.margin, side - self.margin)) for side in output.shape)
        return output[rows, columns]


@dataclass(frozen=True, slots=True)
class _Method:
    """A row of the table: its texts, and the function of scale and kernel size that makes its layers."""

    short: str
    name: str
    sentence: str
    build: "Callable[[int, int, _Numbers], Built]"


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The source of weights."""

    kind: str
    seed: int

    def weight(self, channels: int, kernel: int, taps: float, *, stream: int = 0) -> Array:
        """Return weights (channels, 1, kernel, kernel) for sums of `taps` products on average."""
        shape = (channels, 1, kernel, kernel)
        if self.kind == "uniform":
            return np.full(shape, 1 / taps)
        normal = np.random.default_rng([self.seed, stream]).normal(0, sqrt(2 / taps), shape)
        return np.asarray(np.round(normal / UNIT) * UNIT)


Built = tuple[list[tuple[Layer, Array | None]], int]
"""Layers with their weights, and the output cells that the end of the input may reach."""


def _transposed(scale: int, kernel: int, numbers: _Numbers) -> Built:
    more = kernel - scale
    crop = (max(more, 0) // 2, max(more, 0) - max(more, 0) // 2)
    layer = conv_transpose2d(kernel, scale, padding=(crop, crop), output_padding=max(-more, 0))
    return [(layer, numbers.weight(1, kernel, kernel**2 / scale**2))], kernel - 1


def _divisible(scale: int, kernel: int, numbers: _Numbers) -> Built:
    return _transposed(scale, -(-kernel // scale) * scale, numbers)


def _resized(mode: str) -> Callable[[int, int, _Numbers], Built]:
    def build(scale: int, kernel: int, numbers: _Numbers) -> Built:
        reach = kernel - 1 + (scale if mode == "bilinear" else 0)
        return [(upsample2d(scale, mode), None), (_same(kernel), numbers.weight(1, kernel, kernel**2))], reach

    return build


def _subpixel(scale: int, kernel: int, numbers: _Numbers) -> Built:
    weight = numbers.weight(scale**2, kernel, kernel**2)
    return [(_same(kernel), weight), (pixel_shuffle(scale), None)], scale * (kernel - 1)


def _icnr(scale: int, kernel: int, numbers: _Numbers) -> Built:
    weight = np.repeat(numbers.weight(1, kernel, kernel**2), scale**2, axis=0)
    return [(_same(kernel), weight), (pixel_shuffle(scale), None)], scale * (kernel - 1)


def _same(kernel: int) -> Layer:
    """Return a convolution that keeps the size and repeats the cells at the border."""
    return conv2d(kernel, padding="same", padding_mode="replicate")


METHODS: Final = MappingProxyType(
    {
        "transposed": _Method(
            "Transposed",
            "Transposed convolution",
            "Every cell stamps a kernel of {k} x {k}; the stamps are {s} cells apart and {even}.",
            _transposed,
        ),
        "divisible": _Method(
            "Divisible kernel",
            "Transposed convolution, kernel divisible by the stride",
            "Every cell stamps a kernel of {K} x {K}; the stamps are {s} cells apart and overlap evenly, but with other"
            " weights in neighboring cells.",
            _divisible,
        ),
        "nearest": _Method(
            "Nearest resize",
            "Nearest resize, then convolution",
            "Every cell is repeated {s} x {s} times, then a {k} x {k} convolution reads that picture, everywhere with"
            " the same weights.",
            _resized("nearest"),
        ),
        "bilinear": _Method(
            "Bilinear resize",
            "Bilinear resize, then convolution",
            "Neighbors are mixed into a picture {s} times as large, then a {k} x {k} convolution reads that picture,"
            " everywhere with the same weights.",
            _resized("bilinear"),
        ),
        "subpixel": _Method(
            "Sub-pixel",
            "Sub-pixel convolution",
            "A {k} x {k} convolution makes {c} channels, each with weights of its own, and pixel shuffle lays them out"
            " as {s} x {s} cells.",
            _subpixel,
        ),
        "icnr": _Method(
            "Sub-pixel ICNR",
            "Sub-pixel convolution, ICNR start",
            "A {k} x {k} convolution makes {c} channels that all start with the same weights, and pixel shuffle lays"
            " them out: before any training, a nearest resize after a convolution.",
            _icnr,
        ),
    }
)
"""Every way to upsample by its key."""


def upsampling(
    method: str,
    scale: SupportsIndex = 2,
    kernel_size: SupportsIndex = 3,
    *,
    weights: str = "uniform",
    seed: SupportsIndex = 0,
    followed_by: SupportsIndex | None = None,
) -> Upsampling:
    """Return one way to upsample, with its weights.

    Parameters
    ----------
    method : str
        "transposed", "divisible", "nearest", "bilinear", "subpixel" or "icnr"; `METHODS` describes them.
    scale : int
        From 2 to 8.
    kernel_size : int
        From 1 to 16. "divisible" takes the next multiple of the scale.
    weights : str
        "uniform": all weights of a layer are equal, and a constant keeps its mean: 1 / k^2 in a convolution, s^2 / k^2
        in a transposed one. "random": normal with mean 0 and variance 2 / n (He et al. 2015,
        https://arxiv.org/abs/1502.01852), n being the products of an output cell on average, k^2 or k^2 / s^2.
    seed : int
        The seed of random weights; kernels of the same shape get the same numbers in all methods, up to their scale.
    followed_by : int, optional
        The kernel size of one more convolution, of stride 1.

    Raises
    ------
    SpecError
        The method does not exist, or numbers are outside these bounds.

    Examples
    --------
    All weights are equal and the input is constant, so that only the overlap remains:

    >>> upsampling("transposed", 2, 3).apply(np.ones((3, 3)))[2:4, 2:4].round(3).tolist()
    [[1.778, 0.889], [0.889, 0.444]]
    >>> upsampling("nearest", 2, 3).apply(np.ones((3, 3)))[2:4, 2:4].round(3).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    row = METHODS[arguments.choice("method", method, tuple(METHODS))]
    factor, kernel = _within("scale", scale, 2, limits.STRIDE), _within("kernel_size", kernel_size, 1, MOST_KERNEL)
    numbers = _Numbers(arguments.choice("weights", weights, WEIGHTS), _checked_seed(seed))
    parts, reach = row.build(factor, kernel, numbers)
    sentence = row.sentence.format(
        k=kernel, s=factor, c=factor**2, K=-(-kernel // factor) * factor, even=_evenness(factor, kernel)
    )
    if followed_by is not None:
        more = _within("followed_by", followed_by, 1, MOST_KERNEL)
        parts.append((_same(more), numbers.weight(1, more, more**2, stream=1)))
        reach += more - 1
        sentence += f" A {more} x {more} convolution follows."
    for _, weight in parts:
        if weight is not None:
            weight.flags.writeable = False
    layers, arrays = zip(*parts, strict=True)
    return Upsampling(method, row.name, sentence, factor, layers, arrays, margin=-(-reach // factor) * factor)


def signal(kind: str, size: PairLike, *, seed: SupportsIndex = 0) -> Array:
    """Return a picture to try upsampling on, (H, W): "constant" is 1, "noise" is normal with mean 0 and variance 1.

    Raises
    ------
    SpecError
        The kind does not exist, or the size is too large.

    Examples
    --------
    >>> signal("constant", (1, 2))
    array([[1., 1.]])
    """
    shape = arguments.pair("size", size, least=1)
    if shape[0] * shape[1] > limits.IMAGE_MEGAPIXELS * 10**6:
        raise SpecError(f"size must be at most {limits.IMAGE_MEGAPIXELS} megapixels; got {shape}.")
    number = _checked_seed(seed)
    if arguments.choice("kind", kind, SIGNALS) == "constant":
        return np.ones(shape)
    return np.random.default_rng(number).normal(size=shape)


def checked_image(image: npt.ArrayLike, scale: int) -> Array:
    """Return an image as (H, W) finite float64, or refuse one whose upsampled version would be too large."""
    cells = finite_plane("image", image).astype(np.float64)
    if cells.size * scale**2 > limits.IMAGE_MEGAPIXELS * 10**6:
        got = f"{cells.shape[0]} x {cells.shape[1]} at a scale of {scale}"
        raise SpecError(f"image must have at most {limits.IMAGE_MEGAPIXELS} megapixels when upsampled; got {got}.")
    return cells


def _evenness(scale: int, kernel: int) -> str:
    if kernel < scale:
        return "leave gaps between them"
    if kernel % scale == 0:
        return "overlap evenly"
    return f"overlap unevenly, as {scale} does not divide {kernel}"


def _checked_seed(value: object) -> int:
    """Return a seed, which may be larger than the 10^9 of all other integers."""
    number = value if isinstance(value, int | np.integer) and not isinstance(value, bool) else -1
    if not 0 <= number <= limits.SEED:
        raise SpecError(f"seed must be an integer from 0 to {limits.SEED}; got {shown(value)}.")
    return int(number)


def _within(name: str, value: object, least: int, most: int) -> int:
    number = arguments.integer(name, value, least=least)
    if number > most:
        raise SpecError(f"{name} must be at most {most}; got {number}.")
    return number
