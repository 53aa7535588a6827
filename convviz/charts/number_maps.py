"""Tables of numbers as heat maps with the numbers in the cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import floor, log10
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, short
from .contrast import ink_on

Table = tuple[tuple[float, ...], ...]

EDGE: Final = 8
GAP: Final = 20
BAR: Final = 74
"""Pixels around, between, and for the scale on the right."""

WIDEST_CELL: Final = 64
TALLEST_CELL: Final = 48
LOWEST_CELL: Final = 22
LOWEST_BAR: Final = 40
LINE: Final = 15
SIZES: Final = (12, 11, 10, 9)
"""Fonts of the numbers, the first that fits."""

MOST_TOLD: Final = 49
"""Cells of a table that the description still lists."""

# Blue and orange are told apart with every common kind of colour blindness; the middle is near the page, so that 0 is
# the least conspicuous. Between them the lightness runs one way on either side.
SCALES: Final = {
    "light": LinearSegmentedColormap.from_list("light", ["#1f5fa8", "#9dc0e6", "#f6f7f9", "#f3bd8b", "#b8520a"], 255),
    "dark": LinearSegmentedColormap.from_list("dark", ["#74b5ff", "#35679f", "#1a2130", "#8f5a2b", "#ffa14d"], 255),
}
"""Of an odd number of colours, so that one of them is that of 0."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the maps stand, in pixels, and what is written in their cells ("" where nothing fits)."""

    is_stacked: bool
    cell: tuple[float, float]
    top: int
    font: int
    texts: tuple[tuple[tuple[str, ...], ...], ...]
    titles: tuple[str, ...]


def number_maps(maps: Sequence[tuple[str, npt.ArrayLike]], *, theme: str = "light", width: int = 480) -> Chart:
    """Tables of one shape as heat maps on one scale of colours, centred at 0: side by side if their numbers fit.

    Parameters
    ----------
    maps : Pairs of a title and (H, W) finite numbers. They are stacked where side by side the numbers would not fit
        into the cells; numbers that fit nowhere are left out.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Maps that are none, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> number_maps([("kernel", [[1, 2]]), ("difference", [[0, 0.5]])]).description
    'kernel: 1, 2. difference: 0, 0.5.'
    """
    titles = tuple(title for title, _ in maps)
    tables = _tables([np.asarray(numbers) for _, numbers in maps])
    width = checked_width(width)
    layout = _layout(tables, titles, width)
    rows = len(tables[0]) * (len(tables) if layout.is_stacked else 1)
    headings = len(tables) if layout.is_stacked else 1
    height = max(rows * layout.cell[1], LOWEST_BAR) + headings * (layout.top + EDGE)
    told = (f"{title}: {_told(table)}." for title, table in zip(titles, tables, strict=True))
    return Chart(
        title=", ".join(titles),
        description=" ".join(told),
        width=width,
        height=round(height),
        draw=partial(_draw, tables=tables, layout=layout, theme=chart_theme(theme), size=(width, round(height))),
    )


def _tables(arrays: list[npt.NDArray[Any]]) -> tuple[Table, ...]:
    """The numbers as tuples."""
    if not arrays or arrays[0].ndim != 2 or 0 in arrays[0].shape or len({array.shape for array in arrays}) > 1:
        raise SpecError(f"maps must be tables of one shape; got {[array.shape for array in arrays]}.")
    if not all(array.dtype.kind in "biuf" and np.isfinite(array).all() for array in arrays):
        raise SpecError("maps must hold finite numbers; got others.")
    return tuple(tuple(tuple(row) for row in array.astype(np.float64).tolist()) for array in arrays)


def _told(table: Table) -> str:
    if len(table) * len(table[0]) > MOST_TOLD:
        return f"{len(table)} x {len(table[0])} numbers"
    return "; ".join(", ".join(map(short, row)) for row in table)


def _layout(tables: tuple[Table, ...], titles: tuple[str, ...], width: int) -> _Layout:
    """The first of these that has room for its numbers: side by side with three digits or two, stacked with either."""
    rows, columns = len(tables[0]), len(tables[0][0])
    for is_stacked in (False, True):
        room = _room(width, 1 if is_stacked else len(tables))
        cell = min(room / columns, WIDEST_CELL)
        tall = LOWEST_CELL + 8 if is_stacked else min(max(cell, LOWEST_CELL), TALLEST_CELL)
        wrapped, top = _headings(titles, room)
        for digits in (3, 2):
            texts = tuple(_texts(table, digits) for table in tables)
            written = {text for table in texts for row in table for text in row}
            for font in SIZES:
                if max(text_width(text, font) for text in written) <= cell - 4:
                    return _Layout(is_stacked, (cell, tall), top, font, texts, wrapped)
    # Too many columns for any number: the colours alone, in square cells.
    room = _room(width, len(tables))
    wrapped, top = _headings(titles, room)
    nothing = ((("",) * columns,) * rows,) * len(tables)
    return _Layout(False, (room / columns, room / columns), top, SIZES[-1], nothing, wrapped)


