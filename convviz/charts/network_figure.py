"""The graph of a network as a file of its own: the SVG that pages draw, and the same boxes as PNG and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from convviz.analysis import Network
from convviz.origin import Origin
from convviz.scene.theme import Theme

from .canvas import Chart, axes_at, chart_theme
from .network_drawing import LINES, RADIUS, Arranged, arrange, describe_network, draw_network, fitted_line
from .network_fold import Folded
from .network_layout import BOX_HEIGHT

_UNDER, _OVER, _TEXT = range(1, 4)
"""The order of painting: edges and frames, boxes, their texts."""


@dataclass(frozen=True, slots=True)
class NetworkFigure:
    """The graph of a network with one node ringed.

    Attributes
    ----------
    network, folded : Network, Folded
        The network, and its boxes.
    selected : str
        The node that is ringed.
    theme : str
        "light" or "dark".
    painted : Chart
        The graph as matplotlib draws it.
    """

    network: Network
    folded: Folded
    selected: str
    theme: str
    painted: Chart

    @property
    def title(self) -> str:
        """What is drawn."""
        return self.painted.title

    @property
    def description(self) -> str:
        """The drawing in words."""
        return self.painted.description

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.painted.width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.painted.height

    def svg(self, *, origin: Origin | None = None) -> str:
        """Return the SVG that the page of networks offers: every box says what it is."""
        return draw_network(
            self.network, self.folded, self.selected, chart_theme(self.theme), title=self.title, origin=origin
        )

    def png(self, *, scale: float = 2, origin: Origin | None = None) -> bytes:
        """Return the graph as a PNG of `width` x `scale` pixels across, on a transparent background."""
        return self.painted.png(scale=scale, origin=origin)

    def pdf(self, *, origin: Origin | None = None) -> bytes:
        """Return the graph as a PDF."""
        return self.painted.pdf(origin=origin)


def network_figure(network: Network, folded: Folded, selected: str, title: str, *, theme: str) -> NetworkFigure:
    """Draw a network with boxes as `fold_network` makes them, and a ring around the box of the selected node.

    Raises
    ------
    SpecError
        An unknown theme.

    Examples
    --------
    >>> from .network_fold import fold_network
    >>> network = Network.known("patchgan70")
    >>> graph = network_figure(network, fold_network(network.nodes), "input", "PatchGAN", theme="dark")
    >>> graph.width, graph.height, graph.svg()[:4]
    (149, 518, '<svg')
    """
    arranged = arrange(network, folded)
    draw = partial(_paint, network, folded, selected, arranged, chart_theme(theme))
    width, height = ceil(arranged.right - arranged.left), arranged.layout.height
    words = describe_network(network, folded, selected)
    return NetworkFigure(network, folded, selected, theme, Chart(title, words, width, height, draw))


def _paint(network: Network, folded: Folded, selected: str, arranged: Arranged, theme: Theme, figure: Figure) -> None:
    width, height = ceil(arranged.right - arranged.left), arranged.layout.height
    axes = axes_at(figure, left=0, top=0, width=width, height=height)
    axes.set(xlim=(arranged.left, arranged.left + width), ylim=(height, 0))
    axes.set_axis_off()
    for left, top, across, down in arranged.frames:
        dashes = {"linewidth": 1, "linestyle": (0, (2, 4)), "zorder": _UNDER}
        _rounded(axes, (left, top, across, down), 2 * RADIUS, "none", theme.edge, **dashes)
    for points in arranged.layout.edges:
        _edge(axes, points, theme)
    for number, (box, sign) in enumerate(zip(folded.boxes, arranged.signs, strict=True)):
        (left, top), across = arranged.layout.boxes[number], arranged.layout.widths[number]
        if box.place:
            _rounded(axes, (left + 4, top + 4, across, BOX_HEIGHT), RADIUS, theme.page, theme.edge, linewidth=1)
        face = theme.padding if box.place else theme.page
        _rounded(axes, (left, top, across, BOX_HEIGHT), RADIUS, face, **_outline(sign, theme))
        if selected in box.names:
            ring = (left - 4, top - 4, across + 8, BOX_HEIGHT + 8)
            _rounded(axes, ring, RADIUS + 4, "none", theme.window_edge, linewidth=3)
        for (below, size, kind), line in zip(LINES, arranged.lines[number], strict=True):
            text = fitted_line(line, size, across, kind == "name")
            _text(axes, (left + across / 2, top + below), text, size, theme.ink, is_bold=kind == "name")
        if sign:
            _text(axes, (left + across - 12, top + 50), sign, 16, theme.window_ink, is_bold=True)


def _outline(sign: str, theme: Theme) -> dict[str, Any]:
    """Return the edge of a box: dashed where paths do not agree, dotted where the operator is unknown."""
    if sign == "≠":
        return {"edge": theme.window_edge, "linewidth": 2, "linestyle": (0, (2.5, 1.5))}
    if sign:
        return {"edge": theme.ink, "linewidth": 2, "linestyle": (0, (1, 1.5))}
    return {"edge": theme.edge, "linewidth": 1}


def _rounded(
    axes: Axes, box: tuple[float, float, float, float], radius: float, face: str, edge: str, **style: Any
) -> None:
    left, top, width, height = box
    corners = f"round,pad=0,rounding_size={radius}"
    options = {"zorder": _OVER, "clip_on": False, "mutation_aspect": 1} | style
    axes.add_patch(FancyBboxPatch((left, top), width, height, corners, facecolor=face, edgecolor=edge, **options))


def _edge(axes: Axes, points: Sequence[tuple[float, float]], theme: Theme) -> None:
    """Draw an edge as `network_drawing` does: bent between rows, straight through slots, with an arrow at its end."""
    corners, codes = [points[0]], [Path.MOVETO]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        end = to_y - (6 if number == len(points) - 2 else 0)
        middle = (y + end) / 2
        corners += [(x, middle), (to_x, middle), (to_x, end)]
        codes += [Path.CURVE4] * 3
    line: dict[str, Any] = {"facecolor": "none", "edgecolor": theme.edge, "linewidth": 1.4, "zorder": _UNDER}
    axes.add_patch(PathPatch(Path(corners, codes), **line))
    x, y = points[-1]
    arrow = Path([(x - 4, y - 7), (x + 4, y - 7), (x, y), (x - 4, y - 7)], closed=True)
    axes.add_patch(PathPatch(arrow, facecolor=theme.edge, linewidth=0, zorder=_UNDER))


def _text(axes: Axes, at: tuple[float, float], text: str, size: int, color: str, *, is_bold: bool) -> None:
    weight = "bold" if is_bold else "normal"
    place: dict[str, Any] = {"ha": "center", "va": "baseline", "zorder": _TEXT, "parse_math": False}
    axes.text(*at, text, color=color, fontsize=size, fontweight=weight, **place)
