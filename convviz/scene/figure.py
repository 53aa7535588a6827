"""The frames of a variant: its panels in their places, and over them what each step says and marks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby, pairwise, product
from math import inf
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, Protocol

from convviz import limits
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation

from .box_layout import Layout, Part, plan
from .drawing import (
    CellStyle,
    Kind,
    Note,
    cell_look,
    corners,
    join,
    note_size,
    number_size,
    outline,
    tapped_style,
    text_look,
    thick,
    thin,
    write_legend,
    write_line,
    write_phrases,
    write_words,
)
from .number_format import Formula, equal_to, is_sum, number, term, tidy
from .panels import Panel
from .primitives import Frame, Grid, Links, Placed, Relation, Scene
from .theme import Theme, theme_named
from .typography import Prose, Role, Term, widest_terms

# Shots ----------------------------------------------------------------------------------------------------------------

LAST_BEATS: Final = 3.0
"""The last frame lasts three times as long, so that the result can be read before the animation starts again."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame of the storyboard: the step it shows, and how many of its taps (all of them: the step is complete)."""

    step: int
    taps: int
    is_complete: bool
    beats: float

    @property
    def now(self) -> int | None:
        """The tap that an incomplete step has come to."""
        return None if self.is_complete else self.taps - 1


def storyboard(kind: str, taps_of_steps: Sequence[int]) -> list[Shot]:
    """Return the frames of an animation.

    Parameters
    ----------
    kind : str
        "cell": one frame per step; "tap": one frame per product, so that the sum grows.
    taps_of_steps : sequence of int
        The number of taps of each step.

    Examples
    --------
    >>> [(shot.step, shot.taps) for shot in storyboard("tap", [2, 1])]
    [(0, 1), (0, 2), (1, 1)]
    """
    last = len(taps_of_steps) - 1
    shots = []
    for step, taps in enumerate(taps_of_steps):
        for count in range(1, taps + 1) if kind == "tap" and taps else (taps,):
            is_complete = count == taps
            shots.append(Shot(step, count, is_complete, LAST_BEATS if is_complete and step == last else 1.0))
    return shots


# The panels in their places -------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """A cell of a panel."""

    panel: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Figure:
    """What all frames share; panels are counted in their order."""

    theme: Theme
    layout: Layout
    panels: Sequence[Panel]
    sizes: Sequence[int]
    note_sizes: Sequence[int]
    starts: Sequence[int]

    def grid(self, panel: int) -> Grid:
        """Return a panel at its place."""
        return self.layout.grids[panel]

    def number_of(self, cell: Cell) -> int:
        """Return the number of a cell, counted through all panels."""
        grid = self.grid(cell.panel)
        row, column = cell.row - grid.rows.start, cell.column - grid.columns.start
        return self.starts[cell.panel] + row * len(grid.columns) + column

    def draw_cell(self, cell: Cell, style: CellStyle, text: str, stroke: int = 1, note: str = "") -> Placed:
        """Draw a cell with its text and, in its corner, a note."""
        panel, row, column = cell
        grid = self.layout.grids[panel]
        corner = Note(note, self.note_sizes[panel], self.theme.window_ink) if note else None
        return Placed(*grid.at(row, column), cell_look(grid.cell, style, text, self.sizes[panel], stroke, corner))

    def draw_current(self, cell: Cell, text: str) -> Placed:
        """Draw the cell that a step is about."""
        return self.draw_cell(cell, tapped_style(self.theme, is_now=True), text, thick(self.grid(cell.panel).cell))

    def draw_window(self, panel: int, taps: Sequence[Tap], now: int | None) -> Iterator[Placed]:
        """Draw the cells under the taps of a step with their weights, and the frame around them."""
        real, other = (tapped_style(self.theme, is_real=is_real) for is_real in (True, False))
        edge = thin(self.grid(panel).cell)
        for k, tap in enumerate(taps):
            style, stroke = (other, 1) if tap.is_padding or tap.is_inserted else (real, edge)
            if k == now:
                style, stroke = tapped_style(self.theme, is_now=True), edge
            cell = Cell(panel, *tap.position)
            yield self.draw_cell(cell, style, number(tap.input_value), stroke, f"×{number(tap.weight)}")
        yield self.draw_outline(panel, [tap.position for tap in taps])

    def draw_outline(self, panel: int, cells: Sequence[tuple[int, int]]) -> Placed:
        """Draw the frame around cells."""
        rows, columns = zip(*cells, strict=True)
        return outline(self.grid(panel), self.theme, (min(rows), min(columns)), (max(rows), max(columns)))

    def draw_ring(self, panel: int) -> Placed:
        """Draw a frame around a whole panel."""
        grid = self.grid(panel)
        return outline(grid, self.theme, (grid.rows[0], grid.columns[0]), (grid.rows[-1], grid.columns[-1]))

    def draw_written(self, panel: int) -> Iterator[Placed]:
        """Draw every cell of an output with its number, row by row."""
        grid, content = self.grid(panel), self.panels[panel]
        cells = zip(product(grid.rows, grid.columns), content.names, content.styles, content.texts, strict=True)
        for (row, column), name, style, text in cells:
            if not isinstance(name, str):
                yield self.draw_cell(Cell(panel, row, column), replace(style, fill=self.theme.output), text)


