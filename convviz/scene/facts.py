"""What is said of a recipe next to its picture: its sizes, its costs, and its size formulas."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from convviz.analysis import Network
from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.layer_kinds import Stack, spell_layer
from convviz.recipes import Recipe
from convviz.recipes.comparison import Comparison, spell_all
from convviz.recipes.fields import FIELDS
from convviz.recipes.variants.along_a_line import around

from .number_format import Formula, counted, milliseconds, number, size, size_formulas

_PLANES: Final = "channels × height × width"
_KERNELS: Final = "kernels × channels that each reads × height × width"
_TRANSPOSED_KERNELS: Final = "input channels × output channels that each stamps × height × width"
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
    computed = recipe.computed
    sizes = _stack_sizes if "layers" in computed else _line_sizes if recipe.kind.is_line else _sizes
    more = computed.kind.remarks(computed.values) if computed.kind.remarks else ()
    return [*sizes(computed), *(Fact(*each) for each in more), *_costs(computed)]


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
    of_weights = f"; weights are {_order_of_weights(recipe)}" if recipe.kind.weights(recipe.values) else ""
    return f"Sizes are {_PLANES}{of_weights}."


def _order_of_weights(recipe: Recipe) -> str:
    return _TRANSPOSED_KERNELS if isinstance(recipe.layer, ConvTranspose2d) else _KERNELS


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
    formulas = size_formulas(recipe.layer, recipe["input_size"])
    return (replace(formulas[-1], axis=""),) if recipe.kind.is_line else formulas


def _sizes(recipe: Recipe) -> list[Fact]:
    weights = recipe.kind.weights(recipe.values)
    inputs, outputs = recipe.channels
    has_channels = max(inputs, outputs) > 1
    kernel, dilated = recipe["kernel_size"], recipe.layer.effective_kernel_size
    note = _PLANES if has_channels else "height × width"
    facts = [Fact("Input", _planes(inputs, has_channels, recipe["input_size"]), note)]
    window = "Kernel" if weights else "Window"
    if has_channels and weights:
        order = _order_of_weights(recipe)
        facts += [Fact(label, " × ".join(map(str, shape)), order) for label, shape in weights.items()]
    else:
        facts.append(Fact(window, size(kernel), "height × width"))
    if dilated != kernel:
        remark = "height × width, from its first to its last tap"
        facts.append(Fact(f"Effective {window.lower()}", size(dilated), remark))
    if isinstance(recipe.layer, ConvTranspose2d):
        facts += _paddings(recipe.layer)
    return [*facts, Fact("Output", _planes(outputs, has_channels, recipe.output_size), note)]


def _paddings(layer: ConvTranspose2d) -> Iterator[Fact]:
    """Yield the padding of a transposed convolution, and that of the convolution which does the same, with its sum."""
    cropped, derived = [], []
    axes = zip(
        layer.kernel_size, layer.dilation, layer.padding, layer.output_padding, layer.direct_padding, strict=True
    )
    for k, d, (p, p_after), a, (before, after) in axes:
        reach, more = f"{d}·({k} − 1)", f" + {a}" if a else ""
        first, last = f"{reach} − {p} = {number(before)}", f"{reach} − {p_after}{more} = {number(after)}"
        cropped.append(f"{p}" if p == p_after else f"{p} before, {p_after} after")
        derived.append(first if first == last else f"{first} before, {last} after")
    yield Fact("Padding p", _of_axes(cropped), "rows and columns cut off each side of the output")
    note = "zeros around the stretched input: d(k − 1) − p, and output padding more after it"
    yield Fact("Direct padding p′", _of_axes(derived), note)


def _of_axes(texts: Sequence[str]) -> str:
    """Return what is said of both axes: once where it is the same."""
    rows, columns = texts
    return rows if rows == columns else f"height: {rows}; width: {columns}"


def _planes(channels: int, has_channels: bool, plane: Pair) -> str:
    return f"{channels} × {size(plane)}" if has_channels else size(plane)


def _line_sizes(recipe: Recipe) -> Iterator[Fact]:
    """Yield the lengths along a line, and how far each output reads before and after its own time."""
    own = "the last sample of its window" if recipe["causal"] else "the middle of its window"
    field, rate = around(recipe.values), recipe["rate"]
    yield Fact("Input", counted(recipe["input_size"][1], "sample"), milliseconds(recipe["input_size"][1], rate))
    yield Fact("Kernel", counted(recipe["kernel_size"][1], "weight"), "taps of a window")
    span = recipe.layer.effective_kernel_size[1]
    yield Fact("Window", counted(span, "sample"), "d(k − 1) + 1, from its first tap to its last")
    yield Fact("Output", counted(recipe.output_size[1], "sample"), "⌊(i + p_before + p_after − d(k − 1) − 1) / s⌋ + 1")
    for label, reach, where in (("Look-back", field.back, "before"), ("Look-ahead", field.ahead, "after")):
        samples = "1 sample" if reach == 1 else f"{number(float(reach))} samples"
        yield Fact(label, f"{samples}, {milliseconds(reach, rate)}", f"{where} the time of the output: {own}")


def _stack_sizes(recipe: Recipe) -> list[Fact]:
    """Return the size after every layer of a stack."""
    facts = [Fact("Input", size(recipe["input_size"]), "height × width")]
    output_size = recipe["input_size"]
    for place, layer in enumerate(recipe.layers, 1):
        output_size = layer.output_size(output_size)
        label = f"After layer {place}" if len(recipe.layers) > 1 else "Output"
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


# Two recipes ----------------------------------------------------------------------------------------------------------

_NONE: Final = "–"

_ALWAYS: Final = ("stride", "padding", "dilation")
"""Parameters that have a row even where the sides agree; the others have one where they differ."""


def heads_of(both: Comparison) -> tuple[str, str]:
    """Return what the sides of a comparison are called.

    Examples
    --------
    >>> heads_of(Comparison.from_query("left=standard&right=standard&stride=2"))
    ('Left: Standard', 'Right: Standard')
    """
    left, right = (recipe.kind.label for recipe in both.sides)
    return (f"Left: {left}", f"Right: {right}") if left == right else (left, right)


def cost_notes(both: Comparison) -> str:
    """Return what a table of the costs of both sides has to add, "" where that is nothing."""
    return " ".join(filter(None, dict.fromkeys(recipe.kind.cost_note for recipe in both.sides)))


def compared(both: Comparison) -> Iterator[tuple[str, str, str]]:
    """Yield what is said of both sides of a comparison: the label, and the words for the left and the right side.

    Examples
    --------
    >>> for row in compared(Comparison.from_query("left=standard&right=pooling&input_size=6")):
    ...     print(*row, sep=" | ")
    Input | 6 × 6 | 6 × 6
    Kernel or window | 3 × 3 | 2 × 2
    Effective kernel | 3 × 3 | 2 × 2
    Output | 4 × 4 | 3 × 3
    Receptive field | 3 × 3 | 2 × 2
    Parameters | 9 | –
    Multiplications | 144 | –
    Additions | 128 | –
    Steps | 16 | 9
    Stride | 1 | 2
    Padding | 0 | 0
    Dilation | 1 | 1
    """
    left, right = (recipe.computed for recipe in both.sides)
    for label, one, other in zip(_SUMMARY, _summary(left), _summary(right), strict=True):
        yield label, one, other
    differing, texts = both.differing, [spell_all(recipe) for recipe in both.sides]
    for name, field in FIELDS.items():
        if name in differing or (name in _ALWAYS and any(name in spelled for spelled in texts)):
            if name in ("input_size", "kernel_size"):
                continue  # which are in the summary
            label = re.sub(" [a-z]$", "", field.label)  # without its symbol in formulas
            one, other = (_value(recipe, name, spelled) for recipe, spelled in zip(both.sides, texts, strict=True))
            yield f"{label} numbers" if field.kind == "table" else label, one, other


_SUMMARY: Final = (
    "Input", "Kernel or window", "Effective kernel", "Output", "Receptive field", "Parameters", "Multiplications",
    "Additions", "Steps",
)  # fmt: skip


def _summary(recipe: Recipe) -> tuple[str, ...]:
    """Return the sizes and the costs of a recipe, of the way to compute it that the lesson is about."""
    inputs, outputs = recipe.channels
    cost = next(iter(recipe.kind.costs(recipe.values).values()), None)  # none where nothing is learned
    costs = (_NONE,) * 3 if cost is None else (cost.parameters, cost.multiplications, cost.additions)
    return (
        _planes(inputs, inputs > 1, recipe["input_size"]),
        _of_layers(recipe, "kernel_size"),
        _of_layers(recipe, "effective_kernel_size"),
        _planes(outputs, outputs > 1, recipe.output_size),
        _receptive_field(recipe.layers),
        *(each if isinstance(each, str) else f"{each:,}" for each in costs),
        f"{recipe.frames:,}",
    )


def _of_layers(recipe: Recipe, name: str) -> str:
    """Return a size of each layer; a layer that only resizes has none."""
    return ", ".join(size(getattr(layer, name)) if hasattr(layer, name) else _NONE for layer in recipe.layers)


@lru_cache(256)
def _receptive_field(layers: Stack) -> str:
    """Return what an output reads; after a transposed convolution, the smallest and the largest of its phases."""
    rows, columns = Network.sequential(list(layers)).receptive_field().size_range
    if rows is None or columns is None:
        return _NONE
    smallest, largest = (rows[0], columns[0]), (rows[1], columns[1])
    return size(largest) if smallest == largest else f"{size(smallest)} to {size(largest)}"


def _value(recipe: Recipe, name: str, spelled: Mapping[str, str]) -> str:
    """Return a parameter in words."""
    text = spelled.get(name)
    if text is None:
        return _NONE
    if FIELDS[name].kind == "table" and not isinstance(recipe[name], str):
        return "own"
    if name == "layers":
        return text.replace(";", ";\u200b")  # where a long stack continues in the next line
    words = {"true": "yes", "false": "no", "cell": "step", "tap": "product"}
    return re.sub(r"(?<=\d)x(?=\d)", " × ", words.get(text, text.replace("_", " ")))
