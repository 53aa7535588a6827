"""The power spectrum of a picture, and how much of it a pattern of a known period holds.

What a layer of scale s does again every s cells shows at the frequencies j / s cycles per cell, and nowhere else: there
one looks for the chequered pattern, and weighs it.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from convviz.arithmetic import parse
from convviz.arithmetic.arrays import KINDS
from convviz.arithmetic.parse import Pair, PairLike
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

REACH: Final = 1
"""Bins on every side of a frequency that count as its neighbourhood, diagonally too: all that a Hann window spreads."""

PERIODS: Final = 4
"""Periods that a picture must hold along either axis, so that the neighbourhoods keep apart."""

NOTHING: Final = 1e-12
"""Deviations from the mean, as a root of the mean of squares, below this part of the largest value are rounding."""

FLOOR: Final = -80.0
"""Decibels below the largest power that are still shown."""


@dataclass(frozen=True, slots=True)
class Peak:
    """One of the frequencies at which a pattern of the given period shows.

    Attributes
    ----------
    frequency : (down, across) in cycles per cell, above -1/2 and up to 1/2.
    bin : Its row and column in `Spectrum.power`.
    share : Of the energy of the whole picture without its mean, what lies in the neighbourhood: from 0 to 1.
    """

    frequency: tuple[Fraction, Fraction]
    bin: Pair
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """A power spectrum, as `spectrum` makes it.

    Attributes
    ----------
    power : (H, W), read-only: shares of the energy without the mean, so that they sum to 1; or 0 everywhere.
        Frequency 0 is in the middle, at (H // 2, W // 2).
    period : (h, w), in cells.
    peaks : Where theory puts a pattern of this period: all (a / h, b / w) cycles per cell but (0, 0).
    share : Energy in the neighbourhoods of all peaks by that of all but the mean, from 0 to 1; 0 for a constant.
    """

    power: npt.NDArray[np.float64] = field(repr=False)
    period: Pair
    peaks: tuple[Peak, ...]
    share: float

    @property
    def decibels(self) -> npt.NDArray[np.float64]:
        """(H, W): ten times the logarithm of the power by the largest, from -80 to 0; a constant has -80 everywhere."""
        most = float(self.power.max())
        if not most:
            return np.full_like(self.power, FLOOR)
        return 10 * np.log10(np.maximum(self.power / most, 10 ** (FLOOR / 10)))

    @property
    def area_share(self) -> float:
        """The part of all frequencies that the neighbourhoods are: about the share that white noise has."""
        return len(self.peaks) * (2 * REACH + 1) ** 2 / self.power.size


def spectrum(plane: npt.ArrayLike, period: PairLike) -> Spectrum:
    """Where the energy of a picture lies, (H, W) -> (H', W'), and which share of it has this period.

    Parameters
    ----------
    plane : (H, W) finite real numbers. Rows and columns at the end that do not fill a period are left out, so that the
        frequencies j / period fall on bins.
    period : An int or (height, width), in cells: the scale of an upsampling.

    Raises
    ------
    SpecError : A plane that is none, or has fewer than 4 periods along an axis.

    Notes
    -----
    The mean is taken off, and a Hann window laid over the rest: without one, the difference between opposite edges of a
    photograph would look like a pattern. The window spreads every frequency over its 3 x 3 bins, and these are counted.
    A plane that differs from its mean by no more than rounding has no energy: power and share are 0.

    A photograph has energy of its own, and modulates a pattern, which spreads the pattern's energy around these
    frequencies, beyond the bins that are counted. So compare shares for one picture, not between pictures.

    Examples
    --------
    Columns that alternate have one frequency across, half a cycle per cell:

    >>> found = spectrum(np.tile([1.0, 3.0], (16, 8)), (1, 2))
    >>> [(str(peak.frequency[0]), str(peak.frequency[1])) for peak in found.peaks], round(found.share, 12)
    ([('0', '1/2')], 1.0)
    """
    steps = parse.pair("period", period, least=1)
    cells = _cells(plane)
    for name, side, step in zip(("height", "width"), cells.shape, steps, strict=True):
        if side < PERIODS * step:
            raise SpecError(f"plane must have a {name} of at least {PERIODS} periods; got {side} (period {step}).")
    height, width = (side - side % step for side, step in zip(cells.shape, steps, strict=True))
    power = _power(cells[:height, :width])
    peaks = tuple(_peak(power, steps, a, b) for a in range(steps[0]) for b in range(steps[1]) if a or b)
    power.flags.writeable = False
    return Spectrum(power, steps, peaks, min(1.0, sum(peak.share for peak in peaks)))


def _cells(plane: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        cells = np.asarray(plane)
    except Exception as error:  # rows that differ; or a tensor's library raises what it pleases
        raise SpecError(f"plane must be rows of numbers, all of one length; got {shown(plane)}.") from error
    if cells.dtype.kind not in "biuf":
        raise SpecError(f"plane must hold real numbers; got {KINDS.get(cells.dtype.kind, shown(plane))}.")
    if cells.ndim != 2 or 0 in cells.shape:
        raise SpecError(f"plane must have the shape (H, W), none of them 0; got {cells.shape}.")
    cells = cells.astype(np.float64)
    if not np.isfinite(cells).all():
        raise SpecError("plane must hold finite numbers; got infinite ones or nan.")
    return cells


def _power(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shares of the energy by frequency, frequency 0 in the middle."""
    largest = float(np.abs(cells).max())
    scaled = cells / largest if largest else cells  # no square leaves the range of floats
    scaled = scaled - scaled.mean()
    if float(np.sqrt(np.mean(scaled**2))) <= NOTHING:
        return np.zeros_like(scaled)
    down, across = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(side) / side) for side in scaled.shape)
    power = np.abs(np.fft.fftshift(np.fft.fft2(scaled * np.outer(down, across)))) ** 2
    return np.asarray(power / power.sum())


def _peak(power: npt.NDArray[np.float64], period: Pair, a: int, b: int) -> Peak:
    """The peak of a and b cycles per period."""
    bins = [number * side // step for number, side, step in zip((a, b), power.shape, period, strict=True)]
    row, column = ((number + side // 2) % side for number, side in zip(bins, power.shape, strict=True))
    near = np.arange(-REACH, REACH + 1)
    around = power[np.ix_((row + near) % power.shape[0], (column + near) % power.shape[1])]
    down, across = (Fraction(n, step) - (2 * n > step) for n, step in zip((a, b), period, strict=True))
    return Peak((down, across), (row, column), float(around.sum()))
