"""How cells and words look: small pictures, made once for each distinct look and shared by all frames."""

from functools import lru_cache
from typing import Final, Literal

from .primitives import Line, Look, Mark, Rect, Text
from .typography import CAP_HEIGHT, fitting_size, text_width

Sign = Literal["", "cropped", "extra"]
_CACHED: Final = 8192

# Dashes tell padding from inserted zeros where colours cannot.
SOLID: Final = 0
DASHED: Final = 4
DOTTED: Final = 1


@lru_cache(_CACHED)
def cell_look(
    side: int, text: str, size: float, fill: str, ink: str, edge: str, dash: int = SOLID, stroke: int = 1, sign: Sign = ""
) -> Look:
    """A cell with its number in the middle; ``side`` pixels from grid line to grid line."""
    marks = _box(side, fill, edge, dash, stroke, sign)
    if text:
        marks.append(_centred(text, size, side, (side + 1) / 2, ink))
    return Look(side + 1, side + 1, tuple(marks))


@lru_cache(_CACHED)
def tapped_look(
    side: int, text: str, size: float, note: str, fill: str, ink: str, note_ink: str, edge: str, stroke: int
) -> Look:
    """A cell under a tap: its number, and in the corner what it is multiplied by or what it adds."""
    marks = _box(side, fill, edge, SOLID, stroke, "")
    small = fitting_size(note, max(0.27 * side, 8), side - 2 * stroke - 1)
    marks.append(_centred(text, min(size, 0.42 * side), side, 0.37 * side, ink))
    marks.append(Text(side - stroke - 1, side - stroke - max(1, 0.06 * side), note, small, note_ink, "end"))
    return Look(side + 1, side + 1, tuple(marks))


@lru_cache(_CACHED)
def text_look(text: str, size: float, color: str, bold: bool = False) -> Look:
    """One line of text that starts at the left edge of its box, with its baseline at `baseline`."""
    return Look(
        text_width(text, size, bold) + 2, round(1.3 * size) + 1, (Text(1, baseline(size), text, size, color, "start", bold),)
    )


def baseline(size: float) -> int:
    """Pixels from the top of a `text_look` to its baseline."""
    return round(size)


@lru_cache(_CACHED)
def frame_look(width: int, height: int, color: str, stroke: int, dash: int = SOLID) -> Look:
    """A hollow rectangle around a window."""
    return Look(width, height, (Rect(0, 0, width, height, None, color, stroke, dash),))


def _box(side: int, fill: str, edge: str, dash: int, stroke: int, sign: Sign) -> list[Mark]:
    marks: list[Mark] = [Rect(0, 0, side + 1, side + 1, fill, edge, stroke, dash)]
    if sign == "cropped":
        marks += [Line(1, 1, side - 1, side - 1, edge), Line(1, side - 1, side - 1, 1, edge)]
    elif sign == "extra":
        corner = max(3, side // 6)
        marks.append(Rect(side - corner, 0, corner + 1, corner + 1, edge))
    return marks


def _centred(text: str, size: float, side: int, middle: float, ink: str) -> Text:
    return Text((side + 1) / 2, middle + CAP_HEIGHT * size / 2, text, size, ink, "middle")
