"""How often each cell is written: stamp after stamp, layer after layer, and the counts grow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isinf

import numpy as np
from numpy.typing import NDArray

from ..analysis import overlap
from ..arithmetic import ConvTranspose2d, Layer
from ..recipes import Presentation, Recipe
from ..recipes.stacks import spell_layer
from .board import Plane, Words, skins, step_cell, write_phrases, write_words
from .cells import Note, Skin, cell_look
from .panes import numbers_painter
from .primitives import Frame, Links, Placed, Relation, Scene
from .storyboard import Shot, storyboard
from .table import Box, Part
from .tableau import Pane, Tableau, build_tableau, cell_names
from .theme import Theme, heat, theme_named
from .words import caption, number, size, size_formulas, span

Counts = NDArray[np.int64]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Pass:
    """One layer: its stamps on the output, or all of it at once where it is no transposed convolution.

    Attributes
    ----------
    before, after : how often the cells of its input and of its output are written.
    stamps : for each cell of the input the cells that it writes, none where the layer is one step.
    sums : the counts before each step, shape (steps + 1, rows, columns).
    first : the number of its first step.
    """

    layer: Layer
    before: Counts
    after: Counts
    stamps: tuple[tuple[Cell, ...], ...]
    sums: Counts
    first: int

    @property
    def steps(self) -> int:
        """A step for each stamp, or one for all."""
        return len(self.sums) - 1


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``verdict`` is what the finished counts come to."""

    tableau: Tableau
    shots: Sequence[Shot]
    passes: Sequence[_Pass]
    verdict: str

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        n, step = self._place(shot)
        one, tableau, theme = self.passes[n], self.tableau, self.tableau.theme
        title = tuple(write_phrases(tableau.layout.title, self._title(shot), theme.ink, bold=True))
        terms = tuple(write_words(tableau.layout.terms, self._terms(shot), bold_last=True))
        done = (item for k, earlier in enumerate(self.passes[:n]) for item in self._counts(k, earlier.after))
        items = (*done, *self._counts(n, one.sums[step]), *self._stamp(n, step), *title, *terms)
        return Frame(items, self._caption(shot), self._description(shot), shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which cells a stamp writes, and their counts before and after."""
        n, step = self._place(self.shots[index])
        one = self.passes[n]
        if not one.stamps:
            return Relation(())
        at = divmod(step, one.before.shape[1])
        here = self.tableau.number_of(n, *at)
        written, weight = one.sums[step], int(one.before[at])
        cells = one.stamps[step]
        return Relation(
            tuple((here, -1, self.tableau.number_of(n + 1, *cell)) for cell in cells),
            tuple(str(written[cell] + weight) for cell in cells),
            tuple(str(written[cell]) if written[cell] else "" for cell in cells),
        )

    def final(self) -> Iterator[Placed]:
        """All counts, when everything is written."""
        for n, one in enumerate(self.passes):
            yield from self._counts(n, one.after)

    def _place(self, shot: Shot) -> tuple[int, int]:
        """The layer of a step, and which of the layer's steps it is."""
        n = max(n for n, one in enumerate(self.passes) if one.first <= shot.step)
        return n, shot.step - self.passes[n].first

    def _counts(self, n: int, counts: Counts) -> Iterator[Placed]:
        """The cells of a layer's output that are written, the more often the darker."""
        tableau, grid, most = self.tableau, self.tableau.grid(n + 1), int(self.passes[n].after.max())
        for (row, column), count in np.ndenumerate(counts):
            if count:
                skin = Skin(heat(tableau.theme, int(count), most), tableau.theme.ink, tableau.theme.edge)
                look = cell_look(grid.cell, skin, str(count), tableau.sizes[n + 1])
                yield Placed(*grid.at(row, column), look)

    def _stamp(self, n: int, step: int) -> Iterator[Placed]:
        one, tableau, theme = self.passes[n], self.tableau, self.tableau.theme
        if not one.stamps:
            yield from self._counts(n, one.after)
            yield tableau.ring(n + 1)
            return
        at = divmod(step, one.before.shape[1])
        grid, weight, written = tableau.grid(n + 1), int(one.before[at]), one.sums[step]
        skin = Skin(theme.window, theme.ink, theme.window_edge)
        note = Note(f"+{weight}", tableau.note_sizes[n + 1], theme.window_ink)
        for cell in one.stamps[step]:
            look = cell_look(grid.cell, skin, str(written[cell] + weight), tableau.sizes[n + 1], 2, note)
            yield Placed(*grid.at(*cell), look)
        yield step_cell(tableau.grid(n), theme, at, str(weight), tableau.sizes[n])

    def _title(self, shot: Shot) -> tuple[str, str]:
        n, step = self._place(shot)
        one = self.passes[n]
        which = f"layer {n + 1}, " if len(self.passes) > 1 else ""
        if not one.stamps:
            return f"{self._caption(shot)}:", f"{which}all cells at once"
        row, column = divmod(step, one.before.shape[1])
        return f"{self._caption(shot)}:", f"{which}stamp of cell [{row}, {column}]"

    def _terms(self, shot: Shot) -> Words:
        n, step = self._place(shot)
        counts = self.passes[n].sums[step + 1]
        ink = self.tableau.theme.ink
        words = [(f"Cells written so far: {_times(counts[counts > 0])}.", ink)]
        return [*words, (self.verdict, ink)] if shot.step == len(self.shots) - 1 else words

    def _caption(self, shot: Shot) -> str:
        return caption(shot.step, len(self.shots))

    def _description(self, shot: Shot) -> str:
        n, step = self._place(shot)
        one = self.passes[n]
        counts = one.sums[step + 1]
        over = "all of the output at once"
        if one.stamps:
            row, column = divmod(step, one.before.shape[1])
            over = f"row {row}, column {column} is stamped onto no cell of the output"
            if cells := one.stamps[step]:
                (top, left), (bottom, right) = cells[0], cells[-1]
                over = f"row {row}, column {column} is stamped onto {span(top, bottom, 'row')}, "
                over += span(left, right, "column")
        end = f" {self.verdict}" if shot.step == len(self.shots) - 1 else ""
        return f"{self._caption(shot)}: layer {n + 1}, {over}; cells written so far: {_times(counts[counts > 0])}.{end}"


def overlap_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a stack of layers, counting how often each cell is written."""
    theme, passes = theme_named(show.theme), _passes(recipe)
    shots = storyboard("cell", [1] * sum(one.steps for one in passes))
    verdict = verdict_on(recipe.layers, recipe["input_size"])
    layer = recipe.layer
    is_one = len(passes) == 1 and isinstance(layer, ConvTranspose2d)
    tableau = build_tableau(
        recipe, show, _panes(passes, theme), _arrangements(recipe, passes),
        title=(f"{caption(len(shots) - 1, len(shots))}:", "layer 4, stamp of cell [99, 99]"),
        terms=(f"Cells written so far: {_times(passes[-1].after)} times or more.", verdict), kinds=(),
        formulas=size_formulas(layer, recipe["input_size"]) if is_one else (), frames=len(shots),
    )  # fmt: skip
    view = _View(tableau, shots, passes, verdict)
    return tableau.scene(
        len(shots), view.draw, lambda: Links(tableau.sheets(), "input", tuple(view.final()), view.relate)
    )


def verdict_on(layers: Sequence[Layer], input_size: Cell) -> str:
    """Whether the overlap is even away from the borders, and by how much it is not.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d
    >>> verdict_on([conv_transpose2d(3, stride=2)], (4, 4))
    'Away from the border: 1 to 4 times, uneven, ratio 4.'
    """
    counts = overlap(layers, input_size)
    inner = counts.interior
    words = f"Away from the border: {_times(inner)}"
    if counts.is_even:
        return f"{words}, even."
    return f"{words}, uneven, ratio {'∞' if isinf(counts.ratio) else _ratio(Fraction(counts.ratio))}."


def _ratio(ratio: Fraction) -> str:
    return str(ratio) if ratio.denominator == 1 else f"{ratio} ≈ {number(float(ratio))}"


def _times(counts: NDArray[np.generic]) -> str:
    if not counts.size:
        return "none"
    least, most = counts.min(), counts.max()
    text = f"{least}" if least == most else f"{least} to {most}"
    return f"{text} {'time' if text == '1' else 'times'}"


def _passes(recipe: Recipe) -> list[_Pass]:
    """Every layer with the counts before and after it."""
    passes: list[_Pass] = []
    before = np.ones(recipe["input_size"], dtype=np.int64)
    first = 0
    for k, layer in enumerate(recipe.layers):
        after = np.asarray(overlap(recipe.layers[: k + 1], recipe["input_size"]).counts, dtype=np.int64)
        stamps = _stamps(layer, (before.shape[0], before.shape[1]), after.shape)
        sums = np.zeros(((len(stamps) or 1) + 1, *after.shape), dtype=np.int64)
        sums[1:] = 0 if stamps else after
        for step, cells in enumerate(stamps):
            for cell in cells:
                sums[step + 1 :, cell[0], cell[1]] += before[divmod(step, before.shape[1])]
        passes.append(_Pass(layer, before, after, stamps, sums, first))
        before, first = after, first + (len(stamps) or 1)
    return passes


def _stamps(layer: Layer, input_size: Cell, output: tuple[int, ...]) -> tuple[tuple[Cell, ...], ...]:
    """For each input cell the output cells that a transposed convolution lets it write."""
    if not isinstance(layer, ConvTranspose2d):
        return ()
    axes = layer.axes(input_size)
    reached = [
        [[at for k in range(axis.kernel) if 0 <= (at := axis.position(n, k)) < side] for n in range(axis.size)]
        for axis, side in zip(axes, output, strict=True)
    ]
    return tuple(tuple(product(rows, columns)) for rows in reached[0] for columns in reached[1])


def _panes(passes: Sequence[_Pass], theme: Theme) -> list[Pane]:
    """The input, whose cells count once, and the output of every layer."""
    ones = ["1"] * passes[0].before.size
    rows, columns = map(range, passes[0].before.shape)
    painter = numbers_painter(ones, skins(theme)["input"])
    panes = [Pane(Plane(rows, columns, ones, painter), "input", "input", ones, cell_names(rows, columns), "input")]
    empty = Skin(theme.empty, theme.ink, theme.edge)
    for n, one in enumerate(passes, 1):
        rows, columns = map(range, one.after.shape)
        texts = [str(count) for count in one.after.ravel().tolist()]
        notes = [f"+{one.before.max()}"]
        plane = Plane(rows, columns, texts, numbers_painter([""] * len(texts), empty), notes)
        names = cell_names(rows, columns, *([n] if len(passes) > 1 else []))
        panes.append(Pane(plane, "counts", f"layer {n}", texts, names, f"counts of layer {n}"))
    return panes


def _arrangements(recipe: Recipe, passes: Sequence[_Pass]) -> list[Part]:
    """The layers after one another, to the right or downwards."""
    words = [f"input {size(recipe['input_size'])}"]
    words += [f"{spell_layer(one.layer)}: {size((one.after.shape[0], one.after.shape[1]))}" for one in passes]
    return [
        Box(way, [Box("right", [k], text, "→" if k else "") for k, text in enumerate(words)])
        for way in ("right", "down")
    ]
