"""Stacks of layers on the same input: which cells one of the outputs reads, and how many outputs there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import CAPTION_LINE, SMALL, Chart, axes_at, chart_theme, checked_width, note, wrapped, write_lines
from .heatmap import EDGE, Scale, draw_cells

MOST: Final = 8
"""Stacks in one chart."""

GAP: Final = 24
NAME: Final = 24
LINES: Final = 3
WIDE: Final = 560
WIDEST: Final = 170
"""Pixels: the gaps between maps, the room for a name above a map; lines of text below it; the width from
which on all maps are in one row; and pixels of the widest map.
"""

CAPTION: Final = (
    "Filled: cells that the output with the large dot reads, in the frame that they span. Each dot is one output, in "
    "the middle of what it sees."
)


@dataclass(frozen=True, slots=True)
class OutputMap:
    """What a stack makes of an input.

    Attributes
    ----------
    name : str
        What is written above its map.
    read : bool array
        (H, W), which cells of the input one output reads.
    centers : pair of arrays
        The rows and the columns in the middle of what the outputs see.
    shown : (int, int)
        Which output that one is.
    """

    name: str
    read: npt.NDArray[np.bool_]
    centers: tuple[npt.ArrayLike, npt.ArrayLike]
    shown: tuple[int, int]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The first row and column of the cells that are read, and how many rows and columns they span."""
        rows, columns = (np.flatnonzero(self.read.any(axis=1 - axis)) for axis in (0, 1))
        return int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1

    @property
    def lines(self) -> list[str]:
        """How far the output sees, how many of these cells it reads, and how many outputs there are."""
        _, _, height, width = self.box
        rows, columns = map(np.size, self.centers)
        cells = f"reads {np.count_nonzero(self.read)} of these {height * width}"
        return [f"sees {height} × {width} cells", cells, f"{rows} × {columns} outputs"]


def output_maps(maps: Sequence[OutputMap], *, title: str, theme: str = "light", width: int = 720) -> Chart:
    """Draw a map of the input for each stack: the cells that one output reads, and a dot for each output.

    Parameters
    ----------
    maps : sequence of OutputMap
        From 1 to 8, of inputs of one size.
    title : str
        What the chart is about.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        No maps, or too many; a theme or a width that cannot be drawn.

    Examples
    --------
    >>> one = OutputMap("stride 2", np.ones((3, 3), bool), ([1], [1]), (0, 0))
    >>> output_maps([one], title="Outputs").description
    'stride 2: one output sees 3 × 3 cells, reads 9 of these 9; 1 × 1 outputs.'
    """
    if not 1 <= len(maps) <= MOST:
        raise SpecError(f"maps must be 1 to {MOST}; got {len(maps)}.")
    pixels = checked_width(width)
    across = len(maps) if pixels >= WIDE else min(2, len(maps))
    side = min(WIDEST, (pixels - 2 * EDGE - (across - 1) * GAP) / across)
    height = side * maps[0].read.shape[0] / maps[0].read.shape[1] + NAME + LINES * CAPTION_LINE + GAP
    caption = wrapped(CAPTION, pixels - 2 * EDGE)
    words = (f"{each.name}: one output {each.lines[0]}, {each.lines[1]}; {each.lines[2]}." for each in maps)
    return Chart(
        title,
        " ".join(words),
        pixels,
        round(height * -(-len(maps) // across) + len(caption) * CAPTION_LINE + EDGE),
        partial(_draw, tuple(maps), across, side, height, caption, chart_theme(theme)),
    )


def _draw(
    maps: Sequence[OutputMap],
    across: int,
    side: float,
    height: float,
    caption: list[str],
    theme: Theme,
    figure: Figure,
) -> None:
    scale = Scale(ListedColormap([theme.window]), 0, 1)
    for number, each in enumerate(maps):
        row, column = divmod(number, across)
        rows, columns = each.read.shape
        left, top = EDGE + column * (side + GAP), row * height + NAME
        axes = axes_at(figure, left=left, top=top, width=side, height=side * rows / columns)
        draw_cells(axes, np.where(each.read, 1.0, np.nan), scale, theme, is_ruled=True)
        first, start, down, wide = each.box
        frame = Rectangle((start, first), wide, down, fill=False, ec=theme.window_edge, lw=2, clip_on=False, zorder=3)
        axes.add_patch(frame)
        ys, xs = np.meshgrid(*each.centers, indexing="ij") + np.array(0.5)
        dots: dict[str, Any] = {"ls": "", "marker": "o", "color": theme.ink, "clip_on": False}
        axes.plot(xs.ravel(), ys.ravel(), ms=0.3 * side / columns, mew=0, **dots)
        axes.plot(xs[each.shown], ys[each.shown], ms=0.8 * side / columns, mew=1.5, mec=theme.page, **dots)
        note(axes, each.name, (0, 1), (0, 7), color=theme.ink, fontsize=SMALL, fontweight="bold")
        for k, line in enumerate(each.lines):
            note(axes, line, (0, 0), (0, -15 - k * CAPTION_LINE), color=theme.ink, fontsize=SMALL)
    write_lines(figure, caption, theme, left=EDGE, top=height * -(-len(maps) // across))
