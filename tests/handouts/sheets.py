"""Workbooks as two other libraries see them: openpyxl reads and changes them, formulas computes them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import formulas
import numpy as np
import openpyxl

from convviz.scene.theme import LIGHT, Theme

Array = np.ndarray[Any, Any]
SHEET = "Numbers"


def opened(data: bytes, *, values: bool = False) -> Any:
    """The sheet with the tables: its formulas, or the values that are stored with them."""
    return openpyxl.load_workbook(BytesIO(data), data_only=values)[SHEET]


def fill(cell: Any) -> str:
    return f"#{cell.fill.fgColor.rgb[2:].lower()}"


def headings(sheet: Any) -> list[str]:
    """The headings of all tables: the texts below the lines that say what a step does."""
    start = sheet.freeze_panes
    first = sheet[start].row
    return [c.value for row in sheet.iter_rows(min_row=first) for c in row if isinstance(c.value, str)
            and not c.value.startswith(("=", "−"))]  # fmt: skip


def table(sheet: Any, heading: str) -> list[list[Any]]:
    """The cells of the table below a heading, up to the first empty row and column."""
    (top,) = [c for row in sheet.iter_rows(min_row=sheet[sheet.freeze_panes].row) for c in row if c.value == heading]
    rows, columns = 1, 1
    while sheet.cell(top.row + rows + 1, top.column).value is not None:
        rows += 1
    while sheet.cell(top.row + 1, top.column + columns).value is not None:
        columns += 1
    return [[sheet.cell(top.row + 1 + i, top.column + j) for j in range(columns)] for i in range(rows)]


def cells(sheet: Any, heading: str, *colors: str) -> list[Any]:
    """Those cells of a table that have one of these colors, row by row."""
    return [cell for row in table(sheet, heading) for cell in row if fill(cell) in colors]


def inputs(sheet: Any, heading: str = "Input", theme: Theme = LIGHT) -> list[Any]:
    """The cells of a table that hold the input itself, and not what is around it."""
    return cells(sheet, heading, theme.input)


def names(name: str, count: int) -> list[str]:
    """What the tables are called where there are ``count`` channels."""
    return [name] if count == 1 else [f"{name}, channel {c}" for c in range(count)]


def put(some: list[Any], numbers: Array) -> None:
    """Write numbers into cells, which must be as many."""
    for cell, value in zip(some, numbers.ravel().tolist(), strict=True):
        assert isinstance(cell.value, int | float)
        cell.value = value


def computed(sheet: Any, folder: Path) -> dict[str, Any]:
    """What every cell is after its formula has been computed, by its name."""
    path = folder / "changed.xlsx"
    sheet.parent.save(path)
    solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    prefix = f"'[{path.name}]{SHEET.upper()}'!"
    return {
        key.removeprefix(prefix): ranges.value[0, 0]
        for key, ranges in solution.items()
        if isinstance(key, str) and key.startswith(prefix) and ":" not in key
    }


def output(sheet: Any, values: dict[str, Any], name: str, shape: tuple[int, int, int]) -> Array:
    """The numbers of an output."""
    found = [
        values[cell.coordinate] for heading in names(name, shape[0]) for cell in cells(sheet, heading, LIGHT.output)
    ]
    return np.array(found, dtype=float).reshape(shape)
