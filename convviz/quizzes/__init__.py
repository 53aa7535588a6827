"""Quizzes: questions of the engine as files for course systems, notebooks and paper."""

from .quiz import ALL, QUIZ_FORMATS, Quiz, QuizFormat, quiz, quiz_format_of

__all__ = ["ALL", "QUIZ_FORMATS", "Quiz", "QuizFormat", "quiz", "quiz_format_of"]
