"""How often each cell is written: stamp after stamp, layer after layer, and the counts grow.

Of one transposed convolution a count is the number of its stamps on a cell. Behind more layers, or others, it is the
number of paths into the cell from all cells of the input, and is called so.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import isinf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz.analysis import overlap
from convviz.arithmetic import ConvTranspose2d, Layer, Pad2d, PixelShuffle, Upsample2d
from convviz.arithmetic.layer_kinds import kind_of, spell_layer
from convviz.recipes import Presentation, Recipe

from .box_layout import Box, Part
from .drawing import Plane, Words, skins, step_cell, write_phrases, write_words
from .figure import Pane, Tableau, build_tableau, cell_names
from .number_format import caption, number, size, size_formulas, span
from .panes import numbers_painter
from .primitives import Frame, Links, Placed, Relation, Scene
from .sprites import Note, Skin, cell_look
from .storyboard import Shot, storyboard
from .theme import Theme, theme_named

Counts = NDArray[np.int64]
Cell = tuple[int, int]

_SHADES: Final = (1, 2, 4, 9)
"""From which count on a cell is a shade darker: the same in all pictures, so that two of them can be compared."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One layer: its stamps on the output, or all of it at once where it is no transposed convolution.

    Attributes
    ----------
    before, after : the counts of the cells of its input and of its output.
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

    def is_done(self, step: int) -> bool:
        """Whether a step is the last one: a cell without a count will not get any."""
        return step == self.steps - 1


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
        done = (item for k, earlier in enumerate(self.passes[:n]) for item in self._counts(k, earlier.after, True))
        so_far = self._counts(n, one.sums[step], one.is_done(step))
        items = (*done, *so_far, *self._stamp(n, step), *title, *terms)
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
            yield from self._counts(n, one.after, True)

    def _place(self, shot: Shot) -> tuple[int, int]:
        """The layer of a step, and which of the layer's steps it is."""
        n = max(n for n, one in enumerate(self.passes) if one.first <= shot.step)
        return n, shot.step - self.passes[n].first

    def _counts(self, n: int, counts: Counts, is_done: bool) -> Iterator[Placed]:
        """The cells of a layer's output that have a count, the higher the darker; with a 0 those that never get one."""
        tableau, grid = self.tableau, self.tableau.grid(n + 1)
        for (row, column), count in np.ndenumerate(counts):
            if count or is_done:
                skin = Skin(shade(tableau.theme, int(count)), tableau.theme.ink, tableau.theme.edge)
                look = cell_look(grid.cell, skin, str(count), tableau.sizes[n + 1])
                yield Placed(*grid.at(row, column), look)

    def _stamp(self, n: int, step: int) -> Iterator[Placed]:
        one, tableau, theme = self.passes[n], self.tableau, self.tableau.theme
        if not one.stamps:
            yield from self._counts(n, one.after, True)
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
        ink = self.tableau.theme.ink
        words = [(self._so_far(shot), ink)]
        return [*words, (self.verdict, ink)] if shot.step == len(self.shots) - 1 else words

    def _so_far(self, shot: Shot) -> str:
        """The counts of a step's layer after it: when that is done, also those that are 0."""
        n, step = self._place(shot)
        one = self.passes[n]
        counts = one.sums[step + 1]
        if one.is_done(step):
            return _counted(counts, are_writes(self.tableau.recipe.layers))
        return _counted(counts[counts > 0], are_writes(self.tableau.recipe.layers), " so far")

    def _caption(self, shot: Shot) -> str:
        return caption(shot.step, len(self.shots))

    def _description(self, shot: Shot) -> str:
        n, step = self._place(shot)
        one = self.passes[n]
        over = "all of the output at once"
        if one.stamps:
            row, column = divmod(step, one.before.shape[1])
            over = f"row {row}, column {column} is stamped onto no cell of the output"
            if cells := one.stamps[step]:
                (top, left), (bottom, right) = cells[0], cells[-1]
                over = f"row {row}, column {column} is stamped onto {span(top, bottom, 'row')}, "
                over += span(left, right, "column")
        end = f" {self.verdict}" if shot.step == len(self.shots) - 1 else ""
        so_far = self._so_far(shot)
        return f"{self._caption(shot)}: layer {n + 1}, {over}; {so_far[0].lower()}{so_far[1:]}{end}"


