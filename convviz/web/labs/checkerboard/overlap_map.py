"""The map of kernels and strides on a page: a grid of buttons in the browser, each of which chooses a pair."""

import json
from collections.abc import Callable
from fractions import Fraction
from math import isfinite, log
from typing import Any, Final

import streamlit as st

from convviz.analysis import OverlapMap
from convviz.web import ASSETS

_FOLDER: Final = ASSETS / "evenmap"
_FAINTEST, _STRONGEST = 10, 42
"""Per cent of the colour: of the least and the most uneven pair. With more of it the numbers could not be read."""

_mount: Final = st.components.v2.component(
    "convviz_evenmap",
    html=(_FOLDER / "evenmap.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "evenmap.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "evenmap.js").read_text(encoding="utf-8"),
)


def show_even_map(
    found: OverlapMap,
    current: tuple[int, int] | None,
    *,
    label: str,
    key: str,
    on_choose: Callable[[int, int], None],
) -> None:
    """Put the map on the page.

    Parameters
    ----------
    current : tuple of int, optional
        The kernel size and stride that the page shows; one that is not on the map is marked nowhere.
    label : str
        What the numbers are, above the map.
    on_choose : callable
        Told (kernel_size, stride) of the cell that the person has clicked, or entered by the keyboard.
    """

    def chosen() -> None:
        pair: dict[str, Any] | None = st.session_state.get(key, {}).get("choose")
        if pair:
            kernel, stride = int(pair["kernel"]), int(pair["stride"])
            if kernel in found.kernel_sizes and stride in found.strides:
                on_choose(kernel, stride)

    _mount(key=key, data=even_map_json(found, current, label), on_choose_change=chosen)


def even_map_json(found: OverlapMap, current: tuple[int, int] | None, label: str) -> str:
    """What the browser gets: texts and the strength of the colours, nothing to be calculated."""
    is_on_map = current is not None and current[0] in found.kernel_sizes and current[1] in found.strides
    most = max((log(ratio) for row in found.ratios for ratio in row if isfinite(ratio)), default=0) or 1
    told = {
        "label": label,
        "kernels": found.kernel_sizes,
        "strides": found.strides,
        "cells": [
            [
                {
                    "text": short_ratio(ratio),
                    "words": f"Kernel {kernel}, stride {stride}: {_words(ratio)}",
                    "look": "even" if ratio == 1 else "" if isfinite(ratio) else "empty",
                    "amount": round(_FAINTEST + (_STRONGEST - _FAINTEST) * log(ratio) / most) if isfinite(ratio) else 0,
                }
                for kernel, ratio in zip(found.kernel_sizes, row, strict=True)
            ]
            for stride, row in zip(found.strides, found.ratios, strict=True)
        ],
        "current": current if is_on_map else None,
    }
    return json.dumps(told, allow_nan=False)


def short_ratio(ratio: Fraction | float) -> str:
    """A ratio in a cell.

    >>> short_ratio(Fraction(4)), short_ratio(Fraction(9, 4)), short_ratio(Fraction(16, 9)), short_ratio(float("inf"))
    ('4', '2.25', '1.78', '∞')
    """
    return f"{float(ratio):.3g}" if isfinite(ratio) else "∞"


def ratio_words(ratio: Fraction | float) -> str:
    """A ratio in words.

    >>> ratio_words(Fraction(9, 4)), ratio_words(float("inf"))
    ('9 to 4', 'some get nothing')
    """
    return f"{ratio.numerator} to {ratio.denominator}" if isinstance(ratio, Fraction) else "some get nothing"


def _words(ratio: Fraction | float) -> str:
    return "even" if ratio == 1 else f"uneven, {ratio_words(ratio)}" if isfinite(ratio) else "some cells get nothing"
