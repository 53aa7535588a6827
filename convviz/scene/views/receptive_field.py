"""The receptive field of a unit: a panel per layer, and in each the cells that one unit sees, holes included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from convviz import limits
from convviz.analysis import Network
from convviz.analysis.receptive.counting import Strip, read
from convviz.analysis.receptive.footprints import footprints
from convviz.arithmetic import Layer
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import spell_layer, stack_words
from convviz.recipes import Presentation, Recipe, variant_named
from convviz.recipes.variants.base import sizes_of
from convviz.recipes.variants.receptive_field import shown_unit

from ..box_layout import Box, Part
from ..drawing import CellStyle, empty_style, frame_look, kind_styles, label_look, tapped_style
from ..figure import LAST_BEATS, Draft, Figure, Shot, Step
from ..number_format import article, sentence, size, span
from ..panels import Panel, cell_names, starts_of
from ..primitives import Placed, Relation
from ..theme import Theme, heat, theme_named
from ..typography import Term

Counts = NDArray[np.int64]
Lines = tuple[int, ...]
Cells = tuple[Lines, Lines]
"""Rows and columns: what a unit reads of a layer is every pair of them."""

_LONGEST: Final = 3
_LARGEST: Final = 20
"""Digits of a number of paths, and the side of an input, up to which cells show it; beyond they show only the color."""

_IN_A_ROW: Final = 0.62
"""All layers are in one row where that leaves cells this large, as a fraction of what they need."""

_SIDE_SIZE: Final = 12
"""Font size of the sides of the nested fields, in a picture 900 wide."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Which cells of the input and of every layer the units of a stack read, borders included, along each axis.

    What a layer reads is the product of what it reads along both axes, and so is what a stack reads.

    Attributes
    ----------
    layers : tuple of Layer
        The stack.
    sizes : sequence of (int, int)
        Rows and columns of the input and of every layer's output.
    """

    layers: tuple[Layer, ...]
    sizes: Sequence[Pair]
    _known: dict[tuple[int, int, int], list[Lines]] = field(default_factory=dict)

    def lines(self, axis: int, layer: int, place: int) -> list[Lines]:
        """Return the rows or columns of every layer below that a unit reads, the input's first.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> reach = Reach((conv2d(3), conv2d(3, dilation=2)), [(7, 7), (5, 5), (1, 1)])
        >>> reach.lines(0, 2, 0)
        [(0, 1, 2, 3, 4, 5, 6), (0, 2, 4)]
        """
        key = axis, layer, place
        if key not in self._known:
            below = self.sizes[layer - 1][axis]
            footprint = footprints(self.layers[layer - 1], self.sizes[layer - 1])[axis]
            strip = read(Strip(place, np.ones(1, dtype=bool)), footprint, below)
            nearest = tuple((np.flatnonzero(strip.counts) + strip.first).tolist())
            deeper = [self.lines(axis, layer - 1, line) for line in nearest] if layer > 1 else []
            merged = [tuple(sorted({*chain(*each)})) for each in zip(*deeper, strict=True)] or [()] * (layer - 1)
            self._known[key] = [*merged, nearest]
        return self._known[key]

    def all_lines(self, axis: int, layer: int) -> list[list[Lines]]:
        """Return `lines` of every row or column of a layer's output."""
        return [self.lines(axis, layer, place) for place in range(self.sizes[layer][axis])]

    def units(self, layer: int, row: int, column: int) -> list[Pair]:
        """Return the units whose growth is shown: of every layer the one nearest to the middle of what is seen."""
        rows, columns = self.lines(0, layer, row), self.lines(1, layer, column)
        return [
            (_middle(down, height), _middle(across, width))
            for down, across, (height, width) in zip(rows[1:], columns[1:], self.sizes[1:], strict=False)
        ] + [(row, column)]


