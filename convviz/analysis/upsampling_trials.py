"""All ways of upsampling on one picture, and the power spectrum that weighs the pattern each of them prints.

What a layer of scale s repeats every s cells shows at the frequencies j / s cycles per cell, and nowhere else: the
checkerboard pattern is looked for, and weighed, there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, SupportsIndex

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import arguments
from convviz.arithmetic.arguments import Pair, PairLike, finite_plane, shown
from convviz.errors import SpecError

from .overlap_counts import Overlap
from .upsampling_methods import METHODS, Array, Upsampling, checked_image, upsampling

REACH: Final = 1
"""Bins on each side of a frequency, diagonally too, that count as its neighborhood: a Hann window spreads that far."""

PERIODS: Final = 4
"""Periods that a picture must hold along either axis, so that the neighborhoods do not overlap."""

NOTHING: Final = 1e-12
"""Deviations from the mean, as a root of the mean of squares, below this part of the largest value are rounding."""

FLOOR: Final = -80.0
"""Decibels below the largest power that are still shown."""


@dataclass(frozen=True, slots=True)
class Peak:
    """One of the frequencies at which a pattern of the given period shows.

    Attributes
    ----------
    frequency : tuple of Fraction
        (down, across) in cycles per cell, above -1/2 and up to 1/2.
    bin : Pair
        Its row and column in `Spectrum.power`.
    share : float
        The part, from 0 to 1, of the energy of the picture without its mean that lies in the neighborhood.
    """

    frequency: tuple[Fraction, Fraction]
    bin: Pair
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A power spectrum, as `spectrum` makes it.

    Attributes
    ----------
    power : array of float
        (H, W), read-only: shares of the energy without the mean, so that they sum to 1; or 0 everywhere. Frequency 0 is
        in the middle, at (H // 2, W // 2).
    period : Pair
        (h, w), in cells.
    peaks : tuple of Peak
        Where theory puts a pattern of this period: all (a / h, b / w) cycles per cell but (0, 0).
    share : float
        The part, from 0 to 1, of the energy without the mean in the neighborhoods of all peaks; 0 for a constant.
    """

    power: npt.NDArray[np.float64] = field(repr=False)
    period: Pair
    peaks: tuple[Peak, ...]
    share: float

    @property
    def decibels(self) -> npt.NDArray[np.float64]:
        """(H, W): the power in decibels below the largest, from -80 to 0; a constant has -80 everywhere."""
        most = float(self.power.max())
        if not most:
            return np.full_like(self.power, FLOOR)
        return 10 * np.log10(np.maximum(self.power / most, 10 ** (FLOOR / 10)))


def spectrum(plane: npt.ArrayLike, period: PairLike) -> Spectrum:
    """Return the power spectrum of a picture, (H, W) -> (H', W'), and the share of it that has this period.

    Parameters
    ----------
    plane : array_like
        (H, W) finite real numbers. Rows and columns at the end that do not fill a period are left out, so that the
        frequencies j / period fall on bins.
    period : int or Pair
        (height, width), in cells: the scale of an upsampling.

    Raises
    ------
    SpecError
        The plane is not such an array, or has fewer than 4 periods along an axis.

    Notes
    -----
    The mean is subtracted, and the rest multiplied by a Hann window: without one, the difference between opposite edges
    of a photograph would look like a pattern. The window spreads each frequency over 3 x 3 bins, which are counted. A
    plane that differs from its mean by no more than rounding has no energy: power and share are 0.

    A photograph has energy of its own and modulates a pattern, which spreads the energy of the pattern around these
    frequencies, beyond the bins that are counted. So compare shares for one picture, not between pictures.

    Examples
    --------
    Columns that alternate have one frequency across, half a cycle per cell:

    >>> stripes = spectrum(np.tile([1.0, 3.0], (16, 8)), (1, 2))
    >>> [(str(peak.frequency[0]), str(peak.frequency[1])) for peak in stripes.peaks], round(stripes.share, 12)
    ([('0', '1/2')], 1.0)
    """
    steps = arguments.pair("period", period, least=1)
    cells = finite_plane("plane", plane).astype(np.float64)
    for name, side, step in zip(("height", "width"), cells.shape, steps, strict=True):
        if side < PERIODS * step:
            raise SpecError(f"plane must have a {name} of at least {PERIODS} periods; got {side} (period {step}).")
    height, width = (side - side % step for side, step in zip(cells.shape, steps, strict=True))
    power = _power(cells[:height, :width])
    peaks = tuple(_peak(power, steps, a, b) for a in range(steps[0]) for b in range(steps[1]) if a or b)
    power.flags.writeable = False
    return Spectrum(power, steps, peaks, min(1.0, sum(peak.share for peak in peaks)))


