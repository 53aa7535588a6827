"""The page for lecturers: the teaching plans, one at a time, with links that open the figure as the plan needs it."""

import re
from types import MappingProxyType
from typing import Final

import streamlit as st

from convviz.assets import PLANS
from convviz.recipes import VARIANTS
from convviz.web.components.page_table import LABS, title_of
from convviz.web.components.refusals import refuse
from convviz.web.components.voice import Words, page_end, page_head, page_words
from convviz.web.state.page_state import publish
from convviz.web.state.params import choice, declare, receive, texts_of, values_of
from convviz.web.state.widgets import select

PAGE: Final = "teaching"

TITLES: Final = MappingProxyType({page: title_of(page) for page in (*VARIANTS, *LABS)})
"""The titles of all plans by the pages that they are about, in the order of the menu."""

PARAMS: Final = declare(choice("lesson", TITLES, next(iter(TITLES))))


def teaching_page(words: Words) -> None:
    """Show a menu of all plans, and the one that is chosen."""
    state = receive(PAGE, PARAMS)
    page_head(PAGE, words)
    lesson = select("Plan", TITLES, f"{PAGE}.lesson", values_of(PARAMS, state.texts)["lesson"], width=420)
    publish(state, texts_of(PARAMS, {"lesson": lesson}))
    if state.refusal:
        refuse(state.refusal)
    plan = (PLANS / f"{lesson}.md").read_text(encoding="utf-8")
    with st.container(key="plan"):
        st.markdown(re.sub("^#", "##", plan, flags=re.M))  # the title of the page is above them
    page_words(PAGE, words)
    page_end()
