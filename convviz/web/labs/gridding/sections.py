"""Parts of the page about gridding: the rule beside the truth, paths, one axis, the effective receptive field."""

from functools import partial
from math import prod, sqrt
from typing import Final

import numpy as np
import streamlit as st

from convviz.analysis import EffectiveField, Gridding, HybridRule, hybrid_rule, uniform_variance
from convviz.charts.canvas import short
from convviz.web.components.tables import table

from .charts import field_of, paths_of, profile_of, show, steps_of, weights_of
from .params import Asked

_NORMAL_SHARE: Final = 0.9545
"""Of a Gaussian within 2 sigma of its mean."""

_PROFILE: Final = 560
"""Pixels that the charts of the weights take at most."""


def show_rule(asked: Asked, found: Gridding) -> None:
    """The rule of hybrid dilated convolution with its numbers, and whether it says what is counted."""
    rule = hybrid_rule(asked.rates, asked.kernel_size)
    st.markdown("### What the HDC rule says")
    if len(asked.rates) == 1:
        st.markdown(_verdict(asked, rule, found))
        return
    numbers, words = st.columns([1, 1.4], gap="large")
    numbers.html(table(("Layer", "Rate", "max(Mᵢ₊₁ − 2rᵢ, 2rᵢ − Mᵢ₊₁, rᵢ)", "Mᵢ"), _worked(asked, rule),
                       "From the last layer to the second", strong=(len(asked.rates) - 2,)))  # fmt: skip
    words.markdown(_verdict(asked, rule, found))


def _worked(asked: Asked, rule: HybridRule) -> list[list[str]]:
    """M_n to M_2, each with the numbers that it is the largest of."""
    count = len(asked.rates)
    rows = [[str(count), str(asked.rates[-1]), "Mₙ = rₙ", str(rule.distances[-1])]]
    for layer in range(count - 1, 1, -1):
        rate, after = asked.rates[layer - 1], rule.distances[layer]
        parts = f"{after} − {2 * rate}, {2 * rate} − {after}, {rate}"
        rows.append([str(layer), str(rate), f"max({parts})", str(rule.distances[layer - 1])])
    return rows


def _verdict(asked: Asked, rule: HybridRule, found: Gridding) -> str:
    """What the rule says, what is true, and whether the rule could be trusted."""
    counted = f"**{found.holes:,} holes**" if found.holes else "**no holes**"
    if len(asked.rates) == 1:
        return f"The rule is about M₂, so it needs two layers or more. Counted: {counted}."
    second, kernel = rule.distances[1], asked.kernel_size
    says = f"M₂ = {second} {'≤' if rule.holds else '>'} K = {kernel}, so the rule **{_says(rule.holds)}**"
    agree = rule.holds == (not found.holes)
    words = f"{says}. Counted: {counted}. **They {'agree' if agree else 'disagree'}.**"
    return f"{words} {_trust(asked, rule)}"


def _says(holds: bool) -> str:
    return "promises no holes" if holds else "warns of holes"


def _trust(asked: Asked, rule: HybridRule) -> str:
    """The preconditions, and whether they are met."""
    begins, grows = asked.rates[0] == 1, list(asked.rates) == sorted(asked.rates)
    conditions = (("K = 3", asked.kernel_size == 3), ("rates begin with 1", begins), ("rates never decrease", grows))
    listed = "; ".join(f"{name}: {'yes' if is_met else '**no**'}" for name, is_met in conditions)
    if rule.is_exact:
        return f"They must: the rule is the same as “no holes” under three conditions, and all are met ({listed})."
    return (
        f"The rule is the same as “no holes” only under three conditions ({listed}). Without them it may promise too "
        "much or warn for nothing: trust the count."
    )


def show_axis(asked: Asked) -> None:
    """What is read along one axis, layer by layer."""
    st.markdown(
        "From one output back to the input: every layer reads k cells for each cell of the one above, its rate apart. "
        "Rows and columns are alike, and a cell is read if its row and its column are."
    )
    show(partial(steps_of, asked.rates, asked.kernel_size), "coverage-by-layer")


