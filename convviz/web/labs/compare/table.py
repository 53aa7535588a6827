"""Two recipes in numbers: sizes, receptive field, costs, and the parameters, with a mark where the sides differ."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from convviz.analysis import Network
from convviz.recipes import Recipe, variant_named
from convviz.recipes.comparison import Comparison, spell_all
from convviz.recipes.fields import FIELDS
from convviz.scene.number_format import size
from convviz.web.components.tables import table

_NONE: Final = "–"
_DIFFERS: Final = "≠"

_ALWAYS: Final = ("stride", "padding", "dilation")
"""Parameters that have a row even where the sides agree; the others have one where they differ."""


def comparison_table(both: Comparison) -> str:
    """Return the table as HTML; rows in which the sides differ have a sign and are strong."""
    rows = [[f"{label} {_DIFFERS}" if left != right else label, left, right] for label, left, right in _rows(both)]
    strong = [number for number, (_, left, right) in enumerate(rows) if left != right]
    names = [variant_named(recipe.variant).label for recipe in both.sides]
    head = ["", *([f"Left: {names[0]}", f"Right: {names[1]}"] if names[0] == names[1] else names)]
    notes = dict.fromkeys(recipe.kind.cost_note for recipe in both.sides)
    caption = " ".join([f"{_DIFFERS} marks what differs. Products on padding count.", *filter(None, notes)])
    return table(head, rows, caption, strong)


_FACTS: Final[Mapping[str, Callable[[Recipe], str]]] = {
    "Input": lambda recipe: _planes(recipe.get("in_channels", 1), recipe["input_size"]),
    "Kernel or window": lambda recipe: _of_layers(recipe, "kernel_size"),
    "Effective kernel": lambda recipe: _of_layers(recipe, "effective_kernel_size"),
    "Output": lambda recipe: _planes(recipe.get("out_channels", 1), recipe.output_size),
    "Receptive field": lambda recipe: _receptive_field(recipe),
    "Parameters": lambda recipe: _cost(recipe, "parameters"),
    "Multiplications": lambda recipe: _cost(recipe, "multiplications"),
    "Additions": lambda recipe: _cost(recipe, "additions"),
    "Steps": lambda recipe: f"{recipe.frames:,}",
}


def _rows(both: Comparison) -> Iterator[tuple[str, str, str]]:
    left, right = both.sides
    for label, fact in _FACTS.items():
        yield label, fact(left), fact(right)
    for name, field in FIELDS.items():
        values = _value(left, name), _value(right, name)
        is_row = name in both.differing or (name in _ALWAYS and values != (_NONE, _NONE))
        if is_row and name not in ("input_size", "kernel_size"):  # which are facts above
            label = re.sub(" [a-z]$", "", field.label)  # without its symbol in formulas
            yield f"{label} numbers" if field.kind == "table" else label, *values


def _of_layers(recipe: Recipe, name: str) -> str:
    """Return a size of each layer; a layer that only resizes has none."""
    return ", ".join(size(getattr(layer, name)) if hasattr(layer, name) else _NONE for layer in recipe.layers)


def _planes(channels: int, plane: tuple[int, int]) -> str:
    return f"{channels} × {size(plane)}" if channels > 1 else size(plane)


def _receptive_field(recipe: Recipe) -> str:
    """Return what an output reads; after a transposed convolution, the smallest and the largest of its phases."""
    rows, columns = Network.sequential(list(recipe.layers)).receptive_field().size_range
    if rows is None or columns is None:
        return _NONE
    smallest, largest = (rows[0], columns[0]), (rows[1], columns[1])
    return size(largest) if smallest == largest else f"{size(smallest)} to {size(largest)}"


def _cost(recipe: Recipe, name: str) -> str:
    """Return one of the costs, of the way that the lesson is about; where nothing is learned, there is none."""
    costs = list(recipe.kind.costs(recipe.values).values())
    return f"{getattr(costs[0], name):,}" if costs else _NONE


def _value(recipe: Recipe, name: str) -> str:
    """Return a parameter in words."""
    text = spell_all(recipe).get(name)
    if text is None:
        return _NONE
    if FIELDS[name].kind == "table" and not isinstance(recipe[name], str):
        return "own"
    if name == "layers":
        return text.replace(";", ";\u200b")  # where a long stack continues in the next line
    words = {"true": "yes", "false": "no", "cell": "step", "tap": "product"}
    return re.sub(r"(?<=\d)x(?=\d)", " × ", words.get(text, text.replace("_", " ")))
