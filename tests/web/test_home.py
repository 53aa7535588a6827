"""The home page and the gallery: where their cards and doors lead, and the names of all pages."""

from __future__ import annotations

import re
import urllib.request
from html import unescape
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from convviz.recipes import CATALOG, VARIANTS, Presentation, Recipe, read_query, split_options
from convviz.recipes.catalog import PAIRS, TOPICS
from convviz.recipes.comparison import COMPARE, Comparison
from convviz.web.app.home import _DOORS
from convviz.web.app.pages import LAB_NAMES, LESSON_NAMES, menu
from convviz.web.components.page_table import GALLERY, LABS, MORE, title_of
from tests.web.app import ROOT, checked, errors, follow, open_lesson

CARD = re.compile(r'<li><a class="cv-to cv-card" href="([^"]*)">(.*?)</a></li>')
LOOK = "width=480&seconds_per_step=0.4&terms=false&formula=false&fill=role&title=false&labels=false&numbers=false"


def html_of(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def cards_of(app: AppTest) -> list[tuple[str, str]]:
    """Return the address of each card, and the rest of it."""
    return [(unescape(address), unescape(rest)) for address, rest in CARD.findall(html_of(app))]


@pytest.fixture(scope="module")
def home() -> AppTest:
    return checked(AppTest.from_file(str(ROOT / "convviz" / "web" / "app" / "main.py"), default_timeout=60).run())


def test_the_home_page_has_the_lessons_in_their_order_and_then_the_labs(home: AppTest) -> None:
    cards = cards_of(home)
    assert [address for address, _ in cards] == [*LESSON_NAMES, *LAB_NAMES]
    assert [*LESSON_NAMES] == [name for name in VARIANTS if name in LESSON_NAMES]
    for name, rest in cards:
        assert f"<strong>{title_of(name)}</strong>" in rest
    assert {*LESSON_NAMES, *LAB_NAMES} >= {*VARIANTS, COMPARE}


@pytest.mark.parametrize("page", [*VARIANTS, *LABS])
def test_a_card_says_one_sentence_as_long_as_those_of_the_others(page: str) -> None:
    summary = (VARIANTS.get(page) or LABS[page]).summary
    assert 60 <= len(summary) <= 85
    assert re.fullmatch(r"[A-Z][^.]*\.", summary)


def test_a_card_is_still_and_has_a_moving_picture_of_the_same_size_to_load(home: AppTest) -> None:
    for name, rest in cards_of(home):
        if name not in (*VARIANTS, COMPARE):
            continue
        (moving,) = re.findall(r'--moving: url\("([^"]*)"\)', rest)
        (still,) = re.findall(r'<img src="([^"]*)" alt="" loading="lazy">', rest)
        values, options = split_options(read_query(urlsplit(moving).query))
        show = Presentation.from_values(options)
        assert show == Presentation.from_values(read_query(LOOK))
        asked = Comparison.from_values(values) if name == COMPARE else Recipe.from_values(name, values)
        assert moving == f"/render/{name}.gif?{asked.render_query(show)}"
        assert still == f"/render/{name}.png?{asked.render_query(show, asked.frames // 2)}"


def test_every_door_opens(server: str) -> None:
    for door in _DOORS:
        for address in door.links.values():
            if address.startswith("/"):
                with urllib.request.urlopen(urllib.request.Request(server + address, method="HEAD")) as answer:
                    assert answer.status == 200
            else:
                assert address.partition("?")[0] in (*VARIANTS, *LAB_NAMES, *MORE)


def test_the_gallery_has_every_example_once_and_each_opens_its_lesson() -> None:
    app = open_lesson(GALLERY)
    cards = cards_of(app)
    expected = {name: preset.recipe for name, preset in CATALOG.items()}
    names = [re.findall(r"<span>(\w+)</span>$", rest)[0] for _, rest in cards]
    assert len(names) == len({*names}) == len(CATALOG) + len(PAIRS)
    for name, (address, rest) in zip(names, cards, strict=True):
        page, _, query = address.partition("?")
        if page == COMPARE:
            assert Comparison.from_query(query) == PAIRS[name].comparison
        else:
            assert Recipe.from_query(page, query) == expected[name]
            assert f"<strong>{CATALOG[name].title}</strong>" in rest.replace("&#x27;", "'")


def test_a_topic_is_a_part_of_the_gallery_and_others_are_refused() -> None:
    app = open_lesson(GALLERY, topic="transposed")
    assert [address.partition("?")[0] for address, _ in cards_of(app)] == ["transposed"] * 9
    assert 'href="gallery?topic=transposed" aria-current="true">Transposed</a>' in html_of(app)
    assert html_of(app).count("aria-current") == 1
    counts = [len(cards_of(follow(app, topic=topic))) for topic in TOPICS]
    assert (sum(counts), len(cards_of(follow(app, topic="comparisons")))) == (len(CATALOG), len(PAIRS))
    follow(app, topic="<b>transpose</b>")
    assert "must be one of all, line, standard, channels," in errors(app)[0]
    assert errors(app)[0].endswith("The page shows all examples.")
    assert r"\<b>transpose\</b>" in errors(app)[0]
    follow(app, subject="pooling")
    assert errors(app)[0].startswith("The gallery takes topic in a link; got 'subject'.")


def test_the_menu_calls_each_page_by_its_title() -> None:
    for pages in menu().values():
        for page in pages:
            assert page.title == title_of(page.url_path or "home")
