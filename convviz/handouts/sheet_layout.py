"""Where the tables of a workbook are on its sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import read_spans

from .stages import Stage, kernel_name, table_names

STEPS_TOP: Final = 2
"""The row of the sheet with the first number of a step."""

_HEADING_CELLS: Final = 3
"""Cells that the heading of a table needs."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table on the sheet.

    Attributes
    ----------
    heading : str
        What is written above it.
    top, left : int
        The row and the column of the sheet where its first cell is.
    rows, columns : range
        The positions that its cells have in their own table, padding at negative ones.
    mark : str
        ``$`` for a table that no window moves over, as in ``$B$3``.
    """

    heading: str
    top: int
    left: int
    rows: range
    columns: range
    mark: str = ""

    @property
    def bottom(self) -> int:
        """The last row of the sheet that it has."""
        return self.top + len(self.rows) - 1

    @property
    def right(self) -> int:
        """The last column of the sheet that it has, or its heading."""
        return self.left + max(len(self.columns), _HEADING_CELLS) - 1

    def place(self, row: int, column: int) -> Pair:
        """Return the row and the column of the sheet of one of its cells."""
        return self.top + row - self.rows.start, self.left + column - self.columns.start

    def cell(self, row: int, column: int) -> str:
        """Return the name of a cell, as in ``B3``."""
        down, across = self.place(row, column)
        return f"{self.mark}{letters(across)}{self.mark}{down + 1}"

    def block(self, cells: Sequence[Pair]) -> str:
        """Return the names of the first and the last of some cells, as in ``B3:D5``."""
        return f"{self.cell(*cells[0])}:{self.cell(*cells[-1])}"


@cache
def letters(column: int) -> str:
    """Return the letters of a column of the sheet.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    before, last = divmod(column, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the tables of a stage are.

    Attributes
    ----------
    inputs, outputs : sequence of Table
        One for each channel.
    kernels : sequence of sequences of Table
        For each output channel, one for each input channel that it reads.
    bias : Table or None
        One cell.
    step : Pair
        The row and the column of the sheet where the number of the step is.
    """

    inputs: Sequence[Table]
    kernels: Sequence[Sequence[Table]]
    bias: Table | None
    outputs: Sequence[Table]
    step: Pair

    @property
    def tables(self) -> list[Table]:
        """All of them."""
        kernels = [table for tables in self.kernels for table in tables]
        return [*self.inputs, *kernels, *([self.bias] if self.bias else []), *self.outputs]


def layouts_of(stages: Sequence[Stage]) -> list[Layout]:
    """Place the tables from left to right: the input, then the kernels and the output of each stage."""
    top = STEPS_TOP + len(stages) + 2
    inputs = _planes(stages[0].input_name, stages[0], top, 0)
    layouts = []
    for number_of_stage, (stage, after) in enumerate(zip(stages, [*stages[1:], None], strict=True)):
        kernels, bias, left = _kernels(stage, inputs, inputs[0].right + 2)
        if after is None:
            rows, columns = map(range, stage.output.shape[1:])
            outputs = _column(stage.output_name, len(stage.output), top, left, rows, columns)
        else:
            outputs = _planes(stage.output_name, after, top, left)  # with the padding that the next stage adds
        layouts.append(Layout(inputs, kernels, bias, outputs, (STEPS_TOP + number_of_stage, 0)))
        inputs = outputs
    return layouts


def _planes(name: str, stage: Stage, top: int, left: int) -> list[Table]:
    """Return the tables of what a stage reads, with its padding."""
    channels, height, width = stage.trace.input.shape
    return _column(name, channels, top, left, *read_spans(stage.layer, (height, width)))


def _column(name: str, channels: int, top: int, left: int, rows: range, columns: range) -> list[Table]:
    """Return a table for each channel, one below the other."""
    pitch = len(rows) + 2
    headings = table_names(name, channels)
    return [Table(heading, top + n * pitch, left, rows, columns) for n, heading in enumerate(headings)]


def _kernels(stage: Stage, inputs: Sequence[Table], left: int) -> tuple[list[list[Table]], Table | None, int]:
    """Return the tables of the kernels, each next to the channel that it meets, the bias, and where the next begin."""
    if stage.trace.weight is None:
        return [], None, left
    rows, columns = map(range, stage.layer.kernel_size)
    outputs, (depth, width) = len(stage.output), stage.group
    pitch = max(len(columns), _HEADING_CELLS) + 1
    kernels = [
        [
            Table(
                kernel_name(stage, o, c),
                inputs[o // width * depth + c].top,
                left + o % width * pitch,
                rows,
                columns,
                "$",
            )
            for c in range(depth)
        ]
        for o in range(outputs)
    ]
    below = kernels[-1][-1].bottom + 3
    bias = None if stage.bias is None else Table("Bias", below, left, range(1), range(1), "$")
    return kernels, bias, left + min(outputs, width) * pitch
