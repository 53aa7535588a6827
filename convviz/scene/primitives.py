"""What a picture is made of, with nothing left to decide: the only module that renderers may import.

A frame is a tuple of `Placed` looks, painted in order. A `Look` is a small picture of its own (a cell with its number,
a line of text) in local coordinates, built from `Rect`, `Line`, `Curve` and `Text`. The same look appears at many
places and in many frames, so a renderer draws each distinct look once. All lengths are in pixels; x grows to the right
and y downwards.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple, overload

# A scene has thousands of these values, all of which are made, compared and looked up: tuples are the quickest.


class Rect(NamedTuple):
    """A rectangle whose stroke lies inside its box; ``dash`` is the length of dashes and gaps, 0 for a solid stroke."""

    x: int
    y: int
    width: int
    height: int
    fill: str | None = None
    stroke: str | None = None
    stroke_width: int = 1
    dash: int = 0


class Line(NamedTuple):
    """A straight line between two points."""

    x1: int
    y1: int
    x2: int
    y2: int
    color: str
    width: int = 1


class Curve(NamedTuple):
    """A cubic Bezier curve from the first point to the last, drawn to the two others on its way."""

    x1: float
    y1: float
    x2: float
    y2: float
    x3: float
    y3: float
    x4: float
    y4: float
    color: str
    width: int = 1

    def at(self, t: float) -> tuple[float, float]:
        """Return a point of the curve, from 0 to 1.

        Examples
        --------
        >>> Curve(0, 0, 4, 0, 4, 8, 8, 8, "edge").at(0.5)
        (4.0, 4.0)
        """
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
        return (
            a * self.x1 + b * self.x2 + c * self.x3 + d * self.x4,
            a * self.y1 + b * self.y2 + c * self.y3 + d * self.y4,
        )


class Text(NamedTuple):
    """One line of text: ``x`` is its start, middle or end (``anchor``), ``y`` its baseline, ``size`` the font size."""

    x: float
    y: float
    text: str
    size: float
    color: str
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


Mark = Rect | Line | Curve | Text


class Look(NamedTuple):
    """A picture of ``width`` x ``height`` pixels, marks painted in order.

    The paper of a text is the last filled rectangle below it, or else the scene's background: every renderer can blend
    its edges.
    """

    width: int
    height: int
    marks: tuple[Mark, ...]


class Placed(NamedTuple):
    """A look with its top left corner at (x, y) of the frame.

    ``key`` is the same for the same thing in every frame and every scene. It is empty where that does not matter, and
    for what covers a thing of the backdrop: that is the same thing.
    """

    x: int
    y: int
    look: Look
    key: str = ""


Tap = tuple[int, int, int]
"""Cells that belong together: an input, the kernel's cell that it meets, and the output that they go into.

Cells are numbered through all grids of a scene, grid after grid, row by row within each. The kernel's cell is -1 where
there is none, as in pooling. In scenes of several passes the output of one tap may be the input of another.
"""

Name = tuple[int, ...] | str
"""A cell's position in the reader's own table; for a cell that exists in the picture only, what it is: "padding".