def _font_sizes(panels: Sequence[Panel], grids: Sequence[Grid]) -> tuple[list[int], list[int]]:
    """Return the font sizes of numbers and notes: the same in all panels of a stack, whose cells are alike."""
    stacks = [(panel.stack, grid.cell) for panel, grid in zip(panels, grids, strict=True)]
    numbers: dict[tuple[str, int], list[str]] = {}
    notes: dict[tuple[str, int], list[str]] = {}
    for stack, panel in zip(stacks, panels, strict=True):
        numbers.setdefault(stack, []).extend(panel.all_numbers)
        notes.setdefault(stack, []).extend(panel.notes)
    sizes = {stack: number_size(stack[1], texts) for stack, texts in numbers.items()}
    note_sizes = {stack: note_size(stack[1], texts) for stack, texts in notes.items()}
    return [sizes[stack] for stack in stacks], [note_sizes[stack] for stack in stacks]


def _edges(panels: Sequence[Panel], grids: Sequence[Grid], theme: Theme) -> Iterator[Placed]:
    """Draw lines from corner to corner of panels that follow one another in a stack: they show its depth."""
    for (panel, front), (other, back) in pairwise(zip(panels, grids, strict=True)):
        if panel.stack == other.stack:
            yield from join(corners(front), corners(back), theme.edge)


# The steps ------------------------------------------------------------------------------------------------------------


class Addend(NamedTuple):
    """What is added to the products: a bias, or a sum that is not drawn."""

    text: str
    value: float
    role: Role = "ink"


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell that is a sum of products, as far as a frame has come.

    Attributes
    ----------
    name : str
        The cell, as in "output[0, 2]".
    target : Cell
        Where it is.
    taps : sequence of Tap
        All its products.
    reads : sequence of int
        The panel that each tap reads.
    weights : sequence of Cell
        The weight of each tap.
    shown : int
        How many of them the frame shows.
    now : int, optional
        The tap that the frame has come to.
    value : float
        The sum of those, and once it is complete with the addends.
    scale : float
        The size of the numbers that it is made of.
    addends : sequence of Addend
        What is added to the products.
    """

    name: str
    target: Cell
    taps: Sequence[Tap]
    reads: Sequence[int]
    weights: Sequence[Cell]
    shown: int
    now: int | None
    value: float
    scale: float
    addends: Sequence[Addend] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all products are shown."""
        return self.shown == len(self.taps)

    @property
    def so_far(self) -> str:
        """What is said of a sum that is not complete."""
        return "" if self.is_complete else " so far"

    @property
    def title(self) -> str:
        """The cell and its value."""
        return f"{self.name}{self.so_far} {equal_to(self.value)}"

    @property
    def terms(self) -> list[Term]:
        """A word for each product, for what else is added, and for the result with the sign that is true of them."""
        words = [
            Term(
                f"{'+ ' if k else ''}{term(tap.input_value, tap.weight)}",
                "muted" if tap.is_padding or tap.is_inserted else "ink",
            )
            for k, tap in enumerate(self.taps[: self.shown])
        ]
        addends = self.addends if self.is_complete else ()
        words += [Term(each.text, each.role) for each in addends]
        parts = [(tap.input_value, tap.weight) for tap in self.taps[: self.shown]]
        return [*words, total(self.value, [*parts, *((each.value, 1.0) for each in addends)])]

    def described(self, count: int | None = None) -> str:
        """Return the sum in words; ``count`` is the number of products where not all are drawn."""
        count = count or len(self.taps)
        of = "" if self.is_complete else f"{self.shown} of "
        return f"the sum of {of}{count} {'product' if count == 1 else 'products'}"

    def draw(self, figure: Figure, joins: Iterable[Placed] = (), *, has_rings: bool = True) -> Iterator[Placed]:
        """Draw the windows with rings around their kernels, what joins the windows, the weight of now, and the cell."""
        first = 0
        for (panel, kernel), group in groupby(zip(self.reads, (cell.panel for cell in self.weights), strict=True)):
            stop = first + len([*group])
            yield from figure.draw_window(panel, self.taps[first:stop], None if self.now is None else self.now - first)
            is_last = stop == len(self.taps) or self.weights[stop].panel != kernel
            if has_rings and is_last:
                yield figure.draw_ring(kernel)
            first = stop
        yield from joins
        if self.now is not None:
            yield figure.draw_current(self.weights[self.now], number(self.taps[self.now].weight))
        yield figure.draw_current(self.target, number(self.value) if self.shown else "")


