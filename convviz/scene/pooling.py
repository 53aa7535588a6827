"""One step per output cell of a pooling: what the window reads, and the largest of it or the average."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Final

import numpy as np

from convviz.arithmetic import AvgPool2d, MaxPool2d, Trace, trace
from convviz.arithmetic.spans import read_spans
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe

from .box_layout import Box
from .cell_kinds import Kind, PlaneCell, input_cells
from .drawing import (
    Plane,
    Words,
    outline,
    output_skin,
    skins,
    step_cell,
    tapped_skin,
    thick,
    thin,
    write_phrases,
    write_words,
)
from .figure import Pane, Tableau, build_tableau, cell_names
from .layout import Grid
from .number_format import (
    about,
    caption,
    equal_to,
    factor,
    is_mean,
    is_sum,
    number,
    precise,
    size,
    size_formulas,
    span,
    tidy,
    widest_sums,
)  # fmt: skip
from .panes import numbers_painter, written_cells
from .primitives import Frame, Links, Name, Placed, Relation, Scene
from .sprites import Note, Skin, cell_look
from .storyboard import Shot, storyboard
from .theme import Theme, theme_named
from .typography import widest

_INPUT: Final = 0
_OUTPUT: Final = 1
"""The panes."""

_WINNER: Final = "max"
"""The note in the cell that wins."""

_NAMES: Final[Mapping[Kind, str]] = MappingProxyType({"padding": "padding", "beyond": "a cell beyond the padding"})


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``scale`` is the size of the numbers that an output is made of."""

    tableau: Tableau
    shots: Sequence[Shot]
    steps: Trace
    cells: Mapping[tuple[int, int], PlaneCell]
    written: tuple[Placed, ...]
    scale: float

    def draw(self, index: int) -> Frame:
        shot, tableau = self.shots[index], self.tableau
        taps, value = self.steps[shot.step].taps, self._value(shot)
        layout, theme, at = tableau.layout, tableau.theme, self._at(shot)
        title = tuple(write_phrases(layout.title, self._title(shot, value), theme.ink, bold=True))
        terms = tuple(write_words(layout.terms, self._terms(shot, taps, value), bold_last=True))
        window, crown = self._window(shot, taps)
        items = (
            *self.written[: shot.step],
            *window,
            step_cell(tableau.grid(_OUTPUT), theme, at, number(value), tableau.sizes[_OUTPUT]),
            *title,
            *terms,
            *crown,
        )
        words = self._description(shot, taps, value)
        # The winner is the last of the terms: while the cells come one by one, it is not known yet.
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms) + len(crown))

    def relate(self, index: int) -> Relation:
        """The cells that count for the output cell of a frame, and the largest or the sum on the way."""
        shot = self.shots[index]
        output = self.tableau.number_of(_OUTPUT, *self._at(shot))
        taps = [tap for tap in self.steps[shot.step].taps if self._counts(tap)]
        links = tuple((self.tableau.number_of(_INPUT, *tap.position), -1, output) for tap in taps)
        by_tap = self.tableau.recipe["storyboard"] == "tap"
        return Relation(links, () if by_tap else tuple(map(number, self._so_far(taps))))

    @property
    def _is_max(self) -> bool:
        return isinstance(self.steps.layer, MaxPool2d)

    def _counts(self, tap: Tap) -> bool:
        """Whether a cell has a say: for the largest every one, though padding cannot win."""
        return self._is_max or tap.weight > 0

    def _so_far(self, taps: Iterable[Tap]) -> list[float]:
        """The largest, or the sum, after each of these cells."""
        values = [tap.input_value for tap in taps]
        return list(accumulate(values, max)) if self._is_max else [tidy(x, self.scale) for x in accumulate(values)]

    def _at(self, shot: Shot) -> tuple[int, int]:
        row, column = divmod(shot.step, self.steps.output.shape[2])
        return row, column

    def _value(self, shot: Shot) -> float:
        if shot.is_complete:
            return tidy(float(self.steps.output[0][self._at(shot)]), self.scale)
        seen = [tap for tap in self.steps[shot.step].taps[: shot.taps] if self._counts(tap)]
        return self._so_far(seen)[-1] if seen else 0.0

    def _winner(self, taps: Sequence[Tap]) -> Tap | None:
        """The first of the largest cells; none in an average, and none where all of them are padding."""
        real = [tap for tap in taps if not tap.is_padding] if self._is_max else []
        return max(real, key=lambda tap: tap.input_value, default=None)

    def _window(self, shot: Shot, taps: Sequence[Tap]) -> tuple[list[Placed], list[Placed]]:
        """The cells of the window with its outline, and the winner with the outline again."""
        tableau, grid, theme = self.tableau, self.tableau.grid(_INPUT), self.tableau.theme
        winner = self._winner(taps[: shot.taps])
        now = None if shot.is_complete else taps[shot.taps - 1]

        def placed(tap: Tap, skin: Skin, stroke: int, note: Note | None = None) -> Placed:
            text = number(tap.input_value) if self._counts(tap) else ""
            look = cell_look(grid.cell, skin, text, tableau.sizes[_INPUT], stroke, note)
            return Placed(*grid.at(*tap.position), look)

        cells = []
        for tap in sorted(taps, key=lambda tap: tap is now):  # its edge lies over those of its neighbours
            if not self._counts(tap) and tap is not now:
                continue  # it stays as it lies there: without a number
            skin, stroke = tapped_skin(theme, not tap.is_padding, tap is now), thin(grid.cell)
            if self._is_max and not tap.is_padding and tap is not now:
                skin, stroke = Skin(theme.window_pale, theme.ink, theme.window_edge), 1
            elif tap.is_padding and tap is not now:
                stroke = 1
                if not self._is_max:  # it counts as much as any other cell
                    skin = Skin(theme.window, theme.ink, theme.window_edge, "dashed")
            cells.append(placed(tap, skin, stroke))
        around = outline(grid, theme, taps[0].position, taps[-1].position)
        if winner is None:
            return [*cells, around], []
        note = Note(_WINNER, tableau.note_sizes[_INPUT], theme.window_ink)
        crown = placed(winner, tapped_skin(theme, is_real=True, is_now=True), thick(grid.cell), note)
        return [*cells, around], [crown, around]

    def _title(self, shot: Shot, value: float) -> tuple[str, str]:
        row, column = self._at(shot)
        what = f"output[{row}, {column}]" if shot.is_complete else f"{self._noun} so far"
        return f"{self._caption(shot)}:", f"{what} {equal_to(value)}"

    @property
    def _noun(self) -> str:
        return "largest" if self._is_max else "sum"

    def _terms(self, shot: Shot, taps: Sequence[Tap], value: float) -> Words:
        seen = [tap for tap in taps[: shot.taps] if self._counts(tap)]
        theme = self.tableau.theme
        colors = [theme.muted if tap.is_padding and self._is_max else theme.ink for tap in seen]
        numbers = [tap.input_value for tap in seen]
        if self._is_max:
            winner = self._winner(seen)
            where = "" if winner is None else f" at input[{winner.position[0]}, {winner.position[1]}]"
            return [*zip(_listed(numbers), colors, strict=True), (f"= {number(value)}{where}", theme.ink)]
        words = [*zip(_added(numbers, is_whole=shot.is_complete), colors, strict=True)]
        is_equal = is_sum(value, [(one, 1.0) for one in numbers])
        if shot.is_complete:
            words.append((f"/ {len(seen)}{self._uncounted(taps)}", theme.ink))
            is_equal = is_mean(value, numbers)
        return [*words, (f"{'=' if is_equal else '≈'} {number(value)}", theme.ink)]

    def _uncounted(self, taps: Sequence[Tap]) -> str:
        kinds = {self.cells[tap.position].kind for tap in taps if not self._counts(tap)}
        return _excepted(kinds)

    def _caption(self, shot: Shot) -> str:
        return caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps, "cell")

    def _description(self, shot: Shot, taps: Sequence[Tap], value: float) -> str:
        row, column = self._at(shot)
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        place = f"input {span(top, bottom, 'row')}, {span(left, right, 'column')}"
        amount = f"{len(taps)} {'cell' if len(taps) == 1 else 'cells'}"
        lead = f"{self._caption(shot)}: output row {row}, column {column} is {about(value)}"
        if not shot.is_complete:
            return f"{lead} so far, the {self._noun} after {shot.taps} of {amount} over {place}."
        if not self._is_max:
            counted = sum(map(self._counts, taps))
            which = amount if counted == len(taps) else f"{counted} of {amount}, the others not counted,"
            return f"{lead}, the average of {which} over {place}."
        winner = self._winner(taps)
        if winner is None:
            return f"{lead}: its window reads nothing but padding."
        equals = sum(tap.input_value == winner.input_value and not tap.is_padding for tap in taps)
        at = f"row {winner.position[0]}, column {winner.position[1]}"
        ties = f", the first of {equals} that are equal" if equals > 1 else ""
        return f"{lead}, the largest of {amount} over {place}: that of {at}{ties}."


