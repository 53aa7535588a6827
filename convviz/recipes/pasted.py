r"""Tables of numbers as people paste them: from a spreadsheet, a notebook, a paper or a file.

What marks the cells says how a text is read, in this order: ``&`` or ``\\`` of LaTeX, bars of Markdown, brackets, and
in lines tabs, semicolons, commas or blanks. A link has one spelling of its own, which `tables` reads.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from csv import reader
from dataclasses import dataclass
from typing import Any, Final

from convviz import limits
from convviz.arithmetic.arguments import shown
from convviz.errors import SpecError

from .tables import Planes, Rows, check_length, planes_from_link, planes_in, planes_of

Cells = list[list[str]]
"""The texts of cells, row by row."""

_NAMED: Final = re.compile(r"\s*[A-Za-z_]\w*\s*=\s*")
_CALL: Final = re.compile(r"\s*(?><[^\[]*=\s*)?[A-Za-z_][\w.]*\s*\((.*)\)[\s;,>]*", re.DOTALL)
"""``tensor(...)``, ``array(...)`` and what TensorFlow prints around that."""

_KEYWORDS: Final = re.compile(r",\s*[A-Za-z_]\w*\s*=.*", re.DOTALL)
_SCALAR: Final = re.compile(r"\bnp\.\w+\(([^()]*)\)")
_AS_BRACKETS: Final = str.maketrans("{}()", "[][]")

_LINE_OF_TEX: Final = re.compile(r"\\\\(?:\[[^\]]{0,9}\])?")
_FRACTION: Final = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_TEX: Final = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?|\\(?:left|right)\s*\\?[^\w\s]|\\hline|\\[^\w\s]|[$]"
)

_COMMA: Final = re.compile(r"[+−-]?\d*,\d+(?:[eE][+-]?\d+)?")
_NUMBER: Final = re.compile(r"[^,;\s]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers of a text, and how they were found in it.

    Attributes
    ----------
    table : rows, or planes of rows
    has_decimal_commas : bool
        Whether a comma was read as the sign before decimals.
    other : Reading or None
        The other meaning of one line such as ``1,5;2,5``: its commas may also separate numbers.
    """

    table: Rows | Planes
    has_decimal_commas: bool = False
    other: "Reading | None" = None

    def __str__(self) -> str:
        """Say how many numbers there are, and what a comma means.

        Examples
        --------
        >>> print(table_from_text("input", "1,5;2,5", 16))
        1 row of 2 numbers with decimal commas
        """
        planes = planes_in(self.table)
        words = [
            _counted(len(planes), "plane") if len(planes) > 1 else "",
            _counted(len(planes[0]), "row"),
            _counted(len(planes[0][0]), "number"),
        ]
        return " of ".join(filter(None, words)) + (" with decimal commas" if self.has_decimal_commas else "")


def table_from_text(name: str, text: str, side: int) -> Reading:
    r"""Read a table as pasted.

    In lines with tabs, semicolons or blanks between numbers, and in quotes, a comma is a decimal comma.

    Parameters
    ----------
    name : str
        Name of the table in an error message.
    side : int
        The largest number of rows or columns.

    Raises
    ------
    SpecError
        As `planes_of`, or the text is too long.

    Examples
    --------
    >>> table_from_text("input", "1\t2,5\n3\t4", 16).table
    ((1.0, 2.5), (3.0, 4.0))
    >>> table_from_text("input", r"1 & 2 \\ \frac{1}{2} & 4", 16).table
    ((1.0, 2.0), (0.5, 4.0))
    >>> table_from_text("input", "tensor([[1., 2.],\n        [3., 4.]], requires_grad=True)", 16).table
    ((1.0, 2.0), (3.0, 4.0))
    """
    check_length(name, text)
    text = text.replace("\ufeff", "")
    text = text[named.end() :] if (named := _NAMED.match(text)) else text
    if "&" in text or "\\" in text:
        cells = _cells_of_tex(text)
    elif "|" in text:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) == 1 and not lines[0].startswith("|"):
            return Reading(planes_from_link(name, lines[0], side))
        cells = _cells_of_bars(lines)
    elif re.search(r"[\[({]", text):
        return Reading(planes_of(name, _lists_of(name, text), side))
    else:
        return _of_lines(name, text, side)
    decimal = _decimal(cells)
    return Reading(planes_of(name, decimal, side), decimal != cells)


def table_from_bytes(name: str, data: bytes, side: int) -> Reading:
    """Read a table of an uploaded text file (CSV, TSV): UTF-8, or UTF-16 as spreadsheets write it."""
    encoding = _encoding(data)
    # Four bytes at most are one character: what is longer is refused, whatever it holds, so it need not be decoded.
    most = 4 * limits.TEXT + 4
    try:
        text = data[:most].decode(encoding, "ignore" if len(data) > most else "strict")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SpecError(f"{name} must be a text file of numbers, such as CSV; this file is not text.")
    if len(data) > most:
        raise SpecError(f"{name} must be at most {limits.TEXT:,} characters long; got {len(data):,} bytes.")
    return table_from_text(name, text, side)


