"""A recipe as a workbook: input and kernels as cells to change, and the output as formulas that follow them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import product
from math import isinf
from typing import Any, Final

from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Step, Tap
from convviz.arithmetic.arguments import Pair
from convviz.arithmetic.taps import read_spans
from convviz.errors import SpecError, needs_extra
from convviz.origin import RIGHTS, Origin
from convviz.recipes import Recipe
from convviz.recipes.comparison import Asked
from convviz.scene.drawing import CellStyle, kind_styles, tapped_style
from convviz.scene.facts import facts_of, formulas_of
from convviz.scene.number_format import number
from convviz.scene.panels import InputCell, input_cells
from convviz.scene.theme import Theme, theme_named

from .stages import Stage, stages_of

_LONGEST: Final = 8192
"""Characters of a formula: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3."""

_CREATED: Final = datetime(2000, 1, 1)
"""Of every workbook, so that the same recipe gives the same bytes."""

_HOW: Final = (
    "Change a number of the input or of a kernel: the output follows. Change the number of a step: its window moves."
)
_POOLED: Final = "Change a number of the input: the output follows. Change the number of the step: its window moves."

_STEPS_TOP: Final = 2
"""The row of the sheet with the first number of a step."""

_HEADING_CELLS: Final = 3
"""Cells that the heading of a table needs."""

_WIDTHS: Final = (5, 12)
"""Digits that fit into a cell, at least and at most; a program rounds a longer number as it shows it."""

_ROW_HEIGHT: Final = 20
"""In points."""

_LAST_COLUMN: Final = 16_383

_LINES: Final = {"solid": 1, "dashed": 3, "dotted": 4}
"""What a workbook calls the edges of cells."""


def workbook(recipe: Asked, origin: Origin, theme: str = "light") -> bytes:
    """Return a recipe as an XLSX file whose output is computed by the program that opens it.

    Its first sheet has the input with its padding, the kernels and the output, in the colors of the picture; a step
    that can be chosen marks its window. Its second sheet lists the parameters. Of many output channels it has the ones
    that a picture draws, and all that these read. The bytes depend on nothing but the arguments.

    Parameters
    ----------
    recipe : Recipe
        Of a variant that computes numbers.
    origin : Origin
        What the file says of itself.
    theme : str
        "light" or "dark".

    Raises
    ------
    SpecError
        The variant has no workbook, or one would be too large.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> workbook(recipe("dilated"), Origin("Dilated convolution", "", "/dilated", "convviz"))[:2]
    b'PK'
    """
    stages = stages_of(recipe, "workbook")
    assert isinstance(recipe, Recipe)  # no stages of others
    with needs_extra():
        from xlsxwriter import Workbook
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": origin.title,
                "subject": origin.description,
                "author": origin.software,
                "keywords": origin.source,
                "comments": origin.comment,
                "created": _CREATED,
            }
        )
        _write_numbers(book, stages, origin, theme_named(theme))
        _write_parameters(book, recipe, origin)
    return file.getvalue()


# Where the tables are ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
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
        return f"{self.mark}{_letters(across)}{self.mark}{down + 1}"

    def block(self, cells: Sequence[Pair]) -> str:
        """Return the names of the first and the last of some cells, as in ``B3:D5``."""
        return f"{self.cell(*cells[0])}:{self.cell(*cells[-1])}"


@cache
def _letters(column: int) -> str:
    """Return the letters of a column.

    >>> _letters(0), _letters(25), _letters(26), _letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the tables of a stage are.

    Attributes
    ----------
    inputs, outputs : sequence of _Table
        One for each channel.
    kernels : sequence of sequences of _Table
        For each output channel, one for each input channel that it reads.
    bias : _Table or None
        One cell.
    step : Pair
        The row and the column of the sheet where the number of the step is.
    """

    inputs: Sequence[_Table]
    kernels: Sequence[Sequence[_Table]]
    bias: _Table | None
    outputs: Sequence[_Table]
    step: Pair

    @property
    def tables(self) -> list[_Table]:
        """All of them."""
        kernels = [table for tables in self.kernels for table in tables]
        return [*self.inputs, *kernels, *([self.bias] if self.bias else []), *self.outputs]


def _layouts(stages: Sequence[Stage]) -> list[_Layout]:
    """Place the tables from left to right: the input, then the kernels and the output of each stage."""
    top = _STEPS_TOP + len(stages) + 2
    inputs = _planes(stages[0].input_name, stages[0], top, 0)
    layouts = []
    for number_of_stage, (stage, after) in enumerate(zip(stages, [*stages[1:], None], strict=True)):
        kernels, bias, left = _kernels(stage, inputs, inputs[0].right + 2)
        if after is None:
            rows, columns = map(range, stage.output.shape[1:])
            outputs = _column(stage.output_name, len(stage.output), top, left, rows, columns)
        else:
            outputs = _planes(stage.output_name, after, top, left)  # with the padding that the next stage adds
        layouts.append(_Layout(inputs, kernels, bias, outputs, (_STEPS_TOP + number_of_stage, 0)))
        inputs = outputs
    return layouts


def _planes(name: str, stage: Stage, top: int, left: int) -> list[_Table]:
    """Return the tables of what a stage reads, with its padding."""
    channels, height, width = stage.trace.input.shape
    return _column(name, channels, top, left, *read_spans(stage.layer, (height, width)))


def _column(name: str, channels: int, top: int, left: int, rows: range, columns: range) -> list[_Table]:
    """Return a table for each channel, one below the other."""
    names = [name] if channels == 1 else [f"{name}, channel {channel}" for channel in range(channels)]
    pitch = len(rows) + 2
    return [_Table(heading, top + n * pitch, left, rows, columns) for n, heading in enumerate(names)]


def _kernels(stage: Stage, inputs: Sequence[_Table], left: int) -> tuple[list[list[_Table]], _Table | None, int]:
    """Return the tables of the kernels, each next to the channel that it meets, the bias, and where the next begin."""
    if stage.trace.weight is None:
        return [], None, left
    rows, columns = map(range, stage.layer.kernel_size)
    outputs, (depth, width) = len(stage.output), stage.group
    pitch = max(len(columns), _HEADING_CELLS) + 1
    kernels = [
        [
            _Table(
                _kernel_name(stage, o, c),
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
    bias = None if stage.bias is None else _Table("Bias", below, left, range(1), range(1), "$")
    return kernels, bias, left + min(outputs, width) * pitch


def _kernel_name(stage: Stage, output: int, channel: int) -> str:
    """Return the heading of a kernel: with its number where there are several, and its channel where it has several."""
    name = f"{stage.kernel_name} {output}" if len(stage.output) > 1 else stage.kernel_name
    return f"{name}, channel {channel}" if stage.group[0] > 1 else name


# Formulas ------------------------------------------------------------------------------------------------------------


def _formula(stage: Stage, layout: _Layout, step: Step) -> str | None:
    """Return the formula of an output cell, None where max pooling reads nothing but padding.

    Raises
    ------
    SpecError
        It would be too long.
    """
    assert step.output is not None
    inputs, layer = layout.inputs, stage.layer
    if isinstance(layer, MaxPool2d | AvgPool2d):
        return _pooled(layer, inputs[step.output[0]], step.taps)
    channel = step.output[0]
    depth, width = stage.group
    area = layer.kernel_size[0] * layer.kernel_size[1]
    terms: list[str] = []
    for c, kernel in enumerate(layout.kernels[channel]):
        terms += _products(layer, inputs[channel // width * depth + c], kernel, step.taps[c * area : (c + 1) * area])
    if layout.bias is not None:
        terms.append(layout.bias.cell(0, 0))
    text = "=" + ("+".join(terms) or "0")
    if len(text) > _LONGEST:
        raise SpecError(
            f"A formula of a workbook must have at most {_LONGEST:,} characters; got {len(text):,}. Use fewer channels"
            " or a smaller kernel."
        )
    return text


def _pooled(layer: MaxPool2d | AvgPool2d, plane: _Table, taps: Sequence[Tap]) -> str | None:
    places = [tap.position for tap in taps]
    if isinstance(layer, AvgPool2d):
        return f"=SUM({plane.block(places)})/{round(1 / max(tap.weight for tap in taps))}"
    inside = [tap.position for tap in taps if not tap.is_padding]
    if not inside:
        return None
    # Programs leave texts in a range aside, and so the minus infinity of padding.
    return f"=MAX({plane.block(places) if _is_dense(layer) else ','.join(plane.cell(*place) for place in inside)})"


def _products(layer: Conv2d | ConvTranspose2d, plane: _Table, kernel: _Table, taps: Sequence[Tap]) -> Iterator[str]:
    """Yield the terms of a sum: one for a window without holes, which a program frames as a whole, else each product.

    Of a transposed convolution only those that read the input: zeros around and between its cells add nothing.
    """
    if isinstance(layer, Conv2d) and _is_dense(layer) and len(taps) > 1:
        yield f"SUMPRODUCT({plane.block([tap.position for tap in taps])},{kernel.block([tap.kernel for tap in taps])})"
        return
    for tap in taps:
        if isinstance(layer, Conv2d) or tap.source is not None:
            yield f"{plane.cell(*tap.position)}*{kernel.cell(*tap.kernel)}"


def _is_dense(layer: Conv2d | MaxPool2d) -> bool:
    """Return whether a window has no holes."""
    return layer.effective_kernel_size == layer.kernel_size


# Marks ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marks:
    """Conditions in a program's language that say whether a cell belongs to the step that is chosen."""

    stage: Stage
    layout: _Layout

    @property
    def _step(self) -> str:
        row, column = self.layout.step
        return f"(${_letters(column)}${row + 1}-1)"

    @property
    def row(self) -> str:
        """The row of the output that the step writes."""
        _, rows, columns = self.stage.output.shape
        return f"INT(MOD({self._step},{rows * columns})/{columns})"

    @property
    def column(self) -> str:
        """Its column."""
        return f"MOD({self._step},{self.stage.output.shape[2]})"

    @property
    def channel(self) -> str:
        """Its channel."""
        _, rows, columns = self.stage.output.shape
        return f"INT({self._step}/{rows * columns})"

    def is_read(self, channel: int) -> str:
        """Return the condition for a table of the input."""
        table, (depth, width) = self.layout.inputs[channel], self.stage.group
        rows, columns = (
            self._is_tap(axis, place, span.start, start + 1, at)
            for axis, place, span, start, at in (
                (0, "ROW()", table.rows, table.top, self.row),
                (1, "COLUMN()", table.columns, table.left, self.column),
            )
        )
        return f"=AND(INT({self.channel}/{width})={channel // depth},{rows},{columns})"

    def _is_tap(self, axis: int, place: str, first: int, start: int, output: str) -> str:
        """Return the condition along an axis, where the first cell has a position and a place on the sheet."""
        layer = self.stage.layer
        _, height, width = self.stage.trace.input.shape
        along = layer.axes((height, width))[axis]
        reach = along.dilation * (along.kernel - 1)
        is_transposed = isinstance(layer, ConvTranspose2d)
        lowest = along.stretched_position(0, along.kernel - 1) if is_transposed else along.position(0, 0)
        stride = 1 if is_transposed else along.stride
        offset = f"{place}{first - lowest - start:+}-{stride}*{output}"
        return f"{offset}>=0,{offset}<={reach},MOD({offset},{along.dilation})=0"

    def is_kernel(self, channel: int) -> str:
        """Return the condition for the kernels of an output channel."""
        return f"={self.channel}={channel}"

    def is_written(self, channel: int) -> str:
        """Return the condition for a table of the output."""
        top, left = self.layout.outputs[channel].place(0, 0)
        return f"=AND({self.channel}={channel},ROW()-{top + 1}={self.row},COLUMN()-{left + 1}={self.column})"


