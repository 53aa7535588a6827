"""What a depthwise separable convolution costs of the standard one in whose place it stands."""

from collections.abc import Sequence
from functools import partial
from math import log
from typing import Final, SupportsIndex

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from ..arithmetic import parse
from ..scene.theme import Theme
from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, short

HEIGHT: Final = 300
LEFT: Final = 58
RIGHT: Final = 84
TOP: Final = 28
BOTTOM: Final = 48
DASHES: Final = ((), (6, 2), (3, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MOST_CHANNELS: Final = 1024
TICKS: Final = (2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002)


def cost_ratio(
    out_channels: SupportsIndex,
    kernel_size: SupportsIndex,
    *,
    kernel_sizes: Sequence[SupportsIndex] = (3, 5, 7),
    theme: str = "light",
    width: int = 480,
) -> Chart:
    """Multiplications of a depthwise separable convolution by those of a standard one: 1 / N + 1 / k^2.

    Parameters
    ----------
    out_channels, kernel_size : N and k of the point that is marked.
    kernel_sizes : Sides of square kernels that have a curve; that of the point always has.
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
    kernel = parse.integer("kernel_size", kernel_size, least=1)
    kernels = {parse.integer("kernel_sizes", one, least=1) for one in kernel_sizes}
    ratio = 1 / channels + 1 / kernel**2
    return Chart(
        title="Cost of a depthwise separable convolution by that of a standard one",
        description=f"At N = {channels} and k = {kernel} the ratio is {short(ratio)}."
        f" For many channels it nears {short(1 / kernel**2)}.",
        width=checked_width(width),
        height=HEIGHT,
        draw=partial(
            _draw,
            channels=channels,
            kernel=kernel,
            kernels=sorted({*kernels, kernel}),
            theme=chart_theme(theme),
            width=width,
        ),
    )


def _draw(figure: Figure, *, channels: int, kernel: int, kernels: list[int], theme: Theme, width: int) -> None:
    axes = axes_at(figure, left=LEFT, top=TOP, width=width - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM)
    dress(axes, theme, x="output channels N", y="separable / standard")
    axes.set(xscale="log", yscale="log")
    most = max(MOST_CHANNELS, channels)
    axes.set_xlim(1, most)
    axes.set_ylim(0.75 / max(kernels) ** 2, 2.4)
    _ticks(axes, most)
    counts = np.geomspace(1, most, 120)
    for dashes, side in zip(DASHES * len(kernels), kernels, strict=False):
        is_current = side == kernel
        color = theme.window_edge if is_current else theme.muted
        axes.plot(counts, 1 / counts + 1 / side**2, color=color, linewidth=2 if is_current else 1.4, dashes=dashes)
        axes.axhline(1 / side**2, color=color, linewidth=0.9, alpha=0.6, linestyle=(0, (1, 2)))
        axes.annotate(
            f"1/k² = 1/{side**2}", (1, 1 / side**2), xycoords=("axes fraction", "data"), xytext=(9, 0),
            textcoords="offset points", va="center", color=theme.window_ink if is_current else theme.muted,
            fontsize=SMALL, annotation_clip=False,
        )  # fmt: skip
    axes.plot([channels], [1 / channels + 1 / kernel**2], marker="o", markersize=9, color=theme.window_edge,
              clip_on=False, zorder=5)  # fmt: skip
    # Above the axes, for any place inside is one to which some curve or the point comes.
    axes.annotate(
        f"N = {channels}, k = {kernel}: {short(1 / channels + 1 / kernel**2)}", (1, 1), xycoords="axes fraction",
        xytext=(0, 6), textcoords="offset points", ha="right", color=theme.window_ink, fontsize=NORMAL,
        fontweight="bold", annotation_clip=False,
    )  # fmt: skip


def _ticks(axes: Axes, most: int) -> None:
    """Powers of four, six at most, as plain numbers: matplotlib's 10^n would be set as a formula, which is slow."""
    base = 4 ** -(-round(log(most, 4)) // 5)
    axes.xaxis.set_major_locator(FixedLocator([base**n for n in range(6) if base**n <= most]))
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _: short(value))
