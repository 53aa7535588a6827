"""Quizzes by Python and by the command line: which questions they have, and how a mistake is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

import convviz as cv
from convviz import limits
from convviz.cli import main
from convviz.questions import TOPICS
from convviz.questions.picture import asked_question
from convviz.quizzes import QUIZ_FORMATS, Quiz
from tests.quizzes.reading import read_gift, read_moodle

KNOWN = ", ".join(TOPICS)


def test_topics_take_turns_and_a_longer_quiz_begins_as_a_shorter_one() -> None:
    quiz = cv.quiz("pooling, dilated", count=6, seed=7)
    assert quiz.topics == ("dilated", "pooling"), "in the order of their table"
    assert [item.name.split("-")[0] for item in quiz.items] == ["dilated", "pooling"] * 3
    assert cv.quiz(["pooling", "dilated"], count=4, seed=7).items == quiz.items[:4]
    assert cv.quiz(["pooling", "dilated"], count=4, seed=8).items != quiz.items[:4]
    assert len({(item.question.text, item.question.recipe) for item in quiz.items}) == len(quiz) == 6


def test_a_link_asks_the_same_question_in_its_lesson() -> None:
    for item in cv.quiz("all", count=6, seed=11).items:
        assert asked_question(item.question.recipe, item.number) == item.question
        assert item.address.startswith(f"/{item.question.recipe.variant}?")
        assert f"predict={item.number}" in item.address


@pytest.mark.parametrize(
    ("topics", "options", "sentence"),
    [
        (
            "dilatet", {},
            f"The topic of a quiz must be one of {KNOWN}; got 'dilatet'. Did you mean dilated?",
        ),
        ([], {}, "A quiz must have a topic; got none."),
        (5, {}, "The topics of a quiz must be names; got 5."),
        ([["dilated"]], {}, f"The topic of a quiz must be one of {KNOWN}; got ['dilated']."),
        ("dilated", {"count": 201}, "count must be a whole number from 1 to 200; got 201."),
        ("dilated", {"count": 0}, "count must be a whole number from 1 to 200; got 0."),
        ("dilated", {"seed": -1}, f"seed must be a whole number from 0 to {limits.SEED}; got -1."),
        ("dilated", {"paper": "a5"}, "paper must be one of a4, letter; got 'a5'."),
    ],
)  # fmt: skip
def test_mistakes_are_sentences(topics: object, options: dict[str, object], sentence: str) -> None:
    with pytest.raises(cv.SpecError) as refusal:
        cv.quiz(topics, **options)  # type: ignore[arg-type]  # a mistake
    assert str(refusal.value) == sentence


def test_a_name_decides_the_format(tmp_path: Path) -> None:
    quiz = cv.quiz("dilated", count=1, seed=7)
    path = quiz.save(tmp_path / "week 1.gift")
    assert path.read_bytes() == quiz.make("gift.txt")
    with pytest.raises(cv.SpecError) as refusal:
        quiz.save(tmp_path / "quiz.doc")
    listed = ", ".join(f".{ending}" for ending in quiz.endings)
    assert str(refusal.value).startswith(f"The name of a quiz must end in one of {listed}; got ")
    with pytest.raises(cv.SpecError, match=r"^A quiz has the formats xml, .*; got 'doc'\.$"):
        quiz.make("doc")


def test_the_command_writes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xml, gift = str(tmp_path / "quiz.xml"), str(tmp_path / "quiz.gift.txt")
    words = ["quiz", "--topic", "dilated", "--topic", "pooling", "--count", "2", "--seed", "7", "-o", xml, "-o", gift]
    assert main(words) == 0
    quiz = cv.quiz(["dilated", "pooling"], count=2, seed=7)
    sizes = [len(quiz.make(ending)) for ending in ("xml", "gift.txt")]
    assert capsys.readouterr().out == f"{xml}: Moodle XML, {sizes[0]:,} bytes\n{gift}: GIFT, {sizes[1]:,} bytes\n"
    assert len(read_moodle(Path(xml).read_bytes())) == len(read_gift(Path(gift).read_bytes())) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--topic", "x", "-o", "a.xml"], f"The topic of a quiz must be one of {KNOWN}; got 'x'."),
        (
            [],
            f"-o or --format must say the format, one of {', '.join(QUIZ_FORMATS)}; both are missing.",
        ),
        (["--count", "many", "-o", "a.xml"], "count must be a whole number from 1 to 200; got 'many'."),
    ],
)
def test_the_command_answers_a_mistake_with_a_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quiz", *words]) == 2
    assert capsys.readouterr().err == f"convviz: {sentence}\n"


def test_a_quiz_is_a_value() -> None:
    assert cv.quiz("dilated", count="3") == Quiz(("dilated",), 3, 0, "a4")


def test_what_a_question_about_a_gradient_needs_is_given() -> None:
    """The tables of a convolution; of a pooling no kernel."""
    names = {
        item.question.recipe["mode"]: [line.partition(":")[0] for line in item.numbers.split("\n")[1:]]
        for item in cv.quiz("backward", count=12).items
        if item.numbers
    }
    assert names == {"convolution": ["Input", "Kernel", "dY"], "max": ["Input", "dY"], "average": ["Input", "dY"]}
