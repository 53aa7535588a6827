"""The kinds of questions: which of them a recipe has, and one of them by its seed."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from types import MappingProxyType
from typing import Final

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError
from convviz.recipes import Recipe

from .costs import cheaper, products, weights
from .fields import field, look_back, writes
from .gradients import gradient
from .kernels import separable
from .question import Question
from .reading import read_by, reads, winner
from .sizes import output_size
from .values import cell_value

Ask = Callable[[Recipe, Random], Question | None]
"""Asks about a recipe; None where there is nothing to ask, which does not depend on the random numbers."""

KINDS: Final[Mapping[str, Ask]] = MappingProxyType(
    {
        "output-size": output_size,
        "cell-value": cell_value,
        "gradient": gradient,
        "winner": winner,
        "reads": reads,
        "read-by": read_by,
        "writes": writes,
        "field": field,
        "look-back": look_back,
        "weights": weights,
        "products": products,
        "cheaper": cheaper,
        "separable": separable,
    }
)
"""Every kind of question by the name that links have for it, in the order in which they are asked."""


@lru_cache(256)
def kinds_of(recipe: Recipe) -> tuple[str, ...]:
    """Return the kinds of questions that can be asked about a recipe.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> kinds_of(recipe("dilated"))
    ('output-size', 'cell-value', 'reads', 'read-by', 'field', 'weights', 'products', 'separable')
    """
    return tuple(kind for kind, ask in KINDS.items() if ask(recipe, Random(0)) is not None)


def question_of(recipe: Recipe, seed: int, kind: str | None = None) -> Question:
    """Return a question about a recipe, the same for the same seed.

    Parameters
    ----------
    seed : int
        Decides the cell, and the kind, if none is given: consecutive seeds ask for one kind after the other.
    kind : str, optional
        One of `kinds_of`.

    Raises
    ------
    SpecError
        There is no question of this kind about the recipe, or none at all.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question_of(recipe("dilated"), 0).text
    'How many rows and columns does the output have?'
    """
    if kind is not None and kind not in KINDS:
        raise SpecError(f"kind must be one of {', '.join(KINDS)}; got {shown(kind)}.")
    if kind is None:
        kinds = kinds_of(recipe)
        if not kinds:
            raise SpecError("There is no question about this recipe: it has neither sizes nor numbers to ask for.")
        kind = kinds[seed % len(kinds)]
    question = KINDS[kind](recipe, Random(f"{seed} {kind} {recipe.variant} {recipe.to_query()}"))
    if question is None:
        kinds = kinds_of(recipe)
        raise SpecError(f'There is no question "{kind}" about this recipe; there are {", ".join(kinds) or "none"}.')
    return question
