"""Cells that are sums of products: how the sum is made, in words and in marks, and which cells belong together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np

from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import Integers, TapArrays

from .figure import Figure
from .number_format import Numbers, about, cell_words, factor, is_sum, number, span, term, widest_number, widest_sum
from .primitives import Placed, Relation
from .typography import Role, Term

_CACHED: Final = 16_384


class Addend(NamedTuple):
    """What is added to the products: a bias, or a sum that is not drawn."""

    text: str
    value: float
    role: Role = "ink"


class Taps(NamedTuple):
    """The products of one step: of each the cell that it reads, the cell of its weight, both numbers and the product.

    ``is_real`` is whether the cell is one of the input.
    """

    cells: Sequence[int]
    weight_cells: Sequence[int]
    values: Sequence[float]
    weights: Sequence[float]
    products: Sequence[float]
    is_real: Sequence[bool]


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """The products of all steps that make one panel, or one channel of several.

    Attributes
    ----------
    taps : sequence of Taps
        Those of each step.
    totals : sequence of sequences of float
        The sum after each product.
    windows : sequence of (top, left, bottom, right)
        The positions of the first and the last tap of each step.
    groups : sequence of slice
        The taps that are one window, on one panel.
    """

    taps: Sequence[Taps]
    totals: Sequence[Sequence[float]]
    windows: Sequence[tuple[int, int, int, int]]
    groups: Sequence[slice]

    def total(self, step: int, shown: int) -> float:
        """Return the sum of the first products of a step."""
        return self.totals[step][shown - 1] if shown > 0 else 0.0

    def relate(self, step: int, target: int, *, has_totals: bool) -> Relation:
        """Return which cell meets which weight for the target of a step; ``has_totals`` adds the sums on the way."""
        cells, weight_cells, *_ = self.taps[step]
        sums = tuple(map(number, self.totals[step])) if has_totals else ()
        return Relation(cells, weight_cells, [target] * len(cells), sums)


def pass_of(
    arrays: TapArrays, cells: Integers, weight_cells: Sequence[int], scale: float, *, is_turned: bool = False
) -> Pass:
    """Return the pass with these taps.

    Parameters
    ----------
    arrays : TapArrays
        The taps, of which each channel makes one window.
    cells : array
        The number of the cell that each of them reads.
    weight_cells : sequence of int
        The number of the cell with the weight of each tap of a step.
    scale : float
        The size of the numbers that are added: less than 1e-13 of it is noise, and zero.
    is_turned : bool
        Whether the taps of each channel are in the order opposite to that in which they are drawn.
    """
    area = arrays.shape[3] * arrays.shape[4]
    order = np.arange(arrays.shape[2] * area).reshape(-1, area)[:, :: -1 if is_turned else 1].ravel()
    values, products, numbers, row, column = (
        arrays.by_step(each)[:, order]
        for each in (arrays.input_value, arrays.product, cells, arrays.row, arrays.column)
    )
    is_real = arrays.by_step(~(arrays.is_padding | arrays.is_inserted))[:, order]
    weights = np.broadcast_to(arrays.weight, arrays.shape)[0, 0].ravel()[order].tolist()
    totals = products.cumsum(1)
    rows = zip(numbers.tolist(), values.tolist(), products.tolist(), is_real.tolist(), strict=True)
    return Pass(
        [Taps(read, weight_cells, value, weights, product, real) for read, value, product, real in rows],
        np.where(abs(totals) < 1e-13 * scale, 0.0, totals).tolist(),
        np.stack([row[:, 0], column[:, 0], row[:, -1], column[:, -1]], 1).tolist(),
        [slice(first, first + area) for first in range(0, products.shape[1], area)],
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell that is a sum of products, as far as a frame has come.

    Attributes
    ----------
    name : sequence of str
        The cell as a title names it, in phrases.
    target : int
        Its number.
    taps : Taps
        All its products.
    groups : sequence of slice
        As in `Pass`.
    shown : int
        How many of the products the frame shows.
    now : int, optional
        The tap that the frame has come to.
    value : float
        The sum of those, and once it is complete with the addends.
    addends : sequence of Addend
        What is added to the products.
    """

    name: Sequence[str]
    target: int
    taps: Taps
    groups: Sequence[slice]
    shown: int
    now: int | None
    value: float
    addends: Sequence[Addend] = ()

    @property
    def count(self) -> int:
        """The number of all products."""
        return len(self.taps.values)

    @property
    def is_complete(self) -> bool:
        """Whether all products are shown."""
        return self.shown == self.count

    @property
    def so_far(self) -> str:
        """What is said of a sum that is not complete."""
        return "" if self.is_complete else " so far"

    @property
    def title(self) -> tuple[str, ...]:
        """The cell and its value, in phrases."""
        *first, last = self.name
        return *first, f"{last}{self.so_far}:", about(self.value)

    @property
    def terms(self) -> list[Term]:
        """A word for each product, for what else is added, and for the result with the sign that is true of them."""
        _, _, values, weights, _, is_real = self.taps
        values, weights = values[: self.shown], weights[: self.shown]
        words = [*map(_product_word, values, weights, is_real, (True, *repeat(False, self.shown)))]
        addends = self.addends if self.is_complete else ()
        words += [Term(each.text, each.role) for each in addends]
        return [
            *words, total(self.value, [*values, *(each.value for each in addends)], [*weights, *(1.0 for _ in addends)])
        ]  # fmt: skip

    def described(self, count: int | None = None) -> str:
        """Return the sum in words; ``count`` is the number of products where not all are drawn."""
        count = count or self.count
        of = "" if self.is_complete else f"{self.shown} of "
        return f"the sum of {of}{count} {'product' if count == 1 else 'products'}"

    def funnel(self, figure: Figure) -> Iterator[Placed]:
        """Draw curves from the window through its kernel to the cell, where there is one window."""
        if len(self.groups) == 1:
            cells, weight_cells, *_ = self.taps
            kernel = sorted((weight_cells[0], weight_cells[-1]))
            yield from figure.draw_funnel((cells[0], cells[-1]), (kernel[0], kernel[1]), (self.target, self.target))

    def draw(self, figure: Figure, joins: Iterable[Placed] = (), *, has_rings: bool = True) -> Iterator[Placed]:
        """Draw the windows with rings around their kernels, what joins the windows, the weight of now, and the cell."""
        cells, weight_cells, values, weights, _, is_real = self.taps
        kernels = [figure.panel_of[weight_cells[group.start]] for group in self.groups]
        for group, kernel, after in zip(self.groups, kernels, [*kernels[1:], None], strict=True):
            now = None if self.now is None else self.now - group.start
            yield from figure.draw_window(
                cells[group], weight_cells[group], values[group], weights[group], is_real[group], now
            )
            if has_rings and kernel != after:
                yield figure.draw_ring(kernel)
        yield from joins
        if self.now is not None:
            yield figure.draw_current(weight_cells[self.now], number(weights[self.now]))
        yield figure.draw_current(self.target, number(self.value) if self.shown else "")


