"""The map of overlap ratios: a grid of buttons, one per kernel size and stride, that set those of the lesson."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from math import isfinite, log
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.analysis import OverlapMap, overlap_map
from convviz.analysis.overlap_counts import Ratio
from convviz.arithmetic import ConvTranspose2d, Layer, conv_transpose2d
from convviz.arithmetic.arguments import Pair
from convviz.assets import ASSETS
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.web.components.refusals import refuse
from convviz.web.state.page_state import state_of
from convviz.web.state.widgets import reported

_REFUSED: Final = "evenmap:refused"
_FOLDER: Final = ASSETS / "overlap_map"
_FAINTEST, _STRONGEST = 10, 42
"""Percent of the color: of the least and the most uneven pair. With more of it the numbers could not be read."""

_mount: Final = st.components.v2.component(
    "convviz_overlap_map",
    html=(_FOLDER / "overlap_map.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "overlap_map.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "overlap_map.js").read_text(encoding="utf-8"),
)


def show_map(recipe: Recipe) -> None:
    """Show the map and what a click does; a pair that fits no input is refused above the map."""
    layers, axes, key = recipe.layers, 1 if is_one_axis(recipe) else 2, f"evenmap:{recipe.variant}"
    transposed = first_transposed(layers)
    current, dilation = _current(transposed, axes)
    ratios = _overlap_map(dilation, axes)

    def choose(pair: Mapping[str, Any]) -> None:
        kernel, stride = pair.get("kernel"), pair.get("stride")
        if kernel not in ratios.kernel_sizes or stride not in ratios.strides:
            return
        try:
            change_pair(recipe, kernel, stride)
        except SpecError as error:
            st.session_state[_REFUSED] = str(error)

    changed = ""
    if len(layers) > 1 and transposed is not None:
        changed = " of every layer" if isinstance(recipe["layers"], int) else " of the first transposed convolution"
    st.markdown(
        "## Where overlap is even\nOne transposed convolution for each kernel size k and stride s. Click a cell, or "
        f"go there with the arrow keys and press Enter: that sets kernel and stride{changed}."
    )
    if refusal := st.session_state.pop(_REFUSED, None):
        refuse(refusal)
    label = f"Ratio of most to least paths{' along one axis' if axes == 1 else ''}"
    label += f", at dilation {dilation}" if dilation > 1 else ""
    _mount(key=key, data=map_json(ratios, current, label), on_choose_change=reported(key, "choose", choose, dict))
    st.caption(
        "Underlined: even. ∞ and hatched: some cells get nothing."
        f"{' Framed: what the page shows.' if _is_on(ratios, current) else ''} Padding and input size are reduced "
        "where they do not fit the pair that you choose."
    )


@lru_cache(16)
def _overlap_map(dilation: int, axes: int) -> OverlapMap:
    return overlap_map(range(1, limits.KERNEL_SIDE + 1), range(1, limits.STRIDE + 1), dilation=dilation, axes=axes)


def first_transposed(layers: Sequence[Layer]) -> ConvTranspose2d | None:
    """Return the first transposed convolution of a stack, if there is one."""
    return next((layer for layer in layers if isinstance(layer, ConvTranspose2d)), None)


def is_one_axis(recipe: Recipe) -> bool:
    """Return whether all happens along one axis: a row of cells, and a kernel and a stride of one row."""
    height, width = recipe["input_size"]
    first = first_transposed(recipe.layers)
    return first is not None and height == first.kernel_size[0] == first.stride[0] == 1 < width


def _current(layer: ConvTranspose2d | None, axes: int) -> tuple[Pair | None, int]:
    """Return the (kernel, stride) to mark, None where both axes differ, and the dilation, 1 where they differ."""
    if layer is None:
        return None, 1
    kernel, stride, dilation = (set(pair[2 - axes :]) for pair in (layer.kernel_size, layer.stride, layer.dilation))
    if len(dilation) > 1:
        return None, 1
    return (kernel.pop(), stride.pop()) if len(kernel) == len(stride) == 1 else None, dilation.pop()


def _is_on(ratios: OverlapMap, pair: Pair | None) -> bool:
    return pair is not None and pair[0] in ratios.kernel_sizes and pair[1] in ratios.strides


def map_json(ratios: OverlapMap, current: Pair | None, label: str) -> str:
    """Return what the browser gets: texts and the strength of the colors.

    Parameters
    ----------
    current : tuple of int, optional
        The kernel size and stride to mark; a pair that is not on the map is not marked.
    label : str
        What the numbers are, above the map.
    """
    most = max((log(ratio) for row in ratios.ratios for ratio in row if isfinite(ratio)), default=0) or 1
    cells = [
        [
            {
                "text": f"{float(ratio):.3g}" if isfinite(ratio) else "∞",
                "words": f"Kernel {kernel}, stride {stride}: {'even' if ratio == 1 else _uneven(ratio)}",
                "look": "even" if ratio == 1 else "" if isfinite(ratio) else "empty",
                "amount": round(_FAINTEST + (_STRONGEST - _FAINTEST) * log(ratio) / most) if isfinite(ratio) else 0,
            }
            for kernel, ratio in zip(ratios.kernel_sizes, row, strict=True)
        ]
        for stride, row in zip(ratios.strides, ratios.ratios, strict=True)
    ]
    data = {"label": label, "kernels": ratios.kernel_sizes, "strides": ratios.strides, "cells": cells}
    return json.dumps({**data, "current": current if _is_on(ratios, current) else None}, allow_nan=False)


def _uneven(ratio: Ratio) -> str:
    return f"uneven, {ratio_text(ratio)}" if isfinite(ratio) else "some cells get nothing"


def ratio_text(ratio: Ratio) -> str:
    """Return a ratio in words.

    >>> from fractions import Fraction
    >>> ratio_text(Fraction(9, 4)), ratio_text(float("inf"))
    ('9 to 4', 'some get nothing')
    """
    return "some get nothing" if isinstance(ratio, float) else f"{ratio.numerator} to {ratio.denominator}"


def change_pair(recipe: Recipe, kernel: int, stride: int, section: Mapping[str, str] | None = None) -> None:
    """Let the figure show this kernel size and stride, and the trial what ``section`` says; raises as `with_pair`."""
    state, texts = state_of(recipe.variant), with_pair(recipe, kernel, stride).to_texts()
    state.change(dict.fromkeys(state.texts, "") | texts, section=section)


def with_pair(recipe: Recipe, kernel: int, stride: int) -> Recipe:
    """Return the recipe with this kernel size and stride in its layers, or in the first transposed one of a stack.

    Both are for both axes, or for one where there is only one. If they do not fit, padding is left out, and then the
    input is reduced.

    Raises
    ------
    SpecError
        The pair fits no input.
    """
    height, width = recipe["input_size"]
    sizes = ((1, kernel), (1, stride)) if is_one_axis(recipe) else ((kernel, kernel), (stride, stride))
    try:
        return _with_sizes(recipe, *sizes)
    except SpecError as error:
        refusal = error
    for side in range(max(height, width), 0, -1):
        with suppress(SpecError):
            smaller = (min(height, side), min(width, side))
            return _with_sizes(recipe, *sizes, input_size=smaller, padding=0, output_padding=0)
    raise refusal


def _with_sizes(recipe: Recipe, kernel: Pair, stride: Pair, **changes: Any) -> Recipe:
    layers = recipe["layers"]
    is_count = isinstance(layers, int)
    first = None if is_count else first_transposed(layers)
    if first is None:
        return recipe.replace(layers=layers if is_count else 1, kernel_size=kernel, stride=stride, **changes)
    index = layers.index(first)
    padding = changes.pop("padding", first.padding)
    output_padding = changes.pop("output_padding", first.output_padding)
    changed = conv_transpose2d(
        kernel, stride, padding, output_padding=output_padding, dilation=first.dilation, groups=first.groups
    )
    return recipe.replace(layers=(*layers[:index], changed, *layers[index + 1 :]), **changes)
