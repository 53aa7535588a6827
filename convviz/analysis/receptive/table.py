"""Tables of the receptive fields and the costs of a network: text, CSV, Markdown and HTML."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import isfinite
from typing import Final

from convviz.errors import printable

from .field import Numbers, ReceptiveField
from .graph import Node
from .node_cost import NodeCost, total

_UNKNOWN: Final = "?"
_FORMULAS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What formulas of spreadsheets begin with: https://owasp.org/www-community/attacks/CSV_Injection."""

_MARKUP: Final = re.compile(r"[\\|<\[\]`*~$&]|(?<!\w)_|_(?!\w)")
"""What Markdown would read in the name of a node, or in an operator of a file."""

PAIRS: Final = frozenset({"output", "receptive field", "standard", "jump", "center", "padding"})
"""The columns whose cells have a number for each axis."""

HEADINGS: Final = ("node", "operation", "output", "receptive field", "jump", "center", "padding", "aligned")
COSTS: Final = ("channels", "parameters", "multiplications", "memory (bytes)")
REMARK: Final = "remark"

PLANE: Final = ("height", "width")

Cell = str | int | Numbers | None


@dataclass(frozen=True, slots=True)
class Row:
    """One node: numbers have one for each axis, as height and width, and are exact; None if they are unknown.

    Attributes
    ----------
    name, operation : str
        Those of the node; a layer as the call that makes it, after the operator of its file if it is from one.
    output_size : tuple or None
        In cells of the node itself.
    receptive_field, jump, center, padding, is_aligned
        See `ReceptiveField`; where a global operation took part, those without it. Behind upsampling center and padding
        are nominal, which means on the average.
    remark : str
        What the numbers do not say: why they are unknown, sizes that depend on the output, where paths are misaligned.
    is_global : bool
        Whether every output reads the whole input.
    status : str
        See `ReceptiveField.status`.
    cost : NodeCost or None
        See `Network.cost`.
    """

    name: str
    operation: str
    output_size: tuple[int, ...] | None
    receptive_field: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    is_aligned: bool | None
    remark: str = ""
    is_global: bool = False
    status: str = "exact"
    cost: NodeCost | None = None

    @property
    def numbers(self) -> tuple[Numbers | None, ...]:
        """The columns from the output size to the padding."""
        return self.output_size, self.receptive_field, self.jump, self.center, self.padding


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows in the order of the network; printed, it is `text`.

    Costs have columns if any of them is known, and the last line has their sums; memory is in bytes of float32.

    Attributes
    ----------
    rows : tuple of Row
        One for each node.
    axes : tuple of str
        The words of the axes.
    """

    rows: tuple[Row, ...]
    axes: tuple[str, ...] = PLANE

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Table({len(self.rows)} rows)"

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return self.html()

    @property
    def has_costs(self) -> bool:
        """Whether the cost of any node is known."""
        return any(row.cost is not None for row in self.rows)

    @property
    def total(self) -> NodeCost:
        """The sums of the costs."""
        return total(row.cost for row in self.rows if row.cost is not None)

    def lines(self) -> list[tuple[str, ...]]:
        """Return the headings, the rows, and the sums if there are several costs, as printable text for people to read.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d
        >>> from convviz.analysis import Network
        >>> network = Network(input_size=8, channels=3)
        >>> network.add("a", conv2d(3), channels=4), network.add("b", conv2d(1), channels=10)
        ('a', 'b')
        >>> network.table().lines()[-1][-5:]
        ('', '148', '5,328', '2,016', '')
        """
        if not self.has_costs:
            return [(*HEADINGS, REMARK), *((*self._texts(row), printable(row.remark)) for row in self.rows)]
        rows = ((*self._texts(row), *_cost_texts(row.cost), printable(row.remark)) for row in self.rows)
        lines = [(*HEADINGS, *COSTS, REMARK), *rows]
        if len(self.rows) > 1:
            lines.append(("total", *[""] * (len(HEADINGS) - 1), "", *_cost_texts(self.total)[1:], ""))
        return lines

    def _texts(self, row: Row) -> tuple[str, ...]:
        """Return the columns of `HEADINGS` as text."""
        size, field, *others = map(_spelled, self._numbers(row))
        whole = " + whole" if row.is_global else ""
        return printable(row.name), printable(row.operation), size, field + whole, *others, _yes(row.is_aligned)

    def _numbers(self, row: Row) -> list[Numbers]:
        """Return the columns from the output size to the padding, of a signal without those of its one row."""
        number = len(self.axes)
        return [(None,) * number if each is None else each[-number:] for each in row.numbers]

    def text(self) -> str:
        """Return columns as wide as their widest cell, for a terminal.

        Examples
        --------
        >>> from convviz.arithmetic import conv2d, max_pool2d
        >>> from convviz.analysis import Network
        >>> print(Network(input_size=8).sequential([conv2d((3, 5), padding=1), max_pool2d(2)]).table())
        node          operation                  output  receptive field  jump  center         padding  aligned  remark
        conv2d_1      conv2d((3, 5), padding=1)  8 × 6   3 × 5            1 × 1  0 × 1         1 × 1    yes
        max_pool2d_2  max_pool2d(2, stride=2)    4 × 3   4 × 6            2 × 2  1/2 × 3/2     1 × 1    yes
        """
        return columns_text(self.lines())

    def csv(self) -> str:
        """Return CSV as in RFC 4180, with a line of headings and no sums: see `csv_text`."""
        headings = (*HEADINGS, "whole input", "status", *(COSTS if self.has_costs else ()), REMARK)
        return csv_text(headings, map(self._cells, self.rows), self.axes)

    def _cells(self, row: Row) -> tuple[Cell, ...]:
        """Return the cells of a row of CSV."""
        costs = _cost_numbers(row.cost) if self.has_costs else ()
        flags = _yes(row.is_aligned), _yes(row.is_global), row.status
        return row.name, row.operation, *self._numbers(row), *flags, *costs, row.remark

    def markdown(self) -> str:
        """Return a table in the Markdown of GitHub."""
        headings, *rows = self.lines()
        return markdown_text(headings, rows)

    def html(self) -> str:
        """Return a table of HTML whose numbers do not wrap; everything is escaped."""
        lines = [(cells, "td" if number else "th") for number, cells in enumerate(self.lines())]
        rows = ("".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) for cells, tag in lines)
        return '<table style="white-space: nowrap">' + "".join(f"<tr>{cells}</tr>" for cells in rows) + "</table>"


def table_row(
    node: Node,
    operation: str,
    field: ReceptiveField,
    cost: NodeCost | None = None,
    axes: Sequence[str] = PLANE,
    note: str = "",
) -> Row:
    """Return the row of a node, with its operation in words, its field, its cost and what else there is to say."""
    local = field.local
    remark = "; ".join(filter(None, [note, *_remarks(local, axes)]))
    numbers = (local.size, local.jump, local.center, local.padding)
    return Row(
        node.name, operation, node.output_size, *numbers, local.is_aligned, remark, field.is_global, field.status, cost
    )


def _remarks(field: ReceptiveField, axes: Sequence[str]) -> Iterator[str]:
    for name, sizes in zip(axes, field.size_range[-len(axes) :], strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            yield f"{name} {sizes[0]} to {sizes[1]}, depending on the output"
    if any(sizes is not None and sizes[0] == 0 for sizes in field.size_range):
        yield "some outputs read nothing"
    if field.misaligned_at is not None:
        yield f"paths misaligned at {field.misaligned_at}"


def columns_text(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as columns as wide as their widest cell, for a terminal."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def markdown_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a table in the Markdown of GitHub that shows texts as they are, without links and images.

    Examples
    --------
    >>> print(markdown_text(["node"], [["![a|b](//host/x.png)"], ["max_pool2d_1"]]))
    | node |
    | --- |
    | !\[a\|b\](//host/x.png) |
    | max_pool2d_1 |
    """
    texts = ([_MARKUP.sub(r"\\\g<0>", printable(cell)) for cell in line] for line in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in (headings, ["---" for _ in headings], *texts))


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Cell]], axes: Sequence[str] = PLANE) -> str:
    """Return a table as CSV, with the numbers of each axis in columns of their own; unknown numbers are empty.

    A text that a spreadsheet would read as a formula begins with an apostrophe, and control characters are escaped.
    Fractions, which it would read as dates or texts, are decimals.

    Examples
    --------
    >>> print(csv_text(["node", "center"], [("=up", (Fraction(223, 2), None))]).strip())
    node,center height,center width
    '=up,111.5,
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(
        title for name in headings for title in ([f"{name} {axis}" for axis in axes] if name in PAIRS else [name])
    )
    for row in rows:
        numbers = (number for cell in row for number in (cell if isinstance(cell, tuple) else (cell,)))
        writer.writerow(_no_formula(printable(cell)) if isinstance(cell, str) else decimal(cell) for cell in numbers)
    return stream.getvalue()


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text


def decimal(number: int | Fraction | None) -> int | float | None:
    """Return an int where the number is whole, else the nearest float; None for one that has none.

    >>> decimal(Fraction(6, 2)), decimal(Fraction(-1, 2)), decimal(None)
    (3, -0.5, None)
    """
    if number is None or isinstance(number, int):
        return number
    if number.denominator == 1:
        return number.numerator
    nearest = float(number)
    return nearest if isfinite(nearest) else None


def _cost_numbers(cost: NodeCost | None) -> tuple[int | None, ...]:
    """Return the cells of `COSTS`."""
    return (None,) * len(COSTS) if cost is None else (cost.channels, cost.parameters, cost.multiplications, cost.bytes)


def _cost_texts(cost: NodeCost | None) -> tuple[str, ...]:
    """Return the cells of `COSTS` as text: empty where there is no cost, a sign where a part of it is unknown."""
    missing = "" if cost is None else _UNKNOWN
    return tuple(missing if number is None else f"{number:,}" for number in _cost_numbers(cost))


def _spelled(numbers: Numbers) -> str:
    return " × ".join(_UNKNOWN if number is None else str(number) for number in numbers)


def _yes(flag: bool | None) -> str:
    return _UNKNOWN if flag is None else "yes" if flag else "no"
