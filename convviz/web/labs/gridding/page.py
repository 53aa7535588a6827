"""The page about gridding: which cells of its receptive field a stack of dilated convolutions really reads."""

import streamlit as st

from convviz.analysis import gridding
from convviz.web.components.errors import refuse
from convviz.web.components.page_frame import Words, page_foot, page_head
from convviz.web.state.page_state import publish
from convviz.web.state.params import receive
from convviz.web.state.widgets import fold

from .controls import (
    PAGE,
    choose_example,
    kernel_controls,
    show_suggestions,
    stack_controls,
    suggestion_controls,
)
from .params import PARAMS, mend, settings_of
from .sections import show_axis, show_coverage, show_effective, show_paths, show_rule


def gridding_page(words: Words) -> None:
    """Show the whole page: controls, map, verdict, rule, and the rest in expanders."""
    state = receive(PAGE, PARAMS, mend=mend)
    settings = settings_of(state)
    page_head("Gridding", words, "gridding.css")
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