A position is (row, column), (channel, row, column) or (output channel, input channel, row, column).
"""


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells on given row and column positions, at their place in the picture, and what they show.

    Attributes
    ----------
    x, y, cell : int
        Top left corner of the grid, and pixels from one cell to the next.
    rows, columns : range
        The positions of its cells; padding has negative ones.
    name : str
        The table whose numbers it shows, as links and edits call it: "input", "kernel", "output" and the like. Grids
        may share a table, one for each channel; the names of their cells differ.
    texts : tuple of str
        What each cell shows when all is done, row by row.
    names : tuple of Name
        The position of each cell in the reader's own table.
    is_editable : bool
        Whether the reader may change the numbers.
    copies : tuple of (int, int)
        Cells that only repeat another cell's number, and that cell: padding that is not zeros. Counted within the grid.
    title : str
        How a screen reader names the grid where its name does not say enough, as in "input, channel 2".
    is_stepped : bool
        Whether the cells on the steps' side of a tap have frames of their own, which answer when they are pointed at.
    side : str
        In a comparison "left" or "right", else "".
    is_bare : bool
        Whether its cells have no notes, as those could not be read, and larger numbers instead.
    box : (int, int) or None
        Pixels across and down of all cells together, where these are no squares of whole pixels: those of a wave.
    """

    x: int
    y: int
    cell: int
    rows: range
    columns: range
    name: str = ""
    texts: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    is_editable: bool = False
    copies: tuple[tuple[int, int], ...] = ()
    title: str = ""
    is_stepped: bool = True
    side: str = ""
    is_bare: bool = False
    box: tuple[int, int] | None = None

    @property
    def width(self) -> int:
        """Pixels across, the closing grid line included."""
        return (self.box[0] if self.box else len(self.columns) * self.cell) + 1

    @property
    def height(self) -> int:
        """Pixels down, the closing grid line included."""
        return (self.box[1] if self.box else len(self.rows) * self.cell) + 1

    def at(self, row: int, column: int) -> tuple[int, int]:
        """Return the top left corner of a cell.

        Examples
        --------
        >>> Grid(10, 20, 30, range(-1, 3), range(0, 3)).at(0, 2)
        (70, 50)
        """
        return self.x + (column - self.columns.start) * self.cell, self.y + (row - self.rows.start) * self.cell

    def corners(self) -> list[tuple[int, int]]:
        """Return the top left corner of every cell, row by row.

        Examples
        --------
        >>> Grid(10, 20, 30, range(2), range(1)).corners()
        [(10, 20), (10, 50)]
        """
        across: Sequence[int] = range(self.x, self.x + len(self.columns) * self.cell, self.cell)
        down: Sequence[int] = range(self.y, self.y + len(self.rows) * self.cell, self.cell)
        if self.box:
            across, down = (
                [start + round(k * whole / len(lines)) for k in range(len(lines))]
                for start, whole, lines in zip((self.x, self.y), self.box, (self.columns, self.rows), strict=True)
            )
        return [(x, y) for y in down for x in across]


