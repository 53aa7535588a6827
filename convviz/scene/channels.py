"""One step per output cell of a convolution with channels: a window through all of them, summed to one number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from convviz.arithmetic import Conv2d
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe
from convviz.recipes.variants.standard import drawn_inputs

from .cell_kinds import input_cells
from .channels_panes import Mapped, arrangements, input_channels, kernel_panes, maps_of, output_channels
from .channels_words import (
    added_product,
    channel_terms,
    hidden_term,
    product_terms,
    widest_terms,
    widest_title,
)
from .drawing import Words, step_cell, write_phrases, write_words
from .figure import Tableau, Tapped, build_tableau, corners, joins
from .number_format import about, caption, equal_to, factor, is_sum, number, size_formulas, span, tidy
from .panes import written_cells
from .primitives import Frame, Links, Placed, Relation, Scene
from .storyboard import Shot, storyboard
from .theme import theme_named


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``scale`` is the size of the numbers that an output is made of."""

    tableau: Tableau
    shots: Sequence[Shot]
    maps: Sequence[Mapped]
    written: tuple[Placed, ...]
    first_output: int
    bias: float
    scale: float

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        n, at = self._place(shot)
        taps, value = self._taps(shot), self._value(shot)
        tableau, layout = self.tableau, self.tableau.layout
        title = tuple(write_phrases(layout.title, self._title(shot, value), tableau.theme.ink, bold=True))
        terms = tuple(write_words(layout.terms, self._terms(shot, taps, value), bold_last=True))
        pane = self.first_output + n
        items = (
            *self.written[: shot.step],
            *self._window(shot, taps),
            step_cell(tableau.grid(pane), tableau.theme, at, number(value), tableau.sizes[pane]),
            *title,
            *terms,
        )
        words = self._description(shot, taps, value)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which input cell meets which weight for the output cell of a frame, and the sums on the way."""
        shot = self.shots[index]
        n, at = self._place(shot)
        one = self.maps[n]
        output = self.tableau.number_of(self.first_output + n, *at)
        taps = self._taps(shot)
        links = tuple(
            (
                self.tableau.number_of(self._input_pane(one, tap), *tap.position),
                self.tableau.number_of(one.kernels[tap.input[0]], *tap.kernel),  # type: ignore[index]
                output,
            )
            for tap in taps
        )
        by_tap = self.tableau.recipe["storyboard"] == "tap"
        sums = accumulate(tap.product for tap in taps)
        return Relation(links, () if by_tap else tuple(number(tidy(total, self.scale)) for total in sums))

    def _place(self, shot: Shot) -> tuple[int, tuple[int, int]]:
        """Which of the drawn outputs a step is about, and its cell."""
        columns = self.maps[0].values.shape[1]
        n, cell = divmod(shot.step, self.maps[0].values.size)
        return n, divmod(cell, columns)

    def _taps(self, shot: Shot) -> tuple[Tap, ...]:
        n, cell = divmod(shot.step, self.maps[0].values.size)
        return self.maps[n].steps[cell].taps

    def _value(self, shot: Shot) -> float:
        n, at = self._place(shot)
        if shot.is_complete:
            return tidy(float(self.maps[n].values[at]), self.scale)
        return tidy(sum(tap.product for tap in self._taps(shot)[: shot.taps]), self.scale)

    @staticmethod
    def _input_pane(one: Mapped, tap: Tap) -> int:
        assert tap.input is not None  # only transposed convolutions read what is no cell at all
        return one.channels[tap.input[0]]

    def _window(self, shot: Shot, taps: Sequence[Tap]) -> Iterator[Placed]:
        n, _ = self._place(shot)
        one, tableau = self.maps[n], self.tableau
        per_plane = len(taps) // len(one.channels)
        now = None if shot.is_complete else shot.taps - 1
        boxes, planes = [], [corners(tableau.grid(channel)) for channel in one.channels]
        for k, channel in enumerate(one.channels):
            here = taps[k * per_plane : (k + 1) * per_plane]
            tapped = [
                Tapped(*tap.position, tap.input_value, not tap.is_padding, f"×{number(tap.weight)}",
                       is_now=now == k * per_plane + t)
                for t, tap in enumerate(here)
            ]  # fmt: skip
            yield from tableau.window(channel, tapped)
            yield tableau.ring(one.kernels[k])
            grid = tableau.grid(channel)
            (x, y), (right, bottom) = grid.at(*here[0].position), grid.at(*here[-1].position)
            boxes.append((x, y, right + grid.cell, bottom + grid.cell))
        for pair, around in zip(pairwise(boxes), pairwise(planes), strict=True):
            yield from joins(*pair, tableau.theme.window_edge, around)
        if now is not None:
            k, tap = now // per_plane, taps[now]
            pane = one.kernels[k]
            grid, text = tableau.grid(pane), number(tap.weight)
            yield step_cell(grid, tableau.theme, tap.kernel, text, tableau.sizes[pane])

    def _title(self, shot: Shot, value: float) -> tuple[str, str]:
        n, (row, column) = self._place(shot)
        so_far = "" if shot.is_complete else " so far"
        return f"{self._caption(shot)}:", f"output[{self.maps[n].output}, {row}, {column}]{so_far} {equal_to(value)}"

    def _terms(self, shot: Shot, taps: Sequence[Tap], value: float) -> Words:
        n, at = self._place(shot)
        one, theme = self.maps[n], self.tableau.theme
        per_plane = len(taps) // len(one.channels)
        rest = tidy(float(one.hidden[at]), self.scale)
        if per_plane > 1 and shot.is_complete:
            return channel_terms(one, taps, rest, self.bias, value, self.scale, theme)
        if per_plane > 1:
            return added_product(one, taps[: shot.taps], per_plane, value, self.scale, theme)
        words, pairs = product_terms(taps[: shot.taps], theme)
        words = list(words)
        if shot.is_complete and one.hidden_count:
            words.append((hidden_term(one.hidden_count, factor(rest)), theme.muted))
            pairs.append((rest, 1.0))
        if shot.is_complete and self.bias:
            words.append((f"+ {factor(self.bias)} (bias)", theme.ink))
            pairs.append((self.bias, 1.0))
        return [*words, (f"{'=' if is_sum(value, pairs) else '≈'} {number(value)}", theme.ink)]

    def _caption(self, shot: Shot) -> str:
        steps = len(self.maps) * self.maps[0].values.size
        return caption(shot.step, steps, None if shot.is_complete else shot.taps)

    def _description(self, shot: Shot, taps: Sequence[Tap], value: float) -> str:
        n, (row, column) = self._place(shot)
        one = self.maps[n]
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        everything = len(taps) // len(one.channels) * (len(one.channels) + one.hidden_count)
        amount = f"{everything} {'product' if everything == 1 else 'products'}"
        so_far = f", the sum of {amount}" if shot.is_complete else f" so far, the sum of {shot.taps} of {amount}"
        last = one.channels[0] + len(one.channels) + one.hidden_count - 1
        bias = f" and a bias of {about(self.bias)}" if self.bias and shot.is_complete else ""
        return (
            f"{self._caption(shot)}: output channel {one.output}{self._of_many()}, row {row}, column {column} is "
            f"{about(value)}{so_far} "
            f"over input {span(one.channels[0], last, 'channel')}, {span(top, bottom, 'row')}, "
            f"{span(left, right, 'column')}{bias}."
        )

    def _of_many(self) -> str:
        """A remark where the steps are those of a few channels only."""
        outputs = self.tableau.recipe["out_channels"]
        return "" if len(self.maps) == outputs else f" (of {outputs}, {len(self.maps)} of which are stepped)"


def channels_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a convolution with several input or output channels."""
    theme, layer = theme_named(show.theme), recipe.layer
    assert isinstance(layer, Conv2d)  # the only layer whose recipes have channels
    inputs = drawn_inputs(recipe.values)
    maps = list(maps_of(recipe, layer, inputs))
    weights = recipe.kernels(maps[-1].output + 1)
    scale = float(abs(recipe.input).max() * abs(weights).sum() + abs(recipe["bias"]))
    cells = [list(input_cells(layer, plane)) for plane in recipe.input[:inputs]]
    panes = [*input_channels(recipe, layer, cells, weights, theme), *kernel_panes(recipe, maps, weights, theme)]
    first_output = len(panes)
    panes += output_channels(recipe, maps, scale, theme)
    taps = [count for one in maps for count in [len(one.steps[0].taps)] * one.values.size]
    shots = storyboard(recipe["storyboard"], taps)
    tableau = build_tableau(
        recipe, show, panes, arrangements(recipe, inputs, maps),
        title=widest_title(recipe, maps, len(taps)), terms=widest_terms(recipe, maps),
        kinds=[cell.kind for cell in cells[0]], formulas=size_formulas(layer, recipe["input_size"]), frames=len(shots),
    )  # fmt: skip
    written = tuple(item for n in range(len(maps)) for item in written_cells(tableau, first_output + n))
    view = _View(tableau, shots, maps, written, first_output, recipe["bias"], scale)
    kernel = recipe["kernel_size"][0] * recipe["kernel_size"][1]

    def link() -> Links:
        return Links(tableau.sheets(), "output", written, view.relate, kernel)

    return tableau.scene(len(shots), view.draw, link)