@dataclass(frozen=True, eq=False)
class Growth:
    """What one unit sees.

    Attributes
    ----------
    layer, at : int, (int, int)
        Which unit it is.
    below : sequence of Cells
        Its cells in the input and in every layer below.
    counts : array
        Through how many paths it reads each cell of the input.
    is_clipped : bool
        Whether some of its field lies beyond the border.
    """

    layer: int
    at: Pair
    below: Sequence[Cells]
    counts: Counts
    is_clipped: bool

    @property
    def box(self) -> tuple[Pair, Pair] | None:
        """The first and the last cell of the input that it reads."""
        rows, columns = self.below[0]
        return ((rows[0], columns[0]), (rows[-1], columns[-1])) if rows and columns else None

    @property
    def extent(self) -> Pair:
        """Rows and columns of the box."""
        if self.box is None:
            return 0, 0
        (top, left), (bottom, right) = self.box
        return bottom - top + 1, right - left + 1

    @property
    def cells(self) -> int:
        """Cells of the input that it reads."""
        return int(np.count_nonzero(self.counts))

    @cached_property
    def most(self) -> int:
        """Paths to the cell that it reads most often."""
        return int(self.counts.max())

    @cached_property
    def shown(self) -> list[str]:
        """What each cell of the input shows of its paths."""
        is_written = len(str(self.most)) <= _LONGEST and max(self.counts.shape) <= _LARGEST
        return [str(count) if count and is_written else "" for count in self.counts.ravel().tolist()]

    @property
    def sees(self) -> str:
        """How large its box is."""
        return f"sees {size(self.extent)} cells" if self.cells else "sees nothing"

    @property
    def caption(self) -> str:
        """The short title of its frame."""
        return f"F{self.layer}: one unit {self.sees}"

    @property
    def share(self) -> str:
        """How much of the box is read."""
        return f"{self.cells} of {self.extent[0] * self.extent[1]} read"

    @property
    def words(self) -> tuple[str, str]:
        """How often cells are read, and what is missing."""
        read = self.counts[self.counts > 0]
        paths = "No path leads to the input."
        if read.size:
            least, most = int(read.min()), int(read.max())
            paths = f"Paths to each cell: {least}." if least == most else f"Paths to each cell: {least} to {most}."
        holes = self.extent[0] * self.extent[1] - self.cells
        verdict = f"{holes} {'hole' if holes == 1 else 'holes'}." if holes else "No holes."
        return paths, f"{verdict} The rest of its field lies beyond the border." if self.is_clipped else verdict


def growths_of(reach: Reach, layer: int, row: int, column: int) -> list[Growth]:
    """Return what a unit sees, after the units before it in the middle of what it sees."""
    growths: list[Growth] = []
    network = Network.sequential(reach.layers[:layer], input_size=reach.sizes[0])
    nodes = [node.name for node in network.nodes[1:]]
    for number, (node, at) in enumerate(zip(nodes, reach.units(layer, row, column), strict=True), 1):
        below = list(zip(reach.lines(0, number, at[0]), reach.lines(1, number, at[1]), strict=True))
        least = [sizes[0] if sizes else 0 for sizes in network.receptive_field(node).size_range]
        growth = Growth(number, at, below, network.path_counts(node, at), is_clipped=False)
        is_clipped = any(side < whole for side, whole in zip(growth.extent, least, strict=True))
        growths.append(Growth(number, at, below, growth.counts, is_clipped))
    return growths


def _middle(lines: Sequence[int], side: int) -> int:
    """Return the row or column nearest to the middle of some; without any, the middle of the layer."""
    if not lines:
        return side // 2
    center = (lines[0] + lines[-1]) / 2
    return min(lines, key=lambda line: abs(line - center))


