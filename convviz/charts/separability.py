"""How near a kernel is to a column times a row: heat maps of both, and the error by rank."""

from collections.abc import Sequence
from functools import partial
from math import floor, isfinite, log10
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import SMALL, Chart, axes_at, chart_theme, checked_width, dress, note, short
from .heatmap import MOST_LISTED, SIGNED, HeatMap, Numbers, Scale, fitting_font, room_for_cells

WIDEST_CELL: Final = 64
TALLEST_CELL: Final = 48
LOWEST_CELL: Final = 22
STACKED_CELL: Final = 30
"""Pixels across a cell with a number at most, and down it at most, at least, and where maps are stacked."""

CURVE: Final = 250
LEFT: Final = 62
TOP: Final = 30
"""Pixels of the height of the curve, and of its margins."""

Texts = list[list[str]]


def number_maps(maps: Sequence[tuple[str, npt.ArrayLike]], *, theme: str = "light", width: int = 480) -> Chart:
    """Draw tables of one shape as heat maps on one scale of colors, centered at 0: side by side if their numbers fit.

    Parameters
    ----------
    maps : sequence of (str, (H, W) array)
        Titles and finite numbers. The maps are stacked where the numbers would not fit side by side; numbers that fit
        nowhere are left out.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Maps, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> number_maps([("kernel", [[1, 2]]), ("difference", [[0, 0.5]])]).description
    'kernel: 1, 2. difference: 0, 0.5.'
    """
    arrays = [np.asarray(numbers) for _, numbers in maps]
    if not arrays or arrays[0].ndim != 2 or 0 in arrays[0].shape or len({array.shape for array in arrays}) > 1:
        raise SpecError(f"maps must be tables of one shape; got {[array.shape for array in arrays]}.")
    if not all(array.dtype.kind in "biuf" and np.isfinite(array).all() for array in arrays):
        raise SpecError("maps must hold finite numbers; got others.")
    tables = [(title, array.astype(np.float64)) for (title, _), array in zip(maps, arrays, strict=True)]
    pixels = checked_width(width)
    is_stacked, cell, font, texts = _fitting([table for _, table in tables], pixels)
    most = max(float(np.abs(table).max()) for _, table in tables) or 1.0
    blocks = len(tables) if is_stacked else 1
    ticks = np.linspace(-most, most, 5 if blocks * len(arrays[0]) * cell[1] >= 75 else 3).tolist()
    heat_map = HeatMap(
        tables=tables,
        scale=Scale(SIGNED[chart_theme(theme).name], -most, most, [(tick, short(tick)) for tick in ticks]),
        cell=cell,
        theme=chart_theme(theme),
        width=pixels,
        texts=texts,
        font=font,
        is_stacked=is_stacked,
    )
    description = " ".join(f"{title}: {_description(table)}." for title, table in tables)
    return heat_map.chart(", ".join(title for title, _ in tables), description)


def _description(table: Numbers) -> str:
    if table.size > MOST_LISTED:
        return f"{len(table)} x {len(table[0])} numbers"
    return "; ".join(", ".join(map(short, row)) for row in table.tolist())


def _fitting(tables: list[Numbers], width: int) -> tuple[bool, tuple[float, float], int | None, list[Texts]]:
    """Return whether to stack the tables, the size of a cell, the font of the numbers, and their texts.

    The first of these that has room: side by side with three digits or two, stacked with either, without numbers.
    """
    columns = tables[0].shape[1]
    for is_stacked in (False, True):
        across = min(room_for_cells(width, 1 if is_stacked else len(tables)) / columns, WIDEST_CELL)
        down = STACKED_CELL if is_stacked else min(max(across, LOWEST_CELL), TALLEST_CELL)
        for digits in (3, 2):
            texts = [_texts(table, digits) for table in tables]
            font = fitting_font((text for rows in texts for row in rows for text in row), across - 1, down)
            if font is not None:
                return is_stacked, (across, down), font, texts
    cell = room_for_cells(width, len(tables)) / columns
    return False, (cell, cell), None, []


