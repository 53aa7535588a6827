"""A recipe as an exercise on paper, in black and white, and its key: the same pages with the answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import product
from math import ceil
from typing import Any, Final, Literal

from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageTemplate, Paragraph, Table

from convviz.errors import SpecError
from convviz.origin import RIGHTS, Origin
from convviz.recipes import Recipe
from convviz.recipes.comparison import Asked
from convviz.render.typeface import FACES
from convviz.scene.facts import formulas_of
from convviz.scene.number_format import is_rounded, number, precise
from convviz.scene.panels import input_cells

from .exercise import BLANK, Exercise, blanked, example_in_words, exercise_of, parameters_in_words, question_of
from .stages import Stage, kernel_name, stages_of, table_names

Paper = Literal["a4", "letter"]
Spell = Callable[[float], str]

PAPERS: Final = {"a4": (595.276, 841.89), "letter": (612.0, 792.0)}
"""Width and height in points, as all lengths here."""

_MARGIN: Final = 48.0
_GAP: Final = 16.0
"""Between tables."""

_TEXT, _TITLE, _SMALL = 11.0, 16.0, 9.0
"""Sizes of fonts."""

_LINE, _FRAME = 0.75, 1.75
"""Widths of lines: what is thinner, or gray, is lost in a copy."""

_LOWER: Final = 0.25
"""What the library leaves free below digits, as a part of their font, so that they are in the middle of a cell."""

_DASHES: Final = (2, 2)
_BY_HAND: Final = 28.0
"""The width of a cell that is written by hand, at least."""

_HEAD: Final = 150.0
"""The height of what is above the tables of a page, at most."""

_PAGES: Final = 4

_REGULAR, _BOLD = FACES[False], FACES[True]


@dataclass(frozen=True, slots=True)
class _Size:
    """The font of a table's numbers, the width and the height of a cell at least, and what is free next to a number."""

    font: float
    width: float
    height: float
    free: float


_SIZES: Final = (_Size(13, 30, 28, 10), _Size(11, 24, 22, 8), _Size(10, 20, 19, 5), _Size(9, 15, 17, 3))
"""Largest first."""


