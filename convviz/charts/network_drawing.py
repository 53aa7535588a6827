"""The graph of a network as SVG: boxes with their receptive fields, and edges from each box to those that read it.

And nodes, fields and boxes in words, as the drawing and its page show them.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import Any, Final

from convviz.analysis import Network, Node, ReceptiveField
from convviz.analysis.kept import kept_with_network
from convviz.analysis.receptive.graph import UNKNOWN, spelled
from convviz.analysis.receptive.tiles import tiles
from convviz.arithmetic import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    Pad2d,
    PixelShuffle,
    Upsample2d,
)
from convviz.arithmetic.layer_kinds import kind_of
from convviz.arithmetic.volume import Volume
from convviz.errors import printable
from convviz.fonts import FAMILY, embedded_font
from convviz.origin import Origin
from convviz.scene.number_format import known_size
from convviz.scene.theme import Theme
from convviz.scene.typography import text_width

from .network_fold import Box, Folded, Opened
from .network_layout import BOX_HEIGHT, Layout, layered

ALIGNED: Final = {True: "yes", False: "no ≠", None: "?"}

_WINDOWED: Final = {Conv2d: "conv", ConvTranspose2d: "transposed", MaxPool2d: "max pool", AvgPool2d: "average"}
"""What the box of a layer with windows calls it."""

LINES: Final = ((18, 14, "name"), (34, 13, "what"), (50, 13, "field"))
"""Baseline, size and class of the lines in a box."""

SIDES: Final = {
    "depth": ("front", "back"),
    "height": ("top", "bottom"),
    "width": ("left", "right"),
    "time": ("left", "right"),
}
"""What the two sides of a cell are called, by the axis."""

RADIUS: Final = 7
_NARROWEST, _WIDEST = 108, 288
_SIDES = 20
_MARK = 16
"""Room for the sign of a box, on both sides because its lines are centered."""

_AROUND = 6
"""Pixels between boxes and the frame of the open box that they are in."""

_HANDLE = (56, 26)
"""Width and height of the handle that folds an open box: large enough for a finger."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Where everything of a drawing is, in pixels.

    Attributes
    ----------
    layout : Layout
        The boxes and edges.
    lines, signs : list
        The three lines in each box, and its sign.
    frames : list of (left, top, width, height)
        Around the boxes of each open one.
    left, right : float
        The ends of the drawing without handles.
    """

    layout: Layout
    lines: list[tuple[str, str, str]]
    signs: list[str]
    frames: list[tuple[float, float, float, float]]
    left: float
    right: float


def arrange(network: Network, folded: Folded, handles: int = 0) -> Arranged:
    """Arrange the boxes of a network, with room for handles of this width on the left of frames."""
    lines = [box_lines(network, box) for box in folded.boxes]
    signs = [_sign(network, box) for box in folded.boxes]
    # The layout is the same for the page and for its file, whichever node is selected, and is computed once.
    layout = layered(tuple(_width(*texts) for texts in zip(lines, signs, strict=True)), folded.edges)
    frames = [_frame(layout, opened, folded) for opened in folded.opened]
    left = min([0, *(frame[0] - handles - _AROUND for frame in frames)])
    right = max([layout.width, *(frame[0] + frame[2] + _AROUND for frame in frames)])
    return Arranged(layout, lines, signs, frames, left, right)


def draw_network(
    network: Network, folded: Folded, selected: str, theme: Theme | None = None, *, title: str = "",
    origin: Origin | None = None,
) -> str:  # fmt: skip
    """Draw a network: with a theme as a file of its own, without one for a page, with handles and the page's colors.

    A file has a title and the description of what it shows, and says its origin.
    """
    described = _escaped(describe_network(network, folded, selected))
    whole = arrange(network, folded, _HANDLE[0] if theme is None else 0)
    layout, frames, left = whole.layout, whole.frames, whole.left
    edges = "".join(map(_edge, layout.edges))
    boxes = []
    for number in range(len(folded.boxes)):
        if theme is None:  # a handle comes before its boxes also for the keyboard
            around = zip(folded.opened, frames, strict=True)
            boxes += [_handle(opened, frame) for opened, frame in around if opened.first == number]
        boxes.append(
            _box(network, folded.boxes[number], layout, number, whole.lines[number], whole.signs[number], selected)
        )
    head = ""
    if theme is not None:
        metadata = f"<metadata>{_escaped(origin.comment)}</metadata>" if origin else ""
        head = f"<title>{_escaped(title)}</title><desc>{described}</desc>{metadata}<style>{_sheet(theme)}</style>"
    outlines = "".join(
        f'<rect class="frame" x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="{2 * RADIUS}"/>'
        for x, y, wide, high in frames
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" '
        f'aria-label="{described}" width="{whole.right - left:g}" '
        f'height="{layout.height}" viewBox="{left:g} 0 {whole.right - left:g} {layout.height}" '
        f'font-family="{FAMILY}, Source Sans, sans-serif">'
        f"{head}{outlines}{edges}{''.join(boxes)}</svg>"
    )


def describe_network(network: Network, folded: Folded, selected: str) -> str:
    """Describe what the drawing shows."""
    count = len(network.main_nodes) - 1
    blocks = [box for box in folded.boxes if len(box.names) > 1]
    hidden = sum(len(box.names) for box in blocks)
    merges = [name for box in folded.boxes if (name := misaligned_in(network, box))]
    sentence = f"The input and {count} node{'s' * (count != 1)} from the top down"
    if blocks:
        sentence += f"; {hidden} of them are folded into {len(blocks)} box{'es' * (len(blocks) != 1)}"
    name, what, field = box_lines(network, folded.boxes[folded.box_of(selected)])
    sentences = [f"{sentence}.", f"Ringed: {name}, {what}, {field}."]
    if merges:
        others = f" and at {len(merges) - 1} more" if len(merges) > 1 else ""
        sentences.append(f"Paths that meet are misaligned at {merges[0]}{others}, marked with a dashed edge and ≠.")
    if network.unknown:
        sentences.append("Operators that are not known have a dotted edge and the sign ?.")
    return " ".join(sentences)


def _sign(network: Network, box: Box) -> str:
    """Return the sign of a box: ≠ if paths that do not agree meet in it, ? if its operator is unknown, else ""."""
    if misaligned_in(network, box):
        return "≠"
    return "?" if any(map(network.is_unsupported, box.names)) else ""


def _width(lines: Sequence[str], sign: str) -> int:
    """Return the width of a box, which fits its lines within limits."""
    widest = max(
        text_width(line, size, kind == "name") + (2 * _MARK if sign and kind == "field" else 0)
        for (_, size, kind), line in zip(LINES, lines, strict=True)
    )
    return min(max(widest + _SIDES, _NARROWEST), _WIDEST)


def _frame(layout: Layout, opened: Opened, folded: Folded) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the frame of an open box; wider around open boxes inside it."""
    inside = [
        inner.depth - opened.depth
        for inner in folded.opened
        if opened.first <= inner.first and inner.last <= opened.last
    ]
    away = _AROUND + 3 * max(inside)
    numbers = range(opened.first, opened.last + 1)
    top = min(layout.boxes[number][1] for number in numbers) - away
    bottom = max(layout.boxes[number][1] for number in numbers) + BOX_HEIGHT + away
    sides = [(layout.boxes[number][0], layout.widths[number]) for number in numbers]
    ends = [end for left, width in sides for end in (left, left + width)]
    for (_, reader), points in zip(folded.edges, layout.edges, strict=True):
        if reader in numbers:
            ends += [x for x, y in points if y > top]
    return min(ends) - away, top, max(ends) - min(ends) + 2 * away, bottom - top


