"""Sizes, costs and the size formula of a recipe, and its output to copy."""

from collections.abc import Callable, Mapping, Sequence
from math import isinf
from typing import Any, Final

import streamlit as st

from convviz.arithmetic.layer_kinds import spell_layer
from convviz.recipes import Recipe
from convviz.recipes.tables import number_to_text
from convviz.scene.number_format import channel_count, size, size_formulas
from convviz.web.state.widgets import key_of, segments, show_in_expander

from .charts import fact_list

Table = Sequence[Sequence[float]]

_PLANES: Final = "channels × height × width"
_KERNELS: Final = "kernels × channels that each reads × height × width"
"""The order of the numbers in a size."""


def show_facts(recipe: Recipe) -> None:
    """Show sizes, costs, size formula, and the output to copy."""
    has_channels = max(recipe.channels) > 1
    of_weights = f"; weights are {_KERNELS}" if recipe.kind.weights(recipe.values) else ""
    order = f'<p class="cv-note">Sizes are {_PLANES}{of_weights}.</p>' if has_channels else ""
    st.html(fact_list([*_sizes(recipe), *_costs(recipe)]) + order)
    if len(recipe.layers) == 1 and not isinstance(recipe.get("layers"), tuple):
        st.latex(r" \\[1em] ".join(formula.latex for formula in size_formulas(recipe.layer, recipe["input_size"])))
    show_in_expander(recipe.variant, f"Copy the {recipe.kind.output_name}", lambda: _copying(recipe))


def _sizes(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Return label, text and note of each size."""
    if "layers" in recipe:
        return _stack_sizes(recipe)
    weights = recipe.kind.weights(recipe.values)
    inputs, outputs = recipe.channels
    has_channels = max(inputs, outputs) > 1
    kernel, dilated = recipe["kernel_size"], recipe.layer.effective_kernel_size
    note = _PLANES if has_channels else "height × width"
    facts = [("Input", _planes(inputs, has_channels, recipe["input_size"]), note)]
    window = "Kernel" if weights else "Window"
    if has_channels and weights:
        facts += [(label, " × ".join(map(str, shape)), _KERNELS) for label, shape in weights.items()]
    else:
        facts.append((window, size(kernel), "height × width"))
    if dilated != kernel:
        facts.append((f"Effective {window.lower()}", size(dilated), "height × width, from its first to its last tap"))
    return [*facts, ("Output", _planes(outputs, has_channels, recipe.output_size), note)]


def _planes(channels: int, has_channels: bool, plane: tuple[int, int]) -> str:
    return f"{channels} × {size(plane)}" if has_channels else size(plane)


def _stack_sizes(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Return label, text and note of the size after every layer of a stack."""
    facts = [("Input", size(recipe["input_size"]), "height × width")]
    output_size = recipe["input_size"]
    for number, layer in enumerate(recipe.layers, 1):
        output_size = layer.output_size(output_size)
        label = f"After layer {number}" if len(recipe.layers) > 1 else "Output"
        facts.append((label, size(output_size), spell_layer(layer)))
    return facts


def _costs(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Return label, text and note of the costs of each way to compute the output."""
    if "weight" not in recipe:
        return []
    costs = recipe.kind.costs(recipe.values)
    note = f"weights{' and biases' if recipe.get('bias') else ', no bias'}"
    return [(f"Parameters{way}", f"{cost.parameters:,}", note) for way, cost in costs.items()] + [
        (f"Multiplications{way}", f"{cost.multiplications:,}", "padding counted, as in published tables")
        for way, cost in costs.items()
    ]


def _copying(recipe: Recipe) -> None:
    """Show the numbers of one channel of the output as text."""
    output = recipe.drawn_output
    channel = 0
    if len(output) > 1:
        label = f"Channel ({channel_count(recipe.channels[1], len(output))})"
        key = key_of(f"{recipe.variant}.copied")
        channel = st.segmented_control(label, range(len(output)), default=0, required=True, key=key) or 0
    chosen = segments("Format", {name: name for name in _FORMATS}, f"{recipe.variant}.format", "CSV")
    write, language = _FORMATS[chosen]
    table: Any = output[min(channel, len(output) - 1)].tolist()
    st.code(write(table), language=language)


# Copy as --------------------------------------------------------------------------------------------------------------


def as_csv(table: Table) -> str:
    """Return comma-separated values, a row per line.

    Examples
    --------
    >>> print(as_csv([[1, 2.5], [3, 4]]))
    1,2.5
    3,4
    """
    return "\n".join(",".join(_text(number, "inf") for number in row) for row in table)


def as_numpy(table: Table) -> str:
    """Return an array literal.

    Examples
    --------
    >>> print(as_numpy([[1, 2.5], [3, 4]]))
    np.array([[1, 2.5],
              [3, 4]])
    """
    rows = ",\n          ".join("[" + ", ".join(_text(number, "np.inf") for number in row) + "]" for row in table)
    return f"np.array([{rows}])"


def as_latex(table: Table) -> str:
    """Return a matrix for a LaTeX document with amsmath.

    Examples
    --------
    >>> print(as_latex([[1, 2.5], [3, 4]]))
    \\begin{bmatrix}
      1 & 2.5 \\\\
      3 & 4
    \\end{bmatrix}
    """
    cells = ((_text(number, "\\infty") if isinf(number) else f"{number:.6g}" for number in row) for row in table)
    rows = " \\\\\n".join("  " + " & ".join(row) for row in cells)
    return f"\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def _text(number: float, infinity: str) -> str:
    """Return a number in full; max pooling gives minus infinity where a window lies in the padding only."""
    if isinf(number):
        return f"-{infinity}" if number < 0 else infinity
    return number_to_text(number)


_FORMATS: Final[Mapping[str, tuple[Callable[[Table], str], str | None]]] = {
    "CSV": (as_csv, None),
    "NumPy": (as_numpy, "python"),
    "LaTeX": (as_latex, "latex"),
}
"""How the output's numbers can be copied, and the language that colors them."""
