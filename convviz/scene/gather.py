"""One step per output cell: what the window reads, and the sum that it makes. Shows transposed convolutions too."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, product
from types import MappingProxyType
from typing import Final

from convviz.arithmetic import ConvTranspose2d, Trace, trace
from convviz.arithmetic.spans import read_spans
from convviz.arithmetic.taps import Tap
from convviz.arithmetic.trace_steps import Step
from convviz.recipes import Presentation, Recipe

from .cell_kinds import Kind, PlaneCell, added_from, input_cells
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
    about,
    caption,
    equal_to,
    factor,
    is_sum,
    is_turned,
    number,
    scale_of,
    span,
    term,
    tidy,
    widest_sums,
)  # fmt: skip
from .primitives import Frame, Links, Name, Placed, Relation, Scene
from .sprites import Note, cell_look
from .stage import Stage, build_stage
from .storyboard import Shot
from .theme import Theme, theme_named
from .typography import widest

Table = Sequence[Sequence[float]]

_KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "padding": "padding",
        "inserted": "an inserted zero",
        "extra": "padding for output_padding",
        "cropped": "a cell that is cropped",
    }
)


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``scale`` is the size of the numbers that an output is made of."""

    stage: Stage
    steps: Trace
    written: tuple[Placed, ...]
    scale: float

    def draw(self, index: int) -> Frame:
        stage = self.stage
        shot = stage.shots[index]
        step = self.steps[shot.step]
        # In a transposed convolution the stored kernel meets the input turned: sorted by place, terms read as drawn.
        taps = sorted(step.taps, key=_position)
        total = step.value if shot.is_complete else sum(tap.product for tap in taps[: shot.taps])
        value = tidy(total, self.scale)
        title = tuple(write_phrases(stage.layout.title, self._title(step, shot, value), stage.theme.ink, bold=True))
        terms = tuple(write_words(stage.layout.terms, self._terms(step, taps, shot, value), bold_last=True))
        items = (
            *self.written[: shot.step],
            *self._window(taps, shot),
            step_cell(stage.grids[2], stage.theme, _cell(step), number(value), stage.sizes[2]),
            *title,
            *terms,
        )
        words = self._description(step, taps, shot, value)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which input cell meets which weight for the output cell of a frame, and the sums on the way."""
        stage = self.stage
        shot = stage.shots[index]
        step = self.steps[shot.step]
        taps = sorted(step.taps, key=_position)
        output = stage.number_of(2, *_cell(step))
        links = tuple((stage.number_of(0, *tap.position), stage.kernel_number(tap.kernel), output) for tap in taps)
        sums = accumulate(tap.product for tap in taps)
        by_tap = stage.recipe["storyboard"] == "tap"
        return Relation(links, () if by_tap else tuple(number(tidy(total, self.scale)) for total in sums))

    def _window(self, taps: Sequence[Tap], shot: Shot) -> Iterator[Placed]:
        stage, grid, theme = self.stage, self.stage.grids[0], self.stage.theme
        for index, tap in enumerate(taps):
            is_now = not shot.is_complete and index == shot.taps - 1
            is_real = not (tap.is_padding or tap.is_inserted)
            stroke = thin(grid.cell) if is_real or is_now else 1
            skin = tapped_skin(theme, is_real, is_now)
            note = Note(f"×{number(tap.weight)}", stage.note_sizes[0], theme.window_ink)
            look = cell_look(grid.cell, skin, number(tap.input_value), stage.sizes[0], stroke, note)
            yield Placed(*grid.at(*tap.position), look)
            if is_now:
                yield kernel_tap(stage.recipe, stage.grids[1], theme, stage.sizes[1], tap.kernel)
        yield outline(grid, theme, taps[0].position, taps[-1].position)

    def _title(self, step: Step, shot: Shot, value: float) -> tuple[str, str]:
        row, column = _cell(step)
        so_far = "" if shot.is_complete else " so far"
        return f"{self._caption(shot)}:", f"output[{row}, {column}]{so_far} {equal_to(value)}"

    def _terms(self, step: Step, taps: Sequence[Tap], shot: Shot, value: float) -> Words:
        theme = self.stage.theme
        words = []
        for index, tap in enumerate(taps[: shot.taps]):
            color = theme.muted if tap.is_padding or tap.is_inserted else theme.ink
            words.append((("+ " if index else "") + term(tap.input_value, tap.weight), color))
        products = [(tap.input_value, tap.weight) for tap in taps[: shot.taps]]
        if step.bias and shot.is_complete:
            words.append((_bias(step.bias), theme.ink))
            products.append((step.bias, 1.0))
        words.append((f"{'=' if is_sum(value, products) else '≈'} {number(value)}", theme.ink))
        return words

    def _caption(self, shot: Shot) -> str:
        return caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps)

    def _description(self, step: Step, taps: Sequence[Tap], shot: Shot, value: float) -> str:
        row, column = _cell(step)
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        stretched = "zero-stretched " if isinstance(self.steps.layer, ConvTranspose2d) else ""
        amount = f"{len(taps)} {'product' if len(taps) == 1 else 'products'}"
        so_far = f" so far, the sum of {shot.taps} of {amount}"
        bias = f" and a bias of {about(step.bias)}" if step.bias and shot.is_complete else ""
        return (
            f"{self._caption(shot)}: output row {row}, column {column} is {about(value)}"
            f"{f', the sum of {amount}' if shot.is_complete else so_far} over {stretched}input "
            f"{span(top, bottom, 'row')}, {span(left, right, 'column')}{bias}."
        )


def gather_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a recipe with one step per output cell."""
    theme = theme_named(show.theme)
    steps = trace(recipe.layer, recipe.input, recipe.weight, recipe.bias)
    scale = scale_of(recipe)
    outputs = [[tidy(value, scale) for value in row] for row in steps.output[0].tolist()]
    cells = list(input_cells(recipe.layer, recipe.input[0]))
    output = _output_plane(recipe, outputs, theme)
    stage = build_stage(
        recipe, show, (_input_plane(recipe, cells, theme), kernel_plane(recipe, theme), output),
        title=_widest_title(recipe, len(steps), output.numbers), terms=_widest_terms(recipe),
        kinds=[cell.kind for cell in cells], steps=len(steps),
    )  # fmt: skip
    written = tuple(_written(recipe, outputs, stage.grids[2], theme, stage.sizes[2]))
    view = _View(stage, steps, written, scale)

    def link() -> Links:
        inputs = stage.sheet(0, [number(cell.value) for cell in cells], [_name(recipe, cell) for cell in cells])
        # The input's sheet is the first: within it, cells have the numbers that they have among all.
        copies = tuple((k, stage.number_of(0, *cell.source)) for k, cell in enumerate(cells) if cell.source)
        sheets = (
            replace(inputs, copies=copies),
            stage.kernel_sheet(kernel_texts(recipe)),
            stage.sheet(2, output.numbers, [*product(stage.grids[2].rows, stage.grids[2].columns)]),
        )
        return Links(sheets, "output", written, view.relate)

    return stage.scene(view.draw, link)


