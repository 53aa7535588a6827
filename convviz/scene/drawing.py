"""What all views draw alike: planes, the cell of the step, lines of text and the legend."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import ceil
from types import MappingProxyType
from typing import Final

from convviz.recipes import Recipe

from .cell_kinds import Kind
from .layout import Grid, Layout
from .number_format import Formula, is_turned, number
from .primitives import Placed
from .sprites import Skin, baseline, cell_look, frame_look, text_look
from .text_layout import Line, legend_lead, legend_widths, word_widths, wrap
from .theme import Theme
from .typography import fitting_size, text_width, widest

Words = Sequence[tuple[str, str]]
"""Words with their colours."""

Paint = Callable[[Grid, int], Iterator[Placed]]
"""Draws the cells of a plane that stand still, given its place and the font size of its numbers."""

_READABLE: Final = 10
_READABLE_NOTE: Final = 8
"""Font sizes that the layout strives for in cells."""

_FILLED: Final = 0.86
"""Part of a cell's width that its number may take."""

_NEEDS: Final = (22, 60)
"""Least and most pixels that a cell may need."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane before it has a place: where its cells are, every number and note that it ever shows, and its painter."""

    rows: range
    columns: range
    numbers: Sequence[str]
    paint: Paint
    notes: Sequence[str] = ()

    @property
    def need(self) -> int:
        """Pixels that a cell needs, so that its number and its note can be read."""
        numbers = text_width(widest(self.numbers), _READABLE) / _FILLED
        notes = text_width(widest(self.notes), _READABLE_NOTE) + 3
        return min(max(ceil(numbers), notes, _NEEDS[0]), _NEEDS[1])


def number_size(cell: int, texts: Iterable[str]) -> int:
    """One font size at which every number of a plane fits its cell."""
    return fitting_size(widest(texts), round(0.38 * cell), int(_FILLED * cell))


def note_size(cell: int, texts: Iterable[str]) -> int:
    """One font size at which every note of a window fits its cell."""
    return fitting_size(widest(texts), max(round(0.27 * cell), _READABLE_NOTE), cell - 2 * thin(cell))


