"""One step per input cell of a transposed convolution: the cell times the kernel is stamped onto the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import ConvTranspose2d, Trace, trace
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Spans, Tap, stamp_spans
from convviz.recipes import Presentation, Recipe

from ..drawing import CellStyle, Kind, kind_styles, tapped_style, thin
from ..figure import Cell, Figure, Shot, Step, step_scene, storyboard
from ..number_format import (
    Numbers,
    about,
    caption,
    equal_to,
    factor,
    is_sum,
    number,
    size_formulas,
    span,
    term,
    tidy,
    widest_number,
    widest_sum,
)
from ..panels import Panel, cell_names, kernel_panel, output_styles
from ..primitives import Name, Placed, Relation, Scene
from ..theme import Theme, theme_named
from ..typography import Term
from .gather import BARELY_LEGIBLE, LEGEND, describe_one_channel, panel_labels, three_panels

_INPUT, _KERNEL, _OUTPUT = range(3)


@dataclass(frozen=True, slots=True)
class _Scatter:
    """The steps.

    ``sums`` and ``touched`` hold the output before cropping after each step: shape (steps + 1, rows, columns).
    ``scale`` is the size of the numbers that it is made of. ``kept`` are the cells that are not cropped, with their
    numbers; ``drawn`` remembers what most frames share: a cell, its text, and how it is drawn.
    """

    recipe: Recipe
    steps: Trace
    canvas: Spans
    sums: Numbers
    touched: NDArray[np.bool_]
    scale: float
    kept: Sequence[tuple[int, Pair]]
    drawn: dict[tuple[int, str], Placed] = field(default_factory=dict)

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        traced, stamp = self.steps[shot.step], self._stamp(shot)
        at = _input_cell(traced.input)
        step = self._say(shot, at, traced.value, stamp[: shot.taps])
        description = self._describe(step.caption, at, traced.value, stamp)
        return replace(step, description=description, taps=stamp, value=traced.value)

    def widest(self) -> list[Step]:
        """Return the last frame with the widest numbers, with all products and with all of them cropped."""
        stamp = self._stamp(Shot(0, 0, True, 1.0))
        value = widest_number(self.recipe.input.ravel().tolist(), factor)
        wide = [
            replace(
                tap, input_value=value, output=(0, 0, 0),
                product=widest_sum(number, self.recipe.input, np.array([tap.weight])),
            )
            for tap in stamp
        ]  # fmt: skip
        lost = [replace(tap, output=(0, -1, -1)) for tap in stamp]
        is_complete = self.recipe["storyboard"] == "cell"
        shot = Shot(len(self.steps) - 1, len(stamp), is_complete, 1.0)
        place, title = self.recipe["input_size"], widest_number(self.recipe.input.ravel().tolist(), number)
        both = [self._say(shot, place, title, taps) for taps in (wide, lost)]
        # Some may be cropped after others that are not.
        return [replace(both[0], terms=[*both[0].terms[: len(stamp)], *both[1].terms])]

    def _stamp(self, shot: Shot) -> list[Tap]:
        step = self.steps[shot.step]
        return sorted((*step.taps, *step.cropped), key=lambda tap: tap.kernel)

    def _is_kept(self, tap: Tap) -> bool:
        return all(line in range(side) for line, side in zip(tap.output[1:], self.steps.output.shape[1:], strict=True))

    def _at(self, step: int, tap: Tap) -> tuple[int, int, int]:
        rows, columns = self.canvas
        return step, tap.output[1] - rows.start, tap.output[2] - columns.start

    def _say(self, shot: Shot, at: Pair, value: float, stamped: Sequence[Tap]) -> Step:
        lead = caption(shot.step, len(self.steps), None if shot.is_complete else shot.taps)
        kept = [tap for tap in stamped if self._is_kept(tap)]
        terms = [Term(_equation(tap) + (";" if tap is not kept[-1] else "")) for tap in kept]
        if lost := len(stamped) - len(kept):
            terms.append(Term(f"({lost} cropped)", "muted"))
        if bias := self.recipe["bias"]:
            terms.append(Term(f"(every sum begins with the bias {number(bias)})", "muted"))
        return Step(lead, (f"{lead}:", f"stamp input[{at[0]}, {at[1]}] {equal_to(value)}", "times the kernel"), terms)

    def _describe(self, lead: str, at: Pair, value: float, stamp: Sequence[Tap]) -> str:
        (_, top, left), (_, bottom, right) = stamp[0].output, stamp[-1].output
        cropped = sum(not self._is_kept(tap) for tap in stamp)
        lost = f", of which {cropped} of {len(stamp)} cells are cropped" if cropped else ""
        return (
            f"{lead}: input row {at[0]}, column {at[1]} is {about(value)}; times the kernel it is added to output "
            f"{span(top, bottom, 'row')}, {span(left, right, 'column')}{lost}."
        )

    def draw(self, figure: Figure, shot: Shot, step: Step) -> Iterator[Placed]:
        """Draw the sums before the step, the stamp, and the input cell."""
        stamp, theme = step.taps, figure.theme
        # At the very end also the cells that no stamp touched: they are 0.
        is_end = shot.is_complete and shot.step == len(self.steps) - 1
        panel = figure.panels[_OUTPUT]
        written = {style: replace(style, fill=theme.output) for style in {*panel.styles}}
        touched, sums = self.touched[shot.step].ravel().tolist(), self.sums[shot.step].ravel().tolist()
        for k, (row, column) in self.kept:
            if is_end or touched[k]:
                key = k, number(tidy(sums[k], self.scale))
                if key not in self.drawn:
                    cell = Cell(_OUTPUT, row, column)
                    self.drawn[key] = figure.draw_cell(cell, written[panel.styles[k]], key[1])
                yield self.drawn[key]
        cropped = CellStyle(theme.cropped, theme.muted, theme.window_edge, "solid", "cropped")
        stroke, stamped = thin(figure.grid(_OUTPUT).cell), tapped_style(theme)
        for k, tap in enumerate(stamp[: shot.taps]):
            cell = Cell(_OUTPUT, *tap.output[1:])
            style = tapped_style(theme, is_now=True) if k == shot.now else stamped
            if self._is_kept(tap):
                text, note = self._sum_text(shot.step, tap, tap.product), _added(tap.product)
                yield figure.draw_cell(cell, style, text, stroke, note)
            else:
                yield figure.draw_cell(cell, cropped, "", stroke)
            if k == shot.now:
                yield figure.draw_current(Cell(_KERNEL, *tap.kernel), number(tap.weight))
        yield figure.draw_outline(_OUTPUT, [tap.output[1:] for tap in (stamp[0], stamp[-1])])
        at = divmod(shot.step, self.recipe["input_size"][1])
        yield figure.draw_current(Cell(_INPUT, *at), number(step.value))

    def relate(self, figure: Figure, shot: Shot) -> Relation:
        """Return which output cells the stamp adds to through which weight, and the sums before and after."""
        stamp = self._stamp(shot)
        here = figure.number_of(Cell(_INPUT, *_input_cell(self.steps[shot.step].input)))
        links = tuple(
            (here, figure.number_of(Cell(_KERNEL, *tap.kernel)), figure.number_of(Cell(_OUTPUT, *tap.output[1:])))
            for tap in stamp
        )
        if self.recipe["storyboard"] == "tap":
            return Relation(links)
        sums = [self._sum_text(shot.step, tap, tap.product) for tap in stamp]
        touched = (self.touched[self._at(shot.step, tap)] for tap in stamp)
        undone = [
            self._sum_text(shot.step, tap, 0.0) if is_touched else ""
            for tap, is_touched in zip(stamp, touched, strict=True)
        ]
        return Relation(links, tuple(sums), tuple(undone))

    def _sum_text(self, step: int, tap: Tap, more: float) -> str:
        """Return the sum in the cell of a tap; nothing where it is cropped."""
        if not self._is_kept(tap):
            return ""
        return number(tidy(float(self.sums[self._at(step, tap)]) + more, self.scale))


def scatter_scene(recipe: Recipe, show: Presentation) -> Scene:
    """Return the scene of a transposed convolution with one step per input cell."""
    layer, theme, (rows, columns) = recipe.layer, theme_named(show.theme), recipe["input_size"]
    assert isinstance(layer, ConvTranspose2d)  # only the transposed variant has the view
    steps = trace(layer, recipe.input, recipe.weight, recipe.bias, view="scatter")
    canvas = stamp_spans(layer, (rows, columns))
    scale = float(abs(recipe.input).max() * abs(recipe.weight).sum() + abs(recipe["bias"]))
    sums, touched = _running_sums(recipe, layer, canvas)
    kinds: list[Kind] = ["cropped"] if tuple(map(len, canvas)) != recipe.output_size else []
    kinds += ["extra"] if any(layer.output_padding) else []
    texts = [number(value) for value in recipe.input.ravel().tolist()]
    names = cell_names(range(rows), range(columns))
    styles = [kind_styles(theme)["input"]] * len(texts)
    panels = [
        Panel("input", range(rows), range(columns), texts, names, styles, is_editable=True),
        kernel_panel(recipe.weight[0, 0], theme, is_editable=True),
        _output_panel(recipe, layer, canvas, sums, scale, theme),
    ]
    cells = enumerate(zip(product(*canvas), panels[_OUTPUT].names, strict=True))
    kept = [(k, at) for k, (at, name) in cells if not isinstance(name, str)]
    view = _Scatter(recipe, steps, canvas, sums, touched, scale, kept)
    kernel = recipe["kernel_size"][0] * recipe["kernel_size"][1]
    return step_scene(
        show, panels, three_panels(panel_labels(recipe)), view,
        storyboard(recipe["storyboard"], [kernel] * len(steps)),
        description=describe_one_channel(recipe), widest=view.widest(), legend={kind: LEGEND[kind] for kind in kinds},
        formulas=size_formulas(layer, (rows, columns)), finish=lambda figure: figure.draw_written(_OUTPUT),
        step_side="input", first_if=BARELY_LEGIBLE,
    )  # fmt: skip


def _running_sums(recipe: Recipe, layer: ConvTranspose2d, canvas: Spans) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the output before cropping, and which of its cells are stamped, before the first step and after each."""
    rows, columns = canvas
    plane, kernel = recipe.input[0], recipe.weight[0, 0]
    shape = (plane.size + 1, len(rows), len(columns))
    sums, touched = np.full(shape, recipe["bias"]), np.full(shape, bool(recipe["bias"]))
    reach = [dilation * (side - 1) + 1 for dilation, side in zip(layer.dilation, kernel.shape, strict=True)]
    for step, ((i, j), value) in enumerate(np.ndenumerate(plane)):
        top, left = i * layer.stride[0], j * layer.stride[1]
        stamp = np.s_[step + 1 :, top : top + reach[0] : layer.dilation[0], left : left + reach[1] : layer.dilation[1]]
        sums[stamp] += value * kernel
        touched[stamp] = True
    return sums, touched


