"""Two scenes in one picture, in step: side by side, or one below the other where that can be read better."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import Final, Literal

from convviz import limits
from convviz.recipes import Presentation, Recipe
from convviz.recipes.comparison import SIDES, Asked, Comparison, spell_all
from convviz.recipes.fields import WORDS, in_words

from .box_layout import NOMINAL_WIDTH, SMALLEST_UNIT, Layout
from .drawing import line_look, text_look, write_phrases
from .figure import Sketch
from .number_format import counted, size
from .primitives import Frame, Grid, Links, Placed, Relation, Scene, Text
from .theme import background_of, theme_named
from .typography import SMALLEST, Line, Term, text_lines, text_width

_NEXT_TO: Final = (1080, 1280, 1440, 1680)
_BELOW: Final = (900, 1080)
"""Widths that are tried when none is given, with the sides next to or below one another."""

_NEXT_TO_NARROW: Final = (900, 760, 640)
_BELOW_NARROW: Final = (760, 640, 540, 440, 340, 240)
"""The same for animations with many frames, where wider ones would have too many pixels."""

_NARROWEST_SIDE: Final = 320
"""Two halves narrower than this are put one below the other."""

_COMFORTABLE_CELL: Final = 28
_LEGIBLE_CELL: Final = 22
"""Pixels of a cell that is read without strain, and of one that can still be read."""

_GAIN: Final = 1.15
"""One below the other must make the cells this much larger."""


def side_by_side_scene(asked: Asked, show: Presentation, drafts: Sequence[Sketch]) -> Scene:
    """Return the scene of a comparison, or of a recipe that is drawn as two, from the drafts of its sides.

    Frame k shows step k of both sides. The side that is done first stays at its end, and says so.
    """
    arranged = _arrange(asked, show, drafts)
    halves = [
        _Half(draft.scene(layout, side))
        for draft, layout, side in zip(drafts, arranged.moved_layouts, SIDES, strict=True)
    ]
    backdrop = (*arranged.lines, *(item for half in halves for item in half.scene.backdrop))
    words = " ".join(f"{side.capitalize()}: {half.scene.description}" for side, half in zip(SIDES, halves, strict=True))
    length = max(len(half.scene) for half in halves)
    return Scene(
        arranged.width, arranged.height, background_of(theme_named(show.theme)), backdrop, words, length,
        partial(_draw, halves, length), partial(_link, halves),
    )  # fmt: skip


def difference_words(recipe: Recipe, name: str) -> str:
    """Return a parameter and its value, as a heading says it.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> shown = recipe("standard", kernel_size="3x5", flip=True, weight="box")
    >>> [difference_words(shown, name) for name in ("kernel_size", "flip", "weight", "stride")]
    ['kernel 3 × 5', 'flip on', 'weights box', 'stride 1']
    """
    value = recipe[name]
    if name in recipe.kind.implied and not isinstance(value, str):
        return f"own {WORDS.get(name, name)}"
    field = recipe.kind.fields[name]
    return f"{WORDS[name]} {size(value)}" if name.endswith("_size") else in_words(field, value)


@dataclass(frozen=True)
class _Half:
    """The scene of one side, at its place in the picture of both."""

    scene: Scene

    def frame(self, index: int) -> Frame:
        """Return a frame; beyond the last one, the last with a title that says so, as all its products are there."""
        return self.scene.frame(index) if index < len(self.scene) else self._done

    @cached_property
    def _done(self) -> Frame:
        last = self.scene.frame(-1)
        caption, words = _done(last.caption), f"Done after {counted(len(self.scene), 'step')}"
        first = len(last.items) - last.terms - last.title
        title = [
            item._replace(look=text_look(words, int(mark.size), mark.color, mark.bold))
            for item in last.items[first : first + last.title][:1]
            for mark in item.look.marks
            if isinstance(mark, Text)
        ]
        items = (*last.items[:first], *title, *last.items[first + last.title :])
        words = last.description.removeprefix(last.caption).removeprefix(": ")
        mark = "" if words.startswith(", ") else ": "
        return Frame(items, caption, f"{caption}{mark}{words}", last.beats, details=last.details)

    def grids(self, side: str) -> Iterator[Grid]:
        """Yield the grids, which say on which side they are."""
        for grid in self.scene.link().grids:
            yield replace(grid, side=side, title=f"{side} {grid.title or grid.name}")


@dataclass(frozen=True, slots=True)
class _Arranged:
    """The layouts of both sides and their top left corners, with headings and the line between them."""

    width: int
    height: int
    layouts: Sequence[Layout]
    corners: Sequence[tuple[int, int]]
    lines: tuple[Placed, ...]

    @property
    def pixels(self) -> int:
        """Pixels of a frame."""
        return self.width * self.height

    @property
    def cell(self) -> int:
        """Pixels of the smallest cell."""
        return min(grid.cell for layout in self.layouts for grid in layout.grids)

    @property
    def moved_layouts(self) -> Iterator[Layout]:
        """The layouts in their places."""
        return (layout.moved(*corner) for layout, corner in zip(self.layouts, self.corners, strict=True))


# Frames ---------------------------------------------------------------------------------------------------------------


def _draw(halves: Sequence[_Half], length: int, index: int) -> Frame:
    """Step ``index`` of both sides. The titles and terms come last, as a player expects them."""
    frames = [half.frame(index) for half in halves]
    rest, title, terms = (tuple(chain(*each)) for each in zip(*map(_parted, frames), strict=True))
    caption = f"Step {index + 1} of {length}"
    words = " ".join(
        f"{side.capitalize()}, {_lower(frame.description)}" for side, frame in zip(SIDES, frames, strict=True)
    )
    details = " ".join(
        f"{side.capitalize()}: {_lower(frame.details)}"
        for side, frame in zip(SIDES, frames, strict=True)
        if frame.details
    )
    beats = max(frame.beats for half, frame in zip(halves, frames, strict=True) if len(half.scene) == length)
    return Frame((*rest, *title, *terms), caption, f"{caption}. {words}", beats, len(title), len(terms), details)


def _parted(frame: Frame) -> tuple[tuple[Placed, ...], tuple[Placed, ...], tuple[Placed, ...]]:
    """Return the items of a frame: all but the words, the title, the terms."""
    first, second = len(frame.items) - frame.terms - frame.title, len(frame.items) - frame.terms
    return frame.items[:first], frame.items[first:second], frame.items[second:]


def _done(caption: str) -> str:
    """Return the caption of a side that is done.

    >>> _done("Step 9 of 9, product 4")
    'Done, 9 of 9'
    """
    return re.sub(r"^Step ([^,]*).*", r"Done, \1", caption)


def _lower(text: str) -> str:
    """Return a sentence as it continues after a comma; names such as F1 stay.

    >>> _lower("Step 9 of 9"), _lower("F2: one unit sees 5 × 5 cells")
    ('step 9 of 9', 'F2: one unit sees 5 × 5 cells')
    """
    return text[:1].lower() + text[1:] if text[1:2].isalpha() else text


# Relations ------------------------------------------------------------------------------------------------------------


def _link(halves: Sequence[_Half]) -> Links:
    links = [half.scene.link() for half in halves]
    grids = tuple(grid for half, side in zip(halves, SIDES, strict=True) for grid in half.grids(side))
    starts = (0, sum(len(grid.texts) for grid in links[0].grids))
    rest = tuple(item for link in links for item in link.rest)
    # A scene has one side of its steps; where they differ, an output is shown with the last stamp that went into it.
    sides = {link.step_side for link in links if any(grid.is_stepped for grid in link.grids)}
    step_side: Literal["input", "output"] = "input" if sides == {"input"} else "output"
    per_term = links[0].products_per_term
    has_sums = per_term == links[1].products_per_term

    def relate(index: int) -> Relation:
        relations = [
            _counted_from(start, link.relate(index))
            for half, link, start in zip(halves, links, starts, strict=True)
            if index < len(half.scene)  # a side that is done has its relations in its own last frame
        ]
        return _joined(relations, has_sums)

    return Links(grids, step_side, rest, relate, per_term)


def _counted_from(start: int, relation: Relation) -> Relation:
    """Return a relation whose cells are numbered from ``start``; -1 stays where there is no cell."""
    inputs, outputs = ([cell + start for cell in cells] for cells in (relation.inputs, relation.outputs))
    kernels, *more = (
        [cell + start if cell >= 0 else cell for cell in cells] for cells in (relation.kernels, *relation.more)
    )
    return replace(relation, inputs=inputs, kernels=kernels, outputs=outputs, more=more)


def _joined(relations: Sequence[Relation], has_sums: bool) -> Relation:
    """Return the products of both sides one after another."""
    both = Relation.joined(relations)
    if has_sums and all(each.sums or not each.inputs for each in relations):
        return both
    return replace(both, sums=(), undone=())


# Places ---------------------------------------------------------------------------------------------------------------


def _arrange(asked: Asked, show: Presentation, drafts: Sequence[Sketch]) -> _Arranged:
    """Place the sides next to one another while the cells can be read, else below if that makes them larger."""
    next_to, below = (partial(_place, [*_heads(asked)], show, drafts, is_stacked) for is_stacked in (False, True))
    if show.width is not None:
        if show.width < 2 * _NARROWEST_SIDE:
            return below(show.width)
        first = next_to(show.width)
        if first.cell >= _LEGIBLE_CELL:
            return first
        stacked = below(show.width)
        is_low = show.height is None or stacked.height <= show.height  # else it would have to be narrower
        return _larger(first, stacked) if is_low else first
    limit = limits.ANIMATION_MEGAPIXELS * 1e6 / asked.frames
    best = _widest_needed(next_to, _NEXT_TO, limit)
    if best is None or best.cell < _LEGIBLE_CELL:
        other = _widest_needed(below, _BELOW, limit)
        best = _larger(best, other) if best and other else best or other
    if best is not None:
        return best
    narrow = [
        place(width) for place, widths in ((next_to, _NEXT_TO_NARROW), (below, _BELOW_NARROW)) for width in widths
    ]
    return next((tried for tried in narrow if tried.pixels <= limit), narrow[-1])


def _widest_needed(place: Callable[[int], _Arranged], widths: Sequence[int], limit: float) -> _Arranged | None:
    """Return the first picture whose cells are comfortable, or else the last, of those within the limit."""
    best = None
    for width in widths:
        tried = place(width)
        if tried.pixels > limit:
            break
        best = tried
        if best.cell >= _COMFORTABLE_CELL:
            break
    return best


def _larger(one: _Arranged, other: _Arranged) -> _Arranged:
    """Return the second, if its cells are clearly larger where both are shown equally wide."""
    return other if other.cell / other.width >= _GAIN * one.cell / one.width else one


def _heads(asked: Asked) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield what is written above each side: its title, and what it differs in from the other one.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [*_heads(recipe("transposed", view="both"))]
    [('Gather', ['per output cell']), ('Stamp', ['per input cell'])]
    """
    both = asked if isinstance(asked, Comparison) else Comparison(*asked.drawn)
    for side in both.sides:
        if both is asked:
            taken = spell_all(side)
            yield side.kind.title, [difference_words(side, name) for name in both.differing if name in taken]
        else:
            (choice,) = (side.kind.fields[name].choices[side[name]] for name in both.differing)
            title, *words = choice.split(": ")
            yield title, words


