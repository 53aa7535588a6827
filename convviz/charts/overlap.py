"""How many paths lead into each cell: as a map with the numbers, and along one axis under the stamps that write it."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import (
    CAPTION_LINE,
    SMALL,
    Chart,
    axes_at,
    chart_theme,
    checked_width,
    dress,
    note,
    wrapped,
    write_lines,
)
from .heatmap import AMOUNTS, MOST, MOST_LISTED, TALLEST, HeatMap, Scale, fitting_font, room_for_cells

WIDEST_CELL: Final = 44
"""Pixels across a cell, at most."""

REACH: Final = 0.66
"""Share of the colors that is used: where all cells have the same count, they should not look alarming."""

LINE_CAPTION: Final = "Inside the line the counts are those of an unbounded input."
DASHED_CAPTION: Final = "Dashed bars: near the border the counts differ from those far from it."

MOST_STAMPS: Final = 64

LEFT: Final = 58
RIGHT: Final = 12
TOP: Final = 26
BETWEEN: Final = 30
BARS: Final = 130
BELOW: Final = 46
"""Pixels: the margins, the gap between stamps and bars, the bars, and the names below them."""

Stamps = tuple[tuple[int, ...], ...]


def count_map(
    counts: npt.ArrayLike,
    *,
    border: npt.ArrayLike | None = None,
    title: str = "Paths into each output cell",
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw counts of cells as a heat map, with the numbers where they fit.

    Parameters
    ----------
    counts : (H, W) array of int
        At least 0, of any length; up to 128 rows and columns.
    border : (H, W) array of bool, optional
        Cells whose count would differ without the border of the input. A line is drawn around all others.
    title : str
        Above the map.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Counts, a border, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> count_map([[1, 2, 1], [2, 4, 2]]).description
    'Counts by row: 1, 2, 1; 2, 4, 2.'
    """
    array = np.asarray(counts)
    if array.ndim != 2 or not 1 <= min(array.shape) <= max(array.shape) <= MOST:
        raise SpecError(f"counts must be a table of up to {MOST} rows and columns; got the shape {array.shape}.")
    rows = array.tolist()
    if not all(type(number) is int and number >= 0 for row in rows for number in row):
        raise SpecError("counts must be integers of at least 0; got others.")
    flags = np.zeros(array.shape, bool) if border is None else np.asarray(border)
    if flags.dtype != bool or flags.shape != array.shape:
        raise SpecError("border must be a table of True and False of the counts' shape; got another.")
    has_line = flags.any() and not flags.all()
    pixels = checked_width(width)
    cell = max(1.0, min(WIDEST_CELL, room_for_cells(pixels) / len(rows[0]), TALLEST / len(rows)))
    most = max(map(max, rows)) or 1
    texts = [[count_text(number) for number in row] for row in rows]
    ticks = [(0, "0"), (1, count_text(most))]
    heat_map = HeatMap(
        tables=[(title, np.array([[number / most for number in row] for row in rows]))],  # exact before the division
        scale=Scale(AMOUNTS[chart_theme(theme).name], 0, 1 / REACH, ticks),
        cell=(cell, cell),
        theme=chart_theme(theme),
        width=pixels,
        texts=[texts],
        font=fitting_font((text for row in texts for text in row), cell, cell),
        caption=LINE_CAPTION if has_line else "",
        mark=partial(_outline, flags=flags) if has_line else None,
    )
    return heat_map.chart(title, _description(rows) + (f" {LINE_CAPTION}" if has_line else ""))


def _description(rows: Sequence[Sequence[int]]) -> str:
    numbers = sorted({number for row in rows for number in row})
    if len(rows) * len(rows[0]) <= MOST_LISTED:
        return f"Counts by row: {'; '.join(', '.join(map(count_text, row)) for row in rows)}."
    size = f"{len(rows)} x {len(rows[0])} counts"
    if len(numbers) > 12:
        return f"{size} from {count_text(numbers[0])} to {count_text(numbers[-1])}."
    return f"{size}, each one of {', '.join(map(count_text, numbers))}."


