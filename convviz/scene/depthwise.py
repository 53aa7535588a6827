"""A depthwise separable convolution in three acts: channels come apart, each is convolved, 1x1 kernels mix them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, zip_longest

import numpy as np

from convviz.arithmetic import Conv2d
from convviz.arithmetic.taps import Tap
from convviz.recipes import Presentation, Recipe

from .cell_kinds import input_cells
from .depthwise_panes import MIDDLE, Passes, Places, arrangements, compute, place_panes
from .drawing import Words, step_cell, write_phrases, write_words
from .figure import Tableau, build_tableau
from .number_format import (
    Numbers,
    about,
    caption,
    equal_to,
    factor,
    number,
    size_formulas,
    span,
    tidy,
    widest_sums,
)
from .panes import written_cells
from .primitives import Frame, Links, Placed, Relation, Scene
from .products import Addend, sum_words, tapped_cells
from .storyboard import Shot, storyboard
from .theme import theme_named
from .typography import widest


@dataclass(frozen=True, slots=True)
class _View:
    """All that a frame needs, computed once. ``acts`` are the steps of splitting, depthwise and pointwise."""

    tableau: Tableau
    shots: Sequence[Shot]
    acts: tuple[int, int, int]
    panes: Places
    numbers: Passes
    written: tuple[Placed, ...]

    def draw(self, index: int) -> Frame:
        shot = self.shots[index]
        step = shot.step - self.acts[0]
        if step < 0:
            return self._split(shot)
        tableau, layout = self.tableau, self.tableau.layout
        pane, at, scale = self._place(step)
        taps = self._taps(step)
        value = tidy(sum(tap.product for tap in taps[: shot.taps]), scale)
        if shot.is_complete:
            value = tidy(float(self._values(step)[at]), scale)
        title = tuple(write_phrases(layout.title, self._title(shot, value), tableau.theme.ink, bold=True))
        terms = tuple(write_words(layout.terms, self._terms(shot, taps, value), bold_last=True))
        window = self._window if step < self.acts[1] else self._column
        items = (
            *self.written[:step],
            *window(step, taps, None if shot.is_complete else shot.taps - 1),
            step_cell(tableau.grid(pane), tableau.theme, at, number(value), tableau.sizes[pane]),
            *title,
            *terms,
        )
        words = self._description(shot, taps, value)
        return Frame(items, self._caption(shot), words, shot.beats, len(title), len(terms))

    def relate(self, index: int) -> Relation:
        """Which cell meets which weight for the cell of a frame, and the sums on the way; nothing while splitting."""
        shot = self.shots[index]
        step = shot.step - self.acts[0]
        if step < 0:
            return Relation(())
        pane, at, scale = self._place(step)
        taps, here = self._taps(step), self.tableau.number_of(pane, *at)
        links = tuple((*self._cells(step, tap), here) for tap in taps)
        by_tap = self.tableau.recipe["storyboard"] == "tap"
        sums = accumulate(tap.product for tap in taps)
        return Relation(links, () if by_tap else tuple(number(tidy(total, scale)) for total in sums))

    def _cells(self, step: int, tap: Tap) -> tuple[int, int]:
        """The cells of a tap's input and weight."""
        number_of = self.tableau.number_of
        if step < self.acts[1]:
            plane, _ = divmod(step, self._area)
            source = self.panes.inputs[plane // self.numbers.multiplier]
            return number_of(source, *tap.position), number_of(self.panes.kernels[plane], *tap.kernel)
        plane, _ = divmod(step - self.acts[1], self._area)
        assert tap.input is not None  # there are no inserted zeros
        channel = tap.input[0]
        return number_of(self.panes.middle[channel], *tap.position), number_of(self.panes.mixing[plane], channel, 0)

    @property
    def _area(self) -> int:
        return int(self.numbers.middle[0].size)

    def _place(self, step: int) -> tuple[int, tuple[int, int], float]:
        """The pane and the cell that a step writes, and the size of the numbers there."""
        is_second = step >= self.acts[1]
        plane, cell = divmod(step - self.acts[1] if is_second else step, self._area)
        panes = self.panes.outputs if is_second else self.panes.middle
        return panes[plane], divmod(cell, self.numbers.middle.shape[2]), self.numbers.scales[is_second]

    def _values(self, step: int) -> Numbers:
        """The plane that a step writes to."""
        is_second = step >= self.acts[1]
        planes = self.numbers.output if is_second else self.numbers.middle
        plane: Numbers = planes[(step - self.acts[1] if is_second else step) // self._area]
        return plane

    def _taps(self, step: int) -> tuple[Tap, ...]:
        if step < self.acts[1]:
            plane, cell = divmod(step, self._area)
            return self.numbers.steps[plane][cell].taps
        plane, cell = divmod(step - self.acts[1], self._area)
        row, column = divmod(cell, self.numbers.middle.shape[2])
        return tuple(
            Tap(
                input=(k, row, column), source=(k, row, column), kernel=(0, 0), output=(plane, row, column),
                position=(row, column), input_value=value, weight=weight, product=value * weight,
            )
            for k, (value, weight) in enumerate(
                zip(self.numbers.middle[:, row, column].tolist(), self.numbers.mixing[plane].tolist(), strict=True)
            )
        )  # fmt: skip

    def _split(self, shot: Shot) -> Frame:
        """One channel with all that is its own."""
        tableau, channel = self.tableau, shot.step
        own = range(channel * self.numbers.multiplier, (channel + 1) * self.numbers.multiplier)
        panes = [self.panes.inputs[channel], *(self.panes.kernels[k] for k in own)]
        words = (f"{self._caption(shot)}:", f"channel {channel} goes by itself")
        title = tuple(write_phrases(tableau.layout.title, words, tableau.theme.ink, bold=True))
        kernels = f"kernel {own[0]}" if len(own) == 1 else f"kernels {own[0]} to {own[-1]}"
        text = f"{self._caption(shot)}: input channel {channel} goes by itself, with {kernels} of its own."
        return Frame((*map(tableau.ring, panes), *title), self._caption(shot), text, shot.beats, len(title))

    def _window(self, step: int, taps: Sequence[Tap], now: int | None) -> Iterator[Placed]:
        plane, _ = divmod(step, self._area)
        tableau, pane = self.tableau, self.panes.kernels[plane]
        yield from tableau.window(self.panes.inputs[plane // self.numbers.multiplier], tapped_cells(taps, now))
        yield tableau.ring(pane)
        if now is not None:
            text = number(taps[now].weight)
            yield step_cell(tableau.grid(pane), tableau.theme, taps[now].kernel, text, tableau.sizes[pane])

    def _column(self, step: int, taps: Sequence[Tap], now: int | None) -> Iterator[Placed]:
        """One cell of every intermediate plane, and the 1x1 kernel that they meet."""
        plane, _ = divmod(step - self.acts[1], self._area)
        tableau, pane = self.tableau, self.panes.mixing[plane]
        for middle, tapped in zip(self.panes.middle, tapped_cells(taps, now), strict=True):
            yield from tableau.window(middle, [tapped])
        yield tableau.ring(pane)
        if now is not None:
            text = number(taps[now].weight)
            yield step_cell(tableau.grid(pane), tableau.theme, (now, 0), text, tableau.sizes[pane])

    def _name(self, shot: Shot) -> str:
        step = shot.step - self.acts[0]
        is_second = step >= self.acts[1]
        plane, cell = divmod(step - self.acts[1] if is_second else step, self._area)
        row, column = divmod(cell, self.numbers.middle.shape[2])
        return f"{'output' if is_second else MIDDLE}[{plane}, {row}, {column}]"

    def _title(self, shot: Shot, value: float) -> tuple[str, str]:
        return f"{self._caption(shot)}:", f"{self._name(shot)}{'' if shot.is_complete else ' so far'} {equal_to(value)}"

    def _terms(self, shot: Shot, taps: Sequence[Tap], value: float) -> Words:
        theme, step = self.tableau.theme, shot.step - self.acts[0]
        more = []
        if step >= self.acts[1] and shot.is_complete and self.numbers.hidden_count:
            _, at, scale = self._place(step)
            plane = (step - self.acts[1]) // self._area
            rest = tidy(float(self.numbers.hidden[plane][at]), scale)
            more.append(Addend(_hidden(factor(rest), self.numbers.hidden_count), rest, theme.muted))
        return sum_words(taps[: shot.taps], value, theme, more)

    def _caption(self, shot: Shot) -> str:
        acts = [name for name, steps in zip(("split", "depthwise", "pointwise"), self.acts, strict=True) if steps]
        ends = np.cumsum([steps for steps in self.acts if steps])
        act = acts[int(np.searchsorted(ends, shot.step, side="right"))]
        return f"{caption(shot.step, int(ends[-1]), None if shot.is_complete else shot.taps)}, {act}"

    def _description(self, shot: Shot, taps: Sequence[Tap], value: float) -> str:
        step = shot.step - self.acts[0]
        is_second = step >= self.acts[1]
        plane, cell = divmod(step - self.acts[1] if is_second else step, self._area)
        row, column = divmod(cell, self.numbers.middle.shape[2])
        everything = len(taps) + (self.numbers.hidden_count if is_second else 0)
        amount = f"{everything} {'product' if everything == 1 else 'products'}"
        so_far = f", the sum of {amount}" if shot.is_complete else f" so far, the sum of {shot.taps} of {amount}"
        (top, left), (bottom, right) = taps[0].position, taps[-1].position
        over = f"input channel {plane // self.numbers.multiplier}, {span(top, bottom, 'row')}, "
        over += span(left, right, "column")
        if is_second:
            over = f"the same cell of {everything} intermediate {'channel' if everything == 1 else 'channels'}"
        kind = "output" if is_second else MIDDLE
        return (
            f"{self._caption(shot)}: {kind} channel {plane}, row {row}, column {column} is {about(value)}{so_far} "
            f"over {over}."
        )


def depthwise_scene(recipe: Recipe, show: Presentation) -> Scene:
    """The scene of a depthwise separable convolution, or of one of its acts."""
    layer, theme, act = recipe.layer, theme_named(show.theme), recipe["act"]
    assert isinstance(layer, Conv2d)  # its first layer is one
    numbers = compute(recipe, layer)
    panes, places = place_panes(recipe, layer, numbers, theme)
    area = int(numbers.middle[0].size)
    acts = (
        numbers.channels if act in ("all", "split") else 0,
        len(numbers.middle) * area if act in ("all", "depthwise") else 0,
        len(numbers.output) * area if act in ("all", "pointwise") else 0,
    )
    kernel = numbers.weights[0].size
    shots = storyboard(recipe["storyboard"], [0] * acts[0] + [kernel] * acts[1] + [len(numbers.middle)] * acts[2])
    cells = [*input_cells(layer, recipe.input[0])] if places.inputs else []
    tableau = build_tableau(
        recipe, show, panes, arrangements(recipe, numbers, places), title=_widest_title(recipe, numbers, len(shots)),
        terms=_widest_terms(recipe, numbers), kinds=[cell.kind for cell in cells],
        formulas=size_formulas(layer, recipe["input_size"]) if acts[1] else (), frames=len(shots),
    )  # fmt: skip
    fills = [*(places.middle if acts[1] else ()), *(places.outputs if acts[2] else ())]
    written = tuple(item for pane in fills for item in written_cells(tableau, pane))
    view = _View(tableau, shots, acts, places, numbers, written)

    def link() -> Links:
        return Links(tableau.sheets(), "output", written, view.relate)

    return tableau.scene(len(shots), view.draw, link)


def _widest_title(recipe: Recipe, numbers: Passes, steps: int) -> tuple[str, str]:
    by_tap = recipe["storyboard"] == "tap"
    values = [*numbers.middle.ravel().tolist(), *numbers.output.ravel().tolist()]
    value = widest(_widest_values(recipe, numbers)) if by_tap else widest(map(number, set(values)))
    last = caption(steps - 1, steps, 99 if by_tap else None)
    rows, columns = numbers.middle.shape[1:]
    return f"{last}, depthwise:", f"{MIDDLE}[{99}, {rows}, {columns}]{' so far' if by_tap else ''} = {value}"


def _widest_terms(recipe: Recipe, numbers: Passes) -> list[str]:
    """Words as wide as the terms of any step: room for them is kept in every frame."""
    total = f"= {widest(_widest_values(recipe, numbers))}"
    value = widest(map(factor, {0.0, *recipe.input.ravel().tolist()}))
    first = [f"+ {value}·{widest(map(factor, set(weights)))}" for weights in numbers.weights.reshape(
        len(numbers.weights), -1).T.tolist()]  # fmt: skip
    value = widest(map(factor, set(numbers.middle.ravel().tolist())))
    second = [f"+ {value}·{widest(map(factor, set(weights)))}" for weights in numbers.mixing.T.tolist()]
    if numbers.hidden_count:
        second.append(_hidden(f"({total[2:]})", numbers.hidden_count))
    acts = {"split": [], "depthwise": [first], "pointwise": [second], "all": [first, second]}[recipe["act"]]
    words = [widest(pair) for pair in zip_longest(*acts, fillvalue="")]
    return [*words, total] if words else []


def _widest_values(recipe: Recipe, numbers: Passes) -> list[str]:
    if recipe["act"] in ("split", "depthwise"):
        return widest_sums(recipe.input, numbers.weights)
    return widest_sums(np.array([numbers.scales[0]]), numbers.mixing) + widest_sums(numbers.middle, numbers.mixing)


def _hidden(value: str, count: int) -> str:
    return f"+ {value} ({count} more {'channel' if count == 1 else 'channels'})"
