"""The graph of a network as SVG: boxes with their receptive fields, and who reads whom."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from ..analysis.receptive import Network
from ..scene.theme import Theme
from ..scene.typography import text_width
from .network_fold import Folded
from .network_layout import BOX_HEIGHT, BOX_WIDTH, Layout, layered
from .network_words import box_lines, misaligned_in, spoken

_LINES = ((18, 13, "name"), (34, 12, "what"), (50, 12, "field"))
"""Baseline, size and class of the lines in a box."""

_RADIUS = 7


def draw_network(network: Network, folded: Folded, selected: str, theme: Theme | None = None) -> str:
    """The drawing; without a theme its colours are those that the page gives to its classes."""
    layout = layered(len(folded.boxes), folded.edges)
    words = describe_network(network, folded, selected)
    edges = "".join(f'<path class="edge" d="{_curve(points)}"/>{_arrow(points)}' for points in layout.edges)
    boxes = "".join(_box(network, folded, number, layout, selected) for number in range(len(folded.boxes)))
    style = "" if theme is None else f"<style>{_sheet(theme)}</style>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-label="{escape(words)}" width="{layout.width}" '
        f'height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}" font-family="sans-serif">'
        f"{style}{edges}{boxes}</svg>"
    )


def describe_network(network: Network, folded: Folded, selected: str) -> str:
    """What the drawing shows, in words."""
    count = len(network.nodes)
    blocks = [box for box in folded.boxes if len(box.names) > 1]
    hidden = sum(len(box.names) for box in blocks)
    merges = [name for box in folded.boxes if (name := misaligned_in(network, box))]
    name, what, field = box_lines(network, folded.boxes[folded.box_of(selected)])
    sentences = [
        f"{count} nodes from the top down"
        + (
            f"; {hidden} of them are folded into {len(blocks)} {_plural('box', 'boxes', len(blocks))}."
            if blocks
            else "."
        )
    ]
    sentences.append(f"Ringed: {name}, {what}, {field}.")
    if merges:
        others = f" and at {len(merges) - 1} more" if len(merges) > 1 else ""
        sentences.append(f"Paths that meet are misaligned at {merges[0]}{others}, marked with a dashed edge and ≠.")
    return " ".join(sentences)


def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _box(network: Network, folded: Folded, number: int, layout: Layout, selected: str) -> str:
    """One box, with a ring if it is the selected one, a stack behind it if it is folded, and a mark if misaligned."""
    box, (left, top) = folded.boxes[number], layout.boxes[number]
    is_selected, is_folded = selected in box.names, len(box.names) > 1
    merge = misaligned_in(network, box)
    classes = ["box", *(["folded"] if is_folded else []), *(["merge"] if merge else [])]
    parts = []
    if is_folded:
        parts.append(_rectangle(left + 4, top + 4, "behind"))
    parts.append(_rectangle(left, top, "face"))
    if is_selected:
        parts.append(_rectangle(left - 4, top - 4, "ring", grow=8))
    room = BOX_WIDTH - 16
    for (below, size, kind), line in zip(_LINES, box_lines(network, box), strict=True):
        text = escape(_shortened(line, size, room, kind == "name"))
        middle = left + BOX_WIDTH / 2
        parts.append(f'<text class="{kind}" x="{middle:g}" y="{top + below:g}" font-size="{size}">{text}</text>')
    if merge:
        parts.append(f'<text class="mark" x="{left + BOX_WIDTH - 12:g}" y="{top + 50:g}" font-size="16">≠</text>')
    said = escape(spoken(network, box))
    return (
        f'<g class="{" ".join(classes)}" data-node="{escape(box.key)}" role="button" aria-label="{said}" '
        f'aria-pressed="{str(is_selected).lower()}" tabindex="{0 if is_selected else -1}"><title>{said}</title>'
        f"{''.join(parts)}</g>"
    )


def _shortened(line: str, size: int, room: int, is_name: bool) -> str:
    """A line that fits: a name keeps its end, which tells it from its neighbours, and other lines their beginning."""
    shown, kept = line, line
    while text_width(shown, size, is_name) > room:
        kept = kept[1:] if is_name else kept[:-1]
        shown = f"…{kept}" if is_name else f"{kept}…"
    return shown


def _rectangle(left: float, top: float, kind: str, grow: int = 0) -> str:
    return (
        f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{BOX_WIDTH + grow}" height="{BOX_HEIGHT + grow}" '
        f'rx="{_RADIUS + grow / 2:g}"/>'
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Bends between rows, straight down through the slots of a row."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        end = to_y - (6 if number == len(points) - 2 else 0)
        middle = (y + end) / 2
        path += f"V{end:g}" if x == to_x else f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {end:g}"
    return path


def _arrow(points: Sequence[tuple[float, float]]) -> str:
    x, y = points[-1]
    return f'<path class="arrow" d="M{x - 4:g} {y - 7:g}L{x + 4:g} {y - 7:g}L{x:g} {y:g}Z"/>'


def _sheet(theme: Theme) -> str:
    """The colours of a drawing that is a file of its own; on the page they come with its component."""
    return (
        f"text{{fill:{theme.ink};text-anchor:middle}}.name{{font-weight:600}}.edge{{fill:none;stroke:{theme.edge};"
        f"stroke-width:1.4}}.arrow{{fill:{theme.edge}}}.face,.behind{{fill:{theme.page};stroke:{theme.edge}}}"
        f".folded .face{{fill:{theme.padding}}}.merge .face{{stroke:{theme.window_edge};stroke-width:2;"
        f"stroke-dasharray:5 3}}.mark{{fill:{theme.window_ink};font-weight:700}}.ring{{fill:none;"
        f"stroke:{theme.window_edge};stroke-width:3}}"
    )