def relate_sums(figure: Figure, sums: Sequence[Sum], *, has_totals: bool) -> Relation:
    """Return which cell meets which weight for each sum, and with ``has_totals`` the sums on the way."""
    links = tuple(
        (figure.number_of(Cell(panel, *tap.position)), figure.number_of(weight), target)
        for made in sums
        for target in [figure.number_of(made.target)]
        for panel, tap, weight in zip(made.reads, made.taps, made.weights, strict=True)
    )
    totals = (
        number(tidy(value, made.scale)) for made in sums for value in accumulate(tap.product for tap in made.taps)
    )
    return Relation(links, tuple(totals) if has_totals else ())


def total(value: float, parts: Sequence[tuple[float, float]], lead: str = "") -> Term:
    """Return the word for a result: with "=" where the terms before it, as they are shown, add up to it, else "≈"."""
    return Term(f"{lead}{'=' if is_sum(value, parts) else '≈'} {number(value)}", bold=True)


@dataclass(frozen=True, slots=True)
class Step:
    """What a frame says.

    Attributes
    ----------
    caption : str
        Its short title.
    title : sequence of str
        The phrases above the grids.
    terms : sequence of Term
        The words below them: how the result is made.
    description : str
        The frame in words, for those who do not see it.
    finished : int
        How many of the finished cells are there before the step.
    taps : sequence of Tap
        Its products.
    value : float
        What they come to.
    sums : sequence of Sum
        The same, where it is a sum.
    last : callable
        Draws what comes with the terms.
    """

    caption: str
    title: Sequence[str]
    terms: Sequence[Term] = ()
    description: str = ""
    finished: int = 0
    taps: Sequence[Tap] = ()
    value: float = 0.0
    sums: Sequence[Sum] = ()
    last: Callable[[Figure], Iterable[Placed]] = lambda figure: ()


class Steps(Protocol):
    """What a variant says, draws and relates in the frames of its animation."""

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterable[Placed]:
        """Draw what a frame marks in its grids."""

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return which cells a frame relates to one another."""


@dataclass(frozen=True, slots=True)
class StepView:
    """Draws the frames of any variant."""

    figure: Figure
    shots: Sequence[Shot]
    steps: Steps
    finished: tuple[Placed, ...]

    def draw(self, index: int) -> Frame:
        """Draw one frame."""
        shot, figure = self.shots[index], self.figure
        step, layout = self.steps.step(shot), figure.layout
        title = tuple(write_phrases(layout.title, _bold(step.title), figure.theme.ink))
        terms = (*write_words(layout.terms, step.terms, figure.theme), *step.last(figure))
        items = (*self.finished[: step.finished], *self.steps.draw(figure, shot, step), *title, *terms)
        return Frame(items, step.caption, step.description, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Return which cells a frame relates to one another."""
        return self.steps.relate(self.figure, self.shots[index])


