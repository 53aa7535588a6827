"""The map of kernel sizes and strides: how uneven each pair overlaps."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from math import isfinite
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width
from .contrast import ink_on
from .painting import CAPTION_LINE, RINGS, amount_color, wrapped, write_lines

MOST: Final = 32

LEFT: Final = 44
RIGHT: Final = 10
TOP: Final = 26
BELOW: Final = 42
LOWEST_CELL: Final = 22
WIDEST_CELL: Final = 48
TALLEST_CELL: Final = 30
SIZES: Final = (12, 11, 10, 9)

Number = Fraction | float
Ratios = tuple[tuple[float, ...], ...]


def ratio_map(
    kernel_sizes: Sequence[int],
    strides: Sequence[int],
    ratios: Sequence[Sequence[Number]],
    *,
    current: tuple[int, int] | None = None,
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Ratios of the largest count to the smallest, for every pair of a kernel size and a stride.

    Parameters
    ----------
    kernel_sizes, strides : Columns and rows, up to 32 of either.
    ratios : One row for each stride, with one number for each kernel size: at least 1, or `inf`.
    current : The (kernel size, stride) that is ringed, or None.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Numbers that cannot be, a pair that is not in the map, an unknown theme, or a width too small.

    Examples
    --------
    >>> ratio_map([3, 4], [2], [[4, 1]], current=(3, 2)).description
    'Even (ratio 1): k = 4 with s = 2. Ringed: k = 3, s = 2, ratio 4.'
    """
    kernels, steps = tuple(map(int, kernel_sizes)), tuple(map(int, strides))
    rows = tuple(tuple(map(float, row)) for row in ratios)
    _check(kernels, steps, rows)
    if current is not None and (current[0] not in kernels or current[1] not in steps):
        raise SpecError(f"current must be a kernel size and a stride of the map; got {current}.")
    pixels = checked_width(width)
    wide = min(WIDEST_CELL, (pixels - LEFT - RIGHT) / len(kernels))
    cell = (wide, max(LOWEST_CELL, min(TALLEST_CELL, wide)))
    ringed = _ringed(kernels, steps, rows, current)
    words = "Underlined: even, every cell gets as much. ∞: some cells get nothing."
    lines = [*wrapped(words, pixels - LEFT - RIGHT), *wrapped(ringed, pixels - LEFT - RIGHT)]
    height = TOP + len(steps) * cell[1] + BELOW + len(lines) * CAPTION_LINE
    return Chart(
        title="Ratio of the largest count to the smallest, by kernel size and stride",
        description=" ".join(filter(None, [_told(kernels, steps, rows), ringed])),
        width=pixels,
        height=round(height),
        draw=partial(_draw, kernels=kernels, steps=steps, rows=rows, current=current, cell=cell, lines=lines,
                     theme=chart_theme(theme)),
    )  # fmt: skip


def _check(kernels: tuple[int, ...], steps: tuple[int, ...], rows: Ratios) -> None:
    if not 1 <= min(len(kernels), len(steps)) <= max(len(kernels), len(steps)) <= MOST:
        got = f"{len(kernels)} and {len(steps)}"
        raise SpecError(f"kernel_sizes and strides must be 1 to {MOST} numbers each; got {got}.")
    if [len(row) for row in rows] != [len(kernels)] * len(steps) or not all(n >= 1 for row in rows for n in row):
        raise SpecError("ratios must be a row for each stride of numbers of at least 1 for each kernel size.")


def _ringed(kernels: tuple[int, ...], steps: tuple[int, ...], rows: Ratios, current: tuple[int, int] | None) -> str:
    if current is None:
        return ""
    number = rows[steps.index(current[1])][kernels.index(current[0])]
    return f"Ringed: k = {current[0]}, s = {current[1]}, ratio {_text(number, 2)}."


