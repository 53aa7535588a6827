"""Sizes, costs and the size formula of a recipe, and its output to copy."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

import streamlit as st

from convviz.arithmetic.layer_kinds import spell_layer
from convviz.recipes import Recipe
from convviz.scene.number_format import channel_count, size, size_formulas
from convviz.web.state.widgets import fold, key_of

from .tables import Table, as_csv, as_latex, as_numpy

_FORMATS: Final[Mapping[str, tuple[Callable[[Table], str], str | None]]] = {
    "CSV": (as_csv, None),
    "NumPy": (as_numpy, "python"),
    "LaTeX": (as_latex, "latex"),
}
"""How the output's numbers can be copied, and the language that colours them."""

_PLANES: Final = "channels × height × width"
_KERNELS: Final = "kernels × channels that each reads × height × width"
"""The order of the numbers in a size."""


def show_facts(recipe: Recipe) -> None:
    """Sizes, costs, formula, and the output to copy."""
    pairs = "".join(
        f'<div title="{escape(note)}"><dt>{label}</dt><dd>{text}</dd></div>'
        for label, text, note in (*_sizes(recipe), *_costs(recipe))
    )
    st.html(f'<dl class="cv-facts">{pairs}</dl>{_order(recipe)}')
    if len(recipe.layers) == 1 and not isinstance(recipe.get("layers"), tuple):
        st.latex(r" \\[1em] ".join(formula.latex for formula in size_formulas(recipe.layer, recipe["input_size"])))
    copying = fold(recipe.variant, f"Copy the {recipe.kind.output_name}")
    if copying.open:
        with copying:
            _copying(recipe)


def _sizes(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Label, text and note of each size."""
    if "layers" in recipe:
        return _stack_sizes(recipe)
    window = "Kernel" if recipe.get("weight") else "Window"
    inputs, outputs = recipe.get("in_channels", 1), recipe.get("out_channels", 1)
    has_channels = _has_channels(recipe)
    kernel, dilated = recipe["kernel_size"], recipe.layer.effective_kernel_size
    note = _PLANES if has_channels else "height × width"
    facts = [("Input", _with(inputs, has_channels, size(recipe["input_size"])), note)]
    weights = recipe.kind.weights(recipe.values).items() if has_channels else ()
    facts += [(label, " × ".join(map(str, shape)), _KERNELS) for label, shape in weights]
    if not weights:
        facts.append((window, size(kernel), "height × width"))
    if dilated != kernel:
        facts.append((f"Effective {window.lower()}", size(dilated), "height × width, from its first to its last tap"))
    return [*facts, ("Output", _with(outputs, has_channels, size(recipe.output_size)), note)]


def _has_channels(recipe: Recipe) -> bool:
    return bool(max(recipe.get("in_channels", 1), recipe.get("out_channels", 1)) > 1)


def _order(recipe: Recipe) -> str:
    """What the numbers of a size stand for, where there are more than height and width."""
    if "in_channels" not in recipe or not _has_channels(recipe):
        return ""
    return f'<p class="cv-note">Sizes are {_PLANES}; weights are {_KERNELS}.</p>'


def _stack_sizes(recipe: Recipe) -> list[tuple[str, str, str]]:
    """The size after every layer of a stack."""
    facts = [("Input", size(recipe["input_size"]), "height × width")]
    made = recipe["input_size"]
    for number, layer in enumerate(recipe.layers, 1):
        made = layer.output_size(made)
        facts.append((f"After layer {number}" if len(recipe.layers) > 1 else "Output", size(made), spell_layer(layer)))
    return facts


def _with(channels: int, has_channels: bool, text: str) -> str:
    return f"{channels} × {text}" if has_channels else text


def _costs(recipe: Recipe) -> list[tuple[str, str, str]]:
    """Return label, text and note of what each way to compute the output costs."""
    if "weight" not in recipe:
        return []
    costs = recipe.kind.costs(recipe.values)
    weights = f"weights{' and biases' if recipe.get('bias') else ', no bias'}"
    return [(f"Parameters{way}", f"{cost.parameters:,}", weights) for way, cost in costs.items()] + [
        (f"Multiplications{way}", f"{cost.multiplications:,}", "padding counted, as in published tables")
        for way, cost in costs.items()
    ]


def _copying(recipe: Recipe) -> None:
    output = recipe.drawn_output
    count = recipe.get("out_channels", 1)
    channel = 0
    if len(output) > 1:
        channel = st.segmented_control(
            f"Channel ({channel_count(count, len(output))})", range(len(output)), default=0, required=True,
            key=key_of(f"{recipe.variant}.copied"),
        ) or 0  # fmt: skip
    chosen = st.segmented_control(
        "Format", tuple(_FORMATS), default="CSV", required=True, key=key_of(f"{recipe.variant}.format")
    )
    write, language = _FORMATS[chosen or "CSV"]
    table: Any = output[min(channel, len(output) - 1)].tolist()
    st.code(write(table), language=language)
