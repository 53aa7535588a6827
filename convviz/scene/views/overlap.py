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
from convviz.arithmetic import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    ConvTranspose2d,
    Layer,
    Pad2d,
    PixelShuffle,
    Upsample2d,
)
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import kind_of, spell_layer
from convviz.recipes import Presentation, Recipe, variant_named

from ..box_layout import Box, Part
from ..drawing import CellStyle, empty_style, kind_styles, tapped_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import article, caption, cell_words, number, sentence, size, size_formulas, span
from ..panels import Panel, cell_names, starts_of
from ..primitives import Placed, Relation
from ..theme import Theme, theme_named
from ..typography import Term

Counts = NDArray[np.int64]

_SHADES: Final = (1, 2, 4, 9)
"""From which count on a cell is a shade darker: the same in all pictures, so that two of them can be compared."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One layer: its stamps on the output, or all of it at once where it is no transposed convolution.

    Attributes
    ----------
    layer : Layer
        The layer.
    before, after : array
        The counts of the cells of its input and of its output.
    stamps : tuple
        For each cell of the input the cells that it writes, none where the layer is one step.
    sums : array
        The counts before each step, shape (steps + 1, rows, columns).
    first : int
        The number of its first step.
    """

    layer: Layer
    before: Counts
    after: Counts
    stamps: tuple[tuple[Pair, ...], ...]
    sums: Counts
    first: int

    @property
    def steps(self) -> int:
        """A step for each stamp, or one for all."""
        return len(self.sums) - 1

    def is_done(self, step: int) -> bool:
        """Return whether a step is the last one: a cell without a count will not get any."""
        return step == self.steps - 1