def _handle(opened: Opened, frame: tuple[float, float, float, float]) -> str:
    """Draw the handle that folds an open box; those of nested boxes are below one another."""
    width, height = _HANDLE
    left, top = frame[0] - width, frame[1] + opened.depth * (height + 4) + 2 * _AROUND
    said = _escaped(f"Fold {folded_words(opened.box)} again, {opened.box.names[0]} to {opened.box.key}")
    return (
        f'<g class="handle" data-fold="{opened.box.place}" role="button" aria-label="{said}" tabindex="-1">'
        f'<title>{said}</title><rect x="{left:g}" y="{top:g}" width="{width}" height="{height}" rx="{RADIUS}"/>'
        f'<text x="{left + width / 2:g}" y="{top + 17:g}" font-size="13">− fold</text></g>'
    )


def _box(
    network: Network, box: Box, layout: Layout, number: int, lines: Sequence[str], sign: str, selected: str
) -> str:
    """Draw one box, with a ring if it is selected, a second outline behind it if it is folded, and its sign."""
    (left, top), width = layout.boxes[number], layout.widths[number]
    is_selected = selected in box.names
    kinds = {"folded": box.place, "merge": sign == "≠", "unknown": sign == "?"}
    parts = []
    if box.place:
        parts.append(_rectangle(left + 4, top + 4, width, "behind"))
    parts.append(_rectangle(left, top, width, "face"))
    if is_selected:
        parts.append(_rectangle(left - 4, top - 4, width, "ring", grow=8))
    for (below, size, kind), line in zip(LINES, lines, strict=True):
        text = _escaped(fitted_line(line, size, width, kind == "name"))
        middle = left + width / 2
        parts.append(f'<text class="{kind}" x="{middle:g}" y="{top + below:g}" font-size="{size}">{text}</text>')
    if sign:
        parts.append(f'<text class="mark" x="{left + width - 12:g}" y="{top + 50:g}" font-size="16">{sign}</text>')
    said = _escaped(spoken(network, box))
    return (
        f'<g class="{" ".join(["box", *(kind for kind, is_so in kinds.items() if is_so)])}" '
        f'data-node="{_escaped(box.key)}" data-place="{box.place}" role="button" aria-label="{said}" '
        f'aria-pressed="{str(is_selected).lower()}" tabindex="{0 if is_selected else -1}"><title>{said}</title>'
        f"{''.join(parts)}</g>"
    )


