"""How large is the output?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from convviz.arithmetic import ConvTranspose2d, Layer
from convviz.arithmetic.arguments import Pair
from convviz.recipes import Recipe
from convviz.recipes.variants.base import WindowLayer
from convviz.scene.number_format import Formula, size, size_formulas

from . import slips
from .question import Answer, Mistake, Question, distinct
from .words import has_output

_SLIPS: Final = (
    slips.ROUNDED_UP, slips.ROUNDED_DOWN, slips.PADDING, slips.ADDED, slips.ONE_SIDE, slips.DILATION,
    slips.OUTPUT_PADDING, slips.STRIDE, slips.DIRECT,
)  # fmt: skip
_RULE: Final = "Put the numbers into o = ⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1"
_TRANSPOSED_RULE: Final = "Put the numbers into o = (i − 1)s − 2p + d(k − 1) + a + 1"


def output_size(recipe: Recipe, random: Random) -> Question | None:  # there is one output
    """Ask how large the output of the last layer is.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = output_size(recipe("standard", stride=2, padding=1), Random(0))
    >>> question.text, question.answer
    ('How many rows and columns does the output have?', (3, 3))
    >>> question.judge((2, 2)).reason
    'The padding of 1 is left out: ⌊(5 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = 2.'
    """
    computed = recipe.computed
    if not has_output(computed):
        return None  # the gradient of the output is drawn, which has its size
    layers, before, is_line = computed.layers, computed["input_size"], computed.kind.is_line
    answer = _of_form(computed.output_size, is_line)
    mistakes = (Mistake(_of_form(wrong, is_line), reason) for wrong, reason in _mistakes(layers, before, is_line))
    last = "the output" if len(layers) == 1 else f"the output of layer {len(layers)}"
    noun = "samples" if is_line else "rows and columns"
    return Question(
        kind="output-size",
        recipe=recipe,
        text=f"How many {noun} does {last} have?",
        form="number" if is_line else "size",
        answer=answer,
        because=_because(layers, before, is_line),
        mistakes=distinct(answer, mistakes),
        otherwise=_rule(layers),
    )


def _of_form(pair: Pair, is_line: bool) -> Answer:
    return pair[1] if is_line else pair


def _because(layers: Sequence[Layer], before: Pair, is_line: bool) -> str:
    if isinstance(layers[0], WindowLayer) and len(layers) == 1:
        first, *others = _formulas(layers[0], before, is_line)
        if others and others[0].symbols == first.symbols:
            both = ", ".join(f"{each.axis} {each.numbers} = {each.result}" for each in (first, *others))
            return f"o = {first.symbols}: {both}."
        return f"{'; '.join(formula.text for formula in (first, *others))}."
    after = slips.sizes_after(layers, before)
    assert after is not None  # the recipe was checked
    return f"Layer by layer: {_chain(before, after)}."


def _rule(layers: Sequence[Layer]) -> str:
    rule = _TRANSPOSED_RULE if isinstance(layers[0], ConvTranspose2d) else _RULE
    if getattr(layers[0], "ceil_mode", False):
        rule = rule.replace("⌊", "⌈").replace("⌋", "⌉")
    return f"{rule}." if len(layers) == 1 else f"{rule}, layer by layer."


def _formulas(layer: WindowLayer, before: Pair, is_line: bool) -> tuple[Formula, ...]:
    formulas = size_formulas(layer, before)
    return (replace(formulas[-1], axis=""),) if is_line else formulas


def _chain(before: Pair, after: Sequence[Pair]) -> str:
    return " → ".join(map(size, (before, *after)))


def _mistakes(layers: Sequence[Layer], before: Pair, is_line: bool) -> Iterator[tuple[Pair, str]]:
    """Yield wrong sizes and what leads to them."""
    sizes = slips.sizes_after(layers, before)
    assert sizes is not None  # the recipe was checked
    rows, columns = sizes[-1]
    for changed, words in slips.mistaken(_SLIPS, layers, before):
        if after := slips.sizes_after(changed, before):
            yield after[-1], f"{words}: {_computed(changed, before, after, sizes[-1], is_line)}."
    missing = (rows if is_line else rows - 1), columns - 1
    if min(missing) > 0:
        is_stamped = any(isinstance(layer, ConvTranspose2d) for layer in layers)
        reason = "a stamp spans d(k − 1) + 1 cells" if is_stamped else "the first window counts, too"
        yield missing, f"The + 1 at the end is missing: {reason}."
    if not is_line:
        yield (columns, rows), f"Rows and columns are swapped: there are {rows} rows and {columns} columns."
    yield before, "That is the size of the input."


def _computed(layers: Sequence[Layer], before: Pair, after: Sequence[Pair], right: Pair, is_line: bool) -> str:
    """Return how a wrong size is computed, of one layer along the first axis on which it is wrong."""
    if len(layers) > 1 or not isinstance(layers[0], WindowLayer):
        return _chain(before, after)
    formulas = _formulas(layers[0], before, is_line)
    wrong = formulas[-1] if after[-1][0] == right[0] else formulas[0]
    numbers = re.sub(r"− (2·)?-", r"+ \1", wrong.numbers)  # less a padding that is added
    return f"{f'{wrong.axis} ' if wrong.axis else ''}{numbers} = {wrong.result}"
