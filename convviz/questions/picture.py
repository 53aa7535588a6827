"""The picture of a question: asked in its first frame, answered in its second."""

import re
import sys
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

from convviz.errors import SpecError
from convviz.recipes import Presentation, Recipe
from convviz.recipes.comparison import Asked
from convviz.scene import Frame, Scene, compose
from convviz.scene.box_layout import Box, Lines, OnePart, Part
from convviz.scene.drawing import UNKNOWN, tapped_style
from convviz.scene.figure import Draft, Figure, Shot, Sketch, Step
from convviz.scene.panels import Panel, starts_of
from convviz.scene.primitives import Links, Placed, Relation
from convviz.scene.theme import theme_named
from convviz.scene.typography import Term
from convviz.scene.views import VIEWS
from convviz.scene.wave import Wave

from .answers import spell
from .kinds import question_of
from .question import Cell, Question, Side

FRAMES: Final = 2

BEATS: Final = 12.0
"""How long question and answer last, in units of one step: both are read."""

_SAMPLES: Final = 32
"""The longest line about which questions are asked: longer ones are waves, which do not show their numbers."""


_HIDES_SIZES: Final = frozenset({"output-size", "field"})
"""Kinds of questions whose answer the shape of a panel tells."""

_MATRICES: Final = frozenset({"windows", "matrix", "transposed"})
"""Tables with a row or a column for each output."""

_SIZE: Final = re.compile(r"[:,]? \d+( × \d+)+(?=$|, \d+ channels?$)|: \d+ samples?$")
_OTHER_RESULTS: Final = re.compile(r", approximate$|: [^:]*\bproducts? per .*$")
"""What labels tell of sizes, and of other results."""


def pose(asked: Asked, show: Presentation, *, frames_drawn: int | None = None) -> Scene:
    """Return the frames of what is asked for: its steps, or where `Presentation.predict` is set its question.

    Parameters
    ----------
    asked : Recipe or Comparison
        What is shown.
    show : Presentation
        How it is shown.
    frames_drawn : int, optional
        As of `compose`.

    Raises
    ------
    SpecError
        As `compose`; or there is no question about it.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> scene = pose(recipe("dilated"), Presentation(predict=7))
    >>> len(scene), scene.frame(0).caption, scene.frame(1).caption
    (2, 'Question', 'Answer')
    """
    if show.predict is None:
        return compose(asked, show, frames_drawn=frames_drawn)
    question = asked_question(asked, show.predict)
    draft = _draft(question.recipe, replace(show, predict=None))  # the same for all questions
    drafts = _asking(question, draft), _answering(question, draft)
    return compose(asked, show, frames_drawn=frames_drawn, draw=partial(_both, drafts))


@lru_cache(16)  # so does one answer, and a file has its questions in two widths
def asked_question(asked: Asked, number: int) -> Question:
    """Return the question with this number.

    Raises
    ------
    SpecError
        There is no question about it.
    """
    if not isinstance(asked, Recipe):
        raise SpecError("predict asks about one recipe, and not about a comparison of two.")
    _draft(asked, Presentation())  # its cells can be seen
    return question_of(asked, number)


def frames_of(asked: Asked, show: Presentation) -> int:
    """Return how many frames there are."""
    return asked.frames if show.predict is None else FRAMES


def step_of(question: Question) -> int:
    """Return the number of the step that shows the answer, counted from 1: the last where none is about it."""
    draft = _draft(question.recipe, Presentation())
    shot = _shot_about(question, draft)
    return len(draft.shots) if shot is None else draft.shots.index(shot) + 1


def table_of(question: Question) -> str:
    """Return the table whose cells are pointed at, as links name it; "" where none are."""
    side = question.points_at
    return "" if side is None else _table(side, _draft(question.recipe, Presentation()).panels)


def pins_of(question: Question, cells: Iterable[Cell]) -> list[str]:
    """Return cells as links pin them, such as ``input:0,2``, in their order; those that are not drawn are left out."""
    panels, pins = _draft(question.recipe, Presentation()).panels, []
    for cell in sorted(cells):
        if (number := _number_of(question.points_at, cell, panels)) is not None:
            panel, at = _cell_of(number, panels)
            pins.append(f"{panel.table}:{','.join(map(str, panel.names[at]))}")
    return pins


