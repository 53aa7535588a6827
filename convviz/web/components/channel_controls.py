"""The controls of channels: how many there are, and how they are shared out."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from convviz.errors import SpecError
from convviz.recipes.variants import Variant
from convviz.web.state.widgets import held

from .errors import refuse

_CHANNELS: Final[Mapping[str, tuple[str, str]]] = {
    "in_channels": ("In channels", "Planes of the input; every kernel has a slice for each."),
    "channel_multiplier": ("Kernels each", "Kernels per input channel (channel multiplier)."),
    "out_channels": ("Out channels", "Kernels, each of which makes one plane of the output."),
    "groups": (
        "Groups", "Independent convolutions that share out the channels; as many as input channels is depthwise.",
    ),
}  # fmt: skip
_PER_ROW: Final = 2
"""So many boxes stand side by side: with three the page hides their buttons."""


def channel_controls(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """A box for each number; what is no such number stays in it, and the recipe keeps the previous one."""
    texts, refusals = {}, list[SpecError]()
    names = [name for name in _CHANNELS if name in variant.fields]
    for first in range(0, len(names), _PER_ROW):
        for column, name in zip(st.columns(_PER_ROW), names[first : first + _PER_ROW], strict=False):
            label, words = _CHANNELS[name]
            # Neither bounds nor whole numbers are left to the browser: it would drop what does not fit without a word.
            typed = column.number_input(
                label, step=1.0, format="%g", **held(f"{variant.name}.{name}", float(values[name])), help=words
            )
            try:
                texts[name] = variant.fields[name].spell(variant.fields[name].read(name, _plain(typed)))
            except SpecError as error:
                refusals.append(error)
                texts[name] = variant.fields[name].spell(values[name])
    for refusal in refusals[:1]:
        refuse(refusal, "The picture keeps the previous number.")
    return texts


def channel_texts(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """What `channel_controls` would give while they are folded away."""
    return {name: str(values[name]) for name in _CHANNELS if name in variant.fields}


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number