def step_scene(
    show: Presentation,
    panels: Sequence[Panel],
    arrangements: Sequence[Part],
    steps: Steps,
    shots: Sequence[Shot],
    *,
    description: str,
    widest: Sequence[Step],
    legend: Mapping[Kind, str] = MappingProxyType({}),
    formulas: Sequence[Formula] = (),
    finish: Callable[[Figure], Iterable[Placed]] = lambda figure: (),
    step_side: Literal["input", "output"] = "output",
    products_per_term: int = 1,
    first_if: float = inf,
) -> Scene:
    """Return the scene of a variant: find the places for all panels, and draw what stays the same in all frames.

    Parameters
    ----------
    show : Presentation
        Theme, width, and whether terms and formulas are shown.
    panels : sequence of Panel
        What is shown.
    arrangements : sequence of Box or Lines
        Where the panels may be; the one with the largest cells is taken.
    steps : Steps
        The variant.
    shots : sequence of Shot
        What each frame shows.
    description : str
        The whole scene in words.
    widest : sequence of Step
        Steps whose title and terms are together at least as wide as those of any frame.
    legend : mapping
        For the kinds of cells that need an explanation, the explanation.
    formulas : sequence of Formula
        The output size.
    finish : callable
        Draws the cells of the finished picture, in the order in which the steps write them.
    step_side, products_per_term
        As in `Links`.
    first_if : float
        As in `plan`.
    """
    theme = theme_named(show.theme)
    legend = legend if show.terms or show.formula else {}
    pieces = [[*map(Term, formula.pieces)] for formula in formulas] if show.formula else []
    terms = widest_terms(step.terms for step in widest) if show.terms else ()
    prose = Prose(widest_terms(_bold(step.title) for step in widest), terms, pieces, [*map(Term, legend.values())])
    needs: dict[str, int] = {}
    for panel in panels:
        needs[panel.table] = max(panel.own_need, needs.get(panel.table, 0))
    panels = [replace(panel, stack=panel.stack or panel.table, need=needs[panel.table]) for panel in panels]
    layout = plan(panels, arrangements, prose, show.width, limits.ANIMATION_MEGAPIXELS * 1e6 / len(shots), first_if)
    sizes, note_sizes = _font_sizes(panels, layout.grids)
    backdrop = (
        *_edges(panels, layout.grids, theme),
        *_write_around(layout, pieces, theme),
        *write_legend(layout.legend, theme, legend),
        *chain(*(panel.paint(grid, size) for panel, grid, size in zip(panels, layout.grids, sizes, strict=True))),
    )
    starts = [0, *accumulate(len(grid.rows) * len(grid.columns) for grid in layout.grids)]
    figure = Figure(theme, layout, panels, sizes, note_sizes, starts)
    view = StepView(figure, shots, steps, tuple(finish(figure)))
    return Scene(
        layout.width, layout.height, theme.page, backdrop, description, len(shots), view.draw,
        lambda: Links(layout.grids, step_side, view.finished, view.relate, products_per_term),
    )  # fmt: skip


def _write_around(layout: Layout, formulas: Sequence[Sequence[Term]], theme: Theme) -> Iterator[Placed]:
    """Write labels above the grids, signs between them, formulas below and tags at panels."""
    yield from (write_line(line, label, theme.ink) for line, label in layout.labels)
    for sign, x, y in layout.signs:
        look = text_look(sign, round(22 * layout.unit), theme.muted)
        yield Placed(x - look.width // 2, y - look.height // 2, look)
    for lines, pieces in zip(layout.formulas, formulas, strict=True):
        yield from write_phrases(lines, pieces, theme.muted)
    yield from (write_line(line, tag, theme.muted) for line, tag in layout.tags)


def _bold(phrases: Sequence[str]) -> list[Term]:
    return [Term(phrase, bold=True) for phrase in phrases]
