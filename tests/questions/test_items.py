"""Over 1,000 questions about random recipes: each has one right answer, which is found again by enumeration."""

from __future__ import annotations

from itertools import combinations

import pytest

from convviz.questions import KINDS, TOPICS, Question, Verdict, item_of, read_answer, spell
from convviz.questions.question import is_same

from .brute_force import ANSWERS, answer_of

EACH = 56
SHORT = 300


def results(question: Question) -> list[str]:
    """What the reason of the right answer has to come to."""
    if isinstance(question.answer, tuple):
        return [*map(str, question.answer)]
    if question.form == "number":
        return [spell(question, question.answer) if question.kind != "products" else f"{question.answer:,}"]
    return [spell(question, question.answer).split(": ")[-1]] if question.kind in ("reads", "read-by") else []


def question_texts(question: Question) -> list[str]:
    return [question.text, question.because, question.otherwise, *(each.reason for each in question.mistakes)]


@pytest.mark.parametrize("topic", TOPICS)
def test_each_has_one_right_answer(topic: str) -> None:
    for seed in range(EACH):
        question = item_of(topic, seed)
        where = f"{topic} {seed}: {question.text} {question.recipe}"
        right = answer_of(question)
        assert question.is_right(right), f"{where} {question.answer} is not {right}"
        answers = [question.answer, *(each.answer for each in question.mistakes)]
        for one, other in combinations(answers, 2):
            assert not is_same(one, other), where
            assert not is_same(other, one), where
        assert len({spell(question, answer) for answer in answers}) == len(answers), where
        for answer in answers:
            typed = read_answer(question, spell(question, answer))
            assert question.is_right(typed) == (answer is answers[0]), where
        for each in question.mistakes:
            assert question.judge(each.answer) == Verdict(False, each.reason), where
        assert all(result in question.because for result in results(question)), f"{where} {question.because}"
        if question.choices:
            assert sorted(map(str, answers)) == sorted(question.choices), where
        assert all(0 < len(text) <= SHORT and text.endswith((".", "?")) for text in question_texts(question)), where


def test_there_are_over_a_thousand_of_all_kinds() -> None:
    assert EACH * len(TOPICS) > 1_000
    assert ANSWERS.keys() == KINDS.keys()
    assert KINDS.keys() == {item_of("all", seed).kind for seed in range(len(KINDS))}