@dataclass(frozen=True)
class _Growing:
    """The steps: frame k is about a unit of layer k + 1.

    ``panels`` and ``starts`` are the planes of the input and of every layer, and the numbers of their first cells.
    """

    reach: Reach
    growths: Sequence[Growth]
    panels: Sequence[Panel]
    starts: Sequence[int]

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        growth = self.growths[shot.step]
        seen = (f"{growth.sees},", growth.share) if growth.cells else (growth.sees,)
        title = f"One unit of layer {growth.layer}", *seen
        terms = [Term(text, bold=k == 1) for k, text in enumerate(growth.words)]
        return Step(
            growth.caption, title, terms, *self._describe(growth), draw=lambda figure: self._draw(figure, shot.step)
        )

    @staticmethod
    def _describe(growth: Growth) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        (row, column), words = growth.at, " ".join(growth.words)
        unit = f"the unit at row {row}, column {column} of layer {growth.layer}"
        if growth.box is None:
            details = f"{unit} reads no cell of the input"
            return f"{growth.caption}: {details}. {words}", sentence(details)
        (top, left), (bottom, right) = growth.box
        seen = f"{span(top, bottom, 'row')}, {span(left, right, 'column')} of the input"
        details = f"{unit} sees {seen}"
        return f"{growth.caption}, {growth.share}: {details}. {words}", sentence(details)

    def _number(self, layer: int, row: int, column: int) -> int:
        return self.starts[layer] + self.panels[layer].index(row, column)

    def _numbers(self, layer: int, cells: Cells) -> list[int]:
        """Return the numbers of some cells of a layer, row by row."""
        start, width = self.starts[layer], len(self.panels[layer].columns)
        rows, columns = cells
        return [first + column for first in (start + row * width for row in rows) for column in columns]

    def _draw(self, figure: Figure, step: int) -> Iterator[Placed]:
        """Draw the cells that the unit reads, in the input the darker the more often, and their extents."""
        growth, side, theme = self.growths[step], figure.grid(0).cell, figure.theme
        most = growth.most
        for cell, (count, text) in enumerate(zip(growth.counts.ravel().tolist(), growth.shown, strict=True)):
            if count:
                style = CellStyle(heat(theme, count, most), theme.ink, theme.window_edge)
                yield figure.draw_cell(cell, style, text)
        for layer, cells in enumerate(growth.below[1:], 1):
            for cell in self._numbers(layer, cells):
                yield figure.draw_cell(cell, tapped_style(theme), "")
        # Thin extents of the layers before, and that of the unit.
        for earlier in self.growths[:step]:
            if earlier.box is not None:
                (x, y), (right, bottom) = (figure.corners[self._number(0, *corner)] for corner in earlier.box)
                look = frame_look(right - x + side + 1, bottom - y + side + 1, theme.ink, 2)
                yield Placed(x, y, look, f"{figure.keys.windows[earlier.layer]} in the input")
        if growth.box is not None:
            yield figure.draw_outline(*(self._number(0, *corner) for corner in growth.box))
        for nested in self.growths[: step + 1]:
            if nested.box is not None:
                yield self._draw_side(figure, nested)
        yield figure.draw_current(self._number(growth.layer, *growth.at), "")

    def _draw_side(self, figure: Figure, growth: Growth) -> Placed:
        """Write how long the sides of a field are, on its upper right corner: there it hides no number."""
        assert growth.box is not None
        (top, _), (_, right) = growth.box
        x, y = figure.corners[self._number(0, top, right)]
        height, width = growth.extent
        text = str(width) if height == width else size(growth.extent)
        look = label_look(text, round(_SIDE_SIZE * figure.layout.unit), figure.theme)
        at = x + figure.grid(0).cell - look.width // 2, y - look.height // 2
        return Placed(*at, look, f"side of {figure.keys.windows[growth.layer]}")

    def relate(self, shot: Shot) -> Relation:
        """Return what the units of a frame's layer read."""
        inputs, outputs = self._taps[shot.step]
        return Relation(inputs, [-1] * len(inputs), outputs)

    @cached_property
    def _taps(self) -> list[tuple[list[int], list[int]]]:
        """For every frame inputs and outputs of the taps of all units, or of as many layers down as a browser holds."""
        last = len(self.growths) - 1
        numbers = range(1, len(self.reach.layers) + 1)
        lines = {layer: (self.reach.all_lines(0, layer), self.reach.all_lines(1, layer)) for layer in numbers}
        below = {layer: list(range(layer)) for layer in numbers}
        if _tap_count(lines, below) > limits.FIELD_TAPS:
            below = {layer: [layer - 1] for layer in numbers}
        taps: list[tuple[list[int], list[int]]] = [([], []) for _ in self.growths]
        if _tap_count(lines, below) > limits.FIELD_TAPS:
            for frame, growth in enumerate(self.growths):
                both = (self.reach.lines(axis, growth.layer, growth.at[axis]) for axis in (0, 1))
                unit = self._number(growth.layer, *growth.at)
                for layer, seen in enumerate(zip(*both, strict=True)):
                    _relate(taps[frame], self._numbers(layer, seen), unit)
            return taps
        for layer in numbers:
            rows, columns = lines[layer]
            units = product(rows, columns)
            for unit, (down, across) in enumerate(units, self.starts[layer]):
                for each in below[layer]:
                    cells = self._numbers(each, (down[each], across[each]))
                    _relate(taps[min(layer - 1, last)], cells, unit)
        return taps