_PLAINLY: Final[Mapping[Kind, str]] = MappingProxyType({"padding": "padding", "beyond": "cells beyond"})


def pooling_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a max or average pooling."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, MaxPool2d | AvgPool2d)  # the layers of this variant
    steps = trace(layer, recipe.input)
    scale = float(abs(recipe.input).max())
    cells = {(cell.row, cell.column): cell for cell in input_cells(layer, recipe.input[0])}
    panes = [_input_pane(recipe, layer, list(cells.values()), theme), _output_pane(steps, scale, theme)]
    taps = recipe["kernel_size"][0] * recipe["kernel_size"][1]
    shots = storyboard(recipe["storyboard"], [taps] * len(steps))
    numbers = _widest_numbers(recipe, panes)
    tableau = build_tableau(
        recipe, show, panes, _arrangements(recipe),
        title=_widest_title(recipe, len(steps), numbers), terms=_widest_terms(recipe, taps, numbers),
        kinds=[cell.kind for cell in cells.values()], formulas=size_formulas(layer, recipe["input_size"]),
        frames=len(shots),
    )  # fmt: skip
    written = tuple(written_cells(tableau, _OUTPUT))
    view = _View(tableau, shots, steps, cells, written, scale)

    def link() -> Links:
        return Links(tableau.sheets(), "output", written, view.relate)

    return tableau.scene(len(shots), view.draw, link)


