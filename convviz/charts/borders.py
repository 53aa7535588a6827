"""What borders do to a node: the outputs that a cell of the input reaches, and the share of padding in each output."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import NORMAL, Chart, axes_at, chart_theme, checked_width, dress, note
from .gridding import READ
from .heatmap import EDGE, MOST, HeatMap, Scale

WIDEST_CELL: Final = 24
TALLEST: Final = 300
"""Pixels across a cell, and down all of them, at most."""

LEFT: Final = 58
TOP: Final = 30
PANEL: Final = 96
PITCH: Final = 176
"""Pixels: the margin of the shares, the room for the name of an axis, the bars, and from one axis to the next."""


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