def _told(kernels: tuple[int, ...], steps: tuple[int, ...], rows: Ratios) -> str:
    even = []
    for step, row in zip(steps, rows, strict=True):
        some = [str(kernel) for kernel, number in zip(kernels, row, strict=True) if number == 1]
        if some:
            even.append(f"k = {', '.join(some)} with s = {step}")
    return f"Even (ratio 1): {'; '.join(even) or 'none'}."


def _text(number: float, places: int) -> str:
    """A ratio with so many places, and none where it is whole; one that is not 1 never reads 1.

    >>> _text(4, 2), _text(2.25, 1), _text(1.0404, 1), _text(float("inf"), 1)
    ('4', '2.2', '1.04', '∞')
    """
    if not isfinite(number):
        return "∞"
    text = f"{number:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _text(number, places + 1) if text == "1" and number != 1 else text


def _fitting(rows: Ratios, wide: float) -> tuple[int, int]:
    """Places and the size of the font with which all numbers fit into their cells; the least of both if none does."""
    for places in (2, 1, 0):
        texts = {_text(number, places) for row in rows for number in row}
        for size in SIZES:
            if max(text_width(text, size, bold=True) for text in texts) <= wide - 2:
                return places, size
    return 0, SIZES[-1]


def _draw(
    figure: Figure, *, kernels: tuple[int, ...], steps: tuple[int, ...], rows: Ratios, current: tuple[int, int] | None,
    cell: tuple[float, float], lines: list[str], theme: Theme,
) -> None:  # fmt: skip
    width, height = len(kernels) * cell[0], len(steps) * cell[1]
    axes = axes_at(figure, left=LEFT, top=TOP, width=width, height=height)
    axes.set(xlim=(0, len(kernels)), ylim=(len(steps), 0))
    most = max([number for row in rows for number in row if isfinite(number)], default=1)
    places, size = _fitting(rows, cell[0])
    for i, row in enumerate(rows):
        for j, number in enumerate(row):
            if number == 1:
                color, ink = theme.output, theme.ink
            elif isfinite(number):
                color = amount_color(theme, 0.2 + 0.45 * (number - 1) / (most - 1))
                ink = ink_on(color)
            else:
                color, ink = theme.padding, theme.muted
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=color, edgecolor=theme.edge, linewidth=0.6,
                                     clip_on=False))  # fmt: skip
            if cell[0] >= 12:
                axes.text(j + 0.5, i + 0.5, _text(number, places), ha="center", va="center_baseline", fontsize=size,
                          color=ink, fontweight="bold" if number == 1 else "normal")  # fmt: skip
            if number == 1:
                low = i + 0.5 + (size / 2 + 3) / cell[1]
                axes.plot([j + 0.3, j + 0.7], [low, low], color=theme.ink, linewidth=1.8, clip_on=False)
    if current is not None:
        j, i = kernels.index(current[0]), steps.index(current[1])
        for color, line in ((theme.page, 5.5), (RINGS[theme.name], 3.0)):
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor="none", edgecolor=color, linewidth=line, zorder=5,
                                     joinstyle="round", clip_on=False))  # fmt: skip
    _name_axes(axes, kernels, steps, cell, theme)
    write_lines(figure, lines, theme, left=LEFT, top=TOP + height + BELOW - 2)


def _name_axes(
    axes: Axes, kernels: tuple[int, ...], steps: tuple[int, ...], cell: tuple[float, float], theme: Theme
) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)
    every = -(-20 // cell[0])
    axes.set_xticks([j + 0.5 for j in range(len(kernels))],
                    [str(kernel) if j % every == 0 else "" for j, kernel in enumerate(kernels)])  # fmt: skip
    axes.set_yticks([i + 0.5 for i in range(len(steps))], list(map(str, steps)))
    axes.tick_params(colors=theme.muted, labelsize=SMALL, length=0, pad=5)
    axes.set_xlabel("kernel size k", color=theme.ink, fontsize=NORMAL)
    axes.annotate("stride s", (0, 1), xycoords="axes fraction", xytext=(-LEFT + 8, 8), textcoords="offset points",
                  color=theme.ink, fontsize=NORMAL, annotation_clip=False)  # fmt: skip
