"""Curves: the cost of a depthwise separable convolution, and the growth of the receptive field."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from math import log, prod
from typing import Any, Final, SupportsIndex

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from convviz.arithmetic import arguments
from convviz.arithmetic.arguments import Pair, PairLike
from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, note, short

COST_HEIGHT: Final = 300
COST_LEFT: Final = 58
COST_TOP: Final = 28
COST_BOTTOM: Final = 48
LABEL_GAP: Final = 9
"""Pixels between the axes and the names of the asymptotes: half a marker, and some room."""

DASHES: Final = ((), (6, 2), (3, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MOST_CHANNELS: Final = 1024
TICKS: Final = tuple(digit * 10.0**power for power in range(-9, 10) for digit in (1, 2, 5))

GROWTH_PANEL: Final = 230
GROWTH_LEFT: Final = 62
GROWTH_TOP: Final = 42
GROWTH_BOTTOM: Final = 50
GROWTH_GAP: Final = 14
WIDE: Final = 560
"""Pixels of a panel's height, of the room around it, and of the width from which on panels are next to each other."""

STEEP: Final = 40
EARLY: Final = 8
"""The scale is logarithmic where the largest size is at least `STEEP` times the smallest, and `EARLY` times that after
half of the layers, as in exponential growth. Linear growth stays a straight line, however far it goes.
"""

