"""Tables of receptive fields, for the nodes of a network and for a growing stack, as text, CSV and Markdown."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import prod
from typing import Final

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.arithmetic.parse import Pair
from convviz.errors import SpecError

from .field import Numbers, ReceptiveField, receptive_field
from .graph import Graph, Node

UNKNOWN: Final = "?"
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What formulas of spreadsheets begin with: https://owasp.org/www-community/attacks/CSV_Injection."""

PAIRS: Final = frozenset({"output", "receptive field", "standard", "jump", "center", "padding"})
"""The columns whose cells are height and width."""

Cell = str | int | Numbers

HEADINGS: Final = ("node", "operation", "output", "receptive field", "jump", "center", "padding", "aligned", "remark")


@dataclass(frozen=True, slots=True)
class Row:
    """One node: numbers are (height, width), exact, and None if they are unknown.

    Attributes
    ----------
    name, operation : str
        Those of the node; a layer as the call that makes it, after the operator of its file if it is from one.
    output_size : Pair or None
        In cells of the node itself.
    receptive_field, jump, center, padding, is_aligned
        See `ReceptiveField`; behind upsampling center and padding are nominal, which means on the average.
    remark : str
        What the numbers do not say: a whole input, sizes that depend on the output, where paths are misaligned.
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

    @property
    def pairs(self) -> tuple[Numbers, ...]:
        """The columns from the output size to the padding."""
        return self.output_size or (None, None), self.receptive_field, self.jump, self.center, self.padding

    @property
    def texts(self) -> tuple[str, ...]:
        """All columns as text."""
        return self.name, self.operation, *map(_pair, self.pairs), _yes(self.is_aligned), self.remark


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
        return self.text()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return self.html()

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
        lines = [HEADINGS, *(row.texts for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join(line.rstrip() for line in padded)

    def csv(self) -> str:
        """Return CSV as in RFC 4180, with a line of headings: see `csv_text`."""
        rows: list[Sequence[Cell]] = [
            (row.name, row.operation, *row.pairs, _yes(row.is_aligned), row.remark) for row in self.rows
        ]
        return csv_text(HEADINGS, rows)

    def markdown(self) -> str:
        """Return a table in the Markdown of GitHub."""
        return markdown_text(HEADINGS, (row.texts for row in self.rows))

    def html(self) -> str:
        """Return a table of HTML whose numbers do not wrap; everything is escaped."""
        lines = [(HEADINGS, "th"), *((row.texts, "td") for row in self.rows)]
        rows = ("".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) for cells, tag in lines)
        return '<table style="white-space: nowrap">' + "".join(f"<tr>{cells}</tr>" for cells in rows) + "</table>"


def table_row(node: Node, operation: str, field: ReceptiveField) -> Row:
    """Return the row of a node, with its operation in words."""
    numbers = (field.size, field.jump, field.center, field.padding)
    return Row(node.name, operation, node.size, *numbers, field.is_aligned, "; ".join(_remarks(field)))


def _remarks(field: ReceptiveField) -> Iterator[str]:
    if field.is_global:
        yield f"whole input, local {_pair(field.local.size)}"
    for name, sizes in zip(("height", "width"), field.size_range, strict=True):
        if sizes is not None and sizes[0] != sizes[1]:
            yield f"{name} {sizes[0]} to {sizes[1]}, depending on the output"
    if any(sizes is not None and sizes[0] == 0 for sizes in field.size_range):
        yield "some outputs read nothing"
    if field.misaligned_at is not None:
        yield f"paths misaligned at {field.misaligned_at}"


def markdown_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in the Markdown of GitHub; bars in texts are escaped, line breaks become blanks."""
    lines = [headings, ["---" for _ in headings], *rows]
    cells = ([" ".join(cell.splitlines()).replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join("| " + " | ".join(line) + " |" for line in cells)


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
        writer.writerow(
            f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell for cell in numbers
        )
    return stream.getvalue()


def _pair(numbers: Numbers) -> str:
    return " × ".join(UNKNOWN if number is None else str(number) for number in numbers)


def _yes(flag: bool | None) -> str:
    return UNKNOWN if flag is None else "yes" if flag else "no"


@dataclass(frozen=True, slots=True)
class GrowthStep:
    """The numbers behind a layer of a stack; pairs are height and width.

    Attributes
    ----------
    output : Pair or None
        The size of the output; None if the layer does not fit what comes before.
    size, jump, center, padding : Numbers
        See `ReceptiveField`.
    standard : Pair
        The receptive field of the same kernels without stride and dilation.
    parameters, total : int
        Weights for one channel in and one out, of this layer and of all up to it.
    """

    layer: Layer
    output: Pair | None
    size: Numbers
    jump: Numbers
    center: Numbers
    padding: Numbers
    standard: Pair
    parameters: int
    total: int


def growth_steps(layers: Sequence[Layer], input_size: Pair) -> tuple[GrowthStep, ...]:
    """Return a step for every layer; sizes that depend on the input are those for ``input_size``.

    Examples
    --------
    >>> from convviz.arithmetic import conv2d
    >>> [(step.size, step.standard, step.total) for step in growth_steps([conv2d(3), conv2d(3, dilation=2)], (7, 7))]
    [((3, 3), (3, 3), 9), ((7, 7), (5, 5), 18)]
    """
    graph, within = Graph(), Graph(input_size)
    output: Pair | None = input_size
    height, width, total = 1, 1, 0
    steps = []
    for number, layer in enumerate(layers, 1):
        field = receptive_field(graph, graph.add(str(number), layer))
        if output is not None:
            try:
                within.add(str(number), layer)
                output = within.output_size()
            except SpecError:
                output = None
        if None in field.size and output is not None:
            field = receptive_field(within)
        if isinstance(layer, Conv2d | ConvTranspose2d | MaxPool2d | AvgPool2d):
            height, width = height + layer.kernel_size[0] - 1, width + layer.kernel_size[1] - 1
        parameters = prod(layer.kernel_size) if isinstance(layer, Conv2d | ConvTranspose2d) else 0
        total += parameters
        numbers = (field.size, field.jump, field.center, field.padding)
        steps.append(GrowthStep(layer, output, *numbers, (height, width), parameters, total))
    return tuple(steps)
