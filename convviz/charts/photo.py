"""What units of a network see of a photograph, which lies in its chart under weights and boxes."""

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
from PIL import Image

from convviz.analysis import Box, EffectiveField, Network
from convviz.analysis.kept import kept_with_network
from convviz.arithmetic.arguments import Pair
from convviz.recipes.images import Gray
from convviz.scene.theme import Theme

from .canvas import SMALL, Chart, axes_at, chart_theme, checked_width

MARGIN: Final = 6
"""Pixels around a chart."""

_BEYOND: Final = 1 / 6
"""Share of a side of the photograph: boxes are drawn this far beyond it."""

_ANY_WIDTH: Final = 620
"""The cells in view are the same at every width."""

_WEIGHT: Final = "#ff7a00"
_FIELD: Final = "#ffd400"
_OBJECT: Final = "#35c4ff"
_DARK: Final = "#101010"

Ends = tuple[tuple[int, int], ...]
"""The first and the last cell that each unit along an axis reaches."""


@dataclass(frozen=True, slots=True)
class Places:
    """Units of a node on the input, along the height and along the width.

    Attributes
    ----------
    at : pair of tuples of float
        Where each unit lies, in cells: at its center if it has one; else units share the photograph evenly.
    ends : pair of Ends, optional
        None where fields are not known.
    has_centers : bool
        False where fields are unknown, or all the same because of a global operation.
    """

    at: tuple[tuple[float, ...], tuple[float, ...]]
    ends: tuple[Ends, Ends] | None
    has_centers: bool

    @property
    def reach(self) -> Box | None:
        """Return the box of all units together."""
        if self.ends is None:
            return None
        rows, columns = ((min(first for first, _ in ends), max(last for _, last in ends)) for ends in self.ends)
        return rows, columns


@kept_with_network(4)
def places_of(network: Network, node: str) -> Places:
    """Return where the units of a node are.

    Examples
    --------
    >>> places_of(Network.known("resnet18", 32), "pool1")
    Places(at=((0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0), (0.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 28.0)), \
ends=(((-5, 5), (-1, 9), (3, 13), (7, 17), (11, 21), (15, 25), (19, 29), (23, 33)), \
((-5, 5), (-1, 9), (3, 13), (7, 17), (11, 21), (15, 25), (19, 29), (23, 33))), has_centers=True)
    """
    size, whole = network.output_size(node), network.input_size
    assert size is not None
    assert whole is not None
    ends = _ends(network, node, (size[0], size[1]))
    if ends is None or network.receptive_field(node).is_global:
        rows, columns = (
            tuple((unit + 0.5) * cells / units - 0.5 for unit in range(units))
            for units, cells in zip(size, whole, strict=True)
        )
        return Places((rows, columns), ends, has_centers=False)
    rows, columns = (tuple((first + last) / 2 for first, last in axis) for axis in ends)
    return Places((rows, columns), ends, has_centers=True)


def _ends(network: Network, node: str, size: Pair) -> tuple[Ends, Ends] | None:
    """Return the ends along both axes, one after the other, as a unit's rows do not depend on its column."""
    rows = [network.box(node, (unit, 0)) for unit in range(size[0])]
    columns = [network.box(node, (0, unit)) for unit in range(size[1])]
    heights = tuple(box[0] for box in rows if box is not None)
    widths = tuple(box[1] for box in columns if box is not None)
    return (heights, widths) if (len(heights), len(widths)) == size else None


def fit(image: Gray, size: Pair) -> Gray:
    """Return the middle of an image in the shape of (height, width), reduced or enlarged to that size.

    Examples
    --------
    >>> fit(np.arange(8, dtype=np.uint8).reshape(2, 4) * 10, (2, 2))
    array([[10, 20],
           [50, 60]], dtype=uint8)
    """
    top, left, height, width = _middle((image.shape[0], image.shape[1]), size)
    cut = image[top : top + height, left : left + width]
    if cut.shape == size:
        return cut
    method = Image.Resampling.BOX if height >= size[0] else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(cut).resize((size[1], size[0]), method))


def fit_words(image: Pair, size: Pair) -> str:
    """Say what `fit` does to an image of this (height, width).

    >>> fit_words((192, 288), (224, 224))
    '192 × 288, cut to 192 × 192 and enlarged to 224 × 224'
    """
    _, _, height, width = _middle(image, size)
    steps = []
    if (height, width) != image:
        steps.append(f"cut to {height} × {width}")
    if (height, width) != size:
        steps.append(f"{'reduced' if height >= size[0] else 'enlarged'} to {size[0]} × {size[1]}")
    return ", ".join(filter(None, [f"{image[0]} × {image[1]}", " and ".join(steps)]))


def _middle(image: Pair, size: Pair) -> tuple[int, int, int, int]:
    """Return top, left, height and width of the largest box of a shape in the middle of an image."""
    scale = min(image[0] / size[0], image[1] / size[1])
    height, width = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return (image[0] - height) // 2, (image[1] - width) // 2, height, width


@dataclass(frozen=True, slots=True)
class Frame:
    """A chart with a photograph in it.

    Attributes
    ----------
    width, height : int
        Of the chart in pixels, with its margins.
    view : pair of (float, float)
        The cells at the inner edges of the margins: (top, bottom) and (left, right). Cell 3 is from 2.5 to 3.5.
    """

    width: int
    height: int
    view: tuple[tuple[float, float], tuple[float, float]]


