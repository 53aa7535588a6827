"""The page about gridding: which cells of its receptive field a stack of dilated convolutions really reads."""

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod, sqrt
from typing import Final

import numpy as np
import streamlit as st

from convviz.analysis import (
    EffectiveField,
    Gridding,
    HybridRule,
    Network,
    effective_field,
    gridding,
    hybrid_rule,
    suggest_rates,
    uniform_variance,
)
from convviz.charts import Chart, count_map
from convviz.charts.canvas import short
from convviz.charts.gridding import LARGE, coverage_map, coverage_steps, weight_map, weight_profile
from convviz.web.components.charts import NARROW, WIDE, fact_list, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.page_frame import Words, page_foot, page_head, refuse
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import fold

from .controls import (
    PAGE,
    PARAMS,
    Rates,
    Settings,
    choose_example,
    kernel_controls,
    layers_text,
    mend,
    settings_of,
    show_suggestions,
    stack_controls,
    suggestion_controls,
    use_button,
)

_MAP_WIDTH: Final = 640
"""Pixels of the map at most, so that its numbers have room next to it."""

_WEIGHTS_WIDTH: Final = 560
"""Pixels of the charts of the weights at most."""

_NORMAL_SHARE: Final = 0.9545
"""The part of a Gaussian within 2 sigma of its mean."""


def gridding_page(words: Words) -> None:
    """Show the whole page: controls, map, verdict, rule, and the rest in expanders."""
    state = receive(PAGE, PARAMS, mend=mend)
    settings = settings_of(state)
    page_head("Gridding", words)
    left, panel = st.columns([2.4, 1], gap="large")
    rule = st.container()
    suggestions = fold(PAGE, "Rates without holes")
    axis = fold(PAGE, "Along one axis, layer by layer")
    paths = fold(PAGE, "How many paths lead to each cell")
    effective = fold(PAGE, "Effective receptive field")
    with panel:
        examples = st.container()
        settings = stack_controls(settings)
    if suggestions.open:
        with suggestions:
            settings = suggestion_controls(settings)
    if effective.open:
        with effective:
            settings = kernel_controls(settings)
    publish(state, settings.to_texts())
    with examples:  # only now it is known which one the controls show
        choose_example(settings)
    result = gridding(settings.stack)
    with left:
        if state.refusal:
            refuse(state.refusal)
        show_coverage(settings, result)
    with rule:
        show_rule(settings, result)
    sections = ((axis, show_axis), (paths, show_paths), (effective, show_effective), (suggestions, show_suggestions))
    for section, show in sections:
        if section.open:
            with section:
                show(settings)
    page_foot(words)


def _show(make: Callable[[str, int], Chart], name: str, most: int = WIDE) -> None:
    """Show a chart for windows and one for phones; ``make`` gets the theme and the width."""
    theme = page_theme()
    show_chart(make(theme, most), name, phone=make(theme, NARROW))


# The cells that are read ----------------------------------------------------------------------------------------------


def show_coverage(settings: Settings, result: Gridding) -> None:
    """Show the count of cells, the map, and a button with rates that would read all of them."""
    cells = prod(result.size)
    st.markdown(f"### {result.read:,} of {cells:,} cells{': holes' if result.holes else ', no holes'}")
    rows = [
        ("Receptive field", f"{result.size[0]} × {result.size[1]}", ""),
        ("Cells read", f"{result.read:,}", ""),
        ("Holes", f"{result.holes:,}", ""),
        ("Read along an axis", f"{int(result.rows.sum())} of {len(result.rows)}", ""),
        ("Weights per channel", f"{len(settings.rates) * settings.kernel_size**2}", ""),
    ]
    with st.container(key="gridding-map"):
        _show(partial(_coverage, settings.rates, settings.kernel_size), "coverage", _MAP_WIDTH)
        with st.container():  # next to the map, or below it where there is no room
            st.html(fact_list(rows))
            if result.holes:
                _offer_better_rates(settings)


