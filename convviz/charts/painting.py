"""What charts of many cells share: colours from little to much, cells painted in few shapes, lines of words."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import PIXEL, SMALL

# The lightness runs one way, so that much and little can be told apart without any colour; little is near the page.
AMOUNTS: Final = {
    "light": LinearSegmentedColormap.from_list("light amounts", ["#f6f7f9", "#f3bd8b", "#b8520a", "#5c2600"], 255),
    "dark": LinearSegmentedColormap.from_list("dark amounts", ["#1a2130", "#8f5a2b", "#ffa14d", "#fff0dd"], 255),
}
"""From nothing to the most that there is."""

RINGS: Final = {"light": "#1f5fa8", "dark": "#74b5ff"}
"""Rings stand on any of the amounts: their own colour, with an edge of the page's."""

CAPTION_LINE: Final = 14


def amount_color(theme: Theme, share: float) -> str:
    """The colour of a share of the most, from 0 to 1."""
    return to_hex(AMOUNTS[theme.name](share))


def paint(axes: Axes, numbers: npt.NDArray[Any], colors: Mapping[Any, str]) -> None:
    """Fill the cells of a table, cell (i, j) from (j, i) on: all of one number are one shape, and runs one rectangle.

    Without smoothing at the edges there are no seams between neighbours.
    """
    for number, color in colors.items():
        vertices: list[tuple[float, float]] = []
        for i, row in enumerate(numbers == number):
            edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
            for first, end in edges.reshape(-1, 2).tolist():
                vertices += [(first, i), (end, i), (end, i + 1), (first, i + 1), (first, i)]
        if vertices:
            codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(vertices) // 5)
            shape = Path(vertices, codes)
            axes.add_patch(PathPatch(shape, facecolor=color, edgecolor="none", antialiased=False, clip_on=False))


def wrapped(text: str, room: float, size: int = SMALL) -> list[str]:
    """A text in as many lines as it needs."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def write_lines(figure: Figure, lines: list[str], theme: Theme, *, left: float, top: float) -> None:
    """Lines of words, from so many pixels below the top of the figure on."""
    width, height = (float(inches) / PIXEL for inches in figure.get_size_inches())
    for n, line in enumerate(lines):
        figure.text(left / width, 1 - (top + n * CAPTION_LINE + 11) / height, line, color=theme.ink, fontsize=SMALL,
                    va="baseline", parse_math=False)  # fmt: skip


def scale_bar(axes: Axes, theme: Theme, ticks: list[tuple[float, str]], *, reach: float = 1, steps: int = 48) -> None:
    """Fill narrow axes with all amounts, up to `reach` of their colours, and name some by their share of the most."""
    levels = np.arange(steps)[:, None]
    colors = {n: amount_color(theme, reach * (n + 0.5) / steps) for n in range(steps)}
    paint(axes, levels, colors)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, steps)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.set_yticks([share * steps for share, _ in ticks], [text for _, text in ticks])
    axes.tick_params(colors=theme.muted, labelsize=SMALL, width=0.8)
    for spine in axes.spines.values():
        spine.set_color(theme.edge)
