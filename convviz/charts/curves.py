"""Curves: the cost of a depthwise separable convolution, and the growth of the receptive field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle, pairwise
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

from .canvas import RINGS, SMALL, Chart, axes_at, chart_theme, checked_width, dress, note, short

COST_HEIGHT: Final = 300
COST_LEFT: Final = 58
COST_TOP: Final = 28
COST_BOTTOM: Final = 48
LABEL_GAP: Final = 9
"""Pixels between the axes and the names of the asymptotes: half a marker, and some room."""

DASHES: Final = ((), (6, 2), (3, 2), (1.5, 1.5), (6, 2, 1.5, 2))
MOST_CHANNELS: Final = 1024
TICKS: Final = tuple(digit * 10.0**power for power in range(-9, 10) for digit in (1, 2, 5))

GROWTH_PANEL: Final = 280
GROWTH_LEFT: Final = 46
GROWTH_TOP: Final = 32
GROWTH_BOTTOM: Final = 46
GROWTH_LINE: Final = 15
WIDE: Final = 560
"""Pixels of a panel's height, of the room around it, of a line of words, and of the width from which on these are next
to the ends of the curves."""

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
    """Numbers after each layer, and how they are drawn.

    Attributes
    ----------
    name, unit : str
        What the numbers are, and what they count.
    numbers : tuple of int
        Those of the input, which is not drawn, and of every layer.
    color, marker, dashes
        The look of the line, of its words and of its points.
    is_numbered : bool
        Whether each point has its number.
    """

    name: str
    unit: str
    numbers: tuple[int, ...]
    color: str
    marker: str
    dashes: tuple[float, ...]
    is_numbered: bool

    @property
    def words(self) -> list[str]:
        """What it is and how large it becomes, and its rule, if there is one."""
        return [*filter(None, [f"{self.name} {_count(self.numbers[-1])}{self.unit}", growth_rule(self.numbers)])]


def _count(number: int) -> str:
    return f"{number:,}" if number < 1e6 else short(number)


def growth_rule(numbers: Sequence[int]) -> str:
    """Return in words how each number follows from the one before; "" where that is not the same for all of them.

    Examples
    --------
    >>> growth_rule([1, 3, 7, 15]), growth_rule([1, 2, 4, 8]), growth_rule([0, 9, 18])
    ('×2 + 1 each layer, exponential', '×2 each layer, exponential', '+9 each layer, linear')
    >>> growth_rule([1, 3, 5, 13]), growth_rule([1, 3, 7]), growth_rule([1, 1, 1])
    ('', '', '')
    """
    steps = [after - before for before, after in pairwise(numbers)]
    if len(steps) < 2 or min(steps) < 1:
        return ""
    if len({*steps}) == 1:
        return f"+{steps[0]:,} each layer, linear"
    factor = steps[1] // steps[0]
    more = numbers[1] - factor * numbers[0]
    if len(steps) < 3 or factor < 2 or any(after != factor * before + more for before, after in pairwise(numbers)):
        return ""  # two steps alone would have such a rule whatever they are
    return f"×{factor}{f' + {more}' if more > 0 else f' − {-more}' if more else ''} each layer, exponential"


def receptive_growth(
    sizes: Sequence[Pair],
    standard: Sequence[Pair],
    parameters: Sequence[int],
    *,
    layers: SupportsIndex | None = None,
    is_logarithmic: bool = False,
    theme: str = "light",
    width: int = 720,
) -> Chart:
    """Draw over the layers the side of the receptive field, that of a standard stack, and the parameters.

    All have one vertical axis of plain counts, as two axes could be stretched until any line looked steeper than any
    other. How the lines bend is what they show; where they cross depends on what is counted, and means nothing.

    Parameters
    ----------
    sizes, standard : sequence of pairs
        Height and width of the receptive field of the input, which is 1 x 1, and after every layer; and the same for
        these kernels without stride and dilation.
    parameters : sequence of int
        Up to that layer, 0 for the input.
    layers : int, optional
        How many layers there are; further sizes continue their pattern, and have hollow points.
    is_logarithmic : bool
        Whether the vertical axis is: exponential growth is a straight line then.
    theme : str
        "light" or "dark".
    width : int
        In pixels.

    Raises
    ------
    SpecError
        Lists of different lengths, or of one element; more layers than sizes; a theme or a width that cannot be drawn.

    Examples
    --------
    >>> receptive_growth([(1, 1), (3, 3), (7, 7)], [(1, 1), (3, 3), (5, 5)], [0, 9, 18]).description[:91]
    'After 2 layers and 18 parameters a unit sees 7 × 7 cells; standard convolution sees 5 × 5. '
    """
    own = [arguments.pair("sizes", size, least=0) for size in sizes]
    plain = [arguments.pair("standard", size, least=0) for size in standard]
    if not len(own) == len(plain) == len(parameters) > 1:
        got = f"{len(own)}, {len(plain)} and {len(parameters)}"
        raise SpecError(f"sizes, standard and parameters must be of one length, at least 2; got {got}.")
    totals = [arguments.integer("parameters", total, least=0) for total in parameters]
    last = len(own) - 1
    count = last if layers is None else arguments.integer("layers", layers, least=1)
    if count > last:
        raise SpecError(f"layers must be at most {last}, for which there are sizes; got {count}.")
    pixels, colors = checked_width(width), chart_theme(theme)
    curves = _curves(own, plain, totals, colors)
    named = f"{count} layer{'' if count == 1 else 's'}"
    continued = f" After {last} layers of this pattern: " if count < last else " The lines end at: "
    rules = "; ".join(", ".join(curve.words) for curve in curves if growth_rule(curve.numbers))
    return Chart(
        "Growth of the receptive field",
        f"After {named} and {totals[count]:,} parameters a unit sees {own[count][0]} × {own[count][1]} cells; standard "
        f"convolution sees {plain[count][0]} × {plain[count][1]}.{f'{continued}{rules}.' if rules else ''}",
        pixels,
        GROWTH_PANEL + GROWTH_BOTTOM + (GROWTH_TOP if pixels >= WIDE else GROWTH_TOP + GROWTH_LINE * len(curves)),
        partial(_draw_growth, curves, count, is_logarithmic, colors, pixels),
    )


def _curves(own: Sequence[Pair], plain: Sequence[Pair], totals: Sequence[int], theme: Theme) -> list[_Curve]:
    """Return one curve for both axes where they agree, else one for each that grows, and one for the parameters.

    The standard stack has one where it differs, and parameters where there are any.
    """
    agree = all(height == width for height, width in (*own, *plain))
    axes = [1] if agree else [axis for axis in (0, 1) if max(size[axis] for size in (*own, *plain)) > 1] or [1]
    curves = []
    for axis in axes:
        dashes: tuple[float, ...]
        name, dashes = "side" if agree else ("height", "width")[axis], ((6, 1.5, 1.5, 1.5), ())[axis]
        sizes, others = (tuple(size[axis] for size in stack) for stack in (own, plain))
        curves.append(_Curve(name, " cells", sizes, theme.window_edge, "o", dashes, len(axes) == 1))
        if others != sizes:
            name, dashes = "standard" if agree else f"standard {name}", ((1.5, 1.5), (4, 2))[axis]
            curves.append(_Curve(name, " cells", others, theme.muted, "", dashes, False))
    if totals[-1]:
        curves.append(_Curve("parameters", "", tuple(totals), RINGS[theme.name], "s", (), len(axes) == 1))
    return curves


def _draw_growth(
    curves: Sequence[_Curve], layers: int, is_logarithmic: bool, theme: Theme, width: int, figure: Figure
) -> None:
    last, is_wide = len(curves[0].numbers) - 1, width >= WIDE
    ends = {curve: curve.words if is_wide else [_count(curve.numbers[-1])] for curve in curves}
    right = LABEL_GAP + 6 + max(text_width(line, SMALL, True) for line in chain(*ends.values()))
    top = GROWTH_TOP if is_wide else GROWTH_TOP + GROWTH_LINE * len(curves)
    axes = axes_at(figure, left=GROWTH_LEFT, top=top, width=width - GROWTH_LEFT - right, height=GROWTH_PANEL)
    dress(axes, theme, x="layers (hollow: the pattern continued)" if layers < last else "layers", y="")
    heads = [(f"cells along a side; parameters{' (logarithmic)' if is_logarithmic else ''}", theme.ink)]
    if not is_wide:
        heads = [(", ".join(curve.words), curve.color) for curve in curves] + heads
    for k, (text, color) in enumerate(reversed(heads)):
        note(axes, text, (0, 1), (8 - GROWTH_LEFT, 10 + GROWTH_LINE * k), color=color, fontsize=SMALL)
    _set_vertical(axes, curves, is_logarithmic)
    axes.set_xlim(1 - max(0.3, 0.03 * last), last + 0.1)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    for curve in curves:
        # A logarithmic axis has no place for 0.
        numbers = [number if number or not is_logarithmic else np.nan for number in curve.numbers[1:]]
        style: dict[str, Any] = {"color": curve.color, "clip_on": False}
        axes.plot(range(1, last + 1), numbers, lw=2.0 if curve.marker else 1.4, dashes=curve.dashes, **style)
        if last <= POINTS and curve.marker:
            style |= {"ls": "", "marker": curve.marker, "ms": 6, "mew": 1.5, "zorder": 3}
            axes.plot(range(1, layers + 1), numbers[:layers], **style)
            axes.plot(range(layers + 1, last + 1), numbers[layers:], mfc=theme.page, **style)
    numbered = [curve for curve in curves if curve.is_numbered]
    room = (width - GROWTH_LEFT - right) / last - LABEL_GAP
    if all(text_width(_count(number), SMALL) <= room for curve in numbered for number in curve.numbers):
        for layer in range(1, last):
            _write_numbers(axes, layer, numbered, theme)
    _write_ends(axes, ends)


def _set_vertical(axes: Axes, curves: Sequence[_Curve], is_logarithmic: bool) -> None:
    """Scale the vertical axis so that there is room for numbers below the lowest point and above the highest one."""
    least = min((number for curve in curves for number in curve.numbers[1:] if number), default=1)
    most = max(max(curve.numbers) for curve in curves)
    if is_logarithmic:
        room = max(1.3, (most / least) ** 0.1)
        axes.set(yscale="log", ylim=(least / room, most * room))
        ticks = [tick for tick in (2.0**n for n in range(40)) if least <= tick <= most]
        axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 8)]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(-0.08 * most, 1.08 * most)
        steps = MaxNLocator(6, integer=True).tick_values(0, most)
        axes.yaxis.set_major_locator(FixedLocator([tick for tick in steps if tick <= most]))
    axes.yaxis.set_major_formatter(lambda value, _: _count(round(value)))


def _write_numbers(axes: Axes, layer: int, curves: Sequence[_Curve], theme: Theme) -> None:
    """Write the numbers of the points of a layer: above the highest, and below the others; equal ones once."""
    colors = {curve.numbers[layer]: curve.color for curve in curves}
    for number, color in colors.items():
        up, align = (8, "bottom") if number == max(colors) else (-8, "top")
        paper = {"facecolor": theme.page, "edgecolor": "none", "pad": 0.5}  # over the curve of a standard stack
        style = {"ha": "center", "va": align, "color": color, "fontsize": SMALL, "bbox": paper}
        note(axes, _count(number), (layer, number), (0, up), xycoords="data", **style)


def _write_ends(axes: Axes, ends: Mapping[_Curve, Sequence[str]]) -> None:
    """Write next to the end of each curve what it is; texts that would overlap are moved apart."""
    to_fraction = axes.transData + axes.transAxes.inverted()
    curves = sorted(ends, key=lambda curve: curve.numbers[-1])
    apart, places = GROWTH_LINE * max(map(len, ends.values())), [0.0]
    for curve in curves:
        place = GROWTH_PANEL * float(to_fraction.transform((1, curve.numbers[-1] or 1))[1])
        places.append(max(place, places[-1] + apart))
    excess = max(0.0, places[-1] - GROWTH_PANEL)
    for curve, place in zip(curves, places[1:], strict=True):
        text = "\n".join(ends[curve])
        offset = LABEL_GAP, place - excess
        note(axes, text, (1, 0), offset, va="center", color=curve.color, fontsize=SMALL, fontweight="bold")
