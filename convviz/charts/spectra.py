"""The power spectrum of a picture, with rings where a pattern of a known period would show."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, short
from .painting import CAPTION_LINE, RINGS, amount_color, paint, scale_bar, wrapped, write_lines

NODES: Final = 61
"""Frequencies drawn along an axis, from -1/2 to 1/2: halves, thirds, quarters, fifths and sixths are among them."""

LEVELS: Final = 20
"""Shades that are told apart."""

LEFT: Final = 56
TOP: Final = 30
BELOW: Final = 46
BAR: Final = 84
RING: Final = 7
EDGE: Final = 8
"""Pixels: the margins, room for the scale on the right, and the radius of a ring."""

MOST_TOLD: Final = 15
"""Frequencies that the description still lists."""

Frequency = tuple[float, float]
Plane = npt.NDArray[np.float64]


def spectrum_map(
    decibels: npt.ArrayLike,
    peaks: Sequence[tuple[Fraction | float, Fraction | float]] = (),
    *,
    share: float | None = None,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """A power spectrum, frequency 0 in the middle, with rings around some of its frequencies.

    Parameters
    ----------
    decibels : (H, W) of at least 2 x 2: power on a logarithmic scale, frequency 0 at (H // 2, W // 2). Where there are
        more frequencies than cells in the picture, a cell shows the largest power in it.
    peaks : (down, across) of the frequencies to be ringed, in cycles per cell from -1/2 to 1/2.
    share : Of the energy at these frequencies, from 0 to 1, to be written below; or None.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Numbers that cannot be, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> spectrum_map(np.zeros((8, 8)), [(0, Fraction(1, 2))], share=0.25).description
    'Ringed, in cycles per cell down and across: (0, 1/2). They hold 25% of the energy without the mean.'
    """
    plane = np.asarray(decibels, np.float64)
    if plane.ndim != 2 or min(plane.shape) < 2 or not np.isfinite(plane).all():
        raise SpecError(f"decibels must be a table of finite numbers, 2 x 2 at least; got the shape {plane.shape}.")
    places = tuple((float(down), float(across)) for down, across in peaks)
    if not all(-0.5 <= part <= 0.5 for place in places for part in place):
        raise SpecError("peaks must be pairs of frequencies from -1/2 to 1/2; got others.")
    if share is not None and not 0 <= share <= 1:
        raise SpecError(f"share must be from 0 to 1; got {share}.")
    pixels = checked_width(width)
    cell = min(7, (pixels - LEFT - BAR) // NODES)
    words = _words(bool(places), share)
    lines = wrapped(words, pixels - 2 * EDGE) if words else []
    height = TOP + NODES * cell + BELOW + len(lines) * CAPTION_LINE + EDGE
    return Chart(
        title="Power spectrum",
        description=_told(places, share),
        width=pixels,
        height=height,
        draw=partial(_draw, nodes=thinned(plane), places=places, lines=lines, cell=cell, theme=chart_theme(theme)),
    )


def _words(has_rings: bool, share: float | None) -> str:
    ringed = "Ringed: where a pattern of this period shows" if has_rings else ""
    return ringed + (f"; {percent(share)} of the energy without the mean." if share is not None else "." * has_rings)


def percent(share: float) -> str:
    """A share in per cent, neither 0 nor 100 unless it is.

    >>> percent(0), percent(1e-9), percent(0.256), percent(0.9999), percent(1)
    ('0%', 'less than 0.01%', '25.6%', '99.99%', '100%')
    """
    if 0 < share < 1e-4:
        return "less than 0.01%"
    number = 100 * share
    return f"{number:.2f}%" if 99.9 < number < 99.99 + 1e-9 else f"{short(round(number, 2))}%"


def _told(places: tuple[Frequency, ...], share: float | None) -> str:
    if not places:
        return "No frequency is ringed."
    weight = "" if share is None else f" They hold {percent(share)} of the energy without the mean."
    if len(places) > MOST_TOLD:
        return f"{len(places)} frequencies are ringed.{weight}"
    named = ", ".join(f"({_fraction(down)}, {_fraction(across)})" for down, across in places)
    return f"Ringed, in cycles per cell down and across: {named}.{weight}"


def _fraction(number: float) -> str:
    return str(Fraction(number).limit_denominator(64)).replace("-", "−")


def thinned(plane: Plane) -> Plane:
    """The frequencies that are drawn, each with the largest power near it; both ends are the same frequency."""
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


def shaded(nodes: Plane) -> tuple[npt.NDArray[np.int_], float, float]:
    """The shade of each frequency, from 0 to `LEVELS` - 1, and what the first and the last of them stand for."""
    low, high = float(nodes.min()), float(nodes.max())
    low, high = (high, high + 1) if low == high else (min(low, high - 1), high)  # in the first there is nothing
    return ((nodes - low) / (high - low) * LEVELS).astype(int).clip(0, LEVELS - 1), low, high


def _draw(
    figure: Figure, *, nodes: Plane, places: tuple[Frequency, ...], lines: list[str], cell: int, theme: Theme
) -> None:
    side = NODES * cell
    axes = axes_at(figure, left=LEFT, top=TOP, width=side, height=side)
    axes.set(xlim=(0, NODES), ylim=(NODES, 0))
    levels, low, high = shaded(nodes)
    paint(axes, levels, {level: amount_color(theme, level / (LEVELS - 1)) for level in np.unique(levels).tolist()})
    for down, across in sorted({end for place in places for end in ends(place)}):
        at = [(across + 0.5) * (NODES - 1) + 0.5], [(down + 0.5) * (NODES - 1) + 0.5]
        for color, line in ((theme.page, 4.0), (RINGS[theme.name], 2.0)):
            axes.plot(*at, marker="o", markersize=2 * RING, markerfacecolor="none", markeredgecolor=color,
                      markeredgewidth=line, clip_on=False, zorder=5)  # fmt: skip
    _name_axes(axes, places, cell, theme)
    bar = axes_at(figure, left=LEFT + side + 22, top=TOP, width=12, height=min(side, 160))
    middle = (low + high) / 2
    ticks = [(share, f"{short(round(level))} dB") for share, level in ((0, low), (0.5, middle), (1, high))]
    scale_bar(bar, theme, ticks if nodes.min() != nodes.max() else ticks[:1])
    write_lines(figure, lines, theme, left=EDGE, top=TOP + side + BELOW)


def ends(place: Frequency) -> list[Frequency]:
    """A frequency of half a cycle is at both ends of its axis."""
    down, across = ([-0.5, 0.5] if abs(part) == 0.5 else [part] for part in place)
    return [(one, other) for one in down for other in across]


def _name_axes(axes: Axes, places: tuple[Frequency, ...], cell: int, theme: Theme) -> None:
    for spine in axes.spines.values():
        spine.set_color(theme.edge)
    for n, axis in ((1, axes.xaxis), (0, axes.yaxis)):
        ticks = _ticks({end[n] for place in places for end in ends(place)}, cell, is_row=n == 0)
        axis.set_ticks([(tick + 0.5) * (NODES - 1) + 0.5 for tick in ticks], list(map(_fraction, ticks)))
    axes.tick_params(colors=theme.muted, labelsize=SMALL, length=0, pad=RING + 4)  # clear of the rings on the edge
    axes.set_xlabel("cycles per cell across", color=theme.ink, fontsize=NORMAL)
    axes.annotate("cycles per cell down", (0, 1), xycoords="axes fraction", xytext=(-LEFT + EDGE, RING + 8),
                  textcoords="offset points", color=theme.ink, fontsize=NORMAL, annotation_clip=False)  # fmt: skip


def _ticks(wanted: set[float], cell: int, *, is_row: bool) -> list[float]:
    """Both ends, the middle, and of the frequencies wanted those that have room."""
    kept = [-0.5, 0.0, 0.5]
    for tick in sorted(wanted - {*kept}, key=abs):
        room = 14 if is_row else text_width(_fraction(tick), SMALL) + 10
        if all(abs(tick - other) * cell * (NODES - 1) >= room for other in kept):
            kept.append(tick)
    return sorted(kept)