def _place(
    heads_of_sides: Sequence[tuple[str, Sequence[str]]], show: Presentation, drafts: Sequence[Sketch], is_stacked: bool,
    width: int,
) -> _Arranged:  # fmt: skip
    side = width if is_stacked else (width - 1) // 2
    layouts = [draft.layout(side, is_side=True) for draft in drafts]
    heads = [_heading(*words, show, side) if show.labels else ([], 0) for words in heads_of_sides]
    lines: list[Placed] = []
    corners: list[tuple[int, int]] = []
    top = 0
    for number, (layout, (words, height)) in enumerate(zip(layouts, heads, strict=True)):
        x = 0 if is_stacked else number * (width - side)
        below = height if is_stacked else max(tall for _, tall in heads)
        lines += [Placed(item.x + x, item.y + top, item.look) for item in words]
        corners.append((x, top + below))
        top += below + layout.height if is_stacked else 0
    height = max(y + layout.height for (_, y), layout in zip(corners, layouts, strict=True))
    edge = theme_named(show.theme).edge
    if is_stacked:
        lines.append(Placed(0, corners[0][1] + layouts[0].height, line_look(0, 0, width - 1, 0, edge)))
    else:
        lines.append(Placed(side, 0, line_look(0, 0, 0, height - 1, edge)))
    return _Arranged(width, height, layouts, corners, tuple(lines))


def _heading(name: str, texts: Sequence[str], show: Presentation, width: int) -> tuple[list[Placed], int]:
    """Return the title of a side with what it differs in, and the pixels that they take."""
    theme = theme_named(show.theme)
    unit = max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
    margin = round(28 * width / NOMINAL_WIDTH)
    title = [Term(name, bold=True)]
    first = Line(margin, round(34 * unit), width - 2 * margin, round(25 * unit))
    # A stack of layers that is wider than the picture breaks after its layers.
    phrases = [
        Term(piece)
        for text in [*(f"{text}," for text in texts[:-1]), *texts[-1:]]
        for piece in (re.split(r"(?<=;)", text) if text_width(text, SMALLEST) > first.width else [text])
    ]
    bold = text_lines(title, first, round(30 * unit))
    items = [*write_phrases(bold, title, theme.ink)]
    bottom = bold[-1].y
    if phrases:
        line = Line(margin, bottom + round(24 * unit), first.width, round(16 * unit))
        lines = text_lines(phrases, line, round(21 * unit))
        items += write_phrases(lines, phrases, theme.muted)
        bottom = lines[-1].y
    return items, bottom + round(8 * unit)
