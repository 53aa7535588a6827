"""Many planes: stacks of channels, side by side or below one another, as boxes within boxes.

A box puts what it holds in a row or in a column, each centred on the others. A stack goes back in steps: every plane
behind the first one is moved a little to the right or upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Union

from .layout import Grid, Panel
from .typography import text_width

_NEAR: Final = 10
_FAR: Final = 26
SIGN: Final = 34
"""Pixels between the planes of a stack, between other boxes, and for a sign."""

_LABEL: Final = 24
_TAG: Final = 12
_SMALLEST_TAG: Final = 9
"""Font sizes of what stands at a plane."""

_BACK: Final = 0.45
_FURTHEST_BACK: Final = 12
"""How far a plane is moved against the one before it: cells, and at most pixels."""


Way = Literal["right", "down"]


@dataclass(frozen=True, slots=True)
class Box:
    """Planes, by their numbers, and boxes, one after the other.

    Attributes
    ----------
    way : whether they follow one another to the right or downwards.
    parts : what is in it.
    label : the line above it.
    sign : what is drawn before it, on its left.
    is_stack : whether its parts go back in steps, close to one another.
    is_flush : whether parts that follow one another downwards begin at one line on the left.
    """

    way: Way
    parts: Sequence[Union["Box", "Lines", int]]
    label: str = ""
    sign: str = ""
    is_stack: bool = False
    is_flush: bool = False

    def all_labels(self) -> list[str]:
        """All labels, of this box and those within."""
        inner = [label for part in self.parts if not isinstance(part, int) for label in part.all_labels()]
        return [self.label, *inner] if self.label else inner


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of equally many parts that are aligned: a channel, its kernel and what they make are one line.

    Attributes
    ----------
    way : where each line leads; the next line is below it, or on its right, one step further back.
    lines : the parts of each line.
    labels : of the first parts of all lines, of the second ones and so on: the text above the first of them.
    signs : what is drawn before them, on their left.
    """

    way: Way
    lines: Sequence[Sequence[Union["Box", int]]]
    labels: Sequence[str]
    signs: Sequence[str]

    def all_labels(self) -> list[str]:
        """All labels, of these lines and the boxes within."""
        inner = [label for line in self.lines for part in line if isinstance(part, Box) for label in part.all_labels()]
        return [*filter(None, self.labels), *inner]


Part = Box | Lines | int


@dataclass(frozen=True, slots=True)
class _Tracks:
    """The columns and rows of aligned lines."""

    lefts: Sequence[int]
    tops: Sequence[int]
    widths: Sequence[int]
    heights: Sequence[int]
    step: int
    size: tuple[int, int]


