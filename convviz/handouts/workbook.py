"""A recipe as a workbook: input and kernels as cells to change, and the output as formulas that follow them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import product
from math import isinf
from typing import Any, Final, get_args

import numpy as np

from convviz.arithmetic.arguments import Pair
from convviz.errors import needs_extra
from convviz.origin import RIGHTS, Origin
from convviz.recipes import Recipe
from convviz.recipes.comparison import Asked
from convviz.scene.drawing import CellStyle, Kind, kind_styles, tapped_style
from convviz.scene.facts import facts_of, formulas_of
from convviz.scene.number_format import number
from convviz.scene.panels import input_cells
from convviz.scene.theme import Theme, theme_named

from .sheet_formulas import Marks, formulas_of_stage
from .sheet_layout import STEPS_TOP, Layout, Table, layouts_of
from .stages import Stage, stages_of

_CREATED: Final = datetime(2000, 1, 1)
"""Of every workbook, so that the same recipe gives the same bytes."""

_HOW: Final = (
    "Change a number of the input or of a kernel: the output follows. Change the number of a step: its window moves."
)
_POOLED: Final = "Change a number of the input: the output follows. Change the number of the step: its window moves."

_WIDTHS: Final = (5, 12)
"""Digits that fit into a cell, at least and at most; a program rounds a longer number as it shows it."""

_ROW_HEIGHT: Final = 20
"""In points."""

_MARGIN: Final = 40
"""Columns right of the tables that have the color of the page, too; on all columns, a large sheet takes minutes."""

_OF_STEPS: Final = ("storyboard", "view", "act")
"""Parameters that say which steps a picture has, and nothing of the numbers."""

_LONGEST_TEXT: Final = 32_767
"""Characters of a cell; a recipe with its own numbers may have a longer query."""

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
        The variant has no workbook, or one would be too large; or no theme has that name.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> workbook(recipe("dilated"), Origin("Dilated convolution", "", "/dilated", "convviz"))[:2]
    b'PK'
    """
    colors, stages = theme_named(theme), stages_of(recipe, "workbook")
    assert isinstance(recipe, Recipe)  # no stages of others
    with needs_extra():
        from xlsxwriter import Workbook
    parts = [
        _Part(stage, layout, formulas_of_stage(stage, layout))
        for stage, layout in zip(stages, layouts_of(stages), strict=True)
    ]
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
        _write_numbers(book, parts, origin, colors)
        _write_parameters(book, recipe, origin)
    return file.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A stage with the places of its tables, and the formula of each output cell, None where it has no number."""

    stage: Stage
    layout: Layout
    formulas: Sequence[str | None]


Formats = Callable[..., Any]


def _write_numbers(book: Any, parts: Sequence[_Part], origin: Origin, theme: Theme) -> None:
    """Write the sheet with all tables."""
    sheet, tables = book.add_worksheet("Numbers"), [table for part in parts for table in part.layout.tables]

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
    width, how = _width(parts), _HOW if parts[0].layout.kernels else _POOLED
    right = max(*(table.right for table in tables), len(how) // width)
    sheet.set_column(0, right + _MARGIN, width, texts)
    sheet.write_string(0, 0, origin.title, book.add_format({**page, "bold": True, "font_size": 14}))
    sheet.write_string(1, 0, how, texts)
    for table in dict.fromkeys(tables):
        sheet.write_string(table.top - 1, table.left, table.heading, texts)
    write = _Writer(sheet, look, theme)
    write.input(parts[0].layout.inputs, parts[0].stage, kinds=get_args(Kind))
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        write.step(part.stage, part.layout)
        write.kernels(part.stage, part.layout)
        if after is not None:  # its own numbers are the formulas of this one
            write.input(part.layout.outputs, after.stage, kinds=("padding",))
        write.outputs(part)
        write.marks(part.stage, part.layout)
    sheet.freeze_panes(STEPS_TOP + len(parts), 0)
    sheet.print_area(0, 0, max(table.bottom for table in tables), right)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4; a printer with another paper scales
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + f"{origin.source}. {RIGHTS}."[:200].replace("&", "&&"))


def _width(parts: Sequence[_Part]) -> int:
    """Return the digits of the longest number, and one more."""
    arrays = [array for part in parts for array in (part.stage.trace.input, part.stage.trace.weight, part.stage.output)]
    lengths = [len(number(value)) for array in arrays if array is not None for value in array.ravel().tolist()]
    return min(max(*lengths, _WIDTHS[0]), _WIDTHS[1]) + 1


@dataclass(frozen=True, slots=True)
class _Writer:
    """What writes the cells of a sheet; ``look`` makes a format of a style."""

    sheet: Any
    look: Formats
    theme: Theme

    def input(self, tables: Sequence[Table], stage: Stage, kinds: Sequence[Kind]) -> None:
        """Write the cells of these kinds that a stage reads: its numbers, and the padding and the zeros around them."""
        for table, plane in zip(tables, stage.trace.input, strict=True):
            for cell in input_cells(stage.layer, plane):
                place, look = table.place(cell.row, cell.column), self.look(kind_styles(self.theme)[cell.kind])
                if cell.kind not in kinds:
                    continue
                if cell.source is not None:
                    self.sheet.write_formula(*place, f"={table.cell(*cell.source)}", look, cell.value)
                else:
                    self._value(place, cell.value, look)

    def _value(self, place: Pair, value: float, look: Any) -> None:
        if isinf(value):
            self.sheet.write_string(*place, number(value), look)
        else:
            self.sheet.write_number(*place, value, look)

    def step(self, stage: Stage, layout: Layout) -> None:
        """Write the number of the step, and what it computes in words that follow it."""
        steps, marks, (row, column) = stage.output.size, Marks(stage, layout), layout.step
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

    def kernels(self, stage: Stage, layout: Layout) -> None:
        """Write the kernels and the bias."""
        look = self.look(CellStyle(self.theme.kernel, self.theme.ink, self.theme.edge))
        for output, tables in enumerate(layout.kernels):
            for channel, table in enumerate(tables):
                assert stage.kernels is not None
                weights = stage.kernels[output, channel].tolist()
                for row, column in product(table.rows, table.columns):
                    self.sheet.write_number(*table.place(row, column), weights[row][column], look)
        if layout.bias is not None:
            self.sheet.write_number(*layout.bias.place(0, 0), stage.bias, look)

    def outputs(self, part: _Part) -> None:
        """Write the formulas, with what they give."""
        look = self.look(CellStyle(self.theme.output, self.theme.ink, self.theme.edge))
        for ((channel, row, column), value), formula in zip(
            np.ndenumerate(part.stage.output), part.formulas, strict=True
        ):
            place = part.layout.outputs[channel].place(row, column)
            if formula is None:
                self._value(place, float(value), look)
            else:
                self.sheet.write_formula(*place, formula, look, float(value))

    def marks(self, stage: Stage, layout: Layout) -> None:
        """Let the number of the step mark the cells that it reads, the kernels, and the cell that it writes."""
        marks, ink = Marks(stage, layout), self.theme.ink
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
        if name not in _OF_STEPS
    ]  # fmt: skip
    sizes = [(fact.label, f"{fact.text} ({fact.note})" if fact.note else fact.text) for fact in facts_of(recipe)]
    formulas = [("Output size", formula.text) for formula in formulas_of(recipe)]
    about = [("Description", origin.description), ("Source", origin.source), ("Software", origin.software)]
    sheet.write_string(0, 0, origin.title, bold)
    for row, (label, text) in enumerate([*parameters, *sizes, *formulas, *about, ("Rights", RIGHTS)], 2):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, text[:_LONGEST_TEXT], wrapped)
    sheet.ignore_errors({"number_stored_as_text": "B1:B1048576"})  # links spell them so; Excel would mark each
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.freeze_panes(2, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