def thin(cell: int) -> int:
    """Width of the edge of a cell under a tap."""
    return max(1, cell // 20)


def thick(cell: int) -> int:
    """Width of the edge of a window, and of the cell that a step is about."""
    return max(2, cell // 13)


def skins(theme: Theme) -> Mapping[Kind, Skin]:
    """The skin of each kind of input cell."""
    return MappingProxyType(
        {
            "input": Skin(theme.input, theme.ink, theme.edge),
            "padding": Skin(theme.padding, theme.muted, theme.edge, "dashed"),
            "inserted": Skin(theme.inserted, theme.muted, theme.edge, "dotted"),
            "cropped": Skin(theme.cropped, theme.muted, theme.edge, "solid", "cropped"),
            "extra": Skin(theme.extra, theme.muted, theme.edge, "dashed", "extra"),
            "beyond": Skin(theme.extra, theme.muted, theme.edge, "dashed", "extra"),
            "unread": Skin(theme.inserted, theme.muted, theme.edge, "dotted"),
        }
    )


def tapped_skin(theme: Theme, is_real: bool, is_now: bool = False) -> Skin:
    """The skin of a cell under a tap: pale and dashed where it is no cell of the input, strong for the tap of now."""
    if is_now:
        return Skin(theme.current, theme.ink, theme.window_edge)
    if is_real:
        return Skin(theme.window, theme.ink, theme.window_edge)
    return Skin(theme.window_pale, theme.muted, theme.window_edge, "dashed")


def output_skin(theme: Theme, is_extra: bool, is_written: bool) -> Skin:
    """The skin of an output cell, whether output_padding added it or not, before or after it is written."""
    fill = theme.output if is_written else theme.extra if is_extra else theme.empty
    return Skin(fill, theme.ink, theme.edge, sign="extra" if is_extra else "")


def step_cell(grid: Grid, theme: Theme, at: tuple[int, int], text: str, size: int) -> Placed:
    """The cell that a step is about."""
    look = cell_look(grid.cell, Skin(theme.current, theme.ink, theme.window_edge), text, size, thick(grid.cell))
    return Placed(*grid.at(*at), look)


def outline(grid: Grid, theme: Theme, first: tuple[int, int], last: tuple[int, int]) -> Placed:
    """The frame around a window, from its first cell to its last."""
    (x, y), (right, bottom) = grid.at(*first), grid.at(*last)
    edge = thick(grid.cell)
    look = frame_look(right - x + grid.cell + 1 + edge, bottom - y + grid.cell + 1 + edge, theme.window_edge, edge)
    return Placed(x - edge // 2, y - edge // 2, look)


def kernel_plane(recipe: Recipe, theme: Theme) -> Plane:
    """The kernel as it meets the input: turned by 180 degrees where a transposed convolution gathers."""
    rows, columns = recipe["kernel_size"]
    texts = kernel_texts(recipe)
    skin = Skin(theme.kernel, theme.ink, theme.edge)

    def paint(grid: Grid, size: int) -> Iterator[Placed]:
        for (row, column), text in zip(product(grid.rows, grid.columns), texts, strict=True):
            yield Placed(*grid.at(row, column), cell_look(grid.cell, skin, text, size))

    return Plane(range(rows), range(columns), texts, paint)


def kernel_texts(recipe: Recipe) -> list[str]:
    """The weights as the kernel's plane shows them, row by row."""
    weights = recipe.weight.ravel().tolist()
    return [number(weight) for weight in (weights[::-1] if is_turned(recipe) else weights)]


def kernel_tap(recipe: Recipe, grid: Grid, theme: Theme, size: int, kernel: tuple[int, int]) -> Placed:
    """The kernel cell of a frame's tap, made to stand out."""
    rows, columns = recipe["kernel_size"]
    at = (rows - 1 - kernel[0], columns - 1 - kernel[1]) if is_turned(recipe) else kernel
    return step_cell(grid, theme, at, number(float(recipe.weight[0, 0][kernel])), size)


def write_words(lines: Sequence[Line], words: Words, bold_last: bool = False) -> Iterator[Placed]:
    """Words with their colours, broken over ``lines``; the layout has seen to it that there are enough of them."""
    if not lines:
        return
    rows = wrap(word_widths([text for text, _ in words], lines[0].size, bold_last=bold_last), lines[0])
    assert len(rows) <= len(lines), words
    rest = iter(words)
    for row, line in zip(rows, lines, strict=False):
        for x in row:
            text, color = next(rest)
            is_bold = bold_last and (text, color) == words[-1]
            yield Placed(x - 1, line.y - baseline(line.size), text_look(text, line.size, color, is_bold))


def write_phrases(lines: Sequence[Line], phrases: Sequence[str], color: str, bold: bool = False) -> Iterator[Placed]:
    """Phrases broken over ``lines``, those of one line as one text."""
    rows = wrap(word_widths(phrases, lines[0].size, bold), lines[0])
    assert len(rows) <= len(lines), phrases
    rest = list(phrases)
    for row, line in zip(rows, lines, strict=False):
        text = " ".join(rest[: len(row)])
        del rest[: len(row)]
        yield Placed(line.x - 1, line.y - baseline(line.size), text_look(text, line.size, color, bold))


def write_label(line: Line, text: str, color: str) -> Placed:
    """A line that the layout made to fit."""
    return Placed(line.x - 1, line.y - baseline(line.size), text_look(text, line.size, color))


def furniture(layout: Layout, theme: Theme, labels: Sequence[str], formulas: Sequence[Formula]) -> Iterator[Placed]:
    """Labels above the planes, signs between them, and formulas below."""
    for line, label in zip(layout.labels, labels, strict=True):
        if label:
            yield write_label(line, label, theme.ink)
    for sign, (x, y) in layout.signs:
        look = text_look(sign, round(22 * layout.unit), theme.muted)
        yield Placed(x - look.width // 2, y - look.height // 2, look)
    for lines, formula in zip(layout.formulas, formulas, strict=True):
        yield from write_phrases(lines, formula.pieces, theme.muted)


_LEGEND: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "padding": "zeros around the input",
        "inserted": "zero put between the cells (stride)",
        "cropped": "cropped by padding",
        "extra": "added by output_padding",
        "beyond": "beyond {} (ceil_mode): {}",
        "unread": "not read by any window",
    }
)


def legend_words(recipe: Recipe, kinds: Iterable[Kind]) -> Mapping[Kind, str]:
    """What the legend says of the kinds of cells that need one, in its order."""
    present = set(kinds)
    words = {kind: text for kind, text in _LEGEND.items() if kind in present}
    if "padding" in words:
        words["padding"] = _padding_words(recipe)
    if "beyond" in words:
        edge = "the padding" if "padding" in words else "the input"
        words["beyond"] = words["beyond"].format(edge, "−∞" if recipe["mode"] == "max" else "not counted")
    return words


def _padding_words(recipe: Recipe) -> str:
    if recipe.variant == "pooling":
        counted = "zeros, counted" if recipe["count_include_pad"] else "not counted"
        return f"padding: {'−∞' if recipe['mode'] == 'max' else counted}"
    # Of a transposed convolution the parameter padding crops: its ring of zeros must not go by that name.
    return _LEGEND["padding"] if is_turned(recipe) else f"padding ({recipe.get('padding_mode', 'zeros')})"


def legend(lines: Sequence[Line], theme: Theme, words: Mapping[Kind, str]) -> Iterator[Placed]:
    """A swatch and a few words for each kind of cell."""
    if not lines:
        return
    entries = iter(words.items())
    rows = wrap(legend_widths([*words.values()], lines[0].size), lines[0])
    for row, line in zip(rows, lines, strict=True):
        side = round(1.2 * line.size)
        for x in row:
            kind, text = next(entries)
            skin = skins(theme)[kind]
            yield Placed(x, line.y - side + round(0.2 * line.size), cell_look(side, skin, "", 0))
            yield write_label(replace(line, x=x + legend_lead(line.size)), text, theme.muted)
