"""What is the value of a cell of a gradient?"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

import numpy as np

from convviz.arithmetic import AvgPool2d, MaxPool2d, trace
from convviz.recipes import Recipe
from convviz.recipes.named_arrays import Array
from convviz.scene.number_format import about, number, term

from .question import Mistake, Question, distinct
from .words import digits, has_output, other_places

_MOST_TERMS: Final = 12
_TRIED: Final = 12
_ENOUGH: Final = 3

Terms = dict[tuple[int, int], list[tuple[float, float]]]
"""For each cell of a gradient the pairs of numbers whose products it adds up, the first from dY."""


def gradient(recipe: Recipe, random: Random) -> Question | None:
    """Ask for the number in a cell of dX, or of dW where that alone is drawn.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> gradient(recipe("standard"), Random(0)) is None
    True
    """
    computed = recipe.computed
    if has_output(computed):
        return None
    name = "dW" if computed.get("gradient") == "dw" else "dX"
    right, terms = computed.drawn_output[0], _terms(computed, name)
    wrong = [(words, other.drawn_output[0]) for words, other in _others(computed, name)]
    cells = [cell for cell in np.ndindex(right.shape) if len(terms.get(cell, [])) > 1] or [*np.ndindex(right.shape)]
    random.shuffle(cells)
    tried = [(cell, _mistakes(right, wrong, cell, terms.get(cell, []))) for cell in cells[:_TRIED]]
    cell, mistakes = max(tried, key=lambda each: min(len(each[1]), _ENOUGH))  # the first where enough slips show
    value = _plain(right[cell])
    return Question(
        kind="gradient",
        recipe=recipe,
        text=f"What is the value at row {cell[0]}, column {cell[1]} of {name}?{digits(value)}",
        form="number",
        answer=value,
        because=_because(terms.get(cell, []), value),
        mistakes=mistakes,
        about=name.lower(),
        at=(0, *cell),
        otherwise=_RULES[name] if "weight" in computed and not _is_pooling(computed) else _POOLING_RULE,
    )


_RULES: Final = {
    "dX": "Add up, for each output that reads the cell, its dY times the weight through which it is read.",
    "dW": "Add up, for each output, its dY times the input cell that this weight meets there.",
}
_POOLING_RULE: Final = (
    "Each dY goes back to the cells of its window: to the winner alone, or divided among all of them."
)


def _is_pooling(recipe: Recipe) -> bool:
    return isinstance(recipe.layer, MaxPool2d | AvgPool2d)


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else float(value)


def _terms(recipe: Recipe, name: str) -> Terms:
    """Return what each cell adds up: every tap of the pass forward sends its dY back to its input and its weight."""
    upstream, terms = recipe.numbers("upstream"), Terms()
    for step in trace(recipe.layer, recipe.input, None if _is_pooling(recipe) else recipe.weight):
        assert step.output is not None  # it gathers
        for tap in step.taps:
            share = tap.input_value if name == "dW" else tap.weight
            if tap.source is not None and not (_is_pooling(recipe) and share == 0):
                cell = tap.kernel if name == "dW" else tap.source[1:]
                terms.setdefault(cell, []).append((float(upstream[step.output]), share))
    return terms


def _because(terms: Sequence[tuple[float, float]], value: float) -> str:
    if len(terms) > _MOST_TERMS:
        return f"The sum of {len(terms)} products is {about(value)}."
    return f"{' + '.join(term(upstream, share) for upstream, share in terms) or '0'} = {about(value)}."


def _others(recipe: Recipe, name: str) -> Iterator[tuple[str, Recipe]]:
    """Yield the recipes that someone computes who makes a slip, and what is said of it."""
    if isinstance(recipe.layer, MaxPool2d):
        yield "A maximum sends dY to its winner alone, not to all cells.", recipe.replace(mode="average")
    elif isinstance(recipe.layer, AvgPool2d):
        yield "An average sends dY to all cells of its window, not to the largest alone.", recipe.replace(mode="max")
    elif name == "dX":
        turned = recipe.numbers("weight")[..., ::-1, ::-1]
        yield "The kernel was turned by 180 degrees, but dY stamps it as it is.", recipe.replace(weight=turned)
    ones = np.ones_like(recipe.numbers("upstream"))
    yield "dY is left out: each product has it as a factor.", recipe.replace(upstream=ones)


def _mistakes(
    right: Array, wrong: Sequence[tuple[str, Array]], cell: tuple[int, int], terms: Sequence[tuple[float, float]]
) -> tuple[Mistake, ...]:
    mistakes = [Mistake(_plain(other[cell]), words) for words, other in wrong]
    if len(terms) > 1:
        first = terms[0][0] * terms[0][1]
        mistakes.append(
            Mistake(_plain(first), f"That is one product, {number(first)}; {len(terms)} paths lead back to this cell.")
        )
    for (row, column), words in other_places(*cell, is_line=False):
        if 0 <= row < right.shape[0] and 0 <= column < right.shape[1]:
            mistakes.append(Mistake(_plain(right[row, column]), words))
    return distinct(_plain(right[cell]), mistakes)
