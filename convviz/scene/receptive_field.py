"""The pyramid of a receptive field: a plane per layer, and in each the cells that one unit sees, holes included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from convviz import limits
from convviz.arithmetic.layer_kinds import spell_layer
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.budget import sizes_of
from convviz.recipes.variants.receptive_field import shown_unit

from .box_layout import Box, Part
from .drawing import Plane, Words, outline, skins, step_cell, thin, write_phrases, write_words
from .figure import Pane, Tableau, build_tableau, cell_names
from .number_format import size, span
from .panes import numbers_painter
from .primitives import Frame, Links, Placed, Relation, Scene, Sheet, Tap
from .pyramid_reach import Cells, Growth, Lines, Pair, Reach, growths_of
from .sprites import Skin, cell_look, frame_look
from .storyboard import LAST_BEATS
from .theme import Theme, heat, theme_named
from .typography import widest


@dataclass(frozen=True)
class _View:
    """All that a frame needs, computed once."""

    tableau: Tableau
    reach: Reach
    growths: Sequence[Growth]

    def draw(self, index: int) -> Frame:
        one, tableau = self.growths[index], self.tableau
        theme = tableau.theme
        phrases = (f"{one.caption},", one.share) if one.cells else (f"{one.caption}",)
        title = tuple(write_phrases(tableau.layout.title, phrases, theme.ink, bold=True))
        words: Words = [(text, theme.ink) for text in one.words]
        terms = tuple(write_words(tableau.layout.terms, words, bold_last=True))
        items = (*self._heat(one), *self._between(one), *self._boxes(index), *self._unit(one), *title, *terms)
        is_last = index == len(self.growths) - 1
        return Frame(items, one.caption, self._description(one), LAST_BEATS if is_last else 1.0, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """What the units of a frame's layer read."""
        return Relation(tuple(self._taps[index]))

    def sheets(self) -> tuple[Sheet, ...]:
        """The planes. A frame is about one unit of a layer, so relations alone answer to what is pointed at."""
        return tuple(replace(one, is_stepped=False) for one in self.tableau.sheets())

    def _heat(self, one: Growth) -> Iterator[Placed]:
        """The cells of the input that the unit reads, the more often the darker."""
        tableau, grid, theme = self.tableau, self.tableau.grid(0), self.tableau.theme
        for (row, column), count in np.ndenumerate(one.counts):
            if count:
                skin = Skin(heat(theme, int(count), one.most), theme.ink, theme.window_edge)
                look = cell_look(grid.cell, skin, one.shown(int(count)), tableau.sizes[0], thin(grid.cell))
                yield Placed(*grid.at(row, column), look)

    def _between(self, one: Growth) -> Iterator[Placed]:
        """The cells of the planes between the input and the unit."""
        theme = self.tableau.theme
        skin = Skin(theme.window, theme.ink, theme.window_edge)
        for layer, (rows, columns) in enumerate(one.below[1:], 1):
            grid = self.tableau.grid(layer)
            look = cell_look(grid.cell, skin, "", 0, thin(grid.cell))
            yield from (Placed(*grid.at(row, column), look) for row, column in product(rows, columns))

    def _boxes(self, index: int) -> Iterator[Placed]:
        """The extents on the input: thin ones of the layers before, and that of the unit."""
        grid, theme = self.tableau.grid(0), self.tableau.theme
        for earlier in self.growths[:index]:
            if earlier.box is not None:
                (x, y), (right, bottom) = grid.at(*earlier.box[0]), grid.at(*earlier.box[1])
                edge = thin(grid.cell) + 1
                side = grid.cell + 1
                yield Placed(x, y, frame_look(right - x + side, bottom - y + side, theme.ink, edge))
        one = self.growths[index]
        if one.box is not None:
            yield outline(grid, theme, *one.box)

    def _unit(self, one: Growth) -> Iterator[Placed]:
        yield step_cell(self.tableau.grid(one.layer), self.tableau.theme, one.at, "", 0)

    def _description(self, one: Growth) -> str:
        (row, column), words = one.at, " ".join(one.words)
        where = f"the unit at row {row}, column {column} of layer {one.layer}"
        if one.box is None:
            return f"{one.caption}: {where} reads no cell of the input. {words}"
        (top, left), (bottom, right) = one.box
        seen = f"{span(top, bottom, 'row')}, {span(left, right, 'column')} of the input"
        return f"{one.caption}, {one.share}: {where} sees {seen}. {words}"

    @cached_property
    def _taps(self) -> list[list[Tap]]:
        """For every frame (cell below, -1, unit): of all units, or as many planes down as a browser can hold."""
        last = len(self.growths) - 1
        numbers = range(1, len(self.reach.layers) + 1)
        lines = {layer: (self.reach.all_lines(0, layer), self.reach.all_lines(1, layer)) for layer in numbers}
        planes = {layer: list(range(layer)) for layer in numbers}
        if _tap_count(lines, planes) > limits.FIELD_TAPS:
            planes = {layer: [layer - 1] for layer in numbers}
        taps: list[list[Tap]] = [[] for _ in self.growths]
        if _tap_count(lines, planes) > limits.FIELD_TAPS:
            for frame, one in enumerate(self.growths):
                taps[frame] += self._of_unit(one.layer, one.at, [*zip(*self._lines_of(one), strict=True)])
        else:
            for layer in numbers:
                rows, columns = lines[layer]
                for row, column in np.ndindex(*self.reach.sizes[layer]):
                    below = [(rows[row][plane], columns[column][plane]) for plane in planes[layer]]
                    taps[min(layer - 1, last)] += self._of_unit(layer, (row, column), below, planes[layer])
        return taps

    def _lines_of(self, one: Growth) -> tuple[list[Lines], list[Lines]]:
        return self.reach.lines(0, one.layer, one.at[0]), self.reach.lines(1, one.layer, one.at[1])

    def _of_unit(
        self, layer: int, at: Pair, below: Sequence[Cells], planes: Sequence[int] | None = None
    ) -> Iterator[Tap]:
        unit = self.tableau.number_of(layer, *at)
        for plane, (rows, columns) in zip(planes or range(len(below)), below, strict=True):
            yield from ((self.tableau.number_of(plane, *cell), -1, unit) for cell in product(rows, columns))


