"""One step per input cell of a transposed convolution: the cell times the kernel is stamped onto the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import limits
from ..arithmetic import ConvTranspose2d, Trace, trace
from ..arithmetic.planes import Spans, stamp_spans
from ..arithmetic.steps import Step
from ..arithmetic.taps import Tap
from ..recipes import Presentation, Recipe
from .board import Skin, furniture, number_size, skin_look, skins, write, write_words
from .cells import cell_look, frame_look, tapped_look
from .gather import describe, kernel_label, kernel_plane, output_skin
from .layout import Below, Grid, Layout, Panel, plan
from .planes import Kind
from .primitives import Frame, Placed, Scene
from .storyboard import Shot, storyboard
from .theme import Theme, theme_named
from .words import factor, number, size, size_formulas, span, term


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once.

    ``sums`` and ``touched`` hold the output before cropping after each step: shape (steps + 1, rows, columns).
    """

    recipe: Recipe
    theme: Theme
    layout: Layout
    steps: Trace
    shots: Sequence[Shot]
    stamps: Sequence[tuple[Tap, ...]]
    sums: NDArray[np.float64]
    touched: NDArray[np.bool_]
    sizes: tuple[float, float, float]

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        step, stamp = self.steps[shot.step], self.stamps[shot.step]
        items = (
            *self._sums(shot.step),
            *self._stamp(shot, stamp),
            *self._current(step),
            self._title(step, shot),
            *self._terms(stamp, shot),
        )
        return Frame(items, self._caption(shot), self._description(step, stamp, shot), shot.beats)

    def _sums(self, before: int) -> Iterator[Placed]:
        """The output as it stood before this step."""
        grid = self.layout.grids[2]
        rows, columns = self.recipe.output_size
        for row in range(rows):
            for column in range(columns):
                at = row - grid.rows.start, column - grid.columns.start
                if self.touched[before][at]:
                    skin = output_skin(self.recipe, self.theme, row, column, written=True)
                    text = number(float(self.sums[before][at]))
                    yield Placed(*grid.at(row, column), skin_look(grid, skin, self.theme.edge, text, self.sizes[2]))

    def _stamp(self, shot: Shot, stamp: Sequence[Tap]) -> Iterator[Placed]:
        grid, theme = self.layout.grids[2], self.theme
        stroke = max(1, grid.cell // 20)
        for tap in stamp[: shot.taps]:
            row, column = tap.output[1:]
            before = self.sums[shot.step][row - grid.rows.start, column - grid.columns.start]
            cropped = tap.output[1] not in range(self.recipe.output_size[0]) or column not in range(
                self.recipe.output_size[1]
            )
            text = "" if cropped else number(float(before + tap.product))
            note = number(tap.product) if tap.product < 0 else f"+{number(tap.product)}"
            look = tapped_look(
                grid.cell, text, self.sizes[2], note, theme.cropped if cropped else theme.window, theme.ink,
                theme.window_ink, theme.window_edge, stroke,
            )  # fmt: skip
            yield Placed(*grid.at(row, column), look)
        (x, y), (right, bottom) = grid.at(*stamp[0].output[1:]), grid.at(*stamp[-1].output[1:])
        thick = max(2, grid.cell // 13)
        outline = frame_look(right - x + grid.cell + 1 + thick, bottom - y + grid.cell + 1 + thick, theme.window_edge, thick)
        yield Placed(x - thick // 2, y - thick // 2, outline)

    def _current(self, step: Step) -> Iterator[Placed]:
        grid, theme = self.layout.grids[0], self.theme
        stroke = max(2, grid.cell // 13)
        text = number(step.value)
        look = cell_look(grid.cell, text, self.sizes[0], theme.current, theme.ink, theme.window_edge, 0, stroke)
        yield Placed(*grid.at(*_cell(step)), look)

    def _title(self, step: Step, shot: Shot) -> Placed:
        row, column = _cell(step)
        text = f"{self._caption(shot)}: stamp input[{row}, {column}] = {number(step.value)} times the kernel"
        return write(self.layout.title, text, self.theme.ink, bold=True)

    def _terms(self, stamp: Sequence[Tap], shot: Shot) -> Iterator[Placed]:
        kept = [tap for tap in stamp[: shot.taps] if self._is_kept(tap)]
        words = [(_product(tap), self.theme.ink) for tap in kept]
        lost = shot.taps - len(kept)
        if lost:
            words.append((f"({lost} cropped)", self.theme.muted))
        yield from write_words(self.layout.terms, words, bold_last=False)

    def _is_kept(self, tap: Tap) -> bool:
        return all(0 <= at < size for at, size in zip(tap.output[1:], self.recipe.output_size, strict=True))

    def _caption(self, shot: Shot) -> str:
        product = "" if shot.is_complete else f", product {shot.taps}"
        return f"Step {shot.step + 1} of {len(self.steps)}{product}"

    def _description(self, step: Step, stamp: Sequence[Tap], shot: Shot) -> str:
        row, column = _cell(step)
        (top, left), (bottom, right) = stamp[0].output[1:], stamp[-1].output[1:]
        return (
            f"{self._caption(shot)}: input row {row}, column {column} is {number(step.value)}; times the kernel it is added "
            f"to output {span(top, bottom, 'row')}, {span(left, right, 'column')}."
        )


def scatter_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a transposed recipe with one step per input cell."""
    layer, theme = recipe.layer, theme_named(show.theme)
    assert isinstance(layer, ConvTranspose2d)  # only the transposed variant has the view
    steps = trace(layer, recipe.input, recipe.weight, recipe.bias, view="scatter")
    stamps = [tuple(sorted((*step.taps, *step.cropped), key=_kernel_order)) for step in steps]
    canvas = stamp_spans(layer, recipe["input_size"])
    sums, touched = _running_sums(stamps, canvas, recipe["bias"])
    formulas = size_formulas(layer, recipe["input_size"]) if show.formula else ()
    kinds: list[Kind] = (["cropped"] if any(layer.padding[0] + layer.padding[1]) else []) + (
        ["extra"] if any(layer.output_padding) else []
    )
    below = Below(
        _widest_terms(recipe) if show.terms else (),
        [formula.text for formula in formulas],
        (show.terms or show.formula) and bool(kinds),
    )
    labels = (f"input {size(recipe['input_size'])}", kernel_label(recipe), f"output {size(recipe.output_size)}")
    spans = (_ranges(recipe["input_size"]), _ranges(recipe["kernel_size"]), canvas)
    panels = [Panel(label, *at) for label, at in zip(labels, spans, strict=True)]
    layout = plan(panels, below, show.width, recipe.frames, limits.ANIMATION_MEGAPIXELS)
    numbers = (recipe.input.ravel(), recipe.weight.ravel(), sums.ravel())
    sizes = tuple(
        number_size(grid, {number(value) for value in values.tolist()})
        for grid, values in zip(layout.grids, numbers, strict=True)
    )
    backdrop = (
        *furniture(recipe, show, theme, layout, labels, formulas, kinds),
        *_input_plane(recipe, layout.grids[0], theme, sizes[0]),
        *kernel_plane(recipe, layout.grids[1], theme, sizes[1]),
        *_output_plane(recipe, layout.grids[2], theme),
    )
    shots = storyboard(recipe["storyboard"], [len(stamp) for stamp in stamps])
    view = _View(recipe, theme, layout, steps, shots, stamps, sums, touched, sizes)
    return Scene(layout.width, layout.height, theme.page, backdrop, describe(recipe), len(shots), view.draw)


def _running_sums(
    stamps: Sequence[Sequence[Tap]], canvas: Spans, bias: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows, columns = canvas
    shape = (len(stamps) + 1, len(rows), len(columns))
    sums, touched = np.zeros(shape), np.zeros(shape, dtype=bool)
    sums[0] = bias
    touched[0] = bias != 0
    for step, stamp in enumerate(stamps, 1):
        sums[step], touched[step] = sums[step - 1], touched[step - 1]
        for tap in stamp:
            at = tap.output[1] - rows.start, tap.output[2] - columns.start
            sums[step][at] += tap.product
            touched[step][at] = True
    return sums, touched


def _input_plane(recipe: Recipe, grid: Grid, theme: Theme, text_size: float) -> Iterator[Placed]:
    plane = recipe.input[0]
    for row in grid.rows:
        for column in grid.columns:
            text = number(float(plane[row, column]))
            yield Placed(*grid.at(row, column), skin_look(grid, skins(theme)["input"], theme.edge, text, text_size))


def _output_plane(recipe: Recipe, grid: Grid, theme: Theme) -> Iterator[Placed]:
    rows, columns = recipe.output_size
    for row in grid.rows:
        for column in grid.columns:
            inside = 0 <= row < rows and 0 <= column < columns
            skin: Skin = output_skin(recipe, theme, row, column, written=False) if inside else skins(theme)["cropped"]
            yield Placed(*grid.at(row, column), skin_look(grid, skin, theme.edge, "", 0))


def _widest_terms(recipe: Recipe) -> list[str]:
    value = max((float(value) for value in recipe.input.ravel()), key=lambda value: len(factor(value)))
    words = [f"{term(value, float(w))} = {number(value * float(w))}," for w in recipe.weight.ravel()]
    return [*words, f"({len(words)} cropped)"]


def _product(tap: Tap) -> str:
    return f"{term(tap.input_value, tap.weight)} = {number(tap.product)},"


def _kernel_order(tap: Tap) -> tuple[int, int]:
    return tap.kernel


def _ranges(pair: tuple[int, int]) -> tuple[range, range]:
    return range(pair[0]), range(pair[1])


def _cell(step: Step) -> tuple[int, int]:
    assert step.input is not None  # a scatter step reads one
    return step.input[1], step.input[2]
