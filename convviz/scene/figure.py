"""The frames of a variant: its panels in their places, and over them what each step says and marks."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain, count, pairwise
from math import inf
from typing import Final, Literal, NamedTuple, Protocol

from convviz import limits
from convviz.recipes import Presentation

from .box_layout import Layout, Part, plan, without_labels
from .drawing import (
    READABLE_NOTE,
    UNKNOWN,
    CellStyle,
    Corners,
    Kind,
    Note,
    box_of,
    cell_look,
    frame_width,
    funnel,
    join,
    note_size,
    number_size,
    outline,
    sheets_look,
    tapped_style,
    text_look,
    valued_style,
    write_legend,
    write_line,
    write_phrases,
    write_words,
)
from .identity import Identities, identities_of
from .number_format import Formula, number
from .panels import Panel, starts_of
from .primitives import Frame, Grid, Links, Look, Placed, Relation, Scene
from .theme import Theme, background_of, theme_named
from .typography import Prose, Term, fitting_size, text_width, widest_terms

# Shots ----------------------------------------------------------------------------------------------------------------

LAST_BEATS: Final = 3.0
"""The last frame lasts three times as long, so that the result can be read before the animation starts again."""


class Shot(NamedTuple):
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
        for shown in range(1, taps + 1) if kind == "tap" and taps else (taps,):
            is_complete = shown == taps
            shots.append(Shot(step, shown, is_complete, LAST_BEATS if is_complete and step == last else 1.0))
    return shots


# The panels in their places -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """What all frames share. Panels are counted in their order, and cells through all panels, row by row within each.

    Attributes
    ----------
    theme, layout, panels
        The colors, the places, and what is shown.
    sizes, note_sizes : sequence of int
        The font sizes of each panel's numbers and notes.
    starts : sequence of int
        The number of the first cell of each panel.
    corners : sequence of (int, int)
        The top left corner of each cell.
    panel_of : sequence of int
        The panel of each cell.
    keys : Identities
        What all this is called.
    obstacles : tuple of corners
        The boxes that no curve crosses.
    most : sequence of float
        Of each panel whose cells are colored by their value the number at the end of the scale; none where they are
        colored by what they are.
    looks, drawn : dict
        What most frames share, once it is drawn: looks of cells under taps, and output cells on their way.
    """

    theme: Theme
    layout: Layout
    panels: Sequence[Panel]
    sizes: Sequence[int]
    note_sizes: Sequence[int]
    starts: Sequence[int]
    corners: Sequence[tuple[int, int]]
    panel_of: Sequence[int]
    keys: Identities
    obstacles: tuple[Corners, ...]
    most: Sequence[float] = ()
    looks: dict[tuple[int, float, float, bool | None], Look] = field(default_factory=dict)
    drawn: dict[tuple[int, int | str], Placed] = field(default_factory=dict)

    def grid(self, panel: int) -> Grid:
        """Return a panel at its place."""
        return self.layout.grids[panel]

    def draw_cell(
        self, cell: int, style: CellStyle, text: str, stroke: int = 1, note: str = "", key: str = "", *,
        is_addend: bool = False,
    ) -> Placed:  # fmt: skip
        """Draw a cell with its text and, in its corner, a note; or above it what was added to make it.

        ``key`` is that of a thing which moves over cells.
        """
        (x, y), panel = self.corners[cell], self.panel_of[cell]
        grid, size = self.grid(panel), self.sizes[panel]
        style = self.styled(panel, style, text)
        if grid.is_bare and size:  # large numbers may become longer on the way to the end
            size = fitting_size(text, size, grid.cell - 1)
        look = cell_look(grid.cell, style, text, size, stroke, self._note(panel, note, is_addend))
        return Placed(x, y, look, key)

    def styled(self, panel: int, style: CellStyle, text: str) -> CellStyle:
        """Return the style of a cell, colored by its value where the figure is."""
        return valued_style(style, self.theme, text, self.most[panel]) if self.most else style

    def _note(self, panel: int, text: str, is_addend: bool = False) -> Note | None:
        """Return the note with this text, or None where there is none."""
        if not text or self.grid(panel).is_bare or not self.sizes[panel]:
            return None
        return Note(text, self.note_sizes[panel], self.theme.ink if self.most else self.theme.window_ink, is_addend)

    def draw_current(self, cell: int, text: str) -> Placed:
        """Draw the cell that a step is about."""
        panel = self.panel_of[cell]
        style, stroke = tapped_style(self.theme, is_now=True), self.frame_width(panel)
        return self.draw_cell(cell, style, text, stroke, key=self.keys.currents[panel])

    def frame_width(self, panel: int) -> int:
        """Return the width of frames on a panel."""
        return frame_width(self.grid(panel).cell, self.layout.unit)

    def draw_window(
        self, cells: Sequence[int], weight_cells: Sequence[int], values: Sequence[float], weights: Sequence[float],
        is_real: Sequence[bool], now: int | None,
    ) -> Iterator[Placed]:  # fmt: skip
        """Draw the cells under taps on one panel with their weights, and the frame around them.

        ``now`` is the tap that a frame has come to.
        """
        panel, corners, looks = self.panel_of[cells[0]], self.corners, self.looks
        keys, stroke = self.keys.taps(panel, weight_cells), 2 if self.most and self._are_apart(cells) else 1
        for k, (cell, value, weight, real, key) in enumerate(zip(cells, values, weights, is_real, keys, strict=True)):
            what = panel, value, weight, None if k == now else real
            look = looks.get(what)
            if look is None:
                look = looks[what] = self._tapped_look(*what, stroke)
            x, y = corners[cell]
            yield Placed(x, y, look, key)
        yield self.draw_outline(cells[0], cells[-1])

    def _are_apart(self, cells: Sequence[int]) -> bool:
        """Return whether there are cells between those of a window."""
        side = self.grid(self.panel_of[cells[0]]).cell
        (left, top), (right, bottom) = self.corners[cells[0]], self.corners[cells[-1]]
        return ((right - left) // side + 1) * ((bottom - top) // side + 1) > len(cells)

    def _tapped_look(self, panel: int, value: float, weight: float, is_real: bool | None, stroke: int) -> Look:
        """Draw a cell under a tap; ``is_real`` is None for the tap that a frame has come to."""
        side = self.grid(panel).cell
        text, style = number(value), tapped_style(self.theme, is_real=is_real is not False, is_now=is_real is None)
        if self.most and is_real is None:
            stroke = self.frame_width(panel)
        note = self._note(panel, f"×{number(weight)}")
        return cell_look(side, self.styled(panel, style, text), text, self.sizes[panel], stroke, note)

    def draw_outline(self, first: int, last: int) -> Placed:
        """Draw the frame around a window, from its first cell to its last."""
        panel = self.panel_of[first]
        return outline(
            self.grid(panel).cell, self.corners[first], self.corners[last], self.theme.window_edge,
            self.frame_width(panel), self.keys.windows[panel],
        )  # fmt: skip

    def draw_funnel(self, *ends: tuple[int, int]) -> Iterator[Placed]:
        """Draw curves between windows, each given by its first and its last cell, that follow one another."""
        for front, back in pairwise(ends):
            around = self._box(front, is_panel=True), self._box(back, is_panel=True)
            yield from funnel(
                self._box(front), self._box(back), self.theme.muted, around, self.obstacles,
                f"funnel {self.keys.panels[self.panel_of[front[0]]]}",
            )  # fmt: skip

    def _box(self, cells: tuple[int, int], *, is_panel: bool = False) -> Corners:
        """Return the box of a window, or of the panel that it is on."""
        grid = self.grid(self.panel_of[cells[0]])
        if is_panel:
            return box_of(grid)
        (left, top), (right, bottom) = (self.corners[cell] for cell in cells)
        return left, top, right + grid.cell, bottom + grid.cell

    def draw_ring(self, panel: int) -> Placed:
        """Draw a frame around a whole panel."""
        return self.draw_outline(self.starts[panel], self.starts[panel + 1] - 1)

    def draw_written(self, panel: int) -> Iterator[Placed]:
        """Draw every cell of an output with its number, row by row."""
        content = self.panels[panel]
        written = {style: style._replace(fill=self.theme.output) for style in {*content.styles}}
        cells = zip(count(self.starts[panel]), content.names, content.styles, content.texts, strict=False)
        for cell, name, style, text in cells:
            if not isinstance(name, str):
                yield self.draw_cell(cell, written[style], text)


def _obstacles(layout: Layout) -> tuple[Corners, ...]:
    """Return the boxes of all panels, and of the signs and labels between them, with a little room around these."""
    radius, room = round(0.65 * _SIGN_SIZE * layout.unit), round(4 * layout.unit)
    signs = ((x - radius, y - radius, x + radius, y + radius) for _, x, y in layout.signs)
    labels = (
        (line.x - room, line.y - line.size - room, line.x + text_width(text, line.size) + room, line.y + room)
        for line, text in layout.labels
    )
    return *map(box_of, layout.grids), *signs, *labels


_SCALE: Final = "below zero to above zero, scaled in each grid"

_SIGN_SIZE: Final = 24
"""Font size of signs in a picture 900 wide."""

_ON_PAGE: Final = 860, 490
"""Pixels that a page has for a picture in a window of 1366 x 768: it reduces larger ones to those."""

_LEAST_NOTE: Final = 8
"""The smallest font size, on a page, at which notes on several channels can be read."""


def _shrink(layout: Layout) -> float:
    """Return by how much a page reduces a picture."""
    return min(1, _ON_PAGE[0] / layout.width, _ON_PAGE[1] / layout.height)


def _is_bare(panels: Sequence[Panel], layout: Layout, *, is_by_value: bool) -> bool:
    """Return whether notes are left out: those that could not be read on a page.

    Next to several channels are their kernels, with the same weights. The cells of a single channel always have notes,
    so that they can be found in the terms, unless they are colored by their value: there are many.
    """
    channels = Counter(panel.stack for panel in panels if panel.notes)
    if max(channels.values(), default=0) < (1 if is_by_value else 2):
        return False
    smallest = min(
        note_size(grid.cell, panel.notes) for panel, grid in zip(panels, layout.grids, strict=True) if panel.notes
    )
    # Without notes, there is room for digits that can be read.
    return smallest * _shrink(layout) < (READABLE_NOTE if is_by_value else _LEAST_NOTE)


NARROW: Final = 560
"""Pixels of the width below which pictures are made for phones, which do not reduce them."""

_FOR_FINGERS: Final = 2
"""There, cells are this much larger than barely legible ones before all panels are in one row."""

_PLAIN: Final = 8
"""Pixels that a cell without a number needs."""

_LEGIBLE: Final = 9
"""Pixels of a digit on a page, below which a cell that shows its value by its color shows no digits."""


def _ends(panels: Sequence[Panel]) -> list[float]:
    """Return of each panel the largest number of its table, without its sign."""
    most: dict[str, float] = {}
    for panel in panels:
        numbers = (
            abs(float(text.replace("−", "-"))) for text in panel.texts if text.strip("−") not in ("", UNKNOWN, "∞")
        )
        most[panel.table] = max(most.get(panel.table, 0.0), max(numbers, default=0.0))
    return [most[panel.table] for panel in panels]


def _font_sizes(panels: Sequence[Panel], grids: Sequence[Grid]) -> tuple[list[int], list[int]]:
    """Return the font sizes of numbers and notes: the same in all panels of a stack, whose cells are alike."""
    stacks = [(panel.stack, grid.cell) for panel, grid in zip(panels, grids, strict=True)]
    numbers: dict[tuple[str, int], list[str]] = {}
    notes: dict[tuple[str, int], list[str]] = {}
    for stack, panel in zip(stacks, panels, strict=True):
        numbers.setdefault(stack, []).extend(panel.all_numbers)
        notes.setdefault(stack, []).extend(panel.notes)
    sizes = {stack: number_size(stack[1], texts, is_bare=grids[0].is_bare) for stack, texts in numbers.items()}
    note_sizes = {stack: note_size(stack[1], texts) for stack, texts in notes.items()}
    return [sizes[stack] for stack in stacks], [note_sizes[stack] for stack in stacks]


def _edges(panels: Sequence[Panel], layout: Layout, theme: Theme, keys: Identities) -> Iterator[Placed]:
    """Draw lines from corner to corner of panels that follow one another in a stack: they show its depth."""
    for (panel, front, name), (other, back, _) in pairwise(zip(panels, layout.grids, keys.panels, strict=True)):
        if panel.stack == other.stack:
            ends = f"edge {name}, first", f"edge {name}, second"
            yield from join(box_of(front), box_of(back), theme.edge, ends, origin=layout.origin)


def _sheets(panels: Sequence[Panel], layout: Layout, theme: Theme, keys: Identities) -> Iterator[Placed]:
    """Draw the sheets of hidden channels behind the last one that is drawn, which covers the first sheet."""
    for k, behind in layout.sheets.items():
        grid, styles = layout.grids[k], panels[k].styles
        corners = [(grid.x, grid.y), *behind]
        left, top = map(min, zip(*corners, strict=True))
        fill = styles[len(styles) // 2].fill  # cells at the border may be padding
        places = tuple((x - left, y - top) for x, y in corners)
        look = sheets_look(grid.width, grid.height, places, fill, theme.edge)
        yield Placed(left, top, look, f"sheets {keys.panels[k]}")


# The steps ------------------------------------------------------------------------------------------------------------


Drawing = Callable[[Figure], Iterable[Placed]]
"""Draws something in the panels at their places."""


def _nothing(figure: Figure) -> Iterable[Placed]:
    return ()


class Step(NamedTuple):
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
    details : str
        What of that neither title nor cells nor terms say.
    finished : int
        How many of the finished cells are there before the step.
    draw : callable
        Draws what the frame marks in its grids.
    last : callable
        Draws what comes with the terms.
    """

    caption: str
    title: Sequence[str]
    terms: Sequence[Term] = ()
    description: str = ""
    details: str = ""
    finished: int = 0
    draw: Drawing = _nothing
    last: Drawing = _nothing


