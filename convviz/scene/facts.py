"""What is said of a recipe next to its picture: its sizes, its costs, and its size formulas."""

from typing import Final, NamedTuple

from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import spell_layer
from convviz.recipes import Recipe

from .number_format import Formula, size, size_formulas

_PLANES: Final = "channels × height × width"
_KERNELS: Final = "kernels × channels that each reads × height × width"
"""The order of the numbers in a size."""


class Fact(NamedTuple):
    """A size or a cost: what it is called, the numbers, and a remark."""

    label: str
    text: str
    note: str


def facts_of(recipe: Recipe) -> list[Fact]:
    """Return the sizes and the costs of a recipe.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> for fact in facts_of(recipe("dilated")):
    ...     print(*fact, sep=" | ")
    Input | 7 × 7 | height × width
    Kernel | 3 × 3 | height × width
    Effective kernel | 5 × 5 | height × width, from its first to its last tap
    Output | 3 × 3 | height × width
    Parameters | 9 | weights, no bias
    Multiplications | 81 | padding counted, as in published tables
    """
    return [*(_stack_sizes(recipe) if "layers" in recipe else _sizes(recipe)), *_costs(recipe)]


def order_of_sizes(recipe: Recipe) -> str:
    """Return a sentence that says what the numbers of a size are, "" where there is one channel.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> order_of_sizes(recipe("pooling-channels"))
    'Sizes are channels × height × width.'
    """
    if max(recipe.channels) == 1:
        return ""
    of_weights = f"; weights are {_KERNELS}" if recipe.kind.weights(recipe.values) else ""
    return f"Sizes are {_PLANES}{of_weights}."


def formulas_of(recipe: Recipe) -> tuple[Formula, ...]:
    """Return the size formulas of a recipe that is one layer; of a stack there are none.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> [formula.text for formula in formulas_of(recipe("dilated"))]
    ['o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1 = ⌊(7 + 2·0 − 2·(3 − 1) − 1) / 1⌋ + 1 = 3']
    """
    if len(recipe.layers) > 1 or isinstance(recipe.get("layers"), tuple):
        return ()
    return size_formulas(recipe.layer, recipe["input_size"])


def _sizes(recipe: Recipe) -> list[Fact]:
    weights = recipe.kind.weights(recipe.values)
    inputs, outputs = recipe.channels
    has_channels = max(inputs, outputs) > 1
    kernel, dilated = recipe["kernel_size"], recipe.layer.effective_kernel_size
    note = _PLANES if has_channels else "height × width"
    facts = [Fact("Input", _planes(inputs, has_channels, recipe["input_size"]), note)]
    window = "Kernel" if weights else "Window"
    if has_channels and weights:
        facts += [Fact(label, " × ".join(map(str, shape)), _KERNELS) for label, shape in weights.items()]
    else:
        facts.append(Fact(window, size(kernel), "height × width"))
    if dilated != kernel:
        remark = "height × width, from its first to its last tap"
        facts.append(Fact(f"Effective {window.lower()}", size(dilated), remark))
    return [*facts, Fact("Output", _planes(outputs, has_channels, recipe.output_size), note)]


def _planes(channels: int, has_channels: bool, plane: Pair) -> str:
    return f"{channels} × {size(plane)}" if has_channels else size(plane)


def _stack_sizes(recipe: Recipe) -> list[Fact]:
    """Return the size after every layer of a stack."""
    facts = [Fact("Input", size(recipe["input_size"]), "height × width")]
    output_size = recipe["input_size"]
    for number, layer in enumerate(recipe.layers, 1):
        output_size = layer.output_size(output_size)
        label = f"After layer {number}" if len(recipe.layers) > 1 else "Output"
        facts.append(Fact(label, size(output_size), spell_layer(layer)))
    return facts


def _costs(recipe: Recipe) -> list[Fact]:
    """Return the costs of each way to compute the output."""
    if "weight" not in recipe:
        return []
    costs = recipe.kind.costs(recipe.values)
    note = f"weights{' and biases' if recipe.get('bias') else ', no bias'}"
    return [Fact(f"Parameters{way}", f"{cost.parameters:,}", note) for way, cost in costs.items()] + [
        Fact(f"Multiplications{way}", f"{cost.multiplications:,}", "padding counted, as in published tables")
        for way, cost in costs.items()
    ]