def worksheet(recipe: Asked, origin: Origin, *, paper: Paper = "a4", is_key: bool = False) -> bytes:
    """Return a recipe as an exercise on paper, a PDF file in black and white.

    It asks for the size of the output and for numbers in it: for all of a small output but one worked example, for
    some of a larger one. The bytes depend on nothing but the arguments.

    Parameters
    ----------
    recipe : Recipe
        Of a variant that computes numbers.
    origin : Origin
        What the file says of itself.
    paper : str
        "a4" or "letter".
    is_key : bool
        Whether the answers are printed, in bold, on pages that are otherwise the same.

    Raises
    ------
    SpecError
        The variant has no worksheet, or its tables do not fit on the paper.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> worksheet(recipe("dilated"), Origin("Dilated convolution", "", "/dilated", "convviz"))[:5]
    b'%PDF-'
    """
    if paper not in PAPERS:
        raise SpecError(f'paper must be "a4" or "letter"; got {paper!r}.')
    stages = stages_of(recipe, "worksheet")
    assert isinstance(recipe, Recipe)  # no stages of others
    width, height = PAPERS[paper]
    room = width - 2 * _MARGIN, height - 2 * _MARGIN
    title = f"{origin.title}: key" if is_key else origin.title
    story = [*_story(recipe, [exercise_of(stage) for stage in stages], title, room, is_key)]

    def write_foot(canvas: Any, _: Any) -> None:
        page = f"Page {canvas.getPageNumber()}"
        canvas.setFont(_REGULAR, _SMALL)
        canvas.drawRightString(width - _MARGIN, _MARGIN / 2, page)
        words = fitted(f"{origin.source}. {RIGHTS}.", room[0] - _width(page, _SMALL) - _GAP)
        canvas.drawString(_MARGIN, _MARGIN / 2, words)

    file = BytesIO()
    frame = Frame(_MARGIN, _MARGIN, *room, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document = BaseDocTemplate(
        file,
        pagesize=(width, height),
        pageTemplates=[PageTemplate(frames=[frame], onPage=write_foot)],
        title=title,
        subject=origin.description,
        author=origin.software,
        creator=origin.software,
        keywords=[origin.source, RIGHTS],
        lang="en",
        invariant=1,
        initialFontName=_REGULAR,
    )
    document.build(story)
    return file.getvalue()


def _width(text: str, font: float) -> float:
    """Return the width of a text in bold, in which a key prints it."""
    return float(stringWidth(text, _BOLD, font))


def fitted(text: str, width: float) -> str:
    """Return a small text, or as much of its beginning as fits."""
    if _width(text, _SMALL) <= width:
        return text
    while _width(f"{text}…", _SMALL) > width:
        text = text[:-1]
    return f"{text}…"


# Pages ---------------------------------------------------------------------------------------------------------------


def _story(
    recipe: Recipe, exercises: Sequence[Exercise], title: str, room: tuple[float, float], is_key: bool
) -> Iterator[Any]:
    """Yield what is on the pages, from top to bottom."""
    lines = _lines_of(exercises, room, is_key)
    yield _text(title, _BOLD, _TITLE)
    yield _text(f"Name {'_' * 40} Date {'_' * 20}")
    yield _text(f"Parameters: {parameters_in_words(recipe)}. Rows and columns are counted from 0.")
    if any(is_rounded(value) for exercise in exercises for value in _numbers(exercise.stage)):
        yield _text("Long numbers are rounded.")
    formulas = formulas_of(recipe)
    yield _text("1. Compute the size of the output.", _BOLD)
    for formula in formulas:
        lead = f"{formula.axis}: " if formula.axis else ""
        yield _text(" ".join([f"{lead}o = {formula.symbols}", *formula.note]))
        if is_key:
            yield _text(f"= {formula.numbers} = {formula.result}", _BOLD)
        else:
            yield _text(f"= {blanked(formula.symbols)} = {BLANK}")
    for n, exercise in enumerate(exercises):
        head = [_text(f"{n + 2}. {question_of(exercise, n == 0)}", _BOLD)]
        if exercise.example is not None:
            head.append(_text(example_in_words(exercise, exercise.example)))
        first, *others = map(_arranged, lines[n])
        yield KeepTogether([*head, first])
        yield from others


def _text(words: str, name: str = _REGULAR, font: float = _TEXT) -> Any:
    return Paragraph(
        escape(words), ParagraphStyle("text", fontName=name, fontSize=font, leading=1.35 * font, spaceAfter=5)
    )


def _numbers(stage: Stage) -> list[float]:
    """Return all numbers of a stage that are printed."""
    arrays = (stage.trace.input, stage.trace.weight, stage.output)
    return [value for array in arrays if array is not None for value in array.ravel().tolist()]


# Tables --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with its heading.

    Attributes
    ----------
    heading : str
    texts : sequence of sequences of str
        Row by row, "" where a cell is left empty.
    font, width, height : float
        Of its numbers and of one cell.
    dashed, bold : frozenset
        The cells, by row and column, with dashed edges, and those in bold.
    """

    heading: str
    texts: Sequence[Sequence[str]]
    font: float
    width: float
    height: float
    dashed: frozenset[tuple[int, int]] = frozenset()
    bold: frozenset[tuple[int, int]] = frozenset()

    @property
    def span(self) -> tuple[float, float]:
        """Its width and height with its heading."""
        across = max(len(self.texts[0]) * self.width, _width(self.heading, _SMALL))
        return across + _FRAME, len(self.texts) * self.height + 1.5 * _SMALL + _FRAME


def _lines_of(exercises: Sequence[Exercise], room: tuple[float, float], is_key: bool) -> list[list[list[_Table]]]:
    """Return the tables of each exercise in lines, on as few pages as they fit on, and there as large as they fit.

    Raises
    ------
    SpecError
        A table does not fit on a page, or there are too many pages.
    """
    across, down = room[0], room[1] - _HEAD
    fitting: dict[int, list[list[list[_Table]]]] = {}
    for spell, size in product((precise, number), _SIZES):
        if fitting and spell is number:
            break  # results alone are rounded to four digits, as long as there is room
        groups = [[*_groups(exercise, size, spell, n == 0, is_key)] for n, exercise in enumerate(exercises)]
        spans = [table.span for each in groups for group in each for table in group]
        widest, highest = max(span[0] for span in spans), max(span[1] for span in spans)
        if widest <= across and highest <= down:
            lines = [[line for group in each for line in _wrapped(group, across)] for each in groups]
            height = sum(max(table.span[1] for table in line) + _GAP for each in lines for line in each)
            fitting.setdefault(ceil((height + _HEAD) / room[1]), lines)
    if not fitting:
        raise SpecError(
            f"A table of a worksheet must fit into {across:.0f} x {down:.0f} points; got {widest:.0f} x {highest:.0f}."
            " Use a smaller input, stride or padding, or shorter numbers."
        )
    pages, lines = min(fitting.items())
    if pages > _PAGES:
        raise SpecError(
            f"A worksheet must have at most {_PAGES} pages; got {pages}. Use fewer channels or smaller sizes."
        )
    return lines


def _wrapped(tables: Sequence[_Table], width: float) -> Iterator[list[_Table]]:
    """Yield lines of tables that fit into the width."""
    line: list[_Table] = []
    for table in tables:
        if line and sum(each.span[0] + _GAP for each in line) + table.span[0] > width:
            yield line
            line = []
        line.append(table)
    yield line


def _groups(exercise: Exercise, size: _Size, spell: Spell, is_first: bool, is_key: bool) -> Iterator[list[_Table]]:
    """Yield the tables of a line: all of one channel; of several each input with its kernels, and then the outputs."""
    stage = exercise.stage
    inputs = [*_inputs(stage, size, spell)] if is_first else []
    kernels = [*_kernels(stage, size, spell)]
    outputs = [*_outputs(exercise, size, is_key)]
    if len(stage.trace.input) == len(outputs) == 1:
        yield [*inputs, *(table for _, table in kernels), *outputs]
        return
    if inputs:
        for channel, table in enumerate(inputs):
            yield [table, *(kernel for at, kernel in kernels if at == channel)]
    elif kernels:
        yield [kernel for _, kernel in kernels]
    yield outputs


def _inputs(stage: Stage, size: _Size, spell: Spell) -> Iterator[_Table]:
    """Yield the input with its padding, one table for each channel; what is not the input itself has dashed edges."""
    for heading, plane in zip(table_names(stage.input_name, len(stage.trace.input)), stage.trace.input, strict=True):
        cells = input_cells(stage.layer, plane)
        top, left, columns = cells[0].row, cells[0].column, cells[-1].column - cells[0].column + 1
        texts = [spell(cell.value) for cell in cells]
        around = frozenset((cell.row - top, cell.column - left) for cell in cells if isinstance(cell.name, str))
        rows = [texts[start : start + columns] for start in range(0, len(texts), columns)]
        yield _Table(heading, rows, size.font, _cell_width(texts, size), size.height, dashed=around)


def _kernels(stage: Stage, size: _Size, spell: Spell) -> Iterator[tuple[int, _Table]]:
    """Yield the kernels, each with the input channel that it meets."""
    if stage.kernels is None:
        return
    depth, width = stage.group
    for output, channel in product(range(len(stage.output)), range(depth)):
        rows = [[spell(value) for value in row] for row in stage.kernels[output, channel].tolist()]
        cell_width = _cell_width([text for row in rows for text in row], size)
        table = _Table(kernel_name(stage, output, channel), rows, size.font, cell_width, size.height)
        yield output // width * depth + channel, table


def _outputs(exercise: Exercise, size: _Size, is_key: bool) -> Iterator[_Table]:
    """Yield the output, one table for each channel."""
    stage, blanks = exercise.stage, exercise.blanks
    for channel, (heading, plane) in enumerate(
        zip(table_names(stage.output_name, len(stage.output)), stage.output.tolist(), strict=True)
    ):
        answers = [[number(value) for value in row] for row in plane]
        texts = [
            ["" if (channel, i, j) in blanks and not is_key else text for j, text in enumerate(row)]
            for i, row in enumerate(answers)
        ]
        width = max(_cell_width([text for row in answers for text in row], size), _BY_HAND)
        bold = frozenset((i, j) for c, i, j in blanks if c == channel)
        yield _Table(heading, texts, size.font, width, max(size.height, _SIZES[1].height), bold=bold)


def _cell_width(texts: Sequence[str], size: _Size) -> float:
    return max(size.width, max(_width(text, size.font) for text in texts) + size.free)


def _arranged(line: Sequence[_Table]) -> Any:
    """Return tables next to one another as the library wants them."""
    cells = [[_text(table.heading, font=_SMALL), _grid(table)] for table in line]
    plain = [
        ("FONT", (0, 0), (-1, -1), _REGULAR, _SMALL),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *_no_padding(),
        ("BOTTOMPADDING", (0, 0), (-1, -1), _GAP - _SMALL),
    ]
    return Table([cells], colWidths=[table.span[0] + _GAP for table in line], style=plain, hAlign="LEFT", splitByRow=0)


def _grid(table: _Table) -> Any:
    """Return the cells of a table: dashed edges first, so that solid ones lie over them."""
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), _REGULAR, table.font, table.font),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        *_no_padding(),
        ("BOTTOMPADDING", (0, 0), (-1, -1), _LOWER * table.font),
    ]
    places = [*product(range(len(table.texts)), range(len(table.texts[0])))]
    solid = [place for place in places if place not in table.dashed]
    for row, column in sorted(table.dashed):
        style.append(("BOX", (column, row), (column, row), _LINE, black, None, _DASHES))
    for row, column in solid:
        style.append(("BOX", (column, row), (column, row), _LINE, black))
    for row, column in sorted(table.bold):
        style.append(("FONTNAME", (column, row), (column, row), _BOLD))
    style.append(("BOX", solid[0][::-1], solid[-1][::-1], _FRAME, black))
    rows, columns = len(table.texts), len(table.texts[0])
    return Table([*map(list, table.texts)], [table.width] * columns, [table.height] * rows, style=style, hAlign="LEFT")


def _no_padding() -> list[Any]:
    return [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