def fitted_line(line: str, size: int, width: int, is_name: bool) -> str:
    """Shorten a line to fit a box: a name keeps its end, in which names differ, and other lines their beginning."""
    room = width - _SIDES + 4
    if text_width(line, size, is_name) <= room:
        return line

    def cut(kept: int) -> str:
        return f"…{line[len(line) - kept :]}" if is_name else f"{line[:kept]}…"

    fits = bisect_right(range(len(line)), room, key=lambda kept: text_width(cut(kept), size, is_name))
    return cut(fits - 1)


def _rectangle(left: float, top: float, width: int, kind: str, grow: int = 0) -> str:
    return (
        f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width + grow}" height="{BOX_HEIGHT + grow}" '
        f'rx="{RADIUS + grow / 2:g}"/>'
    )


def _edge(points: Sequence[tuple[float, float]]) -> str:
    """Draw an edge: bent between rows, straight down through the slots of a row, with an arrow at its end."""
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        end = to_y - (6 if number == len(points) - 2 else 0)
        middle = (y + end) / 2
        path += f"V{end:g}" if x == to_x else f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {end:g}"
    x, y = points[-1]
    arrow = f"M{x - 4:g} {y - 7:g}L{x + 4:g} {y - 7:g}L{x:g} {y:g}Z"
    return f'<path class="edge" d="{path}"/><path class="arrow" d="{arrow}"/>'


def _sheet(theme: Theme) -> str:
    """Return the style sheet of a drawing that is a file of its own; on a page it comes with the component."""
    fonts = embedded_font(bold=False) + embedded_font(bold=True)
    return (
        f"{fonts}text{{fill:{theme.ink};text-anchor:middle}}.name{{font-weight:600}}.edge{{fill:none;stroke:{theme.edge};"
        f"stroke-width:1.4}}.arrow{{fill:{theme.edge}}}.face,.behind{{fill:{theme.page};stroke:{theme.edge}}}"
        f".folded .face{{fill:{theme.padding}}}.frame{{fill:none;stroke:{theme.edge};stroke-dasharray:2 4}}"
        f".unknown .face{{stroke:{theme.ink};stroke-width:2;stroke-dasharray:2 3}}"
        f".merge .face{{stroke:{theme.window_edge};stroke-width:2;stroke-dasharray:5 3}}"
        f".mark{{fill:{theme.window_ink};font-weight:700}}.ring{{fill:none;stroke:{theme.window_edge};stroke-width:3}}"
    )


