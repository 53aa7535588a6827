"""The page of the question bank: topics, how many questions and which, the questions themselves, and their files."""

from html import escape
from types import MappingProxyType
from typing import Final

import streamlit as st

from convviz import limits
from convviz.errors import SpecError
from convviz.questions import TOPICS
from convviz.quizzes import QUIZ_FORMATS, Item, Quiz, quiz, read_topics
from convviz.quizzes.making import items_of
from convviz.recipes import Presentation
from convviz.web.components.downloads import page_theme, picture_address, site_address
from convviz.web.components.elsewhere import elsewhere
from convviz.web.components.refusals import refuse
from convviz.web.components.voice import Words, page_end, page_head, page_words
from convviz.web.state.page_state import publish
from convviz.web.state.params import Param, declare, receive, texts_of, values_of, whole_number
from convviz.web.state.widgets import choose_some, number

PAGE: Final = "quiz"

_SHOWN: Final = 20
"""Questions that the page shows; files have all of them."""


_LABELS: Final = MappingProxyType({name: topic.label for name, topic in TOPICS.items()})

PARAMS: Final = declare(
    Param("topics", read_topics, ("all",), ",".join),
    whole_number("count", 1, limits.QUIZ_QUESTIONS_SERVED, 10),
    whole_number("seed", 0, limits.SEED, 0),
)


def quiz_page(words: Words) -> None:
    """Show the whole page."""
    state = receive(PAGE, PARAMS)
    page_head(PAGE, words)
    values = values_of(PARAMS, state.texts)
    values["topics"] = choose_some("Topics", _LABELS, f"{PAGE}.topics", values["topics"]) or ("all",)
    with st.container(horizontal=True):
        values["count"] = number(
            "Questions", 1, limits.QUIZ_QUESTIONS_SERVED, f"{PAGE}.count", values["count"], width=160
        )
        words_of_seed = "Another seed makes other questions."
        values["seed"] = number("Seed", 0, limits.SEED, f"{PAGE}.seed", values["seed"], width=160, help=words_of_seed)
    publish(state, texts_of(PARAMS, values))
    if state.refusal:
        refuse(state.refusal)
    try:
        questions = quiz(values["topics"], count=values["count"], seed=values["seed"])
        st.markdown(_shown(questions), unsafe_allow_html=True)  # not st.html, whose links have no color of the theme
    except SpecError as error:
        refuse(error)
    page_words(PAGE, words)
    page_end()


def _shown(questions: Quiz) -> str:
    """Return the files and the questions as HTML."""
    shown = min(len(questions), _SHOWN)
    items, more = elsewhere(items_of, questions.topics, shown, questions.seed, is_quick=True), len(questions) - shown
    rest = f"<p>The files have {more} more.</p>" if more else ""
    theme = page_theme()
    listed = "".join(f"<li>{_question(item, theme)}</li>" for item in items)
    return f'{_files(questions)}<ol class="cv-quiz">{listed}</ol>{rest}'


def _files(questions: Quiz) -> str:
    """Return links to the files in all formats."""
    path, _, query = questions.address.partition("?")
    links = "".join(
        f'<li><a class="cv-try" href="{escape(site_address(f"render/{path}.{form.ending}?{query}&download=1"))}" '
        f"download>{form.label}</a> <span>{form.text}</span></li>"
        for form in QUIZ_FORMATS.values()
    )
    return f'<ul class="cv-quiz-files" aria-label="Files">{links}</ul>'


def _question(item: Item, theme: str) -> str:
    recipe, show = item.question.recipe, Presentation(theme=theme, title=False, predict=item.number)
    picture = picture_address(recipe, show, "svg", frame=0)
    right = next(choice for choice in item.choices if choice.is_right)
    wrong = "".join(
        f"<li>{escape(choice.text)}: {escape(choice.reason)}</li>" for choice in item.choices if not choice.is_right
    )
    listed = "".join(f"<li>{escape(choice.text)}</li>" for choice in item.choices)
    choices = "" if item.is_typed else f"<ol>{listed}</ol>"
    lesson = site_address(item.address.removeprefix("/"))
    return (
        f"<p><strong>{escape(item.question.text)}</strong><br>{escape(item.given)}</p>"
        f'<img src="{escape(picture)}" alt="{escape(item.alt)}" loading="lazy">{choices}'
        f"<details><summary>Answer</summary><p><strong>{escape(right.text)}</strong>. {escape(right.reason)}</p>"
        f"<ul>{wrong}</ul></details>"
        f'<p><a class="cv-to" href="{escape(lesson)}" target="_self">Ask it in the lesson</a></p>'
    )
