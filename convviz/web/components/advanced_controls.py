"""The controls that are folded away: what is needed less often, and how the picture looks."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from convviz import limits
from convviz.recipes.fields import FIELDS
from convviz.recipes.variants import Variant
from convviz.web.state.page_state import PageState, Query
from convviz.web.state.params import PRESENTATION, texts_of, values_of
from convviz.web.state.widgets import fold, held, segments, select

_RULES: Final = {
    "numbers": "as set above",
    "valid": "valid: none",
    "same": "same: output as large as input (stride 1)",
    "same_upper": "same_upper: ⌈i / s⌉, odd cell after",
    "same_lower": "same_lower: ⌈i / s⌉, odd cell before",
}
_WIDTHS: Final = ("auto", "640", "900", "1280", "1920", "3840")


def detail_controls(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """What is needed less often: padding rule and mode, view, flip, bias, seed and storyboard."""
    texts = {}
    name = variant.name
    if variant.fields["padding"] is FIELDS["padding"]:  # that of a transposed convolution knows no rules
        rule = values["padding"] if isinstance(values["padding"], str) else "numbers"
        chosen = select(
            "Padding rule", ("numbers", *FIELDS["padding"].choices), f"{name}.rule", rule,
            format_func=_RULES.__getitem__,
        )  # fmt: skip
        if chosen != "numbers":
            texts["padding"] = chosen
    if "padding_mode" in variant.fields:
        texts["padding_mode"] = select(
            "Padding holds", tuple(FIELDS["padding_mode"].choices), f"{name}.padding_mode", values["padding_mode"],
            help="Zeros, or copies of input cells: mirrored (reflect), nearest (replicate), from beyond (circular).",
        )  # fmt: skip
    if "flip" in variant.fields:
        on = st.toggle(
            "Flip kernel (true convolution)", **held(f"{name}.flip", values["flip"]),
            help="Mathematics turns the kernel by 180 degrees; deep learning does not and still says convolution.",
        )  # fmt: skip
        texts["flip"] = variant.fields["flip"].spell(on)
    if "bias" in variant.fields:
        bias = st.number_input(
            "Bias", -limits.NUMBER, limits.NUMBER, step=1.0, **held(f"{name}.bias", values["bias"]), format="%g",
            help="Added to every output cell.",
        )  # fmt: skip
        texts["bias"] = variant.fields["bias"].spell(bias)
    if "storyboard" not in variant.fields:
        return texts
    words = {"cell": "Step", "tap": "Product" if "weight" in variant.fields else "Cell"}
    texts["storyboard"] = segments("One frame per", words, f"{name}.storyboard", values["storyboard"])
    return texts


def detail_texts(variant: Variant, values: Mapping[str, Any]) -> dict[str, str]:
    """What `detail_controls` would give while they are folded away."""
    names = [name for name in ("padding_mode", "flip", "bias", "storyboard") if name in variant.fields]
    texts = {name: variant.fields[name].spell(values[name]) for name in names}
    if isinstance(values["padding"], str):
        texts["padding"] = values["padding"]
    return texts


def picture_section(page: str, state: PageState) -> Query:
    """Show the collapsed section "Picture": theme, width, pace, and what the picture says.

    Returns
    -------
    dict
        What differs from the defaults, as links spell it.
    """
    with (section := fold(page, "Picture")):
        return _picture_controls(page, state.presentation) if section.open else state.presentation


def _picture_controls(page: str, texts: Query) -> Query:
    usual = {"theme": "page", "width": "auto", "seconds_per_step": 0.6, "terms": True, "formula": True}
    values = values_of(PRESENTATION, texts, **usual)
    themes = {"page": "As page", "light": "Light", "dark": "Dark"}
    theme = segments("Theme", themes, f"{page}.theme", values["theme"])
    width = texts.get("width", "auto")
    widths = _WIDTHS if width in _WIDTHS else (*_WIDTHS, width)
    width = select(
        "Width in pixels", widths, f"{page}.width", width,
        format_func=lambda text: "as the numbers need" if text == "auto" else text,
    )  # fmt: skip
    pace = min(3.0, values["seconds_per_step"])
    seconds = st.slider("Seconds per step", 0.05, 3.0, step=0.05, **held(f"{page}.seconds", pace))
    terms = st.toggle("Show the terms", **held(f"{page}.terms", values["terms"]))
    formula = st.toggle("Show the formula", **held(f"{page}.formula", values["formula"]))
    chosen = {
        "theme": theme, "width": width, "seconds_per_step": round(seconds, 2), "terms": terms, "formula": formula,
    }  # fmt: skip
    return texts_of(PRESENTATION, chosen, **usual)
