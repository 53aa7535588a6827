"""All ways of upsampling on one picture, with what each of them makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import SupportsIndex

import numpy.typing as npt

from convviz.arithmetic import parse
from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError

from .overlap_counts import Overlap
from .spectra import PERIODS, Spectrum, spectrum
from .upsampling_methods import METHODS, Array, Upsampling, checked_image, upsampling


@dataclass(frozen=True, slots=True, eq=False)
class Upsampled:
    """A picture upsampled in one of the ways.

    Attributes
    ----------
    upsampling : The way.
    output : (scale H, scale W).
    interior : The part of it that no border reaches in any of the ways compared: the same cells for all.
    spectrum : Of the interior, for the period `scale` on both axes; its `share` is the number to compare.
    overlap : Paths into each output cell.
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
    """A picture upsampled in every way, (H, W) -> (scale H, scale W).

    Parameters
    ----------
    image : (H, W) finite real numbers: a photograph, or what `signal` makes.
    methods : Keys of `METHODS`.
    scale, kernel_size, weights, seed, followed_by : As for `upsampling`.

    Raises
    ------
    SpecError : As `upsampling` and its `apply`, or an image too small to have an interior of 4 periods.

    Examples
    --------
    What is not constant in the output for a constant has been made by the layers:

    >>> from convviz.analysis import signal
    >>> for one in upsampled(signal("constant", 32)):
    ...     print(one.upsampling.method, round(one.spectrum.share, 6), one.overlap.is_even)
    transposed 1.0 False
    divisible 0.0 True
    nearest 0.0 True
    bilinear 0.0 True
    subpixel 0.0 True
    icnr 0.0 True

    Even overlap is no promise: other weights, and two that overlap evenly print a pattern all the same.

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
        raise SpecError(f"methods must be at least one of {parse.one_of(tuple(METHODS))}; got {shown(methods)}.")
    ways = [upsampling(name, scale, kernel_size, weights=weights, seed=seed, followed_by=followed_by)
            for name in names]  # fmt: skip
    factor, margin = ways[0].scale, max(way.margin for way in ways)
    cells = checked_image(image, factor)
    least = PERIODS + 2 * margin // factor
    if min(cells.shape) < least:
        raise SpecError(
            f"image must have at least {least} cells on either side, for borders reach {margin // factor} of them;"
            f" got {cells.shape}."
        )
    found = []
    for way in ways:
        output = way.apply(cells)
        interior = output[margin : output.shape[0] - margin, margin : output.shape[1] - margin]
        found.append(Upsampled(way, output, interior, spectrum(interior, factor), way.overlap(cells.shape)))
    return tuple(found)
