"""Stamps along one axis, each a step further, and how many of them write each cell."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from convviz.arithmetic.quoting import shown
from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress
from .counts import MOST, count_text
from .painting import CAPTION_LINE, wrapped, write_lines

MOST_STAMPS: Final = 64

LEFT: Final = 58
RIGHT: Final = 12
TOP: Final = 26
BETWEEN: Final = 30
BARS: Final = 130
BELOW: Final = 44
"""Pixels: the margins, the gap between stamps and bars, the bars, and the names below them."""

BORDER_WORDS: Final = "Dashed bars: near the border the counts differ from those far from it."

Stamps = tuple[tuple[int, ...], ...]


def stamp_bars(
    counts: Sequence[int],
    stamps: Sequence[Sequence[int]] = (),
    *,
    border: Sequence[bool] | None = None,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Counts along one axis as bars, and above them the stamps that are counted.

    Parameters
    ----------
    counts : For each output cell an integer of at least 0, up to 128 of them.
    stamps : For each input cell the output cells that its stamp writes, ascending; up to 64 stamps. Without any there
        are bars alone.
    border : For each output cell whether it counts other than it would without the border; such bars are dashed.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Numbers that cannot be, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> stamp_bars([1, 1, 2, 1, 1], [range(0, 3), range(2, 5)]).description
    'Input cell 0 writes 0, 1, 2; 1 writes 2, 3, 4. Counts: 1, 1, 2, 1, 1.'
    """
    numbers, rows = _counts(counts), tuple(tuple(stamp) for stamp in stamps)
    if len(rows) > MOST_STAMPS or any(not 0 <= cell < len(numbers) for row in rows for cell in row):
        raise SpecError(f"stamps must be at most {MOST_STAMPS}, on the cells that are counted; got {len(rows)}.")
    flags = (False,) * len(numbers) if border is None else tuple(map(bool, border))
    if len(flags) != len(numbers):
        raise SpecError(f"border must have one flag for each count; got {len(flags)} for {len(numbers)}.")
    pixels = checked_width(width)
    lines = wrapped(BORDER_WORDS, pixels - LEFT - RIGHT) if any(flags) else []
    pitch = max(5, min(20, 240 // max(1, len(rows))))
    height = TOP + (len(rows) * pitch + BETWEEN if rows else 0) + BARS + BELOW + len(lines) * CAPTION_LINE
    return Chart(
        title="Stamps, and how many of them write each cell" if rows else "Paths into each cell along one axis",
        description=_told(numbers, rows) + (f" {BORDER_WORDS}" if lines else ""),
        width=pixels,
        height=height,
        draw=partial(_draw, counts=numbers, stamps=rows, flags=flags, lines=lines, pitch=pitch,
                     theme=chart_theme(theme), size=(pixels, height)),
    )  # fmt: skip


def _counts(counts: Sequence[int]) -> tuple[int, ...]:
    array = np.array(counts, object)
    numbers = tuple(int(number) for number in array.flat if isinstance(number, int | np.integer) and number >= 0)
    if array.ndim != 1 or not 1 <= len(numbers) <= MOST or len(numbers) < len(array):
        raise SpecError(f"counts must be 1 to {MOST} integers of at least 0; got {shown(counts)}.")
    return numbers


def _told(counts: tuple[int, ...], stamps: Stamps) -> str:
    listed = f"Counts: {', '.join(map(count_text, counts))}."
    if not stamps or sum(map(len, stamps)) > 49:
        return listed
    written = (f"{n} writes {', '.join(map(str, row)) or 'nothing'}" for n, row in enumerate(stamps))
    return f"Input cell {'; '.join(written)}. {listed}"


def _draw(
    figure: Figure, *, counts: tuple[int, ...], stamps: Stamps, flags: tuple[bool, ...], lines: list[str], pitch: int,
    theme: Theme, size: tuple[int, int],
) -> None:  # fmt: skip
    across, top = size[0] - LEFT - RIGHT, TOP
    if stamps:
        axes = axes_at(figure, left=LEFT, top=top, width=across, height=len(stamps) * pitch)
        _draw_stamps(axes, stamps, len(counts), pitch, theme)
        top += len(stamps) * pitch + BETWEEN
    axes = axes_at(figure, left=LEFT, top=top, width=across, height=BARS)
    dress(axes, theme, x="output cell", y="paths")
    _draw_bars(axes, counts, flags, across / len(counts), theme)
    write_lines(figure, lines, theme, left=LEFT, top=top + BARS + BELOW - 4)


def _draw_stamps(axes: Axes, stamps: Stamps, cells: int, pitch: int, theme: Theme) -> None:
    """One row for each input cell, the first on top; a line joins what a dilated kernel leaves out."""
    axes.set(xlim=(-0.5, cells - 0.5), ylim=(len(stamps), 0))
    axes.set_axis_off()
    every = -(-13 // pitch)
    for n, stamp in enumerate(stamps):
        middle, high = n + 0.5, 1 - 3 / pitch
        if stamp:
            axes.plot([stamp[0], stamp[-1]], [middle, middle], color=theme.window_edge, linewidth=1, zorder=1)
        for cell in stamp:
            axes.add_patch(Rectangle((cell - 0.46, middle - high / 2), 0.92, high, facecolor=theme.window,
                                     edgecolor=theme.window_edge, linewidth=1, clip_on=False, zorder=2))  # fmt: skip
        if n % every == 0:
            axes.annotate(str(n), (0, middle), xycoords=("axes fraction", "data"), xytext=(-8, 0), ha="right",
                          va="center_baseline", textcoords="offset points", color=theme.muted, fontsize=SMALL,
                          annotation_clip=False)  # fmt: skip
    lines = [[(edge - 0.5, 0), (edge - 0.5, len(stamps))] for edge in range(cells + 1)]
    axes.add_collection(LineCollection(lines, colors=theme.edge, alpha=0.35, linewidths=0.5, zorder=0, clip_on=False))
    axes.annotate("stamp of input cell", (0, 1), xycoords="axes fraction", xytext=(-LEFT + 8, 8), fontsize=NORMAL,
                  textcoords="offset points", color=theme.ink, annotation_clip=False)  # fmt: skip


def _draw_bars(axes: Axes, counts: tuple[int, ...], flags: tuple[bool, ...], pitch: float, theme: Theme) -> None:
    most = max(counts) or 1
    for cell, (count, is_border) in enumerate(zip(counts, flags, strict=True)):
        if count:
            axes.add_patch(Rectangle(
                (cell - 0.42, 0), 0.84, count / most, facecolor="none" if is_border else theme.window,
                edgecolor=theme.window_edge, linewidth=1.2, linestyle=(0, (3, 2)) if is_border else "-", zorder=3,
            ))  # fmt: skip
    axes.set(xlim=(-0.5, len(counts) - 0.5), ylim=(0, 1.18))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    ticks = list(range(most + 1)) if most <= 5 else [0, most // 2, most]
    axes.set_yticks([tick / most for tick in ticks], [count_text(tick) for tick in ticks])
    if max(text_width(count_text(count), SMALL) for count in counts) + 1 <= pitch:
        for cell, count in enumerate(counts):
            axes.annotate(count_text(count), (cell, count / most), xytext=(0, 4), textcoords="offset points",
                          ha="center", color=theme.ink, fontsize=SMALL, annotation_clip=False)  # fmt: skip
