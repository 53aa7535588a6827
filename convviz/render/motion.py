"""Motion between the frames of a scene, for files whose pictures may follow one another quickly.

What has one key in two frames slides from its place in the first to its place in the second. As in the browser
(assets/figure/tween.js), a cell is two pieces: its box, which moves, and its number, which stays in its place of the
table. Words, and what has no partner, change at once, half way. Nothing is half-transparent: all pixels are of the
palette, and the pictures between two frames exist one at a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, floor
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from convviz.scene.primitives import Curve, Frame, Look, Placed, Rect, Text

from .palette import Palette, Tile
from .raster import Canvas, Pictures, paint_masked

PICTURES_PER_SECOND: Final = 25

_MOVING: Final = 0.6
"""At most this part of a step is motion."""

_SPLIT: Final = 5_000
"""Looks of cells that are kept apart from their numbers."""

_Box = tuple[int, int, int, int]
"""Left, top, width and height."""

_Ink = tuple[Tile, NDArray[np.bool_]]
"""A number in the shades that it has on a paper, and which of its pixels are not paper."""

_Number = tuple[Text, ...]
"""What is written in the middle of a cell, with places within the cell."""


def pictures(canvas: Canvas, seconds_per_step: float, *, is_smooth: bool) -> Pictures:
    """Yield the frames of a canvas, and where ``is_smooth`` the motion between them; see `Canvas.pictures`."""
    return _smooth(canvas, seconds_per_step) if is_smooth else canvas.pictures(seconds_per_step)


def _smooth(canvas: Canvas, seconds_per_step: float) -> Pictures:
    stage = _stage_of(canvas)
    memory = canvas.memory()
    before: Frame | None = None
    for frame in canvas.scene:
        seconds = seconds_per_step * frame.beats
        steps = int(_MOVING * min(seconds, seconds_per_step) * PICTURES_PER_SECOND)
        way = None if before is None else stage.way(before, frame)
        if way and way.is_moving:
            for step in range(1, steps + 1):
                yield stage.paint(next(memory), way, _ease(step / (steps + 1))), 1 / PICTURES_PER_SECOND
            seconds -= steps / PICTURES_PER_SECOND
        yield canvas.frame(frame, next(memory)), seconds
        before = frame


def _ease(part: float) -> float:
    """Return how far something is on its way: it is slow at both ends."""
    return part * part * (3 - 2 * part)


class _Piece(NamedTuple):
    """What moves as a whole; ``id`` is empty for words, and ``is_cell`` says whether it covers a cell of the table."""

    id: str
    x: int
    y: int
    look: Look
    is_cell: bool

    @property
    def box(self) -> _Box:
        return self.x, self.y, self.look.width, self.look.height


@dataclass(frozen=True, slots=True)
class _Way:
    """From one frame to the next.

    Attributes
    ----------
    goes : list of _Piece
        What is only in the first frame.
    comes : list of (_Piece or None, _Piece)
        What is in the second frame in painting order, each with where it comes from.
    cells : list of _Piece
        The cells of the backdrop over which something is painted, without their numbers.
    numbers : mapping
        The numbers of these cells in the first frame and in the second.
    """

    goes: list[_Piece]
    comes: list[tuple[_Piece | None, _Piece]]
    cells: list[_Piece]
    numbers: Mapping[_Box, tuple[_Number, _Number]]
    _inks: dict[tuple[_Number, int, int, int], _Ink] = field(default_factory=dict)

    @property
    def is_moving(self) -> bool:
        return any(start and start.box != end.box for start, end in self.comes)

    def ink(self, palette: Palette, number: _Number, size: tuple[int, int], paper: int) -> _Ink:
        """Return a number upon a paper, drawn once for all pictures of the way."""
        known = self._inks.get((number, *size, paper))
        if known is None:
            red, green, blue, alpha = palette.colors[paper - 1]
            fill = Rect(0, 0, *size, f"#{red:02x}{green:02x}{blue:02x}{alpha:02x}")
            tile, _ = palette.draw(Look(*size, (fill, *number)))
            known = self._inks[number, *size, paper] = (tile, tile != paper)
        return known


@dataclass(frozen=True, slots=True)
class _Stage:
    """A canvas on which things move.

    Attributes
    ----------
    homes : mapping
        The cells of the backdrop with their keys.
    cells, numbers : mapping
        The cells of the backdrop without their numbers, and these.
    """

    canvas: Canvas
    homes: Mapping[_Box, str]
    cells: Mapping[_Box, _Piece]
    numbers: Mapping[_Box, _Number]

    def way(self, before: Frame, after: Frame) -> _Way:
        """Find what belongs together in two frames: what has the same id, in its order."""
        first, first_numbers = _pieces(before.items, self.homes, self.numbers)
        second, second_numbers = _pieces(after.items, self.homes, self.numbers)
        waiting: dict[str, list[_Piece]] = {}
        words: list[_Piece] = []
        for piece in first:
            (waiting.setdefault(piece.id, []) if piece.id else words).append(piece)
        comes = [(waiting[end.id].pop(0) if waiting.get(end.id) else None, end) for end in second]
        goes = [*words, *(piece for pieces in waiting.values() for piece in pieces)]
        swept = [_hull(start or end, end) for start, end in comes if end.id]
        swept += [piece.box for piece in goes if piece.id]
        numbers = {
            home: (first_numbers.get(home, ()), second_numbers.get(home, ()))
            for home in {**first_numbers, **second_numbers}
            if any(_overlap(home, box) for box in swept)
        }
        return _Way(goes, comes, [cell for home, cell in self.cells.items() if home in numbers], numbers)

    def paint(self, pixels: Tile, way: _Way, part: float) -> Tile:
        """Return the picture that is so far on its way, from 0 to 1, in ``pixels``."""
        is_late = part >= 0.5
        self.canvas.clear(pixels)
        gone = [] if is_late else way.goes
        items = [Placed(piece.x, piece.y, piece.look) for piece in (*way.cells, *gone)]
        for start, end in way.comes:
            if start is None:
                # A cell comes at once: it is what something that moves away leaves behind.
                if is_late or end.is_cell:
                    items.append(Placed(end.x, end.y, end.look))
            elif (new := _reshaped(start, end, part)) is not None:
                self.canvas.paint(pixels, items)
                paint_masked(pixels, new.x, new.y, *self.canvas.palette.draw(new.look))
                items = []
            else:
                items.append(_moved(start, end, part))
        self.canvas.paint(pixels, items)
        for (x, y, width, height), (first, second) in way.numbers.items():
            # A number is written upon whatever covers most of its cell now.
            paper = int(np.bincount(pixels[y : y + height, x : x + width].ravel()).argmax())
            number = _between_numbers(first, second, part)
            paint_masked(pixels, x, y, *way.ink(self.canvas.palette, number, (width, height), paper))
        return pixels


def _stage_of(canvas: Canvas) -> _Stage:
    backdrop = canvas.scene.backdrop
    homes = {(item.x, item.y, item.look.width, item.look.height): item.key for item in backdrop if item.key}
    pieces, numbers = _pieces(backdrop, homes, {})
    return _Stage(canvas, homes, {piece.box: piece for piece in pieces if piece.is_cell}, numbers)


def _pieces(
    items: Iterable[Placed], homes: Mapping[_Box, str], numbers: Mapping[_Box, _Number]
) -> tuple[list[_Piece], dict[_Box, _Number]]:
    """Return the pieces of items in painting order, and the numbers of all cells, those of the backdrop included."""
    pieces = []
    written = dict(numbers)
    for x, y, look, key in items:
        home = (x, y, look.width, look.height)
        marks = look.marks
        is_cell = bool(homes.get(home)) and bool(marks) and isinstance(marks[0], Rect) and marks[0].fill is not None
        if is_cell:
            look, number = _split(look)
            written.pop(home, None)
            if number:
                written[home] = number
        pieces.append(_Piece(key or (homes[home] if is_cell else ""), x, y, look, is_cell))
    return pieces, written


@lru_cache(_SPLIT)
def _split(look: Look) -> tuple[Look, _Number]:
    """Take a cell apart into its box and its number, the same two each time: a palette draws each look once."""
    number = tuple(mark for mark in look.marks if isinstance(mark, Text) and mark.anchor == "middle")
    return look._replace(marks=tuple(mark for mark in look.marks if mark not in number)), number


def _between_numbers(first: _Number, second: _Number, part: float) -> _Number:
    """Return a number on its way within its cell; another number, or the same in another size, comes half way."""
    if [(text.text, text.size) for text in first] != [(text.text, text.size) for text in second]:
        return second if part >= 0.5 else first
    return tuple(
        b._replace(x=round(_mix(a.x, b.x, part)), y=round(_mix(a.y, b.y, part)))
        for a, b in zip(first, second, strict=True)
    )


def _moved(start: _Piece, end: _Piece, part: float) -> Placed:
    """Return a piece on its way; one that has another size there changes its place half way."""
    look = end.look if part >= 0.5 else start.look
    if start.box[2:] != end.box[2:]:
        part = float(part >= 0.5)
    return Placed(round(_mix(start.x, end.x, part)), round(_mix(start.y, end.y, part)), look)


def _reshaped(start: _Piece, end: _Piece, part: float) -> Placed | None:
    """Return a curve, or a rectangle of another size, between two; None for all others."""
    match start.look.marks, end.look.marks:
        case (Curve() as first,), (Curve() as second,) if start != end:
            return _bent(start, first, end, second, part)
        case (Rect() as first,), (Rect() as second,) if first[2:4] != second[2:4]:
            numbers = [round(_mix(a, b, part)) for a, b in zip(first[:4], second[:4], strict=True)]
            x, y, width, height = numbers
            rect = second._replace(x=x, y=y, width=width, height=height)
            left, top = round(_mix(start.x, end.x, part)), round(_mix(start.y, end.y, part))
            return Placed(left, top, Look(x + width, y + height, (rect,)))
    return None


def _bent(start: _Piece, first: Curve, end: _Piece, second: Curve, part: float) -> Placed:
    left, top = floor(_mix(start.x, end.x, part)), floor(_mix(start.y, end.y, part))
    width = ceil(_mix(start.look.width, end.look.width, part)) + 1
    height = ceil(_mix(start.look.height, end.look.height, part)) + 1

    def x(a: float, b: float) -> float:
        return _mix(start.x + a, end.x + b, part) - left

    def y(a: float, b: float) -> float:
        return _mix(start.y + a, end.y + b, part) - top

    curve = Curve(
        x(first.x1, second.x1), y(first.y1, second.y1), x(first.x2, second.x2), y(first.y2, second.y2),
        x(first.x3, second.x3), y(first.y3, second.y3), x(first.x4, second.x4), y(first.y4, second.y4),
        second.color, second.width,
    )  # fmt: skip
    return Placed(left, top, Look(width, height, (curve,)))


def _mix(a: float, b: float, part: float) -> float:
    return a + (b - a) * part


def _hull(first: _Piece, second: _Piece) -> _Box:
    left, top = min(first.x, second.x), min(first.y, second.y)
    right = max(first.x + first.look.width, second.x + second.look.width)
    bottom = max(first.y + first.look.height, second.y + second.look.height)
    return left, top, right - left, bottom - top


def _overlap(first: _Box, second: _Box) -> bool:
    return all(first[k] < second[k] + second[k + 2] and second[k] < first[k] + first[k + 2] for k in (0, 1))
