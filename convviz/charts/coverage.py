"""Which cells are read, and which between them are holes: as a map, and along one axis layer by layer."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width
from .painting import CAPTION_LINE, wrapped, write_lines

MOST: Final = 128
"""Rows or columns of a map, and cells of an axis."""

MOST_STEPS: Final = 9

EDGE: Final = 8
HEADING: Final = 26
WIDEST_CELL: Final = 48
TALLEST: Final = 620
LEAST_CROSSED: Final = 9
"""Pixels of the smallest cell with a cross and lines around it; thousands of smaller ones would be slow, and grey."""

PITCH: Final = 48
BAR: Final = 18
"""Pixels from one step to the next, and of its cells."""

READ: Final = {"light": "#1f5fa8", "dark": "#74b5ff"}
"""What is read stands out by lightness alone: 6 to 1 against the page, and holes are the page."""

Flags = tuple[bool, ...]


def coverage_map(
    rows: Sequence[bool] | npt.NDArray[np.bool_],
    columns: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    title: str = "Cells that the output reads",
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Cells that are read, filled, and holes, crossed out; a cell is read if its row and its column are.

    Parameters
    ----------
    rows, columns : Which are read, up to 128 of either. The middle cell is ringed, if there is one.
    title : Above the map.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Rows or columns that are none, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> coverage_map([True, False, True], [True, True, True]).description
    '6 of 9 cells are read, 3 are holes. Read are rows 0, 2 in columns 0 to 2.'
    """
    down, across = _flags("rows", rows), _flags("columns", columns)
    pixels = checked_width(width)
    cell = max(1.0, min(WIDEST_CELL, (pixels - 2 * EDGE) / len(across), TALLEST / len(down)))
    read, cells = sum(down) * sum(across), len(down) * len(across)
    lines = wrapped(_legend(down, across, read == cells, cell), pixels - 2 * EDGE)
    height = HEADING + cell * len(down) + EDGE + len(lines) * CAPTION_LINE + EDGE
    told = f"{read} of {cells} cells are read, {cells - read or 'none'} are holes."
    return Chart(
        title=title,
        description=f"{told} Read are rows {runs(down)} in columns {runs(across)}.",
        width=pixels,
        height=round(height),
        draw=partial(_draw_map, rows=down, columns=across, title=title, lines=lines, cell=cell,
                     theme=chart_theme(theme)),
    )  # fmt: skip


def coverage_steps(
    steps: Sequence[tuple[str, Sequence[bool] | npt.NDArray[np.bool_]]], *, theme: str = "light", width: int = 480
) -> Chart:
    """Which cells along an axis are read after one layer, two layers and so on.

    Parameters
    ----------
    steps : What each row is called, and which of its cells are read; up to 9 rows, centered above one another.
    theme : "light" or "dark".
    width : In pixels.

    Examples
    --------
    >>> coverage_steps([("output", [True]), ("rate 2", [True, False, True])]).description
    'output: 1 of 1 cells read, 0. rate 2: 2 of 3 cells read, 0, 2.'
    """
    if not 1 <= len(steps) <= MOST_STEPS:
        raise SpecError(f"steps must be 1 to {MOST_STEPS} rows; got {len(steps)}.")
    rows = tuple((name, _flags("steps", read)) for name, read in steps)
    pixels = checked_width(width)
    told = (f"{name}: {sum(read)} of {len(read)} cells read, {runs(read)}." for name, read in rows)
    return Chart(
        title="Cells read along one axis, layer by layer",
        description=" ".join(told),
        width=pixels,
        height=EDGE + PITCH * len(rows),
        draw=partial(_draw_steps, rows=rows, theme=chart_theme(theme), width=pixels),
    )


def _flags(name: str, flags: Sequence[bool] | npt.NDArray[np.bool_]) -> Flags:
    array = np.asarray(flags)
    if array.dtype != bool or array.ndim != 1 or not 1 <= len(array) <= MOST:
        raise SpecError(f"{name} must be 1 to {MOST} times True or False; got others.")
    return tuple(array.tolist())


def runs(flags: Sequence[bool]) -> str:
    """The places of what is true, neighbours together.

    >>> runs([True, True, True, False, True]), runs([False])
    ('0 to 2, 4', 'none')
    """
    texts = [str(first) if end - first == 1 else f"{first} to {end - 1}" for first, end in _spans(flags)]
    return ", ".join(texts) or "none"


def _legend(rows: Flags, columns: Flags, is_full: bool, cell: float) -> str:
    middle = " Ringed: the middle of the field." if len(rows) % 2 and len(columns) % 2 else ""
    if is_full:
        return f"Filled cells are read; there are no holes.{middle}"
    holes = "Crossed" if cell >= LEAST_CROSSED else "Empty"
    return f"Filled cells are read. {holes} cells are holes: never read.{middle}"


