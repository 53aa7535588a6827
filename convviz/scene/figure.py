"""The stage of a view with many planes: stacks of channels and passes, each plane at its place in a table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from convviz import limits
from convviz.recipes import Presentation, Recipe

from .box_layout import Part
from .cell_kinds import Kind
from .descriptions import describe
from .drawing import (
    Plane,
    furniture,
    legend,
    legend_words,
    note_size,
    number_size,
    outline,
    tapped_skin,
    thin,
    write_label,
)
from .fit import plan_table
from .layout import Grid, Layout, Panel
from .number_format import Formula, number
from .primitives import Frame, Links, Name, Placed, Scene, Sheet
from .sprites import Note, cell_look, line_look
from .text_layout import Prose
from .theme import Theme, theme_named


@dataclass(frozen=True, slots=True)
class Pane:
    """A plane of a tableau, and what there is to say of it.

    Attributes
    ----------
    table : the table whose numbers it shows, as links call it; neighbours that share a stack are joined by edges.
    stack : what it is a layer of.
    title : what it is called aloud.
    texts, names : of each cell, row by row: what it shows in the end, and its place in the reader's table.
    is_editable : whether its numbers are the reader's to change.
    copies : cells that only show another one's number, and that cell.
    tags : what may stand at the plane, from long to short.
    """

    plane: Plane
    table: str
    stack: str
    texts: Sequence[str]
    names: Sequence[Name]
    title: str = ""
    is_editable: bool = False
    copies: tuple[tuple[int, int], ...] = ()
    tags: tuple[str, ...] = ()

    def renamed(self, table: str, names: Sequence[Name]) -> "Pane":
        """The same plane as a part of another table of the reader's."""
        return replace(self, table=table, names=names)


@dataclass(frozen=True, slots=True)
class Tapped:
    """A cell under a tap, as a frame shows it: its place, its number, and whether it is a cell of the reader's."""

    row: int
    column: int
    value: float
    is_real: bool
    note: str
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Tableau:
    """All that the frames of a view share; planes are counted in the order of `panes`."""

    recipe: Recipe
    theme: Theme
    layout: Layout
    panes: Sequence[Pane]
    sizes: Sequence[int]
    note_sizes: Sequence[int]
    starts: Sequence[int]
    backdrop: tuple[Placed, ...]

    def scene(self, length: int, draw: Callable[[int], Frame], link: Callable[[], Links]) -> Scene:
        """The scene with these frames and links."""
        layout, words = self.layout, describe(self.recipe)
        return Scene(layout.width, layout.height, self.theme.page, self.backdrop, words, length, draw, link)

    def grid(self, pane: int) -> Grid:
        """The place of a plane."""
        return self.layout.grids[pane]

    def number_of(self, pane: int, row: int, column: int) -> int:
        """The number of a cell, counted through all planes."""
        grid = self.grid(pane)
        return self.starts[pane] + (row - grid.rows.start) * len(grid.columns) + column - grid.columns.start

    def sheets(self) -> tuple[Sheet, ...]:
        """Every plane for those who point at it."""
        return tuple(
            Sheet(
                pane.table, grid.x, grid.y, grid.cell, len(grid.rows), len(grid.columns), tuple(pane.texts),
                tuple(pane.names), pane.is_editable, pane.copies, pane.title,
            )
            for pane, grid in zip(self.panes, self.layout.grids, strict=True)
        )  # fmt: skip

    def window(self, pane: int, taps: Sequence[Tapped]) -> Iterator[Placed]:
        """The cells under the taps of a step, and the frame around them."""
        if not taps:
            return
        grid, theme = self.grid(pane), self.theme
        for tap in taps:
            stroke = thin(grid.cell) if tap.is_real or tap.is_now else 1
            note = Note(tap.note, self.note_sizes[pane], theme.window_ink) if tap.note else None
            skin = tapped_skin(theme, tap.is_real, tap.is_now)
            look = cell_look(grid.cell, skin, number(tap.value), self.sizes[pane], stroke, note)
            yield Placed(*grid.at(tap.row, tap.column), look)
        rows, columns = [tap.row for tap in taps], [tap.column for tap in taps]
        yield outline(grid, theme, (min(rows), min(columns)), (max(rows), max(columns)))

    def ring(self, pane: int) -> Placed:
        """A frame around a whole plane."""
        grid = self.grid(pane)
        return outline(
            grid, self.theme, (grid.rows.start, grid.columns.start), (grid.rows.stop - 1, grid.columns.stop - 1)
        )


