"""The chart of what units see of a photograph: its weights over it, boxes around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import matplotlib.patheffects as effects
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from convviz.analysis import Box, EffectiveField
from convviz.recipes.images import Gray
from convviz.scene.theme import Theme

from .canvas import SMALL, Chart, axes_at, chart_theme, checked_width
from .photo_geometry import MARGIN, Frame, frame_of

_ANY_WIDTH: Final = 620
"""The cells in view are the same at every width."""

_WEIGHT: Final = "#ff7a00"
_FIELD: Final = "#ffd400"
_OBJECT: Final = "#35c4ff"
_DARK: Final = "#101010"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is drawn over a photograph.

    Attributes
    ----------
    photo : (H, W) grey levels.
    weights : (H, W), summing to 1, with their statistic and spread.
    boxes, centers : of the units, the first one is that of the weights; a box or center may be unknown.
    marked : the object, if there is one.
    reach : the box of all units of the node together, if it is known.
    """

    photo: Gray
    weights: EffectiveField
    boxes: Sequence[Box | None]
    centers: Sequence[tuple[float, float] | None]
    marked: Box | None
    reach: Box | None

    def frame(self, width: int) -> Frame:
        """Where the photograph lies in a chart of so many pixels."""
        return frame_of((self.photo.shape[0], self.photo.shape[1]), self.reach, width)


def field_photo(seen: Seen, title: str, words: str, *, theme: str, width: int) -> Chart:
    """A photograph with the weights of a unit's inputs, the fields of units, and an object.

    Parameters
    ----------
    title, words : what the SVG says of itself.
    """
    colors, frame = chart_theme(theme), seen.frame(checked_width(width))
    draw = partial(_draw, seen=seen, frame=frame, theme=colors)
    return Chart(title, words, frame.width, frame.height, draw)


def legend(seen: Seen) -> str:
    """What the colours and lines of the chart mean. It stands beside the chart, where it can be read on a phone too."""
    parts = [
        f"**Orange**: {seen.weights.statistic}; its root, so that small weights are seen",
        _field_words(seen),
        "**dotted**: 2 sigma of the weights",
    ]
    if len(seen.boxes) > 1:
        parts.append("**thin numbered boxes**: further units")
    if seen.marked is not None:
        parts.append("**blue dashed box**: the object")
    return ":small[" + "; ".join(parts) + ".]"


def _field_words(seen: Seen) -> str:
    """What the yellow box is, or why there is none."""
    box = seen.boxes[0]
    if box is None:
        return "no box, as the place of the field is not known"
    view = seen.frame(_ANY_WIDTH).view
    edges = zip(box, view, strict=True)
    if any(start < first - 0.5 < end or start < last + 0.5 < end for (first, last), (start, end) in edges):
        return "**yellow box**: the field, with a cross in its center"
    return "no box, as the field is larger than this view on all sides; **yellow cross**: its center"


def _draw(figure: Figure, *, seen: Seen, frame: Frame, theme: Theme) -> None:
    axes = axes_at(
        figure, left=MARGIN, top=MARGIN, width=frame.width - 2 * MARGIN, height=frame.height - 2 * MARGIN
    )  # fmt: skip
    rows, columns = seen.photo.shape
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    (top, bottom), (left, right) = frame.view
    axes.add_patch(Rectangle((left, top), right - left, bottom - top, facecolor=theme.padding, edgecolor=theme.edge,
                             hatch="///", linewidth=0, zorder=-2))  # fmt: skip
    axes.imshow(seen.photo, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", zorder=-1)
    axes.imshow(_veil(seen.weights.weights), extent=extent, interpolation="nearest")
    _boxes(axes, seen)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("auto")
    axes.set_axis_off()


def _veil(weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Orange, the less transparent the more a cell weighs; roots, or all but the middle would vanish."""
    veil = np.empty((*weights.shape, 4))
    veil[..., :3] = to_rgb(_WEIGHT)
    veil[..., 3] = 0.85 * np.sqrt(weights / weights.max())
    return veil


def _boxes(axes: Axes, seen: Seen) -> None:
    """Boxes with a dark edge around their colour, so that they are seen on any photograph."""
    for number, (box, center) in enumerate(zip(seen.boxes, seen.centers, strict=True)):
        thick = 2.4 if number == 0 else 1.2
        if box is not None:
            _outline(axes, box, _FIELD, thick)
        if center is not None:
            axes.plot(center[1], center[0], "x" if number else "+", color=_FIELD, markersize=6 if number else 9,
                      markeredgewidth=thick - 0.4, path_effects=_edged(thick))  # fmt: skip
            if number:
                axes.text(center[1], center[0], f" {number + 1}", color=_FIELD, fontsize=SMALL, va="bottom",
                          fontweight="bold", path_effects=_edged(1), clip_on=True)  # fmt: skip
    (row, column), (high, wide) = seen.weights.center, seen.weights.sigma
    axes.add_patch(Ellipse((column, row), 4 * wide, 4 * high, fill=False, edgecolor="white", linewidth=1.4,
                           linestyle=(0, (1, 2)), path_effects=_edged(1.4)))  # fmt: skip
    if seen.marked is not None:
        _outline(axes, seen.marked, _OBJECT, 2, style=(0, (5, 3)))


def _outline(axes: Axes, box: Box, color: str, thick: float, style: Any = "solid") -> None:
    (top, bottom), (left, right) = box
    axes.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False, edgecolor=color,
                             linewidth=thick, linestyle=style, path_effects=_edged(thick)))  # fmt: skip


def _edged(thick: float) -> list[effects.AbstractPathEffect]:
    return [effects.Stroke(linewidth=thick + 1.8, foreground=_DARK), effects.Normal()]