def _draw_map(
    figure: Figure, *, rows: Flags, columns: Flags, title: str, lines: list[str], cell: float, theme: Theme
) -> None:
    height, width = len(rows), len(columns)
    axes = axes_at(figure, left=EDGE, top=HEADING, width=width * cell, height=height * cell)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    _blocks(axes, rows, columns, theme)
    if cell >= LEAST_CROSSED:
        _crosses(axes, [(j, i) for i in range(height) for j in range(width) if not (rows[i] and columns[j])], theme)
        grid = [[(0, i), (width, i)] for i in range(height + 1)] + [[(j, 0), (j, height)] for j in range(width + 1)]
        axes.add_collection(LineCollection(grid, colors=theme.edge, linewidths=0.5, clip_on=False))
    else:
        axes.add_patch(Rectangle((0, 0), width, height, facecolor="none", edgecolor=theme.edge, clip_on=False))
    if height % 2 and width % 2:
        for color, line in ((theme.page, 5.0), (theme.window_edge, 2.5)):
            axes.add_patch(Rectangle((width // 2, height // 2), 1, 1, facecolor="none", edgecolor=color,
                                     linewidth=line, joinstyle="round", clip_on=False, zorder=5))  # fmt: skip
    axes.annotate(title, (0, 1), xycoords="axes fraction", xytext=(0, 7), textcoords="offset points", color=theme.ink,
                  fontsize=NORMAL, annotation_clip=False, parse_math=False)  # fmt: skip
    write_lines(figure, lines, theme, left=EDGE, top=HEADING + height * cell + EDGE)


def _draw_steps(figure: Figure, *, rows: tuple[tuple[str, Flags], ...], theme: Theme, width: int) -> None:
    """The names stand above their cells: beside them a phone has no room for both."""
    most = max(len(flags) for _, flags in rows)
    cell = min(WIDEST_CELL, (width - 2 * EDGE) / most)
    across = cell * most
    for n, (name, flags) in enumerate(rows):
        top = EDGE + PITCH * n
        axes = axes_at(figure, left=EDGE, top=top + 20, width=across, height=BAR)
        start = (most - len(flags)) / 2
        axes.set(xlim=(-start, most - start), ylim=(1, 0))
        axes.set_axis_off()
        _blocks(axes, (True,), flags, theme)
        if cell >= LEAST_CROSSED:
            _crosses(axes, [(j, 0) for j, flag in enumerate(flags) if not flag], theme)
            grid = [[(j, 0), (j, 1)] for j in range(len(flags) + 1)]
            axes.add_collection(LineCollection(grid, colors=theme.edge, linewidths=0.5, clip_on=False))
        axes.add_patch(Rectangle((0, 0), len(flags), 1, facecolor="none", edgecolor=theme.edge, clip_on=False))
        text = f"{name}: {sum(flags)} of {len(flags)}"
        shown = text if text_width(text, SMALL) <= width - 2 * EDGE else name
        figure.text(EDGE / width, 1 - (top + 14) / (EDGE + PITCH * len(rows)), shown,
                    color=theme.ink, fontsize=SMALL, va="baseline", parse_math=False)  # fmt: skip


def _blocks(axes: Axes, rows: Flags, columns: Flags, theme: Theme) -> None:
    """What is read, neighbours as one block and all as one shape; unsmoothed edges leave no seams."""
    vertices = [
        corner
        for top, bottom in _spans(rows)
        for left, right in _spans(columns)
        for corner in ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    ]
    if vertices:
        codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(vertices) // 5)
        axes.add_patch(PathPatch(Path(vertices, codes), facecolor=READ[theme.name], edgecolor="none",
                                 antialiased=False, clip_on=False))  # fmt: skip


def _spans(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """Where each run of what is true begins, and where it ends."""
    spans, place = [], 0
    for flag, group in groupby(flags):
        end = place + len(list(group))
        if flag:
            spans.append((place, end))
        place = end
    return spans


def _crosses(axes: Axes, places: list[tuple[int, int]], theme: Theme) -> None:
    """A cross in each of these cells, all as one shape."""
    if not places:
        return
    low, high = 0.25, 0.75
    vertices = [(j + x, i + y) for j, i in places for x, y in ((low, low), (high, high), (low, high), (high, low))]
    codes = [Path.MOVETO, Path.LINETO] * (2 * len(places))
    axes.add_patch(PathPatch(Path(vertices, codes), facecolor="none", edgecolor=theme.muted, linewidth=1,
                             clip_on=False))  # fmt: skip
