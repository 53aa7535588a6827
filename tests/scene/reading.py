"""Reads pictures as a person would: which cells are tapped, what is where, which colors meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from convviz.recipes import Recipe
from convviz.scene import Frame, Placed, Rect, Scene, Text
from convviz.scene.primitives import Grid
from convviz.scene.typography import text_width

Cell = tuple[int, int]


def has_one_kernel(recipe: Recipe) -> bool:
    """Whether a recipe's scene has three planes: input, kernel and output."""
    channels = recipe.get("in_channels", 1), recipe.get("out_channels", 1)
    return recipe.variant in ("standard", "dilated", "transposed") and channels == (1, 1)


def grids(scene: Scene) -> tuple[Grid, ...]:
    """Return all grids: mostly input, kernel and output."""
    return scene.link().grids


def cell_at(grid: Grid, item: Placed) -> Cell | None:
    """The cell of ``grid`` that an item draws, or None if it draws something else."""
    column, x_rest = divmod(item.x - grid.x, grid.cell)
    row, y_rest = divmod(item.y - grid.y, grid.cell)
    is_cell = x_rest == y_rest == 0 and item.look.width == item.look.height == grid.cell + 1
    if not (is_cell and 0 <= row < len(grid.rows) and 0 <= column < len(grid.columns)):
        return None
    return grid.rows[row], grid.columns[column]


def texts(item: Placed) -> list[str]:
    return [mark.text for mark in item.look.marks if isinstance(mark, Text)]


def tapped(scene: Scene, frame: Frame, plane: int) -> dict[Cell, tuple[str, str]]:
    """The cells of a plane that carry a note: their number and the note."""
    found, grid = {}, grids(scene)[plane]
    for item in frame.items:
        cell, words = cell_at(grid, item), texts(item)
        notes = [word for word in words if word[0] in "×+−" and word != words[-1]] or words[:1]
        if cell is not None and len(words) == 2:
            found[cell] = (words[1], notes[0])
    return found


def panel(scene: Scene, frame: Frame, plane: int) -> dict[Cell, str]:
    """The number in each cell of a plane, as it looks when all is painted; "" where there is none."""
    found, grid = {}, grids(scene)[plane]
    for item in (*scene.backdrop, *frame.items):
        cell, words = cell_at(grid, item), texts(item)
        if cell is not None:
            found[cell] = words[-1] if words else ""
    return found


def window(scene: Scene, frame: Frame, plane: int) -> tuple[Cell, Cell]:
    """The first and the last cell inside the frame's hollow rectangle."""
    grid = grids(scene)[plane]
    for item in frame.items:
        mark = item.look.marks[0]
        if isinstance(mark, Rect) and mark.fill is None:
            columns = [
                c for k, c in enumerate(grid.columns) if inside(grid.x + k * grid.cell, grid.cell, item.x, mark.width)
            ]
            rows = [
                r for k, r in enumerate(grid.rows) if inside(grid.y + k * grid.cell, grid.cell, item.y, mark.height)
            ]
            return (rows[0], columns[0]), (rows[-1], columns[-1])
    raise AssertionError("there is no window")


def inside(start: int, size: int, low: int, width: int) -> bool:
    return low <= start and start + size < low + width


def lines(scene: Scene, frame: Frame) -> list[str]:
    """Every text of the frame that is in no cell, in the order in which it is painted."""
    return [
        texts(item)[0] for item in frame.items if len(item.look.marks) == 1 and isinstance(item.look.marks[0], Text)
    ]


def titled(table: str, row: int, column: int, channel: int | None = None) -> str:
    """A cell as titles name it."""
    return f"Row {row}, column {column} of {f'the {table}' if channel is None else f'{table} channel {channel}'}"


def value(text: str) -> Fraction:
    """The number that a text shows, parentheses and the true minus sign among it."""
    return Fraction(text.strip("()").replace("−", "-"))


def terms(words: list[str]) -> tuple[list[Fraction], str, Fraction]:
    """The products of a line such as ``1·2``, ``+ (−3)·4``, ``+ 1 (bias)``, ``= −10``; its sign; its result."""
    products = []
    for word in words[:-1]:
        match = re.fullmatch(r"(?:\+ )?(\S+?)(?:·(\S+)| \(bias\))", word)
        assert match, word
        products.append(value(match[1]) * (value(match[2]) if match[2] else 1))
    sign, result = words[-1].split()
    return products, sign, value(result)


def last_place(text: str) -> Fraction:
    """What the last digit of a number counts: 1/100 in ``−0.25``, 10 in ``1.2e2``."""
    digits, _, power = text.replace("−", "-").partition("e")
    return Fraction(10) ** (int(power or 0) - len(digits.partition(".")[2]))


def boxes(scene: Scene, frame: Frame) -> Iterator[tuple[Text, float, float, float, float]]:
    """Every text with the box that it takes: left, top, right, bottom."""
    for item in (*scene.backdrop, *frame.items):
        for mark in item.look.marks:
            if isinstance(mark, Text):
                width = text_width(mark.text, int(mark.size), mark.bold)
                shift = {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
                left, base = item.x + mark.x - shift, item.y + mark.y
                yield mark, left, base - 0.76 * mark.size, left + width, base + 0.24 * mark.size


def color_pairs(scene: Scene) -> Iterator[tuple[str, str]]:
    """The color of every text and what it is on."""
    for item in (*scene.backdrop, *(item for frame in scene for item in frame.items)):
        paper = scene.background
        for mark in item.look.marks:
            if isinstance(mark, Rect) and mark.fill is not None and mark.width > item.look.width // 2:
                paper = mark.fill
            elif isinstance(mark, Text):
                yield mark.color, paper
