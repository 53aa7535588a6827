"""The question bank: its page, and its files over HTTP."""

from __future__ import annotations

import json
import re
from html import unescape

from streamlit.testing.v1 import AppTest

import convviz as cv
from convviz import limits
from convviz.address import read_address
from tests.web.app import REST, address, checked, errors, named, open_lesson
from tests.web.app import get as ask


def shown(app: AppTest) -> str:
    """Return the questions as HTML."""
    (found,) = [each.value for each in app.markdown if "cv-quiz" in each.value]
    return str(found)


def test_the_page_shows_each_question_with_its_picture_and_folds_its_answer() -> None:
    app = open_lesson("quiz", topics="dilated,pooling", count="4", seed="3")
    assert errors(app) == []
    assert address(app) == {"topics": "dilated,pooling", "count": "4", "seed": "3"}
    html, quiz = shown(app), cv.quiz(["dilated", "pooling"], count=4, seed=3)
    seen, folded = re.sub("<details>.*?</details>", "", html), " ".join(re.findall("<details>.*?</details>", html))
    for item in quiz.items:
        assert item.question.text in unescape(seen)
        assert item.question.because in unescape(folded)
        assert item.question.because not in unescape(seen)
    pictures = [unescape(source) for source in re.findall('<img src="/render/([^"]*)"', html)]
    assert len(pictures) == 4
    for picture in pictures:
        export, form = read_address(*picture.split("?"))
        assert form.ending == "svg"
        assert len(export.make("svg")) > 1_000
    files = [unescape(link) for link in re.findall('href="/render/([^"]*)"', html)]
    names = [
        read_address(name, query.removesuffix("&download=1")) for name, _, query in (f.partition("?") for f in files)
    ]
    assert [(each, form.ending) for each, form in names] == [(quiz, ending) for ending in quiz.endings]


def test_controls_choose_the_questions() -> None:
    app = open_lesson("quiz")
    assert address(app) == {}
    named(app.number_input, "quiz.count").set_value(3)
    named(app.get("button_group"), "quiz.topics").set_value(["pooling"])
    checked(app.run())
    assert address(app) == {"topics": "pooling", "count": "3"}
    named(app.get("button_group"), "quiz.topics").set_value([])
    checked(app.run())
    assert address(app) == {"count": "3"}, "without a topic it is about all"


def test_a_link_with_an_unknown_topic_is_refused_in_a_sentence() -> None:
    app = open_lesson("quiz", topics="dilatet", count="2")
    (refusal,) = errors(app)
    assert refusal.startswith("The topic of a quiz must be one of ")
    assert refusal.endswith(f"got 'dilatet'. Did you mean dilated?{REST}")


def test_a_server_gives_the_bytes_that_python_makes(server: str) -> None:
    status, headers, data = ask(f"{server}/render/quiz/dilated.gift.txt?count=3&seed=7&download=1")
    assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert headers["content-disposition"] == 'attachment; filename="quiz_dilated_3_seed7.gift.txt"'
    assert data == cv.quiz("dilated", count=3, seed=7).make("gift.txt")


def test_a_server_refuses_in_a_sentence(server: str) -> None:
    known = ", ".join(f".{ending}" for ending in cv.quiz("dilated").endings)
    for path, status, sentence in (
        ("dilated.xml?count=0", 400, "count must be a whole number from 1 to 200; got '0'."),
        ("dilated.xml?n=1", 400, "A quiz takes count, seed, paper; got 'n'."),
        ("dilated.doc", 404, f"The name of a quiz must end in one of {known}; got 'dilated.doc'."),
        (
            f"dilated.xml?count={limits.QUIZ_QUESTIONS}", 413,
            "A quiz over HTTP must have at most 50 questions; got 200. Use cv.quiz in Python, or convviz quiz.",
        ),
    ):  # fmt: skip
        answer = ask(f"{server}/render/quiz/{path}")
        assert (answer[0], json.loads(answer[2])) == (status, {"error": sentence})