def pyramid_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a stack: frame k shows what a unit of layer k + 1 sees, down to the input."""
    theme, input_size = theme_named(show.theme), recipe["input_size"]
    reach = Reach(recipe.layers, sizes_of(recipe.layers, input_size))
    growths = growths_of(reach, *shown_unit(recipe.values))
    captions = [one.caption for one in growths]
    tableau = build_tableau(
        recipe, show, _panes(reach, growths, theme), _arrangements(reach),
        title=(f"{widest(captions)},", widest(one.share for one in growths)),
        terms=tuple(map(widest, zip(*(one.words for one in growths), strict=True))), kinds=(), formulas=(),
        frames=len(growths),
    )  # fmt: skip
    view = _View(tableau, reach, growths)
    return tableau.scene(len(growths), view.draw, lambda: Links(view.sheets(), "output", (), view.relate))


def _tap_count(
    lines: Mapping[int, tuple[list[list[Lines]], list[list[Lines]]]],
    planes: Mapping[int, Sequence[int]],
) -> int:
    """Pairs of a unit and a cell that it reads."""
    return sum(
        sum(len(one[plane]) for one in rows) * sum(len(one[plane]) for one in columns)
        for layer, (rows, columns) in lines.items()
        for plane in planes[layer]
    )


def _panes(reach: Reach, growths: Sequence[Growth], theme: Theme) -> list[Pane]:
    """The input, whose cells tell through how many paths they are read, and the units of every layer."""
    panes = []
    for layer, sides in enumerate(reach.sizes):
        rows, columns = map(range, sides)
        blank = [""] * (sides[0] * sides[1])
        skin = skins(theme)["input"] if layer == 0 else Skin(theme.empty, theme.ink, theme.edge)
        if layer == 0:
            one = growths[-1]
            texts = [one.shown(count) for count in one.counts.ravel().tolist()]
            numbers = [each.shown(each.most) for each in growths]
            names = cell_names(rows, columns)
        else:
            down, across = reach.all_lines(0, layer), reach.all_lines(1, layer)
            texts = [str(len(down[row][0]) * len(across[column][0])) for row, column in product(rows, columns)]
            numbers, names = [], cell_names(rows, columns, layer)
        plane = Plane(rows, columns, numbers, numbers_painter(blank, skin))
        name = "layer" if layer else "input"
        panes.append(Pane(plane, name, f"F{layer}", texts, names, f"layer {layer}" if layer else "input"))
    return panes


def _arrangements(reach: Reach) -> list[Part]:
    """The planes after one another, to the right, in rows or downwards."""
    words = [f"F0: input {size(reach.sizes[0])}"]
    words += [
        f"F{number}: {spell_layer(layer)}: {size(sides)}"
        for number, (layer, sides) in enumerate(zip(reach.layers, reach.sizes[1:], strict=True), 1)
    ]
    planes = [Box("right", [k], text, "→" if k else "") for k, text in enumerate(words)]
    rows = [
        Box("down", [Box("right", planes[k : k + count]) for k in range(0, len(planes), count)], is_flush=True)
        for count in range(len(planes) - 1, 1, -1)
    ]
    return [Box("right", planes), *rows, Box("down", planes, is_flush=True)]
