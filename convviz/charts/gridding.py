"""Gridding: which cells are read, which are holes, and how the weight of an output is spread over what it reads."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle
from matplotlib.ticker import MaxNLocator

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import (
    CAPTION_LINE,
    RINGS,
    SMALL,
    Chart,
    axes_at,
    chart_theme,
    checked_width,
    dress,
    note,
    short,
    wrapped,
    write_lines,
)
from .heatmap import AMOUNTS, EDGE, MOST, MOST_LISTED, TALLEST, HeatMap, Numbers, Scale, draw_cells, room_for_cells

MOST_STEPS: Final = 9

WIDEST_CELL: Final = 48
"""Pixels across a cell of a coverage, at most."""

WIDEST_WEIGHT: Final = 32
TALLEST_WEIGHTS: Final = 560
"""The same of a map of weights."""

LEAST_CROSSED: Final = 9
"""Pixels of the smallest cell with a cross and lines around it; thousands of smaller ones would be slow, and grey."""

PITCH: Final = 48
BAR: Final = 18
"""Pixels from one step to the next, and of its cells."""

LEFT: Final = 58
RIGHT: Final = 14
TOP: Final = 26
PLOT: Final = 190
BELOW: Final = 48
"""Pixels of a profile: the margins, its height, and the room for the names below it."""

LARGE: Final = 64
"""Rows or columns from which on cells are too small for their numbers."""

READ: Final = {"light": "#1f5fa8", "dark": "#74b5ff"}
"""Cells that are read differ by lightness alone: their contrast to the page is 6 to 1, and holes are the page."""

PROFILE_CAPTION: Final = (
    "Bars: the share of each cell. Curve: the Gaussian of the same mean and sigma. Dashed: 2 sigma to either side."
)
CROSS_CAPTION: Final = " Crosses: holes."
ELLIPSE_CAPTION: Final = "The ellipse is 2 sigma from the mean."

Flags = npt.NDArray[np.bool_]


def coverage_map(
    rows: Sequence[bool] | Flags,
    columns: Sequence[bool] | Flags,
    *,
    title: str = "Cells that the output reads",
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw cells that are read, filled, and holes, crossed out; a cell is read if its row and its column are.

    Parameters
    ----------
    rows, columns : sequence of bool
        Which are read, up to 128 of either. The middle cell is ringed, if there is one.
    title : str
        Above the map.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Rows, columns, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> coverage_map([True, False, True], [True, True, True]).description
    '6 of 9 cells are read, 3 are holes. Read are rows 0, 2 in columns 0 to 2.'
    """
    down, across = _flags("rows", rows), _flags("columns", columns)
    pixels = checked_width(width)
    cell = max(1.0, min(WIDEST_CELL, room_for_cells(pixels, has_bar=False) / len(across), TALLEST / len(down)))
    read = np.outer(down, across)
    holes = int((~read).sum())
    caption = "Filled cells are read; there are no holes."
    if holes:
        name = "Crossed" if cell >= LEAST_CROSSED else "Empty"
        caption = f"Filled cells are read. {name} cells are holes: never read."
    if len(down) % 2 and len(across) % 2:
        caption += " Ringed: the middle of the field."
    heat_map = HeatMap(
        tables=[(title, _cells(read))],
        scale=_scale(chart_theme(theme)),
        cell=(cell, cell),
        theme=chart_theme(theme),
        width=pixels,
        caption=caption,
        mark=partial(_mark_coverage, read=read, is_crossed=cell >= LEAST_CROSSED),
    )
    count = f"{read.sum()} of {read.size} cells are read, {holes or 'none'} are holes."
    return heat_map.chart(title, f"{count} Read are rows {runs(down)} in columns {runs(across)}.")


def coverage_steps(
    steps: Sequence[tuple[str, Sequence[bool] | Flags]], *, theme: str = "light", width: int = 480
) -> Chart:
    """Draw which cells along an axis are read after one layer, two layers and so on.

    Parameters
    ----------
    steps : sequence of (str, sequence of bool)
        The name of each row, and which of its cells are read; up to 9 rows, centered above one another.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Examples
    --------
    >>> coverage_steps([("output", [True]), ("rate 2", [True, False, True])]).description
    'output: 1 of 1 cells read, 0. rate 2: 2 of 3 cells read, 0, 2.'
    """
    if not 1 <= len(steps) <= MOST_STEPS:
        raise SpecError(f"steps must be 1 to {MOST_STEPS} rows; got {len(steps)}.")
    rows = tuple((name, _flags("steps", read)) for name, read in steps)
    pixels = checked_width(width)
    description = " ".join(f"{name}: {read.sum()} of {len(read)} cells read, {runs(read)}." for name, read in rows)
    draw = partial(_draw_steps, rows, chart_theme(theme), pixels)
    return Chart("Cells read along one axis, layer by layer", description, pixels, EDGE + PITCH * len(rows), draw)


