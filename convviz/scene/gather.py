"""One step per output cell: what the window reads, and the sum that it makes. Shows every variant, transposed ones too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .. import limits
from ..arithmetic import ConvTranspose2d, Trace, trace
from ..arithmetic.planes import read_spans
from ..arithmetic.steps import Step
from ..arithmetic.taps import Tap
from ..recipes import Presentation, Recipe, variant_named
from .board import Skin, furniture, legend_kinds, number_size, skin_look, skins, write, write_words
from .cells import cell_look, frame_look, tapped_look
from .layout import Below, Grid, Layout, Panel, plan
from .planes import PlaneCell, input_cells, is_added
from .primitives import Frame, Placed, Scene
from .storyboard import Shot, storyboard
from .theme import Theme, theme_named
from .words import factor, is_rounded, number, size, size_formulas, span, term


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once."""

    theme: Theme
    layout: Layout
    steps: Trace
    shots: Sequence[Shot]
    done: tuple[Placed, ...]
    sizes: tuple[float, float, float]
    is_transposed: bool

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        step = self.steps[shot.step]
        taps = sorted(step.taps, key=_position) if self.is_transposed else step.taps
        value = step.value if shot.is_complete else sum(tap.product for tap in taps[: shot.taps])
        items = (
            *self.done[: shot.step],
            *self._window(taps, shot),
            self._current(step, value),
            self._title(step, shot, value),
            *self._terms(step, taps, shot, value),
        )
        return Frame(items, self._caption(shot), self._description(step, taps, shot), shot.beats)

    def _window(self, taps: Sequence[Tap], shot: Shot) -> Iterator[Placed]:
        grid, theme = self.layout.grids[0], self.theme
        stroke = max(1, grid.cell // 20)
        for index, tap in enumerate(taps):
            now = not shot.is_complete and index == shot.taps - 1
            look = tapped_look(
                grid.cell, number(tap.input_value), self.sizes[0], f"×{number(tap.weight)}",
                theme.current if now else theme.window, theme.ink, theme.window_ink, theme.window_edge, stroke,
            )  # fmt: skip
            yield Placed(*grid.at(*tap.position), look)
        first, last = taps[0].position, taps[-1].position
        (x, y), (right, bottom) = grid.at(*first), grid.at(*last)
        thick = max(2, grid.cell // 13)
        outline = frame_look(right - x + grid.cell + 1 + thick, bottom - y + grid.cell + 1 + thick, theme.window_edge, thick)
        yield Placed(x - thick // 2, y - thick // 2, outline)

    def _current(self, step: Step, value: float) -> Placed:
        grid, theme = self.layout.grids[2], self.theme
        stroke = max(2, grid.cell // 13)
        look = cell_look(grid.cell, number(value), self.sizes[2], theme.current, theme.ink, theme.window_edge, 0, stroke)
        return Placed(*grid.at(*_cell(step)), look)

    def _title(self, step: Step, shot: Shot, value: float) -> Placed:
        row, column = _cell(step)
        sign = "=" if shot.is_complete and not is_rounded(value) else "≈" if shot.is_complete else "so far"
        text = f"{self._caption(shot)}: output[{row}, {column}] {sign} {number(value)}"
        return write(self.layout.title, text, self.theme.ink, bold=True)

    def _terms(self, step: Step, taps: Sequence[Tap], shot: Shot, value: float) -> Iterator[Placed]:
        theme = self.theme
        words = []
        for index, tap in enumerate(taps[: shot.taps]):
            color = theme.muted if tap.is_padding or tap.is_inserted else theme.ink
            words.append((("+ " if index else "") + term(tap.input_value, tap.weight), color))
        if step.bias and shot.is_complete:
            words.append((f"+ {factor(step.bias)} (bias)", theme.ink))
        rounded = any(is_rounded(n) for tap in taps for n in (tap.input_value, tap.weight)) or is_rounded(value)
        words.append((f"{'≈' if rounded else '='} {number(value)}", theme.ink))
        yield from write_words(self.layout.terms, words)

    def _caption(self, shot: Shot) -> str:
        product = "" if shot.is_complete else f", product {shot.taps}"
        return f"Step {shot.step + 1} of {len(self.steps)}{product}"

    def _description(self, step: Step, taps: Sequence[Tap], shot: Shot) -> str:
        row, column = _cell(step)
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        plane = "zero-stretched input" if self.is_transposed else "input"
        return (
            f"{self._caption(shot)}: output row {row}, column {column} is {number(step.value)}, the sum of {len(taps)} "
            f"{'product' if len(taps) == 1 else 'products'} over {plane} {span(top, bottom, 'row')}, "
            f"{span(left, right, 'column')}."
        )


def gather_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a recipe with one step per output cell."""
    layer, theme = recipe.layer, theme_named(show.theme)
    steps = trace(layer, recipe.input, recipe.weight, recipe.bias)
    plane = list(input_cells(layer, steps.input[0]))
    formulas = size_formulas(layer, recipe["input_size"]) if show.formula else ()
    kinds = [cell.kind for cell in plane]
    below = Below(
        _widest_terms(recipe, steps) if show.terms else (),
        [formula.text for formula in formulas],
        (show.terms or show.formula) and bool(legend_kinds(kinds)),
    )
    labels = _labels(recipe)
    panels = [
        Panel(label, *spans)
        for label, spans in zip(
            labels,
            (read_spans(layer, recipe["input_size"]), _ranges(recipe["kernel_size"]), _ranges(recipe.output_size)),
            strict=True,
        )
    ]
    layout = plan(panels, below, show.width, recipe.frames, limits.ANIMATION_MEGAPIXELS)
    numbers = ([cell.value for cell in plane], recipe.weight.ravel(), steps.output.ravel())
    sizes = tuple(
        number_size(grid, map(number, map(float, values))) for grid, values in zip(layout.grids, numbers, strict=True)
    )
    backdrop = (
        *furniture(recipe, show, theme, layout, labels, formulas, kinds),
        *_input_plane(plane, layout.grids[0], theme, sizes[0]),
        *kernel_plane(recipe, layout.grids[1], theme, sizes[1]),
        *_output_plane(recipe, layout.grids[2], theme),
    )
    view = _View(
        theme, layout, steps, storyboard(recipe["storyboard"], [_taps(recipe)] * len(steps)),
        tuple(_written(recipe, steps, layout.grids[2], theme, sizes[2])), sizes, isinstance(layer, ConvTranspose2d),
    )  # fmt: skip
    return Scene(layout.width, layout.height, theme.page, backdrop, describe(recipe), len(view.shots), view.draw)


def describe(recipe: Recipe) -> str:
    """A recipe in one sentence, for those who do not see the picture."""
    rows, columns = recipe["input_size"]
    kernel, output = recipe["kernel_size"], recipe.output_size
    return (
        f"{variant_named(recipe.variant).title}: a {kernel[0]} by {kernel[1]} kernel on a {rows} by {columns} input gives "
        f"a {output[0]} by {output[1]} output."
    )


def kernel_plane(recipe: Recipe, grid: Grid, theme: Theme, text_size: float) -> Iterator[Placed]:
    """The kernel as it meets the input: turned by 180 degrees where a transposed convolution gathers."""
    weights = recipe.weight[0, 0]
    if is_turned(recipe):
        weights = weights[::-1, ::-1]
    skin = Skin(theme.kernel, theme.ink)
    for row in grid.rows:
        for column in grid.columns:
            look = skin_look(grid, skin, theme.edge, number(float(weights[row, column])), text_size)
            yield Placed(*grid.at(row, column), look)


def is_turned(recipe: Recipe) -> bool:
    """Whether the kernel is drawn turned by 180 degrees from how it is stored."""
    return isinstance(recipe.layer, ConvTranspose2d) and recipe["view"] == "gather"


def kernel_label(recipe: Recipe) -> str:
    """The line above the kernel."""
    turned = ", flipped" if recipe.get("flip") or is_turned(recipe) else ""
    return f"kernel {size(recipe['kernel_size'])}{turned}"


def _labels(recipe: Recipe) -> tuple[str, str, str]:
    stretched = isinstance(recipe.layer, ConvTranspose2d) and max(recipe["stride"]) > 1
    return (
        f"input {size(recipe['input_size'])}{', stretched' if stretched else ''}",
        kernel_label(recipe),
        f"output {size(recipe.output_size)}",
    )


def _input_plane(plane: Sequence[PlaneCell], grid: Grid, theme: Theme, text_size: float) -> Iterator[Placed]:
    by_kind = skins(theme)
    # Input cells come last, so that their solid edges lie over the dashed ones of their neighbours.
    for cell in sorted(plane, key=lambda cell: cell.kind == "input"):
        text = "" if cell.kind == "cropped" else number(cell.value)
        look = skin_look(grid, by_kind[cell.kind], theme.edge, text, text_size)
        yield Placed(*grid.at(cell.row, cell.column), look)


def output_skin(recipe: Recipe, theme: Theme, row: int, column: int, written: bool) -> Skin:
    """The skin of an output cell, before or after it is written."""
    added = is_added(recipe.layer, recipe.output_size, row, column)
    fill = theme.output if written else theme.extra if added else theme.empty
    return Skin(fill, theme.ink, sign="extra" if added else "")


def _output_plane(recipe: Recipe, grid: Grid, theme: Theme) -> Iterator[Placed]:
    for row in grid.rows:
        for column in grid.columns:
            look = skin_look(grid, output_skin(recipe, theme, row, column, written=False), theme.edge, "", 0)
            yield Placed(*grid.at(row, column), look)


def _written(recipe: Recipe, steps: Trace, grid: Grid, theme: Theme, text_size: float) -> Iterator[Placed]:
    for row in grid.rows:
        for column in grid.columns:
            skin = output_skin(recipe, theme, row, column, written=True)
            text = number(float(steps.output[0, row, column]))
            yield Placed(*grid.at(row, column), skin_look(grid, skin, theme.edge, text, text_size))


def _widest_terms(recipe: Recipe, steps: Trace) -> list[str]:
    """The words of the longest line of terms that any step can have: room for it is kept in every frame."""
    widest = max((factor(float(value)) for value in (*steps.input.ravel(), 0.0)), key=len)
    words = [f"+ {widest}·{factor(float(weight))}" for weight in recipe.weight.ravel()]
    if recipe["bias"]:
        words.append(f"+ {factor(recipe['bias'])} (bias)")
    return [*words, "= " + max((number(float(value)) for value in steps.output.ravel()), key=len)]


def _ranges(pair: tuple[int, int]) -> tuple[range, range]:
    return range(pair[0]), range(pair[1])


def _taps(recipe: Recipe) -> int:
    rows, columns = recipe["kernel_size"]
    return int(rows * columns)


def _cell(step: Step) -> tuple[int, int]:
    assert step.output is not None  # a gather step writes one
    return step.output[1], step.output[2]


def _position(tap: Tap) -> tuple[int, int]:
    return tap.position
