"""How the receptive field grows: layer by layer, and by the parameters that it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from convviz.arithmetic import parse
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, note, short

PANEL: Final = 230
LEFT: Final = 62
TOP: Final = 42
BOTTOM: Final = 50
GAP: Final = 14
WIDE: Final = 560
"""Pixels of a panel's height, of the room around it, and of the width from which on panels are next to each other."""

STEEP: Final = 40
EARLY: Final = 8
"""The scale is logarithmic where the largest size is at least `STEEP` times the smallest, and `EARLY` times that after
half of the layers, as in exponential growth. Linear growth stays a straight line, however far it goes.
"""

POINTS: Final = 24
"""With more layers the points are left out."""


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
    own = [parse.pair("sizes", size, least=0) for size in sizes]
    plain = [parse.pair("standard", size, least=0) for size in standard]
    if not len(own) == len(plain) == len(parameters) > 1:
        got = f"{len(own)}, {len(plain)} and {len(parameters)}"
        raise SpecError(f"sizes, standard and parameters must be of one length, at least 2; got {got}.")
    totals = [parse.integer("parameters", total, least=0) for total in parameters]
    pixels = checked_width(width)
    layers = f"{len(own) - 1} layer{'' if len(own) == 2 else 's'}"
    return Chart(
        "Growth of the receptive field",
        f"After {layers} and {totals[-1]:,} parameters a unit sees {own[-1][0]} × {own[-1][1]} cells; standard "
        f"convolution sees {plain[-1][0]} × {plain[-1][1]}.",
        pixels,
        (TOP + PANEL + BOTTOM) * (1 if pixels >= WIDE else 2),
        partial(_draw, _curves(own, plain), totals, chart_theme(theme), pixels),
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


def _draw(curves: Sequence[_Curve], totals: Sequence[int], theme: Theme, width: int, figure: Figure) -> None:
    is_wide = width >= WIDE
    across = (width - 2 * LEFT - 2 * GAP) // 2 if is_wide else width - LEFT - GAP
    for number, (places, name) in enumerate(((range(len(totals)), "layers"), (totals, "parameters"))):
        left = LEFT + number * (across + GAP + LEFT) if is_wide else LEFT
        top = TOP if is_wide else TOP + number * (TOP + PANEL + BOTTOM)
        axes = axes_at(figure, left=left, top=top, width=across, height=PANEL)
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
