"""Two recipes in numbers: sizes, receptive field, costs, and the parameters, with a mark where the sides differ."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from convviz.analysis import Network
from convviz.recipes import Recipe
from convviz.recipes.comparison import Comparison, spelt
from convviz.recipes.fields import FIELDS
from convviz.scene.number_format import size
from convviz.web.components.tables import table

_NONE: Final = "–"
_DIFFERS: Final = "≠"

_LABELS: Final = {
    **{name: field.label for name, field in FIELDS.items() if not name.endswith("_size")},
    "input": "Input numbers",
    "weight": "Weights",
}
"""The parameters that have rows of their own, where the sides differ; sizes always have one."""

_ALWAYS: Final = ("stride", "padding", "dilation")


def comparison_table(both: Comparison) -> str:
    """The table as HTML; rows in which the sides differ carry a sign and stand out."""
    rows = [[f"{label} {_DIFFERS}" if left != right else label, left, right] for label, left, right in _rows(both)]
    strong = [number for number, (_, left, right) in enumerate(rows) if left != right]
    names = [side.kind.label for side in both.sides]
    head = ["", *([f"Left: {names[0]}", f"Right: {names[1]}"] if names[0] == names[1] else names)]
    return table(head, rows, _caption(both), strong)


def _caption(both: Comparison) -> str:
    notes = dict.fromkeys(side.kind.cost_note for side in both.sides if side.kind.cost_note)
    return " ".join([f"{_DIFFERS} marks what differs. Products on padding count.", *notes])


_FACTS: Final[Mapping[str, Callable[[Recipe], str]]] = {
    "Input": lambda one: _with(one.get("in_channels", 1), size(one["input_size"])),
    "Kernel or window": lambda one: _of_layers(one, "kernel_size"),
    "Effective kernel": lambda one: _of_layers(one, "effective_kernel_size"),
    "Output": lambda one: _with(one.get("out_channels", 1), size(one.output_size)),
    "Receptive field": lambda one: _field(one),
    "Parameters": lambda one: _counted(one, "parameters"),
    "Multiplications": lambda one: _counted(one, "multiplications"),
    "Additions": lambda one: _counted(one, "additions"),
    "Steps": lambda one: f"{one.frames:,}",
}


def _rows(both: Comparison) -> Iterator[tuple[str, str, str]]:
    left, right = both.sides
    for label, fact in _FACTS.items():
        yield label, fact(left), fact(right)
    for name, label in _LABELS.items():
        values = _value(left, name), _value(right, name)
        if name in both.differing or (name in _ALWAYS and values != (_NONE, _NONE)):  # stacks have them layer by layer
            yield label, *values


def _of_layers(recipe: Recipe, name: str) -> str:
    """A size that layers have, one after the other; those that only resize have none."""
    return ", ".join(size(getattr(layer, name)) if hasattr(layer, name) else _NONE for layer in recipe.layers)


def _with(channels: int, text: str) -> str:
    return f"{channels} × {text}" if channels > 1 else text


def _field(recipe: Recipe) -> str:
    """What an output reads; of a transposed convolution from the smallest to the largest of its phases."""
    network = Network()
    network.sequential(list(recipe.layers))
    rows, columns = network.receptive_field().size_range
    if rows is None or columns is None:
        return _NONE
    smallest, largest = (rows[0], columns[0]), (rows[1], columns[1])
    return size(largest) if smallest == largest else f"{size(smallest)} to {size(largest)}"


def _counted(recipe: Recipe, what: str) -> str:
    """Return what the layers cost; nothing is learned in a pooling, and a checkerboard is about its paths alone."""
    costs = recipe.kind.costs(recipe.values)
    return f"{getattr(next(iter(costs.values())), what):,}" if costs else _NONE


def _value(recipe: Recipe, name: str) -> str:
    text = spelt(recipe).get(name)
    if text is None:
        return _NONE
    if name in ("input", "weight", "pointwise") and not isinstance(recipe[name], str):
        return "own"
    if name == "layers":
        return text.replace(";", ";\u200b")  # where a long stack goes on in the next line
    words = {"true": "yes", "false": "no", "cell": "step", "tap": "product"}
    return re.sub(r"(?<=\d)x(?=\d)", " × ", words.get(text, text.replace("_", " ")))
