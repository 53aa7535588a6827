"""The page about gridding: which cells of its receptive field a stack of dilated convolutions really reads."""

from collections.abc import Callable
from functools import partial
from math import prod, sqrt
from typing import Final

import numpy as np
import streamlit as st

from convviz.analysis import (
    EffectiveField,
    Gridding,
    HybridRule,
    gridding,
    hybrid_rule,
    suggest_rates,
    uniform_variance,
)
from convviz.charts import Chart
from convviz.charts.canvas import short
from convviz.diagrams.gridding import (
    MAP_WIDTH,
    WEIGHTS_WIDTH,
    Rates,
    coverage,
    coverage_by_layer,
    effective_map,
    effective_profile,
    effective_weights,
    paths,
)
from convviz.diagrams.kind import WIDE
from convviz.web.components.charts import NARROW, PAIR, fact_list, show_chart, table
from convviz.web.components.downloads import page_theme
from convviz.web.components.page_frame import refuse
from convviz.web.components.voice import Words, page_end, page_head, page_words, show_tries
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import fold

from .controls import (
    PAGE,
    PARAMS,
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

_NORMAL_SHARE: Final = 0.9545
"""The part of a Gaussian within 2 sigma of its mean."""


def gridding_page(words: Words) -> None:
    """Show the whole page: controls, map, words, and then what specialists want: rule, and the rest in expanders."""
    state = receive(PAGE, PARAMS, mend=mend)
    settings = settings_of(state)
    page_head(PAGE, words)
    with st.container(key="stage-map"):  # what buttons further down change, and so bring into view
        left, panel = st.columns([2.4, 1], gap="large")
    page_words(PAGE, words)
    rule = st.container()
    suggestions = fold(PAGE, "Rates without holes")
    axis = fold(PAGE, "Along one axis, layer by layer")
    paths = fold(PAGE, "How many paths lead to each cell")
    effective = fold(PAGE, "Effective receptive field")
    with panel:
        examples = st.container()
        settings = stack_controls(settings)
        show_tries(words)
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
    page_end()


def _show(make: Callable[..., Chart], name: str, most: int = WIDE) -> None:
    """Show a chart for windows and one for phones; ``make`` gets the theme and the width."""
    theme = page_theme()
    show_chart(make(theme=theme, width=most), name, phone=make(theme=theme, width=NARROW))


# The cells that are read ----------------------------------------------------------------------------------------------


def show_coverage(settings: Settings, result: Gridding) -> None:
    """Show the count of cells, the map, and a button with rates that would read all of them."""
    cells = prod(result.size)
    st.markdown(f"## {result.read:,} of {cells:,} cells{': holes' if result.holes else ', no holes'}")
    rows = [
        ("Receptive field", f"{result.size[0]} × {result.size[1]}", ""),
        ("Cells read", f"{result.read:,}", ""),
        ("Holes", f"{result.holes:,}", ""),
        ("Read along an axis", f"{int(result.rows.sum())} of {len(result.rows)}", ""),
        ("Weights per channel", f"{len(settings.rates) * settings.kernel_size**2}", ""),
    ]
    with st.container(key="gridding-map"):
        _show(partial(coverage, settings.rates, settings.kernel_size), "coverage", MAP_WIDTH)
        with st.container():  # next to the map, or below it where there is no room
            st.html(fact_list(rows))
            if result.holes:
                _offer_better_rates(settings)


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
    st.markdown("## What the HDC rule says")
    if len(settings.rates) == 1:
        st.markdown(verdict)
        return
    numbers, words = st.columns(2, gap="large", width=PAIR)
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
    _show(partial(coverage_by_layer, settings.rates, settings.kernel_size), "coverage-by-layer")


def show_paths(settings: Settings) -> None:
    """Show how many paths lead to each cell."""
    count = settings.kernel_size ** (2 * len(settings.rates))
    st.markdown(
        f"A path takes one tap of every layer: {count:,} paths in all, shared out over the cells that are read. "
        "0 is a hole."
    )
    _show(partial(paths, settings.rates, settings.kernel_size), "paths")


# The effective receptive field ----------------------------------------------------------------------------------------


def show_effective(settings: Settings) -> None:
    """Show how much each cell weighs: the statistic, its sigma compared with the formula, and two charts."""
    numbers = (settings.rates, settings.kernel_size, settings.kernels, settings.samples, settings.seed)
    field = effective_weights(*numbers)
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
    _show(partial(effective_profile, *numbers), "effective-profile", WEIGHTS_WIDTH)
    _show(partial(effective_map, *numbers), "effective-field", WEIGHTS_WIDTH)


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