def _escaped(text: str) -> str:
    """Return a text as XML, in which names of a model may not have control characters."""
    return escape(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text))


def operation_words(network: Network, node: Node) -> str:
    """Say what a node does: the call that makes its layer, or the operator of its file.

    >>> network = Network.known("resnet18")
    >>> print(operation_words(network, network.nodes[1]))
    conv2d(7, stride=2, padding=3)
    """
    operator = network.origins.get(node.name, ("",))[0]
    if node.operation != UNKNOWN:
        return operator if operator and isinstance(node.operation, str) else spelled(node.operation)
    return f"{operator}, unknown" if network.is_unsupported(node.name) else f"{operator}, after unknown"


def brief(network: Network, node: Node) -> str:
    """Say what a node does, in the few words of its box.

    >>> network = Network.known("resnet18")
    >>> print(brief(network, network.nodes[1]))
    conv 7×7, stride 2
    """
    layer, axes = node.operation, len(network.axes)

    def along(name: str) -> tuple[Any, ...]:
        if isinstance(layer, Volume):
            return getattr(layer.depth, name)[0], *getattr(layer.plane, name)
        numbers: tuple[Any, ...] = getattr(layer, name)
        return numbers[-axes:]

    match layer.plane if isinstance(layer, Volume) else layer:
        case Conv2d() | ConvTranspose2d() | MaxPool2d() | AvgPool2d() as plane:
            words = [f"{_WINDOWED[type(plane)]} {_tight(along('kernel_size'))}", _unless_one("stride", along("stride"))]
            if isinstance(plane, Conv2d):
                words.append(_unless_one("dilation", along("dilation")))
        case AdaptiveMaxPool2d() | AdaptiveAvgPool2d() as plane:
            words = [f"{kind_of(plane).label.lower()} {_tight(along('output'))}"]
        case Upsample2d(mode=mode):
            words = [f"resized ×{_once(along('scale_factor'))}, {mode}"]
        case PixelShuffle(factor=factor):
            words = [f"pixel shuffle {factor}"]
        case Pad2d(padding=sides):
            is_crop = all(cells <= 0 for side in sides for cells in side)
            words = ["crop" if is_crop else "pad"]
        case _:
            words = [operation_words(network, node).replace("_", " ")]
    return ", ".join(word for word in words if word)


def _unless_one(word: str, numbers: Sequence[int]) -> str:
    return "" if set(numbers) == {1} else f"{word} {_once(numbers)}"


def _once(numbers: Sequence[int | Fraction]) -> str:
    """Say a number that all axes share once."""
    return str(numbers[0]) if len(set(numbers)) == 1 else _tight(numbers)


def _tight(numbers: Sequence[int | Fraction | None]) -> str:
    return known_size(numbers).replace(" ", "")


@kept_with_network(512)
def box_lines(network: Network, box: Box) -> tuple[str, str, str]:
    """Return the three lines of a box: its name, what it does, its field and whether it is an output."""
    field = f"field {field_words(network.receptive_field(box.key))}"
    if not set(box.names).isdisjoint(network.outputs):
        field = f"output, {field}"
    name = printable(box.key)
    if len(box.names) == 1:
        return name, printable(brief(network, network.node(box.key))), field
    return name if box.blocks == 1 else f"… {name}", folded_words(box), field


def field_words(field: ReceptiveField) -> str:
    """Say how large a field is: its local size, with "whole" where a global operation took part.

    >>> from convviz.arithmetic import conv2d
    >>> network = Network(8).sequential([conv2d(3), ("pool", "global_pool")])
    >>> [field_words(network.receptive_field(node.name)) for node in network.nodes]
    ['1 × 1', '3 × 3', '3 × 3 + whole']
    """
    return f"{known_size(field.local.size)} + whole" if field.is_global else known_size(field.size)


CELLS: Final = {"depth": "slice", "height": "row", "width": "column", "time": "step"}
"""What a place along an axis is called."""