def _texts(table: Numbers, digits: int) -> Texts:
    """Return numbers with as many decimals as the largest of them needs for these digits; integers have none.

    Where the largest is very large or small, they have two digits and an exponent, and are 0 if they are tiny next to
    it.
    """
    largest = float(np.abs(table).max())
    is_whole = bool((table == table.round()).all())
    places = 0 if is_whole or not largest else max(0, digits - 1 - floor(log10(largest)))

    def text(number: float) -> str:
        if largest >= 1e5 or 0 < largest < 1e-3:
            mantissa, exponent = f"{number:.1e}".split("e")
            return "0" if abs(number) < 1e-6 * largest else f"{mantissa}e{int(exponent)}"
        fixed = f"{number:.{places}f}"
        fixed = fixed.rstrip("0").rstrip(".") if places else fixed
        return "0" if fixed == "-0" else fixed

    return [[text(number).replace("-", "−") for number in row] for row in table.tolist()]


def rank_curve(errors: Sequence[float], *, theme: str = "light", width: int = 480) -> Chart:
    """Draw the relative error of the best approximation of a kernel by the rank it may have.

    Parameters
    ----------
    errors : sequence of float
        Of rank 1, 2 and so on, each from 0 to 1. The first 0 is at the rank of the kernel.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Errors, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> rank_curve([0.1, 0]).description
    'Relative error 0.1 at rank 1, 0 at rank 2. The kernel has rank 2.'
    """
    pixels = checked_width(width)
    numbers = tuple(float(error) for error in errors)
    if not numbers or not all(isfinite(error) and 0 <= error <= 1 for error in numbers):
        raise SpecError(f"errors must be numbers from 0 to 1, at least one of them; got {list(numbers)}.")
    rank = numbers.index(0) + 1 if 0 in numbers else None
    named = (f"{short(error)} at rank {number}" for number, error in enumerate(numbers, start=1))
    known = "" if rank is None else f" The kernel has rank {rank}."
    return Chart(
        "Error of the best approximation by rank",
        f"Relative error {', '.join(named)}.{known}",
        pixels,
        CURVE,
        partial(_draw_curve, numbers, rank, chart_theme(theme), pixels),
    )


def _draw_curve(errors: tuple[float, ...], rank: int | None, theme: Theme, width: int, figure: Figure) -> None:
    axes = axes_at(figure, left=LEFT, top=TOP, width=width - LEFT - 24, height=CURVE - TOP - 48)
    dress(axes, theme, x="rank of the approximation", y="relative error")
    axes.tick_params(axis="x", pad=7)  # the ring on the axis is clear of the number below it
    ranks = range(1, len(errors) + 1)
    axes.plot(ranks, errors, color=theme.muted, linewidth=1.5, zorder=2)
    axes.plot(ranks, errors, "o", color=theme.ink, markersize=6, clip_on=False, zorder=4)
    axes.set_xlim(0.6, len(errors) + 0.4)
    axes.set_ylim(0, max(errors) * 1.2 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    if len(errors) <= 12:  # more values would run into each other; above and right of a falling curve there is room
        for point in zip(ranks, errors, strict=True):
            note(axes, short(point[1]), point, (4, 6), xycoords="data", color=theme.ink, fontsize=SMALL)
    if rank is None:
        return
    axes.axvline(rank, color=theme.window_edge, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    ring: dict[str, Any] = {
        "marker": "o",
        "markersize": 11,
        "markerfacecolor": "none",
        "markeredgecolor": theme.window_edge,
    }
    axes.plot([rank], [0], markeredgewidth=1.5, clip_on=False, zorder=5, **ring)
    # At the far side of a long axis, a text centered on the line would leave the figure.
    share = (rank - 0.6) / (len(errors) - 0.2)
    side = "left" if share < 0.25 else "right" if share > 0.75 else "center"
    at_top = {"xycoords": ("data", "axes fraction"), "ha": side, "color": theme.window_ink}
    note(axes, f"the kernel has rank {rank}", (rank, 1), (0, 6), **at_top)
