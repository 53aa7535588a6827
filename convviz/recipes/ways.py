"""The ways to look at the layer of a recipe from another side: as another variant, with the same numbers."""

from contextlib import suppress

from convviz.errors import SpecError

from .model import Recipe
from .named_arrays import RANDOM
from .variants import variant_named
from .variants.base import Values


def ways_of(recipe: Recipe) -> list[Recipe]:
    """Return the recipes of other variants that show the same layer on the same numbers.

    They keep the parameters that both variants have. Where the other one takes no such numbers, as of several channels,
    it has its own; where it cannot show the layer at all, it is left out.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [(each.variant, each.to_query()) for each in ways_of(recipe("standard", stride=2, padding=1, input="ramp"))]
    [('matrix', 'input_size=5&kernel_size=3&stride=2&padding=1&input=ramp'), ('backward', 'input=ramp')]
    """
    others = {name: own for name, own in recipe.kind.ways(recipe.values).items() if name != recipe.variant}
    return [*filter(None, (_in(name, own, recipe) for name, own in others.items()))]


def _in(name: str, own: Values, recipe: Recipe) -> Recipe | None:
    """Return the recipe of the variant ``name`` with its ``own`` parameters and those of a recipe."""
    kind = variant_named(name)
    shared: dict[str, object] = {each: value for each, value in recipe.values.items() if each in kind.fields}
    if recipe.get("input") == RANDOM and kind.home != recipe.kind.home:
        shared["input"] = recipe.input  # random numbers are other ones there
    sizes = {each: value for each, value in shared.items() if each not in recipe.kind.implied}
    for given in (shared, sizes):
        with suppress(SpecError):
            return Recipe.from_values(name, {**given, **own})
    return None
