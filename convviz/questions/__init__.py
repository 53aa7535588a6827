"""Questions about what a recipe shows, each with its right answer and the reasons of wrong ones."""

from .answers import read_answer, spell
from .kinds import KINDS, kinds_of, question_of
from .question import Answer, Cell, Mistake, Question, Verdict, tolerance_of
from .topics import TOPICS, Topic, item_of

__all__ = [
    "KINDS",
    "TOPICS",
    "Answer",
    "Cell",
    "Mistake",
    "Question",
    "Topic",
    "Verdict",
    "item_of",
    "kinds_of",
    "question_of",
    "read_answer",
    "spell",
    "tolerance_of",
]
