"""Of a stack of any length, what its picture shows: all of it, or as many of its first layers as there is room for."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import Layer
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.stacks import spell_stack
from convviz.recipes.variants import field_size

NAME: Final = "receptive-field"

_LARGEST: Final = 10**9
"""The largest side of an input for which sizes are known."""

Stack = tuple[Layer, ...]


def drawn_of(layers: Stack, texts: Mapping[str, str]) -> tuple[Recipe | None, str]:
    """What is drawn of a stack, and a sentence about what is not.

    Parameters
    ----------
    texts : mapping
        What a link says of the stack where that differs from the defaults.

    Raises
    ------
    SpecError
        An input or a unit that was asked for does not go with the stack.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> recipe, words = drawn_of((conv2d(3),) * 8, {"layers": ";".join(["conv2d(3)"] * 8)})
    >>> len(recipe.layers), words
    (6, 'The first 6 of 8 layers are drawn: a picture has room for 6.')
    """
    most, total = limits.FIELD_LAYERS_DRAWN, len(layers)
    whole = _without(texts, "unit")
    if total <= most:
        try:
            Recipe.from_query(NAME, whole)
        except SpecError:
            if "input_size" in texts:
                raise
        else:
            return Recipe.from_query(NAME, texts), ""
    elif "input_size" in texts:
        return _first(layers, texts, most), _partly(most, total, _room())
    for count in range(min(total, most), 0, -1):
        with suppress(SpecError):
            recipe = _first(layers, texts, count)
            return recipe, _partly(count, total, _room() if count == most else _why(layers[: count + 1]))
    return None, f"There is no picture: {_why(layers[:1])}"


def fitting_input(layers: Stack) -> tuple[int, int]:
    """The smallest input of which the unit in the middle sees its whole field, whether that can be drawn or not.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> fitting_input((conv2d(3),) * 8), fitting_input((conv2d(7),) * 20), fitting_input((conv2d((3, 99)),))
    ((17, 17), (121, 121), (3, 99))
    """
    sizes = zip(field_size(layers), _field(layers), strict=True)
    height, width = (min(max(drawn, side or 0), _LARGEST) for drawn, side in sizes)
    return height, width


def _first(layers: Stack, texts: Mapping[str, str], count: int) -> Recipe:
    """The recipe of so many layers, with the unit that was asked for if it is in them."""
    given = {**_without(texts, "unit"), "layers": spell_stack(layers[:count])}
    with suppress(SpecError):
        return Recipe.from_query(NAME, {**given, **{name: text for name, text in texts.items() if name == "unit"}})
    return Recipe.from_query(NAME, given)


def _without(texts: Mapping[str, str], name: str) -> dict[str, str]:
    return {each: text for each, text in texts.items() if each != name}


def _partly(count: int, total: int, reason: str) -> str:
    which = "first layer of" if count == 1 else f"first {count} of"
    return f"The {which} {total} {'is' if count == 1 else 'layers are'} drawn: {reason}"


def _room() -> str:
    return f"a picture has room for {limits.FIELD_LAYERS_DRAWN}."


def _why(layers: Stack) -> str:
    """Why these cannot be drawn, though all before the last one can."""
    height, width = _field(layers)
    side = limits.FIELD_SIDE
    if max(height or 0, width or 0) > side:
        return (
            f"from layer {len(layers)} on a unit sees {height} × {width} cells, and a picture has room for "
            f"{side} × {side}."
        )
    try:
        Recipe.from_query(NAME, {"layers": spell_stack(layers)})
    except SpecError as error:
        return str(error)
    return ""


def _field(layers: Stack) -> tuple[int | None, int | None]:
    height, width = (None if side is None else int(side) for side in Network.sequential(layers).receptive_field().size)
    return height, width
