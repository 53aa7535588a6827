"""Which input cells does an output cell read, which outputs read an input cell, and which input cell wins?"""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from itertools import product
from math import prod
from random import Random
from typing import Any, Final

import numpy as np

from convviz.arithmetic import ConvTranspose2d, Layer, MaxPool2d, Trace, trace
from convviz.arithmetic.arguments import NO_PADDING, Pair
from convviz.arithmetic.axis import source
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.variants.base import WindowLayer, sizes_of
from convviz.scene.number_format import number, size

from . import slips
from .answers import spell_places
from .question import Cell, Mistake, Question, Side, distinct
from .words import cell_text, has_output, other_places, table_text

_MOST_CELLS: Final = 16
"""Cells that anyone points at."""

Place = tuple[int, int]
"""A row and a column."""

Cells = dict[Place, frozenset[Cell]]
"""For each place of one table, the cells of the other."""

_TRIED: Final = 12
"""Cells that are looked at for one where slips show."""

_ENOUGH: Final = 3

_SLIPS: Final = (slips.DILATION, slips.HOLES, slips.STRIDE, slips.PADDING, slips.ADDED, slips.CENTERED)


def reads(recipe: Recipe, random: Random) -> Question | None:
    """Ask which input cells an output cell reads.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = reads(recipe("dilated", input_size=5, kernel_size=2), Random(0))
    >>> question.text
    'Which cells of the input does row 2, column 1 of the output read?'
    >>> question.because
    'Its first tap is at row 2·1 = 2, column 1·1 = 1, and taps are 2 apart: rows 2 and 4, columns 1 and 3.'
    """
    return _pointing(recipe, random, "reads", "output")


def read_by(recipe: Recipe, random: Random) -> Question | None:
    """Ask which output cells read an input cell.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = read_by(recipe("transposed", kernel_size=2, padding=0), Random(0))
    >>> question.text, sorted(question.answer)
    ('Which cells of the output does row 2, column 1 of the input write?', [(0, 4, 2), (0, 4, 3), (0, 5, 2), (0, 5, 3)])
    """
    return _pointing(recipe, random, "read-by", "input")


def _pointing(recipe: Recipe, random: Random, kind: str, about: Side) -> Question | None:
    """Ask which cells of one table a cell of the other goes with."""
    computed = recipe.computed
    layers = computed.layers
    if not has_output(computed) or not all(isinstance(layer, WindowLayer) for layer in layers):
        return None
    planes = sizes_of(layers, computed["input_size"])
    sides: dict[Side, Pair] = {"input": planes[0], "output": planes[-1]}
    other: Side = "output" if about == "input" else "input"
    if prod(sides[other]) == 1:
        return None  # there is nothing to choose from
    channels = _channels(computed, random)

    def cells_of(layers: Sequence[Layer]) -> Cells:
        """Return the cells of the other table for every cell."""
        lines = [
            _inverted(relation, sides["input"][axis]) if about == "input" else relation
            for axis, relation in enumerate(_relations(layers, planes))
        ]
        return {
            (row, column): frozenset((channels[other], *place) for place in product(lines[0][row], lines[1][column]))
            for row, column in np.ndindex(sides[about])
        }

    right = cells_of(layers)
    places = [place for place, cells in right.items() if 0 < len(cells) <= _MOST_CELLS]
    if not places:
        return None
    wrong = [(f"{words}.", cells_of(changed)) for changed, words in slips.mistaken(_SLIPS, layers, planes[0])]
    random.shuffle(places)
    tried = [(place, _mistakes(wrong, right, place, computed.kind.is_line)) for place in places[:_TRIED]]
    place, mistakes = max(tried, key=lambda each: min(len(each[1]), _ENOUGH))  # the first where enough slips show
    row, column = place
    at = channels[about], row, column
    cells = spell_places((cell[1:] for cell in right[place]), computed.kind.is_line)
    return Question(
        kind=kind,
        recipe=recipe,
        text=_text(computed, about, other, at, channels[other]),
        form="cells",
        answer=right[place],
        because=_because(computed, about, place, cells),
        mistakes=mistakes,
        otherwise=_rule(computed),
        about=about,
        at=at,
        points_at=other,
    )


