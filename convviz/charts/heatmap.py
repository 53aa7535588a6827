"""Heat maps: tables as colored cells with their numbers, a bar that explains the colors, and a caption below."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import CAPTION_LINE, NORMAL, SMALL, Chart, axes_at, note, wrapped, write_lines

EDGE: Final = 8
GAP: Final = 20
BAR: Final = 74
LOWEST_BAR: Final = 64
TALLEST_BAR: Final = 160
TITLE_LINE: Final = 15
"""Pixels: the margin, the gap between maps, the room for the bar and its height, and a line of a title."""

MOST: Final = 128
"""Rows or columns of a map, and cells of an axis."""

TALLEST: Final = 620
"""Pixels down all rows of a map, at most."""

MOST_LISTED: Final = 49
"""Numbers that a description still lists."""

FONTS: Final = (13, 12, 11, 10)
"""Font sizes of the numbers; the first that fits is taken."""

LEAST_RULED: Final = 6
"""Pixels of the smallest cells that have lines between them."""

MOST_SHAPES: Final = 1024
"""Cells that are drawn as shapes. More of them are an image, sharp at every size: as shapes they would be megabytes."""

# The lightness runs one way from 0, so that much and little differ without hue; 0 is near the page. Blue and
# orange differ with every common kind of color blindness. Of an odd number of colors, one is that of 0.
AMOUNTS: Final = {
    "light": LinearSegmentedColormap.from_list("light amounts", ["#f6f7f9", "#f3bd8b", "#b8520a", "#5c2600"], 255),
    "dark": LinearSegmentedColormap.from_list("dark amounts", ["#1a2130", "#8f5a2b", "#ffa14d", "#fff0dd"], 255),
}
"""From 0 to the largest amount, by theme."""
SIGNED: Final = {
    "light": LinearSegmentedColormap.from_list("light", ["#1f5fa8", "#9dc0e6", "#f6f7f9", "#f3bd8b", "#b8520a"], 255),
    "dark": LinearSegmentedColormap.from_list("dark", ["#74b5ff", "#35679f", "#1a2130", "#8f5a2b", "#ffa14d"], 255),
}
"""From the most negative number over 0 to the most positive one, by theme."""

Numbers = npt.NDArray[np.float64]
Color = str | Sequence[float]
"""A name or ``#rrggbb``, or red, green and blue from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become colors.

    Attributes
    ----------
    colors : Colormap
    first, last : float
        Numbers of the first and the last color. NaN has no color.
    ticks : sequence of (float, str)
        Numbers that are named next to the bar, which reaches from `first` to the last tick; none for no bar.
    """

    colors: Colormap
    first: float
    last: float
    ticks: Sequence[tuple[float, str]] = ()

    @property
    def norm(self) -> Normalize:
        """Return matplotlib's function from numbers to the range from 0 to 1."""
        return Normalize(self.first, self.last)

    def ink_on(self, number: float) -> str:
        """Return the color of a text on the cell of this number."""
        return ink_on(self.colors(float(self.norm(number))))


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Tables of one shape on one scale of colors.

    Attributes
    ----------
    tables : sequence of (str, (H, W) array)
        A title and the numbers of each.
    scale : Scale
    cell : (float, float)
        Width and height of a cell in pixels.
    theme : Theme
    width : int
        Of the chart, in pixels.
    texts : sequence of rows of str
        What is written in the cells of each table.
    font : int or None
        Size of these texts; None leaves them out.
    caption : str
    is_stacked : bool
        Whether the tables are above one another.
    left, below, title_gap : int
        Pixels to the left of the cells and below them, and between them and the title.
    mark : callable, optional
        Draws on the axes of every table, in which cell (i, j) begins at (j, i).
    """

    tables: Sequence[tuple[str, Numbers]]
    scale: Scale
    cell: tuple[float, float]
    theme: Theme
    width: int
    texts: Sequence[Sequence[Sequence[str]]] = ()
    font: int | None = None
    caption: str = ""
    is_stacked: bool = False
    left: int = EDGE
    below: int = 10
    title_gap: int = 9
    mark: Callable[[Axes, Theme], None] | None = field(default=None, repr=False)

    def chart(self, title: str, description: str) -> Chart:
        """Return the chart of these tables."""
        height = self._caption_top + len(self._lines) * CAPTION_LINE + (EDGE if self.caption else 0)
        return Chart(title, description, self.width, round(height), self._draw)

    @property
    def _size(self) -> tuple[float, float]:
        """Return width and height of one table in pixels."""
        rows, columns = self.tables[0][1].shape
        return columns * self.cell[0], rows * self.cell[1]

    @property
    def _titles(self) -> list[list[str]]:
        across = 1 if self.is_stacked else len(self.tables)
        room = self.width - 2 * EDGE if across == 1 else room_for_cells(self.width, across)
        return [wrapped(title, room, NORMAL) for title, _ in self.tables]

    @property
    def _top(self) -> int:
        """Return the pixels above the cells of a table."""
        return self.title_gap + 4 + TITLE_LINE * max(map(len, self._titles))

    @property
    def _caption_top(self) -> float:
        height = self._size[1]
        if self.is_stacked:
            return len(self.tables) * (self._top + height + self.below)
        return self._top + max(height, LOWEST_BAR if self.scale.ticks else 0) + self.below

    @property
    def _lines(self) -> list[str]:
        return wrapped(self.caption, self.width - 2 * EDGE)

    def _draw(self, figure: Figure) -> None:
        width, height = self._size
        pitch = room_for_cells(self.width, len(self.tables)) + GAP
        left, top = float(self.left), float(self._top)
        for n, (title, (_, numbers)) in enumerate(zip(self._titles, self.tables, strict=True)):
            if self.is_stacked:
                top = self._top + n * (self._top + height + self.below)
            else:
                left = self.left + n * pitch
            axes = axes_at(figure, left=left, top=top, width=width, height=height)
            draw_cells(axes, numbers, self.scale, self.theme, is_ruled=min(self.cell) >= LEAST_RULED)
            note(axes, "\n".join(title), (0, 1), (EDGE - self.left, self.title_gap), color=self.theme.ink)
            if self.font is not None:
                center: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": self.font}
                for i, j in np.ndindex(numbers.shape):
                    ink = self.scale.ink_on(float(numbers[i, j]))
                    axes.text(j + 0.5, i + 0.5, self.texts[n][i][j], color=ink, parse_math=False, **center)
            if self.mark is not None:
                self.mark(axes, self.theme)
        if self.scale.ticks:
            tallest = min(self._caption_top - self.below - self._top, TALLEST_BAR)
            right = left + width + max(16, self.title_gap + 7)
            self._draw_bar(axes_at(figure, left=right, top=self._top, width=12, height=tallest))
        write_lines(figure, self._lines, self.theme, left=EDGE, top=self._caption_top)

    def _draw_bar(self, axes: Axes) -> None:
        """Draw the bar that says which color is which number, in few enough steps for shapes instead of an image."""
        places, names = zip(*self.scale.ticks, strict=True)
        steps = np.linspace(self.scale.first, places[-1] if len(places) > 1 else self.scale.last, 49)
        mappable = ScalarMappable(self.scale.norm, self.scale.colors)
        figure = axes.get_figure()
        assert isinstance(figure, Figure)
        bar = figure.colorbar(mappable, cax=axes, boundaries=steps, spacing="proportional", ticks=places)
        assert bar.solids is not None
        bar.solids.set(edgecolor="face", linewidth=0.6)  # no seams between the steps
        bar.set_ticks(places, labels=names)
        bar.ax.tick_params(colors=self.theme.muted, labelsize=SMALL, width=0.8)
        bar.outline.set(edgecolor=self.theme.edge, linewidth=0.8)


def room_for_cells(width: int, tables: int = 1, *, left: int = EDGE, has_bar: bool = True) -> float:
    """Return the pixels across each of some tables next to one another in a chart of this width."""
    return (width - left - EDGE - BAR * has_bar - (tables - 1) * GAP) / tables


def fitting_font(texts: Iterable[str], width: float, height: float) -> int | None:
    """Return the largest font size with which all texts fit into a cell, None if there is none."""
    texts = set(texts)
    for size in FONTS:
        if size + 3 <= height and max(text_width(text, size) for text in texts) <= width - 3:
            return size
    return None


def draw_cells(axes: Axes, numbers: Numbers, scale: Scale, theme: Theme, *, is_ruled: bool) -> None:
    """Fill axes with cells, cell (i, j) from (j, i) on, with lines around all of them if they are ruled."""
    rows, columns = numbers.shape
    axes.set_axis_off()
    style: dict[str, Any] = {"cmap": scale.colors, "norm": scale.norm, "clip_on": False}
    if numbers.size <= MOST_SHAPES:
        axes.pcolormesh(numbers, **style)
    else:
        axes.imshow(numbers, extent=(0, columns, rows, 0), aspect="auto", interpolation="none", **style)
    axes.set(xlim=(0, columns), ylim=(rows, 0))
    if is_ruled:
        axes.vlines(range(columns + 1), 0, rows, colors=theme.edge, linewidth=0.5, clip_on=False)
        axes.hlines(range(rows + 1), 0, columns, colors=theme.edge, linewidth=0.5, clip_on=False)
    else:
        axes.add_patch(Rectangle((0, 0), columns, rows, facecolor="none", edgecolor=theme.edge, clip_on=False))


def ink_on(color: Color) -> str:
    """Return black or white, whichever has more contrast: it is at least 4.5 to 1, as WCAG 2.2 asks for text.

    >>> ink_on("#ffffff"), ink_on((0.1, 0.1, 0.3))
    ('#000000', '#ffffff')
    """
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, color))


def contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of two colors, as WCAG 2.2 defines it.

    >>> contrast("black", "white")
    21.0
    """
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: Color) -> float:
    """Return the relative luminance of a color, from 0 for black to 1 for white."""
    channels = to_rgb(color if isinstance(color, str) else (color[0], color[1], color[2]))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
