"""How the weight of an output is spread over what it reads: along one axis beside a Gaussian, and as a map."""

from collections.abc import Sequence
from functools import partial
from math import exp, isfinite, pi, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.ticker import MaxNLocator

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import NORMAL, Chart, axes_at, chart_theme, checked_width, dress, short
from .painting import CAPTION_LINE, RINGS, amount_color, paint, scale_bar, wrapped, write_lines

MOST: Final = 128

EDGE: Final = 8
HEADING: Final = 26
BAR: Final = 74
WIDEST_CELL: Final = 32
TALLEST: Final = 560
LOWEST_BAR: Final = 64

LEFT: Final = 58
RIGHT: Final = 14
PLOT: Final = 190
BELOW: Final = 48
LEVELS: Final = 64
LARGE: Final = 64
"""Rows or columns from which on the cells are an image, sharp at every size: as shapes they would be megabytes."""

PROFILE_WORDS: Final = (
    "Bars: the share of each cell. Curve: the Gaussian of the same mean and sigma. Dashed: 2 sigma to either side."
)
CROSS_WORDS: Final = " Crosses: holes."
MAP_WORDS: Final = "The ellipse is 2 sigma from the mean."

Numbers = tuple[float, ...]
Span = tuple[float, float]


def weight_profile(
    shares: Sequence[float] | npt.NDArray[np.float64],
    *,
    read: Sequence[bool] | npt.NDArray[np.bool_],
    center: float,
    sigma: float,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Shares of the weight along an axis as bars, with the Gaussian of their mean and standard deviation.

    Parameters
    ----------
    shares : From 0 to 1 for each of up to 128 cells.
    read : Which of them are read at all; the others are crossed.
    center, sigma : In cells.
    theme : "light" or "dark".
    width : In pixels.

    Examples
    --------
    >>> weight_profile([0.25, 0.5, 0.25], read=[True] * 3, center=1, sigma=0.5**0.5).description
    'Shares: 0.25, 0.5, 0.25. Mean 1, sigma 0.707, so that 4 sigma are 2.83 of 3 cells.'
    """
    numbers, flags = _shares(shares), tuple(bool(flag) for flag in read)
    if len(flags) != len(numbers):
        raise SpecError(f"read must have one flag for each share; got {len(flags)} for {len(numbers)}.")
    pixels = checked_width(width)
    words = PROFILE_WORDS + ("" if all(flags) else CROSS_WORDS)
    lines = wrapped(words, pixels - LEFT - RIGHT)
    listed = ", ".join(map(short, numbers)) if len(numbers) <= 49 else f"{len(numbers)} up to {short(max(numbers))}"
    return Chart(
        title="Share of the weight along one axis",
        description=f"Shares: {listed}. Mean {short(center)}, sigma {short(sigma)}, so that 4 sigma are"
        f" {short(4 * sigma)} of {len(numbers)} cells.",
        width=pixels,
        height=HEADING + PLOT + BELOW + len(lines) * CAPTION_LINE,
        draw=partial(_draw_profile, shares=numbers, read=flags, center=center, sigma=sigma, lines=lines,
                     theme=chart_theme(theme), width=pixels),
    )  # fmt: skip


def weight_map(
    weights: npt.ArrayLike, *, center: Span, sigma: Span, title: str, theme: str = "light", width: int = 480
) -> Chart:
    """Weights of cells, (H, W), from nothing to the largest, with the ellipse of 2 sigma.

    Parameters
    ----------
    weights : Numbers of at least 0; up to 128 rows and columns.
    center, sigma : (row, column), in cells.
    title : Above the map: what the weights are.
    theme : "light" or "dark".
    width : In pixels.

    Examples
    --------
    >>> chart = weight_map([[0.25, 0.5, 0.25]], center=(0, 1), sigma=(0, 0.7), title="Share of paths")
    >>> chart.description
    '1 x 3 cells, the largest weight is 0.5. Mean at row 0, column 1; sigma 0 rows, 0.7 columns.'
    """
    table = np.asarray(weights, dtype=float)
    if table.ndim != 2 or not 1 <= min(table.shape) <= max(table.shape) <= MOST:
        raise SpecError(f"weights must be a table of up to {MOST} rows and columns; got the shape {table.shape}.")
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise SpecError("weights must be finite numbers of at least 0; got others.")
    pixels, (rows, columns) = checked_width(width), table.shape
    cell = max(1.0, min(WIDEST_CELL, (pixels - 2 * EDGE - BAR) / columns, TALLEST / rows))
    lines = wrapped(MAP_WORDS, pixels - 2 * EDGE)
    most = float(table.max())
    mean, spread = [short(round(one, 3)) for one in center], [short(round(one, 3)) for one in sigma]
    return Chart(
        title=title,
        description=f"{rows} x {columns} cells, the largest weight is {short(most)}. Mean at row {mean[0]}, column"
        f" {mean[1]}; sigma {spread[0]} rows, {spread[1]} columns.",
        width=pixels,
        height=round(HEADING + max(cell * rows, LOWEST_BAR) + EDGE + len(lines) * CAPTION_LINE + EDGE),
        draw=partial(_draw_map, table=tuple(map(tuple, table.tolist())), center=center, sigma=sigma, title=title,
                     lines=lines, cell=cell, theme=chart_theme(theme)),
    )  # fmt: skip


def _shares(shares: Sequence[float] | npt.NDArray[np.float64]) -> Numbers:
    numbers = tuple(float(share) for share in shares)
    if not 1 <= len(numbers) <= MOST or not all(isfinite(share) and 0 <= share <= 1 + 1e-9 for share in numbers):
        raise SpecError(f"shares must be 1 to {MOST} numbers from 0 to 1; got others.")
    return numbers


def _draw_profile(
    figure: Figure, *, shares: Numbers, read: tuple[bool, ...], center: float, sigma: float, lines: list[str],
    theme: Theme, width: int,
) -> None:  # fmt: skip
    axes = axes_at(figure, left=LEFT, top=HEADING, width=width - LEFT - RIGHT, height=PLOT)
    dress(axes, theme, x="cell of the receptive field", y="share of the weight")
    for cell, share in enumerate(shares):
        axes.add_patch(Rectangle((cell - 0.42, 0), 0.84, share, facecolor=theme.window, edgecolor=theme.window_edge,
                                 linewidth=0.8, zorder=2))  # fmt: skip
    most = max(shares)
    holes = [cell for cell, flag in enumerate(read) if not flag]
    pitch = (width - LEFT - RIGHT) / len(shares)
    axes.plot(holes, [most * 0.03] * len(holes), marker="x", markersize=min(6, pitch * 0.6), color=theme.muted,
              linestyle="none", zorder=3)  # fmt: skip
    if sigma > 0:
        places = np.linspace(-0.5, len(shares) - 0.5, 241)
        curve = [exp(-(((place - center) / sigma) ** 2) / 2) / sigma / sqrt(2 * pi) for place in places.tolist()]
        most = max(most, *curve)
        axes.plot(places, curve, color=RINGS[theme.name], linewidth=2, zorder=4)
        for edge in (center - 2 * sigma, center + 2 * sigma):
            axes.axvline(edge, color=theme.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
    axes.set(xlim=(-0.5, len(shares) - 0.5), ylim=(0, most * 1.08))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    axes.annotate(f"4 sigma = {short(4 * sigma)} of {len(shares)} cells", (1, 1), xycoords="axes fraction", ha="right",
                  xytext=(0, 7), textcoords="offset points", color=theme.ink, fontsize=NORMAL,
                  annotation_clip=False)  # fmt: skip
    write_lines(figure, lines, theme, left=LEFT, top=HEADING + PLOT + BELOW - 4)


def _draw_map(
    figure: Figure, *, table: tuple[Numbers, ...], center: Span, sigma: Span, title: str, lines: list[str],
    cell: float, theme: Theme,
) -> None:  # fmt: skip
    rows, columns = len(table), len(table[0])
    axes = axes_at(figure, left=EDGE, top=HEADING, width=columns * cell, height=rows * cell)
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    axes.set_axis_off()
    weights = np.array(table)
    most = float(weights.max()) or 1
    # So few levels that each is one shape, and what weighs anything at all is told from what does not.
    levels = np.where(weights > 0, 1 + np.minimum(LEVELS - 2, weights / most * (LEVELS - 1)).astype(int), 0)
    colors = {level: amount_color(theme, level / (LEVELS - 1)) for level in np.unique(levels).tolist()}
    if max(rows, columns) < LARGE:
        paint(axes, levels, colors)
    else:
        pixels = [[to_rgb(colors[level]) for level in row] for row in levels.tolist()]
        axes.imshow(pixels, extent=(0, columns, rows, 0), aspect="auto", interpolation="none")
    axes.add_patch(Rectangle((0, 0), columns, rows, facecolor="none", edgecolor=theme.edge, clip_on=False))
    _ellipse(axes, center, sigma, theme)
    axes.annotate(title, (0, 1), xycoords="axes fraction", xytext=(0, 7), textcoords="offset points", color=theme.ink,
                  fontsize=NORMAL, annotation_clip=False, parse_math=False)  # fmt: skip
    down = max(rows * cell, LOWEST_BAR)
    bar = axes_at(figure, left=EDGE + columns * cell + 16, top=HEADING, width=12, height=min(down, 160))
    scale_bar(bar, theme, [(0, "0"), (1, short(most))])
    write_lines(figure, lines, theme, left=EDGE, top=HEADING + down + EDGE)


def _ellipse(axes: Axes, center: Span, sigma: Span, theme: Theme) -> None:
    """Two sigma around the mean; cell (i, j) begins at (j, i), so its middle is half a cell further."""
    for color, line in ((theme.page, 4.5), (RINGS[theme.name], 2.2)):
        axes.add_patch(Ellipse((center[1] + 0.5, center[0] + 0.5), 4 * sigma[1], 4 * sigma[0], facecolor="none",
                               edgecolor=color, linewidth=line))  # fmt: skip