def _room(width: int, across: int) -> float:
    """Pixels for each of so many maps side by side."""
    return (width - 2 * EDGE - BAR - (across - 1) * GAP) / across


def _headings(titles: tuple[str, ...], room: float) -> tuple[tuple[str, ...], int]:
    """The titles in lines, and the pixels above a map that hold the highest of them."""
    wrapped = tuple(_wrapped(title, room) for title in titles)
    return wrapped, 10 + LINE * max(title.count("\n") + 1 for title in wrapped)


def _wrapped(title: str, room: float) -> str:
    """A title in as many lines as it needs."""
    lines: list[str] = []
    for word in title.split():
        if lines and text_width(f"{lines[-1]} {word}", NORMAL) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def _texts(table: Table, digits: int) -> tuple[tuple[str, ...], ...]:
    """Numbers with as many places each as the largest of them needs for so many digits; integers as they are."""
    largest = max(abs(number) for row in table for number in row)
    if largest >= 1e5 or 0 < largest < 1e-3:
        return tuple(tuple(_scientific(number, largest) for number in row) for row in table)
    is_whole = all(number == round(number) for row in table for number in row)
    places = 0 if is_whole or not largest else max(0, digits - 1 - floor(log10(largest)))
    return tuple(tuple(_fixed(number, places) for number in row) for row in table)


def _fixed(number: float, places: int) -> str:
    text = f"{number:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "−")


def _scientific(number: float, largest: float) -> str:
    """Two digits; 0 for what is nothing beside the largest."""
    if abs(number) < 1e-6 * largest:
        return "0"
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def _draw(figure: Figure, *, tables: tuple[Table, ...], layout: _Layout, theme: Theme, size: tuple[int, int]) -> None:
    rows, columns = len(tables[0]), len(tables[0][0])
    width, height = columns * layout.cell[0], rows * layout.cell[1]
    most = max(abs(number) for table in tables for row in table for number in row) or 1.0
    shade = _Shade(SCALES[theme.name], Normalize(-most, most))
    pitch = _room(size[0], len(tables)) + GAP
    for n, (table, texts, title) in enumerate(zip(tables, layout.texts, layout.titles, strict=True)):
        left, top = (EDGE, n * (height + layout.top + EDGE)) if layout.is_stacked else (EDGE + n * pitch, 0)
        axes = axes_at(figure, left=left, top=top + layout.top, width=width, height=height)
        axes.pcolormesh(
            np.array(table),
            cmap=shade.colors,
            norm=shade.norm,
            edgecolors=theme.edge,
            linewidth=0.8 if texts[0][0] else 0.2,
            clip_on=False,
        )
        axes.invert_yaxis()
        axes.set_axis_off()
        axes.annotate(title, (0, 1), xycoords="axes fraction", xytext=(0, 6), textcoords="offset points",
                      color=theme.ink, fontsize=NORMAL, annotation_clip=False, parse_math=False)  # fmt: skip
        for i, j in np.ndindex(rows, columns):
            if texts[i][j]:
                axes.text(j + 0.5, i + 0.5, texts[i][j], ha="center", va="center_baseline", fontsize=layout.font,
                          color=shade.ink_on(table[i][j]), parse_math=False)  # fmt: skip
    beside = EDGE + width + GAP if layout.is_stacked else size[0] - BAR + 6
    _scale(figure, shade, theme, left=beside, top=layout.top, height=size[1] - layout.top - EDGE)


@dataclass(frozen=True, slots=True)
class _Shade:
    """From numbers to colours, and the colour of a text on each."""

    colors: Colormap
    norm: Normalize

    def ink_on(self, number: float) -> str:
        """The colour of a text on the cell of this number."""
        return ink_on(self.colors(float(self.norm(number))))


def _scale(figure: Figure, shade: _Shade, theme: Theme, *, left: float, top: float, height: float) -> None:
    """The bar that says which colour is which number."""
    axes = axes_at(figure, left=left, top=top, width=12, height=min(height, 160))
    most = float(shade.norm.vmax or 1)
    steps = np.linspace(-most, most, 42)
    # Some dozen rectangles, each with an edge of its own colour against seams between them, are a smooth scale.
    axes.pcolormesh(
        [0, 1], steps, ((steps[1:] + steps[:-1]) / 2)[:, None], cmap=shade.colors, norm=shade.norm,
        edgecolors="face", linewidth=0.6,
    )  # fmt: skip
    axes.set_xticks([])
    axes.yaxis.tick_right()
    levels = np.linspace(-most, most, 5 if height >= 5 * LINE else 3)
    axes.set_yticks(levels, [short(level) for level in levels.tolist()])
    axes.tick_params(colors=theme.muted, labelsize=SMALL, width=0.8)
    for spine in axes.spines.values():
        spine.set_color(theme.edge)
