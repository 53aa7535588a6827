"""Words that questions share."""

from collections.abc import Iterator

from convviz.recipes import Recipe
from convviz.scene.number_format import cell_words, is_rounded

from .question import Cell, Side


def cell_text(recipe: Recipe, side: Side, cell: Cell) -> str:
    """Return a cell as it is named in the middle of a sentence.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> cell_text(recipe("standard"), "output", (0, 1, 2)), cell_text(recipe("pooling-channels"), "input", (2, 0, 1))
    ('row 1, column 2 of the output', 'row 0, column 1 of input channel 2')
    """
    place, _ = cell_words(cell[1], cell[2], side, is_line=recipe.kind.is_line)
    return f"{place[0].lower()}{place[1:]} of {table_text(recipe, side, cell[0])}"


def table_text(recipe: Recipe, side: Side, channel: int) -> str:
    """Return a table as it is named in the middle of a sentence.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> table_text(recipe("standard"), "output", 0), table_text(recipe("pooling-channels"), "input", 2)
    ('the output', 'input channel 2')
    """
    inputs, outputs = recipe.channels
    return f"{side} channel {channel}" if (inputs if side == "input" else outputs) > 1 else f"the {side}"


def other_places(row: int, column: int, *, is_line: bool) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the rows and columns that a cell is mistaken for, and why.

    Examples
    --------
    >>> for place, reason in other_places(1, 3, is_line=False):
    ...     print(place, reason)
    (3, 1) That goes with row 3, column 1: the row comes first.
    (0, 2) That goes with row 0, column 2: rows and columns are counted from 0.
    """
    if is_line:
        yield (row, column - 1), f"That goes with sample {column - 1}: samples are counted from 0."
    else:
        yield (column, row), f"That goes with row {column}, column {row}: the row comes first."
        reason = f"That goes with row {row - 1}, column {column - 1}: rows and columns are counted from 0."
        yield (row - 1, column - 1), reason


def digits(value: float) -> str:
    """Return how exact an answer has to be, where it is not a short number.

    Examples
    --------
    >>> digits(1 / 3), digits(0.25)
    (' Four digits are enough.', '')
    """
    return " Four digits are enough." if is_rounded(value) else ""


def has_output(recipe: Recipe) -> bool:
    """Return whether the output is among what is drawn; where gradients are drawn, it is not.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> has_output(recipe("standard"))
    True
    """
    return "upstream" not in recipe