def _name(recipe: Recipe, cell: PlaneCell) -> Name:
    """A cell's place in the reader's input, else what it is; where the plane is stretched, the places are apart."""
    is_transposed = isinstance(recipe.layer, ConvTranspose2d)
    rows, columns = recipe["stride"] if is_transposed else (1, 1)
    is_own = cell.kind == "input" or (is_transposed and _is_cropped_input(recipe, cell))
    if is_own:
        return cell.row // rows, cell.column // columns
    return "a zero around the input" if is_transposed and cell.kind == "padding" else _KINDS[cell.kind]


def _is_cropped_input(recipe: Recipe, cell: PlaneCell) -> bool:
    (rows, columns), (height, width) = recipe["stride"], recipe["input_size"]
    on_lattice = cell.row % rows == 0 and cell.column % columns == 0
    return (
        cell.kind == "cropped"
        and on_lattice
        and cell.row // rows in range(height)
        and (cell.column // columns in range(width))
    )


def _input_plane(recipe: Recipe, cells: Sequence[PlaneCell], theme: Theme) -> Plane:
    def paint(grid: Grid, size: int) -> Iterator[Placed]:
        by_kind = skins(theme)
        # Input cells come last, so that their solid edges lie over the dashed ones of their neighbours.
        for cell in sorted(cells, key=lambda cell: cell.kind == "input"):
            text = "" if cell.kind == "cropped" and not cell.value else number(cell.value)
            yield Placed(*grid.at(cell.row, cell.column), cell_look(grid.cell, by_kind[cell.kind], text, size))

    rows, columns = read_spans(recipe.layer, recipe["input_size"])
    numbers = [number(cell.value) for cell in cells]
    return Plane(rows, columns, numbers, paint, [f"×{number(float(weight))}" for weight in recipe.weight.ravel()])


def _output_plane(recipe: Recipe, outputs: Table, theme: Theme) -> Plane:
    first = added_from(recipe.layer, recipe["input_size"])

    def paint(grid: Grid, size: int) -> Iterator[Placed]:
        for row in grid.rows:
            for column in grid.columns:
                skin = output_skin(theme, row >= first[0] or column >= first[1], is_written=False)
                yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, "", 0))

    numbers = [number(value) for row in outputs for value in row]
    return Plane(range(len(outputs)), range(len(outputs[0])), numbers, paint)


def _written(recipe: Recipe, outputs: Table, grid: Grid, theme: Theme, size: int) -> Iterator[Placed]:
    """Every output cell with its number, in the order of the steps."""
    first = added_from(recipe.layer, recipe["input_size"])
    for row in grid.rows:
        for column in grid.columns:
            skin = output_skin(theme, row >= first[0] or column >= first[1], is_written=True)
            text = number(outputs[row][column])
            yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, text, size))


def _widest_title(recipe: Recipe, steps: int, numbers: Sequence[str]) -> tuple[str, str]:
    rows, columns = recipe.output_size
    by_tap = recipe["storyboard"] == "tap"
    values = _widest_values(recipe) if by_tap else numbers
    so_far = " so far" if by_tap else ""
    last = caption(steps - 1, steps, 99 if by_tap else None)
    return f"{last}:", f"output[{rows}, {columns}]{so_far} = {widest(values)}"


def _widest_terms(recipe: Recipe) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    value = widest(factor(number) for number in (*recipe.input.ravel().tolist(), 0.0))
    weights = recipe.weight.ravel().tolist()
    # In the order in which they are written: another one might break into fewer lines.
    words = [f"+ {value}·{factor(weight)}" for weight in (weights[::-1] if is_turned(recipe) else weights)]
    if recipe["bias"]:
        words.append(_bias(recipe["bias"]))
    return [*words, f"= {widest(_widest_values(recipe))}"]


def _widest_values(recipe: Recipe) -> list[str]:
    return widest_sums(recipe.input, recipe.weight, recipe["bias"])


def _bias(bias: float) -> str:
    return f"+ {factor(bias)} (bias)"


def _cell(step: Step) -> tuple[int, int]:
    assert step.output is not None  # a gather step writes one
    return step.output[1], step.output[2]


def _position(tap: Tap) -> tuple[int, int]:
    return tap.position
