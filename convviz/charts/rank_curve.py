"""How near sums of ever more outer products come to a kernel."""

from collections.abc import Sequence
from functools import partial
from math import isfinite
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from convviz.errors import SpecError
from convviz.scene.theme import Theme

from .canvas import NORMAL, SMALL, Chart, axes_at, chart_theme, checked_width, dress, short

HEIGHT: Final = 250


def rank_curve(errors: Sequence[float], *, theme: str = "light", width: int = 480) -> Chart:
    """Relative error of the best approximation of a kernel by the rank it may have.

    Parameters
    ----------
    errors : Of rank 1, 2 and so on, each from 0 to 1. The first that is 0 has the rank of the kernel.
    theme : "light" or "dark".
    width : In pixels.

    Raises
    ------
    SpecError : Errors that are none, an unknown theme, or a width from which no chart can be made.

    Examples
    --------
    >>> rank_curve([0.1, 0]).description
    'Relative error 0.1 at rank 1, 0 at rank 2. The kernel has rank 2.'
    """
    pixels = checked_width(width)
    numbers = tuple(float(error) for error in errors)
    if not numbers or not all(isfinite(error) and 0 <= error <= 1 for error in numbers):
        raise SpecError(f"errors must be numbers from 0 to 1, at least one of them; got {list(numbers)}.")
    rank = numbers.index(0) + 1 if 0 in numbers else None
    named = (f"{short(error)} at rank {number}" for number, error in enumerate(numbers, start=1))
    known = "" if rank is None else f" The kernel has rank {rank}."
    return Chart(
        title="Error of the best approximation by rank",
        description=f"Relative error {', '.join(named)}.{known}",
        width=pixels,
        height=HEIGHT,
        draw=partial(_draw, errors=numbers, rank=rank, theme=chart_theme(theme), width=pixels),
    )


def _draw(figure: Figure, *, errors: tuple[float, ...], rank: int | None, theme: Theme, width: int) -> None:
    axes = axes_at(figure, left=62, top=30, width=width - 62 - 24, height=HEIGHT - 30 - 48)
    dress(axes, theme, x="rank of the approximation", y="relative error")
    axes.tick_params(axis="x", pad=7)  # the ring on the axis stays clear of the number below it
    ranks = range(1, len(errors) + 1)
    axes.plot(ranks, errors, color=theme.muted, linewidth=1.5, zorder=2)
    axes.plot(ranks, errors, color=theme.ink, marker="o", markersize=6, linestyle="none", clip_on=False, zorder=4)
    axes.set_xlim(0.6, len(errors) + 0.4)
    axes.set_ylim(0, max(errors) * 1.2 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(lambda value, _: short(value))
    if len(errors) <= 12:  # beyond, the values would run into each other
        for number, error in zip(ranks, errors, strict=True):
            # Above and to the right of a falling curve there is room.
            axes.annotate(
                short(error), (number, error), xytext=(4, 6), textcoords="offset points", color=theme.ink,
                fontsize=SMALL, annotation_clip=False,
            )  # fmt: skip
    if rank is None:
        return
    axes.axvline(rank, color=theme.window_edge, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    axes.plot([rank], [0], marker="o", markersize=11, markerfacecolor="none", markeredgecolor=theme.window_edge,
              markeredgewidth=1.5, clip_on=False, zorder=5)  # fmt: skip
    # At the far side of a long axis the words would leave the figure if they stood centred on the line.
    share = (rank - 0.6) / (len(errors) - 0.2)
    side = "left" if share < 0.25 else "right" if share > 0.75 else "center"
    axes.annotate(
        f"the kernel has rank {rank}", (rank, 1), xycoords=("data", "axes fraction"), xytext=(0, 6),
        textcoords="offset points", ha=side, color=theme.window_ink, fontsize=NORMAL, annotation_clip=False,
    )  # fmt: skip