def frame_of(size: Pair, reach: Box | None, width: int) -> Frame:
    """Return the chart of a photograph: all of it, and what units reach beyond it, as far as that is near.

    It is the same for all units of a node, so that the photograph does not move from one unit to the next.

    Examples
    --------
    >>> frame_of((100, 200), ((-5, 104), (-500, 700)), 620)
    Frame(width=620, height=266, view=((-6.5, 105.5), (-34.5, 233.5)))
    """
    sides = []
    for axis, cells in enumerate(size):
        room = round(_BEYOND * cells)
        first, last = (0, cells - 1) if reach is None else reach[axis]
        sides.append((max(min(0, first), -room) - 1.5, min(max(cells - 1, last), cells - 1 + room) + 1.5))
    (top, bottom), (left, right) = sides
    height = round((width - 2 * MARGIN) * (bottom - top) / (right - left)) + 2 * MARGIN
    return Frame(width, height, (sides[0], sides[1]))


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is drawn over a photograph.

    Attributes
    ----------
    photo : (H, W) array
        Grey levels.
    weights : EffectiveField
        (H, W) weights that sum to 1, with their statistic and spread.
    boxes, centers : sequences
        Of the units, the first one is that of the weights; a box or a center may be unknown.
    marked : Box, optional
        The object, if there is one.
    reach : Box, optional
        The box of all units of the node together, if it is known.
    """

    photo: Gray
    weights: EffectiveField
    boxes: Sequence[Box | None]
    centers: Sequence[tuple[float, float] | None]
    marked: Box | None
    reach: Box | None

    def frame(self, width: int) -> Frame:
        """Return where the photograph lies in a chart of this width in pixels."""
        return frame_of((self.photo.shape[0], self.photo.shape[1]), self.reach, width)


def field_photo(overlay: Overlay, title: str, description: str, *, theme: str, width: int) -> Chart:
    """Draw a photograph with the weights of a unit's inputs, the fields of units, and an object."""
    frame = overlay.frame(checked_width(width))
    return Chart(title, description, frame.width, frame.height, partial(_draw, overlay, frame, chart_theme(theme)))


def legend(overlay: Overlay) -> str:
    """Explain the colors and lines of the chart as Markdown, for a text that can be read on a phone too."""
    box = overlay.boxes[0]
    field = "no box, as the field is larger than this view on all sides; **yellow cross**: its center"
    if box is None:
        field = "no box, as the place of the field is not known"
    elif any(
        start < first - 0.5 < end or start < last + 0.5 < end
        for (first, last), (start, end) in zip(box, overlay.frame(_ANY_WIDTH).view, strict=True)
    ):
        field = "**yellow box**: the field, with a cross in its center"
    entries = [
        f"**Orange**: {overlay.weights.statistic}; its root, so that small weights are seen",
        field,
        "**dotted**: 2 sigma of the weights",
    ]
    if len(overlay.boxes) > 1:
        entries.append("**thin numbered boxes**: further units")
    if overlay.marked is not None:
        entries.append("**blue dashed box**: the object")
    return ":small[" + "; ".join(entries) + ".]"


def _draw(overlay: Overlay, frame: Frame, theme: Theme, figure: Figure) -> None:
    inside = {"width": frame.width - 2 * MARGIN, "height": frame.height - 2 * MARGIN}
    axes = axes_at(figure, left=MARGIN, top=MARGIN, **inside)
    rows, columns = overlay.photo.shape
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    (top, bottom), (left, right) = frame.view
    padding = Rectangle((left, top), right - left, bottom - top, hatch="///", linewidth=0, zorder=-2)
    padding.set(facecolor=theme.padding, edgecolor=theme.edge)
    axes.add_patch(padding)
    axes.imshow(overlay.photo, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", zorder=-1)
    axes.imshow(_veil(overlay.weights.weights), extent=extent, interpolation="nearest")
    _draw_boxes(axes, overlay)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="auto")
    axes.set_axis_off()


def _veil(weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return orange that is less transparent the more a cell weighs; by roots, as else only the middle would show."""
    veil = np.empty((*weights.shape, 4))
    veil[..., :3] = to_rgb(_WEIGHT)
    veil[..., 3] = 0.85 * np.sqrt(weights / weights.max())
    return veil


def _draw_boxes(axes: Axes, overlay: Overlay) -> None:
    """Draw boxes with a dark edge around their color, so that they are seen on any photograph."""
    for number, (box, center) in enumerate(zip(overlay.boxes, overlay.centers, strict=True)):
        thick = 2.4 if number == 0 else 1.2
        if box is not None:
            _outline(axes, box, _FIELD, thick)
        if center is not None:
            row, column = center
            sign, size = ("x", 6) if number else ("+", 9)
            edge: dict[str, Any] = {"markeredgewidth": thick - 0.4, "path_effects": _edged(thick)}
            axes.plot(column, row, sign, color=_FIELD, markersize=size, **edge)
            if number:
                bold: dict[str, Any] = {"va": "bottom", "fontsize": SMALL, "fontweight": "bold", "clip_on": True}
                axes.text(column, row, f" {number + 1}", color=_FIELD, path_effects=_edged(1), **bold)
    (row, column), (high, wide) = overlay.weights.center, overlay.weights.sigma
    ellipse = Ellipse((column, row), 4 * wide, 4 * high, fill=False, linestyle=(0, (1, 2)))
    ellipse.set(edgecolor="white", linewidth=1.4, path_effects=_edged(1.4))
    axes.add_patch(ellipse)
    if overlay.marked is not None:
        _outline(axes, overlay.marked, _OBJECT, 2, style=(0, (5, 3)))


def _outline(axes: Axes, box: Box, color: str, thick: float, style: Any = "solid") -> None:
    (top, bottom), (left, right) = box
    outline = Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, fill=False, linestyle=style)
    outline.set(edgecolor=color, linewidth=thick, path_effects=_edged(thick))
    axes.add_patch(outline)


def _edged(thick: float) -> list[effects.AbstractPathEffect]:
    return [effects.Stroke(linewidth=thick + 1.8, foreground=_DARK), effects.Normal()]
