"""A line that is too long for cells: bars over time, the input above, the output below, and the kernel between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import count
from typing import Final

from convviz.arithmetic import Conv2d
from convviz.recipes import Recipe
from convviz.recipes.variants.along_a_line import around

from .box_layout import NOMINAL_WIDTH, SMALLEST_UNIT, Layout
from .drawing import frame_look, number_size, write_legend
from .figure import NARROW, Draft, Figure, Shot, Step, StepView, write_around
from .identity import identities_of
from .number_format import milliseconds, number
from .panels import starts_of
from .primitives import Grid, Links, Look, Placed, Rect, Relation, Scene
from .theme import background_of, theme_named
from .typography import Line, lines_below, text_lines, text_width

_USUAL_WIDTH: Final = 1080
_TALL: Final = 132
_CELL: Final = 34
_GUTTER: Final = 36
"""Pixels down of a wave, of a cell of the kernel at most, and left of a wave for its largest and smallest number, in a
picture 900 wide."""

_INSET: Final = 4
"""Pixels between the largest number of a wave and its edge."""

_TICKS: Final = 8
"""The most samples on the axis of time that are named, each this many times as far from the next as a label is wide."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """The numbers at the upper and the lower edge of a wave: zero is one of them or between them."""

    low: float
    high: float

    @classmethod
    def of(cls, *numbers: float) -> "_Scale":
        """Return the scale of these numbers and zero."""
        low, high = min(0.0, *numbers), max(0.0, *numbers)
        return cls(low, high if high > low else 1.0)

    def down(self, value: float, tall: int) -> int:
        """Return how many pixels below the upper edge a number is."""
        return _INSET + round((self.high - value) / (self.high - self.low) * (tall - 2 * _INSET))


@dataclass(frozen=True)
class Wave:
    """The scene of a wave before it has a size.

    Attributes
    ----------
    recipe : Recipe
    draft : Draft
        The same line in cells: what its steps say and relate.
    labels : sequence of str
        The words above input, kernel and output.
    """

    recipe: Recipe
    draft: Draft
    labels: Sequence[str]

    @cached_property
    def values(self) -> tuple[list[float], list[float]]:
        """The numbers of the input with its padding, and those of the output."""
        before, after = self.recipe.layer_as(Conv2d).resolve_padding(self.recipe["input_size"])[1]
        source, made = (array.ravel().tolist() for array in (self.recipe.input, self.recipe.drawn_output))
        return [*[0.0] * before, *source, *[0.0] * after], made

    @cached_property
    def scales(self) -> tuple[_Scale, _Scale]:
        """The scales of input and output: the same one, unless the output is larger."""
        source, made = self.values
        scale = _Scale.of(*source)
        return scale, _Scale.of(scale.low, scale.high, *made)

    def own_time(self, output: int) -> Fraction:
        """Return the place of an output among the samples of the input."""
        first = self.draft.panels[0].columns.start
        stride: int = self.recipe["stride"][1]
        return first + output * stride + around(self.recipe.values).back

    def layout(self, width: int | None, *, is_side: bool = False) -> Layout:
        """Return the places of everything."""
        width = width or _USUAL_WIDTH
        show, prose, unit = self.draft.show, self.draft.prose, max(width / NOMINAL_WIDTH, SMALLEST_UNIT)
        margin, gap, tall = round(28 * width / NOMINAL_WIDTH), round(10 * unit), round(_TALL * unit)
        room, left, tag = width - 2 * margin, margin + round(_GUTTER * unit), max(10, round(12 * unit))
        title = text_lines(prose.title, Line(margin, round(30 * unit), room, round(20 * unit)), round(25 * unit))
        y = (title[-1].y if title else 0) + gap
        source, kernel, output = self.draft.panels
        across, jump = width - margin - left, self.recipe["stride"][1]
        sample = Fraction(across, len(source.columns))
        cell = min(round(_CELL * unit), across // len(kernel.columns))
        start = round((self.own_time(0) + Fraction(1 - jump, 2) - source.columns.start) * sample)
        places: tuple[tuple[int, tuple[int, int] | None], ...] = (
            (left, (across, tall)),
            (left + (across - cell * len(kernel.columns)) // 2, None),
            (left + start, (round(len(output.columns) * jump * sample), tall)),
        )
        labels, grids = [], []
        for (x, box), panel, label in zip(places, self.draft.panels, self._labels(width), strict=True):
            if show.labels:
                y += round(24 * unit)
                labels.append((Line(left if box else x, y - round(8 * unit), room, round(15 * unit)), label))
            grid = panel.placed(x, y, cell)
            grids.append(replace(grid, box=box, is_bare=True, is_editable=False) if box else grid)
            y += grids[-1].height + gap
        tags = [*self._times(grids[2], grids[0], tag, sample), *self._ends(grids, margin, tag)]
        terms, formulas, legend, height = lines_below(prose, Line(margin, y + tag, room, 0), unit)
        return Layout(width, height, unit, title, tuple(grids), labels, tags, [], {}, terms, formulas, legend)

    def _labels(self, width: int) -> Sequence[str]:
        """Return the words above input, kernel and output, with the time that they take where there is room."""
        if width < NARROW:
            return self.labels
        (source, kernel, output), rate, field = self.labels, self.recipe["rate"], around(self.recipe.values)
        back, ahead = (milliseconds(each, rate) for each in (field.back, field.ahead))
        whole = milliseconds(self.recipe["input_size"][1], rate)
        return f"{source} at {rate:,} Hz, {whole}", kernel, f"{output}, each looks {back} back and {ahead} ahead"

    def _times(self, below: Grid, grid: Grid, size: int, sample: Fraction) -> Iterator[tuple[Line, str]]:
        """Yield the numbers of samples on the axis of time, which is below the output."""
        samples = self.recipe["input_size"][1]
        most = min(_TICKS, grid.width // (2 * text_width(str(samples), size)))
        every = next(k * 10**n for n in count() for k in (1, 2, 5) if samples <= most * k * 10**n)
        for at in range(0, samples, every):
            x = grid.x + round((at + Fraction(1, 2) - grid.columns.start) * sample)
            yield Line(x - text_width(str(at), size) // 2, below.y + below.height + size, grid.width, size), str(at)

    def _ends(self, grids: Sequence[Grid], left: int, size: int) -> Iterator[tuple[Line, str]]:
        """Yield the numbers at the edges of each wave, on its left, and zero where it has room between them."""
        for grid, scale in zip((grids[0], grids[2]), self.scales, strict=True):
            taken: list[int] = []
            for value in (scale.high, scale.low, 0.0):
                y = grid.y + scale.down(value, grid.height) + size // 3
                if all(abs(y - other) >= size for other in taken):
                    taken.append(y)
                    yield Line(left, y, grids[0].x - left, size), number(value)

    def scene(self, layout: Layout, side: str = "") -> Scene:
        """Return the scene with everything in its place."""
        draft, theme, grids = self.draft, theme_named(self.draft.show.theme), layout.grids
        keys, corners = identities_of(draft.panels, side), [grid.corners() for grid in grids]
        figure = Figure(
            theme, layout, draft.panels,
            [0, number_size(grids[1].cell, draft.panels[1].texts), 0], [0, 0, 0], starts_of(draft.panels),
            [corner for each in corners for corner in each],
            [panel for panel, each in enumerate(corners) for _ in each], keys, (),
        )  # fmt: skip
        bars = _Bars(self, figure)
        backdrop = (
            *write_around(layout, draft.prose.formulas, theme, side),
            *(write_legend(layout.legend, theme, draft.all_legend) if layout.legend else ()),
            *bars.rest(),
        )
        view = StepView(figure, draft.shots, bars, tuple(bars.all_bars(2)))
        return Scene(
            layout.width, layout.height, background_of(theme), backdrop, draft.description, len(draft.shots), view.draw,
            lambda: Links(grids, "output", view.finished, view.relate),
        )  # fmt: skip


@dataclass(frozen=True)
class _Bars:
    """The steps of a wave: those of its draft, drawn as bars."""

    wave: Wave
    figure: Figure

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        return self.wave.draft.steps.step(shot)._replace(draw=lambda figure: self._draw(shot))

    def relate(self, shot: Shot) -> Relation:
        """Return which samples a frame relates to one another."""
        return self.wave.draft.steps.relate(shot)

    def rest(self) -> Iterator[Placed]:
        """Draw what stays: the paper of both waves, the input, and the kernel."""
        figure, theme = self.figure, self.figure.theme
        source, _, output = figure.layout.grids
        names = figure.keys.panels[::2]
        for grid, scale, name in zip((source, output), self.wave.scales, names, strict=True):
            zero = scale.down(0.0, grid.height)
            paper = Rect(0, 0, source.width, source.height, theme.empty, theme.edge)
            axis = Rect(0, zero, source.width, 1, theme.edge)
            yield Placed(source.x, grid.y, Look(source.width, source.height, (paper, axis)), f"paper {name}")
        before, samples = -source.columns.start, self.wave.recipe["input_size"][1]
        for first, last in ((0, before), (before + samples, len(source.columns))):
            if last > first:
                left, right = self._left(0, first), self._left(0, last)
                marks = (Rect(0, 0, right - left + 1, source.height, theme.padding, theme.edge, 1, 4),)
                yield Placed(
                    left, source.y, Look(right - left + 1, source.height, marks), f"padding {names[0]} {first > 0}"
                )
        yield from self.all_bars(0)
        kernel, panel = figure.layout.grids[1], figure.panels[1]
        first = figure.starts[1]
        yield from panel.paint(kernel, figure.sizes[1], figure.keys.cells[first : figure.starts[2]])

    def _left(self, panel: int, at: int) -> int:
        """Return the left edge of a sample, or behind the last one the right edge of that."""
        grid, start = self.figure.layout.grids[panel], self.figure.starts[panel]
        return grid.x + grid.width - 1 if at == len(grid.columns) else self.figure.corners[start + at][0]

    def all_bars(self, panel: int) -> Iterator[Placed]:
        """Draw every sample of a wave, padding left out."""
        theme, names = self.figure.theme, self.figure.panels[panel].names
        fill, edge = (theme.output, theme.muted) if panel else (theme.input, theme.muted)
        for at, name in enumerate(names):
            if not isinstance(name, str):
                yield self._bar(panel, at, fill, edge, self.figure.keys.cells[self.figure.starts[panel] + at])

    def _bar(
        self, panel: int, at: int, fill: str, edge: str, key: str, value: float | None = None, *, dot: int = 0
    ) -> Placed:
        """Draw a sample as a bar from zero with its outline, and where ``dot`` is not 0 a dot of that many pixels."""
        grid = self.figure.layout.grids[panel]
        scale, values = (self.wave.scales[panel // 2], self.wave.values[panel // 2])
        tall, left = grid.height, self._left(panel, at)
        value = values[at] if value is None else value
        before = scale.down(values[at - 1] if at and not dot else 0.0, tall)
        width = max(self._left(panel, at + 1) - left, 1)
        line = 2 if width > 1 else 1
        look = _bar_look(width, tall, scale.down(0.0, tall), scale.down(value, tall), before, line, fill, edge, dot)
        return Placed(left - (look.width - width) // 2, grid.y, look, key)

    def _draw(self, shot: Shot) -> Iterator[Placed]:
        """Draw the taps of a step, the frame around them, the time of its output, and the output."""
        figure, theme, (values, made) = self.figure, self.figure.theme, self.wave.values
        relation, source, shown = self.relate(shot), figure.layout.grids[0], shot.taps
        dot, stroke = 2 * round(2 * max(1.0, figure.layout.unit)) + 1, max(2, round(2 * figure.layout.unit))
        keys = figure.keys.taps(0, relation.kernels)
        for cell, key in zip(relation.inputs[:shown], keys, strict=False):
            yield self._bar(0, cell, theme.window, theme.window_edge, key, dot=dot)
        left, right = self._left(0, relation.inputs[0]), self._left(0, relation.inputs[-1] + 1)
        frame = frame_look(right - left + 2 * stroke + 1, source.height, theme.window_edge, stroke)
        yield Placed(left - stroke, source.y, frame, figure.keys.windows[0])
        at, value = shot.step, made[shot.step]
        time = Look(1, source.height, (Rect(0, 0, 1, source.height, theme.muted),))
        middle = (self._left(2, at) + self._left(2, at + 1)) // 2
        for panel in (0, 2):
            yield Placed(middle, figure.layout.grids[panel].y, time, f"{figure.keys.currents[panel]}, time")
        if shot.now is not None:
            cell = relation.kernels[shot.now]
            yield figure.draw_current(cell, figure.panels[1].texts[cell - figure.starts[1]])
            weights = self.wave.recipe.weight.ravel().tolist()
            value = sum(values[each] * weight for each, weight in zip(relation.inputs[:shown], weights, strict=False))
        yield self._bar(2, at, theme.current, theme.window_edge, figure.keys.currents[2], value, dot=dot)


@lru_cache(8192)
def _bar_look(
    width: int, tall: int, zero: int, top: int, before: int, line: int, fill: str, edge: str, dot: int
) -> Look:
    """Draw a bar from ``zero`` to ``top`` with a line at its end, which begins at the height of the bar before it."""
    wide = max(width, dot)
    left = (wide - width) // 2
    marks = []
    if top != zero:
        marks.append(Rect(left, min(top, zero), width, abs(top - zero) + 1, fill))
    marks.append(Rect(left, top - line // 2, width, line, edge))
    if not dot and abs(before - top) > line:
        marks.append(Rect(left, min(before, top) - line // 2, min(line, width), abs(before - top) + line, edge))
    if dot:
        marks.append(Rect((wide - dot) // 2, max(0, min(top - dot // 2, tall - dot)), dot, dot, fill, edge))
    return Look(wide, tall, tuple(marks))