# Sheets --------------------------------------------------------------------------------------------------------------

Formats = Callable[..., Any]


def _write_numbers(book: Any, stages: Sequence[Stage], origin: Origin, theme: Theme) -> None:
    """Write the sheet with all tables."""
    sheet, layouts = book.add_worksheet("Numbers"), _layouts(stages)

    @cache
    def look(style: CellStyle, **more: Any) -> Any:
        """Return the format of a cell in a style of the picture."""
        lines = {"border": _LINES[style.edge], "border_color": style.edge_color}
        plain = {"bg_color": style.fill, "font_color": style.ink, "align": "center", "valign": "vcenter"}
        return book.add_format({**plain, **lines, **more})

    page = {"bg_color": theme.page, "font_color": theme.ink}
    texts = book.add_format(page)
    sheet.hide_gridlines(2)
    sheet.set_default_row(_ROW_HEIGHT)
    sheet.set_column(0, _LAST_COLUMN, _width(stages), texts)
    sheet.write_string(0, 0, origin.title, book.add_format({**page, "bold": True, "font_size": 14}))
    sheet.write_string(1, 0, _HOW if any(layout.kernels for layout in layouts) else _POOLED, texts)
    for layout in layouts:
        for table in layout.tables:
            sheet.write_string(table.top - 1, table.left, table.heading, texts)
    write = _Writer(sheet, look, theme)
    for channel, table in enumerate(layouts[0].inputs):
        for cell in input_cells(stages[0].layer, stages[0].trace.input[channel]):
            write.input_cell(table, cell)
    for stage, layout, after in zip(stages, layouts, [*stages[1:], None], strict=True):
        write.step(stage, layout)
        write.kernels(stage, layout)
        for channel, table in enumerate(layout.outputs):
            for cell in [] if after is None else input_cells(after.layer, after.trace.input[channel]):
                if cell.kind == "padding":
                    write.input_cell(table, cell)
        write.outputs(stage, layout)
        write.marks(stage, layout)
    bottom = max(table.bottom for layout in layouts for table in layout.tables)
    sheet.freeze_panes(_STEPS_TOP + len(stages), 0)
    sheet.print_area(0, 0, bottom, max(table.right for table in layouts[-1].tables))
    sheet.set_landscape()
    sheet.set_paper(9)  # A4; a printer with another paper scales
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + f"{origin.source}. {RIGHTS}."[:200].replace("&", "&&"))