def _mistakes(wrong: Sequence[tuple[str, Cells]], right: Cells, place: Place, is_line: bool) -> tuple[Mistake, ...]:
    """Return the wrong cells for a place."""
    mistakes = [Mistake(cells[place], words) for words, cells in wrong]
    mistakes += [
        Mistake(right.get(other, frozenset()), words) for other, words in other_places(*place, is_line=is_line)
    ]
    return distinct(right[place], (each for each in mistakes if each.answer))


def _channels(recipe: Recipe, random: Random) -> dict[Side, int]:
    """Return a channel of the output that is drawn, and the first one of the input that it reads."""
    if max(recipe.channels) == 1:
        return {"input": 0, "output": 0}
    output = random.randrange(len(recipe.drawn_output))
    layer, shapes = recipe.layer, list(recipe.kind.weights(recipe.values).values())
    if isinstance(layer, ConvTranspose2d):
        inputs, width = shapes[0][:2]
        return {"input": output // width * (inputs // layer.groups), "output": output}
    channel = output
    counts = [recipe.channels[0], *(shape[0] for shape in shapes)]
    for before, (count, depth, *_) in reversed(list(zip(counts, shapes, strict=False))):
        channel = channel // (count * depth // before) * depth
    return {"input": channel, "output": output}


def _relations(layers: Sequence[Layer], planes: Sequence[Pair]) -> list[list[frozenset[int]]]:
    """Return for rows and for columns which lines of the input each line of the output reads."""
    relations = [[frozenset([line]) for line in range(side)] for side in planes[0]]
    for layer, before, after in zip(layers, planes, planes[1:], strict=False):
        for axis, lines in enumerate(_read_lines(layer, before, after)):
            relations[axis] = [frozenset().union(*(relations[axis][line] for line in each)) for each in lines]
    return relations


def _read_lines(layer: Any, before: Pair, after: Pair) -> Iterator[list[set[int]]]:
    """Yield for rows and for columns which lines each line after a layer reads, of those before it."""
    for axis, side in zip(layer.axes(before), after, strict=True):
        if isinstance(layer, ConvTranspose2d):
            written = [{axis.position(line, tap) for tap in range(axis.kernel)} for line in range(axis.size)]
            yield _inverted(written, side)
        else:
            mode = getattr(layer, "padding_mode", "zeros")
            positions = ([axis.position(line, tap) for tap in range(axis.kernel)] for line in range(side))
            yield [{source(at, axis.size, mode) for at in each} - {None} for each in positions]  # type: ignore[misc]


def _inverted(relation: Sequence[Set[int]], side: int) -> list[set[int]]:
    """Return a relation read backwards, over the lines from 0 to ``side``."""
    inverted: list[set[int]] = [set() for _ in range(side)]
    for line, others in enumerate(relation):
        for other in others:
            if 0 <= other < side:
                inverted[other].add(line)
    return inverted


# Words ----------------------------------------------------------------------------------------------------------------


def _text(recipe: Recipe, about: Side, other: Side, at: Cell, channel: int) -> str:
    verb = {"output": "does {} read", "input": "read {}"}[about]
    if about == "input" and _is_transposed(recipe):
        verb = "does {} write"
    copies = " Copies in the padding count, too." if _has_copies(recipe) else ""
    return f"Which cells of {table_text(recipe, other, channel)} {verb.format(cell_text(recipe, about, at))}?{copies}"


def _has_copies(recipe: Recipe) -> bool:
    mode = getattr(recipe.layer, "padding_mode", "zeros")
    return mode != "zeros" and recipe.layer.resolve_padding(recipe["input_size"]) != NO_PADDING


def _is_transposed(recipe: Recipe) -> bool:
    return len(recipe.layers) == 1 and isinstance(recipe.layer, ConvTranspose2d)


def _because(recipe: Recipe, about: Side, place: Place, cells: str) -> str:
    """Return where the window or the stamp begins, and the cells."""
    if len(recipe.layers) > 1:
        return f"Layer by layer, that leads to {cells}."
    layer, is_line = recipe.layer, recipe.kind.is_line
    axes = layer.axes(recipe["input_size"])
    apart = size(layer.dilation) if len({*layer.dilation}) > 1 else str(layer.dilation[1])
    apart = str(layer.dilation[1]) if is_line else apart
    less = [f" − {axis.before}" if axis.before else "" for axis in axes]
    if (about == "input") == _is_transposed(recipe):
        starts = [
            f"{at}·{axis.stride}{each} = {number(axis.position(at, 0))}"
            for at, axis, each in zip(place, axes, less, strict=True)
        ]
        return f"Its first tap is at {_at(starts, is_line)}, and taps are {apart} apart: {cells}."
    starts = [f"n·{axis.stride}{each}" for axis, each in zip(axes, less, strict=True)]
    begin = f"{'Stamps' if _is_transposed(recipe) else 'Windows'} begin at {_at(starts, is_line)}"
    return f"{begin}, and taps are {apart} apart: those of {cells} have a tap there."


def _at(starts: Sequence[str], is_line: bool) -> str:
    return f"sample {starts[1]}" if is_line else f"row {starts[0]}, column {starts[1]}"


def _rule(recipe: Recipe) -> str:
    if len(recipe.layers) > 1:
        return "Go layer by layer: an output cell n begins to read at n·s − p, and its taps are d apart."
    if _is_transposed(recipe):
        return "The stamp of input cell n begins at output cell n·s − p, and its taps are d apart."
    padding = "padding holds copies of cells" if _has_copies(recipe) else "padding is no cell"
    return f"The window of output cell n begins at input cell n·s − p, and its taps are d apart; {padding}."


# The winner -----------------------------------------------------------------------------------------------------------


def winner(recipe: Recipe, random: Random) -> Question | None:
    """Ask which input cell wins the window of a max pooling.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = winner(recipe("pooling", input="1,2;4,3"), Random(0))
    >>> question.text
    'Which cell of the input gives its number to row 0, column 0 of the output?'
    >>> sorted(question.answer), question.because
    ([(0, 1, 0)], '4 is the largest of 1, 2, 4, 3.')
    """
    computed = recipe.computed
    if (
        "input" not in computed
        or not has_output(computed)
        or len(computed.layers) > 1
        or not isinstance(computed.layer, MaxPool2d)
    ):
        return None
    planes = computed.input[: len(computed.drawn_output)]
    steps = trace(computed.layer, planes)
    cells = list(np.ndindex(steps.output.shape))
    random.shuffle(cells)
    windows = ((cell, _window(steps, cell)) for cell in cells)
    chosen = next(((cell, window) for cell, window in windows if len(window) > 1 and _largest(window)), None)
    if chosen is None:
        return None
    cell, window = chosen
    channel, row, column = cell
    answer = _largest(window)
    assert answer is not None  # it was chosen so
    mistakes = [_mistake(min(window, key=window.__getitem__), "That is the smallest number of the window.")]
    for (changed, *_), words in slips.mistaken(_SLIPS, computed.layers, computed["input_size"]):
        with suppress(SpecError):
            mistakes.append(_mistake(_largest(_window(trace(changed, planes), cell)), f"{words}."))
    swapped = _largest(_window(steps, (channel, column, row)))
    mistakes.append(_mistake(swapped, f"That wins row {column}, column {row}: the row comes first."))
    numbers = ", ".join(number(value) for value in window.values())
    return Question(
        kind="winner",
        recipe=recipe,
        text=f"Which cell of {table_text(computed, 'input', channel)} gives its number to"
        f" {cell_text(computed, 'output', cell)}?",
        form="cells",
        answer=frozenset([answer]),
        because=f"{number(window[answer])} is the largest of {numbers}.",
        mistakes=distinct(frozenset([answer]), (each for each in mistakes if each.answer)),
        otherwise="Find the window of the output cell; its largest number wins.",
        about="output",
        at=cell,
        points_at="input",
    )


def _window(steps: Trace, cell: Cell) -> dict[Cell, float]:
    """Return the numbers that an output cell looks at, by their cells; none where there is no such output cell."""
    if any(at >= side for at, side in zip(cell, steps.output.shape, strict=True)):
        return {}
    step = steps[int(np.ravel_multi_index(cell, steps.output.shape))]
    return {tap.source: tap.input_value for tap in step.taps if tap.source is not None}


def _largest(window: Mapping[Cell, float]) -> Cell | None:
    """Return the cell of the largest number, None where several have it, or there is none."""
    cells = [cell for cell, value in window.items() if value == max(window.values())]
    return cells[0] if len(cells) == 1 else None


def _mistake(cell: Cell | None, reason: str) -> Mistake:
    return Mistake(frozenset() if cell is None else frozenset([cell]), reason)
