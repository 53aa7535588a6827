"""Tables of numbers in links and in Python: what is read, and every sentence that refuses one."""

from __future__ import annotations

import numpy as np
import pytest

from convviz import SpecError
from convviz.recipes.tables import (
    number_from,
    number_to_text,
    rows_from_link,
    rows_of,
)

SQUARE = ((1.0, 2.5), (3.0, -4.0))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "input must be rows of numbers such as 1,2;3,4; got None."),
        (3, "input must be rows of numbers such as 1,2;3,4; got 3."),
        ("1,2", "input must be rows of numbers such as 1,2;3,4; got '1,2'."),
        ([1, 2], "input must be rows of numbers such as 1,2;3,4; got [1, 2]."),
        (["12", "34"], "input must be rows of numbers such as 1,2;3,4; got ['12', '34']."),
        (b"12", "input must be rows of numbers such as 1,2;3,4; got b'12'."),
        ({1: 2}, "input must be rows of numbers such as 1,2;3,4; got {1: 2}."),
        ([], "input must hold at least one number; got an empty table."),
        ([[], []], "input must hold at least one number; got an empty table."),
        (np.zeros(3), "input must be rows of numbers such as 1,2;3,4; got [0.0, 0.0, 0.0]."),
        (np.zeros(()), "input must be rows of numbers such as 1,2;3,4; got 0.0."),
        (np.zeros((2, 0)), "input must hold at least one number; got an empty table."),
        (np.zeros((1, 1, 1)), "input row 0, column 0 must be a number; got [0.0]."),
        (np.full((1, 2), np.nan), "input row 0, column 0 must be a finite number; got nan."),
        ([[1, 2], [3]], "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ([[True]], "input row 0, column 0 must be a number; got True."),
        ([[None]], "input row 0, column 0 must be a number; got an empty cell."),
        ([[1j]], "input row 0, column 0 must be a number; got 1j."),
        ([[[[[1]]]]], "input row 0, column 0 must be a number; got [[[1]]]."),
        ([[10**5000]], "input row 0, column 0 must be a number; got an integer of about 5000 digits."),
        ([[np.array([1.0])]], "input row 0, column 0 must be a number; got [1.0]."),
        (np.zeros((5, 2)), "input must be at most 4 x 4; got 5 x 2."),
    ],
)
def test_python_values_refused(table: object, message: str) -> None:
    assert refusal(rows_of, table) == message


@pytest.mark.parametrize(
    "table",
    [
        [[1, 2.5], (3, -4)],
        ((1, 2.5), (3, -4)),
        np.array([[1, 2.5], [3, -4]]),
        np.array([[1, 2.5], [3, -4]], dtype=np.float32),
        [np.array([1, 2.5]), np.array([3, -4])],
        [["1", "2.5"], ["3", "-4"]],
    ],
)
def test_python_values(table: object) -> None:
    rows = rows_of("input", table, 16)
    assert rows == SQUARE
    assert all(type(number) is float for row in rows for number in row)


def test_a_number_may_be_a_fraction() -> None:
    assert rows_from_link("weight", "1/9,-2/-8;0/5,1e3/1e-3", 7) == ((1 / 9, 0.25), (0.0, 1e6))
    for text in ("1/0", "1/", "/2", "1/2/3", "1 / x"):
        with pytest.raises(SpecError) as caught:
            rows_from_link("weight", text, 7)
        assert str(caught.value) == f"weight row 0, column 0 must be a number; got '{text}'."
    for text in ("1/9e999", "1/-inf", "1/nan", "9e999/9e999", "1e300/1e-300"):
        with pytest.raises(SpecError) as caught:
            rows_from_link("weight", text, 7)
        assert str(caught.value) == f"weight row 0, column 0 must be a finite number; got '{text}'."


def test_a_link_is_as_long_as_a_table() -> None:
    with pytest.raises(SpecError) as caught:
        rows_from_link("weight", "1," * 10_001, 7)
    assert str(caught.value) == "weight must be at most 20,000 characters long; got 20,002."


@pytest.mark.parametrize("number", [0.0, -3.0, 1e6, 0.1, 1 / 3, 1e-7, -123456.789, 5e-324])
def test_numbers_are_spelled_so_that_they_read_back(number: float) -> None:
    assert number_from("bias", number_to_text(number)) == number


def refusal(read: object, given: object) -> str:
    with pytest.raises(SpecError) as caught:
        read("input", given, 4)  # type: ignore[operator]
    return str(caught.value)
