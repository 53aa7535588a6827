"""The controls of a stack whose receptive field is shown: its layers, the input, and the unit."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from convviz import limits
from convviz.errors import SpecError
from convviz.recipes.frame_budget import shown_unit
from convviz.recipes.parameters import MIDDLE, spell_pair, spell_unit
from convviz.recipes.variants import Variant, field_size
from convviz.web.state.widgets import held, segments

from .rows import stack_editor


def growth_controls(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """All parameters as a link spells them."""
    layers = stack_editor(variant, values)
    stack = variant.fields["layers"].read("layers", layers)
    size = _input_size(variant, {**values, "layers": stack})
    return {"layers": layers, "input_size": size, "unit": _unit(variant, {**values, "layers": stack})}


def _input_size(variant: Variant, values: Mapping[str, Any]) -> str:
    """As large as the field, whatever the layers, or as given."""
    own = field_size(values["layers"])
    fits = st.toggle(
        "Input as large as the receptive field", **held(f"{variant.name}.fits", values["input_size"] == own),
        help="So large that the unit in the middle sees its whole field, as far as that can be drawn.",
    )  # fmt: skip
    if fits:
        return spell_pair(own)
    height, width = (
        column.slider(
            f"Input {side}", 1, limits.FIELD_SIDE, **held(f"{variant.name}.input_size.{side[0]}", start),
        )
        for column, side, start in zip(st.columns(2), ("height", "width"), values["input_size"], strict=True)
    )  # fmt: skip
    return spell_pair((height, width))


def _unit(variant: Variant, values: Mapping[str, Any]) -> str:
    """The unit whose field the animation shows."""
    is_middle = isinstance(values["unit"], str)
    words = {MIDDLE: "Middle of the last layer", "own": "Another"}
    if segments("Unit", words, f"{variant.name}.which", MIDDLE if is_middle else "own") == MIDDLE:
        return MIDDLE
    start = (len(values["layers"]), 0, 0) if is_middle else values["unit"]
    with suppress(SpecError):
        start = shown_unit(values)
    ends = ((1, limits.FIELD_LAYERS_DRAWN), (0, limits.FIELD_SIDE - 1), (0, limits.FIELD_SIDE - 1))
    numbers = [
        column.number_input(name, *end, **held(f"{variant.name}.unit.{name.lower()}", min(first, end[1])))
        for column, name, end, first in zip(st.columns(3), ("Layer", "Row", "Column"), ends, start, strict=True)
    ]
    layer, row, column = map(int, numbers)
    return spell_unit((layer, row, column))
