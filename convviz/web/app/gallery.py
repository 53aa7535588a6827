"""The gallery: every named example as a card that opens its lesson, by topic, and with a field to find names."""

from collections.abc import Iterator, Mapping
from typing import Final

import streamlit as st

from convviz.arithmetic.arguments import nearest, shown
from convviz.errors import SpecError
from convviz.recipes import CATALOG
from convviz.recipes.catalog import PAIRS, TOPICS
from convviz.web.components.page_table import GALLERY, title_of
from convviz.web.components.refusals import refuse
from convviz.web.components.voice import page_end

from .cards import Card, card_of, cards

_TOPIC: Final = "topic"
_ALL: Final = "all"
_COMPARISONS: Final = "comparisons"
_LABELS: Final = {_ALL: "All", **TOPICS, _COMPARISONS: "Comparisons"}
"""What a card of the gallery may be about, by names in links."""


_CURRENT: Final = ' aria-current="true"'


def gallery() -> None:
    """Show the whole page."""
    try:
        topic = _read_topic(st.query_params.to_dict())
    except SpecError as error:
        refuse(error, "The page shows all examples.")
        topic = _ALL
    found = [*_examples(topic)]
    st.html(
        f"<h1>{title_of(GALLERY)}</h1><p>Each example opens its lesson with these settings. Its second name is the one "
        "in code: <code>cv.presets[&quot;dilation&quot;]</code>.</p>"
        f"{topic_links(topic)}"
        '<p class="cv-finding"><label>Find <input class="cv-find" type="search" maxlength="40" autocomplete="off" '
        f'placeholder="padding"></label> <span role="status">{len(found)} examples</span></p>{cards(found)}'
    )
    page_end()


def topic_links(chosen: str = "") -> str:
    """Return links to the gallery of each topic as HTML."""
    links = "".join(
        f'<li><a class="cv-to cv-button" href="{GALLERY}{_query(topic)}"'
        f"{_CURRENT if topic == chosen else ''}>{label}</a></li>"
        for topic, label in _LABELS.items()
    )
    return f'<ul class="cv-buttons" aria-label="Topics">{links}</ul>'


def _query(topic: str) -> str:
    return "" if topic == _ALL else f"?{_TOPIC}={topic}"


def _read_topic(texts: Mapping[str, str]) -> str:
    """Return the topic of a link."""
    for name in texts:
        if name != _TOPIC:
            raise SpecError(f"The gallery takes {_TOPIC} in a link; got {shown(name)}.")
    text = texts.get(_TOPIC, _ALL)
    if text not in _LABELS:
        raise SpecError(f"{_TOPIC} must be one of {', '.join(_LABELS)}; got {shown(text)}.{nearest(text, _LABELS)}")
    return text


def _examples(topic: str) -> Iterator[Card]:
    """Yield the cards of a topic, in the order of the catalog's topics."""
    for each in TOPICS if topic == _ALL else (topic,):
        for preset in CATALOG.values():
            if preset.topic == each:
                yield card_of(preset.recipe, preset.title, preset.name)
    if topic in (_ALL, _COMPARISONS):
        for name, pair in PAIRS.items():
            yield card_of(pair.comparison, pair.title, name)
