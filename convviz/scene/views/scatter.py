"""One step per input cell of a transposed convolution: the cell times the kernel is stamped onto the output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Spans, stamp_spans, stamped_taps
from convviz.recipes import Presentation, Recipe

from ..drawing import CellStyle, Kind, kind_styles, tapped_style
from ..figure import Draft, Figure, Shot, Step, storyboard
from ..number_format import (
    Numbers,
    about,
    caption,
    cell_words,
    factor,
    is_by_value,
    is_sum,
    number,
    sentence,
    size_formulas,
    span,
    term,
    tidy,
    widest_number,
    widest_sum,
)
from ..panels import Panel, cell_names, kernel_panel, output_styles, starts_of
from ..primitives import Name, Placed, Relation
from ..theme import Theme, theme_named
from ..typography import Term
from .gather import BARELY_LEGIBLE, LEGEND, describe_one_channel, panel_labels, three_panels

_INPUT, _KERNEL, _OUTPUT = range(3)


class _Stamp(NamedTuple):
    """What one input cell adds to, with its products: cells by their numbers, as many as the kernel has.

    ``is_kept`` is whether the padding does not crop a cell, ``before`` the sum in it before the step, ``is_touched``
    whether that is shown yet.
    """

    cells: Sequence[int]
    products: Sequence[float]
    is_kept: Sequence[bool]
    before: Sequence[float]
    is_touched: Sequence[bool]


@dataclass(frozen=True, slots=True)
class _Scatter:
    """The steps.

    Attributes
    ----------
    values, weights : sequence of float
        The numbers of the input and of the kernel, row by row.
    stamps : sequence of _Stamp
        The stamp of each step.
    windows : sequence of (top, left, bottom, right)
        The first and the last output cell of each stamp.
    sums, touched : array
        The output before cropping, and whether its cells show anything, before each step and after the last: shape
        (steps + 1, cells).
    starts : sequence of int
        The number of the first cell of each panel.
    scale : float
        The size of the numbers that the output is made of.
    """

    recipe: Recipe
    values: Sequence[float]
    weights: Sequence[float]
    stamps: Sequence[_Stamp]
    windows: Sequence[Sequence[int]]
    sums: Numbers
    touched: NDArray[np.bool_]
    starts: Sequence[int]
    scale: float

    def step(self, shot: Shot) -> Step:
        """Return what a frame says."""
        at, value, stamp = self._at(shot), self.values[shot.step], self.stamps[shot.step]
        taps = zip([value] * shot.taps, self.weights, stamp.products, stamp.is_kept, strict=False)
        said = self._say(shot, at, value, [*taps])
        description, details = self._describe(said.caption, shot, at, value)
        return said._replace(
            description=description, details=details,
            draw=lambda figure: self._draw(figure, shot),
        )  # fmt: skip

    def widest(self) -> list[Step]:
        """Return the last frames with the widest numbers, with all products and with all of them cropped."""
        value, title = (widest_number(self.values, spell) for spell in (factor, about))
        products = [widest_sum(number, self.recipe.input, np.array([weight])) for weight in self.weights]
        is_complete, area = self.recipe["storyboard"] == "cell", len(self.weights)
        shot = Shot(len(self.values) - 1, area, is_complete, 1.0)
        kept, lost = (
            self._say(
                shot, self.recipe["input_size"], title,
                [*zip([value] * area, self.weights, products, [is_kept] * area, strict=True)],
            )
            for is_kept in (True, False)
        )  # fmt: skip
        # Some may be cropped after others that are not.
        return [kept._replace(terms=[*kept.terms[:area], *lost.terms])]

    def _at(self, shot: Shot) -> Pair:
        """Return the input cell of a step."""
        row, column = divmod(shot.step, self.recipe["input_size"][1])
        return row, column

    def _say(self, shot: Shot, at: Pair, value: float, taps: Sequence[tuple[float, float, float, bool]]) -> Step:
        """Return title and terms; ``taps`` are values, weights and products, and whether they are kept."""
        lead = caption(shot.step, len(self.values), None if shot.is_complete else shot.taps)
        equations = [_equation(value, weight, product) for value, weight, product, is_kept in taps if is_kept]
        terms = [*(Term(f"{text};") for text in equations[:-1]), *map(Term, equations[-1:])]
        if lost := len(taps) - len(equations):
            terms.append(Term(f"({lost} cropped)", "muted"))
        if bias := self.recipe["bias"]:
            terms.append(Term(f"(every sum begins with the bias {number(bias)})", "muted"))
        where, of = cell_words(*at, "input")
        return Step(lead, (where, f"{of}, {about(value)},", "times the kernel"), terms)

    def _describe(self, lead: str, shot: Shot, at: Pair, value: float) -> tuple[str, str]:
        """Return the frame in words, and what of it the picture does not say."""
        (top, left, bottom, right), is_kept = self.windows[shot.step], self.stamps[shot.step].is_kept
        cropped = is_kept.count(False)
        lost = f", of which {cropped} of {len(is_kept)} cells are cropped" if cropped else ""
        details = f"added to output {span(top, bottom, 'row')}, {span(left, right, 'column')}{lost}"
        lead = f"{lead}: input row {at[0]}, column {at[1]} is {about(value)}"
        return f"{lead}; times the kernel it is {details}.", sentence(f"the products are {details}")

    def _draw(self, figure: Figure, shot: Shot) -> Iterator[Placed]:
        """Draw the sums before the step, the stamp, and the input cell."""
        theme, stamp, now = figure.theme, self.stamps[shot.step], shot.now
        # At the very end also the cells that no stamp touched: they are 0.
        is_end = shot.is_complete and shot.step == len(self.values) - 1
        yield from self._draw_sums(figure, shot.step, is_all=is_end)
        cropped = CellStyle(theme.cropped, theme.muted, theme.window_edge, "solid", "cropped")
        kernel = self.starts[_KERNEL]
        keys = figure.keys.taps(_OUTPUT, range(kernel, kernel + len(self.weights)))
        for k, (cell, added, is_kept, before, _) in enumerate(islice(zip(*stamp, strict=True), shot.taps)):
            if is_kept:
                style, text = tapped_style(theme, is_now=k == now), self._sum_text(before + added)
                yield figure.draw_cell(cell, style, text, note=_added(added), key=keys[k], is_addend=True)
            else:
                yield figure.draw_cell(cell, cropped, "", key=keys[k])
            if k == now:
                yield figure.draw_current(kernel + k, number(self.weights[k]))
        here, ends = self.starts[_INPUT] + shot.step, (kernel, self.starts[_OUTPUT] - 1)
        yield from figure.draw_funnel((here, here), ends, (stamp.cells[0], stamp.cells[-1]))
        yield figure.draw_outline(stamp.cells[0], stamp.cells[-1])
        yield figure.draw_current(self.starts[_INPUT] + shot.step, number(self.values[shot.step]))

    def _draw_sums(self, figure: Figure, step: int, *, is_all: bool) -> Iterator[Placed]:
        """Draw the sums that are there before a step."""
        panel, start = figure.panels[_OUTPUT], self.starts[_OUTPUT]
        cells = zip(panel.names, self.touched[step].tolist(), self.sums[step].tolist(), strict=True)
        for k, (name, is_touched, value) in enumerate(cells):
            if (is_all or is_touched) and not isinstance(name, str):
                text = self._sum_text(value)
                if (k, text) not in figure.drawn:
                    style = panel.styles[k]._replace(fill=figure.theme.output)
                    figure.drawn[k, text] = figure.draw_cell(start + k, style, text)
                yield figure.drawn[k, text]

    def relate(self, shot: Shot) -> Relation:
        """Return which output cells the stamp adds to through which weight, and the sums before and after."""
        stamp, kernel = self.stamps[shot.step], self.starts[_KERNEL]
        taps = len(stamp.cells)
        links = [self.starts[_INPUT] + shot.step] * taps, range(kernel, kernel + taps), stamp.cells
        if self.recipe["storyboard"] == "tap":
            return Relation(*links)
        each = [*zip(stamp.products, stamp.is_kept, stamp.before, stamp.is_touched, strict=True)]
        return Relation(
            *links,
            tuple(self._sum_text(before + product) if kept else "" for product, kept, before, _ in each),
            tuple(self._sum_text(before) if kept and touched else "" for _, kept, before, touched in each),
        )

    def _sum_text(self, value: float) -> str:
        return number(tidy(value, self.scale))


def scatter_draft(recipe: Recipe, show: Presentation) -> Draft:
    """Return the draft of a transposed convolution with one step per input cell."""
    layer, theme, (rows, columns) = recipe.layer, theme_named(show.theme), recipe["input_size"]
    assert isinstance(layer, ConvTranspose2d)  # only the transposed variant has the view
    cells, weight = recipe.input, recipe.weight
    canvas = stamp_spans(layer, (rows, columns))
    scale = float(abs(cells).max() * abs(weight).sum() + abs(recipe["bias"]))
    sums, touched = _running_sums(recipe, layer, canvas)
    kinds: list[Kind] = ["cropped"] if tuple(map(len, canvas)) != recipe.output_size else []
    kinds += ["extra"] if any(layer.output_padding) else []
    values = cells.ravel().tolist()
    texts = [number(value) for value in values]
    names = cell_names(range(rows), range(columns))
    styles = [kind_styles(theme)["input"]] * len(texts)
    panels = [
        Panel("input", range(rows), range(columns), texts, names, styles, is_editable=True),
        kernel_panel(weight[0, 0], theme, is_editable=True),
        _output_panel(recipe, layer, canvas, sums, scale, theme),
    ]
    starts, taps = starts_of(panels), stamped_taps(layer, cells, weight, 0, range(rows), range(columns))
    down, across = taps.by_step(taps.output_row), taps.by_step(taps.output_column)
    inside, steps = panels[_OUTPUT].index(down, across), np.arange(len(values))[:, None]
    height, width = recipe.output_size
    is_kept = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    sums, touched = sums.reshape(len(sums), -1), touched.reshape(len(touched), -1)
    products, before = taps.by_step(taps.product), sums[steps, inside]
    stamp = starts[_OUTPUT] + inside, products, is_kept, before, touched[steps, inside]
    stamps = [*map(_Stamp, *(each.tolist() for each in stamp))]
    windows = np.stack([down[:, 0], across[:, 0], down[:, -1], across[:, -1]], 1).tolist()
    weights = weight[0, 0].ravel().tolist()
    view = _Scatter(recipe, values, weights, stamps, windows, sums, touched, starts, scale)
    return Draft(
        show, panels, three_panels(panel_labels(recipe)), view,
        storyboard(recipe["storyboard"], [len(weights)] * len(values)),
        description=describe_one_channel(recipe), widest=view.widest(), legend={kind: LEGEND[kind] for kind in kinds},
        formulas=size_formulas(layer, (rows, columns)), finish=lambda figure: figure.draw_written(_OUTPUT),
        step_side="input", first_if=BARELY_LEGIBLE, is_by_value=is_by_value(recipe, show.fill),
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


def _equation(value: float, weight: float, product: float) -> str:
    sign = "=" if is_sum(product, [value], [weight]) else "≈"
    return f"{term(value, weight)} {sign} {number(product)}"


def _added(value: float) -> str:
    return number(value) if value < 0 else f"+{number(value)}"