@dataclass(slots=True)
class Placing:
    """Cells of one size, or where planes stand alone of those that need more as much larger; what has got its place."""

    panels: Sequence[Panel]
    cell: int
    label_size: int
    unit: float
    is_grown: bool = False
    grids: dict[int, Grid] = field(default_factory=dict)
    labels: list[tuple[int, int, str]] = field(default_factory=list)
    signs: list[tuple[str, tuple[int, int]]] = field(default_factory=list)
    tags: list[tuple[int, int, str]] = field(default_factory=list)

    def size(self, part: Part) -> tuple[int, int]:
        """Width and height of a plane or a box, its label and its sign included."""
        if isinstance(part, int):
            cell = self._cell(part)
            return len(self.panels[part].columns) * cell + 1, len(self.panels[part].rows) * cell + 1
        if isinstance(part, Lines):
            return self._tracks(part).size
        along, across = self._inner(part)
        width, height = (along, across) if part.way == "right" else (across, along)
        if part.label:
            width = max(width, self._text(part.label))
            height += self._label
        return width + (self._sign if part.sign else 0), height

    def put(self, part: Part, x: int, y: int) -> None:
        """Give a plane or a box its place, and all that is within."""
        if isinstance(part, int):
            self.grids[part] = Grid(x, y, self._cell(part), self.panels[part].rows, self.panels[part].columns)
            return
        if isinstance(part, Lines):
            self._put_lines(part, x, y)
            return
        width, height = self.size(part)
        if part.sign:
            x, width = x + self._sign, width - self._sign
        if part.label:
            y, height = y + self._label, height - self._label
        _, across = self._inner(part)
        if part.label:
            self.labels.append((x, y, part.label))
        if part.sign:
            self.signs.append((part.sign, (x - self._sign // 2, y + height // 2)))
        self._put_parts(part, x, y, across)

    def _put_parts(self, box: Box, x: int, y: int, across: int) -> None:
        steps = self._steps(box)
        for k, part in enumerate(box.parts):
            width, height = self._tagged_size(part, box.way)
            if box.way == "right":
                lift = steps[-1] - steps[k]
                self._put_tagged(part, x, y + lift + (across - steps[-1] - height) // 2, box.way)
                x += width + self._gap(box)
            else:
                indent = 0 if box.is_flush else (across - steps[-1] - width) // 2
                self._put_tagged(part, x + steps[k] + indent, y, box.way)
                y += height + self._gap(box)

    def _tagged_size(self, part: Part, way: Way) -> tuple[int, int]:
        """With the tag of a plane: above it where planes follow one another to the right, else on its left."""
        width, height = self.size(part)
        if not isinstance(part, int) or not self.panels[part].tags:
            return width, height
        if way == "right":
            return max(width, text_width(self.panels[part].tags[-1], self.tag_size)), height + self._above
        return width + self._beside(part), max(height, round(1.3 * self.tag_size))

    def _put_tagged(self, part: Part, x: int, y: int, way: Way) -> None:
        if isinstance(part, int) and self.panels[part].tags:
            *longer, short = self.panels[part].tags
            if way == "right":
                room, _ = self.size(part)
                text = next((text for text in longer if text_width(text, self.tag_size) <= room), short)
                self.tags.append((x, y + self._above - round(4 * self.unit), text))
                y += self._above
            else:
                self.tags.append((x, y + self.tag_size, short))
                x += self._beside(part)
        self.put(part, x, y)

    def _put_lines(self, lines: Lines, x: int, y: int) -> None:
        tracks = self._tracks(lines)
        count = len(lines.lines)
        way: Way = "down" if lines.way == "right" else "right"
        for j, (label, sign) in enumerate(zip(lines.labels, lines.signs, strict=True)):
            for k, line in enumerate(lines.lines):
                width, height = self._tagged_size(line[j], way)
                column, row = (j, k) if lines.way == "right" else (k, j)
                back = tracks.step * (k if lines.way == "right" else count - 1 - k)
                left, top = x + tracks.lefts[column], y + tracks.tops[row]
                left += (tracks.widths[column] - width) // 2 if not label or lines.way == "down" else 0
                top += (tracks.heights[row] - height) // 2
                left, top = (left + back, top) if lines.way == "right" else (left, top + back)
                self._put_tagged(line[j], left, top, way)
                if label and not k:
                    self.labels.append((left, y + tracks.tops[row], label))
                if sign and (lines.way == "right" or not k):
                    self.signs.append((sign, (left - self._sign // 2, top + height // 2)))

    def _tracks(self, lines: Lines) -> "_Tracks":
        """Where columns and rows begin, counted from the corner of all lines, and their sizes."""
        count, step = len(lines.lines), self._step
        way: Way = "down" if lines.way == "right" else "right"
        sizes = [[self._tagged_size(part, way) for part in line] for line in lines.lines]
        along = 0 if lines.way == "right" else 1
        length = [max(line[j][along] for line in sizes) for j in range(len(lines.labels))]
        breadth = [max(size[1 - along] for size in line) for line in sizes]
        near, far = round(_NEAR * self.unit), round(_FAR * self.unit)
        if lines.way == "right":
            texts = [self._text(label) for label in lines.labels]
            widths = [max(pair) for pair in zip(length, texts, strict=True)]
            before = [self._sign if sign else far * bool(j) for j, sign in enumerate(lines.signs)]
            top = self._label if any(lines.labels) else 0
            lefts = [sum(widths[:j]) + sum(before[: j + 1]) + step * (count - 1) * j for j in range(len(widths))]
            tops = [top + sum(breadth[:k]) + near * k for k in range(count)]
            size = lefts[-1] + widths[-1] + step * (count - 1), tops[-1] + breadth[-1]
            return _Tracks(lefts, tops, widths, breadth, step, size)
        above = [near * bool(j) + self._label if label else far * bool(j) for j, label in enumerate(lines.labels)]
        left = self._sign if any(lines.signs) else 0
        tops = [sum(length[:j]) + sum(above[: j + 1]) + step * (count - 1) * j for j in range(len(length))]
        lefts = [left + sum(breadth[:k]) + near * k for k in range(count)]
        across = max(lefts[-1] + breadth[-1], *(left + self._text(label) for label in lines.labels))
        return _Tracks(lefts, tops, breadth, length, step, (across, tops[-1] + length[-1] + step * (count - 1)))

    def _inner(self, box: Box) -> tuple[int, int]:
        """The parts' room along the box's way and across it."""
        sizes = [self._tagged_size(part, box.way) for part in box.parts]
        if box.way == "down":
            sizes = [(height, width) for width, height in sizes]
        along = sum(size for size, _ in sizes) + self._gap(box) * (len(sizes) - 1)
        return along, max(size for _, size in sizes) + self._steps(box)[-1]

    def _steps(self, box: Box) -> list[int]:
        return [k * self._step * box.is_stack for k in range(len(box.parts))]

    def _gap(self, box: Box) -> int:
        return round((_NEAR if box.is_stack else _FAR) * self.unit)

    def _cell(self, plane: int) -> int:
        if not self.is_grown:
            return self.cell
        return self.cell * self.panels[plane].need // min(panel.need for panel in self.panels)

    def _beside(self, plane: int) -> int:
        return text_width(self.panels[plane].tags[-1], self.tag_size) + round(4 * self.unit)

    @property
    def tag_size(self) -> int:
        """The font size of tags."""
        return max(_SMALLEST_TAG, round(_TAG * self.unit))

    @property
    def _above(self) -> int:
        return self.tag_size + round(4 * self.unit)

    def _text(self, label: str) -> int:
        return text_width(label, self.label_size) + self.label_size // 2 if label else 0

    @property
    def _step(self) -> int:
        return round(min(_BACK * self.cell, _FURTHEST_BACK * self.unit))

    @property
    def _label(self) -> int:
        return round(_LABEL * self.unit)

    @property
    def _sign(self) -> int:
        return round(SIGN * self.unit)