class Steps(Protocol):
    """What a variant says, draws and relates in the frames of its animation."""

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""

    def relate(self, shot: Shot) -> Relation:
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
        title = tuple(write_phrases(layout.title, _bold(step.title), figure.theme.ink)) if layout.title else ()
        terms = (*write_words(layout.terms, step.terms, figure.theme), *step.last(figure))
        items = (*self.finished[: step.finished], *step.draw(figure), *title, *terms)
        return Frame(items, step.caption, step.description, shot.beats, len(title), len(terms), step.details)

    def relate(self, index: int) -> Relation:
        """Return which cells a frame relates to one another."""
        return self.steps.relate(self.shots[index])


class Sketch(Protocol):
    """The scene of a variant before it has a size."""

    def layout(self, width: int | None, *, is_side: bool = False) -> Layout:
        """Return the places of everything in a picture of this width, or of one that suits; a side is a part of it."""

    def scene(self, layout: Layout, side: str = "") -> Scene:
        """Return the scene with everything in its place; ``side`` is that of a comparison."""


@dataclass(frozen=True)
class Draft:
    """The scene of a variant before it has a size: all that does not depend on where things are.

    Attributes
    ----------
    show : Presentation
        Theme, and whether terms and formulas are shown.
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
    is_by_value : bool
        Whether the numbers in cells give them their colors.
    is_bare : bool
        Whether no cell ever has a note, so that numbers may be larger.
    """

    show: Presentation
    panels: Sequence[Panel]
    arrangements: Sequence[Part]
    steps: Steps
    shots: Sequence[Shot]
    description: str
    widest: Sequence[Step]
    legend: Mapping[Kind, str] = field(default_factory=dict)
    formulas: Sequence[Formula] = ()
    finish: Drawing = _nothing
    step_side: Literal["input", "output"] = "output"
    products_per_term: int = 1
    first_if: float = inf
    is_by_value: bool = False
    is_bare: bool = False

    @cached_property
    def _panels(self) -> list[Panel]:
        """The panels with their stacks, and with the needs that all panels of a table share."""
        needs: dict[str, int] = {}
        for panel in self.panels:
            need = panel.own_need if self.show.numbers else _PLAIN
            needs[panel.table] = max(need, needs.get(panel.table, 0))
        panels = self.panels if self.show.labels else [replace(panel, tags=()) for panel in self.panels]
        return [replace(panel, stack=panel.stack or panel.table, need=needs[panel.table]) for panel in panels]

    @property
    def all_legend(self) -> Mapping[Kind, str]:
        """The explanations of kinds of cells, and of the colors of values."""
        return {**self.legend, "value": _SCALE} if self.is_by_value else self.legend

    @cached_property
    def prose(self) -> Prose:
        """The words around the panels."""
        show, legend = self.show, self.all_legend if self.show.terms or self.show.formula else {}
        pieces = [[*map(Term, formula.pieces)] for formula in self.formulas] if show.formula else []
        terms = widest_terms(step.terms for step in self.widest) if show.terms else ()
        titles = widest_terms(_bold(step.title) for step in self.widest) if show.title else ()
        return Prose(titles, terms, pieces, [*map(Term, legend.values())])

    def layout(self, width: int | None, *, is_side: bool = False) -> Layout:
        """Return the places of everything in a picture of this width, as `plan` does; a side is part of a picture."""
        limit = limits.ANIMATION_MEGAPIXELS * 1e6 / len(self.shots)
        is_for_phones = width is not None and width < NARROW and not is_side
        first_if = self.first_if * (_FOR_FINGERS if is_for_phones else 1)
        arrangements = self.arrangements if self.show.labels else [*map(without_labels, self.arrangements)]
        return plan(self._panels, arrangements, self.prose, width, limit, first_if, is_by_value=self.is_by_value)

    def scene(self, layout: Layout, side: str = "") -> Scene:
        """Return the scene with everything in its place; ``side`` is that of a comparison."""
        theme, panels = theme_named(self.show.theme), self._panels
        keys, starts = identities_of(panels, side), starts_of(panels)
        is_bare = self.is_bare or _is_bare(panels, layout, is_by_value=self.is_by_value)
        grids = tuple(replace(grid, is_bare=is_bare) for grid in layout.grids)
        layout = replace(layout, grids=grids)
        sizes, note_sizes = _font_sizes(panels, grids)
        if not self.show.numbers:
            sizes = [0] * len(sizes)
        most = _ends(panels) if self.is_by_value else ()
        if most:
            shrink = 1.0 if layout.width < NARROW else _shrink(layout)
            sizes = [size if size * shrink >= _LEGIBLE else 0 for size in sizes]
        corners = [grid.corners() for grid in grids]
        panel_of = [k for k, each in enumerate(corners) for _ in each]
        cells = [*chain(*corners)]
        figure = Figure(
            theme, layout, panels, sizes, note_sizes, starts, cells, panel_of, keys, _obstacles(layout), most
        )
        backdrop = (
            *_edges(panels, layout, theme, keys),
            *_sheets(panels, layout, theme, keys),
            *write_around(layout, self.prose.formulas, theme, side),
            *(write_legend(layout.legend, theme, self.all_legend) if layout.legend else ()),
            *chain(
                *(
                    panel.paint(
                        grid, size, keys.cells[starts[k] : starts[k + 1]], partial(figure.styled, k) if most else None
                    )
                    for k, (panel, grid, size) in enumerate(zip(panels, grids, sizes, strict=True))
                )
            ),
        )
        view = StepView(figure, self.shots, self.steps, tuple(self.finish(figure)))
        return Scene(
            layout.width, layout.height, background_of(theme), backdrop, self.description, len(self.shots), view.draw,
            lambda: Links(grids, self.step_side, view.finished, view.relate, self.products_per_term),
        )  # fmt: skip


def write_around(layout: Layout, formulas: Sequence[Sequence[Term]], theme: Theme, side: str) -> Iterator[Placed]:
    """Write labels above the grids, signs between them, formulas below and tags at panels."""
    for k, (line, label) in enumerate(layout.labels):
        yield write_line(line, label, theme.ink, key=f"{side}label {k}")
    for k, (sign, x, y) in enumerate(layout.signs):
        look = text_look(sign, round(_SIGN_SIZE * layout.unit), theme.muted)
        yield Placed(x - look.width // 2, y - look.height // 2, look, f"{side}sign {k}")
    for lines, pieces in zip(layout.formulas, formulas, strict=True):
        yield from write_phrases(lines, pieces, theme.muted)
    for k, (line, tag) in enumerate(layout.tags):
        yield write_line(line, tag, theme.muted, key=f"{side}tag {k}")


def _bold(phrases: Sequence[str]) -> list[Term]:
    return [Term(phrase, bold=True) for phrase in phrases]
