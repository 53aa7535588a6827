"""The files of a quiz, read back: one right answer each, a reason for each other one, pictures, signs, same bytes."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader
from text2qti.config import Config
from text2qti.qti import QTI
from text2qti.quiz import Quiz as TextQuiz

import convviz as cv
from convviz.questions import TOPICS, Mistake, Question, item_of, read_answer
from convviz.quizzes import Item
from convviz.quizzes.item import Choice, Contents
from convviz.quizzes.making import item_about
from convviz.quizzes.model import QUIZ_FORMATS
from tests.quizzes.reading import READERS, Answer, Read, check_picture, read_qti

ROOT = Path(__file__).resolve().parents[2]
FEW = 2
MANY = 1_000
SIGNS = "a < b & c > d; \"q\" 's' ~ = # { } : \\ ::x:: -> % ⌊i / s⌋ − × é &amp; ]]> <script>x</script> \\n ####"


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all pictures be the same short one: what is said of 1,000 items is read, not drawn."""
    for name in ("moodle", "qti", "jupyter"):
        monkeypatch.setattr(f"convviz.quizzes.{name}.png", lambda item: b"picture")


def check_typed(item: Item, read: Read) -> None:
    """Check that the right number is accepted, that others are not, and that each known one has its own reason."""
    right, *others, rest = read.answers
    assert isinstance(item.question.answer, int | float)
    assert right.span is not None
    assert right.span[0] <= item.question.answer <= right.span[1]
    assert right.feedback == item.question.because
    assert rest == Answer(None, None, False, item.question.otherwise)
    assert [answer.feedback for answer in others] == [mistake.reason for mistake in item.question.mistakes]
    spans = sorted(answer.span for answer in (right, *others) if answer.span)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans)), spans


def check_choices(item: Item, read: Read) -> None:
    """Check that the choices are those of the item, and that the text of one alone is a right answer."""
    assert [(each.text, each.is_right, each.feedback) for each in read.answers] == [
        (each.text, each.is_right, each.reason) for each in item.choices
    ]
    texts = [answer.text or "" for answer in read.answers]
    assert len({*texts}) == len(texts) >= 2
    for text, answer in zip(texts, read.answers, strict=True):
        assert item.question.is_right(read_answer(item.question, text)) == answer.is_right, f"{item.name}: {text}"