def build_tableau(
    recipe: Recipe,
    show: Presentation,
    panes: Sequence[Pane],
    arrangements: Sequence[Part],
    *,
    title: Sequence[str],
    terms: Sequence[str],
    kinds: Sequence[Kind],
    formulas: Sequence[Formula],
    frames: int,
) -> Tableau:
    """Find the places for all planes and paint what stands still.

    Parameters
    ----------
    arrangements : sequence
        The ways in which the planes may stand; that with the largest cells is taken.
    title, terms : sequence of str
        Words at least as wide as those of any frame.
    kinds : sequence of str
        The kinds of cells that are drawn; the legend explains those that need it.
    """
    theme = theme_named(show.theme)
    explained = legend_words(recipe, kinds) if show.terms or show.formula else {}
    formulas = formulas if show.formula else ()
    prose = Prose(title, terms if show.terms else (), [one.pieces for one in formulas], [*explained.values()])
    needs: dict[str, int] = {}
    for pane in panes:
        needs[pane.table] = max(pane.plane.need, needs.get(pane.table, 0))
    panels = [Panel("", pane.plane.rows, pane.plane.columns, needs[pane.table], pane.tags) for pane in panes]
    limit = limits.ANIMATION_MEGAPIXELS * 1e6 / frames
    layout, labels = plan_table(panels, arrangements, prose, show.width, limit)
    sizes, note_sizes = _sizes(panes, layout.grids)
    backdrop = (
        *_edges(panes, layout.grids, theme),
        *furniture(layout, theme, labels, formulas),
        *(write_label(line, text, theme.muted) for line, text in layout.tags),
        *legend(layout.legend, theme, explained),
        *(
            item
            for pane, grid, size in zip(panes, layout.grids, sizes, strict=True)
            for item in pane.plane.paint(grid, size)
        ),
    )
    starts = [0]
    for grid in layout.grids:
        starts.append(starts[-1] + len(grid.rows) * len(grid.columns))
    return Tableau(recipe, theme, layout, panes, sizes, note_sizes, starts, backdrop)


def _sizes(panes: Sequence[Pane], grids: Sequence[Grid]) -> tuple[list[int], list[int]]:
    """The font sizes of numbers and notes: the same in all planes of a stack, whose cells are alike."""
    numbers: dict[tuple[str, int], list[str]] = {}
    notes: dict[tuple[str, int], list[str]] = {}
    stacks = [(pane.stack, grid.cell) for pane, grid in zip(panes, grids, strict=True)]
    for stack, pane in zip(stacks, panes, strict=True):
        numbers.setdefault(stack, []).extend(pane.plane.numbers)
        notes.setdefault(stack, []).extend(pane.plane.notes)
    sizes = {(stack, cell): number_size(cell, texts) for (stack, cell), texts in numbers.items()}
    note_sizes = {(stack, cell): note_size(cell, texts) for (stack, cell), texts in notes.items()}
    return [sizes[stack] for stack in stacks], [note_sizes[stack] for stack in stacks]


def _edges(panes: Sequence[Pane], grids: Sequence[Grid], theme: Theme) -> Iterator[Placed]:
    """Lines from corner to corner of planes that follow one another in a stack: they show its depth."""
    for (one, front), (other, back) in pairwise(zip(panes, grids, strict=True)):
        if one.stack == other.stack:
            yield from joins(corners(front), corners(back), theme.edge)


Corners = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


def corners(grid: Grid) -> Corners:
    """The box of a plane, its closing grid lines included."""
    return grid.x, grid.y, grid.x + grid.width - 1, grid.y + grid.height - 1


def joins(front: Corners, back: Corners, color: str, around: tuple[Corners, Corners] | None = None) -> Iterator[Placed]:
    """The two lines between the sides of two boxes that face each other.

    Of boxes within others, those ``around``, only what lies between these: the lines would strike through numbers.
    """
    within = around or (front, back)
    for along, others in ((0, (1, 3)), (1, (0, 2))):
        start, stop = front[along + 2], back[along]
        first, last = within[0][along + 2], within[1][along]
        # Planes of one stack may stand in several lines: those that begin a line face none.
        is_facing = front[1 - along] < back[3 - along] and back[1 - along] < front[3 - along]
        if is_facing and start < stop and first < last:
            for k in others:
                ends = [
                    (at, round(front[k] + (back[k] - front[k]) * (at - start) / (stop - start))) for at in (first, last)
                ]
                one, other = ends if along == 0 else [(x, y) for y, x in ends]
                yield _straight(one, other, color)
            return


def _straight(one: tuple[int, int], other: tuple[int, int], color: str) -> Placed:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    return Placed(left, top, line_look(one[0] - left, one[1] - top, other[0] - left, other[1] - top, color))


def cell_names(rows: Sequence[int], columns: Sequence[int], *before: int) -> list[Name]:
    """The names of a table's cells, row by row: (row, column), after the numbers of the channels."""
    return [(*before, row, column) for row, column in product(rows, columns)]
