"""What all views share: the drawing of planes, labels, lines of text and the legend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..recipes import Presentation, Recipe
from .cells import DASHED, DOTTED, SOLID, Sign, baseline, cell_look, text_look
from .layout import Grid, Layout, Line, wrap
from .planes import Kind
from .primitives import Look, Placed
from .theme import Theme
from .typography import fitting_size, text_width
from .words import Formula


@dataclass(frozen=True, slots=True)
class Skin:
    """How one kind of cell looks: its fill, its ink, the dashes of its edge and its sign."""

    fill: str
    ink: str
    dash: int = SOLID
    sign: Sign = ""


def skins(theme: Theme) -> Mapping[Kind, Skin]:
    """The skin of each kind of input cell."""
    return MappingProxyType(
        {
            "input": Skin(theme.input, theme.ink),
            "padding": Skin(theme.padding, theme.muted, DASHED),
            "inserted": Skin(theme.inserted, theme.muted, DOTTED),
            "cropped": Skin(theme.cropped, theme.muted, SOLID, "cropped"),
            "extra": Skin(theme.extra, theme.muted, DASHED, "extra"),
        }
    )


_LEGEND: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "padding": "padding",
        "inserted": "zero put between the cells (stride)",
        "cropped": "cropped by padding",
        "extra": "added by output_padding",
    }
)


def skin_look(grid: Grid, skin: Skin, edge: str, text: str, size: float) -> Look:
    """A cell of ``grid`` in this skin."""
    dash = max(2, grid.cell // 10) if skin.dash == DASHED else skin.dash
    return cell_look(grid.cell, text, size, skin.fill, skin.ink, edge, dash, 1, skin.sign)


def number_size(grid: Grid, texts: Iterable[str]) -> float:
    """One font size at which every number of a plane fits its cell."""
    wanted = round(0.8 * grid.cell) / 2
    return min((fitting_size(text, wanted, 0.8 * grid.cell) for text in texts), default=wanted)


def write(line: Line, text: str, color: str, bold: bool = False) -> Placed:
    """One line of text, made smaller where it does not fit."""
    room = line.width / (1.13 if bold else 1)
    size = fitting_size(text, line.size, room)
    return Placed(line.x - 1, line.y - baseline(size), text_look(text, size, color, bold))


def write_words(lines: Sequence[Line], words: Sequence[tuple[str, str]], bold_last: bool = True) -> Iterator[Placed]:
    """Words with their colours, broken over ``lines``; what does not fit any more is left out."""
    if not lines:
        return
    colors = iter(words)
    last = len(words) - 1
    position = 0
    for row, line in zip(wrap([text for text, _ in words], lines[0]), lines, strict=False):
        for x, _ in row:
            text, color = next(colors)
            look = text_look(text, line.size, color, bold_last and position == last)
            yield Placed(x - 1, line.y - baseline(line.size), look)
            position += 1


def furniture(
    recipe: Recipe,
    show: Presentation,
    theme: Theme,
    layout: Layout,
    labels: Sequence[str],
    formulas: Sequence[Formula],
    kinds: Iterable[Kind],
) -> Iterator[Placed]:
    """What stands still in every frame: labels, signs between the planes, formulas and the legend."""
    for line, label in zip(layout.labels, labels, strict=True):
        yield Placed(line.x - 1, line.y - baseline(line.size), text_look(label, line.size, theme.ink))
    for (x, y), sign in zip(layout.operators, "∗=", strict=False):
        size = 22 * layout.unit
        look = text_look(sign, size, theme.muted)
        yield Placed(x - look.width // 2, y - look.height // 2, look)
    for line, formula in zip(layout.formulas, formulas, strict=True):
        yield write(line, formula.text, theme.muted)
    if layout.legend is not None:
        yield from _legend(layout.legend, recipe, theme, kinds)


def legend_kinds(kinds: Iterable[Kind]) -> list[Kind]:
    """The kinds that the legend explains, in its order."""
    present = set(kinds)
    return [kind for kind in _LEGEND if kind in present]


def _legend(line: Line, recipe: Recipe, theme: Theme, kinds: Iterable[Kind]) -> Iterator[Placed]:
    side = round(1.2 * line.size)
    swatch = Grid(0, 0, side, range(1), range(1))
    x = line.x
    for kind in legend_kinds(kinds):
        text = _LEGEND[kind]
        if kind == "padding":
            text = f"padding ({recipe.get('padding_mode', 'zeros')})"
        yield Placed(x, line.y - side + round(0.2 * line.size), skin_look(swatch, skins(theme)[kind], theme.edge, "", 0))
        x += side + round(0.5 * line.size)
        yield Placed(x, line.y - baseline(line.size), text_look(text, line.size, theme.muted))
        x += text_width(text, line.size) + round(1.4 * line.size)
