"""One change of a recipe or of a comparison, as the figure in the browser spells it."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .comparison import SIDES, Asked, Comparison, asked_for, check_names, given_to, of_side, read_kinds
from .model import Recipe

_NUMBER: Final = re.compile(r"(?P<table>[a-z.]+):(?P<cell>\d{1,4}(,\d{1,4}){1,3}):(?P<number>.*)")
_OWN: Final = re.compile(r"own:(?P<table>[a-z.]+)")
_SET: Final = re.compile(r"set:(?P<name>[a-z_.]+)=(?P<text>.*)", re.DOTALL)
_SWAP: Final = "swap"


def edited(asked: Asked, edit: str) -> dict[str, object]:
    """Return the parameters of a recipe or a comparison after one change; together they may be refused.

    Parameters
    ----------
    edit : str
        ``weight:0,1:5`` changes the number of a cell, ``weight:0,1:5|weight:0,2:7`` those of several; ``own:weight``
        puts the numbers of a table in place of its name; ``set:stride=2`` changes a parameter, and own tables are cut
        or filled up to fit. In a comparison the name of a table has its side before it, ``left.weight``; that of a
        parameter may have it, and may be ``left`` or ``right`` itself; ``swap`` exchanges both sides.

    Raises
    ------
    SpecError
        ``edit`` is something else, or what it changes cannot be read.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> edited(recipe("standard"), "set:weight=sobel_x")
    {'weight': 'sobel_x'}
    >>> edited(recipe("standard", input="1,2;3,4", kernel_size=1), "input:0,0:5|input:1,1:6")
    {'kernel_size': '1', 'input': '5,2;3,6'}
    >>> both = Comparison.from_query("left=standard&right=dilated&input_size=7")
    >>> edited(both, "swap")
    {'left': 'dilated', 'right': 'standard', 'input_size': '7'}
    """
    if isinstance(asked, Comparison) and edit == _SWAP:
        return {**Comparison(asked.right, asked.left).to_texts()}
    if found := _SET.fullmatch(edit):
        name, text = found["name"], found["text"]
        return asked.fitted(name, text) if isinstance(asked, Recipe) else _set_on_sides(asked, name, text)
    if all(cells := [_NUMBER.fullmatch(each) for each in edit.split("|")]):
        return _with_numbers(asked, [cell for cell in cells if cell])
    if found := _OWN.fullmatch(edit):
        return _with_table(asked, found["table"], Recipe.with_own)
    swap = f", or {_SWAP}" if isinstance(asked, Comparison) else ""
    raise SpecError(
        f"edit must be a table, a cell and a number such as weight:0,1:5, own: with a table, or set: with a parameter "
        f"and its value such as set:stride=2{swap}; got {shown(edit)}."
    )


def _with_numbers(asked: Asked, cells: Sequence[re.Match[str]]) -> dict[str, object]:
    """Change the numbers of cells, one after another."""
    if len(cells) > (most := limits.INPUT_SIDE**2):
        raise SpecError(f"edit must change at most {most} cells; got {len(cells)}.")
    texts: dict[str, object] = {}
    for found in cells:
        cell, number = tuple(map(int, found["cell"].split(","))), found["number"]
        texts = _with_table(asked, found["table"], partial(Recipe.with_number, cell=cell, number=number))
        asked = asked_for(asked.variant, texts)
    return texts


def _with_table(asked: Asked, name: str, change: Callable[[Recipe, str], Recipe]) -> dict[str, object]:
    """Change a table of one recipe, or an input that both sides share."""
    side, _, table = name.partition(".")
    if isinstance(asked, Recipe):
        is_of_both = side in SIDES and len(asked.drawn) > 1  # which show the same numbers
        return {**change(asked, table if is_of_both else name).to_texts()}
    return {**asked.change_table(side, table, lambda recipe: change(recipe, table)).to_texts()}


def _set_on_sides(both: Comparison, name: str, text: str) -> dict[str, object]:
    """Change a parameter of every side that it is for, or the variant of one side, which keeps what it also has."""
    kinds = read_kinds({"left": both.left.variant, "right": both.right.variant, name: text})
    check_names(kinds, [name])
    given: dict[str, object] = {}
    for side, recipe, kind in zip(SIDES, both.sides, kinds, strict=True):
        if kind.name != recipe.variant:
            own = {one: each for one, each in given_to(side, kind, both.to_texts()).items() if one in kind.fields}
        elif change := given_to(side, kind, {name: text}):
            own = of_side(side, partial(recipe.fitted, *change.popitem()))
        else:
            own = recipe.parameters()
        given |= {side: kind.name, **{f"{side}.{one}": each for one, each in own.items()}}
    return given
