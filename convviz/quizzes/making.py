"""From a seed to the items of a quiz: questions of several topics in turn, their choices, and what is given."""

import re
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Final

from convviz import limits
from convviz.errors import SpecError
from convviz.handouts.stages import kernel_name, stages_of, table_names
from convviz.questions import Answer, Question, item_of, kinds_of, question_of, spell
from convviz.recipes import Recipe
from convviz.recipes.fields import in_words
from convviz.recipes.named_arrays import Array
from convviz.scene.number_format import number

from .item import Choice, Item

_TRIES: Final = 20
"""Questions that are made for each one that is wanted, at most, as some are the same."""

_SPAN: Final = limits.QUIZ_QUESTIONS * _TRIES
"""Seeds of questions that belong to one seed of a quiz."""

_TURNS: Final = 3
"""Questions about a recipe of which the one with most wrong answers is taken."""

_CHOICES: Final = 4
"""Choices of a question, at most, if it has no choices of its own."""

_LOOKS: Final = frozenset(
    {"input", "weight", "pointwise", "seed", "rate", "storyboard", "view", "act", "unit", "gradient", "upstream"}
)
"""Parameters that say which numbers there are, or how they are shown."""

_USUAL: Final = {
    "in_channels": 1, "out_channels": 1, "groups": 1, "channel_multiplier": 1, "padding_mode": "zeros", "bias": 0,
    "causal": False, "flip": False, "output_padding": (0, 0), "ceil_mode": False, "count_include_pad": True,
}  # fmt: skip
"""What a reader assumes who is given nothing else."""

_WITH_NUMBERS: Final = frozenset({"cell-value", "gradient", "winner", "separable"})
"""Kinds of questions that ask for numbers of the tables."""


@lru_cache(16)
def items_of(topics: tuple[str, ...], count: int, seed: int) -> tuple[Item, ...]:
    """Return the items of a quiz; no question is twice among them.

    Raises
    ------
    SpecError
        There are not as many different questions.
    """
    items: dict[tuple[str, Recipe], Item] = {}
    for tried in range(_TRIES * count):
        turn, at = divmod(tried, len(topics))
        question, number = _asked(topics[at], _SPAN * seed + turn)
        if (question.text, question.recipe) not in items:
            name = f"{topics[at]}-{seed}-{turn + 1:03}-{question.kind}"
            items[question.text, question.recipe] = item_about(name, question, number)
        if len(items) == count:
            return tuple(items.values())
    raise SpecError(f"count must be at most {len(items)} for {', '.join(topics)} with seed {seed}; got {count}.")


def _asked(topic: str, seed: int) -> tuple[Question, int]:
    """Return a question of a topic, and its number among those about its recipe, as links name it."""
    sample = item_of(topic, seed)
    kinds = kinds_of(sample.recipe)
    turns = Random(seed).sample(range((limits.QUESTION + 1) // len(kinds)), _TURNS)
    numbers = [turn * len(kinds) + kinds.index(sample.kind) for turn in turns]
    asked = [(question_of(sample.recipe, number), number) for number in numbers]
    return max(asked, key=lambda each: min(len(each[0].mistakes), _CHOICES - 1))


def item_about(name: str, question: Question, number: int) -> Item:
    """Return the item of a question that has this number among those about its recipe."""
    numbers = "\n".join(_tables(question.recipe)) if question.kind in _WITH_NUMBERS else ""
    return Item(name, question, number, given(question.recipe), numbers, _choices(name, question))


def _choices(name: str, question: Question) -> tuple[Choice, ...]:
    """Return the right answer and wrong ones: those of known mistakes first, then others that are near."""
    choices = [Choice(spell(question, question.answer), True, question.because)]
    for answer in [each.answer for each in question.mistakes] + [*_near(question)]:
        text = spell(question, answer)
        if len(choices) < (len(question.choices) or _CHOICES) and text not in [choice.text for choice in choices]:
            choices.append(Choice(text, False, question.judge(answer).reason))
    if question.choices:
        choices.sort(key=lambda choice: question.choices.index(choice.text))
    else:
        Random(name).shuffle(choices)
    return tuple(choices)


def _near(question: Question) -> Iterator[Answer]:
    """Yield wrong answers that are near the right one, for a question with fewer known mistakes than choices."""
    answer = question.answer
    if isinstance(answer, str):
        yield from question.choices
    elif isinstance(answer, tuple):
        for rows, columns in ((1, 1), (-1, -1), (1, 0), (0, 1)):
            if min(near := (answer[0] + rows, answer[1] + columns)) > 0:
                yield near
    elif isinstance(answer, frozenset):
        computed = question.recipe.computed
        height, width = computed["input_size"] if question.points_at == "input" else computed.output_size
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            near_cells = {(channel, row + down, column + right) for channel, row, column in answer}
            if inside := frozenset(cell for cell in near_cells if 0 <= cell[1] < height and 0 <= cell[2] < width):
                yield inside
    else:
        yield from (near for near in (answer + 1, answer - 1, answer + 2) if near >= 0 or answer < 0)


# What is given --------------------------------------------------------------------------------------------------------


def given(recipe: Recipe) -> str:
    """Return the layer and the parameters that a reader needs.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> given(recipe("transposed", input_size=(3, 4), bias=2))
    'Transposed convolution: input 3 × 4, kernel 3, stride 2, padding 1, dilation 1, bias 2.'
    >>> given(recipe("standard", padding="1,0,2,0", bias=-1)).partition("stride 1, ")[2]
    'padding 1, 0, 2, 0 (top, bottom, left, right), dilation 1, bias −1.'
    """
    left_out = {*_LOOKS, *recipe.kind.unused(recipe.values)}
    names = [name for name in recipe.kind.fields if name not in left_out and recipe[name] != _USUAL.get(name)]
    words = {name: _spaced(in_words(recipe.kind.fields[name], recipe[name])) for name in names}
    if "," in words.get("padding", ""):
        words["padding"] += f" ({'left, right' if recipe.kind.is_line else 'top, bottom, left, right'})"
    return f"{recipe.kind.title}: {', '.join(words.values())}."


def _spaced(text: str) -> str:
    """Return the text of a link as a sentence has it: with a blank after a comma, and a true minus sign."""
    return re.sub(r"([,;])(?=\S)", r"\1 ", re.sub(r"(?<!\w)-(?=\d)", "−", text))


def _tables(recipe: Recipe) -> Iterator[str]:
    """Yield the input and the kernels as lines of numbers."""
    yield "Tables, row by row:"
    if "upstream" in recipe:
        tables = [("Input", recipe.input), ("dY", recipe.upstream)]
        if "weight" not in recipe.kind.unused(recipe.values):
            tables.insert(1, ("Kernel", recipe.kernels(1)[0]))
        yield from (_table(name, plane) for name, planes in tables for plane in planes)
        return
    first, *others = stages_of(recipe, "quiz")
    names = table_names(first.input_name, len(first.trace.input))
    yield from map(_table, names, first.trace.input)
    for stage in (first, *others):
        if stage.kernels is not None:
            for output, kernels in enumerate(stage.kernels):
                yield from (
                    _table(kernel_name(stage, output, channel), kernels[channel]) for channel in range(len(kernels))
                )


def _table(name: str, plane: Array) -> str:
    rows = "; ".join(" ".join(number(float(value)) for value in row) for row in plane)
    return f"{name}: {rows}"
