"""Tables of numbers as people paste them: what is read, and every sentence that refuses one."""

from __future__ import annotations

import numpy as np
import pytest

from convviz import SpecError
from convviz.recipes.tables import (
    number_from,
    number_to_text,
    rows_from_bytes,
    rows_from_link,
    rows_from_text,
    rows_of,
)

SQUARE = ((1.0, 2.5), (3.0, -4.0))


@pytest.mark.parametrize(
    "text",
    [
        "1\t2.5\n3\t-4",
        "1\t2,5\n3\t-4",
        "1;2,5\n3;-4",
        "1,2.5\n3,-4",
        "1, 2.5\r\n3, -4\r\n",
        "1 2.5\n3 -4",
        "  1   2.5 \n\n 3  -4\n\n",
        "1,2.5;3,-4",
        "1 2.5; 3 -4",
        "[[1, 2.5], [3, -4]]",
        "[[1 2.5]\n [3 -4]]",
        "[1, 2.5],\n[3, -4]",
        "1\t2.5\n3\t−4",
        "1e0,25e-1\n+3,-4.0",
        '"1","2.5"\n"3","-4"',
        '"1","2,5"\n3,-4',
        '"1";"2,5"\n"3";"-4"',
        '1\t"2,5"\n"3"\t-4',
        "1\t2,5\t\n3\t-4\t",
        "1\t2,5\t\r\n3\t-4\t\r\n",
    ],
)
def test_pasted_tables(text: str) -> None:
    assert rows_from_text("input", text, 16) == SQUARE


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("7", ((7.0,),)),
        ("1;2;3", ((1.0, 2.0, 3.0),)),
        ("1\t2\t3", ((1.0, 2.0, 3.0),)),
        ("1\n2\n3", ((1.0,), (2.0,), (3.0,))),
        ("[1, 2, 3]", ((1.0, 2.0, 3.0),)),
        ("0,5\t-0", ((0.5, 0.0),)),
        ("-0", ((0.0,),)),
    ],
)
def test_rows_and_columns(text: str, rows: tuple[tuple[float, ...], ...]) -> None:
    assert rows_from_text("input", text, 16) == rows


@pytest.mark.parametrize(
    "data",
    [
        b"1,2.5\r\n3,-4\r\n",
        b"\xef\xbb\xbf1,2.5\n3,-4",
        "1\t2,5\n3\t-4".encode("utf-16"),
        "\ufeff1\t2,5\n3\t-4".encode("utf-16-be"),
        "1\t2,5\r\n3\t-4\r\n".encode("utf-16-le"),
        "1\t2,5\n3\t-4".encode("utf-16-be"),
        b'"1","2.5"\r\n"3","-4"\r\n',
    ],
)
def test_uploaded_tables(data: bytes) -> None:
    assert rows_from_bytes("input", data, 16) == SQUARE


NOT_TEXT = "input must be a text file of numbers, such as CSV; this file is not text."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NOT_TEXT),
        (b"\xff\xd8\xff\xe0 not a table", NOT_TEXT),
        (b"\xff\xfe1", NOT_TEXT),
        (b"1,2\0", NOT_TEXT),
        (b"\0" * 100_000, NOT_TEXT),
        (b"", "input must hold at least one number; got an empty table."),
        (b"\xef\xbb\xbf\r\n", "input must hold at least one number; got an empty table."),
        (b"1," * 10_001, "input must be at most 20,000 characters long; got 20,002."),
        (b"1," * 50_000, "input must be at most 20,000 characters long; got 100,000 bytes."),
        ("ä".encode() * 50_001, "input must be at most 20,000 characters long; got 100,002 bytes."),
    ],
)
def test_uploads_refused(data: bytes, message: str) -> None:
    assert refusal(rows_from_bytes, data) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "input must hold at least one number; got an empty table."),
        (" \n\t\n ", "input must hold at least one number; got an empty table."),
        ("[[]]", "input must hold at least one number; got an empty table."),
        ("1,2\n3", "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ("1\n2\n3 4", "input must have rows of equal length; row 0 has 1 number, row 2 has 2."),
        ("1,2\n3,x", "input row 1, column 1 must be a number; got 'x'."),
        ("one two", "input row 0, column 0 must be a number; got 'one'."),
        ("1\t\t3", "input row 0, column 1 must be a number; got an empty cell."),
        ("1,2,\n3,4,", "input row 0, column 2 must be a number; got an empty cell."),
        ("1;2,5,5", "input must have rows of equal length; row 0 has 1 number, row 1 has 3."),
        ("1,nan", "input row 0, column 1 must be a finite number; got 'nan'."),
        ("1,-inf", "input row 0, column 1 must be a finite number; got '-inf'."),
        ("1e999", "input row 0, column 0 must be a finite number; got '1e999'."),
        ("1000001", "input row 0, column 0 must be from -1,000,000 to 1,000,000; got '1000001'."),
        ("1_000", "input row 0, column 0 must be a number; got '1_000'."),
        ("٣", "input row 0, column 0 must be a number; got '٣'."),
        ("1 2 3 4 5", "input must be at most 4 x 4; got 1 x 5."),
        ("1\n2\n3\n4\n5", "input must be at most 4 x 4; got 5 x 1."),
        ("1 " * 10_001, "input must be at most 20,000 characters long; got 20,002."),
        ("9" * 100, f"input row 0, column 0 must be from -1,000,000 to 1,000,000; got '{'9' * 39}…'."),
    ],
)
def test_pasted_tables_refused(text: str, message: str) -> None:
    assert refusal(rows_from_text, text) == message


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