def _relate(taps: tuple[list[int], list[int]], cells: Sequence[int], unit: int) -> None:
    """Note that a unit reads some cells."""
    inputs, outputs = taps
    inputs += cells
    outputs += [unit] * len(cells)


def receptive_field_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a stack: frame k shows what a unit of layer k + 1 sees, down to the input."""
    reach = Reach(recipe.layers, sizes_of(recipe.layers, recipe["input_size"]))
    growths = growths_of(reach, *shown_unit(recipe.values))
    last = len(growths) - 1
    shots = [Shot(k, 0, True, LAST_BEATS if k == last else 1.0) for k in range(len(growths))]
    # A frame is about one unit of a layer, so relations alone answer to what is pointed at.
    panels = [replace(panel, is_stepped=False) for panel in _panels(reach, growths, theme_named(show.theme))]
    steps = _Growing(reach, growths, panels, starts_of(panels))
    return Draft(
        show, panels, _arrangements(reach), steps, shots,
        description=_describe(recipe), widest=[*map(steps.step, shots)], first_if=_IN_A_ROW, is_bare=True,
    )  # fmt: skip


def _tap_count(
    lines: Mapping[int, tuple[list[list[Lines]], list[list[Lines]]]], below: Mapping[int, Sequence[int]]
) -> int:
    """Return the number of pairs of a unit and a cell that it reads."""
    return sum(
        sum(len(each[panel]) for each in rows) * sum(len(each[panel]) for each in columns)
        for layer, (rows, columns) in lines.items()
        for panel in below[layer]
    )


def _panels(reach: Reach, growths: Sequence[Growth], theme: Theme) -> Iterator[Panel]:
    """Yield the input, whose cells show through how many paths they are read, and the units of every layer."""
    for layer, sides in enumerate(reach.sizes):
        rows, columns = map(range, sides)
        names, blank = cell_names(rows, columns, *([layer] if layer else [])), [""] * (sides[0] * sides[1])
        if layer == 0:
            texts, styles = growths[-1].shown, [kind_styles(theme)["input"]] * len(blank)
            numbers = [max(each.shown, key=len) for each in growths]
            yield Panel("input", rows, columns, texts, names, styles, blank, numbers, stack="F0", title="input")
        else:
            down, across = reach.all_lines(0, layer), reach.all_lines(1, layer)
            texts = [str(len(down[row][0]) * len(across[column][0])) for row, column in product(rows, columns)]
            styles, title = [empty_style(theme)] * len(blank), f"layer {layer}"
            yield Panel("layer", rows, columns, texts, names, styles, blank, [], stack=f"F{layer}", title=title)


def _arrangements(reach: Reach) -> list[Part]:
    """Return the panels after one another, to the right, in rows or downwards."""
    labels = [f"F0: input {size(reach.sizes[0])}"]
    labels += [
        f"F{number}: {words}, {size(sides)}"
        for number, (words, sides) in enumerate(zip(stack_words(reach.layers), reach.sizes[1:], strict=True), 1)
    ]
    boxes = [Box("right", [k], text, "→" if k else "") for k, text in enumerate(labels)]
    rows = [
        Box("down", [Box("right", boxes[k : k + count]) for k in range(0, len(boxes), count)], is_flush=True)
        for count in range(len(boxes) - 1, 1, -1)
    ]
    return [Box("right", boxes, gap=0), *rows, Box("down", boxes, is_flush=True)]


def _describe(recipe: Recipe) -> str:
    (rows, columns), (number, row, column) = recipe["input_size"], shown_unit(recipe.values)
    return (
        f"{variant_named(recipe.variant).title}: what the unit at row {row}, column {column} of layer {number} sees of "
        f"{article(rows)} by {columns} input through {', then '.join(map(spell_layer, recipe.layers))}."
    )
