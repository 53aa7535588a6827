"""A question about a recipe: its words, the right answer, and what each wrong answer shows about how it was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from convviz.recipes import Recipe
from convviz.scene.number_format import shown

Cell = tuple[int, int, int]
"""Channel, row and column of a cell of the input or of the output, counted from 0."""

Answer = int | float | str | tuple[int, int] | frozenset[Cell]
"""A number, one of the choices, (rows, columns), or cells, as the form of the question says."""

Form = Literal["number", "size", "choice", "cells"]

Side = Literal["input", "output"]

_NOISE: Final = 1e-9
_ROUNDED: Final = 5e-4
"""How far a number may be from a whole one, and from another one, which pictures show with four digits, as parts."""


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
    about : str or None, at : Cell or None
        The cell that the question is about, if there is one: its table, "input", "output", "dx" or "dw", and its place.
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
    about: str | None = None
    at: Cell | None = None
    points_at: Side | None = None

    def is_right(self, answer: Answer) -> bool:
        """Return whether an answer is the right one."""
        return is_same(answer, self.answer)

    def judge(self, answer: Answer) -> Verdict:
        """Return whether an answer is right, and the reason; of a mistake that is not known, the rule."""
        if self.is_right(answer):
            return Verdict(True, self.because)
        for mistake in self.mistakes:
            if is_same(answer, mistake.answer):
                return Verdict(False, mistake.reason)
        return Verdict(False, self.otherwise)


def tolerance_of(number: float) -> float:
    """Return how far an answer may be from this number.

    Examples
    --------
    >>> tolerance_of(4), tolerance_of(-0.5)
    (4e-09, 0.00025)
    """
    is_whole = abs(number - round(number)) <= _NOISE * max(1.0, abs(number))
    if is_whole:
        return _NOISE * max(1.0, abs(number))
    return max(_ROUNDED * abs(number), 1.001 * abs(number - float(shown(number))))  # tiny ones are shown with less


def distinct(answer: Answer, mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Return the mistakes whose answers differ from the right one and from those before.

    Examples
    --------
    >>> distinct(3, [Mistake(3, "Right."), Mistake(2, "First."), Mistake(2, "Second.")])
    (Mistake(answer=2, reason='First.'),)
    """
    kept: list[Mistake] = []
    for mistake in mistakes:
        if not any(is_same(mistake.answer, other) for other in (answer, *(each.answer for each in kept))):
            kept.append(mistake)
    return tuple(kept)


def is_same(answer: Answer, other: Answer) -> bool:
    """Return whether an answer is another one; of two numbers one may be rounded.

    Examples
    --------
    >>> is_same(0.3333, 1 / 3), is_same(12, 12.0), is_same(12.01, 12), is_same((2, 3), (3, 2))
    (True, True, False, False)
    """
    if isinstance(answer, int | float) and isinstance(other, int | float):
        return abs(answer - other) <= tolerance_of(other)
    return answer == other
