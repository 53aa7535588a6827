"""A question about a recipe: its words, the right answer, and what each wrong answer shows about how it was found."""

from dataclasses import dataclass
from typing import Final, Literal

from convviz.recipes import Recipe

Cell = tuple[int, int, int]
"""Channel, row and column of a cell of the input or of the output, counted from 0."""

Answer = int | float | str | tuple[int, int] | frozenset[Cell]
"""A number, one of the choices, (rows, columns), or cells, as the form of the question says."""

Form = Literal["number", "size", "choice", "cells"]

Side = Literal["input", "output"]

_NEAR: Final = 1e-6
"""How far a typed number may be from the right one, as a part of it: texts of numbers are rounded."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that a known mistake leads to, and the mistake in a sentence with its numbers."""

    answer: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an answer is right, and why, or what went wrong, in a sentence or two."""

    is_right: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one right answer.

    Attributes
    ----------
    kind : str
        What is asked for, as a link spells it: "output-size", "cell-value", ...
    recipe : Recipe
        What the question is about.
    text : str
        The question in one or two sentences.
    form : str
        How it is answered: "number", "size" (rows and columns), "choice" or "cells", which are pointed at.
    answer : Answer
        The right answer.
    because : str
        Why it is right, with the numbers, in one or two sentences.
    mistakes : tuple of Mistake
        Wrong answers, all different, the most common first.
    otherwise : str
        What to look at after any other wrong answer: the rule, without the result.
    choices : tuple of str
        Of a question of choice all choices, in their order.
    about : Side or None, at : Cell or None
        The cell that the question is about, if there is one.
    points_at : Side or None
        Where cells are pointed at.
    """

    kind: str
    recipe: Recipe
    text: str
    form: Form
    answer: Answer
    because: str
    mistakes: tuple[Mistake, ...] = ()
    otherwise: str = ""
    choices: tuple[str, ...] = ()
    about: Side | None = None
    at: Cell | None = None
    points_at: Side | None = None

    def is_right(self, answer: Answer) -> bool:
        """Return whether an answer is the right one."""
        return _is_same(answer, self.answer)

    def judge(self, answer: Answer) -> Verdict:
        """Return whether an answer is right, and the reason; of a mistake that is not known, the rule."""
        if self.is_right(answer):
            return Verdict(True, self.because)
        for mistake in self.mistakes:
            if _is_same(answer, mistake.answer):
                return Verdict(False, mistake.reason)
        return Verdict(False, self.otherwise)


def _is_same(answer: Answer, other: Answer) -> bool:
    if isinstance(answer, int | float) and isinstance(other, int | float):
        return abs(answer - other) <= _NEAR * max(1.0, abs(other))
    return answer == other
