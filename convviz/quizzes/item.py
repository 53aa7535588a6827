"""An item of a quiz: a question, and how other programs ask it: its choices, and how exact a number has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from convviz.questions import Question, tolerance_of
from convviz.recipes import Presentation

_APART: Final = 1 / 3
"""How much of the way to the nearest other answer a typed number may have gone, so that it is near to one answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to choose, and what is said to those who choose it."""

    text: str
    is_right: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that may be typed.

    Attributes
    ----------
    value, tolerance : float
        The number, and how far from it another one is taken as the same; 0 for whole numbers.
    is_right : bool
    reason : str
        What is said to those who type it.
    """

    value: float
    tolerance: float
    is_right: bool
    reason: str

    @property
    def text(self) -> str:
        """The number as programs read it, without a sign or a digit that is not ASCII."""
        return spelled(self.value)


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a quiz.

    Attributes
    ----------
    name : str
        "dilated-7-003-output-size", the third question of a topic with seed 7: the same question in every quiz, so that
        a course system knows it again.
    question : Question
    number : int
        The number that the question has among those about its recipe.
    given : str
        The layer and its parameters, a sentence.
    numbers : str
        The tables of numbers that the question needs, one a line, for formats without pictures; "" for none.
    choices : tuple of Choice
        The right answer and wrong ones, all different, in a seeded order.
    """

    name: str
    question: Question
    number: int
    given: str
    numbers: str
    choices: tuple[Choice, ...]

    @property
    def text(self) -> str:
        """What is given, and the question, in two lines."""
        return f"{self.given}\n{self.question.text}"

    @property
    def alt(self) -> str:
        """The picture in words, without the answer."""
        return f"{self.given} {self.numbers}".replace("\n", " ").strip()

    @property
    def address(self) -> str:
        """Path and query of the lesson that asks this question, without a host."""
        recipe = self.question.recipe
        return f"/{recipe.variant}?{recipe.render_query(Presentation(predict=self.number))}"

    @property
    def is_typed(self) -> bool:
        """Whether the answer is a number, which programs that can read one let the student type."""
        return self.question.form == "number"

    @property
    def typed(self) -> tuple[Typed, ...]:
        """The right number, and then those of known mistakes; intervals around them do not meet."""
        answers = [(self.question.answer, True, self.question.because)]
        answers += [(each.answer, False, each.reason) for each in self.question.mistakes]
        values = [_number(answer) for answer, _, _ in answers]
        return tuple(
            Typed(value, _tolerance(value, values), is_right, reason)
            for value, (_, is_right, reason) in zip(values, answers, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Contents:
    """What the files of a quiz have in them.

    Attributes
    ----------
    title : str
        "Quiz: dilated, pooling".
    source : str
        Path and query of its page, without a host.
    stem : str
        The name of its files without their endings.
    items : tuple of Item
    paper : str
        "a4" or "letter".
    """

    title: str
    source: str
    stem: str
    items: tuple[Item, ...]
    paper: str


def as_html(text: str) -> str:
    """Return a text as HTML."""
    return escape(text, quote=False).replace("\n", "<br>")


def spelled(value: float) -> str:
    """Spell a number as programs read it.

    Examples
    --------
    >>> spelled(-3.0), spelled(2.5), spelled(1 / 9)
    ('-3', '2.5', '0.1111111111')
    """
    return f"{value:.10g}"


def _number(answer: object) -> float:
    assert isinstance(answer, int | float)  # the form of the question says so
    return float(answer)


def _tolerance(value: float, values: Sequence[float]) -> float:
    if value.is_integer():
        return 0.0
    return min([tolerance_of(value), *(_APART * abs(other - value) for other in values if other != value)])
