"""How the receptive field grows: layer by layer, and by the parameters that it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from convviz.arithmetic import parse
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, short

PANEL: Final = 230
LEFT: Final = 62
TOP: Final = 42
BOTTOM: Final = 50
GAP: Final = 14
BESIDE: Final = 560
"""Pixels of a panel's height, of the room around it, and of the width from which on both panels stand side by side."""

STEEP: Final = 40
EARLY: Final = 8
"""Where the largest size is so many times the smallest, and so many times that after half of the layers, as in
exponential growth, the scale is logarithmic. Even growth stays a straight line, however far it comes.
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
    """The receptive field behind every layer, beside that of the same kernels without stride and dilation.

    Parameters
    ----------
    sizes, standard : Height and width of the receptive field of the input, which is 1 x 1, and behind every layer.
    parameters : So many up to that layer, 0 for the input.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Lists of different lengths, or none; an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> receptive_growth([(1, 1), (3, 3), (7, 7)], [(1, 1), (3, 3), (5, 5)], [0, 9, 18]).description
    'After 2 layers and 18 parameters a unit sees 7 × 7 cells; standard convolution sees 5 × 5.'
    """
    own = [parse.pair("sizes", one, least=0) for one in sizes]
    plain = [parse.pair("standard", one, least=0) for one in standard]
    if not len(own) == len(plain) == len(parameters) > 1:
        got = f"{len(own)}, {len(plain)} and {len(parameters)}"
        raise SpecError(f"sizes, standard and parameters must be of one length, at least 2; got {got}.")
    totals = [parse.integer("parameters", one, least=0) for one in parameters]
    pixels = checked_width(width)
    is_beside = pixels >= BESIDE
    panel = TOP + PANEL + BOTTOM
    layers = len(own) - 1
    return Chart(
        title="Growth of the receptive field",
        description=f"After {layers} {'layer' if layers == 1 else 'layers'} and {totals[-1]:,} parameters a unit sees "
        f"{own[-1][0]} × {own[-1][1]} cells; standard convolution sees {plain[-1][0]} × {plain[-1][1]}.",
        width=pixels,
        height=panel if is_beside else 2 * panel,
        draw=partial(
            _draw, curves=_curves(own, plain), totals=totals, theme=chart_theme(theme), width=pixels,
            is_beside=is_beside,
        ),
    )  # fmt: skip


def _curves(own: Sequence[Pair], plain: Sequence[Pair]) -> list[_Curve]:
    """One curve for both axes where they agree, else one for each that grows."""
    agree = all(height == width for height, width in (*own, *plain))
    axes = [1] if agree else [axis for axis in (0, 1) if max(size[axis] for size in (*own, *plain)) > 1] or [1]
    curves = []
    for axis in axes:
        word = "" if agree else (", height", ", width")[axis]
        curves.append(_Curve(f"standard{word}", [size[axis] for size in plain], False, (4, 2) if axis else (1.5, 1.5)))
    for axis in axes:
        word = "" if agree else (", height", ", width")[axis]
        curves.append(
            _Curve(f"this stack{word}", [size[axis] for size in own], True, () if axis else (6, 1.5, 1.5, 1.5))
        )
    return curves


def _draw(
    figure: Figure, *, curves: Sequence[_Curve], totals: Sequence[int], theme: Theme, width: int, is_beside: bool
) -> None:
    across = (width - 2 * LEFT - 2 * GAP) // 2 if is_beside else width - LEFT - GAP
    layers = list(range(len(totals)))
    for number, (places, name) in enumerate(((layers, "layers"), (list(totals), "parameters"))):
        left = LEFT + number * (across + GAP + LEFT) if is_beside else LEFT
        top = TOP if is_beside else TOP + number * (TOP + PANEL + BOTTOM)
        axes = axes_at(figure, left=left, top=top, width=across, height=PANEL)
        is_steep = _is_steep(curves)
        dress(axes, theme, x=name, y="cells seen (logarithmic)" if is_steep else "cells seen")
        _scale(axes, curves, is_steep)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        for curve in curves:
            _plot(axes, curve, places, theme)
        _names(axes, curves, theme)


def _plot(axes: Axes, curve: _Curve, places: Sequence[int], theme: Theme) -> None:
    color = theme.window_edge if curve.is_own else theme.muted
    mark = {"marker": "o", "markersize": 5} if len(places) <= POINTS else {}
    axes.plot(
        places, curve.sizes, color=color, linewidth=2 if curve.is_own else 1.4, dashes=curve.dashes, clip_on=False,
        **mark,  # type: ignore[arg-type]  # a name and a number
    )  # fmt: skip


def _is_steep(curves: Sequence[_Curve]) -> bool:
    """Whether the scale is logarithmic."""
    least = min(min(curve.sizes) for curve in curves)
    return least > 0 and any(
        curve.sizes[-1] >= max(STEEP * least, EARLY * curve.sizes[len(curve.sizes) // 2]) for curve in curves
    )


def _scale(axes: Axes, curves: Sequence[_Curve], is_steep: bool) -> None:
    least = min(min(curve.sizes) for curve in curves)
    most = max(max(curve.sizes) for curve in curves)
    if is_steep:
        axes.set_yscale("log")
        axes.set_ylim(least, most * 1.15)
        ticks = [tick for tick in (2.0**n for n in range(0, 40)) if least <= tick <= most]
        every = -(-len(ticks) // 6)
        axes.yaxis.set_major_locator(FixedLocator(ticks[::every]))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(0, most * 1.08)
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))


def _names(axes: Axes, curves: Sequence[_Curve], theme: Theme) -> None:
    """What the lines are, above the axes: any place inside is one to which some curve comes."""
    x, y, before = 0, 8 if len(curves) == 2 else 22, True
    for curve in reversed(curves):
        if before and not curve.is_own and len(curves) > 2:
            x, y = 0, 8
        before = curve.is_own
        color = theme.window_ink if curve.is_own else theme.muted
        text = f"{curve.name}: {short(curve.sizes[-1])}"
        axes.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(x, y), textcoords="offset points", color=color,
            fontsize=NORMAL if len(curves) == 2 else SMALL, fontweight="bold" if curve.is_own else "normal",
            annotation_clip=False,
        )  # fmt: skip
        x += text_width(text, NORMAL if len(curves) == 2 else SMALL, curve.is_own) + 14
