"""Where everything goes: the only module in which rows and columns become x and y.

Panels and the text around them are placed in boxes within boxes. A box puts its parts in a row or in a column, each
centered on the others. A stack goes back in steps: every panel behind the first one is moved a little to the right or
upwards. All lengths grow with the picture's width; ``unit`` is one pixel of a picture 900 wide. Cells are a whole
number of pixels, so that grid lines stay sharp.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate, chain
from math import ceil, inf
from typing import Final, Literal

from .panels import Panel
from .primitives import Grid
from .typography import SMALLEST, Line, Prose, fitting_size, lines_below, text_lines, text_width

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
"""With cells at least this large, as a fraction of what they need, numbers have 9 pixels and more."""

_FLAT: Final = 0.62
"""The panels are at most this tall, as a fraction of the width, unless their cells cannot be read then."""

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
_TAG: Final = 12
_SMALLEST_TAG: Final = 9
"""Pixels above a box for its label, and font sizes of the text at a panel."""

_BACK: Final = 0.45
_FURTHEST_BACK: Final = 12
"""How far a panel is moved against the one before it: cells, and at most pixels."""

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
    gap : int
        Pixels between its parts, unless it is a stack.
    """

    way: Way
    parts: Sequence["Part"]
    label: str = ""
    sign: str = ""
    is_stack: bool = False
    is_flush: bool = False
    gap: int = _FAR


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
    """

    width: int
    height: int
    unit: float
    title: tuple[Line, ...]
    grids: tuple[Grid, ...]
    labels: Sequence[tuple[Line, str]]
    tags: Sequence[tuple[Line, str]]
    signs: Sequence[tuple[str, int, int]]
    terms: tuple[Line, ...]
    formulas: tuple[tuple[Line, ...], ...]
    legend: tuple[Line, ...]


@dataclass(slots=True)
class _Block:
    """A placed part: its size, what it shows itself, and the blocks in it, counted from its top left corner."""

    width: int
    height: int
    panel: int | None = None
    labels: list[tuple[str, int, int]] = field(default_factory=list)
    signs: list[tuple[str, int, int]] = field(default_factory=list)
    tags: list[tuple[str, int, int]] = field(default_factory=list)
    inner: list[tuple["_Block", int, int]] = field(default_factory=list)

    def placed(self, x: int, y: int) -> Iterator[tuple["_Block", int, int]]:
        """Yield the block and all within it with their places, if its corner is at (x, y)."""
        yield self, x, y
        for block, left, top in self.inner:
            yield from block.placed(x + left, y + top)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Sizes at which parts are placed; with ``is_grown`` cells of panels that need more are larger."""

    panels: Sequence[Panel]
    cell: int
    label_size: int
    unit: float
    is_grown: bool = False

    def cell_of(self, panel: int) -> int:
        if not self.is_grown:
            return self.cell
        return self.cell * self.panels[panel].need // min(each.need for each in self.panels)

    @property
    def tag_size(self) -> int:
        return max(_SMALLEST_TAG, self._px(_TAG))

    @property
    def _step(self) -> int:
        return round(min(_BACK * self.cell, _FURTHEST_BACK * self.unit))

    def _px(self, length: float) -> int:
        return round(length * self.unit)

    def _text(self, label: str) -> int:
        return text_width(label, self.label_size) + self.label_size // 2 if label else 0

    def block(self, part: Part) -> _Block:
        """Place a part with all that is in it."""
        if isinstance(part, Lines):
            return self._lines_block(part)
        if isinstance(part, Box):
            return self._box_block(part)
        cell, panel = self.cell_of(part), self.panels[part]
        return _Block(len(panel.columns) * cell + 1, len(panel.rows) * cell + 1, part)

    def _tagged_block(self, part: Part, way: Way) -> _Block:
        """Place a part with its tag: above it where panels follow one another to the right, else on its left."""
        bare = self.block(part)
        if not isinstance(part, int) or not self.panels[part].tags:
            return bare
        *longer, short = self.panels[part].tags
        if way == "right":
            above = self.tag_size + self._px(4)
            text = next((text for text in longer if text_width(text, self.tag_size) <= bare.width), short)
            block = _Block(max(bare.width, text_width(short, self.tag_size)), bare.height + above)
            block.tags.append((text, 0, above - self._px(4)))
            block.inner.append((bare, 0, above))
            return block
        before = text_width(short, self.tag_size) + self._px(4)
        block = _Block(bare.width + before, max(bare.height, round(1.3 * self.tag_size)))
        block.tags.append((short, 0, self.tag_size))
        block.inner.append((bare, before, 0))
        return block

    def _box_block(self, box: Box) -> _Block:
        is_row, step = box.way == "right", self._step if box.is_stack else 0
        blocks = [self._tagged_block(part, box.way) for part in box.parts]
        gap, back = self._px(_NEAR if box.is_stack else box.gap), step * (len(blocks) - 1)
        along = sum(each.width if is_row else each.height for each in blocks) + gap * (len(blocks) - 1)
        across = max(each.height if is_row else each.width for each in blocks)
        width, height = (along, across + back) if is_row else (across + back, along)
        left, top = self._px(_SIGN) if box.sign else 0, self._px(_LABEL) if box.label else 0
        block = _Block(left + max(width, self._text(box.label)), top + height)
        if box.label:
            block.labels.append((box.label, left, top))
        if box.sign:
            block.signs.append((box.sign, left - left // 2, top + height // 2))
        x, y = left, top
        for k, each in enumerate(blocks):
            if is_row:
                block.inner.append((each, x, y + back - step * k + (across - each.height) // 2))
                x += each.width + gap
            else:
                indent = 0 if box.is_flush else (across - each.width) // 2
                block.inner.append((each, x + step * k + indent, y))
                y += each.height + gap
        return block

    def _lines_block(self, lines: Lines) -> _Block:
        is_row, back = lines.way == "right", self._step * (len(lines.lines) - 1)
        blocks = [[self._tagged_block(part, "down" if is_row else "right") for part in line] for line in lines.lines]
        near, far, sign, label = map(self._px, (_NEAR, _FAR, _SIGN, _LABEL))
        widths = [[each.width for each in line] for line in blocks]
        heights = [[each.height for each in line] for line in blocks]
        columns, rows = (zip(*widths, strict=True), heights) if is_row else (widths, zip(*heights, strict=True))
        across, down = [max(each) for each in columns], [max(each) for each in rows]
        texts = [self._text(text) for text in lines.labels]
        if is_row:
            across = [max(pair) for pair in zip(across, texts, strict=True)]
            gaps = [sign if text else far * bool(j) for j, text in enumerate(lines.signs)]
            lefts = _starts(across, [gap + back * bool(j) for j, gap in enumerate(gaps)])
            tops = _starts(down, [label if any(lines.labels) else 0] + [near] * len(down))
            block = _Block(lefts[-1] + across[-1] + back, tops[-1] + down[-1])
        else:
            gaps = [near * bool(j) + label if text else far * bool(j) for j, text in enumerate(lines.labels)]
            lefts = _starts(across, [sign if any(lines.signs) else 0] + [near] * len(across))
            tops = _starts(down, [gap + back * bool(j) for j, gap in enumerate(gaps)])
            right = max(lefts[-1] + across[-1], *(lefts[0] + text for text in texts))
            block = _Block(right, tops[-1] + down[-1] + back)
        for j, (text, mark) in enumerate(zip(lines.labels, lines.signs, strict=True)):
            for k, line in enumerate(blocks):
                each, column, row = line[j], *((j, k) if is_row else (k, j))
                x, y = lefts[column], tops[row] + (down[row] - each.height) // 2
                if is_row:
                    x += self._step * k + (0 if text else (across[column] - each.width) // 2)
                else:
                    x, y = x + (across[column] - each.width) // 2, y + back - self._step * k
                block.inner.append((each, x, y))
                if text and not k:
                    block.labels.append((text, x, tops[row]))
                if mark and (is_row or not k):
                    block.signs.append((mark, x - sign // 2, y + each.height // 2))
        return block


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

    Examples
    --------
    >>> panels = [Panel("input", range(4), range(4))] * 2 + [Panel("output", range(2), range(2))]
    >>> stack = Box("down", [0, 1], label="input", is_stack=True)
    >>> layout = plan(panels, [Box("right", [stack, Box("right", [2], sign="=")])], Prose(), None, 1e6)
    >>> layout.width, [grid.cell for grid in layout.grids], [text for _, text in layout.labels]
    (900, [64, 64, 64], ['input'])
    """
    place = partial(_place, panels, arrangements, prose, first_if)
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


def _place(panels: Sequence[Panel], arrangements: Sequence[Part], prose: Prose, first_if: float, width: int) -> Layout:
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    room = width - 2 * margin
    title = text_lines(prose.title, Line(margin, round(30 * unit), room, round(18 * unit)), round(23 * unit))
    top = (title[-1].y if title else round(30 * unit)) + round(14 * unit)
    scale, block = _Room(panels, arrangements, room, unit).best(first_if)
    size = scale.label_size
    places: dict[int, tuple[int, int]] = {}
    labels: list[tuple[Line, str]] = []
    signs: list[tuple[str, int, int]] = []
    tags: list[tuple[Line, str]] = []
    for each, left, above in block.placed(margin + (room - block.width) // 2, top):
        if each.panel is not None:
            places[each.panel] = (left, above)
        for text, x, y in each.labels:
            start = max(2, min(left + x, width - text_width(text, size) - 2))
            labels.append((Line(start, above + y - round(8 * unit), room, size), text))
        signs += [(sign, left + x, above + y) for sign, x, y in each.signs]
        tags += [(Line(left + x, above + y, room, scale.tag_size), tag) for tag, x, y in each.tags]
    grids = tuple(panel.placed(*places[k], scale.cell_of(k)) for k, panel in enumerate(panels))
    terms, formulas, legend, height = lines_below(prose, Line(margin, top + block.height, room, 0), unit)
    return Layout(width, height, unit, title, grids, labels, tags, signs, terms, formulas, legend)


_Placing = tuple[_Scale, _Block]


@dataclass(frozen=True, slots=True)
class _Room:
    """The room for panels: ``width`` pixels, and as much height as makes a good picture."""

    panels: Sequence[Panel]
    arrangements: Sequence[Part]
    width: int
    unit: float

    @property
    def _flat(self) -> float:
        return _FLAT * NOMINAL_WIDTH * self.unit

    @property
    def _tall(self) -> float:
        return max(_TALL * self.width, NOMINAL_WIDTH * self.unit)

    def best(self, first_if: float) -> _Placing:
        """Return the arrangement with the largest cells: flat, or where those are too small tall."""
        is_phone, readable = self.unit <= SMALLEST_UNIT, max(panel.need for panel in self.panels)
        best = self._first(first_if, readable)
        if best is None and is_phone:
            best = self._first(first_if, readable, is_grown=True)
        if best is not None:
            return best
        for is_flat in (True, False):
            for part in self.arrangements:
                least = ceil(_GAIN * best[0].cell) if best else _SMALLEST_CELL
                best = self._largest(part, self._flat if is_flat else self._tall, least) or best
            if best is not None and best[0].cell >= readable:
                break
            if is_flat and (first := self._first(first_if, readable, is_grown=True)):
                return first
        if is_phone and (best is None or best[0].cell < _SMALL * readable):
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
        size = best[0].cell / most if best else 0.0
        for times in (1, 2, 4, 8):
            for part in self.arrangements:
                smallest = max(_SMALLEST_CELL, ceil(_GAIN * size * least))
                if placing := self._largest(part, times * self._tall, smallest, is_grown=True):
                    best, size = placing, placing[0].cell / least
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
                    return max(fitting, key=lambda placing: placing[0].cell)
        scale = _Scale(self.panels, 1, SMALLEST, self.unit)
        return scale, scale.block(every[-1])

    def _largest(
        self, part: Part, tall: float, smallest: int = _SMALLEST_CELL, *, is_grown: bool = False, spare: int = 0
    ) -> _Placing | None:
        """Place a part with the largest cells that keep within the room; None where not even the smallest do."""
        # A label may follow a sign.
        room = self.width - round(_SIGN * self.unit) - spare
        label = min((fitting_size(text, round(14 * self.unit), room) for text in _labels(part)), default=0)
        high = min(panel.need for panel in self.panels) if is_grown else round(_LARGEST_CELL * self.unit)

        def fitting(cell: int) -> _Placing | None:
            scale = _Scale(self.panels, cell, label, self.unit, is_grown)
            block = scale.block(part)
            return (scale, block) if block.width <= self.width and block.height <= int(tall) else None

        best = fitting(smallest) if smallest <= high else None
        low = smallest
        while best is not None and low < high:
            cell = (low + high + 1) // 2
            if placing := fitting(cell):
                low, best = cell, placing
            else:
                high = cell - 1
        return best


def _labels(part: Part) -> list[str]:
    """Return all labels of a part and of those within it."""
    if isinstance(part, int):
        return []
    own, inner = ([part.label], part.parts) if isinstance(part, Box) else (part.labels, [*chain(*part.lines)])
    return [*filter(None, own), *(label for each in inner for label in _labels(each))]


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
