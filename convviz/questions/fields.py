"""How far does an output see, and how often is it written?"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import prod
from random import Random
from typing import Final

from convviz.analysis import Network, overlap
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, Layer, MaxPool2d
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.variants.along_a_line import around
from convviz.recipes.variants.base import WindowLayer
from convviz.scene.number_format import number

from . import slips
from .question import Answer, Mistake, Question, distinct
from .words import cell_text

_SLIPS: Final = (slips.DILATION, slips.STRIDE)
_RULE: Final = "Begin with 1 and add for each layer d(k − 1) times the product of the strides before it."


def field(recipe: Recipe, random: Random) -> Question | None:
    """Ask how many rows and columns of the input a unit sees after some layers.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = field(recipe("receptive-field", layers="conv2d(3,stride=2);conv2d(3)"), Random(0))
    >>> question.text
    'How many rows and columns of the input does a unit of layer 2 see, away from the border?'
    >>> question.answer, question.because
    ((7, 7), '1 + 2·1 + 2·2 = 7.')
    >>> question.judge((6, 6)).reason
    'That adds up the windows, 3 + 3; they overlap, and each adds d(k − 1) times the strides before.'
    """
    computed = recipe.computed
    layers = [layer for layer in computed.layers if isinstance(layer, Conv2d | MaxPool2d | AvgPool2d)]
    if len(layers) < len(computed.layers):
        return None
    counts = range(min(2, len(layers)), len(layers) + 1)
    untold = [count for count in counts if _size(layers[:count]) != computed["input_size"]]  # which is in the picture
    count = random.choice(untold or counts)
    if len(layers) == 1 and layers[0].effective_kernel_size == layers[0].kernel_size:
        return None  # its window is its kernel
    layers, is_line = layers[:count], computed.kind.is_line
    answer = _size(layers)
    noun = "samples" if is_line else "rows and columns"
    unit = "an output" if len(computed.layers) == 1 else f"a unit of layer {count}"
    return Question(
        kind="field",
        recipe=recipe,
        text=f"How many {noun} of the input does {unit} see, away from the border?",
        form="number" if is_line else "size",
        answer=_of_form(answer, is_line),
        because=_because(layers, answer, is_line),
        mistakes=distinct(
            _of_form(answer, is_line),
            (
                Mistake(_of_form(wrong, is_line), reason)
                for wrong, reason in _mistakes(layers, computed["input_size"], answer)
            ),
        ),
        otherwise=_RULE,
    )


def _of_form(pair: Pair, is_line: bool) -> Answer:
    return pair[1] if is_line else pair


def _size(layers: Sequence[Layer]) -> Pair:
    rows, columns = Network.sequential(list(layers)).receptive_field().size
    assert rows is not None  # such layers have a field of one size
    assert columns is not None
    return int(rows), int(columns)


def _jumps(layers: Sequence[WindowLayer], axis: int) -> list[int]:
    """Return the input cells from one output of each layer to the next, before the first layer 1."""
    return [prod(int(layer.stride[axis]) for layer in layers[:count]) for count in range(len(layers) + 1)]


def _because(layers: Sequence[WindowLayer], answer: Pair, is_line: bool) -> str:
    sums = []
    for axis, side in enumerate(answer):
        terms = [
            f"{layer.effective_kernel_size[axis] - 1}·{jump}"
            for layer, jump in zip(layers, _jumps(layers, axis), strict=False)
        ]
        if len(layers) == 1:
            terms = [f"{layers[0].dilation[axis]}·({layers[0].kernel_size[axis]} − 1)"]
        sums.append(f"1 + {' + '.join(terms)} = {side}")
    rows, columns = sums
    if is_line or rows == columns:
        return f"{columns}."
    return f"Rows: {rows}; columns: {columns}."


def _mistakes(layers: Sequence[WindowLayer], size: Pair, answer: Pair) -> Iterator[tuple[Pair, str]]:
    """Yield wrong fields and what leads to them."""
    extents = [layer.effective_kernel_size for layer in layers]
    if len(layers) > 1:
        total = sum(rows for rows, _ in extents), sum(columns for _, columns in extents)
        terms = " + ".join(str(columns) for _, columns in extents)
        yield (
            total,
            f"That adds up the windows, {terms}; they overlap, and each adds d(k − 1) times the strides before.",
        )
    for changed, words in slips.mistaken(_SLIPS, layers, size):
        yield _size(changed), f"{words}."
    if len(layers) > 1:
        rows, columns = (
            1 + sum((extent[axis] - 1) * jump for extent, jump in zip(extents, _jumps(layers, axis)[1:], strict=True))
            for axis in (0, 1)
        )
        yield (rows, columns), "The stride of a layer spreads the windows after it, not its own."
        yield _size(layers[::-1]), "The strides before a layer count, not those after it."
        yield extents[-1], "That is the window of the last layer alone."
    else:
        (rows, columns), (down, across) = layers[0].kernel_size, layers[0].dilation
        yield (rows * down, columns * across), "That is d·k, but behind the last tap is no hole: d(k − 1) + 1."
    rows, columns = answer
    yield (rows - (rows > 1), columns - (columns > 1)), "The first cell counts, too: begin with 1."


def look_back(recipe: Recipe, random: Random) -> Question | None:  # all outputs read as far
    """Ask how far along a line an output reads back.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = look_back(recipe("along-a-line", kernel_size=4, dilation=2, causal=True), Random(0))
    >>> question.text
    'An output has the time of the last sample of its window. How many samples before is the first that it reads?'
    >>> question.because, question.judge(3).reason
    ('d(k − 1) = 2·(4 − 1) = 6.', 'The dilation of 2 is left out.')
    """
    computed = recipe.computed
    if "causal" not in computed:
        return None
    back, is_causal = around(computed.values).back, computed["causal"]
    k, d = computed["kernel_size"][1], computed["dilation"][1]
    own, share = ("last sample", "") if is_causal else ("middle", " / 2")
    value = float(back) if back.denominator > 1 else int(back)
    half = 1 if is_causal else 2
    return Question(
        kind="look-back",
        recipe=recipe,
        text=f"An output has the time of the {own} of its window. How many samples before is the first that it reads?",
        form="number",
        answer=value,
        because=f"d(k − 1){share} = {d}·({k} − 1){share} = {number(value)}.",
        mistakes=distinct(
            value,
            [
                Mistake((k - 1) / half, f"The dilation of {d} is left out."),
                Mistake(d * (k - 1) + 1, "That is the whole window; the sample at its own time is not before it."),
                Mistake(
                    d * (k - 1), "That is as far as its first tap is from its last; its own time is in the middle."
                ),
                Mistake(d * k / half, f"That is d·k{share}; there are only k − 1 steps of d between k taps."),
            ],
        ),
        otherwise="From its first tap to its last there are k − 1 steps of d samples.",
    )


def writes(recipe: Recipe, random: Random) -> Question | None:
    """Ask how often a cell of the output is written.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = writes(recipe("checkerboard"), Random(0))
    >>> question.text, question.because
    ('How many stamps write row 6, column 6 of the output?', '2 along the rows times 2 along the columns = 4.')
    """
    computed = recipe.computed
    layers, size = computed.layers, computed["input_size"]
    if not any(isinstance(layer, ConvTranspose2d) for layer in layers):
        return None
    try:
        right = overlap(layers, size)
    except SpecError:  # more layers than are counted
        return None
    row, column = (random.randrange(side) for side in right.counts.shape)
    down, across = right.rows.counts[row], right.columns.counts[column]
    answer = down * across
    mistakes = []
    for changed, words in slips.mistaken((slips.STRIDE, slips.PADDING, slips.DILATION), layers, size):
        with suppress(SpecError, IndexError):  # where such an output has no such cell
            mistakes.append(Mistake(int(overlap(changed, size).counts[row, column]), f"{words}."))
    if right.counts.shape[0] > column and right.counts.shape[1] > row:
        reason = f"That is row {column}, column {row}: the row comes first."
        mistakes.append(Mistake(int(right.counts[column, row]), reason))
    mistakes.append(Mistake(down + across, "Those along the rows and along the columns are multiplied, not added."))
    if len(layers) == 1:
        area = prod(computed.layer.kernel_size)
        mistakes.append(Mistake(area, f"The kernel has {area} weights, but not each of them falls on this cell."))
    if answer > 1:
        mistakes.append(Mistake(1, "Stamps overlap where the kernel is larger than the stride."))
    lead = "How many paths lead from the input to"
    if len(layers) == 1:
        lead = f"How many stamps{' of one input channel' if computed.channels[0] > 1 else ''} write"
    at = 0, row, column
    return Question(
        kind="writes",
        recipe=recipe,
        text=f"{lead} {cell_text(computed, 'output', at)}?",
        form="number",
        answer=answer,
        because=f"{down} along the rows times {across} along the columns = {answer}.",
        mistakes=distinct(answer, mistakes),
        otherwise="Count along the rows and along the columns which stamps, begun at n·s − p, have a tap there, and"
        " multiply.",
        about="output",
        at=at,
    )
