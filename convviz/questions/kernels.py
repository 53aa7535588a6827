"""Is this kernel separable?"""

from random import Random
from typing import Final

import numpy as np

from convviz.analysis import Separation, separate
from convviz.arithmetic import Conv2d, ConvTranspose2d
from convviz.recipes import Recipe
from convviz.scene.number_format import number

from .question import Mistake, Question

_CLEAR: Final = 1e-6
"""Relative error of one column times one row above which a kernel is clearly more than that."""

_RULE: Final = "A kernel is separable where all its rows are multiples of one row."
_REASONS: Final = {
    "yes": "In a separable kernel all rows are multiples of one row; in this one they are not.",
    "no": "All rows of this kernel are multiples of one row, and that is all it takes.",
}
"""What is wrong with each answer where it is the wrong one."""


def separable(recipe: Recipe, random: Random) -> Question | None:  # there is one kernel
    """Ask whether the kernel is one column times one row.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> separable(recipe("standard", weight="sobel_x"), Random(0)).because
    'It is the column (1, 2, 1) times the row (−1, 0, 1).'
    >>> separable(recipe("standard", weight="laplacian"), Random(0)).because
    'Rows 0 and 1, (0, 1, 0) and (1, −4, 1), are no multiples of one another.'
    """
    computed = recipe.computed
    weights = computed.kind.weights(computed.values)
    if (
        not weights
        or not isinstance(computed.layer, Conv2d | ConvTranspose2d)
        or next(iter(weights.values()))[:2] != (1, 1)
        or min(computed["kernel_size"]) < 2
    ):
        return None
    separation = separate(computed.weight[0, 0])
    if 0 < separation.residual < _CLEAR:
        return None  # rounding may decide
    answer, other = ("yes", "no") if separation.is_separable else ("no", "yes")
    because = _because(separation)
    return Question(
        kind="separable",
        recipe=recipe,
        text="Is this kernel separable: one column times one row?",
        form="choice",
        answer=answer,
        because=because,
        mistakes=(Mistake(other, _REASONS[other]),),
        otherwise=_RULE,
        choices=("yes", "no"),
    )


def _because(separation: Separation) -> str:
    if separation.is_separable:
        column, row = separation.simplest()
        return f"It is the column {_spelled(column)} times the row {_spelled(row)}."
    kernel = separation.kernel
    rows = [at for at in range(len(kernel)) if kernel[at].any()]
    first, second = next((a, b) for a in rows for b in rows if a < b and not separate(kernel[[a, b]]).is_separable)
    return (
        f"Rows {first} and {second}, {_spelled(kernel[first])} and {_spelled(kernel[second])}, are no multiples of one"
        " another."
    )


def _spelled(numbers: np.ndarray) -> str:
    return f"({', '.join(map(number, numbers.tolist()))})"
