"""One change of a recipe or of a comparison, as the figure in the browser spells it."""

import re
from collections.abc import Callable
from typing import Final

from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .comparison import SIDES, Asked, Comparison, check_names, given_to
from .model import Recipe

_NUMBER: Final = re.compile(r"(?P<table>[a-z.]+):(?P<cell>\d{1,4}(,\d{1,4}){1,3}):(?P<number>.*)")
_OWN: Final = re.compile(r"own:(?P<table>[a-z.]+)")
_SET: Final = re.compile(r"set:(?P<name>[a-z_.]+)=(?P<text>.*)", re.DOTALL)
_SWAP: Final = "swap"


def edited(asked: Asked, edit: str) -> Asked:
    """Return a recipe or a comparison after one change.

    Parameters
    ----------
    edit : str
        ``weight:0,1:5`` changes the number of a cell; ``own:weight`` puts the numbers of a table in place of its name;
        ``set:stride=2`` changes a parameter, and own tables are cut or filled up to fit. In a comparison the name of a
        table has its side before it, ``left.weight``; that of a parameter may have it, and may be ``left`` or
        ``right`` itself; ``swap`` exchanges both sides.

    Raises
    ------
    SpecError
        ``edit`` is something else, or what it changes is refused.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> edited(recipe("standard"), "set:weight=sobel_x").to_query()
    'weight=sobel_x'
    >>> both = Comparison.from_query("left=standard&right=dilated&input_size=7")
    >>> edited(edited(both, "set:left.stride=2"), "swap").to_query()
    'left=dilated&right=standard&input_size=7&right.stride=2'
    """
    if isinstance(asked, Comparison) and edit == _SWAP:
        return Comparison(asked.right, asked.left)
    if found := _SET.fullmatch(edit):
        return _with_parameter(asked, found["name"], found["text"])
    if found := _NUMBER.fullmatch(edit):
        cell = tuple(map(int, found["cell"].split(",")))
        number = found["number"]
        return _with_table(asked, found["table"], lambda recipe, table: recipe.with_number(table, cell, number))
    if found := _OWN.fullmatch(edit):
        return _with_table(asked, found["table"], Recipe.with_own)
    swap = f", or {_SWAP}" if isinstance(asked, Comparison) else ""
    raise SpecError(
        f"edit must be a table, a cell and a number such as weight:0,1:5, own: with a table, or set: with a parameter "
        f"and its value such as set:stride=2{swap}; got {shown(edit)}."
    )


def _with_table(asked: Asked, name: str, change: Callable[[Recipe, str], Recipe]) -> Asked:
    """Change a table of one recipe, or an input that both sides share."""
    if isinstance(asked, Recipe):
        return change(asked, name)
    side, _, table = name.partition(".")
    return asked.change(lambda recipe: change(recipe, table), *asked.sides_of(side, table))


def _with_parameter(asked: Asked, name: str, text: str) -> Asked:
    """Change a parameter of one recipe, or of every side that it is for."""
    if isinstance(asked, Recipe):
        return _replaced(asked, name, text)
    if name in SIDES:
        return asked.replace(**{name: text})
    left, right = asked.sides
    check_names((left.kind, right.kind), [name])
    own = {side: given_to(side, recipe.kind, {name: text}) for side, recipe in zip(SIDES, asked.sides, strict=True)}
    return asked.change(lambda recipe: _replaced(recipe, name.rpartition(".")[2], text), *filter(own.get, SIDES))


def _replaced(recipe: Recipe, name: str, text: str) -> Recipe:
    """Change a parameter; where it is a table the sizes follow it, else tables of numbers follow the sizes."""
    return recipe.replace(**{name: text}) if name in recipe.kind.implied else recipe.with_size(name, text)
