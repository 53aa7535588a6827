"""Tables of numbers as people paste them: what is read, what is said of it, and every sentence that refuses one."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest

from convviz import SpecError, limits
from convviz.recipes.pasted import table_from_bytes, table_from_text

SQUARE = ((1.0, 2.5), (3.0, -4.0))
PLANES = (((1.0, 2.0), (3.0, 4.0)), ((5.0, 6.0), (7.0, 8.0)))


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
        "1,2.5,\n3,-4,\n",
        "1,2.5,\n3,-4",
        "1; 2,5;\n3; -4;",
        "1 2,5\n3 -4",
        "1, 2.5; 3, -4",
        "\ufeff1,2.5\n3,-4",
        "2/2 5/2\n3 -8/2",
        "1 2.5\n3 –4",
        "tensor([[ 1.0000,  2.5000],\n        [ 3.0000, -4.0000]])",
        "tensor([[ 1.,  2.5],\n        [ 3., -4.]], device='cuda:0', dtype=torch.float64, requires_grad=True)",
        "tensor([[[ 1.,  2.5],\n         [ 3., -4.]]], grad_fn=<MulBackward0>)",
        "array([[ 1. ,  2.5],\n       [ 3. , -4. ]], dtype=float32)",
        "Array([[ 1. ,  2.5],\n       [ 3. , -4. ]], dtype=float32)",
        "tf.Tensor(\n[[ 1.   2.5]\n [ 3.  -4. ]], shape=(2, 2), dtype=float32)",
        "<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[ 1. ,  2.5],\n       [ 3. , -4. ]], dtype=float32)>",
        "kernel = torch.tensor([[1, 2.5], [3, -4]])",
        "[[np.float64(1.0), np.float64(2.5)], [np.float64(3.0), np.float64(-4.0)]]",
        "((1, 2.5), (3, -4))",
        "{{1, 2.5}, {3, -4}}",
        "[1 2.5; 3 -4]",
        "A = [1, 2.5; 3, -4];",
        "[1 2.5\n 3 -4]",
        "A =\n\n    1.0000    2.5000\n    3.0000   -4.0000\n",
        r"1 & 2.5 \\ 3 & -4",
        "1 & 2.5 \\\\\n3 & -4 \\\\\n",
        "1 & 2.5\n3 & -4",
        r"\begin{bmatrix} 1 & 2.5 \\ 3 & -4 \end{bmatrix}",
        r"$$\left[\begin{array}{c|c} 1 & \frac{5}{2} \\[2pt] \hline 3 & -4 \end{array}\right]$$",
        r"\[\begin{pmatrix}1&2{,}5\\3&-4\end{pmatrix}\]",
        "| 1 | 2.5 |\n|---|:-:|\n| 3 | -4 |",
        "| left | right |\n|------|-------|\n| 1 | 2,5 |\n| 3 | -4 |",
        "1 | 2.5\n3 | -4",
    ],
)
def test_pasted_tables(text: str) -> None:
    assert table_from_text("input", text, 16).table == SQUARE


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
        ("tensor(5.)", ((5.0,),)),
        ("tensor([1., 2.,\n        3.])", ((1.0, 2.0, 3.0),)),
        ("[[1 2\n  3]\n [4 5\n  6]]", ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))),
        ("1,2|3,4", (((1.0, 2.0),), ((3.0, 4.0),))),
        ("1,2;3,4|5,6;7,8", PLANES),
        ("tensor([[[1., 2.],\n         [3., 4.]],\n\n        [[5., 6.],\n         [7., 8.]]])", PLANES),
        ("[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]", PLANES),
    ],
)
def test_rows_columns_and_planes(text: str, rows: tuple[object, ...]) -> None:
    assert table_from_text("input", text, 16).table == rows


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
    assert table_from_bytes("input", data, 16).table == SQUARE


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
    assert refusal(table_from_bytes, data) == message


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
        ("1,,2", "input row 0, column 1 must be a number; got an empty cell."),
        ("[[1, 2], [3]]", "input must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ("1/9 [[1, 2]]", "input must have nothing but commas or blanks between brackets; got '1/9'."),
        ("tensor([[1, ...]])", "input row 0, column 1 must be a number; got '...'."),
        ("array([True, False])", "input row 0, column 0 must be a number; got 'True'."),
        ("np.zeros((2, 2)).sum()", "input must have nothing but commas or blanks between brackets; got '.sum'."),
        ("[" * 9000, "input must be rows of numbers, or planes of rows, one per channel; got [[[[[[[...]]]]]]]."),
        ("&", "input row 0, column 0 must be a number; got an empty cell."),
        ("|", "input row 0, column 0 must be a number; got an empty cell."),
        ("x =", "input must hold at least one number; got an empty table."),
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
    assert refusal(table_from_text, text) == message


@pytest.mark.parametrize(
    ("text", "words", "other"),
    [
        ("1,5;2,5", "1 row of 2 numbers with decimal commas", "2 rows of 2 numbers"),
        ("1,2;3,4;5,6", "1 row of 3 numbers with decimal commas", "3 rows of 2 numbers"),
        ("1;2,5", "1 row of 2 numbers with decimal commas", "None"),
        ("1,2,3;4,5,6", "2 rows of 3 numbers", "None"),
        ("1,2.5;3,4", "2 rows of 2 numbers", "None"),
        ("1, 2; 3, 4", "2 rows of 2 numbers", "None"),
        ("1,-2;3,4", "2 rows of 2 numbers", "None"),
        ("1,5\t2", "1 row of 2 numbers with decimal commas", "None"),
        ("1,5 2,5", "1 row of 2 numbers with decimal commas", "None"),
        ("1;2;3", "1 row of 3 numbers", "None"),
        ("1,2;3,4|5,6;7,8", "2 planes of 2 rows of 2 numbers", "None"),
        ("7", "1 row of 1 number", "None"),
    ],
)
def test_what_is_said_of_a_text(text: str, words: str, other: str) -> None:
    reading = table_from_text("input", text, 16)
    assert (str(reading), str(reading.other)) == (words, other)


def test_the_other_reading_of_a_line_is_that_of_a_link() -> None:
    other = table_from_text("input", "1,5;2,5", 16).other
    assert other is not None
    assert other.table == ((1.0, 5.0), (2.0, 5.0))


def test_what_numpy_prints_is_read_back() -> None:
    chance = np.random.default_rng(3)
    for shape in ((3,), (2, 5), (7, 16), (3, 2, 4), (2, 2, 3, 1)):
        array = chance.normal(size=shape).round(4)
        rows = array.reshape(-1, *shape[-2:]) if len(shape) > 2 else np.atleast_2d(array)
        for text in (repr(array), str(array), str(array.tolist())):
            table = np.array(table_from_text("input", text, 16).table)
            assert np.array_equal(np.atleast_3d(table).reshape(rows.shape), rows)


def test_junk_gets_a_sentence() -> None:
    chance = random.Random(7)
    pieces = [*'1, ;\n\t[](){}&|-=a<>"/.\\', "\\\\", "\\frac{", "np.x(", "\\begin{"]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 40))) for _ in range(2000)]
    refused = 0
    for text in texts:
        with suppress(SpecError):
            table_from_text("input", text, 16)
            refused -= 1
        refused += 1
    assert 1000 < refused < 2000


@pytest.mark.parametrize("piece", [" ", " \t", "=a(", "= ", "<a", ")", ", a=", "(,", "\n", "a"])
def test_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch, piece: str) -> None:
    """A pattern that looks at all the rest of such a text from each of its places takes minutes."""
    monkeypatch.setattr(limits, "TEXT", 200_000)
    for before, after in (("[1", "x]"), ("<", "["), ("<=a(", "["), ("a(", "]x")):
        with suppress(SpecError):
            table_from_text("input", before + piece * (190_000 // len(piece)) + after, 16)


def refusal(read: Callable[..., object], given: object) -> str:
    with pytest.raises(SpecError) as caught:
        read("input", given, 4)
    return str(caught.value)