def count_text(number: int) -> str:
    """Return an integer with at most five digits, or as a power of ten.

    >>> count_text(65536), count_text(1234567), count_text(10**400)
    ('65536', '1.2e6', '1e400')
    """
    if number < 10**5:
        return str(number)
    exponent = len(f"{number:x}") * 12041 // 10000  # a little less than the number of decimal digits
    while 10 ** (exponent + 1) <= number:
        exponent += 1
    while 10**exponent > number:
        exponent -= 1
    first, second = divmod(number // 10 ** (exponent - 1), 10)
    return f"{first}.{second}e{exponent}" if second else f"{first}e{exponent}"


def _outline(axes: Axes, theme: Theme, *, flags: npt.NDArray[np.bool_]) -> None:
    """Draw the line between cells that have a flag and cells that have none, with an edge in the page's color."""
    down = np.argwhere(flags[:, 1:] != flags[:, :-1]).tolist()
    across = np.argwhere(flags[1:] != flags[:-1]).tolist()
    segments = [[(j + 1, i), (j + 1, i + 1)] for i, j in down] + [[(j, i + 1), (j + 1, i + 1)] for i, j in across]
    for color, line in ((theme.page, 4.0), (theme.ink, 2.0)):
        lines = LineCollection(segments, colors=color, linewidths=line, capstyle="projecting", clip_on=False, zorder=4)
        axes.add_collection(lines)


def stamp_bars(
    counts: Sequence[int],
    stamps: Sequence[Sequence[int]] = (),
    *,
    border: Sequence[bool] | None = None,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw counts along one axis as bars, and above them the stamps that are counted.

    Parameters
    ----------
    counts : sequence of int
        For each of up to 128 output cells, at least 0.
    stamps : sequence of sequences of int
        For each of up to 64 input cells the output cells that its stamp writes, ascending; none to draw bars alone.
    border : sequence of bool, optional
        For each output cell whether its count would differ without the border of the input; such bars are dashed.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Counts, stamps, a border, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> stamp_bars([1, 1, 2, 1, 1], [range(0, 3), range(2, 5)]).description
    'Input cell 0 writes 0, 1, 2; 1 writes 2, 3, 4. Counts: 1, 1, 2, 1, 1.'
    """
    array = np.array(counts, object)
    numbers = tuple(int(number) for number in array.flat if isinstance(number, int | np.integer) and number >= 0)
    if array.ndim != 1 or not 1 <= len(numbers) <= MOST or len(numbers) < len(array):
        raise SpecError(f"counts must be 1 to {MOST} integers of at least 0; got {shown(counts)}.")
    rows = tuple(map(tuple, stamps))
    if len(rows) > MOST_STAMPS or any(not 0 <= cell < len(numbers) for row in rows for cell in row):
        raise SpecError(f"stamps must be at most {MOST_STAMPS}, on the cells that are counted; got {len(rows)}.")
    flags = (False,) * len(numbers) if border is None else tuple(map(bool, border))
    if len(flags) != len(numbers):
        raise SpecError(f"border must have one flag for each count; got {len(flags)} for {len(numbers)}.")
    pixels = checked_width(width)
    lines = wrapped(DASHED_CAPTION, pixels - LEFT - RIGHT) if any(flags) else []
    pitch = _pitch(rows)
    description = f"Counts: {', '.join(map(count_text, numbers))}."
    if rows and sum(map(len, rows)) <= MOST_LISTED:
        written = (f"{n} writes {', '.join(map(str, row)) or 'nothing'}" for n, row in enumerate(rows))
        description = f"Input cell {'; '.join(written)}. {description}"
    title = "Stamps, and how many of them write each cell" if rows else "Paths into each cell along one axis"
    height = TOP + (len(rows) * pitch + BETWEEN if rows else 0) + BARS + BELOW + len(lines) * CAPTION_LINE
    draw = partial(_draw_axis, np.array(numbers, object), rows, np.array(flags), lines, chart_theme(theme), pixels)
    return Chart(title, description + (f" {DASHED_CAPTION}" if lines else ""), pixels, height, draw)


def _pitch(stamps: Stamps) -> int:
    """Return the pixels of a row of stamps."""
    return max(5, min(20, 240 // max(1, len(stamps))))


def _draw_axis(
    counts: npt.NDArray[Any],
    stamps: Stamps,
    is_border: npt.NDArray[np.bool_],
    lines: list[str],
    theme: Theme,
    width: int,
    figure: Figure,
) -> None:
    top, across = TOP, width - LEFT - RIGHT
    if stamps:
        height = len(stamps) * _pitch(stamps)
        _draw_stamps(axes_at(figure, left=LEFT, top=top, width=across, height=height), stamps, len(counts), theme)
        top += height + BETWEEN
    axes = axes_at(figure, left=LEFT, top=top, width=across, height=BARS)
    dress(axes, theme, x="output cell", y="paths")
    most = max(counts) or 1
    for group, style in ((~is_border, {"color": theme.window}), (is_border, {"color": "none", "ls": (0, (3, 2))})):
        cells = np.flatnonzero(group & (counts > 0))
        axes.bar(cells, counts[cells] / most, 0.84, edgecolor=theme.window_edge, linewidth=1.2, zorder=3, **style)
    axes.set(xlim=(-0.5, len(counts) - 0.5), ylim=(0, 1.18))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    ticks = list(range(most + 1)) if most <= 5 else [0, most // 2, most]
    axes.set_yticks([tick / most for tick in ticks], [count_text(tick) for tick in ticks])
    if max(text_width(count_text(count), SMALL) for count in counts) + 1 <= across / len(counts):
        small = {"xycoords": "data", "ha": "center", "color": theme.ink, "fontsize": SMALL}
        for cell, count in enumerate(counts):
            note(axes, count_text(count), (cell, count / most), (0, 4), **small)
    write_lines(figure, lines, theme, left=LEFT, top=top + BARS + BELOW - 4)


def _draw_stamps(axes: Axes, stamps: Stamps, cells: int, theme: Theme) -> None:
    """Draw a row for each input cell, the first on top; a line joins the cells of a dilated kernel."""
    axes.set(xlim=(-0.5, cells - 0.5), ylim=(len(stamps), 0))
    axes.set_axis_off()
    edges = [edge - 0.5 for edge in range(cells + 1)]
    axes.vlines(edges, 0, len(stamps), colors=theme.edge, alpha=0.35, linewidth=0.5, zorder=0, clip_on=False)
    pitch = _pitch(stamps)
    high = 1 - 3 / pitch
    boxes: dict[str, Any] = {"facecolor": theme.window, "edgecolor": theme.window_edge, "clip_on": False, "zorder": 2}
    small = {"xycoords": ("axes fraction", "data"), "ha": "right", "va": "center_baseline", "fontsize": SMALL}
    for n, stamp in enumerate(stamps):
        if stamp:
            axes.plot([stamp[0], stamp[-1]], [n + 0.5] * 2, color=theme.window_edge, linewidth=1, zorder=1)
        axes.broken_barh([(cell - 0.46, 0.92) for cell in stamp], (n + 0.5 - high / 2, high), linewidth=1, **boxes)
        if n % -(-13 // pitch) == 0:  # the rows that have room for a number
            note(axes, str(n), (0, n + 0.5), (-8, 0), color=theme.muted, **small)
    note(axes, "stamp of input cell", (0, 1), (-LEFT + 8, 8), color=theme.ink)
