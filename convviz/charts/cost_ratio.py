"""What a depthwise separable convolution costs compared with the standard one that it replaces."""

from collections.abc import Sequence
from functools import partial
from itertools import cycle
from math import log, prod
from typing import Any, Final, SupportsIndex

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from convviz.arithmetic import parse
from convviz.arithmetic.parse import Pair, PairLike
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import SMALL, Chart, axes_at, chart_theme, checked_width, dress, note, short

HEIGHT: Final = 300
LEFT: Final = 58
TOP: Final = 28
BOTTOM: Final = 48
LABEL_GAP: Final = 9
"""Pixels between the axes and the names of the asymptotes: half a marker, and some room."""

DASHES: Final = ((), (6, 2), (3, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MOST_CHANNELS: Final = 1024
TICKS: Final = tuple(digit * 10.0**power for power in range(-9, 10) for digit in (1, 2, 5))


def cost_ratio(
    out_channels: SupportsIndex,
    kernel_size: PairLike,
    *,
    channel_multiplier: SupportsIndex = 1,
    kernel_sizes: Sequence[PairLike] = (3, 5, 7),
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Draw multiplications of a depthwise separable convolution by those of a standard one: m (1 / N + 1 / (kH kW)).

    Parameters
    ----------
    out_channels : int
        N of the point that is marked.
    kernel_size : int or pair
        k of the point that is marked, for both axes or (height, width).
    channel_multiplier : int
        m, kernels for every input channel in the depthwise layer.
    kernel_sizes : sequence of int or pair
        Further kernels that have a curve. One that would run into the curve of the point is left out.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Channels, kernels, a theme or a width that cannot be drawn.

    Examples
    --------
    >>> cost_ratio(256, 5).description
    'At N = 256 and k = 5 the ratio is 0.0439. For many channels it nears 0.04.'
    """
    channels = parse.integer("out_channels", out_channels, least=1)
    multiplier = parse.integer("channel_multiplier", channel_multiplier, least=1)
    kernel = parse.pair("kernel_size", kernel_size, least=1)
    kernels = _distinct(kernel, [parse.pair("kernel_sizes", size, least=1) for size in kernel_sizes])
    ratio, limit = (short(multiplier * (share + 1 / prod(kernel))) for share in (1 / channels, 0))
    pixels = checked_width(width)
    return Chart(
        "Cost of a depthwise separable convolution by that of a standard one",
        f"At N = {channels} and k = {_side(kernel)} the ratio is {ratio}. For many channels it nears {limit}.",
        pixels,
        HEIGHT,
        partial(_draw, channels, multiplier, kernel, kernels, chart_theme(theme), pixels),
    )


def _side(kernel: Pair) -> str:
    return str(kernel[0]) if kernel[0] == kernel[1] else f"{kernel[0]}×{kernel[1]}"


def _limit(kernel: Pair, multiplier: int) -> str:
    """Return the formula of the asymptote."""
    height, width = kernel
    return f"{multiplier}/({height}·{width})" if height != width else f"{multiplier}/k² = {multiplier}/{height * width}"


def _distinct(kernel: Pair, others: list[Pair]) -> list[Pair]:
    """Return the kernel and others by their cells, without those whose names would overlap."""
    kept = [kernel]
    for other in others:
        lowest, *_, highest = sorted(map(prod, [kernel, other, *others, (1, 1)]))
        line = 13 / (HEIGHT - TOP - BOTTOM) * (log(highest / lowest) + log(2.4 / 0.75))
        if all(abs(log(prod(size) / prod(other))) > line for size in kept):
            kept.append(other)
    return sorted(kept, key=prod)


def _draw(
    channels: int, multiplier: int, kernel: Pair, kernels: list[Pair], theme: Theme, width: int, figure: Figure
) -> None:
    right = LABEL_GAP + 5 + max(text_width(_limit(size, multiplier), SMALL) for size in kernels)
    axes = axes_at(figure, left=LEFT, top=TOP, width=width - LEFT - right, height=HEIGHT - TOP - BOTTOM)
    dress(axes, theme, x="output channels N", y="separable / standard")
    most = max(MOST_CHANNELS, channels)
    limits = (0.75 * multiplier / prod(kernels[-1]), 2.4 * multiplier)
    axes.set(xscale="log", yscale="log", xlim=(1, most), ylim=limits)
    _set_ticks(axes, most)
    counts = np.geomspace(1, most, 120)
    at_limit: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": SMALL}
    for size, dashes in zip(kernels, cycle(DASHES), strict=False):
        color, ink, line = theme.muted, theme.muted, 1.4
        if size == kernel:
            color, ink, line = theme.window_edge, theme.window_ink, 2.0
        limit = multiplier / prod(size)
        axes.plot(counts, multiplier / counts + limit, color=color, linewidth=line, dashes=dashes)
        axes.axhline(limit, color=color, linewidth=0.9, alpha=0.6, linestyle=(0, (1, 2)))
        note(axes, _limit(size, multiplier), (1, limit), (LABEL_GAP, 0), color=ink, **at_limit)
    ratio = multiplier * (1 / channels + 1 / prod(kernel))
    axes.plot([channels], [ratio], marker="o", markersize=9, color=theme.window_edge, clip_on=False, zorder=5)
    # Above the axes, as any place inside may be crossed by a curve or hold the point.
    text = f"N = {channels}, k = {_side(kernel)}: {short(ratio)}"
    note(axes, text, (1, 1), (0, 6), ha="right", color=theme.window_ink, fontweight="bold")


def _set_ticks(axes: Axes, most: int) -> None:
    """Name powers of four, six at most, as plain numbers: matplotlib's 10^n would be a formula, which is slow."""
    base = 4 ** -(-round(log(most, 4)) // 5)
    axes.xaxis.set_major_locator(FixedLocator([base**n for n in range(6) if base**n <= most]))
    low, high = axes.get_ylim()
    ticks = [tick for tick in TICKS if low <= tick <= high]
    if len(ticks) > 12:  # over many powers of ten there is room for these alone
        ticks = [tick for tick in TICKS[::3] if low <= tick <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _: short(value))
