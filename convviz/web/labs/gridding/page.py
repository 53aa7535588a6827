"""The page about gridding: which cells of its receptive field a stack of dilated convolutions really reads."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from convviz.analysis import Gridding, gridding, suggest_rates
from convviz.web.components.errors import refuse
from convviz.web.components.page_frame import STYLE, Words
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import fold

from .charts import coverage_of, show
from .controls import (
    PAGE,
    choose_example,
    kernel_controls,
    show_suggestions,
    stack_controls,
    suggestion_controls,
    use_button,
)
from .params import PARAMS, Asked, mend, read_link
from .sections import show_axis, show_effective, show_paths, show_rule

TITLE: Final = "Gridding"

_MAP: Final = 640
"""Pixels that the map takes at most, so that its numbers stand beside it."""


@dataclass(frozen=True, slots=True)
class _Folds:
    """What is folded away until somebody wants it."""

    suggestions: ExpanderContainer
    axis: ExpanderContainer
    paths: ExpanderContainer
    effective: ExpanderContainer


def gridding_page(words: Words) -> None:
    """The whole page: controls, map, verdict, rule, and folded away what else there is to know."""
    state = receive(PAGE, PARAMS, mend=mend)
    asked = read_link(state.texts)
    st.html(STYLE)
    st.html(STYLE.with_name("gridding.css"))
    st.markdown(f"# {TITLE}\n{words.lead}")
    left, panel = st.columns([2.4, 1], gap="large")
    rule = st.container()
    folds = _Folds(
        suggestions=fold(PAGE, "Rates without holes"),
        axis=fold(PAGE, "Along one axis, layer by layer"),
        paths=fold(PAGE, "How many paths lead to each cell"),
        effective=fold(PAGE, "Effective receptive field"),
    )
    with panel:
        examples = st.container()
        asked = stack_controls(asked)
    if folds.suggestions.open:
        with folds.suggestions:
            asked = suggestion_controls(asked)
    if folds.effective.open:
        with folds.effective:
            asked = kernel_controls(asked)
    publish(state, asked.to_texts())
    with examples:  # only now it is known which one the controls show
        choose_example(asked)
    found = gridding(asked.stack)
    with left:
        if state.refusal:
            refuse(state.refusal)
        _show_coverage(asked, found)
    with rule:
        show_rule(asked, found)
    _show_open(folds, asked)
    st.markdown(f"## What you see\n{words.explanation}\n\n:small[{words.sources}]")


def _show_open(folds: _Folds, asked: Asked) -> None:
    """What is unfolded."""
    for part, show_it in ((folds.axis, show_axis), (folds.paths, show_paths), (folds.effective, show_effective)):
        if part.open:
            with part:
                show_it(asked)
    if folds.suggestions.open:
        with folds.suggestions:
            show_suggestions(asked)


def _show_coverage(asked: Asked, found: Gridding) -> None:
    """The count, what would fill the field, and the map."""
    cells = found.size[0] * found.size[1]
    st.markdown(f"### {found.read:,} of {cells:,} cells{': holes' if found.holes else ', no holes'}")
    size = f"{found.size[0]} × {found.size[1]}"
    along = f"{int(found.rows.sum())} of {len(found.rows)}"
    facts = (
        ("Receptive field", size), ("Cells read", f"{found.read:,}"), ("Holes", f"{found.holes:,}"),
        ("Read along an axis", along), ("Weights per channel", f"{len(asked.rates) * asked.kernel_size**2}"),
    )  # fmt: skip
    pairs = "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in facts)
    with st.container(key="gridding-map"):
        with st.container():
            show(partial(coverage_of, asked.rates, asked.kernel_size), "coverage", _MAP)
        with st.container():  # beside the map, or below it where there is no room
            st.html(f'<dl class="cv-facts">{pairs}</dl>')
            if found.holes:
                _offer(asked)


def _offer(asked: Asked) -> None:
    """Rates that fill a field of this size, if there are any."""
    kernel, count = asked.kernel_size, len(asked.rates)
    layers = f"{count} {'layer' if count == 1 else 'layers'} of {kernel} × {kernel}"
    most = kernel**count
    if asked.extent > most:
        st.markdown(f"No rates fill a field of this size in {layers}: {most} × {most} cells are the most.")
        return
    best = suggest_rates(asked.extent, count, kernel)[0].rates
    if sorted(asked.rates) == list(best):
        return
    st.markdown(f"As large, in {layers}, and without holes:")
    use_button(asked, best, "mend")
