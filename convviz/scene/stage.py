"""The stage of a view: the planes in their places and all that stands still. What moves on it is the view's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from convviz import limits
from convviz.recipes import Presentation, Recipe

from .cell_kinds import Kind
from .descriptions import describe
from .drawing import Plane, furniture, legend, legend_words, note_size, number_size
from .layout import Grid, Layout, Panel, plan
from .number_format import is_turned, plane_labels, size_formulas
from .primitives import Frame, Links, Name, Placed, Scene, Sheet
from .storyboard import Shot, storyboard
from .text_layout import Prose
from .theme import Theme, theme_named

_SHEETS: Final = ("input", "kernel", "output")


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the frames of a view share.

    Attributes
    ----------
    grids, sizes, note_sizes : of input, kernel and output: the place, and the font sizes of numbers and notes.
    shots : what each frame shows.
    """

    recipe: Recipe
    theme: Theme
    layout: Layout
    sizes: tuple[int, ...]
    note_sizes: tuple[int, ...]
    shots: Sequence[Shot]
    backdrop: tuple[Placed, ...]

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The places of input, kernel and output."""
        return self.layout.grids

    def scene(self, draw: Callable[[int], Frame], link: Callable[[], Links]) -> Scene:
        """The scene with these frames and links."""
        layout, words = self.layout, describe(self.recipe)
        return Scene(layout.width, layout.height, self.theme.page, self.backdrop, words, len(self.shots), draw, link)

    def sheet(self, place: int, texts: Sequence[str], names: Sequence[Name]) -> Sheet:
        """The sheet of input (place 0), kernel (1) or output (2), with the text and the name of each cell."""
        grid = self.grids[place]
        sides = len(grid.rows), len(grid.columns)
        return Sheet(_SHEETS[place], grid.x, grid.y, grid.cell, *sides, tuple(texts), tuple(names), place < 2)

    def kernel_sheet(self, texts: Sequence[str]) -> Sheet:
        """The sheet of the kernel: its cells are named as the reader has written them, not as they are turned."""
        rows, columns = self.recipe["kernel_size"]
        names = [(i, j) for i in range(rows) for j in range(columns)]
        is_turned_once = is_turned(self.recipe) != bool(self.recipe.get("flip"))
        return self.sheet(1, texts, names[::-1] if is_turned_once else names)

    def number_of(self, place: int, row: int, column: int) -> int:
        """The number of a cell, counted through the sheets of input, kernel and output, row by row within each."""
        grid = self.grids[place]
        before = sum(len(other.rows) * len(other.columns) for other in self.grids[:place])
        return before + (row - grid.rows.start) * len(grid.columns) + column - grid.columns.start

    def kernel_number(self, kernel: tuple[int, int]) -> int:
        """The number of a stored weight's cell."""
        rows, columns = self.recipe["kernel_size"]
        at = (rows - 1 - kernel[0], columns - 1 - kernel[1]) if is_turned(self.recipe) else kernel
        return self.number_of(1, *at)


def build_stage(
    recipe: Recipe,
    show: Presentation,
    planes: Sequence[Plane],
    *,
    title: Sequence[str],
    terms: Sequence[str],
    kinds: Sequence[Kind],
    steps: int,
) -> Stage:
    """Find the places for input, kernel and output and paint what stands still.

    Parameters
    ----------
    planes : sequence of Plane
        Input, kernel and output.
    title, terms : sequence of str
        Words at least as wide as those of any frame.
    kinds : sequence of str
        The kinds of cells that are drawn; the legend explains those that need it.
    steps : int
        The number of steps, each with one tap per kernel cell.
    """
    theme = theme_named(show.theme)
    labels = plane_labels(recipe)
    explained = legend_words(recipe, kinds) if show.terms or show.formula else {}
    formulas = size_formulas(recipe.layer, recipe["input_size"]) if show.formula else ()
    prose = Prose(title, terms if show.terms else (), [one.pieces for one in formulas], [*explained.values()])
    panels = [Panel(label, one.rows, one.columns, one.need) for label, one in zip(labels, planes, strict=True)]
    shots = storyboard(recipe["storyboard"], [recipe["kernel_size"][0] * recipe["kernel_size"][1]] * steps)
    layout = plan(panels, prose, show.width, len(shots), limits.ANIMATION_MEGAPIXELS)
    pairs = list(zip(layout.grids, planes, strict=True))
    sizes = tuple(number_size(grid.cell, plane.numbers) for grid, plane in pairs)
    backdrop = (
        *furniture(layout, theme, labels, formulas),
        *legend(layout.legend, theme, explained),
        *(item for (grid, plane), size in zip(pairs, sizes, strict=True) for item in plane.paint(grid, size)),
    )
    note_sizes = tuple(note_size(grid.cell, plane.notes) for grid, plane in pairs)
    return Stage(recipe, theme, layout, sizes, note_sizes, shots, backdrop)
