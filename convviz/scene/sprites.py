"""How cells and words look: small pictures, made once for each distinct look and shared by all frames."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from .primitives import Line, Look, Mark, Rect, Text
from .typography import CAP_HEIGHT, fitting_text, text_width

Sign = Literal["", "cropped", "extra"]
Edge = Literal["solid", "dashed", "dotted"]
_CACHED: Final = 8192


@dataclass(frozen=True, slots=True)
class Skin:
    """How one kind of cell looks: its fill, its ink, its edge and its sign.

    Dashes and signs tell apart what colours alone would not.
    """

    fill: str
    ink: str
    edge_color: str
    edge: Edge = "solid"
    sign: Sign = ""


@dataclass(frozen=True, slots=True)
class Note:
    """The small text in the corner of a cell."""

    text: str
    size: int
    color: str


@lru_cache(_CACHED)
def cell_look(side: int, skin: Skin, text: str, size: int, stroke: int = 1, note: Note | None = None) -> Look:
    """A cell with its number in the middle, and below it on the right, where there is room, a note.

    ``side`` is in pixels from grid line to grid line; the cell covers the closing line too.
    """
    marks = _box(side, skin, stroke, corners_only=bool(text))
    room = side - 2 * stroke
    if note is not None and text_width(note.text, note.size) <= room:
        y = side - stroke - max(1, round(0.06 * side))
        marks.append(Text(side - stroke, y, note.text, note.size, note.color, "end"))
        size = min(size, round(0.42 * side))
        middle = 0.37 * side
    else:
        middle = (side + 1) / 2
    text = fitting_text(text, size, side - 1)
    if text:
        marks.append(Text((side + 1) / 2, middle + CAP_HEIGHT * size / 2, text, size, skin.ink, "middle"))
    return Look(side + 1, side + 1, tuple(marks))


@lru_cache(_CACHED)
def text_look(text: str, size: int, color: str, bold: bool = False) -> Look:
    """One line of text that starts at the left edge of its box, with its baseline at `baseline`."""
    mark = Text(1, baseline(size), text, size, color, "start", bold)
    return Look(text_width(text, size, bold) + 2, round(1.3 * size) + 1, (mark,))


def baseline(size: int) -> int:
    """Pixels from the top of a `text_look` to its baseline."""
    return size


@lru_cache(_CACHED)
def frame_look(width: int, height: int, color: str, stroke: int) -> Look:
    """A hollow rectangle around a window."""
    return Look(width, height, (Rect(0, 0, width, height, None, color, stroke),))


@lru_cache(_CACHED)
def line_look(x1: int, y1: int, x2: int, y2: int, color: str, width: int = 1) -> Look:
    """A line between two points, none of them left of or above the corner of the look."""
    return Look(max(x1, x2) + width, max(y1, y2) + width, (Line(x1, y1, x2, y2, color, width),))


def _box(side: int, skin: Skin, stroke: int, corners_only: bool) -> list[Mark]:
    dash = {"solid": 0, "dashed": max(2, side // 10), "dotted": 1}[skin.edge]
    marks: list[Mark] = [Rect(0, 0, side + 1, side + 1, skin.fill, skin.edge_color, stroke, dash)]
    if skin.sign == "cropped":
        # A cross through the whole cell; beside a number, only its four ends.
        arm = side // 5 if corners_only else side // 2
        for x, to_right in ((1, 1), (side - 1, -1)):
            marks.append(Line(x, 1, x + to_right * arm, 1 + arm, skin.edge_color))
            marks.append(Line(x, side - 1, x + to_right * arm, side - 1 - arm, skin.edge_color))
    elif skin.sign == "extra":
        corner = max(3, side // 6)
        marks.append(Rect(side - corner, 0, corner + 1, corner + 1, skin.edge_color))
    return marks
