"""What the lesson of depthwise separable convolution shows beyond its picture: what it costs, and what it replaces."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.analysis import Cost, DepthwiseSeparable, depthwise_separable
from convviz.analysis.receptive.known import mobilenet, standard_total, total
from convviz.arithmetic import Conv2d
from convviz.diagrams.kernels import cost_ratio
from convviz.recipes import Recipe
from convviz.recipes import recipe as make_recipe
from convviz.scene.number_format import channel_count, size
from convviz.web.components.charts import PAIR, chart_width, show_chart, table
from convviz.web.components.downloads import moving_picture, page_theme
from convviz.web.state.widgets import show_in_expander

_HEAD: Final = ("", "Parameters", "Multiplications", "Additions")
_CAPTION: Final = "Kernels are channels × height × width. Without biases; padding counted, as in published tables."
_LARGEST_TWIN: Final = 8
"""Channels up to which the two ways to use the same weights can be drawn."""

_SIDE_BY_SIDE: Final = 3
"""Channels up to which both ways can be read in half of the page; more planes need its whole width."""


def show_costs(recipe: Recipe) -> None:
    """Show the costs next to a standard convolution, their ratio as a chart, the same weights two ways, MobileNet."""
    inputs, outputs, multiplier = (recipe[name] for name in ("in_channels", "out_channels", "channel_multiplier"))
    layer = replace(recipe.layer_as(Conv2d), groups=1)
    both = depthwise_separable(layer, inputs, outputs, recipe["input_size"], channel_multiplier=multiplier)
    st.markdown("## What it costs")
    counted, compared = st.columns(2, gap="large", vertical_alignment="center", width=PAIR)
    counted.html(table(_HEAD, _rows(both), _CAPTION, strong=(0, 3)))
    compared.markdown(_saving(recipe, both))

    def show_ratio() -> None:
        look = {"theme": page_theme(), "width": chart_width(recipe.variant)}
        chart = cost_ratio(outputs, recipe["kernel_size"], multiplier, **look)
        show_chart(chart, "cost-ratio")

    show_in_expander(recipe.variant, "Ratio over kernels and channels", show_ratio)
    show_in_expander(recipe.variant, "Same weights, two ways", lambda: _show_twins(recipe))
    show_in_expander(recipe.variant, "MobileNet v1, layer by layer", lambda: st.html(_mobilenet()))


def _rows(both: DepthwiseSeparable) -> list[list[str]]:
    inputs, between, outputs = both.channels
    depthwise, pointwise = _joined(size(both.depthwise_layer.kernel_size)), _joined(f"{between} × 1 × 1")
    kernel = _joined(f"{inputs} × {depthwise}")
    return [
        [f"Standard: {_kernels(outputs)} {kernel}", *_numbers(both.standard)],
        [f"Depthwise: {_kernels(between)} 1\u00a0×\u00a0{depthwise}", *_numbers(both.depthwise)],
        [f"Pointwise: {_kernels(outputs)} {pointwise}", *_numbers(both.pointwise)],
        ["Depthwise separable", *_numbers(both.separable)],
        ["Separable / standard", *_ratios(both.separable, both.standard)],
    ]


def _kernels(count: int) -> str:
    return "1 kernel of" if count == 1 else f"{count:,} kernels of"


def _joined(text: str) -> str:
    """Return a size that is never broken into two lines."""
    return text.replace(" ", "\u00a0")


def _numbers(cost: Cost) -> list[str]:
    return [f"{cost.parameters:,}", f"{cost.multiplications:,}", f"{cost.additions:,}"]


def _ratios(cost: Cost, whole: Cost) -> list[str]:
    pairs = ((getattr(cost, name), getattr(whole, name)) for name in ("parameters", "multiplications", "additions"))
    return [f"{number / total:.3g}" if total else "–" for number, total in pairs]


def _saving(recipe: Recipe, both: DepthwiseSeparable) -> str:
    """Return the formula with its numbers, and its result in words."""
    outputs, (height, width), m = recipe["out_channels"], recipe["kernel_size"], recipe["channel_multiplier"]
    cells = "D_K^2" if height == width else "D_H D_W"
    taps = f"{height}^2" if height == width else rf"{height} \cdot {width}"
    symbols, numbers = rf"\frac{{1}}{{N}} + \frac{{1}}{{{cells}}}", rf"\frac{{1}}{{{outputs}}} + \frac{{1}}{{{taps}}}"
    if m > 1:
        symbols, numbers = rf"m \left( {symbols} \right)", rf"{m} \left( {numbers} \right)"
    value = float(both.formula)
    result = f"{value:.4g}"
    sign = "=" if Fraction(result) == both.formula else r"\approx"
    formula = rf"$$\frac{{\text{{separable}}}}{{\text{{standard}}}} = {symbols} = {numbers} {sign} {result}$$"
    if value < 1:
        words = f"The standard convolution needs **{1 / value:.3g} times as many** multiplications."
    elif value == 1:
        words = "Exactly **as many** multiplications as the standard convolution."
    else:
        words = f"**{value:.3g} times as many** multiplications as the standard convolution: it saves nothing here."
    return f"{formula}\n\n{words} {_weights(recipe)}"


def _weights(recipe: Recipe) -> str:
    channels, (height, width) = recipe["in_channels"], recipe["kernel_size"]
    weights = channels * height * width
    planes = f"{channels} planes" if channels > 1 else "1 plane"
    return (
        f"The same {channels} × {height} × {width} = {weights:,} weights make **one** output channel as a standard "
        f"kernel and **{planes}** as depthwise ones."
    )


def _show_twins(recipe: Recipe) -> None:
    """Show one standard kernel, and the same weights as depthwise kernels, in two small animations."""
    channels = recipe["in_channels"]
    if channels > _LARGEST_TWIN or (isinstance(recipe["weight"], tuple) and recipe["channel_multiplier"] > 1):
        st.info(f"Choose at most {_LARGEST_TWIN} input channels and one kernel each to see both ways.")
        return
    names = ("input_size", "kernel_size", "stride", "padding", "dilation", "in_channels", "seed", "input", "weight")
    shared = {name: recipe[name] for name in names}
    is_narrow = channels <= _SIDE_BY_SIDE
    # Drawn as wide as they are shown, so that no number is made smaller.
    width = "420" if is_narrow else "900"
    options = {"theme": page_theme(), "width": width, "terms": "false", "formula": "false", "seconds_per_step": "0.3"}
    pictures = (
        make_recipe("depthwise-separable", **shared, act="standard", out_channels=1),
        make_recipe("depthwise-separable", **shared, act="depthwise"),
    )
    columns = st.columns(2) if is_narrow else (st.container(), st.container())
    for column, heading, twin in zip(columns, twin_headings(channels), pictures, strict=True):
        with column:
            st.markdown(f"**{heading}**")
            st.html(moving_picture(twin, options))


def twin_headings(channels: int) -> tuple[str, str]:
    """Return what the same weights make of some channels, as one standard kernel and as depthwise ones.

    Examples
    --------
    >>> for heading in twin_headings(5):
    ...     print(heading)
    1 standard kernel of 5 channels makes 1 channel
    5 depthwise kernels of 1 channel make 5 channels
    """
    counted = channel_count(channels, channels)
    many = "kernel of 1 channel makes" if channels == 1 else "kernels of 1 channel make"
    return f"1 standard kernel of {counted} makes 1 channel", f"{channels} depthwise {many} {counted}"


@lru_cache(1)
def _mobilenet() -> str:
    """Return the table of all layers, and what the network would cost with standard convolutions."""
    layers = mobilenet()
    whole, plain = total(layers), standard_total(layers)
    rows: list[Sequence[str]] = []
    for layer in layers:
        sizes = f"{layer.in_channels} × {size(layer.input_size)}", f"{layer.out_channels} × {size(layer.output_size)}"
        costs = f"{layer.cost.parameters:,}", _millions(layer.cost), f"{float(layer.share):.1%}"
        standard = "" if layer.standard is None or layer.standard == layer.cost else _millions(layer.standard)
        rows.append([layer.name, *sizes, *costs, standard])
    rows.append(["All layers", "", "", f"{whole.parameters:,}", _millions(whole), "100.0%", _millions(plain)])
    return table(
        ("Layer", "Input", "Output", "Parameters", "Multiplications", "Share", "As standard"),
        rows,
        "MobileNet v1 (1.0, 224 × 224) of Howard et al. 2017. Inputs and outputs are channels × height × width, "
        "multiplications in millions; batch normalization and "
        "biases left out. The last column replaces each pair by one standard 3 × 3 convolution.",
        strong=(len(rows) - 1,),
        label="MobileNet v1, layer by layer",
    )


def _millions(cost: Cost) -> str:
    return f"{cost.multiplications / 1e6:,.2f}"
