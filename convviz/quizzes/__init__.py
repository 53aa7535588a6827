"""Quizzes: questions of the engine as files for course systems, notebooks and paper."""

from .item import Item
from .model import QUIZ_FORMATS, Quiz, QuizFormat, quiz, quiz_format_of, read_topics

__all__ = ["QUIZ_FORMATS", "Item", "Quiz", "QuizFormat", "quiz", "quiz_format_of", "read_topics"]
