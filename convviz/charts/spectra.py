"""The power spectrum of a picture, with rings where a pattern of a known period would show: as a chart or small."""

from base64 import b64encode
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from io import BytesIO
from itertools import product
from math import ceil, floor
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from PIL import Image

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, RINGS, SMALL, Chart, chart_theme, checked_width, short
from .heatmap import AMOUNTS, HeatMap, Scale, room_for_cells

NODES: Final = 61
"""Frequencies drawn along an axis, from -1/2 to 1/2: halves, thirds, quarters, fifths and sixths are among them."""

LEVELS: Final = 20
"""Different shades."""

WIDEST_CELL: Final = 7
LEFT: Final = 56
BELOW: Final = 46
RING: Final = 7
"""Pixels: of a frequency, the room for the names of both axes, and the radius of a ring."""

MARGIN: Final = 4
"""Widths of frequencies around a small spectrum, for the rings on its edge."""

MOST_LISTED: Final = 15
"""Frequencies that the description still lists."""

Peaks = Sequence[tuple[Fraction | float, Fraction | float]]
Frequency = tuple[float, float]
Spectrum = npt.NDArray[np.float64]


def spectrum_map(
    decibels: npt.ArrayLike,
    peaks: Peaks = (),
    *,
    share: float | None = None,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw a power spectrum, frequency 0 in the middle, with rings around some of its frequencies.

    Parameters
    ----------
    decibels : (H, W) array
        Power on a logarithmic scale, 2 x 2 at least, frequency 0 at (H // 2, W // 2). Where there are more frequencies
        than cells in the picture, a cell shows the largest power in it.
    peaks : sequence of (float, float)
        Down and across, the frequencies to ring, in cycles per cell from -1/2 to 1/2.
    share : float, optional
        Share of the energy at these frequencies, from 0 to 1, for the caption.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Numbers, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> spectrum_map(np.zeros((8, 8)), [(0, Fraction(1, 2))], share=0.25).description
    'Ringed, in cycles per cell down and across: (0, 1/2). They hold 25% of the energy without the mean.'
    """
    plane = np.asarray(decibels, np.float64)
    if plane.ndim != 2 or min(plane.shape) < 2 or not np.isfinite(plane).all():
        raise SpecError(f"decibels must be a table of finite numbers, 2 x 2 at least; got the shape {plane.shape}.")
    rings = [(float(down), float(across)) for down, across in peaks]
    if not all(-0.5 <= part <= 0.5 for ring in rings for part in ring):
        raise SpecError("peaks must be pairs of frequencies from -1/2 to 1/2; got others.")
    if share is not None and not 0 <= share <= 1:
        raise SpecError(f"share must be from 0 to 1; got {share}.")
    pixels = checked_width(width)
    cell = min(WIDEST_CELL, room_for_cells(pixels, left=LEFT) // NODES)
    levels, low, high = shaded(thinned(plane))
    ticks = [(0, low), (0.5, (low + high) / 2), (1, high)] if levels.any() else [(0, low)]
    caption = "Ringed: where a pattern of this period shows" if rings else ""
    caption += f"; {percent(share)} of the energy without the mean." if share is not None else "." * bool(rings)
    heat_map = HeatMap(
        tables=[("cycles per cell down", levels / (LEVELS - 1))],
        scale=Scale(
            AMOUNTS[chart_theme(theme).name], 0, 1, [(place, f"{short(round(level))} dB") for place, level in ticks]
        ),
        cell=(cell, cell),
        theme=chart_theme(theme),
        width=pixels,
        caption=caption,
        left=LEFT,
        below=BELOW,
        title_gap=RING + 8,
        mark=partial(_mark, rings=rings, cell=cell),
    )
    return heat_map.chart("Power spectrum", _description(rings, share))


def percent(share: float) -> str:
    """Return a share in percent that reads 0 or 100 only if it is.

    >>> percent(0), percent(1e-9), percent(0.256), percent(0.9999), percent(1)
    ('0%', 'less than 0.01%', '25.6%', '99.99%', '100%')
    """
    if 0 < share < 1e-4:
        return "less than 0.01%"
    number = 100 * share
    return f"{number:.2f}%" if 99.9 < number < 99.99 + 1e-9 else f"{short(round(number, 2))}%"


def _description(rings: Sequence[Frequency], share: float | None) -> str:
    if not rings:
        return "No frequency is ringed."
    energy = "" if share is None else f" They hold {percent(share)} of the energy without the mean."
    if len(rings) > MOST_LISTED:
        return f"{len(rings)} frequencies are ringed.{energy}"
    named = ", ".join(f"({_fraction(down)}, {_fraction(across)})" for down, across in rings)
    return f"Ringed, in cycles per cell down and across: {named}.{energy}"


def _fraction(number: float) -> str:
    return str(Fraction(number).limit_denominator(64)).replace("-", "−")


def thinned(plane: Spectrum) -> Spectrum:
    """Return the frequencies that are drawn, each with the largest power near it; both ends are the same frequency."""
    for _ in range(2):
        side = len(plane)
        reach = side / (2 * (NODES - 1))
        runs = []
        for node in range(NODES):
            center = (node / (NODES - 1) - 0.5) * side
            run = range(ceil(center - reach), floor(center + reach) + 1) or range(round(center), round(center) + 1)
            runs.append(plane[[(n + side // 2) % side for n in run]].max(axis=0))
        plane = np.array(runs).T
    return plane


def shaded(nodes: Spectrum) -> tuple[npt.NDArray[np.int_], float, float]:
    """Return the shade of each frequency, from 0 to `LEVELS` - 1, and the numbers of the first and the last shade."""
    low, high = float(nodes.min()), float(nodes.max())
    low, high = (high, high + 1) if low == high else (min(low, high - 1), high)  # where all are equal, the first
    return ((nodes - low) / (high - low) * LEVELS).astype(int).clip(0, LEVELS - 1), low, high


def ring_places(rings: Peaks) -> list[Frequency]:
    """Return (down, across) of all rings in cells, sorted: half a cycle is at both ends of its axis."""
    ends = ([[-0.5, 0.5] if abs(part) == 0.5 else [float(part)] for part in ring] for ring in rings)
    return sorted({(_middle(down), _middle(across)) for axes in ends for down, across in product(*axes)})


def _middle(frequency: float) -> float:
    """Return the middle of a frequency's cell, in cells."""
    return (frequency + 0.5) * (NODES - 1) + 0.5


def _mark(axes: Axes, theme: Theme, *, rings: Sequence[Frequency], cell: float) -> None:
    """Draw the rings, and name the frequencies of both axes."""
    for (down, across), (color, line) in product(ring_places(rings), ((theme.page, 4.0), (RINGS[theme.name], 2.0))):
        ring: dict[str, Any] = {
            "marker": "o",
            "markersize": 2 * RING,
            "markeredgecolor": color,
            "markeredgewidth": line,
        }
        axes.plot(across, down, markerfacecolor="none", clip_on=False, zorder=5, scalex=False, scaley=False, **ring)
    axes.set_axis_on()
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_color(theme.edge)
    for n, axis in ((1, axes.xaxis), (0, axes.yaxis)):
        ticks = _ticks({ring[n] for ring in rings}, cell, is_row=n == 0)
        axis.set_ticks(list(map(_middle, ticks)), list(map(_fraction, ticks)))
    axes.tick_params(colors=theme.muted, labelsize=SMALL, length=0, pad=RING + 4)  # clear of the rings on the edge
    axes.set_xlabel("cycles per cell across", color=theme.ink, fontsize=NORMAL)


def _ticks(wanted: set[float], cell: float, *, is_row: bool) -> list[float]:
    """Return both ends, the middle, and those of the wanted frequencies that have room."""
    kept = [-0.5, 0.0, 0.5]
    for tick in sorted(wanted - {*kept}, key=abs):
        room = 14 if is_row else text_width(_fraction(tick), SMALL) + 10
        if all(abs(tick - other) * cell * (NODES - 1) >= room for other in kept):
            kept.append(tick)
    return sorted(kept)


def small_spectrum(decibels: npt.ArrayLike, peaks: Peaks = (), *, theme: str = "light", width: int = 138) -> str:
    """Draw the square of `spectrum_map` alone as an SVG, quickly, for many of them next to one another.

    Parameters
    ----------
    decibels, peaks, theme
        As for `spectrum_map`.
    width : int
        In pixels; the height is the same. A multiple of 69 keeps the cells sharp.

    Raises
    ------
    SpecError
        An unknown theme.

    Examples
    --------
    >>> small_spectrum(np.zeros((8, 8)), [(0, 0.5)]).count("<circle")
    4
    """
    colors = chart_theme(theme)
    levels, _, _ = shaded(thinned(np.asarray(decibels, np.float64)))
    picture = Image.fromarray(levels.astype(np.uint8))
    shades = AMOUNTS[theme](np.linspace(0, 1, LEVELS), bytes=True)[:, :3]
    picture.putpalette(shades.ravel().tolist())
    file = BytesIO()
    picture.save(file, "PNG")
    side = NODES + 2 * MARGIN
    rings = "".join(
        f'<circle cx="{MARGIN + across:g}" cy="{MARGIN + down:g}" r="3" fill="none" stroke="{color}" '
        f'stroke-width="{line}"/>'
        for down, across in ring_places(peaks)
        for color, line in ((colors.page, 1.8), (RINGS[theme], 0.9))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{width}" viewBox="0 0 {side} {side}">'
        f'<image x="{MARGIN}" y="{MARGIN}" width="{NODES}" height="{NODES}" style="image-rendering: pixelated"'
        f' href="data:image/png;base64,{b64encode(file.getvalue()).decode()}"/>{rings}</svg>'
    )