def _output_panel(
    recipe: Recipe, layer: ConvTranspose2d, canvas: Spans, sums: Numbers, scale: float, theme: Theme
) -> Panel:
    """Return the output before cropping; what is cropped has no number."""
    size = recipe.output_size
    names: list[Name] = [
        at if all(line in range(side) for line, side in zip(at, size, strict=True)) else "a cell that is cropped"
        for at in product(*canvas)
    ]
    last = sums[-1].ravel().tolist()
    texts = [
        "" if isinstance(name, str) else number(tidy(value, scale)) for name, value in zip(names, last, strict=True)
    ]
    products = np.unique(np.multiply.outer(np.unique(recipe.input), np.unique(recipe.weight))).tolist()
    return Panel(
        "output", *canvas, texts, names, output_styles(layer, recipe["input_size"], *canvas, theme),
        resting=[""] * len(texts), numbers=[number(tidy(value, scale)) for value in np.unique(sums).tolist()],
        notes=[_added(product) for product in products],
    )  # fmt: skip


def _equation(tap: Tap) -> str:
    sign = "=" if is_sum(tap.product, [(tap.input_value, tap.weight)]) else "≈"
    return f"{term(tap.input_value, tap.weight)} {sign} {number(tap.product)}"


def _added(value: float) -> str:
    return number(value) if value < 0 else f"+{number(value)}"


def _input_cell(cell: tuple[int, int, int] | None) -> Pair:
    assert cell is not None  # a scatter step reads one
    return cell[1:]