@dataclass(frozen=True, slots=True)
class Relation:
    """Which cells a frame relates to one another.

    Attributes
    ----------
    inputs, kernels, outputs : sequence of int
        The cells of each tap, in the order of the frame's terms. A frame may have no taps, when it only shows
        something, and taps of several outputs, when it is about all of them.
    sums : tuple of str
        The sum after each tap, where the frame shows all of them at once; else empty.
    undone : tuple of str
        What the output of each tap shows while the tap is not there yet; empty where nothing else changes.
    more : sequence of sequences of int
        More cells of each tap, -1 where there is none: those in which other panels show the same numbers.
    """

    inputs: Sequence[int] = ()
    kernels: Sequence[int] = ()
    outputs: Sequence[int] = ()
    sums: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    more: Sequence[Sequence[int]] = ()

    @property
    def taps(self) -> tuple[Tap, ...]:
        """The taps one by one."""
        return tuple(zip(self.inputs, self.kernels, self.outputs, strict=True))

    @staticmethod
    def joined(relations: "Sequence[Relation]") -> "Relation":
        """Return the taps of several relations one after another."""
        has_undone = any(each.undone for each in relations)
        most = max((len(each.more) for each in relations), default=0)
        more = [[*each.more, *[[-1] * len(each.inputs)] * (most - len(each.more))] for each in relations]
        return Relation(
            [cell for each in relations for cell in each.inputs],
            [cell for each in relations for cell in each.kernels],
            [cell for each in relations for cell in each.outputs],
            tuple(text for each in relations for text in each.sums),
            tuple(text for each in relations for text in each.undone or ("",) * len(each.inputs)) if has_undone else (),
            [[*chain(*cells)] for cells in zip(*more, strict=True)],
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a scene.

    Attributes
    ----------
    items : tuple of Placed
        What is painted over the scene's backdrop, in order.
    caption : str
        A short title, as in "Step 3 of 9".
    description : str
        The picture in words, for those who do not see it.
    beats : float
        How long the frame lasts, in units of one step.
    title, terms : int
        How many of the last items are the title, and after it the terms.
    details : str
        What the description says and the picture does not: a sentence, or nothing.
    """

    items: tuple[Placed, ...]
    caption: str
    description: str
    beats: float = 1.0
    title: int = 0
    terms: int = 0
    details: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """What a picture needs beyond being looked at: to be pointed at.

    Attributes
    ----------
    grids : tuple of Grid
        The grids of the picture, in reading order.
    step_side : str
        Which member of a tap a frame is about: "output" where it shows how that comes about, "input" where it shows
        what becomes of that.
    rest : tuple of Placed
        What is painted over the backdrop when all is done and nothing is pointed at.
    relate : callable
        For the number of a frame, which cells it relates to one another.
    products_per_term : int
        How many taps make one of a frame's terms: more than one where a term is a whole channel's sum.
    """

    grids: tuple[Grid, ...]
    step_side: Literal["input", "output"]
    rest: tuple[Placed, ...]
    relate: Callable[[int], Relation]
    products_per_term: int = 1


def _no_links() -> Links:
    return Links((), "output", (), lambda index: Relation())


@dataclass(frozen=True, slots=True, eq=False)
class Scene(Sequence[Frame]):
    """A sequence of frames over one backdrop.

    ``scene.frame(k)``, also spelled ``scene[k]``, is a pure function: the same number gives the same picture.

    Attributes
    ----------
    width, height : int
        Size of every frame in pixels.
    background : str
        Color behind everything, as ``#rrggbb``; with two zeros after it, nothing is painted there, and the color is the
        one that formats without half-transparent pixels blend with.
    backdrop : tuple of Placed
        What every frame shows, painted first.
    description : str
        What the scene shows, in words.
    link : callable
        Gives the scene's `Links`; only a player asks for them.
    """

    width: int
    height: int
    background: str
    backdrop: tuple[Placed, ...]
    description: str
    length: int
    draw: Callable[[int], Frame]
    link: Callable[[], Links] = _no_links

    @property
    def is_transparent(self) -> bool:
        """Whether what is behind the picture shows through."""
        return len(self.background) == len("#rrggbb00")

    def __len__(self) -> int:
        return self.length

    def frame(self, index: int) -> Frame:
        """Frame ``index``; negative numbers count from the end."""
        position = index + self.length if index < 0 else index
        if not 0 <= position < self.length:
            raise IndexError(f"frame must be from -{self.length} to {self.length - 1}; got {index}.")
        return self.draw(position)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> list[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | list[Frame]:
        if isinstance(index, slice):
            return [self.draw(k) for k in range(*index.indices(self.length))]
        return self.frame(index)

    def __iter__(self) -> Iterator[Frame]:
        return map(self.draw, range(self.length))


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to draw: pixels of a frame, frames, the items of all frames, and the looks that differ.

    The backdrop has looks, but no items: it is painted once.
    """

    width: int
    height: int
    frames: int
    items: int
    looks: int


def amount_of(scene: Scene) -> Amount:
    """Return how much there is to draw in all frames of a scene.

    Examples
    --------
    >>> cell = Placed(0, 0, Look(9, 9, ()))
    >>> amount_of(Scene(20, 10, "#ffffff", (), "", 2, lambda index: Frame((cell,) * 3, "", "")))
    Amount(width=20, height=10, frames=2, items=6, looks=1)
    """
    looks = {item.look for item in scene.backdrop}
    items = 0
    for frame in scene:
        items += len(frame.items)
        looks.update(item.look for item in frame.items)
    return Amount(scene.width, scene.height, len(scene), items, len(looks))