def _encoding(data: bytes) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    # Without a byte order mark, digits in UTF-16 have a zero before or after them.
    first, second = data[::2], data[1::2]
    if second and not any(second):
        return "utf-16-le"
    return "utf-8-sig" if any(first) else "utf-16-be"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# LaTeX, Markdown, brackets --------------------------------------------------------------------------------------------


def _cells_of_tex(text: str) -> Cells:
    rows = _LINE_OF_TEX.split(text)
    if len(rows) == 1:
        rows = text.splitlines()
    plain = (_TEX.sub(" ", _FRACTION.sub(r"\1/\2", row)).replace("{,}", ",") for row in rows)
    return [[cell.strip() for cell in row.split("&")] for row in plain if row.strip()]


def _cells_of_bars(lines: list[str]) -> Cells:
    """Split a table of Markdown; its first row counts if there is a number in it."""
    is_rule = ["-" in line and not line.strip("|:+=- ") for line in lines]
    has_titles = is_rule[1:2] == [True] and not re.search(r"\d", lines[0])
    rows = [line for line, is_line in zip(lines, is_rule, strict=True) if not is_line][has_titles:]
    return [[cell.strip() for cell in row.removeprefix("|").removesuffix("|").split("|")] for row in rows]


def _lists_of(name: str, text: str) -> list[Any]:
    """Return nested brackets as nested lists of the texts of cells; numbers and brackets are never in one bracket."""
    if call := _CALL.fullmatch(text):
        text = _KEYWORDS.sub("", call[1])
    text = _SCALAR.sub(r"\1", text).translate(_AS_BRACKETS)
    is_single = text.count("[") == 1  # else lines within brackets are too long for a line, not rows
    opened: list[list[Any]] = [[]]
    for piece in re.findall(r"[\[\]]|[^\[\]]+", text):
        inside = opened[-1]
        if piece == "]":
            del opened[max(len(opened) - 1, 1) :]
            continue
        rows: list[Any] = [[]] if piece == "[" else _rows_in_brackets(piece, is_single)
        if inside and rows and (piece != "[" or isinstance(inside[-1], str)):
            text = inside[-1] if piece == "[" else piece.strip()
            raise SpecError(f"{name} must have nothing but commas or blanks between brackets; got {shown(text)}.")
        inside.extend(rows[0] if len(rows) == 1 and rows[0] else rows)
        if piece == "[":
            opened.append(inside[-1])
    table = opened[0]
    if len(table) == 1 and isinstance(table[0], list):
        table = table[0]
    return table if any(isinstance(row, list) for row in table) else [table]


def _rows_in_brackets(text: str, has_lines: bool) -> Cells:
    """Split what is between two brackets: semicolons end a row, and so do lines, unless a comma is before their end."""
    text = re.sub(r"(?<![ \t])[ \t]*,\s*", ",", text)  # begins where blanks begin: else their square is tried
    rows = re.split(r"[;\r\n]" if has_lines else ";", text)
    return [re.split(r",|\s+", row) for row in (row.strip(" ,\t\r\n") for row in rows) if row]


# Lines ----------------------------------------------------------------------------------------------------------------


def _of_lines(name: str, text: str, side: int) -> Reading:
    lines = [line.rstrip(" ") for line in text.splitlines() if line.strip()]
    if all(line.endswith("\t") for line in lines):  # a spreadsheet's empty last column
        lines = [line[:-1] for line in lines]
    lines = [line if "\t" in line else line.strip(" ,;") for line in lines]
    if len(lines) == 1 and ";" in lines[0] and "\t" not in lines[0]:
        return _of_semicolons(name, [part.strip() for part in lines[0].split(";")], side)
    if not lines:
        raise SpecError(f"{name} must hold at least one number; got an empty table.")
    cells = [line.split() for line in lines]
    if "\t" in text or not all(len(row) > 1 and all(map(_is_decimal, row)) for row in cells):
        cells = [*map(_split, lines)]
    decimal = _decimal(cells)
    return Reading(planes_of(name, decimal, side), decimal != cells)


def _of_semicolons(name: str, parts: list[str], side: int) -> Reading:
    """Read one line with semicolons: a row with decimal commas where each part can be such a number, else rows."""
    rows = [_split(part) for part in parts]
    if not all(map(_is_decimal, parts)):
        return Reading(planes_of(name, rows, side))
    row = _decimal([parts])
    has_commas = row != [parts]
    is_even = has_commas and len({len(each) for each in rows}) == 1
    other = Reading(planes_of(name, rows, side)) if is_even else None
    return Reading(planes_of(name, row, side), has_commas, other)


def _is_decimal(text: str) -> bool:
    return bool(_COMMA.fullmatch(text) or _NUMBER.fullmatch(text))


def _decimal(cells: Cells) -> Cells:
    return [[cell.replace(",", ".") if cell.count(",") == 1 else cell for cell in row] for row in cells]


def _split(line: str) -> list[str]:
    separator = next((sign for sign in "\t;" if sign in line), ",")
    if '"' in line:
        return next(reader([line], delimiter=separator))
    return line.split(separator) if separator in line else line.split()
