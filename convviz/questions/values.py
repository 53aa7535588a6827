"""What is the value of an output cell, and which input cell wins?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import prod
from random import Random
from typing import Any, Final

import numpy as np

from convviz import limits
from convviz.arithmetic import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Step, forward, trace
from convviz.arithmetic.arguments import Pair
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.named_arrays import Array
from convviz.recipes.variants.base import Applied
from convviz.scene.number_format import about, factor, number, term, tidy

from . import slips
from .question import Cell, Mistake, Question, distinct
from .words import cell_text, digits, has_output, other_places

Chain = tuple[Applied, ...]
Change = Callable[[Applied, Pair], Applied]
"""Returns a layer with its numbers as someone has it in mind who makes a slip, on an input of this size."""

_MOST_PRODUCTS: Final = 60
"""Products that anyone adds up by hand."""

_MOST_TERMS: Final = 12
"""Products that are written out."""

_NOISE: Final = 1e-12

_TRIED: Final = 12
"""Cells that are looked at for one where slips show."""


def cell_value(recipe: Recipe, random: Random) -> Question | None:
    """Ask for the number in an output cell.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = cell_value(recipe("standard", input="1,2,3;4,5,6", kernel_size=2, weight="1,2;0,1"), Random(1))
    >>> question.text, question.answer, question.because
    ('What is the value at row 0, column 1 of the output?', 14, '2·1 + 3·2 + 5·0 + 6·1 = 14.')
    """
    computed = recipe.computed
    chain = _chain(computed)
    output = _output(computed, chain) if chain else None
    if chain is None or output is None:
        return None
    scale = _scale(chain, computed.input)
    values = {_cell(at): _plain(float(output[tuple(at)]), scale) for at in np.argwhere(np.isfinite(output)).tolist()}
    cells, wrong = list(values), _wrong_outputs(computed, chain)
    random.shuffle(cells)
    is_line = computed.kind.is_line
    tried = [(cell, _mistakes(wrong, output, cell, values[cell], is_line)) for cell in cells[:_TRIED]]
    if not tried:
        return None
    cell, mistakes = max(tried, key=lambda each: min(len(each[1]), 3))  # the first where enough slips show
    value, step = values[cell], _step(chain, computed.input, cell)
    return Question(
        kind="cell-value",
        recipe=recipe,
        text=f"What is the value at {cell_text(recipe, 'output', cell)}?{digits(value)}",
        form="number",
        answer=value,
        because=_because(chain, step, value),
        mistakes=mistakes,
        otherwise=_rule(chain),
        about="output",
        at=cell,
    )


def _cell(at: Sequence[int]) -> Cell:
    channel, row, column = at
    return channel, row, column


def _chain(recipe: Recipe) -> Chain | None:
    """Return the layers with their numbers, None where there are none, or more than anyone adds up."""
    if "input" not in recipe or not has_output(recipe):
        return None
    shapes = list(recipe.kind.weights(recipe.values).values())
    if sum(map(prod, shapes)) > limits.CODE_NUMBERS or (shapes and recipe.channels[0] > limits.CHANNELS_DRAWN_OF_MANY):
        return None
    chain = recipe.kind.applied(recipe.values)
    if recipe.get("flip"):
        chain = tuple(map(_turned, chain))
    products, cells = 0, 1
    for applied in reversed(chain):
        cells *= prod(applied.layer.kernel_size) * _depth(applied)
        products += cells
    return chain if products <= _MOST_PRODUCTS else None


def _depth(applied: Applied) -> int:
    """Return the input channels that an output cell reads."""
    weight, layer = applied.weight, applied.layer
    if weight is None:
        return 1
    return len(weight) // layer.groups if isinstance(layer, ConvTranspose2d) else weight.shape[1]


def _output(recipe: Recipe, chain: Chain) -> Array | None:
    """Return the output as it is drawn, None where the layers only come near it, as two passes of a kernel may."""
    drawn, computed = recipe.drawn_output, _run(chain, recipe.input)
    assert computed is not None  # the recipe was checked
    is_same = np.allclose(drawn, computed[: len(drawn)], rtol=1e-9, atol=1e-9 * _scale(chain, recipe.input))
    return drawn if is_same else None


def _run(chain: Chain, planes: Array, change: Change = lambda applied, size: applied) -> Array | None:
    """Return what the layers make of an input, each as it is mistaken; None where one does not fit."""
    try:
        for applied in chain:
            stage = change(applied, planes.shape[1:])
            planes = np.asarray(forward(stage.layer, planes, stage.weight, stage.bias))
    except SpecError:
        return None
    return planes


def _scale(chain: Chain, planes: Array) -> float:
    """Return how large a sum can get, whose rounding is no more than a part of it."""
    scale = float(abs(planes).max())
    for applied in chain:
        scale = scale * (1 if applied.weight is None else float(abs(applied.weight).sum())) + (
            0 if applied.bias is None else float(abs(applied.bias).max())
        )
    return scale


def _step(chain: Chain, planes: Array, cell: Cell) -> Step:
    """Return the step of the last layer that computes a cell."""
    before, last = _run(chain[:-1], planes), chain[-1]
    steps = trace(last.layer, before, last.weight, last.bias)  # type: ignore[arg-type]  # the recipe was checked
    return steps[int(np.ravel_multi_index(cell, steps.output.shape))]


# Why a value is right -------------------------------------------------------------------------------------------------


def _because(chain: Chain, step: Step, value: float) -> str:
    layer, taps = chain[-1].layer, [tap for tap in step.taps if tap.source is not None]
    if isinstance(layer, MaxPool2d):
        return f"The largest of {', '.join(number(tap.input_value) for tap in taps)} is {about(value)}."
    if isinstance(layer, AvgPool2d):
        divisor = round(1 / max((tap.weight for tap in taps), default=1.0))
        total = " + ".join(factor(tap.input_value) for tap in taps) or "0"
        return f"{f'({total})' if len(taps) > 1 else total} / {divisor} = {about(value)}."
    if len(taps) > _MOST_TERMS:
        bias = f", with the bias of {number(step.bias)}," if step.bias else ""
        return f"The sum of {len(taps)} products{bias} is {about(value)}."
    terms = [term(tap.input_value, tap.weight) for tap in taps] + ([factor(step.bias)] if step.bias else [])
    lead = "The last step adds up " if len(chain) > 1 else ""
    return f"{lead}{' + '.join(terms) or '0'} = {about(value)}."


def _rule(chain: Chain) -> str:
    layer = chain[-1].layer
    if isinstance(layer, MaxPool2d):
        return "Take the largest number in its window; padding never wins."
    if isinstance(layer, AvgPool2d):
        return "Add up the numbers in its window and divide by how many of them count."
    if isinstance(layer, ConvTranspose2d):
        return "Add up, for each stamp that reaches the cell, the input number times the weight that falls there."
    steps = "step by step: " if len(chain) > 1 else ""
    return f"Multiply {steps}each number in its window by the weight at the same place, and add up, with the bias."


# Mistakes -------------------------------------------------------------------------------------------------------------


def _turned(applied: Applied) -> Applied:
    return applied if applied.weight is None else replace(applied, weight=applied.weight[..., ::-1, ::-1])


def _with_layer(**changes: Any) -> Callable[[Applied], Applied]:
    return lambda applied: replace(applied, layer=replace(applied.layer, **changes))


def _other_pooling(applied: Applied) -> Applied:
    layer: Any = applied.layer
    names = ("kernel_size", "stride", "padding", "ceil_mode", "dilation")
    numbers = {name: getattr(layer, name) for name in names}
    if isinstance(layer, MaxPool2d):
        return replace(applied, layer=AvgPool2d(**numbers, count_include_pad=True))
    return replace(applied, layer=MaxPool2d(**numbers))


def _first_channel(applied: Applied) -> Applied:
    assert applied.weight is not None
    weight = applied.weight.copy()
    if isinstance(applied.layer, ConvTranspose2d):
        weight[1 : _depth(applied)] = 0
    else:
        weight[:, 1:] = 0
    return replace(applied, weight=weight)


def _changes(recipe: Recipe, chain: Chain) -> Iterator[tuple[str, Change]]:
    """Yield the slips that concern these layers: what is said of each, and what it makes of a layer."""
    layer, bias = chain[-1].layer, recipe.get("bias")

    def plain(change: Callable[[Applied], Applied]) -> Change:
        return lambda applied, size: change(applied)

    if isinstance(layer, MaxPool2d):
        yield "That is the average of the window, but it keeps the largest number", plain(_other_pooling)
    if isinstance(layer, AvgPool2d):
        counted = layer.count_include_pad
        rule = "counts in the divisor" if counted else "does not count in the divisor"
        yield f"The divisor is wrong: the padding {rule} here", plain(_with_layer(count_include_pad=not counted))
        yield "The sum is not divided by the number of cells", plain(_with_layer(divisor_override=1))
        yield "That is the largest number of the window, but here its average is kept", plain(_other_pooling)
    if recipe.get("flip"):
        yield "The kernel was not turned by 180 degrees, as this recipe asks for (flip)", plain(_turned)
    elif isinstance(layer, ConvTranspose2d):
        yield "The kernel was turned by 180 degrees, but stamps are put down as they are", plain(_turned)
    elif isinstance(layer, Conv2d):
        yield "The kernel was turned by 180 degrees; in deep learning it is used as it is", plain(_turned)
    if bias:
        yield f"The bias of {number(bias)} is left out", plain(lambda applied: replace(applied, bias=None))
    if isinstance(layer, Conv2d) and layer.padding_mode != "zeros":
        yield (
            f"Zeros were read around the input, but its padding holds copies ({layer.padding_mode})",
            plain(_with_layer(padding_mode="zeros")),
        )
    if (depth := max(map(_depth, chain))) > 1:
        yield f"Only one channel was added up, but the sum is over all {depth}", plain(_first_channel)
    size = recipe["input_size"]
    for slip in (slips.STRIDE, slips.DILATION, slips.PADDING):
        if applied_slip := slip.applied([recipe.layer], size):
            yield applied_slip[1], partial(_slipped, slip)


def _slipped(slip: slips.Slip, applied: Applied, size: Pair) -> Applied:
    layer: Any = slip.change(slips.settled(applied.layer, size))
    return replace(applied, layer=layer)


def _wrong_outputs(recipe: Recipe, chain: Chain) -> list[tuple[str, Array]]:
    """Return the outputs that slips lead to, and what is said of each."""
    runs = [(f"{words}.", _run(chain, recipe.input, change)) for words, change in _changes(recipe, chain)]
    if len(chain) > 1:
        runs.append(("That is the number after the first of the two steps.", _run(chain[:-1], recipe.input)))
    return [(words, output) for words, output in runs if output is not None]


def _mistakes(
    wrong: Sequence[tuple[str, Array]], output: Array, cell: Cell, value: float, is_line: bool
) -> tuple[Mistake, ...]:
    """Return the wrong values of a cell."""
    channel, *place = cell
    mistakes = [mistake for words, each in wrong for mistake in _at(each, cell, words)]
    for other, words in other_places(*place, is_line=is_line):
        mistakes += _at(output, (channel, *other), words)
    return distinct(value, mistakes)


def _at(output: Array, cell: Cell, reason: str) -> Iterator[Mistake]:
    """Yield the number in a cell as a mistake, if there is such a cell and a number in it."""
    if any(not 0 <= at < side for at, side in zip(cell, output.shape, strict=True)):
        return
    finite = output[np.isfinite(output)]
    if np.isfinite(output[cell]):
        yield Mistake(_plain(float(output[cell]), float(abs(finite).max())), reason)


def _plain(value: float, scale: float) -> float | int:
    """Return a number without the noise of floating point, whole ones as such."""
    value = tidy(value, scale)
    return round(value) if abs(value - round(value)) <= _NOISE * max(1.0, abs(value)) else value