@dataclass(frozen=True, slots=True)
class _Overlap:
    """The steps.

    Attributes
    ----------
    layers, passes
        The stack, and what each layer does.
    verdict : str
        What the finished counts come to.
    starts : sequence of int
        The number of the first cell of each panel.
    """

    layers: Sequence[Layer]
    passes: Sequence[_Pass]
    verdict: str
    starts: Sequence[int]

    @property
    def length(self) -> int:
        """The number of steps."""
        return self.passes[-1].first + self.passes[-1].steps

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        n, step = self._at(shot)
        stage = self.passes[n]
        counts = stage.sums[step + 1]
        # Once a layer is done also its cells that are 0 count.
        counts, so_far = (counts, "") if stage.is_done(step) else (counts[counts > 0], " so far")
        at = divmod(step, stage.before.shape[1]) if stage.stamps else None
        said = self._say(shot, n, at, counts, so_far)
        over = "all of the output at once"
        if at:
            over = f"row {at[0]}, column {at[1]} is stamped onto no cell of the output"
            if cells := stage.stamps[step]:
                (top, left), (bottom, right) = cells[0], cells[-1]
                over = f"row {at[0]}, column {at[1]} is stamped onto {span(top, bottom, 'row')}, "
                over += span(left, right, "column")
        first, *end = (term.text for term in said.terms)
        words = " ".join([first[0].lower() + first[1:], *end])
        return said._replace(
            description=f"{said.caption}: layer {n + 1}, {over}; {words}",
            details=sentence(over) if at else "",
            draw=lambda figure: self._draw(figure, shot),
        )

    def widest(self) -> list[Step]:
        """Return the last frame with the widest numbers."""
        most = max(int(stage.after.max()) for stage in self.passes)
        last = Shot(self.length - 1, 1, True, 1.0)
        return [self._say(last, len(self.passes) - 1, (99, 99), np.array([most, most + 1]), " so far")]

    def _at(self, shot: Shot) -> tuple[int, int]:
        """Return the layer of a step, and which of the layer's steps it is."""
        n = max(n for n, stage in enumerate(self.passes) if stage.first <= shot.step)
        return n, shot.step - self.passes[n].first

    def _say(self, shot: Shot, n: int, at: Pair | None, counts: NDArray[np.generic], so_far: str) -> Step:
        lead = caption(shot.step, self.length)
        title = ["All cells", f"of layer {n + 1} at once" if len(self.passes) > 1 else "of the output at once"]
        if at:
            where, of = cell_words(*at, f"output of layer {n}" if n else "input")
            title = [where, f"{of},", "stamped"]
        words = [_counted(counts, are_writes(self.layers), so_far)]
        words += [self.verdict] if shot.step == self.length - 1 else []
        terms = [Term(text, bold=k == len(words) - 1) for k, text in enumerate(words)]
        return Step(lead, title, terms)

    def _draw(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the counts before a step, its stamp, and the cell of the input."""
        n, k = self._at(shot)
        stage, theme = self.passes[n], figure.theme
        for panel, earlier in enumerate(self.passes[:n], 1):
            yield from self._draw_counts(figure, panel, earlier.after)
        if not stage.stamps:
            yield from self._draw_counts(figure, n + 1, stage.after)
            yield figure.draw_ring(n + 1)
            return
        yield from self._draw_counts(figure, n + 1, stage.sums[k], is_done=stage.is_done(k))
        weight, written, style = int(stage.before.flat[k]), stage.sums[k], tapped_style(theme)
        keys = figure.keys.numbered(n + 1, map(str, range(len(stage.stamps[k]))))
        for at, cell, key in zip(stage.stamps[k], self._written(n, k), keys, strict=True):
            yield figure.draw_cell(cell, style, str(written[at] + weight), note=f"+{weight}", key=key, is_addend=True)
        yield figure.draw_current(self.starts[n] + k, str(weight))

    def _draw_counts(self, figure: Figure, panel: int, counts: Counts, *, is_done: bool = True) -> Iterator[Placed]:
        """Draw the cells of an output that have a count, the higher the darker; at its end also those that stay 0."""
        theme = figure.theme
        for cell, count in enumerate(counts.ravel().tolist(), self.starts[panel]):
            if count or is_done:
                if (cell, count) not in figure.drawn:
                    style = CellStyle(shade(theme, count), theme.ink, theme.edge)
                    figure.drawn[cell, count] = figure.draw_cell(cell, style, str(count))
                yield figure.drawn[cell, count]

    def finish(self, figure: Figure) -> Iterator[Placed]:
        """Draw the finished counts of all layers."""
        for panel, stage in enumerate(self.passes, 1):
            yield from self._draw_counts(figure, panel, stage.after)

    def _written(self, n: int, k: int) -> list[int]:
        """Return the numbers of the cells that a stamp writes."""
        start, columns = self.starts[n + 1], self.passes[n].after.shape[1]
        return [start + row * columns + column for row, column in self.passes[n].stamps[k]]

    def relate(self, shot: Shot) -> Relation:
        """Return which cells a stamp writes, and their counts before and after."""
        n, k = self._at(shot)
        stage = self.passes[n]
        if not stage.stamps:
            return Relation()
        here, weight = self.starts[n] + k, int(stage.before.flat[k])
        written = [int(stage.sums[k][cell]) for cell in stage.stamps[k]]
        return Relation(
            [here] * len(written),
            [-1] * len(written),
            self._written(n, k),
            tuple(str(count + weight) for count in written),
            tuple(str(count) if count else "" for count in written),
        )


def overlap_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a stack of layers, counting how often each cell is written, or the paths into it."""
    theme, passes = theme_named(show.theme), _passes(recipe)
    panels, is_written = _panels(passes, theme), are_writes(recipe.layers)
    view = _Overlap(recipe.layers, passes, verdict_on(recipe.layers, recipe["input_size"]), starts_of(panels))
    return Draft(
        show, panels, _arrangements(recipe, passes), view, storyboard("cell", [1] * view.length),
        description=_describe(recipe), widest=view.widest(),
        formulas=size_formulas(recipe.layer, recipe["input_size"]) if is_written else (),
        finish=view.finish,
        step_side="input",
    )  # fmt: skip


def verdict_on(layers: Sequence[Layer], input_size: Pair) -> str:
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
    """Return the color of a count, whatever the others are.

    Examples
    --------
    >>> from convviz.scene.theme import LIGHT
    >>> [shade(LIGHT, count) == LIGHT.heat2 for count in (0, 1, 2, 3, 4)]
    [False, False, True, True, False]
    """
    color: str = getattr(theme, f"heat{bisect_right(_SHADES, count)}")
    return color


def layer_words(layer: Layer) -> str:
    """Return a layer as a label says it.

    Examples
    --------
    >>> from convviz.arithmetic import conv_transpose2d, pixel_shuffle
    >>> layer_words(conv_transpose2d((3, 5), stride=2, output_padding=1)), layer_words(pixel_shuffle(2))
    ('transposed 3 × 5, stride 2, output padding 1', 'pixel shuffle 2')
    """
    numbers = spell_layer(layer).removesuffix(")").split("(", 1)[1]
    first, *others = re.split(r",(?=[a-z])", numbers)
    if isinstance(layer, AdaptiveAvgPool2d | AdaptiveMaxPool2d):
        first = size(layer.output)
    elif not isinstance(layer, Upsample2d | PixelShuffle | Pad2d):
        first = size(layer.kernel_size)
    return ", ".join(
        [f"{kind_of(layer).noun} {first}", *(other.replace("_", " ").replace("=", " ") for other in others)]
    )


def are_writes(layers: Sequence[Layer]) -> bool:
    """Return whether the counts are those of writes to a cell; else they are paths."""
    return len(layers) == 1 and isinstance(layers[0], ConvTranspose2d)


def _counted(counts: NDArray[np.generic], is_written: bool, so_far: str = "") -> str:
    """Return a sentence on the range of the counts."""
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


def _stamps(layer: Layer, input_size: Pair, output: tuple[int, ...]) -> tuple[tuple[Pair, ...], ...]:
    """For each input cell the output cells that a transposed convolution lets it write."""
    if not isinstance(layer, ConvTranspose2d):
        return ()
    axes = layer.axes(input_size)
    reached = [
        [[at for k in range(axis.kernel) if 0 <= (at := axis.position(n, k)) < side] for n in range(axis.size)]
        for axis, side in zip(axes, output, strict=True)
    ]
    return tuple(tuple(product(rows, columns)) for rows in reached[0] for columns in reached[1])


def _panels(passes: Sequence[_Pass], theme: Theme) -> list[Panel]:
    """Return the input, whose cells count once, and the output of every layer."""
    ones = ["1"] * passes[0].before.size
    rows, columns = map(range, passes[0].before.shape)
    styles = [kind_styles(theme)["input"]] * len(ones)
    panels = [Panel("input", rows, columns, ones, cell_names(rows, columns), styles, title="input")]
    for n, stage in enumerate(passes, 1):
        rows, columns = map(range, stage.after.shape)
        texts = [str(count) for count in stage.after.ravel().tolist()]
        names = cell_names(rows, columns, *([n] if len(passes) > 1 else []))
        panels.append(Panel(
            "counts", rows, columns, texts, names, [empty_style(theme)] * len(texts), resting=[""] * len(texts),
            notes=[f"+{stage.before.max()}"], stack=f"layer {n}", title=f"counts of layer {n}",
        ))  # fmt: skip
    return panels


def _arrangements(recipe: Recipe, passes: Sequence[_Pass]) -> list[Part]:
    """Return the layers after one another, to the right or downwards."""
    words = [f"input {size(recipe['input_size'])}"]
    words += [f"{layer_words(stage.layer)}: {size((stage.after.shape[0], stage.after.shape[1]))}" for stage in passes]
    return [
        Box(way, [Box("right", [k], text, "→" if k else "") for k, text in enumerate(words)])
        for way in ("right", "down")
    ]


def _describe(recipe: Recipe) -> str:
    (rows, columns), (height, width) = recipe["input_size"], recipe.output_size
    stack = ", then ".join(map(spell_layer, recipe.layers))
    what = (
        "how often each cell is written by"
        if are_writes(recipe.layers)
        else "how many paths lead into each cell through"
    )
    return (
        f"{variant_named(recipe.variant).title}: {what} {stack}, from {article(rows)} by {columns} input to "
        f"{article(height)} by {width} output."
    )
