"""Which layers of a stack of any length are drawn: all, or as many of the first ones as there is room for."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from convviz import limits
from convviz.analysis import Network
from convviz.arithmetic import Layer
from convviz.arithmetic.layer_kinds import spell_stack
from convviz.errors import SpecError

from .model import Recipe
from .variants.receptive_field import field_size

NAME: Final = "receptive-field"

_LARGEST: Final = 10**9
"""The largest side of an input for which sizes are known."""

Stack = tuple[Layer, ...]


def drawable_recipe(layers: Stack, texts: Mapping[str, str]) -> tuple[Recipe | None, str]:
    """Return the recipe of the layers that can be drawn, and a sentence about those that cannot.

    Parameters
    ----------
    texts : mapping
        What a link says of the stack where that differs from the defaults.

    Raises
    ------
    SpecError
        The input or the unit in ``texts`` does not fit the stack.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> recipe, sentence = drawable_recipe((conv2d(3),) * 8, {"layers": ";".join(["conv2d(3)"] * 8)})
    >>> len(recipe.layers), sentence
    (6, 'The first 6 of 8 layers are drawn: a picture has room for 6.')
    """
    most, total = limits.FIELD_LAYERS_DRAWN, len(layers)
    room = f"a picture has room for {most}."
    if total <= most:
        try:
            Recipe.from_query(NAME, _without_unit(texts))
        except SpecError:
            if "input_size" in texts:
                raise
        else:
            return Recipe.from_query(NAME, texts), ""
    elif "input_size" in texts:
        return _first_layers(layers, texts, most), _partly(most, total, room)
    for count in range(min(total, most), 0, -1):
        with suppress(SpecError):
            recipe = _first_layers(layers, texts, count)
            return recipe, _partly(count, total, room if count == most else _why_not(layers[: count + 1]))
    return None, f"There is no picture: {_why_not(layers[:1])}"


def fitting_input(layers: Stack) -> tuple[int, int]:
    """Return the smallest input on which the middle unit sees its whole field, whether that can be drawn or not.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> fitting_input((conv2d(3),) * 8), fitting_input((conv2d(7),) * 20), fitting_input((conv2d((3, 99)),))
    ((17, 17), (121, 121), (3, 99))
    """
    height, width = field_size(layers)
    rows, columns = _field(layers)
    return min(max(height, rows), _LARGEST), min(max(width, columns), _LARGEST)


def _first_layers(layers: Stack, texts: Mapping[str, str], count: int) -> Recipe:
    """Return the recipe of the first layers, with the unit of ``texts`` if it is in them."""
    query = {**texts, "layers": spell_stack(layers[:count])}
    with suppress(SpecError):
        return Recipe.from_query(NAME, query)
    return Recipe.from_query(NAME, _without_unit(query))


def _without_unit(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name != "unit"}


def _partly(count: int, total: int, reason: str) -> str:
    if count == 1:
        return f"The first layer of {total} is drawn: {reason}"
    return f"The first {count} of {total} layers are drawn: {reason}"


def _why_not(layers: Stack) -> str:
    """Return why these layers cannot be drawn, though all before the last one can."""
    (height, width), side = _field(layers), limits.FIELD_SIDE
    if max(height, width) > side:
        return (
            f"from layer {len(layers)} on a unit sees {height} × {width} cells, and a picture has room for "
            f"{side} × {side}."
        )
    try:
        Recipe.from_query(NAME, {"layers": spell_stack(layers)})
    except SpecError as error:
        return str(error)
    return ""


def _field(layers: Stack) -> tuple[int, int]:
    """Return the receptive field of a stack, 0 where it depends on the input."""
    height, width = Network.sequential(layers).receptive_field().size
    return int(height or 0), int(width or 0)