def _flags(name: str, flags: Sequence[bool] | Flags) -> Flags:
    array = np.array(flags)
    if array.dtype != bool or array.ndim != 1 or not 1 <= len(array) <= MOST:
        raise SpecError(f"{name} must be 1 to {MOST} times True or False; got others.")
    return array


def runs(flags: Sequence[bool] | Flags) -> str:
    """Return the indices of what is true, neighbors together.

    >>> runs([True, True, True, False, True]), runs([False])
    ('0 to 2, 4', 'none')
    """
    edges = np.flatnonzero(np.diff([False, *flags, False])).reshape(-1, 2).tolist()
    return ", ".join(str(first) if end - first == 1 else f"{first} to {end - 1}" for first, end in edges) or "none"


def _cells(read: Flags) -> Numbers:
    """Return 1 for what is read, and NaN, which has no color, for holes."""
    return np.where(read, 1.0, np.nan)


def _scale(theme: Theme) -> Scale:
    return Scale(ListedColormap([READ[theme.name]]), 0, 1)


def _mark_coverage(axes: Axes, theme: Theme, *, read: Flags, is_crossed: bool) -> None:
    """Cross the holes, and ring the cell in the middle, if there is one."""
    height, width = read.shape
    if is_crossed:
        _cross(axes, read, theme)
    if height % 2 and width % 2:
        for color, line in ((theme.page, 5.0), (theme.window_edge, 2.5)):
            ring = Rectangle((width // 2, height // 2), 1, 1, edgecolor=color, linewidth=line, joinstyle="round")
            ring.set(facecolor="none", clip_on=False, zorder=5)
            axes.add_patch(ring)


def _cross(axes: Axes, read: Flags, theme: Theme) -> None:
    """Draw a cross in each hole, all as one line with gaps."""
    i, j = np.nonzero(~read)
    gap = np.full(len(i), np.nan)
    across, down = (np.stack([at + 0.25, at + 0.75, gap], axis=1) for at in (j, i))
    for y in (down, down[:, [1, 0, 2]]):
        axes.plot(across.ravel(), y.ravel(), color=theme.muted, linewidth=1, clip_on=False, scalex=False, scaley=False)


def _draw_steps(rows: tuple[tuple[str, Flags], ...], theme: Theme, width: int, figure: Figure) -> None:
    """Draw the rows with their names above: a phone has no room for names next to them."""
    most = max(len(flags) for _, flags in rows)
    cell = min(WIDEST_CELL, (width - 2 * EDGE) / most)
    for n, (name, flags) in enumerate(rows):
        top = EDGE + PITCH * n
        left = EDGE + (most - len(flags)) / 2 * cell
        axes = axes_at(figure, left=left, top=top + 20, width=cell * len(flags), height=BAR)
        draw_cells(axes, _cells(flags[None]), _scale(theme), theme, is_ruled=cell >= LEAST_CROSSED)
        if cell >= LEAST_CROSSED:
            _cross(axes, flags[None], theme)
        text = f"{name}: {flags.sum()} of {len(flags)}"
        line = text if text_width(text, SMALL) <= width - 2 * EDGE else name
        write_lines(figure, [line], theme, left=EDGE, top=top + 3)


def weight_map(
    weights: npt.ArrayLike,
    *,
    center: tuple[float, float],
    sigma: tuple[float, float],
    title: str,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw weights of cells from nothing to the largest, with the ellipse of 2 sigma.

    Parameters
    ----------
    weights : (H, W) array
        Numbers of at least 0; up to 128 rows and columns.
    center, sigma : (float, float)
        Row and column, in cells.
    title : str
        Above the map: what the weights are.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

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
    cell = max(1.0, min(WIDEST_WEIGHT, room_for_cells(pixels) / columns, TALLEST_WEIGHTS / rows))
    most = float(table.max())
    # Whatever weighs anything at all has another color than what does not.
    shares = np.where(table > 0, np.maximum(table / (most or 1), 1 / 64), 0)
    mean, spread = ([short(round(number, 3)) for number in pair] for pair in (center, sigma))
    heat_map = HeatMap(
        tables=[(title, shares)],
        scale=Scale(AMOUNTS[chart_theme(theme).name], 0, 1, [(0, "0"), (1, short(most or 1))]),
        cell=(cell, cell),
        theme=chart_theme(theme),
        width=pixels,
        caption=ELLIPSE_CAPTION,
        mark=partial(_mark_ellipse, center=center, sigma=sigma),
    )
    description = f"{rows} x {columns} cells, the largest weight is {short(most)}. Mean at row {mean[0]}, column"
    return heat_map.chart(title, f"{description} {mean[1]}; sigma {spread[0]} rows, {spread[1]} columns.")


def _mark_ellipse(axes: Axes, theme: Theme, *, center: tuple[float, float], sigma: tuple[float, float]) -> None:
    """Draw the ellipse of 2 sigma around the mean, which is half a cell from where its cell begins."""
    middle = center[1] + 0.5, center[0] + 0.5
    for color, line in ((theme.page, 4.5), (RINGS[theme.name], 2.2)):
        ellipse = Ellipse(middle, 4 * sigma[1], 4 * sigma[0], facecolor="none", edgecolor=color, linewidth=line)
        axes.add_patch(ellipse)


def weight_profile(
    shares: Sequence[float] | Numbers,
    *,
    read: Sequence[bool] | Flags,
    center: float,
    sigma: float,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw shares of the weight along an axis as bars, with the Gaussian of their mean and standard deviation.

    Parameters
    ----------
    shares : sequence of float
        From 0 to 1 for each of up to 128 cells.
    read : sequence of bool
        Which of the cells are read at all; the others are crossed.
    center, sigma : float
        In cells.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Examples
    --------
    >>> weight_profile([0.25, 0.5, 0.25], read=[True] * 3, center=1, sigma=0.5**0.5).description
    'Shares: 0.25, 0.5, 0.25. Mean 1, sigma 0.707, so that 4 sigma are 2.83 of 3 cells.'
    """
    numbers = np.array(shares, float)
    if not 1 <= len(numbers) <= MOST or not ((numbers >= 0) & (numbers <= 1 + 1e-9)).all():
        raise SpecError(f"shares must be 1 to {MOST} numbers from 0 to 1; got others.")
    if len(read) != len(numbers):
        raise SpecError(f"read must have one flag for each share; got {len(read)} for {len(numbers)}.")
    holes = np.flatnonzero(~np.array(read, bool))
    pixels = checked_width(width)
    lines = wrapped(PROFILE_CAPTION + (CROSS_CAPTION if len(holes) else ""), pixels - LEFT - RIGHT)
    listed = f"{len(numbers)} up to {short(numbers.max())}"
    if len(numbers) <= MOST_LISTED:
        listed = ", ".join(map(short, numbers.tolist()))
    spread = (
        f"Mean {short(center)}, sigma {short(sigma)}, so that 4 sigma are {short(4 * sigma)} of {len(numbers)} cells."
    )
    height = TOP + PLOT + BELOW + len(lines) * CAPTION_LINE
    draw = partial(_draw_profile, numbers, holes, center, sigma, lines, chart_theme(theme), pixels)
    return Chart("Share of the weight along one axis", f"Shares: {listed}. {spread}", pixels, height, draw)


def _draw_profile(
    shares: Numbers,
    holes: npt.NDArray[np.intp],
    center: float,
    sigma: float,
    lines: list[str],
    theme: Theme,
    width: int,
    figure: Figure,
) -> None:
    across = width - LEFT - RIGHT
    axes = axes_at(figure, left=LEFT, top=TOP, width=across, height=PLOT)
    dress(axes, theme, x="cell of the receptive field", y="share of the weight")
    count, most = len(shares), shares.max()
    axes.bar(range(count), shares, 0.84, color=theme.window, edgecolor=theme.window_edge, linewidth=0.8, zorder=2)
    size = min(6, across / count * 0.6)
    axes.plot(holes, [most * 0.03] * len(holes), "x", markersize=size, color=theme.muted, zorder=3)
    if sigma > 0:
        places = np.linspace(-0.5, count - 0.5, 241)
        curve = np.exp(-(((places - center) / sigma) ** 2) / 2) / sigma / np.sqrt(2 * np.pi)
        most = max(most, curve.max())
        axes.plot(places, curve, color=RINGS[theme.name], linewidth=2, zorder=4)
        for edge in (center - 2 * sigma, center + 2 * sigma):
            axes.axvline(edge, color=theme.ink, linewidth=1.2, linestyle=(0, (4, 3)), zorder=3)
    axes.set(xlim=(-0.5, count - 0.5), ylim=(0, most * 1.08))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    note(axes, f"4 sigma = {short(4 * sigma)} of {count} cells", (1, 1), (0, 7), ha="right", color=theme.ink)
    write_lines(figure, lines, theme, left=LEFT, top=TOP + PLOT + BELOW - 4)
