"""Many planes: stacks of channels, side by side or below one another, as boxes within boxes.

A box puts what it holds in a row or in a column, each centred on the others. A stack goes back in steps: every plane
behind the first one is moved a little to the right or upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal, Union

from .layout import LARGEST_CELL, NOMINAL_WIDTH, SMALLEST_CELL, SMALLEST_UNIT, Grid, Layout, Panel, Signs, widest_needed
from .prose import Line, Prose, lines_below, text_lines, word_widths
from .typography import SMALLEST, fitting_size, text_width

_FLAT: Final = 0.62
"""The planes are at most this tall, as a fraction of the width, unless their cells cannot be read then."""

_TALL: Final = 1.15
_GAIN: Final = 1.1
"""Another arrangement must make the cells so much larger."""

_NEAR: Final = 10
_FAR: Final = 26
_SIGN: Final = 34
"""Pixels between the planes of a stack, between other boxes, and for a sign."""

_LABEL: Final = 24
_BACK: Final = 0.45
_FURTHEST_BACK: Final = 12
"""How far a plane is moved against the one before it: cells, and at most pixels."""


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

    way: Literal["right", "down"]
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

    way: Literal["right", "down"]
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
class _Placing:
    """Cells of one size, and what has got its place so far."""

    panels: Sequence[Panel]
    cell: int
    label_size: int
    unit: float
    grids: dict[int, Grid]
    labels: list[tuple[int, int, str]]
    signs: list[tuple[str, tuple[int, int]]]

    def size(self, part: Part) -> tuple[int, int]:
        """Width and height of a plane or a box, its label and its sign included."""
        if isinstance(part, int):
            return len(self.panels[part].columns) * self.cell + 1, len(self.panels[part].rows) * self.cell + 1
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
            self.grids[part] = Grid(x, y, self.cell, self.panels[part].rows, self.panels[part].columns)
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
            width, height = self.size(part)
            if box.way == "right":
                lift = steps[-1] - steps[k]
                self.put(part, x, y + lift + (across - steps[-1] - height) // 2)
                x += width + self._gap(box)
            else:
                indent = 0 if box.is_flush else (across - steps[-1] - width) // 2
                self.put(part, x + steps[k] + indent, y)
                y += height + self._gap(box)

    def _put_lines(self, lines: Lines, x: int, y: int) -> None:
        tracks = self._tracks(lines)
        count = len(lines.lines)
        for j, (label, sign) in enumerate(zip(lines.labels, lines.signs, strict=True)):
            for k, line in enumerate(lines.lines):
                width, height = self.size(line[j])
                column, row = (j, k) if lines.way == "right" else (k, j)
                back = tracks.step * (k if lines.way == "right" else count - 1 - k)
                left, top = x + tracks.lefts[column], y + tracks.tops[row]
                left += (tracks.widths[column] - width) // 2 if not label or lines.way == "down" else 0
                top += (tracks.heights[row] - height) // 2
                left, top = (left + back, top) if lines.way == "right" else (left, top + back)
                self.put(line[j], left, top)
                if label and not k:
                    self.labels.append((left, y + tracks.tops[row], label))
                if sign and (lines.way == "right" or not k):
                    self.signs.append((sign, (left - self._sign // 2, top + height // 2)))

    def _tracks(self, lines: Lines) -> "_Tracks":
        """Where columns and rows begin, counted from the corner of all lines, and their sizes."""
        count, step = len(lines.lines), self._step
        sizes = [[self.size(part) for part in line] for line in lines.lines]
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
        sizes = [self.size(part) for part in box.parts]
        if box.way == "down":
            sizes = [(height, width) for width, height in sizes]
        along = sum(size for size, _ in sizes) + self._gap(box) * (len(sizes) - 1)
        return along, max(size for _, size in sizes) + self._steps(box)[-1]

    def _steps(self, box: Box) -> list[int]:
        return [k * self._step * box.is_stack for k in range(len(box.parts))]

    def _gap(self, box: Box) -> int:
        return round((_NEAR if box.is_stack else _FAR) * self.unit)

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
        return round(_SIGN * self.unit)


def plan_table(
    panels: Sequence[Panel], arrangements: Sequence[Part], prose: Prose, width: int | None, limit: float
) -> tuple[Layout, list[str]]:
    """Place the planes in that arrangement which makes their cells largest, earlier ones being preferred.

    Parameters
    ----------
    arrangements : sequence of Box or Lines
        Each holds every panel.
    width : int, optional
        Without it, the picture is as wide as its cells need to be read.
    limit : float
        The most pixels that the picture may have.

    Returns
    -------
    layout : Layout
    labels : list of str
        What stands on the layout's labels.

    Examples
    --------
    >>> panels = [Panel("", range(4), range(4))] * 2 + [Panel("", range(2), range(2))]
    >>> stack = Box("down", [0, 1], label="input", is_stack=True)
    >>> layout, labels = plan_table(panels, [Box("right", [stack, Box("right", [2], sign="=")])], Prose(), None, 1e6)
    >>> layout.width, [grid.cell for grid in layout.grids], labels
    (900, [64, 64, 64], ['input'])
    """
    readable = max(panel.need for panel in panels)
    labels: dict[int, list[str]] = {}

    def place(wide: int) -> Layout:
        layout, labels[wide] = _place(panels, arrangements, prose, wide)
        return layout

    layout = widest_needed(place, lambda layout: layout.grids[0].cell >= readable, width, limit)
    return layout, labels[layout.width]  # another width may have another arrangement


def _place(panels: Sequence[Panel], arrangements: Sequence[Part], prose: Prose, width: int) -> tuple[Layout, list[str]]:
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    room = width - 2 * margin
    first = Line(margin, round(30 * unit), room, round(18 * unit))
    title = text_lines(prose.title, first, round(23 * unit), partial(word_widths, bold=True))
    top = (title[-1] if title else first).y + round(14 * unit)
    box, placing = _best(panels, arrangements, room, unit)
    across, down = placing.size(box)
    placing.put(box, margin + (room - across) // 2, top)
    grids = tuple(placing.grids[k] for k in range(len(panels)))
    lines = tuple(
        Line(max(2, min(x, width - text_width(label, placing.label_size) - 2)), y - round(8 * unit), room,
             placing.label_size)
        for x, y, label in placing.labels
    )  # fmt: skip
    signs: Signs = tuple(placing.signs)
    terms, formulas, legend, height = lines_below(prose, Line(margin, top + down, room, 0), unit)
    layout = Layout(width, height, unit, title, grids, lines, signs, terms, formulas, legend)
    return layout, [label for _, _, label in placing.labels]


def _best(panels: Sequence[Panel], arrangements: Sequence[Part], room: int, unit: float) -> tuple[Part, _Placing]:
    """The arrangement with the largest cells: within a flat picture, or if nobody could read it a tall one."""
    readable = max(panel.need for panel in panels)
    best: tuple[Part, _Placing] | None = None
    for tall in (_FLAT * NOMINAL_WIDTH * unit, _tall(room, unit)):
        for box in arrangements:
            found = _largest(panels, box, room, int(tall), unit)
            if found and (best is None or found.cell >= _GAIN * best[1].cell):
                best = box, found
        if best is not None and best[1].cell >= readable:
            break
    return best or _narrow(panels, arrangements, room, unit)


def _narrow(panels: Sequence[Panel], arrangements: Sequence[Part], room: int, unit: float) -> tuple[Part, _Placing]:
    """Where no arrangement has room, the lowest that keeps within the width: a picture may be tall, but not cut off."""
    every = [*arrangements, *map(_tower, arrangements)]
    for smallest in (SMALLEST_CELL, 1):
        for times in (1, 2, 4, 8, 16):
            tall = int(times * _tall(room, unit))
            placed = [(box, _largest(panels, box, room, tall, unit, smallest)) for box in every]
            fitting = [(box, found) for box, found in placed if found]
            if fitting:
                return max(fitting, key=lambda one: one[1].cell)
    return every[-1], _Placing(panels, 1, SMALLEST, unit, {}, [], [])


def _tall(room: int, unit: float) -> float:
    return max(_TALL * room, NOMINAL_WIDTH * unit)


def _tower(part: Part) -> Part:
    """The same planes, all below one another."""
    if isinstance(part, int):
        return part
    if isinstance(part, Box):
        return replace(part, way="down", parts=[*map(_tower, part.parts)], is_flush=True)
    each: list[Part] = [
        Box("down", [_tower(one)], "" if k else label, sign, is_flush=True)
        for k, line in enumerate(part.lines)
        for one, label, sign in zip(line, part.labels, part.signs, strict=True)
    ]
    return Box("down", each, is_flush=True)


def _largest(
    panels: Sequence[Panel], box: Part, room: int, tall: int, unit: float, smallest: int = SMALLEST_CELL
) -> _Placing | None:
    """The largest cells with which an arrangement keeps within its room; None where not even the smallest do."""
    labels = [] if isinstance(box, int) else box.all_labels()
    # A label may stand behind a sign.
    label = min((fitting_size(text, round(14 * unit), room - round(_SIGN * unit)) for text in labels), default=0)
    low, high = smallest - 1, round(LARGEST_CELL * unit)
    while low < high:
        cell = (low + high + 1) // 2
        width, height = _Placing(panels, cell, label, unit, {}, [], []).size(box)
        if width <= room and height <= tall:
            low = cell
        else:
            high = cell - 1
    return _Placing(panels, low, label, unit, {}, [], []) if low >= smallest else None
