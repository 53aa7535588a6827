"""What a depthwise separable convolution costs of the standard one in whose place it stands."""

from collections.abc import Sequence
from functools import partial
from math import log, prod
from typing import Final, SupportsIndex

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from convviz.arithmetic import parse
from convviz.arithmetic.parse import Pair, PairLike
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, short

HEIGHT: Final = 300
LEFT: Final = 58
TOP: Final = 28
BOTTOM: Final = 48
LABEL_GAP: Final = 9
"""Pixels between the axes and the names of the asymptotes: half a marker, and air."""

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
    """Multiplications of a depthwise separable convolution by those of a standard one: m (1 / N + 1 / (kH kW)).

    Parameters
    ----------
    out_channels, kernel_size : N and k, an int or (height, width), of the point that is marked.
    channel_multiplier : m, kernels for every input channel in the depthwise layer.
    kernel_sizes : Further kernels that have a curve. One that would run into the curve of the point is left out.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Channels or kernels that cannot be, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> cost_ratio(256, 5).description
    'At N = 256 and k = 5 the ratio is 0.0439. For many channels it nears 0.04.'
    """
    channels = parse.integer("out_channels", out_channels, least=1)
    multiplier = parse.integer("channel_multiplier", channel_multiplier, least=1)
    kernel = parse.pair("kernel_size", kernel_size, least=1)
    kernels = [parse.pair("kernel_sizes", one, least=1) for one in kernel_sizes]
    point = f"N = {channels} and k = {_side(kernel)}"
    limit = short(multiplier / prod(kernel))
    pixels = checked_width(width)
    return Chart(
        title="Cost of a depthwise separable convolution by that of a standard one",
        description=f"At {point} the ratio is {short(_ratio(channels, kernel, multiplier))}."
        f" For many channels it nears {limit}.",
        width=pixels,
        height=HEIGHT,
        draw=partial(
            _draw,
            channels=channels,
            multiplier=multiplier,
            kernel=kernel,
            kernels=_apart(kernel, kernels),
            theme=chart_theme(theme),
            width=pixels,
        ),
    )


def _ratio(channels: float, kernel: Pair, multiplier: int) -> float:
    return multiplier * (1 / channels + 1 / prod(kernel))


def _side(kernel: Pair) -> str:
    return str(kernel[0]) if kernel[0] == kernel[1] else f"{kernel[0]}×{kernel[1]}"


def _limit(kernel: Pair, multiplier: int) -> str:
    """The asymptote in words."""
    height, width = kernel
    if height != width:
        return f"{multiplier}/({height}·{width})"
    return f"{multiplier}/k² = {multiplier}/{height * width}"


def _apart(kernel: Pair, others: list[Pair]) -> list[Pair]:
    """The kernel and others by their cells, without those whose names would stand in one another's way."""
    kept = [kernel]
    for other in others:
        lowest, *_, highest = sorted(map(prod, [kernel, other, *others, (1, 1)]))
        line = 13 / (HEIGHT - TOP - BOTTOM) * (log(highest / lowest) + log(2.4 / 0.75))
        if all(abs(log(prod(one) / prod(other))) > line for one in kept):
            kept.append(other)
    return sorted(kept, key=prod)


def _draw(
    figure: Figure, *, channels: int, multiplier: int, kernel: Pair, kernels: list[Pair], theme: Theme, width: int
) -> None:
    right = LABEL_GAP + 5 + max(text_width(_limit(one, multiplier), SMALL) for one in kernels)
    axes = axes_at(figure, left=LEFT, top=TOP, width=width - LEFT - right, height=HEIGHT - TOP - BOTTOM)
    dress(axes, theme, x="output channels N", y="separable / standard")
    axes.set(xscale="log", yscale="log")
    most = max(MOST_CHANNELS, channels)
    axes.set_xlim(1, most)
    axes.set_ylim(0.75 * multiplier / prod(kernels[-1]), 2.4 * multiplier)
    _ticks(axes, most)
    counts = np.geomspace(1, most, 120)
    for n, one in enumerate(kernels):
        color, ink, line = (
            (theme.window_edge, theme.window_ink, 2.0) if one == kernel else (theme.muted, theme.muted, 1.4)
        )
        ratios = [_ratio(count, one, multiplier) for count in counts.tolist()]
        axes.plot(counts, ratios, color=color, linewidth=line, dashes=DASHES[n % len(DASHES)])
        limit = multiplier / prod(one)
        axes.axhline(limit, color=color, linewidth=0.9, alpha=0.6, linestyle=(0, (1, 2)))
        axes.annotate(
            _limit(one, multiplier), (1, limit), xycoords=("axes fraction", "data"), xytext=(LABEL_GAP, 0),
            textcoords="offset points", va="center", color=ink, fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip
    ratio = _ratio(channels, kernel, multiplier)
    axes.plot([channels], [ratio], marker="o", markersize=9, color=theme.window_edge, clip_on=False, zorder=5)
    # Above the axes, for any place inside is one to which some curve or the point comes.
    axes.annotate(
        f"N = {channels}, k = {_side(kernel)}: {short(ratio)}", (1, 1), xycoords="axes fraction", xytext=(0, 6),
        textcoords="offset points", ha="right", color=theme.window_ink, fontsize=NORMAL, fontweight="bold",
        annotation_clip=False,
    )  # fmt: skip


def _ticks(axes: Axes, most: int) -> None:
    """Powers of four, six at most, as plain numbers: matplotlib's 10^n would be set as a formula, which is slow."""
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