def show_paths(asked: Asked) -> None:
    """How many paths lead to each cell, as heat."""
    paths = asked.kernel_size ** (2 * len(asked.rates))
    st.markdown(
        f"A path takes one tap of every layer: {paths:,} paths in all, shared out over the cells that are read. "
        "0 is a hole."
    )
    show(partial(paths_of, asked.rates, asked.kernel_size), "paths")


def show_effective(asked: Asked) -> None:
    """How much each cell weighs: which statistic that is, its sigma beside the formula, and two charts."""
    field = field_of(asked)
    st.markdown(_statistic(asked, field))
    variance = uniform_variance(asked.stack)[0]
    kernel = asked.kernel_size
    squares = sum(rate**2 for rate in asked.rates)
    sign = "=" if short(float(variance)) == f"{float(variance):g}" else r"\approx"
    st.latex(
        rf"\sigma^2 = \frac{{k^2 - 1}}{{12}} \sum_i r_i^2 = \frac{{{kernel**2 - 1}}}{{12}} \cdot {squares} {sign} "
        rf"{short(float(variance))}, \quad \sigma \approx {short(sqrt(variance))}"
    )
    st.html(table(("", "Rows", "Columns"), _measured(field, sqrt(variance)), "In input cells"))
    st.markdown(_compared(field, sqrt(variance)))
    show(partial(profile_of, asked), "effective-profile", _PROFILE)
    show(partial(weights_of, asked), "effective-field", _PROFILE)


def _statistic(asked: Asked, field: EffectiveField) -> str:
    if field.samples == 0:
        return (
            f"Shown is the **{field.statistic}**: the gradient of an output if all weights are alike, in shares of the "
            "whole. It is exact."
        )
    draws = "1 draw" if field.samples == 1 else f"{field.samples} draws"
    return (
        f"Shown is the **{field.statistic}** over {draws} of independent normal weights (seed {asked.seed}), one "
        "channel, no activations, in shares of the whole. It is an estimate; what it nears is the share of paths."
    )


def _measured(field: EffectiveField, sigma: float) -> list[list[str]]:
    """Sigma by both ways, 4 sigma beside the receptive field, and the weight within 2 sigma."""
    within = [f"{_within(field, axis):.1%}" for axis in (0, 1)]
    return [
        ["Sigma, as shown", *(f"{one:.3f}" for one in field.sigma)],
        ["Sigma, by formula", *[f"{sigma:.3f}"] * 2],
        ["Receptive field", *map(str, field.field)],
        ["4 sigma, of that", *(f"{one:.1%}" for one in field.ratio)],
        ["Weight within 2 sigma", *within],
    ]


def _within(field: EffectiveField, axis: int) -> float:
    line = field.weights.sum(axis=1 - axis)
    is_near = np.abs(np.arange(len(line)) - field.center[axis]) <= 2 * field.sigma[axis]
    return float(line[is_near].sum())


def _compared(field: EffectiveField, sigma: float) -> str:
    """Whether what is shown is what the formula has, and how far both are from the receptive field."""
    share = sqrt(prod(field.ratio))
    spread = (
        f"2 sigma to either side span **{share:.0%}** of the receptive field along an axis. A Gaussian has "
        f"{_NORMAL_SHARE:.1%} of its weight within them."
    )
    if share > 1:
        spread += " More than all of it: the weight is spread more evenly than a Gaussian could have it."
    if field.samples == 0:
        return f"What is shown and the formula agree: both are exact. {spread}"
    off = [one / sigma - 1 for one in field.sigma]
    rows, columns = (f"{abs(one):.1%} {'above' if one > 0 else 'below'}" for one in off)
    return f"The estimate is {rows} the formula for rows and {columns} it for columns; more draws come nearer. {spread}"
