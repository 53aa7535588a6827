"""What the lesson of depthwise separable convolution shows beyond its picture: what it costs, and what it replaces."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

import streamlit as st

from convviz.analysis import Cost, DepthwiseSeparable, depthwise_separable
from convviz.analysis.factorized_costs import mobilenet, standard_total, total
from convviz.arithmetic import Conv2d
from convviz.charts import Chart, cost_ratio
from convviz.recipes import Recipe, recipe, variant_named
from convviz.scene.number_format import channel_count, size
from convviz.web.components.charts import chart_width, show_chart
from convviz.web.components.downloads import moving_picture, page_theme
from convviz.web.components.tables import table
from convviz.web.state.widgets import fold

_HEAD: Final = ("", "Parameters", "Multiplications", "Additions")
_CAPTION: Final = "Kernels are channels × height × width. Without biases; padding counted, as in published tables."
_LARGEST_TWIN: Final = 8
"""Channels up to which the two ways to use the same weights can be drawn."""

_SIDE_BY_SIDE: Final = 3
"""Channels up to which both ways can be read in half of the page; the planes of more need all of its width."""


def show_costs(asked: Recipe) -> None:
    """Costs beside a standard convolution, the same weights two ways, the ratio as a chart, and MobileNet."""
    layer = asked.layer
    assert isinstance(layer, Conv2d)  # its first layer is one
    both = depthwise_separable(
        replace(layer, groups=1), asked["in_channels"], asked["out_channels"], asked["input_size"],
        channel_multiplier=asked["channel_multiplier"],
    )  # fmt: skip
    st.markdown("### What it costs")
    counted, compared = st.columns([3, 2], gap="large", vertical_alignment="center")
    counted.html(table(_HEAD, _rows(both), _CAPTION, strong=(0, 3)))
    compared.markdown(_saving(asked, both))
    variant = variant_named(asked.variant)
    chart = fold(variant.name, "Ratio over kernels and channels")
    if chart.open:
        with chart:
            width = chart_width(asked.variant)
            drawn = _ratio_chart(
                asked["out_channels"], asked["kernel_size"], asked["channel_multiplier"], page_theme(), width
            )
            show_chart(drawn, "cost-ratio")
    twins = fold(variant.name, "Same weights, two ways")
    if twins.open:
        with twins:
            _show_twins(asked)
    network = fold(variant.name, "MobileNet v1, layer by layer")
    if network.open:
        with network:
            st.html(_mobilenet())


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
    """A size that no line parts."""
    return text.replace(" ", "\u00a0")


def _numbers(one: Cost) -> list[str]:
    return [f"{one.parameters:,}", f"{one.multiplications:,}", f"{one.additions:,}"]


def _ratios(one: Cost, other: Cost) -> list[str]:
    pairs = zip((one.parameters, one.multiplications, one.additions),
                (other.parameters, other.multiplications, other.additions), strict=True)  # fmt: skip
    return [f"{part / whole:.3g}" if whole else "–" for part, whole in pairs]


def _saving(asked: Recipe, both: DepthwiseSeparable) -> str:
    """The formula with its numbers, and what it comes to."""
    outputs, (height, width), m = asked["out_channels"], asked["kernel_size"], asked["channel_multiplier"]
    cells = "k^2" if height == width else "k_h k_w"
    taps = f"{height}^2" if height == width else rf"{height} \cdot {width}"
    symbols, numbers = rf"\frac{{1}}{{N}} + \frac{{1}}{{{cells}}}", rf"\frac{{1}}{{{outputs}}} + \frac{{1}}{{{taps}}}"
    if m > 1:
        symbols, numbers = rf"m \left( {symbols} \right)", rf"{m} \left( {numbers} \right)"
    value = float(both.formula)
    formula = rf"$$\frac{{\text{{separable}}}}{{\text{{standard}}}} = {symbols} = {numbers} {_equal(both.formula)}$$"
    if value < 1:
        words = f"The standard convolution needs **{1 / value:.3g} times as many** multiplications."
    elif value == 1:
        words = "Exactly **as many** multiplications as the standard convolution."
    else:
        words = f"**{value:.3g} times as many** multiplications as the standard convolution: it saves nothing here."
    return f"{formula}\n\n{words} {_weights(asked)}"


def _equal(ratio: Fraction) -> str:
    short = f"{float(ratio):.4g}"
    return f"{'=' if Fraction(short) == ratio else chr(92) + 'approx'} {short}"


def _weights(asked: Recipe) -> str:
    channels, (height, width) = asked["in_channels"], asked["kernel_size"]
    weights = channels * height * width
    planes = f"{channels} planes" if channels > 1 else "1 plane"
    return (
        f"The same {channels} × {height} × {width} = {weights:,} weights make **one** output channel as a standard "
        f"kernel and **{planes}** as depthwise ones."
    )


def _show_twins(asked: Recipe) -> None:
    """One standard kernel, and the same weights as kernels of the channels: two small animations."""
    channels = asked["in_channels"]
    if channels > _LARGEST_TWIN or (isinstance(asked["weight"], tuple) and asked["channel_multiplier"] > 1):
        st.info(f"Choose at most {_LARGEST_TWIN} input channels and one kernel each to see both ways.")
        return
    names = ("input_size", "kernel_size", "stride", "padding", "dilation", "in_channels", "seed", "input", "weight")
    shared = {name: asked[name] for name in names}
    is_narrow = channels <= _SIDE_BY_SIDE
    # Drawn as wide as they are shown, so that no number is made smaller.
    options = {
        "theme": page_theme(), "width": "420" if is_narrow else "900", "terms": "false", "formula": "false",
        "seconds_per_step": "0.3",
    }  # fmt: skip
    pictures = recipe("standard", **shared, out_channels=1), recipe("depthwise-separable", **shared, act="depthwise")
    places = st.columns(2) if is_narrow else (st.container(), st.container())
    for place, heading, one in zip(places, twin_headings(channels), pictures, strict=True):
        with place:
            st.markdown(f"**{heading}**")
            st.html(moving_picture(one, options, "cv-picture"))


def twin_headings(channels: int) -> tuple[str, str]:
    """What the same weights make of so many channels, as one standard kernel and as depthwise ones.

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