@pytest.mark.usefixtures("no_pictures")
def test_each_of_a_thousand_items_has_one_right_answer_in_every_format() -> None:
    for topic in TOPICS:
        asked = [item_of(topic, seed) for seed in range(-(-MANY // len(TOPICS)))]
        items = tuple(item_about(f"{topic}-{number}", question, 0) for number, question in enumerate(asked))
        contents = Contents("A thousand items", "/quiz", "quiz", items, "a4")
        for ending, reader in READERS.items():
            for item, read in zip(items, reader(QUIZ_FORMATS[ending].write(contents)), strict=True):
                assert read.text.startswith(item.text)
                assert len(read.right) == 1, f"{item.name} in {ending}"
                assert all(answer.feedback for answer in read.answers)
                assert read.is_typed == (item.is_typed and ending != "qti.zip")
                (check_typed if read.is_typed else check_choices)(item, read)


def test_pictures_are_inside_and_say_what_they_show() -> None:
    quiz = cv.quiz(["dilated", "pooling"], count=FEW, seed=3)
    for ending in ("xml", "qti.zip", "json"):
        for item, read in zip(quiz.items, READERS[ending](quiz.make(ending)), strict=True):
            assert read.picture
            check_picture(read.picture)
            assert read.description == item.alt
    for read in READERS["gift.txt"](cv.quiz("pooling", count=8, seed=3).make("gift.txt")):
        assert ("What is the value" in read.text) <= ("Input: " in read.text), "the numbers are in the text"


def signs() -> Contents:
    """Return a quiz in whose texts are all signs that a format reads in its own way."""
    asked = cv.quiz("dilated", count=1).items[0]
    question = Question(
        kind="x", recipe=asked.question.recipe, text=SIGNS, form="choice", answer=f"1 {SIGNS}", because=f"2 {SIGNS}",
        mistakes=(Mistake(f"3 {SIGNS}", f"4 {SIGNS}"),), choices=(f"1 {SIGNS}", f"3 {SIGNS}"),
    )  # fmt: skip
    choices = Choice(f"1 {SIGNS}", True, f"2 {SIGNS}"), Choice(f"3 {SIGNS}", False, f"4 {SIGNS}")
    number = Question(
        kind="y", recipe=asked.question.recipe, text=SIGNS, form="number", answer=-2.5, because=f"5 {SIGNS}",
        mistakes=(Mistake(3, f"6 {SIGNS}"),), otherwise=f"7 {SIGNS}",
    )  # fmt: skip
    items = Item("a", question, 0, "", "", choices), Item("b", number, 0, "", "", choices)
    return Contents(f"Quiz: {SIGNS}", "/quiz", "quiz", items, "a4")


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("ending", READERS)
def test_every_sign_comes_back(ending: str) -> None:
    chosen, typed = READERS[ending](QUIZ_FORMATS[ending].write(signs()))
    assert chosen.text == typed.text == SIGNS
    expected = [(f"1 {SIGNS}", True, f"2 {SIGNS}"), (f"3 {SIGNS}", False, f"4 {SIGNS}")]
    assert [(each.text, each.is_right, each.feedback) for each in chosen.answers] == expected
    if typed.is_typed:
        assert [each.feedback for each in typed.answers] == [f"{number} {SIGNS}" for number in (5, 6, 7)]


def test_paper_asks_and_its_key_answers() -> None:
    quiz = cv.quiz(["dilated", "transposed"], count=4, seed=2)
    asked, answered = (PdfReader(io.BytesIO(quiz.make(ending))) for ending in ("pdf", "key.pdf"))
    words, key = (" ".join(" ".join(page.extract_text().split()) for page in each.pages) for each in (asked, answered))
    for number, item in enumerate(quiz.items, 1):
        assert f"{number}. {item.question.text} {item.given}" in words
        assert item.question.because not in words
        assert item.question.because in key
        for choice in item.choices:
            assert (choice.text in words) or item.is_typed
            assert choice.is_right or f"Not {choice.text}: {choice.reason}" in key
    assert asked.pages[0].mediabox.width == pytest.approx(595.276)
    letter = PdfReader(io.BytesIO(cv.quiz("dilated", count=1, paper="letter").make("pdf")))
    assert letter.pages[0].mediabox.width == 612


def test_another_process_writes_the_same_bytes() -> None:
    quiz = cv.quiz(["pooling", "transposed"], count=FEW, seed=9)
    code = (
        "import convviz as cv, hashlib; quiz = cv.quiz(['pooling', 'transposed'], count=2, seed=9);"
        "print(*[hashlib.sha256(quiz.make(ending)).hexdigest() for ending in quiz.endings])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert other.stdout.split() == [sha256(quiz.make(ending)).hexdigest() for ending in quiz.endings]


# A second opinion -----------------------------------------------------------------------------------------------------


def as_text2qti(items: tuple[Item, ...]) -> str:
    """Return items in the language of text2qti."""
    lines = ["Quiz title: A second opinion", ""]
    for number, item in enumerate(items, 1):
        lines.append(f"{number}. {item.name}: {item.question.text}")
        for letter, choice in zip("abcdefgh", item.choices, strict=False):
            lines += [f"{'*' if choice.is_right else ''}{letter}) {choice.text}", f"... {choice.reason}"]
        lines.append("")
    return "\n".join(lines)


@pytest.mark.usefixtures("no_pictures")
def test_text2qti_writes_the_same_choices_points_and_feedback() -> None:
    config = Config()
    config["latex_render_url"] = "none"
    quiz = cv.quiz(["dilated", "pooling", "transposed"], count=12, seed=4)
    other = QTI(TextQuiz(as_text2qti(quiz.items), config=config, source_name="a test")).zip_bytes()
    ours, theirs = read_qti(quiz.make("qti.zip")), read_qti(other)
    assert [[*each.answers] for each in ours] == [[*each.answers] for each in theirs]
