"""Two recipes in numbers: sizes, receptive field, costs, and the parameters, with a mark where the sides differ."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from convviz.analysis import Cost, Network, cost, two_passes
from convviz.arithmetic import PixelShuffle
from convviz.recipes import Recipe, variant_named
from convviz.recipes.comparison import Comparison, spelt
from convviz.scene.number_format import size
from convviz.web.components.summary import cost_of
from convviz.web.components.tables import table

_NONE: Final = "–"
_DIFFERS: Final = "≠"

_LABELS: Final = {
    "layers": "Layers", "unit": "Unit", "stride": "Stride", "padding": "Padding", "dilation": "Dilation",
    "padding_mode": "Padding holds", "output_padding": "Output padding", "view": "View", "mode": "Mode",
    "ceil_mode": "Round up", "count_include_pad": "Padding counted", "in_channels": "In channels",
    "channel_multiplier": "Kernels each", "out_channels": "Out channels", "groups": "Groups", "act": "Act",
    "flip": "Flipped", "input": "Input numbers", "weight": "Weights", "pointwise": "1×1 weights", "bias": "Bias",
    "seed": "Seed", "storyboard": "A frame per",
}  # fmt: skip
"""The parameters that have rows of their own, where the sides differ; sizes always have one."""

_ALWAYS: Final = ("stride", "padding", "dilation")


def comparison_table(both: Comparison) -> str:
    """The table as HTML; rows in which the sides differ carry a sign and stand out."""
    rows = [[f"{label} {_DIFFERS}" if left != right else label, left, right] for label, left, right in _rows(both)]
    strong = [number for number, (_, left, right) in enumerate(rows) if left != right]
    names = [variant_named(one.variant).label for one in both.sides]
    head = ["", *([f"Left: {names[0]}", f"Right: {names[1]}"] if names[0] == names[1] else names)]
    return table(head, rows, _caption(both), strong)


def _caption(both: Comparison) -> str:
    words = f"{_DIFFERS} marks what differs. Products on padding count."
    if any(one.variant == "receptive-field" for one in both.sides):
        words += " Layers of a stack have one channel in and one out."
    return words


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
    """What the layers cost; nothing is learned in a pooling, and a checkerboard is about its paths alone."""
    is_counted = "weight" in recipe or recipe.variant == "receptive-field"
    return f"{getattr(_cost(recipe), what):,}" if is_counted else _NONE


def _cost(recipe: Recipe) -> Cost:
    if recipe.variant == "receptive-field":
        return _cost_of_stack(recipe)
    if recipe.variant != "spatial-separable":
        return cost_of(recipe)
    single, both = cost_of(recipe.replace(bias=0)), two_passes(recipe.layer, recipe["input_size"]).both
    whole = cost_of(recipe)  # what a bias adds to one pass, it adds to the last of two
    return both + Cost(whole.parameters - single.parameters, 0, whole.additions - single.additions)


def _cost_of_stack(recipe: Recipe) -> Cost:
    """All layers of a stack together, with one channel in and out of each."""
    total, made = Cost(), recipe["input_size"]
    for layer in recipe.layers:
        if not isinstance(layer, PixelShuffle):  # which costs nothing, and needs more channels
            total += cost(layer, 1, 1, made)
        made = layer.output_size(made)
    return total


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
