"""Where everything goes: the only module in which rows and columns become x and y.

Panels and the text around them are placed in boxes within boxes. A box puts its parts in a row or in a column, each
centered on the others. A stack goes back in steps: every panel behind the first one is moved a little to the right or
upwards. All lengths grow with the picture's width; ``unit`` is one pixel of a picture 900 wide. Cells are a whole
number of pixels, so that grid lines stay sharp.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate, chain
from math import ceil, inf
from typing import Final, Literal, NamedTuple, Protocol, TypeVar

from .panels import Panel
from .primitives import Grid
from .typography import SMALLEST, Line, Prose, fitting_size, lines_below, text_lines, text_width, widest

NOMINAL_WIDTH: Final = 900
SMALLEST_UNIT: Final = 0.7
"""Narrow pictures keep their letters at this fraction of the size in a picture 900 wide."""

_WIDTHS: Final = (900, 1080, 1280, 1440)
"""Widths that are tried when none is given."""

_NARROW: Final = (760, 640, 540, 440, 340, 240)
"""Widths for animations with many frames, where wider ones would have too many pixels."""

_SMALLEST_CELL: Final = 4
_LARGEST_CELL: Final = 64
_LEGIBLE: Final = 0.9
"""With cells at least this large, as a fraction of what they need, numbers have 11 pixels and more."""

_FLAT: Final = 0.62
"""The panels are at most this tall, as a fraction of the width, unless their cells cannot be read then."""

_FLATTER: Final = 0.45
_FLATTER_CELL: Final = 16
"""Blocks of which few channels are drawn may be flatter, with cells of at least this many pixels."""

_SEEN: Final = 0.57
_WORDS: Final = 160
"""A page reduces pictures that are taller than this fraction of their width; pixels that words above and below take."""

_TALL: Final = 1.15
_SMALL: Final = 0.8
"""Cells smaller than this, as a fraction of what they need, are not read on a phone."""

_GAIN: Final = 1.1
"""Another arrangement must make the cells this much larger."""

_NEAR: Final = 10
_FAR: Final = 26
_SIGN: Final = 34
"""Pixels between the panels of a stack, between other boxes, and for a sign."""

_LABEL: Final = 24
_LABEL_SIZE: Final = 15
_TAG: Final = 13
_SMALLEST_TAG: Final = 10
"""Pixels above a box for its label, and font sizes of labels and of the text at a panel."""

_BACK: Final = 0.45
_FURTHEST_BACK: Final = 12
"""How far a panel is moved against the one before it: cells, and at most pixels."""

_SHEETS: Final = 4
_SHEET_STEP: Final = 4
"""The most sheets that show hidden channels behind a panel, and by how many pixels each is further back."""

Way = Literal["right", "down"]


@dataclass(frozen=True, slots=True)
class Box:
    """Panels, by their numbers, and boxes, one after the other.

    Attributes
    ----------
    way : "right" or "down"
        Where they follow one another.
    parts : sequence
        What is in it.
    label : str
        The line above it.
    sign : str
        What is drawn before it, on its left.
    is_stack : bool
        Whether its parts go back in steps, close to one another.
    is_flush : bool
        Whether parts that follow one another downwards begin at one line on the left.
    is_at_end : bool
        Whether it ends at the right edge of the box that it is in, whose parts follow one another downwards.
    gap : int
        Pixels between its parts, unless it is a stack.
    label_size : int
        Of a whole arrangement the font size of all labels, where they have room.
    """

    way: Way
    parts: Sequence["Part"]
    label: str = ""
    sign: str = ""
    is_stack: bool = False
    is_flush: bool = False
    is_at_end: bool = False
    gap: int = _FAR
    label_size: int = _LABEL_SIZE


@dataclass(frozen=True, slots=True)
class Lines:
    """Aligned lines with equally many parts: a channel, its kernel and what they make are one line.

    Attributes
    ----------
    way : "right" or "down"
        Where each line leads; the next line is below it, or on its right, one step further back.
    lines : sequence of sequences
        The parts of each line.
    labels : sequence of str
        Of the first parts of all lines, of the second ones and so on: the text above the first of them.
    signs : sequence of str
        What is drawn before them, on their left.
    """

    way: Way
    lines: Sequence[Sequence[Box | int]]
    labels: Sequence[str]
    signs: Sequence[str]


Part = Box | Lines | int
OnePart = TypeVar("OnePart", bound=Part)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one picture.

    Attributes
    ----------
    title, terms, formulas, legend : tuples of Line
        Lines of text above and below the grids.
    grids : tuple of Grid
        The panels in their places.
    labels, tags : sequences of (Line, str)
        The text above boxes, and the small text at panels.
    signs : sequence of (str, x, y)
        The signs between boxes and their centers.
    sheets : mapping
        For the number of a panel with hidden channels the corners (x, y) of the sheets behind it, the nearest first.
    origin : (int, int)
        The top left corner of it all.
    """

    width: int
    height: int
    unit: float
    title: tuple[Line, ...]
    grids: tuple[Grid, ...]
    labels: Sequence[tuple[Line, str]]
    tags: Sequence[tuple[Line, str]]
    signs: Sequence[tuple[str, int, int]]
    sheets: Mapping[int, Sequence[tuple[int, int]]]
    terms: tuple[Line, ...]
    formulas: tuple[tuple[Line, ...], ...]
    legend: tuple[Line, ...]
    origin: tuple[int, int] = (0, 0)

    def moved(self, x: int, y: int) -> "Layout":
        """Return the same layout as a part of a larger picture, its top left corner at (x, y)."""

        def each(lines: Sequence[Line]) -> tuple[Line, ...]:
            return tuple(replace(line, x=line.x + x, y=line.y + y) for line in lines)

        def both(texts: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
            return [(line, text) for (_, text), line in zip(texts, each([line for line, _ in texts]), strict=True)]

        return replace(
            self, title=each(self.title), terms=each(self.terms), formulas=tuple(map(each, self.formulas)),
            legend=each(self.legend), labels=both(self.labels), tags=both(self.tags),
            grids=tuple(replace(grid, x=grid.x + x, y=grid.y + y) for grid in self.grids),
            signs=[(sign, left + x, top + y) for sign, left, top in self.signs], origin=(x, y),
            sheets={k: [(left + x, top + y) for left, top in corners] for k, corners in self.sheets.items()},
        )  # fmt: skip


# Sizes ----------------------------------------------------------------------------------------------------------------
# Of a part all but the cells is known beforehand: its space has the size of the part, whatever that of the cells is.

Size = tuple[int, int]
"""Width and height in pixels."""

Place = tuple[str, int, int]
"""A text and where it is."""


@dataclass(slots=True)
class _Places:
    """Where everything is: the corners of panels with the sizes of their cells, and the texts around them."""

    panels: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    labels: list[Place] = field(default_factory=list)
    signs: list[Place] = field(default_factory=list)
    tags: list[Place] = field(default_factory=list)
    sheets: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


class _Space(Protocol):
    """The room that a part needs."""

    def size(self, cell: int) -> Size:
        """Return the size of the part with all that is in it, where cells are ``cell`` pixels wide."""

    def place(self, cell: int, x: int, y: int, places: _Places) -> None:
        """Place the part with all that is in it, its top left corner at (x, y)."""


@dataclass(slots=True)
class _Behind:
    """The sheets behind a panel, whose neighbors are on its right or below it, and the line for a text below them.

    Each sheet is ``step`` pixels further to the right, and higher or lower as the neighbors are. Where those are
    centered, there is as much room on the other side of the panel, so that it stays in line with them.
    """

    texts: Sequence[str]
    count: int
    step: int
    line: int
    is_row: bool
    is_flush: bool

    @property
    def depth(self) -> int:
        """How far the last sheet is further to the right."""
        return self.count * self.step

    @property
    def left(self) -> int:
        return 0 if self.is_row or self.is_flush else self.depth

    @property
    def top(self) -> int:
        return max(self.depth, self.line) if self.is_row else 0

    def size(self, width: int, height: int) -> Size:
        """Return the size of a panel of this size with its sheets."""
        after = self.top if self.is_row else self.depth + self.line
        return self.left + width + self.depth, self.top + height + after

    def corners(self, left: int, top: int) -> list[tuple[int, int]]:
        """Return the top left corners of the sheets behind a panel with this one, the nearest first."""
        down = -self.step if self.is_row else self.step
        return [(left + k * self.step, top + k * down) for k in range(1, self.count + 1)]


@dataclass(slots=True)
class _PanelSpace:
    """A panel with its tag: above it where panels follow one another to the right, else on its left.

    Its cells are ``need / least`` times as wide as others. The tag takes ``above`` or ``before`` pixels; all of it
    takes at least ``narrowest`` and ``lowest``.
    """

    number: int
    columns: int
    rows: int
    need: int
    least: int
    tags: Sequence[str] = ()
    tag_size: int = 0
    above: int = 0
    before: int = 0
    lowest: int = 0
    narrowest: int = 0
    behind: _Behind | None = None

    def size(self, cell: int) -> Size:
        cell = cell * self.need // self.least
        width, height = self.columns * cell + 1 + self.before, self.rows * cell + 1 + self.above
        width, height = max(width, self.narrowest), max(height, self.lowest)
        return self.behind.size(width, height) if self.behind else (width, height)

    def place(self, cell: int, x: int, y: int, places: _Places) -> None:
        cell = cell * self.need // self.least
        room, behind = self.columns * cell + 1, self.behind
        left, top = x + self.before, y + self.above
        if behind:
            x, left, top = x + behind.left, left + behind.left, top + behind.top
            places.sheets[self.number] = behind.corners(left, top)
            lowest = max(y for _, y in [(left, top), *places.sheets[self.number]])
            text = _longest(behind.texts, self.tag_size, room + behind.depth)
            places.tags.append((text, left, lowest + self.rows * cell + (self.tag_size + behind.line) // 2))
        if self.tags:
            places.tags.append((_longest(self.tags, self.tag_size, room if self.above else 0), x, y + self.tag_size))
        places.panels[self.number] = (left, top, cell)


@dataclass(slots=True)
class _BoxSpace:
    """A box, its parts ``gap`` pixels apart, after a sign of ``left`` pixels and below a label of ``top`` pixels."""

    box: Box
    parts: Sequence[_Space]
    gap: int
    left: int
    top: int
    label_width: int
    unit: float

    def size(self, cell: int) -> Size:
        return self._around([part.size(cell) for part in self.parts], cell)

    def _around(self, sizes: Sequence[Size], cell: int) -> Size:
        widths, heights = zip(*sizes, strict=True)
        steps = len(sizes) - 1
        back = _step(cell, self.unit) * steps if self.box.is_stack else 0
        if self.box.way == "right":
            width, height = sum(widths) + self.gap * steps, max(heights) + back
        else:
            width, height = max(widths) + back, sum(heights) + self.gap * steps
        return self.left + max(width, self.label_width), self.top + height

    def place(self, cell: int, x: int, y: int, places: _Places) -> None:
        box, sizes = self.box, [part.size(cell) for part in self.parts]
        x, y = x + self.left, y + self.top
        if box.label:
            places.labels.append((box.label, x, y))
        if box.sign:
            height = self._around(sizes, cell)[1] - self.top
            places.signs.append((box.sign, x - self.left // 2, y + height // 2))
        is_row, step, last = box.way == "right", _step(cell, self.unit) if box.is_stack else 0, len(sizes) - 1
        across = max(height if is_row else width for width, height in sizes)
        for k, (part, (width, height)) in enumerate(zip(self.parts, sizes, strict=True)):
            if is_row:
                part.place(cell, x, y + step * (last - k) + (across - height) // 2, places)
                x += width + self.gap
            else:
                is_at_end = isinstance(part, _BoxSpace) and part.box.is_at_end
                indent = 0 if box.is_flush else (across - width) // (1 if is_at_end else 2)
                part.place(cell, x + step * k + indent, y, places)
                y += height + self.gap


class _Raster(NamedTuple):
    """Where the columns and the rows of aligned lines begin, how wide and high they are, and how large each part is."""

    lefts: Sequence[int]
    across: Sequence[int]
    tops: Sequence[int]
    down: Sequence[int]
    sizes: Sequence[Sequence[Size]]


@dataclass(slots=True)
class _LinesSpace:
    """Aligned lines; ``label_widths`` are the pixels of the labels."""

    lines: Lines
    parts: Sequence[Sequence[_Space]]
    label_widths: Sequence[int]
    unit: float

    def size(self, cell: int) -> Size:
        raster, back = self._raster(cell), _step(cell, self.unit) * (len(self.parts) - 1)
        width, height = raster.lefts[-1] + raster.across[-1], raster.tops[-1] + raster.down[-1]
        if self.lines.way == "right":
            return width + back, height
        return max(width, raster.lefts[0] + max(self.label_widths)), height + back

    def _raster(self, cell: int) -> _Raster:
        lines, is_row = self.lines, self.lines.way == "right"
        sizes = [[part.size(cell) for part in line] for line in self.parts]
        columns, rows = (zip(*sizes, strict=True), sizes) if is_row else (sizes, zip(*sizes, strict=True))
        across = [max([width for width, _ in each]) for each in columns]
        down = [max([height for _, height in each]) for each in rows]
        near, far, sign, label = (round(length * self.unit) for length in (_NEAR, _FAR, _SIGN, _LABEL))
        back = _step(cell, self.unit) * (len(sizes) - 1)
        if is_row:
            across = [*map(max, across, self.label_widths)]
            gaps = [(sign if text else far * bool(j)) + back * bool(j) for j, text in enumerate(lines.signs)]
            before = [label if any(lines.labels) else 0] + [near] * len(down)
            return _Raster(_starts(across, gaps), across, _starts(down, before), down, sizes)
        gaps = [
            (near * bool(j) + label if text else far * bool(j)) + back * bool(j) for j, text in enumerate(lines.labels)
        ]
        before = [sign if any(lines.signs) else 0] + [near] * len(across)
        return _Raster(_starts(across, before), across, _starts(down, gaps), down, sizes)

    def place(self, cell: int, x: int, y: int, places: _Places) -> None:
        lefts, across, tops, down, sizes = self._raster(cell)
        is_row, sign, step, last = (
            self.lines.way == "right",
            round(_SIGN * self.unit),
            _step(cell, self.unit),
            len(sizes) - 1,
        )
        corners: list[tuple[_Space, int, int]] = []
        for j, (text, mark) in enumerate(zip(self.lines.labels, self.lines.signs, strict=True)):
            for k, line in enumerate(self.parts):
                (width, height), column, row = sizes[k][j], *((j, k) if is_row else (k, j))
                left, top = x + lefts[column], y + tops[row] + (down[row] - height) // 2
                if is_row:
                    left += step * k + (0 if text else (across[column] - width) // 2)
                else:
                    left, top = left + (across[column] - width) // 2, top + step * (last - k)
                if text and not k:
                    places.labels.append((text, left, y + tops[row]))
                if mark and (is_row or not k):
                    places.signs.append((mark, left - sign // 2, top + height // 2))
                corners.append((line[j], left, top))
        for part, left, top in corners:
            part.place(cell, left, top, places)


def _step(cell: int, unit: float) -> int:
    """Return how far a panel is moved against the one before it."""
    return round(min(_BACK * cell, _FURTHEST_BACK * unit))


def _starts(sizes: Sequence[int], before: Sequence[int]) -> list[int]:
    """Return where things of these sizes begin that follow one another, with a space before each."""
    ends = accumulate(size + space for size, space in zip(sizes, before, strict=False))
    return [end - size for end, size in zip(ends, sizes, strict=True)]


# The best arrangement -------------------------------------------------------------------------------------------------


def plan(
    panels: Sequence[Panel],
    arrangements: Sequence[Part],
    prose: Prose,
    width: int | None,
    limit: float,
    first_if: float = inf,
    *,
    is_by_value: bool = False,
) -> Layout:
    """Place the panels in the arrangement that makes their cells largest; prefer earlier ones.

    Parameters
    ----------
    panels : sequence of Panel
        What is placed.
    arrangements : sequence of Box or Lines
        Each holds every panel.
    prose : Prose
        The words around the grids.
    width : int, optional
        Without it, the picture is as wide as its cells need to be read.
    limit : float
        The most pixels that the picture may have.
    first_if : float
        Take the first arrangement if its cells have at least this fraction of what they need.
    is_by_value : bool
        Whether colors say what the numbers are, so that a phone may show channels in cells too small for these.

    Examples
    --------
    >>> panels = [Panel("input", range(4), range(4))] * 2 + [Panel("output", range(2), range(2))]
    >>> stack = Box("down", [0, 1], label="input", is_stack=True)
    >>> layout = plan(panels, [Box("right", [stack, Box("right", [2], sign="=")])], Prose(), None, 1e6)
    >>> layout.width, [grid.cell for grid in layout.grids], [text for _, text in layout.labels]
    (900, [64, 64, 64], ['input'])
    """
    place = partial(_place, panels, arrangements, prose, first_if, is_by_value)
    if width is not None:
        return place(width)
    readable = max(panel.need for panel in panels)
    fallback = None
    for wide in _WIDTHS:
        layout = place(wide)
        is_flat = layout.height <= layout.width
        if layout.width * layout.height > limit:
            if is_flat:
                break
            continue  # a wider one may be flat
        if is_flat and layout.grids[0].cell >= readable:
            return layout
        # Pictures that are taller than wide grow only as long as their numbers are too small.
        if is_flat or fallback is None or _legibility(panels, fallback) < _LEGIBLE:
            fallback = layout
    if fallback is not None:
        return fallback
    narrow = [place(wide) for wide in _NARROW]
    return next((layout for layout in narrow if layout.width * layout.height <= limit), narrow[-1])


def _legibility(panels: Sequence[Panel], layout: Layout) -> float:
    """Return the size of the smallest numbers, as a fraction of what is comfortable to read."""
    return min(grid.cell / panel.need for grid, panel in zip(layout.grids, panels, strict=True))


def _place(
    panels: Sequence[Panel],
    arrangements: Sequence[Part],
    prose: Prose,
    first_if: float,
    is_by_value: bool,
    width: int,
) -> Layout:
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    room = width - 2 * margin
    title = text_lines(prose.title, Line(margin, round(30 * unit), room, round(20 * unit)), round(25 * unit))
    top = (title[-1].y if title else 0) + round(14 * unit)
    space, cell, size = _Room(panels, arrangements, room, unit, is_by_value).best(first_if)
    part_width, part_height = space.size(cell)
    places = _Places()
    space.place(cell, margin + (room - part_width) // 2, top, places)
    labels = []
    for text, x, y in places.labels:
        start = max(2, min(x, width - text_width(text, size) - 2))
        labels.append((Line(start, y - round(8 * unit), room, size), text))
    tags = [(Line(x, y, room, _tag_size(unit)), tag) for tag, x, y in places.tags]
    grids = tuple(panel.placed(*places.panels[k]) for k, panel in enumerate(panels))
    terms, formulas, legend, height = lines_below(prose, Line(margin, top + part_height, room, 0), unit)
    signs, sheets = places.signs, places.sheets
    return Layout(width, height, unit, title, grids, labels, tags, signs, sheets, terms, formulas, legend)


class _Placing(NamedTuple):
    """The space of a part, and the sizes of cells and labels."""

    space: _Space
    cell: int
    label_size: int


@dataclass(frozen=True, slots=True)
class _Room:
    """The room for panels: ``width`` pixels, and as much height as makes a good picture."""

    panels: Sequence[Panel]
    arrangements: Sequence[Part]
    width: int
    unit: float
    is_by_value: bool
    spaces: dict[tuple[int, bool, int], tuple[_Space, int]] = field(default_factory=dict)

    @property
    def _flat(self) -> float:
        return _FLAT * NOMINAL_WIDTH * self.unit

    @property
    def _tall(self) -> float:
        return max(_TALL * self.width, NOMINAL_WIDTH * self.unit)

    def best(self, first_if: float) -> _Placing:
        """Return the arrangement with the largest cells.

        Where channels are hidden, or labels may be small, these are the cells that are largest on a page.
        """
        usual = self._usual(first_if)
        is_small = any(isinstance(part, Box) and part.label_size < _LABEL_SIZE for part in self.arrangements)
        if not is_small and not any(panel.hidden for panel in self.panels):
            return usual
        # Every number must have room, if only at the smallest size.
        least = max(_FLATTER_CELL, *(text_width(widest(panel.all_numbers), SMALLEST) + 1 for panel in self.panels))
        flatter = (
            self._largest(part, tall * NOMINAL_WIDTH * self.unit, least)
            for part in self.arrangements
            for tall in (_FLATTER, _FLAT)
        )
        return max((usual, *filter(None, flatter)), key=self._seen)

    def _seen(self, placing: _Placing) -> float:
        """Return how large cells are on a page, whose window limits the height of pictures."""
        height = placing.space.size(placing.cell)[1] + _WORDS * self.unit
        return placing.cell * min(1, _SEEN * self.width / height)

    def _usual(self, first_if: float) -> _Placing:
        """Return the arrangement with the largest cells: flat, or where those are too small tall."""
        is_phone, readable = self.unit <= SMALLEST_UNIT, max(panel.need for panel in self.panels)
        best = self._first(first_if, readable)
        if best is None and is_phone:
            best = self._first(first_if, readable, is_grown=True)
        if best is not None:
            return best
        for is_flat in (True, False):
            for part in self.arrangements:
                least = ceil(_GAIN * best.cell) if best else _SMALLEST_CELL
                best = self._largest(part, self._flat if is_flat else self._tall, least) or best
            if best is not None and best.cell >= readable:
                break
            if is_flat and (first := self._first(first_if, readable, is_grown=True)):
                return first
        has_colors = self.is_by_value and first_if == inf  # of several channels: one alone is never that tall
        if is_phone and not has_colors and (best is None or best.cell < _SMALL * readable):
            best = self._long(best)
        return best or self._narrow()

    def _first(self, first_if: float, readable: int, *, is_grown: bool = False) -> _Placing | None:
        """Return the first arrangement, flat, if its cells have at least ``first_if`` of what they need."""
        if first_if == inf:
            return None
        need = min(panel.need for panel in self.panels) if is_grown else readable
        least = max(_SMALLEST_CELL, ceil(first_if * need))
        return self._largest(self.arrangements[0], self._flat, least, is_grown=is_grown)

    def _long(self, best: _Placing | None) -> _Placing | None:
        """Return on a phone the lowest arrangement whose numbers can be read: a phone is scrolled anyway.

        Cells that need more are larger than others, so that small ones need not be as large as those.
        """
        most, least = (of(panel.need for panel in self.panels) for of in (max, min))
        size = best.cell / most if best else 0.0
        for times in (1, 2, 4, 8):
            for part in self.arrangements:
                smallest = max(_SMALLEST_CELL, ceil(_GAIN * size * least))
                if placing := self._largest(part, times * self._tall, smallest, is_grown=True):
                    best, size = placing, placing.cell / least
            if size >= _SMALL:
                break
        return best

    def _narrow(self) -> _Placing:
        """Return the lowest arrangement within the width: a picture may be tall, but not cut off."""
        every = [*self.arrangements, *map(_tower, self.arrangements)]
        # A label as wide as the picture leaves no room for the sign before it, however small the cells are.
        for smallest, spare in ((_SMALLEST_CELL, 0), (_SMALLEST_CELL, self.width // 16), (1, 0)):
            for times in (1, 2, 4, 8, 16):
                placings = (self._largest(part, times * self._tall, smallest, spare=spare) for part in every)
                fitting = [placing for placing in placings if placing]
                if fitting:
                    return max(fitting, key=lambda placing: placing.cell)
        return _Placing(self._space(every[-1], "down", SMALLEST), 1, SMALLEST)

    def _largest(
        self, part: Part, tall: float, smallest: int = _SMALLEST_CELL, *, is_grown: bool = False, spare: int = 0
    ) -> _Placing | None:
        """Place a part with the largest cells that keep within the room; None where not even the smallest do."""
        high = min(panel.need for panel in self.panels) if is_grown else round(_LARGEST_CELL * self.unit)
        if smallest > high:
            return None
        space, label = self._space_and_label(part, is_grown, spare)

        def used(cell: int) -> float:
            """Return which part of the room is taken at this size of cells: at most 1 where they fit."""
            width, height = space.size(cell)
            return max(width / self.width, height / int(tall))

        low, too_large = smallest, high + 1
        if (used_low := used(low)) > 1:
            return None
        used_high = used(high)
        if used_high <= 1:
            low = high
        else:
            too_large = high
        # What is used grows almost evenly with the cells: the chord meets the limit near the largest that fit.
        while too_large - low > 1:
            cell = low + int((1 - used_low) * (too_large - low) / (used_high - used_low))
            cell = min(max(cell, low + 1), too_large - 1)
            if (now := used(cell)) <= 1:
                low, used_low, used_high = cell, now, (1 + used_high) / 2  # so that the next chord reaches further
            else:
                too_large, used_high = cell, now
        return _Placing(space, low, label)

    def _space_and_label(self, part: Part, is_grown: bool, spare: int) -> tuple[_Space, int]:
        """Return the space of an arrangement, which is tried flat and tall, and the font size of its labels."""
        key = id(part), is_grown, spare
        if key not in self.spaces:
            room = self.width - round(_SIGN * self.unit) - spare  # a label may follow a sign
            most = round((part.label_size if isinstance(part, Box) else _LABEL_SIZE) * self.unit)
            label = min((fitting_size(text, most, room) for text in _labels(part)), default=0)
            self.spaces[key] = self._space(part, "right", label, is_grown=is_grown), label
        return self.spaces[key]

    def _space(
        self, part: Part, way: Way, label_size: int, *, is_grown: bool = False, is_flush: bool = False
    ) -> _Space:
        """Return the space of a part; ``way`` is where its neighbors are, ``is_flush`` if not centered."""
        unit, tag_size = self.unit, _tag_size(self.unit)
        if isinstance(part, int):
            panel, gap = self.panels[part], round(4 * unit)
            need, least = (panel.need, min(each.need for each in self.panels)) if is_grown else (1, 1)
            space = _PanelSpace(part, len(panel.columns), len(panel.rows), need, least, panel.tags, tag_size)
            if panel.hidden:
                count, step, line = min(panel.hidden, _SHEETS), round(_SHEET_STEP * unit), tag_size + 2 * gap
                space.behind = _Behind(panel.blocks, count, step, line, way == "right", is_flush)
                space.narrowest = text_width(panel.blocks[-1], tag_size)
            if panel.tags:
                short = text_width(panel.tags[-1], tag_size)
                if way == "right":
                    space.above, space.narrowest = tag_size + gap, max(short, space.narrowest)
                else:
                    space.before, space.lowest = short + gap, round(1.3 * tag_size)
            return space
        labels = [part.label] if isinstance(part, Box) else part.labels
        widths = [text_width(label, label_size) + label_size // 2 if label else 0 for label in labels]
        if isinstance(part, Box):
            parts = [
                self._space(each, part.way, label_size, is_grown=is_grown, is_flush=part.is_flush)
                for each in part.parts
            ]
            gap = round((_NEAR if part.is_stack else part.gap) * unit)
            left, top = round(_SIGN * unit) if part.sign else 0, round(_LABEL * unit) if part.label else 0
            return _BoxSpace(part, parts, gap, left, top, widths[0], unit)
        across: Way = "down" if part.way == "right" else "right"
        lines = [
            [self._space(each, across, label_size, is_grown=is_grown, is_flush=True) for each in line]
            for line in part.lines
        ]
        return _LinesSpace(part, lines, widths, unit)


def _longest(texts: Sequence[str], size: int, room: int) -> str:
    """Return the first of texts that go from long to short which is at most ``room`` wide, or else the last."""
    return next((text for text in texts if text_width(text, size) <= room), texts[-1])


def _tag_size(unit: float) -> int:
    return max(_SMALLEST_TAG, round(_TAG * unit))


def _labels(part: Part) -> list[str]:
    """Return all labels of a part and of those within it."""
    if isinstance(part, int):
        return []
    own, inner = ([part.label], part.parts) if isinstance(part, Box) else (part.labels, [*chain(*part.lines)])
    return [*filter(None, own), *(label for each in inner for label in _labels(each))]


def without_labels(part: "OnePart") -> "OnePart":
    """Return the same panels without the lines above them.

    Examples
    --------
    >>> without_labels(Box("right", [0, Box("down", [1], "output")], "input")) == Box("right", [0, Box("down", [1])])
    True
    """
    if isinstance(part, Box):
        return replace(part, parts=[without_labels(each) for each in part.parts], label="")
    if isinstance(part, Lines):
        lines = [[without_labels(each) for each in line] for line in part.lines]
        return replace(part, lines=lines, labels=[""] * len(part.labels))
    return part


def _tower(part: Part) -> Part:
    """Return the same panels, all below one another."""
    if isinstance(part, int):
        return part
    if isinstance(part, Box):
        return replace(part, way="down", parts=[*map(_tower, part.parts)], is_flush=True)
    each: list[Part] = [
        Box("down", [_tower(inner)], "" if k else label, sign, is_flush=True)
        for k, line in enumerate(part.lines)
        for inner, label, sign in zip(line, part.labels, part.signs, strict=True)
    ]
    return Box("down", each, is_flush=True)