@lru_cache(64)
def _ratio_chart(outputs: int, kernel: tuple[int, int], multiplier: int, theme: str, width: int) -> Chart:
    return cost_ratio(outputs, kernel, channel_multiplier=multiplier, theme=theme, width=width)


@lru_cache(1)
def _mobilenet() -> str:
    """The table of all layers, and what the network would cost without the idea."""
    layers = mobilenet()
    whole, plain = total(layers), standard_total(layers)
    rows: list[Sequence[str]] = []
    for layer in layers:
        standard = "" if layer.standard is None or layer.standard == layer.cost else _millions(layer.standard)
        rows.append([
            layer.name, f"{layer.in_channels} × {size(layer.input_size)}",
            f"{layer.out_channels} × {size(layer.output_size)}", f"{layer.cost.parameters:,}", _millions(layer.cost),
            f"{float(layer.share):.1%}", standard,
        ])  # fmt: skip
    rows.append(["All layers", "", "", f"{whole.parameters:,}", _millions(whole), "100.0%", _millions(plain)])
    return table(
        ("Layer", "Input", "Output", "Parameters", "Multiplications", "Share", "As standard"),
        rows,
        "MobileNet v1 (1.0, 224 × 224) of Howard et al. 2017. Inputs and outputs are channels × height × width, "
        "multiplications in millions; batch normalization and "
        "biases left out. The last column puts one standard 3 × 3 convolution in the place of each pair.",
        strong=(len(rows) - 1,),
    )


def _millions(one: Cost) -> str:
    return f"{one.multiplications / 1e6:,.2f}"
