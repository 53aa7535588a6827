"""One step per input cell of a transposed convolution: the cell times the kernel is stamped onto the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import ConvTranspose2d, Trace, trace
from convviz.arithmetic.spans import Spans, stamp_spans
from convviz.arithmetic.taps import Tap
from convviz.arithmetic.trace_steps import Step
from convviz.recipes import Presentation, Recipe

from .cell_kinds import Kind, added_from
from .drawing import (
    Plane,
    Words,
    kernel_plane,
    kernel_tap,
    kernel_texts,
    outline,
    output_skin,
    skins,
    step_cell,
    tapped_skin,
    thin,
    write_phrases,
    write_words,
)  # fmt: skip
from .layout import Grid
from .number_format import (
    Numbers,
    about,
    caption,
    equal_to,
    factor,
    is_sum,
    number,
    scale_of,
    span,
    term,
    tidy,
    widest_sums,
)
from .primitives import Frame, Links, Name, Placed, Relation, Scene
from .sprites import Note, Skin, cell_look
from .stage import Stage, build_stage
from .storyboard import Shot
from .theme import Theme, theme_named
from .typography import widest


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once.

    ``sums`` and ``touched`` hold the output before cropping after each step: shape (steps + 1, rows, columns).
    """

    stage: Stage
    steps: Trace
    sums: Numbers
    touched: NDArray[np.bool_]
    scale: float
    added_from: tuple[int, int]

    def draw(self, index: int) -> Frame:
        stage = self.stage
        shot = stage.shots[index]
        step = self.steps[shot.step]
        stamp = sorted((*step.taps, *step.cropped), key=_kernel_place)
        title = tuple(write_phrases(stage.layout.title, self._title(step, shot), stage.theme.ink, bold=True))
        terms = tuple(write_words(stage.layout.terms, self._terms(stamp, shot)))
        is_end = shot.is_complete and shot.step == len(self.steps) - 1
        items = (
            *self._sums(shot.step, is_end),
            *self._stamp(stamp, shot),
            step_cell(stage.grids[0], stage.theme, _cell(step), number(step.value), stage.sizes[0]),
            *title,
            *terms,
        )
        words = self._description(step, stamp, shot)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which output cells the stamp of a frame adds to through which weight, and the sums before and after."""
        stage = self.stage
        shot = stage.shots[index]
        step = self.steps[shot.step]
        stamp = sorted((*step.taps, *step.cropped), key=_kernel_place)
        here = stage.number_of(0, *_cell(step))
        links = tuple((here, stage.kernel_number(tap.kernel), stage.number_of(2, *_output(tap))) for tap in stamp)
        if stage.recipe["storyboard"] == "tap":
            return Relation(links)
        sums = tuple(self._sum_text(shot.step, tap, tap.product) if self._is_kept(tap) else "" for tap in stamp)
        undone = tuple(self._sum_text(shot.step, tap, 0.0) if self._is_touched(shot.step, tap) else "" for tap in stamp)
        return Relation(links, sums, undone)

    def final(self) -> Iterator[Placed]:
        """The finished output."""
        return self._sums(len(self.steps), is_end=True)

    def final_texts(self) -> Iterator[str]:
        """What each cell of the output's plane shows at the end; nothing where it is cropped."""
        grid = self.stage.grids[2]
        height, width = self.steps.output.shape[1:]
        for row, column in product(grid.rows, grid.columns):
            at = len(self.steps), row - grid.rows.start, column - grid.columns.start
            is_kept = 0 <= row < height and 0 <= column < width
            yield number(tidy(float(self.sums[at]), self.scale)) if is_kept else ""

    def _at(self, step: int, tap: Tap) -> tuple[int, int, int]:
        grid = self.stage.grids[2]
        row, column = _output(tap)
        return step, row - grid.rows.start, column - grid.columns.start

    def _is_touched(self, step: int, tap: Tap) -> bool:
        return self._is_kept(tap) and bool(self.touched[self._at(step, tap)])

    def _sum_text(self, step: int, tap: Tap, more: float) -> str:
        return number(tidy(float(self.sums[self._at(step, tap)]) + more, self.scale))

    def _sums(self, step: int, is_end: bool) -> Iterator[Placed]:
        """The output as it stood before a step; at the very end also the cells that no stamp touched: they are 0."""
        stage, grid = self.stage, self.stage.grids[2]
        rows, columns = self.steps.output.shape[1:]
        for row in range(rows):
            for column in range(columns):
                at = step, row - grid.rows.start, column - grid.columns.start
                if is_end or self.touched[at]:
                    is_extra = row >= self.added_from[0] or column >= self.added_from[1]
                    skin = output_skin(stage.theme, is_extra, is_written=True)
                    look = cell_look(grid.cell, skin, number(tidy(float(self.sums[at]), self.scale)), stage.sizes[2])
                    yield Placed(*grid.at(row, column), look)

    def _stamp(self, stamp: Sequence[Tap], shot: Shot) -> Iterator[Placed]:
        stage, grid, theme = self.stage, self.stage.grids[2], self.stage.theme
        cropped = Skin(theme.cropped, theme.muted, theme.window_edge, "solid", "cropped")
        for index, tap in enumerate(stamp[: shot.taps]):
            row, column = tap.output[1:]
            before = float(self.sums[shot.step, row - grid.rows.start, column - grid.columns.start])
            after = tidy(before + tap.product, self.scale)
            is_now = not shot.is_complete and index == shot.taps - 1
            if self._is_kept(tap):
                note = Note(_added(tap.product), stage.note_sizes[2], theme.window_ink)
                skin = tapped_skin(theme, is_real=True, is_now=is_now)
                look = cell_look(grid.cell, skin, number(after), stage.sizes[2], thin(grid.cell), note)
            else:
                look = cell_look(grid.cell, cropped, "", 0, thin(grid.cell))
            yield Placed(*grid.at(row, column), look)
            if is_now:
                yield kernel_tap(stage.recipe, stage.grids[1], theme, stage.sizes[1], tap.kernel)
        yield outline(grid, theme, _output(stamp[0]), _output(stamp[-1]))

    def _title(self, step: Step, shot: Shot) -> tuple[str, str, str]:
        row, column = _cell(step)
        return f"{self._caption(shot)}:", f"stamp input[{row}, {column}] {equal_to(step.value)}", "times the kernel"

    def _terms(self, stamp: Sequence[Tap], shot: Shot) -> Words:
        theme = self.stage.theme
        kept = [tap for tap in stamp[: shot.taps] if self._is_kept(tap)]
        words = [(_equation(tap) + (";" if tap is not kept[-1] else ""), theme.ink) for tap in kept]
        if lost := shot.taps - len(kept):
            words.append((_lost(lost), theme.muted))
        if bias := self.stage.recipe["bias"]:
            words.append((_start(bias), theme.muted))
        return words

    def _is_kept(self, tap: Tap) -> bool:
        sides = zip(_output(tap), self.steps.output.shape[1:], strict=True)
        return all(0 <= at < side for at, side in sides)

    def _caption(self, shot: Shot) -> str:
        return caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps)

    def _description(self, step: Step, stamp: Sequence[Tap], shot: Shot) -> str:
        row, column = _cell(step)
        (top, left), (bottom, right) = _output(stamp[0]), _output(stamp[-1])
        cropped = sum(not self._is_kept(tap) for tap in stamp)
        lost = f", of which {cropped} of {len(stamp)} cells are cropped" if cropped else ""
        return (
            f"{self._caption(shot)}: input row {row}, column {column} is {about(step.value)}; times the kernel it is "
            f"added to output {span(top, bottom, 'row')}, {span(left, right, 'column')}{lost}."
        )


