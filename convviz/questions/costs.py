"""How many parameters are there, how many multiplications does it take, and which way takes fewer?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from math import prod
from random import Random
from typing import Any, Final

from convviz import limits
from convviz.analysis import Cost
from convviz.arithmetic import ConvTranspose2d
from convviz.arithmetic.arguments import NO_PADDING, Pair
from convviz.errors import SpecError
from convviz.recipes import Recipe
from convviz.recipes.variants.base import WindowLayer

from .question import Mistake, Question, distinct

_SAME: Final = "both take the same"

Stage = tuple[WindowLayer, tuple[int, ...], Pair]
"""A layer, the shape of its weights, and the rows and columns at which they are used: outputs, or inputs that stamp."""


def weights(recipe: Recipe, random: Random) -> Question | None:  # there is one number
    """Ask how many parameters there are.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = weights(recipe("standard", in_channels=3, out_channels=4, bias=1), Random(0))
    >>> question.text, question.because
    ('How many parameters are there, biases included?', '4·3·3·3 + 4 = 112.')
    >>> question.judge(40).reason
    'A kernel has a slice for each of the 3 channels that it reads; that counts one slice.'
    """
    computed = recipe.computed
    stages, (way, cost), *others = _stages(computed), *_ways(computed)
    if not stages:
        return None
    biases = computed.channels[1] if computed.get("bias") else 0
    terms = ["·".join(map(str, shape)) for _, shape, _ in stages] + ([str(biases)] if biases else [])
    mistakes = [Mistake(wrong.parameters, words) for words, wrong in _changed(computed, stages, with_places=False)]
    if biases:
        mistakes.append(Mistake(cost.parameters - biases, "The biases are missing, one for each output channel."))
    else:
        outputs = computed.channels[1]
        mistakes.append(
            Mistake(cost.parameters + outputs, "That counts a bias for each output channel; there is none.")
        )
    mistakes += [Mistake(count, words) for count, words in _alone(stages, with_places=False)]
    mistakes += [Mistake(other.parameters, f"That is the number{name}, not{way}.") for name, other in others]
    return Question(
        kind="weights",
        recipe=recipe,
        text=f"How many parameters are there{way}, {'biases included' if biases else 'without a bias'}?",
        form="number",
        answer=cost.parameters,
        because=f"{' + '.join(terms)} = {cost.parameters:,}.",
        mistakes=distinct(cost.parameters, mistakes),
        otherwise="Multiply the output channels, the input channels that each reads, and the rows and columns of the"
        " kernel; a bias is one number for each output channel.",
    )


def products(recipe: Recipe, random: Random) -> Question | None:
    """Ask how many multiplications, or how many FLOPs, the whole output takes.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = products(recipe("standard"), Random(1))
    >>> question.text, question.because
    ('How many multiplications does the whole output take?', '3·3 places · 9 = 81.')
    >>> question.judge(162).reason
    'That is the number of FLOPs, which count a multiplication and its addition as two.'
    """
    computed = recipe.computed
    stages, (way, cost), *others = _stages(computed), *_ways(computed)
    if not stages:
        return None
    factor = random.choice((1, 2))
    what = "multiplications" if factor == 1 else "FLOPs (two for a multiplication with its addition)"
    right = factor * cost.multiplications
    places = " + ".join(f"{rows}·{columns} places · {prod(shape):,}" for _, shape, (rows, columns) in stages)
    if len(stages) > 1 and factor == 2:
        places = f"({places})"
    mistakes = [
        Mistake(
            cost.multiplications, "That is the number of multiplications; FLOPs count each with its addition as two."
        )
        if factor == 2
        else Mistake(
            2 * cost.multiplications,
            "That is the number of FLOPs, which count a multiplication and its addition as two.",
        ),
        *(
            Mistake(factor * wrong.multiplications, words)
            for words, wrong in _changed(computed, stages, with_places=True)
        ),
        *(Mistake(factor * other.multiplications, f"That is the number{name}, not{way}.") for name, other in others),
        Mistake(factor * sum(prod(shape) for _, shape, _ in stages), "That is what one place takes."),
        *(Mistake(factor * count, words) for count, words in _other_places(computed, stages)),
        *(Mistake(factor * count, words) for count, words in _alone(stages, with_places=True)),
    ]
    return Question(
        kind="products",
        recipe=recipe,
        text=f"How many {what} does the whole output take{way}{_with_padding(computed)}?",
        form="number",
        answer=right,
        because=f"{places}{' · 2' if factor == 2 else ''} = {right:,}.",
        mistakes=distinct(right, mistakes),
        otherwise="Multiply the number of weights by the places at which each is used: the cells of the output, or of"
        " the input where it stamps.",
    )


def cheaper(recipe: Recipe, random: Random) -> Question | None:  # there is one comparison
    """Ask which of two ways to compute the output takes fewer multiplications.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> question = cheaper(recipe("depthwise-separable"), Random(0))
    >>> question.choices, question.because
    (('in both steps', 'as standard', 'both take the same'), 'It takes 351 in both steps and 972 as standard.')
    """
    computed = recipe.computed
    ways = {way.strip(): cost.multiplications for way, cost in computed.kind.costs(computed.values).items()}
    if len(ways) < 2:
        return None
    because = f"It takes {' and '.join(f'{count:,} {way}' for way, count in ways.items())}."
    least = [way for way, count in ways.items() if count == min(ways.values())]
    answer, choices = least[0] if len(least) == 1 else _SAME, (*ways, _SAME)
    return Question(
        kind="cheaper",
        recipe=recipe,
        text=f"Which way takes fewer multiplications for the whole output{_with_padding(computed)}?",
        form="choice",
        answer=answer,
        because=because,
        mistakes=tuple(Mistake(choice, _not_least(choice, ways)) for choice in choices if choice != answer),
        otherwise="Multiply, for each way, the weights of each layer by the places at which they are used, and add up.",
        choices=choices,
    )


def _not_least(choice: str, ways: Mapping[str, int]) -> str:
    """Return why a way, or none of them, is not the one with the fewest multiplications."""
    if choice == _SAME:
        return "One of the two ways takes fewer."
    least = min(ways.values())
    return f"It takes {ways[choice]:,} {choice}" + (
        ", and so does the other." if ways[choice] == least else f", {ways[choice] - least:,} more than the other way."
    )


def _with_padding(recipe: Recipe) -> str:
    """Return that products with padding count, or those that a transposed layer crops, where there are any."""
    if recipe.layer.resolve_padding(recipe["input_size"]) == NO_PADDING:
        return ""
    return ", cropped ones included" if isinstance(recipe.layer, ConvTranspose2d) else ", those with padding included"


def _stages(recipe: Recipe) -> list[Stage]:
    """Return the layers that have weights; none where there are no weights, or several layers with too many."""
    shapes = list(recipe.kind.weights(recipe.values).values()) if "weight" in recipe else []
    if not shapes:
        return []
    layers: list[tuple[Any, tuple[int, ...]]] = [(recipe.layer, shapes[0])]
    if sum(map(prod, shapes)) <= limits.CODE_NUMBERS:
        layers = [
            (each.layer, each.weight.shape) for each in recipe.kind.applied(recipe.values) if each.weight is not None
        ]
    elif len(shapes) > 1:
        return []
    stages, plane = [], recipe["input_size"]
    for layer, shape in layers:
        after = layer.output_size(plane)
        stages.append((layer, shape, plane if isinstance(layer, ConvTranspose2d) else after))
        plane = after
    return stages


def _ways(recipe: Recipe) -> list[tuple[str, Cost]]:
    """Return the ways to compute the output, in words, and what each costs."""
    return list(recipe.kind.costs(recipe.values).items()) or [("", Cost())]


def _alone(stages: Sequence[Stage], *, with_places: bool) -> Iterator[tuple[int, str]]:
    """Yield what each of several steps takes alone: its weights, or these at all its places."""
    if len(stages) > 1:
        for step, (_, shape, plane) in enumerate(stages, 1):
            yield prod(shape) * (prod(plane) if with_places else 1), f"That is step {step} alone."


def _changed(recipe: Recipe, stages: Sequence[Stage], *, with_places: bool) -> Iterator[tuple[str, Cost]]:
    """Yield what is said of a slip, and the cost that it leads to; `with_places`, of slips in their number, too."""
    for words, change in _changes(recipe, stages, with_places):
        with suppress(SpecError):
            yield words, next(iter(recipe.kind.costs({**recipe.values, **change}).values()))


def _changes(recipe: Recipe, stages: Sequence[Stage], with_places: bool) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the values that a slip puts in place of those of the recipe."""
    layer, (inputs, outputs), groups = recipe.layer, recipe.channels, recipe.get("groups", 1)
    if len(stages) == 1:
        slices = inputs // groups
        if slices > 1:
            words = f"A kernel has a slice for each of the {slices} channels that it reads; that counts one slice."
            yield words, {"in_channels": groups}
        if outputs > 1:
            words = f"There is a kernel for each of the {outputs} output channels; that counts one kernel."
            yield words, {"out_channels": 1, "groups": 1, "in_channels": slices}
        if groups > 1:
            words = f"A kernel reads the {slices} channels of its group alone, not all {inputs}."
            yield words, {"groups": 1}
    (rows, columns), dilated = layer.kernel_size, layer.effective_kernel_size
    if dilated != layer.kernel_size:
        words = "The holes of the dilated kernel are counted, but they have no weights."
        yield words, {"kernel_size": dilated, "dilation": (1, 1)}
    if min(rows, columns) > 1:
        yield f"A kernel has {rows}·{columns} weights; that counts one row of it.", {"kernel_size": (1, columns)}
    if with_places and layer.stride != (1, 1):
        yield "The stride is left out: it changes the number of places.", {"stride": (1, 1)}
    if with_places and layer.resolve_padding(recipe["input_size"]) != NO_PADDING:
        yield "The padding is left out: with it there are more places.", {"padding": NO_PADDING}


def _other_places(recipe: Recipe, stages: Sequence[Stage]) -> Iterator[tuple[int, str]]:
    """Yield the products of one layer at the cells of its other plane."""
    (layer, shape, _), *more = stages
    if not more:
        is_transposed = isinstance(layer, ConvTranspose2d)
        plane, right, wrong = recipe["input_size"], "output", "input"
        if is_transposed:
            plane, right, wrong = recipe.output_size, "input", "output"
        yield prod(shape) * prod(plane), f"Each cell of the {right} takes products, not each cell of the {wrong}."
