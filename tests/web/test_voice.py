"""The words of all pages: every button and link leads to settings that their page takes as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from convviz.recipes import Recipe
from convviz.recipes.catalog import TOPICS
from convviz.recipes.comparison import Comparison, asked_for
from convviz.recipes.model import read_query, write_query
from convviz.recipes.presentation import split_options
from convviz.recipes.variants import VARIANTS
from convviz.web.components.glossary import TERMS, with_terms
from convviz.web.components.page_table import GALLERY, LABS, MORE
from convviz.web.components.voice import Pitfall, Try, Words
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.labs.gridding.controls import PARAMS as GRIDDING
from convviz.web.labs.growth.page import SECTION as GROWTH
from convviz.web.labs.network.page import PARAMS as NETWORK
from convviz.web.labs.on_image.controls import PARAMS as ON_IMAGE
from convviz.web.labs.unit_image.controls import PARAMS as UNIT_IMAGE
from convviz.web.state.params import Params, choice, texts_of, values_of

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\[\]]+\]\((?!https?:)([^()\s]+)\)")
TABLES: Mapping[str, Params] = {
    GALLERY: {"topic": choice("topic", TOPICS)},
    "gridding": GRIDDING,
    "network": NETWORK,
    "on-an-image": ON_IMAGE,
    "on-your-image": UNIT_IMAGE,
}


def words_of(page: str) -> Words | None:
    """Return the words in the file of a page, which are literals."""
    tree = ast.parse((ROOT / "pages" / f"{page.replace('-', '_')}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words":
            names = {"Words": Words, "Try": Try, "Pitfall": Pitfall}
            return eval(compile(ast.Expression(node), page, "eval"), {"__builtins__": {}}, names)  # type: ignore[no-any-return]
    return None


PAGES = [path.stem.replace("_", "-") for path in sorted((ROOT / "pages").glob("*.py"))]
WORDS = {page: words for page in PAGES if (words := words_of(page)) is not None}


def addresses(page: str) -> Iterator[str]:
    """Yield every address in the words of a page, with the name of the page in front."""
    words = WORDS[page]
    texts = [words.lead, words.why, words.explanation, words.sources, *(each.text for each in words.pitfalls)]
    for address in [
        *(each.address for each in (*words.tries, *words.pitfalls)),
        *words.onward,
        *(found for text in texts for found in LINK.findall(text)),
    ]:
        yield page + address if address.startswith("?") else address


def read_back(page: str, query: str) -> str:
    """Return the query of an address as its page spells it.

    Raises
    ------
    SpecError
        The page refuses it.
    """
    texts = read_query(query)
    if page == "compare":
        return Comparison.from_values(texts).to_query()
    if page in VARIANTS:
        sections = {**SECTION.params, **GROWTH.params}
        own = {name: texts.pop(name) for name in list(texts) if name in sections}
        for name, text in own.items():
            sections[name].read(text)
        given, _ = split_options(texts)
        recipe = asked_for(page, given)
        assert isinstance(recipe, Recipe)
        return "&".join(filter(None, [recipe.to_query(), write_query({**_of_picture(texts, given), **own})]))
    table = TABLES.get(page, {})
    return write_query(texts_of(table, values_of(table, texts)))


def _of_picture(texts: Mapping[str, str], given: Mapping[str, object]) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name not in given}


@pytest.mark.parametrize(("page", "address"), [(page, address) for page in WORDS for address in addresses(page)])
def test_every_link_leads_to_settings_that_its_page_takes_as_they_are(page: str, address: str) -> None:
    target, _, query = address.partition("?")
    assert target in (*VARIANTS, GALLERY, *LABS, *MORE), f"{page} leads to {target!r}, which is no page"
    assert read_back(target, query) == query


@pytest.mark.parametrize("page", WORDS)
def test_every_marked_word_is_in_the_glossary(page: str) -> None:
    words = WORDS[page]
    for text in (words.explanation, *(each.text for each in words.pitfalls)):
        assert "[[" not in with_terms(text)


def test_the_glossary_is_in_the_order_of_the_alphabet() -> None:
    assert list(TERMS) == sorted(TERMS, key=str.casefold)


@pytest.mark.parametrize("page", [*VARIANTS, *LABS])
def test_every_lesson_and_lab_has_all_parts(page: str) -> None:
    words = WORDS[page]
    assert 3 <= len(words.tries) <= 5
    assert 2 <= len(words.pitfalls) <= 5
    assert words.lead.endswith((".", "?"))
    assert 0 < len(words.why) <= 150
    assert page not in words.onward
    assert len(words.onward) >= 1


def test_every_lesson_leads_to_the_next_one() -> None:
    lessons = [name for name, variant in VARIANTS.items() if not variant.is_lab]
    for lesson, following in pairwise(lessons):
        assert following in WORDS[lesson].onward, f"{lesson} does not lead to {following}"


def test_tries_have_labels_of_their_own() -> None:
    for words in WORDS.values():
        labels = [each.label for each in words.tries]
        assert len(set(labels)) == len(labels)