def _input_pane(recipe: Recipe, layer: MaxPool2d | AvgPool2d, cells: Sequence[PlaneCell], theme: Theme) -> Pane:
    """The input with what surrounds it; cells that never count show no number."""
    uncounted: set[Kind] = set()
    if recipe["mode"] == "average":
        uncounted = {"beyond"} if recipe["count_include_pad"] else {"beyond", "padding"}
    texts = ["" if cell.kind in uncounted else number(cell.value) for cell in cells]

    def paint(grid: Grid, font: int) -> Iterator[Placed]:
        by_kind = skins(theme)
        # Input cells come last, so that their solid edges lie over the dashed ones of their neighbours.
        for cell, text in sorted(zip(cells, texts, strict=True), key=lambda pair: pair[0].kind == "input"):
            yield Placed(*grid.at(cell.row, cell.column), cell_look(grid.cell, by_kind[cell.kind], text, font))

    names: list[Name] = [_NAMES.get(cell.kind, (cell.row, cell.column)) for cell in cells]
    notes = [_WINNER] if recipe["mode"] == "max" else []
    plane = Plane(*read_spans(layer, recipe["input_size"]), texts, paint, notes)
    return Pane(plane, "input", "input", texts, names, "input", is_editable=True)


def _output_pane(steps: Trace, scale: float, theme: Theme) -> Pane:
    rows, columns = map(range, steps.output.shape[1:])
    texts = [number(tidy(value, scale)) for value in steps.output.ravel().tolist()]
    skin = output_skin(theme, is_extra=False, is_written=False)
    plane = Plane(rows, columns, texts, numbers_painter([""] * len(texts), skin))
    return Pane(plane, "output", "output", texts, cell_names(rows, columns), "output")


def _arrangements(recipe: Recipe) -> list[Box]:
    """Side by side or below one another."""
    before, after = f"input {size(recipe['input_size'])}", f"output {size(recipe.output_size)}"
    return [
        Box("right", [Box("right", [_INPUT], before), Box("right", [_OUTPUT], after, "→")]),
        Box("down", [Box("right", [_INPUT], before), Box("right", [_OUTPUT], after)]),
    ]


def _listed(numbers: Sequence[float]) -> list[str]:
    """``max(3,``, ``1,``, ``9)``: a word for each number."""
    ends = [","] * (len(numbers) - 1) + [")"]
    return [
        f"{'' if k else 'max('}{number(value)}{end}" for k, (value, end) in enumerate(zip(numbers, ends, strict=True))
    ]


def _added(numbers: Sequence[float], is_whole: bool) -> list[str]:
    """``(3``, ``+ 1``, ``+ 9)``: a word for each number; what will not be divided needs no parentheses."""
    words = [f"+ {factor(value)}" if k else precise(value) for k, value in enumerate(numbers)]
    if is_whole and len(words) > 1:
        words[0], words[-1] = f"({words[0]}", f"{words[-1]})"
    return words


def _widest_numbers(recipe: Recipe, panes: Sequence[Pane]) -> tuple[list[str], list[str]]:
    """Numbers as wide as any in the window, and as any result, complete or not."""
    window = [*panes[_INPUT].plane.numbers, "0"]
    if recipe["mode"] == "max":
        return window, window
    return window, [*widest_sums(recipe.input, np.ones(recipe["kernel_size"])), *panes[_OUTPUT].texts]


def _widest_title(recipe: Recipe, steps: int, numbers: tuple[list[str], list[str]]) -> tuple[str, str]:
    rows, columns = recipe.output_size
    by_tap = recipe["storyboard"] == "tap"
    what = "largest so far" if by_tap else ""
    last = caption(steps - 1, steps, 99 if by_tap else None, "cell")
    return f"{last}:", f"{widest([f'output[{rows}, {columns}]', what])} = {widest(numbers[1])}"


def _widest_terms(recipe: Recipe, taps: int, numbers: tuple[list[str], list[str]]) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    if recipe["mode"] == "max":
        (rows, columns), value = recipe["input_size"], widest(numbers[0])
        return [f"max({value},", *[f"{value})"] * (taps - 1), f"= {value} at input[{rows}, {columns}]"]
    layer, every = recipe.layer, {0.0, *recipe.input.ravel().tolist()}
    value, widened = widest(map(precise, every)), widest(map(factor, every))
    kinds = {cell.kind for cell in input_cells(layer, recipe.input[0])} - (
        {"padding"} if recipe["count_include_pad"] else set()
    )
    divisor = f"/ {taps}{_excepted(kinds)}"
    return [f"({value}", *[f"+ {widened})"] * (taps - 1), divisor, f"= {widest(numbers[1])}"]


def _excepted(kinds: set[Kind]) -> str:
    """Which cells a divisor leaves out."""
    words = [text for kind, text in _PLAINLY.items() if kind in kinds]
    return f" ({' and '.join(words)} not counted)" if words else ""