def place_words(axes: Sequence[str], spans: Sequence[str]) -> str:
    """Say where cells are, from the last spans, one for each axis.

    >>> place_words(("height", "width"), ["0 to 3", "1 to 4"]), place_words(("time",), ["0 to 0", "1 to 4"])
    ('rows 0 to 3 and columns 1 to 4', 'steps 1 to 4')
    """
    return listed([f"{CELLS[axis]}s {span}" for axis, span in zip(axes, spans[-len(axes) :], strict=True)])


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence.

    >>> listed(["depth", "height", "width"])
    'depth, height and width'
    """
    return ", ".join([*words[:-2], " and ".join(words[-2:])])


def folded_words(box: Box) -> str:
    """Say what is folded in a box."""
    if box.blocks == 1:
        return f"block of {len(box.names)} nodes"
    return f"{box.blocks} equal blocks" if box.blocks else f"{len(box.names)} nodes in a row"


def spoken(network: Network, box: Box) -> str:
    """Describe a box for readers who do not see it."""
    name, what, field = box_lines(network, box)
    words = [f"{box.names[0]} to {box.key}" if len(box.names) > 1 else name, what, field]
    if merge := misaligned_in(network, box):
        words.append(f"paths are misaligned at {merge}")
    return ", ".join(words)


def misaligned_in(network: Network, box: Box) -> str | None:
    """Return the first node of a box at which paths meet that do not agree, None if there is none.

    A node that only comes after such a merge does not count.
    """
    merges = _misaligned(network)
    return next((name for name in box.names if name in merges), None)


@kept_with_network(1)
def _misaligned(network: Network) -> frozenset[str]:
    """Return the nodes at which paths meet that do not agree."""
    fields = {node.name: network.receptive_field(node.name) for node in network.nodes}
    places = {name: (field.local.jump, field.local.center) for name, field in fields.items()}
    return frozenset(
        node.name
        for node in network.nodes
        if len(node.inputs) > 1
        and fields[node.name].is_aligned is False
        and (
            fields[node.name].misaligned_at == node.name
            or any(places[name] != places[node.inputs[0]] for name in node.inputs)
        )
    )


@kept_with_network(16)
def tile_words(network: Network, node: str) -> str:
    """Say how tiles have to be cut, as Markdown.

    Examples
    --------
    >>> tile_words(Network.known("unet"), "classes").rpartition(". ")[2]
    '**Tile sides** that the network takes: 188 + 16 n, such as 204, 220, 236.'
    """
    cut = tiles(network.graph, node)
    if isinstance(cut, str):
        answer, _, cause = cut.partition(", ")
        return f"**Tile overlap: {answer}**, {cause}."
    axes = network.axes  # of planes of one row only the last axis
    steps, least = cut.step[-len(axes) :], cut.least[-len(axes) :]
    lengths = [
        f"{least - step} + {step} n, such as {least}, {least + step}, {least + 2 * step}"
        for step, least in zip(steps, least, strict=True)
    ]
    if len(set(lengths)) == 1:
        sides = lengths[0]
    else:
        sides = listed([f"{length} ({axis})" for length, axis in zip(lengths, axes, strict=True)])
    step = str(steps[0]) if len(set(steps)) == 1 else known_size(steps)
    late = [axis for axis, is_causal in zip(axes, cut.is_causal[-len(axes) :], strict=True) if is_causal]
    own_time = f", along the {' and '.join(late)} at the last cell of it, its own time" if late else ""
    taken = "**Tile sides**" if all(cut.takes_any) else "**Tile sides** that the network takes"
    return (
        f"**Tile overlap** in input cells: **{side_words(axes, cut.overlap)}**. An output is taken to lie at the "
        f"center of what it reads{own_time}. A tile with this much around its own part gives the outputs that lie in "
        f"that part as the whole image does. Tiles begin, as their own parts do, at multiples of {step}. "
        f"{taken}: {sides}."
    )


def side_words(axes: Sequence[str], cells: Sequence[tuple[int, int]]) -> str:
    """Say how many cells there are on each side, from the last pairs, one for each axis.

    >>> side_words(("height", "width"), ((1, 2), (3, 4))), side_words(("time",), ((0, 0), (252, 0)))
    ('top 1, bottom 2, left 3, right 4', 'left 252, right 0')
    """
    pairs = zip(axes, cells[-len(axes) :], strict=True)
    return ", ".join(f"{side} {count}" for axis, both in pairs for side, count in zip(SIDES[axis], both, strict=True))
