"""What is asked of a reader on paper: which numbers are left out, and the sentences around them."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from convviz.arithmetic import AvgPool2d, ConvTranspose2d, MaxPool2d, Step
from convviz.recipes import Recipe
from convviz.recipes.fields import in_words
from convviz.scene.number_format import about, counted, factor, number, term

from .stages import Stage, divisor_of

_MOST_BLANKS: Final = 24
"""Cells to fill in; of a larger output the others are printed."""

_MOST_TERMS: Final = 60
"""Products of a worked example."""

_GOLDEN: Final = 40_503
"""2^16 times the golden ratio, less 2^16: multiples scatter evenly (Knuth, The Art of Computer Programming, 6.4)."""

BLANK: Final = "_____"

_STATED: Final = (
    "input_size", "kernel_size", "stride", "padding", "dilation", "causal", "padding_mode", "output_padding", "groups",
    "mode", "ceil_mode", "count_include_pad", "bias",
)  # fmt: skip
"""The parameters that a reader needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A stage with numbers left out.

    Attributes
    ----------
    stage : Stage
    blanks : frozenset
        The output cells that are left out: (channel, row, column).
    example : Step or None
        The step that is worked out.
    """

    stage: Stage
    blanks: frozenset[tuple[int, ...]]
    example: Step | None


def exercise_of(stage: Stage) -> Exercise:
    """Choose the example, the first step that reads most, and the blanks: all other cells, or some, scattered.

    Examples
    --------
    >>> from convviz.handouts.stages import stages_of
    >>> from convviz.recipes import recipe
    >>> (stage,) = stages_of(recipe("standard", padding=1), "worksheet")
    >>> exercise = exercise_of(stage)
    >>> exercise.example.output, len(exercise.blanks)
    ((0, 1, 1), 24)
    """
    example = None
    if stage.output.size > 1:
        fullest = max(
            map(stage.step, *np.indices(stage.output.shape).reshape(3, -1).tolist()),
            key=lambda step: sum(not (tap.is_padding or tap.is_inserted) for tap in step.taps),
        )
        example = fullest if len(_terms(stage, fullest)) <= _MOST_TERMS else None
    done = None if example is None else example.output
    cells = [cell for cell in np.ndindex(stage.output.shape) if cell != done]
    scattered = sorted(range(len(cells)), key=lambda k: k * _GOLDEN % 2**16)
    return Exercise(stage, frozenset(cells[k] for k in scattered[:_MOST_BLANKS]), example)


def parameters_in_words(recipe: Recipe) -> str:
    """Return the parameters that a reader needs.

    Examples
    --------
    >>> from convviz.recipes import recipe
    >>> parameters_in_words(recipe("transposed", padding="1,0,0,1"))
    'input 3, kernel 3, stride 2, padding 1,0,0,1 (top, bottom, left, right), dilation 1, output padding 0, bias 0'
    """
    follows = "padding" if recipe.get("causal") else "causal"  # a causal layer has the zeros that its kernel needs
    names = [name for name in _STATED if name in recipe and name != follows]
    if recipe.get("groups") == 1:
        names.remove("groups")
    if recipe.get("mode", "average") != "average":
        names.remove("count_include_pad")
    words = [in_words(recipe.kind.fields[name], recipe[name]) for name in names]
    sides = "left, right" if recipe.kind.is_line else "top, bottom, left, right"
    return ", ".join(f"{each} ({sides})" if "," in each else each for each in words)


def blanked(symbols: str) -> str:
    """Return a formula with a blank in place of each symbol.

    Examples
    --------
    >>> blanked("⌊(i + 2p − d(k − 1) − 1) / s⌋ + 1")
    '⌊(_____ + 2·_____ − _____·(_____ − 1) − 1) / _____⌋ + 1'
    >>> blanked("(i − 1)s − p_before − p_after + d(k − 1) + a + 1")
    '(_____ − 1)·_____ − _____ − _____ + _____·(_____ − 1) + _____ + 1'
    """
    text = re.sub("p_before|p_after|[ikspda]", BLANK, symbols)
    return re.sub(rf"(?<=[\d)])(?={BLANK})|(?<={BLANK})(?=\()", "·", text)


def question_of(exercise: Exercise, is_first: bool) -> str:
    """Return what is asked of a stage; one that is not the first reads what was filled in before."""
    stage, blanks = exercise.stage, len(exercise.blanks)
    cells = counted(blanks, "empty cell") if blanks > 1 else "empty cell"
    words = f"Fill in the {cells} of {_tables(stage.output_name, len(stage.output))}."
    if isinstance(stage.layer, ConvTranspose2d):
        kernel = "Each" if len(stage.output) > 1 else "The"
        words += f" {kernel} kernel, turned by 180 degrees, moves by 1 over the input with zeros between and around it."
    if is_first:
        return words
    _, height, width = stage.trace.input.shape
    (top, bottom), (left, right) = stage.layer.resolve_padding((height, width))
    sides = {"above": top, "below": bottom, "on the left": left, "on the right": right}
    padding = " and ".join(f"{counted(cells, 'zero')} {side}" for side, cells in sides.items() if cells)
    tables = _tables(stage.input_name, len(stage.trace.input))
    return f"{words} The {stage.name} reads {tables}{padding and f', with {padding}'}."


def _tables(name: str, count: int) -> str:
    return f'the {"table" if count == 1 else "tables"} "{name}"'


def example_in_words(exercise: Exercise, step: Step) -> str:
    """Return the worked example as a sentence.

    Examples
    --------
    >>> from convviz.handouts.stages import stages_of
    >>> from convviz.recipes import recipe
    >>> (stage,) = stages_of(recipe("standard", input="1,2,3;4,5,6", kernel_size=2), "worksheet")
    >>> exercise = exercise_of(stage)
    >>> example_in_words(exercise, exercise.example)
    'Example: row 0, column 0: 1·1 + 2·2 + 4·(−1) + 5·1 = 6.'
    """
    assert step.output is not None
    stage, (channel, row, column) = exercise.stage, step.output
    of = f" of channel {channel}" if len(stage.output) > 1 else ""
    terms, value = _terms(stage, step), about(float(stage.output[step.output]))
    if isinstance(stage.layer, MaxPool2d):
        words = f"the largest of {', '.join(terms)} is {value}"
    elif isinstance(stage.layer, AvgPool2d):
        words = f"({' + '.join(terms)}) / {divisor_of(step)} = {value}"
    else:
        words = f"{' + '.join(terms) or '0'} = {value}"
    return f"Example: row {row}, column {column}{of}: {words}."


def _terms(stage: Stage, step: Step) -> list[str]:
    """Return what a step adds up, or takes the largest of; zeros around and between the cells of the input left out."""
    taps = [tap for tap in step.taps if tap.source is not None]
    if isinstance(stage.layer, MaxPool2d):
        return [number(tap.input_value) for tap in taps]
    if isinstance(stage.layer, AvgPool2d):
        return [factor(tap.input_value) for tap in taps]
    return [term(tap.input_value, tap.weight) for tap in taps] + ([factor(step.bias)] if step.bias else [])
