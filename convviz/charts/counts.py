"""How many paths lead into each cell, as a map with the numbers in the cells."""

from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, Chart, axes_at, chart_theme, checked_width
from .contrast import ink_on
from .painting import CAPTION_LINE, amount_color, paint, scale_bar, wrapped, write_lines

MOST: Final = 128
"""Rows or columns of a map."""

EDGE: Final = 8
BAR: Final = 74
HEADING: Final = 26
WIDEST_CELL: Final = 44
TALLEST: Final = 620
LOWEST_BAR: Final = 64
"""Pixels around, for the scale on the right and for the title; the most of a cell and of all rows, and the least."""

REACH: Final = 0.66
"""Of the colours: where all cells count the same, they shall not look alarming."""

SIZES: Final = (12, 11, 10, 9)
"""Fonts of the numbers, the first that fits."""

MOST_TOLD: Final = 49
BORDER_WORDS: Final = "Inside the line the counts are those of an unbounded input."

Rows = tuple[tuple[int, ...], ...]
Flags = tuple[tuple[bool, ...], ...]


def count_map(
    counts: npt.ArrayLike,
    *,
    border: npt.ArrayLike | None = None,
    title: str = "Paths into each output cell",
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Counts of cells, (H, W), as a map from little to much.

    Parameters
    ----------
    counts : Integers of at least 0, of any length; up to 128 rows and columns. They are written where they fit.
    border : (H, W): cells that count other than they would without the border. A line is drawn around all others.
    title : Above the map.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Counts or a border that are none, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> count_map([[1, 2, 1], [2, 4, 2]]).description
    'Counts by row: 1, 2, 1; 2, 4, 2.'
    """
    rows = _rows(counts)
    flags = None if border is None else _flags(border, rows)
    pixels = checked_width(width)
    cell = max(1.0, min(WIDEST_CELL, (pixels - 2 * EDGE - BAR) / len(rows[0]), TALLEST / len(rows)))
    has_line = flags is not None and len({flag for row in flags for flag in row}) == 2
    lines = wrapped(BORDER_WORDS, pixels - 2 * EDGE) if has_line else []
    height = HEADING + max(cell * len(rows), LOWEST_BAR) + EDGE + len(lines) * CAPTION_LINE + bool(lines) * EDGE
    return Chart(
        title=title,
        description=_told(rows) + (f" {BORDER_WORDS}" if has_line else ""),
        width=pixels,
        height=round(height),
        draw=partial(_draw, rows=rows, flags=flags if has_line else None, title=title, lines=lines, cell=cell,
                     theme=chart_theme(theme)),
    )  # fmt: skip


def _rows(counts: npt.ArrayLike) -> Rows:
    array = np.asarray(counts)
    if array.ndim != 2 or not 1 <= min(array.shape) <= max(array.shape) <= MOST:
        raise SpecError(f"counts must be a table of up to {MOST} rows and columns; got the shape {array.shape}.")
    rows = tuple(tuple(row) for row in array.tolist())
    if not all(type(number) is int and number >= 0 for row in rows for number in row):
        raise SpecError("counts must be integers of at least 0; got others.")
    return rows


def _flags(border: npt.ArrayLike, rows: Rows) -> Flags:
    array = np.asarray(border)
    if array.dtype != bool or array.shape != (len(rows), len(rows[0])):
        raise SpecError("border must be a table of True and False of the counts' shape; got another.")
    return tuple(tuple(row) for row in array.tolist())


def _told(rows: Rows) -> str:
    numbers = sorted({number for row in rows for number in row})
    if len(rows) * len(rows[0]) <= MOST_TOLD:
        return f"Counts by row: {'; '.join(', '.join(map(count_text, row)) for row in rows)}."
    size = f"{len(rows)} x {len(rows[0])} counts"
    if len(numbers) > 12:
        return f"{size} from {count_text(numbers[0])} to {count_text(numbers[-1])}."
    return f"{size}, each one of {', '.join(map(count_text, numbers))}."


def count_text(number: int) -> str:
    """An integer in at most five digits, or as a power of ten.

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


def _draw(
    figure: Figure, *, rows: Rows, flags: Flags | None, title: str, lines: list[str], cell: float, theme: Theme
) -> None:
    height, width = len(rows), len(rows[0])
    axes = axes_at(figure, left=EDGE, top=HEADING, width=width * cell, height=height * cell)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    most = max(number for row in rows for number in row) or 1
    colors = {number: amount_color(theme, number / most * REACH) for row in rows for number in row}
    paint(axes, np.array(rows, object), colors)
    font = _font(rows, cell)
    if cell >= 6:
        grid = [[(0, i), (width, i)] for i in range(height + 1)] + [[(j, 0), (j, height)] for j in range(width + 1)]
        axes.add_collection(LineCollection(grid, colors=theme.edge, linewidths=0.5, clip_on=False))
    if font:
        for i, j in np.ndindex(height, width):
            axes.text(j + 0.5, i + 0.5, count_text(rows[i][j]), ha="center", va="center_baseline", fontsize=font,
                      color=ink_on(colors[rows[i][j]]), parse_math=False)  # fmt: skip
    if flags:
        _outline(axes, flags, theme)
    axes.annotate(title, (0, 1), xycoords="axes fraction", xytext=(0, 7), textcoords="offset points", color=theme.ink,
                  fontsize=NORMAL, annotation_clip=False, parse_math=False)  # fmt: skip
    down = max(height * cell, LOWEST_BAR)
    bar = axes_at(figure, left=EDGE + width * cell + 16, top=HEADING, width=12, height=min(down, 160))
    scale_bar(bar, theme, [(0, "0"), (1, count_text(most))], reach=REACH)
    write_lines(figure, lines, theme, left=EDGE, top=HEADING + down + EDGE)


def _font(rows: Rows, cell: float) -> int | None:
    """The size of the numbers, None where they do not fit."""
    texts = {count_text(number) for row in rows for number in row}
    for size in SIZES:
        if max(text_width(text, size) for text in texts) <= cell - 3 and size + 3 <= cell:
            return size
    return None


def _outline(axes: Axes, flags: Flags, theme: Theme) -> None:
    """The line between the cells of the border and all others, with an edge of the page's colour."""
    table: npt.NDArray[Any] = np.array(flags)
    down = np.argwhere(table[:, 1:] != table[:, :-1]).tolist()
    across = np.argwhere(table[1:] != table[:-1]).tolist()
    segments = [[(j + 1, i), (j + 1, i + 1)] for i, j in down] + [[(j, i + 1), (j + 1, i + 1)] for i, j in across]
    for color, line in ((theme.page, 4.0), (theme.ink, 2.0)):
        axes.add_collection(LineCollection(segments, colors=color, linewidths=line, capstyle="projecting",
                                           clip_on=False, zorder=4))  # fmt: skip
