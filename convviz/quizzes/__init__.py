"""Quizzes: questions of the engine as files for course systems, notebooks and paper."""

from .item import Item
from .quiz import ALL, QUIZ_FORMATS, Quiz, QuizFormat, quiz, quiz_format_of, read_topics

__all__ = ["ALL", "Item", "QUIZ_FORMATS", "Quiz", "QuizFormat", "quiz", "quiz_format_of", "read_topics"]