POINTS: Final = 24
"""With more layers the points are left out."""


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
    channels = arguments.integer("out_channels", out_channels, least=1)
    multiplier = arguments.integer("channel_multiplier", channel_multiplier, least=1)
    kernel = arguments.pair("kernel_size", kernel_size, least=1)
    kernels = _distinct(kernel, [arguments.pair("kernel_sizes", size, least=1) for size in kernel_sizes])
    ratio, limit = (short(multiplier * (share + 1 / prod(kernel))) for share in (1 / channels, 0))
    pixels = checked_width(width)
    return Chart(
        "Cost of a depthwise separable convolution by that of a standard one",
        f"At N = {channels} and k = {_side(kernel)} the ratio is {ratio}. For many channels it nears {limit}.",
        pixels,
        COST_HEIGHT,
        partial(_draw_costs, channels, multiplier, kernel, kernels, chart_theme(theme), pixels),
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
        line = 13 / (COST_HEIGHT - COST_TOP - COST_BOTTOM) * (log(highest / lowest) + log(2.4 / 0.75))
        if all(abs(log(prod(size) / prod(other))) > line for size in kept):
            kept.append(other)
    return sorted(kept, key=prod)


def _draw_costs(
    channels: int, multiplier: int, kernel: Pair, kernels: list[Pair], theme: Theme, width: int, figure: Figure
) -> None:
    right = LABEL_GAP + 5 + max(text_width(_limit(size, multiplier), SMALL) for size in kernels)
    axes = axes_at(
        figure,
        left=COST_LEFT,
        top=COST_TOP,
        width=width - COST_LEFT - right,
        height=COST_HEIGHT - COST_TOP - COST_BOTTOM,
    )
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


@dataclass(frozen=True, slots=True)
class _Curve:
    """Sizes from the input on, and how they are drawn."""

    name: str
    sizes: Sequence[int]
    is_own: bool
    dashes: tuple[float, ...]


def receptive_growth(
    sizes: Sequence[Pair],
    standard: Sequence[Pair],
    parameters: Sequence[int],
    *,
    theme: str = "light",
    width: int = 720,
) -> Chart:
    """Draw the receptive field after every layer, and that of the same kernels without stride and dilation.

    Parameters
    ----------
    sizes, standard : sequence of pairs
        Height and width of the receptive field of the input, which is 1 x 1, and after every layer.
    parameters : sequence of int
        Up to that layer, 0 for the input.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Lists of different lengths, or of one element; a theme or a width that cannot be drawn.

    Examples
    --------
    >>> receptive_growth([(1, 1), (3, 3), (7, 7)], [(1, 1), (3, 3), (5, 5)], [0, 9, 18]).description
    'After 2 layers and 18 parameters a unit sees 7 × 7 cells; standard convolution sees 5 × 5.'
    """
    own = [arguments.pair("sizes", size, least=0) for size in sizes]
    plain = [arguments.pair("standard", size, least=0) for size in standard]
    if not len(own) == len(plain) == len(parameters) > 1:
        got = f"{len(own)}, {len(plain)} and {len(parameters)}"
        raise SpecError(f"sizes, standard and parameters must be of one length, at least 2; got {got}.")
    totals = [arguments.integer("parameters", total, least=0) for total in parameters]
    pixels = checked_width(width)
    layers = f"{len(own) - 1} layer{'' if len(own) == 2 else 's'}"
    return Chart(
        "Growth of the receptive field",
        f"After {layers} and {totals[-1]:,} parameters a unit sees {own[-1][0]} × {own[-1][1]} cells; standard "
        f"convolution sees {plain[-1][0]} × {plain[-1][1]}.",
        pixels,
        (GROWTH_TOP + GROWTH_PANEL + GROWTH_BOTTOM) * (1 if pixels >= WIDE else 2),
        partial(_draw_growth, _curves(own, plain), totals, chart_theme(theme), pixels),
    )


def _curves(own: Sequence[Pair], plain: Sequence[Pair]) -> list[_Curve]:
    """Return one curve for both axes where they agree, else one for each that grows."""
    agree = all(height == width for height, width in (*own, *plain))
    axes = [1] if agree else [axis for axis in (0, 1) if max(size[axis] for size in (*own, *plain)) > 1] or [1]
    words = ("", "") if agree else (", height", ", width")
    dotted, dashed = ((1.5, 1.5), (4, 2)), ((6, 1.5, 1.5, 1.5), ())
    return [
        *(_Curve(f"standard{words[axis]}", [size[axis] for size in plain], False, dotted[axis]) for axis in axes),
        *(_Curve(f"this stack{words[axis]}", [size[axis] for size in own], True, dashed[axis]) for axis in axes),
    ]


def _draw_growth(curves: Sequence[_Curve], totals: Sequence[int], theme: Theme, width: int, figure: Figure) -> None:
    is_wide = width >= WIDE
    across = (width - 2 * GROWTH_LEFT - 2 * GROWTH_GAP) // 2 if is_wide else width - GROWTH_LEFT - GROWTH_GAP
    for number, (places, name) in enumerate(((range(len(totals)), "layers"), (totals, "parameters"))):
        left = GROWTH_LEFT + number * (across + GROWTH_GAP + GROWTH_LEFT) if is_wide else GROWTH_LEFT
        top = GROWTH_TOP if is_wide else GROWTH_TOP + number * (GROWTH_TOP + GROWTH_PANEL + GROWTH_BOTTOM)
        axes = axes_at(figure, left=left, top=top, width=across, height=GROWTH_PANEL)
        dress(axes, theme, x=name, y="cells seen")
        _set_scale(axes, curves)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        marks: dict[str, Any] = {"marker": "o", "markersize": 5} if len(totals) <= POINTS else {}
        for curve in curves:
            color, line = (theme.window_edge, 2.0) if curve.is_own else (theme.muted, 1.4)
            axes.plot(list(places), curve.sizes, color=color, lw=line, dashes=curve.dashes, clip_on=False, **marks)
        _write_names(axes, curves, theme)


def _set_scale(axes: Axes, curves: Sequence[_Curve]) -> None:
    """Scale the sizes, in logarithms if a curve is steep, which the name of the axis then says."""
    least = min(min(curve.sizes) for curve in curves)
    most = max(max(curve.sizes) for curve in curves)
    middle = len(curves[0].sizes) // 2
    if least > 0 and any(curve.sizes[-1] >= max(STEEP * least, EARLY * curve.sizes[middle]) for curve in curves):
        axes.set(yscale="log", ylim=(least, most * 1.15), ylabel="cells seen (logarithmic)")
        ticks = [tick for tick in (2.0**n for n in range(40)) if least <= tick <= most]
        axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 6)]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, most * 1.08)
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))


def _write_names(axes: Axes, curves: Sequence[_Curve], theme: Theme) -> None:
    """Write the names of the curves above the axes, in a line for each kind, as any place inside may hold a curve."""
    own = [curve for curve in reversed(curves) if curve.is_own]
    standard = [curve for curve in reversed(curves) if not curve.is_own]
    lines, size = ([(8, own + standard)], NORMAL) if len(curves) == 2 else ([(22, own), (8, standard)], SMALL)
    for y, line in lines:
        x = 0
        for curve in line:
            text = f"{curve.name}: {short(curve.sizes[-1])}"
            color, weight = (theme.window_ink, "bold") if curve.is_own else (theme.muted, "normal")
            note(axes, text, (0, 1), (x, y), color=color, fontsize=size, fontweight=weight)
            x += text_width(text, size, curve.is_own) + 14