@dataclass(frozen=True, slots=True)
class PanelSums:
    """The sums that make one panel, one step for each of its cells.

    Attributes
    ----------
    reads, writes : str
        What its panels are called.
    input, weight : array
        The numbers that it reads.
    bias : float
        Added to every sum.
    products : Pass
        Its products.
    targets : sequence of int
        The cells that it writes.
    values : array
        What it makes, shape (rows, columns).
    """

    reads: str
    writes: str
    input: Numbers
    weight: Numbers
    bias: float
    products: Pass
    targets: Sequence[int]
    values: Numbers

    @property
    def count(self) -> int:
        """The number of products of a step."""
        return len(self.products.taps[0].values)

    def at(self, step: int) -> Pair:
        """Return row and column of the cell that a step writes."""
        row, column = divmod(step, self.values.shape[1])
        return row, column

    def sum_of(self, step: int, shown: int, now: int | None = None) -> Sum:
        """Return what a frame shows of a step."""
        (row, column), taps = self.at(step), self.products.taps[step]
        is_complete = shown == len(taps.values)
        value = float(self.values[row, column]) if is_complete else self.products.total(step, shown)
        addends = [Addend(f"+ {factor(self.bias)} (bias)", self.bias)] if self.bias else []
        name = cell_words(row, column, self.writes)
        return Sum(name, self.targets[step], taps, self.products.groups, shown, now, value, addends)

    def widest(self, size: Pair, spell: Callable[[float], str], *, is_by_tap: bool) -> Sum:
        """Return the complete sum with the widest numbers, in the cell behind the last one of ``size``.

        ``spell`` is how the result is spelled.
        """
        value, weight = (widest_number(np.unique(each).tolist(), factor) for each in (self.input, self.weight))
        result = widest_sum(spell, self.input, self.weight, self.bias)
        if not is_by_tap:
            result = widest_number(self.values.ravel().tolist(), spell)
        made = self.sum_of(0, self.count)
        taps = made.taps._replace(values=[value] * self.count, weights=[weight] * self.count)
        return replace(made, name=cell_words(*size, self.writes), taps=taps, value=result)

    def describe(self, step: int, made: Sum) -> str:
        """Return how many products a sum has, and of which cells."""
        top, left, bottom, right = self.products.windows[step]
        return f"{made.described()} over {self.reads} {span(top, bottom, 'row')}, {span(left, right, 'column')}"


@lru_cache(_CACHED)
def _product_word(value: float, weight: float, is_real: bool, is_first: bool) -> Term:
    """Return the word for a product."""
    return Term(term(value, weight) if is_first else f"+ {term(value, weight)}", "ink" if is_real else "muted")


def total(value: float, values: Sequence[float], weights: Sequence[float], lead: str = "") -> Term:
    """Return the word for a result: with "=" where the terms before it, as they are shown, add up to it, else "≈"."""
    return Term(f"{lead}{'=' if is_sum(value, values, weights) else '≈'} {number(value)}", bold=True)
