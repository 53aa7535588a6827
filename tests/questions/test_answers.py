"""Answers as texts: what people type, and what is refused."""

from __future__ import annotations

import pytest

from convviz.errors import SpecError
from convviz.questions import Answer, Question, question_of, read_answer, spell
from convviz.recipes import recipe

VALUE = question_of(recipe("standard"), 0, "cell-value")
SIZE = question_of(recipe("standard"), 0, "output-size")
CHOICE = question_of(recipe("standard"), 0, "separable")
CELLS = question_of(recipe("standard"), 0, "reads")
CHANNELS = question_of(recipe("pooling-channels", in_channels=2), 4, "reads")
LINE = question_of(recipe("along-a-line"), 0, "reads")
COUNT = question_of(recipe("standard"), 0, "products")


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (VALUE, "12", 12),
        (VALUE, " −2.5 ", -2.5),
        (VALUE, "-2,5", -2.5),
        (VALUE, "1/9", 1 / 9),
        (VALUE, "−3 / 4", -0.75),
        (VALUE, "1.5e3", 1500),
        (VALUE, ".5", 0.5),
        (VALUE, "+7", 7),
        (COUNT, "1,024", 1024),
        (SIZE, "3x4", (3, 4)),
        (SIZE, "3 × 4", (3, 4)),
        (SIZE, "3,4", (3, 4)),
        (SIZE, "(3, 4)", (3, 4)),
        (SIZE, "3 by 4", (3, 4)),
        (SIZE, "3 4", (3, 4)),
        (CHOICE, "Yes", "yes"),
        (CELLS, "rows 0 to 1, columns 2 and 4", {(0, 0, 2), (0, 0, 4), (0, 1, 2), (0, 1, 4)}),
        (CELLS, "row 0, column 1 and row 1, columns 0 to 1", {(0, 0, 1), (0, 1, 0), (0, 1, 1)}),
        (CELLS, "0, 1; (2, 3)", {(0, 0, 1), (0, 2, 3)}),
        (CELLS, "Rows 0-1 columns 3", {(0, 0, 3), (0, 1, 3)}),
        (CELLS, "none", set()),
        (CHANNELS, "channel 1: row 0, column 1", {(1, 0, 1)}),
        (CHANNELS, "channel 0: row 0, column 1; channel 1: row 0, column 1", {(0, 0, 1), (1, 0, 1)}),
        (LINE, "samples 1 to 3", {(0, 0, 1), (0, 0, 2), (0, 0, 3)}),
        (LINE, "4, 6 and 8", {(0, 0, 4), (0, 0, 6), (0, 0, 8)}),
    ],
)
def test_typed_answers_are_read(question: Question, text: str, answer: Answer | set[object]) -> None:
    assert read_answer(question, text) == answer


def test_cells_without_a_channel_are_of_the_one_that_is_asked_for() -> None:
    (channel,) = {cell[0] for cell in CHANNELS.answer}  # type: ignore[union-attr]
    assert read_answer(CHANNELS, "row 0, column 1") == {(channel, 0, 1)}


@pytest.mark.parametrize(
    ("question", "text", "sentence"),
    [
        (VALUE, "many", "The answer must be a number, such as 12, -2.5 or 1/9; got 'many'."),
        (VALUE, "1/0", "The answer must be a number, such as 12, -2.5 or 1/9; got '1/0'."),
        (VALUE, "nan", "The answer must be a number, such as 12, -2.5 or 1/9; got 'nan'."),
        (VALUE, "9" * 30, f"The answer must be a number, such as 12, -2.5 or 1/9; got '{'9' * 30}'."),
        (SIZE, "3", "The answer must be rows and columns, such as 3 × 4; got '3'."),
        (CHOICE, "maybe", "The answer must be one of yes, no; got 'maybe'."),
        (CELLS, "the middle", "The answer must be cells, such as rows 0 to 2, columns 1 to 3; got 'the middle'."),
        (CELLS, "row 1", "The answer must be cells, such as rows 0 to 2, columns 1 to 3; got 'row 1'."),
        (LINE, "left", "The answer must be cells, such as samples 1 to 3; got 'left'."),
        (CELLS, "rows 0 to 999, columns 0 to 999", "An answer must have at most 4,096 cells."),
        (VALUE, "1" * 1001, "An answer must have at most 1,000 characters; got 1,001."),
    ],
)
def test_other_texts_are_refused(question: Question, text: str, sentence: str) -> None:
    with pytest.raises(SpecError) as refusal:
        read_answer(question, text)
    assert str(refusal.value) == sentence


def test_a_rounded_number_is_right_where_the_number_has_to_be_rounded() -> None:
    third = question_of(recipe("pooling", input="0,0,1", kernel_size=(1, 3), mode="average"), 0, "cell-value")
    assert third.answer == pytest.approx(1 / 3)
    assert [third.is_right(read_answer(third, text)) for text in ("1/3", "0.3333", "0.333", "0.33")] == [
        True,
        True,
        False,
        False,
    ]
    whole = question_of(recipe("standard", input="100,1", kernel_size=(1, 2), weight="10,1"), 0, "cell-value")
    assert [whole.is_right(read_answer(whole, text)) for text in ("1001", "1,001", "1001.001")] == [True, True, False]
    tiny = question_of(recipe("standard", input="0.0123,0", kernel_size=(1, 2), weight="0.01,1"), 0, "cell-value")
    assert spell(tiny, tiny.answer) == "1e−4"
    assert [tiny.is_right(read_answer(tiny, text)) for text in ("1e-4", "0.000123", "0.00015")] == [True, True, False]
    assert spell(whole, -231211008) == "−231211008"
