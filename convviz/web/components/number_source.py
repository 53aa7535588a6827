"""Where a lesson's numbers come from when they are a visitor's own: editors, and an image."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.recipes.images import Gray, image_grid
from convviz.recipes.named_arrays import named_input, named_weight, random_mixing
from convviz.recipes.tables import Planes, Rows, planes_in, rows_to_text
from convviz.recipes.variants import Variant
from convviz.web.state.page_state import PageState

from .controls import IMAGE, OWN
from .images import UPLOAD, choose_image
from .number_editor import edit_planes

_SIZES: Final = {"input": "input_size", "weight": "kernel_size"}
_TITLES: Final = {"input": "Input numbers", "weight": "Kernel numbers", "pointwise": "1×1 weights, a row per output"}
_SIDES: Final = {"input": limits.INPUT_SIDE, "weight": limits.KERNEL_SIDE, "pointwise": limits.CHANNELS}


def own_numbers(
    variant: Variant, state: PageState, values: Mapping[str, Any], texts: dict[str, str], sources: Mapping[str, str]
) -> tuple[dict[str, str], Gray | None]:
    """The editors that the chosen sources need; puts their numbers into ``texts``."""
    extras: dict[str, str] = {}
    image = None
    sizes = dict(texts)  # the numbers take their sizes out of the texts, one after the other
    for name, source in sources.items():
        if source == IMAGE:
            image = _from_image(variant, state, values, texts, extras)
        elif source == OWN:
            _edit(variant, name, values, sizes, texts)
        else:
            texts[name] = source
        if "," in texts[name] or ";" in texts[name] or "|" in texts[name]:
            for size in variant.implied[name]:
                texts.pop(size, None)  # the numbers have their size
    return extras, image


def _from_image(
    variant: Variant, state: PageState, values: Mapping[str, Any], texts: dict[str, str], extras: dict[str, str]
) -> Gray | None:
    size = variant.fields["input_size"].read("input_size", texts["input_size"])
    channels = int(texts.get("in_channels", "1"))
    with st.container(border=True):
        st.markdown("**Input from an image**")
        sample, image = choose_image(variant.name, state.extras.get("image", ""))
        if sample != UPLOAD:
            extras["image"] = sample
        if image is None:
            st.info("Choose a file. Until then the numbers stay as they are.")
            texts["input"] = variant.fields["input"].spell(values["input"])
            return None
        texts["input"] = "|".join([rows_to_text(image_grid(image, size))] * channels)  # type: ignore[arg-type]  # a pair
        if channels > 1:
            st.caption("Every channel shows the same small grid of its grey levels.")
        else:
            st.caption("The animation shows a small grid of its grey levels; the whole image is below.")
    return image


def _edit(
    variant: Variant, name: str, values: Mapping[str, Any], sizes: Mapping[str, str], texts: dict[str, str]
) -> None:
    """Let the visitor change the numbers of a table; they begin with those that are there."""
    named = ("input_size", "kernel_size", "in_channels", "channel_multiplier", "out_channels", "groups")
    wanted = variant.read_lenient({size: sizes[size] for size in named if size in sizes})
    planes, size, labels = _shape(name, wanted)

    def start() -> Planes:
        table: Rows | Planes | str = values[name]
        if not isinstance(table, str):
            return planes_in(table)
        if name == "pointwise":
            numbers = random_mixing(size, values["seed"])[None]
        else:
            make = named_input if name == "input" else named_weight
            numbers = make(table, values[_SIZES[name]], values["seed"], planes)
        return tuple(tuple(map(tuple, plane)) for plane in numbers.tolist())

    with st.container(border=True):
        st.markdown(f"**{_TITLES[name]}**")
        texts[name] = edit_planes(variant, name, _SIDES[name], start, size, _TITLES[name], labels)


def _shape(name: str, wanted: Mapping[str, Any]) -> tuple[int, tuple[int, int], list[str]]:
    """How many planes a table has, their size, and what each is called."""
    channels = wanted.get("in_channels", 1)
    if name == "input":
        return channels, wanted["input_size"], [f"Channel {channel}" for channel in range(channels)]
    multiplier, outputs = wanted.get("channel_multiplier"), wanted.get("out_channels", 1)
    if name == "pointwise":
        return 1, (outputs, channels * multiplier), [""]
    if multiplier is not None:
        labels = [f"Kernel {k}, input channel {k // multiplier}" for k in range(channels * multiplier)]
    else:
        depth = channels // wanted.get("groups", 1)
        labels = [f"Kernel {output}, slice {k}" for output in range(outputs) for k in range(depth)]
    return len(labels), wanted["kernel_size"], labels