@lru_cache(32)
def _coverage(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    result = gridding(Settings(rates, kernel_size).stack)
    return coverage_map(result.rows, result.columns, theme=theme, width=width)


def _offer_better_rates(settings: Settings) -> None:
    """Show a button with rates that read all cells of a field of this size, if there are any."""
    kernel, count = settings.kernel_size, len(settings.rates)
    layers, most = f"{layers_text(count)} of {kernel} × {kernel}", kernel**count
    if settings.extent > most:
        st.markdown(f"No rates fill a field of this size in {layers}: {most} × {most} cells are the most.")
        return
    best = suggest_rates(settings.extent, count, kernel)[0].rates
    if sorted(settings.rates) != list(best):
        st.markdown(f"As large, in {layers}, and without holes:")
        use_button(settings, best, "mend")


# The rule -------------------------------------------------------------------------------------------------------------


def show_rule(settings: Settings, result: Gridding) -> None:
    """Show the rule of hybrid dilated convolution with its numbers, and whether it agrees with the count."""
    rule = hybrid_rule(settings.rates, settings.kernel_size)
    verdict = _verdict(settings, rule, result)
    st.markdown("### What the HDC rule says")
    if len(settings.rates) == 1:
        st.markdown(verdict)
        return
    numbers, words = st.columns([1, 1.4], gap="large")
    headings = ("Layer", "Rate", "max(Mᵢ₊₁ − 2rᵢ, 2rᵢ − Mᵢ₊₁, rᵢ)", "Mᵢ")
    strong = (len(settings.rates) - 2,)
    numbers.html(table(headings, _rule_rows(settings.rates, rule), "From the last layer to the second", strong))
    words.markdown(verdict)


def _rule_rows(rates: Rates, rule: HybridRule) -> list[list[str]]:
    """Return M_n to M_2, each with the numbers of which it is the largest."""
    count = len(rates)
    rows = [[str(count), str(rates[-1]), "Mₙ = rₙ", str(rule.distances[-1])]]
    for layer in range(count - 1, 1, -1):
        rate, after = rates[layer - 1], rule.distances[layer]
        numbers = f"max({after} − {2 * rate}, {2 * rate} − {after}, {rate})"
        rows.append([str(layer), str(rate), numbers, str(rule.distances[layer - 1])])
    return rows


def _verdict(settings: Settings, rule: HybridRule, result: Gridding) -> str:
    """Return what the rule says, what is counted, and whether the conditions of the rule are met."""
    counted = f"**{result.holes:,} holes**" if result.holes else "**no holes**"
    if len(settings.rates) == 1:
        return f"The rule is about M₂, so it needs two layers or more. Counted: {counted}."
    says = "promises no holes" if rule.holds else "warns of holes"
    agree = "agree" if rule.holds == (not result.holes) else "disagree"
    conditions = {
        "K = 3": settings.kernel_size == 3,
        "rates begin with 1": settings.rates[0] == 1,
        "rates never decrease": list(settings.rates) == sorted(settings.rates),
    }
    listed = "; ".join(f"{name}: {'yes' if is_met else '**no**'}" for name, is_met in conditions.items())
    if rule.is_exact:
        trust = f"They must: the rule is the same as “no holes” under three conditions, and all are met ({listed})."
    else:
        trust = (
            f"The rule is the same as “no holes” only under three conditions ({listed}). Without them it may promise "
            "too much or warn for nothing: trust the count."
        )
    return (
        f"M₂ = {rule.distances[1]} {'≤' if rule.holds else '>'} K = {settings.kernel_size}, so the rule **{says}**. "
        f"Counted: {counted}. **They {agree}.** {trust}"
    )


# One axis, and paths --------------------------------------------------------------------------------------------------


def show_axis(settings: Settings) -> None:
    """Show what is read along one axis, layer by layer."""
    st.markdown(
        "From one output back to the input: every layer reads k cells for each cell of the one above, its rate apart. "
        "Rows and columns are alike, and a cell is read if its row and its column are."
    )
    _show(partial(_steps, settings.rates, settings.kernel_size), "coverage-by-layer")


@lru_cache(32)
def _steps(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    layers = Settings(rates, kernel_size).stack
    steps = [("output", gridding([]).rows)]
    for first in range(len(layers) - 1, -1, -1):
        steps.append((f"back through layer {first + 1}, rate {rates[first]}", gridding(layers[first:]).rows))
    return coverage_steps(steps, theme=theme, width=width)


def show_paths(settings: Settings) -> None:
    """Show how many paths lead to each cell."""
    paths = settings.kernel_size ** (2 * len(settings.rates))
    st.markdown(
        f"A path takes one tap of every layer: {paths:,} paths in all, shared out over the cells that are read. "
        "0 is a hole."
    )
    _show(partial(_paths, settings.rates, settings.kernel_size), "paths")


@lru_cache(32)
def _paths(rates: Rates, kernel_size: int, theme: str, width: int) -> Chart:
    """Return the counts, with numbers in the cells where there is room for them."""
    counts, title = _network(rates, kernel_size).path_counts(None, (0, 0)), "Paths from the output to each cell"
    if len(counts) < LARGE:
        return count_map(counts, title=title, theme=theme, width=width)
    field = _field(rates, kernel_size, "uniform", 1, 0)
    return weight_map(counts, center=field.center, sigma=field.sigma, title=title, theme=theme, width=width)


def _network(rates: Rates, kernel_size: int) -> Network:
    settings = Settings(rates, kernel_size)
    return Network.sequential(settings.stack, input_size=settings.extent)


# The effective receptive field ----------------------------------------------------------------------------------------


def show_effective(settings: Settings) -> None:
    """Show how much each cell weighs: the statistic, its sigma compared with the formula, and two charts."""
    field = _field_of(settings)
    if field.samples == 0:
        st.markdown(
            f"Shown is the **{field.statistic}**: the gradient of an output if all weights are equal, in shares of the "
            "whole. It is exact."
        )
    else:
        draws = "1 draw" if field.samples == 1 else f"{field.samples} draws"
        st.markdown(
            f"Shown is the **{field.statistic}** over {draws} of independent normal weights (seed {settings.seed}), "
            "one channel, no activations, in shares of the whole. It is an estimate; it converges to the share of "
            "paths."
        )
    variance, kernel = float(uniform_variance(settings.stack)[0]), settings.kernel_size
    sign = "=" if short(variance) == f"{variance:g}" else r"\approx"
    st.latex(
        rf"\sigma^2 = \frac{{k^2 - 1}}{{12}} \sum_i r_i^2 = \frac{{{kernel**2 - 1}}}{{12}} \cdot "
        rf"{sum(rate**2 for rate in settings.rates)} {sign} {short(variance)}, \quad \sigma \approx "
        rf"{short(sqrt(variance))}"
    )
    st.html(table(("", "Rows", "Columns"), _measured(field, sqrt(variance)), "In input cells"))
    st.markdown(_compared(field, sqrt(variance)))
    _show(partial(_profile, settings), "effective-profile", _WEIGHTS_WIDTH)
    _show(partial(_weights, settings), "effective-field", _WEIGHTS_WIDTH)


def _field_of(settings: Settings) -> EffectiveField:
    """Return the effective field of the only output on an input as large as the receptive field."""
    draws = (settings.samples, settings.seed) if settings.kernels == "random" else (1, 0)
    return _field(settings.rates, settings.kernel_size, settings.kernels, *draws)


@lru_cache(32)
def _field(rates: Rates, kernel_size: int, kernels: str, samples: int, seed: int) -> EffectiveField:
    return effective_field(_network(rates, kernel_size), None, (0, 0), kernels, samples, seed)


@lru_cache(32)
def _weights(settings: Settings, theme: str, width: int) -> Chart:
    field = _field_of(settings)
    title = "Mean squared gradient, in shares" if field.samples else "Share of paths"
    return weight_map(field.weights, center=field.center, sigma=field.sigma, title=title, theme=theme, width=width)


@lru_cache(32)
def _profile(settings: Settings, theme: str, width: int) -> Chart:
    """Return the weights along the columns, with a Gaussian."""
    field = _field_of(settings)
    center, sigma = field.center[1], field.sigma[1]
    read = gridding(settings.stack).columns
    return weight_profile(field.weights.sum(axis=0), read=read, center=center, sigma=sigma, theme=theme, width=width)


def _measured(field: EffectiveField, sigma: float) -> list[list[str]]:
    """Return rows of sigma as shown and by the formula, 4 sigma as a part of the field, and the weight in 2 sigma."""
    within = []
    for axis in (0, 1):
        line = field.weights.sum(axis=1 - axis)
        is_near = np.abs(np.arange(len(line)) - field.center[axis]) <= 2 * field.sigma[axis]
        within.append(float(line[is_near].sum()))
    return [
        ["Sigma, as shown", *(f"{number:.3f}" for number in field.sigma)],
        ["Sigma, by formula", *[f"{sigma:.3f}"] * 2],
        ["Receptive field", *map(str, field.field)],
        ["4 sigma, of that", *(f"{ratio:.1%}" for ratio in field.ratio)],
        ["Weight within 2 sigma", *(f"{share:.1%}" for share in within)],
    ]


def _compared(field: EffectiveField, sigma: float) -> str:
    """Return whether what is shown agrees with the formula, and how far both are from the receptive field."""
    share = sqrt(prod(field.ratio))
    spread = (
        f"2 sigma to either side span **{share:.0%}** of the receptive field along an axis. A Gaussian has "
        f"{_NORMAL_SHARE:.1%} of its weight within them."
    )
    if share > 1:
        spread += " More than all of it: the weight is spread more evenly than a Gaussian could have it."
    if field.samples == 0:
        return f"What is shown and the formula agree: both are exact. {spread}"
    errors = [number / sigma - 1 for number in field.sigma]
    rows, columns = (f"{abs(error):.1%} {'above' if error > 0 else 'below'}" for error in errors)
    return f"The estimate is {rows} the formula for rows and {columns} it for columns; more draws come nearer. {spread}"