def overlap_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a stack of layers, counting how often each cell is written, or the paths into it."""
    theme, passes, is_written = theme_named(show.theme), _passes(recipe), are_writes(recipe.layers)
    shots = storyboard("cell", [1] * sum(one.steps for one in passes))
    verdict = verdict_on(recipe.layers, recipe["input_size"])
    layer, most = recipe.layer, max(int(one.after.max()) for one in passes)
    tableau = build_tableau(
        recipe, show, _panes(passes, theme), _arrangements(recipe, passes),
        title=(f"{caption(len(shots) - 1, len(shots))}:", "layer 4, stamp of cell [99, 99]"),
        terms=(_counted(np.array([most, most + 1]), is_written, " so far"), verdict), kinds=(),
        formulas=size_formulas(layer, recipe["input_size"]) if is_written else (), frames=len(shots),
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
    >>> verdict_on([conv_transpose2d(3, stride=2)] * 2, (4, 4))
    'Away from the border: 1 to 9 paths, uneven, ratio 9.'
    """
    counts = overlap(layers, input_size)
    words = f"Away from the border: {_times(counts.interior, 'time' if are_writes(layers) else 'path')}"
    if counts.is_even:
        return f"{words}, even."
    return f"{words}, uneven, ratio {'∞' if isinf(counts.ratio) else _ratio(Fraction(counts.ratio))}."


def _ratio(ratio: Fraction) -> str:
    return str(ratio) if ratio.denominator == 1 else f"{ratio} ≈ {number(float(ratio))}"


def shade(theme: Theme, count: int) -> str:
    """The colour of a count, whatever the others are.

    Examples
    --------
    >>> from .theme import LIGHT
    >>> [shade(LIGHT, count) == LIGHT.heat2 for count in (0, 1, 2, 3, 4)]
    [False, False, True, True, False]
    """
    color: str = getattr(theme, f"heat{bisect_right(_SHADES, count)}")
    return color


def layer_words(layer: Layer) -> str:
    """A layer as a label says it.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d, pixel_shuffle
    >>> layer_words(conv_transpose2d((3, 5), stride=2, output_padding=1)), layer_words(pixel_shuffle(2))
    ('transposed 3 × 5, stride 2, output padding 1', 'pixel shuffle 2')
    """
    numbers = spell_layer(layer).removesuffix(")").split("(", 1)[1]
    first, *others = re.split(r",(?=[a-z])", numbers)
    if not isinstance(layer, Upsample2d | PixelShuffle | Pad2d):
        first = size(layer.kernel_size)
    return ", ".join(
        [f"{kind_of(layer).noun} {first}", *(other.replace("_", " ").replace("=", " ") for other in others)]
    )


def are_writes(layers: Sequence[Layer]) -> bool:
    """Whether counts tell how often a cell is written: else they are paths."""
    return len(layers) == 1 and isinstance(layers[0], ConvTranspose2d)


def _counted(counts: NDArray[np.generic], is_written: bool, so_far: str = "") -> str:
    """What counts come to, in a sentence."""
    if is_written:
        return f"Cells written{so_far}: {_times(counts, 'time')}."
    return f"Paths into each cell{so_far}: {_range(counts)}."


def _times(counts: NDArray[np.generic], noun: str) -> str:
    text = _range(counts)
    return f"{text} {noun}{'' if text == '1' else 's'}" if counts.size else text


def _range(counts: NDArray[np.generic]) -> str:
    if not counts.size:
        return "none"
    least, most = counts.min(), counts.max()
    return f"{least}" if least == most else f"{least} to {most}"


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
    words += [f"{layer_words(one.layer)}: {size((one.after.shape[0], one.after.shape[1]))}" for one in passes]
    return [
        Box(way, [Box("right", [k], text, "→" if k else "") for k, text in enumerate(words)])
        for way in ("right", "down")
    ]
