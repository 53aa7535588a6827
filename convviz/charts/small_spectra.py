"""A spectrum as a small picture, for many of them side by side: drawn at once, without axes."""

from base64 import b64encode
from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from PIL import Image

from .canvas import chart_theme
from .painting import RINGS, amount_color
from .spectra import LEVELS, NODES, ends, shaded, thinned

MARGIN: Final = 4
"""Frequencies' widths around the square, for the rings on its edge."""


def small_spectrum(
    decibels: npt.ArrayLike,
    peaks: Sequence[tuple[Fraction | float, Fraction | float]] = (),
    *,
    theme: str = "light",
    width: int = 138,
) -> str:
    """What `spectrum_map` shows, as an SVG of its square alone.

    Parameters
    ----------
    decibels, peaks, theme : As for `spectrum_map`.
    width : In pixels; the height is the same. A multiple of 69 keeps the cells sharp.

    Raises
    ------
    SpecError : An unknown theme.

    Examples
    --------
    >>> small_spectrum(np.zeros((8, 8)), [(0, 0.5)]).count("<circle")
    4
    """
    colors = chart_theme(theme)
    levels, _, _ = shaded(thinned(np.asarray(decibels, np.float64)))
    picture = Image.fromarray(levels.astype(np.uint8))
    shades = [round(255 * part) for n in range(LEVELS) for part in to_rgb(amount_color(colors, n / (LEVELS - 1)))]
    picture.putpalette(shades)
    file = BytesIO()
    picture.save(file, "PNG")
    side = NODES + 2 * MARGIN
    places = {end for down, across in peaks for end in ends((float(down), float(across)))}
    rings = "".join(
        f'<circle cx="{_at(across):g}" cy="{_at(down):g}" r="3" fill="none" stroke="{color}" stroke-width="{line}"/>'
        for down, across in sorted(places)
        for color, line in ((colors.page, 1.8), (RINGS[theme], 0.9))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" viewBox="0 0 {side} {side}">'
        f'<image x="{MARGIN}" y="{MARGIN}" width="{NODES}" height="{NODES}" style="image-rendering: pixelated"'
        f' href="data:image/png;base64,{b64encode(file.getvalue()).decode()}"/>{rings}</svg>'
    )


def _at(frequency: float) -> float:
    """The middle of a frequency's cell."""
    return (frequency + 0.5) * (NODES - 1) + 0.5 + MARGIN
