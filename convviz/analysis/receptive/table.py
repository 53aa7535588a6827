"""The receptive fields of all nodes of a network as a table, and the table as text, CSV or Markdown."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Final

from convviz.arithmetic.parse import Pair

from .field import Numbers, ReceptiveField
from .graph import Node

UNKNOWN: Final = "?"
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What formulas of spreadsheets begin with: https://owasp.org/www-community/attacks/CSV_Injection."""

PAIRS: Final = frozenset({"output", "receptive field", "standard", "jump", "center", "padding"})
"""The columns whose cells are height and width."""

Cell = str | int | Numbers

HEADINGS: Final = ("node", "operation", "output", "receptive field", "jump", "center", "padding", "aligned", "remark")


@dataclass(frozen=True, slots=True)
class Row:
    """One node: numbers are (height, width), exact, and None where they cannot be known.

    Attributes
    ----------
    name, operation : Of the node; a layer as the call that makes it, after the operator of its file if it is from one.
    output_size : In cells of the node itself.
    receptive_field, jump, center, padding, is_aligned : As in `ReceptiveField`; behind upsampling center and padding
        are nominal, which means on the average.
    remark : What the numbers do not say: a whole input, sizes that depend on the output, where paths are misaligned.
    """

    name: str
    operation: str
    output_size: Pair | None
    receptive_field: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    is_aligned: bool | None
    remark: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows in the order of the network; printed, it is `text`."""

    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Table({len(self.rows)} rows)"

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        return html(self)

    def text(self) -> str:
        """In columns, to be read in a terminal."""
        return text(self)

    def csv(self) -> str:
        """As in RFC 4180, with a line of headings."""
        return as_csv(self)

    def markdown(self) -> str:
        """As a table of GitHub's Markdown."""
        return markdown(self)

    def html(self) -> str:
        """As a table of HTML, whatever names have in them."""
        return html(self)


def row(node: Node, operation: str, field: ReceptiveField) -> Row:
    """The row of a node, with what it does in words."""
    return Row(
        name=node.name,
        operation=operation,
        output_size=node.size,
        receptive_field=field.size,
        jump=field.jump,
        center=field.center,
        padding=field.padding,
        is_aligned=field.is_aligned,
        remark="; ".join(remarks(field)),
    )


def remarks(field: ReceptiveField) -> Iterator[str]:
    """What there is to say beside the numbers."""
    if field.is_global:
        yield f"whole input, local {_pair(field.local.size)}"
    for name, sizes in zip(("height", "width"), field.size_range, strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            yield f"{name} {sizes[0]} to {sizes[1]}, depending on the output"
    if any(sizes is not None and sizes[0] == 0 for sizes in field.size_range):
        yield "some outputs read nothing"
    if field.misaligned_at is not None:
        yield f"paths misaligned at {field.misaligned_at}"


def text(table: Table) -> str:
    """Columns as wide as their widest cell.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d, max_pool2d
    >>> from convviz.analysis import Network
    >>> print(Network(input_size=8).sequential([conv2d((3, 5), padding=1), max_pool2d(2)]).table())
    node          operation                  output  receptive field  jump  center         padding  aligned  remark
    conv2d_1      conv2d((3, 5), padding=1)  8 × 6   3 × 5            1 × 1  0 × 1         1 × 1    yes
    max_pool2d_2  max_pool2d(2, stride=2)    4 × 3   4 × 6            2 × 2  1/2 × 3/2     1 × 1    yes
    """
    lines = [HEADINGS, *map(_cells, table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def markdown(table: Table) -> str:
    """Return the table in the Markdown of GitHub."""
    return markdown_text(HEADINGS, map(_cells, table.rows))


def markdown_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in the Markdown of GitHub; bars in texts are escaped, line breaks become blanks."""
    lines = [headings, ["---" for _ in headings], *rows]
    cells = ([" ".join(cell.splitlines()).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


def html(table: Table) -> str:
    """Numbers stay on their lines; everything is escaped."""
    lines = [(HEADINGS, "th"), *((_cells(one), "td") for one in table.rows)]
    rows = ("".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) for cells, tag in lines)
    return '<table style="white-space: nowrap">' + "".join(f"<tr>{cells}</tr>" for cells in rows) + "</table>"


def as_csv(table: Table) -> str:
    """Return the table as CSV: see `csv_text`."""
    rows: list[Sequence[Cell]] = [
        (row.name, row.operation, *_pairs(row), _yes(row.is_aligned), row.remark) for row in table.rows
    ]
    return csv_text(HEADINGS, rows)


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV, with height and width in columns of their own; unknown numbers are empty.

    A text that a spreadsheet would read as a formula begins with an apostrophe.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(
        title for name in headings for title in ((f"{name} height", f"{name} width") if name in PAIRS else (name,))
    )
    for row in rows:
        numbers = (number for cell in row for number in (cell if isinstance(cell, tuple) else (cell,)))
        writer.writerow(map(_csv_field, numbers))
    return stream.getvalue()


def _csv_field(cell: str | int | Fraction | None) -> str:
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return "" if cell is None else str(cell)


def _cells(row: Row) -> tuple[str, ...]:
    """A row as it is shown."""
    return (row.name, row.operation, *map(_pair, _pairs(row)), _yes(row.is_aligned), row.remark)


def _pairs(row: Row) -> tuple[Numbers, ...]:
    return (row.output_size or (None, None), row.receptive_field, row.jump, row.center, row.padding)


def _pair(numbers: Numbers) -> str:
    """Height × width."""
    return " × ".join(map(_number, numbers))


def _number(number: int | Fraction | None) -> str:
    return UNKNOWN if number is None else str(number)


def _yes(flag: bool | None) -> str:
    return UNKNOWN if flag is None else "yes" if flag else "no"