def scatter_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a transposed recipe with one step per input cell."""
    layer, theme = recipe.layer, theme_named(show.theme)
    assert isinstance(layer, ConvTranspose2d)  # only the transposed variant has the view
    steps = trace(layer, recipe.input, recipe.weight, recipe.bias, view="scatter")
    canvas = stamp_spans(layer, recipe["input_size"])
    scale = scale_of(recipe)
    sums, touched = _running_sums(recipe, layer, canvas)
    kinds: list[Kind] = []
    if tuple(map(len, canvas)) != layer.output_size(recipe["input_size"]):
        kinds.append("cropped")
    if any(layer.output_padding):
        kinds.append("extra")
    numbers = {number(tidy(value, scale)) for value in np.unique(sums).tolist()}
    output = _output_plane(recipe, [*numbers], canvas, theme)
    stage = build_stage(
        recipe, show, (_input_plane(recipe, theme), kernel_plane(recipe, theme), output),
        title=_widest_title(recipe, len(steps)), terms=_widest_terms(recipe), kinds=kinds, steps=len(steps),
    )  # fmt: skip
    view = _View(stage, steps, sums, touched, scale, added_from(layer, recipe["input_size"]))

    def link() -> Links:
        rows, columns = recipe.output_size
        cells = [*product(stage.grids[2].rows, stage.grids[2].columns)]
        names: list[Name] = [
            (i, j) if 0 <= i < rows and 0 <= j < columns else "a cell that is cropped" for i, j in cells
        ]
        inputs = [number(value) for value in recipe.input.ravel().tolist()]
        sheets = (
            stage.sheet(0, inputs, [*product(stage.grids[0].rows, stage.grids[0].columns)]),
            stage.kernel_sheet(kernel_texts(recipe)),
            stage.sheet(2, [*view.final_texts()], names),
        )
        return Links(sheets, "input", tuple(view.final()), view.relate)

    return stage.scene(view.draw, link)


def _running_sums(recipe: Recipe, layer: ConvTranspose2d, canvas: Spans) -> tuple[Numbers, NDArray[np.bool_]]:
    """The output before cropping, and which of its cells have been stamped, before the first step and after each."""
    rows, columns = canvas
    plane, kernel = recipe.input[0], recipe.weight[0, 0]
    shape = (plane.size + 1, len(rows), len(columns))
    sums, touched = np.full(shape, recipe["bias"]), np.full(shape, bool(recipe["bias"]))
    reach = [dilation * (side - 1) + 1 for dilation, side in zip(layer.dilation, kernel.shape, strict=True)]
    for step, ((i, j), value) in enumerate(np.ndenumerate(plane)):
        top, left = i * layer.stride[0], j * layer.stride[1]
        stamp = np.s_[step + 1 :, top : top + reach[0] : layer.dilation[0], left : left + reach[1] : layer.dilation[1]]
        sums[stamp] += value * kernel
        touched[stamp] = True
    return sums, touched


def _input_plane(recipe: Recipe, theme: Theme) -> Plane:
    texts = [[number(value) for value in row] for row in recipe.input[0].tolist()]

    def paint(grid: Grid, size: int) -> Iterator[Placed]:
        for row in grid.rows:
            for column in grid.columns:
                look = cell_look(grid.cell, skins(theme)["input"], texts[row][column], size)
                yield Placed(*grid.at(row, column), look)

    rows, columns = recipe["input_size"]
    return Plane(range(rows), range(columns), [text for row in texts for text in row], paint)


def _output_plane(recipe: Recipe, numbers: Sequence[str], canvas: Spans, theme: Theme) -> Plane:
    rows, columns = recipe.output_size
    first = added_from(recipe.layer, recipe["input_size"])

    def paint(grid: Grid, size: int) -> Iterator[Placed]:
        for row in grid.rows:
            for column in grid.columns:
                if 0 <= row < rows and 0 <= column < columns:
                    skin = output_skin(theme, row >= first[0] or column >= first[1], is_written=False)
                else:
                    skin = skins(theme)["cropped"]
                yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, "", 0))

    products = set(np.multiply.outer(np.unique(recipe.input), np.unique(recipe.weight)).ravel().tolist())
    return Plane(*canvas, numbers, paint, [*{_added(product) for product in products}])


def _widest_title(recipe: Recipe, steps: int) -> tuple[str, str, str]:
    rows, columns = recipe["input_size"]
    value = widest(map(number, recipe.input.ravel().tolist()))
    product = 99 if recipe["storyboard"] == "tap" else None
    return f"{caption(steps - 1, steps, product)}:", f"stamp input[{rows}, {columns}] = {value}", "times the kernel"


def _widest_terms(recipe: Recipe) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    value = widest(map(factor, recipe.input.ravel().tolist()))
    words = []
    for weight in recipe.weight.ravel().tolist():
        products = widest_sums(recipe.input, np.array([weight]))
        words.append(f"{value}·{factor(weight)} = {widest(products)};")
    words.append(_lost(len(words)))
    return [*words, _start(recipe["bias"])] if recipe["bias"] else words


def _equation(tap: Tap) -> str:
    sign = "=" if is_sum(tap.product, [(tap.input_value, tap.weight)]) else "≈"
    return f"{term(tap.input_value, tap.weight)} {sign} {number(tap.product)}"


def _added(product: float) -> str:
    return number(product) if product < 0 else f"+{number(product)}"


def _lost(count: int) -> str:
    return f"({count} cropped)"


def _start(bias: float) -> str:
    return f"(every sum begins with the bias {number(bias)})"


def _kernel_place(tap: Tap) -> tuple[int, int]:
    return tap.kernel


def _output(tap: Tap) -> tuple[int, int]:
    return tap.output[1], tap.output[2]


def _cell(step: Step) -> tuple[int, int]:
    assert step.input is not None  # a scatter step reads one
    return step.input[1], step.input[2]