@lru_cache(16)  # one answer of the figure asks for it several times
def _draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of the steps, without formulas, which tell sizes.

    Raises
    ------
    SpecError
        The picture does not show cells.
    """
    sketch: Sketch = VIEWS[recipe.variant](recipe, show)
    if isinstance(sketch, Wave):
        if (samples := recipe["input_size"][1]) > _SAMPLES:
            raise SpecError(f"Questions are about lines of at most {_SAMPLES} samples; got {samples}.")
        sketch = sketch.draft
    assert isinstance(sketch, Draft)
    return replace(sketch, formulas=())


# The two frames -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Still:
    """The one step of a picture that does not move; no cells belong together, for that may be the answer."""

    said: Step

    def step(self, shot: Shot) -> Step:
        """Return what the frame says."""
        return self.said

    def relate(self, shot: Shot) -> Relation:
        """Return that no cells belong together."""
        return Relation()


def _still(draft: Draft, question: Question, said: Step) -> Draft:
    panels = [replace(panel, is_editable=False, is_stepped=False) for panel in draft.panels]
    lead = f"A question about {question.recipe.kind.title[:1].lower()}{question.recipe.kind.title[1:]}."
    return replace(
        draft, panels=panels, steps=_Still(said), shots=[Shot(0, 0, True, BEATS)], widest=[said], description=lead
    )


def _asking(question: Question, draft: Draft) -> Draft:
    """Return the draft in which nothing is there that follows from what is known."""
    hides_sizes = question.kind in _HIDES_SIZES
    hidden = [k for k, panel in enumerate(draft.panels) if _follows(panel)]
    panels = [
        _box(panel, draft.show) if hides_sizes and k in hidden else _emptied(panel)
        for k, panel in enumerate(draft.panels)
    ]
    arrangements = [_without_results(part, hidden if hides_sizes else []) for part in draft.arrangements]
    said = Step("Question", question.text.split(), description=f"Question: {question.text}")
    cell = _number_of(question.about, question.at, panels)
    if cell is not None:
        mark = UNKNOWN if question.about != "input" and question.form == "number" else _text_of(cell, panels)
        said = said._replace(draw=lambda figure: [figure.draw_current(cell, mark)])
    return _still(replace(draft, panels=panels, arrangements=arrangements, finish=_nothing), question, said)


def _answering(question: Question, draft: Draft) -> Draft:
    """Return the draft that marks the right answer, as the step does that is about it."""
    answer = spell(question, question.answer)
    said = Step(
        "Answer", answer.split(), [*map(Term, question.because.split())], f"Answer: {answer}. {question.because}",
        question.because, sys.maxsize,
    )  # fmt: skip
    shot = _shot_about(question, draft)
    if shot is not None and _marks_all(question, draft, shot):
        step = draft.steps.step(shot)
        said = said._replace(finished=step.finished, draw=step.draw)
    else:
        said = said._replace(draw=partial(_marks, question, draft.panels))
    return _still(draft, question, said)


def _marks(question: Question, panels: Sequence[Panel], figure: Figure) -> Iterator[Placed]:
    """Draw the cells of the answer, and the one that the question is about."""
    for each in sorted(question.answer) if isinstance(question.answer, frozenset) else ():
        if (number := _number_of(question.points_at, each, panels)) is not None:
            yield figure.draw_cell(number, tapped_style(figure.theme), _text_of(number, panels, is_done=True))
    cell = _number_of(question.about, question.at, panels)
    if cell is not None:
        yield figure.draw_current(cell, _text_of(cell, panels, is_done=True))


def _nothing(figure: Figure) -> Iterator[Placed]:
    return iter(())


def _shot_about(question: Question, draft: Draft) -> Shot | None:
    """Return the complete frame of the step that is about the cell of a question, or says its answer."""
    shots = [shot for shot in draft.shots if shot.is_complete]
    if question.kind == "field":
        answer = spell(question, question.answer)
        return next((shot for shot in shots if answer in draft.steps.step(shot).caption), None)
    cell = _number_of(question.about, question.at, draft.panels)
    if cell is None or (question.about == "input") != (draft.step_side == "input"):
        return None
    return next((shot for shot in shots if cell in _cells_of(draft, shot, draft.step_side)), None)


def _marks_all(question: Question, draft: Draft, shot: Shot) -> bool:
    """Return whether a step marks the cells that are asked for, and no others of the table."""
    if question.points_at is None or not isinstance(question.answer, frozenset):
        return True
    marked = {number for number in _cells_of(draft, shot, question.points_at) if not _is_outside(number, draft.panels)}
    return marked == {_number_of(question.points_at, cell, draft.panels) for cell in question.answer}


def _cells_of(draft: Draft, shot: Shot, side: Side) -> Sequence[int]:
    relation = draft.steps.relate(shot)
    return relation.inputs if side == "input" else relation.outputs


def _is_outside(number: int, panels: Sequence[Panel]) -> bool:
    panel, at = _cell_of(number, panels)
    return isinstance(panel.names[at], str)


# What is there, and what is not ---------------------------------------------------------------------------------------


def _follows(panel: Panel) -> bool:
    """Return whether the shape of a panel follows from that of the output."""
    return (panel.resting is not None and panel.table != "input") or panel.table in _MATRICES


def _emptied(panel: Panel) -> Panel:
    """Return a panel with what it shows at rest, and room for what it shows in the end."""
    return panel if panel.resting is None else replace(panel, texts=panel.resting, numbers=panel.all_numbers)


def _box(panel: Panel, show: Presentation) -> Panel:
    """Return one box in place of a panel whose shape is the answer."""
    style = tapped_style(theme_named(show.theme), is_now=True)
    return replace(
        panel, rows=range(1), columns=range(1), texts=[UNKNOWN], resting=None, numbers=[UNKNOWN], notes=(),
        names=["what is asked for"], styles=[style], copies=(), hidden=0, blocks=(), tags=(),
    )  # fmt: skip


def _without_results(part: OnePart, hidden: Sequence[int]) -> OnePart:
    """Return the same panels without what their labels tell of results; of hidden ones without their sizes."""
    if isinstance(part, Box):
        parts = [_without_results(each, hidden) for each in part.parts]
        return replace(part, parts=parts, label=_without_result(part.label, is_size=_holds(part, hidden)))
    if isinstance(part, Lines):
        lines = [[_without_results(each, hidden) for each in line] for line in part.lines]
        firsts = zip(part.lines[0], part.labels, strict=True)
        labels = [_without_result(label, is_size=_holds(each, hidden)) for each, label in firsts]
        return replace(part, lines=lines, labels=labels)
    return part


def _without_result(label: str, *, is_size: bool) -> str:
    label = _OTHER_RESULTS.sub("", label)
    return _SIZE.sub("", label) if is_size else label


def _holds(part: Part, panels: Sequence[int]) -> bool:
    """Return whether one of these panels is in a part."""
    if isinstance(part, int):
        return part in panels
    return any(_holds(each, panels) for each in (part.parts if isinstance(part, Box) else part.lines[0]))


def _number_of(side: str | None, cell: Cell | None, panels: Sequence[Panel]) -> int | None:
    """Return the number of a cell of a table, None where it is not drawn."""
    if side is None or cell is None:
        return None
    table = _table(side, panels)
    last = len(panels) - 1
    for k, (start, panel) in enumerate(zip(starts_of(panels), panels, strict=False)):
        if panel.table != table or (table != side and k != last):
            continue
        for number, name in enumerate(panel.names, start):
            channel = 0 if len(name) == 2 or table != side else name[0]
            if not isinstance(name, str) and (channel, *name[-2:]) == cell:
                return number
    return None


def _table(side: str, panels: Sequence[Panel]) -> str:
    """Return the table of the input or of the output; what some variants call their last table."""
    return side if any(panel.table == side for panel in panels) else panels[-1].table


def _text_of(cell: int, panels: Sequence[Panel], *, is_done: bool = False) -> str:
    """Return what a cell shows, at rest or when all is done."""
    panel, at = _cell_of(cell, panels)
    return (panel.texts if is_done or panel.resting is None else panel.resting)[at]


def _cell_of(number: int, panels: Sequence[Panel]) -> tuple[Panel, int]:
    """Return the panel of a cell, and its number there."""
    starts = starts_of(panels)
    k = bisect(starts, number) - 1
    return panels[k], number - starts[k]


# Both in one scene ----------------------------------------------------------------------------------------------------


def _both(drafts: Sequence[Draft], width: int | None) -> Scene:
    """Return one scene of a frame each, which differ in their layouts, in the middle of a picture for both."""
    across = width or max(draft.layout(None).width for draft in drafts)
    scenes = [draft.scene(draft.layout(across)) for draft in drafts]
    across, tall = max(scene.width for scene in scenes), max(scene.height for scene in scenes)
    rights = [(across - scene.width) // 2 for scene in scenes]

    def draw(index: int) -> Frame:
        scene, right = scenes[index], rights[index]
        frame = scene.frame(0)
        items = (*scene.backdrop, *frame.items)
        return replace(frame, items=tuple(item._replace(x=item.x + right) for item in items))

    def link() -> Links:
        grids = tuple(replace(grid, x=grid.x + rights[0]) for grid in scenes[0].link().grids)
        return Links(grids, "output", draw(0).items, lambda index: Relation())

    first = scenes[0]
    return Scene(across, tall, first.background, (), first.description, FRAMES, draw, link)
