"""Words that questions share."""

from convviz.recipes import Recipe
from convviz.scene.number_format import cell_words

from .question import Cell, Side


def cell_text(recipe: Recipe, side: Side, cell: Cell) -> str:
    """Return a cell as it is named in the middle of a sentence.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> cell_text(recipe("standard"), "output", (0, 1, 2)), cell_text(recipe("pooling-channels"), "input", (2, 0, 1))
    ('row 1, column 2 of the output', 'row 0, column 1 of input channel 2')
    """
    place, table = cell_words(cell[1], cell[2], *table_of(recipe, side, cell[0]), is_line=recipe.kind.is_line)
    return f"{place[0].lower()}{place[1:]} {table}"


def table_of(recipe: Recipe, side: Side, channel: int) -> tuple[str, int | None]:
    """Return a table and the number of its channel, None where there is one."""
    inputs, outputs = recipe.channels
    return side, channel if (inputs if side == "input" else outputs) > 1 else None
