"""What borders do to a node: the outputs that a cell of the input reaches, and the share of padding in each output."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import (
    NORMAL,
    SMALL,
    Chart,
    axes_at,
    chart_theme,
    checked_width,
    dress,
    note,
)
from .gridding import READ
from .heatmap import (
    AMOUNTS,
    EDGE,
    LEAST_RULED,
    MOST,
    MOST_LISTED,
    HeatMap,
    Numbers,
    Scale,
    draw_cells,
    fitting_font,
    room_for_cells,
)

WIDEST_CELL: Final = 24
TALLEST: Final = 300
"""Pixels across a cell, and down all of them, at most."""

LEFT: Final = 58
TOP: Final = 30
PANEL: Final = 96
PITCH: Final = 176
"""Pixels: the margin of the shares, the room for the name of an axis, the bars, and from one axis to the next."""

NAMES: Final = 76
NOTES: Final = 96
ROW: Final = 22
WIDEST_READ: Final = 40
"""Pixels: the names of padding modes to the left of their cells, what is said to the right, and a row of cells."""


def reached_map(reached: npt.ArrayLike, *, title: str, theme: str = "light", width: int = 340) -> Chart:
    """Draw which outputs are reached, as dark cells among light ones.

    Parameters
    ----------
    reached : (H, W) array of bool
        Of any size. Of more than 128 rows or columns, several share a cell, which is dark if any of them is reached.
    title : str
        Above the map.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        A table, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> reached_map([[False, True, True], [False, False, False]], title="Outputs").description
    'Reached: 2 of 2 × 3 outputs, in row 0 and columns 1 to 2.'
    """
    flags = np.asarray(reached)
    if flags.ndim != 2 or flags.dtype != bool or not flags.size:
        raise SpecError(f"reached must be a table of True and False; got the shape {flags.shape}.")
    step = -(-max(flags.shape) // MOST)
    rows, columns = (-(-cells // step) for cells in flags.shape)
    padded = np.zeros((rows * step, columns * step), bool)
    padded[: flags.shape[0], : flags.shape[1]] = flags
    cells = padded.reshape(rows, step, columns, step).any((1, 3))
    look, pixels = chart_theme(theme), checked_width(width)
    side = min(WIDEST_CELL, (pixels - 2 * EDGE) / columns, TALLEST / rows)
    colors = ListedColormap([look.page, READ[look.name]])
    return HeatMap(
        tables=[(title, cells.astype(float))],
        scale=Scale(colors, 0, 1, []),
        cell=(side, side),
        theme=look,
        width=pixels,
        caption=f"A cell is {step} × {step} outputs, dark if any of them is reached." if step > 1 else "",
    ).chart(title, reached_words(flags))


def reached_words(reached: npt.NDArray[np.bool_], axes: Sequence[str] = ("row", "column")) -> str:
    """Say how many outputs are reached, and in which box they are.

    Parameters
    ----------
    reached : array of bool
        Of as many axes as there are words.
    axes : sequence of str
        What a place along each axis is called.

    Examples
    --------
    >>> reached_words(np.array([False, True, True]), ["step"])
    'Reached: 2 of 3 outputs, in steps 1 to 2.'
    """
    size, count = " × ".join(map(str, reached.shape)), int(reached.sum())
    if not count:
        return f"Reached: none of {size} outputs."
    ends = [(int(places.min()), int(places.max())) for places in np.nonzero(reached)]
    spans = [
        f"{axis} {first}" if first == last else f"{axis}s {first} to {last}"
        for axis, (first, last) in zip(axes, ends, strict=True)
    ]
    return f"Reached: {count:,} of {size} outputs, in {', '.join([*spans[:-2], ' and '.join(spans[-2:])])}."


def padding_shares(
    shares: Sequence[npt.ArrayLike], axes: Sequence[str], *, theme: str = "light", width: int = 340
) -> Chart:
    """Draw for each output along each axis which share of its paths begins in padding, as bars from 0 to 100 %.

    Parameters
    ----------
    shares : sequence of sequences of float
        From 0 to 1, for each output along each axis.
    axes : sequence of str
        The words of the axes.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Shares, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> padding_shares([[0.5, 0, 0, 0.25]], ["width"]).description
    'Along the width: 50 % of the paths of output 0, 25 % of those of output 3; 2 of 4 outputs have no such path.'
    """
    lines = [np.asarray(line, float) for line in shares]
    if not lines or len(lines) != len(axes) or not all(line.ndim == 1 and line.size for line in lines):
        raise SpecError(f"shares must have a line of numbers for each axis; got {len(lines)} for {len(axes)}.")
    if not all(((line >= 0) & (line <= 1)).all() for line in lines):
        raise SpecError("shares must be numbers from 0 to 1; got others.")
    description = " ".join(_share_words(line, axis) for line, axis in zip(lines, axes, strict=True))
    pixels = checked_width(width)
    draw = partial(_draw_shares, lines, tuple(axes), chart_theme(theme), pixels)
    return Chart("Share of paths that begin in padding", description, pixels, PITCH * len(lines), draw)


def _share_words(line: npt.NDArray[np.float64], axis: str) -> str:
    clean = int((line == 0).sum())
    none = f"{clean} of {len(line)} output{'s' * (len(line) != 1)} {'has' if clean == 1 else 'have'} no such path"
    ends = f"{line[0]:.0%} of the paths of output 0, {line[-1]:.0%} of those of output {len(line) - 1}"
    return f"Along the {axis}: {ends.replace('%', ' %')}; {none}."


def _draw_shares(
    lines: Sequence[npt.NDArray[np.float64]], names: Sequence[str], theme: Theme, width: int, figure: Figure
) -> None:
    for number, (line, name) in enumerate(zip(lines, names, strict=True)):
        top = TOP + number * PITCH
        axes = axes_at(figure, left=LEFT, top=top, width=width - LEFT - EDGE, height=PANEL)
        dress(axes, theme, x=f"output along the {name}", y="")
        places = np.arange(len(line) + 1) - 0.5
        axes.stairs(line, places, fill=True, facecolor=theme.window, edgecolor=theme.window_edge, linewidth=1.2)
        axes.set(xlim=(places[0], places[-1]), ylim=(0, 1))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
        axes.set_yticks([0, 0.5, 1])
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        note(axes, "Paths that begin in padding", (0, 1), (-LEFT + EDGE, 10), color=theme.ink, fontsize=NORMAL)


# Cell by cell ---------------------------------------------------------------------------------------------------------


def share_cells(shares: npt.ArrayLike, *, theme: str = "light", width: int = 480) -> Chart:
    """Draw which share of the paths of each output leaves the input, as cells with their percentages where they fit.

    Parameters
    ----------
    shares : (H, W) array of float
        From 0 to 1, up to 128 rows and columns.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Shares, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> share_cells([[0.5, 0.25], [0.25, 0]]).description
    'In percent by row: 50, 25; 25, 0. 1 of 4 outputs reads no padding.'
    """
    cells = np.asarray(shares, float)
    if cells.ndim != 2 or not 1 <= min(cells.shape) <= max(cells.shape) <= MOST:
        raise SpecError(f"shares must be a table of up to {MOST} rows and columns; got the shape {cells.shape}.")
    if not ((cells >= 0) & (cells <= 1)).all():
        raise SpecError("shares must be numbers from 0 to 1; got others.")
    pixels, look = checked_width(width), chart_theme(theme)
    side = max(1.0, min(WIDEST_READ, room_for_cells(pixels) / cells.shape[1], TALLEST / cells.shape[0]))
    texts = [[_percent(share) for share in row] for row in cells.tolist()]
    most = float(cells.max()) or 1.0
    title = "Share of the paths of each output that leave the input, in percent"
    clean = int((cells == 0).sum())
    count = f"{clean or 'None'} of {cells.size} outputs {'reads' if clean <= 1 else 'read'} no padding."
    listed = "; ".join(map(", ".join, texts))
    description = f"In percent by row: {listed}. {count}" if cells.size <= MOST_LISTED else count
    heat_map = HeatMap(
        tables=[(title, cells)],
        scale=Scale(AMOUNTS[look.name], 0, most, [(0, "0 %"), (most, f"{_percent(most)} %")]),
        cell=(side, side),
        theme=look,
        width=pixels,
        texts=[texts],
        font=fitting_font((text for row in texts for text in row), side, side),
    )
    return heat_map.chart(title, description)


def cells_read(
    axes: Sequence[tuple[str, Sequence[tuple[str, npt.ArrayLike, str]]]], *, theme: str = "light", width: int = 480
) -> Chart:
    """Draw which cells along an axis an output reads under several padding modes: a row of cells for each mode.

    Parameters
    ----------
    axes : sequence of (str, sequence of (str, sequence of float, str))
        For each axis its title, and of each mode the name, the share of the paths that read each cell, from 0 to 1, and
        what is said of it to the right of its cells.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Too many cells, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> cells_read([("Along the width", [("zeros", [0.5, 0.25], "25 % zeros")])]).description
    'Along the width, in percent: zeros: 50, 25 (25 % zeros).'
    """
    tables = [
        (title, [(name, np.asarray(line, float), words) for name, line, words in rows]) for title, rows in axes if rows
    ]
    most_cells = max((len(line) for _, rows in tables for _, line, _ in rows), default=0)
    if not 1 <= most_cells <= MOST:
        raise SpecError(f"The lines must have 1 to {MOST} cells; got {most_cells}.")
    pixels, look = checked_width(width), chart_theme(theme)
    description = " ".join(
        f"{title}, in percent: {'; '.join(_reads_words(name, line, words) for name, line, words in rows)}."
        for title, rows in tables
    )
    height = sum(TOP + ROW * len(rows) + EDGE for _, rows in tables)
    draw = partial(_draw_reads, tables, look, pixels)
    return Chart("What one output reads under each padding mode", description, pixels, height, draw)


def _percent(share: float) -> str:
    """Return a share in percent, at least 1 where it is not 0, and at most 99 where it is not 1."""
    return str(round(100 * share) if share in (0, 1) else min(max(round(100 * share), 1), 99))


def _reads_words(name: str, line: Numbers, words: str) -> str:
    shares = line[line > 0] if len(line) > MOST_LISTED else line
    listed = ", ".join(map(_percent, shares.tolist())) if len(shares) <= MOST_LISTED else f"{len(shares)} cells"
    return f"{name}: {listed or 'nothing'}" + (f" ({words})" if words else "")


def _draw_reads(
    tables: Sequence[tuple[str, Sequence[tuple[str, Numbers, str]]]], theme: Theme, width: int, figure: Figure
) -> None:
    most = max(float(line.max()) for _, rows in tables for _, line, _ in rows) or 1.0
    scale, top = Scale(AMOUNTS[theme.name], 0, most), TOP
    for title, rows in tables:
        across = max(len(line) for _, line, _ in rows)
        cell = min(WIDEST_READ, (width - NAMES - NOTES) / across)
        cells = np.array([line for _, line, _ in rows])
        axes = axes_at(figure, left=NAMES, top=top, width=cell * across, height=ROW * len(rows))
        draw_cells(axes, cells, scale, theme, is_ruled=min(cell, ROW) >= LEAST_RULED)
        note(axes, title, (0, 1), (EDGE - NAMES, 9), color=theme.ink)
        texts = [[_percent(share) for share in row] for row in cells.tolist()]
        font = fitting_font((text for row in texts for text in row), cell, ROW)
        for i, (name, line, words) in enumerate(rows):
            middle: dict[str, Any] = {"va": "center", "parse_math": False, "clip_on": False}
            axes.text(-4 / cell, i + 0.5, name, ha="right", color=theme.ink, fontsize=SMALL, **middle)
            axes.text(across + 4 / cell, i + 0.5, words, ha="left", color=theme.muted, fontsize=SMALL, **middle)
            if font is not None:
                for j, text in enumerate(texts[i]):
                    ink = scale.ink_on(float(line[j]))
                    axes.text(j + 0.5, i + 0.5, text, ha="center", color=ink, fontsize=font, **middle)
        top += TOP + ROW * len(rows) + EDGE