def _width(stages: Sequence[Stage]) -> int:
    """Return the digits of the longest number."""
    arrays = [array for stage in stages for array in (stage.trace.input, stage.trace.weight, stage.output)]
    lengths = [len(number(value)) for array in arrays if array is not None for value in array.ravel().tolist()]
    return min(max(*lengths, _WIDTHS[0]), _WIDTHS[1]) + 1


@dataclass(frozen=True, slots=True)
class _Writer:
    """What writes the cells of a sheet; ``look`` makes a format of a style."""

    sheet: Any
    look: Formats
    theme: Theme

    def input_cell(self, table: _Table, cell: InputCell) -> None:
        """Write a number of the input, or the padding or zero around it."""
        place, look = table.place(cell.row, cell.column), self.look(kind_styles(self.theme)[cell.kind])
        if cell.source is not None:
            self.sheet.write_formula(*place, f"={table.cell(*cell.source)}", look, cell.value)
        else:
            self._value(place, cell.value, look)

    def _value(self, place: Pair, value: float, look: Any) -> None:
        if isinf(value):
            self.sheet.write_string(*place, number(value), look)
        else:
            self.sheet.write_number(*place, value, look)

    def step(self, stage: Stage, layout: _Layout) -> None:
        """Write the number of the step, and what it computes in words that follow it."""
        steps, marks, (row, column) = stage.output.size, _Marks(stage, layout), layout.step
        ink = self.theme.ink
        current = CellStyle(self.theme.current, ink, self.theme.window_edge)
        self.sheet.write_number(row, column, 1, self.look(current, bold=True))
        self.sheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "integer",
                "criteria": "between",
                "minimum": 1,
                "maximum": steps,
                "error_title": "Step",
                "error_message": f"A step must be a whole number from 1 to {steps}.",
            },
        )
        words = f"is the step, from 1 to {steps}: the {stage.name} computes row "
        has_channels = len(stage.output) > 1
        formula = f'="{words}"&{marks.row}&", column "&{marks.column}'
        formula += f'&", channel "&{marks.channel}' if has_channels else ""
        page = self.look(CellStyle(self.theme.page, ink, self.theme.page), align="left")
        value = f"{words}0, column 0{', channel 0' if has_channels else ''}"
        self.sheet.write_formula(row, column + 1, formula, page, value)

    def kernels(self, stage: Stage, layout: _Layout) -> None:
        """Write the kernels and the bias."""
        look = self.look(CellStyle(self.theme.kernel, self.theme.ink, self.theme.edge))
        for output, tables in enumerate(layout.kernels):
            for channel, table in enumerate(tables):
                assert stage.trace.weight is not None
                weights = stage.trace.weight[output, channel].tolist()
                for row, column in product(table.rows, table.columns):
                    self.sheet.write_number(*table.place(row, column), weights[row][column], look)
        if layout.bias is not None:
            self.sheet.write_number(*layout.bias.place(0, 0), stage.bias, look)

    def outputs(self, stage: Stage, layout: _Layout) -> None:
        """Write the formulas, with what they give.

        Raises
        ------
        SpecError
            One of them is too long.
        """
        look = self.look(CellStyle(self.theme.output, self.theme.ink, self.theme.edge))
        values = stage.output.tolist()
        for step in stage.trace[: stage.output.size]:
            assert step.output is not None
            channel, row, column = step.output
            place, value = layout.outputs[channel].place(row, column), values[channel][row][column]
            formula = _formula(stage, layout, step)
            if formula is None:
                self._value(place, value, look)
            else:
                self.sheet.write_formula(*place, formula, look, value)

    def marks(self, stage: Stage, layout: _Layout) -> None:
        """Let the number of the step mark the cells that it reads, the kernels, and the cell that it writes."""
        marks, ink = _Marks(stage, layout), self.theme.ink
        window, current = tapped_style(self.theme), CellStyle(self.theme.current, ink, self.theme.window_edge)
        rules = [(table, marks.is_read(channel), window) for channel, table in enumerate(layout.inputs)]
        rules += [(table, marks.is_written(channel), current) for channel, table in enumerate(layout.outputs)]
        if len(layout.kernels) > 1:
            rules += [
                (table, marks.is_kernel(channel), window)
                for channel, tables in enumerate(layout.kernels)
                for table in tables
            ]
        for table, condition, style in rules:
            area = (table.top, table.left, table.bottom, table.left + len(table.columns) - 1)
            self.sheet.conditional_format(*area, {"type": "formula", "criteria": condition, "format": self.look(style)})


def _write_parameters(book: Any, recipe: Recipe, origin: Origin) -> None:
    """Write the sheet that lists parameters, sizes and costs, and says where the file comes from."""
    sheet = book.add_worksheet("Parameters")
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    fields = recipe.kind.fields
    parameters = [
        (fields[name].label, "own numbers" if fields[name].kind == "table" and not isinstance(value, str) else
         fields[name].spell(value))
        for name, value in recipe.values.items()
    ]  # fmt: skip
    sizes = [(fact.label, f"{fact.text} ({fact.note})" if fact.note else fact.text) for fact in facts_of(recipe)]
    formulas = [("Output size", formula.text) for formula in formulas_of(recipe)]
    about = [("Description", origin.description), ("Source", origin.source), ("Software", origin.software)]
    sheet.write_string(0, 0, origin.title, bold)
    for row, (label, text) in enumerate([*parameters, *sizes, *formulas, *about, ("Rights", RIGHTS)], 2):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, text, wrapped)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.freeze_panes(2, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