def _power(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the shares of the energy by frequency, frequency 0 in the middle."""
    largest = float(np.abs(cells).max())
    scaled = cells / largest if largest else cells  # no square leaves the range of floats
    scaled = scaled - scaled.mean()
    if float(np.sqrt(np.mean(scaled**2))) <= NOTHING:
        return np.zeros_like(scaled)
    down, across = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(side) / side) for side in scaled.shape)
    power = np.abs(np.fft.fftshift(np.fft.fft2(scaled * np.outer(down, across)))) ** 2
    return np.asarray(power / power.sum())


def _peak(power: npt.NDArray[np.float64], period: Pair, a: int, b: int) -> Peak:
    """Return the peak of a and b cycles per period."""
    bins = [number * side // step for number, side, step in zip((a, b), power.shape, period, strict=True)]
    row, column = ((number + side // 2) % side for number, side in zip(bins, power.shape, strict=True))
    near = np.arange(-REACH, REACH + 1)
    around = power[np.ix_((row + near) % power.shape[0], (column + near) % power.shape[1])]
    down, across = (Fraction(n, step) - (2 * n > step) for n, step in zip((a, b), period, strict=True))
    return Peak((down, across), (row, column), float(around.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Upsampled:
    """A picture upsampled by one of the methods.

    Attributes
    ----------
    upsampling : Upsampling
        The method with its numbers.
    output : array of float
        (scale H, scale W).
    interior : array of float
        The part of the output that no border reaches in any of the methods compared: the same cells for all.
    spectrum : Spectrum
        That of the interior, for the period `scale` on both axes; its `share` is the number to compare.
    overlap : Overlap
        Paths into each output cell.
    """

    upsampling: Upsampling
    output: Array = field(repr=False)
    interior: Array = field(repr=False)
    spectrum: Spectrum = field(repr=False)
    overlap: Overlap = field(repr=False)


def upsampled(
    image: npt.ArrayLike,
    scale: SupportsIndex = 2,
    kernel_size: SupportsIndex = 3,
    *,
    methods: Sequence[str] = tuple(METHODS),
    weights: str = "uniform",
    seed: SupportsIndex = 0,
    followed_by: SupportsIndex | None = None,
) -> tuple[Upsampled, ...]:
    """Upsample a picture by several methods, (H, W) -> (scale H, scale W).

    Parameters
    ----------
    image : array_like
        (H, W) finite real numbers: a photograph, or what `signal` makes.
    methods : sequence of str
        Keys of `METHODS`.
    scale, kernel_size, weights, seed, followed_by
        See `upsampling`.

    Raises
    ------
    SpecError
        See `upsampling` and its `apply`; or the image is too small for an interior of 4 periods.

    Examples
    --------
    In the output for a constant image, all that is not constant was made by the layers:

    >>> from convviz.analysis import signal
    >>> for one in upsampled(signal("constant", 32)):
    ...     print(one.upsampling.method, round(one.spectrum.share, 6), one.overlap.is_even)
    transposed 1.0 False
    divisible 0.0 True
    nearest 0.0 True
    bilinear 0.0 True
    subpixel 0.0 True
    icnr 0.0 True

    Even overlap is not a promise: with other weights, two methods that overlap evenly print a pattern.

    >>> for one in upsampled(signal("constant", 32), weights="random"):
    ...     print(one.upsampling.method, round(one.spectrum.share, 6), one.overlap.is_even)
    transposed 1.0 False
    divisible 1.0 True
    nearest 0.0 True
    bilinear 0.0 True
    subpixel 1.0 True
    icnr 0.0 True
    """
    try:
        names = () if isinstance(methods, str) else tuple(methods)
    except TypeError:
        names = ()
    if not names:
        raise SpecError(f"methods must be at least one of {arguments.one_of(tuple(METHODS))}; got {shown(methods)}.")
    trials = [
        upsampling(name, scale, kernel_size, weights=weights, seed=seed, followed_by=followed_by) for name in names
    ]
    factor, margin = trials[0].scale, max(trial.margin for trial in trials)
    cells = checked_image(image, factor)
    least = PERIODS + 2 * margin // factor
    if min(cells.shape) < least:
        raise SpecError(
            f"image must have at least {least} cells on either side, for borders reach {margin // factor} of them;"
            f" got {cells.shape}."
        )
    results = []
    for trial in trials:
        output = trial.apply(cells)
        interior = output[margin : output.shape[0] - margin, margin : output.shape[1] - margin]
        results.append(Upsampled(trial, output, interior, spectrum(interior, factor), trial.overlap(cells.shape)))
    return tuple(results)
